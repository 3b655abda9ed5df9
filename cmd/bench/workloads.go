package main

import (
	"context"
	"math/rand/v2"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
	"github.com/vitrine-ml/vitrine/pkg/train"
)

// workload is a line of the table: one thing that a user calls. bench_torch.py has its peer, under the same name.
type workload struct {
	Name        string  `json:"name"`
	What        string  `json:"what"`
	Goal        float64 `json:"goal,omitempty"`         // the largest share of the peer's time that it may take, on XLA; 0: any
	CompileGoal float64 `json:"compile_goal,omitempty"` // the most seconds that compiling may take, on XLA; 0: any
	// Tolerance is how far what both compute may be apart: the largest difference over the largest number.
	Tolerance float64 `json:"tolerance"`
	prepare   func() (*task, error)
}

// task is a workload that is ready to be done.
type task struct {
	given  map[string]*tensors.Tensor                 // what the peer needs for the same: variables by their paths, inputs by other names
	call   func() error                               // what is timed; the first call compiles
	result func() (map[string]*tensors.Tensor, error) // what the last call computed
	end    func() error                               // nil: nothing to let go of
}

// adam has an ε with which a gradient that is 0 but for rounding moves a weight by little: the usual one is near such gradients.
var adam = train.Adam{LearningRate: 0.001, Epsilon: 1e-6}

// gentle has an ε above the gradients of a Transformer at its beginning, many of which are near 1e-6: a step is then proportional to the gradient, not of
// full size whatever the gradient is. With adam, PyTorch's own results with 32 bits are 3e-3 from those with 64 after three steps and 8e-2 after
// ten; and a gradient that is wrong by a factor would not be seen.
var gentle = train.Adam{LearningRate: 0.001, Epsilon: 1e-2}

// workloads of the CNN have images of 24×24 pixels and 3 channels, and 10 classes; those of the LSTM 32 steps of 100 numbers, and 10
// classes; those of the Transformer pairs of 32 tokens, of 100 that there are. Those without a goal are there to be seen.
var workloads = []workload{
	{"cnn/train", "CNN, training step, batch 64", 0.9, 3, 1e-4, training(classifying(cnn, 64), train.SGD{LearningRate: 0.001, Momentum: 0.9})},
	{"cnn/predict", "CNN, 64 predictions", 0, 0, 1e-4, predicting(cnn, 64)},
	{"cnn/saliency", "CNN, saliency, 16 images", 0, 0, 1e-4, explaining(cnn, explain.Saliency{}, 16)},
	{"cnn/ig", "CNN, integrated gradients, 50 steps, 16 images", 0.65, 0, 1e-3, explaining(cnn, explain.IntegratedGradients{Steps: 50, MaxSteps: 50}, 16)},
	// Both draw places of their own. What is compared are the first two images with more draws, of which chance leaves the rest of the difference.
	{"cnn/gradientshap", "CNN, GradientSHAP, 50 samples, 16 images", 0.7, 0, 0.1, sampling(cnn, 50, 16)},
	{"cnn/occlusion", "CNN, occlusion 4×4 by 2, 16 images", 0, 0, 1e-4, explaining(cnn, explain.Occlusion{Window: []int{4, 4, 3}, Stride: []int{2, 2, 3}}, 16)},
	// Both draw masks of their own: the tolerance is 5 times the standard error of a difference.
	{"cnn/lime", "CNN, LIME, 1000 neighbours, 36 superpixels, 1 image", 0.3, 0, 0.35, explaining(cnn, explain.LIME{Features: explain.Grid{Height: 4, Width: 4}}, 1)},
	// Each side draws coalitions of its own, Captum with replacement and without complements: in ten runs both were apart by 0.26 to 0.53.
	{"cnn/kernelshap", "CNN, KernelSHAP, 1000 coalitions, 36 superpixels, 1 image", 0.25, 0, 0.8,
		explaining(cnn, explain.KernelSHAP{Features: explain.Grid{Height: 4, Width: 4}, Budget: explain.Budget{Evaluations: 1000}}, 1)},
	{"cnn/lrp", "CNN, LRP-ε, 16 images", 0.7, 0, 1e-3, explaining(cnn, explain.LRP{Composite: explain.Every(explain.Epsilon{})}, 16)},
	{"cnn/deeplift", "CNN, DeepLIFT, 16 images", 0.7, 0, 1e-3, explaining(cnn, explain.DeepLIFT{}, 16)},
	{"lstm/train", "LSTM, training step, batch 64", 1.3, 3, 1e-3, training(classifying(lstm, 64), adam)},
	{"lstm/ig", "LSTM, integrated gradients, 50 steps, 16 sequences", 0.5, 0, 1e-3, explaining(lstm, explain.IntegratedGradients{Steps: 50, MaxSteps: 50}, 16)},
	// A key's bias adds the same to all scores of a query, so that its gradient is 0: what it becomes is rounding. What else is apart, by 1e-3, is
	// ReLU: of eight million units some are within rounding of 0, on for one side and off for the other. (With GELU all are within 5e-6
	// after ten steps.)
	{"transformer/train", "Transformer, training step, batch 64", 1.3, 7, 5e-3, training(translating(models.Seq2Seq{}, 64, 32, 100), gentle, "/key/biases")},
}

// network makes a net whose single input holds numbers and whose output logits.
type network func() (*models.Net, error)

func cnn() (*models.Net, error) {
	return models.New(models.CNN{},
		[]models.Port{{Name: "image", Shape: []int{24, 24, 3}}},
		[]models.Port{{Name: "class", Shape: []int{10}, Kind: models.Logits}}, 1)
}

func lstm() (*models.Net, error) {
	return models.New(models.LSTM{},
		[]models.Port{{Name: "steps", Shape: []int{32, 100}}},
		[]models.Port{{Name: "class", Shape: []int{10}, Kind: models.Logits}}, 1)
}

// begin makes the net, n inputs and n classes, all of which the peer is given, and starts the backend. The inputs are normal numbers, so
// that no two are equal: libraries share ties among the largest in different ways.
func begin(make network, n int) (net *models.Net, inputs *tensors.Tensor, classes []int, given map[string]*tensors.Tensor, err error) {
	if net, err = make(); err != nil {
		return nil, nil, nil, nil, err
	}
	if _, err = net.Backend(); err != nil {
		return nil, nil, nil, nil, err
	}
	random := rand.New(rand.NewPCG(1, 2))
	inputs = tensors.FromShape(shapes.Make(dtypes.Float32, append([]int{n}, net.Inputs[0].Shape...)...))
	tensors.MustMutableFlatData(inputs, func(flat []float32) {
		for i := range flat {
			flat[i] = float32(random.NormFloat64())
		}
	})
	labels := tensors.FromShape(shapes.Make(dtypes.Int64, n))
	tensors.MustMutableFlatData(labels, func(flat []int64) {
		for i := range flat {
			flat[i] = random.Int64N(int64(net.Outputs[0].Shape[0]))
			classes = append(classes, int(flat[i]))
		}
	})
	if given, err = variables(net); err != nil {
		return nil, nil, nil, nil, err
	}
	given["inputs"], given["classes"] = inputs, labels
	return net, inputs, classes, given, nil
}

// variables are copies of the net's, as they are now.
func variables(net *models.Net) (map[string]*tensors.Tensor, error) {
	list := map[string]*tensors.Tensor{}
	for v := range net.Store().IterVariables() {
		if !v.Trainable {
			continue
		}
		value, err := v.Value()
		if err != nil {
			return nil, err
		}
		if list[v.Path()], err = value.LocalClone(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// predicting computes the outputs of n inputs.
func predicting(make network, n int) func() (*task, error) {
	return func() (*task, error) {
		net, inputs, _, given, err := begin(make, n)
		if err != nil {
			return nil, err
		}
		var out []*tensors.Tensor
		return &task{
			given:  given,
			call:   func() error { out, err = net.Compute([]*tensors.Tensor{inputs}); return err },
			result: func() (map[string]*tensors.Tensor, error) { return map[string]*tensors.Tensor{"outputs": out[0]}, nil },
		}, nil
	}
}

// explaining explains a class of n inputs each.
func explaining(make network, method explain.Explainer, n int) func() (*task, error) {
	return func() (*task, error) {
		net, inputs, classes, given, err := begin(make, n)
		if err != nil {
			return nil, err
		}
		var e *record.Explanation
		return &task{
			given: given,
			call: func() error {
				e, err = method.Explain(context.Background(), net, []*tensors.Tensor{inputs}, explain.Classes(classes...))
				return err
			},
			result: func() (map[string]*tensors.Tensor, error) {
				a := e.Values[0]
				return map[string]*tensors.Tensor{"values": tensors.FromFlatDataAndDimensions(a.Data, a.Shape...)}, nil
			},
		}, nil
	}
}

// sampling is explaining by expected gradients over the first eight inputs, of which samples are drawn for each input. The result is that of
// the first two with 2,000 samples.
func sampling(make network, samples, n int) func() (*task, error) {
	return func() (*task, error) {
		net, inputs, classes, given, err := begin(make, n)
		if err != nil {
			return nil, err
		}
		background, err := models.Rows(inputs, 0, 8)
		if err != nil {
			return nil, err
		}
		two, err := models.Rows(inputs, 0, 2)
		if err != nil {
			return nil, err
		}
		draw := func(inputs *tensors.Tensor, classes []int, samples int) (*record.Explanation, error) {
			method := explain.GradientSHAP{Background: explain.Background{Values: []*tensors.Tensor{background}}, Budget: explain.Budget{Evaluations: samples}}
			return method.Explain(context.Background(), net, []*tensors.Tensor{inputs}, explain.Classes(classes...))
		}
		return &task{
			given: given,
			call: func() error {
				_, err := draw(inputs, classes, samples)
				return err
			},
			result: func() (map[string]*tensors.Tensor, error) {
				e, err := draw(two, classes[:2], 2000)
				if err != nil {
					return nil, err
				}
				a := e.Values[0]
				return map[string]*tensors.Tensor{"values": tensors.FromFlatDataAndDimensions(a.Data, a.Shape...)}, nil
			},
		}, nil
	}
}
