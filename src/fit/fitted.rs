//! The result of a fit.

use std::fmt;

use crate::error::{self, Error};
use crate::math;
use crate::math::gauss::as_f64;

/// A fitted parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    name: String,
    value: f64,
    /// `None` for a parameter that was held fixed.
    error: Option<f64>,
}

impl Parameter {
    pub(super) fn new(name: String, value: f64, error: Option<f64>) -> Self {
        Self { name, value, error }
    }

    /// The name that the model gives it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The estimate, or the value at which it was held.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The asymptotic standard error, in the unit of the parameter; 0 if it was held fixed.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.error.unwrap_or(0.0)
    }

    /// Whether it was held fixed.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.error.is_none()
    }
}

/// A fitted model: estimates, their covariance and the residuals. [`Regression::fit`](super::Regression::fit) makes it.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Fit {
    parameters: Vec<Parameter>,
    /// Of the free parameters, in their order.
    covariance: Vec<Vec<f64>>,
    residuals: Vec<f64>,
    iterations: usize,
}

/// A predicted response.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Prediction {
    /// The value of the model.
    pub value: f64,
    /// The standard error of that value, from the covariance of the parameters.
    pub standard_error: f64,
    /// Confidence interval of the value of the model.
    pub interval: [f64; 2],
    /// Prediction interval of one new observation, which also has the scatter of the residuals.
    pub band: [f64; 2],
}

impl Fit {
    pub(super) fn new(
        parameters: Vec<Parameter>,
        covariance: Vec<Vec<f64>>,
        residuals: Vec<f64>,
        iterations: usize,
    ) -> Self {
        Self { parameters, covariance, residuals, iterations }
    }

    /// All parameters, in the order of the model.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The values of all parameters, in the order of the model.
    #[must_use]
    pub fn values(&self) -> Vec<f64> {
        self.parameters.iter().map(Parameter::value).collect()
    }

    /// A parameter by name.
    ///
    /// # Errors
    /// If the model has no parameter of this name.
    pub fn parameter(&self, name: &str) -> Result<&Parameter, Error> {
        let names = self.parameters.iter().map(Parameter::name);
        self.parameters.iter().find(|parameter| parameter.name == name).ok_or_else(|| {
            let near = error::did_you_mean(name, names);
            Error::lookup("parameter", format!("no parameter is named {name:?}{near}"))
        })
    }

    /// The covariance of two estimates; 0 if one of them was held fixed.
    ///
    /// # Errors
    /// If the model has no parameter of one of the names.
    pub fn covariance(&self, a: &str, b: &str) -> Result<f64, Error> {
        let place = |name: &str| {
            self.parameter(name)?;
            Ok::<_, Error>(self.free().position(|parameter| parameter.name == name))
        };
        Ok(match (place(a)?, place(b)?) {
            (Some(a), Some(b)) => self.covariance[a][b],
            (None, _) | (_, None) => 0.0,
        })
    }

    /// The correlation of two estimates; 0 if one of them was held fixed.
    ///
    /// # Errors
    /// If the model has no parameter of one of the names.
    pub fn correlation(&self, a: &str, b: &str) -> Result<f64, Error> {
        let scale = self.parameter(a)?.standard_error() * self.parameter(b)?.standard_error();
        let covariance = self.covariance(a, b)?;
        Ok(if scale > 0.0 { covariance / scale } else { 0.0 })
    }

    /// Response less model, by observation.
    #[must_use]
    pub fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    /// The residual sum of squares.
    #[must_use]
    pub fn sum_of_squares(&self) -> f64 {
        self.residuals.iter().map(|residual| residual * residual).sum()
    }

    /// Observations less free parameters.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> usize {
        self.residuals.len() - self.covariance.len()
    }

    /// The residual standard deviation, in the unit of the response.
    #[must_use]
    pub fn residual_sd(&self) -> f64 {
        (self.sum_of_squares() / self.degrees()).sqrt()
    }

    /// Akaike's information criterion with the correction for few observations (Hurvich & Tsai 1989), for normal residuals
    /// of unknown variance. Infinite if there are no more observations than parameters plus two.
    #[must_use]
    pub fn aicc(&self) -> f64 {
        let count = as_f64(self.residuals.len());
        // The variance is a parameter too.
        let parameters = as_f64(self.covariance.len() + 1);
        let rest = count - parameters - 1.0;
        if !(rest > 0.0) {
            return f64::INFINITY;
        }
        count * math::ln(self.sum_of_squares() / count)
            + 2.0 * parameters
            + 2.0 * parameters * (parameters + 1.0) / rest
    }

    /// Number of Jacobians that the minimization took.
    #[must_use]
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// The confidence interval of a parameter from its standard error (Wald), by Student's t.
    ///
    /// # Errors
    /// If the model has no parameter of this name, or the level is not between 0 and 1.
    pub fn interval(&self, name: &str, level: f64) -> Result<[f64; 2], Error> {
        let parameter = self.parameter(name)?;
        let reach = self.quantile(level)? * parameter.standard_error();
        Ok([parameter.value - reach, parameter.value + reach])
    }

    /// The variance of a function of the parameters with these derivatives with respect to the free ones.
    pub(super) fn variance(&self, slopes: &[f64]) -> f64 {
        let row = |(row, slope): (&Vec<f64>, &f64)| {
            slope * row.iter().zip(slopes).map(|(entry, other)| entry * other).sum::<f64>()
        };
        self.covariance.iter().zip(slopes).map(row).sum()
    }

    fn free(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| !parameter.is_fixed())
    }

    fn degrees(&self) -> f64 {
        as_f64(self.degrees_of_freedom())
    }

    /// The two-sided quantile of Student's t.
    pub(super) fn quantile(&self, level: f64) -> Result<f64, Error> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::invalid("fit", "level", format!("must be between 0 and 1, got {level}")));
        }
        let tail = 0.5 * (1.0 - level);
        let degrees = self.degrees();
        let scaled = math::student_quantile(degrees, 1.0 - tail, tail);
        Ok(math::student_of_scale(math::student_root(degrees), scaled))
    }
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.parameters.iter().map(|parameter| parameter.name.chars().count()).max().unwrap_or(0);
        for parameter in &self.parameters {
            let (name, value) = (&parameter.name, rounded(parameter.value));
            match parameter.error {
                Some(error) => writeln!(f, "  {name:<width$}  {value} ± {}", rounded(error))?,
                None => writeln!(f, "  {name:<width$}  {value} (fixed)")?,
            }
        }
        let (sd, degrees) = (rounded(self.residual_sd()), self.degrees_of_freedom());
        write!(f, "  residual sd {sd} on {degrees} degrees of freedom")
    }
}

/// A number with six significant digits.
pub(super) fn rounded(x: f64) -> String {
    error::shown(format!("{x:.5e}").parse().unwrap_or(x))
}
