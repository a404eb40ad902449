//! First passage of a Brownian motion with drift to a level: distribution, density, and the correction for monitoring
//! on dates.
//!
//! `gap` is `a = ln(R_b/R_a)` > 0, the challenger's deficit in log revenue. `drift` is `μ = γ_a − γ_b` per year.
//! `volatility` is s, the standard deviation of the log-ratio per √year, with `s² = σ_a² + σ_b² − 2ρ σ_a σ_b`. `t` is
//! in years.

use crate::assumption::quantity::Quantity;
use crate::cpu::Level;
use crate::error::{Error, Kind, Problem, shown};
use crate::exact::walk::passage::{Recursion, Walk};
use crate::math::{bridge_below, exp, hypot, ln, norm_cdf, norm_sf, norm_sf_scaled};

/// What an error message is about.
const PASSAGE: &str = "first passage";
const BRIDGE: &str = "Brownian bridge";

const NOT_NEGATIVE: Quantity = Quantity::Volatility;
/// Maximum number of dates that the recursion follows, and the same for a rare event, which needs narrow panels.
const FOLLOWED: u32 = 512;
const FOLLOWED_RARE: u32 = 64;
/// The probability below which an event is rare.
const RARE: f64 = 1e-16;
/// The panel width for rare events, in standard deviations of one date.
const RARE_WIDTH: f64 = 0.75;
/// The smallest probability with more than the order of magnitude right.
const LEAST: f64 = 1e-280;
/// Error of the recursion, relative to the probability.
const PRECISION: f64 = 1e-9;
/// Standard deviations beyond which the normal tail probability underflows.
const FAR: f64 = 38.0;
/// −ζ(½)/√(2π): mean overshoot of a Gaussian random walk of unit variance over a distant level.
const OVERSHOOT: f64 = 0.5825971579390107;
/// ½ ln 2π.
const HALF_LN_2_PI: f64 = 0.9189385332046728;

/// Probability that a challenger who is `gap` behind draws level within `t` years, with continuous monitoring.
///
/// The time at which a Brownian motion with `drift` per year and `volatility` per √year first reaches `gap` > 0 has the
/// inverse Gaussian distribution, P(τ ≤ t) = Φ((−a + μt)/(s√t)) + e^(2μa/s²) Φ((−a − μt)/(s√t)): R. S. Chhikara & J. L.
/// Folks, "The Inverse Gaussian Distribution", Dekker 1989. For a negative drift it is defective, see
/// [`first_passage_ever`]. Rare events keep their relative precision, and large values of 2μa/s² do not overflow. At
/// zero volatility the level is reached at gap/drift.
///
/// A scenario is monitored on its dates only and therefore has fewer overtakes: see [`first_passage_by_dates`].
///
/// # Errors
/// Names the argument: a `gap` that is not above 0, a negative `volatility` or `t`, any value that is not finite, or a
/// `t` so long that drift · t exceeds the range of `f64`.
///
/// # Example: 699 against 1,000, ten years, five points of growth more
/// ```
/// use outgrow::exact::first_passage_by;
/// let gap = (1000.0_f64 / 699.0).ln();
/// assert!((first_passage_by(gap, 0.05, 0.2, 10.0)? - 0.802_775).abs() < 1e-6);
/// let error = first_passage_by(gap, 0.05, -0.2, 10.0).unwrap_err();
/// assert_eq!(error.to_string(), "invalid first passage: volatility: must be finite and not negative, got -0.2");
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn first_passage_by(gap: f64, drift: f64, volatility: f64, t: f64) -> Result<f64, Error> {
    let [gap_, drift_, volatility_] = motion(gap, drift, volatility);
    check(PASSAGE, &[gap_, drift_, volatility_, ("t", t, NOT_NEGATIVE)])?;
    answer(PASSAGE, by(gap, drift, 0.0, volatility, t))
}

/// [`first_passage_by`] with an uncertain drift: normal with mean `drift` and standard deviation `drift_sd`, drawn once
/// and constant over time.
///
/// G. A. Whitmore, "Normal-gamma mixtures of inverse Gaussian distributions", Scandinavian Journal of Statistics 13
/// (1986) 211–220. With V = s²t + σ²t², σ the `drift_sd`, P(τ ≤ t) = Φ((−a + μt)/√V) + e^(2μa/s² + 2σ²a²/s⁴) Φ((−a − μt
/// − 2σ²at/s²)/√V).
///
/// # Errors
/// As for [`first_passage_by`]; also a `drift_sd` that is negative or not finite.
///
/// # Example: uncertainty about the drift
/// ```
/// use outgrow::exact::{first_passage_by, first_passage_by_with_normal_drift};
/// let known = first_passage_by(1.0, 0.3, 0.25, 5.0)?;
/// let drawn = first_passage_by_with_normal_drift(1.0, 0.3, 0.15, 0.25, 5.0)?;
/// assert!(known > 0.86 && (drawn - 0.755_374_4).abs() < 1e-7);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn first_passage_by_with_normal_drift(
    gap: f64,
    drift: f64,
    drift_sd: f64,
    volatility: f64,
    t: f64,
) -> Result<f64, Error> {
    let [gap_, drift_, volatility_] = motion(gap, drift, volatility);
    check(PASSAGE, &[gap_, drift_, ("drift_sd", drift_sd, NOT_NEGATIVE), volatility_, ("t", t, NOT_NEGATIVE)])?;
    answer(PASSAGE, by(gap, drift, drift_sd, volatility, t))
}

/// Probability that a challenger who is `gap` behind ever draws level: 1, or e^(2μa/s²) for a negative drift.
///
/// The limit of [`first_passage_by`] for t → ∞. At zero volatility it is 1 if the drift is above 0, else 0.
///
/// # Errors
/// As for [`first_passage_by`].
///
/// # Example: a challenger with negative drift
/// ```
/// let ever = outgrow::exact::first_passage_ever(0.3, -0.05, 0.2)?;
/// assert!((ever - (-0.75_f64).exp()).abs() < 1e-15);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn first_passage_ever(gap: f64, drift: f64, volatility: f64) -> Result<f64, Error> {
    check(PASSAGE, &motion(gap, drift, volatility))?;
    let moves = volatility > 0.0;
    if drift < 0.0 && moves {
        // Two separate divisions, since s² may underflow where s does not.
        return answer(PASSAGE, exp(2.0 * (gap / volatility) * (drift / volatility)));
    }
    Ok(if drift > 0.0 || drift >= 0.0 && moves { 1.0 } else { 0.0 })
}

/// Density, per year, of the time at which a challenger who is `gap` behind first draws level.
///
/// f(t) = a/(s√(2πt³)) e^(−(a − μt)²/(2s²t)), the derivative of [`first_passage_by`] with respect to t; 0 at t = 0. It
/// integrates to [`first_passage_ever`].
///
/// # Errors
/// As for [`first_passage_by`]; also a `volatility` of 0, for which there is no density.
///
/// # Example: early times are the most likely
/// ```
/// use outgrow::exact::first_passage_density;
/// assert!(first_passage_density(0.36, 0.05, 0.2, 1.0)? > first_passage_density(0.36, 0.05, 0.2, 7.0)?);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn first_passage_density(gap: f64, drift: f64, volatility: f64, t: f64) -> Result<f64, Error> {
    let [gap_, drift_, _] = motion(gap, drift, volatility);
    check(PASSAGE, &[gap_, drift_, ("volatility", volatility, Quantity::PositiveLocation), ("t", t, NOT_NEGATIVE)])?;
    if t <= 0.0 {
        return Ok(0.0);
    }
    let short = shortfall(gap, drift, t) / (volatility * t.sqrt());
    // In logs, since t³ may underflow where the density does not.
    answer(PASSAGE, exp(ln(gap) - ln(volatility) - 1.5 * ln(t) - HALF_LN_2_PI - 0.5 * short * short))
}

/// Barrier shift for discrete monitoring every `step` years: 0.5825971579 · volatility · √step.
///
/// M. Broadie, P. Glasserman & S. Kou, "A continuity correction for discrete barrier options", Mathematical Finance 7
/// (1997) 325–348. A barrier monitored on dates is passed about as often as a continuously monitored barrier that lies
/// farther away by this shift. The factor is −ζ(½)/√(2π).
///
/// # Errors
/// Names the argument: a `volatility` or `step` that is negative or not finite.
///
/// # Example: quarterly monitoring
/// ```
/// assert!((outgrow::exact::discrete_shift(0.2, 0.25)? - 0.058_259_715_79).abs() < 1e-11);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn discrete_shift(volatility: f64, step: f64) -> Result<f64, Error> {
    check(PASSAGE, &[("volatility", volatility, NOT_NEGATIVE), ("step", step, NOT_NEGATIVE)])?;
    answer(PASSAGE, OVERSHOOT * volatility * step.sqrt())
}

/// Probability that a challenger who is `gap` behind is ahead on at least one of the first `dates` dates, `step` years
/// apart.
///
/// Up to 512 dates the answer comes from the recursion that [`Scenario::exact`](crate::Scenario::exact) uses, with a
/// relative error below 1e-8. For probabilities below 1e-16 the recursion covers 64 dates. Beyond these dates the
/// survival probability is extrapolated with [`first_passage_by`] and the gap widened by [`discrete_shift`]. The
/// survival probability then has a relative error below 2e-3; a passage probability below 1e-9 has a relative error of
/// a few percent. Only the order of magnitude is reliable for probabilities below 1e-16 beyond 64 dates, and for all
/// below 1e-280.
///
/// # Errors
/// As for [`first_passage_by`], with `step` in place of `t`.
///
/// # Example: one quarter, and forty quarters
/// ```
/// use outgrow::exact::first_passage_by_dates;
/// let one = first_passage_by_dates(0.1, 0.05, 0.2, 0.25, 1)?; // Φ(−0.875)
/// assert!((one - 0.190_787).abs() < 1e-6);
/// let forty = first_passage_by_dates((1000.0_f64 / 699.0).ln(), 0.05, 0.2, 0.25, 40)?;
/// assert!((forty - 0.762_805_8).abs() < 1e-7); // continuous monitoring: 0.802775
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn first_passage_by_dates(gap: f64, drift: f64, volatility: f64, step: f64, dates: u32) -> Result<f64, Error> {
    let [gap_, drift_, volatility_] = motion(gap, drift, volatility);
    check(PASSAGE, &[gap_, drift_, volatility_, ("step", step, NOT_NEGATIVE)])?;
    answer(PASSAGE, by_dates(gap, drift, volatility, step, dates))
}

/// Probability that a Brownian motion known at two dates, `from` and `to`, stays below `barrier` between them: 1 −
/// e^(−2(b − x)(b − y)/v), where v is the `variance` of its increment.
///
/// The drift is irrelevant because both ends are known (Brownian bridge). P. Glasserman, "Monte Carlo Methods in
/// Financial Engineering", Springer 2004, §6.4. The probability is 0 if either end lies above the barrier. At zero
/// variance the motion is a straight line, and touching the barrier is a tie, which does not count as crossing.
///
/// # Errors
/// Names the argument: any value that is not finite, or a negative `variance`.
///
/// # Example: from 4.5 to 5.0 below 5.1
/// ```
/// let below = outgrow::exact::bridge_no_touch(4.5, 5.0, 5.1, 0.1)?;
/// assert!((below - 0.698_805_79).abs() < 1e-8);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn bridge_no_touch(from: f64, to: f64, barrier: f64, variance: f64) -> Result<f64, Error> {
    let [from_, to_, barrier_] =
        [("from", from), ("to", to), ("barrier", barrier)].map(|(n, x)| (n, x, Quantity::Location));
    check(BRIDGE, &[from_, to_, barrier_, ("variance", variance, NOT_NEGATIVE)])?;
    answer(BRIDGE, bridge_below(from - barrier, to - barrier, variance))
}

type Argument = (&'static str, f64, Quantity);

fn motion(gap: f64, drift: f64, volatility: f64) -> [Argument; 3] {
    [
        ("gap", gap, Quantity::PositiveLocation),
        ("drift", drift, Quantity::Location),
        ("volatility", volatility, NOT_NEGATIVE),
    ]
}

/// Reports every argument outside its domain, by name.
fn check(what: &'static str, arguments: &[Argument]) -> Result<(), Error> {
    let outside = arguments.iter().filter(|(_, value, quantity)| !quantity.domain().contains(*value));
    let problems: Vec<Problem> = outside
        .map(|(name, value, quantity)| Problem::new(*name, format!("{}, got {}", quantity.rule(), shown(*value))))
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::of(Kind::Invalid, what, problems)) }
}

/// Returns the answer, or an error if it is not finite.
fn answer(what: &'static str, value: f64) -> Result<f64, Error> {
    let beyond = || Error::one(Kind::Numeric, what, "", format!("the result must be finite, got {}", shown(value)));
    if value.is_finite() { Ok(value) } else { Err(beyond()) }
}

/// a − μt with a single rounding: at a small volatility the last digits of the difference matter.
fn shortfall(gap: f64, drift: f64, t: f64) -> f64 {
    (-drift).mul_add(t, gap)
}

/// Probability of being ahead on at least one of the first `dates` dates.
fn by_dates(gap: f64, drift: f64, volatility: f64, step: f64, dates: u32) -> f64 {
    let time = |dates: u32| step * f64::from(dates);
    let sd = volatility * step.sqrt();
    if dates == 0 || sd <= 0.0 {
        // A straight line; a tie is not ahead.
        return if dates > 0 && shortfall(gap, drift, time(dates)) < 0.0 { 1.0 } else { 0.0 };
    }
    let moved = drift * step / sd;
    if dates == 1 || !(moved.abs() < FAR) {
        // The drift dominates: a rising walk that is ever ahead is ahead on the last date, a falling one on the first.
        let t = time(if drift > 0.0 { dates } else { 1 });
        return norm_sf(shortfall(gap, drift, t) / (volatility * t.sqrt()));
    }
    let shifted = |dates: u32| by(gap + OVERSHOOT * sd, drift, 0.0, volatility, time(dates));
    let about = shifted(dates);
    if !(about > LEAST) {
        return about;
    }
    let followed = dates.min(if about < RARE { FOLLOWED_RARE } else { FOLLOWED });
    let mut recursion = Recursion::new(PRECISION * about, Level::of_this_process());
    if about < RARE {
        recursion.kernel.set_width(RARE_WIDTH);
    }
    let count = usize::try_from(followed).unwrap_or(usize::MAX);
    let (drifts, sds, mut first) = (vec![moved; count], vec![1.0; count], vec![0.0; count]);
    recursion.first_passage(&Walk { start: &[(-gap / sd, 1.0)], drifts: &drifts, sds: &sds }, &mut first);
    let passed: f64 = first.iter().sum();
    let before = shifted(followed);
    let later = if before < 1.0 { (about - before) / (1.0 - before) } else { 0.0 };
    let sum = passed + (1.0 - passed) * later;
    if sum > 1.0 { 1.0 } else { sum }
}

/// P(τ ≤ t) with a normally distributed drift.
///
/// With d = (a − μt)/√V and w = (a + μt + 2ra)/√V, where r = σ²t/s², the exponent of the formula is ½(w² − d²). The
/// second term is therefore e^(−d²/2) · e^(w²/2) Φ(−w). For w ≥ 0 neither factor overflows; for w < 0 the exponent is
/// negative.
pub(super) fn by(gap: f64, drift: f64, drift_sd: f64, volatility: f64, t: f64) -> f64 {
    let (spread, slopes) = (volatility * t.sqrt(), drift_sd * t);
    let sd = hypot(spread, slopes);
    let lacking = shortfall(gap, drift, t);
    if sd <= 0.0 {
        return if lacking <= 0.0 { 1.0 } else { 0.0 };
    }
    let short = lacking / sd;
    let terminal = norm_sf(short);
    if spread <= 0.0 {
        return terminal;
    }
    let ratio = slopes / spread;
    let tilt = gap * (ratio * ratio);
    let mirrored = (gap + drift * t + 2.0 * tilt) / sd;
    let reflected = if mirrored < 0.0 {
        exp(2.0 * ((gap + tilt) / sd) * ((drift * t + tilt) / sd)) * norm_cdf(-mirrored)
    } else {
        exp(-0.5 * short * short) * norm_sf_scaled(mirrored)
    };
    let sum = terminal + reflected;
    // Rounding may exceed 1. `min` would turn a NaN into 1.
    if sum > 1.0 { 1.0 } else { sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_dates_of(gap: f64, moved: f64, dates: u32) -> f64 {
        first_passage_by_dates(gap, moved, 1.0, 1.0, dates).expect("valid arguments")
    }

    #[test]
    fn one_date_is_the_normal_law() {
        let found = first_passage_by_dates(0.1, 0.05, 0.2, 0.25, 1).expect("valid arguments");
        assert!((found - norm_cdf(-0.875)).abs() < 1e-15);
        for gap in [1e-9, 0.5, 3.0, 12.0, 30.0] {
            assert!((by_dates_of(gap, -0.3, 1) / norm_sf(gap + 0.3) - 1.0).abs() < 1e-14, "{gap}");
        }
    }

    /// P = Φ(δ − a) + ∫ φ(x) Φ(δ − x) dx over the position x below the barrier on the first date, by the midpoint rule.
    #[test]
    fn two_dates_by_one_integral() {
        for (gap, moved) in [(0.01, 0.0), (1.0, 0.4), (0.5, -2.0), (3.0, 20.0), (5.0, 0.1), (8.0, 0.0), (20.0, -0.5)] {
            let (n, reach) = (400_000, 12.0 + gap);
            let width = 2.0 * reach / f64::from(n);
            let second: f64 = (0..n)
                .map(|k| gap - moved - width * (f64::from(k) + 0.5))
                .map(|z| exp(-0.5 * z * z - HALF_LN_2_PI) * norm_sf(gap - z - 2.0 * moved) * width)
                .sum();
            let (found, expected) = (by_dates_of(gap, moved, 2), norm_sf(gap - moved) + second);
            assert!((found / expected - 1.0).abs() < 1e-8, "{gap} {moved}: {found:e}, not {expected:e}");
        }
    }

    /// From a gap near 0 without drift, P(not passed by n) = C(2n, n)/4ⁿ (Sparre Andersen 1953), about 1/√(πn) for
    /// large n.
    #[test]
    fn a_symmetric_walk_obeys_sparre_andersen() {
        let mut stays = 1.0;
        for n in 1..=600 {
            stays *= f64::from(2 * n - 1) / f64::from(2 * n);
            if [1, 2, 10, 40, 511, 512].contains(&n) {
                assert!((by_dates_of(1e-12, 0.0, n) - (1.0 - stays)).abs() < 1e-9, "{n}");
            }
        }
        let found = 1.0 - by_dates_of(1e-12, 0.0, 600);
        assert!((found / stays - 1.0).abs() < 2e-3, "{found} {stays}");
        for n in [10_000, 1_000_000, u32::MAX] {
            let found = 1.0 - by_dates_of(1e-12, 0.0, n);
            let expected = 1.0 / (std::f64::consts::PI * f64::from(n)).sqrt();
            assert!((found / expected - 1.0).abs() < 2e-3, "{n}: {found} {expected}");
        }
    }

    /// With drift −θ and a gap near 0, P(never) = exp(−Σ Φ(−θ√n)/n) over n ≥ 1 (Spitzer 1956).
    #[test]
    fn a_falling_walk_obeys_spitzer() {
        for theta in [0.003, 0.02, 0.1, 0.5, 2.0] {
            let sum: f64 = (1..4_000_000).map(|n| norm_sf(theta * f64::from(n).sqrt()) / f64::from(n)).sum();
            let (found, expected) = (1.0 - by_dates_of(1e-12, -theta, 100_000_000), exp(-sum));
            assert!((found / expected - 1.0).abs() < 2e-3, "{theta}: {found} {expected}");
        }
    }

    /// Halving the panels does not change the result, so rare events have the documented precision.
    #[test]
    fn rare_events_keep_their_digits() {
        let passed = |width: f64, gap: f64, moved: f64| {
            let mut recursion = Recursion::new(1e-250, Level::of_this_process());
            recursion.kernel.set_width(width);
            let mut first = [0.0; 12];
            recursion.first_passage(&Walk { start: &[(-gap, 1.0)], drifts: &[moved; 12], sds: &[1.0; 12] }, &mut first);
            first.iter().sum::<f64>()
        };
        for (gap, moved) in [(25.0, 0.0), (60.0, 0.3), (9.0, -1.5), (85.0, -0.5)] {
            let fine = passed(0.35, gap, moved);
            let found = by_dates_of(gap, moved, 12);
            assert!(fine < 1e-8 && (found / fine - 1.0).abs() < 1e-8, "{gap} {moved}: {found:e} {fine:e}");
        }
    }

    #[test]
    fn extreme_arguments_have_an_answer() {
        for gap in [1e-300, 1e-9, 1.0, 1e9, 1e300] {
            for drift in [-1e300, -1e9, -1.0, 0.0, 1.0, 1e9, 1e300] {
                for volatility in [0.0, 1e-300, 1e-9, 1.0, 1e9] {
                    for (step, dates) in [(0.0, 3), (1e-300, 3), (1.0, 0), (1.0, 1), (1.0, 2), (1.0, 50), (1e3, 50)] {
                        let found = first_passage_by_dates(gap, drift, volatility, step, dates);
                        let is_right = |p: &f64| (0.0..=1.0).contains(p);
                        let is_numeric = |error: &Error| error.is_numeric();
                        assert!(
                            found.as_ref().map_or_else(is_numeric, is_right),
                            "{gap} {drift} {volatility} {step} {dates}: {found:?}"
                        );
                    }
                }
            }
        }
    }
}
