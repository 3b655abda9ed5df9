package data

import (
	"fmt"
	"strings"
	"testing"
)

// TestVocabularyOfATable: the words of all columns together have a limit, and the column with the most of them is left out where it is met.
func TestVocabularyOfATable(t *testing.T) {
	const letters = 1 << 20 // of a word
	different := []int{30, 40, 3}
	words := make([][]string, len(different)) // by column
	for k, n := range different {
		for i := range n {
			words[k] = append(words[k], fmt.Sprintf("%02d", i)+strings.Repeat("a", letters))
		}
	}
	const rows = 80
	s := table{name: "wordy", columns: []string{"many", "most", "few", "y"}, place: "%s:%d", each: func(see func(at int, cells []cell) error) error {
		for row := range rows {
			cells := []cell{{}, {}, {}, numberCell(float64(row % 2))}
			for k, list := range words {
				cells[k].text = list[row%len(list)]
			}
			if err := see(row, cells); err != nil {
				return err
			}
		}
		return nil
	}}
	asked := Table{MinCount: 1, MaxCategories: 100, Types: map[string]Type{"many": Category, "most": Category, "few": Category}}
	schema, err := s.learn(asked, inferred{target: 3, types: []Type{Category, Category, Category, Number}, why: make([]string, 4)}, parts{rows: rows})
	if err != nil {
		t.Fatal(err)
	}
	if len(schema.Left) != 1 || schema.Left[0].Name != "most" || !strings.Contains(schema.Left[0].Why, "64 MiB") {
		t.Errorf("left out: %.200v", schema.Left)
	}
	for k, c := range schema.Columns {
		if want := []int{30, 3}[k]; len(c.Categories) != want {
			t.Errorf("%s has %d categories, want %d", c.Name, len(c.Categories), want)
		}
	}
}
