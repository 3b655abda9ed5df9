package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/pipeline"
	"github.com/vitrine-ml/vitrine/pkg/record"
	"github.com/vitrine-ml/vitrine/pkg/viz"
)

// predict prints what a net says of raw examples and, if asked for, writes it as records and pages.
func predict(args []string) error {
	flags := flag.NewFlagSet("predict", flag.ContinueOnError)
	out := flags.String("out", "", "")
	top := flags.Int("top", 5, "")
	args, err := arguments(flags, args)
	if err != nil {
		return err
	}
	if len(args) < 2 || *top < 1 {
		return fmt.Errorf("vitrine predict: expected the file of a net and one or more examples; %w", errUsage)
	}
	p, err := open("predict", args[0])
	if err != nil {
		return err
	}
	var errs []error
	for i, raw := range args[1:] {
		answer, err := p.Predict(raw)
		if err != nil {
			errs = append(errs, fmt.Errorf("vitrine predict: %w", err))
			continue
		}
		fmt.Print(table(answer, *top))
		if *out == "" {
			continue
		}
		if err := os.MkdirAll(*out, 0o755); err != nil {
			return fmt.Errorf("vitrine predict: %w", err)
		}
		name := filepath.Join(*out, "prediction")
		if len(args) > 2 {
			name += fmt.Sprint("-", i+1)
		}
		if err := answer.WriteFile(name + ".json"); err != nil {
			return err
		}
		if err := viz.WriteFile(bars(answer), name+".html"); err != nil {
			return err
		}
		fmt.Printf("written: %s.json, %s.html\n", name, name)
	}
	return errors.Join(errs...)
}

// open reads a net's file and says on the standard error what it takes, if the file does not.
func open(command, path string) (*pipeline.Pipeline, error) {
	p, err := pipeline.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("vitrine %s: %w", command, err)
	}
	if !p.Prepared() {
		fmt.Fprintf(os.Stderr, "vitrine %s: %s does not say how an example is prepared, so arrays are taken as they are (.npy, .npz)\n", command, path)
	}
	return p, nil
}

// table is an answer as lines of text: the most probable classes, or all values.
func table(a *record.Answer, top int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", a.Made.Model, a.Raw)
	for i, c := range a.Classes {
		if i == top {
			fmt.Fprintf(&b, "  … %d more\n", len(a.Classes)-top)
			break
		}
		fmt.Fprintf(&b, "  %6.4f  %s\n", c.Probability, c.Name)
	}
	if a.Values != nil {
		for i, v := range a.Values.Data {
			fmt.Fprintf(&b, "  %12.6g  %s\n", v, valueName(a.Values, i))
		}
	}
	return b.String()
}

// valueName is the name of a value: that of its output, with its place where there are several.
func valueName(a *record.Array, i int) string {
	if len(a.Data) == 1 {
		return a.Name
	}
	return fmt.Sprintf("%s %d", a.Name, i+1)
}

// bars draws an answer.
func bars(a *record.Answer) viz.Figure {
	r := record.Ranking{Name: a.Made.Model + ": " + a.Raw, Value: "probability"}
	for _, c := range a.Classes {
		r.Names, r.Values = append(r.Names, c.Name), append(r.Values, c.Probability)
	}
	if a.Values != nil {
		r.Value = a.Values.Name
		for i, v := range a.Values.Data {
			r.Names, r.Values = append(r.Names, valueName(a.Values, i)), append(r.Values, v)
		}
	}
	return viz.Ranking{Ranking: r}
}
