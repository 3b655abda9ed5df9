package viz

import (
	"fmt"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// surface draws two features: the mean at each point of a grid, by how far it is from the mean of what the examples give as they are.
func (f PartialDependence) surface() (*Chart, error) {
	d, width := f.Dependence, float64(widthOr(f.Width))
	a, b := d.Varied[0], d.Varied[1]
	mean, stdErr := d.Mean()
	middle := sum(d.Output) / float64(len(d.Output))
	apart := make([]float64, len(mean))
	for i, m := range mean {
		apart[i] = m - middle
	}
	limit := strongestOf(apart)
	names := func(v record.Varied) (out []string) {
		for _, x := range v.Points {
			out = append(out, pointName(x, v.Categories))
		}
		return out
	}
	xNames, yNames := names(a), names(b)
	xFeature, yFeature := namedFeature(a.Name, a.Unit), namedFeature(b.Name, b.Unit)
	const size = 11.5
	left := min(longest(yNames, size)*1.1, 0.25*width) + 50
	inner := width - left - effectRight
	cellX, cellY := inner/float64(len(xNames)), min(40, max(12, 320/float64(len(yNames))))
	if cellX < 4 {
		return nil, fmt.Errorf("%d points in %.0f pixels leave %.1f for each: fewer points, or a greater Width", len(xNames), inner, cellX)
	}
	output := outputName(d.Target, f.Classes)
	subtitle := fmt.Sprintf("Mean of %d %s at each pair of values. Orange is above %s, what the examples give as they are in the mean, blue below", len(d.Output), plural(len(d.Output), "example", "examples"), digits(middle, 3))
	if d.Unfinished {
		subtitle += ". Not finished"
	}
	lines := wrapped(subtitle+".", width-32)
	var p plot
	y := 60 + 17*float64(len(lines))
	p.scaleBar(left, y, 110, limit)
	y += 36
	below := 30.0
	x := map[string]any{"name": fit(xFeature, 12, inner), "nameLocation": "middle", "nameTextStyle": map[string]any{"color": faint}, "interval": "auto"}
	if longest(xNames, size)*1.15 > cellX && a.Categories != nil {
		x["rotate"], x["interval"], below = -90, 0, min(longest(xNames, size)*1.1, 110)+14
	}
	x["nameGap"] = below
	panel := p.panel(left, y, inner, cellY*float64(len(yNames)), "item", nameAxis(cleaned(xNames, size, 110), size, x),
		nameAxis(cleaned(yNames, size, left-46), size, map[string]any{"name": fit(yFeature, 12, 300), "nameLocation": "middle", "nameGap": left - 30, "nameTextStyle": map[string]any{"color": faint}, "interval": "auto"}))
	table := Table{Columns: []string{xFeature, yFeature, "Mean", "Standard error"}}
	var cells []any
	low, high := 0, 0
	for i, m := range mean {
		col, row := i/len(yNames), i%len(yNames)
		e, said := "–", digits(m, 3)
		if stdErr != nil {
			e = number(stdErr[i])
			said += " ± " + short(2*stdErr[i])
		}
		cells = append(cells, map[string]any{"value": []any{col, row, round(apart[i])}, "tooltip": tooltip(xFeature+": "+xNames[col], yFeature+": "+yNames[row], "mean "+said)})
		table.Rows = append(table.Rows, []string{xNames[col], yNames[row], number(m), e})
		if m < mean[low] {
			low = i
		}
		if m > mean[high] {
			high = i
		}
	}
	p.heat(panel, "mean", cells, limit, 1)
	at := func(i int) string { return table.Rows[i][0] + " and " + table.Rows[i][1] }
	alt := fmt.Sprintf("What %s is in the mean of %d examples at %d pairs of values of %s and %s: the smallest is %s at %s, the greatest %s at %s.",
		output, len(d.Output), len(mean), xFeature, yFeature, digits(mean[low], 3), at(low), digits(mean[high], 3), at(high))
	return p.chart(f.title(output), strings.Join(lines, "\n"), alt, int(width), int(y+cellY*float64(len(yNames))+below+28), table)
}
