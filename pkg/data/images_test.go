package data

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Every kind of PNG and JPEG becomes what Pillow makes of it. JPEG leaves a little freedom to its readers, and Pillow rounds between its two passes.
func TestImagesAsPillow(t *testing.T) {
	var fixture struct {
		Cases []struct {
			Name          string
			File          []byte
			Height, Width int
			RGB, Grey     []byte
		}
	}
	text, err := os.ReadFile("testdata/images.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &fixture); err != nil || len(fixture.Cases) < 20 {
		t.Fatal(len(fixture.Cases), err)
	}
	for _, c := range fixture.Cases {
		path := filepath.Join(t.TempDir(), c.Name)
		if err := os.WriteFile(path, c.File, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, grey := range []bool{false, true} {
			o := Images{Height: c.Height, Width: c.Width, Grey: grey}
			got, err := o.Prepare(path)
			if err != nil {
				t.Errorf("%s: %v", c.Name, err)
				continue
			}
			want := c.RGB
			if grey {
				want = c.Grey
			}
			if len(got) != 1 || !slices.Equal(got[0].Shape, o.shape()) || len(got[0].Bytes) != len(want) {
				t.Fatalf("%s: %d columns, shape %v, %d bytes", c.Name, len(got), got[0].Shape, len(got[0].Bytes))
			}
			allowed := 3
			if strings.HasSuffix(c.Name, "jpg") {
				allowed = 4
			}
			worst, sum := 0, 0
			for i, b := range got[0].Bytes {
				off := max(int(b)-int(want[i]), int(want[i])-int(b))
				worst, sum = max(worst, off), sum+off
			}
			if mean := float64(sum) / float64(len(want)); worst > allowed || mean > 1 {
				t.Errorf("%s to %d×%d, grey %v: at most %d and %.2f on average from Pillow's, want at most %d and 1", c.Name, c.Height, c.Width, grey, worst, mean, allowed)
			}
		}
	}
}

// encoded is a picture as a PNG file.
func encoded(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// filled is a picture of one colour.
func filled(w, h int, c color.Color) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, c)
		}
	}
	return m
}

// written makes a folder of files.
func written(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "set")
	for name, contents := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, contents, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var red, blue = color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}

func TestImageFolder(t *testing.T) {
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, filled(30, 9, blue), nil); err != nil {
		t.Fatal(err)
	}
	dir := written(t, map[string][]byte{
		"red/2.png": encoded(t, filled(5, 7, red)), "red/1.png": encoded(t, filled(1, 1, red)), "blue/deep/x.jpeg": photo.Bytes(),
		".hidden/x.png": nil, "red/.DS_Store": []byte("x"), "README": []byte("beside the classes"),
	})
	d, err := ImageFolder(dir, Images{Height: 4, Width: 6})
	if err != nil {
		t.Fatal(err)
	}
	if d.Name != "set" || !slices.Equal(d.Classes, []string{"blue", "red"}) || d.Len() != 3 || d.Label(0) != 0 || d.Label(2) != 1 || !slices.Equal(d.Shape(), []int{4, 6, 3}) {
		t.Errorf("%s: %v, %d images of %v", d.Name, d.Classes, d.Len(), d.Shape())
	}
	inputs, _ := d.Columns()
	for i := range 4 * 6 {
		if at := inputs[0].Bytes[i*3:]; at[0] > 1 || at[1] > 1 || at[2] < 254 {
			t.Fatalf("pixel %d of the blue image is %v", i, at[:3])
		}
		if at := inputs[0].Bytes[2*72+i*3:]; at[0] != 255 || at[1] != 0 || at[2] != 0 {
			t.Fatalf("pixel %d of the last red image is %v", i, at[:3])
		}
	}
	// Decoded when asked for, it is the same; so is one more image, prepared by what the dataset says, also after a round through JSON.
	streamed, err := ImageFolder(dir, Images{Height: 4, Width: 6, Memory: 3*72 - 1})
	if err != nil {
		t.Fatal(err)
	}
	if in, _ := streamed.Columns(); in[0].Rows == nil || streamed.Hash() != d.Hash() || streamed.Shuffle(2).Hash() != d.Shuffle(2).Hash() {
		t.Error("decoded when asked for, the images are others")
	}
	text, err := json.Marshal(streamed.Preparation)
	if err != nil {
		t.Fatal(err)
	}
	var o Images
	if err := json.Unmarshal(text, &o); err != nil || o.Raw() != RawImage {
		t.Fatal(err)
	}
	again, err := json.Marshal(o)
	if err != nil || !bytes.Equal(text, again) {
		t.Errorf("%s becomes %s (%v)", text, again, err)
	}
	columns, err := o.Prepare(filepath.Join(dir, "red", "1.png"))
	if err != nil || !reflect.DeepEqual(columns[0].Bytes, inputs[0].Span(1, 2).Bytes) || columns[0].Name != "image" {
		t.Errorf("prepared: %v, %v", columns, err)
	}
	// What breaks later is an error then.
	if err := os.WriteFile(filepath.Join(dir, "red", "2.png"), []byte("gone"), 0o600); err != nil {
		t.Fatal(err)
	}
	err = func() (err error) {
		defer Catch(&err)
		streamed.Batch([]int{0, 2, 1})
		return nil
	}()
	if read := (*ReadError)(nil); !errors.As(err, &read) || !strings.Contains(err.Error(), "red/2.png") {
		t.Errorf("error %v", err)
	}
}

func TestImagesFit(t *testing.T) {
	half := filled(40, 20, red) // the left half red, the right one blue
	for y := range 20 {
		for x := 20; x < 40; x++ {
			half.Set(x, y, blue)
		}
	}
	for fit, want := range map[Fit]string{ // of the middle row and the first
		Stretch: "rrrrbbbb rrrrbbbb",
		Crop:    "rrrrbbbb rrrrbbbb",
		Pad:     "rrrrbbbb ........",
	} {
		pixels, err := Images{Height: 8, Width: 8, Fit: fit, MaxPixels: 800}.pixels(encoded(t, half))
		if err != nil {
			t.Fatal(err)
		}
		row := func(y int) string {
			var b strings.Builder
			for x := range 8 {
				switch p := pixels[(y*8+x)*3:]; {
				case p[0] > 200:
					b.WriteByte('r')
				case p[2] > 200:
					b.WriteByte('b')
				default:
					b.WriteByte('.')
				}
			}
			return b.String()
		}
		if got := row(4) + " " + row(0); got != want {
			t.Errorf("%s: %s, want %s", fit, got, want)
		}
	}
}

// bomb is a PNG file of a few bytes that claims to be w × h pixels.
func bomb(w, h uint32) []byte {
	chunk := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	chunk = append(binary.BigEndian.AppendUint32(chunk, h), 8, 2, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(chunk))
}

func TestImageFolderErrors(t *testing.T) {
	good := encoded(t, filled(2, 2, red))
	for want, files := range map[string]map[string][]byte{
		"one for each class":                  {".a/x": good, "x.png": good},
		"a/notes.txt: begins with":            {"a/notes.txt": []byte("neither of them"), "b/x.png": good},
		"a/x.png: empty file":                 {"a/x.png": nil, "a/y.png": good},
		"a/x.png: 65536 × 65536 pixels, want": {"a/x.png": bomb(1<<16, 1<<16)},
		"a/x.png: png: invalid format":        {"a/x.png": good[:len(good)-30]},
	} {
		if _, err := ImageFolder(written(t, files), Images{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if _, err := ImageFolder(filepath.Join(t.TempDir(), "none"), Images{}); err == nil {
		t.Error("a folder that is not there is taken")
	}
	for _, o := range []Images{{Height: -1}, {Fit: "squash"}, {MaxPixels: -1}, {Width: 1 << 20}} {
		if _, err := ImageFolder(written(t, map[string][]byte{"a/x.png": good}), o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
	// What is skipped is said, in memory and on demand; a class of which nothing is left is an error.
	dir := written(t, map[string][]byte{"a/x.png": good, "a/y.png": []byte("no"), "b/z.png": good})
	for _, memory := range []int{0, 1} {
		var skipped []string
		d, err := ImageFolder(dir, Images{Memory: memory, Skip: func(file string, err error) { skipped = append(skipped, file) }})
		if err != nil || d.Len() != 2 || !slices.Equal(skipped, []string{"a/y.png"}) {
			t.Errorf("skipped %v: %v", skipped, err)
		}
	}
	if _, err := ImageFolder(written(t, map[string][]byte{"a/x.png": good, "b/y.png": []byte("no")}), Images{Skip: func(string, error) {}}); err == nil || !strings.Contains(err.Error(), `no file of class "b"`) {
		t.Errorf("error %v", err)
	}
	// Links lead nowhere else.
	secret := filepath.Join(t.TempDir(), "secret.png")
	if err := os.WriteFile(secret, good, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(dir, "a", "link.png")); err != nil {
		t.Skip(err)
	}
	if _, err := ImageFolder(dir, Images{}); err == nil || !strings.Contains(err.Error(), "link.png") {
		t.Errorf("a link out of the folder: %v", err)
	}
}

func FuzzImages(f *testing.F) {
	f.Add(encoded(f, filled(3, 2, red)))
	f.Add(bomb(1<<16, 1<<16))
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, filled(9, 5, blue), nil); err != nil {
		f.Fatal(err)
	}
	exif := "\xff\xd8\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	f.Add(append([]byte(exif), photo.Bytes()[2:]...))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, fit := range []Fit{Stretch, Crop, Pad} {
			o := Images{Height: 5, Width: 4, Fit: fit, MaxPixels: 1 << 14}
			pixels, err := o.pixels(b)
			if err == nil && len(pixels) != 60 {
				t.Fatalf("%d numbers, want 60", len(pixels))
			}
		}
	})
}
