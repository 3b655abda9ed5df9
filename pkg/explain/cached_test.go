package explain_test

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// counted is Saliency that counts how often it is asked.
type counted struct {
	explain.Saliency
	Calls *int `json:"-"`
}

func (c counted) Explain(ctx context.Context, net *models.Net, in []*tensors.Tensor, target explain.Target) (*record.Explanation, error) {
	*c.Calls++
	return c.Saliency.Explain(ctx, net, in, target)
}

func TestCached(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("VITRINE_CACHE", dir)
	calls := 0
	method := counted{Calls: &calls}
	net, other := explaintest.Random(t, 4, 1), explaintest.Random(t, 4, 2)
	x, y := []*tensors.Tensor{explaintest.Pseudo(1, 3, 4)}, []*tensors.Tensor{explaintest.Pseudo(2, 3, 4)}
	ask := func(m counted, net *models.Net, x []*tensors.Tensor, target explain.Target, want int) *record.Explanation {
		t.Helper()
		e, err := explain.Cached(m, net, x, target)
		if err != nil {
			t.Fatal(err)
		}
		if calls != want {
			t.Fatalf("computed %d times, want %d", calls, want)
		}
		return e
	}
	first := ask(method, net, x, explain.Predicted, 1)
	if again := ask(method, net, x, explain.Predicted, 1); !reflect.DeepEqual(first, again) {
		t.Errorf("read back\n%+v\nwas\n%+v", again, first)
	}
	signed := method
	signed.Signed = true
	ask(signed, net, x, explain.Predicted, 2)
	ask(method, other, x, explain.Predicted, 3)
	ask(method, net, y, explain.Predicted, 4)
	ask(method, net, x, explain.Class(1), 5)
	ask(method, net, x, explain.Class(1).Against(explain.Class(0)), 6)
	ask(method, net, x, explain.Predicted, 6)

	files, err := filepath.Glob(filepath.Join(dir, "explanations", "*.json"))
	if err != nil || len(files) != 6 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files { // damaged files are made anew
		if err := os.WriteFile(f, []byte(`{"version":1`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if mended := ask(method, net, x, explain.Predicted, 7); !reflect.DeepEqual(mended.Values, first.Values) {
		t.Error("computed again after damage, it has other values")
	}
}
