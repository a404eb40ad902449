//! Exact answers for pairs with Student-t innovations, reverting shocks or damped trends, if only their bases are drawn.

use super::asked::{Asked, Watch};
use super::pair::Pair;
use super::quadrature::sampled::Integral;
use super::settings::refused;
use super::start::Start;
use super::walk::dense::{DenseWalk, Innovation};
use super::walk::levels;
use super::walk::trend::TrendWalk;
use crate::assumption::address::{ProviderKey, of_provider};
use crate::covariance::{Moments, Motion};
use crate::error::Error;
use crate::math;
use crate::plan::{Plan, SeriesId};

/// Refinement levels of the start, and factors by which the panels shrink: the difference of the two answers measures the
/// error.
const RESOLUTIONS: [(usize, f64); 2] = [(2, 1.0), (3, 1.25)];
/// Error of paths that leave the panels and come back, and of rounding.
const LEAST_ERROR: f64 = 1e-11;

/// The answers for a pair that needs more than the recursion for Gaussian random walks.
///
/// # Errors
/// Unsupported where the shocks are so small that the recursion would need too many nodes.
pub(super) fn integral(plan: &Plan, series: [SeriesId; 2], asked: Asked) -> Result<Integral, Error> {
    let [coarse, fine] = RESOLUTIONS.map(|(level, finer)| answers(plan, series, asked, level, finer));
    let (coarse, fine) = (coarse?, fine?);
    let errors = coarse.iter().zip(&fine).map(|(a, b)| 2.0 * (a - b).abs() + LEAST_ERROR).collect();
    Ok(Integral { values: fine, errors })
}

fn answers(plan: &Plan, series: [SeriesId; 2], asked: Asked, level: usize, finer: f64) -> Result<Vec<f64>, Error> {
    let pair = Pair::new(plan, series, level);
    let columns = pair.columns(&[], 1)?;
    let centres: Vec<f64> = columns.centre.iter().map(|centre| centre[0]).collect();
    let known = Start::point(0.0);
    let start = pair.start().unwrap_or(&known);
    let motion = motion(plan, series);
    let kept = if let Motion::Reverting { rho } = motion { rho } else { 1.0 };
    let walk = Chain { centres: &centres[1..], sd: columns.sd[0], kept, motion, law: law(plan), finer };
    let ahead = walk.ahead(start);
    match asked {
        Asked::Ahead => {
            let behind: Vec<f64> = ahead.iter().map(|ahead| 1.0 - ahead).collect();
            Ok([ahead, behind].concat())
        }
        Asked::Passage(Watch::Dates { .. } | Watch::AnyTime) => {
            let at_base = start.ahead();
            let Some(first) = walk.first(&start.below) else {
                let address = of_provider(plan.name(series[0]), ProviderKey::Volatility);
                let reason = "the recursion would need more than 3,000 nodes: shocks are small beside the gap, or tails very heavy";
                return Err(refused(&address, reason, super::dynamics::SIMULATE));
            };
            let mut out = vec![at_base, at_base];
            let mut by = at_base;
            for first in first {
                by += first;
                out.push(by);
            }
            out.extend(ahead);
            Ok(out)
        }
        Asked::LeadChanges => unreachable!("refused by `dynamics::check_pair`"),
    }
}

/// How the deviations of the log-ratio move: as those of the series that have volatility, which move alike.
fn motion(plan: &Plan, series: [SeriesId; 2]) -> Motion {
    let root = plan.step_root();
    let moving = series.iter().find(|of| plan.series(**of).has_volatility());
    moving.map_or(Motion::RandomWalk, |of| plan.dynamics(*of).motion.of_path(root * root, &[], 0))
}

fn law(plan: &Plan) -> Innovation {
    plan.moves.tails.as_ref().map_or(Innovation::Normal, |tails| Innovation::student_t(tails.degrees()))
}

/// The log-ratio of a pair: centres at 1 to T, relative to the start, and deviations.
struct Chain<'a> {
    centres: &'a [f64],
    sd: f64,
    kept: f64,
    motion: Motion,
    law: Innovation,
    finer: f64,
}

impl Chain<'_> {
    /// P(ahead) at 1 to T.
    fn ahead(&self, start: &Start) -> Vec<f64> {
        let points: Vec<(f64, f64)> = start.below.iter().chain(&start.above).copied().collect();
        match self.law {
            Innovation::StudentT { degrees, .. } => {
                levels::ahead(&points, self.centres, (self.sd, self.kept), degrees, self.finer)
            }
            Innovation::Normal => {
                let mut moments = Moments::default();
                let at = |centre: &f64| {
                    moments = moments.next(self.motion);
                    let spread = self.sd * moments.variance.sqrt();
                    points.iter().map(|(x, weight)| weight * math::norm_cdf((x + centre) / spread)).sum::<f64>()
                };
                self.centres.iter().map(at).collect()
            }
        }
    }

    /// The probability of being ahead first at each of 1 to T, from the start points that are not ahead.
    fn first(&self, below: &[(f64, f64)]) -> Option<Vec<f64>> {
        if self.kept >= 1.0 {
            return self.first_of(below);
        }
        // The deviation from the start reverts, not the start itself.
        let mut sum = vec![0.0; self.centres.len()];
        for point in below {
            let first = self.first_of(&[*point])?;
            sum.iter_mut().zip(first).for_each(|(sum, first)| *sum += first);
        }
        Some(sum)
    }

    fn first_of(&self, start: &[(f64, f64)]) -> Option<Vec<f64>> {
        if start.is_empty() {
            return Some(vec![0.0; self.centres.len()]);
        }
        let low = start.iter().map(|(x, _)| *x).fold(f64::INFINITY, f64::min);
        let high = start.iter().map(|(x, _)| *x).fold(f64::NEG_INFINITY, f64::max);
        let before = std::iter::once(&0.0).chain(self.centres);
        let constant = (1.0 - self.kept) * low;
        let drifts: Vec<f64> =
            self.centres.iter().zip(before).map(|(now, before)| constant + now - self.kept * before).collect();
        let means: Vec<(f64, f64)> = self.centres.iter().map(|centre| (low + centre, high + centre)).collect();
        let walk = DenseWalk { start, kept: self.kept, drifts: &drifts, means: &means, sd: self.sd, law: self.law };
        match self.motion {
            Motion::DampedTrend { phi, share } if share > 0.0 => {
                let at_horizon = self.centres.iter().fold(Moments::default(), |moments, _| moments.next(self.motion));
                let spread = self.sd * at_horizon.variance.sqrt();
                TrendWalk { walk, phi, share, spread }.first_passage(self.finer)
            }
            Motion::RandomWalk | Motion::Reverting { .. } | Motion::Persistent { .. } | Motion::DampedTrend { .. } => {
                walk.first_passage(self.finer)
            }
        }
    }
}
