//! The answer to one question as JSON.

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq};

use super::laws::LawEntry;
use super::{LawAnswer, LeadChanges, Overtake, QUANTILES};
use crate::calendar::Period;
use crate::estimate::{Estimate, When};
use crate::scenario::Asks;

impl Serialize for Overtake {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", self.name())?;
        match self.question().asks() {
            Asks::Overtakes(challenger, incumbent) => map.serialize_entry("overtakes", &[challenger, incumbent])?,
            Asks::Leads(name) => map.serialize_entry("leads", name)?,
            Asks::Top(name, places) => map.serialize_entry("top", &(name, places))?,
        }
        map.serialize_entry("measure", &self.measure())?;
        map.serialize_entry("sustained", &self.sustained())?;
        map.serialize_entry("ahead_at_base", &self.answers.ahead_at_base)?;
        if let Some(from_base) = &self.answers.from_base {
            map.serialize_entry("from_base", from_base)?;
        }
        map.serialize_entry("by", &Dated(self.periods(), &self.answers.by))?;
        map.serialize_entry("ahead", &Dated(self.periods(), &self.answers.ahead))?;
        map.serialize_entry("not_by_horizon", &self.answers.not_by_horizon)?;
        if let Some(gone) = &self.answers.gone {
            map.serialize_entry("gone", &Dated(self.periods(), gone))?;
        }
        map.serialize_entry("quantiles", &QUANTILES.map(|p| QuantileAt(p, self.at_least(p), self.interval_of(p))))?;
        map.serialize_entry("mean_date", &self.mean_date())?;
        map.serialize_entry("lead_changes", &self.answers.lead_changes)?;
        if !self.laws().is_empty() {
            let law = |law: &LawAnswer| LawEntry {
                address: law.address.clone(),
                index: law.index,
                weight: law.weight,
                by: Dated(&self.periods()[..law.by.len()], law.by.clone()),
            };
            map.serialize_entry("laws", &self.laws().iter().map(law).collect::<Vec<_>>())?;
            map.serialize_entry("variance_share", &self.share_of_laws(self.periods().len() - 1))?;
        }
        if let Some(check) = &self.checked {
            map.serialize_entry("cross_check", check)?;
        }
        map.end()
    }
}

/// Estimates with their periods.
struct Dated<'a, E>(&'a [Period], E);

impl<E: AsRef<[Estimate]>> Serialize for Dated<'_, E> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Entry<'a> {
            period: Period,
            #[serde(flatten)]
            estimate: &'a Estimate,
        }
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for (period, estimate) in self.0.iter().zip(self.1.as_ref()) {
            list.serialize_element(&Entry { period: *period, estimate })?;
        }
        list.end()
    }
}

/// A probability, the quantile of the date at this probability, and its interval.
struct QuantileAt(f64, When, (When, When));

/// An end of an interval of dates: a period, or a table with the key `not_by`.
struct End(When);

impl Serialize for End {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            When::At(period) => period.serialize(serializer),
            When::NotBy(period) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("not_by", &period)?;
                map.end()
            }
        }
    }
}

impl Serialize for QuantileAt {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("probability", &self.0)?;
        match self.1 {
            When::At(period) => map.serialize_entry("at", &period)?,
            When::NotBy(period) => map.serialize_entry("not_by", &period)?,
        }
        let (low, high) = self.2;
        map.serialize_entry("interval", &[End(low), End(high)])?;
        map.end()
    }
}

impl Serialize for LeadChanges {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Entry<'a> {
            count: u32,
            #[serde(flatten)]
            estimate: &'a Estimate,
        }
        Entry { count: self.count, estimate: &self.probability }.serialize(serializer)
    }
}
