package explain

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Occlusion slides a window over the input, puts the baseline in its place, and gives every number under it the drop of the output,
// averaged over the windows that covered it. Units: of the output. A token is replaced whole, by padding or the Baseline's Token. (Zeiler and Fergus 2014, arXiv 1311.2901.)
type Occlusion struct {
	// Window and Stride have a length for each axis of the input (without the example axis). A window that reaches over the edge is cut.
	// nil: for images [height, width, channels] windows of 4×4 over all channels with stride 2; single numbers otherwise.
	Window, Stride []int
	Baseline       Baseline // zero: zeros
}

// Axioms implements Explainer. They are those of the default on inputs without axes of space, where each number is taken away alone;
// larger windows smear a number's effect over its neighbours, and lose Linear, Symmetry and Dummy.
func (o Occlusion) Axioms() Axioms {
	single := true
	for _, w := range o.Window {
		single = single && w == 1
	}
	return Axioms{ImplementationInvariance: true, Constant: true, Linear: single, Symmetry: single, Dummy: single}
}

// over fills in the defaults for an input of this shape and checks that the window fits.
func (o Occlusion) over(shape []int) (Occlusion, error) {
	image := len(shape) == 3
	for _, part := range []struct {
		name   string
		length *[]int
		image  int
	}{{"Window", &o.Window, 4}, {"Stride", &o.Stride, 2}} {
		if *part.length == nil {
			for axis, n := range shape {
				length := 1
				if image {
					length = min(part.image, n)
				}
				if image && axis == 2 {
					length = n
				}
				*part.length = append(*part.length, length)
			}
		}
		if len(*part.length) != len(shape) {
			return o, fmt.Errorf("explain: occlusion with %s %v for an input of shape %v: it should have %d lengths", part.name, *part.length, shape, len(shape))
		}
		for axis, n := range *part.length {
			if n < 1 || part.name == "Window" && n > shape[axis] {
				return o, fmt.Errorf("explain: occlusion with %s %v for an input of shape %v", part.name, *part.length, shape)
			}
		}
	}
	for axis := range shape {
		if o.Stride[axis] > o.Window[axis] {
			return o, fmt.Errorf("explain: occlusion with Stride %v above Window %v would leave numbers between windows that no window covers", o.Stride, o.Window)
		}
	}
	return o, nil
}

// windows lists, for each window, the positions that it covers in an input of this shape.
func (o Occlusion) windows(shape []int) [][]int {
	windows := [][]int{{0}} // of the input's first axes, none at first: one window that covers the one position there is
	for axis, n := range shape {
		var longer [][]int
		for _, w := range windows {
			for from := 0; ; from += o.Stride[axis] {
				to := min(from+o.Window[axis], n)
				var covered []int
				for _, at := range w {
					for i := from; i < to; i++ {
						covered = append(covered, at*n+i)
					}
				}
				longer = append(longer, covered)
				if to == n {
					break
				}
			}
		}
		windows = longer
	}
	return windows
}

// Explain implements Explainer.
func (o Occlusion) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	r, err := beginWhole(ctx, nameOf(o), net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	var windows [][]int // positions in the attributed inputs, one after another
	at := 0
	for k, i := range r.attributed {
		sized, err := o.over(net.Inputs[i].Shape)
		if err != nil {
			return nil, err
		}
		for _, w := range sized.windows(net.Inputs[i].Shape) {
			for j := range w {
				w[j] += at
			}
			windows = append(windows, w)
		}
		at += r.places[k].size()
		if len(r.attributed) == 1 {
			o = sized
		}
	}
	baseline, err := r.baseline(o.Baseline)
	if err != nil {
		return nil, err
	}
	output, err := r.resolve(r.output())
	if err != nil {
		return nil, err
	}
	values, covered := make([][]float64, len(r.x)), make([]float64, r.width)
	for _, w := range windows {
		for _, j := range w {
			covered[j]++
		}
	}
	for i := range values {
		values[i] = make([]float64, r.width)
	}
	done := 0
	there := make([]bool, r.width)
	err = r.everyNumber(baseline).play(len(r.x)*len(windows),
		func(i int) (int, []bool) {
			for j := range there {
				there[j] = true
			}
			for _, j := range windows[i%len(windows)] {
				there[j] = false
			}
			return i / len(windows), there
		},
		func(i int, value float64, _ []float64) {
			example := i / len(windows)
			done = i + 1
			for _, j := range windows[i%len(windows)] {
				values[example][j] += (output[example] - value) / covered[j]
			}
		})
	if err != nil && !r.halted(err) {
		return nil, err
	}
	for i := done / len(windows); i < len(values); i++ { // not done, as the context ended
		values[i] = nil
	}
	e, err := r.record(o, output, values)
	if e == nil {
		return nil, err
	}
	e.Exact, e.Baseline = true, o.Baseline.String()
	return e, err
}
