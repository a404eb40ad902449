//! Starts of a fit from the data: the best of a grid.

use super::form::{Form, Point};
use super::grid::Grid;
use super::law::GrowthLaw;
use super::range::Range;
use crate::growth::Times;
use crate::math::gauss::as_f64;

/// The number of starts that the minimization is run from.
const STARTS: usize = 4;

/// Past log revenue with its times, and the means of the seasons.
pub(super) struct LogHistory<'a> {
    points: &'a [Point],
    logs: &'a [f64],
    /// Observations by season.
    counts: Vec<f64>,
}

impl<'a> LogHistory<'a> {
    pub(super) fn new(points: &'a [Point], logs: &'a [f64], seasons: usize) -> Self {
        let mut counts = vec![0.0; seasons];
        points.iter().for_each(|point| counts[point.at.1] += 1.0);
        Self { points, logs, counts }
    }

    /// The means of a column by season; that of a season without an observation is the mean of all.
    fn put_means(&self, column: impl Fn(usize) -> f64, means: &mut [f64]) {
        means.fill(0.0);
        for (row, point) in self.points.iter().enumerate() {
            means[point.at.1] += column(row);
        }
        let all = means.iter().sum::<f64>() / as_f64(self.points.len());
        for (mean, count) in means.iter_mut().zip(&self.counts) {
            *mean = if *count > 0.0 { *mean / count } else { all };
        }
    }

    /// A column less the means of its seasons.
    fn centred(&self, column: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut means = vec![0.0; self.counts.len()];
        self.put_means(&column, &mut means);
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
    let mut grid = Grid::new(law, first.max(form.step), form.step, &|of| history.coefficients(of));
    for (place, (address, _, _)) in form.bounds.iter().enumerate() {
        if let Some((_, value)) = fixed.iter().find(|(known, _)| known == address) {
            grid.candidates.iter_mut().for_each(|numbers| numbers[place] = *value);
        }
    }
    let mut scores = Scores::new(form, history);
    let sums: Vec<f64> = grid.candidates.iter().map(|numbers| scores.sum_of_squares(numbers)).collect();
    chosen(&grid, &sums).into_iter().map(|of| scores.start(&grid.candidates[of])).collect()
}

/// What candidates leave of log revenue.
struct Scores<'a> {
    form: &'a Form,
    history: &'a LogHistory<'a>,
    ranges: Vec<Option<Range>>,
    taus: Vec<f64>,
    /// What a candidate leaves.
    left: Vec<f64>,
    means: Vec<f64>,
}

impl<'a> Scores<'a> {
    fn new(form: &'a Form, history: &'a LogHistory<'a>) -> Self {
        let taus: Vec<f64> = history.points.iter().map(|point| point.at.0).collect();
        let (left, means) = (vec![0.0; taus.len()], vec![0.0; history.counts.len()]);
        let ranges = form.bounds.iter().map(|(_, low, high)| Range::new(*low, *high)).collect();
        Self { form, history, ranges, taus, left, means }
    }

    /// Computes what a candidate leaves, and the means of that by season.
    fn evaluate(&mut self, numbers: &[f64]) {
        let times = Times { taus: &self.taus, step: self.form.step };
        self.form.curve.with_slopes(numbers, times, &mut self.left, None);
        self.left.iter_mut().zip(self.history.logs).for_each(|(left, log)| *left = log - *left);
        self.history.put_means(|row| self.left[row], &mut self.means);
    }

    /// The sum of squares that a candidate leaves; infinite if it is outside of its bounds or has no value somewhere.
    fn sum_of_squares(&mut self, numbers: &[f64]) -> f64 {
        let is_inside = self.ranges.iter().zip(numbers).all(|(range, value)| {
            // A grid may touch what a transformation cannot represent.
            range.is_some_and(|range| range.contains(*value) && range.free(*value).is_finite())
        });
        if !is_inside {
            return f64::INFINITY;
        }
        self.evaluate(numbers);
        let left = self.left.iter().zip(self.history.points).map(|(left, point)| left - self.means[point.at.1]);
        let sum: f64 = left.map(|left| left * left).sum();
        if sum.is_finite() { sum } else { f64::INFINITY }
    }

    /// All parameters of a candidate: the level and the seasons follow from what it leaves.
    fn start(&mut self, numbers: &[f64]) -> Vec<f64> {
        self.evaluate(numbers);
        let level = self.means.iter().sum::<f64>() / as_f64(self.means.len());
        let seasons = self.means[1..].iter().map(|mean| mean - level);
        self.form.has_level().then_some(level).into_iter().chain(numbers.iter().copied()).chain(seasons).collect()
    }
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
