//! Revenue, rank and share of one provider by period.

use serde::Serialize;
use serde::ser::{self, SerializeSeq};

use super::lookup::{QUANTILES, checked_probability, place_of};
use super::mixture::Mixture;
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::math;
use crate::statistic::Histogram;

/// How to run without fans, for a message about revenue that is out of range.
pub(crate) const WITHOUT_FANS: &str = "switch fans off: .fans(false), or --no-fans on the command line";

/// The distribution of a log revenue or of a share.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Distribution {
    /// Nothing is drawn, so the value is known.
    Known(f64),
    Counted {
        values: Histogram,
        paths: u64,
    },
    /// Without paths; for a share, it is the distribution of its logit.
    Mixed(Mixture),
    /// Read from a file: the revenue or share at some levels.
    Quantiles(Vec<(f64, f64)>),
}

/// The value at a level that a file holds.
fn read(quantiles: &[(f64, f64)], p: f64) -> Result<f64, Error> {
    let found = quantiles.iter().find(|(level, _)| level.to_bits() == p.to_bits()).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let levels: Vec<String> = quantiles.iter().map(|(level, _)| level.to_string()).collect();
        let message = format!("an outcome that was read from a file has quantiles at {}, got {p}", levels.join(", "));
        Error::lookup("quantile", message)
    })
}

/// The distribution of a provider's revenue by period, in the scenario's unit.
///
/// A quantile is the smallest value such that at least this share of the paths lies at or below it, within 0.05 % of
/// revenue (the width of a histogram bin). Minimum and maximum are those of the paths. For an exact answer, quantiles
/// are those of a mixture over quadrature nodes of the drawn assumptions, and there is no minimum or maximum.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Fan {
    pub(crate) labels: Vec<Period>,
    pub(crate) rows: Vec<FanRow>,
    pub(crate) reference: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FanRow {
    pub(crate) mean: Option<f64>,
    /// Revenue if nothing is drawn, otherwise log revenue relative to the reference.
    pub(crate) distribution: Distribution,
}

impl Fan {
    /// The answered periods.
    #[must_use]
    pub fn periods(&self) -> &[Period] {
        &self.labels
    }

    /// The smallest revenue such that at least the share `p` of the paths lies at or below it.
    ///
    /// # Errors
    /// If the period is not one of the projected ones, `p` is not between 0 and 1, or the outcome was read from a file
    /// that has no quantile at `p`.
    pub fn quantile(&self, period: impl TryInto<Period, Error: Into<Error>>, p: f64) -> Result<f64, Error> {
        self.at(place_of(&self.labels, period)?, checked_probability(p)?)
    }

    /// Every period with its quantile at `p`, in the scenario's unit.
    ///
    /// # Errors
    /// If `p` is not between 0 and 1, or the outcome was read from a file that lacks the quantile.
    ///
    /// # Example: medians
    /// ```
    /// # use outgrow::{Curve, Provider, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 10).growth(Curve::constant(0.5))).build()?;
    /// # let outcome = scenario.simulate().paths(64).run()?;
    /// let medians: Vec<f64> = outcome.revenue("A")?.iter_quantile(0.5)?.map(|(_, revenue)| revenue).collect();
    /// assert!((medians[0] - 15.0).abs() < 1e-9 && (medians[1] - 22.5).abs() < 1e-9);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn iter_quantile(&self, p: f64) -> Result<impl Iterator<Item = (Period, f64)>, Error> {
        let p = checked_probability(p)?;
        let values: Vec<f64> = (0..self.rows.len()).map(|place| self.at(place, p)).collect::<Result<_, _>>()?;
        Ok(self.labels.iter().copied().zip(values))
    }

    pub(super) fn at(&self, place: usize, p: f64) -> Result<f64, Error> {
        Ok(match &self.rows[place].distribution {
            Distribution::Known(revenue) => *revenue,
            Distribution::Counted { values, paths } => math::exp(values.quantile(p, *paths)) * self.reference,
            Distribution::Mixed(log) => math::exp(log.quantile(p)) * self.reference,
            Distribution::Quantiles(quantiles) => read(quantiles, p)?,
        })
    }

    /// The mean over the paths; `None` if no mean exists or can be estimated reliably (a lognormal without an upper
    /// bound among the growth rates or the volatility).
    ///
    /// # Errors
    /// If the period is not one of the projected ones.
    pub fn mean(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<Option<f64>, Error> {
        place_of(&self.labels, period).map(|place| self.rows[place].mean)
    }

    /// The smallest revenue of the paths, without rounding.
    ///
    /// # Errors
    /// If the period is not one of the projected ones, the answer is exact and has no paths, or the outcome was read from
    /// a file.
    pub fn min(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<f64, Error> {
        place_of(&self.labels, period).and_then(|place| self.extremes(place)).map(|(low, _)| low)
    }

    /// The largest revenue of the paths, without rounding.
    ///
    /// # Errors
    /// If the period is not one of the projected ones, the answer is exact and has no paths, or the outcome was read from
    /// a file.
    pub fn max(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<f64, Error> {
        place_of(&self.labels, period).and_then(|place| self.extremes(place)).map(|(_, high)| high)
    }

    fn extremes(&self, place: usize) -> Result<(f64, f64), Error> {
        let money = |log: f64| math::exp(log) * self.reference;
        match &self.rows[place].distribution {
            Distribution::Known(revenue) => Ok((*revenue, *revenue)),
            Distribution::Counted { values, .. } => {
                Ok(values.extremes().map_or((f64::NAN, f64::NAN), |(low, high)| (money(low), money(high))))
            }
            Distribution::Quantiles(_) => {
                let message = "an outcome that was read from a file has no smallest or largest revenue";
                Err(Error::lookup("revenue", message))
            }
            Distribution::Mixed(_) => {
                let message =
                    "an exact answer has no paths and hence no smallest or largest revenue; use a quantile instead";
                Err(Error::lookup("revenue", message))
            }
        }
    }
}

#[derive(Serialize)]
struct QuantileValue {
    probability: f64,
    value: f64,
}

fn written<E: ser::Error>(at: impl Fn(f64) -> Result<f64, Error>) -> Result<Vec<QuantileValue>, E> {
    let value = |p: f64| at(p).map(|value| QuantileValue { probability: p, value }).map_err(E::custom);
    QUANTILES.into_iter().map(value).collect()
}

#[derive(Serialize)]
struct Row {
    period: Period,
    mean: Option<f64>,
    quantiles: Vec<QuantileValue>,
}

impl Serialize for Fan {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.rows.len()))?;
        for (place, row) in self.rows.iter().enumerate() {
            let quantiles = written(|p| self.at(place, p))?;
            list.serialize_element(&Row { period: self.labels[place], mean: row.mean, quantiles })?;
        }
        list.end()
    }
}

/// The distribution of a provider's share in the sum of all providers, by period: 0 to 1, with a resolution of 1/8192
/// (for an exact answer, that of a mixture over quadrature nodes of the drawn assumptions).
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct ShareFan {
    pub(crate) labels: Vec<Period>,
    pub(crate) rows: Vec<ShareRow>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ShareRow {
    pub(crate) mean: f64,
    pub(crate) distribution: Distribution,
}

impl ShareFan {
    /// The answered periods.
    #[must_use]
    pub fn periods(&self) -> &[Period] {
        &self.labels
    }

    /// The smallest share of revenue such that at least the fraction `p` of the paths lies at or below it.
    ///
    /// # Errors
    /// If the period is not one of the projected ones, `p` is not between 0 and 1, or the outcome was read from a file
    /// that has no quantile at `p`.
    pub fn quantile(&self, period: impl TryInto<Period, Error: Into<Error>>, p: f64) -> Result<f64, Error> {
        self.at(place_of(&self.labels, period)?, checked_probability(p)?)
    }

    fn at(&self, place: usize, p: f64) -> Result<f64, Error> {
        Ok(match &self.rows[place].distribution {
            Distribution::Known(share) => *share,
            Distribution::Counted { values, paths } => values.quantile(p, *paths),
            Distribution::Mixed(logit) => logistic(logit.quantile(p)),
            Distribution::Quantiles(quantiles) => read(quantiles, p)?,
        })
    }

    /// The mean over the paths; a share always has one.
    ///
    /// # Errors
    /// If the period is not one of the projected ones.
    pub fn mean(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<f64, Error> {
        place_of(&self.labels, period).map(|place| self.rows[place].mean)
    }
}

/// 1/(1 + e^−x).
pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + math::exp(-x))
}

impl Serialize for ShareFan {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.rows.len()))?;
        for place in 0..self.rows.len() {
            let quantiles = written(|p| self.at(place, p))?;
            list.serialize_element(&Row { period: self.labels[place], mean: Some(self.rows[place].mean), quantiles })?;
        }
        list.end()
    }
}

/// The probability of each rank of a provider by period; 1 is the largest, ties share the better rank.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct RankTable {
    pub(crate) labels: Vec<Period>,
    pub(crate) rows: Vec<Vec<Estimate>>,
}

impl RankTable {
    /// The answered periods.
    #[must_use]
    pub fn periods(&self) -> &[Period] {
        &self.labels
    }

    /// The probabilities of all ranks in every period.
    pub(crate) fn by_date(&self) -> impl Iterator<Item = (Period, &[Estimate])> {
        self.labels.iter().copied().zip(self.rows.iter().map(Vec::as_slice))
    }

    /// The probability of a rank (from 1) in a period.
    ///
    /// # Errors
    /// If the period is not one of the projected ones, or the rank exceeds the number of providers.
    pub fn probability(
        &self,
        period: impl TryInto<Period, Error: Into<Error>>,
        rank: usize,
    ) -> Result<Estimate, Error> {
        let row = &self.rows[place_of(&self.labels, period)?];
        rank.checked_sub(1)
            .and_then(|place| row.get(place))
            .copied()
            .ok_or_else(|| Error::lookup("rank", format!("ranks range from 1 to {}, got {rank}", row.len())))
    }

    /// The mean rank in a period.
    ///
    /// # Errors
    /// If the period is not one of the projected ones.
    ///
    /// # Example: a rank that is certain
    /// ```
    /// # use outgrow::{Curve, Provider, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 2).growth(Curve::constant(0.1)))
    /// #     .provider(Provider::new("B", 1).growth(Curve::constant(0.1))).build()?;
    /// let outcome = scenario.simulate().paths(100).run()?;
    /// assert_eq!((outcome.rank("B")?.mean("2020")?, outcome.rank("B")?.median("2020")?), (2.0, 2));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn mean(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<f64, Error> {
        let row = &self.rows[place_of(&self.labels, period)?];
        Ok((1..).zip(row).map(|(rank, probability)| f64::from(rank) * probability.value()).sum())
    }

    /// The median rank in a period: the smallest that is not exceeded with a probability of at least one half.
    ///
    /// # Errors
    /// If the period is not one of the projected ones.
    pub fn median(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<usize, Error> {
        let row = &self.rows[place_of(&self.labels, period)?];
        let reached = row.iter().scan(0.0, |sum, probability| {
            *sum += probability.value();
            Some(*sum)
        });
        // Probabilities may add up to less than 1 by rounding, which does not move the median.
        Ok(1 + reached.take_while(|sum| *sum < 0.5).count())
    }
}

impl Serialize for RankTable {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Row {
            period: Period,
            probability: Vec<f64>,
        }
        let mut list = serializer.serialize_seq(Some(self.rows.len()))?;
        for (period, row) in self.labels.iter().zip(&self.rows) {
            list.serialize_element(&Row { period: *period, probability: row.iter().map(Estimate::value).collect() })?;
        }
        list.end()
    }
}
