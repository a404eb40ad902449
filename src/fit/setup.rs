//! The parameters of a model, validated, and the check of a minimum.

use super::householder::{length, product};
use super::problem::Minimum;
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
    pub(super) fn covariance(&self, setup: &Setup, found: &Minimum) -> Result<Vec<Vec<f64>>, Error> {
        let refuse = |place: usize, message: String| {
            Err(Error::one(Kind::Numeric, "fit", self.names[setup.free[place]].clone(), message))
        };
        let all = setup.all(&found.parameters);
        for (place, of) in setup.free.iter().enumerate() {
            if let Some(bound) = setup.ranges[*of].reached(all[*of]) {
                return refuse(place, format!("there is no optimum within the bounds: it tends to the bound {bound}"));
            }
        }
        if !found.is_regular {
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
        let variance = found.size * found.size / as_f64(degrees);
        let mut covariance = found.triangle.inverse_of_square();
        covariance.iter_mut().flatten().for_each(|entry| *entry *= variance);
        let wide = |place: &usize| {
            let is_bounded = setup.ranges[setup.free[*place]] != Range::Free;
            is_bounded && covariance[*place][*place].sqrt() > UNDETERMINED
        };
        if let Some(place) = (0..setup.free.len()).find(wide) {
            let value = error::shown(all[setup.free[place]]);
            return refuse(place, format!("there is no optimum: the sum of squares hardly changes beyond {value}"));
        }
        // From the unbounded parameters to the parameters themselves.
        let slopes: Vec<f64> = setup.free.iter().map(|of| setup.ranges[*of].slope(all[*of])).collect();
        for (row, a) in covariance.iter_mut().zip(&slopes) {
            row.iter_mut().zip(&slopes).for_each(|(entry, b)| *entry *= a * b);
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

/// The free parameter that contributes most to the direction in which the residuals change least.
fn undetermined(found: &Minimum) -> usize {
    // The scalar products of the columns of the Jacobian with unit length; those of parameters without an effect are 0.
    let columns = || (0..found.parameters.len()).map(|of| found.triangle.column(of));
    let cosine = |a: &[f64], b: &[f64]| {
        let (common, scale) = (a.len().min(b.len()), length(a) * length(b));
        if scale > 0.0 { product(&a[..common], &b[..common]) / scale } else { 0.0 }
    };
    let rows = columns().map(|a| columns().map(|b| cosine(a, b)).collect()).collect();
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
        let mut all = vec![0.0; self.fixed.len()];
        self.put_all(free, &mut all);
        all
    }

    /// The same, written to `all`.
    pub(super) fn put_all(&self, free: &[f64], all: &mut [f64]) {
        let fixed = all.iter_mut().zip(&self.fixed);
        fixed.for_each(|(value, fixed)| *value = fixed.unwrap_or(*value));
        for (of, value) in self.free.iter().zip(free) {
            all[*of] = self.ranges[*of].value(*value);
        }
    }
}
