//! Bounds on the answers at a point from the probabilities of being ahead at each date, which have a closed form if the start is a
//! point or normal, and nearly so otherwise.
//!
//! A polynomial may be far off where it had no points to be fitted to, as where a drawn volatility is nearly 0. The difference between an
//! answer and its surrogate would then be large and so rare that no point shows it. Between these bounds it cannot be large where the
//! answer is nearly 0 or 1.

use super::features::Features;
use super::polynomial::{BLOCK, Row, normal_cdf, sum_of};
use crate::cpu::{self, Level};
use crate::exact::asked::Asked;

/// All points, or those where the challenger is behind at the base, or ahead.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Which {
    All,
    Behind,
    Ahead,
}

impl Which {
    pub(super) fn has(self, is_ahead: bool) -> bool {
        match self {
            Self::All => true,
            Self::Behind => !is_ahead,
            Self::Ahead => is_ahead,
        }
    }
}

/// Bounds on the answers at some points.
pub(super) struct Bounds {
    asked: Asked,
    ahead_at_base: f64,
    /// Lower and upper probabilities of being ahead, by block of points, then by date from 0 on.
    ahead: Vec<Vec<[Row; 2]>>,
    /// Lower and upper probabilities of a first passage by each date, in the block that was filled last.
    block: usize,
    by: Vec<[Row; 2]>,
}

impl Bounds {
    pub(super) fn new(features: &Features, asked: Asked) -> Self {
        let by = vec![[[0.0; BLOCK]; 2]; features.log_ratios.len()];
        let mut ahead = vec![by.clone(); features.sds.len().div_ceil(BLOCK)];
        let slack = features.slack();
        for date in 1..by.len() {
            let probits = features.column(date);
            cpu::run(
                Level::of_this_process(),
                #[inline(always)]
                || {
                    for (probits, ahead) in probits.chunks(BLOCK).zip(&mut ahead) {
                        let [low, high] = &mut ahead[date];
                        for place in 0..probits.len() {
                            low[place] = normal_cdf(probits[place] - slack);
                        }
                        *high = *low;
                        if slack > 0.0 {
                            for place in 0..probits.len() {
                                high[place] = normal_cdf(probits[place] + slack);
                            }
                        }
                    }
                },
            );
        }
        Self { asked, ahead_at_base: features.ahead_at_base, ahead, block: 0, by }
    }

    /// Computes the bounds at a block of points, given which of them count.
    #[inline(always)]
    pub(super) fn fill(&mut self, block: usize, points: Which) {
        let at_base = match points {
            Which::All => self.ahead_at_base,
            Which::Behind => 0.0,
            Which::Ahead => 1.0,
        };
        self.ahead[block][0] = [[at_base; BLOCK]; 2];
        self.block = block;
        if let Asked::Passage(watch) = self.asked {
            self.fill_passages(watch.sustained());
        }
    }

    /// Fréchet bounds for a lead of several dates: max(0, 1 − Σ(1 − p)) and min p. A first passage lies between the largest of these so
    /// far and their sum (Boole's inequality).
    #[inline(always)]
    fn fill_passages(&mut self, sustained: usize) {
        let mut so_far = [[0.0; BLOCK]; 2];
        for first in 0..self.by.len() {
            if let Some(lead) = self.ahead[self.block].get(first..first + sustained) {
                let mut run = [[1.0; BLOCK]; 2];
                for [low, high] in lead {
                    for place in 0..BLOCK {
                        run[0][place] -= 1.0 - low[place];
                        run[1][place] = if high[place] < run[1][place] { high[place] } else { run[1][place] };
                    }
                }
                for place in 0..BLOCK {
                    let low = so_far[0][place];
                    so_far[0][place] = if run[0][place] > low { run[0][place] } else { low };
                    so_far[1][place] += run[1][place];
                }
            }
            self.by[first] = so_far;
        }
    }

    /// The weighted sum of values between the bounds of an answer.
    #[inline(always)]
    pub(super) fn weighted(&self, answer: usize, values: &Row, weights: &Row) -> f64 {
        let (dates, ahead) = (self.by.len(), &self.ahead[self.block]);
        let ([low, high], is_behind) = match self.asked {
            Asked::Passage(_) if answer == 0 => (&ahead[0], false),
            Asked::Passage(_) if answer <= dates => (&self.by[answer - 1], false),
            Asked::Passage(_) => (&ahead[answer - dates], false),
            Asked::Ahead if answer < dates - 1 => (&ahead[answer + 1], false),
            Asked::Ahead => (&ahead[answer + 2 - dates], true),
            Asked::LeadChanges => return 0.0,
        };
        let mut products = [0.0; BLOCK];
        for place in 0..BLOCK {
            let (low, high) = if is_behind { (1.0 - high[place], 1.0 - low[place]) } else { (low[place], high[place]) };
            let value = if values[place] < high { values[place] } else { high };
            products[place] = weights[place] * if value > low { value } else { low };
        }
        sum_of(&products)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::asked::Watch;
    use crate::math::norm_cdf;

    /// Log-ratios in units of the shocks of one period at dates 0 to 3, and the probabilities of being ahead that follow.
    const LOG_RATIOS: [[f64; 4]; 3] = [[-0.5, -0.2, 0.1, 0.3], [-2.0, -1.5, -3.0, -1.0], [0.5, 0.4, 0.2, 0.1]];

    fn features() -> Features {
        Features {
            log_ratios: (0..4).map(|date| LOG_RATIOS.iter().map(|of_point| of_point[date]).collect()).collect(),
            start: [0.0; 2],
            sds: vec![1.0; 3],
            is_ahead: vec![false, false, true],
            ahead_at_base: 0.0,
        }
    }

    fn ahead(point: usize, date: usize) -> f64 {
        match (point, date) {
            (2, 0) => 1.0,
            (_, 0) => 0.0,
            _ => norm_cdf(LOG_RATIOS[point][date] / f64::from(u8::try_from(date).expect("at most 3")).sqrt()),
        }
    }

    /// A value clipped from below and from above, at one point.
    fn bounds_of(asked: Asked, answer: usize, point: usize) -> [f64; 2] {
        let mut weights = [0.0; BLOCK];
        weights[point] = 1.0;
        let which = if point == 2 { Which::Ahead } else { Which::Behind };
        let mut bounds = Bounds::new(&features(), asked);
        bounds.fill(0, which);
        [-1.0, 9.0].map(|value| bounds.weighted(answer, &[value; BLOCK], &weights))
    }

    #[track_caller]
    fn assert_bounds(found: [f64; 2], expected: [f64; 2]) {
        let is_close = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6);
        assert!(is_close, "{found:?} {expected:?}");
    }

    /// If leads come together, a passage by a date is as likely as the likeliest lead so far; if no two come together, as all of them.
    #[test]
    fn a_passage_lies_between_the_likeliest_lead_and_the_sum_of_all() {
        let asked = Asked::Passage(Watch::Dates { sustained: 1 });
        for point in 0..2 {
            let (mut most, mut sum) = (0.0_f64, 0.0);
            for date in 0..4 {
                most = most.max(ahead(point, date));
                sum += ahead(point, date);
                assert_bounds(bounds_of(asked, 1 + date, point), [most, sum]);
            }
        }
        assert_bounds(bounds_of(asked, 1, 2), [1.0, 1.0]);
        assert_bounds(bounds_of(asked, 0, 2), [1.0, 1.0]);
    }

    /// A lead of two dates is at least as likely as if the two shared as little as possible, and at most as the less likely of them.
    #[test]
    fn a_sustained_lead_lies_between_the_bounds_of_frechet() {
        let asked = Asked::Passage(Watch::Dates { sustained: 2 });
        for point in 0..3 {
            let (mut most, mut sum) = (0.0_f64, 0.0);
            for first in 0..3 {
                let pair = [ahead(point, first), ahead(point, first + 1)];
                most = most.max(pair[0] + pair[1] - 1.0);
                sum += pair[0].min(pair[1]);
                assert_bounds(bounds_of(asked, 1 + first, point), [most, sum]);
            }
            let last = bounds_of(asked, 4, point);
            assert_bounds(last, [most, sum]);
        }
    }

    #[test]
    fn being_ahead_and_behind_at_a_date_have_their_values() {
        for point in 0..3 {
            for date in 1..4 {
                let p = ahead(point, date);
                assert_bounds(bounds_of(Asked::Ahead, date - 1, point), [p, p]);
                assert_bounds(bounds_of(Asked::Ahead, 2 + date, point), [1.0 - p, 1.0 - p]);
                let passage = Asked::Passage(Watch::Dates { sustained: 1 });
                assert_bounds(bounds_of(passage, 4 + date, point), [p, p]);
            }
        }
    }

    /// The distribution of a start need not be normal.
    #[test]
    fn a_start_with_its_own_distribution_has_wider_bounds() {
        let mut features = features();
        (features.start, features.ahead_at_base) = ([0.1, 0.4], 0.6);
        let mut bounds = Bounds::new(&features, Asked::Ahead);
        bounds.fill(0, Which::All);
        let mut weights = [0.0; BLOCK];
        weights[0] = 1.0;
        let [low, high] = [-1.0, 9.0].map(|value| bounds.weighted(0, &[value; BLOCK], &weights));
        let p = norm_cdf((0.1 - 0.2) / (1.0_f64 + 0.16).sqrt());
        assert!(low > 0.2 && low < p - 0.1 && high > p + 0.1 && high < 0.8, "{low} {p} {high}");
    }
}
