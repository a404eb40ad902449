//! Providers of segments: the sum, its questions, and what a file and a builder say of them.

use outgrow::{Curve, Jump, Measure, Provider, Question, Scenario, Segment, lognormal, normal};

fn platform() -> Segment {
    Segment::new("Platform", 600)
        .growth(Curve::fade(normal(0.8, 0.1), 0.1, 2))
        .volatility(0.15)
        .history([400.0, 450.0, 520.0])
}

fn office() -> Segment {
    Segment::new("Office", lognormal(500.0, 0.05))
        .growth(Curve::constant(0.15))
        .volatility(0.05)
        .history([450.0, 460.0, 480.0])
}

fn scenario() -> Scenario {
    Scenario::builder("2018-Q1", "2023-Q1")
        .provider(
            Provider::new("A", 690)
                .growth(Curve::constant(normal(0.55, 0.1)))
                .volatility(0.15)
                .history([380.0, 460.0, 560.0]),
        )
        .provider(Provider::of_segments("G", [platform(), office()]))
        .correlation("A", "G", 0.3)
        .correlation("G/Platform", "G/Office", 0.4)
        .question(Question::overtakes("A", "G"))
        .question(Question::overtakes("A", "G/Platform"))
        .question(Question::overtakes("G/Platform", "G/Office"))
        .question(Question::overtakes("A", "G").measure(Measure::Trailing))
        .build()
        .expect("valid")
}

/// A provider of one segment is the same as the segment by itself.
#[test]
fn one_segment_is_its_provider() {
    let answer = |provider: Provider, incumbent: &str| {
        let scenario = Scenario::builder("2018", "2026")
            .provider(Provider::new("A", 1).growth(Curve::constant(0.4)).volatility(0.2))
            .provider(provider)
            .question(Question::overtakes("A", incumbent))
            .build()
            .expect("valid");
        let outcome = scenario.simulate().paths(4096).seed(3).run().expect("an outcome");
        let by = outcome.questions()[0].by("2024").expect("a date").value();
        let exact = scenario.exact().run().expect("exact").questions()[0].by("2024").expect("a date").value();
        let revenue = outcome.revenue("B").expect("a fan").quantile("2026", 0.5).expect("a quantile");
        (by, exact, revenue)
    };
    let part = || Segment::new("S", 2).growth(Curve::constant(0.2)).volatility(0.1);
    let whole = answer(Provider::of_segments("B", [part()]), "B");
    let segment = answer(Provider::of_segments("B", [part()]), "B/S");
    assert_eq!(whole, segment);
    let alone = answer(Provider::new("B", 2).growth(Curve::constant(0.2)).volatility(0.1), "B");
    assert!((whole.1 - alone.1).abs() < 1e-15, "exact answers do not depend on names");
    assert!((whole.0 - alone.0).abs() < 0.04, "{whole:?} {alone:?}");
}

/// Without anything drawn, sums are those of the segments, in every measure and outcome.
#[test]
fn a_provider_is_the_sum_of_its_segments() {
    let part = |name: &str, revenue: f64, growth: f64| {
        Segment::new(name, revenue).growth(Curve::constant(growth)).history([revenue / 2.0; 3])
    };
    let scenario = Scenario::builder("2018-Q1", "2023-Q1")
        .provider(Provider::of_segments("G", [part("P", 3.0, 0.8), part("O", 5.0, 0.1)]))
        .provider(Provider::new("Others", 10).growth(Curve::constant(0)).history([10.0; 3]))
        .question(Question::overtakes("G", "Others"))
        .question(Question::overtakes("G/P", "G/O"))
        .question(Question::overtakes("G", "Others").measure(Measure::Trailing))
        .build()
        .expect("valid");
    let outcome = scenario.simulate().paths(64).fans_of([Measure::Trailing]).run().expect("an outcome");
    let at = |t: f64| (3.0 * libm::pow(1.8, t / 4.0), 5.0 * libm::pow(1.1, t / 4.0));
    let revenue = |name: &str| outcome.revenue(name).expect("a fan").quantile("2020-Q1", 0.5).expect("a quantile");
    let (p, o) = at(8.0);
    assert!((revenue("G") - (p + o)).abs() < 1e-9 * (p + o));
    assert!((revenue("G/P") - p).abs() < 1e-9 * p && (revenue("G/O") - o).abs() < 1e-9 * o);
    let share = outcome.share("G").expect("shares").mean("2020-Q1").expect("a mean");
    assert!((share - (p + o) / (p + o + 10.0)).abs() < 1e-9);
    let first =
        |holds: &dyn Fn(f64) -> bool| (1_u8..=20).find(|t| holds(f64::from(*t))).map(usize::from).expect("it happens");
    let crossing = first(&|t| at(t).0 + at(t).1 > 10.0);
    let by = |question: usize| {
        let all: Vec<f64> = outcome.questions()[question].iter_by().map(|(_, by)| by.value()).collect();
        all.iter().position(|by| *by > 0.5).expect("it happens") + 1
    };
    assert_eq!(by(0), crossing);
    assert_eq!(by(1), first(&|t| at(t).0 > at(t).1));
    let sum =
        |t: f64| (0..4).map(|k| t - f64::from(k)).map(|t| if t < 0.0 { 4.0 } else { at(t).0 + at(t).1 }).sum::<f64>();
    assert_eq!(by(2), first(&|t| sum(t) > 40.0));
    let trailing =
        outcome.measured("G", Measure::Trailing).expect("a fan").quantile("2018-Q3", 0.5).expect("a quantile");
    assert!((trailing - sum(2.0)).abs() < 1e-9 * trailing);
    let table = outcome.to_string();
    assert!(table.contains("G/P: revenue of the quarter") && table.contains("G: revenue of the quarter"), "{table}");
}

#[test]
fn files_hold_segments() {
    let scenario = scenario();
    let json = serde_json::to_string(&scenario).expect("JSON");
    assert_eq!(serde_json::from_str::<Scenario>(&json).expect("a scenario"), scenario);
    #[cfg(feature = "toml")]
    assert_eq!(Scenario::from_toml(&scenario.to_toml().expect("TOML")).expect("a scenario"), scenario);
    let changed = scenario.with("provider[G].segment[Platform].growth.fade.from.normal[0]", 0.9).expect("an address");
    assert!(changed.numbers().contains(&("provider[G].segment[Platform].growth.fade.from.normal[0]".to_owned(), 0.9)));
    let outcome = scenario.simulate().paths(256).run().expect("an outcome");
    let written = serde_json::to_value(&outcome).expect("JSON");
    assert_eq!(written["providers"][1]["segments"][0]["name"], "Platform");
    let read: outgrow::Outcome = serde_json::from_value(written).expect("an outcome");
    assert_eq!(serde_json::to_string(&read).expect("JSON"), serde_json::to_string(&outcome).expect("JSON"));
    assert!(outcome.to_csv().contains("G/Office"));
    assert!(outcome.to_markdown().contains("G/Office: revenue"));
    #[cfg(feature = "charts")]
    assert!(outcome.chart().of(["G", "G/Platform"]).fan().is_ok());
    assert!(scenario.audit().is_ok());
}

/// Shards merge to the bits of one run, and a further segment elsewhere changes no draw of these.
#[test]
fn shards_give_the_same_bits() {
    let scenario = scenario();
    let run = || scenario.simulate().paths(4096).seed(5);
    let whole = run().run().expect("an outcome");
    let mut parts = (0..3).map(|index| run().shard(index, 3).tally().expect("a tally"));
    let first = parts.next().expect("three parts");
    let merged = parts.fold(first, |sum, part| sum.merge(part).expect("parts of one run"));
    let merged = merged.outcome().expect("an outcome");
    assert_eq!(serde_json::to_string(&whole).expect("JSON"), serde_json::to_string(&merged).expect("JSON"));
    let other = Provider::of_segments("X", [Segment::new("S", 1).growth(Curve::constant(0.1)).volatility(0.3)]);
    let more = scenario.with_provider(other).expect("valid").simulate().paths(4096).seed(5).run().expect("an outcome");
    let by = |outcome: &outgrow::Outcome| outcome.questions()[0].by("2021-Q1").expect("a date");
    assert_eq!(by(&whole), by(&more));
}

#[test]
fn what_is_wrong_has_an_address() {
    let build = |provider: Provider| {
        Scenario::builder("2018", "2020")
            .provider(Provider::new("A", 1).growth(Curve::constant(0.1)))
            .provider(provider)
    };
    let one = |name: &str| Segment::new(name, 1).growth(Curve::constant(0.1));
    let error = |builder: outgrow::ScenarioBuilder| builder.build().expect_err("invalid").to_string();
    let cases = [
        (error(build(Provider::of_segments("G", []))), "provider[G].segment", "at least one segment"),
        (error(build(Provider::of_segments("G", [one("S"), one("S")]))), "provider[G].segment[1].name", "is taken"),
        (error(build(Provider::of_segments("G", [one("a/b")]))), "provider[G].segment[0].name", "must not contain"),
        (
            error(build(Provider::of_segments("G", [one("S")]).volatility(0.1))),
            "provider[G].volatility",
            "state it in each segment",
        ),
        (
            error(build(Provider::of_segments("G", [Segment::new("S", 1)]))),
            "provider[G].segment[S].growth",
            "a growth curve is needed",
        ),
        (
            error(build(Provider::of_segments("G", [Segment::new("S", -1).growth(Curve::constant(0.1))]))),
            "provider[G].segment[S].revenue",
            "got -1",
        ),
        (
            error(build(Provider::of_segments("G", [one("S")])).question(Question::overtakes("A", "G/T"))),
            "question[0].overtakes[1]",
            "\"G\" has no segment named \"T\"",
        ),
        (
            error(build(Provider::of_segments("G", [one("S")])).question(Question::overtakes("A/S", "G"))),
            "question[0].overtakes[0]",
            "\"A\" has no segments",
        ),
        (
            error(build(Provider::of_segments("G", [one("S"), one("T")])).correlation("G", "G/S", 0.5)),
            "correlation[0].between",
            "share a segment",
        ),
        (
            error(
                build(Provider::of_segments("G", [one("S"), one("T")]))
                    .correlation("A", "G", 0.5)
                    .correlation("G/S", "A", 0.5),
            ),
            "correlation[1].between",
            "already correlated by correlation[0]",
        ),
        (
            error(build(Provider::of_segments("G", [one("S"), one("T")])).correlation("A", "G", 0.9)),
            "correlation[0].value",
            "by at least 0.62",
        ),
        (
            error(build(Provider::of_segments("G", [one("S").jump(Jump::at("2030", 0.1))]))),
            "provider[G].segment[S].jump[0].at",
            "2030",
        ),
    ];
    for (error, address, message) in cases {
        assert!(error.contains(address) && error.contains(message), "{address}: {error}");
    }
}

#[test]
fn a_sum_has_no_exact_answer() {
    let error = scenario().exact().run().expect_err("unsupported");
    assert!(error.is_unsupported(), "{error}");
    let error = scenario().simulate().continuous(true).run().expect_err("unsupported").to_string();
    assert!(error.contains("provider[G].segment") && error.contains("not a random walk"), "{error}");
}

/// The scenarios of `tests/data/segments`, which `tests/reference/segments.py` simulates in NumPy.
#[cfg(feature = "toml")]
#[test]
fn probabilities_agree_with_an_independent_simulation() {
    let (mut count, mut wrong) = (0, Vec::new());
    for name in ["annual", "mean", "quarters", "student"] {
        let path = format!("{}/tests/data/segments/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let scenario = Scenario::from_toml(&std::fs::read_to_string(path).expect("a file")).expect("valid");
        let outcome = scenario.simulate().paths(200_000).seed(11).run().expect("an outcome");
        let (own, differences) = super::shocks::differences(include_str!("../reference/segments.csv"), name, &outcome);
        count += own;
        wrong.extend(differences);
    }
    assert!(count > 250, "{count}");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}
