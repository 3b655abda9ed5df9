package explain

import (
	"fmt"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// combination says what becomes of the heads of attention weights A, given the target's gradient G for them. The graph works it out, as the
// heads of a large net would not fit on the host.
type combination string

const (
	meanWeights   combination = "mean A"      // over the heads
	meanRelevance combination = "mean (G∘A)⁺" // over the heads
	sumProduct    combination = "sum G∘A"     // over the heads
)

func (c combination) apply(weights, gradient *Node) *Node {
	switch c {
	case meanWeights:
		return ReduceMean(weights, 1)
	case meanRelevance:
		return ReduceMean(models.Relu(Mul(gradient, weights)), 1)
	}
	return ReduceSum(Mul(gradient, weights), 1)
}

// attentionProgram: points, classes, contrasts → output, the combined weights [rows, columns] of every node, and for each row of the ends the
// sum of the magnitudes of the target's gradient for its weights.
type attentionProgram struct {
	sources     []source
	output      int
	of          combination
	nodes, ends []string
}

func (p attentionProgram) name() string {
	return fmt.Sprintf("explain/attention/%s/%d/%s/%q/%q", named(p.sources), p.output, p.of, p.nodes, p.ends)
}

func (p attentionProgram) build(net *models.Net) models.Forward {
	return func(scope *model.Scope, in []*Node) []*Node {
		names := slices.Concat(p.nodes, p.ends)
		counted := slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "#") })
		t, _, classes := feed(net, scope, in, p.sources, counted)
		out := t.Outputs[p.output]
		plus, minus := chosen(out, classes[0]), chosen(out, classes[1])
		var nodes []*Node
		for _, name := range names {
			nodes = append(nodes, t.Node(name))
		}
		gradients := t.Derive(p.output, classWeights(out, plus, minus), nodes...)
		result := []*Node{withClasses(out, plus, minus)}
		for i := range p.nodes {
			result = append(result, flat(p.of.apply(nodes[i], gradients[i])))
		}
		for i := range p.ends {
			result = append(result, ReduceSum(Abs(gradients[len(p.nodes)+i]), 1, 3))
		}
		return result
	}
}

func (p attentionProgram) arguments(r *run, points []point) ([]*tensors.Tensor, error) {
	args, err := r.arguments(points, p.sources)
	return append(args, r.classesOf(points)...), err
}

func (p attentionProgram) yields(i int) string {
	switch {
	case i == 0:
		return "output"
	case i <= len(p.nodes):
		return string(p.of) + " at " + p.nodes[i-1]
	}
	return "gradient at " + p.ends[i-1-len(p.nodes)]
}
func (attentionProgram) backward() bool { return true }
func (attentionProgram) rows() int      { return models.Chunk }
