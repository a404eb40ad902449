"""Writes mixed.csv: several assumptions of a pair drawn at once, for the exact solver.

    pip install numpy scipy mpmath
    python mixed.py

The columns are those of first_passage.csv. Every combination of nodes of the drawn assumptions is a walk of walk.py, so no
step of the solver (rotation, interpolation, truncation) is used. Two sets of nodes must agree to 1e-9.
Rare passages are written to ten significant digits.
"""

import csv
import itertools

import numpy as np

import laws
import pairs
import walk as w
from first_passage import digits, drifts, step_sd
from pairs import Pair, constants

AGREE = 1e-9
CASES = [
    Pair("mixed_three", "quarter", 16, (laws.lognormal(850, 0.06), 1000), (laws.normal(0.30, 0.03, hermite=True), 0.22),
         (laws.uniform(0.08, 0.16), 0.10), 0.3, sustained=(1, 3), lead_changes=True),
    Pair("mixed_both", "quarter", 12, (laws.lognormal(900, 0.08), laws.lognormal(1000, 0.05)),
         (laws.normal(0.25, 0.04, hermite=True), laws.normal(0.20, 0.05, hermite=True)), (0.12, 0.10), -0.4, sustained=(1, 2), lead_changes=True),
    Pair("mixed_rare", "quarter", 8, (laws.lognormal(600, 0.03), 1000), (laws.normal(0.12, 0.03, hermite=True), 0.20),
         (0.10, 0.08), 0.2),
    Pair("rare", "quarter", 40, (500, 1000), constants(0.10, 0.20), (0.08, 0.08), 0.5),
]


def walks(pair, nodes):
    growths = [g.nodes(nodes) if isinstance(g, laws.Law) else ([g], [1.0]) for g in pair.growth]
    sigmas = [v.nodes(nodes) if isinstance(v, laws.Law) else ([v], [1.0]) for v in pair.volatility]
    logs = [(r.log_mean, r.log_sd) if isinstance(r, laws.Law) else (np.log(r), 0.0) for r in pair.revenue]
    start, start_sd = logs[0][0] - logs[1][0], float(np.hypot(logs[0][1], logs[1][1]))
    for picked in itertools.product(*(list(zip(*rule)) for rule in (*growths, *sigmas))):
        (ga, pa), (gb, pb), (sa, qa), (sb, qb) = picked
        yield pa * pb * qa * qb, w.Walk(start, drifts(pair, (ga, gb)), step_sd(pair, (sa, sb)), start_sd)


def answers(pair, nodes, n):
    sums = {}

    def add(key, value):
        sums[key] = sums.get(key, 0.0) + value

    for weight, walk in walks(pair, nodes):
        add(("ahead_at_base", 1, 0), weight * walk.ahead(0))
        for k in pair.sustained:
            by = w.by(walk, pair.horizon, k, n)
            for t in range(1, pair.horizon + 1):
                add(("by", k, t), weight * by[t])
        for t in range(1, pair.horizon + 1):
            add(("ahead", 1, t), weight * walk.ahead(t))
        if pair.lead_changes:
            for count, p in enumerate(w.lead_changes(walk, pair.horizon, n, 8)):
                add(("lead_changes", count, pair.horizon), weight * p)
    return sums


def write():
    head = ["case", "step", "horizon", "assumption", "revenue_a", "revenue_b", "growth_a", "growth_b", "volatility_a", "volatility_b", "correlation"]
    with open("mixed.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([*head, "question", "k", "t", "probability"])
        for pair in CASES:
            coarse, fine = answers(pair, 12, 96), answers(pair, 16, 112)
            gap = max(abs(coarse[key] - fine[key]) for key in fine)
            relative = max(abs(coarse[key] / fine[key] - 1) for key in fine if fine[key] > 1e-9)
            print(f"{pair.name}: nodes changed: {gap:.1e}, relative {relative:.1e}", flush=True)
            assert gap < AGREE, pair.name
            shown = [key for key in fine if 1e-9 < fine[key] < 1 - 1e-9 and (key[2] % 4 == 0 or key[2] == 1)]
            out.writerows([*pair.columns(), *key, digits(fine[key])] for key in shown)


if __name__ == "__main__":
    write()
