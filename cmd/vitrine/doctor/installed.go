package doctor

import (
	"runtime/debug"

	"github.com/vitrine-ml/vitrine/internal/build"
)

// installed says what this program was built from and for: notebooks built in the same environment are the same.
func installed() Section {
	versions, settings := build.Versions(), map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			settings[s.Key] = s.Value
		}
	}
	or := func(value, otherwise string) string {
		if value == "" {
			return otherwise
		}
		return value
	}
	cgo := "off, and so no XLA"
	if settings["CGO_ENABLED"] == "1" {
		cgo = "on"
	}
	s := Section{Title: "Built from", Lines: []Line{{Name: "platform", Said: build.Platform}, {Name: "Go", Said: versions["go"]}}}
	for _, path := range []string{"github.com/vitrine-ml/vitrine", "github.com/gomlx/gomlx", "github.com/gomlx/compute", "github.com/gomlx/go-xla"} {
		s.Lines = append(s.Lines, Line{Name: path, Said: or(versions[path], "not part of this program")})
	}
	return Section{s.Title, append(s.Lines,
		Line{Name: "cgo", Said: cgo},
		Line{Name: "GOEXPERIMENT", Said: or(settings["GOEXPERIMENT"], "none: pure Go multiplies matrices several times faster with simd, on amd64")},
		Line{Name: "GOAMD64", Said: or(settings["GOAMD64"], "none")},
	)}
}
