package viz

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Join says how tokens become a text again.
type Join int

// The ways there are.
const (
	// ByLook goes by what the tokens look like. If some of them hold spaces, or begin with ▁ or Ġ, which stand for one, those are all the spaces
	// there are. If not, there is a space between two tokens unless the second begins with ##, is punctuation that has none before it, or
	// one of them is of a script without spaces.
	ByLook Join = iota
	Spaced      // a space between any two
	Plain       // nothing between
)

// joined is a token in a text: what comes before it, and how it is shown.
type joined struct{ before, text string }

// join puts tokens together.
func join(tokens []string, how Join) []joined {
	out := make([]joined, len(tokens))
	marked := slices.ContainsFunc(tokens, func(t string) bool { return strings.HasPrefix(t, "▁") || strings.HasPrefix(t, "Ġ") })
	ownSpaces := slices.ContainsFunc(tokens, func(t string) bool { return strings.ContainsFunc(t, unicode.IsSpace) })
	for i, t := range tokens {
		out[i].text = t
		switch {
		case how == Spaced:
			out[i].before = " "
		case how == Plain || ownSpaces && !marked:
		case marked:
			if rest, ok := strings.CutPrefix(t, "▁"); ok && rest != "" {
				out[i] = joined{" ", rest}
			} else if rest, ok := strings.CutPrefix(t, "Ġ"); ok && rest != "" {
				out[i] = joined{" ", rest}
			}
		case strings.HasPrefix(t, "##") && len(t) > 2:
			out[i].text = t[2:]
		case i > 0 && !closes(t) && !opens(tokens[i-1]) && !joins(tokens[i-1], t):
			out[i].before = " "
		}
		if i == 0 {
			out[i].before = ""
		}
	}
	return out
}

// closes says whether a token is punctuation that stands close to the word before it.
func closes(t string) bool {
	return t != "" && strings.Trim(t, ".,;:!?)]}…%؟،") == ""
}

func opens(t string) bool { return t != "" && strings.Trim(t, "([{") == "" }

// joins says whether there is no space where one token meets another: because of their script, or because one is a part of a character.
func joins(a, b string) bool {
	if !utf8.ValidString(a) || !utf8.ValidString(b) {
		return true
	}
	last, _ := utf8.DecodeLastRuneInString(a)
	first, _ := utf8.DecodeRuneInString(b)
	return spaceless(last) || spaceless(first)
}
