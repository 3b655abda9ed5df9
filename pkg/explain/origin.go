package explain

import (
	"fmt"
	"math"
	"strings"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// finite refuses NaN and infinity in what the net returned.
func (r *run) finite(example int, what string, values []float64) error {
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("explain: the %s of %s for example %d is %v at position %d", what, r.net.Name, example, v, i)
		}
	}
	return nil
}

// searched is the number of nodes that origin looks at. Compiling takes time for each; of a larger net it looks at those with names.
const searched = 200

// origin says which node is the first to hold NaN for these points; "" if none is, or the search fails: there is an error to report anyway.
// Infinity is not searched for, as masks hold it rightly.
func (r *run) origin(points []point) string {
	args, err := r.arguments(points, r.sources)
	if err != nil {
		return ""
	}
	var names []string
	const program = "explain/origin"
	defer r.net.Forget(program) // it is built anew for every search, which is how names are filled in
	out, err := r.net.Run(program, func(scope *model.Scope, in []*Node) []*Node {
		t, _, _ := feed(r.net, scope, in, r.sources, true)
		needed := upstream(t.Outputs[r.target.Output])
		var found []*Node
		for _, n := range t.nodes {
			if name := t.NameOf(n); needed[n.Id()] && n.NumOutputs() == 1 && n.DType().IsFloat() && (len(needed) <= searched || !strings.Contains(name, "#")) {
				names, found = append(names, name), append(found, ReduceAllSum(ConvertDType(NotEqual(n, n), dtypes.Float32)))
			}
		}
		return []*Node{Stack(found, 0)}
	}, args...)
	if err != nil {
		return ""
	}
	counts, err := models.Floats(out[0])
	if err != nil {
		return ""
	}
	for i, n := range counts {
		if n > 0 && i < len(names) {
			return fmt.Sprintf("; the first node that holds NaN is %q", names[i])
		}
	}
	return ""
}
