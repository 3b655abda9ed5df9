package train

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/data"
)

// fickle are rows that cannot be read any more after so many calls.
type fickle struct {
	data.Rows
	calls *int
}

func (f fickle) Read(index []int) (data.Column, error) {
	if *f.calls--; *f.calls < 0 {
		return data.Column{}, errors.New("the disk is gone")
	}
	return f.Rows.Read(index)
}

// A net that learns from a file has the bits of one that learns from memory, and its training ends with an error when the file cannot be read.
func TestFitRows(t *testing.T) {
	inCache(t)
	a, set, c := small(t)
	inputs, target := set.Columns()
	path := filepath.Join(t.TempDir(), "rows")
	if err := data.WriteRows(path, inputs[0].Shape, func(w *data.RowsWriter) error { return w.Add(inputs[0]) }); err != nil {
		t.Fatal(err)
	}
	rows, err := data.OpenRows(path)
	if err != nil {
		t.Fatal(err)
	}
	assembled := func(rows data.Rows) *data.Dataset {
		d, err := data.Assemble(set.Name, []data.Column{{Shape: inputs[0].Shape, Rows: rows}}, target)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	streamed := assembled(rows)
	memory, file := newNet(t, a, set, 1), newNet(t, a, streamed, 1)
	before, err := Fit(context.Background(), memory, set, c)
	if err != nil {
		t.Fatal(err)
	}
	h, err := Fit(context.Background(), file, streamed, c)
	if err != nil {
		t.Fatal(err)
	}
	if hashOf(t, memory) != hashOf(t, file) || before.Epochs[0].Loss != h.Epochs[0].Loss {
		t.Errorf("weights %s and loss %v from memory, %s and %v from a file", hashOf(t, memory), before.Epochs[0].Loss, hashOf(t, file), h.Epochs[0].Loss)
	}
	for _, calls := range []int{1, 2, 3, 6, 9} {
		left := calls
		broken := assembled(fickle{rows, &left})
		if _, _, err := FitOrLoad(a, broken, c); err == nil || !strings.Contains(err.Error(), "the disk is gone") {
			t.Errorf("after %d calls FitOrLoad returns %v", calls, err)
		}
		if left = calls; calls < 3 {
			if _, err := Evaluate(context.Background(), file, assembled(fickle{rows, &left})); calls == 1 && (err == nil || !strings.Contains(err.Error(), "the disk is gone")) {
				t.Errorf("after %d calls Evaluate returns %v", calls, err)
			}
		}
	}
}
