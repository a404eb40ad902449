//! The innovation of a period: its density, its upper tail, and how finely a walk must be discretized for it.

use crate::math;
use crate::math::gauss::as_f64;

const OVER_ROOT_2_PI: f64 = 0.398_942_280_401_432_7;

/// The law of an innovation of unit variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Innovation {
    Normal,
    /// Student's t with these degrees of freedom, above 2.
    StudentT {
        degrees: f64,
        log_scale: f64,
    },
}

impl Innovation {
    pub(crate) fn student_t(degrees: f64) -> Self {
        let half = 0.5 * degrees;
        let log_scale =
            libm::lgamma(half + 0.5) - libm::lgamma(half) - 0.5 * math::ln(std::f64::consts::PI * (degrees - 2.0));
        Self::StudentT { degrees, log_scale }
    }

    /// The densities at some arguments, in place.
    pub(super) fn densities(self, z: &mut [f64]) {
        match self {
            Self::Normal => {
                z.iter_mut().for_each(|z| *z = -0.5 * *z * *z);
                math::exp_slice(z);
                z.iter_mut().for_each(|z| *z *= OVER_ROOT_2_PI);
            }
            Self::StudentT { degrees, log_scale } => {
                z.iter_mut().for_each(|z| *z = *z * *z / (degrees - 2.0));
                math::ln_1p_slice(z);
                z.iter_mut().for_each(|z| *z = log_scale - 0.5 * (degrees + 1.0) * *z);
                math::exp_slice(z);
            }
        }
    }

    /// P(ε > z).
    pub(super) fn upper_tail(self, z: f64) -> f64 {
        match self {
            Self::Normal => math::norm_sf(z),
            Self::StudentT { degrees, .. } => math::student_sf(degrees, z * (degrees / (degrees - 2.0)).sqrt()),
        }
    }

    /// The length on which the density varies, in standard deviations: a density of Student's t has poles at
    /// ±i√(ν − 2).
    pub(super) fn scale(self) -> f64 {
        match self {
            Self::Normal => 1.0,
            Self::StudentT { degrees, .. } => (0.55 * (degrees - 2.0).sqrt()).min(1.0),
        }
    }

    /// Standard deviations beyond which no innovation of `periods` lies, but for a probability of `outside`; 0 for the
    /// normal law, whose sums have no tails of their own.
    pub(super) fn reach(self, periods: usize, outside: f64) -> f64 {
        let tail = outside / as_f64(periods.max(1));
        match self {
            Self::Normal => 0.0,
            Self::StudentT { degrees, .. } => {
                let root = math::student_root(degrees);
                math::student_of_scale(root, math::student_quantile(degrees, 1.0 - tail, tail))
                    * ((degrees - 2.0) / degrees).sqrt()
            }
        }
    }
}

/// The upper tail of an innovation by cubics through its values and densities, since a walk needs it at every node and
/// date. The knots have equal distances in z for the normal law and in asinh z for Student's t.
#[derive(Debug)]
pub(super) struct TailTable {
    law: Innovation,
    /// Values at the knots and slopes.
    knots: Vec<[f64; 2]>,
}

impl TailTable {
    /// Distance of the knots, and the range beyond which the tail is computed directly.
    const STEP: f64 = 0.005;
    const RANGE: f64 = 9.0;
    const HALF: usize = 1800;

    pub(super) fn new(law: Innovation) -> Self {
        let half = Self::HALF;
        let mut knots = vec![[0.0; 2]; 2 * half + 2];
        for knot in 0..=half + 1 {
            let place = as_f64(knot) * Self::STEP;
            let (z, slope) = match law {
                Innovation::Normal => (place, 1.0),
                Innovation::StudentT { .. } => {
                    let (up, down) = (math::exp(place), math::exp(-place));
                    (0.5 * (up - down), 0.5 * (up + down))
                }
            };
            let mut density = [z];
            law.densities(&mut density);
            let (tail, slope) = (law.upper_tail(z), -density[0] * slope * Self::STEP);
            knots[half + knot] = [tail, slope];
            if knot <= half {
                knots[half - knot] = [1.0 - tail, slope];
            }
        }
        Self { law, knots }
    }

    pub(super) fn law(&self) -> Innovation {
        self.law
    }

    /// P(ε > z).
    pub(super) fn at(&self, z: f64) -> f64 {
        let place = match self.law {
            Innovation::Normal => z,
            Innovation::StudentT { .. } => asinh(z),
        };
        if !(place.abs() < Self::RANGE) {
            return self.law.upper_tail(z);
        }
        let place = (place + Self::RANGE) / Self::STEP;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 3,600")]
        let knot = place as usize;
        let x = place - as_f64(knot);
        let ([from, slope], [to, other]) = (self.knots[knot], self.knots[knot + 1]);
        let rise = to - from;
        let square = 3.0 * rise - 2.0 * slope - other;
        let cube = slope + other - 2.0 * rise;
        from + x * (slope + x * (square + x * cube))
    }
}

/// asinh without cancellation for negative arguments.
pub(super) fn asinh(z: f64) -> f64 {
    let size = z.abs();
    let w = math::ln_1p(size + size * size / (1.0 + (1.0 + size * size).sqrt()));
    if z < 0.0 { -w } else { w }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolated_tails_agree_with_direct_ones() {
        for law in [Innovation::Normal, Innovation::student_t(2.2), Innovation::student_t(3.5)] {
            let tails = TailTable::new(law);
            for z in [-900.0, -50.0, -8.9, -3.0, -0.7, -1e-9, 0.0, 0.3, 2.0, 40.0, 700.0] {
                let (found, expected) = (tails.at(z), law.upper_tail(z));
                assert!((found - expected).abs() < 1e-10, "{law:?} {z}: {found} {expected}");
            }
        }
    }
}
