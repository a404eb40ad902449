//! The model of a growth curve over past revenue: level, curve, factors of the seasons.

use super::regression::Regression;
use crate::assumption::Assumption;
use crate::assumption::address::Trail;
use crate::assumption::quantity::Quantity;
use crate::assumption::standard_law::StandardLaw;
use crate::assumption::visitor::{Visitor, VisitorMut};
use crate::calendar::Period;
use crate::error::{Error, Kind, Problem};
use crate::growth::{Curve, CurveLaw, Reading, Times, Value};
use crate::math;

/// Name of the log revenue at the base.
pub(super) const LEVEL: &str = "level";

/// The scale in which residuals have equal variance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Scale {
    /// Log revenue: deviations are fractions of revenue. The default.
    #[default]
    Log,
    /// Revenue itself.
    Level,
    /// Differences of log revenue between one observation and the next: deviations accumulate. The level is not estimated.
    Growth,
}

/// An observation: years since the base and season, with those of the observation before it where growth is fitted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) at: (f64, usize),
    pub(super) before: Option<(f64, usize)>,
}

/// What a fitted curve is made of.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) curve: Curve,
    pub(super) names: Vec<String>,
    /// The bounds of the numbers of the curve, which are their domains.
    pub(super) bounds: Vec<(String, f64, f64)>,
    pub(super) scale: Scale,
    /// Length of a period in years.
    pub(super) step: f64,
    /// Number of seasons; 1 if their factors are not estimated.
    pub(super) seasons: usize,
}

/// The numbers of a curve by address.
#[derive(Default)]
struct CurveNumbers {
    list: Vec<(String, Quantity, Option<f64>)>,
}

impl Visitor for CurveNumbers {
    fn number(&mut self, trail: &mut Trail, quantity: Quantity, value: &Assumption) {
        self.list.push((trail.as_str().to_owned(), quantity, constant(value)));
    }
}

/// A plain number.
fn constant(value: &Assumption) -> Option<f64> {
    match StandardLaw::of(&value.law) {
        Some(StandardLaw::Constant(value)) => Some(value),
        Some(_) | None => None,
    }
}

/// Replaces the numbers of a curve, in the order of its walk.
pub(super) struct Put<I>(pub(super) I);

impl<I: Iterator<Item = f64>> VisitorMut for Put<I> {
    fn number(&mut self, _: &mut Trail, _: Quantity, value: &mut Assumption) {
        if let Some(next) = self.0.next() {
            *value = next.into();
        }
    }
}

pub(super) type Listed = Vec<(String, Quantity, f64)>;

/// The numbers of a curve.
///
/// # Errors
/// If one of them is not a plain number.
pub(super) fn numbers(curve: &Curve) -> Result<Listed, Error> {
    let mut found = CurveNumbers::default();
    curve.walk(&mut Trail::default(), &mut found);
    let mut problems = Vec::new();
    let mut list = Vec::new();
    for (address, quantity, value) in found.list {
        match value {
            Some(value) => list.push((address, quantity, value)),
            None => {
                problems.push(Problem::new(address, "must be a number to start from, not a distribution or a name"))
            }
        }
    }
    match &curve.0 {
        CurveLaw::Mixture(_) => problems.push(Problem::new("mixture", "fit each law by itself")),
        CurveLaw::Schedule(schedule) if schedule.reading == Reading::Totals => {
            problems.push(Problem::new("schedule.reading", "fiscal totals are not fitted; use the reading \"point\""));
        }
        CurveLaw::Constant(_)
        | CurveLaw::Schedule(_)
        | CurveLaw::Fade { .. }
        | CurveLaw::Family(..)
        | CurveLaw::Share(_)
        | CurveLaw::Custom(_) => {}
    }
    if problems.is_empty() { Ok(list) } else { Err(Error::of(Kind::Invalid, "fit", problems)) }
}

impl Form {
    /// Whether the log revenue at the base is a parameter.
    pub(super) fn has_level(&self) -> bool {
        self.scale != Scale::Growth
    }

    /// Years since the base, and the season.
    pub(super) fn place(&self, base: Period, period: Period) -> (f64, usize) {
        let periods = period.since(base).expect("checked: the periods have the step of the base");
        let season = periods.rem_euclid(i32::try_from(self.seasons).expect("at most twelve")) as usize;
        (f64::from(periods) * self.step, season)
    }

    /// Predictors and responses.
    pub(super) fn data(&self, base: Period, known: &[(Period, f64)]) -> (Vec<Point>, Vec<f64>) {
        let at = |period: Period| self.place(base, period);
        let points = known.iter().map(|one| Point { at: at(one.0), before: None });
        let mut responses: Vec<f64> = known.iter().map(|one| one.1).collect();
        if self.scale != Scale::Level {
            math::ln_slice(&mut responses);
        }
        if self.scale != Scale::Growth {
            return (points.collect(), responses);
        }
        let points = known.windows(2).map(|pair| Point { at: at(pair[1].0), before: Some(at(pair[0].0)) });
        (points.collect(), responses.windows(2).map(|pair| pair[1] - pair[0]).collect())
    }

    /// The model, without derivatives of its own.
    pub(super) fn regression(&self) -> Regression<'_, Point> {
        let model = |points: &[Point], parameters: &[f64], out: &mut [f64]| self.fill(points, parameters, out);
        let regression = Regression::over_all(self.names.clone(), model);
        self.bounds.iter().fold(regression, |all, (address, low, high)| all.bounds(address.clone(), *low, *high))
    }

    /// The model, to be fitted at these points only.
    pub(super) fn regression_at(&self, points: &[Point]) -> Regression<'_, Point> {
        let regression = self.regression();
        if !self.curve.has_slopes() {
            return regression;
        }
        let taus: Vec<f64> = points.iter().map(|point| point.at.0).collect();
        let before: Vec<f64> = points.iter().filter_map(|point| point.before).map(|(tau, _)| tau).collect();
        regression.own_derivatives(move |points, parameters, out, columns| {
            self.fill_columns(points, [&taus, &before], parameters, out, columns);
        })
    }

    /// The model at some points, in increasing order.
    fn fill(&self, points: &[Point], parameters: &[f64], out: &mut [f64]) {
        let (level, rest) = if self.has_level() { (parameters[0], &parameters[1..]) } else { (0.0, parameters) };
        let (of_curve, of_seasons) = rest.split_at(rest.len() + 1 - self.seasons);
        let values: Vec<Value<'_>> = of_curve.iter().map(|value| Value::Fixed(*value)).collect();
        let add = |sign: f64, at: &dyn Fn(&Point) -> (f64, usize), out: &mut [f64]| {
            let taus: Vec<f64> = points.iter().map(|point| at(point).0).collect();
            let times = Times { taus: &taus, step: self.step };
            self.curve.fill(&values, times, 1, &mut |index, growth| {
                out[index] += sign * (growth[0] + season_factor(of_seasons, at(&points[index]).1));
            });
        };
        out.fill(level);
        add(1.0, &|point| point.at, out);
        if !self.has_level() {
            add(-1.0, &|point| point.before.unwrap_or(point.at), out);
        }
        if self.scale == Scale::Level {
            math::exp_slice(out);
        }
    }

    /// The model of a curve with derivatives, and these, one column for each parameter. `taus` are the times of the points, and
    /// of the points before them where growth is fitted.
    fn fill_columns(
        &self,
        points: &[Point],
        [taus, before]: [&[f64]; 2],
        parameters: &[f64],
        out: &mut [f64],
        columns: &mut [f64],
    ) {
        let rows = points.len();
        let first = usize::from(self.has_level());
        let (levels, rest) = columns.split_at_mut(first * rows);
        let (numbers, seasons) = rest.split_at_mut(self.bounds.len() * rows);
        let (values, factors) = parameters[first..].split_at(self.bounds.len());
        let times = |taus| Times { taus, step: self.step };
        self.curve.with_slopes(values, times(taus), out, Some(numbers));
        if self.has_level() {
            levels.fill(1.0);
            out.iter_mut().for_each(|out| *out += parameters[0]);
        } else {
            let (mut growth, mut slopes) = (vec![0.0; rows], vec![0.0; numbers.len()]);
            self.curve.with_slopes(values, times(before), &mut growth, Some(&mut slopes));
            out.iter_mut().zip(&growth).for_each(|(out, growth)| *out -= growth);
            numbers.iter_mut().zip(&slopes).for_each(|(out, slope)| *out -= slope);
        }
        if self.seasons > 1 {
            self.fill_seasons(points, factors, out, seasons);
        }
        if self.scale == Scale::Level {
            math::exp_slice(out);
            for column in columns.chunks_exact_mut(rows) {
                column.iter_mut().zip(&*out).for_each(|(slope, value)| *slope *= value);
            }
        }
    }

    /// Adds the factors of the seasons, and sets their columns.
    fn fill_seasons(&self, points: &[Point], factors: &[f64], out: &mut [f64], columns: &mut [f64]) {
        let factor = |season: usize| season_factor(factors, season);
        // The base is of season 0, and its factor falls as another rises.
        let slope = |season: usize, of: usize| f64::from(season == of + 1) - f64::from(season == 0);
        for (row, (out, point)) in out.iter_mut().zip(points).enumerate() {
            let before = point.before.filter(|_| !self.has_level()).map(|(_, season)| season);
            *out += factor(point.at.1) - before.map_or(0.0, factor);
            for (of, column) in columns.chunks_exact_mut(points.len()).enumerate() {
                column[row] = slope(point.at.1, of) - before.map_or(0.0, |season| slope(season, of));
            }
        }
    }
}

/// The logarithm of the factor of a season. The factors multiply to 1 over a year, and the base is of season 0.
fn season_factor(factors: &[f64], season: usize) -> f64 {
    season.checked_sub(1).map_or_else(|| -factors.iter().sum::<f64>(), |place| factors[place])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The model with derivatives agrees with the model, and the derivatives with its differences, in every scale, with and
    /// without seasons.
    #[test]
    fn columns_are_derivatives() {
        let base: Period = "2018-Q1".parse().expect("a period");
        let known: Vec<(Period, f64)> = (-13..=0)
            .filter(|k| ![-9, -4].contains(k))
            .map(|k| (base.checked_add(k).expect("a period"), 900.0 + 20.0 * f64::from(k)))
            .collect();
        for scale in [Scale::Log, Scale::Level, Scale::Growth] {
            for seasons in [1, 4] {
                let curve = Curve::logistic(1.4, 0.5);
                let bounds = ["saturation", "rate"].map(|name| (name.to_owned(), 0.0, f64::INFINITY)).to_vec();
                let form = Form { curve, names: Vec::new(), bounds, scale, step: 0.25, seasons };
                let level = form.has_level().then_some(6.5);
                let factors = [0.05, -0.02, 0.04];
                let parameters: Vec<f64> =
                    level.into_iter().chain([1.4, 0.5]).chain(factors[..seasons - 1].iter().copied()).collect();
                let points = form.data(base, &known).0;
                let taus: Vec<f64> = points.iter().map(|point| point.at.0).collect();
                let before: Vec<f64> = points.iter().filter_map(|point| point.before).map(|(tau, _)| tau).collect();
                let rows = points.len();
                let (mut out, mut columns) = (vec![0.0; rows], vec![0.0; rows * parameters.len()]);
                form.fill_columns(&points, [&taus, &before], &parameters, &mut out, &mut columns);
                let model = |place: usize, step: f64| {
                    let (mut moved, mut out) = (parameters.clone(), vec![0.0; rows]);
                    moved[place] += step;
                    form.fill(&points, &moved, &mut out);
                    out
                };
                for (found, expected) in out.iter().zip(model(0, 0.0)) {
                    assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{scale:?} {seasons}");
                }
                for (place, column) in columns.chunks_exact(rows).enumerate() {
                    let (above, below) = (model(place, 1e-5), model(place, -1e-5));
                    for (slope, (above, below)) in column.iter().zip(above.iter().zip(&below)) {
                        let expected = (above - below) / 2e-5;
                        let error = (slope - expected).abs();
                        assert!(
                            error <= 1e-8 * out[0].abs().max(1.0),
                            "{scale:?} {seasons} {place}: {slope} {expected}"
                        );
                    }
                }
            }
        }
    }
}
