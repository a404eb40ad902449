//! Histograms that merge exactly: log revenue in pages allocated on demand, shares in linear bins.

mod weighted;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::cpu::{self, Level};
use crate::math;
use crate::paths::stream::GROUP;

/// Bins of one page: a factor e of revenue, or a quarter of all shares.
const PAGE: usize = 1024;
/// The memory of one page.
pub(crate) const PAGE_BYTES: usize = PAGE * size_of::<u64>();
/// The pages that one row may span: revenue within a factor of e^256, which 2 MiB hold.
const MOST_PAGES: i32 = 256;
/// Fractional bits of the sums.
const FRACTION: f64 = 18_446_744_073_709_551_616.0; // 2^64
/// The largest sum of one group: 2^62 leaves room for the sign and for the addition.
const LARGEST: f64 = 4_611_686_018_427_387_904.0;
/// Groups that are summed side by side.
const TOGETHER: usize = 8;
const LANES: usize = 16;
/// |x| beyond which e^x is no f64, whatever the reference.
const LARGEST_LOG: f32 = 1500.0;

/// The distribution of one row at one period: counts, exact extremes and a sum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Histogram {
    scale: Scale,
    /// Neighbouring pages, in order.
    pages: Vec<Page>,
    /// Least and greatest value; `None` before the first.
    extremes: Option<(f32, f32)>,
    /// The sum of e^(x − centre), or of the shares, with 64 fractional bits.
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    sum: i128,
    /// What sums of logs are relative to; given by the scenario.
    #[serde(skip)]
    centre: f64,
}

/// What the values are, and how many bins one of them spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Scale {
    /// Bins ⌊1024 x⌋ of log revenue: the middle of one errs by at most 0.049 % of revenue.
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

/// The bins `1024 number .. 1024 (number + 1)`.
#[derive(Debug, Clone, PartialEq)]
struct Page {
    number: i32,
    bins: Box<[u64]>,
}

impl Histogram {
    /// Of log revenue; sums are of revenue relative to e^centre.
    pub(super) fn log(centre: f64) -> Self {
        Self { scale: Scale::Log, pages: Vec::new(), extremes: None, sum: 0, centre }
    }

    /// Of a share.
    pub(super) fn share() -> Self {
        Self { scale: Scale::Share, pages: Vec::new(), extremes: None, sum: 0, centre: 0.0 }
    }

    /// Adds values; the floating sum runs in a fixed order within each group of paths and is rounded once.
    pub(super) fn observe(&mut self, values: &[f32]) -> Result<(), String> {
        let level = Level::of_this_process();
        let seen = cpu::run(
            level,
            #[inline(always)]
            || Seen::of(values),
        );
        let Seen { low, high, .. } = seen;
        if !seen.inside {
            return Err(format!("revenue leaves what a number can hold (e^{low} to e^{high} times the reference)"));
        }
        self.widen((low, high));
        let ends = self.extremes.map_or((low, high), |ends| ends);
        let [first, last] = [ends.0, ends.1].map(|x| floor(x * self.scale.bins()) >> 10);
        if last - first >= MOST_PAGES {
            return Err(format!(
                "revenue spans more than a factor of e^{MOST_PAGES} (a volatility or a growth of percents?)"
            ));
        }
        for page in [first, last] {
            page_of(&mut self.pages, page);
        }
        cpu::run(
            level,
            #[inline(always)]
            || self.count_all(values),
        );
        values.chunks(GROUP * TOGETHER).try_for_each(|groups| self.add(groups))
    }

    /// The pages of all values are there already.
    #[inline(always)]
    #[expect(clippy::cast_sign_loss, reason = "counted from the first page on")]
    fn count_all(&mut self, values: &[f32]) {
        let scale = self.scale.bins();
        let first = self.pages[0].number << 10;
        for group in values.chunks(GROUP) {
            // Apart from the counting, so that this loop vectorises.
            let mut bins = [0; GROUP];
            for (bin, x) in bins.iter_mut().zip(group) {
                *bin = floor(x * scale) - first;
            }
            for bin in &bins[..group.len()] {
                self.pages[(bin >> 10) as usize].bins[(bin & 1023) as usize] += 1;
            }
        }
    }

    fn add(&mut self, values: &[f32]) -> Result<(), String> {
        let mut terms = [0.0; GROUP * TOGETHER];
        let terms = &mut terms[..values.len()];
        terms.iter_mut().zip(values).for_each(|(term, x)| *term = f64::from(*x));
        if self.scale == Scale::Log {
            terms.iter_mut().for_each(|term| *term -= self.centre);
            math::exp_slice(terms);
        }
        // Each sum waits for itself alone, so several groups are summed side by side; the order within one stays.
        let (groups, rest) = terms.as_chunks::<GROUP>();
        let mut sums = [0.0; TOGETHER];
        for place in 0..GROUP {
            for (sum, group) in sums.iter_mut().zip(groups) {
                *sum += group[place];
            }
        }
        sums[..groups.len()].iter().try_for_each(|sum| self.add_sum(*sum))?;
        if rest.is_empty() { Ok(()) } else { self.add_sum(rest.iter().sum()) }
    }

    fn add_sum(&mut self, sum: f64) -> Result<(), String> {
        if !(sum < LARGEST) {
            return Err(OUT_OF_BOUND.to_owned());
        }
        #[expect(clippy::cast_possible_truncation, reason = "below 2^126")]
        let fixed = (sum * FRACTION) as i128;
        self.sum = self.sum.checked_add(fixed).ok_or(OUT_OF_BOUND)?;
        Ok(())
    }

    fn widen(&mut self, (low, high): (f32, f32)) {
        self.extremes = Some(self.extremes.map_or((low, high), |(least, most)| (least.min(low), most.max(high))));
    }

    pub(super) fn merge(&mut self, other: &Self) -> Result<(), String> {
        if let Some(extremes) = other.extremes {
            self.widen(extremes);
        }
        for other in &other.pages {
            let bins = &mut page_of(&mut self.pages, other.number).bins;
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

    /// Counted values; `None` where they overflow.
    pub(crate) fn count(&self) -> Option<u64> {
        self.bins().try_fold(0_u64, |sum, (_, count)| sum.checked_add(count))
    }

    /// Whether this can have come from counting: pages side by side, and the extremes within the outermost bins.
    pub(super) fn is_whole(&self) -> bool {
        let in_order = self.pages.windows(2).all(|pair| pair[0].number + 1 == pair[1].number);
        let half = 0.5 / f64::from(self.scale.bins());
        let near = |middle: f64, value: f64| (middle - value).abs() <= 1.01 * half;
        let mut filled = self.bins().filter(|(_, count)| *count > 0).map(|(middle, _)| middle);
        let (least, most) = (filled.next(), filled.last());
        let fits = match (least, self.extremes()) {
            (None, extremes) => extremes.is_none(),
            (Some(_), None) => false,
            (Some(least), Some((low, high))) => low <= high && near(least, low) && near(most.unwrap_or(least), high),
        };
        in_order && fits
    }

    /// The memory that the bins take.
    pub(crate) fn bytes(&self) -> usize {
        self.pages.len() * PAGE * size_of::<u64>()
    }

    /// Least and greatest value, exact.
    pub(crate) fn extremes(&self) -> Option<(f64, f64)> {
        self.extremes.map(|(low, high)| (f64::from(low), f64::from(high)))
    }

    /// The mean of e^(x − centre), or of the share, over values that weigh `weight` together.
    #[expect(clippy::cast_precision_loss, reason = "one rounding at the very end")]
    pub(crate) fn mean(&self, weight: f64) -> f64 {
        self.sum as f64 / FRACTION / weight
    }

    /// The smallest value with at least the share `p` of all that was counted at or below it: the middle of its bin,
    /// within the extremes.
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

    /// The middle and the count of every bin, in order.
    fn bins(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let scale = f64::from(self.scale.bins());
        self.pages.iter().flat_map(move |page| {
            let first = f64::from(page.number) * PAGE as f64;
            page.bins.iter().enumerate().map(move |(bin, count)| ((first + bin as f64 + 0.5) / scale, *count))
        })
    }
}

const OUT_OF_BOUND: &str = "the sum for the mean leaves its bound of 2^63 times the median path";

/// ⌊x⌋, without a call where the processor has no instruction for it.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "below 1500 × 4096 in size")]
fn floor(x: f32) -> i32 {
    let toward_zero = x as i32;
    toward_zero - i32::from(x < toward_zero as f32)
}

/// What is seen of the values of a block before they are counted.
struct Seen {
    low: f32,
    high: f32,
    /// Whether all are numbers that revenue can be made of.
    inside: bool,
}

impl Seen {
    /// In lanes, since a least value waits for the one before.
    #[inline(always)]
    fn of(values: &[f32]) -> Self {
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

/// Pages are neighbours, so the place of one is its distance from the first.
fn page_of(pages: &mut Vec<Page>, number: i32) -> &mut Page {
    let empty = |number: i32| Page { number, bins: vec![0; PAGE].into_boxed_slice() };
    let first = pages.first().map_or(number, |page| page.number);
    if number < first {
        pages.splice(..0, (number..first).map(empty));
    }
    let next = pages.last().map_or(number, |page| page.number + 1);
    pages.extend((next..=number).map(empty));
    let first = pages[0].number;
    let place = usize::try_from(number - first).unwrap_or(0);
    &mut pages[place]
}

/// i128 as text: serde's flattened and tagged forms refuse it as a number.
fn as_text<S: Serializer>(sum: &i128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(sum)
}

fn from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i128, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| de::Error::custom(format!("a sum must be a whole number, got {text:?}")))
}

/// A page in a file: the run of its bins that are not empty.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PageText {
    page: i32,
    from: usize,
    counts: Vec<u64>,
}

impl Serialize for Page {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let from = self.bins.iter().position(|count| *count > 0).unwrap_or(PAGE);
        let to = self.bins.iter().rposition(|count| *count > 0).map_or(PAGE, |last| last + 1);
        PageText { page: self.number, from, counts: self.bins[from..to].to_vec() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Page {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let PageText { page, from, counts } = PageText::deserialize(deserializer)?;
        let most = 1500;
        if from.saturating_add(counts.len()) > PAGE || !(-most..=most).contains(&page) {
            return Err(de::Error::custom(format!(
                "page {page} must hold bins 0 to {PAGE}, got {} from {from}",
                counts.len()
            )));
        }
        let mut bins = vec![0; PAGE].into_boxed_slice();
        bins[from..from + counts.len()].copy_from_slice(&counts);
        Ok(Self { number: page, bins })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values over several pages, below and above 0, of a length that is no multiple of anything.
    fn values() -> Vec<f32> {
        (0..1003_u16).map(|i| (f32::from(i) * 0.7548).fract() * 9.0 - 4.0).collect()
    }

    #[test]
    #[expect(clippy::cast_possible_truncation, reason = "small numbers")]
    fn a_block_counts_as_its_values_do() {
        let values = values();
        let mut histogram = Histogram::log(0.5);
        histogram.observe(&values).expect("inside");
        let mut plain = std::collections::BTreeMap::new();
        values.iter().for_each(|x| *plain.entry((x * 1024.0).floor() as i64).or_insert(0_u64) += 1);
        let found: Vec<_> = histogram.bins().filter(|(_, count)| *count > 0).collect();
        let expected: Vec<_> = plain.iter().map(|(bin, count)| ((*bin as f64 + 0.5) / 1024.0, *count)).collect();
        assert_eq!(found, expected);
        let least = values.iter().copied().fold(f32::INFINITY, f32::min);
        let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        assert_eq!(histogram.extremes, Some((least, most)));
        let group = |group: &[f32]| group.iter().map(|x| math::exp(f64::from(*x) - 0.5)).sum::<f64>();
        let sum: i128 = values.chunks(GROUP).map(|values| (group(values) * FRACTION) as i128).sum();
        assert_eq!(histogram.sum, sum, "a group is summed in order and rounded once");
    }

    #[test]
    fn the_sign_of_zero_does_not_depend_on_the_order() {
        for zeros in [[0.0, -0.0], [-0.0, 0.0]] {
            let mut histogram = Histogram::log(0.0);
            histogram.observe(&zeros).expect("inside");
            let (low, high) = histogram.extremes.expect("two values");
            assert_eq!([low.to_bits(), high.to_bits()], [0; 2]);
        }
    }

    #[test]
    fn what_is_no_revenue_is_an_error() {
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1500.0, -1500.0] {
            for place in [0, 500, 1002] {
                let mut values = values();
                values[place] = odd;
                assert!(Histogram::log(0.0).observe(&values).is_err(), "{odd} at {place}");
            }
            assert!(Histogram::log(0.0).observe(&[odd]).is_err());
        }
    }
}
