package viz

import (
	"fmt"
	"math"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

func TestBeeswarm(t *testing.T) {
	for _, name := range []string{"beeswarm", "beeswarmcounted"} {
		t.Run(name, func(t *testing.T) { sameAsGolden(t, name, figures()[name]) })
	}
}

// points are the data of all scatter series of a chart.
func points(c *Chart) (all [][]any) {
	for _, series := range c.Option["series"].([]any) {
		if s := series.(map[string]any); s["type"] == "scatter" {
			for _, item := range s["data"].([]any) {
				if m, ok := item.(map[string]any); ok {
					item = m["value"]
				}
				all = append(all, item.([]any))
			}
		}
	}
	return all
}

// Every example has a dot in every row, at its value, and inside of its row; counted, none is lost.
func TestBeeswarmHoldsAll(t *testing.T) {
	e, s := loans(200, 3)
	c := drawn(t, Beeswarm{Explanation: e, Samples: s})
	rows, sums := map[string]int{}, map[string]float64{}
	for _, p := range points(c) {
		name := p[2].(string)
		rows[name]++
		sums[name] += p[0].(float64)
		row := 0
		for k := range c.Table.Rows {
			if c.Table.Rows[k][0] == name {
				row = k
			}
		}
		if math.Abs(p[1].(float64)-float64(row)) > 0.42 {
			t.Errorf("a dot of row %d at %v", row, p[1])
		}
	}
	for j, name := range e.Values[0].Features {
		want := 0.0
		for i := range e.Rows() {
			want += e.Values[0].Row(i)[j]
		}
		if rows[name] != 200 || math.Abs(sums[name]-want) > 0.01 {
			t.Errorf("%s: %d dots that add up to %v, want 200 and %v", name, rows[name], sums[name], want)
		}
	}
	e, s = loans(3000, 0)
	counts := map[string]float64{}
	for _, p := range points(drawn(t, Beeswarm{Explanation: e, Samples: s})) {
		counts[p[2].(string)] += p[3].(float64)
	}
	for _, name := range e.Values[0].Features {
		if counts[name] != 3000 {
			t.Errorf("%s: %v of 3000 examples are counted", name, counts[name])
		}
	}
}

func TestTones(t *testing.T) {
	rows := indices(101)
	c := record.Column{Values: make([]float64, 101)}
	for i := range c.Values {
		c.Values[i] = float64(i)
	}
	c.Values[100] = 1e9 // takes no colour from the others
	got := tonesOf(c, rows)
	if got.low != 5 || got.high != 95 || got.at[50] != 0.5 || got.at[100] != 1 || got.at[3] != 0 {
		t.Errorf("%+v", got)
	}
	if got := tonesOf(record.Column{Values: []float64{0, 1}, Categories: []string{"no", "yes"}}, rows[:2]); got.at[0] != 0 || got.at[1] != 1 {
		t.Errorf("two words %v", got.at)
	}
	if got := tonesOf(record.Column{Values: []float64{0, 1, 7}, Missing: []bool{false, true, false}}, rows[:3]); got.at[0] != 0 || !math.IsNaN(got.at[1]) || got.at[2] != 1 {
		t.Errorf("one missing %v", got.at)
	}
	if got := tonesOf(record.Column{Values: []float64{3, 3}}, rows[:2]); got.at[0] != 0.5 {
		t.Errorf("constant %v", got.at)
	}
	if got := tonesOf(record.Column{Values: []float64{0, 1}, Categories: []string{"a", "b", "c"}}, rows[:2]); !math.IsNaN(got.at[0]) {
		t.Errorf("three words %v", got.at)
	}
}

func TestBeeswarmTable(t *testing.T) {
	e, s := loans(3, 0)
	e.Values[0].Data = []float64{0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 6, 0, 0, 0}
	s.Columns[1].Values = []float64{1, 2, 6}
	got := drawn(t, Beeswarm{Explanation: e, Samples: s, Top: 1}).Table.Rows
	if want := "[[amount of the credit in thousands of marks of the year 3 3 1 6 0.05 1 3] [4 other features 0 0 0 0 – – 3]]"; fmt.Sprint(got) != want {
		t.Errorf("table %s, want %s", got, want)
	}
}

func ExampleBeeswarm() {
	chart, err := Beeswarm{Explanation: three()}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	// Output:
	// What each feature contributed in 3 examples. The strongest: rooms (mean absolute value 4), noise (mean absolute value 1), garden (mean absolute value 0.67).
}
