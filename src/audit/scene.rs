//! Shared by all checks: central paths, the known past, and answers with common random numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Finding, FindingKind, Severity};
use crate::assumption::address::{Subject, owner_trail, split_name};
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::growth::{CurveLaw, Leaf, Reading, Schedule, Times, Value};
use crate::math;
use crate::number::short;
use crate::outcome::Overtake;
use crate::plan::{Plan, SeriesId};
use crate::scenario::{Provider, Question, Scenario, SeriesOf};

/// The number of paths of each simulation. The standard error is at most 0.004, and two providers over ten years of
/// quarters take about ten milliseconds, so that an audit of a few dozen simulations takes about a second.
pub(super) const PATHS: u64 = 1 << 14;
/// The largest number of revenues that the simulations of all assumptions may fill together, which takes a few seconds;
/// beyond it, they have fewer paths.
const BUDGET: u64 = 1 << 29;
/// The smallest number of paths: four standard errors of a difference are then 0.044, below the smallest reported
/// spread.
const LEAST_PATHS: u64 = 1 << 12;
/// Any seed is good. All simulations share one: draws are keyed by name and address, so two runs differ only by the
/// change.
pub(super) const SEED: u64 = 0;
/// The quantiles that an assumption is set to.
pub(super) const ENDS: [f64; 2] = [0.1, 0.9];
/// A difference of two runs is significant beyond this many standard errors, computed as if the runs were independent:
/// by chance at most one in 16,000, and far less because the runs share their draws.
pub(super) const SURE: f64 = 4.0;

/// A scenario under audit, with what the checks share.
pub(super) struct Scene<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) plan: Plan,
    /// The simulated scenario: the providers that a question compares, with the ratio of `auto` made explicit.
    pub(super) asked: Scenario,
    /// The drawn assumptions of `asked`, each with its quantiles at [`ENDS`].
    pub(super) drawn: Vec<(String, [f64; 2])>,
    /// The number of paths of each simulation.
    pub(super) paths: u64,
    pub(super) series: Vec<Series>,
    /// The answer to each question; empty if the scenario cannot be simulated.
    pub(super) answers: Vec<Answer>,
}

/// One provider at the medians.
pub(super) struct Series {
    /// Log revenue relative to the base at 0..=T.
    pub(super) path: Vec<f64>,
    /// The jumps of the first period that the path contains. The past has none of them.
    jump: f64,
    /// Log revenue relative to the base before it, oldest first.
    pub(super) past: Vec<f64>,
    pub(super) base: f64,
    pub(super) volatility: f64,
    pub(super) address: String,
}

/// The answer to a question, and the date at which its probability is nearest to one half, where changes have the
/// largest effect.
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
    fn new(scenario: &Scenario, of: SeriesOf<'_>, plan: &Plan, row: usize) -> Self {
        let provider = of.own;
        let central = &plan.central[row];
        let base = math::exp(central[0]) * plan.reference;
        let jumps = provider.jumps.iter().zip(scenario.jump_periods(provider));
        let first = jumps.filter(|(jump, at)| *at == 1 && jump.probability > 0.5);
        Self {
            jump: first.filter_map(|(jump, _)| scenario.median(&jump.log_size)).sum(),
            path: central.iter().map(|log| log - central[0]).collect(),
            past: provider.history.iter().map(|revenue| math::ln(revenue / base)).collect(),
            base,
            volatility: scenario.median(&provider.volatility).expect("validated: a volatility has a distribution"),
            address: owner_trail(&of.name()).as_str().to_owned(),
        }
    }

    /// Log growth over the first projected period, without jumps.
    pub(super) fn first_step(&self) -> f64 {
        self.path[1] - self.jump
    }

    /// Log revenue relative to the base, `back` periods before it, if known.
    pub(super) fn before(&self, back: usize) -> Option<f64> {
        if back == 0 { Some(0.0) } else { self.past.len().checked_sub(back).map(|at| self.past[at]) }
    }

    /// Log growth by period over the known past, ending with the step to the base.
    pub(super) fn steps(&self) -> Vec<f64> {
        let known: Vec<f64> = self.past.iter().copied().chain([0.0]).collect();
        known.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }
}

impl Answer {
    /// Whether the question compares this provider or segment, or the provider that it is a part of.
    pub(super) fn is_of(&self, name: &str) -> bool {
        self.overtake.incumbent().is_none_or(|incumbent| {
            let ends = [self.overtake.challenger(), incumbent];
            ends.contains(&name) || ends.contains(&split_name(name).0)
        })
    }

    /// Takes the first date if several are equally near to one half.
    fn of(overtake: &Overtake) -> Option<Self> {
        let by = |at: &Period| overtake.by(*at).ok();
        let open = |at: &Period| by(at).map_or(f64::INFINITY, |by| (by.value() - 0.5).abs());
        let at = overtake.periods().iter().copied().min_by(|a, b| open(a).total_cmp(&open(b)))?;
        Some(Self { overtake: overtake.clone(), at, estimate: by(&at)? })
    }
}

impl<'a> Scene<'a> {
    /// # Errors
    /// If the machine lacks the instruction set that `OUTGROW_CPU` requests.
    pub(super) fn new(scenario: &'a Scenario) -> Result<(Self, Vec<Finding>), Error> {
        let Self { plan, series, .. } = Self::without_answers(scenario)?;
        let whole = scenario.with_explicit_ratios();
        let asked = if whole.questions.is_empty() { whole } else { narrowed(&whole, |_| true) };
        let drawn = Plan::new(&asked, SEED)?.draw_quantiles(ENDS);
        let paths = paths(&asked, &drawn);
        let mut scene = Self { scenario, plan, asked, drawn, paths, series, answers: Vec::new() };
        // Simulates the whole scenario once, to check that the other providers can be simulated.
        let is_whole = scene.asked.providers.len() == scenario.providers.len();
        let others = if is_whole { Ok(Vec::new()) } else { scene.overtakes(scenario) };
        let findings = match others.and_then(|_| scene.overtakes(&scene.asked)) {
            Ok(overtakes) => {
                scene.answers = overtakes.iter().filter_map(Answer::of).collect();
                Vec::new()
            }
            Err(error) => error.problems().iter().map(unanswered).collect(),
        };
        Ok((scene, findings))
    }

    /// The central paths and the known past, without a simulation and without answers.
    ///
    /// # Errors
    /// If the machine lacks the instruction set that `OUTGROW_CPU` requests.
    pub(super) fn without_answers(scenario: &'a Scenario) -> Result<Self, Error> {
        let plan = Plan::new(scenario, SEED)?;
        let stated = scenario.series().into_iter().enumerate();
        let series = stated.map(|(row, of)| Series::new(scenario, of, &plan, row)).collect();
        let asked = scenario.clone();
        Ok(Self { scenario, plan, asked, drawn: Vec::new(), paths: 0, series, answers: Vec::new() })
    }

    /// The length of a period in years.
    pub(super) fn step(&self) -> f64 {
        self.scenario.step().years()
    }

    /// The noun for what is compared.
    pub(super) fn quantity(&self) -> &str {
        self.scenario.quantity()
    }

    pub(super) fn per_year(&self) -> usize {
        self.scenario.step().per_year() as usize
    }

    /// The length of the projection in years.
    #[expect(clippy::cast_precision_loss, reason = "at most 2,400 periods")]
    pub(super) fn years(&self) -> f64 {
        self.scenario.periods() as f64 * self.step()
    }

    /// Log growth a year over the first projected period, without jumps.
    pub(super) fn start(&self, row: usize) -> f64 {
        self.series[row].first_step() / self.step()
    }

    /// The curve's log growth over the `years` before the base. A schedule is extrapolated back at its first rate. A
    /// curve of fiscal totals starts from the known past and a custom curve is undefined there, so both are
    /// extrapolated at their initial growth. So is a curve that is not finite there, such as one with a half-life of
    /// hours, or one by [`Curve::weibull`](crate::Curve::weibull) before the launch. Of a mixture, the law at the median
    /// counts, and none of the laws may start at the base.
    pub(super) fn backwards(&self, row: usize, years: f64) -> f64 {
        let straight = self.start(row) * years;
        let Some(curve) = &self.of(row).own.growth else { return straight };
        let starts_at_base = |leaf: &Leaf<'_>| {
            matches!(&leaf.curve.0, CurveLaw::Custom(_) | CurveLaw::Schedule(Schedule { reading: Reading::Totals, .. }))
        };
        if curve.leaves().iter().any(starts_at_base) {
            return straight;
        }
        let Ok(medians) = self.scenario.medians(curve) else { return straight };
        let values: Vec<Value<'_>> = medians.into_iter().map(Value::Fixed).collect();
        let mut growth = straight;
        curve.fill(&values, Times { taus: &[-years], step: self.step() }, 1, &mut |_, column| growth = -column[0]);
        if growth.is_finite() { growth } else { straight }
    }

    /// The answers of a scenario derived from `asked`, in the order of its questions.
    ///
    /// # Errors
    /// If a limit is exceeded, or if a path is not finite or cannot meet its totals.
    pub(super) fn overtakes(&self, scenario: &Scenario) -> Result<Vec<Overtake>, Error> {
        let run = scenario.simulate().paths(self.paths).seed(SEED).fans(false).ranks(false).shares(false);
        Ok(run.run()?.questions().to_vec())
    }

    /// The rows of a provider's or segment's series.
    pub(super) fn rows(&self, name: &str) -> Vec<usize> {
        self.scenario.series_named(name).unwrap_or_default()
    }

    /// `Provider` or `Provider/Segment`.
    pub(super) fn name(&self, row: usize) -> &str {
        self.plan.name(SeriesId(row))
    }

    pub(super) fn of(&self, row: usize) -> SeriesOf<'a> {
        self.scenario.series()[row]
    }

    /// The scenario of the questions that compare this provider, and the indices of these questions among the answers.
    pub(super) fn around(&self, name: &str) -> (Scenario, Vec<usize>) {
        let keeps = |question: &Question| compares(question, name);
        let places = (0..self.answers.len()).filter(|place| keeps(&self.asked.questions[*place])).collect();
        (narrowed(&self.asked, keeps), places)
    }

    /// The provider that an address belongs to, if any.
    pub(super) fn owner(&self, address: &str) -> Option<&str> {
        let mut names = self.asked.providers().iter().map(Provider::name);
        names.find(|name| is_of(address, name))
    }
}

/// Whether a question compares this provider or segment, a segment of it, or the provider that it is a part of.
fn compares(question: &Question, name: &str) -> bool {
    let shares = |end: &str| end == name || split_name(end).0 == name || split_name(name).0 == end;
    question.incumbent().is_none_or(|incumbent| [question.challenger(), incumbent].into_iter().any(shares))
}

fn is_of(address: &str, name: &str) -> bool {
    Subject::of_known(address).owner().is_some_and(|owner| owner.is_part_of(name))
}

/// The scenario with a subset of its questions and only the providers that these compare. Draws are keyed by name, so
/// those of uncorrelated providers do not change.
pub(super) fn narrowed(scenario: &Scenario, keeps: impl Fn(&Question) -> bool) -> Scenario {
    let mut narrow = scenario.clone();
    narrow.questions.retain(keeps);
    let names: BTreeSet<String> = narrow
        .questions
        .iter()
        .flat_map(|question| question.compared(scenario))
        .map(|name| split_name(name).0.to_owned())
        .collect();
    narrow.providers.retain(|provider| names.contains(&provider.name));
    narrow.retain_dependences();
    let factors: BTreeSet<String> = narrow.factors.iter().map(|factor| factor.name.clone()).collect();
    let is_kept = |end: &String| names.contains(split_name(end).0) || factors.contains(end);
    narrow.correlations.retain(|correlation| correlation.between.iter().all(is_kept));
    narrow
}

/// The number of paths that the budget allows for two simulations of each assumption, each with the providers that are
/// compared with the assumption's own.
fn paths(asked: &Scenario, drawn: &[(String, [f64; 2])]) -> u64 {
    let compared = |name: &str| narrowed(asked, |question| compares(question, name)).providers.len();
    let rows: BTreeMap<&str, usize> =
        asked.providers.iter().map(|provider| (provider.name(), compared(provider.name()))).collect();
    let of = |(address, _): &(String, [f64; 2])| {
        let owner = rows.iter().find(|(name, _)| is_of(address, name));
        owner.map_or(asked.providers.len(), |(_, rows)| *rows)
    };
    let rows = asked.providers.len() + 2 * drawn.iter().map(of).sum::<usize>();
    let revenues = (rows * (asked.periods() + 1)).max(1) as u64;
    (BUDGET / revenues).clamp(LEAST_PATHS, PATHS)
}

fn unanswered(problem: &crate::error::Problem) -> Finding {
    let seen = format!("the scenario cannot be simulated: {}", problem.message);
    let finding =
        Finding::new(FindingKind::Question, problem.address.clone(), seen, "change what the message refers to");
    finding.severity(Severity::High)
}

/// The standard error of the difference of two runs, as if they were independent.
pub(super) fn error_of(a: &Estimate, b: &Estimate) -> f64 {
    let (a, b) = (a.standard_error(), b.standard_error());
    (a * a + b * b).sqrt()
}

/// Log growth in everyday form: "+87 %", "-20 %", "×19".
pub(super) fn grown(log: f64) -> String {
    let factor = math::exp(log);
    if factor >= 10.0 { format!("×{}", short(factor)) } else { format!("{:+.1} %", 100.0 * (factor - 1.0)) }
}

/// Mean and standard deviation of steps; `None` if there are too few.
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

#[cfg(test)]
mod tests {
    use super::{LEAST_PATHS, PATHS, paths};
    use crate::growth::Curve;
    use crate::scenario::{Provider, Question, Scenario};

    #[test]
    fn paths_are_fewer_where_there_is_much_to_do_but_never_too_few() {
        let still = |name: &str| Provider::new(name, 1).growth(Curve::constant(0.1));
        let pair = Scenario::builder("2018-Q1", "2028-Q1").provider(still("A")).provider(still("B"));
        let pair = pair.question(Question::overtakes("A", "B")).build().expect("valid");
        let with = |count: usize| paths(&pair, &vec![("provider[A].volatility".to_owned(), [0.1, 0.2]); count]);
        // 2 + 4 n series of 41 revenues, of 2^29 in all.
        assert_eq!([with(0), with(10), with(10_000)], [PATHS, PATHS, LEAST_PATHS]);
        assert_eq!(with(400), (1 << 29) / (41 * 1602));
    }
}
