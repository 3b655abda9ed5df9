package data_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/vitrine-ml/vitrine/pkg/data"
)

// purchase is a row of a table that takes far more as numbers than as words: each word becomes 50 numbers.
type purchase struct {
	A string  `parquet:"a"`
	B string  `parquet:"b"`
	C string  `parquet:"c"`
	D string  `parquet:"d"`
	E string  `parquet:"e"`
	F string  `parquet:"f"`
	G string  `parquet:"g"`
	H string  `parquet:"h"`
	X float64 `parquet:"x"`
	Y float64 `parquet:"y"`
	T string  `parquet:"t"`
}

const purchaseNumbers = 8*50 + 2

// purchases hands so many rows to write.
func purchases(n int, write func(purchase) error) error {
	rng := rand.New(rand.NewPCG(uint64(n), 1))
	word := func() string { return fmt.Sprintf("w%02d", rng.IntN(50)) }
	for range n {
		p := purchase{word(), word(), word(), word(), word(), word(), word(), word(), rng.NormFloat64(), rng.NormFloat64(), "no"}
		if p.X > p.Y {
			p.T = "yes"
		}
		if err := write(p); err != nil {
			return err
		}
	}
	return nil
}

func writeCSV(f io.Writer, n int) error {
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "a,b,c,d,e,f,g,h,x,y,t")
	if err := purchases(n, func(p purchase) error {
		_, err := fmt.Fprintf(w, "%s,%s,%s,%s,%s,%s,%s,%s,%.6f,%.6f,%s\n", p.A, p.B, p.C, p.D, p.E, p.F, p.G, p.H, p.X, p.Y, p.T)
		return err
	}); err != nil {
		return err
	}
	return w.Flush()
}

func writeParquet(f io.Writer, n int) error {
	w := parquet.NewGenericWriter[purchase](f, parquet.MaxRowsPerRowGroup(5_000))
	if err := purchases(n, func(p purchase) error { _, err := w.Write([]purchase{p}); return err }); err != nil {
		return err
	}
	return w.Close()
}

// peak is the most bytes that any collection found in use while do ran, above those before. Collections come often, so that little grows between two.
func peak(do func()) (most uint64) {
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	now := func() uint64 {
		metrics.Read(live)
		return live[0].Value.Uint64()
	}
	runtime.GC()
	runtime.GC() // what the first left to finalizers
	before, done, watched := now(), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		for {
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
				most = max(most, now())
			}
		}
	}()
	do()
	runtime.GC()
	close(done)
	<-watched
	return max(most, now(), before) - before
}

// A table whose encoded rows are far above Table.Memory takes no more memory when it is four times as long, but for the 4 bytes of a row's target, the 8 of its
// number and the 8 of where it is in the file. VITRINE_FULL=1 reads 400,000 rows, which are 640 MB.
func TestTableMemory(t *testing.T) {
	rows := 2_000
	if os.Getenv("VITRINE_FULL") == "1" {
		rows = 100_000
	}
	const memory = 1 << 20
	for name, c := range map[string]struct {
		write func(io.Writer, int) error
		read  func(string, data.Table) (*data.Dataset, *data.Dataset, *data.Schema, error)
	}{"csv": {writeCSV, data.ReadCSV}, "parquet": {writeParquet, data.ReadParquet}} {
		var peaks [2]uint64
		for i, n := range []int{rows, 4 * rows} {
			t.Setenv("VITRINE_CACHE", t.TempDir())
			path := filepath.Join(t.TempDir(), "purchases."+name)
			f, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.write(f, n); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			for _, what := range []string{"written", "read again"} {
				used := peak(func() {
					train, test, schema, err := c.read(path, data.Table{Target: "t", Memory: memory})
					if err != nil {
						t.Fatal(err)
					}
					if got := len(schema.Features()); got != purchaseNumbers || train.Len()+test.Len() != n {
						t.Fatalf("%d rows of %d numbers, want %d of %d", train.Len()+test.Len(), got, n, purchaseNumbers)
					}
					train = train.Shuffle(1)
					index := make([]int, 64)
					for from := 0; from+len(index) <= train.Len(); from += len(index) { // an epoch
						for k := range index {
							index[k] = from + k
						}
						in, labels := train.Batch(index)
						in[0].MustFinalizeAll()
						labels.MustFinalizeAll()
					}
				})
				encoded := 4 * n * purchaseNumbers
				t.Logf("%s, %s: %d rows, %.1f MB as numbers, at most %.2f MB in use", name, what, n, float64(encoded)/1e6, float64(used)/1e6)
				peaks[i] = max(peaks[i], used)
			}
		}
		// Of a row: 20 bytes, twice while it is shuffled, and of a column of numbers up to 100,000 values for its median.
		allowed := uint64(3*rows*2*20+2*8*min(3*rows, 100_000)) + 3<<20
		if peaks[1] > peaks[0]+allowed {
			t.Errorf("%s: %d bytes in use for %d rows, %d for %d: want at most %d more", name, peaks[0], rows, peaks[1], 4*rows, allowed)
		}
	}
}
