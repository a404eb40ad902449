//! The growth laws with a fixed list of parameters and a closed form.

use super::value::{Times, Value, listed};
use super::{bass, damped, gompertz, hyperbolic, logistic, richards, weibull};
use crate::assumption::quantity::Quantity;

/// The laws, each with its key and parameters in the scenario file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CurveFamily {
    Hyperbolic,
    Damped,
    Logistic,
    Gompertz,
    Richards,
    Bass,
    Weibull,
}

impl CurveFamily {
    pub(crate) const ALL: [Self; 7] =
        [Self::Hyperbolic, Self::Damped, Self::Logistic, Self::Gompertz, Self::Richards, Self::Bass, Self::Weibull];

    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Hyperbolic => "hyperbolic",
            Self::Damped => "damped",
            Self::Logistic => "logistic",
            Self::Gompertz => "gompertz",
            Self::Richards => "richards",
            Self::Bass => "bass",
            Self::Weibull => "weibull",
        }
    }

    /// Key and meaning of each parameter, in the order of the values of [`CurveFamily::fill`].
    pub(crate) const fn parameters(self) -> &'static [(&'static str, Quantity)] {
        const SATURATION: (&str, Quantity) = ("saturation", Quantity::Saturation);
        const RATE: (&str, Quantity) = ("rate", Quantity::SaturationRate);
        const SHAPE: (&str, Quantity) = ("shape", Quantity::Shape);
        match self {
            Self::Hyperbolic => &[("from", Quantity::Growth), ("half_life", Quantity::HalfLife)],
            Self::Damped => &[("from", Quantity::Growth), ("phi", Quantity::Damping)],
            Self::Logistic | Self::Gompertz => &[SATURATION, RATE],
            Self::Richards | Self::Weibull => &[SATURATION, RATE, SHAPE],
            Self::Bass => {
                &[("p", Quantity::Innovation), ("q", Quantity::Imitation), ("adopted", Quantity::AdoptedFraction)]
            }
        }
    }

    /// Computes `Γ`, as [`Curve::fill`](super::Curve::fill) does.
    pub(super) fn fill(
        self,
        values: &[Value<'_>],
        times: Times<'_>,
        count: usize,
        emit: &mut dyn FnMut(usize, &[f64]),
    ) {
        match self {
            Self::Hyperbolic => hyperbolic::fill(values, times, count, emit),
            Self::Damped => damped::fill(values, times, count, emit),
            Self::Logistic => logistic::fill(values, times, count, emit),
            Self::Gompertz => gompertz::fill(values, times, count, emit),
            Self::Richards => richards::fill(values, times, count, emit),
            Self::Bass => bass::fill(values, times, count, emit),
            Self::Weibull => weibull::fill(values, times, count, emit),
        }
    }

    /// Computes `Γ` of one path and its derivatives, as [`Curve::with_slopes`](super::Curve::with_slopes) does.
    pub(super) fn with_slopes(self, values: &[f64], times: Times<'_>, out: &mut [f64], slopes: Option<&mut [f64]>) {
        match self {
            Self::Hyperbolic => hyperbolic::with_slopes(listed(values), times.taus, out, slopes),
            Self::Damped => damped::with_slopes(listed(values), times, out, slopes),
            Self::Logistic => logistic::with_slopes(listed(values), times.taus, out, slopes),
            Self::Gompertz => gompertz::with_slopes(listed(values), times.taus, out, slopes),
            Self::Richards => richards::with_slopes(listed(values), times.taus, out, slopes),
            Self::Bass => bass::with_slopes(listed(values), times.taus, out, slopes),
            Self::Weibull => weibull::with_slopes(listed(values), times.taus, out, slopes),
        }
    }
}
