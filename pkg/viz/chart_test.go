package viz

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"math"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// fingerprint is a hash of all that the figures can be written as.
func fingerprint(t *testing.T) string {
	t.Helper()
	sum := sha256.New()
	all := figures()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		c := drawn(t, all[name])
		svg, err := c.SVG()
		if err != nil {
			t.Fatal(err)
		}
		html, err := c.fragment(svg) // a page is this, the library and the title
		if err != nil {
			t.Fatal(err)
		}
		json, err := c.JSON()
		if err != nil {
			t.Fatal(err)
		}
		sum.Write(svg)
		sum.Write([]byte(html))
		sum.Write(json)
	}
	return fmt.Sprintf("<<%x>>", sum.Sum(nil))
}

func TestSameFigureSameBytes(t *testing.T) {
	first := fingerprint(t)
	if os.Getenv("VIZ_CHILD") != "" {
		fmt.Println(first)
		return
	}
	if got := fingerprint(t); got != first {
		t.Error("the second drawing differs")
	}
	child := exec.Command(os.Args[0], "-test.run=^TestSameFigureSameBytes$")
	child.Env = append(os.Environ(), "VIZ_CHILD=1")
	out, err := child.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(out, []byte(first)) {
		t.Error("another process draws something else")
	}
}

// A picture may refer to nothing outside of it, and neither may a page.
func TestNothingIsFetched(t *testing.T) {
	for name, f := range figures() {
		c := drawn(t, f)
		svg, err := c.SVG()
		if err != nil {
			t.Fatal(err)
		}
		html, err := c.fragment(svg)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{string(svg), html} {
			for _, part := range strings.Split(text, "://")[1:] {
				if !strings.HasPrefix(part, "www.w3.org/") { // the names of SVG
					t.Errorf("%s refers to %.40s", name, part)
				}
			}
		}
	}
}

func TestPage(t *testing.T) {
	b, err := drawn(t, figures()["trainingcurve"]).HTML()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<!DOCTYPE html>", `<title>Training of CNN on crosses</title>`, "default-src 'none'", "data-vitrine-chart id=\"vitrine-",
		`<img alt="Training of CNN on crosses. `, "<summary", "vitrineQueue"} {
		if !bytes.Contains(b, []byte(want)) {
			t.Errorf("no %q in the page", want)
		}
	}
	if len(b) > 500_000 {
		t.Errorf("the page has %d bytes", len(b))
	}
}

// Where no script runs, the picture in the page is all there is.
func TestPageHoldsThePicture(t *testing.T) {
	c := drawn(t, Light.Of(figures()["imageattribution"]))
	svg, err := c.SVG()
	if err != nil {
		t.Fatal(err)
	}
	html, err := c.fragment(svg)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(html, `src="data:image/svg+xml,`)
	address, _, _ := strings.Cut(rest, `"`)
	got, err := url.PathUnescape(address)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.ReplaceAll(string(svg), "\n", ""); got != want {
		t.Errorf("the page's picture is\n%.200s\nwant\n%.200s", got, want)
	}
}

func TestOptionCanBeChanged(t *testing.T) {
	c := drawn(t, figures()["trainingcurve"])
	before, err := c.id()
	if err != nil {
		t.Fatal(err)
	}
	c.Option["title"].(map[string]any)["text"] = "Another title"
	after, err := c.id()
	if err != nil {
		t.Fatal(err)
	}
	if before == after {
		t.Error("another chart has the same id")
	}
	svg, err := drawn(t, c).SVG() // a chart is a figure
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(svg), ">Another title<") {
		t.Error("the change does not show")
	}
	c.Option["series"] = math.NaN()
	if _, err := c.HTML(); err == nil || !strings.Contains(err.Error(), "not plain JSON") {
		t.Errorf("error %v, want one that says that NaN is not JSON", err)
	}
}

func TestEscapeURL(t *testing.T) {
	if got, want := escapeURL([]byte("<a b=\"1\">%#é\n</a>")), "%3Ca%20b=%221%22%3E%25%23%C3%A9%3C/a%3E"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
