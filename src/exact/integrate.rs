//! Integration over the drawn assumptions of a pair: Gauss rules in standard normal scores, along axes that the log-ratio
//! turns on, as many nodes along each as it needs; shifted lattices of points beyond six axes.

use super::axes::{Axes, First};
use super::chain::Point;
use super::gauss::{self, Rule};
use super::pair::{Asked, Pair};
use super::passage::Recursion;
use super::{points, refused};
use crate::cpu::Level;
use crate::error::Error;

/// Axes that a product of rules can afford.
const MOST_AXES: usize = 6;
/// Draws of the assumptions that one question may cost.
const MOST_DRAWS: usize = 1 << 15;
/// Nodes along one axis; two places further there are twice as many (from 2 on).
const NODES: [usize; 19] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768];
/// Where the log-ratio turns more than so many of its own sd on an axis, the trapezoidal rule needs fewer nodes.
const STEEP: f64 = 0.6;

/// What the trapezoidal rule leaves out on each side, of the tolerance. No doubling shows it, so it is told apart.
const TAIL: f64 = 0.002;

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
    let (counts, swept) = integrator.sweep()?;
    let (mut ties, mut added) = (Vec::new(), swept);
    let points = if is_affordable(&counts) {
        let rules = integrator.rules(&counts);
        ties = integrator.ties(&rules)?;
        integrator.points(&rules, counts.first().copied().unwrap_or(1), true)?
    } else if pair.start_is_drawn() {
        return Err(refused("", "the tie of two bases that growth follows cuts more than six axes"));
    } else {
        let lattices = integrator.lattices(MOST_DRAWS)?;
        added = lattices.spread;
        let weight = 1.0 / gauss::as_f64(points::SHIFTS * lattices.points);
        let all = (0..points::SHIFTS).flat_map(|shift| (0..lattices.points).map(move |index| (shift, index)));
        all.map(|(shift, index)| (integrator.lattice_point(shift, index), weight)).collect()
    };
    errors.iter_mut().zip(added).for_each(|(error, added)| *error += added);
    Ok(Design { points, ties, recursion: integrator.recursion, errors })
}

/// Whether a product of rules is within the budget.
fn is_affordable(counts: &[usize]) -> bool {
    counts.iter().filter(|count| **count > 1).count() <= MOST_AXES && draws_of(counts) <= MOST_DRAWS
}

/// Integrates what is asked of a pair to a tolerance; what cannot be had within the budget shows in the errors.
pub(super) fn integrate(pair: &Pair<'_>, asked: Asked, tolerance: f64, level: Level) -> Result<Integral, Error> {
    let mut integrator = Integrator::new(pair, asked, tolerance, level)?;
    let mut errors = integrator.settle_recursion(level)?;
    let (counts, swept) = integrator.sweep()?;
    let values = if is_affordable(&counts) {
        errors.iter_mut().zip(swept).for_each(|(error, swept)| *error += swept);
        integrator.product(&counts)?
    } else {
        let Lattices { values, spread, .. } = integrator.lattices(MOST_DRAWS)?;
        errors.iter_mut().zip(spread).for_each(|(error, spread)| *error += spread);
        values
    };
    Ok(Integral { values, errors })
}

/// Integrates the number of lead changes: products of ever finer rules, until one and the next agree.
pub(super) fn lead_changes(pair: &Pair<'_>, tolerance: f64, level: Level) -> Result<Integral, Error> {
    let tolerance = (LEADS * tolerance).min(0.01);
    // What is steep for who is ahead is steep for who changes; that is cheap to ask.
    let mut sounding = Integrator::new(pair, Asked::Ahead, tolerance, level)?;
    let (mut counts, _) = sounding.sweep()?;
    let mut integrator = Integrator::new(pair, Asked::LeadChanges, tolerance, level)?;
    let mut errors = integrator.settle_recursion(level)?;
    if draws_of(&counts) > MOST_DRAWS_OF_LEADS || counts.iter().filter(|count| **count > 1).count() > MOST_AXES {
        let Lattices { values, spread, .. } = integrator.lattices(MOST_DRAWS_OF_LEADS)?;
        errors.iter_mut().zip(spread).for_each(|(error, spread)| *error += spread);
        return Ok(Integral { values, errors });
    }
    let coarser: Vec<usize> = counts.iter().map(|count| neighbour(*count, -1)).collect();
    let mut values = integrator.product(&coarser)?;
    loop {
        let finer = integrator.product(&counts)?;
        let (gap, largest) = distance(&values, &finer);
        let next: Vec<usize> = counts.iter().map(|count| neighbour(*count, 1)).collect();
        values = finer;
        if largest <= tolerance || draws_of(&next) > MOST_DRAWS_OF_LEADS {
            errors.iter_mut().zip(gap).for_each(|(error, gap)| *error += gap);
            return Ok(Integral { values, errors });
        }
        counts = next;
    }
}

fn draws_of(counts: &[usize]) -> usize {
    counts.iter().try_fold(1_usize, |product, count| product.checked_mul(*count)).unwrap_or(usize::MAX)
}

/// The next number of nodes, up or down; one node stays one where nothing was steep enough for two.
fn neighbour(count: usize, step: isize) -> usize {
    let place = NODES.iter().position(|nodes| *nodes == count).unwrap_or(0);
    NODES[place.saturating_add_signed(step).min(NODES.len() - 1)]
}

/// The mean over lattices, its standard error, and the points of each.
struct Lattices {
    values: Vec<f64>,
    spread: Vec<f64>,
    points: usize,
}

struct Integrator<'a, 'p> {
    pair: &'a Pair<'p>,
    asked: Asked,
    tolerance: f64,
    axes: Axes,
    recursion: Recursion,
}

/// |a − b| of each, and the largest.
fn distance(a: &[f64], b: &[f64]) -> (Vec<f64>, f64) {
    let each: Vec<f64> = a.iter().zip(b).map(|(a, b)| (a - b).abs()).collect();
    let largest = each.iter().copied().fold(0.0, f64::max);
    (each, largest)
}

fn raise(errors: &mut [f64], by: &[f64]) {
    errors.iter_mut().zip(by).for_each(|(error, by)| *error = error.max(*by));
}

impl<'a, 'p> Integrator<'a, 'p> {
    fn new(pair: &'a Pair<'p>, asked: Asked, tolerance: f64, level: Level) -> Result<Self, Error> {
        let recursion = Recursion::new(0.1 * tolerance, level);
        Ok(Self { pair, asked, tolerance, axes: Axes::new(pair)?, recursion })
    }

    fn len(&self) -> usize {
        self.asked.len(self.pair.periods())
    }

    /// Points in the axes' coordinates at which errors are looked at: the middle, and one sd to each side of all axes.
    fn backgrounds(&self) -> Vec<Vec<f64>> {
        let sides: &[f64] = if self.axes.len() == 0 { &[0.0] } else { &[0.0, 1.0, -1.0] };
        sides.iter().map(|side| vec![*side; self.axes.len()]).collect()
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
            let mut largest = 0.0_f64;
            errors.fill(0.0);
            for background in self.backgrounds() {
                let points = [(self.axes.scores(&background), 1.0)];
                let (mut value, mut fine) = (vec![0.0; self.len()], vec![0.0; self.len()]);
                self.pair.add(&points, self.asked, &mut self.recursion, &mut value)?;
                self.pair.add(&points, self.asked, &mut finer, &mut fine)?;
                let (each, most) = distance(&value, &fine);
                raise(&mut errors, &each);
                largest = largest.max(most);
            }
            if largest <= 0.25 * self.tolerance {
                break;
            }
            target *= 0.01;
        }
        Ok(errors)
    }

    /// Along each axis, with the others at the backgrounds: the least nodes for which twice as many change nothing that
    /// matters, and by how much they do change it.
    fn sweep(&mut self) -> Result<(Vec<usize>, Vec<f64>), Error> {
        let steep = self.axes.steepness.iter().filter(|steepness| **steepness > STEEP).count();
        let mut errors = vec![2.0 * TAIL * self.tolerance * gauss::as_f64(steep); self.len()];
        let mut counts = vec![1; self.axes.len()];
        let share = 0.8 * self.tolerance / gauss::as_f64(self.axes.len().max(1));
        for (axis, count) in counts.iter_mut().enumerate() {
            if axis == 0 && self.axes.first == First::Crossings {
                continue;
            }
            let mut values: Vec<Vec<Vec<f64>>> = Vec::new();
            // With a cut sixteen nodes are the least: fewer would be the same and agree for nothing.
            let least = if axis == 0 && self.axes.first == First::Tie { 6 } else { 0 };
            for place in least..NODES.len() - 2 {
                for nodes in &NODES[values.len()..=place + 2] {
                    values.push(self.along(axis, *nodes)?);
                }
                let mut worst = vec![0.0; self.len()];
                let mut largest = 0.0_f64;
                for further in [1, 2] {
                    for (one, other) in values[place].iter().zip(&values[place + further]) {
                        let (each, most) = distance(one, other);
                        raise(&mut worst, &each);
                        largest = largest.max(most);
                    }
                }
                *count = NODES[place];
                if largest <= share || place + 3 == NODES.len() {
                    errors.iter_mut().zip(&worst).for_each(|(error, worst)| *error += worst);
                    break;
                }
            }
        }
        Ok((counts, errors))
    }

    /// The integral along one axis at every background.
    fn along(&mut self, axis: usize, nodes: usize) -> Result<Vec<Vec<f64>>, Error> {
        let mut values = Vec::new();
        for background in self.backgrounds() {
            let at = |place: usize| if place == axis { self.rule(axis, nodes) } else { vec![(background[place], 1.0)] };
            let rules: Vec<Rule> = (0..self.axes.len()).map(at).collect();
            let count = if axis == 0 { nodes } else { 1 };
            values.push(self.over(&rules, count, axis == 0)?);
        }
        Ok(values)
    }

    fn rule(&self, axis: usize, nodes: usize) -> Rule {
        if self.axes.steepness[axis] > STEEP && nodes >= 6 {
            gauss::trapezoid(nodes, -crate::math::norm_quantile(TAIL * self.tolerance))
        } else {
            gauss::hermite(nodes)
        }
    }

    fn rules(&self, counts: &[usize]) -> Vec<Rule> {
        counts.iter().enumerate().map(|(axis, count)| self.rule(axis, *count)).collect()
    }

    fn product(&mut self, counts: &[usize]) -> Result<Vec<f64>, Error> {
        self.over(&self.rules(counts), counts.first().copied().unwrap_or(1), true)
    }

    /// The product of rules; along the first axis what [`First`] says, unless it is held.
    fn over(&mut self, rules: &[Rule], first: usize, free: bool) -> Result<Vec<f64>, Error> {
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

    fn lattice_point(&self, shift: usize, index: usize) -> Vec<f64> {
        self.axes.scores(&points::scores(shift, index, self.axes.len()))
    }

    /// The mean over randomly shifted lattices, doubled until their spread meets the tolerance or the budget is used,
    /// and its standard error.
    fn lattices(&mut self, most: usize) -> Result<Lattices, Error> {
        let mut sums = vec![vec![0.0; self.len()]; points::SHIFTS];
        let mut done = 0;
        loop {
            let upto = if done == 0 { 64 } else { 2 * done };
            for (shift, sum) in sums.iter_mut().enumerate() {
                let points: Vec<Point> = (done..upto).map(|index| (self.lattice_point(shift, index), 1.0)).collect();
                self.pair.add(&points, self.asked, &mut self.recursion, sum)?;
            }
            done = upto;
            let (values, spread) = points::mean_and_error(&sums, done);
            let largest = spread.iter().copied().fold(0.0, f64::max);
            if largest <= 0.5 * self.tolerance || 2 * done * points::SHIFTS > most {
                return Ok(Lattices { values, spread, points: done });
            }
        }
    }
}

/// Every combination of nodes, with the product of their weights.
fn product_of(rules: &[Rule]) -> Vec<Point> {
    rules.iter().fold(vec![(Vec::new(), 1.0)], |points, rule| {
        let extended = |(z, weight): &(Vec<f64>, f64)| {
            let with = |(node, own): &(f64, f64)| ([z.as_slice(), &[*node]].concat(), weight * own);
            rule.iter().map(with).collect::<Vec<_>>()
        };
        points.iter().flat_map(extended).collect()
    })
}
