"""The work of the bench `hot_loop`, entry `fixed`, written in Python: the first overtake of every path.

    python3 overtake.py PEER PATHS

Two providers, 40 quarters, correlated random walks, one question; one thread. PEER is a source of normals and a width of
numbers: numpy32, numpy64, mkl64 (the normals of `mkl_random`, which has doubles only) or numba64 (a compiled loop).
For each line of input it runs once and prints the user CPU time in nanoseconds per path-step (paths x periods x
providers), and the share of paths never ahead.

Each peer is the fastest variant found: SFC64 among five generators, SFMT with the inverse cdf among 27 pairs; blocks in
the second-level cache, filled in place; the gap of the two providers instead of each one, so two normals cost two
multiply-adds.
"""

import os
import resource
import sys

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np

PERIODS = 40
REVENUE = (690.0, 1100.0)
RATE = (0.50, 0.35)
VOLATILITY = (0.15, 0.10)
CORRELATION = 0.3
STEP = 0.25

START = np.log(REVENUE[0] / REVENUE[1])
DRIFT = (np.log1p(RATE[0]) - np.log1p(RATE[1])) * STEP
# The gap a - b moves by OWN * u_a + OTHER * u_b: both providers' innovations, each drawn.
OWN = (VOLATILITY[0] - VOLATILITY[1] * CORRELATION) * np.sqrt(STEP)
OTHER = -VOLATILITY[1] * np.sqrt(1 - CORRELATION**2) * np.sqrt(STEP)


def numpy_normals(dtype):
    generator = np.random.Generator(np.random.SFC64(7))
    return lambda size: generator.standard_normal(size, dtype=dtype)


def mkl_normals():
    import mkl_random

    state = mkl_random.MKLRandomState(7, brng="SFMT19937")
    return lambda size: state.normal(0.0, 1.0, size, method="ICDF")


def blocks(normals, dtype, block):
    """A function of a number of paths that counts them by periods waited; PERIODS is never."""
    gap, term = np.empty(block, dtype), np.empty(block, dtype)
    ahead, waiting = np.empty(block, bool), np.empty(block, bool)
    waited = np.empty(block, np.uint8)
    own, other, drift = dtype(OWN), dtype(OTHER), dtype(DRIFT)

    def run(paths):
        counts = np.zeros(PERIODS + 1, np.int64)
        for _ in range(paths // block):
            gap.fill(START)
            waiting.fill(True)
            waited.fill(0)
            for _ in range(PERIODS):
                z = normals((2, block))
                np.multiply(z[0], own, out=term)
                np.add(gap, term, out=gap)
                np.multiply(z[1], other, out=term)
                np.add(gap, term, out=gap)
                np.add(gap, drift, out=gap)
                np.less_equal(gap, 0, out=ahead)
                np.logical_and(waiting, ahead, out=waiting)
                np.add(waited, waiting.view(np.uint8), out=waited)
            counts += np.bincount(waited, minlength=PERIODS + 1)
        return counts

    return run


def numba_loop():
    import numba

    @numba.njit(fastmath=True)
    def count(generator, paths):
        counts = np.zeros(PERIODS + 1, np.int64)
        for _ in range(paths):
            gap, waited, waiting = START, 0, 1
            for _ in range(PERIODS):
                gap += DRIFT + OWN * generator.standard_normal() + OTHER * generator.standard_normal()
                waiting &= gap <= 0
                waited += waiting
            counts[waited] += 1
        return counts

    generator = np.random.Generator(np.random.SFC64(7))
    return lambda paths: count(generator, paths)


def main():
    peer, paths = sys.argv[1], int(sys.argv[2])
    makers = {
        "numpy32": lambda: blocks(numpy_normals(np.float32), np.float32, 1 << 14),
        "numpy64": lambda: blocks(numpy_normals(np.float64), np.float64, 1 << 13),
        "mkl64": lambda: blocks(mkl_normals(), np.float64, 1 << 14),
        "numba64": numba_loop,
    }
    run = makers[peer]()
    run(1 << 14)  # compiles and warms
    for _ in sys.stdin:
        start = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        counts = run(paths)
        spent = resource.getrusage(resource.RUSAGE_SELF).ru_utime - start
        print(spent / (paths * PERIODS * 2) * 1e9, counts[PERIODS] / counts.sum(), flush=True)


main()
