// Package train fits nets to data, keeps what it has fitted and says how good it is.
//
//	net, history, err := train.FitOrLoad(models.CNN{}, trainSet, train.Config{Epochs: 8, Seed: 1})
//	scores, err := train.Evaluate(ctx, net, testSet)
//
// A cell of a notebook is a process of its own, so [FitOrLoad] trains in the first and loads in those after it. What it keeps is named by a
// hash of all that made it (the traced graph, the data, the options, the versions): a change of anything trains anew. A training that
// was interrupted, or killed, goes on where it was and ends with the same bits as if it had run through.
//
// [Fit] trains a net that exists. The same seed gives the same bits on one machine and backend.
package train

import (
	"errors"
	"fmt"
	"math"

	"github.com/vitrine-ml/vitrine/pkg/data"
)

// Config says how to train. The zero value is the documented default.
type Config struct {
	Epochs     int           // passes over the training data; 0: 10
	BatchSize  int           // examples in a step; 0: 64
	Optimizer  Optimizer     // nil: SGD{LearningRate: 0.001, Momentum: 0.9}
	Schedule   Schedule      // of the learning rate: Cosine{} for one; nil: it stays the same
	Seed       uint64        // of the initial weights (in FitOrLoad), of the order of the examples and of dropout
	ClipNorm   float64       // the largest norm that all gradients together may have: larger ones are scaled down to it; 0: any
	Validation *data.Dataset // evaluated after every epoch; nil: none. It has no influence on the weights, but through EarlyStopping and Plateau

	// Loss is what training makes small; nil: cross-entropy for logits, SquaredError{} for values.
	Loss Loss
	// LabelSmoothing is, for cross-entropy, the share of every label that is spread evenly over all classes (Szegedy et al. 2016,
	// https://arxiv.org/abs/1512.00567), at least 0 and below 1.
	LabelSmoothing float64
	// ClassWeights says, for cross-entropy, how much an example of each class counts, more than 0 each: the loss is the weighted mean, as in
	// PyTorch. nil: all the same.
	ClassWeights []float64

	EarlyStopping EarlyStopping // the zero value: none
}

// withDefaults fills in the defaults; or says what cannot be.
func (c Config) withDefaults() (Config, error) {
	if c.Epochs == 0 {
		c.Epochs = 10
	}
	if c.BatchSize == 0 {
		c.BatchSize = 64
	}
	if c.Optimizer == nil {
		c.Optimizer = SGD{LearningRate: 0.001, Momentum: 0.9}
	}
	if c.Epochs < 0 {
		return c, fmt.Errorf("train: Epochs is %d, want at least 1, or 0 for 10", c.Epochs)
	}
	if c.BatchSize < 0 {
		return c, fmt.Errorf("train: BatchSize is %d, want at least 1, or 0 for 64", c.BatchSize)
	}
	if err := notNegative("ClipNorm", c.ClipNorm); err != nil {
		return c, fmt.Errorf("train: %w", err)
	}
	if err := c.Optimizer.Check(); err != nil {
		return c, fmt.Errorf("train: %T: %w", c.Optimizer, err)
	}
	if c.Schedule != nil {
		if err := c.Schedule.Check(); err != nil {
			return c, fmt.Errorf("train: %T: %w", c.Schedule, err)
		}
	}
	if err := errors.Join(c.checkLoss(), c.EarlyStopping.check()); err != nil {
		return c, fmt.Errorf("train: %w", err)
	}
	if c.Validation == nil {
		if c.EarlyStopping.Patience > 0 {
			return c, errors.New("train: EarlyStopping goes by the validation loss: set Config.Validation, to a part of the training data for instance (Dataset.Split)")
		}
		if s, ok := c.Schedule.(needsValidation); ok && s.needsValidation() {
			return c, fmt.Errorf("train: %T goes by the validation loss: set Config.Validation, to a part of the training data for instance (Dataset.Split)", c.Schedule)
		}
	}
	return c, nil
}

// checkLoss says which option of the loss cannot be.
func (c Config) checkLoss() error {
	if c.Loss != nil {
		if err := c.Loss.Check(); err != nil {
			return fmt.Errorf("%T: %w", c.Loss, err)
		}
		if c.LabelSmoothing != 0 || c.ClassWeights != nil {
			return fmt.Errorf("LabelSmoothing and ClassWeights are options of cross-entropy, the Loss is %T: leave one or the other", c.Loss)
		}
	}
	if err := belowOne("LabelSmoothing", c.LabelSmoothing); err != nil {
		return err
	}
	for i, w := range c.ClassWeights {
		if !(w > 0) || math.IsInf(w, 0) {
			return fmt.Errorf("ClassWeights[%d] is %v, want a finite number above 0", i, w)
		}
	}
	return nil
}

// notNegative wants a finite number from 0 on.
func notNegative(name string, v float64) error {
	if !(v >= 0) || math.IsInf(v, 0) {
		return fmt.Errorf("%s is %v, want a finite number, at least 0", name, v)
	}
	return nil
}

// belowOne wants 0 ≤ v < 1.
func belowOne(name string, v float64) error {
	if !(v >= 0 && v < 1) {
		return fmt.Errorf("%s is %v, want at least 0 and below 1", name, v)
	}
	return nil
}

// share wants 0 ≤ v ≤ 1.
func share(name string, v float64) error {
	if !(v >= 0 && v <= 1) {
		return fmt.Errorf("%s is %v, want at least 0 and at most 1", name, v)
	}
	return nil
}

// atLeastOne wants a finite number from 1 on, or 0 for the default.
func atLeastOne(name string, v float64) error {
	if v != 0 && !(v >= 1) || math.IsInf(v, 0) {
		return fmt.Errorf("%s is %v, want at least 1, or 0 for the default", name, v)
	}
	return nil
}
