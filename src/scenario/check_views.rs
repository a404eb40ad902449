//! The scenario as each view sees it, and the validation of views.

use std::collections::BTreeSet;

use super::item_key::{ItemKey, address_key, keys};
use super::names::{check_names, visible};
use super::view::shares;
use super::{MOST_VIEWS, POOL, Scenario, View};
use crate::assumption::address::{self, Key, ScenarioKey, Subject, Trail, ViewKey, below, is_within};
use crate::error::{Error, Problem, did_you_mean, is_enough};

/// The largest number of values of one view. Each value is one walk over all numbers of the scenario.
const MOST_CHANGES: usize = 1000;

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
        Ok(self.seen_validly(found))
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
        self.views.iter().map(|view| (view.name(), self.seen_validly(view)))
    }

    /// The scenario as one of its own views sees it, which is valid because this scenario is.
    fn seen_validly(&self, view: &View) -> Self {
        self.seen(view).expect("validated: every view is valid")
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
