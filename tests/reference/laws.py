"""Distributions of the scenario format: their TOML, cdf and Gauss quadrature (all smooth between breakpoints).

    pip install numpy scipy
    python tests/reference/laws.py > tests/reference/laws.csv    # quantiles, read by src/assumption/tests/reference.rs
"""

import math

import numpy as np
from scipy import stats
from scipy.special import betainc, ndtr, ndtri, roots_jacobi


PANELS = (-5, -2.5, 0, 2.5, 5)  # where the quadrature of a bell is cut, in standard deviations


class Law:
    """`density` and `cdf` on [low, high]; `kinks` are where the quadrature is cut, as where the density is not smooth."""

    def __init__(self, toml, cdf, density, low, high, kinks=()):
        self.toml, self.cdf, self.density, self.low, self.high, self.kinks = toml, cdf, density, low, high, kinks

    def nodes(self, n, *more_kinks):
        """Points and weights of E[f]; `more_kinks` are where f itself is not smooth."""
        cuts = sorted({self.low, self.high, *(c for c in (*self.kinks, *more_kinks) if self.low < c < self.high)})
        z, w = np.polynomial.legendre.leggauss(n)
        points, weights = [], []
        for low, high in zip(cuts, cuts[1:]):
            x = low + (high - low) * (z + 1) / 2
            points.append(x)
            weights.append(w * (high - low) / 2 * self.density(x))
        return np.concatenate(points), np.concatenate(weights)


def fixed(value):
    law = Law(f"{value}", lambda x: float(x >= value), None, value, value)
    law.nodes = lambda n, *kinks: (np.array([float(value)]), np.array([1.0]))
    return law


def gauss(z):
    return np.exp(-np.square(z) / 2) / math.sqrt(2 * math.pi)


def normal(mean, sd, toml=None, hermite=False):
    """`hermite`: where the integrand is as smooth as the law, fewer nodes do than in panels."""
    law = Law(toml or f"{{ normal = [{mean}, {sd}] }}", lambda x: ndtr((x - mean) / sd),
              lambda x: gauss((x - mean) / sd) / sd, mean - 9 * sd, mean + 9 * sd, [mean + sd * z for z in PANELS])

    def nodes(n, *kinks):
        assert not kinks, "the Hermite rule takes no kinks"
        z, w = np.polynomial.hermite_e.hermegauss(n)
        return mean + sd * z, w / w.sum()

    if hermite:
        law.nodes = nodes
    return law


def interval(p05, p95):
    z = ndtri(0.95)
    return normal((p05 + p95) / 2, (p95 - p05) / (2 * z), f"{{ interval = [{p05}, {p95}] }}")


def lognormal(median, sd, toml=None):
    law = Law(toml or f"{{ lognormal = [{median}, {sd}] }}", lambda x: ndtr(np.log(x / median) / sd),
              lambda x: gauss(np.log(x / median) / sd) / (sd * x), median * math.exp(-9 * sd), median * math.exp(9 * sd),
              [median * math.exp(sd * z) for z in PANELS])
    law.log_mean, law.log_sd = math.log(median), sd
    return law


def log_interval(p05, p95):
    z = ndtri(0.95)
    return lognormal(math.sqrt(p05 * p95), math.log(p95 / p05) / (2 * z), f"{{ log_interval = [{p05}, {p95}] }}")


def uniform(low, high):
    return Law(f"{{ uniform = [{low}, {high}] }}", lambda x: np.clip((x - low) / (high - low), 0, 1),
               lambda x: np.full_like(x, 1 / (high - low)), low, high)


def triangular(low, mode, high):
    def density(x):
        up = 2 * (x - low) / ((high - low) * (mode - low))
        down = 2 * (high - x) / ((high - low) * (high - mode))
        return np.where(x < mode, up, down)

    def cdf(x):
        if x < mode:
            return max(x - low, 0) ** 2 / ((high - low) * (mode - low))
        return 1 - max(high - x, 0) ** 2 / ((high - low) * (high - mode))

    return Law(f"{{ triangular = [{low}, {mode}, {high}] }}", cdf, density, low, high, (mode,))


def pert(low, mode, high):
    """Beta on [low, high] with alpha = 1 + 4 (mode - low)/(high - low), beta = 1 + 4 (high - mode)/(high - low)."""
    alpha, beta = 1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)
    law = Law(f"{{ pert = [{low}, {mode}, {high}] }}", lambda x: betainc(alpha, beta, np.clip((x - low) / (high - low), 0, 1)),
              None, low, high)

    def nodes(n, *kinks):
        assert not any(low < kink < high for kink in kinks), "the Jacobi rule takes no kinks"
        z, w = roots_jacobi(n, beta - 1, alpha - 1)
        return low + (high - low) * (z + 1) / 2, w / w.sum()

    law.nodes = nodes
    return law


def truncated(of, low=None, high=None):
    bounds = "".join(f", {key} = {value}" for key, value in (("low", low), ("high", high)) if value is not None)
    low, high = max(of.low, low if low is not None else of.low), min(of.high, high if high is not None else of.high)
    before, mass = of.cdf(low), of.cdf(high) - of.cdf(low)
    return Law(f"{{ truncated = {{ of = {of.toml}{bounds} }} }}", lambda x: np.clip((of.cdf(x) - before) / mass, 0, 1),
               lambda x: of.density(x) / mass, low, high, of.kinks)


def metalog(level, points, low=None, high=None):
    """The quantile function of three stated quantiles, by Keelin's formulas on the scale that the bounds give."""
    if low is not None and high is not None:
        scale, back = lambda x: math.log((x - low) / (high - x)), lambda m: (low + high * math.exp(m)) / (1 + math.exp(m))
    elif low is not None:
        scale, back = lambda x: math.log(x - low), lambda m: low + math.exp(m)
    elif high is not None:
        scale, back = lambda x: -math.log(high - x), lambda m: high - math.exp(-m)
    else:
        scale = back = lambda x: x
    q_low, q_median, q_high = map(scale, points)
    width = math.log((1 - level) / level)
    a2, a3 = (q_high - q_low) / (2 * width), (q_high + q_low - 2 * q_median) / (2 * (0.5 - level) * width)
    logit = lambda p: math.log(p / (1 - p))
    return lambda p: back(q_median + a2 * logit(p) + a3 * (p - 0.5) * logit(p))


def quantile_functions():
    yield "log_growth(0.4, 0.1)", lambda p: math.expm1(0.4 + 0.1 * ndtri(p))
    for a, b, low, high in ((2, 5, 0, 1), (0.5, 0.5, 0, 1), (0.1, 30, 0, 1), (3, 2, -0.2, 0.9), (4e4, 300, 0, 1)):
        yield f"beta(alpha = {a:g}, beta = {b:g}, low = {low}, high = {high})", stats.beta(a, b, low, high - low).ppf
    for df, location, scale in ((1, 0, 1), (4, 0.3, 0.05), (0.5, -2, 1000), (30, 1e9, 1e7)):
        yield f"student_t(df = {df}, location = {location:.12g}, scale = {scale:.12g})", stats.t(df, location, scale).ppf
    for key, level, points, low, high in (
        (10, 0.1, (35, 50, 75), None, None), (10, 0.1, (0.9e9, 1.1e9, 1.5e9), 0, None), (5, 0.05, (0.1, 0.3, 0.6), -0.2, None),
        (20, 0.2, (0.1, 0.3, 0.4), None, 1), (25, 0.25, (0.1, 0.15, 0.25), 0, 1),
    ):
        stated = [f"p{k:02} = {x:.12g}" for k, x in zip((key, 50, 100 - key), points)]
        stated += [f"{k} = {x}" for k, x in (("low", low), ("high", high)) if x is not None]
        yield f"quantiles({', '.join(stated)})", metalog(level, points, low, high)


if __name__ == "__main__":
    print("law,probability,quantile")
    for law, quantile in quantile_functions():
        for p in (1e-6, 0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999):
            print(f'"{law}",{p},{float(quantile(p))!r}')
