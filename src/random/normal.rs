//! Standard normal numbers in f32, 64 at a time, by the Box–Muller transform (1958) with polynomial approximations.
//!
//! Uses only plain loops over arrays of 32-bit numbers, which LLVM vectorizes, and `mul_add`, which is correctly
//! rounded on every target. The bits are therefore equal at every [`Level`](crate::cpu::Level).

use std::f32::consts::{FRAC_PI_4, LN_2};
use std::hint::black_box;

use super::stream::{Aligned, GROUP, Lanes, PAIRS};

/// The normals of a group at its next period; paths j and 32 + j use the two outputs of the same pair.
#[inline(always)]
pub(crate) fn normals(lanes: &mut Lanes, out: &mut [f32; GROUP]) {
    BoxMuller::new().fill(lanes, &mut Bits::default(), out);
}

/// High and low halves of the bits drawn for a period. Create it once outside a loop, since a new one is zeroed.
pub(crate) type Bits = Aligned<[[u32; PAIRS]; 2]>;

/// The Box–Muller transform, with its polynomial coefficients.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BoxMuller {
    unit: f32,
    angle: f32,
    ln_2: f32,
    ln: [f32; 8],
    sine: [f32; 3],
    cosine: [f32; 5],
}

impl BoxMuller {
    /// Create it once outside a loop. `black_box` hides the coefficients from the compiler. With known constants it
    /// would reload each one for every eight normals, since AVX2 has only sixteen registers: a fifth of all
    /// instructions. Unknown values are broadcast to vectors once and used as memory operands.
    #[inline(always)]
    pub(crate) fn new() -> Self {
        Self {
            unit: black_box(1.0 / (1_u32 << 31) as f32),
            angle: black_box(FRAC_PI_4 / (1_u32 << 31) as f32),
            ln_2: black_box(LN_2),
            ln: LN.map(black_box),
            sine: SINE.map(black_box),
            cosine: COSINE.map(black_box),
        }
    }

    /// Fills the normals of a group at its next period.
    ///
    /// The two outputs of a pair go to the two halves of the group rather than to two periods. What a path sees at a
    /// period then depends on the period alone and not on the horizon.
    #[inline(always)]
    pub(crate) fn fill(&self, lanes: &mut Lanes, bits: &mut Bits, out: &mut [f32; GROUP]) {
        let [high, low] = &mut bits.0;
        lanes.draw(high, low);
        // Keeps the compiler from fusing both loops into one that spills registers, which costs 9 % of the time under
        // AVX2.
        let [high, low] = &black_box(bits).0;
        let (first, second) = out.split_at_mut(PAIRS);
        // Indexed loop: four zipped iterators do not vectorize and took six times as long.
        for j in 0..PAIRS {
            (first[j], second[j]) = self.pair(high[j], low[j]);
        }
    }

    /// A point with independent standard normal coordinates: radius √(−2 ln u) and a uniform angle.
    #[inline(always)]
    fn pair(&self, for_radius: u32, for_angle: u32) -> (f32, f32) {
        let radius = self.radius(for_radius);
        let (x, y) = self.on_circle(for_angle);
        (radius * x, radius * y)
    }

    /// √(−2 ln u) of the upper 31 bits.
    #[inline(always)]
    pub(crate) fn radius(&self, bits: u32) -> f32 {
        (-2.0 * self.ln(self.open_unit(bits))).sqrt()
    }

    /// (k + ½)·2⁻³¹ of the upper 31 bits k, rounded once to f32: from 2⁻³² to 1.
    ///
    /// The smallest value gives the largest radius, 6.66. Cells of width 2⁻³¹ are fine enough for the tail: the
    /// probability of exceeding x, summed over the cells, has a relative error of 7e-5 at 5.5σ, 0.2 % at 6σ and 2 % at
    /// 6.3σ. Uses 31 bits rather than 32 because AVX2 converts only signed integers.
    #[inline(always)]
    #[expect(clippy::cast_possible_wrap, clippy::cast_precision_loss, reason = "31 bits; rounding is intended")]
    fn open_unit(&self, bits: u32) -> f32 {
        ((bits >> 1) as i32 as f32).mul_add(self.unit, self.unit / 2.0)
    }

    /// Natural logarithm of a positive normal number, within 2 ulp on the range of [`open_unit`](Self::open_unit).
    ///
    /// u = 2ᵉ·(1 + f) with 1 + f in [⅔, 4⁄3): the bits are shifted so that the exponent changes at ⅔. Then ln u = e·ln
    /// 2 + f + f²·P(f).
    #[inline(always)]
    #[expect(clippy::cast_possible_wrap, clippy::cast_precision_loss, reason = "the exponent is a small integer")]
    fn ln(&self, u: f32) -> f32 {
        const TWO_THIRDS: u32 = 0x3F2A_AAAB;
        let bits = u.to_bits().wrapping_sub(TWO_THIRDS);
        let exponent = ((bits as i32) >> 23) as f32;
        let f = f32::from_bits((bits & 0x007F_FFFF) + TWO_THIRDS) - 1.0;
        exponent.mul_add(self.ln_2, (f * f).mul_add(polynomial_of_degree_7(f, &self.ln), f))
    }

    /// A uniformly distributed point (x, y) of the unit circle.
    ///
    /// The lower 30 bits are an angle in (−π/4, π/4), for which sine and cosine are cheap: an eighth of the circle on
    /// either side of (1, 0). The top bit selects the side of the y axis, and the next one swaps the coordinates. The
    /// four arcs are equally likely and cover the circle.
    #[inline(always)]
    #[expect(
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        reason = "reinterpretation as signed is intended"
    )]
    fn on_circle(&self, bits: u32) -> (f32, f32) {
        let angle = ((bits << 2) as i32 as f32).mul_add(self.angle, self.angle / 2.0);
        let sine = self.sin(angle);
        let cosine = f32::from_bits(self.cos(angle).to_bits() ^ (bits & 0x8000_0000));
        // Tested as a sign rather than a bit, since vector selects use the sign.
        if ((bits << 1) as i32) < 0 { (sine, cosine) } else { (cosine, sine) }
    }

    /// sin x for |x| ≤ π/4, within 1 ulp: x + x³·S(x²).
    #[inline(always)]
    fn sin(&self, x: f32) -> f32 {
        let z = x * x;
        (x * z).mul_add(polynomial(z, &self.sine), x)
    }

    /// cos x for |x| ≤ π/4, within 1 ulp: 1 − x²/2 + x⁴·C(x²).
    #[inline(always)]
    fn cos(&self, x: f32) -> f32 {
        polynomial(x * x, &self.cosine)
    }
}

/// P, minimax: the relative error of f + f²·P(f) is below 2⁻²⁵.
const LN: [f32; 8] =
    [-0.499_999_37, 0.333_332, -0.250_077_5, 0.200_110_73, -0.164_170_3, 0.139_971_35, -0.153_835_98, 0.140_205_83];
/// S, minimax.
const SINE: [f32; 3] = [-0.166_666_55, 0.008_332_189, -0.000_195_182_92];
/// 1, −½ and C, minimax.
const COSINE: [f32; 5] = [1.0, -0.5, 0.041_666_646, -0.001_388_731, 2.443_232_7e-5];

/// Σ cₖ·xᵏ by Horner's rule, each step rounded once.
#[inline(always)]
pub(crate) fn polynomial<const N: usize>(x: f32, coefficients: &[f32; N]) -> f32 {
    let mut sum = coefficients[N - 1];
    for k in (0..N - 1).rev() {
        sum = x.mul_add(sum, coefficients[k]);
    }
    sum
}

/// Σ cₖ·xᵏ by Estrin's scheme: two more operations than Horner's rule but half the latency, which saves 5 % per normal.
#[inline(always)]
fn polynomial_of_degree_7(x: f32, c: &[f32; 8]) -> f32 {
    let (x2, x4) = (x * x, (x * x) * (x * x));
    let low = x2.mul_add(x.mul_add(c[3], c[2]), x.mul_add(c[1], c[0]));
    let high = x2.mul_add(x.mul_add(c[7], c[6]), x.mul_add(c[5], c[4]));
    x4.mul_add(high, low)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::SmallRng;
    use rand_distr::{Distribution, StandardNormal};

    use super::super::stream::StreamKey;
    use super::*;
    use crate::cpu::{self, Level};

    /// Calls `see` with the normals of `groups` groups over `periods` periods.
    fn sample(level: Level, groups: u64, periods: usize, mut see: impl FnMut(&[f32; GROUP])) {
        let key = StreamKey::new(2018, 1);
        let mut z = [[0.0; GROUP]; 256];
        for group in 0..groups {
            let mut lanes = key.lanes(group);
            let mut left = periods;
            while left > 0 {
                let now = left.min(z.len());
                cpu::run(
                    level,
                    #[inline(always)]
                    || {
                        for z in &mut z[..now] {
                            normals(&mut lanes, z);
                        }
                    },
                );
                z[..now].iter().for_each(&mut see);
                left -= now;
            }
        }
    }

    fn fastest() -> Level {
        Level::detect().unwrap()
    }

    /// Normals 0, 1, 32 and 63 at two periods. They agree to 1e-7 with an independent f64 computation outside Rust.
    const PINNED: [u32; 8] =
        [0x3E9C_1CDA, 0x3EBD_2448, 0x3DA2_0996, 0x3FFF_E372, 0x3FF4_9D87, 0x3FA6_0927, 0xBE65_65F7, 0xBD99_F130];

    #[test]
    fn values_are_stable() {
        let mut bits = Vec::new();
        sample(fastest(), 1, 2, |z| bits.extend([z[0], z[1], z[32], z[63]].map(f32::to_bits)));
        assert_eq!(bits, PINNED);
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        let all = |level| {
            let mut bits = Vec::new();
            sample(level, 20, 50, |z| bits.extend(z.map(f32::to_bits)));
            bits
        };
        for level in Level::available() {
            assert!(all(level) == all(Level::Baseline), "{level:?}");
        }
    }

    /// Distance of `value` from `exact`, in f32 units in the last place.
    fn ulps(value: f32, exact: f64) -> f64 {
        let exponent = libm::floor(libm::log2(exact.abs()));
        (f64::from(value) - exact).abs() / libm::exp2(exponent - 23.0)
    }

    #[test]
    fn the_logarithm_is_within_2_ulp() {
        let dense = (0..1 << 31).step_by(1021);
        let ends = (0..5000).chain((1 << 31) - 5000..1 << 31);
        let worst = dense.chain(ends).map(|k| BoxMuller::new().open_unit(k << 1)).filter(|u| *u < 1.0);
        let worst = worst.map(|u| ulps(BoxMuller::new().ln(u), libm::log(f64::from(u)))).fold(0.0, f64::max);
        assert!(worst < 2.0, "{worst}");
        assert_eq!(BoxMuller::new().ln(1.0).to_bits(), 0);
    }

    #[test]
    fn sine_and_cosine_are_within_1_ulp() {
        const N: i32 = 1_000_000;
        let (mut sine, mut cosine) = (0.0_f64, 0.0_f64);
        for x in (-N..=N).filter(|k| *k != 0).map(|k| FRAC_PI_4 * k as f32 / N as f32) {
            sine = sine.max(ulps(BoxMuller::new().sin(x), libm::sin(f64::from(x))));
            cosine = cosine.max(ulps(BoxMuller::new().cos(x), libm::cos(f64::from(x))));
        }
        assert!(sine < 1.0 && cosine < 1.0, "{sine} {cosine}");
    }

    #[test]
    fn points_lie_on_the_circle_and_fill_it_evenly() {
        let mut octants = [0; 8];
        for bits in (0..=u32::MAX).step_by(65_521) {
            let (x, y) = BoxMuller::new().on_circle(bits);
            assert!((x * x + y * y - 1.0).abs() < 3e-7);
            let octant = usize::from(x > 0.0) + 2 * usize::from(y > 0.0) + 4 * usize::from(x.abs() > y.abs());
            octants[octant] += 1;
        }
        let [least, most] = [octants.iter().min(), octants.iter().max()].map(|n| *n.unwrap());
        assert!(most - least < 10, "{octants:?}");
    }

    fn two_sided_tail(x: f64) -> f64 {
        libm::erfc(x / std::f64::consts::SQRT_2)
    }

    /// P(|Z| > x) summed over the cells of the radius, with a continuous angle.
    fn tail_of_cells(x: f64) -> f64 {
        let radii = (0..1_u32 << 31).map(|k| f64::from(BoxMuller::new().radius(k << 1)));
        let sum: f64 = radii.take_while(|r| *r > x).map(|r| libm::acos(x / r)).sum();
        sum * std::f64::consts::FRAC_2_PI / f64::from(1_u32 << 31)
    }

    #[test]
    fn tails_are_right_to_six_sigma() {
        for (x, bound) in [(3.5, 1e-6), (4.0, 1e-6), (5.0, 1e-5), (5.5, 1e-4), (6.0, 2e-3), (6.3, 0.02)] {
            let error = tail_of_cells(x) / two_sided_tail(x) - 1.0;
            assert!(error.abs() < bound, "{x} {error}");
        }
    }

    /// √n·D of the Kolmogorov–Smirnov test against the standard normal distribution.
    fn kolmogorov_smirnov(z: &mut [f32]) -> f64 {
        z.sort_unstable_by(f32::total_cmp);
        let n = z.len() as f64;
        let distance = |(i, z): (usize, &f32)| {
            let cdf = 0.5 * libm::erfc(-f64::from(*z) / std::f64::consts::SQRT_2);
            (cdf - i as f64 / n).abs().max((cdf - (i + 1) as f64 / n).abs())
        };
        z.iter().enumerate().map(distance).fold(0.0, f64::max) * n.sqrt()
    }

    /// A² = −n − Σ [(2i − 1) ln Φ(zᵢ) + (2(n − i) + 1) ln(1 − Φ(zᵢ))]/n over the ordered sample, i from 1 (Anderson and
    /// Darling, "A Test of Goodness of Fit", J. Amer. Statist. Assoc. 49 (1954) 765–769). It is more sensitive to the
    /// tails than the KS test.
    fn anderson_darling(z: &mut [f32]) -> f64 {
        z.sort_unstable_by(f32::total_cmp);
        let n = z.len() as f64;
        let term = |(i, z): (usize, &f32)| {
            let tail = 0.5 * libm::erfc(f64::from(z.abs()) / std::f64::consts::SQRT_2);
            let (tail, rest) = (libm::log(tail), libm::log1p(-tail));
            let (below, above) = if *z < 0.0 { (tail, rest) } else { (rest, tail) };
            let i = i as f64;
            ((2.0 * i + 1.0) * below + (2.0 * (n - i) - 1.0) * above) / n
        };
        -n - z.iter().enumerate().map(term).sum::<f64>()
    }

    /// Asymptotically A² = Σ χ²ⱼ/(j(j + 1)), so P(A² > a) → √(3/(πa))·e⁻ᵃ from the first term, with a factor √3 from
    /// the others (Zolotarev, Theory Probab. Appl. 6 (1961) 201–204): 1.7e-6 at 12.
    const AD_CRITICAL: f64 = 12.0;

    /// Published percentage points of A² (Anderson and Darling 1954, 5 and 1 %), on samples of an independent
    /// generator.
    #[test]
    fn anderson_darling_has_its_published_distribution() {
        const SAMPLES: u64 = 4000;
        let statistics = (0..SAMPLES).map(|seed| {
            let mut rng = SmallRng::seed_from_u64(seed);
            anderson_darling(&mut [0.0; 200].map(|_: f32| StandardNormal.sample(&mut rng)))
        });
        let statistics: Vec<f64> = statistics.collect();
        for (point, p) in [(2.492, 0.05), (3.857, 0.01)] {
            let beyond = statistics.iter().filter(|a| **a > point).count() as f64;
            let n = SAMPLES as f64;
            assert!(((beyond - n * p) / (n * p * (1.0 - p)).sqrt()).abs() < Z_BOUND, "{beyond} beyond {point}");
        }
    }

    #[test]
    #[ignore = "statistical: run by .ci/run"]
    fn a_hundred_million_are_normal() {
        let mut all = Vec::new();
        sample(fastest(), 400, 4096, |z| all.extend_from_slice(z));
        assert_eq!(all.len(), 104_857_600);
        let statistic = anderson_darling(&mut all);
        assert!(statistic < AD_CRITICAL, "A² {statistic}");
        let statistic = kolmogorov_smirnov(&mut all);
        assert!(statistic < KS_CRITICAL, "√n·D {statistic}");
    }

    /// The false-alarm probability is 2·exp(−2·2.7²) = 9e-7.
    const KS_CRITICAL: f64 = 2.7;

    #[test]
    fn a_million_normals_are_normal() {
        let mut all = Vec::new();
        sample(fastest(), 500, 40, |z| all.extend_from_slice(z));
        assert_eq!(all.len(), 1_280_000);
        let statistic = kolmogorov_smirnov(&mut all);
        assert!(statistic < KS_CRITICAL, "{statistic}");
    }

    /// The 131,072 periods of one path, for paths at different positions in the group.
    #[test]
    fn each_path_alone_is_normal() {
        for path in [0, 15, 16, 31, 32, 63] {
            let mut all = Vec::new();
            sample(fastest(), 1, 131_072, |z| all.push(z[path]));
            let statistic = kolmogorov_smirnov(&mut all);
            assert!(statistic < KS_CRITICAL, "path {path}: {statistic}");
        }
    }

    /// Five standard deviations: a false-alarm probability of 1 in 1.7 million.
    const Z_BOUND: f64 = 5.0;

    /// Sums of z^p and their distance from the expectation, in standard deviations of z^p: √(E z^2p − (E z^p)²).
    fn moments(groups: u64, periods: usize) -> [f64; 4] {
        let mut sums = [0.0; 4];
        sample(fastest(), groups, periods, |z| {
            for z in z.map(f64::from) {
                let square = z * z;
                for (sum, term) in sums.iter_mut().zip([z, square - 1.0, z * square, square * square - 3.0]) {
                    *sum += term;
                }
            }
        });
        let n = (groups * GROUP as u64) as f64 * periods as f64;
        let deviations = [1.0, 2.0, 15.0, 96.0].map(|variance: f64| (n * variance).sqrt());
        std::array::from_fn(|p| sums[p] / deviations[p])
    }

    #[test]
    fn four_moments_agree() {
        let z = moments(500, 40);
        assert!(z.iter().all(|z| z.abs() < Z_BOUND), "{z:?}");
    }

    /// Products with zero mean: of neighbours in time, and of the two normals of a pair, plain and squared.
    fn correlations(groups: u64, periods: usize) -> [f64; 4] {
        let mut sums = [0.0; 4];
        let mut before = [0.0; GROUP];
        sample(fastest(), groups, periods, |z| {
            let z = z.map(f64::from);
            for j in 0..GROUP {
                sums[0] += z[j] * before[j];
                sums[1] += (z[j] * z[j] - 1.0) * (before[j] * before[j] - 1.0);
            }
            for j in 0..PAIRS {
                sums[2] += z[j] * z[PAIRS + j];
                sums[3] += (z[j] * z[j] - 1.0) * (z[PAIRS + j] * z[PAIRS + j] - 1.0);
            }
            before = z;
        });
        let n = (groups * GROUP as u64) as f64 * periods as f64;
        let deviations = [n, 4.0 * n, n / 2.0, 2.0 * n].map(f64::sqrt);
        std::array::from_fn(|p| sums[p] / deviations[p])
    }

    #[test]
    fn neighbours_and_pairs_are_uncorrelated() {
        let z = correlations(500, 40);
        assert!(z.iter().all(|z| z.abs() < Z_BOUND), "{z:?}");
    }

    #[test]
    #[ignore = "statistical: run by .ci/run"]
    fn moments_and_correlations_agree_over_half_a_billion() {
        let z = [moments(2000, 4000), correlations(2000, 4000)];
        assert!(z.as_flattened().iter().all(|z| z.abs() < Z_BOUND), "{z:?}");
    }

    #[test]
    #[ignore = "statistical: run by .ci/run"]
    fn tail_counts_agree_over_half_a_billion() {
        const BOUNDS: [f32; 5] = [2.0, 3.0, 4.0, 5.0, 5.5];
        let (groups, periods) = (2000, 4000);
        let mut counts = [[0_u64; 2]; 5];
        sample(fastest(), groups, periods, |z| {
            for (count, bound) in counts.iter_mut().zip(BOUNDS) {
                count[0] += z.iter().filter(|z| **z < -bound).count() as u64;
                count[1] += z.iter().filter(|z| **z > bound).count() as u64;
            }
        });
        let n = (groups * GROUP as u64) as f64 * periods as f64;
        for (count, bound) in counts.iter().zip(BOUNDS) {
            let p = two_sided_tail(f64::from(bound)) / 2.0;
            let z = count.map(|count| (count as f64 - n * p) / (n * p * (1.0 - p)).sqrt());
            assert!(z.iter().all(|z| z.abs() < Z_BOUND), "beyond {bound}: {count:?}, {z:?}");
        }
    }
}
