//! **Who overtakes whom, when, and how likely?**
//!
//! `outgrow` models competing providers' revenue with decelerating growth and simulates when one passes another:
//! dates as probabilities with error bars, paths without an overtake kept as "not by the horizon", the same bits for
//! the same seed on any machine.
//!
//! ```text
//!  Provider ┐
//!  Curve    ├▶ Scenario ─▶ simulate() ─▶ Tally ─▶ Outcome ─▶ table, JSON, CSV, chart, report
//!  Question ┘     │ with(address, …)        │        overtake(a, b).by("2022-Q4") -> Estimate
//!  TOML, JSON ────┘                         └ merge (shards)
//! ```
//!
//! # One pair
//! Seen from mid-2018: does Alibaba Cloud overtake Google Cloud? It is the case of the README and of
//! `examples/alibaba_vs_google.rs`, where each number has its source.
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
//! # What you do, and where it is
//! | you | with |
//! |---|---|
//! | say how revenue grows | [`Curve`], [`Tail`] |
//! | say how sure you are | [`Assumption`] and its functions: [`normal`], [`interval`], [`pert`], [`truncated`], … |
//! | put providers against each other | [`Scenario`], [`Provider`], [`Question`] |
//! | answer a file without writing code | the command `outgrow` (feature `cli`): `outgrow run FILE` |
//! | keep it as a file | [`Scenario::from_toml`], [`Scenario::from_json`], [`Scenario::to_toml`] |
//! | change one number by its address | [`Scenario::with`], [`Scenario::assumptions`], [`Scenario::numbers`] |
//! | run it | [`Scenario::simulate`], [`Simulation`] |
//! | have it without sampled shocks, to a tolerance | [`Scenario::exact`], [`Exact`] |
//! | know what an answer turns on | [`Exact::gradient`], [`Gradient`] |
//! | read the answer | [`Outcome`], [`Overtake`], [`Estimate`], [`When`] |
//! | check where it may mislead | [`Scenario::quick_audit`], [`Scenario::audit`], [`Audit`], [`Finding`], [`Severity`], [`Claim`] |
//! | draw the answer | [`Outcome::chart`], [`Chart`], [`Simulation::sample`] |
//! | tell it in one file, with all that it rests on | [`Outcome::report`], [`Report`] |
//! | hand it on | [`Outcome::to_csv`], [`Outcome::to_spreadsheet_csv`], [`Outcome::to_markdown`], `serde_json::to_string` |
//! | ask a question of your own | [`Simulation::event`], [`Simulation::classify`], [`Statistic`] |
//! | rare overtakes, tighter error bars, a wanted precision | [`Sampling`], [`Simulation::until`] |
//! | have the exact value beside the simulated one | [`Simulation::cross_check`], [`CrossCheck`] |
//! | see what a change does, on the same random numbers | [`Simulation::difference`] |
//! | assert a probability in a test | [`assert_probability!`], [`Scenario::check`] |
//! | see in a review which assumption moved which answer | [`Outcome::snapshot`], [`Snapshot`] |
//! | split a run over machines | [`Simulation::shard`], [`Tally`] |
//!
//! Ten questions with answers that run are in the [`cookbook`].
//!
//! Growth is a fraction a year (0.87 is +87 %), half-lives are in years, volatility is the standard deviation of log
//! revenue per √year, and money is per period in one unit of your choice. Stated growth is that of the *median* path; the
//! mean lies above it by the factor e^(σ²τ/2), σ the volatility and τ the years ([`Curve`]). An overtake is looked for at
//! the end of each period, so a finer step finds more of them ([`Question::overtakes`]).
//!
//! # What it guarantees
//! * Same scenario, seed and number of paths: the same bits for any number of threads, any split into shards that are
//!   merged, and any processor.
//! * Editing a number, turning it into a distribution, or appending a provider leaves all other draws as they were, so
//!   a difference between two runs is due to the change alone.
//! * No path is dropped. What does not happen by the horizon is counted and shown.
//! * Bad input gives an [`Error`] that names the address and the offending value of every problem.
//!
//! # In your tests
//! A simulation without optimisation is hundreds of times slower. Two lines in your own `Cargo.toml` fix that; the
//! hot path is compiled inside this crate, so they reach it:
//! ```toml
//! [profile.dev.package."*"]
//! opt-level = 3
//! ```
//!
//! [`assert_probability!`] is exact where it can be, and otherwise simulates with stated false alarms; a [`Snapshot`] shows
//! a changed assumption beside the probabilities that it moved.

mod assertion;
mod assumption;
mod audit;
mod calendar;
pub mod cookbook;
mod cpu;
mod error;
mod estimate;
pub mod exact;
mod growth;
mod math;
mod outcome;
mod paths;
mod report;
mod scenario;
mod shock;
mod simulation;
mod snapshot;
mod statistic;

pub use assertion::{ProbabilityCheck, Verdict};
pub use assumption::{
    Assumption, fixed, interval, log_interval, lognormal, normal, pert, triangular, truncated, uniform,
};
pub use audit::{Audit, Figure, Finding, FindingKind, Severity, Weight, Weights};
pub use calendar::{Period, Step};
pub use error::{Error, Place, Problem};
pub use estimate::{Estimate, When};
pub use exact::{Exact, Gradient, Slope};
pub use growth::{Curve, Tail};
pub use outcome::{
    Change, Chart, Checked, CrossCheck, Difference, Differences, Fan, LeadChanges, MeanDate, Outcome, Overtake,
    RankTable, ShareFan, Years,
};
pub use paths::{Path, Paths, Rows};
pub use report::Report;
pub use scenario::{AssumptionPlace, Claim, Measure, Provider, Question, Scenario, ScenarioBuilder};
pub use simulation::{Precision, Progress, SamplePaths, Sampling, Simulation, Tally};
pub use snapshot::Snapshot;
pub use statistic::{Counts, Shape, Statistic};

/// The Markdown of the repository runs as doctests.
#[cfg(doctest)]
mod markdown {
    #[doc = include_str!("../README.md")]
    mod readme {}
    #[doc = include_str!("../DESIGN.md")]
    mod design {}
}
