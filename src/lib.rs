//! **Who overtakes whom, when, and how likely?**
//!
//! `outgrow` models competing providers' revenue with decelerating growth and simulates when one passes another. Dates
//! come as probabilities with error bars, paths without an overtake are counted as "not by the horizon", and the same
//! seed gives the same bits on any machine.
//!
//! ```text
//!  Provider ┐
//!  Curve    ├▶ Scenario ─▶ simulate() ─▶ Tally ─▶ Outcome ─▶ table, JSON, CSV, chart, report
//!  Question ┘     │ with(address, …)        │        overtake(a, b).by("2022-Q4") -> Estimate
//!  TOML, JSON ────┘                         └ merge (shards)
//! ```
//!
//! # One pair
//! Seen from mid-2018: does Alibaba Cloud overtake Google Cloud? This is the case of the README and of
//! `examples/alibaba_vs_google.rs`, which gives the source of each number.
//! ```
//! use outgrow::{lognormal, normal, triangular, truncated, Curve, Provider, Question, Scenario, Tail};
//!
//! let alibaba = Provider::new("Alibaba Cloud", 690_225_090.51)
//!     .history([382_653_864.32, 468_282_701.09, 566_504_014.40]).fiscal_year_ends(3)
//!     .growth(Curve::totals([normal(0.87, 0.10), normal(0.60, 0.15)], Tail::fade("mature_growth", lognormal(2.0, 0.3))))
//!     .volatility(0.15);
//! let google = Provider::new("Google Cloud", truncated(lognormal(1.2e9, 0.12), 1.0e9, None))
//!     .growth(Curve::fade(normal(0.45, 0.08), "mature_growth", lognormal(4.0, 0.3)))
//!     .volatility(0.10);
//! let scenario = Scenario::builder("2018-Q1", "2028-Q1")       // base and horizon; the step follows from the label
//!     .assumption("mature_growth", triangular(0.05, 0.12, 0.20))
//!     .provider(alibaba).provider(google).correlation("Alibaba Cloud", "Google Cloud", 0.3)
//!     .question(Question::overtakes("Alibaba Cloud", "Google Cloud"))
//!     .build()?;                                               // every problem at once, each with its address
//!
//! let outcome = scenario.simulate().paths(20_000).seed(7).run()?;
//! let overtake = outcome.overtake("Alibaba Cloud", "Google Cloud")?;
//! println!("{overtake}");                                      // a table by year end
//! let by_2022 = overtake.by("2022-Q4")?;                       // value, standard error, interval
//! let median = overtake.quantile(0.5)?;                        // At(2021-Q4), or NotBy(2028-Q1), which orders last
//! by_2022.check_within(0.55..=0.60)?;                          // an assertion for tests
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! # What you can do, and where to find it
//! | task | items |
//! |---|---|
//! | describe how revenue grows | [`Curve`], [`Tail`] |
//! | state uncertainty | [`Assumption`] and its functions: [`normal`], [`interval`], [`pert`], [`truncated`], …; [`Quantiles`] |
//! | define the competitors and the questions | [`Scenario`], [`Provider`], [`Question`] |
//! | read and write scenario files | [`Scenario::from_toml`], [`Scenario::from_json`], [`Scenario::to_toml`] |
//! | fit growth laws to past revenue (feature `history`) | `History::fit`, `History::fits`, `fit::CurveFit`, `fit::Regression` |
//! | start from revenue figures (feature `history`) | `History::from_csv`, `History::outside_view`, `ReferenceClass` |
//! | score forecasts from past years (feature `history`) | `History::backtest`, `backtest::Scorecard` |
//! | score other forecasts | [`scores`] |
//! | answer a scenario file without writing code | the command `outgrow` (feature `cli`): `outgrow run FILE`, `outgrow man` |
//! | change a number by its address | [`Scenario::with`], [`Scenario::assumptions`], [`Scenario::numbers`] |
//! | simulate | [`Scenario::simulate`], [`Simulation`] |
//! | compute the answer without sampling, to a tolerance | [`Scenario::exact`], [`Exact`] |
//! | find out what an answer depends on | [`Scenario::sensitivity`], [`Sensitivity`]; [`Exact::gradient`], [`Gradient`] |
//! | find out what would have to be true | [`Scenario::solve`], [`Solution`]; [`Scenario::surface`], [`analysis::Surface`] |
//! | find out why an answer changed, or what may change it | [`Scenario::update`], [`analysis::News`]; [`Scenario::outlook`], [`analysis::Outlook`] |
//! | read the answers | [`Outcome`], [`Overtake`], [`Estimate`], [`When`] |
//! | answer a scenario as several forecasters see it, and pool them | [`View`], [`Simulation::views`], [`Exact::views`], [`Outcome::pool`] |
//! | check a scenario for likely mistakes | [`Scenario::quick_audit`], [`Scenario::audit`], [`Audit`], [`Finding`], [`Severity`], [`Claim`] |
//! | plot the answers (feature `charts`, on by default) | [`Outcome::chart`], [`Chart`], [`Simulation::sample`] |
//! | compare scenarios in one chart (feature `charts`) | [`Chart::compare`], [`Chart::scenarios`] |
//! | write a self-contained report (feature `charts`) | [`Outcome::report`], [`Report`] |
//! | export the answers | [`Outcome::to_csv`], [`Outcome::to_spreadsheet_csv`], [`Outcome::to_markdown`], `serde_json::to_string` |
//! | read a stored outcome for charts and reports | `serde_json::from_str::<Outcome>` |
//! | compute a stored outcome again and check it | [`Outcome::reproduce`] |
//! | compute custom statistics, also of the drawn numbers | [`Simulation::event`], [`Simulation::classify`], [`Statistic`], [`Paths::draw`] |
//! | sample rare overtakes, reduce error bars, reach a given precision | [`Sampling`], [`Simulation::until`] |
//! | compare the simulated with the exact value | [`Simulation::cross_check`], [`CrossCheck`] |
//! | estimate the effect of a change with common random numbers | [`Simulation::difference`], [`Differences`] |
//! | assert a probability in a test | [`assert_probability!`], [`Scenario::check`] |
//! | review which assumption changed which answer | [`Outcome::snapshot`], [`Snapshot::check`] |
//! | distribute a run over machines | [`Simulation::shard`], [`Tally`] |
//!
//! The [`cookbook`] answers twenty-one common questions with runnable code.
//!
//! # Guides
//! * [The model](_documentation::model): log revenue, first passage, fiscal totals, correlations
//! * [Exact answers](_documentation::exact_answers), [sampling and error bars](_documentation::sampling)
//! * [Random numbers and reproducibility](_documentation::random_numbers), [accuracy](_documentation::accuracy),
//!   [performance](_documentation::performance)
//! * [The audit](_documentation::audit), [sensitivity, goal seek, surfaces and news](_documentation::sensitivity),
//!   [charts, reports and tables](_documentation::presentation), [views of several forecasters](_documentation::views)
//! * [Shards, checkpoints and sweeps](_documentation::distribution)
#![cfg_attr(
    feature = "history",
    doc = "* [Histories and the outside view](_documentation::history), [fits](_documentation::fits), [back-tests](_documentation::backtest)"
)]
//!
//! # Units
//!
//! Growth is a fraction a year (0.87 is +87 %), half-lives are in years, volatility is the standard deviation of log
//! revenue per √year, and money is per period in a unit of your choice. Stated growth is that of the *median* path; the
//! mean lies above it by the factor e^(σ²τ/2), where σ is the volatility and τ the number of years ([`Curve`]).
//! Overtakes are monitored at the end of each period, so a finer step observes more of them ([`Question::overtakes`]).
//!
//! # What it guarantees
//! * The same scenario, seed and number of paths give the same bits for any number of threads, any split into merged shards,
//!   and any processor.
//! * Editing a number, replacing it by a distribution, or appending a provider leaves all other draws unchanged, so that a
//!   difference between two runs is due to the change alone.
//! * No path is dropped. Paths without an overtake by the horizon are counted and shown.
//! * Bad input gives an [`Error`] that names the address and the offending value of every problem.
//!
//! # In your tests
//! A simulation without optimization is hundreds of times slower. Two lines in your `Cargo.toml` fix that; they reach
//! the hot path because it is compiled inside this crate:
//! ```toml
//! [profile.dev.package."*"]
//! opt-level = 3
//! ```
//!
//! [`assert_probability!`] is exact if there is an exact answer, unless a simulation is cheaper, which has a given rate of
//! false alarms. A [`Snapshot`] shows a changed assumption beside the probabilities that it changed; [`Snapshot::check`] keeps it in
//! a file.

pub mod _documentation;
pub mod analysis;
mod assertion;
mod assumption;
mod audit;
#[cfg(feature = "history")]
pub mod backtest;
mod calendar;
#[cfg(feature = "history")]
mod comparison;
pub mod cookbook;
mod covariance;
mod cpu;
mod error;
mod estimate;
pub mod exact;
#[cfg(feature = "history")]
pub mod fit;
mod growth;
#[cfg(feature = "history")]
pub mod history;
mod math;
mod number;
mod outcome;
mod paths;
mod plan;
mod random;
mod reference;
mod render;
#[cfg(feature = "charts")]
mod report;
mod scenario;
pub mod scores;
mod simulation;
mod snapshot;
mod statistic;

pub use analysis::{GoalSeek, Sensitivity, SensitivityAnalysis, Solution};
pub use assertion::{ProbabilityCheck, Verdict};
#[cfg(outgrow_fuzz)]
#[doc(hidden)]
pub use assumption::fuzzing::Distribution;
pub use assumption::{
    Address, Assumption, Quantiles, beta, beta_between, discrete, empirical, fixed, interval, log_growth, log_interval,
    lognormal, normal, pert, student_t, triangular, truncated, uniform,
};
pub use audit::{Audit, Figure, Finding, FindingKind, Severity, Weight, Weights};
pub use calendar::{Period, Step};
#[cfg(feature = "history")]
pub use comparison::{AgainstReference, BothAnswers, RatioNumbers};
pub use error::{Error, Place, Problem};
pub use estimate::{Estimate, When};
pub use exact::{Exact, Gradient, Slope};
pub use growth::{Curve, Tail};
#[cfg(feature = "history")]
pub use history::{Date, History, OutsideView, Rates, ReferenceClass};
pub use outcome::{
    Change, Checked, CrossCheck, Difference, Differences, Fan, LawAnswer, LeadChanges, MeanDate, Outcome, Overtake,
    Pool, RankTable, ShareFan, ViewAnswer, Years,
};
pub use paths::{Path, Paths, Sampling};
pub use plan::Rows;
#[cfg(outgrow_bench)]
#[doc(hidden)]
pub use plan::benching::{Bound, Compiled};
#[cfg(feature = "charts")]
pub use render::Chart;
#[cfg(feature = "charts")]
pub use report::Report;
pub use scenario::{
    Asks, AssumptionPlace, Centring, Claim, Factor, Innovations, Jump, Measure, Provider, Question, Scenario,
    ScenarioBuilder, Segment, Shock, View,
};
pub use simulation::{Precision, Progress, SamplePaths, Simulation, Tally};
pub use snapshot::Snapshot;
pub use statistic::{Counts, Shape, Statistic};

/// The Markdown of the repository runs as doctests.
#[cfg(doctest)]
mod markdown {
    #[cfg(feature = "charts")]
    #[doc = include_str!("../README.md")]
    mod readme {}
    #[doc = include_str!("../DESIGN.md")]
    mod design {}
}
