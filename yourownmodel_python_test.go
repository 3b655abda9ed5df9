package vitrine_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// pythonBlock is what a Python block of the page takes for granted and brings about. It is found by the module that it imports first.
type pythonBlock struct {
	needs []string // modules
	given string
	makes string // a file
}

var pythonBlocks = map[string]pythonBlock{
	"torch": {[]string{"torch", "onnx", "onnxscript"}, `
import torch
from torch import nn

class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.relu1, self.pool1 = nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2)
        self.conv2, self.relu2, self.fc = nn.Conv2d(4, 6, 3, padding=1), nn.ReLU(), nn.Linear(6 * 14 * 14, 3)

    def forward(self, x):
        return self.fc(self.relu2(self.conv2(self.pool1(self.relu1(self.conv1(x))))).flatten(1))

model, example = CNN(), torch.rand(2, 1, 28, 28)
`, "model.onnx"},
	"skl2onnx": {[]string{"skl2onnx", "sklearn"}, `
from sklearn.linear_model import LogisticRegression

model = LogisticRegression().fit([[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 1, 0]], [0, 1, 2])
`, "table.onnx"},
	"safetensors.torch": {[]string{"safetensors", "torch"}, `
from torch import nn

net = nn.ModuleDict({"layers": nn.ModuleList([nn.Linear(5, 6), nn.Linear(6, 4)]), "out": nn.Linear(4, 3)})
`, "net.safetensors"},
	"keras": {[]string{"keras", "torch"}, `
import os

os.environ.setdefault("KERAS_BACKEND", "torch")
from keras import Input, Model, layers

x = y = Input((5,))
for name, units in ("dense_0", 6), ("dense_1", 4), ("logits", 3):
    y = layers.Dense(units, name=name)(y)
net = Model(x, y)
`, "net.npz"},
}

// runPython runs a block of the page in the first Python that has what it needs: that of VITRINE_TEST_PYTHON, that of scripts/bench, the
// system's. Without one, it looks whether the block is Python at all, and the file that it would write is the one that is there already.
func runPython(t *testing.T, dir, code string) {
	first, _, _ := strings.Cut(strings.TrimPrefix(code, "import "), "\n")
	block, ok := pythonBlocks[first]
	if !ok {
		t.Fatalf("this block imports %q first, of which the test knows nothing:\n%s", first, code)
	}
	t.Run(first, func(t *testing.T) {
		parse := exec.Command("python3", "-c", "import ast, sys; ast.parse(sys.stdin.read())")
		parse.Stdin = strings.NewReader(code)
		if _, err := exec.LookPath("python3"); err != nil {
			t.Skipf("not run, and not even parsed: %v", err)
		}
		if out, err := parse.CombinedOutput(); err != nil {
			t.Fatalf("no Python: %v\n%s", err, out)
		}
		bench, err := filepath.Abs(".vitrine/bench/bin/python")
		if err != nil {
			t.Fatal(err)
		}
		for _, python := range []string{os.Getenv("VITRINE_TEST_PYTHON"), bench, "python3"} {
			if python == "" {
				continue
			}
			find := "import sys, importlib.util as u; sys.exit(not all(map(u.find_spec, sys.argv[1:])))"
			if exec.Command(python, append([]string{"-c", find}, block.needs...)...).Run() != nil {
				continue
			}
			made := filepath.Join(dir, block.makes)
			if err := os.Remove(made); err != nil {
				t.Fatal(err)
			}
			run(t, dir, python, "-c", block.given+code)
			if _, err := os.Stat(made); err != nil {
				t.Fatal(err)
			}
			return
		}
		t.Skipf("it parses, but was not run, as no Python here has %s (VITRINE_TEST_PYTHON may name one)", strings.Join(block.needs, ", "))
	})
}
