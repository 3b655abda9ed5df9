package explain

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// PartialDependence gives one feature of a table's rows, or two, each value of a grid in every example, all else being as it is: what the explained
// output would be then. The curves of the examples are their individual conditional expectations (Goldstein et al. 2015, arXiv 1309.6392); their
// mean is the partial dependence (Friedman 2001, Annals of Statistics 29(5), section 8.2).
//
// Where features depend on one another, some of these rows are such as never come, and what a net says of them means little
// ([AccumulatedEffects] looks near the examples only). It takes as many evaluations as there are examples times points, and one an example.
//
// The target's class is that of each example: with [Predicted], of the example as it is. A context stops it after the chunk under way; the
// record then holds the examples that were done, marked unfinished, and comes with the context's error.
func PartialDependence(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target, variables ...Variable) (*record.Dependence, error) {
	if len(variables) != 1 && len(variables) != 2 {
		return nil, fmt.Errorf("explain: partial dependence on %d variables, want one or two", len(variables))
	}
	r, err := beginWhole(ctx, "PartialDependence", net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	d := &record.Dependence{Version: record.Version}
	var found []*variable
	curves := record.Array{Name: net.Outputs[target.Output].Name, Axes: []string{"example"}, Shape: []int{len(r.x)}}
	width := 1
	for _, asked := range variables {
		v, err := r.variable(asked)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 && slices.ContainsFunc(v.columns, func(c int) bool { return slices.Contains(found[0].columns, c) }) {
			return nil, fmt.Errorf("explain: partial dependence on %q and %q, which share a column", found[0].name, v.name)
		}
		observed := v.observed(r.x)
		points, err := v.points(observed, 20)
		if err != nil {
			return nil, err
		}
		found, d.Varied = append(found, v), append(d.Varied, v.varied(points, observed))
		curves.Axes, curves.Shape = append(curves.Axes, v.name), append(curves.Shape, len(points))
		width *= len(points)
	}
	if d.Output, err = r.resolve(r.output()); err != nil {
		return nil, err
	}
	stopped := r.pass(r.output(), len(r.x)*width,
		func(i int, to []float64) int {
			example, at := i/width, i%width
			copy(to, r.x[example])
			for k := len(found) - 1; k >= 0; k-- {
				points := d.Varied[k].Points
				found[k].set(to, points[at%len(points)])
				at /= len(points)
			}
			return example
		},
		func(i int, output, _ []float64) { curves.Data = append(curves.Data, r.value(i/width, output)) })
	if stopped != nil && (ctx.Err() == nil || len(curves.Data) < width) {
		return nil, stopped
	}
	d.Target, d.Evaluations, d.Unfinished = r.asked(), r.evaluations, stopped != nil
	if n := len(curves.Data) / width; stopped != nil {
		curves.Data, curves.Shape[0], d.Output = curves.Data[:n*width], n, d.Output[:n]
		for k := range d.Varied {
			d.Varied[k].Observed = d.Varied[k].Observed[:n]
		}
		d.Target = firstOf(d.Target, n)
	}
	d.Curves = curves
	if d.Made, err = r.made(); err != nil {
		return nil, err
	}
	d.Elapsed = time.Since(r.start)
	return d, stopped
}

// firstOf is the target of the first n examples.
func firstOf(t record.Target, n int) record.Target {
	for _, list := range []*[]int{&t.Classes, &t.Minus, &t.Positions} {
		*list = (*list)[:min(n, len(*list))]
	}
	return t
}
