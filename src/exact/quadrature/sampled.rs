//! What is averaged over points: the recursion given the drawn numbers, or lines; each with a cheap approximation of its answers, a
//! surrogate.
//!
//! An answer is estimated as the mean of the surrogate over many points plus the mean of answer − surrogate over few (two-level Monte
//! Carlo, Giles 2008). The surrogate is fitted by least squares to points of its own, so that this sum has the expectation of the
//! answer whatever the quality of the fit.

use super::conditional::Conditional;
use super::crossings::{Crossings, Sample};
use super::features::Features;
use super::lines::Lines;
use super::probits::Probits;
use super::replicates::{Points, Replicates};
use super::sweep::Sweep;
use super::wide::Axes;
use crate::error::Error;
use crate::exact::asked::Asked;
use crate::exact::pair::Pair;

/// A method, with its surrogate if one was fitted.
pub(crate) enum Sampled<'a, 'p> {
    Conditional(Box<Conditional<'a, 'p>>, Option<Probits>),
    Lines(Lines<'a, 'p>, Option<Box<Crossings>>),
}

/// Where the drawn numbers determine the start: the jump of each answer at a tie (for lines, its coefficient of regression on the
/// probability of being ahead at the base), and the probability of being ahead at the base.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) jumps: Vec<f64>,
    pub(super) ahead: f64,
}

impl Step {
    /// The control of lines, with coefficients that minimize the variance over independent lines. `None` if the start ties on none of them,
    /// or if the probability of being ahead at the base, which is asked for last, is not known.
    fn of_lines(weights: &[f64], answers: &[Vec<f64>], ahead: &dyn Fn() -> Option<(f64, f64)>) -> Option<Self> {
        let all: f64 = weights.iter().sum();
        let mean = |of: &dyn Fn(&[f64]) -> f64| -> f64 {
            weights.iter().zip(answers).map(|(weight, answer)| weight * of(answer)).sum::<f64>() / all
        };
        let at_base = mean(&|answer| answer[0]);
        let excess = |answer: &[f64]| answer[0] - at_base;
        let variance = mean(&|answer| excess(answer) * excess(answer));
        let (ahead, _) = if variance > 0.0 { ahead()? } else { return None };
        // Few lines with a lead at the base determine a coefficient badly; it cannot exceed that of a certain consequence.
        let jump = |t: usize| (mean(&|answer| excess(answer) * answer[t]) / variance).clamp(-1.0, 1.0);
        Some(Self { jumps: (0..answers[0].len()).map(jump).collect(), ahead })
    }

    /// Subtracts the control from sums over points with weights that sum to `weight`.
    pub(super) fn subtract_from_sums(&self, weight: f64, sums: &mut [f64]) {
        self.subtract(sums[0] - self.ahead * weight, sums);
    }

    /// Subtracts a control variate with mean zero: the jump times `excess`, the indicator of being ahead less its probability.
    pub(super) fn subtract(&self, excess: f64, answers: &mut [f64]) {
        answers.iter_mut().zip(&self.jumps).for_each(|(answer, jump)| *answer -= jump * excess);
    }

    /// The same for the answers at one point.
    pub(super) fn subtract_at_point(&self, answers: &mut [f64]) {
        self.subtract(answers[0] - self.ahead, answers);
    }
}

/// Fraction of the tolerance to which lines need the probability of being ahead at the base.
const START_FRACTION: f64 = 0.01;

impl<'a, 'p> Sampled<'a, 'p> {
    pub(super) fn pair(&self) -> &'a Pair<'p> {
        match self {
            Self::Conditional(method, _) => method.pair,
            Self::Lines(lines, _) => lines.pair,
        }
    }

    /// The axes of points.
    pub(super) fn axes(&self) -> Axes {
        match self {
            Self::Conditional(method, _) => method.axes(),
            Self::Lines(lines, _) => lines.axes(),
        }
    }

    pub(crate) fn dimensions(&self) -> usize {
        match self {
            Self::Conditional(method, _) => method.dimensions(),
            Self::Lines(lines, _) => lines.dimensions(),
        }
    }

    /// Number of leading dimensions that are drawn numbers; the others are shocks.
    pub(super) fn drawn_dimensions(&self) -> usize {
        match self {
            Self::Conditional(method, _) => method.dimensions(),
            Self::Lines(lines, _) => lines.drawn_dimensions(),
        }
    }

    pub(super) fn answers(
        &mut self,
        coordinates: &[Vec<f64>],
        width: usize,
        asked: Asked,
    ) -> Result<Vec<Vec<f64>>, Error> {
        match self {
            Self::Conditional(method, _) => method.answers(coordinates, width),
            Self::Lines(lines, _) => lines.answers(coordinates, width, asked),
        }
    }

    /// Fits a surrogate to independent points, and for lines the control of their start; returns the number of points and this control.
    pub(super) fn fit_surrogate(&mut self, asked: Asked, tolerance: f64) -> Result<(usize, Option<Step>), Error> {
        let axes = self.dimensions();
        let others = Replicates::others(self.axes(), 0);
        let points_of = |wanted: usize| 2 * wanted.div_ceil(Replicates::evaluations(axes, 2));
        let mut step = None;
        let count = match self {
            Self::Lines(lines, crossings) => {
                let mut sweep = Sweep::new(lines.periods());
                let (mut weights, mut answers) = (Vec::new(), Vec::new());
                let mut sample = Sample::new(lines, asked);
                let count = points_of(sample.wanted());
                others.sample(count, &mut |points| {
                    let (mut point, coordinates) = (0, sample.middles.coordinates(lines, points));
                    lines.each(&points.coordinates, points.width, &mut |line| {
                        let at: Vec<f64> = coordinates.iter().map(|axis| axis[point]).collect();
                        sample.add(&at, points.weight(point), &line);
                        if let Asked::Passage(_) = asked {
                            weights.push(points.weight(point));
                            answers.push(sweep.answer(line.starts, line.cuts, asked));
                        }
                        point += 1;
                    })
                })?;
                step = Step::of_lines(&weights, &answers, &|| {
                    lines.pair.ahead_at_drawn_base().filter(|(_, error)| *error < START_FRACTION * tolerance)
                });
                *crossings = Some(Box::new(sample.fitted()));
                count
            }
            Self::Conditional(method, probits) => {
                let count = points_of(Probits::wanted(axes));
                let (mut features, mut weights, mut values) = (Features::default(), Vec::new(), Vec::new());
                others.sample(count, &mut |points| {
                    features.extend(method.features(points)?);
                    weights.extend((0..points.width).map(|point| points.weight(point)));
                    values.extend(method.answers(&points.coordinates, points.width)?);
                    Ok(())
                })?;
                *probits = Some(Probits::fitted((asked, axes), &features, &weights, &values));
                count
            }
        };
        Ok((Replicates::evaluations(axes, count), step))
    }

    /// Cost of the surrogate at one point, in evaluations of a curve at one date; 0 if there is none.
    pub(super) fn surrogate_cost(&self) -> f64 {
        match self {
            Self::Conditional(_, probits) => probits.as_ref().map_or(0.0, Probits::cost),
            Self::Lines(_, crossings) => crossings.as_ref().map_or(0.0, |crossings| crossings.cost()),
        }
    }

    /// Adds the weighted answers of the surrogate, if there is one, to a sum.
    pub(super) fn add_surrogate(&self, step: Option<&Step>, points: &Points, sum: &mut [f64]) -> Result<(), Error> {
        match self {
            Self::Conditional(method, Some(probits)) => {
                let features = method.features(points)?;
                probits.add(points, &features, sum);
                if let Some(step) = step {
                    let ahead = (0..points.width).filter(|point| features.is_ahead[*point]);
                    let of_ahead: f64 = ahead.map(|point| points.weight(point)).sum();
                    step.subtract(of_ahead - step.ahead * points.whole_weight(), sum);
                }
            }
            Self::Lines(lines, Some(crossings)) => {
                let mut own = vec![0.0; sum.len()];
                crossings.add(points, &crossings.middles.coordinates(lines, points), &mut own);
                if let Some(step) = step {
                    step.subtract_from_sums(points.whole_weight(), &mut own);
                }
                sum.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
            }
            Self::Conditional(_, None) | Self::Lines(_, None) => {}
        }
        Ok(())
    }
}
