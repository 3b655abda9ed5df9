"""Writes shap_games.json: games, their exact Shapley values, and how far SHAP's KernelExplainer is from them for 50 seeds.

    pip install shap==0.51.0 numpy
    python make_shap_games.py

A game is a sum of terms, each a weight times what one of TERMS says of the members of a coalition, 1 or 0 for each player. The errors are the
lengths of (estimate - exact), with l1_reg=False, so that SHAP drops no player, and as many coalitions as "evaluations" says: 500, and the number that SHAP
itself takes for 12 players.
"""

import json
import math
import pathlib
from importlib import metadata

import numpy as np
import shap

PLAYERS, SEEDS, EVALUATIONS = 12, 50, (500, 2 * 12 + 2048)
rng = np.random.default_rng(5)

TERMS = {
    "path": lambda s, t: s[:, t["with"]].all(1) & ~s[:, t["without"]].any(1),  # of a tree: who must be there and who must not
    "or": lambda s, t: s[:, t["with"]].any(1),
    "xor": lambda s, t: s[:, t["with"]].sum(1) % 2,
    "max": lambda s, t: (s * np.array(t["numbers"])).max(1),
    "votes": lambda s, t: s @ np.array(t["numbers"]) > t["quota"],
    "relu": lambda s, t: np.maximum(0, s @ np.array(t["numbers"]) + t["bias"]),
}


def worth(terms, members):
    members = np.asarray(members) > 0.5
    return sum(t["weight"] * TERMS[t["kind"]](members, t).astype(float) for t in terms)


def term(kind, weight=1.0, **more):
    return {"kind": kind, "weight": round(float(weight), 3), **more}


def path(weight, members, without=()):
    return term("path", weight, **{"with": [int(i) for i in members], "without": [int(i) for i in without]})


def some(k):
    return sorted(int(i) for i in rng.choice(PLAYERS, k, replace=False))


def numbers(v):
    return [round(float(x), 3) for x in v]


def tree(depth=4):
    terms = []
    def grow(there, absent, left):
        if left == 0:
            return terms.append(path(rng.normal(), there, absent))
        i = int(rng.choice([i for i in range(PLAYERS) if i not in there + absent]))
        grow(there + [i], absent, left - 1)
        grow(there, absent + [i], left - 1)
    grow([], [], depth)
    return terms


votes = [float(v) for v in rng.integers(1, 30, PLAYERS)]
games = {
    "voting": [term("votes", numbers=votes, quota=sum(votes) / 2)],
    "airport": [term("max", numbers=numbers(rng.uniform(1, 10, PLAYERS)))],
    "and/or": [path(1, [0, 1, 2, 3]), term("or", 1, **{"with": [4, 5, 6, 7]}), path(1, [8, 9, 10]), term("or", -1, **{"with": [3, 10, 11]})],
    "xor": [term("xor", **{"with": [0, 1, 2, 3, 4]})],
    "sparse linear, interactions": [path(rng.normal(), [i]) for i in range(0, PLAYERS, 2)] + [path(rng.normal(), some(3)) for _ in range(8)]
    + [path(rng.normal(), some(5)) for _ in range(4)],
    "ReLU net": [term("relu", rng.normal(), numbers=numbers(rng.normal(size=PLAYERS)), bias=round(float(rng.normal()), 3)) for _ in range(16)],
    "trees": sum((tree() for _ in range(5)), []),
    "unanimity": [path(rng.uniform(), some(int(rng.integers(1, PLAYERS + 1)))) for _ in range(30)],
}


def shapley(terms):
    sets = (np.arange(2**PLAYERS)[:, None] >> np.arange(PLAYERS)) & 1
    v, size = worth(terms, sets), sets.sum(1)
    share = [math.factorial(s) * math.factorial(PLAYERS - s - 1) / math.factorial(PLAYERS) for s in range(PLAYERS)] + [0]
    share = np.array(share)
    return [float((v * np.where(sets[:, i] == 1, share[size - 1], -share[size])).sum()) for i in range(PLAYERS)]


if __name__ == "__main__":
    fixture = {"versions": {name: metadata.version(name) for name in ("shap", "numpy")}, "players": PLAYERS, "games": []}
    for name, terms in games.items():
        exact = shapley(terms)
        game = {"name": name, "terms": terms, "exact": exact, "shap": []}
        for evaluations in EVALUATIONS:
            errors = []
            for seed in range(SEEDS):
                np.random.seed(seed)
                explainer = shap.KernelExplainer(lambda z: worth(terms, z), np.zeros((1, PLAYERS)))
                values = explainer.shap_values(np.ones((1, PLAYERS)), nsamples=evaluations, l1_reg=False, silent=True)
                errors.append(float(f"{np.linalg.norm(values[0] - exact):.4g}"))
            game["shap"].append({"evaluations": evaluations, "errors": errors})
            print(name, evaluations, np.median(errors), flush=True)
        fixture["games"].append(game)
    file = pathlib.Path(__file__).with_name("shap_games.json")
    file.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
    print(file, file.stat().st_size, fixture["versions"])
