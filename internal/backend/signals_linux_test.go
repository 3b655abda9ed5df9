package backend

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSignalsAreBlocked looks at the signal masks of the threads that XLA computes on. (Without the mask, a run under a CPU profiler
// ends sooner or later in a corrupted heap or in NaN; that takes too long to wait for here.)
func TestSignalsAreBlocked(t *testing.T) {
	if !strings.HasPrefix(Choose().Config, "xla:") {
		t.Skip("the backend is not XLA")
	}
	if _, err := Open(); err != nil {
		t.Fatal(err)
	}
	tasks, err := filepath.Glob("/proc/self/task/*/status")
	if err != nil {
		t.Fatal(err)
	}
	workers := 0
	for _, task := range tasks {
		status, err := os.ReadFile(task)
		if err != nil {
			continue // it has ended
		}
		fields := map[string]string{}
		for line := range strings.Lines(string(status)) {
			name, value, _ := strings.Cut(line, ":")
			fields[name] = strings.TrimSpace(value)
		}
		if !strings.HasPrefix(fields["Name"], "tf_XLA") {
			continue
		}
		workers++
		const profiling = 1 << (27 - 1) // SIGPROF
		if mask := fields["SigBlk"]; !blocks(mask, profiling) {
			t.Errorf("thread %s does not block SIGPROF: its mask is %s", fields["Name"], mask)
		}
	}
	if workers == 0 {
		t.Skip("this plugin has no threads named tf_XLA…")
	}
}

func blocks(mask string, signal uint64) bool {
	var m uint64
	for _, digit := range mask {
		m = m<<4 | uint64(strings.IndexRune("0123456789abcdef", digit))
	}
	return m&signal != 0
}
