package record

import (
	"math"
	"strings"
	"testing"
)

func TestEffectsCheck(t *testing.T) {
	good := func() *Effects {
		return &Effects{Version: Version, Output: []float64{1, 2},
			Change: Array{Name: "relu", Axes: []string{"example", "axis 1"}, Shape: []int{2, 3}, Data: make([]float64, 6)}}
	}
	if err := good().Check(); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		want  string
		spoil func(e *Effects)
	}{
		{"version 0", func(e *Effects) { e.Version = 0 }},
		{"3 outputs but 2 rows", func(e *Effects) { e.Output = append(e.Output, 3) }},
		{"output of example 1 is NaN", func(e *Effects) { e.Output[1] = math.NaN() }},
		{`array "relu" holds +Inf at [1 0]`, func(e *Effects) { e.Change.Data[3] = math.Inf(1) }},
	} {
		e := good()
		c.spoil(e)
		if err := e.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}
