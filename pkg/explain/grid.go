package explain

import (
	"fmt"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// Grid cuts images into blocks of pixels, with all their channels; at the right and lower edges they may be smaller.
type Grid struct {
	Height, Width int // of a block; 0: an eighth of the image's, and 4 at least
}

// MarshalJSON writes the lengths with their kind.
func (g Grid) MarshalJSON() ([]byte, error) {
	type options Grid
	return writeFeatures("Grid", options(g))
}

func (g Grid) divide(r *run, example int) (partition, error) {
	if g.Height < 0 || g.Width < 0 {
		return partition{}, fmt.Errorf("a grid of blocks of %d×%d pixels", g.Height, g.Width)
	}
	return r.images(example, "a grid", func(_ []float64, height, width, _ int) []int {
		h, w := g.Height, g.Width
		if h == 0 {
			h = max(4, height/8)
		}
		if w == 0 {
			w = max(4, width/8)
		}
		across := (width + w - 1) / w
		block := make([]int, height*width)
		for pixel := range block {
			block[pixel] = pixel/width/h*across + pixel%width/w
		}
		return block
	})
}

// images is a partition whose images are divided by pixels; every number of other inputs is a feature. what is a word for an error.
func (r *run) images(example int, what string, divide func(x []float64, height, width, channels int) (of []int)) (partition, error) {
	found := false
	p := r.each(example, func(in input) ([]int, []string) {
		height, width, channels, ok := in.image()
		if !ok {
			return nil, nil
		}
		found = true
		pixels, of := divide(in.x, height, width, channels), make([]int, len(in.x))
		for i := range of {
			of[i] = pixels[i/channels]
		}
		return of, nil
	})
	if !found {
		return p, fmt.Errorf("%s divides images, of shape [height, width, channels]; %s has no such input", what, r.net.Name)
	}
	return p, nil
}

// image is the size of an input of shape [height, width, channels], or of the axes "height" and "width" alone.
func (in input) image() (height, width, channels int, ok bool) {
	switch {
	case in.kind != models.Values:
	case len(in.shape) == 3:
		return in.shape[0], in.shape[1], in.shape[2], true
	case slices.Equal(in.axes, []string{"height", "width"}):
		return in.shape[0], in.shape[1], 1, true
	}
	return 0, 0, 0, false
}
