package doctor

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// State is what was found of one thing.
type State string

// The states. Only Wrong fails an examination.
const (
	Fact  State = ""      // neither good nor bad
	OK    State = "ok"    // as it should be
	None  State = "none"  // not there, and not needed by everyone
	Wrong State = "WRONG" // not as it should be
)

// Line is one finding.
type Line struct {
	State State
	Name  string
	Said  string // what was found; where that is not as it should be, also what was expected
	Mend  string // what to do about it
}

// Section is findings on one subject.
type Section struct {
	Title string
	Lines []Line
}

// Report is all that was found.
type Report []Section

// Wrong is how many findings are not as they should be.
func (r Report) Wrong() (n int) {
	for _, s := range r {
		for _, l := range s.Lines {
			if l.State == Wrong {
				n++
			}
		}
	}
	return n
}

// Write prints the report as aligned text.
func (r Report) Write(w io.Writer) error {
	var text strings.Builder
	for _, s := range r {
		width := 0
		for _, l := range s.Lines {
			width = max(width, utf8.RuneCountInString(l.Name))
		}
		fmt.Fprintln(&text, s.Title)
		for _, l := range s.Lines {
			fmt.Fprintf(&text, "  %-5s  %-*s  %s\n", l.State, width, l.Name, l.Said)
			if l.Mend != "" && l.State != OK {
				fmt.Fprintf(&text, "  %-5s  %-*s  to mend: %s\n", "", width, "", l.Mend)
			}
		}
		fmt.Fprintln(&text)
	}
	switch n := r.Wrong(); n {
	case 0:
		fmt.Fprintln(&text, "Nothing is wrong.")
	case 1:
		fmt.Fprintln(&text, "1 thing is WRONG.")
	default:
		fmt.Fprintf(&text, "%d things are WRONG.\n", n)
	}
	_, err := io.WriteString(w, text.String())
	return err
}
