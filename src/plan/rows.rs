//! The rows that a run fills, and their periods.

use std::sync::Arc;

use crate::calendar::Period;
use crate::error::{Error, no_provider};
use crate::scenario::Scenario;

/// The rows of a run: providers and periods.
///
/// # Example: in a custom statistic
/// See [`Statistic`](crate::Statistic).
#[derive(Debug, Clone)]
pub struct Rows(Arc<RowsInner>);

#[derive(Debug)]
struct RowsInner {
    names: Vec<String>,
    labels: Vec<Period>,
}

impl Rows {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let names = scenario.providers().iter().map(|provider| provider.name().to_owned()).collect();
        let labels = (0..=scenario.periods()).map(|t| scenario.label(t)).collect();
        Self(Arc::new(RowsInner { names, labels }))
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
