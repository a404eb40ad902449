//! Cross-checks: the exact value beside the simulated one.

use serde::{Deserialize, Serialize};

use crate::calendar::Period;
use crate::estimate::Estimate;

/// The probability that a question disagrees although simulation and solver are right.
pub(crate) const FALSE_ALARM: f64 = 1e-6;
/// The exact answer to a question beside the simulated one, made by
/// [`Simulation::cross_check`](crate::Simulation::cross_check).
///
/// **z** is (simulated − exact) / √(s² + e²), where s is the simulation's standard error and e the solver's. Under
/// plain sampling s is the reported error √(p̃(1−p̃)/ñ), but at least √(u(1−u)/n), where u is the value between the
/// simulated and the exact one at which this is largest; so zero hits or zero misses cannot give an extreme z by
/// chance. With replicates s is the error from their spread, and z has Student's t distribution with 31 degrees of
/// freedom. If that error exceeds a tenth of the probability or of its complement, so that the answer depends on about
/// a hundred paths or fewer and the spread is poorly known, s is also at least √(w u(1−u)/n). Here w is the largest
/// possible weight of a path, 8 under importance sampling and 1 otherwise. There is no z if nothing is drawn, since
/// both values are exact, or if the solver missed its tolerance so far that its error exceeds s/2.
///
/// **The dates of one question are strongly correlated**: paths that have overtaken by one date have also overtaken by
/// the next. Forty z values of 2 may be one deviation seen forty times. Therefore [`agrees`](CrossCheck::agrees)
/// compares the largest |z| of a question with a bound that holds for any correlation (Bonferroni): a correct
/// simulation and a correct solver exceed it in at most one run in a million. With N values of z, the bound under plain
/// sampling is √(2 ln(2N/10⁻⁶)), by Chernoff's bound on the binomial distribution. With replicates it is Student's
/// quantile at 10⁻⁶/N, which assumes that the means of replicates are normal; weights of rare paths may be skewed.
///
/// **As JSON** it is part of its question in the outcome, if requested:
/// ```json
/// "cross_check": {
///   "agrees": true, "largest_z": 2.1, "count": 80, "bound": 6.14, "false_alarm": 1e-6,
///   "ahead_at_base": { "period": "2018-Q1", "simulated": { "value", "standard_error", "interval" }, "exact": { … }, "z": null },
///   "by": [ { "period": "2018-Q2", "simulated": { … }, "exact": { … }, "z": -0.7 } ],
///   "ahead": [ … ]
/// }
/// ```
/// `largest_z` is the z with the largest absolute value, `count` the number of z values. A question without an exact
/// answer has only `{ "because": "…" }`.
///
/// # Example: a simulation that agrees
/// ```
/// # use outgrow::{Curve, Provider, Question, Scenario};
/// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
/// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15))
/// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let outcome = scenario.simulate().paths(20_000).cross_check(true).run()?;
/// let check = outcome.overtake("A", "B")?.cross_check().expect("requested");
/// assert!(check.agrees() && check.reason().is_none());
/// println!("{check}");                                 // "checked against exact: largest |z| 1.9 over 38 probabilities"
/// let one = check.by()[3];
/// println!("{}: {} beside {}", one.period, one.simulated, one.exact);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct CrossCheck {
    pub(crate) question: String,
    /// The base, then "by" every date, then "ahead" at every date; or the reason why there is no exact answer.
    pub(crate) checked: Result<Vec<Checked>, String>,
    pub(crate) bound: f64,
}

/// A simulated and an exact probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Checked {
    /// The date of the probability.
    pub period: Period,
    /// The simulated value.
    pub simulated: Estimate,
    /// The exact value.
    pub exact: Estimate,
    /// (simulated − exact) over the combined standard error; `None` if neither has an error, or if the exact answer's
    /// error exceeds half of the simulation's.
    pub z: Option<f64>,
}

impl CrossCheck {
    /// The name of the question.
    #[must_use]
    pub fn question(&self) -> &str {
        &self.question
    }

    /// The reason why there is no exact answer, if there is none.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.checked.as_ref().err().map(String::as_str)
    }

    fn all(&self) -> &[Checked] {
        self.checked.as_deref().unwrap_or_default()
    }

    /// The number of answered dates.
    fn dates(&self) -> usize {
        self.all().len().saturating_sub(1) / 2
    }

    /// The probability of being ahead at the base; `None` if there is no exact answer.
    #[must_use]
    pub fn ahead_at_base(&self) -> Option<Checked> {
        self.all().first().copied()
    }

    /// The probability that the overtake has happened, by date; empty if there is no exact answer.
    #[must_use]
    pub fn by(&self) -> &[Checked] {
        self.all().get(1..=self.dates()).unwrap_or_default()
    }

    /// The probability of being ahead, by date; empty if there is no exact answer.
    #[must_use]
    pub fn ahead(&self) -> &[Checked] {
        self.all().get(self.dates() + 1..=2 * self.dates()).unwrap_or_default()
    }

    /// The probability of being ahead from the base on for as many dates as the question requires; `None` if it
    /// requires only one, or if there is no exact answer.
    #[must_use]
    pub fn from_base(&self) -> Option<Checked> {
        self.all().get(2 * self.dates() + 1).copied()
    }

    fn deviations(&self) -> impl Iterator<Item = f64> + '_ {
        self.all().iter().filter_map(|one| one.z)
    }

    /// The number of z values.
    #[must_use]
    pub fn count(&self) -> usize {
        self.deviations().count()
    }

    /// The z with the largest absolute value; `None` if all values are exact, or if there is no exact answer.
    #[must_use]
    pub fn largest_z(&self) -> Option<f64> {
        self.deviations().reduce(|largest, z| if z.abs() > largest.abs() { z } else { largest })
    }

    /// The number of probabilities whose exact answer is not accurate enough for a check.
    pub(crate) fn blurred(&self) -> usize {
        self.all().iter().filter(|one| one.z.is_none() && one.exact.standard_error() > 0.0).count()
    }

    /// The largest |z| that counts as agreement.
    #[must_use]
    pub fn bound(&self) -> f64 {
        self.bound
    }

    /// Whether no |z| exceeds the bound and values without error are equal. A question without an exact answer agrees.
    #[must_use]
    pub fn agrees(&self) -> bool {
        let is_near = |one: &Checked| match one.z {
            Some(z) => z.abs() <= self.bound,
            None => one.exact.standard_error() > 0.0 || (one.simulated.value() - one.exact.value()).abs() <= 0.0,
        };
        self.all().iter().all(is_near)
    }
}

impl Serialize for CrossCheck {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Refused<'a> {
            #[serde(rename = "because")]
            reason: &'a str,
        }
        #[derive(Serialize)]
        struct Written<'a> {
            agrees: bool,
            largest_z: Option<f64>,
            count: usize,
            bound: f64,
            false_alarm: f64,
            ahead_at_base: Option<Checked>,
            #[serde(skip_serializing_if = "Option::is_none")]
            from_base: Option<Checked>,
            by: &'a [Checked],
            ahead: &'a [Checked],
        }
        if let Some(reason) = self.reason() {
            return Refused { reason }.serialize(serializer);
        }
        let written = Written {
            agrees: self.agrees(),
            largest_z: self.largest_z(),
            count: self.count(),
            bound: self.bound,
            false_alarm: FALSE_ALARM,
            ahead_at_base: self.ahead_at_base(),
            from_base: self.from_base(),
            by: self.by(),
            ahead: self.ahead(),
        };
        written.serialize(serializer)
    }
}
