"""Writes attention.json: rollout, Chefer's relevance, attention and attention × gradient of small Transformers, in PyTorch.

    pip install torch==2.15.0 numpy
    python make_attention.py

Written from the papers (Abnar and Zuidema 2020, arXiv 2005.00928; Chefer, Gur and Wolf 2021, arXiv 2103.15679) on PyTorch's automatic
gradients for the attention weights. For an encoder and decoder rollout is that of one graph, whose nodes are the positions of both sides.

The nets are models.Transformer with 2 blocks, 2 heads, width 8 and 10 hidden units on ids [6], the mean of what is no padding or the first
vector pooled, 3 classes; and models.Seq2Seq with 2 + 2 such blocks from ids [5] to ids [4], vocabularies of 9 and 7. All in float64; matrices
are [in, out].
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(5)
BLOCKS, WIDTH, HEADS, HIDDEN = 2, 8, 2, 10


def normal(scale, *shape):
    return np.round(rng.normal(scale=scale, size=shape), 2)


class Weights(dict):
    def linear(self, name, fan_in, fan_out):
        self[name + "/weights"], self[name + "/biases"] = normal(1.3 * fan_in**-0.5, fan_in, fan_out), normal(0.1, fan_out)

    def table(self, name, rows):
        self[name + "/weights"] = normal(0.7, rows, WIDTH)

    def block(self, name, sublayers):
        for sub in sublayers:
            for part in "query", "key", "value", "output":
                self.linear(f"{name}/{sub}/{part}", WIDTH, WIDTH)
        self.linear(f"{name}/feed_forward/in", WIDTH, HIDDEN)
        self.linear(f"{name}/feed_forward/out", HIDDEN, WIDTH)
        for sub in *sublayers, "feed_forward":
            self[f"{name}/{sub}_norm/scale"], self[f"{name}/{sub}_norm/shift"] = 1 + normal(0.2, WIDTH), normal(0.1, WIDTH)


class Net:
    """A net of a table of weights that keeps the attention weights of a pass: (kind, A [examples, heads, rows, columns])."""

    def __init__(self, weights):
        self.w = {name: torch.tensor(v) for name, v in weights.items()}

    def dense(self, x, name):
        return x @ self.w[name + "/weights"] + self.w[name + "/biases"]

    def norm(self, x, name):
        return F.layer_norm(x, (WIDTH,), self.w[name + "/scale"], self.w[name + "/shift"])

    def embed(self, ids, table, positions):
        return self.w[table + "/weights"][ids] * (ids != 0)[..., None] + self.w[positions + "/weights"][: ids.shape[1]]

    def attend(self, x, memory, name, allowed, kind):
        def heads(part, of):
            return self.dense(of, f"{name}/{part}").unflatten(-1, (HEADS, -1)).transpose(1, 2)

        scores = heads("query", x) @ heads("key", memory).mT * (WIDTH // HEADS) ** -0.5
        a = scores.masked_fill(~allowed, -1e9).softmax(-1) * allowed
        a.requires_grad_(True) if a.is_leaf else a.retain_grad()
        self.seen.append((kind, a))
        return self.norm(x + self.dense((a @ heads("value", memory)).transpose(1, 2).flatten(2), name + "/output"), name + "_norm")

    def feed(self, x, name):
        y = self.dense(F.relu(self.dense(x, name + "/feed_forward/in")), name + "/feed_forward/out")
        return self.norm(x + y, name + "/feed_forward_norm")

    def encode(self, x, present):
        for i in range(BLOCKS):
            x = self.feed(self.attend(x, x, f"encoder_{i}/attention", present[:, None, None, :], "encoder"), f"encoder_{i}")
        return x

    def classify(self, ids, first):
        self.seen, present = [], ids != 0
        x = self.encode(self.embed(ids, "embedding", "positions").requires_grad_(True), present)
        x = x[:, 0] if first else (x * present[..., None]).sum(1) / present.sum(1, keepdim=True)
        return self.dense(x, "logits")

    def translate(self, source, target):
        self.seen, there = [], (source != 0)[:, None, None, :]
        memory = self.encode(self.embed(source, "source_embedding", "source_positions").requires_grad_(True), source != 0)
        x = self.embed(target, "target_embedding", "target_positions").requires_grad_(True)
        t = target.shape[1]
        causal = (target != 0)[:, None, None, :] & torch.ones(t, t, dtype=torch.bool).tril()
        for i in range(BLOCKS):
            x = self.attend(x, x, f"decoder_{i}/attention", causal, "decoder")
            x = self.attend(x, memory, f"decoder_{i}/cross_attention", there, "cross")
            x = self.feed(x, f"decoder_{i}")
        return self.dense(x, "logits")


def rollout(seen, i, source, target):
    """One graph of source + target positions; each layer's matrix is ½A + ½I where it acts, and I elsewhere."""
    n = source + target
    x = torch.eye(n)
    for kind, a in seen:
        layer = torch.eye(n)
        rows = slice(0, source) if kind == "encoder" else slice(source, n)
        columns = slice(source, n) if kind == "decoder" else slice(0, source)
        layer[rows] = 0.5 * torch.eye(n)[rows]
        layer[rows, columns] += 0.5 * a[i].mean(0)
        x = layer / layer.sum(-1, keepdim=True) @ x
    return x


def normalised(r):
    h = r - torch.eye(len(r))
    return (h / h.sum(-1, keepdim=True)).nan_to_num() + torch.eye(len(r))


def chefer(seen, i, source, target):
    r_ee, r_dd, r_de = torch.eye(source), torch.eye(target), torch.zeros(target, source)
    for kind, a in seen:
        bar = (a.grad[i] * a[i]).clamp(min=0).mean(0)
        if kind == "encoder":
            r_ee = r_ee + bar @ r_ee
        elif kind == "decoder":
            r_dd, r_de = r_dd + bar @ r_dd, r_de + bar @ r_de
        else:
            r_de = r_de + normalised(r_dd).T @ (bar @ normalised(r_ee))
    return r_ee, r_dd, r_de


def rounded(t):
    return [float(f"{v:.8g}") for v in t.detach().flatten()]


def lists(rows):
    return {name: [v for row in rows for v in rounded(row[name])] for name in rows[0]}


classifier, translator = Weights(), Weights()
classifier.table("embedding", 9)
classifier.table("positions", 6)
for i in range(BLOCKS):
    classifier.block(f"encoder_{i}", ["attention"])
classifier.linear("logits", WIDTH, 3)
translator.table("source_embedding", 9)
translator.table("source_positions", 5)
translator.table("target_embedding", 7)
translator.table("target_positions", 4)
for i in range(BLOCKS):
    translator.block(f"encoder_{i}", ["attention"])
    translator.block(f"decoder_{i}", ["attention", "cross_attention"])
translator.linear("logits", WIDTH, 7)
ids = torch.tensor([[5, 2, 8, 3, 1, 7], [4, 6, 1, 0, 0, 0], [2, 2, 7, 5, 0, 0]])
source, target = torch.tensor([[3, 6, 2, 0, 0], [8, 1, 4, 4, 7]]), torch.tensor([[2, 4, 5, 0], [2, 6, 4, 3]])

out = {"versions": {"torch": torch.__version__, "numpy": np.__version__}, "classifiers": {}, "translator": []}
net = Net(classifier)
for first in False, True:
    logits = net.classify(ids, first)
    top = logits.argmax(-1)
    logits.gather(1, top[:, None]).sum().backward()
    rows = []
    for i in range(len(ids)):
        read = torch.eye(6)[0] if first else (ids[i] != 0) / (ids[i] != 0).sum()
        a = net.seen[-1][1]
        rows.append({
            "raw": read @ a[i].mean(0), "rollout": read @ rollout(net.seen, i, 6, 0),
            "gradient": (a.grad[i] * a[i]).sum((0, 1)), "relevance": read @ chefer(net.seen, i, 6, 0)[0],
        })
    out["classifiers"]["first" if first else "mean"] = {"logits": rounded(logits), "classes": top.tolist(), **lists(rows)}
net = Net(translator)
for position in range(4):
    logits = net.translate(source, target)[:, position]
    top = logits.argmax(-1)
    logits.gather(1, top[:, None]).sum().backward()
    rows = []
    for i in range(len(source)):
        (_, own), (_, cross) = net.seen[-2:]
        rolled = rollout(net.seen, i, 5, 4)[5 + position]
        _, r_dd, r_de = chefer(net.seen, i, 5, 4)
        rows.append({
            "raw source": cross[i, :, position].mean(0), "raw target": own[i, :, position].mean(0),
            "rollout source": rolled[:5], "rollout target": rolled[5:],
            "gradient source": (cross.grad[i] * cross[i]).sum((0, 1)), "gradient target": (own.grad[i] * own[i]).sum((0, 1)),
            "relevance source": r_de[position], "relevance target": r_dd[position],
        })
    out["translator"].append({"logits": rounded(logits), "classes": top.tolist(), **lists(rows)})
for name, w in ("classifier", classifier), ("translator", translator):
    out[name + " weights"] = {path: v.flatten().tolist() for path, v in w.items()}
out["ids"], out["source"], out["target"] = ids.tolist(), source.tolist(), target.tolist()
(pathlib.Path(__file__).parent / "attention.json").write_text(json.dumps(out, allow_nan=False) + "\n")
