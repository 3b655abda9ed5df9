"""Writes attnlrp.json: AttnLRP and CP-LRP of a small Transformer, by gradients in PyTorch.

    pip install torch==2.15.0 numpy
    python make_attnlrp.py

Written from the papers (Achtibat et al. 2024, arXiv 2402.05602; Ali et al. 2022, arXiv 2202.07304): the relevance of x is x times the
gradient of a net of the same values, in which what a rule holds constant is detached. Linear layers are LRP-0; an activation is the
identity times the constant f(u)/u; a normalisation's denominator is constant; a product of two signals gives half to each; the softmax
passes its derivative (AttnLRP) or is constant itself (CP-LRP).

The nets are models.Transformer with a block, 2 heads, width 8 and 12 hidden units on values [5, 3] with a mask, 4 classes: with layer
norms after the sums and GELU, and with RMS norms before the sublayers and SiLU. All in float64; matrices are [in, out].
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(3)
BLOCKS, WIDTH, HEADS, HIDDEN, CLASS = 1, 8, 2, 12, 2


def normal(scale, *shape):
    return np.round(rng.normal(scale=scale, size=shape), 3)


weights = {}


def linear(name, fan_in, fan_out):
    weights[name + "/weights"], weights[name + "/biases"] = normal(fan_in**-0.5, fan_in, fan_out), normal(0.1, fan_out)


def norm(name):
    weights[name + "/scale"], weights[name + "/shift"] = 1 + normal(0.2, WIDTH), normal(0.1, WIDTH)


linear("embedding", 3, WIDTH)
weights["positions/weights"] = normal(0.3, 5, WIDTH)
for i in range(BLOCKS):
    for part in "query", "key", "value", "output":
        linear(f"encoder_{i}/attention/{part}", WIDTH, WIDTH)
    linear(f"encoder_{i}/feed_forward/in", WIDTH, HIDDEN)
    linear(f"encoder_{i}/feed_forward/out", HIDDEN, WIDTH)
    norm(f"encoder_{i}/attention_norm")
    norm(f"encoder_{i}/feed_forward_norm")
norm("encoder_norm")
linear("logits", WIDTH, 4)
w = {name: torch.tensor(v) for name, v in weights.items()}
values, mask = normal(1, 3, 5, 3), np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [0, 1, 0, 1, 1]], bool)


class Halves(torch.autograd.Function):
    """A matrix product that gives half of what comes back to each operand."""

    @staticmethod
    def forward(context, a, b):
        context.save_for_backward(a, b)
        return a @ b

    @staticmethod
    def backward(context, d):
        a, b = context.saved_tensors
        return d @ b.mT / 2, a.mT @ d / 2


def dense(x, name):
    return x @ w[name + "/weights"] + w[name + "/biases"]


def layer_norm(x, name):
    d = x - x.mean(-1, keepdim=True)
    return d / (d.square().mean(-1, keepdim=True) + 1e-5).sqrt().detach() * w[name + "/scale"] + w[name + "/shift"]


def rms_norm(x, name):
    return x / (x.square().mean(-1, keepdim=True) + 2.0**-52).sqrt().detach() * w[name + "/scale"]


def attention(x, name, counts, cp):
    def heads(part):
        return dense(x, f"{name}/{part}").unflatten(-1, (HEADS, -1)).transpose(1, 2)

    scores = Halves.apply(heads("query") * (WIDTH // HEADS) ** -0.5, heads("key").mT)
    a = scores.masked_fill(~counts[:, None, None, :], -1e9).softmax(-1)
    seen = a.detach() @ heads("value") if cp else Halves.apply(a, heads("value"))
    return dense(seen.transpose(1, 2).flatten(2), name + "/output")


def explain(pre, norm, activation, cp):
    x, counts = torch.tensor(values, requires_grad=True), torch.tensor(mask)

    def feed(h, name):
        u = dense(h, name + "/in")
        return dense(u * (activation(u) / u).detach(), name + "/out")

    h = dense(x, "embedding") + w["positions/weights"]
    for i in range(BLOCKS):
        for name, f in ("attention", lambda h, n: attention(h, n, counts, cp)), ("feed_forward", feed):
            name = f"encoder_{i}/{name}"
            h = h + f(norm(h, name + "_norm"), name) if pre else norm(h + f(h, name), name + "_norm")
    h = norm(h, "encoder_norm") if pre else h
    h = (h * counts[..., None]).sum(1) / counts.sum(1, keepdim=True)
    y = dense(h, "logits")
    (d,) = torch.autograd.grad(y[:, CLASS].sum(), x)
    return y.detach().flatten().tolist(), (d * x).detach().flatten().tolist()


out = {
    "versions": {"torch": torch.__version__, "numpy": np.__version__},
    "weights": {name: v.flatten().tolist() for name, v in weights.items()},
    "values": values.flatten().tolist(), "mask": mask.flatten().tolist(), "class": CLASS, "nets": {},
}
for name, options in {"layer gelu post": (False, layer_norm, F.gelu), "rms silu pre": (True, rms_norm, F.silu)}.items():
    logits, attn = explain(*options, cp=False)
    _, cp = explain(*options, cp=True)
    out["nets"][name] = {"logits": logits, "attn": attn, "cp": cp}
(pathlib.Path(__file__).parent / "attnlrp.json").write_text(json.dumps(out, allow_nan=False) + "\n")
