package explain

import (
	"math"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// cohort gathers the values of a group of examples.
type cohort struct {
	name     string
	examples int
	inputs   []gathered
}

// gathered are the values of one input: Welford's running means and sums of squares, feature by feature.
type gathered struct {
	like          record.Array // axes, shape and names
	ids           int          // the port whose ids the features are; −1: they are places
	mean, meanAbs []float64
	square, absSq []float64 // sums of squared differences from the means
	sampled       []float64 // sums of squared standard errors; nil where the method does not sample
	counts        []int
}

// newCohort is an empty one for explanations like e.
func newCohort(name string, net *models.Net, e *record.Explanation) *cohort {
	c := &cohort{name: name}
	for _, a := range e.Values {
		g := gathered{ids: -1, like: record.Array{Name: a.Name, DType: "float64", Axes: a.Axes[1:], Shape: a.Shape[1:], Features: a.Features}}
		if i := slices.IndexFunc(net.Inputs, func(p models.Port) bool { return p.Name == a.Name && p.Kind == models.IDs && len(p.Classes) > 0 }); i >= 0 {
			g.ids, g.like.Axes, g.like.Shape, g.like.Features = i, []string{"id"}, []int{len(net.Inputs[i].Classes)}, net.Inputs[i].Classes
		}
		if len(g.like.Shape) == 0 { // a single number
			g.like.Axes, g.like.Shape = []string{"value"}, []int{1}
		}
		if e.StdErr != nil {
			g.sampled = []float64{}
		}
		c.inputs = append(c.inputs, g)
	}
	return c.empty(name)
}

// empty is a cohort of the same inputs without examples.
func (c *cohort) empty(name string) *cohort {
	fresh := &cohort{name: name}
	for _, g := range c.inputs {
		n := g.like.Size()
		g.mean, g.meanAbs, g.square, g.absSq, g.counts = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]int, n)
		if g.sampled != nil {
			g.sampled = make([]float64, n)
		}
		fresh.inputs = append(fresh.inputs, g)
	}
	return fresh
}

// add takes example i of an explanation in.
func (c *cohort) add(e *record.Explanation, inputs []*tensors.Tensor, i int) error {
	c.examples++
	for k := range c.inputs {
		g := &c.inputs[k]
		var ids []int
		if g.ids >= 0 {
			all, err := models.Ints(inputs[g.ids])
			if err != nil {
				return err
			}
			ids = all[i*len(all)/e.Rows() : (i+1)*len(all)/e.Rows()]
		}
		for j, v := range e.Values[k].Row(i) {
			at := j
			if ids != nil {
				if at = ids[j]; at == models.Padding {
					continue
				}
			}
			g.counts[at]++
			n := float64(g.counts[at])
			welford(&g.mean[at], &g.square[at], v, n)
			welford(&g.meanAbs[at], &g.absSq[at], math.Abs(v), n)
			if g.sampled != nil {
				se := e.StdErr[k].Row(i)[j]
				g.sampled[at] += se * se
			}
		}
	}
	return nil
}

// welford takes the n-th value into a mean and the sum of squared differences from it (Welford 1962, Technometrics 4(3)).
func welford(mean, square *float64, v, n float64) {
	d := v - *mean
	*mean += d / n
	*square += d * (v - *mean)
}

// record is the cohort as records have it.
func (c *cohort) record() record.Cohort {
	r := record.Cohort{Name: c.name, Examples: c.examples}
	for _, g := range c.inputs {
		array := func(data []float64) record.Array {
			a := g.like
			a.Data, a.Features = data, nil
			return a
		}
		deviation := func(squares []float64) record.Array {
			d := make([]float64, len(squares))
			for i, s := range squares {
				d[i] = math.Sqrt(s / float64(max(1, g.counts[i]-1)))
			}
			return array(d)
		}
		s := record.Spread{Mean: array(g.mean), MeanAbs: array(g.meanAbs), Deviation: deviation(g.square), DeviationAbs: deviation(g.absSq), Counts: g.counts}
		s.Mean.Features = g.like.Features // once: a vocabulary is long
		if g.sampled != nil {
			errs := make([]float64, len(g.sampled))
			for i, v := range g.sampled {
				errs[i] = math.Sqrt(v) / float64(max(1, g.counts[i]))
			}
			s.Sampled = array(errs)
		}
		r.Values = append(r.Values, s)
	}
	return r
}
