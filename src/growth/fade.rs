//! Growth that fades from one rate to another, as a curve of its own and as a tail.

use std::f64::consts::LN_2;

use super::Value;
use crate::cpu::{self, Level};
use crate::math;

/// `γ∞ τ + (γ₀ − γ∞) (h/ln 2)(1 − 2^(−τ/h))` for a block of paths.
#[derive(Debug)]
pub(super) struct Fade {
    /// `γ₀`.
    from: Vec<f64>,
    /// `γ∞`.
    to: Vec<f64>,
    /// `ln 2/h`.
    decay: Decay,
    /// The years that count at the starting rate: `(h/ln 2)(1 − 2^(−τ/h))`.
    years: Vec<f64>,
}

#[derive(Debug)]
enum Decay {
    Fixed(f64),
    Drawn(Vec<f64>),
}

impl Fade {
    /// `from` and `to` are log rates.
    pub(super) fn new(from: Vec<f64>, to: Vec<f64>, half_life: Value<'_>) -> Self {
        let count = from.len();
        let decay = match half_life {
            Value::Fixed(half_life) => Decay::Fixed(LN_2 / half_life),
            Value::Drawn(half_lives) => {
                Decay::Drawn(half_lives[..count].iter().map(|half_life| LN_2 / half_life).collect())
            }
        };
        Self { from, to, decay, years: vec![0.0; count] }
    }

    /// Adds the log growth by `tau` to `out`.
    pub(super) fn add(&mut self, out: &mut [f64], tau: f64) {
        match &self.decay {
            Decay::Fixed(decay) => self.years.fill(-math::exp_m1(-tau * decay) / decay),
            Decay::Drawn(decays) => {
                self.years.iter_mut().zip(decays).for_each(|(years, decay)| *years = -tau * decay);
                math::exp_m1_slice(&mut self.years);
            }
        }
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || self.add_weighted(out, tau),
        );
    }

    #[inline(always)]
    fn add_weighted(&mut self, out: &mut [f64], tau: f64) {
        if let Decay::Drawn(decays) = &self.decay {
            for (years, decay) in self.years.iter_mut().zip(decays) {
                *years = -*years / decay;
            }
        }
        for (((out, from), to), years) in out.iter_mut().zip(&self.from).zip(&self.to).zip(&self.years) {
            *out += to * tau + (from - to) * years;
        }
    }
}
