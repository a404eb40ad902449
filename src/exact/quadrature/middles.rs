//! The drawn numbers in the middle of a line, as further coordinates of its surrogate.
//!
//! The log-ratio at a date is nearly a sum of functions of one drawn number each. Where a distribution is bounded or skewed, such a function
//! of a score is no polynomial of low degree, and on rotated axes it would take products of all of them. One of the number itself is nearly
//! linear.

use std::borrow::Cow;

use super::lines::Lines;
use super::replicates::Points;

/// Drawn numbers, each with the standardization of its value.
#[derive(Debug, Default)]
pub(super) struct Middles(Vec<Standardized>);

#[derive(Debug)]
struct Standardized {
    /// The place among the integrated draws.
    draw: usize,
    /// The median, and the distance between the values at scores of ±1.
    median: f64,
    spread: f64,
}

/// The scores at which a number is looked at, and how far from a straight line a value counts as curved.
const SCORES: [f64; 5] = [0.0, 1.0, -1.0, 2.0, -2.0];
const CURVED: f64 = 1e-3;
/// The largest standardized value, about six standard deviations: a heavy tail would determine a fit alone.
const MOST: f64 = 3.0;

impl Middles {
    /// The numbers of lines whose values are not linear in their scores.
    pub(super) fn of(lines: &Lines<'_, '_>) -> Self {
        let values = lines.pair.values_alone(&SCORES);
        let standardized = |(draw, values): (usize, &Vec<f64>)| {
            let (median, spread) = (values[0], values[1] - values[2]);
            let off = |k: usize| (values[k] - median) / spread - 0.5 * SCORES[k];
            (spread != 0.0 && (1..SCORES.len()).any(|k| off(k).abs() > CURVED)).then_some(Standardized {
                draw,
                median,
                spread,
            })
        };
        Self(values.iter().enumerate().filter_map(standardized).collect())
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// The coordinates of some points, and then the standardized values of the numbers.
    pub(super) fn coordinates<'c>(&self, lines: &Lines<'_, '_>, points: &'c Points) -> Cow<'c, [Vec<f64>]> {
        if self.0.is_empty() {
            return Cow::Borrowed(&points.coordinates);
        }
        let values = lines.pair.values(&lines.middle_scores(points), points.width);
        let standardized = |of: &Standardized| {
            values[of.draw].iter().map(|value| ((value - of.median) / of.spread).clamp(-MOST, MOST)).collect()
        };
        Cow::Owned(points.coordinates.iter().cloned().chain(self.0.iter().map(standardized)).collect())
    }
}
