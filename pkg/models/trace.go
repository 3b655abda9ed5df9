package models

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/internal/backend"
)

// traceRows is the number of examples that graphs are traced for: any fixed number will do, and 1 would hide broadcasts.
const traceRows = 2

// trace builds the net's graph on the host, without compiling it.
func (n *Net) trace(training bool) (g *graph.Graph, inputs, outputs []*graph.Node, err error) {
	defer recovered(&err)
	if g, inputs, err = n.newGraph(traceRows); err != nil {
		return nil, nil, nil, err
	}
	n.store.SetTraining(g, training)
	outputs = n.apply(n.store.RootScope(), inputs)
	return g, inputs, outputs, nil
}

// newGraph is a graph on the host with the net's inputs of that many rows.
func (n *Net) newGraph(rows int) (g *graph.Graph, inputs []*graph.Node, err error) {
	host, err := backend.Host()
	if err != nil {
		return nil, nil, err
	}
	g = graph.NewGraph(host, n.Name)
	model.SetStore(g, n.store)
	for _, p := range n.Inputs {
		inputs = append(inputs, graph.Parameter(g, p.Name, shapes.Make(p.DType, append([]int{rows}, p.Shape...)...)))
	}
	return g, inputs, nil
}

// initialise traces the net, which creates its variables, gives them their values and takes the hash of it all.
func (n *Net) initialise(seed uint64) error {
	host, err := backend.Host()
	if err != nil {
		return err
	}
	n.store = model.NewStore()
	if err := n.store.SetRNGStateFromSeed(int64(seed)); err != nil {
		return err
	}
	h := sha256.New()
	for _, training := range []bool{false, true} {
		g, _, outputs, err := n.trace(training)
		if err != nil {
			return err
		}
		if training { // custom gradients show in no node of the forward graph
			outputs = append(outputs, n.parameterGradients(g, outputs)...)
		}
		if err := hashGraph(h, g, outputs); err != nil {
			return err
		}
		g.Finalize()
	}
	p, learned := n.architecture.(pretrained)
	if learned {
		if err := blank(n.store, p); err != nil {
			return err
		}
	}
	if err := n.store.InitializeVariables(host, nil); err != nil {
		return err
	}
	for v := range n.store.IterVariables() {
		if err := settle(v); err != nil {
			return fmt.Errorf("variable %s: %w", v.Path(), err)
		}
	}
	fmt.Fprintf(h, "%+v\n%+v\n", n.Inputs, n.Outputs)
	if err := hashVariables(h, n.store); err != nil { // so that another initialiser or seed is another net
		return err
	}
	if learned {
		if err := begin(h, n.store, p); err != nil {
			return err
		}
	}
	n.hash = hex.EncodeToString(h.Sum(nil))
	return nil
}

// parameterGradients appends to the graph the gradients of its outputs with respect to the trainable variables; nothing where an
// operation has none, as such a net can still be run.
func (n *Net) parameterGradients(g *graph.Graph, outputs []*graph.Node) (grads []*graph.Node) {
	var err error
	defer recovered(&err)
	var sum *graph.Node
	for _, o := range outputs {
		if !o.DType().IsFloat() {
			continue
		}
		if s := graph.ReduceAllSum(graph.ConvertDType(o, dtypes.Float32)); sum == nil {
			sum = s
		} else {
			sum = graph.Add(sum, s)
		}
	}
	if sum == nil {
		return nil
	}
	return n.store.RootScope().BuildTrainableVariablesGradientsGraph(sum)
}

// settle copies a variable's value off the host backend, so that any backend can take it up.
func settle(v *model.Variable) error {
	old, err := v.Value()
	if err != nil {
		return err
	}
	fresh, err := detached(old)
	if err != nil {
		return err
	}
	return v.SetValue(fresh)
}

// detached is a copy that is on no backend.
func detached(t *tensors.Tensor) (*tensors.Tensor, error) {
	fresh := tensors.FromShape(t.Shape())
	var inner error
	err := t.ConstBytes(func(from []byte) { inner = fresh.MutableBytes(func(to []byte) { copy(to, from) }) })
	return fresh, errors.Join(err, inner)
}

// GraphHash is a SHA-256 of the net before training: its traced graph with and without the training flag, constants included, its ports
// and the initial values of its variables. An edited model function, another seed or another initialiser gives another hash.
func (n *Net) GraphHash() string { return n.hash }

// WeightsHash is a SHA-256 of every variable's name, shape and bytes as they are now.
func (n *Net) WeightsHash() (string, error) {
	h := sha256.New()
	if err := hashVariables(h, n.store); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// GoMLX forgets the values of constants from 32 numbers on, and a graph with another table would have the same hash.
func init() { graph.MinConstValueSizeToKeep = math.MaxInt }

// hashGraph writes every node with its operation, attributes, shape and inputs; constants with their bytes.
func hashGraph(h hash.Hash, g *graph.Graph, outputs []*graph.Node) error {
	for _, n := range g.Nodes() {
		if c := n.ConstantValue(); c != nil { // whose text would be all of its numbers
			fmt.Fprintf(h, "%d %s %s ", n.Id(), n.Type(), n.Shape())
			if err := c.ConstBytes(func(b []byte) { h.Write(b) }); err != nil {
				return err
			}
		} else {
			fmt.Fprintf(h, "%d %s %s", n.Id(), n.Type(), n)
		}
		for _, in := range n.Inputs() {
			fmt.Fprintf(h, " %d", in.Id())
		}
		io.WriteString(h, "\n")
	}
	for _, o := range outputs {
		fmt.Fprintf(h, "-> %d\n", o.Id())
	}
	return nil
}

func hashVariables(h hash.Hash, store *model.Store) error {
	for v := range store.IterVariables() {
		value, err := v.Value()
		if err != nil {
			return fmt.Errorf("models: variable %s: %w", v.Path(), err)
		}
		fmt.Fprintf(h, "%s %s %v\n", v.Path(), v.Shape(), v.Trainable)
		if err := value.ConstBytes(func(b []byte) { h.Write(b) }); err != nil {
			return err
		}
	}
	return nil
}
