//! How many nodes an axis needs: lines of many nodes tell what any fewer would err by.
//!
//! Through the values at N Gauss nodes runs a polynomial p of degree N − 1. Every rule of n < N/2 nodes is tried on p,
//! without a further draw: its error is what p has beyond degree 2n − 1. Where N nodes do not show that, and where the
//! integrand is cut or steep, rules are doubled until they agree.

use super::axes::First;
use super::gauss::{self, Rule, as_f64};
use super::integrate::{Integrator, TAIL, distance, is_affordable, raise};
use super::pair::Asked;
use super::start::{has_ends, own_rule, own_values};
use crate::error::Error;
use crate::math;

/// Nodes along an axis whose rules are doubled; two places further there are twice as many (from 2 on).
const NODES: [usize; 19] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768];
/// Where the log-ratio turns more than so many of its own sd on an axis, the trapezoidal rule needs fewer nodes.
const STEEP: f64 = 0.9;
/// Nodes of a line beyond twice those of the finest rule that it tells the error of: terms of the series that it shows.
const TERMS: usize = 3;
/// Nodes of the longest line that a polynomial is put through.
const LONGEST: usize = 61;
/// A rule is looked for among those whose error is a part of the tolerance; the finest must err by less than this part,
/// or a longer line is needed. The second for lead changes, whose counts are cut off where they are few.
const FINEST: f64 = 0.25;
const FINEST_OF_LEADS: f64 = 0.5;
/// Errors are told so many times as large as they are at the backgrounds, since they are larger at others; the second where
/// there is one background.
const DOUBT: f64 = 4.0;
const DOUBT_OF_LEADS: f64 = 12.0;
/// One date's rules may agree by chance where another's do not: no error is told less than this part of the largest.
const CHANCE: f64 = 0.25;
/// Of the tolerance, the least that lead changes are told with, being looked at in one place only.
const FLOOR_OF_LEADS: f64 = 0.5;
/// Of the tolerance, what all axes may err by.
const OF_AXES: f64 = 0.8;
/// Where a product is beyond the budget, rules for a tolerance so many times as large are looked at, up to the coarsest.
const COARSER: f64 = 10.0;
const COARSEST: f64 = 0.1;
/// A rule that errs by less than this part of the worst is not refined: the worst would remain.
const WORTH: f64 = 0.1;

/// How an axis is integrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Gauss–Hermite.
    Hermite,
    /// The Gauss rule of a draw's own law, in its value.
    Own(usize),
    /// The trapezoidal rule, or pieces between cuts.
    Doubled,
}

/// What rules along an axis err by.
struct Ladder {
    /// Nodes, ascending, and the error of each answer.
    rungs: Vec<(usize, Vec<f64>)>,
    /// The one that is taken.
    taken: usize,
}

impl Ladder {
    /// The largest error of the rule that is taken.
    fn error(&self) -> f64 {
        largest(&self.rungs[self.taken].1)
    }

    fn can_rise(&self) -> bool {
        self.taken + 1 < self.rungs.len()
    }
}

/// Nodes along each axis, and what their product errs by.
pub(super) type Swept = (Vec<usize>, Vec<f64>);

/// By axis.
struct Ladders(Vec<Ladder>);

impl Ladders {
    fn counts(&self) -> Vec<usize> {
        self.0.iter().map(|ladder| ladder.rungs[ladder.taken].0).collect()
    }

    /// Takes finer rules where they err most, until they err by no more than what is allowed together, as far as the
    /// nodes along each axis are allowed.
    fn refine(&mut self, allowed: f64, may: impl Fn(&[usize]) -> bool) {
        while self.0.iter().map(Ladder::error).sum::<f64>() > allowed {
            let can_rise = |axis: &usize| {
                let mut counts = self.counts();
                let ladder = &self.0[*axis];
                ladder.can_rise() && {
                    counts[*axis] = ladder.rungs[ladder.taken + 1].0;
                    may(&counts)
                }
            };
            let error = |axis: usize| self.0[axis].error();
            let worst = (0..self.0.len()).filter(can_rise).max_by(|a, b| error(*a).total_cmp(&error(*b)));
            let most = self.0.iter().map(Ladder::error).fold(0.0, f64::max);
            let Some(worst) = worst.filter(|worst| error(*worst) >= WORTH * most) else { break };
            self.0[worst].taken += 1;
        }
    }
}

impl Integrator<'_, '_> {
    pub(super) fn kind_of(&self, axis: usize) -> Kind {
        let is_cut = axis == 0 && self.axes.first != First::Smooth;
        match self.axes.widening[axis] {
            _ if is_cut || self.is_steep[axis] => Kind::Doubled,
            Some(draw) if has_ends(self.pair.plan().quantile(draw)) => Kind::Own(draw),
            _ => Kind::Hermite,
        }
    }

    /// Nodes and weights in the axis' own variable: the value of a draw, or a score.
    fn spots(&self, kind: Kind, nodes: usize) -> Rule {
        match kind {
            Kind::Own(draw) => own_values(self.pair.plan().quantile(draw), nodes),
            Kind::Doubled if nodes >= 6 => gauss::trapezoid(nodes, -math::norm_quantile(TAIL * self.tolerance)),
            Kind::Hermite | Kind::Doubled => gauss::hermite(nodes),
        }
    }

    /// Nodes along an axis as scores.
    pub(super) fn rule(&self, axis: usize, nodes: usize) -> Rule {
        match self.kind_of(axis) {
            Kind::Own(draw) => own_rule(self.pair.plan().quantile(draw), nodes),
            kind => self.spots(kind, nodes),
        }
    }

    /// The least nodes along each axis, with the others at the backgrounds, that err by no more than the tolerance all
    /// together, and what they err by. Where their product is beyond the budget, those of the finest tolerance for which
    /// it is not (the tolerance from then on), refined as far as the budget goes. None, where no tolerance has one.
    pub(super) fn sweep(&mut self, budget: usize) -> Result<Option<Swept>, Error> {
        let asked = self.tolerance;
        while self.tolerance <= COARSEST {
            self.is_steep = self.axes.steepness.iter().map(|steepness| *steepness > STEEP).collect();
            let share = OF_AXES * self.tolerance / as_f64(self.axes.len().max(1));
            let ladders = (0..self.axes.len()).map(|axis| self.ladder(axis, share));
            let mut ladders = Ladders(ladders.collect::<Result<_, _>>()?);
            // The coarsest rules that could do by themselves, refined until they do together.
            ladders.refine(OF_AXES * self.tolerance, |_| true);
            if is_affordable(&ladders.counts(), budget) {
                ladders.refine(OF_AXES * asked, |counts| is_affordable(counts, budget));
                return Ok(Some((ladders.counts(), self.told(&ladders))));
            }
            self.tolerance *= COARSER;
        }
        Ok(None)
    }

    /// What a product of rules is told to err by.
    fn told(&self, ladders: &Ladders) -> Vec<f64> {
        let doubled = (0..self.axes.len()).filter(|axis| self.kind_of(*axis) == Kind::Doubled).count();
        let mut errors = vec![2.0 * TAIL * self.tolerance * as_f64(doubled); self.len()];
        for ladder in &ladders.0 {
            errors.iter_mut().zip(&ladder.rungs[ladder.taken].1).for_each(|(sum, error)| *sum += error);
        }
        let of_leads = if self.asked == Asked::LeadChanges { FLOOR_OF_LEADS * self.tolerance } else { 0.0 };
        let floor = of_leads.max(CHANCE * largest(&errors));
        errors.iter_mut().for_each(|error| *error = error.max(floor));
        errors
    }

    fn ladder(&mut self, axis: usize, share: f64) -> Result<Ladder, Error> {
        if axis == 0 && self.axes.first == First::Crossings {
            return Ok(Ladder { rungs: vec![(1, vec![0.0; self.len()])], taken: 0 });
        }
        let kind = self.kind_of(axis);
        if kind != Kind::Doubled {
            if let Some(ladder) = self.smooth(axis, kind, share)? {
                return Ok(ladder);
            }
            self.is_steep[axis] = true;
        }
        self.doubled(axis, share)
    }

    /// The rules that a long enough line tells the errors of, if one is.
    fn smooth(&mut self, axis: usize, kind: Kind, share: f64) -> Result<Option<Ladder>, Error> {
        let off = share * if self.asked == Asked::LeadChanges { FINEST_OF_LEADS } else { FINEST };
        let mut finest = self.expected(axis);
        while 2 * finest + TERMS <= LONGEST {
            let (mut rungs, integrals) = self.line(axis, kind, finest)?;
            if largest(&rungs[finest - 1].1) <= off {
                let within = |(_, errors): &(usize, Vec<f64>)| largest(errors) <= OF_AXES * self.tolerance;
                let taken = rungs.iter().rposition(|rung| !within(rung)).map_or(0, |place| place + 1);
                // p must be near the integrand: any p is integrated by more than half of its nodes.
                let made = self.made(axis, kind, rungs[taken].0, &integrals)?;
                let gap = distance(&made, &rungs[taken].1);
                if largest(&gap) <= off {
                    rungs[taken..].iter_mut().for_each(|(_, errors)| raise(errors, &gap));
                    return Ok(Some(Ladder { rungs, taken }));
                }
            }
            finest += finest.div_ceil(2);
        }
        Ok(None)
    }

    /// The nodes that would do for a step as steep as the log-ratio's on the axis: the Hermite series of Φ(κz) falls by
    /// κ/√(1 + κ²) a term.
    fn expected(&self, axis: usize) -> usize {
        let steepness = self.axes.steepness[axis];
        let squared = steepness * steepness / (1.0 + steepness * steepness);
        if self.axes.widening[axis].is_some() {
            return 2;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most some hundred")]
        let nodes = (math::ln(self.tolerance) / math::ln(squared.clamp(1e-12, 0.9))).ceil() as usize;
        nodes.clamp(1, (LONGEST - TERMS) / 2)
    }

    /// So many times as large as at the backgrounds are errors told.
    fn doubt(&self) -> f64 {
        if self.asked == Asked::LeadChanges { DOUBT_OF_LEADS } else { DOUBT }
    }

    /// The errors that a rule makes, not by the polynomial but by draws of its own.
    fn made(&mut self, axis: usize, kind: Kind, nodes: usize, integrals: &[Vec<f64>]) -> Result<Vec<f64>, Error> {
        let weights = weights_of(&self.spots(kind, nodes));
        let mut errors = vec![0.0; self.len()];
        for (line, integral) in self.values_along(axis, nodes)?.iter().zip(integrals) {
            raise(&mut errors, &distance(&sum_of(line, &weights), integral));
        }
        let doubt = self.doubt();
        errors.iter_mut().for_each(|error| *error *= doubt);
        Ok(errors)
    }

    /// What rules of 1 to `finest` nodes along an axis err by, from a line of more than twice as many, and the line's
    /// integrals, background by background.
    fn line(&mut self, axis: usize, kind: Kind, finest: usize) -> Result<Line, Error> {
        let nodes = 2 * finest + TERMS;
        let values = self.values_along(axis, nodes)?;
        let known = self.spots(kind, nodes);
        let polynomial = Lagrange::through(&known);
        let doubt = self.doubt();
        let own = weights_of(&known);
        let integrals = values.iter().map(|line| sum_of(line, &own)).collect();
        let rung = |nodes: usize| {
            let weights = polynomial.weights_of(&self.spots(kind, nodes), &known);
            let mut errors = vec![0.0; self.len()];
            for line in &values {
                let mut off = sum_of(line, &weights);
                off.iter_mut().for_each(|off| *off = off.abs());
                raise(&mut errors, &off);
            }
            errors.iter_mut().for_each(|error| *error *= doubt);
            (nodes, errors)
        };
        Ok(((1..=finest).map(rung).collect(), integrals))
    }

    /// The answers at every node of a line, background by background.
    fn values_along(&mut self, axis: usize, nodes: usize) -> Result<Vec<Vec<Vec<f64>>>, Error> {
        let mut values = Vec::new();
        for background in self.backgrounds() {
            let at = |z: f64| {
                let mut point = background.clone();
                point[axis] = z;
                (self.axes.scores(&point), 1.0)
            };
            let points: Vec<_> = self.rule(axis, nodes).iter().map(|(z, _)| at(*z)).collect();
            let mut line = Vec::new();
            self.pair.each(&points, self.asked, &mut self.recursion, &mut |_, answer| line.push(answer.to_vec()))?;
            values.push(line);
        }
        Ok(values)
    }

    /// The least nodes for which twice as many change nothing that matters, and by how much they do change it.
    fn doubled(&mut self, axis: usize, share: f64) -> Result<Ladder, Error> {
        // With a cut sixteen nodes are the least: fewer would be the same and agree for nothing.
        let is_cut = axis == 0 && self.axes.first == First::Tie;
        let least = if is_cut { 6 } else { self.expected_place(axis) };
        let mut values: Vec<Vec<Vec<f64>>> = vec![Vec::new(); least];
        let mut place = least;
        loop {
            for nodes in &NODES[values.len()..=place + 2] {
                values.push(self.along(axis, *nodes)?);
            }
            let mut worst = vec![0.0; self.len()];
            for further in [1, 2] {
                for (one, other) in values[place].iter().zip(&values[place + further]) {
                    raise(&mut worst, &distance(one, other));
                }
            }
            let is_last = place + 3 == NODES.len();
            if is_last && largest(&worst) > share {
                // Rules too coarse for a step agree here and there by chance: no answer is told less than the worst.
                let most = largest(&worst);
                worst.fill(DOUBT * most);
            }
            if is_last || largest(&worst) <= share {
                return Ok(Ladder { rungs: vec![(NODES[place], worst)], taken: 0 });
            }
            place += 1;
        }
    }

    /// Where to begin with the trapezoidal rule: its error of Φ(κz) is e^(−2π²/h²(1 + κ²)) for a step h.
    fn expected_place(&self, axis: usize) -> usize {
        let steepness = self.axes.steepness[axis];
        let reach = -math::norm_quantile(TAIL * self.tolerance);
        let step = std::f64::consts::PI * (2.0 / (-math::ln(self.tolerance) * (1.0 + steepness * steepness))).sqrt();
        let least = 2.0 * reach / step;
        // Doubling shows where it is too few.
        let place = NODES.iter().position(|nodes| as_f64(*nodes) >= 0.7 * least).unwrap_or(NODES.len());
        place.clamp(4, NODES.len() - 4)
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

    /// Points in the axes' coordinates at which errors are looked at: the middle, and one sd to each side of all axes.
    pub(super) fn backgrounds(&self) -> Vec<Vec<f64>> {
        let sides: &[f64] = match self.asked {
            _ if self.axes.len() == 0 => &[0.0],
            // Dear, and told with a larger error: in one place, where nothing is even or odd.
            Asked::LeadChanges => &[0.5],
            Asked::Passage(_) | Asked::Ahead => &[0.0, 1.0, -1.0],
        };
        sides.iter().map(|side| vec![*side; self.axes.len()]).collect()
    }
}

/// The rules by nodes with their errors, and the integrals of the line.
type Line = (Vec<(usize, Vec<f64>)>, Vec<Vec<f64>>);

fn weights_of(rule: &Rule) -> Vec<f64> {
    rule.iter().map(|(_, weight)| *weight).collect()
}

/// Σ weight × answer of the nodes of a line.
fn sum_of(line: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; line.first().map_or(0, Vec::len)];
    for (answer, weight) in line.iter().zip(weights) {
        sum.iter_mut().zip(answer).for_each(|(sum, answer)| *sum += weight * answer);
    }
    sum
}

/// The largest; what is no number counts as infinite.
pub(super) fn largest(errors: &[f64]) -> f64 {
    errors.iter().fold(0.0, |most, error| if error.is_nan() { f64::INFINITY } else { error.max(most) })
}

/// The polynomial through values at some nodes, by the barycentric formula (Berrut & Trefethen 2004).
struct Lagrange {
    nodes: Vec<f64>,
    factors: Vec<f64>,
}

impl Lagrange {
    fn through(rule: &Rule) -> Self {
        let nodes: Vec<f64> = rule.iter().map(|(x, _)| *x).collect();
        let width = nodes.last().unwrap_or(&0.0) - nodes.first().unwrap_or(&0.0);
        // In units of a quarter of the width products of many distances neither over- nor underflow (ibid., section 7).
        let distance = |x: f64, other: f64| (x - other) * 4.0 / width;
        let factor = |(place, x): (usize, &f64)| {
            let others = nodes.iter().enumerate().filter(|(other, _)| *other != place);
            1.0 / others.map(|(_, other)| distance(*x, *other)).product::<f64>()
        };
        let factors = nodes.iter().enumerate().map(factor).collect();
        Self { nodes, factors }
    }

    /// By node, the weight that its value has in the error of a rule on the polynomial: its part of the rule's sum less
    /// its weight in the integral.
    fn weights_of(&self, rule: &Rule, integral: &Rule) -> Vec<f64> {
        let mut weights: Vec<f64> = integral.iter().map(|(_, weight)| -weight).collect();
        for (x, own) in rule {
            if let Some(place) = self.nodes.iter().position(|node| (node - x).abs() < 1e-12 * (1.0 + x.abs())) {
                weights[place] += own;
                continue;
            }
            let parts: Vec<f64> =
                self.nodes.iter().zip(&self.factors).map(|(node, factor)| factor / (x - node)).collect();
            let whole: f64 = parts.iter().sum();
            weights.iter_mut().zip(parts).for_each(|(weight, part)| *weight += own * part / whole);
        }
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E z⁶ = 15, of which three nodes see 9 and four nodes all; both by a line of nine.
    #[test]
    fn a_line_tells_what_coarser_rules_err_by() {
        let line = gauss::hermite(9);
        let polynomial = Lagrange::through(&line);
        let off = |nodes: usize| -> f64 {
            let weights = polynomial.weights_of(&gauss::hermite(nodes), &line);
            line.iter().zip(weights).map(|((z, _), weight)| weight * z * z * z * z * z * z).sum()
        };
        assert!((off(3) + 6.0).abs() < 1e-11, "{}", off(3));
        assert!(off(4).abs() < 1e-11, "{}", off(4));
    }

    /// The longest line too, of the sharpest step that it is put through.
    #[test]
    fn long_lines_keep_their_digits() {
        let line = gauss::hermite(LONGEST);
        let polynomial = Lagrange::through(&line);
        let step = |z: f64| math::norm_cdf(STEEP * z + 0.4);
        let integral: f64 = line.iter().map(|(z, weight)| weight * step(*z)).sum();
        assert!((integral - math::norm_cdf(0.4 / (1.0 + STEEP * STEEP).sqrt())).abs() < 1e-13);
        for nodes in [4, 8, 12, 16] {
            let rule = gauss::hermite(nodes);
            let weights = polynomial.weights_of(&rule, &line);
            let told: f64 = line.iter().zip(weights).map(|((z, _), weight)| weight * step(*z)).sum();
            let off = rule.iter().map(|(z, weight)| weight * step(*z)).sum::<f64>() - integral;
            assert!((told - off).abs() < 1e-10, "{nodes}: {told:e}, not {off:e}");
        }
    }
}
