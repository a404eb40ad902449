//! Leaves: the numbers that an answer depends on, and the scenario with each of them perturbed.

use crate::assumption::Assumption;
use crate::assumption::address::{ProviderKey, ScenarioKey, Subject, Trail};
use crate::assumption::law::Law;
use crate::assumption::quantile::Quantile;
use crate::assumption::quantity::Quantity;
use crate::assumption::standard_law::StandardLaw;
use crate::assumption::visitor::Visitor;
use crate::error::Error;
use crate::exact::settings::refused;
use crate::plan::{Plan, SeriesId, Template};
use crate::scenario::Scenario;

/// Finite-difference nodes and weights of a first derivative of fourth order (Fornberg 1988, tables 1 and 3): central,
/// or one-sided where the number lies at a bound of its domain.
const CENTRAL: &[(f64, f64)] = &[(-2.0, 1.0 / 12.0), (-1.0, -2.0 / 3.0), (1.0, 2.0 / 3.0), (2.0, -1.0 / 12.0)];
const UPWARDS: &[(f64, f64)] = &[(0.0, -25.0 / 12.0), (1.0, 4.0), (2.0, -3.0), (3.0, 4.0 / 3.0), (4.0, -0.25)];
const DOWNWARDS: &[(f64, f64)] = &[(0.0, 25.0 / 12.0), (-1.0, -4.0), (-2.0, 3.0), (-3.0, -4.0 / 3.0), (-4.0, 0.25)];
/// Step sizes relative to the scale of the number. Truncation error is of fourth order in the step; rounding error is
/// inversely proportional to it.
const STEPS: [f64; 3] = [1e-3, 1e-4, 1e-5];

/// A number that the answer may depend on.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) address: String,
    pub(crate) number: f64,
    /// Perturbed scenarios and their finite-difference weights. Empty for a correlation, which has a closed-form
    /// derivative.
    pub(crate) moved: Vec<(f64, Plan)>,
    /// Whether the growth of challenger and of incumbent depends on it.
    pub(crate) growth: [bool; 2],
    /// Whether a base or a volatility depends on it.
    pub(crate) levels: bool,
    /// Whether a base depends on it.
    pub(crate) bases: bool,
}

/// What depends on a number.
#[derive(Debug, Clone, Copy, Default)]
struct Follows {
    growth: [bool; 2],
    levels: bool,
    bases: bool,
    correlation: bool,
}

impl Follows {
    fn nothing(self) -> bool {
        !(self.growth[0] || self.growth[1] || self.levels || self.correlation)
    }
}

/// The numbers that the answer to a question of `scenario` may depend on, and the addresses of the others.
///
/// # Errors
/// If a number cannot be perturbed in either direction.
pub(crate) fn leaves(scenario: &Scenario, plan: &Plan, pair: [&str; 2]) -> Result<(Vec<Leaf>, Vec<String>), Error> {
    let mut listing = Listing::default();
    scenario.walk(&mut Trail::default(), &mut listing);
    let places = Places { scenario, plan, pair, named: &listing.named };
    let mut template = Template::new(scenario.without_views(), 0)?;
    let (mut leaves, mut others) = (Vec::new(), Vec::new());
    for number in &listing.numbers {
        let follows = places.follows(&number.address);
        if follows.nothing() {
            others.push(number.address.clone());
            continue;
        }
        let moved = if follows.correlation { Vec::new() } else { moved(&mut template, plan, number, &listing.named)? };
        let Follows { growth, levels, bases, .. } = follows;
        leaves.push(Leaf { address: number.address.clone(), number: number.value, moved, growth, levels, bases });
    }
    Ok((leaves, others))
}

/// Finds what depends on an address, for the pair of a question.
struct Places<'a> {
    scenario: &'a Scenario,
    plan: &'a Plan,
    /// The names of the compared series.
    pair: [&'a str; 2],
    named: &'a [(String, String, Quantity)],
}

impl Places<'_> {
    fn follows(&self, address: &str) -> Follows {
        match Subject::of_known(address) {
            Subject::Assumption(name) => {
                let places = self.named.iter().filter(|(known, ..)| known == name);
                places.fold(Follows::default(), |all, (_, address, _)| {
                    let one = self.follows(address);
                    let growth = [0, 1].map(|row| all.growth[row] || one.growth[row]);
                    Follows { growth, levels: all.levels || one.levels, bases: all.bases || one.bases, ..all }
                })
            }
            // Scenarios with jumps or factors have no gradients (see `settings.rs`).
            Subject::Jump(..) | Subject::Factor(..) => Follows::default(),
            Subject::Provider(owner, key) => match (self.pair.iter().position(|own| owner.is_named(own)), key) {
                (Some(row), Some(key)) => self.follows_in(row, self.pair[row], key),
                (None, _) | (_, None) => Follows::default(),
            },
            Subject::Dependence(index, _) => self.follows_dependence(index),
            Subject::Correlation(index, _) => {
                let ends = &self.scenario.correlations[index].between;
                let [first, second] = ends.each_ref().map(|end| self.scenario.correlated(end).unwrap_or_default());
                let [a, b] = self.pair.map(|name| self.plan.row_named(name)).map(|SeriesId(row)| row);
                let is_between = |a, b| first.contains(&a) && second.contains(&b);
                Follows { correlation: is_between(a, b) || is_between(b, a), ..Follows::default() }
            }
            Subject::Scenario(key) => match key {
                // A ceiling is only compared with the answers; the other keys are no numbers.
                ScenarioKey::Ceiling
                | ScenarioKey::Base
                | ScenarioKey::Horizon
                | ScenarioKey::Unit
                | ScenarioKey::Quantity
                | ScenarioKey::Innovations
                | ScenarioKey::Assumption
                | ScenarioKey::Dependence
                | ScenarioKey::Provider
                | ScenarioKey::Factor
                | ScenarioKey::Correlation
                | ScenarioKey::View
                | ScenarioKey::Question => Follows::default(),
            },
            // The weight of a view, and integers.
            Subject::View(..) | Subject::Question(..) => Follows::default(),
        }
    }

    /// What the two draws of a dependence decide, if both are draws of the pair.
    fn follows_dependence(&self, index: usize) -> Follows {
        let found = self.scenario.dependent_draws();
        let (a, b, _) = found.stated[index];
        if [a, b].iter().any(|end| self.follows(&found.draws[*end]).nothing()) {
            return Follows::default();
        }
        // A change of the Cholesky factor may move every dependent draw. Dependent bases are integrated and are not part of the
        // distribution of the start.
        Follows { growth: [true; 2], levels: true, ..Follows::default() }
    }

    fn follows_in(&self, row: usize, name: &str, key: ProviderKey) -> Follows {
        // Growth by fiscal totals depends on the totals of the past.
        let is_fiscal = self.plan.is_fiscal(self.plan.row_named(name));
        let (levels, bases, growth) = match key {
            ProviderKey::Revenue => (true, true, is_fiscal),
            ProviderKey::Growth => (false, false, true),
            ProviderKey::Volatility => (true, false, false),
            ProviderKey::History => (false, false, is_fiscal),
            // A claim is only compared with history. The month is an integer, and the others are words.
            ProviderKey::Claim
            | ProviderKey::FiscalYearEnds
            | ProviderKey::Name
            | ProviderKey::Shock
            | ProviderKey::Centring
            | ProviderKey::Exit
            | ProviderKey::Loading
            | ProviderKey::Jump
            | ProviderKey::Segment
            | ProviderKey::Source => (false, false, false),
        };
        let mut follows = Follows { levels, bases, ..Follows::default() };
        follows.growth[row] = growth;
        follows
    }
}

/// Plans of the scenario with one number perturbed.
fn moved(
    template: &mut Template,
    plan: &Plan,
    number: &Listed,
    named: &[(String, String, Quantity)],
) -> Result<Vec<(f64, Plan)>, Error> {
    let scale = number.scale(named);
    let mut fault = None;
    for step in STEPS.map(|step| step * scale) {
        for stencil in [CENTRAL, UPWARDS, DOWNWARDS] {
            let mut one = |(place, weight): &(f64, f64)| {
                let moved = template.bind(&[(&number.address, number.value + place * step)])?;
                if plan.has_draws_of(&moved) {
                    Ok((weight / step, moved))
                } else {
                    Err(without_spread(&number.address))
                }
            };
            match stencil.iter().map(&mut one).collect() {
                Ok(moved) => return Ok(moved),
                // A missing spread is a better explanation than a step that is not allowed.
                Err(error) if fault.as_ref().is_none_or(Error::is_invalid_input) => fault = Some(error),
                Err(_) => {}
            }
        }
    }
    Err(match fault {
        Some(fault) if fault.is_invalid_input() => {
            let reason = format!("no small change of this number leaves the scenario valid ({fault})");
            refused(&number.address, &reason, "")
        }
        Some(fault) => fault,
        None => without_spread(&number.address),
    })
}

fn without_spread(address: &str) -> Error {
    let reason = "the distribution has no spread, so the derivative is undefined";
    refused(address, reason, "specify its value as a number")
}

/// A number of the scenario.
struct Listed {
    address: String,
    value: f64,
    quantity: Quantity,
    /// The 90 % interval of the distribution that it parameterizes.
    spread: Option<f64>,
}

impl Listed {
    /// Scale on which the answer varies with the number.
    fn scale(&self, named: &[(String, String, Quantity)]) -> f64 {
        // A named assumption must satisfy the domains of all its places.
        let is_named = |name: &str| {
            self.quantity == Quantity::Shared && Subject::of_known(&self.address) == Subject::Assumption(name)
        };
        let places = named.iter().filter(|(name, ..)| is_named(name));
        let domain = places.fold(self.quantity.domain(), |domain, (.., place)| domain.and(place.domain()));
        match (self.spread, domain.low.is_finite()) {
            (Some(spread), false) if spread > 0.0 => spread,
            (_, true) if self.value > domain.low => self.value - domain.low,
            (_, true) => 0.1,
            (_, false) if self.value.abs() > 0.0 => self.value.abs(),
            (_, false) => 1.0,
        }
    }
}

/// Every number except integers, and the places that use names.
#[derive(Default)]
struct Listing {
    spread: Option<f64>,
    numbers: Vec<Listed>,
    /// Name, address and quantity of the place.
    named: Vec<(String, String, Quantity)>,
}

impl Visitor for Listing {
    fn number(&mut self, trail: &mut Trail, quantity: Quantity, value: &Assumption) {
        match &value.law {
            Law::Number(number) => self.plain(trail, quantity, number),
            Law::Name(name) => self.named.push((name.clone(), trail.as_str().to_owned(), quantity)),
            law @ (Law::Family(..)
            | Law::Quantiles(_)
            | Law::Discrete(_)
            | Law::Empirical(_)
            | Law::Truncated { .. }) => {
                let quantile = StandardLaw::of(law).map(|shape| Quantile::within(&shape, quantity.domain()));
                self.spread = quantile.map(|quantile| quantile.at(0.95) - quantile.at(0.05));
                law.walk(trail, self);
                self.spread = None;
            }
        }
    }

    fn plain(&mut self, trail: &Trail, quantity: Quantity, value: &f64) {
        // The weights of a mixture have derivatives of their own; those of a discrete distribution are part of it.
        if quantity == Quantity::Weight && self.spread.is_none() {
            return;
        }
        let address = trail.as_str().to_owned();
        self.numbers.push(Listed { address, value: *value, quantity, spread: self.spread });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each stencil has the derivative of 1, x, …, x⁴ at 0.
    #[test]
    fn stencils_are_exact_for_polynomials_of_degree_four() {
        for (place, stencil) in [CENTRAL, UPWARDS, DOWNWARDS].into_iter().enumerate() {
            for degree in 0..5 {
                let expected = if degree == 1 { 1.0 } else { 0.0 };
                let found: f64 = stencil.iter().map(|(x, weight)| weight * libm::pow(*x, f64::from(degree))).sum();
                assert!((found - expected).abs() < 1e-12, "stencil {place}, degree {degree}: {found}");
            }
        }
    }
}
