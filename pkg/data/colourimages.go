package data

import "context"

// ColourImages is pictures in colour wherever this runs, at most 10,000 to learn from and 2,000 to be examined on: the first of [CIFAR10] where
// a mirror or the cache has it, and else Fashion-MNIST with a coloured square ([Tint]). Nothing is downloaded, as the archive is large; the
// names of the sets say which they are.
func ColourImages(ctx context.Context) (train, test *Dataset, err error) {
	if cifar.onDisk(cifarFile) || cifar.onDisk(cifarSmallFile) {
		if train, test, err = CIFAR10(ctx); err != nil {
			return nil, nil, err
		}
		return train.first(10_000), test.first(2_000), nil
	}
	grey, greyTest, err := FashionMNIST()
	if err != nil {
		return nil, nil, err
	}
	if train, err = (Tint{}).Apply(grey); err != nil {
		return nil, nil, err
	}
	test, err = Tint{}.Apply(greyTest)
	return train, test, err
}

// first is at most n examples from the beginning.
func (d *Dataset) first(n int) *Dataset {
	if d.Len() <= n {
		return d
	}
	return d.Select(firstOnes(n)...)
}

// Painted is images of bytes with a colour, a number a channel from 0 to 255, in the place of the pixels that region marks, [height × width]
// in row-major order: what a model says without a part of every picture. It panics if the dataset holds other inputs or the lengths differ.
func (d *Dataset) Painted(name string, region []bool, colour ...uint8) *Dataset {
	image := d.inputs[0]
	if len(d.inputs) != 1 || image.Bytes == nil || len(image.Shape) != 3 || len(region)*len(colour) != image.size() || len(colour) != image.Shape[2] {
		panic("data: Painted wants one input of images of bytes, a mark for every pixel and a number for every channel")
	}
	painted := d.Select(firstOnes(d.Len())...)
	bytes := painted.inputs[0].Bytes
	for at := range bytes {
		if pixel := at / len(colour); region[pixel%len(region)] {
			bytes[at] = colour[at%len(colour)]
		}
	}
	painted.Name = name
	return painted.sealed()
}

// MeanColour is the mean of each channel over all pixels of all images of bytes, from 0 to 255. It panics if the dataset holds other inputs.
func (d *Dataset) MeanColour() []uint8 {
	image := d.inputs[0]
	if len(d.inputs) != 1 || image.Bytes == nil || len(image.Shape) != 3 {
		panic("data: MeanColour wants one input of images of bytes")
	}
	sums := make([]int, image.Shape[2])
	for at, b := range image.Bytes {
		sums[at%len(sums)] += int(b)
	}
	pixels := len(image.Bytes) / len(sums)
	mean := make([]uint8, len(sums))
	for c, sum := range sums {
		mean[c] = uint8((sum + pixels/2) / pixels)
	}
	return mean
}

// firstOnes are the positions from 0 to n − 1.
func firstOnes(n int) []int {
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	return index
}
