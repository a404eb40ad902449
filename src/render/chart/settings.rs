//! The settings of a chart, and what all charts share.

use super::axis::Calendar;
use crate::calendar::Period;
use crate::error::{Error, Kind};
use crate::outcome::{Outcome, Overtake};
use crate::scenario::Measure;
use crate::simulation::SamplePaths;

/// The largest number of points of a line; longer series are thinned.
const MOST_POINTS: usize = 240;
const WIDTHS: std::ops::RangeInclusive<u32> = 280..=4000;

/// A chart of one outcome, or of several side by side on one scale. Set options first, then call a chart type to get
/// SVG.
///
/// Charts need no font files, system libraries or network, and the same outcome gives the same bytes. They follow the
/// reader's light or dark mode and contain a title and a description for screen readers. Elements are distinguished by
/// position, label and dash as well as by colour. Text widths are estimated generously, since the reader's fonts are
/// unknown; shortened text is shown in full on hover. Needs the feature `charts`, which is on by default.
///
/// # Example: one call a chart
/// ```
/// # use outgrow::{Chart, Curve, Provider, Question, Scenario};
/// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
/// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15))
/// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// # let slow = scenario.with_growth("A", Curve::constant(0.4))?.simulate().paths(1000).run()?;
/// let outcome = scenario.simulate().paths(1000).seed(7).run()?;
/// let svg: String = outcome.chart().fan()?;                                 // all providers, logarithmic axis
/// let svg = outcome.chart().of(["A"]).linear().width(400).title("Our plan").fan()?;
/// let svg = outcome.chart().by("2020-Q4").dots("A overtakes B")?;           // "In 13 of 20 futures …"
/// let svg = Chart::compare([("fast", &outcome), ("slow", &slow)]).overtake("A overtakes B")?;   // side by side
/// let svg = Chart::compare([("fast", &outcome), ("slow", &slow)]).scenarios("A overtakes B")?;  // as lines in one frame
/// assert!(svg.starts_with("<svg "));
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Chart<'a> {
    /// The titles of the panels (empty for a single one), with their outcomes.
    pub(super) panels: Vec<(String, &'a Outcome)>,
    pub(super) providers: Option<Vec<String>>,
    pub(super) width: u32,
    pub(super) height: Option<u32>,
    pub(super) title: Option<String>,
    pub(super) linear: bool,
    pub(super) measure: Measure,
    pub(super) by: Option<Period>,
    pub(super) actual: Vec<(String, Vec<(Period, f64)>)>,
    pub(super) paths: Option<&'a SamplePaths>,
    /// The first invalid setting.
    pub(super) fault: Option<Error>,
}

impl Outcome {
    /// Starts a chart of this outcome: 800 pixels wide, with all providers and a logarithmic axis for money.
    /// Needs the feature `charts`, which is on by default.
    pub fn chart(&self) -> Chart<'_> {
        Chart::compare([("", self)])
    }
}

impl<'a> Chart<'a> {
    /// Starts a chart of several outcomes (tails, readings, scenarios), each under its name: side by side, or in one frame as
    /// [`scenarios`](Chart::scenarios).
    pub fn compare<S: Into<String>>(outcomes: impl IntoIterator<Item = (S, &'a Outcome)>) -> Self {
        Self {
            panels: outcomes.into_iter().map(|(name, outcome)| (name.into(), outcome)).collect(),
            providers: None,
            width: 800,
            height: None,
            title: None,
            linear: false,
            measure: Measure::Period,
            by: None,
            actual: Vec::new(),
            paths: None,
            fault: None,
        }
    }

    /// The providers to draw, in this order; all by default.
    pub fn of<S: Into<String>>(mut self, providers: impl IntoIterator<Item = S>) -> Self {
        self.providers = Some(providers.into_iter().map(Into::into).collect());
        self
    }

    /// The width in pixels, 280 to 4,000.
    pub fn width(mut self, pixels: u32) -> Self {
        self.width = pixels;
        self
    }

    /// The height in pixels; by default it depends on the content.
    pub fn height(mut self, pixels: u32) -> Self {
        self.height = Some(pixels);
        self
    }

    /// A custom title.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Draws money on a linear axis from 0 instead of a logarithmic one.
    pub fn linear(mut self) -> Self {
        self.linear = true;
        self
    }

    /// The measure that the [`fan`](Chart::fan) shows: annual sums instead of the revenue of each period. The run must
    /// have requested it with [`fans_of`](crate::Simulation::fans_of).
    ///
    /// # Example: calendar years
    /// ```
    /// # use outgrow::{Curve, Measure, Provider, Scenario};
    /// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
    /// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15)).build()?;
    /// let outcome = scenario.simulate().paths(1000).fans_of([Measure::Annual]).run()?;
    /// let svg = outcome.chart().measure(Measure::Annual).fan()?;
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn measure(mut self, measure: Measure) -> Self {
        self.measure = measure;
        self
    }

    /// The date highlighted in [`overtake`](Chart::overtake), [`dots`](Chart::dots), [`views`](Chart::views) and
    /// [`scenarios`](Chart::scenarios); the horizon by default.
    pub fn by(mut self, period: impl TryInto<Period, Error: Into<Error>>) -> Self {
        match period.try_into() {
            Ok(period) => self.by = Some(period),
            Err(error) => self.fault = self.fault.or(Some(error.into())),
        }
        self
    }

    /// Actual values of a provider: revenue by period, drawn as circles over its fan.
    pub fn actual<P: TryInto<Period, Error: Into<Error>>>(
        mut self,
        provider: impl Into<String>,
        figures: impl IntoIterator<Item = (P, f64)>,
    ) -> Self {
        let provider = provider.into();
        let mut known = Vec::new();
        for (period, value) in figures {
            match period.try_into() {
                Ok(period) if value > 0.0 && value.is_finite() => known.push((period, value)),
                Ok(period) => {
                    let message = format!("revenue must be finite and above 0, got {value}");
                    self.fault = self.fault.or(Some(fault(&format!("actual[{provider}] at {period}"), message)));
                }
                Err(error) => self.fault = self.fault.or(Some(error.into())),
            }
        }
        self.actual.push((provider, known));
        self
    }

    /// Draws sampled paths over the fan: joint futures, which show how ranks change.
    ///
    /// # Example: twenty futures
    /// ```
    /// # use outgrow::{Curve, Provider, Scenario};
    /// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
    /// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15)).build()?;
    /// let outcome = scenario.simulate().paths(1000).seed(7).run()?;
    /// let twenty = scenario.simulate().seed(7).sample(20)?;
    /// let svg = outcome.chart().paths(&twenty).fan()?;
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn paths(mut self, paths: &'a SamplePaths) -> Self {
        self.paths = Some(paths);
        self
    }

    pub(super) fn checked(&self) -> Result<(), Error> {
        self.fault.clone().map_or(Ok(()), Err)?;
        if !WIDTHS.contains(&self.width) {
            return Err(fault("width", format!("must be between 280 and 4,000 pixels, got {}", self.width)));
        }
        if let Some(height @ 4001..) = self.height {
            return Err(fault("height", format!("must be at most 4,000 pixels, got {height}")));
        }
        let Some((_, first)) = self.panels.first() else {
            return Err(fault("compare", "no outcome is given".to_owned()));
        };
        if let Some((title, _)) = self.panels.iter().find(|(_, outcome)| outcome.base().step() != first.base().step()) {
            return Err(fault(
                "compare",
                format!("{title:?} has a different step than the first outcome; all must share a calendar"),
            ));
        }
        for (provider, figures) in &self.actual {
            self.panels.iter().try_for_each(|(_, outcome)| outcome.past(provider).map(|_| ()))?;
            if let Some((period, _)) = figures.iter().find(|(period, _)| period.step() != first.base().step()) {
                return Err(fault(
                    &format!("actual[{provider}]"),
                    format!("{period} is not a {}", first.base().step().word()),
                ));
            }
        }
        Ok(())
    }

    /// The answer to a question in each outcome, one for each frame.
    pub(super) fn questions(&self, name: &str) -> Result<Vec<&'a Overtake>, Error> {
        self.checked()?;
        self.panels.iter().map(|(_, outcome)| outcome.question(name)).collect()
    }

    /// The names of the providers to draw.
    pub(super) fn providers(&self) -> Result<Vec<String>, Error> {
        let all = || self.panels[0].1.providers.iter().map(|provider| provider.name.clone()).collect();
        let names: Vec<String> = self.providers.clone().unwrap_or_else(all);
        let twice = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name));
        match twice {
            _ if names.is_empty() => Err(fault("of", "no provider is selected".to_owned())),
            Some((_, name)) => Err(fault("of", format!("{name:?} is given twice"))),
            None => Ok(names),
        }
    }

    /// Text about each outcome: once if it is the same for all, otherwise after the name of each.
    pub(super) fn of_all(&self, lines: impl Iterator<Item = String>) -> String {
        let lines: Vec<String> = lines.collect();
        if lines.windows(2).all(|pair| pair[0] == pair[1]) {
            return lines.into_iter().next().unwrap_or_default();
        }
        let named = self.panels.iter().zip(lines).map(|((title, _), line)| format!("{title}: {line}"));
        named.collect::<Vec<_>>().join(" · ")
    }

    /// How the outcomes were computed.
    pub(super) fn runs(&self) -> String {
        self.of_all(self.panels.iter().map(|(_, outcome)| outcome.run.line()))
    }

    /// The definition of a first overtake, and how the answers were computed.
    pub(super) fn note(&self, answers: &[&Overtake]) -> String {
        self.of_all(answers.iter().map(|answer| format!("{} · {}", answer.first_words(), answer.run.line())))
    }

    /// The sampled paths of a provider at these periods.
    pub(super) fn sampled(&self, name: &str, periods: &[Period]) -> Result<Vec<Vec<(Period, f64)>>, Error> {
        let Some(paths) = self.paths else { return Ok(Vec::new()) };
        let path = |index| {
            let revenue = paths.revenue(name, index)?;
            let at = |period: &Period| {
                let place = paths.periods().iter().position(|known| known == period);
                let value = place.map(|t| revenue[t]);
                let missing = || Error::lookup("period", format!("{period} is not in the sampled paths"));
                value.map(|value| (*period, value)).ok_or_else(missing)
            };
            periods.iter().map(at).collect()
        };
        (0..paths.len()).map(path).collect()
    }

    /// The highlighted date of a chart of a question.
    pub(super) fn date_of(&self, overtake: &Overtake) -> Result<Period, Error> {
        let horizon = overtake.horizon();
        self.by.map_or(Ok(horizon), |period| overtake.by(period).map(|_| period))
    }
}

/// The calendar of all answers, from the earliest first date to the latest horizon.
pub(super) fn calendar_of(answers: &[&Overtake], first: impl Fn(&Overtake) -> Period) -> Result<Calendar, Error> {
    let first = answers.iter().map(|answer| first(answer)).min();
    let last = answers.iter().map(|answer| answer.horizon()).max();
    let calendar = first.zip(last).map(|(first, last)| Calendar::new(first, last));
    calendar.ok_or_else(|| fault("compare", "no outcome is given".to_owned()))
}

/// The calendar of the answered dates, after the base.
pub(super) fn dates_of(answers: &[&Overtake]) -> Result<Calendar, Error> {
    calendar_of(answers, |answer| answer.periods().first().copied().unwrap_or(answer.base()))
}

pub(super) fn fault(address: &str, message: String) -> Error {
    Error::one(Kind::Invalid, "chart", address, message)
}

/// The title of one of several frames of an outcome.
pub(super) fn titled(outcome: &str, name: &str) -> String {
    if outcome.is_empty() { name.to_owned() } else { format!("{outcome} · {name}") }
}

/// Periods thinned to the points of a line, including the last.
pub(super) fn points(periods: &[Period]) -> Vec<Period> {
    let every = periods.len().div_ceil(MOST_POINTS).max(1);
    let first = periods.len().saturating_sub(1) % every;
    periods.iter().copied().skip(first).step_by(every).collect()
}

/// A probability with two decimals; never 0 or 1 by rounding.
pub(super) fn short(probability: f64) -> String {
    match probability {
        small if small < 0.005 => "<0.01".to_owned(),
        large if large >= 0.995 => ">0.99".to_owned(),
        other => format!("{other:.2}"),
    }
}
