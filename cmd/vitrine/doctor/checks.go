package doctor

import (
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read as formulas
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// check is a question to a backend whose answer is known.
type check struct {
	name string
	run  func(compute.Backend) (said string, err error)
	mend string // what to do where it fails
}

const otherBackend = "do not trust results of this backend: set GOMLX_BACKEND=go:parallelism=-1 or install another plugin, and report it with this page"

var all = []check{
	{"matrix product", product, otherBackend},
	{"gradient of Σ c·tanh(Wx+b)", tanhGradient, otherBackend},
	{"gradient of max-pooling with ties", poolGradient, otherBackend},
	{"same seed, same bits", sameBits, "results of this backend cannot be repeated exactly: take another, or on a GPU set XLA_FLAGS=--xla_gpu_deterministic_ops=true"},
}

// tolerance is how far a float32 gradient may be from its closed form: some hundred roundings of values near 1.
const tolerance = 1e-5

// product multiplies small whole numbers, which are exact however a backend rounds.
func product(b compute.Backend) (string, error) {
	got, err := CallOnce(b, func(x, y *Node) *Node { return MatMul(x, y) },
		[][]float32{{1, 2, 3}, {4, 5, 6}}, [][]float32{{7, 10}, {8, 11}, {9, 12}})
	if err != nil {
		return "", err
	}
	return near([]string{"of 2×3 and 3×2"}, [][]float64{{50, 68, 122, 167}}, 0, got)
}

// tanhGradient compares the gradients of L = Σ cᵢ·tanh(Σⱼ Wᵢⱼxⱼ + bᵢ) with their closed form: with dᵢ = cᵢ·(1 - tanh²),
// ∂L/∂Wᵢⱼ = dᵢxⱼ, ∂L/∂xⱼ = Σᵢ Wᵢⱼdᵢ and ∂L/∂bᵢ = dᵢ.
func tanhGradient(b compute.Backend) (string, error) {
	w := [][]float32{{0.5, -0.25, 0.75}, {-0.5, 1, 0.25}}
	x, bias, c := []float32{1, -0.5, 0.25}, []float32{0.125, -0.25}, []float32{2, -1}
	dw, dx, db := make([]float64, 6), make([]float64, 3), make([]float64, 2)
	for i := range w {
		z := float64(bias[i])
		for j := range x {
			z += float64(w[i][j]) * float64(x[j])
		}
		db[i] = float64(c[i]) * (1 - math.Tanh(z)*math.Tanh(z))
		for j := range x {
			dw[3*i+j] = db[i] * float64(x[j])
			dx[j] += float64(w[i][j]) * db[i]
		}
	}
	got, err := CallOnceN(b, func(in []*Node) []*Node {
		w, x, bias, c := in[0], in[1], in[2], in[3]
		z := Add(Reshape(MatMul(w, Reshape(x, 3, 1)), 2), bias)
		return Gradient(ReduceAllSum(Mul(c, Tanh(z))), w, x, bias)
	}, w, x, bias, c)
	if err != nil {
		return "", err
	}
	return near([]string{"for W", "for x", "for b"}, [][]float64{dw, dx, db}, tolerance, got...)
}

// poolGradient pools two blocks of 2×2: one whose four values are equal share the gradient 1, and one in which two do.
func poolGradient(b compute.Backend) (string, error) {
	picture := [][][][]float32{{{{5}, {5}, {1}, {3}}, {{5}, {5}, {3}, {2}}}}
	got, err := CallOnce(b, func(x *Node) *Node {
		return Gradient(ReduceAllSum(models.MaxPool2D(model.NewStore().RootScope(), x)), x)[0]
	}, picture)
	if err != nil {
		return "", err
	}
	return near([]string{"for the picture"}, [][]float64{{0.25, 0.25, 0, 0.5, 0.25, 0.25, 0.5, 0}}, 0, got)
}

// sameBits compiles and runs twice what a training step is made of: random numbers, a product, a function, a gradient.
func sameBits(b compute.Backend) (string, error) {
	const seed = 42
	step := func(x *Node) *Node {
		_, noise := RandomNormal(RNGStateFromSeedForGraph(x.Graph(), seed), shapes.Make(x.DType(), 48, 48))
		return Gradient(ReduceAllSum(Tanh(MatMul(x, noise))), x)[0]
	}
	var runs [2][]float32
	for i := range runs {
		x := make([]float32, 48*48)
		for at := range x {
			x[at] = float32(at%17)/17 - 0.5
		}
		got, err := CallOnce(b, step, tensors.FromFlatDataAndDimensions(x, 48, 48))
		if err != nil {
			return "", err
		}
		if runs[i], err = tensors.CopyFlatData[float32](got); err != nil {
			return "", err
		}
	}
	for at, v := range runs[0] {
		if again := runs[1][at]; math.Float32bits(v) != math.Float32bits(again) {
			return "", fmt.Errorf("expected the same bits twice for seed %d; at position %d came %v, then %v", seed, at, v, again)
		}
	}
	return fmt.Sprintf("%d values of a gradient through random numbers, twice", len(runs[0])), nil
}

// near says how near the tensors are to what was worked out, or the first value that is too far off.
func near(what []string, want [][]float64, tolerance float64, got ...*tensors.Tensor) (string, error) {
	worst := 0.0
	for i, t := range got {
		values, err := models.Floats(t)
		if err != nil {
			return "", err
		}
		if len(values) != len(want[i]) {
			return "", fmt.Errorf("expected %d values %s, came %d", len(want[i]), what[i], len(values))
		}
		for at, v := range values {
			off := math.Abs(v - want[i][at])
			if !(off <= tolerance) { // NaN is too far off
				return "", fmt.Errorf("expected %.7g %s at position %d, within %g; came %.7g", want[i][at], what[i], at, tolerance, v)
			}
			worst = max(worst, off)
		}
	}
	if tolerance == 0 {
		return "exact", nil
	}
	return fmt.Sprintf("off by at most %.1e, and %g is allowed", worst, tolerance), nil
}
