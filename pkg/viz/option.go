package viz

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// fontFamily is whatever the reader's system writes its own texts in.
const fontFamily = "system-ui, sans-serif"

// echart is what go-echarts' charts have in common.
type echart interface{ JSON() map[string]any }

// plainOption turns a go-echarts chart into an option of plain JSON, adds what all figures share, and leaves out what is empty.
func plainOption(c echart, alt string) (map[string]any, error) {
	b, err := json.Marshal(c.JSON())
	if err != nil {
		return nil, fmt.Errorf("viz: %w", err)
	}
	var option map[string]any
	if err := json.Unmarshal(b, &option); err != nil {
		return nil, fmt.Errorf("viz: %w", err)
	}
	for key, value := range option {
		if m, ok := value.(map[string]any); value == nil || ok && len(m) == 0 {
			delete(option, key)
		}
	}
	option["animation"] = false // it moves nothing that has a meaning
	option["backgroundColor"] = paper
	option["textStyle"] = map[string]any{"fontFamily": fontFamily, "color": ink}
	option["aria"] = map[string]any{"enabled": true, "label": map[string]any{"description": alt}}
	return option, nil
}

// titled is the title that all figures have, cut to the room that there is for it, in pixels.
func titled(title, subtitle string, room float64) charts.GlobalOpts {
	lines := strings.Split(subtitle, "\n")
	for i, line := range lines {
		lines[i] = font{}.fit(line, room)
	}
	return charts.WithTitleOpts(opts.Title{
		Title: font{Size: 16, Bold: true}.fit(title, room), Left: "12", Top: "10", TitleStyle: &opts.TextStyle{FontSize: 16, Color: ink},
		Subtitle: strings.Join(lines, "\n"), SubtitleStyle: &opts.TextStyle{FontSize: 12, LineHeight: 17, Color: faint},
	})
}
