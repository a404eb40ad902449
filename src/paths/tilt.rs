//! Importance sampling: paths from a mixture of shifted normal distributions, with likelihood-ratio weights.
//!
//! All draws are functions of independent standard normal numbers: one for each assumption, u = Φ(z), and one
//! innovation per series and period. They are shifted along a few *coordinates*, which are standard normal themselves:
//! the z of an assumption, and the sum of a series' innovations over one of at most eight segments of the horizon,
//! divided by the square root of its length.

use super::numbers::{Drawn, Numbers, Span};
use crate::cpu;
use crate::math::{self, to_f32};
use crate::plan::Plan;
use crate::random::GROUP;

/// Number of segments of the horizon over which a series' shift is constant.
const MOST_PIECES: usize = 8;
/// Paths of a group of 64 that are not tilted, so that no weight exceeds 64 / 8.
const PLAIN_PATHS: usize = 8;

/// Maximum number of tilted distributions in one mixture.
pub(crate) const MOST_TILTS: usize = 8;

/// A mixture of distributions, each given by its mean for every coordinate. The component of each path in a group is
/// fixed, so the mixture proportions are not random (stratified; Veach & Guibas 1995, "balance heuristic").
#[derive(Debug)]
pub(crate) struct Tilts {
    /// Means by coordinate, and half of their sum of squares.
    laws: Vec<(Vec<f64>, f64)>,
    /// The component of every path of a group.
    law_of: [usize; GROUP],
    /// Proportion of a group's paths in each component.
    shares: Vec<f64>,
    /// Last period of each segment; the first segment begins with period 1.
    ends: Vec<usize>,
}

/// Last period of each segment of a horizon.
fn ends(periods: usize) -> Vec<usize> {
    let pieces = periods.min(MOST_PIECES);
    (1..=pieces).map(|piece| piece * periods / pieces).collect()
}

impl Tilts {
    /// The number of coordinates of a plan that can be tilted.
    pub(crate) fn coordinates(plan: &Plan) -> usize {
        plan.first_coin + plan.sources.len() * plan.taus.len().min(MOST_PIECES)
    }

    /// A single tilted distribution, with unbounded weights; used to search for a tilt.
    pub(crate) fn alone(means: Vec<f64>, periods: usize) -> Self {
        Self::new(vec![means], [0; GROUP], periods)
    }

    /// The untilted distribution and at most [`MOST_TILTS`] tilted ones; weights are at most 8.
    pub(crate) fn mixture(tilts: Vec<Vec<f64>>, coordinates: usize, periods: usize) -> Self {
        let mut laws = vec![vec![0.0; coordinates]];
        laws.extend(tilts);
        let tilted = laws.len() - 1;
        let law = |path: usize| match path.checked_sub(PLAIN_PATHS) {
            Some(path) if tilted > 0 => 1 + path % tilted,
            _ => 0,
        };
        Self::new(laws, std::array::from_fn(law), periods)
    }

    #[expect(clippy::cast_precision_loss, reason = "at most 64")]
    fn new(laws: Vec<Vec<f64>>, law_of: [usize; GROUP], periods: usize) -> Self {
        let paths = |law: usize| law_of.iter().filter(|of| **of == law).count() as f64;
        let shares = (0..laws.len()).map(|law| paths(law) / GROUP as f64).collect();
        let half_square = |means: &Vec<f64>| 0.5 * means.iter().map(|mean| mean * mean).sum::<f64>();
        let laws = laws.into_iter().map(|means| (half_square(&means), means)).map(|(half, means)| (means, half));
        Self { laws: laws.collect(), law_of, shares, ends: ends(periods) }
    }

    /// Shifts the numbers of a block and computes the weights of its paths.
    pub(super) fn fill(&self, drawn: Drawn<'_>, span: Span, uniforms: &mut [Vec<f64>], numbers: &mut Numbers) {
        let pieces = self.ends.len();
        numbers.coordinates.resize_with(uniforms.len() + drawn.sources.len() * pieces, Vec::new);
        numbers.coordinates.iter_mut().for_each(|coordinate| {
            coordinate.clear();
            coordinate.resize(span.width(), 0.0);
        });
        let (scores, sums) = numbers.coordinates.split_at_mut(uniforms.len());
        for (place, (column, score)) in uniforms.iter_mut().zip(scores).enumerate() {
            self.shift_draw(place, &mut column[..span.width()], score);
        }
        for (series, innovations) in numbers.innovations.iter_mut().enumerate().filter(|(_, all)| !all.is_empty()) {
            let first = uniforms.len() + series * pieces;
            for (piece, sums) in sums[series * pieces..(series + 1) * pieces].iter_mut().enumerate() {
                let from = if piece == 0 { 0 } else { self.ends[piece - 1] };
                let rows = &mut innovations[from * span.width()..self.ends[piece] * span.width()];
                cpu::run(
                    drawn.level,
                    #[inline(always)]
                    || self.shift_piece(first + piece, rows, sums),
                );
            }
        }
        self.weigh(span, numbers);
    }

    /// The mean of a coordinate for each path of a group.
    #[inline(always)]
    fn shifts(&self, coordinate: usize) -> [f64; GROUP] {
        self.law_of.map(|law| self.laws[law].0[coordinate])
    }

    /// Shifts the normal number of an assumption and stores it in place of the uniform.
    fn shift_draw(&self, coordinate: usize, uniforms: &mut [f64], scores: &mut [f64]) {
        math::norm_quantile_slice(uniforms);
        let shifts = self.shifts(coordinate);
        for (group, scores) in uniforms.as_chunks_mut::<GROUP>().0.iter_mut().zip(scores.as_chunks_mut::<GROUP>().0) {
            for ((z, score), shift) in group.iter_mut().zip(scores).zip(&shifts) {
                *z += shift;
                *score = *z;
            }
        }
    }

    /// Shifts a series' innovations over one segment; `sums` receives their standardized sum.
    #[inline(always)]
    #[expect(clippy::cast_precision_loss, reason = "at most 2,400 periods")]
    fn shift_piece(&self, coordinate: usize, rows: &mut [f32], sums: &mut [f64]) {
        let root = ((rows.len() / sums.len()) as f64).sqrt();
        let shifts = self.shifts(coordinate).map(|shift| to_f32(shift / root));
        for row in rows.chunks_exact_mut(sums.len()) {
            for (row, sums) in row.as_chunks_mut::<GROUP>().0.iter_mut().zip(sums.as_chunks_mut::<GROUP>().0) {
                for ((x, shift), sum) in row.iter_mut().zip(&shifts).zip(sums) {
                    *x += shift;
                    *sum += f64::from(*x);
                }
            }
        }
        sums.iter_mut().for_each(|sum| *sum /= root);
    }

    /// w(x) = 1 / Σ cₖ e^{mₖ·x − ½|mₖ|²}: density of the untilted distribution divided by that of the mixture.
    fn weigh(&self, span: Span, numbers: &mut Numbers) {
        numbers.weights.clear();
        numbers.weights.resize(span.width(), 0.0);
        let mut ratio = vec![0.0; span.width()];
        for ((means, half_square), share) in self.laws.iter().zip(&self.shares) {
            if *half_square <= 0.0 {
                numbers.weights.iter_mut().for_each(|density| *density += share);
                continue;
            }
            ratio.fill(-half_square);
            for (mean, coordinate) in means.iter().zip(&numbers.coordinates).filter(|(mean, _)| mean.abs() > 0.0) {
                ratio.iter_mut().zip(coordinate).for_each(|(ratio, x)| *ratio += mean * x);
            }
            math::exp_slice(&mut ratio);
            numbers.weights.iter_mut().zip(&ratio).for_each(|(density, ratio)| *density += share * ratio);
        }
        numbers.weights.iter_mut().for_each(|weight| *weight = 1.0 / *weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_the_horizon() {
        for periods in [1, 2, 7, 8, 9, 40, 2400] {
            let ends = ends(periods);
            assert!(ends.len() == periods.min(8) && ends.last() == Some(&periods));
            assert!(ends.windows(2).all(|pair| pair[0] < pair[1]) && ends[0] > 0);
        }
    }

    #[test]
    fn an_eighth_of_the_paths_is_plain() {
        for tilts in 1..=MOST_TILTS {
            let mixture = Tilts::mixture(vec![vec![1.0]; tilts], 1, 4);
            assert!((mixture.shares[0] - 0.125).abs() < 1e-15);
            assert!((mixture.shares.iter().sum::<f64>() - 1.0).abs() < 1e-15);
            assert!(mixture.shares.iter().all(|share| *share >= 7.0 / 64.0));
        }
    }
}
