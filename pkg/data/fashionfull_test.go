package data

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"sync"
	"testing"
)

// full is the real files as a package of the system installs them; without them the test is skipped, for tests use no network.
func full(t testing.TB) (train, test *Dataset) {
	t.Helper()
	if _, err := os.Stat(fashion.system); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no %s here: apt-get install dataset-fashion-mnist puts it there on Debian", fashion.system)
	}
	sets, err := fullOnce()
	if err != nil {
		t.Fatal(err)
	}
	return sets[0], sets[1]
}

var fullOnce = sync.OnceValues(func() (sets [2]*Dataset, err error) {
	sets[0], sets[1], err = FashionMNISTFull(context.Background())
	return sets, err
})

func TestFashionMNISTFull(t *testing.T) {
	train, test := full(t)
	for _, want := range []struct {
		d    *Dataset
		n    int
		hash string
	}{
		{train, 60_000, "bcbc0fc0c8aacfdbc6c553ea330ad6dcbf014cd90c243c8da42d9837779b3b54"},
		{test, 10_000, "ad40de20a9f7bf80475d3149a6cde459bd8c1b24799de2942a3b4d0f0cae64d8"},
	} {
		if want.d.Len() != want.n || want.d.Hash() != want.hash {
			t.Errorf("%s: %d examples, hash %s, want %d, %s", want.d.Name, want.d.Len(), want.d.Hash(), want.n, want.hash)
		}
	}
}

// The embedded part is what its documentation says: the first of each class, in official order.
func TestSubsetOfFull(t *testing.T) {
	trainFull, testFull := full(t)
	train, test, err := FashionMNIST()
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range []struct{ part, all *Dataset }{{train, trainFull}, {test, testFull}} {
		var first []int
		var n [10]int
		for i := range pair.all.Len() {
			if class := pair.all.Label(i); n[class] < pair.part.Len()/10 {
				n[class]++
				first = append(first, i)
			}
		}
		want := pair.all.Select(first...)
		if pair.part.Hash() != want.Hash() {
			t.Errorf("%s is not the first of each class", pair.part.Name)
		}
		for i, at := range want.Index {
			if pair.part.Index[i] != at {
				t.Fatalf("%s: example %d has position %d, want %d", pair.part.Name, i, pair.part.Index[i], at)
			}
		}
	}
}

func BenchmarkFashionMNISTFull(b *testing.B) {
	full(b)
	for b.Loop() {
		if _, _, err := FashionMNISTFull(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
