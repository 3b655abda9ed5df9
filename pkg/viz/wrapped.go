package viz

import "strings"

// wrapped breaks a text into lines of so many pixels, as titles reckon with them.
func wrapped(text string, pixels float64) (lines []string) {
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
