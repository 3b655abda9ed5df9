"""Writes captum_layers.json: what Captum says of the layers of the CNN in captum.json, and what PyTorch computes when they are changed.

    pip install torch==2.15.0 captum==0.9.0 numpy
    python make_captum.py && python make_captum_layers.py

Layer values of convolutions are flat in Vitrine's order [examples, height, width, channels].
"""

import json
import pathlib
from importlib import metadata

import torch
from captum.attr import LayerConductance, LayerGradCam, LayerIntegratedGradients
from torch import nn

here = pathlib.Path(__file__).parent
given = json.loads((here / "captum.json").read_text())


def tensor(name, *shape):
    return torch.tensor(given["weights"].get(name, given.get(name)), dtype=torch.float32).reshape(shape)


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_0, self.conv_1 = nn.Conv2d(2, 3, 3, padding=1), nn.Conv2d(3, 4, 3, padding=1)
        self.relu_0, self.relu_1, self.relu = nn.ReLU(), nn.ReLU(), nn.ReLU()
        self.pool_0, self.pool_1 = nn.MaxPool2d(2), nn.MaxPool2d(2)
        self.dense, self.logits = nn.Linear(16, 5), nn.Linear(5, 3)
        with torch.no_grad():
            for name, sizes in ("conv_0", (2, 3)), ("conv_1", (3, 4)):
                getattr(self, name).weight.copy_(tensor(f"/{name}/weights", 3, 3, *sizes).permute(3, 2, 0, 1))
                getattr(self, name).bias.copy_(tensor(f"/{name}/biases", sizes[1]))
            for name, sizes in ("dense", (16, 5)), ("logits", (5, 3)):
                getattr(self, name).weight.copy_(tensor(f"/{name}/weights", *sizes).T)
                getattr(self, name).bias.copy_(tensor(f"/{name}/biases", sizes[1]))

    def forward(self, x):
        x = self.pool_0(self.relu_0(self.conv_0(x)))
        x = self.pool_1(self.relu_1(self.conv_1(x)))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.logits(self.relu(self.dense(x)))


net = CNN().eval()
x = tensor("images", 4, 8, 9, 2).permute(0, 3, 1, 2).contiguous()
b = tensor("baseline", 1, 8, 9, 2).permute(0, 3, 1, 2).contiguous()
target = net(x).argmax(1)


def flat(t):
    t = t.detach()
    if t.dim() == 4:
        t = t.permute(0, 2, 3, 1).contiguous()
    return [float(f"{v:.7g}") for v in t.numpy().ravel()]


def conductance(layer):
    # Captum sums gradient(beginning) * change of the layer over the stretches. Of the way back it sums gradient(end) * change, so the mean
    # of both is the trapezoidal rule, here over 50 equal stretches of the whole way.
    rule = dict(target=target, n_steps=50, method="riemann_trapezoid")
    there = LayerConductance(net, layer).attribute(x, b.expand_as(x), **rule)
    back = LayerConductance(net, layer).attribute(b.expand_as(x), x, **rule)
    return (there - back) / 2


def output(layer=None, change=None):
    hook = layer.register_forward_hook(lambda module, inputs, out: change(out)) if layer else None
    with torch.no_grad():
        y = net(x).gather(1, target[:, None])[:, 0]
    if hook:
        hook.remove()
    return y


def unit_by_unit(layer, values):
    # values(out) gives what the layer's channels or units are set to, one at a time
    with torch.no_grad():
        n = layer(torch.zeros(1, layer.in_channels, 8, 9)).shape[1] if isinstance(layer, nn.Conv2d) else layer.out_features
    changes = []
    for unit in range(n):
        def change(out, unit=unit):
            out = out.clone()
            out[:, unit] = values(out)[:, unit]
            return out

        changes.append(output(layer, change) - output())
    return torch.stack(changes, 1)


fixture = {
    "versions": {name: metadata.version(name) for name in ("torch", "captum", "numpy")},
    "layer_integrated_gradients": {},
    "layer_conductance": {},
    "grad_cam": {},
    "ablation_zero": {},
    "ablation_mean": {},
    "patching": {},
}
for name in ("conv_0", "relu_1", "dense"):
    ig = LayerIntegratedGradients(net, getattr(net, name)).attribute(x, b, target=target, n_steps=50, method="gausslegendre")
    fixture["layer_integrated_gradients"][name] = flat(ig)
for name in ("conv_0", "pool_0", "dense"):  # not at a ReLU before a pooling: PyTorch gives the first of several zeros the whole gradient
    fixture["layer_conductance"][name] = flat(conductance(getattr(net, name)))
for name in ("conv_0", "relu_0", "pool_1"):
    cam = LayerGradCam(net, getattr(net, name)).attribute(x, target=target, relu_attributions=True)
    fixture["grad_cam"][name] = flat(cam)
cam = LayerGradCam(net, net.pool_1).attribute(x, target=target, relu_attributions=True)
for mode in ("nearest", "bilinear"):
    fixture["grad_cam"][mode] = flat(nn.functional.interpolate(cam, (8, 9), mode=mode))
for name in ("conv_0", "dense"):
    layer = getattr(net, name)
    fixture["ablation_zero"][name] = flat(unit_by_unit(layer, torch.zeros_like))
    fixture["ablation_mean"][name] = flat(unit_by_unit(layer, lambda out: out.mean(0, keepdim=True).expand_as(out)))
    fixture["patching"][name] = flat(unit_by_unit(layer, lambda out: out.flip(0)))
path = here / "captum_layers.json"
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, fixture["versions"])
