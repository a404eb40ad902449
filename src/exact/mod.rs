//! Exact answers: no noise is sampled. A pair's log-ratio is a Gaussian random walk given the drawn assumptions, so its
//! first passage is a recursion of one-dimensional integrals, and the assumptions are integrated by Gauss rules.
//!
//! | file | what |
//! |---|---|
//! | `kernel` | one period of the walk, as a product with a density on panels of Gauss nodes |
//! | `passage` | first passage, sustained leads and lead changes of one walk |
//! | `start` | where the walk starts, where a base is drawn |
//! | `pair` | the walks of a pair at points of its drawn assumptions |
//! | `axes`, `gauss`, `points` | which points: turned axes, rules, lattices |
//! | `integrate` | the integral and its error |
//! | `answer`, `revenue` | questions, ranks; fans and shares |
//! | `closed` | closed forms: when a Brownian motion first reaches a level, and how that differs on dates |

mod answer;
mod axes;
mod closed;
mod gauss;
mod integrate;
mod kernel;
mod pair;
mod passage;
mod points;
mod revenue;
mod start;

pub use closed::{
    bridge_no_touch, discrete_shift, first_passage_by, first_passage_by_dates, first_passage_by_with_normal_drift,
    first_passage_density, first_passage_ever,
};

use crate::error::{Error, Kind, Problem};
use crate::outcome::Outcome;
use crate::paths::Plan;
use crate::scenario::{Measure, Scenario};

/// The tolerance of an answer that was not told.
pub(crate) const DEFAULT_TOLERANCE: f64 = 1e-6;
/// The tolerances that can be asked for.
const TOLERANCES: std::ops::RangeInclusive<f64> = 1e-12..=1e-2;

/// The settings of an exact answer; made by [`Scenario::exact`], started by [`run`](Exact::run).
///
/// The answers are those of a simulation without end. Their errors are estimates of the quadrature's error, not of
/// sampling: see [`Estimate`](crate::Estimate) in an [`Outcome`].
///
/// # Example: to eight digits
/// ```
/// # use outgrow::{Curve, Provider, Question, Scenario, normal};
/// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
/// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(normal(0.6, 0.1))).volatility(0.15))
/// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let outcome = scenario.exact().tolerance(1e-8).run()?;
/// let by_2020 = outcome.overtake("A", "B")?.by("2020-Q4")?;
/// assert!(by_2020.standard_error() <= 1e-8);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Exact<'a> {
    scenario: &'a Scenario,
    tolerance: f64,
    fans: bool,
    ranks: bool,
    shares: bool,
}

impl Scenario {
    /// Starts an exact answer, to a tolerance of 1e-6, with fans, ranks and shares on.
    ///
    /// # Example: milliseconds, and no seed
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018-Q1", "2028-Q1")
    /// #     .provider(Provider::new("A", 699).growth(Curve::constant(0.05_f64.exp_m1())).volatility(0.2))
    /// #     .provider(Provider::new("B", 1000).growth(Curve::constant(0)))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let by_2028 = scenario.exact().run()?.overtake("A", "B")?.by("2028-Q1")?;
    /// assert!((by_2028.value() - 0.762_805_77).abs() < 1e-8);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn exact(&self) -> Exact<'_> {
        Exact { scenario: self, tolerance: DEFAULT_TOLERANCE, fans: true, ranks: true, shares: true }
    }
}

impl Exact<'_> {
    /// The error that each probability may have, between 1e-12 and 0.01; that of the number of lead changes may be a
    /// thousand times as large, up to 0.01. What cannot be met is shown in the estimates' errors.
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Whether to answer every provider's revenue.
    pub fn fans(mut self, on: bool) -> Self {
        self.fans = on;
        self
    }

    /// Whether to answer every provider's rank; of three and more they are not exact and left out.
    pub fn ranks(mut self, on: bool) -> Self {
        self.ranks = on;
        self
    }

    /// Whether to answer every provider's share; of three and more they are not exact and left out.
    pub fn shares(mut self, on: bool) -> Self {
        self.shares = on;
        self
    }

    /// Gives the answers.
    ///
    /// # Errors
    /// Where a question compares sums of periods, which have no exact answer (the message says what to do instead); a
    /// tolerance out of bounds; a curve that is not finite.
    pub fn run(self) -> Result<Outcome, Error> {
        self.check()?;
        let plan = Plan::new(self.scenario, 0)?;
        let questions = self.scenario.questions().iter();
        let solved = questions.map(|question| answer::question(self.scenario, &plan, question, self.tolerance));
        let solved = solved.collect::<Result<Vec<_>, _>>()?;
        let providers = answer::providers(&self, &plan)?;
        Ok(Outcome::exact(self.scenario, &plan, self.tolerance, solved, providers))
    }

    fn check(&self) -> Result<(), Error> {
        let mut problems = Vec::new();
        if !TOLERANCES.contains(&self.tolerance) {
            let message = format!("must be between 1e-12 and 0.01, got {:?}", self.tolerance);
            problems.push(Problem::new("tolerance", message));
        }
        for (place, question) in self.scenario.questions().iter().enumerate() {
            if question.measure != Measure::Period {
                let key = question.name.clone().unwrap_or_else(|| place.to_string());
                let message = "not exact: because sums of several periods are not lognormal; simulate() answers it";
                problems.push(Problem::new(format!("question[{key}].measure"), message));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::of(Kind::Invalid, "exact", problems)) }
    }
}
