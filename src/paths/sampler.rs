//! Where the random numbers of a block come from: keyed streams, their mirror images, Sobol points, or tilted streams.

use super::bridge::{self, Point};
use super::normal::normals;
use super::plan::{Draw, Series};
use super::sobol::{self, Dimension};
use super::stream::{self, GROUP, StreamKey, mix64};
use super::tilt::Tilts;
use crate::cpu::{self, Level};
use crate::math;

/// Replicates of every sampling but the plain one; their spread is its error.
pub(crate) const REPLICATES: usize = 32;

/// How a run draws.
#[derive(Debug)]
pub(crate) enum Sampler {
    /// Independent paths.
    Plain,
    /// Every odd group is the mirror image of the even one before it: −U for U, 1 − u for u.
    Antithetic,
    /// Group g is of scramble g mod 32.
    Sobol(Sobol),
    /// Paths drawn from a mixture of tilted laws, and their weights.
    Importance(Tilts),
}

/// The random numbers of a block of `groups` groups from `first` on, and what is drawn besides.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// By series, then period 1..=T, then path; empty where nothing is drawn of a series, and under plain sampling.
    pub(super) innovations: Vec<Vec<f32>>,
    /// By path; empty unless paths are weighted.
    pub(super) weights: Vec<f64>,
    /// Standardised coordinates that laws are tilted along, by coordinate, then path.
    pub(super) coordinates: Vec<Vec<f64>>,
}

/// What the numbers are of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drawn<'a> {
    pub(super) level: Level,
    pub(super) seed: u64,
    pub(super) periods: usize,
    pub(super) draws: &'a [Draw],
    pub(super) series: &'a [Series],
}

/// Groups of a block: the first, and how many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) first: u64,
    pub(super) groups: usize,
}

impl Span {
    pub(super) fn width(self) -> usize {
        self.groups * GROUP
    }

    /// The groups with their places in the block.
    pub(super) fn each(self) -> impl Iterator<Item = (usize, u64)> {
        (0..self.groups).zip(self.first..)
    }
}

impl Sampler {
    /// The replicate that a group counts in.
    pub(crate) fn replicate(&self, group: u64) -> usize {
        let units = if matches!(self, Self::Antithetic) { group / 2 } else { group };
        usize::try_from(units % REPLICATES as u64).unwrap_or(0)
    }

    pub(crate) fn is_plain(&self) -> bool {
        matches!(self, Self::Plain)
    }

    /// Fills the uniforms of every draw, and the numbers.
    pub(super) fn fill(&self, drawn: Drawn<'_>, span: Span, uniforms: &mut [Vec<f64>], numbers: &mut Numbers) {
        if !self.is_plain() {
            let length = |series: &Series| if series.is_shocked() { drawn.periods * span.width() } else { 0 };
            numbers.innovations.resize_with(drawn.series.len(), Vec::new);
            for (series, innovations) in drawn.series.iter().zip(&mut numbers.innovations) {
                innovations.resize(length(series), 0.0);
            }
        }
        match self {
            Self::Plain => keyed_uniforms(drawn, span, uniforms),
            Self::Antithetic => {
                keyed_uniforms(drawn, span, uniforms);
                keyed_innovations(drawn, span, 2, &mut numbers.innovations);
                mirror(span, uniforms, &mut numbers.innovations);
            }
            Self::Sobol(sobol) => sobol.fill(drawn, span, uniforms, &mut numbers.innovations),
            Self::Importance(tilts) => {
                keyed_uniforms(drawn, span, uniforms);
                keyed_innovations(drawn, span, 1, &mut numbers.innovations);
                tilts.fill(drawn, span, uniforms, numbers);
            }
        }
    }
}

fn keyed_uniforms(drawn: Drawn<'_>, span: Span, uniforms: &mut [Vec<f64>]) {
    for (draw, column) in drawn.draws.iter().zip(uniforms) {
        for (group, part) in (span.first..).zip(column[..span.width()].as_chunks_mut::<GROUP>().0) {
            stream::uniforms(drawn.seed, draw.slot, group, part);
        }
    }
}

/// The innovations of every `step`-th group, the same as plain sampling draws.
fn keyed_innovations(drawn: Drawn<'_>, span: Span, step: usize, innovations: &mut [Vec<f32>]) {
    for (series, out) in drawn.series.iter().zip(innovations).filter(|(_, out)| !out.is_empty()) {
        let (out, _) = out.as_chunks_mut::<GROUP>();
        for (place, group) in span.each().step_by(step) {
            keyed(drawn.level, &series.key, group, out.iter_mut().skip(place).step_by(span.groups));
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

/// Makes every odd group of a block that begins with an even one the mirror image of the group before it.
fn mirror(span: Span, uniforms: &mut [Vec<f64>], innovations: &mut [Vec<f32>]) {
    for column in uniforms {
        for pair in column[..span.width()].chunks_exact_mut(2 * GROUP) {
            let (even, odd) = pair.split_at_mut(GROUP);
            odd.iter_mut().zip(even).for_each(|(odd, even)| *odd = 1.0 - *even);
        }
    }
    for series in innovations {
        for pair in series.chunks_exact_mut(2 * GROUP) {
            let (even, odd) = pair.split_at_mut(GROUP);
            odd.iter_mut().zip(even).for_each(|(odd, even)| *odd = -*even);
        }
    }
}

/// Scrambled Sobol points: the assumptions, then the series' walks as Brownian bridges, points of much variance first.
#[derive(Debug)]
pub(crate) struct Sobol {
    draws: Vec<Dimension>,
    /// Those without a dimension too.
    all_draws: usize,
    /// By series, its bridge.
    bridges: Vec<Vec<(Point, Option<Dimension>)>>,
}

impl Sobol {
    pub(super) fn new(draws: &[Draw], series: &[Series], periods: usize, influence: &[f64]) -> Self {
        let quasi = draws.iter().take(sobol::DIMENSIONS).enumerate();
        let mut bridges: Vec<Vec<(Point, Option<Dimension>)>> = series.iter().map(|_| Vec::new()).collect();
        let shocked = (0..series.len()).filter(|index| series[*index].is_shocked());
        let mut order: Vec<(usize, Point)> =
            shocked.flat_map(|index| bridge::points(periods).into_iter().map(move |point| (index, point))).collect();
        let moved = |(index, point): &(usize, Point)| point.variance() * influence[*index] * influence[*index];
        // Stable: within a series every point stays after those around it, whose variance is larger.
        order.sort_by(|a, b| moved(b).total_cmp(&moved(a)));
        for (number, (index, point)) in (draws.len()..).zip(order) {
            let slot = mix64(series[index].slot).wrapping_add(point.at as u64);
            let dimension = (number < sobol::DIMENSIONS).then(|| Dimension::new(number, slot));
            bridges[index].push((point, dimension));
        }
        let quasi = quasi.map(|(number, draw)| Dimension::new(number, draw.slot)).collect();
        Self { draws: quasi, all_draws: draws.len(), bridges }
    }

    /// The numbers of a path that are quasi-random, and all that it takes.
    pub(crate) fn dimensions(&self) -> (usize, usize) {
        let bridges = || self.bridges.iter().flatten();
        let quasi = bridges().filter(|(_, dimension)| dimension.is_some()).count();
        (self.draws.len() + quasi, self.all_draws + bridges().count())
    }

    fn fill(&self, drawn: Drawn<'_>, span: Span, uniforms: &mut [Vec<f64>], innovations: &mut [Vec<f32>]) {
        // Dimensions beyond the table keep these.
        keyed_uniforms(drawn, span, &mut uniforms[self.draws.len()..]);
        let replicates = REPLICATES as u64;
        for (place, group) in span.each() {
            let (scramble, number) = (group % replicates, group / replicates);
            for (dimension, column) in self.draws.iter().zip(&mut *uniforms) {
                let part = &mut column.as_chunks_mut::<GROUP>().0[place];
                dimension.fill(drawn.seed, scramble, number, part);
            }
            for ((bridge, series), out) in self.bridges.iter().zip(drawn.series).zip(&mut *innovations) {
                if !out.is_empty() {
                    let out = out.as_chunks_mut::<GROUP>().0.iter_mut().skip(place).step_by(span.groups);
                    walk(drawn, bridge, &series.key, (group, scramble, number), out);
                }
            }
        }
    }
}

/// The steps of a walk through its bridge.
fn walk<'a>(
    drawn: Drawn<'_>,
    bridge: &[(Point, Option<Dimension>)],
    key: &StreamKey,
    (group, scramble, number): (u64, u64, u64),
    out: impl Iterator<Item = &'a mut [f32; GROUP]>,
) {
    let mut walk = vec![[0.0; GROUP]; bridge.len() + 1];
    cpu::run(
        drawn.level,
        #[inline(always)]
        || {
            let mut lanes = key.lanes(group);
            for (point, dimension) in bridge {
                let mut z = [0.0; GROUP];
                match dimension {
                    Some(dimension) => {
                        dimension.fill(drawn.seed, scramble, number, &mut z);
                        math::norm_quantile_chunk(&mut z);
                    }
                    None => {
                        let mut normal = [0.0; GROUP];
                        normals(&mut lanes, &mut normal);
                        z = normal.map(f64::from);
                    }
                }
                point.put(&mut walk, &z);
            }
            for (out, pair) in out.zip(walk.windows(2)) {
                for ((out, before), after) in out.iter_mut().zip(pair[0]).zip(pair[1]) {
                    *out = super::plan::to_f32(after - before);
                }
            }
        },
    );
}
