package explain

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/progress"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// run is one explanation in the making: the examples as flat rows of numbers, and the counters.
type run struct {
	ctx    context.Context
	method string
	net    *models.Net
	inputs []*tensors.Tensor
	target Target
	start  time.Time
	line   *progress.Line

	attributed []int       // input ports that are attributed
	sources    []source    // where the numbers of a point go in
	width      int         // how many they are
	x          [][]float64 // the examples as points
	places     []place     // what the record gives values to: those ports, or a layer
	norm       bool        // a token's value is the length of the vector of its values, not their sum

	classes, minus, positions []int    // per example, once resolved; nil where the target has none
	passed                    [][2]int // per example: where the classes that it was passed back from are in the output
	evaluations               int
	gradients                 int
	spent                     []int        // per example: rows that were sampled; nil where nothing is
	ended                     []record.End // per example: what ended that
	part                      string       // what of the work is under way, for the line
	stopped                   error        // that the context has ended, and when; nil: it has not

	made func() (record.Provenance, error) // worked out when it is first asked for
}

// begin checks that the method can work on these inputs and reads them, ids as the vectors that the net looks up for them: every number of
// a point is one that can be moved a little.
func begin(ctx context.Context, method string, net *models.Net, inputs []*tensors.Tensor, target Target) (*run, error) {
	r, err := beginWhole(ctx, method, net, inputs, target)
	if err != nil {
		return nil, err
	}
	for _, i := range r.attributed {
		if net.Inputs[i].Kind == models.IDs {
			return r.embedded()
		}
	}
	return r, nil
}

// beginWhole is begin for methods that put ids in the place of ids, or do not touch the inputs: a point holds the ids themselves.
func beginWhole(ctx context.Context, method string, net *models.Net, inputs []*tensors.Tensor, target Target) (*run, error) {
	r := &run{ctx: ctx, method: method, net: net, inputs: inputs, target: target, start: time.Now()}
	r.line = lineOf(ctx, method)
	r.made = sync.OnceValues(func() (record.Provenance, error) { return Provenance(net, inputs) })
	n, err := net.CheckInputs(inputs)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	if err := net.CheckWeights(); err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	if err := target.check(net); err != nil {
		return nil, err
	}
	if r.positions, err = target.positions(net.Outputs[target.Output].Shape, n); err != nil {
		return nil, err
	}
	r.x, r.passed = make([][]float64, n), make([][2]int, n)
	for i, p := range net.Inputs {
		if p.Kind == models.Mask {
			continue
		}
		values, err := numbers(inputs[i])
		if err != nil {
			return nil, fmt.Errorf("explain: input %q: %w", p.Name, err)
		}
		at := place{p.Name, p.DType, axisNames(p.Axes, len(p.Shape)), p.Shape, p.Features}
		if p.Kind == models.IDs && p.Axes == nil && len(p.Shape) == 1 {
			at.axes = []string{"token"}
		}
		r.attributed, r.places = append(r.attributed, i), append(r.places, at)
		r.sources, r.width = append(r.sources, source{place: at, port: i}), r.width+at.size()
		for e := range n {
			r.x[e] = append(r.x[e], values[e*at.size():(e+1)*at.size()]...)
		}
	}
	if r.width == 0 {
		return nil, fmt.Errorf("explain: %s has no input that can be attributed", net.Name)
	}
	return r, nil
}

// numbers are those of a tensor, ids or not.
func numbers(t *tensors.Tensor) ([]float64, error) {
	if t.DType().IsFloat() {
		return models.Floats(t)
	}
	ids, err := models.Ints(t)
	values := make([]float64, len(ids))
	for i, id := range ids {
		values[i] = float64(id)
	}
	return values, err
}

// place is what values are given to.
type place struct {
	name  string
	dtype dtypes.DType
	axes  []string // without that of the examples
	shape []int

	features []string // names for the places of the last axis, or nil
}

func (p place) size() int {
	n := 1
	for _, d := range p.shape {
		n *= d
	}
	return n
}

// at makes a layer what the run's points and values are of.
func (r *run) at(l junction) {
	r.sources, r.places, r.width = []source{{place: l.place, port: -1, node: l.name}}, []place{l.place}, l.size()
}

// output is the program that passes the run's points forward.
func (r *run) output() program { return r.outputAt("") }

// outputAt is output that yields a layer's values too.
func (r *run) outputAt(layer string) program { return outputProgram{r.sources, r.target.Output, layer} }

// gradient is the program that passes them back as well.
func (r *run) gradient() program { return r.gradientAt("") }

// gradientAt is gradient that yields a layer's values, and the gradient for these.
func (r *run) gradientAt(layer string) program {
	return gradientProgram{r.sources, r.target.Output, layer}
}

// number is where an example's class is in a row of the output.
func (r *run) number(example int, classes []int) int {
	return r.offset(example) + classes[example]
}

// offset is where an example's position begins in a row of the output.
func (r *run) offset(example int) int {
	if r.positions == nil {
		return 0
	}
	shape := r.net.Outputs[r.target.Output].Shape
	return r.positions[example] * shape[len(shape)-1]
}

// classAsked is the class of a target for an example, as programs take it; whether there is one of that number is for resolve to say.
func (r *run) classAsked(t Target, example int) int32 {
	class := t.Class
	if t.Classes != nil {
		class = 0
		if example < len(t.Classes) {
			class = t.Classes[example]
		}
	} else if class == -1 {
		if r.positions == nil {
			return largest
		}
		return int32(largest - r.positions[example])
	}
	return int32(r.offset(example) + max(class, 0))
}

// value is the explained number of an output row.
func (r *run) value(example int, output []float64) float64 {
	v := output[r.number(example, r.classes)]
	if r.minus != nil {
		v -= output[r.number(example, r.minus)]
	}
	return v
}

// resolve finds out which classes are explained, from the outputs of the examples themselves, and returns the explained numbers.
func (r *run) resolve(p program) ([]float64, error) {
	return r.once(p, func(int, []float64) {})
}

// once is resolve for a method that also needs what the program yields for the examples, which then pass through the net only once. The
// provenance is worked out beside: a net that explains sixteen images in five milliseconds has its weights hashed in one.
func (r *run) once(p program, got func(i int, rest []float64)) ([]float64, error) {
	scores := make([][]float64, len(r.x))
	go func() { _, _ = r.made() }()
	err := r.pass(p, len(r.x), r.example, func(i int, output, rest []float64) {
		scores[i] = slices.Clone(output)
		got(i, rest)
	})
	if refused := (refusal{}); errors.As(err, &refused) { // if the net gives NaN, that is the news
		if wrong := r.pass(r.output(), len(r.x), r.example, func(int, []float64, []float64) {}); wrong != nil {
			err = wrong
		}
	}
	if r.halted(err) && scores[0] != nil { // some examples at least
		err = nil
	}
	_, unknown := r.made()
	if err := errors.Join(err, unknown); err != nil {
		return nil, err
	}
	return r.choose(scores, p.backward())
}

// choose resolves the target on the examples' outputs, of which those that were not computed are nil; if they were passed back, it takes the largest to be what that was done from.
func (r *run) choose(scores [][]float64, passed bool) (explained []float64, err error) {
	shape := r.net.Outputs[r.target.Output].Shape
	top := func(k int) func(i int, row []float64) int {
		if passed {
			return func(i int, _ []float64) int { return r.passed[i][k] - r.offset(i) }
		}
		return func(_ int, row []float64) int { return argmax(row) }
	}
	if r.classes, err = r.target.resolve(scores, shape, r.positions, top(0)); err != nil {
		return nil, err
	}
	if r.target.Minus != nil {
		if r.minus, err = r.target.Minus.resolve(scores, shape, r.positions, top(1)); err != nil {
			return nil, err
		}
	}
	explained = make([]float64, len(scores))
	for i, s := range scores {
		if s != nil {
			explained[i] = r.value(i, s)
		}
	}
	return explained, nil
}

// example fills in an example as it is.
func (r *run) example(i int, to []float64) int {
	copy(to, r.x[i])
	return i
}

// fold adds up what a row has for the vectors of a token: one number a token.
func (r *run) fold(row []float64) []float64 {
	if !slices.ContainsFunc(r.sources, func(s source) bool { return s.tokens != nil }) {
		return row
	}
	start, size := map[int]int{}, 0
	for k, p := range r.places {
		start[r.attributed[k]], size = size, size+p.size()
	}
	folded, at := make([]float64, size), 0
	for _, s := range r.sources {
		from, to := row[at:at+s.size()], folded[start[s.port]:]
		at += s.size()
		if s.tokens == nil {
			copy(to, from)
			continue
		}
		for k, v := range from {
			token := s.tokens[k*len(s.tokens)/len(from)]
			switch {
			case token < 0:
			case r.norm:
				to[token] = math.Hypot(to[token], v)
			default:
				to[token] += v
			}
		}
	}
	return folded
}
