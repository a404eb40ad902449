//! A growth curve with fitted numbers.

use super::fitted::{Fit, Parameter, Prediction, rounded};
use super::form::{Form, LEVEL, Point, Put, Scale, numbers};
use crate::assumption::address::Trail;
use crate::assumption::quantity::Quantity;
use crate::assumption::visitor::VisitorMut;
use crate::assumption::{Assumption, log_growth, lognormal, normal, truncated};
use crate::calendar::Period;
use crate::error::Error;
use crate::growth::Curve;
use crate::math;
use crate::scenario::{Provider, ScenarioBuilder, Shock, to_ranks};

/// Range of the correlation of residuals from one observation to the next, from which a half-life is computed.
const LEAST_KEPT: f64 = 0.05;
const MOST_KEPT: f64 = 0.95;

/// A growth curve with fitted numbers.
#[derive(Debug, Clone)]
#[must_use]
pub struct FittedCurve {
    pub(super) model: Form,
    pub(super) fit: Fit,
    pub(super) base: Period,
    pub(super) points: Vec<Point>,
    pub(super) responses: Vec<f64>,
}

impl FittedCurve {
    /// The fit: `level` (log revenue at the base without its season; not in [`Scale::Growth`]), the numbers of the curve by
    /// their addresses in it, then `season[k]`, the log factor of the k-th period after the base and of the same seasons.
    pub fn fit(&self) -> &Fit {
        &self.fit
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
        let mut regression = self.model.regression().start(self.fit.values());
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
        let from = usize::from(self.model.scale != Scale::Growth);
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
        if self.model.scale == Scale::Growth {
            return Err(Error::invalid("fit", "scale", "a fit of growth has no level of revenue"));
        }
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
    /// Adds the provider to a scenario that begins at the base of the fit: revenue is the fitted level, growth the fitted
    /// curve. Free numbers become named assumptions, `NAME logistic.rate` and so on, that are drawn jointly: normal in
    /// their unbounded form (log growth rates; logs of positive numbers; saturations and fractions truncated to their
    /// domain), with rank correlations from the covariance of the estimates. Deviations from the curve revert, with the sd
    /// and the correlation from one observation to the next of the residuals. Factors of seasons are left out.
    ///
    /// # Errors
    /// If growth was fitted in [`Scale::Growth`], whose level is not estimated.
    ///
    /// # Example: a provider from its history
    /// ```
    /// use outgrow::fit::CurveFit;
    /// use outgrow::{Curve, Period, Provider, Question, Scenario};
    /// let noise: [f64; 12] = [0.02, -0.03, 0.01, 0.03, -0.02, 0.0, -0.01, 0.02, -0.02, 0.01, 0.03, -0.03];
    /// let history: Vec<(Period, f64)> = (2007..).zip(noise).map(|(year, noise)| {
    ///     let t = f64::from(year - 2012);
    ///     Ok((year.to_string().parse()?, 900.0 * noise.exp() / (1.0 + (-0.6 * t).exp())))
    /// }).collect::<Result<_, outgrow::Error>>()?;
    /// let fit = CurveFit::new(Curve::logistic(2, 0.3)).fit("2018", &history)?;
    /// let scenario = fit.add_to(Scenario::builder("2018", "2028"), "B")?
    ///     .provider(Provider::new("A", 500).growth(Curve::constant(0.1)).volatility(0.1))
    ///     .question(Question::overtakes("A", "B"))
    ///     .build()?;
    /// assert!(scenario.simulate().paths(10_000).run()?.overtake("A", "B")?.by("2028")?.value() > 0.5);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn add_to(&self, builder: ScenarioBuilder, name: &str) -> Result<ScenarioBuilder, Error> {
        if self.model.scale == Scale::Growth {
            return Err(Error::invalid("fit", "scale", "a fit of growth has no level of revenue"));
        }
        let named = |parameter: &str| format!("{name} {parameter}");
        let source = format!(
            "{} fitted to {} observations up to {}, residual sd {}",
            self.model.curve.key(),
            self.fit.residuals().len(),
            self.base,
            rounded(self.fit.residual_sd())
        );
        let mut builder = builder;
        let free: Vec<&Parameter> =
            self.fit.parameters().iter().filter(|parameter| !parameter.is_fixed() && !is_season(parameter)).collect();
        for parameter in &free {
            let value = self.drawn(parameter)?.source(source.clone());
            builder = builder.assumption(named(parameter.name()), value);
        }
        for (place, a) in free.iter().enumerate() {
            for b in &free[..place] {
                let rho = self.fit.correlation(a.name(), b.name())?;
                let rank = to_ranks(rho);
                builder = builder.dependence(named(b.name()), named(a.name()), rank);
            }
        }
        let mut curve = self.curve();
        curve.walk_mut(&mut Trail::default(), &mut Name { free: &free, of: name });
        let (sd, kept) = self.deviations();
        let half_life = -self.model.step * std::f64::consts::LN_2 / math::ln(kept);
        let volatility = sd * ((1.0 - kept * kept) / self.model.step).sqrt();
        let provider = Provider::new(name, Assumption::from(named("level").as_str()))
            .growth(curve)
            .volatility(volatility)
            .shock(Shock::reverting(half_life))
            .source(source);
        Ok(builder.provider(provider))
    }

    /// The distribution of a free parameter.
    fn drawn(&self, parameter: &Parameter) -> Result<Assumption, Error> {
        let (value, error) = (parameter.value(), parameter.standard_error());
        if parameter.name() == LEVEL {
            return Ok(lognormal(math::exp(value), error));
        }
        let (_, quantity, _) = numbers(&self.model.curve)?
            .into_iter()
            .find(|(address, _, _)| address == parameter.name())
            .expect("every other parameter is a number of the curve");
        let domain = quantity.domain();
        Ok(match (domain.low, domain.high.is_finite()) {
            (low, false) if low <= -1.0 && low.is_finite() => log_growth(math::ln_1p(value), error / (1.0 + value)),
            (low, false) if low.abs() <= 0.0 => lognormal(value, error / value),
            (low, false) if low.is_finite() => truncated(lognormal(value, error / value), low, None),
            (_, false) => normal(value, error),
            (low, true) => truncated(normal(value, error), low, domain.high),
        })
    }

    /// The sd of the log residuals, and their correlation from one observation to the next, between 0.05 and 0.95.
    fn deviations(&self) -> (f64, f64) {
        let residuals = self.fit.residuals();
        let products: f64 = residuals.windows(2).map(|pair| pair[0] * pair[1]).sum();
        let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
        let kept = if squares > 0.0 { products / squares } else { 0.0 };
        (self.fit.residual_sd(), kept.clamp(LEAST_KEPT, MOST_KEPT))
    }
}

fn is_season(parameter: &Parameter) -> bool {
    parameter.name().starts_with("season[")
}

/// Replaces the free numbers of a curve by the names of their assumptions.
struct Name<'a> {
    free: &'a [&'a Parameter],
    of: &'a str,
}

impl VisitorMut for Name<'_> {
    fn number(&mut self, trail: &mut Trail, _: Quantity, value: &mut Assumption) {
        if self.free.iter().any(|parameter| parameter.name() == trail.as_str()) {
            *value = Assumption::from(format!("{} {}", self.of, trail.as_str()).as_str());
        }
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
