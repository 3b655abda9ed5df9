package viz

import "strings"

// wrapped breaks a text into lines of so many pixels, also where its letters are a little wider than titles reckon with.
func wrapped(text string, pixels float64) (lines []string) {
	pixels *= 0.9
	for _, word := range strings.Fields(text) {
		last := len(lines) - 1
		if last >= 0 && (font{}).fit(lines[last]+" "+word, pixels) == lines[last]+" "+word {
			lines[last] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}
