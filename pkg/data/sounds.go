package data

import (
	"fmt"
	"slices"
)

// Sounds says how WAV files become examples: [length, 1] samples. Files hold whole numbers of 8, 16, 24 or 32 bits, which become numbers in [−1,1), or
// floats of 32 or 64, which stay as they are, in any number of channels, of which the mean is taken. Sounds of another rate are resampled (windowed
// sinc). Longer ones are cut at their ends, shorter ones followed by silence.
type Sounds struct {
	Rate   int // samples a second; 0: 16,000
	Length int // samples of an example; 0: as many as Rate, a second

	// The bytes of a folder's sounds that are kept in memory; 0: 1 GiB. Of a folder that needs more, sounds are read each time that they are asked for.
	Memory int `json:"-"`
	// Skip is told of every file of a folder that cannot be used, which is left out; nil: it is an error.
	Skip func(file string, err error) `json:"-"`
}

func (o Sounds) withDefaults() (Sounds, error) {
	if o.Rate == 0 {
		o.Rate = 16_000
	}
	if o.Length == 0 {
		o.Length = o.Rate
	}
	if o.Memory == 0 {
		o.Memory = 1 << 30
	}
	switch {
	case o.Rate < 100 || o.Rate > 1_000_000:
		return o, fmt.Errorf("data: sounds of %d samples a second, want from 100 to 1,000,000", o.Rate)
	case o.Length < 0 || o.Length > 1<<28:
		return o, fmt.Errorf("data: sounds of %d samples, want from 1 to %d", o.Length, 1<<28)
	case o.Memory < 0:
		return o, fmt.Errorf("data: sounds: Memory is %d, want 0 or more", o.Memory)
	}
	return o, nil
}

// column is that of sounds, without its numbers.
func (o Sounds) column() Column {
	return Column{Name: "sound", Kind: Values, Shape: []int{o.Length, 1}, Axes: []string{"time", "channel"}}
}

// SoundFolder makes a dataset of a folder with one folder a class, in which are WAV files. Classes, order, hidden files and links are those of [ImageFolder].
//
//	digits, err := data.SoundFolder("digits", data.Sounds{Rate: 8000, Length: 4096})   // digits/zero/*.wav, digits/one/*.wav
//
// It returns an error that names the file if one is no such WAV file, is cut off, holds NaN or infinity, or has more than 256 MiB.
func SoundFolder(dir string, o Sounds) (*Dataset, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	d, err := f.dataset(o.column(), 4, o.Memory, o.Skip,
		func(b []byte) (Column, error) {
			samples, err := o.samples(b)
			return Column{Floats: samples}, err
		},
		func(b []byte) error {
			_, _, err := wavChunks(b)
			return err
		})
	if err != nil {
		return nil, err
	}
	o.Skip, o.Memory = nil, 0
	d.Preparation = o
	return d, nil
}

// WAV reads a file as [SoundFolder] does: samples in the mean of its channels, and how many a second.
func WAV(path string) (samples []float32, rate int, err error) {
	b, err := readFile(path)
	if err != nil {
		return nil, 0, err
	}
	if samples, rate, err = parseWAV(b); err != nil {
		return nil, 0, fmt.Errorf("data: %s: %w", path, err)
	}
	return samples, rate, nil
}

// Raw implements [Preparation].
func (o Sounds) Raw() Raw { return RawSound }

// Prepare makes the sound in a file into an input.
func (o Sounds) Prepare(path string) ([]Column, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	b, err := readFile(path)
	if err != nil {
		return nil, err
	}
	c := o.column()
	if c.Floats, err = o.samples(b); err != nil {
		return nil, fmt.Errorf("data: %s: %w", path, err)
	}
	return []Column{c}, nil
}

// samples are those of a file, at the wanted rate and as many as are wanted.
func (o Sounds) samples(b []byte) ([]float32, error) {
	x, rate, err := parseWAV(b)
	if err != nil {
		return nil, err
	}
	y := make([]float32, o.Length)
	copy(y, resampled(x, rate, o.Rate, o.Length))
	if i := slices.IndexFunc(y, notFinite); i >= 0 {
		return nil, fmt.Errorf("sample %d is %v at %d samples a second: too large", i, y[i], o.Rate)
	}
	return y, nil
}
