package models

import (
	"errors"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Custom is an architecture of the user's own: any graph function of one or more inputs.
type Custom struct {
	Title string // its name in records; "": "Custom"
	Build func(scope *model.Scope, inputs []*graph.Node) []*graph.Node
}

// Name implements Architecture.
func (c Custom) Name() string {
	if c.Title == "" {
		return "Custom"
	}
	return c.Title
}

// Forward implements Architecture.
func (c Custom) Forward(_, _ []Port) (Forward, error) {
	if c.Build == nil {
		return nil, errors.New("Build is nil, it must be a function that builds the graph")
	}
	return c.Build, nil
}
