package models

import (
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Chunk is the number of examples that pass through a net at once. It never follows the number of examples asked for: a program is
// compiled for one shape, and another shape may give other bits. It is a multiple of 12, as the pure-Go matrix product takes rows by
// threes or fours and adds up the rows that are left over in another order: an example's bits would depend on its place.
const Chunk = 24

// Compute gives the net's outputs for any number of examples, chunk by chunk.
func (n *Net) Compute(inputs []*tensors.Tensor) ([]*tensors.Tensor, error) {
	rows, err := n.CheckInputs(inputs)
	if err != nil {
		return nil, err
	}
	var out []*tensors.Tensor
	for from := 0; from < rows; from += Chunk {
		chunk := make([]*tensors.Tensor, len(inputs))
		for i, t := range inputs {
			if chunk[i], err = Rows(t, from, Chunk); err != nil {
				return nil, err
			}
		}
		part, err := n.Run("outputs", n.Apply, chunk...)
		if err != nil {
			return nil, err
		}
		if out == nil {
			for _, p := range part {
				out = append(out, tensors.FromShape(withRows(p.Shape(), rows)))
			}
		}
		for i, p := range part {
			if err := CopyRows(out[i], from, p, 0, min(Chunk, rows-from)); err != nil {
				return nil, err
			}
			p.MustFinalizeAll()
		}
	}
	return out, nil
}

// Predict says for every example which class is the most probable, from the net's first output.
func (n *Net) Predict(inputs []*tensors.Tensor) ([]record.Prediction, error) {
	port := n.Outputs[0]
	if port.Kind != Logits && port.Kind != Probabilities {
		return nil, fmt.Errorf("models: output %q of %s holds %s; only logits and probabilities predict a class", port.Name, n.Name, port.Kind)
	}
	outs, err := n.Compute(inputs)
	if err != nil {
		return nil, err
	}
	values, err := Floats(outs[0])
	if err != nil {
		return nil, err
	}
	classes := port.Shape[len(port.Shape)-1]
	predictions := make([]record.Prediction, 0, len(values)/classes)
	for at := 0; at < len(values); at += classes {
		all := values[at : at+classes : at+classes]
		if port.Kind == Logits {
			all = softmax(all)
		}
		p := record.Prediction{All: all}
		for c, v := range all {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("models: %s gives %v for class %d of example %d", n.Name, v, c, at/classes)
			}
			if v > p.Probability {
				p.Class, p.Probability = c, v
			}
		}
		predictions = append(predictions, p)
	}
	return predictions, nil
}

func softmax(logits []float64) []float64 {
	top, sum := math.Inf(-1), 0.0
	for _, v := range logits {
		top = max(top, v)
	}
	p := make([]float64, len(logits))
	for i, v := range logits {
		p[i] = math.Exp(v - top)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// CheckInputs says how many examples the inputs hold, or how they fail to fit the net's ports: number, type, shape, a first NaN or infinity,
// a first id that is negative or, where the port names what its ids stand for, has no name: a backend takes the nearest row of the
// table for it, without a word.
func (n *Net) CheckInputs(inputs []*tensors.Tensor) (rows int, err error) {
	if len(inputs) != len(n.Inputs) {
		return 0, fmt.Errorf("models: %s has %d inputs, got %d tensors", n.Name, len(n.Inputs), len(inputs))
	}
	for i, t := range inputs {
		p := n.Inputs[i]
		if t == nil || !t.Ok() {
			return 0, fmt.Errorf("models: input %q of %s is no valid tensor", p.Name, n.Name)
		}
		if t.Rank() == 0 {
			return 0, fmt.Errorf("models: input %q of %s is a scalar, it needs an example axis", p.Name, n.Name)
		}
		if i == 0 {
			rows = t.Shape().Dim(0)
		}
		if want := shapes.Make(p.DType, append([]int{rows}, p.Shape...)...); !t.Shape().Equal(want) {
			return 0, fmt.Errorf("models: input %q of %s should be %s (examples first), got %s", p.Name, n.Name, want, t.Shape())
		}
		if at, v := firstNotFinite(t); at >= 0 {
			size := t.Size() / rows
			return 0, fmt.Errorf("models: input %q of %s holds %v at position %d of example %d", p.Name, n.Name, v, at%size, at/size)
		}
		if p.Kind == IDs {
			if err := n.checkIDs(p, t, rows); err != nil {
				return 0, err
			}
		}
	}
	if rows == 0 {
		return 0, errors.New("models: no examples")
	}
	return rows, nil
}

func (n *Net) checkIDs(p Port, t *tensors.Tensor, rows int) error {
	ids, err := Ints(t)
	if err != nil {
		return fmt.Errorf("models: input %q of %s: %w", p.Name, n.Name, err)
	}
	for at, id := range ids {
		switch size := len(ids) / rows; {
		case id < 0:
			return fmt.Errorf("models: input %q of %s holds the id %d at position %d of example %d; ids are counted from 0, which is padding", p.Name, n.Name, id, at%size, at/size)
		case len(p.Classes) > 0 && id >= len(p.Classes):
			return fmt.Errorf("models: input %q of %s holds the id %d at position %d of example %d, but its vocabulary has %d", p.Name, n.Name, id, at%size, at/size, len(p.Classes))
		}
	}
	return nil
}
