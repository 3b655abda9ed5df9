package data_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/vitrine-ml/vitrine/pkg/data"
)

// What pyarrow writes is read, of every type and compressed in every way.
func TestReadParquet(t *testing.T) {
	words := map[string]data.Type{}
	for _, column := range []string{"word", "large", "dictionary"} {
		words[column] = data.Category
	}
	for _, form := range []string{"plain", "snappy", "zstd", "gzip"} {
		train, _, schema, err := data.ReadParquet("testdata/types-"+form+".parquet", data.Table{Target: "target", NoTest: true, Unscaled: true, Types: words})
		if err != nil {
			t.Fatal(err)
		}
		at := map[string]int{}
		for i, name := range schema.Features() {
			at[name] = i
		}
		for name, want := range map[string][4]float64{
			"int8": {1, -2, 1, 4}, "uint32": {1, 4294967295, 4, 4}, "uint64": {1, 2, 2, 1 << 63}, "int64": {5, -6, 7, 5},
			"float": {0.5, -0.875, -2.25, -0.875}, "double": {0.1, 0, -3e10, 0}, "bool": {1, 0, 1, 1},
			"word=a": {1, 0, 0, 0}, "word=ü": {0, 0, 1, 0}, "word=(missing)": {0, 1, 0, 1},
			"large=x": {1, 0, 1, 0}, "dictionary=red": {1, 0, 0, 1}, "dictionary=(missing)": {0, 0, 1, 0},
			"date": {1, -1, 1, 18321}, "millis": {0.5, 5478.75, 5478.75, 10957}, "nanos": {0.25, 5478.625, 5478.625, 10957},
			"decimal": {12.34, -0.05, 1, 1}, "wide": {-12.3456, 7, 1, 1}, "wide is missing": {0, 0, 1, 0},
		} {
			i, ok := at[name]
			if !ok {
				t.Fatalf("%s: no number %q in %q", form, name, schema.Features())
			}
			for k, v := range want {
				if got := row(train, k)[i]; got != float32(v) && math.Abs(float64(got)-v) > 1e-6*math.Abs(v) {
					t.Errorf("%s: %s of row %d: %v, want %v", form, name, k, got, v)
				}
			}
		}
		if !slices.Equal(train.Classes, []string{"no", "yes"}) || train.Label(0) != 1 {
			t.Errorf("%s: classes %q", form, train.Classes)
		}
	}
}

func TestReadParquetErrors(t *testing.T) {
	whole, err := os.ReadFile("testdata/types-snappy.parquet")
	if err != nil {
		t.Fatal(err)
	}
	broken := slices.Clone(whole)
	for i := 4; i < 200; i++ {
		broken[i] ^= 0x5a
	}
	for name, contents := range map[string][]byte{"broken": broken, "short": whole[:len(whole)/2], "empty": nil, "text": []byte("x,y\n1,2\n")} {
		path := filepath.Join(t.TempDir(), "t.parquet")
		if err := os.WriteFile(path, contents, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := data.ReadParquet(path, data.Table{Target: "target", NoTest: true}); err == nil || !strings.Contains(err.Error(), "arquet") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for file, want := range map[string]string{"nested": `column "nested" is a list or a structure`, "clock": `column "clock" holds times of day`} {
		_, _, _, err := data.ReadParquet("testdata/"+file+".parquet", data.Table{Target: "target", NoTest: true})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
	// What is not used may be anything.
	train, _, schema, err := data.ReadParquet("testdata/nested.parquet", data.Table{Target: "target", NoTest: true, Types: map[string]data.Type{"nested": data.Ignored}})
	if err != nil || !slices.Equal(schema.Features(), []string{"x"}) || row(train, 1)[0] != 1 {
		t.Errorf("%v: %v", err, schema)
	}
	if _, _, _, err := data.ReadParquet("testdata/types-gzip.parquet", data.Table{Target: "word", NoTest: true}); err == nil || !strings.Contains(err.Error(), "types-gzip.parquet: row 2: the target") {
		t.Errorf("a missing target: %v", err)
	}
}

// TestReadParquetInLittleMemory: files that would have the library ask for gigabytes are refused before.
func TestReadParquetInLittleMemory(t *testing.T) {
	type row struct {
		X      float64 `parquet:"x"`
		Target string  `parquet:"target"`
	}
	var lz4 bytes.Buffer
	w := parquet.NewGenericWriter[row](&lz4, parquet.Compression(&parquet.Lz4Raw))
	if _, err := w.Write([]row{{1, "yes"}, {2, "no"}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	footer, err := os.ReadFile("testdata/types-plain.parquet")
	if err != nil {
		t.Fatal(err)
	}
	binary.LittleEndian.PutUint32(footer[len(footer)-8:], math.MaxUint32)
	// A footer of one field, a list of 2³¹ structs, of which there is none.
	list := slices.Concat([]byte("PAR1"), []byte{0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0}, []byte{8, 0, 0, 0}, []byte("PAR1"))
	for want, contents := range map[string][]byte{"its footer ends before": list, `column "x" is compressed by LZ4`: lz4.Bytes(), "its footer claims to have 4294967295 bytes": footer} {
		if _, _, _, err := data.ParquetInMemory(contents, data.Table{Target: "target", NoTest: true}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestReadParquetOfLargePages: a few bytes that unpack to gigabytes, or claim to, are refused before the library unpacks them.
func TestReadParquetOfLargePages(t *testing.T) {
	zeros := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0x38} // a zstd frame of blocks of 128 KiB of the same byte, of 2 GiB and one block more
	for block := range 1<<14 + 1 {
		size := uint32(128<<10)<<3 | 1<<1
		if block == 1<<14 {
			size |= 1
		}
		zeros = append(zeros, byte(size), byte(size>>8), byte(size>>16), 0)
	}
	v1 := func(size, values int32) format.PageHeader {
		return format.PageHeader{UncompressedPageSize: size, DataPageHeader: thrift.New(format.DataPageHeader{NumValues: values, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE})}
	}
	v2 := v1(16, 2)
	v2.Type, v2.DataPageHeader = format.DataPageV2, thrift.Null[format.DataPageHeader]{}
	v2.DataPageHeaderV2 = thrift.New(format.DataPageHeaderV2{NumValues: 2, NumRows: 2, DefinitionLevelsByteLength: 4})
	long := v1(16, 2)
	long.CompressedPageSize = 1 << 20
	const much = "column \"x\": a page takes"
	for name, c := range map[string]struct {
		codec  format.CompressionCodec
		header format.PageHeader
		body   []byte
		want   string
	}{
		"zstd":             {format.Zstd, v1(16, 2), zeros, much},
		"zstd, version 2":  {format.Zstd, v2, append(make([]byte, 4), zeros...), much},
		"levels":           {format.Zstd, v2, make([]byte, 3), "has 3 bytes and claims to have 4 of levels"},
		"snappy":           {format.Snappy, v1(16, 2), binary.AppendUvarint(nil, math.MaxUint32), much},
		"values":           {format.Uncompressed, v1(16, math.MaxInt32), make([]byte, 16), much},
		"several":          {format.Uncompressed, v1(math.MaxInt32, 2), make([]byte, 16), "the pages of row group 1 take more than"},
		"broken zstd":      {format.Zstd, v1(16, 2), zeros[:5], "cannot be unpacked"},
		"a wrong length":   {format.Uncompressed, long, make([]byte, 16), "claims to have 1048576 bytes"},
		"no header at all": {format.Uncompressed, format.PageHeader{}, nil, "its pages are at bytes"},
	} {
		if _, _, _, err := data.ParquetInMemory(onePage(t, c.codec, c.header, c.body), data.Table{Target: "target", NoTest: true}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// onePage is a Parquet file of two columns, x and target, which have the same one page. A page's length is filled in if it has none; without a body it is said to
// be where the file has ended.
func onePage(t *testing.T, codec format.CompressionCodec, h format.PageHeader, body []byte) []byte {
	t.Helper()
	marshal := func(v any) []byte {
		b, err := thrift.Marshal(new(thrift.CompactProtocol), v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if h.CompressedPageSize == 0 {
		h.CompressedPageSize = int32(len(body))
	}
	file := append([]byte("PAR1"), append(marshal(h), body...)...)
	size := int64(len(file)) - 4
	if body == nil {
		size = 1 << 40
	}
	meta := format.FileMetaData{Version: 1, NumRows: 2, Schema: []format.SchemaElement{{Name: "schema", NumChildren: thrift.New(int32(2))}}}
	group := format.RowGroup{NumRows: 2, TotalByteSize: size}
	for _, name := range []string{"x", "target"} {
		meta.Schema = append(meta.Schema, format.SchemaElement{Name: name, Type: thrift.New(format.Double), RepetitionType: thrift.New(format.Required)})
		group.Columns = append(group.Columns, format.ColumnChunk{MetaData: format.ColumnMetaData{Type: format.Double, PathInSchema: []string{name},
			Codec: codec, NumValues: 2, TotalCompressedSize: size, TotalUncompressedSize: size, DataPageOffset: 4}})
	}
	meta.RowGroups = []format.RowGroup{group}
	footer := marshal(meta)
	return append(binary.LittleEndian.AppendUint32(append(file, footer...), uint32(len(footer))), "PAR1"...)
}

func FuzzReadParquet(f *testing.F) {
	for _, name := range []string{"types-plain", "types-gzip", "types-zstd", "nested"} {
		b, err := os.ReadFile("testdata/" + name + ".parquet")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, contents []byte) {
		train, _, schema, err := data.ParquetInMemory(contents, data.Table{Target: "target", NoTest: true, Limit: 1 << 24})
		if err == nil && len(schema.Features()) != train.Shape()[0] {
			t.Errorf("%d features, rows of %v", len(schema.Features()), train.Shape())
		}
	})
}
