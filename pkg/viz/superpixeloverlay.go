package viz

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// SuperpixelOverlay shows what the parts of an image contributed to the explained output, where parts and not pixels were the features: the image,
// on each part a colour for its value (orange speaks for the output, blue against it), and the borders between parts. A row an example, a column
// a method.
type SuperpixelOverlay struct {
	Samples      record.Samples
	Explanations []*record.Explanation // with Groups, of the same examples, in the same order
	Names        []string              // heads of the columns; nil means the methods' names
	Input        string                // which attributed input is the image; "" means the only one, or the one of the images' shape
	Top          int                   // so many of the strongest parts of either sign are coloured, the others show the image as it is; 0 means all
	Scale        Scale                 // what the strongest colour stands for; the default is one scale a method, because methods differ in their units
	Title        string                // "" means "Which parts of the image count"
	Width        int                   // of the figure in pixels; 0 means 820
}

// parts are those of one example's image.
type parts struct {
	of     []int     // per pixel: the part that it is in, −1: in none
	values []float64 // per part
	pixels []int     // per part
}

// Draw implements Figure.
func (f SuperpixelOverlay) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: superpixel overlay: %w", err)
	}
	return c, nil
}

func (f SuperpixelOverlay) draw() (*Chart, error) {
	if f.Top < 0 {
		return nil, fmt.Errorf("Top is %d: it is how many parts of either sign are coloured; 0 means all", f.Top)
	}
	images, err := imagesOf(f.Samples)
	if err != nil {
		return nil, err
	}
	of := ImageAttribution{Samples: f.Samples, Explanations: f.Explanations, Names: f.Names, Input: f.Input, Title: orElse(f.Title, "Which parts of the image count"), Width: f.Width}
	columns, err := of.columns(images)
	if err != nil {
		return nil, err
	}
	all := make([][]parts, len(columns))
	for j := range columns {
		if all[j], err = of.partsOf(columns[j], images); err != nil {
			return nil, fmt.Errorf("%s: %w", columns[j].name, err)
		}
		columns[j].values = nil
		for _, p := range all[j] {
			columns[j].values = append(columns[j].values, p.values)
		}
	}
	if err := setLimits(columns, f.Scale, 0); err != nil {
		return nil, err
	}
	overlay := func(page *sheet, i, j int, x, y, w, h float64) (string, []string, error) {
		under, err := images.picture(i, zoom(w, images.width))
		if err != nil {
			return "", nil, err
		}
		page.image(x, y, w, h, under)
		p := all[j][i]
		url, err := images.tinted(p, p.shown(f.Top), columns[j].limit, zoom(2*w, images.width), w)
		return url, []string{p.count(), p.strongest(3)}, err
	}
	subtitle := reading(columns, sharedTarget(columns), f.Scale, "map", "parts")
	if f.Top > 0 {
		subtitle += fmt.Sprintf(" Coloured: the %d strongest of either sign.", f.Top)
	}
	c, err := of.lay(images, columns, overlay, subtitle, f.alt(columns, all))
	if err != nil {
		return nil, err
	}
	c.Table.Columns = append(c.Table.Columns, "Parts", "Strongest parts")
	for i := range f.Samples.Len() {
		for j := range columns {
			row := &c.Table.Rows[i*len(columns)+j]
			*row = append(*row, fmt.Sprint(len(all[j][i].values)), all[j][i].strongest(5))
		}
	}
	return c, nil
}

// partsOf adds up what the pixels of each part share.
func (f ImageAttribution) partsOf(c column, images raster) ([]parts, error) {
	e := c.why
	if e.Groups == nil {
		return nil, fmt.Errorf("it has no Groups, as every pixel is a feature: show it with viz.ImageAttribution")
	}
	values, err := f.imageOf(e, images)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(e.Values, func(a record.Array) bool {
		return a.Name == values.array.Name && slices.Equal(a.Shape, values.array.Shape)
	})
	groups, err := rasterOf(e.Groups[at])
	if err != nil {
		return nil, err
	}
	out := make([]parts, e.Rows())
	for i := range out {
		p := parts{of: make([]int, images.height*images.width)}
		for at := range p.of {
			y, x := at/images.width, at%images.width
			p.of[at] = int(groups.at(i, y, x, 0))
			for ch := range groups.channels {
				if groups.at(i, y, x, ch) != groups.at(i, y, x, 0) {
					return nil, fmt.Errorf("example %d: the channels of pixel (%d, %d) are in different groups, so that there is no part to colour", i, x, y)
				}
			}
		}
		n := slices.Max(p.of) + 1
		if n == 0 {
			return nil, fmt.Errorf("example %d: no pixel is in a group", i)
		}
		if n > len(p.of) {
			return nil, fmt.Errorf("example %d: group %d of %d pixels: groups are counted from 0", i, n-1, len(p.of))
		}
		p.values, p.pixels = make([]float64, n), make([]int, n)
		for at, v := range c.values[i] {
			if g := p.of[at]; g >= 0 {
				p.values[g] += v
				p.pixels[g]++
			}
		}
		out[i] = p
	}
	return out, nil
}

// shown says of each part whether it is coloured: whether it is one of the strongest of its sign. 0 means all.
func (p parts) shown(top int) []bool {
	out := make([]bool, len(p.values))
	for _, sign := range []float64{1, -1} {
		var order []int
		for g, v := range p.values {
			if sign*v > 0 {
				order = append(order, g)
			}
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sign*p.values[b], sign*p.values[a]) })
		if top > 0 {
			order = order[:min(top, len(order))]
		}
		for _, g := range order {
			out[g] = true
		}
	}
	return out
}

func (p parts) count() string {
	n := 0
	for _, pixels := range p.pixels {
		if pixels > 0 {
			n++
		}
	}
	return fmt.Sprintf("%d %s", n, plural(n, "part", "parts"))
}

// strongest names the n parts that are farthest from zero, and how much of the image they are.
func (p parts) strongest(n int) string {
	return strongest(p.values, n, func(g int) string {
		return fmt.Sprintf("part %d (%s):", g, percent(float64(p.pixels[g])/float64(len(p.of))))
	})
}

const (
	tint       = 0.72 // how opaque a part's colour is on the image
	borderGrey = 0x80 // is seen on light images and on dark ones, and is itself on a dark ground
)

// tinted is what lies on an image: colours of parts and borders between them, every pixel k × k, to be shown so wide. It has a palette, as all that stands for values.
func (r raster) tinted(p parts, shown []bool, limit float64, k int, width float64) (string, error) {
	thick := max(1, min(k, int(math.Round(float64(r.width*k)/width)))) // of a border: one pixel as it is shown
	clear, border := color.NRGBA{}, color.NRGBA{borderGrey, borderGrey, borderGrey, 255}
	palette, index := color.Palette{clear, border}, map[color.NRGBA]uint8{clear: 0, border: 1}
	m := image.NewPaletted(image.Rect(0, 0, r.width*k, r.height*k), nil)
	part := func(y, x int) int { return p.of[y*r.width+x] }
	for y := range r.height {
		for x := range r.width {
			c := clear
			if g := part(y, x); g >= 0 && shown[g] {
				s := signed(math.Round(p.values[g]/limit*valueSteps) / valueSteps)
				c = color.NRGBA{s.R, s.G, s.B, uint8(math.Round(255 * tint))}
			}
			fill, ok := index[c]
			if !ok {
				fill = uint8(len(palette))
				index[c], palette = fill, append(palette, c)
			}
			right, below := x+1 < r.width && part(y, x+1) != part(y, x), y+1 < r.height && part(y+1, x) != part(y, x)
			for dy := range k {
				for dx := range k {
					i := fill
					if right && dx >= k-thick || below && dy >= k-thick {
						i = 1
					}
					m.Pix[(y*k+dy)*m.Stride+x*k+dx] = i
				}
			}
		}
	}
	m.Palette = palette
	return dataURL(m)
}

// alt says in words what the figure shows.
func (f SuperpixelOverlay) alt(columns []column, all [][]parts) string {
	n := f.Samples.Len()
	alt := fmt.Sprintf("%d %s of %s, each with the values of its parts", n, plural(n, "image", "images"), orElse(clean(f.Samples.Dataset), "a dataset"))
	for j, c := range columns {
		if j > 0 {
			alt += ";"
		}
		alt += fmt.Sprintf(" by %s: in the first %s, the strongest %s", c.name, all[j][0].count(), orElse(all[j][0].strongest(1), "none"))
	}
	return alt + unreliable(columns, "maps") + "."
}
