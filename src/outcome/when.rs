//! The interval of a quantile of the date.

use crate::estimate::Estimate;
use crate::math;

/// Above this number of paths Wilson's interval replaces the binomial distribution: the ends differ by a few order
/// statistics out of millions, and the continued fraction of the exact distribution would take thousands of steps.
const MOST_EXACT: u64 = 1 << 24;

/// The counts and estimates of the overtake by every date.
pub(super) struct DateEstimates<'a> {
    /// That of the base, then those of the dates after it.
    pub(super) at_base: Estimate,
    pub(super) by: &'a [Estimate],
    /// Paths by first overtake: at the base, at each date, and none. Used only under plain sampling.
    pub(super) first: &'a [u64],
}

impl DateEstimates<'_> {
    /// The confidence interval of the quantile at `p`, as dates (0 is the base, `None` is after the last date). `plain`
    /// is the confidence level of a run in which each path counts once.
    pub(super) fn interval(&self, p: f64, plain: Option<f64>) -> (Option<usize>, Option<usize>) {
        let paths: u64 = self.first.iter().sum();
        let is_known = self.by.iter().all(|by| by.standard_error() <= 0.0);
        match plain.filter(|_| !is_known && paths <= MOST_EXACT) {
            Some(level) => self.of_order_statistics(p, 0.5 * (1.0 - level), paths),
            None => (self.first_date(|by| by.interval().1 >= p), self.first_date(|by| by.interval().0 >= p)),
        }
    }

    fn first_date(&self, reaches: impl Fn(&Estimate) -> bool) -> Option<usize> {
        std::iter::once(&self.at_base).chain(self.by).position(reaches)
    }

    /// Let B be a binomial number of paths with probability p, and C the number of paths that have overtaken by a date.
    /// The quantile may be at the date unless P(B ≤ C) ≤ `tail`, and is at or before it if P(B ≥ C) ≤ `tail`. These are
    /// the dates of two order statistics.
    fn of_order_statistics(&self, p: f64, tail: f64, paths: u64) -> (Option<usize>, Option<usize>) {
        let counted = |sum: &mut u64, hits: &u64| {
            *sum += hits;
            Some(*sum)
        };
        let by: Vec<u64> = self.first[..=self.by.len()].iter().scan(0, counted).collect();
        let date = |holds: &dyn Fn(u64) -> bool| {
            let at_base = if self.at_base.standard_error() > 0.0 { holds(by[0]) } else { self.at_base.value() >= p };
            if at_base {
                return Some(0);
            }
            let later = &by[1..];
            let place = later.partition_point(|count| !holds(*count));
            (place < later.len()).then_some(place + 1)
        };
        (date(&|count| at_most(count, paths, p) > tail), date(&|count| at_least(count, paths, p) <= tail))
    }
}

/// P(B ≤ count) of a binomial distribution (DLMF 8.17.5).
#[expect(clippy::cast_precision_loss, reason = "path counts stay far below 2^53")]
fn at_most(count: u64, paths: u64, p: f64) -> f64 {
    if count >= paths { 1.0 } else { math::beta_cdf((paths - count) as f64, count as f64 + 1.0, 1.0 - p) }
}

/// P(B ≥ count) of a binomial distribution.
#[expect(clippy::cast_precision_loss, reason = "path counts stay far below 2^53")]
fn at_least(count: u64, paths: u64, p: f64) -> f64 {
    if count == 0 { 1.0 } else { math::beta_cdf(count as f64, (paths - count) as f64 + 1.0, p) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::z_of;

    fn reached(first: &[u64], level: f64, p: f64) -> (Option<usize>, Option<usize>) {
        let paths = first.iter().sum();
        let by: Vec<Estimate> = (1..first.len() - 1)
            .map(|date| Estimate::wilson(first[..=date].iter().sum(), paths, z_of(level)))
            .collect();
        let at_base = if first[0] == 0 { Estimate::exact(0.0) } else { Estimate::wilson(first[0], paths, z_of(level)) };
        DateEstimates { at_base, by: &by, first }.interval(p, Some(level))
    }

    /// Order statistics of the median of 10: the 2nd and the 9th at 95 % (Conover, Practical Nonparametric Statistics,
    /// 3rd ed., §3.2: 1 − 2·11/1024 = 0.9785).
    #[test]
    fn the_median_of_ten_lies_between_the_second_and_the_ninth() {
        let mut one_a_date = vec![1; 12];
        (one_a_date[0], one_a_date[11]) = (0, 0);
        assert_eq!(reached(&one_a_date, 0.95, 0.5), (Some(2), Some(9)));
        // Ten paths with five dates: the ninth has none.
        let censored = [0, 1, 1, 1, 1, 1, 5];
        assert_eq!(reached(&censored, 0.95, 0.5), (Some(2), None));
    }

    #[test]
    fn tails_of_the_binomial_law_by_hand() {
        assert!((at_most(1, 10, 0.5) - 11.0 / 1024.0).abs() < 1e-15);
        assert!((at_least(9, 10, 0.5) - 11.0 / 1024.0).abs() < 1e-15);
        assert!(at_most(10, 10, 0.3) >= 1.0 && at_least(0, 10, 0.3) >= 1.0);
    }

    /// A base that certainly has no lead is not in the interval, however few paths there are.
    #[test]
    fn a_certain_base_is_no_end() {
        assert_eq!(reached(&[0, 0, 3], 0.95, 0.05), (Some(1), None));
        assert_eq!(reached(&[1, 0, 2], 0.95, 0.05), (Some(0), None));
    }
}
