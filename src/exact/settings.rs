//! Settings of an exact answer, and their checks.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use super::quadrature::budget::{self, Budget, DEFAULT_BUDGET};
use crate::error::{Error, Problem};
use crate::outcome::Contents;
use crate::scenario::{Measure, Question, Scenario};

/// Default tolerance. The default budget meets it for up to eight drawn numbers, with and without shocks.
pub(crate) const DEFAULT_TOLERANCE: f64 = 1e-4;
/// Range of valid tolerances.
const TOLERANCES: std::ops::RangeInclusive<f64> = 1e-12..=1e-2;

/// Settings of an exact answer; created by [`Scenario::exact`], executed by [`run`](Exact::run).
///
/// Exact answers are the limit of a simulation with infinitely many paths: a recursion integrates the shocks. Drawn
/// assumptions are integrated at scrambled quasi-random points; the reported error is three standard errors of 16
/// independent replicates. If only a base is drawn, no points are needed and the answer has ten or more digits.
///
/// # Example: setting a tolerance
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
    pub(super) scenario: &'a Scenario,
    pub(super) tolerance: f64,
    pub(super) budget: f64,
    progress: Option<Progress<'a>>,
    pub(super) continuous: bool,
    pub(super) leads: bool,
    pub(super) fans: bool,
    pub(super) ranks: bool,
    pub(super) shares: bool,
    /// Measures of the requested fans. They are sums of periods and have no exact answer.
    pub(super) measured: Vec<Measure>,
    pub(super) views: bool,
}

/// Progress callback.
#[derive(Clone)]
struct Progress<'a>(Arc<Mutex<Box<budget::Listener<'a>>>>);

impl Progress<'_> {
    fn report(&self, share: f64) -> ControlFlow<()> {
        match self.0.lock() {
            Ok(mut listener) => listener(share),
            // A callback that panicked on another thread is no longer called.
            Err(_) => ControlFlow::Continue(()),
        }
    }
}

impl fmt::Debug for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Progress(..)")
    }
}

impl Scenario {
    /// Creates an exact answer with a tolerance of 1e-4 and with lead changes, fans, ranks and shares enabled.
    ///
    /// # Example: a known probability
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
            views: false,
        }
    }
}

impl<'a> Exact<'a> {
    /// Sets the maximum error of each probability, between 1e-12 and 0.01. The maximum error of lead-change
    /// probabilities is a thousand times as large, but at most 0.01. If the budget does not suffice, the larger error
    /// that was reached is reported in the estimates and in `run.precision`.
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets the maximum work of one integration, in evaluations of a growth curve at one date of one path. The default
    /// is 1e8, about two seconds on one core. Each question is one integration, and its lead changes are another. An
    /// integration that exhausts the budget stops and reports the error that it reached. The budget counts work rather
    /// than time so that the answer has the same bits on every machine.
    ///
    /// # Example: a small budget
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

    /// Calls `progress` with the fraction of the budget that each integration has spent, from 0 to 1. The callback may
    /// stop the solve. A stopped solve reports the errors that it reached, and its outcome is not complete.
    ///
    /// # Example: stop immediately
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

    /// Whether to monitor overtakes continuously rather than on dates only. The default is `false`.
    ///
    /// Revenue is a flow per period, so continuous monitoring refers to the interpolated rate: between two dates the
    /// log-ratio is a Brownian motion with the period's drift and volatility, and an overtake occurs as soon as it
    /// rises above 0. Only `by` changes, and with it `not_by`, the quantiles and the date. Leads at dates, lead
    /// changes, ranks and revenue still refer to dates. Tied bases count as an immediate overtake. Without shocks
    /// nothing changes.
    ///
    /// It is available for questions of the period measure with `sustained` 1; [`run`](Exact::run) rejects others by
    /// address.
    ///
    /// # Example: compared with monitoring on forty dates
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018-Q1", "2028-Q1")
    /// #     .provider(Provider::new("A", 699).growth(Curve::constant(0.05_f64.exp_m1())).volatility(0.2))
    /// #     .provider(Provider::new("B", 1000).growth(Curve::constant(0)))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let by = |continuous| scenario.exact().continuous(continuous).run()?.overtake("A", "B")?.by("2028-Q1");
    /// assert!((by(false)?.value() - 0.762_806).abs() < 1e-6);
    /// assert!((by(true)?.value() - 0.802_775).abs() < 1e-6); // inverse Gaussian distribution
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn continuous(mut self, on: bool) -> Self {
        self.continuous = on;
        self
    }

    /// Whether to compute the number of lead changes. With drawn numbers they cost at most about as much as the overtake
    /// itself, without ten times as much. The default is `true`.
    pub fn lead_changes(mut self, on: bool) -> Self {
        self.leads = on;
        self
    }

    /// Whether to compute every provider's revenue; the default is `true`.
    ///
    /// Fans have no error estimate and do not depend on the tolerance. Each is a mixture of lognormal distributions
    /// over fixed points of the drawn assumptions. In tests the quantiles are within 1e-7 of a closed form with one
    /// drawn number and shocks, within 1e-4 without shocks, and within 1 % (means 0.5 %) of a simulation with six drawn
    /// assumptions.
    pub fn fans(mut self, on: bool) -> Self {
        self.fans = on;
        self
    }

    /// Requests every provider's revenue over years too, as [`Simulation::fans_of`](crate::Simulation::fans_of) does.
    ///
    /// Sums of several periods are not lognormal and have no exact answer. The outcome lists them with this reason
    /// instead of a fan.
    pub fn fans_of(mut self, measures: impl IntoIterator<Item = Measure>) -> Self {
        self.measured = measures.into_iter().collect();
        self
    }

    /// Whether to compute every provider's rank; the default is `true`. With three or more providers the ranks at all
    /// dates are one integration at scrambled points, which may take many times as long as the overtakes; a provider that
    /// is the sum of several segments has no exact rank.
    pub fn ranks(mut self, on: bool) -> Self {
        self.ranks = on;
        self
    }

    /// Whether to compute every provider's share; the default is `true`. Shares of two providers may take several times as
    /// long as the overtakes. With three or more providers shares have no exact answer, and asking the outcome for them
    /// gives an error that says so.
    pub fn shares(mut self, on: bool) -> Self {
        self.shares = on;
        self
    }

    /// The settings that the outcome's [`RunInfo`](crate::outcome::RunInfo) does not show.
    pub(super) fn contents(&self) -> Contents {
        Contents {
            fans: self.fans,
            ranks: self.ranks,
            shares: self.shares,
            fans_of: self.measured.clone(),
            cross_check: false,
            lead_changes: Some(self.leads),
            budget: Some(self.budget),
        }
    }

    /// Also answers the questions as seen by each [view](crate::View) of the scenario, and pools them. Each view is an exact
    /// answer of its own with the same settings, without revenue, ranks and shares. Read the answers with
    /// [`Outcome::view`](crate::Outcome::view) and [`Outcome::pool`](crate::Outcome::pool); the default is `false`.
    ///
    /// [`run`](Self::run) returns an error if the scenario has no view or no question.
    ///
    /// # Example: two forecasters
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario, View};
    /// # let scenario = Scenario::builder("2018-Q1", "2020-Q4")
    /// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.5)).volatility(0.15))
    /// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B"))
    /// #     .view(View::new("bull").with("provider[A].growth.constant", 0.7))
    /// #     .view(View::new("bear").with("provider[A].growth.constant", 0.4)).build()?;
    /// let outcome = scenario.exact().views(true).run()?;
    /// let pool = outcome.pool().expect("asked for");
    /// let by_2020 = pool.question("A overtakes B")?.by("2020-Q4")?;
    /// let between = pool.disagreement("A overtakes B", "2020-Q4")?;     // the share of its variance between the views
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn views(mut self, on: bool) -> Self {
        self.views = on;
        self
    }

    /// The same settings for a view of the scenario, for the questions alone.
    pub(super) fn of_view<'v>(&'v self, seen: &'v Scenario) -> Exact<'v> {
        let forwarded =
            |progress: &'v Progress<'a>| Progress(Arc::new(Mutex::new(Box::new(|share| progress.report(share)))));
        Exact {
            scenario: seen,
            tolerance: self.tolerance,
            budget: self.budget,
            progress: self.progress.as_ref().map(forwarded),
            continuous: self.continuous,
            leads: self.leads,
            fans: false,
            ranks: false,
            shares: false,
            measured: Vec::new(),
            views: false,
        }
    }

    pub(super) fn limits(&self) -> Budget<'a> {
        let progress = self
            .progress
            .clone()
            .map(|progress| Box::new(move |share: f64| progress.report(share)) as Box<budget::Listener<'a>>);
        Budget::new(self.budget, progress)
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let mut problems: Vec<Problem> = self.tolerance_fault().into_iter().chain(self.budget_fault()).collect();
        let measures = self.scenario.misfits_of_fans(&self.measured).into_iter();
        problems.extend(measures.map(|(place, message)| Problem::new(format!("fans_of[{place}]"), message)));
        problems.extend(self.scenario.views_fault().filter(|_| self.views));
        let questions = self.scenario.questions().iter().enumerate();
        problems.extend(questions.flat_map(|(place, question)| {
            let between = if self.continuous { question.between_fault(place) } else { None };
            let bridge = if self.continuous { self.scenario.bridge_fault(question) } else { None };
            let many = many_fault(self.scenario, place, question);
            between.into_iter().chain(bridge).chain(sums_fault(place, question)).chain(many)
        }));
        if problems.is_empty() { Ok(()) } else { Err(Error::of_settings("exact", problems)) }
    }

    pub(super) fn budget_fault(&self) -> Option<Problem> {
        let message = || format!("must be above 0 and finite, got {:?}", self.budget);
        (!(self.budget > 0.0 && self.budget.is_finite())).then(|| Problem::new("budget", message()))
    }

    pub(crate) fn tolerance_fault(&self) -> Option<Problem> {
        let message = || format!("must be between 1e-12 and 0.01, got {:?}", self.tolerance);
        (!TOLERANCES.contains(&self.tolerance)).then(|| Problem::new("tolerance", message()))
    }
}

/// The advice where there is no exact answer.
const SIMULATE: &str = "use a simulation instead: .simulate() in code, `outgrow run` on the command line";

pub(super) fn sums_fault(place: usize, question: &Question) -> Option<Problem> {
    let reason = "sums of several periods are not lognormal";
    let address = || question.address(place, "measure");
    (question.measure != Measure::Period).then(|| Problem::unsupported(address(), "not exact", reason, SIMULATE))
}

/// The problem of a question about the order of more than two providers.
pub(super) fn many_fault(scenario: &Scenario, place: usize, question: &Question) -> Option<Problem> {
    let advice = "the ranks of each provider at each date are exact; for the first date use a simulation instead: .simulate() in code, \
                  `outgrow run` on the command line";
    question.many_fault(scenario, place, "not exact", advice)
}

/// Error "not exact: because …; …" for the number or item at an address. `advice` may be empty.
pub(super) fn refused(address: &str, reason: &str, advice: &str) -> Error {
    Error::of_settings("exact", vec![Problem::unsupported(address, "not exact", reason, advice)])
}
