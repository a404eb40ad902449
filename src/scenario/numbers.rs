//! Checks of single numbers.

use std::collections::HashMap;

use crate::assumption::Assumption;
use crate::assumption::address::Trail;
use crate::assumption::law::Law;
use crate::assumption::quantity::Quantity;
use crate::assumption::visitor::Visitor;
use crate::error::{Problem, did_you_mean, is_enough, shown};
use crate::growth::AUTO;

/// The number of unknown names that get a suggestion: each is compared with all known names.
const MOST_HINTED: usize = 50;

/// Checks every number on its own: its distribution, and its allowed values.
pub(super) struct NumberChecks<'a> {
    pub(super) names: HashMap<&'a str, &'a Assumption>,
    pub(super) problems: Vec<Problem>,
}

impl NumberChecks<'_> {
    fn report(&mut self, trail: &Trail, message: String) {
        self.problems.push(Problem::new(trail.as_str(), message));
    }

    fn resolve(&mut self, trail: &Trail, name: &str, quantity: Quantity) {
        if name == AUTO {
            if quantity != Quantity::Ratio {
                self.report(trail, "\"auto\" is allowed only as the ratio of a tail".to_owned());
            }
            return;
        }
        let Some(named) = self.names.get(name) else {
            let is_early = self.problems.len() < MOST_HINTED;
            if name.trim_end_matches(['%', ' ']).parse::<f64>().is_ok() {
                let message = format!("a number must be written without quotes, and 25 % as 0.25, got {name:?}");
                return self.report(trail, message);
            }
            if is_written_number(name) {
                let message =
                    format!("a number must be written without quotes, commas, currency and unit: 160000, got {name:?}");
                return self.report(trail, message);
            }
            let hint = if is_early { did_you_mean(name, self.names.keys().copied()) } else { String::new() };
            return self.report(trail, format!("no assumption is named {name:?}{hint}"));
        };
        // An invalid distribution is reported at its own address.
        if named.name().is_none()
            && is_sound(&named.law)
            && let Some(message) = named.misfit(quantity)
        {
            self.report(trail, format!("assumption {name:?}: {message}"));
        }
    }
}

/// Whether a name is a number with separators, a currency or a unit, such as "160,000", "$21" or "21.2bn".
fn is_written_number(name: &str) -> bool {
    let is_sign = |sign: char| sign.is_ascii_digit() || ",.'_ $€£¥".contains(sign);
    let unit = name.trim_matches(is_sign).to_ascii_lowercase();
    name.contains(|sign: char| sign.is_ascii_digit()) && ["", "k", "m", "mn", "bn", "b", "tn"].contains(&unit.as_str())
}

impl Visitor for NumberChecks<'_> {
    fn number(&mut self, trail: &mut Trail, quantity: Quantity, value: &Assumption) {
        if is_enough(&self.problems) {
            return;
        }
        if let Some(name) = value.name() {
            if let Some(source) = &value.source {
                let message =
                    format!("the name {name:?} cannot have a source, got {source:?}; state it at assumption[{name}]");
                self.report(trail, message);
            }
            return self.resolve(trail, name, quantity);
        }
        let before = self.problems.len();
        value.law.walk(trail, self);
        if self.problems.len() == before
            && let Some(message) = value.law.inconsistency().or_else(|| value.misfit(quantity))
        {
            self.report(trail, message);
        }
    }

    fn plain(&mut self, trail: &Trail, quantity: Quantity, value: &f64) {
        if !quantity.domain().contains(*value) {
            self.report(trail, format!("{}, got {}", quantity.rule(), shown(*value)));
        }
    }

    fn count(&mut self, trail: &Trail, quantity: Quantity, value: &u32) {
        self.plain(trail, quantity, &f64::from(*value));
    }

    fn pick(&mut self, trail: &mut Trail, weights: &[f64]) {
        if weights.is_empty() {
            self.report(trail, "at least one law with a weight is needed, got none".to_owned());
        } else if weights.iter().all(|weight| *weight <= 0.0) {
            let shown: Vec<String> = weights.iter().map(|weight| shown(*weight)).collect();
            self.report(trail, format!("the weight of at least one law must be above 0, got {}", shown.join(", ")));
        }
    }
}

/// Whether the parameters of a distribution are valid.
fn is_sound(law: &Law) -> bool {
    let mut numbers = NumberChecks { names: HashMap::new(), problems: Vec::new() };
    law.walk(&mut Trail::default(), &mut numbers);
    numbers.problems.is_empty() && law.inconsistency().is_none()
}
