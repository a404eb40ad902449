"""Sobol' indices compared with SALib's in one run: `python3 benches/peers/sensitivity.py [PROGRAM]`

The model is the case without its spread of the mature growth: Alibaba Cloud against Google Cloud by 2022-Q4, with six drawn assumptions. SALib
(Saltelli's design, its own estimators and bootstrap intervals) evaluates a NumPy simulation of the probability given the
assumptions; `outgrow sensitivity` evaluates it exactly. Both state 95 % intervals. SALib's widest interval shrinks with the root
of its time, so the time that it needs for the precision of the other is that of its run times the square of the ratio of the widths.

NumPy and the engine may use two threads each; times are wall times. PROGRAM is the command; by default it is built. Needs NumPy and SALib.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
from SALib.analyze import sobol
from SALib.sample import sobol as design

HERE = os.path.dirname(os.path.abspath(__file__))
POINTS = 256
PATHS = 4_000
QUARTERS = 19
PRECISION = 0.02

SCENARIO = """
base = "2018-Q1"
horizon = "2022-Q4"
[[provider]]
name = "Alibaba Cloud"
revenue = 690_225_090.51
volatility = 0.15
growth = { schedule = { rates = [{ normal = [0.87, 0.10] }, { normal = [0.60, 0.15] }], tail = { fade = { to = 0.12, half_life = { lognormal = [2.0, 0.3] } } } } }
[[provider]]
name = "Google Cloud"
revenue = { lognormal = [1.2e9, 0.12] }
volatility = 0.10
growth = { fade = { from = { normal = [0.45, 0.08] }, to = 0.12, half_life = { lognormal = [4.0, 0.3] } } }
[[correlation]]
between = ["Alibaba Cloud", "Google Cloud"]
value = 0.3
[[question]]
overtakes = ["Alibaba Cloud", "Google Cloud"]
"""

# In the order of `numbers` below; SALib gives a lognormal by the mean and standard deviation of its logarithm.
PROBLEM = {
    "num_vars": 6,
    "names": ["first", "second", "half-life of Alibaba", "base of Google", "growth of Google", "half-life of Google"],
    "bounds": [[0.87, 0.10], [0.60, 0.15], [np.log(2.0), 0.3], [np.log(1.2e9), 0.12], [0.45, 0.08], [np.log(4.0), 0.3]],
    "dists": ["norm", "norm", "lognorm", "lognorm", "norm", "lognorm"],
}
ADDRESSES = [
    "provider[Alibaba Cloud].growth.schedule.rates[0]",
    "provider[Alibaba Cloud].growth.schedule.rates[1]",
    "provider[Alibaba Cloud].growth.schedule.tail.fade.half_life",
    "provider[Google Cloud].revenue",
    "provider[Google Cloud].growth.fade.from",
    "provider[Google Cloud].growth.fade.half_life",
]


def faded(rate, to, half_life, years):
    """Log growth over `years` of a log rate that fades from ln(1 + rate) to ln(1 + to)."""
    start, end, kappa = np.log1p(rate), np.log1p(to), np.log(2) / half_life
    return end * years + (start - end) * -np.expm1(-kappa * years) / kappa


def probability(numbers, shocks):
    """The share of the paths that overtake, at one point of the assumptions."""
    first, second, half_a, base, growth, half_b = numbers
    t = np.arange(1, QUARTERS + 1) / 4
    within = np.log1p(first) * np.minimum(t, 1) + np.log1p(second) * np.clip(t - 1, 0, 1)
    a = np.log(690_225_090.51) + within + np.where(t > 2, faded(second, 0.12, half_a, np.maximum(t - 2, 0)), 0)
    b = np.log(base) + faded(growth, 0.12, half_b, t)
    is_ahead = (a - b) + shocks > 0
    return (is_ahead.any(axis=1) | (690_225_090.51 > base)).mean()


def salib():
    start = time.perf_counter()
    points = design.sample(PROBLEM, POINTS, calc_second_order=False, seed=1)
    rng = np.random.default_rng(1)
    sd = np.sqrt(0.25 * (0.15**2 + 0.10**2 - 2 * 0.3 * 0.15 * 0.10))
    values = np.empty(len(points))
    for index, numbers in enumerate(points):
        values[index] = probability(numbers, np.cumsum(sd * rng.standard_normal((PATHS, QUARTERS)), axis=1))
    found = sobol.analyze(PROBLEM, values, calc_second_order=False, seed=1)
    return time.perf_counter() - start, found, len(points)


def outgrow(program):
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(SCENARIO)
        file.flush()
        start = time.perf_counter()
        command = [program, "sensitivity", file.name, "--precision", str(PRECISION), "--json"]
        answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        seconds = time.perf_counter() - start
    return seconds, json.loads(answer)["sensitivity"][0]


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else None
    if program is None:
        subprocess.run(["cargo", "build", "--release", "--features", "cli"], cwd=HERE, check=True)
        program = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(HERE, "../../target")), "release/outgrow")
    theirs, found, evaluations = salib()
    seconds, own = outgrow(program)
    by_address = {index["address"]: index for index in own["indices"]}
    print(f"{'assumption':<22}  {'SALib S':>16}  {'exact S':>16}  {'SALib T':>16}  {'exact T':>16}")
    widest, own_widest = 0.0, 0.0
    for place, (name, address) in enumerate(zip(PROBLEM["names"], ADDRESSES)):
        cells = []
        for key, (value, reach) in {"first": (found["S1"], found["S1_conf"]), "total": (found["ST"], found["ST_conf"])}.items():
            exact = by_address[address][key]
            half = (exact["interval"][1] - exact["interval"][0]) / 2
            widest, own_widest = max(widest, reach[place]), max(own_widest, half)
            cells += [f"{value[place]:.3f} ± {reach[place]:.3f}", f"{exact['value']:.3f} ± {half:.3f}"]
            assert abs(value[place] - exact["value"]) < 4 * (reach[place] + half) / 2 + 0.02, (name, key)
        print(f"{name:<22}  " + "  ".join(f"{cell:>16}" for cell in cells))
    needed = theirs * (widest / own_widest) ** 2
    print(f"\nSALib around NumPy: {theirs:.1f} s for {evaluations} evaluations, widest interval ±{widest:.3f}")
    print(f"outgrow sensitivity: {seconds:.2f} s for {own['evaluations']} evaluations, widest interval ±{own_widest:.3f}, with tornado and Shapley effects")
    print(f"at equal precision SALib takes {needed:.0f} s, {needed / seconds:.0f} times as long")


if __name__ == "__main__":
    main()
