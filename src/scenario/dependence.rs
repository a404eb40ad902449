//! Rank correlations between drawn numbers: which draws they connect, and whether they are valid together.

use std::collections::{BTreeMap, HashMap};
use std::f64::consts::PI;

use super::check::misfit;
use super::{Dependence, Scenario};
use crate::assumption::Assumption;
use crate::assumption::address::Trail;
use crate::assumption::law::Law;
use crate::assumption::quantity::Quantity;
use crate::assumption::visitor::Visitor;
use crate::covariance::{Covariance, Stated, Unfit};
use crate::error::{Error, Problem, did_you_mean_address, is_enough, shown};
use crate::growth::{AUTO, Curve};
use crate::math;

/// The draws that rank correlations connect, and the correlations of their normal scores.
#[derive(Debug)]
pub(crate) struct Dependences {
    /// The addresses of the draws, in the order in which the scenario first mentions them.
    pub(crate) draws: Vec<String>,
    /// Correlations of normal scores.
    pub(crate) stated: Vec<Stated>,
}

impl Dependences {
    /// The factor of the correlations of normal scores.
    pub(crate) fn factor(&self) -> Result<Covariance, Unfit> {
        Covariance::new(self.draws.len(), &self.stated, 1.0)
    }

    fn place(&mut self, draw: String) -> usize {
        self.draws.iter().position(|known| *known == draw).unwrap_or_else(|| {
            self.draws.push(draw);
            self.draws.len() - 1
        })
    }
}

/// The correlation of normal scores that gives a rank correlation (Spearman's) in a Gaussian copula: 2 sin(πr/6).
fn of_ranks(rank_correlation: f64) -> f64 {
    // The sine of π/6 is below ½ by a rounding error.
    if rank_correlation.abs() >= 1.0 { rank_correlation } else { 2.0 * math::sin(PI * rank_correlation / 6.0) }
}

/// The rank correlation that a correlation of normal scores gives.
pub(crate) fn to_ranks(correlation: f64) -> f64 {
    (6.0 / PI * math::asin(0.5 * correlation.clamp(-1.0, 1.0))).clamp(-1.0, 1.0)
}

/// Every number that may be drawn, by its address.
#[derive(Default)]
struct Drawable(HashMap<String, Assumption>);

impl Visitor for Drawable {
    fn number(&mut self, trail: &mut Trail, _: Quantity, value: &Assumption) {
        self.0.insert(trail.as_str().to_owned(), value.clone());
    }
}

impl Scenario {
    /// The stated dependences of a valid scenario.
    pub(crate) fn dependent_draws(&self) -> Dependences {
        let mut found = Dependences { draws: Vec::new(), stated: Vec::new() };
        if self.dependences.is_empty() {
            return found;
        }
        let drawable = self.drawable();
        for Dependence { between, rank_correlation } in &self.dependences {
            let end = |text: &String| self.draw_at(&drawable, text).expect("validated: both ends are drawn");
            let [a, b] = between.each_ref().map(end).map(|draw| found.place(draw));
            found.stated.push((a, b, of_ranks(*rank_correlation)));
        }
        found
    }

    /// The dependences both of whose ends exist; after some providers were left out.
    pub(crate) fn retain_dependences(&mut self) {
        let drawable = self.drawable();
        let mut kept = self.dependences.clone();
        kept.retain(|stated| stated.between.iter().all(|end| self.draw_at(&drawable, end).is_ok()));
        self.dependences = kept;
        // A part of a matrix that is barely semidefinite may miss the tolerance that the whole one meets.
        if self.dependent_draws().factor().is_err() {
            self.dependences.clear();
        }
    }

    /// The scenario with another curve for one provider; dependences on numbers of the old one are dropped.
    ///
    /// # Errors
    /// As for [`Scenario::with_growth`].
    pub(crate) fn with_law(&self, provider: &str, curve: Curve) -> Result<Self, Error> {
        let mut changed = self.clone();
        let index = self.provider_index(provider).map_err(|message| Error::invalid("scenario", "", message))?;
        changed.providers[index].growth = Some(curve);
        changed.retain_dependences();
        changed.checked()
    }

    fn drawable(&self) -> Drawable {
        let mut drawable = Drawable::default();
        self.walk(&mut Trail::default(), &mut drawable);
        drawable
    }

    /// The address of the draw that a text stands for: a name, or the address of a number.
    fn draw_at(&self, drawable: &Drawable, text: &str) -> Result<String, String> {
        let is_name = self.assumptions.iter().any(|(name, _)| name == text);
        let address = if is_name { format!("assumption[{text}]") } else { text.to_owned() };
        let Some(value) = drawable.0.get(&address) else {
            let known = drawable.0.keys().map(String::as_str);
            let mut known: Vec<&str> = known.chain(self.assumptions.iter().map(|(name, _)| name.as_str())).collect();
            known.sort_unstable();
            let hint = did_you_mean_address(text, known);
            return Err(format!(
                "no assumption has this name and no number that may be drawn this address, got {text:?}{hint}"
            ));
        };
        match &value.law {
            Law::Number(number) => Err(format!("{text:?} is the plain number {} and is not drawn", shown(*number))),
            Law::Name(name) if name == AUTO => {
                Err(format!("{text:?} is derived from the last two rates and is not drawn"))
            }
            Law::Name(name) => self.draw_at(drawable, name),
            Law::Family(..) | Law::Quantiles(_) | Law::Discrete(_) | Law::Empirical(_) | Law::Truncated { .. } => {
                Ok(address)
            }
        }
    }

    pub(super) fn check_dependences(&self, problems: &mut Vec<Problem>) {
        if self.dependences.is_empty() {
            return;
        }
        let drawable = self.drawable();
        let mut found = Dependences { draws: Vec::new(), stated: Vec::new() };
        let mut seen: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let before = problems.len();
        for (index, Dependence { between, rank_correlation }) in self.dependences.iter().enumerate() {
            if is_enough(problems) {
                return;
            }
            let ends = [0, 1].map(|end| match self.draw_at(&drawable, &between[end]) {
                Ok(draw) => Some(draw),
                Err(message) => {
                    problems.push(Problem::new(format!("dependence[{index}].between[{end}]"), message));
                    None
                }
            });
            let [Some(a), Some(b)] = ends else { continue };
            let [a, b] = [a, b].map(|draw| found.place(draw));
            let address = format!("dependence[{index}].between");
            if a == b {
                let message =
                    format!("a dependence must be between two different draws, got {:?} twice", found.draws[a]);
                problems.push(Problem::new(address, message));
            } else if let Some(first) = seen.insert((a.min(b), a.max(b)), index) {
                let [a, b] = between;
                let message = format!("the dependence of {a:?} and {b:?} is already stated by dependence[{first}]");
                problems.push(Problem::new(address, message));
            } else if Quantity::Correlation.domain().contains(*rank_correlation) {
                found.stated.push((a, b, of_ranks(*rank_correlation)));
            }
        }
        let is_complete = problems.len() == before && found.stated.len() == self.dependences.len();
        if is_complete && let Err(unfit) = found.factor() {
            let Dependence { between, rank_correlation } = &self.dependences[unfit.index];
            let name = |place: usize| found.draws[place].as_str();
            let unfit = in_ranks(unfit, &found);
            let message = misfit(&unfit, (between, *rank_correlation), ("rank correlation", &name));
            problems.push(Problem::new(format!("dependence[{}].rank_correlation", unfit.index), message));
        }
    }
}

/// The valid range and the nearest matrix as rank correlations, rounded so that the ends of the range are valid.
fn in_ranks(unfit: Unfit, found: &Dependences) -> Unfit {
    let fits = |rank: &f64| {
        let mut stated = found.stated.clone();
        stated[unfit.index].2 = of_ranks(*rank);
        Covariance::new(found.draws.len(), &stated, 1.0).is_ok()
    };
    // Rounded outwards if that is valid, and otherwise inwards, with more decimals where a range is narrow.
    let end = |correlation: f64, outwards: f64| {
        let rank = to_ranks(correlation);
        let rounded = [1e4, 1e7, 1e9].into_iter().flat_map(|scale| {
            let [up, down] = [(rank * scale).ceil() / scale, (rank * scale).floor() / scale];
            if outwards > 0.0 { [up, down] } else { [down, up] }
        });
        rounded.into_iter().find(fits)
    };
    let range = unfit.range.and_then(|(low, high)| Some((end(low, -1.0)?, end(high, 1.0)?)));
    let rounded = |rank: f64| (rank * 1e4).round() / 1e4;
    let nearest = unfit.nearest.iter().map(|(a, b, value)| (*a, *b, rounded(to_ranks(*value)))).collect();
    Unfit { index: unfit.index, range, nearest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rank_correlations_and_back() {
        for rank in [-1.0, -0.7, 0.0, 0.25, 0.5, 1.0] {
            assert!((to_ranks(of_ranks(rank)) - rank).abs() < 1e-15, "{rank}");
        }
        // Kruskal (1958), "Ordinal measures of association", §6: ρ = 2 sin(π/12) for a rank correlation of ½.
        assert!((of_ranks(0.5) - 0.517_638_090_205_041_5).abs() < 1e-15);
    }
}
