use std::f64::consts::PI;

use super::*;
use crate::analysis::batch::Columns;
use crate::analysis::design::Inputs;

/// Ishigami & Homma 1990: sin x₁ + 7 sin² x₂ + 0.1 x₃⁴ sin x₁ on (−π, π)³.
fn ishigami(u: &[f64]) -> f64 {
    let [a, b, c] = [0, 1, 2].map(|place: usize| PI * (2.0 * u[place] - 1.0));
    libm::sin(a) + 7.0 * libm::sin(b) * libm::sin(b) + 0.1 * c * c * c * c * libm::sin(a)
}

/// Sobol's G function with a = 0, 1, 4.5, 9, 99, 99, 99, 99.
fn g(u: &[f64]) -> f64 {
    const A: [f64; 8] = [0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0];
    u.iter().zip(A).map(|(u, a)| ((4.0 * u - 2.0).abs() + a) / (1.0 + a)).product()
}

const ISHIGAMI: [[f64; 3]; 2] = [[0.313_905_2, 0.442_411_1, 0.0], [0.557_588_9, 0.442_411_1, 0.243_683_7]];
const G: [[f64; 8]; 2] = [
    [0.716_192_2, 0.179_048_0, 0.023_675_8, 0.007_161_9, 7.16e-5, 7.16e-5, 7.16e-5, 7.16e-5],
    [0.787_144_1, 0.242_198_2, 0.034_316_9, 0.010_460_4, 1.049e-4, 1.049e-4, 1.049e-4, 1.049e-4],
];

/// The function at every point.
fn each(points: &Columns, f: fn(&[f64]) -> f64) -> Vec<f64> {
    (0..points[0].len()).map(|point| f(&points.iter().map(|axis| axis[point]).collect::<Vec<f64>>())).collect()
}

fn study(inputs: Inputs, seed: u64, groups: usize, f: fn(&[f64]) -> f64) -> Study {
    let mut study = Study::new(inputs, Known::Values, seed);
    let evaluators = move || -> Box<Evaluate<'static>> { Box::new(move |points: &Columns, _| Ok(each(points, f))) };
    study.extend(groups, &evaluators).expect("a function without errors");
    study
}

fn holds(estimate: NumberEstimate, truth: f64) -> bool {
    (estimate.interval[0]..=estimate.interval[1]).contains(&truth)
}

/// The values of Saltelli et al. 2008, to seven digits, lie within a few standard errors, which are small.
#[test]
fn published_indices_are_met() {
    let check = |study: &Study, truth: [&[f64]; 2], most: f64| {
        for (input, effects) in study.effects(0.95).iter().enumerate() {
            for (found, truth) in [(effects.first, truth[0][input]), (effects.total, truth[1][input])] {
                assert!(found.standard_error < most, "{input}: {found}");
                assert!((found.value - truth).abs() < 4.0 * found.standard_error + 1e-7, "{input}: {found}, {truth}");
            }
        }
    };
    check(&study(Inputs::Independent(3), 1, 64, ishigami), [&ISHIGAMI[0], &ISHIGAMI[1]], 1e-3);
    check(&study(Inputs::Independent(8), 1, 64, g), [&G[0], &G[1]], 2e-3);
}

/// Intervals of two confidence levels contain the truth as often as they state, over 500 seeds, for every index above 0.01.
#[test]
fn intervals_cover_as_often_as_they_state() {
    for (level, range) in [(0.95, 0.92..=0.98), (0.8, 0.75..=0.85)] {
        let mut covered = [[0; 3]; 2];
        for seed in 0..500 {
            for (input, effects) in study(Inputs::Independent(3), seed, 1, ishigami).effects(level).iter().enumerate() {
                covered[0][input] += usize::from(holds(effects.first, ISHIGAMI[0][input]));
                covered[1][input] += usize::from(holds(effects.total, ISHIGAMI[1][input]));
            }
        }
        for (kind, covered) in covered.iter().enumerate() {
            for (input, covered) in covered.iter().enumerate().filter(|(input, _)| ISHIGAMI[kind][*input] > 0.01) {
                let share = as_f64(*covered) / 500.0;
                assert!(range.contains(&share), "level {level}, kind {kind}, input {input}: {share}");
            }
        }
    }
    let mut covered = [[0; 4]; 2];
    for seed in 0..500 {
        for (input, effects) in study(Inputs::Independent(8), seed, 1, g).effects(0.95).iter().take(4).enumerate() {
            covered[0][input] += usize::from(holds(effects.first, G[0][input]));
            covered[1][input] += usize::from(holds(effects.total, G[1][input]));
        }
    }
    for (kind, covered) in covered.iter().enumerate() {
        for (input, covered) in covered.iter().enumerate().filter(|(input, _)| G[kind][*input] > 0.01) {
            let share = as_f64(*covered) / 500.0;
            assert!((0.92..=0.98).contains(&share), "G, kind {kind}, input {input}: {share}");
        }
    }
}

/// Shapley effects sum to 1, and lie between first-order and total effects where inputs are independent (Owen 2014).
#[test]
fn shapley_effects_share_the_variance() {
    let effects = study(Inputs::Independent(3), 5, 64, ishigami).effects(0.95);
    let sum: f64 = effects.iter().map(|effects| effects.shapley.value).sum();
    assert!((sum - 1.0).abs() < 1e-12);
    // The interaction of x₁ and x₃, 0.2436837, is divided equally.
    for (effects, truth) in effects.iter().zip([0.435_747_05, 0.442_411_1, 0.121_841_85]) {
        let Effects { first, total, shapley } = effects;
        assert!((shapley.value - truth).abs() < 4.0 * shapley.standard_error, "{shapley} {truth}");
        assert!(
            shapley.standard_error < 5e-3 && shapley.value < total.value + 0.01 && shapley.value > first.value - 0.01
        );
    }
}

/// Owen & Prieur 2017, "On Shapley value for measuring importance of dependent inputs", SIAM/ASA JUQ 5, theorem 3 for two
/// inputs: of x₁ + x₂ with standard deviations σ and correlation ρ, here of scores with weights 1 and 2 and ρ = 0.6. Their
/// formula gives (σ₁²(1 − ρ²/2) + ρσ₁σ₂ + σ₂²ρ²/2)/σ².
#[test]
fn shapley_effects_of_dependent_inputs() {
    let inputs = Inputs::Normal(vec![vec![1.0, 0.6], vec![0.6, 1.0]]);
    let effects = study(inputs, 2, 32, |x| x[0] + 2.0 * x[1]).effects(0.95);
    let (a, b, r) = (1.0, 2.0, 0.6);
    let variance = a * a + b * b + 2.0 * r * a * b;
    let shapley = |a: f64, b: f64| (a * a * (1.0 - 0.5 * r * r) + r * a * b + 0.5 * b * b * r * r) / variance;
    // E[f | x₁] = (a + r b) x₁, and Var(f | x₂) = a² (1 − r²).
    let first = |a: f64, b: f64| (a + r * b) * (a + r * b) / variance;
    let total = |a: f64| a * a * (1.0 - r * r) / variance;
    let truth = [(shapley(a, b), first(a, b), total(a)), (shapley(b, a), first(b, a), total(b))];
    for (effects, (shapley, first, total)) in effects.iter().zip(truth) {
        for (found, truth) in [(effects.shapley, shapley), (effects.first, first), (effects.total, total)] {
            assert!((found.value - truth).abs() < 4.0 * found.standard_error + 1e-9, "{found} {truth}");
            assert!(found.standard_error < 5e-3, "{found}");
        }
    }
}

/// An input without any effect has indices of exactly 0, and a single input all of the variance.
#[test]
fn extreme_inputs() {
    let effects = study(Inputs::Independent(3), 5, 1, |u| u[0] + u[1] * u[1]).effects(0.95);
    let Effects { first, total, shapley } = effects[2];
    assert!([first, total, shapley].iter().all(|estimate| estimate.value == 0.0 && estimate.standard_error == 0.0));
    let Effects { first, total, shapley } = study(Inputs::Independent(1), 5, 1, |u| u[0]).effects(0.95)[0];
    assert!([first, total, shapley].iter().all(|estimate| (estimate.value - 1.0).abs() < 1e-15));
}

/// More groups at once or one after the other give the same bits.
#[test]
fn a_study_continues_where_it_stopped() {
    let whole = study(Inputs::Independent(8), 3, 4, g);
    let mut parts = study(Inputs::Independent(8), 3, 1, g);
    let evaluators = || -> Box<Evaluate<'static>> { Box::new(|points: &Columns, _| Ok(each(points, g))) };
    parts.extend(4, &evaluators).expect("a function without errors");
    let values = |study: &Study| study.effects(0.9).iter().map(|effects| effects.shapley.value).collect::<Vec<_>>();
    for (a, b) in values(&whole).into_iter().zip(values(&parts)) {
        assert!((a - b).abs() < 1e-13, "{a} {b}");
    }
}
