package pipeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/pipeline"
	"github.com/vitrine-ml/vitrine/pkg/train"
)

// through trains a little on a set and reads the net's file as a pipeline.
func through(t *testing.T, a models.Architecture, set *data.Dataset) (*models.Net, *pipeline.Pipeline) {
	t.Helper()
	t.Setenv("VITRINE_CACHE", t.TempDir())
	net, _, err := train.FitOrLoad(a, set, train.Config{Epochs: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "net.safetensors")
	if err := net.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	p, err := pipeline.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return net, p
}

// holdsTo says whether the pipeline's answer for a raw example is the net's for example i.
func holdsTo(t *testing.T, p *pipeline.Pipeline, raw string, net *models.Net, set *data.Dataset, i int) {
	t.Helper()
	answer, err := p.Predict(raw)
	if err != nil {
		t.Fatal(err)
	}
	want, err := net.Predict(set.Inputs(i, i+1))
	if err != nil {
		t.Fatal(err)
	}
	if best := answer.Classes[0]; best.Class != want[0].Class || best.Probability != want[0].Probability || best.Name != set.Classes[best.Class] {
		t.Errorf("the answer is %+v, the net says %+v", answer.Classes, want[0])
	}
}

func TestText(t *testing.T) {
	corpus := data.Corpus{Name: "films", Texts: []string{"a lovely film", "dull, dull film", "lovely and warm", "a dull one"}, Labels: []int{1, 0, 1, 0}, Classes: []string{"no", "yes"}}
	tokenizer, err := data.Words{}.Learn(corpus.Texts)
	if err != nil {
		t.Fatal(err)
	}
	set, _, err := corpus.Dataset(tokenizer, 6)
	if err != nil {
		t.Fatal(err)
	}
	net, p := through(t, models.TextCNN{Filters: 2, Widths: []int{2}, Embedding: 4}, set)
	for i, text := range corpus.Texts {
		holdsTo(t, p, text, net, set, i)
	}
	why, err := p.Explain(context.Background(), explain.Saliency{}, explain.Predicted, corpus.Texts[1], corpus.Texts[0])
	if err != nil {
		t.Fatal(err)
	}
	if want := set.Select(1, 0).Samples(0, 2).Tokens; !reflect.DeepEqual(why.Samples.Tokens, want) {
		t.Errorf("tokens %q, want %q", why.Samples.Tokens, want)
	}
	if err := why.Samples.Check(); err != nil {
		t.Error(err)
	}
	if _, err := p.Predict(""); err == nil {
		t.Error("an empty text is taken")
	}
}

// TestTextOfAPretrained: the tokens that the encoder reads before and after every text are there, in the answer as in the dataset, and in what
// an explanation's values stand beside.
func TestTextOfAPretrained(t *testing.T) {
	names := []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "lovely", "dull", "film", "##s", "warm"}
	vocabulary := map[string]int{}
	for id := range 40 { // as many as the encoder has
		if id >= len(names) {
			names = append(names, fmt.Sprint("word", id))
		}
		vocabulary[names[id]] = id
	}
	text, err := json.Marshal(map[string]any{
		"added_tokens":   []any{},
		"normalizer":     map[string]any{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": nil, "lowercase": true},
		"pre_tokenizer":  map[string]any{"type": "BertPreTokenizer"},
		"post_processor": map[string]any{"type": "BertProcessing", "sep": []any{"[SEP]", 3}, "cls": []any{"[CLS]", 2}},
		"model": map[string]any{"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
			"max_input_chars_per_word": 100, "vocab": vocabulary},
	})
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "tokenizer.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	tokenizer, err := data.ReadHuggingFaceTokenizer(folder)
	if err != nil {
		t.Fatal(err)
	}
	corpus := data.Corpus{Name: "films", Texts: []string{"lovely films", "dull, dull film", "a warm, lovely film, a lovely film"}, Labels: []int{1, 0, 1}, Classes: []string{"no", "yes"}}
	set, _, err := corpus.Dataset(tokenizer, 6)
	if err != nil {
		t.Fatal(err)
	}
	bert, err := models.FromHuggingFace("../models/testdata/bert")
	if err != nil {
		t.Fatal(err)
	}
	net, p := through(t, bert, set)
	for i, text := range corpus.Texts {
		holdsTo(t, p, text, net, set, i)
	}
	why, err := p.Explain(context.Background(), explain.Saliency{}, explain.Predicted, corpus.Texts...)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]string{{"[CLS]", "lovely", "film", "##s", "[SEP]"}, {"[CLS]", "dull", "[UNK]", "dull", "film", "[SEP]"}, {"[CLS]", "a", "warm", "[UNK]", "lovely", "[SEP]"}} {
		if got := why.Samples.Tokens[i]; len(got) < len(want) || !reflect.DeepEqual(got[:len(want)], want) {
			t.Errorf("tokens %q, want %q", got, want)
		}
	}
}

func TestImage(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for k, class := range []string{"day", "night"} {
		if err := os.Mkdir(filepath.Join(dir, class), 0o755); err != nil {
			t.Fatal(err)
		}
		for i, name := range []string{"a.png", "b.png"} {
			m := image.NewRGBA(image.Rect(0, 0, 20, 16))
			for at := range 20 * 16 {
				m.Set(at%20, at/20, color.RGBA{uint8(at * (i + 2)), uint8(220 - 200*k), uint8(at % 200), 255})
			}
			path := filepath.Join(dir, class, name)
			f, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := png.Encode(f, m); err != nil {
				t.Fatal(err)
			}
			f.Close()
			paths = append(paths, path)
		}
	}
	set, err := data.ImageFolder(dir, data.Images{Height: 8, Width: 10})
	if err != nil {
		t.Fatal(err)
	}
	net, p := through(t, models.CNN{Channels: []int{2}, Dense: 4}, set)
	for i, path := range paths {
		holdsTo(t, p, path, net, set, i)
	}
	if err := os.WriteFile(filepath.Join(dir, "bad.png"), []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Predict(filepath.Join(dir, "bad.png")); err == nil || !strings.Contains(err.Error(), "bad.png") {
		t.Errorf("error %v", err)
	}
	if _, err := p.Predict("none.png"); err == nil || !strings.Contains(err.Error(), "none.png") {
		t.Errorf("error %v", err)
	}
}
