package viz

import (
	"fmt"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// caption is what is known of an example: texts, empty where nothing is.
type caption struct {
	name, label, predicted, probability string
	wrong                               bool
}

func captionOf(s record.Samples, i int) caption {
	c := caption{name: fmt.Sprint(i)}
	if len(s.Index) > 0 {
		c.name = fmt.Sprint(s.Index[i])
	}
	if len(s.Labels) > 0 {
		c.label = clean(s.Class(s.Labels[i]))
	}
	if len(s.Predictions) > 0 {
		c.predicted, c.probability = clean(s.Class(s.Predictions[i].Class)), percent(s.Predictions[i].Probability)
		c.wrong = c.label != "" && s.Predictions[i].Class != s.Labels[i]
	}
	return c
}

// lines are what is said of the example when its image is pointed at.
func (c caption) lines() []string {
	lines := []string{"example " + c.name}
	if c.label != "" {
		lines = append(lines, "class: "+c.label)
	}
	if c.predicted != "" {
		lines = append(lines, fmt.Sprintf("predicted: %s, %s", c.predicted, c.probability))
	}
	if c.wrong {
		lines = append(lines, "the prediction is wrong")
	}
	return lines
}

// verdict on the prediction: yes, no, or nothing where there is none.
func (c caption) verdict() string {
	switch {
	case c.predicted == "" || c.label == "":
		return ""
	case c.wrong:
		return "no"
	default:
		return "yes"
	}
}
