//! What `benches/exact.rs` needs of the inside of the crate; compiled only with `--cfg outgrow_bench`.

use super::Plan;
use super::template::Template;
use crate::error::Error;
use crate::scenario::Scenario;

/// A scenario compiled once, to be bound to other values of its numbers.
#[derive(Debug)]
pub struct Bound(Template);

impl Bound {
    /// # Errors
    /// If the scenario cannot be compiled.
    pub fn new(scenario: &Scenario) -> Result<Self, Error> {
        Template::new(scenario.clone(), 0).map(Self)
    }

    /// Binds one number.
    ///
    /// # Errors
    /// If the value is not allowed there.
    pub fn bind(&mut self, address: &str, value: f64) -> Result<Compiled, Error> {
        self.0.bind(&[(address, value)]).map(Compiled)
    }
}

/// A compiled scenario.
#[derive(Debug)]
pub struct Compiled(#[expect(dead_code, reason = "only made and dropped")] Plan);

impl Compiled {
    /// # Errors
    /// If the scenario cannot be compiled.
    pub fn new(scenario: &Scenario) -> Result<Self, Error> {
        Plan::new(scenario, 0).map(Self)
    }
}
