"""Reads the long table of an outcome with pandas and polars and compares it with the outcome's JSON: without options,
except that the labels of years, which look like numbers, are stated to be text.

read_csv.py OUTCOME.csv OUTCOME.json
"""

import json
import math
import sys

import pandas
import polars

TEXTS = ["question", "provider", "period", "statistic"]
NUMBERS = ["value", "standard_error", "low", "high"]


def estimate(key, found):
    return key, (found["value"], found["standard_error"], *found["interval"])


def answers(questions, view=""):
    """The numbers of questions; the name of each statistic ends with the view that they are of."""
    for question in questions:
        name = question["name"]
        for statistic in ["by", "ahead", "gone"]:
            for dated in question.get(statistic, []):
                yield estimate((name, None, dated["period"], statistic + view), dated)
        # The last date of the question: a calendar year ends before the horizon may.
        yield estimate((name, None, question["by"][-1]["period"], "not_by_horizon" + view), question["not_by_horizon"])
        for changes in question["lead_changes"]:
            yield estimate((name, None, None, f"lead_changes_{changes['count']}{view}"), changes)


def expected(outcome):
    """Every number of the outcome by (question, provider, period, statistic)."""
    yield from answers(outcome["questions"])
    for view in outcome.get("views", []):
        yield from answers(view["questions"], f"_view[{view['name']}]")
    pool = outcome.get("pool", {"questions": [], "disagreement": []})
    yield from answers(pool["questions"], "_pool")
    for question in pool["disagreement"]:
        for dated in question["by"]:
            if dated["value"] is not None:
                key = (question["question"], None, dated["period"], "disagreement")
                yield key, (dated["value"], None, None, None)
    for provider in outcome["providers"]:
        name = provider["name"]
        for segment in provider.get("segments", []):
            for row in segment["revenue"]:
                for quantile in row["quantiles"]:
                    statistic = f"revenue_quantile_{quantile['probability']}"
                    key = (None, f"{name}/{segment['name']}", row["period"], statistic)
                    yield key, (quantile["value"], None, None, None)
        for what in ["revenue", "share"]:
            for row in provider[what]:
                if row["mean"] is not None:
                    yield (None, name, row["period"], f"{what}_mean"), (row["mean"], None, None, None)
                for quantile in row["quantiles"]:
                    statistic = f"{what}_quantile_{quantile['probability']}"
                    yield (None, name, row["period"], statistic), (quantile["value"], None, None, None)
        for row in provider["rank"]:
            for rank, probability in enumerate(row["probability"], 1):
                yield (None, name, row["period"], f"rank_{rank}"), (probability,)


def same(found, wanted):
    if wanted is None:
        return found is None or math.isnan(found)
    # pandas' parser may be off by a unit in the last place.
    return found == wanted or math.isclose(found, wanted, rel_tol=1e-14)


def check(reader, rows, outcome):
    """Each number of the JSON stands in the table once, with its errors."""
    table = {}
    for row in rows:
        key = tuple(None if value is None or value != value else str(value) for value in row[:4])
        table.setdefault(key, []).append(row[4:])
    count = 0
    for key, wanted in expected(outcome):
        found = table[key]
        assert len(found) == 1, f"{reader}: {key} stands {len(found)} times"
        assert all(map(same, found[0], wanted)), f"{reader}: {key}: {found[0]} is not {wanted}"
        count += 1
    print(f"{reader}: {len(rows)} rows, {count} numbers as in the JSON")


def main(csv, json_path):
    with open(json_path, encoding="utf-8") as file:
        outcome = json.load(file)
    is_yearly = "-" not in outcome["base"]
    frame = pandas.read_csv(csv, dtype={"period": "str"} if is_yearly else None)
    assert list(frame.columns) == TEXTS + NUMBERS, frame.columns
    assert all(frame[name].dtype == "float64" for name in NUMBERS), frame.dtypes
    check(f"pandas {pandas.__version__}", list(frame.itertuples(index=False, name=None)), outcome)
    frame = polars.read_csv(csv, schema_overrides={"period": polars.String} if is_yearly else None)
    assert frame.columns == TEXTS + NUMBERS, frame.columns
    assert all(frame[name].dtype == polars.Float64 for name in NUMBERS), frame.schema
    assert all(frame[name].dtype == polars.String for name in TEXTS), frame.schema
    check(f"polars {polars.__version__}", frame.rows(), outcome)


main(*sys.argv[1:])
