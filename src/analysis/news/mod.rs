//! What a report changes: the updated probability and the parts of the change.

mod parts;
mod text;

use std::collections::BTreeMap;

use serde::Serialize;

use self::parts::{Cause, TIME, contributions, is_feasible, whole};
use super::asking::{Asking, medians};
use super::number::NumberEstimate;
use super::posterior::{Posterior, posterior};
use super::report::{Report, Reported, by_provider};
use super::weighted::{self, Weighted};
use crate::assumption::address::{ProviderKey, of_provider};
use crate::calendar::Period;
use crate::error::{Error, Kind, Problem};
use crate::exact::{DEFAULT_TOLERANCE, ObservedPair, Reports};
use crate::scenario::Scenario;

/// The standard error of an updated probability at which no points are added.
const TOLERANCE: f64 = 3e-4;
/// The most parts of a change: their number of coalitions is up to 2 to the power of this.
const MOST_PARTS: usize = 10;

/// A scenario with new reports; made by [`Scenario::update`].
///
/// # Example: one quarter's news in parts
/// ```
/// # use outgrow::{normal, Curve, Provider, Question, Scenario};
/// use outgrow::analysis::Report;
/// # let scenario = Scenario::builder("2018-Q1", "2020-Q4")
/// #     .provider(Provider::new("A", 10).growth(Curve::constant(normal(0.5, 0.1))).volatility(0.1))
/// #     .provider(Provider::new("B", 14).growth(Curve::constant(0.2)).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let reports = [Report::new("A", "2018-Q2", 12.1)?, Report::new("B", "2018-Q2", 14.5)?];
/// let news = scenario.update(&reports)?.news("A overtakes B", "2019-Q4")?;
/// println!("{news}");
/// let sum: f64 = news.parts.iter().map(|part| part.change).sum();
/// assert!((sum - (news.after.value - news.before.value)).abs() < 1e-12);
/// assert!(news.after.value > news.before.value);                     // 12.1 is more than A was expected to report
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Update<'a> {
    scenario: &'a Scenario,
    reported: Vec<Reported>,
    changed: Option<&'a Scenario>,
    tolerance: f64,
    seed: u64,
}

/// The change of one probability by reports, in parts that add up; returned by [`Update::news`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct News {
    /// The name of the question.
    pub question: String,
    /// The date by which the overtake is to happen.
    pub period: Period,
    /// The probability before the reports.
    pub before: NumberEstimate,
    /// The probability given the reports.
    pub after: NumberEstimate,
    /// What changed it.
    pub parts: Vec<NewsPart>,
    /// What each provider reported, and what had been expected.
    pub surprises: Vec<Surprise>,
    /// (Σ w)²/Σ w² of the weights of the drawn numbers or of the paths, `None` if nothing is weighted.
    pub effective_sample_size: Option<f64>,
    /// The number of weighted paths, `None` if the update is exact given the drawn numbers.
    pub paths: Option<u64>,
}

/// One part of a change.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NewsPart {
    /// What changed: "time", "report of A", "revision of A" or "assumptions".
    pub what: String,
    /// The change of the probability.
    pub change: f64,
    /// One standard error of the change. The probabilities with and without a report have common random numbers, so that it may be far
    /// smaller than theirs.
    pub standard_error: f64,
}

/// A report and its expectation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Surprise {
    /// The name of the provider.
    pub name: String,
    /// The period.
    pub period: Period,
    /// The median of its revenue before the reports.
    pub expected: f64,
    /// The reported revenue.
    pub reported: f64,
}

impl Scenario {
    /// Adds reported revenue of the periods after the base, or of the base itself, to what is known.
    ///
    /// # Errors
    /// Every problem with a report: an unknown provider, revenue that is not above 0, a period out of the scenario's range or after
    /// one without a report, two reports for one period; no report at all.
    pub fn update(&self, reports: &[Report]) -> Result<Update<'_>, Error> {
        let reported = by_provider(self, reports)?;
        Ok(Update { scenario: self, reported, changed: None, tolerance: TOLERANCE, seed: 0 })
    }
}

impl<'a> Update<'a> {
    /// Replaces the scenario's assumptions by those of another scenario at the same time, as a part of its own.
    pub fn assumptions(mut self, changed: &'a Scenario) -> Self {
        self.changed = Some(changed);
        self
    }

    /// Sets the standard error of an updated probability at which no points or paths are added, 1e-5 to 0.01; by default 3e-4.
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets the seed of the points and paths.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The probability that the overtake has happened by a date, before and after the reports, and what changed it.
    ///
    /// For a question about a pair whose shocks are Gaussian random walks the update is exact given the drawn numbers; their weights are
    /// the density of the reports. In all other cases simulated paths meet the reports, and their weights are that density. The parts
    /// are Shapley values over all orders in which time passes before a report differs from its expectation (Faigle & Kern 1992), so
    /// that they depend on no order.
    ///
    /// # Errors
    /// An unknown question or date; reports after the date, or of providers that the question does not compare.
    /// [Unsupported](Error::is_unsupported) where a provider of several segments reports, or one without shocks. An error if the
    /// weights collapse, since the reports are too unlikely; a change of more than 10 parts.
    ///
    /// # Example: heavy tails, and a lead that must last
    /// ```
    /// # use outgrow::{normal, Curve, Innovations, Provider, Question, Scenario};
    /// use outgrow::analysis::Report;
    /// let scenario = Scenario::builder("2018-Q1", "2020-Q4")
    ///     .innovations(Innovations::student_t(4.0))
    ///     .provider(Provider::new("A", 10).growth(Curve::constant(normal(0.5, 0.1))).volatility(0.1))
    ///     .provider(Provider::new("B", 14).growth(Curve::constant(0.2)).volatility(0.1))
    ///     .question(Question::overtakes("A", "B").sustained(2)).build()?;
    /// let reports = [Report::new("A", "2018-Q2", 12.1)?];
    /// let news = scenario.update(&reports)?.tolerance(2e-3).news("A overtakes B (sustained 2)", "2019-Q4")?;
    /// assert!(news.after.standard_error <= 2e-3 && news.paths.is_some());     // simulated, with weighted paths
    /// assert!(news.parts[1].change > 10.0 * news.parts[1].standard_error);    // "report of A"
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn news(&self, question: &str, date: impl TryInto<Period, Error: Into<Error>>) -> Result<News, Error> {
        let asking = Asking::new(self.scenario, question, date)?;
        self.check(&asking)?;
        let parts = self.parts()?;
        let expected = self.expected()?;
        let (found, paths) = self.answers((&asking, question), &parts, &expected)?;
        let changes = contributions(parts.len(), &found);
        let part = |(part, (change, standard_error)): (&Cause, (f64, f64))| NewsPart {
            what: self.named(*part),
            change,
            standard_error,
        };
        let after = &found[&whole(parts.len())];
        Ok(News {
            question: asking.question.clone(),
            period: asking.by,
            before: found[&0].probability,
            after: after.probability,
            parts: parts.iter().zip(changes).map(part).collect(),
            surprises: self.surprises(&expected),
            effective_sample_size: after.effective_size.is_finite().then_some(after.effective_size),
            paths,
        })
    }

    /// The probability of every feasible coalition of parts, and the number of weighted paths of that of all parts.
    fn answers(
        &self,
        asked: (&Asking, &str),
        parts: &[Cause],
        expected: &[Vec<f64>],
    ) -> Result<(BTreeMap<usize, Posterior>, Option<u64>), Error> {
        let mut found = BTreeMap::new();
        // No later answer has fewer paths, so that most of them are common.
        let (mut groups, mut paths) = (None, None);
        for coalition in (0..=whole(parts.len())).rev().filter(|coalition| is_feasible(parts, *coalition)) {
            let within = |part: Cause| {
                parts.iter().position(|own| *own == part).is_some_and(|place| coalition >> place & 1 == 1)
            };
            found.insert(coalition, self.value(asked, expected, &within, &mut groups)?);
            if coalition == whole(parts.len()) {
                paths = groups.map(weighted::paths);
            }
        }
        Ok((found, paths))
    }

    fn check(&self, asking: &Asking) -> Result<(), Error> {
        let mut problems = Vec::new();
        let mut report = |address: &str, message: String| problems.push(Problem::new(address, message));
        if !(self.tolerance >= 1e-5 && self.tolerance <= 0.01) {
            report("tolerance", format!("must be between 1e-5 and 0.01, got {:?}", self.tolerance));
        }
        let compared = asking.scenario.questions[0].compared(&asking.scenario);
        let place = asking.by.since(self.scenario.base()).and_then(|t| usize::try_from(t).ok());
        for Reported { name, later, .. } in &self.reported {
            if !compared.contains(&name.as_str()) {
                let message = format!("{name:?} is not compared by the question {:?}", asking.question);
                report("report", message);
            }
            if place.is_some_and(|place| later.len() > place) {
                let last = self.scenario.label(later.len());
                report("report", format!("{name:?} has a report for {last}, after the date {}", asking.by));
            }
        }
        if let Some(changed) = self.changed {
            let (own, other) = ((self.scenario.base(), self.scenario.step()), (changed.base(), changed.step()));
            if own != other {
                report("assumptions", format!("the base must be {}, got {}", own.0, other.0));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::of_settings("news", problems)) }
    }

    fn parts(&self) -> Result<Vec<Cause>, Error> {
        let mut parts = Vec::new();
        if self.reported.iter().any(|own| !own.later.is_empty()) {
            parts.push(Cause::Time);
        }
        for (index, own) in self.reported.iter().enumerate() {
            parts.extend((!own.later.is_empty()).then_some(Cause::Report(index)));
            parts.extend(own.base.map(|_| Cause::Revision(index)));
        }
        parts.extend(self.changed.map(|_| Cause::Assumptions));
        if parts.len() <= MOST_PARTS {
            return Ok(parts);
        }
        let message = format!(
            "the change has {} parts, of which at most {MOST_PARTS} are supported; leave out the reports that matter least",
            parts.len()
        );
        Err(Error::one(Kind::Limit, "news", "report", message))
    }

    fn named(&self, part: Cause) -> String {
        match part {
            Cause::Time => TIME.to_owned(),
            Cause::Report(index) => format!("report of {}", self.reported[index].name),
            Cause::Revision(index) => format!("revision of {}", self.reported[index].name),
            Cause::Assumptions => "assumptions".to_owned(),
        }
    }

    /// The median revenue of every report's period, by provider.
    fn expected(&self) -> Result<Vec<Vec<f64>>, Error> {
        let names: Vec<(&str, usize)> = self.reported.iter().map(|own| (own.name.as_str(), own.later.len())).collect();
        medians(self.scenario, &names, self.seed)
    }

    fn surprises(&self, expected: &[Vec<f64>]) -> Vec<Surprise> {
        let of = |(own, expected): (&Reported, &Vec<f64>)| {
            let one = |(place, (reported, expected)): (usize, (&f64, &f64))| Surprise {
                name: own.name.clone(),
                period: self.scenario.label(place + 1),
                expected: *expected,
                reported: *reported,
            };
            own.later.iter().zip(expected).enumerate().map(one).collect::<Vec<_>>()
        };
        self.reported.iter().zip(expected).flat_map(of).collect()
    }

    /// The probability where some parts have happened.
    fn value(
        &self,
        (asking, question): (&Asking, &str),
        expected: &[Vec<f64>],
        within: &dyn Fn(Cause) -> bool,
        groups: &mut Option<usize>,
    ) -> Result<Posterior, Error> {
        let assumed = match self.changed {
            Some(changed) if within(Cause::Assumptions) => Asking::new(changed, question, asking.by)?,
            Some(_) | None => asking.clone(),
        };
        let revised = self.reported.iter().enumerate().filter(|(index, _)| within(Cause::Revision(*index)));
        let changes: Vec<(String, f64)> =
            revised.filter_map(|(_, own)| Some((of_provider(&own.name, ProviderKey::Revenue), own.base?))).collect();
        let assumed = assumed.of(assumed.scenario.with_all(changes)?);
        let reports = self.reported.iter().zip(expected).enumerate().map(|(index, (own, expected))| {
            let revenue: &[f64] = if within(Cause::Report(index)) { &own.later } else { expected };
            (own.name.as_str(), if within(Cause::Time) { revenue } else { &[] })
        });
        let reports: Vec<weighted::Reports<'_>> = reports.collect();
        match self.exactly(&assumed, &reports)? {
            Some(found) => Ok(found),
            None => Weighted::new(&assumed, &reports, self.seed)?.probability(self.tolerance, groups),
        }
    }

    /// The probability by an exact update; `None` where there is none.
    fn exactly(&self, assumed: &Asking, reports: &[weighted::Reports<'_>]) -> Result<Option<Posterior>, Error> {
        let has_reports = reports.iter().any(|(_, revenue)| !revenue.is_empty());
        if self.reported.iter().any(|own| !own.later.is_empty()) {
            // Without the reports too the paths are those with them, so that errors cancel in the difference.
            let pair = match ObservedPair::new(&assumed.scenario) {
                Err(error) if error.is_unsupported() => return Ok(None),
                pair => pair?,
            };
            if has_reports {
                let reports: Reports = pair.names().map(|name| weighted::of(reports, name).to_vec());
                return posterior(&pair, &reports, self.tolerance, self.seed).map(Some);
            }
        }
        let exact = match assumed.exact(DEFAULT_TOLERANCE) {
            Err(error) if error.is_unsupported() => return Ok(None),
            exact => exact?,
        };
        let (low, high) = exact.interval();
        let (value, standard_error) = (exact.value(), exact.standard_error());
        Ok(Some(Posterior::of(NumberEstimate { value, standard_error, interval: [low, high] })))
    }
}
