package data

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/internal/cache"
)

// archived is a tar file compressed with gzip: names and contents in turn.
func archived(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	w := tar.NewWriter(zipped)
	for i := 0; i < len(files); i += 2 {
		header := &tar.Header{Name: files[i], Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(files[i+1]))}
		if strings.HasSuffix(files[i], "/") {
			header.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	_ = w.Close()
	_ = zipped.Close()
	return b.Bytes()
}

func smallIMDB(t testing.TB) []byte {
	return archived(t, "aclImdb/", "", "aclImdb/README", "x", "aclImdb/train/unsup/0_0.txt", "nobody knows", "aclImdb/train/pos/10_9.txt", "lovely<br /><br />film",
		"aclImdb/train/pos/9_10.txt", "great", "aclImdb/train/neg/3_1.txt", "dull", "aclImdb/test/neg/0_2.txt", "poor", "aclImdb/test/neg/1_3.txt", "bad",
		"aclImdb/test/pos/7_7.txt", "good", "aclImdb/train/urls_pos.txt", "http://")
}

// An archive of the official layout, but small, comes from a mirror, and the second time from the cache.
func TestIMDB(t *testing.T) {
	mirror := t.TempDir()
	t.Setenv(mirrorVariable, mirror)
	t.Setenv(cache.EnvVar, t.TempDir())
	archive := smallIMDB(t)
	path := filepath.Join(mirror, imdbFile.name)
	if err := os.WriteFile(path, archive, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := IMDB(context.Background()); err == nil || !strings.Contains(err.Error(), imdbFile.official) {
		t.Errorf("an archive that is not the official one: %v", err)
	}
	f := imdbFile
	sum := sha256.Sum256(archive)
	f.official = hex.EncodeToString(sum[:])
	for range 2 {
		train, test, err := imdb.reviews(context.Background(), f, 3)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(train.Texts, []string{"dull", "great", "lovely<br /><br />film"}) || !slices.Equal(train.Labels, []int{0, 1, 1}) || !slices.Equal(train.Ratings, []float64{1, 10, 9}) {
			t.Errorf("%+v", train)
		}
		if !slices.Equal(test.Texts, []string{"poor", "bad", "good"}) || !slices.Equal(test.Classes, []string{"negative", "positive"}) || test.Name != "IMDB test" {
			t.Errorf("%+v", test)
		}
		os.Remove(path)
	}
	for want, b := range map[string][]byte{
		"3 reviews for train, want 4": archive,
		"not an archive":              []byte("no"),
		"broken archive":              archive[:len(archive)/2],
		"neg/3_1.txt: no text in it":  archived(t, "aclImdb/train/neg/3_1.txt", " "),
	} {
		if _, err := parseIMDB(bytes.NewReader(b), 4); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if _, err := parseIMDB(bytes.NewReader(archive), 2); err == nil || !strings.Contains(err.Error(), "more than 2 reviews for train") {
		t.Errorf("error %v", err)
	}
}

func FuzzIMDB(f *testing.F) {
	f.Add(smallIMDB(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		if parts, err := parseIMDB(bytes.NewReader(b), 3); err == nil && (len(parts["train"].Texts) != 3 || len(parts["test"].Labels) != 3) {
			t.Fatalf("%+v", parts)
		}
	})
}
