//! Histograms that merge exactly: log revenue in pages allocated on demand, shares in linear bins.

mod weighted;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::page::{PAGE, Page, bins_of, reach};
use super::values::{self, BLOCK, Bins, FRACTION, Seen};
use crate::cpu::{self, Level};
use crate::math::{self, exp_f32};

/// Memory of one page, including its recent counts.
pub(crate) const PAGE_BYTES: usize = PAGE * (size_of::<u64>() + size_of::<u16>());
/// Maximum number of pages per row: a range of revenue of a factor of e^256, which takes 2.5 MiB.
const MOST_PAGES: i32 = 256;

/// Distribution of one row at one period: counts, exact extremes and a sum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Histogram {
    scale: Scale,
    /// Adjacent pages, in order.
    pages: Vec<Page>,
    /// Minimum and maximum; `None` before the first value.
    extremes: Option<(f32, f32)>,
    /// Sum of e^(x − centre), or of the shares, with 64 fractional bits.
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    sum: i128,
    /// Reference of the sums for log values; determined by the scenario.
    #[serde(skip)]
    centre: f32,
    /// Counts that have not been added to the pages yet, for the bins of all pages. They are small, so a row stays in
    /// cache.
    #[serde(skip)]
    recent: Vec<u16>,
    /// Number of values that `recent` can hold without overflow.
    #[serde(skip)]
    spare: usize,
    /// Bins whose values change neither the extremes nor the pages; empty if there are no recent counts.
    #[serde(skip)]
    inner: Interior,
}

/// The bins between those of the extremes, relative to the first page.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Interior {
    from: u32,
    count: u32,
}

/// A centre so far above all logs of revenue that every term of the sum is 0.
const WITHOUT_MEAN: f32 = 1e5;

/// Kind of the values, and the number of bins per unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Scale {
    /// Bins ⌊1024 x⌋ of log revenue; the centre of a bin has an error of at most 0.049 % of revenue.
    Log,
    /// Bins ⌊4096 s⌋ of a share.
    Share,
}

impl Scale {
    const fn bins(self) -> f32 {
        match self {
            Self::Log => 1024.0,
            Self::Share => 4096.0,
        }
    }
}

impl Histogram {
    /// A histogram of log revenue; sums are relative to e^centre. Without a mean the sum is not kept: a single path of a
    /// distribution with heavy tails could exceed its bound.
    pub(super) fn log(centre: f32, has_mean: bool) -> Self {
        Self::new(Scale::Log, if has_mean { centre } else { WITHOUT_MEAN })
    }

    /// A histogram of shares.
    pub(super) fn share() -> Self {
        Self::new(Scale::Share, 0.0)
    }

    fn new(scale: Scale, centre: f32) -> Self {
        Self {
            scale,
            pages: Vec::new(),
            extremes: None,
            sum: 0,
            centre,
            recent: Vec::new(),
            spare: 0,
            inner: Interior::default(),
        }
    }

    /// Adds values, which must be whole groups of paths: see [`values::take`].
    pub(super) fn observe(&mut self, values: &[f32], bins: &mut Bins) -> Result<(), String> {
        values.chunks(BLOCK).try_for_each(|values| self.observe_block(values, bins))
    }

    fn observe_block(&mut self, values: &[f32], bins: &mut Bins) -> Result<(), String> {
        let level = Level::of_this_process();
        if self.find(level, values, bins) >= self.inner.count || values.len() > self.spare {
            let seen = cpu::run(
                level,
                #[inline(always)]
                || Seen::of(values),
            );
            self.make_room(&seen, values.len())?;
            self.find(level, values, bins);
        }
        self.spare -= values.len();
        let (scale, centre) = (self.scale, self.centre);
        let recent = &mut self.recent;
        let sum = cpu::run(
            level,
            #[inline(always)]
            || match scale {
                Scale::Log => values::take(values, bins, recent, |x| exp_f32(x - centre)),
                Scale::Share => values::take(values, bins, recent, |share| share),
            },
        );
        self.sum = sum.and_then(|sum| self.sum.checked_add(sum)).ok_or(OUT_OF_BOUND)?;
        Ok(())
    }

    /// Finds the bins relative to the first page, and the largest distance above the first inner one.
    fn find(&self, level: Level, values: &[f32], bins: &mut Bins) -> u32 {
        let (scale, first, from) = (self.scale.bins(), self.first_bin(), self.inner.from);
        cpu::run(
            level,
            #[inline(always)]
            || bins.find(values, scale, first, from),
        )
    }

    /// The first bin of the first page.
    fn first_bin(&self) -> i32 {
        self.pages.first().map_or(0, |page| page.number << 10)
    }

    /// Adds pages for the observed range, and ensures that recent counts cannot overflow.
    fn make_room(&mut self, seen: &Seen, values: usize) -> Result<(), String> {
        let Seen { low, high, inside } = *seen;
        if !inside {
            return Err(format!(
                "revenue is outside the range of floating-point numbers (e^{low} to e^{high} times the reference)"
            ));
        }
        self.widen((low, high));
        let (least, most) = self.extremes.expect("widened above");
        let [least, most] = [least, most].map(|x| values::whole(x * self.scale.bins()));
        let [first, last] = [least, most].map(|bin| bin >> 10);
        if last - first >= MOST_PAGES {
            return Err(format!(
                "revenue spans more than a factor of e^{MOST_PAGES} \
                 (is a volatility or growth rate given in percent instead of as a fraction?)"
            ));
        }
        if values > self.spare {
            self.make_spare();
        }
        let before = self.pages.first().map_or(first, |page| page.number);
        for page in [first, last] {
            // Their bins are allocated with the first counts, so that they are not zeroed before.
            reach(&mut self.pages, page, Box::default);
        }
        let below = usize::try_from(before - self.pages[0].number).expect("pages are only added");
        if below > 0 && !self.recent.is_empty() {
            self.recent.splice(..0, std::iter::repeat_n(0, below * PAGE));
        }
        self.recent.resize(self.pages.len() * PAGE, 0);
        let [least, most] = [least, most].map(|bin| (bin - self.first_bin()).unsigned_abs());
        self.inner = Interior { from: least + 1, count: (most - least).saturating_sub(1) };
        Ok(())
    }

    /// Makes `spare` at least a block. No count exceeds the largest, so a row of many bins holds far more than 65,535 values before its
    /// recent counts must be added to its pages.
    fn make_spare(&mut self) {
        let mut largest = self.recent.iter().copied().fold(0, u16::max);
        if largest > u16::MAX / 2 {
            self.settle();
            largest = 0;
        }
        self.spare = usize::from(u16::MAX - largest);
    }

    /// Adds the recent counts to the pages.
    pub(super) fn settle(&mut self) {
        for (page, recent) in self.pages.iter_mut().zip(self.recent.chunks_exact(PAGE)) {
            page.add(recent);
        }
        self.recent = Vec::new();
        self.spare = 0;
        self.inner = Interior::default();
    }

    fn widen(&mut self, (low, high): (f32, f32)) {
        self.extremes = Some(self.extremes.map_or((low, high), |(least, most)| (least.min(low), most.max(high))));
    }

    /// Adds the other's counts; both must be settled.
    pub(super) fn merge(&mut self, other: &Self) -> Result<(), String> {
        if let Some(extremes) = other.extremes {
            self.widen(extremes);
        }
        for other in &other.pages {
            let bins = bins_of(&mut self.pages, other.number);
            bins.iter_mut().zip(&other.bins).for_each(|(bin, other)| *bin += other);
        }
        self.sum = self.sum.checked_add(other.sum).ok_or(OUT_OF_BOUND)?;
        Ok(())
    }

    pub(super) fn take_centre(&mut self, other: &Self) {
        self.centre = other.centre;
    }

    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.scale == other.scale
    }

    /// Number of counted values; `None` on overflow.
    pub(crate) fn count(&self) -> Option<u64> {
        self.pages.iter().try_fold(0_u64, |sum, page| sum.checked_add(page.count()?))
    }

    /// Whether this can result from counting: pages are adjacent, and the extremes lie within the outermost filled
    /// bins.
    pub(super) fn is_whole(&self) -> bool {
        let in_order = self.pages.windows(2).all(|pair| pair[0].number + 1 == pair[1].number);
        let scale = f64::from(self.scale.bins());
        let near = |bin: f64, value: f64| ((bin + 0.5) / scale - value).abs() <= 1.01 * (0.5 / scale);
        let least = self.pages.iter().find_map(Page::first_filled);
        let most = self.pages.iter().rev().find_map(Page::last_filled);
        let fits = match (least.zip(most), self.extremes()) {
            (None, extremes) => extremes.is_none(),
            (Some(_), None) => false,
            (Some((least, most)), Some((low, high))) => low <= high && near(least, low) && near(most, high),
        };
        in_order && fits
    }

    /// Memory of the bins.
    pub(crate) fn bytes(&self) -> usize {
        self.pages.len() * PAGE_BYTES
    }

    /// Minimum and maximum, exact.
    pub(crate) fn extremes(&self) -> Option<(f64, f64)> {
        self.extremes.map(|(low, high)| (f64::from(low), f64::from(high)))
    }

    /// The mean of e^x, or of the share, over values with total weight `weight`.
    #[expect(clippy::cast_precision_loss, reason = "one rounding at the very end")]
    pub(crate) fn mean(&self, weight: f64) -> f64 {
        self.sum as f64 / FRACTION / weight * math::exp(f64::from(self.centre))
    }

    /// The smallest value with at least the fraction `p` of the total count at or below it: the centre of its bin,
    /// limited to the extremes. NaN without values.
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more digits")]
    pub(crate) fn quantile(&self, p: f64, count: u64) -> f64 {
        let (low, high) = self.extremes().unwrap_or((f64::NAN, f64::NAN));
        let mut below = 0;
        for (middle, here) in self.bins() {
            below += here;
            if here > 0 && below as f64 / count as f64 >= p {
                return middle.clamp(low, high);
            }
        }
        high
    }

    /// The centre and count of every bin, in order.
    fn bins(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let scale = f64::from(self.scale.bins());
        self.pages.iter().flat_map(move |page| {
            page.bins.iter().enumerate().map(move |(bin, count)| ((page.number_of(bin) + 0.5) / scale, *count))
        })
    }
}

const OUT_OF_BOUND: &str = "the sum for the mean exceeds its bound of 2^63 times the median path";

/// i128 as text: serde's flattened and tagged representations do not support it as a number.
fn as_text<S: Serializer>(sum: &i128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(sum)
}

fn from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i128, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| de::Error::custom(format!("a sum must be an integer, got {text:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::GROUP;

    /// Values across several pages, below and above 0, with a length that is not a multiple of any block size.
    fn values() -> Vec<f32> {
        (0..1003_u16).map(|i| (f32::from(i) * 0.7548).fract() * 9.0 - 4.0).collect()
    }

    /// Compares the extremes and all counts with those found one value at a time.
    #[expect(clippy::cast_possible_truncation, reason = "small numbers")]
    fn compare_with_plain(histogram: &Histogram, values: &[f32]) {
        let mut plain = std::collections::BTreeMap::new();
        values.iter().for_each(|x| *plain.entry((x * 1024.0).floor() as i64).or_insert(0_u64) += 1);
        let mut settled = histogram.clone();
        settled.settle();
        let found: Vec<_> = settled.bins().filter(|(_, count)| *count > 0).collect();
        let expected: Vec<_> = plain.iter().map(|(bin, count)| ((*bin as f64 + 0.5) / 1024.0, *count)).collect();
        assert_eq!(found, expected);
        let least = values.iter().copied().fold(f32::INFINITY, f32::min);
        let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        assert_eq!(histogram.extremes, Some((least, most)));
    }

    #[test]
    fn a_block_counts_every_value() {
        let values = values();
        let mut histogram = Histogram::log(0.5, true);
        histogram.observe(&values, &mut Bins::default()).expect("inside");
        histogram.settle();
        compare_with_plain(&histogram, &values);
        let exact = values.iter().map(|x| libm::exp(f64::from(*x))).sum::<f64>() / values.len() as f64;
        assert!((histogram.mean(values.len() as f64) / exact - 1.0).abs() < 2e-7, "{exact}");
    }

    /// Blocks are compared with the bins of the extremes first: a value in one of these, or beyond, may be a new extreme.
    #[test]
    fn extremes_and_pages_of_later_blocks_are_found() {
        let (mut histogram, mut bins) = (Histogram::log(0.0, true), Bins::default());
        let mut all = Vec::new();
        let wide = (0..BLOCK).map(|i| 1.8 * (i as f32 / BLOCK as f32) - 0.9).collect::<Vec<f32>>();
        let most = wide[BLOCK - 1];
        let others = [-0.5, 0.7, -0.9_f32.next_down(), -0.9001, most.next_up(), most + 1e-4, 1.5, -1.5, 4.0, -4.0, 0.2];
        for (place, other) in (0..).step_by(41).zip([0.0].into_iter().chain(others)) {
            let mut values = if all.is_empty() { wide.clone() } else { vec![0.125; BLOCK] };
            values[place] = other;
            histogram.observe(&values, &mut bins).expect("inside");
            all.extend(values);
            compare_with_plain(&histogram, &all);
        }
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1500.0, -1500.0, 5e3, -5e3, -1.3e4, f32::MAX, f32::MIN]
        {
            let mut values = vec![0.125; BLOCK];
            values[100] = odd;
            assert!(histogram.clone().observe(&values, &mut bins).is_err(), "{odd}");
        }
    }

    /// More than 16 bits hold, in blocks that change nothing else. The first 70,000 values leave room for some of the next, but not for
    /// all.
    #[test]
    fn a_bin_may_take_more_values_than_its_recent_count_holds() {
        let (mut histogram, mut bins) = (Histogram::log(0.0, true), Bins::default());
        let mut all = Vec::new();
        for others in [3, 0, 0, 2] {
            let value = |i: usize| if i % 4 < others { 0.25 * (i % 4) as f32 } else { 0.8 };
            let mut values: Vec<f32> = (0..70_000).map(value).collect();
            values[..2].copy_from_slice(&[-1.0, 2.0]);
            histogram.observe(&values, &mut bins).expect("inside");
            all.extend(values);
            compare_with_plain(&histogram, &all);
        }
    }

    #[test]
    fn the_sign_of_zero_does_not_depend_on_the_order() {
        for zeros in [[0.0, -0.0], [-0.0, 0.0]] {
            let mut histogram = Histogram::log(0.0, true);
            histogram.observe(&zeros, &mut Bins::default()).expect("inside");
            let (low, high) = histogram.extremes.expect("two values");
            assert_eq!([low.to_bits(), high.to_bits()], [0; 2]);
        }
    }

    /// One path of a distribution with heavy tails may exceed the bound of a sum, which is kept only for a mean.
    #[test]
    fn without_a_mean_no_sum_is_kept() {
        let far = [80.0; GROUP];
        assert!(Histogram::log(0.0, true).observe(&far, &mut Bins::default()).is_err());
        let mut histogram = Histogram::log(0.0, false);
        histogram.observe(&far, &mut Bins::default()).expect("a range that bins hold");
        assert_eq!((histogram.sum, histogram.extremes()), (0, Some((80.0, 80.0))));
    }

    #[test]
    fn values_out_of_range_are_errors() {
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1500.0, -1500.0] {
            for place in [0, 500, 1002] {
                let mut values = values();
                values[place] = odd;
                assert!(Histogram::log(0.0, true).observe(&values, &mut Bins::default()).is_err(), "{odd} at {place}");
            }
            assert!(Histogram::log(0.0, true).observe(&[odd], &mut Bins::default()).is_err());
        }
    }
}
