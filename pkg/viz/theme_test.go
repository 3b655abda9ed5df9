package viz

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"path/filepath"
	"strings"
	"testing"
)

// parsed is a colour that CSS writes as "#rrggbb" or "rgb(r,g,b)".
func parsed(t *testing.T, css string) (c color.RGBA) {
	t.Helper()
	c.A = 255
	if len(css) == 4 {
		css = string([]byte{'#', css[1], css[1], css[2], css[2], css[3], css[3]})
	}
	if _, err := fmt.Sscanf(css, "#%02x%02x%02x", &c.R, &c.G, &c.B); err == nil {
		return c
	}
	if _, err := fmt.Sscanf(css, "rgb(%d,%d,%d)", &c.R, &c.G, &c.B); err != nil {
		t.Fatalf("%q is no colour", css)
	}
	return c
}

// contrast is that of WCAG 2: the greater luminance over the smaller, each with what a screen reflects.
func contrast(a, b color.RGBA) float64 {
	x, y := luminance(linear(a))+0.05, luminance(linear(b))+0.05
	return max(x, y) / min(x, y)
}

func TestTurned(t *testing.T) {
	for in, want := range map[string]string{
		"#ffffff": "#0d0d0d", "#fff": "#0d0d0d", "#000000": "#ffffff", "rgb(255,255,255)": "#0d0d0d", "rgba(0,0,0,0.3)": "rgba(255,255,255,0.3)", "#ffffff80": "#0d0d0d80",
		"none": "none", "transparent": "transparent", "url(#zr0-g0)": "url(#zr0-g0)", "": "", "#": "#", "#xyz": "#xyz", "rgb(": "rgb(", "series": "series",
	} {
		if got := turnedCSS(in); got != want {
			t.Errorf("%q is %q on a dark ground, want %q", in, got, want)
		}
	}
	for _, c := range append(diverging[:], color.RGBA{0x9a, 0x2a, 0x00, 255}, color.RGBA{0x59, 0x63, 0x6e, 255}, color.RGBA{0x7a, 0x3e, 0x9d, 255}) {
		d := turned(c)
		l, a, b := oklab(linear(c))
		_, a2, b2 := oklab(linear(d))
		if got, want := math.Atan2(b2, a2), math.Atan2(b, a); math.Hypot(a, b) > 0.01 && math.Abs(got-want) > 0.06 {
			t.Errorf("%v has the hue %.3f on a dark ground, want %.3f", c, got, want)
		}
		if got, want := math.Cbrt(luminance(linear(d))), 1.24-1.08*math.Cbrt(luminance(linear(c))); math.Abs(got-want) > 0.005 {
			t.Errorf("%v has the lightness %.3f on a dark ground, want %.3f", c, got, want)
		}
		back := fromOklab(l, a, b)
		if got := (color.RGBA{channel(back[0]), channel(back[1]), channel(back[2]), 255}); got != c {
			t.Errorf("%v comes back from Oklab as %v", c, got)
		}
	}
}

// On a dark ground what is stronger is lighter, equally so for both signs.
func TestLightnessRisesOnADarkGround(t *testing.T) {
	last := 0.0
	for i := range 101 {
		v := float64(i) / 100
		of := func(v float64) float64 { return lab(linear(turned(signed(v))))[0] }
		if math.Abs(of(v)-of(-v)) > 1.5 {
			t.Errorf("lightness of ±%v is %.2f and %.2f", v, of(v), of(-v))
		}
		if of(v) < last {
			t.Errorf("lightness falls at %v: %.2f after %.2f", v, of(v), last)
		}
		last = of(v)
	}
}

// Whatever a figure writes, in either theme, has a contrast of 4.5 with the ground.
func TestTextsOfAllFiguresHaveContrast(t *testing.T) {
	for name, f := range figures() {
		for theme, ground := range map[Theme]string{Light: paper, Dark: turnedCSS(paper)} {
			svg, err := drawn(t, theme.Of(f)).SVG()
			if err != nil {
				t.Fatal(err)
			}
			var fills []string // of the elements that are open
			for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
				token, err := d.Token()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				switch e := token.(type) {
				case xml.StartElement:
					fill := "#000000"
					if len(fills) > 0 {
						fill = fills[len(fills)-1]
					}
					for _, a := range e.Attr {
						if a.Name.Local == "fill" {
							fill = a.Value
						}
					}
					fills = append(fills, fill)
					if e.Name.Local == "text" {
						if got := contrast(parsed(t, fill), parsed(t, ground)); got < 4.5 {
							t.Errorf("%s, %s: a text of %s on %s has a contrast of %.1f", name, theme, fill, ground, got)
						}
					}
				case xml.EndElement:
					fills = fills[:len(fills)-1]
				}
			}
		}
	}
}

// A theme is put on when a chart is written: its option stays as it is, and so does the light picture.
func TestThemesLeaveTheOptionAsItIs(t *testing.T) {
	c := drawn(t, figures()["imageattribution"])
	before, err := json.Marshal(c.Option)
	if err != nil {
		t.Fatal(err)
	}
	light, err := c.SVG()
	if err != nil {
		t.Fatal(err)
	}
	d := drawn(t, Dark.Of(c))
	dark, err := d.SVG()
	if err != nil {
		t.Fatal(err)
	}
	for _, write := range []func() ([]byte, error){d.JSON, d.HTML} {
		if _, err := write(); err != nil {
			t.Fatal(err)
		}
	}
	after, err := json.Marshal(c.Option)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := drawn(t, Light.Of(c)).SVG(); err != nil || !bytes.Equal(again, light) || !bytes.Equal(before, after) || c.Theme != Auto {
		t.Errorf("after a dark picture the chart is another: %v", err)
	}
	if strings.Contains(string(light), `fill="#0d0d0d"`) || !strings.Contains(string(dark), `fill="#0d0d0d"`) || strings.Contains(string(dark), "white not at all") {
		t.Error("the dark picture is white")
	}
	c.Theme = "blue"
	if _, err := c.SVG(); err == nil || !strings.Contains(err.Error(), `unknown Theme "blue"`) {
		t.Errorf("error %v of an unknown theme", err)
	}
	if err := WriteFile(c, filepath.Join(t.TempDir(), "a.html")); err == nil {
		t.Error("no error of a page in an unknown theme")
	}
}

// A page that follows its reader has both colours, one that does not has one.
func TestPagesFollowTheReader(t *testing.T) {
	for _, name := range []string{"imageattribution", "textattribution", "residualtable"} {
		page := func(theme Theme) string {
			b, err := drawn(t, theme.Of(figures()[name])).HTML()
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		for theme, want := range map[Theme]string{Auto: "color-scheme:light dark", Light: "color-scheme:light\"", Dark: "color-scheme:dark"} {
			got := page(theme)
			if !strings.Contains(got, want) || strings.Contains(got, "light-dark(") != (theme == Auto) || strings.Contains(got, "background:#ffffff") == (theme == Dark) {
				t.Errorf("%s, %q: not what its theme asks for: %.300s", name, theme, got)
			}
		}
	}
}

// Texts from data that look like a colour, a style or an attribute are shown as they are.
func TestTextsAreNotPainted(t *testing.T) {
	const text = `#ffffff`
	s := crosses(2)
	s.Classes = []string{text, `fill="#ffffff" style="color:#ffffff`}
	c := drawn(t, Dark.Of(SampleGrid{Samples: s, Title: text}))
	svg, err := c.SVG()
	if err != nil {
		t.Fatal(err)
	}
	html, err := c.HTML()
	if err != nil {
		t.Fatal(err)
	}
	data, err := c.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(svg), ">"+text+"<"); got < 2 {
		t.Errorf("the title and a class named %s stand %d times in the dark picture", text, got)
	}
	if !strings.Contains(string(svg), "fill=&quot;#ffffff&quot; style") || !strings.Contains(string(html), "fill=&#34;#ffffff&#34; style=&#34;color:#ffffff</td>") {
		t.Error("a class named as an attribute was painted")
	}
	if !strings.Contains(string(data), `"text": "#ffffff"`) {
		t.Error("the title was painted in the option")
	}
}

// What a page replaces where it is dark is what a dark chart has, and no colour of the light one is left in that.
func TestThePagesTableMakesTheDarkOption(t *testing.T) {
	for name, f := range figures() {
		c := drawn(t, f)
		if c.Option == nil {
			continue
		}
		want, table, err := c.dark()
		if err != nil {
			t.Fatal(err)
		}
		b, err := c.option()
		if err != nil {
			t.Fatal(err)
		}
		var light map[string]any
		if err := json.Unmarshal(b, &light); err != nil {
			t.Fatal(err)
		}
		got := replaced(light, "", table).(map[string]any)
		got["darkMode"] = true
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: the page's dark option is not that of a dark chart", name)
		}
		dark, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range diverging[3:8] { // the light ones
			if bytes.Contains(dark, []byte(`"`+css(c)+`"`)) {
				t.Errorf("%s: its dark option has %s", name, css(c))
			}
		}
	}
}

// replaced is painted in live.js.
func replaced(v any, key string, table map[string]string) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k := range v {
			out[k] = replaced(v[k], k, table)
		}
		return out
	case []any:
		out := []any{}
		for _, e := range v {
			out = append(out, replaced(e, key, table))
		}
		return out
	case string:
		if dark, ok := table[v]; ok && coloured.MatchString(key) {
			return dark
		}
	}
	return v
}

func TestImagesOfValuesAreTurnedAndPhotographsAreNot(t *testing.T) {
	url := func(m image.Image) string {
		t.Helper()
		s, err := dataURL(m)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	bounds := image.Rect(0, 0, 2, 1)
	values := image.NewPaletted(bounds, color.Palette{color.RGBA{255, 255, 255, 255}, color.RGBA{0, 0x64, 0xb5, 255}})
	values.Pix[1] = 1
	m := decoded(t, turnedImage(url(values)))
	for x, want := range []string{"#0d0d0d", turnedCSS("#0064b5")} {
		if got := css(color.RGBA(at(m, x, 0))); got != want {
			t.Errorf("pixel %d is %s, want %s", x, got, want)
		}
	}
	for _, photo := range []string{url(image.NewGray(bounds)), url(image.NewRGBA(bounds)), "data:image/png;base64,AAAA", "data:image/png;base64,é", ""} {
		if turnedImage(photo) != photo {
			t.Errorf("%.40s was turned", photo)
		}
	}
}

func ExampleTheme_Of() {
	chart, err := Dark.Of(ConfusionMatrix{Scores: scores("CNN", 40, 10)}).Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	svg, err := chart.SVG()
	fmt.Println(strings.Contains(string(svg), `<rect width="600" height="398" x="0" y="0" fill="#0d0d0d">`), err)
	// Output: true <nil>
}
