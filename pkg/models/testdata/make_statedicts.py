"""Writes the state_dicts of PyTorch modules that are built as our architectures are, and statedicts.json with what they give; of modules with
other options, only the names and shapes.

    pip install torch==2.15.0 numpy==2.4.6
    python make_statedicts.py

Names and layouts are PyTorch's own: Net.TorchNames says what they are called here. torch-NAME.safetensors is written by hand below, as the
format is a header and bytes; torch-mlp.npz by NumPy.
"""

import json
import pathlib
import struct

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(11)
here, nets = pathlib.Path(__file__).parent, {}


def write(path, state):
    header, data = {}, b""
    for name, t in state.items():
        b = t.detach().contiguous().numpy().tobytes()
        kind = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.int64: "I64"}[t.dtype]
        header[name] = {"dtype": kind, "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(b)]}
        data += b
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def keep(name, net, *inputs):
    with torch.no_grad():
        for n, p in net.named_buffers():  # running statistics that are not 0 and 1
            if p.is_floating_point():
                p.copy_(torch.rand_like(p) + 0.5)
        y = net.eval()(*inputs)
    if name == "mlp":
        np.savez(here / "torch-mlp.npz", **{n: t.numpy() for n, t in net.state_dict().items()})
    else:
        write(here / f"torch-{name}.safetensors", net.state_dict())
    nets[name] = {
        "inputs": [{"shape": list(x.shape), "values": x.flatten().tolist()} for x in inputs],
        "shape": list(y.shape), "output": [float(f"{v:.8g}") for v in y.flatten().tolist()],
    }


keep("mlp", nn.Sequential(nn.Linear(5, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.1), nn.Linear(6, 4), nn.BatchNorm1d(4), nn.ReLU(),
                          nn.Dropout(0.1), nn.Linear(4, 3)), torch.randn(2, 5))


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(2, 3, 3, padding=1), nn.Conv2d(3, 4, 3, padding=1)])
        self.dense, self.logits = nn.Linear(4 * 2 * 1, 5), nn.Linear(5, 3)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.logits(F.relu(self.dense(x.flatten(1))))


keep("cnn", CNN(), torch.randn(2, 8, 7, 2))


class Recurrent(nn.Module):
    def __init__(self, kind, both):
        super().__init__()
        self.embedding = nn.Embedding(6, 3, padding_idx=0)
        self.rnn = kind(3, 4, 2, batch_first=True, bidirectional=both)
        self.logits = nn.Linear(8 if both else 4, 3)

    def forward(self, ids):
        return self.logits(self.rnn(self.embedding(ids))[0].mean(1))


words = torch.tensor([[1, 2, 3, 4, 5], [5, 4, 4, 1, 2]])
keep("rnn", Recurrent(nn.RNN, False), words)
keep("lstm", Recurrent(nn.LSTM, True), words)
keep("gru", Recurrent(nn.GRU, True), words)


class TextCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(6, 3, padding_idx=0)
        self.convs = nn.ModuleList([nn.Conv1d(3, 4, k) for k in (2, 3)])
        self.logits = nn.Linear(8, 2)

    def forward(self, ids):
        x = self.embedding(ids).transpose(1, 2)
        pooled = [F.relu(c(F.pad(x, (0, c.kernel_size[0] - 1)))).amax(2) for c in self.convs]
        return self.logits(torch.cat(pooled, 1))


keep("textcnn", TextCNN(), words)


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.positions, self.logits = nn.Linear(3, 8), nn.Embedding(5, 8), nn.Linear(8, 3)
        layer = nn.TransformerEncoderLayer(8, 2, 12, 0, "gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, nn.LayerNorm(8), enable_nested_tensor=False)

    def forward(self, x):
        return self.logits(self.encoder(self.embedding(x) + self.positions.weight).mean(1))


def apart(net):  # PyTorch copies a layer with its weights
    for p in net.parameters():
        nn.init.normal_(p, std=0.3)
    for m in net.modules():
        if isinstance(m, nn.Embedding) and m.padding_idx is not None:
            nn.init.zeros_(m.weight[m.padding_idx])
    return net


with torch.no_grad():
    keep("transformer", apart(Transformer()), torch.randn(2, 5, 3))

source, target = torch.tensor([[4, 5, 6, 1, 4], [6, 4, 0, 0, 0]]), torch.tensor([[2, 4, 5, 6], [2, 6, 5, 4]])


class Seq2Seq(nn.Module):
    def __init__(self):
        super().__init__()
        self.source_embedding, self.target_embedding = nn.Embedding(7, 8, padding_idx=0), nn.Embedding(7, 8, padding_idx=0)
        self.source_positions, self.target_positions, self.logits = nn.Embedding(5, 8), nn.Embedding(4, 8), nn.Linear(8, 7)
        options = dict(d_model=8, nhead=2, dim_feedforward=12, dropout=0, batch_first=True)
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(**options), 1, enable_nested_tensor=False)
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(**options), 1)

    def forward(self, source, target):
        causal = torch.triu(torch.ones(4, 4, dtype=torch.bool), 1)
        memory = self.encoder(self.source_embedding(source) + self.source_positions.weight, src_key_padding_mask=source == 0)
        h = self.decoder(self.target_embedding(target) + self.target_positions.weight, memory, tgt_mask=causal, memory_key_padding_mask=source == 0)
        return self.logits(h)


class Seq2SeqRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.source_embedding, self.target_embedding = nn.Embedding(7, 4, padding_idx=0), nn.Embedding(7, 4, padding_idx=0)
        self.encoder, self.decoder = nn.GRU(4, 3, batch_first=True), nn.GRU(7, 3, batch_first=True)
        self.score, self.seen, self.logits = nn.Linear(3, 3, bias=False), nn.Linear(6, 3, bias=False), nn.Linear(3, 7)

    def forward(self, source, target):
        e = self.encoder(self.source_embedding(source))[0]
        h = self.decoder(torch.cat([self.target_embedding(target), e[:, -1:].expand(-1, 4, -1)], 2))[0]
        weights = (h @ self.score(e).transpose(1, 2)).softmax(2)
        return self.logits(torch.tanh(self.seen(torch.cat([weights @ e, h], 2))))


with torch.no_grad():
    keep("seq2seq", apart(Seq2Seq()), source, target)
    keep("seq2seqrnn", apart(Seq2SeqRNN()), torch.tensor([[4, 5, 6, 1, 4], [6, 4, 5, 5, 1]]), target)


class Head(nn.Module):
    """The modules that are given, and a Linear: for names and shapes, nothing is computed."""

    def __init__(self, head, width, out, **modules):
        super().__init__()
        for name, module in {**modules, head: nn.Linear(width, out)}.items():
            setattr(self, name, module)


def blocks(kind, layer, layers, norm_first):
    return kind(layer(8, 2, 12, 0, batch_first=True, norm_first=norm_first), layers, nn.LayerNorm(8) if norm_first else None,
                **({"enable_nested_tensor": False} if kind is nn.TransformerEncoder else {}))


def translator(norm_first):
    return {
        "source_embedding": nn.Embedding(7, 8), "target_embedding": nn.Embedding(7, 8),
        "encoder": blocks(nn.TransformerEncoder, nn.TransformerEncoderLayer, 2, norm_first),
        "decoder": blocks(nn.TransformerDecoder, nn.TransformerDecoderLayer, 3, norm_first),
    }


shapes = {
    "linear": nn.Sequential(nn.Linear(5, 3)),
    "mlp": nn.Sequential(nn.Linear(5, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 3)),
    "mlp dropout": nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4, 3)),
    "cnn": Head("logits", 6, 3, convs=nn.ModuleList([nn.Conv2d(1, 2, 3), nn.Conv2d(2, 3, 3), nn.Conv2d(3, 4, 3)]), dense=nn.Linear(4 * 2 * 1, 6)),
    "rnn": Head("values", 8, 2, rnn=nn.RNN(3, 4, 3, bidirectional=True)),
    "lstm": Head("values", 4, 2, rnn=nn.LSTM(3, 4, 1)),
    "gru": Head("logits", 4, 3, rnn=nn.GRU(3, 4, 3), embedding=nn.Embedding(7, 3)),
    "textcnn": Head("values", 6, 2, convs=nn.ModuleList([nn.Conv1d(3, 2, k) for k in (3, 4, 5)])),
    "transformer": Head("logits", 8, 3, embedding=nn.Embedding(7, 8), positions=nn.Embedding(5, 8),
                        encoder=blocks(nn.TransformerEncoder, nn.TransformerEncoderLayer, 3, False)),
    "transformer sines": Head("values", 8, 2, embedding=nn.Linear(3, 8), encoder=blocks(nn.TransformerEncoder, nn.TransformerEncoderLayer, 2, True)),
    "seq2seq": Head("logits", 8, 7, source_positions=nn.Embedding(5, 8), target_positions=nn.Embedding(4, 8), **translator(True)),
    "seq2seq sines": Head("logits", 8, 7, **translator(False)),
}
shapes = {name: {n: list(t.shape) for n, t in net.state_dict().items()} for name, net in shapes.items()}
out = {"versions": {"torch": torch.__version__, "numpy": np.__version__}, "nets": nets, "shapes": shapes}
(here / "statedicts.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
print(out["versions"], sum(p.stat().st_size for p in here.glob("torch-*")))
