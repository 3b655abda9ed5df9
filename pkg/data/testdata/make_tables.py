"""Writes tables.json: German credit as pandas and scikit-learn encode it, whole and with holes, every twentieth row; and small Parquet
files of pyarrow's, with what is in them. Run it in this folder with pandas 3.1.1, scikit-learn 1.9.1 and pyarrow 26.0.1."""

import datetime
import decimal
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

TRAIN = 700  # the last rows are for the examination
whole = pd.read_csv("../german-credit.csv.gz", keep_default_na=False)
target = whole.pop("creditability")


def encoded(table: pd.DataFrame, least: int) -> dict:
    """The table as learned on its first rows: numbers standardised, with an indicator where some are missing; words one-hot."""
    numbers = list(table.select_dtypes("number").columns)
    words = [c for c in table.columns if c not in numbers + ["foreign_worker"]]
    table = table.assign(foreign_worker=table["foreign_worker"].map({"yes": 1.0, "no": 0.0}))
    transform = ColumnTransformer([
        ("number", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        ("boolean", SimpleImputer(strategy="most_frequent"), ["foreign_worker"]),
        ("word", make_pipeline(SimpleImputer(strategy="constant", fill_value="(missing)"),
                               OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=least, sparse_output=False)), words),
    ])
    transform.fit(table[:TRAIN])
    matrix = transform.transform(table)
    names = numbers + ["foreign_worker"] + list(transform.named_transformers_["word"][-1].get_feature_names_out(words))
    for column in numbers + ["foreign_worker"]:
        if table[column][:TRAIN].isna().any():
            matrix = np.c_[matrix, table[column].isna()]
            names.append(column + " is missing")
    return {"features": names, "rows": np.round(matrix[::20], 8).tolist()}, matrix


plain, matrix = encoded(whole, 1)
holes = whole.astype(object)
for column in range(holes.shape[1]):
    if column % 3 == 1:  # columns 1, 4, 7 … have holes
        holes.iloc[[row for row in range(len(holes)) if (31 * row + 17 * column) % 11 == 0], column] = np.nan
for column in whole.select_dtypes("number").columns:
    holes[column] = pd.to_numeric(holes[column])
with_holes, _ = encoded(holes, 15)

model = LogisticRegression(max_iter=1000).fit(matrix[:TRAIN], target[:TRAIN] == "good")
scores = model.predict_proba(matrix[TRAIN:])[:, 1]
right = target[TRAIN:] == "good"

zone = datetime.timezone.utc
columns = {
    "int8": pa.array([1, -2, None, 4], pa.int8()),
    "uint32": pa.array([1, 2**32 - 1, None, 4], pa.uint32()),
    "uint64": pa.array([1, 2, None, 2**63], pa.uint64()),
    "int64": pa.array([5, -6, 7, None], pa.int64()),
    "float": pa.array([0.5, float("nan"), -2.25, None], pa.float32()),
    "double": pa.array([0.1, 1e300 * 0, -3e10, None], pa.float64()),
    "bool": pa.array([True, False, None, True]),
    "word": pa.array(["a", "", "ü", None]),
    "large": pa.array(["x", "y", "x", None], pa.large_string()),
    "dictionary": pa.array(["red", "green", None, "red"]).dictionary_encode(),
    "date": pa.array([datetime.date(1970, 1, 2), datetime.date(1969, 12, 31), None, datetime.date(2020, 2, 29)]),
    "millis": pa.array([datetime.datetime(1970, 1, 1, 12), None, None, datetime.datetime(2000, 1, 1)], pa.timestamp("ms")),
    "nanos": pa.array([datetime.datetime(1970, 1, 1, 6, tzinfo=zone), None, None, datetime.datetime(2000, 1, 1, tzinfo=zone)], pa.timestamp("ns", "UTC")),
    "decimal": pa.array([decimal.Decimal("12.34"), decimal.Decimal("-0.05"), None, decimal.Decimal("1")], pa.decimal128(9, 2)),
    "wide": pa.array([decimal.Decimal("-12.3456"), decimal.Decimal("7"), None, decimal.Decimal("1")], pa.decimal128(30, 4)),
    "target": pa.array(["yes", "no", "yes", "no"]),
}
for name, options in {"plain": {"compression": "none", "use_dictionary": False}, "snappy": {}, "zstd": {"compression": "zstd", "data_page_version": "2.0"},
                      "gzip": {"compression": "gzip", "row_group_size": 2, "store_decimal_as_integer": True}}.items():
    pq.write_table(pa.table(columns), f"types-{name}.parquet", **options)
pq.write_table(pa.table({"nested": pa.array([[1, 2], [2]]), "x": [-5.0, 5.0], "target": ["a", "b"]}), "nested.parquet")
pq.write_table(pa.table({"clock": pa.array([datetime.time(1), datetime.time(2)]), "target": ["a", "b"]}), "clock.parquet")

with open("tables.json", "w", encoding="utf-8") as out:
    json.dump({
        "versions": {"pandas": pd.__version__, "scikit-learn": sklearn.__version__, "pyarrow": pa.__version__},
        "plain": plain, "holes": with_holes,
        "logistic": {"accuracy": float(((scores > 0.5) == right).mean()), "auc": float(roc_auc_score(right, scores))},
    }, out, separators=(",", ":"))
    out.write("\n")
