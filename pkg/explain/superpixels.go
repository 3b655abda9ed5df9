package explain

import (
	"fmt"
	"math"
)

// Superpixels divides images into connected regions of like pixels by SLIC: k-means of colours and places, each centre looking no further
// than its neighbourhood (Achanta et al. 2012, "SLIC superpixels compared to state-of-the-art superpixel methods"). Nothing in it is random.
//
// Images of one and three channels are compared as CIELAB colours (of sRGB, D65), scaled from the image's smallest to its largest number;
// of any other number of channels, as their numbers, scaled so to 0 to 100.
type Superpixels struct {
	Segments int // about how many there are to be; 0: 50. Pieces smaller than a quarter of the mean go to a neighbour
	// Compactness weighs places against colours: at 10, the width of a segment counts like a difference of 10 in CIELAB. 0: 10. The larger it
	// is, the more the segments are like squares.
	Compactness float64
}

// slicRounds is how often centres are moved: the paper found 10 to be enough for most images.
const slicRounds = 10

// MarshalJSON writes the options with their kind.
func (s Superpixels) MarshalJSON() ([]byte, error) {
	type options Superpixels
	return writeFeatures("Superpixels", options(s))
}

func (s Superpixels) divide(r *run, example int) (partition, error) {
	if s.Segments < 0 || !(s.Compactness >= 0) || math.IsInf(s.Compactness, 1) {
		return partition{}, fmt.Errorf("%d superpixels of compactness %g", s.Segments, s.Compactness)
	}
	if s.Segments == 0 {
		s.Segments = 50
	}
	if s.Compactness == 0 {
		s.Compactness = 10
	}
	return r.images(example, "superpixels", func(x []float64, height, width, channels int) []int {
		return newSlic(lab(x, channels), height, width, s).segments()
	})
}

// slic is the clustering of one image.
type slic struct {
	pixels        [][]float64 // colours
	height, width int
	step          float64 // the side of a segment of mean size
	weight        float64 // of a squared distance between places, against one between colours
	centres       []slicCentre
	of            []int // each pixel's centre
}

type slicCentre struct {
	y, x   float64
	colour []float64
}

// newSlic begins with centres on a grid.
func newSlic(pixels [][]float64, height, width int, s Superpixels) *slic {
	c := &slic{pixels: pixels, height: height, width: width, of: make([]int, len(pixels))}
	c.step = max(1, math.Sqrt(float64(len(pixels))/float64(s.Segments)))
	c.weight = s.Compactness * s.Compactness / (c.step * c.step)
	down, across := max(1, int(math.Round(float64(height)/c.step))), max(1, int(math.Round(float64(width)/c.step)))
	for i := range c.of {
		c.of[i] = i/width*down/height*across + i%width*across/width
	}
	c.centres = make([]slicCentre, down*across)
	c.move()
	return c
}

// segments clusters the pixels and makes every segment connected.
func (c *slic) segments() []int {
	nearest := make([]float64, len(c.of))
	for range slicRounds {
		for i := range nearest {
			nearest[i] = math.Inf(1)
		}
		for k, centre := range c.centres {
			top, bottom := max(0, int(centre.y-c.step)), min(c.height-1, int(math.Ceil(centre.y+c.step)))
			left, right := max(0, int(centre.x-c.step)), min(c.width-1, int(math.Ceil(centre.x+c.step)))
			for y := top; y <= bottom; y++ {
				for x := left; x <= right; x++ {
					i, dy, dx := y*c.width+x, float64(y)-centre.y, float64(x)-centre.x
					if d := squared(c.pixels[i], centre.colour) + c.weight*(dy*dy+dx*dx); d < nearest[i] {
						nearest[i], c.of[i] = d, k
					}
				}
			}
		}
		c.move()
	}
	return connected(c.of, c.pixels, c.height, c.width, int(c.step*c.step/4))
}

// move puts each centre into the mean of its pixels; one without pixels stays.
func (c *slic) move() {
	sums, counts := make([]slicCentre, len(c.centres)), make([]float64, len(c.centres))
	for k := range sums {
		sums[k].colour = make([]float64, len(c.pixels[0]))
	}
	for i, k := range c.of {
		counts[k]++
		sums[k].y += float64(i / c.width)
		sums[k].x += float64(i % c.width)
		for j, v := range c.pixels[i] {
			sums[k].colour[j] += v
		}
	}
	for k, n := range counts {
		if n == 0 {
			continue
		}
		sums[k].y, sums[k].x = sums[k].y/n, sums[k].x/n
		for j := range sums[k].colour {
			sums[k].colour[j] /= n
		}
		c.centres[k] = sums[k]
	}
}

// connected gives each piece of a segment a number of its own, pieces joining at the sides of pixels; one of fewer pixels than least joins
// the neighbour whose colour is nearest to its own.
func connected(of []int, colours [][]float64, height, width, least int) []int {
	piece := make([]int, len(of))
	for i := range piece {
		piece[i] = -1
	}
	var pixels [][]int // of each piece
	for first := range piece {
		if piece[first] >= 0 {
			continue
		}
		k, found := len(pixels), []int{first}
		piece[first] = k
		for at := 0; at < len(found); at++ {
			for _, next := range adjoining(found[at], height, width) {
				if piece[next] < 0 && of[next] == of[first] {
					piece[next], found = k, append(found, next)
				}
			}
		}
		pixels = append(pixels, found)
	}
	sums := make([][]float64, len(pixels)) // of the pieces' colours
	add := func(k int, found []int) {
		if sums[k] == nil {
			sums[k] = make([]float64, len(colours[0]))
		}
		for _, i := range found {
			for j, v := range colours[i] {
				sums[k][j] += v
			}
		}
	}
	for k, found := range pixels {
		add(k, found)
	}
	for k, small := range pixels {
		if len(small) >= least {
			continue
		}
		to, nearest := -1, math.Inf(1)
		for _, i := range small {
			for _, next := range adjoining(i, height, width) {
				other := piece[next]
				if other == k {
					continue
				}
				d := 0.0
				for j, sum := range sums[k] {
					apart := sum/float64(len(small)) - sums[other][j]/float64(len(pixels[other]))
					d += apart * apart
				}
				if d < nearest || d == nearest && other < to {
					to, nearest = other, d
				}
			}
		}
		if to < 0 { // it is the whole image
			continue
		}
		for _, i := range small {
			piece[i] = to
		}
		add(to, small)
		pixels[to], pixels[k] = append(pixels[to], small...), nil
	}
	return piece
}

// squared is the squared distance of two points.
func squared(a, b []float64) (d float64) {
	for j, v := range a {
		d += (v - b[j]) * (v - b[j])
	}
	return d
}

// adjoining are the pixels that share a side with one.
func adjoining(i, height, width int) (next []int) {
	if i%width > 0 {
		next = append(next, i-1)
	}
	if i%width < width-1 {
		next = append(next, i+1)
	}
	if i >= width {
		next = append(next, i-width)
	}
	if i < (height-1)*width {
		next = append(next, i+width)
	}
	return next
}
