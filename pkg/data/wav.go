package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// wavFormat is the chunk "fmt " of a WAV file (Microsoft and IBM 1991, Multimedia Programming Interface; WAVE_FORMAT_EXTENSIBLE 2001).
type wavFormat struct {
	float    bool
	channels int
	rate     int // samples a second of each channel
	bytes    int // of a sample
}

// parseWAV is the mean of the channels, in [−1,1) for whole numbers, and the samples a second.
func parseWAV(b []byte) (mono []float32, rate int, err error) {
	f, data, err := wavChunks(b)
	if err != nil {
		return nil, 0, err
	}
	frame := f.channels * f.bytes
	if len(data) == 0 || len(data)%frame != 0 {
		return nil, 0, fmt.Errorf("%d bytes of sound, want a positive multiple of %d: empty or cut off", len(data), frame)
	}
	mono = make([]float32, len(data)/frame)
	for i := range mono {
		sum := 0.0
		for range f.channels {
			sum += f.sample(data)
			data = data[f.bytes:]
		}
		if mono[i] = float32(sum / float64(f.channels)); notFinite(mono[i]) {
			return nil, 0, fmt.Errorf("sample %d is %v", i, mono[i])
		}
	}
	return mono, f.rate, nil
}

// wavChunks finds the format and the samples. The file's own length is not looked at, as programs that write into a pipe do not know it.
func wavChunks(b []byte) (f wavFormat, data []byte, err error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return f, nil, fmt.Errorf("begins with %q: no WAV file (RIFF … WAVE)", b[:min(12, len(b))])
	}
	known := false
	for b = b[12:]; len(b) >= 8; {
		name, size := string(b[:4]), uint64(binary.LittleEndian.Uint32(b[4:]))
		b = b[8:]
		if size == math.MaxUint32 && name == "data" { // written into a pipe: to the end
			size = uint64(len(b))
		}
		if size > uint64(len(b)) {
			return f, nil, fmt.Errorf("part %q says that it has %d bytes, but %d are left: cut off", name, size, len(b))
		}
		switch name {
		case "fmt ":
			if f, err = parseWAVFormat(b[:size]); err != nil {
				return f, nil, err
			}
			known = true
		case "data":
			if !known {
				return f, nil, errors.New("the sound comes before its format")
			}
			return f, b[:size], nil
		}
		b = b[min(size+size%2, uint64(len(b))):]
	}
	return f, nil, errors.New("no part \"data\" in it: no sound")
}

func parseWAVFormat(b []byte) (f wavFormat, err error) {
	if len(b) < 16 {
		return f, fmt.Errorf("a format of %d bytes, want at least 16", len(b))
	}
	code, align, bits := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[12:])), int(binary.LittleEndian.Uint16(b[14:]))
	f.channels, f.rate = int(binary.LittleEndian.Uint16(b[2:])), int(binary.LittleEndian.Uint32(b[4:]))
	if code == 0xFFFE { // extensible: the code stands at the front of an identifier
		if len(b) < 40 || string(b[26:40]) != "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71" {
			return f, errors.New("an extensible format that is neither whole numbers nor floats")
		}
		code = binary.LittleEndian.Uint16(b[24:])
	}
	f.float, f.bytes = code == 3, bits/8
	switch {
	case code != 1 && code != 3:
		return f, fmt.Errorf("format %#x, want whole numbers (PCM, 1) or floats (3): save it uncompressed", code)
	case f.float && bits != 32 && bits != 64 || !f.float && bits != 8 && bits != 16 && bits != 24 && bits != 32:
		return f, fmt.Errorf("%d bits a sample, want 8, 16, 24 or 32, or floats of 32 or 64", bits)
	case f.channels < 1 || f.channels > 256:
		return f, fmt.Errorf("%d channels, want from 1 to 256", f.channels)
	case f.rate < 100 || f.rate > 1_000_000:
		return f, fmt.Errorf("%d samples a second, want from 100 to 1,000,000", f.rate)
	case align != f.channels*f.bytes:
		return f, fmt.Errorf("%d channels of %d bytes in %d bytes", f.channels, f.bytes, align)
	}
	return f, nil
}

// sample is the first of the samples.
func (f wavFormat) sample(b []byte) float64 {
	switch {
	case f.float && f.bytes == 4:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	case f.float:
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	case f.bytes == 1:
		return (float64(b[0]) - 128) / 128
	case f.bytes == 2:
		return float64(int16(binary.LittleEndian.Uint16(b))) / (1 << 15)
	case f.bytes == 3:
		return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
	}
	return float64(int32(binary.LittleEndian.Uint32(b))) / (1 << 31)
}
