package viz

import (
	"image/color"
	"math"
	"testing"
)

// linear is a colour's light.
func linear(c color.RGBA) [3]float64 { return [3]float64{light(c.R), light(c.G), light(c.B)} }

type matrix [3][3]float64

func (m matrix) times(v [3]float64) (out [3]float64) {
	for i := range 3 {
		for j := range 3 {
			out[i] += m[i][j] * v[j]
		}
	}
	return out
}

// How people with a full deficiency see linear sRGB: Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of
// Color Vision Deficiency" (2009), severity 1.
var deficiencies = map[string]matrix{
	"none":         {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritanopia":   {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

// lab is CIE L*a*b* of linear sRGB, for the white of D65.
func lab(rgb [3]float64) [3]float64 {
	xyz := matrix{{0.4124564, 0.3575761, 0.1804375}, {0.2126729, 0.7151522, 0.0721750}, {0.0193339, 0.1191920, 0.9503041}}.times(rgb)
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x, y, z := f(xyz[0]/0.95047), f(xyz[1]), f(xyz[2]/1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func lightness(v float64) float64 { return lab(linear(signed(v)))[0] }

func TestZeroIsWhite(t *testing.T) {
	if got, want := signed(0), (color.RGBA{255, 255, 255, 255}); got != want {
		t.Errorf("zero is %v, want %v", got, want)
	}
	if signed(7) != signed(1) || signed(-7) != signed(-1) {
		t.Error("what lies beyond the scale has not the colour of its end")
	}
}

func TestLightnessIsSymmetricAndFalls(t *testing.T) {
	last := 101.0
	for i := range 101 {
		v := float64(i) / 100
		positive, negative := lightness(v), lightness(-v)
		if math.Abs(positive-negative) > 1.5 {
			t.Errorf("lightness of ±%v is %.2f and %.2f", v, positive, negative)
		}
		if positive >= last {
			t.Errorf("lightness does not fall at %v: %.2f after %.2f", v, positive, last)
		}
		last = positive
	}
}

// A difference of 2.3 is just noticed; ten times that is not overlooked.
func TestSignsAreToldApartByEveryone(t *testing.T) {
	for name, see := range deficiencies {
		for _, c := range []struct{ v, least float64 }{{0.1, 4.6}, {0.25, 15}, {0.5, 23}, {1, 23}} {
			for ground, turn := range map[string]func(color.RGBA) color.RGBA{"light": func(c color.RGBA) color.RGBA { return c }, "dark": turned} {
				a, b := lab(see.times(linear(turn(signed(c.v))))), lab(see.times(linear(turn(signed(-c.v)))))
				if d := math.Hypot(math.Hypot(a[0]-b[0], a[1]-b[1]), a[2]-b[2]); d < c.least {
					t.Errorf("%s on a %s ground: ±%v differ by ΔE %.1f, want at least %v", name, ground, c.v, d, c.least)
				}
			}
		}
	}
}

// Text must be readable: WCAG 2 asks for a contrast of 4.5.
func TestTextHasContrast(t *testing.T) {
	for _, pair := range [][2]string{{ink, paper}, {faint, paper}, {alarm, paper}, {ink, alarmTint}} {
		for _, turn := range []func(string) string{func(css string) string { return css }, turnedCSS} {
			letters, ground := turn(pair[0]), turn(pair[1])
			if got := contrast(parsed(t, letters), parsed(t, ground)); got < 4.5 {
				t.Errorf("%s on %s has a contrast of %.1f", letters, ground, got)
			}
		}
	}
}
