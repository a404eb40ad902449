//! The model of a growth curve over past revenue: level, curve, factors of the seasons.

use super::regression::Regression;
use crate::assumption::Assumption;
use crate::assumption::address::Trail;
use crate::assumption::quantity::Quantity;
use crate::assumption::shape::Shape;
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
struct Numbers {
    list: Vec<(String, Quantity, Option<f64>)>,
}

impl Visitor for Numbers {
    fn number(&mut self, trail: &mut Trail, quantity: Quantity, value: &Assumption) {
        self.list.push((trail.as_str().to_owned(), quantity, constant(value)));
    }
}

/// A plain number.
fn constant(value: &Assumption) -> Option<f64> {
    match Shape::of(&value.law) {
        Some(Shape::Constant(value)) => Some(value),
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
    let mut found = Numbers::default();
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
        let logs = |one: &(Period, f64)| math::ln(one.1);
        match self.scale {
            Scale::Log => known.iter().map(|one| (Point { at: at(one.0), before: None }, logs(one))).unzip(),
            Scale::Level => known.iter().map(|one| (Point { at: at(one.0), before: None }, one.1)).unzip(),
            Scale::Growth => known
                .windows(2)
                .map(|pair| {
                    let point = Point { at: at(pair[1].0), before: Some(at(pair[0].0)) };
                    (point, logs(&pair[1]) - logs(&pair[0]))
                })
                .unzip(),
        }
    }

    pub(super) fn regression(&self) -> Regression<'_, Point> {
        let model = |points: &[Point], parameters: &[f64], out: &mut [f64]| self.fill(points, parameters, out);
        let regression = Regression::over_all(self.names.clone(), model);
        self.bounds.iter().fold(regression, |all, (address, low, high)| all.bounds(address.clone(), *low, *high))
    }

    /// The model at some points, in increasing order.
    fn fill(&self, points: &[Point], parameters: &[f64], out: &mut [f64]) {
        let (level, rest) = if self.has_level() { (parameters[0], &parameters[1..]) } else { (0.0, parameters) };
        let (of_curve, of_seasons) = rest.split_at(rest.len() + 1 - self.seasons);
        // The factors multiply to 1 over a year; the base is of season 0.
        let season = |season: usize| match season.checked_sub(1) {
            Some(place) => of_seasons[place],
            None => -of_seasons.iter().sum::<f64>(),
        };
        let values: Vec<Value<'_>> = of_curve.iter().map(|value| Value::Fixed(*value)).collect();
        let add = |sign: f64, at: &dyn Fn(&Point) -> (f64, usize), out: &mut [f64]| {
            let taus: Vec<f64> = points.iter().map(|point| at(point).0).collect();
            let times = Times { taus: &taus, step: self.step };
            self.curve.fill(&values, times, 1, &mut |index, growth| {
                out[index] += sign * (growth[0] + season(at(&points[index]).1));
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
}
