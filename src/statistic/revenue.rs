//! Fans of revenue, and shares of the sum of all providers.

use super::{Counts, Histogram, Shape, Statistic};
use crate::cpu::{self, Level};
use crate::error::Error;
use crate::math::exp_f32;
use crate::paths::{Paths, Plan, Rows};

/// Histograms of log revenue: provider, then period from 1.
#[derive(Debug)]
pub(crate) struct Fans;

impl Fans {
    #[expect(clippy::cast_possible_truncation, reason = "as rows are kept")]
    pub(crate) fn histograms(plan: &Plan) -> Vec<Histogram> {
        plan.central
            .iter()
            .flat_map(|central| central[1..].iter().map(|centre| Histogram::log(*centre as f32)))
            .collect()
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
        let level = Level::of_this_process();
        let mut shares = vec![vec![0.0; paths.len()]; providers];
        let mut work = [vec![0.0; paths.len()], vec![0.0; paths.len()]];
        for t in 1..=periods {
            let rows: Vec<&[f32]> = (0..providers).map(|provider| paths.row(provider, t)).collect();
            cpu::run(
                level,
                #[inline(always)]
                || share_out(&rows, &mut work, &mut shares),
            );
            for (provider, share) in shares.iter().enumerate() {
                counts.values(provider * periods + t - 1, share);
            }
        }
    }
}

/// Shares from log revenue, row by row, in f32. Revenue is taken relative to the largest of each path, so no sum can
/// overflow and no share is above 1.
#[inline(always)]
fn share_out(rows: &[&[f32]], [largest, total]: &mut [Vec<f32>; 2], shares: &mut [Vec<f32>]) {
    largest.fill(f32::NEG_INFINITY);
    for row in rows {
        for (largest, x) in largest.iter_mut().zip(*row) {
            *largest = if *x > *largest { *x } else { *largest };
        }
    }
    total.fill(0.0);
    for (row, parts) in rows.iter().zip(&mut *shares) {
        for (((part, total), x), largest) in parts.iter_mut().zip(&mut *total).zip(*row).zip(&*largest) {
            *part = exp_f32(x - largest);
            *total += *part;
        }
    }
    for total in &mut *total {
        *total = 1.0 / *total;
    }
    for parts in shares {
        for (part, over_total) in parts.iter_mut().zip(&*total) {
            *part *= over_total;
        }
    }
}
