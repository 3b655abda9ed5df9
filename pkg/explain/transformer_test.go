package explain_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// attnLRP is what testdata/make_attnlrp.py wrote.
type attnLRP struct {
	Weights map[string][]float64
	Values  []float64
	Mask    []bool
	Class   int
	Nets    map[string]struct{ Logits, Attn, CP []float64 }
}

func (f attnLRP) net(t *testing.T, name string) (*models.Net, []*tensors.Tensor) {
	t.Helper()
	a := models.Transformer{Layers: 1, Heads: 2, Width: 8, FeedForward: 12, Activation: models.GELU}
	if strings.HasSuffix(name, "pre") {
		a.PreNorm, a.Activation, a.Norm = true, models.SiLU, models.RMSNormalisation
	}
	net, err := models.New(a, []models.Port{{Name: "x", DType: dtypes.Float64, Shape: []int{5, 3}}, {Name: "mask", Kind: models.Mask, Shape: []int{5}}},
		[]models.Port{{Name: "class", Kind: models.Logits, Shape: []int{4}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for v := range net.Store().IterVariables() {
		if !v.Trainable {
			continue
		}
		w := f.Weights[strings.TrimPrefix(v.Path(), "/")]
		if len(w) != v.Shape().Size() {
			t.Fatalf("the fixture has %d numbers for %s %s", len(w), v.Path(), v.Shape())
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(w, v.Shape().Dimensions...)); err != nil {
			t.Fatal(err)
		}
	}
	return net, []*tensors.Tensor{tensors.FromFlatDataAndDimensions(f.Values, 3, 5, 3), tensors.FromFlatDataAndDimensions(f.Mask, 3, 5)}
}

// TestRulesOfTransformers compares AttnLRP and CP-LRP with the same written in PyTorch, and asks that the ledger closes: what softmaxes took
// is in it, and nothing of it with CP-LRP, as only biases (and the norms' shifts) take anything then. DeepLIFT must be complete.
func TestRulesOfTransformers(t *testing.T) {
	text, err := os.ReadFile("testdata/attnlrp.json")
	if err != nil {
		t.Fatal(err)
	}
	var f attnLRP
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	for name, want := range f.Nets {
		net, x := f.net(t, name)
		target := explain.Class(f.Class)
		for _, c := range []struct {
			rule explain.AttentionRule
			want []float64
		}{{explain.AttnLRP, want.Attn}, {explain.CPLRP, want.CP}} {
			e := explaintest.Explain(t, explain.LRP{Attention: c.rule, Composite: explain.Every(explain.Epsilon{Epsilon: 1e-12})}, net, x, target)
			top := 0.
			for _, v := range c.want {
				top = max(top, math.Abs(v))
			}
			for i, v := range e.Values[0].Data {
				if math.Abs(v-c.want[i]) > 1e-6*top {
					t.Errorf("%s, %s: value %d is %g, PyTorch has %g", name, c.rule, i, v, c.want[i])
					break
				}
			}
			if !e.Converged() {
				t.Errorf("%s, %s: the ledger is open by %v", name, c.rule, e.Residual)
			}
			for i, y := range e.Output {
				if math.Abs(y-want.Logits[i*4+f.Class]) > 1e-9 {
					t.Errorf("%s: logit of example %d is %g, PyTorch has %g", name, i, y, want.Logits[i*4+f.Class])
				}
			}
			softmax := taken(e, "softmax")
			if took := math.Abs(softmax[0]) > 1e-6; took == (c.rule == explain.CPLRP) {
				t.Errorf("%s, %s: softmaxes took %v", name, c.rule, softmax)
			}
		}
		e := explaintest.Explain(t, explain.DeepLIFT{}, net, x, target)
		if !e.Converged() {
			t.Errorf("%s: DeepLIFT misses by %v", name, e.Residual)
		}
	}
}

func taken(e *record.Explanation, account string) []float64 {
	for _, a := range e.Ledger.Taken {
		if a.By == account {
			return a.Amount
		}
	}
	return nil
}

// TestRulesOfOtherTransformers: every activation, both norms, with and without mask, have rules, and everything that is taken is booked.
func TestRulesOfOtherTransformers(t *testing.T) {
	for i, a := range []models.Transformer{
		{Activation: models.ReLU, Pool: models.PoolFirst}, {Activation: models.SwiGLU, PreNorm: true, Positions: models.SinusoidalPositions},
		{Activation: models.SELU, Norm: models.RMSNormalisation, Positions: models.NoPositions}, {Activation: models.Mish}, {Activation: models.GELUTanh},
	} {
		if i != 1 && !thorough() {
			continue // compiling takes seconds for each
		}
		a.Layers, a.Heads, a.Width = 1, 2, 8
		net, err := models.New(a, []models.Port{{Name: "x", Shape: []int{4, 3}}}, []models.Port{{Name: "class", Kind: models.Logits, Shape: []int{3}}}, uint64(i))
		if err != nil {
			t.Fatal(err)
		}
		x := []*tensors.Tensor{explaintest.Pseudo(uint64(i), 2, 4, 3)}
		for _, m := range []explain.Explainer{explain.LRP{}, explain.LRP{Attention: explain.CPLRP}, explain.DeepLIFT{}} {
			if e := explaintest.Explain(t, m, net, x, explain.Predicted); !e.Converged() {
				t.Errorf("%+v, %T: the residual is %v", a, m, e.Residual)
			}
		}
	}
	net := explaintest.Linear(t, 1, 2)
	_, err := explain.LRP{Attention: "none"}.Explain(context.Background(), net, explaintest.Rows([]float64{1, 2}), explain.Target{})
	if want := fmt.Sprintf("the rule %q for attention is not known", "none"); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one with %s", err, want)
	}
}
