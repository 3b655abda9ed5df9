package data

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// bertNormalizer makes a text into what BERT's vocabulary is of.
type bertNormalizer struct {
	clean   bool // without control characters
	chinese bool // spaces around Chinese characters, so that each is a word
	strip   bool // accents
	lower   bool
}

// aligned is a character of a normalised text and the bytes of the original that it comes from.
type aligned struct {
	r          rune
	start, end int
}

// apply normalises a text whose first byte is at place at. A byte that is not UTF-8 counts as U+FFFD.
func (n bertNormalizer) apply(text string, at int) []aligned {
	out := make([]aligned, 0, len(text))
	for i, size := 0, 0; i < len(text); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(text[i:])
		c := aligned{r, at + i, at + i + size}
		switch {
		case n.clean && (r == 0 || r == utf8.RuneError || isControl(r)):
			continue
		case n.clean && isWhite(r):
			c.r = ' '
		}
		if n.chinese && isChinese(r) {
			space := aligned{' ', c.start, c.end}
			out = append(out, space, c, space)
			continue
		}
		out = append(out, c)
	}
	if n.strip {
		out = stripped(out)
	}
	if n.lower {
		out = lowered(out)
	}
	return out
}

// stripped takes characters apart (Unicode's form D) and drops accents. Those that stay keep their order: only accents change places.
func stripped(from []aligned) []aligned {
	out := make([]aligned, 0, len(from))
	for _, c := range from {
		if c.r < utf8.RuneSelf {
			out = append(out, c)
			continue
		}
		for _, r := range norm.NFD.String(string(c.r)) {
			if !unicode.Is(unicode.Mn, r) {
				out = append(out, aligned{r, c.start, c.end})
			}
		}
	}
	return out
}

func lowered(from []aligned) []aligned {
	out := make([]aligned, 0, len(from))
	for _, c := range from {
		if c.r == 'İ' { // the one letter whose small form is two
			out = append(out, aligned{'i', c.start, c.end}, aligned{'\u0307', c.start, c.end})
			continue
		}
		c.r = unicode.ToLower(c.r)
		out = append(out, c)
	}
	return out
}

// isWhite says whether the character is white space to Unicode.
func isWhite(r rune) bool { return unicode.Is(unicode.White_Space, r) }

// isControl says whether the character is a control, a format or of private use, but for tabs and ends of lines. One that Unicode has not
// assigned is none.
func isControl(r rune) bool {
	if r == '\t' || r == '\n' || r == '\r' {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co)
}

// isMark says whether the character is punctuation to BERT: every sign of ASCII too.
func isMark(r rune) bool {
	return r > ' ' && r < 0x7f && !unicode.IsLetter(r) && !unicode.IsDigit(r) || unicode.IsPunct(r)
}

// isChinese says whether the character is of one of BERT's blocks of Chinese ones.
func isChinese(r rune) bool {
	for _, block := range [...][2]rune{
		{0x4E00, 0x9FFF},
		{0x3400, 0x4DBF},
		{0x20000, 0x2A6DF},
		{0x2A700, 0x2B73F},
		{0x2B740, 0x2B81F},
		{0x2B920, 0x2CEAF},
		{0xF900, 0xFAFF},
		{0x2F800, 0x2FA1F},
	} {
		if block[0] <= r && r <= block[1] {
			return true
		}
	}
	return false
}
