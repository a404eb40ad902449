//! Writes and reads an outcome file.

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::entries::{
    ClassesEntry, CrossCheckEntry, DatedEntry, EventEntry, FanEntry, File, LeadChangesEntry, ProviderEntry,
    QuestionEntry, RankEntry, StatisticEntry,
};
use super::laws::LawEntry;
use super::lookup::QUANTILES;
use super::manifest::{Manifest, OUTER, ProviderDetails};
use super::past::pasts;
use super::{
    Answers, CrossCheck, CustomAnswer, CustomKind, Distribution, Fan, FanRow, LawAnswer, LeadChanges, MeasuredFan,
    Outcome, Overtake, Part, ProviderOutcome, QuestionDates, RankTable, RunInfo, SegmentOutcome, ShareFan, ShareRow,
};
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::paths::Sampling;
use crate::plan::{Plan, SeriesId};
use crate::scenario::{Measure, Question, Scenario};

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

fn invalid(address: impl Into<String>, message: impl Into<String>) -> Error {
    Error::invalid("outcome", address, message)
}

/// Checks that a list has as many items as the scenario requires.
fn counted<T>(list: &[T], wanted: usize, address: impl Into<String>) -> Result<(), Error> {
    if list.len() == wanted {
        return Ok(());
    }
    Err(invalid(address, format!("has {} items, but the scenario requires {wanted}", list.len())))
}

impl File {
    fn outcome(self) -> Result<Outcome, Error> {
        let Some(manifest) = self.manifest else {
            let message = "is missing; an outcome can be read only with its scenario, and one with a custom curve, which \
                           no file can represent, cannot be read";
            return Err(invalid("manifest", message));
        };
        let Manifest { build, contents, scenario, counts, providers: details } = manifest;
        if self.version != build.version {
            let message = format!("is {:?}, but the outcome names {:?}", build.version, self.version);
            return Err(invalid("manifest.build.version", message));
        }
        let scenario = scenario.into_owned();
        let stated = (self.base, self.horizon, self.unit.as_deref());
        if stated != (scenario.base(), scenario.horizon(), scenario.unit()) {
            return Err(invalid("manifest.scenario", "has another base, horizon or unit than the outcome"));
        }
        check_run(&self.run)?;
        let first = self.providers.first();
        let measures: Vec<Measure> = first.into_iter().flat_map(|one| &one.measured).map(|fan| fan.measure).collect();
        if let Some((_, message)) = scenario.misfits_of_fans(&measures).into_iter().next() {
            return Err(invalid("providers[0].measured", message));
        }
        let plan = Plan::new(&scenario, 0)?.with_measured(&scenario, &measures);
        counted(&self.questions, scenario.questions().len(), "questions")?;
        counted(&counts, scenario.questions().len(), "manifest.counts")?;
        let asked = scenario.questions().iter().zip(self.questions).zip(counts);
        let questions = asked
            .enumerate()
            .map(|(place, ((question, entry), counts))| {
                entry.overtake((&scenario, question, place), counts.into_owned(), &self.run)
            })
            .collect::<Result<Vec<_>, _>>()?;
        counted(&self.providers, scenario.providers().len(), "providers")?;
        counted(&details, scenario.providers().len(), "manifest.providers")?;
        let reader = Providers { scenario: &scenario, plan: &plan, run: &self.run };
        let providers = self.providers.into_iter().zip(details).enumerate();
        let providers = providers.map(|(index, (entry, details))| reader.provider(index, entry, details));
        let providers = providers.collect::<Result<Vec<_>, _>>()?;
        let custom = custom(self.events, self.classes, self.statistics);
        let past = pasts(&scenario, &plan);
        let (build, contents) = (build.into_owned(), contents.into_owned());
        Ok(Outcome { scenario, build, run: self.run, contents, questions, providers, custom, past })
    }
}

/// Checks the settings from which intervals are computed.
fn check_run(run: &RunInfo) -> Result<(), Error> {
    let simulated = [run.sampling.is_some(), run.paths.is_some(), run.seed.is_some(), run.confidence_level.is_some()];
    let is_simulation = run.tolerance.is_none() && simulated == [true; 4];
    let is_exact = run.tolerance.is_some() && simulated == [false; 4];
    if !(is_simulation || is_exact) {
        let message = "must have either sampling, paths, seed and confidence_level, or a tolerance";
        return Err(invalid("run", message));
    }
    match run.confidence_level {
        Some(level) if !(level > 0.0 && level < 1.0) => {
            Err(invalid("run.confidence_level", format!("must lie between 0 and 1, got {level}")))
        }
        _ => Ok(()),
    }
}

impl QuestionEntry {
    fn overtake(
        self,
        (scenario, question, place): (&Scenario, &Question, usize),
        counts: Vec<u64>,
        run: &RunInfo,
    ) -> Result<Overtake, Error> {
        let address = |key: &str| format!("questions[{place}].{key}");
        if self.name != question.title() {
            let message = format!("is {:?}, but the scenario asks {:?}", self.name, question.title());
            return Err(invalid(address("name"), message));
        }
        if self.from_base.is_some() != (question.sustained > 1) {
            return Err(invalid(address("from_base"), "must be given exactly if the lead must last for several dates"));
        }
        if self.gone.is_some() != scenario.survival(question).is_some() {
            return Err(invalid(address("gone"), "must be given exactly if one of the two may exit"));
        }
        let dates = QuestionDates::of(scenario, question);
        let estimates = |entries: Vec<DatedEntry>, key: &str| {
            if !entries.iter().map(|entry| entry.period).eq(dates.labels().iter().copied()) {
                return Err(invalid(address(key), "has other periods than the scenario"));
            }
            let one = |entry: DatedEntry| Estimate::read(entry.value, entry.standard_error, entry.interval);
            let read: Result<Vec<_>, String> = entries.into_iter().map(one).collect();
            read.map_err(|message| invalid(address(key), message))
        };
        let change = |entry: LeadChangesEntry| {
            let probability = Estimate::read(entry.value, entry.standard_error, entry.interval)?;
            Ok(LeadChanges { count: entry.count, probability })
        };
        let lead_changes: Result<Vec<_>, String> = self.lead_changes.into_iter().map(change).collect();
        let law = |entry: LawEntry<Vec<DatedEntry>>| {
            let LawEntry { address, index, weight, by } = entry;
            // A law that no path follows has no answers.
            let by = if by.is_empty() { Vec::new() } else { estimates(by, "laws")? };
            Ok(LawAnswer { address, index, weight, by, periods: dates.labels().to_vec() })
        };
        let laws = self.laws.into_iter().map(law).collect::<Result<_, Error>>()?;
        let answers = Answers {
            laws,
            ahead_at_base: self.ahead_at_base,
            from_base: self.from_base,
            by: estimates(self.by, "by")?,
            ahead: estimates(self.ahead, "ahead")?,
            not_by_horizon: self.not_by_horizon,
            gone: self.gone.map(|gone| estimates(gone, "gone")).transpose()?,
            lead_changes: lead_changes.map_err(|message| invalid(address("lead_changes"), message))?,
        };
        check_counts(&counts, answers.by.len(), run)
            .map_err(|message| invalid(format!("manifest.counts[{place}]"), message))?;
        let dated = dates.labels().len();
        let mut overtake = Overtake::new((scenario, question), dates, answers, self.mean_date, counts);
        overtake.run = run.clone();
        overtake.checked = match self.cross_check {
            Some(entry) => Some(entry.cross_check(self.name, dated, address("cross_check"))?),
            None => None,
        };
        Ok(overtake)
    }
}

fn check_counts(counts: &[u64], dates: usize, run: &RunInfo) -> Result<(), String> {
    let wanted = if run.sampling.is_some() { dates + 2 } else { 0 };
    if counts.len() != wanted {
        return Err(format!("has {} items, but the question requires {wanted}", counts.len()));
    }
    let sum = counts.iter().try_fold(0, |sum: u64, count| sum.checked_add(*count));
    if run.sampling == Some(Sampling::Plain) && sum != run.paths || sum.is_none() {
        return Err("must sum to the paths of the run".to_owned());
    }
    Ok(())
}

impl CrossCheckEntry {
    fn cross_check(self, question: String, dates: usize, address: String) -> Result<CrossCheck, Error> {
        if let Some(because) = self.because {
            return Ok(CrossCheck { question, checked: Err(because), bound: f64::INFINITY });
        }
        let (Some(bound), Some(ahead_at_base)) = (self.bound, self.ahead_at_base) else {
            return Err(invalid(address, "must have because, or bound and ahead_at_base"));
        };
        counted(&self.by, dates, format!("{address}.by"))?;
        counted(&self.ahead, dates, format!("{address}.ahead"))?;
        let dated = self.by.into_iter().chain(self.ahead);
        let checked = std::iter::once(ahead_at_base).chain(dated).chain(self.from_base).collect();
        Ok(CrossCheck { question, checked: Ok(checked), bound })
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
        let because = missing.map(|missing| Part::NotExact(missing.because.clone()));
        because.ok_or_else(|| invalid("run.not_exact", format!("gives no reason why {part} is null")))
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
