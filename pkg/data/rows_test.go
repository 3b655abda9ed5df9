package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
)

// inFiles is the dataset with the numbers of its inputs in files.
func inFiles(t testing.TB, d *Dataset) *Dataset {
	t.Helper()
	inputs, target := d.Columns()
	for i, c := range inputs {
		path := filepath.Join(t.TempDir(), "rows")
		err := WriteRows(path, c.Shape, func(w *RowsWriter) error {
			for at := range d.Len() {
				if err := w.Add(c.Span(at, at+1)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		rows := opened(t, path)
		if rows.Len() != d.Len() || !slices.Equal(rows.Shape, c.Shape) {
			t.Fatalf("%d rows of shape %v, want %d of %v", rows.Len(), rows.Shape, d.Len(), c.Shape)
		}
		inputs[i].Bytes, inputs[i].Floats, inputs[i].IDs, inputs[i].Mask = nil, nil, nil, nil
		inputs[i].Rows = rows
	}
	return must(t)(Assemble(d.Name, inputs, target))
}

func opened(t testing.TB, path string) *RowsFile {
	t.Helper()
	rows, err := OpenRows(path)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// printed is the numbers of tensors.
func printed(t testing.TB, all ...*tensors.Tensor) (numbers []any) {
	t.Helper()
	for _, tensor := range all {
		tensor.MustConstFlatData(func(of any) { numbers = append(numbers, fmt.Sprint(tensor.Shape()), fmt.Sprint(of)) })
	}
	return numbers
}

// What is read on demand is what is in memory, whatever is asked for.
func TestRowsAreAsInMemory(t *testing.T) {
	images := must(t)(New("images", []int{2, 3, 1}, []uint8{0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255, 9, 8, 7, 6, 5, 4}, []int{0, 1, 1}, []string{"a", "b"}))
	for _, d := range []*Dataset{pairs(t), future(t), images} {
		streamed := inFiles(t, d)
		index := []int{2, 0, 0, 1}
		first, rest, err := streamed.Split(0.6, 4)
		if err != nil {
			t.Fatal(err)
		}
		firstWant, restWant, _ := d.Split(0.6, 4)
		for name, both := range map[string][2]*Dataset{
			"whole": {streamed, d}, "selected": {streamed.Select(index...), d.Select(index...)}, "shuffled": {streamed.Shuffle(3), d.Shuffle(3)},
			"every second": {streamed.Every(2), d.Every(2)}, "selected again": {streamed.Select(index...).Select(3, 1), d.Select(index...).Select(3, 1)},
			"first": {first, firstWant}, "rest": {rest, restWant},
		} {
			got, want := both[0], both[1]
			if got.Hash() != want.Hash() {
				t.Errorf("%s, %s: hash %s, want %s", d.Name, name, got.Hash(), want.Hash())
			}
			all := make([]int, got.Len())
			for i := range all {
				all[i] = (i + 1) % len(all)
			}
			gotIn, gotLabels := got.Batch(all)
			wantIn, wantLabels := want.Batch(all)
			if g, w := printed(t, append(gotIn, gotLabels)...), printed(t, append(wantIn, wantLabels)...); !reflect.DeepEqual(g, w) {
				t.Errorf("%s, %s: batch %v, want %v", d.Name, name, g, w)
			}
			if g, w := printed(t, got.Inputs(0, got.Len())...), printed(t, want.Inputs(0, got.Len())...); !reflect.DeepEqual(g, w) {
				t.Errorf("%s, %s: inputs %v, want %v", d.Name, name, g, w)
			}
			if g, w := got.Samples(0, got.Len()), want.Samples(0, want.Len()); !reflect.DeepEqual(g, w) {
				t.Errorf("%s, %s: samples %v, want %v", d.Name, name, g, w)
			}
		}
	}
}

// made are rows that are worked out, as many as one likes.
type made struct {
	n    int
	fill func(at int) (Column, error)
}

func (m made) Len() int { return m.n }
func (m made) Read(index []int) (all Column, err error) {
	for _, at := range index {
		c, err := m.fill(at)
		if err != nil {
			return all, err
		}
		all.Floats, all.IDs, all.Bytes = append(all.Floats, c.Floats...), append(all.IDs, c.IDs...), append(all.Bytes, c.Bytes...)
	}
	return all, nil
}

// What cannot be read, or is not what it should be, is an error: at the first example when the dataset is made, later when it is asked for.
func TestRowsErrors(t *testing.T) {
	gone := errors.New("the disk is gone")
	nan := float32(math.NaN())
	for name, c := range map[string]struct {
		fill func(int) (Column, error)
		want string
	}{
		"unreadable":   {func(int) (Column, error) { return Column{}, gone }, "the disk is gone"},
		"too short":    {func(int) (Column, error) { return Column{Floats: []float32{1}}, nil }, "values, got"},
		"too long":     {func(int) (Column, error) { return Column{Floats: []float32{1, 2, 3, 4}}, nil }, "values, got"},
		"nothing":      {func(int) (Column, error) { return Column{}, nil }, "values, got"},
		"not finite":   {func(int) (Column, error) { return Column{Floats: []float32{1, nan}}, nil }, "NaN"},
		"another kind": {func(int) (Column, error) { return Column{IDs: []int32{1, 2}}, nil }, "values are held as IDs"},
	} {
		for broken := range 3 {
			rows := made{3, func(at int) (Column, error) {
				if at == broken {
					return c.fill(at)
				}
				return Column{Floats: []float32{1, 2}}, nil
			}}
			d, err := Assemble(name, []Column{{Name: "x", Shape: []int{2}, Rows: rows}}, Column{Floats: []float32{1, 2, 3}})
			if broken == 0 {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s: error %v, want one with %q", name, err, c.want)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			for what, take := range map[string]func(){
				"batch":   func() { d.Batch([]int{0, broken}) },
				"inputs":  func() { d.Inputs(0, 3) },
				"samples": func() { d.Samples(broken, broken+1) },
				"hash":    func() { d.Hash() },
				"again":   func() { d.Hash() },
			} {
				err := func() (err error) {
					defer Catch(&err)
					take()
					return nil
				}()
				if read := (*ReadError)(nil); !errors.As(err, &read) || read.Column != "x" || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s, %s: error %v, want one with %q", name, what, err, c.want)
				}
			}
			d.Batch([]int{0}) // what can be read is read
			d.Labels(0, 3)
		}
	}
	two := made{2, func(int) (Column, error) { return Column{Floats: []float32{1}}, nil }}
	for want, columns := range map[string][2]Column{
		"want as many Rows, got 2":   {{Rows: two}, {Floats: []float32{1, 2, 3}}},
		"held in memory":             {{Floats: []float32{1, 2}}, {Rows: two}},
		"as a list and as Rows":      {{Rows: two, Floats: []float32{1, 2}}, {Floats: []float32{1, 2}}},
		"values have no Names":       {{Rows: two, Names: []string{"a"}}, {Floats: []float32{1, 2}}},
		"want 1 × 4 values, got 1":   {{Rows: two, Shape: []int{4}}, {Floats: []float32{1, 2}}},
		"ids are held as Floats":     {{Rows: two, Kind: IDs, Names: []string{"a"}}, {Floats: []float32{1, 2}}},
		"has a length of 0, want at": {{Rows: two, Shape: []int{0}}, {Floats: []float32{1, 2}}},
	} {
		if _, err := Assemble("x", []Column{columns[0]}, columns[1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func TestCatchLeavesOtherPanics(t *testing.T) {
	defer func() {
		if got := recover(); got != "another" {
			t.Errorf("recovered %v", got)
		}
	}()
	_ = func() (err error) {
		defer Catch(&err)
		panic("another")
	}()
}

func TestRowsFileErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows")
	add := func(all ...Column) func(*RowsWriter) error {
		return func(w *RowsWriter) error {
			for _, c := range all {
				if err := w.Add(c); err != nil {
					return err
				}
			}
			return nil
		}
	}
	for want, write := range map[string]func(*RowsWriter) error{
		"no rows":                    add(),
		"0 lists":                    add(Column{}),
		"2 lists":                    add(Column{Bytes: []uint8{1, 2}, IDs: []int32{1, 2}}),
		"numbers of type int32":      add(Column{Bytes: []uint8{1, 2}}, Column{IDs: []int32{1, 2}}),
		"want a multiple of 2":       add(Column{Bytes: []uint8{1, 2, 3}}),
		"row 1 holds +Inf at":        add(Column{Floats: []float32{1, 2, 3, float32(math.Inf(1))}}),
		"what came of it: not there": func(*RowsWriter) error { return errors.New("what came of it: not there") },
	} {
		if err := WriteRows(path, []int{2}, write); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := WriteRows(path, []int{0}, add()); err == nil {
		t.Error("a shape with a length of 0 is taken")
	}
	if err := WriteRows(path, []int{2}, add(Column{Floats: []float32{1, 2, 3, 4}}, Column{Floats: []float32{5, 6}})); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole { // cut off anywhere
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenRows(path); err == nil {
			t.Errorf("cut off after %d bytes of %d: no error", n, len(whole))
		}
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	for at := range whole { // changed anywhere: found where it is, and other rows are read
		changed := slices.Clone(whole)
		changed[at] ^= 1 << (at % 8)
		rows, err := openRows(inMemory(changed))
		if err != nil {
			if row := at - rowsHead; row >= 0 && row < 3*12 {
				t.Errorf("byte %d changed: %v before any row is read", at, err)
			}
			continue
		}
		for row := range 3 {
			want := at < rowsHead || (at-rowsHead)/12 == row
			if _, err := rows.Read([]int{row}); errors.Is(err, errRowChanged) != want {
				t.Errorf("byte %d changed, row %d: error %v, want one: %t", at, row, err, want)
			}
		}
		if err := rows.whole(); !errors.Is(err, errRowChanged) {
			t.Errorf("byte %d changed: error %v", at, err)
		}
	}
	swapped := slices.Clone(whole)
	copy(swapped[rowsHead:], whole[rowsHead+12:rowsHead+24])
	copy(swapped[rowsHead+12:], whole[rowsHead:rowsHead+12])
	if rows, err := openRows(inMemory(swapped)); err != nil || !errors.Is(rows.whole(), errRowChanged) {
		t.Errorf("two rows changed places: error %v", err)
	}
	old := bytes.Replace(whole, []byte(rowsFormat), []byte("vitrine rows 1\n"), 1)
	if _, err := openRows(inMemory(old)); err == nil || !strings.Contains(err.Error(), `format "vitrine rows 1`) {
		t.Errorf("error %v of a file of format 1", err)
	}
	rows := opened(t, path)
	d := must(t)(Assemble("x", []Column{{Shape: []int{2}, Rows: rows}}, Column{Floats: []float32{1, 2, 3}}))
	batch := func(at int) (err error) {
		defer Catch(&err)
		d.Batch([]int{at})
		return nil
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte{7}, rowsHead+12); err != nil { // under its reader
		t.Fatal(err)
	}
	f.Close()
	if err := batch(1); err == nil || !strings.Contains(err.Error(), path+": row 1 is not as it was written") {
		t.Errorf("error %v of a file that was changed", err)
	}
	if err := batch(2); err != nil {
		t.Error(err)
	}
	if err := os.Truncate(path, rowsHead+8); err != nil { // under its reader
		t.Fatal(err)
	}
	if err := batch(2); err == nil || !strings.Contains(err.Error(), "unexpected EOF") {
		t.Errorf("error %v of a file that became shorter", err)
	}
}

func FuzzOpenRows(f *testing.F) {
	path := filepath.Join(f.TempDir(), "rows")
	if err := WriteRows(path, []int{2}, func(w *RowsWriter) error { return w.Add(Column{IDs: []int32{1, 2, 3, 4}}) }); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-3])
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := openRows(inMemory(b)) // a file each time would be ten times slower
		if err != nil {
			return
		}
		c, err := rows.Read([]int{rows.Len() - 1, 0})
		if errors.Is(err, errRowChanged) {
			return
		}
		if err != nil {
			t.Fatalf("%d rows of shape %v: %v", rows.Len(), rows.Shape, err)
		}
		if want := 2 * (Column{Shape: rows.Shape}).size(); c.len() != want {
			t.Fatalf("%d numbers, want %d", c.len(), want)
		}
	})
}

// endless is a file of rows of zeros, as long as one likes, which is nowhere.
type endless struct {
	head []byte // and its first row
	rows int64
}

func (e endless) stride() int64 { return int64(len(e.head) - rowsHead) }
func (e endless) size() int64   { return rowsHead + e.rows*e.stride() + 8 }

func (e endless) ReadAt(b []byte, at int64) (int, error) {
	if at == e.size()-8 {
		binary.LittleEndian.PutUint64(b, uint64(e.rows))
		return len(b), nil
	}
	n := copy(b, e.head[min(at, rowsHead):])
	if at >= rowsHead { // whole rows
		clear(b)
		for n = 0; n < len(b); n += int(e.stride()) {
			row := b[n:][:e.stride()]
			sum := len(row) - rowsSum
			place := int((at - rowsHead + int64(n)) / e.stride())
			binary.LittleEndian.PutUint32(row[sum:], rowSum(crc32.Checksum(e.head[:rowsHead], rowsTable), place, row[:sum]))
		}
	}
	return n, nil
}

// An epoch over a dataset of 512 MiB holds no more than a few batches.
func TestRowsMemory(t *testing.T) {
	const width, n = 1 << 10, 1 << 17 // 4 kB a row
	path := filepath.Join(t.TempDir(), "rows")
	if err := WriteRows(path, []int{width}, func(w *RowsWriter) error { return w.Add(Column{Floats: make([]float32, width)}) }); err != nil {
		t.Fatal(err)
	}
	one, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	large := endless{one[:len(one)-8], n}
	rows, err := openRows(randomAccess{ReaderAt: large, size: large.size()})
	if err != nil {
		t.Fatal(err)
	}
	if rows.Len() != n {
		t.Fatalf("%d rows, want %d", rows.Len(), n)
	}
	d := must(t)(Assemble("large", []Column{{Shape: rows.Shape, Rows: rows}}, Column{Floats: make([]float32, n)}))
	d = d.Shuffle(1)
	used := func() uint64 {
		var now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&now)
		return now.HeapAlloc
	}
	before, most := used(), uint64(0)
	index := make([]int, 512)
	for from := 0; from < n; from += len(index) {
		for i := range index {
			index[i] = from + i
		}
		in, labels := d.Batch(index)
		in[0].MustFinalizeAll()
		labels.MustFinalizeAll()
		if from/len(index)%8 == 0 {
			most = max(most, used())
		}
	}
	if most > before+16<<20 {
		t.Errorf("%d MB more in use while 512 MiB are read", (most-before)>>20)
	}
}

func BenchmarkRows(b *testing.B) {
	const width = 28 * 28
	path := filepath.Join(b.TempDir(), "rows")
	err := WriteRows(path, []int{width}, func(w *RowsWriter) error {
		for range 60_000 {
			if err := w.Add(Column{Bytes: make([]uint8, width)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	rows := opened(b, path)
	streamed := must(b)(Assemble("x", []Column{{Shape: rows.Shape, Rows: rows}}, Column{Floats: make([]float32, rows.Len())})).Shuffle(1)
	memory := must(b)(Assemble("x", []Column{{Shape: rows.Shape, Bytes: make([]uint8, width*rows.Len())}}, Column{Floats: make([]float32, rows.Len())})).Shuffle(1)
	for name, d := range map[string]*Dataset{"file": streamed, "memory": memory} {
		b.Run(name, func(b *testing.B) {
			index := make([]int, 64)
			for n := 0; b.Loop(); n++ {
				for i := range index {
					index[i] = (n*len(index) + i) % d.Len()
				}
				in, labels := d.Batch(index)
				in[0].MustFinalizeAll()
				labels.MustFinalizeAll()
			}
			b.ReportMetric(float64(b.N*len(index))/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
