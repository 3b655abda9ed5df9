package data

import (
	"context"
	"fmt"
)

// fashionFiles are those of one half of Fashion-MNIST.
type fashionFiles struct{ images, labels file }

// The sums and sizes of the official files, and of the IDX arrays in them.
var (
	fashion = source{
		set:    "fashion-mnist",
		system: "/usr/share/datasets/fashion-mnist",
		url:    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
		advice: "On Debian, apt-get install dataset-fashion-mnist; elsewhere, put the four official files into a folder and set " +
			mirrorVariable + " to it; or use FashionMNIST(), a part that is embedded",
	}
	fashionTrainFiles = fashionFiles{
		images: file{
			name:     "train-images-idx3-ubyte.gz",
			official: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
			contents: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
			size:     16 + 60_000*28*28,
		},
		labels: file{
			name:     "train-labels-idx1-ubyte.gz",
			official: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
			contents: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
			size:     8 + 60_000,
		},
	}
	fashionTestFiles = fashionFiles{
		images: file{
			name:     "t10k-images-idx3-ubyte.gz",
			official: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
			contents: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
			size:     16 + 10_000*28*28,
		},
		labels: file{
			name:     "t10k-labels-idx1-ubyte.gz",
			official: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
			contents: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
			size:     8 + 10_000,
		},
	}
)

// FashionMNISTFull is all of Fashion-MNIST: 60,000 training and 10,000 test images, [28, 28, 1], in 10 classes (Xiao, Rasul and Vollgraf
// 2017, https://arxiv.org/abs/1708.07747; MIT licence). The files come from the first of these that has them:
//
//   - the Debian package dataset-fashion-mnist (/usr/share/datasets/fashion-mnist);
//   - a mirror: the folder that VITRINE_MIRROR names, under their official names;
//   - the cache: data/fashion-mnist in the folder that VITRINE_CACHE names, os.UserCacheDir()/vitrine if it is not set;
//   - the official address, 30 MB, into the cache; see [WithProgress].
//
// Every file is checked by its SHA-256. It returns an error that names the file if one cannot be had, is broken or is not the official
// one, and the context's error if that ends; never a part of a set.
func FashionMNISTFull(ctx context.Context) (train, test *Dataset, err error) {
	if train, err = fashion.mnist(ctx, "Fashion-MNIST train", fashionTrainFiles, fashionClasses); err != nil {
		return nil, nil, err
	}
	if test, err = fashion.mnist(ctx, "Fashion-MNIST test", fashionTestFiles, fashionClasses); err != nil {
		return nil, nil, err
	}
	return train, test, nil
}

// mnist makes a dataset of a file of images and one of labels.
func (s source) mnist(ctx context.Context, name string, files fashionFiles, classes []string) (*Dataset, error) {
	var contents [2][]byte
	for i, f := range []file{files.images, files.labels} {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("data: %q: %w", name, err)
		}
		var err error
		if contents[i], err = s.read(ctx, f); err != nil {
			return nil, err
		}
	}
	return fromIDX(name, contents[0], contents[1], classes)
}
