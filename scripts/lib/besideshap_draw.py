"""What SHAP draws of the values that notebook 13 wrote: a picture each, and what can be read off it. Started by besideshap.py, in SHAP's environment.

besideshap_draw.py RECORDS FOLDER writes FOLDER/NAME.png and FOLDER/pictures.json. SHAP is given what the records hold and computes no values."""

import json
import sys
from pathlib import Path

import matplotlib
import numpy as np
import shap

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

ROWS = {"max_display": 11, "show": False}  # ten features and the sum of all others
PICTURES = []


def beside(section: str, call: str):
    """Registers a function that draws what stands beside a figure of that section of the notebook; call is what a user of SHAP would write. It returns
    what must be the same in both."""

    def register(draw):
        PICTURES.append((section, call, draw))
        return draw

    return register


class Given:
    """The notebook's records as SHAP takes them."""

    def __init__(self, folder: Path):
        why, samples, self.dependence = (json.loads((folder / f"{name}.json").read_text()) for name in ("explanation", "samples", "dependence"))
        columns = samples["columns"]
        self.names = [column["name"] for column in columns]
        self.cells = np.array([column["values"] for column in columns]).T  # of a category: the number of its word
        words = [[column["categories"][int(v)] for v in column["values"]] if "categories" in column else column["values"] for column in columns]
        self.words = np.array(words, dtype=object).T
        self.person = int(np.argmax(why["output"]))  # the one whom the notebook looks at
        self.values = shap.Explanation(np.reshape(why["values"][0]["data"], why["values"][0]["shape"]), np.array(why["base"]),
                                       data=self.cells, display_data=self.words, feature_names=self.names)

    def column(self, name: str) -> np.ndarray:
        return self.cells[:, self.names.index(name)]


def rows() -> dict:
    """What the picture that was drawn last has: the features in the order of its rows, from the top, and the lengths of the bars in these."""
    axes = plt.gcf().axes[0]
    # SHAP writes some names twice, the second time a hair above and without what the feature is: that one counts.
    at = {round(float(y), 3): label.get_text().strip().removeprefix("Sum of ") for y, label in zip(axes.get_yticks(), axes.get_yticklabels())}
    order = [at[y] for y in sorted(at, reverse=not axes.yaxis_inverted()) if not at[y].startswith("$")]
    bars = {name: [float(bars[k].get_width()) for bars in axes.containers] for k, name in enumerate(order)} if axes.containers else {}
    return {"order": order, "bars": bars}


@beside("Bars", "shap.plots.bar(values)")
def bars(given):
    shap.plots.bar(given.values, **ROWS)
    return rows()


@beside("Bars of groups", "shap.plots.bar(values.cohorts(groups).abs.mean(0))")
def bars_of_groups(given):
    groups = np.where(given.column("age_in_years") < 26, "under 26", "26 and over")
    shap.plots.bar(given.values.cohorts(groups).abs.mean(0), max_display=9, show=False)
    # SHAP sorts by the mean of a feature's ranks in the groups: the last rows may be of other features, and so may their sum.
    return {"bars": {name: bars for name, bars in rows()["bars"].items() if "other features" not in name}}


@beside("Beeswarm", "shap.plots.beeswarm(values)")
def beeswarm(given):
    shap.plots.beeswarm(given.values, **ROWS)
    return {"order": rows()["order"]}


@beside("Waterfall", "shap.plots.bar(values[i])")
def bars_of_one(given):
    shap.plots.bar(given.values[given.person], **ROWS)
    return rows()


@beside("Waterfall", "shap.plots.waterfall(values[i])")
def waterfall(given):
    shap.plots.waterfall(given.values[given.person], **ROWS)


@beside("Force", "shap.plots.force(values[i], matplotlib=True)")
def force(given):
    one = given.values[given.person]
    shap.plots.force(one.base_values, one.values, one.display_data, feature_names=given.names, matplotlib=True, show=False)


@beside("Decision", "shap.plots.decision(base, values, highlight=i)")
def decision(given):
    shap.plots.decision(given.values.base_values[0], given.values.values, feature_names=given.names, highlight=given.person,
                        feature_display_range=slice(None, -12, -1), show=False)
    return {"order": rows()["order"][:10]}  # SHAP's last row is the eleventh feature: the others have none


@beside("Dependence", 'shap.plots.scatter(values[:, "credit_amount"], color=values)')
def dependence(given):
    shap.plots.scatter(given.values[:, "credit_amount"], color=given.values, show=False)


@beside("Heat map", "shap.plots.heatmap(values, instance_order=values.values.sum(1).argsort())")
def heat_map(given):
    shap.plots.heatmap(given.values, instance_order=given.values.values.sum(1).argsort(), **ROWS)
    return {"order": rows()["order"]}


@beside("Partial dependence", 'shap.plots.partial_dependence("duration_in_month", model, data)')
def partial_dependence(given):
    varied, curves = given.dependence["varied"][0], given.dependence["curves"]
    points, curves = np.array(varied["points"]), np.reshape(curves["data"], curves["shape"])
    at = given.names.index(varied["name"])

    def model(people):  # what the network says, from the record: every person's curve, straight between its points
        return np.array([np.interp(person[at], points, curve) for person, curve in zip(people, curves)])

    shap.plots.partial_dependence(at, model, given.cells, feature_names=given.names, xmin=points[0], xmax=points[-1], show=False)


def main() -> None:
    given, folder, made = Given(Path(sys.argv[1])), Path(sys.argv[2]), []
    for section, call, draw in PICTURES:
        same = draw(given)
        plt.gcf().savefig(folder / f"{draw.__name__}.png", dpi=110, bbox_inches="tight")
        plt.close("all")
        made.append({"section": section, "call": call, "file": f"{draw.__name__}.png", "same": same or {}})
    (folder / "pictures.json").write_text(json.dumps({"shap": shap.__version__, "pictures": made}))


if __name__ == "__main__":
    main()
