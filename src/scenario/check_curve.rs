//! Validation of growth curves: each is evaluated at its medians.

use std::collections::HashMap;

use super::medians::{Fault, medians, nests, reaches};
use super::{Provider, Scenario};
use crate::assumption::Assumption;
use crate::assumption::address::{ProviderKey, ScenarioKey, is_within};
use crate::assumption::law::Law;
use crate::assumption::quantity::Quantity;
use crate::assumption::standard_law::StandardLaw;
use crate::error::{Problem, is_enough, shown};
use crate::growth::{Curve, CurveLaw, Leaf, Median, Past, Reading, Ready, Schedule, Single, Times, Value};

/// What the central path of a series follows from: the medians of its curve's numbers, and its history relative to the
/// median base.
#[derive(Debug)]
pub(super) struct Central {
    pub(super) values: Vec<f64>,
    pub(super) past: Past,
}

impl Central {
    /// Whether the central path of a curve is the same: the medians have the same bits, and if the curve meets fiscal totals,
    /// the past has too.
    pub(super) fn is(&self, other: &Self, curve: &Curve) -> bool {
        let is_totals =
            |leaf: &Leaf<'_>| matches!(&leaf.curve.0, CurveLaw::Schedule(Schedule { reading: Reading::Totals, .. }));
        let bits = |all: &Self| all.values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        bits(self) == bits(other) && (self.past.is(&other.past) || !curve.leaves().iter().any(is_totals))
    }
}

impl Scenario {
    /// Checks curves whose numbers are valid, so that their medians can be computed.
    pub(super) fn check_curves(&self, has_time: bool, faulty: &[Problem], problems: &mut Vec<Problem>) {
        if is_enough(faulty) {
            // Problems beyond the limit are not listed, so the numbers may be invalid too.
            return;
        }
        let is_sound = |part: &str| !faulty.iter().any(|problem| is_within(&problem.address, part));
        let has_names = is_sound(ScenarioKey::Assumption.text());
        let named = self.laws();
        for (series, own) in self.series_with_addresses() {
            let provider = series.own;
            let address = own.join(ProviderKey::Growth.into());
            let result = match &provider.growth {
                None => Err((String::new(), "a growth curve is needed, got none".to_owned())),
                Some(curve) if has_time && has_names && is_sound(&address) => {
                    let has_base = is_sound(&own.join(ProviderKey::Revenue.into()));
                    self.check_curve(provider, curve, (&named, has_base))
                }
                Some(_) => continue,
            };
            if let Err((rest, message)) = result {
                problems.push(Problem::new(format!("{address}{rest}"), message));
            }
        }
    }

    /// The law of every named assumption.
    pub(crate) fn laws(&self) -> HashMap<&str, &Law> {
        self.assumptions.iter().map(|(name, value)| (name.as_str(), &value.law)).collect()
    }

    /// Checks every law of the curve at its medians: it must reach the horizon and be finite there.
    fn check_curve(
        &self,
        provider: &Provider,
        curve: &Curve,
        (named, has_base): (&HashMap<&str, &Law>, bool),
    ) -> Result<(), Fault> {
        let central = self.central_numbers(provider, curve, (named, has_base))?;
        central.map_or(Ok(()), |central| self.check_central(curve, &central))
    }

    /// The medians that the central path of a curve follows from; `None` where its base or history is at fault.
    pub(super) fn central_numbers(
        &self,
        provider: &Provider,
        curve: &Curve,
        (named, has_base): (&HashMap<&str, &Law>, bool),
    ) -> Result<Option<Central>, Fault> {
        let law = |assumption: &Assumption| {
            StandardLaw::of(assumption.name().map_or(Some(&assumption.law), |name| named.get(name).copied())?)
        };
        nests(curve)?;
        let values = medians(curve, &|assumption| law(assumption).map(|shape| shape.median()))?;
        let years = self.taus().last().copied().unwrap_or(0.0);
        reaches(curve, years, self.year_passed(provider))?;
        if !has_base || self.misfit_of_history(provider).is_some() {
            return Ok(None);
        }
        let base = provider
            .revenue
            .as_ref()
            .and_then(law)
            .map(|shape| shape.median())
            .filter(|base| Quantity::Revenue.domain().contains(*base));
        Ok(base.map(|base| Central { values, past: self.past(provider, base, false) }))
    }

    /// Checks every law of the curve at these numbers.
    pub(super) fn check_central(&self, curve: &Curve, Central { values, past }: &Central) -> Result<(), Fault> {
        let taus = self.taus();
        curve.singles(values).iter().try_for_each(|single| {
            self.check_single(single, &taus, past).map_err(|(rest, message)| (single.address.clone() + &rest, message))
        })
    }

    /// Checks a curve without mixtures.
    fn check_single(&self, single: &Single, taus: &[f64], past: &Past) -> Result<(), Fault> {
        let Single { curve, values, .. } = single;
        let centres: Vec<Median> = values.iter().map(|value| Median { value: *value, drawn: false }).collect();
        let ready = Ready::new(curve, &centres, past);
        let ready = ready.map_err(|message| (".schedule.rates".to_owned(), message))?;
        let values: Vec<Value<'_>> = values.iter().copied().map(Value::Fixed).collect();
        let mut fault = None;
        let mut see = |tau: f64, growth: f64| {
            // States are f32: a path beyond that range would be infinite.
            if !(growth.abs() <= f64::from(f32::MAX)) && fault.is_none() {
                fault =
                    Some(format!("log growth must be finite and below 3e38, got {} after {tau} years", shown(growth)));
            }
        };
        let filled = ready.fill(&values, None, taus, 1, &mut |index, growth| see(taus[index], growth[0]));
        filled.map_err(|(_, message)| (".schedule.rates".to_owned(), message))?;
        curve.fill(&values, Times { taus: &[0.0], step: self.step().years() }, 1, &mut |_, growth| {
            if !(growth[0].abs() <= 0.0) {
                fault = Some(format!("log growth must be 0 at the base, got {}", shown(growth[0])));
            }
        });
        fault.map_or(Ok(()), |message| Err((String::new(), message)))
    }
}
