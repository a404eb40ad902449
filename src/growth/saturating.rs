//! The form that `logistic`, `richards` and `bass` share.

use super::decay::Decay;
use super::value::{Times, each};
use crate::math;

/// Where `gain`, or the reciprocal of `floor`, exceeds this, a path is evaluated with functions for all arguments.
const ORDINARY: f64 = 1e290;

/// Evaluates `Γ(τ) = scale · ln(1 + gain·(1 − e)/(floor + slope·e))`, `e = e^(−rate·τ)`, for a block of paths.
///
/// No term is negative from the base on, so no difference cancels, for any saturation and any time.
#[derive(Debug)]
pub(super) struct Saturating {
    numbers: SaturatingNumbers,
    decay: Decay,
    /// Paths with numbers that are not [`ORDINARY`].
    extreme: Vec<usize>,
}

/// The numbers of the form, by path.
#[derive(Debug)]
pub(super) struct SaturatingNumbers {
    pub(super) gain: Vec<f64>,
    pub(super) floor: Vec<f64>,
    pub(super) slope: Vec<f64>,
    pub(super) scale: Vec<f64>,
}

impl Saturating {
    /// `rates` are per year.
    pub(super) fn new(rates: Vec<f64>, numbers: SaturatingNumbers) -> Self {
        let is_ordinary = |(gain, floor): (&f64, &f64)| *gain <= ORDINARY && *floor >= 1.0 / ORDINARY;
        let paths = numbers.gain.iter().zip(&numbers.floor).enumerate();
        let extreme = paths.filter(|(_, pair)| !is_ordinary(*pair)).map(|(path, _)| path).collect();
        Self { numbers, decay: Decay::new(rates), extreme }
    }

    /// Writes the log growth by `tau` to `out`. Before the base it is NaN or infinite where the law has no value.
    pub(super) fn put(&mut self, out: &mut [f64], tau: f64) {
        if tau < 0.0 {
            // Only an audit evaluates times before the base; not vectorized.
            return out.iter_mut().enumerate().for_each(|(path, out)| *out = self.of_path(path, tau));
        }
        let SaturatingNumbers { gain, floor, slope, scale } = &self.numbers;
        self.decay.put(
            tau,
            [gain, floor, slope, scale],
            out,
            #[inline(always)]
            |left, gone, [gain, floor, slope, scale]| scale * math::ln_1p_ratio(gain * gone, floor + slope * left),
        );
        for path in &self.extreme {
            out[*path] = self.of_path(*path, tau);
        }
    }

    /// The same of one path, whatever its numbers.
    fn of_path(&self, path: usize, tau: f64) -> f64 {
        let SaturatingNumbers { gain, floor, slope, scale } = &self.numbers;
        let (left, less_1) = math::exp_pair(-tau * self.decay.rates()[path]);
        scale[path] * math::ln_1p(gain[path] * -less_1 / (floor[path] + slope[path] * left))
    }

    pub(super) fn fill(&mut self, times: Times<'_>, count: usize, emit: &mut dyn FnMut(usize, &[f64])) {
        each(times.taus, count, emit, |tau, out| self.put(out, tau));
    }
}
