//! The visitor of all numbers of a scenario, and its uses: lists and changed copies.

use std::collections::HashMap;

use super::names::{name_fault, visible};
use super::{Measure, Provider, Scenario};
use crate::assumption::Assumption;
use crate::assumption::domain::{Address, Domain, Key, Visitor, at};
use crate::assumption::law::Law;
use crate::error::{Error, did_you_mean_address, shown};

/// A number of a scenario that may be a distribution: its address and its value.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Place {
    /// The address, as in [`Scenario::with`].
    pub address: String,
    /// The value: a number, a name or a distribution.
    pub assumption: Assumption,
    /// The source of the figure: its own, otherwise that of the assumption it names, otherwise its provider's.
    pub source: Option<String>,
    /// The allowed values; the distribution is truncated to them.
    pub(crate) domain: Domain,
}

impl Scenario {
    /// Visits every number of the scenario once, in the order of the file.
    pub(crate) fn walk<V: Visitor + ?Sized>(&mut self, visitor: &mut V) {
        if let Some(ceiling) = &mut self.ceiling {
            field(visitor, "ceiling", |visitor| visitor.plain(Domain::REVENUE, ceiling));
        }
        let named = keys(self.assumptions.iter().map(|(name, _)| Some(name.as_str())));
        for ((_, value), key) in self.assumptions.iter_mut().zip(&named) {
            item(visitor, "assumption", key.borrow(), |visitor| visitor.number(Domain::FINITE, value));
        }
        let competing = keys(self.providers.iter().map(|provider| Some(provider.name.as_str())));
        for (provider, key) in self.providers.iter_mut().zip(&competing) {
            item(visitor, "provider", key.borrow(), |visitor| {
                field(visitor, "revenue", |visitor| visitor.number(Domain::REVENUE, &mut provider.revenue));
                if let Some(curve) = &mut provider.growth {
                    field(visitor, "growth", |visitor| curve.walk(visitor));
                }
                field(visitor, "volatility", |visitor| visitor.number(Domain::VOLATILITY, &mut provider.volatility));
                provider.walk_past(visitor);
            });
        }
        for (index, correlation) in self.correlations.iter_mut().enumerate() {
            item(visitor, "correlation", Key::Index(index), |visitor| {
                field(visitor, "value", |visitor| visitor.plain(Domain::CORRELATION, &mut correlation.value));
            });
        }
        let asked = keys(self.questions.iter().map(|question| question.name.as_deref()));
        for (question, key) in self.questions.iter_mut().zip(&asked) {
            item(visitor, "question", key.borrow(), |visitor| {
                if let Measure::FiscalYearEnding(month) = &mut question.measure {
                    field(visitor, "measure.fiscal_year_ending", |visitor| visitor.count(Domain::MONTH, month));
                }
                match &mut question.sustained_years {
                    Some(years) => {
                        field(visitor, "sustained.years", |visitor| visitor.count(Domain::AT_LEAST_ONE, years));
                    }
                    None => {
                        let dates = &mut question.sustained;
                        field(visitor, "sustained", |visitor| visitor.count(Domain::AT_LEAST_ONE, dates));
                    }
                }
            });
        }
    }

    /// Every number that may be a distribution, in the order of the file.
    ///
    /// # Example: the assumptions of a scenario
    /// ```
    /// # use outgrow::{normal, Curve, Provider, Scenario};
    /// let scenario = Scenario::builder("2018", "2020")
    ///     .provider(Provider::new("A", 1).growth(Curve::constant(normal(0.3, 0.1).source("assumed"))))
    ///     .build()?;
    /// let places = scenario.assumptions();
    /// assert_eq!(places[1].address, "provider[A].growth.constant");
    /// assert_eq!(places[1].source.as_deref(), Some("assumed"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn assumptions(&self) -> Vec<Place> {
        let mut list = Listing::default();
        self.clone().walk(&mut list);
        for place in &mut list.places {
            place.source = self.source_of(place);
        }
        list.places
    }

    /// Every number of the scenario with its address, including the parameters of distributions.
    ///
    /// # Example: the numbers of one distribution
    /// ```
    /// # use outgrow::{normal, Curve, Provider, Scenario};
    /// let scenario = Scenario::builder("2018", "2020")
    ///     .provider(Provider::new("A", 1).growth(Curve::constant(normal(0.3, 0.1))))
    ///     .build()?;
    /// assert!(scenario.numbers().contains(&("provider[A].growth.constant.normal[1]".to_owned(), 0.1)));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn numbers(&self) -> Vec<(String, f64)> {
        let mut list = Listing::default();
        self.clone().walk(&mut list);
        list.numbers
    }

    /// The scenario with another value at one address. The number keeps its `source` unless the new value has one.
    ///
    /// # Errors
    /// If the address is unknown or leads through the name of a shared assumption, if a plain number is set to a
    /// distribution, or if the value is not allowed there.
    ///
    /// # Example: a slower second year
    /// ```
    /// # use outgrow::{normal, Curve, Provider, Scenario, Tail};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 1).growth(Curve::schedule([0.87, 0.6], Tail::hold()))).build()?;
    /// let slower = scenario.with("provider[A].growth.schedule.rates[1]", normal(0.40, 0.10))?;
    /// let error = scenario.with("provider[A].growth.schedule.rates[2]", 0.4).unwrap_err();
    /// assert!(error.to_string().contains("provider[A].growth.schedule.rates has [0], [1]"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn with(&self, address: &str, value: impl Into<Assumption>) -> Result<Self, Error> {
        self.with_all([(address, value)])
    }

    /// The scenario with several changed values, validated after all of them are set.
    ///
    /// # Errors
    /// As [`Scenario::with`].
    ///
    /// # Example: two bounds that are valid only together
    /// ```
    /// # use outgrow::{uniform, Curve, Provider, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", uniform(1.0, 2.0)).growth(Curve::constant(0.3))).build()?;
    /// let changed = scenario.with_all([("provider[A].revenue.uniform[0]", 3), ("provider[A].revenue.uniform[1]", 4)])?;
    /// assert!(scenario.with("provider[A].revenue.uniform[0]", 3).is_err());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn with_all<S: AsRef<str>, A: Into<Assumption>>(
        &self,
        changes: impl IntoIterator<Item = (S, A)>,
    ) -> Result<Self, Error> {
        let mut changed = self.clone();
        for (address, value) in changes {
            let address = address.as_ref();
            changed.put(address, &value.into()).unwrap_or_else(|| Err(self.unknown_address(address)))?;
        }
        changed.checked()
    }

    /// Sets the number at an address, without validation; `None` if no number has that address.
    pub(super) fn put(&mut self, address: &str, value: &Assumption) -> Option<Result<(), Error>> {
        let mut change = Change { target: address, value: value.clone(), address: Address::default(), outcome: None };
        self.walk(&mut change);
        change.outcome
    }

    pub(super) fn unknown_address(&self, address: &str) -> Error {
        let mut list = Listing::default();
        self.clone().walk(&mut list);
        let known = list.places.iter().map(|place| place.address.as_str());
        let known = known.chain(list.numbers.iter().map(|(address, _)| address.as_str()));
        let within = known.clone().find(|known| known.strip_prefix(address).is_some_and(|rest| rest.starts_with('.')));
        // The address of a larger part contains numbers but is not one itself; a suggestion of a similar address would
        // mislead.
        let hint = match within {
            Some(within) => format!("; it contains numbers such as {within:?} (with_growth changes a curve)"),
            None => did_you_mean_address(address, known),
        };
        Error::invalid("scenario", "", format!("no number has the address {address:?}{hint}"))
    }

    /// The number's own source, otherwise that of the assumption it names, otherwise its provider's.
    fn source_of(&self, place: &Place) -> Option<String> {
        let named = |name: &str| self.assumptions.iter().find(|(known, _)| known == name)?.1.source.clone();
        let of = |provider: &&super::Provider| place.address.starts_with(&format!("provider[{}].", provider.name));
        let own = place.assumption.source.clone();
        own.or_else(|| place.assumption.name().and_then(named))
            .or_else(|| self.providers.iter().find(of)?.source.clone())
    }
}

impl Provider {
    /// Visits the plain numbers of the past.
    fn walk_past<V: Visitor + ?Sized>(&mut self, visitor: &mut V) {
        field(visitor, "history", |visitor| {
            for (index, revenue) in self.history.iter_mut().enumerate() {
                at(visitor, Key::Index(index), |visitor| visitor.plain(Domain::REVENUE, revenue));
            }
        });
        field(visitor, "fiscal_year_ends", |visitor| visitor.count(Domain::MONTH, &mut self.fiscal_year_ends));
        for (index, claim) in self.claims.iter_mut().enumerate() {
            item(visitor, "claim", Key::Index(index), |visitor| {
                for (key, bound) in [("at_least", &mut claim.at_least), ("at_most", &mut claim.at_most)] {
                    if let Some(bound) = bound {
                        field(visitor, key, |visitor| visitor.plain(Domain::REVENUE, bound));
                    }
                }
            });
        }
    }
}

fn item<V: Visitor + ?Sized>(visitor: &mut V, list: &str, key: Key<'_>, visit: impl FnOnce(&mut V)) {
    at(visitor, Key::Field(list), |visitor| at(visitor, key, visit));
}

fn field<V: Visitor + ?Sized>(visitor: &mut V, key: &str, visit: impl FnOnce(&mut V)) {
    at(visitor, Key::Field(key), visit);
}

/// The key of an item: its name, or its index if the name is missing, ambiguous or not allowed in an address.
#[derive(Debug)]
pub(super) enum ItemKey {
    Name(String),
    Index(usize),
}

impl ItemKey {
    pub(super) fn borrow(&self) -> Key<'_> {
        match self {
            Self::Name(name) => Key::Name(name),
            Self::Index(index) => Key::Index(*index),
        }
    }
}

pub(super) fn keys<'a>(names: impl Iterator<Item = Option<&'a str>>) -> Vec<ItemKey> {
    let names: Vec<Option<&str>> = names.collect();
    let mut uses: HashMap<String, usize> = HashMap::new();
    names.iter().flatten().for_each(|name| *uses.entry(visible(name)).or_default() += 1);
    let key = |(index, name): (usize, &Option<&str>)| match name {
        Some(own) if uses[&visible(own)] == 1 && name_fault(own).is_none() => ItemKey::Name((*own).to_owned()),
        _ => ItemKey::Index(index),
    };
    names.iter().enumerate().map(key).collect()
}

/// A key as it appears in an address: quoted if it contains special characters.
pub(super) fn address_key(key: &str) -> String {
    let is_plain = |sign: char| sign.is_alphanumeric() || "_-".contains(sign);
    if !key.is_empty() && key.chars().all(is_plain) { key.to_owned() } else { format!("{key:?}") }
}

/// Collects the places and all numbers.
#[derive(Default)]
struct Listing {
    address: Address,
    places: Vec<Place>,
    numbers: Vec<(String, f64)>,
}

impl Listing {
    fn leaf(&mut self, value: f64) {
        self.numbers.push((self.address.as_str().to_owned(), value));
    }
}

impl Visitor for Listing {
    fn address(&mut self) -> &mut Address {
        &mut self.address
    }

    fn number(&mut self, domain: Domain, value: &mut Assumption) {
        let address = self.address.as_str().to_owned();
        self.places.push(Place { address, assumption: value.clone(), source: None, domain });
        if let Law::Number(number) = value.law {
            self.leaf(number);
        }
        value.law.walk(self);
    }

    fn plain(&mut self, _: Domain, value: &mut f64) {
        self.leaf(*value);
    }

    fn count(&mut self, _: Domain, value: &mut u32) {
        self.leaf(f64::from(*value));
    }
}

/// Sets the value at one address.
struct Change<'a> {
    target: &'a str,
    value: Assumption,
    address: Address,
    outcome: Option<Result<(), Error>>,
}

impl Change<'_> {
    fn here(&self) -> bool {
        self.address.as_str() == self.target
    }

    fn refuse(&mut self, message: String) {
        self.outcome = Some(Err(Error::invalid("scenario", self.target, message)));
    }

    fn plain_value(&mut self) -> Option<f64> {
        if self.value.source.is_some() {
            self.refuse("a plain number cannot have a source".to_owned());
            return None;
        }
        if let Law::Number(number) = self.value.law {
            self.outcome = Some(Ok(()));
            return Some(number);
        }
        self.refuse(format!("only a plain number is allowed here, got {}", self.value));
        None
    }
}

impl Visitor for Change<'_> {
    fn address(&mut self) -> &mut Address {
        &mut self.address
    }

    fn number(&mut self, _: Domain, place: &mut Assumption) {
        if self.here() {
            // If the value is a name, the named assumption keeps the source.
            let kept = place.source.take().filter(|_| self.value.name().is_none());
            let source = self.value.source.clone().or(kept);
            *place = Assumption { law: self.value.law.clone(), source };
            self.outcome = Some(Ok(()));
            return;
        }
        if let (Some(name), Some(rest)) = (place.name(), self.target.strip_prefix(self.address.as_str()))
            && rest.starts_with(['.', '['])
        {
            let message =
                format!("{} is the name {name:?}; change assumption[{name}]{rest} instead", self.address.as_str());
            return self.refuse(message);
        }
        place.law.walk(self);
    }

    fn plain(&mut self, _: Domain, place: &mut f64) {
        if self.here()
            && let Some(number) = self.plain_value()
        {
            *place = number;
        }
    }

    fn count(&mut self, domain: Domain, place: &mut u32) {
        if !self.here() {
            return;
        }
        let Some(number) = self.plain_value() else { return };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be a whole number in range"
        )]
        if number >= 0.0 && number <= f64::from(u32::MAX) && number.fract() == 0.0 {
            *place = number as u32;
        } else {
            self.refuse(format!("{}, got {}", domain.rule, shown(number)));
        }
    }
}
