//! Variances of a probability given the inputs, from simulated events.
//!
//! Two paths whose shocks are independent and that share the inputs u have events whose covariance is Var E(p | inputs u), with p
//! the probability of the event given all inputs ("pick and freeze": Sobol' 1993; Janon, Klein, Lagnoux, Nodet & Prieur 2014,
//! "Asymptotic normality and efficiency of two Sobol index estimators", ESAIM: P&S 18). Sharing all inputs gives Var p, a single
//! one its first-order effect, all others what a total effect leaves, and a random order of the inputs Shapley effects.
//!
//! The paths of x, and of x′ where inputs are independent, have a first set of shocks, all others a second one. A difference between
//! two paths of the second set is due to the replaced inputs alone, which makes small effects accurate, and an input without any
//! effect has indices of exactly 0.

use super::batch::{Batch, Evaluate, Sums, half_squares};
use crate::error::Error;
use crate::random::GROUP;

/// Independent sets of shocks for each batch.
pub(super) const SHOCKS: u64 = 2;

/// The sums over a batch whose sets of shocks are `shocks` and the next one. `centre` is about the mean of the function; another
/// value makes the sums less accurate, not wrong.
///
/// # Errors
/// As the function.
pub(super) fn sums(
    batch: &Batch<'_>,
    (shocks, centre): (u64, f64),
    evaluate: &mut Evaluate<'_>,
) -> Result<Sums, Error> {
    let (count, independent) = (batch.inputs().count(), batch.inputs().are_independent());
    let others = batch.others();
    let at = evaluate(batch.x(), shocks)?;
    let again = evaluate(batch.x(), shocks + 1)?;
    let at_others = evaluate(&others, shocks + 1)?;
    // x′ shares with every other point what x does not. With it each path counts twice, and no mean has to be known.
    let opposite = if independent { Some(evaluate(&others, shocks)?) } else { None };
    let weight: Vec<f64> = match &opposite {
        Some(opposite) => at.iter().zip(opposite).map(|(at, opposite)| 0.5 * (at - opposite)).collect(),
        None => at.iter().map(|at| at - centre).collect(),
    };
    let covariance = |weight: &dyn Fn(usize) -> f64, a: &[f64], b: &[f64]| -> f64 {
        (0..GROUP).map(|point| weight(point) * (a[point] - b[point])).sum()
    };
    let of_x = |point: usize| at[point] - centre;
    let mut sums = Sums::new(count);
    sums.variance = covariance(&|point| weight[point], &again, &at_others);
    let mut singles = Vec::with_capacity(count);
    for input in 0..count {
        let single = evaluate(&batch.without(input), shocks + 1)?;
        sums.total[input] = covariance(&of_x, &again, &single);
        let alone = match &opposite {
            Some(opposite) => covariance(&|point| opposite[point] - centre, &single, &again),
            None => covariance(&of_x, &evaluate(&batch.only(input), shocks + 1)?, &at_others),
        };
        sums.first[input] = sums.variance - alone;
        singles.push(single);
    }
    let chain = batch.chain(&singles, &at_others, &mut |points| evaluate(points, shocks + 1))?;
    for (place, (before, now)) in std::iter::once(&again).chain(&chain).zip(&chain).enumerate() {
        for point in 0..GROUP {
            sums.shapley[batch.at(point, place)] += weight[point] * (before[point] - now[point]);
        }
    }
    sums.rest = match &opposite {
        Some(opposite) => 0.5 * (rest(&at, &again) + rest(opposite, &at_others)),
        None => rest(&at, &again),
    };
    Ok(sums)
}

/// The sum of p (1 − p), from values at the same points with independent shocks: of events, or of probabilities of events.
fn rest(a: &[f64], b: &[f64]) -> f64 {
    let open: f64 = a.iter().chain(b).map(|f| f * (1.0 - f)).sum();
    half_squares(a, b) + 0.5 * open
}
