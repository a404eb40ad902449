//! The mean date of an overtake, in years after the base.

use serde::{Deserialize, Serialize};

/// The mean date of an overtake, in years after the base of the question.
///
/// A date is the end of its period. Paths that are ahead at the base (for as long as the question requires) count as 0.
/// Paths without an overtake by the horizon have no date, so that the unrestricted mean does not exist. `restricted`
/// counts them at the horizon, `given_overtake` excludes them. Read both together with
/// [`not_by_horizon`](crate::Overtake::not_by_horizon).
///
/// # Example: both means
/// ```
/// # use outgrow::{Curve, Provider, Question, Scenario};
/// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
/// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15))
/// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let outcome = scenario.simulate().paths(10_000).run()?;
/// let mean = outcome.overtake("A", "B")?.mean_date();
/// let given = mean.given_overtake.expect("it happens on some paths");
/// assert!(given.value() < mean.restricted.value() && mean.restricted.value() < 4.75);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct MeanDate {
    /// The mean of the date or the horizon, whichever is earlier (the restricted mean survival time).
    pub restricted: Years,
    /// The mean date over the paths with an overtake; `None` if there are none.
    pub given_overtake: Option<Years>,
}

/// A mean number of years with its standard error and confidence interval.
///
/// # Example: read and print
/// ```
/// # use outgrow::{Curve, Provider, Question, Scenario};
/// # let scenario = Scenario::builder("2018", "2022")
/// #     .provider(Provider::new("A", 1).growth(Curve::constant(1.0)))
/// #     .provider(Provider::new("B", 3).growth(Curve::constant(0)))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let outcome = scenario.simulate().paths(100).run()?;
/// let years = outcome.overtake("A", "B")?.mean_date().restricted;
/// assert_eq!((years.value(), years.standard_error()), (2.0, 0.0)); // nothing is drawn
/// assert_eq!(years.to_string(), "2 years (exact)");
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Years {
    pub(crate) value: f64,
    pub(crate) standard_error: f64,
    pub(crate) interval: [f64; 2],
}

impl Years {
    /// The estimated mean, in years.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// One standard error, in years; 0 only if the answer is exact.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.standard_error
    }

    /// The confidence interval in years, at the level of the run (95 % by default); for an exact answer, two errors to
    /// each side.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        (self.interval[0], self.interval[1])
    }
}
