package explain_test

import (
	"context"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/janpfeifer/must"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// rent is a net of the user's own: size·(1 + centre), a price from a size and whether it is in the centre, in the suburbs or in a village.
func rent() (*models.Net, []*tensors.Tensor) {
	f := func(_ *model.Scope, in []*Node) []*Node {
		at := func(i int) *Node { return Slice(in[0], AxisRange(), AxisElem(i)) }
		return []*Node{Mul(at(0), AddScalar(at(1), 1))}
	}
	row := models.Port{Name: "flat", Shape: []int{4}, Features: []string{"size", "place=centre", "place=suburb", "place=village"}}
	net := must.M1(models.New(models.Custom{Title: "rent", Build: f}, []models.Port{row}, []models.Port{{Name: "price", Shape: []int{1}}}, 1))
	return net, []*tensors.Tensor{tensors.FromValue([][]float32{{2, 1, 0, 0}, {4, 1, 0, 0}, {6, 0, 1, 0}, {8, 0, 0, 1}, {10, 0, 0, 1}})}
}

func ExamplePartialDependence() {
	net, flats := rent()
	d := must.M1(explain.PartialDependence(context.Background(), net, flats, explain.Target{}, explain.Variable{Name: "place"}))
	mean, _ := d.Mean()
	for i, place := range d.Varied[0].Categories {
		fmt.Printf("all flats in the %s: %g on the average; the first: %g\n", place, mean[i], d.Curves.Row(0)[i])
	}
	// Output:
	// all flats in the centre: 12 on the average; the first: 4
	// all flats in the suburb: 6 on the average; the first: 2
	// all flats in the village: 6 on the average; the first: 2
}

func ExampleAccumulatedEffects() {
	net, flats := rent()
	// The small flats are in the centre: there, and only there, a metre more costs twice as much.
	a := must.M1(explain.AccumulatedEffects(context.Background(), net, flats, explain.Target{},
		explain.Variable{Name: "size", Scale: 10, Unit: "m²", Grid: []float64{10, 50, 100}}))
	for i, local := range a.Local {
		fmt.Printf("from %g to %g %s: %+g, as in %d flats\n", a.Edges[i], a.Edges[i+1], a.Unit, local, a.Counts[i])
	}
	// Output:
	// from 10 to 50 m²: +8, as in 2 flats
	// from 50 to 100 m²: +5, as in 3 flats
}

func ExampleAggregate() {
	net, flats := rent()
	blocks := explain.Blocks(5, func(from, to int) []*tensors.Tensor { // of a dataset: set.Inputs
		return []*tensors.Tensor{must.M1(models.Rows(flats[0], from, to-from))}
	})
	all := must.M1(explain.Aggregate(context.Background(), explain.Saliency{Signed: true}, net, blocks, explain.Target{}))
	r := all.Cohorts[0].Values[0].Ranking(false, 2)
	for i, name := range r.Names {
		fmt.Printf("%-13s %.1f ± %.2f\n", name, r.Values[i], r.StdErr[i])
	}
	// Output:
	// size          1.4 ± 0.24
	// place=centre  6.0 ± 1.41
	// place=suburb  0.0 ± 0.00
	// place=village 0.0 ± 0.00
}
