//! Numbers of a curve over a block of paths.

use crate::cpu::{self, Level};
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

/// The same of one path.
pub(super) fn listed<const N: usize>(values: &[f64]) -> [f64; N] {
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

/// Whether a time is one of a scenario, and not before the base, which only an audit evaluates, nor so late that its ratio to a number
/// of a law may overflow.
pub(super) fn is_ordinary(tau: f64) -> bool {
    (0.0..=1e6).contains(&tau)
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

/// Number of times that a loop takes together.
const LANES: usize = 8;

/// Writes `Γ` at `taus` to `out`, and its derivatives to `slopes` if they are wanted: one column for each number of the law, in
/// the order of its walk. `law` computes both at one time; mark it as `#[inline(always)]`.
#[inline(always)]
pub(super) fn at_times<const N: usize>(
    taus: &[f64],
    out: &mut [f64],
    slopes: Option<&mut [f64]>,
    law: impl Fn(f64) -> (f64, [f64; N]),
) {
    let level = Level::of_this_process();
    let count = taus.len();
    let blocks = || (0..count).step_by(LANES).map(|first| first..count.min(first + LANES));
    match slopes {
        Some(slopes) => cpu::run(
            level,
            #[inline(always)]
            || {
                for block in blocks() {
                    let (growth, by) = together(&taus[block.clone()], &law);
                    out[block.clone()].copy_from_slice(&growth[..block.len()]);
                    for (column, by) in slopes.chunks_exact_mut(count.max(1)).zip(&by) {
                        column[block.clone()].copy_from_slice(&by[..block.len()]);
                    }
                }
            },
        ),
        None => cpu::run(
            level,
            #[inline(always)]
            || {
                for block in blocks() {
                    let growth = together(&taus[block.clone()], &law).0;
                    out[block.clone()].copy_from_slice(&growth[..block.len()]);
                }
            },
        ),
    }
}

/// A law at up to [`LANES`] times, in a loop that vectorizes.
#[inline(always)]
fn together<const N: usize>(taus: &[f64], law: &impl Fn(f64) -> (f64, [f64; N])) -> ([f64; LANES], [[f64; LANES]; N]) {
    let mut lanes = [0.0; LANES];
    lanes[..taus.len()].copy_from_slice(taus);
    let (mut growth, mut slopes) = ([0.0; LANES], [[0.0; LANES]; N]);
    for lane in 0..LANES {
        let (value, by) = law(lanes[lane]);
        growth[lane] = value;
        for number in 0..N {
            slopes[number][lane] = by[number];
        }
    }
    (growth, slopes)
}

/// (eˣ, eˣ − 1) for any x without branches, within a few ulp.
#[inline(always)]
pub(super) fn exp_pair(x: f64) -> (f64, f64) {
    let (left, less_1) = math::exp_pair_below_0(-x.abs());
    if x > 0.0 { (1.0 / left, -less_1 / left) } else { (left, less_1) }
}
