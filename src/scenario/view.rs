//! Views: what several forecasters assume about the same scenario.

use std::collections::BTreeSet;

use super::names::{check_names, visible};
use super::walk::{ItemKey, address_key, keys};
use super::{MOST_VIEWS, Scenario};
use crate::assumption::Assumption;
use crate::assumption::address::{self, Key, ScenarioKey, Subject, Trail, ViewKey, below, is_within};
use crate::error::{Error, Problem, did_you_mean, is_enough};

/// The name of the mixture of all views in tables and charts, which no view may have.
pub(crate) const POOL: &str = "pool";
/// The largest number of values of one view. Each value is one walk over all numbers of the scenario.
const MOST_CHANGES: usize = 1000;

/// One forecaster's view of a scenario: the values that this forecaster puts in place of the scenario's, and the weight
/// of the view in the pool of all views.
///
/// Views share everything that they do not change: providers, dates, questions, and the random numbers of every draw.
/// [`Scenario::simulate`], [`Scenario::exact`] and [`Scenario::audit`] ignore them unless they are asked for with
/// [`Simulation::views`](crate::Simulation::views) or [`Exact::views`](crate::Exact::views).
///
/// # Example: a bull and a bear
/// ```
/// use outgrow::{Curve, Provider, Question, Scenario, View, normal};
/// let scenario = Scenario::builder("2018", "2024")
///     .provider(Provider::new("A", 10).growth(Curve::constant(normal(0.4, 0.1))))
///     .provider(Provider::new("B", 30).growth(Curve::constant(0.1)))
///     .question(Question::overtakes("A", "B"))
///     .view(View::new("bull").weight(3).with("provider[A].growth.constant.normal[0]", 0.5))
///     .view(View::new("bear").with("provider[A].growth.constant", normal(0.2, 0.05)))
///     .build()?;
/// let outcome = scenario.exact().views(true).run()?;
/// let by_2024 = |view: &str| outcome.view(view)?.question("A overtakes B")?.by("2024").map(|by| by.value());
/// let pool = outcome.pool().expect("asked for").question("A overtakes B")?.by("2024")?.value();
/// assert!((pool - (0.75 * by_2024("bull")? + 0.25 * by_2024("bear")?)).abs() < 1e-12);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct View {
    pub(super) name: String,
    pub(super) weight: f64,
    /// The new values by address, in the order in which they were added.
    pub(super) changes: Vec<(String, Assumption)>,
}

impl View {
    /// Starts a view with a weight of 1 that changes nothing yet; it must change at least one value.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), weight: 1.0, changes: Vec::new() }
    }

    /// Sets the weight, above 0, relative to the sum of the weights of all views.
    pub fn weight(mut self, weight: impl Into<f64>) -> Self {
        self.weight = weight.into();
        self
    }

    /// Replaces the number at an address, as [`Scenario::with`] does: by a number, a distribution, or the name of an
    /// assumption. Questions cannot be changed.
    pub fn with(mut self, address: impl Into<String>, value: impl Into<Assumption>) -> Self {
        self.changes.push((address.into(), value.into()));
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The weight as stated; those of all views need not sum to 1.
    #[must_use]
    pub fn get_weight(&self) -> f64 {
        self.weight
    }

    /// The new values with the addresses of the numbers that they replace, in the order in which they were added.
    pub fn changes(&self) -> impl Iterator<Item = (&str, &Assumption)> {
        self.changes.iter().map(|(address, value)| (address.as_str(), value))
    }
}

/// Weights divided by their sum. Neither the order of the weights nor, but for rounding, a common factor changes them.
pub(crate) fn shares(weights: &[f64]) -> Vec<f64> {
    // The largest weight is divided out first, since a sum of finite weights may overflow.
    let largest = weights.iter().copied().fold(0.0, f64::max);
    let scaled = || weights.iter().map(|weight| weight / largest);
    let mut ascending: Vec<f64> = scaled().collect();
    ascending.sort_by(f64::total_cmp);
    let sum: f64 = ascending.iter().sum();
    scaled().map(|weight| weight / sum).collect()
}

impl Scenario {
    /// The views, in the order in which they were added.
    pub fn views(&self) -> &[View] {
        &self.views
    }

    /// The scenario as one view sees it: with the values of the view in place of its own, and without views. It equals
    /// the scenario that [`Scenario::with_all`] makes of these values, apart from the views.
    ///
    /// # Errors
    /// If there is no such view; the message gives the most similar name.
    ///
    /// # Example: the answer and the audit of one view
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario, View};
    /// # let scenario = Scenario::builder("2018", "2024")
    /// #     .provider(Provider::new("A", 10).growth(Curve::constant(0.4)).volatility(0.1))
    /// #     .provider(Provider::new("B", 30).growth(Curve::constant(0.1)))
    /// #     .question(Question::overtakes("A", "B"))
    /// #     .view(View::new("bull").with("provider[A].growth.constant", 0.5)).build()?;
    /// let bull = scenario.as_seen_by("bull")?;
    /// let by_2022 = bull.exact().run()?.overtake("A", "B")?.by("2022")?;
    /// let audit = bull.audit()?;
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn as_seen_by(&self, view: &str) -> Result<Self, Error> {
        let found = self.views.iter().find(|known| known.name == view).ok_or_else(|| {
            let hint = did_you_mean(view, self.views.iter().map(View::name));
            Error::lookup("view", format!("no view is named {view:?}{hint}"))
        })?;
        Ok(self.seen(found).expect("validated: every view is valid"))
    }

    /// The scenario without its views.
    pub(crate) fn without_views(&self) -> Self {
        Self { views: Vec::new(), ..self.clone() }
    }

    /// Why a run cannot answer the views.
    pub(crate) fn views_fault(&self) -> Option<Problem> {
        let message = match (self.views.is_empty(), self.questions.is_empty()) {
            (true, _) => "the scenario has no views; state each as [[view]] in the file or with .view(..) in code",
            (false, true) => "views answer questions, and the scenario has none; state one",
            (false, false) => return None,
        };
        Some(Problem::new("views", message))
    }

    /// Every view's name with the scenario as that view sees it.
    pub(crate) fn as_seen_by_all(&self) -> impl Iterator<Item = (&str, Self)> {
        self.views.iter().map(|view| (view.name(), self.seen(view).expect("validated: every view is valid")))
    }

    /// The share of each view in the pool.
    pub(crate) fn view_shares(&self) -> Vec<f64> {
        shares(&self.views.iter().map(View::get_weight).collect::<Vec<_>>())
    }

    /// The scenario as a view sees it.
    ///
    /// # Errors
    /// Every problem of a value, and every problem of the scenario that the values together cause.
    fn seen(&self, view: &View) -> Result<Self, Vec<Problem>> {
        let mut seen = self.without_views();
        let mut problems = Vec::new();
        for (address, value) in &view.changes {
            let set = seen.put(address, value).unwrap_or_else(|| Err(self.without_views().unknown_address(address)));
            if let Err(error) = set {
                // The address of the problem is that of the change.
                problems.extend(error.problems().iter().map(|one| Problem::new(address, one.message.as_str())));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        seen.checked().map_err(|error| error.problems().to_vec())
    }

    /// Checks names and weights of the views, and the scenario as each of them sees it. A scenario with other problems
    /// would repeat them for every view.
    pub(super) fn check_views(&self, problems: &mut Vec<Problem>) {
        let is_sound = problems.iter().all(|problem| is_within(&problem.address, ScenarioKey::View.text()));
        if self.views.len() > MOST_VIEWS {
            let message = format!("at most {MOST_VIEWS} views, got {}", self.views.len());
            return problems.push(Problem::new(ScenarioKey::View.text(), message));
        }
        check_names("view", ".name", self.views.iter().map(|view| Some(view.name())), problems);
        let keys = keys(self.views.iter().map(|view| Some(view.name())));
        for (view, key) in self.views.iter().zip(&keys) {
            if is_enough(problems) {
                return;
            }
            let before = problems.len();
            view.check_alone(key, problems);
            if is_sound
                && problems.len() == before
                && let Err(found) = self.seen(view)
            {
                problems.extend(found.iter().map(|problem| view.problem(key, problem)));
            }
        }
    }
}

impl View {
    /// Checks what does not depend on the scenario.
    fn check_alone(&self, key: &ItemKey, problems: &mut Vec<Problem>) {
        let own = address::item(ScenarioKey::View, key.borrow());
        if visible(&self.name) == POOL {
            let message = format!("{POOL:?} is reserved for the mixture of all views and cannot be the name of one");
            problems.push(Problem::new(own.join(ViewKey::Name.into()), message));
        }
        let with = own.join(ViewKey::With.into());
        match self.changes.len() {
            0 => problems.push(Problem::new(with, "a view must change at least one value, got none")),
            count if count > MOST_CHANGES => {
                problems.push(Problem::new(with, format!("at most {MOST_CHANGES} values, got {count}")));
            }
            _ => self.check_addresses(&own, problems),
        }
    }

    /// Checks that no change contains another, so that their order does not matter, and that the questions stay.
    fn check_addresses(&self, own: &Trail, problems: &mut Vec<Problem>) {
        let mut seen = BTreeSet::new();
        let all: BTreeSet<&str> = self.changes.iter().map(|(address, _)| address.as_str()).collect();
        for (address, _) in &self.changes {
            let mut report = |message: String| problems.push(Problem::new(of_change(own, address), message));
            if !seen.insert(address.as_str()) {
                report(format!("{address:?} is changed twice"));
            }
            let starts = address.char_indices().filter(|(_, sign)| ['.', '['].contains(sign));
            if let Some(whole) = starts.map(|(at, _)| &address[..at]).find(|whole| all.contains(whole)) {
                report(format!("is a part of {whole:?}, which this view replaces too; state the whole value there"));
            }
            if matches!(Subject::of(address), Ok(Subject::Question(..))) {
                report("all views answer the same questions; state another question in the scenario".to_owned());
            }
        }
    }

    /// A problem of the scenario as this view sees it, at the change that causes it if that is known.
    fn problem(&self, key: &ItemKey, problem: &Problem) -> Problem {
        let own = address::item(ScenarioKey::View, key.borrow());
        let addresses = || self.changes.iter().map(|(address, _)| address);
        let within = addresses().find_map(|address| Some((address, below(&problem.address, address)?)));
        let (address, message) = match within {
            Some((address, rest)) => (of_change(&own, address) + rest, problem.message.clone()),
            None => {
                let cause = addresses().find(|address| is_within(address, &problem.address));
                let place = cause.map_or_else(|| own.as_str().to_owned(), |address| of_change(&own, address));
                (place, format!("{}: {}", problem.address, problem.message))
            }
        };
        Problem { address, message, ..problem.clone() }
    }
}

/// The address of a change, such as `view[bull].with."provider[A].volatility"`.
fn of_change(own: &Trail, address: &str) -> String {
    let mut trail = own.clone();
    trail.push(ViewKey::With);
    trail.join(Key::Field(&address_key(address)))
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    #[expect(clippy::float_cmp, reason = "the same divisions in the same order")]
    fn shares_depend_on_neither_order_nor_scale() {
        assert_eq!(shares(&[3.0, 1.0]), [0.75, 0.25]);
        assert_eq!(shares(&[f64::MAX, f64::MAX]), [0.5, 0.5], "the sum of these weights overflows");
        let weights = [0.3, 0.1, 0.25, 1e-9];
        let mut reversed = weights;
        reversed.reverse();
        let mut of_reversed = shares(&reversed);
        of_reversed.reverse();
        assert_eq!(shares(&weights), of_reversed);
        let scaled = shares(&weights.map(|weight| 1e6 * weight));
        assert!(scaled.iter().zip(shares(&weights)).all(|(a, b)| (a - b).abs() < 1e-15), "{scaled:?}");
    }
}
