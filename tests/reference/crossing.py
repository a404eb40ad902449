"""Writes growth.csv and crossing.csv: the deterministic curves, in 50 digits (curves.py).

growth.csv: curve (TOML of the scenario format), tau (years, a multiple of a month), log_growth (cumulative, 17 digits).
crossing.csv: two providers whose revenue follows its curve. `first` is the period in which a is first ahead (empty: not by the
horizon), `changes` the number of lead changes, `ahead` whether a is ahead at the horizon. Unless a case is named as a tie,
the log-ratio stays 1e-7 from 0 at every date, so that no rounding decides.

    pip install mpmath
    python crossing.py
"""

import csv

import mpmath as mp

from curves import constant, fade, number, schedule

STEPS = {"year": 1, "quarter": 4, "month": 12}
CURVES = [
    constant(0.30), constant(-0.25), constant(0.0), constant(3.5), constant(1e-9),
    schedule([0.87, 0.60, 0.45]),
    schedule([0.87, 0.60], "hold"), schedule([0.87], "hold"), schedule([-0.20, 0.50, 0.10], "hold"),
    schedule([0.87, 0.60], ("ratio", 0.7)), schedule([0.40], ("ratio", 1.3)), schedule([-0.30], ("ratio", 0.5)),
    schedule([0.87, 0.60], ("ratio", "auto")), schedule([0.50, 0.50], ("ratio", "auto")), schedule([-0.40, -0.10], ("ratio", "auto")),
    schedule([0.87, 0.60], ("fade", 0.12, 2)), schedule([0.10], ("fade", 0.40, 0.5)), schedule([0.60, -0.10], ("fade", -0.05, 3)),
    fade(0.45, 0.12, 4), fade(0.10, 0.45, 1.5), fade(0.60, -0.10, 0.75), fade(0.20, 0.20, 5), fade(2.5, 0.02, 0.1),
]
MONTHS = [1, 2, 3, 5, 6, 9, 11, 12, 13, 15, 18, 24, 27, 30, 36, 42, 60, 90, 120, 240, 480]


def growth_rows():
    for text, gamma in CURVES:
        stated = 36 if "tail" not in text and "schedule" in text else MONTHS[-1]
        yield from ((text, f"{months}/12", mp.nstr(gamma(mp.mpf(months) / 12), 17)) for months in MONTHS if months <= stated)


CASES = [
    ("constant", "quarter", 40, 699, 1100, constant(0.35), constant(0.27)),
    ("constant_never", "quarter", 40, 699, 1100, constant(0.25), constant(0.27)),
    ("constant_at_once", "quarter", 8, 999, 1000, constant(0.35), constant(0.27)),
    ("constant_just_beyond", "quarter", 29, 699, 1100, constant(0.35), constant(0.27)),
    ("constant_at_the_horizon", "quarter", 30, 699, 1100, constant(0.35), constant(0.27)),
    ("constant_months", "month", 120, 699, 1100, constant(0.35), constant(0.27)),
    ("constant_years", "year", 12, 699, 1100, constant(0.35), constant(0.27)),
    ("both_shrink", "quarter", 40, 600, 1000, constant(-0.05), constant(-0.15)),
    ("hold", "quarter", 40, 699, 1100, schedule([0.87, 0.60], "hold"), constant(0.45)),
    ("hold_in_the_tail", "quarter", 40, 400, 1100, schedule([0.87, 0.60], "hold"), fade(0.45, 0.12, 4)),
    ("stated_years_only", "quarter", 12, 699, 1100, schedule([0.87, 0.60, 0.45]), constant(0.30)),
    ("fade_tail", "quarter", 40, 400, 1100, schedule([0.87, 0.60], ("fade", 0.12, 2)), constant(0.20)),
    ("fade_tail_never", "quarter", 40, 200, 1100, schedule([0.87, 0.60], ("fade", 0.12, 2)), constant(0.20)),
    ("ratio", "quarter", 40, 520, 1100, schedule([0.87, 0.60], ("ratio", 0.7)), constant(0.22)),
    ("ratio_rising", "month", 90, 300, 1100, schedule([0.25], ("ratio", 1.2)), constant(0.20)),
    ("auto", "quarter", 40, 520, 1100, schedule([0.87, 0.60], ("ratio", "auto")), constant(0.25)),
    ("auto_years", "year", 10, 500, 1100, schedule([0.87, 0.60], ("ratio", "auto")), constant(0.25)),
    ("fade_against_fade", "quarter", 60, 700, 1100, fade(0.60, 0.15, 3), fade(0.40, 0.10, 4)),
    ("fade_months", "month", 60, 1000, 1100, fade(0.60, 0.15, 1), fade(0.40, 0.10, 2)),
    ("falls_back", "quarter", 60, 900, 1000, fade(0.60, -0.10, 1.5), constant(0.10)),
    ("falls_back_between_years", "year", 15, 900, 1000, fade(0.60, -0.10, 1.5), constant(0.10)),
    ("ahead_at_base_falls_back", "quarter", 20, 1000, 800, constant(0.05), constant(0.20)),
    ("tie_throughout", "quarter", 20, 777, 777, constant(0.2), constant(0.2)),
    ("tie_after_a_year", "quarter", 12, 500, 1000, constant(1.0), constant(0.0)),
    ("tie_after_two_years", "year", 6, 250, 1000, constant(1.0), constant(0.0)),
    ("tie_of_unlike_laws", "quarter", 12, 500, 1000, schedule([1.0], "hold"), fade(0.0, 0.0, 1)),
]
MARGIN = mp.mpf("1e-7")
TIE = mp.mpf("1e-30")


def crossing(name, step, horizon, base_a, base_b, growth_a, growth_b):
    start = mp.log(number(base_a)) - mp.log(number(base_b))
    ratios = [start + growth_a[1](mp.mpf(t) / STEPS[step]) - growth_b[1](mp.mpf(t) / STEPS[step]) for t in range(horizon + 1)]
    assert all(abs(x) > MARGIN or (name.startswith("tie") and abs(x) < TIE) for x in ratios), (name, [mp.nstr(x, 5) for x in ratios])
    assert not name.startswith("tie") or any(abs(x) < TIE for x in ratios[1:])
    ahead = [x > MARGIN for x in ratios]
    first = 0 if ahead[0] else next((t for t in range(1, horizon + 1) if ahead[t]), "")
    return first, sum(p != q for p, q in zip(ahead, ahead[1:])), int(ahead[-1])


def check():
    """Identities of the model, by numerical integration of the rates where it gives rates."""
    log2 = lambda g: mp.log(1 + number(g))
    for g0, g1, h, tau in [(0.45, 0.12, 4, 7.5), (0.6, -0.1, 0.75, 2.25)]:
        gamma = lambda u: log2(g1) + (log2(g0) - log2(g1)) * mp.power(2, -u / number(h))
        assert abs(mp.quad(gamma, [0, 1, tau]) - fade(g0, g1, h)[1](tau)) < mp.mpf("1e-40")
    for tau in (0.25, 1, 2.75, 9):
        assert abs(schedule([0.3, 0.3], "hold")[1](tau) - constant(0.3)[1](mp.mpf(tau))) < mp.mpf("1e-45")
        assert abs(schedule([0.3, 0.3], ("ratio", "auto"))[1](tau) - constant(0.3)[1](mp.mpf(tau))) < mp.mpf("1e-45")
    two = schedule([0.87, 0.60], ("ratio", 0.7))[1](mp.mpf("3.5"))
    assert abs(two - (log2(0.87) + log2(0.60) * (1 + number(0.7) + number(0.7) ** 2 / 2))) < mp.mpf("1e-45")


if __name__ == "__main__":
    check()
    with open("growth.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["curve", "tau", "log_growth"])
        out.writerows(growth_rows())
    with open("crossing.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["case", "step", "horizon", "revenue_a", "revenue_b", "growth_a", "growth_b", "first", "changes", "ahead"])
        for case in CASES:
            out.writerow([*case[:5], case[5][0], case[6][0], *crossing(*case)])
            print(case[0], *crossing(*case))
