//! The parts of a change: their mean contributions over all orders in which time passes before a report differs.

use std::collections::BTreeMap;

use crate::analysis::posterior::Posterior;

/// The name of the part that is the passing of time.
pub(super) const TIME: &str = "time";

/// A part of the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The periods have passed, and every report is as expected.
    Time,
    /// The report of a provider is what it is.
    Report(usize),
    /// The base of a provider is revised.
    Revision(usize),
    Assumptions,
}

/// The coalition of all of a number of parts.
pub(super) fn whole(parts: usize) -> usize {
    (1 << parts) - 1
}

/// Whether time has passed in a coalition in which a report differs from its expectation.
pub(super) fn is_feasible(parts: &[Cause], coalition: usize) -> bool {
    let has = |is: &dyn Fn(&Cause) -> bool| {
        parts.iter().enumerate().any(|(place, part)| coalition >> place & 1 == 1 && is(part))
    };
    has(&|part| *part == Cause::Time) || !has(&|part| matches!(part, Cause::Report(_)))
}

/// The mean contribution of each part over all feasible orders, with its standard error. `found` has the probability of each
/// feasible coalition.
pub(super) fn contributions(parts: usize, found: &BTreeMap<usize, Posterior>) -> Vec<(f64, f64)> {
    let value = |coalition: &usize| found[coalition].probability.value;
    let weights = shapley(parts, &found.keys().copied().collect::<Vec<_>>());
    let change = |own: &BTreeMap<usize, f64>| own.iter().map(|(coalition, weight)| weight * value(coalition)).sum();
    let mut changes: Vec<f64> = weights.iter().map(change).collect();
    // Rounding errors of the weights, which are ratios of whole numbers, go to the largest part.
    let rest = value(&whole(parts)) - value(&0) - changes.iter().sum::<f64>();
    if let Some(largest) = changes.iter_mut().max_by(|a, b| a.abs().total_cmp(&b.abs())) {
        *largest += rest;
    }
    changes.into_iter().zip(weights.iter().map(|own| error(own, found))).collect()
}

/// The standard error of a linear combination of probabilities: those of weighted points have common replicates, and the others
/// independent errors.
fn error(weights: &BTreeMap<usize, f64>, found: &BTreeMap<usize, Posterior>) -> f64 {
    let (mut sums, mut square) = (Vec::new(), 0.0);
    for (coalition, weight) in weights {
        let Posterior { probability, deviations, .. } = &found[coalition];
        if deviations.is_empty() {
            square += weight * weight * probability.standard_error * probability.standard_error;
        }
        sums.resize(sums.len().max(deviations.len()), 0.0);
        sums.iter_mut().zip(deviations).for_each(|(sum, deviation)| *sum += weight * deviation);
    }
    (square + sums.iter().map(|sum| sum * sum).sum::<f64>()).sqrt()
}

/// The mean contribution of each part over all feasible orders, as weights of the coalitions. The coalitions are ascending.
fn shapley(parts: usize, coalitions: &[usize]) -> Vec<BTreeMap<usize, f64>> {
    // Orders are counted by the coalitions that they pass through: from the empty one, and to the whole one.
    let whole = whole(parts);
    let neighbours = |coalition: usize| {
        let next = (0..parts).filter(move |place| coalition >> place & 1 == 0);
        next.map(move |place| (place, coalition | 1 << place))
            .filter(|(_, next)| coalitions.binary_search(next).is_ok())
            .collect::<Vec<_>>()
    };
    let mut from = vec![0.0; whole + 1];
    let mut to = vec![0.0; whole + 1];
    (from[0], to[whole]) = (1.0, 1.0);
    for coalition in coalitions {
        for (_, next) in neighbours(*coalition) {
            from[next] += from[*coalition];
        }
    }
    for coalition in coalitions.iter().rev() {
        for (_, next) in neighbours(*coalition) {
            to[*coalition] += to[next];
        }
    }
    let mut weights = vec![BTreeMap::new(); parts];
    for coalition in coalitions {
        for (place, next) in neighbours(*coalition) {
            let share = from[*coalition] * to[next] / to[0];
            *weights[place].entry(next).or_insert(0.0) += share;
            *weights[place].entry(*coalition).or_insert(0.0) -= share;
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::NumberEstimate;
    use crate::math::gauss::as_f64;

    fn exact(value: f64) -> Posterior {
        Posterior::of(NumberEstimate::of(value, 0.0, 0.0))
    }

    /// With time first and two reports after it in either order: time has its own change, the reports share theirs.
    #[test]
    fn parts_are_means_over_feasible_orders() {
        let parts = [Cause::Time, Cause::Report(0), Cause::Report(1)];
        let values = [(0b000, 0.5), (0b001, 0.52), (0b011, 0.60), (0b101, 0.50), (0b111, 0.57)];
        let changes = contributions(3, &values.map(|(coalition, value)| (coalition, exact(value))).into());
        let expected = [0.02, 0.5 * (0.08 + 0.07), 0.5 * (-0.02 - 0.03)];
        for ((found, error), expected) in changes.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15 && *error <= 0.0, "{found} {expected}");
        }
        assert!(is_feasible(&parts, 0b101) && !is_feasible(&parts, 0b010) && !is_feasible(&parts, 0b110));
        let all = as_f64((0..8).filter(|coalition| is_feasible(&parts, *coalition)).count());
        assert!((all - 5.0).abs() < 1e-15);
    }

    /// Parts without a precedence have their Shapley values: for v = the square of the number of parts, equal ones.
    #[test]
    fn without_precedence_parts_are_shapley_values() {
        let square = |count: u32| f64::from(count * count);
        let values = (0..8_usize).map(|coalition| (coalition, exact(square(coalition.count_ones()))));
        let changes = contributions(3, &values.collect());
        assert!(changes.iter().all(|(change, _)| (change - 3.0).abs() < 1e-14), "{changes:?}");
    }

    /// Errors of common replicates cancel in a difference; others do not.
    #[test]
    fn errors_of_common_replicates_cancel() {
        let probability = NumberEstimate::of(0.5, 0.05, 0.1);
        let common = Posterior { deviations: vec![0.03, -0.04], ..Posterior::of(probability) };
        let both = |empty: &Posterior| contributions(1, &[(0, empty.clone()), (1, common.clone())].into())[0].1;
        assert!(both(&common) < 1e-15);
        assert!((both(&Posterior::of(probability)) - 0.05 * 2.0_f64.sqrt()).abs() < 1e-15);
    }
}
