package explain

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// Baseline is what an input looks like when its features are absent. The zero value is zeros everywhere; of ids, the padding where a method
// puts ids in their place (Occlusion), and vectors of zeros where it works on those that the net looks up.
type Baseline struct {
	Constant float64 // this number everywhere, but in the place of an id
	// Token is what stands in the place of an id, and its vector in that of the id's vector: that of "unknown", for instance. Padding stays
	// padding. 0: as said above. (A net that divides by the number of words may have none left.)
	Token int
	// Blur, instead of Constant, of images: they are what is left of the example when its details are gone, by a Gaussian of this standard
	// deviation in pixels, cut off at three times that; beyond the edge an image goes on as it ends. Other inputs have the Constant.
	Blur float64
	// Values, instead of all: one tensor an attributed input, of one row for all examples or a row for each; ids for an input of ids.
	Values []*tensors.Tensor

	hash string // of Values that a record speaks of, until they are found
}

// stated says that it is not the zero value.
func (b Baseline) stated() bool {
	return b.Values != nil || b.hash != "" || b.Constant != 0 || b.Token != 0 || b.Blur != 0
}

// String says in words what it is.
func (b Baseline) String() string {
	if hash, err := givenHash(b.Values, b.hash); err != nil {
		return "given, unreadable"
	} else if hash != "" {
		return "given, SHA-256 " + hash
	}
	switch {
	case b.Blur != 0:
		return fmt.Sprintf("blurred by %g pixels; constant %g, token %d elsewhere", b.Blur, b.Constant, b.Token)
	case b.Constant == 0 && b.Token == 0:
		return "zeros"
	case b.Token == 0:
		return fmt.Sprintf("constant %g", b.Constant)
	case b.Constant == 0:
		return fmt.Sprintf("token %d", b.Token)
	}
	return fmt.Sprintf("constant %g, token %d", b.Constant, b.Token)
}

func (b *Baseline) given() []*tensors.Tensor     { return b.Values }
func (b *Baseline) wanted() string               { return b.hash }
func (b *Baseline) found(list []*tensors.Tensor) { *b = Baseline{Values: list} }

// baselineOfFile is a baseline as records have it.
type baselineOfFile struct {
	Constant float64 `json:"constant"`
	Token    int     `json:"token,omitempty"`
	Blur     float64 `json:"blur,omitempty"`
	Given    string  `json:"given,omitempty"` // SHA-256 of Values, which are not part of a method's options
}

// MarshalJSON writes the baseline, of given values their hash.
func (b Baseline) MarshalJSON() ([]byte, error) {
	hash, err := givenHash(b.Values, b.hash)
	if err != nil {
		return nil, err
	}
	return json.Marshal(baselineOfFile{b.Constant, b.Token, b.Blur, hash})
}

// UnmarshalJSON reads what MarshalJSON wrote. Values that were given are found by [Verify].
func (b *Baseline) UnmarshalJSON(data []byte) error {
	var f baselineOfFile
	if err := strictly(data, &f); err != nil {
		return fmt.Errorf("a baseline: %w", err)
	}
	*b = Baseline{Constant: f.Constant, Token: f.Token, Blur: f.Blur, hash: f.Given}
	return nil
}

// baseline is b for every example of the run.
func (r *run) baseline(b Baseline) ([][]float64, error) {
	rows := make([][]float64, len(r.x))
	if b.Values == nil && b.Token == 0 && b.Blur == 0 {
		alike := !slices.ContainsFunc(r.sources, func(s source) bool { return slices.ContainsFunc(s.tokens, func(t int) bool { return t < 0 }) })
		for i := range rows {
			if rows[i] = rows[0]; i == 0 || !alike {
				rows[i] = r.plainBaseline(b.Constant, r.x[i])
			}
		}
		return rows, nil
	}
	if b.Values != nil && len(b.Values) != len(r.attributed) {
		return nil, fmt.Errorf("explain: a baseline of %d tensors for %d attributed inputs", len(b.Values), len(r.attributed))
	}
	inputs, ids, images := slices.Clone(r.inputs), false, false
	for k, i := range r.attributed {
		var err error
		p := r.net.Inputs[i]
		_, _, _, image := inputOf(p, nil).image()
		ids, images = ids || p.Kind == models.IDs, images || image
		switch {
		case b.Values != nil:
			inputs[i], err = r.given(b.Values[k], p)
		case b.Blur != 0 && image:
			inputs[i], err = b.blurred(inputs[i], p)
		default:
			inputs[i], err = b.instead(inputs[i], p)
		}
		if err != nil {
			return nil, err
		}
	}
	if b.Token != 0 && !ids {
		return nil, fmt.Errorf("explain: a baseline of the token %d, but %s has no input of ids", b.Token, r.net.Name)
	}
	if b.Blur != 0 && !images {
		return nil, fmt.Errorf("explain: a baseline blurred by %g pixels, but %s has no input of shape [height, width, channels]", b.Blur, r.net.Name)
	}
	return r.pointsOf(inputs, "baseline")
}

// plainBaseline is a number everywhere, but for whole ids, which are padding, and vectors that stand for no id, which stay as they are in x.
func (r *run) plainBaseline(number float64, x []float64) []float64 {
	row, at := make([]float64, r.width), 0
	for _, s := range r.sources {
		for j := range row[at : at+s.size()] {
			switch {
			case s.tokens != nil && s.tokens[j*len(s.tokens)/s.size()] < 0:
				row[at+j] = x[at+j]
			case s.dtype.IsFloat():
				row[at+j] = number
			}
		}
		at += s.size()
	}
	return row
}

// given is a tensor of a row for all examples or a row for each, as a row for each.
func (r *run) given(t *tensors.Tensor, p models.Port) (*tensors.Tensor, error) {
	if t == nil || !t.Ok() || t.Rank() == 0 || t.Shape().Dim(0) != 1 && t.Shape().Dim(0) != len(r.x) || !slices.Equal(t.Shape().Dimensions[1:], p.Shape) {
		return nil, fmt.Errorf("explain: the baseline of input %q is %s, it should have 1 or %d rows of shape %v", p.Name, shapeOf(t), len(r.x), p.Shape)
	}
	return models.Rows(t, 0, len(r.x))
}

// instead is an input with the constant, or with the token where it is not padding.
func (b Baseline) instead(t *tensors.Tensor, p models.Port) (*tensors.Tensor, error) {
	values, err := numbers(t)
	if err != nil {
		return nil, fmt.Errorf("explain: input %q: %w", p.Name, err)
	}
	for i, v := range values {
		switch {
		case p.Kind != models.IDs:
			values[i] = b.Constant
		case v != 0:
			values[i] = float64(b.Token)
		}
	}
	return pack(t.DType(), t.Shape().Dimensions, []point{{values: values}}, 0)
}
