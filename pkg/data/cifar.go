package data

import (
	"context"
	"fmt"
	"io"
	"slices"
)

// An image of CIFAR-10 is a byte for the class, then 32 × 32 bytes of red, as many of green, as many of blue, each row by row.
const (
	cifarSide  = 32
	cifarPlane = cifarSide * cifarSide
	cifarRow   = 1 + 3*cifarPlane
)

var (
	cifarClasses = []string{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}

	cifar = source{
		set: "cifar-10",
		url: "https://www.cs.toronto.edu/~kriz/",
		advice: "Put the official file (or cifar-10-small-binary.tar.gz, a part of it) into a folder and set " + mirrorVariable +
			" to it; or use FashionMNIST(), which is embedded",
	}
	cifarFile = file{
		name:     "cifar-10-binary.tar.gz",
		official: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
		size:     200 << 20,
	}
	cifarTrain = []string{
		"cifar-10-batches-bin/data_batch_1.bin", "cifar-10-batches-bin/data_batch_2.bin", "cifar-10-batches-bin/data_batch_3.bin",
		"cifar-10-batches-bin/data_batch_4.bin", "cifar-10-batches-bin/data_batch_5.bin",
	}
	cifarTest = []string{"cifar-10-batches-bin/test_batch.bin"}

	// A part of the same layout for places without a network. No address has it.
	cifarSmallFile = file{
		name:     "cifar-10-small-binary.tar.gz",
		official: "3b2ecda7803023c0aa91f00efd094b62d63216e285802bcdbece6a222e1f9036",
		size:     200 << 20,
	}
)

// CIFAR10 is CIFAR-10: 50,000 training and 10,000 test photographs, [32, 32, 3], red, green and blue, in 10 classes (Krizhevsky 2009,
// Learning Multiple Layers of Features from Tiny Images, https://www.cs.toronto.edu/~kriz/cifar.html; no licence is stated). The archive
// cifar-10-binary.tar.gz, 170 MB, comes from the first of these that has it:
//
//   - a mirror: the folder that VITRINE_MIRROR names, or cifar-10 in it;
//   - the cache: data/cifar-10 in the folder that VITRINE_CACHE names, os.UserCacheDir()/vitrine if it is not set;
//   - the official address, into the cache; see [WithProgress].
//
// Where neither mirror nor cache has it but there is cifar-10-small-binary.tar.gz, the sets are from that: 10,000 and 2,000 images of the
// same layout, decoded again from JPEG, so that the pixels are not exactly the official ones. The names of the sets then say so.
//
// Archives are checked by their SHA-256. What is unpacked is kept in the cache. The errors are those of [FashionMNISTFull].
func CIFAR10(ctx context.Context) (train, test *Dataset, err error) {
	return cifar.cifar10(ctx, cifarFile, cifarSmallFile)
}

// cifar10 reads the official archive, or the small one where only that is on disk.
func (s source) cifar10(ctx context.Context, f, small file) (train, test *Dataset, err error) {
	name, trainFiles := "CIFAR-10", cifarTrain
	if !s.onDisk(f) && s.onDisk(small) {
		f, name, trainFiles = small, "CIFAR-10 small (decoded from JPEG)", cifarTrain[:1]
	}
	want := members{}
	for _, member := range slices.Concat(trainFiles, cifarTest) {
		want[member] = cifarRow * 10_000
	}
	contents, err := s.archive(ctx, f, want)
	if err != nil {
		return nil, nil, err
	}
	if train, err = fromCIFAR(name+" train", contents, trainFiles); err != nil {
		return nil, nil, err
	}
	if test, err = fromCIFAR(name+" test", contents, cifarTest); err != nil {
		return nil, nil, err
	}
	return train, test, nil
}

// ReadCIFAR10 makes a dataset of one file of images in CIFAR-10's binary format
// (https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version"), which may be compressed with gzip.
//
// It returns an error if the file is empty, ends within an image, has a class above 9 or unpacks to more than 1 GiB.
func ReadCIFAR10(name string, r io.Reader) (*Dataset, error) {
	contents, err := unpack(r, 0, maxContents)
	if err != nil {
		return nil, fmt.Errorf("data: %q: cifar-10: %w", name, err)
	}
	return fromCIFAR(name, map[string][]byte{"the file": contents}, []string{"the file"})
}

// fromCIFAR makes a dataset of files in the binary format, one after another. It takes each out of contents once it has read it.
func fromCIFAR(name string, contents map[string][]byte, files []string) (*Dataset, error) {
	var pixels []uint8
	var labels []int
	for _, f := range files {
		var err error
		if pixels, labels, err = appendCIFAR(pixels, labels, contents[f]); err != nil {
			return nil, fmt.Errorf("data: %q: %s: %w", name, f, err)
		}
		delete(contents, f)
	}
	return newOwning(name, []int{cifarSide, cifarSide, 3}, pixels, labels, cifarClasses)
}

// appendCIFAR appends the images of a file, with their channels last, and their classes.
func appendCIFAR(pixels []uint8, labels []int, b []byte) ([]uint8, []int, error) {
	if len(b) == 0 || len(b)%cifarRow != 0 {
		return nil, nil, fmt.Errorf("%d bytes, want a positive multiple of %d, an image's: empty, truncated or another format", len(b), cifarRow)
	}
	at := len(pixels)
	pixels = append(pixels, make([]uint8, len(b)/cifarRow*3*cifarPlane)...)
	for ; len(b) > 0; b = b[cifarRow:] {
		class := int(b[0])
		if class >= len(cifarClasses) {
			return nil, nil, fmt.Errorf("image %d has class %d, want 0 to %d", len(labels), class, len(cifarClasses)-1)
		}
		labels = append(labels, class)
		red, green, blue := b[1:1+cifarPlane], b[1+cifarPlane:1+2*cifarPlane], b[1+2*cifarPlane:cifarRow]
		for i := range cifarPlane {
			pixels[at], pixels[at+1], pixels[at+2] = red[i], green[i], blue[i]
			at += 3
		}
	}
	return pixels, labels, nil
}
