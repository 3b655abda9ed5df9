package models

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// layerNames gives the nodes that are computed names that one can use: PyTorch's path of the module that made it, "layers.0.linear1", for
// the last node of a module without modules in it; the path and the operation, "layers.0/add", for others; "relu", "relu_1" for those of
// no module; else the name of its first output, or of its weights: "fc1" of "fc1.weight".
func layerNames(m *onnxModel, nodes []*onnxNode) map[*onnxNode]string {
	paths, last := map[*onnxNode]string{}, map[string]*onnxNode{}
	for _, n := range nodes {
		p := n.path()
		paths[n], last[p] = p, n
	}
	leaf := func(p string) bool {
		for other := range last {
			if p == "" || strings.HasPrefix(other, p+".") {
				return false
			}
		}
		return true
	}
	names, used := map[*onnxNode]string{}, map[string]bool{}
	for _, p := range m.ports() {
		used[p.name] = true
	}
	fresh := func(name string) string {
		for base, i := name, 1; used[name]; i++ {
			name = fmt.Sprintf("%s_%d", base, i)
		}
		used[name] = true
		return name
	}
	for _, n := range nodes { // modules first: they keep their names as they are
		if p := paths[n]; last[p] == n && leaf(p) {
			names[n] = fresh(p)
		}
	}
	for _, n := range nodes {
		switch p := paths[n]; {
		case names[n] != "" || n.op == "Constant" || n.op == "Shape":
		case p != "":
			names[n] = fresh(p + "/" + strings.ToLower(n.op))
		default:
			names[n] = fresh(n.plain())
		}
	}
	return names
}

var (
	wrapped = regexp.MustCompile(`'([^']*)'`)
	counted = regexp.MustCompile(`^[\d_]*$|^onnx::|^val_\d+$|^variable\d*$`)
	notWord = regexp.MustCompile(`[^\pL\pN_.]+`)
)

// path is the module that made the node: "" if none is named.
func (n *onnxNode) path() string {
	if n.scopes != "" { // "['', 'encoder', 'encoder.fc1', 'linear']"
		parts := wrapped.FindAllStringSubmatch(n.scopes, -1)
		if len(parts) < 2 {
			return ""
		}
		return parts[len(parts)-2][1]
	}
	if strings.HasPrefix(n.name, "/") { // "/encoder/fc1/Gemm", "/t/layers.0/linear1/MatMul"
		parts := strings.Split(n.name[1:], "/")
		return strings.Join(parts[:len(parts)-1], ".")
	}
	for _, i := range []int{1, 2} { // "fc1.weight"
		if i < len(n.inputs) && slices.Contains([]string{"Conv", "Gemm", "LSTM", "GRU", "RNN", "BatchNormalization"}, n.op) {
			if p, ok := strings.CutSuffix(n.inputs[i], ".weight"); ok {
				return p
			}
		}
	}
	return ""
}

// plain is a name of the node itself.
func (n *onnxNode) plain() string {
	if len(n.outputs) > 0 && !strings.HasPrefix(n.outputs[0], "/") && !counted.MatchString(n.outputs[0]) && n.outputs[0] != "" {
		return notWord.ReplaceAllString(n.outputs[0], "_")
	}
	return strings.ToLower(n.op)
}
