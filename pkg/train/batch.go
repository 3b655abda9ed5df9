package train

import (
	"math/rand/v2"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/data"
)

// order is the order of n examples in an epoch. It depends on nothing else, so that a training can go on in the middle of any epoch.
func order(seed uint64, epoch, n int) []int {
	return rand.New(rand.NewPCG(seed, uint64(epoch))).Perm(n)
}

// batch are the arguments of a step: the examples at those positions, padded to size rows by repeating the first with weight 0, so that no
// example is left out and one program serves all.
func batch(set *data.Dataset, index []int, size, step int, factor float64) []*tensors.Tensor {
	return append(padded(set, index, size), tensors.FromScalar(float64(step)), tensors.FromScalar(factor))
}

// padded are inputs, targets and weights of a batch.
func padded(set *data.Dataset, index []int, size int) []*tensors.Tensor {
	rows := make([]int, size)
	weight := tensors.FromShape(shapes.Make(dtypes.Float32, size))
	tensors.MustMutableFlatData(weight, func(w []float32) {
		for i := range rows {
			if i < len(index) {
				rows[i], w[i] = index[i], 1
			} else {
				rows[i] = index[0]
			}
		}
	})
	inputs, labels := set.Batch(rows)
	return append(inputs, labels, weight)
}
