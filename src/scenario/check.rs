//! The validation shared by the builder, files and every changed copy.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::medians::{Fault, medians, nests, reaches};
use super::names::{check_names, difference, visible};
use super::numbers::Numbers;
use super::walk::{ItemKey, keys};
use super::{Asks, Correlation, MOST_PERIODS, MOST_PROVIDERS, Provider, Question, Scenario};
use crate::assumption::Assumption;
use crate::assumption::address::{self, Key, ProviderKey, QuestionKey, ScenarioKey, Trail, is_within};
use crate::assumption::law::Law;
use crate::assumption::quantity::Quantity;
use crate::assumption::shape::Shape;
use crate::covariance::{Covariance, Unfit};
use crate::error::{Error, Kind, Problem, curtailed, is_enough, shown};
use crate::growth::{AUTO, Curve, Median, Past, Ready, Single, Times, Value};

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
        self.check_names(&mut problems);
        let mut numbers = self.check_numbers();
        self.check_curves(has_time, &numbers, &mut problems);
        problems.append(&mut numbers);
        if self.providers.len() <= MOST_PROVIDERS {
            self.check_correlations(&mut problems);
            self.check_dependences(&mut problems);
            self.check_questions(&mut problems);
            if has_time {
                self.check_past(&mut problems);
            }
        }
        if problems.is_empty() { Ok(self) } else { Err(Error::of(Kind::Invalid, "scenario", curtailed(problems))) }
    }

    fn check_numbers(&self) -> Vec<Problem> {
        let names = self.assumptions.iter().map(|(name, value)| (name.as_str(), value)).collect();
        let mut numbers = Numbers { names, problems: Vec::new() };
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

    /// Checks curves whose numbers are valid, so that their medians can be computed.
    fn check_curves(&self, has_time: bool, faulty: &[Problem], problems: &mut Vec<Problem>) {
        if is_enough(faulty) {
            // Problems beyond the limit are not listed, so the numbers may be invalid too.
            return;
        }
        let keys = keys(self.providers.iter().map(|provider| Some(provider.name.as_str())));
        let is_sound = |part: &str| !faulty.iter().any(|problem| is_within(&problem.address, part));
        let has_names = is_sound(ScenarioKey::Assumption.text());
        let named: HashMap<&str, &Law> =
            self.assumptions.iter().map(|(name, value)| (name.as_str(), &value.law)).collect();
        for (provider, key) in self.providers.iter().zip(&keys) {
            let own = address::item(ScenarioKey::Provider, key.borrow());
            let address = own.join(ProviderKey::Growth.into());
            let result = match &provider.growth {
                None => Err((String::new(), "a growth curve is needed, got none".to_owned())),
                Some(curve) if has_time && has_names && is_sound(&address) => {
                    let has_base = is_sound(&own.join(ProviderKey::Revenue.into()));
                    self.check_curve(provider, curve, (&named, has_base))
                }
                Some(_) => continue,
            };
            if let Err((rest, message)) = result {
                problems.push(Problem::new(format!("{address}{rest}"), message));
            }
        }
    }

    /// Checks every law of the curve at its medians: it must reach the horizon and be finite there.
    fn check_curve(
        &self,
        provider: &Provider,
        curve: &Curve,
        (named, has_base): (&HashMap<&str, &Law>, bool),
    ) -> Result<(), Fault> {
        let law = |assumption: &Assumption| {
            Shape::of(assumption.name().map_or(Some(&assumption.law), |name| named.get(name).copied())?)
        };
        nests(curve)?;
        let values = medians(curve, &|assumption| law(assumption).map(|shape| shape.median()))?;
        let taus = self.taus();
        reaches(curve, taus.last().copied().unwrap_or(0.0), self.year_passed(provider))?;
        if !has_base || self.misfit_of_history(provider).is_some() {
            return Ok(());
        }
        let base = law(&provider.revenue)
            .map(|shape| shape.median())
            .filter(|base| Quantity::Revenue.domain().contains(*base));
        let Some(base) = base else { return Ok(()) };
        let past = self.past(provider, base, false);
        curve.singles(&values).iter().try_for_each(|single| {
            self.check_single(single, &taus, &past).map_err(|(rest, message)| (single.address.clone() + &rest, message))
        })
    }

    /// Checks a curve without mixtures.
    fn check_single(&self, single: &Single, taus: &[f64], past: &Past) -> Result<(), Fault> {
        let Single { curve, values, .. } = single;
        let centres: Vec<Median> = values.iter().map(|value| Median { value: *value, drawn: false }).collect();
        let ready = Ready::new(curve, &centres, past);
        let ready = ready.map_err(|message| (".schedule.rates".to_owned(), message))?;
        let values: Vec<Value<'_>> = values.iter().copied().map(Value::Fixed).collect();
        let mut fault = None;
        let mut see = |tau: f64, growth: f64| {
            // States are f32: a path beyond that range would be infinite.
            if !(growth.abs() <= f64::from(f32::MAX)) && fault.is_none() {
                fault =
                    Some(format!("log growth must be finite and below 3e38, got {} after {tau} years", shown(growth)));
            }
        };
        let filled = ready.fill(&values, None, taus, 1, &mut |index, growth| see(taus[index], growth[0]));
        filled.map_err(|(_, message)| (".schedule.rates".to_owned(), message))?;
        curve.fill(&values, Times { taus: &[0.0], step: self.step().years() }, 1, &mut |_, growth| {
            if !(growth[0].abs() <= 0.0) {
                fault = Some(format!("log growth must be 0 at the base, got {}", shown(growth[0])));
            }
        });
        fault.map_or(Ok(()), |message| Err((String::new(), message)))
    }

    /// The medians of the curve's numbers, in the order of its walk; `auto` is resolved.
    pub(crate) fn medians(&self, curve: &Curve) -> Result<Vec<f64>, Fault> {
        medians(curve, &|assumption| self.median(assumption))
    }

    /// The median of a number, looked up if it is a name; `None` for `auto`.
    pub(crate) fn median(&self, assumption: &Assumption) -> Option<f64> {
        self.law(assumption).and_then(Shape::of).map(|shape| shape.median())
    }

    fn check_correlations(&self, problems: &mut Vec<Problem>) {
        let mut stated = Vec::new();
        let mut seen: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let before = problems.len();
        for (index, correlation) in self.correlations.iter().enumerate() {
            if is_enough(problems) {
                return;
            }
            let [a, b] = [0, 1].map(|end| {
                let found = self.provider_index(&correlation.between[end]);
                found.map_err(|message| {
                    if !self.has_doubled_name() {
                        problems.push(Problem::new(format!("correlation[{index}].between[{end}]"), message));
                    }
                })
            });
            let (Ok(a), Ok(b)) = (a, b) else { continue };
            let address = format!("correlation[{index}].between");
            if a == b {
                let message = format!(
                    "a correlation must be between two different providers, got {:?} twice",
                    correlation.between[0]
                );
                problems.push(Problem::new(address, message));
            } else if let Some(first) = seen.insert((a.min(b), a.max(b)), index) {
                let [a, b] = &correlation.between;
                let message = format!("{a:?} and {b:?} are already correlated by correlation[{first}]");
                problems.push(Problem::new(address, message));
            } else if Quantity::Correlation.domain().contains(correlation.value) {
                stated.push((a, b, correlation.value));
            }
        }
        let complete = problems.len() == before && stated.len() == self.correlations.len();
        if complete && let Err(unfit) = Covariance::new(self.providers.len(), &stated, self.step().years()) {
            problems.push(self.unfit_correlations(&unfit));
        }
    }

    /// Whether two providers share a name. One of the names is probably wrong, which would explain an unknown name
    /// elsewhere; that one is then not reported.
    fn has_doubled_name(&self) -> bool {
        let names: BTreeSet<&str> = self.providers.iter().map(|provider| provider.name.as_str()).collect();
        names.len() < self.providers.len()
    }

    fn unfit_correlations(&self, unfit: &Unfit) -> Problem {
        let Correlation { between, value } = &self.correlations[unfit.index];
        let name = |row: usize| self.providers[row].name.as_str();
        let message = misfit(unfit, (between, *value), ("correlation", &name));
        Problem::new(format!("correlation[{}].value", unfit.index), message)
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
            if let Err(message) = self.provider_index(name)
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
