package models

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// Positions says how a Transformer knows where in a sequence a vector is: by a vector that is added to it. "" is [LearnedPositions].
type Positions string

// The kinds of positions.
const (
	LearnedPositions    Positions = "learned"    // a table with a row for each position (Gehring et al. 2017, arXiv 1705.03122)
	SinusoidalPositions Positions = "sinusoidal" // waves of all lengths ([Sinusoids])
	NoPositions         Positions = "none"       // the order of a sequence then has no influence, if attention is not causal
)

func (p Positions) check() error {
	switch p {
	case "", LearnedPositions, SinusoidalPositions, NoPositions:
		return nil
	}
	return fmt.Errorf("the positions %q are not known, there are %q, %q and %q", p, LearnedPositions, SinusoidalPositions, NoPositions)
}

// add adds the positions to x [examples, T, width]. Variable "weights" [T, width] of learned ones (initially normal with standard deviation
// 0.02, so that the vectors are told apart by what they are first).
func (p Positions) add(scope *model.Scope, x *Node) *Node {
	d := x.Shape().Dimensions
	switch p {
	case NoPositions:
		return x
	case SinusoidalPositions:
		return Add(x, InsertAxes(ConvertDType(Const(x.Graph(), Sinusoids(d[1], d[2])), x.DType()), 0))
	}
	scope = scope.WithInitializer(initializer.RandomNormalFn(scope, 0.02))
	table := scope.VariableWithShape("weights", shapes.Make(x.DType(), d[1], d[2])).NodeValue(x.Graph())
	return Add(x, InsertAxes(table, 0))
}

// Sinusoids are sin(t/10000^(2i/width)) in the even columns 2i of row t, and the cosine of the same in column 2i+1
// (Vaswani et al. 2017, arXiv 1706.03762, section 3.5).
func Sinusoids(length, width int) [][]float64 {
	rows := make([][]float64, length)
	for t := range rows {
		rows[t] = make([]float64, width)
		for c := range width {
			angle := float64(t) / math.Pow(10000, float64(c-c%2)/float64(width))
			if c%2 == 0 {
				rows[t][c] = math.Sin(angle)
			} else {
				rows[t][c] = math.Cos(angle)
			}
		}
	}
	return rows
}
