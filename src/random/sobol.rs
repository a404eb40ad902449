//! Sobol points with random affine scrambles, in groups of 64; independent scrambles give unbiased error estimates.
//!
//! A scramble multiplies the digits of a point by a random lower triangular matrix and adds random digits (Matoušek
//! 1998, "On the L2-discrepancy for anchored boxes", J. Complexity 14). In base 2 any two points then have the same
//! joint distribution as under Owen's nested scramble: they agree in the digits in which they agreed, differ in the
//! next, and are independent in the rest. Every estimate therefore has the same variance as under Owen's scramble (Owen
//! 2003, "Variance with alternative scramblings of digital nets", TOMACS 13). The sequence remains linear, so a group
//! is one point plus 64 fixed differences.

use super::joe_kuo::JOE_KUO;
use super::quantile::middle;
use super::stream::{GROUP, halves, mix64, slot_of, word};

/// Dimensions with direction numbers; further dimensions are pseudo-random.
pub(crate) const DIMENSIONS: usize = JOE_KUO.len() + 1;

/// Points per scramble: the limit of 32 bits.
pub(crate) const MOST_POINTS: u64 = 1 << 32;

/// Number of bits of the index within a group.
const GROUP_BITS: usize = GROUP.trailing_zeros() as usize;
/// Number of those bits indexed by `near`; `far` uses the rest.
const NEAR_BITS: usize = 4;

/// For each bit of a group number, all ones if it is set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GroupNumber([u32; 32 - GROUP_BITS]);

impl GroupNumber {
    pub(crate) fn new(number: u64) -> Self {
        Self(std::array::from_fn(|bit| 0_u32.wrapping_sub(u32::from((number >> bit) & 1 == 1))))
    }
}

/// One dimension of the sequence under one scramble.
#[derive(Debug)]
pub(crate) struct Dimension {
    /// The first point.
    shift: u32,
    /// XOR masks for the bits of the group number.
    directions: [u32; 32 - GROUP_BITS],
    /// Point 16·k + j of a group is its first point XOR `far[k]` XOR `near[j]`.
    near: [u32; 1 << NEAR_BITS],
    far: [u32; GROUP >> NEAR_BITS],
    /// Index within the group of the point whose upper six bits equal those of the first point XOR (8·k + j):
    /// `places[1][k] ^ places[0][j]`.
    places: [[u8; 8]; 2],
}

impl Dimension {
    /// Dimension `number`, below [`DIMENSIONS`]; `slot` names it and keys its scrambles.
    pub(crate) fn new(number: usize, slot: u64, seed: u64, scramble: u64) -> Self {
        let key = mix64(mix64(mix64(seed ^ SCRAMBLES).wrapping_add(slot)).wrapping_add(scramble));
        let matrix = matrix(key);
        Self::of(directions(number).map(|direction| product(&matrix, direction)), halves(word(key, 16)).0)
    }

    fn of(all: [u32; 32], shift: u32) -> Self {
        let directions = std::array::from_fn(|bit| all[GROUP_BITS + bit]);
        let near: [u32; 1 << NEAR_BITS] = sums(&all[..NEAR_BITS]);
        let far: [u32; GROUP >> NEAR_BITS] = sums(&all[NEAR_BITS..GROUP_BITS]);
        let mut places = [[0; 8]; 2];
        for place in 0..64_u8 {
            let turned = (far[usize::from(place) >> NEAR_BITS] ^ near[usize::from(place) % near.len()]) >> 26;
            match turned {
                0..8 => places[0][turned as usize] = place,
                _ if turned.is_multiple_of(8) => places[1][turned as usize / 8] = place,
                _ => {}
            }
        }
        Self { shift, directions, near, far, places }
    }

    /// The first point of a group.
    #[inline(always)]
    pub(crate) fn first(&self, number: &GroupNumber) -> u32 {
        let mut first = self.shift;
        for (direction, mask) in self.directions.iter().zip(number.0) {
            first ^= direction & mask;
        }
        first
    }

    /// The probabilities of a group's points, each at the centre of its cell of width 2⁻³².
    pub(crate) fn uniforms(&self, first: u32, out: &mut [f64; GROUP]) {
        const CELL: f64 = 1.0 / (1_u64 << 32) as f64;
        for (out, far) in out.as_chunks_mut::<{ 1 << NEAR_BITS }>().0.iter_mut().zip(self.far) {
            for (out, near) in out.iter_mut().zip(self.near) {
                *out = (f64::from(first ^ far ^ near) + 0.5) * CELL;
            }
        }
    }

    /// The normal scores of a group's points. The points at [`ends`](Self::ends) still need the quantile of the tail.
    #[inline(always)]
    pub(crate) fn scores(&self, first: u32, out: &mut [f32; GROUP]) {
        for (out, far) in out.as_chunks_mut::<{ 1 << NEAR_BITS }>().0.iter_mut().zip(self.far) {
            for (out, near) in out.iter_mut().zip(self.near) {
                *out = middle(first ^ far ^ near);
            }
        }
    }

    /// The smallest and the largest point of a group, with their indices. A group has one point in each 64th of the
    /// interval.
    #[inline(always)]
    pub(crate) fn ends(&self, first: u32) -> [(usize, u32); 2] {
        let at = |turned: u32| self.places[0][turned as usize % 8] ^ self.places[1][turned as usize / 8];
        let point = |place: usize| first ^ self.far[(place >> NEAR_BITS) % 4] ^ self.near[place % 16];
        [first >> 26, !first >> 26].map(|turned| usize::from(at(turned)) % GROUP).map(|place| (place, point(place)))
    }
}

const SCRAMBLES: u64 = slot_of("outgrow scrambles");

/// All sums modulo 2 of the terms; sum k contains the terms whose bit is set in k.
fn sums<const N: usize>(terms: &[u32]) -> [u32; N] {
    let mut sums = [0; N];
    for (bit, term) in terms.iter().enumerate() {
        for k in 0..1 << bit {
            sums[(1 << bit) + k] = sums[k] ^ term;
        }
    }
    sums
}

/// Columns of a random matrix over GF(2), last digit first: each digit affects itself, and each later one with
/// probability ½.
fn matrix(key: u64) -> [u32; 32] {
    std::array::from_fn(|bit| {
        let (even, odd) = halves(word(key, bit as u64 / 2));
        let random = if bit % 2 == 0 { even } else { odd };
        random & ((1 << bit) - 1) | 1 << bit
    })
}

/// The product of the matrix with the digits of a number.
fn product(matrix: &[u32; 32], digits: u32) -> u32 {
    let column = |(bit, column): (usize, &u32)| if digits >> bit & 1 == 1 { *column } else { 0 };
    matrix.iter().enumerate().map(column).fold(0, |sum, column| sum ^ column)
}

/// Direction numbers v₁, …, v₃₂ by the recurrence of Bratley & Fox (1988): vⱼ = mⱼ 2^(32−j), with
/// mⱼ = 2a₁ mⱼ₋₁ ⊕ 2²a₂ mⱼ₋₂ ⊕ … ⊕ 2ˢ mⱼ₋ₛ ⊕ mⱼ₋ₛ.
fn directions(number: usize) -> [u32; 32] {
    let mut m = [1_u32; 32];
    if let Some([polynomial, initial @ ..]) = number.checked_sub(1).map(|place| JOE_KUO[place]) {
        let degree = initial.len();
        for j in 0..32 {
            m[j] = match initial.get(j) {
                Some(m) => u32::from(*m),
                None => (1..=degree).fold(m[j - degree], |sum, k| {
                    let coefficient = u32::from((polynomial >> (degree - k)) & 1);
                    sum ^ (coefficient * (m[j - k] << k))
                }),
            };
        }
    }
    std::array::from_fn(|j| m[j] << (31 - j))
}

/// Scrambled points in any number of dimensions; those beyond [`DIMENSIONS`] are pseudo-random.
#[derive(Debug)]
pub(crate) struct Net {
    seed: u64,
    /// Indexed by scramble, then by dimension.
    scrambles: Vec<Vec<Dimension>>,
    all: usize,
}

impl Net {
    pub(crate) fn new(seed: u64, scrambles: usize, all: usize) -> Self {
        let of = |scramble| {
            (0..all.min(DIMENSIONS)).map(|number| Dimension::new(number, number as u64, seed, scramble)).collect()
        };
        Self { seed, scrambles: (0..scrambles as u64).map(of).collect(), all }
    }

    /// Points `64·number ..` of a scramble, by dimension.
    pub(crate) fn group(&self, scramble: usize, number: u64) -> Vec<[f64; GROUP]> {
        let dimensions = &self.scrambles[scramble];
        let bits = GroupNumber::new(number);
        let mut points = vec![[0.0; GROUP]; self.all];
        for (place, out) in points.iter_mut().enumerate() {
            match dimensions.get(place) {
                Some(dimension) => dimension.uniforms(dimension.first(&bits), out),
                None => super::stream::uniforms(mix64(self.seed ^ scramble as u64), place as u64, number, out),
            }
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::normal::BoxMuller;
    use super::super::quantile::{is_middle, tail};
    use super::*;

    /// First points of the unscrambled scipy `Sobol(256)` in dimensions 1, 2, 3, 10 and 256, reordered from Gray code to
    /// natural order (tests/reference/sobol.py).
    const SCIPY: &str = include_str!("../../tests/reference/sobol.csv");

    fn plain(number: usize) -> Dimension {
        Dimension::of(directions(number), 0)
    }

    /// The points of groups 0, 1, ….
    fn points(dimension: &Dimension, groups: u64) -> Vec<f64> {
        let mut points = vec![[0.0; GROUP]; usize::try_from(groups).expect("small")];
        for (number, points) in (0..groups).zip(&mut points) {
            dimension.uniforms(dimension.first(&GroupNumber::new(number)), points);
        }
        points.concat()
    }

    #[test]
    fn points_are_those_of_scipy() {
        let mut rows = csv::Reader::from_reader(SCIPY.as_bytes());
        let mut count = 0;
        for row in rows.records().map(|row| row.expect("a row")) {
            let place: usize = row[1].parse().expect("a point");
            let expected: f64 = row[2].parse().expect("a number");
            let point = points(&plain(row[0].parse().expect("a dimension")), place as u64 / 64 + 1)[place];
            assert!((point - expected).abs() < 1e-9, "dimension {}, point {place}: {point}, {expected}", &row[0]);
            count += 1;
        }
        assert_eq!(count, 320);
    }

    /// Whether the points form a (t, m, s)-net: all boxes of side 2^-a[k] along axis k, where the a[k] sum to m,
    /// contain exactly `times` of the 2^m · `times` points.
    fn is_net(axes: &[&[f64]], times: usize) -> bool {
        let m = (axes[0].len() / times).trailing_zeros();
        let boxes = |split: u32| {
            let mut counts = vec![0; 1 << m];
            let cell = |x: f64, bits: u32| {
                (0..bits).fold((0, x), |(cell, x), _| {
                    let (digit, rest) = if x < 0.5 { (0, 2.0 * x) } else { (1, 2.0 * x - 1.0) };
                    (2 * cell + digit, rest)
                })
            };
            for place in 0..axes[0].len() {
                let first = cell(axes[0][place], split).0;
                let second = axes.get(1).map_or(0, |axis| cell(axis[place], m - split).0);
                counts[first << (m - split) | second] += 1;
            }
            counts.iter().all(|count| *count == times)
        };
        let splits = if axes.len() == 1 { m..=m } else { 0..=m };
        splits.into_iter().all(boxes)
    }

    /// Each dimension separately: 2^m points in 2^m cells, up to 4,096.
    #[test]
    fn every_dimension_fills_every_cell_once() {
        for number in 0..DIMENSIONS {
            let (plain, scrambled) = (points(&plain(number), 64), points(&Dimension::new(number, 7, 3, 31), 64));
            for m in [0, 1, 3, 6, 8, 12] {
                assert!(is_net(&[&plain[..1 << m]], 1), "dimension {number}, {m}");
                assert!(is_net(&[&scrambled[..1 << m]], 1), "dimension {number}, {m}, scrambled");
            }
            // Holds for any aligned run of 2^m points, not only the first.
            assert!(is_net(&[&scrambled[1024..2048]], 1), "dimension {number}");
        }
    }

    /// For two dimensions Sobol's t is the sum of (degree − 1) over their polynomials: 0 for the first two, 1 for the
    /// second and third (x + 1 and x² + x + 1). Boxes of volume 2^(t−m) contain 2^t points.
    #[test]
    fn pairs_are_nets_before_and_after_scrambling() {
        let degree = |number: usize| JOE_KUO.get(number.wrapping_sub(1)).map_or(0, |row| row.len() - 2);
        for (a, b) in [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3), (0, 5), (4, 5)] {
            let t = degree(a) + degree(b);
            for scramble in 0..4 {
                let dimensions = [a, b].map(|number| match scramble {
                    0 => plain(number),
                    _ => Dimension::new(number, number as u64, 9, scramble),
                });
                let [x, y] = [&dimensions[0], &dimensions[1]].map(|dimension| points(dimension, 64));
                for m in [6, 9, 12] {
                    assert!(
                        is_net(&[&x[..1 << m], &y[..1 << m]], 1 << t),
                        "{a} {b}, 2^{m} points, scramble {scramble}"
                    );
                }
            }
        }
        let [x, y] = [points(&plain(3), 64), points(&plain(4), 64)];
        assert!(!is_net(&[&x, &y], 1), "the test detects a set that is not a net");
    }

    /// If two points share k digits, so do the scrambled points, and they differ in the next digit. Over 4,096
    /// scrambles each later digit, and each digit of a point, is 1 in half of the cases within five standard
    /// deviations: 64 digits, a false alarm in 1 of 27,000 keys.
    #[test]
    fn pairs_of_points_have_the_law_of_owens_scramble() {
        const SCRAMBLES: u64 = 4096;
        let (x, y) = (0x6B3A_51F7_u32, 0x6B3A_5E00_u32);
        let (mut ones, mut differences, mut together) = ([0; 32], [0; 32], 0);
        for scramble in 0..SCRAMBLES {
            let matrix = matrix(mix64(scramble ^ SCRAMBLES));
            let shift = halves(word(mix64(scramble ^ SCRAMBLES), 16)).0;
            let [x, y] = [x, y].map(|point| product(&matrix, point) ^ shift);
            assert_eq!((x ^ y).leading_zeros(), 20);
            for bit in 0..32 {
                ones[bit] += x >> bit & 1;
                differences[bit] += (x ^ y) >> bit & 1;
            }
            together += (x ^ y) & (x >> 1) & 1;
        }
        let off = |count: u32, p: f64| {
            let n = SCRAMBLES as f64;
            (f64::from(count) - p * n).abs() / (p * (1.0 - p) * n).sqrt()
        };
        assert!(ones.iter().all(|count| off(*count, 0.5) < 5.0), "{ones:?}");
        assert!(differences[..11].iter().all(|count| off(*count, 0.5) < 5.0), "{differences:?}");
        assert!(off(together, 0.25) < 5.0, "{together}");
    }

    /// Holds for arbitrary seeds: no two of 32 scrambles share their first point in any dimension.
    #[test]
    fn scrambles_differ_pairwise() {
        for seed in [0, 1, 2, u64::MAX, 0x9E37_79B9_7F4A_7C15] {
            for number in 0..DIMENSIONS {
                let seen: HashSet<u32> =
                    (0..32).map(|of| Dimension::new(number, number as u64, seed, of).shift).collect();
                assert_eq!(seen.len(), 32, "seed {seed}, dimension {number}");
            }
        }
    }

    /// Each point of each group, including its ends, has the score of its probability.
    #[test]
    fn scores_are_those_of_the_uniforms() {
        for number in [0, 1, 2, 17, 255] {
            let dimension = Dimension::new(number, 5, 1, 2);
            for group in [0, 1, 2, 1000, (1 << 26) - 1] {
                let first = dimension.first(&GroupNumber::new(group));
                let (mut uniforms, mut scores) = ([0.0; GROUP], [0.0; GROUP]);
                dimension.uniforms(first, &mut uniforms);
                dimension.scores(first, &mut scores);
                for (place, point) in dimension.ends(first) {
                    assert!(!is_middle(point), "{point:#x}");
                    scores[place] = tail(&BoxMuller::new(), point);
                }
                for (u, z) in uniforms.into_iter().zip(scores) {
                    let exact = crate::math::norm_quantile(u);
                    assert!((f64::from(z) - exact).abs() < 1e-6 * exact.abs() + 1e-9, "{u}: {z}, expected {exact}");
                }
            }
        }
    }
}
