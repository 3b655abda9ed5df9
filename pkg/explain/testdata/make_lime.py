"""Writes lime.json: what the program lime, and Captum's Lime, say of a CNN's images, a net of words and one of a table's rows.

    pip install lime==0.2.0.1 scikit-learn==1.9.1 torch==2.15.0 captum==0.9.0 numpy
    python make_lime.py

Both draw neighbours at random: of every value there is its mean over SEEDS seeds, and the standard error of that. The CNN and its images are
those of captum.json, in squares of 2 x 3 pixels.
"""

import json
import os
import pathlib
from importlib import metadata

os.environ["TQDM_DISABLE"] = "1"

import numpy as np
import torch
from captum._utils.models.linear_model import SkLearnRidge
from captum.attr import Lime
from lime.lime_image import LimeImageExplainer
from lime.lime_tabular import LimeTabularExplainer
from lime.lime_text import LimeTextExplainer

SEEDS = 40
here = pathlib.Path(__file__).parent
captum = json.loads((here / "captum.json").read_text())
rng = np.random.default_rng(11)


def normal(scale, *shape):
    return np.round(rng.normal(scale=scale, size=shape), 3)


def digits(v):
    return [float(f"{x:.6g}") for x in np.ravel(v)]


def summary(explain):
    """Mean and standard error of what explain(seed) gives: a list of values, with the intercept first."""
    all = np.array([explain(seed) for seed in range(SEEDS)])
    return {"mean": digits(all.mean(0)), "error": digits(all.std(0, ddof=1) / np.sqrt(SEEDS))}


def coefficients(explanation, label, n):
    values = np.zeros(n)
    for feature, value in explanation.local_exp[label]:
        values[feature] = value
    return [explanation.intercept[label], *values]


# Images.
W = {name: torch.tensor(w) for name, w in captum["weights"].items()}


def cnn(x):  # [n, height, width, channels]
    x = x.permute(0, 3, 1, 2)
    for name, i, o in ("/conv_0", 2, 3), ("/conv_1", 3, 4):
        kernel = W[name + "/weights"].reshape(3, 3, i, o).permute(3, 2, 0, 1)
        x = torch.max_pool2d(torch.relu(torch.conv2d(x, kernel, W[name + "/biases"], padding=1)), 2)
    x = torch.relu(x.permute(0, 2, 3, 1).flatten(1) @ W["/dense/weights"].reshape(16, 5) + W["/dense/biases"])
    return x @ W["/logits/weights"].reshape(5, 3) + W["/logits/biases"]


image = np.array(captum["images"], np.float32).reshape(4, 8, 9, 2)[0]
squares = np.arange(8)[:, None] // 2 * 3 + np.arange(9) // 3
target = int(cnn(torch.tensor(image[None])).argmax())


def lime_image(seed):
    e = LimeImageExplainer(random_state=seed).explain_instance(
        image, lambda x: cnn(torch.tensor(np.array(x, np.float32))).numpy(), labels=(target,), top_labels=None, hide_color=0,
        num_samples=1000, segmentation_fn=lambda _: squares)
    return coefficients(e, target, 12)


def near(_, __, kept, **___):
    return torch.exp(-(1 - (kept.sum() / 12).sqrt()) ** 2 / (2 * 0.25 ** 2))


def captum_image(seed):
    torch.manual_seed(seed)
    method = Lime(cnn, interpretable_model=SkLearnRidge(alpha=1), similarity_func=near)
    mask = torch.tensor(squares)[None, :, :, None].expand(1, 8, 9, 2)
    values = method.attribute(torch.tensor(image[None]), target=target, feature_mask=mask, n_samples=1000, perturbations_per_eval=50)
    return [float(values[0][squares == k][0, 0]) for k in range(12)]


# Words: the vectors of ids (0 is padding), summed, through a layer with ReLU.
words = {"table": normal(1, 12, 4), "hidden": normal(0.7, 4, 6), "biases": normal(0.3, 6), "out": normal(0.6, 6)}
words["table"][0] = 0
ids = [1, 4, 2, 7, 11, 3, 3, 9, 5, 10, 8, 6, 2, 1]


def score(ids):
    hidden = np.maximum(0, words["table"][ids].sum(1) @ words["hidden"] + words["biases"])
    return np.tanh(hidden @ words["out"])


def of_texts(texts):
    y = score([[int(word[1:]) if word[0] == "w" else 0 for word in text.split()] for text in texts])
    return np.stack([-y, y], 1)


def lime_text(seed):
    explainer = LimeTextExplainer(bow=False, split_expression=r"\s+", mask_string="none", random_state=seed)
    e = explainer.explain_instance(" ".join(f"w{i}" for i in ids), of_texts, labels=(1,), num_features=100, num_samples=5000)
    return coefficients(e, 1, len(ids))


# A table: four numbers and a category of three, which the net gets as a one-hot.
table = {"hidden": normal(0.8, 7, 6), "biases": normal(0.5, 6), "out": normal(0.8, 6)}
rows = np.hstack([np.round(rng.normal(size=(200, 4)) * [1, 2, 0.5, 1] + [0, 1, -1, 2], 2), rng.integers(0, 3, (200, 1))])
row = np.array([0.4, -0.8, -1.3, 2.2, 1])


def expand(rows):
    return np.hstack([rows[:, :4], np.eye(3)[rows[:, 4].astype(int)]])


def of_rows(rows):
    return np.maximum(0, expand(rows) @ table["hidden"] + table["biases"]) @ table["out"]


def lime_table(slopes):
    def explain(seed):
        explainer = LimeTabularExplainer(rows, mode="regression", categorical_features=[4], discretize_continuous=not slopes,
                                         sample_around_instance=slopes, feature_selection="none", random_state=seed)
        e = explainer.explain_instance(row, of_rows, num_samples=5000)
        return coefficients(e, 1, 5)
    return explain


fixture = {
    "versions": {name: metadata.version(name) for name in ("lime", "scikit-learn", "torch", "captum", "numpy")},
    "image": {"target": target, "lime": summary(lime_image), "captum": summary(captum_image)},
    "words": {name: digits(w) for name, w in words.items()} | {"ids": ids, "lime": summary(lime_text)},
    "table": {name: digits(w) for name, w in table.items()} | {
        "rows": digits(expand(rows)), "row": digits(expand(row[None])), "quartiles": summary(lime_table(False)), "slopes": summary(lime_table(True))},
}
(here / "lime.json").write_text(json.dumps(fixture) + "\n")
