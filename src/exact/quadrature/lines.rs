//! Conditioning on one direction of the drawn numbers ("preintegration", Griewank, Kuo, Leövey & Sloan 2018).
//!
//! The standard normal scores of the draws, and of the shocks of every period if there are any, are rotated so that the
//! log-ratio varies most along one axis. With the other axes fixed, the log-ratio at each date is a function of that one
//! score. Its roots, found by cubic interpolation on a grid, divide the line into intervals whose normal probabilities are
//! known, and on each interval the leader at every date is known. The remaining integrand is averaged over scrambled Sobol
//! points of the other axes. It is continuous in them, except for jumps across which the leading axis does not pass.

use super::axes::leading_axis;
use super::cubic::{Cubic, GridCell, Roots};
use super::replicates::Points;
use super::sweep::{Crossing, Sweep};
use super::wide::Axes;
use crate::cpu::{self, Level};
use crate::error::Error;
use crate::exact::asked::Asked;
use crate::exact::pair::{Columns, Pair};
use crate::exact::shocks::Shocks;
use crate::exact::start::TIE;
use crate::math;
use crate::math::gauss::as_f64;
use crate::math::rotation::complement;

/// Number of cells of a line that fit into one word of bits.
const CELLS: usize = 63;
/// Maximum number of points evaluated at once: all nodes of one or more lines.
const WIDTH: usize = 512;

/// Lines along the leading axis of a pair. The other axes are sampled.
#[derive(Debug)]
pub(crate) struct Lines<'a, 'p> {
    pub(crate) pair: &'a Pair<'p>,
    /// The axis integrated in closed form: the weight of each draw, then that of the shocks.
    axis: Vec<f64>,
    /// The sampled axes, in the same form.
    rest: Vec<Vec<f64>>,
    shocks: Option<Shocks<'p>>,
    grid: LineGrid,
    /// Number of first dates after the base that are not aligned with the axis.
    unaligned: usize,
}

/// Nodes along a line, as standard normal scores: closer in the middle, where most of the probability is.
#[derive(Debug, Clone)]
struct LineGrid {
    nodes: Vec<f64>,
    cells: Vec<GridCell>,
}

/// Half-width of a single line, in standard deviations.
pub(crate) const REACH: f64 = 8.5;
/// The distance of nodes at the ends of a line, relative to that in the middle, is the hyperbolic cosine of this.
const SPREAD: f64 = 2.0;

impl<'a, 'p> Lines<'a, 'p> {
    /// Lines of `nodes` nodes with a half-width of `reach` standard deviations. Shocks are sampled if the pair has any.
    pub(crate) fn new(pair: &'a Pair<'p>, reach: f64, nodes: usize) -> Result<Self, Error> {
        let lead = leading_axis(pair)?;
        let shocks = lead.shocks.map(|weights| Shocks::new(&weights, pair.sampled_shocks().unwrap_or_default()));
        let rest = complement(&lead.axis, &lead.slopes);
        Ok(Self { pair, axis: lead.axis, rest, shocks, grid: LineGrid::new(reach, nodes), unaligned: lead.unaligned })
    }

    /// The same lines on a different grid.
    pub(crate) fn with_grid(&self, reach: f64, nodes: usize) -> Lines<'a, 'p> {
        let Self { pair, axis, rest, shocks, unaligned, .. } = self;
        Lines {
            pair,
            axis: axis.clone(),
            rest: rest.clone(),
            shocks: shocks.clone(),
            grid: LineGrid::new(reach, nodes),
            unaligned: *unaligned,
        }
    }

    /// Number of sampled dimensions.
    pub(crate) fn dimensions(&self) -> usize {
        self.rest.len() + self.shocks.as_ref().map_or(0, Shocks::dimensions)
    }

    /// Number of sampled dimensions that are drawn numbers; they come first.
    pub(crate) fn drawn_dimensions(&self) -> usize {
        self.rest.len()
    }

    /// The axes of points.
    pub(super) fn axes(&self) -> Axes {
        let all = self.dimensions();
        let mixing = self.shocks.as_ref().map_or(0, Shocks::mixing_dimensions);
        Axes::new(all, self.drawn_dimensions(), all - mixing..all)
    }

    /// Half-width of a line, in standard deviations.
    pub(crate) fn reach(&self) -> f64 {
        -self.grid.nodes[0]
    }

    /// Number of first dates after the base that are not aligned with the leading axis, and need one of their own.
    pub(crate) fn unaligned(&self) -> usize {
        self.unaligned
    }

    pub(crate) fn nodes(&self) -> usize {
        self.grid.nodes.len()
    }

    pub(crate) fn periods(&self) -> usize {
        self.pair.periods()
    }

    /// The weight of each draw on the leading axis.
    pub(crate) fn of_draws(&self) -> &[f64] {
        &self.axis[..self.pair.draws.len()]
    }

    /// The scores of the draws in the middle of each line, indexed by draw, then by line.
    pub(super) fn middle_scores(&self, points: &Points) -> Vec<Vec<f64>> {
        let mut scores = vec![vec![0.0; points.width]; self.pair.draws.len()];
        for (axis, coordinates) in self.rest.iter().zip(&points.coordinates) {
            for (score, weight) in scores.iter_mut().zip(axis) {
                score.iter_mut().zip(coordinates).for_each(|(score, y)| *score += weight * y);
            }
        }
        scores
    }

    /// The answers of each line, given the coordinates along the sampled axes.
    pub(crate) fn answers(&self, coordinates: &[Vec<f64>], width: usize, asked: Asked) -> Result<Vec<Vec<f64>>, Error> {
        let mut sweep = Sweep::new(self.pair.periods());
        let mut answers = Vec::with_capacity(width);
        self.each(coordinates, width, &mut |line| answers.push(sweep.answer(line.starts, line.cuts, asked)))?;
        Ok(answers)
    }

    /// Calls `emit` with every line.
    pub(crate) fn each(
        &self,
        coordinates: &[Vec<f64>],
        width: usize,
        emit: &mut dyn FnMut(Line<'_>),
    ) -> Result<(), Error> {
        let at_once = (WIDTH / self.nodes()).max(1);
        (0..width).step_by(at_once).try_for_each(|from| self.some(coordinates, from..width.min(from + at_once), emit))
    }

    fn some(
        &self,
        points: &[Vec<f64>],
        places: std::ops::Range<usize>,
        emit: &mut dyn FnMut(Line<'_>),
    ) -> Result<(), Error> {
        let (nodes, lines) = (self.nodes(), places.len());
        let width = nodes * lines;
        // The part of each score that the sampled axes determine, by score, then line.
        let fixed = |number: usize| -> Vec<f64> {
            let part = |place: usize| self.rest.iter().zip(points).map(|(axis, y)| axis[number] * y[place]).sum();
            places.clone().map(part).collect()
        };
        let along = |number: usize, fixed: &[f64]| -> Vec<f64> {
            let steps: Vec<f64> = self.grid.nodes.iter().map(|node| self.axis[number] * node).collect();
            let mut scores = Vec::with_capacity(width);
            fixed.iter().for_each(|fixed| scores.extend(steps.iter().map(|step| fixed + step)));
            scores
        };
        let draws = self.pair.draws.len();
        let of_draws: Vec<Vec<f64>> = (0..draws).map(fixed).collect();
        let scores: Vec<Vec<f64>> = of_draws.iter().enumerate().map(|(draw, fixed)| along(draw, fixed)).collect();
        let Columns { mut centre, sd, .. } = self.pair.columns(&scores, width)?;
        let mut motion = Vec::new();
        let along_shocks = self.axis.get(draws).copied().unwrap_or_default();
        if let Some(shocks) = &self.shocks {
            let own = fixed(draws);
            let along_line: Vec<f64> = self.grid.nodes.iter().map(|node| along_shocks * node).collect();
            for (line, place) in places.clone().enumerate() {
                let (path, shape) = shocks.paths(&points[self.rest.len()..], place, own[line]);
                let on_line = line * nodes..(line + 1) * nodes;
                for ((centre, w), shape) in centre.iter_mut().zip(path.iter()).zip(shape.iter()) {
                    let values = centre[on_line.clone()].iter_mut().zip(&sd[on_line.clone()]);
                    for ((value, sd), along) in values.zip(&along_line) {
                        *value += sd * (w + along * shape);
                    }
                }
                motion.push((path, shape));
            }
        }
        let mut cuts: Vec<Crossing> = Vec::new();
        let mut found = CellRoots::default();
        let mut starts = vec![false; centre.len()];
        let marks: Vec<Marks> = centre.iter().map(|values| Marks::of(values)).collect();
        for line in 0..lines {
            found.clear();
            for (t, (values, marks)) in centre.iter().zip(&marks).enumerate() {
                let first = line * nodes;
                let values = &values[first..][..nodes];
                starts[t] = values[0] > TIE;
                self.grid.crossings(values, (marks, first), t, &mut found);
            }
            self.grid.solve(&mut found, &mut cuts);
            cuts.sort_unstable_by(|a, b| a.at.total_cmp(&b.at));
            let fixed = of_draws.iter().map(|fixed| fixed[line]).collect();
            let (motion, shape): (&[f64], &[f64]) =
                motion.get(line).map(|(path, shape)| (&**path, &**shape)).unwrap_or_default();
            emit(Line { starts: &starts, cuts: &cuts, fixed, motion, shape, along_shocks });
        }
        Ok(())
    }
}

/// One line: the dates at which the challenger leads at its lower end, and where that changes.
pub(crate) struct Line<'a> {
    pub(crate) starts: &'a [bool],
    pub(crate) cuts: &'a [Crossing],
    /// The score of each draw at the middle of the line.
    pub(crate) fixed: Vec<f64>,
    /// The cumulative shocks at the middle of the line, in units of one period's standard deviation, and for one unit along the axis of
    /// the shocks; empty without shocks.
    motion: &'a [f64],
    shape: &'a [f64],
    /// The weight of the axis of the shocks on that of the line.
    along_shocks: f64,
}

impl Line<'_> {
    /// The cumulative shocks at a cut, in units of one period's standard deviation, and their slope along the line.
    pub(crate) fn shocks(&self, cut: Crossing) -> [f64; 2] {
        match (self.motion.get(cut.t), self.shape.get(cut.t)) {
            (Some(motion), Some(shape)) => {
                let slope = self.along_shocks * shape;
                [motion + slope * cut.at, slope]
            }
            _ => [0.0; 2],
        }
    }
}

impl LineGrid {
    fn new(reach: f64, nodes: usize) -> Self {
        let score = |node: usize| {
            let place = 2.0 * as_f64(node) / as_f64(nodes - 1) - 1.0;
            let [far, near] = [place, -place].map(|place| math::exp(SPREAD * (place - 1.0)));
            reach * (far - near) / (1.0 - math::exp(-2.0 * SPREAD))
        };
        let nodes: Vec<f64> = (0..nodes).map(score).collect();
        let cells = (0..nodes.len() - 1).map(|cell| GridCell::of(&nodes, cell)).collect();
        Self { nodes, cells }
    }

    /// Finds the roots of the cubics through neighbouring values, whose marks begin at a place.
    fn crossings(&self, values: &[f64], (marks, place): (&Marks, usize), t: usize, found: &mut CellRoots) {
        for first in (0..self.cells.len()).step_by(CELLS) {
            let cells = CELLS.min(self.cells.len() - first);
            let [ahead, rises, falls] = marks.bits(place + first, cells + 1);
            let within = (1 << cells) - 1;
            let crossed = (ahead ^ (ahead >> 1)) & within;
            // A cell may contain an extremum if the values approach 0 before it and move away after it; `turns` decides.
            let turned = (falls << 1 | 1) & (rises >> 1 | 1 << (cells - 1)) & !crossed & within;
            let mut left = crossed | turned;
            while left != 0 {
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                let cell = first + bit;
                if crossed >> bit & 1 == 1 {
                    found.add((cell, t), &Cubic::over(&self.cells[cell], values), [0.0, 1.0], values[cell] - TIE);
                } else if self.turns(values, cell) {
                    self.turn(values, cell, t, found);
                }
            }
        }
    }

    /// Whether the neighbouring values indicate an extremum within the cell that may reach 0.
    fn turns(&self, values: &[f64], cell: usize) -> bool {
        let before = values[cell.saturating_sub(1)].abs();
        let after = values[(cell + 2).min(self.cells.len())].abs();
        let (a, b) = (values[cell].abs(), values[cell + 1].abs());
        let width = |cell: usize| self.cells[cell.min(self.cells.len() - 1)].width;
        let (of_before, of_after) = (width(cell) / width(cell.saturating_sub(1)), width(cell) / width(cell + 1));
        before >= a && after >= b && a.min(b) < (before - a) * of_before + (after - b) * of_after
    }

    /// Finds two roots within one cell.
    fn turn(&self, values: &[f64], cell: usize, t: usize, found: &mut CellRoots) {
        let cubic = Cubic::over(&self.cells[cell], values);
        let is_ahead = values[cell] > TIE;
        let Some(at) = cubic.extremum().filter(|at| (cubic.at(*at) > 0.0) != is_ahead) else { return };
        found.add((cell, t), &cubic, [0.0, at], values[cell] - TIE);
        found.add((cell, t), &cubic, [at, 1.0], cubic.at(at));
    }

    /// The crossings at the roots that were found.
    fn solve(&self, found: &mut CellRoots, cuts: &mut Vec<Crossing>) {
        cuts.clear();
        let crossing = |((cell, t), at): (&(usize, usize), &f64)| {
            let GridCell { from, width, .. } = self.cells[*cell];
            Crossing { at: from + width * at, t: *t }
        };
        cuts.extend(found.places.iter().zip(found.roots.solve()).map(crossing));
    }
}

/// Roots between nodes, with the cell and the date of each.
#[derive(Debug, Default)]
struct CellRoots {
    places: Vec<(usize, usize)>,
    roots: Roots,
}

impl CellRoots {
    fn clear(&mut self) {
        self.places.clear();
        self.roots.clear();
    }

    #[inline]
    fn add(&mut self, place: (usize, usize), cubic: &Cubic, bracket: [f64; 2], value: f64) {
        self.places.push(place);
        self.roots.add(cubic, bracket, value);
    }
}

/// One byte per value. Bit 0: whether it is above 0; bits 1 and 2: whether the next value is at least as far from 0, and at most
/// as far.
struct Marks(Vec<u8>);

impl Marks {
    /// Marks after the last value, so that words can be read up to it.
    const PADDING: usize = 8;

    fn of(values: &[f64]) -> Self {
        let mut marks = vec![0; values.len() + Self::PADDING];
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                for ((mark, a), b) in marks.iter_mut().zip(values).zip(&values[1..]) {
                    let (own, next) = (a.abs(), b.abs());
                    *mark = u8::from(*a > TIE) | u8::from(next >= own) << 1 | u8::from(next <= own) << 2;
                }
            },
        );
        if let Some(last) = values.last() {
            marks[values.len() - 1] = u8::from(*last > TIE);
        }
        Self(marks)
    }

    /// The bits 0, 1 and 2 of up to 64 marks, one word for each.
    fn bits(&self, first: usize, count: usize) -> [u64; 3] {
        const LOWEST: u64 = 0x0101_0101_0101_0101;
        // A product with it moves the lowest bit of byte k to bit 56 + k.
        const GATHER: u64 = 0x0102_0408_1020_4080;
        let mut words = [0; 3];
        for (eight, marks) in self.0[first..first + count.next_multiple_of(8)].as_chunks().0.iter().enumerate() {
            let marks = u64::from_le_bytes(*marks);
            for (bit, word) in words.iter_mut().enumerate() {
                *word |= ((marks >> bit & LOWEST).wrapping_mul(GATHER) >> 56) << (8 * eight);
            }
        }
        words.map(|word| word & (u64::MAX >> (64 - count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crossings(f: impl Fn(f64) -> f64, nodes: usize) -> Vec<f64> {
        let grid = LineGrid::new(5.0, nodes);
        let values: Vec<f64> = grid.nodes.iter().map(|node| f(*node)).collect();
        let (mut found, mut cuts) = (CellRoots::default(), Vec::new());
        grid.crossings(&values, (&Marks::of(&values), 0), 0, &mut found);
        grid.solve(&mut found, &mut cuts);
        cuts.into_iter().map(|cut| cut.at).collect()
    }

    #[test]
    fn cubics_are_crossed_where_they_are() {
        for roots in [[-4.9, 0.3, 0.4], [-4.2, -4.1, 4.9], [-1.0, 2.2, 2.35]] {
            let found = crossings(|z| roots.iter().map(|root| z - root).product(), 16);
            assert_eq!(found.len(), 3, "{roots:?}: {found:?}");
            for (found, root) in found.iter().zip(roots) {
                assert!((found - root).abs() < 1e-9, "{roots:?}: {found}");
            }
        }
    }

    #[test]
    fn no_turn_is_seen_where_there_is_none() {
        assert!(crossings(|z| 0.01 + z * z, 16).is_empty());
        assert!(crossings(|_| 1.0, 16).is_empty());
        assert!(crossings(|_| 0.0, 16).is_empty(), "a tie is not ahead");
    }

    #[test]
    fn marks_are_packed_into_words() {
        let values: Vec<f64> = (0..200).map(|k: u32| f64::from(k * k * 7 % 61) - 30.0 + f64::from(k % 3)).collect();
        let marks = Marks::of(&values);
        for (first, count) in [(0, 12), (5, 1), (12, 12), (100, 63), (136, 64), (188, 12)] {
            let [ahead, rises, falls] = marks.bits(first, count);
            for bit in 0..count {
                let own = values[first + bit];
                assert_eq!(ahead >> bit & 1 == 1, own > TIE, "{first} {bit}");
                if let Some(next) = values.get(first + bit + 1) {
                    assert_eq!(rises >> bit & 1 == 1, next.abs() >= own.abs());
                    assert_eq!(falls >> bit & 1 == 1, next.abs() <= own.abs());
                }
            }
            assert!(count == 64 || (ahead | rises | falls) >> count == 0, "nothing beyond {count}");
        }
    }
}
