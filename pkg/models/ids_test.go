package models

import (
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// TestIDs: an id that is no row of the table is refused, where a backend would take the nearest.
func TestIDs(t *testing.T) {
	build := Custom{Build: func(_ *model.Scope, in []*Node) []*Node { return []*Node{ConvertDType(in[0], dtypes.Float32)} }}
	of := func(p Port) (*Net, error) { return New(build, []Port{p}, []Port{{Name: "y", Shape: []int{2}}}, 1) }
	for _, c := range []struct {
		classes []string
		ids     [][]int32
		want    string // "": no error
	}{
		{[]string{"", "a", "b"}, [][]int32{{0, 2}}, ""},
		{[]string{"", "a", "b"}, [][]int32{{0, 2}, {3, 0}}, `input "words" of Custom holds the id 3 at position 0 of example 1, but its vocabulary has 3`},
		{[]string{"", "a", "b"}, [][]int32{{0, -1}}, "holds the id -1 at position 1 of example 0"},
		{nil, [][]int32{{7, 9}}, ""},
		{nil, [][]int32{{7, -9}}, "holds the id -9 at position 1 of example 0"},
	} {
		net, err := of(Port{Name: "words", Kind: IDs, Shape: []int{2}, Classes: c.classes})
		if err != nil {
			t.Fatal(err)
		}
		_, err = net.Compute([]*tensors.Tensor{tensors.FromValue(c.ids)})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v of %d: error %v, want %q", c.ids, len(c.classes), err, c.want)
		}
	}
	if _, err := of(Port{Name: "words", Kind: IDs, DType: dtypes.Float32, Shape: []int{2}}); err == nil || !strings.Contains(err.Error(), "whole numbers, not Float32") {
		t.Errorf("ids of floats: error %v", err)
	}
}

func TestInts(t *testing.T) {
	want := []int{1, 2, 127}
	for _, v := range []any{[]int8{1, 2, 127}, []int16{1, 2, 127}, []int32{1, 2, 127}, []int64{1, 2, 127}, []uint8{1, 2, 127}, []uint16{1, 2, 127}, []uint32{1, 2, 127}} {
		tensor, err := tensors.FromAnyValue(v)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Ints(tensor); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%T: %v, %v", v, got, err)
		}
	}
	if _, err := Ints(tensors.FromValue([]float32{1})); err == nil {
		t.Error("floats were read as whole numbers")
	}
}
