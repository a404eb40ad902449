//! Second-order expansion of the smoothest path in the drawn numbers, about the central path.
//!
//! The optimality conditions are differentiated once and twice (implicit function theorem). Every derivative solves the
//! linear system of Newton's last step. Γ is then one polynomial per period, and a path needs no `exp`.

use super::newton::Stationary;
use super::region::{Group, Region};
use super::variable::{LANES, Variable};
use super::year::Year;
use super::{Failure, Goal, Totals};
use crate::cpu::{self, Level};

#[derive(Debug, Clone)]
pub(super) struct Expansion {
    pub(super) totals: Totals,
    pub(super) variables: Vec<Variable>,
    /// For periods 1..=N: the constant, then the coefficients of the monomials.
    coefficients: Vec<Vec<f64>>,
    /// Lagrange multipliers of the central path.
    multipliers: Vec<f64>,
    region: Region,
}

/// The central path, with its linear system and derivatives.
struct Derivatives<'a> {
    totals: &'a Totals,
    central: Stationary,
    years: Vec<Year>,
    /// Fractions of the first year's total: its free periods, and the base.
    opening: f64,
    base: f64,
    first: Vec<Stationary>,
}

/// The unordered pairs of d variables, in the order of the second derivatives.
fn pairs(d: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..d).flat_map(|i| (0..=i).map(move |j| (i, j)))
}

impl Expansion {
    /// Expands about the path of `goal`, with the specified base; `slope` is the coefficient of `γ_n` in the tail's
    /// first step.
    pub(super) fn new(totals: Totals, goal: &Goal, variables: Vec<Variable>, slope: f64) -> Result<Self, Failure> {
        let unsolved = || Failure::Unsolved { log_totals: goal.log_totals.clone(), base_shift: goal.base_shift };
        let central = totals.newton(goal, None)?;
        let years = totals.years(&central.xs);
        let system = totals.system(&years, &central.multipliers).ok_or_else(unsolved)?;
        let solve = |mut side: Vec<f64>| {
            system.solve(&mut side);
            let (xs, multipliers) = totals.unpack(&side);
            Stationary { xs, multipliers }
        };
        let opening = years[0].log_sum;
        let known = totals.known_sums(1.0).1;
        let first_year = if totals.into_year == 0 { 0.0 } else { crate::math::exp(-opening) };
        let mut at = Derivatives {
            totals: &totals,
            central,
            years,
            opening: 1.0 / (1.0 + known * first_year),
            base: first_year / (1.0 + known * first_year),
            first: Vec::new(),
        };
        at.first = variables.iter().map(|variable| solve(at.first_side(*variable, slope))).collect();
        let d = variables.len();
        let second: Vec<Vec<f64>> = pairs(d).map(|(i, j)| solve(at.second_side(&variables, i, j)).xs).collect();
        let coefficients = at.coefficients(&variables, &second);
        let region = at.region(&variables, &second, goal);
        let multipliers = at.central.multipliers;
        Ok(Self { totals, variables, coefficients, multipliers, region })
    }

    /// The paths whose totals are not proven to be met.
    pub(super) fn unproven(&self, monomials: &[[f64; LANES]], count: usize) -> Vec<usize> {
        let d = self.variables.len();
        let mut unproven = Vec::new();
        if d == 0 {
            return unproven;
        }
        for (block, monomials) in monomials.chunks_exact(d + d * (d + 1) / 2).enumerate() {
            let outside = self.region.outside(&monomials[d..]);
            if outside.contains(&true) {
                let path = |(lane, outside): (usize, bool)| outside.then_some(block * LANES + lane);
                unproven.extend(outside.into_iter().enumerate().filter_map(path).filter(|path| *path < count));
            }
        }
        unproven
    }

    /// Monomials of degree 1 and 2, in groups of `LANES` paths; the last group is padded with zeros.
    pub(super) fn monomials(&self, deviations: &[Vec<f64>], count: usize) -> Vec<[f64; LANES]> {
        let d = self.variables.len();
        let width = d + d * (d + 1) / 2;
        let mut monomials = vec![[0.0; LANES]; count.div_ceil(LANES) * width];
        if d == 0 {
            return monomials;
        }
        for (block, monomials) in monomials.chunks_exact_mut(width).enumerate() {
            let (linear, products) = monomials.split_at_mut(d);
            let from = block * LANES;
            for (lanes, deviation) in linear.iter_mut().zip(deviations) {
                match deviation[from..count].first_chunk() {
                    Some(whole) => *lanes = *whole,
                    None => lanes[..count - from].copy_from_slice(&deviation[from..count]),
                }
            }
            let mut products = products.iter_mut();
            for i in 0..d {
                for (j, product) in (0..=i).zip(&mut products) {
                    *product = std::array::from_fn(|lane| linear[i][lane] * linear[j][lane]);
                }
            }
        }
        monomials
    }

    /// Γ at index `t` (0 is period 1) of every path.
    pub(super) fn column(&self, t: usize, monomials: &[[f64; LANES]], out: &mut [[f64; LANES]]) {
        let Some((constant, coefficients)) = self.coefficients[t].split_first() else { return };
        if coefficients.is_empty() {
            out.fill([*constant; LANES]);
            return;
        }
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                for (out, monomials) in out.iter_mut().zip(monomials.chunks_exact(coefficients.len())) {
                    let mut sum = [*constant; LANES];
                    for (coefficient, monomial) in coefficients.iter().zip(monomials) {
                        for (sum, x) in sum.iter_mut().zip(monomial) {
                            *sum += coefficient * x;
                        }
                    }
                    *out = sum;
                }
            },
        );
    }

    /// Γ(1)..Γ(N) of one path of a block, with the bits of [`column`](Self::column).
    pub(super) fn path(&self, monomials: &[[f64; LANES]], path: usize) -> Vec<f64> {
        let width = self.coefficients[0].len() - 1;
        let monomials = &monomials[path / LANES * width..][..width];
        let add = |sum: f64, (coefficient, x): (&f64, &[f64; LANES])| sum + coefficient * x[path % LANES];
        self.coefficients.iter().map(|row| row[1..].iter().zip(monomials).fold(row[0], add)).collect()
    }

    /// Solves a path by Newton's method, starting from its polynomial.
    pub(super) fn solve(&self, growth: Vec<f64>, goal: &Goal) -> Result<Vec<f64>, Failure> {
        let mut near = Stationary { xs: growth, multipliers: self.multipliers.clone() };
        near.xs.iter_mut().for_each(|x| *x += goal.base_shift);
        let mut xs = self.totals.newton(goal, Some(near))?.xs;
        xs.iter_mut().for_each(|x| *x -= goal.base_shift);
        Ok(xs)
    }
}

impl Derivatives<'_> {
    /// Derivatives of the base, the first year's log total and the tail's first step with respect to a variable.
    fn moves(&self, variable: Variable, slope: f64) -> (f64, f64, f64) {
        let last = self.totals.estimates - 1;
        match variable {
            Variable::Opening => (0.0, self.opening, if last == 0 { slope } else { 0.0 }),
            Variable::Rate(year) => (0.0, 0.0, if year == last { slope } else { 0.0 }),
            Variable::Base => (1.0, self.base, 0.0),
            Variable::Step => (0.0, 0.0, 1.0),
        }
    }

    /// Right-hand side of the system for the derivative of the path with respect to a variable.
    fn first_side(&self, variable: Variable, slope: f64) -> Vec<f64> {
        let totals = self.totals;
        let (base, first_total, step) = self.moves(variable, slope);
        let known_previous = totals.previous.map(|_| 0.0);
        let zeros = vec![0.0; totals.periods()];
        let bends = totals.bending(known_previous, base, &zeros, totals.tail.then_some(step));
        let mut side = vec![0.0; totals.periods() + totals.estimates];
        for year in 0..totals.estimates {
            totals.free(year).for_each(|t| side[t + year] = -bends[t]);
            side[totals.multiplier(year)] = match variable {
                Variable::Rate(from) => f64::from(year >= from),
                Variable::Opening if year == 0 => 1.0,
                _ if year == 0 => 0.0,
                _ => first_total,
            };
        }
        side
    }

    /// Right-hand side for the second derivative with respect to two variables.
    fn second_side(&self, variables: &[Variable], i: usize, j: usize) -> Vec<f64> {
        let totals = self.totals;
        let (u, v) = (&self.first[i], &self.first[j]);
        let mut side = vec![0.0; totals.periods() + totals.estimates];
        for (year, known) in self.years.iter().enumerate() {
            let free = totals.free(year);
            let (a, b) = (known.centred(&u.xs[free.clone()]), known.centred(&v.xs[free.clone()]));
            let covariance = known.moment([&a, &b]);
            for (at, t) in free.enumerate() {
                let own = self.central.multipliers[year] * (a[at] * b[at] - covariance);
                side[t + year] = -known.weights[at] * (own + u.multipliers[year] * b[at] + v.multipliers[year] * a[at]);
            }
            let target = if year == 0 { 0.0 } else { self.first_total_curvature(variables[i], variables[j]) };
            side[totals.multiplier(year)] = target - covariance;
        }
        side
    }

    /// Second derivative of the first year's log total: a covariance under the fractions of its free periods, its base
    /// and the rest.
    fn first_total_curvature(&self, i: Variable, j: Variable) -> f64 {
        let part = |variable| self.moves(variable, 0.0).1;
        let same = if i == j { part(i) } else { 0.0 };
        same - part(i) * part(j)
    }

    /// Coefficients of Γ, which is relative to the drawn base, by period.
    fn coefficients(&self, variables: &[Variable], second: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let of = |t: usize| {
            let linear = variables.iter().zip(&self.first);
            let linear = linear.map(|(variable, first)| first.xs[t] - f64::from(*variable == Variable::Base));
            let quadratic = pairs(variables.len()).zip(second);
            let quadratic = quadratic.map(|((i, j), second)| second[t] * if i == j { 0.5 } else { 1.0 });
            std::iter::once(self.central.xs[t]).chain(linear).chain(quadratic).collect()
        };
        (0..self.totals.periods()).map(of).collect()
    }

    /// The region of validity, from the years as sums whose terms are exponentials of polynomials.
    fn region(&self, variables: &[Variable], second: &[Vec<f64>], goal: &Goal) -> Region {
        let totals = self.totals;
        let group = |year: usize, known: &[f64]| {
            let free = totals.free(year);
            let mut xs = self.central.xs[free.clone()].to_vec();
            xs.extend(known.iter().map(|revenue| crate::math::ln(*revenue)));
            // The base is the last of the known terms, and varies with its own draw.
            let moved = |variable: Variable| {
                let mut moved = vec![0.0; known.len()];
                moved.iter_mut().next_back().into_iter().for_each(|base| *base = f64::from(variable == Variable::Base));
                moved
            };
            let linear = variables.iter().zip(&self.first);
            let linear =
                linear.map(|(variable, first)| [&first.xs[free.clone()], &moved(*variable)].concat()).collect();
            let zeros = vec![0.0; known.len()];
            let quadratic = second.iter().map(|second| [&second[free.clone()], &zeros].concat()).collect();
            Group::new(Year::of(&xs), linear, quadratic)
        };
        let known: &[f64] = match (totals.into_year, totals.within > 0.0) {
            (0, _) => &[],
            (_, false) => &[1.0],
            (_, true) => &[totals.within, 1.0],
        };
        let opening = group(0, &[]);
        let groups =
            std::iter::once(group(0, known)).chain((1..totals.estimates).map(|year| group(year, &[]))).collect();
        let (before, within) = totals.known_sums(1.0);
        let growths = (0..totals.estimates).map(|year| match year {
            0 => (crate::math::exp(goal.log_totals[0]) + if totals.into_year == 0 { 0.0 } else { within }) / before,
            1 => crate::math::exp(goal.log_totals[1]) / (crate::math::exp(goal.log_totals[0]) + within),
            _ => crate::math::exp(goal.log_totals[year] - goal.log_totals[year - 1]),
        });
        Region::new(variables, &opening, groups, growths.collect())
    }
}
