"""Writes captum_gradients.json: what Captum's gradient methods say of the first two images of captum.json, with its CNN, and of the words of
captum_tokens.json, with its net; and guided integrated gradients, which Captum does not have, by a plain implementation below.

    pip install torch==2.15.0 captum==0.9.0 numpy
    python make_captum_gradients.py

The background of the images are the other two and the baseline; that of each row of words all four rows. What Captum samples is the mean of
RUNS runs with seeds of their own, and its standard error their standard deviation over the root of their number. All is in 64 bits.
"""

import json
import pathlib
from importlib import metadata

import numpy as np
import torch
from captum.attr import DeepLiftShap, GradientShap, InputXGradient, IntegratedGradients, NoiseTunnel, Saliency
from torch import nn

RUNS, SAMPLES = 40, 500
NOISE = 0.5  # standard deviation of what NoiseTunnel adds, of GradientShap's noise a fifth
here = pathlib.Path(__file__).parent
given = json.loads((here / "captum.json").read_text())
told = json.loads((here / "captum_tokens.json").read_text())


def tensor(of, name, *shape):
    return torch.tensor(of["weights"].get(name, of.get(name)), dtype=torch.float64).reshape(shape)


def linear(of, name, *shape):
    layer = nn.Linear(*shape).double()
    with torch.no_grad():
        layer.weight.copy_(tensor(of, f"/{name}/weights", *shape).T)
        layer.bias.copy_(tensor(of, f"/{name}/biases", shape[1]))
    return layer


def conv(name, *shape):
    layer = nn.Conv2d(*shape, 3, padding=1).double()
    with torch.no_grad():
        layer.weight.copy_(tensor(given, f"/{name}/weights", 3, 3, *shape).permute(3, 2, 0, 1))
        layer.bias.copy_(tensor(given, f"/{name}/biases", shape[1]))
    return layer


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv0, self.conv1 = conv("conv_0", 2, 3), conv("conv_1", 3, 4)
        self.dense, self.logits = linear(given, "dense", 16, 5), linear(given, "logits", 5, 3)
        self.relu0, self.relu1, self.relu2 = nn.ReLU(), nn.ReLU(), nn.ReLU()
        self.pool0, self.pool1 = nn.MaxPool2d(2), nn.MaxPool2d(2)

    def forward(self, x):  # the products by one are for DeepLiftShap, as in make_captum_rules.py
        x = self.pool0(self.relu0(self.conv0(x)) * 1.0)
        x = self.pool1(self.relu1(self.conv1(x)) * 1.0)
        return self.logits(self.relu2(self.dense(x.permute(0, 2, 3, 1).flatten(1))))


class Words(nn.Module):  # the net of captum_tokens.json behind its table
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = linear(told, "a", 4, 6), linear(told, "b", 6, 5), linear(told, "c", 5, 3)
        self.tanh, self.relu = nn.Tanh(), nn.ReLU()

    def forward(self, vectors, there):
        h = self.tanh(self.a(vectors)) * there
        return self.c(self.relu(self.b(h.sum(1) / there.sum(1).clamp(min=1))))


net, rest = CNN().eval(), Words().eval()
images = tensor(given, "images", 4, 8, 9, 2).permute(0, 3, 1, 2).contiguous()
x = images[:2]
background = torch.cat([images[2:], tensor(given, "baseline", 1, 8, 9, 2).permute(0, 3, 1, 2)])
target = net(x).argmax(1)
ids = torch.tensor(told["words"])
vectors, there = tensor(told, "/table", 9, 4)[ids], (ids != 0).double()[..., None]
word = dict(target=rest(vectors, there).argmax(1), additional_forward_args=(there,))


def numbers(t, digits=9):
    t = t.detach()
    t = t.permute(0, 2, 3, 1) if t.dim() == 4 else t.sum(-1)
    return [float(f"{v:.{digits}g}") for v in t.contiguous().numpy().ravel()]


def sampled(method, x=x, **options):
    runs = []
    for seed in range(RUNS):
        torch.manual_seed(seed)
        runs.append(method.attribute(x, **options).detach())
    runs = torch.stack(runs)
    return {"mean": numbers(runs.mean(0), 6), "error": numbers(runs.std(0) / RUNS**0.5, 3)}


def tunnel(kind):
    return sampled(NoiseTunnel(Saliency(net)), nt_type=kind, nt_samples=SAMPLES, stdevs=NOISE, target=target, abs=False)


def integrated(net, x, background, **options):
    """The mean over the background, and the standard deviation of what its rows give."""
    ig = IntegratedGradients(net)
    each = torch.stack([ig.attribute(x, b[None].expand_as(x).contiguous(), n_steps=50, method="gausslegendre", **options) for b in background])
    return each.mean(0), each


def guided(f, x, base, steps, fraction, distance):
    """Guided integrated gradients of one example (Kapishnikov et al. 2021, algorithm 1, kept within a distance of the straight way): in each
    step, the numbers with the smallest gradients go on until the way's length, in L1, is the step's. The gradient that is multiplied with
    a step is the one at its middle; rough is what it gives with that at its beginning, as the paper's algorithm."""
    def gradient(at):
        at = torch.tensor(at).reshape(1, 2, 8, 9).requires_grad_()
        return torch.autograd.grad(f(at).sum(), at)[0].numpy().ravel()

    values, rough, at = np.zeros_like(x), np.zeros_like(x), base.copy()
    total = np.abs(x - base).sum()
    for step in range(1, steps + 1):
        low, high = max(step / steps - distance, 0), min(step / steps + distance, 1)
        lower, upper = base + low * (x - base), base + high * (x - base)
        slope, before = gradient(at), at.copy()
        size, far = np.abs(slope), total * (1 - step / steps)
        way = np.divide(at - base, x - base, out=np.ones_like(x), where=x != base)
        at = np.where(way < low - 1e-12, lower, at)
        while np.abs(x - at).sum() > far + 1e-12 * total:
            left = np.divide(at - base, x - base, out=np.ones_like(x), where=x != base) < high - 1e-12
            order = np.sort(np.where(left, size, np.inf))
            chosen = left & (size <= order[int(fraction * (len(x) - 1))] * (1 + 1e-6))
            share = (np.abs(x - at).sum() - far) / np.abs(upper - at)[chosen].sum()
            at[chosen] = upper[chosen] if share > 1 else (at + share * (upper - at))[chosen]
        values += (at - before) * gradient((at + before) / 2)
        rough += (at - before) * slope
    assert np.allclose(at, x)
    return values, rough


def guideds(steps, fraction, distance):
    base = background[2].numpy().ravel()
    both = [guided(lambda at, k=k: net(at)[:, k], row.numpy().ravel(), base, steps, fraction, distance) for row, k in zip(x, target.tolist())]
    change = (net(x).gather(1, target[:, None])[:, 0] - net(background[2:])[0, target]).detach().numpy()
    for name, at in ("middle", 0), ("beginning", 1):
        print(f"guided, {steps} steps: off by", [float(pair[at].sum() - c) for pair, c in zip(both, change)], "with gradients at a step's", name)
    return numbers(torch.tensor(np.stack([pair[0] for pair in both])).reshape(2, 2, 8, 9))


mean, each = integrated(net, x, background, target=target)
fixture = {
    "versions": {name: metadata.version(name) for name in ("torch", "captum", "numpy")},
    "target": target.tolist(),
    "input_x_gradient": numbers(InputXGradient(net).attribute(x.clone(), target=target)),
    "integrated_gradients": numbers(mean),
    "integrated_gradients_deviation": numbers(each.std(0)),
    "deeplift_shap": numbers(DeepLiftShap(net).attribute(x, background, target=target)),
    "gradient_shap": sampled(GradientShap(net), baselines=background, n_samples=SAMPLES, target=target),
    "gradient_shap_noise": sampled(GradientShap(net), baselines=background, n_samples=SAMPLES, stdevs=NOISE / 5, target=target),
    "smoothgrad": tunnel("smoothgrad"),
    "smoothgrad_sq": tunnel("smoothgrad_sq"),
    "vargrad": tunnel("vargrad"),
    "guided_ig": guideds(200, 0.25, 0.02),
    "guided_ig_free": guideds(50, 0.1, 1),
    "words": {
        "input_x_gradient": numbers(InputXGradient(rest).attribute(vectors.clone(), **word)),
        "integrated_gradients": numbers(integrated(rest, vectors, vectors, **word)[0]),
        "integrated_gradients_deviation": numbers(integrated(rest, vectors, vectors, **word)[1].sum(-1, keepdim=True).std(0)),
        "deeplift_shap": numbers(DeepLiftShap(rest).attribute(vectors, vectors, **word)),
        "gradient_shap": sampled(GradientShap(rest), vectors, baselines=vectors, n_samples=SAMPLES, **word),
    },
}
path = here / "captum_gradients.json"
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, fixture["versions"])
