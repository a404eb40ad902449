//! Growth that fades from one rate to another, used as a curve and as a tail.

use std::f64::consts::LN_2;

use super::value::{Value, at_times, exp_pair};
use crate::cpu::{self, Level};
use crate::math;

/// Evaluates `γ∞ τ + (γ₀ − γ∞) (h/ln 2)(1 − 2^(−τ/h))` for a block of paths.
#[derive(Debug)]
pub(super) struct Fade {
    /// `γ₀ − γ∞`.
    gap: Vec<f64>,
    /// `γ∞`.
    to: Vec<f64>,
    /// `ln 2/h`.
    decay: Decay,
}

#[derive(Debug)]
enum Decay {
    Fixed(f64),
    Drawn(Vec<f64>),
}

impl Fade {
    /// `from` and `to` are log rates.
    pub(super) fn new(from: Vec<f64>, to: Vec<f64>, half_life: Value<'_>) -> Self {
        let mut gap = from;
        gap.iter_mut().zip(&to).for_each(|(from, to)| *from -= to);
        let decay = match half_life {
            Value::Fixed(half_life) => Decay::Fixed(LN_2 / half_life),
            Value::Drawn(half_lives) => {
                Decay::Drawn(half_lives[..gap.len()].iter().map(|half_life| LN_2 / half_life).collect())
            }
        };
        Self { gap, to, decay }
    }

    /// Writes the log growth by `tau` to `out`.
    pub(super) fn put(&self, out: &mut [f64], tau: f64) {
        self.write(
            out,
            tau,
            #[inline(always)]
            |_, growth| growth,
        );
    }

    /// Adds the log growth by `tau` to `out`.
    pub(super) fn add(&self, out: &mut [f64], tau: f64) {
        self.write(
            out,
            tau,
            #[inline(always)]
            |out, growth| out + growth,
        );
    }

    #[inline(always)]
    fn write(&self, out: &mut [f64], tau: f64, with: impl Fn(f64, f64) -> f64) {
        if tau < 0.0 {
            // Before the base, which only an audit evaluates; not vectorized.
            return self.write_by(out, tau, math::exp_m1, with);
        }
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || self.write_by(out, tau, math::exp_m1_below_0, with),
        );
    }

    #[inline(always)]
    fn write_by(&self, out: &mut [f64], tau: f64, exp_m1: impl Fn(f64) -> f64, with: impl Fn(f64, f64) -> f64) {
        // Equivalent years at the starting rate: `(h/ln 2)(1 − 2^(−τ/h))`.
        let years = |decay: f64| -exp_m1(-tau * decay) / decay;
        let paths = out.iter_mut().zip(&self.gap).zip(&self.to);
        match &self.decay {
            Decay::Fixed(decay) => {
                let years = years(*decay);
                for ((out, gap), to) in paths {
                    *out = with(*out, to * tau + gap * years);
                }
            }
            Decay::Drawn(decays) => {
                for (((out, gap), to), decay) in paths.zip(decays) {
                    *out = with(*out, to * tau + gap * years(*decay));
                }
            }
        }
    }
}

/// `Γ` of one path at several times, with its derivatives if they are wanted.
pub(super) fn with_slopes([from, to, half_life]: [f64; 3], taus: &[f64], out: &mut [f64], slopes: Option<&mut [f64]>) {
    let (first, last, decay) = (math::ln_1p(from), math::ln_1p(to), LN_2 / half_life);
    at_times(
        taus,
        out,
        slopes,
        #[inline(always)]
        |tau| {
            let faded = decay * tau;
            let (left, less_1) = exp_pair(-faded);
            let years = -less_1 / decay;
            let by_half_life = (first - last) * (-less_1 - faded * left) / LN_2;
            (last * tau + (first - last) * years, [years / (1.0 + from), (tau - years) / (1.0 + to), by_half_life])
        },
    );
}
