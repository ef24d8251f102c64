"""Writes the data sets of the table in "Your own data" as CSV files, as anyone would save them: names in the first line,
classes by name. All of them come with scikit-learn or River; nothing is downloaded.

    pip install -r requirements.txt
    python datasets.py FOLDER

Rows are in the order of their source. scikit-learn's iris and wine are sorted by class, and a model that learns as rows
come has then nothing to tell apart until the class changes; so of these two there is also a file shuffled by NumPy with
seed 42.
"""

import csv
import sys
from pathlib import Path

import numpy as np
from river import datasets as river_sets
from sklearn import datasets as sklearn_sets


def from_sklearn(bunch, label):
    names = getattr(bunch, "target_names", None)
    header = [*map(str, bunch.feature_names), label]
    rows = [
        [*(float(value) for value in features), str(names[int(target)]) if names is not None else number(target)]
        for features, target in zip(bunch.data, bunch.target)
    ]
    return header, rows


def from_river(stream, label):
    rows = []
    header = None
    for features, target in stream:
        if header is None:
            header = [*map(str, features), label]
        rows.append([*features.values(), str(target).lower() if isinstance(target, bool) else target])
    return header, rows


def number(value):
    return int(value) if float(value).is_integer() else float(value)


def shuffled(table):
    header, rows = table
    return header, [rows[i] for i in np.random.RandomState(42).permutation(len(rows))]


def tables():
    """The tables by name, each with its label as the last column."""
    iris = from_sklearn(sklearn_sets.load_iris(), "species")
    wine = from_sklearn(sklearn_sets.load_wine(), "cultivar")
    digits = sklearn_sets.load_digits()
    return {
        "breast-cancer": from_sklearn(sklearn_sets.load_breast_cancer(), "diagnosis"),
        "iris": iris,
        "iris-shuffled": shuffled(iris),
        "wine": wine,
        "wine-shuffled": shuffled(wine),
        "digits": from_sklearn(digits, "digit"),
        "phishing": from_river(river_sets.Phishing(), "phishing"),
        "bananas": from_river(river_sets.Bananas(), "banana"),
        "image-segments": from_river(river_sets.ImageSegments(), "segment"),
        "shuttle": from_river(river_sets.Shuttle(), "anomaly"),
        "diabetes": from_sklearn(sklearn_sets.load_diabetes(scaled=False), "progression"),
        "trump-approval": from_river(river_sets.TrumpApproval(), "approval"),
        "chick-weights": from_river(river_sets.ChickWeights(), "weight"),
    }


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, (header, rows) in tables().items():
        with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
        print(f"{name}.csv: {len(rows)} rows, {len(header) - 1} features", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python datasets.py FOLDER")
    main(Path(sys.argv[1]))
