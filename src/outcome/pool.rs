//! The weighted mixture of the answers of several views.

use super::views::{Pool, ViewAnswer};
use super::{Answers, LeadChanges, MeanDate, Outcome, Overtake, QuestionDates, RunInfo, Years};
use crate::error::{Error, did_you_mean};
use crate::estimate::{Estimate, weighted_mean, z_of};
use crate::scenario::{Question, Scenario};

/// The least error of an exact probability that a list of lead changes omits.
const LEAST_ERROR: f64 = 1e-9;

impl Outcome {
    /// The outcome with the answers of every view, in the order of the scenario, and with their pool.
    pub(crate) fn with_views(mut self, answers: impl IntoIterator<Item = (RunInfo, Vec<Overtake>)>) -> Self {
        let views = self.scenario.views().iter().zip(self.scenario.view_shares()).zip(answers);
        self.views = views
            .map(|((view, weight), (run, questions))| ViewAnswer {
                name: view.name().to_owned(),
                weight,
                run,
                questions,
            })
            .collect();
        self.pool = Some(Pool::of(&self.scenario, &self.views));
        self
    }
}

impl Outcome {
    /// The answers of every view, in the order of the scenario; empty unless
    /// [requested](crate::Simulation::views).
    pub fn views(&self) -> &[ViewAnswer] {
        &self.views
    }

    /// The answers of one view.
    ///
    /// # Errors
    /// If there is no such view, or if views were not requested.
    pub fn view(&self, name: &str) -> Result<&ViewAnswer, Error> {
        if self.views.is_empty() {
            return Err(not_asked());
        }
        self.views.iter().find(|view| view.name == name).ok_or_else(|| {
            let hint = did_you_mean(name, self.views.iter().map(ViewAnswer::name));
            Error::lookup("view", format!("no view is named {name:?}{hint}"))
        })
    }

    /// The weighted mixture of all views; `None` unless [requested](crate::Simulation::views).
    #[must_use]
    pub fn pool(&self) -> Option<&Pool> {
        self.pool.as_ref()
    }
}

/// An outcome without views was asked for them.
pub(crate) fn not_asked() -> Error {
    Error::lookup(
        "view",
        "views were not requested: call views(true) before the run, or use --views on the command line",
    )
}

impl Pool {
    fn of(scenario: &Scenario, views: &[ViewAnswer]) -> Self {
        // Rounding depends on the order of a sum, which must not depend on the order of the views.
        let mut views: Vec<&ViewAnswer> = views.iter().collect();
        views.sort_by_key(|view| view.name());
        let run = run_of(&views);
        let mut pool = Self { questions: Vec::new(), disagreement: Vec::new() };
        for (place, question) in scenario.questions().iter().enumerate() {
            let parts = views.iter().map(|view| Weighted { weight: view.weight, answer: &view.questions[place] });
            let parts: Vec<Weighted<'_>> = parts.collect();
            let mut overtake = mixture((scenario, question), &parts);
            overtake.run = run.clone();
            let dates = overtake.periods().len();
            pool.disagreement.push((0..dates).map(|date| between(&parts, date)).collect());
            pool.questions.push(overtake);
        }
        pool
    }
}

/// How the pool was computed: as the view with the fewest paths; it is complete if all views are.
fn run_of(views: &[&ViewAnswer]) -> RunInfo {
    let fewest = views.iter().min_by_key(|view| view.run.paths).map(|view| view.run.clone()).unwrap_or_default();
    RunInfo {
        complete: views.iter().all(|view| view.run.complete),
        chosen: None,
        effective_sample_size: None,
        precision: None,
        ..fewest
    }
}

/// One view's answer to a question, with the share of the view.
#[derive(Clone, Copy)]
struct Weighted<'a> {
    weight: f64,
    answer: &'a Overtake,
}

impl Weighted<'_> {
    fn by(&self, date: usize) -> Estimate {
        self.answer.answers.by[date]
    }

    fn by_horizon(&self) -> Estimate {
        self.answer.answers.by.last().copied().unwrap_or(self.answer.at_base())
    }

    /// The probability of a number of lead changes. A list ends with the last number that was observed, or that an exact
    /// answer distinguishes from impossible; a larger one has the error of an event without any hits.
    fn lead_changes(&self, count: usize) -> Estimate {
        let listed = self.answer.lead_changes();
        if let Some(change) = listed.get(count) {
            return change.probability;
        }
        let error = listed.iter().map(|change| change.probability.standard_error()).fold(0.0, f64::max);
        let run = &self.answer.run;
        match run.paths.zip(run.confidence_level) {
            _ if error <= 0.0 => Estimate::exact(0.0),
            Some((paths, level)) => Estimate::wilson(0, paths, z_of(level)),
            None => Estimate::bounded(0.0, error.max(LEAST_ERROR)),
        }
    }
}

fn mixture((scenario, question): (&Scenario, &Question), parts: &[Weighted<'_>]) -> Overtake {
    let dates = QuestionDates::of(scenario, question);
    let all = |of: &dyn Fn(&Answers, usize) -> Estimate| {
        (0..dates.labels().len()).map(|date| mixed(parts, |part| of(&part.answer.answers, date))).collect()
    };
    let may_be_gone = parts.iter().any(|part| part.answer.answers.gone.is_some());
    // Where neither of the two may exit, none is gone.
    let gone = |answers: &Answers, date: usize| answers.gone.as_ref().map_or(Estimate::exact(0.0), |gone| gone[date]);
    let answers = Answers {
        ahead_at_base: mixed(parts, |part| part.answer.ahead_at_base()),
        from_base: (question.sustained > 1).then(|| mixed(parts, |part| part.answer.at_base())),
        by: all(&|answers, date| answers.by[date]),
        ahead: all(&|answers, date| answers.ahead[date]),
        not_by_horizon: mixed(parts, |part| part.answer.not_by_horizon()),
        lead_changes: lead_changes(parts),
        gone: may_be_gone.then(|| all(&gone)),
        laws: Vec::new(),
    };
    Overtake::new((scenario, question), dates, answers, mean_date(parts), Vec::new())
}

/// Every number of lead changes up to the largest of any view; none if a view has no such answer.
fn lead_changes(parts: &[Weighted<'_>]) -> Vec<LeadChanges> {
    let lengths = || parts.iter().map(|part| part.answer.lead_changes().len());
    let most = if lengths().any(|length| length == 0) { 0 } else { lengths().max().unwrap_or(0) };
    let change = |(place, count)| LeadChanges { count, probability: mixed(parts, |part| part.lead_changes(place)) };
    (0..most).zip(0..).map(change).collect()
}

/// The weighted mean of probabilities.
fn mixed(parts: &[Weighted<'_>], of: impl Fn(&Weighted<'_>) -> Estimate) -> Estimate {
    Estimate::mixture(&parts.iter().map(|part| (part.weight, of(part))).collect::<Vec<_>>())
}

/// The share of the variance of the mixture that is between its parts, by a date; `None` if the mixture is certain.
fn between(parts: &[Weighted<'_>], date: usize) -> Option<f64> {
    let whole = mixed(parts, |part| part.by(date)).value();
    let variance = whole * (1.0 - whole);
    let squares = parts.iter().map(|part| {
        let distance = part.by(date).value() - whole;
        part.weight * distance * distance
    });
    // Without variance, or if it is not a number, there is no share.
    (variance > 0.0).then(|| (squares.sum::<f64>() / variance).min(1.0))
}

/// The mean dates of the mixture. The restricted mean is the mean of the views' means. Given the overtake, a view counts
/// with the probability that it gives to the overtake.
fn mean_date(parts: &[Weighted<'_>]) -> MeanDate {
    let restricted = parts.iter().map(|part| (part.weight, part.answer.mean_date().restricted));
    MeanDate { restricted: years(&restricted.collect::<Vec<_>>()), given_overtake: given_overtake(parts) }
}

fn given_overtake(parts: &[Weighted<'_>]) -> Option<Years> {
    let whole = mixed(parts, |part| part.by_horizon()).value();
    let of = |part: &Weighted<'_>| {
        let given = part.answer.mean_date().given_overtake?;
        Some((part.weight * part.by_horizon().value() / whole, given))
    };
    let given: Vec<(f64, Years)> = parts.iter().filter_map(of).collect();
    if given.is_empty() || !(whole > 0.0) {
        return None;
    }
    let mean = years(&given);
    // The probabilities that the views count with have errors too. A view without overtakes may have any date.
    let span = parts.first().map_or(0.0, |part| span(part.answer));
    let moved = |error: &dyn Fn(&Estimate) -> f64| -> f64 {
        let of = |part: &Weighted<'_>| {
            let own = part.answer.mean_date().given_overtake;
            let distance = own.map_or(span, |own| (own.value - mean.value).abs());
            part.weight * distance * error(&part.by_horizon()) / whole
        };
        parts.iter().map(of).sum()
    };
    let reach = moved(&|estimate| {
        let (low, high) = estimate.interval();
        (estimate.value() - low).max(high - estimate.value())
    });
    let [low, high] = mean.interval;
    Some(Years {
        value: mean.value,
        standard_error: (mean.standard_error + moved(&Estimate::standard_error)).min(span),
        interval: [(low - reach).max(0.0), (high + reach).min(span)],
    })
}

/// The years from the base of a question to its horizon.
fn span(answer: &Overtake) -> f64 {
    let (base, horizon) = (answer.base(), answer.horizon());
    f64::from(horizon.since(base).unwrap_or(0)) / f64::from(base.step().per_year())
}

/// The weighted mean of numbers of years, with upper bounds of its errors as for probabilities.
fn years(parts: &[(f64, Years)]) -> Years {
    let mean = |of: fn(&Years) -> f64| weighted_mean(&parts.iter().map(|(w, own)| (*w, of(own))).collect::<Vec<_>>());
    Years {
        value: mean(|years| years.value),
        standard_error: mean(|years| years.standard_error),
        interval: [mean(|years| years.interval[0]), mean(|years| years.interval[1])],
    }
}
