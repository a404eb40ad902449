//! Writes and reads an outcome file.

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::entries::{ClassesEntry, EventEntry, FanEntry, File, ProviderEntry, RankEntry, StatisticEntry};
use super::file_questions::{check_run, counted, invalid, questions, views};
use super::lookup::QUANTILES;
use super::manifest::{Manifest, OUTER, ProviderDetails};
use super::past::pasts;
use super::{
    CustomAnswer, CustomKind, Distribution, Fan, FanRow, MeasuredFan, Outcome, Part, ProviderOutcome, RankTable,
    RunInfo, SegmentOutcome, ShareFan, ShareRow,
};
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::plan::{Plan, SeriesId};
use crate::scenario::{Measure, Scenario};

impl Serialize for Outcome {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("outgrow", &self.build.version)?;
        map.serialize_entry("base", &self.base())?;
        map.serialize_entry("horizon", &self.horizon())?;
        map.serialize_entry("unit", &self.scenario.unit())?;
        map.serialize_entry("run", &self.run)?;
        map.serialize_entry("questions", &self.questions)?;
        map.serialize_entry("providers", &self.providers)?;
        for (key, kind) in
            [("events", CustomKind::Event), ("classes", CustomKind::Classes), ("statistics", CustomKind::Statistic)]
        {
            let of_kind: Vec<&CustomAnswer> = self.custom.iter().filter(|custom| custom.kind == kind).collect();
            if !of_kind.is_empty() {
                map.serialize_entry(key, &of_kind)?;
            }
        }
        if let Some(pool) = &self.pool {
            map.serialize_entry("views", &self.views)?;
            map.serialize_entry("pool", pool)?;
        }
        if let Some(manifest) = Manifest::of(self) {
            map.serialize_entry("manifest", &manifest)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        File::deserialize(deserializer)?.outcome().map_err(de::Error::custom)
    }
}

impl File {
    fn outcome(self) -> Result<Outcome, Error> {
        let Some(manifest) = self.manifest else {
            let message = "is missing; an outcome can be read only with its scenario, and one with a custom curve, which \
                           no file can represent, cannot be read";
            return Err(invalid("manifest", message));
        };
        let Manifest { build, contents, scenario, counts, providers: details, views: view_counts } = manifest;
        if self.version != build.version {
            let message = format!("is {:?}, but the outcome names {:?}", build.version, self.version);
            return Err(invalid("manifest.build.version", message));
        }
        let scenario = scenario.into_owned();
        let stated = (self.base, self.horizon, self.unit.as_deref());
        if stated != (scenario.base(), scenario.horizon(), scenario.unit()) {
            return Err(invalid("manifest.scenario", "has another base, horizon or unit than the outcome"));
        }
        check_run(&self.run, "")?;
        let first = self.providers.first();
        let measures: Vec<Measure> = first.into_iter().flat_map(|one| &one.measured).map(|fan| fan.measure).collect();
        if let Some((_, message)) = scenario.misfits_of_fans(&measures).into_iter().next() {
            return Err(invalid("providers[0].measured", message));
        }
        let plan = Plan::new(&scenario, 0)?.with_measured(&scenario, &measures);
        let questions = questions(&scenario, (self.questions, counts), &self.run, "")?;
        let views = views(&scenario, self.views, view_counts)?;
        counted(&self.providers, scenario.providers().len(), "providers")?;
        counted(&details, scenario.providers().len(), "manifest.providers")?;
        let reader = Providers { scenario: &scenario, plan: &plan, run: &self.run };
        let providers = self.providers.into_iter().zip(details).enumerate();
        let providers = providers.map(|(index, (entry, details))| reader.provider(index, entry, details));
        let providers = providers.collect::<Result<Vec<_>, _>>()?;
        let custom = custom(self.events, self.classes, self.statistics);
        let past = pasts(&scenario, &plan);
        let (build, contents) = (build.into_owned(), contents.into_owned());
        let (run, pool) = (self.run, None);
        let outcome =
            Outcome { scenario, build, run, contents, questions, providers, custom, past, views: Vec::new(), pool };
        Ok(if views.is_empty() { outcome } else { outcome.with_views(views) })
    }
}

/// Reads the answers of providers.
struct Providers<'a> {
    scenario: &'a Scenario,
    plan: &'a Plan,
    run: &'a RunInfo,
}

impl Providers<'_> {
    fn provider(&self, index: usize, entry: ProviderEntry, details: ProviderDetails) -> Result<ProviderOutcome, Error> {
        let name = self.scenario.providers()[index].name();
        if entry.name != name {
            return Err(invalid(format!("providers[{index}].name"), format!("is {:?}, not {name:?}", entry.name)));
        }
        let labels = self.plan.rows.projected();
        let is_known = |SeriesId(row): SeriesId| self.plan.known[row].is_some();
        let revenue = self.part(entry.revenue, "revenue", |rows| {
            self.fan((rows, details.revenue), (&labels, is_known(self.plan.provider_row(index))))
                .map_err(|message| (index, "revenue", message))
        })?;
        let share = self.part(entry.share, "share", |rows| {
            shares(rows, (&labels, self.plan.is_deterministic())).map_err(|message| (index, "share", message))
        })?;
        let rank = self.part(entry.rank, "rank", |rows| {
            self.ranks((rows, details.rank), &labels).map_err(|message| (index, "rank", message))
        })?;
        let measures = entry.measured.iter().map(|fan| fan.measure);
        if !measures.eq(self.plan.measured.iter().map(|measured| measured.measure)) {
            let message = "must have the measures of the first provider";
            return Err(invalid(format!("providers[{index}].measured"), message));
        }
        counted(&details.measured, entry.measured.len(), format!("manifest.providers[{index}].measured"))?;
        let fans = entry.measured.into_iter().zip(details.measured).zip(&self.plan.measured);
        let measured = fans.map(|((entry, outer), measured)| {
            let row = &measured.of[index];
            let revenue = self.part(Some(entry.revenue), "measured", |rows| {
                let fan = self.fan((rows, outer), (&row.labels, row.known.is_some()));
                fan.map_err(|message| (index, "measured", message))
            })?;
            Ok(MeasuredFan { measure: entry.measure, revenue })
        });
        let rows = &self.plan.fan_rows()[self.plan.segment_fans(index)];
        counted(&entry.segments, rows.len(), format!("providers[{index}].segments"))?;
        counted(&details.segments, rows.len(), format!("manifest.providers[{index}].segments"))?;
        let segments = entry.segments.into_iter().zip(details.segments).zip(rows).enumerate();
        let segments = segments.map(|(place, ((entry, outer), &row))| {
            let name = self.plan.segment_name(row);
            if entry.name != name {
                let address = format!("providers[{index}].segments[{place}].name");
                return Err(invalid(address, format!("is {:?}, not {name:?}", entry.name)));
            }
            let revenue = self.part(entry.revenue, "revenue", |rows| {
                let fan = self.fan((rows, outer), (&labels, is_known(row)));
                fan.map_err(|message| (index, "segments", message))
            })?;
            Ok(SegmentOutcome { name: entry.name, revenue })
        });
        let segments = segments.collect::<Result<Vec<_>, Error>>()?;
        Ok(ProviderOutcome {
            segments,
            name: entry.name,
            revenue,
            rank,
            share,
            measured: measured.collect::<Result<Vec<_>, Error>>()?,
        })
    }

    /// A part that may be absent, or null with a reason in the run.
    fn part<E, T>(
        &self,
        entry: Option<Option<E>>,
        part: &str,
        read: impl FnOnce(E) -> Result<T, (usize, &'static str, String)>,
    ) -> Result<Part<T>, Error> {
        let Some(entry) = entry else { return Ok(Part::Off) };
        if let Some(entry) = entry {
            let fault = |(index, key, message)| invalid(format!("providers[{index}].{key}"), message);
            return read(entry).map(Part::Known).map_err(fault);
        }
        let missing = self.run.not_exact.iter().find(|missing| missing.part == part);
        let reason = missing.map(|missing| Part::NotExact(missing.reason.clone()));
        reason.ok_or_else(|| invalid("run.not_exact", format!("gives no reason why {part} is null")))
    }

    fn fan(
        &self,
        (rows, outer): (Vec<FanEntry>, Vec<[f64; OUTER.len()]>),
        (labels, is_known): (&[Period], bool),
    ) -> Result<Fan, String> {
        check_labels(rows.iter().map(|row| row.period), labels)?;
        if outer.len() != rows.len() {
            return Err(format!("has {} periods, but the manifest has {}", rows.len(), outer.len()));
        }
        let row = |(row, outer): (FanEntry, [f64; OUTER.len()])| {
            let mean = row.mean;
            let mut quantiles = quantiles(row)?;
            let distribution = if is_known {
                Distribution::Known(quantiles[0].1)
            } else {
                quantiles.extend(OUTER.into_iter().zip(outer));
                Distribution::Quantiles(quantiles)
            };
            Ok(FanRow { mean, distribution })
        };
        let rows: Result<Vec<_>, String> = rows.into_iter().zip(outer).map(row).collect();
        Ok(Fan { labels: labels.to_vec(), rows: rows?, reference: self.plan.reference })
    }

    fn ranks(
        &self,
        (rows, errors): (Vec<RankEntry>, Vec<Vec<[f64; 3]>>),
        labels: &[Period],
    ) -> Result<RankTable, String> {
        check_labels(rows.iter().map(|row| row.period), labels)?;
        let ranks = self.scenario.providers().len();
        let is_full = errors.len() == rows.len()
            && rows.iter().all(|row| row.probability.len() == ranks)
            && errors.iter().all(|row| row.len() == ranks);
        if !is_full {
            return Err(format!("must have {ranks} probabilities in every period, and the manifest their errors"));
        }
        let row = |(row, errors): (RankEntry, Vec<[f64; 3]>)| {
            let ranks = row.probability.into_iter().zip(errors);
            ranks.map(|(value, [error, low, high])| Estimate::read(value, error, (low, high))).collect()
        };
        let rows: Result<Vec<_>, String> = rows.into_iter().zip(errors).map(row).collect();
        Ok(RankTable { labels: labels.to_vec(), rows: rows? })
    }
}

fn shares(rows: Vec<FanEntry>, (labels, is_known): (&[Period], bool)) -> Result<ShareFan, String> {
    check_labels(rows.iter().map(|row| row.period), labels)?;
    let row = |row: FanEntry| {
        let mean = row.mean.ok_or("a share has a mean")?;
        let quantiles = quantiles(row)?;
        let distribution =
            if is_known { Distribution::Known(quantiles[0].1) } else { Distribution::Quantiles(quantiles) };
        Ok(ShareRow { mean, distribution })
    };
    let rows: Result<Vec<_>, String> = rows.into_iter().map(row).collect();
    Ok(ShareFan { labels: labels.to_vec(), rows: rows? })
}

fn check_labels(found: impl Iterator<Item = Period>, labels: &[Period]) -> Result<(), String> {
    if found.eq(labels.iter().copied()) { Ok(()) } else { Err("has other periods than the scenario".to_owned()) }
}

/// The quantiles of a row, which must be at [`QUANTILES`].
fn quantiles(row: FanEntry) -> Result<Vec<(f64, f64)>, String> {
    let pairs: Vec<(f64, f64)> = row.quantiles.into_iter().map(|one| (one.probability, one.value)).collect();
    let is_at = |((found, _), wanted): (&(f64, f64), f64)| found.to_bits() == wanted.to_bits();
    if pairs.len() == QUANTILES.len() && pairs.iter().zip(QUANTILES).all(is_at) {
        return Ok(pairs);
    }
    Err(format!("must have quantiles at {QUANTILES:?} in {}", row.period))
}

fn custom(events: Vec<EventEntry>, classes: Vec<ClassesEntry>, statistics: Vec<StatisticEntry>) -> Vec<CustomAnswer> {
    let events = events.into_iter().map(|EventEntry { name, probability }| {
        let rows = vec![vec![probability.complement(), probability]];
        CustomAnswer { kind: CustomKind::Event, name, rows }
    });
    let classes = classes.into_iter().map(|ClassesEntry { name, classes }| CustomAnswer {
        kind: CustomKind::Classes,
        name,
        rows: vec![classes],
    });
    let statistics = statistics.into_iter().map(|StatisticEntry { name, rows }| CustomAnswer {
        kind: CustomKind::Statistic,
        name,
        rows,
    });
    events.chain(classes).chain(statistics).collect()
}
