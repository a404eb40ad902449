//! What is taken of a block's values, as plain loops that [`cpu::run`](crate::cpu::run) compiles for each level.

use crate::math::exp_f32;
use crate::paths::stream::GROUP;

/// Terms summed side by side; part of value stability.
const LANES: usize = 16;
/// |x| beyond which e^x is no f64, whatever the reference.
const LARGEST_LOG: f32 = 1500.0;
/// Fractional bits of the sums.
pub(super) const FRACTION: f64 = 18_446_744_073_709_551_616.0; // 2^64
/// 1.5·2²³: adding it rounds a number below 2²² to an integer, which then stands in the low bits of the sum.
const ROUNDER: f32 = 12_582_912.0;

/// What is seen of the values of a block before they are counted.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) low: f32,
    pub(super) high: f32,
    /// Whether all are numbers that revenue can be made of.
    pub(super) inside: bool,
}

impl Seen {
    /// In lanes, since a least value waits for the one before.
    #[inline(always)]
    pub(super) fn of(values: &[f32]) -> Self {
        let (mut low, mut high, mut inside) = ([f32::INFINITY; LANES], [f32::NEG_INFINITY; LANES], [1_u32; LANES]);
        let mut see = |lane: usize, x: f32| {
            // No −0: which of two zeros is the least would depend on the order.
            let x = x + 0.0;
            low[lane] = if x < low[lane] { x } else { low[lane] };
            high[lane] = if x > high[lane] { x } else { high[lane] };
            inside[lane] &= u32::from(x.abs() < LARGEST_LOG);
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
        Self {
            low: low.into_iter().fold(f32::INFINITY, f32::min),
            high: high.into_iter().fold(f32::NEG_INFINITY, f32::max),
            inside: inside == [1; LANES],
        }
    }
}

/// Counts ⌊scale · x⌋ of each value, `counts[0]` being of the bin `first`; and gives the sum of the terms, each group
/// summed in a fixed order and rounded once to 64 fractional bits, or `None` where it leaves its bound.
#[inline(always)]
pub(super) fn take(
    values: &[f32],
    scale: f32,
    first: i32,
    counts: &mut [u16],
    term: impl Fn(f32) -> f32,
) -> Option<i128> {
    let base = ROUNDER.to_bits().wrapping_add_signed(first);
    let mut total = 0_i128;
    for group in values.chunks(GROUP) {
        // Each in a loop of its own, so that all but the counting vectorise.
        let (mut bins, mut terms) = ([0; GROUP], [0.0; GROUP]);
        for (bin, x) in bins.iter_mut().zip(group) {
            *bin = floor(x * scale).wrapping_sub(base);
        }
        for (to, x) in terms.iter_mut().zip(group) {
            *to = term(*x);
        }
        for bin in &bins[..group.len()] {
            counts[*bin as usize] += 1;
        }
        total = total.checked_add(fixed(sum(&terms))?)?;
    }
    Some(total)
}

/// The bits of `ROUNDER` + ⌊x⌋ for |x| < 2²².
#[inline(always)]
fn floor(x: f32) -> u32 {
    let nearest = x + ROUNDER;
    nearest.to_bits() - u32::from(nearest - ROUNDER > x)
}

/// The sum in lanes, which are then added in halves.
#[inline(always)]
fn sum(terms: &[f32; GROUP]) -> f64 {
    let mut sums = [0.0_f64; LANES];
    for some in terms.as_chunks::<LANES>().0 {
        for (sum, term) in sums.iter_mut().zip(some) {
            *sum += f64::from(*term);
        }
    }
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            sums[lane] += sums[lane + half];
        }
        half /= 2;
    }
    sums[0]
}

/// With 64 fractional bits; `None` from 2⁶² on, which leaves room for the sign and for an addition.
fn fixed(sum: f64) -> Option<i128> {
    const LARGEST: f64 = (1_u64 << 62) as f64;
    #[expect(clippy::cast_possible_truncation, reason = "below 2^126")]
    let fixed = (sum * FRACTION) as i128;
    (sum < LARGEST).then_some(fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_that_of_the_library() {
        let near = |x: f32| [x.next_down(), x, x.next_up()];
        let whole = [-1_536_000.0, -1024.0, -3.0, -1.0, 0.0, 1.0, 2.0, 4096.0, 1_536_000.0].into_iter().flat_map(near);
        let halves = (-2000_i16..2000).map(|n| f32::from(n) / 16.0);
        for x in whole.chain(halves) {
            let found = floor(x).wrapping_sub(ROUNDER.to_bits()).cast_signed();
            assert_eq!(f64::from(found), libm::floor(f64::from(x)), "{x}");
        }
    }

    #[test]
    fn a_sum_at_its_bound_is_refused() {
        assert_eq!(fixed(0.75), Some(3 << 62));
        assert_eq!(fixed(4_611_686_018_427_387_904.0), None);
        assert_eq!(fixed(f64::NAN), None);
    }
}
