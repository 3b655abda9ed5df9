package train

import (
	"context"
	"math"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// TestBatchNormPassesOverPadding: what moves the running averages is the three examples of the only batch, not the copies that pad it to 8;
// and training does not give the averages a gradient.
func TestBatchNormPassesOverPadding(t *testing.T) {
	set, err := data.New("three", []int{1}, []float32{1, 3, 8}, []int{0, 1, 1}, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	inputs, outputs := Ports(set)
	net, err := models.New(models.Custom{Build: func(s *model.Scope, in []*Node) []*Node {
		return []*Node{models.Dense(s.In("logits"), models.BatchNorm(s.In("norm"), in[0]), 2)}
	}}, inputs, outputs, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Fit(context.Background(), net, set, Config{Epochs: 1, BatchSize: 8}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{"mean": 0.1 * 4, "variance": 0.9 + 0.1*13} {
		got := tensors.MustCopyFlatData[float32](net.Store().GetVariable("/norm/" + name).MustValue())[0]
		if math.Abs(float64(got)-want) > 1e-6 {
			t.Errorf("the running %s is %g, want %g", name, got, want)
		}
	}
}
