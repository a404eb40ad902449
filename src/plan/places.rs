//! Assigns draws to the numbers of a scenario: one for each unnamed number, and one shared by all places of a name.

use std::collections::HashMap;

use super::input::{Draw, Input};
use crate::assumption::Assumption;
use crate::assumption::address::{ProviderKey, Trail, owner_trail};
use crate::assumption::domain::Domain;
use crate::assumption::law::Law;
use crate::assumption::quantile::Quantile;
use crate::assumption::quantity::Quantity;
use crate::assumption::standard_law::StandardLaw;
use crate::assumption::visitor::Visitor;
use crate::growth::{AUTO, Curve};
use crate::random::slot_of;
use crate::scenario::{Changed, Scenario};

/// The numbers of a scenario in the order of its walk.
#[derive(Default)]
pub(super) struct Places {
    list: Vec<WalkPlace>,
}

/// A number of the walk, or the law drawn of a mixture.
struct WalkPlace {
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
#[derive(Debug)]
pub(super) struct Resolved {
    slots: HashMap<String, Slot>,
    /// The intersection of the domains of all places of each name.
    domains: HashMap<String, Domain>,
}

impl Resolved {
    /// The number at an address.
    pub(super) fn at(&self, address: &str) -> Slot {
        *self.slots.get(address).expect("the walk visits every number of a provider")
    }

    /// The parameters of the growth curve of a provider or segment, in the order in which the curve lists them.
    pub(super) fn of_curve(&self, provider: &str, curve: &Curve) -> Vec<Slot> {
        let (mut of, mut trail) = (OfCurve { resolved: self, slots: Vec::new() }, owner_trail(provider));
        trail.push(ProviderKey::Growth);
        curve.walk(&mut trail, &mut of);
        of.slots
    }

    /// Sets the number at an address; returns the old one.
    pub(super) fn set(&mut self, address: &str, input: Input) -> Input {
        let slot = self.slots.get_mut(address).expect("the walk visits every number of a provider");
        std::mem::replace(&mut slot.input, input)
    }

    /// Gives known numbers their new values and drawn ones their new distributions. Returns the known ones as they were, and
    /// whether every one is still known or still drawn.
    pub(super) fn bind<'a>(&mut self, changed: &'a [Changed<'_>], draws: &mut [Draw]) -> (Vec<(&'a str, Input)>, bool) {
        let (mut before, mut bound) = (Vec::new(), Vec::new());
        for Changed { address, quantity, name, law } in changed {
            let domain = name.as_ref().map_or_else(|| own_domain(*quantity), |name| self.domains[name]);
            match (StandardLaw::of(law), self.at(address).input) {
                (Some(StandardLaw::Constant(value)), Input::Known(_)) => {
                    before.push((*address, self.set(address, Input::Known(value))));
                }
                (None, _) | (Some(StandardLaw::Constant(_)), Input::Drawn(_)) | (Some(_), Input::Known(_)) => {
                    return (before, false);
                }
                // All places of a name share a draw.
                (Some(_), Input::Drawn(draw)) if bound.contains(&draw) => {}
                (Some(shape), Input::Drawn(draw)) => {
                    draws[draw].quantile = Quantile::within(&shape, domain);
                    bound.push(draw);
                }
            }
        }
        (before, true)
    }
}

/// Looks up the numbers of a curve.
struct OfCurve<'a> {
    resolved: &'a Resolved,
    slots: Vec<Slot>,
}

impl Visitor for OfCurve<'_> {
    fn number(&mut self, trail: &mut Trail, _: Quantity, _: &Assumption) {
        self.slots.push(self.resolved.at(trail.as_str()));
    }

    fn pick(&mut self, trail: &mut Trail, _: &[f64]) {
        self.slots.push(self.resolved.at(trail.as_str()));
    }
}

impl Places {
    /// Resolves every number. A named assumption becomes one draw for all of its places, within the intersection of
    /// their domains.
    pub(super) fn resolve(self, scenario: &Scenario) -> (Vec<Draw>, Resolved) {
        let used = self.list.iter().filter(|place| place.quantity != Some(Quantity::Shared));
        let laws = scenario.laws();
        let domains = self.domains();
        let mut draws: Vec<Draw> = Vec::new();
        let mut names: HashMap<&str, Input> = HashMap::new();
        let mut slots = HashMap::new();
        for WalkPlace { address, assumption, quantity } in used {
            let law = assumption.name().map_or(Some(&assumption.law), |name| laws.get(name).copied());
            let shape = law.and_then(StandardLaw::of);
            let is_drawn = !matches!(shape, Some(StandardLaw::Constant(_)));
            let exponent = quantity.and_then(Quantity::exponent).filter(|_| is_drawn);
            let heavy = exponent.is_some_and(|exponent| law.is_some_and(|law| law.has_heavy_tail(exponent)));
            let input = match (shape, assumption.name()) {
                (None, _) => Input::Known(f64::NAN), // `auto`, the only name without a distribution
                (Some(StandardLaw::Constant(value)), _) => Input::Known(value),
                (Some(shape), None) => {
                    push(&mut draws, (address.clone(), address), &shape, own_domain(*quantity), quantity.is_none())
                }
                (Some(shape), Some(name)) => *names.entry(name).or_insert_with(|| {
                    let domain = domains[name];
                    push(&mut draws, (format!("assumption[{name}]"), name), &shape, domain, false)
                }),
            };
            slots.insert(address.clone(), Slot { input, heavy });
        }
        let domains = domains.into_iter().map(|(name, domain)| (name.to_owned(), domain)).collect();
        (draws, Resolved { slots, domains })
    }

    /// The intersection of the domains of all places of each name.
    fn domains(&self) -> HashMap<&str, Domain> {
        let mut domains = HashMap::new();
        for WalkPlace { assumption, quantity, .. } in &self.list {
            if let (Some(name), Some(quantity)) = (assumption.name(), quantity) {
                let all = domains.entry(name).or_insert(Domain::FINITE);
                *all = all.and(quantity.domain());
            }
        }
        domains
    }
}

/// The domain of a number with a draw of its own; `None` is the law drawn of a mixture.
fn own_domain(quantity: Option<Quantity>) -> Domain {
    quantity.map_or(Domain::FINITE, Quantity::domain)
}

fn push(
    draws: &mut Vec<Draw>,
    (address, slot): (String, &str),
    shape: &StandardLaw,
    domain: Domain,
    is_pick: bool,
) -> Input {
    let quantile = Quantile::within(shape, domain);
    let kind = if is_pick { "mixture" } else { "assumption" };
    draws.push(Draw { address, slot: slot_of(&format!("{kind} {slot}")), quantile, is_pick, is_coin: false });
    Input::Drawn(draws.len() - 1)
}

impl Visitor for Places {
    fn number(&mut self, trail: &mut Trail, quantity: Quantity, value: &Assumption) {
        debug_assert!(value.name() != Some(AUTO) || quantity == Quantity::Ratio, "validation keeps auto to ratios");
        let (address, assumption) = (trail.as_str().to_owned(), value.clone());
        self.list.push(WalkPlace { address, assumption, quantity: Some(quantity) });
    }

    fn pick(&mut self, trail: &mut Trail, weights: &[f64]) {
        let assumption = Assumption { law: Law::pick(weights), source: None };
        self.list.push(WalkPlace { address: trail.as_str().to_owned(), assumption, quantity: None });
    }
}
