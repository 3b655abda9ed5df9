package explain

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// adjoint is m through the transpose of n's derivative: one multiplier for each input, nil where there is none. What is exactly linear
// but has no gradient in GoMLX has it here.
func (w *walk) adjoint(n, m *Node) []*Node {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case refusal:
			panic(r)
		default: // GoMLX's gradient does not cover this case of the operation
			w.refuse(n, fmt.Sprintf("no rule (%v)", r))
		}
	}()
	switch n.Type() {
	case NodeTypeIdentity: // a custom gradient is how a model is trained, not what it computes
		return []*Node{m}
	case NodeTypeReverse:
		return []*Node{n.CloneWithInputs(m)}
	case NodeTypeReduceMax, NodeTypeReduceMin:
		return []*Node{winners(n, m)}
	}
	if refused := (*models.Refusal)(nil); n.Type() == NodeTypeReduceWindow && errors.As(models.Preflight(n, n.Inputs()...), &refused) {
		w.refuse(n, "no rule ("+refused.Why+")")
	}
	vjp := VJPRegistration[n.Type()]
	if vjp == nil {
		w.refuse(n, "no rule")
	}
	return vjp(n, []*Node{m}, shapes.Make(m.DType()))
}

// Along which axes an operation reduces, and what a window is reduced by, is said nowhere but in a node's text.
var (
	reduced    = regexp.MustCompile(`axes=\[([\d ]*)\]`)
	windowKind = regexp.MustCompile(`reductionType=(?:ReduceOp)?(\w+)`)
)

func windowOf(n *Node) string {
	if kind := windowKind.FindStringSubmatch(n.String()); kind != nil {
		return kind[1]
	}
	return ""
}

// winners is m for the largest (or smallest) operands of a reduction, those that share it sharing m; the plain gradient would give each the
// whole. A compiler may compute an operand twice, with other rounding: so who is within rounding of the largest has won.
func winners(n, m *Node) *Node {
	x := n.Inputs()[0]
	kept, axes := x.Shape().Clone().Dimensions, reducedAxes(n)
	for _, axis := range axes {
		kept[axis] = 1
	}
	spread := func(v *Node) *Node { return BroadcastToShape(Reshape(v, kept...), x.Shape()) }
	rounding := 2e-6
	if n.DType() == dtypes.Float64 {
		rounding = 4e-15
	}
	slack := spread(MulScalar(ReduceSum(Abs(x), axes...), rounding))
	won := NonNegativeIndicator(Sub(slack, Abs(Sub(x, spread(n)))))
	return Mul(won, spread(Div(m, ReduceSum(won, axes...))))
}

// reducedAxes are those along which n reduces.
func reducedAxes(n *Node) (axes []int) {
	text := reduced.FindStringSubmatch(n.String())
	if text == nil {
		panic(fmt.Errorf("explain: along which axes does %s reduce?", n))
	}
	for _, word := range strings.Fields(text[1]) {
		axis, err := strconv.Atoi(word)
		if err != nil {
			panic(err)
		}
		axes = append(axes, axis)
	}
	if len(axes) == 0 { // none said: all
		for axis := range n.Inputs()[0].Rank() {
			axes = append(axes, axis)
		}
	}
	return axes
}
