//! The rank of every provider at every period; 1 is the largest, ties share the better rank.

use super::{Counts, Shape, Statistic};
use crate::error::Error;
use crate::paths::{Paths, Plan, Rows};

/// Rows: provider, then period from 1; classes: rank − 1.
#[derive(Debug)]
pub(crate) struct Ranks {
    /// By provider, then other: whether the other is ahead at 0..=T, where nothing is drawn of either and the f64 curves
    /// decide.
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
        let mut rank = vec![0_u16; paths.len()];
        for t in 1..=periods {
            for (own, leads) in self.known.iter().enumerate() {
                rank.fill(0);
                for (other, lead) in leads.iter().enumerate().filter(|(other, _)| *other != own) {
                    match lead {
                        Some(lead) => rank.iter_mut().for_each(|rank| *rank += u16::from(lead[t])),
                        None => {
                            let pairs = paths.row(other, t).iter().zip(paths.row(own, t));
                            rank.iter_mut().zip(pairs).for_each(|(rank, (other, own))| *rank += u16::from(other > own));
                        }
                    }
                }
                counts.classes(Self::row(own, t, periods), &rank);
            }
        }
    }
}
