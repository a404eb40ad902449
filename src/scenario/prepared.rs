//! A scenario whose numbers are changed one after the other: only what a changed number can make invalid is checked again.

use std::collections::{BTreeSet, HashMap};
use std::mem::swap;

use super::check_curve::Central;
use super::item_key::keys;
use super::numbers::NumberChecks;
use super::walk::Item;
use super::{Scenario, SeriesOf};
use crate::assumption::Assumption;
use crate::assumption::address::{Key, ProviderKey, ScenarioKey, Subject, Trail, item};
use crate::assumption::law::Law;
use crate::assumption::quantity::Quantity;
use crate::assumption::visitor::{Visitor, VisitorMut};

/// A valid scenario, prepared for changes of single numbers.
#[derive(Debug)]
pub(crate) struct Prepared {
    scenario: Scenario,
    parts: Vec<PartOf>,
    /// By address.
    numbers: HashMap<String, Location>,
    /// By series.
    central: Vec<Option<Central>>,
}

#[derive(Debug)]
struct PartOf {
    part: Item,
    /// The name of an assumption.
    name: Option<String>,
    /// The assumptions that its numbers name.
    uses: BTreeSet<String>,
    /// The addresses of the numbers that may be distributions, and of the laws drawn of mixtures, in the order of the walk.
    places: Vec<String>,
}

/// Where a number is.
#[derive(Debug, Clone, Copy)]
struct Location {
    part: usize,
    /// By the walk of the part.
    index: usize,
    quantity: Quantity,
    /// Whether it is a past revenue.
    is_past: bool,
}

/// What changed numbers may affect.
#[derive(Debug)]
pub(crate) struct Touched<'a> {
    locations: Vec<Location>,
    /// The parts of the numbers, and those that name a changed assumption.
    parts: Vec<(usize, &'a PartOf)>,
    /// The changed assumptions.
    names: Vec<&'a str>,
    /// The numbers that have another value or distribution.
    pub(crate) places: Vec<Changed<'a>>,
}

/// A number, or the law drawn of a mixture, with its new distribution.
#[derive(Debug)]
pub(crate) struct Changed<'a> {
    pub(crate) address: &'a str,
    /// `None` for the law drawn of a mixture.
    pub(crate) quantity: Option<Quantity>,
    /// The assumption that it names.
    pub(crate) name: Option<String>,
    pub(crate) law: Law,
}

impl Prepared {
    pub(crate) fn new(scenario: Scenario) -> Self {
        let (mut parts, mut numbers) = (Vec::new(), HashMap::new());
        for (place, (part, mut address, name)) in stated(&scenario).into_iter().enumerate() {
            let mut list =
                Listing { place, index: 0, uses: BTreeSet::new(), places: Vec::new(), numbers: &mut numbers };
            scenario.walk_part(part, &mut address, &mut list);
            let Listing { uses, places, .. } = list;
            parts.push(PartOf { part, name, uses, places });
        }
        let central = scenario.series().iter().map(|of| scenario.central(of, &scenario.laws())).collect();
        Self { scenario, parts, numbers, central }
    }

    pub(crate) fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Calls `with` with the changed scenario and what the changes may affect. `None` if `with` returns that, if the
    /// changed scenario is invalid, or if only a validation of the whole can tell, as by [`Scenario::with_all`].
    pub(crate) fn changed<T>(
        &mut self,
        changes: &[(&str, f64)],
        with: impl FnOnce(&Scenario, &Touched<'_>) -> Option<T>,
    ) -> Option<T> {
        let Self { scenario, parts, numbers, central } = self;
        if !scenario.views.is_empty() {
            // The values of a view must fit the changed numbers too.
            return None;
        }
        let locations: Vec<Location> =
            changes.iter().map_while(|(address, _)| numbers.get(*address).copied()).collect();
        // An exit of probability 0 is not among the numbers.
        let vanishes = |(location, (_, value)): (&Location, &(&str, f64))| {
            location.quantity == Quantity::Probability && *value <= 0.0
        };
        if locations.len() < changes.len() || locations.iter().zip(changes).any(vanishes) {
            return None;
        }
        let mut exchange =
            |location: &Location, value: f64| scenario.exchange((parts[location.part].part, location.index), value);
        let before: Vec<f64> =
            locations.iter().zip(changes).map(|(location, (_, value))| exchange(location, *value)).collect();
        let mut touched = Touched::of(locations, parts);
        let is_sound = scenario.check_touched(&mut touched, central);
        let found = is_sound.then(|| with(scenario, &touched)).flatten();
        for (location, value) in touched.locations.iter().zip(before).rev() {
            scenario.exchange((parts[location.part].part, location.index), value);
        }
        found
    }
}

impl<'a> Touched<'a> {
    fn of(locations: Vec<Location>, all: &'a [PartOf]) -> Self {
        let names: Vec<&str> = locations.iter().filter_map(|location| all[location.part].name.as_deref()).collect();
        let is_touched = |(place, part): &(usize, &PartOf)| {
            locations.iter().any(|location| location.part == *place)
                || names.iter().any(|name| part.uses.contains(*name))
        };
        let parts = all.iter().enumerate().filter(is_touched).collect();
        Self { locations, parts, names, places: Vec::new() }
    }

    fn any(&self, is_one: impl Fn(Item) -> bool) -> bool {
        self.parts.iter().any(|(_, part)| is_one(part.part))
    }

    /// Whether numbers of a series may have changed, or those of a factor that it may load.
    pub(crate) fn has_series(&self, of: &SeriesOf<'_>) -> bool {
        self.any(|part| match part {
            Item::Provider(provider) => provider == of.provider,
            Item::Factor(_) => !of.own.loadings.is_empty(),
            Item::Assumption(_) | Item::Correlation(_) => false,
        })
    }

    pub(crate) fn has_factor(&self) -> bool {
        self.any(|part| matches!(part, Item::Factor(_)))
    }

    pub(crate) fn has_correlation(&self) -> bool {
        self.any(|part| matches!(part, Item::Correlation(_)))
    }

    /// Whether a past revenue was changed.
    pub(crate) fn has_past(&self) -> bool {
        self.locations.iter().any(|location| location.is_past)
    }
}

impl Scenario {
    /// Replaces a number of a part without validation; returns the old one.
    fn exchange(&mut self, (part, index): (Item, usize), value: f64) -> f64 {
        let mut exchange = Exchange { left: index, value };
        self.walk_part_mut(part, &mut Trail::silent(), &mut exchange);
        exchange.value
    }

    /// Whether a scenario that was valid still is with changed numbers: each by itself, the curves, and the claims.
    /// Correlations are valid if they have a covariance. Lists the changed places.
    fn check_touched(&self, touched: &mut Touched<'_>, central: &[Option<Central>]) -> bool {
        let names = self.assumptions.iter().map(|(name, value)| (name.as_str(), value)).collect();
        let numbers = NumberChecks { names, problems: Vec::new() };
        let mut check = Check { scenario: self, numbers, part: None, index: 0, place: 0, touched, places: Vec::new() };
        for place in 0..check.touched.parts.len() {
            let (part, of) = check.touched.parts[place];
            (check.part, check.index, check.place) = (Some((part, of)), 0, 0);
            self.walk_part(of.part, &mut Trail::silent(), &mut check);
        }
        let Check { numbers, places, .. } = check;
        let are_numbers_sound = numbers.problems.is_empty();
        touched.places = places;
        are_numbers_sound && self.are_central(touched, central)
    }

    /// Whether the central paths and the claims of the touched series are valid.
    fn are_central(&self, touched: &Touched<'_>, central: &[Option<Central>]) -> bool {
        let named = self.laws();
        let series = self.series();
        let mut changed = series.iter().zip(central).filter(|(of, _)| touched.has_series(of));
        changed.all(|(of, before)| {
            let has_claims = || of.own.claims.iter().all(|claim| self.misfit_of_claim(claim).is_none());
            let (Some(curve), Some(now)) = (&of.own.growth, self.central(of, &named)) else { return false };
            let is_same = before.as_ref().is_some_and(|before| before.is(&now, curve));
            (is_same || self.check_central(curve, &now).is_ok()) && has_claims()
        })
    }

    /// What the central path of a series follows from; `None` if it has none.
    fn central(&self, of: &SeriesOf<'_>, named: &HashMap<&str, &Law>) -> Option<Central> {
        self.central_numbers(of.own, of.own.growth.as_ref()?, (named, true)).ok().flatten()
    }
}

/// Every part of a scenario with its address, and its name if it is an assumption.
fn stated(scenario: &Scenario) -> Vec<(Item, Trail, Option<String>)> {
    let named = keys(scenario.assumptions.iter().map(|(name, _)| Some(name.as_str())));
    let providers = keys(scenario.providers.iter().map(|provider| Some(provider.name.as_str())));
    let factors = keys(scenario.factors.iter().map(|factor| Some(factor.name.as_str())));
    let mut all = Vec::new();
    for (place, (key, (name, _))) in named.iter().zip(&scenario.assumptions).enumerate() {
        all.push((Item::Assumption(place), item(ScenarioKey::Assumption, key.borrow()), Some(name.clone())));
    }
    for (place, key) in providers.iter().enumerate() {
        all.push((Item::Provider(place), item(ScenarioKey::Provider, key.borrow()), None));
    }
    for (place, key) in factors.iter().enumerate() {
        all.push((Item::Factor(place), item(ScenarioKey::Factor, key.borrow()), None));
    }
    for place in 0..scenario.correlations.len() {
        all.push((Item::Correlation(place), item(ScenarioKey::Correlation, Key::Index(place)), None));
    }
    all
}

/// Lists the numbers of a part.
struct Listing<'a> {
    place: usize,
    index: usize,
    uses: BTreeSet<String>,
    places: Vec<String>,
    numbers: &'a mut HashMap<String, Location>,
}

impl Visitor for Listing<'_> {
    fn number(&mut self, trail: &mut Trail, quantity: Quantity, value: &Assumption) {
        self.places.push(trail.as_str().to_owned());
        self.uses.extend(value.name().map(str::to_owned));
        if let Law::Number(number) = &value.law {
            self.plain(trail, quantity, number);
        }
        value.law.walk(trail, self);
    }

    fn plain(&mut self, trail: &Trail, quantity: Quantity, _: &f64) {
        let is_past = matches!(Subject::of_known(trail.as_str()), Subject::Provider(_, Some(ProviderKey::History)));
        let location = Location { part: self.place, index: self.index, quantity, is_past };
        self.numbers.insert(trail.as_str().to_owned(), location);
        self.index += 1;
    }

    fn pick(&mut self, trail: &mut Trail, _: &[f64]) {
        self.places.push(trail.as_str().to_owned());
    }
}

/// Exchanges the number that comes after `left` others.
struct Exchange {
    left: usize,
    value: f64,
}

impl VisitorMut for Exchange {
    fn number(&mut self, trail: &mut Trail, quantity: Quantity, place: &mut Assumption) {
        if let Law::Number(number) = &mut place.law {
            self.plain(trail, quantity, number);
        }
        place.law.walk_mut(trail, self);
    }

    fn plain(&mut self, _: &Trail, _: Quantity, place: &mut f64) {
        if self.left == 0 {
            swap(place, &mut self.value);
        }
        // Beyond 0 it stays at a value that no list of numbers reaches.
        self.left = self.left.wrapping_sub(1);
    }
}

/// Checks the numbers that may have changed, and lists their places.
struct Check<'t, 'a> {
    scenario: &'t Scenario,
    numbers: NumberChecks<'t>,
    touched: &'t Touched<'a>,
    /// The part that is visited, and the places of the next number and the next place.
    part: Option<(usize, &'a PartOf)>,
    index: usize,
    place: usize,
    places: Vec<Changed<'a>>,
}

impl<'a> Check<'_, 'a> {
    /// Whether one of the next `count` numbers was changed.
    fn is_next(&mut self, count: usize) -> bool {
        let range = self.index..self.index + count;
        self.index = range.end;
        let is_own = |location: &Location| {
            self.part.is_some_and(|(part, _)| part == location.part) && range.contains(&location.index)
        };
        self.touched.locations.iter().any(is_own)
    }

    fn next_place(&mut self) -> &'a str {
        let (_, part) = self.part.expect("a part is visited");
        self.place += 1;
        &part.places[self.place - 1]
    }
}

impl Visitor for Check<'_, '_> {
    fn number(&mut self, trail: &mut Trail, quantity: Quantity, value: &Assumption) {
        let mut count = Count(usize::from(matches!(value.law, Law::Number(_))));
        value.law.walk(trail, &mut count);
        let (address, is_next) = (self.next_place(), self.is_next(count.0));
        let name = value.name().filter(|name| self.touched.names.contains(name));
        if !is_next && name.is_none() {
            return;
        }
        self.numbers.number(trail, quantity, value);
        // An assumption is drawn for the places that name it.
        if quantity != Quantity::Shared
            && let Some(law) = self.scenario.law(value)
        {
            let (name, law) = (name.map(str::to_owned), law.clone());
            self.places.push(Changed { address, quantity: Some(quantity), name, law });
        }
    }

    fn plain(&mut self, trail: &Trail, quantity: Quantity, value: &f64) {
        if self.is_next(1) {
            self.numbers.plain(trail, quantity, value);
        }
    }

    fn pick(&mut self, trail: &mut Trail, weights: &[f64]) {
        let address = self.next_place();
        if self.touched.locations.iter().any(|location| location.quantity == Quantity::Weight) {
            self.numbers.pick(trail, weights);
            self.places.push(Changed { address, quantity: None, name: None, law: Law::pick(weights) });
        }
    }
}

/// Counts plain numbers.
struct Count(usize);

impl Visitor for Count {
    fn number(&mut self, _: &mut Trail, _: Quantity, _: &Assumption) {}

    fn plain(&mut self, _: &Trail, _: Quantity, _: &f64) {
        self.0 += 1;
    }
}
