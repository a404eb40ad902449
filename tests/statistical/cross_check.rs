//! The z of a cross-check over many seeds: distributed as stated, never beyond the bound, and beyond it for a planted error.

use outgrow::{Curve, Provider, Question, Sampling, Scenario, normal, uniform};
use rayon::prelude::*;

const SEEDS: u64 = 400;
const PATHS: u64 = 8192;

/// P(|z| > 2) is 0.0455 for the normal distribution and 0.0543 for Student's with 31 degrees of freedom. A share of 400 has
/// a standard deviation of 0.011; these limits are three and a half away.
const BEYOND_TWO: std::ops::RangeInclusive<f64> = 0.007..=0.094;
/// P(a normal number is beyond 3.4 standard deviations), four times.
const FALSE_ALARM: f64 = 4.0 * 6.7e-4;

fn scenario() -> Scenario {
    Scenario::builder("2018-Q1", "2023-Q1")
        .provider(Provider::new("a", 600).growth(Curve::constant(normal(0.35, 0.05))).volatility(uniform(0.1, 0.3)))
        .provider(Provider::new("b", normal(1000.0, 30.0)).growth(Curve::constant(0.2)).volatility(0.1))
        .correlation("a", "b", 0.3)
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("valid")
}

#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn z_is_as_large_as_its_law_says() {
    const { assert!(FALSE_ALARM < 0.003) };
    let scenario = scenario();
    for sampling in [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol, Sampling::Importance] {
        // The z of the middle date, and the largest z relative to its bound.
        let one = |seed| {
            let simulation =
                scenario.simulate().paths(PATHS).seed(seed).sampling(sampling).cross_check(true).threads(1);
            let outcome = simulation.fans(false).ranks(false).shares(false).run().expect("an outcome");
            let check = outcome.cross_checks().next().expect("asked for");
            assert!(check.agrees(), "{sampling:?}, seed {seed}: {check}");
            (check.by()[10].z.expect("drawn"), check.largest_z().expect("drawn").abs() / check.bound())
        };
        let seen: Vec<(f64, f64)> = (0..SEEDS).into_par_iter().map(one).collect();
        let beyond = seen.iter().filter(|(z, _)| z.abs() > 2.0).count();
        let beyond = f64::from(u32::try_from(beyond).expect("at most 400")) / crate::as_f64(SEEDS);
        let largest = seen.iter().map(|(_, part)| *part).fold(0.0, f64::max);
        println!("{sampling:?}: |z| > 2 in {beyond}; the largest z is {largest:.2} of its bound");
        assert!(BEYOND_TWO.contains(&beyond), "{sampling:?}: {beyond}");
    }
}
