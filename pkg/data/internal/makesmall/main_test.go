package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
)

func unzipped(t *testing.T, b []byte) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	b, err = io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestLexicon(t *testing.T) {
	b, err := lexicon([]byte("good\t1.9\t0.9\t[2, 1]\nfed up\t-1.8\t0.6\t[-2, -1]"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := unzipped(t, b), "good\t1.9\nfed up\t-1.8\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := lexicon([]byte("good\t1.9\n")); err == nil {
		t.Error("no error for two columns")
	}
}

// A reading goes to the nearest slot, the later of two for the same one; a slot without a reading is 0.
func TestGlucose(t *testing.T) {
	const head = "isig,datetime,glucose\n"
	lines := head + "1,2010-03-24 09:51:00,258\nnil,2010-03-24 09:55:00,260\n1,2010-03-24 09:57:00,261\n1,2010-03-24 10:08:00,300\n"
	source, err := zipped([]byte(lines))
	if err != nil {
		t.Fatal(err)
	}
	b, err := glucose(source)
	if err != nil {
		t.Fatal(err)
	}
	// 258 = 0x102, 261 = 0x105, none, 300 = 0x12c
	if got, want := unzipped(t, b), "\x00\x00\x0c\x01\x00\x00\x00\x04"+"\x00\x00\x01\x02"+"\x00\x00\x01\x05"+"\x00\x00\x00\x00"+"\x00\x00\x01\x2c"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, lines := range []string{"1,soon,258\n", "1,2010-03-24 09:51:00,-1\n"} {
		source, err := zipped([]byte(head + lines))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := glucose(source); err == nil || strings.Contains(err.Error(), "gzip") {
			t.Errorf("%q: error %v", lines, err)
		}
	}
}
