"""Probabilities of scenarios with jumps, factors, Student-t innovations, shocks that are not random walks, mean
centring and exits, by plain simulation in NumPy.

Reads the scenarios in tests/data/shocks and writes tests/reference/shocks.csv. It shares no code with the crate: it reads
the scenario files itself and follows the formulas of the model. Exits are drawn date by date.

    python3 shocks.py [PATHS]

Columns: the scenario, what is estimated (by, ahead or gone of a question; mean of a provider's revenue), the index of the
question or the name of the provider, the period, the value and its standard error.
"""

import csv
import math
import pathlib
import sys
import tomllib

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
CHUNK = 100_000
PER_YEAR = {"Q": 4, "M": 12, "Y": 1}


def step_of(label):
    return "Q" if "Q" in label else ("M" if "-" in label else "Y")


def number_of(label):
    """The periods since year 0."""
    step = step_of(label)
    if step == "Y":
        return int(label)
    year, part = label.split("-")
    return int(year) * PER_YEAR[step] + int(part.lstrip("Q")) - 1


def label_of(number, step):
    if step == "Y":
        return f"{number:04d}"
    year, part = divmod(number, PER_YEAR[step])
    return f"{year:04d}-Q{part + 1}" if step == "Q" else f"{year:04d}-{part + 1:02d}"


class Draws:
    """Assumptions, drawn once per path; a name is one draw."""

    def __init__(self, scenario, count, rng):
        self.named = scenario.get("assumption", {})
        self.known = {}
        self.count, self.rng = count, rng

    def of(self, value):
        if isinstance(value, str):
            if value not in self.known:
                self.known[value] = self.of(self.named[value])
            return self.known[value]
        if isinstance(value, (int, float)):
            return np.full(self.count, float(value))
        kind, parameters = next((k, v) for k, v in value.items() if k != "source")
        rng, n = self.rng, self.count
        if kind == "normal":
            return rng.normal(parameters[0], parameters[1], n)
        if kind == "lognormal":
            return parameters[0] * np.exp(parameters[1] * rng.standard_normal(n))
        if kind == "log_growth":
            return np.expm1(parameters[0] + parameters[1] * rng.standard_normal(n))
        if kind == "uniform":
            return rng.uniform(parameters[0], parameters[1], n)
        raise ValueError(kind)


def growth(curve, taus, draws):
    """Cumulative log growth, by date, then by path."""
    kind, p = next(iter(curve.items()))
    tau = taus[:, None]
    if kind == "constant":
        return np.log1p(draws.of(p))[None, :] * tau
    if kind == "fade":
        first, last, half = (draws.of(p[key])[None, :] for key in ("from", "to", "half_life"))
        first, last = np.log1p(first), np.log1p(last)
        return last * tau + (first - last) * half / math.log(2) * (1 - 2 ** (-tau / half))
    if kind == "gompertz":
        saturation, rate = draws.of(p["saturation"])[None, :], draws.of(p["rate"])[None, :]
        return np.log(saturation) * (1 - np.exp(-rate * tau))
    raise ValueError(kind)


def root(matrix):
    """A matrix R with R Rᵀ = C, which may be singular."""
    values, vectors = np.linalg.eigh(matrix)
    return vectors * np.sqrt(np.maximum(values, 0))


def correlation(names, scenario):
    matrix = np.eye(len(names))
    for one in scenario.get("correlation", []):
        a, b = (names.index(name) if name in names else None for name in one["between"])
        if a is not None and b is not None:
            matrix[a, b] = matrix[b, a] = one["value"]
    return matrix


def simulate(scenario, count, rng):
    """Log revenue by provider, date 0 to T and path."""
    step = step_of(scenario["base"])
    base, horizon = number_of(scenario["base"]), number_of(scenario["horizon"])
    periods, delta = horizon - base, 1 / PER_YEAR[step]
    taus = np.arange(1, periods + 1) * delta
    draws = Draws(scenario, count, rng)
    providers, factors = scenario["provider"], scenario.get("factor", [])
    names = [one["name"] for one in providers] + [one["name"] for one in factors]
    matrix = correlation(names, scenario)
    own = root(matrix)
    trending = [i for i, one in enumerate(providers) if "damped_trend" in one.get("shock", {})]
    trend = root(matrix[np.ix_(trending, trending)]) if trending else None

    centre, sigma, motion, loadings = [], [], [], []
    drift = [np.log1p(draws.of(one.get("drift", 0))) for one in factors]
    factor_sigma = [draws.of(one["volatility"]) for one in factors]
    for one in providers:
        x = np.log(draws.of(one["revenue"]))[None, :] + np.vstack(
            [np.zeros((1, count)), growth(one["growth"], taus, draws)]
        )
        for jump in one.get("jump", []):
            at = number_of(jump["at"]) - base
            x[at:] += draws.of(jump["log_size"]) * (rng.random(count) < jump.get("probability", 1))
        loading = [one.get("loading", {}).get(factor["name"], 0.0) for factor in factors]
        for f, weight in enumerate(loading):
            x += weight * drift[f][None, :] * np.arange(periods + 1)[:, None] * delta
        centre.append(x)
        sigma.append(draws.of(one.get("volatility", 0)) * math.sqrt(delta))
        loadings.append(loading)
        shock = one.get("shock", "random_walk")
        kind = shock if isinstance(shock, str) else next(iter(shock))
        numbers = {} if isinstance(shock, str) else shock[kind]
        half = draws.of(numbers["half_life"]) if numbers else np.ones(count)
        share = draws.of(numbers["share"]) if "share" in numbers else np.zeros(count)
        motion.append((kind, 2 ** (-delta / half), share))

    y = [np.zeros(count) for _ in providers]
    v = [np.zeros(count) for _ in providers]
    f = [np.zeros(count) for _ in factors]
    # Mean centring: half of the variance from independent runs of the recursion on unit impulses would be circular, so
    # the variance is that of the sum of the weights of every innovation.
    halves = [half_variance(i, providers, motion, sigma, loadings, factor_sigma, matrix, delta, periods) for i in range(len(providers))]
    df = scenario.get("innovations", "gaussian")
    df = None if isinstance(df, str) else df["student_t"]["df"]
    rows = [[x[0]] for x in centre]
    for t in range(1, periods + 1):
        mixing = 1.0 if df is None else np.sqrt((df - 2) / rng.chisquare(df, count))
        u = own @ rng.standard_normal((len(names), count)) * mixing
        if trending:
            second = trend @ rng.standard_normal((len(trending), count)) * mixing
        for i in range(len(factors)):
            f[i] = f[i] + factor_sigma[i] * math.sqrt(delta) * u[len(providers) + i]
        for i, (kind, kept, share) in enumerate(motion):
            if kind == "random_walk":
                y[i] = y[i] + sigma[i] * u[i]
            elif kind == "persistent":
                v[i] = u[i] if t == 1 else kept * v[i] + np.sqrt(1 - kept**2) * u[i]
                y[i] = y[i] + sigma[i] * v[i]
            elif kind == "reverting":
                y[i] = kept * y[i] + sigma[i] * u[i]
            else:
                v[i] = kept * v[i] + np.sqrt(share * (1 - kept**2)) * second[trending.index(i)]
                y[i] = y[i] + sigma[i] * (v[i] + np.sqrt(1 - share) * u[i])
            total = centre[i][t] + y[i] + sum(w * f[k] for k, w in enumerate(loadings[i]))
            rows[i].append(total - halves[i][t])
    return [np.array(row) for row in rows]


def half_variance(i, providers, motion, sigma, loadings, factor_sigma, matrix, delta, periods):
    """Half of Var(Y(t) + Σ βF(t)) by date and path, from the weight of each innovation in Y(t)."""
    count = len(sigma[i])
    if providers[i].get("centring", "median") == "median":
        return np.zeros((periods + 1, count))
    kind, kept, share = motion[i]
    n = len(providers)
    halves = [np.zeros(count)]
    for t in range(1, periods + 1):
        age = np.arange(t)[:, None]  # periods since the innovation
        ones = np.ones((t, count))
        second = 0 * ones
        if kind == "random_walk":
            first = ones
        elif kind == "reverting":
            first = kept**age
        else:
            sums = (1 - kept ** (age + 1)) / (1 - kept)
            if kind == "persistent":
                first = np.sqrt(1 - kept**2) * sums
                first[t - 1] = sums[t - 1]
            else:
                first = np.sqrt(1 - share) * ones
                second = np.sqrt(share * (1 - kept**2)) * sums
        var = sigma[i] ** 2 * ((first**2).sum(0) + (second**2).sum(0))
        for a, wa in enumerate(loadings[i]):
            scale = wa * factor_sigma[a] * math.sqrt(delta)
            var = var + 2 * sigma[i] * scale * matrix[i, n + a] * first.sum(0)
            for b, wb in enumerate(loadings[i]):
                var = var + t * scale * wb * factor_sigma[b] * math.sqrt(delta) * matrix[n + a, n + b]
        halves.append(var / 2)
    return np.array(halves)


def values(scenario, question, rows):
    """What a question compares, by provider and date; the periods of the dates after the base."""
    names = [one["name"] for one in scenario["provider"]]
    pair = [names.index(name) for name in question["overtakes"]]
    periods = rows[0].shape[0] - 1
    if question.get("measure", "period") == "period":
        return [rows[i] for i in pair], list(range(1, periods + 1))
    assert question["measure"] == "annual"
    step = step_of(scenario["base"])
    per, base = PER_YEAR[step], number_of(scenario["base"])
    assert (base + 1) % per == 0, "the base ends a year"
    ends = list(range(per, periods + 1, per))
    out = []
    for i in pair:
        history = scenario["provider"][i]["history"][-(per - 1):]
        money = np.exp(rows[i])
        start = sum(history) + money[0]
        out.append(np.array([start] + [money[end - per + 1 : end + 1].sum(0) for end in ends]))
    return out, ends


def answers(scenario, question, rows, rng):
    (a, b), ends = values(scenario, question, rows)
    ahead = a > b
    count, dates = ahead.shape[1], ahead.shape[0]
    k = question.get("sustained", 1)
    first = np.full(count, dates)
    for t in reversed(range(dates - k + 1)):
        first = np.where(ahead[t : t + k].all(0), t, first)
    delta = 1 / PER_YEAR[step_of(scenario["base"])]
    exits = [one.get("exit", 0) for one in scenario["provider"] if one["name"] in question["overtakes"]]
    left = np.full(count, np.inf)
    for exit in exits:
        if exit > 0:
            left = np.minimum(left, rng.geometric(1 - (1 - exit) ** delta, count))
    periods = np.array([0] + ends + [10**9])
    valid = (first < dates) & (left > periods[first])
    out = {}
    for place, end in enumerate(ends, 1):
        out["by", end] = (valid & (first <= place)).mean()
        out["ahead", end] = ahead[place].mean()
        if any(exits):
            out["gone", end] = ((left <= end) & ~(valid & (first <= place))).mean()
    return out


def write_means(writer, name, base, chunks):
    """The mean of every answer over the chunks, with its standard error."""
    step, number = step_of(base), number_of(base)
    for key in chunks[0]:
        if key[0] == "variance":
            continue
        each = np.array([found[key] for found in chunks])
        value = each.mean()
        variance = max(value * (1 - value), 1e-9)
        if key[0] == "mean":
            variance = np.mean([found["variance", *key[1:]] for found in chunks])
        error = math.sqrt(variance / (CHUNK * len(each)))
        what, of, end = key
        writer.writerow([name, what, of, label_of(number + end, step), f"{value:.8g}", f"{error:.3g}"])
    print(name, flush=True)


def main(paths):
    with open(HERE / "shocks.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["scenario", "what", "of", "period", "value", "standard_error"])
        for path in sorted((HERE.parent / "data" / "shocks").glob("*.toml")):
            scenario = tomllib.loads(path.read_text())
            rng = np.random.default_rng([2018, *path.stem.encode()])
            chunks = []
            for _ in range(paths // CHUNK):
                rows = simulate(scenario, CHUNK, rng)
                found = {}
                for index, question in enumerate(scenario["question"]):
                    for (what, end), value in answers(scenario, question, rows, rng).items():
                        found[what, str(index), end] = value
                if "student_t" not in scenario.get("innovations", ""):
                    for one, row in zip(scenario["provider"], rows):
                        for end in (1, len(row) - 1):
                            money = np.exp(row[end])
                            found["mean", one["name"], end] = money.mean()
                            found["variance", one["name"], end] = money.var()
                chunks.append(found)
            write_means(writer, path.stem, scenario["base"], chunks)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
