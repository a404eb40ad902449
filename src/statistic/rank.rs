//! The rank of every provider at every period; 1 is the largest, and ties share the better rank.

use super::{Counts, Shape, Statistic};
use crate::cpu::{self, Level};
use crate::error::Error;
use crate::paths::Paths;
use crate::plan::{Plan, RowId, Rows};

/// Rows: provider, then period from 1; classes: rank − 1.
#[derive(Debug)]
pub(crate) struct Ranks {
    /// By provider: the row of its revenue.
    rows: Vec<RowId>,
    /// By provider, then other provider: whether the other is ahead at 0..=T, if nothing is drawn for either, so that
    /// the f64 curves decide. Also set for the provider itself.
    known: Vec<Vec<Option<Vec<bool>>>>,
    /// For each provider, the others that f32 rows cannot resolve from it.
    close: Vec<Vec<usize>>,
}

impl Ranks {
    pub(crate) fn new(plan: &Plan) -> Self {
        let rows: Vec<RowId> = plan.provider_rows().iter().copied().map(RowId::Series).collect();
        let providers = rows.len();
        let never = || Some(vec![false; plan.rows.periods() + 1]);
        let lead =
            |other: usize, own: usize| if other == own { never() } else { plan.known_lead(rows[other], rows[own]) };
        let ahead_of = |own| (0..providers).map(|other| lead(other, own)).collect();
        let known = (0..providers).map(ahead_of).collect();
        let close_to = |own: usize| (0..providers).filter(|other| plan.is_close(rows[*other], rows[own])).collect();
        let close = (0..providers).map(close_to).collect();
        Self { rows, known, close }
    }

    /// Whether there are two providers that their rows decide.
    fn is_plain_pair(&self) -> bool {
        match &self.known[..] {
            [a, b] => a[1].is_none() && b[0].is_none() && self.close.iter().all(Vec::is_empty),
            _ => false,
        }
    }

    /// The row of a provider at period `t` (from 1).
    pub(crate) fn row(provider: usize, t: usize, periods: usize) -> usize {
        provider * periods + t - 1
    }
}

impl Statistic for Ranks {
    fn shape(&self, rows: &Rows) -> Result<Shape, Error> {
        Ok(Shape::uniform(rows.names().len() * rows.periods(), rows.names().len()))
    }

    fn observe(&self, paths: &Paths<'_>, counts: &mut Counts) {
        let periods = paths.rows().periods();
        let level = Level::of_this_process();
        let mut rank = vec![0_u16; paths.len()];
        let mut others = Vec::with_capacity(self.known.len());
        let counts_pairs = self.is_plain_pair() && counts.is_unweighted();
        for t in 1..=periods {
            let rows: Vec<&[f32]> = self.rows.iter().map(|row| paths.values(*row, t)).collect();
            if let [a, b] = rows[..]
                && counts_pairs
            {
                let behind = cpu::run(
                    level,
                    #[inline(always)]
                    || count_behind(a, b),
                );
                for (own, behind) in behind.into_iter().enumerate() {
                    counts.two_classes(Self::row(own, t, periods), behind, paths.len());
                }
                continue;
            }
            for (own, leads) in self.known.iter().enumerate() {
                rank.fill(leads.iter().flatten().map(|lead| u16::from(lead[t])).sum());
                others.clear();
                let is_compared = |other: usize| leads[other].is_none() && !self.close[own].contains(&other);
                others.extend((0..rows.len()).filter(|other| is_compared(*other)).map(|other| rows[other]));
                let close = self.close[own].iter();
                for gaps in close.filter_map(|other| paths.gaps(self.rows[*other], self.rows[own], t)) {
                    rank.iter_mut().zip(gaps).for_each(|(rank, gap)| *rank += u16::from(gap > 0.0));
                }
                cpu::run(
                    level,
                    #[inline(always)]
                    || add_ahead(&mut rank, rows[own], &others),
                );
                counts.classes(Self::row(own, t, periods), &rank);
            }
        }
    }
}

/// Paths compared together.
const LANES: usize = 32;

/// The number of paths on which each of two rows is behind the other.
#[inline(always)]
fn count_behind(a: &[f32], b: &[f32]) -> [u64; 2] {
    let (mut a_behind, mut b_behind) = (0_u32, 0_u32);
    for (a, b) in a.iter().zip(b) {
        a_behind += u32::from(b > a);
        b_behind += u32::from(a > b);
    }
    [a_behind, b_behind].map(u64::from)
}

/// Adds to each path's rank the number of other providers that are ahead.
#[inline(always)]
fn add_ahead(rank: &mut [u16], own: &[f32], others: &[&[f32]]) {
    let (whole, rest) = rank.as_chunks_mut::<LANES>();
    let from = whole.len() * LANES;
    for (place, (rank, own)) in whole.iter_mut().zip(own.as_chunks::<LANES>().0).enumerate() {
        // As wide as the compared values, since narrowing each comparison takes longer than comparing.
        let mut ahead = [0_u32; LANES];
        for other in others {
            for ((ahead, other), own) in ahead.iter_mut().zip(&other.as_chunks::<LANES>().0[place]).zip(own) {
                *ahead += u32::from(other > own);
            }
        }
        for (rank, ahead) in rank.iter_mut().zip(ahead) {
            *rank += narrow(ahead);
        }
    }
    for (path, rank) in (from..).zip(rest) {
        *rank += others.iter().map(|other| u16::from(other[path] > own[path])).sum::<u16>();
    }
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "fewer than there are providers")]
fn narrow(ahead: u32) -> u16 {
    ahead as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths around multiples of the lanes, since the last block of a run may have any length.
    #[test]
    fn every_level_matches_a_scalar_count() {
        for len in [1, LANES - 1, LANES, 2 * LANES + 5] {
            let row = |k: usize| (0..len).map(|path| ((path * 7 + k * 5) % 11) as f32).collect::<Vec<_>>();
            let rows: Vec<Vec<f32>> = (0..6).map(row).collect();
            let others: Vec<&[f32]> = rows[1..].iter().map(Vec::as_slice).collect();
            let ahead = |path: usize| others.iter().filter(|other| other[path] > rows[0][path]).count();
            let expected: Vec<usize> = (0..len).map(|path| 2 + ahead(path)).collect();
            for level in Level::available() {
                let mut rank = vec![2_u16; len];
                cpu::run(
                    level,
                    #[inline(always)]
                    || add_ahead(&mut rank, &rows[0], &others),
                );
                assert_eq!(rank.into_iter().map(usize::from).collect::<Vec<_>>(), expected, "{level:?}, {len} paths");
            }
        }
    }
    /// A tie puts neither behind.
    #[test]
    fn two_rows_are_compared_both_ways() {
        for len in [1, 7, 64, 517] {
            let row = |k: usize| (0..len).map(|path| ((path * k) % 5) as f32).collect::<Vec<_>>();
            let (a, b) = (row(3), row(7));
            let behind = |a: &[f32], b: &[f32]| (0..len).filter(|path| a[*path] < b[*path]).count() as u64;
            for level in Level::available() {
                let found = cpu::run(
                    level,
                    #[inline(always)]
                    || count_behind(&a, &b),
                );
                assert_eq!(found, [behind(&a, &b), behind(&b, &a)], "{level:?}, {len} paths");
            }
        }
    }
}
