package models

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// learner trains a net from sequences to sequences with Adam. (Package train does it properly, but this package comes before it.)
type learner struct {
	net   *Net
	rate  float64
	steps int
}

// step is a step on targets, of which the decoder sees what comes before; it returns the mean cross-entropy of what is not padding.
func (l *learner) step(source, target [][]int) (float64, error) {
	l.steps++
	length := l.net.Inputs[1].Shape[0]
	flat := func(rows [][]int, length int) *tensors.Tensor {
		all := make([]int32, len(rows)*length)
		for i, row := range rows {
			for t, id := range row {
				all[i*length+t] = int32(id)
			}
		}
		return tensors.FromFlatDataAndDimensions(all, len(rows), length)
	}
	before, err := DecoderInput(length, target...)
	if err != nil {
		return 0, err
	}
	out, err := l.net.Run("learn", l.build, flat(source, l.net.Inputs[0].Shape[0]), before, flat(target, length), tensors.FromScalar(float32(l.steps)))
	if err != nil {
		return 0, err
	}
	defer out[0].MustFinalizeAll()
	return float64(tensors.ToScalar[float32](out[0])), nil
}

func (l *learner) build(scope *model.Scope, in []*Node) []*Node {
	g, target, count := in[0].Graph(), in[2], in[3]
	scope.Store().SetTraining(g, true)
	logp := LogSoftmax(l.net.Apply(scope, in[:2])[0])
	counts := ConvertDType(present(target), logp.DType())
	picked := ReduceSum(Where(OneHot(target, logp.Shape().Dim(-1), dtypes.Bool), logp, ZerosLike(logp)), -1)
	loss := Neg(Div(ReduceAllSum(Mul(picked, counts)), ReduceAllSum(counts)))
	var weights []*model.Variable
	for v := range scope.Store().IterVariables() {
		if v.Trainable && v.InUseByGraph(g) {
			weights = append(weights, v)
		}
	}
	power := func(beta float64) *Node { return OneMinus(Pow(Scalar(g, count.DType(), beta), count)) }
	for i, d := range scope.BuildTrainableVariablesGradientsGraph(loss) {
		v, s := weights[i], scope.In("adam_%d", i).WithInitializer(initializer.Zero)
		moment := func(name string, beta float64, now *Node) *Node {
			m := s.VariableWithShape(name, v.Shape()).SetTrainable(false)
			to := Add(MulScalar(m.NodeValue(g), beta), MulScalar(now, 1-beta))
			m.SetNodeValue(to)
			return Div(to, power(beta))
		}
		mean, square := moment("mean", 0.9, d), moment("square", 0.999, Square(d))
		v.SetNodeValue(Sub(v.NodeValue(g), MulScalar(Div(mean, AddScalar(Sqrt(square), 1e-8)), l.rate)))
	}
	return []*Node{loss}
}

// reversals are sentences of 1 to length−1 tokens, and the same backwards with an end.
func reversals(rng *rand.Rand, rows, length, vocabulary int) (source, target [][]int) {
	for range rows {
		s := make([]int, 1+rng.IntN(length-1))
		for t := range s {
			s[t] = 4 + rng.IntN(vocabulary-4)
		}
		r := slices.Clone(s)
		slices.Reverse(r)
		source, target = append(source, s), append(target, append(r, End))
	}
	return source, target
}

// TestSeq2SeqLearns to say sentences backwards, and generates them so.
func TestSeq2SeqLearns(t *testing.T) {
	const length, vocabulary = 5, 8
	inputs, outputs := translatorPorts(length, length, vocabulary)
	for a, steps := range map[Architecture]int{
		Seq2Seq{EncoderLayers: 1, DecoderLayers: 1, Heads: 4, Width: 32, FeedForward: 64, Dropout: 0.02}: 250,
		Seq2SeqRNN{Hidden: 48, Embedding: 16}: 120,
	} {
		net := made(t, a, inputs, outputs)
		l, rng := learner{net: net, rate: 0.005}, rand.New(rand.NewPCG(1, 2))
		loss := 0.0
		for range steps {
			source, target := reversals(rng, 48, length, vocabulary)
			var err error
			if loss, err = l.step(source, target); err != nil {
				t.Fatal(err)
			}
		}
		source, target := reversals(rng, 48, length, vocabulary)
		rows := make([]int32, 48*length)
		for i, s := range source {
			for j, id := range s {
				rows[i*length+j] = int32(id)
			}
		}
		right := 0
		generated, err := Decode{Beam: 2}.Generate(context.Background(), net, tensors.FromFlatDataAndDimensions(rows, 48, length))
		if err != nil {
			t.Fatal(err)
		}
		for i, g := range generated {
			if slices.Equal(g.IDs, target[i]) {
				right++
			}
		}
		t.Logf("%s: loss %.3f, %d of 48 right", a.Name(), loss, right)
		if right < 44 {
			t.Errorf("%s says %d of 48 sentences backwards, after training with a last loss of %.3f", a.Name(), right, loss)
		}
	}
}

// TestTransformerTrainsWithoutDeadlock starts many short trainings. GoMLX's Go backend, with a bounded number of
// workers, waits for itself forever where large matrix products meet; package backend asks for an unbounded number.
func TestTransformerTrainsWithoutDeadlock(t *testing.T) {
	trainings := 2
	if os.Getenv("VITRINE_FULL") != "" {
		trainings = 200
	}
	const rows, length, vocabulary = 24, 16, 30
	inputs, outputs := translatorPorts(length, length, vocabulary)
	start := time.Now()
	for i := range trainings {
		net, err := New(Seq2Seq{Width: 128, FeedForward: 512, Dropout: 0.1}, inputs, outputs, uint64(i))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := net.Backend(); err != nil || b.Name() != pureGo {
			t.Skip("only the pure-Go backend has deadlocked", err)
		}
		l, rng := learner{net: net, rate: 0.001}, rand.New(rand.NewPCG(uint64(i), 0))
		done := make(chan error)
		go func() {
			var err error
			for range 2 {
				source, target := reversals(rng, rows, length, vocabulary)
				if _, e := l.step(source, target); e != nil {
					err = e
				}
			}
			done <- err
		}()
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
		case <-time.After(time.Minute):
			t.Fatalf("training %d has stopped", i)
		}
	}
	t.Logf("%d trainings in %s", trainings, time.Since(start))
}

// BenchmarkSeq2Seq is a training step of the default Seq2Seq with Adam: 64 sentences of 32 tokens, a vocabulary of 100.
func BenchmarkSeq2Seq(b *testing.B) {
	for _, rate := range []float64{0, 0.1} {
		b.Run(fmt.Sprintf("dropout=%g", rate), func(b *testing.B) {
			const rows, length, vocabulary = 64, 32, 100
			inputs, outputs := translatorPorts(length, length, vocabulary)
			net, err := New(Seq2Seq{Dropout: rate}, inputs, outputs, 1)
			if err != nil {
				b.Fatal(err)
			}
			l := learner{net: net, rate: 0.001}
			source, target := reversals(rand.New(rand.NewPCG(1, 2)), rows, length, vocabulary)
			start := time.Now()
			if _, err := l.step(source, target); err != nil {
				b.Fatal(err)
			}
			first := time.Since(start)
			fastest := time.Hour
			for b.Loop() {
				start := time.Now()
				if _, err := l.step(source, target); err != nil {
					b.Fatal(err)
				}
				fastest = min(fastest, time.Since(start))
			}
			b.ReportMetric(first.Seconds(), "s/first")
			b.ReportMetric(float64(fastest.Milliseconds()), "ms/fastest")
		})
	}
}

func ExampleSeq2Seq() {
	words := []string{"", "<unk>", "<bos>", "<eos>", "uno", "dos", "tres"}
	net, err := New(Seq2Seq{EncoderLayers: 1, DecoderLayers: 1, Width: 64, Dropout: 0.1},
		[]Port{{Name: "source", Kind: IDs, Shape: []int{5}, Classes: words}, {Name: "target", Kind: IDs, Shape: []int{6}, Classes: words}},
		[]Port{{Name: "next", Kind: Logits, Shape: []int{6, len(words)}}}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(net.Summary())
	generated, err := Decode{Beam: 4}.Generate(context.Background(), net, tensors.FromValue([][]int32{{4, 5, 6, 0, 0}}))
	fmt.Println(len(generated), "target,", err)
	// Output:
	// Seq2Seq
	// layer             output             parameters
	// source            5                           0
	// target            6                           0
	// source_embedding  5 × 64                    448
	// source_positions  5 × 64                    320
	// encoder_0         5 × 64                  49984
	// target_embedding  6 × 64                    448
	// target_positions  6 × 64                    384
	// decoder_0         6 × 64                  66752
	// logits            6 × 7                     455
	// total                                    118791
	//  <nil>
	// 1 target, <nil>
}
