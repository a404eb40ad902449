//! Before a report: the distribution of the updated probability, and whose report matters.

use std::fmt;

use serde::Serialize;

use super::asking::{Asking, fans, open_unit_fault, without_advice};
use super::number::NumberEstimate;
use super::posterior::{posterior, scores, weighted_mean};
use crate::calendar::Period;
use crate::cpu::in_parallel;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::exact::{DEFAULT_TOLERANCE, ObservedPair, ObservedPoints, Reports};
use crate::math::gauss::as_f64;
use crate::number::short;
use crate::outcome::Fan;
use crate::random::{GROUP, Net};
use crate::scenario::Scenario;

/// Independent replicates of the points of the drawn numbers, each of 64.
const REPLICATES: usize = 8;
/// Independent groups of 64 reports that are drawn.
const REPORTS: usize = 8;
/// Reports of a single provider: one in the middle of each of as many parts of equal probability.
const NODES: usize = 32;
/// Bisections of a threshold between two nodes, and the standard error of the probability there.
const BISECTIONS: usize = 7;
const THRESHOLD_ERROR: f64 = 1e-3;
/// The probability of a report beyond those among which a threshold is sought, on each side.
const FAR: f64 = 0.001;
/// The quantiles of the updated probability.
const LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// The distribution of the probability after the next reports; returned by [`Scenario::outlook`].
///
/// # Example: what the next quarter may change
/// ```
/// # use outgrow::{normal, Curve, Provider, Question, Scenario};
/// # let scenario = Scenario::builder("2018-Q1", "2019-Q4")
/// #     .provider(Provider::new("A", 10).growth(Curve::constant(normal(0.5, 0.1))).volatility(0.1))
/// #     .provider(Provider::new("B", 13).growth(Curve::constant(0.2)).volatility(0.05))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let outlook = scenario.outlook("A overtakes B", "2019-Q2", 0.5)?;
/// println!("{outlook}");
/// let [a, b] = &outlook.providers;
/// assert!(a.standard_deviation > b.standard_deviation);              // A's report matters more
/// let mean = outlook.mean;
/// assert!((mean.value - outlook.probability.value()).abs() < 4.0 * mean.standard_error);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Outlook {
    /// The name of the question.
    pub question: String,
    /// The date by which the overtake is to happen.
    pub period: Period,
    /// The period that is reported next.
    pub next: Period,
    /// The probability now.
    pub probability: Estimate,
    /// The mean of the updated probability, which is the probability now up to the error.
    pub mean: NumberEstimate,
    /// The standard deviation of the updated probability.
    pub standard_deviation: f64,
    /// Quantiles of the updated probability if both providers report: at 0.05, 0.25, 0.5, 0.75 and 0.95.
    pub quantiles: [f64; 5],
    /// The level that a report may carry the probability past.
    pub level: f64,
    /// The report of each provider alone: challenger, then incumbent.
    pub providers: [NextReport; 2],
}

/// What the next report of one provider may change.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NextReport {
    /// The name of the provider.
    pub name: String,
    /// The median of its revenue, and the range that contains nine of ten reports.
    pub expected: f64,
    /// The 5 % and 95 % quantiles of its revenue.
    pub range: [f64; 2],
    /// The standard deviation of the probability after this report alone.
    pub standard_deviation: f64,
    /// The report at which the probability is at the level; `None` if no report among 998 of 1,000 does that.
    pub threshold: Option<f64>,
}

/// The pair at all points of the drawn numbers.
struct Study<'p> {
    pair: &'p ObservedPair,
    points: Vec<ObservedPoints>,
}

impl<'p> Study<'p> {
    fn new(pair: &'p ObservedPair) -> Result<Self, Error> {
        let count = pair.draws().len();
        let net = Net::new(0, REPLICATES, count.max(1));
        let points = (0..REPLICATES).map(|replicate| pair.points(&scores(&net, replicate, 0, count), GROUP));
        Ok(Self { pair, points: points.collect::<Result<_, _>>()? })
    }

    /// The probability given reports.
    fn updated(&self, reports: &Reports) -> Result<f64, Error> {
        let mut recursion = self.pair.recursion();
        let all = self.points.iter().map(|points| self.pair.conditioned(points, reports, &mut recursion));
        Ok(weighted_mean(all.collect::<Result<Vec<_>, _>>()?.concat()))
    }

    fn all_updated(&self, reports: &[Reports]) -> Result<Vec<f64>, Error> {
        in_parallel(reports.len(), &|place| self.updated(&reports[place])).into_iter().collect()
    }

    /// Reports of both, drawn from what the scenario expects.
    fn drawn(&self) -> Result<Vec<[f64; 2]>, Error> {
        // Two further dimensions are the shocks.
        let count = self.pair.draws().len();
        let net = Net::new(1, REPORTS, count + 2);
        let mut all = Vec::new();
        for group in 0..REPORTS {
            let scores = scores(&net, group, 0, count + 2);
            let points = self.pair.points(&scores[..count], GROUP)?;
            let of =
                |point: usize| self.pair.revenue(&points, point, 1, [scores[count][point], scores[count + 1][point]]);
            all.extend((0..GROUP).map(of));
        }
        Ok(all)
    }
}

/// The report of one of the two alone.
fn alone(who: usize, value: f64) -> Reports {
    let mut reports = [Vec::new(), Vec::new()];
    reports[who].push(value);
    reports
}

/// A quantile of sorted values, in the middle of its part.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let place = (p * as_f64(sorted.len()) - 0.5).clamp(0.0, as_f64(sorted.len() - 1));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the list")]
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
}

fn deviation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / as_f64(values.len());
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (squares / as_f64(values.len() - 1)).sqrt()
}

impl Scenario {
    /// The distribution of the probability that a question has by a date after both providers have reported the period after the
    /// base, and what each report alone would change. `level` is a probability between 0 and 1.
    ///
    /// # Errors
    /// An unknown question or date; a level that is not between 0 and 1. [Unsupported](Error::is_unsupported) where the question is not
    /// about a pair whose shocks are Gaussian random walks, the lead must last, a provider may exit or a jump may not happen.
    pub fn outlook(
        &self,
        question: &str,
        date: impl TryInto<Period, Error: Into<Error>>,
        level: f64,
    ) -> Result<Outlook, Error> {
        let asking = Asking::new(self, question, date)?;
        if let Some(fault) = open_unit_fault("level", level) {
            return Err(Error::of_settings("outlook", vec![fault]));
        }
        let pair = ObservedPair::new(&asking.scenario).map_err(|error| without_advice("outlook", &error))?;
        let study = Study::new(&pair)?;
        let probability = asking.exact(DEFAULT_TOLERANCE)?;
        let reports = study.drawn()?;
        let both: Vec<Reports> = reports.iter().map(|[a, b]| [vec![*a], vec![*b]]).collect();
        let mut updated = study.all_updated(&both)?;
        let standard_deviation = deviation(&updated);
        let means: Vec<f64> = updated.chunks(GROUP).map(|own| own.iter().sum::<f64>() / as_f64(own.len())).collect();
        let mean = means.iter().sum::<f64>() / as_f64(means.len());
        // The weights of few points have a bias of the order of their inverse number.
        let bias = 0.5 / as_f64(REPLICATES * GROUP);
        let error = deviation(&means) / as_f64(means.len()).sqrt() + bias;
        updated.sort_by(f64::total_cmp);
        let next = self.label(1);
        let fans = fans(self, next)?;
        let provider = |who: usize| next_report(&study, who, fans.revenue(pair.names()[who])?, next, level);
        Ok(Outlook {
            question: asking.question.clone(),
            period: asking.by,
            next,
            probability,
            mean: NumberEstimate::of(mean, error, 2.0 * error),
            standard_deviation,
            quantiles: LEVELS.map(|p| quantile(&updated, p)),
            level,
            providers: [provider(0)?, provider(1)?],
        })
    }
}

fn next_report(study: &Study<'_>, who: usize, fan: &Fan, next: Period, level: f64) -> Result<NextReport, Error> {
    let at = |p: f64| fan.quantile(next, p);
    let nodes = (0..NODES).map(|node| at((as_f64(node) + 0.5) / as_f64(NODES))).collect::<Result<Vec<f64>, _>>()?;
    let given = |values: &[f64]| study.all_updated(&values.iter().map(|value| alone(who, *value)).collect::<Vec<_>>());
    let updated = given(&nodes)?;
    let standard_deviation = deviation(&updated);
    // A threshold may lie beyond the nodes.
    let far = [at(FAR)?, at(1.0 - FAR)?];
    let [low, high] = given(&far)?[..] else { unreachable!("two reports") };
    let values = [&[far[0]], nodes.as_slice(), &[far[1]]].concat();
    let updated = [&[low], updated.as_slice(), &[high]].concat();
    let crossing = updated.windows(2).position(|pair| (pair[0] < level) != (pair[1] < level));
    let threshold = crossing.map(|place| -> Result<f64, Error> {
        let (mut low, mut high) = (values[place], values[place + 1]);
        let is_low = updated[place] < level;
        for _ in 0..BISECTIONS {
            let middle = 0.5 * (low + high);
            let at_middle = posterior(study.pair, &alone(who, middle), THRESHOLD_ERROR, 0)?.probability.value;
            if (at_middle < level) == is_low { low = middle } else { high = middle }
        }
        Ok(0.5 * (low + high))
    });
    Ok(NextReport {
        name: study.pair.names()[who].to_owned(),
        expected: at(0.5)?,
        range: [at(0.05)?, at(0.95)?],
        standard_deviation,
        threshold: threshold.transpose()?,
    })
}

impl fmt::Display for Outlook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { question, period, next, probability, .. } = self;
        let [low, _, _, _, high] = self.quantiles;
        writeln!(f, "{question} by {period}: {probability} now")?;
        writeln!(
            f,
            "  after both reports for {next}: {low:.3} to {high:.3} in nine of ten cases, standard deviation {:.3}",
            self.standard_deviation
        )?;
        let wide = self.providers.iter().map(|own| own.name.chars().count()).max().unwrap_or(0).max("report of".len());
        let level = format!("{} at", self.level);
        writeln!(
            f,
            "\n  {:<wide$}  {:>10}  {:>23}  {:>8}  {level:>10}",
            "report of", "expected", "nine of ten", "moves by"
        )?;
        for own in &self.providers {
            let range = format!("{} to {}", short(own.range[0]), short(own.range[1]));
            let threshold = own.threshold.map_or_else(|| "none".to_owned(), short);
            let (name, expected, moves) = (&own.name, short(own.expected), own.standard_deviation);
            writeln!(f, "  {name:<wide$}  {expected:>10}  {range:>23}  {moves:>8.3}  {threshold:>10}")?;
        }
        writeln!(f, "  moves by: standard deviation of the probability after this report alone")?;
        Ok(())
    }
}
