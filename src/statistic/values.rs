//! Reductions over the values of a block, as plain loops that [`cpu::run`] compiles for each level.

use crate::cpu::{self, Level};
use crate::random::GROUP;

/// Values compared together.
const LANES: usize = 16;
/// |x| beyond which e^x is out of the range of f64, whatever the reference.
pub(super) const LARGEST_LOG: f32 = 1500.0;
/// Scale of sums with 64 fractional bits.
pub(super) const FRACTION: f64 = 18_446_744_073_709_551_616.0; // 2^64
/// 1.5·2²³: adding it rounds a number below 2²² to an integer, which is then in the low bits of the sum.
const ROUNDER: f32 = 12_582_912.0;

/// Range of the values of a block, found before they are counted.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) low: f32,
    pub(super) high: f32,
    /// Whether all values are within the range of revenue.
    pub(super) inside: bool,
}

impl Seen {
    /// In lanes, since each minimum depends on the one before.
    #[inline(always)]
    pub(super) fn of(values: &[f32]) -> Self {
        let (mut low, mut high, mut largest) = ([f32::INFINITY; LANES], [f32::NEG_INFINITY; LANES], [0; LANES]);
        let mut see = |lane: usize, x: f32| {
            low[lane] = if x < low[lane] { x } else { low[lane] };
            high[lane] = if x > high[lane] { x } else { high[lane] };
            // Compared as bits without the sign: finite numbers, then infinity, then NaN.
            largest[lane] = largest[lane].max(x.abs().to_bits());
        };
        let (whole, rest) = values.as_chunks::<LANES>();
        for some in whole {
            for (lane, x) in some.iter().enumerate() {
                see(lane, *x);
            }
        }
        for (lane, x) in rest.iter().enumerate() {
            see(lane, *x);
        }
        // Turns −0 into 0, since which zero is the minimum would depend on the order.
        Self {
            low: low.into_iter().fold(f32::INFINITY, f32::min) + 0.0,
            high: high.into_iter().fold(f32::NEG_INFINITY, f32::max) + 0.0,
            inside: largest.into_iter().fold(0, u32::max) < LARGEST_LOG.to_bits(),
        }
    }
}

/// Groups processed together, since they are independent.
const TOGETHER: usize = 8;
/// Values counted before the next terms are computed. An out-of-order processor with a window of a few hundred
/// instructions then computes while the counts wait for memory.
const STEP: usize = 16;

/// Counts ⌊scale · x⌋ of each value, where `counts[0]` is the bin `first`, and returns the sum of the terms. Each group
/// is summed in a fixed order and rounded once to 64 fractional bits. Returns `None` if the sum exceeds its bound.
#[inline(always)]
pub(super) fn take(
    values: &[f32],
    scale: f32,
    first: i32,
    counts: &mut [u16],
    term: impl Fn(f32) -> f32,
) -> Option<i128> {
    let mut total = 0_i128;
    for values in values.chunks(GROUP * TOGETHER) {
        let bins = bins(values, scale, first);
        // Unused entries of the last group are 0.
        let mut terms = [0.0; GROUP * TOGETHER];
        let (whole, rest) = values.as_chunks::<STEP>();
        let from = whole.len() * STEP;
        let steps = bins.as_chunks::<STEP>().0.iter().zip(terms.as_chunks_mut::<STEP>().0);
        for (values, (bins, terms)) in whole.iter().zip(steps) {
            step(values, bins, terms, counts, &term);
        }
        step(rest, &bins[from..values.len()], &mut terms[from..], counts, &term);
        for group in terms.as_chunks::<GROUP>().0.iter().take(values.len().div_ceil(GROUP)) {
            total = total.checked_add(fixed(sum(group))?)?;
        }
    }
    Some(total)
}

/// The bins of the values, relative to `first`.
#[inline(always)]
fn bins(values: &[f32], scale: f32, first: i32) -> [u32; GROUP * TOGETHER] {
    let base = ROUNDER.to_bits().wrapping_add_signed(first);
    let mut bins = [0; GROUP * TOGETHER];
    for (bin, x) in bins.iter_mut().zip(values) {
        *bin = floor(x * scale).wrapping_sub(base);
    }
    bins
}

#[inline(always)]
fn step(values: &[f32], bins: &[u32], terms: &mut [f32], counts: &mut [u16], term: impl Fn(f32) -> f32) {
    for (to, x) in terms.iter_mut().zip(values) {
        *to = term(*x);
    }
    for bin in bins {
        counts[*bin as usize] += 1;
    }
}

/// ⌊x⌋ for |x| < 2²².
pub(super) fn whole(x: f32) -> i32 {
    floor(x).wrapping_sub(ROUNDER.to_bits()).cast_signed()
}

/// The bits of `ROUNDER` + ⌊x⌋.
#[inline(always)]
fn floor(x: f32) -> u32 {
    let nearest = x + ROUNDER;
    nearest.to_bits() - u32::from(nearest - ROUNDER > x)
}

/// The sum in a fixed order: eight terms per lane in f32, with a rounding error similar to that of a term, then over
/// lanes in f64.
#[inline(always)]
fn sum(terms: &[f32; GROUP]) -> f64 {
    let mut lanes = [0.0; 8];
    for some in terms.as_chunks::<8>().0 {
        for (lane, term) in lanes.iter_mut().zip(some) {
            *lane += *term;
        }
    }
    let [a, b, c, d, e, f, g, h] = lanes.map(f64::from);
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// Fixed point with 64 fractional bits, rounded down; `None` from 2⁶² on, which leaves room for the sign and one
/// addition.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "whole and fraction are exact")]
#[expect(clippy::cast_sign_loss, reason = "sums are not negative")]
pub(super) fn fixed(sum: f64) -> Option<i128> {
    const LARGEST: f64 = (1_u64 << 62) as f64;
    // In halves, since a conversion to i128 is a function call.
    let whole = sum as i64;
    let fraction = ((sum - whole as f64) * FRACTION) as u64;
    (sum < LARGEST).then_some(i128::from(whole) << 64 | i128::from(fraction))
}

/// Number of classes equal to 1; `None` if a class is neither 0 nor 1.
pub(super) fn hits(classes: &[u16]) -> Option<u64> {
    cpu::run(
        Level::of_this_process(),
        #[inline(always)]
        || {
            let (mut all, mut hits) = (0, 0);
            // Chunks are small enough for their sum to fit u16, the width of a class.
            for some in classes.chunks(GROUP * TOGETHER) {
                let mut sum = 0_u16;
                for class in some {
                    all |= class;
                    sum = sum.wrapping_add(*class);
                }
                hits += u64::from(sum);
            }
            (all <= 1).then_some(hits)
        },
    )
}

/// Up to this number of classes, comparing all values with each class is faster than counting one value at a time.
pub(super) const MOST_COMPARED: usize = 16;

/// Adds each class to its cell, for at most [`MOST_COMPARED`] cells. Adds nothing and returns `false` if a class is out
/// of range.
pub(super) fn count_few(cells: &mut [u64], classes: &[u16]) -> bool {
    let mut counts = [0; MOST_COMPARED];
    let counts = &mut counts[..cells.len()];
    cpu::run(
        Level::of_this_process(),
        #[inline(always)]
        || {
            // Chunks are small enough for a count to fit u16, the width of a class.
            for some in classes.chunks(GROUP * TOGETHER) {
                for (class, count) in (0..).zip(&mut *counts) {
                    let mut found = 0_u16;
                    for other in some {
                        found += u16::from(*other == class);
                    }
                    *count += u64::from(found);
                }
            }
        },
    );
    let all_found = counts.iter().sum::<u64>() == classes.len() as u64;
    if all_found {
        cells.iter_mut().zip(counts).for_each(|(cell, count)| *cell += *count);
    }
    all_found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_that_of_the_library() {
        let near = |x: f32| [x.next_down(), x, x.next_up()];
        let edges = [-1_536_000.0, -1024.0, -3.0, -1.0, 0.0, 1.0, 2.0, 4096.0, 1_536_000.0].into_iter().flat_map(near);
        let halves = (-2000_i16..2000).map(|n| f32::from(n) / 16.0);
        for x in edges.chain(halves) {
            #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^22")]
            let exact = libm::floor(f64::from(x)) as i32;
            assert_eq!(whole(x), exact, "{x}");
        }
    }

    #[test]
    fn hits_are_counted_and_other_classes_detected() {
        let mut classes: Vec<u16> = (0..1500).map(|i| u16::from(i % 3 == 0)).collect();
        assert_eq!(hits(&classes), Some(500));
        classes[1234] = 2;
        assert_eq!(hits(&classes), None);
    }

    #[test]
    fn few_classes_are_counted_and_others_detected() {
        let mut classes: Vec<u16> = (0..1500).map(|i| i % 7).collect();
        let mut cells = [1; 7];
        assert!(count_few(&mut cells, &classes));
        assert_eq!(cells, [216, 216, 215, 215, 215, 215, 215]);
        classes[1234] = 7;
        assert!(!count_few(&mut cells, &classes));
        assert_eq!(cells, [216, 216, 215, 215, 215, 215, 215]);
    }

    #[test]
    fn a_sum_at_its_bound_is_refused() {
        for sum in [0.0, 1e-30, 5.4e-20, 0.1, 0.75, 1.0, 64.3, 1e10 / 3.0, 4.6e18] {
            #[expect(clippy::cast_possible_truncation, reason = "below 2^126")]
            let converted = (sum * FRACTION) as i128;
            assert_eq!(fixed(sum), Some(converted), "{sum}");
        }
        assert_eq!(fixed(4_611_686_018_427_387_904.0), None);
        assert_eq!(fixed(f64::NAN), None);
    }
}
