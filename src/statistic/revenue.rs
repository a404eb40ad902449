//! Fans of revenue, and shares of the total of all providers.

use super::{Counts, Histogram, Shape, Statistic};
use crate::cpu::{self, Level};
use crate::error::Error;
use crate::math::{self, exp_f32};
use crate::paths::Paths;
use crate::plan::{Measured, MeasuredRow, Plan, Rows, SeriesId};

/// Histograms of log revenue: row of [`Plan::fan_rows`], then period from 1.
#[derive(Debug)]
pub(crate) struct Fans;

impl Fans {
    #[expect(clippy::cast_possible_truncation, reason = "rows are f32")]
    pub(crate) fn histograms(plan: &Plan) -> Vec<Histogram> {
        let of = |SeriesId(row): SeriesId| {
            plan.central[row][1..].iter().map(move |centre| Histogram::log(*centre as f32, plan.has_mean[row]))
        };
        plan.fan_rows().iter().copied().flat_map(of).collect()
    }
}

impl Statistic for Fans {
    fn shape(&self, _: &Rows) -> Result<Shape, Error> {
        Ok(Shape::none())
    }

    fn observe(&self, paths: &Paths<'_>, counts: &mut Counts) {
        let periods = paths.rows().periods();
        for (place, row) in paths.fan_rows().iter().enumerate() {
            for t in 1..=periods {
                counts.values(place * periods + t - 1, paths.values((*row).into(), t));
            }
        }
    }
}

/// Histograms of the logs of yearly sums: provider, then date.
#[derive(Debug)]
pub(crate) struct MeasuredFans(pub(crate) Measured);

impl MeasuredFans {
    #[expect(clippy::cast_possible_truncation, reason = "rows are f32")]
    pub(crate) fn histograms(plan: &Plan, measured: &Measured) -> Vec<Histogram> {
        let of = |(row, SeriesId(own)): (&MeasuredRow, &SeriesId)| {
            let has_mean = plan.has_mean[*own];
            row.central.iter().map(|centre| Histogram::log(*centre as f32, has_mean)).collect::<Vec<_>>()
        };
        measured.of.iter().zip(plan.provider_rows()).flat_map(of).collect()
    }
}

impl Statistic for MeasuredFans {
    fn shape(&self, _: &Rows) -> Result<Shape, Error> {
        Ok(Shape::none())
    }

    #[expect(clippy::cast_possible_truncation, reason = "rows are f32")]
    fn observe(&self, paths: &Paths<'_>, counts: &mut Counts) {
        let (mut logs, mut rounded) = (Vec::new(), Vec::new());
        let dated = self.0.of.iter().flat_map(|row| (1..=row.labels.len()).map(|column| (row.row, column)));
        for (place, (row, column)) in dated.enumerate() {
            // Sums are stored on a linear scale.
            logs.clear();
            logs.extend(paths.values(row, column).iter().map(|sum| f64::from(*sum)));
            math::ln_slice(&mut logs);
            rounded.clear();
            rounded.extend(logs.iter().map(|log| *log as f32));
            counts.values(place, &rounded);
        }
    }
}

/// Histograms of shares: provider, then period from 1.
#[derive(Debug)]
pub(crate) struct Shares;

impl Shares {
    /// The share at period `t` if nothing is drawn, from logs relative to the largest provider, so that large revenues
    /// do not overflow.
    pub(crate) fn known(plan: &Plan, provider: usize, t: usize) -> Option<f64> {
        let logs = || plan.provider_rows().iter().map(|SeriesId(row)| plan.central[*row][t]);
        let largest = logs().fold(f64::NEG_INFINITY, f64::max);
        let part = |log: f64| math::exp(log - largest);
        let SeriesId(own) = plan.provider_row(provider);
        plan.is_deterministic().then(|| part(plan.central[own][t]) / logs().map(part).sum::<f64>())
    }

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
        let mut shares = room(providers, paths.len());
        for t in 1..=periods {
            let rows: Vec<&[f32]> = (0..providers).map(|provider| paths.row(provider, t)).collect();
            shares_at(level, &rows, &mut shares);
            for (provider, share) in shares.iter().enumerate() {
                counts.values(provider * periods + t - 1, &share[..paths.len()]);
            }
        }
    }
}

/// Buffers for the shares of `paths` paths, in whole lanes.
fn room(providers: usize, paths: usize) -> Vec<Vec<f32>> {
    vec![vec![0.0; paths.next_multiple_of(LANES)]; providers]
}

fn shares_at(level: Level, rows: &[&[f32]], shares: &mut [Vec<f32>]) {
    cpu::run(
        level,
        #[inline(always)]
        || match (rows, &mut *shares) {
            ([a, b], [share_a, share_b]) => share_between_two(a, b, share_a, share_b),
            (rows, shares) => share_out(rows, shares),
        },
    );
}

/// Bitwise equal to [`share_out`] for two rows: the larger revenue relative to itself is 1, without an exponential.
#[inline(always)]
#[expect(clippy::eq_op, reason = "x - x is 0 for finite x and NaN for infinite x")]
fn share_between_two(a: &[f32], b: &[f32], share_a: &mut [f32], share_b: &mut [f32]) {
    for (((share_a, share_b), a), b) in share_a.iter_mut().zip(share_b).zip(a).zip(b) {
        let (more, less) = if a > b { (*a, *b) } else { (*b, *a) };
        // NaN for infinite revenue, which has no share.
        let part = exp_f32(less - more) + (more - more);
        let of_more = 1.0 / (1.0 + part);
        let of_less = part * of_more;
        *share_a = if a > b { of_more } else { of_less };
        *share_b = if a > b { of_less } else { of_more };
    }
}

/// Paths processed together, in registers.
const LANES: usize = 16;

/// Shares from log revenue, in f32. Revenue is taken relative to the largest on each path, so no sum can overflow and
/// no share exceeds 1.
#[inline(always)]
fn share_out(rows: &[&[f32]], shares: &mut [Vec<f32>]) {
    let paths = rows.first().map_or(0, |row| row.len());
    for place in 0..paths.div_ceil(LANES) {
        let mut largest = [f32::NEG_INFINITY; LANES];
        for row in rows {
            for (largest, x) in largest.iter_mut().zip(lanes(row, place)) {
                *largest = if x > *largest { x } else { *largest };
            }
        }
        let mut total = [0.0; LANES];
        for (row, share) in rows.iter().zip(&mut *shares) {
            let parts = &mut share.as_chunks_mut::<LANES>().0[place];
            for (((part, total), x), largest) in parts.iter_mut().zip(&mut total).zip(lanes(row, place)).zip(largest) {
                *part = exp_f32(x - largest);
                *total += *part;
            }
        }
        for total in &mut total {
            *total = 1.0 / *total;
        }
        for share in &mut *shares {
            for (part, over_total) in share.as_chunks_mut::<LANES>().0[place].iter_mut().zip(total) {
                *part *= over_total;
            }
        }
    }
}

/// One set of lanes, padded with zeros.
#[inline(always)]
fn lanes(row: &[f32], place: usize) -> [f32; LANES] {
    let (whole, rest) = row.as_chunks::<LANES>();
    if let Some(lanes) = whole.get(place) {
        return *lanes;
    }
    let mut lanes = [0.0; LANES];
    lanes[..rest.len()].copy_from_slice(rest);
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scalar version of [`share_out`] for one path.
    fn plain(x: &[f32]) -> Vec<u32> {
        let largest = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let parts: Vec<f32> = x.iter().map(|x| exp_f32(x - largest)).collect();
        let over_total = 1.0 / parts.iter().sum::<f32>();
        parts.iter().map(|part| (part * over_total).to_bits()).collect()
    }

    /// Ties, zeros of both signs, ratios above e^87, and lengths around multiples of the lanes.
    #[test]
    fn shares_have_the_bits_of_the_plain_formula_at_every_level() {
        for (providers, len) in [(1, 5), (2, 1), (2, 64), (2, 75), (3, LANES - 1), (5, 3 * LANES + 7)] {
            let x = |k: usize, path: usize| match path % 9 {
                0 => 0.0 * (k as f32 - 0.5),
                1 => 60.0 - 120.0 * k as f32,
                _ => ((path * 7 + k * 5) % 11) as f32 * 0.3 - 1.0,
            };
            let rows: Vec<Vec<f32>> = (0..providers).map(|k| (0..len).map(|path| x(k, path)).collect()).collect();
            let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
            for level in Level::available() {
                let mut shares = room(providers, len);
                shares_at(level, &rows, &mut shares);
                for path in 0..len {
                    let expected = plain(&(0..providers).map(|k| x(k, path)).collect::<Vec<_>>());
                    let found: Vec<u32> = shares.iter().map(|share| share[path].to_bits()).collect();
                    assert_eq!(found, expected, "{level:?}, path {path} of {len}, {providers} providers");
                }
            }
        }
    }

    #[test]
    fn infinite_revenue_has_no_share() {
        for odd in [f32::INFINITY, f32::NAN] {
            for rows in [vec![[odd], [0.0]], vec![[0.0], [odd]], vec![[0.0], [1.0], [odd]]] {
                let rows: Vec<&[f32]> = rows.iter().map(<[f32; 1]>::as_slice).collect();
                let mut shares = room(rows.len(), 1);
                shares_at(Level::Baseline, &rows, &mut shares);
                assert!(shares.iter().any(|share| share[0].is_nan()), "{rows:?}");
            }
        }
    }
}
