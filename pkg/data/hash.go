package data

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// Hash is the SHA-256, in hexadecimal, of what the dataset holds: shape, values, labels and classes, but not its name nor where the
// examples came from. Whatever is made from a dataset and kept on disk is kept under it. It is computed once. The same values held
// as bytes and as floats are two contents.
func (d *Dataset) Hash() string { return d.hash() }

// sum hashes the contents. Every part is preceded by its kind and length, so that no two contents can run together into one.
func (d *Dataset) sum() string {
	h := sha256.New()
	fmt.Fprintf(h, "vitrine dataset 1\nshape %d\n", d.shape)
	fmt.Fprintf(h, "classes %d\n", len(d.Classes))
	for _, class := range d.Classes {
		fmt.Fprintf(h, "%q\n", class)
	}
	const chunk = 1 << 14
	buffer := make([]byte, 0, 4*chunk)
	fmt.Fprintf(h, "labels %d\n", len(d.labels))
	for from := 0; from < len(d.labels); from += chunk {
		buffer, _ = binary.Append(buffer[:0], binary.LittleEndian, d.labels[from:min(from+chunk, len(d.labels))])
		h.Write(buffer)
	}
	if d.pixels != nil {
		fmt.Fprintf(h, "uint8 %d\n", len(d.pixels))
		h.Write(d.pixels)
	} else {
		fmt.Fprintf(h, "float32 %d\n", len(d.values))
		for from := 0; from < len(d.values); from += chunk {
			buffer, _ = binary.Append(buffer[:0], binary.LittleEndian, d.values[from:min(from+chunk, len(d.values))])
			h.Write(buffer)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
