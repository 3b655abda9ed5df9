package explain_test

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

func smallCNN(t testing.TB) (*models.Net, *tensors.Tensor) {
	t.Helper()
	net, err := models.New(models.CNN{Channels: []int{4, 8}, Dense: 16},
		[]models.Port{{Name: "image", Shape: []int{9, 10, 2}, Axes: []string{"height", "width", "channel"}}},
		[]models.Port{{Name: "class", Kind: models.Logits, Shape: []int{3}}}, 4)
	if err != nil {
		t.Fatal(err)
	}
	return net, explaintest.Pseudo(2, 2, 9, 10, 2)
}

// TestOcclusionAgainstPlainLoops slides windows by hand, one prediction at a time.
func TestOcclusionAgainstPlainLoops(t *testing.T) {
	net, x := smallCNN(t)
	const h, w, c, size, stride, base = 9, 10, 2, 4, 2, 0.25
	e := explaintest.Explain(t, explain.Occlusion{Baseline: explain.Baseline{Constant: base}}, net, []*tensors.Tensor{x}, explain.Class(1))
	pixels := tensors.MustCopyFlatData[float32](x)
	predict := func(image []float32) float64 {
		y, err := net.Compute([]*tensors.Tensor{tensors.FromFlatDataAndDimensions(image, 1, h, w, c)})
		if err != nil {
			t.Fatal(err)
		}
		return float64(tensors.MustCopyFlatData[float32](y[0])[1])
	}
	for example := range 2 {
		image := pixels[example*h*w*c : (example+1)*h*w*c]
		full := predict(image)
		var drop, count [h][w]float64
		for i := 0; ; i += stride {
			for j := 0; ; j += stride {
				covered := append([]float32(nil), image...)
				for a := i; a < min(i+size, h); a++ {
					for b := j; b < min(j+size, w); b++ {
						for k := range c {
							covered[(a*w+b)*c+k] = base
						}
					}
				}
				d := full - predict(covered)
				for a := i; a < min(i+size, h); a++ {
					for b := j; b < min(j+size, w); b++ {
						drop[a][b] += d
						count[a][b]++
					}
				}
				if j+size >= w {
					break
				}
			}
			if i+size >= h {
				break
			}
		}
		for a := range h {
			for b := range w {
				for k := range c {
					got, want := e.Values[0].Row(example)[(a*w+b)*c+k], drop[a][b]/count[a][b]
					if math.Abs(got-want) > 1e-6 {
						t.Fatalf("example %d, pixel %d, %d, channel %d: %g, by plain loops %g", example, a, b, k, got, want)
					}
				}
			}
		}
	}
	if got, want := string(e.Options), `{"Window":[4,4,2],"Stride":[2,2,2],"Baseline":{"constant":0.25}}`; got != want {
		t.Errorf("options %s, want %s", got, want)
	}
	if !e.Exact || e.Evaluations != 2+2*4*4 {
		t.Errorf("exact %v with %d evaluations, want true with %d", e.Exact, e.Evaluations, 2+2*4*4)
	}
}

func TestOcclusionOptions(t *testing.T) {
	net, x := smallCNN(t)
	for _, c := range []struct {
		m    explain.Occlusion
		want string
	}{
		{explain.Occlusion{Window: []int{2}}, "should have 3 lengths"},
		{explain.Occlusion{Window: []int{20, 2, 1}}, "Window [20 2 1]"},
		{explain.Occlusion{Stride: []int{0, 1, 1}}, "Stride [0 1 1]"},
		{explain.Occlusion{Window: []int{1, 1, 2}, Stride: []int{2, 1, 2}}, "no window covers"},
	} {
		if _, err := c.m.Explain(t.Context(), net, []*tensors.Tensor{x}, explain.Predicted); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.m, err, c.want)
		}
	}
}
