//! Fans of revenue, and shares of the sum of all providers.

use super::{Counts, Histogram, Shape, Statistic};
use crate::error::Error;
use crate::math;
use crate::paths::{Paths, Plan, Rows};

/// Histograms of log revenue: provider, then period from 1.
#[derive(Debug)]
pub(crate) struct Fans;

impl Fans {
    pub(crate) fn histograms(plan: &Plan) -> Vec<Histogram> {
        plan.central.iter().flat_map(|central| central[1..].iter().map(|centre| Histogram::log(*centre))).collect()
    }
}

impl Statistic for Fans {
    fn shape(&self, _: &Rows) -> Result<Shape, Error> {
        Ok(Shape::none())
    }

    fn observe(&self, paths: &Paths<'_>, counts: &mut Counts) {
        let (providers, periods) = (paths.rows().names().len(), paths.rows().periods());
        for provider in 0..providers {
            for t in 1..=periods {
                counts.values(provider * periods + t - 1, paths.row(provider, t));
            }
        }
    }
}

/// Histograms of shares: provider, then period from 1.
#[derive(Debug)]
pub(crate) struct Shares;

impl Shares {
    pub(crate) fn histograms(plan: &Plan) -> Vec<Histogram> {
        let count = plan.rows.names().len() * plan.rows.periods();
        (0..count).map(|_| Histogram::share()).collect()
    }
}

impl Statistic for Shares {
    fn shape(&self, _: &Rows) -> Result<Shape, Error> {
        Ok(Shape::none())
    }

    fn observe(&self, paths: &Paths<'_>, counts: &mut Counts) {
        let (providers, periods) = (paths.rows().names().len(), paths.rows().periods());
        let mut parts = vec![vec![0.0; paths.len()]; providers];
        let mut share = vec![0.0; paths.len()];
        for t in 1..=periods {
            let total = relative_revenue(paths, t, &mut parts);
            for (provider, parts) in parts.iter().enumerate() {
                let paths = share.iter_mut().zip(parts).zip(&total);
                #[expect(clippy::cast_possible_truncation, reason = "shares are kept as f32")]
                paths.for_each(|((share, part), total)| *share = (part / total) as f32);
                counts.values(provider * periods + t - 1, &share);
            }
        }
    }
}

/// Revenue relative to the largest provider's, path by path, and its sum: no share can overflow.
fn relative_revenue(paths: &Paths<'_>, t: usize, parts: &mut [Vec<f64>]) -> Vec<f64> {
    let mut largest = vec![f32::NEG_INFINITY; paths.len()];
    for provider in 0..parts.len() {
        largest.iter_mut().zip(paths.row(provider, t)).for_each(|(largest, x)| *largest = largest.max(*x));
    }
    let mut total = vec![0.0; paths.len()];
    for (provider, parts) in parts.iter_mut().enumerate() {
        let logs = paths.row(provider, t).iter().zip(&largest);
        parts.iter_mut().zip(logs).for_each(|(part, (x, largest))| *part = f64::from(*x) - f64::from(*largest));
        math::exp_slice(parts);
        total.iter_mut().zip(parts).for_each(|(total, part)| *total += *part);
    }
    total
}
