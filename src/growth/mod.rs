//! Growth curves: cumulative log growth `Γ(τ)` over `τ` years since the base, with `Γ(0) = 0`.

mod custom;
mod fade;
mod ready;
mod schedule;
#[cfg(test)]
mod tests;
mod totals;
mod value;

use crate::assumption::Assumption;
use crate::assumption::address::{Key, Trail};
use crate::assumption::quantity::Quantity;
use crate::assumption::visitor::{Visitor, VisitorMut};
use crate::cpu::{self, Level};

pub(crate) use custom::Custom;
use fade::Fade;
pub(crate) use ready::{Past, Ready};
pub use schedule::Tail;
pub(crate) use schedule::{AUTO, Reading, Schedule, TailLaw};
pub(crate) use totals::Centre;
pub(crate) use value::Value;

use value::{each, named};

/// How a provider's revenue grows. Growth rates are simple annual rates as fractions (0.87 is +87 %); half-lives are in
/// years.
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
pub struct Curve(pub(crate) Law);

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Law {
    Constant(Assumption),
    Schedule(Schedule),
    Fade { from: Assumption, to: Assumption, half_life: Assumption },
    Custom(Custom),
}

/// Visits the numbers in the order in which [`Curve::fill`] takes their values.
macro_rules! walks {
    ($walk:ident, $Visitor:ident $(, $mut:tt)?) => {
        pub(crate) fn $walk(& $($mut)? self, trail: &mut Trail, visitor: &mut dyn $Visitor) {
            let key = self.key();
            trail.at(Key::Field(key), |trail| match & $($mut)? self.0 {
                Law::Constant(growth) => visitor.number(trail, Quantity::Growth, growth),
                Law::Schedule(schedule) => schedule.$walk(trail, visitor),
                Law::Fade { from, to, half_life } => {
                    trail.at(Key::Field("from"), |trail| visitor.number(trail, Quantity::Growth, from));
                    trail.at(Key::Field("to"), |trail| visitor.number(trail, Quantity::Growth, to));
                    trail.at(Key::Field("half_life"), |trail| visitor.number(trail, Quantity::HalfLife, half_life));
                }
                Law::Custom(custom) => custom.$walk(trail, visitor),
            });
        }
    };
}

impl Curve {
    /// Constant growth: `Γ(τ) = ln(1 + g) τ`.
    ///
    /// # Example: 30 % a year
    /// ```
    /// use outgrow::Curve;
    /// assert_eq!(Curve::constant(0.3).log_growth(2.0)?, 2.0 * 0.3_f64.ln_1p());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn constant(growth: impl Into<Assumption>) -> Self {
        Self(Law::Constant(growth.into()))
    }

    /// Growth rates for each year from the base on, followed by a [`Tail`].
    ///
    /// The rates use the `point` reading: revenue grows by the factor `1 + g₁` over the first year from the base, by
    /// `1 + g₂` over the next, and so on. The log growth rate is constant within each year.
    ///
    /// # Example: two estimates and a fading tail
    /// ```
    /// use outgrow::{normal, Curve, Tail};
    /// let curve = Curve::schedule([normal(0.87, 0.08), normal(0.60, 0.10)], Tail::fade(0.12, 2));
    /// ```
    pub fn schedule<A: Into<Assumption>>(rates: impl IntoIterator<Item = A>, tail: Tail) -> Self {
        Self::estimates(rates, tail, Reading::Point)
    }

    /// Growth rates of fiscal-year totals, followed by a [`Tail`]. This is how analysts' estimates are usually stated,
    /// such as "FY2019 revenue grows 87 %".
    ///
    /// The first rate applies to the first fiscal year that ends after the base.
    /// [`Provider::history`](crate::Provider::history) must cover the whole fiscal year before it, and the base's own
    /// fiscal year up to the base. The projection is the smoothest path in logs that meets the totals (Boot, Feibes &
    /// Lisman 1967).
    ///
    /// # Example: fiscal years that end in March
    /// ```
    /// use outgrow::{Curve, Provider, Tail};
    /// let alibaba = Provider::new("Alibaba Cloud", 4385.0)
    ///     .history([2431.0, 2975.0, 3599.0])
    ///     .fiscal_year_ends(3)
    ///     .growth(Curve::totals([0.87, 0.60], Tail::hold()));
    /// ```
    pub fn totals<A: Into<Assumption>>(rates: impl IntoIterator<Item = A>, tail: Tail) -> Self {
        Self::estimates(rates, tail, Reading::Totals)
    }

    fn estimates<A: Into<Assumption>>(rates: impl IntoIterator<Item = A>, tail: Tail, reading: Reading) -> Self {
        Self(Law::Schedule(Schedule { rates: rates.into_iter().map(Into::into).collect(), tail, reading }))
    }

    /// Growth that moves from one rate to another, covering half of the remaining distance in each half-life:
    /// `γ(τ) = γ∞ + (γ₀ − γ∞) 2^(−τ/h)`, `Γ(τ) = γ∞ τ + (γ₀ − γ∞) (h/ln 2) (1 − 2^(−τ/h))`.
    ///
    /// # Example: from 45 % to 12 % with a half-life of four years
    /// ```
    /// use outgrow::Curve;
    /// let curve = Curve::fade(0.45, 0.12, 4);
    /// assert!(curve.log_growth(1.0)? < 0.45_f64.ln_1p());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn fade(from: impl Into<Assumption>, to: impl Into<Assumption>, half_life: impl Into<Assumption>) -> Self {
        Self(Law::Fade { from: from.into(), to: to.into(), half_life: half_life.into() })
    }

    /// A custom law: `log_growth(τ, p)` returns `Γ(τ)`, where `p` holds the parameters in the given order.
    ///
    /// It must be 0 at `τ = 0` and finite at every period; otherwise a run returns an error. A scenario with a custom
    /// curve cannot be serialized to a file or a shard, and its bits depend on your functions.
    ///
    /// # Example: a log growth rate that halves after three years
    /// ```
    /// use outgrow::{normal, Curve};
    /// let curve = Curve::custom("halved", [normal(0.5, 0.1)], |tau, p| {
    ///     let rate = p[0].ln_1p();
    ///     rate * (tau.min(3.0) + 0.5 * (tau - 3.0).max(0.0))
    /// });
    /// ```
    pub fn custom<A: Into<Assumption>>(
        name: impl Into<String>,
        parameters: impl IntoIterator<Item = A>,
        log_growth: impl Fn(f64, &[f64]) -> f64 + Send + Sync + 'static,
    ) -> Self {
        let parameters = parameters.into_iter().map(Into::into).collect();
        Self(Law::Custom(Custom::new(name.into(), parameters, log_growth)))
    }

    /// The name of the first custom law in the curve, which cannot be stored in a file.
    pub(crate) fn custom_name(&self) -> Option<&str> {
        match &self.0 {
            Law::Custom(custom) => Some(custom.name()),
            Law::Constant(_) | Law::Schedule(_) | Law::Fade { .. } => None,
        }
    }

    /// Key of the law in a scenario file.
    pub(crate) fn key(&self) -> &'static str {
        match &self.0 {
            Law::Constant(_) => "constant",
            Law::Schedule(_) => "schedule",
            Law::Fade { .. } => "fade",
            Law::Custom(_) => "custom",
        }
    }

    walks!(walk, Visitor);
    walks!(walk_mut, VisitorMut, mut);

    /// Computes `Γ` at increasing `taus` for `count` paths, and calls `emit(i, Γ(taus[i]))` once for each.
    ///
    /// A single evaluation uses the same code with one path, so blocks and scalars have the same bits.
    pub(crate) fn fill(&self, values: &[Value<'_>], taus: &[f64], count: usize, emit: &mut dyn FnMut(usize, &[f64])) {
        match &self.0 {
            Law::Constant(_) => {
                let [growth] = named(values);
                let rate = growth.log_rate(count);
                each(taus, count, emit, |tau, out| put_products(out, &rate, tau));
            }
            Law::Schedule(schedule) => schedule.fill(values, taus, count, emit),
            Law::Fade { .. } => {
                let [from, to, half_life] = named(values);
                let fade = Fade::new(from.log_rate(count), to.log_rate(count), half_life);
                each(taus, count, emit, |tau, out| {
                    out.fill(0.0);
                    fade.add(out, tau);
                });
            }
            Law::Custom(custom) => each(taus, count, emit, |tau, out| custom.fill(values, tau, out)),
        }
    }
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
