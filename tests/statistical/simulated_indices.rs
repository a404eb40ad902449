//! Intervals of simulated shares and indices cover the exact ones in about 95 % of runs.

use outgrow::analysis::{IndexMethod, NumberEstimate};
use outgrow::{
    Curve, Provider, Question, Scenario, ScenarioBuilder, Sensitivity, log_growth, lognormal, normal, uniform,
};

const SEEDS: u64 = 500;

/// 95 % of 500 runs ± 3 standard deviations.
const COVERED: std::ops::RangeInclusive<f64> = 0.92..=0.98;

/// A pair with closed forms: the log-ratio after one period is a z₁ − b z₂ + σ ε, less a gap.
fn pair([a, b, volatility]: [f64; 3], gap: f64) -> ScenarioBuilder {
    Scenario::builder("2018", "2019")
        .provider(Provider::new("A", 1.0).growth(Curve::constant(log_growth(0.05, a))).volatility(volatility))
        .provider(Provider::new("B", libm::exp(0.05 + gap)).growth(Curve::constant(log_growth(0.0, b))))
}

/// Several years, and numbers that act together.
fn years() -> ScenarioBuilder {
    Scenario::builder("2018-Q1", "2022-Q4")
        .provider(Provider::new("A", 10).growth(Curve::fade(normal(0.6, 0.15), 0.1, 2.0)).volatility(uniform(0.1, 0.3)))
        .provider(Provider::new("B", lognormal(17.0, 0.1)).growth(Curve::constant(0.25)).volatility(0.1))
        .correlation("A", "B", 0.3)
}

/// The exact analysis of the pair, and that of the question whether A leads, which has the same answer beside a provider that is
/// never in the way but no exact one.
fn both(builder: &ScenarioBuilder, date: &str) -> (Sensitivity, Scenario) {
    let exact = builder.clone().question(Question::overtakes("A", "B")).build().expect("valid");
    let exact = exact.sensitivity("A overtakes B", date).and_then(|analysis| analysis.precision(0.003).run());
    let small = Provider::new("C", 1e-6).growth(Curve::constant(0.0));
    let simulated = builder.clone().provider(small).question(Question::leads("A")).build().expect("valid");
    (exact.expect("an analysis"), simulated)
}

/// Every share and index, by name.
fn estimates(found: &Sensitivity) -> Vec<(String, NumberEstimate)> {
    let split = found.variance.as_ref().expect("a split");
    let mut all = vec![("shocks".to_owned(), split.shocks)];
    all.extend(split.assumptions.iter().map(|share| (share.group.clone(), share.share)));
    for index in &found.indices {
        for (what, estimate) in [("first", index.first), ("total", index.total), ("Shapley", index.shapley)] {
            all.push((format!("{what} {}", index.address), estimate));
        }
    }
    all
}

/// The runs of one name that had an interval, and those whose interval contained the truth.
#[derive(Debug, Clone, Copy, Default)]
struct Coverage {
    runs: u32,
    covered: u32,
}

/// How often the intervals of every share and index cover the exact one, and in how many runs there were no indices.
fn coverage(exact: &Sensitivity, run: impl Fn(u64) -> Sensitivity) -> (Vec<(String, Coverage)>, u64) {
    let truth = estimates(exact);
    let mut all: Vec<(String, Coverage)> = truth.iter().map(|(name, _)| (name.clone(), Coverage::default())).collect();
    let mut refused = 0;
    for seed in 0..SEEDS {
        let found = run(seed);
        assert_eq!(found.method, Some(IndexMethod::Simulated));
        refused += u64::from(found.indices.is_empty());
        let found = estimates(&found);
        for ((name, truth), (_, coverage)) in truth.iter().zip(&mut all) {
            let Some((_, own)) = found.iter().find(|(own, _)| own == name) else { continue };
            coverage.runs += 1;
            coverage.covered += u32::from((own.interval[0]..=own.interval[1]).contains(&truth.value));
        }
    }
    (all, refused)
}

fn check(what: &str, coverage: &[(String, Coverage)]) {
    for (name, Coverage { runs, covered }) in coverage {
        let share = f64::from(*covered) / f64::from(*runs);
        assert!(COVERED.contains(&share), "{what}, {name}: {covered} of {runs}");
    }
}

/// Independent numbers, dependent ones, and several that act together over some years; the last one with the paths that a
/// precision takes.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn intervals_cover_as_often_as_they_say() {
    let both_growths = ["provider[A].growth.constant", "provider[B].growth.constant"];
    let dependent = pair([0.3, 0.2, 0.25], 0.1).dependence(both_growths[0], both_growths[1], 0.6);
    let cases = [
        ("independent", pair([0.3, 0.2, 0.25], 0.0), "2019", 1 << 13, 0.001),
        ("dependent", dependent, "2019", 1 << 13, 0.001),
        ("years", years(), "2022-Q2", 1 << 14, 0.001),
        ("until precise", years(), "2022-Q2", 1 << 16, 0.1),
    ];
    for (what, builder, date, paths, precision) in cases {
        let (exact, scenario) = both(&builder, date);
        assert_eq!(exact.method, Some(IndexMethod::Exact), "{what}");
        let (coverage, refused) = coverage(&exact, |seed| {
            let analysis = scenario.sensitivity("A leads", date).expect("a date").paths(paths).seed(seed);
            let found = analysis.precision(precision).run().expect("an analysis");
            assert!(found.paths.is_some_and(|own| if precision > 0.01 { own < 1 << 16 } else { own as u64 == paths }));
            found
        });
        assert_eq!(refused, 0, "{what}");
        check(what, &coverage);
    }
}

/// Where the paths barely show the variance, some runs refuse indices, and the intervals of the others still cover.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn intervals_cover_where_shocks_decide() {
    let (exact, scenario) = both(&pair([0.1, 0.05, 0.6], 0.3), "2019");
    let (coverage, refused) = coverage(&exact, |seed| {
        let analysis = scenario.sensitivity("A leads", "2019").expect("a date").paths(1 << 12).seed(seed);
        analysis.run().expect("an analysis")
    });
    assert!(refused > SEEDS / 20 && refused < SEEDS / 2, "{refused}");
    check("shocks", &coverage);
}
