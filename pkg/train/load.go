package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/vitrine-ml/vitrine/internal/backend"
	"github.com/vitrine-ml/vitrine/internal/build"
	"github.com/vitrine-ml/vitrine/internal/cache"
	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// FitOrLoad is a net of an architecture, trained on a dataset: trained now or, where that has been done before with the same of everything,
// loaded, which takes a moment and prints nothing. A training shows a line of its progress and keeps checkpoints. It can be interrupted
// (Jupyter's stop button, Ctrl-C): it finishes the step under way, keeps a checkpoint and returns an error that wraps
// [context.Canceled]; running the same again goes on from there. So it does after a crash, with at most ten seconds of work lost.
func FitOrLoad(a models.Architecture, set *data.Dataset, c Config) (*models.Net, *record.History, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends the process
	return FitOrLoadContext(ctx, a, set, c)
}

// FitOrLoadContext is FitOrLoad under a context of the caller's, without heed of signals.
func FitOrLoadContext(ctx context.Context, a models.Architecture, set *data.Dataset, c Config) (*models.Net, *record.History, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, nil, err
	}
	if set == nil {
		return nil, nil, errors.New("train: no dataset")
	}
	inputs, outputs := Ports(set)
	net, err := models.New(a, inputs, outputs, c.Seed)
	if err != nil {
		return nil, nil, fmt.Errorf("train: %w", err)
	}
	if err := remember(net, set); err != nil {
		return nil, nil, err
	}
	f := newFit(net, set, c)
	if f.key, err = key(net, set, c); err != nil {
		return nil, nil, err
	}
	if f.folder, err = cache.Dir("nets", f.key); err != nil {
		return nil, nil, fmt.Errorf("train: %w", err)
	}
	if f.load() { // what is finished is whole: it needs no lock
		return net, &f.History, nil
	}
	unlock, err := cache.Lock(ctx, filepath.Join(f.folder, "lock"), func() {
		f.line.Note("another process trains this; waiting for it")
	})
	if err != nil {
		return nil, nil, fmt.Errorf("train: %w", err)
	}
	defer unlock() //nolint:errcheck // the end of the process does it too
	if f.load() {
		f.line.Done("")
		return net, &f.History, nil
	}
	if err := f.run(ctx); err != nil {
		f.line.Done("")
		return nil, nil, err
	}
	if err := f.finish(); err != nil {
		return nil, nil, err
	}
	f.line.Done("trained in %s: %s", roughly(f.History.Elapsed), f.summary())
	return net, &f.History, nil
}

// remember gives the net the dataset's preparation, so that its file holds how a raw example becomes its inputs. One of the program's own
// type can be in no file; package pipeline then takes it beside the net.
func remember(net *models.Net, set *data.Dataset) error {
	if set.Preparation == nil {
		return nil
	}
	var text strings.Builder
	if err := data.WritePreparation(&text, set.Preparation); err != nil {
		if errors.Is(err, data.ErrOwnPreparation) {
			return nil
		}
		return fmt.Errorf("train: %w", err)
	}
	net.Metadata = map[string]string{"preparation": text.String()}
	return nil
}

// Ports are those of a net that learns a dataset: an input for each of its inputs, with its name, axes, features and kind, and one output. That is
//
//   - for classes, "class": a logit a class;
//   - for values, the target's name and shape: the values themselves;
//   - for ids, "token", of shape [positions, ids]: at every position a logit for every id.
//
// What ids stand for is in the Classes of their ports.
func Ports(set *data.Dataset) (inputs, outputs []models.Port) {
	columns, target := set.Columns()
	for _, c := range columns {
		inputs = append(inputs, models.Port{Name: c.Name, Shape: c.Shape, Axes: c.Axes, Kind: kinds[c.Kind], Classes: c.Names, Features: c.Features})
	}
	var out models.Port
	switch target.Kind {
	case data.Classes:
		out = models.Port{Name: "class", Shape: []int{len(target.Names)}, Kind: models.Logits, Classes: target.Names}
	case data.IDs:
		out = models.Port{Name: "token", Shape: []int{target.Shape[0], len(target.Names)}, Kind: models.Logits, Classes: target.Names}
	default:
		out = models.Port{Name: target.Name, Shape: target.Shape, Axes: target.Axes, Kind: models.Values}
	}
	return inputs, []models.Port{out}
}

// kinds are the ports' for those of a dataset's inputs.
var kinds = map[data.Kind]models.Kind{data.Values: models.Values, data.IDs: models.IDs, data.Mask: models.Mask}

// recipe is to be raised when a change of this package gives other weights from the same options.
const recipe = 2

// key is a hash of all that decides the trained weights.
func key(net *models.Net, set *data.Dataset, c Config) (_ string, err error) {
	defer data.Catch(&err)
	options, err := json.Marshal([]any{c.Optimizer, c.Schedule, c.Loss, c.LabelSmoothing, c.ClassWeights, c.EarlyStopping})
	if err != nil {
		return "", fmt.Errorf("train: options of %T, %T or %T: %w", c.Optimizer, c.Schedule, c.Loss, err)
	}
	validation := ""
	if c.Validation != nil {
		validation = c.Validation.Hash()
	}
	return cache.Key(recipe, net.GraphHash(), set.Hash(), validation, c.Epochs, c.BatchSize, c.Seed, c.ClipNorm,
		fmt.Sprintf("%T %T %T", c.Optimizer, c.Schedule, c.Loss), options, backend.Choose().Kind(), build.Platform, build.Versions()), nil
}

func (f *fit) finished() string { return filepath.Join(f.folder, "net.safetensors") }

// load takes up what a finished training has left. A damaged file is noted.
func (f *fit) load() bool {
	err := f.read(f.finished())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.note("the trained net that was kept is damaged, so it is trained anew: %v", err)
		if err := os.Remove(f.finished()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			f.note("it cannot be removed: %v", err)
		}
	}
	return err == nil
}

// finish keeps the trained net and drops the checkpoints.
func (f *fit) finish() error {
	if err := f.write(f.finished()); err != nil {
		return err
	}
	all, err := f.checkpoints()
	if err != nil {
		return err
	}
	for _, path := range all {
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("train: %w", err)
		}
	}
	return nil
}
