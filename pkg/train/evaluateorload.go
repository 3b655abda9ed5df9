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
	return evaluateOrLoad(net, set, Evaluate, func(s record.Scores) int { return s.Examples })
}

// EvaluateForecastOrLoad is EvaluateForecast, kept as EvaluateOrLoad keeps scores.
func EvaluateForecastOrLoad(net *models.Net, set *data.Dataset) (record.Forecast, error) {
	return evaluateOrLoad(net, set, EvaluateForecast, func(f record.Forecast) int { return f.Examples })
}

// EvaluateSequencesOrLoad is EvaluateSequences, kept as EvaluateOrLoad keeps scores.
func EvaluateSequencesOrLoad(net *models.Net, set *data.Dataset) (record.Sequences, error) {
	return evaluateOrLoad(net, set, EvaluateSequences, func(s record.Sequences) int { return s.Examples })
}

// evaluation is to be raised when a record that is kept gets a new field.
const evaluation = 2

func evaluateOrLoad[R interface{ Check() error }](
	net *models.Net, set *data.Dataset, evaluate func(context.Context, *models.Net, *data.Dataset) (R, error), examples func(R) int,
) (_ R, err error) {
	defer data.Catch(&err)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var none R
	if set == nil {
		return none, errors.New("train: no dataset")
	}
	weights, err := net.WeightsHash()
	if err != nil {
		return none, err
	}
	folder, err := cache.Dir("scores")
	if err != nil {
		return none, fmt.Errorf("train: %w", err)
	}
	key := cache.Key(evaluation, record.Version, fmt.Sprintf("%T", none), net.GraphHash(), weights, set.Hash(), backend.Choose().Kind(), build.Platform, build.Versions())
	path := filepath.Join(folder, key+".json")
	if kept, err := os.ReadFile(path); err == nil {
		var r R
		if json.Unmarshal(kept, &r) == nil && r.Check() == nil && examples(r) == set.Len() {
			return r, nil
		} // damaged: computed anew and written over
	}
	r, err := evaluate(ctx, net, set)
	if err != nil {
		return none, err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return none, fmt.Errorf("train: %w", err)
	}
	return r, atomicfile.Write(path, 0o644, func(w io.Writer) error { _, err := w.Write(text); return err })
}
