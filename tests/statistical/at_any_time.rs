//! The bridge between dates against a nearly continuous fine grid, with time-dependent growth and volatility.

use outgrow::exact::{bridge_no_touch, discrete_shift};
use outgrow::{Assumption, Curve, Provider, Question, Sampling, Scenario, Tail, lognormal, normal, uniform};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};

use crate::STANDARD_ERRORS;

const SEED: u64 = 1997;
const WALKS: u32 = 60_000;
/// Dates, a quarter apart, and fine steps between two of them.
const DATES: usize = 8;
const FINE: u32 = 64;
const STEP: f64 = 0.25;
/// The log-ratio at the base, and by date its yearly drift and its volatility.
const START: f64 = -0.45;
const DRIFT: [f64; DATES] = [0.5, 0.4, 0.2, 0.1, 0.0, -0.1, -0.1, 0.3];
const VOLATILITY: [f64; DATES] = [0.1, 0.3, 0.2, 0.25, 0.15, 0.2, 0.3, 0.1];
/// Allowance for the error of the shifted barrier on the fine grid, of order STEP/FINE = 0.004 years.
const GRID_ERROR: f64 = 4e-4;

/// One walk on both grids: whether the fine one passed its shifted barrier, and the probability that a bridge between
/// the dates passed 0.
fn walk(rng: &mut StdRng) -> (f64, f64) {
    let (mut x, mut passed, mut below) = (START, false, 1.0);
    let fine = STEP / f64::from(FINE);
    for (drift, volatility) in DRIFT.into_iter().zip(VOLATILITY) {
        let from = x;
        // Discrete monitoring acts like a more distant barrier; a nearer barrier compensates.
        let barrier = -discrete_shift(volatility, fine).expect("valid");
        for _ in 0..FINE {
            let z: f64 = StandardNormal.sample(rng);
            x += drift * fine + volatility * fine.sqrt() * z;
            passed |= x > barrier;
        }
        below *= bridge_no_touch(from, x, 0.0, volatility * volatility * STEP).expect("valid");
    }
    (if passed { 1.0 } else { 0.0 }, 1.0 - below)
}

/// Paired estimates from the same walks: their difference has far less noise than either.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn a_bridge_between_dates_is_a_fine_grid() {
    let mut rng = StdRng::seed_from_u64(SEED);
    let (mut sum, mut squares, mut share) = (0.0, 0.0, 0.0);
    for _ in 0..WALKS {
        let (passed, bridged) = walk(&mut rng);
        sum += passed - bridged;
        squares += (passed - bridged) * (passed - bridged);
        share += passed;
    }
    let n = f64::from(WALKS);
    let (difference, error) = (sum / n, ((squares / n - (sum / n) * (sum / n)) / n).sqrt());
    println!("share {:.4}, difference {difference:.5} ± {error:.5}", share / n);
    assert!((0.2..0.8).contains(&(share / n)), "{share} of {n} passed: no test of anything");
    // False alarms: 6.3e-5 (four standard errors), if GRID_ERROR holds.
    assert!(difference.abs() <= STANDARD_ERRORS * error + GRID_ERROR, "{difference} ± {error}");
}

/// Paths of the monthly grid.
const PATHS: u64 = 400_000;
/// Allowance for the error of the shifted monthly barrier, of order one month over the horizon in years.
const MONTHLY_ERROR: f64 = 1e-3;

/// The solver between yearly dates against simulated months with a nearer barrier, with growth drawn and changing by year.
/// Growth and shocks are small, so that a month is a short step.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
#[expect(clippy::disallowed_methods, reason = "a barrier, to 1e-3")]
fn at_any_time_is_a_fine_grid_with_drawn_assumptions() {
    let (volatility, month) = (0.05_f64, 1.0 / 12.0);
    let scenario = |base: &str, horizon: &str, incumbent: f64| {
        Scenario::builder(base, horizon)
            .provider(
                Provider::new("a", 800)
                    .growth(Curve::schedule([normal(0.12, 0.02), 0.08.into(), 0.05.into()], Tail::hold()))
                    .volatility(0.04),
            )
            .provider(Provider::new("b", incumbent).growth(Curve::constant(normal(0.04, 0.01))).volatility(0.03))
            .question(Question::overtakes("a", "b"))
            .build()
            .expect("a scenario")
    };
    let watched = scenario("2018", "2034", 1000.0).exact().continuous(true).run().expect("an outcome");
    let nearer = 1000.0 * (-discrete_shift(volatility, month).expect("valid")).exp();
    let months = scenario("2018-12", "2034-12", nearer);
    let months = months.simulate().paths(PATHS).seed(SEED).fans(false).ranks(false).shares(false);
    let months = months.run().expect("an outcome");
    for year in [2026, 2030, 2034] {
        let watched = watched.questions()[0].by(format!("{year}").as_str()).expect("a date");
        let months = months.questions()[0].by(format!("{year}-12").as_str()).expect("a date");
        println!("{year}: {watched} and {months}");
        assert!((0.05..0.9).contains(&watched.value()), "{watched}");
        // False alarms: 6.3e-5 (four standard errors) for each of three years, if MONTHLY_ERROR holds.
        let allowed = STANDARD_ERRORS * months.standard_error() + MONTHLY_ERROR;
        assert!((watched.value() - months.value()).abs() <= allowed, "{year}: {watched} and {months}");
    }
}

/// Two providers over five years: bases, growth and volatility of the challenger, correlation.
fn pair(base: Assumption, growth: Assumption, volatility: Assumption, correlation: f64) -> Scenario {
    Scenario::builder("2018-Q1", "2023-Q1")
        .provider(Provider::new("a", base).growth(Curve::constant(growth)).volatility(volatility))
        .provider(Provider::new("b", 1000).growth(Curve::fade(normal(0.3, 0.05), 0.1, 2)).volatility(0.1))
        .correlation("a", "b", correlation)
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("a scenario")
}

/// Simulated bridges against the solver's: every date, under every sampling scheme.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn simulated_bridges_are_the_solvers() {
    const PATHS: u64 = 1 << 18;
    /// A correct question exceeds its bound in one run in a million.
    const FALSE_ALARM: f64 = 20.0 * 1e-6;
    const { assert!(FALSE_ALARM < 1e-4) };
    let number = Assumption::from;
    let cases = [
        ("certain", pair(number(700.0), number(0.3), number(0.2), 0.0)),
        ("drawn volatility, correlated", pair(number(800.0), normal(0.3, 0.1), uniform(0.05, 0.4), 0.6)),
        ("against each other", pair(number(600.0), normal(0.4, 0.1), lognormal(0.15, 0.5), -0.7)),
        ("a drawn base", pair(lognormal(900.0, 0.15), number(0.2), uniform(0.1, 0.3), 0.3)),
        ("a tie at the base", pair(number(1000.0), normal(0.0, 0.1), uniform(0.1, 0.3), 0.4)),
    ];
    let mut failed = Vec::new();
    for (what, scenario) in &cases {
        for sampling in [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol, Sampling::Importance] {
            let simulation = scenario.simulate().paths(PATHS).seed(SEED).sampling(sampling).continuous(true);
            let outcome =
                simulation.fans(false).ranks(false).shares(false).cross_check(true).run().expect("an outcome");
            let check = outcome.cross_checks().next().expect("asked for");
            println!("{what}, {sampling:?}: {check}; bound {:.2}", check.bound());
            assert!(check.reason().is_none() && check.by().len() == 20, "{check}");
            if !check.agrees() {
                failed.push(format!("{what}, {sampling:?}: {check}"));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
