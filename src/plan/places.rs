//! Assigns draws to the numbers of a scenario: one for each unnamed number, and one shared by all places of a name.

use std::collections::HashMap;

use super::input::{Draw, Input};
use crate::assumption::Assumption;
use crate::assumption::address::{ProviderKey, Trail, owner_trail};
use crate::assumption::domain::Domain;
use crate::assumption::law::Law;
use crate::assumption::quantile::Quantile;
use crate::assumption::quantity::Quantity;
use crate::assumption::shape::Shape;
use crate::assumption::visitor::Visitor;
use crate::growth::{AUTO, Curve};
use crate::random::slot_of;
use crate::scenario::Scenario;

/// The numbers of a scenario in the order of its walk.
#[derive(Default)]
pub(super) struct Places {
    list: Vec<Place>,
}

/// A number of the walk, or the law drawn of a mixture.
struct Place {
    address: String,
    assumption: Assumption,
    /// `None` for the law drawn of a mixture.
    quantity: Option<Quantity>,
}

/// A number with its draw.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub(super) input: Input,
    /// Whether its tail gives revenue an infinite mean.
    pub(super) heavy: bool,
}

/// Every number of a scenario by its address.
pub(super) struct Resolved(HashMap<String, Slot>);

impl Resolved {
    /// The number at an address.
    pub(super) fn at(&self, address: &str) -> Slot {
        *self.0.get(address).expect("the walk visits every number of a provider")
    }

    /// The parameters of the growth curve of a provider or segment, in the order in which the curve lists them.
    pub(super) fn of_curve(&self, provider: &str, curve: &Curve) -> Vec<Slot> {
        let (mut places, mut trail) = (Places::default(), owner_trail(provider));
        trail.push(ProviderKey::Growth);
        curve.walk(&mut trail, &mut places);
        places.list.iter().map(|place| self.at(&place.address)).collect()
    }
}

impl Places {
    /// Resolves every number. A named assumption becomes one draw for all of its places, within the intersection of
    /// their domains.
    pub(super) fn resolve(self, scenario: &Scenario) -> (Vec<Draw>, Resolved) {
        let used = self.list.iter().filter(|place| place.quantity != Some(Quantity::Shared));
        let laws: HashMap<&str, &Law> =
            scenario.assumptions.iter().map(|(name, value)| (name.as_str(), &value.law)).collect();
        let domains = self.domains();
        let mut draws: Vec<Draw> = Vec::new();
        let mut names: HashMap<&str, Input> = HashMap::new();
        let mut resolved = HashMap::new();
        for Place { address, assumption, quantity } in used {
            let law = assumption.name().map_or(Some(&assumption.law), |name| laws.get(name).copied());
            let shape = law.and_then(Shape::of);
            let is_drawn = !matches!(shape, Some(Shape::Constant(_)));
            let exponent = quantity.and_then(Quantity::exponent).filter(|_| is_drawn);
            let heavy = exponent.is_some_and(|exponent| law.is_some_and(|law| law.has_heavy_tail(exponent)));
            let input = match (shape, assumption.name()) {
                (None, _) => Input::Known(f64::NAN), // `auto`, the only name without a distribution
                (Some(Shape::Constant(value)), _) => Input::Known(value),
                (Some(shape), None) => {
                    let domain = quantity.map_or(Domain::FINITE, Quantity::domain);
                    push(&mut draws, (address.clone(), address), &shape, domain, quantity.is_none())
                }
                (Some(shape), Some(name)) => *names.entry(name).or_insert_with(|| {
                    let domain = domains[name];
                    push(&mut draws, (format!("assumption[{name}]"), name), &shape, domain, false)
                }),
            };
            resolved.insert(address.clone(), Slot { input, heavy });
        }
        (draws, Resolved(resolved))
    }

    /// The intersection of the domains of all places of each name.
    fn domains(&self) -> HashMap<&str, Domain> {
        let mut domains = HashMap::new();
        for Place { assumption, quantity, .. } in &self.list {
            if let (Some(name), Some(quantity)) = (assumption.name(), quantity) {
                let all = domains.entry(name).or_insert(Domain::FINITE);
                *all = all.and(quantity.domain());
            }
        }
        domains
    }
}

fn push(draws: &mut Vec<Draw>, (address, slot): (String, &str), shape: &Shape, domain: Domain, is_pick: bool) -> Input {
    let quantile = Quantile::within(shape, domain);
    let kind = if is_pick { "mixture" } else { "assumption" };
    draws.push(Draw { address, slot: slot_of(&format!("{kind} {slot}")), quantile, is_pick, is_coin: false });
    Input::Drawn(draws.len() - 1)
}

impl Visitor for Places {
    fn number(&mut self, trail: &mut Trail, quantity: Quantity, value: &Assumption) {
        debug_assert!(value.name() != Some(AUTO) || quantity == Quantity::Ratio, "validation keeps auto to ratios");
        let (address, assumption) = (trail.as_str().to_owned(), value.clone());
        self.list.push(Place { address, assumption, quantity: Some(quantity) });
    }

    fn pick(&mut self, trail: &mut Trail, weights: &[f64]) {
        let assumption = Assumption { law: Law::pick(weights), source: None };
        self.list.push(Place { address: trail.as_str().to_owned(), assumption, quantity: None });
    }
}
