//! The cells of a histogram: adjacent pages of 1,024 bins, allocated on demand.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Bins per page: a factor e of revenue, or a quarter of the range of shares.
pub(super) const PAGE: usize = 1024;

/// The bins `1024 number .. 1024 (number + 1)`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Page {
    pub(super) number: i32,
    /// Empty before the first count.
    pub(super) bins: Box<[u64]>,
}

impl Page {
    pub(super) fn add(&mut self, counts: &[u16]) {
        if self.bins.is_empty() {
            self.bins = counts.iter().map(|count| u64::from(*count)).collect();
            return;
        }
        for (bin, count) in self.bins.iter_mut().zip(counts) {
            *bin += u64::from(*count);
        }
    }

    /// Total count; `None` on overflow.
    pub(super) fn count(&self) -> Option<u64> {
        // In halves, so that no addition can overflow and the loop vectorizes.
        let (mut low, mut high) = (0, 0);
        for count in &self.bins {
            low += count & u64::from(u32::MAX);
            high += count >> 32;
        }
        high.checked_mul(1 << 32)?.checked_add(low)
    }

    /// The number, over all pages, of the first nonempty bin.
    pub(super) fn first_filled(&self) -> Option<f64> {
        self.bins.iter().position(|count| *count > 0).map(|bin| self.number_of(bin))
    }

    /// The number, over all pages, of the last nonempty bin.
    pub(super) fn last_filled(&self) -> Option<f64> {
        self.bins.iter().rposition(|count| *count > 0).map(|bin| self.number_of(bin))
    }

    /// Exact, since it is below 2²².
    pub(super) fn number_of(&self, bin: usize) -> f64 {
        f64::from(self.number) * PAGE as f64 + bin as f64
    }
}

/// Adds pages up to this number, each with these bins. Pages are adjacent, so the index of a page is its distance from the first.
pub(super) fn reach(pages: &mut Vec<Page>, number: i32, bins: fn() -> Box<[u64]>) {
    let new = |number: i32| Page { number, bins: bins() };
    let first = pages.first().map_or(number, |page| page.number);
    if number < first {
        pages.splice(..0, (number..first).map(new));
    }
    let next = pages.last().map_or(number, |page| page.number + 1);
    pages.extend((next..=number).map(new));
}

/// The bins of a page, which is added if there is none.
pub(super) fn bins_of(pages: &mut Vec<Page>, number: i32) -> &mut [u64] {
    let zeros = || vec![0; PAGE].into_boxed_slice();
    reach(pages, number, zeros);
    let place = usize::try_from(number - pages[0].number).expect("no page lies below the first");
    let bins = &mut pages[place].bins;
    if bins.is_empty() {
        *bins = zeros();
    }
    bins
}

/// Serialized page: its nonempty range of bins.
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
