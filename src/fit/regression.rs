//! What is fitted.

use std::fmt;

use super::fitted::{Fit, Parameter, Prediction};
use super::levenberg_marquardt::minimize;
use super::problem::{DerivativeSource, Evaluate, Minimum, Problem, Wanted};
use super::setup::{ParameterSet, Setup};
use crate::error::{self, Error, Kind};
use crate::math;
use crate::math::gauss::as_f64;

/// Largest relative difference between stated derivatives and differences of the model.
const MISMATCH: f64 = 1e-4;

/// Doublings of the distance in the search for an end of a profile interval.
const MOST_DOUBLINGS: usize = 40;

/// Computes the model at some predictors, given the parameters.
type Model<'m, X> = dyn Fn(&[X], &[f64], &mut [f64]) + Send + Sync + 'm;
/// Its derivatives with respect to the parameters.
type Gradient<'m, X> = dyn Fn(&X, &[f64], &mut [f64]) + Send + Sync + 'm;
/// Computes the model at some predictors, and its derivatives, one column for each parameter.
type ModelWithColumns<'m, X> = dyn Fn(&[X], &[f64], &mut [f64], &mut [f64]) + Send + Sync + 'm;

/// The derivatives of a model.
enum ModelSlopes<'m, X> {
    Unknown,
    Stated(Box<Gradient<'m, X>>),
    /// Derivatives of a model of this crate, which tests compare with finite differences.
    Own(Box<ModelWithColumns<'m, X>>),
}

/// A model to fit by nonlinear least squares: the parameters that minimize `Σ (y − f(x, b))²`.
///
/// The method is that of Levenberg and Marquardt with the scaling and the trust region of MINPACK (Moré 1978). It meets the
/// certified values of the NIST reference data sets for nonlinear regression to six digits or more from both of their starts. It
/// ends where the distance to the minimum is estimated to be less than 1e-8 standard errors.
/// The last digits of a fit may differ between machines where those of the model do.
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
    model: Box<Model<'m, X>>,
    slopes: ModelSlopes<'m, X>,
    parameters: ParameterSet,
}

impl<X> fmt::Debug for Regression<'_, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parameters.fmt(f)
    }
}

impl<'m, X> Regression<'m, X> {
    /// A model with named parameters: a function of a predictor and the parameters, in the order of their names.
    pub fn new(
        parameters: impl IntoIterator<Item = impl Into<String>>,
        model: impl Fn(&X, &[f64]) -> f64 + Send + Sync + 'm,
    ) -> Self {
        Self::over_all(parameters, move |xs: &[X], parameters: &[f64], out: &mut [f64]| {
            out.iter_mut().zip(xs).for_each(|(out, x)| *out = model(x, parameters));
        })
    }

    /// A model that is computed for all predictors at once, which saves time where they share work. The third argument takes
    /// one value for each predictor.
    pub fn over_all(
        parameters: impl IntoIterator<Item = impl Into<String>>,
        model: impl Fn(&[X], &[f64], &mut [f64]) + Send + Sync + 'm,
    ) -> Self {
        let parameters = ParameterSet::new(parameters.into_iter().map(Into::into).collect());
        Self { model: Box::new(model), slopes: ModelSlopes::Unknown, parameters }
    }

    /// Derivatives of the model with respect to the parameters, written to the third argument. Without them differences are
    /// used. [`fit`](Self::fit) compares them with differences at the start.
    pub fn derivatives(mut self, gradient: impl Fn(&X, &[f64], &mut [f64]) + Send + Sync + 'm) -> Self {
        self.slopes = ModelSlopes::Stated(Box::new(gradient));
        self
    }

    /// The model with its derivatives at all predictors, one column for each parameter.
    pub(super) fn own_derivatives(
        mut self,
        model: impl Fn(&[X], &[f64], &mut [f64], &mut [f64]) + Send + Sync + 'm,
    ) -> Self {
        self.slopes = ModelSlopes::Own(Box::new(model));
        self
    }

    /// Values of the parameters to start from. Of several starts the one with the least sum of squares is kept.
    pub fn start(mut self, values: impl IntoIterator<Item = f64>) -> Self {
        self.parameters.starts.push(values.into_iter().collect());
        self
    }

    /// Keeps a parameter strictly between two bounds, either of which may be infinite.
    pub fn bounds(mut self, parameter: impl Into<String>, low: f64, high: f64) -> Self {
        self.parameters.bounds.push((parameter.into(), low, high));
        self
    }

    /// Holds a parameter at a value.
    pub fn fixed(mut self, parameter: impl Into<String>, value: f64) -> Self {
        self.parameters.fixed.push((parameter.into(), value));
        self
    }

    /// The value of the model.
    pub fn value(&self, x: &X, parameters: &[f64]) -> f64 {
        let mut value = [0.0];
        (self.model)(std::slice::from_ref(x), parameters, &mut value);
        value[0]
    }

    /// Fits the model to responses `y` at predictors `x`.
    ///
    /// # Errors
    /// If predictors and responses differ in number, are too few or not finite; if a name is unknown or there is no start; if
    /// the model or its derivatives are not finite at every start; if there is no optimum: the method does not converge, the
    /// data do not determine a parameter, or a parameter is at its bound. The message names the parameter.
    pub fn fit(&self, x: &[X], y: &[f64]) -> Result<Fit, Error> {
        let setup = self.parameters.setup(x.len(), y)?;
        let mut best: Result<Minimum, Error> = Err(Error::invalid("fit", "start", "there is none"));
        for start in &setup.starts {
            match (self.minimum(&setup, x, y, start), &best) {
                (Ok(found), Ok(known)) if found.size >= known.size => {}
                (Err(_), Ok(_)) => {}
                (found, _) => best = found,
            }
        }
        let best = best?;
        let covariance = self.parameters.covariance(&setup, &best)?;
        let mut errors = vec![None; self.parameters.names.len()];
        for (row, of) in setup.free.iter().enumerate() {
            errors[*of] = Some(covariance[row][row].sqrt());
        }
        let values = setup.all(&best.parameters).into_iter().zip(errors);
        let parameters: Vec<Parameter> = self
            .parameters
            .names
            .iter()
            .zip(values)
            .map(|(name, (value, error))| Parameter::new(name.clone(), value, error))
            .collect();
        // Residuals are those of the data: response less model.
        let residuals = best.residuals.iter().map(|residual| -residual).collect();
        Ok(Fit::new(parameters, covariance, residuals, best.iterations))
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
        let mut setup = self.parameters.setup(x.len(), y)?;
        let of = self.parameters.names.iter().position(|name| name == parameter);
        let Some(of) = of.filter(|_| fit.parameters().len() == self.parameters.names.len()) else {
            return Err(Error::lookup("parameter", format!("the fit is of a model other than that of {parameter:?}")));
        };
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

    /// The value of the model at a predictor, with intervals at a confidence level.
    ///
    /// # Errors
    /// If the level is not between 0 and 1.
    ///
    /// # Example: beyond the data
    /// ```
    /// use outgrow::fit::Regression;
    /// let years = [0.0, 1.0, 2.0, 3.0, 4.0];
    /// let logs = [0.0, 0.31, 0.58, 0.92, 1.19];
    /// let line = Regression::new(["level", "rate"], |t: &f64, b: &[f64]| b[0] + b[1] * t).start([0.0, 0.0]);
    /// let fit = line.fit(&years, &logs)?;
    /// let next = line.predict(&fit, &5.0, 0.9)?;
    /// assert!(next.band[0] < next.interval[0] && next.interval[1] < next.band[1]);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn predict(&self, fit: &Fit, x: &X, level: f64) -> Result<Prediction, Error> {
        let quantile = fit.quantile(level)?;
        let values = fit.values();
        let value = self.value(x, &values);
        let slope = |place: usize| {
            let step = 1e-5 * if values[place].abs() > 0.0 { values[place].abs() } else { 1.0 };
            let mut moved = values.clone();
            moved[place] = values[place] + step;
            let above = self.value(x, &moved);
            moved[place] = values[place] - step;
            (above - self.value(x, &moved)) / (2.0 * step)
        };
        let free = (0..values.len()).filter(|place| !fit.parameters()[*place].is_fixed());
        let slopes: Vec<f64> = free.map(slope).collect();
        let standard_error = fit.variance(&slopes).max(0.0).sqrt();
        let around = |sd: f64| [value - quantile * sd, value + quantile * sd];
        let band = around(math::hypot(standard_error, fit.residual_sd()));
        Ok(Prediction { value, standard_error, interval: around(standard_error), band })
    }

    /// The least sum of squares with what a setup holds fixed, from a start, and the parameters.
    fn least(&self, setup: &Setup, x: &[X], y: &[f64], start: &[f64]) -> Option<(f64, Vec<f64>)> {
        if setup.free.is_empty() {
            let mut values = vec![0.0; y.len()];
            (self.model)(x, start, &mut values);
            let square = |(value, y): (&f64, &f64)| (value - y) * (value - y);
            return Some((values.iter().zip(y).map(square).sum(), start.to_vec()));
        }
        let found = self.minimum(setup, x, y, start).ok()?;
        Some((found.size * found.size, setup.all(&found.parameters)))
    }

    fn minimum(&self, setup: &Setup, x: &[X], y: &[f64], start: &[f64]) -> Result<Minimum, Error> {
        let free: Vec<f64> = setup.free.iter().map(|place| setup.ranges[*place].free(start[*place])).collect();
        let (rows, count) = (y.len(), self.parameters.names.len());
        let mut all = vec![0.0; count];
        let source = match &self.slopes {
            ModelSlopes::Unknown => DerivativeSource::Differences { is_fine: false },
            ModelSlopes::Stated(_) => DerivativeSource::Model,
            ModelSlopes::Own(_) => DerivativeSource::ModelWithResiduals,
        };
        // Derivatives by all parameters: stated ones row by row, those of a model of this crate column by column.
        let mut whole = vec![0.0; if source.is_of_model() { rows * count } else { 0 }];
        let mut evaluate = |free: &[f64], wanted: Wanted<'_>| {
            setup.put_all(free, &mut all);
            match (wanted, &self.slopes) {
                (Wanted::Both { residuals, derivatives }, ModelSlopes::Own(model)) => {
                    model(x, &all, residuals, &mut whole);
                    residuals.iter_mut().zip(y).for_each(|(out, y)| *out -= y);
                    for (column, place) in derivatives.chunks_exact_mut(rows).zip(&setup.free) {
                        let slope = setup.ranges[*place].slope(all[*place]);
                        let from = &whole[place * rows..];
                        column.iter_mut().zip(from).for_each(|(out, by)| *out = by * slope);
                    }
                }
                (Wanted::Derivatives(derivatives), ModelSlopes::Stated(of)) => {
                    x.iter().zip(whole.chunks_exact_mut(count)).for_each(|(x, row)| of(x, &all, row));
                    for (column, place) in derivatives.chunks_exact_mut(rows).zip(&setup.free) {
                        let slope = setup.ranges[*place].slope(all[*place]);
                        let by_row = whole.chunks_exact(count);
                        column.iter_mut().zip(by_row).for_each(|(out, row)| *out = row[*place] * slope);
                    }
                }
                (Wanted::Residuals(residuals) | Wanted::Both { residuals, .. }, _) => {
                    (self.model)(x, &all, residuals);
                    residuals.iter_mut().zip(y).for_each(|(out, y)| *out -= y);
                }
                // Differences need no derivatives of the model.
                (Wanted::Derivatives(derivatives), ModelSlopes::Unknown | ModelSlopes::Own(_)) => {
                    derivatives.fill(f64::NAN);
                }
            }
        };
        let mut problem = Problem::new(rows, &free, source, &mut evaluate);
        let is_finite = problem.evaluate_start(&free);
        if is_finite && source == DerivativeSource::Model && !problem.agrees_along_a_line(&free, MISMATCH) {
            let stated = problem.start.take();
            drop(problem);
            self.compare(setup, rows, &mut evaluate, &free, stated.as_ref().map_or(&[], |[_, stated]| stated))?;
            problem = Problem::new(rows, &free, source, &mut evaluate);
        }
        let found = if is_finite { minimize(&mut problem, &free) } else { None };
        found.ok_or_else(|| {
            let message = format!("the model or a derivative is not finite at the start {start:?}");
            Error::one(Kind::Numeric, "fit", "start", message)
        })
    }

    /// Compares the stated derivatives with differences of higher order at the start, column by column.
    fn compare(
        &self,
        setup: &Setup,
        rows: usize,
        evaluate: &mut Evaluate<'_>,
        free: &[f64],
        stated: &[f64],
    ) -> Result<(), Error> {
        let mut problem = Problem::new(rows, free, DerivativeSource::Differences { is_fine: true }, evaluate);
        let mut differences = vec![0.0; rows * free.len()];
        if !problem.derivatives(free, &mut differences) {
            return Ok(());
        }
        let Some((column, row)) = mismatch(stated, &differences, rows) else { return Ok(()) };
        let place = setup.free[column];
        let slope = setup.ranges[place].slope(setup.all(free)[place]);
        let [stated, found] = [stated, &differences].map(|all| error::shown(all[column * rows + row] / slope));
        let message = format!("the stated derivative {stated} of observation {row} is not that of the model, {found}");
        Err(Error::invalid("fit", self.parameters.names[place].clone(), message))
    }
}

/// The column and the row of the first stated derivative that is not the one found.
fn mismatch(stated: &[f64], found: &[f64], rows: usize) -> Option<(usize, usize)> {
    let of_column = |(stated, found): (&[f64], &[f64])| {
        let largest = found.iter().fold(0.0, |most: f64, entry| most.max(entry.abs()));
        let differs = |(stated, found): (&f64, &f64)| !((stated - found).abs() <= MISMATCH * (largest + stated.abs()));
        stated.iter().zip(found).position(differs)
    };
    let mut columns = stated.chunks_exact(rows).zip(found.chunks_exact(rows)).enumerate();
    columns.find_map(|(column, pair)| of_column(pair).map(|row| (column, row)))
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
