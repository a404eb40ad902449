//! First overtake, being ahead, and lead changes of one pair.

use super::{Counts, Shape, Statistic};
use crate::cpu::{self, Level};
use crate::error::Error;
use crate::paths::{Paths, Rows};

/// One question on a run: two rows and how long a lead must last.
#[derive(Debug)]
pub(crate) struct Overtake {
    pub(crate) challenger: usize,
    pub(crate) incumbent: usize,
    pub(crate) sustained: u16,
    /// The dates after the base that are answered.
    pub(crate) dates: usize,
    /// Whether the challenger is ahead at each date, where nothing is drawn of either.
    pub(crate) known: Option<Vec<bool>>,
    /// Whether the challenger is ahead at the base, where both bases are known.
    pub(crate) ahead_at_base: Option<bool>,
}

/// The rows that an [`Overtake`] counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum OvertakeRow {
    /// Classes: 0 ahead at base, t first overtake at t, T+1 not by T.
    First,
    /// Classes: the number of lead changes.
    LeadChanges,
    /// Classes: not ahead, ahead at t (from 1).
    Ahead(usize),
}

impl OvertakeRow {
    pub(crate) fn index(self) -> usize {
        match self {
            Self::First => 0,
            Self::LeadChanges => 1,
            Self::Ahead(t) => t + 1,
        }
    }
}

impl Statistic for Overtake {
    fn shape(&self, _: &Rows) -> Result<Shape, Error> {
        let periods = self.dates;
        Ok(Shape::rows([periods + 2, periods + 1].into_iter().chain(std::iter::repeat_n(2, periods))))
    }

    fn observe(&self, paths: &Paths<'_>, counts: &mut Counts) {
        let lead = self.follow(paths, |t, ahead| counts.classes(OvertakeRow::Ahead(t).index(), ahead));
        counts.classes(OvertakeRow::LeadChanges.index(), &lead.changes);
        counts.classes(OvertakeRow::First.index(), &lead.first_overtake(self.dates));
    }
}

impl Overtake {
    /// The class of every path's first overtake, as [`OvertakeRow::First`] has it.
    pub(crate) fn first(&self, paths: &Paths<'_>) -> Vec<u16> {
        self.follow(paths, |_, _| {}).first_overtake(self.dates)
    }

    /// Follows the lead from date to date; `see` is shown who is ahead at each after the base.
    fn follow(&self, paths: &Paths<'_>, mut see: impl FnMut(usize, &[u16])) -> Lead {
        let mut lead = Lead::new(paths.len(), self.sustained);
        let mut ahead = vec![0_u16; paths.len()];
        let level = Level::of_this_process();
        for t in 0..=self.dates {
            let certain = self.known.as_ref().map(|known| known[t]).or(if t == 0 { self.ahead_at_base } else { None });
            match certain {
                Some(certain) => ahead.fill(u16::from(certain)),
                None => cpu::run(
                    level,
                    #[inline(always)]
                    || compare(&mut ahead, paths.row(self.challenger, t), paths.row(self.incumbent, t)),
                ),
            }
            if t == 0 {
                lead.start(&ahead);
            } else {
                cpu::run(
                    level,
                    #[inline(always)]
                    || lead.step(t, &ahead),
                );
                see(t, &ahead);
                std::mem::swap(&mut lead.before, &mut ahead);
            }
        }
        lead
    }
}

#[inline(always)]
fn compare(ahead: &mut [u16], challenger: &[f32], incumbent: &[f32]) {
    for ((ahead, challenger), incumbent) in ahead.iter_mut().zip(challenger).zip(incumbent) {
        *ahead = u16::from(challenger > incumbent);
    }
}

/// The state of a block of pairs from period to period, all in u16 so that the loops vectorise.
struct Lead {
    sustained: u16,
    at_base: Vec<u16>,
    before: Vec<u16>,
    changes: Vec<u16>,
    /// Periods in a row ahead, where a lead must last for more than one.
    run: Vec<u16>,
    /// Periods before a run has lasted long enough.
    waited: Vec<u16>,
}

impl Lead {
    fn new(len: usize, sustained: u16) -> Self {
        let zeros = || vec![0; len];
        Self {
            sustained,
            at_base: zeros(),
            before: zeros(),
            changes: zeros(),
            run: if sustained > 1 { zeros() } else { Vec::new() },
            waited: zeros(),
        }
    }

    fn start(&mut self, ahead: &[u16]) {
        self.at_base.copy_from_slice(ahead);
        self.before.copy_from_slice(ahead);
    }

    /// Who is ahead at the t-th date. A path that waits still has waited for all dates before.
    #[inline(always)]
    fn step(&mut self, t: usize, ahead: &[u16]) {
        let all = u16::try_from(t - 1).unwrap_or(u16::MAX);
        for ((changes, before), ahead) in self.changes.iter_mut().zip(&self.before).zip(ahead) {
            *changes += before ^ ahead;
        }
        if self.sustained > 1 {
            for ((run, waited), ahead) in self.run.iter_mut().zip(&mut self.waited).zip(ahead) {
                *run = (*run + 1) & ahead.wrapping_neg();
                *waited += u16::from(*waited == all) & u16::from(*run < self.sustained);
            }
        } else {
            for (waited, ahead) in self.waited.iter_mut().zip(ahead) {
                *waited += u16::from(*waited == all) & (ahead ^ 1);
            }
        }
    }

    /// A run that was long enough after `waited` + 1 periods began `sustained` − 1 earlier.
    fn first_overtake(self, periods: usize) -> Vec<u16> {
        let never = u16::try_from(periods).unwrap_or(u16::MAX - 1);
        let paths = self.at_base.iter().zip(&self.waited);
        paths
            .map(|(at_base, waited)| match (at_base, waited) {
                (1, _) => 0,
                (_, waited) if *waited == never => never + 1,
                (_, waited) => waited + 2 - self.sustained,
            })
            .collect()
    }
}
