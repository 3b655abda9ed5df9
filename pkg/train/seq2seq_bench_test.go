package train

import (
	"fmt"
	"testing"
	"time"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// BenchmarkSeq2Seq is a training step of the default Seq2Seq with Adam: 64 sentences of 32 tokens, a vocabulary of 100.
func BenchmarkSeq2Seq(b *testing.B) {
	for _, rate := range []float64{0, 0.1} {
		b.Run(fmt.Sprintf("dropout=%g", rate), func(b *testing.B) { benchmarkStep(b, models.Seq2Seq{Dropout: rate}) })
	}
}

func benchmarkStep(b *testing.B, a models.Architecture) {
	const rows, length, vocabulary = 64, 32, 100
	names := make([]string, vocabulary)
	for i := range names {
		names[i] = fmt.Sprint("w", i)
	}
	net, err := models.New(a, []models.Port{{Name: "source", Kind: models.IDs, Shape: []int{length}, Classes: names}, {Name: "target", Kind: models.IDs, Shape: []int{length}, Classes: names}},
		[]models.Port{{Name: "next", Kind: models.Logits, Shape: []int{length, vocabulary}}}, 1)
	if err != nil {
		b.Fatal(err)
	}
	optimizer := Adam{}
	if err := addSlots(net.Store(), optimizer); err != nil {
		b.Fatal(err)
	}
	tokens := func(seed int) *tensors.Tensor {
		flat := make([]int32, rows*length)
		for i := range flat {
			flat[i] = int32(4 + (i*7919+i/3+seed)%(vocabulary-4))
		}
		return tensors.FromFlatDataAndDimensions(flat, rows, length)
	}
	build := func(scope *model.Scope, in []*Node) []*Node {
		g := in[0].Graph()
		scope.Store().SetTraining(g, true)
		logits := net.Apply(scope, in[:2])[0]
		loss := ReduceAllMean(crossEntropy(Reshape(logits, rows*length, vocabulary), Reshape(in[2], rows*length)))
		used := usedWeights(scope.Store(), g)
		for i, gradient := range scope.BuildTrainableVariablesGradientsGraph(loss) {
			update(scope.Store(), used[i], Config{Optimizer: optimizer}, in[3], nil, gradient)
		}
		return []*Node{loss}
	}
	step := 0
	run := func() {
		step++
		out, err := net.Run("step", build, tokens(0), tokens(1), tokens(2), tensors.FromScalar(float64(step)))
		if err != nil {
			b.Fatal(err)
		}
		out[0].MustFinalizeAll()
	}
	start := time.Now()
	run()
	first := time.Since(start)
	for b.Loop() {
		run()
	}
	b.ReportMetric(first.Seconds(), "s/first")
}
