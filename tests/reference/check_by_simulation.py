"""Reads first_passage.csv and simulates every case with NumPy's samplers: all within 4.5 standard errors.

    python check_by_simulation.py [seed]

Shares no code with the scripts that wrote the table: curves are summed from their rates (midpoints), distributions are sampled.
"""

import csv
import itertools
import math
import sys
import tomllib

import numpy as np

PATHS = 400_000
STEPS = {"year": 1, "quarter": 4, "month": 12}


def draw(value, named, rng):
    if isinstance(value, str):
        return named[value]
    if not isinstance(value, dict):
        return np.full(PATHS, float(value))
    (law, p), = value.items()
    z95 = 1.6448536269514722
    match law:
        case "normal": return rng.normal(p[0], p[1], PATHS)
        case "lognormal": return p[0] * np.exp(p[1] * rng.standard_normal(PATHS))
        case "interval": return rng.normal((p[0] + p[1]) / 2, (p[1] - p[0]) / 2 / z95, PATHS)
        case "log_interval": return math.sqrt(p[0] * p[1]) * np.exp(math.log(p[1] / p[0]) / 2 / z95 * rng.standard_normal(PATHS))
        case "uniform": return rng.uniform(p[0], p[1], PATHS)
        case "triangular": return rng.triangular(*p, PATHS)
        case "pert": return p[0] + (p[2] - p[0]) * rng.beta(1 + 4 * (p[1] - p[0]) / (p[2] - p[0]), 1 + 4 * (p[2] - p[1]) / (p[2] - p[0]), PATHS)
        case "truncated":
            kept = np.empty(0)
            while kept.size < PATHS:
                x = draw(p["of"], named, rng)
                kept = np.concatenate([kept, x[(x >= p.get("low", -np.inf)) & (x <= p.get("high", np.inf))]])
            return kept[:PATHS]
    raise ValueError(law)


def rates(curve, periods, per_year, named, rng):
    """Mean log growth a year within each period; exact for constant and schedule, by 400 midpoints for fades."""
    fine = (np.arange(periods * 400) + 0.5) / (400 * per_year)
    fading = lambda first, last, h, u: math.log1p(last) + (first - math.log1p(last)) * 2 ** (-u / h)
    (law, p), = curve.items()
    if law == "constant":
        return np.log1p(draw(p, named, rng))[:, None]
    if law == "fade":
        gamma = fading(math.log1p(p["from"]), p["to"], p["half_life"], fine)
    else:
        stated = [math.log1p(g) for g in p["rates"]]
        n, tail = len(stated), p.get("tail")
        later = lambda u: stated[-1]
        if isinstance(tail, dict) and "ratio" in tail:
            r = stated[-1] / stated[-2] if tail["ratio"] == "auto" else tail["ratio"]
            later = lambda u: stated[-1] * r ** (math.floor(u) + 1)
        elif isinstance(tail, dict):
            later = lambda u: fading(stated[-1], tail["fade"]["to"], tail["fade"]["half_life"], u)
        gamma = np.array([stated[int(u)] if u < n else later(u - n) for u in fine])
    return gamma.reshape(periods, 400).mean(axis=1)[None, :]


def answers(ahead, question, k, t):
    if question == "ahead_at_base":
        return ahead[:, 0]
    if question == "ahead":
        return ahead[:, t]
    if question == "lead_changes":
        return (ahead[:, 1:] != ahead[:, :-1]).sum(axis=1) == k
    runs = np.lib.stride_tricks.sliding_window_view(ahead[:, 1:], k, axis=1).all(axis=2)
    return ahead[:, 0] | runs[:, :t].any(axis=1)


def main():
    rng = np.random.default_rng(int(sys.argv[1]) if sys.argv[1:] else 1)
    zs = []
    for case, rows in itertools.groupby(csv.DictReader(open("first_passage.csv")), key=lambda row: row["case"]):
        rows = list(rows)
        row = rows[0]
        cell = lambda column: tomllib.loads(f"x = {row[column]}")["x"]
        per_year, T = STEPS[row["step"]], int(row["horizon"])
        named = {name: draw(law, {}, rng) for name, law in cell("assumption").items()} if row["assumption"] else {}
        x, sigma = [], []
        for who in "ab":
            base = np.log(draw(cell(f"revenue_{who}"), named, rng))
            gamma = np.broadcast_to(rates(cell(f"growth_{who}"), T, per_year, named, rng) / per_year, (PATHS, T))
            x.append(np.concatenate([base[:, None], gamma], axis=1))
            sigma.append(draw(cell(f"volatility_{who}"), named, rng)[:, None] / math.sqrt(per_year))
        rho, u, v = float(row["correlation"]), rng.standard_normal((PATHS, T)), rng.standard_normal((PATHS, T))
        x[0][:, 1:] += sigma[0] * u
        x[1][:, 1:] += sigma[1] * (rho * u + math.sqrt(1 - rho * rho) * v)
        # A certain tie: the difference of the bases is exactly 0.
        ahead = np.cumsum(x[0] - x[1], axis=1) > 0
        worst = 0.0
        for row in rows:
            p = float(row["probability"])
            if PATHS * min(p, 1 - p) >= 50:
                seen = answers(ahead, row["question"], int(row["k"]), int(row["t"])).mean()
                worst = max(worst, abs(seen - p) / math.sqrt(p * (1 - p) / PATHS))
                zs.append((seen - p) / math.sqrt(p * (1 - p) / PATHS))
        print(f"{case:26} largest |z| {worst:.2f}", flush=True)
    zs = np.array(zs)
    print(f"{zs.size} comparisons, mean square z {np.mean(zs**2):.3f}, largest {np.abs(zs).max():.2f}")
    assert np.abs(zs).max() < 4.5


if __name__ == "__main__":
    main()
