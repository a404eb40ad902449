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

from curves import (
    bass, constant, damped, fade, fading, gompertz, hyperbolic, logistic, number, richards, schedule, share, weibull,
)

STEPS = {"year": 1, "quarter": 4, "month": 12}
CURVES = [
    constant(0.30), constant(-0.25), constant(0.0), constant(3.5), constant(1e-9),
    schedule([0.87, 0.60, 0.45]),
    schedule([0.87, 0.60], "hold"), schedule([0.87], "hold"), schedule([-0.20, 0.50, 0.10], "hold"),
    schedule([0.87, 0.60], ("ratio", 0.7)), schedule([0.40], ("ratio", 1.3)), schedule([-0.30], ("ratio", 0.5)),
    schedule([0.87, 0.60], ("ratio", "auto")), schedule([0.50, 0.50], ("ratio", "auto")), schedule([-0.40, -0.10], ("ratio", "auto")),
    schedule([0.87, 0.60], ("fade", 0.12, 2)), schedule([0.10], ("fade", 0.40, 0.5)), schedule([0.60, -0.10], ("fade", -0.05, 3)),
    fade(0.45, 0.12, 4), fade(0.10, 0.45, 1.5), fade(0.60, -0.10, 0.75), fade(0.20, 0.20, 5), fade(2.5, 0.02, 0.1),
    hyperbolic(0.87, 2), hyperbolic(-0.30, 0.5), hyperbolic(0.40, 1e-6), hyperbolic(0.40, 1e9),
    damped(0.87, 0.7), damped(0.30, 1.0), damped(0.05, 1.04), damped(-0.20, 0.001), damped(0.40, 0.999999999),
    logistic(20, 0.6), logistic(1.000001, 0.5), logistic(1e12, 1.5), logistic(1e12, 0.2), logistic(3, 1e-9), logistic(3, 400),
    gompertz(20, 0.4), gompertz(1.000001, 0.5), gompertz(1e12, 1.5), gompertz(3, 1e-9), gompertz(3, 400),
    richards(20, 0.5, 0.5), richards(20, 0.5, 1), richards(20, 0.5, 1e-9), richards(20, 0.5, 40), richards(20, 30, 300),
    richards(1e12, 40, 40), richards(1.000001, 0.5, 1e-4), richards(1.000001, 0.5, 1e6),
    bass(0.02, 0.4, 0.1), bass(0.03, 0, 0.2), bass(1e-9, 0.4, 0.1), bass(0.4, 1e-9, 0.001), bass(0.02, 0.4, 0.999999),
    bass(1e-9, 3, 1e-9), bass(1e-9, 1e-9, 0.5),
    weibull(20, 0.2, 1.5), weibull(20, 0.2, 1), weibull(20, 0.2, 0.2), weibull(20, 0.2, 12), weibull(1e12, 0.1, 0.01),
    weibull(1e12, 0.1, 3), weibull(1.000001, 0.5, 2), weibull(3, 1e-9, 1.5), weibull(3, 400, 1.5),
    share(constant(0.2), 0.05, 0.10, 3), share(fade(0.4, 0.1, 3), 0.4, 0.01, 1), share(constant(0.0), 1e-6, 0.999999, 2),
    share(constant(0.0), 0.999999, 1e-6, 2), share(constant(0.1), 0.3, 0.3, 2), share(bass(0.02, 0.4, 0.1), 0.3, 0.2, 1e6),
    share(share(logistic(20, 0.6), 0.5, 0.6, 2), 0.1, 0.2, 4), share(damped(0.3, 0.8), 0.5, 0.6, 2),
    share(schedule([0.87, 0.60], ("fade", 0.12, 2)), 0.2, 0.3, 1e-6),
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
    ("hyperbolic", "quarter", 40, 600, 1100, hyperbolic(0.87, 2), constant(0.15)),
    ("damped_quarters", "quarter", 40, 600, 1100, damped(0.60, 0.8, 4), constant(0.12)),
    ("damped_years", "year", 10, 600, 1100, damped(0.60, 0.8, 1), constant(0.12)),
    ("logistic_overtakes_and_falls_back", "quarter", 60, 100, 300, logistic(20, 0.6), constant(0.15)),
    ("gompertz_against_logistic", "quarter", 40, 100, 130, gompertz(20, 0.4), logistic(12, 0.6)),
    ("richards_months", "month", 120, 100, 300, richards(20, 0.5, 0.5), constant(0.15)),
    ("bass", "quarter", 60, 200, 700, bass(0.02, 0.4, 0.1), constant(0.05)),
    ("weibull", "quarter", 40, 100, 300, weibull(20, 0.2, 1.5), constant(0.25)),
    ("shares_of_one_market", "quarter", 40, 200, 500, share(fade(0.4, 0.1, 3), 0.1, 0.4, 3), share(fade(0.4, 0.1, 3), 0.25, 0.2, 2)),
    ("tie_of_richards_and_logistic", "quarter", 12, 500, 500, richards(20, 0.4, 1), logistic(20, 0.4)),
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
    g0, h = 0.87, 2.0
    assert abs(mp.quad(lambda u: log2(g0) / (1 + u / h), [0, 1, 7.5]) - hyperbolic(g0, h)[1](mp.mpf("7.5"))) < mp.mpf("1e-40")
    for tau in map(mp.mpf, ("0.25", "2.5", "9")):
        # Differential equations of the laws, in L or F, and the identities between the laws.
        s, k, nu, p, q, f = map(number, (20, 0.5, 0.3, 0.02, 0.4, 0.1))
        slope = lambda law: mp.diff(law[1], tau)
        level = lambda law: mp.exp(law[1](tau))
        near = lambda x, y, bound="1e-20": abs(x - y) < mp.mpf(bound)
        law = logistic(20, 0.5)
        assert near(slope(law), k * (1 - level(law) / s))
        law = gompertz(20, 0.5)
        assert near(slope(law), k * mp.log(s / level(law)))
        assert near(law[1](tau), fading(k * mp.log(s), mp.mpf(0), mp.log(2) / k, tau), "1e-15")
        law = richards(20, 0.5, 0.3)
        assert near(slope(law), k / nu * (1 - mp.power(level(law) / s, nu)))
        assert near(richards(20, 0.5, 1)[1](tau), logistic(20, 0.5)[1](tau), "1e-40")
        assert near(richards(20, 0.5, 1e-15)[1](tau), gompertz(20, 0.5)[1](tau), "1e-13")
        law = bass(0.02, 0.4, 0.1)
        adopted = f * level(law)
        assert near(slope(law) * adopted, (p + q * adopted) * (1 - adopted))
        law = weibull(20, 0.2, 1.5)
        age = mp.power(-mp.log(1 - 1 / s), 1 / number(1.5)) / number(0.2)
        assert near(level(law) / s, 1 - mp.exp(-mp.power(number(0.2) * (age + tau), number(1.5))), "1e-40")
        assert near(share(constant(0.0), 0.05, 0.10, 3)[1](mp.mpf(3)), mp.log(1 / (1 + mp.sqrt(19 * 9))) - mp.log(number(0.05)), "1e-15")
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
