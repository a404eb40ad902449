//! The validation shared by the builder, files and every changed copy.

use std::collections::{BTreeMap, BTreeSet};

use super::item_key::{ItemKey, keys};
use super::medians::{Fault, medians};
use super::names::{check_names, difference, visible};
use super::numbers::NumberChecks;
use super::{
    Asks, Correlation, MOST_FACTORS, MOST_PERIODS, MOST_PROVIDERS, MOST_SERIES, Question, Scenario, Segment, SeriesOf,
};
use crate::assumption::Assumption;
use crate::assumption::address::{self, Key, QuestionKey, ScenarioKey, Trail};
use crate::assumption::quantity::Quantity;
use crate::assumption::standard_law::StandardLaw;
use crate::covariance::{Covariance, Stated, Unfit};
use crate::error::{Error, Kind, Problem, curtailed, is_enough, shown};
use crate::growth::{AUTO, Curve};

impl Scenario {
    /// Returns the scenario if it is valid.
    ///
    /// # Errors
    /// All problems, each with its address.
    pub(crate) fn checked(mut self) -> Result<Self, Error> {
        let mut problems = Vec::new();
        self.check_time(&mut problems);
        let has_time = problems.is_empty();
        self.check_quantity(&mut problems);
        self.count_years();
        self.share_year_ends();
        self.check_names(&mut problems);
        self.check_factors(&mut problems);
        self.check_segments(&mut problems);
        let mut numbers = self.check_numbers();
        self.check_curves(has_time, &numbers, &mut problems);
        problems.append(&mut numbers);
        let series = self.providers.iter().map(|provider| provider.segments.len().max(1)).sum::<usize>();
        if self.providers.len() <= MOST_PROVIDERS && series <= MOST_SERIES && self.factors.len() <= MOST_FACTORS {
            self.check_correlations(&mut problems);
            self.check_dependences(&mut problems);
            self.check_questions(&mut problems);
            self.check_shocks(has_time, &mut problems);
            if has_time {
                self.check_past(&mut problems);
            }
            self.check_views(&mut problems);
        }
        if problems.is_empty() { Ok(self) } else { Err(Error::of(Kind::Invalid, "scenario", curtailed(problems))) }
    }

    fn check_numbers(&self) -> Vec<Problem> {
        let names = self.assumptions.iter().map(|(name, value)| (name.as_str(), value)).collect();
        let mut numbers = NumberChecks { names, problems: Vec::new() };
        self.walk(&mut Trail::default(), &mut numbers);
        numbers.problems
    }

    fn check_time(&self, problems: &mut Vec<Problem>) {
        let (base, horizon) = (self.base, self.horizon);
        let message = match horizon.since(base) {
            None => format!(
                "horizon must have the form of base: {base} is a {}, {horizon} a {}",
                base.step().word(),
                horizon.step().word()
            ),
            Some(periods) if periods < 1 => format!("horizon must lie after base {base}, got {horizon}"),
            Some(periods) if periods > MOST_PERIODS.cast_signed() => {
                format!("at most {MOST_PERIODS} periods can be projected, got {periods} ({base} to {horizon})")
            }
            Some(_) => return,
        };
        problems.push(Problem::new("horizon", message));
    }

    /// The noun appears in headlines and titles, so it must be visible and fit on one line.
    fn check_quantity(&self, problems: &mut Vec<Problem>) {
        let Some(noun) = &self.quantity else { return };
        if noun.trim().is_empty() || noun.contains(char::is_control) {
            let message = format!("must be a noun on one line, such as \"users\", got {noun:?}");
            problems.push(Problem::new("quantity", message));
        }
    }

    /// Converts years to dates on this grid. A number that overflows is beyond the horizon in any case.
    fn count_years(&mut self) {
        let step = self.step();
        for question in &mut self.questions {
            if let Some(years) = question.sustained_years {
                question.sustained = years.saturating_mul(question.measure.dates_a_year(step));
            }
        }
    }

    /// Schedules of segments speak of totals of their provider's fiscal years.
    fn share_year_ends(&mut self) {
        for provider in &mut self.providers {
            for Segment(own) in &mut provider.segments {
                own.fiscal_year_ends = provider.fiscal_year_ends;
            }
        }
    }

    fn check_names(&self, problems: &mut Vec<Problem>) {
        let assumptions = self.assumptions.iter().map(|(name, _)| Some(name.as_str()));
        check_names("assumption", "", assumptions, problems);
        let keys = keys(self.assumptions.iter().map(|(name, _)| Some(name.as_str())));
        for ((name, value), key) in self.assumptions.iter().zip(&keys) {
            let mut report = |message: String| problems.push(Problem::new(item(ScenarioKey::Assumption, key), message));
            if visible(name) == AUTO {
                report("\"auto\" is reserved and cannot be the name of an assumption".to_owned());
            }
            if let Some(other) = value.name() {
                report(format!("must be a number or a distribution, got the name {other:?}"));
            }
        }
        match self.providers.len() {
            0 => problems.push(Problem::new("provider", "at least one provider is needed, got none")),
            count if count > MOST_PROVIDERS => {
                problems.push(Problem::new("provider", format!("at most {MOST_PROVIDERS} providers, got {count}")));
            }
            _ => {}
        }
        check_names("provider", ".name", self.providers.iter().map(|provider| Some(provider.name.as_str())), problems);
        check_names("question", ".name", self.questions.iter().map(|question| question.name.as_deref()), problems);
    }

    /// The medians of the curve's numbers, in the order of its walk; `auto` is resolved.
    pub(crate) fn medians(&self, curve: &Curve) -> Result<Vec<f64>, Fault> {
        medians(curve, &|assumption| self.median(assumption))
    }

    /// The median of a number, looked up if it is a name; `None` for `auto`.
    pub(crate) fn median(&self, assumption: &Assumption) -> Option<f64> {
        self.law(assumption).and_then(StandardLaw::of).map(|shape| shape.median())
    }

    fn check_correlations(&self, problems: &mut Vec<Problem>) {
        let mut is_complete = true;
        let mut seen: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let before = problems.len();
        for (index, correlation) in self.correlations.iter().enumerate() {
            if is_enough(problems) {
                return;
            }
            let [a, b] = [0, 1].map(|end| {
                let found = self.correlated(&correlation.between[end]);
                found.map_err(|message| {
                    if !self.has_doubled_name() {
                        problems.push(Problem::new(format!("correlation[{index}].between[{end}]"), message));
                    }
                })
            });
            let (Ok(a), Ok(b)) = (a, b) else {
                is_complete = false;
                continue;
            };
            let address = format!("correlation[{index}].between");
            let [first, second] = &correlation.between;
            if first == second {
                let what = if self.factors.is_empty() { "providers" } else { "providers or factors" };
                let message = format!("a correlation must be between two different {what}, got {first:?} twice");
                problems.push(Problem::new(address, message));
                continue;
            }
            if a.iter().any(|row| b.contains(row)) {
                let message = format!("{first:?} and {second:?} share a segment; state each pair of segments");
                problems.push(Problem::new(address, message));
                continue;
            }
            let pairs = || a.iter().flat_map(|a| b.iter().map(move |b| (*a.min(b), *a.max(b))));
            if let Some(earlier) = pairs().find_map(|pair| seen.get(&pair)) {
                let message = format!("{first:?} and {second:?} are already correlated by correlation[{earlier}]");
                problems.push(Problem::new(address, message));
                continue;
            }
            seen.extend(pairs().map(|pair| (pair, index)));
            is_complete &= Quantity::Correlation.domain().contains(correlation.value);
        }
        if problems.len() > before || !is_complete {
            return;
        }
        let (stated, of) = self.stated_correlations();
        if let Err(unfit) = self.covariances(&stated) {
            problems.push(self.unfit_correlations(of[unfit.index], &unfit));
        }
    }

    /// The stated correlations by rows of the matrix, and for each the index of the statement: a provider of several
    /// segments stands for each of them. Names must be valid.
    pub(crate) fn stated_correlations(&self) -> (Vec<Stated>, Vec<usize>) {
        let rows = |name: &String| self.correlated(name).expect("validated: correlations name series or factors");
        let mut all = (Vec::new(), Vec::new());
        for (index, correlation) in self.correlations.iter().enumerate() {
            let [first, second] = correlation.between.each_ref().map(rows);
            for a in &first {
                for b in &second {
                    all.0.push((*a, *b, correlation.value));
                    all.1.push(index);
                }
            }
        }
        all
    }

    /// The covariance of series and factors, and that of the trends of series with a damped trend, for these stated
    /// correlations.
    ///
    /// # Errors
    /// If a matrix is not positive semidefinite; the index is that of a stated correlation.
    pub(crate) fn covariances(&self, stated: &[Stated]) -> Result<[Covariance; 2], Unfit> {
        let step = self.step().years();
        let series = self.series();
        let all = Covariance::new(series.len() + self.factors.len(), stated, step)?;
        let rows: Vec<usize> = (0..series.len()).filter(|row| series[*row].own.shock.has_trend()).collect();
        let place = |row: usize| rows.iter().position(|own| *own == row);
        let among: Vec<(usize, Stated)> = (0..)
            .zip(stated)
            .filter_map(|(index, (a, b, value))| Some((index, (place(*a)?, place(*b)?, *value))))
            .collect();
        let own: Vec<Stated> = among.iter().map(|(_, stated)| *stated).collect();
        let trends = Covariance::new(rows.len(), &own, step).map_err(|unfit| Unfit {
            index: among[unfit.index].0,
            nearest: unfit.nearest.iter().map(|(a, b, value)| (rows[*a], rows[*b], *value)).collect(),
            ..unfit
        })?;
        Ok([all, trends])
    }

    /// Whether two providers share a name. One of the names is probably wrong, which would explain an unknown name
    /// elsewhere; that one is then not reported.
    fn has_doubled_name(&self) -> bool {
        let series = self.series();
        let names: BTreeSet<String> = series.iter().map(SeriesOf::name).collect();
        names.len() < series.len()
    }

    fn unfit_correlations(&self, index: usize, unfit: &Unfit) -> Problem {
        let Correlation { between, value } = &self.correlations[index];
        let names: Vec<String> =
            (0..self.series().len() + self.factors.len()).map(|row| self.correlated_name(row)).collect();
        let name = |row: usize| names[row].as_str();
        let mut message = misfit(unfit, (between, *value), ("correlation", &name));
        for name in between {
            let count = self.correlated(name).map_or(1, |rows| rows.len());
            if count > 1 {
                let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
                let least = (count * value * value - 1.0) / (count - 1.0);
                message += &format!(
                    "; with all {count} segments of {name:?}, these must be correlated among themselves by at least {}",
                    shown(least)
                );
            }
        }
        Problem::new(format!("correlation[{index}].value"), message)
    }

    fn check_questions(&self, problems: &mut Vec<Problem>) {
        let keys = keys(self.questions.iter().map(|question| question.name.as_deref()));
        let mut titles: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for (index, (question, key)) in self.questions.iter().zip(&keys).enumerate() {
            if is_enough(problems) {
                return;
            }
            let address = address::item(ScenarioKey::Question, key.borrow());
            self.check_asks(question, &address, problems);
            // `check_names` has reported questions that share a stated name.
            let title = question.title();
            if let Some((first, other)) = titles.insert(visible(&title), (index, title.clone()))
                && (self.questions[first].name.is_none() || question.name.is_none())
            {
                let message = if title == other {
                    format!("{title:?} is already asked by question[{first}]; give one of them a name")
                } else {
                    let difference = difference(&title, &other);
                    format!(
                        "{title:?} looks the same as {other:?} of question[{first}]: it differs only in {difference}; \
                         give one of them a name"
                    )
                };
                problems.push(Problem::new(address.as_str(), message));
            }
        }
    }
}

impl Scenario {
    /// Checks the providers that a question compares.
    fn check_asks(&self, question: &Question, address: &Trail, problems: &mut Vec<Problem>) {
        let mut names: Vec<(String, &str)> = Vec::new();
        let mut address = address.clone();
        match &question.asks {
            Asks::Overtakes(challenger, incumbent) => {
                address.push(QuestionKey::Overtakes);
                names.extend(
                    [(0, challenger), (1, incumbent)].map(|(end, name)| (address.join(Key::Index(end)), &**name)),
                );
                if challenger == incumbent {
                    let message = format!("challenger and incumbent must differ, got {challenger:?} twice");
                    problems.push(Problem::new(address.as_str(), message));
                }
            }
            Asks::Leads(name) => {
                address.push(QuestionKey::Leads);
                names.push((address.as_str().to_owned(), name));
            }
            Asks::Top(name, places) => {
                address.push(QuestionKey::Top);
                names.push((address.join(Key::Index(0)), name));
                let most = self.providers.len();
                if *places as usize > most {
                    let message = format!("must be between 1 and the number of providers, {most}, got {places}");
                    problems.push(Problem::new(address.join(Key::Index(1)), message));
                }
            }
        }
        for (address, name) in names {
            // A segment may be compared with another, but only providers have ranks.
            let found = match question.asks {
                Asks::Overtakes(..) => self.compared(name).map(|_| ()),
                Asks::Leads(_) | Asks::Top(..) => self.provider_index(name).map(|_| ()),
            };
            if let Err(message) = found
                && !self.has_doubled_name()
            {
                problems.push(Problem::new(address, message));
            }
        }
    }
}

/// An address such as "provider[A]".
fn item(list: ScenarioKey, key: &ItemKey) -> String {
    address::item(list, key.borrow()).as_str().to_owned()
}

/// The pair to change, with the range of values that would be valid and the nearest matrix of such correlations.
pub(super) fn misfit<'n>(
    unfit: &Unfit,
    ([a, b], value): (&[String; 2], f64),
    (what, name): (&str, &dyn Fn(usize) -> &'n str),
) -> String {
    let mut message = format!("{a:?} with {b:?}: the {what}s together are not positive semidefinite; ");
    message += &match unfit.range {
        Some((low, high)) => format!("given the others, this one must lie between {low} and {high}"),
        None => "changing a single one is not sufficient, and this is the strongest".to_owned(),
    };
    message += &format!(", got {}", shown(value));
    let entries = unfit.nearest.iter().take(MOST_ENTRIES);
    let mut entries: Vec<String> =
        entries.map(|(a, b, value)| format!("{:?} with {:?} {value}", name(*a), name(*b))).collect();
    if unfit.nearest.len() > MOST_ENTRIES {
        entries.push(format!("{} more", unfit.nearest.len() - MOST_ENTRIES));
    }
    if !entries.is_empty() {
        message += &format!("; the nearest {what} matrix has {}", entries.join(", "));
    }
    message
}

/// The number of entries of a nearest correlation matrix that a message lists.
const MOST_ENTRIES: usize = 10;
