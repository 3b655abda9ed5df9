package vitrine_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/npy"
	"github.com/vitrine-ml/vitrine/internal/safetensors"
)

// makeFiles makes the files that the page speaks of.
func makeFiles(t *testing.T, dir string) {
	t.Helper()
	at := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	for name, from := range map[string]string{
		"model.onnx": "notebooks/models/fashion-cnn.onnx",
		"table.onnx": "pkg/models/testdata/onnx/logistic.onnx",
	} {
		b, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		write(t, at(name), b)
	}
	makePretrained(t, at("minilm"))
	makeWeights(t, at)
	table := "income,purpose,risk\n"
	for i := range 60 {
		table += fmt.Sprintf("%d.5,%s,%s\n", i*7%23, []string{"car", "house"}[i%2], []string{"good", "bad"}[i/2%2])
	}
	write(t, at("credit.csv"), []byte(table))
	for i, name := range []string{"pets/cat/a.jpg", "pets/cat/b.jpg", "pets/dog/a.jpg", "pets/dog/b.jpg", "photo.jpg"} {
		m := image.NewGray(image.Rect(0, 0, 20, 30))
		for at := range m.Pix {
			m.Set(at%20, at/20, color.Gray{uint8(at*(i+1) + 50*i)})
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m, nil); err != nil {
			t.Fatal(err)
		}
		write(t, at(name), b.Bytes())
	}
	for i, name := range []string{"one/a", "one/b", "two/a", "two/b"} {
		samples := make([]int16, 300)
		for at := range samples {
			samples[at] = int16(at % 40 * (i + 1) * 100)
		}
		write(t, at("digits/"+name+".wav"), sound(8000, samples))
	}
	for name, text := range map[string]string{"bad/1": "a dull film", "bad/2": "dull and long", "good/1": "a lovely film", "good/2": "warm"} {
		write(t, at("reviews/"+name+".txt"), []byte(text))
	}
}

// sound is a WAV file of one channel.
func sound(rate int, samples []int16) []byte {
	var b bytes.Buffer
	for _, part := range []any{
		[]byte("RIFF"), uint32(36 + 2*len(samples)), []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(rate), uint32(2 * rate), uint16(2), uint16(16),
		[]byte("data"), uint32(2 * len(samples)), samples,
	} {
		_ = binary.Write(&b, binary.LittleEndian, part) // into memory
	}
	return b.Bytes()
}

// makePretrained makes a folder of Hugging Face's: the tiny BERT of testdata, with as many positions as the page's texts have, and a tokeniser.
func makePretrained(t *testing.T, folder string) {
	t.Helper()
	const bert, positions = "pkg/models/testdata/bert", "bert.embeddings.position_embeddings.weight"
	file, err := safetensors.ReadFile(filepath.Join(bert, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	few := file.Tensors[positions].Value().([][]float32)
	rows := make([][]float32, 64)
	for i := range rows {
		rows[i] = few[i%len(few)]
	}
	file.Tensors[positions] = tensors.FromValue(rows)
	var b bytes.Buffer
	if err := safetensors.Write(&b, file.Tensors, nil); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "model.safetensors"), b.Bytes())
	config := map[string]any{}
	text, err := os.ReadFile(filepath.Join(bert, "config.json"))
	if err == nil {
		err = json.Unmarshal(text, &config)
	}
	if err != nil {
		t.Fatal(err)
	}
	config["max_position_embeddings"] = len(rows)
	vocabulary := map[string]int{}
	for id, word := range []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "lovely", "dull", "film", "##s"} {
		vocabulary[word] = id
	}
	for id := len(vocabulary); id < 40; id++ { // as many as the encoder has
		vocabulary[fmt.Sprint("word", id)] = id
	}
	for name, contents := range map[string]any{"config.json": config, "tokenizer.json": map[string]any{
		"added_tokens":   []any{},
		"normalizer":     map[string]any{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": nil, "lowercase": true},
		"pre_tokenizer":  map[string]any{"type": "BertPreTokenizer"},
		"post_processor": map[string]any{"type": "BertProcessing", "sep": []any{"[SEP]", 3}, "cls": []any{"[CLS]", 2}},
		"model": map[string]any{"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
			"max_input_chars_per_word": 100, "vocab": vocabulary},
	}} {
		text, err := json.Marshal(contents)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder, name), text)
	}
}

// makeWeights makes weights of the same net under the names of a module of PyTorch's, of a Sequential, and of Keras.
func makeWeights(t *testing.T, at func(string) string) {
	t.Helper()
	named := map[string]map[string]*tensors.Tensor{"net.safetensors": {}, "sequential.safetensors": {}, "net.npz": {}}
	for i, sizes := range [][2]int{{5, 6}, {6, 4}, {4, 3}} {
		in, out := sizes[0], sizes[1]
		numbers := make([]float32, in*out)
		for k := range numbers {
			numbers[k] = float32(k%7-3) / 5
		}
		bias := tensors.FromFlatDataAndDimensions(numbers[:out], out)
		for file, layer := range map[string]string{
			"net.safetensors":        []string{"layers.0", "layers.1", "out"}[i],
			"sequential.safetensors": fmt.Sprint(2 * i),
		} {
			named[file][layer+".weight"], named[file][layer+".bias"] = tensors.FromFlatDataAndDimensions(numbers, out, in), bias
		}
		layer := []string{"dense_0", "dense_1", "logits"}[i]
		named["net.npz"][layer+"/kernel"], named["net.npz"][layer+"/bias"] = tensors.FromFlatDataAndDimensions(numbers, in, out), bias
	}
	if err := npy.WriteZipFile(at("net.npz"), named["net.npz"]); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"net.safetensors", "sequential.safetensors"} {
		var b bytes.Buffer
		if err := safetensors.Write(&b, named[name], nil); err != nil {
			t.Fatal(err)
		}
		write(t, at(name), b.Bytes())
	}
}
