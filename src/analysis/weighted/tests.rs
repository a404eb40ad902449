//! Weighted paths against the exact update, where both apply.

use super::super::posterior::posterior;
use super::*;
use crate::assumption::{Assumption, lognormal, normal, uniform};
use crate::exact::ObservedPair;
use crate::growth::Curve;
use crate::math::gauss::as_f64;
use crate::random;
use crate::scenario::{Factor, Provider, Scenario};

/// Uniform numbers from 0 to 1 of one case.
struct Numbers(Vec<f64>);

impl Numbers {
    fn of(case: u64) -> Self {
        let mut all = [0.0; GROUP];
        random::uniforms(19, 3, case, &mut all);
        Self(all.to_vec())
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.pop().expect("enough numbers")
    }

    /// A distribution with this median, or the number, by chance.
    fn drawn(&mut self, median: f64, spread: f64, law: fn(f64, f64) -> Assumption) -> Assumption {
        if self.between(0.0, 1.0) < 0.6 { law(median, spread) } else { median.into() }
    }
}

fn ranged(middle: f64, spread: f64) -> Assumption {
    uniform(middle - spread, middle + spread)
}

/// A random pair with a factor and correlations, and one to three reports of one or both.
fn case(number: u64) -> (Scenario, [Vec<f64>; 2]) {
    let mut numbers = Numbers::of(number);
    let n = &mut numbers;
    let mut provider = |name: &str, base: f64, growth: f64| {
        let volatility = n.between(0.08, 0.3);
        Provider::new(name, n.drawn(base, 0.05, lognormal))
            .growth(Curve::constant(n.drawn(growth, 0.06, normal)))
            .volatility(n.drawn(volatility, 0.2 * volatility, ranged))
            .loading("f", n.between(-0.5, 1.0))
    };
    let (a, b) = (provider("A", 10.0, 0.3), provider("B", 13.0, 0.12));
    let scenario = Scenario::builder("2018-Q1", "2020-Q1")
        .factor(Factor::new("f", n.between(0.0, 0.2)).drift(0.02))
        .provider(a)
        .provider(b)
        .correlation("A", "B", n.between(-0.7, 0.8))
        .correlation("f", "A", n.between(-0.5, 0.5))
        .question(Question::overtakes("A", "B"))
        .build()
        .expect("valid");
    let counts = [n.between(0.0, 3.0), n.between(0.0, 3.0)];
    let mut reports = |base: f64, rate: f64, count: f64| -> Vec<f64> {
        let report = |t: usize| base * (1.0 + (rate + n.between(-0.15, 0.15)) * as_f64(t) / 4.0);
        (1..4).filter(|t| as_f64(*t) <= count).map(report).collect()
    };
    let a = reports(10.0, 0.3, counts[0].max(1.0));
    (scenario, [a, reports(13.0, 0.12, counts[1])])
}

/// Twelve random scenarios; a difference of four combined standard errors, with a false alarm in 8e-4 of all seeds.
#[test]
fn weighted_paths_agree_with_the_exact_update() {
    for number in 0..12 {
        let (scenario, reports) = case(number);
        let asking = Asking::new(&scenario, "A overtakes B", "2019-Q4").expect("a question");
        let pair = ObservedPair::new(&asking.scenario).expect("Gaussian random walks");
        let exact = posterior(&pair, &reports, 1e-4, 1).expect("a probability").probability;
        let of = [("A", &reports[0][..]), ("B", &reports[1][..])];
        let weighted = Weighted::new(&asking, &of, 2).expect("weights").probability(5e-4, &mut None);
        let weighted = weighted.expect("a probability");
        let (found, size) = (weighted.probability, weighted.effective_size);
        let both = math::hypot(exact.standard_error, found.standard_error);
        assert!(
            (found.value - exact.value).abs() < 4.0 * both,
            "{number}: {found} {exact}, size {size:.0}, {reports:?}"
        );
        assert!(found.standard_error < 2e-3, "{found}");
    }
}

/// Where nothing is drawn and innovations are normal, all paths have the same weight.
#[test]
fn without_draws_weights_are_equal() {
    let scenario = Scenario::builder("2018", "2020")
        .provider(Provider::new("A", 10).growth(Curve::constant(0.3)).volatility(0.2))
        .provider(Provider::new("B", 13).growth(Curve::constant(0.1)).volatility(0.1))
        .question(Question::overtakes("A", "B"))
        .build()
        .expect("valid");
    let asking = Asking::new(&scenario, "A overtakes B", "2020").expect("a question");
    let run = |reports: &[Reports<'_>]| {
        let weighted = Weighted::new(&asking, reports, 0).expect("weights");
        weighted.probability(1e-3, &mut None).expect("a probability")
    };
    let found = run(&[("A", &[11.0, 14.0])]);
    assert!((found.effective_size / as_f64(found.points) - 1.0).abs() < 1e-9, "{}", found.effective_size);
    // Reports that show an overtake leave no error, and reports of equal revenue are no overtake.
    let shown = run(&[("A", &[14.5]), ("B", &[14.0])]).probability;
    assert!((shown.value - 1.0).abs() < 1e-15 && shown.standard_error <= 0.0, "{shown}");
    let tied = run(&[("A", &[14.0, 15.0]), ("B", &[14.0, 15.0])]).probability;
    assert!(tied.value <= 0.0 && tied.standard_error > 0.0, "{tied}");
    let above = run(&[("A", &[14.0 * (1.0 + 1e-11)]), ("B", &[14.0])]).probability;
    assert!((above.value - 1.0).abs() < 1e-15, "{above}");
}
