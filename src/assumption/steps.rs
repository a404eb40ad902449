//! Discrete distributions: values in increasing order with cumulative probabilities.

/// A cumulative probability within this factor of a level counts as having reached it: weights such as 0.1 + 0.2 miss
/// 0.3 by a rounding error.
const REACHED: f64 = 1.0 + 4.0 * f64::EPSILON;

/// Up to this number of values a quantile compares all of them.
const FEW: usize = 8;
/// Elements that are compared together.
const CHUNK: usize = 64;

/// A discrete distribution. Weights are relative to their sum; values without weight are dropped and equal ones joined.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Steps {
    /// In increasing order; empty only if no weight is above 0, which validation refuses.
    values: Vec<f64>,
    weights: Vec<f64>,
    /// P(X ≤ value).
    cumulative: Vec<f64>,
}

impl Steps {
    pub(super) fn weighted(pairs: &[[f64; 2]]) -> Self {
        // Division by the largest weight keeps the sum finite.
        let most = pairs.iter().map(|[_, weight]| *weight).fold(0.0, f64::max);
        let mut sorted: Vec<[f64; 2]> = pairs.iter().map(|[value, weight]| [*value, weight / most]).collect();
        sorted.retain(|[_, weight]| *weight > 0.0);
        sorted.sort_by(|a, b| a[0].total_cmp(&b[0]));
        Self::of_sorted(&sorted)
    }

    pub(super) fn equal(values: &[f64]) -> Self {
        let pairs: Vec<[f64; 2]> = values.iter().map(|value| [*value, 1.0]).collect();
        Self::weighted(&pairs)
    }

    fn of_sorted(pairs: &[[f64; 2]]) -> Self {
        let mut steps = Self { values: Vec::new(), weights: Vec::new(), cumulative: Vec::new() };
        for &[value, weight] in pairs {
            match (steps.values.last(), steps.weights.last_mut()) {
                (Some(last), Some(joined)) if *last >= value => *joined += weight,
                _ => {
                    steps.values.push(value);
                    steps.weights.push(weight);
                }
            }
        }
        let total = sum(steps.weights.iter().copied());
        let mut below = Sum::default();
        for weight in &mut steps.weights {
            below.add(*weight);
            steps.cumulative.push(below.value() / total);
            *weight /= total;
        }
        steps
    }

    /// The value, if there is only one; NaN if there is none.
    pub(super) fn single(&self) -> Option<f64> {
        match self.values[..] {
            [] => Some(f64::NAN),
            [value] => Some(value),
            _ => None,
        }
    }

    /// The distribution given that the value satisfies a condition.
    pub(super) fn restricted(self, keeps: impl Fn(f64) -> bool) -> Self {
        if self.values.iter().all(|value| keeps(*value)) {
            return self;
        }
        let pairs = self.values.iter().zip(&self.weights).filter(|(value, _)| keeps(**value));
        Self::of_sorted(&pairs.map(|(value, weight)| [*value, *weight]).collect::<Vec<_>>())
    }

    /// The probability of the values that satisfy a condition.
    pub(super) fn mass(&self, holds: impl Fn(f64) -> bool) -> f64 {
        sum(self.values.iter().zip(&self.weights).filter(|(value, _)| holds(**value)).map(|(_, weight)| *weight))
    }

    /// P(X ≤ x).
    pub(super) fn at_most(&self, x: f64) -> f64 {
        match self.values.partition_point(|value| *value <= x) {
            0 => 0.0,
            count => self.cumulative[count - 1],
        }
    }

    /// The smallest value v with P(X ≤ v) ≥ p.
    pub(super) fn quantile(&self, p: f64) -> f64 {
        let place = self.cumulative.partition_point(|below| below * REACHED < p);
        self.values[place.min(self.values.len() - 1)]
    }

    /// [`quantile`](Self::quantile) of each element, in place. Among a few values every one is compared, in a loop that vectorizes.
    #[inline(always)]
    pub(super) fn fill(&self, p: &mut [f64]) {
        if self.values.len() > FEW {
            for p in p {
                *p = self.quantile(*p);
            }
            return;
        }
        let later = || self.cumulative.iter().zip(&self.values[1..]);
        for p in p.chunks_mut(CHUNK) {
            let mut values = [self.values[0]; CHUNK];
            for (below, value) in later() {
                let (least, value) = (below * REACHED, *value);
                for (chosen, p) in values.iter_mut().zip(&*p) {
                    let before = *chosen;
                    *chosen = if least < *p { value } else { before };
                }
            }
            p.copy_from_slice(&values[..p.len()]);
        }
    }

    /// Values with their probabilities.
    pub(super) fn points(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.values.iter().copied().zip(self.weights.iter().copied())
    }
}

/// A sum that carries its rounding error (A. Neumaier 1974), so that a thousand weights add up to their sum.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    fn add(&mut self, x: f64) {
        let next = self.high + x;
        self.low += if self.high >= x { (self.high - next) + x } else { (x - next) + self.high };
        self.high = next;
    }

    fn value(self) -> f64 {
        self.high + self.low
    }
}

fn sum(terms: impl Iterator<Item = f64>) -> f64 {
    let mut sum = Sum::default();
    terms.for_each(|term| sum.add(term));
    sum.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_smallest_value_that_reaches_one_half() {
        let median = |weights: &[f64]| {
            let pairs: Vec<[f64; 2]> =
                (0_u32..).zip(weights).map(|(value, weight)| [f64::from(value), *weight]).collect();
            Steps::weighted(&pairs).quantile(0.5)
        };
        let cases: [(&[f64], f64); 7] = [
            (&[1.0, 1.0], 0.0),
            (&[0.1, 0.2, 0.2, 0.3, 0.2], 2.0),
            (&[0.35, 0.15, 0.5], 1.0),
            (&[0.0, 1.0, 3.0], 2.0),
            (&[1e308, 1e308, 1e308], 1.0),
            (&[5e-324, 5e-324], 0.0),
            (&[1.0 / 3.0, 1.0 / 6.0, 0.5], 1.0),
        ];
        for (weights, expected) in cases {
            assert!((median(weights) - expected).abs() <= 0.0, "{weights:?}: {}", median(weights));
        }
        for count in [1_u32, 2, 10, 1000, 9999] {
            let values: Vec<f64> = (1..=count).rev().map(f64::from).collect();
            let steps = Steps::equal(&values);
            let middle = f64::from(count.div_ceil(2));
            assert!((steps.quantile(0.5) - middle).abs() <= 0.0, "{count}: {}", steps.quantile(0.5));
            assert!((steps.at_most(f64::from(count)) - 1.0).abs() <= 0.0 && steps.at_most(0.5) <= 0.0);
        }
    }

    #[test]
    fn equal_values_are_joined_and_restriction_renormalises() {
        let steps = Steps::weighted(&[[3.0, 1.0], [-0.0, 2.0], [0.0, 2.0], [5.0, 0.0], [4.0, 3.0]]);
        let points: Vec<(f64, f64)> = steps.points().collect();
        assert_eq!(points, [(0.0, 0.5), (3.0, 0.125), (4.0, 0.375)]);
        let some: Vec<(f64, f64)> = steps.clone().restricted(|x| x > 1.0).points().collect();
        assert_eq!(some, [(3.0, 0.25), (4.0, 0.75)]);
        assert_eq!(steps.clone().restricted(|x| x > 3.5).single(), Some(4.0));
        assert!(steps.restricted(|x| x > 9.0).single().is_some_and(f64::is_nan));
    }

    /// Among few values and many, in whole chunks and a rest, at every level of probability and beside it.
    #[test]
    fn slices_have_the_bits_of_scalars() {
        for count in [1_u32, 2, 3, 8, 9, 100] {
            let steps = Steps::equal(&(0..count).map(|value| 0.1 * f64::from(value)).collect::<Vec<_>>());
            let levels =
                steps.cumulative.iter().flat_map(|p| [p.next_down(), *p, p * REACHED, (p * REACHED).next_up()]);
            let p: Vec<f64> = levels.chain((1..150).map(|k| f64::from(k) / 150.0)).chain([f64::NAN]).collect();
            let mut found = p.clone();
            steps.fill(&mut found);
            for (p, found) in p.iter().zip(found) {
                assert_eq!(found.to_bits(), steps.quantile(*p).to_bits(), "{count} values at {p}");
            }
        }
    }
}
