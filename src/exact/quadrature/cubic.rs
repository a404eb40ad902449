//! Interpolation between the nodes of a line.

use crate::cpu::{self, Level};
use crate::exact::start::TIE;

/// A cell between two nodes, with what interpolates over it.
#[derive(Debug, Clone)]
pub(super) struct GridCell {
    pub(super) from: f64,
    pub(super) width: f64,
    /// The first of the four nearest nodes.
    first: usize,
    /// By power of the position in the cell, from 0 to 1, the weight of each of the four values.
    weights: [[f64; 4]; 4],
}

impl GridCell {
    /// The cell after a node.
    pub(super) fn of(nodes: &[f64], cell: usize) -> Self {
        let (from, width) = (nodes[cell], nodes[cell + 1] - nodes[cell]);
        let first = cell.saturating_sub(1).min(nodes.len() - 4);
        let places: [f64; 4] = std::array::from_fn(|k| (nodes[first + k] - from) / width);
        let mut weights = [[0.0; 4]; 4];
        for (own, place) in places.iter().enumerate() {
            // The Lagrange polynomial of the node: its factors are multiplied one after the other.
            let mut powers = [1.0, 0.0, 0.0, 0.0];
            for (_, other) in places.iter().enumerate().filter(|(k, _)| *k != own) {
                for power in (0..4).rev() {
                    let lower = if power > 0 { powers[power - 1] } else { 0.0 };
                    powers[power] = (lower - other * powers[power]) / (place - other);
                }
            }
            (0..4).for_each(|power| weights[power][own] = powers[power]);
        }
        Self { from, width, first, weights }
    }
}

/// A cubic polynomial over one cell, from 0 to 1.
pub(super) struct Cubic([f64; 4]);

impl Cubic {
    /// Interpolates the values at the four nearest nodes, less the tie.
    pub(super) fn over(cell: &GridCell, values: &[f64]) -> Self {
        let near: [f64; 4] = std::array::from_fn(|k| values[cell.first + k] - TIE);
        Self(cell.weights.map(|of| of[0] * near[0] + of[1] * near[1] + (of[2] * near[2] + of[3] * near[3])))
    }

    pub(super) fn at(&self, x: f64) -> f64 {
        let [c0, c1, c2, c3] = self.0;
        c0 + x * (c1 + x * (c2 + x * c3))
    }

    fn slope(&self, x: f64) -> f64 {
        let [_, c1, c2, c3] = self.0;
        c1 + x * (2.0 * c2 + x * 3.0 * c3)
    }

    /// The extremum between two slopes of different signs, if it lies within the cell.
    pub(super) fn extremum(&self) -> Option<f64> {
        let [_, c1, c2, c3] = self.0;
        let (start, end) = (self.slope(0.0), self.slope(1.0));
        if (start > 0.0) == (end > 0.0) {
            return None;
        }
        let root = (c2 * c2 - 3.0 * c1 * c3).max(0.0).sqrt();
        // The root that avoids cancellation.
        let turned = -c2 - root.copysign(c2);
        [turned / (3.0 * c3), c1 / turned].into_iter().find(|x| *x > 0.0 && *x < 1.0)
    }
}

/// Roots that are found together.
#[derive(Debug, Default)]
pub(super) struct Roots {
    brackets: Vec<Bracket>,
    found: Vec<f64>,
}

/// A root of a cubic between two ends of different signs.
#[derive(Debug, Clone)]
struct Bracket {
    cubic: [f64; 4],
    low: f64,
    high: f64,
    /// The value at `low`.
    value: f64,
}

/// Roots that a processor refines at once.
const AT_ONCE: usize = 8;
/// What fills the last of these: the root of x.
const FILLING: Bracket = Bracket { cubic: [0.0, 1.0, 0.0, 0.0], low: 0.0, high: 0.0, value: -1.0 };

impl Roots {
    pub(super) fn clear(&mut self) {
        self.brackets.clear();
    }

    /// Adds the root between two ends of different signs; `value` is the value at `low`.
    pub(super) fn add(&mut self, cubic: &Cubic, [low, high]: [f64; 2], value: f64) {
        self.brackets.push(Bracket { cubic: cubic.0, low, high, value });
    }

    /// Finds all roots by Newton's method, with bisection where a step leaves the bracket.
    pub(super) fn solve(&mut self) -> &[f64] {
        let Self { brackets, found } = self;
        let count = brackets.len();
        brackets.resize(count.next_multiple_of(AT_ONCE), FILLING);
        found.clear();
        found.resize(brackets.len(), 0.0);
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                for (brackets, found) in brackets.as_chunks().0.iter().zip(found.as_chunks_mut().0) {
                    *found = refined(brackets);
                }
            },
        );
        &found[..count]
    }
}

#[inline(always)]
fn refined(brackets: &[Bracket; AT_ONCE]) -> [f64; AT_ONCE] {
    let zero = [0.0; AT_ONCE];
    let [mut c0, mut c1, mut c2, mut c3, mut low, mut high, mut at, mut sign, mut open] = [zero; 9];
    for k in 0..AT_ONCE {
        let of = &brackets[k];
        [c0[k], c1[k], c2[k], c3[k]] = of.cubic;
        (low[k], high[k], at[k]) = (of.low, of.high, of.value);
    }
    for k in 0..AT_ONCE {
        let (x, value) = (high[k], at[k]);
        let end = c0[k] + x * (c1[k] + x * (c2[k] + x * c3[k]));
        sign[k] = value;
        let share = value / (value - end);
        // NaN, where both ends are 0, becomes 0.
        let share = if share > 0.0 { share } else { 0.0 };
        at[k] = low[k] + (high[k] - low[k]) * if share < 1.0 { share } else { 1.0 };
        open[k] = 1.0;
    }
    for _ in 0..MAX_STEPS {
        for k in 0..AT_ONCE {
            let x = at[k];
            let y = c0[k] + x * (c1[k] + x * (c2[k] + x * c3[k]));
            let slope = c1[k] + x * (2.0 * c2[k] + x * 3.0 * c3[k]);
            let is_before = (y > 0.0) == (sign[k] > 0.0);
            low[k] = if is_before { x } else { low[k] };
            high[k] = if is_before { high[k] } else { x };
            let next = x - y / slope;
            let is_inside = (next >= low[k]) & (next <= high[k]);
            // Convergence is quadratic, so the error after this step is of the order of its square.
            let is_last = is_inside & ((next - x).abs() < 1e-5);
            let next = if is_inside { next } else { 0.5 * (low[k] + high[k]) };
            at[k] = if open[k] > 0.0 { next } else { x };
            open[k] = if is_last { 0.0 } else { open[k] };
        }
        if open.iter().all(|open| *open < 0.5) {
            break;
        }
    }
    at
}

/// Steps after which bisection alone has found a root to the last digit.
const MAX_STEPS: usize = 60;
