//! Reading the parts of a scenario back, and making a changed one of it. Getters whose plain name is taken by the builder
//! begin with `get_`.

use std::fmt;

use super::segment::Compared;
use super::{Centring, Claim, Jump, Measure, Provider, Question, Scenario, ScenarioBuilder, Shock};
use crate::assumption::Assumption;
use crate::calendar::Period;
use crate::error::{Error, did_you_mean};
use crate::growth::Curve;

impl Provider {
    /// Revenue in the base period, in the scenario's unit per period; `None` for a provider of segments.
    #[must_use]
    pub fn revenue(&self) -> Option<&Assumption> {
        self.revenue.as_ref()
    }

    /// The growth curve; `None` until one is stated, which a scenario requires.
    #[must_use]
    pub fn get_growth(&self) -> Option<&Curve> {
        self.growth.as_ref()
    }

    /// The volatility: the standard deviation of log revenue per √year.
    pub fn get_volatility(&self) -> &Assumption {
        &self.volatility
    }

    /// Revenue of the periods just before the base, oldest first, in the scenario's unit per period.
    #[must_use]
    pub fn get_history(&self) -> &[f64] {
        &self.history
    }

    /// Revenue `back` periods before the base (one is the period just before it), if the history reaches that far.
    pub(crate) fn revenue_before(&self, back: usize) -> Option<f64> {
        self.history.get(self.history.len().checked_sub(back)?).copied()
    }

    /// The month, 1 to 12, in which the fiscal year ends.
    #[must_use]
    pub fn get_fiscal_year_ends(&self) -> u32 {
        self.fiscal_year_ends
    }

    /// The claims about past revenue, in the order in which they were added.
    pub fn get_claims(&self) -> &[Claim] {
        &self.claims
    }
}

impl Claim {
    /// The label of the period.
    #[must_use]
    pub fn period(&self) -> &str {
        &self.at
    }

    /// The lower bound on revenue, if there is one, in the scenario's unit per period.
    #[must_use]
    pub fn get_at_least(&self) -> Option<f64> {
        self.at_least
    }

    /// The upper bound on revenue, if there is one, in the scenario's unit per period.
    #[must_use]
    pub fn get_at_most(&self) -> Option<f64> {
        self.at_most
    }
}

impl Question {
    /// The name, if one is stated; [`Question::title`] is never empty.
    #[must_use]
    pub fn get_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The number of dates in a row that a lead must last. If years are stated, it is known once the question belongs to
    /// a scenario, and 0 before.
    #[must_use]
    pub fn get_sustained(&self) -> u32 {
        self.sustained
    }

    /// The quantity that is compared.
    #[must_use]
    pub fn get_measure(&self) -> Measure {
        self.measure
    }
}

/// The title: the name, or what is asked.
impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.title())
    }
}

impl Scenario {
    /// The place of a question, by its name or as "A overtakes B".
    ///
    /// # Errors
    /// If the scenario has no such question; the message lists all and gives the most similar one.
    pub(crate) fn question_place(&self, name: &str) -> Result<usize, Error> {
        let titles: Vec<String> = self.questions.iter().map(Question::title).collect();
        titles.iter().position(|title| title == name).ok_or_else(|| {
            let hint = did_you_mean(name, titles.iter().map(String::as_str));
            let all = if titles.is_empty() { "none".to_owned() } else { titles.join(", ") };
            Error::lookup("question", format!("no question is named {name:?}{hint}; questions: {all}"))
        })
    }

    /// The stated correlations: two providers and the correlation of their innovations. Other pairs are uncorrelated.
    ///
    /// # Example: the correlation of a pair
    /// ```
    /// # use outgrow::{Curve, Provider, Scenario};
    /// let scenario = Scenario::builder("2018", "2020")
    ///     .provider(Provider::new("A", 1).growth(Curve::constant(0.3)).volatility(0.1))
    ///     .provider(Provider::new("B", 2).growth(Curve::constant(0.1)).volatility(0.1))
    ///     .correlation("A", "B", 0.3).build()?;
    /// assert_eq!(scenario.correlations().collect::<Vec<_>>(), [("A", "B", 0.3)]);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn correlations(&self) -> impl Iterator<Item = (&str, &str, f64)> {
        self.correlations.iter().map(|stated| (&*stated.between[0], &*stated.between[1], stated.value))
    }

    /// The stated dependences: two drawn numbers, each by its address or by the name of an assumption, and their rank
    /// correlation. Other pairs are independent.
    pub fn dependences(&self) -> impl Iterator<Item = (&str, &str, f64)> {
        self.dependences.iter().map(|stated| (&*stated.between[0], &*stated.between[1], stated.rank_correlation))
    }

    /// A builder that holds everything of this scenario.
    ///
    /// # Example: one more provider and a question about it
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.3))).build()?;
    /// let extended = scenario.to_builder()
    ///     .provider(Provider::new("B", 2).growth(Curve::constant(0.1)))
    ///     .question(Question::overtakes("A", "B")).build()?;
    /// assert_eq!(extended.providers().len(), 2);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn to_builder(&self) -> ScenarioBuilder {
        ScenarioBuilder::of(self.clone())
    }

    /// The scenario with another horizon.
    ///
    /// # Errors
    /// If the horizon is not a period of the scenario's step after the base, or too far from it.
    ///
    /// # Example: two more years
    /// ```
    /// # use outgrow::{Curve, Provider, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.3))).build()?;
    /// assert_eq!(scenario.with_horizon("2022")?.periods(), 4);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn with_horizon(&self, horizon: impl TryInto<Period, Error: Into<Error>>) -> Result<Self, Error> {
        self.to_builder().horizon(horizon.try_into().map_err(Into::into)).build()
    }

    /// The scenario with another growth curve for one provider or segment.
    ///
    /// # Errors
    /// If there is no such provider or segment, or if the curve is not allowed.
    ///
    /// # Example: the same estimates, another tail
    /// ```
    /// # use outgrow::{Curve, Provider, Scenario, Tail};
    /// # let scenario = Scenario::builder("2018", "2028")
    /// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.3))).build()?;
    /// let held = scenario.with_growth("A", Curve::schedule([0.87, 0.60], Tail::hold()))?;
    /// assert!(scenario.with_growth("B", Curve::constant(0.1)).is_err());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn with_growth(&self, provider: &str, curve: Curve) -> Result<Self, Error> {
        let mut changed = self.clone();
        let found = self.compared(provider).map_err(|message| Error::invalid("scenario", "", message))?;
        match found {
            Compared::Provider(index) => changed.providers[index].growth = Some(curve),
            Compared::Segment(index, segment) => changed.providers[index].segments[segment].0.growth = Some(curve),
        }
        changed.checked()
    }

    /// The scenario with this provider: in place of the one of the same name, or as one more.
    ///
    /// # Errors
    /// If the provider is not allowed.
    ///
    /// # Example: a more volatile challenger
    /// ```
    /// # use outgrow::{Curve, Provider, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.3))).build()?;
    /// let provider = scenario.providers()[0].clone().volatility(0.2);
    /// let changed = scenario.with_provider(provider)?;
    /// assert_eq!(changed.providers().len(), 1);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn with_provider(&self, provider: Provider) -> Result<Self, Error> {
        let mut changed = self.clone();
        match changed.providers.iter_mut().find(|known| known.name == provider.name) {
            Some(known) => *known = provider,
            None => changed.providers.push(provider),
        }
        changed.checked()
    }
}

impl Provider {
    /// How its shocks accumulate.
    #[must_use]
    pub fn get_shock(&self) -> &Shock {
        &self.shock
    }

    /// What the growth curve is of the paths.
    #[must_use]
    pub fn get_centring(&self) -> Centring {
        self.centring
    }

    /// The yearly probability that it ceases to exist.
    #[must_use]
    pub fn get_exit(&self) -> f64 {
        self.exit
    }

    /// The loadings of factors, in the order in which they were added.
    pub fn get_loadings(&self) -> impl Iterator<Item = (&str, f64)> {
        self.loadings.iter().map(|(factor, loading)| (factor.as_str(), *loading))
    }

    /// The jumps, in the order in which they were added.
    pub fn get_jumps(&self) -> &[Jump] {
        &self.jumps
    }
}
