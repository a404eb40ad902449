//! The series of a plan: their numbers by role, and the streams of their shocks.

use super::input::{Draw, Input};
use super::places::{Resolved, Slot};
use crate::assumption::address::{ProviderKey, of_provider};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::growth::{Curve, Median, Past, Ready, Value};
use crate::math::{self, to_f32};
use crate::scenario::{Scenario, SeriesOf};

/// The numbers of one series by role. Each is found by its address, so that a further number moves none of them.
#[derive(Debug, Clone, PartialEq)]
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
    if !unused.contains(&true) {
        return;
    }
    if let Ok(medians) = scenario.medians(curve) {
        let places = parameters.iter_mut().zip(medians).zip(unused).filter(|(_, unused)| *unused);
        places.for_each(|((slot, median), _)| *slot = Slot { input: Input::Known(median), heavy: false });
    }
}

/// Replaces `auto` by the ratio that it stands for.
fn resolve_auto(scenario: &Scenario, curve: &Curve, growth: &mut [Input]) {
    let unresolved = |input: &Input| matches!(input, Input::Known(value) if value.is_nan());
    if !growth.iter().any(unresolved) {
        return;
    }
    if let Ok(medians) = scenario.medians(curve) {
        let places = growth.iter_mut().zip(&medians).filter(|(input, _)| unresolved(input));
        places.for_each(|(input, median)| *input = Input::Known(*median));
    }
}

/// The medians that the central path of a series follows from.
#[derive(Debug)]
pub(super) struct Medians {
    numbers: Vec<Median>,
    base: f64,
    past: Past,
}

impl Medians {
    pub(super) fn of(scenario: &Scenario, of: &SeriesOf<'_>, slots: &Slots, draws: &[Draw]) -> Self {
        let median = |input: &Input| Median { value: input.median(draws), drawn: input.is_drawn() };
        let base = slots.base.median(draws);
        let past = scenario.past(of.own, base, slots.base.is_drawn());
        Self { numbers: slots.growth.iter().map(median).collect(), base, past }
    }

    /// Whether all numbers have the same bits.
    pub(super) fn is(&self, other: &Self) -> bool {
        let bits =
            |of: &Self| of.numbers.iter().map(|number| (number.value.to_bits(), number.drawn)).collect::<Vec<_>>();
        self.base.to_bits() == other.base.to_bits() && bits(self) == bits(other) && self.past.is(&other.past)
    }
}

/// A series, compiled.
#[derive(Debug, Clone)]
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
        of: &SeriesOf<'_>,
        (curve, slots, centre): (&Curve, Slots, &Medians),
        (covariance, index): (&Covariance, usize),
    ) -> Result<Self, Error> {
        let growth = Ready::new(curve, &centre.numbers, &centre.past);
        let unmet = |message| Error::invalid("scenario", of_provider(&of.name(), ProviderKey::Growth), message);
        let growth = growth.map_err(unmet)?;
        let mut series = Self { slots, base_median: centre.base, growth, own: 0.0, earlier: Vec::new(), centre: None };
        series.correlate(covariance, index);
        Ok(series)
    }

    /// Sets other numbers. A curve calibrated to fiscal totals is kept if its medians are, since the calibration is the greatest
    /// part of the work.
    ///
    /// # Errors
    /// If the central path cannot meet its fiscal totals, with a message.
    pub(super) fn set(
        &mut self,
        curve: &Curve,
        slots: Slots,
        (centre, is_same): (&Medians, bool),
    ) -> Result<(), String> {
        if !(is_same && self.growth.is_calibrated()) {
            self.growth = Ready::new(curve, &centre.numbers, &centre.past)?;
        }
        (self.slots, self.base_median) = (slots, centre.base);
        Ok(())
    }

    /// Takes the entries of a series from the factor of a covariance.
    pub(super) fn correlate(&mut self, covariance: &Covariance, index: usize) {
        let earlier = covariance.loadings(index).filter(|(j, _)| *j < index);
        self.earlier = earlier.map(|(j, entry)| (j, to_f32(entry))).collect();
        self.own = to_f32(covariance.loading(index, index));
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
