package models

import (
	"fmt"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// The places of PyTorch's layers. module is the layer's name in the state_dict ("fc1", "encoder.layers.{i}.linear1"), variable the scope in
// the net ("/dense_0", "/encoder_{i}/feed_forward/in").

// TorchLinear are those of a Linear with biases.
func TorchLinear(module, variable string) []Place {
	return []Place{{File: module + ".weight", Net: variable + "/weights", Layout: Transposed}, {File: module + ".bias", Net: variable + "/biases"}}
}

// TorchConv2d are those of a Conv2d with biases, for [Conv2D].
func TorchConv2d(module, variable string) []Place {
	return []Place{{File: module + ".weight", Net: variable + "/weights", Layout: Permuted(2, 3, 1, 0)}, {File: module + ".bias", Net: variable + "/biases"}}
}

// TorchEmbedding is that of an Embedding, or of a Parameter "weight" with a row a position.
func TorchEmbedding(module, variable string) []Place {
	return []Place{{File: module + ".weight", Net: variable + "/weights"}}
}

// TorchLayerNorm are those of a LayerNorm, or of an RMSNorm, which has no bias.
func TorchLayerNorm(module, variable string) []Place {
	return []Place{{File: module + ".weight", Net: variable + "/scale"}, {File: module + ".bias", Net: variable + "/shift"}}
}

// TorchBatchNorm are those of a BatchNorm with its running statistics.
func TorchBatchNorm(module, variable string) []Place {
	return append(TorchLayerNorm(module, variable),
		Place{File: module + ".running_mean", Net: variable + "/mean"}, Place{File: module + ".running_var", Net: variable + "/variance"})
}

// TorchRecurrent are those of one layer of an RNN, LSTM or GRU: of a module "rnn.", its names end with suffix, "_l0" or "_l0_reverse".
// The two biases are added, but for a GRU's, whose candidate state needs them apart.
func TorchRecurrent(module, suffix, variable string) []Place {
	return []Place{
		{File: module + ".weight_ih" + suffix, Net: variable + "/weights", Layout: Transposed},
		{File: module + ".weight_hh" + suffix, Net: variable + "/recurrent_weights", Layout: Transposed},
		{File: module + ".bias_ih" + suffix, Plus: module + ".bias_hh" + suffix, Net: variable + "/biases"},
	}
}

// torchGRU is TorchRecurrent with biases apart.
func torchGRU(module, suffix, variable string) []Place {
	return append(TorchRecurrent(module, suffix, variable)[:2],
		Place{File: module + ".bias_ih" + suffix, Net: variable + "/biases"}, Place{File: module + ".bias_hh" + suffix, Net: variable + "/recurrent_biases"})
}

// TorchAttention are those of a MultiheadAttention.
func TorchAttention(module, variable string) (places []Place) {
	for i, part := range []string{"query", "key", "value"} {
		places = append(places,
			Place{File: module + ".in_proj_weight", Net: variable + "/" + part + "/weights", Layout: InTurn(Part(i, 3), Transposed)},
			Place{File: module + ".in_proj_bias", Net: variable + "/" + part + "/biases", Layout: Part(i, 3)})
	}
	return append(places, TorchLinear(module+".out_proj", variable+"/output")...)
}

// TorchEncoder are those of a TransformerEncoder of any number of layers, with a norm at its end or without.
func TorchEncoder(module string) []Place {
	layer, block := module+".layers.{i}", "/encoder_{i}"
	return slices.Concat(
		TorchAttention(layer+".self_attn", block+"/attention"), TorchLayerNorm(layer+".norm1", block+"/attention_norm"),
		torchFeed(layer, block), TorchLayerNorm(layer+".norm2", block+"/feed_forward_norm"),
		TorchLayerNorm(module+".norm", "/encoder_norm"))
}

// TorchDecoder are those of a TransformerDecoder, as TorchEncoder.
func TorchDecoder(module string) []Place {
	layer, block := module+".layers.{i}", "/decoder_{i}"
	return slices.Concat(
		TorchAttention(layer+".self_attn", block+"/attention"), TorchLayerNorm(layer+".norm1", block+"/attention_norm"),
		TorchAttention(layer+".multihead_attn", block+"/cross_attention"), TorchLayerNorm(layer+".norm2", block+"/cross_attention_norm"),
		torchFeed(layer, block), TorchLayerNorm(layer+".norm3", block+"/feed_forward_norm"),
		TorchLayerNorm(module+".norm", "/decoder_norm"))
}

func torchFeed(layer, block string) []Place {
	return append(TorchLinear(layer+".linear1", block+"/feed_forward/in"), TorchLinear(layer+".linear2", block+"/feed_forward/out")...)
}

// TorchNames is the map from the state_dict of a PyTorch module that is built as the net is, where its parts have these names; for other
// names, put the places together by the functions that this one uses. A net of an architecture without PyTorch's modules has none.
//
//   - [MLP]: a Sequential of Linear, BatchNorm1d (if BatchNorm), the activation and Dropout (if Dropout > 0) for every layer, then a Linear.
//   - [CNN]: convs (a ModuleList of Conv2d), dense, which gets the flattened images [channels, height, width], and logits.
//   - [RNN], [LSTM], [GRU]: rnn (PyTorch's layer of that name), embedding (of ids), and logits or values, a Linear.
//   - [TextCNN]: convs (Conv1d, in the order of Widths), embedding, and logits or values.
//   - [Transformer]: embedding (an Embedding of ids, a Linear of values), positions (an Embedding; learned ones), encoder (a
//     TransformerEncoder, with a norm if PreNorm), and logits or values. SwiGLU and RMSNorm are not in PyTorch's own blocks.
//   - [Seq2Seq]: the same with source_embedding, target_embedding, source_positions, target_positions, encoder, decoder and logits.
//   - [Seq2SeqRNN]: source_embedding, target_embedding, encoder and decoder (GRU), score and seen (Linear without biases), logits.
func (n *Net) TorchNames() (NameMap, error) {
	places, err := torchPlaces(n)
	if err != nil {
		return NameMap{}, fmt.Errorf("models: PyTorch's names for %s: %w", n.Name, err)
	}
	return NameMap{Places: places, Ignore: []string{"{layer}.num_batches_tracked"}}, nil
}

func torchPlaces(n *Net) (places []Place, err error) {
	places = slices.Concat(TorchLinear("logits", "/logits"), TorchLinear("values", "/values"))
	embedding := TorchEmbedding("embedding", "/embedding")
	switch a := n.architecture.(type) {
	case MLP:
		return torchMLP(a), nil
	case CNN:
		channels := a.Channels
		if channels == nil {
			channels = []int{32, 64}
		}
		last, shape, poolings := n.Inputs[0].Shape[2], n.Inputs[0].Shape, len(channels)
		if poolings > 0 {
			last = channels[poolings-1]
		}
		return slices.Concat(places, TorchConv2d("convs.{i}", "/conv_{i}"), []Place{
			{File: "dense.weight", Net: "/dense/weights", Layout: ChannelsFirst(last, shape[0]>>poolings, shape[1]>>poolings)},
			{File: "dense.bias", Net: "/dense/biases"},
		}), nil
	case RNN:
		return slices.Concat(places, embedding, TorchRecurrent("rnn", "_l{i}_reverse", "/rnn_{i}_reverse"), TorchRecurrent("rnn", "_l{i}", "/rnn_{i}")), nil
	case LSTM:
		return slices.Concat(places, embedding, TorchRecurrent("rnn", "_l{i}_reverse", "/lstm_{i}_reverse"), TorchRecurrent("rnn", "_l{i}", "/lstm_{i}")), nil
	case GRU:
		return slices.Concat(places, embedding, torchGRU("rnn", "_l{i}_reverse", "/gru_{i}_reverse"), torchGRU("rnn", "_l{i}", "/gru_{i}")), nil
	case TextCNN:
		widths := a.Widths
		if widths == nil {
			widths = []int{3, 4, 5}
		}
		for i, width := range widths {
			module, variable := fmt.Sprintf("convs.%d", i), fmt.Sprintf("/conv_%d", width)
			places = append(places, Place{File: module + ".bias", Net: variable + "/biases"}, // [filters, in, width] → [width·in, filters]
				Place{File: module + ".weight", Net: variable + "/weights", Layout: InTurn(Transposed, timeFlattened)})
		}
		return append(places, embedding...), nil
	case Transformer:
		if n.Inputs[0].Kind != IDs && !slices.ContainsFunc(n.Inputs, func(p Port) bool { return p.Kind == IDs }) {
			embedding = TorchLinear("embedding", "/embedding")
		}
		return slices.Concat(places, embedding, TorchEmbedding("positions", "/positions"), TorchEncoder("encoder")), nil
	case Seq2Seq:
		return slices.Concat(places, TorchEmbedding("{side}_embedding", "/{side}_embedding"), TorchEmbedding("{side}_positions", "/{side}_positions"),
			TorchEncoder("encoder"), TorchDecoder("decoder")), nil
	case Seq2SeqRNN:
		return slices.Concat(places, TorchEmbedding("{side}_embedding", "/{side}_embedding"), torchGRU("{side}", "_l{i}", "/{side}_{i}"),
			[]Place{{File: "{part}.weight", Net: "/attention/{part}/weights", Layout: Transposed}}), nil
	}
	return nil, fmt.Errorf("%s is not of an architecture that has them: give a NameMap with Places of your own", n.Name)
}

// timeFlattened puts the first two axes together.
var timeFlattened Layout = func(a record.Array) (record.Array, error) {
	if len(a.Shape) != 3 {
		return a, fmt.Errorf("its shape %v should have 3 axes", a.Shape)
	}
	return Reshaped(a.Shape[0]*a.Shape[1], a.Shape[2])(a)
}

// torchMLP counts the modules of a Sequential.
func torchMLP(m MLP) (places []Place) {
	hidden := m.Hidden
	if hidden == nil {
		hidden = []int{128, 128}
	}
	at := 0
	for i := range hidden {
		places = append(places, TorchLinear(fmt.Sprint(at), fmt.Sprintf("/dense_%d", i))...)
		at++
		if m.BatchNorm {
			places = append(places, TorchBatchNorm(fmt.Sprint(at), fmt.Sprintf("/batch_norm_%d", i))...)
			at++
		}
		if at++; m.Dropout > 0 {
			at++
		}
	}
	return slices.Concat(places, TorchLinear(fmt.Sprint(at), "/logits"), TorchLinear(fmt.Sprint(at), "/values"))
}
