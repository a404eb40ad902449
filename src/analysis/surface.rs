//! The probability of a question by a date as a function of two numbers, by interpolation of exact answers.

use std::ops::RangeInclusive;

use serde::Serialize;

use super::asking::Asking;
use crate::assumption::address::is_within;
use crate::calendar::Period;
use crate::cpu::in_parallel;
use crate::error::{Error, Kind, Problem, shown};
use crate::estimate::Estimate;
use crate::exact::DEFAULT_TOLERANCE;
use crate::math;
use crate::math::interpolant::Interpolant;
use crate::number::short;
use crate::random::{GROUP, Net};
use crate::scenario::Scenario;

/// Intervals between nodes on each axis, at first and at most. Nodes of one number of intervals are nodes of the next.
const FIRST: usize = 4;
const MOST: usize = 16;
/// Parts of the interval between two nodes, at whose ends two interpolations are compared.
const BETWEEN: usize = 4;
/// Points of the largest differences that are compared with exact answers.
const MOST_CHANGED: usize = 16;
/// Groups of 64 random points at which the interpolation is compared with exact answers.
const CHECK_GROUPS: u64 = 2;
/// The error of the surface as a multiple of the largest that was found: other points may have a larger one.
const SAFETY: f64 = 2.0;
/// The work of one exact answer, see `Exact::budget`: there are hundreds.
const BUDGET: f64 = 2e7;
/// An error beyond which there is no surface: the probability has a step.
const MOST_ERROR: f64 = 0.01;
/// The tolerance of an exact answer, as a share of that of the surface.
const SHARE: f64 = 0.25;

/// Settings of a surface; created by [`Scenario::surface`].
#[derive(Debug, Clone)]
#[must_use]
pub struct SurfaceSettings {
    asking: Asking,
    axes: [SurfaceAxis; 2],
    tolerance: f64,
}

/// A number that varies along an axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SurfaceAxis {
    /// The address of the number.
    pub address: String,
    /// The lowest value.
    pub low: f64,
    /// The highest value.
    pub high: f64,
    /// The number as it is.
    pub current: f64,
}

impl SurfaceAxis {
    fn nodes(&self, intervals: usize) -> Vec<f64> {
        Interpolant::new(0.5 * (self.low + self.high), 0.5 * (self.high - self.low), intervals + 1).nodes
    }
}

/// A probability as a function of two numbers; returned by [`SurfaceSettings::run`].
///
/// Exact answers at Chebyshev nodes are interpolated. The error is twice the largest difference to exact answers at 128 random points
/// and where the last nodes changed the interpolation most, their own error added.
///
/// # Example: lines of equal probability
/// ```
/// # use outgrow::{normal, Curve, Provider, Question, Scenario};
/// # let scenario = Scenario::builder("2018", "2022")
/// #     .provider(Provider::new("A", 10).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.1))
/// #     .provider(Provider::new("B", 12).growth(Curve::constant(0.2)).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let axes = [("provider[A].growth.constant.normal[0]", 0.1..=0.5), ("provider[B].growth.constant", 0.1..=0.4)];
/// let surface = scenario.surface("A overtakes B", "2021", axes)?.tolerance(1e-3).run()?;
/// let even = &surface.iso_lines(&[0.5])?[0];
/// let [a, b] = even.pieces[0][0];
/// assert!((surface.at(a, b)?.value() - 0.5).abs() < 1e-6);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Surface {
    /// The name of the question.
    pub question: String,
    /// The date by which the overtake is to happen.
    pub period: Period,
    /// The two numbers.
    pub axes: [SurfaceAxis; 2],
    /// The estimated largest error: twice the largest that was found at points other than nodes.
    pub error: f64,
    /// Exact answers that were computed.
    pub solves: usize,
    /// By node of the first axis, then of the second.
    values: Vec<Vec<f64>>,
}

impl Scenario {
    /// Computes the probability of a question by a date over ranges of two numbers. The question is given by its name or as "A
    /// overtakes B", the numbers by their addresses.
    ///
    /// # Errors
    /// An unknown question, date or address. A range that is empty or has a value that is not allowed there.
    ///
    /// # Example: a table of exact answers
    /// ```
    /// # use outgrow::{normal, Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018", "2022")
    /// #     .provider(Provider::new("A", 10).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.1))
    /// #     .provider(Provider::new("B", 12).growth(Curve::constant(0.2)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let axes = [("provider[A].growth.constant.normal[0]", 0.2..=0.4), ("provider[B].volatility", 0.05..=0.2)];
    /// let surface = scenario.surface("A overtakes B", "2021", axes)?.tolerance(1e-3).run()?;
    /// let table = surface.table([100, 100]);
    /// assert!(table.len() == 100 && table[99][0] > table[0][0]);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn surface(
        &self,
        question: &str,
        date: impl TryInto<Period, Error: Into<Error>>,
        axes: [(&str, RangeInclusive<f64>); 2],
    ) -> Result<SurfaceSettings, Error> {
        let asking = Asking::new(self, question, date)?;
        let axis = |(address, range): (&str, RangeInclusive<f64>)| -> Result<SurfaceAxis, Error> {
            let (low, high) = range.into_inner();
            if !(low < high && low.is_finite() && high.is_finite()) {
                let message = format!("must be a low and a higher finite number, got {low:?} and {high:?}");
                return Err(Error::invalid("surface", address, message));
            }
            asking.check_number("surface", address)?;
            for end in [low, high] {
                let changed = asking.scenario.with(address, end);
                let place = || format!("; at the end of the range, {address} = {}", shown(end));
                changed.map(drop).map_err(|error| error.with_words(|_| place()))?;
            }
            Ok(SurfaceAxis { address: address.to_owned(), low, high, current: self.number_at(address)? })
        };
        let [first, second] = axes;
        if is_within(first.0, second.0) || is_within(second.0, first.0) {
            let message = format!("the two numbers must be different ones, got {:?} and {:?}", first.0, second.0);
            return Err(Error::invalid("surface", second.0, message));
        }
        Ok(SurfaceSettings { axes: [axis(first)?, axis(second)?], asking, tolerance: DEFAULT_TOLERANCE / SHARE })
    }
}

impl SurfaceSettings {
    /// Sets the error of the surface at which no exact answers are added, between 1e-12 and 0.01; by default 4e-4. Each exact answer
    /// has a quarter of it as its [tolerance](crate::Exact::tolerance).
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Computes exact answers at 25 nodes, then at 81 and at most 289, until the error is at most the tolerance, and at some 150 to
    /// 180 points between them.
    ///
    /// # Errors
    /// As for [`Exact::run`](crate::Exact::run). A number that does not change the answer. A probability that is too steep: the error
    /// remains above 0.01.
    pub fn run(self) -> Result<Surface, Error> {
        let fault: Option<Problem> = self.asking.scenario.exact().tolerance(self.tolerance).tolerance_fault();
        if let Some(fault) = fault {
            return Err(Error::of_settings("surface", vec![fault]));
        }
        let mut checks = self.checks();
        let mut truths = self.solved(&checks)?;
        let mut surface = Surface {
            question: self.asking.question.clone(),
            period: self.asking.by,
            axes: self.axes.clone(),
            error: f64::INFINITY,
            solves: 0,
            values: Vec::new(),
        };
        let mut intervals = FIRST;
        loop {
            self.refine(&mut surface, intervals)?;
            let added = surface.changed_most();
            truths.extend(self.solved(&added)?);
            checks.extend(added);
            let off = |([x, y], truth): (&[f64; 2], &Estimate)| {
                (surface.interpolated(*x, *y) - truth.value()).abs() + truth.standard_error()
            };
            let largest = checks.iter().zip(&truths).map(off).fold(0.0, f64::max);
            surface.error = SAFETY * largest;
            if surface.error <= self.tolerance || intervals >= MOST {
                break;
            }
            intervals *= 2;
        }
        surface.solves += checks.len();
        self.check_effects(&surface)?;
        if surface.error > MOST_ERROR {
            let message = format!(
                "the probability changes too steeply to be interpolated: {} exact answers leave an error of {}; narrow the ranges, or \
                 compute each cell for itself",
                surface.solves,
                short(surface.error.min(1.0))
            );
            return Err(Error::one(Kind::Limit, "surface", "surface", message));
        }
        Ok(surface)
    }

    /// Random points within both ranges.
    fn checks(&self) -> Vec<[f64; 2]> {
        let net = Net::new(0, 1, 2);
        let points = (0..CHECK_GROUPS).flat_map(|group| {
            let points: Vec<[f64; GROUP]> = net.group(0, group);
            (0..GROUP).map(move |point| [points[0][point], points[1][point]])
        });
        points
            .map(|unit| {
                let at = |axis: usize| {
                    let SurfaceAxis { low, high, .. } = self.axes[axis];
                    low + (high - low) * unit[axis]
                };
                [at(0), at(1)]
            })
            .collect()
    }

    fn solved(&self, points: &[[f64; 2]]) -> Result<Vec<Estimate>, Error> {
        let one = |place: usize| {
            let changes = self.axes.iter().zip(points[place]).map(|(axis, value)| (axis.address.as_str(), value));
            let changed = self.asking.scenario.with_all(changes)?;
            self.asking.of(changed).exact_within((SHARE * self.tolerance).max(1e-12), BUDGET)
        };
        let answers: Vec<(Estimate, f64)> = in_parallel(points.len(), &one).into_iter().collect::<Result<_, _>>()?;
        let is_known = |side: f64| answers.iter().any(|(_, at_base)| (at_base - side).abs() < 1e-9);
        if is_known(0.0) && is_known(1.0) {
            let message = "within these ranges the challenger is behind at the base or ahead, where the probability has a step; \
                           narrow the ranges to one side";
            return Err(Error::one(Kind::Limit, "surface", "surface", message));
        }
        Ok(answers.into_iter().map(|(by, _)| by).collect())
    }

    /// Computes the answers at all nodes that are not known yet.
    fn refine(&self, surface: &mut Surface, intervals: usize) -> Result<(), Error> {
        let [first, second] = self.axes.each_ref().map(|axis| axis.nodes(intervals));
        let known = |a: usize, b: usize| -> Option<f64> {
            let is_known = a.is_multiple_of(2) && b.is_multiple_of(2) && !surface.values.is_empty();
            is_known.then(|| surface.values[a / 2][b / 2])
        };
        let all: Vec<(usize, usize)> = (0..first.len()).flat_map(|a| (0..second.len()).map(move |b| (a, b))).collect();
        let missing: Vec<(usize, usize)> = all.iter().copied().filter(|(a, b)| known(*a, *b).is_none()).collect();
        let points: Vec<[f64; 2]> = missing.iter().map(|(a, b)| [first[*a], second[*b]]).collect();
        let mut values = vec![vec![0.0; second.len()]; first.len()];
        for (a, b) in all {
            values[a][b] = known(a, b).unwrap_or(0.0);
        }
        for ((a, b), answer) in missing.into_iter().zip(self.solved(&points)?) {
            values[a][b] = answer.value();
        }
        surface.solves += points.len();
        surface.values = values;
        Ok(())
    }

    /// # Errors
    /// If the probability does not depend on one of the numbers.
    fn check_effects(&self, surface: &Surface) -> Result<(), Error> {
        let values = &surface.values;
        let first = values.windows(2).any(|rows| rows[0].iter().zip(&rows[1]).any(|(a, b)| (a - b).abs() > 1e-12));
        let second = values.iter().any(|row| row.windows(2).any(|pair| (pair[0] - pair[1]).abs() > 1e-12));
        for (axis, moves) in self.axes.iter().zip([first, second]) {
            if !moves {
                let (low, high) = (short(axis.low), short(axis.high));
                let message = format!("this number does not change the answer between {low} and {high}");
                return Err(Error::invalid("surface", axis.address.clone(), message));
            }
        }
        Ok(())
    }
}

impl Surface {
    /// The probability at two values, with the error of the surface.
    ///
    /// # Errors
    /// If a value is out of its range.
    pub fn at(&self, first: f64, second: f64) -> Result<Estimate, Error> {
        for (axis, value) in self.axes.iter().zip([first, second]) {
            if !(axis.low..=axis.high).contains(&value) {
                let message = format!("must be from {:?} to {:?}, got {value:?}", axis.low, axis.high);
                return Err(Error::invalid("surface", axis.address.clone(), message));
            }
        }
        Ok(Estimate::bounded(self.interpolated(first, second), self.error))
    }

    /// The points that the last refinement changed most, at most one between the same nodes: errors are largest there, such as in a
    /// steep corner, which random points may miss.
    fn changed_most(&self) -> Vec<[f64; 2]> {
        let every_second = |row: &Vec<f64>| row.iter().step_by(2).copied().collect();
        let coarse = Self { values: self.values.iter().step_by(2).map(every_second).collect(), ..self.clone() };
        let change = |[x, y]: [f64; 2]| (self.interpolated(x, y) - coarse.interpolated(x, y)).abs();
        let intervals = self.values.len() - 1;
        let [first, second] = self.axes.each_ref().map(|axis| axis.nodes(BETWEEN * intervals));
        let most = |cell: [usize; 2]| {
            let places = (0..=BETWEEN).flat_map(|a| (0..=BETWEEN).map(move |b| [a, b]));
            let others = places.filter(|place| place.iter().any(|place| !place.is_multiple_of(BETWEEN)));
            let points = others.map(|[a, b]| [first[BETWEEN * cell[0] + a], second[BETWEEN * cell[1] + b]]);
            let changes = points.map(|point| (change(point), point));
            changes.max_by(|one, other| one.0.total_cmp(&other.0)).expect("there are points between nodes")
        };
        let (changes, points): (Vec<f64>, Vec<[f64; 2]>) =
            (0..intervals).flat_map(|a| (0..intervals).map(move |b| [a, b])).map(most).unzip();
        math::descending(&changes).into_iter().map(|at| points[at]).take(MOST_CHANGED).collect()
    }

    fn interpolated(&self, first: f64, second: f64) -> f64 {
        let intervals = self.values.len() - 1;
        let [nodes, others] = self.axes.each_ref().map(|axis| axis.nodes(intervals));
        let along = |row: &Vec<f64>| Interpolant { nodes: others.clone(), values: row.clone() }.at(second);
        let value = Interpolant { values: self.values.iter().map(along).collect(), nodes }.at(first);
        value.clamp(0.0, 1.0)
    }

    /// The probability at equally spaced values, by value of the first number, then of the second.
    #[must_use]
    pub fn table(&self, [rows, columns]: [usize; 2]) -> Vec<Vec<f64>> {
        let [first, second] = [self.values_of(0, rows), self.values_of(1, columns)];
        first.iter().map(|a| second.iter().map(|b| self.interpolated(*a, *b)).collect()).collect()
    }

    /// Equally spaced values of one of the numbers, from the lowest to the highest.
    pub(super) fn values_of(&self, axis: usize, count: usize) -> Vec<f64> {
        let SurfaceAxis { low, high, .. } = self.axes[axis];
        #[expect(clippy::cast_precision_loss, reason = "a table fits into memory")]
        let at = |place: usize| low + (high - low) * place as f64 / count.saturating_sub(1).max(1) as f64;
        (0..count).map(at).collect()
    }
}
