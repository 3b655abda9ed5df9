package data

import (
	"bytes"
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/npy"
)

// arrays writes a .npz file and a .npy file for each of its arrays.
func arrays(t *testing.T, all map[string]any) (dir string) {
	t.Helper()
	dir = t.TempDir()
	list := map[string]*tensors.Tensor{}
	for name, v := range all {
		var err error
		if list[name], err = tensors.FromAnyValue(v); err != nil {
			t.Fatal(err)
		}
		if err := npy.WriteFile(filepath.Join(dir, name+".npy"), list[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := npy.WriteZipFile(filepath.Join(dir, "all.npz"), list); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestNPZ(t *testing.T) {
	dir := arrays(t, map[string]any{
		"x": [][]float64{{1, 2}, {3, 4}, {5, 6}}, "bytes": [][]uint8{{0, 255}, {51, 0}, {0, 0}}, "ids": [][]int64{{1, 2}, {2, 0}, {1, 1}},
		"mask": [][]bool{{true, false}, {true, true}, {false, true}},
		"y":    []int64{0, 2, 1}, "price": []float32{1.5, 2.5, 3.5},
	})
	path := filepath.Join(dir, "all.npz")
	d, err := NPZ(path, Arrays{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Len() != 3 || !reflect.DeepEqual(d.Classes, []string{"0", "1", "2"}) || d.Label(1) != 2 {
		t.Errorf("%d examples of the classes %q", d.Len(), d.Classes)
	}
	if got := tensors.MustCopyFlatData[float32](d.Inputs(1, 2)[0]); !reflect.DeepEqual(got, []float32{3, 4}) {
		t.Errorf("example 1 is %v", got)
	}
	d, err = NPZ(path, Arrays{Inputs: []string{"ids", "bytes", "mask"}, Target: "price", Vocabularies: map[string][]string{"ids": {"<pad>", "a", "b"}}})
	if err != nil {
		t.Fatal(err)
	}
	inputs, target := d.Columns()
	if inputs[0].Kind != IDs || inputs[1].Bytes == nil || inputs[2].Kind != Mask || target.Kind != Values {
		t.Errorf("inputs %v, target %v", inputs, target)
	}
	if got := tensors.MustCopyFlatData[float32](d.Inputs(1, 2)[1])[0]; got != 0.2 {
		t.Errorf("the byte 51 is %v, want 0.2", got)
	}
	for _, c := range []struct {
		a    Arrays
		want string
	}{
		{Arrays{Inputs: []string{"z"}}, `no array "z"`},
		{Arrays{Target: "x", Classes: []string{"a", "b"}}, "a class is one"},
		{Arrays{Target: "price", Classes: []string{"a"}}, "whole numbers"},
		{Arrays{Classes: []string{"a", "b"}}, "label 2"},
		{Arrays{Inputs: []string{"ids"}, Vocabularies: map[string][]string{"ids": {"<pad>", "a"}}}, "id 2"},
	} {
		if _, err := NPZ(path, c.a); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.a, err, c.want)
		}
	}
	if c, err := ReadNPY(filepath.Join(dir, "x.npy")); err != nil || c.Name != "x" || !reflect.DeepEqual(c.Floats, []float32{1, 2, 3, 4, 5, 6}) {
		t.Errorf("%v, %v", c, err)
	}
	if all, err := ReadNPZ(path); err != nil || len(all) != 6 || all["mask"].Mask == nil {
		t.Errorf("%v, %v", all, err)
	}
}

// TestArrayPreparation: one example from a file is what the dataset has of it; and what cannot be is refused.
func TestArrayPreparation(t *testing.T) {
	dir := arrays(t, map[string]any{"x": [][]float64{{1, 2}, {3, 4}}, "y": []int64{0, 1}, "bytes": [][]uint8{{0, 255}, {51, 0}}})
	d, err := NPZ(filepath.Join(dir, "all.npz"), Arrays{})
	if err != nil {
		t.Fatal(err)
	}
	one := arrays(t, map[string]any{"flat": []float32{3, 4}, "rows": [][]float64{{3, 4}}, "long": []float32{1, 2, 3}, "bytes": []uint8{1, 2}, "huge": []float64{1e300, 1}, "whole": []int64{1<<24 + 1, 0}})
	other := map[string]*tensors.Tensor{"a": tensors.FromValue([]float32{1, 2}), "b": tensors.FromValue([]float32{1, 2})}
	if err := npy.WriteZipFile(filepath.Join(one, "other.npz"), other); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"flat", "rows"} {
		columns, err := d.Preparation.Prepare(filepath.Join(one, name+".npy"))
		if err != nil {
			t.Fatal(err)
		}
		inputs, samples, err := One(columns)
		if err != nil {
			t.Fatal(err)
		}
		if want := d.Inputs(1, 2)[0]; !inputs[0].Equal(want) || !reflect.DeepEqual(samples.Inputs, d.Samples(1, 2).Inputs) {
			t.Errorf("%s is prepared as %v, the dataset has %v", name, inputs[0], want)
		}
	}
	for name, want := range map[string]string{
		"long.npy": "want that of one example, [2]", "bytes.npy": "learned from floats", "none.npy": "no such file", "huge.npy": "float32 cannot hold",
		"whole.npy": "float32 rounds", "other.npz": `no array "x"`, "a text": `no example for this net, which takes a .npy file with one array "x" [2] of floats`,
	} {
		if _, err := d.Preparation.Prepare(filepath.Join(one, name)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", name, err, want)
		}
	}
}

// ownPreparation is of no type that a file could name.
type ownPreparation struct{ ArrayPreparation }

func TestPreparationsAreWrittenAndRead(t *testing.T) {
	_, _, schema, err := GermanCredit()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Preparation{ArrayPreparation{[]ArrayInput{{Name: "x", Kind: Values, Shape: []int{2}, Fractions: true}}}, schema} {
		var b bytes.Buffer
		if err := WritePreparation(&b, p); err != nil {
			t.Fatal(err)
		}
		back, err := ReadPreparation(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(back, p) {
			t.Errorf("%T comes back as %#v", p, back)
		}
	}
	if err := WritePreparation(&bytes.Buffer{}, ownPreparation{}); !errors.Is(err, ErrOwnPreparation) {
		t.Errorf("error %v", err)
	}
	for text, want := range map[string]string{
		`{"kind":"Mine","options":{}}`:                           `kind "Mine"`,
		`{"kind":"ArrayPreparation","options":{"Outputs":[]}}`:   "unknown field",
		`{"kind":"ArrayPreparation","options":{"Inputs":[]}} {}`: "more after it",
		`[]`: "cannot unmarshal",
	} {
		if _, err := ReadPreparation(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", text, err, want)
		}
	}
}

func FuzzReadPreparation(f *testing.F) {
	f.Add([]byte(`{"kind":"ArrayPreparation","options":{"Inputs":[{"Name":"x","Kind":"values","Shape":[2]}]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ReadPreparation(bytes.NewReader(b))
		if err != nil {
			return
		}
		if err := WritePreparation(&bytes.Buffer{}, p); err != nil {
			t.Fatal(err)
		}
	})
}
