//! Exits of providers: the probability that both of a question still exist.

use super::{Question, Scenario};
use crate::assumption::address::split_name;
use crate::math;

impl Scenario {
    /// The probability that both providers of a question still exist at the base of the question, which is 1, and at each
    /// of its dates; `None` if neither may exit.
    pub(crate) fn survival(&self, question: &Question) -> Option<Vec<f64>> {
        self.survival_after(question, &|_| 0)
    }

    /// The same if each provider is known to exist up to a number of periods after the base.
    pub(crate) fn survival_after(&self, question: &Question, known: &dyn Fn(&str) -> usize) -> Option<Vec<f64>> {
        // Where a question compares with all others, these stay in the ranking.
        let ends: Vec<&str> =
            std::iter::once(question.challenger()).chain(question.incumbent()).map(|name| split_name(name).0).collect();
        let providers = self.providers.iter().filter(|provider| ends.contains(&provider.name.as_str()));
        let exits = providers.filter(|provider| provider.exit > 0.0);
        // The logarithm of the yearly probability to remain, and the last period in which the provider is known to exist.
        let rate = |exit: f64| if exit < 1.0 { math::ln_1p(-exit) } else { f64::NEG_INFINITY };
        let exits: Vec<(f64, usize)> = exits.map(|provider| (rate(provider.exit), known(&provider.name))).collect();
        if exits.is_empty() {
            return None;
        }
        let (open, sure): (Vec<_>, Vec<_>) = exits.into_iter().partition(|(rate, _)| rate.is_finite());
        let (rate, step) = (open.iter().map(|(rate, _)| rate).sum::<f64>(), self.step().years());
        #[expect(clippy::cast_precision_loss, reason = "at most 2,400 periods")]
        let at = |t: &usize| {
            if sure.iter().any(|(_, known)| t > known) {
                return 0.0;
            }
            let existed: f64 = open.iter().map(|(rate, known)| rate * step * (*t).min(*known) as f64).sum();
            math::exp(rate * step * *t as f64 - existed)
        };
        Some(std::iter::once(1.0).chain(self.dates(question).at.iter().map(at)).collect())
    }
}
