package explain_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// shapFixture is what testdata/make_shap.py wrote.
type shapFixture struct {
	Weights          map[string][]float32 `json:"mlp_weights"`
	Rows, Background []float32
	MLP, CNN         []shapValues
	MLPLinkage       [][2]int `json:"mlp_linkage"`
	CNNLinkage       [][2]int `json:"cnn_linkage"`
}

// shapValues are what SHAP's explainers say of one example.
type shapValues struct {
	Base                                  float64
	Exact, Kernel, Permutation, Partition []float64
}

func readFixture(t *testing.T, name string, to any) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, to); err != nil {
		t.Fatal(err)
	}
}

// perFeature adds up what belongs to a feature, example by example.
func perFeature(values record.Array, groups []record.Array, features int) (sums []float64) {
	for i := range values.Rows() {
		row := make([]float64, features)
		for j, v := range values.Row(i) {
			feature := j
			if groups != nil {
				feature = int(groups[0].Row(i)[j])
			}
			row[feature] += v
		}
		sums = append(sums, row...)
	}
	return sums
}

// TestSHAP compares with SHAP on the same weights: what is exact to 1e-4 of the largest value, what is sampled within 4 standard errors.
func TestSHAP(t *testing.T) {
	var f shapFixture
	readFixture(t, "shap.json", &f)
	mlp, err := models.New(models.MLP{Hidden: []int{6, 5}}, []models.Port{{Name: "row", Shape: []int{8}}}, []models.Port{{Name: "class", Kind: models.Logits, Shape: []int{3}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for path, w := range f.Weights {
		v := mlp.Store().GetVariable(path)
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(w, v.Shape().Dimensions...)); err != nil {
			t.Fatal(err)
		}
	}
	rows := explain.Background{Values: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(f.Background, 7, 8)}}
	cnn, images, baseline := captumCNN(t)
	two, err := models.Rows(images[0], 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	blocks := explain.Grid{Height: 2, Width: 3}
	tree := func(n int, pairs [][2]int) *explain.Hierarchy {
		h, err := explain.Merged(n, pairs)
		if err != nil {
			t.Fatal(err)
		}
		return &h
	}
	budget := func(evaluations int) explain.Budget { return explain.Budget{Evaluations: evaluations} }
	exact := func(s shapValues) []float64 { return s.Exact }
	kernel := func(s shapValues) []float64 { return s.Kernel }
	partition := func(s shapValues) []float64 { return s.Partition }
	for _, c := range []struct {
		method explain.Explainer
		theirs []shapValues
		pick   func(shapValues) []float64
		exact  bool
	}{
		{explain.Shapley{Background: rows}, f.MLP, exact, true},
		{explain.Shapley{Background: rows, Exact: true}, f.MLP, kernel, true},
		{explain.KernelSHAP{Background: rows}, f.MLP, kernel, true},
		{explain.PermutationSHAP{Background: rows}, f.MLP, exact, true},
		{explain.PartitionSHAP{Background: rows, Hierarchy: tree(8, f.MLPLinkage)}, f.MLP, partition, true},
		{explain.PartitionSHAP{Background: rows}, f.MLP, partition, true}, // the same hierarchy, found by correlations
		{explain.KernelSHAP{Background: rows, Budget: budget(7 * 120)}, f.MLP, exact, false},
		{explain.PermutationSHAP{Background: rows, Budget: budget(7 * 14 * 15)}, f.MLP, exact, false},
		{explain.Shapley{Baseline: baseline, Features: blocks}, f.CNN, exact, true},
		{explain.KernelSHAP{Baseline: baseline, Features: blocks, Budget: budget(5000)}, f.CNN, kernel, true},
		{explain.PartitionSHAP{Baseline: baseline, Features: blocks, Hierarchy: tree(12, f.CNNLinkage)}, f.CNN, partition, true},
		{explain.Shapley{Baseline: baseline, Features: blocks, Budget: budget(300)}, f.CNN, exact, false},
		{explain.KernelSHAP{Baseline: baseline, Features: blocks}, f.CNN, kernel, false},
		{explain.PermutationSHAP{Baseline: baseline, Features: blocks}, f.CNN, exact, false},
	} {
		net, x, features := mlp, tensors.FromFlatDataAndDimensions(f.Rows, 3, 8), 8
		if len(c.theirs) == 2 {
			net, x, features = cnn, two, 12
		}
		e := explaintest.Explain(t, c.method, net, []*tensors.Tensor{x}, explain.Predicted)
		got := perFeature(e.Values[0], e.Groups, features)
		name := fmt.Sprintf("%s of %s, %d rows an example", e.Method, net.Name, e.Spent[0])
		var want, base []float64
		for _, s := range c.theirs {
			want, base = append(want, c.pick(s)...), append(base, s.Base)
		}
		near(t, name+": base", e.Base, base)
		if e.Exact != c.exact || e.Exact != (e.StdErr == nil) || e.Exact != (e.Ended[0] == record.EndAll) {
			t.Errorf("%s: exact is %v, the end %q", name, e.Exact, e.Ended[0])
			continue
		}
		if e.Exact {
			near(t, name, got, want)
			continue
		}
		worst := 0.0
		for i, err := range perFeature(e.StdErr[0], e.Groups, features) {
			off := math.Abs(got[i] - want[i])
			worst = max(worst, off/err)
			if off > 4*err+1e-6 {
				t.Errorf("%s: feature %d has %g ± %g, by SHAP %g", name, i, got[i], err, want[i])
			}
		}
		t.Logf("%s: at most %.1f standard errors from SHAP", name, worst)
	}
}
