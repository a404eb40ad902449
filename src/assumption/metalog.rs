//! The three-term metalog distribution with stated quantiles: T. W. Keelin, "The Metalog Distributions", Decision
//! Analysis 13 (2016) 243–277.
//!
//! On its scale M(y) = a₁ + a₂ l + a₃ (y − ½) l with l = ln(y/(1 − y)). The scale is the value itself, or with bounds
//! ln(x − low), −ln(high − x) or ln((x − low)/(high − x)). Distances are measured from the median, a₁, so that the stated
//! quantiles are met to a few units in the last place whatever the magnitude of the bounds. The quantile function is in
//! closed form; the distribution function inverts it by Newton's method in l, so that both tails keep their digits.

use super::quantiles::Quantiles;
use super::side::Side;
use crate::error::shown;
use crate::math;

/// The distribution exists where |a₃|/a₂ is below this: there M increases.
const FEASIBLE: f64 = 1.667_113_119_3;
/// Newton's method takes 3 to 8 steps within its bracket.
const MOST_STEPS: u32 = 100;

/// The scale of the three terms, by the bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scale {
    Line,
    Above(f64),
    Below(f64),
    Between(f64, f64),
}

impl Scale {
    fn of(quantiles: &Quantiles) -> Self {
        match (quantiles.low, quantiles.high) {
            (None, None) => Self::Line,
            (Some(low), None) => Self::Above(low),
            (None, Some(high)) => Self::Below(high),
            (Some(low), Some(high)) => Self::Between(low, high),
        }
    }

    /// The distance of x from the median on the scale; infinite at a bound and beyond it.
    fn distance(self, median: f64, x: f64) -> f64 {
        match self {
            Self::Line => x - median,
            Self::Above(low) => ln_ratio(x - low, median - low),
            Self::Below(high) => ln_ratio(high - median, high - x),
            Self::Between(low, high) if x <= low || x >= high => {
                if x <= low {
                    f64::NEG_INFINITY
                } else {
                    f64::INFINITY
                }
            }
            Self::Between(low, high) => ln_ratio(x - low, median - low) + ln_ratio(high - median, high - x),
        }
    }

    /// The x at a distance from the median.
    #[inline(always)]
    fn at(self, median: f64, distance: f64) -> f64 {
        match self {
            Self::Line => median + distance,
            Self::Above(low) => low + (median - low) * math::exp(distance),
            Self::Below(high) => high - (high - median) * math::exp(-distance),
            Self::Between(low, high) => {
                let odds = (median - low) / (high - median) * math::exp(distance);
                // From the nearer end, which keeps its digits.
                if odds <= 1.0 {
                    low + (high - low) * (odds / (1.0 + odds))
                } else {
                    high - (high - low) / (1.0 + odds)
                }
            }
        }
    }
}

/// ln(a/b) for b > 0; −∞ for a ≤ 0, and ∞ for b ≤ 0.
fn ln_ratio(a: f64, b: f64) -> f64 {
    if a <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if b <= 0.0 {
        return f64::INFINITY;
    }
    let quotient = a / b;
    if quotient.is_normal() { math::ln(quotient) } else { math::ln(a) - math::ln(b) }
}

/// A metalog distribution with quantiles that some metalog has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Metalog {
    median: f64,
    a2: f64,
    a3: f64,
    scale: Scale,
}

impl Metalog {
    /// The distribution with these quantiles; `None` if they have no spread.
    pub(super) fn of(quantiles: &Quantiles) -> Option<Self> {
        let scale = Scale::of(quantiles);
        let [low, high] = ends(scale, quantiles);
        let tail = quantiles.level.tail();
        let width = 2.0 * math::ln((1.0 - tail) / tail);
        let (a2, a3) = ((high - low) / width, (high + low) / ((0.5 - tail) * width));
        (a2 > 0.0).then_some(Self { median: quantiles.median(), a2, a3, scale })
    }

    /// The value at a probability p measured from a side.
    #[inline(always)]
    pub(super) fn quantile(self, side: Side, p: f64) -> f64 {
        let (l, c) = (math::ln(p / (1.0 - p)), p - 0.5);
        let (l, c) = if side == Side::Below { (l, c) } else { (-l, -c) };
        self.scale.at(self.median, l * (self.a2 + self.a3 * c))
    }

    pub(super) fn probability(self, side: Side, x: f64) -> f64 {
        let l = self.logit(self.scale.distance(self.median, x) / self.a2);
        let l = if side == Side::Below { l } else { -l };
        let e = math::exp(-l.abs());
        if l < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
    }

    /// The l with l·(1 + r·(y − ½)) = `target`, r = a₃/a₂.
    fn logit(self, target: f64) -> f64 {
        let (r, size) = (self.a3 / self.a2, target.abs());
        if size == 0.0 || !size.is_finite() {
            return target;
        }
        // y − ½ lies between −½ and ½; the sign of l is that of the target.
        let r = if target < 0.0 { -r } else { r };
        let (mut low, mut high) = (size / (1.0 + 0.5 * r.abs()), size / (1.0 - 0.5 * r.abs()));
        let mut l = size / (1.0 + 0.5 * r);
        for _ in 0..MOST_STEPS {
            let e = math::exp(-l);
            let (centre, density) = (0.5 * (1.0 - e) / (1.0 + e), e / ((1.0 + e) * (1.0 + e)));
            let excess = l * (1.0 + r * centre) - size;
            if excess > 0.0 {
                high = l
            } else {
                low = l
            }
            let step = excess / (1.0 + r * centre + r * l * density);
            let next = l - step;
            let next = if next >= low && next <= high { next } else { 0.5 * (low + high) };
            let is_last = (next - l).abs() <= 2.0 * f64::EPSILON * l;
            l = next;
            if is_last {
                break;
            }
        }
        if target < 0.0 { -l } else { l }
    }
}

/// The distances of the outer quantiles from the median.
fn ends(scale: Scale, quantiles: &Quantiles) -> [f64; 2] {
    let [low, median, high] = quantiles.points;
    [low, high].map(|x| scale.distance(median, x))
}

/// a₃/a₂; 0 without a spread.
fn skew(scale: Scale, quantiles: &Quantiles) -> f64 {
    let [low, high] = ends(scale, quantiles);
    if high > low { (high + low) / ((0.5 - quantiles.level.tail()) * (high - low)) } else { 0.0 }
}

/// Why no metalog distribution has these quantiles, if so.
pub(super) fn inconsistency(quantiles: &Quantiles) -> Option<String> {
    let [least, median, most] = quantiles.points;
    let [low_key, _, high_key] = quantiles.level.keys();
    if !quantiles.points.is_sorted() {
        let keys = quantiles.level.keys().join(", ");
        return Some(format!("quantiles: {keys} must not decrease, got {:?}", quantiles.points));
    }
    if let Some(low) = quantiles.low.filter(|low| !(*low < least)) {
        return Some(format!("quantiles: low must be below {low_key} = {}, got {}", shown(least), shown(low)));
    }
    if let Some(high) = quantiles.high.filter(|high| !(*high > most)) {
        return Some(format!("quantiles: high must be above {high_key} = {}, got {}", shown(most), shown(high)));
    }
    let range = quantiles.high.unwrap_or(most) - quantiles.low.unwrap_or(least);
    if !range.is_finite() {
        let numbers: Vec<f64> = quantiles.numbers().map(|(_, value)| value).collect();
        return Some(format!("quantiles span a range that overflows a 64-bit float, got {numbers:?}"));
    }
    let skew = skew(Scale::of(quantiles), quantiles);
    (!(skew.abs() < FEASIBLE)).then(|| {
        let advice = nearest_median(quantiles, skew > 0.0)
            .map_or_else(String::new, |nearest| format!("; the nearest possible p50 is {nearest}"));
        format!(
            "quantiles: the median is too close to {} for a metalog distribution, got {low_key} = {}, p50 = {}, \
             {high_key} = {}{advice}",
            if skew > 0.0 { low_key } else { high_key },
            shown(least),
            shown(median),
            shown(most)
        )
    })
}

/// The nearest median that is possible, rounded to a few digits away from the bound; `is_low` if the median is too low.
fn nearest_median(quantiles: &Quantiles, is_low: bool) -> Option<String> {
    let scale = Scale::of(quantiles);
    let [low, high] = ends(scale, quantiles);
    let reach = FEASIBLE * (0.5 - quantiles.level.tail()) * (high - low);
    let distance = 0.5 * (high + low + if is_low { -reach } else { reach });
    let nearest = scale.at(quantiles.median(), distance);
    let [least, _, most] = quantiles.points;
    let is_possible = |median: f64| {
        let moved = Quantiles { points: [least, median, most], ..quantiles.clone() };
        moved.points.is_sorted() && skew(scale, &moved).abs() < FEASIBLE
    };
    // Few digits, but enough for an error below a thousandth of the range.
    let is_near = |median: f64| (median - nearest).abs() <= 1e-3 * (most - least);
    (5..17).find_map(|digits| {
        let text = format!("{nearest:.digits$e}");
        let (_, exponent) = text.split_once('e')?;
        let unit: f64 = format!("1e{}", exponent.parse::<i32>().ok()? - i32::try_from(digits).ok()?).parse().ok()?;
        let rounded: f64 = text.parse().ok()?;
        let inward = if is_low { rounded + unit } else { rounded - unit };
        let candidates = [rounded, inward].map(|value| format!("{value:.digits$e}").parse::<f64>());
        candidates.into_iter().flatten().find(|median| is_near(*median) && is_possible(*median)).map(shown)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assumption::quantiles::StatedPair;

    fn metalog(quantiles: &Quantiles) -> Metalog {
        assert_eq!(inconsistency(quantiles), None, "{quantiles:?}");
        Metalog::of(quantiles).expect("a spread")
    }

    /// The example of the scenario format.
    #[test]
    fn quantiles_have_their_published_values() {
        let law = metalog(&Quantiles::p10_p50_p90(35.0, 50.0, 75.0));
        for (p, expected) in [(0.05, 30.736466), (0.25, 41.5625), (0.75, 61.5625), (0.95, 84.339343)] {
            let found = law.quantile(Side::Below, p);
            assert!((found - expected).abs() < 5e-7, "{p}: {found}");
        }
        let revenue = metalog(&Quantiles::p10_p50_p90(0.9e9, 1.1e9, 1.5e9));
        let below_0 = revenue.probability(Side::Below, 0.0);
        assert!((below_0 / 1.0e-6 - 1.0).abs() < 0.05, "{below_0:e}");
    }

    #[test]
    fn stated_quantiles_are_met() {
        let points =
            [[35.0, 50.0, 75.0], [0.9e9, 1.1e9, 1.5e9], [1e-3, 1.8e-3, 2.5e-3], [1.0, 1.0 + 1e-9, 1.0 + 2.5e-9]];
        for level in StatedPair::ALL {
            for points in points {
                let [least, _, most] = points;
                for (low, high) in
                    [(None, None), (Some(0.0), None), (None, Some(3.0 * most)), (Some(0.5 * least), Some(2.0 * most))]
                {
                    let quantiles = Quantiles { low, high, ..Quantiles::new(level, points) };
                    let law = metalog(&quantiles);
                    let tail = level.tail();
                    for (p, expected) in [tail, 0.5, 1.0 - tail].into_iter().zip(points) {
                        for found in [law.quantile(Side::Below, p), law.quantile(Side::Above, 1.0 - p)] {
                            assert!((found / expected - 1.0).abs() < 1e-12, "{quantiles:?} at {p}: {found}");
                        }
                    }
                }
            }
        }
    }

    /// To 1e-12 of the smaller tail, across all feasible skews.
    #[test]
    fn the_distribution_function_inverts_the_quantile_function() {
        for skew in [-1.667, -1.2, -0.3, 0.0, 0.5, 1.6, 1.667_113] {
            for scale in [Scale::Line, Scale::Above(-3.0), Scale::Below(9.0), Scale::Between(-3.0, 9.0)] {
                let law = Metalog { median: 1.0, a2: 0.3, a3: 0.3 * skew, scale };
                for p in [1e-250, 1e-100, 1e-17, 1e-9, 1e-3, 0.1, 0.3, 0.49, 0.5] {
                    for side in [Side::Below, Side::Above] {
                        let x = law.quantile(side, p);
                        let is_rounded = match scale {
                            Scale::Line => false,
                            Scale::Above(end) | Scale::Below(end) => (x - end).abs() < 1e-3,
                            Scale::Between(low, high) => x - low < 1e-3 || high - x < 1e-3,
                        };
                        let found = law.probability(side, x);
                        // Close to a bound x itself has lost the digits.
                        assert!(is_rounded || (found / p - 1.0).abs() < 2e-11, "{law:?} {side:?} {p:e}: {x} {found:e}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_infeasible_median_is_reported_with_the_nearest_one() {
        let cases = [
            Quantiles::p10_p50_p90(35.0, 36.0, 75.0),
            Quantiles::p10_p50_p90(35.0, 35.0, 75.0),
            Quantiles::p10_p50_p90(35.0, 75.0, 75.0),
            Quantiles::p05_p50_p95(0.1, 0.11, 0.4).low(0.0),
            Quantiles::p25_p50_p75(-1e300, 0.9e300, 1e300),
            Quantiles::p20_p50_p80(1.0, 8.9, 9.0).low(0.0).high(10.0),
            Quantiles::p20_p50_p80(1e9, 1e9 + 1.0, 1e9 + 100.0),
        ];
        for quantiles in cases {
            let message = inconsistency(&quantiles).expect("infeasible");
            let (_, nearest) = message.split_once("the nearest possible p50 is ").expect("advice");
            let nearest: f64 = nearest.parse().expect("a number");
            let [low, _, high] = quantiles.points;
            let moved = Quantiles { points: [low, nearest, high], ..quantiles.clone() };
            assert_eq!(inconsistency(&moved), None, "{message}");
            // One that is a little more extreme is not possible.
            let outward = nearest + 2e-3 * (quantiles.median() - nearest).signum() * (high - low);
            let beyond = Quantiles { points: [low, outward, high], ..quantiles.clone() };
            assert!(inconsistency(&beyond).is_some(), "{message}");
        }
    }
}
