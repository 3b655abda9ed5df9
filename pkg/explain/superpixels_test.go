package explain

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// shapes are a picture of a disc and a rectangle on another ground, with noise, and which of the three each pixel is of.
func drawing(height, width, channels int) (x []float64, region []int) {
	rng := rand.New(rand.NewPCG(3, 4))
	colours := [][]float64{{0.2, 0.3, 0.6}, {0.9, 0.8, 0.1}, {0.7, 0.1, 0.2}}
	for i := range height * width {
		y, x2, is := float64(i/width)/float64(height), float64(i%width)/float64(width), 0
		switch {
		case math.Hypot(y-0.35, x2-0.3) < 0.21:
			is = 1
		case y > 0.55 && y < 0.9 && x2 > 0.45 && x2 < 0.93:
			is = 2
		}
		region = append(region, is)
		for j := range channels {
			x = append(x, colours[is][j]+0.02*rng.NormFloat64())
		}
	}
	return x, region
}

func superpixels(t *testing.T, s Superpixels, x []float64, height, width, channels int) partition {
	t.Helper()
	port := models.Port{Name: "image", Kind: models.Values, Shape: []int{height, width, channels}}
	parts, err := ported([]models.Port{port}, x).partitions(s)
	if err != nil {
		t.Fatal(err)
	}
	return parts[0]
}

// every pixel is in a segment, with all its channels; segments are connected and about as many as asked for; and they stay within what is
// in the picture: of its edges nearly all are edges of segments.
func TestSuperpixels(t *testing.T) {
	for _, c := range []struct {
		height, width, channels, asked int
		recall                         float64
	}{{48, 64, 3, 60, 0.98}, {48, 64, 1, 60, 0.98}, {96, 80, 2, 100, 0.98}, {24, 24, 3, 36, 0.9}, {5, 3, 3, 40, 1}, {1, 1, 1, 0, 1}, {9, 9, 3, 1, 0}} {
		t.Run(fmt.Sprint(c.height, c.width, c.channels), func(t *testing.T) {
			x, region := drawing(c.height, c.width, c.channels)
			p := superpixels(t, Superpixels{Segments: c.asked}, x, c.height, c.width, c.channels)
			of := every(floatsOf(p.of), c.channels)
			for i := range p.of {
				if float64(p.of[i]) != of[i/c.channels] || p.of[i] < 0 || p.of[i] >= p.n {
					t.Fatalf("position %d is in segment %d of %d, its pixel in %g", i, p.of[i], p.n, of[i/c.channels])
				}
			}
			for k := range p.n {
				if pieces := components(of, float64(k), c.height, c.width); pieces != 1 {
					t.Errorf("segment %d is in %d pieces", k, pieces)
				}
			}
			pixels := c.height * c.width
			if want := min(c.asked, pixels); c.asked > 0 && (p.n < want*3/5 || p.n > want*7/5+1) {
				t.Errorf("%d segments of %d asked for", p.n, want)
			}
			found, edges := 0, 0
			for i := range pixels {
				for _, next := range adjoining(i, c.height, c.width) {
					if next < i || region[i] == region[next] {
						continue
					}
					edges++
					if of[i] != of[next] {
						found++
					}
				}
			}
			t.Logf("%d segments of %d asked for; %.4f of the picture's edges are theirs", p.n, c.asked, float64(found)/math.Max(float64(edges), 1))
			if got := float64(found) / math.Max(float64(edges), 1); edges > 0 && got < c.recall {
				t.Errorf("%.3f of the picture's edges are edges of segments, want %g", got, c.recall)
			}
			if again := superpixels(t, Superpixels{Segments: c.asked}, x, c.height, c.width, c.channels); !slices.Equal(p.of, again.of) {
				t.Error("the second time gave other segments")
			}
		})
	}
}

// A picture without anything in it is cut into squares, and so is any if compactness is large.
func TestSuperpixelsOfNothing(t *testing.T) {
	want := superpixelGrid(24, 4)
	if p := superpixels(t, Superpixels{Segments: 36}, make([]float64, 24*24), 24, 24, 1); !slices.Equal(p.of, want) {
		t.Errorf("%v", p.of)
	}
	x, _ := drawing(24, 24, 1)
	if p := superpixels(t, Superpixels{Segments: 36, Compactness: 1e6}, x, 24, 24, 1); !slices.Equal(p.of, want) {
		t.Errorf("compact: %v", p.of)
	}
	_, err := ported(columns(3), make([]float64, 3)).partitions(Superpixels{})
	wantError(t, err, "superpixels divides images")
	_, err = ported([]models.Port{{Shape: []int{2, 2, 1}, Kind: models.Values}}, make([]float64, 4)).partitions(Superpixels{Compactness: math.NaN()})
	wantError(t, err, "compactness NaN")
}

// Colours are those that other programs give: white, red and a middle grey.
func TestCIELAB(t *testing.T) {
	for _, c := range []struct{ rgb, want [3]float64 }{
		{[3]float64{1, 1, 1}, [3]float64{100, 0, 0}}, {[3]float64{}, [3]float64{}},
		{[3]float64{1, 0, 0}, [3]float64{53.24, 80.09, 67.20}}, {[3]float64{0, 0, 1}, [3]float64{32.30, 79.19, -107.86}},
		{[3]float64{0.5, 0.5, 0.5}, [3]float64{53.39, 0, 0}},
	} {
		got := cielab(c.rgb[0], c.rgb[1], c.rgb[2])
		for j := range got {
			if math.Abs(got[j]-c.want[j]) > 0.01 {
				t.Errorf("%v is %v, want %v", c.rgb, got, c.want)
				break
			}
		}
	}
}

func superpixelGrid(side, block int) (of []int) {
	for i := range side * side {
		of = append(of, i/side/block*(side/block)+i%side/block)
	}
	return of
}

func floatsOf(v []int) (f []float64) {
	for _, x := range v {
		f = append(f, float64(x))
	}
	return f
}

// components counts the pieces of the pixels with that number, by spreading each pixel's smallest position until nothing changes.
func components(of []float64, number float64, height, width int) int {
	root := make([]int, len(of))
	for i := range root {
		root[i] = i
	}
	for changed := true; changed; {
		changed = false
		for i := range of {
			for _, next := range adjoining(i, height, width) {
				if of[i] == number && of[next] == number && root[next] < root[i] {
					root[i], changed = root[next], true
				}
			}
		}
	}
	n := 0
	for i := range of {
		if of[i] == number && root[i] == i {
			n++
		}
	}
	return n
}
