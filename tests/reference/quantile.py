"""The polynomials of src/random/quantile.rs: minimax fits of the normal quantile on its middle and its tail.

    pip install mpmath numpy scipy
    python tests/reference/quantile.py      # prints coefficients and the error of each fit before rounding to f32

Relative error is minimised by linear programs over Chebyshev points; for a rational function the program is repeated with
the last denominator as the weight (Loeb's iteration).
"""

import numpy as np
from mpmath import erfinv, mp, mpf
from numpy.polynomial import Polynomial, chebyshev
from scipy.optimize import linprog

mp.dps = 40
POINTS = 400
NODES = np.cos(np.pi * (np.arange(POINTS) + 0.5) / POINTS)


def quantile(two_sided):
    """z with P(|Z| > z) = two_sided."""
    return mp.sqrt(2) * erfinv(1 - mpf(two_sided)) if two_sided > 1e-3 else mp.findroot(
        lambda z: mp.log(mp.erfc(z / mp.sqrt(2))) - mp.log(two_sided), mp.sqrt(-2 * mp.log(two_sided)) * 0.9)


def fit(low, high, function, degree, below=0):
    """Chebyshev coefficients of numerator and denominator, and the greatest relative error."""
    values = np.array([float(function(x)) for x in low + (high - low) * (NODES + 1) / 2])
    weight, scale, best = 1 / values, 1e5, None
    for _ in range(12 if below else 1):
        columns = [chebyshev.chebvander(NODES, degree) * weight[:, None]]
        columns.append(-chebyshev.chebvander(NODES, below)[:, 1:] * (values * weight)[:, None])
        matrix, slack = np.hstack(columns), np.full((POINTS, 1), -1 / scale)
        count = matrix.shape[1]
        found = linprog(
            np.r_[np.zeros(count), 1],
            A_ub=np.vstack([np.hstack([matrix, slack]), np.hstack([-matrix, slack])]),
            b_ub=np.r_[values * weight, -values * weight],
            bounds=[(None, None)] * count + [(0, None)],
        ).x
        if found is None:
            break
        above, under = found[: degree + 1], np.r_[1, found[degree + 1 : count]]
        denominator = chebyshev.chebval(NODES, under)
        weight = 1 / (values * denominator)
        error = np.abs(chebyshev.chebval(NODES, above) / denominator / values - 1).max()
        if best is None or error < best[2]:
            best = above, under, error
    return best


def about(chebyshev_coefficients, low, high, origin, sign):
    """Coefficients in r, where the argument is origin + sign·r."""
    half = (high - low) / 2
    plain = Polynomial(chebyshev.cheb2poly(chebyshev_coefficients))
    return plain(Polynomial([(origin - (low + high) / 2) / half, sign / half])).coef


def show(name, coefficients):
    print(name, ", ".join(f"{c:.9g}" for c in coefficients))


# The middle: z / y in y², y = 2p − 1, |y| ≤ 31/32, about its end.
end = (31 / 32) ** 2
above, under, error = fit(0.0, end, lambda v: quantile(1 - mp.sqrt(v)) / mp.sqrt(v), 4, 4)
above, under = (about(c, 0.0, end, end, -1) for c in (above, under))
print(f"middle, relative error {error:.2g}, {end}")
show("above", above / under[0])
show("below", under / under[0])

# The tails: z in r = √(−2 ln u), u = 1 − |y| from 2⁻³² to 1/32, about 4.5.
low, high = float(mp.sqrt(-2 * mp.log(mpf(1) / 32))), float(mp.sqrt(64 * mp.log(2)))
coefficients, _, error = fit(low, high, lambda r: quantile(mp.exp(-mpf(r) ** 2 / 2)), 7)
print(f"tail, relative error {error:.2g}")
show("tail", about(coefficients, low, high, 4.5, 1))
