//! Revenue, rank and share of one provider by period.

use serde::Serialize;
use serde::ser::SerializeSeq;

use super::mixture::Mixture;
use super::{Counting, QUANTILES, checked_probability, place_of};
use crate::calendar::Period;
use crate::error::{Error, Kind};
use crate::estimate::Estimate;
use crate::math;
use crate::plan::{Measured, MeasuredRow, Plan};
use crate::simulation::PartKind;
use crate::statistic::{Counts, Histogram, Ranks};

fn labels(plan: &Plan) -> Vec<Period> {
    (1..=plan.rows.periods()).map(|t| plan.rows.label(t)).collect()
}

/// The histograms of one provider, periods 1 to T.
fn histograms<'a>(provider: usize, counts: &'a Counts, plan: &Plan) -> &'a [Histogram] {
    let periods = plan.rows.periods();
    &counts.histograms()[provider * periods..(provider + 1) * periods]
}

/// The distribution of a log revenue or of a share.
#[derive(Debug, Clone, PartialEq)]
enum Law {
    /// Nothing is drawn, so the value is known.
    Known(f64),
    Counted {
        values: Histogram,
        paths: u64,
    },
    /// Without paths; for a share, it is the distribution of its logit.
    Mixed(Mixture),
}

/// The distribution of a provider's revenue by period, in the scenario's unit.
///
/// A quantile is the smallest value such that at least this share of the paths lies at or below it, within 0.05 % of
/// revenue (the width of a histogram bin). Minimum and maximum are those of the paths. For an exact answer, quantiles
/// are those of a mixture over quadrature nodes of the drawn assumptions, and there is no minimum or maximum.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Fan {
    labels: Vec<Period>,
    rows: Vec<FanRow>,
    reference: f64,
}

#[derive(Debug, Clone, PartialEq)]
struct FanRow {
    mean: Option<f64>,
    /// Revenue if nothing is drawn, otherwise log revenue relative to the reference.
    law: Law,
}

impl Fan {
    /// # Errors
    /// If revenue overflows.
    pub(super) fn of(provider: usize, counts: &Counts, plan: &Plan, counting: &Counting) -> Result<Self, Error> {
        let known = plan.known[provider].as_ref().map(|known| &known[1..]);
        Self::counted(provider, (labels(plan), known), (histograms(provider, counts, plan), plan, counting))
    }

    /// The fan of sums over a year.
    ///
    /// # Errors
    /// If revenue overflows.
    pub(super) fn measured(
        provider: usize,
        measured: &Measured,
        counts: &Counts,
        plan: &Plan,
        counting: &Counting,
    ) -> Result<Self, Error> {
        let MeasuredRow { labels, known, .. } = &measured.of[provider];
        let histograms = &counts.histograms()[measured.places(provider)];
        Self::counted(provider, (labels.clone(), known.as_deref()), (histograms, plan, counting))
    }

    fn counted(
        provider: usize,
        (labels, known): (Vec<Period>, Option<&[f64]>),
        (histograms, plan, counting): (&[Histogram], &Plan, &Counting),
    ) -> Result<Self, Error> {
        let mut rows = Vec::new();
        for (place, logs) in histograms.iter().enumerate() {
            let known = known.map(|known| known[place]);
            let mean = || logs.mean(counting.weight) * plan.reference;
            let counted = || Law::Counted { values: logs.clone(), paths: counting.cells };
            let mean = plan.has_mean[provider].then(|| known.unwrap_or_else(mean));
            let row = FanRow { mean, law: known.map_or_else(counted, Law::Known) };
            let fan = |log: f64| math::exp(log) * plan.reference;
            let (low, high) = logs.extremes().map_or((0.0, 0.0), |(low, high)| (fan(low), fan(high)));
            if !(low.is_normal() && high.is_finite() && row.mean.is_none_or(f64::is_finite)) {
                let address = format!("provider[{}] at {}", plan.rows.names()[provider], labels[place]);
                let message = format!(
                    "revenue exceeds the range of a 64-bit float ({low:e} to {high:e}); to skip it, {}",
                    PartKind::Fans.without()
                );
                return Err(Error::one(Kind::Limit, "simulation", address, message));
            }
            rows.push(row);
        }
        Ok(Self { labels, rows, reference: plan.reference })
    }

    /// `laws` are the distributions of log revenue relative to the reference at 1 to T.
    ///
    /// # Errors
    /// If revenue overflows.
    pub(crate) fn exact(provider: usize, laws: Vec<Mixture>, plan: &Plan) -> Result<Self, Error> {
        let labels = labels(plan);
        let mut rows = Vec::new();
        for (place, law) in laws.into_iter().enumerate() {
            let known = plan.known[provider].as_ref().map(|known| known[place + 1]);
            let mean = || known.unwrap_or_else(|| law.mean_of_exp() * plan.reference);
            let mean = plan.has_mean[provider].then(mean);
            let [low, high] = [0.05, 0.95].map(|p| math::exp(law.quantile(p)) * plan.reference);
            if !(low.is_normal() && high.is_finite() && mean.is_none_or(f64::is_finite)) {
                let address = format!("provider[{}] at {}", plan.rows.names()[provider], labels[place]);
                let advice = PartKind::Fans.without();
                let message = format!("revenue exceeds the range of a 64-bit float; to skip it, {advice}");
                return Err(Error::one(Kind::Limit, "exact", address, message));
            }
            rows.push(FanRow { mean, law: known.map_or_else(|| Law::Mixed(law), Law::Known) });
        }
        Ok(Self { labels, rows, reference: plan.reference })
    }

    /// The answered periods.
    #[must_use]
    pub fn periods(&self) -> &[Period] {
        &self.labels
    }

    /// The smallest revenue such that at least the share `p` of the paths lies at or below it.
    ///
    /// # Errors
    /// If the period is not one of the projected ones, or `p` is not between 0 and 1.
    pub fn quantile(&self, period: impl TryInto<Period, Error: Into<Error>>, p: f64) -> Result<f64, Error> {
        Ok(self.at(place_of(&self.labels, period)?, checked_probability(p)?))
    }

    fn at(&self, place: usize, p: f64) -> f64 {
        match &self.rows[place].law {
            Law::Known(revenue) => *revenue,
            Law::Counted { values, paths } => math::exp(values.quantile(p, *paths)) * self.reference,
            Law::Mixed(law) => math::exp(law.quantile(p)) * self.reference,
        }
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
    /// If the period is not one of the projected ones, or the answer is exact and has no paths.
    pub fn min(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<f64, Error> {
        place_of(&self.labels, period).and_then(|place| self.extremes(place)).map(|(low, _)| low)
    }

    /// The largest revenue of the paths, without rounding.
    ///
    /// # Errors
    /// If the period is not one of the projected ones, or the answer is exact and has no paths.
    pub fn max(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<f64, Error> {
        place_of(&self.labels, period).and_then(|place| self.extremes(place)).map(|(_, high)| high)
    }

    fn extremes(&self, place: usize) -> Result<(f64, f64), Error> {
        let money = |log: f64| math::exp(log) * self.reference;
        match &self.rows[place].law {
            Law::Known(revenue) => Ok((*revenue, *revenue)),
            Law::Counted { values, .. } => {
                Ok(values.extremes().map_or((f64::NAN, f64::NAN), |(low, high)| (money(low), money(high))))
            }
            Law::Mixed(_) => {
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

/// The distribution of a provider's share in the sum of all providers, by period: 0 to 1, with a resolution of 1/8192
/// (for an exact answer, that of a mixture over quadrature nodes of the drawn assumptions).
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct ShareFan {
    labels: Vec<Period>,
    rows: Vec<ShareRow>,
}

#[derive(Debug, Clone, PartialEq)]
struct ShareRow {
    mean: f64,
    law: Law,
}

impl ShareFan {
    /// The answered periods.
    #[must_use]
    pub fn periods(&self) -> &[Period] {
        &self.labels
    }

    pub(super) fn of(provider: usize, counts: &Counts, plan: &Plan, counting: &Counting) -> Self {
        let row = |(place, shares): (usize, &Histogram)| match known_share(plan, provider, place + 1) {
            Some(share) => ShareRow { mean: share, law: Law::Known(share) },
            None => ShareRow {
                mean: shares.mean(counting.weight),
                law: Law::Counted { values: shares.clone(), paths: counting.cells },
            },
        };
        let rows = histograms(provider, counts, plan).iter().enumerate().map(row).collect();
        Self { labels: labels(plan), rows }
    }

    /// The share of a single provider, which is 1.
    pub(crate) fn whole(plan: &Plan) -> Self {
        let labels = labels(plan);
        let rows = labels.iter().map(|_| ShareRow { mean: 1.0, law: Law::Known(1.0) }).collect();
        Self { labels, rows }
    }

    /// `logits` are the distributions of the log ratio to the only other provider at 1 to T, each with the mean share.
    pub(crate) fn exact(provider: usize, logits: Vec<(Mixture, f64)>, plan: &Plan) -> Self {
        let row = |(place, (law, mean)): (usize, (Mixture, f64))| match known_share(plan, provider, place + 1) {
            Some(share) => ShareRow { mean: share, law: Law::Known(share) },
            None => ShareRow { mean, law: Law::Mixed(law) },
        };
        Self { labels: labels(plan), rows: logits.into_iter().enumerate().map(row).collect() }
    }

    /// The smallest share of revenue such that at least the fraction `p` of the paths lies at or below it.
    ///
    /// # Errors
    /// If the period is not one of the projected ones, or `p` is not between 0 and 1.
    pub fn quantile(&self, period: impl TryInto<Period, Error: Into<Error>>, p: f64) -> Result<f64, Error> {
        Ok(self.at(place_of(&self.labels, period)?, checked_probability(p)?))
    }

    fn at(&self, place: usize, p: f64) -> f64 {
        match &self.rows[place].law {
            Law::Known(share) => *share,
            Law::Counted { values, paths } => values.quantile(p, *paths),
            Law::Mixed(logit) => logistic(logit.quantile(p)),
        }
    }

    /// The mean over the paths; a share always has one.
    ///
    /// # Errors
    /// If the period is not one of the projected ones.
    pub fn mean(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<f64, Error> {
        place_of(&self.labels, period).map(|place| self.rows[place].mean)
    }
}

/// The share at period `t` if nothing is drawn, from logs relative to the largest provider, so that large revenues do
/// not overflow.
fn known_share(plan: &Plan, provider: usize, t: usize) -> Option<f64> {
    let largest = plan.central.iter().map(|central| central[t]).fold(f64::NEG_INFINITY, f64::max);
    let part = |central: &Vec<f64>| math::exp(central[t] - largest);
    plan.is_deterministic().then(|| part(&plan.central[provider]) / plan.central.iter().map(part).sum::<f64>())
}

/// 1/(1 + e^−x).
pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + math::exp(-x))
}

impl Serialize for ShareFan {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.rows.len()))?;
        for place in 0..self.rows.len() {
            let quantiles = QUANTILES.map(|p| QuantileValue { probability: p, value: self.at(place, p) });
            list.serialize_element(&Row { period: self.labels[place], mean: Some(self.rows[place].mean), quantiles })?;
        }
        list.end()
    }
}

/// The probability of each rank of a provider by period; 1 is the largest, ties share the better rank.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct RankTable {
    labels: Vec<Period>,
    rows: Vec<Vec<Estimate>>,
}

impl RankTable {
    /// The answered periods.
    #[must_use]
    pub fn periods(&self) -> &[Period] {
        &self.labels
    }

    pub(super) fn of(provider: usize, counts: &Counts, plan: &Plan, counting: &Counting) -> Self {
        let periods = plan.rows.periods();
        let row = |t| counts.row(Ranks::row(provider, t, periods)).iter().map(|hits| counting.estimate(hits)).collect();
        Self { labels: labels(plan), rows: (1..=periods).map(row).collect() }
    }

    /// `rows` contain the probability of each rank at 1 to T.
    pub(crate) fn exact(rows: Vec<Vec<Estimate>>, plan: &Plan) -> Self {
        Self { labels: labels(plan), rows }
    }

    /// The probabilities of all ranks in every period.
    pub(super) fn by_date(&self) -> impl Iterator<Item = (Period, &[Estimate])> {
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
