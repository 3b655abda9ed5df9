package data

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type soundFixture struct {
	Cases []struct {
		Name string
		File []byte
		Rate int
		Mono []float64
	}
	Sound     []float32
	Resampled []struct {
		Rate    int
		Samples []float64
	}
}

func soundsOf(t testing.TB) (f soundFixture) {
	t.Helper()
	text, err := os.ReadFile("testdata/sounds.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &f); err != nil || len(f.Cases) < 18 || len(f.Resampled) != 3 {
		t.Fatal(len(f.Cases), err)
	}
	return f
}

func TestWAVAsSoundfile(t *testing.T) {
	for _, c := range soundsOf(t).Cases {
		got, rate, err := parseWAV(c.File)
		if err != nil || rate != c.Rate || len(got) != len(c.Mono) {
			t.Errorf("%s: %d samples at %d: %v", c.Name, len(got), rate, err)
			continue
		}
		for i, v := range got {
			if math.Abs(float64(v)-c.Mono[i]) > 1e-7 {
				t.Errorf("%s: sample %d is %v, want %v", c.Name, i, v, c.Mono[i])
				break
			}
		}
	}
}

func TestResampledAsSciPy(t *testing.T) {
	f := soundsOf(t)
	for _, c := range f.Resampled {
		got := resampled(f.Sound, 16_000, c.Rate, 1<<20)
		worst := 0.0
		for i, want := range c.Samples {
			worst = max(worst, math.Abs(float64(got[i*7])-want))
		}
		if worst > 2e-3 {
			t.Errorf("at %d: %v from scipy's, want at most 0.002 of 0.9", c.Rate, worst)
		}
		if cut := resampled(f.Sound, 16_000, c.Rate, 50); !slices.Equal(cut, got[:50]) {
			t.Errorf("at %d: the first 50 samples alone are others", c.Rate)
		}
	}
	constant := make([]float32, 4000)
	for i := range constant {
		constant[i] = 0.25
	}
	for _, rate := range []int{4000, 15_999, 44_100} { // with and without a table of phases
		for i, v := range resampled(constant, 16_000, rate, 1<<20)[rate/20 : rate/5] {
			if math.Abs(float64(v)-0.25) > 1e-6 {
				t.Fatalf("at %d: sample %d of what is 0.25 is %v", rate, i, v)
			}
		}
	}
}

// wavFile is a WAV file of one channel of 16 bits.
func wavFile(rate int, samples ...int16) []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(2*rate))
	b = append(b, 2, 0, 16, 0)
	b = append(b, "LIST\x03\x00\x00\x00abc\x00data"...) // a part that is passed over, of an odd length
	b = binary.LittleEndian.AppendUint32(b, uint32(2*len(samples)))
	b, _ = binary.Append(b, binary.LittleEndian, samples)
	return b
}

func TestWAVErrors(t *testing.T) {
	good := wavFile(8000, 1, 2, 3)
	changed := func(at int, to ...byte) []byte {
		b := bytes.Clone(good)
		copy(b[at:], to)
		return b
	}
	data := bytes.Index(good, []byte("data"))
	for want, b := range map[string][]byte{
		"no WAV file":                      []byte("RIFX"),
		"format 0x6, want":                 changed(20, 6),
		"12 bits a sample":                 changed(34, 12),
		"0 channels":                       changed(22, 0),
		"2 channels of 2 bytes in 2 bytes": changed(22, 2),
		"samples a second":                 changed(24, 1, 0, 0, 0),
		"but 5 are left: cut off":          good[:len(good)-1],
		"but 6 are left":                   changed(data+4, 254, 255, 255, 255),
		"empty or cut off":                 changed(data+4, 5, 0, 0, 0),
		"no part \"data\"":                 changed(data, 'D'),
		"comes before its format":          changed(12, 'F'),
		"want at least 16":                 append([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x02\x00\x00\x00\x01\x00"), good[36:]...),
	} {
		if _, _, err := parseWAV(b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if got, _, err := parseWAV(changed(data+4, 255, 255, 255, 255)); err != nil || len(got) != 3 {
		t.Errorf("of a file written into a pipe: %v, %v", got, err)
	}
}

func TestSoundFolder(t *testing.T) {
	dir := written(t, map[string][]byte{
		"low/a.wav": wavFile(8000, 16384, -16384, 8192, 1), "low/b.wav": wavFile(8000, -32768), "high/a.wav": wavFile(16_000, make([]int16, 40)...),
	})
	o := Sounds{Rate: 8000, Length: 3}
	d, err := SoundFolder(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	inputs, _ := d.Columns()
	if want := []float32{0, 0, 0, 0.5, -0.5, 0.25, -1, 0, 0}; !slices.Equal(inputs[0].Floats, want) || !slices.Equal(d.Classes, []string{"high", "low"}) {
		t.Errorf("%v: %v, want %v", d.Classes, inputs[0].Floats, want)
	}
	o.Memory = 1
	streamed, err := SoundFolder(dir, o)
	if err != nil || streamed.Hash() != d.Hash() {
		t.Errorf("read when asked for, the sounds are others: %v", err)
	}
	text, err := json.Marshal(streamed.Preparation)
	if err != nil {
		t.Fatal(err)
	}
	var p Sounds
	if err := json.Unmarshal(text, &p); err != nil || p.Raw() != RawSound {
		t.Fatal(err)
	}
	got, err := p.Prepare(filepath.Join(dir, "low", "a.wav"))
	if err != nil || !slices.Equal(got[0].Floats, inputs[0].Floats[3:6]) || got[0].Name != "sound" {
		t.Errorf("prepared: %+v, %v", got, err)
	}
	if x, rate, err := WAV(filepath.Join(dir, "low", "b.wav")); err != nil || rate != 8000 || !slices.Equal(x, []float32{-1}) {
		t.Errorf("%v at %d, %v", x, rate, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "low", "c.wav"), []byte("no"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := SoundFolder(dir, o); err == nil || !strings.Contains(err.Error(), "low/c.wav: begins with \"no\"") {
		t.Errorf("error %v", err)
	}
	for _, bad := range []Sounds{{Rate: 1}, {Length: -1}, {Memory: -1}} {
		if _, err := SoundFolder(dir, bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

func FuzzWAV(f *testing.F) {
	f.Add(wavFile(8000, 1, 2, 3))
	for _, c := range soundsOf(f).Cases {
		f.Add(c.File)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		samples, err := Sounds{Rate: 8000, Length: 64}.samples(b)
		if err == nil && (len(samples) != 64 || slices.ContainsFunc(samples, notFinite)) {
			t.Fatalf("samples %v", samples)
		}
	})
}
