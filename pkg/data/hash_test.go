package data

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sync"
	"testing"
)

// What is on users' disks is found by its hash: it must not change by itself.
func TestHashIsStable(t *testing.T) {
	for _, test := range []struct {
		d    *Dataset
		want string
	}{
		{small(t), "f3e7b807edc0056db65d950738a17428eff4d0b2a28004cc9a625b87207d8690"},
		{tiny(t), "f9a202fd1411ba3db029b8c18b2c5e36ac12f87c77fccfe85eae3e8a42f1d3f6"},
	} {
		if got := test.d.Hash(); got != test.want {
			t.Errorf("hash of %s is %s, want %s", test.d.Name, got, test.want)
		}
	}
}

// slowHash is what Hash says it is, in one piece.
func slowHash(d *Dataset) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "vitrine dataset 1\nshape %d\nclasses %d\n", d.Shape(), len(d.Classes))
	for _, class := range d.Classes {
		fmt.Fprintf(&b, "%q\n", class)
	}
	fmt.Fprintf(&b, "labels %d\n", d.Len())
	for i := range d.Len() {
		_ = binary.Write(&b, binary.LittleEndian, int32(d.Label(i)))
	}
	values := d.Samples(0, d.Len()).Inputs.Data
	if d.inputs[0].Bytes != nil {
		fmt.Fprintf(&b, "uint8 %d\n", len(values))
		for _, v := range values {
			b.WriteByte(byte(v*255 + 0.5))
		}
	} else {
		fmt.Fprintf(&b, "float32 %d\n", len(values))
		for _, v := range values {
			_ = binary.Write(&b, binary.LittleEndian, float32(v))
		}
	}
	h := sha256.Sum256(b.Bytes())
	return hex.EncodeToString(h[:])
}

func TestHashAgainstSlow(t *testing.T) {
	many := make([]float32, 100_000) // more than one chunk
	for i := range many {
		many[i] = float32(i) / 7
	}
	labels := make([]int, 50_000)
	for i := range labels {
		labels[i] = i % 3
	}
	large := must(t)(New("large", []int{2}, many, labels, animals))
	for _, d := range []*Dataset{small(t), tiny(t), large, large.Select(3, 1)} {
		if got, want := d.Hash(), slowHash(d); got != want {
			t.Errorf("hash of %s is %s, want %s", d.Name, got, want)
		}
	}
}

func TestHashIsOfContents(t *testing.T) {
	pixels, labels := []uint8{1, 2, 3, 4}, []int{0, 1}
	base := must(t)(New("base", []int{2}, pixels, labels, animals))
	same := must(t)(New("other name", []int{2}, pixels, labels, animals))
	if base.Hash() != same.Hash() || base.Select(1, 0).Select(1, 0).Hash() != base.Hash() {
		t.Error("the same contents have different hashes")
	}
	seen := map[string]string{base.Hash(): "base"}
	for name, d := range map[string]*Dataset{
		"shape":   must(t)(New("base", []int{1, 2}, pixels, labels, animals)),
		"pixels":  must(t)(New("base", []int{2}, []uint8{1, 2, 3, 5}, labels, animals)),
		"labels":  must(t)(New("base", []int{2}, pixels, []int{1, 0}, animals)),
		"classes": must(t)(New("base", []int{2}, pixels, labels, []string{"cat", "dog", "elk"})),
		"joined":  must(t)(New("base", []int{2}, pixels, labels, []string{"cat", "dog\nowl"})),
		"floats":  must(t)(New("base", []int{2}, []float32{1, 2, 3, 4}, labels, animals)),
		"order":   base.Select(1, 0),
		"part":    base.Select(0),
	} {
		if other, ok := seen[d.Hash()]; ok {
			t.Errorf("%s has the hash of %s", name, other)
		}
		seen[d.Hash()] = name
	}
}

// What else there is than values with classes has a form of its own, in which every part counts.
func TestHashOfColumns(t *testing.T) {
	seen := map[string]string{}
	add := func(what string, inputs []Column, target Column) {
		t.Helper()
		h := must(t)(Assemble("x", inputs, target)).Hash()
		if other, ok := seen[h]; ok {
			t.Errorf("%s has the hash of %s", what, other)
		}
		seen[h] = what
	}
	x := Column{Name: "a", Shape: []int{2}, Floats: []float32{1, 2, 3, 4}}
	x2 := Column{Name: "b", Shape: []int{2}, Floats: []float32{1, 2, 3, 5}}
	ids := Column{Name: "c", Kind: IDs, Shape: []int{2}, Names: words, IDs: []int32{4, 5, 1, 0}}
	mask := Column{Name: "d", Kind: Mask, Shape: []int{2}, Mask: []bool{true, true, false, true}}
	y := Column{Kind: Classes, Names: animals, IDs: []int32{0, 2}}
	add("values with classes", []Column{x}, y)
	add("values with values", []Column{x}, x)
	add("values with other values", []Column{x}, x2)
	add("values with ids", []Column{x}, ids)
	add("two inputs", []Column{x, x2}, y)
	add("two inputs the other way round", []Column{x2, x}, y)
	add("two inputs, other classes", []Column{x, x2}, Column{Kind: Classes, Names: words, IDs: []int32{0, 2}})
	add("ids", []Column{ids}, y)
	add("a mask", []Column{mask}, y)
	add("ids with a mask", []Column{ids, mask}, y)
	ids.Names = digits
	add("ids with other names", []Column{ids}, y)
	ids.Shape, ids.IDs = []int{1}, ids.IDs[:2]
	add("shorter ids", []Column{ids}, y)
	if a, b := tiny(t), must(t)(Assemble("x", []Column{{Name: "picture", Shape: []int{2, 3, 1}, Floats: tiny(t).inputs[0].Floats}},
		Column{Kind: Classes, Names: animals, IDs: []int32{2, 0, 1}})); a.Hash() != b.Hash() {
		t.Error("the same contents by New and by Assemble have different hashes")
	}
	if got := pairs(t).Hash(); got != "9862594d7cba7a97f8bc69041508005c89cc97af496c83f5e3a08710a643118d" {
		t.Errorf("hash of pairs is %s, it must not change", got)
	}
}

func TestHashAtOnce(t *testing.T) {
	d := small(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { d.Hash() })
	}
	all.Wait()
}
