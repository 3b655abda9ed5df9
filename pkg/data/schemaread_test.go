package data_test

import (
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/data"
)

// Samples of a table show its cells again, whatever the net is given in their place.
func TestSamplesOfATable(t *testing.T) {
	train, _, _, err := data.ReadCSV(tableFile(t, "people.csv", people), data.Table{Target: "kind", NoTest: true})
	if err != nil {
		t.Fatal(err)
	}
	s := train.Samples(0, train.Len())
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	lines := []string{"name,age,city,member,since,height,score"}
	for i := range s.Len() {
		var cells []string
		for _, c := range s.Columns {
			cells = append(cells, c.Text(i))
		}
		lines = append(lines, strings.Join(cells, ","))
	}
	want := `name,age,city,member,since,height,score
Ann,31,Rome,true,2020-01-02,1.5,1
Bob,missing,Rome,false,2021-01-02,1.6,2
Cyd,45,Oslo,false,2020-02-02,1.7,3
Dan,27,(missing),true,2020-01-05,1.8,4.5
Eve,50,Oslo,true,2020-01-02,missing,5`
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if s := train.Select(1, 0).Samples(1, 2); s.Columns[1].Text(0) != "31" {
		t.Errorf("of one example, %+v", s.Columns[1])
	}
}
