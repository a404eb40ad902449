//! Assertions for tests: a probability is within a range, or the test fails for a stated reason.

use std::fmt;
use std::ops::RangeInclusive;

use crate::calendar::Period;
use crate::error::{Error, Kind, Problem, shown};
use crate::estimate::Estimate;
use crate::math;
use crate::outcome::place_of;
use crate::scenario::{Measure, Question, Scenario};

/// False alarms of a check that was not told.
const DEFAULT_FALSE_ALARM: f64 = 1e-9;
/// Paths that a check may take unless told.
const DEFAULT_AT_MOST: u64 = 1 << 20;
/// Paths of the pilot, and the fewest that decide.
const PILOT: u64 = 4096;
/// Standard errors by which the pilot may be wrong about the distance to the range.
const PILOT_ERRORS: f64 = 3.0;
/// A shift that a check «sees» is missed with at most this probability.
const MISSED: f64 = 0.01;
/// Tolerances of exact answers, each tried where the one before leaves the range undecided.
const TOLERANCES: [f64; 2] = [1e-4, 1e-6];
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
/// scenario.check(Question::overtakes("A", "B"), "2020-Q4").false_alarm(1e-6).within(0.7..=0.9)?;
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
        let asked = asked.with_question(self.question.clone())?;
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
        if self.at_most == 0 {
            problems.push(Problem::new("at_most", "must be at least 1, got 0"));
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

/// The exact answer, no finer than it takes to tell it from the edges; none where there is no exact answer.
fn exactly(asked: &Scenario, period: Period, range: &RangeInclusive<f64>) -> Result<Option<Estimate>, Error> {
    let mut last = None;
    for tolerance in TOLERANCES {
        let run = asked.exact().tolerance(tolerance).fans(false).ranks(false).shares(false).run();
        let estimate = match run {
            Ok(outcome) => outcome.questions()[0].by(period)?,
            // The scenario is valid, so what is refused is that it be exact.
            Err(error) if error.is_invalid_input() => return Ok(None),
            Err(error) => return Err(error),
        };
        last = Some(estimate);
        let margin = 10.0 * tolerance.max(estimate.standard_error());
        if estimate.standard_error() <= 0.0 || edges(range).all(|edge| (estimate.value() - edge).abs() > margin) {
            break;
        }
    }
    Ok(last)
}

/// The edges that a probability can lie beyond.
fn edges(range: &RangeInclusive<f64>) -> impl Iterator<Item = f64> {
    [(*range.start()), (*range.end())].into_iter().filter(|edge| *edge > 0.0 && *edge < 1.0)
}

/// D(q‖p) = q ln(q/p) + (1 − q) ln((1 − q)/(1 − p)), in nats.
fn divergence(q: f64, p: f64) -> f64 {
    let part = |q: f64, p: f64| if q > 0.0 { q * math::ln(q / p) } else { 0.0 };
    part(q, p) + part(1.0 - q, 1.0 - p)
}

/// Whether a share `q` of `paths` is less likely than half of `false_alarm` for every probability up to `edge`.
fn is_beyond(q: f64, edge: f64, paths: u64, false_alarm: f64) -> bool {
    q > edge && divergence(q, edge) > nats(0.5 * false_alarm, paths)
}

/// The divergence at which Chernoff's bound for `paths` is `probability`.
#[expect(clippy::cast_precision_loss, reason = "path counts stay far below 2^53")]
fn nats(probability: f64, paths: u64) -> f64 {
    -math::ln(probability) / paths as f64
}

/// How far beyond either edge a probability must lie for `paths` to fail it in all but [`MISSED`] of seeds.
fn smallest_shift(range: &RangeInclusive<f64>, paths: u64, false_alarm: f64) -> f64 {
    let above = |edge: f64| {
        // The largest share of hits that still passes, and the probability that leads above it.
        let passes = last_before(edge, |q| is_beyond(q, edge, paths, false_alarm));
        let caught = last_before(passes, |p| divergence(passes, p) > nats(MISSED, paths));
        caught - edge
    };
    let (low, high) = (*range.start(), *range.end());
    let up = if high < 1.0 { above(high) } else { 0.0 };
    // Misses are hits of the opposite.
    let down = if low > 0.0 { above(1.0 - low) } else { 0.0 };
    up.max(down)
}

/// The largest number from `low` to 1 before something becomes true; 1 where it never does.
fn last_before(low: f64, becomes: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (low, 1.0);
    if !becomes(high) {
        return high;
    }
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return high;
        }
        if becomes(middle) { high = middle } else { low = middle }
    }
}

/// What a [`ProbabilityCheck`] found.
///
/// # Example: how much it would have seen
/// ```
/// # use outgrow::{Curve, Error, Provider, Question, Scenario};
/// # let scenario = Scenario::builder("2018", "2022")
/// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.5)).volatility(0.2))
/// #     .provider(Provider::new("B", 2).growth(Curve::constant(0.3))).build()?;
/// let check = scenario.check(Question::overtakes("A", "B"), "2021").simulated(true);
/// let verdict = check.verdict(0.1..=0.6)?;
/// assert!(verdict.holds() && verdict.paths() > 0);
/// println!("{verdict}");
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
#[non_exhaustive]
pub struct Verdict {
    what: String,
    range: RangeInclusive<f64>,
    estimate: Estimate,
    /// None of an exact answer.
    paths: Option<u64>,
    seed: u64,
    false_alarm: f64,
}

impl Verdict {
    /// Whether the check holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        let (start, end) = (*self.range.start(), *self.range.end());
        let Some(paths) = self.paths else {
            let (low, high) = self.estimate.interval();
            return high >= start && low <= end;
        };
        let q = self.estimate.value();
        let is_beyond = |q: f64, edge: f64| is_beyond(q, edge, paths, self.false_alarm);
        !is_beyond(q, end) && !is_beyond(1.0 - q, 1.0 - start)
    }

    /// The probability that was found.
    pub fn estimate(&self) -> Estimate {
        self.estimate
    }

    /// The paths that decided, the pilot's not among them; 0 where the answer is exact.
    #[must_use]
    pub fn paths(&self) -> u64 {
        self.paths.unwrap_or(0)
    }

    /// How far outside the range a probability has to lie to be caught, in at least 99 of 100 seeds (always, where the
    /// answer is exact and its error true).
    #[must_use]
    pub fn smallest_shift(&self) -> f64 {
        match self.paths {
            Some(paths) => smallest_shift(&self.range, paths, self.false_alarm),
            // Two errors of the estimate and two to the edge.
            None => 4.0 * self.estimate.standard_error(),
        }
    }

    /// By how many standard errors the estimate lies beyond the nearer edge; 0 inside.
    fn z(&self) -> f64 {
        let value = self.estimate.value();
        let beyond = (value - self.range.end()).max(self.range.start() - value).max(0.0);
        if beyond > 0.0 { beyond / self.estimate.standard_error() } else { 0.0 }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = (self.range.start(), self.range.end());
        let word = if self.holds() { "is within" } else { "is not within" };
        write!(f, "{}: {} {word} {low} – {high}", self.what, self.estimate)?;
        let z = self.z();
        if z > 0.0 && z.is_finite() {
            write!(f, ", z = {z:.1}")?;
        }
        match self.paths {
            None => write!(f, "; exact")?,
            Some(paths) => write!(f, "; {paths} paths, seed {}, false alarm {:e}", self.seed, self.false_alarm)?,
        }
        let shift = self.smallest_shift();
        if shift > 0.0 {
            write!(f, ", sees a shift of {shift:.1e} beyond the range")?;
        }
        Ok(())
    }
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
/// assert_probability!(scenario, "A" overtakes "B" by "2021-Q3" in 0.7..=0.9);
/// assert_probability!(scenario, "A" overtakes "B" by "2021-Q4" in 0.5..=1.0, measure = Measure::Annual, false_alarm = 1e-6);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[macro_export]
macro_rules! assert_probability {
    ($scenario:expr, $challenger:tt overtakes $incumbent:tt by $period:tt in $range:expr
        $(, $option:ident = $value:expr)* $(,)?) => {{
        let question = $crate::Question::overtakes($challenger, $incumbent);
        if let ::std::result::Result::Err(error) =
            $scenario.check(question, $period)$(.$option($value))*.within($range)
        {
            ::std::panic!("{error}");
        }
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P(X ≥ k) of a binomial law, by its terms.
    fn tail(n: u32, k: u32, p: f64) -> f64 {
        let mut term = (1.0 - p).powi(i32::try_from(n).expect("small"));
        let mut below = 0.0;
        for x in 0..k {
            below += term;
            term *= f64::from(n - x) / f64::from(x + 1) * p / (1.0 - p);
        }
        1.0 - below
    }

    /// Both promises against sums of binomial terms: the first failing count is unlikely at the edge, and at the shift all
    /// but a hundredth of counts fail.
    #[test]
    fn the_bounds_hold_for_the_binomial_law() {
        const PATHS: u32 = 300;
        for (edge, false_alarm) in [(0.5, 0.01), (0.05, 1e-3), (0.8, 1e-4)] {
            let fails = |k: u32| is_beyond(f64::from(k) / f64::from(PATHS), edge, u64::from(PATHS), false_alarm);
            let first = (0..=PATHS).find(|k| fails(*k)).expect("some count fails");
            let alarms = tail(PATHS, first, edge);
            assert!(alarms <= 0.5 * false_alarm && alarms > 1e-3 * false_alarm, "{edge}: {alarms:e}");
            let shift = smallest_shift(&(0.0..=edge), u64::from(PATHS), false_alarm);
            let caught = tail(PATHS, first, edge + shift);
            assert!((1.0 - MISSED..1.0).contains(&caught), "{edge}: {shift} is caught with {caught}");
            let mirrored = smallest_shift(&(1.0 - edge..=1.0), u64::from(PATHS), false_alarm);
            assert!((shift - mirrored).abs() < 1e-12);
        }
    }

    #[test]
    fn too_few_paths_see_nothing_and_the_whole_range_has_no_outside() {
        assert!(!is_beyond(1.0, 0.5, 3, 0.01), "three heads are no proof");
        assert!((smallest_shift(&(0.2..=0.5), 3, 0.01) - 0.5).abs() < 1e-12, "not even 3 of 3");
        assert!(smallest_shift(&(0.0..=1.0), 3, 0.01) <= 0.0);
        assert!(is_beyond(1e-300, 0.0, 1, 1e-9), "nothing is possible where the edge is 0");
    }
}
