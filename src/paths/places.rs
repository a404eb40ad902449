//! Assigns draws to the numbers of a scenario: one for each unnamed number, and one shared by all places of a name.

use std::collections::HashMap;

use super::plan::{Draw, Number};
use super::stream::slot_of;
use crate::assumption::Assumption;
use crate::assumption::address::Trail;
use crate::assumption::domain::Domain;
use crate::assumption::law::{Law, Shape};
use crate::assumption::quantile::Quantile;
use crate::assumption::quantity::Quantity;
use crate::assumption::visitor::Visitor;
use crate::growth::AUTO;
use crate::scenario::Scenario;

/// The numbers of a scenario in the order of its walk.
#[derive(Default)]
pub(super) struct Places {
    pub(super) list: Vec<(String, Assumption, Quantity)>,
}

pub(super) struct Resolved {
    pub(super) number: Number,
    pub(super) heavy: bool,
}

impl Places {
    /// Resolves every number. A named assumption becomes one draw for all of its places, within the intersection of
    /// their domains.
    pub(super) fn resolve(self, scenario: &Scenario) -> (Vec<Draw>, Vec<Resolved>) {
        let used = self.list.iter().filter(|(.., quantity)| *quantity != Quantity::Shared);
        let laws: HashMap<&str, &Law> =
            scenario.assumptions.iter().map(|(name, value)| (name.as_str(), &value.law)).collect();
        let domains = self.domains();
        let mut draws: Vec<Draw> = Vec::new();
        let mut names: HashMap<&str, Number> = HashMap::new();
        let mut resolved = Vec::new();
        for (address, assumption, quantity) in used {
            let law = assumption.name().map_or(Some(&assumption.law), |name| laws.get(name).copied());
            let shape = law.and_then(Shape::of);
            let is_drawn = !matches!(shape, Some(Shape::Constant(_)));
            let heavy = is_drawn && quantity.is_exponent() && law.is_some_and(Law::has_heavy_tail);
            let number = match (shape, assumption.name()) {
                (None, _) => Number::Fixed(f64::NAN), // `auto`, the only name without a distribution
                (Some(Shape::Constant(value)), _) => Number::Fixed(value),
                (Some(shape), None) => push(&mut draws, (address.clone(), address), &shape, quantity.domain()),
                (Some(shape), Some(name)) => *names.entry(name).or_insert_with(|| {
                    let domain = domains.get(name).copied().unwrap_or(Domain::FINITE);
                    push(&mut draws, (format!("assumption[{name}]"), name), &shape, domain)
                }),
            };
            resolved.push(Resolved { number, heavy });
        }
        (draws, resolved)
    }

    /// The intersection of the domains of all places of each name.
    fn domains(&self) -> HashMap<&str, Domain> {
        let mut domains = HashMap::new();
        for (_, assumption, quantity) in &self.list {
            if let Some(name) = assumption.name() {
                let all = domains.entry(name).or_insert(Domain::FINITE);
                *all = all.and(quantity.domain());
            }
        }
        domains
    }
}

fn push(draws: &mut Vec<Draw>, (address, slot): (String, &str), shape: &Shape, domain: Domain) -> Number {
    let quantile = Quantile::within(shape, domain);
    draws.push(Draw { address, slot: slot_of(&format!("assumption {slot}")), quantile });
    Number::Drawn(draws.len() - 1)
}

impl Visitor for Places {
    fn number(&mut self, trail: &mut Trail, quantity: Quantity, value: &Assumption) {
        debug_assert!(value.name() != Some(AUTO) || quantity == Quantity::Ratio, "validation keeps auto to ratios");
        self.list.push((trail.as_str().to_owned(), value.clone(), quantity));
    }
}
