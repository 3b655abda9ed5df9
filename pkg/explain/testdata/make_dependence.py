"""Writes dependence.json: partial dependence and ICE by scikit-learn, accumulated local effects by PyALE, of one small net.

    pip install scikit-learn==1.7.2 PyALE==1.2.0
    python make_dependence.py

The net is a perceptron of 6 tanh units, fitted to 60 rows of three numbers, the first two correlated, and a grade in three columns (one-hot).
scikit-learn is asked with method="brute" on grids of its own; PyALE for its continuous and, of the grade, its discrete kind.
"""

import json
import pathlib
from importlib.metadata import version

import numpy as np
import pandas as pd
from PyALE import ale
from scipy.stats import t
from sklearn.inspection import partial_dependence
from sklearn.neural_network import MLPRegressor

rng = np.random.default_rng(4)
N, GRADES = 60, ["low", "middle", "high"]
a = rng.normal(size=N)
numbers = np.round(np.stack([a, 0.8 * a + 0.4 * rng.normal(size=N), rng.uniform(-1, 1, N)], 1), 2)
grade = rng.choice(3, N, p=[0.5, 0.3, 0.2])
names = ["a", "b", "c"] + [f"grade={g}" for g in GRADES]
rows = np.concatenate([numbers, np.eye(3)[grade]], 1)
y = numbers[:, 0] * numbers[:, 1] + np.sin(3 * numbers[:, 2]) + 0.5 * grade
net = MLPRegressor(hidden_layer_sizes=(6,), activation="tanh", solver="lbfgs", alpha=1e-3, max_iter=300, random_state=0).fit(rows, y)


class Net:
    """The net for frames, whose weights are rounded as the fixture has them."""

    weights = [np.round(w, 4) for w in net.coefs_]
    biases = [np.round(b, 4) for b in net.intercepts_]

    def predict(self, frame):
        h = np.tanh(np.asarray(frame, float) @ self.weights[0] + self.biases[0])
        return (h @ self.weights[1] + self.biases[1]).ravel()


net.coefs_, net.intercepts_ = Net.weights, Net.biases
out = {
    "versions": {name: version(name) for name in ("scikit-learn", "PyALE", "numpy", "pandas")},
    "names": names, "rows": rows.flatten().tolist(), "weights": [w.flatten().tolist() for w in Net.weights], "biases": [b.tolist() for b in Net.biases],
    "partial": [], "accumulated": [],
}


def rounded(v):
    return [float(f"{x:.10g}") for x in np.ravel(v)]


for feature, kind in ((0,), "both"), ((2,), "both"), ((0, 1), "average"):
    p = partial_dependence(net, rows, [feature], kind=kind, method="brute", grid_resolution=7)
    out["partial"].append({
        "columns": feature, "grids": [rounded(g) for g in p["grid_values"]], "average": rounded(p["average"]),
        "individual": rounded(p["individual"]) if kind == "both" else None,
    })
frame = pd.DataFrame(rows, columns=names)
for name, bins in ("a", 6), ("b", 20), ("c", 5):
    e = ale(frame, Net(), [name], feature_type="continuous", grid_size=bins, include_CI=True, plot=False)
    size = e["size"].to_numpy()[1:]
    half = (e["upperCI_95%"] - e["eff"]).to_numpy()[1:]
    out["accumulated"].append({
        "name": name, "points": bins + 1, "edges": rounded(e.index), "effects": rounded(e["eff"]), "counts": size.astype(int).tolist(),
        "errors": rounded(half / t.ppf(0.975, size - 1)),
    })


class Graded(Net):
    """The net for frames whose grade is one number."""

    def predict(self, frame):
        return super().predict(np.concatenate([frame[["a", "b", "c"]], np.eye(3)[frame["grade"].astype(int)]], 1))


e = ale(frame[["a", "b", "c"]].assign(grade=grade), Graded(), ["grade"], feature_type="discrete", include_CI=False, plot=False)
out["accumulated"].append({"name": "grade", "edges": [0, 1, 2], "effects": rounded(e["eff"])})
(pathlib.Path(__file__).parent / "dependence.json").write_text(json.dumps(out, allow_nan=False) + "\n")
