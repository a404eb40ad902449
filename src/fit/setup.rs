//! The parameters of a model, validated, and the check of a minimum.

use nalgebra::DMatrix;

use super::levenberg_marquardt::Minimum;
use super::range::Range;
use crate::error::{self, Error, Kind, Problem};
use crate::math::eigen::eigen;
use crate::math::gauss::as_f64;

/// A bounded parameter is undetermined if the standard error of its logarithm or its log odds exceeds this.
const UNDETERMINED: f64 = 20.0;

/// What is stated of the parameters.
#[derive(Debug)]
pub(super) struct ParameterSet {
    pub(super) names: Vec<String>,
    pub(super) starts: Vec<Vec<f64>>,
    pub(super) bounds: Vec<(String, f64, f64)>,
    pub(super) fixed: Vec<(String, f64)>,
}

impl ParameterSet {
    pub(super) fn new(names: Vec<String>) -> Self {
        Self { names, starts: Vec::new(), bounds: Vec::new(), fixed: Vec::new() }
    }

    /// The covariance of the free parameters at a minimum.
    ///
    /// # Errors
    /// If it is no minimum: a parameter is at its bound, or the data do not determine it, or the method did not converge.
    pub(super) fn covariance(&self, setup: &Setup, found: &Minimum) -> Result<DMatrix<f64>, Error> {
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
            // The parameter that the data determine least is the one that still moves.
            let place = undetermined(found);
            let value = error::shown(all[setup.free[place]]);
            let iterations = found.iterations;
            return refuse(
                place,
                format!(
                    "the method did not converge in {iterations} iterations and ended at {value}; there may be no optimum"
                ),
            );
        }
        let degrees = found.residuals.len() - setup.free.len();
        let variance = found.residuals.norm_squared() / as_f64(degrees);
        let singular = || Error::one(Kind::Numeric, "fit", "", "the data do not determine the parameters");
        let inverse = inverse(found.jacobian.clone()).ok_or_else(singular)?;
        let mut covariance = &inverse * inverse.transpose() * variance;
        let wide = |place: &usize| {
            let is_bounded = setup.ranges[setup.free[*place]] != Range::Free;
            is_bounded && covariance[(*place, *place)].sqrt() > UNDETERMINED
        };
        if let Some(place) = (0..setup.free.len()).find(wide) {
            let value = error::shown(all[setup.free[place]]);
            return refuse(place, format!("there is no optimum: the sum of squares hardly changes beyond {value}"));
        }
        // From the unbounded parameters to the parameters themselves.
        let slopes: Vec<f64> = setup.free.iter().map(|of| setup.ranges[*of].slope(all[*of])).collect();
        for (row, a) in slopes.iter().enumerate() {
            for (column, b) in slopes.iter().enumerate() {
                covariance[(row, column)] *= a * b;
            }
        }
        Ok(covariance)
    }

    /// # Errors
    /// If anything is invalid, with every problem.
    pub(super) fn setup(&self, observations: usize, y: &[f64]) -> Result<Setup, Error> {
        let mut problems = Vec::new();
        let place = |name: &String, address: &str, problems: &mut Vec<Problem>| {
            let found = self.names.iter().position(|known| known == name);
            if found.is_none() {
                let near = error::did_you_mean(name, self.names.iter().map(String::as_str));
                problems.push(Problem::new(address, format!("no parameter is named {name:?}{near}")));
            }
            found
        };
        let mut ranges = vec![Range::Free; self.names.len()];
        for (name, low, high) in &self.bounds {
            match (place(name, "bounds", &mut problems), Range::new(*low, *high)) {
                (Some(of), Some(range)) => ranges[of] = range,
                (Some(_), None) => {
                    let message = format!("the bounds of {name:?} must be in increasing order, got {low} and {high}");
                    problems.push(Problem::new("bounds", message));
                }
                (None, _) => {}
            }
        }
        let mut fixed = vec![None; self.names.len()];
        for (name, value) in &self.fixed {
            if let Some(of) = place(name, "fixed", &mut problems) {
                fixed[of] = Some(*value);
                if !value.is_finite() {
                    problems.push(Problem::new("fixed", format!("the value of {name:?} must be finite, got {value}")));
                }
            }
        }
        let free: Vec<usize> = (0..self.names.len()).filter(|of| fixed[*of].is_none()).collect();
        self.check_starts(&free, &ranges, &mut problems);
        if observations != y.len() {
            let message = format!("{observations} predictors but {} responses", y.len());
            problems.push(Problem::new("data", message));
        } else if y.len() <= free.len() {
            let message = format!("{} observations are too few for {} parameters", y.len(), free.len());
            problems.push(Problem::new("data", message));
        }
        let odd = y.iter().position(|y| !y.is_finite());
        problems.extend(odd.map(|row| Problem::new("data", format!("response {row} must be finite, got {}", y[row]))));
        if !problems.is_empty() {
            return Err(Error::of(Kind::Invalid, "fit", problems));
        }
        Ok(Setup { free, fixed, ranges, starts: self.starts.clone() })
    }

    fn check_starts(&self, free: &[usize], ranges: &[Range], problems: &mut Vec<Problem>) {
        if free.is_empty() {
            problems.push(Problem::new("fixed", "at least one parameter must be free"));
        }
        if self.starts.is_empty() {
            problems.push(Problem::new("start", "state values of the parameters to start from"));
        }
        for start in &self.starts {
            if start.len() != self.names.len() {
                let message = format!("{} values for {} parameters", start.len(), self.names.len());
                problems.push(Problem::new("start", message));
                continue;
            }
            for of in free.iter().filter(|of| !ranges[**of].contains(start[**of])) {
                let message =
                    format!("{:?} must start finite and within its bounds, got {}", self.names[*of], start[*of]);
                problems.push(Problem::new("start", message));
            }
        }
    }
}

/// The inverse of the triangular factor of a Jacobian; `None` if it is singular.
fn inverse(jacobian: DMatrix<f64>) -> Option<DMatrix<f64>> {
    let count = jacobian.ncols();
    jacobian.qr().r().solve_upper_triangular(&DMatrix::identity(count, count))
}

/// The free parameter that contributes most to the direction in which the residuals change least.
fn undetermined(found: &Minimum) -> usize {
    let columns = found.directions();
    let square = columns.tr_mul(&columns);
    let rows = (0..square.nrows()).map(|row| square.row(row).iter().copied().collect()).collect();
    let (values, vectors) = eigen(rows);
    let flattest = (0..values.len()).min_by(|a, b| values[*a].total_cmp(&values[*b])).unwrap_or(0);
    let vector = &vectors[flattest];
    (0..vector.len()).max_by(|a, b| vector[*a].abs().total_cmp(&vector[*b].abs())).unwrap_or(0)
}

/// A validated model.
pub(super) struct Setup {
    /// Places of the free parameters.
    pub(super) free: Vec<usize>,
    pub(super) fixed: Vec<Option<f64>>,
    pub(super) ranges: Vec<Range>,
    pub(super) starts: Vec<Vec<f64>>,
}

impl Setup {
    /// All parameters, given the unbounded form of the free ones.
    pub(super) fn all(&self, free: &[f64]) -> Vec<f64> {
        let mut free = free.iter();
        let mut next = |of: usize| {
            let value = free.next().expect("one value for each free parameter");
            self.ranges[of].value(*value)
        };
        self.fixed.iter().enumerate().map(|(of, fixed)| fixed.unwrap_or_else(|| next(of))).collect()
    }
}
