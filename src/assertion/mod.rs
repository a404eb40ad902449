//! Assertions for tests: a probability is within a range, or the test fails for a stated reason.

mod bound;
mod verdict;

use std::ops::RangeInclusive;

use crate::calendar::Period;
use crate::error::{Error, Kind, Problem, shown};
use crate::estimate::Estimate;
use crate::outcome::place_of;
use crate::scenario::{Measure, Question, Scenario};
use crate::simulation::MOST_PATHS;
use bound::{edges, smallest_shift};
pub use verdict::Verdict;

/// False alarms of a check that was not told.
const DEFAULT_FALSE_ALARM: f64 = 1e-9;
/// Paths that a check may take unless told.
const DEFAULT_AT_MOST: u64 = 1 << 20;
/// Paths of the pilot, and the fewest that decide.
const PILOT: u64 = 4096;
/// Standard errors by which the pilot may be wrong about the distance to the range.
const PILOT_ERRORS: f64 = 3.0;
/// Tolerances of exact answers, each tried where the one before leaves the range undecided.
const TOLERANCES: [f64; 3] = [1e-2, 1e-4, 1e-6];
/// An exact answer is fine enough where the edges are so many of its errors away.
const CLEAR: f64 = 10.0;
/// Added to the seed, so that the paths that decide are not the pilot's.
const NOT_THE_PILOT: u64 = 0x9E37_79B9_7F4A_7C15;

/// A check that the probability of an overtake by a period lies within a range; made by [`Scenario::check`].
///
/// It is exact where the scenario has exact answers ([`Scenario::exact`]), and otherwise a simulation with as many paths
/// as it takes.
///
/// **When it fails.** An exact check fails where the value lies outside the range by more than its error. A simulated one
/// fails where so many or so few hits are less likely than `false_alarm` for every probability within the range. So a
/// probability inside the range, or on its edge, fails in at most that share of seeds, whatever the number of paths: the
/// bound on the binomial law's tails is Chernoff's, e^(−n·D), D the divergence of the share of hits from the edge
/// (H. Chernoff 1952; W. Hoeffding 1963, theorem 1), and each tail gets half of `false_alarm`.
///
/// **What it sees.** [`Verdict::smallest_shift`] is how far outside the range a probability must lie to be caught in at
/// least 99 of 100 seeds, by the same bound. Something nearer to the range may pass: more paths see more.
///
/// **How many paths.** A pilot of 4,096 paths tells how far from the edges the probability lies. Other paths, so many that
/// a shift of that distance (less three standard errors of the pilot) would be seen, decide: at most
/// [`at_most`](Self::at_most). Choosing by the pilot costs no false alarms, since its paths are not counted.
///
/// # Example: in a test, without the macro
/// ```
/// # use outgrow::{Curve, Error, Provider, Question, Scenario};
/// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
/// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15))
/// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1)).build()?;
/// scenario.check(Question::overtakes("A", "B"), "2020-Q4").false_alarm(1e-6).within(0.6..=0.75)?;
/// let error = scenario.check(Question::overtakes("A", "B"), "2020-Q4").within(0.1..=0.2).unwrap_err();
/// assert!(error.is_assertion());
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct ProbabilityCheck<'a> {
    scenario: &'a Scenario,
    question: Question,
    period: Result<Period, Error>,
    false_alarm: f64,
    at_most: u64,
    seed: u64,
    simulated: bool,
}

impl Scenario {
    /// Starts a check of the probability that an overtake has happened by `period`: an assertion for tests.
    ///
    /// The question need not be one of the scenario's; it is asked alone. [`assert_probability!`](crate::assert_probability)
    /// is this check as a macro.
    ///
    /// # Example: a range
    /// ```
    /// # use outgrow::{Curve, Error, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018", "2022")
    /// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.5)).volatility(0.2))
    /// #     .provider(Provider::new("B", 2).growth(Curve::constant(0.3))).build()?;
    /// scenario.check(Question::overtakes("A", "B"), "2021").within(0.1..=0.6)?;
    /// # Ok::<(), Error>(())
    /// ```
    pub fn check(&self, question: Question, period: impl TryInto<Period, Error: Into<Error>>) -> ProbabilityCheck<'_> {
        ProbabilityCheck {
            scenario: self,
            question,
            period: period.try_into().map_err(Into::into),
            false_alarm: DEFAULT_FALSE_ALARM,
            at_most: DEFAULT_AT_MOST,
            seed: 0,
            simulated: false,
        }
    }
}

impl ProbabilityCheck<'_> {
    /// Counts only a lead that lasts so many periods in a row, see [`Question::sustained`].
    pub fn sustained(mut self, periods: u32) -> Self {
        self.question = self.question.sustained(periods);
        self
    }

    /// What is compared, see [`Question::measure`].
    pub fn measure(mut self, measure: Measure) -> Self {
        self.question = self.question.measure(measure);
        self
    }

    /// The share of seeds, between 0 and 1, in which a simulated check may fail though the probability lies in the range;
    /// 1e-9 unless told. An exact check has no seeds and no false alarms.
    pub fn false_alarm(mut self, share: f64) -> Self {
        self.false_alarm = share;
        self
    }

    /// The most paths that may decide a simulated check; 1,048,576 unless told.
    pub fn at_most(mut self, paths: u64) -> Self {
        self.at_most = paths;
        self
    }

    /// The seed of a simulated check; 0 unless told, and no value is special. With a seed a check holds always or never.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Whether to simulate even where there is an exact answer; off unless told.
    pub fn simulated(mut self, on: bool) -> Self {
        self.simulated = on;
        self
    }

    /// Checks that the probability lies in `range`.
    ///
    /// # Errors
    /// An [assertion](Error::is_assertion) where it lies outside, with estimate, error, range, z and the smallest shift
    /// that would have been seen; else as [`verdict`](Self::verdict).
    pub fn within(&self, range: RangeInclusive<f64>) -> Result<(), Error> {
        let verdict = self.verdict(range)?;
        if verdict.holds() {
            return Ok(());
        }
        Err(Error::one(Kind::Assertion, "probability", "", verdict.to_string()))
    }

    /// What is found, whether the check holds or not.
    ///
    /// # Errors
    /// Where the range is empty or leaves 0 to 1, `false_alarm` or `at_most` is out of bounds, a provider's name or the
    /// period is unknown (the error names it), or the scenario has no answer.
    pub fn verdict(&self, range: RangeInclusive<f64>) -> Result<Verdict, Error> {
        self.settings(&range)?;
        let period = self.period.clone()?;
        let mut asked = self.scenario.clone();
        asked.questions.clear();
        let asked = asked.with_question(self.question.clone()).map_err(|error| of_check(&error))?;
        let dates: Vec<Period> = asked.dates(&self.question).at.iter().map(|t| asked.label(*t)).collect();
        place_of(&dates, period)?;
        let found = if self.simulated { None } else { exactly(&asked, period, &range)? };
        let (estimate, paths) = match found {
            Some(estimate) => (estimate, None),
            None => self.simulate(&asked, period, &range)?,
        };
        let (false_alarm, seed) = (self.false_alarm, self.seed);
        Ok(Verdict {
            what: format!("{} by {period}", self.question.title()),
            range,
            estimate,
            paths,
            seed,
            false_alarm,
        })
    }

    fn settings(&self, range: &RangeInclusive<f64>) -> Result<(), Error> {
        let (low, high) = (*range.start(), *range.end());
        let mut problems = Vec::new();
        if !(low >= 0.0 && low <= high && high <= 1.0) {
            let message =
                format!("must be probabilities from low to high, 0 to 1, got {} – {}", shown(low), shown(high));
            problems.push(Problem::new("range", message));
        }
        if !(self.false_alarm > 0.0 && self.false_alarm < 1.0) {
            let message = format!("must lie between 0 and 1, got {}", shown(self.false_alarm));
            problems.push(Problem::new("false_alarm", message));
        }
        if !(1..=MOST_PATHS).contains(&self.at_most) {
            problems.push(Problem::new("at_most", format!("must be between 1 and {MOST_PATHS}, got {}", self.at_most)));
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::of(Kind::Invalid, "check", problems)) }
    }

    /// The estimate that decides and its paths; no paths where nothing is drawn.
    fn simulate(
        &self,
        asked: &Scenario,
        period: Period,
        range: &RangeInclusive<f64>,
    ) -> Result<(Estimate, Option<u64>), Error> {
        let run = |paths: u64, seed: u64| {
            let run = asked.simulate().paths(paths).seed(seed).fans(false).ranks(false).shares(false).run()?;
            run.questions()[0].by(period)
        };
        let pilot = run(PILOT.min(self.at_most), self.seed)?;
        if pilot.standard_error() <= 0.0 {
            return Ok((pilot, None));
        }
        let edges = edges(range).map(|edge| (pilot.value() - edge).abs());
        let distance = edges.fold(1.0, f64::min) - PILOT_ERRORS * pilot.standard_error();
        let mut paths = PILOT.min(self.at_most);
        while paths < self.at_most && smallest_shift(range, paths, self.false_alarm) > distance {
            paths = (2 * paths).min(self.at_most);
        }
        run(paths, self.seed.wrapping_add(NOT_THE_PILOT)).map(|estimate| (estimate, Some(paths)))
    }
}

/// The scenario is valid, so what is wrong is the question that the check asks of it.
fn of_check(error: &Error) -> Error {
    let own = |problem: &Problem| {
        let address = problem.address.strip_prefix("question[").and_then(|rest| rest.split_once("]."));
        Problem::new(address.map_or(problem.address.as_str(), |(_, rest)| rest), problem.message.as_str())
    };
    Error::of(Kind::Invalid, "check", error.problems().iter().map(own).collect())
}

/// The exact answer, no finer than it takes to tell it from the edges; none where there is no exact answer.
fn exactly(asked: &Scenario, period: Period, range: &RangeInclusive<f64>) -> Result<Option<Estimate>, Error> {
    let mut last = None;
    for tolerance in TOLERANCES {
        let run = asked.exact().tolerance(tolerance).lead_changes(false).fans(false).ranks(false).shares(false).run();
        let estimate = match run {
            Ok(outcome) => outcome.questions()[0].by(period)?,
            // The scenario is valid, so what is refused is that it be exact.
            Err(error) if error.is_invalid_input() => return Ok(None),
            Err(error) => return Err(error),
        };
        last = Some(estimate);
        let margin = CLEAR * estimate.standard_error();
        if edges(range).all(|edge| (estimate.value() - edge).abs() > margin) {
            break;
        }
    }
    Ok(last)
}

/// Asserts in a test that the probability of an overtake by a period lies within a range.
///
/// Panics with the estimate, its error, the range, z and the smallest shift that would have been seen; the location is
/// the caller's. It is [`Scenario::check`] in words: exact where there is an exact answer, else a simulation that fails a
/// probability within the range in at most `false_alarm` of seeds (1e-9 unless told). Names and period may be variables,
/// longer expressions in brackets. Options are the methods of [`ProbabilityCheck`]: `false_alarm`, `at_most`, `seed`,
/// `sustained`, `measure`, `simulated`.
///
/// # Example: exact, then a sum over the year, which is simulated
/// ```
/// # use outgrow::{assert_probability, Curve, Measure, Provider, Scenario};
/// # let scenario = Scenario::builder("2018-Q4", "2022-Q4")
/// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15))
/// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1)).build()?;
/// assert_probability!(scenario, "A" overtakes "B" by "2021-Q3" in 0.6..=0.75);
/// assert_probability!(scenario, "A" overtakes "B" by "2021-Q4" in 0.5..=1.0, measure = Measure::Annual, false_alarm = 1e-6);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[macro_export]
macro_rules! assert_probability {
    ($scenario:expr, $challenger:tt overtakes $incumbent:tt by $period:tt in $range:expr
        $(, $option:ident = $value:expr)* $(,)?) => {{
        // Brackets around a name or a period are needed in the macro's call, not where they end up.
        #[allow(unused_parens)]
        let checked = $scenario
            .check($crate::Question::overtakes($challenger, $incumbent), $period)
            $(.$option($value))*
            .within($range);
        if let ::std::result::Result::Err(error) = checked {
            ::std::panic!("{error}");
        }
    }};
}
