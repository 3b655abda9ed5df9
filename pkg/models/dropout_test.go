package models

import (
	"math"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// TestDropout: the right share is dropped, others are scaled up, the gradient has the same mask, no place goes with another, another call
// drops others, and the same seed the same.
func TestDropout(t *testing.T) {
	const rows, columns, rate = 200, 500, 0.1
	ones := make([]float64, rows*columns)
	for i := range ones {
		ones[i] = 1
	}
	dropped := func(seed uint64) (masks [2][]float64) {
		n, err := New(Custom{Build: func(_ *model.Scope, in []*Node) []*Node { return in }}, []Port{{Name: "x", DType: dtypes.Float64, Shape: []int{columns}}}, []Port{{Name: "y", Shape: []int{columns}}}, seed)
		if err != nil {
			t.Fatal(err)
		}
		out, err := n.Run("dropout", func(s *model.Scope, in []*Node) []*Node {
			s.Store().SetTraining(in[0].Graph(), true)
			one, other := dropout(s, in[0], rate), dropout(s, in[0], rate)
			return []*Node{one, other, Gradient(ReduceAllSum(one), in[0])[0]}
		}, tensors.FromFlatDataAndDimensions(ones, rows, columns))
		if err != nil {
			t.Fatal(err)
		}
		for i := range masks {
			masks[i] = tensors.MustCopyFlatData[float64](out[i])
		}
		closeTo(t, "gradient", tensors.MustCopyFlatData[float64](out[2]), masks[0])
		return masks
	}
	masks := dropped(1)
	zeros := func(a, b []float64) (share float64) {
		for i := range b {
			if a[i] == 0 && b[i] == 0 {
				share += 1 / float64(len(b))
			}
			if a[i] != 0 && math.Abs(a[i]-1/(1-rate)) > 1e-12 {
				t.Fatalf("what stays is %g, want %g", a[i], 1/(1-rate))
			}
		}
		return share
	}
	for _, mask := range masks {
		if share := zeros(mask, mask); math.Abs(share-rate) > 0.004 { // four standard deviations
			t.Errorf("a share of %g is dropped, want %g", share, rate)
		}
		for _, lag := range []int{1, 2, 3, 7, 8, 16, 64, 256, columns, 1024} {
			if share := zeros(mask, mask[lag:]); math.Abs(share-rate*rate) > 0.0015 {
				t.Errorf("a share of %g is dropped together with the place %d further, want %g", share, lag, rate*rate)
			}
		}
	}
	if share := zeros(masks[0], masks[1]); math.Abs(share-rate*rate) > 0.0015 {
		t.Errorf("a share of %g is dropped by both calls, want %g", share, rate*rate)
	}
	closeTo(t, "the same seed", dropped(1)[1], masks[1])
	if other := dropped(2)[0]; math.Abs(zeros(masks[0], other)-rate*rate) > 0.0015 {
		t.Error("another seed drops much the same")
	}
}
