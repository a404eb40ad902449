"""The engine compared with its peers in Python, in turn, one thread each: `python3 benches/peers/compare.py [PEER]...`

PEER is one of those of `overtake.py`; all by default. Needs NumPy, mkl_random and numba.

In each round the engine runs, then every peer; a ratio is of one round, and its median and range over the rounds are
printed. Times are user CPU, so other load on the machine affects them little. The engine's time is that of its whole process;
a peer's starts after imports, compilation and warm-up.
"""

import json
import os
import resource
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = 9
ENGINE_PATHS = 1 << 22
PEER_PATHS = 1 << 17
PEERS = ("numpy32", "numpy64", "mkl64", "numba64")
STEPS = 40 * 2


def engine():
    """Builds the engine's part; returns a function that runs it: nanoseconds of a path-step, and the share never ahead."""
    build = ["cargo", "bench", "--bench", "peers", "--no-run", "--message-format=json"]
    messages = subprocess.run(build, cwd=HERE, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    artifacts = [message for message in map(json.loads, messages) if message["reason"] == "compiler-artifact"]
    [program] = [artifact["executable"] for artifact in artifacts if artifact["target"]["name"] == "peers"]

    def run():
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        answer = subprocess.run([program, str(ENGINE_PATHS)], check=True, stdout=subprocess.PIPE, text=True).stdout
        spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        return spent / (ENGINE_PATHS * STEPS) * 1e9, float(answer)

    return run


def peer(name):
    """Starts a peer that runs once for each line it is sent."""
    # OpenBLAS's choice of another processor's kernels would slow NumPy; nothing here needs it.
    kept = {key: value for key, value in os.environ.items() if not key.startswith("OPENBLAS_")}
    command = [sys.executable, os.path.join(HERE, "overtake.py"), name, str(PEER_PATHS)]
    process = subprocess.Popen(command, env=kept, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run():
        print(file=process.stdin, flush=True)
        time, never = process.stdout.readline().split()
        return float(time), float(never)

    return run


def main():
    names = sys.argv[1:] or PEERS
    runs = {"engine": engine()} | {name: peer(name) for name in names}
    times = {name: [] for name in runs}
    for _ in range(ROUNDS):
        nevers = {}
        for name, run in runs.items():
            time, nevers[name] = run()
            times[name].append(time)
        # Six standard errors of a share near 0.07.
        bound = 6 * 0.26 / PEER_PATHS**0.5
        assert all(abs(never - nevers["engine"]) < bound for never in nevers.values()), nevers
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for name, spent in times.items():
        ratios = [theirs / own for theirs, own in zip(spent, times["engine"])]
        print(
            f"{name:8} {statistics.median(spent):6.2f} ns a path-step; {statistics.median(ratios):5.2f} times the engine"
            f" ({min(ratios):.2f} to {max(ratios):.2f})"
        )


main()
