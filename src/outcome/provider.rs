//! Revenue, rank and share of one provider by period.

use serde::Serialize;
use serde::ser::SerializeSeq;

use super::{Counting, QUANTILES, checked_probability, place_of};
use crate::calendar::Period;
use crate::error::{Error, Kind};
use crate::estimate::Estimate;
use crate::math;
use crate::paths::Plan;
use crate::statistic::{Counts, Histogram, Ranks};

fn labels(plan: &Plan) -> Vec<Period> {
    (1..=plan.rows.periods()).map(|t| plan.rows.label(t)).collect()
}

/// The histograms of one provider, periods 1 to T.
fn histograms<'a>(provider: usize, counts: &'a Counts, plan: &Plan) -> &'a [Histogram] {
    let periods = plan.rows.periods();
    &counts.histograms()[provider * periods..(provider + 1) * periods]
}

/// The distribution of a provider's revenue by period, in the scenario's unit.
///
/// A quantile is the smallest value with at least that share of the paths at or below it, within 0.05 % of revenue
/// (the width of a histogram bin); minimum and maximum are those of the paths.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Fan {
    labels: Vec<Period>,
    rows: Vec<FanRow>,
    /// What every histogram counts.
    cells: u64,
    reference: f64,
}

#[derive(Debug, Clone, PartialEq)]
struct FanRow {
    /// The revenue, where nothing of it is drawn.
    known: Option<f64>,
    mean: Option<f64>,
    logs: Histogram,
}

impl Fan {
    /// # Errors
    /// Where revenue leaves what a number can hold.
    pub(super) fn of(provider: usize, counts: &Counts, plan: &Plan, counting: &Counting) -> Result<Self, Error> {
        let labels = labels(plan);
        let mut rows = Vec::new();
        for (place, logs) in histograms(provider, counts, plan).iter().enumerate() {
            let t = place + 1;
            let known = plan.known[provider].as_ref().map(|known| known[t]);
            let mean = || logs.mean(counting.weight) * math::exp(plan.central[provider][t]) * plan.reference;
            let row =
                FanRow { known, mean: plan.has_mean[provider].then(|| known.unwrap_or_else(mean)), logs: logs.clone() };
            let fan = |log: f64| math::exp(log) * plan.reference;
            let (low, high) = logs.extremes().map_or((0.0, 0.0), |(low, high)| (fan(low), fan(high)));
            if !(low.is_normal() && high.is_finite() && row.mean.is_none_or(f64::is_finite)) {
                let address = format!("provider[{}] at {}", plan.rows.names()[provider], labels[place]);
                let message = format!(
                    "revenue leaves what a number can hold ({low:e} to {high:e}); switch fans off to go without"
                );
                return Err(Error::one(Kind::Limit, "simulation", address, message));
            }
            rows.push(row);
        }
        Ok(Self { labels, rows, cells: counting.cells, reference: plan.reference })
    }

    /// The periods answered.
    #[must_use]
    pub fn periods(&self) -> &[Period] {
        &self.labels
    }

    /// The smallest revenue with at least the share `p` of the paths at or below it.
    ///
    /// # Errors
    /// Where the period lies outside of the projected ones, or `p` is not between 0 and 1.
    pub fn quantile(&self, period: impl TryInto<Period, Error: Into<Error>>, p: f64) -> Result<f64, Error> {
        Ok(self.at(place_of(&self.labels, period)?, checked_probability(p)?))
    }

    fn at(&self, place: usize, p: f64) -> f64 {
        let row = &self.rows[place];
        row.known.unwrap_or_else(|| math::exp(row.logs.quantile(p, self.cells)) * self.reference)
    }

    /// The mean over the paths; `None` where no mean exists or can be relied on (a lognormal without an upper bound
    /// among the growth rates or the volatility).
    ///
    /// # Errors
    /// Where the period lies outside of the projected ones.
    pub fn mean(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<Option<f64>, Error> {
        place_of(&self.labels, period).map(|place| self.rows[place].mean)
    }

    /// The least revenue of the paths, exact.
    ///
    /// # Errors
    /// Where the period lies outside of the projected ones.
    pub fn min(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<f64, Error> {
        place_of(&self.labels, period).map(|place| self.extremes(place).0)
    }

    /// The greatest revenue of the paths, exact.
    ///
    /// # Errors
    /// Where the period lies outside of the projected ones.
    pub fn max(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<f64, Error> {
        place_of(&self.labels, period).map(|place| self.extremes(place).1)
    }

    fn extremes(&self, place: usize) -> (f64, f64) {
        let row = &self.rows[place];
        let money = |log: f64| row.known.unwrap_or_else(|| math::exp(log) * self.reference);
        row.logs.extremes().map_or((f64::NAN, f64::NAN), |(low, high)| (money(low), money(high)))
    }
}

#[derive(Serialize)]
struct QuantileValue {
    probability: f64,
    value: f64,
}

#[derive(Serialize)]
struct Row {
    period: Period,
    mean: Option<f64>,
    quantiles: [QuantileValue; QUANTILES.len()],
}

impl Serialize for Fan {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.rows.len()))?;
        for (place, row) in self.rows.iter().enumerate() {
            let quantiles = QUANTILES.map(|p| QuantileValue { probability: p, value: self.at(place, p) });
            list.serialize_element(&Row { period: self.labels[place], mean: row.mean, quantiles })?;
        }
        list.end()
    }
}

/// The distribution of a provider's share in the sum of all providers, by period: 0 to 1, within 1/8192.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct ShareFan {
    labels: Vec<Period>,
    /// The share where nothing is drawn, else the histogram.
    rows: Vec<ShareRow>,
    /// What every histogram counts, and what it weighs.
    cells: u64,
    weight: f64,
}

#[derive(Debug, Clone, PartialEq)]
struct ShareRow {
    known: Option<f64>,
    shares: Histogram,
}

impl ShareFan {
    pub(super) fn of(provider: usize, counts: &Counts, plan: &Plan, counting: &Counting) -> Self {
        // By logs relative to the largest, so that no revenue is too large to have a share.
        let all_known = plan.is_deterministic();
        let known = |t: usize| {
            let largest = plan.central.iter().map(|central| central[t]).fold(f64::NEG_INFINITY, f64::max);
            let part = |central: &Vec<f64>| math::exp(central[t] - largest);
            all_known.then(|| part(&plan.central[provider]) / plan.central.iter().map(part).sum::<f64>())
        };
        let rows = histograms(provider, counts, plan).iter().enumerate();
        let rows = rows.map(|(place, shares)| ShareRow { known: known(place + 1), shares: shares.clone() }).collect();
        Self { labels: labels(plan), rows, cells: counting.cells, weight: counting.weight }
    }

    /// The smallest share with at least the share `p` of the paths at or below it.
    ///
    /// # Errors
    /// Where the period lies outside of the projected ones, or `p` is not between 0 and 1.
    pub fn quantile(&self, period: impl TryInto<Period, Error: Into<Error>>, p: f64) -> Result<f64, Error> {
        Ok(self.at(place_of(&self.labels, period)?, checked_probability(p)?))
    }

    fn at(&self, place: usize, p: f64) -> f64 {
        let row = &self.rows[place];
        row.known.unwrap_or_else(|| row.shares.quantile(p, self.cells))
    }

    /// The mean over the paths; a share always has one.
    ///
    /// # Errors
    /// Where the period lies outside of the projected ones.
    pub fn mean(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<f64, Error> {
        place_of(&self.labels, period).map(|place| self.mean_at(place))
    }

    fn mean_at(&self, place: usize) -> f64 {
        let row = &self.rows[place];
        row.known.unwrap_or_else(|| row.shares.mean(self.weight))
    }
}

impl Serialize for ShareFan {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.rows.len()))?;
        for place in 0..self.rows.len() {
            let quantiles = QUANTILES.map(|p| QuantileValue { probability: p, value: self.at(place, p) });
            list.serialize_element(&Row { period: self.labels[place], mean: Some(self.mean_at(place)), quantiles })?;
        }
        list.end()
    }
}

/// How likely a provider holds each rank, by period; 1 is the largest, ties share the better rank.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct RankTable {
    labels: Vec<Period>,
    rows: Vec<Vec<Estimate>>,
}

impl RankTable {
    pub(super) fn of(provider: usize, counts: &Counts, plan: &Plan, counting: &Counting) -> Self {
        let periods = plan.rows.periods();
        let row = |t| counts.row(Ranks::row(provider, t, periods)).iter().map(|hits| counting.estimate(hits)).collect();
        Self { labels: labels(plan), rows: (1..=periods).map(row).collect() }
    }

    /// The probability of a rank (from 1) in a period.
    ///
    /// # Errors
    /// Where the period lies outside of the projected ones, or there are not so many providers.
    pub fn probability(
        &self,
        period: impl TryInto<Period, Error: Into<Error>>,
        rank: usize,
    ) -> Result<Estimate, Error> {
        let row = &self.rows[place_of(&self.labels, period)?];
        rank.checked_sub(1)
            .and_then(|place| row.get(place))
            .copied()
            .ok_or_else(|| Error::lookup("rank", format!("ranks run from 1 to {}, got {rank}", row.len())))
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
