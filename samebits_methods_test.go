package vitrine_test

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// method is a way to explain, whose record is an Explanation or Effects.
type method struct {
	name    string // words: the type or function, the composite
	explain func(ctx context.Context, net *models.Net, x []*tensors.Tensor) (any, error)
}

// explaining is a way to explain by a method.
func explaining(name string, e explain.Explainer) method {
	return method{name, func(ctx context.Context, net *models.Net, x []*tensors.Tensor) (any, error) {
		return e.Explain(ctx, net, x, explain.Predicted)
	}}
}

// attentions are the methods for nets with attention.
func attentions() (all []method) {
	for _, e := range explain.Attentions() {
		all = append(all, explaining(reflect.TypeOf(e).Name(), e))
	}
	return all
}

// methods are all others that the room explain has. TestEveryMethodIsCompared sees to it that none is missing.
func methods() []method { return within(320) }

// thrifty are the same for nets of the real size.
func thrifty() []method { return within(64) }

// within are all methods, of which those that sample evaluate so many rows an example: there are many processes.
func within(evaluations int) (all []method) {
	add := func(name string, e explain.Explainer) { all = append(all, explaining(name, e)) }
	for _, e := range explain.All() {
		add(reflect.TypeOf(e).Name(), frugal(e, evaluations))
	}
	add("LRP EpsilonPlus", explain.LRP{Composite: explain.EpsilonPlus})
	add("LRP EpsilonPlusFlat", explain.LRP{Composite: explain.EpsilonPlusFlat})
	add("LRP EpsilonAlpha2Beta1", explain.LRP{Composite: explain.EpsilonAlpha2Beta1})
	add("LRP EpsilonGammaBox", explain.LRP{Composite: explain.EpsilonGammaBox(0, 1), Nodes: true})
	add("LRP Every WSquare", explain.LRP{Composite: explain.Every(explain.WSquare{})})
	add("GradCAM", explain.GradCAM{})
	add("GradientSHAP noise", explain.GradientSHAP{Noise: 0.1, Seed: 2, Budget: explain.Budget{Evaluations: 60}})
	add("GuidedGradCAM", explain.GuidedGradCAM{})
	add("LayerIntegratedGradients", explain.LayerIntegratedGradients{Steps: 10})
	add("LayerConductance", explain.LayerConductance{Steps: 6, MaxSteps: 12}) // some are refined, some not
	return append(all,
		method{"FeaturePermutation", func(ctx context.Context, net *models.Net, x []*tensors.Tensor) (any, error) {
			m := explain.FeaturePermutation{Features: squares, Background: explain.Background{Values: others(net, 7)}, Budget: explain.Budget{Evaluations: 50}}
			return m.Explain(ctx, net, x, explain.Predicted)
		}},
		method{"Ablate", func(ctx context.Context, net *models.Net, x []*tensors.Tensor) (any, error) {
			return explain.Ablate(ctx, net, x, explain.Predicted, explain.Ablation{Mean: others(net, 5)})
		}},
		method{"Patch", func(ctx context.Context, net *models.Net, x []*tensors.Tensor) (any, error) {
			return explain.Patch(ctx, net, x, others(net, 1), explain.Predicted, explain.Patching{})
		}})
}

// squares are what methods that take features away count in: 9 of a small image, 16 of a real one.
var squares = explain.Grid{Height: 7, Width: 7}

// frugal is the method with few features, and with that budget if it samples.
func frugal(e explain.Explainer, evaluations int) explain.Explainer {
	switch m := e.(type) {
	case explain.PermutationSHAP, explain.PartitionSHAP: // take 300 of 16 features
		evaluations = max(evaluations, 300)
	case explain.GuidedIG:
		m.Steps = 10
		return m
	}
	v := reflect.New(reflect.TypeOf(e)).Elem()
	v.Set(reflect.ValueOf(e))
	if f := v.FieldByName("Features"); f.IsValid() {
		f.Set(reflect.ValueOf(squares))
	}
	if f := v.FieldByName("Budget"); f.IsValid() {
		f.Set(reflect.ValueOf(explain.Budget{Evaluations: evaluations}))
	}
	return v.Interface().(explain.Explainer)
}

// few are methods that multiply matrices in ways of their own: forward, back, and with weights and inputs of other signs. For a net of
// the real size, where all would take too long.
func few() (all []method) {
	for _, m := range methods() {
		switch m.name {
		case "Saliency", "LRP", "DeepLIFT", "LayerIntegratedGradients", "Patch":
			all = append(all, m)
		}
	}
	return all
}

// bitsOf has a line for every example: all numbers that the record has for it, bit for bit.
func bitsOf(result any) (lines []string, err error) {
	switch e := result.(type) {
	case *record.Explanation:
		if err := e.Check(); err != nil {
			return nil, err
		}
		for i := range e.Rows() {
			v := []float64{e.Output[i], float64(e.Target.Classes[i])}
			for _, a := range append(e.Values, e.StdErr...) {
				v = append(v, a.Row(i)...)
			}
			for _, part := range [][]float64{e.Base, e.Residual} {
				if part != nil {
					v = append(v, part[i])
				}
			}
			if e.Ledger != nil {
				v = append(v, e.Ledger.Input[i])
				for _, a := range append(e.Ledger.Taken, e.Ledger.Nodes...) {
					v = append(v, a.Amount[i])
				}
			}
			lines = append(lines, fmt.Sprint(digest(v), e.Status[i]))
		}
	case *record.Effects:
		if err := e.Check(); err != nil {
			return nil, err
		}
		for i := range e.Output {
			lines = append(lines, digest(append([]float64{e.Output[i], float64(e.Target.Classes[i])}, e.Change.Row(i)...)))
		}
	default:
		return nil, fmt.Errorf("a record of type %T", result)
	}
	return lines, nil
}

// TestEveryMethodIsCompared reads the sources of pkg/explain: whatever explains there must be in the list above.
func TestEveryMethodIsCompared(t *testing.T) {
	listed := map[string]bool{}
	for _, m := range append(methods(), attentions()...) {
		for _, word := range strings.Fields(m.name) {
			listed[word] = true
		}
	}
	files, err := filepath.Glob("pkg/explain/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	want := func(name string) {
		found++
		if !listed[name] {
			t.Errorf("explain.%s is in no test of the same bits: add a line to methods in samebits_methods_test.go", name)
		}
	}
	look := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			switch {
			case n.Recv != nil && n.Name.Name == "Explain":
				want(receiver(n))
			case n.Recv == nil && n.Name.IsExported() && (returns(n, "*record.Effects") || returns(n, "Composite")):
				want(n.Name.Name)
			}
			return false
		case *ast.ValueSpec: // var EpsilonPlus = Composite{…}
			for i, v := range n.Values {
				if c, ok := v.(*ast.CompositeLit); ok && fmt.Sprint(c.Type) == "Composite" && n.Names[i].IsExported() {
					want(n.Names[i].Name)
				}
			}
		}
		return true
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, look)
	}
	if found < 18 { // 11 methods, 2 interventions, 5 composites when this was written
		t.Errorf("only %d ways to explain were found in the sources", found)
	}
}

func receiver(f *ast.FuncDecl) string {
	of := f.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	return fmt.Sprint(of)
}

// returns says whether the function's first result has that type.
func returns(f *ast.FuncDecl, name string) bool {
	if f.Type.Results == nil {
		return false
	}
	var spell func(e ast.Expr) string
	spell = func(e ast.Expr) string {
		switch e := e.(type) {
		case *ast.StarExpr:
			return "*" + spell(e.X)
		case *ast.SelectorExpr:
			return spell(e.X) + "." + e.Sel.Name
		case *ast.Ident:
			return e.Name
		}
		return ""
	}
	return spell(f.Type.Results.List[0].Type) == name
}
