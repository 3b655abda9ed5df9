package viz

import (
	"slices"
	"strings"
	"testing"
)

func TestRowNameLines(t *testing.T) {
	const long = "installment_rate_in_percentage_of_disposable_income"
	for _, c := range []struct {
		name rowName
		room float64
		want []string
	}{
		{rowName{name: "age"}, 200, []string{"age"}},
		{rowName{"age", "31"}, 200, []string{"age = 31"}},
		{rowName{"credit_history", "no credits taken, or all paid back duly"}, 240, []string{"credit_history", "= no credits taken, or all paid bac…"}},
		{rowName{"credit_history", "no credits taken"}, 160, []string{"credit_history", "= no credits taken"}},
		{rowName{name: long}, 280, []string{"installment_rate_in_percentage_", "of_disposable_income"}},
		{rowName{long, "4"}, 280, []string{"installment_rate_in_percentage_", "of_disposable_income = 4"}},
		{rowName{name: "the rate of all that is to be paid"}, 160, []string{"the rate of all", "that is to be paid"}},
		{rowName{name: strings.Repeat("x", 60)}, 160, []string{"xxxxxxxxxxxxxxxxx…"}},
		{rowName{name: long}, 160, []string{"installment_rate_in_", "percentage_of_disp…"}},
	} {
		got := c.name.lines(c.room)
		if !slices.Equal(got, c.want) {
			t.Errorf("%q in %g pixels: %q, want %q", c.name.full(), c.room, got, c.want)
		}
		for _, line := range got {
			if w := textWidth(line, nameSize) * wide; w > c.room-nameSpace+4 {
				t.Errorf("%q takes %.0f of %g pixels", line, w, c.room)
			}
		}
	}
}

// A name that has exactly the room that it asked for stays on its line.
func TestRowNameRoom(t *testing.T) {
	names := []rowName{{name: "status_of_existing_checking_account"}, {"age", "31"}}
	if broken := namesWidth([]rowName{{name: "installment_rate_in_percentage_of_disposable_income"}}, 300); broken >= 290 {
		t.Errorf("a name that is broken takes %.0f of 300 pixels", broken)
	}
	room := namesWidth(names, 1000)
	if height := heightOf(names, 26, room); height != 26 {
		t.Errorf("rows of %g pixels in all the room that is needed, want 26", height)
	}
	if height := heightOf(names, 26, room-40); height != twoLines {
		t.Errorf("rows of %g pixels where a name takes two lines, want %g", height, twoLines)
	}
}
