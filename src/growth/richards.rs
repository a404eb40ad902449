//! Generalized logistic growth towards a saturation level (Richards 1959).

use super::saturating::{Saturating, SaturatingNumbers};
use super::value::{Times, Value, at_times, columns, each, exp_pair, named};
use crate::cpu::{self, Level};
use crate::math;

/// Beyond these shapes revenue does not change by an ulp, and neither ν ln S nor 1/ν overflows.
const SHAPES: (f64, f64) = (1e-290, 1e300);
/// Above this `ν ln S` and `kτ`, `S^−ν + e^(−kτ)` may underflow.
const STEEP: f64 = 600.0;

/// A path on which `ν ln S` exceeds [`STEEP`].
struct Steep {
    path: usize,
    /// `ν ln S`.
    limit: f64,
    rate: f64,
    shape: f64,
}

impl Steep {
    /// `−ln(S^−ν + e^(−kτ))/ν`, where both terms are negligible beside 1.
    fn log_growth(&self, tau: f64) -> f64 {
        let reached = self.rate * tau;
        (self.limit.min(reached) - math::ln_1p(math::exp(-(self.limit - reached).abs()))) / self.shape
    }
}

/// `L^ν = 1 + C (1 − e)/(S^−ν + C e)`, `C = 1 − S^−ν`, `e = e^(−kτ)`.
pub(super) fn fill(values: &[Value<'_>], times: Times<'_>, count: usize, emit: &mut dyn FnMut(usize, &[f64])) {
    let [saturation, rate, mut scale] = columns(named(values), count);
    // The column of the floor `S^−ν` holds the saturation, then its logarithm, then `ν ln S`.
    let (mut floor, mut gain, mut steep) = (saturation, vec![0.0; count], Vec::new());
    math::ln_slice(&mut floor);
    for (path, (limit, scale)) in floor.iter_mut().zip(&mut scale).enumerate() {
        let shape = scale.clamp(SHAPES.0, SHAPES.1);
        *limit *= shape;
        *scale = 1.0 / shape;
        if *limit > STEEP {
            steep.push(Steep { path, limit: *limit, rate: rate[path], shape });
        }
    }
    cpu::run(
        Level::of_this_process(),
        #[inline(always)]
        || {
            for (floor, gain) in floor.iter_mut().zip(&mut gain) {
                let (power, less_1) = math::exp_pair_below_0(-*floor);
                (*floor, *gain) = (power, -less_1);
            }
        },
    );
    let mut law = Saturating::new(rate, SaturatingNumbers { slope: gain.clone(), gain, floor, scale });
    each(times.taus, count, emit, |tau, out| {
        law.put(out, tau);
        for path in &steep {
            if path.rate * tau > STEEP {
                out[path.path] = path.log_growth(tau);
            }
        }
    });
}

/// `Γ` of one path at several times, with its derivatives if they are wanted.
///
/// `Γ = −ln(D)/ν`, `D = S^−ν + C e = 1 − C (1 − e)`. Of times after the base, only those are accurate at which `D` is not small.
pub(super) fn with_slopes(
    [saturation, rate, shape]: [f64; 3],
    taus: &[f64],
    out: &mut [f64],
    slopes: Option<&mut [f64]>,
) {
    let (log, shape) = (math::ln(saturation), shape.clamp(SHAPES.0, SHAPES.1));
    let (power, less_1) = math::exp_pair_below_0(-shape * log);
    let gain = -less_1;
    at_times(
        taus,
        out,
        slopes,
        #[inline(always)]
        |tau| {
            let (left, less_1) = exp_pair(-rate * tau);
            let growth = -math::ln_1p(gain * less_1) / shape;
            let reached = power * -less_1 / (power + gain * left);
            let by_rate = gain * tau * left / (shape * (power + gain * left));
            (growth, [reached / saturation, by_rate, (log * reached - growth) / shape])
        },
    );
}
