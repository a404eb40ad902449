//! The laws of mixtures in words.

use crate::outcome::{LawAnswer, Overtake};

impl Overtake {
    /// What each law of each mixture answers by the horizon, one line a mixture, and what the choice of law makes up.
    pub(super) fn laws_words(&self) -> Vec<String> {
        let last = self.periods().len() - 1;
        let of_mixture = |laws: &[LawAnswer]| {
            let of_law = |law: &LawAnswer| {
                let by = law.by.get(last).map_or("no path".to_owned(), |by| by.shown());
                format!("[{}] {by} (weight {:.3})", law.index(), law.weight())
            };
            let each: Vec<String> = laws.iter().map(of_law).collect();
            let address = laws.first().map_or("", LawAnswer::address);
            format!("by {} under each law of {address}: {}", self.horizon(), each.join(" · "))
        };
        let mut lines: Vec<String> = self.laws().chunk_by(|a, b| a.address() == b.address()).map(of_mixture).collect();
        if let Some(share) = self.share_of_laws(last) {
            lines.push(format!(
                "the choice of law makes up {:.1} % of the variance of the event by then",
                100.0 * share
            ));
        }
        lines
    }
}
