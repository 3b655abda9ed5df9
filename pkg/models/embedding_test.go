package models

import (
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// TestEmbedding looks up rows; padding gives zeros and takes no gradient, a row that is looked up twice gets both.
func TestEmbedding(t *testing.T) {
	n, err := New(Custom{Build: func(s *model.Scope, in []*Node) []*Node {
		return []*Node{Embedding(s.In("embedding"), in[0], 4, 2).WithAlias("embedding")}
	}}, []Port{{Name: "tokens", Kind: IDs, Shape: []int{3}}}, []Port{{Name: "vectors", Shape: []int{3, 2}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	table := tensors.FromValue([][]float32{{9, 9}, {1, 2}, {3, 4}, {5, 6}})
	if err := n.Store().GetVariable("/embedding/weights").SetValue(table); err != nil {
		t.Fatal(err)
	}
	out, err := n.Run("gradient", func(s *model.Scope, in []*Node) []*Node {
		y := n.Apply(s, in)[0]
		g := y.Graph()
		w := s.Store().GetVariable("/embedding/weights").NodeValue(g)
		return []*Node{y, Gradient(ReduceAllSum(Mul(y, AddScalar(IotaFull(g, y.Shape()), 1))), w)[0]}
	}, tensors.FromValue([][]int32{{3, 1, 0}, {0, 3, 3}}))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]float32{{5, 6, 1, 2, 0, 0, 0, 0, 5, 6, 5, 6}, {0, 0, 3, 4, 0, 0, 1 + 9 + 11, 2 + 10 + 12}} {
		for j, got := range tensors.MustCopyFlatData[float32](out[i]) {
			if got != want[j] {
				t.Errorf("result %d, number %d is %g, want %g", i, j, got, want[j])
			}
		}
	}
}

func TestVocabulary(t *testing.T) {
	for want, p := range map[string]Port{
		"holds values, want ids":            {Name: "x", Kind: Values},
		"the first being padding; it has 0": {Name: "x", Kind: IDs},
	} {
		if _, err := vocabulary(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
