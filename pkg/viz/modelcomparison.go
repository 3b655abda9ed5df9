package viz

import (
	"fmt"
	"math"
	"strconv"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// ModelComparison shows the accuracy of several models under one another, each with its 95 % interval (Wilson 1927), which says how much the
// accuracy may owe to the choice of so many examples. It says nothing of what another training would have given.
type ModelComparison struct {
	Scores []record.Scores
	Names  []string // of the models; nil means those of the scores
	Title  string   // "" means "How often the models are right"
	Width  int      // of the figure in pixels; 0 means 820
}

// Draw implements Figure.
func (f ModelComparison) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: model comparison: %w", err)
	}
	return c, nil
}

func (f ModelComparison) draw() (*Chart, error) {
	names, err := f.check()
	if err != nil {
		return nil, err
	}
	table := Table{Columns: []string{"Model", "Dataset", "Examples", "Right", "Accuracy", "95 % from", "95 % to", "Loss"}}
	var b bars
	best := 0
	for i, s := range f.Scores {
		right := len(s.Right())
		share := float64(right) / float64(s.Examples)
		low, high := wilson(right, s.Examples)
		if i > 0 && 100*share > b.values[best] {
			best = i
		}
		b.names, b.values, b.colors = append(b.names, rowName{name: names[i]}), append(b.values, 100*share), append(b.colors, css(diverging[1]))
		b.low, b.high = append(b.low, 100*low), append(b.high, 100*high)
		b.notes = append(b.notes, fmt.Sprintf("%s %% (%s–%s) of %d", oneDigit(share), oneDigit(low), oneDigit(high), s.Examples))
		table.Rows = append(table.Rows, []string{names[i], clean(s.Dataset), strconv.Itoa(s.Examples), strconv.Itoa(right), number(share), number(low), number(high), number(s.Loss)})
	}
	b.lines = func(i int) []string {
		return []string{names[i], "accuracy " + b.notes[i] + " examples", "loss " + table.Rows[i][7]}
	}
	var p plot
	width := float64(widthOr(f.Width))
	y := b.draw(&p, 74, width, map[string]any{"min": 0, "max": 100, "name": "accuracy, %"})
	title := orElse(clean(f.Title), "How often the models are right")
	subtitle := "Accuracy, with its 95 % interval for so many examples (Wilson)"
	alt := fmt.Sprintf("The accuracy of %d %s with its 95 %% interval; the highest is %s's, %s.", len(names), plural(len(names), "model", "models"), names[best], b.notes[best])
	return p.chart(title, subtitle, alt, int(width), int(y+52), table)
}

// check returns the models' names.
func (f ModelComparison) check() ([]string, error) {
	if len(f.Scores) == 0 {
		return nil, fmt.Errorf("no scores: give at least one model's")
	}
	own := make([]string, len(f.Scores))
	for i, s := range f.Scores {
		if err := checkScores(s); err != nil {
			return nil, fmt.Errorf("scores %d: %w", i, err)
		}
		own[i] = orElse(s.Model, "model")
		if s.Dataset != f.Scores[0].Dataset {
			own[i] += " on " + s.Dataset
		}
	}
	if width := widthOr(f.Width); width < 400 {
		return nil, fmt.Errorf("Width is %d: bars need at least 400 pixels", width)
	}
	return distinct(own, f.Names, "models")
}

// checkScores refuses scores whose parts do not belong together, or that are of no examples.
func checkScores(s record.Scores) error {
	if err := s.Check(); err != nil {
		return err
	}
	if s.Examples == 0 {
		return fmt.Errorf("no examples: evaluate the model on at least one")
	}
	right := len(s.Right())
	if !(math.Abs(s.Accuracy-float64(right)/float64(s.Examples)) < 1e-6) {
		return fmt.Errorf("the accuracy is %v, but %d of %d predictions are right", s.Accuracy, right, s.Examples)
	}
	if math.IsNaN(s.Loss) || math.IsInf(s.Loss, 0) {
		return fmt.Errorf("the loss is %v", s.Loss)
	}
	return nil
}

// wilson is the 95 % interval of a share: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference" (1927).
func wilson(right, of int) (low, high float64) {
	const z = 1.959963984540054
	n, p := float64(of), float64(right)/float64(of)
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, middle-half), min(1, middle+half)
}

// oneDigit writes a share in percent with one digit behind the point.
func oneDigit(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) }
