package viz

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Forecasts shows a longer stretch of a series beside what was forecast of it, by a model and by rules that need none. Its axis of time can be
// zoomed: with the slider, or with the wheel while the control key is held.
type Forecasts struct {
	Truth     record.Array   // axis "time": the series as it was
	Forecasts []record.Array // of the same steps, each with its Name in the legend
	Times     []time.Time    // of the steps; nil means that they are counted from 0
	Quantity  string         // what the numbers are, with their unit; "" means the truth's name
	Show      int            // so many steps are in view before anybody zooms, the first ones; 0 means all
	Unit      string         // of a step where there are no Times, in plural; "" means "steps"
	Title     string         // "" means "Forecasts"
	Width     int            // of the figure in pixels; 0 means 820
}

// forecastColors and dashes tell lines apart, also where colours are not seen.
var forecastColors = []struct{ color, dash string }{
	{"#0064b5", "solid"}, {"#ce6103", "dotted"}, {"#7a3e9d", "dashed"}, {"#00795c", "dashed"}, {"#a1006b", "dotted"},
}

// Draw implements Figure.
func (f Forecasts) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: forecasts: %w", err)
	}
	return c, nil
}

func (f Forecasts) draw() (*Chart, error) {
	names, err := f.check()
	if err != nil {
		return nil, err
	}
	width, height, top := float64(widthOr(f.Width)), 390.0, 110.0
	quantity := orElse(clean(f.Quantity), names[0])
	axis := map[string]any{"type": "category", "data": f.steps(), "boundaryGap": false, "axisLabel": map[string]any{"color": ink, "hideOverlap": true},
		"axisLine": map[string]any{"onZero": false}}
	bottom := 74.0
	if f.Times == nil {
		axis["name"], axis["nameLocation"], axis["nameGap"], axis["nameTextStyle"] = orElse(clean(f.Unit), "steps"), "middle", 24, map[string]any{"color": faint}
		bottom = 88
	}
	var p plot
	p.zoom = f.Show
	if p.zoom == 0 {
		p.zoom = len(f.Truth.Data)
	}
	panel := p.panel(58, top, width-58-28, height-top-bottom, "axis", axis, map[string]any{"type": "value", "scale": true, "name": font{}.fit(quantity, width/2),
		"nameTextStyle": map[string]any{"align": "left", "color": faint}, "axisLabel": map[string]any{"color": ink}, "splitLine": map[string]any{"lineStyle": map[string]any{"color": "#e6e9ec"}}})
	p.legend = names
	table := Table{Columns: []string{"Line", "Steps", "Smallest", "Largest", "Mean", "Mean absolute error", "Root mean squared error"}}
	var errors []string
	for k, name := range names {
		color, dash, a, mae, rmse := ink, "solid", f.Truth, "–", "–"
		if k > 0 {
			a = f.Forecasts[k-1]
			color, dash = forecastColors[k-1].color, forecastColors[k-1].dash
			absolute, squared := f.errorsOf(a)
			mae, rmse = number(absolute), number(squared)
			errors = append(errors, name+" "+mae)
		}
		data := make([]any, len(a.Data))
		low, high, mean := math.Inf(1), math.Inf(-1), 0.0
		for t, v := range a.Data {
			data[t] = round(v)
			low, high, mean = min(low, v), max(high, v), mean+v/float64(len(a.Data))
		}
		p.draw(panel, map[string]any{"type": "line", "name": name, "data": data, "showSymbol": len(data) == 1, "symbol": "circle", "sampling": "lttb", "z": (len(names)-k)%len(names) + 2, // the truth beneath, the first forecast on top

			"lineStyle": map[string]any{"color": color, "width": 1.6, "type": dash}, "itemStyle": map[string]any{"color": color}})
		table.Rows = append(table.Rows, []string{name, strconv.Itoa(len(data)), number(low), number(high), number(mean), mae, rmse})
	}
	title := clean(orElse(f.Title, "Forecasts"))
	subtitle := fmt.Sprintf("%d steps", len(f.Truth.Data))
	if f.Times != nil {
		subtitle += fmt.Sprintf(", %s to %s", f.Times[0].Format(time.DateOnly), f.Times[len(f.Times)-1].Format(time.DateOnly))
	}
	subtitle += "\nMean absolute error: " + strings.Join(errors, ", ")
	alt := fmt.Sprintf("%s over %d steps with %d %s. Mean absolute error: %s.", quantity, len(f.Truth.Data), len(names)-1, plural(len(names)-1, "forecast", "forecasts"), strings.Join(errors, ", "))
	return p.chart(title, subtitle, alt, int(width), int(height), table)
}

// check returns the names of the lines, the truth first.
func (f Forecasts) check() ([]string, error) {
	if len(f.Forecasts) == 0 || len(f.Forecasts) > len(forecastColors) {
		return nil, fmt.Errorf("%d forecasts: give 1 to %d", len(f.Forecasts), len(forecastColors))
	}
	own := []string{orElse(f.Truth.Name, "truth")}
	for i, a := range append([]record.Array{f.Truth}, f.Forecasts...) {
		if err := a.Check(); err != nil {
			return nil, err
		}
		if i > 0 {
			own = append(own, orElse(a.Name, "forecast"))
		}
		if len(a.Shape) != 1 || a.Shape[0] != len(f.Truth.Data) || a.Shape[0] == 0 {
			return nil, fmt.Errorf("%q has shape %v, the truth %v: give one number a step, of the same steps", own[i], a.Shape, f.Truth.Shape)
		}
	}
	if f.Times != nil && len(f.Times) != len(f.Truth.Data) {
		return nil, fmt.Errorf("%d Times for %d steps: give one each, or none", len(f.Times), len(f.Truth.Data))
	}
	if f.Show < 0 || f.Show > len(f.Truth.Data) {
		return nil, fmt.Errorf("Show is %d of %d steps: it is how many are in view; 0 means all", f.Show, len(f.Truth.Data))
	}
	if width := widthOr(f.Width); width < 400 {
		return nil, fmt.Errorf("Width is %d: a series needs at least 400 pixels", width)
	}
	return distinct(own, nil, "lines")
}

// steps names the steps of time.
func (f Forecasts) steps() []string {
	out := make([]string, len(f.Truth.Data))
	layout := "2006"
	for _, at := range f.Times { // as much of a time as they differ in
		if h, m, _ := at.Clock(); h+m > 0 {
			layout = "2006-01-02 15:04"
			break
		}
		if at.YearDay() > 1 {
			layout = time.DateOnly
		}
	}
	for t := range out {
		out[t] = strconv.Itoa(t)
		if f.Times != nil {
			out[t] = f.Times[t].Format(layout)
		}
	}
	return out
}

// errorsOf are the mean absolute error and the root of the mean squared error.
func (f Forecasts) errorsOf(a record.Array) (absolute, rootSquared float64) {
	for t, v := range a.Data {
		d := v - f.Truth.Data[t]
		absolute += math.Abs(d)
		rootSquared += d * d
	}
	n := float64(len(a.Data))
	return absolute / n, math.Sqrt(rootSquared / n)
}
