package explain

import (
	"encoding/json"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// walkProgram: inputs, classes, contrasts and, where there is one, the attributed inputs' baseline → output, what the walk brought to every
// attributed input, and what else the method wants to know of each row.
type walkProgram struct {
	title  string // the method with its options, on which the walk depends
	output int
	back   func(t *Trace, target, weights *Node, attributed, baseline []*Node) []*Node
	base   [][]float64 // per example; nil: no baseline
}

func (r *run) walkProgram(method Explainer, base [][]float64, back func(t *Trace, target, weights *Node, attributed, baseline []*Node) []*Node) (walkProgram, error) {
	options, err := json.Marshal(method)
	if err != nil {
		return walkProgram{}, fmt.Errorf("explain: %w", err)
	}
	return walkProgram{r.method + string(options), r.target.Output, back, base}, nil
}

func (p walkProgram) name() string { return fmt.Sprintf("explain/%s/%d", p.title, p.output) }

func (p walkProgram) build(net *models.Net) models.Forward {
	return func(scope *model.Scope, in []*Node) []*Node {
		n := len(net.Inputs)
		t := NewTrace(net, scope, in[:n])
		out := t.Outputs[p.output]
		var attributed []*Node
		for i, port := range net.Inputs {
			if port.Kind == models.Values {
				attributed = append(attributed, in[i])
			}
		}
		plus, minus := chosen(out, in[n]), chosen(out, in[n+1])
		return append([]*Node{withClasses(out, plus, minus)}, p.back(t, out, classWeights(out, plus, minus), attributed, in[n+2:])...)
	}
}

func (p walkProgram) arguments(r *run, points []point) ([]*tensors.Tensor, error) {
	args, err := r.inputsOf(points)
	if err != nil {
		return nil, err
	}
	args = append(args, r.classesOf(points)...)
	if p.base == nil {
		return args, nil
	}
	baseline := make([]point, len(points))
	for i, point := range points {
		baseline[i].values = p.base[point.example]
	}
	at := 0
	for _, place := range r.places {
		t, err := pack(place.dtype, place.shape, baseline, at)
		if err != nil {
			return nil, err
		}
		args, at = append(args, t), at+place.size()
	}
	return args, nil
}

func (p walkProgram) yields(i int) string {
	if i == 0 {
		return "output"
	}
	return "relevance"
}

func (walkProgram) backward() bool { return true }
