"""The table of "Your own data", as Markdown: what `streamgrad suggest` learns from each file with the settings that it
suggests, beside what River makes of it.

    ./mvnw -q package -DskipTests
    pip install -r requirements.txt
    python datasets.py FOLDER
    python table.py FOLDER java -jar target/streamgrad.jar

The label is the last column. Every figure is prequential: each row is predicted before it is learned, once through, in
the order of the file.
"""

import json
import subprocess
import sys
from pathlib import Path

from rivals import REGRESSIONS, figures, read


def suggested(command, path, label):
    suggest = ["suggest", "--csv", str(path), "--label", label, "--records", "1000000", "--json"]
    run = subprocess.run([*command, *suggest], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{path}: {run.stderr.strip()}")
    return json.loads(run.stdout)["metrics"]


def percent(share):
    return f"{100 * share:.1f} %"


def classification(name, rows, ours, rivals):
    regressions = [rivals[form] for form in ("logisticRegression", "softmaxRegression") if form in rivals]
    return [
        name,
        len(rows),
        percent(ours["accuracy"]),
        " / ".join(map(percent, regressions)),
        percent(rivals["hoeffdingAdaptiveTree"]),
        percent(rivals["majority"]),
    ]


def regression(name, rows, ours, rivals):
    return [name, len(rows), f"{ours['mae']:.2f}"] + [
        f"{rivals[model]['mae']:.2f}"
        for model in ("linearRegressionScaledLabel", "linearRegression", "hoeffdingAdaptiveTree", "mean")
    ]


def main(folder, command):
    lines = {False: [], True: []}
    for path in sorted(folder.glob("*.csv")):
        header, rows = read(path)
        is_regression = path.stem in REGRESSIONS
        line = (regression if is_regression else classification)(
            path.stem, rows, suggested(command, path, header[-1]), figures(path.stem, header, rows)
        )
        lines[is_regression].append("| " + " | ".join(map(str, line)) + " |")
    print("| accuracy | rows | Streamgrad | logistic regression (one-vs-rest / softmax) | adaptive tree | majority |")
    print("| --- | --- | --- | --- | --- | --- |")
    print(*lines[False], sep="\n")
    print()
    print("| mean absolute error | rows | Streamgrad | linear, label scaled | linear | adaptive tree | mean |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    print(*lines[True], sep="\n")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: python table.py FOLDER COMMAND…, such as: python table.py data java -jar target/streamgrad.jar")
    main(Path(sys.argv[1]), sys.argv[2:])
