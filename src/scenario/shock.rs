//! Innovations, shocks, common factors and dated jumps, as a scenario states them.

use std::fmt;

use crate::assumption::Assumption;
use crate::assumption::quantity::Quantity;

/// The distribution of the innovations of all series and factors.
///
/// # Example: heavy tails
/// ```
/// use outgrow::{Curve, Innovations, Provider, Scenario};
/// let scenario = Scenario::builder("2018", "2028")
///     .innovations(Innovations::student_t(3.5))
///     .provider(Provider::new("A", 1).growth(Curve::constant(0.3)).volatility(0.2))
///     .build()?;
/// assert_eq!(scenario.innovations(), Innovations::StudentT { df: 3.5 });
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Innovations {
    /// Standard normal.
    #[default]
    Gaussian,
    /// Multivariate Student-t, scaled to unit variance: in each period the Gaussian innovations of all series and
    /// factors are multiplied by one draw of `√((ν − 2)/χ²_ν)`, so that extremes occur together.
    StudentT {
        /// The degrees of freedom ν, above 2.
        df: f64,
    },
}

impl Innovations {
    /// Multivariate Student-t innovations with `df` > 2 degrees of freedom.
    #[must_use]
    pub const fn student_t(df: f64) -> Self {
        Self::StudentT { df }
    }
}

/// How shocks accumulate in log revenue. The volatility σ is the standard deviation of log revenue per √year of
/// [`Shock::RandomWalk`] only; see each variant for the others.
///
/// # Example: growth surprises that fade
/// ```
/// use outgrow::{Curve, Provider, Shock};
/// let provider = Provider::new("A", 1)
///     .growth(Curve::constant(0.3))
///     .volatility(0.2)
///     .shock(Shock::damped_trend(0.25, 2));
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Shock {
    /// Y(t) = Y(t − 1) + σ√Δ U(t).
    #[default]
    RandomWalk,
    /// Growth surprises persist with a half-life h: Y(t) = Y(t − 1) + σ√Δ V(t), where V is a stationary autoregression
    /// with unit variance and φ = 2^(−Δ/h). Over long times the standard deviation is √((1 + φ)/(1 − φ)) times that of
    /// the random walk: four times at a half-life of 1.5 years in quarters.
    Persistent {
        /// Half-life in years, above 0.
        half_life: Assumption,
    },
    /// The deviation from the curve decays with a half-life h: Y(t) = ρY(t − 1) + σ√Δ U(t), ρ = 2^(−Δ/h). Its standard
    /// deviation is bounded.
    Reverting {
        /// Half-life in years, above 0.
        half_life: Assumption,
    },
    /// A share A of the variance of each period's surprise is growth that fades with a half-life h:
    /// V(t) = φV(t − 1) + √(A(1 − φ²)) U₁(t), V(0) = 0, Y(t) = Y(t − 1) + σ√Δ (V(t) + √(1 − A) U₂(t)), φ = 2^(−Δ/h).
    /// U₂ are the innovations of the series; U₁ come from a second stream, with the same correlations among series of
    /// this kind. Over long times the standard deviation is √(1 + 2Aφ/(1 − φ)) times that of the random walk.
    DampedTrend {
        /// The share A, from 0 to 1.
        share: Assumption,
        /// Half-life in years, above 0.
        half_life: Assumption,
    },
}

impl Shock {
    /// Shocks whose growth persists with this half-life in years.
    #[must_use]
    pub fn persistent(half_life: impl Into<Assumption>) -> Self {
        Self::Persistent { half_life: half_life.into() }
    }

    /// Shocks that decay with this half-life in years.
    #[must_use]
    pub fn reverting(half_life: impl Into<Assumption>) -> Self {
        Self::Reverting { half_life: half_life.into() }
    }

    /// Shocks of which a share, from 0 to 1, is growth that fades with this half-life in years.
    #[must_use]
    pub fn damped_trend(share: impl Into<Assumption>, half_life: impl Into<Assumption>) -> Self {
        Self::DampedTrend { share: share.into(), half_life: half_life.into() }
    }

    const fn kind(&self) -> ShockKind {
        match self {
            Self::RandomWalk => ShockKind::RandomWalk,
            Self::Persistent { .. } => ShockKind::Persistent,
            Self::Reverting { .. } => ShockKind::Reverting,
            Self::DampedTrend { .. } => ShockKind::DampedTrend,
        }
    }

    /// The key in a file.
    pub(crate) const fn key(&self) -> &'static str {
        self.kind().key()
    }

    /// Whether a second stream of innovations drives a trend.
    pub(crate) const fn has_trend(&self) -> bool {
        match self {
            Self::DampedTrend { .. } => true,
            Self::RandomWalk | Self::Persistent { .. } | Self::Reverting { .. } => false,
        }
    }
}

/// A [`Shock`] without its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShockKind {
    RandomWalk,
    Persistent,
    Reverting,
    DampedTrend,
}

impl ShockKind {
    pub(super) const ALL: [Self; 4] = [Self::RandomWalk, Self::Persistent, Self::Reverting, Self::DampedTrend];

    /// The key in a file.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::RandomWalk => "random_walk",
            Self::Persistent => "persistent",
            Self::Reverting => "reverting",
            Self::DampedTrend => "damped_trend",
        }
    }

    /// Key and meaning of each number. A kind without numbers is a word in a file, the others are tables.
    pub(super) const fn numbers(self) -> &'static [(&'static str, Quantity)] {
        const HALF_LIFE: (&str, Quantity) = ("half_life", Quantity::HalfLife);
        match self {
            Self::RandomWalk => &[],
            Self::Persistent | Self::Reverting => &[HALF_LIFE],
            Self::DampedTrend => &[("share", Quantity::TrendShare), HALF_LIFE],
        }
    }
}

/// What the growth curve of a provider is of its paths, given the assumptions.
///
/// # Example: a curve that is the mean
/// ```
/// use outgrow::{Centring, Curve, Provider};
/// let provider = Provider::new("A", 1).growth(Curve::constant(0.3)).volatility(0.2).centring(Centring::Mean);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Centring {
    /// The median.
    #[default]
    Median,
    /// The mean: half of the variance of the shocks and of the factors is subtracted from log revenue. The drift of
    /// factors and jumps stay outside. Not possible with Student-t innovations, under which revenue has no mean.
    Mean,
}

/// A common factor, such as an exchange rate: a random walk of its own, which moves the log revenue of every provider
/// with a [`loading`](crate::Provider::loading).
///
/// # Example: a provider that earns in yen
/// ```
/// use outgrow::{Curve, Factor, Provider, Scenario, normal};
/// let scenario = Scenario::builder("2018-Q1", "2028-Q1")
///     .factor(Factor::new("yen", 0.1).drift(normal(0.0, 0.01)))
///     .provider(Provider::new("A", 1).growth(Curve::constant(0.3)).volatility(0.2).loading("yen", 1.0))
///     .provider(Provider::new("B", 2).growth(Curve::constant(0.1)).volatility(0.1))
///     .correlation("yen", "B", -0.2)
///     .build()?;
/// assert_eq!(scenario.numbers()[0], ("provider[A].revenue".to_owned(), 1.0));
/// let stronger = scenario.with("factor[yen].volatility", 0.15)?;
/// assert_ne!(scenario, stronger);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Factor {
    pub(crate) name: String,
    pub(crate) drift: Assumption,
    pub(crate) volatility: Assumption,
}

impl Factor {
    /// A factor with this volatility: the standard deviation of its log per √year. Its name differs from those of
    /// providers.
    pub fn new(name: impl Into<String>, volatility: impl Into<Assumption>) -> Self {
        Self { name: name.into(), drift: Assumption::from(0.0), volatility: volatility.into() }
    }

    /// Its drift as simple growth a year; 0 by default.
    pub fn drift(mut self, growth: impl Into<Assumption>) -> Self {
        self.drift = growth.into();
        self
    }

    /// The name, unique among factors and providers.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The drift: simple growth a year.
    pub fn get_drift(&self) -> &Assumption {
        &self.drift
    }

    /// The volatility: the standard deviation of its log per √year.
    pub fn get_volatility(&self) -> &Assumption {
        &self.volatility
    }
}

/// A dated change of log revenue, such as an acquisition: from its period on, with a probability.
///
/// # Example: a merger that may fail
/// ```
/// use outgrow::{Curve, Jump, Provider, normal};
/// let provider = Provider::new("A", 1)
///     .growth(Curve::constant(0.3))
///     .jump(Jump::at("2019-Q1", normal(0.2, 0.05)).probability(0.6));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Jump {
    pub(crate) at: String,
    pub(crate) log_size: Assumption,
    pub(crate) probability: f64,
}

impl Jump {
    /// A jump in a period after the base, as a label or a [`Period`](crate::Period), by `log_size`: 0.1 raises revenue
    /// by the factor e^0.1 from that period on.
    pub fn at(period: impl fmt::Display, log_size: impl Into<Assumption>) -> Self {
        Self { at: period.to_string(), log_size: log_size.into(), probability: 1.0 }
    }

    /// Its probability, from 0 to 1; 1 by default. Jumps are independent of one another and of all else, except that a
    /// named size is drawn once.
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = probability;
        self
    }

    /// The label of its period.
    #[must_use]
    pub fn period(&self) -> &str {
        &self.at
    }

    /// The change of log revenue.
    pub fn log_size(&self) -> &Assumption {
        &self.log_size
    }

    /// Its probability.
    #[must_use]
    pub fn get_probability(&self) -> f64 {
        self.probability
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    #[test]
    fn every_kind_is_read_from_a_file() {
        for kind in ShockKind::ALL {
            let numbers: Vec<String> = kind.numbers().iter().map(|(name, _)| format!("\"{name}\":0.5")).collect();
            let key = kind.key();
            let shock = if numbers.is_empty() {
                format!("\"{key}\"")
            } else {
                format!("{{\"{key}\":{{{}}}}}", numbers.join(","))
            };
            let growth = "\"growth\":{\"constant\":0.1}";
            let text = format!(
                "{{\"base\":\"2018\",\"horizon\":\"2028\",\"provider\":[{{\"name\":\"A\",\"revenue\":1,{growth},\"volatility\":0.1,\"shock\":{shock}}}]}}"
            );
            let scenario = Scenario::from_json(&text).expect("a scenario");
            assert_eq!(scenario.series()[0].own.shock.kind(), kind);
        }
    }
}
