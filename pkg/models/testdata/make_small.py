"""Writes small.json: what PyTorch computes for a CNN, a text CNN, multi-layer perceptrons and an encoder-decoder of GRUs, and its gradients, for
weights in Vitrine's layout.

    pip install torch==2.15.0 numpy
    python make_small.py

The gradients are those of the sum of outputs * coefficients.
"""

import json
import pathlib
from importlib import metadata

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(12)
torch.set_default_dtype(torch.float64)
EXAMPLES, STEPS, FEATURES, FILTERS, CLASSES = 4, 5, 3, 4, 2
lengths = [5, 3, 1, 2]


def rounded(*dims):
    return torch.randn(*dims).mul(1000).round().div(1000)


def numbers(t):
    return [float(f"{v:.10g}") for v in t.detach().reshape(-1).tolist()]


def settle(net):
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(rounded(*p.shape) * 0.5)
    return net


def result(net, names, x, run):
    """names: Vitrine's name of each parameter, and how it is laid out there."""
    given = x.clone().requires_grad_()
    y = run(net, given)
    coefficients = rounded(*y.shape)
    (y * coefficients).sum().backward()
    parameters = dict(net.named_parameters())
    return {
        "x": numbers(x),
        "shape": list(x.shape[1:]),
        "coefficients": numbers(coefficients),
        "output": numbers(y),
        "input": numbers(given.grad),
        "weights": {ours: numbers(lay(parameters[theirs])) for ours, theirs, lay in names},
        "gradients": {ours: numbers(lay(parameters[theirs].grad)) for ours, theirs, lay in names},
    }


def same(p):
    return p


def transposed(p):
    return p.T


# The text CNN: filters of widths 2 and 3 at every word, zeros behind the end, the largest over the words of each text.
class TextCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv1d(FEATURES, FILTERS, k) for k in (2, 3))
        self.logits = nn.Linear(2 * FILTERS, CLASSES)

    def forward(self, x):
        rows = []
        for i, n in enumerate(lengths):
            text = x[i, :n].T[None]
            pooled = [F.relu(conv(F.pad(text, (0, conv.kernel_size[0] - 1)))).amax(2) for conv in self.convs]
            rows.append(self.logits(torch.cat(pooled, 1)))
        return torch.cat(rows)


def filters(p):  # [filters, features, width] -> [width * features, filters]
    return p.permute(2, 1, 0)


names = [("/logits/weights", "logits.weight", transposed), ("/logits/biases", "logits.bias", same)]
for i, k in enumerate((2, 3)):
    names += [(f"/conv_{k}/weights", f"convs.{i}.weight", filters), (f"/conv_{k}/biases", f"convs.{i}.bias", same)]
textcnn = result(settle(TextCNN()), names, rounded(EXAMPLES, STEPS, FEATURES), lambda net, x: net(x))


# Perceptrons: two hidden layers, with and without batch normalisation (as it is when nothing is trained).
def mlp(activation, norm):
    parts, names, width = [], [], 5
    for i, units in enumerate((6, 4)):
        names += [(f"/dense_{i}/weights", f"{len(parts)}.weight", transposed), (f"/dense_{i}/biases", f"{len(parts)}.bias", same)]
        parts.append(nn.Linear(width, units))
        if norm:
            names += [(f"/batch_norm_{i}/scale", f"{len(parts)}.weight", same), (f"/batch_norm_{i}/shift", f"{len(parts)}.bias", same)]
            parts.append(nn.BatchNorm1d(units))
        parts.append(activation())
        width = units
    names += [("/values/weights", f"{len(parts)}.weight", transposed), ("/values/biases", f"{len(parts)}.bias", same)]
    parts.append(nn.Linear(width, 3))
    net = settle(nn.Sequential(*parts)).eval()
    return result(net, names, rounded(EXAMPLES, 5), lambda net, x: net(x))


# The CNN: two convolutions with ReLU and max-pooling, two dense layers. PyTorch has the channels first.
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


def kernel(p):  # [out, in, height, width] -> [height, width, in, out]
    return p.permute(2, 3, 1, 0)


def flattened(p):  # its columns are [channel, height, width]; ours [height, width, channel]
    return p.reshape(5, 4, 2, 1).permute(2, 3, 1, 0)


names = [("/dense/weights", "dense.weight", flattened), ("/dense/biases", "dense.bias", same)]
names += [("/logits/weights", "logits.weight", transposed), ("/logits/biases", "logits.bias", same)]
for i in range(2):
    names += [(f"/conv_{i}/weights", f"convs.{i}.weight", kernel), (f"/conv_{i}/biases", f"convs.{i}.bias", same)]
cnn = result(settle(CNN()), names, rounded(EXAMPLES, 8, 7, 2), lambda net, x: net(x))


# Two GRUs with attention between them, word by word; 0 is padding, at which a state stays what it was.
class Translator(nn.Module):
    def __init__(self, vocabulary=6, width=4, hidden=3):
        super().__init__()
        self.source, self.target = nn.Embedding(vocabulary, width), nn.Embedding(vocabulary, width)
        self.encoder, self.decoder = nn.GRUCell(width, hidden), nn.GRUCell(width + hidden, hidden)
        self.score, self.seen = nn.Linear(hidden, hidden, bias=False), nn.Linear(2 * hidden, hidden, bias=False)
        self.logits = nn.Linear(hidden, vocabulary)

    def states(self, cell, words, there):
        h, all = torch.zeros(len(words), cell.hidden_size), []
        for t in range(words.shape[1]):
            h = torch.where(there[:, t, None], cell(words[:, t], h), h)
            all.append(h)
        return torch.stack(all, 1)

    def forward(self, source, target):
        e = self.states(self.encoder, self.source(source), source != 0)
        y = torch.cat([self.target(target), e[:, -1:].expand(-1, target.shape[1], -1)], 2)
        h = self.states(self.decoder, y, target != 0)
        scores = (h @ self.score(e).transpose(1, 2)).masked_fill((source == 0)[:, None], -torch.inf)
        return self.logits(torch.tanh(self.seen(torch.cat([scores.softmax(2) @ e, h], 2))))


def pair():
    net = settle(Translator())
    source, target = torch.tensor([[4, 5, 1, 4], [5, 4, 0, 0]]), torch.tensor([[2, 4, 5], [2, 5, 0]])
    y = net(source, target)
    coefficients = rounded(*y.shape) * (target != 0)[:, :, None]
    (y * coefficients).sum().backward()
    layers = {"/source_embedding/weights": (net.source.weight, same), "/target_embedding/weights": (net.target.weight, same),
              "/attention/score/weights": (net.score.weight, transposed), "/attention/seen/weights": (net.seen.weight, transposed),
              "/logits/weights": (net.logits.weight, transposed), "/logits/biases": (net.logits.bias, same)}
    for name, cell in (("encoder_0", net.encoder), ("decoder_0", net.decoder)):
        layers |= {f"/{name}/weights": (cell.weight_ih, transposed), f"/{name}/recurrent_weights": (cell.weight_hh, transposed),
                   f"/{name}/biases": (cell.bias_ih, same), f"/{name}/recurrent_biases": (cell.bias_hh, same)}
    return {
        "source": source.reshape(-1).tolist(), "target": target.reshape(-1).tolist(),
        "coefficients": numbers(coefficients), "output": numbers(y),
        "weights": {name: numbers(lay(p)) for name, (p, lay) in layers.items()},
        "gradients": {name: numbers(lay(p.grad)) for name, (p, lay) in layers.items()},
    }


fixture = {
    "versions": {"torch": metadata.version("torch")},
    "lengths": lengths,
    "cnn": cnn,
    "pair": pair(),
    "textcnn": textcnn,
    "mlp": mlp(nn.ReLU, False),
    "mlp_norm": mlp(nn.GELU, True),
}
path = pathlib.Path(__file__).parent / "small.json"
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size, fixture["versions"])
