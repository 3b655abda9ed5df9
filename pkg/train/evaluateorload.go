package train

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/vitrine-ml/vitrine/internal/atomicfile"
	"github.com/vitrine-ml/vitrine/internal/backend"
	"github.com/vitrine-ml/vitrine/internal/build"
	"github.com/vitrine-ml/vitrine/internal/cache"
	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// EvaluateOrLoad is Evaluate, whose scores are kept on disk under a hash of the net's graph and weights, the dataset and what computes.
// An interrupt (Jupyter's stop button) stops it.
func EvaluateOrLoad(net *models.Net, set *data.Dataset) (record.Scores, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var s record.Scores
	weights, err := net.WeightsHash()
	if err != nil {
		return s, err
	}
	folder, err := cache.Dir("scores")
	if err != nil {
		return s, fmt.Errorf("train: %w", err)
	}
	path := filepath.Join(folder, cache.Key(record.Version, net.GraphHash(), weights, set.Hash(), backend.Choose().Kind(), build.Platform, build.Versions())+".json")
	if kept, err := os.ReadFile(path); err == nil {
		if json.Unmarshal(kept, &s) == nil && s.Check() == nil && s.Examples == set.Len() {
			return s, nil
		}
		s = record.Scores{} // damaged: computed anew and written over
	}
	if s, err = Evaluate(ctx, net, set); err != nil {
		return s, err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return s, fmt.Errorf("train: %w", err)
	}
	return s, atomicfile.Write(path, 0o644, func(w io.Writer) error { _, err := w.Write(text); return err })
}
