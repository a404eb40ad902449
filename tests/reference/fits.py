"""Reference values of fits: `python3 -P tests/reference/fits.py`, with NumPy and SciPy; writes `fits.csv` beside it.

1. Bass's law fitted to the classic series of `../data/bass_classic.csv`, by SciPy's trust-region method from 60 starts each:
   a) sales, M f(t) with t = 1, 2, …, as in the published fit to video recorders (that file's source); rows `sales`;
   b) the logarithm of cumulative sales, ln M + ln F(t + u), with the launch u years before the first observation; rows `owned`.
   A series whose best fit is at a bound, or whose sum of squares falls along a ray, has no optimum: its row has `none`.
2. The scale and the degrees of freedom of shocks, from the formulas of `ResidualShocks`; rows `shocks`.
"""

import csv
import pathlib

import numpy as np
from scipy import optimize, stats

HERE = pathlib.Path(__file__).parent


def series():
    found = {}
    with open(HERE.parent / "data" / "bass_classic.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["series"], []).append(float(row["adoptions"]))
    return {name: np.array(values) for name, values in found.items()}


def sales(parameters, t):
    m, p, q = np.exp(parameters)
    left = np.exp(-(p + q) * t)
    return m * (p + q) ** 2 / p * left / (1 + q / p * left) ** 2


def owned(parameters, t):
    log_m = parameters[0]
    p, q, u = np.exp(parameters[1:])
    left = np.exp(-(p + q) * (t + u))
    return log_m + np.log1p(-left) - np.log1p(q / p * left)


def best(model, t, y, starts, scale):
    answers = []
    for start in starts:
        try:
            found = optimize.least_squares(
                lambda b: (model(b, t) - y) / scale, start, method="trf", xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=5000
            )
        except ValueError:
            continue
        answers.append(found)
    return min(answers, key=lambda found: found.cost)


def is_optimum(found):
    """Whether no parameter runs away: within twelve units of log, with standard errors below 20."""
    inverse = np.linalg.pinv(found.jac.T @ found.jac)
    degrees = found.fun.size - found.x.size
    errors = np.sqrt(np.diag(inverse) * 2 * found.cost / degrees)
    return bool(np.all(np.abs(found.x[1:]) < 12) and np.all(errors < 20)), errors


def bass_rows():
    rng = np.random.default_rng(1)
    for name, adoptions in series().items():
        t = np.arange(1.0, adoptions.size + 1)
        total = adoptions.sum()
        starts = [
            [np.log(total * rng.uniform(1, 4)), np.log(10 ** rng.uniform(-4, -1)), np.log(rng.uniform(0.05, 1.2))]
            for _ in range(60)
        ]
        unit = adoptions.max()
        found = best(sales, t, adoptions, starts, unit)
        fine, errors = is_optimum(found)
        numbers = [*np.exp(found.x), *(np.exp(found.x) * errors), 2 * found.cost * unit**2]
        yield ["sales", name, *(map(repr, map(float, numbers)) if fine else ["none", *map(repr, map(float, numbers))])]
        cumulative = np.log(np.cumsum(adoptions))
        starts = [[*start, np.log(10 ** rng.uniform(-2, 0.7))] for start in starts]
        found = best(owned, np.arange(0.0, adoptions.size), cumulative, starts, 1.0)
        fine, errors = is_optimum(found)
        numbers = [np.exp(found.x[0]), *np.exp(found.x[1:]), 2 * found.cost]
        yield ["owned", name, *(map(repr, map(float, numbers)) if fine else ["none", *map(repr, map(float, numbers))])]


def shocks(deviations, degrees, step, s0, nu0, df0):
    """Deviations by period with gaps: {period: deviation}."""
    periods = sorted(deviations)
    pairs = [(deviations[k - 1], deviations[k]) for k in periods if k - 1 in deviations]
    products = sum(a * b for a, b in pairs)
    squares = sum((a * a + b * b) / 2 for a, b in pairs)
    rho = min(max(products / squares, 0.05), 0.95)
    d = [deviations[periods[0]] * np.sqrt(1 - rho**2)]
    for before, k in zip(periods, periods[1:]):
        left = rho ** (k - before)
        d.append((deviations[k] - left * deviations[before]) * np.sqrt((1 - rho**2) / (1 - left**2)))
    d = np.array(d)
    prior = s0 * np.sqrt(step) / np.sqrt(2)
    s2 = (nu0 * prior**2 + 0.5 * np.sum(d**2)) / (nu0 + degrees)
    for _ in range(6):
        w = 5 / (4 + d**2 / s2)
        s2 = (nu0 * prior**2 + np.sum(w * d**2)) / (nu0 + degrees)
    s = np.sqrt(s2)

    def loss(x):
        df = 1.05 + np.exp(x)
        return -stats.t.logpdf(d / s, df).sum() + (x - np.log(df0 - 1.05)) ** 2 / (2 * 0.5**2)

    found = optimize.minimize_scalar(loss, bounds=(np.log(2.2 - 1.05), np.log(100 - 1.05)), method="bounded", options={"xatol": 1e-11})
    return s, 1.05 + np.exp(found.x), rho


def shock_rows():
    """Revenue 700 e^(0.1 t + x) by quarter, with x of known deviations about a fitted line; two missing quarters."""
    for name, tail in [("normal", 0.0), ("one outlier", 0.3), ("heavy", 1.0)]:
        k = np.arange(-39, 1)
        noise = 0.03 * np.sin(37.0 * k) + 0.02 * np.sin(3.0 * k)
        if tail == 0.3:
            noise[25] += 0.3
        if tail == 1.0:
            noise = np.sign(noise) * 0.05 * np.abs(noise / 0.05) ** 3 * 4
        keep = ~np.isin(k, [-20, -11])
        t, y = k[keep] / 4, np.log(700) + np.log1p(0.1) * k[keep] / 4 + noise[keep]
        design = np.stack([np.ones_like(t), t], axis=1)
        coefficients, *_ = np.linalg.lstsq(design, y, rcond=None)
        residuals = y - design @ coefficients
        s, df, rho = shocks(dict(zip(k[keep].tolist(), residuals)), t.size - 2, 0.25, 0.13, 4.5, 3.5)
        yield ["shocks", name, *map(repr, map(float, (s, df, rho)))]


def main():
    with open(HERE / "fits.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["kind", "name", "values"])
        writer.writerows(bass_rows())
        writer.writerows(shock_rows())


main()
