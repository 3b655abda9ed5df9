package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/atomicfile"
	"github.com/vitrine-ml/vitrine/internal/backend"
	"github.com/vitrine-ml/vitrine/internal/build"
	"github.com/vitrine-ml/vitrine/internal/cache"
	"github.com/vitrine-ml/vitrine/internal/progress"
	"github.com/vitrine-ml/vitrine/internal/safetensors"
	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// encoding is to be raised when a change of this file gives other vectors.
const encoding = 1

// stride is what the lengths are multiples of that texts are encoded at.
const stride = 16

// EncodeOrLoad is a dataset of ids with what a pretrained encoder makes of each example, its pooled vector [Width], in the place of the ids,
// and the same target. What is trained on it (models.MLP{Hidden: []int{}} is a single dense layer) learns what a net with the frozen
// encoder would, but the encoder is computed once and not in every epoch; [models.BERT.WithHead] puts the two together.
//
// The vectors are kept on disk under a hash of the weights, the options, the dataset and what computes. Short texts are computed at
// shorter lengths, as padding counts for nothing: the vectors are those of the whole length but for rounding. An interrupt (Jupyter's stop button) stops it.
func EncodeOrLoad(b models.BERT, set *data.Dataset) (*data.Dataset, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	e, err := encodeOrLoad(ctx, b, set)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	return e, nil
}

func encodeOrLoad(ctx context.Context, b models.BERT, set *data.Dataset) (*data.Dataset, error) {
	if set == nil {
		return nil, errors.New("no dataset")
	}
	if b.Pretrained == "" {
		return nil, errors.New("this BERT has random weights, whose vectors mean nothing: make it with models.FromHuggingFace")
	}
	columns, target := set.Columns()
	if len(columns) != 1 || columns[0].Kind != data.IDs || len(columns[0].Shape) != 1 {
		return nil, fmt.Errorf("%q should have one input of ids [positions]", set.Name)
	}
	b.Output, b.Free, b.Dropout = models.PooledVector, 0, 0
	options, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	folder, err := cache.Dir("encoded")
	if err != nil {
		return nil, err
	}
	key := cache.Key(encoding, options, set.Hash(), backend.Choose().Kind(), build.Platform, build.Versions())
	path := filepath.Join(folder, key+".safetensors")
	vectors, err := keptVectors(path, set.Len())
	if err != nil { // not there, or damaged: computed anew and written over
		if vectors, err = encoded(ctx, b, set, columns[0]); err != nil {
			return nil, err
		}
		all := map[string]*tensors.Tensor{"vectors": tensors.FromFlatDataAndDimensions(vectors, set.Len(), len(vectors)/set.Len())}
		if err := atomicfile.Write(path, 0o644, func(w io.Writer) error { return safetensors.Write(w, all, nil) }); err != nil {
			return nil, err
		}
	}
	input := data.Column{Name: "vector", Shape: []int{len(vectors) / set.Len()}, Axes: []string{"unit"}, Floats: vectors}
	d, err := data.Assemble(set.Name, []data.Column{input}, target)
	if err == nil {
		d.Index = slices.Clone(set.Index)
	}
	return d, err
}

func keptVectors(path string, rows int) ([]float32, error) {
	file, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t := file.Tensors["vectors"]
	if !file.Verified || t == nil || t.Rank() != 2 || t.Shape().Dim(0) != rows {
		return nil, errors.New("not of this encoding")
	}
	return tensors.CopyFlatData[float32](t)
}

// encoded is the vectors of all examples. The length that an example is computed at follows from its own, so that its bits do not depend
// on the others.
func encoded(ctx context.Context, b models.BERT, set *data.Dataset, ids data.Column) (_ []float32, err error) {
	defer data.Catch(&err)
	length := ids.Shape[0]
	at := map[int][]int{} // the examples by that length
	for i := range set.Len() {
		row := ids.Span(i, i+1).IDs
		used := length
		for used > 1 && row[used-1] == data.PadID {
			used--
		}
		n := min((used+stride-1)/stride*stride, length)
		at[n] = append(at[n], i)
	}
	line := progress.New(b.Name() + " reads " + set.Name)
	defer line.Done("")
	var vectors []float32
	done := 0
	for n := stride; n < length+stride; n += stride {
		n := min(n, length)
		index := at[n]
		if len(index) == 0 {
			continue
		}
		net, err := b.Encoder(ids.Names, n)
		if err != nil {
			return nil, err
		}
		for from := 0; from < len(index); from += models.Chunk {
			if err := ctx.Err(); err != nil {
				return nil, fmt.Errorf("interrupted at text %d of %d: %w", done, set.Len(), err)
			}
			some := index[from:min(from+models.Chunk, len(index))]
			x := make([]int32, 0, len(some)*n)
			for _, i := range some {
				x = append(x, ids.Span(i, i+1).IDs[:n]...)
			}
			out, err := net.Compute([]*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, len(some), n)})
			if err != nil {
				return nil, err
			}
			rows, err := tensors.CopyFlatData[float32](out[0])
			if err != nil {
				return nil, err
			}
			width := len(rows) / len(some)
			if vectors == nil {
				vectors = make([]float32, set.Len()*width)
			}
			for k, i := range some {
				copy(vectors[i*width:], rows[k*width:(k+1)*width])
			}
			done += len(some)
			line.Set("%d of %d texts", done, set.Len())
		}
		net.Forget("outputs")
	}
	return vectors, nil
}
