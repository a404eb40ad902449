//! The answers on a line, from the scores at which a lead begins or ends.

use crate::exact::asked::Asked;
use crate::math;

/// A score at which the lead at date `t` begins or ends along a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crossing {
    /// The standard normal score.
    pub(crate) at: f64,
    pub(crate) t: usize,
}

/// The dates with a lead on the current interval of a line, with scratch space.
#[derive(Debug)]
pub(crate) struct Sweep {
    periods: usize,
    /// Bit t: whether the challenger leads at date t.
    ahead: Vec<u64>,
    changes: usize,
    /// Φ of the cuts.
    below: Vec<f64>,
}

impl Sweep {
    pub(crate) fn new(periods: usize) -> Self {
        Self { periods, ahead: vec![0; periods / 64 + 1], changes: 0, below: Vec::new() }
    }

    /// The answers of a line; `cuts` ascend.
    pub(crate) fn answer(&mut self, starts: &[bool], cuts: &[Crossing], asked: Asked) -> Vec<f64> {
        let mut out = vec![0.0; asked.len(self.periods)];
        self.begin(starts);
        let mut uptos = std::mem::take(&mut self.below);
        uptos.clear();
        uptos.extend(cuts.iter().map(|cut| cut.at));
        math::norm_cdf_slice(&mut uptos);
        let mut below = 0.0;
        for (cut, &upto) in cuts.iter().zip(&uptos) {
            self.piece(asked, upto - below, &mut out);
            below = upto;
            if asked == Asked::LeadChanges {
                self.count_changes(cut.t);
            }
            self.flip(cut.t);
            self.date(asked, cut.t, if self.is_ahead(cut.t) { 1.0 - upto } else { upto - 1.0 }, &mut out);
        }
        self.piece(asked, 1.0 - below, &mut out);
        self.below = uptos;
        for (t, is_ahead) in starts.iter().enumerate() {
            self.date(asked, t, if *is_ahead { 1.0 } else { 0.0 }, &mut out);
        }
        match asked {
            Asked::Passage(_) => (2..self.periods + 2).for_each(|t| out[t] += out[t - 1]),
            Asked::Ahead => (0..self.periods).for_each(|t| out[self.periods + t] = 1.0 - out[t]),
            Asked::LeadChanges => {}
        }
        out
    }

    /// Adds to the probability of a lead at date t.
    fn date(&self, asked: Asked, t: usize, mass: f64, out: &mut [f64]) {
        match (asked, t) {
            (Asked::Passage(_), 0) => out[0] += mass,
            (Asked::Passage(_), _) => out[self.periods + 1 + t] += mass,
            (Asked::Ahead, 1..) => out[t - 1] += mass,
            (Asked::Ahead, 0) | (Asked::LeadChanges, _) => {}
        }
    }

    /// Adds the probability of an interval to that of its first lead or of its number of lead changes.
    fn piece(&self, asked: Asked, mass: f64, out: &mut [f64]) {
        match asked {
            Asked::Passage(watch) => {
                // A path without shocks crosses between two dates only if the leader differs at one of them.
                if let Some(first) = self.first(watch.sustained()) {
                    out[1 + first] += mass;
                }
            }
            Asked::LeadChanges => out[self.changes] += mass,
            Asked::Ahead => {}
        }
    }

    /// The cuts that bound the intervals on which a first lead of `sustained` dates begins by date `by`.
    pub(crate) fn boundaries(
        &mut self,
        starts: &[bool],
        cuts: &[Crossing],
        sustained: usize,
        by: usize,
    ) -> Vec<Crossing> {
        self.begin(starts);
        let mut is_in = self.first(sustained).is_some_and(|first| first <= by);
        let mut bounds = Vec::new();
        for cut in cuts {
            self.flip(cut.t);
            let is_now = self.first(sustained).is_some_and(|first| first <= by);
            if is_now != is_in {
                bounds.push(*cut);
                is_in = is_now;
            }
        }
        bounds
    }

    fn begin(&mut self, starts: &[bool]) {
        self.ahead.fill(0);
        for (t, _) in starts.iter().enumerate().filter(|(_, ahead)| **ahead) {
            self.ahead[t / 64] |= 1 << (t % 64);
        }
        self.changes = starts.windows(2).filter(|pair| pair[0] != pair[1]).count();
    }

    fn is_ahead(&self, t: usize) -> bool {
        self.ahead[t / 64] >> (t % 64) & 1 == 1
    }

    /// Begins or ends the lead at a date.
    fn flip(&mut self, t: usize) {
        self.ahead[t / 64] ^= 1 << (t % 64);
    }

    /// Counts how the number of lead changes differs once the lead at a date begins or ends.
    fn count_changes(&mut self, t: usize) {
        let before = usize::from(t > 0 && self.is_ahead(t - 1) != self.is_ahead(t));
        let after = usize::from(t < self.periods && self.is_ahead(t + 1) != self.is_ahead(t));
        let neighbours = usize::from(t > 0) + usize::from(t < self.periods);
        // Neighbours that differed now agree, and vice versa.
        self.changes = self.changes + neighbours - 2 * (before + after);
    }

    /// The first date that begins `sustained` dates ahead in a row.
    fn first(&self, sustained: usize) -> Option<usize> {
        for (place, word) in self.ahead.iter().enumerate() {
            let begins = (1..sustained).fold(*word, |begins, later| begins & self.ahead_from(64 * place + later));
            if begins != 0 {
                return Some(64 * place + begins.trailing_zeros() as usize);
            }
        }
        None
    }

    /// Bit k: whether the challenger leads at date `from` + k; not at dates beyond the last one.
    fn ahead_from(&self, from: usize) -> u64 {
        let word = |place: usize| self.ahead.get(place).copied().unwrap_or_default();
        let (place, shift) = (from / 64, from % 64);
        // Two shifts, since one by 64 bits would overflow.
        word(place) >> shift | word(place + 1) << 1 << (63 - shift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::asked::Watch;

    const DATES: Asked = Asked::Passage(Watch::Dates { sustained: 2 });

    /// Dates 0 to 3: a lead at date 1 from score 0 on, at date 2 between 1 and 2, at date 3 everywhere.
    fn line() -> (Vec<bool>, Vec<Crossing>) {
        let cuts = [(0.0, 1), (1.0, 2), (2.0, 2)].map(|(at, t)| Crossing { at, t });
        (vec![false, false, false, true], cuts.to_vec())
    }

    #[test]
    fn a_lead_must_last() {
        let (starts, cuts) = line();
        let out = Sweep::new(3).answer(&starts, &cuts, DATES);
        let between = math::norm_cdf(2.0) - math::norm_cdf(1.0);
        let expected = [0.0, 0.0, between, between, between, 0.5, between, 1.0];
        for (found, expected) in out.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15, "{out:?}");
        }
        let bounds = Sweep::new(3).boundaries(&starts, &cuts, 2, 1);
        assert_eq!(bounds.iter().map(|cut| cut.at).collect::<Vec<_>>(), [1.0, 2.0]);
    }

    #[test]
    fn a_lead_may_last_from_one_word_of_dates_to_the_next() {
        let periods = 200;
        for (from, sustained) in [(0, 1), (60, 10), (63, 2), (64, 64), (100, 101), (64, 137)] {
            let held = from..from + sustained;
            let starts: Vec<bool> = (0..=periods).map(|t| held.contains(&t) || t == 3 && sustained > 1).collect();
            let mut sweep = Sweep::new(periods);
            sweep.begin(&starts);
            assert_eq!(sweep.first(sustained), Some(from));
            assert_eq!(sweep.first(sustained + 1), None, "{sustained} dates from {from}");
        }
    }

    #[test]
    fn changes_of_the_lead_are_counted() {
        let (starts, cuts) = line();
        let out = Sweep::new(3).answer(&starts, &cuts, Asked::LeadChanges);
        let [a, b, c] = [0.0, 1.0, 2.0].map(math::norm_cdf);
        // Leads by date on the four intervals: ...1, .1.1, .111, .1.1.
        let expected = [0.0, a + (c - b), 0.0, (b - a) + (1.0 - c)];
        for (found, expected) in out.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15, "{out:?}");
        }
    }
}
