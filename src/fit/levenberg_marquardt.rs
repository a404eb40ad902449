//! The Levenberg–Marquardt method for nonlinear least squares, with the scaling and the trust region of MINPACK (Moré 1978).
//!
//! Each iteration factors the Jacobian once. Steps for different damping factors then need a QR factorization of twice as many
//! rows as parameters only.

use nalgebra::{DMatrix, DVector};

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
/// Relative sizes of the steps of central differences: two points, and four points of higher order.
const STEP: f64 = 6e-6;
const FINE_STEPS: [f64; 3] = [1.5e-3, 2e-4, 3e-5];
/// The least size of a parameter in a step, relative to its size at the start.
const LEAST_SIZE: f64 = 1e-4;
/// Two differences of higher order that agree to this are combined to one that is good to its square.
const AGREEMENT: f64 = 1e-5;

/// Computes residuals at some parameters; they may be NaN or infinite.
pub(super) type Residuals<'a> = dyn FnMut(&[f64], &mut [f64]) + 'a;
/// Computes the derivatives of the residuals, one column for each parameter.
pub(super) type Derivatives<'a> = dyn FnMut(&[f64], &mut DMatrix<f64>) + 'a;

/// A minimum of a sum of squares.
pub(super) struct Minimum {
    pub(super) parameters: Vec<f64>,
    pub(super) residuals: DVector<f64>,
    pub(super) jacobian: DMatrix<f64>,
    /// Whether a convergence test was met within the maximum number of iterations.
    pub(super) has_converged: bool,
    pub(super) iterations: usize,
}

impl Minimum {
    /// Whether every parameter has an effect of its own on the residuals.
    pub(super) fn is_regular(&self) -> bool {
        is_regular(&self.directions().qr().r())
    }

    /// The columns of the Jacobian with unit length; those of parameters without an effect stay 0.
    pub(super) fn directions(&self) -> DMatrix<f64> {
        let mut columns = self.jacobian.clone();
        for mut column in columns.column_iter_mut() {
            let length = column.norm();
            if length > 0.0 {
                column /= length;
            }
        }
        columns
    }
}

/// Residuals as a function of the parameters, with their number.
pub(super) struct Problem<'a> {
    pub(super) count: usize,
    pub(super) residuals: &'a mut Residuals<'a>,
    /// Differences are used if there are none.
    pub(super) derivatives: Option<&'a mut Derivatives<'a>>,
    /// The size of each parameter: steps of differences are no smaller than a fraction of it, since a parameter may be near 0.
    pub(super) sizes: Vec<f64>,
}

impl Problem<'_> {
    fn residuals(&mut self, parameters: &[f64]) -> Option<DVector<f64>> {
        let mut out = DVector::zeros(self.count);
        (self.residuals)(parameters, out.as_mut_slice());
        out.iter().all(|residual| residual.is_finite()).then_some(out)
    }

    /// `None` if a derivative is not finite.
    pub(super) fn jacobian(&mut self, parameters: &[f64], is_fine: bool) -> Option<DMatrix<f64>> {
        let mut out = DMatrix::zeros(self.count, parameters.len());
        if let Some(derivatives) = &mut self.derivatives {
            derivatives(parameters, &mut out);
        } else {
            for place in 0..parameters.len() {
                let column = self.difference(parameters, place, is_fine)?;
                out.set_column(place, &column);
            }
        }
        out.iter().all(|entry| entry.is_finite()).then_some(out)
    }

    fn difference(&mut self, parameters: &[f64], place: usize, is_fine: bool) -> Option<DVector<f64>> {
        let value = parameters[place];
        let size = value.abs().max(LEAST_SIZE * self.sizes[place]);
        let mut moved = parameters.to_vec();
        let mut at = |offset: f64| {
            moved[place] = value + offset;
            let exact = moved[place] - value;
            self.residuals(&moved).map(|residuals| (residuals, exact))
        };
        let mut central = |step: f64| {
            let ((above, up), (below, down)) = (at(step)?, at(-step)?);
            Some((above - below) / (up - down))
        };
        if is_fine {
            for step in FINE_STEPS {
                if let (Some(near), Some(far)) = (central(step * size), central(2.0 * step * size))
                    && (&near - &far).norm() <= AGREEMENT * near.norm()
                {
                    return Some((near * 4.0 - far) / 3.0);
                }
            }
        }
        central(STEP * size)
    }
}

/// The sizes of parameters at a start; 1 for a parameter that starts at 0.
pub(super) fn sizes(start: &[f64]) -> Vec<f64> {
    start.iter().map(|value| if value.abs() > 0.0 { value.abs() } else { 1.0 }).collect()
}

/// Minimizes the sum of squares from a start. The last iterations use derivatives of higher order.
///
/// `None` if the residuals or their derivatives at the start are not finite.
pub(super) fn minimize(problem: &mut Problem<'_>, start: &[f64]) -> Option<Minimum> {
    let mut best: Option<Minimum> = None;
    for radius in FIRST_RADII {
        let coarse = descend(problem, start, radius, false)?;
        let found = if problem.derivatives.is_some() {
            coarse
        } else {
            let fine = descend(problem, &coarse.parameters, radius, true)?;
            Minimum { iterations: coarse.iterations + fine.iterations, ..fine }
        };
        let is_regular = found.has_converged && found.is_regular();
        if best.as_ref().is_none_or(|best| found.residuals.norm() < best.residuals.norm()) {
            best = Some(found);
        }
        if is_regular {
            break;
        }
    }
    best
}

fn descend(problem: &mut Problem<'_>, start: &[f64], first_radius: f64, is_fine: bool) -> Option<Minimum> {
    let count = start.len();
    let mut parameters = DVector::from_column_slice(start);
    let mut residuals = problem.residuals(start)?;
    let mut jacobian = problem.jacobian(start, is_fine)?;
    let mut size = residuals.norm();
    let mut scale = DVector::zeros(count);
    let (mut radius, mut damping) = (0.0, 0.0);
    let (mut has_converged, mut iterations) = (false, 0);
    while iterations < MOST_ITERATIONS && !has_converged {
        iterations += 1;
        let lengths = DVector::from_iterator(count, jacobian.column_iter().map(|column| column.norm()));
        if iterations == 1 {
            scale = lengths.map(|length| if length > 0.0 { length } else { 1.0 });
            let start = scale.component_mul(&parameters).norm();
            radius = first_radius * if start > 0.0 { start } else { 1.0 };
        }
        scale.iter_mut().zip(&lengths).for_each(|(scale, length)| *scale = scale.max(*length));
        if !(size > 0.0) {
            has_converged = true;
            break;
        }
        let gradient = jacobian.tr_mul(&residuals);
        let cosine = |(slope, length): (&f64, &f64)| if *length > 0.0 { (slope / (length * size)).abs() } else { 0.0 };
        if gradient.iter().zip(&lengths).map(cosine).fold(0.0, f64::max) <= TOLERANCE {
            has_converged = true;
            break;
        }
        let region = Region::new(&jacobian, &residuals, &scale);
        loop {
            let step = region.step(radius, &mut damping);
            let length = scale.component_mul(&step).norm();
            if iterations == 1 {
                radius = radius.min(length);
            }
            let next = &parameters + &step;
            let moved = problem.residuals(next.as_slice());
            let new_size = moved.as_ref().map_or(f64::INFINITY, |moved| moved.norm());
            let actual = if 0.1 * new_size < size { 1.0 - square(new_size / size) } else { -1.0 };
            let linear = square((&region.r * &step).norm() / size);
            let damped = damping * square(length / size);
            let predicted = linear + 2.0 * damped;
            let ratio = if predicted > 0.0 { actual / predicted } else { 0.0 };
            if ratio <= 0.25 {
                let shrink =
                    if actual >= 0.0 { 0.5 } else { -0.5 * (linear + damped) / (-(linear + damped) + 0.5 * actual) };
                let shrink = if 0.1 * new_size >= size || !(shrink >= 0.1) { 0.1 } else { shrink };
                radius = shrink * radius.min(length / 0.1);
                damping /= shrink;
            } else if !(damping > 0.0) || ratio >= 0.75 {
                radius = 2.0 * length;
                damping *= 0.5;
            }
            let is_taken = ratio >= LEAST_RATIO;
            let derivatives = match moved {
                Some(moved) if is_taken => problem.jacobian(next.as_slice(), is_fine).map(|jacobian| (moved, jacobian)),
                Some(_) | None => None,
            };
            let is_small = radius <= TOLERANCE * scale.component_mul(&parameters).norm();
            has_converged = actual.abs() <= TOLERANCE && predicted <= TOLERANCE && ratio <= 2.0 || is_small;
            match derivatives {
                Some((moved, derivatives)) => {
                    (parameters, residuals, jacobian, size) = (next, moved, derivatives, new_size);
                    break;
                }
                // The derivatives do not exist there.
                None if is_taken => radius *= 0.1,
                None => {}
            }
            if has_converged || !(radius > 0.0) {
                break;
            }
        }
    }
    let parameters = parameters.as_slice().to_vec();
    Some(Minimum { parameters, residuals, jacobian, has_converged, iterations })
}

/// The linearized problem at one point.
struct Region {
    /// The triangular factor of the Jacobian.
    r: DMatrix<f64>,
    /// The residuals in its coordinates.
    rhs: DVector<f64>,
    scale: DVector<f64>,
    /// The length of the scaled gradient.
    steepness: f64,
    /// The undamped step, unless the Jacobian is singular.
    newton: Option<DVector<f64>>,
}

impl Region {
    fn new(jacobian: &DMatrix<f64>, residuals: &DVector<f64>, scale: &DVector<f64>) -> Self {
        let count = jacobian.ncols();
        let qr = jacobian.clone().qr();
        let mut rotated = residuals.clone();
        qr.q_tr_mul(&mut rotated);
        let (r, rhs) = (qr.r(), rotated.rows(0, count).into_owned());
        let steepness = r.tr_mul(&rhs).component_div(scale).norm();
        let newton = is_regular(&r).then(|| r.solve_upper_triangular(&-&rhs)).flatten();
        Self { r, rhs, scale: scale.clone(), steepness, newton }
    }

    /// The step within the trust region, to a tenth of its radius. `damping` is the damping factor to begin with, and is set
    /// to that of the step.
    fn step(&self, radius: f64, damping: &mut f64) -> DVector<f64> {
        let count = self.rhs.len();
        let mut low = 0.0;
        if let Some(step) = &self.newton {
            let scaled = self.scale.component_mul(step);
            let excess = scaled.norm() - radius;
            if excess <= 0.1 * radius {
                *damping = 0.0;
                return step.clone();
            }
            low = excess / (radius * self.slope(&self.r, &scaled));
        }
        let mut high = self.steepness / radius;
        if !(high > 0.0) {
            high = f64::MIN_POSITIVE / radius.min(0.1);
        }
        let mut factor = damping.clamp(low, high.max(low));
        if !(factor > 0.0) {
            factor = (1e-3 * high).max(f64::MIN_POSITIVE);
        }
        let mut stacked = DMatrix::zeros(2 * count, count);
        let mut before = f64::INFINITY;
        let mut step = DVector::zeros(count);
        for round in 0..MOST_DAMPINGS {
            stacked.rows_mut(0, count).copy_from(&self.r);
            stacked.rows_mut(count, count).fill(0.0);
            for place in 0..count {
                stacked[(count + place, place)] = factor.sqrt() * self.scale[place];
            }
            let qr = stacked.clone().qr();
            let mut rotated = DVector::zeros(2 * count);
            rotated.rows_mut(0, count).copy_from(&self.rhs);
            qr.q_tr_mul(&mut rotated);
            let r = qr.r();
            let Some(solved) = r.solve_upper_triangular(&-rotated.rows(0, count).into_owned()) else { break };
            step = solved;
            let scaled = self.scale.component_mul(&step);
            let excess = scaled.norm() - radius;
            let is_hard = !(low > 0.0) && excess <= before && before < 0.0;
            if excess.abs() <= 0.1 * radius || is_hard || round + 1 == MOST_DAMPINGS {
                break;
            }
            if excess > 0.0 {
                low = low.max(factor)
            } else {
                high = high.min(factor)
            }
            factor = low.max(factor + excess / (radius * self.slope(&r, &scaled)));
            before = excess;
        }
        *damping = factor;
        step
    }

    /// |R⁻ᵀ D (Dp)/|Dp||², by which the length of the step falls with the damping factor.
    fn slope(&self, r: &DMatrix<f64>, scaled: &DVector<f64>) -> f64 {
        let direction = self.scale.component_mul(&(scaled / scaled.norm()));
        r.tr_solve_upper_triangular(&direction).map_or(f64::INFINITY, |solved| solved.norm_squared())
    }
}

/// Whether no diagonal entry of a triangular matrix is negligible.
fn is_regular(r: &DMatrix<f64>) -> bool {
    let largest = r.diagonal().iter().fold(0.0_f64, |most, entry| most.max(entry.abs()));
    r.diagonal().iter().all(|entry| entry.abs() > 1e-14 * largest)
}

fn square(x: f64) -> f64 {
    x * x
}
