//! A surrogate of the answers of a recursion.
//!
//! On the probit scale the answers given the drawn numbers are nearly polynomials of the mean log-ratio at a few dates, in units of the
//! standard deviation that shocks and start have there.

use std::ops::Range;

use super::bounds::{Bounds, Which};
use super::features::{Features, Whitening};
use super::polynomial::{BLOCK, COST_OF_PRODUCT, COST_OF_ROW, DEGREE, Fit, Monomials, normal_cdf, value};
use super::replicates::Points;
use crate::cpu::{self, Level};
use crate::exact::asked::Asked;
use crate::math;
use crate::math::gauss::as_f64;

/// Probits are clamped at ± this: the tail beyond is about 1e-12.
const MAX_PROBIT: f64 = 7.0;
/// An answer within this distance of 0 or 1 at all points has no polynomial.
const TRIVIAL: f64 = 1e-9;

/// The largest number of axes of a polynomial, and how many more than sampled dimensions they may be: features are not linear in these.
const MAX_AXES: usize = 6;
const MORE_AXES: usize = 1;
/// Points of a fit for each coefficient: as asked for, and the least with which a polynomial has its degree.
const POINTS_PER_MONOMIAL: usize = 6;
const LEAST_POINTS_PER_MONOMIAL: usize = 4;
/// Floor on the weight of a point in the least squares, relative to an answer of ½.
const MIN_WEIGHT: f64 = 1e-4;

/// The probits of the answers, as polynomials of uncorrelated features.
#[derive(Debug)]
pub(crate) struct Probits {
    asked: Asked,
    parts: Vec<RangeFit>,
    /// Number of dates.
    dates: usize,
}

/// The fit of a range of answers, at all points or on one side of the tie.
#[derive(Debug)]
struct RangeFit {
    points: Which,
    whitening: Whitening,
    monomials: Monomials,
    /// Answers with their coefficients.
    polynomials: Vec<(usize, Vec<f64>)>,
    /// Answers that hardly vary, with their values.
    constants: Vec<(usize, f64)>,
}

impl Probits {
    /// Number of points to fit to, in that many sampled dimensions.
    pub(super) fn wanted(dimensions: usize) -> usize {
        POINTS_PER_MONOMIAL * Monomials::new(most_axes(dimensions), DEGREE).count()
    }

    /// Fits the answers at weighted points, indexed by point, then by answer. Probabilities of a first passage jump where the base ties,
    /// so each side of a tie has a fit of its own.
    pub(super) fn fitted(
        (asked, dimensions): (Asked, usize),
        features: &Features,
        weights: &[f64],
        values: &[Vec<f64>],
    ) -> Self {
        let len = values.first().map_or(0, Vec::len);
        let jumping = match asked {
            Asked::Passage(_) if features.is_ahead.contains(&true) => 0..features.log_ratios.len() + 1,
            Asked::Passage(_) | Asked::Ahead | Asked::LeadChanges => 0..0,
        };
        let parts = [(Which::Behind, jumping.clone()), (Which::Ahead, jumping.clone()), (Which::All, jumping.end..len)];
        let part = |(which, answers): (Which, Range<usize>)| {
            let points: Vec<usize> = (0..weights.len()).filter(|at| which.has(features.is_ahead[*at])).collect();
            let weights: Vec<f64> = points.iter().map(|point| weights[*point]).collect();
            let values: Vec<&[f64]> = points.iter().map(|point| &values[*point][..]).collect();
            let is_empty = points.is_empty() || answers.is_empty();
            (!is_empty)
                .then(|| RangeFit::fitted((which, answers, dimensions), &features.some(&points), (&weights, &values)))
        };
        Self { asked, parts: parts.into_iter().filter_map(part).collect(), dates: features.log_ratios.len() }
    }

    /// Cost of a point, in evaluations of a curve at one date.
    pub(super) fn cost(&self) -> f64 {
        let of = |part: &RangeFit| {
            as_f64(part.polynomials.len()) * (COST_OF_PRODUCT * as_f64(part.monomials.count()) + COST_OF_ROW)
        };
        as_f64(self.dates) + self.parts.iter().map(of).sum::<f64>()
    }

    /// Adds the weighted answers at some points with these features to a sum.
    pub(super) fn add(&self, points: &Points, features: &Features, sum: &mut [f64]) {
        let mut bounds = Bounds::new(features, self.asked);
        for part in &self.parts {
            part.add(points, features, &mut bounds, sum);
        }
    }
}

fn most_axes(dimensions: usize) -> usize {
    MAX_AXES.min(dimensions + MORE_AXES)
}

impl RangeFit {
    fn fitted(
        (points, answers, dimensions): (Which, Range<usize>, usize),
        features: &Features,
        (weights, values): (&[f64], &[&[f64]]),
    ) -> Self {
        let (whitening, axes) = Whitening::of(features, weights, most_axes(dimensions));
        let monomials = |degree: usize| Monomials::new(axes.len(), degree);
        let is_enough = |degree: &usize| weights.len() >= LEAST_POINTS_PER_MONOMIAL * monomials(*degree).count();
        let degree = (1..=DEGREE).rev().find(is_enough).unwrap_or(0);
        let mut fit = Fit::new(monomials(degree), MIN_WEIGHT);
        for (point, weight) in weights.iter().enumerate() {
            fit.add(&axes.iter().map(|axis| axis[point]).collect::<Vec<f64>>(), *weight);
        }
        let (mut polynomials, mut constants) = (Vec::new(), Vec::new());
        for answer in answers {
            let column: Vec<f64> = values.iter().map(|values| values[answer]).collect();
            match probits(&column).and_then(|probits| fit.least_squares(&|point| Some(probits[point]))) {
                Some(coefficients) => polynomials.push((answer, coefficients)),
                None => constants.push((answer, column[0])),
            }
        }
        Self { points, whitening, monomials: fit.monomials, polynomials, constants }
    }

    fn add(&self, points: &Points, features: &Features, bounds: &mut Bounds, sum: &mut [f64]) {
        let axes = self.whitening.axes(features);
        let mut monomials = vec![[0.0; BLOCK]; self.monomials.count()];
        for (block, from) in (0..points.width).step_by(BLOCK).enumerate() {
            let mut weights = points.weights_from(from);
            for (weight, is_ahead) in weights.iter_mut().zip(&features.is_ahead[from..]) {
                *weight = if self.points.has(*is_ahead) { *weight } else { 0.0 };
            }
            cpu::run(
                Level::of_this_process(),
                #[inline(always)]
                || {
                    bounds.fill(block, self.points);
                    self.monomials.fill(&axes, from, &mut monomials);
                    for (answer, coefficients) in &self.polynomials {
                        let mut values = value(coefficients, &monomials);
                        for value in &mut values {
                            *value = normal_cdf(*value);
                        }
                        sum[*answer] += bounds.weighted(*answer, &values, &weights);
                    }
                    for (answer, value) in &self.constants {
                        sum[*answer] += bounds.weighted(*answer, &[*value; BLOCK], &weights);
                    }
                },
            );
        }
    }
}

/// Φ⁻¹ of an answer at every point, within bounds; `None` if the answer hardly varies.
pub(super) fn probits(values: &[f64]) -> Option<Vec<f64>> {
    let probit =
        |p: f64| math::norm_quantile(p.clamp(f64::MIN_POSITIVE, 1.0_f64.next_down())).clamp(-MAX_PROBIT, MAX_PROBIT);
    let is_trivial = values.iter().all(|p| *p < TRIVIAL) || values.iter().all(|p| *p > 1.0 - TRIVIAL);
    (!is_trivial).then(|| values.iter().map(|p| probit(*p)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::asked::Watch;
    use crate::exact::quadrature::replicates::Replicates;
    use crate::exact::quadrature::wide::Axes;
    use crate::math::norm_cdf;

    const PASSAGE: Asked = Asked::Passage(Watch::Dates { sustained: 1 });
    const POINTS: usize = 32;

    /// Two dates after the base; the challenger is ahead at the base where the first coordinate is above ½.
    fn features(points: &Points) -> Features {
        let [a, b] = [0, 1].map(|axis| &points.coordinates[axis]);
        let date = |t: f64| a.iter().zip(b).map(|(a, b)| 0.1 * (a - 0.5) + t * (0.1 * b - 0.02)).collect();
        Features {
            log_ratios: vec![date(0.0), date(1.0), date(2.0)],
            start: [0.0; 2],
            sds: b.iter().map(|b| 0.1 + 0.02 * b.clamp(-2.0, 2.0)).collect(),
            is_ahead: a.iter().map(|a| *a > 0.5).collect(),
            ahead_at_base: 0.0,
        }
    }

    /// Answers that are functions of the features, as if leads at both dates were independent, with a jump of those by a date where the
    /// base ties.
    fn answers(features: &Features, point: usize) -> Vec<f64> {
        let ahead = |t: usize| {
            let sd = features.sds[point] * as_f64(t).sqrt();
            norm_cdf(features.log_ratios[t][point] / sd)
        };
        let is_ahead = features.is_ahead[point];
        let by = |t: usize| if is_ahead { 1.0 } else { 1.0 - (1..=t).map(|t| 1.0 - ahead(t)).product::<f64>() };
        let of_base = f64::from(u8::from(is_ahead));
        vec![of_base, of_base, by(1), by(2), ahead(1), ahead(2)]
    }

    fn mean_answers(points: &Points, sum: &mut [f64]) {
        let features = features(points);
        for point in 0..points.width {
            let weight = points.weight(point);
            sum.iter_mut().zip(answers(&features, point)).for_each(|(sum, answer)| *sum += weight * answer);
        }
    }

    #[test]
    fn answers_that_are_smooth_on_each_side_of_a_tie_are_reproduced() {
        let mut all = Features::default();
        let (mut weights, mut values) = (Vec::new(), Vec::new());
        let visit = &mut |points: &Points| {
            let own = features(points);
            values.extend((0..points.width).map(|point| answers(&own, point)));
            weights.extend((0..points.width).map(|point| points.weight(point)));
            all.extend(own);
            Ok(())
        };
        Replicates::others(Axes::drawn(2), 0).sample(POINTS, visit).expect("no point fails");
        let probits = Probits::fitted((PASSAGE, 2), &all, &weights, &values);
        let (mut found, mut expected) = (vec![0.0; 6], vec![0.0; 6]);
        let visit = &mut |points: &Points| {
            probits.add(points, &features(points), &mut found);
            mean_answers(points, &mut expected);
            Ok(())
        };
        Replicates::new(Axes::drawn(2), 0).sample(POINTS, visit).expect("no point fails");
        let total = as_f64(16 * POINTS);
        for (answer, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert!((found - expected).abs() < 1e-4 * total, "{answer}: {} {}", found / total, expected / total);
        }
        assert!(expected[2] > 0.35 * total && expected[2] < 0.6 * total, "a nontrivial case: {expected:?}");
    }

    /// Few points have a polynomial of a lower degree, and one point a constant.
    #[test]
    fn few_points_have_a_lower_degree() {
        let degree_of = |count: usize| {
            let mut parts = Vec::new();
            let visit = &mut |points: &Points| {
                let own = features(points);
                let values: Vec<Vec<f64>> = (0..points.width).map(|point| answers(&own, point)).collect();
                let some: Vec<usize> = (0..count.min(points.width)).collect();
                let values: Vec<Vec<f64>> = some.iter().map(|point| values[*point].clone()).collect();
                parts.push(Probits::fitted((Asked::Ahead, 2), &own.some(&some), &vec![1.0; some.len()], &values));
                Ok(())
            };
            Replicates::others(Axes::drawn(2), 0).sample(64, visit).expect("no point fails");
            let part = &parts[0].parts[0];
            part.polynomials.iter().map(|(_, coefficients)| coefficients.len()).max().unwrap_or(0)
        };
        let counts: Vec<usize> = [64, 20, 2, 1].map(degree_of).to_vec();
        assert!(counts.windows(2).all(|pair| pair[0] >= pair[1]) && counts[0] > counts[1], "{counts:?}");
        assert!(counts[3] <= 1, "{counts:?}");
    }
}
