//! What is fitted.

use std::fmt;

use super::fitted::{Fit, Parameter};
use nalgebra::DMatrix;

use super::levenberg_marquardt::{Derivatives, Minimum, Problem, minimize};
use super::range::Range;
use crate::error::{self, Error, Kind, Problem as Fault};
use crate::math::eigen::eigen;
use crate::math::gauss::as_f64;

/// Largest relative difference between stated derivatives and differences of the model.
const MISMATCH: f64 = 1e-4;
/// A bounded parameter is undetermined if the standard error of its logarithm or its log odds exceeds this.
const UNDETERMINED: f64 = 20.0;

/// Doublings of the distance in the search for an end of a profile interval.
const MOST_DOUBLINGS: usize = 40;

/// A function of a predictor and the parameters.
type Model<'m, X> = dyn Fn(&X, &[f64]) -> f64 + Send + Sync + 'm;
/// Its derivatives with respect to the parameters.
type Gradient<'m, X> = dyn Fn(&X, &[f64], &mut [f64]) + Send + Sync + 'm;

/// A model to fit by nonlinear least squares: the parameters that minimize `Σ (y − f(x, b))²`.
///
/// The method is that of Levenberg and Marquardt with the scaling and the trust region of MINPACK (Moré 1978). It meets the
/// certified values of the NIST reference data sets for nonlinear regression to six digits or more from both of their starts.
///
/// # Example: a saturating curve
/// Velocity of an enzymatic reaction by substrate concentration (data set `Puromycin` of R, treated cells; Bates & Watts 1988).
/// ```
/// use outgrow::fit::Regression;
///
/// let concentration = [0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.10, 1.10];
/// let rate = [76.0, 47.0, 97.0, 107.0, 123.0, 139.0, 159.0, 152.0, 191.0, 201.0, 207.0, 200.0];
/// let model = Regression::new(["limit", "half"], |x: &f64, b: &[f64]| b[0] * x / (b[1] + x)).start([150.0, 0.05]);
/// let fit = model.fit(&concentration, &rate)?;
/// assert!((fit.parameter("limit")?.value() - 212.684).abs() < 1e-3);
/// assert!((fit.parameter("limit")?.standard_error() - 6.947).abs() < 1e-3);
/// println!("{fit}");
/// # Ok::<(), outgrow::Error>(())
/// ```
#[must_use]
pub struct Regression<'m, X> {
    names: Vec<String>,
    model: Box<Model<'m, X>>,
    gradient: Option<Box<Gradient<'m, X>>>,
    starts: Vec<Vec<f64>>,
    bounds: Vec<(String, f64, f64)>,
    fixed: Vec<(String, f64)>,
}

impl<X> fmt::Debug for Regression<'_, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { names, model: _, gradient: _, starts, bounds, fixed } = self;
        f.debug_struct("Regression")
            .field("parameters", names)
            .field("starts", starts)
            .field("bounds", bounds)
            .field("fixed", fixed)
            .finish_non_exhaustive()
    }
}

impl<'m, X> Regression<'m, X> {
    /// A model with named parameters: a function of a predictor and the parameters, in the order of their names.
    pub fn new(
        parameters: impl IntoIterator<Item = impl Into<String>>,
        model: impl Fn(&X, &[f64]) -> f64 + Send + Sync + 'm,
    ) -> Self {
        Self {
            names: parameters.into_iter().map(Into::into).collect(),
            model: Box::new(model),
            gradient: None,
            starts: Vec::new(),
            bounds: Vec::new(),
            fixed: Vec::new(),
        }
    }

    /// Derivatives of the model with respect to the parameters, written to the third argument. Without them differences are
    /// used. [`fit`](Self::fit) compares them with differences at the start.
    pub fn derivatives(mut self, gradient: impl Fn(&X, &[f64], &mut [f64]) + Send + Sync + 'm) -> Self {
        self.gradient = Some(Box::new(gradient));
        self
    }

    /// Values of the parameters to start from. Of several starts the one with the least sum of squares is kept.
    pub fn start(mut self, values: impl IntoIterator<Item = f64>) -> Self {
        self.starts.push(values.into_iter().collect());
        self
    }

    /// Keeps a parameter strictly between two bounds, either of which may be infinite.
    pub fn bounds(mut self, parameter: impl Into<String>, low: f64, high: f64) -> Self {
        self.bounds.push((parameter.into(), low, high));
        self
    }

    /// Holds a parameter at a value.
    pub fn fixed(mut self, parameter: impl Into<String>, value: f64) -> Self {
        self.fixed.push((parameter.into(), value));
        self
    }

    /// The value of the model.
    pub fn value(&self, x: &X, parameters: &[f64]) -> f64 {
        (self.model)(x, parameters)
    }

    /// Fits the model to responses `y` at predictors `x`.
    ///
    /// # Errors
    /// If predictors and responses differ in number, are too few or not finite; if a name is unknown or there is no start; if
    /// the model or its derivatives are not finite at every start; if there is no optimum: the method does not converge, the
    /// data do not determine a parameter, or a parameter is at its bound. The message names the parameter.
    pub fn fit(&self, x: &[X], y: &[f64]) -> Result<Fit, Error> {
        let setup = self.setup(x.len(), y)?;
        let mut best: Option<Minimum> = None;
        for start in &setup.starts {
            let found = self.minimum(&setup, x, y, start)?;
            let is_better = |best: &Minimum| found.residuals.norm() < best.residuals.norm();
            if best.as_ref().is_none_or(is_better) {
                best = Some(found);
            }
        }
        let best = best.expect("checked: there is a start");
        self.check(&setup, &best)?;
        let parameters = self.names.iter().enumerate().map(|(place, name)| {
            let free = setup.free.iter().position(|of| *of == place);
            (name.clone(), setup.all(&best.parameters)[place], free)
        });
        let jacobian = setup.in_own_units(&best);
        let inverse = inverse(jacobian).expect("checked: the Jacobian is regular");
        let degrees = y.len() - setup.free.len();
        let sum = best.residuals.norm_squared();
        let covariance = (&inverse * inverse.transpose()) * (sum / as_f64(degrees));
        let error = |free: Option<usize>| free.map(|place| covariance[(place, place)].sqrt());
        let parameters: Vec<Parameter> =
            parameters.map(|(name, value, free)| Parameter::new(name, value, error(free))).collect();
        let rows = (0..setup.free.len()).map(|row| covariance.row(row).iter().copied().collect()).collect();
        // Residuals are those of the data: response less model.
        let residuals = best.residuals.iter().map(|residual| -residual).collect();
        Ok(Fit::new(parameters, rows, residuals, best.iterations))
    }

    /// The confidence interval of a parameter by the likelihood ratio: the values at which the least sum of squares over all
    /// other parameters is at most `1 + t²/ν` times the least of all, with Student's t on ν degrees of freedom. It is not
    /// symmetric, and more accurate than [`Fit::interval`] where the model is strongly nonlinear in the parameter. An end that the
    /// data do not limit is the bound of the parameter, or infinite.
    ///
    /// # Errors
    /// If the model has no free parameter of this name, or the level is not between 0 and 1; as for [`fit`](Self::fit).
    ///
    /// # Example: half-saturation of the reaction above
    /// ```
    /// use outgrow::fit::Regression;
    /// let concentration = [0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.10, 1.10];
    /// let rate = [76.0, 47.0, 97.0, 107.0, 123.0, 139.0, 159.0, 152.0, 191.0, 201.0, 207.0, 200.0];
    /// let model = Regression::new(["limit", "half"], |x: &f64, b: &[f64]| b[0] * x / (b[1] + x)).start([150.0, 0.05]);
    /// let fit = model.fit(&concentration, &rate)?;
    /// let [low, high] = model.profile(&fit, &concentration, &rate, "half", 0.95)?;
    /// assert!((low - 0.046_92).abs() < 1e-4 && (high - 0.086_16).abs() < 1e-4); // as R's confint gives
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn profile(&self, fit: &Fit, x: &[X], y: &[f64], parameter: &str, level: f64) -> Result<[f64; 2], Error> {
        let estimate = fit.parameter(parameter)?;
        if estimate.is_fixed() {
            let message = format!("{parameter:?} is held fixed and has no interval");
            return Err(Error::invalid("fit", "parameter", message));
        }
        let t = fit.quantile(level)?;
        let limit = fit.sum_of_squares() * (1.0 + t * t / as_f64(fit.degrees_of_freedom()));
        let mut setup = self.setup(x.len(), y)?;
        let of = self.names.iter().position(|name| name == parameter);
        let of = of.expect("the fit has the parameters of its model");
        setup.free.retain(|place| *place != of);
        let (range, centre) = (setup.ranges[of], setup.ranges[of].free(estimate.value()));
        let size = estimate.standard_error() / range.slope(estimate.value());
        let mut ends = [0.0; 2];
        for (end, side) in ends.iter_mut().zip([-1.0, 1.0]) {
            let mut values = fit.values();
            let mut excess = |distance: f64| -> f64 {
                values[of] = range.value(centre + side * distance);
                setup.fixed[of] = Some(values[of]);
                match self.least(&setup, x, y, &values) {
                    Some((sum, found)) => {
                        values = found;
                        sum / limit - 1.0
                    }
                    None => f64::INFINITY,
                }
            };
            let mut beyond = t * size;
            let mut doublings = 0;
            while !(excess(beyond) > 0.0) && doublings < MOST_DOUBLINGS {
                beyond *= 2.0;
                doublings += 1;
            }
            let is_limited = doublings < MOST_DOUBLINGS;
            let distance = if is_limited { root(&mut excess, beyond) } else { f64::INFINITY };
            *end = range.value(centre + side * distance);
        }
        Ok(ends)
    }

    /// The least sum of squares with what a setup holds fixed, from a start, and the parameters.
    fn least(&self, setup: &Setup, x: &[X], y: &[f64], start: &[f64]) -> Option<(f64, Vec<f64>)> {
        if setup.free.is_empty() {
            let square = |(x, y): (&X, &f64)| {
                let residual = (self.model)(x, start) - y;
                residual * residual
            };
            return Some((x.iter().zip(y).map(square).sum(), start.to_vec()));
        }
        let found = self.minimum(setup, x, y, start).ok()?;
        Some((found.residuals.norm_squared(), setup.all(&found.parameters)))
    }

    fn minimum(&self, setup: &Setup, x: &[X], y: &[f64], start: &[f64]) -> Result<Minimum, Error> {
        let free: Vec<f64> = setup.free.iter().map(|place| setup.ranges[*place].free(start[*place])).collect();
        let mut residuals = |free: &[f64], out: &mut [f64]| {
            let all = setup.all(free);
            for ((out, x), y) in out.iter_mut().zip(x).zip(y) {
                *out = (self.model)(x, &all) - y;
            }
        };
        let mut gradient = vec![0.0; self.names.len()];
        let mut derivatives = |free: &[f64], out: &mut DMatrix<f64>| {
            let all = setup.all(free);
            for (row, x) in x.iter().enumerate() {
                if let Some(of) = &self.gradient {
                    of(x, &all, &mut gradient);
                }
                for (column, place) in setup.free.iter().enumerate() {
                    out[(row, column)] = gradient[*place] * setup.ranges[*place].slope(all[*place]);
                }
            }
        };
        if self.gradient.is_some() {
            self.compare(
                setup,
                &mut Problem { count: y.len(), residuals: &mut residuals, derivatives: None },
                &free,
                x,
            )?;
        }
        let derivatives = self.gradient.is_some().then_some(&mut derivatives as &mut Derivatives<'_>);
        let mut problem = Problem { count: y.len(), residuals: &mut residuals, derivatives };
        minimize(&mut problem, &free).ok_or_else(|| {
            let message = format!("the model or a derivative is not finite at the start {start:?}");
            Error::one(Kind::Numeric, "fit", "start", message)
        })
    }

    /// Compares the stated derivatives with differences at the start.
    fn compare(&self, setup: &Setup, problem: &mut Problem<'_>, free: &[f64], x: &[X]) -> Result<(), Error> {
        let all = setup.all(free);
        let Some(differences) = problem.jacobian(free, true) else { return Ok(()) };
        let mut gradient = vec![0.0; self.names.len()];
        for (column, place) in setup.free.iter().enumerate() {
            let found = differences.column(column);
            let slope = setup.ranges[*place].slope(all[*place]);
            for (row, x) in x.iter().enumerate() {
                if let Some(of) = &self.gradient {
                    of(x, &all, &mut gradient);
                }
                let stated = gradient[*place] * slope;
                if !((stated - found[row]).abs() <= MISMATCH * (found.amax() + stated.abs())) {
                    let message = format!(
                        "the stated derivative {} of observation {row} is not that of the model, {}",
                        error::shown(gradient[*place]),
                        error::shown(found[row] / slope)
                    );
                    return Err(Error::invalid("fit", self.names[*place].clone(), message));
                }
            }
        }
        Ok(())
    }

    /// Refuses a minimum that is none.
    fn check(&self, setup: &Setup, found: &Minimum) -> Result<(), Error> {
        let refuse = |place: usize, message: String| {
            Err(Error::one(Kind::Numeric, "fit", self.names[setup.free[place]].clone(), message))
        };
        let all = setup.all(&found.parameters);
        for (place, of) in setup.free.iter().enumerate() {
            if let Some(bound) = setup.ranges[*of].reached(all[*of]) {
                return refuse(place, format!("there is no optimum within the bounds: it tends to the bound {bound}"));
            }
        }
        if !found.is_regular() {
            let place = undetermined(found);
            let value = error::shown(all[setup.free[place]]);
            return refuse(place, format!("the data do not determine it; the method ended at {value}"));
        }
        if !found.has_converged {
            let message = format!("the method did not converge in {} iterations", found.iterations);
            return Err(Error::one(Kind::Numeric, "fit", "", message));
        }
        let degrees = found.residuals.len() - setup.free.len();
        let variance = found.residuals.norm_squared() / as_f64(degrees);
        let Some(inverse) = inverse(found.jacobian.clone()) else { return Ok(()) };
        let wide = |place: &usize| {
            let is_bounded = setup.ranges[setup.free[*place]] != Range::Free;
            is_bounded && (inverse.row(*place).norm_squared() * variance).sqrt() > UNDETERMINED
        };
        match (0..setup.free.len()).find(wide) {
            Some(place) => {
                let value = error::shown(all[setup.free[place]]);
                refuse(place, format!("there is no optimum: the sum of squares hardly changes beyond {value}"))
            }
            None => Ok(()),
        }
    }

    fn setup(&self, observations: usize, y: &[f64]) -> Result<Setup, Error> {
        let mut problems = Vec::new();
        let place = |name: &String, address: &str, problems: &mut Vec<Fault>| {
            let found = self.names.iter().position(|known| known == name);
            if found.is_none() {
                let near = error::did_you_mean(name, self.names.iter().map(String::as_str));
                problems.push(Fault::new(address, format!("no parameter is named {name:?}{near}")));
            }
            found
        };
        let mut ranges = vec![Range::Free; self.names.len()];
        for (name, low, high) in &self.bounds {
            match (place(name, "bounds", &mut problems), Range::new(*low, *high)) {
                (Some(of), Some(range)) => ranges[of] = range,
                (Some(_), None) => {
                    let message = format!("the bounds of {name:?} must be in increasing order, got {low} and {high}");
                    problems.push(Fault::new("bounds", message));
                }
                (None, _) => {}
            }
        }
        let mut fixed = vec![None; self.names.len()];
        for (name, value) in &self.fixed {
            if let Some(of) = place(name, "fixed", &mut problems) {
                fixed[of] = Some(*value);
                if !value.is_finite() {
                    problems.push(Fault::new("fixed", format!("the value of {name:?} must be finite, got {value}")));
                }
            }
        }
        let free: Vec<usize> = (0..self.names.len()).filter(|of| fixed[*of].is_none()).collect();
        self.check_starts(&free, &ranges, &mut problems);
        if observations != y.len() {
            let message = format!("{observations} predictors but {} responses", y.len());
            problems.push(Fault::new("data", message));
        } else if y.len() <= free.len() {
            let message = format!("{} observations are too few for {} parameters", y.len(), free.len());
            problems.push(Fault::new("data", message));
        }
        let odd = y.iter().position(|y| !y.is_finite());
        problems.extend(odd.map(|row| Fault::new("data", format!("response {row} must be finite, got {}", y[row]))));
        if !problems.is_empty() {
            return Err(Error::of(Kind::Invalid, "fit", problems));
        }
        Ok(Setup { free, fixed, ranges, starts: self.starts.clone() })
    }

    fn check_starts(&self, free: &[usize], ranges: &[Range], problems: &mut Vec<Fault>) {
        if free.is_empty() {
            problems.push(Fault::new("fixed", "at least one parameter must be free"));
        }
        if self.starts.is_empty() {
            problems.push(Fault::new("start", "state values of the parameters to start from"));
        }
        for start in &self.starts {
            if start.len() != self.names.len() {
                let message = format!("{} values for {} parameters", start.len(), self.names.len());
                problems.push(Fault::new("start", message));
                continue;
            }
            for of in free.iter().filter(|of| !ranges[**of].contains(start[**of])) {
                let message =
                    format!("{:?} must start finite and within its bounds, got {}", self.names[*of], start[*of]);
                problems.push(Fault::new("start", message));
            }
        }
    }
}

/// The distance between 0 and `high` at which an excess becomes positive, by bisection to a relative accuracy of 1e-9.
fn root(excess: &mut dyn FnMut(f64) -> f64, mut high: f64) -> f64 {
    let mut low = 0.0;
    while high - low > 1e-9 * high {
        let middle = 0.5 * (low + high);
        if excess(middle) > 0.0 { high = middle } else { low = middle }
    }
    high
}

/// The inverse of the triangular factor of a Jacobian; `None` if it is singular.
fn inverse(jacobian: DMatrix<f64>) -> Option<DMatrix<f64>> {
    let count = jacobian.ncols();
    jacobian.qr().r().solve_upper_triangular(&DMatrix::identity(count, count))
}

/// The free parameter that contributes most to the direction in which the residuals change least.
fn undetermined(found: &Minimum) -> usize {
    let mut columns = found.jacobian.clone();
    for mut column in columns.column_iter_mut() {
        let length = column.norm();
        if length > 0.0 {
            column /= length;
        }
    }
    let square = columns.tr_mul(&columns);
    let rows = (0..square.nrows()).map(|row| square.row(row).iter().copied().collect()).collect();
    let (values, vectors) = eigen(rows);
    let flattest = (0..values.len()).min_by(|a, b| values[*a].total_cmp(&values[*b])).unwrap_or(0);
    let vector = &vectors[flattest];
    (0..vector.len()).max_by(|a, b| vector[*a].abs().total_cmp(&vector[*b].abs())).unwrap_or(0)
}

/// A validated model.
struct Setup {
    /// Places of the free parameters.
    free: Vec<usize>,
    fixed: Vec<Option<f64>>,
    ranges: Vec<Range>,
    starts: Vec<Vec<f64>>,
}

impl Setup {
    /// All parameters, given the unbounded form of the free ones.
    fn all(&self, free: &[f64]) -> Vec<f64> {
        let mut free = free.iter();
        let mut next = |of: usize| {
            let value = free.next().expect("one value for each free parameter");
            self.ranges[of].value(*value)
        };
        self.fixed.iter().enumerate().map(|(of, fixed)| fixed.unwrap_or_else(|| next(of))).collect()
    }

    /// The Jacobian with respect to the parameters themselves.
    fn in_own_units(&self, found: &Minimum) -> DMatrix<f64> {
        let all = self.all(&found.parameters);
        let mut jacobian = found.jacobian.clone();
        for (mut column, of) in jacobian.column_iter_mut().zip(&self.free) {
            column /= self.ranges[*of].slope(all[*of]);
        }
        jacobian
    }
}
