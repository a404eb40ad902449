//! The probability of an overtake given the drawn numbers: what remains random are the shocks, which a recursion integrates.

use super::answer::pair_of;
use super::asked::{Asked, Watch};
use super::cases::{self, MOST_CASES};
use super::dynamics::{check_pair, is_needed};
use super::pair::{Engine, Pair};
use super::process::Processes;
use super::quadrature::processes::COARSE;
use super::settings::{Exact, refused};
use super::walk::passage::Recursion;
use crate::error::Error;
use crate::math;
use crate::plan::{Plan, SeriesId};
use crate::scenario::Scenario;

/// Tolerance of the recursion at a point.
const TOLERANCE: f64 = 1e-5;

/// A question and a date, as a function of the drawn numbers.
#[derive(Debug)]
pub(crate) struct GivenDraws {
    plan: Plan,
    series: [SeriesId; 2],
    asked: Asked,
    /// The weight of each answer in the probability.
    weights: Vec<f64>,
    /// The drawn numbers: indices of draws of the plan.
    draws: Vec<usize>,
    /// The other draws, the coins of jumps: every combination of their scores with its probability.
    coins: Vec<(f64, Vec<f64>)>,
}

impl GivenDraws {
    /// The only question of a scenario, by the date at a place of its dates.
    ///
    /// # Errors
    /// Unsupported if the question has no exact answer.
    pub(crate) fn new(scenario: &Scenario, place: usize) -> Result<Self, Error> {
        let exact = scenario.exact();
        exact.check()?;
        let question = &scenario.questions[0];
        let plan = Plan::new(scenario, 0)?;
        let series = pair_of(scenario, &plan, question)?;
        let asked = Asked::Passage(Watch::Dates { sustained: question.sustained as usize });
        check_pair(scenario, &plan, series, asked)?;
        let (date, mut weights) = (place + 1, vec![0.0; asked.len(plan.rows.periods())]);
        match scenario.survival(question) {
            None => weights[1 + date] = 1.0,
            // Σ (F(t) − F(t−1)) S(t), with F the probabilities by each date and S the probability that both exist.
            Some(survival) => {
                weights[1] = 1.0 - survival[1];
                (1..date).for_each(|t| weights[1 + t] = survival[t] - survival[t + 1]);
                weights[1 + date] = survival[date];
            }
        }
        let pair = Pair::with_drawn_start(&plan, series);
        let (coins, draws): (Vec<usize>, Vec<usize>) = pair.draws.iter().partition(|draw| plan.draws[**draw].is_coin);
        let coins = combinations(&plan, &coins)?;
        Ok(Self { series, asked, weights, draws, coins, plan })
    }

    /// The drawn numbers that the probability may depend on: indices of draws of the plan.
    pub(crate) fn draws(&self) -> &[usize] {
        &self.draws
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The correlations of the normal scores of the drawn numbers; `None` if they are independent.
    pub(crate) fn correlations(&self) -> Option<Vec<Vec<f64>>> {
        self.plan.copula.correlations(&self.draws)
    }

    /// Evaluates the probability, one thread at a time.
    pub(crate) fn evaluator(&self) -> Evaluator<'_> {
        let engine = if is_needed(&self.plan, self.series) {
            Engine::Processes(Box::new(Processes::new(COARSE)))
        } else {
            Recursion::new(TOLERANCE, self.plan.level()).into()
        };
        Evaluator { given: self, pair: Pair::with_drawn_start(&self.plan, self.series).of_dependent_scores(), engine }
    }
}

/// Every combination of the scores of the coins of jumps, with its probability.
fn combinations(plan: &Plan, draws: &[usize]) -> Result<Vec<(f64, Vec<f64>)>, Error> {
    let scored = |draw: &usize| -> (usize, Vec<(f64, f64)>) {
        let steps = plan.quantile(*draw).steps().expect("a coin is discrete");
        let mut below = 0.0;
        let score = |(_, weight): (f64, f64)| {
            let score = math::norm_quantile((below + 0.5 * weight).min(1.0 - f64::EPSILON));
            below += weight;
            (score, weight)
        };
        (*draw, steps.into_iter().filter(|(_, weight)| *weight > 0.0).map(score).collect())
    };
    let scored: Vec<_> = draws.iter().map(scored).collect();
    let mut count = 1;
    for (draw, scores) in &scored {
        count *= scores.len();
        if count > MOST_CASES {
            let reason = format!("its jumps have more than {MOST_CASES} combinations of outcomes");
            return Err(refused(plan.draw_address(*draw), &reason, "ask for an earlier date"));
        }
    }
    Ok(if draws.is_empty() { vec![(1.0, Vec::new())] } else { cases::combinations(&scored) })
}

/// The probability at points of the drawn numbers.
#[derive(Debug)]
pub(crate) struct Evaluator<'g> {
    given: &'g GivenDraws,
    pair: Pair<'g>,
    engine: Engine,
}

impl Evaluator<'_> {
    /// Work so far, in multiplications; 0 for Gaussian random walks, which are cheap.
    pub(crate) fn work(&self) -> f64 {
        self.engine.work()
    }

    /// The probability at `width` points, given the normal scores of the drawn numbers, indexed by number, then by point. Scores of
    /// dependent numbers are correlated.
    ///
    /// # Errors
    /// If a curve is not finite at a point, or the recursion would need too many nodes.
    pub(crate) fn probabilities(&mut self, scores: &[Vec<f64>], width: usize) -> Result<Vec<f64>, Error> {
        let GivenDraws { draws, coins, weights, asked, .. } = self.given;
        let mut sums = vec![0.0; width];
        for (chance, tossed) in coins {
            let mut tossed = tossed.iter();
            let of = |draw: &usize| match draws.iter().position(|own| own == draw) {
                Some(place) => scores[place].clone(),
                None => vec![*tossed.next().expect("a score for each coin"); width],
            };
            let all: Vec<Vec<f64>> = self.pair.draws.iter().map(of).collect();
            self.pair.each(&all, width, *asked, &mut self.engine, &mut |point, answers| {
                let probability: f64 = weights.iter().zip(answers).map(|(weight, answer)| weight * answer).sum();
                sums[point] += chance * probability.clamp(0.0, 1.0);
            })?;
        }
        Ok(sums)
    }
}

impl Exact<'_> {
    /// The questions alone, without lead changes, fans, ranks and shares.
    pub(crate) fn alone(self) -> Self {
        self.lead_changes(false).fans(false).ranks(false).shares(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assumption::{discrete, lognormal, normal, triangular, uniform};
    use crate::growth::{Curve, Tail};
    use crate::random::{GROUP, Net};
    use crate::scenario::{Innovations, Jump, Provider, Question, ScenarioBuilder};

    /// The mean of the probability over points of the drawn numbers.
    fn mean(scenario: &Scenario, place: usize) -> f64 {
        let given = GivenDraws::new(scenario, place).expect("an exact answer");
        let correlations = given.correlations();
        assert!(correlations.is_none(), "independent draws");
        let (count, groups) = (given.draws().len(), 64);
        let (net, mut evaluator, mut sum) = (Net::new(3, 1, count), given.evaluator(), 0.0);
        for group in 0..groups {
            let points = net.group(0, group);
            let scores: Vec<Vec<f64>> =
                points.iter().map(|axis| axis.iter().map(|u| math::norm_quantile(*u)).collect()).collect();
            sum += evaluator.probabilities(&scores, GROUP).expect("finite").iter().sum::<f64>();
        }
        #[expect(clippy::cast_precision_loss)]
        let points = (GROUP as u64 * groups) as f64;
        sum / points
    }

    fn pair(a: Provider, b: Provider) -> ScenarioBuilder {
        Scenario::builder("2018-Q1", "2020-Q4").provider(a).provider(b)
    }

    /// The probability given the drawn numbers has the exact answer as its mean, at every date and whatever is drawn.
    #[test]
    fn the_mean_is_the_exact_answer() {
        let a = || {
            Provider::new("A", lognormal(90.0, 0.1))
                .growth(Curve::constant(normal(0.3, 0.1)))
                .volatility(uniform(0.1, 0.2))
        };
        let b = || Provider::new("B", 100).growth(Curve::fade(0.2, triangular(0.05, 0.1, 0.12), 2.0)).volatility(0.1);
        let overtakes = || Question::overtakes("A", "B");
        let mixed = Curve::mixture([
            (0.3, Curve::constant(0.5)),
            (0.7, Curve::schedule([discrete([(0.3, 0.5), (0.1, 0.5)])], Tail::ratio(0.8))),
        ]);
        let cases = [
            ("drawn numbers", pair(a(), b()).question(overtakes())),
            ("a sustained lead", pair(a(), b()).question(overtakes().sustained(3))),
            ("exits", pair(a().exit(0.1), b().exit(0.05)).question(overtakes())),
            ("exits, sustained", pair(a().exit(0.1), b()).question(overtakes().sustained(2))),
            (
                "a jump",
                pair(a().jump(Jump::at("2019-Q1", normal(0.2, 0.1)).probability(0.4)), b()).question(overtakes()),
            ),
            ("a mixture", pair(a().growth(mixed), b()).question(overtakes())),
            (
                "heavy tails",
                pair(a().volatility(0.15), b()).innovations(Innovations::student_t(4.0)).question(overtakes()),
            ),
            ("no shocks", pair(a().volatility(0), b().volatility(0)).question(overtakes())),
        ];
        for (what, builder) in cases {
            let scenario = builder.build().expect(what);
            let outcome = scenario.exact().tolerance(1e-4).alone().run().expect(what);
            for (place, (date, by)) in outcome.questions()[0].iter_by().enumerate().step_by(3) {
                let found = mean(&scenario, place);
                // 4,096 points: a step function of several numbers has an error of about 2e-3.
                assert!(
                    (found - by.value()).abs() < 2.5e-3 + 2.0 * by.standard_error(),
                    "{what}, {date}: {found} {by}"
                );
            }
        }
    }

    /// Dependent scores are taken as they are: with a rank correlation of 1 the second draw follows the first.
    #[test]
    fn correlations_are_those_of_the_scores() {
        let a = Provider::new("A", 90).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.1);
        let b = Provider::new("B", 100).growth(Curve::constant(normal(0.2, 0.1))).volatility(0.1);
        let scenario = pair(a, b).question(Question::overtakes("A", "B"));
        let scenario = scenario.dependence("provider[A].growth.constant", "provider[B].growth.constant", 0.5);
        let given = GivenDraws::new(&scenario.build().expect("valid"), 3).expect("an exact answer");
        let correlations = given.correlations().expect("dependent draws");
        let expected = 2.0 * math::sin(std::f64::consts::PI / 12.0);
        assert!((correlations[0][1] - expected).abs() < 1e-12 && (correlations[0][0] - 1.0).abs() < 1e-12);
        let mut evaluator = given.evaluator();
        let both = evaluator.probabilities(&[vec![1.0, 0.0], vec![-1.0, 0.0]], 2).expect("finite");
        assert!(both[0] > both[1], "{both:?}");
    }
}
