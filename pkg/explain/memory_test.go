package explain_test

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
)

// peak is the most memory that objects of the heap took while f ran, beyond what they took before.
func peak(f func()) int64 {
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	now := func() int64 {
		metrics.Read(sample)
		return int64(sample[0].Value.Uint64())
	}
	runtime.GC()
	before, most := now(), int64(0)
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-done:
				return
			case <-time.After(200 * time.Microsecond):
				most = max(most, now())
			}
		}
	}()
	f()
	close(done)
	<-stopped
	return most - before
}

// TestIGMemory: what integrated gradients keep for an example are its numbers as they came and its values, the latter twice while the record is
// written. The gradients on the way are gone with the ways that are under way.
func TestIGMemory(t *testing.T) {
	const width = 400
	net := explaintest.Random(t, width, 1)
	of := func(examples int) int64 {
		x := []*tensors.Tensor{explaintest.Pseudo(2, examples, width)}
		return peak(func() {
			explaintest.Explain(t, explain.IntegratedGradients{Steps: 10, MaxSteps: 10}, net, x, explain.Predicted)
		})
	}
	of(100) // compiles
	few, many := of(1000), of(4000)
	each := float64(many-few) / 3000 / (8 * width)
	t.Logf("1,000 examples: %.1f MB, 4,000: %.1f MB; each more takes %.2f times what its values take in the record", float64(few)/1e6, float64(many)/1e6, each)
	if each > 4.5 {
		t.Errorf("each example more takes %.2f times what its values take in the record, want 3 and some", each)
	}
}
