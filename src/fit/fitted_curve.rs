//! A growth curve with fitted numbers.

use super::fitted::{Fit, Parameter, Prediction};
use super::form::{Form, Point, Put, Scale};
use super::shocks::ResidualShocks;
use crate::assumption::address::Trail;
use crate::calendar::Period;
use crate::error::Error;
use crate::growth::Curve;
use crate::history::ReferenceClass;
use crate::math;

/// A growth curve with fitted numbers.
#[derive(Debug, Clone)]
#[must_use]
pub struct FittedCurve {
    pub(super) model: Form,
    pub(super) fit: Fit,
    pub(super) base: Period,
    /// The periods of the history after the base.
    pub(super) periods: Vec<i32>,
    pub(super) points: Vec<Point>,
    pub(super) responses: Vec<f64>,
}

impl FittedCurve {
    /// The fit: `level` (log revenue at the base without its season; not in [`Scale::Growth`]), the numbers of the curve by
    /// their addresses in it, then `season[k]`, the log factor of the k-th period after the base and of the same seasons.
    pub fn fit(&self) -> &Fit {
        &self.fit
    }

    /// The key of the law in a scenario file, such as `logistic`.
    #[must_use]
    pub fn key(&self) -> &'static str {
        self.model.curve.key()
    }

    /// A parameter by name.
    ///
    /// # Errors
    /// If there is no parameter of this name.
    pub fn parameter(&self, name: &str) -> Result<&Parameter, Error> {
        self.fit.parameter(name)
    }

    /// The confidence interval of a parameter by the likelihood ratio, as [`Regression::profile`](super::Regression::profile) gives it. For saturations it
    /// is far more accurate than that of the standard error.
    ///
    /// # Errors
    /// If there is no free parameter of this name, or the level is not between 0 and 1.
    pub fn profile(&self, name: &str, level: f64) -> Result<[f64; 2], Error> {
        let mut regression = self.model.regression_at(&self.points).start(self.fit.values());
        for parameter in self.fit.parameters().iter().filter(|parameter| parameter.is_fixed()) {
            regression = regression.fixed(parameter.name(), parameter.value());
        }
        regression.profile(&self.fit, &self.points, &self.responses, name, level)
    }

    /// The period that the numbers refer to.
    #[must_use]
    pub fn base(&self) -> Period {
        self.base
    }

    /// The curve with its fitted numbers, as of the base.
    pub fn curve(&self) -> Curve {
        let mut curve = self.model.curve.clone();
        let from = usize::from(self.model.has_level());
        let values = self.fit.values().into_iter().skip(from);
        curve.walk_mut(&mut Trail::default(), &mut Put(values));
        curve
    }

    /// Revenue in a period before or after the base, with a confidence interval of the curve and the prediction interval of
    /// one observation, which has the scatter of the residuals too. Both contain the uncertainty of the parameters.
    ///
    /// # Errors
    /// If the period has another step, the level is not between 0 and 1, or growth was fitted, which leaves the level of
    /// revenue open.
    pub fn revenue(&self, period: impl TryInto<Period, Error: Into<Error>>, level: f64) -> Result<Prediction, Error> {
        let period = period.try_into().map_err(Into::into)?;
        self.check_level()?;
        if period.step() != self.base.step() {
            let message = format!("{period} is not a {} as the base is", self.base.step().word());
            return Err(Error::invalid("fit", "period", message));
        }
        let point = Point { at: self.model.place(self.base, period), before: None };
        let found = self.model.regression().predict(&self.fit, &point, level)?;
        if self.model.scale == Scale::Level {
            return Ok(found);
        }
        let value = math::exp(found.value);
        let [interval, band] = [found.interval, found.band].map(|ends| ends.map(math::exp));
        Ok(Prediction { value, standard_error: value * found.standard_error, interval, band })
    }
}

impl FittedCurve {
    /// The shocks that the deviations from the curve consist of, with the prior of [`ReferenceClass::general`].
    ///
    /// # Errors
    /// If growth was fitted in [`Scale::Growth`], whose deviations accumulate.
    ///
    /// # Example: one quarter far off
    /// ```
    /// use outgrow::Period;
    /// use outgrow::fit::{CurveFit, GrowthLaw};
    /// let base: Period = "2018-Q1".parse()?;
    /// let history: Vec<(Period, f64)> = (-31..=0).map(|k| {
    ///     let noise = if k == -9 { 0.3 } else { 0.02 * libm::sin(37.0 * f64::from(k)) };
    ///     Ok((base.checked_add(k)?, 700.0 * libm::exp(0.05 * f64::from(k) + noise)))
    /// }).collect::<Result<_, outgrow::Error>>()?;
    /// let fit = CurveFit::of(GrowthLaw::Constant).seasons(false).fit(base, &history)?;
    /// let shocks = fit.shocks()?;
    /// assert!(fit.fit().residual_sd() > 0.05 && shocks.scale() < 0.03 && shocks.df() < 6.0);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn shocks(&self) -> Result<ResidualShocks, Error> {
        self.shocks_in(&ReferenceClass::general())
    }

    /// The same with the prior of another class.
    ///
    /// # Errors
    /// Those of [`shocks`](Self::shocks).
    pub fn shocks_in(&self, class: &ReferenceClass) -> Result<ResidualShocks, Error> {
        self.check_level()?;
        let residuals = self.fit.residuals();
        let log = |(residual, response): (&f64, &f64)| match self.model.scale {
            Scale::Log => *residual,
            Scale::Level | Scale::Growth => math::ln(response / (response - residual)),
        };
        let deviations: Vec<(i32, f64)> =
            self.periods.iter().copied().zip(residuals.iter().zip(&self.responses).map(log)).collect();
        Ok(ResidualShocks::new(&deviations, self.fit.degrees_of_freedom(), self.model.step, class))
    }

    /// # Errors
    /// If growth was fitted, which leaves the level of revenue open.
    pub(super) fn check_level(&self) -> Result<(), Error> {
        if self.model.has_level() {
            return Ok(());
        }
        Err(Error::invalid("fit", "scale", "a fit of growth has no level of revenue"))
    }
}

/// Akaike weights of fits to the same data in the same scale: the relative likelihood of each, corrected for its number of
/// parameters (Burnham & Anderson 2002). They add up to 1.
///
/// # Errors
/// If there is no fit, or one has too few observations for its parameters.
///
/// # Example: which of two laws
/// ```
/// use outgrow::fit::{CurveFit, akaike_weights};
/// use outgrow::{Curve, Period};
/// let noise: [f64; 12] = [0.02, -0.03, 0.01, 0.03, -0.02, 0.0, -0.01, 0.02, -0.02, 0.01, 0.03, -0.03];
/// let history: Vec<(Period, f64)> = (2007..).zip(noise).map(|(year, noise)| {
///     let t = f64::from(year - 2012);
///     Ok(((year.to_string()).parse()?, 900.0 * noise.exp() / (1.0 + (-0.6 * t).exp())))
/// }).collect::<Result<_, outgrow::Error>>()?;
/// let logistic = CurveFit::new(Curve::logistic(2, 0.3)).fit("2018", &history)?;
/// let constant = CurveFit::new(Curve::constant(0.3)).fit("2018", &history)?;
/// let weights = akaike_weights([logistic.fit(), constant.fit()])?;
/// assert!(weights[0] > 0.999);
/// let mixture = Curve::mixture([(weights[0], logistic.curve()), (weights[1], constant.curve())]);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn akaike_weights<'f>(fits: impl IntoIterator<Item = &'f Fit>) -> Result<Vec<f64>, Error> {
    let all: Vec<f64> = fits.into_iter().map(Fit::aicc).collect();
    let least = all.iter().copied().fold(f64::INFINITY, f64::min);
    if let Some(place) = all.iter().position(|aicc| !aicc.is_finite()) {
        let message = format!("fit {place} has too few observations, or residuals of 0, for Akaike's criterion");
        return Err(Error::invalid("fit", "fits", message));
    }
    if all.is_empty() {
        return Err(Error::invalid("fit", "fits", "there is no fit"));
    }
    let relative: Vec<f64> = all.iter().map(|aicc| math::exp(0.5 * (least - aicc))).collect();
    let sum: f64 = relative.iter().sum();
    Ok(relative.into_iter().map(|weight| weight / sum).collect())
}
