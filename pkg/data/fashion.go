package data

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// The embedded subset. Each file is three IDX arrays, one after another, compressed with gzip: images [n, 28, 28], labels [n], and
// positions [n] in the official file.
//
//go:generate go run ./internal/makesubset -from /usr/share/datasets/fashion-mnist
var (
	//go:embed fashion-mnist-train.gz
	fashionTrain string
	//go:embed fashion-mnist-test.gz
	fashionTest string
)

var fashionClasses = []string{
	"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
}

// FashionMNIST is a part of Fashion-MNIST (Xiao, Rasul and Vollgraf 2017, https://arxiv.org/abs/1708.07747; MIT licence) that is built
// into the program: grey images of clothing, [28, 28, 1], in 10 classes. Training has the first 600 images of each class in
// the official training set, test the first 100 of each class in the official test set; both keep the official order, and Index
// gives the official position.
//
// Accuracy on 1,000 test images has a standard error of about one percentage point: for figures to compare with other people's, use
// [FashionMNISTFull].
func FashionMNIST() (train, test *Dataset, err error) {
	sets, err := fashionSubset()
	return sets[0], sets[1], err
}

var fashionSubset = sync.OnceValues(loadFashion)

func loadFashion() (sets [2]*Dataset, err error) {
	var errs [2]error
	var both sync.WaitGroup // unpacking takes most of the time: both at once
	both.Go(func() { sets[0], errs[0] = embedded("Fashion-MNIST train subset", fashionTrain, 6000, fashionClasses) })
	both.Go(func() { sets[1], errs[1] = embedded("Fashion-MNIST test subset", fashionTest, 1000, fashionClasses) })
	both.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return [2]*Dataset{}, err
	}
	return sets, nil
}

// embedded reads a file that internal/makesubset wrote, of about n images.
func embedded(name, file string, n int, classes []string) (*Dataset, error) {
	contents, err := unpack(strings.NewReader(file), n*(28*28+8), maxContents)
	var images, labels, index idxArray
	for _, part := range []struct {
		array *idxArray
		kind  byte
		axes  int
	}{{&images, idxBytes, 3}, {&labels, idxBytes, 1}, {&index, idxInt32s, 1}} {
		if err == nil {
			*part.array, contents, err = parseIDX(contents)
		}
		if err == nil {
			err = part.array.want(part.kind, part.axes)
		}
	}
	if err == nil && (len(contents) > 0 || index.shape[0] != images.shape[0]) {
		err = fmt.Errorf("%d images, %d positions, then %d bytes", images.shape[0], index.shape[0], len(contents))
	}
	if err != nil {
		return nil, fmt.Errorf("data: %q: embedded file: %w", name, err)
	}
	d, err := fromArrays(name, images, labels, classes)
	if err != nil {
		return nil, err
	}
	d.Index = index.numbers()
	return d, nil
}
