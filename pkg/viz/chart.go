package viz

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/vitrine-ml/vitrine/internal/echarts"
)

// Chart is a drawn figure: what is shown, what it says in words, and its numbers. Change it as you like before it is shown or written.
type Chart struct {
	Title  string `json:"title"`
	Width  int    `json:"width"`  // pixels
	Height int    `json:"height"` // pixels
	Alt    string `json:"alt"`    // what the chart says, for those who do not see it
	Theme  Theme  `json:"theme,omitempty"`

	// Option is the ECharts option: plain JSON, no functions. A chart without one is its text or, without that either, its table.
	Option map[string]any `json:"option,omitempty"`
	Text   *Passages      `json:"text,omitempty"` // coloured texts
	Table  Table          `json:"table"`
}

// Draw returns the chart itself: a chart is a figure, too, so that a changed one can be shown.
func (c *Chart) Draw() (*Chart, error) { return c, nil }

// JSON is the whole chart. Its "option" can be given to any ECharts 6 that knows the custom series that it uses, if any.
func (c *Chart) JSON() ([]byte, error) {
	chart := *c
	if c.Theme == Dark && c.Option != nil {
		var err error
		if chart.Option, _, err = c.dark(); err != nil {
			return nil, err
		}
	}
	b, err := json.MarshalIndent(chart, "", " ")
	if err != nil {
		return nil, fmt.Errorf("viz: %q is not plain JSON: %w", c.Title, err)
	}
	return append(b, '\n'), nil
}

// SVG is the chart as a static picture, a dark one if that is its theme.
func (c *Chart) SVG() ([]byte, error) {
	switch c.Theme {
	case Auto, Light:
		return c.lightSVG()
	case Dark:
		svg, err := c.lightSVG()
		return darkPicture(svg), err
	}
	return nil, fmt.Errorf("viz: unknown Theme %q of %q: choose viz.Auto, viz.Light or viz.Dark", c.Theme, c.Title)
}

func (c *Chart) lightSVG() ([]byte, error) {
	switch {
	case c.Option == nil && c.Text != nil:
		svg, _ := c.Text.svg(c.Title, c.Width)
		return []byte(svg), nil
	case c.Option == nil:
		return c.tableSVG(), nil
	}
	option, err := c.option()
	if err != nil {
		return nil, err
	}
	svg, err := echarts.SVG(option, c.Width, c.Height)
	if err != nil {
		return nil, fmt.Errorf("viz: draw %q: %w", c.Title, err)
	}
	return svg, nil
}

// option is the option as JSON in which <, > and & are escaped, so that it can stand in a script.
func (c *Chart) option() ([]byte, error) {
	b, err := json.Marshal(c.Option)
	if err != nil {
		return nil, fmt.Errorf("viz: the option of %q is not plain JSON: %w", c.Title, err)
	}
	return b, nil
}

// dark is the option for a dark ground, and what in it was replaced by what.
func (c *Chart) dark() (option map[string]any, noted map[string]string, err error) {
	b, err := c.option()
	if err != nil {
		return nil, nil, err
	}
	if err := json.Unmarshal(b, &option); err != nil { // now it is made of what JSON is made of
		return nil, nil, fmt.Errorf("viz: the option of %q: %w", c.Title, err)
	}
	noted = map[string]string{}
	option = painted(option, "", noted).(map[string]any)
	option["darkMode"] = true // what ECharts chooses colours for by itself
	return option, noted, nil
}

// id names the chart in a page: a hash of all that it holds, so that the same chart has the same name.
func (c *Chart) id() (string, error) {
	b, err := c.JSON()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return "vitrine-" + hex.EncodeToString(sum[:8]), nil
}

// plain is the chart for those who see text only.
func (c *Chart) plain() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n%s\n", c.Title, c.Alt)
	if c.Option == nil {
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, row := range append([][]string{c.Table.Columns}, c.Table.Rows...) {
			fmt.Fprintln(w, strings.Join(row, "\t"))
		}
		_ = w.Flush() // into a buffer
	}
	return strings.TrimSpace(b.String())
}
