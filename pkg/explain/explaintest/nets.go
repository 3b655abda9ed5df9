// Package explaintest holds methods to their claims: nets whose explanations are known, and a suite that every [explain.Explainer] must
// pass. A method of your own is tested with
//
//	func TestMine(t *testing.T) { explaintest.Test(t, Mine{}) }
package explaintest

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// Net is a net of float64 vectors with `in` numbers to `out` numbers. Its function gets [examples, in] and must return [examples, out].
func Net(t testing.TB, title string, in, out int, f func(scope *model.Scope, x *Node) *Node) *models.Net {
	t.Helper()
	net, err := models.New(
		models.Custom{Title: title, Build: func(scope *model.Scope, x []*Node) []*Node { return []*Node{f(scope, x[0])} }},
		[]models.Port{{Name: "x", DType: dtypes.Float64, Shape: []int{in}}},
		[]models.Port{{Name: "y", Shape: []int{out}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// Rows is a tensor of float64 rows.
func Rows(rows ...[]float64) []*tensors.Tensor { return []*tensors.Tensor{tensors.FromValue(rows)} }

// Column is the i-th number of every row, as [examples, 1].
func Column(x *Node, i int) *Node { return Slice(x, AxisRange(), AxisElem(i)) }

// BML is f(x) = relu(s−10) + 3·relu(s+1) − 1 with s = x1+x2+x3, whose first layer is the identity followed by ReLU in Captum's tests.
func BML(t testing.TB) *models.Net {
	return Net(t, "BML", 3, 1, func(_ *model.Scope, x *Node) *Node {
		s := ReduceAndKeep(x, ReduceSum, 1)
		return AddScalar(Add(models.Relu(AddScalar(s, -10)), MulScalar(models.Relu(AddScalar(s, 1)), 3)), -1)
	})
}

// Linear is w·x + 0.5.
func Linear(t testing.TB, w ...float64) *models.Net {
	return Net(t, "Linear", len(w), 1, func(_ *model.Scope, x *Node) *Node {
		return AddScalar(Dot(x, Const(x.Graph(), column(w))).MatMul(), 0.5)
	})
}

// Convolution is Linear as a convolution whose window is the whole input.
func Convolution(t testing.TB, w ...float64) *models.Net {
	return Net(t, "Convolution", len(w), 1, func(_ *model.Scope, x *Node) *Node {
		kernel := Reshape(Const(x.Graph(), w), len(w), 1, 1)
		y := Convolve(InsertAxes(x, -1), kernel).NoPadding().Done()
		return AddScalar(Reshape(y, x.Shape().Dim(0), 1), 0.5)
	})
}

// Constant gives 2.5 whatever its input.
func Constant(t testing.TB, in int) *models.Net {
	return Net(t, "Constant", in, 1, func(_ *model.Scope, x *Node) *Node {
		return BroadcastToDims(Const(x.Graph(), 2.5), x.Shape().Dim(0), 1)
	})
}

// Product is x1·x2, plus nothing of x3.
func Product(t testing.TB) *models.Net {
	return Net(t, "Product", 3, 1, func(_ *model.Scope, x *Node) *Node { return Mul(Column(x, 0), Column(x, 1)) })
}

// Invariant are two implementations of one function of (a, b) for a ≥ 0 and b ≥ 0 that differ in their layers:
// relu(relu(a)−1−relu(b)) and relu(relu(a−1)−relu(b)).
func Invariant(t testing.TB) (one, other *models.Net) {
	one = Net(t, "Invariant1", 2, 1, func(_ *model.Scope, x *Node) *Node {
		a, b := models.Relu(Column(x, 0)), models.Relu(Column(x, 1))
		return models.Relu(Sub(AddScalar(a, -1), b))
	})
	other = Net(t, "Invariant2", 2, 1, func(_ *model.Scope, x *Node) *Node {
		a, b := models.Relu(AddScalar(Column(x, 0), -1)), models.Relu(Column(x, 1))
		return models.Relu(Sub(a, b))
	})
	return one, other
}

// Twins are pairs of nets that compute one function of (a, b) for a ≥ 0 and b ≥ 0, in different layers.
func Twins(t testing.TB) [][2]*models.Net {
	one, other := Invariant(t)
	twin := func(title string, f func(a, b *Node) *Node) *models.Net {
		return Net(t, title, 2, 1, func(_ *model.Scope, x *Node) *Node { return f(Column(x, 0), Column(x, 1)) })
	}
	return [][2]*models.Net{
		{one, other},
		{
			twin("(ab)a", func(a, b *Node) *Node { return Mul(Mul(a, b), a) }),
			twin("(aa)b", func(a, b *Node) *Node { return Mul(Mul(a, a), b) }),
		},
		{
			twin("b−relu(a)", func(a, b *Node) *Node { return Sub(b, models.Relu(a)) }),
			twin("b−a−relu(−a)", func(a, b *Node) *Node { return Sub(Sub(b, a), models.Relu(Neg(a))) }),
		},
	}
}

// nothing is a graph of x1 and x3 that adds up to zero: x3·x1·x1 less the same in another order, and a ReLU less itself.
func nothing(x *Node) *Node {
	a, c := Column(x, 0), Column(x, 2)
	return Add(Sub(Mul(Mul(c, a), a), Mul(Mul(a, a), c)), Sub(models.Relu(c), models.Relu(c)))
}

// Random is a float32 net with seeded weights: dense layers with 16 and 8 ReLU units and 4 logits.
func Random(t testing.TB, in int, seed uint64) *models.Net {
	t.Helper()
	net, err := models.New(
		models.Custom{Title: "Random", Build: func(scope *model.Scope, x []*Node) []*Node {
			h := models.Relu(models.Dense(scope.In("a"), x[0], 16).WithAlias("a"))
			h = models.Relu(models.Dense(scope.In("b"), h, 8))
			// Biases are zero at first, which would make it homogeneous: any method is then exact.
			h = Add(h, Const(h.Graph(), [][]float32{{.3, -.2, .1, .4, -.5, .2, -.1, .6}}))
			return []*Node{models.Dense(scope.In("c"), models.Relu(h), 4)}
		}},
		[]models.Port{{Name: "x", Shape: []int{in}}},
		[]models.Port{{Name: "y", Kind: models.Logits, Shape: []int{4}}}, seed)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// Tokens is a float32 net with seeded weights that reads five ids, out of nine of which 0 is padding, and two numbers: the vectors of the ids
// through a dense layer with ReLU, their mean beside the numbers, a dense layer with ReLU and 3 logits.
func Tokens(t testing.TB) *models.Net {
	t.Helper()
	net, err := models.New(
		models.Custom{Title: "Tokens", Build: func(scope *model.Scope, in []*Node) []*Node {
			ids, g, rows := in[0], in[0].Graph(), in[0].Shape().Dim(0)
			there := ConvertDType(NotEqual(ids, ZerosLike(ids)), dtypes.Float32)
			table := scope.VariableWithShape("table", shapes.Make(dtypes.Float32, 9, 4)).NodeValue(g)
			vectors := Reshape(Gather(table, InsertAxes(ids, -1)), rows*5, 4)
			h := models.Relu(Add(models.Dense(scope.In("a"), vectors, 6), Const(g, [][]float32{{.3, -.2, .1, .4, -.5, .2}})))
			h = Mul(Reshape(h, rows, 5, 6), InsertAxes(there, -1))
			n := ReduceAndKeep(there, ReduceSum, 1)
			mean := Div(ReduceSum(h, 1), Max(n, OnesLike(n))) // a method may take all words away
			h = models.Relu(models.Dense(scope.In("b"), Concatenate([]*Node{mean, in[1]}, 1), 6))
			return []*Node{models.Dense(scope.In("c"), h, 3)}
		}},
		[]models.Port{
			{Name: "words", Kind: models.IDs, Shape: []int{5}, Classes: []string{"<pad>", "a", "b", "c", "d", "e", "f", "g", "h"}},
			{Name: "numbers", Shape: []int{2}},
		},
		[]models.Port{{Name: "y", Kind: models.Logits, Shape: []int{3}}}, 11)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// TokenRows are inputs of Tokens that look random: 1 to 5 ids, then padding.
func TokenRows(seed uint64, rows int) []*tensors.Tensor {
	ids := make([]int32, rows*5)
	for i, v := range tensors.MustCopyFlatData[float32](Pseudo(seed, rows, 5)) {
		if i%5 <= i/5%5 {
			ids[i] = 1 + int32((v+1)*3.999)
		}
	}
	return []*tensors.Tensor{tensors.FromFlatDataAndDimensions(ids, rows, 5), Pseudo(seed+1, rows, 2)}
}

// Pseudo is a float32 tensor of numbers in [−1, 1) that look random and depend on the seed.
func Pseudo(seed uint64, dims ...int) *tensors.Tensor {
	t := tensors.FromShape(shapes.Make(dtypes.Float32, dims...))
	state := seed*2862933555777941757 + 3037000493
	tensors.MustMutableFlatData(t, func(flat []float32) {
		for i := range flat {
			state = state*6364136223846793005 + 1442695040888963407
			flat[i] = float32(int32(state>>33))/(1<<30) - 1
		}
	})
	return t
}

func column(w []float64) [][]float64 {
	c := make([][]float64, len(w))
	for i, v := range w {
		c[i] = []float64{v}
	}
	return c
}
