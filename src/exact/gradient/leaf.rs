//! Leaves: the numbers that an answer depends on, and the scenario with each of them perturbed.

use crate::assumption::Assumption;
use crate::assumption::domain::{Address, Domain, Visitor};
use crate::assumption::law::{Law, Shape};
use crate::assumption::quantile::Quantile;
use crate::error::Error;
use crate::exact::settings::refused;
use crate::plan::Plan;
use crate::scenario::{Question, Scenario};

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
pub(crate) fn leaves(scenario: &Scenario, plan: &Plan, question: &Question) -> Result<(Vec<Leaf>, Vec<String>), Error> {
    let mut listing = Listing::default();
    scenario.clone().walk(&mut listing);
    let places = Places { scenario, plan, question, named: &listing.named };
    let (mut leaves, mut others) = (Vec::new(), Vec::new());
    for number in &listing.numbers {
        let follows = places.follows(&number.address);
        if follows.nothing() {
            others.push(number.address.clone());
            continue;
        }
        let moved = if follows.correlation { Vec::new() } else { moved(scenario, plan, number, &listing.named)? };
        let Follows { growth, levels, bases, .. } = follows;
        leaves.push(Leaf { address: number.address.clone(), number: number.value, moved, growth, levels, bases });
    }
    Ok((leaves, others))
}

/// Finds what depends on an address, for the pair of a question.
struct Places<'a> {
    scenario: &'a Scenario,
    plan: &'a Plan,
    question: &'a Question,
    named: &'a [(String, String, Domain)],
}

impl Places<'_> {
    fn follows(&self, address: &str) -> Follows {
        if let Some(name) = name_of(address) {
            let places = self.named.iter().filter(|(known, ..)| known == name);
            return places.fold(Follows::default(), |all, (_, address, _)| {
                let one = self.follows(address);
                let growth = [0, 1].map(|row| all.growth[row] || one.growth[row]);
                Follows { growth, levels: all.levels || one.levels, bases: all.bases || one.bases, ..all }
            });
        }
        let pair = [&self.question.challenger, &self.question.incumbent];
        for (row, name) in pair.into_iter().enumerate() {
            if let Some(rest) = address.strip_prefix(&format!("provider[{name}].")) {
                return self.follows_in(row, name, rest);
            }
        }
        let between = |names: &[String; 2]| pair.iter().all(|name| names.contains(name));
        let correlations = self.scenario.correlations.iter().enumerate();
        let mut own = correlations.filter(|(_, stated)| between(&stated.between));
        let correlation = own.any(|(index, _)| address == format!("correlation[{index}].value"));
        Follows { correlation, ..Follows::default() }
    }

    fn follows_in(&self, row: usize, name: &str, rest: &str) -> Follows {
        let is = |field: &str| rest.starts_with(field);
        let is_fiscal = self.plan.is_fiscal(self.plan.series_of(self.plan.provider(name)));
        let (bases, levels) = (is("revenue"), is("revenue") || is("volatility"));
        let mut follows = Follows { levels, bases, ..Follows::default() };
        follows.growth[row] = is("growth") || is_fiscal && (is("revenue") || is("history"));
        follows
    }
}

/// The name in `assumption[name]…`.
fn name_of(address: &str) -> Option<&str> {
    address.strip_prefix("assumption[")?.split(']').next()
}

/// Plans of the scenario with one number perturbed.
fn moved(
    scenario: &Scenario,
    plan: &Plan,
    number: &Listed,
    named: &[(String, String, Domain)],
) -> Result<Vec<(f64, Plan)>, Error> {
    let scale = number.scale(named);
    let mut fault = None;
    for step in STEPS.map(|step| step * scale) {
        for stencil in [CENTRAL, UPWARDS, DOWNWARDS] {
            let one = |(place, weight): &(f64, f64)| {
                let moved = scenario.with(&number.address, number.value + place * step)?;
                let moved = Plan::new(&moved, 0)?;
                if plan.has_draws_of(&moved) {
                    Ok((weight / step, moved))
                } else {
                    Err(without_spread(&number.address))
                }
            };
            match stencil.iter().map(one).collect() {
                Ok(moved) => return Ok(moved),
                Err(error) => fault = Some(error),
            }
        }
    }
    Err(fault.unwrap_or_else(|| without_spread(&number.address)))
}

fn without_spread(address: &str) -> Error {
    refused(address, "the distribution has no spread, so the derivative is undefined; specify its value as a number")
}

/// A number of the scenario.
struct Listed {
    address: String,
    value: f64,
    domain: Domain,
    /// The 90 % interval of the distribution that it parameterizes.
    spread: Option<f64>,
}

impl Listed {
    /// Scale on which the answer varies with the number.
    fn scale(&self, named: &[(String, String, Domain)]) -> f64 {
        // A named assumption must satisfy the domains of all its places.
        let places = named.iter().filter(|(name, ..)| self.address == format!("assumption[{name}]"));
        let domain = places.fold(self.domain, |domain, (.., place)| domain.and(*place));
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
    address: Address,
    spread: Option<f64>,
    numbers: Vec<Listed>,
    /// Name, address, and domain of the place.
    named: Vec<(String, String, Domain)>,
}

impl Visitor for Listing {
    fn address(&mut self) -> &mut Address {
        &mut self.address
    }

    fn number(&mut self, domain: Domain, value: &mut Assumption) {
        match &mut value.law {
            Law::Number(number) => self.plain(domain, number),
            Law::Name(name) => self.named.push((name.clone(), self.address.as_str().to_owned(), domain)),
            law => {
                let quantile = Shape::of(law).map(|shape| Quantile::within(&shape, domain));
                self.spread = quantile.map(|quantile| quantile.at(0.95) - quantile.at(0.05));
                law.walk(self);
                self.spread = None;
            }
        }
    }

    fn plain(&mut self, domain: Domain, value: &mut f64) {
        let address = self.address.as_str().to_owned();
        self.numbers.push(Listed { address, value: *value, domain, spread: self.spread });
    }

    fn count(&mut self, _: Domain, _: &mut u32) {}
}
