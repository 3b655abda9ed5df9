package models

import "google.golang.org/protobuf/encoding/protowire"

// withoutWeights is the file's graph with the shapes of its weights in place of them, and without all that only comments.
func withoutWeights(file []byte, weight map[string]bool) (out []byte, err error) {
	err = fields(file, func(field protowire.Number, number uint64, b []byte) error {
		switch field {
		case 7:
			graph, err := graphWithoutWeights(b, weight)
			if err != nil {
				return err
			}
			out = appendBytes(out, 7, graph)
		case 8:
			out = appendBytes(out, 8, b)
		case 1:
			out = protowire.AppendVarint(protowire.AppendTag(out, 1, protowire.VarintType), number)
		}
		return nil
	})
	return out, err
}

func graphWithoutWeights(graph []byte, weight map[string]bool) (out []byte, err error) {
	err = fields(graph, func(field protowire.Number, _ uint64, b []byte) error {
		switch field {
		case 1, 2, 11, 12:
			out = appendBytes(out, field, b)
		case 5:
			t, err := parseONNXTensor(b)
			if err != nil {
				return err
			}
			if !weight[t.name] {
				out = appendBytes(out, 5, b)
				return nil
			}
			var bare, dims []byte
			for _, d := range t.dims {
				dims = protowire.AppendVarint(dims, uint64(d))
			}
			bare = appendBytes(bare, 1, dims)
			bare = protowire.AppendVarint(protowire.AppendTag(bare, 2, protowire.VarintType), uint64(t.dtype))
			bare = appendBytes(bare, 8, []byte(t.name))
			out = appendBytes(out, 5, bare)
		}
		return nil
	})
	return out, err
}

func appendBytes(to []byte, field protowire.Number, b []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, field, protowire.BytesType), b)
}
