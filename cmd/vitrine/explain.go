package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/pipeline"
	"github.com/vitrine-ml/vitrine/pkg/record"
	"github.com/vitrine-ml/vitrine/pkg/viz"
)

// explainExamples explains what a net says of raw examples, and writes a record, what verify needs to run it again, and a page.
func explainExamples(args []string) error {
	flags := flag.NewFlagSet("explain", flag.ContinueOnError)
	named := flags.String("method", "integrated-gradients", "")
	class := flags.String("target", "", "")
	out := flags.String("out", "explanation", "")
	args, err := arguments(flags, args)
	if err != nil {
		return err
	}
	if len(args) < 2 {
		return fmt.Errorf("vitrine explain: expected the file of a net and one or more examples; %w", errUsage)
	}
	fail := func(err error) error { return fmt.Errorf("vitrine explain: %w", err) }
	method, err := explain.Named(*named)
	if err != nil {
		return fail(err)
	}
	p, err := open("explain", args[0])
	if err != nil {
		return err
	}
	target, err := p.Target(*class)
	if err != nil {
		return fail(err)
	}
	if table, ok := p.Preparation.(*data.Schema); ok { // whose zeros are a row with no category at all
		method = explain.WithBaseline(method, explain.Baseline{Values: table.Typical()})
	}
	method = explain.WithFeatures(method, p.Features())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	why, err := p.Explain(ctx, method, target, args[1:]...)
	if err != nil {
		return fail(err)
	}
	if err := os.MkdirAll(*out, 0o755); err != nil {
		return fail(err)
	}
	path := filepath.Join(*out, "explanation")
	if err := explain.Keep(path+".json", why.Record, method, p.Net, why.Inputs); err != nil {
		return fail(err)
	}
	if err := viz.WriteFile(attribution(p, why), path+".html"); err != nil {
		return fail(err)
	}
	names := valueNames(p.Net.Outputs[0])
	for i, raw := range args[1:] {
		if why.Samples.Predictions == nil {
			fmt.Printf("%s: %s: %g", p.Net.Name, raw, why.Record.Output[i])
			if all := why.Record.Target.Classes; i < len(all) && all[i] < len(names) {
				fmt.Printf(", %s", names[all[i]])
			}
		} else {
			said := why.Samples.Predictions[i]
			fmt.Printf("%s: %s: %s (%.4f); explained: %s", p.Net.Name, raw, why.Samples.Class(said.Class), said.Probability, why.Samples.Class(why.Record.Target.Classes[i]))
		}
		if status := why.Record.Status[i]; status != record.OK {
			fmt.Printf(", %s", status)
		}
		fmt.Println()
	}
	fmt.Printf("written: %s.json, %s.html\n", path, path)
	return nil
}

// attribution is the figure that fits what was explained: a text, an image, a series; anything else as bars.
func attribution(p *pipeline.Pipeline, e *pipeline.Explanation) viz.Figure {
	s, why := e.Samples, e.Record
	if s.Predictions == nil && s.Classes == nil {
		s.Classes = valueNames(p.Net.Outputs[0])
	}
	if e.Columns != nil {
		return viz.Ranking{Ranking: contributions(e.Columns, s), Title: "What the prediction rests on"}
	}
	all, axes := []*record.Explanation{why}, why.Values[0].Axes
	switch {
	case s.Tokens != nil:
		return viz.TextAttribution{Samples: s, Explanations: all}
	case len(axes) == 4 && why.Values[0].Axis("height") == 1 && why.Groups != nil:
		return viz.SuperpixelOverlay{Samples: s, Explanations: all}
	case len(axes) == 4 && why.Values[0].Axis("height") == 1:
		return viz.ImageAttribution{Samples: s, Explanations: all}
	case len(axes) == 3 && why.Values[0].Axis("time") == 1:
		f := viz.SeriesAttribution{Samples: s, Explanations: all, Features: why.Values[0].Features}
		if sounds, ok := p.Preparation.(data.Sounds); ok {
			f.Unit, f.Step = "seconds", 1/float64(cmp.Or(sounds.Rate, 16_000))
		}
		return f
	}
	return viz.Ranking{Ranking: contributions(why, s), Title: "What the prediction rests on"}
}

// valueNames are the names of a regression's values, those that predict prints; nil for other outputs.
func valueNames(port models.Port) (names []string) {
	if port.Kind == models.Logits || port.Kind == models.Probabilities || len(port.Shape) > 1 {
		return nil
	}
	values := record.Array{Name: port.Name, Data: make([]float64, append(slices.Clone(port.Shape), 1)[0])}
	for i := range values.Data {
		names = append(names, valueName(&values, i))
	}
	return names
}

// contributions are an explanation's values with the names of what they belong to; of several examples, the means.
func contributions(why *record.Explanation, s record.Samples) record.Ranking {
	r := record.Ranking{Name: why.Method, Value: "contribution to " + why.Target.Asked}
	if all := why.Target.Classes; len(s.Classes) > 0 && len(slices.Compact(slices.Clone(all))) == 1 {
		r.Value = "contribution to " + s.Class(all[0])
	}
	if why.Rows() > 1 {
		r.Value = "mean " + r.Value
	}
	for k, a := range why.Values {
		if why.StdErr != nil && why.Rows() == 1 {
			r.StdErr = append(r.StdErr, why.StdErr[k].Row(0)...)
		}
		for i := range a.Row(0) {
			name, sum := fmt.Sprintf("%s %d", a.Name, i+1), 0.0
			switch {
			case a.Features != nil && len(a.Shape) == 2:
				name = a.Features[i]
			case len(a.Row(0)) == 1:
				name = a.Name
			}
			for row := range why.Rows() {
				sum += a.Row(row)[i]
			}
			r.Names, r.Values = append(r.Names, name), append(r.Values, sum/float64(why.Rows()))
		}
	}
	return r
}
