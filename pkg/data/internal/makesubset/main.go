// Command makesubset writes the part of Fashion-MNIST that package data embeds, from the four official files (as gzip, whoever
// compressed them). Run it by `go generate ./pkg/data`.
//
// The rule: the first 600 images of each class in the training set and the first 100 of each class in the test set, in official order.
// The contents follow from that alone. The compressed bytes also follow from the version of compress/flate: those committed are by Go 1.26.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// sets are the halves of the dataset: the official files' prefix, the file to write, and how many of each class to take.
var sets = []struct {
	prefix, name string
	perClass     int
}{{"train", "fashion-mnist-train.gz", 600}, {"t10k", "fashion-mnist-test.gz", 100}}

func main() {
	from := flag.String("from", "/usr/share/datasets/fashion-mnist", "`folder` of the official files")
	to := flag.String("to", ".", "`folder` of package data")
	flag.Parse()
	for _, set := range sets {
		if err := write(*from, set.prefix, filepath.Join(*to, set.name), set.perClass); err != nil {
			fmt.Fprintln(os.Stderr, "makesubset:", err)
			os.Exit(1)
		}
	}
}

func write(folder, prefix, name string, perClass int) error {
	const side, classes = 28, 10
	images, err := unzip(filepath.Join(folder, prefix+"-images-idx3-ubyte.gz"))
	if err != nil {
		return err
	}
	labels, err := unzip(filepath.Join(folder, prefix+"-labels-idx1-ubyte.gz"))
	if err != nil {
		return err
	}
	images, labels = images[16:], labels[8:] // without the headers: type and 3 lengths, type and 1 length
	var chosen struct{ images, labels, positions bytes.Buffer }
	var n [classes]int
	for i, class := range labels {
		if n[class]++; n[class] > perClass {
			continue
		}
		chosen.images.Write(images[i*side*side : (i+1)*side*side])
		chosen.labels.WriteByte(class)
		chosen.positions.Write(binary.BigEndian.AppendUint32(nil, uint32(i)))
	}

	var out bytes.Buffer
	zip, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return err
	}
	const uint8s, int32s = 0x08, 0x0C
	total := uint32(chosen.labels.Len())
	for _, part := range [][]byte{
		header(uint8s, total, side, side), chosen.images.Bytes(),
		header(uint8s, total), chosen.labels.Bytes(),
		header(int32s, total), chosen.positions.Bytes(),
	} {
		if _, err := zip.Write(part); err != nil {
			return err
		}
	}
	if err := zip.Close(); err != nil {
		return err
	}
	return os.WriteFile(name, out.Bytes(), 0o644)
}

// header is that of an IDX array.
func header(kind byte, lengths ...uint32) []byte {
	b := []byte{0, 0, kind, byte(len(lengths))}
	for _, length := range lengths {
		b = binary.BigEndian.AppendUint32(b, length)
	}
	return b
}

func unzip(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return io.ReadAll(z)
}
