package models

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"
	"github.com/gomlx/gomlx/core/tensors"
)

// origin is where a variable's value is in the file.
type origin struct {
	name  string // in the file, after "bert." if all have it
	shape []int  // there
}

// origins are all of an encoder's variables.
func (b BERT) origins() map[string]origin {
	all := map[string]origin{
		"/embedding/weights": {"embeddings.word_embeddings.weight", []int{b.Vocabulary, b.Width}},
		"/positions/weights": {"embeddings.position_embeddings.weight", []int{b.MaxLength, b.Width}},
		"/segments/weights":  {"embeddings.token_type_embeddings.weight", []int{b.Segments, b.Width}},
	}
	norm := func(path, name string) {
		all[path+"/scale"] = origin{name + ".LayerNorm.weight", []int{b.Width}}
		all[path+"/shift"] = origin{name + ".LayerNorm.bias", []int{b.Width}}
	}
	dense := func(path, name string, in, out int) {
		all[path+"/weights"] = origin{name + ".weight", []int{out, in}}
		all[path+"/biases"] = origin{name + ".bias", []int{out}}
	}
	norm("/embedding_norm", "embeddings")
	for i := range b.Layers {
		to, from := fmt.Sprintf("/encoder_%d", i), fmt.Sprintf("encoder.layer.%d.", i)
		for _, part := range []string{"query", "key", "value"} {
			dense(to+"/attention/"+part, from+"attention.self."+part, b.Width, b.Width)
		}
		dense(to+"/attention/output", from+"attention.output.dense", b.Width, b.Width)
		norm(to+"/attention_norm", from+"attention.output")
		dense(to+"/feed_forward/in", from+"intermediate.dense", b.Width, b.FeedForward)
		dense(to+"/feed_forward/out", from+"output.dense", b.FeedForward, b.Width)
		norm(to+"/feed_forward_norm", from+"output")
	}
	return all
}

// taken are the variables' values, by path.
func (b BERT) taken(file map[string]*tensors.Tensor) (map[string]*tensors.Tensor, error) {
	values := map[string]*tensors.Tensor{}
	var missing []string
	for path, o := range b.origins() {
		t := found(file, o.name)
		if t == nil {
			missing = append(missing, o.name)
			continue
		}
		if !slices.Equal(t.Shape().Dimensions, o.shape) {
			missing = append(missing, fmt.Sprintf("%s (there with shape %v, config.json wants %v)", o.name, t.Shape().Dimensions, o.shape))
			continue
		}
		numbers, err := asFloat32(t)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.name, err)
		}
		if at := slices.IndexFunc(numbers, func(v float32) bool { return v != v || math.IsInf(float64(v), 0) }); at >= 0 {
			return nil, fmt.Errorf("%s: number %d is %v", o.name, at, numbers[at])
		}
		shape := o.shape
		if len(shape) == 2 && !strings.HasPrefix(o.name, "embeddings.") { // PyTorch's layers hold [out, in]
			numbers, shape = transposed(numbers, shape[0], shape[1]), []int{shape[1], shape[0]}
		}
		values[path] = tensors.FromFlatDataAndDimensions(numbers, shape...)
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return nil, fmt.Errorf("%d weights are missing or of another shape: %s", len(missing), strings.Join(missing, ", "))
	}
	return values, nil
}

// found is the tensor of that name, with or without the prefix of models with a head, and with the names of TensorFlow's old checkpoints.
func found(file map[string]*tensors.Tensor, name string) *tensors.Tensor {
	old := strings.NewReplacer("LayerNorm.weight", "LayerNorm.gamma", "LayerNorm.bias", "LayerNorm.beta").Replace(name)
	for _, n := range []string{name, "bert." + name, old, "bert." + old} {
		if t := file[n]; t != nil {
			return t
		}
	}
	return nil
}

// asFloat32 copies a tensor of floats.
func asFloat32(t *tensors.Tensor) (out []float32, err error) {
	if !t.DType().IsFloat() {
		return nil, fmt.Errorf("numbers of type %s, want floats", t.DType())
	}
	if t.DType() == dtypes.Float32 {
		return tensors.CopyFlatData[float32](t)
	}
	out = make([]float32, t.Size())
	err = t.ConstFlatData(func(flat any) {
		switch flat := flat.(type) {
		case []float64:
			for i, v := range flat {
				out[i] = float32(v)
			}
		case []float16.Float16:
			for i, v := range flat {
				out[i] = v.Float32()
			}
		case []bfloat16.BFloat16:
			for i, v := range flat {
				out[i] = v.Float32()
			}
		default:
			err = fmt.Errorf("numbers of type %T are not read", flat)
		}
	})
	return out, err
}

func transposed(m []float32, rows, columns int) []float32 {
	out := make([]float32, len(m))
	for r := range rows {
		for c := range columns {
			out[c*rows+r] = m[r*columns+c]
		}
	}
	return out
}
