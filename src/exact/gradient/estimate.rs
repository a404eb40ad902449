//! The derivatives averaged over the points of an integration, and their errors.

use super::chain::{Chain, Slopes};
use super::leaf::Leaf;
use crate::cpu::Level;
use crate::error::Error;
use crate::exact::pair::Pair;
use crate::exact::quadrature::calibration::calibrated_means;
use crate::exact::quadrature::conditional::Conditional;
use crate::exact::quadrature::integrate::{GRID_SAFETY, Method, SINGLE_LINE_NODES, SINGLE_TOLERANCE};
use crate::exact::quadrature::lines::{Lines, REACH};
use crate::exact::quadrature::replicates::{Points, Replicates, next_points};
use crate::exact::walk::passage::Recursion;

/// Tolerance of the recursion relative to that of the probability, and that of a finer one relative to it.
const GRADIENT_RECURSION_FRACTION: f64 = 0.01;
const FINER_RECURSION: f64 = 0.01;
/// Points per scramble at which a discretization is compared with a finer one: one wide point beside two normal ones.
const COMPARED_POINTS: usize = 2;
/// The error of the finer of two discretizations of a walk, at most, relative to the distance between them.
const SAFETY: f64 = 2.0;
/// The relative error of the finite differences along a line and of each number.
const OF_DIFFERENCES: f64 = 1e-8;

/// What to differentiate by, and how precisely.
pub(super) struct Differentiation<'a> {
    pub(super) leaves: &'a [Leaf],
    /// The tolerance of the probability, and the error that it has.
    pub(super) tolerance: f64,
    pub(super) error: f64,
    pub(super) level: Level,
}

/// Derivatives at some points, by two discretizations.
type Both<'f> = dyn FnMut(&Points) -> Result<[Slopes; 2], Error> + 'f;

impl Differentiation<'_> {
    /// Each derivative with its error.
    pub(super) fn estimates(&self, method: &Method<'_, '_>) -> Result<Vec<(f64, f64)>, Error> {
        let pair = method.pair();
        let mut estimates = match method {
            Method::Single(_) => {
                let middle = vec![vec![0.0]; pair.draws.len()];
                let slopes =
                    Chain::new(pair, self.leaves)?.of_walks(&mut self.recursion(SINGLE_TOLERANCE), &middle, 1)?;
                let (finer, tolerance) = (finer(pair), FINER_RECURSION * SINGLE_TOLERANCE);
                let finer = Chain::finer(&finer, self.leaves)?.of_walks(&mut self.recursion(tolerance), &middle, 1)?;
                compared(&slopes, &finer)
            }
            Method::Line(lines) => {
                let chain = Chain::new(pair, self.leaves)?;
                let coarse = chain.of_lines(&lines.with_grid(REACH, SINGLE_LINE_NODES / 2), &[], 1)?;
                compared(&chain.of_lines(lines, &[], 1)?, &coarse)
            }
            Method::Conditional(method, replicates) => self.of_walks(method, replicates)?,
            Method::Lines(lines, replicates) => self.of_lines(lines, replicates)?,
        };
        // Where no point has shown an effect of any number, the derivative per 100 % is only known to be as small as the error of the
        // probability.
        let is_unseen = !estimates.iter().any(|(slope, _)| slope.abs() > 0.0);
        for ((slope, error), leaf) in estimates.iter_mut().zip(self.leaves) {
            let size = if leaf.number.abs() > 0.0 { leaf.number.abs() } else { 1.0 };
            *error += OF_DIFFERENCES * slope.abs() + if is_unseen { self.error / size } else { 0.0 };
        }
        Ok(estimates)
    }

    fn of_walks(&self, method: &Conditional<'_, '_>, replicates: &Replicates) -> Result<Vec<(f64, f64)>, Error> {
        let tolerance = GRADIENT_RECURSION_FRACTION * self.tolerance;
        let chain = Chain::new(method.pair, self.leaves)?;
        let mut recursion = self.recursion(tolerance);
        let mut means = calibrated_means(replicates, self.leaves.len(), &mut |points| {
            chain.of_walks(&mut recursion, &method.scores(&points.coordinates, points.width), points.width)
        })?;
        let finer_pair = finer(method.pair);
        let (finer, mut finer_recursion) =
            (Chain::finer(&finer_pair, self.leaves)?, self.recursion(FINER_RECURSION * tolerance));
        let differences = self.differences(replicates, &mut |points| {
            let scores = method.scores(&points.coordinates, points.width);
            Ok([
                chain.of_walks(&mut recursion, &scores, points.width)?,
                finer.of_walks(&mut finer_recursion, &scores, points.width)?,
            ])
        })?;
        means.iter_mut().zip(differences).for_each(|((_, error), [_, size])| *error += SAFETY * size);
        Ok(means)
    }

    fn of_lines(&self, lines: &Lines<'_, '_>, replicates: &Replicates) -> Result<Vec<(f64, f64)>, Error> {
        let chain = Chain::new(lines.pair, self.leaves)?;
        let mut means = calibrated_means(replicates, self.leaves.len(), &mut |points| {
            chain.of_lines(lines, &points.coordinates, points.width)
        })?;
        let finer = lines.with_grid(lines.reach(), next_points(lines.nodes(), 1.0));
        let differences = self.differences(replicates, &mut |points| {
            let [own, finer] = [lines, &finer].map(|lines| chain.of_lines(lines, &points.coordinates, points.width));
            Ok([own?, finer?])
        })?;
        // The errors of lines have either sign. Few lines determine their mean badly, so their mean size counts too.
        for ((_, error), [mean, size]) in means.iter_mut().zip(differences) {
            *error += (GRID_SAFETY * mean.abs()).max(size);
        }
        Ok(means)
    }

    fn recursion(&self, tolerance: f64) -> Recursion {
        Recursion::new(tolerance, self.level)
    }

    /// For each derivative, the mean difference between two discretizations at some points, and its mean size.
    fn differences(&self, replicates: &Replicates, both: &mut Both<'_>) -> Result<Vec<[f64; 2]>, Error> {
        let (mut sums, mut weight) = (vec![[0.0; 2]; self.leaves.len()], 0.0);
        replicates.sample(COMPARED_POINTS, &mut |points| {
            let [own, other] = both(points)?;
            for ((sums, own), other) in sums.iter_mut().zip(own).zip(other) {
                for (point, (own, other)) in own.iter().zip(&other).enumerate() {
                    let weighted = points.weight(point) * (own - other);
                    sums[0] += weighted;
                    sums[1] += weighted.abs();
                }
            }
            weight += points.whole_weight();
            Ok(())
        })?;
        Ok(sums.into_iter().map(|sums| sums.map(|sum| sum / weight)).collect())
    }
}

/// The pair with a finer distribution of its start, if it has one.
fn finer<'p>(pair: &Pair<'p>) -> Pair<'p> {
    match pair.start() {
        Some(start) if !start.is_point() => pair.at_level(pair.level + 1),
        _ => pair.clone(),
    }
}

/// The derivatives at a single point, with errors from another discretization.
fn compared(slopes: &Slopes, others: &Slopes) -> Vec<(f64, f64)> {
    slopes.iter().zip(others).map(|(own, other)| (own[0], SAFETY * (own[0] - other[0]).abs())).collect()
}
