//! Reference classes: what growth advantages of comparable series have done.

use std::fmt;

use super::exits::Exits;
use crate::error::{Error, Kind, Problem, shown};
use crate::math;
use crate::reference;

/// The share that a quarterly or monthly scenario takes where none was estimated at lags of two years or more: sums over
/// a year of a random walk have an autocorrelation of .227 at a lag of one year by arithmetic, which is no advantage.
const SHARE_OF_PERIODS: f64 = 0.05;

/// What the log-ratio of two comparable series has done: how much of a year's change persists, for how long, and how large
/// the changes are.
///
/// A year's change of the log-ratio is `d = v + e`: an advantage `v`, an autoregression that fades with the half-life, and
/// noise `e`. Changes have the scale `s` and Student-t tails with `df` degrees of freedom. The scale of a pair is estimated
/// from its own years and from the prior scale `s₀`, which counts as many years as its weight `ν₀`. Scales are t-scales: the
/// standard deviation is larger by √(df/(df − 2)).
///
/// | class | share A | half-life | s₀ | ν₀ | df |
/// |---|---|---|---|---|---|
/// | [`general`](Self::general) | .25 | 2 years | .13 | 4.5 | 3.5 |
/// | [`large_companies`](Self::large_companies) | .20 | 2 years | .10 | 5.5 | 3.3 |
/// | [`from_panel`](Self::from_panel) | estimated | estimated | estimated | estimated | estimated |
///
/// # Example: a custom class
/// ```
/// use outgrow::ReferenceClass;
/// let class = ReferenceClass::new("car brands", 0.04, 35.0, 0.25, 4.5, 5.6)?;
/// assert_eq!(class.share(), 0.04);
/// assert!((class.sd_of_change() - 0.25 * (5.6_f64 / 3.6).sqrt()).abs() < 1e-12);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct ReferenceClass {
    pub(super) name: String,
    pub(super) share: f64,
    pub(super) half_life: f64,
    pub(super) scale: f64,
    pub(super) scale_weight: f64,
    pub(super) df: f64,
    /// The share at lags of two years or more, if estimated.
    pub(super) share_of_periods: Option<f64>,
    pub(super) exits: Option<Exits>,
    pub(super) intervals: Option<ClassIntervals>,
}

/// Central 90 % intervals of the numbers of a [`ReferenceClass`], by block bootstrap.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ClassIntervals {
    /// The share A of the variance of a year's change that persists.
    pub share: [f64; 2],
    /// The half-life of an advantage, years.
    pub half_life: [f64; 2],
    /// The prior scale s₀.
    pub scale: [f64; 2],
    /// The weight ν₀ of the prior scale, years.
    pub scale_weight: [f64; 2],
    /// The degrees of freedom of a year's change.
    pub df: [f64; 2],
}

impl ReferenceClass {
    /// The default: what five public panels have in common (countries' GDP, electricity by source, large companies, car
    /// brands, programming languages).
    pub fn general() -> Self {
        Self::of("general", reference::GENERAL)
    }

    /// Large companies by revenue.
    pub fn large_companies() -> Self {
        Self::of("large companies", reference::LARGE_COMPANIES)
    }

    /// A class with stated numbers: the share A, the half-life in years, the prior scale s₀ of a year's change of the
    /// log-ratio, its weight ν₀ in years, and the degrees of freedom of a year's change.
    ///
    /// # Errors
    /// If the share is not from 0 up to, but excluding, 1, the degrees of freedom are not above 2, or another number is not
    /// finite and above 0.
    pub fn new(
        name: impl Into<String>,
        share: f64,
        half_life: f64,
        scale: f64,
        scale_weight: f64,
        df: f64,
    ) -> Result<Self, Error> {
        let mut problems = Vec::new();
        let mut check = |address: &str, value: f64, is_valid: bool, rule: &str| {
            if !(value.is_finite() && is_valid) {
                problems.push(Problem::new(address, format!("{rule}, got {}", shown(value))));
            }
        };
        check("share", share, (0.0..1.0).contains(&share), "a share must be at least 0 and below 1");
        check("df", df, df > 2.0, "degrees of freedom must be finite and above 2");
        for (address, value) in [("half_life", half_life), ("scale", scale), ("scale_weight", scale_weight)] {
            check(address, value, value > 0.0, "must be finite and above 0");
        }
        if problems.is_empty() {
            Ok(Self::of(&name.into(), [share, half_life, scale, scale_weight, df]))
        } else {
            Err(Error::of(Kind::Invalid, "reference class", problems))
        }
    }

    pub(super) fn of(name: &str, [share, half_life, scale, scale_weight, df]: reference::Numbers) -> Self {
        Self {
            name: name.to_owned(),
            share,
            half_life,
            scale,
            scale_weight,
            df,
            share_of_periods: None,
            exits: None,
            intervals: None,
        }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A: the share of the variance of a year's change that is a persisting advantage.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.share
    }

    /// The years in which an advantage halves.
    #[must_use]
    pub fn half_life(&self) -> f64 {
        self.half_life
    }

    /// φ = 2^(−1/half-life): the part of an advantage that is left after a year.
    #[must_use]
    pub fn phi(&self) -> f64 {
        math::exp(-std::f64::consts::LN_2 / self.half_life)
    }

    /// s₀: the prior scale of a year's change of the log-ratio, a t-scale.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// ν₀: the number of years that the prior scale counts for.
    #[must_use]
    pub fn scale_weight(&self) -> f64 {
        self.scale_weight
    }

    /// ν: the degrees of freedom of a year's change.
    #[must_use]
    pub fn df(&self) -> f64 {
        self.df
    }

    /// The standard deviation of a year's change at the prior scale.
    #[must_use]
    pub fn sd_of_change(&self) -> f64 {
        self.scale * self.sd_per_scale()
    }

    /// The intervals of its numbers, if estimated from a panel.
    #[must_use]
    pub fn intervals(&self) -> Option<&ClassIntervals> {
        self.intervals.as_ref()
    }

    /// The hazards of exits, if estimated from a panel.
    #[must_use]
    pub fn exits(&self) -> Option<&Exits> {
        self.exits.as_ref()
    }

    /// The standard deviation of a change per unit of its scale.
    pub(super) fn sd_per_scale(&self) -> f64 {
        reference::sd_per_scale(self.df)
    }

    /// The class for a grid of quarters or months: the share at lags of two years or more.
    pub(super) fn for_periods(&self) -> Self {
        Self { share: self.share_of_periods.unwrap_or(SHARE_OF_PERIODS), ..self.clone() }
    }
}

/// One line: its name and its numbers, with intervals if estimated from a panel.
impl fmt::Display for ReferenceClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interval = |of: fn(&ClassIntervals) -> [f64; 2]| {
            let of = self.intervals.as_ref().map(of);
            of.map_or_else(String::new, |[low, high]| format!(" [{low:.3}, {high:.3}]"))
        };
        write!(
            f,
            "{}: share {:.3}{}, half-life {:.2}{} years, prior scale {:.3}{} with the weight of {:.1}{} years, {:.2}{} degrees of \
             freedom",
            self.name,
            self.share,
            interval(|of| of.share),
            self.half_life,
            interval(|of| of.half_life),
            self.scale,
            interval(|of| of.scale),
            self.scale_weight,
            interval(|of| of.scale_weight),
            self.df,
            interval(|of| of.df),
        )
    }
}
