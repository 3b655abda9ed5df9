package viz

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/vitrine-ml/vitrine/internal/echarts"
)

// The library is a third of a megabyte, so not every output of a notebook can hold it; one has to, or charts do not come to life when the
// notebook is opened again. Every cell is a process of its own, so who carries the library is noted in the temporary folder of the kernel's
// session, which goes when the kernel does:
//
//   - the first chart that a session shows carries it;
//   - so does the first chart of the same cell, or that very chart, when it is shown again: its output takes the place of the one that had it.
//
// What remains is a carrier that is edited, or deleted, while the kernel runs on: charts are then live until the page is closed, and static
// pictures when it is opened again, until the notebook is run from the start.

// shown is true as soon as this process has shown a chart: only its first one may be a carrier.
var shown atomic.Bool

// carries says whether the chart of that id, shown by a session with that temporary folder, carries the library.
func carries(dir, id string) bool {
	if shown.Swap(true) {
		return false
	}
	if dir == "" { // not a session that we know: once a process
		return true
	}
	version := digest(echarts.Script)
	note := filepath.Join(dir, ".vitrine-"+version[:8])
	if f, err := os.OpenFile(note, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err == nil {
		_, err := f.WriteString(id + " " + cell(dir))
		if f.Close() != nil || err != nil {
			os.Remove(note) // the next chart tries again
		}
		return true
	}
	b, err := os.ReadFile(note)
	if err != nil {
		return true
	}
	carrier, itsCell, _ := strings.Cut(string(b), " ")
	return carrier == id || itsCell != "" && itsCell == cell(dir)
}

// cell is a hash of the cell that is running: of the main function in the program that GoNB wrote for it, "" where there is none.
func cell(dir string) string {
	b, err := os.ReadFile(filepath.Join(dir, "main.go"))
	if err != nil {
		return ""
	}
	_, body, found := strings.Cut(string(b), "\nfunc main() {")
	if !found {
		return ""
	}
	body, _, _ = strings.Cut(body, "\n}\n")
	return digest(body)
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
