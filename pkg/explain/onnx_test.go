package explain_test

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// onnxNets are one file of each architecture and exporter.
var onnxNets = []string{"cnn-old", "cnn-new-fixed", "lstm-new", "transformer-old", "transformer-new", "residual-new", "logistic", "mlp", "mlp2",
	"gru-new", "rnn-new", "windows-new21", "norms-new21", "products-new21", "each", "scaled", "linear"}

func TestMethodsExplainNetsOfONNX(t *testing.T) {
	for _, name := range onnxNets {
		net, err := models.FromONNX(filepath.Join("..", "models", "testdata", "onnx", name+".onnx"))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := net.Backend(); err != nil {
			t.Fatal(err)
		} else if b.Name() != "Go Backend" && os.Getenv("VITRINE_FULL") != "1" && name != "mlp2" {
			continue // XLA takes minutes to compile them all, pure Go a second
		}
		x := tensors.FromShape(shapes.Make(net.Inputs[0].DType, append([]int{2}, net.Inputs[0].Shape...)...))
		tensors.MustMutableFlatData(x, func(v []float32) {
			for i := range v {
				v[i] = float32((i*7)%11)/5 - 1
			}
		})
		methods := explain.All()
		if strings.HasPrefix(name, "cnn") {
			methods = append(methods, explain.GradCAM{Layer: "conv2", ChannelsFirst: true}, explain.LayerIntegratedGradients{Layer: "fc1"})
		}
		for _, method := range methods {
			if _, varies := method.(explain.VarGrad); varies && name == "linear" {
				continue // whose gradient does not
			}
			method = coarse(method, len(net.Inputs[0].Shape))
			e, err := method.Explain(context.Background(), net, []*tensors.Tensor{x}, explain.Predicted)
			if err != nil {
				t.Errorf("%s: %T: %v", name, method, err)
				continue
			}
			some := false
			for _, v := range e.Values[0].Data {
				some = some || v != 0
			}
			if !some {
				t.Errorf("%s: %T says nothing", name, method)
			}
		}
	}
}

// coarse is a method that samples with few features and few evaluations; any other as it is.
func coarse(method explain.Explainer, rank int) explain.Explainer {
	m := reflect.New(reflect.TypeOf(method)).Elem()
	m.Set(reflect.ValueOf(method))
	if budget := m.FieldByName("Budget"); budget.IsValid() {
		budget.Set(reflect.ValueOf(explain.Budget{Evaluations: 320}))
	}
	if features := m.FieldByName("Features"); features.IsValid() {
		switch rank {
		case 3:
			features.Set(reflect.ValueOf(explain.Grid{Height: 8, Width: 8}))
		case 2:
			features.Set(reflect.ValueOf(explain.Segments{Count: 4}))
		}
	}
	return m.Interface().(explain.Explainer)
}
