package explaintest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Test holds a method to what binds all of them (shapes, refusal of what is not finite, the same bits again, alone and in any place of a
// batch, one value a token of a net that reads ids, standard errors that are true) and to the axioms that it claims. For an axiom that it does not claim, a counterexample must indeed refute it: a method that
// has a property is to claim it.
func Test(t *testing.T, method explain.Explainer) {
	random := func(t testing.TB, in int, seed uint64) *models.Net {
		return once(t, fmt.Sprint("random ", in, seed), func(t testing.TB) *models.Net { return Random(t, in, seed) })
	}
	tokens := func(t testing.TB) *models.Net { return once(t, "tokens", Tokens) }
	nets{random, tokens, func(x *Node) *Node { return x }, axioms}.test(t, method)
	t.Run("sampled", func(t *testing.T) { testSampled(t, method) })
}

// once is what build made for the first who asked for it by this name. To compile what a method runs of a net takes longer than all that is done
// with it, and most methods run the same: they are tested on one net, not each on a copy.
func once[T any](t testing.TB, name string, build func(t testing.TB) T) T {
	if made, ok := built.Load(name); ok {
		return made.(T)
	}
	made := build(t)
	built.Store(name, made)
	return made
}

var built sync.Map

// onceNet is [Net], built once.
func onceNet(t testing.TB, title string, in, out int, f func(scope *model.Scope, x *Node) *Node) *models.Net {
	return once(t, title, func(t testing.TB) *models.Net { return Net(t, title, in, out, f) })
}

// nets are what a method is tested on.
type nets struct {
	random func(t testing.TB, in int, seed uint64) *models.Net // of that many numbers, with 4 logits
	tokens func(t testing.TB) *models.Net                      // of the inputs that TokenRows are
	within func(x *Node) *Node                                 // what a net of one's own does first
	axioms []axiom
}

func (n nets) test(t *testing.T, method explain.Explainer) {
	t.Run("shape", func(t *testing.T) { n.testShape(t, method) })
	t.Run("refusal", func(t *testing.T) { n.testRefusal(t, method) })
	t.Run("same bits", func(t *testing.T) { n.testSameBits(t, method) })
	t.Run("tokens", func(t *testing.T) { n.testTokens(t, method) })
	t.Run("interrupt", func(t *testing.T) { n.testInterrupt(t, method) })
	for _, a := range n.axioms {
		t.Run(a.name, func(t *testing.T) {
			violation := a.violation(t, method)
			const tolerance = 1e-6
			if claimed := a.claimed(method.Axioms()); claimed && violation > tolerance {
				t.Errorf("claims %s, but is off by %g", a.name, violation)
			} else if !claimed && violation <= tolerance {
				t.Errorf("does not claim %s, but the example that should refute it is off by %g only", a.name, violation)
			}
		})
	}
}

// axiom is measured as a violation: 0 where it holds. Of a method that samples, those that hold in expectation are violated by what is beyond
// four standard errors.
type axiom struct {
	name      string
	claimed   func(explain.Axioms) bool
	violation func(t *testing.T, m explain.Explainer) float64
}

var axioms = []axiom{
	{"completeness", func(a explain.Axioms) bool { return a.Completeness }, func(t *testing.T, m explain.Explainer) float64 {
		e := Explain(t, m, once(t, "product", Product), Rows([]float64{3, 2, 1}), explain.Target{})
		violation := beyond(e, math.Abs(total(e.Values[0].Row(0))-e.Output[0]), 0, 1, 2)
		if !m.Axioms().Completeness { // biases may keep what is theirs
			e := Explain(t, m, once(t, "BML", BML), Rows([]float64{20, 50, 30}), explain.Target{})
			return max(violation, math.Abs(total(e.Values[0].Row(0))-e.Output[0]))
		}
		// Of a net with kinks, it must hold but for the residual that the record states.
		random := once(t, "random, for residuals", func(t testing.TB) *models.Net { return Random(t, 12, 5) })
		e = Explain(t, m, random, []*tensors.Tensor{Pseudo(9, 8, 12)}, explain.Predicted)
		for i, r := range e.Residual {
			if got := math.Abs(total(e.Values[0].Row(i)) - (e.Output[i] - e.Base[i])); math.Abs(got-r) > 1e-9 {
				t.Errorf("example %d: the record says the residual is %g, it is %g", i, r, got)
			}
		}
		return violation
	}},
	{"implementation invariance", func(a explain.Axioms) bool { return a.ImplementationInvariance }, func(t *testing.T, m explain.Explainer) (violation float64) {
		x := Rows([]float64{3, 1}, []float64{4, 0.5}, []float64{2.5, 0.25})
		for _, pair := range once(t, "twins", Twins) {
			one, other := Explain(t, m, pair[0], x, explain.Target{}), Explain(t, m, pair[1], x, explain.Target{})
			violation = max(violation, difference(one.Values[0].Data, other.Values[0].Data))
		}
		return violation
	}},
	{"constant", func(a explain.Axioms) bool { return a.Constant }, func(t *testing.T, m explain.Explainer) float64 {
		x := Rows([]float64{1, -2, 3})
		constant := once(t, "constant", func(t testing.TB) *models.Net { return Constant(t, 3) })
		plain := Explain(t, m, constant, x, explain.Target{}).Values[0].Data
		zero := Explain(t, m, onceNet(t, "Nothing", 3, 1, func(_ *model.Scope, x *Node) *Node { return nothing(x) }), x, explain.Target{}).Values[0].Data
		return max(difference(plain, []float64{0, 0, 0}), difference(zero, []float64{0, 0, 0}))
	}},
	{"linear", func(a explain.Axioms) bool { return a.Linear }, func(t *testing.T, m explain.Explainer) (violation float64) {
		for _, net := range once(t, "linear", func(t testing.TB) []*models.Net {
			return []*models.Net{Linear(t, 2, -3, 0.5), Convolution(t, 2, -3, 0.5)}
		}) {
			e := Explain(t, m, net, Rows([]float64{1, 4, -2}), explain.Target{})
			violation = max(violation, difference(e.Values[0].Data, []float64{2, -12, -1}))
		}
		return violation
	}},
	{"symmetry", func(a explain.Axioms) bool { return a.Symmetry }, func(t *testing.T, m explain.Explainer) (violation float64) {
		for _, net := range []*models.Net{
			onceNet(t, "Symmetric", 3, 1, func(_ *model.Scope, x *Node) *Node {
				a, b, c := Column(x, 0), Column(x, 1), Column(x, 2)
				return Add(models.Relu(Sub(Mul(a, b), c)), Mul(c, Add(Add(a, b), c)))
			}),
			onceNet(t, "SymmetricProduct", 3, 1, func(_ *model.Scope, x *Node) *Node { // a²b², from the inside out
				a, b := Column(x, 0), Column(x, 1)
				return Mul(a, Mul(b, Mul(a, b)))
			}),
			onceNet(t, "SymmetricReLU", 3, 1, func(_ *model.Scope, x *Node) *Node { // −relu(a) − relu(b)
				a, b := Column(x, 0), Column(x, 1)
				return Neg(Add(models.Relu(a), Add(b, models.Relu(Neg(b)))))
			}),
		} {
			e := Explain(t, m, net, Rows([]float64{2, 2, 1}), explain.Target{})
			v := e.Values[0].Data
			violation = max(violation, beyond(e, math.Abs(v[0]-v[1]), 0, 1))
		}
		return violation
	}},
	{"dummy", func(a explain.Axioms) bool { return a.Dummy }, func(t *testing.T, m explain.Explainer) float64 {
		x := Rows([]float64{2, 3, 5})
		unused := Explain(t, m, once(t, "product", Product), x, explain.Target{}).Values[0].Data[2]
		useless := Explain(t, m, onceNet(t, "Useless", 3, 1, func(_ *model.Scope, x *Node) *Node {
			return Add(Mul(Column(x, 0), Column(x, 1)), nothing(x))
		}), x, explain.Target{}).Values[0].Data[2]
		return max(math.Abs(unused), math.Abs(useless))
	}},
}

// Explain runs the method and fails the test on an error or a record that does not hold together.
func Explain(t testing.TB, m explain.Explainer, net *models.Net, x []*tensors.Tensor, target explain.Target) *record.Explanation {
	t.Helper()
	e, err := m.Explain(context.Background(), net, x, target)
	if err != nil {
		t.Fatalf("%T: %v", m, err)
	}
	if err := e.Check(); err != nil {
		t.Fatalf("%T: %v", m, err)
	}
	return e
}

func (n nets) testShape(t *testing.T, m explain.Explainer) {
	net, x := n.random(t, 6, 2), Pseudo(4, 5, 6)
	e := Explain(t, m, net, []*tensors.Tensor{x}, explain.Predicted)
	if got, want := fmt.Sprint(e.Values[0].Shape, e.Rows(), len(e.Target.Classes)), "[5 6] 5 5"; got != want {
		t.Errorf("shape, rows and classes %s, want %s", got, want)
	}
	if e.Method != reflect.TypeOf(m).Name() || e.Made.Weights == "" || e.Made.Inputs == "" || e.Evaluations == 0 {
		t.Errorf("the record does not say how it was made: %+v", e.Made)
	}
}

func (n nets) testRefusal(t *testing.T, m explain.Explainer) {
	net, ctx := n.random(t, 3, 1), context.Background()
	row := func(v float32) []*tensors.Tensor { return []*tensors.Tensor{tensors.FromValue([][]float32{{1, v, 2}})} }
	for _, c := range []struct {
		name   string
		inputs []*tensors.Tensor
		target explain.Target
		want   string
	}{
		{"NaN", row(float32(math.NaN())), explain.Predicted, "NaN at position 1 of example 0"},
		{"infinity", row(float32(math.Inf(-1))), explain.Predicted, "-Inf at position 1 of example 0"},
		{"width", []*tensors.Tensor{tensors.FromValue([][]float32{{1, 2}})}, explain.Predicted, `input "x"`},
		{"type", Rows([]float64{1, 2, 3}), explain.Predicted, `input "x"`},
		{"number of inputs", nil, explain.Predicted, "1 inputs, got 0"},
		{"class", row(0), explain.Class(4), "target class 4 of example 0"},
		{"classes", row(0), explain.Classes(1, 2), "2 target classes for 1 examples"},
		{"output", row(0), explain.Target{Output: 1}, "target output 1"},
		{"contrast", row(0), explain.Class(1).Against(explain.Class(9)), "target class 9"},
	} {
		if _, err := m.Explain(ctx, net, c.inputs, c.target); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
	broken := Net(t, "Broken", 2, 1, func(_ *model.Scope, x *Node) *Node { return Log(Column(n.within(x), 0)) })
	if _, err := m.Explain(ctx, broken, Rows([]float64{-1, 1}), explain.Target{}); err == nil || !strings.Contains(err.Error(), "example 0") {
		t.Errorf("a model that gives NaN: error %v, want one that names the example", err)
	}
}

// testSameBits explains 60 examples (more than a chunk) twice, each of some alone, and all in reverse: always the same bits.
func (n nets) testSameBits(t *testing.T, m explain.Explainer) {
	net, x := n.random(t, 12, 3), Pseudo(7, 60, 12)
	all := Explain(t, m, net, []*tensors.Tensor{x}, explain.Predicted).Values[0]
	again := Explain(t, m, net, []*tensors.Tensor{x}, explain.Predicted).Values[0]
	if !reflect.DeepEqual(all.Data, again.Data) {
		t.Error("the second time gave other bits")
	}
	reversed := tensors.FromShape(x.Shape())
	for i := range 60 {
		if err := models.CopyRows(reversed, 59-i, x, i, 1); err != nil {
			t.Fatal(err)
		}
	}
	back := Explain(t, m, net, []*tensors.Tensor{reversed}, explain.Predicted).Values[0]
	for i := range 60 {
		if !reflect.DeepEqual(all.Row(i), back.Row(59-i)) {
			t.Fatalf("example %d at another place of the batch gave other bits", i)
		}
	}
	for _, i := range []int{0, 1, 47, 48, 59} {
		one, err := models.Rows(x, i, 1)
		if err != nil {
			t.Fatal(err)
		}
		if alone := Explain(t, m, net, []*tensors.Tensor{one}, explain.Predicted).Values[0]; !reflect.DeepEqual(all.Row(i), alone.Row(0)) {
			t.Errorf("example %d alone gave other bits", i)
		}
	}
}

// testTokens explains a net that reads ids and two numbers: one value a token and one a number, the same bits alone and in any place.
func (n nets) testTokens(t *testing.T, m explain.Explainer) {
	net, x := n.tokens(t), TokenRows(7, 60)
	e := Explain(t, m, net, x, explain.Predicted)
	if got, want := fmt.Sprint(e.Values[0].Name, e.Values[0].Axes, e.Values[0].Shape, e.Values[1].Name, e.Values[1].Shape), "words[example token] [60 5]numbers[60 2]"; got != want {
		t.Errorf("values are %s, want %s", got, want)
	}
	o, wide := m.(explain.Occlusion)
	wide = wide && o.Window != nil // a window over padding and a word
	ids := tensors.MustCopyFlatData[int32](x[0])
	for i, tokens := range e.Tokens {
		for j, token := range tokens {
			if want := net.Inputs[0].Classes[ids[i*5+j]]; token != want {
				t.Fatalf("token %d of example %d is %q, want %q", j, i, token, want)
			}
			if !wide && ids[i*5+j] == 0 && e.Values[0].Row(i)[j] != 0 {
				t.Errorf("padding at %d of example %d, which the net does not look at, has %g", j, i, e.Values[0].Row(i)[j])
			}
		}
	}
	if e.Exact && !e.Converged() {
		t.Errorf("residuals %v", e.Residual)
	}
	row := func(i int) (rows []*tensors.Tensor) {
		for _, tensor := range x {
			one, err := models.Rows(tensor, i, 1)
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, one)
		}
		return rows
	}
	reversed := []*tensors.Tensor{tensors.FromShape(x[0].Shape()), tensors.FromShape(x[1].Shape())}
	for i := range 60 {
		for k := range x {
			if err := models.CopyRows(reversed[k], 59-i, x[k], i, 1); err != nil {
				t.Fatal(err)
			}
		}
	}
	back := Explain(t, m, net, reversed, explain.Predicted)
	for i := range 60 {
		if !reflect.DeepEqual(e.Values[0].Row(i), back.Values[0].Row(59-i)) || !reflect.DeepEqual(e.Values[1].Row(i), back.Values[1].Row(59-i)) {
			t.Fatalf("example %d at another place of the batch gave other bits", i)
		}
	}
	for _, i := range []int{0, 47, 48, 59} {
		if alone := Explain(t, m, net, row(i), explain.Predicted); !reflect.DeepEqual(e.Values[0].Row(i), alone.Values[0].Row(0)) {
			t.Errorf("example %d alone gave other bits", i)
		}
	}
	for _, c := range []struct {
		id   int32
		want string
	}{
		{9, `input "words" of ` + net.Name + ` holds the id 9 at position 2 of example 1, but its vocabulary has 9`},
		{-1, `input "words" of ` + net.Name + ` holds the id -1 at position 2 of example 1`},
	} {
		bad := tensors.FromValue([][]int32{{1, 2, 3, 4, 0}, {1, 2, c.id, 4, 0}})
		if _, err := m.Explain(t.Context(), net, []*tensors.Tensor{bad, Pseudo(1, 2, 2)}, explain.Predicted); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("id %d: error %v, want one with %q", c.id, err, c.want)
		}
	}
}

// testInterrupt ends the context after more and more chunks: what comes back with the error is finished to the last bit or said not to be.
func (n nets) testInterrupt(t *testing.T, m explain.Explainer) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	net, x := n.random(t, 3, 1), []*tensors.Tensor{Pseudo(1, 60, 3)}
	if _, err := m.Explain(ctx, net, x, explain.Predicted); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context: error %v", err)
	}
	all, came := Explain(t, m, net, x, explain.Predicted), 0
	for chunks := 1; ; chunks = chunks*3/2 + 1 {
		e, err := m.Explain(&ending{context.Background(), chunks}, net, x, explain.Predicted)
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped after %d chunks: error %v", chunks, err)
		}
		if e == nil {
			continue
		}
		if err := e.Check(); err != nil {
			t.Fatalf("stopped after %d chunks: %v", chunks, err)
		}
		finished := 0
		for i, status := range e.Status {
			if status != record.Unfinished {
				finished++
				if !reflect.DeepEqual(e.Values[0].Row(i), all.Values[0].Row(i)) || status != all.Status[i] {
					t.Fatalf("stopped after %d chunks, example %d is called %s, but its values are not those of the whole", chunks, i, status)
				}
			}
		}
		if finished == len(e.Status) {
			t.Errorf("stopped after %d chunks: all examples are called finished", chunks)
		}
		if slices.ContainsFunc(e.Values[0].Data, func(v float64) bool { return v != 0 }) {
			came++
		}
	}
	if came == 0 {
		t.Error("whenever it was stopped, nothing came back of what had been computed")
	}
}

// ending is a context that ends when it has been asked so many times.
type ending struct {
	context.Context
	left int
}

func (e *ending) Err() error {
	if e.left--; e.left < 0 {
		return context.Canceled
	}
	return nil
}

// beyond is how far off a sum or difference of some of the first example's values is beyond four of its standard errors, which are at most
// those of the values together.
func beyond(e *record.Explanation, off float64, values ...int) float64 {
	if e.StdErr == nil {
		return off
	}
	for _, i := range values {
		off -= 4 * e.StdErr[0].Data[i]
	}
	return max(0, off)
}

func total(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}

func difference(got, want []float64) (worst float64) {
	for i := range got {
		worst = max(worst, math.Abs(got[i]-want[i]))
	}
	return worst
}
