"""Runs a scenario on two Dask workers, kills one half-way, and compares the bytes with those of an unsharded run.

    python dask_kill.py COMMAND SCENARIO
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "examples/distributed/dask"))
from distributed import Client, LocalCluster, as_completed  # noqa: E402
from outgrow_dask import merge, submit  # noqa: E402

SHARDS = 12
OPTIONS = ["--paths", "1200000", "--seed", "7"]

if __name__ == "__main__":
    command, scenario = sys.argv[1:]
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster, Client(cluster) as client:
        futures = submit(client, command, "run", Path(scenario).read_text(encoding="utf-8"), OPTIONS, SHARDS)
        workers = client.run(os.getpid)
        for done, _ in enumerate(as_completed(futures), 1):
            if done == SHARDS // 2:
                os.kill(min(workers.values()), signal.SIGKILL)
        killed = min(workers.values())
        assert killed not in client.run(os.getpid).values(), "the worker was not killed"
        merged = merge(command, client.gather(futures), ["--json"])
    whole = subprocess.run([command, "run", scenario, *OPTIONS, "--quiet", "--json"], check=True, stdout=subprocess.PIPE).stdout
    assert merged == whole, "other bytes than those of an unsharded run"
    print(f"{SHARDS} shards on two workers, one of which was killed: {len(merged)} bytes as from an unsharded run")
