//! Annual growth estimates in the `point` reading, and the tails that extend them.

use std::iter::zip;

use super::fade::Fade;
use super::value::{Value, each, named};
use crate::assumption::Assumption;
use crate::assumption::address::{Key, Trail};
use crate::assumption::quantity::Quantity;
use crate::assumption::visitor::{Visitor, VisitorMut};
use crate::error::shown;
use crate::math;

/// The keyword for the ratio of the last two rates.
pub(crate) const AUTO: &str = "auto";

/// Growth after the last year with an explicit rate.
///
/// # Example: three continuations of the same two estimates
/// ```
/// use outgrow::{Curve, Tail};
/// let after_ten = |tail| Curve::schedule([0.87, 0.60], tail).log_growth(10.0);
/// assert!(after_ten(Tail::ratio("auto"))? < after_ten(Tail::hold())?);
/// assert!(after_ten(Tail::fade(0.12, 2))? < after_ten(Tail::hold())?);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Tail(pub(crate) TailLaw);

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TailLaw {
    None,
    Hold,
    Fade { to: Assumption, half_life: Assumption },
    Ratio(Assumption),
}

impl Tail {
    /// No tail: the horizon must not exceed the years of the schedule.
    pub fn none() -> Self {
        Self(TailLaw::None)
    }

    /// Continues at the last rate.
    pub fn hold() -> Self {
        Self(TailLaw::Hold)
    }

    /// Fades from the last rate towards `to` (a simple annual rate) with a half-life in years, as
    /// [`Curve::fade`](super::Curve::fade) does.
    pub fn fade(to: impl Into<Assumption>, half_life: impl Into<Assumption>) -> Self {
        Self(TailLaw::Fade { to: to.into(), half_life: half_life.into() })
    }

    /// Multiplies the log growth rate by `ratio` every further year. `"auto"` uses the ratio of the last two rates,
    /// `ln(1+gₙ)/ln(1+gₙ₋₁)`, with every assumption at its median.
    pub fn ratio(ratio: impl Into<Assumption>) -> Self {
        Self(TailLaw::Ratio(ratio.into()))
    }
}

impl Tail {
    /// The number of numbers in the tail.
    pub(super) fn numbers(&self) -> usize {
        match &self.0 {
            TailLaw::None | TailLaw::Hold => 0,
            TailLaw::Fade { .. } => 2,
            TailLaw::Ratio(_) => 1,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Schedule {
    pub(crate) rates: Vec<Assumption>,
    pub(crate) tail: Tail,
    pub(crate) reading: Reading,
}

/// Meaning of an annual estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Revenue of a period relative to the same period a year before.
    Point,
    /// Growth of fiscal-year totals.
    Totals,
}

macro_rules! walks {
    ($walk:ident, $Visitor:ident $(, $mut:tt)?) => {
        pub(super) fn $walk(& $($mut)? self, trail: &mut Trail, visitor: &mut dyn $Visitor) {
            trail.at(Key::Field("rates"), |trail| {
                for (index, rate) in zip(0.., & $($mut)? self.rates) {
                    trail.at(Key::Index(index), |trail| visitor.number(trail, Quantity::Growth, rate));
                }
            });
            trail.at(Key::Field("tail"), |trail| match & $($mut)? self.tail.0 {
                TailLaw::None | TailLaw::Hold => {}
                TailLaw::Fade { to, half_life } => trail.at(Key::Field("fade"), |trail| {
                    trail.at(Key::Field("to"), |trail| visitor.number(trail, Quantity::Growth, to));
                    trail.at(Key::Field("half_life"), |trail| visitor.number(trail, Quantity::HalfLife, half_life));
                }),
                TailLaw::Ratio(ratio) => {
                    trail.at(Key::Field("ratio"), |trail| visitor.number(trail, Quantity::Ratio, ratio));
                }
            });
        }
    };
}

impl Schedule {
    walks!(walk, Visitor);
    walks!(walk_mut, VisitorMut, mut);

    /// The value of `auto`, given the medians of the rates.
    ///
    /// # Errors
    /// A message if there are fewer than two rates, or if their ratio is outside (0, 1].
    pub(crate) fn auto_ratio(medians: &[f64]) -> Result<f64, String> {
        let [.., before, last] = medians else {
            return Err("\"auto\" needs at least two rates; specify a ratio".to_owned());
        };
        let ratio = math::ln_1p(*last) / math::ln_1p(*before);
        if ratio > 0.0 && ratio <= 1.0 {
            return Ok(ratio);
        }
        let (last, before, ratio) = (shown(*last), shown(*before), shown(ratio));
        Err(format!(
            "\"auto\" takes ln(1+{last})/ln(1+{before}) = {ratio}, which is not above 0 and at most 1; specify a ratio"
        ))
    }

    /// `values` are the rates, followed by the numbers of the tail.
    pub(super) fn fill(&self, values: &[Value<'_>], taus: &[f64], count: usize, emit: &mut dyn FnMut(usize, &[f64])) {
        let (rates, tail) = values.split_at(self.rates.len());
        let rates: Vec<Vec<f64>> = rates.iter().map(|rate| rate.log_rate(count)).collect();
        let stated = rates.len();
        let (fade, ratios) = match self.tail.0 {
            TailLaw::None | TailLaw::Hold => (None, None),
            TailLaw::Fade { .. } => {
                let [to, half_life] = named(tail);
                (Some(Fade::new(rates[stated - 1].clone(), to.log_rate(count), half_life)), None)
            }
            TailLaw::Ratio(_) => {
                let [ratio] = named(tail);
                (None, Some(ratio))
            }
        };
        // Γ at the start of the current year, and the log growth rate of that year.
        let (mut start, mut rate, mut year) = (vec![0.0; count], rates[0].clone(), 0_u32);
        each(taus, count, emit, |tau, out| {
            let last = fade.is_some().then_some(stated);
            while tau > f64::from(year + 1) && Some(year as usize + 1) != last {
                start.iter_mut().zip(&rate).for_each(|(start, rate)| *start += rate);
                year += 1;
                if let Some(next) = rates.get(year as usize) {
                    rate.copy_from_slice(next);
                } else if let Some(ratios) = ratios {
                    rate.iter_mut().enumerate().for_each(|(path, rate)| *rate *= ratios.of_path(path));
                }
            }
            let within = tau - f64::from(year);
            match &fade {
                Some(fade) if within > 1.0 => {
                    out.iter_mut().zip(&start).zip(&rate).for_each(|((out, start), rate)| *out = start + rate);
                    fade.add(out, within - 1.0);
                }
                _ => {
                    let paths = out.iter_mut().zip(&start).zip(&rate);
                    paths.for_each(|((out, start), rate)| *out = start + rate * within);
                }
            }
        });
    }
}
