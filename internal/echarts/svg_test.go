package echarts

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

const bars = `{"title": {"text": "a <b> & \"c\""}, "xAxis": {"data": ["x", "y"]}, "yAxis": {},
	"visualMap": {"min": 0, "max": 3, "orient": "horizontal"}, "series": [{"type": "bar", "data": [1, 2]}]}`

func draw(t *testing.T, option string) string {
	t.Helper()
	svg, err := SVG([]byte(option), 300, 200)
	if err != nil {
		t.Fatal(err)
	}
	return string(svg)
}

// A chart may not show what was drawn before it, neither in this process nor in another.
func TestSameOptionSameBytes(t *testing.T) {
	first := draw(t, bars)
	draw(t, `{"xAxis": {}, "yAxis": {}, "visualMap": {"min": 0, "max": 3}, "series": {"type": "scatter", "data": [[1, 2]]}}`)
	if got := draw(t, bars); got != first {
		t.Errorf("the second drawing differs:\n%s\n%s", first, got)
	}
	if os.Getenv("ECHARTS_CHILD") != "" {
		fmt.Printf("<<%s>>", first)
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^TestSameOptionSameBytes$")
	child.Env = append(os.Environ(), "ECHARTS_CHILD=1")
	out, err := child.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(out, []byte("<<"+first+">>")) {
		t.Errorf("another process draws something else:\n%s", out)
	}
}

func TestConcurrent(t *testing.T) {
	want := draw(t, bars)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got, err := SVG([]byte(bars), 300, 200); err != nil || string(got) != want {
				t.Errorf("another picture, error %v", err)
			}
		})
	}
	all.Wait()
}

func TestTextIsEscaped(t *testing.T) {
	if got, want := draw(t, bars), `a &lt;b&gt; &amp; &quot;c&quot;</text>`; !strings.Contains(got, want) {
		t.Errorf("no %s in\n%s", want, got)
	}
}

func TestErrorBar(t *testing.T) {
	got := draw(t, `{"xAxis": {"data": ["x"]}, "yAxis": {}, "series":
		[{"type": "custom", "renderItem": "errorBar", "color": "#010203", "encode": {"x": 0, "y": [1, 2]}, "data": [[0, 1, 3]]}]}`)
	if n := strings.Count(got, `stroke="#010203"`); n != 3 {
		t.Errorf("a whisker and two caps are 3 lines, got %d in\n%s", n, got)
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		option string
		width  int
		want   string
	}{
		{bars, 0, "both must be positive"},
		{`{"series": function () {}}`, 300, "not JSON"},
		{`{"series": [{"type": "scatter", "data": [1]}]}`, 300, "TypeError"},                                              // no axes
		{`{"series": [{"type": "sunburst"}]}`, 300, "no series of type sunburst"},                                         // not in the bundle
		{`{"title": {"text": "x", "textStyle": {"fontFamily": "a\"b"}}}`, 300, "not well-formed"},                         // an attribute's end
		{`{"title": {"text": "\u0001"}}`, 300, "not well-formed"},                                                         // no XML character
		{`{"xAxis": {}, "yAxis": {}, "series": {"type": "custom", "renderItem": "none", "data": [1]}}`, 300, "TypeError"}, // not registered
	} {
		if _, err := SVG([]byte(c.option), c.width, 200); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.option, err, c.want)
		}
		draw(t, bars) // the next chart is drawn all the same
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		if _, err := start(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSVG(b *testing.B) {
	for b.Loop() {
		if _, err := SVG([]byte(bars), 300, 200); err != nil {
			b.Fatal(err)
		}
	}
}
