//! The Levenberg–Marquardt method for nonlinear least squares, with the scaling and the trust region of MINPACK (Moré 1978).
//!
//! Each iteration factors the Jacobian once. Steps for different damping factors then need a QR factorization of twice as many
//! rows as parameters only. All buffers are allocated before the first iteration.

use super::householder::{Triangle, length, product};
use super::problem::{DerivativeSource, Minimum, Problem};
use crate::math::gauss::as_f64;

/// Maximum number of Jacobians.
const MOST_ITERATIONS: usize = 500;
/// Maximum number of damping factors tried for one trust region.
const MOST_DAMPINGS: usize = 20;
/// Radii of the first trust region, relative to the scaled start. A smaller one is tried where the method ends at a point at
/// which a parameter has no effect.
const FIRST_RADII: [f64; 3] = [100.0, 1.0, 0.1];
/// A step is taken if it achieves this fraction of the predicted reduction.
const LEAST_RATIO: f64 = 1e-4;
/// Relative reduction of the sum of squares, relative size of a step, and cosine between residuals and columns of the
/// Jacobian, below which the method has converged.
const TOLERANCE: f64 = 1e-15;
/// The method has converged if the distance to the minimum that remains after a full step is estimated to be less than this, in
/// standard errors of the parameters; a descent with differences of second order goes on to the smaller distance.
const DISTANCE: f64 = 1e-8;
const DISTANCE_BY_DIFFERENCES: f64 = 1e-9;
/// The least rate at which distances are taken to fall: where they still fall faster and faster, the last ones may not.
const LEAST_RATE: f64 = 1e-3;
/// The Jacobian before a last step shorter than this, in standard errors, is that at the minimum.
const SAME_JACOBIAN: f64 = 1e-7;
/// The Jacobian is singular if a diagonal entry of its triangular factor is smaller than this, relative to the largest.
const SINGULAR: f64 = 1e-14;
/// A last step may increase the length of the residuals by this fraction, which is rounding error.
const ROUNDING: f64 = 1e-13;

/// Minimizes the sum of squares from a start. Differences are of higher order in the last iterations.
///
/// `None` if the residuals or their derivatives at the start are not finite.
pub(super) fn minimize(problem: &mut Problem<'_>, start: &[f64]) -> Option<Minimum> {
    let mut best: Option<Minimum> = None;
    for radius in FIRST_RADII {
        let mut found = descend(problem, start, radius)?;
        if problem.source == (DerivativeSource::Differences { is_fine: false }) {
            let iterations = found.iterations;
            problem.source = DerivativeSource::Differences { is_fine: true };
            let fine = descend(problem, &found.parameters, radius);
            problem.source = DerivativeSource::Differences { is_fine: false };
            found = fine?;
            found.iterations += iterations;
        }
        let is_regular = found.has_converged && found.is_regular;
        if best.as_ref().is_none_or(|best| found.size < best.size) {
            best = Some(found);
        }
        if is_regular {
            break;
        }
    }
    best
}

/// Minimizes the sum of squares from a start, with a first trust region relative to the scaled start.
///
/// `None` if the residuals or their derivatives at the start are not finite.
fn descend(problem: &mut Problem<'_>, start: &[f64], first_radius: f64) -> Option<Minimum> {
    let mut here = Iterate::new(problem, start);
    let mut next = Iterate::new(problem, start);
    match problem.start.take() {
        Some(start) => here.put(start),
        None if here.evaluate(problem) && problem.derivatives(&here.parameters, &mut here.jacobian) => {}
        None => return None,
    }
    let mut region = Region::new(problem.rows, start.len());
    let (mut radius, mut damping) = (0.0, 0.0);
    // The distance to the minimum before the step to here, if the step was a full one.
    let mut before: Option<f64> = None;
    let (mut has_converged, mut iterations) = (false, 0);
    while iterations < MOST_ITERATIONS && !has_converged {
        iterations += 1;
        region.scale_to(&here.jacobian, iterations == 1);
        if iterations == 1 {
            let start = region.scaled_length(&here.parameters);
            radius = first_radius * if start > 0.0 { start } else { 1.0 };
        }
        if !(here.size > 0.0) || region.cosine(&here) <= TOLERANCE {
            has_converged = true;
            break;
        }
        region.linearize(&here);
        let distance = region.distance(here.size);
        loop {
            region.find_step(radius, &mut damping);
            let length = region.scaled_length(&region.step);
            if iterations == 1 {
                radius = radius.min(length);
            }
            next.parameters.iter_mut().zip(here.parameters.iter().zip(&region.step)).for_each(|(c, (a, b))| *c = a + b);
            let is_finite = next.evaluate(problem);
            let is_full = region.is_full;
            if is_full && is_near(distance, before, problem.source) {
                has_converged = true;
                // The model may have computed the derivatives with the residuals.
                let is_same = distance <= SAME_JACOBIAN && problem.source != DerivativeSource::ModelWithResiduals;
                if is_same {
                    next.jacobian.copy_from_slice(&here.jacobian);
                }
                let is_rounding = is_finite && next.size <= here.size * (1.0 + ROUNDING);
                if is_rounding && (is_same || problem.derivatives(&next.parameters, &mut next.jacobian)) {
                    std::mem::swap(&mut here, &mut next);
                }
                break;
            }
            let actual = if 0.1 * next.size < here.size { 1.0 - square(next.size / here.size) } else { -1.0 };
            let linear = square(region.triangle.length_times(&region.step) / here.size);
            let damped = damping * square(length / here.size);
            let predicted = linear + 2.0 * damped;
            let ratio = if predicted > 0.0 { actual / predicted } else { 0.0 };
            if ratio <= 0.25 {
                let shrink =
                    if actual >= 0.0 { 0.5 } else { -0.5 * (linear + damped) / (-(linear + damped) + 0.5 * actual) };
                let shrink = if 0.1 * next.size >= here.size || !(shrink >= 0.1) { 0.1 } else { shrink };
                radius = shrink * radius.min(length / 0.1);
                damping /= shrink;
            } else if !(damping > 0.0) || ratio >= 0.75 {
                radius = 2.0 * length;
                damping *= 0.5;
            }
            let is_better = is_finite && ratio >= LEAST_RATIO;
            let is_taken = is_better && problem.derivatives(&next.parameters, &mut next.jacobian);
            let is_small = radius <= TOLERANCE * region.scaled_length(&here.parameters);
            has_converged = actual.abs() <= TOLERANCE && predicted <= TOLERANCE && ratio <= 2.0 || is_small;
            if is_taken {
                std::mem::swap(&mut here, &mut next);
                before = is_full.then_some(distance);
                break;
            }
            if is_better {
                // The derivatives do not exist there.
                radius *= 0.1;
            }
            if has_converged || !(radius > 0.0) {
                break;
            }
        }
    }
    let Iterate { parameters, residuals, jacobian, .. } = here;
    Some(Minimum::new([parameters, residuals, jacobian], problem.source, has_converged, iterations))
}

/// Whether little remains after a full step over a distance. Distances of full steps fall by a constant factor, which two of
/// them give; without a step before, it is taken as a half.
fn is_near(distance: f64, before: Option<f64>, source: DerivativeSource) -> bool {
    let rate = before.map_or(0.5, |before| (distance / before).max(LEAST_RATE));
    let least =
        if source == (DerivativeSource::Differences { is_fine: false }) { DISTANCE_BY_DIFFERENCES } else { DISTANCE };
    rate < 1.0 && distance * rate / (1.0 - rate) <= least
}

/// Parameters with their residuals and derivatives.
struct Iterate {
    parameters: Vec<f64>,
    residuals: Vec<f64>,
    jacobian: Vec<f64>,
    /// The length of the residuals; infinite if one of them is not finite.
    size: f64,
}

impl Iterate {
    fn new(problem: &Problem<'_>, parameters: &[f64]) -> Self {
        let (residuals, jacobian) = (vec![0.0; problem.rows], vec![0.0; problem.rows * parameters.len()]);
        Self { parameters: parameters.to_vec(), residuals, jacobian, size: f64::INFINITY }
    }

    /// Takes known residuals and derivatives, which are finite.
    fn put(&mut self, [residuals, jacobian]: [Vec<f64>; 2]) {
        (self.residuals, self.jacobian) = (residuals, jacobian);
        self.size = length(&self.residuals);
    }

    /// Computes the residuals. Whether they are finite.
    fn evaluate(&mut self, problem: &mut Problem<'_>) -> bool {
        let is_finite = problem.residuals(&self.parameters, &mut self.residuals, &mut self.jacobian);
        self.size = if is_finite { length(&self.residuals) } else { f64::INFINITY };
        is_finite
    }
}

/// The linearized problem at one point, and the step within the trust region.
struct Region {
    rows: usize,
    /// The triangular factor of the Jacobian.
    triangle: Triangle,
    /// The residuals in its coordinates.
    rhs: Vec<f64>,
    /// The largest length so far of each column of the Jacobian.
    scale: Vec<f64>,
    lengths: Vec<f64>,
    /// The length of the scaled gradient.
    steepness: f64,
    /// The undamped step, unless the Jacobian is singular.
    newton: Vec<f64>,
    is_regular: bool,
    step: Vec<f64>,
    /// Whether the step is the undamped one.
    is_full: bool,
    /// The Jacobian with the residuals as last column.
    matrix: Vec<f64>,
    /// The triangle above the square root of the damping, with the right-hand side as last column, and its factor.
    stacked: Vec<f64>,
    damped: Triangle,
    buffer: Vec<f64>,
}

impl Region {
    fn new(rows: usize, count: usize) -> Self {
        let zeros = || vec![0.0; count];
        Self {
            rows,
            triangle: Triangle::new(count),
            rhs: zeros(),
            scale: zeros(),
            lengths: zeros(),
            steepness: 0.0,
            newton: zeros(),
            is_regular: false,
            step: zeros(),
            is_full: false,
            matrix: vec![0.0; rows * (count + 1)],
            stacked: vec![0.0; 2 * count * (count + 1)],
            damped: Triangle::new(count),
            buffer: zeros(),
        }
    }

    /// Takes in the lengths of the columns of a Jacobian.
    fn scale_to(&mut self, jacobian: &[f64], is_first: bool) {
        for ((scale, own), column) in self.scale.iter_mut().zip(&mut self.lengths).zip(jacobian.chunks_exact(self.rows))
        {
            *own = length(column);
            if is_first {
                *scale = if *own > 0.0 { *own } else { 1.0 };
            }
            *scale = scale.max(*own);
        }
    }

    fn scaled_length(&self, x: &[f64]) -> f64 {
        x.iter().zip(&self.scale).map(|(x, scale)| square(x * scale)).sum::<f64>().sqrt()
    }

    /// The largest cosine between the residuals and a column of the Jacobian.
    fn cosine(&self, here: &Iterate) -> f64 {
        let columns = here.jacobian.chunks_exact(self.rows).zip(&self.lengths).filter(|(_, length)| **length > 0.0);
        let cosine = |(column, length): (&[f64], &f64)| (product(column, &here.residuals) / (length * here.size)).abs();
        columns.map(cosine).fold(0.0, f64::max)
    }

    fn linearize(&mut self, here: &Iterate) {
        let count = self.rhs.len();
        let (jacobian, residuals) = self.matrix.split_at_mut(self.rows * count);
        jacobian.copy_from_slice(&here.jacobian);
        residuals.copy_from_slice(&here.residuals);
        self.triangle.factor(&mut self.matrix, self.rows);
        self.rhs.copy_from_slice(&self.matrix[self.rows * count..][..count]);
        self.triangle.transposed_times(&self.rhs, &mut self.buffer);
        self.steepness =
            self.buffer.iter().zip(&self.scale).map(|(slope, scale)| square(slope / scale)).sum::<f64>().sqrt();
        self.is_regular = self.triangle.is_regular(SINGULAR);
        if self.is_regular {
            self.newton.iter_mut().zip(&self.rhs).for_each(|(out, rhs)| *out = -rhs);
            self.triangle.solve(&mut self.newton);
        }
    }

    /// The distance to the minimum of the linearized problem in standard errors: the relative offset of Bates & Watts (1981).
    fn distance(&self, size: f64) -> f64 {
        let count = as_f64(self.rhs.len());
        let explained = self.rhs.iter().map(|entry| entry * entry).sum::<f64>();
        let rest = size * size - explained;
        let freedom = as_f64(self.rows) - count;
        if rest > 0.0 && freedom > 0.0 { (explained / count / (rest / freedom)).sqrt() } else { f64::INFINITY }
    }

    /// Finds the step within the trust region, to a tenth of its radius. `damping` is the damping factor to begin with, and is
    /// set to that of the step.
    fn find_step(&mut self, radius: f64, damping: &mut f64) {
        self.is_full = false;
        let mut low = 0.0;
        if self.is_regular {
            self.step.copy_from_slice(&self.newton);
            let length = self.scaled_length(&self.step);
            let excess = length - radius;
            if excess <= 0.1 * radius {
                *damping = 0.0;
                self.is_full = true;
                return;
            }
            low = excess / (radius * self.slope(length, false));
        }
        let mut high = self.steepness / radius;
        if !(high > 0.0) {
            high = f64::MIN_POSITIVE / radius.min(0.1);
        }
        let mut factor = damping.clamp(low, high.max(low));
        if !(factor > 0.0) {
            factor = (1e-3 * high).max(f64::MIN_POSITIVE);
        }
        let mut before = f64::INFINITY;
        for round in 0..MOST_DAMPINGS {
            // Without damping a singular problem has no step; the one before is short enough.
            if !(factor > 0.0) {
                break;
            }
            self.solve_damped(factor);
            let length = self.scaled_length(&self.step);
            let excess = length - radius;
            let is_hard = !(low > 0.0) && excess <= before && before < 0.0;
            if excess.abs() <= 0.1 * radius || is_hard || round + 1 == MOST_DAMPINGS {
                break;
            }
            if excess > 0.0 {
                low = low.max(factor);
            } else {
                high = high.min(factor);
            }
            factor = low.max(factor + excess / (radius * self.slope(length, true)));
            before = excess;
        }
        *damping = factor;
    }

    /// The step with a damping factor.
    fn solve_damped(&mut self, factor: f64) {
        let count = self.rhs.len();
        let (columns, last) = self.stacked.split_at_mut(2 * count * count);
        let root = factor.sqrt();
        for (place, column) in columns.chunks_exact_mut(2 * count).enumerate() {
            column.fill(0.0);
            column[..=place].copy_from_slice(self.triangle.column(place));
            column[count + place] = root * self.scale[place];
        }
        last[..count].copy_from_slice(&self.rhs);
        last[count..].fill(0.0);
        self.damped.factor(&mut self.stacked, 2 * count);
        let rotated = &self.stacked[2 * count * count..][..count];
        self.step.iter_mut().zip(rotated).for_each(|(out, rhs)| *out = -rhs);
        self.damped.solve(&mut self.step);
    }

    /// |R⁻ᵀ D (Dp)/|Dp||² of a step p whose scaled length is given, by which the length falls with the damping factor.
    fn slope(&mut self, length: f64, is_damped: bool) -> f64 {
        for ((out, step), scale) in self.buffer.iter_mut().zip(&self.step).zip(&self.scale) {
            *out = scale * (scale * step / length);
        }
        let triangle = if is_damped { &self.damped } else { &self.triangle };
        triangle.solve_transposed(&mut self.buffer);
        self.buffer.iter().map(|entry| entry * entry).sum()
    }
}

fn square(x: f64) -> f64 {
    x * x
}
