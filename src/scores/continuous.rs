//! Scores of a distribution, given the observation.

use std::f64::consts::PI;

use super::{as_f64, check_all, check_finite, check_number, check_one, invalid, mean};
use crate::error::{Error, shown};
use crate::math;

/// The continuous ranked probability score of a sample, `E|X − y| − ½E|X − X′|` (Gneiting & Raftery 2007, eq. 21), with
/// the sample's own distribution function (the V-statistic, not the unbiased one). In the unit of the numbers.
///
/// # Errors
/// If the sample is empty, or if a number is not finite.
///
/// # Example: a single number has the absolute error
/// ```
/// use outgrow::scores::crps_sample;
/// assert_eq!(crps_sample(&[2.0], 3.5)?, 1.5);
/// assert!((crps_sample(&[0.0, 1.0], 0.0)? - 0.25).abs() < 1e-15);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn crps_sample(sample: &[f64], observed: f64) -> Result<f64, Error> {
    check_finite("sample", sample)?;
    check_number("observed", observed)?;
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = as_f64(sorted.len());
    // ½E|X − X′| = Σ (2i − n + 1) xᵢ / n², i from 0.
    let spread: f64 = sorted.iter().enumerate().map(|(i, x)| (2.0 * as_f64(i) + 1.0 - n) * x).sum::<f64>() / (n * n);
    Ok(mean(sorted.iter().map(|x| (x - observed).abs())) - spread)
}

/// The continuous ranked probability score of a normal distribution: `σ(z(2Φ(z) − 1) + 2φ(z) − 1/√π)`, `z = (y − μ)/σ`
/// (Gneiting, Raftery, Westveld & Goldman 2005).
///
/// # Errors
/// If a number is not finite, or if the standard deviation is negative.
///
/// # Example: the mean was observed
/// ```
/// use outgrow::scores::crps_normal;
/// assert!((crps_normal(0.0, 1.0, 0.0)? - 0.233_694_977_255).abs() < 1e-12);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn crps_normal(mean: f64, sd: f64, observed: f64) -> Result<f64, Error> {
    check_number("mean", mean)?;
    check_number("observed", observed)?;
    check_one("sd", sd, |sd| sd.is_finite() && sd >= 0.0, "a standard deviation must be finite and at least 0")?;
    if !(sd > 0.0) {
        return Ok((observed - mean).abs());
    }
    let z = (observed - mean) / sd;
    let density = math::exp(-0.5 * z * z) / (2.0 * PI).sqrt();
    Ok(sd * (z * (1.0 - 2.0 * math::norm_sf(z)) + 2.0 * density - 1.0 / PI.sqrt()))
}

/// The continuous ranked probability score of a beta distribution (Jordan, Krüger & Lerch 2019), for a share or a
/// probability observed between 0 and 1.
///
/// # Errors
/// If a shape is not finite and above 0, or if `observed` is not finite.
///
/// # Example: the value published with the formula
/// ```
/// use outgrow::scores::crps_beta;
/// assert!((crps_beta(0.7, 1.1, 0.3)? - 0.085_010_243_7).abs() < 1e-10);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn crps_beta(a: f64, b: f64, observed: f64) -> Result<f64, Error> {
    check_all("shapes", &[a, b], |x| x.is_finite() && x > 0.0, "a shape must be finite and above 0")?;
    check_number("observed", observed)?;
    let at = observed.clamp(0.0, 1.0);
    let ln_beta = |a: f64, b: f64| math::ln_gamma(a) + math::ln_gamma(b) - math::ln_gamma(a + b);
    let spread = 2.0 * math::exp(ln_beta(2.0 * a, 2.0 * b) - 2.0 * ln_beta(a, b)) / a;
    let (own, next) = (math::beta_cdf(a, b, at), math::beta_cdf(a + 1.0, b, at));
    Ok(observed * (2.0 * own - 1.0) + a / (a + b) * (1.0 - 2.0 * next - spread))
}

/// The pinball loss of a quantile: `(y − q)·level` above it, `(q − y)·(1 − level)` below it, without the factor 2 of some
/// authors. Its mean over all levels from 0 to 1 is half of the continuous ranked probability score.
///
/// # Errors
/// If the level is not strictly between 0 and 1, or if a number is not finite.
///
/// # Example: too low by 2 at the level .9
/// ```
/// use outgrow::scores::pinball;
/// assert_eq!(pinball(0.9, 10.0, 12.0)?, 1.8);
/// assert!((pinball(0.9, 12.0, 10.0)? - 0.2).abs() < 1e-15);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn pinball(level: f64, quantile: f64, observed: f64) -> Result<f64, Error> {
    check_one("level", level, |p| p > 0.0 && p < 1.0, "a level must lie between 0 and 1")?;
    check_number("quantile", quantile)?;
    check_number("observed", observed)?;
    Ok(if observed >= quantile { (observed - quantile) * level } else { (quantile - observed) * (1.0 - level) })
}

/// How often intervals contained the observation, and how wide they were.
///
/// # Example: two of three
/// ```
/// use outgrow::scores::Coverage;
/// let coverage = Coverage::of(&[[0.0, 1.0], [0.0, 2.0], [1.0, 2.0]], &[0.5, 2.0, 3.0])?;
/// assert!((coverage.share - 2.0 / 3.0).abs() < 1e-15 && (coverage.width - 4.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Coverage {
    /// The share of the numbers that lie in their interval, both ends included.
    pub share: f64,
    /// The mean width.
    pub width: f64,
}

impl Coverage {
    /// From intervals and observations.
    ///
    /// # Errors
    /// If there are not as many of both and at least one, if a number is not finite, or if an interval ends before it begins.
    pub fn of(intervals: &[[f64; 2]], observed: &[f64]) -> Result<Self, Error> {
        if intervals.len() != observed.len() {
            let message =
                format!("as many observations as intervals are needed, {}, got {}", intervals.len(), observed.len());
            return Err(invalid("observed", message));
        }
        check_finite("observed", observed)?;
        for (at, [low, high]) in intervals.iter().enumerate() {
            if !(low.is_finite() && high.is_finite() && low <= high) {
                let message =
                    format!("an interval must be finite and in order, got {} to {}", shown(*low), shown(*high));
                return Err(invalid(&format!("intervals[{at}]"), message));
            }
        }
        let both = || intervals.iter().zip(observed);
        Ok(Self {
            share: mean(both().map(|([low, high], y)| f64::from(u8::from(low <= y && y <= high)))),
            width: mean(intervals.iter().map(|[low, high]| high - low)),
        })
    }
}

/// The probability integral transform of a number under a sample: the share below it, ties counting one half. Uniform from
/// 0 to 1 if the forecasts are calibrated.
///
/// # Errors
/// If the sample is empty, or if a number is not finite.
///
/// # Example: above three of four
/// ```
/// use outgrow::scores::pit_sample;
/// assert_eq!(pit_sample(&[1.0, 2.0, 3.0, 4.0], 3.5)?, 0.75);
/// assert_eq!(pit_sample(&[1.0, 2.0, 3.0, 4.0], 3.0)?, 0.625);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn pit_sample(sample: &[f64], observed: f64) -> Result<f64, Error> {
    check_finite("sample", sample)?;
    check_number("observed", observed)?;
    let part = |x: &f64| if *x < observed { 1.0 } else { 0.5 * f64::from(u8::from(*x <= observed)) };
    Ok(mean(sample.iter().map(part)))
}

/// Shares of probability integral transforms in equal bins from 0 to 1. Each is 1/bins if the forecasts are calibrated; a
/// U shape means distributions that are too narrow.
///
/// # Errors
/// If a value is outside 0 to 1, or if there is no value or no bin.
///
/// # Example: two bins
/// ```
/// use outgrow::scores::pit_histogram;
/// assert_eq!(pit_histogram(&[0.1, 0.2, 0.4, 1.0], 2)?, [0.75, 0.25]);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn pit_histogram(values: &[f64], bins: usize) -> Result<Vec<f64>, Error> {
    check_finite("values", values)?;
    check_all("values", values, |p| (0.0..=1.0).contains(&p), "a transform must be from 0 to 1")?;
    if bins == 0 {
        return Err(invalid("bins", "at least one bin is needed, got 0".to_owned()));
    }
    let mut shares = vec![0.0; bins];
    for value in values {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the number of bins")]
        let bin = ((value * as_f64(bins)) as usize).min(bins - 1);
        shares[bin] += 1.0 / as_f64(values.len());
    }
    Ok(shares)
}
