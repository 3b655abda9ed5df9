package record

import (
	"encoding/json"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// goodPick is one of two features.
func goodPick() Pick {
	return Pick{Version: Version, Method: "SP-LIME", Options: json.RawMessage(`{"Count":1}`), Of: "LIME", Features: []string{"a", "b"}, Importance: []float64{1, 2},
		Examples: []int{3}, Coverage: []float64{0.5}, Values: Array{Axes: []string{"example", "feature"}, Shape: []int{1, 2}, Data: []float64{1, 0}}}
}

func TestPickFile(t *testing.T) {
	path, want := filepath.Join(t.TempDir(), "pick.json"), goodPick()
	if err := want.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	got, err := ReadPick(path)
	if err != nil || !reflect.DeepEqual(*got, want) {
		t.Errorf("read %+v, %v; written %+v", got, err, want)
	}
	if _, err := ParsePick([]byte(`{"version":1,"pick":3}`)); err == nil || !strings.Contains(err.Error(), "not a pick") {
		t.Errorf("error %v", err)
	}
	want.Coverage = nil
	if err := want.WriteFile(path); err == nil {
		t.Error("a pick that does not pass Check was written")
	}
}

func FuzzParsePick(f *testing.F) {
	p := goodPick()
	good, err := json.Marshal(&p)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"version":1,"values":{"axes":["example","feature"],"shape":[-1,0],"data":[]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParsePick(data)
		if err != nil {
			return
		}
		for i := range p.Examples { // what is accepted can be used
			if len(p.Values.Row(i)) != len(p.Features) {
				t.Errorf("example %d has %d values of %d features", i, len(p.Values.Row(i)), len(p.Features))
			}
		}
	})
}

func TestPickCheck(t *testing.T) {
	good := goodPick
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
