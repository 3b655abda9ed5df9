package data_test

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// A row prepared by itself, by a schema that went through JSON, is what it is in the dataset.
func TestSchemaPrepare(t *testing.T) {
	train, _, schema, err := data.ReadCSV(tableFile(t, "people.csv", people), data.Table{Target: "kind", NoTest: true})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(train.Preparation)
	if err != nil {
		t.Fatal(err)
	}
	var preparation data.Schema
	if err := json.Unmarshal(b, &preparation); err != nil || !reflect.DeepEqual(&preparation, schema) {
		t.Fatalf("%v: %+v, want %+v", err, preparation, schema)
	}
	if preparation.Raw() != data.RawRow {
		t.Errorf("takes %s", preparation.Raw())
	}
	const bob = `{"name": "Bob", "age": null, "city": "Rome", "member": false, "since": "2021-01-02", "height": 1.6, "score": "2", "kind": "b"}`
	got, err := preparation.Prepare(bob)
	if err != nil {
		t.Fatal(err)
	}
	inputs, _ := train.Columns()
	if !slices.Equal(got[0].Floats, row(train, 1)) || !slices.Equal(got[0].Features, inputs[0].Features) || got[0].Name != inputs[0].Name {
		t.Errorf("%+v, want %v", got, row(train, 1))
	}
	if row, err := preparation.Row(map[string]any{"name": "Bob", "age": nil, "city": "Rome", "member": false, "since": "2021-01-02", "height": 1.6, "score": 2}); err != nil {
		t.Error(err)
	} else if values, err := models.Floats(row[0]); err != nil || len(values) != len(got[0].Floats) || float32(values[11]) != got[0].Floats[11] {
		t.Errorf("%v %v, want %v", values, err, got[0].Floats)
	}
	if _, err := preparation.Row(map[string]any{"name": math.NaN()}); err == nil {
		t.Error("NaN is a value")
	}
	for change, want := range map[string]string{
		`"Rome"|"Paris"`:         `column "city" is "Paris", want one of ["Oslo" "Rome" "(missing)"]`,
		`"age": null, |`:         `column "age" is not given`,
		`"age"|"height"`:         `column "height" is there twice`,
		`"age"|"weight"`:         `there is no column "weight"`,
		`1.6|"tall"`:             `column "height": "tall" is not of type number`,
		`1.6|[1]`:                `column "height" is no string`,
		`1.6|1e999`:              `column "height"`,
		`false|3`:                `column "member"`,
		`{|[`:                    "no JSON object",
		`"kind": "b"}|"kind":`:   "",
		`"kind": "b"}|}} `:       "",
		`"b"}|"b"} {"name": "x"`: "more after",
	} {
		from, to, _ := strings.Cut(change, "|")
		if _, err := preparation.Prepare(strings.Replace(bob, from, to, 1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", change, err, want)
		}
	}
}

func FuzzSchemaPrepare(f *testing.F) {
	_, _, schema, err := data.ReadCSV(tableFile(f, "people.csv", people), data.Table{Target: "kind", NoTest: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(`{"name": "Bob", "age": null, "city": "Rome", "member": false, "since": "2021-01-02", "height": 1.6, "score": "2"}`)
	f.Add(`{"name": {}}`)
	f.Fuzz(func(t *testing.T, raw string) {
		columns, err := schema.Prepare(raw)
		if err != nil {
			return
		}
		for _, v := range columns[0].Floats {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				t.Errorf("%s: %v", raw, columns[0].Floats)
			}
		}
	})
}

// A typical row has the medians and the most frequent words; an average one is the mean of all.
func TestSchemaTypical(t *testing.T) {
	train, _, schema, err := data.GermanCredit()
	if err != nil {
		t.Fatal(err)
	}
	typical, err := models.Floats(schema.Typical()[0])
	if err != nil {
		t.Fatal(err)
	}
	average, err := models.Floats(schema.Average()[0])
	if err != nil {
		t.Fatal(err)
	}
	for j, name := range schema.Features() {
		var column []float64
		mean := 0.0
		for i := range train.Len() {
			v := float64(row(train, i)[j])
			column, mean = append(column, v), mean+v/float64(train.Len())
		}
		slices.Sort(column)
		if math.Abs(mean-average[j]) > 1e-6 {
			t.Errorf("%s: on the average %v, want %v", name, average[j], mean)
		}
		if !strings.Contains(name, "=") && math.Abs(typical[j]-(column[349]+column[350])/2) > 1e-6 {
			t.Errorf("%s: typically %v, want the median, %v", name, typical[j], (column[349]+column[350])/2)
		}
	}
	for i, group := range schema.Groups() {
		if schema.Columns[i].Type != data.Category {
			continue
		}
		sum, most := 0.0, 0
		for k, j := range group {
			sum += typical[j]
			if average[j] > average[group[most]] {
				most = k
			}
		}
		if sum != 1 || typical[group[most]] != 1 {
			t.Errorf("%s: typically %v", schema.Columns[i].Name, group)
		}
	}
}

func TestSchemaPerColumn(t *testing.T) {
	_, _, schema, err := data.ReadCSV(tableFile(t, "people.csv", people), data.Table{Target: "kind", NoTest: true})
	if err != nil {
		t.Fatal(err)
	}
	n := len(schema.Features())
	e := &record.Explanation{Version: record.Version, Method: "x", Output: []float64{1}, Status: []record.Status{record.OK},
		Values: []record.Array{{Name: "row", Axes: []string{"example", "feature"}, Shape: []int{1, n}, Features: schema.Features()}}}
	for i := range n {
		e.Values[0].Data = append(e.Values[0].Data, float64(i))
	}
	got, err := schema.PerColumn(e)
	if err != nil {
		t.Fatal(err)
	}
	if v := got.Values[0]; !slices.Equal(v.Data, []float64{10, 11, 24, 10, 11, 25, 14}) || v.Features[2] != "city" || got.Check() != nil {
		t.Errorf("%+v", v)
	}
	e.Values[0].Shape, e.Values[0].Data, e.Values[0].Features = []int{1, 2}, []float64{1, 2}, nil
	if _, err := schema.PerColumn(e); err == nil {
		t.Error("no error for other rows")
	}
}
