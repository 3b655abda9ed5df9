package data

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
)

// slowInputs takes value by value what Inputs and Batch copy by the row.
func slowInputs(d *Dataset, index []int) []float32 {
	var values []float32
	for _, i := range index {
		for j := range d.inputs[0].size() {
			if d.inputs[0].Bytes != nil {
				values = append(values, float32(d.inputs[0].Bytes[i*d.inputs[0].size()+j])/255)
			} else {
				values = append(values, d.inputs[0].Floats[i*d.inputs[0].size()+j])
			}
		}
	}
	return values
}

func slowLabels(d *Dataset, index []int) []int32 {
	var labels []int32
	for _, i := range index {
		labels = append(labels, int32(d.Label(i)))
	}
	return labels
}

func upTo(from, to int) []int {
	index := []int{}
	for i := from; i < to; i++ {
		index = append(index, i)
	}
	return index
}

func TestBatchAgainstSlow(t *testing.T) {
	for _, d := range []*Dataset{small(t), tiny(t), small(t).Select(4, 4, 0)} {
		for _, index := range [][]int{{0}, {2, 0, 1}, {1, 1, 1, 1}, {}} {
			inputs, labels := d.Batch(index)
			wantTensors(t, d, inputs, labels, index)
		}
	}
}

func TestSpansAgainstSlow(t *testing.T) {
	for _, d := range []*Dataset{small(t), tiny(t)} {
		for from := range d.Len() + 1 {
			for to := from; to <= d.Len(); to++ {
				wantTensors(t, d, d.Inputs(from, to), d.Labels(from, to), upTo(from, to))
			}
		}
	}
}

func wantTensors(t *testing.T, d *Dataset, inputs []*tensors.Tensor, labels *tensors.Tensor, index []int) {
	t.Helper()
	if len(inputs) != 1 {
		t.Fatalf("%d inputs, want 1", len(inputs))
	}
	if err := inputs[0].Shape().Check(dtypes.Float32, append([]int{len(index)}, d.Shape()...)...); err != nil {
		t.Error(err)
	}
	if err := labels.Shape().Check(dtypes.Int32, len(index), 1); err != nil {
		t.Error(err)
	}
	if got, want := tensors.MustCopyFlatData[float32](inputs[0]), slowInputs(d, index); !slices.Equal(got, want) {
		t.Errorf("%s %v: inputs %v, want %v", d.Name, index, got, want)
	}
	if got, want := tensors.MustCopyFlatData[int32](labels), slowLabels(d, index); !slices.Equal(got, want) {
		t.Errorf("%s %v: labels %v, want %v", d.Name, index, got, want)
	}
}

// Whoever gets a batch may write to it.
func TestBatchIsFresh(t *testing.T) {
	for _, d := range []*Dataset{small(t), tiny(t)} {
		want := slowInputs(d, []int{0, 1})
		inputs, labels := d.Batch([]int{0, 1})
		tensors.MustMutableFlatData(inputs[0], func(flat []float32) { clear(flat) })
		tensors.MustMutableFlatData(labels, func(flat []int32) { clear(flat) })
		tensors.MustMutableFlatData(d.Labels(0, 2), func(flat []int32) { clear(flat) })
		if got := slowInputs(d, []int{0, 1}); !slices.Equal(got, want) || d.Label(0) != 2 {
			t.Errorf("%s has changed with its batch", d.Name)
		}
	}
}

func TestPixelsBecomeFractions(t *testing.T) {
	pixels := make([]uint8, 256)
	for i := range pixels {
		pixels[i] = uint8(i)
	}
	d := must(t)(New("ramp", []int{256}, pixels, []int{0}, animals))
	for i, v := range tensors.MustCopyFlatData[float32](d.Inputs(0, 1)[0]) {
		if want := float32(float64(i) / 255); v != want {
			t.Errorf("pixel %d is %v, want %v", i, v, want)
		}
	}
}

func TestSamples(t *testing.T) {
	for _, d := range []*Dataset{small(t), tiny(t)} {
		s := d.Samples(1, 3)
		if err := s.Check(); err != nil {
			t.Error(err)
		}
		if s.Dataset != d.Name || s.Inputs.Name != "image" || s.Inputs.DType != "float32" {
			t.Errorf("samples of %q, array %q of %s", s.Dataset, s.Inputs.Name, s.Inputs.DType)
		}
		if got, want := s.Inputs.Axes, []string{"example", "height", "width", "channel"}; !slices.Equal(got, want) {
			t.Errorf("axes %v, want %v", got, want)
		}
		if got, want := s.Inputs.Shape, []int{2, 2, 3, 1}; !slices.Equal(got, want) {
			t.Errorf("shape %v, want %v", got, want)
		}
		if !slices.Equal(s.Labels, []int{0, 1}) || !slices.Equal(s.Index, []int{1, 2}) || !slices.Equal(s.Classes, animals) {
			t.Errorf("labels %v, index %v, classes %v", s.Labels, s.Index, s.Classes)
		}
		for i, want := range slowInputs(d, []int{1, 2}) {
			if got := s.Inputs.Data[i]; got != float64(want) {
				t.Errorf("value %d is %v, want what the model gets, %v", i, got, want)
			}
		}
	}
}

func TestAxes(t *testing.T) {
	for _, test := range []struct {
		shape []int
		want  string
	}{
		{nil, "value [example]"},
		{[]int{4}, "features [example feature]"},
		{[]int{2, 2}, "series [example time feature]"},
		{[]int{1, 2, 2}, "image [example height width channel]"},
		{[]int{1, 2, 1, 2}, "values [example axis 1 axis 2 axis 3 axis 4]"},
	} {
		d := must(t)(New("x", test.shape, make([]uint8, 4), make([]int, 4/max(1, product(test.shape))), animals))
		s := d.Samples(0, 1)
		if got := fmt.Sprint(s.Inputs.Name, " ", s.Inputs.Axes); got != test.want {
			t.Errorf("shape %v: %s, want %s", test.shape, got, test.want)
		}
		if err := s.Check(); err != nil {
			t.Error(err)
		}
	}
}

func product(shape []int) int {
	n := 1
	for _, length := range shape {
		n *= length
	}
	return n
}

func BenchmarkInputs(b *testing.B) {
	train, _, err := FashionMNIST()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		train.Inputs(0, train.Len())
	}
}

func BenchmarkBatch(b *testing.B) {
	train, _, err := FashionMNIST()
	if err != nil {
		b.Fatal(err)
	}
	index := make([]int, 128)
	for i := range index {
		index[i] = (i * 2711) % train.Len()
	}
	for b.Loop() {
		train.Batch(index)
	}
}

func BenchmarkHash(b *testing.B) {
	train, _, err := FashionMNIST()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		train.sum()
	}
}
