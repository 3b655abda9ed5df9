package viz

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// raster is how an array of images lies in memory: example × height × width × channel, or in another order that its axes' names tell.
type raster struct {
	array                      record.Array
	height, width, channels    int
	stepRow, stepColumn, stepC int
}

// rasterOf finds height, width and channels of an array, which may have no axis of channels.
func rasterOf(a record.Array) (raster, error) {
	r := raster{array: a, channels: 1}
	y, x, c := a.Axis("height"), a.Axis("width"), a.Axis("channel")
	if y < 0 || x < 0 { // no names: the usual order
		switch len(a.Shape) {
		case 3:
			y, x, c = 1, 2, -1
		case 4:
			y, x, c = 1, 2, 3
		}
	}
	axes := 3
	if c >= 0 {
		axes = 4
	}
	if y < 1 || x < 1 || c == 0 || len(a.Shape) != axes {
		return r, fmt.Errorf("%q has axes %v of lengths %v: images are example × height × width × channel", a.Name, a.Axes, a.Shape)
	}
	step := func(axis int) int {
		n := 1
		for _, d := range a.Shape[axis+1:] {
			n *= d
		}
		return n
	}
	r.height, r.width, r.stepRow, r.stepColumn = a.Shape[y], a.Shape[x], step(y), step(x)
	if c >= 0 {
		r.channels, r.stepC = a.Shape[c], step(c)
	}
	if r.height == 0 || r.width == 0 || r.channels == 0 {
		return r, fmt.Errorf("%q has no pixels: lengths %v", a.Name, a.Shape)
	}
	return r, nil
}

// at is one channel of a pixel.
func (r raster) at(example, y, x, c int) float64 {
	return r.array.Row(example)[y*r.stepRow+x*r.stepColumn+c*r.stepC]
}

// sum adds the channels of every pixel: row by row, in one slice.
func (r raster) sum(example int) []float64 {
	out := make([]float64, 0, r.height*r.width)
	for y := range r.height {
		for x := range r.width {
			s := 0.0
			for c := range r.channels {
				s += r.at(example, y, x, c)
			}
			out = append(out, s)
		}
	}
	return out
}

// imagesOf is the raster of samples that can be shown: grey or colour, in [0, 1].
func imagesOf(s record.Samples) (raster, error) {
	if err := checkSamples(s); err != nil {
		return raster{}, err
	}
	r, err := rasterOf(s.Inputs)
	if err != nil {
		return r, err
	}
	if r.channels != 1 && r.channels != 3 {
		return r, fmt.Errorf("%q has %d channels: an image has 1 (grey) or 3 (red, green, blue)", s.Inputs.Name, r.channels)
	}
	for i, v := range s.Inputs.Data {
		if v < -1e-6 || v > 1+1e-6 {
			return r, fmt.Errorf("%q holds %v in example %d: images are in [0, 1]; undo the normalisation before they are shown",
				s.Inputs.Name, v, i/(len(s.Inputs.Data)/s.Len()))
		}
	}
	return r, nil
}

func level(v float64) uint8 { return uint8(math.Round(255 * max(0, min(1, v)))) }

// grey is the brightness of a pixel in [0, 1].
func (r raster) grey(example, y, x int) float64 {
	if r.channels == 3 {
		return 0.299*r.at(example, y, x, 0) + 0.587*r.at(example, y, x, 1) + 0.114*r.at(example, y, x, 2)
	}
	return r.at(example, y, x, 0)
}

// picture is an example as it is, every pixel k × k.
func (r raster) picture(example, k int) (string, error) {
	bounds := image.Rect(0, 0, r.width*k, r.height*k)
	if r.channels == 1 {
		m := image.NewGray(bounds)
		for y := range bounds.Dy() {
			for x := range bounds.Dx() {
				m.SetGray(x, y, color.Gray{Y: level(r.at(example, y/k, x/k, 0))})
			}
		}
		return dataURL(m)
	}
	m := image.NewRGBA(bounds)
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			m.SetRGBA(x, y, color.RGBA{level(r.at(example, y/k, x/k, 0)), level(r.at(example, y/k, x/k, 1)), level(r.at(example, y/k, x/k, 2)), 255})
		}
	}
	return dataURL(m)
}

// dark says whether the images stand on a dark ground: whether most of their border is.
func (r raster) dark() bool {
	var border []float64
	for i := range r.array.Rows() {
		for x := range r.width {
			border = append(border, r.grey(i, 0, x), r.grey(i, r.height-1, x))
		}
		for y := range r.height {
			border = append(border, r.grey(i, y, 0), r.grey(i, y, r.width-1))
		}
	}
	slices.Sort(border)
	return border[len(border)/2] < 0.5
}

// Steps of a map: few, so that a map takes a kilobyte or two; many enough that none is seen.
const (
	valueSteps = 15 // to either side of zero
	inkSteps   = 3
	inkDepth   = 0.14 // how much darker the image beneath makes a pixel, at most
)

// overlay is a map of signed values, limit having the strongest colour, with the image faintly beneath; every pixel k × k.
func (r raster) overlay(example int, values []float64, limit float64, onDark bool, k int) (string, error) {
	m := image.NewPaletted(image.Rect(0, 0, r.width*k, r.height*k), nil)
	index := map[color.RGBA]uint8{}
	for y := range r.height {
		for x := range r.width {
			shade := r.grey(example, y, x)
			if !onDark {
				shade = 1 - shade
			}
			c := inked(values[y*r.width+x]/limit, shade)
			i, ok := index[c]
			if !ok {
				i = uint8(len(m.Palette))
				index[c] = i
				m.Palette = append(m.Palette, c)
			}
			for dy := range k {
				row := m.Pix[(y*k+dy)*m.Stride:]
				for dx := range k {
					row[x*k+dx] = i
				}
			}
		}
	}
	return dataURL(m)
}

// inked is the colour of a value over ink of that darkness.
func inked(value, shade float64) color.RGBA {
	c := signed(math.Round(value*valueSteps) / valueSteps)
	f := 1 - inkDepth*math.Round(max(0, min(1, shade))*inkSteps)/inkSteps
	dim := func(v uint8) uint8 { return uint8(math.Round(float64(v) * f)) }
	return color.RGBA{dim(c.R), dim(c.G), dim(c.B), 255}
}

// dataURL writes an image as PNG into a URL.
func dataURL(m image.Image) (string, error) {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, m); err != nil {
		return "", err
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// zoom is how many pixels of the picture one of the image takes, so that the browser's smoothing hardly shows.
func zoom(shown float64, pixels int) int { return max(1, int(math.Ceil(shown/float64(pixels)))) }
