package viz

import (
	"slices"
	"strings"
	"unicode"
)

// piece is what stays together when a text is laid out in lines: a word, or a part of one that has a colour of its own, with the space
// behind it; a single character of a script without spaces.
type piece struct {
	text        string
	span        int // which it is of
	width       float64
	breakAfter  bool // a line may end here
	rightToLeft bool
}

// line is one line of a text, in the order in which it is read.
type line struct {
	pieces      []piece
	rightToLeft bool // the text: it begins at the right
}

func (l line) width() (w float64) {
	for _, p := range l.pieces {
		w += p.width
	}
	return w
}

// lines lays spans out in lines of that width.
func lines(spans []Span, size, room float64) []line {
	all, rightToLeft := piecesOf(spans, size)
	var out []line
	var now line
	used := 0.0
	for from := 0; from < len(all); {
		to, word := from, 0.0 // a word: as far as a line may not end
		for {
			word += all[to].width
			to++
			if to == len(all) || all[to-1].breakAfter {
				break
			}
		}
		if used > 0 && used+word > room {
			out, now, used = append(out, now), line{}, 0
		}
		for _, p := range all[from:to] {
			if used > 0 && used+p.width > room { // a word longer than a line
				out, now, used = append(out, now), line{}, 0
			}
			p.width = min(p.width, room)
			now.pieces = append(now.pieces, p)
			used += p.width
		}
		from = to
	}
	if len(now.pieces) > 0 {
		out = append(out, now)
	}
	for i := range out {
		out[i].rightToLeft = rightToLeft
	}
	return out
}

// piecesOf cuts spans where lines may end. The text's direction is that of its first letter that has one.
func piecesOf(spans []Span, size float64) (all []piece, rightToLeft bool) {
	known := false
	for i, s := range spans {
		for text := s.Text; text != ""; {
			n := breakAt(text)
			p := piece{text: text[:n], span: i, width: textWidth(text[:n], size)}
			last := []rune(p.text)
			p.breakAfter = unicode.IsSpace(last[len(last)-1]) || spaceless(last[len(last)-1])
			all = append(all, p)
			text = text[n:]
		}
	}
	// What has no direction of its own, a comma say, follows its neighbours where they agree, and the text where they do not.
	direction := make([]int, len(all))
	for i, p := range all {
		direction[i] = directionOf(p.text)
		if direction[i] != 0 && !known {
			known, rightToLeft = true, direction[i] < 0
		}
	}
	text := 1
	if rightToLeft {
		text = -1
	}
	for i := range all {
		d := direction[i]
		if d == 0 {
			before, after := text, text
			for j := i - 1; j >= 0; j-- {
				if direction[j] != 0 {
					before = direction[j]
					break
				}
			}
			for j := i + 1; j < len(all); j++ {
				if direction[j] != 0 {
					after = direction[j]
					break
				}
			}
			if d = text; before == after {
				d = before
			}
		}
		all[i].rightToLeft = d < 0
	}
	return all, rightToLeft
}

// breakAt is where the first piece of a text ends: behind a space, or behind a character of a script without spaces.
func breakAt(text string) int {
	for i, r := range text {
		n := i + len(string(r))
		if unicode.IsSpace(r) || spaceless(r) {
			return n
		}
		if next := []rune(text[n:min(len(text), n+4)]); len(next) > 0 && spaceless(next[0]) {
			return n
		}
	}
	return len(text)
}

// inOrder are the pieces from left to right: runs of the other direction are turned about.
func (l line) inOrder() []piece {
	out := slices.Clone(l.pieces)
	if l.rightToLeft {
		slices.Reverse(out)
	}
	for from := 0; from < len(out); {
		to := from + 1
		for to < len(out) && out[to].rightToLeft == out[from].rightToLeft {
			to++
		}
		if out[from].rightToLeft != l.rightToLeft {
			slices.Reverse(out[from:to])
		}
		from = to
	}
	return out
}

// directionOf is 1 for a text whose first letter is of a script that runs to the right, −1 to the left, 0 if it has no letter.
func directionOf(text string) int {
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko):
			return -1
		case unicode.IsLetter(r):
			return 1
		}
	}
	return 0
}

// spaceless says whether a character is of a script that is written without spaces.
func spaceless(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) ||
		r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF
}

// textWidth is how wide a text mostly is in a font without serifs of that size, in pixels.
func textWidth(text string, size float64) (w float64) {
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case strings.ContainsRune("iljI.,:;'|!’·", r):
			w += 0.25
		case strings.ContainsRune("ftr()[]-/\" “”", r):
			w += 0.32
		case strings.ContainsRune("mwMW%@—…", r):
			w += 0.86
		case runeWidth(r) == 2 || spaceless(r):
			w++
		case unicode.Is(unicode.Arabic, r):
			w += 0.45
		case unicode.IsUpper(r):
			w += 0.66
		default:
			w += 0.55
		}
	}
	return w * size
}

// boldWidth is how much wider bold letters mostly are.
const boldWidth = 1.15

// fit shortens a text to so many pixels, letter by letter, and says so by an ellipsis. (That of a font reckons with a mean letter.)
func fit(text string, size, pixels float64) string {
	if textWidth(text, size) <= pixels {
		return text
	}
	runes := []rune(text)
	for n := len(runes) - 1; n > 0; n-- {
		if short := strings.TrimRight(string(runes[:n]), " ") + "…"; textWidth(short, size) <= pixels {
			return short
		}
	}
	return "…"
}
