//! Providers of segments: rows of log revenue that are the sum of other rows.

use super::ids::SeriesId;
use crate::cpu::{self, Level};
use crate::math::{self, exp_f32, to_f32};
use crate::scenario::SeriesOf;

/// The sum of the segments of one provider.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Combined {
    /// By place in the scenario.
    pub(super) provider: usize,
    /// The series of its segments.
    pub(crate) of: Vec<SeriesId>,
}

impl Combined {
    /// The providers of segments, and the rows whose fans are counted: the row of log revenue of every provider (that of
    /// its series, or, after all series, that of the sum), then the segments of those that have some.
    pub(super) fn of(series: &[SeriesOf<'_>], providers: usize) -> (Vec<Self>, Vec<SeriesId>) {
        let mut all: Vec<Self> = Vec::new();
        let mut rows = Vec::with_capacity(providers);
        for provider in 0..providers {
            let own = series.iter().enumerate().filter(|(_, of)| of.provider == provider);
            let own: Vec<(usize, &SeriesOf<'_>)> = own.collect();
            match own[..] {
                [(row, SeriesOf { segment: None, .. })] => rows.push(SeriesId(row)),
                _ => {
                    rows.push(SeriesId(series.len() + all.len()));
                    all.push(Self { provider, of: own.into_iter().map(|(row, _)| SeriesId(row)).collect() });
                }
            }
        }
        rows.extend(all.iter().flat_map(|sum| &sum.of));
        (all, rows)
    }
}

/// Log revenue of the sum of some rows, path by path, in f32 relative to the largest.
pub(crate) fn log_sums(level: Level, parts: &[&[f32]], out: &mut [f32]) {
    cpu::run(
        level,
        #[inline(always)]
        || add_up(parts, out),
    );
}

/// Paths processed together, in registers. Blocks hold whole groups of 64 paths.
const LANES: usize = 16;

#[inline(always)]
fn add_up(parts: &[&[f32]], out: &mut [f32]) {
    if let [a, b] = parts {
        return add_two(a, b, out);
    }
    for (place, out) in out.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let mut largest = [f32::NEG_INFINITY; LANES];
        for part in parts {
            for (largest, x) in largest.iter_mut().zip(&part.as_chunks::<LANES>().0[place]) {
                *largest = if x > largest { *x } else { *largest };
            }
        }
        let mut total = [0.0_f32; LANES];
        for part in parts {
            for ((total, x), largest) in total.iter_mut().zip(&part.as_chunks::<LANES>().0[place]).zip(&largest) {
                *total += exp_f32(x - largest);
            }
        }
        for ((out, largest), total) in out.iter_mut().zip(&largest).zip(&total) {
            *out = to_f32(f64::from(*largest) + math::ln(f64::from(*total)));
        }
    }
}

/// The same bits for two parts, of which the larger contributes 1 exactly.
#[inline(always)]
fn add_two(a: &[f32], b: &[f32], out: &mut [f32]) {
    let parts = a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0);
    for (out, (a, b)) in out.as_chunks_mut::<LANES>().0.iter_mut().zip(parts) {
        let (mut largest, mut total) = ([0.0_f32; LANES], [0.0_f32; LANES]);
        for lane in 0..LANES {
            let (a, b) = (a[lane], b[lane]);
            let (less, more) = if b > a { (a, b) } else { (b, a) };
            (largest[lane], total[lane]) = (more, 1.0 + exp_f32(less - more));
        }
        for ((out, largest), total) in out.iter_mut().zip(&largest).zip(&total) {
            *out = to_f32(f64::from(*largest) + math::ln(f64::from(*total)));
        }
    }
}

/// ln Σ e^x, relative to the largest so that nothing overflows.
pub(crate) fn log_sum(logs: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = logs.clone().fold(f64::NEG_INFINITY, f64::max);
    largest + math::ln(logs.map(|x| math::exp(x - largest)).sum::<f64>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A third part of no revenue is below the rounding of the sum.
    #[test]
    fn two_parts_have_the_bits_of_three() {
        const PATHS: usize = 4096;
        let part = |of: fn(f32) -> f32| (0..4096_u16).map(|path| of(f32::from(path))).collect::<Vec<f32>>();
        let parts = [part(|x| 1e-3 * x - 2.0), part(|x| 3.0 - 0.7e-3 * x), part(|_| -1e30)];
        let mut found = [vec![0.0; PATHS], vec![0.0; PATHS]];
        add_up(&[&parts[0], &parts[1]], &mut found[0]);
        add_up(&[&parts[0], &parts[1], &parts[2]], &mut found[1]);
        assert_eq!(found[0], found[1]);
        let exact = log_sum(parts[..2].iter().map(|part| f64::from(part[17])));
        assert!((f64::from(found[0][17]) - exact).abs() < 1e-6, "{}, not {exact}", found[0][17]);
    }
}
