package data

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// One is a single example, as a [Preparation] gives it: what a net takes, one tensor an input, and what a person looks at, as
// [Dataset.Inputs] and [Dataset.Samples] have them. It returns an error as [Assemble] does.
func One(columns []Column) (inputs []*tensors.Tensor, samples record.Samples, err error) {
	if len(columns) == 0 {
		return nil, samples, fmt.Errorf("data: an example without inputs")
	}
	for i, c := range columns {
		c = c.completed(false)
		if err := c.check(1, false); err != nil {
			return nil, samples, fmt.Errorf("data: an example's input %d, %q: %w", i, c.Name, err)
		}
		inputs = append(inputs, c.tensor(1, func(int) int { return 0 }))
		if i == 0 {
			samples.Inputs, samples.Tokens = c.array(1), c.tokens()
		}
	}
	return inputs, samples, nil
}
