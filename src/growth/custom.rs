//! A custom growth law: a closure over `τ` and its parameters.

use std::fmt;
use std::iter::zip;
use std::sync::Arc;

use super::value::Value;
use crate::assumption::Assumption;
use crate::assumption::address::{Key, Trail};
use crate::assumption::quantity::Quantity;
use crate::assumption::visitor::{Visitor, VisitorMut};

/// Returns `Γ(τ)` from τ and the parameters.
type LogGrowth = dyn Fn(f64, &[f64]) -> f64 + Send + Sync;

#[derive(Clone)]
pub(crate) struct Custom {
    name: String,
    parameters: Vec<Assumption>,
    log_growth: Arc<LogGrowth>,
}

macro_rules! walks {
    ($walk:ident, $Visitor:ident $(, $mut:tt)?) => {
        pub(super) fn $walk(& $($mut)? self, trail: &mut Trail, visitor: &mut dyn $Visitor) {
            trail.at(Key::Field("parameters"), |trail| {
                for (index, parameter) in zip(0.., & $($mut)? self.parameters) {
                    trail.at(Key::Index(index), |trail| visitor.number(trail, Quantity::CustomParameter, parameter));
                }
            });
        }
    };
}

impl Custom {
    pub(super) fn new(
        name: String,
        parameters: Vec<Assumption>,
        log_growth: impl Fn(f64, &[f64]) -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self { name, parameters, log_growth: Arc::new(log_growth) }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn numbers(&self) -> usize {
        self.parameters.len()
    }

    walks!(walk, Visitor);
    walks!(walk_mut, VisitorMut, mut);

    pub(super) fn fill(&self, values: &[Value<'_>], tau: f64, out: &mut [f64]) {
        let mut parameters = vec![0.0; values.len()];
        for (path, out) in out.iter_mut().enumerate() {
            for (parameter, value) in parameters.iter_mut().zip(values) {
                *parameter = value.of_path(path);
            }
            *out = (self.log_growth)(tau, &parameters);
        }
    }
}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Custom").field("name", &self.name).field("parameters", &self.parameters).finish_non_exhaustive()
    }
}

impl PartialEq for Custom {
    /// Two closures are equal only if they are the same object.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.parameters == other.parameters
            && Arc::ptr_eq(&self.log_growth, &other.log_growth)
    }
}
