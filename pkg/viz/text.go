package viz

import (
	"html"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// clean makes text from data fit to be shown: what no document may hold, or what turns its direction about, is left out.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == 0xFFFE, r == 0xFFFF:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// shorten cuts text to a width, in characters of which the wide ones of East Asia count two, and says so by an ellipsis.
func shorten(s string, width int) string {
	used, cut := 0, 0 // cut is where the ellipsis has to stand
	for i, r := range s {
		if used <= width-1 {
			cut = i
		}
		if used += runeWidth(r); used > width {
			return strings.TrimRight(s[:cut], " ") + "…"
		}
	}
	return s
}

func runeWidth(r rune) int {
	if r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) || r >= 0xFF01 && r <= 0xFF60 || r >= 0x1F300 && r <= 0x1FAFF {
		return 2
	}
	return 1
}

// number writes v to four significant digits, for a table.
func number(v float64) string { return digits(v, 4) }

// short writes v to two significant digits, for a picture.
func short(v float64) string { return digits(v, 2) }

func digits(v float64, n int) string {
	s := strconv.FormatFloat(v, 'g', n, 64)
	if a := math.Abs(v); a >= 10 && a < 1e7 && strings.Contains(s, "e") {
		s = strconv.FormatFloat(v, 'f', 0, 64)
	}
	s = strings.Replace(s, "e-0", "e-", 1)
	s = strings.Replace(s, "e+0", "e", 1)
	if s == "-0" {
		s = "0"
	}
	return strings.ReplaceAll(s, "-", "−")
}

// percent writes a probability, and does not round it to certainty.
func percent(p float64) string {
	switch s := strconv.FormatFloat(100*p, 'f', 0, 64); {
	case s == "100" && p < 1:
		return ">99 %"
	case s == "0" && p > 0:
		return "<1 %"
	default:
		return s + " %"
	}
}

// duration writes a time to three digits or so.
func duration(d time.Duration) string {
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return strconv.FormatFloat(d.Seconds(), 'g', 3, 64) + " s"
	default:
		return strconv.FormatFloat(float64(d)/1e6, 'g', 3, 64) + " ms"
	}
}

// tooltip joins lines to what ECharts shows on hovering. It takes a string for HTML in which {a} and the like are variables.
func tooltip(lines ...string) map[string]any {
	for i, line := range lines {
		lines[i] = strings.NewReplacer("{", "&#123;", "}", "&#125;").Replace(html.EscapeString(line))
	}
	return map[string]any{"formatter": "<b>" + lines[0] + "</b>" + strings.Join(append([]string{""}, lines[1:]...), "<br>")}
}
