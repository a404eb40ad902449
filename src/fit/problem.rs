//! Residuals with their derivatives, stated or by differences, and a minimum of their sum of squares.

use super::householder::{Triangle, are_finite, length};

/// Relative sizes of the steps of central differences: two points, and four points of higher order.
const STEP: f64 = 6e-6;
const FINE_STEPS: [f64; 3] = [1.5e-3, 2e-4, 3e-5];
/// Relative size of the step of a difference on one side.
const ONE_SIDED_STEP: f64 = 1e-7;
/// By which the steps of parameters differ along a line.
const GOLDEN: f64 = 0.618_033_988_749_895;
/// The least size of a parameter in a step, relative to its size at the start.
const LEAST_SIZE: f64 = 1e-4;
/// Two differences of higher order that agree to this are combined to one that is good to its square.
const AGREEMENT: f64 = 1e-5;

/// The relative error of derivatives: rounding, and that of differences of fourth order.
const ROUNDING: f64 = 1e-14;
const ERROR_OF_DIFFERENCES: f64 = 1e-11;

/// What a model is asked for. Derivatives are those of the residuals, one column of a matrix for each parameter.
pub(super) enum Wanted<'a> {
    Residuals(&'a mut [f64]),
    Derivatives(&'a mut [f64]),
    Both { residuals: &'a mut [f64], derivatives: &'a mut [f64] },
}

/// Computes what is wanted at some parameters; it may be NaN or infinite.
pub(super) type Evaluate<'a> = dyn FnMut(&[f64], Wanted<'_>) + 'a;

/// Where derivatives come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DerivativeSource {
    /// Central differences, or differences of fourth order.
    Differences { is_fine: bool },
    /// The model computes them where they are needed.
    Model,
    /// The model computes them with the residuals at little cost.
    ModelWithResiduals,
}

impl DerivativeSource {
    pub(super) fn is_of_model(self) -> bool {
        match self {
            Self::Differences { .. } => false,
            Self::Model | Self::ModelWithResiduals => true,
        }
    }

    /// The error of derivatives, relative to the largest of an observation.
    pub(super) fn error(self) -> f64 {
        match self {
            Self::Differences { .. } => ERROR_OF_DIFFERENCES,
            Self::Model | Self::ModelWithResiduals => ROUNDING,
        }
    }
}

/// Residuals as a function of the parameters, with their number.
pub(super) struct Problem<'a> {
    pub(super) rows: usize,
    evaluate: &'a mut Evaluate<'a>,
    pub(super) source: DerivativeSource,
    /// The size of each parameter: steps of differences are no smaller than a fraction of it, since a parameter may be near 0.
    sizes: Vec<f64>,
    /// Residuals and derivatives at the start of the next descent, if they are known.
    pub(super) start: Option<[Vec<f64>; 2]>,
    /// Buffers of differences: the moved parameters, and residuals on either side in two distances.
    moved: Vec<f64>,
    sides: [Vec<f64>; 4],
}

/// The sizes of parameters at a start; 1 for a parameter that starts at 0.
fn sizes(start: &[f64]) -> Vec<f64> {
    start.iter().map(|value| if value.abs() > 0.0 { value.abs() } else { 1.0 }).collect()
}

impl<'a> Problem<'a> {
    pub(super) fn new(rows: usize, start: &[f64], source: DerivativeSource, evaluate: &'a mut Evaluate<'a>) -> Self {
        let buffer = || vec![0.0; if source.is_of_model() { 0 } else { rows }];
        let sides = std::array::from_fn(|_| buffer());
        Self { rows, evaluate, source, sizes: sizes(start), start: None, moved: start.to_vec(), sides }
    }

    /// The residuals, with their derivatives if these come at little cost. Whether the residuals are finite.
    pub(super) fn residuals(&mut self, parameters: &[f64], residuals: &mut [f64], derivatives: &mut [f64]) -> bool {
        let wanted = match self.source {
            DerivativeSource::Differences { .. } | DerivativeSource::Model => Wanted::Residuals(&mut *residuals),
            DerivativeSource::ModelWithResiduals => Wanted::Both { residuals: &mut *residuals, derivatives },
        };
        (self.evaluate)(parameters, wanted);
        are_finite(residuals)
    }

    /// The derivatives at the parameters at which the residuals were computed last. Whether they are finite.
    pub(super) fn derivatives(&mut self, parameters: &[f64], derivatives: &mut [f64]) -> bool {
        match self.source {
            DerivativeSource::Differences { is_fine } => {
                let mut columns = derivatives.chunks_exact_mut(self.rows).enumerate();
                if !columns.all(|(place, column)| self.difference(parameters, place, is_fine, column)) {
                    return false;
                }
            }
            DerivativeSource::Model => (self.evaluate)(parameters, Wanted::Derivatives(&mut *derivatives)),
            DerivativeSource::ModelWithResiduals => {}
        }
        are_finite(derivatives)
    }

    /// The size of a parameter in a step of differences.
    fn size(&self, place: usize, value: f64) -> f64 {
        value.abs().max(LEAST_SIZE * self.sizes[place])
    }

    /// Evaluates the start of the next descent. Whether it has residuals and derivatives.
    pub(super) fn evaluate_start(&mut self, start: &[f64]) -> bool {
        let (mut residuals, mut derivatives) = (vec![0.0; self.rows], vec![0.0; self.rows * start.len()]);
        let is_finite =
            self.residuals(start, &mut residuals, &mut derivatives) && self.derivatives(start, &mut derivatives);
        if is_finite {
            self.start = Some([residuals, derivatives]);
        }
        is_finite
    }

    /// Whether the derivatives at the evaluated start are those of the model by one difference along a line on which every
    /// parameter moves. If not, a derivative may be wrong, or its parameter has far less effect than another.
    pub(super) fn agrees_along_a_line(&mut self, start: &[f64], mismatch: f64) -> bool {
        let Some([residuals, derivatives]) = self.start.take() else { return false };
        let mut predicted = residuals.clone();
        let (mut least, mut part) = (f64::INFINITY, 0.5);
        for (place, column) in derivatives.chunks_exact(self.rows).enumerate() {
            self.moved[place] = start[place] + part * ONE_SIDED_STEP * self.size(place, start[place]);
            let step = self.moved[place] - start[place];
            // Parts between ½ and 1½, no two equal, so that two wrong columns do not cancel.
            part = if part > 0.9 { part - 0.4 } else { part + GOLDEN };
            predicted.iter_mut().zip(column).for_each(|(out, slope)| *out += slope * step);
            least = least.min(step.abs() * column.iter().fold(0.0, |most: f64, slope| most.max(slope.abs())));
        }
        let mut found = vec![0.0; self.rows];
        (self.evaluate)(&self.moved, Wanted::Residuals(&mut found));
        self.start = Some([residuals, derivatives]);
        found.iter().zip(&predicted).all(|(found, predicted)| (found - predicted).abs() <= mismatch * least)
    }

    fn difference(&mut self, parameters: &[f64], place: usize, is_fine: bool, out: &mut [f64]) -> bool {
        let size = self.size(place, parameters[place]);
        self.moved.copy_from_slice(parameters);
        if is_fine {
            for step in FINE_STEPS {
                if let (Some(near), Some(far)) =
                    (self.sides(place, step * size, 0), self.sides(place, 2.0 * step * size, 2))
                    && self.combined(near, far, out)
                {
                    return true;
                }
            }
        }
        let Some(width) = self.sides(place, STEP * size, 0) else { return false };
        let [above, below, ..] = &self.sides;
        out.iter_mut().zip(above.iter().zip(below)).for_each(|(out, (above, below))| *out = (above - below) / width);
        true
    }

    /// Computes residuals on either side into two buffers, and returns the distance between the two sides.
    fn sides(&mut self, place: usize, step: f64, first: usize) -> Option<f64> {
        let value = self.moved[place];
        let mut at = |moved: f64, buffer: usize| {
            self.moved[place] = moved;
            let out = &mut self.sides[buffer];
            (self.evaluate)(&self.moved, Wanted::Residuals(&mut *out));
            are_finite(out)
        };
        let (above, below) = (value + step, value - step);
        let is_finite = at(above, first) && at(below, first + 1);
        self.moved[place] = value;
        is_finite.then_some((above - value) - (below - value))
    }

    /// The extrapolation of two central differences, if they agree.
    fn combined(&self, near: f64, far: f64, out: &mut [f64]) -> bool {
        let [a, b, c, d] = &self.sides;
        let (mut apart, mut whole) = (0.0, 0.0);
        for (row, out) in out.iter_mut().enumerate() {
            let (near, far) = ((a[row] - b[row]) / near, (c[row] - d[row]) / far);
            apart += (near - far) * (near - far);
            whole += near * near;
            *out = (near * 4.0 - far) / 3.0;
        }
        apart.sqrt() <= AGREEMENT * whole.sqrt()
    }
}

/// A minimum of a sum of squares.
pub(super) struct Minimum {
    pub(super) parameters: Vec<f64>,
    pub(super) residuals: Vec<f64>,
    /// The length of the residuals.
    pub(super) size: f64,
    /// The triangular factor of the Jacobian.
    pub(super) triangle: Triangle,
    /// Whether every parameter has an effect of its own on the residuals.
    pub(super) is_regular: bool,
    /// Whether a convergence test was met within the maximum number of iterations.
    pub(super) has_converged: bool,
    pub(super) iterations: usize,
}

impl Minimum {
    /// From parameters, residuals and the Jacobian.
    pub(super) fn new(
        [parameters, residuals, mut jacobian]: [Vec<f64>; 3],
        source: DerivativeSource,
        has_converged: bool,
        iterations: usize,
    ) -> Self {
        let mut triangle = Triangle::new(parameters.len());
        triangle.factor(&mut jacobian, residuals.len());
        let (size, is_regular) = (length(&residuals), triangle.has_independent_columns(source.error()));
        Self { parameters, residuals, size, triangle, is_regular, has_converged, iterations }
    }
}
