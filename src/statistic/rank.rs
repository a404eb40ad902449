//! The rank of every provider at every period; 1 is the largest, ties share the better rank.

use super::{Counts, Shape, Statistic};
use crate::error::Error;
use crate::paths::{Paths, Rows};

/// Rows: provider, then period from 1; classes: rank − 1.
#[derive(Debug)]
pub(crate) struct Ranks;

impl Ranks {
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
        let (providers, periods) = (paths.rows().names().len(), paths.rows().periods());
        // Where nothing is drawn of either, the f64 curves decide.
        let ahead_of = |own| (0..providers).map(|other| paths.known_lead(other, own)).collect();
        let known: Vec<Vec<_>> = (0..providers).map(ahead_of).collect();
        let mut rank = vec![0_u16; paths.len()];
        for t in 1..=periods {
            for (own, leads) in known.iter().enumerate() {
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
