package data

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	stddraw "image/draw"
	"image/jpeg"
	"image/png"
	"math"

	"golang.org/x/image/draw"
)

// Fit says how a picture of any size becomes one of the wanted size.
type Fit string

// The ways to fit a picture.
const (
	Stretch Fit = "stretch" // all of it, whatever its proportions
	Crop    Fit = "crop"    // the largest part from its middle that has the wanted proportions
	Pad     Fit = "pad"     // all of it in its proportions, with black around it
)

// Images says how PNG and JPEG files become examples: [height, width, 3] bytes of red, green and blue, or [height, width, 1] of grey.
//
// Pictures are made larger or smaller with a triangle filter that is as wide as the pixels of the smaller one (bilinear, as Pillow's, without aliases). The
// orientation that a camera has noted in a JPEG file is heeded. What shines through is laid over white. Of 16 bits a channel, the upper 8 are
// taken; CMYK becomes RGB without a colour profile. Grey is 0.299 red + 0.587 green + 0.114 blue.
type Images struct {
	Height, Width int  // 0: 64
	Grey          bool // one channel
	Fit           Fit  // "": Stretch
	MaxPixels     int  // of a file; 0: 2²⁶, 67 million. A small file can claim to hold any number, which would take 8 bytes of memory each

	// The bytes of a folder's images that are kept in memory; 0: 1 GiB. Of a folder that needs more, images are decoded each time that they are asked for.
	Memory int `json:"-"`
	// Skip is told of every file of a folder that cannot be used, which is left out; nil: it is an error.
	Skip func(file string, err error) `json:"-"`
}

func (o Images) withDefaults() (Images, error) {
	if o.Height == 0 {
		o.Height = 64
	}
	if o.Width == 0 {
		o.Width = 64
	}
	if o.Fit == "" {
		o.Fit = Stretch
	}
	if o.MaxPixels == 0 {
		o.MaxPixels = 1 << 26
	}
	if o.Memory == 0 {
		o.Memory = 1 << 30
	}
	switch {
	case o.Height < 0 || o.Width < 0 || o.Height > 1<<14 || o.Width > 1<<14:
		return o, fmt.Errorf("data: images of %d × %d pixels, want from 1 to %d a side", o.Height, o.Width, 1<<14)
	case o.Fit != Stretch && o.Fit != Crop && o.Fit != Pad:
		return o, fmt.Errorf("data: images: Fit is %q, want %s, %s or %s", o.Fit, Stretch, Crop, Pad)
	case o.MaxPixels < 0 || o.Memory < 0:
		return o, fmt.Errorf("data: images: MaxPixels is %d and Memory %d, want neither below 0", o.MaxPixels, o.Memory)
	}
	return o, nil
}

// shape is that of an example.
func (o Images) shape() []int {
	if o.Grey {
		return []int{o.Height, o.Width, 1}
	}
	return []int{o.Height, o.Width, 3}
}

// ImageFolder makes a dataset of a folder with one folder a class, in which are PNG and JPEG files. The classes are sorted by name, and the
// examples by class and the names of their files. Names that begin with a dot are passed over, and so are files beside the folders of classes; a symbolic link that leads
// out of the folder is an error.
//
//	pets, err := data.ImageFolder("pets", data.Images{Height: 96, Width: 96, Fit: data.Crop})   // pets/cat/*.jpg, pets/dog/*.jpg
//
// It returns an error that names the file if one is no PNG or JPEG, is broken, has more than o.MaxPixels or more than 256 MiB. Where images are decoded when they are asked for,
// only the beginning of each file is looked at before, and what is broken later in it is a [ReadError] then; the folder is to be left as it is.
func ImageFolder(dir string, o Images) (*Dataset, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	d, err := f.dataset(Column{Shape: o.shape()}, 1, o.Memory, o.Skip,
		func(b []byte) (Column, error) {
			pixels, err := o.pixels(b)
			return Column{Bytes: pixels}, err
		},
		func(b []byte) error {
			_, _, err := o.config(b)
			return err
		})
	if err != nil {
		return nil, err
	}
	o.Skip, o.Memory = nil, 0
	d.Preparation = o
	return d, nil
}

// Raw implements [Preparation].
func (o Images) Raw() Raw { return RawImage }

// Prepare makes the image in a file into an input.
func (o Images) Prepare(path string) ([]Column, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	b, err := readFile(path)
	if err != nil {
		return nil, err
	}
	pixels, err := o.pixels(b)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", path, err)
	}
	return []Column{Column{Shape: o.shape(), Bytes: pixels}.completed(false)}, nil
}

// config says how large the picture claims to be, if that is no more than it may be.
func (o Images) config(b []byte) (c image.Config, isJPEG bool, err error) {
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		c, err = png.DecodeConfig(bytes.NewReader(b))
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		isJPEG = true
		c, err = jpeg.DecodeConfig(bytes.NewReader(b))
	case len(b) == 0:
		return c, false, errors.New("empty file")
	default:
		return c, false, fmt.Errorf("begins with %q: neither PNG nor JPEG", b[:min(8, len(b))])
	}
	switch {
	case err != nil:
		return c, isJPEG, err
	case c.Width < 1 || c.Height < 1:
		return c, isJPEG, fmt.Errorf("%d × %d pixels", c.Width, c.Height)
	case c.Width > o.MaxPixels/c.Height:
		return c, isJPEG, fmt.Errorf("%d × %d pixels, want at most %d in all (Images.MaxPixels)", c.Width, c.Height, o.MaxPixels)
	}
	return c, isJPEG, nil
}

// pixels decodes a file and makes it as large as it is to be.
func (o Images) pixels(b []byte) ([]uint8, error) {
	_, isJPEG, err := o.config(b)
	if err != nil {
		return nil, err
	}
	var m image.Image
	turn := 1
	if isJPEG {
		m, err = jpeg.Decode(bytes.NewReader(b))
		turn = orientation(b)
	} else {
		m, err = png.Decode(bytes.NewReader(b))
	}
	if err != nil {
		return nil, err
	}
	scaled := turned(o.scaled(overWhite(m), turn >= 5), turn)
	pixels := make([]uint8, 0, Column{Shape: o.shape()}.size())
	for at := 0; at < len(scaled.Pix); at += 4 {
		r, g, b := scaled.Pix[at], scaled.Pix[at+1], scaled.Pix[at+2]
		if o.Grey {
			pixels = append(pixels, color.GrayModel.Convert(color.RGBA{r, g, b, 255}).(color.Gray).Y)
		} else {
			pixels = append(pixels, r, g, b)
		}
	}
	return pixels, nil
}

// overWhite is the picture without anything that shines through, in a form that is scaled fast.
func overWhite(m image.Image) image.Image {
	switch m.(type) {
	case *image.YCbCr, *image.Gray:
		return m
	}
	over := image.NewRGBA(m.Bounds())
	stddraw.Draw(over, over.Rect, image.White, image.Point{}, stddraw.Src)
	stddraw.Draw(over, over.Rect, m, m.Bounds().Min, stddraw.Over)
	return over
}

// scaled is the picture in its wanted size, or with height and width exchanged.
func (o Images) scaled(m image.Image, lying bool) *image.RGBA {
	w, h := o.Width, o.Height
	if lying {
		w, h = h, w
	}
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	stddraw.Draw(to, to.Rect, image.Black, image.Point{}, stddraw.Src)
	from, into := m.Bounds(), to.Rect
	switch o.Fit {
	case Crop:
		from = middle(from, w, h)
	case Pad:
		into = middle(into, from.Dx(), from.Dy())
	}
	draw.BiLinear.Scale(to, into, m, from, draw.Src, nil)
	return to
}

// middle is the largest rectangle in the middle of another that has the proportions of w and h, within half a pixel.
func middle(r image.Rectangle, w, h int) image.Rectangle {
	scale := min(float64(r.Dx())/float64(w), float64(r.Dy())/float64(h))
	width := min(r.Dx(), max(1, int(math.Round(float64(w)*scale))))
	height := min(r.Dy(), max(1, int(math.Round(float64(h)*scale))))
	at := r.Min.Add(image.Pt((r.Dx()-width)/2, (r.Dy()-height)/2))
	return image.Rectangle{at, at.Add(image.Pt(width, height))}
}
