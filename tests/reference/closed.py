"""Reference values of the closed forms in src/exact, to 50 digits, as closed.csv beside this script.

    pip install mpmath
    python tests/reference/closed.py

Columns: function, region, gap, drift, drift_sd, volatility, t, value. Every argument is an exact double. The formulas
are evaluated as published, with as many digits as their cancellation needs. Some values of each function are checked here
by quadrature: the distribution against the integral of the density, that of a normal drift against the mixture.
"""

import csv
import math
import random
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 50
# The number of values per function that are compared with a quadrature.
CHECKED = 4


def density(gap, drift, drift_sd, volatility, t):
    return gap / (volatility * mp.sqrt(2 * mp.pi * t**3)) * mp.exp(-((gap - drift * t) ** 2) / (2 * volatility**2 * t))


def by(gap, drift, drift_sd, volatility, t):
    v = volatility**2 * t + drift_sd**2 * t**2
    tilt = 2 * gap / volatility**2
    first = mp.ncdf((drift * t - gap) / mp.sqrt(v))
    second = mp.ncdf(-(gap + drift * t + tilt * drift_sd**2 * t) / mp.sqrt(v))
    return first + mp.exp(tilt * drift + tilt**2 * drift_sd**2 / 2) * second


def ever(gap, drift, drift_sd, volatility, t):
    return mp.exp(2 * gap * drift / volatility**2) if drift < 0 else mpf(1)


def between(low, high):
    return lambda rng: math.exp(rng.uniform(math.log(low), math.log(high)))


def signed(low, high):
    return lambda rng: rng.choice((-1, 1)) * between(low, high)(rng)


def negative(low, high):
    return lambda rng: -between(low, high)(rng)


def zero(rng):
    return 0.0


USUAL = between(0.02, 3), signed(1e-3, 1), zero, between(0.05, 0.6), between(0.05, 30)
# A large gap relative to time and volatility.
RARE = between(1, 5), signed(0.01, 0.3), zero, between(0.1, 0.4), between(0.05, 2)
# 2μa/s² from hundreds to 1e8, near the time at which the level is reached.
STEEP = between(0.1, 3), between(0.05, 1), zero, between(1e-5, 0.02), None
DEFECTIVE = between(0.02, 3), negative(0.01, 1), zero, between(0.05, 0.6), between(0.5, 300)
DRAWN = between(0.02, 3), signed(1e-3, 1), between(0.01, 1), between(0.05, 0.6), between(0.05, 30)
# The drift dominates the shocks.
DRAWN_STEEP = between(0.1, 3), signed(0.05, 1), between(0.01, 1), between(1e-5, 0.02), between(0.5, 10)

FUNCTIONS = {
    "by": (by, {"usual": USUAL, "rare": RARE, "steep": STEEP, "defective": DEFECTIVE}),
    "by, normal drift": (by, {"usual": DRAWN, "steep": DRAWN_STEEP}),
    "density": (density, {"usual": USUAL, "rare": RARE, "steep": STEEP}),
    "ever": (ever, {"defective": DEFECTIVE}),
}


def sample(region, rng):
    gap, drift, drift_sd, volatility = (pick(rng) for pick in region[:4])
    t = region[4](rng) if region[4] else gap / drift + rng.uniform(-5, 5) * volatility * math.sqrt(gap / drift**3)
    return gap, drift, drift_sd, volatility, t


def check(name, arguments, value):
    """By quadrature, if the formula is not itself an integrand."""
    gap, drift, drift_sd, volatility, t = arguments
    if name == "by":
        steps = [t * mpf(2) ** -k for k in range(60, -1, -1)]
        found = mp.quad(lambda u: density(gap, drift, drift_sd, volatility, u), steps)
    elif name == "by, normal drift":
        ends = mp.linspace(drift - 14 * drift_sd, drift + 14 * drift_sd, 57)
        found = mp.quad(lambda x: mp.npdf(x, drift, drift_sd) * by(gap, x, 0, volatility, t), ends)
    else:
        return
    assert abs(found - value) < mpf(10) ** -15, (name, arguments, found, value)


def main():
    rng = random.Random(1915)
    with open(Path(__file__).parent / "closed.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["function", "region", "gap", "drift", "drift_sd", "volatility", "t", "value"])
        for name, (exact, regions) in FUNCTIONS.items():
            for region, pickers in regions.items():
                done = 0
                while done < 40:
                    arguments = sample(pickers, rng)
                    value = exact(*map(mpf, arguments))
                    if not 1e-300 < value:
                        continue
                    if done < CHECKED and region == "usual":
                        check(name, tuple(map(mpf, arguments)), value)
                    out.writerow([name, region, *map(repr, arguments), repr(float(value))])
                    done += 1


if __name__ == "__main__":
    main()
