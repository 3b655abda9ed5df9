package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// TestVerify: another process runs a record again and gets the same bits, on this backend; on the other it says within what it holds.
func TestVerify(t *testing.T) {
	net, err := models.New(models.CNN{Channels: []int{2}, Dense: 4}, []models.Port{{Name: "image", Shape: []int{6, 6, 1}}},
		[]models.Port{{Name: "class", Shape: []int{3}, Kind: models.Logits}}, 3)
	if err != nil {
		t.Fatal(err)
	}
	images := tensors.FromShape(shapes.Make(dtypes.Float32, 2, 6, 6, 1))
	tensors.MustMutableFlatData(images, func(v []float32) {
		for i := range v {
			v[i] = float32(i*i%17) / 17
		}
	})
	x, dir := []*tensors.Tensor{images}, t.TempDir()
	path := filepath.Join(dir, "why.json")
	method := explain.IntegratedGradients{Steps: 8}
	e, err := method.Explain(context.Background(), net, x, explain.Predicted)
	if err != nil {
		t.Fatal(err)
	}
	if err := explain.Keep(path, e, method, net, x); err != nil {
		t.Fatal(err)
	}
	verify := func(path string, env ...string) (string, int) {
		t.Helper()
		command := exec.Command(os.Args[0])
		command.Env = append(append(os.Environ(), "VITRINE_TEST_ARGS=verify "+path, "VITRINE_CACHE="+t.TempDir()), env...)
		said, err := command.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return string(said), command.ProcessState.ExitCode()
	}
	if said, status := verify(path); status != 0 || !strings.Contains(said, "holds bit for bit") || strings.Contains(said, "other than then") {
		t.Errorf("status %d: %s", status, said)
	}
	if !strings.HasPrefix(os.Getenv("GOMLX_BACKEND"), "go") {
		if said, status := verify(path, "GOMLX_BACKEND=go:parallelism=-1", "VITRINE_BACKEND_WHY="); status != 0 || !strings.Contains(said, ", now go") {
			t.Errorf("on pure Go: status %d: %s", status, said)
		}
	}
	e.Values[0].Data[5] += 1
	wrong := filepath.Join(dir, "wrong.json")
	if err := e.WriteFile(wrong); err != nil {
		t.Fatal(err)
	}
	if said, status := verify(path + " " + wrong); status != 1 || !strings.Contains(said, "DOES NOT HOLD") || !strings.Contains(said, "holds bit for bit") {
		t.Errorf("an altered record: status %d: %s", status, said)
	}
	if said, status := verify(filepath.Join(dir, "none.json")); status != 1 || !strings.Contains(said, "none.json") {
		t.Errorf("a record that is not there: status %d: %s", status, said)
	}
}
