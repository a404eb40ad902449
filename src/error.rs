//! The crate's opaque error type: a list of problems, each with its address.

use std::fmt;

/// A position in a scenario file, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Place {
    /// The position of a byte `offset` in `text`, by a scan from the start: a reference for tests. Columns count
    /// characters, without a byte-order mark.
    #[cfg(test)]
    pub(crate) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let before = before.strip_prefix('\u{feff}').unwrap_or(before);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

/// One problem: its address and its description.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Problem {
    /// The address of the number or item, as `Scenario::with` takes it; empty if the problem concerns the whole input.
    pub address: String,
    /// What is wrong, with the offending value.
    pub message: String,
    /// The position in the file, if the input came from one.
    pub place: Option<Place>,
    pub(crate) detail: Detail,
}

/// What a problem is about, for code that handles it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Detail {
    #[default]
    None,
    /// The message states the invalid text.
    StatesValue,
    /// A file contains a key that the format does not have.
    UnknownKey,
    /// A valid question that a method cannot answer, for this reason.
    Unsupported(String),
    /// The revenue of this provider exceeds a limit.
    Provider(String),
    /// A row of a statistic exceeds a limit.
    Row(usize),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)?;
        if let Some(Place { line, column }) = self.place {
            let gap = if self.address.is_empty() { "" } else { " " };
            write!(f, "{gap}(line {line}, column {column})")?;
        }
        if !self.address.is_empty() || self.place.is_some() {
            f.write_str(": ")?;
        }
        f.write_str(&self.message)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A scenario, a setting or a file is invalid.
    Invalid,
    /// An outcome does not contain what was requested.
    Lookup,
    /// A valid question has no answer by this method.
    Unsupported,
    /// A documented limit of the crate was exceeded.
    Limit,
    /// An assertion about an estimate failed.
    Assertion,
    /// The answer could not be computed from a valid scenario.
    Numeric,
}

/// The crate's error: a list of [`Problem`]s.
///
/// The error is opaque: it has predicates and a list of problems, and does not reveal which part of the crate raised
/// it. `Debug` prints the same text as `Display`, so that `fn main() -> Result<(), Error>` and `unwrap` show the
/// addresses.
///
/// # Example: every problem at once
/// ```
/// use outgrow::{Curve, Provider, Scenario};
/// let error = Scenario::builder("2018-Q1", "2020-Q1")
///     .provider(Provider::new("A", -1.0).growth(Curve::constant(-2.0)))
///     .build()
///     .unwrap_err();
/// assert!(error.is_invalid_input());
/// assert_eq!(error.problems()[0].address, "provider[A].revenue");
/// assert_eq!(error.problems()[1].address, "provider[A].growth.constant");
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: Kind,
    /// The input that the problems concern: "scenario", "scenario file", "tally", …
    what: &'static str,
    problems: Vec<Problem>,
}

impl Error {
    pub(crate) fn of(kind: Kind, what: &'static str, problems: Vec<Problem>) -> Self {
        debug_assert!(!problems.is_empty(), "an error without a problem");
        Self(Box::new(Inner { kind, what, problems }))
    }

    pub(crate) fn one(kind: Kind, what: &'static str, address: impl Into<String>, message: impl Into<String>) -> Self {
        Self::of(kind, what, vec![Problem::new(address, message)])
    }

    pub(crate) fn invalid(what: &'static str, address: impl Into<String>, message: impl Into<String>) -> Self {
        Self::one(Kind::Invalid, what, address, message)
    }

    pub(crate) fn lookup(what: &'static str, message: impl Into<String>) -> Self {
        Self::one(Kind::Lookup, what, "", message)
    }

    /// An error for problems of which some may be [unsupported](Problem::unsupported): the input is invalid unless all
    /// of them are.
    pub(crate) fn of_settings(what: &'static str, problems: Vec<Problem>) -> Self {
        let is_unsupported = problems.iter().all(|problem| problem.reason().is_some());
        Self::of(if is_unsupported { Kind::Unsupported } else { Kind::Invalid }, what, problems)
    }

    /// Why a method cannot answer, if that is the first problem.
    pub(crate) fn reason(&self) -> Option<&str> {
        self.problems().first().and_then(Problem::reason)
    }

    /// An exceeded limit of the revenue of a provider or segment: at "provider\[A\] at 2022-Q4" if `rest` is "at 2022-Q4".
    pub(crate) fn provider_limit(what: &'static str, provider: &str, rest: &str, message: impl Into<String>) -> Self {
        let owner = match provider.split_once('/') {
            Some((provider, segment)) => format!("provider[{provider}].segment[{segment}]"),
            None => format!("provider[{provider}]"),
        };
        let mut problem = Problem::new(format!("{owner} {rest}"), message);
        problem.detail = Detail::Provider(provider.to_owned());
        Self::of(Kind::Limit, what, vec![problem])
    }

    /// An exceeded limit of a row of a statistic; the run adds a readable address.
    pub(crate) fn row_limit(what: &'static str, row: usize, message: impl Into<String>) -> Self {
        let problem = Problem { detail: Detail::Row(row), ..Problem::new("", message) };
        Self::of(Kind::Limit, what, vec![problem])
    }

    /// Appends text to the message of each problem.
    pub(crate) fn with_words(mut self, words: impl Fn(&Problem) -> String) -> Self {
        for problem in &mut self.0.problems {
            let more = words(problem);
            problem.message += &more;
        }
        self
    }

    /// An error of a run of the scenario as a view sees it.
    pub(crate) fn seen_by(self, view: &str) -> Self {
        self.with_words(|_| format!("; as seen by view[{view}]"))
    }

    /// All problems, in the order of the input.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.0.problems
    }

    /// Whether a scenario, a file or a setting is invalid. A valid question that a method cannot answer is
    /// [unsupported](Error::is_unsupported) instead.
    #[must_use]
    pub fn is_invalid_input(&self) -> bool {
        self.0.kind == Kind::Invalid
    }

    /// Whether a method cannot answer a valid question; another method can. Sums of several periods, for example, have
    /// no exact answer and can be simulated. [`Problem::reason`] states why.
    ///
    /// # Example: an exact answer if there is one
    /// ```
    /// # use outgrow::{Curve, Error, Measure, Outcome, Provider, Question, Scenario};
    /// fn answer(scenario: &Scenario) -> Result<Outcome, Error> {
    ///     match scenario.exact().run() {
    ///         Err(error) if error.is_unsupported() => scenario.simulate().paths(1000).run(),
    ///         answer => answer,
    ///     }
    /// }
    /// # let scenario = Scenario::builder("2018-Q4", "2020-Q4")
    /// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.3)).volatility(0.1))
    /// #     .provider(Provider::new("B", 2).growth(Curve::constant(0.1)))
    /// #     .question(Question::overtakes("A", "B").measure(Measure::Annual)).build()?;
    /// let error = scenario.exact().run().unwrap_err();
    /// assert_eq!(error.problems()[0].reason(), Some("sums of several periods are not lognormal"));
    /// answer(&scenario)?;
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        self.0.kind == Kind::Unsupported
    }

    /// Whether an outcome or a history does not contain what was requested, such as an unknown name or a period outside the horizon.
    #[must_use]
    pub fn is_lookup(&self) -> bool {
        self.0.kind == Kind::Lookup
    }

    /// Whether a documented limit was exceeded, such as the size of the fan histograms, the largest sum or the number
    /// of paths.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.0.kind == Kind::Limit
    }

    /// Whether an assertion such as [`Estimate::check_within`](crate::Estimate::check_within) failed.
    #[must_use]
    pub fn is_assertion(&self) -> bool {
        self.0.kind == Kind::Assertion
    }

    /// Whether a valid scenario led to a number that cannot be represented, such as a custom curve that is not finite.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        self.0.kind == Kind::Numeric
    }
}

impl Problem {
    pub(crate) fn new(address: impl Into<String>, message: impl Into<String>) -> Self {
        Self { address: address.into(), message: message.into(), place: None, detail: Detail::None }
    }

    /// A valid question that a method cannot answer: "not exact: because …; …". `advice` may be empty.
    pub(crate) fn unsupported(address: impl Into<String>, what: &str, reason: &str, advice: &str) -> Self {
        let advice = if advice.is_empty() { String::new() } else { format!("; {advice}") };
        let problem = Self::new(address, format!("{what}: because {reason}{advice}"));
        Self { detail: Detail::Unsupported(reason.to_owned()), ..problem }
    }

    /// Why a method cannot answer a question, without the advice in the message; `None` if the problem is another.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match &self.detail {
            Detail::Unsupported(reason) => Some(reason),
            Detail::None | Detail::StatesValue | Detail::UnknownKey | Detail::Provider(_) | Detail::Row(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, what, problems } = &*self.0;
        let head = match kind {
            Kind::Invalid => "invalid ",
            Kind::Unsupported => "unsupported by ",
            Kind::Limit => "limit exceeded in ",
            Kind::Numeric => "no answer from ",
            Kind::Lookup | Kind::Assertion => "",
        };
        match problems.as_slice() {
            [one] => write!(f, "{head}{what}: {one}"),
            many => {
                write!(f, "{head}{what}: {} problems", many.len())?;
                many.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

/// The limit on the number of reported problems: a file of another format may have millions.
pub(crate) const MOST_REPORTED: usize = 1000;

/// Whether there are more problems than are reported, so that the search can stop.
pub(crate) fn is_enough(problems: &[Problem]) -> bool {
    problems.len() > MOST_REPORTED
}

/// The problems up to the limit, and a note if there are more.
pub(crate) fn curtailed(mut problems: Vec<Problem>) -> Vec<Problem> {
    if is_enough(&problems) {
        problems.truncate(MOST_REPORTED);
        problems.push(Problem::new("", "and more problems"));
    }
    problems
}

/// A number in the shortest readable form: `0.3`, `1000000000`, `1e300`; never hundreds of digits.
pub(crate) fn shown(x: f64) -> String {
    let is_plain = x.abs() <= 0.0 || (1e-5..1e16).contains(&x.abs()) || !x.is_finite();
    if is_plain { x.to_string() } else { format!("{x:e}") }
}

/// Longer names are not searched for misspellings: the edit distance takes time and memory proportional to the product
/// of the lengths.
const LONGEST_MISTYPED: usize = 200;
/// The number of known names that a misspelled one is compared with: a file may hold a million.
const MOST_COMPARED: usize = 1000;

/// `; did you mean "…"?` with the nearest of `known`, or a note if only the Unicode form differs; empty if none is
/// near.
pub(crate) fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let is_short = |name: &&str| name.len() <= LONGEST_MISTYPED;
    let known: Vec<&str> = known.into_iter().filter(is_short).take(MOST_COMPARED).collect();
    nearest(wrong, &known)
}

fn nearest(wrong: &str, known: &[&str]) -> String {
    use unicode_normalization::UnicodeNormalization;
    if wrong.len() > LONGEST_MISTYPED {
        return String::new();
    }
    let folded = |text: &str| text.nfkc().collect::<String>();
    if let Some(same) = known.iter().find(|name| folded(name) == folded(wrong)) {
        return format!("; {same:?} differs from it only in Unicode form");
    }
    known
        .iter()
        .filter_map(|name| Some((distance(wrong, name)?, *name)))
        .min()
        .map(|(_, name)| format!("; did you mean {name:?}?"))
        .unwrap_or_default()
}

/// The distance of a misspelled name from a known one: 0 if only case or outer blanks differ, otherwise the edit
/// distance. `None` if more than a third of the letters would change, which suggests a different name. A prefix of
/// three or more letters of a known name counts as near, after any misspelling.
fn distance(wrong: &str, known: &str) -> Option<usize> {
    let (wrong, known) = (wrong.trim().to_lowercase(), known.trim().to_lowercase());
    let (letters, all) = (wrong.chars().count(), known.chars().count());
    let edits = strsim::damerau_levenshtein(&wrong, &known);
    if edits <= letters.min(all) / 3 {
        return Some(edits);
    }
    (letters >= 3 && known.starts_with(&wrong)).then_some(LONGEST_MISTYPED + all)
}

/// As [`did_you_mean`] for addresses. Only the first step in which two addresses differ is compared, so that a long
/// common part does not make different steps look similar. If none is near, it lists the known steps there.
pub(crate) fn did_you_mean_address<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest_address(wrong, &known.into_iter().take(MOST_COMPARED).collect::<Vec<_>>())
}

fn nearest_address<'a>(wrong: &str, known: &[&'a str]) -> String {
    if wrong.len() > LONGEST_MISTYPED {
        return String::new();
    }
    let near = |known: &&'a str| -> Option<(usize, &'a str)> {
        let start = common_steps(wrong, known);
        let end = common_end(&wrong[start..], &known[start..]);
        let (own, other) = (&wrong[start..wrong.len() - end], &known[start..known.len() - end]);
        let is_index = |step: &str| !step.is_empty() && step.chars().all(|digit| digit.is_ascii_digit());
        if is_index(own) && is_index(other) { None } else { Some((distance(own, other)?, *known)) }
    };
    if let Some((_, name)) = known.iter().filter_map(near).min() {
        return format!("; did you mean {name:?}?");
    }
    let start = known.iter().map(|known| common_steps(wrong, known)).max().unwrap_or(0);
    let is_item = wrong[..start].ends_with('[');
    let mut there: Vec<String> = Vec::new();
    for known in known.iter().filter(|known| common_steps(wrong, known) == start) {
        let rest = &known[start..];
        let end = rest.char_indices().skip(1).find(|(_, sign)| ".[]".contains(*sign)).map_or(rest.len(), |(at, _)| at);
        let step = if is_item { format!("[{}]", &rest[..end]) } else { rest[..end].to_owned() };
        if !there.contains(&step) && there.len() < MOST_STEPS {
            there.push(step);
        }
    }
    let place = wrong[..start].trim_end_matches(['.', '[']);
    match (there.is_empty(), place) {
        (true, _) => String::new(),
        (_, "") => format!("; addresses begin with {}", there.join(", ")),
        (_, place) => format!("; {place} has {}", there.join(", ")),
    }
}

/// The number of known steps that a message lists.
const MOST_STEPS: usize = 8;

/// The length of the steps that two addresses have in common, with the separator that ends them.
fn common_steps(a: &str, b: &str) -> usize {
    let same = a.char_indices().zip(b.chars()).take_while(|((_, a), b)| a == b);
    same.filter(|((_, sign), _)| ".[".contains(*sign)).last().map_or(0, |((at, _), _)| at + 1)
}

/// The length of the common end of the rest of two addresses, from the separator that starts it.
fn common_end(a: &str, b: &str) -> usize {
    let same = a.char_indices().rev().zip(b.chars().rev()).take_while(|((_, a), b)| a == b);
    same.filter(|((_, sign), _)| ".[]".contains(*sign)).last().map_or(0, |((at, _), _)| a.len() - at)
}

/// The message for an unknown provider name.
pub(crate) fn no_provider<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    format!("no provider is named {name:?}{}", did_you_mean(name, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_characters() {
        assert_eq!(Place::of("é = 1\nđ = 2", 0), Place { line: 1, column: 1 });
        assert_eq!(Place::of("é = 1\nđ = 2", "é = 1\nđ".len()), Place { line: 2, column: 2 });
        assert_eq!(Place::of("\u{feff}x = 1", "\u{feff}x".len()), Place { line: 1, column: 2 });
    }

    #[test]
    fn numbers_are_shown_in_a_few_digits() {
        let numbers = [0.3, -1.2, 1.1e9, 0.0, 1e300, -2.5e-7, f64::NAN, f64::NEG_INFINITY];
        let written = numbers.map(shown);
        assert_eq!(written, ["0.3", "-1.2", "1100000000", "0", "1e300", "-2.5e-7", "NaN", "-inf"]);
    }

    #[test]
    fn names_of_a_million_letters_are_not_compared() {
        let long = "a".repeat(1_000_000);
        assert_eq!(did_you_mean(&long, [format!("{long}b").as_str(), "a"]), "");
    }

    #[test]
    fn suggestions_name_the_nearest_and_the_unicode_form() {
        assert_eq!(did_you_mean("Gogle Cloud", ["Google Cloud", "AWS"]), "; did you mean \"Google Cloud\"?");
        assert_eq!(did_you_mean("entirely other", ["AWS"]), "");
        assert_eq!(did_you_mean("C", ["A", "B"]), "", "a different letter is a different name");
        assert_eq!(did_you_mean("a", ["A", "B"]), "; did you mean \"A\"?");
        assert_eq!(did_you_mean("vol", ["revenue", "volatility"]), "; did you mean \"volatility\"?");
        assert_eq!(did_you_mean("Alibaba", ["AWS", "Alibaba Cloud"]), "; did you mean \"Alibaba Cloud\"?");
        assert!(did_you_mean("Caf\u{e9}", ["Cafe\u{301}"]).contains("Unicode form"));
    }

    #[test]
    fn addresses_are_compared_where_they_differ() {
        let known = ["provider[A].revenue", "provider[A].growth.schedule.rates[0]", "provider[A].volatility"];
        let hint = |wrong: &str| did_you_mean_address(wrong, known);
        assert_eq!(hint("provider[A].revenu"), "; did you mean \"provider[A].revenue\"?");
        assert_eq!(hint("provider[A].vol"), "; did you mean \"provider[A].volatility\"?");
        assert_eq!(hint("providr[A].revenue"), "; did you mean \"provider[A].revenue\"?");
        assert_eq!(hint("provider[A].shock"), "; provider[A] has revenue, growth, volatility");
        assert_eq!(hint("provider[C].revenue"), "; provider has [A]");
        assert_eq!(hint("provider[A].growth.schedule.rates[2]"), "; provider[A].growth.schedule.rates has [0]");
        assert_eq!(hint("quux"), "; addresses begin with provider");
        assert_eq!(did_you_mean_address("x", []), "");
    }
}
