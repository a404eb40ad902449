//! Builds a scenario in Rust; `build` validates everything at once.

use super::{Correlation, Dependence, Factor, Innovations, Provider, Question, Scenario, View};
use crate::assumption::Assumption;
use crate::calendar::Period;
use crate::error::{Error, Kind, Problem};

/// Collects the parts of a [`Scenario`]; created by [`Scenario::builder`].
#[derive(Debug, Clone)]
#[must_use]
pub struct ScenarioBuilder {
    base: Result<Period, Error>,
    horizon: Result<Period, Error>,
    unit: Option<String>,
    quantity: Option<String>,
    ceiling: Option<f64>,
    assumptions: Vec<(String, Assumption)>,
    innovations: Innovations,
    factors: Vec<Factor>,
    dependences: Vec<Dependence>,
    providers: Vec<Provider>,
    correlations: Vec<Correlation>,
    views: Vec<View>,
    questions: Vec<Question>,
}

impl Scenario {
    /// Starts a scenario. `base` is the last period with a known or assumed revenue, and `horizon` the last projected
    /// one. Both are labels of the same form, which determines the step, or [`Period`]s.
    ///
    /// # Example: one pair
    /// ```
    /// use outgrow::{interval, Curve, Provider, Question, Scenario};
    /// let scenario = Scenario::builder("2018-Q1", "2028-Q1")
    ///     .provider(Provider::new("Alibaba Cloud", 690e6).growth(Curve::constant(0.6)).volatility(0.15))
    ///     .provider(Provider::new("Google Cloud", interval(1.0e9, 1.2e9)).growth(Curve::fade(0.45, 0.12, 4)))
    ///     .question(Question::overtakes("Alibaba Cloud", "Google Cloud"))
    ///     .build()?;
    /// assert_eq!(scenario.periods(), 40);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn builder<B, H>(base: B, horizon: H) -> ScenarioBuilder
    where
        B: TryInto<Period, Error: Into<Error>>,
        H: TryInto<Period, Error: Into<Error>>,
    {
        ScenarioBuilder::new(base.try_into().map_err(Into::into), horizon.try_into().map_err(Into::into))
    }
}

impl ScenarioBuilder {
    fn new(base: Result<Period, Error>, horizon: Result<Period, Error>) -> Self {
        Self {
            base,
            horizon,
            unit: None,
            quantity: None,
            ceiling: None,
            assumptions: Vec::new(),
            innovations: Innovations::Gaussian,
            factors: Vec::new(),
            dependences: Vec::new(),
            providers: Vec::new(),
            correlations: Vec::new(),
            views: Vec::new(),
            questions: Vec::new(),
        }
    }

    /// Everything of a scenario.
    pub(super) fn of(scenario: Scenario) -> Self {
        let Scenario {
            base,
            horizon,
            unit,
            quantity,
            ceiling,
            assumptions,
            innovations,
            factors,
            dependences,
            providers,
            correlations,
            views,
            questions,
        } = scenario;
        let (base, horizon) = (Ok(base), Ok(horizon));
        Self {
            base,
            horizon,
            unit,
            quantity,
            ceiling,
            assumptions,
            innovations,
            factors,
            dependences,
            providers,
            correlations,
            views,
            questions,
        }
    }

    /// With another horizon.
    pub(super) fn horizon(mut self, horizon: Result<Period, Error>) -> Self {
        self.horizon = horizon;
        self
    }

    /// The unit of revenue, as a label: `"USD"`, `"CNY m"`.
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(unit.into());
        self
    }

    /// The noun for the compared quantity if it is not revenue; tables, charts and reports use it.
    ///
    /// # Example: users in place of revenue
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// let scenario = Scenario::builder("2018", "2020")
    ///     .quantity("users")
    ///     .provider(Provider::new("A", 10).growth(Curve::constant(0.6)))
    ///     .provider(Provider::new("B", 12).growth(Curve::constant(0.1)))
    ///     .question(Question::overtakes("A", "B")).build()?;
    /// let outcome = scenario.simulate().paths(100).run()?;
    /// assert!(outcome.overtake("A", "B")?.to_string().contains("first year with higher users"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn quantity(mut self, noun: impl Into<String>) -> Self {
        self.quantity = Some(noun.into());
        self
    }

    /// An upper bound on the revenue of all providers together in one period (the size of the market); only
    /// [`Scenario::audit`] uses it.
    pub fn ceiling(mut self, revenue: f64) -> Self {
        self.ceiling = Some(revenue);
        self
    }

    /// Adds a named assumption. Refer to it by writing its name in place of a number. It is drawn once, however often
    /// it is used.
    pub fn assumption(mut self, name: impl Into<String>, value: impl Into<Assumption>) -> Self {
        self.assumptions.push((name.into(), value.into()));
        self
    }

    /// Makes two drawn numbers dependent: `rank_correlation` is Spearman's, from −1 to 1, in a Gaussian copula. Other
    /// pairs are independent.
    ///
    /// Each number is given by its address, such as `"provider[A].growth.constant"`, or by the name of an assumption. An
    /// address that holds a name stands for the draw of that name. The matrix of all rank correlations, each converted to
    /// the correlation ρ = 2 sin(πr/6) of normal scores, must be positive semidefinite. Discrete distributions are drawn
    /// in the order of their values; tied values show a weaker rank correlation than the stated one.
    ///
    /// # Example: estimates that are too high together
    /// ```
    /// # use outgrow::{normal, Curve, Provider, Question, Scenario, Tail};
    /// let rates = "provider[A].growth.schedule.rates";
    /// let scenario = Scenario::builder("2018-Q1", "2022-Q1")
    ///     .provider(Provider::new("A", 699)
    ///         .growth(Curve::schedule([normal(0.87, 0.1), normal(0.60, 0.1)], Tail::hold())))
    ///     .provider(Provider::new("B", 1000).growth(Curve::constant(0.2)))
    ///     .dependence(format!("{rates}[0]"), format!("{rates}[1]"), 0.25)
    ///     .question(Question::overtakes("A", "B")).build()?;
    /// assert_eq!(scenario.dependences().next().expect("one").2, 0.25);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn dependence(mut self, a: impl Into<String>, b: impl Into<String>, rank_correlation: f64) -> Self {
        self.dependences.push(Dependence { between: [a.into(), b.into()], rank_correlation });
        self
    }

    /// Adds a provider; a scenario has at least one and at most 64.
    pub fn provider(mut self, provider: Provider) -> Self {
        self.providers.push(provider);
        self
    }

    /// Sets the distribution of all innovations; Gaussian by default.
    pub fn innovations(mut self, innovations: Innovations) -> Self {
        self.innovations = innovations;
        self
    }

    /// Adds a common factor, which moves the providers that have a [`loading`](Provider::loading) of it.
    pub fn factor(mut self, factor: Factor) -> Self {
        self.factors.push(factor);
        self
    }

    /// Sets the correlation of the innovations of two providers or factors, from −1 to 1 inclusive; pairs without one are uncorrelated.
    /// The matrix of all correlations must be positive semidefinite.
    pub fn correlation(mut self, a: impl Into<String>, b: impl Into<String>, value: f64) -> Self {
        self.correlations.push(Correlation { between: [a.into(), b.into()], value });
        self
    }

    /// Adds a view: one forecaster's numbers over this scenario. A run ignores views unless it is asked for
    /// [their answers](crate::Simulation::views).
    pub fn view(mut self, view: View) -> Self {
        self.views.push(view);
        self
    }

    /// Adds a question.
    pub fn question(mut self, question: Question) -> Self {
        self.questions.push(question);
        self
    }

    /// Validates everything and returns the scenario.
    ///
    /// # Errors
    /// All problems at once, each with its address and the offending value.
    pub fn build(self) -> Result<Scenario, Error> {
        let mut problems = Vec::new();
        let mut label = |key: &str, label: Result<Period, Error>| {
            label.map_err(|error| problems.push(Problem::new(key, error.problems()[0].message.clone()))).ok()
        };
        let (base, horizon) = (label("base", self.base), label("horizon", self.horizon));
        let (Some(base), Some(horizon)) = (base, horizon) else {
            return Err(Error::of(Kind::Invalid, "scenario", problems));
        };
        let scenario = Scenario {
            base,
            horizon,
            unit: self.unit,
            quantity: self.quantity,
            ceiling: self.ceiling,
            assumptions: self.assumptions,
            innovations: self.innovations,
            factors: self.factors,
            dependences: self.dependences,
            providers: self.providers,
            correlations: self.correlations,
            views: self.views,
            questions: self.questions,
        };
        scenario.checked()
    }
}
