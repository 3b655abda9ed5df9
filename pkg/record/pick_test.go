package record

import (
	"math"
	"strings"
	"testing"
)

func TestPickCheck(t *testing.T) {
	good := func() Pick {
		return Pick{Version: Version, Method: "SP-LIME", Features: []string{"a", "b"}, Importance: []float64{1, 2}, Examples: []int{3}, Coverage: []float64{0.5},
			Values: Array{Axes: []string{"example", "feature"}, Shape: []int{1, 2}, Data: []float64{1, 0}}}
	}
	if p := good(); p.Check() != nil {
		t.Error(p.Check())
	}
	for want, spoil := range map[string]func(p *Pick){
		"version 2 of a pick":        func(p *Pick) { p.Version = 2 },
		"of 2 examples and 2":        func(p *Pick) { p.Examples = []int{1, 2} },
		"of 1 examples and 1":        func(p *Pick) { p.Features = p.Features[:1] },
		"0 coverages":                func(p *Pick) { p.Coverage = nil },
		"importance of example 1 is": func(p *Pick) { p.Importance[1] = math.NaN() },
		"holds +Inf":                 func(p *Pick) { p.Values.Data[0] = math.Inf(1) },
	} {
		p := good()
		if spoil(&p); p.Check() == nil || !strings.Contains(p.Check().Error(), want) {
			t.Errorf("error %v, want one with %q", p.Check(), want)
		}
	}
}
