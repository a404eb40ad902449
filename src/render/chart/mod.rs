//! Charts of an outcome, as SVG.

mod axis;
mod curve;
mod date;
mod dots;
mod fan;
#[cfg(feature = "history")]
mod hedgehog;
mod iso;
mod labels;
mod lines;
mod page;
mod scenarios;
#[cfg(feature = "history")]
mod score;
mod settings;
mod single;
mod spark;
mod stack;
mod svg;
mod text;
mod views;

pub use settings::Chart;
pub(crate) use svg::escaped;

use crate::error::Error;
use crate::scenario::Measure;

impl Chart<'_> {
    /// Draws revenue: history, median, and the bands that contain 50, 80 and 95 % of the paths. Up to four providers
    /// share a frame; more have one each.
    ///
    /// # Errors
    /// If a setting is out of its bounds, a provider or period is not in the outcome, fans were switched off, or the
    /// measure was not requested.
    pub fn fan(&self) -> Result<String, Error> {
        self.checked()?;
        if self.measure != Measure::Period && self.paths.is_some() {
            let message = format!("sampled paths hold each period's revenue, not {} sums", self.measure.word());
            return Err(settings::fault("measure", message));
        }
        fan::draw(self)
    }

    /// Draws the probability of the overtake by each date, with the interval of the simulation error.
    ///
    /// # Errors
    /// If a setting is out of its bounds, or a question or period is not in the outcome.
    pub fn overtake(&self, question: &str) -> Result<String, Error> {
        curve::draw(self, &self.questions(question)?)
    }

    /// Draws the probability of each date of the overtake, with that of no overtake by the horizon shown separately.
    ///
    /// # Errors
    /// If a setting is out of its bounds, or a question is not in the outcome.
    pub fn date(&self, question: &str) -> Result<String, Error> {
        date::draw(self, &self.questions(question)?)
    }

    /// Draws twenty equally likely futures as dots at the dates of their overtake, those without one shown separately
    /// and counted (a quantile dotplot: Kay, Kola, Hullman & Munson 2016).
    ///
    /// # Errors
    /// If a setting is out of its bounds, or a question or period is not in the outcome.
    pub fn dots(&self, question: &str) -> Result<String, Error> {
        dots::draw(self, &self.questions(question)?)
    }

    /// Draws the probability of the overtake by each date as a line for every [view](crate::View), and the weighted pool of all
    /// views as a thick line. The axis reaches from 0 to 1.
    ///
    /// # Errors
    /// If a setting is out of its bounds, views were not requested, or a question or period is not in the outcome.
    ///
    /// # Example: two forecasters
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario, View};
    /// # let scenario = Scenario::builder("2018-Q1", "2020-Q4")
    /// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.5)).volatility(0.15))
    /// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B"))
    /// #     .view(View::new("bull").with("provider[A].growth.constant", 0.7))
    /// #     .view(View::new("bear").with("provider[A].growth.constant", 0.4)).build()?;
    /// let outcome = scenario.exact().views(true).run()?;
    /// let svg = outcome.chart().by("2020-Q1").views("A overtakes B")?;
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn views(&self, question: &str) -> Result<String, Error> {
        self.checked()?;
        views::draw(self, question)
    }

    /// Draws the probability of the overtake by each date as a line for every outcome of [`Chart::compare`], in one frame whose axis
    /// reaches from 0 to 1. Each line has its name beside it, and a dot at the highlighted date or at its horizon.
    ///
    /// # Errors
    /// If a setting is out of its bounds, or a question or period is not in every outcome.
    ///
    /// # Example: a slow and a fast scenario
    /// ```
    /// # use outgrow::{Chart, Curve, Provider, Question, Scenario};
    /// # let fast = Scenario::builder("2018-Q1", "2022-Q4")
    /// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15))
    /// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let slow = fast.with("provider[A].growth.constant", 0.4)?;
    /// let (slow, fast) = (slow.exact().run()?, fast.exact().run()?);
    /// let svg = Chart::compare([("slow", &slow), ("fast", &fast)]).by("2020-Q4").scenarios("A overtakes B")?;
    /// assert!(svg.contains("A overtakes B: by scenario"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn scenarios(&self, question: &str) -> Result<String, Error> {
        scenarios::draw(self, &self.questions(question)?)
    }

    /// Draws the probability of every rank over time, stacked, with a frame for each provider.
    ///
    /// # Errors
    /// If a setting is out of its bounds, a provider is not in the outcome, or ranks were switched off.
    pub fn ranks(&self) -> Result<String, Error> {
        self.checked()?;
        stack::ranks(self)
    }

    /// Draws mean shares in the sum of all providers over time, stacked.
    ///
    /// # Errors
    /// If a setting is out of its bounds, a provider is not in the outcome, or shares were switched off.
    pub fn shares(&self) -> Result<String, Error> {
        self.checked()?;
        stack::shares(self)
    }
}
