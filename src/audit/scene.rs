//! What all checks share: central paths, the known past, and answers by common random numbers.

use super::{Finding, FindingKind};
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::growth::{Curve, Law, Reading, Schedule, Value};
use crate::math;
use crate::outcome::Overtake;
use crate::paths::Plan;
use crate::scenario::{Provider, Scenario};

/// Paths of each simulation: a standard error of at most 0.004, and some ten milliseconds for two providers over ten
/// years of quarters, so that an audit of a few dozen simulations takes about a second.
pub(super) const PATHS: u64 = 1 << 14;
/// Any seed does. One for all simulations: draws are keyed by name and address, so two runs differ by the change alone.
pub(super) const SEED: u64 = 0;
/// A difference of two runs counts beyond so many of its standard errors, taken as if the runs were independent: at most
/// one in 16,000 by chance, and far less as the runs share their draws.
pub(super) const SURE: f64 = 4.0;

/// A scenario under audit.
pub(super) struct Scene<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) plan: Plan,
    pub(super) series: Vec<Series>,
    /// The answer to each question; empty where the scenario cannot be simulated.
    pub(super) answers: Vec<Answer>,
}

/// One provider at its medians.
pub(super) struct Series {
    /// Log revenue over the base at 0..=T.
    pub(super) path: Vec<f64>,
    /// Log revenue over the base before it, oldest first.
    pub(super) past: Vec<f64>,
    pub(super) base: f64,
    pub(super) volatility: f64,
    pub(super) address: String,
}

/// The answer to a question, and the date at which it is most open: there a change shows most.
pub(super) struct Answer {
    pub(super) overtake: Overtake,
    pub(super) at: Period,
    pub(super) estimate: Estimate,
}

/// The probability by each date of a question.
pub(super) fn by_date(overtake: &Overtake) -> Vec<Estimate> {
    overtake.periods().iter().filter_map(|date| overtake.by(*date).ok()).collect()
}

impl Series {
    fn new(scenario: &Scenario, provider: &Provider, plan: &Plan, row: usize) -> Self {
        let central = &plan.central[row];
        let base = math::exp(central[0]) * plan.reference;
        Self {
            path: central.iter().map(|log| log - central[0]).collect(),
            past: provider.history.iter().map(|revenue| math::ln(revenue / base)).collect(),
            base,
            volatility: scenario.median(&provider.volatility).unwrap_or(0.0),
            address: format!("provider[{}]", provider.name),
        }
    }

    /// Log revenue over the base, `back` periods before it, where that is known.
    pub(super) fn before(&self, back: usize) -> Option<f64> {
        if back == 0 { Some(0.0) } else { self.past.len().checked_sub(back).map(|at| self.past[at]) }
    }

    /// Log growth by period over the known past, the step to the base last.
    pub(super) fn steps(&self) -> Vec<f64> {
        let known: Vec<f64> = self.past.iter().copied().chain([0.0]).collect();
        known.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }
}

impl Answer {
    /// Of several that are equally open, the first.
    fn of(overtake: &Overtake) -> Option<Self> {
        let by = |at: &Period| overtake.by(*at).ok();
        let open = |at: &Period| by(at).map_or(f64::INFINITY, |by| (by.value() - 0.5).abs());
        let at = overtake.periods().iter().copied().min_by(|a, b| open(a).total_cmp(&open(b)))?;
        Some(Self { overtake: overtake.clone(), at, estimate: by(&at)? })
    }
}

impl<'a> Scene<'a> {
    /// # Errors
    /// Where the machine lacks what `OUTGROW_CPU` asks for.
    pub(super) fn new(scenario: &'a Scenario) -> Result<(Self, Vec<Finding>), Error> {
        let plan = Plan::new(scenario, SEED)?;
        let providers = scenario.providers().iter().enumerate();
        let series = providers.map(|(row, provider)| Series::new(scenario, provider, &plan, row)).collect();
        let (answers, findings) = match overtakes(scenario) {
            Ok(overtakes) => (overtakes.iter().filter_map(Answer::of).collect(), Vec::new()),
            Err(error) => (Vec::new(), error.problems().iter().map(unanswered).collect()),
        };
        Ok((Self { scenario, plan, series, answers }, findings))
    }

    /// The length of a period in years.
    pub(super) fn step(&self) -> f64 {
        self.scenario.step().years()
    }

    pub(super) fn per_year(&self) -> usize {
        self.scenario.step().per_year() as usize
    }

    /// The projected years.
    #[expect(clippy::cast_precision_loss, reason = "at most 2,400 periods")]
    pub(super) fn years(&self) -> f64 {
        self.scenario.periods() as f64 * self.step()
    }

    /// Log growth a year over the first projected period.
    pub(super) fn start(&self, row: usize) -> f64 {
        self.series[row].path[1] / self.step()
    }

    /// Log growth over the `years` up to the base as the curve has it. A schedule is run back at its first rate. A curve
    /// by fiscal totals starts from the known past and a curve of one's own is not defined there: both at their start.
    pub(super) fn backwards(&self, row: usize, years: f64) -> f64 {
        let straight = self.start(row) * years;
        let Some(curve) = &self.scenario.providers()[row].growth else { return straight };
        if matches!(&curve.0, Law::Custom(_) | Law::Schedule(Schedule { reading: Reading::Totals, .. })) {
            return straight;
        }
        let Ok(medians) = self.scenario.medians(curve) else { return straight };
        let values: Vec<Value<'_>> = medians.into_iter().map(Value::Fixed).collect();
        let mut growth = straight;
        curve.fill(&values, &[-years], 1, &mut |_, column| growth = -column[0]);
        growth
    }

    /// The answers of a changed scenario, in the order of the questions. `None` where it has none: where the change leads
    /// to what no path can meet.
    pub(super) fn answers_of(&self, changed: &Result<Scenario, Error>) -> Option<Vec<Overtake>> {
        if self.answers.is_empty() { None } else { overtakes(changed.as_ref().ok()?).ok() }
    }

    /// Whether a question compares this provider.
    pub(super) fn concerns(&self, answer: &Answer, row: usize) -> bool {
        let name = self.scenario.providers()[row].name();
        [answer.overtake.challenger(), answer.overtake.incumbent()].contains(&name)
    }

    /// The scenario with another curve for one provider, that is for its row.
    pub(super) fn with_curve(&self, row: usize, curve: Curve) -> Result<Scenario, Error> {
        self.scenario.with_growth(self.scenario.providers()[row].name(), curve)
    }
}

/// # Errors
/// Where a bound is met, or a path is not finite.
pub(super) fn overtakes(scenario: &Scenario) -> Result<Vec<Overtake>, Error> {
    let run = scenario.simulate().paths(PATHS).seed(SEED).fans(false).ranks(false).shares(false);
    Ok(run.run()?.questions().to_vec())
}

fn unanswered(problem: &crate::error::Problem) -> Finding {
    let seen = format!("the scenario cannot be simulated: {}", problem.message);
    Finding::new(FindingKind::Question, problem.address.clone(), seen, "mend what the message names")
}

/// The error of the difference of two runs, as if they were independent.
pub(super) fn error_of(a: &Estimate, b: &Estimate) -> f64 {
    let (a, b) = (a.standard_error(), b.standard_error());
    (a * a + b * b).sqrt()
}

/// Log growth as people say it: «+87 %», «-20 %», «×19».
pub(super) fn grown(log: f64) -> String {
    let factor = math::exp(log);
    if factor >= 10.0 { format!("×{}", short(factor)) } else { format!("{:+.1} %", 100.0 * (factor - 1.0)) }
}

/// A number in four significant digits.
pub(crate) fn short(x: f64) -> String {
    let size = x.abs();
    match size {
        _ if size < 1e-3 && size > 0.0 || size >= 1e6 => format!("{x:.3e}"),
        _ if size >= 1000.0 => format!("{x:.0}"),
        _ => {
            let decimals = if size >= 100.0 {
                1
            } else if size >= 10.0 {
                2
            } else {
                3
            };
            format!("{x:.decimals$}")
        }
    }
}

/// Mean and standard deviation of steps, where there are enough of them.
#[expect(clippy::cast_precision_loss, reason = "at most 2,400 periods")]
pub(super) fn mean_and_sd(steps: &[f64], least: usize) -> Option<(f64, f64)> {
    if steps.len() < least {
        return None;
    }
    let count = steps.len() as f64;
    let mean = steps.iter().sum::<f64>() / count;
    let squares: f64 = steps.iter().map(|step| (step - mean) * (step - mean)).sum();
    Some((mean, (squares / (count - 1.0)).sqrt()))
}
