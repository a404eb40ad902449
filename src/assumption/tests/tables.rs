//! Errors of the tabulated quantile functions, in probability relative to the smaller tail, against the distribution
//! functions: between the smallest and the largest uniform of a stream.

use super::super::quantity::Quantity;
use super::super::side::Side;
use super::super::{Assumption, beta, student_t};
use super::case;
use crate::math;

/// The largest error of P(X ≤ Q(Φ(z))) relative to Φ(z), or above the median relative to 1 − Φ(z).
fn greatest_error(law: &Assumption) -> f64 {
    let case = case(law.clone(), Quantity::Shared, 0.0);
    let mut draws: Vec<f64> = (-1640..=1640).map(|score| f64::from(score) / 200.0 + 0.0013).collect();
    let scores = draws.clone();
    case.quantile.fill_scores(&mut draws);
    let error = |(z, x): (&f64, &f64)| {
        let (side, tail) = if *z < 0.0 { (Side::Below, *z) } else { (Side::Above, -z) };
        let found = case.shape().probability(side, *x);
        // Next to the ends of a beta distribution the value itself, not the table, limits the probability.
        let is_resolved = (1e-300..1.0 - 1e-6).contains(x) || !law.to_string().starts_with("beta");
        if is_resolved { (found / math::norm_cdf(tail) - 1.0).abs() } else { 0.0 }
    };
    scores.iter().zip(&draws).map(error).fold(0.0, f64::max)
}

#[test]
fn errors_match_the_docs() {
    let bounded = |name: &str, errors: &mut dyn Iterator<Item = f64>, bound: f64| {
        let worst = errors.fold(0.0, f64::max);
        assert!(worst <= bound && bound <= 1.5 * worst, "{name}: {worst:e}, not {bound:e}");
    };
    let shapes: [(&[[f64; 2]], f64); 2] = [
        (&[[0.05, 0.05], [0.05, 1e6], [0.1, 0.1], [0.2, 3.0], [0.4, 0.1]], 7e-9),
        (&[[0.5, 0.5], [1.0, 1.0], [2.0, 5.0], [5.0, 0.7], [30.0, 1e3], [1e3, 1e6], [1e6, 1e6], [1e5, 0.5]], 1.0e-10),
    ];
    for (shapes, bound) in shapes {
        bounded("beta", &mut shapes.iter().map(|[a, b]| greatest_error(&beta(*a, *b))), bound);
    }
    let degrees: [(&[f64], f64); 2] =
        [(&[0.1, 0.2, 0.4], 7e-9), (&[0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 1e4, 1e7, 1e12], 3.1e-10)];
    for (degrees, bound) in degrees {
        bounded("Student-t", &mut degrees.iter().map(|df| greatest_error(&student_t(*df, 0.0, 1.0))), bound);
    }
}
