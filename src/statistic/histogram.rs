//! Histograms that merge exactly: log revenue in pages allocated on demand, shares in linear bins.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::math;
use crate::paths::stream::GROUP;

/// Bins of one page: a factor e of revenue, or a quarter of all shares.
const PAGE: usize = 1024;
/// Fractional bits of the sums.
const FRACTION: f64 = 18_446_744_073_709_551_616.0; // 2^64
/// The largest sum of one group: 2^62 leaves room for the sign and for the addition.
const LARGEST: f64 = 4_611_686_018_427_387_904.0;
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
        let (low, high) =
            values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), x| (low.min(*x), high.max(*x)));
        if !(low > -LARGEST_LOG && high < LARGEST_LOG) {
            return Err(format!("revenue leaves what a number can hold (e^{low} to e^{high} times the reference)"));
        }
        self.widen((low, high));
        let scale = self.scale.bins();
        values.iter().for_each(|x| count(&mut self.pages, x * scale));
        values.chunks(GROUP).try_for_each(|group| self.add(group))
    }

    fn add(&mut self, group: &[f32]) -> Result<(), String> {
        let mut terms = [0.0; GROUP];
        let terms = &mut terms[..group.len()];
        terms.iter_mut().zip(group).for_each(|(term, x)| *term = f64::from(*x));
        if self.scale == Scale::Log {
            terms.iter_mut().for_each(|term| *term -= self.centre);
            math::exp_slice(terms);
        }
        let sum: f64 = terms.iter().sum();
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

    /// The mean of e^(x − centre), or of the share, over `paths` values.
    #[expect(clippy::cast_precision_loss, reason = "one rounding at the very end")]
    pub(crate) fn mean(&self, paths: u64) -> f64 {
        self.sum as f64 / FRACTION / paths as f64
    }

    /// The smallest value with at least the share `p` of the values at or below it: the middle of its bin, within the extremes.
    #[expect(clippy::cast_precision_loss, reason = "path counts stay far below 2^53")]
    pub(crate) fn quantile(&self, p: f64, paths: u64) -> f64 {
        let (low, high) = self.extremes().unwrap_or((f64::NAN, f64::NAN));
        let mut below = 0;
        for (middle, count) in self.bins() {
            below += count;
            if count > 0 && below as f64 / paths as f64 >= p {
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

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 1500 × 4096 in size")]
fn count(pages: &mut Vec<Page>, scaled: f32) {
    let bin = scaled.floor() as i32;
    page_of(pages, bin >> 10).bins[(bin & 1023) as usize] += 1;
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
