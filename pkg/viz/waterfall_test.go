package viz

import (
	"fmt"
	"strings"
	"testing"
)

func TestWaterfall(t *testing.T) { sameAsGolden(t, "waterfall", figures()["waterfall"]) }

// Each bar begins where the one below ends, from the base to the output; what the values do not account for is a bar.
func TestWaterfallAddsUp(t *testing.T) {
	e := three()
	one, err := storyOf(e, figureless, "", 1, 0) // 1 + 2 + 0 − 2 = 1
	if err != nil {
		t.Fatal(err)
	}
	falls := Waterfall{}.falls(one)
	var got []string
	for _, b := range falls {
		got = append(got, fmt.Sprintf("%s %g to %g", b.name.full(), b.from, b.to))
	}
	if want := "rooms -1 to 1, noise 1 to -1, garden 1 to 1"; strings.Join(got, ", ") != want {
		t.Errorf("bars %q, want %s", got, want)
	}
	e.Output[1] = 3
	if one, err = storyOf(e, figureless, "", 1, 0); err != nil {
		t.Fatal(err)
	}
	if b := (Waterfall{}.falls(one))[0]; b.name.name != "not accounted for" || b.from != 1 || b.to != 3 || b.note != "+2" {
		t.Errorf("uppermost %+v, want what is not accounted for, from 1 to 3", b)
	}
	if got, want := fmt.Sprint(one.table().Rows), "[[base – 1 – 1] [garden – 0 – 1] [noise – −2 – −1] [rooms – 2 – 1] [not accounted for – 2 – 3]]"; got != want {
		t.Errorf("table %s, want %s", got, want)
	}
}

func TestWaterfallSaysItsBaseline(t *testing.T) {
	e := three()
	e.Baseline = "a background of 20 rows, SHA-256 " + strings.Repeat("0f", 32)
	c := drawn(t, Waterfall{Explanation: e})
	subtitle := fmt.Sprint(c.Option["title"])
	if !strings.Contains(subtitle, "base 1 (a background of 20 rows), f(x) 6") || strings.Contains(subtitle, "SHA-256") {
		t.Errorf("title %s, want the background without its hash", subtitle)
	}
	if got := c.Table.Rows[0][1]; got != e.Baseline {
		t.Errorf("the table says %q of the base, want %q", got, e.Baseline)
	}
}

func ExampleWaterfall() {
	chart, err := Waterfall{Explanation: three()}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	// Output:
	// From the base 1 to the output 6 for price. The strongest: rooms +4; garden +1; noise 0.
}
