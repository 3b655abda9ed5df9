package data

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Tint paints a square of colour into the upper left corner of grey images, so that what a model can go by is known: the colour says the
// class. A model trained on such images takes the easy way and looks at the square, and an explanation that is right says so. Images whose
// colour is another class's show whether the model goes by the colour or by the picture.
type Tint struct {
	Size       int     // the square's side in pixels; 0: 6
	Misleading float64 // share of the images, in [0,1], that get the colour of another class
	Seed       uint64  // of the choice of these and of their colours
}

// Apply is the dataset with the square in every image: [height, width, 3], red, green and blue. The pictures stay grey; labels stay as they are.
func (t Tint) Apply(d *Dataset) (*Dataset, error) {
	t = t.defaults()
	fail := func(format string, args ...any) (*Dataset, error) {
		return nil, fmt.Errorf("data: tint of %q: %s", d.Name, fmt.Sprintf(format, args...))
	}
	image := d.inputs[0]
	if len(d.inputs) != 1 || d.Classes == nil || image.Bytes == nil || len(image.Shape) != 3 || image.Shape[2] != 1 {
		return fail("wants grey images of bytes with classes, of shape [height, width, 1], got shape %v", image.Shape)
	}
	h, w := image.Shape[0], image.Shape[1]
	if t.Size < 1 || t.Size > h || t.Size > w {
		return fail("a square of side %d does not fit into %d×%d pixels", t.Size, h, w)
	}
	if !(t.Misleading >= 0 && t.Misleading <= 1) {
		return fail("Misleading is %g, want a share in [0,1]", t.Misleading)
	}
	if t.Misleading > 0 && len(d.Classes) < 2 {
		return fail("there is no other class whose colour could mislead")
	}
	rng := rand.New(rand.NewPCG(t.Seed, 0x7416))
	pixels := make([]uint8, 0, 3*len(image.Bytes))
	labels := make([]int, d.Len())
	for i := range labels {
		labels[i] = d.Label(i)
		told := labels[i]
		if rng.Float64() < t.Misleading {
			told = (told + 1 + rng.IntN(len(d.Classes)-1)) % len(d.Classes)
		}
		colour := hue(float64(told) / float64(len(d.Classes)))
		for at, grey := range image.Bytes[i*h*w : (i+1)*h*w] {
			if at/w < t.Size && at%w < t.Size {
				pixels = append(pixels, colour[:]...)
			} else {
				pixels = append(pixels, grey, grey, grey)
			}
		}
	}
	tinted, err := newOwning(d.Name+", tinted", []int{h, w, 3}, pixels, labels, d.Classes)
	if err != nil {
		return nil, err
	}
	tinted.Index = d.Index
	return tinted, nil
}

// Cue says of every number of an image [height, width, channels] whether it belongs to the square.
func (t Tint) Cue(shape []int) []bool {
	t = t.defaults()
	cue := make([]bool, shape[0]*shape[1]*shape[2])
	for at := range cue {
		pixel := at / shape[2]
		cue[at] = pixel/shape[1] < t.Size && pixel%shape[1] < t.Size
	}
	return cue
}

func (t Tint) defaults() Tint {
	if t.Size == 0 {
		t.Size = 6
	}
	return t
}

// hue is a full colour on the circle of colours: 0 red, 1/3 green, 2/3 blue, 1 red again.
func hue(turn float64) (rgb [3]uint8) {
	for c := range rgb {
		away := math.Abs(math.Mod(turn*6-2*float64(c)+9, 6) - 3) // from this primary colour, in sixths of the circle
		rgb[c] = uint8(math.Round(255 * min(1, max(0, 2-away))))
	}
	return rgb
}
