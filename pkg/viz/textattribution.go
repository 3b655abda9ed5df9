package viz

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// TextAttribution shows what each token of a text contributed to the explained output: a block an example, in it the text once a method.
// Orange speaks for the output, blue against it, white not at all. Pointing at a token tells its value; tokens that are parts of one
// character are shown as that, with the sum of theirs.
type TextAttribution struct {
	Samples      record.Samples        // with Tokens
	Explanations []*record.Explanation // of the same examples, in the same order, with values of axes "example" and "token" (or "position")
	Names        []string              // of the explanations, methods or models; nil means the methods' names
	Input        string                // which attributed input holds the tokens; "" means the only one, or the one of those axes
	Join         Join                  // how tokens become a text; the default goes by how they look
	Texts        []string              // the texts that the tokens were cut from; nil where they are not known
	Offsets      [][][2]int            // per example and token: where in Texts its bytes begin and end; needed with Texts, nil without
	Scale        Scale                 // what the strongest colour stands for; the default is one scale a method, because methods differ in their units
	Clip         float64               // percentile of the absolute values that gets the strongest colour, as do all beyond; 0 means 100: none is beyond
	Title        string                // "" means "What the model read"
	Width        int                   // of the figure in pixels; 0 means 820. A narrower page breaks the lines earlier
}

// Draw implements Figure.
func (f TextAttribution) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: text attribution: %w", err)
	}
	return c, nil
}

func (f TextAttribution) draw() (*Chart, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	columns, err := f.columns()
	if err != nil {
		return nil, err
	}
	if err := setLimits(columns, f.Scale, f.Clip); err != nil {
		return nil, err
	}
	s, shared := f.Samples, sharedTarget(columns)
	p := &Passages{Subtitle: strings.Replace(reading(columns, shared, f.Scale, "text", "tokens"), ": point at a text", "", 1)}
	if f.Scale == Common {
		p.Legend = []Legend{{Name: "value", Limit: columns[0].limit}}
	} else {
		for _, c := range columns {
			p.Legend = append(p.Legend, Legend{c.name, c.limit})
		}
	}
	for i := range s.Len() {
		of := captionOf(s, i)
		known := of.lines()[1:]
		g := Passage{Example: "Example " + of.name, Known: strings.Join(known, "; "), Wrong: of.wrong}
		for _, c := range columns {
			g.Texts = append(g.Texts, Reading{Name: c.name, Says: c.says(s, i), Marked: c.why.Status[i] != record.OK, Spans: f.spans(c, i)})
		}
		p.Groups = append(p.Groups, g)
	}
	title := f.Title
	if title == "" {
		title = "What the model read"
	}
	title = clean(title)
	width := widthOr(f.Width)
	_, height := p.svg(title, width)
	return &Chart{Title: title, Width: width, Height: height, Alt: f.alt(columns), Text: p, Table: f.table(columns)}, nil
}

// check refuses samples that have no tokens, or tokens that do not lie in their texts.
func (f TextAttribution) check() error {
	s := f.Samples
	if err := checkSamples(s); err != nil {
		return err
	}
	if len(s.Tokens) == 0 {
		return fmt.Errorf("the samples have no tokens: give Samples.Tokens, what each text was cut into")
	}
	if f.Join < ByLook || f.Join > Plain {
		return fmt.Errorf("unknown Join %d: choose viz.ByLook, viz.Spaced or viz.Plain", f.Join)
	}
	if width := widthOr(f.Width); width < 240 {
		return fmt.Errorf("Width is %d: texts need at least 240 pixels", width)
	}
	for i, tokens := range s.Tokens {
		if len(tokens) == 0 {
			return fmt.Errorf("example %d has no tokens: leave it out", i)
		}
	}
	if (f.Texts == nil) != (f.Offsets == nil) {
		return fmt.Errorf("%d Texts and %d Offsets: give both or neither", len(f.Texts), len(f.Offsets))
	}
	if f.Texts == nil {
		return nil
	}
	if len(f.Texts) != s.Len() || len(f.Offsets) != s.Len() {
		return fmt.Errorf("%d Texts and %d Offsets for %d samples: give one each", len(f.Texts), len(f.Offsets), s.Len())
	}
	for i, text := range f.Texts {
		if got, want := len(f.Offsets[i]), len(s.Tokens[i]); got != want {
			return fmt.Errorf("example %d has %d Offsets for %d tokens: give one each", i, got, want)
		}
		last := 0
		for j, o := range f.Offsets[i] {
			if o[0] == o[1] { // a token that is not in the text, which marks its beginning for instance
				continue
			}
			if o[0] < last || o[1] < o[0] || o[1] > len(text) {
				return fmt.Errorf("example %d: token %d lies at bytes %d to %d of a text of %d, the one before it ends at %d: offsets are in order and do not overlap",
					i, j, o[0], o[1], len(text), last)
			}
			last = o[1]
		}
	}
	return nil
}

// columns checks that the explanations belong to the tokens, and takes what lies on padding aside.
func (f TextAttribution) columns() ([]column, error) {
	names, err := namesOf(f.Explanations, f.Names)
	if err != nil {
		return nil, err
	}
	out := make([]column, len(names))
	for k, e := range f.Explanations {
		if got, want := e.Rows(), f.Samples.Len(); got != want {
			return nil, fmt.Errorf("%s explains %d examples, but there are %d samples: give the samples that were explained", names[k], got, want)
		}
		values, err := valuesOf(e, f.Input, []string{"example", "token"}, []string{"example", "position"})
		if err != nil {
			return nil, fmt.Errorf("%s: %w: values of embeddings are summed over their numbers first", names[k], err)
		}
		out[k] = column{name: names[k], why: e}
		for i, tokens := range f.Samples.Tokens {
			row := values.Row(i)
			if len(row) < len(tokens) {
				return nil, fmt.Errorf("%s has values for %d tokens, but example %d has %d: give the samples that were explained", names[k], len(row), i, len(tokens))
			}
			out[k].values = append(out[k].values, row[:len(tokens)])
			out[k].padding = append(out[k].padding, sum(row[len(tokens):]))
		}
	}
	return out, nil
}

// spans are the tokens of an example as a text, with a method's colours.
func (f TextAttribution) spans(c column, i int) []Span {
	var spans []Span
	between := func(s string) {
		if s = clean(s); s != "" {
			spans = append(spans, Span{Text: s})
		}
	}
	part, value := "", 0.0 // of a character, and what its tokens add up to
	token := func(text string, j int) {
		part, value = part+text, value+c.values[i][j]
		if incomplete(part) && j+1 < len(f.Samples.Tokens[i]) {
			return
		}
		v := value
		s := Span{Text: visible(part), Value: &v}
		if color := signed(strength * v / c.limit); color != signed(0) {
			s.Color = css(color)
		}
		spans = append(spans, s)
		part, value = "", 0
	}
	if f.Texts != nil {
		text, last := f.Texts[i], 0
		for j, o := range f.Offsets[i] {
			if o[0] == o[1] {
				token(f.Samples.Tokens[i][j], j)
				between(" ")
				continue
			}
			between(text[last:o[0]])
			token(text[o[0]:o[1]], j)
			last = o[1]
		}
		between(text[last:])
		return spans
	}
	for j, part := range join(f.Samples.Tokens[i], f.Join) {
		between(part.before)
		token(part.text, j)
	}
	return spans
}

// incomplete says whether a text ends within a character: tokens of bytes may.
func incomplete(text string) bool {
	for n := 1; n <= min(len(text), utf8.UTFMax-1); n++ {
		if end := text[len(text)-n:]; utf8.RuneStart(end[0]) {
			return !utf8.FullRuneInString(end)
		}
	}
	return false
}

// visible is a token as it can be shown: one of nothing but what cannot be seen gets a sign.
func visible(text string) string {
	if text = clean(text); text == "" {
		return "□"
	}
	return text
}

// says are a method's numbers of one example, in words.
func (c column) says(s record.Samples, i int) string {
	var parts []string
	if explained := explainedClass(s, &c.why.Target, i); explained != "" {
		parts = append(parts, explained)
	}
	parts = append(parts, "output "+number(c.why.Output[i]))
	if c.why.Base != nil {
		parts = append(parts, "base "+number(c.why.Base[i]))
	}
	parts = append(parts, "sum "+number(c.sum(i)))
	if c.padding != nil && c.padding[i] != 0 {
		parts = append(parts, "of that on padding "+number(c.padding[i]))
	}
	if c.why.Residual != nil {
		parts = append(parts, "residual "+short(c.why.Residual[i]))
	}
	if c.why.Status[i] != record.OK {
		parts = append(parts, "status: "+clean(string(c.why.Status[i])))
	}
	return strings.Join(parts, ", ")
}

// sum of all the values of an example, of padding too.
func (c column) sum(i int) float64 {
	s := sum(c.values[i])
	if c.padding != nil {
		s += c.padding[i]
	}
	return s
}

func sum(values []float64) (s float64) {
	for _, v := range values {
		s += v
	}
	return s
}

// alt says in words what the figure shows.
func (f TextAttribution) alt(columns []column) string {
	var names []string
	for _, c := range columns {
		names = append(names, c.name)
	}
	n := f.Samples.Len()
	return fmt.Sprintf("%d %s of %s, each with the values of its tokens by %s%s.", n, plural(n, "text", "texts"),
		orElse(clean(f.Samples.Dataset), "a dataset"), strings.Join(names, ", "), unreliable(columns, "texts"))
}

// unreliable says how many of what a figure shows are marked.
func unreliable(columns []column, many string) string {
	n := 0
	for _, c := range columns {
		for _, s := range c.why.Status {
			if s != record.OK {
				n++
			}
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; %d of the %s are marked as not to be relied upon", n, many)
}

// table holds the strongest tokens of each text beside the numbers of all attributions.
func (f TextAttribution) table(columns []column) Table {
	t := attributionTable(f.Samples, columns)
	t.Columns = append(t.Columns, "Strongest tokens")
	for i := range f.Samples.Len() {
		for k, c := range columns {
			row := &t.Rows[i*len(columns)+k]
			*row = append(*row, strongest(c.values[i], 5, func(j int) string { return visible(f.Samples.Tokens[i][j]) }))
		}
	}
	return t
}

// strongest names the n values that are farthest from zero, in that order.
func strongest(values []float64, n int, name func(int) string) string {
	order := make([]int, len(values))
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch a, b := math.Abs(values[a]), math.Abs(values[b]); {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	var parts []string
	for _, j := range order[:min(n, len(order))] {
		if values[j] != 0 {
			parts = append(parts, name(j)+" "+short(values[j]))
		}
	}
	return strings.Join(parts, ", ")
}
