//! The outcome: estimates and text from counts. It can be written but not read back.

mod chart;
mod counted;
mod counting;
mod cross_check;
mod csv;
mod difference;
mod listing;
mod markdown;
mod mean_date;
mod mixture;
mod origin;
mod overtake;
mod overtake_json;
mod part;
mod past;
mod provider;
mod run;
mod table;
mod when;

use serde::Serialize;
use serde::ser::SerializeMap;

pub use chart::Chart;
pub(crate) use chart::escaped;
pub(crate) use counting::Counting;
pub use cross_check::{Checked, CrossCheck};
pub use difference::{Change, Difference, Differences};
pub use mean_date::{MeanDate, Years};
pub(crate) use mixture::{Component, Mixture};
pub(crate) use overtake::Answers;
pub use overtake::{LeadChanges, Overtake};
pub(crate) use part::{MeasuredFan, Part, ProviderOutcome};
use past::{BAND, LEVELS, MEDIAN, Past};
pub(crate) use provider::logistic;
pub use provider::{Fan, RankTable, ShareFan};
use run::Reached;
pub(crate) use run::RunInfo;
pub(crate) use table::{Table, money};

use crate::calendar::Period;
use crate::error::{Error, did_you_mean, no_provider};
use crate::estimate::Estimate;
use crate::plan::Plan;
use crate::scenario::{Measure, Scenario};
use crate::simulation::{PartKind, Tally};

/// The levels of the quantiles that every outcome lists; others are available on request.
pub(crate) const QUANTILES: [f64; 7] = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];

/// The answers of a run with their errors: questions, revenue, ranks and shares, and custom statistics.
///
/// `Display` prints every question's table and each provider's revenue by year end; serde writes the outcome file.
///
/// # Example: read the answers
/// ```
/// # use outgrow::{Curve, Provider, Question, Scenario};
/// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
/// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15))
/// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let outcome = scenario.simulate().paths(1000).seed(7).run()?;
/// let overtake = outcome.overtake("A", "B")?;
/// let by_2020 = overtake.by("2020-Q4")?;                         // an Estimate
/// let median = overtake.quantile(0.5)?;                          // a When
/// let one_in_ten = outcome.revenue("A")?.quantile("2022-Q4", 0.9)?;
/// let first = outcome.rank("A")?.probability("2022-Q4", 1)?;
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Outcome {
    /// The scenario that was answered.
    scenario: Scenario,
    run: RunInfo,
    questions: Vec<Overtake>,
    providers: Vec<ProviderOutcome>,
    own: Vec<Own>,
    /// Known revenue by provider, for charts.
    past: Vec<Past>,
}

/// The answer of a custom statistic: rows of classes.
#[derive(Debug, Clone, PartialEq)]
struct Own {
    kind: PartKind,
    name: String,
    rows: Vec<Vec<Estimate>>,
}

impl Outcome {
    /// # Errors
    /// If revenue overflows.
    pub(crate) fn of(tally: &Tally, plan: &Plan) -> Result<Self, Error> {
        let counting = Counting::new(tally, plan);
        let scenario = tally.scenario();
        let run = RunInfo::of(tally);
        let parts = tally.parts();
        let questions = scenario.questions().iter().zip(parts);
        let questions =
            questions.map(|(question, part)| Overtake::of((scenario, question), &part.counts, plan, &counting, &run));
        let mut outcome = Self {
            scenario: scenario.clone(),
            questions: questions.collect(),
            providers: counted::providers(parts, plan, &counting)?,
            own: parts.iter().filter_map(|part| counted::own(part, &counting)).collect(),
            past: past::pasts(scenario, plan),
            run,
        };
        outcome.tell_precision(tally.settings().precision.map(|asked| asked.error()));
        Ok(outcome)
    }

    /// The largest standard error over all dates of all questions.
    pub(crate) fn largest_error(&self) -> f64 {
        self.questions.iter().flat_map(Overtake::errors).fold(0.0, f64::max)
    }

    /// An exact outcome, from the answers to each question and for each provider.
    pub(crate) fn exact(
        scenario: &Scenario,
        plan: &Plan,
        run: RunInfo,
        answers: Vec<Answers>,
        providers: Vec<ProviderOutcome>,
    ) -> Self {
        let questions = scenario.questions().iter().zip(answers);
        let questions = questions.map(|(question, answers)| Overtake::new((scenario, question), answers, plan, &run));
        let questions = questions.collect();
        let asked = run.tolerance;
        let past = past::pasts(scenario, plan);
        let mut outcome = Self { scenario: scenario.clone(), questions, providers, own: Vec::new(), past, run };
        outcome.tell_precision(asked);
        outcome
    }

    /// Records the requested and the reached error in the run, and thereby in every question.
    fn tell_precision(&mut self, asked: Option<f64>) {
        let reached = self.largest_error();
        self.run.precision = asked.map(|asked| Reached::of(asked, reached));
        let run = self.run.clone();
        self.questions.iter_mut().for_each(|question| question.run = run.clone());
    }

    /// The answer to the question whether `challenger` overtakes `incumbent`.
    ///
    /// # Errors
    /// If there is no such question, or more than one: then use [`Outcome::question`] with its name.
    pub fn overtake(&self, challenger: &str, incumbent: &str) -> Result<&Overtake, Error> {
        let asked = |overtake: &&Overtake| overtake.challenger() == challenger && overtake.incumbent() == incumbent;
        let found: Vec<&Overtake> = self.questions.iter().filter(asked).collect();
        match found.as_slice() {
            [one] => Ok(one),
            [] => Err(self.unknown(&format!("{challenger} overtakes {incumbent}"))),
            several => {
                let names: Vec<&str> = several.iter().map(|overtake| overtake.name()).collect();
                let message = format!(
                    "{challenger:?} and {incumbent:?} have several questions; look one up by name: {}",
                    names.join(", ")
                );
                Err(Error::lookup("question", message))
            }
        }
    }

    /// The answer to the question with this name.
    ///
    /// # Errors
    /// If there is no such question; the message gives the most similar name.
    pub fn question(&self, name: &str) -> Result<&Overtake, Error> {
        self.questions.iter().find(|overtake| overtake.name() == name).ok_or_else(|| self.unknown(name))
    }

    /// Every answer, in the order of the questions.
    pub fn questions(&self) -> &[Overtake] {
        &self.questions
    }

    fn unknown(&self, name: &str) -> Error {
        let known = self.questions.iter().map(Overtake::name);
        let all = known.clone().collect::<Vec<_>>().join(", ");
        let all = if all.is_empty() { "none".to_owned() } else { all };
        Error::lookup(
            "question",
            format!("no question is named {name:?}{}; the questions are: {all}", did_you_mean(name, known)),
        )
    }

    /// The revenue of a provider by period.
    ///
    /// # Errors
    /// If there is no such provider, or if fans were switched off.
    pub fn revenue(&self, provider: &str) -> Result<&Fan, Error> {
        self.part(provider, "fans", |provider| &provider.revenue)
    }

    /// The revenue of a provider over years, at the dates of a measure that was requested with
    /// [`fans_of`](crate::Simulation::fans_of).
    ///
    /// # Errors
    /// If there is no such provider, or if the measure was not requested or has no exact answer.
    pub fn measured(&self, provider: &str, measure: Measure) -> Result<&Fan, Error> {
        let found = self.provider(provider)?.measured.iter().find(|fan| fan.measure == measure);
        let missing = match found.map(|fan| &fan.revenue) {
            Some(Part::Known(fan)) => return Ok(fan),
            Some(Part::NotExact(because)) => format!("have no exact answer: {because}; use simulate() for them"),
            Some(Part::Off) | None => "were not requested: call fans_of before the run".to_owned(),
        };
        Err(Error::lookup("provider", format!("{} fans of {provider:?} {missing}", measure.word())))
    }

    /// The rank of a provider by period; 1 is the largest, ties share the better rank.
    ///
    /// # Errors
    /// If there is no such provider, or if ranks were switched off or have no exact answer.
    pub fn rank(&self, provider: &str) -> Result<&RankTable, Error> {
        self.part(provider, "ranks", |provider| &provider.rank)
    }

    /// The share of a provider in the sum of the scenario's providers, by period.
    ///
    /// # Errors
    /// If there is no such provider, or if shares were switched off or have no exact answer.
    pub fn share(&self, provider: &str) -> Result<&ShareFan, Error> {
        self.part(provider, "shares", |provider| &provider.share)
    }

    fn provider(&self, name: &str) -> Result<&ProviderOutcome, Error> {
        self.providers.iter().find(|provider| provider.name == name).ok_or_else(|| {
            Error::lookup("provider", no_provider(name, self.providers.iter().map(|provider| provider.name.as_str())))
        })
    }

    fn part<'a, T>(
        &'a self,
        name: &str,
        switch: &str,
        part: impl Fn(&'a ProviderOutcome) -> &'a Part<T>,
    ) -> Result<&'a T, Error> {
        let missing = match part(self.provider(name)?) {
            Part::Known(part) => return Ok(part),
            Part::Off => "were switched off in the run".to_owned(),
            Part::NotExact(because) => format!("have no exact answer: {because}; use simulate() for them"),
        };
        Err(Error::lookup("provider", format!("{switch} of {name:?} {missing}")))
    }

    /// The probability of a custom event.
    ///
    /// # Errors
    /// If there is no such event.
    pub fn event(&self, name: &str) -> Result<Estimate, Error> {
        self.own(PartKind::Event, name).map(|own| own.rows[0][1])
    }

    /// The probability of each class of a custom classification.
    ///
    /// # Errors
    /// If there is no such classification.
    pub fn classes(&self, name: &str) -> Result<&[Estimate], Error> {
        self.own(PartKind::Classes, name).map(|own| own.rows[0].as_slice())
    }

    /// The probabilities of a custom [`Statistic`](crate::Statistic), by row and class.
    ///
    /// # Errors
    /// If there is no such statistic.
    pub fn statistic(&self, name: &str) -> Result<&[Vec<Estimate>], Error> {
        self.own(PartKind::Statistic, name).map(|own| own.rows.as_slice())
    }

    fn own(&self, kind: PartKind, name: &str) -> Result<&Own, Error> {
        let of_kind = || self.own.iter().filter(|own| own.kind == kind);
        of_kind().find(|own| own.name == name).ok_or_else(|| {
            let other = self.own.iter().find(|own| own.name == name);
            let hint = match other {
                Some(other) => format!("; it is the name of another kind: \"{}\"", other.kind.word()),
                None => did_you_mean(name, of_kind().map(|own| own.name.as_str())),
            };
            Error::lookup(kind.word(), format!("none is named {name:?}{hint}"))
        })
    }

    /// The number of paths behind the answers; 0 if they are exact.
    #[must_use]
    pub fn paths(&self) -> u64 {
        self.run.paths.unwrap_or(0)
    }

    /// Whether every requested path was run.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.run.complete
    }
}

impl Serialize for Outcome {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("outgrow", env!("CARGO_PKG_VERSION"))?;
        map.serialize_entry("base", &self.base())?;
        map.serialize_entry("horizon", &self.horizon())?;
        map.serialize_entry("unit", &self.scenario.unit())?;
        map.serialize_entry("run", &self.run)?;
        map.serialize_entry("questions", &self.questions)?;
        map.serialize_entry("providers", &self.providers)?;
        for (key, kind) in
            [("events", PartKind::Event), ("classes", PartKind::Classes), ("statistics", PartKind::Statistic)]
        {
            let of_kind: Vec<&Own> = self.own.iter().filter(|own| own.kind == kind).collect();
            if !of_kind.is_empty() {
                map.serialize_entry(key, &of_kind)?;
            }
        }
        map.end()
    }
}

impl Serialize for Own {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        match self.kind {
            PartKind::Event => map.serialize_entry("probability", &self.rows[0][1])?,
            PartKind::Classes => map.serialize_entry("classes", &self.rows[0])?,
            _ => map.serialize_entry("rows", &self.rows)?,
        }
        map.end()
    }
}

/// The index, from 1, of a label within a run of periods.
pub(crate) fn place_of(labels: &[Period], label: impl TryInto<Period, Error: Into<Error>>) -> Result<usize, Error> {
    let period = label.try_into().map_err(Into::into)?;
    labels.iter().position(|known| *known == period).ok_or_else(|| {
        let within = |known: &&Period| known.start() >= period.start() && known.end() <= period.end();
        let meant =
            labels.iter().rfind(within).map_or_else(String::new, |known| format!("; its last period is {known}"));
        Error::lookup("period", format!("{period} is not in the outcome{}{meant}", span_of(labels)))
    })
}

/// ": it contains 2019-Q1 to 2028-Q1", or a few of them if they are not consecutive.
fn span_of(labels: &[Period]) -> String {
    match labels {
        [first, second, .., last] if second.since(*first) != Some(1) => {
            format!(": it contains {first}, {second}, … {last}")
        }
        [first, .., last] => format!(": it contains {first} to {last}"),
        [one] => format!(": it contains {one}"),
        [] => String::new(),
    }
}

/// Checks the probability of a quantile.
pub(crate) fn checked_probability(p: f64) -> Result<f64, Error> {
    if p > 0.0 && p < 1.0 {
        return Ok(p);
    }
    Err(Error::lookup("quantile", format!("the probability of a quantile must lie between 0 and 1, got {p}")))
}
