//! Exact answers, without sampling the shocks. Given the drawn assumptions, the log-ratio of a pair is a Gaussian
//! random walk. Its first passage is a recursion of one-dimensional integrals, and the assumptions are integrated by
//! quadrature.
//!
//! | module | purpose |
//! |---|---|
//! | `walk` | first passage, sustained leads and lead changes of one walk |
//! | `start` | distribution of the start where a base is drawn |
//! | `pair` | the walks of a pair at points of its drawn assumptions |
//! | `quadrature` | integration over the drawn assumptions: methods, error estimate, cost limit |
//! | `gradient` | derivatives of an answer |
//! | `settings` | what is asked, with the tolerance and the budget |
//! | `answer`, `revenue`, `outcome` | questions and ranks; fans and shares; the outcome |
//! | `closed` | closed forms for first passage of a Brownian motion, and the correction for monitoring on dates |

mod answer;
mod closed;
mod gradient;
mod outcome;
mod pair;
mod quadrature;
mod revenue;
mod settings;
mod start;
mod walk;

pub use closed::{
    bridge_no_touch, discrete_shift, first_passage_by, first_passage_by_dates, first_passage_by_with_normal_drift,
    first_passage_density, first_passage_ever,
};

pub use gradient::{Gradient, Slope};
pub(crate) use settings::DEFAULT_TOLERANCE;
pub use settings::Exact;

use crate::error::Error;
use crate::outcome::{Outcome, RunInfo};
use crate::plan::Plan;

impl Exact<'_> {
    /// Computes the answers.
    ///
    /// # Errors
    /// A question that compares sums of periods, which have no exact answer ([`Error::is_unsupported`]; the message
    /// names the alternative); a tolerance out of bounds; a curve that is not finite.
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
}
