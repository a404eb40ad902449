use super::*;
use crate::analysis::number::NumberEstimate;
use crate::assumption::{discrete, lognormal, normal, uniform};
use crate::growth::{Curve, Tail};
use crate::scenario::{Factor, Innovations, Jump, Provider, Question, ScenarioBuilder, Shock};

fn a() -> Provider {
    Provider::new("A", 90).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.15)
}

fn b() -> Provider {
    Provider::new("B", lognormal(100.0, 0.1)).growth(Curve::constant(0.2)).volatility(0.1)
}

fn pair(a: Provider, b: Provider) -> ScenarioBuilder {
    Scenario::builder("2018-Q1", "2020-Q1").provider(a).provider(b)
}

fn overtakes() -> Question {
    Question::overtakes("A", "B")
}

fn analysis(builder: ScenarioBuilder) -> SensitivityAnalysis {
    let scenario = builder.build().expect("valid");
    let title = scenario.questions()[0].title();
    scenario.sensitivity(&title, "2019-Q3").expect("a date").paths(1 << 16).precision(0.05)
}

/// Every share and index, by name.
fn estimates(found: &Sensitivity) -> Vec<(String, NumberEstimate)> {
    let split = found.variance.as_ref().expect("a split");
    let shares = split.assumptions.iter().chain(&split.providers).map(|share| (share.group.clone(), share.share));
    let mut all: Vec<(String, NumberEstimate)> = shares.chain([("shocks".to_owned(), split.shocks)]).collect();
    for index in &found.indices {
        for (what, estimate) in [("first", index.first), ("total", index.total), ("Shapley", index.shapley)] {
            all.push((format!("{what} {}", index.address), estimate));
        }
    }
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all
}

/// Simulated shares and indices agree with those of exact probabilities, whatever the shocks and whatever is drawn.
#[test]
fn simulated_indices_are_the_exact_ones() {
    let mixed = Curve::mixture([
        (0.3, Curve::constant(0.5)),
        (0.7, Curve::schedule([discrete([(0.3, 0.5), (0.1, 0.5)])], Tail::ratio(0.8))),
    ]);
    let yuan = || Factor::new("yuan", uniform(0.05, 0.3));
    let cases = [
        ("plain", pair(a(), b())),
        ("drawn volatility", pair(a().volatility(uniform(0.05, 0.4)), b())),
        ("no shocks", pair(a().volatility(0), b().volatility(0))),
        ("heavy tails", pair(a(), b()).innovations(Innovations::student_t(3.5))),
        ("persistent", pair(a().shock(Shock::persistent(1.0)), b().shock(Shock::persistent(1.0)))),
        ("reverting", pair(a().shock(Shock::reverting(1.0)), b().shock(Shock::reverting(1.0)))),
        ("trend", pair(a().shock(Shock::damped_trend(0.3, 1.0)), b().shock(Shock::damped_trend(0.3, 1.0)))),
        ("exits", pair(a().exit(0.2), b().exit(0.05))),
        ("a jump", pair(a().jump(Jump::at("2019-Q1", normal(0.1, 0.1)).probability(0.4)), b())),
        ("a factor", pair(a().loading("yuan", 1.0), b()).factor(yuan())),
        ("a mixture", pair(a().growth(mixed), b())),
        ("dependence", pair(a(), b()).dependence("provider[A].growth.constant", "provider[B].revenue", 0.5)),
    ];
    let mut all: Vec<_> = cases.into_iter().map(|(what, builder)| (what, builder.question(overtakes()))).collect();
    all.push(("a lasting lead", pair(a(), b()).question(overtakes().sustained(2))));
    all.push(("exits and a lasting lead", pair(a().exit(0.2), b()).question(overtakes().sustained(2))));
    for (what, builder) in all {
        let analysis = analysis(builder);
        let exact = analysis.clone().run().expect(what);
        assert_eq!(exact.method, Some(IndexMethod::Exact), "{what}: {exact}");
        let found = analysis.found(exact.probability, Vec::new());
        let simulated = analysis.simulated(found, "to compare").expect(what);
        assert_eq!(simulated.method, Some(IndexMethod::Simulated), "{what}: {simulated}");
        let (exact, simulated) = (estimates(&exact), estimates(&simulated));
        assert_eq!(exact.len(), simulated.len(), "{what}");
        for ((name, exact), (own, found)) in exact.iter().zip(&simulated) {
            assert_eq!(name, own, "{what}");
            let error = exact.standard_error + found.standard_error;
            assert!((exact.value - found.value).abs() < 4.0 * error, "{what}, {name}: {found} instead of {exact}");
            assert!(found.standard_error < 0.06, "{what}, {name}: {found}");
        }
    }
}

/// A segment and providers that are never in the way change no answer, but leave no exact one.
#[test]
fn sums_of_segments_and_questions_about_all_have_the_indices_of_the_pair() {
    use crate::scenario::Segment;
    let none = || Curve::constant(0.0);
    let segment = |name: &str, revenue: f64| Segment::new(name, revenue).growth(none());
    let of_segments = Provider::of_segments(
        "A",
        [Segment::new("all", 90).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.15), segment("rest", 1e-6)],
    );
    let small = || Provider::new("C", 1e-6).growth(none());
    let large = || Provider::new("D", 1e12).growth(none());
    let cases = [
        ("segments", pair(of_segments, b()).question(overtakes())),
        ("leads", pair(a(), b()).provider(small()).question(Question::leads("A"))),
        ("top", pair(a(), b()).provider(large()).question(Question::top("A", 2))),
    ];
    let exact = analysis(pair(a(), b()).question(overtakes())).run().expect("an analysis");
    for (what, builder) in cases {
        let found = analysis(builder).run().expect(what);
        assert_eq!(found.method, Some(IndexMethod::Simulated), "{what}: {found}");
        assert_eq!(found.tornado.len(), 2, "{what}: {found}");
        let own = estimates(&found);
        for (name, exact) in estimates(&exact) {
            // The number of a segment has another address.
            let Some((_, found)) = own.iter().find(|(own, _)| *own == name) else { continue };
            let error = exact.standard_error + found.standard_error;
            assert!((exact.value - found.value).abs() < 4.0 * error, "{what}, {name}: {found} instead of {exact}");
        }
        let sum: f64 = found.indices.iter().map(|index| index.shapley.value).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{what}: {sum}");
    }
}

/// Where paths cannot tell, there are no indices but a reason; a number without any effect has indices of 0 with an error.
#[test]
fn what_paths_cannot_show_is_not_reported() {
    let of_all = |a: Provider, b: Provider| {
        let small = Provider::new("C", lognormal(1e-6, 0.1)).growth(Curve::constant(0.0));
        analysis(pair(a, b).provider(small).question(Question::leads("A")))
    };
    let small = Provider::new("A", 60).growth(Curve::constant(normal(0.1, 0.1))).volatility(0.15);
    let rare = of_all(small, b()).run().expect("an analysis");
    assert!(rare.variance.is_none() && rare.indices.is_empty() && !rare.tornado.is_empty());
    assert!(
        rare.reason
            .as_deref()
            .is_some_and(|reason| reason.contains("and the event happens on fewer than 1,000 of 65536"))
    );
    let slight = Provider::new("A", 90).growth(Curve::constant(normal(0.3, 0.01))).volatility(0.9);
    let certain = Provider::new("B", 100).growth(Curve::constant(0.2)).volatility(0.1);
    let shocks = of_all(slight, certain).paths(1 << 13).run().expect("an analysis");
    assert!(
        shocks.indices.is_empty() && shocks.variance.as_ref().is_some_and(|split| split.shocks.value > 0.9),
        "{shocks}"
    );
    assert!(shocks.to_string().contains("providers, and 8192 simulated paths do not show"), "{shocks}");
    let found = of_all(a(), b()).run().expect("an analysis");
    let idle = found.indices.iter().find(|index| index.address == "provider[C].revenue").expect("an index");
    for estimate in [idle.first, idle.total, idle.shapley] {
        assert!(estimate.value.abs() < 1e-15 && estimate.standard_error > 1e-6 && estimate.standard_error < 1e-3);
    }
}
