package viz

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Of a chart's three forms, its option, its picture and its words as HTML, each says in its own way what has which colour. Text from data is in
// none of the places that are looked for here: it does not stand under these keys, and in markup its quotes and angles are escaped.
var (
	coloured    = regexp.MustCompile(`(?i)(color|fill|stroke)$|^image$|^subtext$`) // keys of an option
	tag         = regexp.MustCompile(`<[^>]+>`)
	attribute   = regexp.MustCompile(`\b(fill|stroke|stop-color)="([^"]*)"`)
	picture     = regexp.MustCompile(`<image [^>]*?href="([^"]*)"[^>]*></image>`)
	styles      = regexp.MustCompile(` style="[^"]*"`)
	hexadecimal = regexp.MustCompile(`#[0-9a-f]{6}\b`)
)

// colourless are the words for zero where it is not white.
var colourless = strings.NewReplacer("blue against it, white not at all", "blue against it, uncoloured neither", "blue below, white zero", "blue below, uncoloured zero")

// painted is an option for a dark ground. What it replaced by what is noted: colours, pictures that are made of them, and words about them.
func painted(v any, key string, noted map[string]string) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, value := range v {
			out[k] = painted(value, k, noted)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, value := range v {
			out[i] = painted(value, key, noted)
		}
		return out
	case string:
		if !coloured.MatchString(key) {
			return v
		}
		dark := colourless.Replace(turnedImage(turnedCSS(v)))
		if dark != v {
			noted[v] = dark
		}
		return dark
	}
	return v
}

// darkPicture is an SVG for a dark ground.
func darkPicture(light []byte) []byte {
	svg := tag.ReplaceAllStringFunc(string(light), func(t string) string {
		return attribute.ReplaceAllStringFunc(t, func(a string) string {
			name, color, _ := strings.Cut(a, "=")
			return name + `="` + turnedCSS(strings.Trim(color, `"`)) + `"`
		})
	})
	svg = picture.ReplaceAllStringFunc(svg, func(e string) string {
		url := picture.FindStringSubmatch(e)[1]
		return strings.Replace(e, url, turnedImage(url), 1)
	})
	return []byte(colourless.Replace(svg))
}

// adaptivePicture is an SVG that turns dark where the page that it stands in does: a rule for each colour, and both of each picture that is
// made of colours.
func adaptivePicture(light []byte) []byte {
	svg, rules := string(light), map[string]bool{}
	for _, t := range tag.FindAllString(svg, -1) {
		for _, a := range attribute.FindAllStringSubmatch(t, -1) {
			if dark := turnedCSS(a[2]); dark != a[2] {
				rules[fmt.Sprintf(`[%s="%s"]{%[1]s:%[3]s}`, a[1], a[2], dark)] = true
			}
		}
	}
	svg = picture.ReplaceAllStringFunc(svg, func(e string) string {
		url := picture.FindStringSubmatch(e)[1]
		dark := turnedImage(url)
		if dark == url {
			return e
		}
		of := func(class string) string { return strings.Replace(e, "<image ", `<image class="`+class+`" `, 1) }
		return of("light") + strings.Replace(of("dark"), url, dark, 1)
	})
	style := "<style>.dark{display:none}@media(prefers-color-scheme:dark){.light{display:none}.dark{display:inline}" +
		strings.Join(slices.Sorted(maps.Keys(rules)), "") + "}</style>"
	end := strings.Index(svg, ">") + 1 // of the opening tag
	return []byte(colourless.Replace(svg[:end] + style + svg[end:]))
}

// darkHTML is HTML whose styles are those for a dark ground.
func darkHTML(markup string) string {
	return colourless.Replace(styles.ReplaceAllStringFunc(markup, func(s string) string {
		return hexadecimal.ReplaceAllStringFunc(s, turnedCSS)
	}))
}

// adaptiveHTML is HTML whose colours are those of the page's color-scheme: JupyterLab's, or that of the reader's system in a page of ours. Where
// light-dark() is not known, the light ones before it stay.
func adaptiveHTML(markup string) string {
	return colourless.Replace(styles.ReplaceAllStringFunc(markup, func(s string) string {
		declarations := strings.Split(strings.TrimSuffix(strings.TrimPrefix(s, ` style="`), `"`), ";")
		for i, d := range declarations {
			if both := hexadecimal.ReplaceAllStringFunc(d, func(c string) string { return "light-dark(" + c + "," + turnedCSS(c) + ")" }); both != d {
				declarations[i] = d + ";" + both
			}
		}
		return ` style="` + strings.Join(declarations, ";") + `"`
	}))
}
