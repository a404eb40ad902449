"""Probabilities given reported revenue, by filtering paths of a plain simulation in NumPy.

Simulates the scenarios in tests/data/news with shocks.py, which shares no code with the crate, keeps the paths whose revenue is
near every report, and writes tests/reference/news.csv. A path at the distance d from a report, as a multiple of the window,
has the weight 1 − d². The probability at the reports is the intercept of a linear regression of the event on the distances with
these weights. Its bias is of the second order in the window, which is a part of the standard deviation of log revenue: a few
1e-4. Providers that report exist up to their last report.

    python3 -P news.py [PATHS]         # -P: math.py of this folder is not the module of that name

Columns: the scenario, the reports, the period, the probability of its question by then, and its standard error.
"""

import csv
import importlib.util
import math
import pathlib
import sys
import tomllib

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
SPEC = importlib.util.spec_from_file_location("shocks", HERE / "shocks.py")
shocks = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(shocks)
WINDOW = 0.08
CASES = [
    ("lead", "A=11.2@2019-Q1;B=12.1@2019-Q1", "2020-Q2"),
    ("lead", "A=11.2@2019-Q1;A=12.0@2019-Q2", "2020-Q2"),
    ("lead", "A=10.4@2019-Q1", "2019-Q4"),
    ("heavy", "A=11.5@2019-Q1;B=12.4@2019-Q1", "2020-Q2"),
    ("heavy", "B=12.4@2019-Q1;B=13.2@2019-Q2", "2019-Q4"),
    ("heavy", "A=13.0@2019-Q1", "2019-Q1"),
    ("factors", "A=10.9@2019-Q1;A=12.9@2019-Q2", "2019-Q4"),
    ("factors", "A=10.9@2019-Q1;B=12.6@2019-Q1", "2020-Q2"),
    ("factors", "B=11.5@2019-Q1", "2019-Q4"),
    ("annual", "A=11.2@2019-Q1;B=12.0@2019-Q1", "2019-Q4"),
    ("annual", "A=10.2@2019-Q1", "2020-Q4"),
]


def read(reports, scenario):
    """Provider, period and log revenue of every report."""
    names = [one["name"] for one in scenario["provider"]]
    base = shocks.number_of(scenario["base"])
    out = []
    for report in reports.split(";"):
        name, rest = report.split("=")
        value, period = rest.split("@")
        out.append((names.index(name), shocks.number_of(period) - base, math.log(float(value))))
    return out


def first_overtake(scenario, question, rows):
    """The date of the first overtake of every path, by place, and the periods of the dates."""
    (a, b), ends = shocks.values(scenario, question, rows)
    ahead = a > b
    k, dates = question.get("sustained", 1), ahead.shape[0]
    first = np.full(ahead.shape[1], dates)
    for t in reversed(range(dates - k + 1)):
        first = np.where(ahead[t : t + k].all(0), t, first)
    return first, [0] + ends


def filtered(scenario, reports, period, count, rng):
    """The probability and its standard error."""
    question = scenario["question"][0]
    base = shocks.number_of(scenario["base"])
    date, delta = shocks.number_of(period) - base, 1 / shocks.PER_YEAR[shocks.step_of(scenario["base"])]
    windows = None
    size = 1 + len(reports)
    # Moments of the regression: Σ w xxᵀ, Σ w x h, Σ w² xxᵀ and Σ w² h xxᵀ.
    design, side, squares, hits = (np.zeros((size, size)), np.zeros(size), np.zeros((size, size)), np.zeros((size, size)))
    for _ in range(count // shocks.CHUNK):
        rows = shocks.simulate(scenario, shocks.CHUNK, rng)
        if windows is None:
            # Half of the middle 68 %, which heavy tails hardly widen.
            windows = [WINDOW * np.diff(np.quantile(rows[i][t], [0.16, 0.84]))[0] / 2 for i, t, _ in reports]
        distances = [(rows[i][t] - y) / window for (i, t, y), window in zip(reports, windows)]
        weights = np.prod([np.maximum(1 - d**2, 0) for d in distances], axis=0)
        gone = np.full(shocks.CHUNK, np.inf)
        for i, one in enumerate(scenario["provider"]):
            if one.get("exit", 0) > 0:
                left = rng.geometric(1 - (1 - one["exit"]) ** delta, shocks.CHUNK)
                weights *= left > max([t for own, t, _ in reports if own == i], default=0)
                gone = np.minimum(gone, left)
        near = weights > 0
        w, x = weights[near], np.array([np.ones(near.sum())] + [d[near] for d in distances])
        first, ends = first_overtake(scenario, question, [row[:, near] for row in rows])
        at = np.array(ends + [10**9])[first]
        happens = ((at <= date) & (gone[near] > at)).astype(float)
        design += (w * x) @ x.T
        side += (w * x) @ happens
        squares += (w**2 * x) @ x.T
        hits += (w**2 * happens * x) @ x.T
    inverse = np.linalg.inv(design)
    value = (inverse @ side)[0]
    spread = inverse @ (hits * (1 - 2 * value) + squares * value**2) @ inverse
    return value, math.sqrt(spread[0, 0])


def main(paths):
    with open(HERE / "news.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["scenario", "reports", "period", "value", "standard_error"])
        for name, reports, period in CASES:
            scenario = tomllib.loads((HERE.parent / "data" / "news" / f"{name}.toml").read_text())
            rng = np.random.default_rng([2019, *name.encode(), *reports.encode()])
            reported = read(reports, scenario)
            # Two windows keep a small part of the paths.
            value, error = filtered(scenario, reported, period, paths if len(reported) > 1 else paths // 3, rng)
            writer.writerow([name, reports, period, f"{value:.6f}", f"{error:.2g}"])
            print(name, reports, period, value, error, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60_000_000)
