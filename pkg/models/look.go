package models

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Look builds the inputs of the net for a chunk of examples, on the host and without compiling anything, and hands them to a function that
// builds the graph ([Net.Apply]) to look at its nodes. A panic of the function is an error.
func (n *Net) Look(look func(scope *model.Scope, inputs []*graph.Node) error) (err error) {
	defer recovered(&err)
	g, inputs, err := n.newGraph(Chunk)
	if err != nil {
		return fmt.Errorf("models: %s: %w", n.Name, err)
	}
	defer g.Finalize()
	n.store.SetTraining(g, false)
	return look(n.store.RootScope(), inputs)
}
