package models

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// The smallest writer of ONNX: messages of fields.
type wire []byte

func (w wire) text(field protowire.Number, s string) wire { return appendBytes(w, field, []byte(s)) }
func (w wire) sub(field protowire.Number, m wire) wire    { return appendBytes(w, field, m) }
func (w wire) number(field protowire.Number, v int64) wire {
	return protowire.AppendVarint(protowire.AppendTag(w, field, protowire.VarintType), uint64(v))
}

func nodeOf(op, in, out string) wire {
	n := wire{}
	for _, name := range strings.Fields(in) {
		n = n.text(1, name)
	}
	return n.text(2, out).text(3, "the_"+out).text(4, op)
}

func portOf(name string, dims ...int64) wire {
	shape := wire{}
	for _, d := range dims {
		shape = shape.sub(1, wire{}.number(1, d))
	}
	return wire{}.text(1, name).sub(2, wire{}.sub(1, wire{}.number(1, 1).sub(2, shape)))
}

func weightOf(name string, data []byte, dims ...int64) wire {
	w := wire{}.number(2, 1).text(8, name)
	for _, d := range dims {
		w = w.number(1, d)
	}
	return appendBytes(w, 9, data)
}

func fileOf(parts ...wire) []byte { // a graph from x [1, 2] to y [1, 2]
	g := wire{}
	for _, p := range parts {
		g = append(g, p...)
	}
	g = g.sub(11, portOf("x", 1, 2)).sub(12, portOf("y", 1, 2))
	return wire{}.sub(7, g).sub(8, wire{}.number(2, 17))
}

func TestFromONNXRefuses(t *testing.T) {
	node := func(op, in, out string) wire { return wire{}.sub(1, nodeOf(op, in, out)) }
	weight := func(data []byte, dims ...int64) wire { return wire{}.sub(5, weightOf("w", data, dims...)) }
	outside := func(location string) wire {
		w := wire{}.number(2, 1).text(8, "w").number(1, 2).number(14, 1)
		return wire{}.sub(5, w.sub(13, wire{}.text(1, "location").text(2, location)))
	}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"no file of ONNX":       {[]byte("this is a text, and not a model"), "no ONNX file"},
		"nothing":               {nil, "no ONNX file"},
		"an unknown operation":  {fileOf(node("NonMaxSuppression", "x", "y")), `node "the_y" (NonMaxSuppression): the operation is not supported`},
		"a circle":              {fileOf(node("Add", "x b", "a"), node("Add", "x a", "b"), node("Add", "a b", "y")), `takes "b", which nothing before it makes`},
		"itself":                {fileOf(node("Relu", "y", "y")), `takes "y", which nothing before it makes`},
		"no node for an output": {fileOf(node("Relu", "x", "z")), `makes the output "y"`},
		"too many numbers":      {fileOf(weight(nil, 1<<40, 1<<40), node("Add", "x w", "y")), "says that it has the shape"},
		"a negative length":     {fileOf(weight(nil, -2), node("Add", "x w", "y")), "says that it has the shape"},
		"too few numbers":       {fileOf(weight(make([]byte, 4), 2), node("Add", "x w", "y")), "should have 8 bytes, the file has 4"},
		"the folder above":      {fileOf(outside("../secret"), node("Add", "x w", "y")), "only files beside the model"},
		"another folder":        {fileOf(outside("/etc/passwd"), node("Add", "x w", "y")), "only files beside the model"},
		"a file that is not":    {fileOf(outside("none"), node("Add", "x w", "y")), "none"},
		"shapes that differ":    {fileOf(weight(make([]byte, 12), 3), node("Add", "x w", "y")), `node "the_y" (Add)`},
		"an input that lacks":   {fileOf(node("MatMul", "x", "y")), "has no input 1"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "m.onnx")
			if err := os.WriteFile(path, c.file, 0o600); err != nil {
				t.Fatal(err)
			}
			n, err := FromONNX(path)
			if err == nil || n != nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v and %v, want an error with %q", n, err, c.want)
			}
		})
	}
	if _, err := FromONNX(t.TempDir()); err == nil {
		t.Error("a folder was read")
	}
}

func TestFromONNXReadsDataBesideTheModel(t *testing.T) {
	dir := t.TempDir()
	w := wire{}.number(2, 1).text(8, "w").number(1, 2).number(14, 1)
	w = w.sub(13, wire{}.text(1, "location").text(2, "m.data")).sub(13, wire{}.text(1, "offset").text(2, "4"))
	file := fileOf(wire{}.sub(5, w), wire{}.sub(1, nodeOf("Mul", "x w", "y")))
	data := make([]byte, 12)
	for i, v := range []float32{9, 2, 3} {
		binary.LittleEndian.PutUint32(data[4*i:], math.Float32bits(v))
	}
	for name, b := range map[string][]byte{"m.onnx": file, "m.data": data} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	n, err := FromONNX(filepath.Join(dir, "m.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := n.Weights()
	if err != nil {
		t.Fatal(err)
	}
	v, err := Floats(all["/w"])
	if err != nil || furthest(v, []float64{2, 3}) != 0 {
		t.Errorf("got %v (%v), want 2 and 3", v, err)
	}
}
