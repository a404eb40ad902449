//! Ranks of several providers at every date.
//!
//! At one date, given the drawn numbers, log revenues are jointly normal, so that ranks are multivariate normal
//! probabilities (Genz 1992). Their covariance is split into a diagonal matrix D and the covariance of common components.
//! Given the common components and the revenue of one provider, the others exceed it independently of each other, with
//! known probabilities, and the number of those that do has a Poisson binomial distribution. This is a smooth function of
//! the draws, the common components and the provider's own shock, which are integrated at scrambled quasi-random points.
//! All ranks at all dates share the points. With Student-t innovations the mixing draws of all periods are sampled too.

use super::quadrature::budget::Budget;
use super::quadrature::replicates::{Points, Replicates, next_points};
use super::quadrature::run::{Integral, largest, least_error};
use super::quadrature::wide::Axes;
use super::start::TIE;
use crate::covariance::{Split, sds_of};
use crate::error::Error;
use crate::math;
use crate::math::eigen::eigen;
use crate::math::gauss::{as_f64, normal_density};
use crate::math::rotation::norm;
use crate::plan::{Joint, Plan, ScoreFactor, SeriesId};

/// Normal points of each replicate in the first pass.
const PILOT_POINTS: usize = 32;
/// Floor on the weight of a pair that is unlikely to tie; one that ties at the medians has weight 0.4. Weights only order
/// the sampled dimensions.
const LEAST_WEIGHT: f64 = 0.01;
/// Maximum number of probabilities: providers, times ranks, times dates.
pub(super) const MOST_ANSWERS: usize = 200_000;

/// The ranks of some series of a plan.
pub(super) struct Ranking<'p> {
    plan: &'p Plan,
    series: Vec<SeriesId>,
    joint: Joint<'p>,
    /// Every draw that the revenue of the series depends on.
    draws: Vec<usize>,
    /// How the scores of `draws` follow from independent ones.
    factor: ScoreFactor,
    /// Orthonormal axes of the independent scores.
    axes: Vec<Vec<f64>>,
    /// The correlations of the shocks at each date at the medians of the draws; none if there are no shocks.
    splits: Vec<Split>,
    /// The standard deviations of the shocks at each date where they are the same on every path.
    known: Option<Vec<Vec<f64>>>,
    /// Whether the correlations at a date differ from path to path.
    has_own_correlations: bool,
    /// The sampled dimension of each axis of the draws, then of the own shock, then of each common component: the
    /// dimensions along which ranks vary most come first, where quasi-random points are most even.
    places: Vec<usize>,
}

/// The values of the draws by point, and log revenue without shocks by series, by date from the base on, and by point.
type SeriesColumns = (Vec<Vec<f64>>, Vec<Vec<Vec<f64>>>);

impl<'p> Ranking<'p> {
    pub(super) fn new(plan: &'p Plan, series: Vec<SeriesId>) -> Result<Self, Error> {
        let growth = series.iter().flat_map(|of| plan.growth_draws(*of));
        let bases = series.iter().filter_map(|of| plan.base(*of).draw());
        let mut draws: Vec<usize> = growth.chain(bases).chain(plan.shock_draws(&series)).collect();
        draws.sort_unstable();
        draws.dedup();
        let factor = plan.copula.among(&draws);
        let joint = Joint::new(plan, &series);
        let has_own_correlations = joint.has_drawn_motion();
        let (axes, splits, known, places) = (Vec::new(), Vec::new(), None, Vec::new());
        let mut ranking =
            Self { plan, series, joint, draws, factor, axes, splits, known, has_own_correlations, places };
        ranking.orient()?;
        Ok(ranking)
    }

    /// Chooses the axes of the draws: the principal components of the derivatives of the log-ratios of all pairs at the medians. Orders
    /// the dimensions by the variance that they cause, each pair at each date weighted by how likely it is to tie.
    fn orient(&mut self) -> Result<(), Error> {
        let (count, draws) = (self.series.len(), self.draws.len());
        // The medians, then one standard deviation to either side of each draw.
        let mut scores = vec![vec![0.0; 1 + 2 * draws]; draws];
        for (draw, scores) in scores.iter_mut().enumerate() {
            (scores[1 + 2 * draw], scores[2 + 2 * draw]) = (1.0, -1.0);
        }
        let (values, centre) = self.columns(scores, 1 + 2 * draws)?;
        let sds = if self.has_shocks() {
            let matrices = self.joint.matrices(&values, 0, None);
            let sds: Vec<Vec<f64>> = matrices.iter().map(|matrix| sds_of(matrix)).collect();
            self.splits = sds.iter().zip(&matrices).map(|(sds, matrix)| Split::of(sds, matrix)).collect();
            // Mixing draws weigh the periods; they change correlations only between different kinds of shock.
            let uneven: Vec<f64> = (0..matrices.len()).map(|t| if t % 2 == 0 { 1.0 } else { 2.0 }).collect();
            let weighed = self.joint.matrices(&values, 0, Some(&uneven));
            let is_same = |(matrix, split): (&Vec<Vec<f64>>, &Split)| split.is_of(&sds_of(matrix), matrix);
            self.has_own_correlations |=
                self.plan.moves.tails.is_some() && !weighed.iter().zip(&self.splits).all(is_same);
            sds
        } else {
            vec![vec![0.0; count]; self.plan.rows.periods()]
        };
        let is_known = self.plan.moves.tails.is_none() && self.plan.shock_draws(&self.series).is_empty();
        // Correlations that vary from path to path have at most one component for each series.
        let common = self.splits.iter().map(|split| if is_known { split.components() } else { count }).max();
        let mut of_shocks = vec![0.0; common.map_or(0, |common| 1 + common)];
        let mut of_draws = vec![vec![0.0; draws]; draws];
        for (t, sds) in sds.iter().enumerate() {
            for (a, b) in (0..count).flat_map(|a| (0..a).map(move |b| (a, b))) {
                let gaps: Vec<f64> = centre[a][t + 1].iter().zip(&centre[b][t + 1]).map(|(a, b)| a - b).collect();
                let by_draws: Vec<f64> = gaps[1..].chunks(2).map(|pair| 0.5 * (pair[0] - pair[1])).collect();
                let by_shocks = self.splits.get(t).map_or_else(Vec::new, |split| split.difference(sds, a, b));
                let spread = math::hypot(norm(&by_draws), norm(&by_shocks));
                if spread > 0.0 {
                    let weight = (normal_density(gaps[0] / spread) + LEAST_WEIGHT) / (spread * spread);
                    for (row, x) in of_draws.iter_mut().zip(&by_draws) {
                        row.iter_mut().zip(&by_draws).for_each(|(sum, y)| *sum += weight * x * y);
                    }
                    of_shocks.iter_mut().zip(&by_shocks).for_each(|(sum, x)| *sum += weight * x * x);
                }
            }
        }
        let (sizes, axes) = eigen(of_draws);
        self.axes = axes;
        self.places = places(&[sizes, of_shocks].concat());
        self.known = is_known.then_some(sds);
        Ok(())
    }

    fn has_shocks(&self) -> bool {
        self.series.iter().any(|of| self.plan.has_shocks(*of))
    }

    /// Whether neither shocks nor draws move a series.
    pub(super) fn is_certain(&self) -> bool {
        self.dimensions() == 0
    }

    /// Number of mixing draws of a path.
    fn mixing_draws(&self) -> usize {
        if self.splits.is_empty() || self.plan.moves.tails.is_none() { 0 } else { self.plan.rows.periods() }
    }

    /// Number of sampled dimensions.
    fn dimensions(&self) -> usize {
        self.places.len() + self.mixing_draws()
    }

    /// The probability of every rank: for each series, for 1 to T, for rank 1 to the last. The error exceeds the tolerance
    /// if the budget runs out.
    pub(super) fn integral(&self, tolerance: f64, budget: &mut Budget<'_>) -> Result<Integral, Error> {
        budget.begin();
        let len = self.series.len() * self.series.len() * self.plan.rows.periods();
        let mut sums = RankSums { ranking: self, state: State::default(), answers: vec![0.0; len] };
        if self.is_certain() {
            sums.add(&[], 1, &mut |_, _| {})?;
            return Ok(Integral { errors: vec![0.0; len], values: sums.answers });
        }
        let (drawn, all) = (self.places.len(), self.dimensions());
        let mut replicates = Replicates::new(Axes::new(all, drawn, drawn..all), len);
        let cost = |points: usize| self.cost() * as_f64(Replicates::evaluations(self.dimensions(), points));
        let mut upto = PILOT_POINTS;
        loop {
            replicates.extend(upto, (self.cost(), budget), &mut |points: &Points, sum: &mut [f64]| {
                sums.add(&points.coordinates, points.width, &mut |point, answers| {
                    let weight = points.weight(point);
                    sum.iter_mut().zip(answers).for_each(|(sum, answer)| *sum += weight * answer);
                })
            })?;
            let integral = self.estimate(&replicates, tolerance);
            let excess = largest(&integral.errors) / tolerance;
            let next = next_points(replicates.points, excess);
            if excess <= 1.0 || !budget.allows(cost(next) - cost(replicates.points)) {
                return Ok(integral);
            }
            upto = next;
        }
    }

    /// Cost of one point, in evaluations of a growth curve at one date.
    fn cost(&self) -> f64 {
        let count = as_f64(self.series.len());
        let of_shocks = match (&self.known, self.has_own_correlations) {
            (Some(_), _) => 0.0,
            (None, false) => count,
            // Correlations are split at every point.
            (None, true) => 20.0 * count,
        };
        as_f64(self.plan.rows.periods()) * count * (1.0 + count + of_shocks)
    }

    fn estimate(&self, replicates: &Replicates, tolerance: f64) -> Integral {
        let means = replicates.means();
        let of = |answer: usize| means.iter().map(|mean| mean[answer]).collect::<Vec<f64>>();
        let both = (0..means[0].len()).map(|answer| replicates.mean_and_error(&of(answer)));
        let (values, mut errors): (Vec<f64>, Vec<f64>) = both.unzip();
        // Replicates may all miss a rare event. Without shocks a rank is 0 or 1 at a point, and one point in n is the least
        // probability that n points can show.
        let of_one = 1.0 / as_f64(Replicates::evaluations(self.dimensions(), replicates.points));
        let unseen = match (self.splits.is_empty(), self.dimensions()) {
            (true, _) => of_one,
            (false, 1) => 0.0,
            (false, _) => 0.1 * of_one,
        };
        let floor = least_error(&errors, tolerance, unseen);
        errors.iter_mut().for_each(|error| *error = error.max(floor));
        Integral { values, errors }
    }

    fn columns(&self, mut scores: Vec<Vec<f64>>, width: usize) -> Result<SeriesColumns, Error> {
        let mut draws = vec![Vec::new(); self.plan.draws()];
        self.factor.correlate(&mut scores, width);
        for (draw, mut column) in self.draws.iter().zip(scores) {
            self.plan.quantile(*draw).fill_scores_fast(&mut column);
            draws[*draw] = column;
        }
        let mut all = Vec::new();
        for of in &self.series {
            let mut centre = Vec::with_capacity(self.plan.rows.periods() + 1);
            self.plan.fill_fine_centre(*of, &draws, width, &mut |_, column| centre.push(column.to_vec()))?;
            all.push(centre);
        }
        Ok((draws, all))
    }

    /// The standard deviations of the shocks at each date at one point, and their correlations where these are not those
    /// at the medians.
    fn shocks_at(&self, draws: &[Vec<f64>], point: usize, mixing: &[Vec<f64>]) -> Vec<(Vec<f64>, Option<Split>)> {
        let scales = self.plan.moves.tails.as_ref().map(|tails| {
            let table = tails.table();
            let scale = |scores: &Vec<f64>| {
                let draw = table.at_uniform(math::norm_cdf(scores[point]));
                draw * draw
            };
            mixing.iter().map(scale).collect::<Vec<f64>>()
        });
        let matrices = self.joint.matrices(draws, point, scales.as_deref());
        let at = |(matrix, split): (&Vec<Vec<f64>>, &Split)| {
            let sds = sds_of(matrix);
            let own = (!split.is_of(&sds, matrix)).then(|| Split::of(&sds, matrix));
            (sds, own)
        };
        matrices.iter().zip(&self.splits).map(at).collect()
    }
}

/// The place of each size in decreasing order.
fn places(sizes: &[f64]) -> Vec<usize> {
    let mut places = vec![0; sizes.len()];
    math::descending(sizes).into_iter().enumerate().for_each(|(place, of)| places[of] = place);
    places
}

/// The answers at points.
struct RankSums<'a, 'p> {
    ranking: &'a Ranking<'p>,
    state: State,
    /// The answers of one point.
    answers: Vec<f64>,
}

/// The series at one date, given the draws and the common components.
#[derive(Default)]
struct State {
    levels: Vec<f64>,
    /// Standard deviations of the own shocks.
    own: Vec<f64>,
    /// For each series and every other one, the probability that the other is above.
    above: Vec<f64>,
    ranks: Vec<f64>,
    /// Cumulative probabilities of the own shock at which a series passes those without one.
    ends: Vec<f64>,
}

impl RankSums<'_, '_> {
    /// Calls `emit` with the answers at each point; the last ones stay in `answers`.
    fn add(
        &mut self,
        coordinates: &[Vec<f64>],
        width: usize,
        emit: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), Error> {
        let Self { ranking, state, answers } = self;
        let (of_axes, mixing) = coordinates.split_at(ranking.places.len());
        let (of_draws, of_shocks) = ranking.places.split_at(ranking.draws.len());
        let score = |draw: usize, point: usize| {
            let axes = ranking.axes.iter().zip(of_draws);
            axes.map(|(axis, place)| axis[draw] * of_axes[*place][point]).sum()
        };
        let scores = (0..of_draws.len()).map(|draw| (0..width).map(|point| score(draw, point)).collect());
        let (draws, centre) = ranking.columns(scores.collect(), width)?;
        let (count, periods) = (ranking.series.len(), ranking.plan.rows.periods());
        for point in 0..width {
            let own = match &ranking.known {
                Some(_) => Vec::new(),
                None => ranking.shocks_at(&draws, point, mixing),
            };
            let shocks: Vec<f64> = of_shocks.iter().map(|place| of_axes[*place][point]).collect();
            for t in 0..periods {
                state.levels.clear();
                state.levels.extend(centre.iter().map(|series| series[t + 1][point]));
                let (sds, split) = match (&ranking.known, own.get(t)) {
                    (Some(known), _) => (&known[t], ranking.splits.get(t)),
                    (None, Some((sds, own))) => (sds, own.as_ref().or(ranking.splits.get(t))),
                    (None, None) => unreachable!("shocks of every date are known or computed at the point"),
                };
                state.shock(sds, split, &shocks);
                for of in 0..count {
                    let from = (of * periods + t) * count;
                    let own_shock = shocks.first().map_or(0.0, |z| *z);
                    state.rank(of, own_shock, &mut answers[from..from + count]);
                }
            }
            emit(point, answers);
        }
        Ok(())
    }
}

impl State {
    /// Adds the common components, and sets the own standard deviations.
    fn shock(&mut self, sds: &[f64], split: Option<&Split>, shocks: &[f64]) {
        self.own.clear();
        let Some(split) = split else {
            self.own.resize(sds.len(), 0.0);
            return;
        };
        for (of, level) in self.levels.iter_mut().enumerate() {
            let (own, common) = split.of_series(of);
            *level += sds[of] * common.iter().zip(&shocks[1..]).map(|(size, z)| size * z).sum::<f64>();
            self.own.push(sds[of] * own);
        }
    }

    /// The probabilities of the ranks of a series, given its own shock. Tied series share the better rank.
    ///
    /// The rank jumps where the series passes one without an own shock. The shock is therefore moved into each of the
    /// intervals between these, with the probability of the interval, so that the mean is that of a smooth function.
    fn rank(&mut self, of: usize, own_shock: f64, out: &mut [f64]) {
        out.fill(0.0);
        let (level, own) = (self.levels[of], self.own[of]);
        self.ends.clear();
        if own > 0.0 {
            let still = (0..self.levels.len()).filter(|other| *other != of && !(self.own[*other] > 0.0));
            self.ends.extend(still.map(|other| (self.levels[other] - level) / own));
        }
        if self.ends.is_empty() {
            return self.add_ranks(of, level + own * own_shock, 1.0, out);
        }
        math::norm_cdf_slice(&mut self.ends);
        self.ends.push(1.0);
        self.ends.sort_unstable_by(f64::total_cmp);
        let (place, mut low) = (math::norm_cdf(own_shock), 0.0);
        for interval in 0..self.ends.len() {
            let high = self.ends[interval];
            if high > low {
                let shock = math::norm_quantile(low + place * (high - low));
                self.add_ranks(of, level + own * shock, high - low, out);
            }
            low = high;
        }
    }

    /// Adds the probabilities of the ranks of a series at a level, times a weight.
    fn add_ranks(&mut self, of: usize, level: f64, weight: f64, out: &mut [f64]) {
        let Self { levels, own, above, ranks, .. } = self;
        above.clear();
        for other in (0..levels.len()).filter(|other| *other != of) {
            let gap = levels[other] - level;
            above.push(match own[other] > 0.0 {
                true => gap / own[other],
                false if gap > TIE => f64::INFINITY,
                false => f64::NEG_INFINITY,
            });
        }
        math::norm_cdf_slice(above);
        // The Poisson binomial distribution, one series after the other.
        ranks.clear();
        ranks.push(1.0);
        for p in above.iter() {
            ranks.push(0.0);
            for k in (1..ranks.len()).rev() {
                ranks[k] += p * (ranks[k - 1] - ranks[k]);
            }
            ranks[0] *= 1.0 - p;
        }
        out.iter_mut().zip(ranks).for_each(|(out, rank)| *out += weight * *rank);
    }
}
