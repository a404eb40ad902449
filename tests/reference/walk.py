"""The log-ratio of a pair as a Gaussian random walk at discrete dates, by recursive quadrature.

Notation of the model: a is ahead at t where X(t) = x_a(t) - x_b(t) > 0, with X(0) = ln(R_a / R_b),
drift G_a(t) - G_b(t) (the growth curves) and step variance s^2 D, s^2 = sa^2 + sb^2 - 2 rho sa sb.

One recursion answers every question. A question is an automaton that reads, period by period, whether a is ahead;
the law of (state of the automaton, X(t)) is carried from date to date on Gauss-Legendre nodes. The nodes follow the
mean of the walk +- 10 standard deviations, cut at the barrier 0, so that every density is smooth where it is integrated.
"""

import functools
import math

import numpy as np
from scipy.special import ndtr

REACH = 10.0
BELOW, ABOVE = 0, 1
DONE = "done"


class Walk:
    """X(0) ~ N(start, start_sd^2) (a point where start_sd is 0), then `drift[t-1]` and sd `step_sd` in period t."""

    def __init__(self, start, drift, step_sd, start_sd=0.0):
        self.start, self.drift, self.step_sd, self.start_sd = start, list(drift), step_sd, start_sd

    def moments(self, t):
        return self.start + math.fsum(self.drift[:t]), math.sqrt(self.start_sd**2 + t * self.step_sd**2)

    def ahead(self, t):
        mean, sd = self.moments(t)
        return float(ndtr(mean / sd)) if sd > 0 else float(mean > 0)

    def nodes(self, t, side, legendre):
        mean, sd = self.moments(t)
        if sd == 0:
            here = ABOVE if mean > 0 else BELOW
            return (np.array([mean]), np.array([1.0])) if side == here else (np.empty(0), np.empty(0))
        low, high = mean - REACH * sd, mean + REACH * sd
        low, high = (low, min(high, 0.0)) if side == BELOW else (max(low, 0.0), high)
        if not low < high:
            return np.empty(0), np.empty(0)
        z, w = legendre
        return low + (high - low) * (z + 1) / 2, w * (high - low) / 2


class FirstPassage:
    """`sustained(k)`: the state is the number of periods in a row ahead; k of them are the end."""

    def __init__(self, k=1):
        self.k = k

    def first(self, side):
        return self.next(0, side)  # the base is a date like the others

    def next(self, state, side):
        run = state + 1 if side == ABOVE else 0
        return DONE if run == self.k else run


class LeadChanges:
    """The state is (side, number of changes)."""

    def first(self, side):
        return (side, 0)

    def next(self, state, side):
        return (side, state[1] + (side != state[0]))


@functools.cache
def legendre_rule(n):
    return np.polynomial.legendre.leggauss(n)


def masses(walk, question, horizon, n, most=10):
    """For t = 0..horizon the probability of every state of `question`, as dictionaries."""
    legendre = legendre_rule(n)
    done, law, out = 0.0, {}, []
    for side in (BELOW, ABOVE):
        x, w = walk.nodes(0, side, legendre)
        if x.size:
            density = np.ones(1) if walk.start_sd == 0 else normal_density(x, walk.start, walk.start_sd)
            if question.first(side) == DONE:
                done += float(w @ density)
            else:
                law[question.first(side)] = (x, w * density)
    for t in range(horizon + 1):
        if t:
            law, gained = advance(walk, question, law, t, legendre, most)
            done += gained
        out.append({DONE: done} | {state: float(weighted.sum()) for state, (_, weighted) in law.items()})
    return out


def advance(walk, question, law, t, legendre, most):
    m, s, gained, after = walk.drift[t - 1], walk.step_sd, 0.0, {}
    grids = {side: walk.nodes(t, side, legendre) for side in (BELOW, ABOVE)}
    kernels = {}
    for state, (y, weighted) in law.items():
        for side in (BELOW, ABOVE):
            to = question.next(state, side)
            if to == DONE:
                gained += float(weighted @ ndtr((y + m) / s if side == ABOVE else -(y + m) / s))
                continue
            if isinstance(to, tuple) and to[1] > most:
                continue
            x, w = grids[side]
            if not x.size:
                continue
            key = (side, y[0], y[-1], y.size)
            if key not in kernels:
                kernels[key] = normal_density(x[:, None] - y[None, :], m, s)
            density = kernels[key] @ weighted
            before = after[to][1] if to in after else 0.0
            after[to] = (x, before + w * density)
    return after, gained


def normal_density(x, mean, sd):
    z = (x - mean) / sd
    return np.exp(-z * z / 2) / (sd * math.sqrt(2 * math.pi))


def by(walk, horizon, k=1, n=192):
    """P(by t) for t = 0..horizon: k dates in a row ahead, the first of them at t or before, the last within the horizon."""
    completed = [state[DONE] for state in masses(walk, FirstPassage(k), horizon, n)]
    return [completed[min(t + k - 1, horizon)] for t in range(horizon + 1)]


def lead_changes(walk, horizon, n=192, most=10):
    """P(number of lead changes by the horizon = c) for c = 0..most."""
    last = masses(walk, LeadChanges(), horizon, n, most)[-1]
    return [sum(p for state, p in last.items() if state != DONE and state[1] == c) for c in range(most + 1)]


def inverse_gaussian(a, mu, s, t):
    """P(first passage of level a > 0 by t) in continuous time."""
    root = s * math.sqrt(t)
    return float(ndtr((-a + mu * t) / root) + math.exp(2 * mu * a / s**2) * ndtr((-a - mu * t) / root))


BROADIE_GLASSERMAN_KOU = 0.5825971579
