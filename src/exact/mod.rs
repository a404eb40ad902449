//! Exact answers: no noise is sampled. A pair's log-ratio is a Gaussian random walk given the drawn assumptions, so its
//! first passage is a recursion of one-dimensional integrals, and the assumptions are integrated by Gauss rules.
//!
//! | file | what |
//! |---|---|
//! | `kernel` | one period of the walk, as a product with a density on panels of Gauss nodes |
//! | `passage` | first passage, sustained leads and lead changes of one walk |
//! | `watched` | first passage at any time, between dates too |
//! | `start` | where the walk starts, where a base is drawn |
//! | `pair` | the walks of a pair at points of its drawn assumptions |
//! | `axes`, `gauss`, `nodes`, `points` | which points: turned axes, rules, how many nodes of them, scrambled points |
//! | `integrate` | the integral and its error |
//! | `adjoint`, `leaf`, `chain` | derivatives: of one walk, the numbers they are asked of, and the way from one to the other |
//! | `gradient` | those of an answer |
//! | `answer`, `revenue` | questions, ranks; fans and shares |
//! | `closed` | closed forms: when a Brownian motion first reaches a level, and how that differs on dates |

mod adjoint;
mod answer;
mod axes;
mod chain;
mod closed;
mod gauss;
mod gradient;
mod integrate;
mod kernel;
mod leaf;
mod nodes;
mod pair;
mod passage;
mod points;
mod revenue;
mod start;
mod watched;

pub use closed::{
    bridge_no_touch, discrete_shift, first_passage_by, first_passage_by_dates, first_passage_by_with_normal_drift,
    first_passage_density, first_passage_ever,
};

pub use gradient::{Gradient, Slope};

use crate::error::{Error, Kind, Problem};
use crate::outcome::Outcome;
use crate::paths::Plan;
use crate::scenario::{Measure, Question, Scenario};

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
    continuous: bool,
    leads: bool,
    fans: bool,
    ranks: bool,
    shares: bool,
    /// Measures whose fans are asked for; they are sums, and so not exact.
    measured: Vec<Measure>,
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
        Exact {
            scenario: self,
            tolerance: DEFAULT_TOLERANCE,
            continuous: false,
            leads: true,
            fans: true,
            ranks: true,
            shares: true,
            measured: Vec::new(),
        }
    }
}

impl Exact<'_> {
    /// The error that each probability may have, between 1e-12 and 0.01; that of the number of lead changes may be a
    /// thousand times as large, up to 0.01. What cannot be met is shown in the estimates' errors.
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Whether an overtake is looked for at any time, not on dates only; off unless told.
    ///
    /// Revenue is a flow per period, so «at any time» speaks of the interpolated rate: between two dates the log-ratio is
    /// taken as a Brownian motion with the period's drift and volatility, and has passed where it rose above 0 for a
    /// moment. Only `by`, and with it «not by», the quantiles and the date, changes; who is ahead, lead changes, ranks and
    /// revenue are of dates as before. Bases that tie are passed at once. Without shocks nothing changes.
    ///
    /// It fits questions of the period measure that ask for one period; [`run`](Exact::run) refuses others by address.
    ///
    /// # Example: more overtakes than on forty dates
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018-Q1", "2028-Q1")
    /// #     .provider(Provider::new("A", 699).growth(Curve::constant(0.05_f64.exp_m1())).volatility(0.2))
    /// #     .provider(Provider::new("B", 1000).growth(Curve::constant(0)))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let by = |continuous| scenario.exact().continuous(continuous).run()?.overtake("A", "B")?.by("2028-Q1");
    /// assert!((by(false)?.value() - 0.762_806).abs() < 1e-6);
    /// assert!((by(true)?.value() - 0.802_775).abs() < 1e-6); // the inverse Gaussian law
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn continuous(mut self, on: bool) -> Self {
        self.continuous = on;
        self
    }

    /// Whether to answer the number of lead changes, the dearest part.
    pub(crate) fn leads(mut self, on: bool) -> Self {
        self.leads = on;
        self
    }

    /// Whether to answer every provider's revenue.
    ///
    /// A fan tells no error, and the tolerance does not move it: it is a mixture of lognormal laws over fixed points of the
    /// drawn assumptions. In tests its quantiles are within 1e-7 of a closed form with one drawn number beside shocks,
    /// within 1e-4 without shocks, and within 1 % (means 0.5 %) of a simulation with six drawn assumptions.
    pub fn fans(mut self, on: bool) -> Self {
        self.fans = on;
        self
    }

    /// Asks for every provider's revenue over years too, as [`Simulation::fans_of`](crate::Simulation::fans_of) does.
    ///
    /// Sums of several periods are not lognormal, so they have no exact answer: the outcome lists them without one and
    /// gives the reason.
    pub fn fans_of(mut self, measures: impl IntoIterator<Item = Measure>) -> Self {
        self.measured = measures.into_iter().collect();
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
        let how = (self.tolerance, self.continuous);
        let solved = questions.map(|question| answer::question(&self, &plan, question));
        let solved = solved.collect::<Result<Vec<_>, _>>()?;
        let providers = answer::providers(&self, &plan)?;
        Ok(Outcome::exact(self.scenario, &plan, how, solved, providers))
    }

    fn check(&self) -> Result<(), Error> {
        let mut problems: Vec<Problem> = self.tolerance_fault().into_iter().collect();
        let measures = self.scenario.misfits_of_fans(&self.measured).into_iter();
        problems.extend(measures.map(|(place, message)| Problem::new(format!("fans_of[{place}]"), message)));
        let questions = self.scenario.questions().iter().enumerate();
        problems.extend(questions.flat_map(|(place, question)| {
            let between = if self.continuous { question.between_fault(place) } else { None };
            between.into_iter().chain(sums_fault(place, question))
        }));
        if problems.is_empty() { Ok(()) } else { Err(Error::of(Kind::Invalid, "exact", problems)) }
    }

    fn tolerance_fault(&self) -> Option<Problem> {
        let message = || format!("must be between 1e-12 and 0.01, got {:?}", self.tolerance);
        (!TOLERANCES.contains(&self.tolerance)).then(|| Problem::new("tolerance", message()))
    }
}

fn sums_fault(place: usize, question: &Question) -> Option<Problem> {
    let message = "not exact: because sums of several periods are not lognormal; simulate() answers it";
    (question.measure != Measure::Period).then(|| Problem::new(question.address(place, "measure"), message))
}

/// «not exact: because …», of the number or item at an address.
fn refused(address: &str, because: &str) -> Error {
    Error::invalid("exact", address, format!("not exact: because {because}"))
}
