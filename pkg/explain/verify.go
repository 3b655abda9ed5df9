package explain

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Tolerance is what [Verify] allows where the record was made by other means than it is run again: the largest difference as a part of the
// largest value, for numbers of 32 bits and of 64.
const (
	Tolerance32 = 1e-4
	Tolerance64 = 1e-9
)

// Verification says whether a record holds when it is run again.
type Verification struct {
	Record     *record.Explanation
	Again      *record.Explanation
	Difference record.Difference
	Other      []string // what is other than when the record was made: "processor: AMD EPYC 9B14, AVX-512, now …"; nil: nothing
	Tolerance  float64  // what Difference.Largest may be; 0: the bits must be the same
}

// Holds says whether the record holds: bit for bit or, where something that computes is another, within the tolerance.
func (v *Verification) Holds() bool {
	return v.Difference.SameBits || v.Tolerance > 0 && v.Difference.Largest <= v.Tolerance
}

// String is what a person wants to know, in one line or a few.
func (v *Verification) String() string {
	var b strings.Builder
	e := v.Record
	fmt.Fprintf(&b, "%s, %d examples, %s, by %s on %s: ", e.Method, e.Rows(), e.Target.Asked, e.Made.Model, e.Made.Backend)
	switch {
	case v.Difference.SameBits:
		b.WriteString("holds bit for bit")
	case v.Holds():
		fmt.Fprintf(&b, "holds within %.2g of the largest value (allowed: %.0e)", v.Difference.Largest, v.Tolerance)
	case v.Difference.Where == "":
		b.WriteString("DOES NOT HOLD: values and outputs are the same, but not what the record says beside them (states, residuals, evaluations)")
	default:
		allowed := "the same bits are wanted"
		if v.Tolerance > 0 {
			allowed = fmt.Sprintf("allowed: %.0e", v.Tolerance)
		}
		fmt.Fprintf(&b, "DOES NOT HOLD: off by %.2g of the largest value (%s), most at %s", v.Difference.Largest, allowed, v.Difference.Where)
	}
	for _, o := range v.Other {
		b.WriteString("\n  other than then: " + o)
	}
	return b.String()
}

// Verify runs the record at path again and says whether it holds. What ran then is beside the record or in the cache, as [Cached] and [Keep]
// wrote it. A net whose architecture is not of package models, [models.Custom] for one, must be given; others may be nil.
//
// Where nothing that computes has changed, each bit must be the same: backend, processor, platform and versions. Where something has,
// values and outputs must agree within [Tolerance32] or [Tolerance64] of the largest.
func Verify(ctx context.Context, path string, net *models.Net) (*Verification, error) {
	e, err := record.ReadExplanation(path)
	if err != nil {
		return nil, err
	}
	method, err := methodOf(path, e)
	if err != nil {
		return nil, err
	}
	if net == nil {
		file, err := kept(path, netFile(e.Made))
		if err != nil {
			return nil, err
		}
		if net, err = models.ReadFile(file); err != nil {
			return nil, fmt.Errorf("explain: %w; explain.Verify then takes that net", err)
		}
	}
	inputs, err := keptTensors(path, e.Made.Inputs)
	if err != nil {
		return nil, err
	}
	now, err := Provenance(net, inputs)
	if err != nil {
		return nil, err
	}
	if now.Weights != e.Made.Weights {
		return nil, fmt.Errorf("explain: the net has other weights (SHA-256 %s) than the one of the record (%s)", now.Weights, e.Made.Weights)
	}
	target, err := targetOf(e.Target, net)
	if err != nil {
		return nil, err
	}
	v := &Verification{Record: e, Other: others(e.Made, now)}
	if v.Again, err = method.Explain(sampledAs(ctx, e), net, inputs, target); err != nil {
		return nil, err
	}
	if v.Difference, err = record.Differ(e, v.Again); err != nil {
		return nil, err
	}
	if v.Other != nil {
		v.Tolerance = Tolerance64
		for _, a := range e.Values {
			if a.DType != "float64" {
				v.Tolerance = Tolerance32
			}
		}
	}
	return v, nil
}

// others lists what computes otherwise than then.
func others(then, now record.Provenance) (list []string) {
	add := func(what, then, now string) {
		if then != now {
			list = append(list, fmt.Sprintf("%s: %s, now %s", what, cmp.Or(then, "unknown"), cmp.Or(now, "none")))
		}
	}
	add("backend", then.Backend, now.Backend)
	add("platform", then.Platform, now.Platform)
	add("processor", then.Processor, now.Processor)
	all := maps.Clone(now.Versions)
	maps.Copy(all, then.Versions)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		add(name, then.Versions[name], now.Versions[name])
	}
	if then.Graph != now.Graph {
		list = append(list, "the net's graph, of the same weights")
	}
	return list
}

// kinds are all methods of the package, by which records are read.
func kinds() []Explainer {
	return append(append(All(), Attentions()...), GradCAM{}, GuidedGradCAM{}, LayerIntegratedGradients{}, LayerConductance{}, FeaturePermutation{})
}

// methodOf is the method that made the record, with its options.
func methodOf(path string, e *record.Explanation) (Explainer, error) {
	for _, kind := range kinds() {
		if nameOf(kind) != e.Method {
			continue
		}
		m := reflect.New(reflect.TypeOf(kind))
		if err := readOptions(e.Options, m); err != nil {
			return nil, fmt.Errorf("explain: options of %s: %w", e.Method, err)
		}
		for _, o := range optionsOfTensors(m.Interface()) {
			if o.wanted() == "" {
				continue
			}
			values, err := keptTensors(path, o.wanted())
			if err != nil {
				return nil, fmt.Errorf("explain: what %s compares with: %w", e.Method, err)
			}
			o.found(values)
		}
		return m.Elem().Interface().(Explainer), nil
	}
	return nil, fmt.Errorf("explain: the record is by %q, which is no method of this version of the package", e.Method)
}

// targetOf is the target that was asked for.
func targetOf(t record.Target, net *models.Net) (Target, error) {
	output := slices.IndexFunc(net.Outputs, func(p models.Port) bool { return p.Name == t.Output })
	if output < 0 {
		return Target{}, fmt.Errorf("explain: the record explains output %q, which %s does not have", t.Output, net.Name)
	}
	asked, contrast, _ := strings.Cut(t.Asked, " − ")
	one := func(asked string, classes []int) Target {
		if strings.HasPrefix(asked, Predicted.String()) { // perhaps at a position
			return Target{Output: output, Class: -1}
		}
		return Target{Output: output, Classes: classes}
	}
	target := one(asked, t.Classes)
	target.Positions = t.Positions
	if t.Minus != nil {
		target = target.Against(one(contrast, t.Minus))
	}
	return target, nil
}
