"""Probabilities of scenarios that combine mixtures of growth laws, dependent assumptions and questions about places.

An independent simulation with NumPy's generator and SciPy's quantile functions: it reads the scenario files in `joint/`
with a parser of its own, and writes `joint.csv` with the probability by each year's last date and its standard error.

    python3 joint.py > joint.csv

Needs Python 3.11 (tomllib), numpy 2 and scipy 1.15. Run it from a copy of this folder without `math.py`, which would
shadow Python's module.
"""

import pathlib
import sys
import tomllib

import numpy as np
from scipy import stats
from scipy.special import ndtr

PATHS, CHUNK = 1_000_000, 50_000
STEPS = {4: 1, 7: 4, 8: 12}
KEYS = {"constant", "schedule", "fade", "hyperbolic", "logistic", "gompertz", "richards", "share", "mixture"}


def index(label):
    """The number of a period on its grid, and the number of periods per year."""
    if len(label) == 4:
        return int(label), 1
    year, part = label.split("-")
    if part.startswith("Q"):
        return 4 * int(year) + int(part[1]) - 1, 4
    return 12 * int(year) + int(part) - 1, 12


def name_of(number, per_year):
    if per_year == 1:
        return f"{number}"
    year, part = divmod(number, per_year)
    return f"{year}-Q{part + 1}" if per_year == 4 else f"{year}-{part + 1:02}"


def quantile(law, u):
    (key, value), = ((key, value) for key, value in law.items() if key != "source")
    if key == "normal":
        return stats.norm.ppf(u, value[0], value[1])
    if key == "lognormal":
        return value[0] * np.exp(value[1] * stats.norm.ppf(u))
    if key == "log_growth":
        return np.expm1(stats.norm.ppf(u, value[0], value[1]))
    if key == "uniform":
        return value[0] + (value[1] - value[0]) * u
    if key == "triangular":
        low, mode, high = value
        return stats.triang.ppf(u, (mode - low) / (high - low), low, high - low)
    if key == "interval":
        low, high = value
        return stats.norm.ppf(u, (low + high) / 2, (high - low) / 2 / stats.norm.ppf(0.95))
    if key == "beta":
        return stats.beta.ppf(u, value["alpha"], value["beta"], value["low"], value["high"] - value["low"])
    if key == "student_t":
        return stats.t.ppf(u, value["df"], value["location"], value["scale"])
    if key == "discrete":
        values, weights = map(np.array, zip(*sorted(value)))
        return values[np.searchsorted(np.cumsum(weights) / weights.sum(), u).clip(0, len(values) - 1)]
    if key == "empirical":
        return np.sort(value)[np.minimum((u * len(value)).astype(int), len(value) - 1)]
    raise ValueError(key)


class World:
    """The draws of some paths: one for each distribution, by address or name."""

    def __init__(self, scenario, paths, rng):
        self.scenario, self.paths, self.rng = scenario, paths, rng
        self.named = scenario.get("assumption", {})
        self.cache, self.scores = {}, {}
        self.dependent()

    def canonical(self, text):
        if text in self.named:
            return f"assumption[{text}]"
        if not text.startswith("provider["):
            return text
        value = self.lookup(text)
        return f"assumption[{value}]" if isinstance(value, str) else text

    def lookup(self, address):
        owner, rest = address[len("provider["):].split("]", 1)
        node = next(one for one in self.scenario["provider"] if one["name"] == owner)
        for step in rest.replace("[", ".[").strip(".").split("."):
            node = node[int(step[1:-1])] if step.startswith("[") else node[step]
        return node

    def dependent(self):
        stated = self.scenario.get("dependence", [])
        ends = [[self.canonical(end) for end in one["between"]] for one in stated]
        order = sorted({end for pair in ends for end in pair})
        if not order:
            return
        matrix = np.eye(len(order))
        for one, (a, b) in zip(stated, ends):
            i, j = order.index(a), order.index(b)
            matrix[i, j] = matrix[j, i] = 2 * np.sin(np.pi * one["rank_correlation"] / 6)
        values, vectors = np.linalg.eigh(matrix)
        root = vectors * np.sqrt(values.clip(0))
        scores = root @ self.rng.standard_normal((len(order), self.paths))
        self.scores = dict(zip(order, scores))

    def number(self, value, address):
        """The values of a number on every path."""
        if isinstance(value, str):
            return self.number(self.named[value], f"assumption[{value}]")
        if not isinstance(value, dict):
            return np.full(self.paths, float(value))
        if address not in self.cache:
            score = self.scores.get(address)
            u = self.rng.random(self.paths) if score is None else ndtr(score)
            self.cache[address] = quantile(value, u)
        return self.cache[address]


def median(value, named):
    if isinstance(value, str):
        return median(named[value], named)
    return float(quantile(value, np.array([0.5]))[0]) if isinstance(value, dict) else float(value)


def growth(world, curve, address, taus):
    """Cumulative log growth at each time, indexed by time, then by path."""
    (key, value), = curve.items()
    assert key in KEYS, key
    at = f"{address}.{key}"
    taus = taus[:, None]
    get = lambda field: world.number(value[field], f"{at}.{field}")
    if key == "constant":
        return np.log1p(world.number(value, at)) * taus
    if key == "fade":
        start, end, half = np.log1p(get("from")), np.log1p(get("to")), get("half_life")
        return end * taus + (start - end) * half / np.log(2) * (1 - 2 ** (-taus / half))
    if key == "hyperbolic":
        half = get("half_life")
        return np.log1p(get("from")) * half * np.log1p(taus / half)
    if key == "logistic":
        s, k = get("saturation"), get("rate")
        return np.log(s / (1 + (s - 1) * np.exp(-k * taus)))
    if key == "gompertz":
        return np.log(get("saturation")) * (1 - np.exp(-get("rate") * taus))
    if key == "richards":
        s, k, nu = get("saturation"), get("rate"), get("shape")
        return np.log(s) - np.log(1 + (s**nu - 1) * np.exp(-k * taus)) / nu
    if key == "share":
        market = growth(world, value["market"], f"{at}.market", taus[:, 0])
        first, last, half = get("from"), get("to"), get("half_life")
        logit = lambda s: np.log(s / (1 - s))
        share = logit(last) + (logit(first) - logit(last)) * 2 ** (-taus / half)
        return market + np.log(1 / (1 + np.exp(-share))) - np.log(first)
    if key == "mixture":
        weights = np.array([one["weight"] for one in value])
        pick = world.rng.choice(len(value), world.paths, p=weights / weights.sum())
        laws = [growth(world, one["curve"], f"{at}[{n}].curve", taus[:, 0]) for n, one in enumerate(value)]
        return np.choose(pick, laws)
    rates = [np.log1p(world.number(rate, f"{at}.rates[{n}]")) for n, rate in enumerate(value["rates"])]
    tail, years, out = value["tail"], taus[:, 0], []
    ratio = None
    if isinstance(tail, dict) and "ratio" in tail:
        ratio = tail["ratio"]
        if ratio == "auto":
            before, last = (np.log1p(median(rate, world.named)) for rate in value["rates"][-2:])
            ratio = last / before
    for tau in years:
        total = np.zeros(world.paths)
        for n, rate in enumerate(rates):
            total = total + rate * min(max(tau - n, 0), 1)
        beyond = tau - len(rates)
        if beyond > 0:
            if tail == "hold":
                total = total + rates[-1] * beyond
            elif ratio is not None:
                rate, left = rates[-1], beyond
                while left > 0:
                    rate = rate * ratio
                    total = total + rate * min(left, 1)
                    left -= 1
            else:
                end = np.log1p(world.number(tail["fade"]["to"], f"{at}.tail.fade.to"))
                half = world.number(tail["fade"]["half_life"], f"{at}.tail.fade.half_life")
                total = total + end * beyond + (rates[-1] - end) * half / np.log(2) * (1 - 2 ** (-beyond / half))
        out.append(total)
    return np.array(out)


def revenue(world, base, last, per_year):
    """Revenue of every provider at 0..T, indexed by provider, then by period, then by path."""
    scenario = world.scenario
    names = [one["name"] for one in scenario["provider"]]
    taus = np.arange(1, last - base + 1) / per_year
    matrix = np.eye(len(names))
    for one in scenario.get("correlation", []):
        i, j = (names.index(end) for end in one["between"])
        matrix[i, j] = matrix[j, i] = one["value"]
    factor = np.linalg.cholesky(matrix)
    logs = []
    for one in scenario["provider"]:
        at = f"provider[{one['name']}]"
        start = np.log(world.number(one["revenue"], f"{at}.revenue"))
        curve = growth(world, one["growth"], f"{at}.growth", taus)
        logs.append(np.vstack([start, start + curve]))
    volatility = [world.number(one.get("volatility", 0), f"provider[{one['name']}].volatility") for one in scenario["provider"]]
    walk = np.zeros((len(names), world.paths))
    for t in range(1, len(taus) + 1):
        walk += factor @ world.rng.standard_normal((len(names), world.paths))
        for row in range(len(names)):
            logs[row][t] += volatility[row] * per_year**-0.5 * walk[row]
    return np.exp(np.array(logs)), names


def compared(scenario, question, rows, names, base, per_year):
    """The compared values by provider, date and path: the base first; and the dates."""
    measure = question.get("measure", "period")
    if measure == "period":
        return rows, list(range(rows.shape[1]))
    history = np.array([one["history"][-(per_year - 1):] for one in scenario["provider"]])
    known = np.repeat(history[:, :, None], rows.shape[2], axis=2)
    whole = np.concatenate([known, rows], axis=1)
    sums = np.array([whole[:, t:t + per_year].sum(axis=1) for t in range(rows.shape[1])]).transpose(1, 0, 2)
    if measure == "trailing":
        return sums, list(range(rows.shape[1]))
    assert measure == "annual"
    dates = [t for t in range(rows.shape[1]) if (base + t + 1) % per_year == 0]
    assert dates[0] == 0, "the base ends a year"
    return sums[:, dates], dates


def happens(question, values, names, per_year):
    """Whether the event has happened by each date, from the base on."""
    if "overtakes" in question:
        a, b = (names.index(end) for end in question["overtakes"])
        ahead = values[a] > values[b]
    else:
        own, places = (question["leads"], 1) if "leads" in question else question["top"]
        row = names.index(own)
        at_or_above = sum(values[other] >= values[row] for other in range(len(names)) if other != row)
        ahead = at_or_above < places
    k = question.get("sustained", 1)
    if isinstance(k, dict):
        k = k["years"] * per_year
    begins = ahead.copy()
    for later in range(1, k):
        begins[:-later] &= ahead[later:]
        begins[-later:] = False
    return np.logical_or.accumulate(begins, axis=0)


def solve(path):
    scenario = tomllib.loads(path.read_text())
    (base, per_year), (last, _) = index(scenario["base"]), index(scenario["horizon"])
    rng = np.random.default_rng(20181128)
    sums, dates = {}, {}
    for _ in range(PATHS // CHUNK):
        world = World(scenario, CHUNK, rng)
        rows, names = revenue(world, base, last, per_year)
        for number, question in enumerate(scenario["question"]):
            values, dates[number] = compared(scenario, question, rows, names, base, per_year)
            sums[number] = sums.get(number, 0) + happens(question, values, names, per_year).sum(axis=1)
    for number, hits in sums.items():
        for t, count in zip(dates[number], hits):
            if t > 0 and (t == last - base or (base + t + 1) % per_year == 0):
                p = count / PATHS
                error = np.sqrt(max(p * (1 - p), 1 / PATHS) / PATHS)
                yield path.name, number, name_of(base + t, per_year), p, error


def main():
    folder = pathlib.Path(__file__).parent / "joint"
    print("scenario,question,period,probability,standard_error")
    for path in sorted(folder.glob("*.toml")):
        for name, number, period, p, error in solve(path):
            print(f"{name},{number},{period},{p:.6f},{error:.2e}")
        print(path.name, file=sys.stderr)


main()
