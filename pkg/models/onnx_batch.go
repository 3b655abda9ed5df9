package models

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/internal/backend"
)

// maxNodes is how many nodes a graph may have.
const maxNodes = 100_000

// maxBatch is how many examples a file may fix.
const maxBatch = 64

// lowered prepares the lowering of what an output depends on.
func lowered(m *onnxModel, output string) (*lowering, error) {
	if len(m.nodes) > maxNodes {
		return nil, fmt.Errorf("its graph has %d nodes; at most %d are read", len(m.nodes), maxNodes)
	}
	l := &lowering{model: m, output: output, variables: map[string]string{}, statistics: map[string]bool{}}
	wanted := map[string]bool{output: true}
	for _, n := range slices.Backward(m.nodes) {
		if !slices.ContainsFunc(n.outputs, func(o string) bool { return wanted[o] && o != "" }) {
			continue
		}
		for name, a := range n.attributes {
			if a.graph {
				return nil, fmt.Errorf("%s: its attribute %q is a graph (a branch or a loop); operations with such are not supported", n, name)
			}
		}
		if op := n.operation(); onnxOperations[op] == nil && op != "Shape" && op != "Constant" {
			return nil, fmt.Errorf("%s: the operation is not supported", n)
		}
		l.needed = append(l.needed, n)
		for _, in := range n.inputs {
			wanted[in] = true
		}
	}
	slices.Reverse(l.needed)
	if len(l.needed) == 0 {
		return nil, fmt.Errorf("no node of its graph makes the output %q", output)
	}
	used := map[string]bool{}
	for _, n := range l.needed {
		for i, name := range n.inputs {
			t := m.weights[name]
			if t == nil {
				continue
			}
			shape, err := t.shape()
			if err != nil {
				return nil, err
			}
			if n.op == "BatchNormalization" && i >= 3 {
				l.statistics[name] = true
			}
			if l.variables[name] != "" || !t.isFloat() || shape.Size() < 2 { // single numbers are constants: an ε, a bound
				continue
			}
			variable := strings.Trim(strings.ReplaceAll(name, "/", "."), ".")
			for base, k := variable, 1; used[variable] || variable == ""; k++ {
				variable = fmt.Sprintf("%s_%d", base, k)
			}
			used[variable], l.variables[name] = true, variable
		}
	}
	l.names = layerNames(m, l.needed)
	if first := m.ports(); len(first) > 0 && len(first[0].dims) > 0 && first[0].dims[0] > 0 {
		if l.batch = first[0].dims[0]; l.batch > maxBatch {
			return nil, fmt.Errorf("its graph is fixed to %d examples; at most %d are tried: export it with a free (dynamic) batch axis", l.batch, maxBatch)
		}
	}
	return l, nil
}

// asFixed traces the graph with as many examples as the file fixes, and notes the shapes that are reshaped then.
func (l *lowering) asFixed(inputs []Port) (err error) {
	if l.batch == 0 {
		return nil
	}
	defer recovered(&err)
	host, err := backend.Host()
	if err != nil {
		return err
	}
	l.fileShapes = map[*onnxNode][]int{}
	traceOf(host, func(scope *model.Scope, in []*Node) []*Node { return []*Node{l.build(scope, in)} }, inputs, l.batch)
	return nil
}

// traceOf is the first output of a graph function for that many examples.
func traceOf(host compute.Backend, forward Forward, inputs []Port, rows int) *Node {
	g := NewGraph(host, "trace")
	store := model.NewStore()
	model.SetStore(g, store)
	var in []*Node
	for _, p := range inputs {
		in = append(in, Parameter(g, p.Name, shapes.Make(p.DType, append([]int{rows}, p.Shape...)...)))
	}
	return forward(store.RootScope(), in)[0]
}

// checkBatch compares what the net gives for as many examples as the file's graph is for, where nothing of it was changed, with what it
// gives for twice as many.
func (n *Net) checkBatch(batch int) error {
	rng := rand.New(rand.NewPCG(1, 2))
	var one, two []any
	for _, p := range n.Inputs {
		t := tensors.FromShape(shapes.Make(p.DType, append([]int{2 * batch}, p.Shape...)...))
		if p.DType.IsFloat() {
			if err := t.MutableFlatData(func(flat any) {
				switch flat := flat.(type) {
				case []float32:
					for i := range flat {
						flat[i] = float32(rng.NormFloat64())
					}
				case []float64:
					for i := range flat {
						flat[i] = rng.NormFloat64()
					}
				}
			}); err != nil {
				return err
			}
		}
		last, err := Rows(t, batch, batch) // the later half, so that nothing can hold the first example
		if err != nil {
			return err
		}
		one, two = append(one, last), append(two, t)
	}
	host, err := backend.Host()
	if err != nil {
		return err
	}
	exec, err := model.NewExec(host, n.store, n.Apply)
	if err != nil {
		return err
	}
	defer exec.Finalize()
	var got [2][]float64
	for i, in := range [][]any{one, two} {
		out, err := exec.Call(in...)
		if err != nil {
			return err
		}
		if got[i], err = Floats(out[0]); err != nil {
			return err
		}
	}
	for v := range n.store.IterVariables() { // so that another backend can take them up
		if err := settle(v); err != nil {
			return err
		}
	}
	largest := 0.0
	for _, v := range got[0] {
		if v == v {
			largest = max(largest, math.Abs(v))
		}
	}
	for i, v := range got[0] {
		if w := got[1][len(got[0])+i]; !(math.Abs(v-w) <= 1e-4*largest) && v == v {
			return fmt.Errorf("its graph is fixed to %d examples, and gives %g in place of %g for more: export it with a free (dynamic) batch axis", batch, w, v)
		}
	}
	return nil
}
