package viz

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
)

// turned is a colour for a dark ground: of the same hue and, as far as screens can show it, the same chroma, its lightness turned about. White
// becomes the ground, what is nearly black a white that does not dazzle, and colours that were equally light still are. Hue and chroma are those
// of Oklab: B. Ottosson, "A perceptual color space for image processing" (2020); lightness is the cube root of the luminance, as Oklab's is for
// greys, since contrast is a matter of luminance.
func turned(c color.RGBA) color.RGBA {
	const from, slope = 1.24, 1.08 // letters keep a contrast of 4.5 on all grounds that they stand on: TestTextHasContrast
	rgb := [3]float64{light(c.R), light(c.G), light(c.B)}
	_, a, b := oklab(rgb)
	lightness := min(1, from-slope*math.Cbrt(luminance(rgb)))
	for chroma := 1.0; ; chroma -= 1. / 64 { // less of it until a screen can show the colour
		low, high := 0.0, 1.2
		for range 24 {
			l := (low + high) / 2
			if rgb = fromOklab(l, chroma*a, chroma*b); luminance(rgb) < lightness*lightness*lightness {
				low = l
			} else {
				high = l
			}
		}
		const rounding = 1e-3
		if min(rgb[0], rgb[1], rgb[2]) >= -rounding && max(rgb[0], rgb[1], rgb[2]) <= 1+rounding || chroma <= 0 {
			return color.RGBA{channel(rgb[0]), channel(rgb[1]), channel(rgb[2]), c.A}
		}
	}
}

// light is how much of it a colour's channel sends out, without the curve that screens are fed with; channel is the way back.
func light(v uint8) float64 {
	if x := float64(v) / 255; x > 0.04045 {
		return math.Pow((x+0.055)/1.055, 2.4)
	} else {
		return x / 12.92
	}
}

func channel(x float64) uint8 {
	if x > 0.0031308 {
		return level(1.055*math.Pow(x, 1/2.4) - 0.055)
	}
	return level(12.92 * x)
}

// luminance of light in red, green and blue.
func luminance(rgb [3]float64) float64 { return 0.2126*rgb[0] + 0.7152*rgb[1] + 0.0722*rgb[2] }

// oklab is light's lightness in [0, 1] and its places between green and red and between blue and yellow.
func oklab(rgb [3]float64) (l, a, b float64) {
	red, green, blue := rgb[0], rgb[1], rgb[2]
	long := math.Cbrt(0.4122214708*red + 0.5363325363*green + 0.0514459929*blue)
	medium := math.Cbrt(0.2119034982*red + 0.6806995451*green + 0.1073969566*blue)
	short := math.Cbrt(0.0883024619*red + 0.2817188376*green + 0.6299787005*blue)
	return 0.2104542553*long + 0.7936177850*medium - 0.0040720468*short,
		1.9779984951*long - 2.4285922050*medium + 0.4505937099*short,
		0.0259040371*long + 0.7827717662*medium - 0.8086757660*short
}

// fromOklab is the way back; what a screen cannot show has channels outside of [0, 1].
func fromOklab(l, a, b float64) [3]float64 {
	cube := func(v float64) float64 { return v * v * v }
	long := cube(l + 0.3963377774*a + 0.2158037573*b)
	medium := cube(l - 0.1055613458*a - 0.0638541728*b)
	short := cube(l - 0.0894841775*a - 1.2914855480*b)
	return [3]float64{
		4.0767416621*long - 3.3077115913*medium + 0.2309699292*short,
		-1.2684380046*long + 2.6097574011*medium - 0.3413193965*short,
		-0.0041960863*long - 0.7034186147*medium + 1.7076147010*short,
	}
}

// turnedCSS is a colour as CSS writes it, turned; what is none (a gradient, "none", "transparent") stays as it is.
func turnedCSS(text string) string {
	c, alpha := color.RGBA{A: 255}, ""
	switch n := len(text); {
	case strings.HasPrefix(text, "rgb"):
		numbers := strings.NewReplacer("rgba(", "", "rgb(", "", ")", "", ",", " ").Replace(text)
		if _, err := fmt.Sscan(numbers, &c.R, &c.G, &c.B); err != nil {
			return text
		}
		if parts := strings.Fields(numbers); len(parts) == 4 {
			c = turned(c)
			return fmt.Sprintf("rgba(%d,%d,%d,%s)", c.R, c.G, c.B, parts[3])
		}
	case !strings.HasPrefix(text, "#") || n != 4 && n != 7 && n != 9:
		return text
	default:
		whole := text
		if n == 4 {
			whole = string([]byte{'#', text[1], text[1], text[2], text[2], text[3], text[3]})
		}
		if _, err := fmt.Sscanf(whole[:7], "#%02x%02x%02x", &c.R, &c.G, &c.B); err != nil {
			return text
		}
		alpha = whole[7:]
	}
	return css(turned(c)) + alpha
}

// turnedImage is a picture in a data URL, turned if it is one of colours that stand for values: those have a palette, photographs have none.
func turnedImage(url string) string {
	packed, ok := strings.CutPrefix(url, "data:image/png;base64,")
	if !ok {
		return url
	}
	b, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		return url
	}
	decoded, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return url
	}
	m, ok := decoded.(*image.Paletted)
	if !ok {
		return url
	}
	for i, c := range m.Palette {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		t := turned(color.RGBA{n.R, n.G, n.B, 255})
		m.Palette[i] = color.NRGBA{t.R, t.G, t.B, n.A}
	}
	out, err := dataURL(m)
	if err != nil {
		return url
	}
	return out
}
