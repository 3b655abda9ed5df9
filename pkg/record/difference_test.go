package record_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

func twoRows() *record.Explanation {
	return &record.Explanation{
		Version: record.Version, Method: "M", Options: json.RawMessage(`{"Steps":3}`), Target: record.Target{Output: "class", Asked: "predicted", Classes: []int{1, 0}},
		Values: []record.Array{{Name: "x", Axes: []string{"example", "feature"}, Shape: []int{2, 2}, Data: []float64{1, -4, 0.5, 0}}},
		Output: []float64{2, 8}, Status: []record.Status{record.OK, record.OK}, Evaluations: 2,
	}
}

func TestDiffer(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*record.Explanation)
		same    bool
		largest float64
		where   string
	}{
		"nothing":          {func(*record.Explanation) {}, true, 0, ""},
		"when and by what": {func(e *record.Explanation) { e.Elapsed, e.Made.Processor, e.Target.Asked = 5, "another", "class 1" }, true, 0, ""},
		"last bit":         {func(e *record.Explanation) { e.Values[0].Data[1] = math.Nextafter(-4, 0) }, false, 0x1p-53, `values of "x", example 0, [1]`},
		"sign of zero":     {func(e *record.Explanation) { e.Values[0].Data[3] = math.Copysign(0, -1) }, false, 0, ""},
		"value":            {func(e *record.Explanation) { e.Values[0].Data[2] = 1.5 }, false, 0.25, `values of "x", example 1, [0]`},
		"output":           {func(e *record.Explanation) { e.Output[1] = 4 }, false, 0.5, "output, example 1"},
		"state":            {func(e *record.Explanation) { e.Status[1] = record.Unconverged }, false, 0, ""},
		"evaluations":      {func(e *record.Explanation) { e.Evaluations = 9 }, false, 0, ""},
		"class":            {func(e *record.Explanation) { e.Target.Classes[0] = 0 }, false, 0, ""},
	} {
		a, b := twoRows(), twoRows()
		c.change(b)
		d, err := record.Differ(a, b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if d.SameBits != c.same || math.Abs(d.Largest-c.largest) > 1e-18 || d.Where != c.where {
			t.Errorf("%s: %+v, want %t, %g at %q", name, d, c.same, c.largest, c.where)
		}
	}
	for want, change := range map[string]func(*record.Explanation){
		"the method is M":     func(e *record.Explanation) { e.Method = "N" },
		"the options":         func(e *record.Explanation) { e.Options = json.RawMessage(`{"Steps":4}`) },
		"number of examples":  func(e *record.Explanation) { e.Output = e.Output[:1] },
		`"x" of shape [2 2]`:  func(e *record.Explanation) { e.Values[0].Shape = []int{4, 1} },
		"explained output is": func(e *record.Explanation) { e.Target.Output = "other" },
	} {
		b := twoRows()
		change(b)
		if _, err := record.Differ(twoRows(), b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
