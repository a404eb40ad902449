//! The visitor of all numbers of a scenario, and its uses: lists and changed copies.

use std::iter::zip;

use super::item_key::keys;
use super::{Asks, Innovations, Measure, Scenario};
use crate::assumption::Assumption;
use crate::assumption::address::{
    CorrelationKey, DependenceKey, FactorKey, Key, QuestionKey, ScenarioKey, Subject, Trail, ViewKey, below, is_within,
};
use crate::assumption::law::Law;
use crate::assumption::quantity::Quantity;
use crate::assumption::visitor::{Visitor, VisitorMut};
use crate::error::{Error, did_you_mean_address, shown};

/// A number of a scenario that may be a distribution: its address and its value.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AssumptionPlace {
    /// The address, as in [`Scenario::with`].
    pub address: String,
    /// The value: a number, a name or a distribution.
    pub assumption: Assumption,
    /// The source of the figure: its own, otherwise that of the assumption it names, otherwise its provider's.
    pub source: Option<String>,
    /// What the number means; the distribution is truncated to the allowed values.
    pub(crate) quantity: Quantity,
}

impl AssumptionPlace {
    /// What the number belongs to.
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject::of_known(&self.address)
    }
}

/// An item of the scenario whose numbers are those of a plan, by its place in the list of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Item {
    Assumption(usize),
    Provider(usize),
    Factor(usize),
    Correlation(usize),
}

/// Visits every number of the scenario once, in the order of the file. The values of a view are not among them: they are
/// numbers of the scenario as that view sees it. The second walk visits the numbers of one part, whose address is `trail`.
macro_rules! scenario_walks {
    ($walk:ident, $walk_part:ident, $Visitor:ident $(, $mut:tt)?) => {
        pub(crate) fn $walk(& $($mut)? self, trail: &mut Trail, visitor: &mut dyn $Visitor) {
            if let Some(ceiling) = & $($mut)? self.ceiling {
                trail.at(ScenarioKey::Ceiling, |trail| visitor.plain(trail, Quantity::Revenue, ceiling));
            }
            match & $($mut)? self.innovations {
                Innovations::Gaussian => {}
                Innovations::StudentT { df } => trail.at(ScenarioKey::Innovations, |trail| {
                    trail.at(Key::Field("student_t"), |trail| {
                        trail.at(Key::Field("df"), |trail| visitor.plain(trail, Quantity::DegreesOfFreedom, df));
                    });
                }),
            }
            let named = keys(self.assumptions.iter().map(|(name, _)| Some(name.as_str())));
            for (place, key) in named.iter().enumerate() {
                item(trail, ScenarioKey::Assumption, key.borrow(), |trail| {
                    self.$walk_part(Item::Assumption(place), trail, visitor);
                });
            }
            for (index, dependence) in zip(0.., & $($mut)? self.dependences) {
                item(trail, ScenarioKey::Dependence, Key::Index(index), |trail| {
                    trail.at(DependenceKey::RankCorrelation, |trail| {
                        visitor.plain(trail, Quantity::Correlation, & $($mut)? dependence.rank_correlation);
                    });
                });
            }
            let competing = keys(self.providers.iter().map(|provider| Some(provider.name.as_str())));
            for (place, key) in competing.iter().enumerate() {
                item(trail, ScenarioKey::Provider, key.borrow(), |trail| {
                    self.$walk_part(Item::Provider(place), trail, visitor);
                });
            }
            let common = keys(self.factors.iter().map(|factor| Some(factor.name.as_str())));
            for (place, key) in common.iter().enumerate() {
                item(trail, ScenarioKey::Factor, key.borrow(), |trail| {
                    self.$walk_part(Item::Factor(place), trail, visitor);
                });
            }
            for place in 0..self.correlations.len() {
                item(trail, ScenarioKey::Correlation, Key::Index(place), |trail| {
                    self.$walk_part(Item::Correlation(place), trail, visitor);
                });
            }
            let seen = keys(self.views.iter().map(|view| Some(view.name.as_str())));
            for (view, key) in zip(& $($mut)? self.views, &seen) {
                item(trail, ScenarioKey::View, key.borrow(), |trail| {
                    trail.at(ViewKey::Weight, |trail| {
                        visitor.plain(trail, Quantity::ViewWeight, & $($mut)? view.weight);
                    });
                });
            }
            let asked = keys(self.questions.iter().map(|question| question.name.as_deref()));
            for (question, key) in zip(& $($mut)? self.questions, &asked) {
                item(trail, ScenarioKey::Question, key.borrow(), |trail| {
                    match & $($mut)? question.asks {
                        Asks::Top(_, places) => trail.at(QuestionKey::Top, |trail| {
                            trail.at(Key::Index(1), |trail| visitor.count(trail, Quantity::Count, places));
                        }),
                        Asks::Overtakes(..) | Asks::Leads(_) => {}
                    }
                    match & $($mut)? question.measure {
                        Measure::FiscalYearEnding(month) => trail.at(QuestionKey::Measure, |trail| {
                            trail.at(Key::Field("fiscal_year_ending"), |trail| {
                                visitor.count(trail, Quantity::Month, month);
                            });
                        }),
                        Measure::Period | Measure::Trailing | Measure::Annual => {}
                    }
                    trail.at(QuestionKey::Sustained, |trail| match & $($mut)? question.sustained_years {
                        Some(years) => {
                            trail.at(Key::Field("years"), |trail| visitor.count(trail, Quantity::Count, years));
                        }
                        None => visitor.count(trail, Quantity::Count, & $($mut)? question.sustained),
                    });
                });
            }
        }

        pub(crate) fn $walk_part(& $($mut)? self, part: Item, trail: &mut Trail, visitor: &mut dyn $Visitor) {
            match part {
                Item::Assumption(place) => {
                    visitor.number(trail, Quantity::Shared, & $($mut)? self.assumptions[place].1);
                }
                Item::Provider(place) => self.providers[place].$walk(trail, visitor),
                Item::Factor(place) => {
                    let factor = & $($mut)? self.factors[place];
                    trail.at(FactorKey::Drift, |trail| {
                        visitor.number(trail, Quantity::Growth, & $($mut)? factor.drift);
                    });
                    trail.at(FactorKey::Volatility, |trail| {
                        visitor.number(trail, Quantity::Volatility, & $($mut)? factor.volatility);
                    });
                }
                Item::Correlation(place) => trail.at(CorrelationKey::Value, |trail| {
                    visitor.plain(trail, Quantity::Correlation, & $($mut)? self.correlations[place].value);
                }),
            }
        }
    };
}

impl Scenario {
    scenario_walks!(walk, walk_part, Visitor);
    scenario_walks!(walk_mut, walk_part_mut, VisitorMut, mut);

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
    pub fn assumptions(&self) -> Vec<AssumptionPlace> {
        let mut list = Listing::default();
        self.walk(&mut Trail::default(), &mut list);
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
        self.walk(&mut Trail::default(), &mut list);
        list.numbers
    }

    /// The number at an address, as [`Scenario::with`] takes it; of a distribution, its median.
    ///
    /// # Errors
    /// If no number has the address; the message gives the most similar one.
    pub(crate) fn number_at(&self, address: &str) -> Result<f64, Error> {
        let mut list = Listing::default();
        self.walk(&mut Trail::default(), &mut list);
        if let Some((_, value)) = list.numbers.iter().find(|(known, _)| known == address) {
            return Ok(*value);
        }
        let place = list.places.iter().find(|place| place.address == address);
        place.and_then(|place| self.median(&place.assumption)).ok_or_else(|| self.unknown_address(address))
    }

    /// Every number that may not be a distribution and is not part of one: a correlation, the weight of a law.
    pub(crate) fn plain_numbers(&self) -> Vec<(String, f64)> {
        let mut list = Listing::default();
        self.walk(&mut Trail::default(), &mut list);
        list.plain
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
        let mut setter = Setter { target: address, value: value.clone(), outcome: None };
        self.walk_mut(&mut Trail::default(), &mut setter);
        setter.outcome
    }

    pub(super) fn unknown_address(&self, address: &str) -> Error {
        let mut list = Listing::default();
        self.walk(&mut Trail::default(), &mut list);
        let known = list.places.iter().map(|place| place.address.as_str());
        let known = known.chain(list.numbers.iter().map(|(address, _)| address.as_str()));
        let within = known.clone().find(|known| is_within(known, address));
        // The address of a larger part contains numbers but is not one itself; a suggestion of a similar address would
        // mislead.
        let hint = match within {
            Some(within) => format!("; it contains numbers such as {within:?} (with_growth changes a curve)"),
            None => did_you_mean_address(address, known),
        };
        Error::invalid("scenario", "", format!("no number has the address {address:?}{hint}"))
    }
}

fn item(trail: &mut Trail, list: ScenarioKey, key: Key<'_>, visit: impl FnOnce(&mut Trail)) {
    trail.at(list, |trail| trail.at(key, visit));
}

/// Collects the places and all numbers.
#[derive(Default)]
struct Listing {
    places: Vec<AssumptionPlace>,
    numbers: Vec<(String, f64)>,
    /// The numbers that are not part of a place.
    plain: Vec<(String, f64)>,
    is_in_place: bool,
}

impl Visitor for Listing {
    fn number(&mut self, trail: &mut Trail, quantity: Quantity, value: &Assumption) {
        let address = trail.as_str().to_owned();
        self.places.push(AssumptionPlace { address, assumption: value.clone(), source: None, quantity });
        self.is_in_place = true;
        if let Law::Number(number) = &value.law {
            self.plain(trail, quantity, number);
        }
        value.law.walk(trail, self);
        self.is_in_place = false;
    }

    fn plain(&mut self, trail: &Trail, _: Quantity, value: &f64) {
        let number = (trail.as_str().to_owned(), *value);
        if !self.is_in_place {
            self.plain.push(number.clone());
        }
        self.numbers.push(number);
    }

    fn count(&mut self, trail: &Trail, quantity: Quantity, value: &u32) {
        self.plain(trail, quantity, &f64::from(*value));
    }
}

/// Sets the value at one address.
struct Setter<'a> {
    target: &'a str,
    value: Assumption,
    outcome: Option<Result<(), Error>>,
}

impl Setter<'_> {
    fn is_at(&self, trail: &Trail) -> bool {
        trail.as_str() == self.target
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

impl VisitorMut for Setter<'_> {
    fn number(&mut self, trail: &mut Trail, _: Quantity, place: &mut Assumption) {
        if self.is_at(trail) {
            // If the value is a name, the named assumption keeps the source.
            let kept = place.source.take().filter(|_| self.value.name().is_none());
            let source = self.value.source.clone().or(kept);
            *place = Assumption { law: self.value.law.clone(), source };
            self.outcome = Some(Ok(()));
            return;
        }
        if let (Some(name), Some(rest)) = (place.name(), below(self.target, trail.as_str())) {
            let message = format!("{} is the name {name:?}; change assumption[{name}]{rest} instead", trail.as_str());
            return self.refuse(message);
        }
        place.law.walk_mut(trail, self);
    }

    fn plain(&mut self, trail: &Trail, _: Quantity, place: &mut f64) {
        if self.is_at(trail)
            && let Some(number) = self.plain_value()
        {
            *place = number;
        }
    }

    fn count(&mut self, trail: &Trail, quantity: Quantity, place: &mut u32) {
        if !self.is_at(trail) {
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
            self.refuse(format!("{}, got {}", quantity.rule(), shown(number)));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::names::{name_fault, visible};
    use super::*;
    use crate::assumption::Address;
    use crate::{Claim, Curve, Provider, Question, Tail, log_interval, normal, pert, truncated, uniform};

    /// A scenario with every kind of number, with these names for an assumption, a provider and a question.
    fn everything(assumption: &str, provider: &str, question: &str) -> Scenario {
        let rates = [normal(0.5, 0.1), assumption.into(), truncated(pert(0.1, 0.2, 0.4), 0.15, 0.3), 0.2.into()];
        let curve = |name: &str| match name {
            "totals" => Curve::totals([0.5, 0.4], Tail::fade(uniform(0.1, 0.2), 2)),
            "ratio" => Curve::schedule(rates.clone(), Tail::ratio(0.8)),
            "fade" => Curve::fade(assumption, 0.1, log_interval(2.0, 4.0)),
            "bass" => Curve::bass(0.02, uniform(0.3, 0.5), 0.1),
            "richards" => Curve::richards(log_interval(10.0, 20.0), 0.5, 0.3),
            "share" => Curve::share(Curve::hyperbolic(assumption, 2), uniform(0.1, 0.2), 0.3, 4),
            "mixture" => Curve::mixture([(1.0, Curve::constant(assumption)), (0.5, Curve::hyperbolic(0.3, 2))]),
            "custom" => Curve::custom("line", [normal(0.3, 0.1), 0.1.into()], |tau, p| tau * p[0]),
            _ => Curve::constant(assumption),
        };
        let mut scenario = Scenario::builder("2018-Q1", "2021-Q4")
            .ceiling(1e12)
            .assumption(assumption, normal(0.3, 0.05).source("assumed"))
            .dependence(assumption, "provider[bass].growth.bass.q", 0.4)
            .correlation(provider, "totals", 0.3)
            .view(crate::View::new(question).weight(0.3).with("provider[bass].volatility", 0.2));
        for name in [provider, "totals", "ratio", "fade", "bass", "richards", "share", "mixture", "custom"] {
            let one = Provider::new(name, truncated(normal(1e9, 1e8), 1e8, None))
                .growth(curve(name))
                .volatility(uniform(0.1, 0.2))
                .history([1e8; 8])
                .fiscal_year_ends(3)
                .claim(Claim::of("2017-Q4").at_least(1.0))
                .claim(Claim::of("2017-Q4").at_most(1e10));
            scenario = scenario.provider(one);
        }
        let asked = || Question::overtakes(provider, "totals");
        scenario
            .question(asked().sustained(2))
            .question(asked().measure(Measure::FiscalYearEnding(3)).name(question))
            .question(asked().sustained_years(1))
            .question(Question::top("totals", 3))
            .question(Question::leads("totals"))
            .build()
            .expect("valid")
    }

    #[test]
    fn every_address_round_trips() {
        let scenario = everything("market", "Ä, B.C (\"D\")", "by year");
        let (places, numbers) = (scenario.assumptions(), scenario.numbers());
        assert!(numbers.len() > 100, "{}", numbers.len());
        let addresses = numbers.iter().map(|(address, _)| address).chain(places.iter().map(|place| &place.address));
        for text in addresses {
            let address: Address = text.parse().expect("an address of the walk");
            assert_eq!(address.to_string(), *text);
            assert_eq!(address.provider().is_some(), text.starts_with("provider"), "{text}");
            assert_eq!(address.assumption().is_some(), text.starts_with("assumption"), "{text}");
            assert_eq!(address.question().is_some(), text.starts_with("question"), "{text}");
            assert_eq!(address.view().is_some(), text.starts_with("view"), "{text}");
            assert_eq!(address.correlation().is_some(), text.starts_with("correlation"), "{text}");
            assert_eq!(address.dependence().is_some(), text.starts_with("dependence"), "{text}");
        }
        for (address, number) in &numbers {
            let is_part = places.iter().any(|place| is_within(address, &place.address));
            assert_eq!(!scenario.plain_numbers().contains(&(address.clone(), *number)), is_part, "{address}");
            let same = scenario.with(address, *number).expect("the value that it has");
            assert_eq!(same.numbers(), numbers, "{address}");
        }
    }

    proptest! {
        #[test]
        fn every_valid_name_makes_an_address(name in "[^\\[\\]/\\p{Cc}]{1,12}") {
            prop_assume!(name_fault(&name).is_none() && visible(&name) != crate::growth::AUTO);
            prop_assume!(!["totals", "ratio", "fade", "bass", "richards", "share", "mixture", "custom"].contains(&visible(&name).as_str()));
            let scenario = everything(&name, &name, &name);
            for (text, _) in scenario.numbers() {
                let address: Address = text.parse().expect("an address of the walk");
                prop_assert_eq!(address.to_string(), text.clone());
                prop_assert!(address.assumption().is_none_or(|own| own == name), "{}", text);
            }
            let address: Address = format!("provider[{name}].revenue").parse().expect("an address");
            prop_assert_eq!(address.provider(), Some(name.as_str()));
        }
    }
}
