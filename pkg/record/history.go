package record

import "time"

// History is the course of a training: one point an epoch.
type History struct {
	Model    string        `json:"model"`
	Dataset  string        `json:"dataset"`
	Epochs   []Epoch       `json:"epochs"`
	Steps    int           `json:"steps"`           // optimiser steps in all
	Elapsed  time.Duration `json:"elapsed"`         // nanoseconds, over all the processes that took part
	Finished bool          `json:"finished"`        // false if it was interrupted
	Notes    []string      `json:"notes,omitempty"` // what a person should know of it: "a damaged checkpoint was passed over"
}

// Epoch is one pass over the training data.
type Epoch struct {
	Epoch              int      `json:"epoch"` // counted from 1
	Loss               float64  `json:"loss"`  // mean over the epoch's steps
	Accuracy           float64  `json:"accuracy"`
	ValidationLoss     *float64 `json:"validation_loss,omitempty"`
	ValidationAccuracy *float64 `json:"validation_accuracy,omitempty"`
}
