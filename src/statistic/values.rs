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
/// Values of these groups.
pub(super) const BLOCK: usize = GROUP * TOGETHER;
/// Values counted before the next terms are computed. An out-of-order processor with a window of a few hundred
/// instructions then computes while the counts wait for memory.
const STEP: usize = 16;
/// Terms added side by side.
const SUMS: usize = 8;

/// The bins of at most [`BLOCK`] values. They are kept from block to block, since zeroing and copying an array took as long as computing
/// it.
#[derive(Debug, Clone)]
pub(super) struct Bins(Box<[u32; BLOCK]>);

impl Default for Bins {
    fn default() -> Self {
        Self(Box::new([0; BLOCK]))
    }
}

impl Bins {
    /// Finds ⌊scale · x⌋ − `first` for each value, and returns the largest distance of a bin above `from`. That of a bin below
    /// `from` wraps around to a large number, and those of infinity and NaN are large too, so that one comparison shows whether all values
    /// are in a range of bins.
    #[inline(always)]
    pub(super) fn find(&mut self, values: &[f32], scale: f32, first: i32, from: u32) -> u32 {
        let base = ROUNDER.to_bits().wrapping_add_signed(first);
        let mut farthest = 0;
        for (bin, x) in self.0.iter_mut().zip(values) {
            let here = floor(x * scale).wrapping_sub(base);
            *bin = here;
            farthest = here.wrapping_sub(from).max(farthest);
        }
        farthest
    }
}

/// Counts each of at most [`BLOCK`] values in its bin and returns the sum of the terms. Each group is summed in a fixed order and rounded
/// once to 64 fractional bits. Returns `None` if the sum exceeds its bound.
#[inline(always)]
pub(super) fn take(values: &[f32], bins: &Bins, counts: &mut [u16], term: impl Fn(f32) -> f32) -> Option<i128> {
    let (whole, rest) = values.as_chunks::<GROUP>();
    let (whole_bins, rest_bins) = bins.0[..values.len()].as_chunks::<GROUP>();
    // Converted together after the loop: LLVM would otherwise keep them in four registers of two numbers each.
    let mut sums = [[0.0; SUMS]; TOGETHER];
    for ((values, bins), sums) in whole.iter().zip(whole_bins).zip(&mut sums) {
        *sums = take_group(values, bins, counts, &term);
    }
    let mut total = 0_i128;
    for sums in &sums[..whole.len()] {
        total = total.checked_add(fixed(add_up(sums))?)?;
    }
    if rest.is_empty() { Some(total) } else { total.checked_add(fixed(take_rest(rest, rest_bins, counts, &term))?) }
}

/// Eight terms per sum in f32, with a rounding error similar to that of a term.
#[inline(always)]
fn take_group(
    values: &[f32; GROUP],
    bins: &[u32; GROUP],
    counts: &mut [u16],
    term: impl Fn(f32) -> f32,
) -> [f32; SUMS] {
    let mut sums = [0.0; SUMS];
    for (values, bins) in values.as_chunks::<STEP>().0.iter().zip(bins.as_chunks::<STEP>().0) {
        let mut terms = [0.0; STEP];
        for (to, x) in terms.iter_mut().zip(values) {
            *to = term(*x);
        }
        for some in terms.as_chunks::<SUMS>().0 {
            for (sum, term) in sums.iter_mut().zip(some) {
                *sum += *term;
            }
        }
        for bin in bins {
            counts[*bin as usize] += 1;
        }
    }
    sums
}

/// The last group of a run, which may be incomplete, in the same order.
#[inline(always)]
fn take_rest(values: &[f32], bins: &[u32], counts: &mut [u16], term: impl Fn(f32) -> f32) -> f64 {
    let mut sums = [0.0; SUMS];
    for values in values.chunks(SUMS) {
        for (sum, x) in sums.iter_mut().zip(values) {
            *sum += term(*x);
        }
    }
    for bin in bins {
        counts[*bin as usize] += 1;
    }
    add_up(&sums)
}

/// ⌊x⌋ for |x| < 2²².
pub(super) fn whole(x: f32) -> i32 {
    floor(x).wrapping_sub(ROUNDER.to_bits()).cast_signed()
}

/// The bits of `ROUNDER` + ⌊x⌋.
#[inline(always)]
fn floor(x: f32) -> u32 {
    let nearest = x + ROUNDER;
    nearest.to_bits().wrapping_sub(u32::from(nearest - ROUNDER > x))
}

#[inline(always)]
fn add_up(sums: &[f32; SUMS]) -> f64 {
    let [a, b, c, d, e, f, g, h] = sums.map(f64::from);
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// Fixed point with 64 fractional bits, rounded down; `None` from 2⁶² on, which leaves room for the sign and one
/// addition. The sum must not be negative.
#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "a power of two")]
pub(super) fn fixed(sum: f64) -> Option<i128> {
    const LARGEST: f64 = (1_u64 << 62) as f64;
    /// The exponent of a number whose last digit has the value 2⁻⁶⁴.
    const EXPONENT: u64 = 1011;
    // From its digits, since a conversion to i128 is a function call. Without the sign, which an empty sum has.
    let bits = sum.abs().to_bits();
    let (exponent, digits) = (bits >> 52, bits & ((1 << 52) - 1) | 1 << 52);
    let fixed = if exponent >= EXPONENT {
        i128::from(digits) << ((exponent - EXPONENT) & 127)
    } else {
        i128::from(digits >> (EXPONENT - exponent).min(63))
    };
    (sum < LARGEST).then_some(fixed)
}

/// Number of classes equal to 1; `None` if a class is neither 0 nor 1.
pub(super) fn hits(classes: &[u16]) -> Option<u64> {
    cpu::run(
        Level::of_this_process(),
        #[inline(always)]
        || {
            let (mut all, mut hits) = (0, 0);
            // Chunks are small enough for their sum to fit u16, the width of a class.
            for some in classes.chunks(BLOCK) {
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
            for some in classes.chunks(BLOCK) {
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

    /// The order decides the last bits of a mean.
    #[test]
    fn groups_are_summed_in_eight_parts_and_then_pairwise() {
        for len in [1, 7, GROUP, GROUP + 9, BLOCK - 1, BLOCK] {
            // Parts far apart, so that their sum is rounded.
            let value = |i: usize| [1e15, 1.0, 0.1, 3.0, 1e13, 7.0, 1e-3, 1e9][i % 8] / (3.0 + ((i * 37) % 101) as f32);
            let values: Vec<f32> = (0..len).map(value).collect();
            let mut expected = 0;
            for group in values.chunks(GROUP) {
                let mut parts = [0.0_f32; 8];
                group.iter().enumerate().for_each(|(i, x)| parts[i % 8] += x * 1.7);
                let [a, b, c, d, e, f, g, h] = parts.map(f64::from);
                expected += fixed(((a + e) + (c + g)) + ((b + f) + (d + h))).expect("small");
            }
            for level in Level::available() {
                let (bins, mut counts) = (Bins::default(), [0]);
                let sum = cpu::run(
                    level,
                    #[inline(always)]
                    || take(&values, &bins, &mut counts, |x| x * 1.7),
                );
                assert_eq!((sum, usize::from(counts[0])), (Some(expected), len), "{level:?}");
            }
        }
    }

    #[test]
    fn a_sum_at_its_bound_is_refused() {
        let near = |x: f64| [x.next_down(), x, x.next_up()];
        let powers = [-64, -63, -13, -12, -11, -1, 0, 1, 52, 53, 61].map(|n| near(libm::exp2(f64::from(n))));
        let others = [-0.0, 0.0, 5e-324, 1e-30, 5.4e-20, 0.1, 0.75, 64.3, 1e10 / 3.0, 4.6e18];
        for sum in powers.into_iter().flatten().chain(others) {
            #[expect(clippy::cast_possible_truncation, reason = "below 2^126")]
            let converted = (sum * FRACTION) as i128;
            assert_eq!(fixed(sum), Some(converted), "{sum}");
        }
        assert_eq!(fixed(4_611_686_018_427_387_904.0), None);
        assert_eq!(fixed(f64::NAN), None);
    }
}
