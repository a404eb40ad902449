//! Numbers of a curve over a block of paths.

use crate::math;

/// One number of a curve over a block of paths.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Fixed(f64),
    Drawn(&'a [f64]),
}

impl Value<'_> {
    /// The value on every path.
    pub(crate) fn column(self, count: usize) -> Vec<f64> {
        match self {
            Self::Fixed(value) => vec![value; count],
            Self::Drawn(values) => values[..count].to_vec(),
        }
    }

    /// `γ = ln(1 + g)` on every path.
    pub(super) fn log_rate(self, count: usize) -> Vec<f64> {
        let mut rates = vec![0.0; count];
        self.put_log_rates(&mut rates);
        rates
    }

    pub(super) fn put_log_rates(self, out: &mut [f64]) {
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

/// The values of a law with a fixed list of parameters, to be bound to their names in the order of its walk.
pub(super) fn named<'a, const N: usize>(values: &[Value<'a>]) -> [Value<'a>; N] {
    values.try_into().expect("one value for each number that the walk of the law visits")
}

/// Times at which a curve is evaluated, in years since the base.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times<'a> {
    /// In increasing order.
    pub(crate) taus: &'a [f64],
    /// Length of a period, Δ.
    pub(crate) step: f64,
}

/// Columns of several numbers over a block of paths.
pub(super) fn columns<const N: usize>(values: [Value<'_>; N], count: usize) -> [Vec<f64>; N] {
    values.map(|value| value.column(count))
}

/// Calls `emit` with one column for each `tau`.
pub(super) fn each(
    taus: &[f64],
    count: usize,
    emit: &mut dyn FnMut(usize, &[f64]),
    mut column: impl FnMut(f64, &mut [f64]),
) {
    let mut out = vec![0.0; count];
    for (index, tau) in taus.iter().enumerate() {
        column(*tau, &mut out);
        emit(index, &out);
    }
}
