//! Weibull growth towards a saturation level (Sharif & Islam 1980).

use super::value::{Times, Value, at_times, columns, each, exp_pair, is_ordinary, named};
use crate::cpu::{self, Level};
use crate::math;

/// A smaller shape gives the same result and would overflow `ln τ₀`.
const LEAST_SHAPE: f64 = 1e-300;
/// Up to this |ln τ₀| neither τ₀ nor its reciprocal overflows.
const ORDINARY: f64 = 600.0;
/// Up to this gain `e⁷⁰⁰ H₀` is so large that a larger exponent changes nothing.
const ORDINARY_GAIN: f64 = 1e290;

/// With `H = (ku)^c`: `H₀ = ln(S/(S − 1))` at the base, `H/H₀ = (1 + τ/τ₀)^c`, and
/// `e^Γ = 1 + (S − 1)(1 − e^(−(H − H₀)))`.
struct Weibull {
    /// `S − 1`.
    gain: Vec<f64>,
    /// `H₀`.
    hazard: Vec<f64>,
    /// `1/τ₀`, or 0 for the paths of `extreme`.
    inverse_age: Vec<f64>,
    shape: Vec<f64>,
    /// Paths whose gain exceeds [`ORDINARY_GAIN`].
    steep: Vec<usize>,
    extreme: Vec<Extreme>,
}

/// A path with a launch extremely long or short before the base.
struct Extreme {
    path: usize,
    /// `ln τ₀`.
    log_age: f64,
}

impl Weibull {
    fn new(values: &[Value<'_>], count: usize) -> Self {
        let [mut gain, mut inverse_age, mut shape] = columns(named(values), count);
        let mut hazard = vec![0.0; count];
        // Until its exponential is taken, the column of the inverse age holds the rate, then `ln τ₀`.
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                for ((gain, shape), hazard) in gain.iter_mut().zip(&mut shape).zip(&mut hazard) {
                    *gain -= 1.0;
                    *shape = shape.max(LEAST_SHAPE);
                    *hazard = math::ln_1p(1.0 / *gain);
                }
                for ((rate, shape), hazard) in inverse_age.iter_mut().zip(&shape).zip(&hazard) {
                    *rate = math::ln(*hazard) / *shape - math::ln(*rate);
                }
            },
        );
        let mut extreme = Vec::new();
        for (path, log_age) in inverse_age.iter_mut().enumerate() {
            if log_age.abs() > ORDINARY {
                extreme.push(Extreme { path, log_age: *log_age });
                // Whose exponential is 0.
                *log_age = f64::INFINITY;
            }
            *log_age = -*log_age;
        }
        math::exp_slice(&mut inverse_age);
        let steep =
            gain.iter().enumerate().filter(|(_, gain)| !(**gain <= ORDINARY_GAIN)).map(|(path, _)| path).collect();
        Self { gain, hazard, inverse_age, shape, steep, extreme }
    }

    fn put(&self, out: &mut [f64], tau: f64) {
        if !is_ordinary(tau) {
            out.iter_mut().enumerate().for_each(|(path, out)| *out = self.of_path(path, tau));
        } else {
            cpu::run(
                Level::of_this_process(),
                #[inline(always)]
                || self.put_ordinary(out, tau),
            );
            self.steep.iter().for_each(|path| out[*path] = self.of_path(*path, tau));
        }
        for extreme in &self.extreme {
            out[extreme.path] = self.of_extreme(extreme, tau);
        }
    }

    /// The loops are short, so that their iterations overlap.
    #[inline(always)]
    fn put_ordinary(&self, out: &mut [f64], tau: f64) {
        for ((out, inverse_age), shape) in out.iter_mut().zip(&self.inverse_age).zip(&self.shape) {
            *out = shape * math::ln_1p_ratio(tau * inverse_age, 1.0);
        }
        for (out, hazard) in out.iter_mut().zip(&self.hazard) {
            *out = hazard * math::exp_pair_within_700(*out).1;
        }
        for (out, gain) in out.iter_mut().zip(&self.gain) {
            *out = gain * -math::exp_pair_within_700(-*out).1;
        }
        for out in out {
            *out = math::ln_1p_ratio(*out, 1.0);
        }
    }

    /// `Γ` of one path, whatever its gain and the time.
    fn of_path(&self, path: usize, tau: f64) -> f64 {
        let log_grown = math::ln_1p(tau * self.inverse_age[path]);
        self.of_growth(path, log_grown)
    }

    /// `Γ` where `ln(1 + τ/τ₀)` is `log_grown`.
    fn of_growth(&self, path: usize, log_grown: f64) -> f64 {
        let (left, less_1) = math::exp_pair(-self.shape[path] * log_grown);
        // H − H₀ = H₀ (e^x − 1).
        let added = self.hazard[path] * (-less_1 / left);
        math::ln_1p(self.gain[path] * -math::exp_m1(-added))
    }

    /// `Γ` of one extreme path, through `ln(1 + τ/τ₀) = max(z, 0) + ln(1 + e^(−|z|))`, `z = ln(τ/τ₀)`.
    fn of_extreme(&self, Extreme { path, log_age }: &Extreme, tau: f64) -> f64 {
        let log_ratio = math::ln(tau) - log_age;
        let log_grown = log_ratio.max(0.0) + math::ln_1p(math::exp(-log_ratio.abs()));
        self.of_growth(*path, log_grown)
    }
}

/// Before the base, which only an audit evaluates, the result is not finite before the launch.
pub(super) fn fill(values: &[Value<'_>], times: Times<'_>, count: usize, emit: &mut dyn FnMut(usize, &[f64])) {
    let law = Weibull::new(values, count);
    each(times.taus, count, emit, |tau, out| law.put(out, tau));
}

/// `Γ` of one path at several times, with its derivatives if they are wanted.
///
/// `Γ = ln S + ln(1 − e^(−H))`, `H = H₀ (1 + τ/τ₀)^c`. Not a number where `ln τ₀` is extreme.
pub(super) fn with_slopes(
    [saturation, rate, shape]: [f64; 3],
    taus: &[f64],
    out: &mut [f64],
    slopes: Option<&mut [f64]>,
) {
    let (gain, shape) = (saturation - 1.0, shape.max(LEAST_SHAPE));
    let hazard = math::ln_1p(1.0 / gain);
    let log_hazard = math::ln(hazard);
    let log_age = log_hazard / shape - math::ln(rate);
    let inverse_age = if log_age.abs() > ORDINARY { f64::NAN } else { math::exp(-log_age) };
    let limit = math::ln_1p(gain);
    at_times(
        taus,
        out,
        slopes,
        #[inline(always)]
        |tau| {
            let ratio = tau * inverse_age;
            let grown = shape * math::ln_1p(ratio);
            let power = exp_pair(grown).0;
            let reached = hazard * power;
            let (left, less_1) = math::exp_pair_below_0(-reached);
            // ∂Γ/∂H, and the fraction of the age that has passed since the base.
            let (by_hazard, since) = (left / -less_1, ratio / (1.0 + ratio));
            let by_saturation = (1.0 - by_hazard * power * (1.0 - since) / gain) / saturation;
            let by_rate = by_hazard * shape * reached * since / rate;
            let by_shape = by_hazard * reached * (grown + log_hazard * since) / shape;
            (limit + math::ln(-less_1), [by_saturation, by_rate, by_shape])
        },
    );
}
