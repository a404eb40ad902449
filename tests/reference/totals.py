"""Writes totals.csv: smoothest log paths that meet annual estimates as fiscal totals, found without Lagrange multipliers.

    pip install numpy scipy mpmath
    python totals.py

Columns: case, per_year, into_year (known periods of the first estimated year), known (revenue, oldest first, the base
last), rates (simple growth of the fiscal totals), tail (none, hold, fade to half-life, ratio r), base_shift (log of
the drawn base over the stated one), growth (log growth since the drawn base, one number a period up to the end of the
last estimated year).

The free periods of a year are the remaining total times a softmax, so that the totals are met for every z. This leaves an
unconstrained least-squares problem, sum (x(t+1) - 2x(t) + x(t-1))^2 over z: `least_squares` from several starts, which
must agree, then Newton's method on the gradient in 40 digits. SLSQP, with the totals as constraints on revenue,
must find nearly the same path.
"""

import csv

import mpmath as mp
import numpy as np
from scipy.optimize import least_squares, minimize

mp.mp.dps = 40
QUARTERS = "2431 2975 3599 4385"
YEAR = "100 101.5 99 104 107 111 108 115 121 125 131 140"  # months

# name, periods a year, into year, known, rates, tail, base shift
CASES = [
    ("hold", 4, 0, QUARTERS, "0.87 0.6", "hold", 0),
    ("none", 4, 0, QUARTERS, "0.87 0.6", "none", 0),
    ("fade", 4, 0, QUARTERS, "0.87 0.6", "fade 0.12 2", 0),
    ("ratio", 4, 0, QUARTERS, "0.87 0.6", "ratio 0.7", 0),
    ("one estimate", 4, 0, QUARTERS, "0.87", "hold", 0),
    ("one estimate, no tail", 4, 0, QUARTERS, "0.87", "none", 0),
    ("three estimates", 4, 0, QUARTERS, "0.87 0.6 0.45", "ratio 0.8", 0),
    ("four estimates", 4, 0, QUARTERS, "0.87 0.6 0.45 0.3", "fade 0.1 3", 0),
    ("six estimates", 4, 0, QUARTERS, "0.87 0.6 0.45 0.36 0.3 0.25", "hold", 0),
    ("turns with a tail", 4, 0, QUARTERS, "-0.2 0.5", "hold", 0),
    ("turns without", 4, 0, QUARTERS, "-0.2 0.5", "none", 0),
    ("turns and fades", 4, 0, QUARTERS, "-0.2 0.5 -0.1", "fade 0.05 1", 0),
    ("base in the first quarter", 4, 1, QUARTERS + " 5120", "0.87 0.6", "hold", 0),
    ("base in the second quarter", 4, 2, QUARTERS + " 5120 5800", "0.87 0.6", "hold", 0),
    ("base in the third quarter", 4, 3, QUARTERS + " 5120 5800 6500", "0.87 0.6", "fade 0.12 2", 0),
    ("base in the third quarter, one estimate", 4, 3, QUARTERS + " 5120 5800 6500", "0.87", "none", 0),
    ("longer history", 4, 1, "2100 2300 " + QUARTERS + " 5120", "0.87 0.6 0.5", "ratio 1.1", 0),
    ("base drawn", 4, 0, QUARTERS, "0.87 0.6", "hold", 0.06),
    ("base drawn in mid-year", 4, 2, QUARTERS + " 5120 5800", "0.87 0.6", "hold", -0.05),
    ("months", 12, 0, YEAR, "0.3 0.2", "hold", 0),
    ("months of six years", 12, 0, YEAR, "0.3 0.25 0.2 0.18 0.15 0.12", "fade 0.03 4", 0),
    ("months, base in the fifth", 12, 5, YEAR + " 141 150 148 155 160", "0.4 -0.1 0.2", "hold", 0.01),
    ("months, one left", 12, 11, YEAR + " 141 150 148 155 160 158 162 165 170 176 180", "0.4", "ratio 0.5", 0),
    ("years", 1, 0, "80 100", "0.87 0.6 0.3", "hold", 0),
    ("one year of history", 1, 0, "100", "0.87 0.6 0.3 0.2 -0.1 0.1", "fade 0.1 2", -0.03),
    ("half-years", 2, 1, "50 60 75", "0.5 0.4 0.2", "ratio 0.9", 0),
]


class Case:
    def __init__(self, per_year, into_year, known, rates, tail, base_shift):
        self.p, self.m = per_year, into_year
        revenue = [mp.mpf(word) for word in known.split()]
        rates = [mp.mpf(word) for word in rates.split()]
        revenue[-1] *= mp.exp(mp.mpf(base_shift))
        split = len(revenue) - into_year
        total = sum(revenue[split - per_year : split])
        known_part = sum(revenue[split:])
        self.rests = []  # what the free periods of each year must sum to, over the drawn base
        for year, rate in enumerate(rates):
            total *= 1 + rate
            self.rests.append((total - (known_part if year == 0 else 0)) / revenue[-1])
        self.sizes = [per_year - (into_year if year == 0 else 0) for year in range(len(rates))]
        self.before = [mp.log(r / revenue[-1]) for r in revenue][-2:]
        self.step = tail_step(tail, mp.log(1 + rates[-1]), per_year)

    def path(self, z, m):
        """x(1)..x(N) over the drawn base from the z of all years; a year of k free periods has k - 1 of them."""
        xs, at = [], 0
        for rest, size in zip(self.rests, self.sizes):
            zs = list(z[at : at + size - 1]) + [m.mpf(0) if m is mp else 0.0]
            at += size - 1
            total = sum(m.exp(v) for v in zs)
            xs += [m.log(rest if m is mp else float(rest)) + v - m.log(total) for v in zs]
        return xs

    def bends(self, xs, m):
        """The second differences that are squared."""
        line = [v if m is mp else float(v) for v in self.before] + list(xs)
        if self.step is not None:
            line.append(line[-1] + (self.step if m is mp else float(self.step)))
        return [line[i + 1] - 2 * line[i] + line[i - 1] for i in range(1, len(line) - 1)]

    def residuals(self, z):
        return np.array(self.bends(self.path(z, np), np))

    def gradient(self, z):
        """By z of half the sum of squares, in mpmath."""
        xs = self.path(z, mp)
        bends = self.bends(xs, mp)
        first = len(self.before) - 1  # bends[i] is centred at x(i - first + 1)
        slope = [mp.mpf(0)] * (len(xs) + 2)  # by x(0)..x(N + 1)
        for i, bend in enumerate(bends):
            for t, c in ((i - first, 1), (i - first + 1, -2), (i - first + 2, 1)):
                if t >= 0:
                    slope[t] += c * bend
        if self.step is not None:
            slope[len(xs)] += slope[len(xs) + 1]
        out, at = [], 1
        for size in self.sizes:
            year, weights = slope[at : at + size], [mp.exp(x) for x in xs[at - 1 : at - 1 + size]]
            part = sum(year) / sum(weights)
            out += [s - w * part for s, w in zip(year[:-1], weights)]
            at += size
        return out

    def solve(self):
        free = sum(self.sizes) - len(self.sizes)
        if free == 0:
            return self.path([], mp)
        rng = np.random.default_rng(5)
        starts = [np.zeros(free)] + [rng.normal(0, 0.4, free) for _ in range(3)]
        found = [least_squares(self.residuals, z, xtol=1e-15, ftol=1e-15, gtol=1e-15).x for z in starts]
        paths = [np.array(self.path(z, np)) for z in found]
        assert all(np.abs(path - paths[0]).max() < 1e-5 for path in paths), "other starts, other paths"
        self.check_slsqp(paths[0])
        z = self.polish([mp.mpf(float(v)) for v in found[0]])
        return self.path(z, mp)

    def polish(self, z):
        """Newton's method with differences in 40 digits: the Jacobian's error of 1e-15 only slows the last steps."""
        h = mp.mpf(10) ** -18
        for _ in range(20):
            g = self.gradient(z)
            columns = []
            for i in range(len(z)):
                moved = list(z)
                moved[i] += h
                columns.append([(a - b) / h for a, b in zip(self.gradient(moved), g)])
            jacobian = mp.matrix(len(z), len(z))
            for i, column in enumerate(columns):
                for j, value in enumerate(column):
                    jacobian[j, i] = value
            step = mp.lu_solve(jacobian, -mp.matrix(g))
            z = [a + b for a, b in zip(z, step)]
            if max(abs(s) for s in step) < mp.mpf(10) ** -25:
                return z
        raise AssertionError("no convergence")

    def check_slsqp(self, path):
        ends = np.cumsum(self.sizes)
        parts = [slice(end - size, end) for end, size in zip(ends, self.sizes)]
        totals = [
            {"type": "eq", "fun": lambda x, part=part, rest=float(rest): np.exp(x[part]).sum() / rest - 1}
            for part, rest in zip(parts, self.rests)
        ]
        start = np.concatenate([np.full(k, float(mp.log(rest / k))) for k, rest in zip(self.sizes, self.rests)])
        bent = lambda x: 1e3 * np.square(self.bends(x, np)).sum()
        found = minimize(bent, start, method="SLSQP", constraints=totals, options={"maxiter": 3000, "ftol": 1e-14})
        assert np.abs(found.x - path).max() < 3e-3, (found.message, np.abs(found.x - path).max())


def tail_step(tail, gamma, per_year):
    words = tail.split()
    years = mp.mpf(1) / per_year
    if words[0] == "none":
        return None
    if words[0] == "hold":
        return gamma * years
    if words[0] == "ratio":
        return mp.mpf(words[1]) * gamma * years
    to, half_life = mp.log(1 + mp.mpf(words[1])), mp.mpf(words[2])
    return mp.quad(lambda u: to + (gamma - to) * mp.power(2, -u / half_life), [0, years])


def main():
    with open("totals.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow("case per_year into_year known rates tail base_shift growth".split())
        for name, *case in CASES:
            path = Case(*case).solve()
            per_year, into_year, known, rates, tail, shift = case
            growth = " ".join(mp.nstr(x, 17) for x in path)
            out.writerow([name, per_year, into_year, known, rates, tail, shift, growth])
            print(name, flush=True)


if __name__ == "__main__":
    main()
