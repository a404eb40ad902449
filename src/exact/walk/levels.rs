//! The probability of being above 0 at a date, for sums of Student-t innovations, by their characteristic function
//! (J. Gil-Pelaez, "Note on the inversion theorem", Biometrika 38 (1951) 481–482).
//!
//! `P(a + Σ s_k ε_k > 0) = ½ + (1/π) ∫ sin(ua)/u Π φ(s_k u) du`, with φ that of an innovation of unit variance: given its
//! mixing draw m it is normal, so `φ(v) = E e^(−v²m²/2)`. With `χ²_ν = 2e^y` this is an integral over y that the trapezoidal
//! rule solves, since its integrand falls double exponentially.

use crate::math;
use crate::math::gauss;

/// −ln of a negligible factor.
const NEGLIGIBLE: f64 = 42.0;
/// Radians of the sine on one panel of sixteen nodes.
const RADIANS: f64 = 8.0;
/// Halvings of the first panel: φ is not analytic at 0.
const HALVINGS: usize = 24;

/// φ of Student's t with ν degrees of freedom, scaled to unit variance.
struct Characteristic {
    /// a·y − e^y for each node, with the logarithm of its weight.
    terms: Vec<(f64, f64)>,
    /// (ν − 2)/4.
    quarter: f64,
}

impl Characteristic {
    fn new(degrees: f64) -> Self {
        let shape = 0.5 * degrees;
        let step = 0.06 / shape.sqrt().max(1.0);
        let log_norm = math::ln(step) - libm::lgamma(shape);
        // The integrand is centred at ln a with a standard deviation of about 1/√a; towards −∞ it falls by e^(ay).
        let centre = math::ln(shape);
        let (low, high) = (centre - (NEGLIGIBLE + 4.0 * shape.sqrt()) / shape - 2.0, centre + 5.0);
        let count = ((high - low) / step).ceil();
        let mut terms = Vec::new();
        let mut place = 0.0;
        while place < count {
            let y = low + step * place;
            let log = shape * y - math::exp(y) + log_norm;
            if log > -NEGLIGIBLE - 10.0 {
                terms.push((log, math::exp(-y)));
            }
            place += 1.0;
        }
        Self { terms, quarter: 0.25 * (degrees - 2.0) }
    }

    /// φ(v) for each v, in place.
    fn fill(&self, v: &mut [f64], scratch: &mut Vec<f64>) {
        for v in v {
            let square = self.quarter * *v * *v;
            scratch.clear();
            scratch.extend(self.terms.iter().map(|(log, inverse)| log - square * inverse));
            math::exp_slice(scratch);
            *v = scratch.iter().sum::<f64>();
        }
    }
}

/// P(x + centre + deviation > 0) at 1 to T for weighted starts x. The deviation at t is `Σ_k ρ^k s ε` over t innovations.
pub(crate) fn ahead(
    start: &[(f64, f64)],
    centres: &[f64],
    (sd, kept): (f64, f64),
    degrees: f64,
    finer: f64,
) -> Vec<f64> {
    let of = Characteristic::new(degrees);
    // φ falls at least as e^(−√(ν − 2) v) up to a power.
    let most = NEGLIGIBLE / (sd * (degrees - 2.0).sqrt()).min(1.0e300);
    let most = most.max(9.0 / sd).min(400.0 / sd);
    let furthest = |centre: &f64| start.iter().map(|(x, _)| (x + centre).abs()).fold(0.0, f64::max);
    let largest = centres.iter().map(furthest).fold(0.0, f64::max);
    let nodes = nodes(most, RADIANS / (finer * largest.max(1e-300)));
    let mut product = vec![1.0; nodes.len()];
    let (mut scratch, mut scale) = (Vec::new(), sd);
    let mut last: Vec<f64> = Vec::new();
    let mut out = Vec::with_capacity(centres.len());
    for centre in centres {
        if last.is_empty() || kept < 1.0 {
            last = nodes.iter().map(|(u, _)| scale * u).collect();
            of.fill(&mut last, &mut scratch);
        }
        product.iter_mut().zip(&last).for_each(|(product, factor)| *product *= factor);
        scale *= kept;
        let mut sum = 0.0;
        for (x, weight) in start {
            let a = x + centre;
            let integral: f64 =
                nodes.iter().zip(&product).map(|((u, own), phi)| own * phi * math::sin(u * a) / u).sum();
            sum += weight * (0.5 + integral * std::f64::consts::FRAC_1_PI);
        }
        out.push(sum);
    }
    out
}

/// Gauss nodes from 0 to `most`, on panels of at most `width`, the first of which is halved repeatedly.
fn nodes(most: f64, width: f64) -> Vec<(f64, f64)> {
    let rule = gauss::legendre(16);
    let panels = (most / width).ceil().clamp(8.0, 4000.0);
    let width = most / panels;
    let mut ends = vec![0.0];
    let mut first = width;
    for _ in 0..HALVINGS {
        first *= 0.5;
    }
    while first < width {
        ends.push(first);
        first *= 2.0;
    }
    let mut panel = 1.0;
    while panel <= panels {
        ends.push(panel * width);
        panel += 1.0;
    }
    let within = |pair: &[f64]| {
        let (from, width) = (pair[0], pair[1] - pair[0]);
        rule.iter().map(move |(x, weight)| (from + width * x, weight * width)).collect::<Vec<_>>()
    };
    ends.windows(2).flat_map(within).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::gauss::as_f64;

    /// One innovation has the distribution of Student's t; many are nearly normal.
    #[test]
    fn one_innovation_has_its_tail() {
        for degrees in [2.5, 3.5, 5.0, 30.0] {
            let scale = (degrees / (degrees - 2.0_f64)).sqrt();
            for x in [-3.0, -1.0, -0.2, 0.0, 0.5, 4.0] {
                let found = ahead(&[(0.1 * x, 1.0)], &[0.0], (0.1, 1.0), degrees, 1.0)[0];
                let expected = math::student_sf(degrees, -x * scale);
                assert!((found - expected).abs() < 1e-9, "{degrees} {x}: {found} {expected}");
            }
        }
    }

    #[test]
    fn many_innovations_are_nearly_normal() {
        let centres = vec![0.3; 400];
        let found = ahead(&[(0.0, 1.0)], &centres, (0.1, 1.0), 30.0, 1.0);
        let expected = math::norm_cdf(0.3 / (0.1 * as_f64(400).sqrt()));
        assert!((found[399] - expected).abs() < 1e-4, "{}", found[399]);
    }
}
