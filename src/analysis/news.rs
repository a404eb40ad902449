//! What a report changes: the updated probability and the parts of the change.

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;

use super::asking::{Asking, fans, without_advice};
use super::number::NumberEstimate;
use super::posterior::posterior;
use super::report::{Report, Reported, by_provider};
use crate::assumption::address::{ProviderKey, of_provider};
use crate::calendar::Period;
use crate::error::{Error, Problem};
use crate::exact::{DEFAULT_TOLERANCE, ObservedPair, Reports};
use crate::number::short;
use crate::scenario::Scenario;

/// The name of the part that is the passing of time.
const TIME: &str = "time";
/// The standard error of an updated probability at which no points are added.
const TOLERANCE: f64 = 3e-4;

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
    /// (Σ w)²/Σ w² of the weights of the drawn numbers, `None` if none is drawn.
    pub effective_sample_size: Option<f64>,
}

/// One part of a change.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NewsPart {
    /// What changed: "time", "report of A", "revision of A" or "assumptions".
    pub what: String,
    /// The change of the probability.
    pub change: f64,
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

/// A part of the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The periods have passed, and every report is as expected.
    Time,
    /// The report of a provider is what it is.
    Report(usize),
    /// The base of a provider is revised.
    Revision(usize),
    Assumptions,
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

    /// Sets the standard error of an updated probability at which no points are added, 1e-5 to 0.01; by default 3e-4.
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets the seed of the points.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The probability that the overtake has happened by a date, before and after the reports, and what changed it.
    ///
    /// Given the drawn numbers the update is exact; their weights are the density of the reports. The parts are Shapley values over
    /// all orders in which time passes before a report differs from its expectation (Faigle & Kern 1992), so that they depend on no
    /// order.
    ///
    /// # Errors
    /// An unknown question or date; reports after the date, or of providers that the question does not compare.
    /// [Unsupported](Error::is_unsupported) where shocks are not Gaussian random walks or the lead must last. An error if the weights
    /// collapse, since the reports are too unlikely.
    pub fn news(&self, question: &str, date: impl TryInto<Period, Error: Into<Error>>) -> Result<News, Error> {
        let asking = Asking::new(self.scenario, question, date)?;
        self.check(&asking)?;
        if self.reported.iter().any(|own| !own.later.is_empty()) {
            ObservedPair::new(&asking.scenario).map_err(|error| without_advice("news", &error))?;
        }
        let expected = self.expected()?;
        let parts = self.parts();
        let mut found: HashMap<usize, f64> = HashMap::new();
        let mut ends = Vec::new();
        let whole = (1_usize << parts.len()) - 1;
        for coalition in (0..=whole).filter(|coalition| is_feasible(&parts, *coalition)) {
            let within =
                |part: Part| parts.iter().position(|own| *own == part).is_some_and(|place| coalition >> place & 1 == 1);
            let (value, effective) = self.value(&asking, question, &expected, &within)?;
            found.insert(coalition, value.value);
            if coalition == 0 || coalition == whole {
                ends.push((value, effective));
            }
        }
        // No part at all and all of them are feasible.
        let [(before, _), .., (after, size)] = ends[..] else {
            unreachable!("a report or a changed scenario is a part")
        };
        let changes = shapley(&parts, &found);
        let part = |(part, change): (&Part, f64)| NewsPart { what: self.named(*part), change };
        Ok(News {
            question: asking.question.clone(),
            period: asking.by,
            before,
            after,
            parts: parts.iter().zip(changes).map(part).collect(),
            surprises: self.surprises(&expected),
            effective_sample_size: size,
        })
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

    fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        if self.reported.iter().any(|own| !own.later.is_empty()) {
            parts.push(Part::Time);
        }
        for (index, own) in self.reported.iter().enumerate() {
            parts.extend((!own.later.is_empty()).then_some(Part::Report(index)));
            parts.extend(own.base.map(|_| Part::Revision(index)));
        }
        parts.extend(self.changed.map(|_| Part::Assumptions));
        parts
    }

    fn named(&self, part: Part) -> String {
        match part {
            Part::Time => TIME.to_owned(),
            Part::Report(index) => format!("report of {}", self.reported[index].name),
            Part::Revision(index) => format!("revision of {}", self.reported[index].name),
            Part::Assumptions => "assumptions".to_owned(),
        }
    }

    /// The median revenue of every report's period, by provider.
    fn expected(&self) -> Result<Vec<Vec<f64>>, Error> {
        let last = self.reported.iter().map(|own| own.later.len()).max().unwrap_or(0);
        if last == 0 {
            return Ok(vec![Vec::new(); self.reported.len()]);
        }
        let outcome = fans(self.scenario, self.scenario.label(last))?;
        let of = |own: &Reported| {
            let fan = outcome.revenue(&own.name)?;
            (1..=own.later.len()).map(|t| fan.quantile(self.scenario.label(t), 0.5)).collect()
        };
        self.reported.iter().map(of).collect()
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

    /// The probability where some parts have happened, and the effective sample size.
    fn value(
        &self,
        asking: &Asking,
        question: &str,
        expected: &[Vec<f64>],
        within: &dyn Fn(Part) -> bool,
    ) -> Result<(NumberEstimate, Option<f64>), Error> {
        let assumed = match self.changed {
            Some(changed) if within(Part::Assumptions) => Asking::new(changed, question, asking.by)?,
            Some(_) | None => asking.clone(),
        };
        let revised = self.reported.iter().enumerate().filter(|(index, _)| within(Part::Revision(*index)));
        let changes: Vec<(String, f64)> =
            revised.filter_map(|(_, own)| Some((of_provider(&own.name, ProviderKey::Revenue), own.base?))).collect();
        let assumed = assumed.of(assumed.scenario.with_all(changes)?);
        if !within(Part::Time) {
            let exact = assumed.exact(DEFAULT_TOLERANCE)?;
            let (low, high) = exact.interval();
            let interval = [low, high];
            return Ok((
                NumberEstimate { value: exact.value(), standard_error: exact.standard_error(), interval },
                None,
            ));
        }
        let pair = ObservedPair::new(&assumed.scenario)?;
        let of = |name: &str| -> Vec<f64> {
            let Some(index) = self.reported.iter().position(|own| own.name == name) else { return Vec::new() };
            if within(Part::Report(index)) { self.reported[index].later.clone() } else { expected[index].clone() }
        };
        let reports: Reports = pair.names().map(of);
        let found = posterior(&pair, &reports, self.tolerance, self.seed)?;
        Ok((found.probability, found.effective_size.is_finite().then_some(found.effective_size)))
    }
}

/// Whether time has passed in a coalition in which a report differs from its expectation.
fn is_feasible(parts: &[Part], coalition: usize) -> bool {
    let has = |is: &dyn Fn(&Part) -> bool| {
        parts.iter().enumerate().any(|(place, part)| coalition >> place & 1 == 1 && is(part))
    };
    has(&|part| *part == Part::Time) || !has(&|part| matches!(part, Part::Report(_)))
}

/// The mean contribution of each part over all feasible orders.
fn shapley(parts: &[Part], found: &HashMap<usize, f64>) -> Vec<f64> {
    // Orders are counted by the coalitions that they pass through: `paths` from the empty one, and to the whole one.
    let whole = (1_usize << parts.len()) - 1;
    let neighbours = |coalition: usize| {
        let next = (0..parts.len()).filter(move |place| coalition >> place & 1 == 0);
        next.map(move |place| (place, coalition | 1 << place))
            .filter(|(_, next)| found.contains_key(next))
            .collect::<Vec<_>>()
    };
    let mut from = vec![0.0; whole + 1];
    let mut to = vec![0.0; whole + 1];
    (from[0], to[whole]) = (1.0, 1.0);
    for coalition in (0..=whole).filter(|coalition| found.contains_key(coalition)) {
        for (_, next) in neighbours(coalition) {
            from[next] += from[coalition];
        }
    }
    for coalition in (0..=whole).rev().filter(|coalition| found.contains_key(coalition)) {
        for (_, next) in neighbours(coalition) {
            to[coalition] += to[next];
        }
    }
    let mut changes = vec![0.0; parts.len()];
    for coalition in (0..=whole).filter(|coalition| found.contains_key(coalition)) {
        for (place, next) in neighbours(coalition) {
            changes[place] += from[coalition] * to[next] / to[0] * (found[&next] - found[&coalition]);
        }
    }
    // Rounding errors of the weights, which are ratios of whole numbers, go to the largest part.
    let rest = found[&whole] - found[&0] - changes.iter().sum::<f64>();
    if let Some(largest) = changes.iter_mut().max_by(|a, b| a.abs().total_cmp(&b.abs())) {
        *largest += rest;
    }
    changes
}

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} by {}: {} before, {} after", self.question, self.period, self.before, self.after)?;
        if !self.surprises.is_empty() {
            let wide =
                self.surprises.iter().map(|own| own.name.chars().count()).max().unwrap_or(0).max("report of".len());
            writeln!(
                f,
                "\n  {:<wide$}  {:>8}  {:>10}  {:>10}  {:>8}",
                "report of", "for", "expected", "reported", "surprise"
            )?;
            for Surprise { name, period, expected, reported } in &self.surprises {
                let surprise = format!("{:+.1} %", 100.0 * (reported / expected - 1.0));
                let (period, expected, reported) = (period.to_string(), short(*expected), short(*reported));
                writeln!(f, "  {name:<wide$}  {period:>8}  {expected:>10}  {reported:>10}  {surprise:>8}")?;
            }
        }
        let wide = self.parts.iter().map(|part| part.what.chars().count()).max().unwrap_or(0).max("what changed".len());
        writeln!(f, "\n  {:<wide$}  {:>8}", "what changed", "change")?;
        for NewsPart { what, change } in &self.parts {
            let note = if what == TIME { "   every report as expected" } else { "" };
            writeln!(f, "  {what:<wide$}  {change:>+8.4}{note}")?;
        }
        let change = self.after.value - self.before.value;
        writeln!(f, "  {:<wide$}  {change:>+8.4}", "together")?;
        match self.effective_sample_size {
            Some(size) => writeln!(f, "  effective sample size of the drawn numbers {:.0}", size),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::gauss::as_f64;

    /// With time first and two reports after it in either order: time has its own change, the reports share theirs.
    #[test]
    fn parts_are_means_over_feasible_orders() {
        let parts = [Part::Time, Part::Report(0), Part::Report(1)];
        let values = [(0b000, 0.5), (0b001, 0.52), (0b011, 0.60), (0b101, 0.50), (0b111, 0.57)];
        let changes = shapley(&parts, &values.into_iter().collect());
        let expected = [0.02, 0.5 * (0.08 + 0.07), 0.5 * (-0.02 - 0.03)];
        for (found, expected) in changes.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15, "{found} {expected}");
        }
        assert!(is_feasible(&parts, 0b101) && !is_feasible(&parts, 0b010) && !is_feasible(&parts, 0b110));
        let all = as_f64((0..8).filter(|coalition| is_feasible(&parts, *coalition)).count());
        assert!((all - 5.0).abs() < 1e-15);
    }

    /// Parts without a precedence have their Shapley values: for v = the square of the number of parts, equal ones.
    #[test]
    fn without_precedence_parts_are_shapley_values() {
        let parts = [Part::Revision(0), Part::Revision(1), Part::Assumptions];
        let values = (0..8_usize)
            .map(|coalition| (coalition, as_f64(coalition.count_ones() as usize * coalition.count_ones() as usize)));
        let changes = shapley(&parts, &values.collect());
        assert!(changes.iter().all(|change| (change - 3.0).abs() < 1e-14), "{changes:?}");
    }
}
