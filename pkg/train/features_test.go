package train_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/train"
)

// The names of a table's numbers go with them: into ports, a net's file, samples and explanations, whose sums are named by columns.
func TestFeatures(t *testing.T) {
	set, _, schema, err := data.GermanCredit()
	if err != nil {
		t.Fatal(err)
	}
	inputs, outputs := train.Ports(set)
	net, err := models.New(models.MLP{Hidden: []int{4}}, inputs, outputs, 1)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "net")
	if err := net.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	if net, err = models.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	want := schema.Features()
	if got := net.Inputs[0].Features; !slices.Equal(got, want) {
		t.Errorf("the port of a file: %q, want %q", got, want)
	}
	if got := set.Samples(0, 2).Inputs.Features; !slices.Equal(got, want) {
		t.Errorf("samples: %q, want %q", got, want)
	}
	method := explain.DeepLIFT{Baseline: explain.Baseline{Values: schema.Typical()}}
	e, err := method.Explain(t.Context(), net, set.Inputs(0, 2), explain.Predicted)
	if err != nil {
		t.Fatal(err)
	}
	if got := e.Values[0].Features; !slices.Equal(got, want) {
		t.Errorf("an explanation: %q, want %q", got, want)
	}
	sums, err := schema.PerColumn(e)
	if err != nil {
		t.Fatal(err)
	}
	if v := sums.Values[0]; len(v.Features) != 20 || v.Features[3] != "purpose" {
		t.Errorf("%q", v.Features)
	}
	inputs[0].Features = want[1:]
	if _, err := models.New(models.MLP{}, inputs, outputs, 1); err == nil {
		t.Error("a name is missing, and nobody minds")
	}
}
