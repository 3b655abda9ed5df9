package viz

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// TrainingCurve shows loss and accuracy by epoch, of the training data and, where there are any, of the validation data. Where no classes
// are learned there is the loss alone.
type TrainingCurve struct {
	History record.History
	LogLoss bool   // draw the loss on a logarithmic axis
	Title   string // "" means the model and its dataset
	Width   int    // of the figure in pixels; 0 means 820
}

// curve is one line of a panel: a value an epoch, nil where there is none.
type curve struct {
	name   string // in the legend
	what   string // in words
	panel  int    // 0 loss, 1 accuracy
	values []*float64
}

// Draw implements Figure.
func (f TrainingCurve) Draw() (*Chart, error) {
	h := f.History
	if len(h.Epochs) == 0 {
		return nil, fmt.Errorf("viz: training curve: the history has no epochs: train for at least one")
	}
	curves := curvesOf(h)
	if width := widthOr(f.Width); width < 480 {
		return nil, fmt.Errorf("viz: training curve: Width is %d: two panels need at least 480 pixels", width)
	}
	for _, c := range curves {
		for i, v := range c.values {
			if v == nil {
				continue
			}
			if math.IsNaN(*v) || math.IsInf(*v, 0) {
				return nil, fmt.Errorf("viz: training curve: the %s of epoch %d is %v: the training diverged; to see how it began, keep the first %d of History.Epochs",
					c.what, h.Epochs[i].Epoch, *v, i)
			}
			if f.LogLoss && c.panel == 0 && *v <= 0 {
				return nil, fmt.Errorf("viz: training curve: the %s of epoch %d is %v, which has no place on a logarithmic axis: leave LogLoss false", c.what, h.Epochs[i].Epoch, *v)
			}
		}
	}

	title := f.Title
	if title == "" {
		title = "Training"
		if h.Model != "" {
			title += " of " + h.Model
		}
		if h.Dataset != "" {
			title += " on " + h.Dataset
		}
	}
	title = clean(title)
	subtitle := fmt.Sprintf("%d %s", len(h.Epochs), plural(len(h.Epochs), "epoch", "epochs"))
	if h.Steps > 0 {
		subtitle += fmt.Sprintf(", %d steps", h.Steps)
	}
	if h.Elapsed > 0 {
		subtitle += ", " + duration(h.Elapsed)
	}
	if !h.Finished {
		subtitle += "; not finished"
	}
	alt := title + ", " + subtitle + ": " + courses(curves) + "."

	const height = 340
	width := widthOr(f.Width)
	option, err := plainOption(f.chart(curves, width, height, title, subtitle), alt)
	if err != nil {
		return nil, err
	}
	option["legend"].(map[string]any)["itemWidth"] = 34 // long enough to see the dashes
	return &Chart{Title: title, Width: width, Height: height, Alt: alt, Option: option, Table: curveTable(h)}, nil
}

// chart draws two panels side by side, or one without accuracy.
func (f TrainingCurve) chart(curves []curve, width, height int, title, subtitle string) *charts.Line {
	const left, between, right, top, bottom = 56, 72, 24, 92, 48
	panel := (width - left - between - right) / 2
	accuracy := f.History.Classifies()
	if !accuracy {
		panel = width - left - right
	}
	grid := func(x int) opts.Grid {
		return opts.Grid{Left: strconv.Itoa(x), Top: strconv.Itoa(top), Width: strconv.Itoa(panel), Height: strconv.Itoa(height - top - bottom)}
	}
	epochs := make([]string, len(f.History.Epochs))
	for i, e := range f.History.Epochs {
		epochs[i] = strconv.Itoa(e.Epoch)
	}
	x := opts.XAxis{Type: "category", Name: "epoch", NameLocation: "middle", NameGap: 28, Data: epochs,
		AxisPointer: &opts.AxisPointer{Type: "line", Label: &opts.Label{Formatter: "epoch {value}"}}}
	y := opts.YAxis{Type: "value", Name: "loss", Scale: opts.Bool(true), SplitLine: &opts.SplitLine{LineStyle: &opts.LineStyle{Color: "#e6e9ec"}}}
	if f.LogLoss {
		y.Type = "log"
	}
	x2, y2 := x, y
	x2.GridIndex, y2.GridIndex, y2.Name, y2.Type = 1, 1, "accuracy", "value"

	c := charts.NewLine()
	c.SetGlobalOptions(
		titled(title, subtitle, float64(width)-260),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: "axis", BackgroundColor: paper, BorderColor: hairline}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(true), Top: "14", Right: "24", TextStyle: &opts.TextStyle{Color: ink}}),
		charts.WithXAxisOpts(x), charts.WithYAxisOpts(y),
	)
	if accuracy {
		c.SetGlobalOptions(charts.WithGridOpts(grid(left), grid(left+panel+between)))
		c.ExtendXAxis(x2)
		c.ExtendYAxis(y2)
	} else {
		c.SetGlobalOptions(charts.WithGridOpts(grid(left)))
	}
	for _, s := range curves {
		color, dash, symbol := "#0064b5", "solid", "circle"
		if s.name == "validation" {
			color, dash, symbol = "#ce6103", "dashed", "diamond"
		}
		data := make([]opts.LineData, len(s.values))
		for i, v := range s.values {
			data[i].Value = "-" // a gap
			if v != nil {
				data[i].Value = round(*v)
			}
		}
		c.AddSeries(s.name, data,
			charts.WithLineChartOpts(opts.LineChart{XAxisIndex: s.panel, YAxisIndex: s.panel, Symbol: symbol, SymbolSize: symbolSize(len(data), symbol), ShowSymbol: opts.Bool(true)}),
			charts.WithLineStyleOpts(opts.LineStyle{Color: color, Type: dash, Width: 2}),
			charts.WithItemStyleOpts(opts.ItemStyle{Color: color}))
	}
	return c
}

func symbolSize(epochs int, symbol string) int {
	size := 7
	if epochs > 40 {
		size = 4
	}
	if symbol == "diamond" {
		size += 2 // it looks smaller than a circle
	}
	return size
}

// round keeps five significant digits: what a tooltip shows.
func round(v float64) float64 {
	r, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 5, 64), 64)
	return r
}

// curvesOf are the history's curves; of the validation only where it has any.
func curvesOf(h record.History) []curve {
	curves := []curve{{"training", "loss", 0, nil}, {"validation", "validation loss", 0, nil}, {"training", "accuracy", 1, nil}, {"validation", "validation accuracy", 1, nil}}
	for _, e := range h.Epochs {
		accuracy := &e.Accuracy
		if !h.Classifies() {
			accuracy = nil
		}
		for i, v := range []*float64{&e.Loss, e.ValidationLoss, accuracy, e.ValidationAccuracy} {
			curves[i].values = append(curves[i].values, v)
		}
	}
	kept := curves[:0]
	for _, c := range curves {
		for _, v := range c.values {
			if v != nil {
				kept = append(kept, c)
				break
			}
		}
	}
	return kept
}

// courses says in words where each curve begins and ends.
func courses(curves []curve) string {
	var parts []string
	for _, c := range curves {
		var known []*float64
		for _, v := range c.values {
			if v != nil {
				known = append(known, v)
			}
		}
		first, last := number(*known[0]), number(*known[len(known)-1])
		if len(known) == 1 {
			parts = append(parts, c.what+" "+last)
		} else {
			parts = append(parts, fmt.Sprintf("%s from %s to %s", c.what, first, last))
		}
	}
	return strings.Join(parts, ", ")
}

func curveTable(h record.History) Table {
	t := Table{Columns: []string{"Epoch", "Loss", "Validation loss", "Accuracy", "Validation accuracy"}}
	cell := func(v *float64) string {
		if v == nil {
			return "–"
		}
		return number(*v)
	}
	for _, e := range h.Epochs {
		t.Rows = append(t.Rows, []string{strconv.Itoa(e.Epoch), cell(&e.Loss), cell(e.ValidationLoss), cell(&e.Accuracy), cell(e.ValidationAccuracy)})
	}
	if !h.Classifies() {
		t.Columns = t.Columns[:3]
		for i := range t.Rows {
			t.Rows[i] = t.Rows[i][:3]
		}
	}
	return t
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
