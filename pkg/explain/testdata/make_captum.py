"""Writes captum.json: a small CNN, images, and what Captum says of them.

    pip install torch==2.15.0 captum==0.9.0 numpy
    python make_captum.py

The CNN is models.CNN with 3 and 4 channels and 5 dense units on images of 8 x 9 pixels and 2 channels, with 3 classes.
Arrays are flat, in the order of Vitrine's layouts: images [examples, height, width, channels], kernels [3, 3, in, out].
"""

import json
import pathlib
from importlib import metadata

import numpy as np
import torch
from captum.attr import IntegratedGradients, Occlusion, Saliency
from torch import nn

rng = np.random.default_rng(7)


def normal(scale, *shape):
    # float32 numbers with few digits, so that the file stays small and reads back exactly
    return np.round(rng.normal(scale=scale, size=shape), 3).astype(np.float32)


weights = {
    "/conv_0/weights": normal(0.4, 3, 3, 2, 3),
    "/conv_0/biases": normal(0.1, 3),
    "/conv_1/weights": normal(0.3, 3, 3, 3, 4),
    "/conv_1/biases": normal(0.1, 4),
    "/dense/weights": normal(0.3, 2 * 2 * 4, 5),
    "/dense/biases": normal(0.1, 5),
    "/logits/weights": normal(0.5, 5, 3),
    "/logits/biases": normal(0.1, 3),
}
images, baseline = normal(1, 4, 8, 9, 2), normal(0.3, 1, 8, 9, 2)


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv0, self.conv1 = nn.Conv2d(2, 3, 3, padding=1), nn.Conv2d(3, 4, 3, padding=1)
        self.dense, self.logits = nn.Linear(16, 5), nn.Linear(5, 3)
        with torch.no_grad():
            for conv, name in (self.conv0, "/conv_0"), (self.conv1, "/conv_1"):
                conv.weight.copy_(torch.tensor(weights[name + "/weights"]).permute(3, 2, 0, 1))
                conv.bias.copy_(torch.tensor(weights[name + "/biases"]))
            for dense, name in (self.dense, "/dense"), (self.logits, "/logits"):
                dense.weight.copy_(torch.tensor(weights[name + "/weights"]).T)
                dense.bias.copy_(torch.tensor(weights[name + "/biases"]))

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.conv0(x)), 2)
        x = torch.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.logits(torch.relu(self.dense(x)))


net = CNN().eval()
x = torch.tensor(images).permute(0, 3, 1, 2)
b = torch.tensor(baseline).permute(0, 3, 1, 2)
logits = net(x)
target = logits.argmax(1)


def flat(t):
    return [float(f"{v:.7g}") for v in t.detach().numpy().ravel()]


def image(t):
    return flat(t.permute(0, 2, 3, 1).contiguous())


ig = IntegratedGradients(net)
steps = dict(target=target, n_steps=50, method="gausslegendre")
fixture = {
    "versions": {name: metadata.version(name) for name in ("torch", "captum", "numpy")},
    "weights": {name: flat(torch.tensor(w)) for name, w in weights.items()},
    "images": flat(torch.tensor(images)),
    "baseline": flat(torch.tensor(baseline)),
    "logits": flat(logits),
    "saliency": image(Saliency(net).attribute(x, target=target)),
    "gradient": image(Saliency(net).attribute(x, target=target, abs=False)),
    "integrated_gradients": image(ig.attribute(x, **steps)),
    "integrated_gradients_baseline": image(ig.attribute(x, b, **steps)),
    "occlusion": image(Occlusion(net).attribute(x, (2, 4, 4), strides=(2, 2, 2), target=target)),
    "occlusion_baseline": image(Occlusion(net).attribute(x, (2, 3, 2), strides=(2, 3, 1), baselines=b, target=target)),
}
path = pathlib.Path(__file__).with_name("captum.json")
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, fixture["versions"])
