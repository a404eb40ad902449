//! The rows that a run fills, and their periods.

use std::sync::Arc;

use super::input::Draw;
use crate::calendar::Period;
use crate::error::{Error, did_you_mean_address, no_provider};
use crate::scenario::Scenario;

/// The rows of a run: providers and periods, and the draws of its paths.
///
/// # Example: in a custom statistic
/// See [`Statistic`](crate::Statistic).
#[derive(Debug, Clone)]
pub struct Rows(Arc<RowsInner>);

#[derive(Debug)]
struct RowsInner {
    names: Vec<String>,
    labels: Vec<Period>,
    /// Addresses.
    draws: Vec<String>,
}

impl Rows {
    pub(super) fn new(scenario: &Scenario, draws: &[Draw]) -> Self {
        let names = scenario.providers().iter().map(|provider| provider.name().to_owned()).collect();
        let labels = (0..=scenario.periods()).map(|t| scenario.label(t)).collect();
        Self(Arc::new(RowsInner { names, labels, draws: addresses(draws) }))
    }

    /// The same rows with other draws.
    pub(super) fn with_draws(&self, draws: &[Draw]) -> Self {
        let RowsInner { names, labels, .. } = &*self.0;
        Self(Arc::new(RowsInner { names: names.clone(), labels: labels.clone(), draws: addresses(draws) }))
    }

    /// The provider of each row, in the scenario's order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0.names
    }

    /// The row of a provider.
    ///
    /// # Errors
    /// If no provider has that name; the message suggests the closest one.
    pub fn find(&self, name: &str) -> Result<usize, Error> {
        self.names()
            .iter()
            .position(|known| known == name)
            .ok_or_else(|| Error::lookup("name", no_provider(name, self.names().iter().map(String::as_str))))
    }

    /// The addresses of what is drawn once for each path: numbers (`provider[A].revenue`, or `assumption[market]` for all
    /// places of a name), the laws of mixtures (`provider[A].growth.mixture`), and the coins of jumps
    /// (`provider[A].jump[0].probability`). Their values are in [`Paths::draw`](crate::Paths::draw).
    #[must_use]
    pub fn draws(&self) -> &[String] {
        &self.0.draws
    }

    /// The index of the draw at an address.
    ///
    /// # Errors
    /// If nothing is drawn there; the message suggests the closest address.
    pub fn find_draw(&self, address: &str) -> Result<usize, Error> {
        self.draws().iter().position(|known| known == address).ok_or_else(|| {
            let hint = did_you_mean_address(address, self.draws().iter().map(String::as_str));
            Error::lookup("draw", format!("nothing is drawn at the address {address:?}{hint}"))
        })
    }

    /// The number of projected periods, `T`; rows hold the periods 0 (the base) to `T`.
    #[must_use]
    pub fn periods(&self) -> usize {
        self.0.labels.len() - 1
    }

    /// The labels of the projected periods, 1 to `T`.
    pub(crate) fn projected(&self) -> Vec<Period> {
        self.0.labels[1..].to_vec()
    }

    /// The label of period `t`.
    ///
    /// # Panics
    /// If `t` is greater than `T`.
    #[must_use]
    pub fn label(&self, t: usize) -> Period {
        self.0.labels[t]
    }
}

fn addresses(draws: &[Draw]) -> Vec<String> {
    draws.iter().map(|draw| draw.address.clone()).collect()
}
