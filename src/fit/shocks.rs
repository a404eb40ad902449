//! The shocks of a history: how its deviations from a fitted curve arise and fade.

use std::f64::consts::{LN_2, PI, SQRT_2};

use crate::history::ReferenceClass;
use crate::math;
use crate::math::gauss::as_f64;
use crate::reference::{RobustScale, sd_per_scale};

/// Range of the correlation of deviations from one period to the next, from which a half-life is computed.
const LEAST_KEPT: f64 = 0.05;
const MOST_KEPT: f64 = 0.95;
/// The range of the degrees of freedom. Beyond the largest a t distribution is normal.
const DF: (f64, f64) = (2.2, 100.0);
/// The logarithm of ν − 1.05 is shrunk to that of the reference class, with this standard deviation. Over the five measured
/// panels it varies by 0.3.
const DF_SHIFT: f64 = 1.05;
const SPREAD: f64 = 0.5;
const TOLERANCE: f64 = 1e-9;

/// The shocks of a history: the innovations of its deviations from a fitted curve.
///
/// A deviation is log revenue less the curve. It keeps the part `correlation` from one period to the next, and a shock adds to
/// it. Shocks have Student-t tails: `scale` is their t-scale, `df` the degrees of freedom.
///
/// The scale is robust and shrunk. From `s² = (ν₀s₀² + ½Σd²)/(ν₀ + K)` it takes six steps with the weights `5/(4 + d²/s²)`,
/// `s² = (ν₀s₀² + Σw d²)/(ν₀ + K)`. Here K is the number of observations less that of parameters, and `s₀` the prior scale of
/// the [`ReferenceClass`] for one provider (a log-ratio has two) and one period: `s₀√Δ/√2`, for periods of Δ years. The degrees of
/// freedom maximize the likelihood of the shocks at that scale, with a normal prior of ln(ν − 1.05) around the value of the class
/// and the standard deviation 0.5.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct ResidualShocks {
    scale: f64,
    df: f64,
    kept: f64,
    /// Length of a period in years.
    step: f64,
    /// The shocks by period after the base.
    shocks: Vec<(i32, f64)>,
}

impl ResidualShocks {
    /// Shocks of deviations by period after the base, in increasing order.
    pub(super) fn new(deviations: &[(i32, f64)], degrees: usize, step: f64, class: &ReferenceClass) -> Self {
        let kept = kept(deviations);
        let shocks = shocks(deviations, kept);
        let prior = class.scale() * step.sqrt() / SQRT_2;
        let sizes: Vec<f64> = shocks.iter().map(|(_, shock)| *shock).collect();
        let scale = RobustScale::of(&sizes, as_f64(degrees), prior, class.scale_weight()).square.sqrt();
        let df = common_df([(shocks.as_slice(), scale)], class.df());
        Self { scale, df, kept, step, shocks }
    }

    /// The t-scale of a period's shock, in log revenue.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// ν: the degrees of freedom of a period's shock, above 2.
    #[must_use]
    pub fn df(&self) -> f64 {
        self.df
    }

    /// The standard deviation of a period's shock: the scale times √(ν/(ν − 2)).
    #[must_use]
    pub fn sd(&self) -> f64 {
        self.sd_at(self.df)
    }

    /// The correlation of a deviation with that of the period before, between 0.05 and 0.95.
    #[must_use]
    pub fn correlation(&self) -> f64 {
        self.kept
    }

    /// The time in years in which half of a deviation is gone.
    #[must_use]
    pub fn half_life(&self) -> f64 {
        -self.step * LN_2 / math::ln(self.kept)
    }

    /// The volatility of a provider with these shocks: their standard deviation per √year.
    #[must_use]
    pub fn volatility(&self) -> f64 {
        self.volatility_at(self.df)
    }

    /// The same with the degrees of freedom that several providers share.
    pub(super) fn volatility_at(&self, df: f64) -> f64 {
        self.sd_at(df) / self.step.sqrt()
    }

    fn sd_at(&self, df: f64) -> f64 {
        self.scale * sd_per_scale(df)
    }

    pub(super) fn shocks(&self) -> &[(i32, f64)] {
        &self.shocks
    }
}

/// The correlation of deviations one period apart.
fn kept(deviations: &[(i32, f64)]) -> f64 {
    let pairs = || deviations.windows(2).filter(|pair| pair[1].0 == pair[0].0 + 1);
    let products: f64 = pairs().map(|pair| pair[0].1 * pair[1].1).sum();
    let squares: f64 = pairs().map(|pair| 0.5 * (pair[0].1 * pair[0].1 + pair[1].1 * pair[1].1)).sum();
    let found = if squares > 0.0 { products / squares } else { 0.0 };
    found.clamp(LEAST_KEPT, MOST_KEPT)
}

/// Deviations less what is kept of those before them, all with the variance of one period's shock: the first deviation is
/// that of the stationary process, and so are sums over missing periods.
fn shocks(deviations: &[(i32, f64)], kept: f64) -> Vec<(i32, f64)> {
    let variance = 1.0 - kept * kept;
    let mut before: Option<(i32, f64)> = None;
    let mut out = Vec::with_capacity(deviations.len());
    for (period, deviation) in deviations {
        let (rest, left) = match before {
            None => (*deviation, 0.0),
            Some((earlier, known)) => {
                let left = math::exp(f64::from(period - earlier) * math::ln(kept));
                (deviation - left * known, left)
            }
        };
        out.push((*period, rest * (variance / (1.0 - left * left)).sqrt()));
        before = Some((*period, *deviation));
    }
    out
}

/// The degrees of freedom of one or more sets of shocks with their scales, shrunk to those of a class.
pub(super) fn common_df<'a>(sets: impl IntoIterator<Item = (&'a [(i32, f64)], f64)>, class: f64) -> f64 {
    let standardized =
        |(shocks, scale): (&'a [(i32, f64)], f64)| shocks.iter().map(move |(_, d)| d * d / (scale * scale));
    let squares: Vec<f64> = sets.into_iter().flat_map(standardized).collect();
    let centre = math::ln(class.max(DF.0) - DF_SHIFT);
    let value = |x: f64| {
        let df = DF_SHIFT + math::exp(x);
        let norm = math::ln_gamma(0.5 * (df + 1.0)) - math::ln_gamma(0.5 * df) - 0.5 * math::ln(df * PI);
        let tails: f64 = squares.iter().map(|square| math::ln_1p(square / df)).sum();
        let away = (x - centre) / SPREAD;
        as_f64(squares.len()) * norm - 0.5 * (df + 1.0) * tails - 0.5 * away * away
    };
    DF_SHIFT + math::exp(math::root::maximum(value, math::ln(DF.0 - DF_SHIFT), math::ln(DF.1 - DF_SHIFT), TOLERANCE))
}
