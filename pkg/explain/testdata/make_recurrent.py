"""Writes recurrent.json: LRP and DeepLIFT of an RNN, an LSTM and a GRU, from plain forms of their own.

    pip install torch==2.15.0 numpy
    python make_recurrent.py

LRP follows Arras et al. 2019 (arXiv 1909.12114), relevance by relevance: the epsilon rule for what the weights add up, all to the signal at
gates, all through tanh, sums in proportion. DeepLIFT runs the net for the input and for the baseline, and once more with every function
replaced by the straight line (product: plane) through both; the derivatives of that are the multipliers. Both are checked here: forward
against PyTorch's layers, and that they add up.
"""

import json
import pathlib
from importlib import metadata

import numpy as np
import torch
from torch import nn

torch.manual_seed(21)
torch.set_default_dtype(torch.float64)
EXAMPLES, STEPS, FEATURES, HIDDEN, CLASSES, EPSILON, BASELINE, TARGET = 3, 3, 3, 4, 2, 0.02, 0.3, 1
lengths = [3, 1, 2]
x = torch.randn(EXAMPLES, STEPS, FEATURES).mul(1000).round().div(1000)


def numbers(t):
    return [float(f"{v:.10g}") for v in np.asarray(t).reshape(-1).tolist()]


class Net(nn.Module):
    def __init__(self, kind, layers):
        super().__init__()
        self.kind, self.layers = kind, layers
        self.core = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[kind](FEATURES, HIDDEN, layers, batch_first=True)
        self.logits = nn.Linear(HIDDEN, CLASSES)
        with torch.no_grad():
            for p in self.parameters():
                p.copy_(torch.randn_like(p).mul(600).round().div(1000))

    def weights(self):
        out = {"/logits/weights": self.logits.weight.T, "/logits/biases": self.logits.bias}
        for l in range(self.layers):
            scope, part = f"/{self.kind}_{l}/", lambda name: getattr(self.core, f"{name}_l{l}")
            out[scope + "weights"], out[scope + "recurrent_weights"] = part("weight_ih").T, part("weight_hh").T
            if self.kind == "gru":
                out[scope + "biases"], out[scope + "recurrent_biases"] = part("bias_ih"), part("bias_hh")
            else:
                out[scope + "biases"] = part("bias_ih") + part("bias_hh")
        return {k: v.detach().numpy() for k, v in out.items()}


sigmoid = lambda v: 1 / (1 + np.exp(-v))
share = lambda v: v + EPSILON * np.where(v >= 0, 1, -1)
part = lambda of, whole: of / np.where(whole == 0, 1, whole)


def dense_lrp(x, w, z, r):
    """Relevance of x, where z = x w + anything got r."""
    return x * (w @ (r / share(z)))


def lrp(kind, layers, w, x):
    """Relevance of each step of one example x [steps, features]; nothing is masked, as what counts is given alone."""
    tape, steps = [], list(x)
    for l in range(layers):
        W, U, b = (w[f"/{kind}_{l}/{n}"] for n in ("weights", "recurrent_weights", "biases"))
        h, c, rows = np.zeros(HIDDEN), np.zeros(HIDDEN), []
        for v in steps:
            a = {"x": v, "h": h, "c": c}
            if kind == "rnn":
                a["z"] = v @ W + h @ U + b
                h = np.tanh(a["z"])
            elif kind == "lstm":
                z = v @ W + h @ U + b
                i, f, g, o = np.split(z, 4)
                a["zg"], a["ig"], a["fc"] = g, sigmoid(i) * np.tanh(g), sigmoid(f) * c
                c = a["ig"] + a["fc"]
                h = sigmoid(o) * np.tanh(c)
            else:
                p, q = v @ W + b, h @ U + w[f"/{kind}_{l}/recurrent_biases"]
                a["p"], a["q"] = p[2 * HIDDEN :], q[2 * HIDDEN :]
                r, z = sigmoid(p[:HIDDEN] + q[:HIDDEN]), sigmoid(p[HIDDEN : 2 * HIDDEN] + q[HIDDEN : 2 * HIDDEN])
                a["rq"] = r * a["q"]
                n = np.tanh(a["p"] + a["rq"])
                a["new"], a["old"] = (1 - z) * n, z * h
                h = a["new"] + a["old"]
            a["out"], a["c after"] = h, c
            rows.append(a)
        tape.append((W, U, rows))
        steps = [a["out"] for a in rows]
    output = steps[-1] @ w["/logits/weights"] + w["/logits/biases"]
    back = [np.zeros(HIDDEN) for _ in steps]
    back[-1] = dense_lrp(steps[-1], w["/logits/weights"][:, [TARGET]], output[[TARGET]], output[[TARGET]])
    for W, U, rows in reversed(tape):
        H, to, rh, rc = HIDDEN, [None] * len(rows), np.zeros(HIDDEN), np.zeros(HIDDEN)
        for t in reversed(range(len(rows))):
            a, r = rows[t], back[t] + rh
            if kind == "rnn":
                to[t], rh = dense_lrp(a["x"], W, a["z"], r), dense_lrp(a["h"], U, a["z"], r)
            elif kind == "lstm":
                whole = rc + r
                rg, rc = part(a["ig"], a["c after"]) * whole, part(a["fc"], a["c after"]) * whole
                only = slice(2 * H, 3 * H)
                to[t], rh = dense_lrp(a["x"], W[:, only], a["zg"], rg), dense_lrp(a["h"], U[:, only], a["zg"], rg)
            else:
                rn, rh = part(a["new"], a["out"]) * r, part(a["old"], a["out"]) * r
                both, only = a["p"] + a["rq"], slice(2 * H, 3 * H)
                to[t] = dense_lrp(a["x"], W[:, only], a["p"], part(a["p"], both) * rn)
                rh = rh + dense_lrp(a["h"], U[:, only], a["q"], part(a["rq"], both) * rn)
        back = to
    return np.stack(back), output[TARGET]


def deeplift(kind, layers, w, x, base):
    """Multipliers times difference, for one example."""
    w = {k: torch.tensor(v) for k, v in w.items()}

    class Line:
        """A number for the input, for the baseline, and on the lines between."""

        def __init__(self, a, b, line):
            self.a, self.b, self.line = a, b, line

        def __add__(self, o):
            return Line(self.a + o.a, self.b + o.b, self.line + o.line) if isinstance(o, Line) else Line(self.a + o, self.b + o, self.line + o)

        def __mul__(self, o):
            mean = lambda v: (v.a + v.b) / 2
            return Line(self.a * o.a, self.b * o.b, self.line * mean(o) + mean(self) * o.line)

        def __neg__(self):
            return Line(-self.a, -self.b, -self.line)

        def __matmul__(self, m):
            return Line(self.a @ m, self.b @ m, self.line @ m)

        def __getitem__(self, at):
            return Line(self.a[at], self.b[at], self.line[at])

        def through(self, f):
            slope = torch.where(self.a == self.b, torch.zeros_like(self.a), (f(self.a) - f(self.b)) / (self.a - self.b))
            return Line(f(self.a), f(self.b), self.line * slope)

    given = torch.tensor(x).requires_grad_()
    steps = [Line(torch.tensor(v), torch.full_like(torch.tensor(v), base), given[t]) for t, v in enumerate(x)]
    zero = Line(*[torch.zeros(HIDDEN)] * 3)
    for l in range(layers):
        W, U, b = (w[f"/{kind}_{l}/{n}"] for n in ("weights", "recurrent_weights", "biases"))
        h, c, out, at = zero, zero, [], [slice(k * HIDDEN, (k + 1) * HIDDEN) for k in range(4)]
        for v in steps:
            if kind == "rnn":
                h = (v @ W + h @ U + b).through(torch.tanh)
            elif kind == "lstm":
                z = v @ W + h @ U + b
                i, f, g, o = z[at[0]].through(torch.sigmoid), z[at[1]].through(torch.sigmoid), z[at[2]].through(torch.tanh), z[at[3]].through(torch.sigmoid)
                c = f * c + i * g
                h = o * c.through(torch.tanh)
            else:
                p, q = v @ W + b, h @ U + w[f"/{kind}_{l}/recurrent_biases"]
                r, z = (p[at[0]] + q[at[0]]).through(torch.sigmoid), (p[at[1]] + q[at[1]]).through(torch.sigmoid)
                n = (p[at[2]] + r * q[at[2]]).through(torch.tanh)
                h = n + z * (h + (-n))
            out.append(h)
        steps = out
    y = steps[-1] @ w["/logits/weights"][:, TARGET] + w["/logits/biases"][TARGET]
    multipliers, = torch.autograd.grad(y.line, given)
    values = (multipliers * (given - base)).detach().numpy()
    assert abs(values.sum() - float(y.a - y.b)) < 1e-12
    return values, float(y.a)


cases = []
for kind, layers in ("rnn", 1), ("lstm", 2), ("gru", 2):
    net = Net(kind, layers)
    w = net.weights()
    case = {"kind": kind, "layers": layers, "weights": {k: numbers(v) for k, v in w.items()}, "lrp": [], "deeplift": []}
    for i, n in enumerate(lengths):
        theirs = net.logits(net.core(x[i : i + 1, :n])[0][:, -1])[0, TARGET].item()
        counts = x[i, :n].numpy()
        for name, (values, output) in (("lrp", lrp(kind, layers, w, counts)), ("deeplift", deeplift(kind, layers, w, counts, BASELINE))):
            assert abs(output - theirs) < 1e-12, (name, output, theirs)
            case[name] += numbers(np.concatenate([values, np.zeros((STEPS - n, FEATURES))]))
    cases.append(case)

fixture = {
    "versions": {name: metadata.version(name) for name in ("torch", "numpy")},
    "x": numbers(x),
    "lengths": lengths,
    "epsilon": EPSILON,
    "baseline": BASELINE,
    "target": TARGET,
    "cases": cases,
}
path = pathlib.Path(__file__).parent / "recurrent.json"
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size, fixture["versions"])
