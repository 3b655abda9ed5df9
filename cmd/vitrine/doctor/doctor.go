// Package doctor examines an installation: what is there, which backend computes, and whether what it computes is right. A backend is
// held against answers that were worked out without it, in plain Go.
package doctor

import (
	"fmt"

	"github.com/gomlx/compute"

	"github.com/vitrine-ml/vitrine/internal/backend"
)

// Examine looks at everything.
func Examine() Report {
	choice := backend.Choose()
	report := Report{installed(), places(), {"Backend", []Line{
		{Name: "chosen", Said: choice.Config},
		{Name: "because", Said: choice.Why},
	}}}
	report = append(report, checks(choice.Kind()+", the chosen backend", backend.Open))
	if choice.Kind() != "go" {
		report = append(report, checks("go, on which graphs are traced", backend.Host))
	}
	return report
}

// checks opens a backend and holds it against every check. One that cannot be opened is the only finding then.
func checks(title string, open func() (compute.Backend, error)) Section {
	s := Section{Title: "Checks of " + title}
	b, err := open()
	if err != nil {
		s.Lines = []Line{{Wrong, "opens", "expected a backend, came: " + err.Error(), "set GOMLX_BACKEND=go:parallelism=-1, or run ./scripts/run in the checkout, which installs a backend"}}
		return s
	}
	s.Lines = append(s.Lines, Line{OK, "opens", b.Description(), ""})
	for _, c := range all {
		s.Lines = append(s.Lines, c.on(b))
	}
	return s
}

// on runs the check. A panic, as graph functions have them, is a finding too.
func (c check) on(b compute.Backend) (found Line) {
	defer func() {
		if r := recover(); r != nil {
			found = Line{Wrong, c.name, fmt.Sprintf("expected an answer, came a panic: %v", r), c.mend}
		}
	}()
	said, err := c.run(b)
	if err != nil {
		return Line{Wrong, c.name, err.Error(), c.mend}
	}
	return Line{OK, c.name, said, ""}
}
