package main

import (
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/npy"
	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/pipeline"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// inDir runs the command in a folder, and says what it printed and its exit status.
func inDir(t *testing.T, dir string, args string) (stdout, stderr string, status int) {
	t.Helper()
	var out, wrong strings.Builder
	command := exec.Command(os.Args[0])
	command.Dir, command.Stdout, command.Stderr = dir, &out, &wrong
	command.Env = append(os.Environ(), "VITRINE_TEST_ARGS="+args, "VITRINE_CACHE="+t.TempDir())
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), wrong.String(), command.ProcessState.ExitCode()
}

// TestPredictAndExplain: from a net's file and raw examples to tables, records that hold, and pages.
func TestPredictAndExplain(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, a models.Architecture, in, out models.Port, shape ...int) {
		t.Helper()
		net, err := models.New(a, []models.Port{in}, []models.Port{out}, 3)
		if err != nil {
			t.Fatal(err)
		}
		p, err := pipeline.Of(net)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.WriteFile(filepath.Join(dir, name+".safetensors")); err != nil {
			t.Fatal(err)
		}
		values := make([]float32, shapes.Make(dtypes.Float32, shape...).Size())
		for i := range values {
			values[i] = float32(i*i%17) / 17
		}
		if err := npy.WriteFile(filepath.Join(dir, name+".npy"), tensors.FromFlatDataAndDimensions(values, shape...)); err != nil {
			t.Fatal(err)
		}
	}
	class := models.Port{Name: "class", Shape: []int{3}, Kind: models.Logits, Classes: []string{"cat", "dog", "<b>owl"}}
	write("image", models.CNN{Channels: []int{2}, Dense: 4}, models.Port{Name: "image", Shape: []int{6, 6, 1}, Axes: []string{"height", "width", "channel"}}, class, 6, 6, 1)
	write("row", models.MLP{Hidden: []int{3}}, models.Port{Name: "features", Shape: []int{2}, Features: []string{"age", "height"}}, class, 2)
	write("series", models.TextCNN{Filters: 2, Widths: []int{2}}, models.Port{Name: "series", Shape: []int{8, 1}, Axes: []string{"time", "feature"}},
		models.Port{Name: "next", Shape: []int{1}}, 8, 1)

	for name, want := range map[string]string{"image": "looked at", "row": "age", "series": "forecast rests on"} {
		said, _, status := inDir(t, dir, "predict "+name+".safetensors --out got/"+name+" "+name+".npy")
		if status != 0 || !strings.Contains(said, name+".npy") {
			t.Errorf("predict %s: status %d: %s", name, status, said)
		}
		answer, err := record.ReadAnswer(filepath.Join(dir, "got", name, "prediction.json"))
		if err != nil {
			t.Fatal(err)
		}
		if name != "series" && (len(answer.Classes) != 3 || !strings.Contains(said, answer.Classes[0].Name)) {
			t.Errorf("%s: %+v, printed %s", name, answer, said)
		}
		said, wrong, status := inDir(t, dir, "explain "+name+".safetensors "+name+".npy --method saliency --target 0 --out got/"+name)
		if status != 0 || !strings.Contains(said, "explanation.html") {
			t.Errorf("explain %s: status %d: %s%s", name, status, said, wrong)
			continue
		}
		page, err := os.ReadFile(filepath.Join(dir, "got", name, "explanation.html"))
		if err != nil || !strings.Contains(string(page), want) || strings.Contains(string(page), "<b>owl") {
			t.Errorf("the page of %s lacks %q or has markup from data (%v)", name, want, err)
		}
		if said, wrong, status := inDir(t, dir, "verify got/"+name+"/explanation.json"); status != 0 || !strings.Contains(said, "holds bit for bit") {
			t.Errorf("verify %s: status %d: %s%s", name, status, said, wrong)
		}
	}

	for args, want := range map[string]string{
		"predict":                                            "vitrine help",
		"predict image.safetensors":                          "vitrine help",
		"predict none.safetensors x":                         "no such file",
		"predict image.npy x":                                "nets are read from .safetensors files",
		"predict image.safetensors none.npy":                 "no such file",
		"predict image.safetensors row.npy":                  "want that of one example, [6 6 1]",
		"predict image.safetensors cat":                      "which takes a .npy file",
		"predict --loud image.safetensors image.npy":         "loud",
		"explain image.safetensors image.npy --method magic": "there are " + strings.Join(explain.Names(), ", "),
		"explain image.safetensors image.npy --target horse": `no class "horse"`,
	} {
		if said, wrong, status := inDir(t, dir, args); status != 1 || !strings.Contains(wrong, want) {
			t.Errorf("%s: status %d: %s%s, want %q", args, status, said, wrong, want)
		}
	}
}

// TestSoundsInAShell: a WAV file's page is its wave, with what each stretch of it contributed.
func TestSoundsInAShell(t *testing.T) {
	net, err := models.New(models.MLP{Hidden: []int{3}}, []models.Port{{Name: "sound", Shape: []int{800, 1}, Axes: []string{"time", "channel"}}},
		[]models.Port{{Name: "class", Shape: []int{2}, Kind: models.Logits, Classes: []string{"one", "two"}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p := pipeline.Pipeline{Net: net, Preparation: data.Sounds{Rate: 8000, Length: 800}}
	if err := p.WriteFile(filepath.Join(dir, "sound.safetensors")); err != nil {
		t.Fatal(err)
	}
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x40\x06\x00\x00")
	for i := range 800 {
		b = binary.LittleEndian.AppendUint16(b, uint16(i%50*300))
	}
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
	if err := os.WriteFile(filepath.Join(dir, "one.wav"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	said, wrong, status := inDir(t, dir, "explain sound.safetensors one.wav --method saliency --out why")
	if status != 0 {
		t.Fatalf("status %d: %s%s", status, said, wrong)
	}
	page, err := os.ReadFile(filepath.Join(dir, "why", "explanation.html"))
	if err != nil || !strings.Contains(string(page), "seconds from the beginning") || !strings.Contains(string(page), "2 steps are drawn as one") {
		t.Errorf("the page says no times (%v)", err)
	}
}

// TestRowsInAShell: a row of a table as JSON.
func TestRowsInAShell(t *testing.T) {
	_, _, schema, err := data.GermanCredit()
	if err != nil {
		t.Fatal(err)
	}
	net, err := models.New(models.MLP{Hidden: []int{3}}, []models.Port{{Name: "features", Shape: []int{len(schema.Features())}, Features: schema.Features()}},
		[]models.Port{{Name: "class", Shape: []int{2}, Kind: models.Logits, Classes: schema.Target.Classes}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p := pipeline.Pipeline{Net: net, Preparation: schema}
	if err := p.WriteFile(filepath.Join(dir, "credit.safetensors")); err != nil {
		t.Fatal(err)
	}
	row := "{"
	for _, c := range schema.Columns {
		row += `"` + c.Name + `":null,`
	}
	row = strings.TrimSuffix(row, ",") + "}"
	for _, method := range []string{"integrated-gradients", "kernel-shap"} {
		said, wrong, status := inDir(t, dir, "explain credit.safetensors --method "+method+" "+row)
		if status != 0 {
			t.Fatalf("%s: status %d: %s%s", method, status, said, wrong)
		}
		page, err := os.ReadFile(filepath.Join(dir, "explanation", "explanation.html"))
		if err != nil || !strings.Contains(string(page), schema.Columns[0].Name) || !strings.Contains(string(page), "contribution to "+strings.Fields(said[strings.LastIndex(said, "explained: "):])[1]) {
			t.Errorf("%s: the page does not name the columns or the class (%v)", method, err)
		}
		if said, wrong, status := inDir(t, dir, "verify explanation/explanation.json"); status != 0 {
			t.Errorf("%s: verify: %s%s", method, said, wrong)
		}
	}
}
