//! Snapshots: an outcome's probabilities and assumptions as text, to be committed, reviewed and compared.

mod stored;

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Kind, Problem};
use crate::estimate::Estimate;
use crate::outcome::Outcome;

const HEAD: &str = "outgrow snapshot 1";
const RUN: &str = "run";
const ANSWERS: &str = "[answers]";
const ASSUMPTIONS: &str = "[assumptions]";
/// The first word of the run's description for an exact answer.
const EXACT: &str = "exact";
/// The assumption that states continuous monitoring.
const CONTINUOUS: &str = "continuous";
/// Two simulated answers are equal within this many standard errors of their difference: P(|N(0, 1)| > 4) = 6e-5 for
/// each.
const STANDARD_ERRORS: f64 = 4.0;

/// The probabilities of an outcome with their errors, and every assumption behind them, as text; made by
/// [`Outcome::snapshot`]. Continuous monitoring counts as an assumption.
///
/// `Display` writes it, [`parse`](str::parse) reads it back, and [`compare`](Self::compare) lists the differences:
/// probabilities that changed by more than their errors, and assumptions. [`check`](Self::check) compares with a file, and
/// writes it if asked. The text has one line for each probability
/// and one for each assumption by its address, so that a review shows a changed assumption beside the probabilities
/// that it changed. Probabilities are written to two digits of their error, and the same seed gives the same text on
/// any machine. No tool is needed; tools that compare text exactly work too, such as
/// `insta::assert_snapshot!(outcome.snapshot())`.
///
/// # Example: what changed
/// ```
/// use outgrow::{Curve, Error, Provider, Question, Scenario, Snapshot};
/// # let scenario = Scenario::builder("2018-Q1", "2020-Q4")
/// #     .provider(Provider::new("A", 690).growth(Curve::constant(0.6)).volatility(0.15))
/// #     .provider(Provider::new("B", 1100).growth(Curve::constant(0.3)).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let committed = scenario.exact().run()?.snapshot().to_string();
/// let committed: Snapshot = committed.parse()?;
///
/// let slower = scenario.with("provider[A].growth.constant", 0.55)?;
/// let error = slower.exact().run()?.snapshot().compare(&committed).unwrap_err();
/// assert_eq!(error.problems()[0].to_string(), "provider[A].growth.constant: was 0.6, is 0.55");
/// assert!(error.problems().iter().any(|problem| problem.address == "A overtakes B by 2020-Q4"));
///
/// let simulated = scenario.simulate().paths(100_000).run()?;
/// simulated.snapshot().compare(&committed)?;                      // equal within its error
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Snapshot {
    run: String,
    answers: Vec<(String, Answer)>,
    assumptions: Vec<(String, String)>,
}

impl Outcome {
    /// The probabilities at the dates that `Display` prints, with their errors, those of custom statistics, and every
    /// assumption behind them.
    pub fn snapshot(&self) -> Snapshot {
        let tolerance = self.tolerance().unwrap_or(0.0);
        let answers = self.estimates().into_iter();
        let mut assumptions = self.scenario().stated();
        if self.is_continuous() {
            assumptions.push((CONTINUOUS.to_owned(), "true".to_owned()));
        }
        Snapshot {
            run: self.how(),
            answers: answers.map(|(what, estimate)| (what, Answer::of(&estimate, tolerance))).collect(),
            assumptions,
        }
    }
}

impl Snapshot {
    /// Checks that nothing changed since an earlier snapshot: probabilities up to their errors, assumptions exactly.
    ///
    /// Two simulated probabilities are equal within four standard errors of their difference, two exact ones within the
    /// sum of their errors (at least the tolerance). The methods may differ. Fewer paths mean larger errors, so smaller
    /// changes go unnoticed.
    ///
    /// # Errors
    /// An [assertion](Error::is_assertion) error whose problems are every changed assumption, then every changed
    /// probability, each with its old and new value.
    pub fn compare(&self, earlier: &Self) -> Result<(), Error> {
        let mut problems = changes(&self.assumptions, &earlier.assumptions, |is, was| is != was);
        let are_exact = [self, earlier].iter().all(|snapshot| snapshot.run.starts_with(EXACT));
        problems.extend(changes(&self.answers, &earlier.answers, |is, was| is.differs(was, are_exact)));
        if problems.is_empty() { Ok(()) } else { Err(Error::of(Kind::Assertion, "snapshot", problems)) }
    }
}

/// What was added, removed or changed.
fn changes<T: fmt::Display>(
    now: &[(String, T)],
    earlier: &[(String, T)],
    differs: impl Fn(&T, &T) -> bool,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (what, is) in now {
        match earlier.iter().find(|(known, _)| known == what) {
            None => problems.push(Problem::new(what, format!("was not there, is {is}"))),
            Some((_, was)) if differs(is, was) => problems.push(Problem::new(what, format!("was {was}, is {is}"))),
            Some(_) => {}
        }
    }
    let gone = earlier.iter().filter(|(what, _)| now.iter().all(|(known, _)| known != what));
    problems.extend(gone.map(|(what, was)| Problem::new(what, format!("was {was}, is gone"))));
    problems
}

/// A probability with its error and its text.
#[derive(Debug, Clone, PartialEq)]
struct Answer {
    value: f64,
    error: f64,
    text: String,
}

impl Answer {
    /// An answer with at least this error, unless it is certain.
    fn of(estimate: &Estimate, least_error: f64) -> Self {
        if estimate.standard_error() <= 0.0 {
            let value = estimate.value();
            return Self { value, error: 0.0, text: format!("{value} (exact)") };
        }
        let error = estimate.standard_error().max(least_error);
        let decimals = decimals(error);
        let (low, high) = estimate.interval();
        let (value, error_text) = (format!("{:.decimals$}", estimate.value()), format!("{error:.decimals$}"));
        let rounded: f64 = value.parse().expect("a formatted number");
        // Where these digits would show 0 or 1, the text is a bound.
        let (value, shown) = if rounded <= 0.0 {
            (0.0, format!("< {:.decimals$}", high.max(2.0 * error)))
        } else if rounded >= 1.0 {
            (1.0, format!("> {:.decimals$}", low.min(1.0 - 2.0 * error)))
        } else {
            (rounded, value)
        };
        let error = error_text.parse().expect("a formatted number");
        Self { value, error, text: format!("{shown} ± {error_text}") }
    }

    fn parse(text: &str) -> Option<Self> {
        let own = |value: f64, error: f64| Some(Self { value, error, text: text.to_owned() });
        if let Some(value) = text.strip_suffix(" (exact)") {
            return own(probability(value)?, 0.0);
        }
        let (value, error) = text.split_once(" ± ")?;
        let error: f64 = error.parse().ok().filter(|error: &f64| *error > 0.0 && error.is_finite())?;
        match (value.strip_prefix("< "), value.strip_prefix("> ")) {
            (Some(bound), _) => probability(bound).and_then(|_| own(0.0, error)),
            (_, Some(bound)) => probability(bound).and_then(|_| own(1.0, error)),
            _ => own(probability(value)?, error),
        }
    }

    fn differs(&self, other: &Self, are_exact: bool) -> bool {
        let allowed = if are_exact {
            self.error + other.error
        } else {
            STANDARD_ERRORS * crate::math::hypot(self.error, other.error)
        };
        // Values are rounded to two digits of their error: allow half a unit of the last digit of each.
        (self.value - other.value).abs() > 1.05 * allowed
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn probability(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value| (0.0..=1.0).contains(value))
}

/// The number of decimals that shows two digits of an error; none for an error of 10 or more.
fn decimals(error: f64) -> usize {
    let written = format!("{error:.1e}");
    let exponent = written.split_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok());
    exponent.and_then(|exponent| usize::try_from(1 - exponent).ok()).unwrap_or(0)
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}\n{RUN}: {}\n\n{ANSWERS}", self.run)?;
        self.answers.iter().try_for_each(|(what, answer)| writeln!(f, "{what}: {answer}"))?;
        writeln!(f, "\n{ASSUMPTIONS}")?;
        self.assumptions.iter().try_for_each(|(address, text)| writeln!(f, "{address}: {text}"))
    }
}

impl FromStr for Snapshot {
    type Err = Error;

    /// Reads what `Display` wrote; blank lines and any line endings are accepted.
    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = |line: usize, message: String| Err(Error::invalid("snapshot", format!("line {line}"), message));
        let mut lines = (1..).zip(text.lines().map(str::trim_end)).filter(|(_, line)| !line.is_empty());
        if lines.next().map(|(_, line)| line) != Some(HEAD) {
            return refuse(1, format!("a snapshot begins with {HEAD:?}"));
        }
        let mut snapshot = Self { run: String::new(), answers: Vec::new(), assumptions: Vec::new() };
        let mut section = "";
        for (number, line) in lines {
            if line == ANSWERS || line == ASSUMPTIONS {
                section = line;
                continue;
            }
            // Names may contain colons. An answer contains none, and in an address they stand within brackets.
            let parts = if section == ANSWERS { line.rsplit_once(": ") } else { split_outside_brackets(line) };
            let Some((what, text)) = parts else {
                return refuse(number, format!("expected \"name: value\", got {line:?}"));
            };
            let stands_already = match section {
                ANSWERS => snapshot.answers.iter().any(|(known, _)| known == what),
                _ => snapshot.assumptions.iter().any(|(known, _)| known == what),
            };
            if stands_already {
                return refuse(number, format!("{what:?} is given twice"));
            }
            match (section, Answer::parse(text)) {
                (ANSWERS, Some(answer)) => snapshot.answers.push((what.to_owned(), answer)),
                (ANSWERS, None) => return refuse(number, format!("{text:?} is not a probability with an error")),
                (ASSUMPTIONS, _) => snapshot.assumptions.push((what.to_owned(), text.to_owned())),
                _ if what == RUN => text.clone_into(&mut snapshot.run),
                _ => return refuse(number, format!("{what:?} belongs to no section")),
            }
        }
        Ok(snapshot)
    }
}

fn split_outside_brackets(line: &str) -> Option<(&str, &str)> {
    let is_outside = |at: &usize| line[..*at].matches('[').count() == line[..*at].matches(']').count();
    let at = line.match_indices(": ").map(|(at, _)| at).find(is_outside)?;
    Some((&line[..at], &line[at + 2..]))
}
