package models_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// TestBadInput: every architecture says which input is wrong and what was wanted; unknown words and texts of nothing but padding are no error.
func TestBadInput(t *testing.T) {
	for _, net := range small(t) {
		zeros := func(rows int, change func(shape []int)) (inputs []*tensors.Tensor) {
			for i, p := range net.Inputs {
				shape := append([]int{rows}, p.Shape...)
				if i == 0 && change != nil {
					change(shape)
				}
				inputs = append(inputs, tensors.FromShape(shapes.Make(p.DType, shape...)))
			}
			return inputs
		}
		first := net.Inputs[0]
		wrong := map[string][]*tensors.Tensor{
			"should be":   zeros(2, func(shape []int) { shape[1]++ }), // longer than the net
			"got 0":       nil,
			"no examples": zeros(0, nil),
		}
		wrong["examples first"] = append([]*tensors.Tensor{tensors.FromShape(shapes.Make(dtypes.Float64, 2, 1))}, zeros(2, nil)[1:]...)
		if len(net.Inputs) > 1 {
			apart := zeros(2, nil)
			apart[1] = zeros(3, nil)[1]
			wrong["(examples first), got"] = apart
		}
		odd := zeros(2, nil)
		fine := [][]*tensors.Tensor{zeros(1, nil)}
		if first.Kind == models.IDs {
			tensors.MustMutableFlatData(odd[0], func(ids []int32) { ids[1] = int32(len(first.Classes)) })
			wrong["holds the id 6 at position 1 of example 0, but its vocabulary has 6"] = odd
			unknown := zeros(2, nil)
			tensors.MustMutableFlatData(unknown[0], func(ids []int32) { ids[0] = models.Unknown })
			fine = append(fine, unknown)
		} else {
			tensors.MustMutableFlatData(odd[0], func(v []float32) { v[1] = float32(math.Inf(1)) })
			wrong["holds +Inf at position 1 of example 0"] = odd
		}
		for want, inputs := range wrong {
			if _, err := net.Compute(inputs); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), net.Name) && want != "no examples" {
				t.Errorf("%s: error %v, want one with %q and the net's name", net.Name, err, want)
			}
		}
		for _, inputs := range fine {
			out, err := net.Compute(inputs)
			if err != nil {
				t.Errorf("%s: %v", net.Name, err)
				continue
			}
			v, err := models.Floats(out[0])
			if err != nil || slices.ContainsFunc(v, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
				t.Errorf("%s: %v, error %v", net.Name, v, err)
			}
		}
	}
}
