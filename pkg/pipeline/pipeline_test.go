package pipeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/npy"
	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/pipeline"
	"github.com/vitrine-ml/vitrine/pkg/record"
	"github.com/vitrine-ml/vitrine/pkg/train"
)

// points are two classes that a line parts, as a .npz file.
func points(t *testing.T) (path string, set *data.Dataset) {
	t.Helper()
	x, y := make([][]float32, 40), make([]int64, 40)
	for i := range x {
		a, b := float32(i%7)/7, float32(i%5)/5
		if x[i] = []float32{a, b}; a > b {
			y[i] = 1
		}
	}
	path = filepath.Join(t.TempDir(), "points.npz")
	if err := npy.WriteZipFile(path, map[string]*tensors.Tensor{"x": tensors.FromValue(x), "y": tensors.FromValue(y)}); err != nil {
		t.Fatal(err)
	}
	set, err := data.NPZ(path, data.Arrays{Classes: []string{"above", "below"}})
	if err != nil {
		t.Fatal(err)
	}
	return path, set
}

// TestFromFileToAnswer: a trained net's file alone predicts and explains a file with one example, as the net itself does.
func TestFromFileToAnswer(t *testing.T) {
	t.Setenv("VITRINE_CACHE", t.TempDir())
	_, set := points(t)
	net, _, err := train.FitOrLoad(models.MLP{Hidden: []int{8}}, set, train.Config{Epochs: 3, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file, one, two := filepath.Join(dir, "net.safetensors"), filepath.Join(dir, "one.npy"), filepath.Join(dir, "two.npy")
	if err := net.WriteFile(file); err != nil {
		t.Fatal(err)
	}
	for path, i := range map[string]int{one: 3, two: 11} {
		if err := npy.WriteFile(path, set.Inputs(i, i+1)[0]); err != nil {
			t.Fatal(err)
		}
	}
	p, err := pipeline.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !p.Prepared() || !reflect.DeepEqual(p.Preparation, set.Preparation) {
		t.Fatalf("the file prepares by %#v, the dataset by %#v", p.Preparation, set.Preparation)
	}
	answer, err := p.Predict(one)
	if err != nil {
		t.Fatal(err)
	}
	want, err := net.Predict(set.Inputs(3, 4))
	if err != nil {
		t.Fatal(err)
	}
	best := answer.Classes[0]
	if len(answer.Classes) != 2 || best.Class != want[0].Class || best.Probability != want[0].Probability || best.Name != set.Classes[best.Class] {
		t.Errorf("the answer is %+v, the net says %+v", answer.Classes, want[0])
	}
	again := filepath.Join(dir, "answer.json")
	if err := answer.WriteFile(again); err != nil {
		t.Fatal(err)
	}
	if back, err := record.ReadAnswer(again); err != nil || !reflect.DeepEqual(back, answer) {
		t.Errorf("the record comes back as %+v, %v", back, err)
	}

	target, err := p.Target("below")
	if err != nil {
		t.Fatal(err)
	}
	method := explain.IntegratedGradients{}
	why, err := p.Explain(context.Background(), method, target, one, two)
	if err != nil {
		t.Fatal(err)
	}
	direct, err := method.Explain(context.Background(), net, set.Select(3, 11).Inputs(0, 2), explain.Target{Class: 1})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(why.Record.Values, direct.Values) || why.Samples.Len() != 2 || len(why.Samples.Predictions) != 2 {
		t.Errorf("values %v, want %v; %d samples", why.Record.Values, direct.Values, why.Samples.Len())
	}
	if err := why.Samples.Check(); err != nil {
		t.Error(err)
	}
	kept := filepath.Join(dir, "why.json")
	if err := explain.Keep(kept, why.Record, method, p.Net, why.Inputs); err != nil {
		t.Fatal(err)
	}
	if v, err := explain.Verify(context.Background(), kept, nil); err != nil || !v.Holds() {
		t.Errorf("the record does not hold: %v, %v", v, err)
	}
}

// shout is a preparation of a program's own: a text's length and its share of capitals.
type shout struct{}

func (shout) Raw() data.Raw { return data.RawText }

func (shout) Prepare(raw string) ([]data.Column, error) {
	if raw == "" {
		return nil, fmt.Errorf("a text without letters")
	}
	upper := float32(len(raw) - len(strings.Trim(raw, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")))
	return []data.Column{{Shape: []int{2}, Floats: []float32{float32(len(raw)) / 100, upper / float32(len(raw))}}}, nil
}

// TestOwnPreparation works beside the net, but is in no file; a net whose file has none takes arrays.
func TestOwnPreparation(t *testing.T) {
	net, err := models.New(models.MLP{Hidden: []int{3}}, []models.Port{{Name: "features", Shape: []int{2}}}, []models.Port{{Name: "mood", Shape: []int{2}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	p := pipeline.Pipeline{Net: net, Preparation: shout{}}
	answer, err := p.Predict("HELLO you")
	if err != nil {
		t.Fatal(err)
	}
	y, err := net.Compute([]*tensors.Tensor{tensors.FromValue([][]float32{{0.09, 5. / 9}})})
	if err != nil {
		t.Fatal(err)
	}
	if want, _ := models.Floats(y[0]); answer.Classes != nil || !reflect.DeepEqual(answer.Values.Data, want) {
		t.Errorf("values %v, want %v", answer.Values, want)
	}
	if _, err := p.Predict(""); err == nil || !strings.Contains(err.Error(), "without letters") {
		t.Errorf("error %v", err)
	}
	path := filepath.Join(t.TempDir(), "net.safetensors")
	if err := p.WriteFile(path); err == nil || !strings.Contains(err.Error(), "not of this package") {
		t.Errorf("error %v", err)
	}
	if err := net.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	plain, err := pipeline.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if plain.Prepared() || plain.Preparation.Raw() != data.RawArray {
		t.Errorf("prepared by %#v", plain.Preparation)
	}
	if _, err := plain.Predict("hello"); err == nil || !strings.Contains(err.Error(), `.npy file with one array "features" [2] of floats`) {
		t.Errorf("error %v", err)
	}
	if err := plain.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	if again, err := pipeline.ReadFile(path); err != nil || !again.Prepared() {
		t.Errorf("written with its preparation: %v, %v", again, err)
	}
	if target, err := p.Target("1"); err != nil || target.Class != 1 {
		t.Errorf("target %v, %v", target, err)
	}
	for _, class := range []string{"2", "-1", "joy"} {
		if _, err := p.Target(class); err == nil || !strings.Contains(err.Error(), "from 0 to 1") {
			t.Errorf("%s: error %v", class, err)
		}
	}
}

// TestRow: of a table's row the answer has class names, and the explanation one value a column, which add up to the same.
func TestRow(t *testing.T) {
	t.Setenv("VITRINE_CACHE", t.TempDir())
	set, _, schema, err := data.GermanCredit()
	if err != nil {
		t.Fatal(err)
	}
	net, _, err := train.FitOrLoad(models.MLP{Hidden: []int{4}}, set, train.Config{Epochs: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	p, err := pipeline.Of(net)
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]any{}
	for _, c := range schema.Columns {
		given[c.Name] = c.Median
		switch c.Type {
		case data.Category:
			given[c.Name] = c.Usual
		case data.Boolean:
			given[c.Name] = c.Median == 1
		}
	}
	text, err := json.Marshal(given)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := p.Predict(string(text))
	if err != nil {
		t.Fatal(err)
	}
	want, err := net.Predict(schema.Typical())
	if err != nil {
		t.Fatal(err)
	}
	if best := answer.Classes[0]; best.Probability != want[0].Probability || best.Name != set.Classes[want[0].Class] {
		t.Errorf("the answer is %+v, the net says %+v", answer.Classes, want[0])
	}
	method := explain.WithBaseline(explain.IntegratedGradients{}, explain.Baseline{Values: schema.Average()})
	why, err := p.Explain(context.Background(), method, explain.Predicted, string(text))
	if err != nil {
		t.Fatal(err)
	}
	sum := func(a record.Array) (s float64) {
		for _, v := range a.Data {
			s += v
		}
		return s
	}
	if err := why.Samples.Check(); err != nil || len(why.Samples.Columns) != len(schema.Columns) {
		t.Fatalf("%d columns of samples, want %d; %v", len(why.Samples.Columns), len(schema.Columns), err)
	}
	for k, c := range why.Samples.Columns { // as they were given
		got, is := c.Text(0), given[c.Name]
		want := fmt.Sprint(is)
		if v, ok := is.(float64); ok {
			want = record.Column{Values: []float64{v}, Dates: schema.Columns[k].Type == data.Date}.Text(0)
		}
		if c.Name != schema.Columns[k].Name || got != want {
			t.Errorf("column %d, %q, is read as %q, want %q", k, c.Name, got, want)
		}
	}
	if got, want := sum(why.Columns.Values[0]), sum(why.Record.Values[0]); math.Abs(got-want) > 1e-9 || len(why.Columns.Values[0].Data) != len(schema.Columns) {
		t.Errorf("the columns' values add up to %g, the features' to %g", got, want)
	}
	if _, err := p.Predict(`{"horns": 3}`); err == nil || !strings.Contains(err.Error(), `no column "horns"`) {
		t.Errorf("error %v", err)
	}
}
