//! Fits of several providers, and the scenario that they make.

use std::fmt;

use super::fitted::rounded;
use super::fitted_curve::{FittedCurve, akaike_weights};
use super::provider::add;
use super::shocks::{ResidualShocks, common_df};
use crate::calendar::Period;
use crate::error::{self, Error};
use crate::history::ReferenceClass;
use crate::math;
use crate::math::gauss::as_f64;
use crate::scenario::{Innovations, Question, Scenario, ScenarioBuilder};

/// A law with a smaller weight is left out of a mixture.
const LEAST_WEIGHT: f64 = 1e-3;

/// The laws fitted to one provider, the likeliest first, with their Akaike weights.
#[derive(Debug, Clone)]
#[must_use]
pub struct FittedProvider {
    name: String,
    laws: Vec<FittedCurve>,
    weights: Vec<f64>,
    shocks: ResidualShocks,
    pub(super) refused: Vec<(String, Error)>,
}

impl FittedProvider {
    /// A provider with one or more laws, all fitted to the same observations.
    ///
    /// # Errors
    /// If there is no law; if laws differ in base, scale or observations, or one is fitted to growth; as for [`akaike_weights`] if
    /// there are several.
    pub fn new(name: impl Into<String>, laws: impl IntoIterator<Item = FittedCurve>) -> Result<Self, Error> {
        let (name, laws) = (name.into(), laws.into_iter().collect::<Vec<_>>());
        let refuse = |message: String| Err(Error::invalid("fit", format!("provider[{name}]"), message));
        let Some(first) = laws.first() else { return refuse("needs at least one fitted law".to_owned()) };
        let is_same = |law: &FittedCurve| {
            law.base == first.base
                && law.model.scale == first.model.scale
                && law.periods == first.periods
                && law.responses == first.responses
        };
        if let Some(other) = laws.iter().find(|law| !is_same(law)) {
            let (key, own) = (first.key(), other.key());
            return refuse(format!(
                "laws are weighted on the same figures, base and scale; those of {own} differ from those of {key}"
            ));
        }
        let weights = if laws.len() == 1 { vec![1.0] } else { akaike_weights(laws.iter().map(FittedCurve::fit))? };
        let order = math::descending(&weights);
        let shocks = laws[order[0]].shocks()?;
        let weights = order.iter().map(|of| weights[*of]).collect();
        let laws = order.iter().map(|of| laws[*of].clone()).collect();
        Ok(Self { name, laws, weights, shocks, refused: Vec::new() })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The fitted laws, the likeliest first.
    pub fn laws(&self) -> &[FittedCurve] {
        &self.laws
    }

    /// The Akaike weights of the laws, which add up to 1.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The shocks of the likeliest law.
    pub fn shocks(&self) -> &ResidualShocks {
        &self.shocks
    }

    /// The laws that could not be fitted, by key, and why.
    #[must_use]
    pub fn refused(&self) -> &[(String, Error)] {
        &self.refused
    }
}

/// Fits of one or more providers as of one base. [`History::fits`](crate::History::fits) makes them.
#[derive(Debug, Clone)]
#[must_use]
pub struct Fits {
    providers: Vec<FittedProvider>,
    unit: Option<String>,
    has_tails: bool,
}

impl Fits {
    pub(super) fn of(providers: Vec<FittedProvider>, unit: Option<String>) -> Self {
        Self { providers, unit, has_tails: false }
    }

    /// Fits that were made one by one.
    ///
    /// # Errors
    /// If there is no provider, if two have one name, or if their bases differ.
    pub fn new(providers: impl IntoIterator<Item = FittedProvider>) -> Result<Self, Error> {
        let providers: Vec<FittedProvider> = providers.into_iter().collect();
        let Some(first) = providers.first() else {
            return Err(Error::invalid("fit", "", "state at least one provider"));
        };
        for (place, provider) in providers.iter().enumerate() {
            let (name, base, own) = (&provider.name, first.laws[0].base, provider.laws[0].base);
            if providers[..place].iter().any(|other| other.name == *name) {
                return Err(Error::invalid("fit", "", format!("a name must be stated once, got {name:?} twice")));
            }
            if own != base {
                let message = format!("all fits need one base: that of {:?} is {base}, got {own}", first.name);
                return Err(Error::invalid("fit", format!("provider[{name}]"), message));
            }
        }
        Ok(Self::of(providers, None))
    }

    /// The providers, in the order in which they were stated.
    pub fn providers(&self) -> &[FittedProvider] {
        &self.providers
    }

    /// A provider by name.
    ///
    /// # Errors
    /// If none has this name.
    pub fn provider(&self, name: &str) -> Result<&FittedProvider, Error> {
        self.providers.iter().find(|provider| provider.name == name).ok_or_else(|| {
            let near = error::did_you_mean(name, self.providers.iter().map(FittedProvider::name));
            Error::lookup("fit", format!("no provider is named {name:?}{near}"))
        })
    }

    /// The period that the fits refer to.
    #[must_use]
    pub fn base(&self) -> Period {
        self.providers[0].laws[0].base
    }

    /// Scenarios with the heavy tails of the shocks: `innovations` are Student-t with the [`df`](Self::df) of all providers. By
    /// default they are normal, with the same standard deviation.
    pub fn with_student_t(mut self) -> Self {
        self.has_tails = true;
        self
    }

    /// ν: the degrees of freedom that the shocks of all providers have in common, since a scenario has one distribution of
    /// innovations. The likelihood is that of all their shocks.
    #[must_use]
    pub fn df(&self) -> f64 {
        let sets = self.providers.iter().map(|provider| (provider.shocks.shocks(), provider.shocks.scale()));
        common_df(sets, ReferenceClass::general().df())
    }

    /// The correlation of the shocks of two providers in the periods that all providers have, shrunk to 0 by the factor
    /// n/(n + ν₀) for n periods and the weight ν₀ of the general reference class; 0 with fewer than three periods.
    ///
    /// # Errors
    /// If no provider has one of the names.
    pub fn correlation(&self, a: &str, b: &str) -> Result<f64, Error> {
        let (a, b) = (self.provider(a)?, self.provider(b)?);
        let of = |provider: &FittedProvider, period: i32| {
            let shocks = provider.shocks.shocks();
            shocks.binary_search_by_key(&period, |(known, _)| *known).ok().map(|place| shocks[place].1)
        };
        let periods = a.shocks.shocks().iter().map(|(period, _)| *period);
        let common = periods.filter(|period| self.providers.iter().all(|provider| of(provider, *period).is_some()));
        let pairs: Vec<(f64, f64)> = common.filter_map(|period| of(a, period).zip(of(b, period))).collect();
        let sum = |product: fn(&(f64, f64)) -> f64| pairs.iter().map(product).sum::<f64>();
        let (ab, aa, bb) = (sum(|pair| pair.0 * pair.1), sum(|pair| pair.0 * pair.0), sum(|pair| pair.1 * pair.1));
        if pairs.len() < 3 || !(aa * bb > 0.0) {
            return Ok(0.0);
        }
        let count = as_f64(pairs.len());
        Ok(ab / (aa * bb).sqrt() * count / (count + ReferenceClass::general().scale_weight()))
    }

    /// A scenario from the base to a horizon, without questions, to which more can be added.
    ///
    /// Each provider is as [`FittedCurve::add_to`] makes it. Where it has several laws, its growth is a mixture of those with a
    /// weight of at least 0.001, and its revenue at the base has the mean and the variance over the laws. The innovations of
    /// the providers have the [`correlation`](Self::correlation) of their shocks. The numbers of one provider are drawn jointly,
    /// those of different providers independently.
    ///
    /// # Errors
    /// If the horizon is no period.
    pub fn builder(&self, horizon: impl TryInto<Period, Error: Into<Error>>) -> Result<ScenarioBuilder, Error> {
        let horizon = horizon.try_into().map_err(Into::into)?;
        let df = self.df();
        let mut builder = Scenario::builder(self.base(), horizon);
        if let Some(unit) = &self.unit {
            builder = builder.unit(unit.as_str());
        }
        if self.has_tails {
            builder = builder.innovations(Innovations::student_t(df));
        }
        for (place, provider) in self.providers.iter().enumerate() {
            let laws = provider.weights.iter().copied().zip(&provider.laws);
            let laws: Vec<(f64, &FittedCurve)> = laws.filter(|(weight, _)| *weight >= LEAST_WEIGHT).collect();
            builder = add(builder, &provider.name, &laws, &provider.shocks, provider.shocks.volatility_at(df))?;
            for other in &self.providers[..place] {
                let correlation = self.correlation(&other.name, &provider.name)?;
                if correlation.abs() > 0.0 {
                    builder = builder.correlation(other.name.as_str(), provider.name.as_str(), correlation);
                }
            }
        }
        Ok(builder)
    }

    /// The scenario from the base to a horizon. It asks whether the first provider overtakes each of the others.
    ///
    /// # Errors
    /// Those of [`builder`](Self::builder), and those of an invalid scenario, such as a horizon before the base.
    ///
    /// # Example: two histories
    /// ```
    /// use outgrow::History;
    /// use outgrow::fit::GrowthLaw;
    /// let mut text = String::from("name,period,value\n");
    /// for year in 2004..=2018 {
    ///     let t = f64::from(year - 2018);
    ///     let noise = 0.03 * (9.0 * t).sin();
    ///     text += &format!("A,{year},{}\nB,{year},{}\n", 700.0 * (0.25 * t + noise).exp(), 900.0 * (0.1 * t - noise).exp());
    /// }
    /// let fits = History::from_csv(&text)?.fits(["A", "B"], [GrowthLaw::Constant])?.with_student_t();
    /// let scenario = fits.scenario("2023")?;
    /// assert_eq!(scenario.questions().len(), 1);
    /// assert!(scenario.exact().tolerance(1e-2).run()?.overtake("A", "B")?.by("2023")?.value() > 0.95);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn scenario(&self, horizon: impl TryInto<Period, Error: Into<Error>>) -> Result<Scenario, Error> {
        let mut builder = self.builder(horizon)?;
        for other in &self.providers[1..] {
            builder = builder.question(Question::overtakes(self.providers[0].name.as_str(), other.name.as_str()));
        }
        builder.build()
    }
}

impl fmt::Display for Fits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for provider in &self.providers {
            writeln!(f, "{} as of {}", provider.name, self.base())?;
            for (weight, law) in provider.weights.iter().zip(&provider.laws) {
                writeln!(f, "{} (weight {weight:.3}, AICc {:.2})", law.key(), law.fit.aicc())?;
                writeln!(f, "{}", law.fit)?;
            }
            for (law, error) in &provider.refused {
                writeln!(f, "{law}: not fitted: {error}")?;
            }
            let shocks = &provider.shocks;
            let (scale, df, half_life) = (rounded(shocks.scale()), rounded(shocks.df()), rounded(shocks.half_life()));
            writeln!(f, "  shocks: scale {scale}, ν {df}, half-life of deviations {half_life} years")?;
        }
        Ok(())
    }
}
