//! Three stated quantiles with optional bounds, as in the scenario file.

use std::iter::zip;

/// Which symmetric pair of quantiles is stated beside the median.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatedPair {
    P05,
    P10,
    P20,
    P25,
}

impl StatedPair {
    pub(crate) const ALL: [Self; 4] = [Self::P05, Self::P10, Self::P20, Self::P25];

    /// The keys of the lower quantile, the median and the upper quantile.
    pub(crate) const fn keys(self) -> [&'static str; 3] {
        match self {
            Self::P05 => ["p05", "p50", "p95"],
            Self::P10 => ["p10", "p50", "p90"],
            Self::P20 => ["p20", "p50", "p80"],
            Self::P25 => ["p25", "p50", "p75"],
        }
    }

    /// The probability below the lower quantile.
    pub(super) const fn tail(self) -> f64 {
        match self {
            Self::P05 => 0.05,
            Self::P10 => 0.1,
            Self::P20 => 0.2,
            Self::P25 => 0.25,
        }
    }
}

/// A distribution by three quantiles: the median and a symmetric pair, such as p10 and p90.
///
/// It is the three-term metalog distribution (T. W. Keelin, "The Metalog Distributions", Decision Analysis 13 (2016)
/// 243–277), which has exactly the stated quantiles. Its tails are those of a logistic distribution; [`low`](Self::low)
/// and [`high`](Self::high) bound it, which changes the scale on which the three terms apply. Convert it into an
/// [`Assumption`](crate::Assumption) with `into()`, or pass it wherever an assumption is wanted.
///
/// A scenario with these quantiles is invalid if they decrease, if a bound does not lie beyond them, or if the median is
/// so close to one of the outer quantiles that no metalog has all three. The error then states the nearest possible
/// median.
///
/// # Example: a skewed estimate of revenue
/// ```
/// use outgrow::{Curve, Provider, Quantiles, Scenario};
/// let revenue = Quantiles::p10_p50_p90(0.9e9, 1.1e9, 1.5e9).low(0.0);
/// let scenario = Scenario::builder("2018", "2020")
///     .provider(Provider::new("Google Cloud", revenue).growth(Curve::constant(0.3)))
///     .build()?;
/// assert!(scenario.numbers().contains(&("provider[Google Cloud].revenue.quantiles.p90".to_owned(), 1.5e9)));
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Quantiles {
    pub(crate) level: StatedPair,
    pub(crate) points: [f64; 3],
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
}

impl Quantiles {
    pub(crate) const fn new(level: StatedPair, points: [f64; 3]) -> Self {
        Self { level, points, low: None, high: None }
    }

    /// The 5 %, 50 % and 95 % quantiles.
    pub const fn p05_p50_p95(p05: f64, p50: f64, p95: f64) -> Self {
        Self::new(StatedPair::P05, [p05, p50, p95])
    }

    /// The 10 %, 50 % and 90 % quantiles.
    pub const fn p10_p50_p90(p10: f64, p50: f64, p90: f64) -> Self {
        Self::new(StatedPair::P10, [p10, p50, p90])
    }

    /// The 20 %, 50 % and 80 % quantiles.
    pub const fn p20_p50_p80(p20: f64, p50: f64, p80: f64) -> Self {
        Self::new(StatedPair::P20, [p20, p50, p80])
    }

    /// The quartiles: the 25 %, 50 % and 75 % quantiles.
    pub const fn p25_p50_p75(p25: f64, p50: f64, p75: f64) -> Self {
        Self::new(StatedPair::P25, [p25, p50, p75])
    }

    /// The lower bound of the values, below the lowest quantile: the metalog is then that of ln(x − low).
    ///
    /// # Example: growth that cannot be below −20 % a year
    /// ```
    /// use outgrow::{Curve, Quantiles};
    /// let growth = Curve::constant(Quantiles::p05_p50_p95(0.1, 0.3, 0.6).low(-0.2));
    /// ```
    pub const fn low(mut self, low: f64) -> Self {
        self.low = Some(low);
        self
    }

    /// The upper bound of the values, above the highest quantile: the metalog is then that of −ln(high − x), or of
    /// ln((x − low)/(high − x)) if there is a lower bound too.
    ///
    /// # Example: a volatility between 0 and 1
    /// ```
    /// use outgrow::{Provider, Quantiles};
    /// let volatility = Quantiles::p25_p50_p75(0.1, 0.15, 0.25).low(0.0).high(1.0);
    /// let provider = Provider::new("A", 100).volatility(volatility);
    /// ```
    pub const fn high(mut self, high: f64) -> Self {
        self.high = Some(high);
        self
    }

    pub(super) const fn median(&self) -> f64 {
        self.points[1]
    }

    /// Every stated number with its key.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        let bounds = [("low", self.low), ("high", self.high)];
        let bounds = bounds.into_iter().filter_map(|(key, bound)| bound.map(|bound| (key, bound)));
        zip(self.level.keys(), self.points).chain(bounds)
    }
}
