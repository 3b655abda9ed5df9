package models

import (
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// What follows reads the part of ONNX's protocol buffers (onnx.proto3 of onnx/onnx, IR version 10) that a graph is made of. Fields that are
// not needed are passed over. A reader of our own, on Protocol Buffers' own wire format: nothing is made that the file does not hold in full.

// onnxModel is a file's graph.
type onnxModel struct {
	opset   int64 // of the operators of ONNX itself
	name    string
	nodes   []*onnxNode
	weights map[string]*onnxTensor // the initialisers
	inputs  []onnxPort
	outputs []onnxPort
}

type onnxNode struct {
	name, op, domain string
	inputs, outputs  []string
	attributes       map[string]onnxAttribute
	scopes           string // PyTorch's list of the modules that the node is in
}

type onnxAttribute struct {
	f       float32
	i       int64
	s       string
	t       *onnxTensor
	floats  []float32
	ints    []int64
	strings []string
	graph   bool
}

// onnxPort is an input or output of the graph; a length of -1 is free.
type onnxPort struct {
	name  string
	dtype int64 // 0: no tensor
	dims  []int
}

// fields calls take for every field of a message. It is the only place that reads the wire.
func fields(message []byte, take func(field protowire.Number, number uint64, bytes []byte) error) error {
	for len(message) > 0 {
		field, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return errNoONNX
		}
		message = message[n:]
		var number uint64
		var bytes []byte
		switch kind {
		case protowire.VarintType:
			number, n = protowire.ConsumeVarint(message)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(message)
			number = uint64(v)
		case protowire.Fixed64Type:
			number, n = protowire.ConsumeFixed64(message)
		case protowire.BytesType:
			bytes, n = protowire.ConsumeBytes(message)
			if n >= 0 && bytes == nil {
				bytes = []byte{}
			}
		default:
			return errNoONNX
		}
		if n < 0 {
			return errNoONNX
		}
		message = message[n:]
		if err := take(field, number, bytes); err != nil {
			return err
		}
	}
	return nil
}

var errNoONNX = errors.New("it is no ONNX file, or it is cut off")

// wholes appends a repeated field, which may be packed.
func wholes(to []int64, number uint64, bytes []byte) ([]int64, error) {
	if bytes == nil {
		return append(to, int64(number)), nil
	}
	for len(bytes) > 0 {
		v, n := protowire.ConsumeVarint(bytes)
		if n < 0 {
			return nil, errNoONNX
		}
		to, bytes = append(to, int64(v)), bytes[n:]
	}
	return to, nil
}

func parseONNX(file []byte) (*onnxModel, error) {
	m := &onnxModel{weights: map[string]*onnxTensor{}}
	graphs := 0
	err := fields(file, func(field protowire.Number, _ uint64, b []byte) error {
		switch field {
		case 7:
			graphs++
			return m.graph(b)
		case 8:
			domain, version := "", int64(0)
			err := fields(b, func(field protowire.Number, v uint64, b []byte) error {
				switch field {
				case 1:
					domain = string(b)
				case 2:
					version = int64(v)
				}
				return nil
			})
			if domain == "" || domain == "ai.onnx" {
				m.opset = version
			}
			return err
		}
		return nil
	})
	if err == nil && graphs != 1 {
		err = errNoONNX
	}
	return m, err
}

func (m *onnxModel) graph(b []byte) error {
	return fields(b, func(field protowire.Number, _ uint64, b []byte) (err error) {
		switch field {
		case 1:
			n := &onnxNode{attributes: map[string]onnxAttribute{}}
			m.nodes = append(m.nodes, n)
			return n.read(b)
		case 2:
			m.name = string(b)
		case 5:
			t, err := parseONNXTensor(b)
			if err != nil {
				return err
			}
			m.weights[t.name] = t
		case 11, 12:
			p, err := parseONNXPort(b)
			if err != nil {
				return err
			}
			if field == 11 {
				m.inputs = append(m.inputs, p)
			} else {
				m.outputs = append(m.outputs, p)
			}
		case 15:
			return errors.New("it holds sparse tensors, which are not read: export dense ones")
		}
		return nil
	})
}

func (n *onnxNode) read(b []byte) error {
	return fields(b, func(field protowire.Number, _ uint64, b []byte) error {
		switch field {
		case 1:
			n.inputs = append(n.inputs, string(b))
		case 2:
			n.outputs = append(n.outputs, string(b))
		case 3:
			n.name = string(b)
		case 4:
			n.op = string(b)
		case 5:
			name, a, err := parseONNXAttribute(b)
			n.attributes[name] = a
			return err
		case 7:
			n.domain = string(b)
		case 9:
			key, value, err := parseEntry(b)
			if key == "pkg.torch.onnx.name_scopes" {
				n.scopes = value
			}
			return err
		}
		return nil
	})
}

func parseEntry(b []byte) (key, value string, err error) {
	err = fields(b, func(field protowire.Number, _ uint64, b []byte) error {
		switch field {
		case 1:
			key = string(b)
		case 2:
			value = string(b)
		}
		return nil
	})
	return key, value, err
}

func parseONNXAttribute(b []byte) (name string, a onnxAttribute, err error) {
	err = fields(b, func(field protowire.Number, v uint64, b []byte) (err error) {
		switch field {
		case 1:
			name = string(b)
		case 2:
			a.f = math.Float32frombits(uint32(v))
		case 3:
			a.i = int64(v)
		case 4:
			a.s = string(b)
		case 5:
			a.t, err = parseONNXTensor(b)
		case 6, 11:
			a.graph = true
		case 7:
			a.floats, err = floats32(a.floats, v, b)
		case 8:
			a.ints, err = wholes(a.ints, v, b)
		case 9:
			a.strings = append(a.strings, string(b))
		}
		return err
	})
	return name, a, err
}

func parseONNXPort(b []byte) (p onnxPort, err error) {
	shape := func(field protowire.Number, _ uint64, b []byte) error {
		length := -1
		err := fields(b, func(field protowire.Number, v uint64, _ []byte) error {
			if field == 1 {
				if v > maxNumbers {
					return fmt.Errorf("an axis of %q has the length %d", p.name, int64(v))
				}
				length = int(v)
			}
			return nil
		})
		if field == 1 {
			p.dims = append(p.dims, length)
		}
		return err
	}
	err = fields(b, func(field protowire.Number, _ uint64, b []byte) error {
		switch field {
		case 1:
			p.name = string(b)
		case 2:
			return fields(b, func(field protowire.Number, _ uint64, b []byte) error {
				if field != 1 { // a sequence, a map, …
					return nil
				}
				return fields(b, func(field protowire.Number, v uint64, b []byte) error {
					switch field {
					case 1:
						p.dtype = int64(v)
					case 2:
						return fields(b, shape)
					}
					return nil
				})
			})
		}
		return nil
	})
	return p, err
}
