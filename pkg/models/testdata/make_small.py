"""Writes small.json: what PyTorch computes for a text CNN and multi-layer perceptrons, and its gradients, for weights in Vitrine's layout.

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


fixture = {
    "versions": {"torch": metadata.version("torch")},
    "lengths": lengths,
    "textcnn": textcnn,
    "mlp": mlp(nn.ReLU, False),
    "mlp_norm": mlp(nn.GELU, True),
}
path = pathlib.Path(__file__).parent / "small.json"
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size, fixture["versions"])
