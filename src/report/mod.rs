//! An outcome as one HTML file: questions, answers, their basis, and how to reproduce them. A back-test as one. All of it needs the feature `charts`.
//!
//! | file | what |
//! |---|---|
//! | `first` | the first page: every question with its answer in one table |
//! | `html`, `style.css` | the page: elements, escaping, styles for screen and paper |
//! | `answers` | questions, revenue, ranks and shares |
//! | `beside` | the scenario beside the outside view (feature `history`) |
//! | `basis` | assumptions, findings of the audit, how to reproduce the outcome |
//! | `live`, `live.js` | an answer with sliders |
//! | `places` | places of a scenario in words |
//! | `rerun` | the call and the options that give the same outcome |
//! | `scorecard` | a back-test as one page |
//! | `views` | the views side by side |
//! | `words` | likelihood on a named scale, probabilities in percent, distributions by their quantiles |

mod answers;
mod basis;
#[cfg(feature = "history")]
mod beside;
mod first;
mod html;
mod live;
mod places;
mod rerun;
#[cfg(feature = "history")]
mod scorecard;
mod views;
mod words;

use html::HtmlPage;

use crate::analysis::LiveAnswer;
#[cfg(feature = "history")]
use crate::comparison::AgainstReference;
use crate::error::Error;
use crate::outcome::Outcome;

/// A report of an outcome. Set options first, then call [`html`](Report::html) to get one file.
///
/// The first page, also when printed on A4, has every question in one table: its probability by the horizon, its median date with the
/// range of eight in ten futures, the assumption that moves it most, and the outside view if there is one. What follows
/// contains the answers as text, charts and tables; every assumption with its address, its distribution and its
/// source ("assumed" if none is stated); the findings of [`Scenario::audit`](crate::Scenario::audit); and the scenario
/// with the call that reproduces the outcome bit for bit. It needs no network and no script, supports light and dark
/// mode, small screens and printing. The same outcome gives the same bytes. Needs the feature `charts`, which is on by default.
///
/// # Example: for the board
/// ```
/// # use outgrow::{Curve, Provider, Question, Scenario};
/// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
/// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15))
/// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let outcome = scenario.simulate().paths(1000).seed(7).run()?;
/// let html: String = outcome.report().title("When do we lead?").html()?;
/// assert!(html.starts_with("<!DOCTYPE html>") && html.contains("What the audit found"));
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Report<'a> {
    outcome: &'a Outcome,
    title: Option<String>,
    live: Option<&'a LiveAnswer>,
    #[cfg(feature = "history")]
    reference: Option<&'a AgainstReference>,
}

impl Outcome {
    /// Starts a report of this outcome. Needs the feature `charts`, which is on by default.
    pub fn report(&self) -> Report<'_> {
        Report {
            outcome: self,
            title: None,
            live: None,
            #[cfg(feature = "history")]
            reference: None,
        }
    }
}

impl<'a> Report<'a> {
    /// Adds a section with the scenario beside the outside view of the same pair.
    ///
    /// # Example: the author's numbers beside those of a reference class
    /// ```
    /// # use outgrow::{Curve, History, Provider, Question, ReferenceClass, Scenario};
    /// let history = History::from_csv("name,period,value\nA,2016,70\nB,2016,100\nA,2017,85\nB,2017,105\nA,2018,100\nB,2018,110\n")?;
    /// let scenario = Scenario::builder("2018", "2021")
    ///     .provider(Provider::new("A", 100).growth(Curve::constant(0.2)).volatility(0.1))
    ///     .provider(Provider::new("B", 110).growth(Curve::constant(0.05)).volatility(0.1))
    ///     .question(Question::overtakes("A", "B")).build()?;
    /// let both = scenario.against_reference_with(&history, ReferenceClass::general(), 10_000)?;
    /// let outcome = scenario.simulate().paths(1000).run()?;
    /// assert!(outcome.report().reference(&both).html()?.contains("Beside the outside view"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[cfg(feature = "history")]
    pub fn reference(mut self, both: &'a AgainstReference) -> Self {
        self.reference = Some(both);
        self
    }

    /// Adds a section with sliders for some numbers and the probability that they change. It needs a script, which is part of the
    /// page; without it the page is complete and shows the answer near the medians.
    ///
    /// # Example: a slider for one rate
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario, normal};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 10).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.2))
    /// #     .provider(Provider::new("B", 12).growth(Curve::constant(0.2)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let live = scenario.live("A overtakes B", "2020", &["provider[A].growth.constant"])?;
    /// let outcome = scenario.simulate().paths(1000).run()?;
    /// let html = outcome.report().live(&live).html()?;
    /// assert!(html.contains("What if: A overtakes B by 2020"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn live(mut self, live: &'a LiveAnswer) -> Self {
        self.live = Some(live);
        self
    }

    /// A custom title; the first question by default.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// The report as one HTML file, which is also well-formed XML. This audits the scenario, which takes a few dozen
    /// short simulations.
    ///
    /// # Errors
    /// If the machine lacks the instruction set that `OUTGROW_CPU` requests.
    pub fn html(&self) -> Result<String, Error> {
        let outcome = self.outcome;
        let title = self.title.clone().unwrap_or_else(|| self.usual_title());
        let audit = outcome.scenario().audit()?;
        let mut page = HtmlPage::default();
        first::page(&mut page, &title, (outcome, &audit), self.outside().as_ref())?;
        answers::questions(&mut page, outcome)?;
        views::section(&mut page, outcome)?;
        if let Some(live) = self.live {
            live::section(&mut page, outcome.scenario(), live);
        }
        #[cfg(feature = "history")]
        if let Some(both) = self.reference {
            beside::section(&mut page, both);
        }
        answers::custom(&mut page, outcome);
        answers::revenue(&mut page, outcome)?;
        answers::standing(&mut page, outcome)?;
        basis::assumptions(&mut page, outcome.scenario());
        basis::findings(&mut page, outcome.scenario(), &audit);
        basis::rerun(&mut page, outcome);
        Ok(page.finish(&title))
    }

    /// The outside view's answer, if it is part of the report.
    #[cfg(feature = "history")]
    fn outside(&self) -> Option<first::Outside<'_>> {
        self.reference.and_then(beside::last)
    }

    /// The outside view needs a history.
    #[cfg(not(feature = "history"))]
    fn outside(&self) -> Option<first::Outside<'_>> {
        None
    }

    fn usual_title(&self) -> String {
        match self.outcome.questions().first() {
            Some(question) => question.name().to_owned(),
            None => {
                let scenario = self.outcome.scenario();
                format!("{} to {}", scenario.capital_quantity(), scenario.horizon())
            }
        }
    }
}
