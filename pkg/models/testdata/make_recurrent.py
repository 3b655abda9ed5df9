"""Writes recurrent.json: what PyTorch's RNN, LSTM and GRU compute, and their gradients, for weights in Vitrine's layout.

    pip install torch==2.15.0 numpy
    python make_recurrent.py

Masked runs go through packed sequences. The gradients are those of the sum of logits * coefficients.
"""

import json
import pathlib
from importlib import metadata

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.manual_seed(11)
torch.set_default_dtype(torch.float64)
EXAMPLES, STEPS, FEATURES, HIDDEN, CLASSES = 3, 5, 3, 4, 2
lengths = torch.tensor([3, 5, 1])
counts = torch.arange(STEPS)[None, :] < lengths[:, None]
x = torch.randn(EXAMPLES, STEPS, FEATURES).mul(1000).round().div(1000)
coefficients = torch.randn(EXAMPLES, CLASSES).mul(1000).round().div(1000)


def numbers(t, digits=10):
    return [float(f"{v:.{digits}g}") for v in t.detach().reshape(-1).tolist()]


class Net(nn.Module):
    def __init__(self, kind, layers, bidirectional):
        super().__init__()
        make = {"rnn": nn.RNN, "relu": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[kind]
        options = {"nonlinearity": "relu"} if kind == "relu" else {}
        self.kind, self.bidirectional = kind, bidirectional
        self.core = make(FEATURES, HIDDEN, layers, batch_first=True, bidirectional=bidirectional, **options)
        self.logits = nn.Linear(HIDDEN * (2 if bidirectional else 1), CLASSES)
        with torch.no_grad():
            for p in self.parameters():
                p.copy_(torch.randn_like(p).mul(600).round().div(1000))

    def forward(self, x, masked, pool):
        if masked:
            packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            states, last = self.core(packed)
            states, _ = pad_packed_sequence(states, batch_first=True, total_length=STEPS)
        else:
            states, last = self.core(x)
        which = counts[:, :, None] if masked else torch.ones(EXAMPLES, STEPS, 1, dtype=torch.bool)
        if pool == "last":
            h = last[0] if self.kind == "lstm" else last
            y = torch.cat([h[-2], h[-1]], 1) if self.bidirectional else h[-1]
        elif pool == "mean":
            y = (states * which).sum(1) / which.sum(1)
        else:
            y = states.masked_fill(~which, -torch.inf).amax(1)
        return self.logits(y)

    def ours(self, of):
        """Tensors by the names of Vitrine's variables: of(parameter) is its value or gradient."""
        name = "rnn" if self.kind == "relu" else self.kind
        out = {"/logits/weights": of(self.logits.weight).T, "/logits/biases": of(self.logits.bias)}
        for layer in range(self.core.num_layers):
            for suffix in ("", "_reverse") if self.bidirectional else ("",):
                scope = f"/{name}_{layer}{suffix}/"
                part = lambda p: of(getattr(self.core, f"{p}_l{layer}{suffix}"))
                out[scope + "weights"] = part("weight_ih").T
                out[scope + "recurrent_weights"] = part("weight_hh").T
                if name == "gru":
                    out[scope + "biases"], out[scope + "recurrent_biases"] = part("bias_ih"), part("bias_hh")
                elif of is value:
                    out[scope + "biases"] = part("bias_ih") + part("bias_hh")
                else:  # the gradient of a sum is that of each
                    out[scope + "biases"] = part("bias_ih")
        return out


def value(p):
    return p.detach()


def gradient(p):
    return p.grad


cases = []
for kind, layers, bidirectional in [(k, l, b) for k in ("rnn", "lstm", "gru") for l in (1, 2) for b in (False, True)] + [("relu", 1, False)]:
    net = Net(kind, layers, bidirectional)
    case = {"kind": kind, "layers": layers, "bidirectional": bidirectional, "runs": []}
    case["weights"] = {k: numbers(v, 6) for k, v in net.ours(value).items()}
    pools = ("last", "mean", "max") if layers == 1 and bidirectional else ("last",)
    for masked, pool in [(m, p) for m in (False, True) for p in pools]:
        net.zero_grad()
        given = x.clone().requires_grad_()
        logits = net(given, masked, pool)
        (logits * coefficients).sum().backward()
        case["runs"].append(
            {
                "masked": masked,
                "pool": pool,
                "logits": numbers(logits),
                "input": numbers(given.grad),
                "gradients": {k: numbers(v, 7) for k, v in net.ours(gradient).items()},
            }
        )
    cases.append(case)

fixture = {
    "versions": {"torch": metadata.version("torch")},
    "x": numbers(x),
    "lengths": lengths.tolist(),
    "coefficients": numbers(coefficients),
    "cases": cases,
}
path = pathlib.Path(__file__).parent / "recurrent.json"
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size, fixture["versions"], len(cases))
