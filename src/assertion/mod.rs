//! Assertions for tests: a probability is within a range, or the test fails for a stated reason.

mod bound;
mod verdict;

use std::ops::RangeInclusive;

use crate::assumption::address::{Subject, below_item};
use crate::calendar::Period;
use crate::error::{Error, Kind, Problem, shown};
use crate::estimate::Estimate;
use crate::exact::DEFAULT_BUDGET;
use crate::math::gauss::as_f64;
use crate::outcome::{Outcome, place_of};
use crate::paths::MOST_PATHS;
use crate::scenario::{Asks, Measure, Question, Scenario};
use bound::{edges, smallest_shift};
use verdict::SHIFT_OF_ERROR;
pub use verdict::Verdict;

/// The default probability of a false alarm.
const DEFAULT_FALSE_ALARM: f64 = 1e-9;
/// The default limit on the number of paths.
const DEFAULT_AT_MOST: u64 = 1 << 20;
/// The number of paths of the pilot run, and the smallest number of the deciding run.
const PILOT: u64 = 4096;
/// The margin for the pilot's estimate of the distance to the range, in standard errors.
const PILOT_ERRORS: f64 = 3.0;
/// Tolerances for the exact answer, tried in turn until one decides whether the value lies in the range.
const TOLERANCES: [f64; 4] = [1e-2, 1e-3, 1e-4, 1e-6];
/// An exact answer decides if every end of the range is at least this many of its errors away.
const CLEAR: f64 = 10.0;
/// The work of one path over one date of one provider, in the unit of [`Exact::budget`](crate::Exact::budget).
const WORK_OF_STEP: f64 = 0.2;
/// Added to the seed, so that the deciding run shares no paths with the pilot.
const NOT_THE_PILOT: u64 = 0x9E37_79B9_7F4A_7C15;

/// A check that the probability of an overtake by a period lies within a range; made by [`Scenario::check`].
///
/// The check is exact if the scenario has an exact answer ([`Scenario::exact`]): a coarse one where both ends of the
/// range are ten of its errors away, otherwise a finer one. It simulates as many paths as it needs if there is none, or
/// if a simulation is cheaper: if for the work of [`at_most`](Self::at_most) paths these would detect a smaller shift.
///
/// **When it fails.** An exact check fails if the value lies outside the range by more than its error. A simulated
/// check fails if the observed number of hits has a probability below `false_alarm` for every probability within the
/// range. A probability inside the range, or on its edge, therefore fails in at most that fraction of seeds, for any
/// number of paths. The tails of the binomial distribution are bounded by Chernoff's e^(−n·D), where D is the
/// divergence of the share of hits from the edge (H. Chernoff 1952; W. Hoeffding 1963, theorem 1). Each tail gets half
/// of `false_alarm`.
///
/// **What it detects.** [`Verdict::smallest_shift`] is the distance outside the range at which a probability is
/// detected in at least 99 of 100 seeds, by the same bound. A probability nearer to the range may pass. More paths
/// detect smaller shifts.
///
/// **How many paths.** A pilot run of 4,096 paths estimates the distance of the probability from the edges. A second,
/// independent run decides. Its number of paths is chosen so that it detects a shift of that distance less three of the
/// pilot's standard errors, up to [`at_most`](Self::at_most). The pilot does not affect the rate of false alarms, since
/// its paths are not counted.
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
    /// Starts a check of the probability that an overtake has happened by `period`, as an assertion for tests.
    ///
    /// The question need not be one of the scenario's questions; the scenario's other questions are ignored.
    /// [`assert_probability!`](crate::assert_probability) is this check as a macro.
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
    /// Counts only a lead that lasts this many periods in a row, see [`Question::sustained`].
    pub fn sustained(mut self, periods: u32) -> Self {
        self.question = self.question.sustained(periods);
        self
    }

    /// What is compared, see [`Question::measure`].
    pub fn measure(mut self, measure: Measure) -> Self {
        self.question = self.question.measure(measure);
        self
    }

    /// The fraction of seeds, between 0 and 1, in which a simulated check may fail although the probability lies in the
    /// range; 1e-9 by default. An exact check uses no seed and has no false alarms.
    pub fn false_alarm(mut self, share: f64) -> Self {
        self.false_alarm = share;
        self
    }

    /// The limit on the number of paths that decide a simulated check; 1,048,576 by default. The more paths, the longer an
    /// exact answer may take before a simulation is cheaper.
    pub fn at_most(mut self, paths: u64) -> Self {
        self.at_most = paths;
        self
    }

    /// The seed of a simulated check; 0 by default, and no value is special. For a given seed the result is always the
    /// same.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Whether to simulate even if there is an exact answer; off by default.
    pub fn simulated(mut self, on: bool) -> Self {
        self.simulated = on;
        self
    }

    /// Checks that the probability lies in `range`.
    ///
    /// # Errors
    /// An [assertion](Error::is_assertion) error if the probability lies outside the range, with the estimate, its
    /// error, its distance from the range and the smallest detectable shift. Otherwise as [`verdict`](Self::verdict).
    pub fn within(&self, range: RangeInclusive<f64>) -> Result<(), Error> {
        let verdict = self.verdict(range)?;
        if verdict.holds() {
            return Ok(());
        }
        Err(Error::one(Kind::Assertion, "probability", "", verdict.to_string()))
    }

    /// The result of the check, whether it passes or fails.
    ///
    /// # Errors
    /// If the range is empty or not within 0 to 1, if `false_alarm` or `at_most` is out of bounds, if a provider's name
    /// or the period is unknown (the error names it), or if the scenario has no answer.
    pub fn verdict(&self, range: RangeInclusive<f64>) -> Result<Verdict, Error> {
        self.settings(&range)?;
        let period = self.period.clone()?;
        let mut asked = self.scenario.clone();
        asked.questions.clear();
        let asked = asked.with_question(self.question.clone()).map_err(|error| of_check(&error))?;
        let dates: Vec<Period> = asked.dates(&self.question).at.iter().map(|t| asked.label(*t)).collect();
        place_of(&dates, period)?;
        let found = if self.simulated { None } else { self.exactly(&asked, period, &range)? };
        let (Found { by: estimate, at_base }, paths) = match found {
            Some(found) => (found, None),
            None => self.simulate(&asked, period, &range)?,
        };
        let (false_alarm, seed) = (self.false_alarm, self.seed);
        Ok(Verdict {
            what: format!("{} by {period}", self.question.title()),
            range,
            estimate,
            at_base: (at_base.is_sure() && at_base.value() > 0.0).then(|| already(&self.question)),
            paths,
            seed,
            false_alarm,
        })
    }

    fn settings(&self, range: &RangeInclusive<f64>) -> Result<(), Error> {
        let (low, high) = (*range.start(), *range.end());
        let mut problems = Vec::new();
        if !(low >= 0.0 && low <= high && high <= 1.0) {
            let message = format!(
                "must be two probabilities between 0 and 1 in ascending order, got {} – {}",
                shown(low),
                shown(high)
            );
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

    /// The exact answer, with the coarsest tolerance that separates it from the edges; `None` if there is none, or if simulated
    /// paths, `at_most` of them, detect a smaller shift for the same work.
    fn exactly(&self, asked: &Scenario, period: Period, range: &RangeInclusive<f64>) -> Result<Option<Found>, Error> {
        let of_path = WORK_OF_STEP * as_f64(asked.periods() * asked.providers().len());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and at most 1e9")]
        let paths = self.at_most.min((DEFAULT_BUDGET / of_path) as u64);
        #[expect(clippy::cast_precision_loss, reason = "at most 1e9")]
        let mut budget = of_path * paths as f64;
        let of_paths = smallest_shift(range, paths, self.false_alarm);
        let mut best: Option<Found> = None;
        for tolerance in TOLERANCES {
            let found = match asked.exact().tolerance(tolerance).budget(budget).alone().run() {
                Ok(outcome) => Found::of(&outcome, period)?,
                Err(error) if error.is_unsupported() => return Ok(None),
                Err(error) => return Err(error),
            };
            let is_met = found.by.standard_error() <= tolerance;
            // Within a budget a finer tolerance may have the larger error: its recursions are finer, its points fewer.
            let found = best.take_if(|best| best.by.standard_error() <= found.by.standard_error()).unwrap_or(found);
            let (value, error) = (found.by.value(), found.by.standard_error());
            best = Some(found);
            if edges(range).all(|edge| (value - edge).abs() > CLEAR * error) {
                break;
            }
            if SHIFT_OF_ERROR * error <= of_paths {
                budget = DEFAULT_BUDGET;
            } else if !is_met {
                return Ok(None);
            }
        }
        Ok(best)
    }

    /// The estimate of the deciding run and its number of paths, `None` if nothing is drawn.
    fn simulate(
        &self,
        asked: &Scenario,
        period: Period,
        range: &RangeInclusive<f64>,
    ) -> Result<(Found, Option<u64>), Error> {
        let run = |paths: u64, seed: u64| {
            let run = asked.simulate().paths(paths).seed(seed).fans(false).ranks(false).shares(false).run()?;
            Found::of(&run, period)
        };
        let found = run(PILOT.min(self.at_most), self.seed)?;
        let pilot = found.by;
        if pilot.standard_error() <= 0.0 {
            return Ok((found, None));
        }
        let edges = edges(range).map(|edge| (pilot.value() - edge).abs());
        let distance = edges.fold(1.0, f64::min) - PILOT_ERRORS * pilot.standard_error();
        let mut paths = PILOT.min(self.at_most);
        while paths < self.at_most && smallest_shift(range, paths, self.false_alarm) > distance {
            paths = (2 * paths).min(self.at_most);
        }
        run(paths, self.seed.wrapping_add(NOT_THE_PILOT)).map(|found| (found, Some(paths)))
    }
}

/// What a run answers of the check's question.
struct Found {
    by: Estimate,
    at_base: Estimate,
}

impl Found {
    fn of(outcome: &Outcome, period: Period) -> Result<Self, Error> {
        let overtake = &outcome.questions()[0];
        Ok(Self { by: overtake.by(period)?, at_base: overtake.at_base() })
    }
}

/// That the question is answered at the base, in words.
fn already(question: &Question) -> String {
    let when = if question.sustained > 1 { "from the base on" } else { "at the base already" };
    match question.asks() {
        Asks::Overtakes(challenger, incumbent) => format!("{challenger} is ahead of {incumbent} {when}"),
        Asks::Leads(provider) => format!("{provider} leads {when}"),
        Asks::Top(provider, places) => format!("{provider} is among the first {places} {when}"),
    }
}

/// Reports the problems of the check's question as problems of the check; the scenario itself is known to be valid.
fn of_check(error: &Error) -> Error {
    let own = |problem: &Problem| {
        let of_question = match Subject::of(&problem.address) {
            Ok(Subject::Question(_, Some(_))) => below_item(&problem.address),
            Ok(
                Subject::Question(_, None)
                | Subject::Scenario(_)
                | Subject::Assumption(_)
                | Subject::Dependence(..)
                | Subject::Provider(..)
                | Subject::Jump(..)
                | Subject::Factor(..)
                | Subject::View(..)
                | Subject::Correlation(..),
            )
            | Err(_) => None,
        };
        Problem::new(of_question.unwrap_or(&problem.address), problem.message.as_str())
    };
    Error::of(Kind::Invalid, "check", error.problems().iter().map(own).collect())
}

/// Asserts in a test that the probability of an overtake, a lead or a place among the largest by a period lies within a
/// range.
///
/// Panics at the caller's location with the estimate, its error, its distance from the range and the smallest detectable
/// shift. It is [`Scenario::check`] as a macro: exact if there is an exact answer, unless a simulation is cheaper. A
/// simulation fails for a probability within the range in at most `false_alarm` of seeds (1e-9 by default).
/// Names and period may be variables; put longer expressions in parentheses. Options are the methods of
/// [`ProbabilityCheck`]: `false_alarm`, `at_most`, `seed`, `sustained`, `measure`, `simulated`.
///
/// # Example: an exact check, then one of annual sums, which is simulated
/// ```
/// # use outgrow::{assert_probability, Curve, Measure, Provider, Scenario};
/// # let scenario = Scenario::builder("2018-Q4", "2022-Q4")
/// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15))
/// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1)).build()?;
/// assert_probability!(scenario, "A" overtakes "B" by "2021-Q3" in 0.6..=0.75);
/// assert_probability!(scenario, "A" leads by "2021-Q3" in 0.6..=0.75);
/// assert_probability!(scenario, "A" top 1 by "2021-Q3" in 0.6..=0.75);
/// assert_probability!(scenario, "A" overtakes "B" by "2021-Q4" in 0.5..=1.0, measure = Measure::Annual, false_alarm = 1e-6);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[macro_export]
macro_rules! assert_probability {
    ($scenario:expr, $challenger:tt overtakes $incumbent:tt by $period:tt in $range:expr
        $(, $option:ident = $value:expr)* $(,)?) => {
        $crate::assert_probability!(@ $scenario, $crate::Question::overtakes($challenger, $incumbent), $period, $range
            $(, $option = $value)*)
    };
    ($scenario:expr, $provider:tt leads by $period:tt in $range:expr $(, $option:ident = $value:expr)* $(,)?) => {
        $crate::assert_probability!(@ $scenario, $crate::Question::leads($provider), $period, $range
            $(, $option = $value)*)
    };
    ($scenario:expr, $provider:tt top $places:tt by $period:tt in $range:expr $(, $option:ident = $value:expr)* $(,)?) => {
        $crate::assert_probability!(@ $scenario, $crate::Question::top($provider, $places), $period, $range
            $(, $option = $value)*)
    };
    (@ $scenario:expr, $question:expr, $period:tt, $range:expr $(, $option:ident = $value:expr)*) => {{
        // The macro's syntax requires the parentheses around an expression; here they are redundant.
        #[allow(unused_parens)]
        let checked = $scenario.check($question, $period)$(.$option($value))*.within($range);
        if let ::std::result::Result::Err(error) = checked {
            ::std::panic!("{error}");
        }
    }};
}
