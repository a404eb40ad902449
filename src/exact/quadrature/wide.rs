//! Wide points, which reach rare events in the tails.
//!
//! In several dimensions a replicate is a mixture of two scrambled sets of Sobol points: two thirds follow the standard
//! normal distribution, one third has larger standard deviations on the leading axes. With normal points alone, a rare
//! event in the tails of the leading axes could be missed by every replicate, and the replicates would agree on a wrong
//! answer. A point has the weight φ/(φ + g/2), where φ is the normal density and g that of the wide points (importance
//! sampling from a defensive mixture, Hesterberg 1995; the balance heuristic, Veach & Guibas 1995). Sums are divided by
//! the number of normal points, so that no weight exceeds 1.
//!
//! The event may also be a single large score on another axis: that of a drawn number with a long tail, or of a mixing draw of Student-t
//! innovations. Therefore a quarter of the wide points also have a larger standard deviation on one further axis of a drawn number, and
//! all of them on one axis of a mixing draw. Further coordinates of the net choose these axes.

use std::ops::Range;

use crate::math;
use crate::math::gauss::as_f64;

/// Standard deviation of the wide points on the first `WIDE_AXES` axes.
const WIDE: f64 = 2.5;
const WIDE_AXES: usize = 3;
/// The share of wide points with a larger standard deviation on a further axis of a drawn number. A larger share increases the
/// variance of smooth integrands.
const FURTHER_SHARE: f64 = 0.25;
/// Normal points for each wide point.
pub(super) const NORMAL_PER_WIDE: usize = 2;

/// The axes of points.
#[derive(Debug, Clone)]
pub(crate) struct Axes {
    count: usize,
    /// Number of axes of drawn numbers, which come first; the others are shocks.
    drawn: usize,
    /// Number of leading axes on which wide points have a larger standard deviation.
    leading: usize,
    further: Vec<Further>,
}

/// A group of axes. With probability `share` a wide point has a larger standard deviation on one of them, chosen uniformly.
#[derive(Debug, Clone)]
struct Further {
    axes: Range<usize>,
    share: f64,
}

impl Axes {
    /// Axes of drawn numbers.
    pub(crate) fn drawn(count: usize) -> Self {
        Self::new(count, count, 0..0)
    }

    /// Axes of which the first are drawn numbers, and some are mixing draws.
    pub(crate) fn new(count: usize, drawn: usize, mixing: Range<usize>) -> Self {
        let leading = WIDE_AXES.min(if mixing.is_empty() { count } else { mixing.start });
        let further = [(leading..drawn, FURTHER_SHARE), (mixing, 1.0)].map(|(axes, share)| Further { axes, share });
        Self {
            count,
            drawn,
            leading,
            further: further.into_iter().filter(|further| !further.axes.is_empty()).collect(),
        }
    }

    /// The same, with a larger standard deviation on the leading axes only.
    pub(super) fn without_further(self) -> Self {
        Self { further: Vec::new(), ..self }
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Number of coordinates of the net: the axes, and those that choose further axes.
    pub(super) fn of_net(&self) -> usize {
        self.count + self.further.len()
    }

    /// Whether some axes are shocks.
    pub(super) fn has_shocks(&self) -> bool {
        self.drawn < self.count
    }

    /// Makes normal points wide, given the coordinates that choose further axes.
    pub(super) fn widen(&self, coordinates: &mut [Vec<f64>], chosen: &[&[f64]]) {
        for axis in &mut coordinates[..self.leading] {
            axis.iter_mut().for_each(|z| *z *= WIDE);
        }
        for (further, choice) in self.further.iter().zip(chosen) {
            for (point, u) in choice.iter().enumerate() {
                if let Some(axis) = further.axis(*u) {
                    coordinates[axis][point] *= WIDE;
                }
            }
        }
    }

    /// φ/(φ + g/k) for each point, where φ is the normal density, g that of the wide points, and k the number of normal
    /// points for each wide one.
    pub(super) fn weights(&self, coordinates: &[Vec<f64>], width: usize) -> Vec<f64> {
        // ln(g/φ) = Σ [y²(1 − 1/s²)/2 − ln s] over the wide axes, whose standard deviation is s.
        let (slope, log) = (0.5 * (1.0 - 1.0 / (WIDE * WIDE)), math::ln(WIDE) * as_f64(self.leading));
        let of_leading = |point: usize| {
            let sum = coordinates[..self.leading].iter().map(|axis| slope * axis[point] * axis[point]).sum::<f64>();
            math::exp(sum - log)
        };
        let of_further = |Further { axes, share }: &Further, point: usize| {
            let all = coordinates[axes.clone()].iter();
            let sum = all.map(|axis| math::exp(slope * axis[point] * axis[point])).sum::<f64>();
            1.0 - share + share * sum / (WIDE * as_f64(axes.len()))
        };
        let ratio = |point: usize| {
            self.further.iter().fold(of_leading(point), |ratio, further| ratio * of_further(further, point))
        };
        (0..width).map(|point| 1.0 / (1.0 + ratio(point) / as_f64(NORMAL_PER_WIDE))).collect()
    }
}

impl Further {
    /// One of the axes, all of which are equally likely, or none.
    fn axis(&self, u: f64) -> Option<usize> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "u is between 0 and 1")]
        let place = (u / self.share * as_f64(self.axes.len())) as usize;
        (place < self.axes.len()).then_some(self.axes.start + place)
    }
}
