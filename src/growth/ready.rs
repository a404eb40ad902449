//! A curve prepared for a run: evaluated directly, or calibrated to fiscal totals.

use std::ops::Range;

use super::mixture::{self, Drawn, chosen};
use super::totals::{FiscalCurve, Median, Totals};
use super::value::named;
use super::{Curve, CurveLaw, Reading, Schedule, TailLaw, Times, Value};

/// The history before the projection, as needed for fiscal totals.
#[derive(Debug, Clone)]
pub(crate) struct Past {
    /// Log revenue of the known periods relative to the base at its median: oldest first, the base (0) last.
    pub(crate) known: Vec<f64>,
    /// Number of periods per year.
    pub(crate) per_year: usize,
    /// Number of periods of the provider's fiscal year up to and including the base, from 1 to a whole year.
    pub(crate) passed: usize,
    pub(crate) base_drawn: bool,
}

impl Past {
    /// Whether all numbers have the same bits.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let Self { known, per_year, passed, base_drawn } = self;
        let is_known = known.iter().map(|x| x.to_bits()).eq(other.known.iter().map(|x| x.to_bits()));
        is_known && (*per_year, *passed, *base_drawn) == (other.per_year, other.passed, other.base_drawn)
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Ready {
    Direct {
        curve: Curve,
        /// Length of a period in years.
        step: f64,
    },
    Fiscal {
        curve: Box<FiscalCurve>,
        estimates: usize,
    },
    Mixture {
        /// The values of each law.
        parts: Vec<Range<usize>>,
        /// The laws; `None` for those that no path follows.
        laws: Vec<Option<Self>>,
    },
}

impl Ready {
    /// `numbers` are those of the curve in the order of its walk, with `auto` resolved.
    ///
    /// # Errors
    /// If the central path cannot meet its totals; the message gives the numbers.
    pub(crate) fn new(curve: &Curve, numbers: &[Median], past: &Past) -> Result<Self, String> {
        match &curve.0 {
            CurveLaw::Schedule(schedule) if schedule.reading == Reading::Totals => {
                Self::fiscal(schedule, numbers, past)
            }
            CurveLaw::Mixture(branches) => {
                let parts = mixture::parts(branches.iter().map(|branch| branch.curve.len()));
                let only = (!numbers[0].drawn).then(|| chosen(numbers[0].value));
                let law = |(index, part): (usize, &Range<usize>)| {
                    let is_followed = only.is_none_or(|only| only == index);
                    let ready = || Self::new(&branches[index].curve, &numbers[part.clone()], past);
                    is_followed.then(ready).transpose()
                };
                let laws = parts.iter().enumerate().map(law).collect::<Result<_, _>>()?;
                Ok(Self::Mixture { parts, laws })
            }
            CurveLaw::Constant(_)
            | CurveLaw::Schedule(_)
            | CurveLaw::Fade { .. }
            | CurveLaw::Family(..)
            | CurveLaw::Share(_)
            | CurveLaw::Custom(_) => {
                #[expect(clippy::cast_precision_loss, reason = "at most twelve periods per year")]
                let step = 1.0 / past.per_year as f64;
                Ok(Self::Direct { curve: curve.clone(), step })
            }
        }
    }

    fn fiscal(schedule: &Schedule, numbers: &[Median], past: &Past) -> Result<Self, String> {
        let (estimates, tail) = (schedule.rates.len(), &schedule.tail.0);
        let into_year = past.passed % past.per_year;
        let totals = Totals::new(&past.known, past.per_year, into_year, estimates, *tail != TailLaw::None)?;
        let (rates, numbers) = numbers.split_at(estimates);
        let curve =
            FiscalCurve::new(totals, rates, tail, numbers, past.base_drawn).map_err(|fault| fault.to_string())?;
        Ok(Self::Fiscal { curve: Box::new(curve), estimates })
    }

    /// Writes `γ` of every path to `out` and returns true, if `Γ(τ) = γτ`; otherwise returns false.
    pub(crate) fn fill_log_rates(&self, values: &[Value<'_>], out: &mut [f64]) -> bool {
        match self {
            Self::Direct { curve: Curve(CurveLaw::Constant(_)), .. } => {
                let [growth] = named(values);
                growth.put_log_rates(out);
                true
            }
            Self::Mixture { parts, laws } => match values[0] {
                Value::Fixed(drawn) => {
                    let index = chosen(drawn);
                    let law = laws[index].as_ref();
                    law.is_some_and(|law| law.fill_log_rates(&values[parts[index].clone()], out))
                }
                Value::Drawn(_) => false,
            },
            Self::Direct { .. } | Self::Fiscal { .. } => false,
        }
    }

    /// Whether all of it is calibrated, so that it holds nothing of the curve but what follows from the medians and the past.
    pub(crate) fn is_calibrated(&self) -> bool {
        match self {
            Self::Direct { .. } => false,
            Self::Fiscal { .. } => true,
            Self::Mixture { laws, .. } => laws.iter().flatten().all(Self::is_calibrated),
        }
    }

    /// Whether the curve, or a law that it may follow, is calibrated to fiscal totals, and so depends on base and history.
    pub(crate) fn is_fiscal(&self) -> bool {
        match self {
            Self::Direct { .. } => false,
            Self::Fiscal { .. } => true,
            Self::Mixture { laws, .. } => laws.iter().flatten().any(Self::is_fiscal),
        }
    }

    /// Computes `Γ` at `taus`, the periods 1 to T in years. `base_shifts` are ln of the drawn base divided by its
    /// median, if it is drawn.
    ///
    /// # Errors
    /// The first path that cannot meet its totals, with a message that gives the numbers.
    pub(crate) fn fill(
        &self,
        values: &[Value<'_>],
        base_shifts: Option<&[f64]>,
        taus: &[f64],
        count: usize,
        emit: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), (usize, String)> {
        match self {
            Self::Direct { curve, step } => {
                curve.fill(values, Times { taus, step: *step }, count, emit);
                Ok(())
            }
            Self::Fiscal { curve, estimates } => {
                let (rates, numbers) = values.split_at(*estimates);
                let filled = curve.fill(rates, numbers, base_shifts, count, taus.len(), emit);
                filled.map_err(|(path, fault)| (path, fault.to_string()))
            }
            Self::Mixture { parts, laws } => {
                let whole = Drawn { values, shifts: base_shifts, count };
                mixture::fill(parts, whole, taus.len(), emit, &mut |law, part, emit| {
                    let law = laws[law].as_ref().expect("invariant: a law that a path follows is ready");
                    law.fill(part.values, part.shifts, taus, part.count, emit)
                })
            }
        }
    }
}
