"""Trains the CNN of notebook 07 in PyTorch, and asks Captum about it.

    pip install torch==2.15.0 captum==0.9.0 numpy onnx onnxscript
    python make_fashion_cnn.py train    trains it anew (another processor gives another net)
    python make_fashion_cnn.py          asks about the net that is there

fashion-cnn.onnx is the net, fashion-cnn.npz what PyTorch and Captum say of it: logits, labels and accuracy of all 1,000 test images,
attributions [16, 1, 28, 28] for the first 16, and the map of Grad-CAM at conv2. "versions" is JSON.

Integrated gradients are Captum's in 64 bits, of STEPS points. In 32 bits a ReLU that stands within a rounding error of its bend at one of the points
is rounded to either side, by every framework to another; with 50 points, which is Captum's default, that happens to one picture, and it moves by 1e-4 of
the largest value. So the number is one at which it happens to none: Captum's own 32 bits agree with its 64.
"""

import copy
import gzip
import json
import pathlib
import sys
import warnings
from importlib import metadata

import numpy as np
import onnx
import torch
from captum.attr import LRP, IntegratedGradients, LayerGradCam, Saliency
from torch import nn

STEPS = 52
HERE = pathlib.Path(__file__).parent
PACKAGES = HERE.parent.parent / "pkg"
sys.path.append(str(PACKAGES / "models" / "testdata"))
from strip_onnx import strip  # noqa: E402

warnings.filterwarnings("ignore")  # of Captum's hooks and the exporter


def subset(name):
    """Images and labels of an embedded file: IDX arrays, one after another."""
    contents, arrays = gzip.decompress((PACKAGES / "data" / name).read_bytes()), []
    for _ in range(2):
        rank = contents[3]
        shape = np.frombuffer(contents, ">i4", rank, 4)
        arrays.append(np.frombuffer(contents, np.uint8, int(np.prod(shape)), 4 + 4 * rank).reshape(shape))
        contents = contents[4 + 4 * rank + arrays[-1].size :]
    images, labels = arrays
    return torch.tensor(images / np.float32(255)).unsqueeze(1), torch.tensor(labels.astype(np.int64))


class FashionCNN(nn.Module):
    """The mean is taken in a pooling, not the maximum: where values are equal, frameworks pass a maximum's gradient to different ones."""

    def __init__(self):
        super().__init__()
        self.conv1, self.relu1, self.pool1 = nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2)
        self.conv2, self.relu2, self.pool2 = nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2)
        self.fc1, self.relu3, self.fc2 = nn.Linear(32 * 7 * 7, 32), nn.ReLU(), nn.Linear(32, 10)

    def forward(self, x):
        x = self.pool1(self.relu1(self.conv1(x)))
        x = self.pool2(self.relu2(self.conv2(x)))
        return self.fc2(self.relu3(self.fc1(x.flatten(1))))


def train(net, x, y, epochs=12, batch=64):
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.003)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * -(-len(x) // batch))
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(batch):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[rows]), y[rows]).backward()
            optimizer.step()
            schedule.step()


net, path = FashionCNN(), HERE / "fashion-cnn.onnx"
if sys.argv[1:] == ["train"]:
    torch.manual_seed(1)
    net = FashionCNN()
    train(net, *subset("fashion-mnist-train.gz"))
    net.eval()
    torch.onnx.export(net, (torch.zeros(2, 1, 28, 28),), path, input_names=["image"], output_names=["logits"],
                      dynamo=True, opset_version=18, dynamic_shapes={"x": {0: torch.export.Dim("batch")}}, external_data=False, verbose=False)
    strip(path)
weights = {w.name: torch.tensor(onnx.numpy_helper.to_array(w)) for w in onnx.load(path).graph.initializer}
net.load_state_dict({name: weights[name] for name in net.state_dict()})
net.eval()

images, labels = subset("fashion-mnist-test.gz")
logits = net(images).detach()
predicted = logits.argmax(1)
x, target = images[:16].requires_grad_(), predicted[:16]
def integrated(steps):
    """Integrated gradients in 64 bits, and how far those in 32 are from them, as a share of the largest."""
    short, long = (IntegratedGradients(n).attribute(x.to(n.fc2.weight.dtype), target=target, n_steps=steps, method="gausslegendre").detach().double()
                   for n in (net, copy.deepcopy(net).double()))
    return long, ((short - long).abs().max() / long.abs().max()).item()


gradients, off = integrated(STEPS)
assert off < 1e-6, f"a ReLU stands at its bend: 32 bits are off by {off:.1e} with {STEPS} points"
print(f"integrated gradients in 32 bits: off by {off:.1e} with {STEPS} points, by {integrated(50)[1]:.1e} with 50")
said = {
    "saliency": Saliency(net).attribute(x, target=target),
    "integrated_gradients": gradients,
    "lrp": LRP(net).attribute(x, target=target),
    "grad_cam": LayerGradCam(net, net.conv2).attribute(x, target=target, relu_attributions=True),
    "logits": logits,
}
versions = {name: metadata.version(name) for name in ("torch", "captum", "onnx", "onnxscript", "numpy")}
np.savez_compressed(
    HERE / "fashion-cnn.npz",
    **{name: value.detach().numpy().astype(np.float32) for name, value in said.items()},
    accuracy=np.float32([(predicted == labels).float().mean()]),
    versions=np.frombuffer(json.dumps(versions).encode(), np.uint8),
)
print(versions, "accuracy", (predicted == labels).float().mean().item())
for file in sorted(HERE.glob("fashion-cnn.*")):
    print(file.name, file.stat().st_size)
