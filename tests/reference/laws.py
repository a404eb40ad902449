"""Distributions of the scenario format: their TOML, cdf and Gauss quadrature (all smooth between breakpoints)."""

import math

import numpy as np
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
