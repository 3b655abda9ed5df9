package viz

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"sync"

	"github.com/vitrine-ml/vitrine/internal/echarts"
)

//go:embed live.js
var liveJS string

// library is a script that makes the charts of a page live. It is packed, which makes it a third as long.
var library = sync.OnceValue(func() string {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // neither the level nor a buffer can fail
	_, _ = w.Write([]byte(echarts.Script))
	_ = w.Close()
	return "<script>" + strings.TrimSpace(liveJS) + `("` + base64.StdEncoding.EncodeToString(b.Bytes()) + `");</script>`
})

// fragment is the chart as a part of a page: its static picture in a box, its numbers, and a script that hands the option to the library
// if the page has it. Without it, or where scripts are not run, the picture stays.
func (c *Chart) fragment(svg []byte) (string, error) {
	id, err := c.id()
	if err != nil {
		return "", err
	}
	kind := "chart"
	width := "fit-content"
	switch { // no script makes these live
	case c.Option == nil && c.Text != nil:
		kind, width = "text", fmt.Sprintf("%dpx", c.Width)
	case c.Option == nil:
		kind = "table"
	}
	const box = `<div data-vitrine-%s id="%s" style="box-sizing:border-box;width:%s;max-width:100%%;overflow-x:auto;background:%s;color:%s;` +
		`border:1px solid %s;border-radius:6px;padding:8px;font-family:%s;line-height:1.4">`
	open := fmt.Sprintf(box, kind, id, width, paper, ink, hairline, fontFamily)
	data := fmt.Sprintf(`<details style="font-size:13px;padding:4px 10px"><summary style="cursor:pointer;color:%s">Data</summary>%s</details></div>`, faint, c.Table.html(""))
	switch kind {
	case "text":
		return c.Theme.html(open + c.Text.html(c.Title) + data), nil
	case "table":
		return c.Theme.html(open + c.Table.html(c.Title) + "</div>"), nil
	}
	live, err := c.live(id)
	if err != nil {
		return "", err
	}
	if c.Theme == Auto {
		svg = adaptivePicture(svg)
	}
	picture := fmt.Sprintf(`<div data-vitrine-plot style="width:%[1]dpx;height:%[2]dpx"><img alt="%[3]s" width="%[1]d" height="%[2]d" style="display:block;max-width:none;margin:0" src="data:image/svg+xml,%[4]s"></div>`,
		c.Width, c.Height, html.EscapeString(clean(c.Title+". "+c.Alt)), escapeURL(svg))
	return c.Theme.html(open) + picture + c.Theme.html(data) + live, nil
}

// live is the script that hands the chart to the library.
func (c *Chart) live(id string) (string, error) {
	call := map[string]any{"id": id, "width": c.Width, "height": c.Height, "option": c.Option}
	dark, noted, err := c.dark()
	if err != nil {
		return "", err
	}
	switch c.Theme {
	case Auto:
		call["dark"] = noted // what the page replaces where it is dark
	case Dark:
		call["option"], call["theme"] = dark, "dark"
	}
	b, err := json.Marshal(call)
	if err != nil {
		return "", fmt.Errorf("viz: the option of %q is not plain JSON: %w", c.Title, err)
	}
	return fmt.Sprintf("<script>(window.vitrineQueue=window.vitrineQueue||[]).push(%s);</script>", b), nil
}

// HTML is a page that shows the chart live and needs nothing but itself; its policy forbids it to ask for more.
func (c *Chart) HTML() ([]byte, error) {
	svg, err := c.SVG()
	if err != nil {
		return nil, err
	}
	fragment, err := c.fragment(svg)
	if err != nil {
		return nil, err
	}
	scheme := map[Theme]string{Auto: "light dark", Light: "light", Dark: "dark"}[c.Theme]
	var b bytes.Buffer
	fmt.Fprintf(&b, `<!DOCTYPE html>
<html lang="en" style="color-scheme:%s">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>%s</title>
</head>
<body%s>
%s
%s
</body>
</html>
`, scheme, html.EscapeString(clean(c.Title)), c.Theme.html(` style="margin:16px;background:`+shade+`"`), fragment, library())
	return b.Bytes(), nil
}

// escapeURL escapes what may not stand in a URL within an attribute. Most of a picture is base64, which passes as it is.
func escapeURL(b []byte) string {
	const digits = "0123456789ABCDEF"
	var out strings.Builder
	for _, c := range b {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~!$()*+,;=:@/?", c) >= 0:
			out.WriteByte(c)
		case c == '\n':
		default:
			out.WriteByte('%')
			out.WriteByte(digits[c>>4])
			out.WriteByte(digits[c&15])
		}
	}
	return out.String()
}
