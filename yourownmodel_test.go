package vitrine_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// given is what the Go blocks of a section of docs/your-own-model.md take for granted.
var given = map[string]string{
	"A model from PyTorch or scikit-learn (ONNX)": `pixels := make([]float32, 2*28*28)
		for i := range pixels { pixels[i] = float32(i%29)/29 }`,
	"A pretrained Transformer (Hugging Face)": `texts, labels, classes := []string{"a lovely film", "lovely films", "a dull film", "dull"}, []int{0, 0, 1, 1}, []string{"good", "bad"}
		config := train.Config{Epochs: 1, BatchSize: 4}`,
	"Data larger than memory": `pictures := [][]uint8{make([]uint8, 784), make([]uint8, 784)}
		target := data.Column{Kind: data.Classes, Names: []string{"a", "b"}, IDs: []int32{0, 1}}`,
}

// after holds a section's results to what the page says of them.
var after = map[string]string{
	"A model from PyTorch or scikit-learn (ONNX)": `expect(why.Status[0], record.OK)
		expect(regions.Values[0].Shape[2:], []int{28, 28})
		table := must.M1(models.FromONNX("table.onnx"))
		expect(table.Outputs[0].Kind, models.Probabilities)`,
	"A pretrained Transformer (Hugging Face)": `expect(samples.Tokens[1], []string{"[CLS]", "lovely", "films", "[SEP]"})
		expect(pooled[0].Shape().Dimensions, []int{2, 32})
		expect(states[0].Shape().Dimensions, []int{2, 64, 32})`,
	"Weights from elsewhere":            `expect(len(report.Loaded), 6)`,
	"Your own table":                    `expect(len(columns.Values[0].Features), 2)`,
	"Your own images, texts and sounds": `expect([]int{pets.Len(), trainSet.Len(), digits.Len(), texts.Len()}, []int{4, 3, 4, 4})`,
	"Data larger than memory":           `expect(set.Len(), 2)`,
	"From a shell":                      `expect(answer.Classes[0].Name == "cat" || answer.Classes[0].Name == "dog", true)`,
}

const program = `package main

import (
	"context"; "fmt"; "reflect"

	"github.com/gomlx/gomlx/core/tensors"; "github.com/janpfeifer/must"
	"github.com/vitrine-ml/vitrine/pkg/data"; "github.com/vitrine-ml/vitrine/pkg/explain"; "github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/pipeline"; "github.com/vitrine-ml/vitrine/pkg/record"; "github.com/vitrine-ml/vitrine/pkg/train"
)

func expect(got, want any) {
	if !reflect.DeepEqual(got, want) { panic(fmt.Sprintf("got %%v, want %%v", got, want)) }
}

func main() {
	ctx := context.Background()
	%s
}
`

var (
	fence    = regexp.MustCompile("(?s)```(\\w+)\n(.*?)```")
	declared = regexp.MustCompile(`(?m)^(\w+(?:, \w+)*) :=`)
)

// TestYourOwnModel runs every block of the page, one after another in one folder: those in Python where their packages are installed, with
// files from testdata in the place of what the others would have written; then those in Go; then those of the shell.
func TestYourOwnModel(t *testing.T) {
	page, err := os.ReadFile("docs/your-own-model.md")
	if err != nil {
		t.Fatal(err)
	}
	var sections, shell strings.Builder
	var python []string
	for _, section := range strings.Split(string(page), "\n## ")[1:] {
		title, text, _ := strings.Cut(section, "\n")
		fmt.Fprintf(&sections, "func() { // %s\n%s\n", title, given[title])
		for _, block := range fence.FindAllStringSubmatch(text, -1) {
			switch language, code := block[1], block[2]; language {
			case "go":
				sections.WriteString(code)
				for _, names := range declared.FindAllStringSubmatch(code, -1) {
					for name := range strings.SplitSeq(names[1], ", ") {
						if name != "_" {
							fmt.Fprintf(&sections, "_ = %s\n", name)
						}
					}
				}
			case "bash":
				shell.WriteString(code)
			case "python":
				python = append(python, code)
			default:
				t.Errorf("%s: nobody runs %q", title, language)
			}
		}
		fmt.Fprintf(&sections, "%s\n}()\n", after[title])
	}
	for _, titles := range []map[string]string{given, after} {
		for title := range titles {
			if !strings.Contains(string(page), "\n## "+title+"\n") {
				t.Errorf("the page has no section %q", title)
			}
		}
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "page.go")
	write(t, source, fmt.Appendf(nil, program, &sections))
	run(t, ".", "go", "build", "-o", filepath.Join(dir, "page"), source)
	if testing.Short() {
		return
	}
	run(t, ".", "go", "build", "-o", filepath.Join(dir, "scripts", "vitrine"), "./cmd/vitrine")
	t.Setenv("VITRINE_CACHE", filepath.Join(dir, "cache"))
	makeFiles(t, dir)
	for _, code := range python {
		runPython(t, dir, code)
	}
	run(t, dir, "./page")
	run(t, dir, "bash", "-e", "-c", shell.String())
}

func run(t *testing.T, in, name string, args ...string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = in
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
