//! Reads the answers to questions from an outcome file, those of the scenario and those of each view.

use std::borrow::Cow;

use super::entries::{CrossCheckEntry, DatedEntry, LeadChangesEntry, QuestionEntry, ViewEntry};
use super::laws::LawEntry;
use super::{Answers, CrossCheck, LawAnswer, LeadChanges, Overtake, QuestionDates, RunInfo};
use crate::error::Error;
use crate::estimate::Estimate;
use crate::paths::Sampling;
use crate::scenario::{Question, Scenario};

pub(super) fn invalid(address: impl Into<String>, message: impl Into<String>) -> Error {
    Error::invalid("outcome", address, message)
}

/// Checks that a list has as many items as the scenario requires.
pub(super) fn counted<T>(list: &[T], wanted: usize, address: impl Into<String>) -> Result<(), Error> {
    if list.len() == wanted {
        return Ok(());
    }
    Err(invalid(address, format!("has {} items, but the scenario requires {wanted}", list.len())))
}

/// Reads the answers to the questions of a scenario; `within` is the address of the view that they belong to, with a point.
pub(super) fn questions(
    scenario: &Scenario,
    (entries, counts): (Vec<QuestionEntry>, Vec<Cow<'_, [u64]>>),
    run: &RunInfo,
    within: &str,
) -> Result<Vec<Overtake>, Error> {
    counted(&entries, scenario.questions().len(), format!("{within}questions"))?;
    counted(&counts, scenario.questions().len(), format!("manifest.{within}counts"))?;
    let asked = scenario.questions().iter().zip(entries).zip(counts);
    let read = asked.enumerate().map(|(place, ((question, entry), counts))| {
        entry.overtake((scenario, question, place), counts.into_owned(), (run, within))
    });
    read.collect()
}

/// Reads the answers of every view with its run; none if there are no views in the file.
pub(super) fn views(
    scenario: &Scenario,
    entries: Vec<ViewEntry>,
    counts: Vec<Vec<Cow<'_, [u64]>>>,
) -> Result<Vec<(RunInfo, Vec<Overtake>)>, Error> {
    if entries.is_empty() && counts.is_empty() {
        return Ok(Vec::new());
    }
    counted(&entries, scenario.views().len(), "views")?;
    counted(&counts, scenario.views().len(), "manifest.views")?;
    let views = scenario.views().iter().zip(entries).zip(counts).enumerate();
    let read = views.map(|(place, ((view, entry), counts))| {
        let within = format!("views[{place}].");
        if entry.name != view.name() {
            return Err(invalid(format!("{within}name"), format!("is {:?}, not {:?}", entry.name, view.name())));
        }
        check_run(&entry.run, &within)?;
        let seen = scenario.as_seen_by(view.name())?;
        let questions = questions(&seen, (entry.questions, counts), &entry.run, &within)?;
        Ok((entry.run, questions))
    });
    read.collect()
}

/// Checks the settings from which intervals are computed.
pub(super) fn check_run(run: &RunInfo, within: &str) -> Result<(), Error> {
    let simulated = [run.sampling.is_some(), run.paths.is_some(), run.seed.is_some(), run.confidence_level.is_some()];
    let is_simulation = run.tolerance.is_none() && simulated == [true; 4];
    let is_exact = run.tolerance.is_some() && simulated == [false; 4];
    if !(is_simulation || is_exact) {
        let message = "must have either sampling, paths, seed and confidence_level, or a tolerance";
        return Err(invalid(format!("{within}run"), message));
    }
    match run.confidence_level {
        Some(level) if !(level > 0.0 && level < 1.0) => {
            Err(invalid(format!("{within}run.confidence_level"), format!("must lie between 0 and 1, got {level}")))
        }
        _ => Ok(()),
    }
}

impl QuestionEntry {
    fn overtake(
        self,
        (scenario, question, place): (&Scenario, &Question, usize),
        counts: Vec<u64>,
        (run, within): (&RunInfo, &str),
    ) -> Result<Overtake, Error> {
        let address = |key: &str| format!("{within}questions[{place}].{key}");
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
            .map_err(|message| invalid(format!("manifest.{within}counts[{place}]"), message))?;
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
        if let Some(reason) = self.reason {
            return Ok(CrossCheck { question, checked: Err(reason), bound: f64::INFINITY });
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
