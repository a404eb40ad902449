//! Comparisons of two forecasters on the same cases.

use super::{as_f64, check_finite, invalid};
use crate::error::Error;
use crate::math;

/// Skill: 1 − Σ loss/Σ loss of the baseline. 0 is as good as the baseline, 1 perfect, and negative worse.
///
/// # Errors
/// If there are not as many losses as baselines and at least one, if a loss is not finite, or if the baseline has no loss.
///
/// # Example: a fifth less
/// ```
/// use outgrow::scores::skill;
/// assert!((skill(&[0.1, 0.3], &[0.2, 0.3])? - 0.2).abs() < 1e-15);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn skill(losses: &[f64], baseline: &[f64]) -> Result<f64, Error> {
    check_losses(losses, baseline)?;
    let sum: f64 = baseline.iter().sum();
    if !(sum > 0.0) {
        return Err(invalid("baseline", format!("the baseline must have a loss above 0, got the sum {sum}")));
    }
    Ok(1.0 - losses.iter().sum::<f64>() / sum)
}

/// The test of Diebold & Mariano (1995) that two series of losses have the same mean.
///
/// # Example: losses that differ by noise alone
/// ```
/// use outgrow::scores::diebold_mariano;
/// let losses: Vec<f64> = (0..40).map(|k| f64::from(k % 5)).collect();
/// let others: Vec<f64> = (0..40).map(|k| f64::from((k + 2) % 5)).collect();
/// assert!(diebold_mariano(&losses, &others, 1)?.p_value > 0.5);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct DieboldMariano {
    /// The mean of loss − other loss: negative if the first forecaster is better.
    pub difference: f64,
    /// The difference divided by its standard error, with the correction for small samples of Harvey, Leybourne &
    /// Newbold (1997).
    pub statistic: f64,
    /// The probability of a statistic at least as large in either direction, by Student's t distribution with n − 1 degrees of
    /// freedom.
    pub p_value: f64,
}

/// Compares two series of losses, one number a date, in order of dates. Losses of several cases at a date are averaged
/// first. Forecasts over `horizon` dates overlap, so that autocovariances up to `horizon − 1` count; where their sum is
/// not positive, they are weighted as by Newey & West (1987).
///
/// # Errors
/// If the series differ in length, if a loss is not finite, if the horizon is 0, if there are not more than two horizons of
/// dates, or if the differences do not vary.
pub fn diebold_mariano(losses: &[f64], others: &[f64], horizon: usize) -> Result<DieboldMariano, Error> {
    check_losses(losses, others)?;
    if horizon == 0 || losses.len() <= 2 * horizon {
        let dates = losses.len();
        let message = format!("at least 1, and less than half of the {dates} dates, are needed, got {horizon}");
        return Err(invalid("horizon", message));
    }
    let differences: Vec<f64> = losses.iter().zip(others).map(|(a, b)| a - b).collect();
    let n = as_f64(differences.len());
    let difference = differences.iter().sum::<f64>() / n;
    let covariance = |lag: usize| {
        let products = differences.iter().zip(&differences[lag..]);
        products.map(|(a, b)| (a - difference) * (b - difference)).sum::<f64>() / n
    };
    let own = covariance(0);
    if !(own > 0.0) {
        return Err(invalid("losses", format!("the differences of the losses must vary, got {difference} throughout")));
    }
    let sum =
        |weight: &dyn Fn(usize) -> f64| own + 2.0 * (1..horizon).map(|lag| weight(lag) * covariance(lag)).sum::<f64>();
    let plain = sum(&|_| 1.0);
    let variance = if plain > 0.0 { plain } else { sum(&|lag| 1.0 - as_f64(lag) / as_f64(horizon)) };
    let h = as_f64(horizon);
    let correction = (n + 1.0 - 2.0 * h + h * (h - 1.0) / n) / n;
    let statistic = difference / (variance / n).sqrt() * correction.sqrt();
    let p_value = 2.0 * math::student_sf(n - 1.0, statistic.abs());
    Ok(DieboldMariano { difference, statistic, p_value })
}

fn check_losses(losses: &[f64], others: &[f64]) -> Result<(), Error> {
    check_finite("losses", losses)?;
    check_finite("baseline", others)?;
    if losses.len() != others.len() {
        let message = format!("as many losses as of the baseline are needed, {}, got {}", others.len(), losses.len());
        return Err(invalid("losses", message));
    }
    Ok(())
}
