package record

import "fmt"

// Alignment says, for every token of a text that a model made, what each token of the text that it read has to do with it: an attention, or
// an attribution of the target token's output.
type Alignment struct {
	Name   string   `json:"name"`             // what the values are: "attention, layer 2, head 1", "IntegratedGradients"
	Method string   `json:"method,omitempty"` // that made the values; "" where the model itself did
	Source []string `json:"source"`           // tokens that the model read, in order
	Target []string `json:"target"`           // tokens that it made, in order
	Values Array    `json:"values"`           // axes "target" and "source"

	// Known holds, per target token, the positions of the source tokens that decide it, where a dataset tells; nil where it does not.
	Known [][]int `json:"known,omitempty"`
}

// Check returns an error if the parts do not belong together or a number is not finite.
func (a Alignment) Check() error {
	if err := a.Values.Check(); err != nil {
		return err
	}
	if len(a.Source) == 0 || len(a.Target) == 0 {
		return fmt.Errorf("record: alignment %q of %d source and %d target tokens: both texts need at least one", a.Name, len(a.Source), len(a.Target))
	}
	v := a.Values
	if len(v.Shape) != 2 || v.Axis("target") != 0 || v.Axis("source") != 1 {
		return fmt.Errorf(`record: alignment %q has values with axes %v, expected "target" and "source"`, a.Name, v.Axes)
	}
	if v.Shape[0] != len(a.Target) || v.Shape[1] != len(a.Source) {
		return fmt.Errorf("record: alignment %q of %d target and %d source tokens has values of shape %v", a.Name, len(a.Target), len(a.Source), v.Shape)
	}
	if a.Known != nil && len(a.Known) != len(a.Target) {
		return fmt.Errorf("record: alignment %q knows the sources of %d tokens, but there are %d target tokens", a.Name, len(a.Known), len(a.Target))
	}
	for i, known := range a.Known {
		for _, j := range known {
			if j < 0 || j >= len(a.Source) {
				return fmt.Errorf("record: alignment %q: target token %d is decided by source token %d, but there are %d", a.Name, i, j, len(a.Source))
			}
		}
	}
	return nil
}
