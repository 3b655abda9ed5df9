package progress

import (
	"fmt"
	"io"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// recording is a line that writes down what it would show.
func recording(said *[]string) *Line {
	return &Line{label: "L", start: time.Now(), show: func(notes []string, line string, final bool) {
		*said = append(*said, fmt.Sprintf("%d %q %t", len(notes), line, final))
	}}
}

func TestQuietAtFirstThenRateLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said []string
		l := recording(&said)
		for range 40 { // 4 s, ten times a second
			l.Set("at %s", time.Since(l.start))
			time.Sleep(100 * time.Millisecond)
		}
		if len(said) != 10 || said[0] != `0 "L: at 2s" false` {
			t.Errorf("%d: %v, want 10 from the second second on", len(said), said)
		}
		l.Done("")
		if last := said[len(said)-1]; last != `0 "" true` {
			t.Errorf("at the end %q", last)
		}
	})
}

func TestShortWorkShowsOnlyWhatIsSaid(t *testing.T) {
	var said []string
	l := recording(&said)
	l.Set("one")
	l.Done("")
	if len(said) != 0 {
		t.Errorf("%v", said)
	}
	l = recording(&said)
	l.Note("50%% of %d", 3)
	l.Done("100%%")
	if want := []string{`1 "" false`, `1 "L: 100%" true`}; !slices.Equal(said, want) {
		t.Errorf("got %v, want %v", said, want)
	}
}

// Neither on a terminal nor in a notebook: notes and the last line go to the standard error, and nothing to the standard output.
func TestPlain(t *testing.T) {
	dir := t.TempDir()
	files := [2]*os.File{}
	for i := range files {
		f, err := os.Create(fmt.Sprintf("%s/%d", dir, i))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		files[i] = f
	}
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = files[0], files[1]
	l := New("work")
	l.start = l.start.Add(-time.Minute)
	l.Set("half")
	l.Note("look")
	l.Done("all")
	os.Stdout, os.Stderr = stdout, stderr
	for i, want := range []string{"", "work: look\nwork: all\n"} {
		if _, err := files[i].Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(files[i]); err != nil || string(got) != want {
			t.Errorf("file %d: got %q, %v, want %q", i, got, err, want)
		}
	}
}
