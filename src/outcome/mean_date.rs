//! The mean date of an overtake, in years after the base.

use std::fmt;

use serde::Serialize;

use super::Counting;
use crate::estimate::{Estimate, decimals};
use crate::statistic::Hits;

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
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[must_use]
pub struct Years {
    value: f64,
    standard_error: f64,
    interval: [f64; 2],
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

    /// A mean from an estimated fraction of `span` years.
    fn of_share(share: &Estimate, span: f64) -> Self {
        let (low, high) = share.interval();
        Self {
            value: span * share.value(),
            standard_error: span * share.standard_error(),
            interval: [span * low, span * high],
        }
    }

    fn bounded(value: f64, error: f64, span: f64) -> Self {
        let value = value.clamp(0.0, span);
        let error = error.min(span);
        let interval = [(value - 2.0 * error).max(0.0), (value + 2.0 * error).min(span)];
        Self { value, standard_error: error, interval }
    }
}

impl MeanDate {
    /// From counts: `years` are those of the base (0) and of every date after it, `first` the hits of each, followed by
    /// those of paths without an overtake.
    pub(super) fn counted(years: &[f64], first: &[Hits], counting: &Counting) -> Self {
        let span = years.last().copied().unwrap_or(0.0);
        let shares: Vec<f64> = years.iter().map(|years| years / span).chain([1.0]).collect();
        let mean = |dates: usize| counting.mean(&shares[..dates], &first[..dates]);
        let happens = first[..years.len()].iter().any(Hits::is_some);
        Self {
            restricted: Years::of_share(&mean(first.len()), span),
            given_overtake: happens.then(|| Years::of_share(&mean(years.len()), span)),
        }
    }

    /// From the probabilities by every date, starting with the base, and their errors. The correlation of quadrature
    /// errors is unknown, so the error of a sum is the sum of errors.
    pub(super) fn solved(years: &[f64], by: &[Estimate]) -> Self {
        let (Some(span), Some(last)) = (years.last().copied(), by.last()) else {
            return Self { restricted: Years::bounded(0.0, 0.0, 0.0), given_overtake: None };
        };
        let (mut passed, mut error) = (0.0, 0.0);
        for (ends, by) in years.windows(2).zip(by) {
            passed += (ends[1] - ends[0]) * by.value();
            error += (ends[1] - ends[0]) * by.standard_error();
        }
        let given = || {
            // span − passed/P, with the propagated errors of both terms.
            let after = passed / last.value();
            Years::bounded(span - after, (error + after * last.standard_error()) / last.value(), span)
        };
        Self {
            restricted: Years::bounded(span - passed, error, span),
            given_overtake: (last.value() > 0.0).then(given),
        }
    }
}

impl fmt::Display for Years {
    /// "3.42 ± 0.01 years", with the digits that the error supports.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.standard_error > 0.0 {
            let decimals = decimals(self.standard_error);
            write!(f, "{:.decimals$} ± {:.decimals$} years", self.value, self.standard_error)
        } else {
            write!(f, "{} years (exact)", self.value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 0.1 at the base, 0.3 by one year, 0.6 by two. Restricted: (1 − 0.1) + (1 − 0.3) = 1.6. Given the
    /// overtake: (0·0.1 + 1·0.2 + 2·0.3)/0.6 = 4/3.
    #[test]
    fn means_by_hand_from_probabilities() {
        let by = [0.1, 0.3, 0.6].map(|value| Estimate::bounded(value, 1e-3));
        let mean = MeanDate::solved(&[0.0, 1.0, 2.0], &by);
        assert!((mean.restricted.value() - 1.6).abs() < 1e-12);
        assert!((mean.restricted.standard_error() - 2e-3).abs() < 1e-12);
        let given = mean.given_overtake.expect("it happens");
        assert!((given.value() - 4.0 / 3.0).abs() < 1e-12);
        // ∂/∂P of 2 − S/P with S = 0.4 and P = 0.6.
        assert!((given.standard_error() - (2e-3 / 0.6 + 0.4 / 0.36 * 1e-3)).abs() < 1e-12);
    }

    #[test]
    fn an_overtake_that_never_happens_has_no_mean_date() {
        let mean = MeanDate::solved(&[0.0, 1.0], &[Estimate::exact(0.0); 2]);
        assert_eq!(mean.given_overtake, None);
        assert_eq!(mean.restricted.to_string(), "1 years (exact)");
    }
}
