package explain_test

import (
	"math"
	"os"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// TestLRPAgainstPlainRules compares every rule and composite with loops over connections, for convolutions of both forms.
func TestLRPAgainstPlainRules(t *testing.T) {
	square := []contribution{{func(_ float64, c connection) float64 { return c.weight * c.weight }, noBias, 1}}
	flat := []contribution{{func(float64, connection) float64 { return 1 }, noBias, 1}}
	box := func(low, high float64) []contribution {
		return []contribution{{func(x float64, c connection) float64 {
			return x*c.weight - low*max(0, c.weight) - high*min(0, c.weight)
		}, noBias, 1}}
	}
	gamma := func(g float64) []contribution {
		return []contribution{{func(x float64, c connection) float64 { return x * (c.weight + g*max(0, c.weight)) }, whole, 1}}
	}
	every := func(c []contribution) func(int, stage) []contribution {
		return func(int, stage) []contribution { return c }
	}
	by := func(first, convolution []contribution) func(int, stage) []contribution {
		return func(i int, s stage) []contribution {
			switch {
			case i == 0:
				return first
			case s.convolution:
				return convolution
			}
			return plainly
		}
	}
	for _, c := range []struct {
		name      string
		composite explain.Composite
		rule      func(int, stage) []contribution
		epsilon   float64
	}{
		{"default", nil, by(plainAlphaBeta(1, 0), plainAlphaBeta(1, 0)), 1e-9},
		{"ε", explain.Every(explain.Epsilon{}), every(plainly), 1e-9},
		{"ε 0.1", explain.Every(explain.Epsilon{Epsilon: 0.1}), every(plainly), 0.1},
		{"γ", explain.Every(explain.Gamma{Gamma: 0.7}), every(gamma(0.7)), 1e-9},
		{"α2β1", explain.Every(explain.AlphaBeta{}), every(plainAlphaBeta(2, 1)), 1e-9},
		{"z⁺", explain.Every(explain.ZPlus{}), every(plainAlphaBeta(1, 0)), 1e-9},
		{"w²", explain.Every(explain.WSquare{}), every(square), 1e-9},
		{"flat", explain.Every(explain.Flat{}), every(flat), 1e-9},
		{"first z^B", explain.EpsilonGammaBox(-1, 1), by(box(-1, 1), gamma(0.25)), 1e-9},
		{"first w²", explain.Composite{{First: true, Rule: explain.WSquare{}}}, by(square, plainly), 1e-9},
		{"first flat", explain.EpsilonPlusFlat, by(flat, plainAlphaBeta(1, 0)), 1e-9},
		{"ε-α2β1", explain.EpsilonAlpha2Beta1, by(plainAlphaBeta(2, 1), plainAlphaBeta(2, 1)), 1e-9},
		{"by name", explain.Composite{{Name: "conv_0", Rule: explain.Gamma{}}}, by(gamma(0.25), plainly), 1e-9},
	} {
		for _, native := range []bool{false, true} {
			if !thorough() && (native && c.composite != nil || len(c.composite) == 1) {
				continue // the composites have every rule but z⁺ and w² on all layers
			}
			net := cnn64(t, native)
			x, rows := images64(3, 3)
			e := explaintest.Explain(t, explain.LRP{Composite: c.composite}, net, x, explain.Class(1))
			p := plainCNN(t, net)
			for i, row := range rows {
				off, largest := furthest(e.Values[0].Row(i), p.relevance(row, 1, c.epsilon, c.rule))
				if off > 1e-8*largest || largest == 0 {
					t.Errorf("%s, native %t, example %d: off by %g, where the largest value is %g", c.name, native, i, off, largest)
				}
				if e.Status[i] != record.OK || e.Residual[i] > 1e-9*max(1, largest) {
					t.Errorf("%s, native %t: the ledger of example %d is off by %g", c.name, native, i, e.Residual[i])
				}
			}
		}
	}
}

// TestLRPNumbers are published values, or follow from the definition by hand.
func TestLRPNumbers(t *testing.T) {
	dense := func(x *Node, w [][]float64) *Node { return Dot(x, Const(x.Graph(), w)).MatMul() }
	two := func(corner float64) *models.Net {
		return explaintest.Net(t, "two layers", 3, 1, func(_ *model.Scope, x *Node) *Node {
			return dense(models.Relu(dense(x, [][]float64{{corner, 2, 2}, {2, 2, 2}, {2, 2, 2}})), [][]float64{{3}, {3}, {3}})
		})
	}
	conv := explaintest.Net(t, "conv", 16, 1, func(_ *model.Scope, x *Node) *Node {
		g, rows := x.Graph(), x.Shape().Dim(0)
		y := Convolve(Reshape(x, rows, 4, 4, 1), Const(g, [][][][]float64{
			{{{1, 1}}, {{1, 1}}, {{1, 1}}}, {{{1, 1}}, {{1, 1}}, {{1, 1}}}, {{{1, 1}}, {{1, 1}}, {{1, 1}}}})).NoPadding().Done()
		y = models.Relu(Add(y, Const(g, [][][][]float64{{{{-50, -75}}}})))
		y = Reshape(TransposeAllDims(y, 0, 3, 1, 2), rows, 8)
		return models.Relu(dense(y, [][]float64{{1}, {1}, {1}, {1}, {1}, {-1}, {-1}, {-1}}))
	})
	arange := make([]float64, 16)
	for i := range arange {
		arange[i] = float64(i)
	}
	for _, c := range []struct {
		name    string
		method  explain.LRP
		net     *models.Net
		x, want []float64
	}{
		{"ε", explain.LRP{}, two(2), []float64{1, 2, 3}, []float64{18, 36, 54}},
		{"γ of 1 and of 1/4", explain.LRP{Composite: explain.Composite{{First: true, Rule: explain.Gamma{Gamma: 1}}, {Rule: explain.Gamma{}}}},
			two(-2), []float64{1, 2, 3}, []float64{28. / 3, 104. / 3, 52}},
		{"α1β0", explain.LRP{Composite: explain.Every(explain.AlphaBeta{Alpha: 1})}, two(-2), []float64{1, 2, 3}, []float64{12, 33.6, 50.4}},
		{"convolution", explain.LRP{Composite: explain.Every(explain.Epsilon{})}, conv, arange, []float64{0, 1, 2, 3, 0, 5, 6, 7, 0, 9, 10, 11, 0, 0, 0, 0}},
		{"BML", explain.LRP{}, explaintest.BML(t), []float64{20, 50, 30}, []float64{80, 200, 120}},
	} {
		e := explaintest.Explain(t, c.method, c.net, explaintest.Rows(c.x), explain.Target{})
		if off, _ := furthest(e.Values[0].Data, c.want); off > 1e-6 {
			t.Errorf("%s: %v, want %v", c.name, e.Values[0].Data, c.want)
		}
	}
}

func TestLedger(t *testing.T) {
	e := explaintest.Explain(t, explain.LRP{Nodes: true}, explaintest.BML(t), explaintest.Rows([]float64{20, 50, 30}, []float64{1, 2, 3}), explain.Target{})
	if got, want := e.Ledger.Input, []float64{400, 18}; math.Abs(got[0]-want[0])+math.Abs(got[1]-want[1]) > 1e-9 {
		t.Errorf("the inputs got %v, want %v", got, want)
	}
	// f = relu(s−10) + 3·relu(s+1) − 1: biases of −10, 3 and −1, the first of them only where its ReLU is on.
	if got := e.Ledger.Taken[0]; got.By != "bias" || math.Abs(got.Amount[0]+8)+math.Abs(got.Amount[1]-2) > 1e-9 {
		t.Errorf("biases took %+v, want -8 and 2", got)
	}
	byNode := [2]float64{}
	for _, n := range e.Ledger.Nodes {
		if !strings.HasPrefix(n.By, "bias of Add#") {
			t.Errorf("a node %q took something", n.By)
		}
		byNode[0], byNode[1] = byNode[0]+n.Amount[0], byNode[1]+n.Amount[1]
	}
	if len(e.Ledger.Nodes) != 3 || math.Abs(byNode[0]+8)+math.Abs(byNode[1]-2) > 1e-9 {
		t.Errorf("by node: %+v", e.Ledger.Nodes)
	}
	again := explaintest.Explain(t, explain.LRP{Nodes: true}, cnn64(t, false), first(images64(3, 2)), explain.Predicted)
	var names []string
	for _, n := range again.Ledger.Nodes {
		if strings.HasPrefix(n.By, "bias of ") {
			names = append(names, strings.TrimPrefix(n.By, "bias of "))
		}
	}
	if got, want := strings.Join(names, " "), "logits dense conv_1 conv_0"; got != want {
		t.Errorf("biases of %s, want %s", got, want)
	}
}

// thorough says whether to compile many nets: always on pure Go, where that takes no time, and on XLA with VITRINE_FULL=1.
func thorough() bool {
	return os.Getenv("VITRINE_FULL") != "" || strings.HasPrefix(os.Getenv("GOMLX_BACKEND"), "go")
}

// TestRefusedByName: an operation without a rule is an error with its type, name and shape.
func TestRefusedByName(t *testing.T) {
	type want struct{ lrp, deeplift, guided string } // "": explained
	all := func(s string) want { return want{s, s, s} }
	b, err := explaintest.BML(t).Backend()
	if err != nil {
		t.Fatal(err)
	}
	running, pureGo := all(""), b.Name() == "Go Backend"
	if pureGo { // which crashes on its gradient
		running = all(`operation ReduceWindow, node "ReduceWindow#0" of shape (Float64)[24, 3]`)
	}
	for _, c := range []struct {
		name string
		f    func(x *Node) *Node
		want want
	}{
		{"sort", func(x *Node) *Node { return Sort(x, -1, true).WithAlias("sorted") }, all(`operation Sort, node "sorted" of shape (Float64)[24, 3]`)},
		{"largest two", func(x *Node) *Node {
			v, _ := TopK(x, 2, -1)
			return v
		}, all(`operation Sort, node "SplitNode#0" of shape (Float64)[24, 3]`)},
		{"branch", func(x *Node) *Node {
			one := func(*Graph) []*Node { return []*Node{Square(x)} }
			other := func(*Graph) []*Node { return []*Node{Neg(x)} }
			g := x.Graph()
			return If(GreaterThan(ReduceAllSum(Ones(g, x.Shape())), ScalarZero(g, x.DType())), NewClosure(g, one), NewClosure(g, other))[0]
		}, want{"operation If", `is an If`, "operation If"}},
		{"product", func(x *Node) *Node { return ReduceMultiply(x, 1).WithAlias("all_at_once") }, all(`operation ReduceProduct, node "all_at_once" of shape (Float64)[24]`)},
		{"floor", func(x *Node) *Node { return Floor(x).WithAlias("steps") }, all(`operation Floor, node "steps" of shape (Float64)[24, 3]`)},
		{"running sum", func(x *Node) *Node { return CumSum(x, -1) }, running},
		{"log softmax", func(x *Node) *Node { return LogSoftmax(x, -1) }, want{`operation Log, node "Log#0" of shape (Float64)[24, 1]`, "", ""}},
		{"choice", func(x *Node) *Node { return OneHot(ArgMax(x, -1), 3, x.DType()) }, want{`operation ConvertDType, node "ConvertDType#0" of shape (Float64)[24, 3]`, `operation ConvertDType, node "ConvertDType#0" of shape (Float64)[24, 3]`, ""}},
	} {
		if c.name == "branch" && !pureGo {
			continue // on XLA, a branch cannot use what is around it
		}
		net := explaintest.Net(t, c.name, 3, 1, func(_ *model.Scope, x *Node) *Node {
			return Reshape(ReduceSum(Reshape(c.f(x), x.Shape().Dim(0), -1), 1), -1, 1)
		})
		for _, m := range []struct {
			method explain.Explainer
			want   string
		}{{explain.LRP{}, c.want.lrp}, {explain.DeepLIFT{}, c.want.deeplift}, {explain.GuidedBackprop{}, c.want.guided}} {
			if !pureGo { // which takes more rows at once
				m.want = strings.ReplaceAll(m.want, "[24", "[16")
			}
			_, err := m.method.Explain(t.Context(), net, explaintest.Rows([]float64{0.5, -1, 2}), explain.Target{})
			if m.want == "" && err != nil || m.want != "" && (err == nil || !strings.Contains(err.Error(), m.want)) {
				t.Errorf("%T of %s: error %v, want %q", m.method, c.name, err, m.want)
			}
		}
	}
}

func first[A, B any](a A, _ B) A { return a }

func TestLRPOptions(t *testing.T) {
	for _, c := range []struct {
		composite explain.Composite
		want      string
	}{
		{explain.Every(nil), "no rule"},
		{explain.Every(explain.Epsilon{Epsilon: -1}), "not negative"},
		{explain.Every(explain.Gamma{Gamma: math.NaN()}), "not negative"},
		{explain.Every(explain.AlphaBeta{Alpha: 2, Beta: 2}), "must be 1"},
		{explain.EpsilonGammaBox(1, 1), "less than the upper"},
		{explain.Composite{{Layer: "pool", Rule: explain.Flat{}}}, `layers "pool"`},
	} {
		_, err := explain.LRP{Composite: c.composite}.Explain(t.Context(), explaintest.BML(t), explaintest.Rows([]float64{1, 2, 3}), explain.Target{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want one with %q", c.composite, err, c.want)
		}
	}
	e := explaintest.Explain(t, explain.LRP{Composite: explain.EpsilonGammaBox(-1, 1)}, explaintest.BML(t), explaintest.Rows([]float64{1, 2, 3}), explain.Target{})
	if got, want := string(e.Options), `{"Composite":[{"first":true,"rule":"ZBox","options":{"Low":-1,"High":1}},{"layer":"convolution","rule":"Gamma","options":{"Gamma":0}},`+
		`{"rule":"Epsilon","options":{"Epsilon":0}}],"Nodes":false}`; got != want {
		t.Errorf("options %s, want %s", got, want)
	}
}
