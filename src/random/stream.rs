//! Random streams keyed by (seed, path group, slot), so that a draw does not depend on the number of threads, the block
//! size or the rest of the scenario.

use std::ops::{Deref, DerefMut};

use rand::rngs::ChaCha12Rng;
use rand::{Rng, SeedableRng};

use crate::cpu::{self, Level};

/// Paths that share a stream. Part of value stability.
pub(crate) const GROUP: usize = 64;

/// Interleaved generators of one group's stream. Part of value stability.
pub(crate) const LANES: usize = 16;

/// Pairs of 32-bit words drawn for one period of one group; each pair gives two normals.
pub(crate) const PAIRS: usize = GROUP / 2;

/// Aligned to a cache line. The compiler does not align vectors by itself, even on the stack, and vectors that straddle
/// two cache lines take twice the time.
#[derive(Debug, Clone, Default)]
#[repr(align(64))]
pub(crate) struct Aligned<T>(pub(crate) T);

/// Numbers that begin at a cache line. Allocators align to 16 bytes, so every second 32-byte vector could straddle two
/// lines (1 to 2 % of the time to fill a block).
#[derive(Debug)]
pub(crate) struct AlignedRow<T> {
    numbers: Vec<T>,
    from: usize,
}

impl<T: Copy + Default> AlignedRow<T> {
    /// Creates `len` zeros.
    pub(crate) fn zeros(len: usize) -> Self {
        let numbers = vec![T::default(); len + GROUP];
        let from = numbers.as_ptr().align_offset(align_of::<Aligned<T>>()).min(GROUP);
        Self { numbers, from }
    }
}

impl<T> Deref for AlignedRow<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.numbers[self.from..][..self.numbers.len() - GROUP]
    }
}

impl<T> DerefMut for AlignedRow<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        let len = self.numbers.len() - GROUP;
        &mut self.numbers[self.from..][..len]
    }
}

/// 2⁶⁴ divided by the golden ratio, made odd: the increment of splitmix64.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finalizer of splitmix64 (Steele, Lea and Flood 2014, with the constants of Stafford's "Mix13"): a bijection of
/// 64-bit words that maps 0 to 0.
#[inline(always)]
pub(crate) const fn mix64(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The slot of a name or an address: FNV-1a over its UTF-8 bytes, followed by a mixer, since FNV-1a alone leaves names
/// that differ in the last letter close together. Part of value stability.
pub(crate) const fn slot_of(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01B3);
        at += 1;
    }
    mix64(hash)
}

/// Start of the splitmix64 sequence of (seed, slot). `purpose` separates the shocks of a slot from the draws of an
/// assumption with the same name. For one seed and purpose, two slots never start at the same point.
const fn origin(seed: u64, slot: u64, purpose: u64) -> u64 {
    mix64(mix64(mix64(seed.wrapping_add(STEP)) ^ purpose).wrapping_add(slot))
}

/// The n-th word of the splitmix64 sequence from `origin`.
pub(crate) const fn word(origin: u64, n: u64) -> u64 {
    mix64(origin.wrapping_add(STEP.wrapping_mul(n)))
}

const SHOCKS: u64 = slot_of("outgrow shocks");
const ASSUMPTIONS: u64 = slot_of("outgrow assumptions");

/// State shared by the streams of all groups of one (seed, slot).
#[derive(Debug, Clone)]
pub(crate) struct StreamKey {
    words: [[u64; LANES]; 4],
}

impl StreamKey {
    pub(crate) fn new(seed: u64, slot: u64) -> Self {
        let origin = origin(seed, slot, SHOCKS);
        let lanes = |k: u64| std::array::from_fn(|lane| word(origin, k * LANES as u64 + lane as u64));
        Self { words: std::array::from_fn(|k| lanes(k as u64)) }
    }

    /// The generators of a group at its first period.
    ///
    /// The 64 words of a key are `mix64` of 64 different numbers and therefore distinct, and so are the 64 words below.
    /// At most one of them is zero, so no generator is in its forbidden all-zero state. The words at one index differ
    /// between any two groups, since g·STEP does (STEP is odd) and `mix64` is a bijection. Hence no two groups have a
    /// generator in the same state, or even share a word at the same index. Words at different indices agree only by
    /// chance: the words of a key are mixed, so their differences are not multiples of STEP.
    #[inline(always)]
    pub(crate) fn lanes(&self, group: u64) -> Lanes {
        let shift = STEP.wrapping_mul(group);
        let mut state = self.words;
        for words in &mut state {
            for word in words {
                *word = mix64(word.wrapping_add(shift));
            }
        }
        Lanes { state }
    }
}

/// Sixteen xoshiro256++ generators (Blackman and Vigna 2021), side by side; `state[k][lane]`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lanes {
    state: [[u64; LANES]; 4],
}

impl Lanes {
    /// Draws two numbers per lane, split into high and low halves; the first numbers of all lanes come before the
    /// second.
    ///
    /// Both steps of a lane are taken together, so that its state is loaded into registers only once.
    #[inline(always)]
    pub(crate) fn draw(&mut self, high: &mut [u32; PAIRS], low: &mut [u32; PAIRS]) {
        let mut drawn = [[0_u64; LANES]; 2];
        let [s0, s1, s2, s3] = &mut self.state;
        for lane in 0..LANES {
            let mut s = [s0[lane], s1[lane], s2[lane], s3[lane]];
            drawn[0][lane] = xoshiro256_plus_plus(&mut s);
            drawn[1][lane] = xoshiro256_plus_plus(&mut s);
            [s0[lane], s1[lane], s2[lane], s3[lane]] = s;
        }
        for ((bits, high), low) in drawn.as_flattened().iter().zip(high).zip(low) {
            (*high, *low) = halves(*bits);
        }
    }
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "only the low half is needed")]
pub(crate) fn halves(bits: u64) -> (u32, u32) {
    ((bits >> 32) as u32, bits as u32)
}

#[inline(always)]
fn xoshiro256_plus_plus(s: &mut [u64; 4]) -> u64 {
    let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
    let t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = s[3].rotate_left(45);
    result
}

/// The draws of an assumption for the paths of a group, uniform in the open interval (0, 1): `ChaCha12` with a separate
/// key for each (seed, slot), and the group as its stream.
pub(crate) fn uniforms(seed: u64, slot: u64, group: u64, out: &mut [f64; GROUP]) {
    let origin = origin(seed, slot, ASSUMPTIONS);
    let mut key = [0; 32];
    for (n, bytes) in (0..).zip(key.chunks_exact_mut(8)) {
        bytes.copy_from_slice(&word(origin, n).to_le_bytes());
    }
    let mut rng = ChaCha12Rng::from_seed(key);
    rng.set_stream(group);
    // Filled in one call: one at a time took eleven more instructions each.
    let mut bytes = [0; GROUP * size_of::<u64>()];
    rng.fill_bytes(&mut bytes);
    cpu::run(
        Level::of_this_process(),
        #[inline(always)]
        || {
            for (u, word) in out.iter_mut().zip(bytes.as_chunks().0) {
                *u = open_unit(u64::from_le_bytes(*word));
            }
        },
    );
}

/// The centre of one of 2⁵² equal cells, exactly. The values are symmetric about ½ and never 0 or 1, where quantiles
/// are infinite. With 2⁵³ cells the centres above ½ would not be representable in f64, and the last would round to 1.
#[inline(always)]
fn open_unit(x: u64) -> f64 {
    const ONE: u64 = 1.0_f64.to_bits();
    const HALF_A_CELL: f64 = 0.5 / (1_u64 << 52) as f64;
    // Sets the mantissa of a number in [1, 2), since vector conversions of 64-bit integers require AVX-512. Exact.
    (f64::from_bits(x >> 12 | ONE) - 1.0) + HALF_A_CELL
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn mix64_is_the_finalizer_of_splitmix64() {
        // First three outputs of splitmix64 from state 0, by Vigna's splitmix64.c.
        let published = [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F];
        assert_eq!([word(0, 1), word(0, 2), word(0, 3)], published);
    }

    #[test]
    fn a_lane_is_xoshiro256_plus_plus() {
        // First outputs from state [1, 2, 3, 4], by the reference implementation.
        let published = [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386];
        let mut state = [1, 2, 3, 4];
        assert_eq!(published.map(|_| xoshiro256_plus_plus(&mut state)), published);

        let mut lanes = StreamKey::new(1, 2).lanes(3);
        let (mut high, mut low) = ([0; PAIRS], [0; PAIRS]);
        let mut scalar: [[u64; 4]; LANES] = std::array::from_fn(|lane| lanes.state.map(|words| words[lane]));
        for _ in 0..5 {
            lanes.draw(&mut high, &mut low);
            for (pair, (high, low)) in high.into_iter().zip(low).enumerate() {
                let expected = xoshiro256_plus_plus(&mut scalar[pair % LANES]);
                assert_eq!(u64::from(high) << 32 | u64::from(low), expected, "pair {pair}");
            }
        }
    }

    #[test]
    fn slots_keep_their_values() {
        assert_eq!(slot_of("a"), mix64(0xAF63_DC4C_8601_EC8C), "FNV-1a of \"a\" is published");
        assert_eq!(slot_of("foobar"), mix64(0x8594_4171_F739_67E8), "FNV-1a of \"foobar\" is published");
        assert_eq!(slot_of("provider[Alibaba]"), 0xFF5F_9C9C_31E6_0C3B);
    }

    #[test]
    fn streams_of_other_seeds_slots_and_groups_share_no_word() {
        let mut seen = HashSet::new();
        let mut streams = 0;
        for seed in [0, 1, 2, u64::MAX, STEP] {
            for slot in [0, 1, 2, u64::MAX, STEP, slot_of("Alibaba"), slot_of("Google")] {
                let key = StreamKey::new(seed, slot);
                for group in (0..100).chain([u64::MAX, STEP, 1 << 40]) {
                    seen.extend(key.lanes(group).state.as_flattened().iter().copied());
                    streams += 1;
                }
            }
        }
        assert_eq!(seen.len(), streams * LANES * 4);
        assert!(!seen.contains(&0));
    }

    #[test]
    fn uniforms_keep_their_values() {
        let mut u = [0.0; GROUP];
        uniforms(1, slot_of("Alibaba"), 7, &mut u);
        assert_eq!([u[0].to_bits(), u[63].to_bits()], [0x3FED_6100_4502_D11D, 0x3FDE_992C_93DC_201A]);
    }

    #[test]
    fn uniforms_of_other_seeds_slots_and_groups_differ_and_repeat() {
        let draw = |seed, slot, group| {
            let mut u = [0.0; GROUP];
            uniforms(seed, slot, group, &mut u);
            u.map(f64::to_bits)
        };
        let mut seen = HashSet::new();
        for seed in [0, 1, u64::MAX] {
            for slot in [0, 1, u64::MAX] {
                for group in [0, 1, 2, u64::MAX] {
                    assert_eq!(draw(seed, slot, group), draw(seed, slot, group));
                    seen.extend(draw(seed, slot, group));
                }
            }
        }
        assert_eq!(seen.len(), 3 * 3 * 4 * GROUP);
    }

    #[test]
    fn uniforms_are_symmetric_and_open() {
        assert!(open_unit(0) > 0.0);
        assert!(open_unit(u64::MAX) < 1.0);
        for x in [0, 1 << 12, 1 << 63, 0x0123_4567_89AB_CDEF] {
            assert_eq!((open_unit(x) + open_unit(!x)).to_bits(), 1.0_f64.to_bits());
        }
    }

    /// Mean of 64,000 uniforms, within 5 standard deviations: a false-alarm probability of 1 in 1.7 million seeds.
    #[test]
    fn uniforms_have_mean_one_half() {
        const GROUPS: u64 = 1000;
        let mut sum = 0.0;
        for group in 0..GROUPS {
            let mut u = [0.0; GROUP];
            uniforms(5, 6, group, &mut u);
            sum += u.iter().map(|u| u - 0.5).sum::<f64>();
        }
        assert!((sum / (64_000.0_f64 / 12.0).sqrt()).abs() < 5.0, "{sum}");
    }
}
