//! Histograms of weighted values: bins hold integer weights in units of 2⁻³², sums hold w·e^(x − centre).

use super::{Histogram, MOST_PAGES, OUT_OF_BOUND, Scale, bins_of};
use crate::math;
use crate::random::GROUP;
use crate::statistic::values::{LARGEST_LOG, fixed, whole};

impl Histogram {
    /// Adds weighted values; `cells` are the weights as integers in units of 2⁻³². A path with a smaller weight than
    /// one unit is ignored.
    pub(in crate::statistic) fn observe_weighted(
        &mut self,
        values: &[f32],
        weights: &[f64],
        cells: &[u64],
    ) -> Result<(), String> {
        for (x, cell) in values.iter().zip(cells).filter(|(_, cell)| **cell > 0) {
            if !(x.abs() < LARGEST_LOG) {
                return Err(format!(
                    "revenue is outside the range of floating-point numbers (e^{x} times the reference)"
                ));
            }
            // Turns −0 into 0, since which zero is the minimum would depend on the order.
            let x = x + 0.0;
            self.widen((x, x));
            let place = whole(x * self.scale.bins());
            let (first, last) = (self.pages.first(), self.pages.last());
            let (first, last) = first.zip(last).map_or((0, 0), |(first, last)| (first.number, last.number));
            let page = place >> 10;
            if !self.pages.is_empty() && last.max(page) - first.min(page) >= MOST_PAGES {
                return Err(format!(
                    "revenue spans more than a factor of e^{MOST_PAGES} \
                     (is a volatility given in percent instead of as a fraction?)"
                ));
            }
            let bins = bins_of(&mut self.pages, page);
            let bin = &mut bins[usize::try_from(place & 1023).expect("ten bits")];
            *bin = bin.checked_add(*cell).ok_or(OUT_OF_BOUND)?;
        }
        let groups = values.chunks(GROUP).zip(weights.chunks(GROUP).zip(cells.chunks(GROUP)));
        groups.into_iter().try_for_each(|(values, (weights, cells))| self.add_weighted(values, weights, cells))
    }

    /// The sum of a group, in order, rounded once.
    fn add_weighted(&mut self, values: &[f32], weights: &[f64], cells: &[u64]) -> Result<(), String> {
        let mut terms = [0.0; GROUP];
        let terms = &mut terms[..values.len()];
        terms.iter_mut().zip(values).for_each(|(term, x)| *term = f64::from(*x));
        if self.scale == Scale::Log {
            terms.iter_mut().for_each(|term| *term -= f64::from(self.centre));
            math::exp_slice(terms);
        }
        let seen = terms.iter().zip(weights).zip(cells).filter(|(_, cell)| **cell > 0);
        let sum = fixed(seen.map(|((term, weight), _)| term * weight).sum());
        self.sum = sum.and_then(|sum| self.sum.checked_add(sum)).ok_or(OUT_OF_BOUND)?;
        Ok(())
    }
}
