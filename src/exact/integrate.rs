//! Integration over the drawn assumptions of a pair: Gauss rules in standard normal scores, along axes that the log-ratio
//! turns on, as many nodes along each as it needs (`nodes`); scrambled Sobol points beyond six axes.

use super::axes::{Axes, First};
use super::chain::Point;
use super::gauss::{self, Rule};
use super::nodes::largest;
use super::pair::{Asked, Pair};
use super::passage::Recursion;
use super::{points, refused};
use crate::cpu::Level;
use crate::error::Error;
use crate::paths::Net;

/// Axes that a product of rules can afford.
const MOST_AXES: usize = 6;
/// Draws of the assumptions that one question may cost.
const MOST_DRAWS: usize = 1 << 15;
/// What the trapezoidal rule leaves out on each side, of the tolerance. No doubling shows it, so it is told apart.
pub(super) const TAIL: f64 = 0.002;

/// Values with an estimate of the error of each.
#[derive(Debug, Clone)]
pub(super) struct Integral {
    pub(super) values: Vec<f64>,
    pub(super) errors: Vec<f64>,
}

/// Lead changes are told with so many times the error: each draw of them costs ten times a first passage.
const LEADS: f64 = 1000.0;
/// Draws that lead changes may cost.
const MOST_DRAWS_OF_LEADS: usize = MOST_DRAWS / 16;

/// Keys the scrambles of every answer.
const SEED: u64 = 0;

/// Points that integrate a pair's passage to a tolerance, for what is asked of each besides.
pub(super) struct Design {
    pub(super) points: Vec<Point>,
    /// Points on the tie of the bases, where that cuts the integrand, by density there.
    pub(super) ties: Vec<Point>,
    pub(super) recursion: Recursion,
    pub(super) errors: Vec<f64>,
}

/// Settles where to look and how finely.
pub(super) fn design(pair: &Pair<'_>, asked: Asked, tolerance: f64, level: Level) -> Result<Design, Error> {
    let mut integrator = Integrator::new(pair, asked, tolerance, level)?;
    let mut errors = integrator.settle_recursion(level)?;
    let (layout, added) = integrator.layout(MOST_DRAWS, !pair.start_is_drawn())?;
    let mut ties = Vec::new();
    let points = match layout {
        Layout::Product(counts) => {
            let rules = integrator.rules(&counts);
            ties = integrator.ties(&rules)?;
            integrator.points(&rules, counts.first().copied().unwrap_or(1), true)?
        }
        Layout::Scrambled { net, groups, .. } => {
            let weight = 1.0 / gauss::as_f64(points::SCRAMBLES * groups * points::AT_ONCE);
            let all = (0..points::SCRAMBLES).flat_map(|scramble| (0..groups).map(move |number| (scramble, number)));
            all.flat_map(|(scramble, number)| integrator.scrambled(&net, scramble, number, weight)).collect()
        }
    };
    errors.iter_mut().zip(added).for_each(|(error, added)| *error += added);
    Ok(Design { points, ties, recursion: integrator.recursion, errors })
}

/// Whether a product of rules is within the budget.
pub(super) fn is_affordable(counts: &[usize], budget: usize) -> bool {
    counts.iter().filter(|count| **count > 1).count() <= MOST_AXES && draws_of(counts) <= budget
}

/// Integrates what is asked of a pair to a tolerance; what cannot be had within the budget shows in the errors.
pub(super) fn integrate(pair: &Pair<'_>, asked: Asked, tolerance: f64, level: Level) -> Result<Integral, Error> {
    let (tolerance, budget) = match asked {
        Asked::LeadChanges => ((LEADS * tolerance).min(0.01), MOST_DRAWS_OF_LEADS),
        Asked::Passage(_) | Asked::Ahead => (tolerance, MOST_DRAWS),
    };
    let mut integrator = Integrator::new(pair, asked, tolerance, level)?;
    let mut errors = integrator.settle_recursion(level)?;
    let (layout, added) = integrator.layout(budget, true)?;
    let values = match layout {
        Layout::Product(counts) => integrator.product(&counts)?,
        Layout::Scrambled { values, .. } => values,
    };
    errors.iter_mut().zip(added).for_each(|(error, added)| *error += added);
    Ok(Integral { values, errors })
}

fn draws_of(counts: &[usize]) -> usize {
    counts.iter().try_fold(1_usize, |product, count| product.checked_mul(*count)).unwrap_or(usize::MAX)
}

/// How points are laid over the axes.
enum Layout {
    /// Nodes along each axis.
    Product(Vec<usize>),
    /// The mean over scrambles, and the points of each.
    Scrambled { values: Vec<f64>, net: Net, groups: usize },
}

/// With the error to tell.
type LaidOut = (Layout, Vec<f64>);

pub(super) struct Integrator<'a, 'p> {
    pub(super) pair: &'a Pair<'p>,
    pub(super) asked: Asked,
    pub(super) tolerance: f64,
    pub(super) axes: Axes,
    /// By axis: whether a polynomial of some degree does not follow it.
    pub(super) is_steep: Vec<bool>,
    pub(super) recursion: Recursion,
}

/// |a − b| of each.
pub(super) fn distance(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).collect()
}

pub(super) fn raise(errors: &mut [f64], by: &[f64]) {
    errors.iter_mut().zip(by).for_each(|(error, by)| *error = if by.is_nan() { f64::INFINITY } else { error.max(*by) });
}

impl<'a, 'p> Integrator<'a, 'p> {
    fn new(pair: &'a Pair<'p>, asked: Asked, tolerance: f64, level: Level) -> Result<Self, Error> {
        let recursion = Recursion::new(0.1 * tolerance, level);
        Ok(Self { pair, asked, tolerance, axes: Axes::new(pair)?, is_steep: Vec::new(), recursion })
    }

    pub(super) fn len(&self) -> usize {
        self.asked.len(self.pair.periods())
    }

    /// Refines the recursion until a much finer one agrees; gives the distance to it.
    fn settle_recursion(&mut self, level: Level) -> Result<Vec<f64>, Error> {
        let mut errors = vec![0.0; self.len()];
        if self.pair.is_still() || self.asked == Asked::Ahead {
            return Ok(errors);
        }
        // Where there is but one draw, digits are cheap.
        let mut target = if self.axes.len() == 0 { (0.01 * self.tolerance).min(1e-12) } else { 0.1 * self.tolerance };
        for _ in 0..4 {
            self.recursion = Recursion::new(target, level);
            let mut finer = Recursion::new(0.01 * target, level);
            errors.fill(0.0);
            for background in self.backgrounds() {
                let points = [(self.axes.scores(&background), 1.0)];
                let (mut value, mut fine) = (vec![0.0; self.len()], vec![0.0; self.len()]);
                self.pair.add(&points, self.asked, &mut self.recursion, &mut value)?;
                self.pair.add(&points, self.asked, &mut finer, &mut fine)?;
                raise(&mut errors, &distance(&value, &fine));
            }
            // As of lines: they are larger elsewhere.
            errors.iter_mut().for_each(|error| *error *= 2.0);
            if largest(&errors) <= 0.25 * self.tolerance {
                break;
            }
            target *= 0.01;
        }
        Ok(errors)
    }

    fn rules(&self, counts: &[usize]) -> Vec<Rule> {
        counts.iter().enumerate().map(|(axis, count)| self.rule(axis, *count)).collect()
    }

    fn product(&mut self, counts: &[usize]) -> Result<Vec<f64>, Error> {
        self.over(&self.rules(counts), counts.first().copied().unwrap_or(1), true)
    }

    /// The product of rules; along the first axis what [`First`] says, unless it is held.
    pub(super) fn over(&mut self, rules: &[Rule], first: usize, free: bool) -> Result<Vec<f64>, Error> {
        let points = self.points(rules, first, free)?;
        let mut sum = vec![0.0; self.len()];
        self.pair.add(&points, self.asked, &mut self.recursion, &mut sum)?;
        Ok(sum)
    }

    fn points(&self, rules: &[Rule], first: usize, free: bool) -> Result<Vec<Point>, Error> {
        let Some((own, rest)) = rules.split_first() else { return Ok(vec![(Vec::new(), 1.0)]) };
        let cut = self.axes.first == First::Crossings || free;
        let mut points = Vec::new();
        for (coordinates, weight) in product_of(rest) {
            let line = if cut { self.axes.line(self.pair, &coordinates, own, first)? } else { own.clone() };
            points.extend(self.on_line(line, &coordinates, weight));
        }
        Ok(points)
    }

    fn ties(&self, rules: &[Rule]) -> Result<Vec<Point>, Error> {
        let mut points = Vec::new();
        if self.axes.first == First::Tie {
            for (coordinates, weight) in product_of(rules.get(1..).unwrap_or_default()) {
                let line = self.axes.ties(self.pair, &coordinates)?;
                points.extend(self.on_line(line, &coordinates, weight));
            }
        }
        Ok(points)
    }

    /// Nodes along the first axis as scores of the draws.
    fn on_line(&self, line: Rule, rest: &[f64], weight: f64) -> Vec<Point> {
        let scores = |z: f64| self.axes.scores(&[&[z], rest].concat());
        line.into_iter().map(|(z, own)| (scores(z), weight * own)).collect()
    }

    /// Points `64·number ..` of a scramble, each of the weight given.
    fn scrambled(&self, net: &Net, scramble: usize, number: usize, weight: f64) -> Vec<Point> {
        let scores = points::scores(net, scramble, number);
        scores.into_iter().map(|coordinates| (self.axes.scores(&coordinates), weight)).collect()
    }

    /// A product of rules that meets the tolerance, or as good a one as the budget allows; scrambled points where there
    /// is none, or where they err less.
    fn layout(&mut self, budget: usize, may_scramble: bool) -> Result<LaidOut, Error> {
        let asked = self.tolerance;
        let swept = self.sweep(budget)?;
        let told = swept.as_ref().map_or(f64::INFINITY, |(_, errors)| largest(errors));
        let scrambled = if told > asked && may_scramble { self.scrambles(SEED, budget, asked, told)? } else { None };
        let product = swept.map(|(counts, errors)| (Layout::Product(counts), errors));
        scrambled
            .or(product)
            .ok_or_else(|| refused("", "the tie of two bases that growth follows cuts more than six axes"))
    }

    /// The mean over independent scrambles, doubled until their spread meets the tolerance or the budget is used, and the
    /// error to tell; none where that would be more than `told`.
    fn scrambles(&mut self, seed: u64, budget: usize, tolerance: f64, told: f64) -> Result<Option<LaidOut>, Error> {
        let net = Net::new(seed, points::SCRAMBLES, self.axes.len());
        let mut sums = vec![vec![0.0; self.len()]; points::SCRAMBLES];
        let mut done = 0;
        loop {
            let upto = if done == 0 { 1 } else { 2 * done };
            for (scramble, sum) in sums.iter_mut().enumerate() {
                for number in done..upto {
                    let points = self.scrambled(&net, scramble, number, 1.0);
                    self.pair.add(&points, self.asked, &mut self.recursion, sum)?;
                }
            }
            done = upto;
            let (values, spread) = points::mean_and_error(&sums, done * points::AT_ONCE);
            let (error, draws) = (largest(&spread), done * points::AT_ONCE * points::SCRAMBLES);
            // As if all further points had the best rate that smooth integrands have, n^(−3/2) (Owen 1997).
            let left = (gauss::as_f64(draws) / gauss::as_f64(budget)).min(1.0);
            if error * left * left.sqrt() > told {
                return Ok(None);
            }
            if error <= 0.9 * tolerance || 2 * draws > budget {
                let laid_out = (Layout::Scrambled { values, net, groups: done }, spread);
                return Ok((error <= told).then_some(laid_out));
            }
        }
    }
}

/// Every combination of nodes, with the product of their weights.
pub(super) fn product_of(rules: &[Rule]) -> Vec<Point> {
    rules.iter().fold(vec![(Vec::new(), 1.0)], |points, rule| {
        let extended = |(z, weight): &(Vec<f64>, f64)| {
            let with = |(node, own): &(f64, f64)| ([z.as_slice(), &[*node]].concat(), weight * own);
            rule.iter().map(with).collect::<Vec<_>>()
        };
        points.iter().flat_map(extended).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::gauss::as_f64;
    use crate::exact::pair::Watch;
    use crate::math;
    use crate::paths::Plan;
    use crate::{Curve, Provider, Question, Scenario, normal, uniform};

    const YEARS: usize = 8;
    const GROWTH: (f64, f64) = (0.05, 0.15);
    const VOLATILITY: f64 = 0.12;
    const PASSAGE: Asked = Asked::Passage(Watch::Dates { sustained: 1 });

    /// Every year has a growth of its own, normal in logs, so that the log-ratio at a date is normal.
    fn years() -> Scenario {
        let growth =
            |tau: f64, p: &[f64]| (0..).zip(p).map(|(year, p)| p * (tau - f64::from(year)).clamp(0.0, 1.0)).sum();
        Scenario::builder("2018", "2026")
            .provider(
                Provider::new("a", 80)
                    .growth(Curve::custom(
                        "by year",
                        std::array::from_fn::<_, YEARS, _>(|_| normal(GROWTH.0, GROWTH.1)),
                        growth,
                    ))
                    .volatility(VOLATILITY),
            )
            .provider(Provider::new("b", 100).growth(Curve::constant(0)))
            .question(Question::overtakes("a", "b"))
            .build()
            .expect("a scenario")
    }

    /// Errors told, of three standard errors of sixteen scrambles each: a false alarm in some 10,000 other seeds.
    const Z: f64 = 2.0;

    #[test]
    fn more_than_six_axes_agree_with_a_closed_form_and_with_other_scrambles() {
        let scenario = years();
        let plan = Plan::new(&scenario, 0).expect("a plan");
        let pair = Pair::new(&plan, [0, 1], 0.0, 0);
        let mut integrator = Integrator::new(&pair, PASSAGE, 1e-5, plan.level()).expect("axes");
        let (layout, _) = integrator.layout(MOST_DRAWS, true).expect("a layout");
        assert!(matches!(layout, Layout::Scrambled { .. }), "no product of rules");
        let [one, other] = [SEED, 77].map(|seed| {
            let scrambles = integrator.scrambles(seed, 1 << 12, 1e-5, f64::INFINITY).expect("an integral");
            let Some((Layout::Scrambled { values, .. }, spread)) = scrambles else { panic!("scrambles") };
            Integral { values, errors: spread }
        });
        let mut closest = f64::INFINITY;
        for (place, value) in one.values.iter().enumerate() {
            let error = (one.errors[place] * one.errors[place] + other.errors[place] * other.errors[place]).sqrt();
            let off = (value - other.values[place]).abs();
            assert!(off <= Z * error, "{place}: {value} and {}, {error:e}", other.values[place]);
            closest = if place == 0 { closest } else { closest.min(off) };
        }
        assert!(closest > 0.0, "other scrambles are other points");
        for year in 1..=YEARS {
            let t = as_f64(year);
            let sd = (t * (GROWTH.1 * GROWTH.1 + VOLATILITY * VOLATILITY)).sqrt();
            let closed = math::norm_cdf((math::ln(0.8) + GROWTH.0 * t) / sd);
            let place = YEARS + year;
            let off = (one.values[place] - closed).abs();
            assert!(
                off <= Z * one.errors[place],
                "{year}: {}, not {closed}, {:e}",
                one.values[place],
                one.errors[place]
            );
            assert!(one.errors[place] < 3e-3 && off < 1e-3);
        }
    }

    #[test]
    fn every_level_has_the_same_bits() {
        let scenario = Scenario::builder("2018-Q1", "2020-Q1")
            .provider(Provider::new("a", 90).growth(Curve::constant(normal(0.3, 0.1))).volatility(uniform(0.1, 0.2)))
            .provider(Provider::new("b", normal(100.0, 5.0)).growth(Curve::constant(0.2)).volatility(0.1))
            .question(Question::overtakes("a", "b"))
            .build()
            .expect("a scenario");
        let plan = Plan::new(&scenario, 0).expect("a plan");
        let pair = Pair::new(&plan, [0, 1], 0.0, 0);
        for asked in [PASSAGE, Asked::Passage(Watch::AnyTime), Asked::LeadChanges] {
            let bits = |level| {
                let Integral { values, errors } = integrate(&pair, asked, 1e-4, level).expect("an integral");
                values.into_iter().chain(errors).map(f64::to_bits).collect::<Vec<u64>>()
            };
            let baseline = bits(Level::Baseline);
            for level in Level::available() {
                assert!(bits(level) == baseline, "{asked:?} at {level:?}");
            }
        }
    }
}
