//! Scores of the probability of an event.

use super::{as_f64, check_all, check_forecasts, indicator, invalid, mean};
use crate::error::Error;
use crate::math;

/// The mean Brier score: the squared difference between the probability and what happened, 1 or 0 (Brier 1950). From 0 to
/// 1; a forecast of ½ has ¼.
///
/// # Errors
/// If a probability is outside 0 to 1, or if there are not as many outcomes as forecasts.
///
/// # Example: two forecasts
/// ```
/// use outgrow::scores::brier;
/// assert!((brier(&[0.9, 0.2], &[true, false])? - 0.025).abs() < 1e-15);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn brier(forecasts: &[f64], happened: &[bool]) -> Result<f64, Error> {
    check_forecasts(forecasts, happened)?;
    Ok(mean(forecasts.iter().zip(happened).map(|(p, y)| (p - indicator(*y)) * (p - indicator(*y)))))
}

/// The mean logarithmic score, −ln of the probability of what happened (Good 1952), in nats. Infinite if something
/// happened that had the probability 0.
///
/// # Errors
/// Those of [`brier`].
///
/// # Example: a certain forecast that was wrong
/// ```
/// use outgrow::scores::log_score;
/// assert!((log_score(&[0.5], &[true])? - 2f64.ln()).abs() < 1e-15);
/// assert_eq!(log_score(&[1.0], &[false])?, f64::INFINITY);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn log_score(forecasts: &[f64], happened: &[bool]) -> Result<f64, Error> {
    check_forecasts(forecasts, happened)?;
    let loss = |(p, y): (&f64, &bool)| if *y { -math::ln(*p) } else { -math::ln_1p(-p) };
    Ok(mean(forecasts.iter().zip(happened).map(loss)))
}

/// The mean Brier score of several exclusive outcomes: the sum over outcomes of (probability − what happened)², from 0 to 2.
/// With two outcomes it is twice [`brier`]. Each row of forecasts has one probability an outcome, and `happened` the
/// index of the outcome.
///
/// # Errors
/// If a row has no such outcome, a probability outside 0 to 1, or a sum that differs from 1 by more than 1e-9, or if there are
/// not as many outcomes as rows.
///
/// # Example: overtaken, still behind, gone
/// ```
/// use outgrow::scores::brier_of_classes;
/// let score = brier_of_classes(&[[0.5, 0.4, 0.1], [0.2, 0.8, 0.0]], &[0, 1])?;
/// assert!((score - 0.5 * (0.42 + 0.08)).abs() < 1e-15);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn brier_of_classes<R: AsRef<[f64]>>(forecasts: &[R], happened: &[usize]) -> Result<f64, Error> {
    if forecasts.len() != happened.len() || forecasts.is_empty() {
        let (rows, outcomes) = (forecasts.len(), happened.len());
        let message = format!("as many outcomes as forecasts are needed, and at least one, got {outcomes} and {rows}");
        return Err(invalid("happened", message));
    }
    let mut sum = 0.0;
    for (at, (row, class)) in forecasts.iter().map(AsRef::as_ref).zip(happened).enumerate() {
        let address = format!("forecasts[{at}]");
        check_all(&address, row, |p| (0.0..=1.0).contains(&p), "a probability must be from 0 to 1")?;
        let total: f64 = row.iter().sum();
        if !((total - 1.0).abs() <= 1e-9) {
            return Err(invalid(&address, format!("probabilities must sum to 1, got the sum {total}")));
        }
        if *class >= row.len() {
            let message = format!("an outcome must be below the number of probabilities, {}, got {class}", row.len());
            return Err(invalid(&format!("happened[{at}]"), message));
        }
        let square = |(k, p): (usize, &f64)| (p - indicator(k == *class)) * (p - indicator(k == *class));
        sum += row.iter().enumerate().map(square).sum::<f64>();
    }
    Ok(sum / as_f64(forecasts.len()))
}

/// The mean forecast and the frequency of the event among the largest forecasts, `share` of all: whether an overtake that is
/// called likely happens as often as stated. Of equal forecasts the earlier in the list count first.
///
/// # Errors
/// Those of [`brier`], and if the share is not above 0 and at most 1.
///
/// # Example: the top fifth
/// ```
/// use outgrow::scores::top_share;
/// let forecasts = [0.9, 0.1, 0.3, 0.2, 0.4, 0.7, 0.1, 0.2, 0.1, 0.3];
/// let happened = [true, false, false, false, true, false, false, false, false, true];
/// let [said, frequency] = top_share(&forecasts, &happened, 0.2)?;
/// assert!((said - 0.8).abs() < 1e-15 && frequency == 0.5);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn top_share(forecasts: &[f64], happened: &[bool], share: f64) -> Result<[f64; 2], Error> {
    check_forecasts(forecasts, happened)?;
    if !(share > 0.0 && share <= 1.0) {
        return Err(invalid("share", format!("a share must be above 0 and at most 1, got {share}")));
    }
    let order = math::descending(forecasts);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the number of forecasts")]
    let count = ((share * as_f64(order.len())).round() as usize).clamp(1, order.len());
    let top = &order[..count];
    Ok([mean(top.iter().map(|at| forecasts[*at])), mean(top.iter().map(|at| indicator(happened[*at])))])
}

/// Discrimination: the probability that a case in which the event happened had a larger forecast than a case in which it did not,
/// ties counting one half (the area under the ROC curve, Mann & Whitney 1947). ½ for forecasts that do not separate cases. `None` if the
/// event happened always or never.
///
/// # Errors
/// Those of [`brier`].
///
/// # Example: three of four pairs in order
/// ```
/// use outgrow::scores::discrimination;
/// assert_eq!(discrimination(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?, Some(0.75));
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn discrimination(forecasts: &[f64], happened: &[bool]) -> Result<Option<f64>, Error> {
    check_forecasts(forecasts, happened)?;
    let sorted: Vec<(f64, bool)> =
        math::ascending(forecasts).into_iter().map(|at| (forecasts[at], happened[at])).collect();
    let (mut below, mut pairs) = (0.0, 0.0);
    for ties in sorted.chunk_by(|a, b| !(a.0 < b.0)) {
        let hits = as_f64(ties.iter().filter(|(_, y)| *y).count());
        let misses = as_f64(ties.len()) - hits;
        pairs += hits * (below + 0.5 * misses);
        below += misses;
    }
    let all = below * (as_f64(sorted.len()) - below);
    Ok((all > 0.0).then(|| pairs / all))
}

/// Murphy's decomposition of the Brier score over bins of the forecast (Murphy 1973):
/// `brier = reliability − resolution + uncertainty + within_bins`.
///
/// # Example: the parts sum to the score
/// ```
/// use outgrow::scores::{Murphy, brier};
/// let (forecasts, happened) = ([0.05, 0.35, 0.31, 0.95], [false, false, true, true]);
/// let parts = Murphy::of(&forecasts, &happened, 10)?;
/// let sum = parts.reliability - parts.resolution + parts.uncertainty + parts.within_bins;
/// assert!((sum - brier(&forecasts, &happened)?).abs() < 1e-15);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Murphy {
    /// The mean squared difference between the mean forecast of a bin and the frequency in it: 0 if calibrated.
    pub reliability: f64,
    /// The variance of the frequencies between bins: large if the forecasts separate cases.
    pub resolution: f64,
    /// The variance of the event itself.
    pub uncertainty: f64,
    /// What forecasts that differ within a bin contribute (Stephenson, Coelho & Jolliffe 2008); 0 if all of a bin are equal.
    pub within_bins: f64,
}

impl Murphy {
    /// The decomposition over this number of equal bins of the probability, from 0 to 1.
    ///
    /// # Errors
    /// Those of [`brier`], and if there is no bin.
    pub fn of(forecasts: &[f64], happened: &[bool], bins: usize) -> Result<Self, Error> {
        let score = brier(forecasts, happened)?;
        if bins == 0 {
            return Err(invalid("bins", "at least one bin is needed, got 0".to_owned()));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a probability times the bins")]
        let bin = |p: f64| ((p * as_f64(bins)) as usize).min(bins - 1);
        let mut sums = vec![(0.0, 0.0, 0.0); bins];
        for (p, y) in forecasts.iter().zip(happened) {
            let (count, said, hits) = &mut sums[bin(*p)];
            *count += 1.0;
            *said += p;
            *hits += indicator(*y);
        }
        let all = as_f64(forecasts.len());
        let base = mean(happened.iter().map(|y| indicator(*y)));
        let (mut reliability, mut resolution) = (0.0, 0.0);
        for (count, said, hits) in sums.into_iter().filter(|(count, ..)| *count > 0.0) {
            let (said, frequency) = (said / count, hits / count);
            reliability += count / all * (said - frequency) * (said - frequency);
            resolution += count / all * (frequency - base) * (frequency - base);
        }
        let uncertainty = base * (1.0 - base);
        Ok(Self { reliability, resolution, uncertainty, within_bins: score - reliability + resolution - uncertainty })
    }
}
