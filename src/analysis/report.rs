//! Reported revenue.

use crate::calendar::Period;
use crate::error::{Error, Problem, did_you_mean};
use crate::scenario::{Provider, Scenario};

/// Revenue that a provider reported for one period, in the scenario's unit. A report for the base revises what was known.
///
/// # Example: a quarter of two providers
/// ```
/// use outgrow::analysis::Report;
/// let report = Report::new("Alibaba Cloud", "2018-Q2", 710e6)?;
/// assert_eq!(report.period().to_string(), "2018-Q2");
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Report {
    pub(super) name: String,
    pub(super) period: Period,
    pub(super) value: f64,
}

impl Report {
    /// A report of revenue above 0 in one period.
    ///
    /// # Errors
    /// If the period is not one.
    pub fn new(
        name: impl Into<String>,
        period: impl TryInto<Period, Error: Into<Error>>,
        value: f64,
    ) -> Result<Self, Error> {
        Ok(Self { name: name.into(), period: period.try_into().map_err(Into::into)?, value })
    }

    /// The name of the provider.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The period.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// The revenue.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }
}

/// The reports of one provider.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reported {
    pub(super) name: String,
    /// Of the base, if it is revised.
    pub(super) base: Option<f64>,
    /// Of the first period, the second, and so on.
    pub(super) later: Vec<f64>,
}

/// The reports by provider, in the order in which the scenario names them.
///
/// # Errors
/// Every problem: an unknown name, a figure that is not above 0, a period before the base, after the horizon, of another step or
/// that leaves a gap, two reports of one period; no report at all.
pub(super) fn by_provider(scenario: &Scenario, reports: &[Report]) -> Result<Vec<Reported>, Error> {
    let mut problems = Vec::new();
    let mut reported: Vec<Vec<(usize, f64)>> = vec![Vec::new(); scenario.providers.len()];
    for (index, Report { name, period, value }) in reports.iter().enumerate() {
        let mut refuse = |message: String| problems.push(Problem::new(format!("report[{index}]"), message));
        if !(*value > 0.0 && value.is_finite()) {
            refuse(format!("revenue must be above 0 and finite, got {value:?} for {name:?} in {period}"));
        }
        let known = scenario.providers.iter().map(Provider::name);
        let Some(place) = known.clone().position(|known| known == name) else {
            let names: Vec<&str> = known.clone().collect();
            let (hint, names) = (did_you_mean(name, known), names.join(", "));
            refuse(format!("no provider is named {name:?}{hint}; providers: {names}"));
            continue;
        };
        let t = period.since(scenario.base()).and_then(|t| usize::try_from(t).ok());
        match t.filter(|t| *t <= scenario.periods()) {
            None => refuse(format!(
                "{period} is not one of the periods from the base {} to the horizon {}",
                scenario.base(),
                scenario.horizon()
            )),
            Some(t) if reported[place].iter().any(|(other, _)| *other == t) => {
                refuse(format!("{name:?} has two reports for {period}"));
            }
            Some(t) => reported[place].push((t, *value)),
        }
    }
    let mut all = Vec::new();
    for (provider, mut own) in scenario.providers.iter().zip(reported) {
        own.sort_by_key(|(t, _)| *t);
        let base = own.first().filter(|(t, _)| *t == 0).map(|(_, value)| *value);
        let later: Vec<(usize, f64)> = own.into_iter().filter(|(t, _)| *t > 0).collect();
        if let Some((place, _)) = later.iter().enumerate().find(|(place, (t, _))| *t != place + 1) {
            let missing = scenario.label(place + 1);
            let message = format!(
                "{:?} has a report for a later period but none for {missing}; reports must be consecutive, so add one",
                provider.name()
            );
            problems.push(Problem::new("report", message));
        }
        if base.is_some() || !later.is_empty() {
            let later = later.into_iter().map(|(_, value)| value).collect();
            all.push(Reported { name: provider.name.clone(), base, later });
        }
    }
    if reports.is_empty() {
        problems.push(Problem::new("report", "at least one report is needed, got none"));
    }
    if problems.is_empty() { Ok(all) } else { Err(Error::of_settings("news", problems)) }
}
