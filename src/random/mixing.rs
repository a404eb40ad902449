//! Mixing draws of Student-t innovations: `√((ν − 2)/χ²_ν)` as a function of one uniform number, by a table.
//!
//! A rejection sampler would use a varying number of words, and other bits. The table holds a cubic for each of eight
//! parts of every octave of the smaller tail probability, from ½ down to 2⁻³³, through Chebyshev points. Its relative
//! error, measured for ν from 2.01 to 1e6, is below 1e-6 (see the tests).

use std::f64::consts::PI;
use std::hint::black_box;

use super::normal::Bits;
use super::stream::{Aligned, GROUP, Lanes};
use crate::math::{chi_squared_quantile, cos, to_f32};

/// Octaves of the tail probability: that of word j is (j + ½)/2³², with j below 2³¹. The last has one point only.
const OCTAVES: usize = 33;
/// Parts of an octave.
const PARTS: usize = 8;
/// Bits of the mantissa that select the part.
const PART_BITS: u32 = 3;
/// Cubics of one tail.
const SEGMENTS: usize = OCTAVES * PARTS;
/// Length of the table: a power of two, of which the end is not used.
const LENGTH: usize = 1024;
/// Numbers of the table.
const NUMBERS: usize = 4 * LENGTH;
/// The first segment of the upper tail.
const UPPER: u32 = 264;
/// Bits of an f32 below those of the part.
const REST_BITS: u32 = f32::MANTISSA_DIGITS - 1 - PART_BITS;
/// The index of ½, before those of the table.
const FIRST: u32 = 0.5_f32.to_bits() >> REST_BITS;
/// Draws whose cubics are loaded and transposed together.
const TOGETHER: usize = 4;

/// The table for one ν.
#[derive(Debug, Clone)]
pub(crate) struct Mixing {
    /// Coefficients by segment: those of the lower tail of χ², where mixing draws are large, then of the upper tail.
    cubics: Box<[[f32; 4]; LENGTH]>,
}

impl Mixing {
    /// The table for ν > 2 degrees of freedom.
    pub(crate) fn new(degrees: f64) -> Self {
        debug_assert_eq!(UPPER as usize, SEGMENTS, "as many segments as in the lower tail");
        let (mut cubics, points) = (Box::new([[0.0; 4]; LENGTH]), Points::new());
        for is_upper in [false, true] {
            let mut near = None;
            for segment in (0..SEGMENTS).rev() {
                let mut value = |x: f64| {
                    let tail = (x / TWO_32).min(0.5);
                    let chi = chi_squared_quantile(degrees, tail, is_upper, near);
                    near = Some(chi);
                    ((degrees - 2.0) / chi).sqrt()
                };
                cubics[segment + usize::from(is_upper) * SEGMENTS] = points.cubic(segment, &mut value);
            }
        }
        Self { cubics }
    }

    /// Draws the numbers of one period of a group, one word each.
    #[inline(always)]
    pub(crate) fn fill(&self, lanes: &mut Lanes, bits: &mut Bits, out: &mut [f32; GROUP]) {
        let [high, low] = &mut bits.0;
        lanes.draw(high, low);
        let words = black_box(bits).0.as_flattened();
        // Places and arguments first, in a loop that vectorizes.
        let (mut places, mut arguments) = (Aligned([0; GROUP]), Aligned([0.0; GROUP]));
        for ((word, at), t) in words.iter().zip(&mut places.0).zip(&mut arguments.0) {
            (*at, *t) = place(*word);
        }
        let (numbers, places) = (self.numbers(), black_box(&mut places).0.as_chunks::<TOGETHER>().0);
        let arguments = arguments.0.as_chunks::<TOGETHER>().0;
        for ((out, places), arguments) in out.as_chunks_mut::<TOGETHER>().0.iter_mut().zip(places).zip(arguments) {
            // Keeps the compiler from taking several of these together, which it transposes less well: a whole cubic is
            // one load.
            black_box(());
            let mut cubics = [[0.0; 4]; TOGETHER];
            for (cubic, place) in cubics.iter_mut().zip(places) {
                *cubic = cubic_at(numbers, *place);
            }
            for j in 0..TOGETHER {
                out[j] = evaluated(cubics[j], arguments[j]);
            }
        }
    }

    /// The mixing draw at a uniform number from 0 to 1.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the range of words")]
    pub(crate) fn at_uniform(&self, u: f64) -> f64 {
        f64::from(self.at((u * TWO_32).clamp(0.0, TWO_32 - 1.0) as u32))
    }

    /// The mixing draw of a word, whose uniform number is (word + ½)/2³².
    fn at(&self, word: u32) -> f32 {
        let (place, t) = place(word);
        evaluated(cubic_at(self.numbers(), place), t)
    }

    #[inline(always)]
    fn numbers(&self) -> &[f32; NUMBERS] {
        self.cubics.as_flattened().try_into().expect("four numbers each")
    }
}

#[inline(always)]
fn cubic_at(numbers: &[f32; NUMBERS], place: u32) -> [f32; 4] {
    // The mask spares the check of the bound.
    let at = place as usize & (NUMBERS - 4);
    [numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3]]
}

#[inline(always)]
fn evaluated([c0, c1, c2, c3]: [f32; 4], t: f32) -> f32 {
    c3.mul_add(t, c2).mul_add(t, c1).mul_add(t, c0)
}

/// The place of a word's cubic, in numbers of the table and up to its two lowest bits, and its argument, from −1 to 1.
#[inline(always)]
#[expect(clippy::cast_possible_wrap, clippy::cast_precision_loss, reason = "below 2³¹; rounding is accounted for")]
fn place(word: u32) -> (u32, f32) {
    // All bits are set where the uniform number is above ½.
    let upper = ((word as i32) >> 31).cast_unsigned();
    let x = ((word ^ upper) as i32) as f32 + 0.5;
    let bits = x.to_bits();
    let place = (bits >> (REST_BITS - 2)) - 4 * FIRST + (upper & (4 * UPPER));
    let rest = f32::from_bits(1.0_f32.to_bits() | bits & ((1 << REST_BITS) - 1));
    // The difference of `rest` from 1, from 0 to 1/8, as a number from −1 to 1.
    (place, rest.mul_add(2.0 * PARTS as f32, -1.0 - 2.0 * PARTS as f32))
}

const TWO_32: f64 = 4_294_967_296.0;

/// The four Chebyshev points from −1 to 1, and the Chebyshev polynomials at them.
struct Points {
    nodes: [f64; 4],
    /// By degree, then by point.
    polynomials: [[f64; 4]; 4],
}

impl Points {
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn new() -> Self {
        let at = |n: usize, k: usize| cos(PI * n as f64 * (k as f64 + 0.5) / 4.0);
        // From wide to narrow tails, so that each point is near the one before.
        let nodes = std::array::from_fn(|k| cos(PI * (k as f64 + 0.5) / 4.0));
        Self { nodes, polynomials: std::array::from_fn(|n| std::array::from_fn(|k| at(n, k))) }
    }

    /// The cubic through the points of a segment, in t from −1 to 1.
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn cubic(&self, segment: usize, value: &mut impl FnMut(f64) -> f64) -> [f32; 4] {
        let (octave, part) = (segment / PARTS, segment % PARTS);
        let low = 0.5 * (1_u64 << octave) as f64;
        let values = self.nodes.map(|t| value(low * (1.0 + (part as f64 + 0.5 * (t + 1.0)) / PARTS as f64)));
        // Coefficients of Chebyshev polynomials, then of powers.
        let of = |n: usize| {
            let terms = (0..4).map(|k| values[k] * self.polynomials[n][k]);
            terms.sum::<f64>() * if n == 0 { 0.25 } else { 0.5 }
        };
        let [a, b, c, d] = std::array::from_fn(of);
        [a - c, b - 3.0 * d, 2.0 * c, 4.0 * d].map(to_f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::gamma_tails;
    use crate::random::{StreamKey, slot_of};

    /// Words in every octave of both tails.
    fn words() -> impl Iterator<Item = u32> {
        let within = |octave: u32| (0..23_u32).map(move |k| (1 << octave) + (1 << octave) / 23 * k);
        let tails = (0..31).flat_map(within);
        tails.chain([0, 1, 2, (1 << 31) - 1]).flat_map(|word| [word, !word])
    }

    /// The error of the draw against the quantile in f64.
    #[test]
    fn the_relative_error_is_below_1e_6() {
        for degrees in [2.01, 2.5, 3.0, 3.5, 5.0, 10.0, 100.0, 4000.0, 1e6] {
            let table = Mixing::new(degrees);
            let mut worst = 0.0_f64;
            for word in words() {
                let is_upper = word >= 1 << 31;
                let tail = (f64::from(if is_upper { !word } else { word }) + 0.5) / TWO_32;
                let chi = chi_squared_quantile(degrees, tail, is_upper, None);
                let exact = ((degrees - 2.0) / chi).sqrt();
                worst = worst.max((f64::from(table.at(word)) / exact - 1.0).abs());
                if degrees < 5000.0 {
                    let (lower, upper) = gamma_tails(0.5 * degrees, 0.5 * chi);
                    let own = if is_upper { upper } else { lower };
                    assert!((own / tail - 1.0).abs() < 1e-9, "{degrees} {tail}: {own}");
                }
            }
            assert!(worst < 1e-6, "{degrees}: {worst:e}");
        }
    }

    /// Two samples of 64,000, this table and the sampler of rand_distr, by the test of Kolmogorov and Smirnov; a distance
    /// beyond 2.2/√(n/2) has probability 1.3e-4.
    #[test]
    fn draws_have_the_distribution_of_rand_distr() {
        use rand::SeedableRng;
        use rand_distr::Distribution;
        const GROUPS: u64 = 1000;
        for degrees in [2.5, 3.5, 8.0] {
            let (table, key) = (Mixing::new(degrees), StreamKey::new(3, slot_of("innovations")));
            let mut own = Vec::new();
            for group in 0..GROUPS {
                let mut out = [0.0; GROUP];
                table.fill(&mut key.lanes(group), &mut Bits::default(), &mut out);
                own.extend(out.map(f64::from));
            }
            let chi = rand_distr::ChiSquared::new(degrees).expect("positive");
            let mut rng = rand::rngs::ChaCha12Rng::seed_from_u64(5);
            let mut other: Vec<f64> = own.iter().map(|_| ((degrees - 2.0) / chi.sample(&mut rng)).sqrt()).collect();
            own.sort_by(f64::total_cmp);
            other.sort_by(f64::total_cmp);
            let n = own.len() as f64;
            let below = |x: f64| other.partition_point(|y| *y <= x) as f64;
            let distance = own.iter().enumerate().map(|(i, x)| (i as f64 - below(*x)).abs() / n).fold(0.0, f64::max);
            assert!(distance < 2.2 / (n / 2.0).sqrt(), "{degrees}: {distance}");
        }
    }
}
