//! The series of a plan: their numbers by role, and the streams of their shocks.

use super::input::{Draw, Input};
use super::places::{Resolved, Slot};
use crate::assumption::address::{ProviderKey, of_provider};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::growth::{Curve, Median, Ready, Value};
use crate::math::{self, to_f32};
use crate::scenario::{Scenario, SeriesOf};

/// The numbers of one series by role. Each is found by its address, so that a further number moves none of them.
#[derive(Debug)]
pub(crate) struct Slots {
    pub(crate) base: Input,
    /// The parameters of the growth curve, in the order in which the curve lists them.
    pub(crate) growth: Vec<Input>,
    pub(crate) volatility: Input,
    /// Whether every number is such that revenue has a finite mean.
    pub(super) has_mean: bool,
}

impl Slots {
    /// The numbers of a provider or segment.
    pub(super) fn of(scenario: &Scenario, of: &SeriesOf<'_>, curve: &Curve, resolved: &Resolved) -> Self {
        let name = of.name();
        let [base, volatility] =
            [ProviderKey::Revenue, ProviderKey::Volatility].map(|key| resolved.at(&of_provider(&name, key)));
        let mut parameters: Vec<_> = resolved.of_curve(&name, curve);
        fix_unused(scenario, curve, &mut parameters);
        let has_mean = ![base, volatility].iter().chain(&parameters).any(|slot| slot.heavy);
        let mut growth: Vec<Input> = parameters.into_iter().map(|slot| slot.input).collect();
        resolve_auto(scenario, curve, &mut growth);
        Self { base: base.input, growth, volatility: volatility.input, has_mean }
    }
}

/// Replaces the numbers of laws that no path follows by their medians, so that no answer depends on their draws.
fn fix_unused(scenario: &Scenario, curve: &Curve, parameters: &mut [Slot]) {
    let fixed = |index: usize| match parameters[index].input {
        Input::Known(value) => Some(value),
        Input::Drawn(_) => None,
    };
    let mut unused = vec![false; parameters.len()];
    curve.mark_unused(0, &fixed, &mut unused);
    if let Ok(medians) = scenario.medians(curve) {
        let places = parameters.iter_mut().zip(medians).zip(unused).filter(|(_, unused)| *unused);
        places.for_each(|((slot, median), _)| *slot = Slot { input: Input::Known(median), heavy: false });
    }
}

/// Replaces `auto` by the ratio that it stands for.
fn resolve_auto(scenario: &Scenario, curve: &Curve, growth: &mut [Input]) {
    if let Ok(medians) = scenario.medians(curve) {
        let unresolved = |input: &Input| matches!(input, Input::Known(value) if value.is_nan());
        let places = growth.iter_mut().zip(&medians).filter(|(input, _)| unresolved(input));
        places.for_each(|(input, median)| *input = Input::Known(*median));
    }
}

/// A series, compiled.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) slots: Slots,
    pub(crate) growth: Ready,
    /// The base revenue at its median.
    pub(crate) base_median: f64,
    /// `L_ii` of the Cholesky factor.
    pub(crate) own: f32,
    /// `(j, L_ij)` of the earlier series correlated with this one.
    pub(crate) earlier: Vec<(usize, f32)>,
    /// Where base and curve are fixed: log revenue relative to the reference at 0..=T, from the f64 curve.
    pub(crate) centre: Option<Vec<f64>>,
}

impl Series {
    /// # Errors
    /// If the central path cannot meet its fiscal totals; validation rules this out.
    pub(super) fn new(
        (scenario, of): (&Scenario, &SeriesOf<'_>),
        (curve, slots): (&Curve, Slots),
        draws: &[Draw],
        (covariance, index): (&Covariance, usize),
    ) -> Result<Self, Error> {
        let centre = |input: &Input| Median { value: input.median(draws), drawn: input.is_drawn() };
        let centres: Vec<Median> = slots.growth.iter().map(centre).collect();
        let base_median = slots.base.median(draws);
        let growth = Ready::new(curve, &centres, &scenario.past(of.own, base_median, slots.base.is_drawn()));
        let unmet = |message| Error::invalid("scenario", of_provider(&of.name(), ProviderKey::Growth), message);
        let earlier = covariance.loadings(index).filter(|(j, _)| *j < index);
        Ok(Self {
            slots,
            base_median,
            growth: growth.map_err(unmet)?,
            own: to_f32(covariance.loading(index, index)),
            earlier: earlier.map(|(j, entry)| (j, to_f32(entry))).collect(),
            centre: None,
        })
    }

    /// Whether the volatility is drawn or above 0.
    pub(crate) fn has_volatility(&self) -> bool {
        !matches!(self.slots.volatility, Input::Known(sigma) if sigma <= 0.0)
    }

    /// ln of the drawn base divided by its median, where fiscal totals need it.
    pub(crate) fn base_shifts(&self, draws: &[Vec<f64>], width: usize) -> Option<Vec<f64>> {
        let draw = self.slots.base.draw()?;
        self.growth.is_fiscal().then(|| {
            let mut shifts: Vec<f64> = draws[draw][..width].iter().map(|base| base / self.base_median).collect();
            math::ln_slice(&mut shifts);
            shifts
        })
    }

    /// Values of the curve's parameters over a block.
    pub(crate) fn values<'a>(&self, draws: &'a [Vec<f64>], width: usize) -> Vec<Value<'a>> {
        let value = |input: &Input| match input {
            Input::Known(value) => Value::Fixed(*value),
            Input::Drawn(draw) => Value::Drawn(&draws[*draw][..width]),
        };
        self.slots.growth.iter().map(value).collect()
    }
}
