//! An estimate with its error, and the date of an event that may not happen.

use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::calendar::Period;
use crate::error::{Error, Kind};
use crate::math;

/// A probability or a mean with its standard error and confidence interval.
///
/// # Example: a probability from counts
/// ```
/// # use outgrow::{Curve, Provider, Question, Scenario};
/// # let outcome = Scenario::builder("2018", "2020")
/// #     .provider(Provider::new("A", 1.0).growth(Curve::constant(0.5)).volatility(0.2))
/// #     .provider(Provider::new("B", 1.5).growth(Curve::constant(0.1)))
/// #     .question(Question::overtakes("A", "B")).build()?.simulate().paths(1000).run()?;
/// let by_2020 = outcome.overtake("A", "B")?.by("2020")?;
/// let (low, high) = by_2020.interval();
/// assert!(low < by_2020.value() && by_2020.value() < high);
/// assert!(by_2020.check_within(0.5..=1.0).is_ok());
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[must_use]
pub struct Estimate {
    value: f64,
    standard_error: f64,
    #[serde(serialize_with = "pair")]
    interval: (f64, f64),
}

fn pair<S: Serializer>(interval: &(f64, f64), serializer: S) -> Result<S::Ok, S::Error> {
    [interval.0, interval.1].serialize(serializer)
}

impl<'de> Deserialize<'de> for Estimate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Entry {
            value: f64,
            standard_error: f64,
            interval: (f64, f64),
        }
        let Entry { value, standard_error, interval } = Entry::deserialize(deserializer)?;
        Self::read(value, standard_error, interval).map_err(de::Error::custom)
    }
}

/// The largest number of decimals shown.
const MOST_DECIMALS: usize = 12;

/// The half-width of a two-sided normal interval of this confidence, in standard errors.
pub(crate) fn z_of(confidence: f64) -> f64 {
    -math::norm_quantile(0.5 * (1.0 - confidence))
}

/// The half-width of a two-sided interval by Student's t distribution, in standard errors: t²/(ν + t²) has a beta
/// distribution with shapes ½ and ν/2 (DLMF 8.17, Abramowitz & Stegun 26.5.27).
pub(crate) fn t_of(confidence: f64, degrees: f64) -> f64 {
    let x = math::beta_quantile_tails(0.5, 0.5 * degrees, confidence, 1.0 - confidence);
    (degrees * x / (1.0 - x)).sqrt()
}

/// The mean of numbers, each after its weight; the weights sum to 1. It lies between the smallest and the largest number,
/// also after rounding.
pub(crate) fn weighted_mean(parts: &[(f64, f64)]) -> f64 {
    let first = parts.first().map_or(0.0, |(_, number)| *number);
    let apart: f64 = parts.iter().map(|(weight, number)| weight * (number - first)).sum();
    let numbers = || parts.iter().map(|(_, number)| *number);
    (first + apart).max(numbers().fold(first, f64::min)).min(numbers().fold(first, f64::max))
}

impl Estimate {
    /// A probability that was written to a file.
    pub(crate) fn read(value: f64, standard_error: f64, interval: (f64, f64)) -> Result<Self, String> {
        let is_probability = |p: f64| (0.0..=1.0).contains(&p);
        if [value, interval.0, interval.1].into_iter().all(is_probability)
            && interval.0 <= interval.1
            && standard_error >= 0.0
        {
            return Ok(Self { value, standard_error, interval });
        }
        let (low, high) = interval;
        Err(format!("{value} ± {standard_error} with the interval {low} to {high} is no estimate of a probability"))
    }

    /// A value without error.
    pub(crate) fn exact(value: f64) -> Self {
        Self { value, standard_error: 0.0, interval: (value, value) }
    }

    /// A probability by quadrature. Its estimated error is reported as one standard error; the interval extends two to
    /// each side.
    pub(crate) fn bounded(value: f64, error: f64) -> Self {
        let value = value.clamp(0.0, 1.0);
        let interval = ((value - 2.0 * error).max(0.0), (value + 2.0 * error).min(1.0));
        Self { value, standard_error: error, interval }
    }

    /// A value between 0 and 1 with its error, and an interval of `reach` to each side within 0 to 1.
    pub(crate) fn within(value: f64, standard_error: f64, reach: f64) -> Self {
        Self { value, standard_error, interval: ((value - reach).max(0.0), (value + reach).min(1.0)) }
    }

    /// The weighted mean of probabilities, with weights that sum to 1. Their errors may have any correlation: the standard
    /// error of a sum is at most the sum of the standard errors, and the interval reaches from the mean of the lower ends to
    /// that of the upper ends.
    pub(crate) fn mixture(parts: &[(f64, Self)]) -> Self {
        let mean =
            |of: fn(&Self) -> f64| weighted_mean(&parts.iter().map(|(w, own)| (*w, of(own))).collect::<Vec<_>>());
        let value = mean(Self::value);
        let interval = (mean(|own| own.interval.0).min(value), mean(|own| own.interval.1).max(value));
        Self { value, standard_error: mean(Self::standard_error), interval }
    }

    /// The probability of the complement.
    pub(crate) fn complement(&self) -> Self {
        let (low, high) = self.interval;
        Self { value: 1.0 - self.value, standard_error: self.standard_error, interval: (1.0 - high, 1.0 - low) }
    }

    /// Whether the event is certain.
    pub(crate) fn is_sure(&self) -> bool {
        self.standard_error == 0.0 && self.value >= 1.0
    }

    /// `hits` out of `paths` independent paths: Wilson's interval (Wilson 1927) at `z` standard errors, and the
    /// standard error about the same centre (Agresti & Coull 1998), so that zero hits or zero misses never give 0 ± 0.
    #[expect(clippy::cast_precision_loss, reason = "path counts stay far below 2^53")]
    pub(crate) fn wilson(hits: u64, paths: u64, z: f64) -> Self {
        let (k, n) = (hits as f64, paths as f64);
        let enlarged = n + z * z;
        let centre = (k + 0.5 * z * z) / enlarged;
        let half = z / enlarged * (k * (n - k) / n + 0.25 * z * z).sqrt();
        let low = if hits == 0 { 0.0 } else { centre - half };
        let high = if hits == paths { 1.0 } else { centre + half };
        Self { value: k / n, standard_error: (centre * (1.0 - centre) / enlarged).sqrt(), interval: (low, high) }
    }

    /// The mean of values between 0 and 1, counted by value over independent paths. As in Wilson's interval, z²/2 paths
    /// are added at 0 and at 1, so that equal values never give 0 ± 0.
    #[expect(clippy::cast_precision_loss, reason = "path counts stay far below 2^53")]
    pub(crate) fn mean(counted: &[(f64, u64)], z: f64) -> Self {
        let paths: u64 = counted.iter().map(|(_, count)| count).sum();
        let n = paths as f64;
        let moment = |power: fn(f64) -> f64| counted.iter().map(|(x, count)| power(*x) * *count as f64).sum::<f64>();
        let (sum, squares) = (moment(|x| x), moment(|x| x * x));
        let (enlarged, half) = (n + z * z, 0.5 * z * z);
        let centre = (sum + half) / enlarged;
        let variance = ((squares + half) / enlarged - centre * centre).max(0.0);
        let (value, error) = (sum / n, (variance / enlarged).sqrt());
        // If all values are equal, the upper bound for zero hits limits the probability of any other value.
        let are_equal = counted.iter().filter(|(_, count)| *count > 0).count() < 2;
        let least = if are_equal { Self::wilson(0, paths, z).interval.1 } else { 0.0 };
        let reach = (z * error).max(least);
        Self { value, standard_error: error, interval: ((value - reach).max(0.0), (value + reach).min(1.0)) }
    }

    /// The ratio of `hits` to `totals`, both summed over replicates, with the error from the spread between replicates
    /// (Cochran 1977, §6.4). Its interval extends `t` standard errors, at least to `least`, and stays within 0 to 1.
    ///
    /// If all replicates agree, the error is `least`, an estimate of the same error by other means.
    #[expect(clippy::cast_precision_loss, reason = "at most 32")]
    pub(crate) fn replicated(hits: &[f64], totals: &[f64], t: f64, least: Option<&Self>) -> Self {
        let (hit, total) = (hits.iter().sum::<f64>(), totals.iter().sum::<f64>());
        let value = hit / total;
        let count = totals.iter().filter(|total| **total > 0.0).count() as f64;
        let squares = |(hits, totals): (&f64, &f64)| (hits - value * totals) * (hits - value * totals);
        let spread: f64 = hits.iter().zip(totals).map(squares).sum();
        if count < 2.0 {
            // A single replicate has no spread: ½ bounds the standard deviation of any probability.
            return Self { value, standard_error: 0.5, interval: (0.0, 1.0) };
        }
        let error = (spread * count / (count - 1.0)).sqrt() / total;
        let (least_error, least_reach) = least.map_or((0.0, 0.0), |least| (least.standard_error, least.interval.1));
        let half = (t * error).max(least_reach);
        Self {
            value,
            standard_error: error.max(least_error),
            interval: ((value - half).max(0.0), (value + half).min(1.0)),
        }
    }

    /// The estimate itself.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// One standard error; 0 only if the answer is exact.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.standard_error
    }

    /// The confidence interval, at the level of the run (95 % by default).
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        self.interval
    }

    /// Checks that the whole confidence interval lies in `range`, as an assertion for tests.
    ///
    /// # Errors
    /// If any part of the interval lies outside, with the estimate, its error and the range.
    pub fn check_within(&self, range: RangeInclusive<f64>) -> Result<(), Error> {
        let (low, high) = self.interval;
        let refuse = |message: String| Err(Error::one(Kind::Assertion, "estimate", "", message));
        if !(range.start() <= range.end()) {
            return refuse(format!("the range {} – {} is empty", range.start(), range.end()));
        }
        if range.contains(&low) && range.contains(&high) {
            return Ok(());
        }
        let wide = if high - low > range.end() - range.start() { "; more paths narrow the interval" } else { "" };
        refuse(format!(
            "{self}, interval {}, is not within {} – {}{wide}",
            self.shown_interval(),
            range.start(),
            range.end()
        ))
    }

    /// The number of decimals that the standard error supports: its first significant digit is the last one shown.
    pub(crate) fn decimals(&self) -> usize {
        decimals(self.standard_error)
    }

    /// The value alone, with the digits that its error supports. Zero hits or zero misses are shown as a bound, never
    /// as 0 or 1.
    pub(crate) fn shown(&self) -> String {
        self.shown_with(self.decimals())
    }

    fn shown_with(&self, decimals: usize) -> String {
        if self.standard_error == 0.0 { format!("{}", self.value) } else { self.word_with(decimals).to_string() }
    }

    fn word(&self) -> Bound {
        self.word_with(self.decimals())
    }

    /// The value, or a bound if it would round to 0 or 1.
    fn word_with(&self, decimals: usize) -> Bound {
        let (low, high) = self.interval;
        let half = (0..decimals).fold(0.5, |half, _| 0.1 * half);
        let (sign, at) = match self.value {
            exact if self.standard_error == 0.0 => (Sign::About, exact),
            none if none < half => (Sign::Below, round_up(high, decimals)),
            all if all > 1.0 - half => (Sign::Above, 1.0 - round_up(1.0 - low, decimals)),
            value => (Sign::About, value),
        };
        Bound { sign, at, decimals }
    }

    /// The interval with the same digits, rounded outward.
    pub(crate) fn shown_interval(&self) -> String {
        let decimals = self.decimals();
        let (low, high) = self.interval;
        let low = 1.0 - round_up(1.0 - low, decimals);
        format!("{:.decimals$} – {:.decimals$}", low.max(0.0), round_up(high, decimals).min(1.0))
    }
}

/// A probability as printed: "0.573", or a bound such as "< 0.000004" or "> 0.99990".
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bound {
    sign: Sign,
    at: f64,
    decimals: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Below,
    About,
    Above,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.sign {
            Sign::Below => "< ",
            Sign::About => "",
            Sign::Above => "> ",
        };
        write!(f, "{sign}{:.*}", self.decimals, self.at)
    }
}

/// Formats non-decreasing probabilities, and the complement of the last. An estimate from zero hits or zero misses is
/// printed as a bound, which could contradict its neighbours if its error is larger than theirs: after 0.99990, there
/// must be no "> 0.99980". So a lower bound is at least the value before it, and an upper bound at most the value after
/// it.
pub(crate) fn shown_in_order(estimates: &[Estimate], contrary: Option<&Estimate>) -> (Vec<String>, Option<String>) {
    let mut all = estimates.to_vec();
    all.extend(contrary.map(Estimate::complement));
    let mut words: Vec<Bound> = all.iter().map(Estimate::word).collect();
    tighten(words.iter_mut(), Sign::Above);
    tighten(words.iter_mut().rev(), Sign::Below);
    let shown = |word: &Bound, estimate: &Estimate| match word.sign {
        Sign::About => estimate.shown(),
        _ => word.to_string(),
    };
    let last = contrary.map(|contrary| match words[estimates.len()] {
        Bound { sign: Sign::Above, at, decimals } => Bound { sign: Sign::Below, at: 1.0 - at, decimals }.to_string(),
        _ => contrary.shown(),
    });
    (words.iter().zip(estimates).map(|(word, estimate)| shown(word, estimate)).collect(), last)
}

fn tighten<'a>(words: impl Iterator<Item = &'a mut Bound>, sign: Sign) {
    let mut tightest: Option<Bound> = None;
    for word in words {
        let is_tighter = |known: &Bound| if sign == Sign::Above { known.at > word.at } else { known.at < word.at };
        if word.sign == sign
            && let Some(known) = tightest.filter(is_tighter)
        {
            *word = Bound { sign, ..known };
        }
        // A bound of the other direction does not constrain this one.
        if word.sign == sign || word.sign == Sign::About {
            tightest = Some(*word);
        }
    }
}

/// The number of decimals that a standard error supports; 3 if it is 0.
pub(crate) fn decimals(standard_error: f64) -> usize {
    let mut error = standard_error;
    let mut decimals = 0;
    while error < 1.0 && error > 0.0 && decimals < MOST_DECIMALS {
        error *= 10.0;
        decimals += 1;
    }
    if standard_error == 0.0 { 3 } else { decimals }
}

fn round_up(value: f64, decimals: usize) -> f64 {
    let scale = (0..decimals).fold(1.0, |scale, _| scale * 10.0);
    (value * scale).ceil() / scale
}

impl fmt::Display for Estimate {
    /// Value ± one standard error, with the digits that the error supports, or with a given number of decimals:
    /// `{:.3}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(self.decimals());
        let text = if self.standard_error == 0.0 {
            format!("{} (exact)", self.value)
        } else if self.value > 0.0 && self.value < 1.0 {
            format!("{} ± {:.decimals$}", self.shown_with(decimals), self.standard_error)
        } else {
            self.shown_with(decimals)
        };
        pad(f, &text)
    }
}

/// Pads to the formatter's width; a precision does not truncate the text.
fn pad(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let missing = f.width().unwrap_or(0).saturating_sub(text.chars().count());
    let before = match f.align() {
        Some(fmt::Alignment::Right) => missing,
        Some(fmt::Alignment::Center) => missing / 2,
        _ => 0,
    };
    write!(f, "{}{text}{}", " ".repeat(before), " ".repeat(missing - before))
}

/// The date of the first occurrence; "not by" the horizon orders after every date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// It first happens in this period.
    At(Period),
    /// It has not happened by this period, the last one examined.
    NotBy(Period),
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(period) => pad(f, &period.to_string()),
            Self::NotBy(period) => pad(f, &format!("not by {period}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_agrees_with_published_values() {
        // Newcombe 1998, Statistics in Medicine 17, table I, method 3: 81/263 and 0/20 at 95 %.
        let z = z_of(0.95);
        let (low, high) = Estimate::wilson(81, 263, z).interval();
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5, "{low} {high}");
        let none = Estimate::wilson(0, 20, z);
        assert!(none.interval().0 == 0.0 && (none.interval().1 - 0.1611).abs() < 5e-5);
        assert!(none.standard_error() > 0.0);
    }

    #[test]
    fn none_and_all_are_printed_as_bounds() {
        let z = z_of(0.95);
        assert_eq!(Estimate::wilson(0, 1_000_000, z).to_string(), "< 0.000004");
        assert_eq!(Estimate::wilson(1_000_000, 1_000_000, z).to_string(), "> 0.999996");
        assert_eq!(
            format!("{:.2}|{:>16}", Estimate::wilson(449, 1000, z), Estimate::wilson(449, 1000, z)),
            "0.45 ± 0.02|     0.45 ± 0.02"
        );
        assert_eq!(Estimate::wilson(471_200, 1_000_000, z).to_string(), "0.4712 ± 0.0005");
        assert_eq!(Estimate::exact(1.0).to_string(), "1 (exact)");
    }

    #[test]
    fn bounds_in_order_of_time_are_monotone() {
        let shown = |errors: &[(f64, f64)]| {
            let estimates: Vec<_> = errors.iter().map(|(value, error)| Estimate::bounded(*value, *error)).collect();
            let never = estimates.last().expect("one").complement();
            shown_in_order(&estimates, Some(&never))
        };
        let (late, never) = shown(&[(0.5, 1e-3), (0.999_996, 3e-5), (0.999_997, 8e-5), (0.999_998, 1e-5)]);
        assert_eq!(late, ["0.500", "> 0.99993", "> 0.99993", "> 0.99997"]);
        assert_eq!(never.as_deref(), Some("< 0.00003"));
        // An estimate counts as a bound as well.
        let (late, never) = shown(&[(0.9999, 2e-5), (0.999_998, 9e-5)]);
        assert_eq!((late, never.as_deref()), (vec!["0.99990".to_owned(), "> 0.99990".to_owned()], Some("< 0.00010")));
        let (early, _) = shown(&[(1e-7, 8e-5), (2e-7, 3e-5), (0.00005, 1e-5), (0.01, 1e-4)]);
        assert_eq!(early, ["< 0.00005", "< 0.00005", "0.00005", "0.0100"]);
    }

    #[test]
    fn an_assertion_states_estimate_error_and_range() {
        let estimate = Estimate::wilson(471_200, 1_000_000, z_of(0.95));
        assert!(estimate.check_within(0.45..=0.5).is_ok());
        let error = estimate.check_within(0.30..=0.45).expect_err("outside");
        assert!(error.is_assertion());
        assert_eq!(error.to_string(), "estimate: 0.4712 ± 0.0005, interval 0.4702 – 0.4722, is not within 0.3 – 0.45");
        assert!(estimate.check_within(std::ops::RangeInclusive::new(0.9, 0.1)).is_err(), "an empty range");
        let wide = estimate.check_within(0.4711..=0.4713).expect_err("narrower than the interval");
        assert!(wide.to_string().ends_with("more paths narrow the interval"), "{wide}");
        assert!(estimate.check_within(0.4711..=0.5).is_err(), "the whole interval has to lie inside");
    }

    #[test]
    fn not_by_orders_last() {
        let at = |label: &str| When::At(label.parse().expect("label"));
        let never = When::NotBy("2018-Q1".parse().expect("label"));
        assert!(at("2018-Q1") < at("2018-Q2") && at("9999-Q4") < never);
    }
}
