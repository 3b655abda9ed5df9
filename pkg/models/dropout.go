package models

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

// dropout sets a share of x's numbers to zero while training and scales the others up by 1/(1 − rate), so that the mean stays.
// (Srivastava et al. 2014, jmlr.org/papers/v15/srivastava14a.html)
func dropout(scope *model.Scope, x *Node, rate float64) *Node {
	return layers.DropoutStatic(scope, x, rate)
}

func checkDropout(rate float64) error {
	if !(rate >= 0 && rate < 1) {
		return fmt.Errorf("Dropout must be at least 0 and below 1, got %g", rate)
	}
	return nil
}
