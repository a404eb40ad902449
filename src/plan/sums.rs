//! Derived rows: sums over a year at the dates of a measure, filled once per block and only if requested.
//!
//! Sums are stored on a linear scale relative to the reference, as f32. Within one question, rows compare as revenue
//! does.

use super::ids::SeriesId;
use crate::cpu::{self, Level};
use crate::error::Error;
use crate::math::{exp_f32, to_f32};

/// A row of sums of one provider, over `width` periods up to each date.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SumRow {
    /// The series that is summed.
    pub(crate) of: SeriesId,
    pub(crate) width: usize,
    /// Column 0 is the base date, or `None` if the data at the base are incomplete; the other columns are the answered
    /// dates.
    pub(crate) dates: Vec<Option<i32>>,
    /// For each column, the historical part of the sum, relative to the reference.
    pub(crate) past: Vec<f64>,
}

/// The smallest sum with full f32 precision, with a margin.
const LEAST: f32 = 1e-30;
/// The largest such sum.
const GREATEST: f32 = 1e30;

impl SumRow {
    /// Periods of the projection, including 0, that a date sums.
    fn projected(&self, date: i32) -> std::ops::RangeInclusive<usize> {
        let last = usize::try_from(date).expect("the date is not before the base");
        (last + 1).saturating_sub(self.width)..=last
    }

    /// Sums of revenues that are known at 0..=T, in the scenario's unit.
    pub(crate) fn known(&self, revenue: &[f64], reference: f64) -> Vec<f64> {
        let sum = |(date, past): (&Option<i32>, &f64)| match date {
            Some(date) if *date >= 0 => past * reference + revenue[self.projected(*date)].iter().sum::<f64>(),
            _ => past * reference,
        };
        self.dates.iter().zip(&self.past).map(sum).collect()
    }

    /// Fills the row's columns in f64 from the linear revenue of its provider in f64.
    pub(crate) fn fill_fine(&self, linear: &[f64], paths: usize, row: &mut [f64]) {
        for ((date, past), out) in self.dates.iter().zip(&self.past).zip(row.chunks_exact_mut(paths)) {
            out.fill(*past);
            let Some(date) = date.filter(|date| *date >= 0) else { continue };
            for t in self.projected(date) {
                let part = &linear[t * paths..(t + 1) * paths];
                out.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
            }
        }
    }

    /// Fills the row's columns from the linear revenue of its provider, `linear[t * width_of_block ..]`.
    ///
    /// # Errors
    /// The column whose sums exceed the range of f32.
    pub(crate) fn fill(&self, level: Level, linear: &[f32], paths: usize, row: &mut [f32]) -> Result<(), usize> {
        for (column, (date, past)) in self.dates.iter().zip(&self.past).enumerate() {
            let out = &mut row[column * paths..(column + 1) * paths];
            out.fill(to_f32(*past));
            let Some(date) = *date else { continue };
            if date >= 0 {
                for t in self.projected(date) {
                    let part = &linear[t * paths..(t + 1) * paths];
                    cpu::run(
                        level,
                        #[inline(always)]
                        || add(out, part),
                    );
                }
            }
            let held = cpu::run(
                level,
                #[inline(always)]
                || are_held(out),
            );
            if !held {
                return Err(column);
            }
        }
        Ok(())
    }
}

/// Error for sums outside the range of f32.
pub(crate) fn beyond(provider: &str, label: &str) -> Error {
    let message = "the sum over a year is outside the range of 1e-30 to 1e30 times the reference; use the period \
                   measure instead";
    Error::provider_limit("simulation", provider, &format!("at {label}"), message)
}

#[inline(always)]
fn add(sum: &mut [f32], part: &[f32]) {
    for (sum, part) in sum.iter_mut().zip(part) {
        *sum += part;
    }
}

/// Whether every sum lies within the bounds. `all` returns early and so does not vectorize.
#[inline(always)]
fn are_held(sums: &[f32]) -> bool {
    let mut held = true;
    for sum in sums {
        held &= (*sum > LEAST) & (*sum < GREATEST);
    }
    held
}

/// `e^x` of a row of logs relative to the reference.
pub(crate) fn linear(level: Level, logs: &[f32], out: &mut [f32]) {
    cpu::run(
        level,
        #[inline(always)]
        || {
            for (out, x) in out.iter_mut().zip(logs) {
                *out = exp_f32(*x);
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_out_of_range_are_detected() {
        assert!(exp_f32(-100.0) < LEAST && exp_f32(100.0) > GREATEST);
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        let logs: Vec<f32> = (0..1000).map(|i| i as f32 * 0.037 - 18.0).collect();
        let mut first = vec![0.0; logs.len()];
        linear(Level::Baseline, &logs, &mut first);
        for level in Level::available() {
            let mut other = vec![0.0; logs.len()];
            linear(level, &logs, &mut other);
            assert!(first.iter().zip(&other).all(|(a, b)| a.to_bits() == b.to_bits()), "{level:?}");
        }
    }
}
