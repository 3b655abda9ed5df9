package record

import (
	"math"
	"reflect"
	"testing"
)

// TestJoined: pieces become words, with nothing lost.
func TestJoined(t *testing.T) {
	tokens := [][]string{{"[CLS]", "un", "##happ", "##y", "film", "[SEP]"}, {"[CLS]", "bad", "[SEP]"}}
	words := WordsOf(tokens, "##")
	if want := [][]int{{0, 1, 1, 1, 2, 3}, {0, 1, 2}}; !reflect.DeepEqual(words, want) {
		t.Fatalf("words %v, want %v", words, want)
	}
	e := &Explanation{
		Version: Version, Method: "test", Output: []float64{1, 2}, Status: []Status{OK, OK},
		Tokens: [][]string{append(tokens[0][:6:6], "[PAD]"), append(tokens[1][:3:3], "[PAD]", "[PAD]", "[PAD]", "[PAD]")},
		Values: []Array{{
			Name: "tokens", DType: "Float32", Axes: []string{"example", "token"}, Shape: []int{2, 7},
			Data: []float64{1, 2, 4, 8, 16, 32, 64, 1, 2, 3, 4, 5, 6, 7},
		}},
	}
	j, err := e.Joined(words, "##")
	if err != nil {
		t.Fatal(err)
	}
	if want := []float64{1, 14, 16, 32, 64, 0, 0, 1, 2, 3, 4, 5, 6, 7}; !reflect.DeepEqual(j.Values[0].Data, want) {
		t.Errorf("values %v, want %v", j.Values[0].Data, want)
	}
	for i := range 2 {
		before, after := 0.0, 0.0
		for k := range 7 {
			before += e.Values[0].Row(i)[k]
			after += j.Values[0].Row(i)[k]
		}
		if math.Abs(before-after) > 1e-12 {
			t.Errorf("example %d: the sum was %g and is %g", i, before, after)
		}
	}
	if want := []string{"[CLS]", "unhappy", "film", "[SEP]", "[PAD]"}; !reflect.DeepEqual(j.Tokens[0], want) {
		t.Errorf("tokens %q, want %q", j.Tokens[0], want)
	}
	s, err := Samples{Tokens: tokens}.Joined(words, "##")
	if err != nil || !reflect.DeepEqual(s.Tokens[0], []string{"[CLS]", "unhappy", "film", "[SEP]"}) {
		t.Errorf("samples: %q, %v", s.Tokens, err)
	}
	at, err := JoinedOffsets([][][2]int{{{0, 0}, {0, 2}, {2, 6}, {6, 7}, {8, 12}, {0, 0}}, {{0, 0}, {0, 3}, {0, 0}}}, words)
	if err != nil || !reflect.DeepEqual(at[0], [][2]int{{0, 0}, {0, 7}, {8, 12}, {0, 0}}) {
		t.Errorf("offsets: %v, %v", at, err)
	}
	for _, wrong := range [][][]int{{{0, 1}}, {{1, 2}, {0}}, {{0, 2}, {0}}, {{0, 0, 0, 0, 0, 0, 0, 0}, {0}}} {
		if _, err := e.Joined(wrong, "##"); err == nil {
			t.Errorf("words %v: no error", wrong)
		}
	}
}

func TestAlignmentJoined(t *testing.T) {
	tokens := []string{"un", "##happy", "film"}
	a := Alignment{
		Name: "head", Source: tokens, Target: tokens,
		Values: Array{Name: "head", DType: "Float32", Axes: []string{"target", "source"}, Shape: []int{3, 3}, Data: []float64{0.5, 0.25, 0.25, 0, 0, 1, 0.25, 0.5, 0.25}},
	}
	j, err := a.Joined(WordsOf([][]string{tokens}, "##")[0], "##")
	if err != nil {
		t.Fatal(err)
	}
	if want := []float64{0.375, 0.625, 0.75, 0.25}; !reflect.DeepEqual(j.Values.Data, want) || !reflect.DeepEqual(j.Source, []string{"unhappy", "film"}) {
		t.Errorf("got %q %v, want %v", j.Source, j.Values.Data, want)
	}
	if _, err := a.Joined([]int{0, 1}, "##"); err == nil {
		t.Error("words of too few tokens: no error")
	}
}
