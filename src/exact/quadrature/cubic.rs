//! Interpolation between the nodes of a line.

use crate::exact::start::TIE;
use crate::math::gauss::as_f64;

/// A cubic polynomial over one cell, from 0 to 1.
pub(super) struct Cubic([f64; 4]);

impl Cubic {
    /// Interpolates the four nearest values, less the tie.
    pub(super) fn around(values: &[f64], cell: usize) -> Self {
        let first = cell.saturating_sub(1).min(values.len() - 4);
        let [p, a, b, q] = std::array::from_fn(|k| values[first + k] - TIE);
        // For the cell between the inner two values; at the ends of the line the cell lies one to either side.
        let inner = [a, b - a / 2.0 - p / 3.0 - q / 6.0, (p + b) / 2.0 - a, (q - p) / 6.0 + (a - b) / 2.0];
        let shift = as_f64(cell) - as_f64(first + 1);
        let [c0, c1, c2, c3] = inner;
        Self([
            c0 + shift * (c1 + shift * (c2 + shift * c3)),
            c1 + shift * (2.0 * c2 + shift * 3.0 * c3),
            c2 + 3.0 * shift * c3,
            c3,
        ])
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

    /// The root between two ends of different signs by Newton's method, with bisection if a step leaves the bracket;
    /// `value` is the value at `low`.
    pub(super) fn root(&self, mut low: f64, mut high: f64, value: f64) -> f64 {
        let is_ahead = value > 0.0;
        let end = self.at(high);
        let mut x = low + (high - low) * (value / (value - end)).clamp(0.0, 1.0);
        for _ in 0..60 {
            let y = self.at(x);
            if (y > 0.0) == is_ahead {
                low = x
            } else {
                high = x
            }
            let step = y / self.slope(x);
            let next = x - step;
            // Convergence is quadratic, so the error after this step is of the order of its square.
            if step.abs() < 1e-5 && next >= low && next <= high {
                return next;
            }
            x = if next > low && next < high { next } else { 0.5 * (low + high) };
        }
        x
    }
}
