package train

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/cache"
	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// idTexts is texts as ids, of any length up to 12, whose class is whether they hold the id 7.
func idTexts(t *testing.T, n int) *data.Dataset {
	t.Helper()
	names := make([]string, 40)
	for i := range names {
		names[i] = string(rune('a'+i%26)) + string(rune('0'+i/26))
	}
	in := data.Column{Name: "tokens", Kind: data.IDs, Shape: []int{12}, Names: names, IDs: make([]int32, 12*n)}
	out := data.Column{Kind: data.Classes, Names: []string{"no", "yes"}, IDs: make([]int32, n)}
	for i := range n {
		for j := range 3 + i%10 {
			in.IDs[12*i+j] = int32(8 + (7*i+5*j)%32)
		}
		if i%2 == 1 {
			in.IDs[12*i+1+i%2], out.IDs[i] = 7, 1
		}
	}
	set, err := data.Assemble("ids", []data.Column{in}, out)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestEncodeOrLoad: a head trained on the vectors of a frozen encoder makes, put together with it, the net that says the same; and what
// training with free blocks changes is what is free.
func TestEncodeOrLoad(t *testing.T) {
	t.Setenv(cache.EnvVar, t.TempDir())
	bert, err := models.FromHuggingFace("../models/testdata/bert")
	if err != nil {
		t.Fatal(err)
	}
	set := idTexts(t, 50)
	vectors, err := EncodeOrLoad(bert, set)
	if err != nil {
		t.Fatal(err)
	}
	again, err := EncodeOrLoad(bert, set)
	if err != nil || again.Hash() != vectors.Hash() {
		t.Errorf("kept otherwise than computed: %v", err)
	}
	head, _, err := FitOrLoad(models.MLP{Hidden: []int{}}, vectors, Config{Epochs: 3, BatchSize: 10, Optimizer: AdamW{LearningRate: 0.01}})
	if err != nil {
		t.Fatal(err)
	}
	inputs, _ := Ports(set)
	net, err := bert.WithHead(inputs[0], head)
	if err != nil {
		t.Fatal(err)
	}
	want, got := outputs(t, head, vectors), outputs(t, net, set)
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-5 {
			t.Fatalf("logit %d is %g, the head's is %g", i, got[i], want[i])
		}
	}
	if _, err := bert.WithHead(inputs[0], net); err == nil {
		t.Error("a net that is no head: no error")
	}
	if _, err := EncodeOrLoad(models.BERT{}, set); err == nil || !strings.Contains(err.Error(), "random") {
		t.Errorf("random weights: %v", err)
	}
}

func outputs(t *testing.T, net *models.Net, set *data.Dataset) []float64 {
	t.Helper()
	out, err := net.Compute(set.Inputs(0, set.Len()))
	if err != nil {
		t.Fatal(err)
	}
	values, err := models.Floats(out[0])
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// TestTrainPretrained: training moves what is free and nothing else, and what was kept is loaded.
func TestTrainPretrained(t *testing.T) {
	t.Setenv(cache.EnvVar, t.TempDir())
	bert, err := models.FromHuggingFace("../models/testdata/bert")
	if err != nil {
		t.Fatal(err)
	}
	bert.Free = 1
	set := idTexts(t, 20)
	inputs, outputs := Ports(set)
	start, err := models.New(bert, inputs, outputs, 0)
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Epochs: 2, BatchSize: 10, Optimizer: Adam{LearningRate: 0.01}}
	net, _, err := FitOrLoad(bert, set, c)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := start.Weights()
	for v := range net.Store().IterVariables() {
		value, err := v.Value()
		if err != nil {
			t.Fatal(err)
		}
		free := strings.HasPrefix(v.Path(), "/encoder_1/") || strings.HasPrefix(v.Path(), "/logits/")
		if same := equal(value, before[v.Path()]); same == free && !strings.HasSuffix(v.Path(), "rngState") && !strings.HasSuffix(v.Path(), "key/biases") {
			t.Errorf("%s: free %v, unchanged %v", v.Path(), free, same)
		}
	}
	loaded, history, err := FitOrLoad(bert, set, c)
	if err != nil || !history.Finished {
		t.Fatal(err)
	}
	one, _ := net.WeightsHash()
	other, _ := loaded.WeightsHash()
	if one != other {
		t.Error("loaded with other weights")
	}
}

func equal(a, b *tensors.Tensor) bool { return a.Equal(b) }
