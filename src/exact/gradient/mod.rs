//! Gradients: the derivative of an answer with respect to every number of the scenario.

mod adjoint;
mod chain;
mod leaf;

use std::fmt;

use serde::Serialize;

use crate::assumption::address::{ProviderKey, Subject, is_within, of_provider};
use crate::calendar::Period;
use crate::error::{Error, did_you_mean, did_you_mean_address, shown};
use crate::estimate::Estimate;
use crate::exact::answer::ROUNDING;
use crate::exact::cases::refuse_discrete;
use crate::exact::dynamics::{check_shocks, gradient_fault};
use crate::exact::pair::{Asked, Watch};
use crate::exact::quadrature::integrate::{Pairs, Purpose, Request, Solved};
use crate::exact::settings::{Exact, refused, sums_fault};
use crate::exact::walk::passage::Recursion;
use crate::outcome::place_of;
use crate::plan::Plan;
use crate::scenario::{AssumptionPlace, Question, Scenario};
use chain::Chain;
use leaf::leaves;

/// A number of the scenario and the derivative of a probability with respect to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Slope {
    /// Address of the number, as [`Scenario::with`] takes it.
    pub address: String,
    /// Value of the number.
    pub number: f64,
    /// ∂P/∂number: change of the probability per unit of the number.
    pub slope: f64,
    /// Whether the number is a fraction (a growth rate, volatility or correlation). The table shows the effect of one
    /// percentage point for fractions, of one percent for other numbers.
    #[serde(skip)]
    is_fraction: bool,
}

impl Slope {
    /// First-order effect of a small change on the probability: one percentage point of a fraction, one percent of any
    /// other number.
    fn effect(&self) -> f64 {
        0.01 * self.slope * if self.is_fraction { 1.0 } else { self.number }
    }

    fn change(&self) -> &'static str {
        if self.is_fraction { "+1 point" } else { "+1 %" }
    }
}

/// Whether a number is a fraction; for a number in a named assumption, the places that use the name decide.
fn is_fraction(places: &[AssumptionPlace], address: &str) -> bool {
    match Subject::of_known(address) {
        Subject::Assumption(name) => {
            let mut users = places.iter().filter(|place| place.assumption.name() == Some(name)).peekable();
            users.peek().is_some() && users.all(|place| place.quantity.rate().is_some())
        }
        Subject::Provider(..) | Subject::Jump(..) | Subject::Factor(..) => {
            let place = places.iter().find(|place| is_within(address, &place.address));
            place.is_some_and(|place| place.quantity.rate().is_some())
        }
        Subject::Correlation(..) => true,
        Subject::Scenario(_) | Subject::Question(..) => false,
    }
}

/// Derivatives of one probability with respect to the numbers of the scenario; returned by
/// [`Exact::gradient`](crate::Exact::gradient).
///
/// It displays as a table with the effect of a small change of each number, largest first: one percentage point of a
/// growth rate, volatility or correlation (0.30 to 0.31), one percent of any other number. How much the *spread* of
/// each assumption contributes is reported as the weights of [`Audit`](crate::Audit).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Gradient {
    question: String,
    by: Period,
    probability: Estimate,
    slopes: Vec<Slope>,
    /// Addresses of numbers that the probability does not depend on.
    #[serde(skip)]
    others: Vec<String>,
}

impl Gradient {
    /// The name of the question.
    #[must_use]
    pub fn question(&self) -> &str {
        &self.question
    }

    /// The date by which the overtake is to happen.
    #[must_use]
    pub fn date(&self) -> Period {
        self.by
    }

    /// The probability that the overtake has happened by that date.
    pub fn probability(&self) -> Estimate {
        self.probability
    }

    /// Every number that the probability may depend on, in the order of [`Scenario::numbers`].
    #[must_use]
    pub fn entries(&self) -> &[Slope] {
        &self.slopes
    }

    /// The derivative with respect to the number at `address`: 0 where the probability does not depend on it.
    ///
    /// # Errors
    /// If no number has the address, or the number is an integer (such as a month) and has no derivative.
    pub fn of(&self, address: &str) -> Result<f64, Error> {
        if let Some(found) = self.slopes.iter().find(|slope| slope.address == address) {
            return Ok(found.slope);
        }
        let known = self.slopes.iter().map(|slope| &slope.address).chain(&self.others).map(String::as_str);
        if self.others.iter().any(|other| other == address) {
            return Ok(0.0);
        }
        let hint = did_you_mean_address(address, known);
        Err(Error::lookup("gradient", format!("no number with a derivative has the address {address:?}{hint}")))
    }
}

impl fmt::Display for Gradient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut slopes: Vec<&Slope> = self.slopes.iter().collect();
        let size = |slope: &Slope| (slope.effect().abs(), slope.slope.abs());
        slopes.sort_by(|a, b| {
            let (a, b) = (size(a), size(b));
            b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1))
        });
        writeln!(f, "{} by {}: {}, and what moves it", self.question, self.by, self.probability)?;
        let wide = slopes.iter().map(|slope| slope.address.chars().count()).max().unwrap_or(0).max("number at".len());
        let head = ["number at", "value", "slope", "a change of", "moves it by"];
        let [number, value, slope, change, effect] = head;
        writeln!(f, "\n  {number:<wide$}  {value:>12}  {slope:>12}  {change:>12}  {effect:>12}")?;
        for slope in slopes {
            let Slope { address, number, slope: per_unit, .. } = slope;
            let (number, change, effect) = (shown(*number), slope.change(), slope.effect());
            writeln!(f, "  {address:<wide$}  {number:>12}  {per_unit:>+12.4e}  {change:>12}  {effect:>+12.6}")?;
        }
        Ok(())
    }
}

impl Exact<'_> {
    /// Differentiates the probability that the challenger of a question has overtaken by a date, with respect to every
    /// number that it depends on, including the parameters of distributions. The question is given by its name or as "A
    /// overtakes B".
    ///
    /// The derivative with respect to a parameter of a distribution holds the cumulative probability of each draw
    /// fixed: a larger spread moves the same draw further from the centre. The derivative with respect to a named
    /// assumption includes all places that use it. Numbers that do not affect the answer are omitted and have
    /// derivative zero; integers have no derivative. The derivatives use the quadrature points of the probability
    /// itself. At a tolerance of 1e-10 they agree with finite differences of whole answers within 1e-8 of P for a
    /// relative change of 100 %.
    ///
    /// # Errors
    /// An unknown question or date. An [unsupported](Error::is_unsupported) question, "not exact: because …", where no derivative exists (neither provider has shocks,
    /// both are certain to start with the same revenue, or a distribution has no spread) or where it is not implemented
    /// (sustained overtakes, continuous monitoring, sums over several periods, discrete distributions, and providers with
    /// factors, jumps, exits, mean centring, or shocks other than Gaussian random walks).
    ///
    /// # Example: sensitivity of an answer
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario, normal};
    /// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
    /// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(normal(0.5, 0.1))).volatility(0.15))
    /// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let gradient = scenario.exact().gradient("A overtakes B", "2020-Q4")?;
    /// println!("{gradient}"); // a table, largest effect first
    /// let per_unit_of_growth = gradient.of("provider[A].growth.constant.normal[0]")?;
    /// let faster = scenario.with("provider[A].growth.constant.normal[0]", 0.501)?;
    /// let moved = faster.exact().gradient("A overtakes B", "2020-Q4")?.probability().value();
    /// assert!((moved - gradient.probability().value() - 0.001 * per_unit_of_growth).abs() < 1e-4);
    /// assert_eq!(gradient.entries().len(), 7);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn gradient(self, question: &str, date: impl TryInto<Period, Error: Into<Error>>) -> Result<Gradient, Error> {
        let labels: Vec<Period> = (1..=self.scenario.periods()).map(|t| self.scenario.label(t)).collect();
        let by = labels[place_of(&labels, date)?];
        let asked = self.asked(question)?;
        // Periods after the date have no effect, and other questions are not needed.
        let mut scenario = self.scenario.shortened(by);
        scenario.questions = vec![asked.clone()];
        let plan = Plan::new(&scenario, 0)?;
        let series = [&asked.challenger, &asked.incumbent].map(|name| plan.series_of(plan.provider(name)));
        check_shocks(&scenario, &plan, &series)?;
        refuse_discrete(&plan, &series)?;
        let mut pairs = Pairs::new(&plan, series);
        if pairs.drawn.has_no_shocks() && pairs.drawn.draws.is_empty() {
            let address = of_provider(&asked.challenger, ProviderKey::Volatility);
            return Err(refused(
                &address,
                "nothing is uncertain, so the answer is a step function",
                "specify a volatility",
            ));
        }
        let mut budget = self.limits();
        let request = Request::new(Asked::Passage(Watch::Dates { sustained: 1 }), self.tolerance, plan.level());
        let Solved { integral, method } = request.solve_for(&mut pairs, Purpose::Derivatives, &mut budget)?;
        let (leaves, others) = leaves(&scenario, &plan, asked)?;
        let recursion = Recursion::new(0.01 * self.tolerance, plan.level());
        let mut chain = Chain::new(method.pair(), &leaves, recursion)?;
        chain.add(&method)?;
        chain.finish();
        let at_horizon = 1 + plan.rows.periods();
        let (value, error) = (integral.values[at_horizon], integral.errors[at_horizon] + ROUNDING);
        let places = self.scenario.assumptions();
        let slope = |(leaf, slope): (leaf::Leaf, f64)| {
            let is_fraction = is_fraction(&places, &leaf.address);
            Slope { address: leaf.address, number: leaf.number, slope, is_fraction }
        };
        let slopes = chain.slopes;
        let slopes = leaves.into_iter().zip(slopes).map(slope).collect();
        Ok(Gradient { question: asked.title(), by, probability: Estimate::bounded(value, error), slopes, others })
    }

    /// The question with this name, if its gradient is implemented.
    fn asked(&self, name: &str) -> Result<&Question, Error> {
        let questions = Scenario::questions(self.scenario);
        let Some(place) = questions.iter().position(|question| question.title() == name) else {
            let titles: Vec<String> = questions.iter().map(Question::title).collect();
            let hint = did_you_mean(name, titles.iter().map(String::as_str));
            let all = if titles.is_empty() { "none".to_owned() } else { titles.join(", ") };
            return Err(Error::lookup("question", format!("no question is named {name:?}{hint}; questions: {all}")));
        };
        let question = &questions[place];
        let fault = self.tolerance_fault().or_else(|| self.budget_fault()).or_else(|| sums_fault(place, question));
        if let Some(fault) = fault {
            return Err(Error::of_settings("exact", vec![fault]));
        }
        if let Some(fault) = gradient_fault(self.scenario, [&question.challenger, &question.incumbent]) {
            return Err(Error::of_settings("exact", vec![fault]));
        }
        if self.continuous {
            return Err(refused(
                "continuous",
                "the gradient under continuous monitoring is not implemented",
                "monitor on dates",
            ));
        }
        if question.sustained > 1 {
            let address = question.address(place, "sustained");
            return Err(refused(
                &address,
                "the gradient of a sustained overtake is not implemented",
                "use sustained = 1",
            ));
        }
        Ok(question)
    }
}
