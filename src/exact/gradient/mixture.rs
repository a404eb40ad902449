//! Gradients where growth is a mixture of laws: the mean of the gradients given each law, and the derivatives with
//! respect to the weights.
//!
//! With `p_j = w_j/W` the probability is `P = Σ p_j P_j`, where `P_j` is the answer given law j; so `∂P/∂w_j = (P_j − P)/W`.

use super::slopes::{Gradient, Slope};
use crate::assumption::address::{ProviderKey, of_provider};
use crate::error::Error;
use crate::estimate::Estimate;
use crate::exact::cases::MOST_CASES;
use crate::exact::settings::refused;
use crate::growth::{Curve, CurveLaw};
use crate::scenario::Scenario;

/// The gradient of a scenario of which the laws of some mixtures are fixed.
pub(super) struct Mixed<'a> {
    /// The compared series.
    pub(super) names: [&'a str; 2],
    /// Differentiates a scenario in which the law of every mixture is fixed.
    pub(super) solve: &'a dyn Fn(&Scenario) -> Result<Gradient, Error>,
    /// The number of scenarios solved so far.
    pub(super) solved: usize,
}

impl Mixed<'_> {
    /// `fixed` are the addresses of the mixtures whose law is fixed.
    ///
    /// # Errors
    /// Those of the solution; unsupported if the laws have too many combinations.
    pub(super) fn gradient(&mut self, scenario: &Scenario, fixed: &[String]) -> Result<Gradient, Error> {
        let series = scenario.series();
        let open = self.names.iter().find_map(|name| {
            let series = series.iter().find(|series| series.name() == *name)?;
            open(series.own.growth.as_ref()?, of_provider(name, ProviderKey::Growth), fixed)
        });
        let Some((address, weights)) = open else {
            self.solved += 1;
            return (self.solve)(scenario);
        };
        if self.solved >= MOST_CASES {
            let reason = format!("the laws of its mixtures have more than {MOST_CASES} combinations");
            return Err(refused(&address, &reason, "take the difference of two answers"));
        }
        let fixed = [fixed, std::slice::from_ref(&address)].concat();
        let weight_of = |law: usize| format!("{address}[{law}].weight");
        let given = |law: usize| {
            let changes = (0..weights.len()).map(|other| (weight_of(other), f64::from(u8::from(other == law))));
            self.gradient(&scenario.without_views().with_all(changes)?, &fixed)
        };
        let given = (0..weights.len()).map(given).collect::<Result<Vec<_>, Error>>()?;
        Ok(mean(scenario, (&weights, &weight_of), given))
    }
}

/// The outermost mixture in a curve whose law is not fixed: its address and its weights.
fn open(curve: &Curve, address: String, fixed: &[String]) -> Option<(String, Vec<f64>)> {
    match &curve.0 {
        CurveLaw::Share(share) => open(&share.market, address + ".share.market", fixed),
        CurveLaw::Mixture(branches) => {
            let address = address + ".mixture";
            if !fixed.contains(&address) {
                return Some((address, branches.iter().map(|branch| branch.weight).collect()));
            }
            let law = branches.iter().position(|branch| branch.weight > 0.0)?;
            open(&branches[law].curve, format!("{address}[{law}].curve"), fixed)
        }
        CurveLaw::Constant(_)
        | CurveLaw::Schedule(_)
        | CurveLaw::Fade { .. }
        | CurveLaw::Family(..)
        | CurveLaw::Custom(_) => None,
    }
}

/// The gradient of a mixture from those given each law.
fn mean(
    scenario: &Scenario,
    (weights, weight_of): (&[f64], &dyn Fn(usize) -> String),
    given: Vec<Gradient>,
) -> Gradient {
    let total: f64 = weights.iter().sum();
    let mean = |of: &dyn Fn(&Gradient) -> f64| {
        weights.iter().zip(&given).map(|(weight, gradient)| weight / total * of(gradient)).sum::<f64>()
    };
    let probability = mean(&|gradient| gradient.probability.value());
    let error = mean(&|gradient| gradient.probability.standard_error());
    let numbers = scenario.numbers();
    let slope = |(address, number): &(String, f64)| {
        if let Some(law) = (0..weights.len()).find(|law| weight_of(*law) == *address) {
            let own = given[law].probability;
            let slope = (own.value() - probability) / total;
            // P_j − P = (1 − p_j) P_j − Σ p_k P_k over the other laws.
            let standard_error = (own.standard_error() * (1.0 - 2.0 * weights[law] / total) + error) / total;
            return Some(Slope {
                address: address.clone(),
                number: *number,
                slope,
                standard_error,
                is_fraction: false,
            });
        }
        let own = |gradient: &Gradient| gradient.slopes.iter().find(|slope| slope.address == *address).cloned();
        let known = given.iter().find_map(own)?;
        let mean = |of: fn(Slope) -> f64| mean(&|gradient| own(gradient).map_or(0.0, of));
        let (slope, standard_error) = (mean(|own| own.slope), mean(|own| own.standard_error));
        Some(Slope { number: *number, slope, standard_error, ..known })
    };
    let slopes: Vec<Slope> = numbers.iter().filter_map(slope).collect();
    let is_other = |address: &&String| slopes.iter().all(|slope| slope.address != **address);
    let mut others: Vec<String> =
        given.iter().flat_map(|gradient| &gradient.others).filter(is_other).cloned().collect();
    others.sort_unstable();
    others.dedup();
    let first = given.into_iter().next().expect("validated: a mixture has a law");
    Gradient { probability: Estimate::bounded(probability, error), slopes, others, ..first }
}
