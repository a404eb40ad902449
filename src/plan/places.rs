//! Assigns draws to the numbers of a scenario: one for each unnamed number, and one shared by all places of a name.

use std::collections::HashMap;

use super::input::{Draw, Input};
use crate::assumption::Assumption;
use crate::assumption::domain::{Address, Domain, Key, Role, Visitor};
use crate::assumption::law::{Law, Shape};
use crate::assumption::quantile::Quantile;
use crate::growth::{AUTO, Curve};
use crate::random::slot_of;
use crate::scenario::Scenario;

/// The numbers of a scenario in the order of its walk.
#[derive(Default)]
pub(super) struct Places {
    address: Address,
    list: Vec<(String, Assumption, Domain)>,
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

    /// The parameters of a provider's growth curve, in the order in which the curve lists them.
    pub(super) fn of_curve(&self, provider: &str, curve: &Curve) -> Vec<Slot> {
        let mut places = Places::default();
        for key in [Key::Field("provider"), Key::Name(provider), Key::Field("growth")] {
            places.address.push(key);
        }
        curve.clone().walk(&mut places);
        places.list.iter().map(|(address, ..)| self.at(address)).collect()
    }
}

impl Places {
    /// Resolves every number. A named assumption becomes one draw for all of its places, within the intersection of
    /// their domains.
    pub(super) fn resolve(self, scenario: &Scenario) -> (Vec<Draw>, Resolved) {
        let used = self.list.iter().filter(|(address, ..)| !address.starts_with("assumption["));
        let laws: HashMap<&str, &Law> =
            scenario.assumptions.iter().map(|(name, value)| (name.as_str(), &value.law)).collect();
        let domains = self.domains();
        let mut draws: Vec<Draw> = Vec::new();
        let mut names: HashMap<&str, Input> = HashMap::new();
        let mut resolved = HashMap::new();
        for (address, assumption, domain) in used {
            let law = assumption.name().map_or(Some(&assumption.law), |name| laws.get(name).copied());
            let shape = law.and_then(Shape::of);
            let is_drawn = !matches!(shape, Some(Shape::Constant(_)));
            let heavy = is_drawn && domain.role == Role::Exponent && law.is_some_and(Law::has_heavy_tail);
            let input = match (shape, assumption.name()) {
                (None, _) => Input::Known(f64::NAN), // `auto`, the only name without a distribution
                (Some(Shape::Constant(value)), _) => Input::Known(value),
                (Some(shape), None) => push(&mut draws, (address.clone(), address), &shape, *domain),
                (Some(shape), Some(name)) => *names.entry(name).or_insert_with(|| {
                    let domain = domains[name];
                    push(&mut draws, (format!("assumption[{name}]"), name), &shape, domain)
                }),
            };
            resolved.insert(address.clone(), Slot { input, heavy });
        }
        (draws, Resolved(resolved))
    }

    /// The intersection of the domains of all places of each name.
    fn domains(&self) -> HashMap<&str, Domain> {
        let mut domains = HashMap::new();
        for (_, assumption, domain) in &self.list {
            if let Some(name) = assumption.name() {
                let all = domains.entry(name).or_insert(Domain::FINITE);
                *all = all.and(*domain);
            }
        }
        domains
    }
}

fn push(draws: &mut Vec<Draw>, (address, slot): (String, &str), shape: &Shape, domain: Domain) -> Input {
    let quantile = Quantile::within(shape, domain);
    draws.push(Draw { address, slot: slot_of(&format!("assumption {slot}")), quantile });
    Input::Drawn(draws.len() - 1)
}

impl Visitor for Places {
    fn address(&mut self) -> &mut Address {
        &mut self.address
    }

    fn number(&mut self, domain: Domain, value: &mut Assumption) {
        debug_assert!(value.name() != Some(AUTO) || domain == Domain::RATIO, "validation keeps auto to ratios");
        self.list.push((self.address.as_str().to_owned(), value.clone(), domain));
    }

    fn plain(&mut self, _: Domain, _: &mut f64) {}

    fn count(&mut self, _: Domain, _: &mut u32) {}
}
