package vitrine_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// given is what the blocks of a section of docs/your-own-model.md take for granted.
var given = map[string]string{
	"A model from PyTorch or scikit-learn (ONNX)": `var inputs []*tensors.Tensor`,
	"A pretrained Transformer (Hugging Face)": `var folder string; var texts, classes []string; var labels []int; var config train.Config
		var samples record.Samples; var why *record.Explanation`,
	"Weights from elsewhere": `var net *models.Net`,
	"Data larger than memory": `pictures := [][]uint8{make([]uint8, 784), make([]uint8, 784)}
		target := data.Column{Kind: data.Classes, Names: []string{"a", "b"}, IDs: []int32{0, 1}}`,
}

// after is done when a section's blocks have run: the shell's blocks want a net in a file.
var after = map[string]string{
	"Your own images, texts and sounds": `net, _ := must.M2(train.FitOrLoad(models.MLP{Hidden: []int{4}}, pets, train.Config{Epochs: 1}))
		must.M(net.WriteFile("net.safetensors"))`,
	"Data larger than memory": `if set.Len() != 2 { panic(set.Len()) }`,
	"Your own table":          `if got := len(columns.Values[0].Features); got != 2 { panic(got) }`,
}

var (
	fence    = regexp.MustCompile("(?s)```(\\w+)\n(.*?)```")
	declared = regexp.MustCompile(`(?m)^(\w+(?:, \w+)*) :=`)
)

// Every Go block of the page compiles, and those that need no file of others run, with those of the shell.
func TestYourOwnModel(t *testing.T) {
	page, err := os.ReadFile("docs/your-own-model.md")
	if err != nil {
		t.Fatal(err)
	}
	var program, cases, shell strings.Builder
	for i, section := range strings.Split(string(page), "\n## ")[1:] {
		title, text, _ := strings.Cut(section, "\n")
		used := map[string]bool{}
		fmt.Fprintf(&program, "func section%d(ctx context.Context) {\n%s\n", i, given[title])
		for _, block := range fence.FindAllStringSubmatch(text, -1) {
			switch block[1] {
			case "go":
				program.WriteString(block[2])
				for _, names := range declared.FindAllStringSubmatch(block[2], -1) {
					for _, name := range strings.Split(names[1], ", ") {
						used[name] = name != "_"
					}
				}
			case "bash":
				shell.WriteString(strings.ReplaceAll(block[2], "./scripts/vitrine", "./vitrine"))
			}
		}
		for name, is := range used {
			if is {
				fmt.Fprintf(&program, "_ = %s\n", name)
			}
		}
		fmt.Fprintf(&program, "%s\n}\n", after[title])
		fmt.Fprintf(&cases, "case %q: section%d(context.Background())\n", title, i)
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
	imports := "\"context\"; \"fmt\"; \"os\"\n\"github.com/gomlx/gomlx/core/tensors\"; \"github.com/janpfeifer/must\"\n"
	for _, room := range []string{"data", "explain", "models", "pipeline", "record", "train"} {
		imports += fmt.Sprintf("%q\n", "github.com/vitrine-ml/vitrine/pkg/"+room)
	}
	all := fmt.Sprintf("package main\nimport (\n%s)\n%s\nfunc main() {\nfor _, s := range os.Args[1:] {\nswitch s {\n%s}\n}\n}\n", imports, &program, &cases)
	if err := os.WriteFile(source, []byte(all), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(in, name string, args ...string) {
		t.Helper()
		ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
		defer stop()
		command := exec.CommandContext(ctx, name, args...)
		command.Dir = in
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
	}
	run(".", "go", "build", "-o", filepath.Join(dir, "page"), source)
	if testing.Short() {
		return
	}
	run(".", "go", "build", "-o", filepath.Join(dir, "vitrine"), "./cmd/vitrine")
	t.Setenv("VITRINE_CACHE", filepath.Join(dir, "cache"))
	makeFiles(t, dir)
	run(dir, "./page", "Your own table", "Your own images, texts and sounds", "Data larger than memory", "From a shell")
	run(dir, "bash", "-e", "-c", shell.String())
}

// makeFiles makes the files that the page speaks of: a table, pictures of two classes, and one more.
func makeFiles(t *testing.T, dir string) {
	table := "income,purpose,risk\n"
	for i := range 60 {
		table += fmt.Sprintf("%d.5,%s,%s\n", i*7%23, []string{"car", "house"}[i%2], []string{"good", "bad"}[i/2%2])
	}
	if err := os.WriteFile(filepath.Join(dir, "credit.csv"), []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"pets/cat/a.jpg", "pets/cat/b.jpg", "pets/dog/a.jpg", "pets/dog/b.jpg", "photo.jpg"} {
		m := image.NewGray(image.Rect(0, 0, 20, 30))
		for at := range m.Pix {
			m.Set(at%20, at/20, color.Gray{uint8(at*(i+1) + 50*i)})
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(path)
		if err == nil {
			err = jpeg.Encode(f, m, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
