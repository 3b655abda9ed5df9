"""Writes shap.json: what SHAP's explainers say of a table's MLP and of the CNN of captum.json with superpixels.

    pip install torch==2.15.0 shap==0.51.0 scipy numpy
    python make_captum.py && python make_shap.py

The MLP is models.MLP with 6 and 5 hidden units on rows of 8 numbers, with 3 classes; absent numbers are those of 7 background rows. The CNN's images are cut
into 12 blocks of 2 x 3 pixels; absent ones are those of captum.json's baseline. The explained class is the largest. Owen's values are of a
hierarchy that SciPy makes by average linkage of 1 - |correlation|: "mlp_linkage" and "cnn_linkage" are the first two columns of its matrix.
"""

import json
import pathlib
from importlib import metadata

import numpy as np
import scipy.cluster.hierarchy
import shap
import torch
from torch import nn

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(11)


def normal(scale, *shape):
    return np.round(rng.normal(scale=scale, size=shape), 3).astype(np.float32)


def flat(a):
    return [float(f"{v:.8g}") for v in np.asarray(a).ravel()]


mlp_weights = {
    "/dense_0/weights": normal(0.8, 8, 6), "/dense_0/biases": normal(0.3, 6),
    "/dense_1/weights": normal(0.8, 6, 5), "/dense_1/biases": normal(0.3, 5),
    "/logits/weights": normal(0.8, 5, 3), "/logits/biases": normal(0.3, 3),
}
rows, background = normal(1, 3, 8), normal(1, 7, 8)
background[:, 3] = np.round(background[:, 2] + 0.1 * background[:, 3], 3)  # two columns that say much the same


def mlp(x):
    x = np.asarray(x, dtype=np.float64)
    for name in "/dense_0", "/dense_1":
        x = np.maximum(0, x @ mlp_weights[name + "/weights"] + mlp_weights[name + "/biases"])
    return x @ mlp_weights["/logits/weights"] + mlp_weights["/logits/biases"]


given = json.loads((here / "captum.json").read_text())


def tensor(name, *shape):
    return torch.tensor(given["weights"].get(name, given.get(name)), dtype=torch.float64).reshape(shape)


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_0, self.conv_1 = nn.Conv2d(2, 3, 3, padding=1), nn.Conv2d(3, 4, 3, padding=1)
        self.dense, self.logits = nn.Linear(16, 5), nn.Linear(5, 3)
        self.double()
        with torch.no_grad():
            for name, sizes in ("conv_0", (2, 3)), ("conv_1", (3, 4)):
                getattr(self, name).weight.copy_(tensor(f"/{name}/weights", 3, 3, *sizes).permute(3, 2, 0, 1))
                getattr(self, name).bias.copy_(tensor(f"/{name}/biases", sizes[1]))
            for name, sizes in ("dense", (16, 5)), ("logits", (5, 3)):
                getattr(self, name).weight.copy_(tensor(f"/{name}/weights", *sizes).T)
                getattr(self, name).bias.copy_(tensor(f"/{name}/biases", sizes[1]))

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.conv_0(x)), 2)
        x = torch.max_pool2d(torch.relu(self.conv_1(x)), 2)
        return self.logits(torch.relu(self.dense(x.permute(0, 2, 3, 1).flatten(1))))


cnn = CNN().eval()
images, baseline = tensor("images", 4, 8, 9, 2), tensor("baseline", 8, 9, 2)
block = torch.tensor([[i // 2 * 3 + j // 3 for j in range(9)] for i in range(8)])


def masked(image, target):
    def f(z):
        there = torch.tensor(np.asarray(z) > 0.5)[:, block][..., None]
        with torch.no_grad():
            return cnn(torch.where(there, image, baseline).permute(0, 3, 1, 2))[:, target].numpy()
    return f


def explained(f, x, reference, linkage):
    """Values of one row, by every explainer."""
    plain = shap.maskers.Independent(reference, max_samples=len(reference))
    every = 2 ** x.shape[1]
    exact = shap.explainers.Exact(f, plain)(x, max_evals=every)
    np.random.seed(0)
    kernel = shap.KernelExplainer(f, reference).shap_values(x, nsamples=every, l1_reg=False, silent=True)
    permutation = shap.explainers.Permutation(f, plain, seed=0)(x, max_evals=40 * (2 * x.shape[1] + 1), silent=True)
    tree = shap.maskers.Partition(reference, max_samples=len(reference), clustering=linkage)
    owen = shap.explainers.Partition(f, tree)(x, fixed_context=None, max_evals=10**6, silent=True)
    return {"base": float(exact.base_values[0]), "exact": flat(exact.values[0]), "kernel": flat(kernel[0]), "permutation": flat(permutation.values[0]),
            "partition": flat(owen.values[0])}


def linked(columns):
    apart = 1 - np.abs(np.corrcoef(columns))
    return scipy.cluster.hierarchy.linkage(apart[np.triu_indices(len(apart), 1)], method="average")


fixture = {"versions": {name: metadata.version(name) for name in ("torch", "shap", "scipy", "numpy")},
           "mlp_weights": {name: flat(w) for name, w in mlp_weights.items()}, "rows": flat(rows), "background": flat(background), "mlp": [], "cnn": []}
linkage = linked(background.T)
fixture["mlp_linkage"] = linkage[:, :2].astype(int).tolist()
for x in rows:
    target = int(mlp(x[None]).argmax())
    fixture["mlp"].append(explained(lambda z: mlp(z)[:, target], x[None].astype(np.float64), background.astype(np.float64), linkage))
linkage = linked(rng.normal(size=(12, 20)))
fixture["cnn_linkage"] = linkage[:, :2].astype(int).tolist()
for image in images[:2]:
    with torch.no_grad():
        target = int(cnn(image[None].permute(0, 3, 1, 2)).argmax())
    fixture["cnn"].append(explained(masked(image, target), np.ones((1, 12)), np.zeros((1, 12)), linkage))
path = here / "shap.json"
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, fixture["versions"])
