//! Variances of a function of the inputs alone, from squared differences.
//!
//! For points x and x′ and the point x with the coordinates u resampled, half of the mean squared difference of f estimates
//! E Var(f | coordinates not in u) (Jansen 1999, "Analysis of variance designs for model output", Computer Physics
//! Communications 117). Total effects take a single coordinate, first-order effects all others, and a random order whose
//! coordinates are resampled one after the other gives Shapley effects (Owen 2014, SIAM/ASA JUQ 2; Song, Nelson & Staum 2016,
//! SIAM/ASA JUQ 4). All of them use the same variance, so that Shapley effects sum to 1 and an input without any effect has
//! indices of exactly 0.

use super::batch::{Batch, Evaluate, Sums, half_squares};
use crate::error::Error;
use crate::random::GROUP;

/// The sums over a batch.
///
/// # Errors
/// As the function.
pub(super) fn sums(batch: &Batch<'_>, evaluate: &mut Evaluate<'_>) -> Result<Sums, Error> {
    let count = batch.inputs().count();
    let at = evaluate(batch.x(), 0)?;
    let at_others = evaluate(&batch.others(), 0)?;
    let mut sums = Sums::new(count);
    let mut singles = Vec::with_capacity(count);
    for input in 0..count {
        let single = evaluate(&batch.without(input), 0)?;
        sums.total[input] = half_squares(&at, &single);
        sums.first[input] = if batch.inputs().are_independent() {
            half_squares(&at_others, &single)
        } else {
            half_squares(&at, &evaluate(&batch.only(input), 0)?)
        };
        singles.push(single);
    }
    let mut before = vec![0.0; GROUP];
    let chain = batch.chain(&singles, &at_others, &mut |points| evaluate(points, 0))?;
    for (place, now) in chain.iter().enumerate() {
        for point in 0..GROUP {
            let square = 0.5 * (at[point] - now[point]) * (at[point] - now[point]);
            sums.shapley[batch.at(point, place)] += square - before[point];
            before[point] = square;
        }
    }
    sums.rest = at.iter().map(|p| p * (1.0 - p)).sum();
    sums.variance = half_squares(&at, &at_others);
    Ok(sums)
}
