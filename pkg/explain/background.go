package explain

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// Background is a set of reference rows: what inputs look like when nothing is known of them, as a sample of the data. The zero value has none.
//
// Where a method uses all rows for each example, the record has each value's standard deviation over them (BaselineStdDev): how much it depends on what
// the example is compared with, which takes no further evaluations. Those of estimates hold for the coalitions that were drawn. [GradientSHAP] draws from the rows
// and [LIME] from their numbers, and with Nearest they are others for each coalition: there it cannot be known.
type Background struct {
	Values []*tensors.Tensor // one tensor an attributed input, all of the same number of rows; ids for an input of ids
	// Nearest, for methods that take features away, makes absent features depend on those that are there: they are averaged over so many rows alone,
	// those that are nearest to the example in the features that are there, each number in units of its standard deviation, an id being the same or
	// not. So no row is asked for of a kind that the data do not have, such as a tall child, and what goes with a feature that is there
	// counts as its doing (Aas et al. 2021, arXiv 1903.10464, the empirical approach). Of rows that are equally near, as all are where no feature is there, a fixed random choice is
	// taken. 0: all rows, whatever is there.
	Nearest int

	hash string // of Values that a record speaks of, until they are found
}

// Empty says that there are no rows.
func (b Background) Empty() bool { return b.Values == nil && b.hash == "" }

// String says in words what it is.
func (b Background) String() string {
	hash, err := givenHash(b.Values, b.hash)
	switch {
	case err != nil:
		return "a background, unreadable"
	case b.Empty():
		return "no background"
	case b.Values == nil:
		return "a background, SHA-256 " + hash
	}
	if b.Nearest > 0 {
		return fmt.Sprintf("the %d nearest of a background of %d rows, SHA-256 %s", b.Nearest, b.Values[0].Shape().Dim(0), hash)
	}
	return fmt.Sprintf("a background of %d rows, SHA-256 %s", b.Values[0].Shape().Dim(0), hash)
}

// backgroundOfFile is a background as records have it.
type backgroundOfFile struct {
	Given   string `json:"given"` // SHA-256 of Values
	Nearest int    `json:"nearest,omitempty"`
}

// MarshalJSON writes the rows' hash; [Keep] and [Cached] keep the rows themselves.
func (b Background) MarshalJSON() ([]byte, error) {
	hash, err := givenHash(b.Values, b.hash)
	if err != nil {
		return nil, err
	}
	return json.Marshal(backgroundOfFile{hash, b.Nearest})
}

// UnmarshalJSON reads what MarshalJSON wrote. [Verify] finds the rows.
func (b *Background) UnmarshalJSON(data []byte) error {
	var f backgroundOfFile
	if err := strictly(data, &f); err != nil {
		return fmt.Errorf("a background: %w", err)
	}
	*b = Background{Nearest: f.Nearest, hash: f.Given}
	return nil
}

func (b *Background) given() []*tensors.Tensor     { return b.Values }
func (b *Background) wanted() string               { return b.hash }
func (b *Background) found(list []*tensors.Tensor) { b.Values, b.hash = list, "" }

// background are the rows of b as points of the run, for a method that draws from all of them.
func (r *run) background(b Background) ([][]float64, error) {
	if b.Nearest != 0 {
		return nil, fmt.Errorf("explain: %s with the %d nearest rows of a background: only methods that average over the rows what absent features are have a use for them", r.method, b.Nearest)
	}
	if len(b.Values) != len(r.attributed) {
		return nil, fmt.Errorf("explain: a background of %d tensors for %d attributed inputs", len(b.Values), len(r.attributed))
	}
	rows := 0
	for k, t := range b.Values {
		p := r.net.Inputs[r.attributed[k]]
		if t == nil || !t.Ok() || t.Rank() == 0 || !slices.Equal(t.Shape().Dimensions[1:], p.Shape) {
			return nil, fmt.Errorf("explain: the background of input %q is %s, it should have rows of shape %v", p.Name, shapeOf(t), p.Shape)
		}
		if k > 0 && t.Shape().Dim(0) != rows {
			return nil, fmt.Errorf("explain: a background of %d rows of input %q, but %d of the first", t.Shape().Dim(0), p.Name, rows)
		}
		rows = t.Shape().Dim(0)
	}
	inputs := make([]*tensors.Tensor, len(r.inputs))
	for i, t := range r.inputs {
		if k := slices.Index(r.attributed, i); k >= 0 {
			inputs[i] = b.Values[k]
			continue
		}
		one, err := models.Rows(t, 0, 1) // what is not attributed is an example's own when rows are passed through the net
		if err == nil {
			inputs[i], err = models.Rows(one, 0, rows)
		}
		if err != nil {
			return nil, fmt.Errorf("explain: %w", err)
		}
	}
	return r.pointsOf(inputs, "background")
}

// pointsOf are other inputs as points of the run: as they are, or as the vectors that the net looks up.
func (r *run) pointsOf(inputs []*tensors.Tensor, what string) ([][]float64, error) {
	w, err := beginWhole(r.ctx, r.method, r.net, inputs, Target{Output: r.target.Output})
	if err != nil {
		return nil, fmt.Errorf("explain: in the %s: %w", what, err)
	}
	defer w.line.Done("")
	for _, s := range r.sources {
		if s.node != "" { // looked up
			return w.vectors(r.sources)
		}
	}
	return w.x, nil
}

// shapeOf is a tensor's shape for an error.
func shapeOf(t *tensors.Tensor) string {
	if t == nil || !t.Ok() {
		return "no tensor"
	}
	return t.Shape().String()
}

// givenHash is the SHA-256 of tensors, or that of those which a record speaks of; "" if there are none.
func givenHash(values []*tensors.Tensor, hash string) (string, error) {
	if values == nil {
		return hash, nil
	}
	return hashTensors(values)
}
