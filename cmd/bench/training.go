package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/train"
)

// training does one step of train.Fit a call, on the same examples each time. Of the variables whose names end in one of except nothing is
// compared.
func training(begin func() (*models.Net, *data.Dataset, map[string]*tensors.Tensor, error), optimizer train.Optimizer, except ...string) func() (*task, error) {
	return func() (*task, error) {
		net, set, given, err := begin()
		if err != nil {
			return nil, err
		}
		fit := newPaced(func(ctx context.Context, pace train.Schedule) error {
			_, err := train.Fit(ctx, net, set, train.Config{Epochs: 1 << 30, BatchSize: set.Len(), Optimizer: optimizer, Schedule: pace})
			return err
		})
		return &task{
			given: given,
			call:  fit.step,
			result: func() (map[string]*tensors.Tensor, error) {
				list, err := variables(net)
				maps.DeleteFunc(list, func(name string, _ *tensors.Tensor) bool {
					return slices.ContainsFunc(except, func(end string) bool { return strings.HasSuffix(name, end) })
				})
				return list, err
			},
			end: fit.end,
		}, nil
	}
}

// classifying is a net with n random inputs and classes to learn.
func classifying(make network, n int) func() (*models.Net, *data.Dataset, map[string]*tensors.Tensor, error) {
	return func() (*models.Net, *data.Dataset, map[string]*tensors.Tensor, error) {
		net, inputs, classes, given, err := begin(make, n)
		if err != nil {
			return nil, nil, nil, err
		}
		values, err := tensors.CopyFlatData[float32](inputs)
		if err != nil {
			return nil, nil, nil, err
		}
		var names []string
		for i := range net.Outputs[0].Shape[0] {
			names = append(names, fmt.Sprint(i))
		}
		set, err := data.New("random numbers", net.Inputs[0].Shape, values, classes, names)
		return net, set, given, err
	}
}

// translating is a Seq2Seq with n random pairs of sentences to learn, which are of full length.
func translating(a models.Seq2Seq, n, length, vocabulary int) func() (*models.Net, *data.Dataset, map[string]*tensors.Tensor, error) {
	return func() (*models.Net, *data.Dataset, map[string]*tensors.Tensor, error) {
		names := []string{"<pad>", "<unk>", "<bos>", "<eos>"}
		for i := len(names); i < vocabulary; i++ {
			names = append(names, fmt.Sprint(i))
		}
		random := rand.New(rand.NewPCG(1, 2))
		source, target, next := make([]int32, n*length), make([]int32, n*length), make([]int32, n*length)
		for i := range source {
			source[i], next[i] = 4+random.Int32N(int32(vocabulary-4)), 4+random.Int32N(int32(vocabulary-4))
			if target[i] = models.Begin; i%length > 0 {
				target[i] = next[i-1]
			}
		}
		column := func(name string, ids []int32) data.Column {
			return data.Column{Name: name, Kind: data.IDs, Shape: []int{length}, IDs: ids, Names: names}
		}
		set, err := data.Assemble("random ids", []data.Column{column("source", source), column("target", target)}, column("next", next))
		if err != nil {
			return nil, nil, nil, err
		}
		inputs, outputs := train.Ports(set)
		net, err := models.New(a, inputs, outputs, 1)
		if err != nil {
			return nil, nil, nil, err
		}
		if _, err := net.Backend(); err != nil {
			return nil, nil, nil, err
		}
		given, err := variables(net)
		if err != nil {
			return nil, nil, nil, err
		}
		for name, ids := range map[string][]int32{"source": source, "target": target, "next": next} {
			given[name] = tensors.FromFlatDataAndDimensions(ids, n, length)
		}
		return net, set, given, nil
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
