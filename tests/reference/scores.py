"""Scores in NumPy, straight from their definitions: expectations as double loops, isotonic regression by its min-max formula,
the continuous ranked probability score as an integral of (F(x) - 1{y <= x})^2.

Writes tests/reference/scores.csv. It shares no code and no algorithm with the crate.

    python3 -P scores.py      (-P: math.py beside it is another script)

Columns: score, arguments (lists separated by ";", numbers by spaces), value (numbers separated by spaces).
"""

import csv
import math
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
RNG = np.random.default_rng(20180630)
ROWS = []


def add(score, arguments, value):
    lists = ";".join(" ".join(repr(float(x)) for x in np.ravel(one)) for one in arguments)
    ROWS.append((score, lists, " ".join(repr(float(x)) for x in np.ravel(value))))


def integral(cdf, y, low, high, n=400_001):
    """The integral of (F(x) - 1{y <= x})^2 by Simpson's rule, split at y where the integrand jumps."""

    def simpson(f, a, b):
        x = np.linspace(a, b, n)
        w = np.ones(n)
        w[1:-1:2], w[2:-1:2] = 4, 2
        return (b - a) / (n - 1) / 3 * (w * f(x)).sum()

    return simpson(lambda x: cdf(x) ** 2, low, y) + simpson(lambda x: (1 - cdf(x)) ** 2, y, high)


def isotonic(p, y):
    """The min-max formula of isotonic regression: max over starts of min over ends of the mean between them."""
    values = np.unique(p)
    means = lambda a, b: y[(p >= a) & (p <= b)].mean()
    fit = {v: max(min(means(a, b) for b in values[values >= v]) for a in values[values <= v]) for v in values}
    return np.array([fit[v] for v in p])


def phi(x):
    return np.array([0.5 * math.erfc(-z / math.sqrt(2)) for z in np.ravel(x)])


def binary():
    for n, digits in [(1, 2), (7, 1), (40, 2), (200, 3)]:
        p = np.round(RNG.uniform(0.01, 0.99, n), digits).clip(0.01, 0.99)
        y = (RNG.uniform(size=n) < p**1.5).astype(float)
        add("brier", [p, y], np.mean((p - y) ** 2))
        add("log_score", [p, y], -np.mean(np.log(np.where(y > 0, p, 1 - p))))
        bins = np.minimum((p * 10).astype(int), 9)
        rel = sum((bins == b).mean() * (p[bins == b].mean() - y[bins == b].mean()) ** 2 for b in set(bins))
        res = sum((bins == b).mean() * (y[bins == b].mean() - y.mean()) ** 2 for b in set(bins))
        unc = y.mean() * (1 - y.mean())
        add("murphy", [p, y], [rel, res, unc, np.mean((p - y) ** 2) - rel + res - unc])
        fit = isotonic(p, y)
        s = lambda x: np.mean((x - y) ** 2)
        add("corp", [p, y], [s(p) - s(fit), s(y.mean()) - s(fit), s(y.mean())])
        if 0 < y.mean() < 1:
            pairs = [(a > b) + 0.5 * (a == b) for a in p[y > 0] for b in p[y == 0]]
            add("discrimination", [p, y], np.mean(pairs))
        order = np.argsort(-p, kind="stable")[: max(1, round(0.2 * n))]
        add("top_fifth", [p, y], [p[order].mean(), y[order].mean()])


def continuous():
    for n in [1, 2, 9, 50]:
        x = RNG.normal(size=n)
        for y in [x[0], 0.3, 4.0]:
            spread = np.abs(x[:, None] - x[None, :]).mean()
            add("crps_sample", [x, y], np.abs(x - y).mean() - 0.5 * spread)
            add("pit_sample", [x, y], np.mean((x < y) + 0.5 * (x == y)))
    for m, s, y in [(0.0, 1.0, 0.0), (0.5, 2.0, -1.5), (-3.0, 0.1, -2.8)]:
        add("crps_normal", [m, s, y], integral(lambda x: phi((x - m) / s), y, m - 12 * s, m + 12 * s, 20_001))
    # 1000 equal steps of the level: the mean pinball loss is half the continuous ranked probability score.
    for level, q, y in [(0.9, 10.0, 12.0), (0.9, 12.0, 10.0), (0.1, 1.0, 1.0)]:
        add("pinball", [level, q, y], (y - q) * (level - (y < q)))


def joint():
    for n, d in [(1, 2), (4, 2), (30, 3)]:
        x, y = RNG.normal(size=(n, d)), RNG.normal(size=d)
        norm = lambda v: np.sqrt((v**2).sum(axis=-1))
        energy = norm(x - y).mean() - 0.5 * norm(x[:, None] - x[None, :]).mean()
        add("energy", [d, x, y], energy)
        for order in [0.5, 1.0]:
            gap = lambda v: np.abs(v[..., :, None] - v[..., None, :]) ** order
            add("variogram", [d, order, x, y], ((gap(y) - gap(x).mean(axis=0)) ** 2).sum())


def classes():
    p = RNG.dirichlet([1, 1, 1], 20)
    k = RNG.integers(0, 3, 20)
    add("brier_of_classes", [p, k], ((p - np.eye(3)[k]) ** 2).sum(axis=1).mean())


def diebold_mariano():
    for n, h in [(12, 1), (40, 5)]:
        a, b = RNG.uniform(size=n), RNG.uniform(size=n)
        d = a - b
        gamma = lambda k: ((d[k:] - d.mean()) * (d[: n - k] - d.mean())).sum() / n
        variance = gamma(0) + 2 * sum(gamma(k) for k in range(1, h))
        if variance <= 0:
            variance = gamma(0) + 2 * sum((1 - k / h) * gamma(k) for k in range(1, h))
        t = d.mean() / math.sqrt(variance / n) * math.sqrt((n + 1 - 2 * h + h * (h - 1) / n) / n)
        # Student's t by its density, Simpson's rule over t = tan(angle).
        nu = n - 1
        angle = np.linspace(math.atan(abs(t)), math.pi / 2 - 1e-9, 200_001)
        density = np.exp(math.lgamma((nu + 1) / 2) - math.lgamma(nu / 2)) / math.sqrt(nu * math.pi)
        f = density * (1 + np.tan(angle) ** 2 / nu) ** (-(nu + 1) / 2) / np.cos(angle) ** 2
        w = np.ones(len(angle))
        w[1:-1:2], w[2:-1:2] = 4, 2
        tail = (angle[1] - angle[0]) / 3 * (w * f).sum()
        add("diebold_mariano", [h, a, b], [d.mean(), t, 2 * tail])


binary()
continuous()
joint()
classes()
diebold_mariano()
# Published: the documentation of scoringrules (energy and variogram score), Jordan, Krueger & Lerch 2019 (beta).
X, Y = [0.79546742, 0.4777960, 0.2164079, 0.5409873], [0.02461368, 0.7584595, 0.3181810, 0.1319422]
SAMPLE, CAME = np.column_stack([X, Y]), [0.2743836, 0.8146400]
add("energy", [2, SAMPLE, CAME], 0.3949793)
add("variogram", [2, 0.5, SAMPLE, CAME], 0.04114727)
add("variogram", [2, 1.0, SAMPLE, CAME], 0.04480374)
add("crps_beta", [0.7, 1.1, 0.3], 0.0850102437)
with open(HERE / "scores.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["score", "arguments", "value"])
    writer.writerows(ROWS)
