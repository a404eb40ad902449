"""The cases of first_passage.csv and share.csv: a pair of providers, its assumptions, its questions."""

import math
from dataclasses import dataclass, field

import curves
import laws

STEPS = {"year": 1, "quarter": 4, "month": 12}


@dataclass
class Pair:
    """Growth is a curve of curves.py, or a Law: `constant` growth with that law, or "boom": the named assumption of `named`."""

    name: str
    step: str
    horizon: int
    revenue: tuple
    growth: tuple
    volatility: tuple
    correlation: float = 0.0
    sustained: tuple = (1,)
    lead_changes: bool = False
    named: object = None
    dates: tuple = field(default=())

    def columns(self):
        growth = [g[0] if isinstance(g, tuple) else f"{{ constant = {toml(g)} }}" for g in self.growth]
        named = "" if self.named is None else f"{{ boom = {self.named.toml} }}"
        return [self.name, self.step, self.horizon, named, *map(toml, self.revenue), *growth, *map(toml, self.volatility),
                self.correlation]

    def at(self):
        T = self.horizon
        return self.dates or sorted({t for t in (1, 2, T // 8, T // 4, T // 2, 3 * T // 4, T) if t > 0})


def toml(value):
    if isinstance(value, laws.Law):
        return value.toml
    return f'"{value}"' if isinstance(value, str) else str(value)


def constants(g_a, g_b):
    return curves.constant(g_a), curves.constant(g_b)


FIVE_PERCENT_LOG = math.expm1(0.05)
ANALYSTS = [0.87, 0.60]

CERTAIN = [
    # the model: a = ln(1000/699), mu = 0.05, s = 0.2, 40 quarters.
    Pair("model_example", "quarter", 40, (699, 1000), constants(FIVE_PERCENT_LOG, 0.0), (0.2, 0.0)),
    # No drift from an exact tie: P(not by n) is C(2n, n) / 4^n (Sparre Andersen), checked below.
    Pair("tie_at_base", "quarter", 40, (1000, 1000), constants(0.1, 0.1), (0.1, 0.15), sustained=(1, 2, 4), lead_changes=True),
    Pair("main", "quarter", 40, (699, 1100), constants(0.35, 0.27), (0.15, 0.10), 0.3, sustained=(1, 2, 4), lead_changes=True),
    Pair("rare", "quarter", 40, (330, 1000), constants(0.17, 0.20), (0.09, 0.10)),
    Pair("sure", "quarter", 40, (700, 1000), constants(0.33, 0.20), (0.06, 0.05), 0.2),
    Pair("negative_correlation", "quarter", 40, (699, 1100), constants(0.30, 0.27), (0.15, 0.10), -0.6),
    Pair("positive_correlation", "quarter", 40, (699, 1100), constants(0.30, 0.27), (0.15, 0.10), 0.8),
    Pair("defective_near", "quarter", 40, (950, 1000), constants(0.05, 0.15), (0.10, 0.10), sustained=(1, 2, 4)),
    Pair("defective_far", "quarter", 40, (400, 1000), constants(0.10, 0.18), (0.20, 0.20), -0.3),
    Pair("nearly_tied", "quarter", 24, (999, 1000), constants(0.20, 0.22), (0.05, 0.20), 0.5),
    Pair("one_is_certain", "quarter", 30, (500, 1000), constants(0.40, 0.20), (0.0, 0.12)),
    Pair("unlike_volatilities", "quarter", 40, (250, 1000), constants(0.15, 0.05), (0.45, 0.02), 0.4),
    Pair("calm", "quarter", 20, (800, 1000), constants(0.15, 0.10), (0.015, 0.020), 0.2),
    Pair("months", "month", 60, (800, 1000), constants(0.25, 0.20), (0.12, 0.08), 0.25, sustained=(1, 2, 4, 12)),
    Pair("many_months", "month", 120, (5e6, 9e6), constants(0.10, 0.06), (0.25, 0.05), -0.2),
    Pair("months_rare", "month", 36, (600, 1000), constants(0.12, 0.12), (0.08, 0.07), 0.0),
    Pair("years", "year", 10, (1e9, 2.2e9), constants(0.40, 0.28), (0.20, 0.15), 0.5, sustained=(1, 2, 4), lead_changes=True),
    Pair("years_defective", "year", 30, (0.8, 1.0), constants(-0.05, 0.02), (0.10, 0.15), -0.4),
    Pair("analysts_hold", "quarter", 20, (699, 1100), (curves.schedule(ANALYSTS, "hold"), curves.fade(0.45, 0.12, 4)), (0.15, 0.10), 0.3),
    Pair("analysts_fade", "quarter", 40, (699, 1900), (curves.schedule(ANALYSTS, ("fade", 0.12, 2)), curves.fade(0.45, 0.12, 4)),
         (0.15, 0.10), 0.3, sustained=(1, 4), lead_changes=True),
    Pair("analysts_ratio", "month", 84, (699, 2600), (curves.schedule(ANALYSTS, ("ratio", 0.7)), curves.constant(0.30)), (0.20, 0.10)),
    Pair("analysts_auto", "quarter", 40, (699, 3000), (curves.schedule(ANALYSTS, ("ratio", "auto")), curves.fade(0.50, 0.10, 3)),
         (0.18, 0.12), -0.5),
    Pair("overtakes_and_falls_back", "quarter", 40, (900, 1000), (curves.fade(0.60, -0.10, 1.5), curves.constant(0.10)), (0.10, 0.10),
         sustained=(1, 2, 4)),
    # Three providers at once: every pair of them is a case of its own.
    Pair("trio_ab", "quarter", 24, (800, 1000), constants(0.30, 0.25), (0.15, 0.20), 0.5),
    Pair("trio_cb", "quarter", 24, (900, 1000), constants(0.22, 0.25), (0.10, 0.20), -0.4),
    Pair("trio_ac", "quarter", 24, (800, 900), constants(0.30, 0.22), (0.15, 0.10), 0.2),
]

BOOM = laws.normal(0.30, 0.08, hermite=True)
DRAWN = [
    Pair("base_lognormal", "quarter", 24, (laws.lognormal(900, 0.10), laws.lognormal(1000, 0.05)), constants(0.20, 0.18), (0.10, 0.10),
         0.3, sustained=(1, 4)),
    Pair("base_log_interval", "quarter", 24, (700, laws.log_interval(800, 1200)), constants(0.28, 0.25), (0.12, 0.08)),
    Pair("base_uniform", "quarter", 16, (laws.uniform(800, 1050), 1000), constants(0.20, 0.18), (0.08, 0.08)),
    Pair("base_triangular", "year", 4, (laws.triangular(700, 950, 1100), 1000), constants(0.10, 0.10), (0.10, 0.05)),
    Pair("base_pert", "year", 4, (laws.pert(700, 980, 1100), 1000), constants(0.10, 0.10), (0.10, 0.05), dates=(0,)),
    Pair("base_interval", "quarter", 8, (laws.interval(800, 1100), 1000), constants(0.10, 0.10), (0.10, 0.05)),
    Pair("base_truncated", "quarter", 8, (laws.truncated(laws.normal(900, 200), 600, 1100), 1000), constants(0.10, 0.10), (0.10, 0.05)),
    Pair("base_truncated_below", "quarter", 8, (laws.truncated(laws.lognormal(900, 0.3), 800), 1000), constants(0.10, 0.10), (0.10, 0.05)),
    Pair("growth_normal", "quarter", 40, (699, 1100), (laws.normal(0.30, 0.08), 0.25), (0.15, 0.10), 0.3, sustained=(1, 2)),
    Pair("growth_uniform", "quarter", 24, (800, 1000), (laws.uniform(0.10, 0.50), 0.25), (0.05, 0.10)),
    Pair("growth_triangular", "month", 36, (800, 1000), (laws.triangular(0.10, 0.45, 0.50), 0.25), (0.05, 0.10)),
    Pair("growth_pert", "quarter", 24, (700, 1000), (laws.pert(0.10, 0.40, 0.60), 0.25), (0.05, 0.05)),
    Pair("growth_interval", "year", 8, (600, 1000), (laws.interval(0.20, 0.60), 0.25), (0.05, 0.15), -0.5),
    Pair("growth_truncated", "quarter", 24, (700, 1000), (laws.truncated(laws.normal(0.30, 0.20), 0.20, 0.70), 0.25), (0.05, 0.05)),
    # Nothing but the growth is drawn: the crossing of each path is exact, P(by t) = P(G > growth that just reaches parity at t).
    Pair("growth_only", "quarter", 24, (699, 1000), (laws.normal(0.35, 0.10), 0.20), (0.0, 0.0)),
    # One draw used twice: both grow alike on every path, as if nothing was drawn.
    Pair("shared_growth", "quarter", 24, (900, 1000), ("boom", "boom"), (0.10, 0.10), named=BOOM),
    # The same law drawn twice, independently.
    Pair("independent_growth", "quarter", 24, (900, 1000), (BOOM, BOOM), (0.10, 0.10)),
    # Three draws of one provider, independent of each other.
    Pair("drawn_all", "quarter", 16, (laws.lognormal(800, 0.10), 1000), (laws.normal(0.25, 0.10), 0.20), (laws.uniform(0.02, 0.20), 0.05)),
    Pair("drawn_volatility", "quarter", 24, (600, 1000), constants(0.20, 0.20), (laws.uniform(0.05, 0.35), 0.10), 0.3),
]

SHARES = [
    Pair("share_main", "quarter", 40, (699, 1100), constants(0.35, 0.27), (0.15, 0.10), 0.3),
    Pair("share_small", "month", 24, (50, 1000), constants(0.60, 0.20), (0.30, 0.10), -0.5),
    Pair("share_years", "year", 10, (1000, 1000), constants(0.10, 0.20), (0.40, 0.40), 0.0),
]
