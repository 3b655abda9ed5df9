package data_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/data"
)

// damage does to a file of rows what could befall it.
func damage(t *testing.T, file, how string) {
	t.Helper()
	contents, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	switch how {
	case "cut off":
		contents = contents[:600]
	case "changed": // a bit of a number in the middle: still finite
		contents[len(contents)/2] ^= 1
	case "of format 1":
		contents = bytes.Replace(contents, []byte("rows 2"), []byte("rows 1"), 1)
	}
	if err := os.WriteFile(file, contents, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A table whose rows are kept in a file is the one that is kept in memory, and a second reading, or one after the file was damaged, gives it again.
func TestTableInFile(t *testing.T) {
	cached := t.TempDir()
	t.Setenv("VITRINE_CACHE", cached)
	contents, err := data.GermanCreditCSV()
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]func(string, data.Table) (*data.Dataset, *data.Dataset, *data.Schema, error){
		tableFile(t, "credit.csv", string(punched(t, contents))): data.ReadCSV, "testdata/types-zstd.parquet": data.ReadParquet,
	}
	for path, read := range read {
		o := data.Table{Target: "creditability", MinCount: 15, Seed: 3}
		if filepath.Ext(path) == ".parquet" {
			o = data.Table{Target: "target", Test: 0.5}
		}
		train, test, schema, err := read(path, o)
		if err != nil {
			t.Fatal(err)
		}
		o.Memory = 1
		for _, what := range []string{"written", "read again", "cut off", "changed", "of format 1"} {
			if what != "written" && what != "read again" {
				files, err := filepath.Glob(filepath.Join(cached, "tables", "*"))
				if err != nil || len(files) == 0 {
					t.Fatalf("%v: no files of rows", err)
				}
				for _, file := range files {
					damage(t, file, what)
				}
			}
			fromFile, testFromFile, again, err := read(path, o)
			if err != nil {
				t.Fatal(err)
			}
			if inputs, _ := fromFile.Columns(); inputs[0].Rows == nil || inputs[0].Floats != nil {
				t.Fatalf("%s, %s: the rows are in memory", path, what)
			}
			if fromFile.Hash() != train.Hash() || testFromFile.Hash() != test.Hash() || again.String() != schema.String() ||
				!slices.Equal(fromFile.Index, train.Index) || !slices.Equal(testFromFile.Index, test.Index) {
				t.Errorf("%s, %s: other rows than in memory", path, what)
			}
		}
	}
}
