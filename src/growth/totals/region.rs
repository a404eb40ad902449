//! The draws for which the expansion is proven to meet the totals.
//!
//! Along the ray r·u, 0 ≤ r ≤ 1, the terms of a year's log total f are polynomials x(r) = x + r·L(u) + r²·Q(u,u)/2, and
//! the derivatives of f are cumulants: f‴ = κ₃(x′) + 3 cov(x′,x″), f⁗ = κ₄(x′) + 6 κ(x′,x′,x″) + 3 cov(x″,x″). The
//! expansion meets its goals to second order. The error of f at u is therefore f‴(0)/6, a known cubic form in u, plus
//! at most max |f⁗|/24. Let A and B be the ranges of x′ and x″ within the year. Then |κ₄| ≤ A⁴/8 (between −2σ⁴ and the
//! largest fourth moment, A⁴/12), |κ(x′,x′,x″)| ≤ A²B/4 and |cov(x″,x″)| ≤ B²/4 (Popoviciu). Over the ellipsoid
//! `Σ (u_i/U_i)² ≤ ρ²` a form is bounded by the Frobenius norm of its scaled coefficients times a power of ρ.

use super::variable::{LANES, Variable};
use super::year::Year;
use crate::math;

/// Maximum deviation of a total's growth from its estimate: 0.1 percentage point.
pub(super) const MISS: f64 = 1e-3;
/// Maximum extent of the region in any variable, even if the error stays 0: a factor of 20,000.
const WIDEST: f64 = 10.0;
/// Number of bisection steps.
const HALVINGS: usize = 50;

/// A year's total as a sum of terms whose logs are polynomials in d variables.
pub(super) struct Group {
    year: Year,
    /// Indexed by variable, then by term.
    linear: Vec<Vec<f64>>,
    /// Indexed by pair of variables (i, j ≤ i), then by term.
    quadratic: Vec<Vec<f64>>,
}

/// Bounds on the error of a year's log total beyond second order.
struct Remainder {
    /// Indexed by three variables: f‴(0)/6.
    cubic: Vec<f64>,
    /// For each variable, the range of L within the year.
    linear: Vec<f64>,
    /// For each two variables, the range of Q.
    quadratic: Vec<f64>,
}

#[derive(Debug, Clone)]
pub(super) struct Region {
    /// `1/(U_i ρ)²`.
    weights: Vec<f64>,
}

fn range(xs: &[f64]) -> f64 {
    let (least, greatest) =
        xs.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), x| (least.min(*x), greatest.max(*x)));
    greatest - least
}

fn norm(xs: impl Iterator<Item = f64>) -> f64 {
    xs.map(|x| x * x).sum::<f64>().sqrt()
}

/// Index of an unordered pair.
fn pair(i: usize, j: usize) -> usize {
    let (low, high) = if i < j { (i, j) } else { (j, i) };
    high * (high + 1) / 2 + low
}

impl Group {
    pub(super) fn new(year: Year, linear: Vec<Vec<f64>>, quadratic: Vec<Vec<f64>>) -> Self {
        Self { year, linear, quadratic }
    }

    fn remainder(&self) -> Remainder {
        let d = self.linear.len();
        let l: Vec<Vec<f64>> = self.linear.iter().map(|x| self.year.centred(x)).collect();
        let q: Vec<Vec<f64>> = self.quadratic.iter().map(|x| self.year.centred(x)).collect();
        let with = |i: usize, j: usize, k: usize| self.year.moment([&l[i], &q[pair(j, k)]]);
        let third = |i: usize, j: usize, k: usize| {
            (self.year.moment([&l[i], &l[j], &l[k]]) + with(i, j, k) + with(j, i, k) + with(k, i, j)) / 6.0
        };
        let squares = || (0..d).flat_map(move |i| (0..d).map(move |j| (i, j)));
        Remainder {
            cubic: squares()
                .flat_map(|(i, j)| (0..d).map(move |k| (i, j, k)))
                .map(|(i, j, k)| third(i, j, k))
                .collect(),
            linear: self.linear.iter().map(|x| range(x)).collect(),
            quadratic: squares().map(|(i, j)| range(&self.quadratic[pair(i, j)])).collect(),
        }
    }
}

impl Remainder {
    /// The same where only one variable moves.
    fn along(&self, i: usize) -> Self {
        let d = self.linear.len();
        Self {
            cubic: vec![self.cubic[(i * d + i) * d + i]],
            linear: vec![self.linear[i]],
            quadratic: vec![self.quadratic[i * d + i]],
        }
    }

    /// Upper bound on |f⁗|/24 over the ellipsoid with half-axes `reach`.
    fn fourth(&self, reach: &[f64]) -> f64 {
        let d = reach.len();
        let b = norm(self.quadratic.iter().enumerate().map(|(at, x)| x * reach[at / d] * reach[at % d]));
        let a = norm(self.linear.iter().zip(reach).map(|(x, reach)| x * reach)) + b;
        (a * a * a * a / 8.0 + 1.5 * a * a * b + 0.75 * b * b) / 24.0
    }
}

/// Bound on the cubic form of one year minus that of the year before, over the same ellipsoid.
fn cubic(year: &Remainder, before: Option<&Remainder>, reach: &[f64]) -> f64 {
    let d = reach.len();
    norm(year.cubic.iter().enumerate().map(|(at, x)| {
        let x = x - before.map_or(0.0, |before| before.cubic[at]);
        x * reach[at / (d * d)] * reach[at / d % d] * reach[at % d]
    }))
}

/// Largest increase of the log of `1 + g_y`. The growth of the first year also depends on the opening total, and on the base through
/// the totals of both its years.
fn rise(variables: &[Variable], year: usize, reach: &[f64]) -> f64 {
    let of = |(variable, reach): (&Variable, &f64)| match variable {
        Variable::Rate(of) if *of == year => *reach,
        Variable::Opening if year == 0 => *reach,
        Variable::Base if year == 0 => 2.0 * reach,
        _ => 0.0,
    };
    variables.iter().zip(reach).map(of).sum()
}

/// Whether the totals of all years are met over the ellipsoid with half-axes `reach`.
fn is_met(variables: &[Variable], opening: &Remainder, years: &[Remainder], growths: &[f64], reach: &[f64]) -> bool {
    growths.iter().enumerate().all(|(year, growth)| {
        // The error of the first year's log total is at most that of its free periods.
        let log_miss = match year {
            0 => cubic(opening, None, reach) + opening.fourth(reach),
            _ => {
                let (this, before) = (&years[year], &years[year - 1]);
                cubic(this, Some(before), reach) + this.fourth(reach) + before.fourth(reach)
            }
        };
        growth * math::exp(rise(variables, year, reach)) * math::exp_m1(log_miss) <= MISS
    })
}

impl Region {
    /// `opening` is the first year's free periods, `groups` every year's total, `growths` the central `1 + g_y`.
    pub(super) fn new(variables: &[Variable], opening: &Group, groups: Vec<Group>, growths: Vec<f64>) -> Self {
        let d = variables.len();
        let opening = opening.remainder();
        let years: Vec<Remainder> = groups.iter().map(Group::remainder).collect();
        let alone = |i: usize| {
            let along: Vec<Remainder> = years.iter().map(|year| year.along(i)).collect();
            let (opening, variable) = (opening.along(i), &variables[i..=i]);
            greatest(WIDEST, |reach| is_met(variable, &opening, &along, &growths, &[reach]))
        };
        let axes: Vec<f64> = (0..d).map(alone).collect();
        let scaled = |rho: f64| axes.iter().map(|axis| axis * rho).collect::<Vec<_>>();
        let rho = greatest(1.0, |rho| is_met(variables, &opening, &years, &growths, &scaled(rho)));
        Self { weights: scaled(rho).iter().map(|reach| 1.0 / (reach * reach)).collect() }
    }

    /// Which paths are outside the region, or NaN, given the products `u_i u_j` in the order of `pair`.
    pub(super) fn outside(&self, products: &[[f64; LANES]]) -> [bool; LANES] {
        let mut sums = [0.0; LANES];
        for (i, weight) in self.weights.iter().enumerate() {
            for (sum, square) in sums.iter_mut().zip(&products[pair(i, i)]) {
                *sum += weight * square;
            }
        }
        sums.map(|sum| !(sum <= 1.0))
    }
}

/// Largest x up to `widest` for which `holds` is true, assuming that it also holds for smaller x.
fn greatest(widest: f64, holds: impl Fn(f64) -> bool) -> f64 {
    if holds(widest) {
        return widest;
    }
    let (mut low, mut high) = (0.0, widest);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Error of the log of a sum of terms with these weights, slopes and curvatures at `u`, beyond the cubic term, and
    /// its bound.
    fn rest(weights: &[f64], linear: &[f64], quadratic: &[f64], u: f64) -> (f64, f64) {
        let xs: Vec<f64> = weights.iter().map(|weight| math::ln(*weight)).collect();
        let year = Year::of(&xs);
        let centred = year.centred(linear);
        let second = year.moment([&centred, &centred]) + year.mean(quadratic);
        let series = year.log_sum + year.mean(linear) * u + second * u * u / 2.0;
        let moved = |(x, (l, q)): (&f64, (&f64, &f64))| x + l * u + q * u * u / 2.0;
        let at: Vec<f64> = xs.iter().zip(linear.iter().zip(quadratic)).map(moved).collect();
        let remainder = Group::new(year, vec![linear.to_vec()], vec![quadratic.to_vec()]).remainder();
        (Year::of(&at).log_sum - series - remainder.cubic[0] * u * u * u, remainder.fourth(&[u.abs()]))
    }

    #[test]
    fn the_bound_on_the_fourth_derivative_holds_and_is_reached() {
        for u in [-0.3, -0.05, 0.02, 0.2, 0.7] {
            for (weights, linear, quadratic) in [
                ([0.25; 4], [0.4, 0.85, 1.2, 1.35], [-0.1, -0.2, -0.15, -0.1]),
                ([0.1, 0.2, 0.3, 0.4], [1.0, -1.0, 2.0, 0.5], [1.5, -2.0, 0.3, 0.1]),
                ([0.97, 0.01, 0.01, 0.01], [0.0, 2.0, 3.0, -1.0], [0.0, 4.0, 0.0, -4.0]),
                ([0.4, 0.4, 0.1, 0.1], [1.0, 1.0, -3.0, -2.5], [-3.0, -3.0, 3.0, 3.0]),
            ] {
                let (rest, bound) = rest(&weights, &linear, &quadratic, u);
                assert!(rest.abs() <= bound + 1e-15, "{u} {weights:?}: {rest:e} beyond {bound:e}");
            }
        }
        // The bound is sharp: two equal terms with opposite slopes have κ₄ = −A⁴/8, and with opposite curvatures
        // cov(x″, x″) = B²/4.
        for (linear, quadratic) in [([0.5, -0.5], [0.0; 2]), ([0.0; 2], [0.5, -0.5])] {
            let (rest, bound) = rest(&[1.0; 2], &linear, &quadratic, 0.1);
            assert!(rest.abs() <= bound && rest.abs() > 0.95 * bound, "{rest:e} of {bound:e}");
        }
    }

    #[test]
    fn a_limit_is_found_by_bisection() {
        assert!((greatest(10.0, |x| x * x <= 2.0) - std::f64::consts::SQRT_2).abs() < 1e-12);
        assert!((greatest(1.0, |x| x * x <= 2.0) - 1.0).abs() < 1e-15);
    }
}
