package explain

import "math"

// lab are an image's pixels as colours whose distances are those that eyes see.
func lab(x []float64, channels int) [][]float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range x {
		low, high = min(low, v), max(high, v)
	}
	pixels := make([][]float64, len(x)/channels)
	for i := range pixels {
		pixels[i] = make([]float64, channels)
		for j, v := range x[i*channels : (i+1)*channels] {
			if high > low {
				pixels[i][j] = (v - low) / (high - low)
			}
		}
		switch p := pixels[i]; channels {
		case 1:
			pixels[i] = cielab(p[0], p[0], p[0])
		case 3:
			pixels[i] = cielab(p[0], p[1], p[2])
		default:
			for j := range p {
				p[j] *= 100
			}
		}
	}
	return pixels
}

// cielab is a colour of sRGB, of numbers from 0 to 1, in CIELAB under D65 (IEC 61966-2-1, CIE 15).
func cielab(red, green, blue float64) []float64 {
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	r, g, b := linear(red), linear(green), linear(blue)
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((0.4124564*r + 0.3575761*g + 0.1804375*b) / 0.95047)
	y := f(0.2126729*r + 0.7151522*g + 0.0721750*b)
	z := f((0.0193339*r + 0.1191920*g + 0.9503041*b) / 1.08883)
	return []float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}
