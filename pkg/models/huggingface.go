package models

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/vitrine-ml/vitrine/internal/safetensors"
)

// The largest files that FromHuggingFace reads.
const (
	maxConfig  = 1 << 20
	maxWeights = 4 << 30
)

// FromHuggingFace is the encoder in a folder of Hugging Face's transformers: config.json and model.safetensors, of model_type "bert" (BERT,
// MiniLM and others of that form). Nothing in the folder is executed. Its tokeniser is read by data.ReadHuggingFaceTokenizer.
//
//	bert, err := models.FromHuggingFace(folder)
//	bert.Free = 2                                          // 0, the default: the encoder is frozen
//	net, history, err := train.FitOrLoad(bert, set, train.Config{…})
//
// The hidden states are those of BertModel. What belongs to another task (the pooler, heads) is left out. A net's own file holds all weights
// and the configuration, so that it is read without the folder. The weights are read as float32, whatever they are.
//
// It returns an error that says what was expected and what came if a file is missing, damaged or too large, the configuration is of another
// kind, a weight is missing or of another shape (all of these are listed), or one is not finite.
func FromHuggingFace(folder string) (BERT, error) {
	b, err := fromHuggingFace(folder)
	if err != nil {
		return BERT{}, fmt.Errorf("models: %s: %w", folder, err)
	}
	return b, nil
}

func fromHuggingFace(folder string) (b BERT, err error) {
	text, err := readAtMost(filepath.Join(folder, "config.json"), maxConfig)
	if err != nil {
		return b, err
	}
	if b, err = bertOf(text); err != nil {
		return b, fmt.Errorf("config.json: %w", err)
	}
	contents, err := readAtMost(filepath.Join(folder, "model.safetensors"), maxWeights)
	if err != nil {
		return b, err
	}
	file, err := safetensors.Read(contents)
	if err != nil {
		return b, fmt.Errorf("model.safetensors: %w", err)
	}
	if b.weights, err = b.taken(file.Tensors); err != nil {
		return b, fmt.Errorf("model.safetensors: %w", err)
	}
	sum := sha256.Sum256(contents)
	b.Pretrained = hex.EncodeToString(sum[:])
	return b, nil
}

func readAtMost(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > most {
		return nil, fmt.Errorf("%s has %d bytes, at most %d are read", filepath.Base(path), info.Size(), most)
	}
	contents := make([]byte, info.Size())
	if _, err := io.ReadFull(f, contents); err != nil {
		return nil, err
	}
	return contents, nil
}

// bertConfig is what of a config.json decides the hidden states.
type bertConfig struct {
	ModelType   string  `json:"model_type"`
	Layers      int     `json:"num_hidden_layers"`
	Heads       int     `json:"num_attention_heads"`
	Width       int     `json:"hidden_size"`
	FeedForward int     `json:"intermediate_size"`
	MaxLength   int     `json:"max_position_embeddings"`
	Segments    int     `json:"type_vocab_size"`
	Vocabulary  int     `json:"vocab_size"`
	Activation  string  `json:"hidden_act"`
	Epsilon     float64 `json:"layer_norm_eps"`
	Positions   string  `json:"position_embedding_type"`
	Padding     *int    `json:"pad_token_id"`
	Decoder     bool    `json:"is_decoder"`
	Cross       bool    `json:"add_cross_attention"`
}

// activationsOf are the names of activations in a config.json.
var activationsOf = map[string]Activation{
	"gelu": GELU, "gelu_new": GELUTanh, "gelu_pytorch_tanh": GELUTanh, "relu": ReLU, "silu": SiLU, "swish": SiLU, "mish": Mish, "tanh": TanH,
}

func bertOf(text []byte) (b BERT, err error) {
	c := bertConfig{Activation: "gelu", Epsilon: 1e-12, Positions: "absolute", Segments: 2, MaxLength: 512}
	if err := json.Unmarshal(text, &c); err != nil {
		return b, err
	}
	activation, known := activationsOf[c.Activation]
	switch {
	case c.ModelType != "bert":
		return b, fmt.Errorf("model_type is %.40q, only bert is read", c.ModelType)
	case c.Positions != "" && c.Positions != "absolute":
		return b, fmt.Errorf("position_embedding_type is %.40q, only absolute is read", c.Positions)
	case c.Decoder || c.Cross:
		return b, errors.New("it is a decoder (is_decoder or add_cross_attention), only encoders are read")
	case c.Padding != nil && *c.Padding != Padding:
		return b, fmt.Errorf("pad_token_id is %d, want %d", *c.Padding, Padding)
	case !known:
		return b, fmt.Errorf("hidden_act is %.40q, which is not known", c.Activation)
	case !(c.Epsilon > 0 && c.Epsilon < 1):
		return b, fmt.Errorf("layer_norm_eps is %v, want a small positive number", c.Epsilon)
	}
	for _, n := range []struct {
		name string
		n    int
		most int
	}{
		{"num_hidden_layers", c.Layers, 1 << 10},
		{"num_attention_heads", c.Heads, 1 << 16},
		{"hidden_size", c.Width, 1 << 16},
		{"intermediate_size", c.FeedForward, 1 << 20},
		{"max_position_embeddings", c.MaxLength, 1 << 20},
		{"type_vocab_size", c.Segments, 1 << 16},
		{"vocab_size", c.Vocabulary, 1 << 24},
	} {
		if n.n < 1 || n.n > n.most {
			return b, fmt.Errorf("%s is %d, want 1 to %d", n.name, n.n, n.most)
		}
	}
	if c.Width%c.Heads != 0 {
		return b, fmt.Errorf("hidden_size %d is no multiple of num_attention_heads %d", c.Width, c.Heads)
	}
	return BERT{
		Layers: c.Layers, Heads: c.Heads, Width: c.Width, FeedForward: c.FeedForward, MaxLength: c.MaxLength, Segments: c.Segments,
		Vocabulary: c.Vocabulary, Activation: activation, Epsilon: c.Epsilon,
	}, nil
}
