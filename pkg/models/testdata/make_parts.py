"""Writes parts.json: what PyTorch's activations and normalisations give, with their gradients.

    pip install torch==2.15.0 numpy
    python make_parts.py

Arrays are flat, in float64. Normalised are x [6, 5, 4], of which the last axis holds the features.
"""

import json
import pathlib

import numpy as np
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(11)


def normal(scale, *shape):
    return torch.tensor(np.round(rng.normal(scale=scale, size=shape), 3))


def flat(t):
    return t.detach().flatten().tolist()


out = {"versions": {"torch": torch.__version__, "numpy": np.__version__}}

# Activations: value, gradient, second gradient; at and about kinks, and far out.
points = sorted([0.0] + [s * v for s in (-1, 1) for v in (1e-9, 1e-4, 0.01, 0.3, 1, 1.7, 3, 5.5, 9, 15, 19, 25, 60, 200, 1e4)])
functions = {
    "relu": nn.ReLU(), "leaky_relu": nn.LeakyReLU(), "elu": nn.ELU(), "selu": nn.SELU(), "gelu": nn.GELU(),
    "gelu_tanh": nn.GELU(approximate="tanh"), "silu": nn.SiLU(), "mish": nn.Mish(), "tanh": nn.Tanh(),
}
out["points"], out["activations"] = points, {}
for name, f in functions.items():
    x = torch.tensor(points, requires_grad=True)
    y = f(x)
    (first,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    second = torch.zeros_like(x)
    if first.requires_grad:
        (second,) = torch.autograd.grad(first.sum(), x)
        second = torch.nan_to_num(second)  # PyTorch's Mish has NaN at 1e4, where it is a straight line
    out["activations"][name] = [flat(y), flat(first), flat(second)]

# Normalisations: what they give for x, and the gradients of sum(y * weights) for x and the variables.
x, weights, scale, shift = normal(1.5, 6, 5, 4) + 0.7, normal(1, 6, 5, 4), normal(1, 4), normal(1, 4)
out |= {"x": flat(x), "weights": flat(weights), "scale": flat(scale), "shift": flat(shift), "norms": {}}


def record(name, layer, forward, x, weights):
    with torch.no_grad():
        layer.weight.copy_(scale)
        if hasattr(layer, "bias"):
            layer.bias.copy_(shift)
    x = x.clone().requires_grad_()
    y = forward(layer, x)
    (y * weights).sum().backward()
    got = {"y": flat(y), "x": flat(x.grad), "scale": flat(layer.weight.grad)}
    if hasattr(layer, "bias"):
        got["shift"] = flat(layer.bias.grad)
    if hasattr(layer, "running_mean"):
        got |= {"mean": flat(layer.running_mean), "variance": flat(layer.running_var)}
    out["norms"][name] = got


def rows(layer, x):  # BatchNorm1d wants the features second
    return layer(x.transpose(1, 2)).transpose(1, 2)


record("layer", nn.LayerNorm(4), lambda l, x: l(x), x, weights)
record("rms", nn.RMSNorm(4), lambda l, x: l(x), x, weights)
batch = nn.BatchNorm1d(4)
record("batch, training", batch, rows, x, weights)
batch.eval()
batch.zero_grad()
record("batch, inference", batch, rows, x, weights)
record("batch of the first four, training", nn.BatchNorm1d(4), rows, x[:4], weights[:4])

(pathlib.Path(__file__).parent / "parts.json").write_text(json.dumps(out, allow_nan=False) + "\n")
