"""Run a scenario or a sweep on a Dask cluster, in shards, and print what `outgrow merge` prints.

    python outgrow_dask.py run FILE --shards 16 -- --paths 1e9 --seed 7
    python outgrow_dask.py sweep FILE --shards 16 -- -P ADDRESS 0.4 0.8 -D 0.001 --by 2022-Q4

What follows -- goes to each `outgrow run` or `outgrow sweep`. Without --scheduler a local cluster of worker processes is started.
The workers need the command `outgrow` (see ../wheel) and no shared folder: files travel as bytes.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from distributed import Client, LocalCluster


def shard(command: str, subcommand: str, scenario: str, options: list[str], index: int, shards: int) -> dict[str, bytes]:
    """Run one shard and return the files that it wrote. It may be run again: the same shard gives the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"part-{index:06}"
        arguments = [command, subcommand, "-", *options, "--quiet", "--threads", "1", "--shard", f"{index}/{shards}", "--out", out]
        done = subprocess.run(arguments, input=scenario, text=True, stderr=subprocess.PIPE)
        if done.returncode:
            raise RuntimeError(f"shard {index}/{shards}: {done.stderr.strip()}")
        return {path.name: path.read_bytes() for path in Path(folder).iterdir() if path.suffix != ".lock"}


def submit(client: Client, command: str, subcommand: str, scenario: str, options: list[str], shards: int) -> list:
    """A future for each shard. A shard whose worker is lost is run again on another one."""
    numbers = range(shards)
    return [client.submit(shard, command, subcommand, scenario, options, number, shards, pure=False, retries=3) for number in numbers]


def merge(command: str, parts: list[dict[str, bytes]], options: list[str]) -> bytes:
    """The answers of all shards, as `outgrow merge` prints them."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for part in parts:
            for name, content in part.items():
                path = Path(folder) / name
                path.write_bytes(content)
                if not name.endswith(".manifest.json"):
                    files.append(path)
        return subprocess.run([command, "merge", *files, *options], check=True, stdout=subprocess.PIPE).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("subcommand", choices=["run", "sweep"])
    parser.add_argument("file", help="the scenario")
    parser.add_argument("--shards", type=int, default=16)
    parser.add_argument("--scheduler", help="the address of a Dask scheduler, such as tcp://10.0.0.1:8786")
    parser.add_argument("--workers", type=int, default=2, help="worker processes of a local cluster")
    parser.add_argument("--command", default="outgrow", help="the command on the workers and here")
    parser.add_argument("--json", action="store_true", help="print the outcome of a run as JSON")
    line = sys.argv[1:]
    cut = line.index("--") if "--" in line else len(line)
    own, options = parser.parse_args(line[:cut]), line[cut + 1 :]
    cluster = None if own.scheduler else LocalCluster(n_workers=own.workers, threads_per_worker=1, dashboard_address=":0")
    with Client(own.scheduler or cluster) as client:
        print(f"dashboard: {client.dashboard_link}", file=sys.stderr)
        scenario = Path(own.file).read_text(encoding="utf-8")
        parts = client.gather(submit(client, own.command, own.subcommand, scenario, options, own.shards))
    sys.stdout.buffer.write(merge(own.command, parts, ["--json"] if own.json else []))


if __name__ == "__main__":
    main()
