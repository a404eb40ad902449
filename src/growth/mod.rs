//! Growth curves: cumulative log growth `Γ(τ)` over `τ` years since the base, with `Γ(0) = 0`.

mod bass;
mod constructors;
mod custom;
mod damped;
mod decay;
mod fade;
mod family;
mod gompertz;
mod hyperbolic;
#[cfg(test)]
mod identities;
mod leaves;
mod logistic;
mod mixture;
mod ready;
mod richards;
mod saturating;
mod schedule;
mod share;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_slopes;
mod totals;
mod value;
mod weibull;

use std::iter::zip;

use crate::assumption::Assumption;
use crate::assumption::address::{Key, Trail};
use crate::assumption::quantity::Quantity;
use crate::assumption::visitor::{Visitor, VisitorMut};
use crate::cpu::{self, Level};
use crate::math;

pub(crate) use custom::Custom;
use fade::Fade;
pub(crate) use family::CurveFamily;
pub(crate) use leaves::{Leaf, Single};
pub(crate) use ready::{Past, Ready};
pub use schedule::Tail;
pub(crate) use schedule::{AUTO, Reading, Schedule, TailLaw};
pub(crate) use totals::Median;
pub(crate) use value::{Times, Value};

use mixture::Drawn;
use share::Gained;
use value::{at_times, each, listed, named};

/// How a provider's revenue grows. Growth rates are simple annual rates as fractions (0.87 is +87 %); half-lives are in
/// years. A saturation is a multiple of base revenue, and the rate at which a curve approaches it is per year.
///
/// Every number may be an [`Assumption`]. A curve defines `Γ(τ)`, the cumulative log growth since the base; each
/// constructor gives the formula.
///
/// **A curve specifies the median path.** Given the assumptions, half of the paths lie above the curve. With a
/// volatility σ the mean of the paths lies above the curve by the factor e^(σ²τ/2) after τ years: 1.02 after two years
/// at σ = 0.15, 1.13 after ten at 0.16. Estimates of *expected* revenue are therefore slightly higher than the curve
/// through the median.
///
/// # Example: evaluating a curve
/// ```
/// use outgrow::{Curve, Tail};
/// let curve = Curve::schedule([0.87, 0.60], Tail::hold());
/// let three_years = curve.log_growth(3.0)?;      // 87 %, then 60 %, then 60 % again
/// assert!((three_years - (1.87_f64 * 1.6 * 1.6).ln()).abs() < 1e-12);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Curve(pub(crate) CurveLaw);

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum CurveLaw {
    Constant(Assumption),
    Schedule(Schedule),
    Fade {
        from: Assumption,
        to: Assumption,
        half_life: Assumption,
    },
    /// The values in the order of [`CurveFamily::parameters`].
    Family(CurveFamily, Vec<Assumption>),
    Share(Box<Share>),
    /// One of these on each path.
    Mixture(Vec<Branch>),
    Custom(Custom),
}

/// The market and the share of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Share {
    pub(crate) market: Curve,
    pub(crate) from: Assumption,
    pub(crate) to: Assumption,
    pub(crate) half_life: Assumption,
}

/// One law of a mixture.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Branch {
    /// Relative to the sum of the weights.
    pub(crate) weight: f64,
    pub(crate) curve: Curve,
}

/// Visits the numbers in the order in which [`Curve::fill`] takes their values.
macro_rules! walks {
    ($walk:ident, $Visitor:ident $(, $mut:tt)?) => {
        pub(crate) fn $walk(& $($mut)? self, trail: &mut Trail, visitor: &mut dyn $Visitor) {
            let key = self.key();
            trail.at(Key::Field(key), |trail| match & $($mut)? self.0 {
                CurveLaw::Constant(growth) => visitor.number(trail, Quantity::Growth, growth),
                CurveLaw::Schedule(schedule) => schedule.$walk(trail, visitor),
                CurveLaw::Fade { from, to, half_life } => {
                    trail.at(Key::Field("from"), |trail| visitor.number(trail, Quantity::Growth, from));
                    trail.at(Key::Field("to"), |trail| visitor.number(trail, Quantity::Growth, to));
                    trail.at(Key::Field("half_life"), |trail| visitor.number(trail, Quantity::HalfLife, half_life));
                }
                CurveLaw::Family(family, values) => {
                    for ((key, quantity), value) in zip(family.parameters(), values) {
                        trail.at(Key::Field(key), |trail| visitor.number(trail, *quantity, value));
                    }
                }
                CurveLaw::Share(share) => {
                    let Share { market, from, to, half_life } = & $($mut)? **share;
                    trail.at(Key::Field("market"), |trail| market.$walk(trail, visitor));
                    trail.at(Key::Field("from"), |trail| visitor.number(trail, Quantity::MarketShare, from));
                    trail.at(Key::Field("to"), |trail| visitor.number(trail, Quantity::MarketShare, to));
                    trail.at(Key::Field("half_life"), |trail| visitor.number(trail, Quantity::HalfLife, half_life));
                }
                CurveLaw::Mixture(branches) => {
                    let weights: Vec<f64> = branches.iter().map(|branch| branch.weight).collect();
                    visitor.pick(trail, &weights);
                    for (index, Branch { weight, curve }) in zip(0.., branches) {
                        trail.at(Key::Index(index), |trail| {
                            trail.at(Key::Field("weight"), |trail| visitor.plain(trail, Quantity::Weight, weight));
                            trail.at(Key::Field("curve"), |trail| curve.$walk(trail, visitor));
                        });
                    }
                }
                CurveLaw::Custom(custom) => custom.$walk(trail, visitor),
            });
        }
    };
}

impl Curve {
    /// Key of the law in a scenario file.
    pub(crate) fn key(&self) -> &'static str {
        match &self.0 {
            CurveLaw::Constant(_) => "constant",
            CurveLaw::Schedule(_) => "schedule",
            CurveLaw::Fade { .. } => "fade",
            CurveLaw::Family(family, _) => family.key(),
            CurveLaw::Share(_) => "share",
            CurveLaw::Mixture(_) => "mixture",
            CurveLaw::Custom(_) => "custom",
        }
    }

    walks!(walk, Visitor);
    walks!(walk_mut, VisitorMut, mut);

    /// Computes `Γ` at `times` for `count` paths, and calls `emit(i, Γ(taus[i]))` once for each. Before the base it is not
    /// finite where a law is undefined.
    ///
    /// A single evaluation uses the same code with one path, so blocks and scalars have the same bits.
    pub(crate) fn fill(
        &self,
        values: &[Value<'_>],
        times: Times<'_>,
        count: usize,
        emit: &mut dyn FnMut(usize, &[f64]),
    ) {
        let taus = times.taus;
        match &self.0 {
            CurveLaw::Constant(_) => {
                let [growth] = named(values);
                let rate = growth.log_rate(count);
                each(taus, count, emit, |tau, out| put_products(out, &rate, tau));
            }
            CurveLaw::Schedule(schedule) => schedule.fill(values, taus, count, emit),
            CurveLaw::Fade { .. } => {
                let [from, to, half_life] = named(values);
                let fade = Fade::new(from.log_rate(count), to.log_rate(count), half_life);
                each(taus, count, emit, |tau, out| fade.put(out, tau));
            }
            CurveLaw::Family(family, _) => family.fill(values, times, count, emit),
            CurveLaw::Share(share) => {
                let (market, own) = values.split_at(values.len() - Gained::NUMBERS);
                let mut gained = Gained::new(own, count);
                let mut out = vec![0.0; count];
                share.market.fill(market, times, count, &mut |index, growth| {
                    gained.put(&mut out, taus[index]);
                    add(&mut out, growth);
                    emit(index, &out);
                });
            }
            CurveLaw::Mixture(branches) => {
                let laws = mixture::parts(branches.iter().map(|branch| branch.curve.len()));
                let whole = Drawn { values, shifts: None, count };
                let filled = mixture::fill(&laws, whole, taus.len(), emit, &mut |law, part, emit| {
                    branches[law].curve.fill(part.values, times, part.count, emit);
                    Ok(())
                });
                filled.expect("invariant: the evaluation of a curve outside of fiscal totals does not fail");
            }
            CurveLaw::Custom(custom) => each(taus, count, emit, |tau, out| custom.fill(values, tau, out)),
        }
    }
}

impl Curve {
    /// Whether [`with_slopes`](Self::with_slopes) has the curve.
    #[cfg_attr(not(feature = "history"), allow(dead_code, reason = "only fits take derivatives"))]
    pub(crate) fn has_slopes(&self) -> bool {
        match &self.0 {
            CurveLaw::Constant(_) | CurveLaw::Fade { .. } | CurveLaw::Family(..) => true,
            CurveLaw::Schedule(_) | CurveLaw::Share(_) | CurveLaw::Mixture(_) | CurveLaw::Custom(_) => false,
        }
    }

    /// Computes `Γ` of one path at times up to the base, and its derivatives with respect to the numbers if `slopes` is given: one
    /// column for each number, in the order of the walk. It agrees with [`fill`](Self::fill) within rounding.
    ///
    /// # Panics
    /// Unless [`has_slopes`](Self::has_slopes).
    #[cfg_attr(not(feature = "history"), allow(dead_code, reason = "only fits take derivatives"))]
    pub(crate) fn with_slopes(&self, values: &[f64], times: Times<'_>, out: &mut [f64], slopes: Option<&mut [f64]>) {
        match &self.0 {
            CurveLaw::Constant(_) => {
                let [growth] = listed(values);
                let rate = math::ln_1p(growth);
                at_times(
                    times.taus,
                    out,
                    slopes,
                    #[inline(always)]
                    |tau| (rate * tau, [tau / (1.0 + growth)]),
                );
            }
            CurveLaw::Fade { .. } => fade::with_slopes(listed(values), times.taus, out, slopes),
            CurveLaw::Family(family, _) => family.with_slopes(values, times, out, slopes),
            CurveLaw::Schedule(_) | CurveLaw::Share(_) | CurveLaw::Mixture(_) | CurveLaw::Custom(_) => {
                unreachable!("asked for only where the curve has derivatives")
            }
        }
    }
}

/// Adds `growth` on every path.
fn add(out: &mut [f64], growth: &[f64]) {
    cpu::run(
        Level::of_this_process(),
        #[inline(always)]
        || {
            for (out, growth) in out.iter_mut().zip(growth) {
                *out += growth;
            }
        },
    );
}

/// `rate · tau` on every path.
fn put_products(out: &mut [f64], rates: &[f64], tau: f64) {
    cpu::run(
        Level::of_this_process(),
        #[inline(always)]
        || {
            for (out, rate) in out.iter_mut().zip(rates) {
                *out = rate * tau;
            }
        },
    );
}
