"""Writes captum_tokens.json: a small net that reads words, and what Captum says of them.

    pip install torch==2.15.0 captum==0.9.0 numpy
    python make_captum_tokens.py

The net looks up five words in a table of nine vectors, takes them through a dense layer and tanh, averages what is no padding (word 0), and
has a dense layer with ReLU and one with logits. Captum's values for the table's output are added up over each vector; the gradient's are the
vector's length. Tables and kernels are [in, out].
"""

import json
import pathlib
from importlib import metadata

import numpy as np
import torch
from captum.attr import DeepLift, FeatureAblation, IntegratedGradients, LayerDeepLift, LayerIntegratedGradients
from torch import nn

rng = np.random.default_rng(11)


def normal(scale, *shape):
    return torch.tensor(np.round(rng.normal(scale=scale, size=shape), 3), dtype=torch.float64)


weights = {
    "/table": normal(1, 9, 4),
    "/a/weights": normal(0.8, 4, 6),
    "/a/biases": normal(0.3, 6),
    "/b/weights": normal(0.8, 6, 5),
    "/b/biases": normal(0.3, 5),
    "/c/weights": normal(0.8, 5, 3),
    "/c/biases": normal(0.3, 3),
}
words = torch.tensor([[3, 8, 1, 4, 2], [5, 5, 7, 0, 0], [2, 6, 0, 0, 0], [1, 7, 3, 6, 0]])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding.from_pretrained(weights["/table"])
        self.a, self.b, self.c = nn.Linear(4, 6).double(), nn.Linear(6, 5).double(), nn.Linear(5, 3).double()
        self.tanh, self.relu = nn.Tanh(), nn.ReLU()
        with torch.no_grad():
            for name in "abc":
                getattr(self, name).weight.copy_(weights[f"/{name}/weights"].T)
                getattr(self, name).bias.copy_(weights[f"/{name}/biases"])

    def rest(self, vectors, there):
        h = self.tanh(self.a(vectors)) * there
        return self.c(self.relu(self.b(h.sum(1) / there.sum(1).clamp(min=1))))

    def forward(self, words, mask):
        return self.rest(self.table(words), mask[..., None])


net = Net().eval()
mask = (words != 0).double()
logits = net(words, mask)
target = logits.argmax(1)


def flat(t):
    return [float(f"{v:.9g}") for v in t.detach().numpy().ravel()]


def per_word(t):
    return flat(t.sum(-1))


vectors = net.table(words).detach().requires_grad_()
net.rest(vectors, mask[..., None]).gather(1, target[:, None]).sum().backward()


class Rest(nn.Module):  # the net behind the table, for a baseline of vectors of zeros
    def __init__(self):
        super().__init__()
        self.net = net

    def forward(self, vectors, there):
        return self.net.rest(vectors, there)


ig = LayerIntegratedGradients(net, net.table)
steps = dict(target=target, additional_forward_args=(mask,), n_steps=50, method="gausslegendre")
unknown = torch.ones_like(words)
ablation = FeatureAblation(lambda w: net(w, (w != 0).double()))
fixture = {
    "versions": {name: metadata.version(name) for name in ("torch", "captum", "numpy")},
    "weights": {name: flat(w) for name, w in weights.items()},
    "words": words.tolist(),
    "logits": flat(logits),
    "gradient": flat(vectors.grad.norm(dim=-1)),
    "gradient_signed": per_word(vectors.grad),
    "integrated_gradients": per_word(
        IntegratedGradients(Rest()).attribute(
            vectors.detach(), target=target, additional_forward_args=(mask[..., None],), n_steps=50, method="gausslegendre"
        )
    ),
    "integrated_gradients_unknown": per_word(ig.attribute(words, unknown * (words != 0), **steps)),
    "deeplift": per_word(DeepLift(Rest()).attribute(vectors.detach(), target=target, additional_forward_args=(mask[..., None],))),
    "deeplift_unknown": per_word(
        LayerDeepLift(net, net.table).attribute(words, unknown * (words != 0), target=target, additional_forward_args=(mask,))
    ),
    "occlusion": flat(ablation.attribute(words, baselines=0, target=target)),
    "occlusion_unknown": flat(ablation.attribute(words, baselines=unknown * (words != 0), target=target)),
}
path = pathlib.Path(__file__).with_name("captum_tokens.json")
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, fixture["versions"])
