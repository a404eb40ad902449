//! Fitted laws as a provider of a scenario, with jointly drawn numbers.

use super::fitted::{Parameter, rounded};
use super::fitted_curve::FittedCurve;
use super::form::{LEVEL, numbers};
use super::shocks::ResidualShocks;
use crate::assumption::address::Trail;
use crate::assumption::quantity::Quantity;
use crate::assumption::visitor::VisitorMut;
use crate::assumption::{Assumption, fixed, log_growth, lognormal, normal, truncated};
use crate::error::Error;
use crate::growth::Curve;
use crate::math;
use crate::scenario::{Provider, ScenarioBuilder, Shock, to_ranks};

/// A correlation below this is rounding error.
const LEAST_CORRELATION: f64 = 1e-12;

impl FittedCurve {
    /// Adds the provider to a scenario that begins at the base of the fit: revenue is the fitted level, growth the fitted
    /// curve. Free numbers become named assumptions, `NAME logistic.rate` and so on, that are drawn jointly: normal in
    /// their unbounded form (log growth rates; logs of positive numbers; saturations and fractions truncated to their
    /// domain), with rank correlations from the covariance of the estimates. Deviations from the curve revert: their volatility
    /// and half-life are those of the [`shocks`](Self::shocks). Their tails are normal unless the scenario has
    /// `Innovations::student_t` with the degrees of freedom of the shocks. Factors of seasons are left out.
    ///
    /// # Errors
    /// If growth was fitted in [`Scale::Growth`](super::Scale::Growth), whose level is not estimated.
    ///
    /// # Example: a provider from its history
    /// ```
    /// use outgrow::fit::{CurveFit, GrowthLaw};
    /// use outgrow::{Curve, Innovations, Period, Provider, Question, Scenario};
    /// let noise: [f64; 12] = [0.02, -0.03, 0.01, 0.03, -0.02, 0.0, -0.01, 0.02, -0.02, 0.01, 0.03, -0.03];
    /// let history: Vec<(Period, f64)> = (2007..).zip(noise).map(|(year, noise)| {
    ///     let t = f64::from(year - 2012);
    ///     Ok((year.to_string().parse()?, 900.0 * noise.exp() / (1.0 + (-0.6 * t).exp())))
    /// }).collect::<Result<_, outgrow::Error>>()?;
    /// let fit = CurveFit::of(GrowthLaw::Logistic).fit("2018", &history)?;
    /// let scenario = fit.add_to(Scenario::builder("2018", "2028"), "B")?
    ///     .innovations(Innovations::student_t(fit.shocks()?.df()))
    ///     .provider(Provider::new("A", 500).growth(Curve::constant(0.1)).volatility(0.1))
    ///     .question(Question::overtakes("A", "B"))
    ///     .build()?;
    /// assert!(scenario.simulate().paths(10_000).run()?.overtake("A", "B")?.by("2028")?.value() > 0.5);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn add_to(&self, builder: ScenarioBuilder, name: &str) -> Result<ScenarioBuilder, Error> {
        let shocks = self.shocks()?;
        add(builder, name, &[(1.0, self)], &shocks, shocks.volatility())
    }
}

/// A drawn number of a law.
struct Drawn<'f> {
    /// The place of its law.
    law: usize,
    parameter: &'f Parameter,
    /// Its correlation with the level.
    with_level: f64,
}

/// Adds a provider that follows one of several laws, with their weights.
///
/// The laws share one level: the mean of their estimates, with the variance within and between them. Numbers of different laws are
/// independent given the level; only those of one law are used on a path.
pub(super) fn add(
    mut builder: ScenarioBuilder,
    name: &str,
    laws: &[(f64, &FittedCurve)],
    shocks: &ResidualShocks,
    volatility: f64,
) -> Result<ScenarioBuilder, Error> {
    let named = |parameter: &str| format!("{name} {parameter}");
    let level = BaseLevel::of(laws)?;
    let mut all = Vec::new();
    for (law, (_, fit)) in laws.iter().enumerate() {
        for parameter in free(fit) {
            let value = drawn(fit, parameter)?.source(source(fit));
            builder = builder.assumption(named(parameter.name()), value);
            let with_level = level.correlation(fit, parameter)?;
            all.push(Drawn { law, parameter, with_level });
        }
    }
    let sources: Vec<String> = laws.iter().map(|(_, fit)| source(fit)).collect();
    let source = sources.join("; ");
    let revenue = if level.sd > 0.0 {
        let value = lognormal(math::exp(level.mean), level.sd).source(source.clone());
        builder = builder.assumption(named(LEVEL), value);
        Assumption::from(named(LEVEL).as_str())
    } else {
        fixed(math::exp(level.mean)).source(source.clone())
    };
    for (place, a) in all.iter().enumerate() {
        for b in &all[..place] {
            let correlation = if a.law == b.law {
                laws[a.law].1.fit().correlation(a.parameter.name(), b.parameter.name())?
            } else {
                a.with_level * b.with_level
            };
            builder = depend(builder, named(b.parameter.name()), named(a.parameter.name()), correlation);
        }
        builder = depend(builder, named(LEVEL), named(a.parameter.name()), a.with_level);
    }
    let curve = |fit: &FittedCurve| {
        let mut curve = fit.curve();
        let free: Vec<&Parameter> = free(fit).collect();
        curve.walk_mut(&mut Trail::default(), &mut Name { free: &free, of: name });
        curve
    };
    let growth = match laws {
        [(_, one)] => curve(one),
        several => Curve::mixture(several.iter().map(|(weight, fit)| (*weight, curve(fit)))),
    };
    let provider = Provider::new(name, revenue)
        .growth(growth)
        .volatility(volatility)
        .shock(Shock::reverting(shocks.half_life()))
        .source(source);
    Ok(builder.provider(provider))
}

fn depend(builder: ScenarioBuilder, a: String, b: String, correlation: f64) -> ScenarioBuilder {
    if correlation.abs() < LEAST_CORRELATION {
        return builder;
    }
    builder.dependence(a, b, to_ranks(correlation))
}

/// Log revenue at the base over several laws.
struct BaseLevel {
    mean: f64,
    sd: f64,
}

impl BaseLevel {
    fn of(laws: &[(f64, &FittedCurve)]) -> Result<Self, Error> {
        let total: f64 = laws.iter().map(|(weight, _)| weight).sum();
        let (mut mean, mut square) = (0.0, 0.0);
        for (weight, fit) in laws {
            mean += weight / total * fit.parameter(LEVEL)?.value();
        }
        for (weight, fit) in laws {
            let level = fit.parameter(LEVEL)?;
            let (error, away) = (level.standard_error(), level.value() - mean);
            square += weight / total * (error * error + away * away);
        }
        Ok(Self { mean, sd: square.sqrt() })
    }

    /// The correlation of the level with a number of one law, so that their covariance is that of the law.
    fn correlation(&self, fit: &FittedCurve, parameter: &Parameter) -> Result<f64, Error> {
        let own = fit.parameter(LEVEL)?.standard_error();
        let part = if own > 0.0 { (own / self.sd).min(1.0) } else { 0.0 };
        Ok(part * fit.fit().correlation(LEVEL, parameter.name())?)
    }
}

fn source(fit: &FittedCurve) -> String {
    format!(
        "{} fitted to {} observations up to {}, residual sd {}",
        fit.key(),
        fit.fit().residuals().len(),
        fit.base(),
        rounded(fit.fit().residual_sd())
    )
}

/// The free numbers of the curve.
fn free(fit: &FittedCurve) -> impl Iterator<Item = &Parameter> {
    let is_of_curve = |parameter: &&Parameter| parameter.name() != LEVEL && !parameter.name().starts_with("season[");
    fit.fit().parameters().iter().filter(|parameter| !parameter.is_fixed()).filter(is_of_curve)
}

/// The distribution of a free number of the curve.
fn drawn(fit: &FittedCurve, parameter: &Parameter) -> Result<Assumption, Error> {
    let (value, error) = (parameter.value(), parameter.standard_error());
    let (_, quantity, _) = numbers(&fit.model.curve)?
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
