"""Writes transformer.json: what PyTorch's Transformer layers give, with the gradients of embeddings and weights.

    pip install torch==2.15.0 numpy
    python make_transformer.py

Two nets, each in two forms, of the same weights: a classifier (an encoder's block on values with a mask, the mean over what counts, a
linear layer) and a sequence to sequence (an encoder's block, a decoder's block, embeddings, learned positions, a linear layer).
Computed in float64, from weights with few digits. Names and layouts are Vitrine's: matrices [in, out].
"""

import json
import pathlib

import numpy as np
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(5)
WIDTH, HEADS, HIDDEN, FEATURES, CLASSES, VOCABULARY = 8, 2, 12, 3, 4, 7


def normal(scale, *shape):
    return np.round(rng.normal(scale=scale, size=shape), 3)


def flat(t):  # eight digits are float32's
    return [float(f"{v:.8g}") for v in torch.as_tensor(t).detach().flatten().tolist()]


weights = {}


def linear(name, fan_in, fan_out):
    weights[name + "/weights"] = normal(fan_in**-0.5, fan_in, fan_out)
    weights[name + "/biases"] = normal(0.2, fan_out)


def norm(name):
    weights[name + "/scale"] = 1 + normal(0.2, WIDTH)
    weights[name + "/shift"] = normal(0.2, WIDTH)


def block(name, attentions):
    for attention in attentions:
        for part in "query", "key", "value", "output":
            linear(f"{name}/{attention}/{part}", WIDTH, WIDTH)
        norm(f"{name}/{attention}_norm")
    linear(name + "/feed_forward/in", WIDTH, HIDDEN)
    linear(name + "/feed_forward/out", HIDDEN, WIDTH)
    norm(name + "/feed_forward_norm")


linear("embedding", FEATURES, WIDTH)
weights["positions/weights"] = normal(0.5, 5, WIDTH)
weights["source_embedding/weights"] = normal(1, VOCABULARY, WIDTH)
weights["target_embedding/weights"] = normal(1, VOCABULARY, WIDTH)
weights["source_positions/weights"] = normal(0.5, 5, WIDTH)
weights["target_positions/weights"] = normal(0.5, 4, WIDTH)
block("encoder_0", ["attention"])
block("decoder_0", ["attention", "cross_attention"])
norm("encoder_norm")
norm("decoder_norm")
linear("classifier", WIDTH, CLASSES)
linear("logits", WIDTH, VOCABULARY)

values, mask = normal(1, 3, 5, FEATURES), np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [0, 1, 0, 1, 0]], bool)
source = np.array([[4, 5, 6, 1, 4], [6, 4, 0, 0, 0], [5, 5, 5, 6, 0]])
target = np.array([[2, 4, 5, 6], [2, 6, 0, 0], [2, 4, 4, 0]])
class_weights, logit_weights = normal(1, 3, CLASSES), normal(1, 3, 4, VOCABULARY)


class Parts(nn.Module):
    """The layers, and where each of their parameters is among the weights: name -> (parameter, rows of it, transposed)."""

    def __init__(self, pre, activation):
        super().__init__()
        options = dict(d_model=WIDTH, nhead=HEADS, dim_feedforward=HIDDEN, dropout=0, activation=activation, batch_first=True, norm_first=pre)
        self.encoder, self.decoder = nn.TransformerEncoderLayer(**options), nn.TransformerDecoderLayer(**options)
        self.encoder_norm, self.decoder_norm = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.embedding, self.classifier, self.logits = nn.Linear(FEATURES, WIDTH), nn.Linear(WIDTH, CLASSES), nn.Linear(WIDTH, VOCABULARY)
        self.source, self.target = nn.Embedding(VOCABULARY, WIDTH, padding_idx=0), nn.Embedding(VOCABULARY, WIDTH, padding_idx=0)
        self.positions = nn.ParameterDict({k: torch.zeros(n, WIDTH) for k, n in (("positions", 5), ("source_positions", 5), ("target_positions", 4))})
        self.pre, self.at = pre, {}
        for name, layer in ("embedding", self.embedding), ("classifier", self.classifier), ("logits", self.logits):
            self.place_linear(name, layer)
        self.place_norm("encoder_norm", self.encoder_norm)
        self.place_norm("decoder_norm", self.decoder_norm)
        self.place_block("encoder_0", self.encoder, {"attention": self.encoder.self_attn})
        self.place_block("decoder_0", self.decoder, {"attention": self.decoder.self_attn, "cross_attention": self.decoder.multihead_attn})
        self.at["source_embedding/weights"] = self.source.weight, slice(None), False
        self.at["target_embedding/weights"] = self.target.weight, slice(None), False
        for name, p in self.positions.items():
            self.at[name + "/weights"] = p, slice(None), False
        with torch.no_grad():
            for name, (p, rows, transposed) in self.at.items():
                v = torch.tensor(weights[name])
                p[rows] = v.T if transposed else v
            self.source.weight[0] = self.target.weight[0] = 0

    def place_linear(self, name, layer):
        self.at[name + "/weights"], self.at[name + "/biases"] = (layer.weight, slice(None), True), (layer.bias, slice(None), False)

    def place_norm(self, name, layer):
        self.at[name + "/scale"], self.at[name + "/shift"] = (layer.weight, slice(None), False), (layer.bias, slice(None), False)

    def place_block(self, name, layer, attentions):
        for i, (attention, mha) in enumerate(attentions.items()):
            for j, part in enumerate(("query", "key", "value")):
                rows = slice(j * WIDTH, (j + 1) * WIDTH)
                self.at[f"{name}/{attention}/{part}/weights"] = mha.in_proj_weight, rows, True
                self.at[f"{name}/{attention}/{part}/biases"] = mha.in_proj_bias, rows, False
            self.place_linear(f"{name}/{attention}/output", mha.out_proj)
            self.place_norm(f"{name}/{attention}_norm", getattr(layer, f"norm{i + 1}"))
        self.place_linear(name + "/feed_forward/in", layer.linear1)
        self.place_linear(name + "/feed_forward/out", layer.linear2)
        self.place_norm(name + "/feed_forward_norm", getattr(layer, f"norm{len(attentions) + 1}"))

    def gradients(self):
        return {
            name: flat(p.grad[rows].T if transposed else p.grad[rows])
            for name, (p, rows, transposed) in self.at.items() if p.grad is not None
        }


attention = {}  # the weights of every head, by the module that computes them
forward = nn.MultiheadAttention.forward


def recording(self, *arguments, **options):
    seen, weights = forward(self, *arguments, **(options | {"need_weights": True, "average_attn_weights": False}))
    attention[self] = weights
    return seen, weights


nn.MultiheadAttention.forward = recording


def classifier(pre, activation):
    net = Parts(pre, activation)
    x, counts = torch.tensor(values, requires_grad=True), torch.tensor(mask)
    h = net.encoder(net.embedding(x) + net.positions["positions"], src_key_padding_mask=~counts)
    h = net.encoder_norm(h) if pre else h
    h = (h * counts[..., None]).sum(1) / counts.sum(1, keepdim=True)
    y = net.classifier(h)
    (y * torch.tensor(class_weights)).sum().backward()
    return {
        "output": flat(y), "gradient": flat(x.grad), "gradients": net.gradients(),
        "attention": {"encoder_0/attention": flat(attention[net.encoder.self_attn])},
    }


def translator(pre, activation):
    net = Parts(pre, activation)
    src, tgt = torch.tensor(source), torch.tensor(target)
    causal = torch.triu(torch.ones(4, 4, dtype=torch.bool), 1)
    memory = net.encoder(net.source(src) + net.positions["source_positions"], src_key_padding_mask=src == 0)
    memory = net.encoder_norm(memory) if pre else memory
    h = net.decoder(net.target(tgt) + net.positions["target_positions"], memory, tgt_mask=causal, tgt_key_padding_mask=tgt == 0,
                    memory_key_padding_mask=src == 0)
    h = net.decoder_norm(h) if pre else h
    y = net.logits(h)
    (y * torch.tensor(logit_weights)).sum().backward()
    return {
        "output": flat(y), "gradients": net.gradients(),
        "attention": {
            "encoder_0/attention": flat(attention[net.encoder.self_attn]), "decoder_0/attention": flat(attention[net.decoder.self_attn]),
            "decoder_0/cross_attention": flat(attention[net.decoder.multihead_attn]),
        },
    }


out = {
    "versions": {"torch": torch.__version__, "numpy": np.__version__},
    "weights": {name: w.flatten().tolist() for name, w in weights.items()},
    "values": values.flatten().tolist(), "mask": mask.flatten().tolist(), "source": source.flatten().tolist(), "target": target.flatten().tolist(),
    "class_weights": class_weights.flatten().tolist(), "logit_weights": logit_weights.flatten().tolist(),
    "classifiers": {f"{a} {'pre' if pre else 'post'}": classifier(pre, a) for pre, a in ((False, "gelu"), (True, "relu"))},
    "translators": {f"{a} {'pre' if pre else 'post'}": translator(pre, a) for pre, a in ((False, "relu"), (True, "gelu"))},
}
(pathlib.Path(__file__).parent / "transformer.json").write_text(json.dumps(out, allow_nan=False) + "\n")
