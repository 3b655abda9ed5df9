package data

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
)

// Hash is the SHA-256, in hexadecimal, of what the dataset holds: kinds, shapes, values, labels and classes, but not what it and its
// columns are called nor where the examples came from. Whatever is made from a dataset and kept on disk is kept under it. It is computed
// once. The same values held as bytes and as floats are two contents.
func (d *Dataset) Hash() string { return d.hash() }

// sum hashes the contents. Every part is preceded by its kind and length, so that no two contents can run together into one.
// Values with classes have a form of their own, the first there was.
func (d *Dataset) sum() string {
	h := sha256.New()
	if len(d.inputs) == 1 && d.inputs[0].Kind == Values && d.target.Kind == Classes {
		fmt.Fprintf(h, "vitrine dataset 1\nshape %d\n", d.inputs[0].Shape)
		writeNames(h, "classes", d.Classes)
		fmt.Fprintf(h, "labels %d\n", d.n)
		writeNumbers(h, d.target.IDs)
		d.inputs[0].write(h, d.n)
		return hex.EncodeToString(h.Sum(nil))
	}
	fmt.Fprintf(h, "vitrine dataset 2\ninputs %d\n", len(d.inputs))
	for _, c := range append(d.inputs[:len(d.inputs):len(d.inputs)], d.target) {
		fmt.Fprintf(h, "%s shape %d\n", c.Kind, c.Shape)
		writeNames(h, "names", c.Names)
		c.write(h, d.n)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// write writes the numbers of n examples, those that are not in memory as if they were.
func (c Column) write(h hash.Hash, n int) {
	for from, piece := range c.pieces(n) {
		if from == 0 {
			kind, _ := piece.storage()
			fmt.Fprintf(h, "%s %d\n", kind, n*c.size())
		}
		switch {
		case piece.Bytes != nil:
			h.Write(piece.Bytes)
		case piece.Floats != nil:
			writeNumbers(h, piece.Floats)
		case piece.IDs != nil:
			writeNumbers(h, piece.IDs)
		default:
			writeNumbers(h, piece.Mask)
		}
	}
}

func writeNames(h hash.Hash, what string, names []string) {
	fmt.Fprintf(h, "%s %d\n", what, len(names))
	for _, name := range names {
		fmt.Fprintf(h, "%q\n", name)
	}
}

func writeNumbers[T int32 | float32 | bool](h hash.Hash, numbers []T) {
	const chunk = 1 << 14
	buffer := make([]byte, 0, 4*chunk)
	for from := 0; from < len(numbers); from += chunk {
		buffer, _ = binary.Append(buffer[:0], binary.LittleEndian, numbers[from:min(from+chunk, len(numbers))])
		h.Write(buffer)
	}
}
