package record

import (
	"math"
	"strings"
	"testing"
)

func TestBLEUAsSacreBLEU(t *testing.T) {
	for _, c := range load(t).BLEU {
		b, err := CorpusBLEU(c.References, c.Written)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Check(); err != nil {
			t.Error(err)
		}
		near(t, "BLEU", b.Score, c.Score)
		near(t, "brevity", b.Brevity, c.Brevity)
		for n, want := range c.Precisions {
			near(t, "precision", b.Precisions[n], want)
		}
		if b.Written != c.Lengths[0] || b.Reference != c.Lengths[1] || b.String() != c.Text {
			t.Errorf("%s, want %s", b, c.Text)
		}
	}
	same := [][]int32{{4, 5, 6, 7, 8}}
	if b, err := CorpusBLEU(same, same); err != nil || math.Abs(b.Score-100) > 1e-9 {
		t.Errorf("the same ids: %s, %v", b, err)
	}
	if b, err := CorpusBLEU(same, [][]int32{{}}); err != nil || b.Score != 0 || b.Brevity != 0 || b.Check() != nil {
		t.Errorf("nothing written: %s, %v", b, err)
	}
	if _, err := CorpusBLEU(same, nil); err == nil || !strings.Contains(err.Error(), "0 sequences to be compared with 1") {
		t.Errorf("got %v", err)
	}
	if (BLEU{Score: math.NaN()}).Check() == nil || (BLEU{Score: 101}).Check() == nil || (BLEU{Written: -1}).Check() == nil {
		t.Error("a BLEU score that cannot be: no error")
	}
}
