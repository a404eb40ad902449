//! The quantities to integrate, with the order of their answers, and the answers of a path without shocks.

use super::start::TIE;

/// Points evaluated together.
pub(super) const BLOCK: usize = 64;

/// Monitoring of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Watch {
    /// On dates; the lead must last `sustained` dates in a row.
    Dates { sustained: usize },
    /// Continuous: between dates too.
    AnyTime,
}

impl Watch {
    /// Number of dates that a lead must last. Without shocks the log-ratio between dates is a straight line, so that continuous
    /// monitoring requires one date as well.
    pub(super) fn sustained(self) -> usize {
        match self {
            Self::Dates { sustained } => sustained,
            Self::AnyTime => 1,
        }
    }
}

/// Quantity to integrate, with the order of its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Ahead at the base; overtaken by 0 to T (by 0 means a lead at the base that lasts); ahead at 1 to T.
    Passage(Watch),
    /// Ahead at 1 to T; behind at 1 to T.
    Ahead,
    /// Probabilities of 0 to T lead changes.
    LeadChanges,
}

impl Asked {
    pub(super) fn len(self, periods: usize) -> usize {
        match self {
            Self::Passage(_) => 2 + 2 * periods,
            Self::Ahead => 2 * periods,
            Self::LeadChanges => periods + 1,
        }
    }

    /// The ranges of answers that follow each other: by date, or by the number of changes.
    pub(super) fn runs(self, periods: usize) -> Vec<std::ops::Range<usize>> {
        match self {
            Self::Passage(_) => vec![0..1, 1..2 + periods, 2 + periods..2 + 2 * periods],
            Self::Ahead => vec![0..periods, periods..2 * periods],
            Self::LeadChanges => std::iter::once(0..periods + 1).collect(),
        }
    }

    /// How many answers of a range of [`runs`](Self::runs) are of the base or the first `dates` dates.
    pub(super) fn count_until(self, range: usize, dates: usize) -> usize {
        match (self, range) {
            (Self::Passage(_), 0) => 1,
            (Self::Passage(_), 1) => dates + 1,
            (Self::Passage(_) | Self::Ahead, _) => dates,
            (Self::LeadChanges, _) => 0,
        }
    }
}

/// The answers of a path without shocks; a tie is not ahead.
pub(super) fn certain(path: &[f64], weight: f64, asked: Asked, out: &mut [f64]) {
    let periods = path.len() - 1;
    let ahead: Vec<bool> = path.iter().map(|x| *x > TIE).collect();
    match asked {
        Asked::LeadChanges => {
            out[ahead.windows(2).filter(|pair| pair[0] != pair[1]).count()] += weight;
        }
        Asked::Passage(watch) => {
            // Between dates a path without shocks is a straight line, so it can only cross 0 if an endpoint lies
            // beyond.
            let sustained = watch.sustained();
            let lasts =
                |t: &usize| *t + sustained <= periods + 1 && ahead[*t..*t + sustained].iter().all(|ahead| *ahead);
            out[0] += weight * indicator(ahead[0]);
            let first = (0..=periods).find(lasts).unwrap_or(periods + 1);
            out[1 + first..2 + periods].iter_mut().for_each(|out| *out += weight);
            (1..=periods).for_each(|t| out[1 + periods + t] += weight * indicator(ahead[t]));
        }
        Asked::Ahead => {
            for t in 1..=periods {
                out[t - 1] += weight * indicator(ahead[t]);
                out[periods + t - 1] += weight * indicator(path[t] < -TIE);
            }
        }
    }
}

fn indicator(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

/// Replaces numbers by their running sums.
pub(super) fn accumulate(by: &mut [f64]) {
    let mut sum = 0.0;
    for by in by {
        sum += *by;
        *by = sum;
    }
}
