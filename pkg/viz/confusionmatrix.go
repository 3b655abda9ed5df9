package viz

import (
	"fmt"
	"strconv"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// ConfusionMatrix shows which classes a classifier takes for which: rows are the true classes, columns the predicted ones. Blue is right, orange
// wrong; the colour's strength is the share of the row.
type ConfusionMatrix struct {
	Scores record.Scores
	Title  string // "" means the model and its dataset
	Width  int    // of the figure in pixels at most; 0 means 820
}

// Draw implements Figure.
func (f ConfusionMatrix) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: confusion matrix: %w", err)
	}
	return c, nil
}

func (f ConfusionMatrix) draw() (*Chart, error) {
	s := f.Scores
	if err := checkScores(s); err != nil {
		return nil, err
	}
	n, size, width := len(s.Confusion), 12.0, float64(widthOr(f.Width))
	classes := make([]string, n)
	for i := range classes {
		classes[i] = strconv.Itoa(i)
		if i < len(s.Classes) {
			classes[i] = visible(s.Classes[i])
		}
	}
	left := min(longest(classes, size)*1.1, 130) + 46 // beside the word "true"
	const right, top = 96.0, 78.0
	cell := min((width-left-right)/float64(n), 52)
	if n <= 4 {
		cell = min((width-left-right)/float64(n), 84)
	}
	if cell < 10 {
		return nil, fmt.Errorf("%d classes in %.0f pixels leave %.1f for each: a greater Width", n, width, cell)
	}
	above, turned := 28.0, longest(classes, size) > cell-4
	if turned {
		above = min(longest(classes, size)*1.1, 110) + 12
	}
	var p plot
	y, side := top+18+above, cell*float64(n)
	x := map[string]any{"position": "top", "name": "predicted", "nameLocation": "middle", "nameGap": above, "nameTextStyle": map[string]any{"color": faint}}
	if turned {
		x["rotate"] = -90
	}
	room := font{Size: size, Color: faint}
	panel := p.panel(left, y, side, side, "item", nameAxis(cleaned(classes, size, 110), size, x),
		nameAxis(cleaned(classes, size, left-44), size, map[string]any{"inverse": true, "name": "true", "nameLocation": "middle", "nameGap": left - 30, "nameTextStyle": map[string]any{"color": faint}}))
	p.text(left+side+14, y-14, "right", room)
	table := Table{Columns: []string{"True class", "Examples", "Right", "Recall", "Precision", "Most often taken for"}}
	var cells []any
	for i, row := range s.Confusion {
		all, predicted, worst := 0, 0, -1
		for j, count := range row {
			all += count
			predicted += s.Confusion[j][i]
			if j != i && count > 0 && (worst < 0 || count > row[worst]) {
				worst = j
			}
		}
		for j, count := range row {
			value := share(count, all)
			if i == j {
				value = -value
			}
			c := map[string]any{"value": []any{j, i, round(value), count},
				"tooltip": tooltip(classes[i]+" predicted as "+classes[j], fmt.Sprintf("%d of %d, %s", count, all, percent(share(count, all))))}
			if count == 0 {
				c["label"] = map[string]any{"show": false}
			}
			cells = append(cells, c)
		}
		recall, precision, taken := "–", "–", "–"
		if all > 0 {
			recall = percent(share(row[i], all))
			p.text(left+side+14, y+cell*(float64(i)+0.5), recall, font{Size: size})
		}
		if predicted > 0 {
			precision = percent(share(row[i], predicted))
		}
		if worst >= 0 {
			taken = fmt.Sprintf("%s (%d)", classes[worst], row[worst])
		}
		table.Rows = append(table.Rows, []string{classes[i], strconv.Itoa(all), strconv.Itoa(row[i]), recall, precision, taken})
	}
	p.heat(panel, "confusion", cells, 1, strength)
	series := p.series[0].(map[string]any)
	series["label"] = map[string]any{"show": cell >= 20, "formatter": countLabel, "color": ink, "fontSize": min(12, cell/2.4)}
	title := f.Title
	if title == "" {
		title = orElse(s.Model, "The model")
		if s.Dataset != "" {
			title += " on " + s.Dataset
		}
	}
	title = clean(title)
	ofAll := len(s.Right())
	subtitle := fmt.Sprintf("%d of %d right, %s. Blue is right, orange wrong; strength: share of the true class.", ofAll, s.Examples, percent(s.Accuracy))
	alt := fmt.Sprintf("How often each of %d classes is predicted as each: %d of %d examples on the diagonal.", n, ofAll, s.Examples)
	return p.chart(title, subtitle, alt, min(int(width), int(max(left+side+right, 600))), int(y+side+22), table)
}

// countLabel is ECharts' template for the fourth number of a cell.
const countLabel = "{@[3]}"

func share(part, all int) float64 {
	if all == 0 {
		return 0
	}
	return float64(part) / float64(all)
}
