//! Every distribution that a scenario accepts has a finite quantile function that never decreases and inverts the distribution
//! function to 1e-9.

use bolero::check;
use outgrow::{
    Assumption, Curve, Provider, Quantiles, Scenario, beta_between, discrete, empirical, interval, log_growth,
    log_interval, lognormal, normal, pert, student_t, triangular, truncated, uniform,
};

use crate::numbers::Source;
use crate::scenario_toml::explains;

const PROBABILITIES: [f64; 15] =
    [1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 0.999, 1.0 - 1e-6, 1.0 - 1e-12];
/// The allowed difference of two probabilities.
const NEAR: f64 = 1e-9;

#[test]
fn laws() {
    check!(name = "laws").for_each(|bytes: &[u8]| {
        let mut source = Source::new(bytes);
        let drawn = Drawn::from(&mut source);
        let provider = Provider::new("a", 1).growth(Curve::constant(0));
        // Validation is that of a scenario; the assumption is not used.
        let scenario = Scenario::builder("2018", "2019").assumption("x", drawn.law.clone()).provider(provider);
        match scenario.build() {
            Ok(_) => inverts(&drawn),
            Err(error) => explains(&error),
        }
    });
}

#[cfg(not(outgrow_fuzz))]
fn inverts(_: &Drawn) {
    panic!("the distribution functions are compiled only with --cfg outgrow_fuzz: run .ci/fuzz");
}

#[cfg(outgrow_fuzz)]
fn inverts(drawn: &Drawn) {
    let Drawn { law, grain, .. } = drawn;
    let Some(distribution) = outgrow::Distribution::of(law) else { return };
    let values = PROBABILITIES.map(|p| distribution.quantile(p));
    assert!(values.iter().all(|value| value.is_finite()), "{law:#}: {values:?}");
    let [low, high] = [3, 13].map(|index| values[index]);
    let scale =
        16.0 * f64::EPSILON * low.abs().max(high.abs()).max(drawn.size_of_bounds) + grain * (high / 2.0 - low / 2.0);
    // A growth rate is rounded as its factor is, and what truncation keeps as the whole distribution is.
    let rounded = if format!("{law:#}").contains("log_growth") { 1.0_f64 } else { 0.0 };
    let is_sorted = values
        .windows(2)
        .all(|pair| pair[1] >= pair[0] - scale - 16.0 * f64::EPSILON * rounded.max(drawn.size_of_whole()));
    assert!(is_sorted, "{law:#}: {values:?}");
    if !drawn.is_comparable || !drawn.keeps_digits() {
        return;
    }
    for (p, value) in PROBABILITIES.into_iter().zip(values) {
        // A value may be off by its rounding, which moves the distribution function by its density.
        let off = scale + 4.0 * f64::EPSILON * value.abs() + f64::MIN_POSITIVE;
        // Up to a millionth may lie beyond the floats.
        if value.abs() >= f64::MAX && p.min(1.0 - p) <= 1e-6 {
            continue;
        }
        let ([below, _], [at_most, more]) =
            (distribution.tails((value - off).max(-f64::MAX)), distribution.tails((value + off).min(f64::MAX)));
        assert!(below <= p + NEAR && p - NEAR <= at_most, "{law:#} at {p}: {value:e} is between {below} and {at_most}");
        assert!((at_most + more - 1.0).abs() <= NEAR, "{law:#} at {value:e}: {at_most} + {more}");
    }
}

/// The parameters of a distribution: ordinary numbers in a unit of any size, and now and then any float.
struct Parameters<'a, 'b> {
    source: &'a mut Source<'b>,
    unit: f64,
    /// The smallest and the largest size of a parameter that is not 0.
    sizes: (f64, f64),
}

impl Parameters<'_, '_> {
    fn next(&mut self) -> f64 {
        let value = self.unit * self.source.number(-2.0, 5.0);
        let size = value.abs();
        if size > 0.0 {
            self.sizes = (self.sizes.0.min(size), self.sizes.1.max(size));
        }
        value
    }

    /// The inverse is promised if no parameter vanishes beside another.
    fn are_comparable(&self) -> bool {
        self.sizes.1 <= 1e6 * self.sizes.0
    }
}

/// What was truncated, and its bounds.
type Truncated = Option<(Assumption, f64, f64)>;

struct Drawn {
    law: Assumption,
    /// The error of a value in parts of the range, for distributions that are interpolated.
    grain: f64,
    #[cfg_attr(not(outgrow_fuzz), expect(dead_code, reason = "only the distribution functions tell what is kept"))]
    truncated: Truncated,
    /// The size of bounds of which a value is the sum with something else.
    size_of_bounds: f64,
    is_comparable: bool,
}

impl Drawn {
    fn from(source: &mut Source<'_>) -> Self {
        let unit = if source.below(4) == 0 { 10.0_f64.powi(2 * i32::from(source.byte()) - 256) } else { 1.0 };
        let mut parameters = Parameters { source, unit, sizes: (f64::INFINITY, 0.0) };
        let (law, grain, truncated) = law(&mut parameters);
        let size_of_bounds = if format!("{law:#}").contains("quantiles") { parameters.sizes.1 } else { 0.0 };
        Self { law, grain, truncated, size_of_bounds, is_comparable: parameters.are_comparable() }
    }

    /// The size of ordinary values before truncation.
    #[cfg(outgrow_fuzz)]
    fn size_of_whole(&self) -> f64 {
        let whole = self.truncated.as_ref().and_then(|(whole, ..)| outgrow::Distribution::of(whole));
        let size = whole.map_or(0.0, |whole| whole.quantile(0.1).abs().max(whole.quantile(0.9).abs()));
        if size.is_finite() { size } else { 0.0 }
    }

    /// The inverse is promised if truncation keeps a thousandth of the tail that it cuts: less is a difference of
    /// probabilities that agree in their first digits.
    #[cfg(outgrow_fuzz)]
    fn keeps_digits(&self) -> bool {
        let Some((whole, low, high)) = &self.truncated else { return true };
        let Some(whole) = outgrow::Distribution::of(whole) else { return false };
        let ([below_low, above_low], [below_high, above_high]) = (whole.tails(*low), whole.tails(*high));
        let (kept, tail) = if below_high < above_low {
            (below_high - below_low, below_high)
        } else {
            (above_low - above_high, above_low)
        };
        kept >= 1e-3 * tail
    }
}

fn law(parameters: &mut Parameters<'_, '_>) -> (Assumption, f64, Truncated) {
    let [a, b, c, d] = [parameters.next(), parameters.next(), parameters.next(), parameters.next()];
    let (law, grain) = match parameters.source.below(14) {
        0 => (normal(a, b), 0.0),
        1 => (lognormal(a, b), 0.0),
        2 => (uniform(a, b), 0.0),
        3 => (triangular(a, b, c), 0.0),
        4 => (pert(a, b, c), 1e-9),
        5 => (interval(a, b), 0.0),
        6 => (log_interval(a, b), 0.0),
        7 => (log_growth(a, b), 0.0),
        8 => (beta_between(a, b, c, d), 0.0),
        9 => (student_t(a, b, c), 0.0),
        10 => (discrete([(a, b.abs()), (c, d.abs()), (b, 1.0)]), 0.0),
        11 => (empirical([a, b, c, d]), 0.0),
        12 => (quantiles(parameters.source, [a, b, c, d]), 0.0),
        _ => {
            let (law, _, whole) = law(parameters);
            let mut bound = || (parameters.source.below(3) > 0).then(|| parameters.next());
            let (low, high) = (bound(), bound());
            let (whole, least, most) = whole.unwrap_or_else(|| (law.clone(), -f64::MAX, f64::MAX));
            let kept = (low.map_or(least, |low| low.max(least)), high.map_or(most, |high| high.min(most)));
            return (truncated(law, low, high), 1e-9, Some((whole, kept.0, kept.1)));
        }
    };
    (law, grain, None)
}

fn quantiles(source: &mut Source<'_>, [a, b, c, d]: [f64; 4]) -> Assumption {
    let stated = match source.below(4) {
        0 => Quantiles::p05_p50_p95(a, b, c),
        1 => Quantiles::p10_p50_p90(a, b, c),
        2 => Quantiles::p20_p50_p80(a, b, c),
        _ => Quantiles::p25_p50_p75(a, b, c),
    };
    match source.below(4) {
        0 => stated.into(),
        1 => stated.low(d).into(),
        2 => stated.high(d).into(),
        _ => stated.low(d).high(d + c.abs()).into(),
    }
}
