"""Fits compared with SciPy's in one run, one thread each: `python3 benches/peers/fits.py [PROGRAM]`

Both fit a logistic law with three parameters (level, saturation, rate) to the log revenue of 1,000 histories of 40 quarters, from
the same stated start: `scipy.optimize.curve_fit` by MINPACK with its default tolerances and differences, `CurveFit` (`curve`) with the
derivatives of its law, `Regression` of the same formula with differences (`regression`) and with stated derivatives (`derivatives`).
`automatic` is `CurveFit` with starts from the data.

Times are user CPU of SciPy and wall time of the engine, measured inside of the program without reading; in each round every program runs once, and a ratio is of one
round. PROGRAM is the built bench `fit_peers`; by default it is built. Needs NumPy and SciPy.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile

import numpy as np
from scipy import optimize

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = 5
FITS = 1000
WAYS = ("curve", "regression", "derivatives", "automatic")


def built():
    build = ["cargo", "bench", "--features", "history", "--bench", "fit_peers", "--no-run", "--message-format=json"]
    messages = subprocess.run(build, cwd=HERE, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    artifacts = [message for message in map(json.loads, messages) if message["reason"] == "compiler-artifact"]
    [program] = [artifact["executable"] for artifact in artifacts if artifact["target"]["name"] == "fit_peers"]
    return program


def law(t, level, saturation, rate):
    return level + np.log(saturation) - np.log1p((saturation - 1) * np.exp(-rate * t))


def scipy_fits(t, histories):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    sums = []
    for y in histories:
        found, _ = optimize.curve_fit(law, t, y, p0=(y[-1], 1.5, 0.5))
        sums.append(np.sum((y - law(t, *found)) ** 2))
    return (resource.getrusage(resource.RUSAGE_SELF).ru_utime - before) / FITS, np.array(sums)


def main():
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    program = sys.argv[1] if len(sys.argv) > 1 else built()
    rng = np.random.default_rng(1)
    t = np.arange(-39, 1) / 4
    truths = np.stack([np.full(FITS, np.log(700)), rng.uniform(1.05, 1.25, FITS), rng.uniform(0.4, 0.9, FITS)], axis=1)
    histories = np.stack([law(t, *truth) for truth in truths]) + 0.05 * rng.standard_normal((FITS, t.size))
    times = {name: [] for name in ("scipy", *WAYS)}
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        np.savetxt(file, histories, fmt="%.17g")
        file.flush()
        scipy_fits(t, histories[:10])
        for _ in range(ROUNDS):
            spent, sums = scipy_fits(t, histories)
            times["scipy"].append(spent)
            for way in WAYS:
                answer = subprocess.run([program, way, file.name], check=True, stdout=subprocess.PIPE, text=True).stdout.split()
                times[way].append(float(answer[0]) / FITS)
                own = np.array([float(word) for word in answer[1:]])
                # The same minimum; where MINPACK stops early the engine's is the smaller one.
                assert np.all(own <= sums * (1 + 1e-6)), (way, np.max(own / sums))
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; SciPy's sums of squares are met in all {FITS} fits")
    for name, spent in times.items():
        ratios = [theirs / own for theirs, own in zip(times["scipy"], spent)]
        print(
            f"{name:12} {statistics.median(spent) * 1e6:8.1f} us a fit; SciPy takes {statistics.median(ratios):6.2f} times as long"
            f" ({min(ratios):.2f} to {max(ratios):.2f})"
        )


main()
