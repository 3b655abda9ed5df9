package explain_test

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// verifiable is every method of the package, with options that a record must bring back.
func verifiable() []explain.Explainer {
	given := explain.Baseline{Values: []*tensors.Tensor{explaintest.Pseudo(3, 1, 6, 6, 1)}}
	rows, blocks := explain.Background{Values: []*tensors.Tensor{explaintest.Pseudo(4, 5, 6, 6, 1)}}, explain.Grid{Height: 2, Width: 3}
	return append(explain.All(),
		explain.Saliency{Signed: true},
		explain.IntegratedGradients{Steps: 4, MaxSteps: 4, Baseline: explain.Baseline{Constant: 0.1}},
		explain.IntegratedGradients{Steps: 4, Tolerance: 1e-3, Baseline: given},
		explain.IntegratedGradients{Steps: 4, MaxSteps: 4, Background: rows}, explain.GuidedIG{Steps: 5, Fraction: 0.5, Distance: 1, Baseline: given},
		explain.SmoothGrad{Noise: 0.2, Seed: 7, Budget: explain.Budget{Evaluations: 10}}, explain.VarGrad{Share: 0.1, Budget: explain.Budget{Time: 1}},
		explain.GradientSHAP{Background: rows, Noise: 0.1, Seed: 3, Budget: explain.Budget{Tolerance: 0.05}}, explain.GradientSHAP{Baseline: given}, explain.DeepSHAP{Background: rows},
		explain.Occlusion{Window: []int{3, 3, 1}, Stride: []int{2, 3, 1}, Baseline: given},
		explain.LRP{Composite: explain.EpsilonGammaBox(-1, 2), Nodes: true},
		explain.LRP{Composite: explain.Composite{{Name: "conv_0", First: true, Rule: explain.Flat{}}, {Layer: explain.DenseLayer, Rule: explain.AlphaBeta{Alpha: 3, Beta: 2}}, {Rule: explain.WSquare{}}}},
		explain.LRP{Composite: explain.EpsilonPlus}, explain.LRP{Composite: explain.Every(explain.Gamma{Gamma: 0.1})},
		explain.FeatureAblation{Features: blocks, Background: rows}, explain.FeaturePermutation{Background: rows, Budget: explain.Budget{Evaluations: 3 * 36}, Seed: 2},
		explain.FeaturePermutation{Features: blocks}, // each other's
		explain.Shapley{Features: blocks, Background: rows, Exact: true}, explain.Shapley{Budget: explain.Budget{Time: time.Nanosecond}},
		explain.KernelSHAP{Baseline: given, Features: blocks, Budget: explain.Budget{Evaluations: 60, Tolerance: 0.01}, Seed: 5}, explain.PermutationSHAP{Background: rows, Seed: 6},
		explain.PartitionSHAP{Features: explain.Grid{Height: 3, Width: 6}, Hierarchy: &explain.Hierarchy{Parts: []explain.Hierarchy{{Feature: 1}, {}}}},
		explain.PartitionSHAP{Background: rows, Budget: explain.Budget{Evaluations: 5 * 700}},
		explain.GradCAM{}, explain.GuidedGradCAM{}, explain.LayerIntegratedGradients{}, explain.LayerConductance{Layer: "relu_0", Baseline: given},
	)
}

// picture is a net that files can hold, and images for it.
func picture(t *testing.T) (*models.Net, []*tensors.Tensor) {
	t.Helper()
	image := models.Port{Name: "image", Shape: []int{6, 6, 1}, Axes: []string{"height", "width", "channel"}}
	class := models.Port{Name: "class", Shape: []int{3}, Kind: models.Logits}
	net, err := models.New(models.CNN{Channels: []int{2}, Dense: 4}, []models.Port{image}, []models.Port{class}, 3)
	if err != nil {
		t.Fatal(err)
	}
	return net, []*tensors.Tensor{explaintest.Pseudo(5, 3, 6, 6, 1)}
}

func TestVerify(t *testing.T) {
	t.Setenv("VITRINE_CACHE", t.TempDir())
	net, x := picture(t)
	dir, ctx := t.TempDir(), context.Background()
	for i, m := range verifiable() {
		e, err := explain.Cached(m, net, x, explain.Predicted)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, fmt.Sprint(i, ".json"))
		if err := e.WriteFile(path); err != nil { // elsewhere: what belongs to it is in the cache
			t.Fatal(err)
		}
		v, err := explain.Verify(ctx, path, nil)
		if err != nil {
			t.Errorf("%s %s: %v", e.Method, e.Options, err)
			continue
		}
		if !v.Holds() || !v.Difference.SameBits || v.Other != nil || !strings.Contains(v.String(), "holds bit for bit") {
			t.Errorf("%s %s: %s", e.Method, e.Options, v)
		}
	}
}

// TestVerifyKnowsEveryMethod: whatever has a method Explain can be read back from a record.
func TestVerifyKnowsEveryMethod(t *testing.T) {
	all, err := parser.ParseDir(token.NewFileSet(), ".", func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0) //nolint:staticcheck // one package without build tags
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, m := range append(verifiable(), explain.Attentions()...) { // TestVerifyAttention has the latter
		have = append(have, strings.TrimPrefix(fmt.Sprintf("%T", m), "explain."))
	}
	found := 0
	for _, file := range all["explain"].Files {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == "Explain" {
				found++
				if name := fmt.Sprint(f.Recv.List[0].Type); !slices.Contains(have, name) {
					t.Errorf("no test of verify for %s", name)
				}
			}
		}
	}
	if found < 10 {
		t.Errorf("%d methods found", found)
	}
}

func TestVerifyTargets(t *testing.T) {
	t.Setenv("VITRINE_CACHE", t.TempDir())
	net, x := picture(t)
	for _, target := range []explain.Target{
		explain.Class(2), explain.Classes(0, 2, 1), explain.Predicted.Against(explain.Class(0)), explain.Class(1).Against(explain.Predicted), explain.Classes(0, 1, 2).Against(explain.Classes(2, 0, 1)),
	} {
		e, err := explain.IntegratedGradients{Steps: 4}.Explain(context.Background(), net, x, target)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "why.json")
		if err := explain.Keep(path, e, explain.IntegratedGradients{Steps: 4}, net, x); err != nil {
			t.Fatal(err)
		}
		if v, err := explain.Verify(context.Background(), path, net); err != nil || !v.Holds() || v.Again.Target.Minus == nil != (e.Target.Minus == nil) {
			t.Errorf("%s: %v, %v", target, v, err)
		}
	}
}

// altered writes a record to the folder, with something changed in it.
func altered(t *testing.T, e *record.Explanation, dir string, change func(*record.Explanation)) string {
	t.Helper()
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	c, err := record.ParseExplanation(b)
	if err != nil {
		t.Fatal(err)
	}
	change(c)
	path := filepath.Join(dir, "altered.json")
	if err := c.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestVerifyNoticesChanges(t *testing.T) {
	t.Setenv("VITRINE_CACHE", t.TempDir())
	net, x := picture(t)
	dir, ctx := t.TempDir(), context.Background()
	e, err := explain.LRP{}.Explain(ctx, net, x, explain.Predicted)
	if err != nil {
		t.Fatal(err)
	}
	if err := explain.Keep(filepath.Join(dir, "why.json"), e, explain.LRP{}, net, x); err != nil {
		t.Fatal(err)
	}
	top := 0.0
	for _, v := range e.Values[0].Data {
		top = max(top, v, -v)
	}
	for _, c := range []struct {
		name   string
		change func(*record.Explanation)
		holds  bool
		want   string // in what is said or in the error
	}{
		{"a value", func(e *record.Explanation) { e.Values[0].Data[7] += top / 4 }, false, `off by 0.2`},
		{"a little", func(e *record.Explanation) { e.Values[0].Data[7] += top * 1e-5 }, false, `values of "image", example 0, [1 1 0]`},
		{"a state", func(e *record.Explanation) { e.Status[0] = record.Unfinished }, false, "states"},
		{"a little, on another processor", func(e *record.Explanation) { e.Values[0].Data[7] += top * 1e-5; e.Made.Processor = "Z80" }, true, "holds within 1e-05 of the largest value (allowed: 1e-04)\n  other than then: processor: Z80, now "},
		{"much, on another processor", func(e *record.Explanation) { e.Values[0].Data[7] += top * 1e-3; e.Made.Processor = "Z80" }, false, "DOES NOT HOLD: off by 0.001"},
		{"another version", func(e *record.Explanation) { e.Made.Versions["github.com/gomlx/gomlx"] = "v0.1.0" }, true, "holds bit for bit\n  other than then: github.com/gomlx/gomlx: v0.1.0, now "},
		{"another graph", func(e *record.Explanation) { e.Made.Graph = strings.Repeat("0", 64) }, true, "other than then: the net's graph"},
		{"other inputs", func(e *record.Explanation) { e.Made.Inputs = strings.Repeat("0", 64) }, false, "neither beside"},
		{"another method", func(e *record.Explanation) { e.Method = "Guess" }, false, `"Guess", which is no method`},
		{"options", func(e *record.Explanation) { e.Options = json.RawMessage(`{"Depth":1}`) }, false, "Depth"},
		{"a rule", func(e *record.Explanation) {
			e.Options = json.RawMessage(`{"Composite":[{"rule":"Zeta","options":{}}]}`)
		}, false, `no rule is called "Zeta"`},
		{"output", func(e *record.Explanation) { e.Target.Output = "price" }, false, `"price"`},
	} {
		v, err := explain.Verify(ctx, altered(t, e, dir, c.change), net) // the same net, as compiling it again takes time
		said := fmt.Sprint(err)
		if err == nil {
			said = v.String()
			if v.Holds() != c.holds {
				t.Errorf("%s: holds: %t", c.name, v.Holds())
			}
		} else if c.holds {
			t.Errorf("%s: %v", c.name, err)
		}
		if !strings.Contains(said, c.want) {
			t.Errorf("%s: it says %q, want %q", c.name, said, c.want)
		}
	}

	if _, err := explain.Verify(ctx, altered(t, e, dir, func(e *record.Explanation) { e.Made.Weights = strings.Repeat("0", 64) }), nil); err == nil || !strings.Contains(err.Error(), "neither beside") {
		t.Errorf("a net that is not there: %v", err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.safetensors"))
	if err != nil || len(files) != 2 {
		t.Fatalf("%d files beside the record, want the net and the inputs: %v", len(files), err)
	}
	for _, f := range files {
		whole, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		broken := slices.Clone(whole)
		broken[len(broken)-1] ^= 1
		if err := os.WriteFile(f, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := explain.Verify(ctx, filepath.Join(dir, "why.json"), nil); err == nil || !strings.Contains(err.Error(), "altered") {
			t.Errorf("%s altered: %v", f, err)
		}
		if err := os.WriteFile(f, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	other, y := picture(t)
	if err := explain.Keep(filepath.Join(dir, "why2.json"), e, explain.LRP{}, other, []*tensors.Tensor{explaintest.Pseudo(6, 3, 6, 6, 1)}); err == nil {
		t.Errorf("kept beside inputs that did not make it: %v", y)
	}
}

// TestVerifyOfAGraphOfOnesOwn: the file of such a net has no graph, so it is given.
func TestVerifyOfAGraphOfOnesOwn(t *testing.T) {
	t.Setenv("VITRINE_CACHE", t.TempDir())
	own := func(seed uint64) *models.Net {
		net, err := models.New(models.Custom{Build: func(s *model.Scope, in []*graph.Node) []*graph.Node { return []*graph.Node{models.Dense(s, in[0], 2)} }},
			[]models.Port{{Name: "x", Shape: []int{4}}}, []models.Port{{Name: "y", Shape: []int{2}}}, seed)
		if err != nil {
			t.Fatal(err)
		}
		return net
	}
	net, x, path := own(1), []*tensors.Tensor{explaintest.Pseudo(1, 3, 4)}, filepath.Join(t.TempDir(), "why.json")
	e, err := explain.DeepLIFT{}.Explain(context.Background(), net, x, explain.Predicted)
	if err != nil {
		t.Fatal(err)
	}
	if err := explain.Keep(path, e, explain.DeepLIFT{}, net, x); err != nil {
		t.Fatal(err)
	}
	if _, err := explain.Verify(context.Background(), path, nil); err == nil || !strings.Contains(err.Error(), "explain.Verify then takes that net") {
		t.Errorf("without the net: error %v", err)
	}
	if _, err := explain.Verify(context.Background(), path, own(2)); err == nil || !strings.Contains(err.Error(), "other weights") {
		t.Errorf("with another net: error %v", err)
	}
	if v, err := explain.Verify(context.Background(), path, own(1)); err != nil || !v.Difference.SameBits {
		t.Errorf("%v, %v", v, err)
	}
}
