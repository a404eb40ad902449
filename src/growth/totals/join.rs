//! Continuation of growth after the last estimate by a tail.

use crate::growth::fade::Fade;
use crate::growth::{TailLaw, Value};

/// A tail after the last estimated fiscal year; its numbers are passed as values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Continuation {
    None,
    Hold,
    /// Numbers: target rate, half-life.
    Fade,
    /// Number: ratio; further years are fiscal years.
    Ratio,
}

impl From<&TailLaw> for Continuation {
    fn from(law: &TailLaw) -> Self {
        match law {
            TailLaw::None => Self::None,
            TailLaw::Hold => Self::Hold,
            TailLaw::Fade { .. } => Self::Fade,
            TailLaw::Ratio(_) => Self::Ratio,
        }
    }
}

impl Continuation {
    /// Log growth in the tail's first period, from `γ_n` of every path.
    pub(super) fn first_step(self, last: &[f64], numbers: &[Value<'_>], per_year: usize) -> Vec<f64> {
        let mut steps = vec![0.0; last.len()];
        self.after(&vec![0.0; last.len()], last, numbers, per_year).next(&mut steps);
        steps
    }

    /// The tail from Γ(N) and `γ_n` of every path.
    pub(super) fn after<'a>(self, end: &[f64], last: &[f64], numbers: &[Value<'a>], per_year: usize) -> TailState<'a> {
        let fades = self == Self::Fade;
        let fade = fades.then(|| Fade::new(last.to_vec(), numbers[0].log_rate(last.len()), numbers[1]));
        let ratio = if self == Self::Ratio { numbers.last().copied() } else { None };
        TailState { fade, ratio, start: end.to_vec(), rate: last.to_vec(), per_year, period: 0 }
    }
}

/// State of a tail from period to period.
#[derive(Debug)]
pub(super) struct TailState<'a> {
    fade: Option<Fade>,
    ratio: Option<Value<'a>>,
    /// Γ at the start of the current rate.
    start: Vec<f64>,
    rate: Vec<f64>,
    per_year: usize,
    /// Periods since the last estimated year.
    period: usize,
}

impl TailState<'_> {
    /// Computes Γ of every path for the next period.
    pub(super) fn next(&mut self, out: &mut [f64]) {
        let within = self.period % self.per_year;
        if let (Some(ratio), 0) = (self.ratio, within) {
            if self.period > 0 {
                self.start.iter_mut().zip(&self.rate).for_each(|(start, rate)| *start += rate);
            }
            self.rate.iter_mut().enumerate().for_each(|(path, rate)| *rate *= ratio.of_path(path));
        }
        self.period += 1;
        let periods = if self.ratio.is_some() { within + 1 } else { self.period };
        let tau = periods as f64 / self.per_year as f64;
        if let Some(fade) = &mut self.fade {
            out.copy_from_slice(&self.start);
            return fade.add(out, tau);
        }
        out.iter_mut().zip(&self.start).zip(&self.rate).for_each(|((out, start), rate)| *out = start + rate * tau);
    }
}
