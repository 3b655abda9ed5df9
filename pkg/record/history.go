package record

import "time"

// History is the course of a training: one point an epoch.
type History struct {
	Model    string        `json:"model"`
	Dataset  string        `json:"dataset"`
	Learns   string        `json:"learns,omitempty"` // what is predicted: "classes" ("" too), "values" or "ids"
	Epochs   []Epoch       `json:"epochs"`
	Best     int           `json:"best,omitempty"`  // with early stopping: the epoch whose weights the net has
	Steps    int           `json:"steps"`           // optimiser steps in all
	Elapsed  time.Duration `json:"elapsed"`         // nanoseconds, over all the processes that took part
	Finished bool          `json:"finished"`        // false if it was interrupted
	Notes    []string      `json:"notes,omitempty"` // what a person should know of it: "a damaged checkpoint was passed over"
}

// Classifies says whether classes are learned: nothing else has an accuracy.
func (h History) Classifies() bool { return h.Learns == "" || h.Learns == "classes" }

// Epoch is one pass over the training data.
type Epoch struct {
	Epoch              int      `json:"epoch"`              // counted from 1
	Loss               float64  `json:"loss"`               // mean over the epoch's examples, each when it was learned from; of sequences, over their ids
	Accuracy           float64  `json:"accuracy,omitempty"` // of classes alone, see Classifies
	ValidationLoss     *float64 `json:"validation_loss,omitempty"`
	ValidationAccuracy *float64 `json:"validation_accuracy,omitempty"`
}
