//! Sobol points, Owen-scrambled by a hash: independent scrambles for honest error bars, groups of 64 points at a time.

use super::joe_kuo::JOE_KUO;
use super::stream::{GROUP, mix64};

/// Dimensions that have direction numbers; beyond them numbers are pseudo-random.
pub(super) const DIMENSIONS: usize = JOE_KUO.len() + 1;

/// Points of one scramble: as many as 32 bits tell apart.
pub(crate) const MOST_POINTS: u64 = 1 << 32;

/// Bits of the place within a group.
const GROUP_BITS: usize = GROUP.trailing_zeros() as usize;

/// One dimension of the sequence.
#[derive(Debug)]
pub(super) struct Dimension {
    /// Names the dimension; keys its scrambles.
    slot: u64,
    /// Direction numbers of the bits of a group's number, their own bits in reverse.
    directions: [u32; 32 - GROUP_BITS],
    /// The first 64 points, bits in reverse: the points of a group differ from its first one as these do.
    low: [u32; GROUP],
}

impl Dimension {
    /// The dimension of that number, below [`DIMENSIONS`].
    pub(super) fn new(number: usize, slot: u64) -> Self {
        let all = directions(number).map(u32::reverse_bits);
        let mut low = [0; GROUP];
        for (bit, direction) in all[..GROUP_BITS].iter().enumerate() {
            for place in 0..1 << bit {
                low[(1 << bit) + place] = low[place] ^ direction;
            }
        }
        let directions = std::array::from_fn(|bit| all[GROUP_BITS + bit]);
        Self { slot, directions, low }
    }

    /// Points `64·number ..` of a scramble, each in the middle of its cell of width 2⁻³².
    #[inline(always)]
    pub(super) fn fill(&self, seed: u64, scramble: u64, number: u64, out: &mut [f64; GROUP]) {
        const CELL: f64 = 1.0 / (1_u64 << 32) as f64;
        let key = key(seed, self.slot, scramble);
        let mut first = 0;
        for (bit, direction) in self.directions.iter().enumerate() {
            first ^= direction & 0_u32.wrapping_sub(u32::from((number >> bit) & 1 == 1));
        }
        let mut points = self.low;
        for point in &mut points {
            *point = laine_karras(*point ^ first, key).reverse_bits();
        }
        for (out, point) in out.iter_mut().zip(points) {
            *out = (f64::from(point) + 0.5) * CELL;
        }
    }
}

/// The key of one scramble of one dimension.
fn key(seed: u64, slot: u64, scramble: u64) -> u32 {
    (mix64(mix64(mix64(seed ^ SCRAMBLES).wrapping_add(slot)).wrapping_add(scramble)) >> 32) as u32
}

const SCRAMBLES: u64 = super::stream::slot_of("outgrow scrambles");

/// A permutation in which a bit depends on lower bits only; between two reversals of bits it is Owen's nested uniform
/// scramble (Burley 2020, «Practical Hash-based Owen Scrambling», JCGT 9(4), after Laine & Karras 2011), here with the
/// constants of Vegdahl (2021, «Building a Better LK Hash»), which scramble more evenly.
#[inline(always)]
const fn laine_karras(x: u32, key: u32) -> u32 {
    let x = x ^ x.wrapping_mul(0x3D20_ADEA);
    let x = x.wrapping_add(key);
    let x = x.wrapping_mul((key >> 16) | 1);
    let x = x ^ x.wrapping_mul(0x0552_6C56);
    x ^ x.wrapping_mul(0x53A2_2864)
}

/// v₁, v₂, …, v₃₂ by the recurrence of Bratley & Fox (1988): vⱼ = mⱼ 2^(32−j), with
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

/// Scrambled points of any number of dimensions; those beyond [`DIMENSIONS`] are pseudo-random.
#[derive(Debug)]
pub(crate) struct Net {
    seed: u64,
    dimensions: Vec<Dimension>,
    all: usize,
}

impl Net {
    pub(crate) fn new(seed: u64, all: usize) -> Self {
        let dimensions = (0..all.min(DIMENSIONS)).map(|number| Dimension::new(number, number as u64)).collect();
        Self { seed, dimensions, all }
    }

    /// Points `64·number ..` of a scramble, by dimension.
    pub(crate) fn group(&self, scramble: u64, number: u64) -> Vec<[f64; GROUP]> {
        let mut points = vec![[0.0; GROUP]; self.all];
        for (place, out) in points.iter_mut().enumerate() {
            match self.dimensions.get(place) {
                Some(dimension) => dimension.fill(self.seed, scramble, number, out),
                None => super::stream::uniforms(mix64(self.seed ^ scramble), place as u64, number, out),
            }
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first points of scipy's unscrambled `Sobol(256)`, dimensions 1, 2, 3, 10 and 256, put from Gray-code into
    /// natural order (tests/reference/sobol.py).
    const SCIPY: &str = include_str!("../../tests/reference/sobol.csv");

    fn plain_points(number: usize) -> [f64; GROUP] {
        let dimension = Dimension::new(number, 0);
        dimension.low.map(|point| f64::from(point.reverse_bits()) / 4_294_967_296.0)
    }

    #[test]
    fn points_are_those_of_scipy() {
        let mut rows = csv::Reader::from_reader(SCIPY.as_bytes());
        let mut count = 0;
        for row in rows.records().map(|row| row.expect("a row")) {
            let number: usize = row[0].parse().expect("a dimension");
            let place: u64 = row[1].parse().expect("a point");
            let expected: f64 = row[2].parse().expect("a number");
            let dimension = Dimension::new(number, 0);
            let mut bits = dimension.low[usize::try_from(place % 64).expect("small")];
            for (bit, direction) in dimension.directions.iter().enumerate() {
                bits ^= if ((place / 64) >> bit) & 1 == 1 { *direction } else { 0 };
            }
            let point = f64::from(bits.reverse_bits()) / 4_294_967_296.0;
            assert!((point - expected).abs() < 1e-9, "dimension {number}, point {place}: {point}, {expected}");
            count += 1;
        }
        assert_eq!(count, 320);
    }

    #[test]
    fn every_dimension_fills_every_64th_once() {
        for number in 0..DIMENSIONS {
            for scramble in [None, Some(0), Some(31)] {
                let points = match scramble {
                    None => plain_points(number),
                    Some(scramble) => {
                        let mut points = [0.0; GROUP];
                        Dimension::new(number, 7).fill(3, scramble, 5, &mut points);
                        points
                    }
                };
                let mut cells = points.map(|x| (x * 64.0).floor());
                cells.sort_by(f64::total_cmp);
                let all: Vec<f64> = (0..64).map(f64::from).collect();
                assert_eq!(cells.as_slice(), all.as_slice(), "dimension {number}, scramble {scramble:?}");
            }
        }
    }

    /// Scrambling keeps the net: of 1,024 points every box of 2^-5 × 2^-5 of the first two dimensions holds one.
    #[test]
    fn scrambled_points_remain_a_net() {
        let dimensions = [Dimension::new(0, 11), Dimension::new(1, 12)];
        let mut seen = [[0; 32]; 32];
        for number in 0..16 {
            let mut points = [[0.0; GROUP]; 2];
            for (dimension, points) in dimensions.iter().zip(&mut points) {
                dimension.fill(9, 4, number, points);
            }
            for (x, y) in points[0].iter().zip(points[1]) {
                let cell = |x: f64| (0..32).rposition(|k| f64::from(k) <= x * 32.0).expect("inside");
                seen[cell(*x)][cell(y)] += 1;
            }
        }
        assert!(seen.as_flattened().iter().all(|count| *count == 1), "{seen:?}");
    }

    /// No seed is special, and no two of 32 scrambles begin alike in any dimension.
    #[test]
    fn scrambles_differ_pairwise() {
        for seed in [0, 1, 2, u64::MAX, 0x9E37_79B9_7F4A_7C15] {
            for number in 0..DIMENSIONS {
                let dimension = Dimension::new(number, number as u64);
                let first = |scramble| {
                    let mut points = [0.0; GROUP];
                    dimension.fill(seed, scramble, 0, &mut points);
                    points[0].to_bits()
                };
                let seen: std::collections::HashSet<u64> = (0..32).map(first).collect();
                assert_eq!(seen.len(), 32, "seed {seed}, dimension {number}");
            }
        }
    }
}
