//! Exact answers, without sampling the shocks. Given the drawn assumptions, the log-ratio of a pair is a Gaussian
//! random walk. Its first passage is a recursion of one-dimensional integrals, and the assumptions are integrated by
//! quadrature.
//!
//! | module | purpose |
//! |---|---|
//! | `walk` | first passage, sustained leads and lead changes of one walk |
//! | `start` | distribution of the start where a base is drawn |
//! | `asked` | the quantities to integrate |
//! | `pair` | the walks of a pair at points of its drawn assumptions |
//! | `quadrature` | integration over the drawn assumptions: methods, error estimate, cost limit |
//! | `cases` | discrete assumptions: every combination of their values |
//! | `dynamics` | what is supported of shocks that are not Gaussian random walks |
//! | `shocks` | paths of shocks at sampled points |
//! | `process` | the answers at a point for Student-t innovations and for shocks that are not random walks |
//! | `given` | the probability of an overtake as a function of the drawn numbers |
//! | `observed` | the same given reported revenue, with the density of the reports |
//! | `gradient` | derivatives of an answer |
//! | `ranking` | ranks of three or more providers |
//! | `settings` | what is asked, with the tolerance and the budget |
//! | `answer`, `revenue`, `outcome` | questions and ranks; fans and shares; the outcome |
//! | `closed` | closed forms for first passage of a Brownian motion, and the correction for monitoring on dates |

mod answer;
mod asked;
mod cases;
mod closed;
mod dynamics;
mod given;
mod gradient;
mod observed;
mod outcome;
mod pair;
mod process;
mod quadrature;
mod ranking;
mod revenue;
mod settings;
mod shocks;
mod start;
mod walk;

pub use closed::{
    bridge_no_touch, discrete_shift, first_passage_by, first_passage_by_dates, first_passage_by_with_normal_drift,
    first_passage_density, first_passage_ever,
};

pub(crate) use given::GivenDraws;
pub use gradient::{Gradient, Slope};
pub(crate) use observed::{Conditioned, ObservedPair, ObservedPoints, Reports};
pub(crate) use quadrature::budget::DEFAULT_BUDGET;
pub(crate) use settings::DEFAULT_TOLERANCE;
pub use settings::Exact;

use crate::error::Error;
use crate::outcome::{Outcome, RunInfo};
use crate::plan::Plan;

impl Exact<'_> {
    /// Computes the answers.
    ///
    /// # Errors
    /// A question that compares sums of periods, or providers whose discrete assumptions have more than 64 combinations
    /// of values; these have no exact answer ([`Error::is_unsupported`]; the message names the alternative). A tolerance
    /// out of bounds; a curve that is not finite.
    pub fn run(self) -> Result<Outcome, Error> {
        let outcome = self.answers()?;
        if !self.views {
            return Ok(outcome);
        }
        let views = self.scenario.as_seen_by_all().map(|(name, seen)| {
            let outcome = self.of_view(&seen).answers().map_err(|error| error.seen_by(name))?;
            Ok((outcome.run, outcome.questions))
        });
        Ok(outcome.with_views(views.collect::<Result<Vec<_>, Error>>()?))
    }

    fn answers(&self) -> Result<Outcome, Error> {
        self.check()?;
        let plan = Plan::new(self.scenario, 0)?;
        let questions = self.scenario.questions().iter();
        let mut budget = self.limits();
        let solved = questions.map(|question| answer::question(self, &plan, question, &mut budget));
        let solved = solved.collect::<Result<Vec<_>, _>>()?;
        let providers = answer::providers(self, &plan, &mut budget).map_err(|error| error.blaming(self.scenario))?;
        let mut asked = self.scenario.questions().iter().filter(|_| self.leads);
        let leads = asked.find_map(|question| answer::leads_fault(self, &plan, question));
        let how = RunInfo::exact(self.tolerance, self.continuous, !budget.is_stopped(), &providers, leads);
        Ok(Outcome::exact((self.scenario, &plan), (how, self.contents()), solved, providers))
    }
}

#[cfg(test)]
mod tests {
    use crate::assumption::{normal, uniform};
    use crate::growth::Curve;
    use crate::scenario::{Provider, Question, Scenario};

    /// The answer about two providers is the same whether others that are correlated with both come before them.
    #[test]
    fn an_answer_does_not_depend_on_other_correlated_providers() {
        let a = Provider::new("A", 90).growth(Curve::constant(normal(0.3, 0.05))).volatility(uniform(0.1, 0.2));
        let b = Provider::new("B", 100).growth(Curve::constant(0.2)).volatility(0.15);
        let builder = || Scenario::builder("2018-Q1", "2020-Q1").question(Question::overtakes("A", "B"));
        let alone = builder().provider(a.clone()).provider(b.clone()).correlation("A", "B", 0.4).build();
        let other = Provider::new("C", 50).growth(Curve::constant(0.1)).volatility(0.3);
        let among = builder().provider(other).provider(b).provider(a).correlation("A", "B", 0.4);
        let among = among.correlation("A", "C", -0.5).correlation("B", "C", 0.3).build();
        let [alone, among] = [alone, among].map(|scenario| scenario.expect("valid"));
        let [first, second] = [&alone, &among].map(|scenario| scenario.exact().run().expect("an outcome"));
        for t in 0..=8 {
            let label = alone.label(t);
            let [first, second] = [&first, &second].map(|outcome| {
                let answer = outcome.overtake("A", "B").expect("asked");
                if t == 0 { answer.at_base().value() } else { answer.by(label).expect("a date").value() }
            });
            assert!((first - second).abs() < 1e-12, "{label}: {first} {second}");
        }
        let slope = |scenario: &Scenario, address: &str| {
            scenario.exact().gradient("A overtakes B", "2020-Q1").expect("a gradient").of(address).expect("a slope")
        };
        for address in ["provider[A].volatility.uniform[1]", "provider[B].volatility", "correlation[0].value"] {
            let [first, second] = [&alone, &among].map(|scenario| slope(scenario, address));
            assert!(first.abs() > 1e-3 && (first - second).abs() < 1e-10, "{address}: {first} {second}");
        }
    }
}
