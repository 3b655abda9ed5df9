package explain

import (
	"encoding/json"
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/internal/backend"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// walkProgram: points, classes, contrasts and, where there is one, the points' baseline → output, what the walk brought to every source,
// and what else the method wants to know of each row.
type walkProgram struct {
	title   string // the method with its options, on which the walk depends
	sources []source
	output  int
	back    func(t *Trace, target, weights *Node, attributed, baseline []*Node) []*Node
	base    [][]float64 // a row for each point, from the first again when they are through; nil: no baseline
}

func (r *run) walkProgram(method Explainer, base [][]float64, back func(t *Trace, target, weights *Node, attributed, baseline []*Node) []*Node) (walkProgram, error) {
	options, err := json.Marshal(method)
	if err != nil {
		return walkProgram{}, fmt.Errorf("explain: %w", err)
	}
	return walkProgram{nameOf(method) + string(options), r.sources, r.target.Output, back, base}, nil
}

func (p walkProgram) name() string {
	return fmt.Sprintf("explain/%s/%s/%d", p.title, named(p.sources), p.output)
}

func (p walkProgram) build(net *models.Net) models.Forward {
	return func(scope *model.Scope, in []*Node) []*Node {
		t, attributed, rest := feed(net, scope, in, p.sources, true)
		out := t.Outputs[p.output]
		plus, minus := chosen(out, rest[0]), chosen(out, rest[1])
		return append([]*Node{withClasses(out, plus, minus)}, p.back(t, out, classWeights(out, plus, minus), attributed, rest[2:])...)
	}
}

func (p walkProgram) arguments(r *run, points []point) ([]*tensors.Tensor, error) {
	args, err := r.arguments(points, p.sources)
	if err != nil {
		return nil, err
	}
	args = append(args, r.classesOf(points)...)
	if p.base == nil {
		return args, nil
	}
	baseline := make([]point, len(points))
	for i, point := range points {
		baseline[i].values = p.base[point.number%len(p.base)]
	}
	packed, err := packAll(p.sources, baseline)
	return append(args, packed...), err
}

func (p walkProgram) yields(i int) string {
	if i == 0 {
		return "output"
	}
	return "relevance"
}

func (walkProgram) backward() bool { return true }

// fewRows are as many as people mostly explain at once. An example passes but once, so that a chunk of [models.Chunk] would be a third padding; it
// is that all the same in pure Go, where an example's bits would depend on its place, and where a source's shape has been found for such a chunk.
const fewRows = 16

func (p walkProgram) rows() int {
	pureGo := backend.Choose().Kind() == "go"
	if pureGo || slices.ContainsFunc(p.sources, func(s source) bool { return s.dims != nil }) {
		return models.Chunk
	}
	return fewRows
}
