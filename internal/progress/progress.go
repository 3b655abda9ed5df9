// Package progress shows how far a long piece of work has come, in one line that changes in place. In a notebook it is one output, which is
// saved as it stood last; on a terminal it is a line of the standard error. The standard output is never written to.
package progress

import (
	"fmt"
	"html"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"golang.org/x/term"
)

const (
	quiet    = 2 * time.Second        // work that takes no longer shows nothing
	interval = 200 * time.Millisecond // the line changes no more often
)

// Line is a line of progress. Its methods may be called from several goroutines.
type Line struct {
	label string
	show  func(notes []string, line string, final bool)

	mu    sync.Mutex
	start time.Time
	last  time.Time
	notes []string
	shown bool
}

// New makes a line whose texts are preceded by the label and a colon. Nothing is shown yet.
func New(label string) *Line {
	l := &Line{label: label, start: time.Now()}
	switch {
	case gonbui.IsNotebook:
		l.show = notebook()
	case term.IsTerminal(int(os.Stderr.Fd())):
		l.show = terminal()
	default:
		l.show = plain()
	}
	return l
}

// Silent makes a line that shows nothing.
func Silent() *Line { return &Line{show: func([]string, string, bool) {}} }

// Set changes the line: not in the first two seconds, and no more than five times a second.
func (l *Line) Set(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if now.Sub(l.start) < quiet || now.Sub(l.last) < interval {
		return
	}
	l.last, l.shown = now, true
	l.show(l.notes, l.text(format, args), false)
}

// Note says something that stays, above the line.
func (l *Line) Note(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.notes = append(l.notes, l.text(format, args))
	l.shown = true
	l.show(l.notes, "", false)
}

// Done ends the line with a last text. Without one ("") the line vanishes.
func (l *Line) Done(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if format == "" && !l.shown {
		return
	}
	text := ""
	if format != "" {
		text = l.text(format, args)
	}
	l.show(l.notes, text, true)
}

func (l *Line) text(format string, args []any) string {
	return l.label + ": " + fmt.Sprintf(format, args...)
}

// notebook shows the notes and the line in one output of a GoNB cell.
func notebook() func([]string, string, bool) {
	id := gonbui.UniqueId()
	return func(notes []string, line string, final bool) {
		lines := notes
		if line != "" {
			lines = append(lines[:len(lines):len(lines)], line)
		}
		gonbui.UpdateHTML(id, `<pre style="margin:0;white-space:pre-wrap">`+html.EscapeString(strings.Join(lines, "\n"))+"</pre>")
		if final {
			flush()
		}
	}
}

// flush waits until the notebook has what was sent, but not for one that does not answer: an interrupted cell has five seconds to live.
func flush() {
	done := make(chan struct{})
	go func() {
		gonbui.Sync()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(time.Second):
	}
}

// terminal rewrites one line of the standard error.
func terminal() func([]string, string, bool) {
	said := 0
	return func(notes []string, line string, final bool) {
		const clear = "\r\x1b[K"
		fmt.Fprint(os.Stderr, clear)
		for ; said < len(notes); said++ {
			fmt.Fprintln(os.Stderr, notes[said])
		}
		if width, _, err := term.GetSize(int(os.Stderr.Fd())); err == nil && !final {
			if r := []rune(line); len(r) >= width && width > 1 { // a line that wraps cannot be rewritten
				line = string(r[:width-1])
			}
		}
		fmt.Fprint(os.Stderr, line)
		if final && line != "" {
			fmt.Fprintln(os.Stderr)
		}
	}
}

// plain writes notes and the last line to the standard error.
func plain() func([]string, string, bool) {
	said := 0
	return func(notes []string, line string, final bool) {
		for ; said < len(notes); said++ {
			fmt.Fprintln(os.Stderr, notes[said])
		}
		if final && line != "" {
			fmt.Fprintln(os.Stderr, line)
		}
	}
}
