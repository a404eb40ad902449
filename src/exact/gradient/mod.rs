//! Gradients: the derivative of an answer with respect to every number of the scenario.

mod adjoint;
mod chain;
mod estimate;
mod leaf;
mod mixture;
mod slopes;

pub use slopes::{Gradient, Slope};

use crate::assumption::address::{ProviderKey, Subject, is_within, of_provider};
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::exact::answer::{ROUNDING, series_of};
use crate::exact::asked::{Asked, Watch};
use crate::exact::cases::refuse_discrete;
use crate::exact::dynamics::{check_shocks, gradient_fault};
use crate::exact::quadrature::integrate::{Purpose, Request, Solved};
use crate::exact::quadrature::pairs::Pairs;
use crate::exact::settings::{Exact, refused, sums_fault};
use crate::outcome::place_of;
use crate::plan::Plan;
use crate::scenario::{AssumptionPlace, Question, Scenario};
use estimate::Differentiation;
use leaf::leaves;
use mixture::Mixed;

/// The reason for questions about the order of all providers.
const MANY: &str = "the question compares more than two providers";

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
        Subject::Correlation(..) | Subject::Dependence(..) => true,
        Subject::Scenario(_) | Subject::View(..) | Subject::Question(..) => false,
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
    /// itself, and each has an [error](Slope::standard_error) of its own. The tolerance is that of the probability: at 1e-3 the error is a
    /// hundredth of a typical derivative.
    ///
    /// # Errors
    /// An unknown question or date. An [unsupported](Error::is_unsupported) question, "not exact: because …", where no derivative exists (neither provider has shocks,
    /// both are certain to start with the same revenue, or a distribution has no spread) or where it is not implemented
    /// (sustained overtakes, continuous monitoring, sums over several periods, discrete distributions, more than 64
    /// combinations of the laws of mixtures, and providers with factors, jumps, exits, mean centring, or shocks other than
    /// Gaussian random walks).
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
        let (asked, pair) = self.asked(question)?;
        // Periods after the date have no effect, and other questions are not needed.
        let mut scenario = self.scenario.shortened(by);
        scenario.questions = vec![asked.clone()];
        // A provider of a single segment stands for it: the numbers are those of the segment.
        let plan = Plan::new(&scenario, 0)?;
        let names = series_of(&plan, pair)?.map(|of| plan.name(of));
        let solve = |scenario: &Scenario| self.given_laws(scenario, asked, names);
        Mixed { names, solve: &solve, solved: 0 }.gradient(&scenario, &[])
    }

    /// The gradient of a scenario with a single question about a pair of series, in which the law of every mixture is
    /// fixed.
    fn given_laws(&self, scenario: &Scenario, asked: &Question, names: [&str; 2]) -> Result<Gradient, Error> {
        let by = scenario.horizon();
        let plan = Plan::new(scenario, 0)?;
        let series = series_of(&plan, names)?;
        check_shocks(scenario, &plan, &series)?;
        refuse_discrete(&plan, &series)?;
        let mut pairs = Pairs::new(&plan, series);
        if pairs.drawn.has_no_shocks() && pairs.drawn.draws.is_empty() {
            let address = of_provider(names[0], ProviderKey::Volatility);
            return Err(refused(
                &address,
                "nothing is uncertain, so the answer is a step function",
                "specify a volatility",
            ));
        }
        let mut budget = self.limits();
        let request = Request::new(Asked::Passage(Watch::Dates { sustained: 1 }), self.tolerance, plan.level());
        let Solved { integral, method } = request.solve_for(&mut pairs, Purpose::Derivatives, &mut budget)?;
        let (leaves, others) = leaves(scenario, &plan, names)?;
        let at_horizon = 1 + plan.rows.periods();
        let (value, error) = (integral.values[at_horizon], integral.errors[at_horizon] + ROUNDING);
        let (tolerance, level) = (self.tolerance, plan.level());
        let estimates = Differentiation { leaves: &leaves, tolerance, error, level }.estimates(&method)?;
        let places = self.scenario.assumptions();
        let slope = |(leaf, (slope, standard_error)): (leaf::Leaf, (f64, f64))| {
            let is_fraction = is_fraction(&places, &leaf.address);
            Slope { address: leaf.address, number: leaf.number, slope, standard_error, is_fraction }
        };
        let slopes = leaves.into_iter().zip(estimates).map(slope).collect();
        Ok(Gradient { question: asked.title(), by, probability: Estimate::bounded(value, error), slopes, others })
    }

    /// The question with this name and the pair that it compares, if its gradient is implemented.
    fn asked(&self, name: &str) -> Result<(&Question, [&str; 2]), Error> {
        let place = self.scenario.question_place(name)?;
        let question = &self.scenario.questions[place];
        let fault = self.tolerance_fault().or_else(|| self.budget_fault()).or_else(|| sums_fault(place, question));
        if let Some(fault) = fault {
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
        let many = || refused(&question.address(place, question.key()), MANY, "");
        let pair = question.pair(self.scenario).ok_or_else(many)?;
        match gradient_fault(self.scenario, pair) {
            Some(fault) => Err(Error::of_settings("exact", vec![fault])),
            None => Ok((question, pair)),
        }
    }
}
