package viz

// Theme is the ground that a chart stands on. Colours keep their hue on a dark one and have their lightness turned about ([turned]), those that
// stand for numbers too, so that what was strong stays strong. A chart's Option is always that of the light theme: it is painted when it is
// shown or written.
type Theme string

// The themes there are.
const (
	Auto  Theme = ""      // pages and notebooks follow their reader's settings; pictures and data are light
	Light Theme = "light" // everywhere
	Dark  Theme = "dark"  // everywhere
)

// Of is the figure in that theme:
//
//	viz.WriteFile(viz.Dark.Of(figure), "why.svg")
func (t Theme) Of(f Figure) Figure { return themed{f, t} }

type themed struct {
	figure Figure
	theme  Theme
}

// Draw implements Figure.
func (f themed) Draw() (*Chart, error) {
	c, err := f.figure.Draw()
	if err != nil {
		return nil, err
	}
	painted := *c // the figure may be a chart, which stays as it is
	painted.Theme = f.theme
	return &painted, nil
}

// html is markup of ours in the theme's colours.
func (t Theme) html(markup string) string {
	switch t {
	case Light:
		return markup
	case Dark:
		return darkHTML(markup)
	}
	return adaptiveHTML(markup)
}
