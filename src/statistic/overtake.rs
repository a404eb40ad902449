//! First overtake, being ahead, and lead changes of one pair.

use super::{Counts, Shape, Statistic};
use crate::cpu::{self, Level};
use crate::error::Error;
use crate::math;
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
    /// Where an overtake is looked for at any time, the slot of the numbers that decide what happens between dates.
    pub(crate) between: Option<u64>,
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
        counts.classes(OvertakeRow::First.index(), &self.first_of(paths, lead));
    }
}

impl Overtake {
    /// The class of every path's first overtake, as [`OvertakeRow::First`] has it.
    pub(crate) fn first(&self, paths: &Paths<'_>) -> Vec<u16> {
        self.first_of(paths, self.follow(paths, |_, _| {}))
    }

    fn first_of(&self, paths: &Paths<'_>, lead: Lead) -> Vec<u16> {
        match self.between {
            Some(slot) if self.known.is_none() => self.first_at_any_time(paths, slot, &lead.at_base),
            _ => lead.first_overtake(self.dates),
        }
    }

    /// Given its revenue on dates, a path has passed by date t with probability 1 − b(1)·…·b(t), b being a Brownian bridge's
    /// probability to stay below 0 over a period: so it first passes where that exceeds a uniform number of its own.
    fn first_at_any_time(&self, paths: &Paths<'_>, slot: u64, at_base: &[u16]) -> Vec<u16> {
        let never = u16::try_from(self.dates + 1).unwrap_or(u16::MAX);
        let mut first: Vec<u16> = at_base.iter().map(|ahead| if *ahead == 1 { 0 } else { never }).collect();
        let log_ratio = |t: usize| {
            if let Some(gaps) = paths.gaps(self.challenger, self.incumbent, t) {
                return gaps;
            }
            let pairs = paths.row(self.challenger, t).iter().zip(paths.row(self.incumbent, t));
            pairs.map(|(a, b)| f64::from(*a) - f64::from(*b)).collect::<Vec<f64>>()
        };
        let uniforms = paths.uniforms(slot);
        let variance = paths.variance_between(self.challenger, self.incumbent);
        let (mut below, mut staying) = (vec![1.0; paths.len()], vec![0.0; paths.len()]);
        // Who is not ahead at the base may be so by the rounding of states only.
        let mut from: Vec<f64> = log_ratio(0).into_iter().map(|x| x.min(0.0)).collect();
        for t in 1..never {
            let to = log_ratio(usize::from(t));
            math::bridge_below_slice(&from, &to, &variance, &mut staying);
            for (((first, below), staying), u) in first.iter_mut().zip(&mut below).zip(&staying).zip(&uniforms) {
                *below *= staying;
                *first = if *first == never && *below < *u { t } else { *first };
            }
            from = to;
        }
        first
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
                None => match paths.gaps(self.challenger, self.incumbent, t) {
                    Some(gaps) => ahead.iter_mut().zip(gaps).for_each(|(ahead, gap)| *ahead = u16::from(gap > 0.0)),
                    None => cpu::run(
                        level,
                        #[inline(always)]
                        || compare(&mut ahead, paths.row(self.challenger, t), paths.row(self.incumbent, t)),
                    ),
                },
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
