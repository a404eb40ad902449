//! Starts of a fit from the data: the best of a grid.

use super::form::{Form, Point};
use super::grid::Grid;
use super::law::GrowthLaw;
use super::range::Range;
use crate::growth::{Times, Value};
use crate::math::gauss::as_f64;

/// The number of starts that the minimization is run from.
const STARTS: usize = 4;

/// Past log revenue with its times, and the means of the seasons.
pub(super) struct LogHistory<'a> {
    pub(super) points: &'a [Point],
    pub(super) logs: &'a [f64],
    pub(super) seasons: usize,
}

impl LogHistory<'_> {
    /// The means of a column by season; that of a season without an observation is the mean of all.
    fn means(&self, column: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0); self.seasons];
        for (row, point) in self.points.iter().enumerate() {
            let (sum, count) = &mut sums[point.at.1];
            *sum += column(row);
            *count += 1.0;
        }
        let (sum, count) = sums.iter().fold((0.0, 0.0), |(a, b), (sum, count)| (a + sum, b + count));
        sums.iter().map(|(of, number)| if *number > 0.0 { of / number } else { sum / count }).collect()
    }

    /// A column less the means of its seasons.
    fn centred(&self, column: impl Fn(usize) -> f64) -> Vec<f64> {
        let means = self.means(&column);
        self.points.iter().enumerate().map(|(row, point)| column(row) - means[point.at.1]).collect()
    }

    /// The coefficients of one or two functions of time that leave the least squares of log revenue, beside a level and
    /// factors of the seasons.
    fn coefficients(&self, of: &[&dyn Fn(f64) -> f64]) -> Vec<f64> {
        let logs = self.centred(|row| self.logs[row]);
        let columns: Vec<Vec<f64>> = of.iter().map(|f| self.centred(|row| f(self.points[row].at.0))).collect();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        match columns.as_slice() {
            [one] => vec![dot(one, &logs) / dot(one, one)],
            [a, b] => {
                let (aa, ab, bb) = (dot(a, a), dot(a, b), dot(b, b));
                let (ay, by) = (dot(a, &logs), dot(b, &logs));
                let determinant = aa * bb - ab * ab;
                vec![(bb * ay - ab * by) / determinant, (aa * by - ab * ay) / determinant]
            }
            _ => unreachable!("one or two functions are asked for"),
        }
    }
}

/// Starts of a law: the candidates of its grid that leave the least squares of log revenue, each the best of its family,
/// with the level and the factors of the seasons that suit it. Empty if none of them has a value at every observation.
pub(super) fn starts(law: GrowthLaw, form: &Form, history: &LogHistory<'_>, fixed: &[(String, f64)]) -> Vec<Vec<f64>> {
    let first = history.points.first().map_or(0.0, |point| -point.at.0);
    let grid = Grid::new(law, first.max(form.step), form.step, &|of| history.coefficients(of));
    let held = |address: &str| fixed.iter().find(|(known, _)| known == address).map(|(_, value)| *value);
    let columns: Vec<Vec<f64>> = form
        .bounds
        .iter()
        .enumerate()
        .map(|(place, (address, _, _))| {
            grid.candidates.iter().map(|numbers| held(address).unwrap_or(numbers[place])).collect()
        })
        .collect();
    let logs = log_growth(form, history, &columns, grid.candidates.len());
    let sums: Vec<f64> =
        (0..grid.candidates.len()).map(|of| sum_of_squares(form, history, &columns, &logs, of)).collect();
    chosen(&grid, &sums).into_iter().map(|of| start(form, history, &columns, &logs, of)).collect()
}

/// The log growth of every candidate at every observation, one row for each observation.
fn log_growth(form: &Form, history: &LogHistory<'_>, columns: &[Vec<f64>], count: usize) -> Vec<Vec<f64>> {
    let taus: Vec<f64> = history.points.iter().map(|point| point.at.0).collect();
    let values: Vec<Value<'_>> = columns.iter().map(|column| Value::Drawn(column)).collect();
    let mut rows = vec![Vec::new(); taus.len()];
    let times = Times { taus: &taus, step: form.step };
    form.curve.fill(&values, times, count, &mut |row, growth| rows[row] = growth.to_vec());
    rows
}

/// The sum of squares that a candidate leaves; infinite if it is outside of its bounds or has no value somewhere.
fn sum_of_squares(form: &Form, history: &LogHistory<'_>, columns: &[Vec<f64>], logs: &[Vec<f64>], of: usize) -> f64 {
    let is_inside = form.bounds.iter().zip(columns).all(|((_, low, high), column)| {
        // A grid may touch what a transformation cannot represent.
        Range::new(*low, *high).is_some_and(|range| range.contains(column[of]) && range.free(column[of]).is_finite())
    });
    let residuals = history.centred(|row| history.logs[row] - logs[row][of]);
    let sum: f64 = residuals.iter().map(|residual| residual * residual).sum();
    if is_inside && sum.is_finite() { sum } else { f64::INFINITY }
}

/// The best candidates of the best families, the best first.
fn chosen(grid: &Grid, sums: &[f64]) -> Vec<usize> {
    let families = grid.families.iter().copied().max().map_or(0, |last| last + 1);
    let best = |family: usize| {
        let own = (0..sums.len()).filter(|of| grid.families[*of] == family && sums[*of].is_finite());
        own.min_by(|a, b| sums[*a].total_cmp(&sums[*b]))
    };
    let mut all: Vec<usize> = (0..families).filter_map(best).collect();
    all.sort_by(|a, b| sums[*a].total_cmp(&sums[*b]));
    all.truncate(STARTS);
    all
}

/// All parameters of a candidate: the level and the seasons follow from what it leaves.
fn start(form: &Form, history: &LogHistory<'_>, columns: &[Vec<f64>], logs: &[Vec<f64>], of: usize) -> Vec<f64> {
    let means = history.means(|row| history.logs[row] - logs[row][of]);
    let level = means.iter().sum::<f64>() / as_f64(means.len());
    let numbers = columns.iter().map(|column| column[of]);
    let seasons = means[1..].iter().map(|mean| mean - level);
    form.has_level().then_some(level).into_iter().chain(numbers).chain(seasons).collect()
}
