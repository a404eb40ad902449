"""Writes first_passage.csv and share.csv: reference values for simulations of the pairs in pairs.py.

    pip install numpy scipy mpmath
    python first_passage.py

Columns of first_passage.csv: case, step, horizon (periods), assumption (named ones, an inline table), revenue, growth and
volatility of a and b (TOML of the scenario format), correlation of their shocks, question, k, t (periods since base), probability.
Questions: `by` (k: sustained), `ahead`, `ahead_at_base`, `lead_changes` (k: how many, by the horizon, 0 to 8).
share.csv ends in t, mean and sd of a's share of a + b.

Every value is computed twice, with 192 and with 384 nodes per date (with drawn assumptions 128 and 160, and 24 and 32 for
every piece of a distribution), and must agree to 1e-11; see also `check_*`, and check_by_simulation.py, which shares no code with this script.
"""

import csv
import math

import mpmath as mp
import numpy as np
from scipy.special import ndtr

import laws
import pairs
import walk as w

NODES, DRAWN_NODES, AGREE = 192, 128, 1e-11
COARSE, FINE = 24, 32
SMALLEST = 1e-9  # nearer to 0 or 1 an absolute error of 1e-11 leaves too few digits; such rows are left out


def log_growth(curve, t, per_year):
    return float(curve[1](mp.mpf(t) / per_year))


def drifts(pair, growth):
    """Drift of the log-ratio in each period."""
    per_year = pairs.STEPS[pair.step]
    total = [0.0]
    for t in range(1, pair.horizon + 1):
        gammas = [log_growth(g, t, per_year) if isinstance(g, tuple) else math.log1p(g) * t / per_year for g in growth]
        total.append(gammas[0] - gammas[1])
    return np.diff(total)


def step_sd(pair, volatility):
    a, b = volatility
    return math.sqrt((a * a + b * b - 2 * pair.correlation * a * b) / pairs.STEPS[pair.step])


def starts(pair, n):
    """(start, start_sd, weight) of X(0): log-normal bases stay in the walk, others are summed over nodes, cut where they tie."""
    if all(hasattr(r, "log_sd") or not isinstance(r, laws.Law) for r in pair.revenue):
        logs = [(r.log_mean, r.log_sd) if isinstance(r, laws.Law) else (math.log(r), 0.0) for r in pair.revenue]
        return [(logs[0][0] - logs[1][0], math.hypot(logs[0][1], logs[1][1]), 1.0)]
    x, weight = pair.revenue[0].nodes(n, float(pair.revenue[1]))
    return [(math.log(r / pair.revenue[1]), 0.0, p) for r, p in zip(x, weight)]


def law_of(value):
    return value if isinstance(value, laws.Law) else laws.fixed(value)


def mixture(pair, n):
    """(weight, Walk) over every drawn assumption but a log-normal base."""
    if pair.named is not None:
        assert pair.growth == ("boom", "boom"), "a shared constant growth cancels in the ratio"
        return [(p, w.Walk(x, np.zeros(pair.horizon), step_sd(pair, pair.volatility), sd)) for x, sd, p in starts(pair, n)]
    growths = [([g], [1.0]) if isinstance(g, tuple) else law_of(g).nodes(n) for g in pair.growth]
    sigmas = [law_of(v).nodes(n) for v in pair.volatility]
    out = []
    for x, sd, p in starts(pair, n):
        for ga, pa in zip(*growths[0]):
            for gb, pb in zip(*growths[1]):
                drift = drifts(pair, (ga, gb))
                for sa, qa in zip(*sigmas[0]):
                    for sb, qb in zip(*sigmas[1]):
                        out.append((p * pa * pb * qa * qb, w.Walk(x, drift, step_sd(pair, (sa, sb)), sd)))
    return out


def growth_only(pair):
    """P(G > g) where g just reaches parity at t (constant growth, drift grows with t, so `ahead` equals `by`)."""
    a, b = pair.growth
    rows = []
    for t in pair.at():
        tau = t / pairs.STEPS[pair.step]
        parity = (1 + b) * (pair.revenue[1] / pair.revenue[0]) ** (1 / tau) - 1
        rows += [("by", 1, t, 1 - float(a.cdf(parity))), ("ahead", 1, t, 1 - float(a.cdf(parity)))]
    return rows


def answers(pair, nodes, n):
    if all(v == 0.0 for v in pair.volatility):
        return growth_only(pair)
    rows = []
    if any(isinstance(r, laws.Law) for r in pair.revenue):
        rows.append(("ahead_at_base", 1, 0, ahead_at_base(pair)))
        if pair.at() == (0,):
            return rows
    parts = mixture(pair, n)
    total = sum(p for p, _ in parts)
    assert abs(total - 1) < 1e-11, (pair.name, total)
    for k in pair.sustained:
        paths = sum(p * np.array(w.by(walk, pair.horizon, k, nodes)) for p, walk in parts)
        rows += [("by", k, t, float(paths[t])) for t in pair.at()]
    rows += [("ahead", 1, t, float(sum(p * walk.ahead(t) for p, walk in parts))) for t in pair.at()]
    if pair.lead_changes:
        rows += [("lead_changes", c, pair.horizon, p) for c, p in enumerate(w.lead_changes(parts[0][1], pair.horizon, nodes, 8))]
    return rows


def ahead_at_base(pair):
    a, b = pair.revenue
    if all(hasattr(r, "log_sd") for r in pair.revenue):
        return float(ndtr((a.log_mean - b.log_mean) / math.hypot(a.log_sd, b.log_sd)))
    if isinstance(b, laws.Law):
        return float(b.cdf(a))
    return 1 - float(a.cdf(b))


def share_rows(pair, n):
    """Mean and sd of 1 / (1 + e^-X), X normal, by Gauss-Legendre over +- 10 sd."""
    sd, drift = step_sd(pair, pair.volatility), drifts(pair, pair.growth)
    z, weight = np.polynomial.legendre.leggauss(n)
    z, weight = 10 * z, 10 * weight * laws.gauss(10 * z)
    rows = []
    for t in pair.at():
        mean, spread = w.Walk(math.log(pair.revenue[0] / pair.revenue[1]), drift, sd).moments(t)
        share = 1 / (1 + np.exp(-(mean + spread * z)))
        first, second = float(weight @ share), float(weight @ share**2)
        rows.append((t, first, math.sqrt(second - first * first)))
    return rows


# ---- checks by other methods ----


def check_model_example():
    """the model, and the inverse Gaussian with the Broadie-Glasserman-Kou shift."""
    a, mu, s = math.log(1000 / 699), 0.05, 0.2
    exact = w.by(w.Walk(-a, [mu / 4] * 40, s / 2), 40, 1, NODES)[40]
    assert abs(exact - 0.7628058) < 5e-8, exact
    shifted = w.inverse_gaussian(a + w.BROADIE_GLASSERMAN_KOU * s / 2, mu, s, 10)
    assert abs(shifted - 0.7612574) < 5e-8, shifted
    errors = []
    for per_year in (4, 16, 64):
        walk = w.Walk(-a, [mu / per_year] * (10 * per_year), s / math.sqrt(per_year))
        shift = w.BROADIE_GLASSERMAN_KOU * s / math.sqrt(per_year)
        errors.append(w.by(walk, 10 * per_year, 1, 3 * NODES)[-1] - w.inverse_gaussian(a + shift, mu, s, 10))
    assert all(3 < coarse / fine < 5 for coarse, fine in zip(errors, errors[1:])), errors  # of order D
    return f"quadrature {exact:.10f}, shifted closed form {shifted:.10f}, errors at D = 1/4, 1/16, 1/64: " + ", ".join(f"{e:.2e}" for e in errors)


def check_sparre_andersen():
    """From a tie, without drift: P(not ahead at 1..n) = C(2n, n) / 4^n for any continuous symmetric step."""
    passage = w.by(w.Walk(0.0, [0.0] * 40, 0.3), 40, 1, NODES)
    worst = max(abs(1 - passage[n] - math.comb(2 * n, n) / 4**n) for n in range(1, 41))
    assert worst < 1e-12, worst
    return f"largest error over n = 1..40: {worst:.1e}"


def check_nested():
    """Horizons 2 and 3 by nested adaptive quadrature in 30 digits, sustained and lead changes included."""
    start, drift, s = mp.mpf("-0.13"), [mp.mpf("0.04"), mp.mpf("-0.07"), mp.mpf("0.11")], mp.mpf("0.21")
    cdf = lambda x: mp.erfc(-x / mp.sqrt(2)) / 2
    pdf = lambda x: mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi) / s
    reach = 12 * s

    def orthant(signs, x=start, t=0):
        """P(sign of X(1..n) is as stated)."""
        if len(signs) == t + 1:
            return cdf((x + drift[t]) / s * signs[t])
        lo, hi = (x - reach, mp.mpf(0)) if signs[t] < 0 else (mp.mpf(0), x + reach)
        points = [lo, (lo + hi) / 2, hi]
        return mp.quad(lambda y: pdf((y - x - drift[t]) / s) * orthant(signs, y, t + 1), points)

    with mp.workdps(20):
        p = {signs: orthant(signs) for signs in [(-1, -1), (-1, -1, -1), (1, 1), (-1, 1, 1), (1, -1, 1), (1, 1, -1), (1, 1, 1), (-1, -1, 1), (-1, 1, -1), (1, -1, -1)]}
    walk = w.Walk(float(start), [float(d) for d in drift], float(s))
    passage, twice, changes = w.by(walk, 3, 1, NODES), w.by(walk, 3, 2, NODES), w.lead_changes(walk, 3, NODES, 3)
    differences = [
        passage[2] - (1 - p[-1, -1]), passage[3] - (1 - p[-1, -1, -1]), twice[1] - p[1, 1], twice[3] - (p[1, 1] + p[-1, 1, 1]),
        changes[0] - p[-1, -1, -1], changes[1] - (p[1, 1, 1] + p[-1, 1, 1] + p[-1, -1, 1]),
        changes[2] - (p[-1, 1, -1] + p[1, 1, -1] + p[1, -1, -1]), changes[3] - p[1, -1, 1],
    ]
    worst = max(abs(float(d)) for d in differences)
    assert worst < 1e-12, differences
    return f"largest error of 8 probabilities: {worst:.1e}"


def digits(p):
    return f"{p:.13g}"


def write():
    head = ["case", "step", "horizon", "assumption", "revenue_a", "revenue_b", "growth_a", "growth_b", "volatility_a", "volatility_b", "correlation"]
    with open("first_passage.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([*head, "question", "k", "t", "probability"])
        for pair in pairs.CERTAIN + pairs.DRAWN:
            nodes, finer = (NODES, 2 * NODES) if pair in pairs.CERTAIN else (DRAWN_NODES, DRAWN_NODES + 32)
            coarse, rows = answers(pair, nodes, COARSE), answers(pair, finer, FINE)
            gap = max(abs(one[3] - other[3]) for one, other in zip(coarse, rows))
            assert gap < AGREE, (pair.name, gap)
            out.writerows([*pair.columns(), *row[:3], digits(row[3])] for row in rows if SMALLEST < row[3] < 1 - SMALLEST)
            last = next((row[3] for row in reversed(rows) if row[:2] == ("by", 1)), rows[0][3])
            print(f"{pair.name:26} {len(rows):3} rows, P(by horizon) {last:.6f}, nodes doubled: {gap:.0e}", flush=True)
    with open("share.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([*head, "t", "mean", "sd"])
        for pair in pairs.SHARES:
            coarse, rows = share_rows(pair, 100), share_rows(pair, 200)
            assert np.allclose(coarse, rows, rtol=0, atol=1e-12)
            out.writerows([*pair.columns(), t, digits(mean), digits(sd)] for t, mean, sd in rows)


if __name__ == "__main__":
    for check in (check_model_example, check_sparre_andersen, check_nested):
        print(f"{check.__name__}: {check()}", flush=True)
    write()
