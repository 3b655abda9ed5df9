package explain

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// ported is a run over inputs of these shapes that holds the examples, without a net behind it.
func ported(ports []models.Port, x ...[]float64) *run {
	r := &run{net: &models.Net{Name: "Net", Inputs: ports}, x: x}
	for i, p := range ports {
		at := place{name: p.Name, dtype: dtypes.Float32, axes: p.Axes, shape: p.Shape, features: p.Features}
		r.attributed, r.places = append(r.attributed, i), append(r.places, at)
		r.width += at.size()
	}
	return r
}

func columns(n int, features ...string) []models.Port {
	return []models.Port{{Name: "row", Kind: models.Values, Shape: []int{n}, Features: features}}
}

var bertWords = models.Port{Name: "ids", Kind: models.IDs, Shape: []int{7}, Classes: []string{"[PAD]", "[CLS]", "[SEP]", "un", "##like", "##ly", "story", "##."}}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one with %q", err, want)
	}
}

func TestPartitions(t *testing.T) {
	text := []models.Port{bertWords}
	for _, c := range []struct {
		name     string
		features Features
		ports    []models.Port
		x        []float64
		want     string
	}{
		{"numbers", nil, columns(3, "a", "b", "c"), []float64{1, 2, 3}, "[0 1 2] 3 [a b c]"},
		{"ids", nil, text, []float64{1, 3, 4, 6, 2, 0, 0}, "[0 1 2 3 4 -1 -1] 5 [[CLS] un ##like story [SEP]]"},
		{"ids and numbers", nil, append(text, columns(2)...), []float64{3, 0, 0, 0, 0, 0, 0, 8, 9}, "[0 -1 -1 -1 -1 -1 -1 1 2] 3 [un  ]"},
		{"columns", Columns{Groups: [][]int{{3, 1}, {0}}}, columns(5), make([]float64, 5), "[1 0 2 0 3] 4 []"},
		{"named columns", Columns{[]string{"job"}, [][]int{{0, 1}}}, columns(3, "job=a", "job=b", "age"), make([]float64, 3), "[0 0 1] 2 [job age]"},
		{"grid", Grid{2, 3}, []models.Port{{Shape: []int{3, 4, 2}, Kind: models.Values}}, make([]float64, 24),
			"[0 0 0 0 0 0 1 1 0 0 0 0 0 0 1 1 2 2 2 2 2 2 3 3] 4 []"},
		{"grid of grey", Grid{1, 2}, []models.Port{{Shape: []int{2, 2}, Axes: []string{"height", "width"}, Kind: models.Values}}, make([]float64, 4), "[0 0 1 1] 2 []"},
		{"tokens", Tokens{}, text, []float64{1, 3, 4, 6, 2, 0, 0}, "[-1 0 1 2 -1 -1 -1] 3 [un ##like story]"},
		{"special tokens", Tokens{[]int{6}}, text, []float64{1, 3, 4, 6, 2, 0, 0}, "[0 1 2 -1 3 -1 -1] 4 [[CLS] un ##like [SEP]]"},
		{"words", Words{}, text, []float64{1, 3, 4, 5, 6, 7, 2}, "[-1 0 0 0 1 1 -1] 2 [unlikely story.]"},
		{"given words", Words{Of: [][]int{{-1, 0, 0, 0, 1, 2, -1}}}, text, []float64{1, 3, 4, 5, 6, 7, 2}, "[-1 0 0 0 1 2 -1] 3 [unlikely story .]"},
		{"fewer words", Words{Of: [][]int{{0}}}, text, []float64{3, 3, 0, 0, 0, 0, 0}, "[0 -1 -1 -1 -1 -1 -1] 1 [un]"},
	} {
		parts, err := ported(c.ports, c.x).partitions(c.features)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := fmt.Sprint(parts[0].of, parts[0].n, parts[0].names); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestFeaturesThatDoNotFit(t *testing.T) {
	for _, c := range []struct {
		features Features
		want     string
	}{
		{Columns{Groups: [][]int{{0, 3}}}, "position 3 in group 0, but the inputs have 3 numbers"},
		{Columns{Groups: [][]int{{0}, {0}}}, "position 0 is in groups 0 and 1"},
		{Columns{Groups: [][]int{{0}, {}}}, "group 1 is empty"},
		{Columns{[]string{"a"}, nil}, "1 names for 0 groups"},
		{Grid{}, "a grid divides images, of shape [height, width, channels]; Net has no such input"},
		{Grid{-1, 2}, "blocks of -1×2 pixels"},
		{Words{}, "Net has no input of ids"},
	} {
		_, err := ported(columns(3), make([]float64, 3)).partitions(c.features)
		wantError(t, err, c.want)
	}
	text := []models.Port{{Name: "ids", Kind: models.IDs, Shape: []int{2}}}
	_, err := ported(text, []float64{1, 2}).partitions(Words{})
	wantError(t, err, `the ids of input "ids" have no names`)
	_, err = ported(text, []float64{1, 2}).partitions(Words{Of: [][]int{{0, 1, 2}}})
	wantError(t, err, "words for 3 tokens")
	_, err = ported(text, []float64{1, 2}).partitions(Words{Of: [][]int{{0}, {1}}})
	wantError(t, err, "words of 2 examples for 1")
}

// Features are read back from a method's options, and none but those that the package has.
func TestFeaturesAsJSON(t *testing.T) {
	type method struct {
		Seed     uint64
		Features Features
	}
	for _, kind := range append(slices.Clone(featureKinds), nil, Columns{[]string{"a"}, [][]int{{1, 2}}}, Grid{3, 4}, Tokens{[]int{}}, Words{Of: [][]int{{0}}}) {
		want := method{7, kind}
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got := reflect.New(reflect.TypeFor[method]())
		if err := readOptions(text, got); err != nil || !reflect.DeepEqual(got.Elem().Interface(), want) {
			t.Errorf("%s became %+v, error %v", text, got.Elem(), err)
		}
	}
	for text, want := range map[string]string{
		`{"Features":{"kind":"Gird","options":{}}}`:             `no features are of kind "Gird"`,
		`{"Features":{"kind":"Grid","options":{"Depth":1}}}`:    `features of kind Grid: json: unknown field "Depth"`,
		`{"Features":{"kind":"Grid","options":{},"more":true}}`: `unknown field "more"`,
		`{"Features":3}`: "cannot unmarshal number",
	} {
		wantError(t, readOptions([]byte(text), reflect.New(reflect.TypeFor[method]())), want)
	}
}
