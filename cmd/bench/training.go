package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/train"
)

// training does one step of train.Fit a call, on the same n examples each time.
func training(make network, optimizer train.Optimizer, n int) func() (*task, error) {
	return func() (*task, error) {
		net, inputs, classes, given, err := begin(make, n)
		if err != nil {
			return nil, err
		}
		values, err := tensors.CopyFlatData[float32](inputs)
		if err != nil {
			return nil, err
		}
		var names []string
		for i := range net.Outputs[0].Shape[0] {
			names = append(names, fmt.Sprint(i))
		}
		set, err := data.New("random numbers", net.Inputs[0].Shape, values, classes, names)
		if err != nil {
			return nil, err
		}
		fit := newPaced(func(ctx context.Context, pace train.Schedule) error {
			_, err := train.Fit(ctx, net, set, train.Config{Epochs: 1 << 30, BatchSize: n, Optimizer: optimizer, Schedule: pace})
			return err
		})
		return &task{
			given:  given,
			call:   fit.step,
			result: func() (map[string]*tensors.Tensor, error) { return variables(net) },
			end:    fit.end,
		}, nil
	}
}

// paced lets a training do one step at a time. It is a learning-rate schedule, as that is asked before every step: it answers, always
// with 1, when the step may begin.
type paced struct {
	fit   func(context.Context, train.Schedule) error
	begin chan struct{} // the next step may begin
	ready chan struct{} // the step before is done
	done  chan error    // the training is over
	stop  context.CancelFunc
}

func newPaced(fit func(context.Context, train.Schedule) error) *paced {
	return &paced{fit: fit, begin: make(chan struct{}), ready: make(chan struct{}), done: make(chan error, 1)}
}

// Factor implements train.Schedule.
func (p *paced) Factor(at train.Progress) float64 {
	if at.Step > 1 {
		p.ready <- struct{}{}
		<-p.begin
	}
	return 1
}

// Check implements train.Schedule.
func (p *paced) Check() error { return nil }

// step has the training do its next step, the first of which starts it.
func (p *paced) step() error {
	if p.stop == nil {
		ctx, stop := context.WithCancel(context.Background())
		p.stop = stop
		go func() { p.done <- p.fit(ctx, p) }()
	} else {
		p.begin <- struct{}{}
	}
	select {
	case <-p.ready:
		return nil
	case err := <-p.done:
		p.done <- err
		return errors.Join(errors.New("bench: the training ended by itself"), err)
	}
}

// end ends the training after another step.
func (p *paced) end() error {
	if p.stop == nil {
		return nil
	}
	p.stop()
	select {
	case p.begin <- struct{}{}:
	case err := <-p.done: // it had failed
		return err
	}
	if err := <-p.done; !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
