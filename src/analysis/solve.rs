//! Goal seek: the value of one number at which a question has a stated probability by a date.

use std::cell::Cell;
use std::fmt;

use serde::Serialize;

use super::asking::{Asking, open_unit_fault};
use super::number::NumberEstimate;
use super::seek::{Accuracy, Coordinate, Function, Root, brackets};
use crate::calendar::Period;
use crate::error::{Error, Problem, shown};
use crate::estimate::{Estimate, z_of};
use crate::exact::DEFAULT_TOLERANCE;
use crate::number::short;
use crate::scenario::Scenario;

/// The tolerance of the scan.
const COARSE: f64 = 1e-3;
/// Paths of each simulation where there is no exact answer: of the scan and of a root.
const COARSE_PATHS: u64 = 1 << 14;
const PATHS: u64 = 1 << 18;
/// A range of positive numbers whose ends differ by this factor is searched in logarithms.
const WIDE: f64 = 100.0;
/// The unit of a coordinate of a number that may be negative, at least.
const LEAST_UNIT: f64 = 0.1;

/// Settings of a goal seek; created by [`Scenario::solve`].
///
/// # Example: what must be true for even odds
/// ```
/// # use outgrow::{normal, Curve, Provider, Question, Scenario};
/// # let scenario = Scenario::builder("2018", "2022")
/// #     .provider(Provider::new("A", 10).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.1))
/// #     .provider(Provider::new("B", 12).growth(Curve::constant(0.2)).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let mean = "provider[A].growth.constant.normal[0]";
/// let solution = scenario.solve(mean)?.for_probability("A overtakes B", "2021", 0.5)?;
/// let value = solution.value.expect("a value in reach").value;
/// let changed = scenario.with(mean, value)?.exact().run()?;
/// assert!((changed.overtake("A", "B")?.by("2021")?.value() - 0.5).abs() < 2e-4);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct GoalSeek<'a> {
    scenario: &'a Scenario,
    address: String,
    /// The number as it is.
    current: f64,
    /// Whether the value replaces a distribution.
    replaces: bool,
    between: Option<(f64, f64)>,
    tolerance: f64,
    confidence: f64,
    seed: u64,
}

/// The result of a goal seek.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Solution {
    /// The address of the number.
    pub address: String,
    /// The name of the question.
    pub question: String,
    /// The date by which the overtake is to happen.
    pub period: Period,
    /// The probability that was asked for.
    pub probability: f64,
    /// The value nearest to the present one at which the question has this probability; `None` if none was found.
    pub value: Option<NumberEstimate>,
    /// Every value that was found, in increasing order.
    pub values: Vec<NumberEstimate>,
    /// Values at which the probability jumps from below to above the one that was asked for, or back, and does not meet it.
    pub jumps: Vec<f64>,
    /// The lowest and the highest probability among the examined values.
    pub reachable: [f64; 2],
    /// The values with these probabilities.
    pub at: [f64; 2],
    /// The number as it is.
    pub current: f64,
    /// How many values were examined. Several crossings between two neighbours are not seen.
    pub examined: usize,
    /// Solves at the full tolerance for all values together, without those for the two ends of the range.
    pub solves: usize,
    /// Why the answers are simulated, if there is no exact one.
    #[serde(rename = "because", skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Scenario {
    /// Seeks the value of a number at which a question has a stated probability. The address is that of any number, as
    /// [`Scenario::with`] takes it: a mean, a spread, a rate, a correlation, a base. At the address of a distribution the value
    /// replaces it.
    ///
    /// # Errors
    /// If no number has this address.
    ///
    /// # Example: the volatility at which the odds are even
    /// ```
    /// # use outgrow::{normal, Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018", "2022")
    /// #     .provider(Provider::new("A", 10).growth(Curve::constant(0.3)).volatility(0.1))
    /// #     .provider(Provider::new("B", 12).growth(Curve::constant(0.2)))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let solution = scenario.solve("provider[A].volatility")?.for_probability("A overtakes B", "2019", 0.3)?;
    /// println!("{solution}");
    /// assert!(solution.value.is_some_and(|volatility| volatility.value > 0.1));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn solve(&self, address: &str) -> Result<GoalSeek<'_>, Error> {
        let current = self.number_at(address)?;
        Ok(GoalSeek {
            scenario: self,
            address: address.to_owned(),
            current,
            replaces: !self.numbers().iter().any(|(known, _)| known == address),
            between: None,
            tolerance: DEFAULT_TOLERANCE,
            confidence: 0.95,
            seed: 0,
        })
    }
}

impl GoalSeek<'_> {
    /// Limits the search to an interval; by default the whole range that the number may have.
    pub fn between(mut self, low: f64, high: f64) -> Self {
        self.between = Some((low, high));
        self
    }

    /// Sets the tolerance of exact answers, as [`Exact::tolerance`](crate::Exact::tolerance); by default 1e-4.
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets the confidence level of the interval of the value, between 0 and 1; by default 0.95.
    pub fn confidence(mut self, level: f64) -> Self {
        self.confidence = level;
        self
    }

    /// Sets the seed of simulations, where there is no exact answer.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Seeks the value at which the median date of a question is this one: at which the probability by the date is one half.
    ///
    /// # Errors
    /// As for [`for_probability`](Self::for_probability).
    pub fn for_median(self, question: &str, date: impl TryInto<Period, Error: Into<Error>>) -> Result<Solution, Error> {
        self.for_probability(question, date, 0.5)
    }

    /// Seeks the value at which a question has this probability by a date. The question is given by its name or as "A overtakes B".
    ///
    /// The probability is examined over the range of the number, and each crossing is refined until the probability is met to
    /// a tenth of its own error. The error of the value is that of the probability divided by the slope.
    ///
    /// # Errors
    /// An unknown question or date. A probability that is not between 0 and 1. A number that does not change the answer, or that
    /// cannot have another value.
    pub fn for_probability(
        self,
        question: &str,
        date: impl TryInto<Period, Error: Into<Error>>,
        probability: f64,
    ) -> Result<Solution, Error> {
        let asking = Asking::new(self.scenario, question, date)?;
        asking.check_number("solve", &self.address)?;
        self.check(&asking, probability)?;
        let reason = match asking.exact(COARSE) {
            Ok(_) => None,
            Err(error) if error.is_unsupported() => error.reason().map(str::to_owned),
            Err(error) => return Err(error),
        };
        let solves = Cell::new(0);
        let coordinate = self.coordinate(&asking);
        let function = Function {
            is_valid: &|x| self.changed(&asking, coordinate.number(x)).is_ok(),
            probability: &|x, accuracy| {
                if accuracy == Accuracy::Fine {
                    solves.set(solves.get() + 1);
                }
                self.probability((&asking, reason.is_none()), coordinate.number(x), accuracy)
            },
        };
        let bounds = self.between.map(|(low, high)| (coordinate.of(low), coordinate.of(high)));
        let mut examined = function.scan(bounds)?;
        function.sharpen(&mut examined, probability)?;
        let (mut lowest, mut highest) = (examined[0], examined[0]);
        for point in &examined[1..] {
            lowest = if point.1 < lowest.1 { *point } else { lowest };
            highest = if point.1 > highest.1 { *point } else { highest };
        }
        for end in [&mut lowest, &mut highest] {
            end.1 = (function.probability)(end.0, Accuracy::Fine)?.value();
        }
        solves.set(0);
        self.check_effect(&asking, coordinate, &examined, reason.is_some())?;
        let roots = brackets(&examined, probability);
        let roots = roots.into_iter().map(|ends| function.root(probability, ends)).collect::<Result<Vec<Root>, _>>()?;
        let (jumps, roots): (Vec<Root>, Vec<Root>) = roots.into_iter().partition(|root| root.is_jump);
        let values: Vec<NumberEstimate> = roots.iter().map(|root| self.value(coordinate, root)).collect();
        let near = |value: &NumberEstimate| (coordinate.of(value.value)).abs();
        Ok(Solution {
            question: asking.question.clone(),
            period: asking.by,
            probability,
            value: values.iter().copied().min_by(|a, b| near(a).total_cmp(&near(b))),
            values,
            jumps: jumps.iter().map(|root| coordinate.number(root.x)).collect(),
            reachable: [lowest.1, highest.1],
            at: [coordinate.number(lowest.0), coordinate.number(highest.0)],
            current: self.current,
            examined: examined.len(),
            solves: solves.get(),
            reason,
            address: self.address,
        })
    }

    fn check(&self, asking: &Asking, probability: f64) -> Result<(), Error> {
        let mut problems: Vec<Problem> =
            self.scenario.exact().tolerance(self.tolerance).tolerance_fault().into_iter().collect();
        problems.extend(open_unit_fault("probability", probability));
        problems.extend(open_unit_fault("confidence", self.confidence));
        let mut report = |address: &str, message: String| problems.push(Problem::new(address, message));
        if let Some((low, high)) = self.between {
            if !(low < high && low.is_finite() && high.is_finite()) {
                report("between", format!("must be a low and a higher finite number, got {low:?} and {high:?}"));
            } else {
                for end in [low, high] {
                    if let Err(error) = self.changed(asking, end) {
                        let why = error.problems().first().map_or_else(String::new, |problem| problem.message.clone());
                        report("between", format!("{end:?} is not allowed at {}: {why}", self.address));
                    }
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::of_settings("solve", problems)) }
    }

    /// A logarithmic coordinate for numbers that are always positive, else a linear one.
    fn coordinate(&self, asking: &Asking) -> Coordinate {
        let may_be = |value: f64| self.changed(asking, value).is_ok();
        if let Some((low, high)) = self.between {
            let is_wide = low > 0.0 && high / low > WIDE;
            return if is_wide {
                Coordinate::Logarithmic { centre: low }
            } else {
                Coordinate::Linear { centre: low, unit: high - low }
            };
        }
        let centre = self.current;
        if centre > 0.0 && !may_be(-centre) && !may_be(-1e-3 * centre) {
            Coordinate::Logarithmic { centre }
        } else {
            Coordinate::Linear { centre, unit: centre.abs().max(LEAST_UNIT) }
        }
    }

    /// The scenario with another value. In place of a distribution it stays one, without spread, if dependences may refer to it.
    fn changed(&self, asking: &Asking, value: f64) -> Result<Scenario, Error> {
        let scenario = &asking.scenario;
        if self.replaces { scenario.with_fixed(&self.address, value) } else { scenario.with(&self.address, value) }
    }

    fn probability(
        &self,
        (asking, is_exact): (&Asking, bool),
        value: f64,
        accuracy: Accuracy,
    ) -> Result<Estimate, Error> {
        let changed = asking.of(self.changed(asking, value)?);
        match (is_exact, accuracy) {
            (true, Accuracy::Coarse) => changed.exact(COARSE.max(self.tolerance)),
            (true, Accuracy::Fine) => changed.exact(self.tolerance),
            (false, Accuracy::Coarse) => changed.simulated(COARSE_PATHS, self.seed, self.confidence),
            (false, Accuracy::Fine) => changed.simulated(PATHS, self.seed, self.confidence),
        }
    }

    /// # Errors
    /// If the number has no other value, or none that changes the answer.
    fn check_effect(
        &self,
        asking: &Asking,
        coordinate: Coordinate,
        examined: &[(f64, f64)],
        is_simulated: bool,
    ) -> Result<(), Error> {
        let [(low, first), .., (high, _)] = examined else {
            let message = "no other value is allowed there, or the answer cannot be computed for another one; whole numbers are not searched";
            return Err(Error::invalid("solve", self.address.clone(), message));
        };
        // Common random numbers give exactly equal answers where a number has no effect.
        let least = if is_simulated { 0.0 } else { 1e-12 };
        if examined.iter().any(|(_, value)| (value - first).abs() > least) {
            return Ok(());
        }
        let [low, high] = [low, high].map(|x| short(coordinate.number(*x)));
        let message = format!(
            "this number does not change the answer: {} by {} has the probability {} at every examined value from {low} to {high}; another range can be given with between (--between)",
            asking.question,
            asking.by,
            short(*first)
        );
        Err(Error::invalid("solve", self.address.clone(), message))
    }

    fn value(&self, coordinate: Coordinate, root: &Root) -> NumberEstimate {
        let value = coordinate.number(root.x);
        let error = root.error / root.slope.abs();
        // The error of the coordinate as one of the number, to first order.
        let error = match coordinate {
            Coordinate::Logarithmic { .. } => error * value.abs(),
            Coordinate::Linear { unit, .. } => error * unit,
        };
        NumberEstimate::of(value, error, z_of(self.confidence).max(2.0) * error)
    }
}

/// A number with ten digits.
fn rounded(x: f64) -> String {
    format!("{x:.9e}").parse().map_or_else(|_| x.to_string(), shown)
}

impl fmt::Display for Solution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, question, period, probability, .. } = self;
        let asked = format!("{question} by {period} has the probability {}", short(*probability));
        match &self.values[..] {
            [] if self.jumps.is_empty() => {
                let [[low, high], [at_low, at_high]] = [self.reachable, self.at].map(|ends| ends.map(short));
                writeln!(f, "no value of {address} was found at which {asked}")?;
                writeln!(f, "  lowest probability   {low} at {at_low}")?;
                writeln!(f, "  highest probability  {high} at {at_high}")?;
            }
            [] => writeln!(f, "{asked} at no value, but jumps across it")?,
            values => {
                writeln!(f, "{asked} at")?;
                for value in values {
                    writeln!(f, "  {address} = {value}")?;
                }
            }
        }
        for jump in &self.jumps {
            writeln!(f, "  the probability jumps at {address} = {}", rounded(*jump))?;
        }
        writeln!(f, "  now {}; {} values examined, {} solves", short(self.current), self.examined, self.solves)?;
        match &self.reason {
            Some(reason) => writeln!(f, "  simulated: {reason}"),
            None => Ok(()),
        }
    }
}
