//! One period of a deviation that is a random walk, reverts, or has a growth of its own, on a uniform grid.
//!
//! Deviations are in units of the standard deviation of a period and contain no drift: the barrier moves instead. So a
//! transition depends on the process alone, and one set of tables serves every date and every point of the drawn numbers.

use std::ops::Range;

use super::convolution::{Band, convolve, signed};
use super::grid::{Ends, Grid, Weights};
use super::heavy_trend::{self, HeavyTrend};
use super::innovation::{Innovation, TailTable};
use super::trend::{self, Trend, normal_band};
use crate::covariance::{Moments, Motion};
use crate::cpu::{self, Level};
use crate::math::gauss::as_f64;

/// The largest number of nodes: of a grid, of one whose nodes all reach each other, of a full matrix, and of two dimensions
/// together.
const MOST_NODES: usize = 40_000;
const MOST_OF_PRODUCT: usize = 10_000;
const MOST_OF_MATRIX: usize = 3000;
const MOST_STATES: usize = 4_000_000;
/// The probabilities of leaving the grid with Student-t innovations, as multiples of [`Fineness::outside`]; larger
/// where a path outside is less likely to come back. Below the grid of a damped trend, both its state and the deviation
/// would have to jump back; a trend above the grid, and a deviation that reverts, would soon be back by itself.
const BELOW: f64 = 10.0;
const ABOVE: f64 = 0.01;

/// How deviations move, in units of the standard deviation of a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Process {
    pub(crate) motion: Motion,
    pub(crate) law: Innovation,
}

/// How finely a process is discretized.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fineness {
    /// Nodes for each standard deviation of the narrowest density.
    pub(crate) per_sd: f64,
    /// Standard deviations kept of a sum of innovations.
    pub(crate) reach: f64,
    /// The probability that any innovation of a walk leaves the grid, the square of which is neglected.
    pub(crate) outside: f64,
}

/// How far a deviation may change within 0 to T periods.
#[derive(Debug, Default)]
pub(super) struct Reaches {
    /// Where it would have to jump further a second time to matter.
    pub(super) twice: Vec<f64>,
    /// Where a single jump matters: the probability of one is neglected.
    pub(super) once: Vec<f64>,
}

/// Walks at a date: at points, or as masses at the nodes within a range.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'a> {
    Points(&'a [(f64, f64)]),
    Masses(&'a [f64], &'a Range<usize>),
}

/// The transition of a process on a grid.
#[derive(Debug)]
pub(crate) struct Chain {
    process: Process,
    periods: usize,
    /// Whether walks are followed above the barrier too.
    is_whole: bool,
    pub(super) grid: Grid,
    ends: Ends,
    tails: TailTable,
    transition: Transition,
    scratch: Vec<f64>,
}

#[derive(Debug)]
enum Transition {
    Walk(Band),
    /// ρ, and the matrix column by column.
    Reverting(f64, Vec<f64>),
    Trend(trend::TrendNumbers, Trend),
    Heavy(heavy_trend::HeavyTrendNumbers, Box<HeavyTrend>),
}

/// The nodes and weights of v of a process without a state beside y.
const ONE_ROW: ([f64; 1], [f64; 1]) = ([0.0], [1.0]);

impl Process {
    /// What is left of a deviation after a period.
    pub(crate) fn kept(&self) -> f64 {
        match self.motion {
            Motion::Reverting { rho } => rho,
            Motion::RandomWalk | Motion::Persistent { .. } | Motion::DampedTrend { .. } => 1.0,
        }
    }

    /// Whether walks from several points need a grid for each.
    pub(crate) fn needs_single_start(&self) -> bool {
        match self.trend() {
            Some(of) => !(of.noise > 0.0),
            None => self.kept() < 1.0,
        }
    }

    fn trend(&self) -> Option<trend::TrendNumbers> {
        match self.motion {
            Motion::DampedTrend { phi, share } if share > 0.0 => {
                let own = (share * (1.0 - phi * phi)).sqrt();
                Some(trend::TrendNumbers { phi, own, first: own, noise: (1.0 - share).max(0.0).sqrt() })
            }
            Motion::Persistent { phi } => {
                Some(trend::TrendNumbers { phi, own: (1.0 - phi * phi).sqrt(), first: 1.0, noise: 0.0 })
            }
            Motion::RandomWalk | Motion::Reverting { .. } | Motion::DampedTrend { .. } => None,
        }
    }

    /// How far a deviation may change within 0 to `periods` periods.
    pub(super) fn reaches(&self, fineness: Fineness, periods: usize) -> Reaches {
        let (outside, lasting) = match (self.motion, self.law) {
            (Motion::Reverting { .. }, _) => (ABOVE * fineness.outside, 1.0),
            // A jump of the trend goes on: φ + φ² + … times its part.
            (Motion::DampedTrend { phi, share }, _) => {
                let square = share * (1.0 + phi) / (1.0 - phi) + 1.0 - share;
                (BELOW * fineness.outside, square.sqrt().min(as_f64(periods)))
            }
            (Motion::RandomWalk | Motion::Persistent { .. }, _) => (fineness.outside, 1.0),
        };
        let reach = |outside: f64| {
            let jump = self.law.reach(periods, outside) * lasting;
            (0..=periods).map(|count| fineness.reach * self.spread(count) + jump).collect()
        };
        Reaches { twice: reach(outside), once: reach(fineness.outside * fineness.outside) }
    }

    /// The standard deviation of the change over some periods, with a stationary trend.
    fn spread(&self, periods: usize) -> f64 {
        let sum = |phi: f64, share: f64| {
            let (mut variance, mut power) = (as_f64(periods), phi);
            for lag in 1..periods {
                variance += 2.0 * share * power * as_f64(periods - lag);
                power *= phi;
            }
            variance.sqrt()
        };
        match self.motion {
            Motion::RandomWalk => as_f64(periods).sqrt(),
            Motion::Reverting { .. } => {
                (0..periods).fold(Moments::default(), |moments, _| moments.next(self.motion)).variance.sqrt()
            }
            Motion::Persistent { phi } => sum(phi, 1.0),
            Motion::DampedTrend { phi, share } => sum(phi, share),
        }
    }

    /// The distance of the nodes of y.
    fn step(&self, per_sd: f64) -> f64 {
        let scale = self.law.scale() / per_sd;
        match self.trend() {
            None => scale,
            Some(of) if of.noise > 0.0 => scale * of.noise,
            // Densities over two dates vary on the scale a/(1 + φ).
            Some(of) => scale * of.own / (1.0 + of.phi) * 1.4,
        }
    }
}

impl Chain {
    /// For walks of some periods on a grid that covers a range and has a node at `origin`. `None` if too many nodes are needed.
    pub(super) fn new(
        (process, fineness, periods): (Process, Fineness, usize),
        is_whole: bool,
        (range, origin): ((f64, f64), f64),
        tails: TailTable,
    ) -> Option<Self> {
        let grid = Grid::covering(range, origin, process.step(fineness.per_sd), MOST_NODES)?;
        let transition = Transition::new(process, fineness, (periods, is_whole), &grid)?;
        if transition.rows().len() * grid.count > MOST_STATES {
            return None;
        }
        Some(Self { process, periods, is_whole, grid, ends: Ends::new(), tails, transition, scratch: Vec::new() })
    }

    pub(super) fn into_tails(self) -> TailTable {
        self.tails
    }

    /// The same process on a grid with another range; tables are kept where they still apply.
    pub(super) fn cover(&mut self, range: (f64, f64), origin: f64) -> Option<()> {
        let grid = Grid::covering(range, origin, self.grid.step, MOST_NODES)?;
        if grid == self.grid {
            return Some(());
        }
        self.transition.adapt(self.process.law, &grid)?;
        if self.transition.rows().len() * grid.count > MOST_STATES {
            return None;
        }
        self.grid = grid;
        Some(())
    }

    pub(super) fn is_for(&self, process: Process, periods: usize, is_whole: bool) -> bool {
        self.process == process && self.periods == periods && self.is_whole == is_whole
    }

    /// Multiplications of a period between so many nodes of y.
    pub(super) fn work(&self, from: usize, to: usize) -> f64 {
        let (from, to, rows) = (as_f64(from), as_f64(to), as_f64(self.transition.rows().len()));
        match &self.transition {
            Transition::Walk(band) => from * to.min(as_f64(band.len())),
            Transition::Reverting(..) => from * to,
            Transition::Trend(_, trend) => from * trend.work_of_node(),
            Transition::Heavy(_, trend) => rows * trend.work_of_row(),
        }
    }

    /// The deviations to cover: where walks from these starts may still cross one of these barriers.
    pub(super) fn range(
        reaches: &Reaches,
        process: Process,
        starts: (f64, f64),
        barriers: (f64, f64),
        is_whole: bool,
    ) -> (f64, f64) {
        let [reach, far] = [&reaches.twice, &reaches.once].map(|of| of.last().copied().unwrap_or(0.0));
        if process.kept() < 1.0 {
            return (starts.0.min(0.0) - reach, starts.1.max(0.0) + reach);
        }
        let low = if is_whole { starts.0.min(barriers.0) } else { starts.0 } - reach;
        let low = low.max(barriers.0 - far).max(starts.0 - far);
        let high = if is_whole {
            (starts.1.max(barriers.1) + reach).min(barriers.1 + far).min(starts.1 + far)
        } else {
            // After a single jump of its trend a walk may take several periods to a barrier.
            barriers.1.min(starts.1 + if process.trend().is_some() { far } else { reach })
        };
        (low.min(high), high)
    }

    pub(super) fn weights(&self, barrier: f64) -> Weights {
        self.ends.weights(&self.grid, barrier)
    }

    /// The weights of the nodes of the state beside y.
    pub(super) fn row_weights(&self) -> &[f64] {
        match &self.transition {
            Transition::Walk(_) | Transition::Reverting(..) => &ONE_ROW.1,
            Transition::Trend(_, trend) => &trend.weights,
            Transition::Heavy(_, trend) => &trend.weights,
        }
    }

    /// ρ, φ and the standard deviation of a transition, for one from the start.
    fn mean(&self, is_start: bool) -> (f64, f64, f64) {
        match &self.transition {
            Transition::Walk(_) => (1.0, 0.0, 1.0),
            Transition::Reverting(rho, _) => (*rho, 0.0, 1.0),
            Transition::Trend(of, _) => {
                let own = if is_start { of.first } else { of.own };
                (1.0, of.phi, (own * own + of.noise * of.noise).sqrt())
            }
            Transition::Heavy(of, _) => (1.0, of.phi, (of.own * of.own + of.noise * of.noise).sqrt()),
        }
    }

    /// The probability of being above `edge`, or below it, a period later.
    pub(super) fn beyond(&self, source: Source<'_>, edge: f64, is_above: bool) -> f64 {
        let sign = if is_above { 1.0 } else { -1.0 };
        match source {
            Source::Points(points) => {
                let (rho, _, sd) = self.mean(true);
                points.iter().map(|(x, mass)| mass * self.tails.at(sign * (edge - rho * x) / sd)).sum()
            }
            Source::Masses(masses, range) => {
                let (rho, phi, sd) = self.mean(false);
                let mut sum = 0.0;
                for (v, row) in self.transition.rows().iter().zip(masses.chunks_exact(self.grid.count)) {
                    for place in range.clone() {
                        let z = sign * (edge - rho * self.grid.node(place) - phi * v) / sd;
                        // Beyond this a tail is below the rounding of the sum; so is a normal one from 9 on.
                        if row[place] != 0.0 && !(self.process.law == Innovation::Normal && z > 9.0) {
                            sum += row[place] * self.tails.at(z);
                        }
                    }
                }
                sum
            }
        }
    }

    /// The densities a period later, at nodes within `to`.
    pub(super) fn next(&mut self, source: Source<'_>, to: &Range<usize>) -> Vec<f64> {
        let mut out = vec![0.0; self.transition.rows().len() * self.grid.count];
        match source {
            Source::Points(points) => points.iter().for_each(|point| self.start(*point, &mut out)),
            Source::Masses(masses, from) => match &mut self.transition {
                Transition::Walk(band) => cpu::run(
                    Level::of_this_process(),
                    #[inline(always)]
                    || convolve(&mut out, to, masses, from, band),
                ),
                Transition::Reverting(_, matrix) => {
                    let count = self.grid.count;
                    let column = |k: usize| &matrix[(from.start + k) * count..][to.clone()];
                    cpu::run(
                        Level::of_this_process(),
                        #[inline(always)]
                        || super::convolution::combine(&mut out[to.clone()], &masses[from.clone()], column),
                    );
                }
                Transition::Trend(_, trend) => trend.step((&mut out, to), (masses, from), &mut self.scratch),
                Transition::Heavy(_, trend) => trend.step(&mut out, to, (masses, from)),
            },
        }
        out
    }

    fn start(&self, (x, mass): (f64, f64), out: &mut [f64]) {
        let grid = &self.grid;
        match &self.transition {
            Transition::Walk(_) | Transition::Reverting(..) => {
                let mean = self.process.kept() * x;
                let mut density: Vec<f64> = (0..grid.count).map(|place| grid.node(place) - mean).collect();
                self.process.law.densities(&mut density);
                out.iter_mut().zip(density).for_each(|(out, f)| *out += mass * f);
            }
            Transition::Trend(_, trend) => trend.start(grid, (x, mass), out),
            Transition::Heavy(_, trend) => trend.start(grid, (x, mass), out),
        }
    }
}

impl Transition {
    fn new(process: Process, fineness: Fineness, (periods, is_whole): (usize, bool), grid: &Grid) -> Option<Self> {
        let Fineness { per_sd, reach, outside } = fineness;
        let mut transition = match (process.law, process.trend()) {
            (law, None) => match process.motion {
                Motion::Reverting { rho } => Self::Reverting(rho, Vec::new()),
                Motion::RandomWalk | Motion::Persistent { .. } | Motion::DampedTrend { .. } => match law {
                    Innovation::Normal => Self::Walk(normal_band(0.0, 1.0, grid.step, reach + 1.0)),
                    Innovation::StudentT { .. } => Self::Walk(Band::default()),
                },
            },
            (Innovation::Normal, Some(of)) => Self::Trend(of, Trend::new(of, grid.step, 0.6 * per_sd, reach.min(8.0))?),
            (Innovation::StudentT { degrees, .. }, Some(of)) => {
                let stationary = of.own / (1.0 - of.phi * of.phi).sqrt();
                let numbers = heavy_trend::HeavyTrendNumbers { phi: of.phi, own: of.own, noise: of.noise, degrees };
                let far = |outside: f64| 4.0 * stationary + process.law.reach(periods, outside) * of.own;
                let below = if is_whole { ABOVE } else { BELOW };
                let over = (far(below * outside), far(ABOVE * outside));
                let apart = of.own * process.law.scale() / (0.7 * per_sd);
                Self::Heavy(numbers, Box::new(HeavyTrend::new(numbers, grid.step, over, (apart, 3.0 * stationary))?))
            }
        };
        transition.adapt(process.law, grid)?;
        Some(transition)
    }

    fn rows(&self) -> &[f64] {
        match self {
            Self::Walk(_) | Self::Reverting(..) => &ONE_ROW.0,
            Self::Trend(_, trend) => &trend.nodes,
            Self::Heavy(_, trend) => &trend.nodes,
        }
    }

    /// Extends the tables to a grid; `None` if it has too many nodes.
    fn adapt(&mut self, law: Innovation, grid: &Grid) -> Option<()> {
        match self {
            Self::Walk(band) if law != Innovation::Normal && !band.covers(grid.count) => {
                if grid.count > MOST_OF_PRODUCT {
                    return None;
                }
                let count = signed(grid.count);
                let mut values: Vec<f64> =
                    (0..2 * grid.count + 1).map(|place| (as_f64(place) - as_f64(grid.count)) * grid.step).collect();
                law.densities(&mut values);
                *band = Band::new(-count, &values);
                Some(())
            }
            Self::Walk(_) | Self::Trend(..) => Some(()),
            Self::Reverting(rho, matrix) => {
                let count = grid.count;
                if count > MOST_OF_MATRIX {
                    return None;
                }
                matrix.clear();
                for from in 0..count {
                    let mean = *rho * grid.node(from);
                    matrix.extend((0..count).map(|to| grid.node(to) - mean));
                }
                law.densities(matrix);
                Some(())
            }
            Self::Heavy(_, trend) => trend.prepare(grid.count),
        }
    }
}
