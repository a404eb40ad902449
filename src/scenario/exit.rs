//! Exits of providers: the probability that both of a question still exist.

use super::{Question, Scenario};
use crate::assumption::address::split_name;
use crate::math;

impl Scenario {
    /// The probability that both providers of a question still exist at the base of the question, which is 1, and at each
    /// of its dates; `None` if neither may exit.
    pub(crate) fn survival(&self, question: &Question) -> Option<Vec<f64>> {
        // Where a question compares with all others, these stay in the ranking.
        let ends: Vec<&str> =
            std::iter::once(question.challenger()).chain(question.incumbent()).map(|name| split_name(name).0).collect();
        let providers = self.providers.iter().filter(|provider| ends.contains(&provider.name.as_str()));
        let exits: Vec<f64> = providers.map(|provider| provider.exit).filter(|exit| *exit > 0.0).collect();
        if exits.is_empty() {
            return None;
        }
        let rate: f64 = exits.iter().map(|exit| if *exit < 1.0 { math::ln_1p(-exit) } else { f64::NEG_INFINITY }).sum();
        let step = self.step().years();
        #[expect(clippy::cast_precision_loss, reason = "at most 2,400 periods")]
        let at = |t: &usize| if rate.is_finite() { math::exp(rate * step * *t as f64) } else { 0.0 };
        Some(std::iter::once(1.0).chain(self.dates(question).at.iter().map(at)).collect())
    }
}
