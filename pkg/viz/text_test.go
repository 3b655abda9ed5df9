package viz

import (
	"testing"
	"time"
)

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		v             float64
		number, short string
	}{
		{0, "0", "0"}, {1, "1", "1"}, {-0.5, "−0.5", "−0.5"}, {0.123456, "0.1235", "0.12"}, {1.2345e-7, "1.235e−7", "1.2e−7"},
		{123.456, "123.5", "123"}, {12345.6, "12346", "12346"}, {1234567, "1234567", "1234567"}, {1.5e9, "1.5e9", "1.5e9"}, {-2.5e-11, "−2.5e−11", "−2.5e−11"},
	} {
		if got := number(c.v); got != c.number {
			t.Errorf("number(%v) = %q, want %q", c.v, got, c.number)
		}
		if got := short(c.v); got != c.short {
			t.Errorf("short(%v) = %q, want %q", c.v, got, c.short)
		}
	}
}

func TestPercentIsNotRoundedToCertainty(t *testing.T) {
	for p, want := range map[float64]string{0: "0 %", 0.001: "<1 %", 0.005: "<1 %", 0.415: "42 %", 0.994: "99 %", 0.9999: ">99 %", 1: "100 %"} {
		if got := percent(p); got != want {
			t.Errorf("percent(%v) = %q, want %q", p, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0 ms", 1234567: "1.23 ms", 2 * time.Second: "2 s", 83 * time.Second: "1m23s"} {
		if got := duration(d); got != want {
			t.Errorf("duration(%d) = %q, want %q", d, got, want)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{{"Ankle boot", 10, "Ankle boot"}, {"Ankle boot", 9, "Ankle bo…"}, {"Ankle boot", 7, "Ankle…"}, {"漢字漢字", 5, "漢字…"}, {"漢字", 1, "…"}, {"ab", 1, "…"}} {
		if got := shorten(c.text, c.width); got != c.want {
			t.Errorf("shorten(%q, %d) = %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{"a\nb": "a b", "a\x00b\x1b": "ab", "\xffa": "\ufffda", "a\u202eb": "ab", "é 👩‍🔬": "é 👩‍🔬"} {
		if got := clean(text); got != want {
			t.Errorf("clean(%q) = %q, want %q", text, got, want)
		}
	}
}
