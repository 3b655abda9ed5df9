package data_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/data"
)

// tableFile is a file with those contents.
func tableFile(t testing.TB, name, contents string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(contents), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// row is the encoded numbers of example i.
func row(d *data.Dataset, i int) []float32 {
	inputs, _ := d.Columns()
	n := d.Shape()[0]
	return inputs[0].Floats[i*n : (i+1)*n]
}

// Every number is the one that pandas and scikit-learn come to.
func TestTableAgainstScikitLearn(t *testing.T) {
	type side struct {
		Features []string
		Rows     [][]float64
	}
	var want struct{ Plain, Holes side }
	b, err := os.ReadFile("testdata/tables.json")
	if err == nil {
		err = json.Unmarshal(b, &want)
	}
	if err != nil {
		t.Fatal(err)
	}
	contents, err := data.GermanCreditCSV()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		contents []byte
		want     side
		least    int
	}{{"plain", contents, want.Plain, 1}, {"holes", punched(t, contents), want.Holes, 15}} {
		path := tableFile(t, "credit.csv", string(c.contents))
		train, test, schema, err := data.ReadCSV(path, data.Table{Target: "creditability", Test: 0.3, Last: true, MinCount: c.least})
		if err != nil {
			t.Fatal(err)
		}
		if train.Len() != 700 || test.Len() != 300 || len(schema.Features()) != len(c.want.Features) {
			t.Fatalf("%s: %d and %d rows of %d numbers, want 700 and 300 of %d", c.name, train.Len(), test.Len(), len(schema.Features()), len(c.want.Features))
		}
		at := map[string]int{}
		for i, name := range schema.Features() {
			if column, word, ok := strings.Cut(name, "="); ok {
				name = column + "_" + strings.Replace(word, "(other)", "infrequent_sklearn", 1)
			}
			at[name] = i
		}
		for k, of := range c.want.Rows {
			var got []float32
			if i := 20 * k; i < 700 {
				got = row(train, i)
			} else {
				got = row(test, i-700)
			}
			for j, v := range of {
				i, ok := at[c.want.Features[j]]
				if !ok && j >= 8 { // a column's name that has a = of its own
					for name := range at {
						if strings.ReplaceAll(name, "=", "_") == strings.ReplaceAll(c.want.Features[j], "=", "_") {
							i, ok = at[name], true
						}
					}
				}
				if !ok {
					t.Fatalf("%s: no number %q in %q", c.name, c.want.Features[j], schema.Features())
				}
				if math.Abs(float64(got[i])-v) > 1e-6 {
					t.Errorf("%s: row %d, %s: %v, want %v", c.name, 20*k, c.want.Features[j], got[i], v)
				}
			}
		}
	}
}

// punched has holes where testdata/make_tables.py makes them.
func punched(t *testing.T, contents []byte) []byte {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(contents)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows[1:] {
		for j := range row[:len(row)-1] {
			if j%3 == 1 && (31*i+17*j)%11 == 0 {
				row[j] = []string{"", "NA", "?", " null "}[i%4]
			}
		}
	}
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGermanCredit(t *testing.T) {
	train, test, schema, err := data.GermanCredit()
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, d := range []*data.Dataset{train, test} {
		for i := range d.Len() {
			counts[d.Classes[d.Label(i)]]++
		}
	}
	if want := map[string]int{"good": 700, "bad": 300}; !reflect.DeepEqual(counts, want) || train.Len() != 700 {
		t.Errorf("classes %v, %d to learn from; want %v, 700", counts, train.Len(), want)
	}
	if len(schema.Columns)+len(schema.Left)+1 != 21 || len(schema.Left) != 0 {
		t.Errorf("%d columns and %v, want 20 and none left out", len(schema.Columns), schema.Left)
	}
	contents, err := data.GermanCreditCSV()
	if err != nil {
		t.Fatal(err)
	}
	again, _, _, err := data.ReadCSV(tableFile(t, "credit.csv", string(contents)), data.Table{Target: "creditability", Test: 0.3, Seed: 1})
	if err != nil || again.Hash() != train.Hash() {
		t.Errorf("another table from its file: %v", err)
	}
}

const people = `name,age,city,member,since,height,kind,score
Ann,31,Rome,yes,2020-01-02,1.5,a,1
Bob,,Rome,no,2021-01-02,1.6,b,2
Cyd,45,Oslo,no,2020-02-02,1.7,a,3
Dan,27,,yes,2020-01-05,1.8,b,4.5
Eve,50,Oslo,yes,2020-01-02,,a,5
`

func TestTableTypes(t *testing.T) {
	train, test, schema, err := data.ReadCSV(tableFile(t, "people.csv", people), data.Table{Target: "kind", NoTest: true})
	if err != nil {
		t.Fatal(err)
	}
	if test != nil {
		t.Error("a test part where none was asked for")
	}
	var got []string
	for _, c := range schema.Columns {
		got = append(got, c.Name+" "+string(c.Type))
	}
	want := []string{"name category", "age number", "city category", "member boolean", "since date", "height number", "score number"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	features := []string{"name=Ann", "name=Bob", "name=Cyd", "name=Dan", "name=Eve", "age", "age is missing",
		"city=Oslo", "city=Rome", "city=(missing)", "member", "since", "height", "height is missing", "score"}
	if !slices.Equal(schema.Features(), features) {
		t.Errorf("%q, want %q", schema.Features(), features)
	}
	inputs, target := train.Columns()
	if !slices.Equal(inputs[0].Features, features) || !slices.Equal(target.Names, []string{"a", "b"}) {
		t.Errorf("%q %q", inputs[0].Features, target.Names)
	}
	if age := schema.Columns[1]; age.Median != 38 || age.Gaps != 1 || age.Low != 27 || age.High != 50 {
		t.Errorf("%+v", age)
	}
	if bob := row(train, 1); bob[1] != 1 || bob[6] != 1 || bob[8] != 1 || bob[10] != 0 {
		t.Errorf("%v", bob)
	}
	if since := schema.Columns[4]; since.Low != 18263 || since.High != 18629 { // 2020-01-02 is 50 years and 13 leap days after
		t.Errorf("%+v", since)
	}
}

// The target decides: numbers that are few are classes, others a regression, in its unit or scaled.
func TestTableTarget(t *testing.T) {
	path := tableFile(t, "people.csv", people)
	train, _, schema, err := data.ReadCSV(path, data.Table{Target: "score", NoTest: true})
	if err != nil {
		t.Fatal(err)
	}
	_, target := train.Columns()
	if target.Kind != data.Values || schema.Target.Classes != nil || math.Abs(schema.Target.Mean-3.1) > 1e-12 {
		t.Errorf("%s, %+v", target.Kind, schema.Target)
	}
	var sum, squares float64
	for _, v := range target.Floats {
		sum, squares = sum+float64(v), squares+float64(v)*float64(v)
	}
	if math.Abs(sum) > 1e-6 || math.Abs(squares/5-1) > 1e-6 {
		t.Errorf("mean %v, mean square %v; want 0 and 1", sum/5, squares/5)
	}
	train, _, schema, err = data.ReadCSV(path, data.Table{Target: "score", NoTest: true, Types: map[string]data.Type{"score": data.Category}})
	if err != nil || train.Classes[3] != "4.5" || len(schema.Target.Classes) != 5 {
		t.Errorf("%v %v", schema, err)
	}
	var many strings.Builder
	many.WriteString("x,y\n")
	for i := range 50 {
		fmt.Fprintf(&many, "%d,%d\n", i*i, i%5)
	}
	train, test, _, err := data.ReadCSV(tableFile(t, "many.csv", many.String()), data.Table{Target: "y"})
	if err != nil || !slices.Equal(train.Classes, []string{"0", "1", "2", "3", "4"}) || test.Len() != 10 {
		t.Errorf("%v %v", train, err)
	}
}

// Nothing of the rows for the examination is in what was learned, wherever they are.
func TestTableNothingLeaks(t *testing.T) {
	var b strings.Builder
	b.WriteString("x,word,y\n")
	for i := range 100 {
		fmt.Fprintf(&b, "%d,w%d,%d\n", i*i, i%3, i%2)
	}
	for _, options := range []data.Table{{Target: "y", Seed: 3}, {Target: "y", Last: true}} {
		_, test, before, err := data.ReadCSV(tableFile(t, "t.csv", b.String()), options)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(b.String(), "\n")
		for _, i := range test.Index {
			lines[1+i] = fmt.Sprintf("1e9,other%d,%d", i, i%2)
		}
		_, again, after, err := data.ReadCSV(tableFile(t, "t.csv", strings.Join(lines, "\n")), options)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(before, after) || !slices.Equal(test.Index, again.Index) {
			t.Errorf("other rows for the examination, another schema:\n%v\n%v", before, after)
		}
		if options.Last != (test.Index[0] == 80) || len(test.Index) != 20 || !slices.IsSorted(test.Index) {
			t.Errorf("examined on rows %v", test.Index)
		}
		if v := row(again, 0); !slices.Equal(v[1:], []float32{0, 0, 0}) {
			t.Errorf("a word that was not learned: %v", v)
		}
	}
}

func TestTableLeftOut(t *testing.T) {
	var b strings.Builder
	b.WriteString(",id,name,const,empty,word,zip,rare,y\n")
	for i := range 60 {
		fmt.Fprintf(&b, "%d,%d,person %d,5,NA,same,%05d,%s,%d\n", i, i+1, i, 501+i%4, []string{"a", "b", "c"}[min(i%7, 2)], i%2)
	}
	_, _, schema, err := data.ReadCSV(tableFile(t, "t.csv", b.String()), data.Table{Target: "y", NoTest: true, MinCount: 10, MaxCategories: 3})
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, l := range schema.Left {
		left = append(left, l.Name)
	}
	if want := []string{"row", "id", "name", "const", "empty", "word"}; !slices.Equal(left, want) {
		t.Errorf("left out %q, want %q", schema.Left, want)
	}
	want := []string{"zip=00501", "zip=00502", "zip=00503", "zip=(other)", "rare=c", "rare=(other)"}
	if got := schema.Features(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Delimiters, ends of lines, quotes, a byte order mark, gzip and a header of one's own make no difference.
func TestCSVForms(t *testing.T) {
	const plain = "x,w,y\n1,\"a;b\",0\n2,\"c \"\"d\"\"\",1\n4,\"a;b\",1\n"
	train, _, _, err := data.ReadCSV(tableFile(t, "t.csv", plain), data.Table{Target: "y", NoTest: true, Types: map[string]data.Type{"y": data.Category}})
	if err != nil {
		t.Fatal(err)
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(plain))
	_ = z.Close()
	semicolon := "x;w;y\n1;\"a;b\";0\n2;\"c \"\"d\"\"\";1\n4;\"a;b\";1\n"
	for name, form := range map[string]string{
		"mark": "\ufeff" + plain, "crlf": strings.ReplaceAll(plain, "\n", "\r\n"), "gzip": zipped.String(),
		"semicolons": semicolon, "no end": strings.TrimSuffix(plain, "\n"), "empty lines": strings.ReplaceAll(plain, "\n", "\n\n"),
		"tabs": strings.ReplaceAll(plain, ",", "\t"), "bars": strings.ReplaceAll(plain, ",", "|"),
	} {
		again, _, _, err := data.ReadCSV(tableFile(t, "t.csv", form), data.Table{Target: "y", NoTest: true, Types: map[string]data.Type{"y": data.Category}})
		if err != nil || again.Hash() != train.Hash() {
			t.Errorf("%s: another table: %v", name, err)
		}
	}
	again, _, _, err := data.ReadCSV(tableFile(t, "t.csv", strings.TrimPrefix(plain, "x,w,y\n")),
		data.Table{Target: "y", NoTest: true, Header: []string{"x", "w", "y"}, Types: map[string]data.Type{"y": data.Category}})
	if err != nil || again.Hash() != train.Hash() {
		t.Errorf("a header of one's own: another table: %v", err)
	}
}

// A bad row is named by file and line.
func TestTableErrors(t *testing.T) {
	numbers := strings.Repeat("1,0\n2,1\n", 20)
	for _, c := range []struct {
		name, contents string
		table          data.Table
		want           string
	}{
		{"empty", "", data.Table{}, "empty"},
		{"no rows", "x,y\n", data.Table{}, "no rows"},
		{"no target", "x,y\n1,2\n", data.Table{Target: "z"}, `no column "z"`},
		{"no name for it", "x,y\n1,2\n", data.Table{Target: "-"}, `no column "-"`},
		{"few cells", "x,y\n1,2\n\n3\n", data.Table{}, "t.csv:4: 1 cells, want 2"},
		{"many cells", "x,y\n1,2\n3,4,5\n", data.Table{}, "t.csv:3: 3 cells, want 2"},
		{"quote", "x,y\n1,2\n\"3,4\n", data.Table{}, "t.csv:3: "},
		{"stray quote", "x,y\n1,2\n3\"3,4\n", data.Table{}, "t.csv:3: "},
		{"twice", "x,y,x\n1,2,3\n", data.Table{}, `columns 1 and 3 are both called "x"`},
		{"nameless", "x,,y\n1,2,3\n", data.Table{}, "column 2 has no name"},
		{"missing target", "x,y\n1,2\n3,NA\n", data.Table{}, `t.csv:3: the target "y" is missing`},
		{"infinite", "x,y\n1,0\n-inf,1\n", data.Table{}, `column "x": t.csv:3: "-inf" is not a finite number`},
		{"comma", "x;y\n1,5;0\n2;1\n", data.Table{}, `t.csv:2: "1,5": write numbers with a decimal point`},
		{"slip", "x,y\n" + numbers + "l2,1\n", data.Table{}, `column "x": t.csv:42: "l2", where 40 of 41 cells are numbers`},
		{"large", "x,y\n1,0\n1e39,1\n3,0\n", data.Table{}, `t.csv:3: column "x": "1e39" is not a number that single precision holds`},
		{"type", "x,y\n1,0\nb,1\n", data.Table{Types: map[string]data.Type{"x": data.Number}}, `t.csv:3: column "x": "b" is not of type number`},
		{"unknown type", "x,y\n1,0\n", data.Table{Types: map[string]data.Type{"x": "text"}}, `column "x" is to be of type "text"`},
		{"type of nothing", "x,y\n1,0\n", data.Table{Types: map[string]data.Type{"z": data.Number}}, `no column "z", which Types names`},
		{"one class", "x,y\n1,a\n2,a\n", data.Table{}, "nothing to learn"},
		{"one column", "y\na\nb\n", data.Table{}, "only one column"},
		{"nothing left", "x,y\n1,a\n1,b\n", data.Table{}, "no column is left"},
		{"encoding", "x,y\n\xff,a\nb,b\n", data.Table{}, "t.csv:2: \"\\xff\" is not UTF-8"},
		{"utf-16", "\xff\xfex\x00", data.Table{}, "UTF-16"},
		{"gzip", "\x1f\x8bnothing", data.Table{}, "gzip"},
		{"share", "x,y\n1,a\n2,b\n", data.Table{Test: 2}, "share of Test is 2"},
		{"empty part", "x,y\n1,a\n2,b\n", data.Table{Test: 0.1}, "leaves one part empty"},
		{"memory", "x,y\n1,a\n2,b\n", data.Table{Memory: -1}, "want none below 0"},
		{"limit", "x,y\n1,a\n2,b\n", data.Table{Limit: 4}, "above Limit, 4"},
		{"long row", "x,y\n\"" + strings.Repeat("a", 2<<20), data.Table{}, "t.csv:2: a row of more than"},
		{"long row later", "x,y\n1,a\n1,\"" + strings.Repeat("a\n", 1<<20), data.Table{}, "t.csv:3: a row of more than"},
		{"columns", strings.Repeat("x,", 20_000) + "y\n", data.Table{}, "20001 columns, want at most 10000"},
		{"parquet", "PAR1", data.Table{}, "ReadParquet"},
	} {
		if c.table.Target == "" {
			c.table.Target = "y"
		}
		c.table.NoTest = c.name != "empty part"
		_, _, _, err := data.ReadCSV(tableFile(t, "t.csv", c.contents), c.table)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "data: table t.csv: ") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	if _, _, _, err := data.ReadCSV("testdata/nowhere.csv", data.Table{Target: "y"}); err == nil {
		t.Error("no error for a file that is not there")
	}
	if _, _, _, err := data.ReadCSV("x.csv", data.Table{}); err == nil || !strings.Contains(err.Error(), "no Target") {
		t.Errorf("no target: %v", err)
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add([]byte(people), "kind", true)
	f.Add([]byte("x;y\n1;2\n"), "y", false)
	f.Add([]byte("\"a\nb\",y\nNaN,true\n2020-01-01,no\n"), "y", false)
	f.Add([]byte("a,y\n1e308,1\n-1e308,2\n0x1p4,1\n"), "y", true)
	f.Fuzz(func(t *testing.T, contents []byte, target string, test bool) {
		train, _, schema, err := data.CSVInMemory(contents, data.Table{Target: target, NoTest: !test, Limit: 1 << 24})
		if err != nil {
			return
		}
		if n := len(schema.Features()); n != train.Shape()[0] || len(schema.Average()) != 1 || schema.Typical()[0].Shape().Dim(1) != n {
			t.Errorf("%d features, rows of %v", n, train.Shape())
		}
		b, err := json.Marshal(schema)
		if err != nil {
			t.Fatal(err)
		}
		var again data.Schema
		if err := json.Unmarshal(b, &again); err != nil || !reflect.DeepEqual(&again, schema) {
			t.Errorf("%v: %+v, want %+v", err, again, schema)
		}
	})
}
