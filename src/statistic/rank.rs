//! The rank of every provider at every period; 1 is the largest, ties share the better rank.

use super::{Counts, Shape, Statistic};
use crate::cpu::{self, Level};
use crate::error::Error;
use crate::paths::{Paths, Plan, Rows};

/// Rows: provider, then period from 1; classes: rank − 1.
#[derive(Debug)]
pub(crate) struct Ranks {
    /// By provider, then other: whether the other is ahead at 0..=T, where nothing is drawn of either and the f64 curves
    /// decide; nobody is ahead of itself.
    known: Vec<Vec<Option<Vec<bool>>>>,
}

impl Ranks {
    pub(crate) fn new(plan: &Plan) -> Self {
        let providers = plan.rows.names().len();
        let ahead_of = |own| (0..providers).map(|other| plan.known_lead(other, own)).collect();
        Self { known: (0..providers).map(ahead_of).collect() }
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
        for t in 1..=periods {
            for (own, leads) in self.known.iter().enumerate() {
                rank.fill(leads.iter().flatten().map(|lead| u16::from(lead[t])).sum());
                let unknown = leads.iter().enumerate().filter(|(other, lead)| *other != own && lead.is_none());
                others.clear();
                others.extend(unknown.map(|(other, _)| paths.row(other, t)));
                cpu::run(
                    level,
                    #[inline(always)]
                    || add_ahead(&mut rank, paths.row(own, t), &others),
                );
                counts.classes(Self::row(own, t, periods), &rank);
            }
        }
    }
}

/// Adds to each path's rank the number of others that are ahead of its own.
#[inline(always)]
fn add_ahead(rank: &mut [u16], own: &[f32], others: &[&[f32]]) {
    for other in others {
        for ((rank, other), own) in rank.iter_mut().zip(*other).zip(own) {
            *rank += u16::from(other > own);
        }
    }
}
