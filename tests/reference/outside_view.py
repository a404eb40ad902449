"""The outside view in NumPy: what is estimated from a history, and the probabilities of an overtake.

Reads the histories in tests/data/history and writes tests/reference/outside_view.csv. It shares no code with the crate. The
estimates follow the formulas of the guide src/docs/history.md; the probabilities simulate the recursion of the advantage
itself (v <- phi v + noise, x <- x + v + noise), not the scenario that the crate makes of it. Only the case with quarterly
steps simulates a scenario, since its corrections are stated for one.

    python3 -P outside_view.py [PATHS]      (-P: math.py beside it is another script)

Columns: case, name of the provider (or of the period of a probability), quantity, value, standard error (0 if computed).
"""

import csv
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent / "data" / "history"
PATHS = int(sys.argv[1]) if len(sys.argv) > 1 else 4_000_000
CHUNK = 500_000

CLASSES = {
    "general": dict(A=0.25, h=2.0, s0=0.13, nu0=4.5, nu=3.5),
    "large companies": dict(A=0.20, h=2.0, s0=0.10, nu0=5.5, nu=3.3),
}


def read(name):
    """{name: {period: (value, is_break)}}, periods as whole numbers."""
    table = {}
    with open(DATA / name, newline="") as file:
        for row in csv.DictReader(file):
            label = row["period"]
            index = int(label) if "Q" not in label else 4 * int(label[:4]) + int(label[-1]) - 1
            table.setdefault(row["name"], {})[index] = (float(row["value"]), row.get("kind") == "break")
    return table


def years(values, base, per_year):
    """Sums over years back from the base, the latest first, without crossing a gap or a break."""
    sums = []
    for k in range(9):
        window = range(base - (k + 1) * per_year + 1, base - k * per_year + 1)
        if any(t not in values for t in window):
            break
        # A break at t forbids t together with anything before it.
        if any(values[t][1] for t in range(window[0] + 1, base + 1)):
            break
        sums.append(sum(values[t][0] for t in window))
    return np.array(sums)


def estimate(d, A, h, s0, nu0, nu):
    K, phi = len(d), 2 ** (-1 / h)
    s2 = (nu0 * s0**2 + 0.5 * np.sum(d**2)) / (nu0 + K)
    for _ in range(6):
        w = 5 / (4 + d**2 / s2)
        s2 = (nu0 * s0**2 + np.sum(w * d**2)) / (nu0 + K)
    lag = np.arange(K)
    R = A * phi ** np.abs(lag[:, None] - lag) + np.diag((1 - A) / np.maximum(w, 0.05))
    c = A * phi**lag
    gain = np.linalg.solve(R, c)
    kappa = -phi * np.log(phi) / (1 - phi)
    s, v, sd = np.sqrt(s2), gain @ d, np.sqrt(s2 * (A - c @ gain))
    return dict(scale=s, advantage=v, sd=sd, at_base=v * kappa, at_base_sd=sd * kappa), w


def simulate_pair(x0, s, v, sd, A, h, nu, horizon, seed, **_):
    """P(x > 0 by t) of the recursion, t = 1 ... horizon."""
    phi, hits = 2 ** (-1 / h), np.zeros(horizon)
    for chunk in range(PATHS // CHUNK):
        rng = np.random.default_rng([seed, chunk])
        V = rng.normal(v, sd, CHUNK)
        x, ahead = np.full(CHUNK, x0), np.zeros(CHUNK, bool)
        for t in range(horizon):
            scale = s * np.sqrt(nu / rng.chisquare(nu, CHUNK))
            V = phi * V + scale * np.sqrt(A * (1 - phi**2)) * rng.normal(size=CHUNK)
            x = x + V + scale * np.sqrt(1 - A) * rng.normal(size=CHUNK)
            ahead |= x > 0
            hits[t] += ahead.sum()
    return hits / (PATHS // CHUNK * CHUNK)


def simulate_many(logs, found, cls, horizon, seed):
    """P(first overtakes each other one by t) of n providers with advantages over a common growth, which cancels."""
    n, phi, nu, A = len(logs), 2 ** (-1 / cls["h"]), cls["nu"], cls["A"]
    hits = np.zeros((n, horizon))
    for chunk in range(PATHS // CHUNK):
        rng = np.random.default_rng([seed, chunk])
        V = np.array([rng.normal(f["advantage"], f["sd"], CHUNK) for f in found])
        s = np.array([f["scale"] for f in found])[:, None]
        x, ahead = np.repeat(np.array(logs)[:, None], CHUNK, 1), np.zeros((n, CHUNK), bool)
        for t in range(horizon):
            scale = s * np.sqrt(nu / rng.chisquare(nu, CHUNK))
            V = phi * V + scale * np.sqrt(A * (1 - phi**2)) * rng.normal(size=(n, CHUNK))
            x = x + V + scale * np.sqrt(1 - A) * rng.normal(size=(n, CHUNK))
            ahead |= x[0] > x
            hits[:, t] += ahead.sum(1)
    return hits / (PATHS // CHUNK * CHUNK)


def simulate_quarters(base, volatility, at_base, at_base_sd, common, common_sd, A, h, nu, jump, years_ahead, seed):
    """P(trailing year of a > that of b by t quarters) of the quarterly scenario; both drawn rates fade to one growth."""
    T, phi = 4 * years_ahead, 2 ** (-0.25 / h)
    tau = np.arange(1, T + 1) / 4
    faded = h / np.log(2) * (1 - 2 ** (-tau / h))
    hits = np.zeros(T)
    for chunk in range(PATHS // CHUNK):
        rng = np.random.default_rng([seed, chunk])
        m = rng.normal(common, common_sd, CHUNK)
        a = rng.normal(at_base, at_base_sd, CHUNK)
        V, Y = np.zeros((2, CHUNK)), np.zeros((2, CHUNK))
        window = [[np.full(CHUNK, base[i])] * 4 for i in range(2)]
        ahead = np.zeros(CHUNK, bool)
        for t in range(T):
            mixing = np.sqrt((nu - 2) / rng.chisquare(nu, CHUNK))
            V = phi * V + np.sqrt(A * (1 - phi**2)) * mixing * rng.normal(size=(2, CHUNK))
            Y = Y + volatility * 0.5 * (V + np.sqrt(1 - A) * mixing * rng.normal(size=(2, CHUNK)))
            growth = [m * tau[t] + a * faded[t] + jump, m * tau[t]]
            for i in range(2):
                window[i] = window[i][1:] + [base[i] * np.exp(growth[i] + Y[i])]
            ahead |= sum(window[0]) > sum(window[1])
            hits[t] += ahead.sum()
    return hits / (PATHS // CHUNK * CHUNK)


def common_growth(all_growth):
    pooled = np.concatenate(all_growth)
    return np.median(pooled), np.std(pooled, ddof=1) / np.sqrt(min(len(g) for g in all_growth))


def main():
    rows = []

    def write(case, name, numbers):
        rows.extend([case, name, quantity, repr(float(value)), 0] for quantity, value in numbers.items())

    def write_by(case, labels, name, by):
        for label, p in zip(labels, by):
            rows.append([case, name, label, repr(float(p)), repr(float(np.sqrt(p * (1 - p) / PATHS)))])

    def pair(case, file, names, base, per_year, cls, first_label):
        table = read(file)
        y = [years(table[name], base, per_year) for name in names]
        K = min(len(y[0]), len(y[1]), 9) - 1
        y = [values[: K + 1] for values in y]
        r = np.log(y[0] / y[1])
        found, w = estimate(r[:-1] - r[1:], **cls)
        m, u = common_growth([np.log(values[:-1] / values[1:]) for values in y])
        sigma = found["scale"] * np.sqrt(cls["nu"] / (cls["nu"] - 2))
        write(case, names[0], found | dict(years=K, common=m, common_sd=u, volatility=sigma / np.sqrt(2)))
        write(case, names[0], {f"weight {k}": x for k, x in enumerate(w)})
        for name, values in zip(names, y):
            write(case, name, dict(revenue=values[0]))
        by = simulate_pair(r[0], found["scale"], found["advantage"], found["sd"], horizon=5, seed=len(rows), **cls)
        write_by(case, [str(first_label + t) for t in range(5)], names[0], by)
        return table, y, m, u

    for name, cls in CLASSES.items():
        pair(f"pair, {name}", "pair.csv", ["A", "B"], 2018, 1, cls, 2019)
    both = ["Challenger", "Incumbent"]
    base = 4 * 2018
    table, y, m, u = pair("quarters", "quarters.csv", both, base, 4, CLASSES["general"], 2019)

    # The same pair with quarterly steps.
    case, cls = "quarters on periods", CLASSES["general"] | dict(A=0.05)
    r = np.log(y[0] / y[1])
    d = r[:-1] - r[1:]
    found, _ = estimate(d, **cls)
    quarter = [np.log(table[name][base][0] / table[name][base - 4][0]) for name in both]
    jump = 0.25 * (quarter[0] - quarter[1] - d[0])
    volatility = 1.206 * found["scale"] * np.sqrt(cls["nu"] / (cls["nu"] - 2)) / np.sqrt(2)
    level = [values[0] / 4 for values in y]
    write(case, both[0], found | dict(volatility=volatility, jump=jump, revenue=level[0]))
    write(case, both[1], dict(revenue=level[1]))
    by = simulate_quarters(level, volatility, found["at_base"], found["at_base_sd"], m, u, cls["A"], cls["h"], cls["nu"], jump, 5, 99)
    write_by(case, [f"{2018 + (t + 1) // 4}-Q{(t + 1) % 4 + 1}" for t in range(20)], both[0], by)

    # Four providers of a group of five.
    case, cls, names = "four", CLASSES["general"], ["North", "South", "East", "West"]
    table = read("five.csv")
    y = {name: years(values, 2018, 1) for name, values in table.items()}
    growth = {name: np.log(values[:-1] / values[1:]) for name, values in y.items()}
    medians = [np.median([g[k] for g in growth.values() if len(g) > k]) for k in range(8)]
    own = cls | dict(s0=cls["s0"] / np.sqrt(2))
    found = []
    for name in names:
        K = min(len(growth[name]), 8)
        one, _ = estimate(growth[name][:K] - medians[:K], **own)
        found.append(one)
        volatility = one["scale"] * np.sqrt(cls["nu"] / (cls["nu"] - 2))
        write(case, name, one | dict(years=K, volatility=volatility, revenue=y[name][0]))
    m, u = common_growth([growth[name][:8] for name in names])
    write(case, names[0], dict(common=m, common_sd=u))
    by = simulate_many([np.log(y[name][0]) for name in names], found, cls, 5, 7)
    for name, of_other in list(zip(names, by))[1:]:
        write_by(case, [str(2019 + t) for t in range(5)], name, of_other)

    with open(HERE / "outside_view.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["case", "name", "quantity", "value", "standard_error"])
        writer.writerows(rows)


main()
