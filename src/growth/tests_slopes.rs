//! Derivatives of growth curves against differences, and their growth against that of simulations.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Curve, Times, Value};

/// Length of a period.
const STEP: f64 = 0.25;

fn with_fill(curve: &Curve, numbers: &[f64], taus: &[f64]) -> Vec<f64> {
    let values: Vec<Value<'_>> = numbers.iter().map(|number| Value::Fixed(*number)).collect();
    let mut out = vec![0.0; taus.len()];
    curve.fill(&values, Times { taus, step: STEP }, 1, &mut |place, growth| out[place] = growth[0]);
    out
}

/// Growth agrees with `fill`, and derivatives with differences of fourth order, relative to the largest of each column.
fn check(curve: &Curve, numbers: &[f64], taus: &[f64], tolerance: f64) {
    let (count, times) = (taus.len(), Times { taus, step: STEP });
    let (mut growth, mut slopes) = (vec![0.0; count], vec![0.0; numbers.len() * count]);
    curve.with_slopes(numbers, times, &mut growth, Some(&mut slopes));
    let mut alone = vec![0.0; count];
    curve.with_slopes(numbers, times, &mut alone, None);
    assert_eq!(growth, alone, "{curve:?} {numbers:?}");
    for (found, expected) in growth.iter().zip(with_fill(curve, numbers, taus)) {
        // Where revenue was far below that at the base, `fill` itself has lost digits.
        let error = 1e-12 * (1.0 + libm::exp(-expected));
        assert!((found - expected).abs() <= error, "{curve:?} {numbers:?}: {found}, expected {expected}");
    }
    for (place, column) in slopes.chunks_exact(count).enumerate() {
        let step = 1e-4 * numbers[place].abs().max(0.02);
        let at = |offset: f64| {
            let mut moved = numbers.to_vec();
            moved[place] += offset * step;
            let mut growth = vec![0.0; count];
            curve.with_slopes(&moved, times, &mut growth, None);
            growth
        };
        let [a, b, c, d] = [-2.0, -1.0, 1.0, 2.0].map(at);
        let expected: Vec<f64> =
            (0..count).map(|row| (8.0 * (c[row] - b[row]) - (d[row] - a[row])) / (12.0 * step)).collect();
        let largest = expected.iter().fold(0.0, |most: f64, slope| most.max(slope.abs()));
        for (row, (found, expected)) in column.iter().zip(&expected).enumerate() {
            let error = (found - expected).abs();
            assert!(
                error <= tolerance * largest + 1e-12,
                "{curve:?} {numbers:?} by {place} at {}: {found}, {expected}",
                taus[row]
            );
        }
    }
}

/// Times of quarters up to the base.
fn quarters(count: i32) -> Vec<f64> {
    (1 - count..=0).map(|quarter| STEP * f64::from(quarter)).collect()
}

/// 300 random sets of numbers of every law.
#[test]
fn derivatives_are_those_of_the_curve() {
    let mut rng = StdRng::seed_from_u64(11);
    for case in 0..300 {
        let mut within = |low: f64, high: f64| rng.random_range(low..high);
        let (growth, decline) = (within(0.02, 0.8), within(-0.3, 0.3));
        let (saturation, rate) = (1.0 + libm::exp(within(-3.0, 2.0)), within(0.1, 1.5));
        let taus = quarters(2 + case % 39);
        let length = -taus[0];
        let check = |curve: Curve, numbers: &[f64]| check(&curve, numbers, &taus, 1e-7);
        check(Curve::constant(0.1), &[decline]);
        check(Curve::fade(0.2, 0.1, 2), &[growth, decline, within(0.5, 8.0)]);
        check(Curve::hyperbolic(0.2, 2), &[growth, length * within(1.1, 3.0) + 0.1]);
        check(Curve::damped(0.2, 0.8), &[growth, within(0.6, 1.3)]);
        check(Curve::logistic(2, 0.5), &[saturation, rate]);
        check(Curve::gompertz(2, 0.5), &[saturation, rate]);
        check(Curve::richards(2, 0.5, 1), &[saturation, rate, libm::exp(within(-2.0, 1.5))]);
        let (hazard, shape, age) = (within(0.3, 2.5), within(0.7, 3.0), length * within(1.2, 2.0) + 0.2);
        let weibull = [-1.0 / libm::expm1(-hazard), libm::pow(hazard, 1.0 / shape) / age, shape];
        check(Curve::weibull(2, 0.2, 1.5), &weibull);
        let (imitation, rate) = (within(2.0, 50.0), within(1.0, 3.5) / age);
        let left = libm::exp(-rate * age);
        let innovation = rate / (1.0 + imitation);
        let adopted = (1.0 - left) / (1.0 + imitation * left);
        check(Curve::bass(0.03, 0.4, 0.5), &[innovation, rate - innovation, adopted]);
    }
}

/// Numbers at which a quotient of the formulas is 0/0, or nearly: constant growth, and shapes towards Gompertz's law.
#[test]
fn derivatives_are_accurate_near_limits() {
    let taus = quarters(40);
    for phi in [1.0, 1.0 - 1e-9, 1.0 + 1e-6, 0.999, 1.03] {
        check(&Curve::damped(0.2, 0.8), &[0.1, phi], &taus, 1e-6);
    }
    for shape in [0.03, 0.1] {
        check(&Curve::richards(2, 0.5, 1), &[1.5, 0.3, shape], &taus, 1e-5);
    }
    check(&Curve::logistic(2, 0.5), &[1.04, 0.05], &taus, 1e-6);
    check(&Curve::fade(0.2, 0.1, 2), &[0.2, 0.1, 300.0], &taus, 1e-6);
    check(&Curve::hyperbolic(0.2, 2), &[0.2, 500.0], &taus, 1e-6);
}

/// Before its launch a law has no value, and neither are there derivatives.
#[test]
fn growth_before_a_launch_is_not_finite() {
    for (curve, numbers) in
        [(Curve::bass(0.03, 0.4, 0.5), [0.03, 0.4, 0.3]), (Curve::weibull(2, 0.2, 1.5), [2.0, 0.5, 2.0])]
    {
        let (taus, mut growth, mut slopes) = ([-9.0, 0.0], [0.0; 2], [0.0; 6]);
        curve.with_slopes(&numbers, Times { taus: &taus, step: STEP }, &mut growth, Some(&mut slopes));
        assert!(!growth[0].is_finite() && growth[1].abs() < 1e-12, "{curve:?}: {growth:?}");
    }
}

/// After the base the curve shares exponentials between times, and its logarithms have one division; the closed formulas, which
/// derivatives come with, have neither.
#[test]
fn growth_after_the_base_is_that_of_the_formulas() {
    let mut rng = StdRng::seed_from_u64(12);
    let grids = [4.0, 12.0].map(|parts| (1..=120).map(|step| f64::from(step) / parts).collect::<Vec<f64>>());
    for case in 0..300 {
        let mut within = |low: f64, high: f64| rng.random_range(low..high);
        let saturation = 1.0 + libm::exp(within(-3.0, 6.0));
        let (rate, other, adopted) = (within(0.01, 1.5), within(0.01, 1.0), within(0.01, 0.9));
        let taus = &grids[case % 2];
        let laws = [
            (Curve::hyperbolic(0.2, 2), vec![within(-0.3, 0.9), within(0.1, 9.0)]),
            (Curve::damped(0.2, 0.8), vec![within(-0.3, 0.9), within(0.5, 1.2)]),
            (Curve::logistic(2, 0.5), vec![saturation, rate]),
            (Curve::gompertz(2, 0.5), vec![saturation, rate]),
            // Of times after the base, the formula with derivatives is accurate where S^−ν is not small.
            (Curve::richards(2, 0.5, 1), vec![saturation, rate, within(0.3, 3.0) / libm::log(saturation)]),
            (Curve::bass(0.1, 0.3, 0.1), vec![rate, other, adopted]),
            (Curve::weibull(2, 0.2, 1.5), vec![saturation, rate, within(0.5, 3.0)]),
        ];
        for (curve, numbers) in laws {
            let mut expected = vec![0.0; taus.len()];
            curve.with_slopes(&numbers, Times { taus, step: STEP }, &mut expected, None);
            for ((tau, found), expected) in taus.iter().zip(with_fill(&curve, &numbers, taus)).zip(expected) {
                let error = 1e-12 * expected.abs().max(1.0);
                assert!((found - expected).abs() <= error, "{curve:?} {numbers:?} at {tau}: {found}, not {expected}");
            }
        }
        let (from, to, half_life) = (adopted, within(0.01, 0.9), within(0.1, 9.0));
        let logit = |share: f64| libm::log(share / (1.0 - share));
        let curve = Curve::share(Curve::constant(0.0), from, to, half_life);
        for (tau, found) in taus.iter().zip(with_fill(&curve, &[0.0, from, to, half_life], taus)) {
            let moved = logit(to) + (logit(from) - logit(to)) * libm::exp2(-tau / half_life);
            let expected = -libm::log1p(libm::exp(-moved)) - libm::log(from);
            assert!((found - expected).abs() <= 1e-12, "{from} {to} {half_life} at {tau}: {found}, not {expected}");
        }
    }
}
