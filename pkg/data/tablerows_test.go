package data_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/data"
)

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
		for _, what := range []string{"written", "read again", "damaged"} {
			if what == "damaged" {
				files, err := filepath.Glob(filepath.Join(cached, "tables", "*"))
				if err != nil || len(files) == 0 {
					t.Fatalf("%v: no files of rows", err)
				}
				for _, file := range files {
					if err := os.Truncate(file, 600); err != nil {
						t.Fatal(err)
					}
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
