//! Gauss rules: nodes and weights that integrate polynomials exactly, from the recurrence of their orthogonal
//! polynomials (Golub & Welsch 1969, "Calculation of Gauss quadrature rules").

use crate::math;

/// Nodes in ascending order, with weights that sum to the mass of the measure.
pub(crate) type Rule = Vec<(f64, f64)>;

/// Gauss–Legendre rule with `n` nodes on [0, 1], with total weight 1.
pub(crate) fn legendre(n: usize) -> Rule {
    let off = (1..n).map(|k| as_f64(k) / (4.0 * as_f64(k * k) - 1.0).sqrt());
    let rule = of_recurrence(vec![0.0; n], off.collect(), 1.0);
    rule.into_iter().map(|(x, weight)| (0.5 + 0.5 * x, weight)).collect()
}

/// Gauss–Hermite rule with `n` nodes for the standard normal distribution.
pub(crate) fn hermite(n: usize) -> Rule {
    of_recurrence(vec![0.0; n], (1..n).map(|k| as_f64(k).sqrt()).collect(), 1.0)
}

/// Trapezoidal rule for the standard normal distribution, with `n` nodes over ±`reach`. It also converges geometrically
/// (Trefethen & Weideman 2014), and for steep integrands it needs fewer nodes than Gauss–Hermite.
pub(crate) fn trapezoid(n: usize, reach: f64) -> Rule {
    let step = 2.0 * reach / as_f64(n);
    let mut rule: Rule = (0..n).map(|j| (as_f64(j) + 0.5) * step - reach).map(|z| (z, normal_density(z))).collect();
    let mass: f64 = rule.iter().map(|(_, weight)| weight).sum();
    rule.iter_mut().for_each(|(_, weight)| *weight /= mass);
    rule
}

/// Standard normal density φ(z).
pub(crate) fn normal_density(z: f64) -> f64 {
    const OVER_ROOT_2_PI: f64 = 0.398_942_280_401_432_7;
    OVER_ROOT_2_PI * math::exp(-0.5 * z * z)
}

/// Gauss rule with at most `n` nodes for a discrete measure with many points. It integrates polynomials to degree 2n −
/// 1 exactly (discretized Stieltjes procedure, Gautschi 2004).
pub(crate) fn compressed(points: &Rule, n: usize) -> Rule {
    let mass: f64 = points.iter().map(|(_, weight)| weight).sum();
    if points.len() <= n || !(mass > 0.0) {
        return points.clone();
    }
    let ends =
        points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (x, _)| (low.min(*x), high.max(*x)));
    let (middle, half) = (0.5 * (ends.0 + ends.1), 0.5 * (ends.1 - ends.0));
    if !(half > 0.0) {
        return vec![(middle, mass)];
    }
    let (mut diagonal, mut off) = (Vec::new(), Vec::new());
    let mut before = vec![0.0; points.len()];
    let mut now: Vec<f64> = points.iter().map(|(_, weight)| (weight / mass).sqrt()).collect();
    for k in 0..n {
        let scaled = |(x, _): &(f64, f64)| (x - middle) / half;
        let centre: f64 = points.iter().zip(&now).map(|(point, p)| scaled(point) * p * p).sum();
        diagonal.push(centre);
        let last = off.last().copied().unwrap_or(0.0);
        let next: Vec<f64> = (points.iter().zip(&now).zip(&before))
            .map(|((point, now), before)| (scaled(point) - centre) * now - last * before)
            .collect();
        let norm = next.iter().map(|p| p * p).sum::<f64>().sqrt();
        if k + 1 == n || norm < 1e-14 {
            break;
        }
        off.push(norm);
        before = std::mem::replace(&mut now, next.into_iter().map(|p| p / norm).collect());
    }
    let rule = of_recurrence(diagonal, off, mass);
    rule.into_iter().map(|(x, weight)| (middle + half * x, weight)).collect()
}

/// Gauss rule of a Jacobi matrix: its eigenvalues, and weights from the squared first components of the eigenvectors,
/// by the implicit QL method (Wilkinson & Reinsch 1971, `imtql2`).
fn of_recurrence(mut diagonal: Vec<f64>, mut off: Vec<f64>, mass: f64) -> Rule {
    let n = diagonal.len();
    off.push(0.0);
    let mut first = vec![0.0; n];
    first[0] = 1.0;
    for low in 0..n {
        // Each eigenvalue takes two or three sweeps; sixty is a generous limit.
        for _ in 0..60 {
            let is_split = |k: &usize| off[*k].abs() <= f64::EPSILON * (diagonal[*k].abs() + diagonal[*k + 1].abs());
            let high = (low..n - 1).find(is_split).unwrap_or(n - 1);
            if high == low {
                break;
            }
            sweep(&mut diagonal, &mut off, &mut first, low, high);
        }
    }
    let mut rule: Rule = diagonal.into_iter().zip(first).map(|(x, first)| (x, mass * first * first)).collect();
    super::sort_by_first(&mut rule);
    rule
}

/// One QL sweep over the block `low..=high`.
fn sweep(diagonal: &mut [f64], off: &mut [f64], first: &mut [f64], low: usize, high: usize) {
    let half = (diagonal[low + 1] - diagonal[low]) / (2.0 * off[low]);
    let root = (half * half + 1.0).sqrt();
    let mut g = diagonal[high] - diagonal[low] + off[low] / (half + root.copysign(half));
    let (mut sine, mut cosine, mut shift) = (1.0, 1.0, 0.0);
    for k in (low..high).rev() {
        let (f, b) = (sine * off[k], cosine * off[k]);
        let r = (f * f + g * g).sqrt();
        off[k + 1] = r;
        if !(r > 0.0) {
            diagonal[k + 1] -= shift;
            off[high] = 0.0;
            return;
        }
        (sine, cosine) = (f / r, g / r);
        g = diagonal[k + 1] - shift;
        let turned = (diagonal[k] - g) * sine + 2.0 * cosine * b;
        shift = sine * turned;
        diagonal[k + 1] = g + shift;
        g = cosine * turned - b;
        let moved = first[k + 1];
        first[k + 1] = sine * first[k] + cosine * moved;
        first[k] = cosine * first[k] - sine * moved;
    }
    diagonal[low] -= shift;
    off[low] = g;
    off[high] = 0.0;
}

#[expect(clippy::cast_precision_loss, reason = "counts of nodes and periods")]
pub(crate) fn as_f64(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Abramowitz & Stegun 1964, tables 25.4 (n = 3, 10) and 25.10 (n = 3, 5).
    #[test]
    fn nodes_and_weights_are_the_published_ones() {
        let near = |(x, weight): (f64, f64), published: (f64, f64)| {
            assert!((x - published.0).abs() < 1e-14 && (weight - published.1).abs() < 1e-14, "{x} {weight}");
        };
        near(legendre(3)[2], (0.5 + 0.5 * 0.774_596_669_241_483_4, 5.0 / 18.0));
        near(legendre(10)[9], (0.5 + 0.5 * 0.973_906_528_517_171_7, 0.5 * 0.066_671_344_308_688_14));
        near(hermite(3)[2], (3.0_f64.sqrt(), 1.0 / 6.0));
        near(hermite(5)[4], (2.856_970_013_872_805_7, 0.011_257_411_327_720_69));
    }

    #[test]
    fn large_rules_keep_the_moments_of_the_normal_law() {
        for n in [16, 64, 128] {
            let moment = |power: i32| -> f64 {
                hermite(n).iter().map(|(z, weight)| weight * (0..power).fold(1.0, |product, _| product * z)).sum()
            };
            assert!((moment(0) - 1.0).abs() < 1e-13 && moment(3).abs() < 1e-12 && (moment(8) - 105.0).abs() < 1e-10);
            // E e^z = e^½.
            let bend: f64 = hermite(n).iter().map(|(z, weight)| weight * math::exp(*z)).sum();
            assert!((bend - math::exp(0.5)).abs() < 1e-13, "{n}: {bend}");
        }
    }

    #[test]
    fn the_trapezoid_integrates_steep_functions() {
        // E Φ(κz + c) = Φ(c/√(1 + κ²)).
        let (kappa, c) = (4.0, 1.0);
        let value: f64 = trapezoid(64, 7.0).iter().map(|(z, weight)| weight * math::norm_cdf(kappa * z + c)).sum();
        assert!((value - math::norm_cdf(c / 17.0_f64.sqrt())).abs() < 1e-9);
        let hermite: f64 = hermite(64).iter().map(|(z, weight)| weight * math::norm_cdf(kappa * z + c)).sum();
        assert!((hermite - math::norm_cdf(c / 17.0_f64.sqrt())).abs() > 1e-5, "Gauss–Hermite is less accurate here");
    }

    #[test]
    fn a_compressed_law_keeps_its_integrals() {
        let many: Rule = (0..3000).map(|k| (as_f64(k) / 700.0 - 3.0, 1.0 + as_f64(k % 7))).collect();
        let few = compressed(&many, 12);
        assert_eq!(few.len(), 12);
        for f in [|x: f64| math::exp(x), |x: f64| x * x - x, |_| 1.0] {
            let sum = |rule: &Rule| rule.iter().map(|(x, weight)| weight * f(*x)).sum::<f64>();
            assert!((sum(&few) / sum(&many) - 1.0).abs() < 1e-12);
        }
        assert_eq!(compressed(&few, 12), few);
    }
}
