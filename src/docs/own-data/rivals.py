"""What River makes of the same CSV files, once through in order, each row predicted before it is learned: its usual
recipe (StandardScaler and LogisticRegression, SoftmaxRegression or LinearRegression), its HoeffdingAdaptiveTree, and
the baseline of the majority class or the running mean. Everything has River's defaults.

    pip install -r requirements.txt
    python rivals.py FOLDER

Prints JSON: for each file the accuracy, or the mean absolute error and R², of each model. For more than two classes it
has both of River's forms of logistic regression, one-vs-rest and softmax.
"""

import csv
import json
import sys
from collections import Counter
from pathlib import Path

from river import dummy, linear_model, multiclass, preprocessing, tree

REGRESSIONS = {"diabetes", "trump-approval", "chick-weights"}


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        header = next(rows)
        return header, list(rows)


def classifiers(classes):
    scaler = preprocessing.StandardScaler
    models = {
        "majority": dummy.PriorClassifier(),
        "hoeffdingAdaptiveTree": tree.HoeffdingAdaptiveTreeClassifier(seed=42),
    }
    if classes == 2:
        models["logisticRegression"] = scaler() | linear_model.LogisticRegression()
    else:
        models["logisticRegression"] = scaler() | multiclass.OneVsRestClassifier(linear_model.LogisticRegression())
        models["softmaxRegression"] = scaler() | linear_model.SoftmaxRegression()
    return models


def regressors():
    scaler = preprocessing.StandardScaler
    return {
        "mean": None,
        # Its leaves are linear regressions, which unscaled features throw off altogether.
        "hoeffdingAdaptiveTree": scaler() | tree.HoeffdingAdaptiveTreeRegressor(seed=42),
        "linearRegression": scaler() | linear_model.LinearRegression(),
        "linearRegressionScaledLabel": scaler()
        | preprocessing.TargetStandardScaler(regressor=linear_model.LinearRegression()),
    }


def accuracy(model, samples):
    right = 0
    for features, label in samples:
        right += model.predict_one(features) == label
        model.learn_one(features, label)
    return right / len(samples)


def errors(model, samples):
    """Mean absolute error, and R² against the running mean before each row."""
    absolute = squares = squares_of_mean = total = 0.0
    for i, (features, label) in enumerate(samples):
        mean = total / i if i else 0.0
        prediction = mean if model is None else model.predict_one(features)
        absolute += abs(prediction - label)
        squares += (prediction - label) ** 2
        squares_of_mean += (mean - label) ** 2
        total += label
        if model is not None:
            model.learn_one(features, label)
    return {"mae": absolute / len(samples), "r2": 1 - squares / squares_of_mean}


def figures(name, header, rows):
    features = [dict(zip(header[:-1], map(float, row[:-1]))) for row in rows]
    if name in REGRESSIONS:
        samples = list(zip(features, (float(row[-1]) for row in rows)))
        return {model: errors(made, samples) for model, made in regressors().items()}
    labels = [row[-1] for row in rows]
    if len(set(labels)) == 2:
        # River's binary models take booleans; the rarer class is the one that a person would ask for.
        rare = Counter(labels).most_common()[1][0]
        labels = [label == rare for label in labels]
    samples = list(zip(features, labels))
    return {model: accuracy(made, samples) for model, made in classifiers(len(set(labels))).items()}


def main(folder):
    result = {}
    for path in sorted(folder.glob("*.csv")):
        header, rows = read(path)
        result[path.stem] = {"rows": len(rows), **figures(path.stem, header, rows)}
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python rivals.py FOLDER")
    main(Path(sys.argv[1]))
