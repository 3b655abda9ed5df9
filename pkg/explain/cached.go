package explain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"reflect"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/cache"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Cached explains once: the record is kept in the cache folder under a hash of the method with its options, the net's graph and weights,
// the inputs, the target and what computes, and every later cell or run with the same of all these reads it. A record that cannot be
// read any more is made anew. With it is kept what [Verify] needs to run it again. An interrupt (Jupyter's stop button) stops it after the chunk under way.
func Cached(method Explainer, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return CachedContext(ctx, method, net, inputs, target)
}

// CachedContext is Cached under a context of the caller's, without heed of signals.
func CachedContext(ctx context.Context, method Explainer, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	options, err := json.Marshal(method)
	if err != nil {
		return nil, fmt.Errorf("explain: options of %T: %w", method, err)
	}
	if _, err := net.CheckInputs(inputs); err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	made, err := Provenance(net, inputs)
	if err != nil {
		return nil, err
	}
	dir, err := cache.Dir(folder)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	path := filepath.Join(dir, cache.Key(record.Version, reflect.TypeOf(method).String(), options, target, made)+".json")
	e, err := record.ReadExplanation(path)
	if err == nil && reflect.DeepEqual(e.Made, made) {
		return e, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		_ = os.Remove(path)
	}
	if e, err = method.Explain(ctx, net, inputs, target); err != nil {
		return e, err // what was computed until the context ended is returned, and not kept
	}
	if err := keepParts(dir, made, method, net, inputs); err != nil {
		return e, err
	}
	return e, e.WriteFile(path)
}
