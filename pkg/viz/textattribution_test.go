package viz

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/internal/golden"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

func TestTextAttribution(t *testing.T) {
	sameAsGolden(t, "textattribution", texts())
	html, err := drawn(t, texts()).fragment(nil)
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "textattribution.html", []byte(html))
}

// shownText is a passage as it is read.
func shownText(r Reading) string {
	var b strings.Builder
	for _, s := range r.Spans {
		if s.Value == nil {
			b.WriteString(s.Text)
		} else {
			b.WriteString("|" + s.Text)
		}
	}
	return b.String()
}

func TestTokensBecomeATextAgain(t *testing.T) {
	want := []string{"|A |good |film|, |really|.", "|[CLS] |un|watch|able|!", "|很|好|看|。", "|فيلم |جيد |مع |Tom |Hanks|!"}
	for i, g := range drawn(t, texts()).Text.Groups {
		if got := shownText(g.Texts[0]); got != want[i] {
			t.Errorf("text %d is %q, want %q", i, got, want[i])
		}
	}
	for _, c := range []struct {
		how    Join
		tokens string // apart by _
		want   string
	}{
		{ByLook, "▁Ein_▁wunder_bar_,", "|Ein |wunder|bar|,"},
		{ByLook, "▁_a_Ġb", "|▁|a |b"},
		{ByLook, "a_ _b_c", "|a| |b|c"},
		{ByLook, "(_so_)_東_京_x", "|(|so|)|東|京|x"},
		{Spaced, "a_##b_,", "|a |##b |,"},
		{Plain, "w_o_r_d", "|w|o|r|d"},
	} {
		var b strings.Builder
		for _, j := range join(strings.Split(c.tokens, "_"), c.how) {
			b.WriteString(j.before + "|" + j.text)
		}
		if got := b.String(); got != c.want {
			t.Errorf("%q, %d: %q, want %q", c.tokens, c.how, got, c.want)
		}
	}
}

func TestTextsWithOffsets(t *testing.T) {
	f := texts()
	f.Texts = []string{"A  good film, really. And more", "Unwatchable!", "很好看。", "فيلم جيد مع Tom Hanks!"}
	f.Offsets = [][][2]int{{{0, 1}, {3, 7}, {8, 12}, {12, 13}, {14, 20}, {20, 21}}, {{0, 0}, {0, 2}, {2, 7}, {7, 11}, {11, 12}}, {{0, 3}, {3, 6}, {6, 9}, {9, 12}}, nil}
	at := 0
	for _, n := range []int{8, 6, 4, 3, 5, 1} {
		f.Offsets[3] = append(f.Offsets[3], [2]int{at, at + n})
		if at += n; n != 5 {
			at++
		}
	}
	want := []string{"|A  |good |film|, |really|. And more", "|[CLS] |Un|watch|able|!", "|很|好|看|。", "|فيلم |جيد |مع |Tom |Hanks|!"}
	for i, g := range drawn(t, f).Text.Groups {
		if got := shownText(g.Texts[1]); got != want[i] {
			t.Errorf("text %d is %q, want %q", i, got, want[i])
		}
	}
}

// What lies on padding is not shown, but said.
func TestPaddingIsSaid(t *testing.T) {
	f := texts()
	f.Samples.Tokens[2] = f.Samples.Tokens[2][:3] // leaves out a value of 2
	says := drawn(t, f).Text.Groups[2].Texts[0].Says
	if want := ", of that on padding 2, residual"; !strings.Contains(says, want) {
		t.Errorf("it says %q, want %q in it", says, want)
	}
}

// Tokens of bytes may be parts of a character: together they are shown, with the sum of their values.
func TestPartsOfACharacterAreShownAsIt(t *testing.T) {
	f := texts()
	f.Samples.Tokens[0] = []string{"a", "\xe5", "\xa5\xbd", "b", "\xe5", "c"}
	spans := drawn(t, f).Text.Groups[0].Texts[0].Spans // of values −2, −1.2, −0.4, 0.4, 1.2, 2
	var got []string
	for _, s := range spans {
		if s.Value != nil {
			got = append(got, s.Text+" "+short(*s.Value))
		}
	}
	if got, want := strings.Join(got, ", "), "a −2, 好 −1.6, b 0.4, \ufffdc 3.2"; got != want {
		t.Errorf("spans %q, want %q", got, want)
	}
}

// A line that is read from the right begins there; what runs the other way within it keeps its order.
func TestLinesHaveTheDirectionOfTheirText(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a bc d", "a |bc |d"},
		{"שלום Tom Hanks טוב", "טוב|Tom |Hanks |שלום "},
		{"say שלום עולם now", "say |עולם |שלום |now"},
		{"שלום, 3 !", "!|3 |שלום, "},
	} {
		all := lines([]Span{{Text: c.text}}, 15, 1000)
		if len(all) != 1 {
			t.Fatalf("%q has %d lines", c.text, len(all))
		}
		var got []string
		for _, p := range all[0].inOrder() {
			got = append(got, p.text)
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%q is drawn as %q, want %q", c.text, strings.Join(got, "|"), c.want)
		}
	}
}

func TestLinesEndBetweenWords(t *testing.T) {
	room := textWidth("understandable ", 15) + 1
	for _, c := range []struct {
		spans []string
		want  string
	}{
		{[]string{"so ", "under", "stand", "able", " it is"}, "so /understandable /it is"},
		{[]string{strings.Repeat("很", 20)}, "很很很很很很很/很很很很很很很/很很很很很很"},
		{[]string{"aaaaaaaaaa", "bbbbbbbbbb", "cc"}, "aaaaaaaaaa/bbbbbbbbbbcc"},
	} {
		var spans []Span
		for _, s := range c.spans {
			spans = append(spans, Span{Text: s})
		}
		var got []string
		for _, l := range lines(spans, 15, room) {
			if l.width() > room {
				t.Errorf("%q: a line of %.0f pixels in %.0f", c.spans, l.width(), room)
			}
			text := ""
			for _, p := range l.pieces {
				text += p.text
			}
			got = append(got, text)
		}
		if strings.Join(got, "/") != c.want {
			t.Errorf("lines %q, want %q", strings.Join(got, "/"), c.want)
		}
	}
}

func TestLettersStandOutFromTheirColour(t *testing.T) {
	for i := range legendSteps {
		letters, ground := ink, css(signed(strength*legendAt(i)))
		for _, pair := range [][2]string{{letters, ground}, {turnedCSS(letters), turnedCSS(ground)}} {
			if got := contrast(parsed(t, pair[0]), parsed(t, pair[1])); got < 4.5 {
				t.Errorf("at %v the contrast of %s on %s is %.1f", legendAt(i), pair[0], pair[1], got)
			}
		}
	}
}

func ExampleTextAttribution() {
	samples := reviews()
	why := readingOf(samples, "IntegratedGradients", 2)
	chart, err := TextAttribution{Samples: samples, Explanations: []*record.Explanation{why}}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	fmt.Println(chart.Table.Rows[1][13])
	// Output:
	// 4 texts of reviews, each with the values of its tokens by IntegratedGradients.
	// [CLS] −2, ! 2, un −1, ##able 1
}
