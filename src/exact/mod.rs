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
//! | `axes` | rotations of the standard normal scores |
//! | `conditional` | the recursion at points of the assumptions |
//! | `lines`, `sweep` | conditioning on one axis, without or with small shocks |
//! | `control` | a control variate for either |
//! | `integrate`, `sampled`, `replicates`, `budget` | which method, its error, and what it may cost |
//! | `adjoint`, `leaf`, `chain` | derivatives: of one walk, the numbers they are asked of, and the way from one to the other |
//! | `gradient` | those of an answer |
//! | `answer`, `revenue` | questions, ranks; fans and shares |
//! | `closed` | closed forms: when a Brownian motion first reaches a level, and how that differs on dates |

mod adjoint;
mod answer;
mod axes;
mod budget;
mod chain;
mod closed;
mod conditional;
mod control;
mod gauss;
mod gradient;
mod integrate;
mod kernel;
mod leaf;
mod lines;
mod pair;
mod passage;
mod replicates;
mod revenue;
mod sampled;
mod start;
mod sweep;
mod watched;

pub use closed::{
    bridge_no_touch, discrete_shift, first_passage_by, first_passage_by_dates, first_passage_by_with_normal_drift,
    first_passage_density, first_passage_ever,
};

pub use gradient::{Gradient, Slope};

use std::fmt;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use budget::Budget;

use crate::error::{Error, Kind, Problem};
use crate::outcome::{Outcome, RunInfo};
use crate::paths::Plan;
use crate::scenario::{Measure, Question, Scenario};

/// The default tolerance: within the budget for up to eight drawn numbers, with and without shocks.
pub(crate) const DEFAULT_TOLERANCE: f64 = 1e-4;
/// The default budget of one integration: about two seconds of one core.
const DEFAULT_BUDGET: f64 = 1e8;
/// The tolerances that can be asked for.
const TOLERANCES: std::ops::RangeInclusive<f64> = 1e-12..=1e-2;

/// The settings of an exact answer; made by [`Scenario::exact`], started by [`run`](Exact::run).
///
/// The answers are those of infinitely many paths: shocks are integrated by a recursion. Drawn assumptions are integrated at
/// scrambled quasi-random points; the reported error is three standard errors of 16 independent replicates. Where nothing
/// but a base is drawn no points are needed and the answer has ten digits or more.
///
/// # Example: what was reached
/// ```
/// # use outgrow::{Curve, Provider, Question, Scenario, normal};
/// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
/// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(normal(0.6, 0.1))).volatility(0.15))
/// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let outcome = scenario.exact().tolerance(1e-5).run()?;
/// let by_2020 = outcome.overtake("A", "B")?.by("2020-Q4")?;
/// assert!(by_2020.standard_error() <= 1e-5);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Exact<'a> {
    scenario: &'a Scenario,
    tolerance: f64,
    budget: f64,
    progress: Option<Progress<'a>>,
    continuous: bool,
    leads: bool,
    fans: bool,
    ranks: bool,
    shares: bool,
    /// Measures whose fans are asked for; they are sums, and so not exact.
    measured: Vec<Measure>,
}

/// What hears of the share of the budget that is spent.
#[derive(Clone)]
struct Progress<'a>(Arc<Mutex<Box<budget::Listener<'a>>>>);

impl fmt::Debug for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Progress(..)")
    }
}

impl Scenario {
    /// Starts an exact answer, to a tolerance of 1e-4, with lead changes, fans, ranks and shares on.
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
            budget: DEFAULT_BUDGET,
            progress: None,
            continuous: false,
            leads: true,
            fans: true,
            ranks: true,
            shares: true,
            measured: Vec::new(),
        }
    }
}

impl<'a> Exact<'a> {
    /// The error that each probability may have, between 1e-12 and 0.01; that of the number of lead changes may be a
    /// thousand times as large, up to 0.01. An error that the budget leaves above it is reported in the estimates and in
    /// `run.precision`.
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The most work that one integration may cost, in evaluations of a growth curve at one date of one path; 1e8 by
    /// default, about two seconds of one core. A question is one integration, and its number of lead changes another. An
    /// integration stops there and reports the error that it reached. Work is counted, not time, so that the answer has
    /// the same bits on every machine.
    ///
    /// # Example: a coarse answer at once
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario, normal};
    /// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
    /// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(normal(0.6, 0.1))).volatility(0.15))
    /// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let outcome = scenario.exact().tolerance(1e-9).budget(1e6).run()?;
    /// assert!(outcome.overtake("A", "B")?.by("2020-Q4")?.standard_error() > 1e-9);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn budget(mut self, evaluations: f64) -> Self {
        self.budget = evaluations;
        self
    }

    /// Hears of the share of the budget that each integration has spent, from 0 to 1, and may stop the solve. A solve that
    /// is stopped reports the errors that it reached, and its outcome is not complete.
    ///
    /// # Example: stop at once
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario, normal};
    /// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
    /// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(normal(0.6, 0.1))).volatility(0.15))
    /// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// use std::ops::ControlFlow;
    /// let outcome = scenario.exact().tolerance(1e-12).on_progress(|_| ControlFlow::Break(())).run()?;
    /// assert!(!outcome.is_complete());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn on_progress(mut self, progress: impl FnMut(f64) -> ControlFlow<()> + Send + 'a) -> Self {
        self.progress = Some(Progress(Arc::new(Mutex::new(Box::new(progress)))));
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

    /// Whether to answer the number of lead changes, which costs ten times as much as the overtake itself; on by default.
    pub fn lead_changes(mut self, on: bool) -> Self {
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
        let mut budget = self.limits();
        let solved = questions.map(|question| answer::question(&self, &plan, question, &mut budget));
        let solved = solved.collect::<Result<Vec<_>, _>>()?;
        let providers = answer::providers(&self, &plan, &mut budget).map_err(|error| error.blaming(self.scenario))?;
        let how = RunInfo::exact(self.tolerance, self.continuous, !budget.is_stopped(), providers.first());
        Ok(Outcome::exact(self.scenario, &plan, how, solved, providers))
    }

    fn limits(&self) -> Budget<'a> {
        let progress = self.progress.clone().map(|progress| {
            let heard = move |share: f64| match progress.0.lock() {
                Ok(mut listener) => listener(share),
                // A listener that panicked on another thread hears no more.
                Err(_) => ControlFlow::Continue(()),
            };
            Box::new(heard) as Box<budget::Listener<'a>>
        });
        Budget::new(self.budget, progress)
    }

    fn check(&self) -> Result<(), Error> {
        let mut problems: Vec<Problem> = self.tolerance_fault().into_iter().chain(self.budget_fault()).collect();
        let measures = self.scenario.misfits_of_fans(&self.measured).into_iter();
        problems.extend(measures.map(|(place, message)| Problem::new(format!("fans_of[{place}]"), message)));
        let questions = self.scenario.questions().iter().enumerate();
        problems.extend(questions.flat_map(|(place, question)| {
            let between = if self.continuous { question.between_fault(place) } else { None };
            between.into_iter().chain(sums_fault(place, question))
        }));
        if problems.is_empty() { Ok(()) } else { Err(Error::of(Kind::Invalid, "exact", problems)) }
    }

    fn budget_fault(&self) -> Option<Problem> {
        let message = || format!("must be above 0 and finite, got {:?}", self.budget);
        (!(self.budget > 0.0 && self.budget.is_finite())).then(|| Problem::new("budget", message()))
    }

    fn tolerance_fault(&self) -> Option<Problem> {
        let message = || format!("must be between 1e-12 and 0.01, got {:?}", self.tolerance);
        (!TOLERANCES.contains(&self.tolerance)).then(|| Problem::new("tolerance", message()))
    }
}

fn sums_fault(place: usize, question: &Question) -> Option<Problem> {
    let message = "not exact: because sums of several periods are not lognormal; a simulation answers it: .simulate() in code, outgrow run on the command line";
    (question.measure != Measure::Period).then(|| Problem::new(question.address(place, "measure"), message))
}

/// «not exact: because …», of the number or item at an address.
fn refused(address: &str, because: &str) -> Error {
    Error::invalid("exact", address, format!("not exact: because {because}"))
}
