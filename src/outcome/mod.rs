//! The outcome: the answers of a run as data. Its two producers, `exact` and `simulation`, build it; `render` shows it.
//! serde writes it to a file and reads it back.

mod build;
mod contents;
mod cross_check;
mod custom;
mod difference;
mod entries;
pub(crate) mod exits;
mod file;
mod file_questions;
mod laws;
mod lookup;
mod manifest;
mod mean_date;
mod mixture;
mod origin;
mod overtake;
mod overtake_json;
mod part;
mod past;
mod pool;
mod provider;
mod questions;
mod run;
mod variance;
mod views;
mod when;

pub(crate) use build::Build;
pub(crate) use contents::Contents;
pub(crate) use cross_check::FALSE_ALARM;
pub use cross_check::{Checked, CrossCheck};
pub(crate) use custom::{CustomAnswer, CustomKind};
pub use difference::{Change, Difference, Differences};
pub use laws::LawAnswer;
pub(crate) use lookup::{QUANTILES, place_of};
pub use mean_date::{MeanDate, Years};
pub(crate) use mixture::{Component, Mixture};
pub(crate) use overtake::{Answers, QuestionDates};
pub use overtake::{LeadChanges, Overtake};
pub(crate) use part::{MeasuredFan, Part, ProviderOutcome, SegmentOutcome};
#[cfg(feature = "charts")]
pub(crate) use past::LEVELS;
pub(crate) use past::{BAND, KnownRevenue, MEDIAN};
pub(crate) use provider::{Distribution, FanRow, ShareRow, WITHOUT_FANS, logistic};
pub use provider::{Fan, RankTable, ShareFan};
pub(crate) use run::{Chosen, Method, NotExact, RunInfo};

#[cfg(feature = "charts")]
pub(crate) use pool::not_asked;
pub use views::{Pool, ViewAnswer};

use questions::{question_named, unknown};
use run::ReachedPrecision;

use crate::assumption::address::split_name;
use crate::error::{Error, did_you_mean, no_provider};
use crate::estimate::Estimate;
use crate::plan::Plan;
use crate::scenario::{Measure, Scenario};

/// The answers of a run with their errors: questions, revenue, ranks and shares, and custom statistics.
///
/// `Display` prints every question's table and each provider's revenue by year end.
///
/// serde writes the outcome file and reads it back. An outcome that was read gives the same tables, charts and reports.
/// Of the distributions of revenue and shares, it has the means and the quantiles that the file holds. The outcome of a
/// scenario with a custom curve can be written but not read.
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
///
/// let file = serde_json::to_string(&outcome).expect("an outcome can be written");
/// let read: outgrow::Outcome = serde_json::from_str(&file).expect("what was written can be read");
/// assert_eq!(read.to_csv(), outcome.to_csv());
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Outcome {
    /// The scenario that was answered.
    pub(crate) scenario: Scenario,
    /// The build that computed the answers.
    pub(crate) build: Build,
    pub(crate) run: RunInfo,
    pub(crate) contents: Contents,
    pub(crate) questions: Vec<Overtake>,
    pub(crate) providers: Vec<ProviderOutcome>,
    pub(crate) custom: Vec<CustomAnswer>,
    /// Known revenue by provider, for charts.
    pub(crate) past: Vec<KnownRevenue>,
    /// The answers of every view, if requested, and their mixture.
    pub(crate) views: Vec<ViewAnswer>,
    pub(crate) pool: Option<Pool>,
}

impl Outcome {
    /// An outcome of the answers of a producer. `asked` is the requested error, if any; it and the reached error are
    /// recorded in the run, and the run in every question. `contents` are the other settings.
    pub(crate) fn new(
        (scenario, plan): (&Scenario, &Plan),
        (run, asked, contents): (RunInfo, Option<f64>, Contents),
        questions: Vec<Overtake>,
        providers: Vec<ProviderOutcome>,
        custom: Vec<CustomAnswer>,
    ) -> Self {
        let past = past::pasts(scenario, plan);
        let (scenario, build, views, pool) = (scenario.clone(), Build::of_this_crate(), Vec::new(), None);
        let mut outcome = Self { scenario, build, run, contents, questions, providers, custom, past, views, pool };
        let reached = outcome.largest_error();
        outcome.run.precision = asked.map(|asked| ReachedPrecision::of(asked, reached));
        for question in &mut outcome.questions {
            question.run = outcome.run.clone();
        }
        outcome
    }

    /// The largest standard error over all dates of all questions.
    pub(crate) fn largest_error(&self) -> f64 {
        self.questions.iter().flat_map(Overtake::errors).fold(0.0, f64::max)
    }

    /// The answer to the question whether `challenger` overtakes `incumbent`.
    ///
    /// # Errors
    /// If there is no such question, or more than one: then use [`Outcome::question`] with its name.
    pub fn overtake(&self, challenger: &str, incumbent: &str) -> Result<&Overtake, Error> {
        let asked =
            |overtake: &&Overtake| overtake.challenger() == challenger && overtake.incumbent() == Some(incumbent);
        let found: Vec<&Overtake> = self.questions.iter().filter(asked).collect();
        match found.as_slice() {
            [one] => Ok(one),
            [] => Err(unknown(&self.questions, &format!("{challenger} overtakes {incumbent}"))),
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
        question_named(&self.questions, name)
    }

    /// Every answer, in the order of the questions.
    pub fn questions(&self) -> &[Overtake] {
        &self.questions
    }

    /// The revenue of a provider, or of a segment as `Provider/Segment`, by period.
    ///
    /// # Errors
    /// If there is no such provider or segment, or if fans were switched off.
    pub fn revenue(&self, provider: &str) -> Result<&Fan, Error> {
        let (owner, Some(segment)) = split_name(provider) else {
            return part(provider, "fans", &self.provider(provider)?.revenue);
        };
        let segments = &self.provider(owner)?.segments;
        let found = segments.iter().find(|known| known.name == segment).ok_or_else(|| {
            let hint = did_you_mean(segment, segments.iter().map(|known| known.name.as_str()));
            Error::lookup("provider", format!("{owner:?} has no segment named {segment:?}{hint}"))
        })?;
        part(provider, "fans", &found.revenue)
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
            Some(Part::NotExact(reason)) => format!("have no exact answer: {reason}; use simulate() for them"),
            Some(Part::Off) | None => {
                "were not requested: call fans_of before the run, or --fans-of on the command line".to_owned()
            }
        };
        Err(Error::lookup("provider", format!("{} fans of {provider:?} {missing}", measure.word())))
    }

    /// The rank of a provider by period; 1 is the largest, ties share the better rank.
    ///
    /// # Errors
    /// If there is no such provider, or if ranks were switched off or have no exact answer.
    pub fn rank(&self, provider: &str) -> Result<&RankTable, Error> {
        part(provider, "ranks", &self.provider(provider)?.rank)
    }

    /// The share of a provider in the sum of the scenario's providers, by period.
    ///
    /// # Errors
    /// If there is no such provider, or if shares were switched off or have no exact answer.
    pub fn share(&self, provider: &str) -> Result<&ShareFan, Error> {
        part(provider, "shares", &self.provider(provider)?.share)
    }

    fn provider(&self, name: &str) -> Result<&ProviderOutcome, Error> {
        self.providers.iter().find(|provider| provider.name == name).ok_or_else(|| {
            Error::lookup("provider", no_provider(name, self.providers.iter().map(|provider| provider.name.as_str())))
        })
    }

    pub(crate) fn past(&self, provider: &str) -> Result<&KnownRevenue, Error> {
        let segments = self.providers.iter().flat_map(ProviderOutcome::segment_names);
        let names: Vec<String> = self.providers.iter().map(|provider| provider.name.clone()).chain(segments).collect();
        let place = names.iter().position(|name| name == provider);
        let unknown = || Error::lookup("provider", no_provider(provider, names.iter().map(String::as_str)));
        place.map(|place| &self.past[place]).ok_or_else(unknown)
    }

    /// The cross-check of every question, also as seen by each view; empty unless
    /// [requested](crate::Simulation::cross_check).
    pub fn cross_checks(&self) -> impl Iterator<Item = &CrossCheck> {
        let views = self.views.iter().flat_map(ViewAnswer::questions);
        self.questions.iter().chain(views).filter_map(Overtake::cross_check)
    }

    /// The probability of a custom event.
    ///
    /// # Errors
    /// If there is no such event.
    pub fn event(&self, name: &str) -> Result<Estimate, Error> {
        self.custom(CustomKind::Event, name).map(|custom| custom.rows[0][1])
    }

    /// The probability of each class of a custom classification.
    ///
    /// # Errors
    /// If there is no such classification.
    pub fn classes(&self, name: &str) -> Result<&[Estimate], Error> {
        self.custom(CustomKind::Classes, name).map(|custom| custom.rows[0].as_slice())
    }

    /// The probabilities of a custom [`Statistic`](crate::Statistic), by row and class.
    ///
    /// # Errors
    /// If there is no such statistic.
    pub fn statistic(&self, name: &str) -> Result<&[Vec<Estimate>], Error> {
        self.custom(CustomKind::Statistic, name).map(|custom| custom.rows.as_slice())
    }

    fn custom(&self, kind: CustomKind, name: &str) -> Result<&CustomAnswer, Error> {
        let of_kind = || self.custom.iter().filter(|custom| custom.kind == kind);
        of_kind().find(|custom| custom.name == name).ok_or_else(|| {
            let other = self.custom.iter().find(|custom| custom.name == name);
            let hint = match other {
                Some(other) => format!("; it is the name of another kind: \"{}\"", other.kind.word()),
                None => did_you_mean(name, of_kind().map(|custom| custom.name.as_str())),
            };
            Error::lookup(kind.word(), format!("none is named {name:?}{hint}"))
        })
    }

    /// The number of simulated paths behind the answers; `None` if they are exact.
    #[must_use]
    pub fn paths(&self) -> Option<u64> {
        self.run.paths
    }

    /// The number of paths that were requested, if not all of them were run.
    ///
    /// # Example: a run that its callback stops
    /// ```
    /// # use outgrow::{Curve, Provider, Scenario};
    /// # use std::ops::ControlFlow;
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.3)).volatility(0.1)).build()?;
    /// let run = scenario.simulate().paths(100_000).threads(1);
    /// let stopped = run.on_progress(|_| ControlFlow::Break(())).run()?;
    /// assert_eq!((stopped.paths(), stopped.paths_asked()), (Some(8192), Some(100_000)));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn paths_asked(&self) -> Option<u64> {
        self.run.paths_asked
    }

    /// Whether every requested path was run, also for every view.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.run.complete && self.views.iter().all(|view| view.run.complete)
    }
}

/// The answers of a part, or why there are none.
fn part<'a, T>(name: &str, switch: &str, part: &'a Part<T>) -> Result<&'a T, Error> {
    let missing = match part {
        Part::Known(part) => return Ok(part),
        Part::Off => "were switched off in the run".to_owned(),
        Part::NotExact(reason) => format!("have no exact answer: {reason}; use simulate() for them"),
    };
    Err(Error::lookup("provider", format!("{switch} of {name:?} {missing}")))
}
