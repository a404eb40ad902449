//! Growth curves: cumulative log growth `Γ(τ)` over `τ` years since the base, with `Γ(0) = 0`.

mod custom;
mod fade;
mod ready;
mod schedule;
#[cfg(test)]
mod tests;
mod totals;

use crate::assumption::Assumption;
use crate::assumption::domain::{Domain, Key, Visitor, at};
use crate::cpu::{self, Level};
use crate::math;

pub(crate) use custom::Custom;
use fade::Fade;
pub(crate) use ready::{Past, Ready};
pub use schedule::Tail;
pub(crate) use schedule::{AUTO, Reading, Schedule, TailLaw};
pub(crate) use totals::Centre;

/// How a provider's revenue grows: simple growth a year as a fraction (0.87 is +87 %), half-lives in years.
///
/// Every number may be an [`Assumption`]. `Γ(τ)`, the log growth since the base, is what the curves give;
/// notation and formulas are in each constructor.
///
/// **Stated growth is the median's.** Given the assumptions, half of the paths lie above the curve. With a volatility σ the
/// mean of the paths lies above it too, by the factor e^(σ²τ/2) after τ years: 1.02 after two years at σ = 0.15, 1.13 after
/// ten at 0.16. An estimate of *expected* revenue is therefore a little higher than the curve that goes through the middle.
///
/// # Example: a curve by itself
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

impl Curve {
    /// The same growth for ever: `Γ(τ) = ln(1 + g) τ`.
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

    /// Growth stated year by year from the base on, then a [`Tail`].
    ///
    /// Read as `point`: revenue over one year from the base multiplies by `1 + g₁`, over the next by `1 + g₂`;
    /// the log growth rate is constant inside each year.
    ///
    /// # Example: two estimates, then a slow end
    /// ```
    /// use outgrow::{normal, Curve, Tail};
    /// let curve = Curve::schedule([normal(0.87, 0.08), normal(0.60, 0.10)], Tail::fade(0.12, 2));
    /// ```
    pub fn schedule<A: Into<Assumption>>(rates: impl IntoIterator<Item = A>, tail: Tail) -> Self {
        Self::estimates(rates, tail, Reading::Point)
    }

    /// Growth of fiscal-year totals stated year by year, then a [`Tail`]: what an analyst means by «FY2019 grows 87 %».
    ///
    /// The first rate is of the first fiscal year that ends after the base. The year before it must be known in full
    /// through [`Provider::history`](crate::Provider::history), the base's own year as far as the base. The projected path
    /// is the smoothest one in logs that meets the totals (Boot, Feibes & Lisman 1967).
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

    /// Growth that falls (or rises) from one rate to another, half of the way in each half-life:
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

    /// A law of one's own: `log_growth(τ, p)` gives `Γ(τ)` in the order the parameters are stated.
    ///
    /// It must be 0 at `τ = 0` and finite at every period; a run ends with an error where it is not.
    /// A scenario with such a curve cannot be written to a file or a shard, and its bits are those of your functions.
    ///
    /// # Example: growth that halves its log rate at once after three years
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

    /// The name of the first custom law in the curve, which no file can hold.
    pub(crate) fn custom_name(&self) -> Option<&str> {
        match &self.0 {
            Law::Custom(custom) => Some(custom.name()),
            _ => None,
        }
    }

    /// The key of the law in a scenario file.
    pub(crate) fn key(&self) -> &'static str {
        match &self.0 {
            Law::Constant(_) => "constant",
            Law::Schedule(_) => "schedule",
            Law::Fade { .. } => "fade",
            Law::Custom(_) => "custom",
        }
    }

    /// Visits the numbers in the order that [`Curve::fill`] takes their values.
    pub(crate) fn walk<V: Visitor + ?Sized>(&mut self, visitor: &mut V) {
        let key = self.key();
        at(visitor, Key::Field(key), |visitor| match &mut self.0 {
            Law::Constant(growth) => visitor.number(Domain::GROWTH, growth),
            Law::Schedule(schedule) => schedule.walk(visitor),
            Law::Fade { from, to, half_life } => {
                at(visitor, Key::Field("from"), |visitor| visitor.number(Domain::GROWTH, from));
                at(visitor, Key::Field("to"), |visitor| visitor.number(Domain::GROWTH, to));
                at(visitor, Key::Field("half_life"), |visitor| visitor.number(Domain::HALF_LIFE, half_life));
            }
            Law::Custom(custom) => custom.walk(visitor),
        });
    }

    /// `Γ` at increasing `taus` for `count` paths at once; `emit(i, Γ(taus[i]))` is called once for each.
    ///
    /// A single evaluation is this with one path, so that blocks and scalars cannot differ.
    pub(crate) fn fill(&self, values: &[Value<'_>], taus: &[f64], count: usize, emit: &mut dyn FnMut(usize, &[f64])) {
        match &self.0 {
            Law::Constant(_) => {
                let rate = values[0].log_rate(count);
                each(taus, count, emit, |tau, out| put_products(out, &rate, tau));
            }
            Law::Schedule(schedule) => schedule.fill(values, taus, count, emit),
            Law::Fade { .. } => {
                let fade = Fade::new(values[0].log_rate(count), values[1].log_rate(count), values[2]);
                each(taus, count, emit, |tau, out| {
                    out.fill(0.0);
                    fade.add(out, tau);
                });
            }
            Law::Custom(custom) => each(taus, count, emit, |tau, out| custom.fill(values, tau, out)),
        }
    }
}

/// One number of a curve over a block of paths.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Fixed(f64),
    Drawn(&'a [f64]),
}

impl Value<'_> {
    /// The value of every path.
    #[cfg(test)]
    pub(crate) fn column(self, count: usize) -> Vec<f64> {
        match self {
            Self::Fixed(value) => vec![value; count],
            Self::Drawn(values) => values[..count].to_vec(),
        }
    }

    /// `γ = ln(1 + g)` of every path.
    fn log_rate(self, count: usize) -> Vec<f64> {
        let mut rates = vec![0.0; count];
        self.put_log_rates(&mut rates);
        rates
    }

    fn put_log_rates(self, out: &mut [f64]) {
        match self {
            Self::Fixed(growth) => out.fill(math::ln_1p(growth)),
            Self::Drawn(values) => {
                out.copy_from_slice(&values[..out.len()]);
                math::ln_1p_slice(out);
            }
        }
    }

    pub(crate) fn of_path(self, path: usize) -> f64 {
        match self {
            Self::Fixed(value) => value,
            Self::Drawn(values) => values[path],
        }
    }
}

/// `rate · tau` of every path.
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

/// Calls `emit` with one column for each `tau`.
fn each(taus: &[f64], count: usize, emit: &mut dyn FnMut(usize, &[f64]), mut column: impl FnMut(f64, &mut [f64])) {
    let mut out = vec![0.0; count];
    for (index, tau) in taus.iter().enumerate() {
        column(*tau, &mut out);
        emit(index, &out);
    }
}
