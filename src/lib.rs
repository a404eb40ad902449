//! Who overtakes whom, when, and how likely?

mod assumption;
mod calendar;
mod cpu;
mod error;
mod estimate;
mod growth;
mod math;
mod outcome;
mod paths;
mod scenario;
mod shock;
mod simulation;
mod statistic;

pub use assumption::{
    Assumption, fixed, interval, log_interval, lognormal, normal, pert, triangular, truncated, uniform,
};
pub use calendar::{Period, Step};
pub use error::{Error, Place, Problem};
pub use estimate::{Estimate, When};
pub use growth::{Curve, Tail};
pub use outcome::{Fan, LeadChanges, Outcome, Overtake, RankTable, ShareFan};
pub use paths::{Path, Paths, Rows};
pub use scenario::{AssumptionPlace, Provider, Question, Scenario, ScenarioBuilder};
pub use simulation::{Progress, Simulation, Tally};
pub use statistic::{Counts, Shape, Statistic};
