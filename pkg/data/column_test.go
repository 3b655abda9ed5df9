package data

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
)

var (
	words  = []string{"<pad>", "<unk>", "<bos>", "<eos>", "one", "two"}
	digits = []string{"<pad>", "<unk>", "<bos>", "<eos>", "1", "2"}
)

// pairs are three sequences to sequences, with a mask of the source's positions.
func pairs(t testing.TB) *Dataset {
	return must(t)(Assemble("pairs", []Column{
		{Name: "source", Kind: IDs, Shape: []int{3}, Names: words, IDs: []int32{4, 5, 0, 5, 0, 0, 4, 4, 1}},
		{Name: "decoder", Kind: IDs, Shape: []int{4}, Names: digits, IDs: []int32{2, 4, 5, 0, 2, 5, 0, 0, 2, 4, 4, 1}},
		{Kind: Mask, Shape: []int{3}, Mask: []bool{true, true, false, true, false, false, true, true, true}},
	}, Column{Kind: IDs, Shape: []int{4}, Names: digits, IDs: []int32{4, 5, 3, 0, 5, 3, 0, 0, 4, 4, 1, 3}}))
}

// future is four pieces of a series with what comes after them.
func future(t testing.TB) *Dataset {
	past, next := make([]float32, 4*5*2), make([]float32, 4*2)
	for i := range past {
		past[i] = float32(i)
	}
	for i := range next {
		next[i] = float32(-i)
	}
	return must(t)(Assemble("future", []Column{{Name: "past", Shape: []int{5, 2}, Floats: past}},
		Column{Name: "next", Shape: []int{2}, Axes: []string{"hour"}, Floats: next}))
}

func TestAssemble(t *testing.T) {
	d := pairs(t)
	inputs, target := d.Columns()
	if d.Len() != 3 || d.Classes != nil || len(inputs) != 3 || inputs[2].Name != "mask" || target.Name != "tokens" || !slices.Equal(target.Axes, []string{"position"}) {
		t.Errorf("%d examples of %v and %v", d.Len(), inputs, target)
	}
	in, out := d.Batch([]int{2, 0})
	for i, want := range []struct {
		dtype dtypes.DType
		dims  []int
		flat  any
	}{
		{dtypes.Int32, []int{2, 3}, []int32{4, 4, 1, 4, 5, 0}},
		{dtypes.Int32, []int{2, 4}, []int32{2, 4, 4, 1, 2, 4, 5, 0}},
		{dtypes.Bool, []int{2, 3}, []bool{true, true, true, true, true, false}},
		{dtypes.Int32, []int{2, 4}, []int32{4, 4, 1, 3, 4, 5, 3, 0}},
	} {
		tensor := append(in, out)[i]
		if err := tensor.Shape().Check(want.dtype, want.dims...); err != nil {
			t.Error(err)
		}
		_ = tensor.ConstFlatData(func(flat any) {
			if !reflect.DeepEqual(flat, want.flat) {
				t.Errorf("tensor %d holds %v, want %v", i, flat, want.flat)
			}
		})
	}
	s := d.Samples(1, 3)
	if err := s.Check(); err != nil {
		t.Error(err)
	}
	if got, want := fmt.Sprintln(s.Tokens, s.TargetTokens, s.Inputs.Data, s.Inputs.DType, s.Target.Data),
		"[[two] [one one <unk>]] [[2 <eos>] [1 1 <unk> <eos>]] [5 0 0 4 4 1] int32 [5 3 0 0 4 4 1 3]\n"; got != want {
		t.Errorf("samples %s, want %s", got, want)
	}

	d = future(t)
	if err := d.Labels(1, 3).Shape().Check(dtypes.Float32, 2, 2); err != nil {
		t.Error(err)
	}
	if got := tensors.MustCopyFlatData[float32](d.Select(3, 1).Labels(0, 2)); !slices.Equal(got, []float32{-6, -7, -2, -3}) {
		t.Errorf("selected targets %v", got)
	}
	s = d.Samples(3, 4)
	if err := s.Check(); err != nil {
		t.Error(err)
	}
	if s.Labels != nil || s.Tokens != nil || s.Inputs.Name != "past" || fmt.Sprint(s.Target.Axes, s.Target.Data) != "[example hour] [-6 -7]" {
		t.Errorf("samples %+v", s)
	}
	number := must(t)(Assemble("x", []Column{{Floats: []float32{1, 2}}}, Column{Bytes: []uint8{0, 255}}))
	if got := number.Labels(0, 2).Value(); !reflect.DeepEqual(got, []float32{0, 1}) {
		t.Errorf("one number an example: %v", got)
	}
	defer func() {
		if got := fmt.Sprint(recover()); !strings.Contains(got, `target "next" of "future" is of kind values`) {
			t.Errorf("the label of a number: %s", got)
		}
	}()
	d.Label(0)
}

func TestAssembleRefuses(t *testing.T) {
	x := Column{Name: "x", Shape: []int{2}, Floats: []float32{1, 2, 3, 4}}
	y := Column{Kind: Classes, Names: animals, IDs: []int32{0, 2}}
	ids := Column{Name: "ids", Kind: IDs, Shape: []int{2}, Names: words, IDs: []int32{4, 5, 1, 0}}
	mask := Column{Kind: Mask, Shape: []int{2}, Mask: []bool{true, true, false, true}}
	with := func(c Column, change func(*Column)) Column {
		change(&c)
		return c
	}
	for _, test := range []struct {
		inputs []Column
		target Column
		reason string
	}{
		{nil, y, "no inputs"},
		{[]Column{x}, Column{}, "no examples"},
		{[]Column{x}, Column{Kind: Classes, Names: animals}, "no examples"},
		{[]Column{{Name: "x"}}, y, `input 0, "x": 2 examples of shape [] want 2 × 1 values, got 0`},
		{[]Column{x, x}, y, `two inputs are called "x"`},
		{[]Column{x, with(x, func(c *Column) { c.Name, c.Floats = "z", c.Floats[:2] })}, y, `input 1, "z": 2 examples of shape [2] want 2 × 2 values, got 2`},
		{[]Column{with(x, func(c *Column) { c.Floats = []float32{1, 2, 3, nan} })}, y, "example 1 holds NaN at position 1 of 2"},
		{[]Column{x}, Column{Name: "y", Floats: []float32{0, inf}}, `target "y": example 1 holds +Inf`},
		{[]Column{x}, Column{Floats: []float32{0, nan}}, "example 1 holds NaN"},
		{[]Column{with(x, func(c *Column) { c.Shape = []int{1 << 31, 1 << 33} })}, y, "too large"},
		{[]Column{x}, Column{Shape: []int{0}, Floats: []float32{1}}, "length of 0"},
		{[]Column{with(x, func(c *Column) { c.Axes = []string{"a", "b"} })}, y, "2 axes"},
		{[]Column{with(x, func(c *Column) { c.Kind = "pixels" })}, y, `kind "pixels", want values`},
		{[]Column{with(x, func(c *Column) { c.Kind = IDs; c.Names = words })}, y, "ids are held as Floats, want them in [IDs]"},
		{[]Column{with(x, func(c *Column) { c.Bytes = []uint8{1, 2, 3, 4} })}, y, "as Bytes and as Floats"},
		{[]Column{with(ids, func(c *Column) { c.Mask = mask.Mask })}, y, "ids are held as Mask"},
		{[]Column{with(x, func(c *Column) { c.Names = words })}, y, "values have no Names"},
		{[]Column{with(ids, func(c *Column) { c.IDs = []int32{4, 5, 6, 0} })}, y, "example 1 has id 6 at position 0, want one of the 6 that have Names"},
		{[]Column{with(ids, func(c *Column) { c.IDs = []int32{4, -1, 1, 0} })}, y, "example 0 has id -1 at position 1"},
		{[]Column{with(ids, func(c *Column) { c.Names = nil })}, y, "want one of the 0 that have Names"},
		{[]Column{y}, y, "classes are a target"},
		{[]Column{x}, mask, "a mask cannot be predicted"},
		{[]Column{x}, with(y, func(c *Column) { c.IDs = []int32{0, 3} }), "example 1 has label 3, want one of 3 classes"},
		{[]Column{x}, with(y, func(c *Column) { c.Shape = []int{1} }), "Shape must be nil"},
		{[]Column{x}, with(ids, func(c *Column) { c.IDs = []int32{4, 5, 0, 0} }), "example 1 is nothing but padding"},
		{[]Column{x}, with(ids, func(c *Column) { c.Shape = []int{2, 1} }), "a target of ids is a sequence"},
		{[]Column{x}, with(ids, func(c *Column) { c.Shape, c.IDs = nil, c.IDs[:2] }), "a target of ids is a sequence"},
	} {
		d, err := Assemble("name", test.inputs, test.target)
		if d != nil || err == nil || !strings.Contains(err.Error(), test.reason) || !strings.Contains(err.Error(), `data: "name": `) {
			t.Errorf("got %v, error %v; want none and one with %q", d, err, test.reason)
		}
	}
	if _, err := Assemble("name", []Column{x, ids, mask}, y); err != nil {
		t.Error(err)
	}
	one := must(t)(Assemble("one class", []Column{x}, Column{Kind: Classes, Names: []string{"only"}, IDs: []int32{0, 0}}))
	if one.Len() != 2 || one.Label(1) != 0 {
		t.Errorf("one class: %v", one)
	}
}

// Whatever is assembled without an error can be looked at, selected and made into tensors.
func FuzzAssemble(f *testing.F) {
	f.Add([]byte{2, 1, 2, 0, 1, 2, 3, 4, 5}, uint8(0), uint8(1), 2, 3)
	f.Add([]byte{1, 1, 1, 1}, uint8(2), uint8(3), 1, 2)
	f.Add([]byte{4, 3, 2, 1}, uint8(1), uint8(1), -1, 5)
	f.Add([]byte{}, uint8(7), uint8(9), 0, 0)
	f.Fuzz(func(t *testing.T, numbers []byte, kind, targetKind uint8, length, names int) {
		column := func(kind uint8, numbers []byte) Column {
			c := Column{Kind: []Kind{Values, IDs, Mask, Classes, "", "other"}[kind%6], Names: words[:max(0, min(names, len(words)))]}
			if kind%2 == 0 || length != 1 {
				c.Shape = []int{length}
			}
			for _, b := range numbers {
				switch c.Kind {
				case IDs, Classes:
					c.IDs = append(c.IDs, int32(int8(b)))
				case Mask:
					c.Mask = append(c.Mask, b%2 == 0)
				default:
					c.Floats, c.Names = append(c.Floats, float32(b)), nil
				}
			}
			return c
		}
		half := len(numbers) / 2
		d, err := Assemble("fuzz", []Column{column(kind, numbers[:half])}, column(targetKind, numbers[half:]))
		if err != nil {
			return
		}
		if err := d.Samples(0, d.Len()).Check(); err != nil {
			t.Error(err)
		}
		twice := d.Select(d.Len()-1, 0)
		in, out := twice.Batch([]int{1, 0})
		if in[0].Shape().Dim(0) != 2 || out.Shape().Dim(0) != 2 || len(d.Hash()) != 64 {
			t.Errorf("%s and %s", in[0].Shape(), out.Shape())
		}
	})
}
