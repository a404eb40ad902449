"""Probabilities of scenarios with segments, by plain simulation in NumPy.

Reads the scenarios in tests/data/segments and writes tests/reference/segments.csv, with the columns of shocks.csv. Each
segment is simulated as shocks.py simulates a provider; a provider is the sum of its segments.

    python3 segments.py [PATHS]
"""

import copy
import csv
import pathlib
import sys
import tomllib

import numpy as np
import shocks

HERE = pathlib.Path(__file__).resolve().parent


def flattened(scenario):
    """The scenario with a provider for each series, and for each provider the indices of its series."""
    flat, parts = copy.deepcopy(scenario), {}
    flat["provider"] = []
    for provider in scenario["provider"]:
        own = []
        for segment in provider.get("segment", [provider]):
            name = f"{provider['name']}/{segment['name']}" if "segment" in provider else provider["name"]
            own.append(len(flat["provider"]))
            parts[name] = [own[-1]]
            flat["provider"].append({**segment, "name": name})
        parts[provider["name"]] = own
    names = [one["name"] for one in flat["provider"]]
    rows = lambda name: [names[i] for i in parts[name]] if name in parts else [name]
    flat["correlation"] = [
        {"between": [a, b], "value": one["value"]}
        for one in scenario.get("correlation", [])
        for a in rows(one["between"][0])
        for b in rows(one["between"][1])
    ]
    return flat, parts


def compared(scenario, flat, parts, rows):
    """What questions can name: every provider and segment, with its history and exit, and its log revenue."""
    exits = {one["name"]: one.get("exit", 0) for one in scenario["provider"]}
    named, logs = [], []
    for name, own in parts.items():
        history = [sum(year) for year in zip(*(flat["provider"][i].get("history", []) for i in own))]
        named.append({"name": name, "history": history, "exit": exits[name.split("/")[0]]})
        logs.append(np.log(sum(np.exp(rows[i]) for i in own)))
    return {**scenario, "provider": named}, logs


def main(paths):
    chunk = shocks.CHUNK
    with open(HERE / "segments.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["scenario", "what", "of", "period", "value", "standard_error"])
        for path in sorted((HERE.parent / "data" / "segments").glob("*.toml")):
            scenario = tomllib.loads(path.read_text())
            flat, parts = flattened(scenario)
            rng = np.random.default_rng([2019, *path.stem.encode()])
            chunks = []
            for _ in range(paths // chunk):
                named, logs = compared(scenario, flat, parts, shocks.simulate(flat, chunk, rng))
                found = {}
                for index, question in enumerate(scenario["question"]):
                    for (what, end), value in shocks.answers(named, question, logs, rng).items():
                        found[what, str(index), end] = value
                if "student_t" not in scenario.get("innovations", ""):
                    for one, row in zip(named["provider"], logs):
                        money = np.exp(row[-1])
                        found["mean", one["name"], len(row) - 1] = money.mean()
                        found["variance", one["name"], len(row) - 1] = money.var()
                chunks.append(found)
            shocks.write_means(writer, path.stem, scenario["base"], chunks)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
