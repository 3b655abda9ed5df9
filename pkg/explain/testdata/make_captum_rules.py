"""Writes captum_rules.json: what Captum's rules say of the CNN, images and baseline of captum.json.

    pip install torch==2.15.0 captum==0.9.0 numpy
    python make_captum_rules.py

Two things are done so that Captum computes what its papers define:
- DeepLIFT: a multiplication by one stands between a ReLU and the max-pooling that follows. Without it, Captum's result does not add up to
  f(x) - f(baseline); deeplift_direct_residual is by how much.
- alpha-1 beta-0: Captum leaves a negative bias in the sum of the positive parts and takes inputs for positive; so biases of convolutions
  are zero there and the images are the absolute values.
Deconvolution, guided backprop and guided Grad-CAM (at the second convolution) run with a pooling whose gradient is shared among equal winners, as in Vitrine.
"""

import json
import pathlib
from importlib import metadata

import torch
from captum.attr import LRP, DeepLift, Deconvolution, GuidedBackprop, GuidedGradCam
from captum.attr._utils.lrp_rules import Alpha1_Beta0_Rule, EpsilonRule, GammaRule
from torch import nn

here = pathlib.Path(__file__).parent
given = json.loads((here / "captum.json").read_text())
weights = {k: torch.tensor(v, dtype=torch.float64) for k, v in given["weights"].items()}


def image(name, n):
    return torch.tensor(given[name], dtype=torch.float64).reshape(n, 8, 9, 2).permute(0, 3, 1, 2).contiguous()


x, baseline = image("images", 4), image("baseline", 1)


class SharedPool(nn.Module):
    def forward(self, x):
        h, w = x.shape[2] // 2, x.shape[3] // 2
        return x[:, :, : 2 * h, : 2 * w].reshape(*x.shape[:2], h, 2, w, 2).amax((3, 5))



class CNN(nn.Module):
    def __init__(self, pool=lambda: nn.MaxPool2d(2), apart=False, bias=True):
        super().__init__()
        self.apart = apart
        self.conv0, self.conv1 = nn.Conv2d(2, 3, 3, padding=1), nn.Conv2d(3, 4, 3, padding=1)
        self.dense, self.logits = nn.Linear(16, 5), nn.Linear(5, 3)
        self.relu0, self.relu1, self.relu2 = nn.ReLU(), nn.ReLU(), nn.ReLU()
        self.pool0, self.pool1 = pool(), pool()
        self.double()
        with torch.no_grad():
            for conv, name, shape in (self.conv0, "/conv_0", (3, 3, 2, 3)), (self.conv1, "/conv_1", (3, 3, 3, 4)):
                conv.weight.copy_(weights[name + "/weights"].reshape(shape).permute(3, 2, 0, 1))
                conv.bias.copy_(weights[name + "/biases"] if bias else torch.zeros_like(conv.bias))
            for dense, name, shape in (self.dense, "/dense", (16, 5)), (self.logits, "/logits", (5, 3)):
                dense.weight.copy_(weights[name + "/weights"].reshape(shape).T)
                dense.bias.copy_(weights[name + "/biases"])
        self.eval()

    def forward(self, x):
        for conv, relu, pool in (self.conv0, self.relu0, self.pool0), (self.conv1, self.relu1, self.pool1):
            x = relu(conv(x))
            x = pool(x * 1.0 if self.apart else x)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.logits(self.relu2(self.dense(x)))


target = CNN()(x).argmax(1)


def numbers(t):
    return [float(f"{v:.9g}") for v in t.detach().permute(0, 2, 3, 1).contiguous().numpy().ravel()]


def lrp(conv, dense, x=x, bias=True):
    net = CNN(bias=bias)
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            module.rule = conv()
        elif isinstance(module, nn.Linear):
            module.rule = dense()
        elif isinstance(module, nn.MaxPool2d):
            module.rule = EpsilonRule()
    return numbers(LRP(net).attribute(x.clone().requires_grad_(), target=target))


def deeplift(baseline, apart=True):
    return DeepLift(CNN(apart=apart)).attribute(x, baseline.expand_as(x), target=target, return_convergence_delta=True)


def guided_gradcam():
    net = CNN(SharedPool)
    return GuidedGradCam(net, net.conv1).attribute(x.clone().requires_grad_(), target=target, interpolate_mode="nearest")


fixture = {
    "versions": {name: metadata.version(name) for name in ("torch", "captum", "numpy")},
    "lrp": lrp(EpsilonRule, EpsilonRule),
    "lrp_epsilon": lrp(lambda: EpsilonRule(0.05), lambda: EpsilonRule(0.05)),
    "lrp_gamma": lrp(GammaRule, EpsilonRule),
    "lrp_alpha1beta0": lrp(Alpha1_Beta0_Rule, EpsilonRule, x.abs(), False),
    "guided": numbers(GuidedBackprop(CNN(SharedPool)).attribute(x.clone().requires_grad_(), target=target)),
    "guided_gradcam": numbers(guided_gradcam()),
    "deconvolution": numbers(Deconvolution(CNN(SharedPool)).attribute(x.clone().requires_grad_(), target=target)),
    "deeplift": numbers(deeplift(torch.zeros_like(baseline))[0]),
    "deeplift_baseline": numbers(deeplift(baseline)[0]),
    "deeplift_residual": float(deeplift(baseline)[1].abs().max()),
    "deeplift_direct_residual": float(deeplift(baseline, False)[1].abs().max()),
    "target": target.tolist(),
}
path = here / "captum_rules.json"
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, fixture["versions"], fixture["deeplift_residual"], fixture["deeplift_direct_residual"])
