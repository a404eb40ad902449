//! First overtake, leads at dates, and lead changes of one provider against another or all others.

use super::{Counts, Shape, Statistic};
use crate::cpu::{self, Level};
use crate::error::Error;
use crate::math;
use crate::paths::Paths;
use crate::plan::{RowId, Rows};

/// One question compiled for a run: the compared rows, and how long a lead must last.
#[derive(Debug)]
pub(crate) struct OvertakeStatistic {
    pub(crate) challenger: RowId,
    /// The others; the challenger is ahead while fewer than `places` of them have at least its revenue.
    pub(crate) others: Vec<Other>,
    pub(crate) places: u16,
    pub(crate) sustained: u16,
    /// Number of answered dates after the base.
    pub(crate) dates: usize,
    /// Slot of the uniform numbers that decide overtakes between dates, under continuous monitoring of a pair.
    pub(crate) between: Option<u64>,
}

/// A row that a challenger is compared with.
#[derive(Debug)]
pub(crate) struct Other {
    pub(crate) row: RowId,
    /// Whether the challenger is ahead of it at each date, if nothing is drawn for either.
    pub(crate) known: Option<Vec<bool>>,
    /// Whether the challenger is ahead of it at the base, if both bases are known.
    pub(crate) ahead_at_base: Option<bool>,
}

impl Other {
    /// Whether the challenger is ahead of it at a date, if that is certain.
    fn certain(&self, t: usize) -> Option<bool> {
        self.known.as_ref().map(|known| known[t]).or(if t == 0 { self.ahead_at_base } else { None })
    }
}

/// The rows that an [`OvertakeStatistic`] counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum OvertakeRow {
    /// Classes: 0 at the base, t first overtake at t, T+1 not by T. A lead at the base is class 0 only if it lasts.
    First,
    /// Classes: the number of lead changes.
    LeadChanges,
    /// Classes: not ahead, ahead at t (from 1).
    Ahead(usize),
    /// Classes: not ahead, ahead at the base. Counted only if a lead must last for more than one period; otherwise it
    /// is class 0 of `First`.
    AheadAtBase,
}

impl OvertakeRow {
    /// The index of the row for a question with `dates` dates after the base.
    pub(crate) fn index(self, dates: usize) -> usize {
        match self {
            Self::First => 0,
            Self::LeadChanges => 1,
            Self::Ahead(t) => t + 1,
            Self::AheadAtBase => dates + 2,
        }
    }
}

impl Statistic for OvertakeStatistic {
    fn shape(&self, _: &Rows) -> Result<Shape, Error> {
        let (dates, more) = (self.dates, usize::from(self.sustained > 1));
        Ok(Shape::rows([dates + 2, dates + 1].into_iter().chain(std::iter::repeat_n(2, dates + more))))
    }

    fn observe(&self, paths: &Paths<'_>, counts: &mut Counts) {
        let lead = self.follow(paths, |t, ahead| counts.classes(OvertakeRow::Ahead(t).index(self.dates), ahead));
        counts.classes(OvertakeRow::LeadChanges.index(self.dates), &lead.changes);
        if self.sustained > 1 {
            counts.classes(OvertakeRow::AheadAtBase.index(self.dates), &lead.at_base);
        }
        counts.classes(OvertakeRow::First.index(self.dates), &self.first_of(paths, lead));
    }
}

impl OvertakeStatistic {
    /// The class of every path's first overtake, as in [`OvertakeRow::First`].
    pub(crate) fn first(&self, paths: &Paths<'_>) -> Vec<u16> {
        self.first_of(paths, self.follow(paths, |_, _| {}))
    }

    fn first_of(&self, paths: &Paths<'_>, lead: Lead) -> Vec<u16> {
        match self.between {
            Some(slot) => match &self.others[..] {
                [other] if other.known.is_none() => self.first_at_any_time(paths, (other.row, slot), &lead.at_base),
                _ => lead.first_overtake(self.dates),
            },
            None => lead.first_overtake(self.dates),
        }
    }

    /// First passage under continuous monitoring. Given its revenue on dates, a path has passed by date t with
    /// probability 1 − b(1)·…·b(t), where b is the probability that a Brownian bridge stays below 0 over a period. The
    /// path first passes where that probability exceeds its uniform number.
    fn first_at_any_time(&self, paths: &Paths<'_>, (incumbent, slot): (RowId, u64), at_base: &[u16]) -> Vec<u16> {
        let never = class(self.dates + 1);
        let mut first: Vec<u16> = at_base.iter().map(|ahead| if *ahead == 1 { 0 } else { never }).collect();
        let log_ratio = |t: usize| {
            if let Some(gaps) = paths.gaps(self.challenger, incumbent, t) {
                return gaps;
            }
            let pairs = paths.values(self.challenger, t).iter().zip(paths.values(incumbent, t));
            pairs.map(|(a, b)| f64::from(*a) - f64::from(*b)).collect::<Vec<f64>>()
        };
        let uniforms = paths.uniforms(slot);
        let variance = paths.variance_between(self.challenger, incumbent);
        let (mut below, mut staying) = (vec![1.0; paths.len()], vec![0.0; paths.len()]);
        // A provider that is not ahead at the base may appear ahead through rounding.
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

    /// Follows the lead from date to date and calls `see` with who is ahead at each date after the base.
    fn follow(&self, paths: &Paths<'_>, mut see: impl FnMut(usize, &[u16])) -> Lead {
        let mut lead = Lead::new(paths.len(), self.sustained);
        let mut ahead = vec![0_u16; paths.len()];
        let level = Level::of_this_process();
        for t in 0..=self.dates {
            match &self.others[..] {
                [other] if self.places == 1 => self.compare_with(other, paths, t, &mut ahead),
                _ => self.place(paths, t, &mut ahead),
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

impl OvertakeStatistic {
    /// Whether the challenger is ahead of one other, as 0 or 1.
    fn compare_with(&self, other: &Other, paths: &Paths<'_>, t: usize, ahead: &mut [u16]) {
        match other.certain(t) {
            Some(certain) => ahead.fill(u16::from(certain)),
            None => match paths.gaps(self.challenger, other.row, t) {
                Some(gaps) => ahead.iter_mut().zip(gaps).for_each(|(ahead, gap)| *ahead = u16::from(gap > 0.0)),
                None => cpu::run(
                    Level::of_this_process(),
                    #[inline(always)]
                    || compare(ahead, paths.values(self.challenger, t), paths.values(other.row, t)),
                ),
            },
        }
    }

    /// Whether fewer than `places` others are at or above the challenger, as 0 or 1.
    fn place(&self, paths: &Paths<'_>, t: usize, ahead: &mut [u16]) {
        let mut above = vec![0_u16; ahead.len()];
        for other in &self.others {
            self.compare_with(other, paths, t, ahead);
            above.iter_mut().zip(&*ahead).for_each(|(above, ahead)| *above += 1 - ahead);
        }
        ahead.iter_mut().zip(above).for_each(|(ahead, above)| *ahead = u16::from(above < self.places));
    }

    /// Whether the challenger is ahead at the base, if the bases that decide it are known.
    pub(crate) fn known_at_base(&self) -> Option<bool> {
        let ahead: Vec<bool> = self.others.iter().map(|other| other.ahead_at_base).collect::<Option<_>>()?;
        Some(ahead.iter().filter(|ahead| !**ahead).count() < usize::from(self.places))
    }

    /// Whether the answer is certain because nothing is drawn for any of the compared rows.
    pub(crate) fn is_known(&self) -> bool {
        self.others.iter().all(|other| other.known.is_some())
    }
}

/// A number of dates as a class.
fn class(dates: usize) -> u16 {
    u16::try_from(dates).expect("validated: at most 2,400 dates")
}

#[inline(always)]
fn compare(ahead: &mut [u16], challenger: &[f32], incumbent: &[f32]) {
    for ((ahead, challenger), incumbent) in ahead.iter_mut().zip(challenger).zip(incumbent) {
        *ahead = u16::from(challenger > incumbent);
    }
}

/// State of a block of paths from period to period, all in u16 so that the loops vectorize.
struct Lead {
    sustained: u16,
    at_base: Vec<u16>,
    before: Vec<u16>,
    changes: Vec<u16>,
    /// Number of consecutive dates ahead, including the base, if a lead must last for more than one.
    run: Vec<u16>,
    /// Number of dates before a run is complete: counted from the base if a lead must last for more than one date,
    /// otherwise from the first date after it.
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
        if self.sustained > 1 {
            // A lead at the base is the first date of a run, which a single date does not complete.
            self.run.copy_from_slice(ahead);
            self.waited.fill(1);
        }
    }

    /// Processes the t-th date. A path that is still waiting has waited for all dates before.
    #[inline(always)]
    fn step(&mut self, t: usize, ahead: &[u16]) {
        for ((changes, before), ahead) in self.changes.iter_mut().zip(&self.before).zip(ahead) {
            *changes += before ^ ahead;
        }
        if self.sustained > 1 {
            let all = class(t);
            for ((run, waited), ahead) in self.run.iter_mut().zip(&mut self.waited).zip(ahead) {
                *run = (*run + 1) & ahead.wrapping_neg();
                *waited += u16::from(*waited == all) & u16::from(*run < self.sustained);
            }
        } else {
            let all = class(t - 1);
            for (waited, ahead) in self.waited.iter_mut().zip(ahead) {
                *waited += u16::from(*waited == all) & (ahead ^ 1);
            }
        }
    }

    /// The first date of each path's overtake: 0 is the base, and `dates` + 1 means none.
    fn first_overtake(self, dates: usize) -> Vec<u16> {
        let never = class(dates + 1);
        if self.sustained > 1 {
            // A run that is complete at date `waited` began `sustained` − 1 dates earlier.
            let first = |waited: u16| if waited == never { never } else { waited + 1 - self.sustained };
            return self.waited.into_iter().map(first).collect();
        }
        let paths = self.at_base.iter().zip(&self.waited);
        paths.map(|(at_base, waited)| if *at_base == 1 { 0 } else { waited + 1 }).collect()
    }
}
