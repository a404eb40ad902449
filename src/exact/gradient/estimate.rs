//! The derivatives averaged over the points of an integration, and their errors.

use super::chain::{Chain, Slopes};
use super::leaf::Leaf;
use crate::cpu::Level;
use crate::error::Error;
use crate::exact::pair::Pair;
use crate::exact::quadrature::calibration::CalibratedMeans;
use crate::exact::quadrature::conditional::Conditional;
use crate::exact::quadrature::integrate::{GRID_SAFETY, Method, SINGLE_LINE_NODES, SINGLE_TOLERANCE};
use crate::exact::quadrature::lines::{Lines, REACH};
use crate::exact::quadrature::replicates::{Replicates, next_points};
use crate::exact::walk::passage::Recursion;

/// Tolerance of the recursion relative to that of the probability, and that of a finer one relative to it.
const RECURSION_FRACTION: f64 = 0.01;
const FINER: f64 = 0.01;
/// Points per scramble at which a discretization is compared with a finer one: few for the recursion, which errs alike everywhere.
const COMPARED_WALKS: usize = 1;
const COMPARED_LINES: usize = 2;

/// What to differentiate by, and how precisely.
pub(super) struct Differentiation<'a> {
    pub(super) leaves: &'a [Leaf],
    /// The tolerance of the probability.
    pub(super) tolerance: f64,
    pub(super) level: Level,
}

impl Differentiation<'_> {
    /// Each derivative with its error: three standard errors over the replicates, and the distance from a finer discretization.
    pub(super) fn estimates(&self, method: &Method<'_, '_>) -> Result<Vec<(f64, f64)>, Error> {
        let pair = method.pair();
        match method {
            Method::Single(_) => {
                let middle = vec![vec![0.0]; pair.draws.len()];
                let slopes = self.chain(pair, SINGLE_TOLERANCE)?.of_walks(&middle, 1)?;
                let finer = finer(pair);
                let finer = self.chain(&finer, FINER * SINGLE_TOLERANCE)?.of_walks(&middle, 1)?;
                Ok(compared(&slopes, &finer))
            }
            Method::Line(lines) => {
                let chain = self.chain(pair, SINGLE_TOLERANCE)?;
                let coarse = chain.of_lines(&lines.with_grid(REACH, SINGLE_LINE_NODES / 2), &[], 1)?;
                Ok(compared(&chain.of_lines(lines, &[], 1)?, &coarse))
            }
            Method::Conditional(method, replicates) => self.of_walks(method, replicates),
            Method::Lines(lines, replicates) => self.of_lines(lines, replicates),
        }
    }

    fn of_walks(&self, method: &Conditional<'_, '_>, replicates: &Replicates) -> Result<Vec<(f64, f64)>, Error> {
        let tolerance = RECURSION_FRACTION * self.tolerance;
        let mut chain = self.chain(method.pair, tolerance)?;
        let mut means = CalibratedMeans::of(replicates, self.leaves.len(), &mut |points| {
            chain.of_walks(&method.scores(&points.coordinates, points.width), points.width)
        })?;
        let finer = finer(method.pair);
        let mut finer = self.chain(&finer, FINER * tolerance)?;
        let (mut off, mut all) = (vec![0.0; self.leaves.len()], 0.0);
        replicates.sample(COMPARED_WALKS, &mut |points| {
            let scores = method.scores(&points.coordinates, points.width);
            let [own, finer] = [&mut chain, &mut finer].map(|chain| chain.of_walks(&scores, points.width));
            for ((off, own), finer) in off.iter_mut().zip(own?).zip(finer?) {
                for (point, (own, finer)) in own.iter().zip(&finer).enumerate() {
                    *off += points.weight(point) * (own - finer).abs();
                }
            }
            all += points.whole_weight();
            Ok(())
        })?;
        means.iter_mut().zip(off).for_each(|((_, error), off)| *error += 2.0 * off / all);
        Ok(means)
    }

    fn of_lines(&self, lines: &Lines<'_, '_>, replicates: &Replicates) -> Result<Vec<(f64, f64)>, Error> {
        let chain = self.chain(lines.pair, self.tolerance)?;
        let mut means = CalibratedMeans::of(replicates, self.leaves.len(), &mut |points| {
            chain.of_lines(lines, &points.coordinates, points.width)
        })?;
        let finer = lines.with_grid(lines.reach(), next_points(lines.nodes(), 1.0));
        let (mut off, mut all) = (vec![[0.0; 2]; self.leaves.len()], 0.0);
        replicates.sample(COMPARED_LINES, &mut |points| {
            let [own, finer] = [lines, &finer].map(|lines| chain.of_lines(lines, &points.coordinates, points.width));
            for ((off, own), finer) in off.iter_mut().zip(own?).zip(finer?) {
                for (point, (own, finer)) in own.iter().zip(&finer).enumerate() {
                    let weighted = points.weight(point) * (own - finer);
                    off[0] += weighted;
                    off[1] += weighted.abs();
                }
            }
            all += points.whole_weight();
            Ok(())
        })?;
        for ((_, error), [mean, of_size]) in means.iter_mut().zip(off) {
            *error += (GRID_SAFETY * mean.abs()).max(of_size) / all;
        }
        Ok(means)
    }

    fn chain<'a, 'p>(&'a self, pair: &'a Pair<'p>, tolerance: f64) -> Result<Chain<'a, 'p>, Error> {
        Chain::new(pair, self.leaves, Recursion::new(tolerance, self.level))
    }
}

/// The pair with a finer distribution of its start, if it has one.
fn finer<'p>(pair: &Pair<'p>) -> Pair<'p> {
    match pair.start() {
        Some(start) if !start.is_point() => pair.at_level(pair.level + 1),
        _ => pair.clone(),
    }
}

/// The derivatives at a single point, and twice their distance from those of another discretization.
fn compared(slopes: &Slopes, others: &Slopes) -> Vec<(f64, f64)> {
    slopes.iter().zip(others).map(|(own, other)| (own[0], 2.0 * (own[0] - other[0]).abs())).collect()
}
