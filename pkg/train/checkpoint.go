package train

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/atomicfile"
	"github.com/vitrine-ml/vitrine/internal/safetensors"
)

// checkpointEvery is how much work a crash may lose; tests have less.
var checkpointEvery = defaultCheckpointEvery

const (
	defaultCheckpointEvery = 10 * time.Second
	checkpointsKept        = 2
	checkpointGlob         = "checkpoint-*.safetensors"

	// Names in a file's metadata.
	keyField, stateField = "key", "state"

	// Before the names of variables as they were after the best epoch.
	bestPrefix = "best:"
)

// save keeps a checkpoint: all variables, the optimizer's and the random state among them, and the state. The one before stays too.
func (f *fit) save() error {
	if f.folder == "" {
		return nil
	}
	if err := f.checkWeights(); err != nil { // nobody wants to go on from there
		return err
	}
	path := filepath.Join(f.folder, fmt.Sprintf("checkpoint-%09d.safetensors", f.History.Steps))
	if err := f.write(path); err != nil {
		return err
	}
	f.lastSave = time.Now()
	all, err := f.checkpoints()
	if err != nil {
		return err
	}
	for _, old := range all[min(checkpointsKept, len(all)):] {
		if err := os.Remove(old); err != nil {
			return fmt.Errorf("train: %w", err)
		}
	}
	return nil
}

// checkpoints are the files of those there are, the newest first.
func (f *fit) checkpoints() ([]string, error) {
	all, err := filepath.Glob(filepath.Join(f.folder, checkpointGlob))
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	slices.Sort(all)
	slices.Reverse(all)
	return all, nil
}

// resume takes up the newest checkpoint that is whole; those that are not are noted and removed.
func (f *fit) resume() error {
	if f.folder == "" {
		return nil
	}
	all, err := f.checkpoints()
	if err != nil {
		return err
	}
	for _, path := range all {
		err := f.read(path)
		if err == nil {
			return nil
		}
		f.note("a checkpoint is damaged and passed over: %v", err)
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("train: %w", err)
		}
	}
	return nil
}

// note puts something into the history and shows it.
func (f *fit) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	f.History.Notes = append(f.History.Notes, text)
	f.line.Note("%s", text)
}

// write puts the net's variables, those of its best epoch and the state into a file.
func (f *fit) write(path string) error {
	all, err := f.net.Weights()
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	for name, value := range f.best {
		all[bestPrefix+name] = value
	}
	s, err := json.Marshal(f.state)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	metadata := map[string]string{keyField: f.key, stateField: string(s)}
	err = atomicfile.Write(path, 0o644, func(w io.Writer) error { return safetensors.Write(w, all, metadata) })
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// read takes variables and state from a file that write made of the same training. If it cannot, it has changed nothing.
func (f *fit) read(path string) error {
	file, err := safetensors.ReadFile(path)
	if err != nil {
		return err
	}
	if !file.Verified || file.Metadata[keyField] != f.key {
		return fmt.Errorf("%s: not of this training", path)
	}
	var s state
	if err := json.Unmarshal([]byte(file.Metadata[stateField]), &s); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	best := map[string]*tensors.Tensor{}
	for name, value := range file.Tensors {
		if name, ok := strings.CutPrefix(name, bestPrefix); ok {
			best[name] = value
		}
	}
	maps.DeleteFunc(file.Tensors, func(name string, _ *tensors.Tensor) bool { return strings.HasPrefix(name, bestPrefix) })
	if err := f.net.SetWeights(file.Tensors); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	f.best = best
	s.History.Notes = append(s.History.Notes, f.History.Notes...)
	f.state = s
	return nil
}
