package viz

import (
	"fmt"
	"testing"

	"github.com/vitrine-ml/vitrine/internal/golden"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

func TestResidualTable(t *testing.T) {
	sameAsGolden(t, "residualtable", figures()["residualtable"])
	c := drawn(t, figures()["residualtable"])
	html, err := c.fragment(nil)
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "residualtable.html", []byte(html))
}

func TestNamesAreUnique(t *testing.T) {
	e := explanation(crosses(1), "LIME", 1)
	names, err := namesOf([]*record.Explanation{e, e, e}, nil)
	if got, want := fmt.Sprint(names, err), "[LIME LIME (2) LIME (3)] <nil>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func ExampleResidualTable() {
	chart, err := ResidualTable{Explanations: []*record.Explanation{explanation(crosses(2), "IntegratedGradients", 1)}}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.plain())
	// Output:
	// Do the values add up?
	// A table of 2 explanations by 1 method: output, base, sum of values and residual; the largest residual is 0.001; 0 are not ok.
	// Method               Evaluations  Exact  Elapsed  Example  Output  Base  Difference  Sum  Residual  Status
	// IntegratedGradients  20           no     1.5 s    0        2       2     0           0    0         ok
	// IntegratedGradients  20           no     1.5 s    1        3       3     0           0    0.001     ok
}
