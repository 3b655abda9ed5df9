package viz

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

func TestROC(t *testing.T) { sameAsGolden(t, "roc", figures()["roc"]) }

// What is drawn of a curve encloses the area that is written beside it.
func TestROCDrawsTheWholeCurve(t *testing.T) {
	c := drawn(t, ROC{Scores: probable()})
	for k, s := range c.Option["series"].([]any)[1:] {
		area, points := 0.0, s.(map[string]any)["data"].([]any)
		at := func(i int) (x, y float64) {
			v := points[i].(map[string]any)["value"].([]any)
			return v[0].(float64), v[1].(float64)
		}
		for i := range points[1:] {
			x, y := at(i)
			x2, y2 := at(i + 1)
			area += (x2 - x) * (y + y2) / 2
		}
		want, err := probable().ClassAUC(k)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(area-want) > 1e-4 { // points are rounded
			t.Errorf("the curve of class %d encloses %v, want %v", k, area, want)
		}
	}
}

// Of many classes the worst are drawn, of many points some, and it is said.
func TestROCOfManyClassesAndPoints(t *testing.T) {
	s := record.Scores{Examples: 4000}
	for range 8 {
		s.Confusion = append(s.Confusion, make([]int, 8))
	}
	for i := range s.Examples {
		p := make([]float64, 8)
		for c := range p {
			p[c] = math.Mod(float64(i*(c+3))*0.6180339887, 1) / 8
		}
		label := i % 8
		p[label] += 0.01 * float64(label)
		s.Labels, s.Predicted, s.Probabilities = append(s.Labels, label), append(s.Predicted, 0), append(s.Probabilities, p)
		s.Confusion[label][0]++
	}
	s.Accuracy = float64(len(s.Right())) / 4000
	c := drawn(t, ROC{Scores: s, Width: 400})
	text := c.Option["title"].(map[string]any)["subtext"].(string)
	text = strings.ReplaceAll(text, "\n", " ")
	if got, want := len(c.Option["series"].([]any)), 6; got != want || !strings.Contains(text, "the 5 smallest areas of 8") || len(c.Table.Rows) != 8 {
		t.Errorf("%d series, want %d; %q; %d rows", got, want, text, len(c.Table.Rows))
	}
	for _, series := range c.Option["series"].([]any) {
		if n := len(series.(map[string]any)["data"].([]any)); n > rocPoints {
			t.Errorf("%d points", n)
		}
	}
	c = drawn(t, ROC{Scores: s, Classes: []int{7}})
	if got := c.Option["series"].([]any)[1].(map[string]any)["name"].(string); !strings.HasPrefix(got, "class 7: ") {
		t.Errorf("the curve of %q, want that of class 7", got)
	}
}

// Of two classes there is one curve, that of the second.
func ExampleROC() {
	scores := record.Scores{Model: "MLP", Examples: 4, Accuracy: 0.75, Classes: []string{"no", "yes"}, Labels: []int{0, 0, 1, 1}, Predicted: []int{0, 1, 1, 1},
		Confusion: [][]int{{1, 1}, {0, 2}}, Probabilities: [][]float64{{0.9, 0.1}, {0.3, 0.7}, {0.4, 0.6}, {0.2, 0.8}}}
	chart, err := ROC{Scores: scores}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	fmt.Println(chart.Table.Columns)
	fmt.Println(chart.Table.Rows[0])
	// Output:
	// 1 curve of 4 examples, share of a class found against share of the others taken for it: yes with area 0.750 (0.069–0.992).
	// [Class Examples Others Area Standard error 95 % from 95 % to]
	// [yes 2 2 0.75 0.3536 0.06932 0.9918]
}
