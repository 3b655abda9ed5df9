package viz

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// AttentionHeads shows what each head of each layer attends to: small maps, a row a layer and a column a head, and one of them large, with its
// tokens. In each, rows are the tokens that look and columns those that are looked at. All have one scale.
type AttentionHeads struct {
	Layers [][]record.Alignment // of each layer its heads, all of the same tokens
	Layer  int                  // of the large one, counted from 0
	Head   int                  // of the large one, counted from 0
	Title  string               // "" means "What the heads attend to"
	Width  int                  // of the figure in pixels; 0 means 820
}

// Draw implements Figure.
func (f AttentionHeads) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: attention heads: %w", err)
	}
	return c, nil
}

func (f AttentionHeads) check() error {
	if len(f.Layers) == 0 || len(f.Layers[0]) == 0 {
		return fmt.Errorf("no heads: give at least one layer with one")
	}
	first := f.Layers[0][0]
	for l, heads := range f.Layers {
		for h, a := range heads {
			if err := a.Check(); err != nil {
				return fmt.Errorf("layer %d, head %d: %w", l, h, err)
			}
			if !slices.Equal(a.Source, first.Source) || !slices.Equal(a.Target, first.Target) {
				return fmt.Errorf("layer %d, head %d has other tokens than layer 0, head 0: give the heads of one text", l, h)
			}
		}
	}
	if f.Layer < 0 || f.Layer >= len(f.Layers) || f.Head < 0 || f.Head >= len(f.Layers[f.Layer]) {
		return fmt.Errorf("Layer %d, Head %d is to be large, but there are %d layers, counted from 0, and the first has %d heads", f.Layer, f.Head, len(f.Layers), len(f.Layers[0]))
	}
	return nil
}

func (f AttentionHeads) draw() (*Chart, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	const size, margin, gap = 11.5, 18.0, 8.0
	large := f.Layers[f.Layer][f.Head]
	width, sources, targets := float64(widthOr(f.Width)), float64(len(large.Source)), float64(len(large.Target))
	most := 0
	var all [][]float64
	for _, heads := range f.Layers {
		most = max(most, len(heads))
		for _, a := range heads {
			all = append(all, a.Values.Data)
		}
	}
	limit := strongestOf(all...)

	left, above := min(longest(large.Target, size)*1.1, 110)+12, min(longest(large.Source, size)*1.1, 100)+10
	cell := min(math.Floor((width-2*margin-left)/sources), 24)
	if cell < 7 {
		return nil, fmt.Errorf("%.0f tokens in %.0f pixels leave %.1f for each: a greater Width, or a shorter text", sources, width, cell)
	}
	turned := above-10 > cell-2
	if !turned {
		above = 22
	}
	layerWidth := textWidth("layer 00", 11)*1.1 + 8
	w := min((width-2*margin-layerWidth)/float64(most)-gap, 96)
	h := w * targets / sources
	if h > 140 { // a long text made from a short one
		w, h = w*140/h, 140
	}
	if w < 12 {
		return nil, fmt.Errorf("%d heads in %.0f pixels leave %.0f for each: a greater Width", most, width, w)
	}
	used := min(width, max(left+cell*sources+2*margin, layerWidth+(w+gap)*float64(most)+2*margin, 560))
	subtitle := wrapped("Rows: tokens that look. Columns: tokens that are looked at. The stronger the colour, the more; all heads have one scale.", used-32)

	var p plot
	y := 62 + 17*float64(len(subtitle))
	name := fmt.Sprintf("layer %d, head %d", f.Layer, f.Head)
	p.text(margin, y, name, headFont)
	p.scaleBar(margin+textWidth(name, 13)*boldWidth+16, y-6, 110, limit)
	y += 24 + above
	Alignment{}.panel(&p, large, name, margin+left, y, cell, limit, turned, size, left-11)
	y += cell*targets + 34
	for j := range most {
		p.text(margin+layerWidth+float64(j)*(w+gap)+w/2, y, (font{Size: 11}).fit("head "+strconv.Itoa(j), w+gap), font{Size: 11, Color: faint, Align: "center"})
	}
	y += 10
	table := Table{Group: 1, Columns: []string{"Layer", "Head", "Strongest", "Entropy, bits"}}
	for l, heads := range f.Layers {
		p.text(margin, y+h/2, "layer "+strconv.Itoa(l), font{Size: 11, Color: faint})
		for j, a := range heads {
			x := margin + layerWidth + float64(j)*(w+gap)
			url, err := heatImage(a.Values.Data, len(a.Source), limit, zoom(2*w, len(a.Source)))
			if err != nil {
				return nil, err
			}
			strong, entropy := strongestPair(a), entropyOf(a)
			p.image(x, y, w, h, url, fmt.Sprintf("layer %d, head %d", l, j), "strongest: "+strong, "entropy: "+entropy+" bits")
			if l == f.Layer && j == f.Head {
				p.frame(x, y, w, h, ink, 2)
			} else {
				p.frame(x, y, w, h, hairline, 1)
			}
			table.Rows = append(table.Rows, []string{strconv.Itoa(l), strconv.Itoa(j), strong, entropy})
		}
		y += h + gap
	}
	title := clean(orElse(f.Title, "What the heads attend to"))
	alt := fmt.Sprintf("What %d heads of %d %s attend to, of %d tokens %d. Layer %d, head %d is large: its strongest is %s, its entropy %s bits.", len(all), len(f.Layers),
		plural(len(f.Layers), "layer", "layers"), len(large.Target), len(large.Source), f.Layer, f.Head, strongestPair(large), entropyOf(large))
	return p.chart(title, strings.Join(subtitle, "\n"), alt, int(used), int(y+10), table)
}

// heatImage is a map of signed values, so many a row, limit having the strongest colour; every value k × k pixels.
func heatImage(values []float64, row int, limit float64, k int) (string, error) {
	m := image.NewPaletted(image.Rect(0, 0, row*k, len(values)/row*k), nil)
	index := map[color.RGBA]uint8{}
	for at, v := range values {
		c := signed(math.Round(v/limit*valueSteps) / valueSteps)
		i, ok := index[c]
		if !ok {
			i = uint8(len(m.Palette))
			index[c] = i
			m.Palette = append(m.Palette, c)
		}
		for dy := range k {
			for dx := range k {
				m.Pix[(at/row*k+dy)*m.Stride+at%row*k+dx] = i
			}
		}
	}
	return dataURL(m)
}

// strongestPair names the tokens that have most to do with one another.
func strongestPair(a record.Alignment) string {
	best := 0
	for at, v := range a.Values.Data {
		if math.Abs(v) > math.Abs(a.Values.Data[best]) {
			best = at
		}
	}
	n := len(a.Source)
	return fmt.Sprintf("%s ← %s %s", shorten(visible(a.Target[best/n]), 40), shorten(visible(a.Source[best%n]), 40), short(a.Values.Data[best]))
}

// entropyOf is the mean over the tokens that look of the entropy of what they look at, by magnitudes: 0 where each looks at one token only.
func entropyOf(a record.Alignment) string {
	total, rows := 0.0, 0
	for i := range a.Target {
		all, h := 0.0, 0.0
		for _, v := range a.Values.Row(i) {
			all += math.Abs(v)
		}
		if all == 0 {
			continue
		}
		for _, v := range a.Values.Row(i) {
			if share := math.Abs(v) / all; share > 0 {
				h -= share * math.Log2(share)
			}
		}
		total, rows = total+h, rows+1
	}
	if rows == 0 {
		return "–"
	}
	return digits(total/float64(rows), 3)
}
