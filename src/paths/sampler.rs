//! Sources of the random numbers of a block: keyed streams, antithetic images, Sobol points, tilted streams, or Sobol points
//! given reports.

use super::bridge::{self, Point};
use super::numbers::{Drawn, Numbers, Span, drawn};
use super::observed::Observations;
use super::tilt::Tilts;
use crate::cpu::{self, Level};
use crate::math;
use crate::plan::{Plan, Source};
use crate::random::{
    Bits, BoxMuller, DIMENSIONS, Dimension, GROUP, GroupNumber, StreamKey, mix64, normals, tail as tail_score,
    uniforms as keyed_uniform,
};

/// Number of replicates for every sampling scheme except plain; their spread estimates the error.
pub(crate) const REPLICATES: usize = 32;

/// Sampling scheme of a run.
#[derive(Debug)]
pub(crate) enum Sampler {
    /// Independent paths.
    Plain,
    /// Antithetic: every odd group mirrors the even one before it, with −U for U and 1 − u for u.
    Antithetic,
    /// Randomized quasi-Monte Carlo: group g belongs to scramble g mod 32.
    Sobol(Sobol),
    /// Importance sampling: paths drawn from a mixture of tilted distributions, with weights.
    Importance(Box<Tilts>),
    /// As Sobol, with innovations that meet reported revenue, and log weights.
    Observed(Sobol, Box<Observations>),
}

impl Sampler {
    /// The replicate to which a group belongs.
    pub(crate) fn replicate(&self, group: u64) -> usize {
        let units = if matches!(self, Self::Antithetic) { group / 2 } else { group };
        Self::replicate_of(units)
    }

    fn replicate_of(unit: u64) -> usize {
        usize::try_from(unit % REPLICATES as u64).expect("below 32")
    }

    pub(crate) fn is_plain(&self) -> bool {
        matches!(self, Self::Plain)
    }

    /// Whether [`fill`](Self::fill) returns the normal scores of a draw instead of its uniforms; of coins always uniforms.
    pub(super) fn gives_scores(&self) -> bool {
        matches!(self, Self::Importance(_))
    }

    pub(super) fn is_antithetic(&self) -> bool {
        matches!(self, Self::Antithetic)
    }

    /// Fills the uniforms of every draw, and the numbers.
    pub(super) fn fill(&self, drawn: Drawn<'_>, span: Span, uniforms: &mut [Vec<f64>], numbers: &mut Numbers) {
        if matches!(self, Self::Sobol(_) | Self::Importance(_) | Self::Observed(..)) {
            let length = |source: &Source| if source.is_shocked { drawn.periods * span.width() } else { 0 };
            numbers.innovations.resize_with(drawn.sources.len(), Vec::new);
            for (source, innovations) in drawn.sources.iter().zip(&mut numbers.innovations) {
                innovations.resize(length(source), 0.0);
            }
        }
        match self {
            Self::Plain => keyed_uniforms(drawn, span, uniforms),
            Self::Antithetic => {
                keyed_uniforms(drawn, span, uniforms);
                mirror(drawn, span, uniforms);
            }
            Self::Sobol(sobol) => sobol.fill(drawn, span, uniforms, numbers),
            Self::Importance(tilts) => {
                keyed_uniforms(drawn, span, uniforms);
                keyed_innovations(drawn, span, &mut numbers.innovations);
                tilts.fill(drawn, span, &mut uniforms[..drawn.first_coin], numbers);
            }
            Self::Observed(sobol, observations) => {
                sobol.fill(drawn, span, uniforms, numbers);
                observations.toss(span, uniforms, numbers);
            }
        }
    }

    /// Reported revenue that paths meet.
    pub(super) fn observations(&self) -> Option<&Observations> {
        match self {
            Self::Observed(_, observations) => Some(observations),
            Self::Plain | Self::Antithetic | Self::Sobol(_) | Self::Importance(_) => None,
        }
    }
}

impl Sampler {
    /// The innovations of one source over a block as its rows use them, indexed by period, then by path.
    pub(super) fn innovations(&self, drawn: Drawn<'_>, span: Span, of: usize, numbers: &Numbers, out: &mut Vec<f32>) {
        out.clear();
        if matches!(self, Self::Sobol(_) | Self::Importance(_) | Self::Observed(..)) {
            out.extend_from_slice(&numbers.innovations[of]);
            return;
        }
        out.resize(drawn.periods * span.width(), 0.0);
        let (vectors, _) = out.as_chunks_mut::<GROUP>();
        for (place, group) in span.each() {
            if self.is_antithetic() && !group.is_multiple_of(2) {
                for pair in vectors.chunks_exact_mut(span.groups) {
                    pair[place] = pair[place - 1].map(|u| -u);
                }
            } else {
                keyed(drawn.level, &drawn.sources[of].key, group, vectors.iter_mut().skip(place).step_by(span.groups));
            }
        }
    }
}

fn keyed_uniforms(drawn: Drawn<'_>, span: Span, uniforms: &mut [Vec<f64>]) {
    for (draw, column) in drawn.draws.iter().zip(uniforms) {
        for (group, part) in (span.first..).zip(column[..span.width()].as_chunks_mut::<GROUP>().0) {
            keyed_uniform(drawn.seed, draw.slot, group, part);
        }
    }
}

/// Fills the outcomes of the coins of jumps, equal to those of plain sampling.
pub(super) fn fill_coins(drawn: Drawn<'_>, span: Span, draws: &mut [Vec<f64>]) {
    let (coins, columns) = (&drawn.draws[drawn.first_coin..], &mut draws[drawn.first_coin..]);
    keyed_uniforms(Drawn { draws: coins, ..drawn }, span, columns);
    for (coin, column) in coins.iter().zip(columns) {
        coin.quantile.fill(&mut column[..span.width()]);
    }
}

/// The innovations of every group, equal to those of plain sampling.
fn keyed_innovations(drawn: Drawn<'_>, span: Span, innovations: &mut [Vec<f32>]) {
    for (source, out) in drawn.sources.iter().zip(innovations).filter(|(_, out)| !out.is_empty()) {
        let (out, _) = out.as_chunks_mut::<GROUP>();
        for (place, group) in span.each() {
            keyed(drawn.level, &source.key, group, out.iter_mut().skip(place).step_by(span.groups));
        }
    }
}

/// The normals of one group, vector by vector.
fn keyed<'a>(level: Level, key: &StreamKey, group: u64, out: impl Iterator<Item = &'a mut [f32; GROUP]>) {
    cpu::run(
        level,
        #[inline(always)]
        || {
            let mut lanes = key.lanes(group);
            for out in out {
                normals(&mut lanes, out);
            }
        },
    );
}

/// Makes every odd group the mirror image of the group before it, except for the laws drawn of mixtures; the block must
/// begin with an even group.
fn mirror(drawn: Drawn<'_>, span: Span, uniforms: &mut [Vec<f64>]) {
    assert!(span.first.is_multiple_of(2), "mirrored blocks must begin with an even group");
    for (_, column) in drawn.draws.iter().zip(uniforms).filter(|(draw, _)| !draw.is_pseudo_random()) {
        for pair in column[..span.width()].chunks_exact_mut(2 * GROUP) {
            let (even, odd) = pair.split_at_mut(GROUP);
            odd.iter_mut().zip(even).for_each(|(odd, even)| *odd = 1.0 - *even);
        }
    }
}

/// Scrambled Sobol points: the assumptions first, then the Brownian bridges of the series in order of decreasing
/// variance.
#[derive(Debug)]
pub(crate) struct Sobol {
    /// For each scramble, the dimensions: those of draws, then those of bridges.
    dimensions: Vec<Vec<Dimension>>,
    /// The indices of the draws that have a dimension, in order; the others are pseudo-random.
    quasi: Vec<usize>,
    /// Number of draws, including those without a dimension.
    draws: usize,
    /// By source.
    bridges: Vec<Bridge>,
}

/// The points of one walk, and the dimensions of those that have one.
#[derive(Debug, Default)]
struct Bridge {
    points: Vec<Point>,
    dimensions: Vec<usize>,
}

impl Sobol {
    /// Scrambled points for a plan.
    pub(crate) fn new(plan: &Plan) -> Self {
        let (drawn, influence) = (drawn(plan), plan.influences());
        let Drawn { seed, periods, draws, sources, .. } = drawn;
        let smooth: Vec<usize> = (0..draws.len()).filter(|draw| !draws[*draw].is_pseudo_random()).collect();
        let mut slots: Vec<u64> = smooth.iter().map(|draw| draws[*draw].slot).collect();
        let mut bridges: Vec<Bridge> = sources.iter().map(|_| Bridge::default()).collect();
        let shocked = (0..sources.len()).filter(|index| sources[*index].is_shocked);
        let points: Vec<(usize, Point)> =
            shocked.flat_map(|index| bridge::points(periods).into_iter().map(move |point| (index, point))).collect();
        let moved = |(index, point): &(usize, Point)| point.variance() * influence[*index] * influence[*index];
        // Equal ones keep their order: within a series every point stays after those around it, whose variance is larger.
        let most_first = math::descending(&points.iter().map(moved).collect::<Vec<f64>>());
        for (index, point) in most_first.into_iter().map(|at| points[at]) {
            if slots.len() < DIMENSIONS {
                bridges[index].dimensions.push(slots.len());
            }
            bridges[index].points.push(point);
            slots.push(mix64(sources[index].slot).wrapping_add(point.at as u64));
        }
        let of = |scramble| {
            let quasi = slots.iter().take(DIMENSIONS).enumerate();
            quasi.map(|(number, slot)| Dimension::new(number, *slot, seed, scramble)).collect()
        };
        let quasi = smooth.into_iter().take(DIMENSIONS).collect();
        Self { dimensions: (0..REPLICATES as u64).map(of).collect(), quasi, draws: draws.len(), bridges }
    }

    /// Number of quasi-random numbers per path, and of all numbers per path.
    pub(crate) fn dimensions(&self) -> (usize, usize) {
        let points: usize = self.bridges.iter().map(|bridge| bridge.points.len()).sum();
        (self.dimensions[0].len(), self.draws + points)
    }

    fn fill(&self, drawn: Drawn<'_>, span: Span, uniforms: &mut [Vec<f64>], numbers: &mut Numbers) {
        // Draws beyond the table, laws of mixtures and coins keep these pseudo-random numbers.
        let pseudo = (0..self.draws).filter(|draw| self.quasi.binary_search(draw).is_err());
        for draw in pseudo {
            let draws = &drawn.draws[draw..=draw];
            keyed_uniforms(Drawn { draws, ..drawn }, span, &mut uniforms[draw..=draw]);
        }
        for (place, group) in span.each() {
            let dimensions = &self.dimensions[Sampler::replicate_of(group)];
            let number = GroupNumber::new(group / REPLICATES as u64);
            for (dimension, draw) in dimensions.iter().zip(&self.quasi) {
                dimension.uniforms(dimension.first(&number), &mut uniforms[*draw].as_chunks_mut::<GROUP>().0[place]);
            }
            for ((bridge, source), out) in self.bridges.iter().zip(drawn.sources).zip(&mut numbers.innovations) {
                let walk = &mut numbers.walk;
                walk.resize(bridge.points.len(), [0.0; GROUP]);
                cpu::run(
                    drawn.level,
                    #[inline(always)]
                    || bridge.fill((dimensions, &number), (&source.key, group), walk),
                );
                let out = out.as_chunks_mut::<GROUP>().0.iter_mut().skip(place).step_by(span.groups);
                out.zip(walk).for_each(|(out, step)| *out = *step);
            }
        }
    }
}

impl Bridge {
    /// Fills the steps of the walk.
    #[inline(always)]
    fn fill(
        &self,
        (dimensions, number): (&[Dimension], &GroupNumber),
        (key, group): (&StreamKey, u64),
        steps: &mut [[f32; GROUP]],
    ) {
        let transform = BoxMuller::new();
        let (quasi, rest) = self.points.split_at(self.dimensions.len());
        // Each dimension has two tail points per group; those of several dimensions are evaluated together.
        for (points, of) in quasi.chunks(GROUP / 2).zip(self.dimensions.chunks(GROUP / 2)) {
            let (mut places, mut ends) = ([[0; 2]; GROUP / 2], [[0; 2]; GROUP / 2]);
            for (n, (point, dimension)) in points.iter().zip(of).enumerate() {
                let dimension = &dimensions[*dimension];
                let first = dimension.first(number);
                dimension.scores(first, &mut steps[point.at - 1]);
                [(places[n][0], ends[n][0]), (places[n][1], ends[n][1])] = dimension.ends(first);
            }
            let mut tails = [[0.0; 2]; GROUP / 2];
            for (tail, end) in tails.as_flattened_mut().iter_mut().zip(ends.as_flattened()) {
                *tail = tail_score(&transform, *end);
            }
            for ((point, places), tails) in points.iter().zip(places).zip(tails) {
                let scores = &mut steps[point.at - 1];
                (scores[places[0]], scores[places[1]]) = (tails[0], tails[1]);
            }
        }
        if !rest.is_empty() {
            let (mut lanes, mut bits) = (key.lanes(group), Bits::default());
            for point in rest {
                transform.fill(&mut lanes, &mut bits, &mut steps[point.at - 1]);
            }
        }
        for point in &self.points {
            point.put(steps);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::Block;
    use super::*;
    use crate::assumption::normal;
    use crate::growth::Curve;
    use crate::scenario::{Provider, Scenario};

    /// One drawn rate and 300 shocks: 45 points of the bridge exceed the table of direction numbers.
    fn plan(seed: u64) -> (Plan, Sampler) {
        let growth = Curve::constant(normal(0.2, 0.1));
        let scenario = Scenario::builder("2000-01", "2025-01")
            .provider(Provider::new("a", 1.0).growth(growth).volatility(0.2))
            .build()
            .expect("valid");
        let plan = Plan::new(&scenario, seed).expect("a plan");
        let sampler = Sampler::Sobol(Sobol::new(&plan));
        (plan, sampler)
    }

    fn filled(plan: &Plan, sampler: &Sampler, groups: usize) -> (Vec<Vec<f64>>, Numbers) {
        let mut uniforms = vec![vec![0.0; groups * GROUP]; plan.draws.len()];
        let mut numbers = Numbers::default();
        sampler.fill(drawn(plan), Span { first: 0, groups }, &mut uniforms, &mut numbers);
        (uniforms, numbers)
    }

    #[test]
    fn a_path_of_many_numbers_is_quasi_random_as_far_as_the_table_goes() {
        let (_, Sampler::Sobol(sobol)) = plan(0) else { panic!("set above") };
        assert_eq!(sobol.dimensions(), (256, 301));
    }

    /// Replicates differ in every number of a path, both within the table and beyond.
    #[test]
    fn replicates_differ_pairwise_on_both_sides_of_the_table() {
        for seed in [0, 1, u64::MAX] {
            let (plan, sampler) = plan(seed);
            let (uniforms, numbers) = filled(&plan, &sampler, REPLICATES);
            let innovations = numbers.innovations[0].chunks_exact(REPLICATES * GROUP);
            let shocks = innovations.map(|row| row.iter().map(|u| f64::from(*u)).collect::<Vec<_>>());
            for (place, row) in uniforms.into_iter().chain(shocks).enumerate() {
                let groups: Vec<&[f64]> = row.chunks_exact(GROUP).collect();
                for (a, first) in groups.iter().enumerate() {
                    for (b, second) in groups.iter().enumerate().skip(a + 1) {
                        let equal = first.iter().zip(*second).filter(|(x, y)| x.to_bits() == y.to_bits()).count();
                        assert!(equal < 3, "seed {seed}, number {place}, replicates {a} and {b}: {equal} of 64 equal");
                    }
                }
            }
        }
    }

    /// The moments of 4,096 points per scramble are far more accurate than those of independent numbers.
    #[test]
    fn sobol_shocks_have_mean_zero_and_variance_one() {
        const ROUNDS: usize = 64;
        let (plan, sampler) = plan(3);
        let (_, numbers) = filled(&plan, &sampler, REPLICATES * ROUNDS);
        for row in numbers.innovations[0].chunks_exact(REPLICATES * ROUNDS * GROUP) {
            let n = row.len() as f64;
            let mean = row.iter().map(|u| f64::from(*u)).sum::<f64>() / n;
            let variance = row.iter().map(|u| f64::from(*u) * f64::from(*u)).sum::<f64>() / n;
            // Five standard deviations of the same number of independent numbers.
            assert!(
                mean.abs() < 5.0 / n.sqrt() && (variance - 1.0).abs() < 5.0 * (2.0 / n).sqrt(),
                "{mean} {variance}"
            );
        }
    }

    #[test]
    fn mirrored_groups_are_mirror_images_of_plain_ones() {
        let (plan, _) = plan(7);
        let (plain, _) = filled(&plan, &Sampler::Plain, 4);
        let (mirrored, _) = filled(&plan, &Sampler::Antithetic, 4);
        for (path, u) in mirrored[0].iter().enumerate() {
            let (group, j) = (path / GROUP, path % GROUP);
            let even = plain[0][group / 2 * 2 * GROUP + j];
            let expected = if group % 2 == 0 { even } else { 1.0 - even };
            assert_eq!(u.to_bits(), expected.to_bits());
        }
        let replicates: Vec<usize> = (0..6).map(|group| Sampler::Antithetic.replicate(group)).collect();
        assert_eq!(replicates, [0, 0, 1, 1, 2, 2], "a pair stays within its replicate");
    }

    /// E[w] = 1, and E[w·1{z > 4}] = Φ(−4) = 3.167e-5 from 64,000 paths, of which plain sampling would expect two hits.
    #[test]
    fn weights_correct_for_the_shift() {
        let (plan, _) = plan(11);
        let mut means = vec![0.0; Tilts::coordinates(&plan)];
        means[0] = 4.0;
        let tilts = Tilts::mixture(vec![means], Tilts::coordinates(&plan), 300);
        let (uniforms, numbers) = filled(&plan, &Sampler::Importance(Box::new(tilts)), 1000);
        let n = numbers.weights.len() as f64;
        let mean = numbers.weights.iter().sum::<f64>() / n;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
        assert!(numbers.weights.iter().all(|weight| *weight > 0.0 && *weight <= 8.0));
        let hits = uniforms[0].iter().zip(&numbers.weights).filter(|(score, _)| **score > 4.0);
        let estimate = hits.map(|(_, weight)| weight).sum::<f64>() / n;
        // Half of the tilted paths (7/8 of all) are hits, with weights e^(8 − 4z): 1 % is four standard errors.
        assert!((estimate / math::norm_sf(4.0) - 1.0).abs() < 0.02, "{estimate}");
    }

    #[test]
    fn a_block_uses_the_given_numbers() {
        let (plan, _) = plan(5);
        let mut block = Block::new(&plan, 2);
        block.fill((&plan, &Sampler::Antithetic), 0, 2, 2 * GROUP).expect("finite");
        let paths = super::super::Paths::new(&plan, &block);
        let sum: Vec<f64> =
            (0..GROUP).map(|j| f64::from(paths.row(0, 300)[j]) + f64::from(paths.row(0, 300)[GROUP + j])).collect();
        // Antithetic pairs lie on both sides of the median 25 ln 1.2 = 4.558, up to the curvature of ln(1 + g).
        assert!(sum.iter().all(|sum| (sum / 2.0 - 4.558).abs() < 1.5), "{sum:?}");
    }
}
