//! Values that are valid alone but not together; file and builder give the same message.

use outgrow::{
    Assumption, Claim, Curve, Error, Provider, Quantiles, Question, Scenario, ScenarioBuilder, Tail, beta,
    beta_between, discrete, empirical, fixed, interval, log_growth, log_interval, lognormal, normal, pert, student_t,
    triangular, truncated, uniform,
};
use serde_json::{Value, json};

use super::assert_problem;
use super::document::{FORMATS, Format, Tree, Written};

/// Two providers and a question, to be made invalid.
fn pair() -> Value {
    json!({
        "base": "2018-Q1",
        "horizon": "2022-Q1",
        "provider": [
            { "name": "A", "revenue": 10, "growth": { "constant": 0.3 } },
            { "name": "B", "revenue": 20, "growth": { "constant": 0.2 } },
        ],
    })
}

fn with(pointer: &str, value: Value) -> Value {
    let mut tree = pair();
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    let parent = tree.pointer_mut(parent).expect("a place");
    match parent {
        Value::Array(items) => items[key.parse::<usize>().expect("an index")] = value,
        parent => parent[key] = value,
    }
    tree
}

fn a(growth: impl Into<Assumption>) -> ScenarioBuilder {
    both(Provider::new("A", 10).growth(Curve::constant(growth)))
}

fn a_curve(curve: Curve) -> ScenarioBuilder {
    both(Provider::new("A", 10).growth(curve))
}

fn both(first: Provider) -> ScenarioBuilder {
    Scenario::builder("2018-Q1", "2022-Q1").provider(first).provider(second("B"))
}

fn first() -> Provider {
    Provider::new("A", 10).growth(Curve::constant(0.3))
}

fn second(name: &str) -> Provider {
    Provider::new(name, 20).growth(Curve::constant(0.2))
}

fn pair_built() -> ScenarioBuilder {
    both(first())
}

/// The tree in every format, and the builder, are rejected with one address and one message.
#[track_caller]
fn refused(tree: &Value, builder: ScenarioBuilder, address: &str, words: &[&str]) {
    let built = builder.build().expect_err("the builder accepts it");
    assert_problem(&built, address, words);
    for format in FORMATS {
        let read = read(tree, *format).expect_err("a file accepts it");
        assert_problem(&read, address, words);
        let reported = |error: &Error| {
            error.problems().iter().map(|one| (one.address.clone(), one.message.clone())).collect::<Vec<_>>()
        };
        assert_eq!(reported(&read), reported(&built), "{format:?} and the builder");
    }
}

/// Reads the tree; the position of a problem is that of its address.
#[track_caller]
fn read(tree: &Value, format: Format) -> Result<Scenario, Error> {
    let written = Written::of(&Tree::from(tree), format);
    let result = format.read(&written.text);
    if let Err(error) = &result {
        for problem in error.problems() {
            let place = problem.place.map(|place| (place.line, place.column));
            assert_eq!(place, Some(written.place(&problem.address)), "{format:?}: {error}\n{}", written.text);
        }
    }
    result
}

const GROWTH: &str = "/provider/0/growth/constant";
const AT_GROWTH: &str = "provider[A].growth.constant";

#[test]
fn parameters_out_of_order() {
    let cases = [
        (json!({ "uniform": [0.4, 0.2] }), uniform(0.4, 0.2), "[0.4, 0.2]"),
        (json!({ "triangular": [0.4, 0.3, 0.5] }), triangular(0.4, 0.3, 0.5), "[0.4, 0.3, 0.5]"),
        (json!({ "triangular": [0.1, 0.6, 0.5] }), triangular(0.1, 0.6, 0.5), "[0.1, 0.6, 0.5]"),
        (json!({ "pert": [0.1, 0.6, 0.5] }), pert(0.1, 0.6, 0.5), "[0.1, 0.6, 0.5]"),
        (json!({ "interval": [0.4, 0.2] }), interval(0.4, 0.2), "[0.4, 0.2]"),
        (json!({ "log_interval": [0.4, 0.2] }), log_interval(0.4, 0.2), "[0.4, 0.2]"),
        (json!({ "uniform": [-1.7e308, 1.7e308] }), uniform(-1.7e308, 1.7e308), "span a range that overflows"),
    ];
    for (law, built, words) in cases {
        refused(&with(GROWTH, law), a(built), AT_GROWTH, &[words]);
    }
    let p10 = Quantiles::p10_p50_p90;
    let cases: [(Value, Assumption, &str); 14] = [
        (
            json!({ "beta": { "alpha": 2, "beta": 5, "low": 1, "high": 0 } }),
            beta_between(2.0, 5.0, 1.0, 0.0),
            "[1.0, 0.0]",
        ),
        (json!({ "log_growth": [800, 0.1] }), log_growth(800.0, 0.1), "800 overflows"),
        (json!({ "discrete": [] }), discrete([]), "at least one [value, weight] is needed, got none"),
        (
            json!({ "discrete": [[0.3, 0], [0.4, 0]] }),
            discrete([(0.3, 0.0), (0.4, 0.0)]),
            "got discrete([0.3, 0], [0.4, 0])",
        ),
        (json!({ "empirical": [] }), empirical([]), "at least one value is needed, got none"),
        (json!({ "empirical": [0.3, -2] }), empirical([0.3, -2.0]), "but 50.0 % of empirical(0.3, -2) lies outside"),
        (
            json!({ "student_t": { "df": 2, "scale": 0.1 } }),
            student_t(2.0, 0.0, 0.1),
            "truncated = { of = …, low = -1 }",
        ),
        (
            json!({ "quantiles": { "p10": 0.4, "p50": 0.3, "p90": 0.5 } }),
            p10(0.4, 0.3, 0.5).into(),
            "must not decrease",
        ),
        (
            json!({ "quantiles": { "p10": 0.1, "p50": 0.2, "p90": 0.3, "low": 0.1 } }),
            p10(0.1, 0.2, 0.3).low(0.1).into(),
            "low must be below p10 = 0.1, got 0.1",
        ),
        (
            json!({ "quantiles": { "p10": 0.1, "p50": 0.2, "p90": 0.3, "high": 0.2 } }),
            p10(0.1, 0.2, 0.3).high(0.2).into(),
            "high must be above p90 = 0.3, got 0.2",
        ),
        (
            json!({ "quantiles": { "p10": 0.1, "p50": 0.11, "p90": 0.5 } }),
            p10(0.1, 0.11, 0.5).into(),
            "the nearest possible p50 is 0.166631",
        ),
        (json!({ "quantiles": { "p10": 0.1, "p50": 0.5, "p90": 0.5 } }), p10(0.1, 0.5, 0.5).into(), "too close to p90"),
        (
            json!({ "quantiles": { "p10": -1.7e308, "p50": 0, "p90": 1.7e308 } }),
            p10(-1.7e308, 0.0, 1.7e308).into(),
            "overflows",
        ),
        (
            json!({ "truncated": { "of": { "empirical": [0.3] }, "low": 1 } }),
            truncated(empirical([0.3]), 1.0, None),
            "empirical(0.3) has no probability",
        ),
    ];
    for (law, built, words) in cases {
        refused(&with(GROWTH, law), a(built), AT_GROWTH, &[words]);
    }
    // Logistic tails reach below 0.
    let revenue = json!({ "quantiles": { "p10": 0.9e9, "p50": 1.1e9, "p90": 1.5e9 } });
    refused(
        &with("/provider/0/revenue", revenue),
        both(Provider::new("A", p10(0.9e9, 1.1e9, 1.5e9)).growth(Curve::constant(0.3))),
        "provider[A].revenue",
        &["above 0, but 1.00e-4 % of quantiles(p10 = 900000000", "truncated = { of = …, low = 0 }"],
    );
    let out_of_domain = [
        (
            json!({ "beta": { "alpha": 0, "beta": 5 } }),
            beta(0.0, 5.0),
            ".beta.alpha",
            "between 0.05 and 1000000, got 0",
        ),
        (json!({ "student_t": { "df": 0 } }), student_t(0.0, 0.0, 1.0), ".student_t.df", "got 0"),
        (json!({ "student_t": { "df": 3, "scale": -1 } }), student_t(3.0, 0.0, -1.0), ".student_t.scale", "got -1"),
        (
            json!({ "discrete": [[0.3, 1], [0.4, -1]] }),
            discrete([(0.3, 1.0), (0.4, -1.0)]),
            ".discrete[1][1]",
            "a weight must be finite and not negative, got -1",
        ),
        (json!({ "log_growth": [0.3, -1] }), log_growth(0.3, -1.0), ".log_growth[1]", "got -1"),
    ];
    for (law, built, end, words) in out_of_domain {
        refused(&with(GROWTH, law), a(built), &format!("{AT_GROWTH}{end}"), &[words]);
    }
    let cases = [
        (json!({ "normal": [0.3, -0.1] }), normal(0.3, -0.1), ".normal[1]", "got -0.1"),
        (json!({ "lognormal": [-0.3, 0.1] }), lognormal(-0.3, 0.1), ".lognormal[0]", "got -0.3"),
        (json!({ "log_interval": [0, 0.1] }), log_interval(0.0, 0.1), ".log_interval[0]", "got 0"),
    ];
    for (law, built, end, words) in cases {
        refused(&with(GROWTH, law), a(built), &format!("{AT_GROWTH}{end}"), &[words]);
    }
}

#[test]
fn truncation_must_leave_something() {
    let cut = |low: f64, high: f64| {
        let law = json!({ "truncated": { "of": { "normal": [0.3, 0.1] }, "low": low, "high": high } });
        (with(GROWTH, law), a(truncated(normal(0.3, 0.1), low, high)))
    };
    let (tree, built) = cut(0.4, 0.2);
    refused(&tree, built, AT_GROWTH, &["low must be less than high", "0.4", "0.2"]);
    let (tree, built) = cut(50.0, 60.0);
    refused(&tree, built, AT_GROWTH, &["normal(0.3, 0.1) has no probability between", "50", "60"]);
    let uniform_law = json!({ "truncated": { "of": { "uniform": [0, 1] }, "low": 2 } });
    refused(
        &with(GROWTH, uniform_law),
        a(truncated(uniform(0.0, 1.0), 2.0, None)),
        AT_GROWTH,
        &["uniform(0, 1) has no probability between"],
    );
    // No assumption at all: impossible in a file but possible in the builder.
    let error = a(truncated(fixed(0.3), 0.1, 0.5)).build().expect_err("a number has no tails to cut");
    assert_problem(&error, AT_GROWTH, &["truncated applies to a distribution, got 0.3"]);
    let error = a(truncated("boom".into(), 0.1, 0.5)).build().expect_err("a name has no tails to cut");
    assert_problem(&error, AT_GROWTH, &["truncated applies to a distribution, got \"boom\""]);
}

/// An invalid distribution has no median: nothing may ask for it, at any address.
#[test]
fn laws_out_of_order_are_refused_in_every_place() {
    let nan = f64::NAN;
    let laws = [
        uniform(0.4, 0.2),
        uniform(nan, 1.0),
        uniform(0.1, nan),
        triangular(0.4, 0.3, 0.5),
        pert(0.1, 0.6, 0.5),
        pert(nan, 0.3, 0.5),
        pert(0.1, nan, 0.5),
        normal(0.3, nan),
        lognormal(nan, 0.1),
        interval(0.4, nan),
        truncated(normal(0.3, 0.1), 0.4, 0.2),
        truncated(normal(0.3, 0.1), nan, 0.4),
        truncated(normal(0.3, 0.1), 0.2, nan),
        truncated(pert(0.1, 0.6, 0.5), 0.2, 0.3),
        log_growth(nan, 0.1),
        log_growth(0.1, nan),
        beta(nan, 1.0),
        beta_between(2.0, 5.0, nan, 1.0),
        student_t(nan, 0.0, 1.0),
        student_t(3.0, nan, 1.0),
        student_t(3.0, 0.1, nan),
        discrete([]),
        discrete([(nan, 1.0)]),
        discrete([(0.3, nan)]),
        discrete([(0.3, f64::INFINITY), (0.4, 1.0)]),
        empirical([]),
        empirical([0.3, nan]),
        Quantiles::p10_p50_p90(nan, 0.2, 0.3).into(),
        Quantiles::p10_p50_p90(0.1, nan, 0.3).into(),
        Quantiles::p10_p50_p90(0.1, 0.2, 0.3).low(nan).into(),
        Quantiles::p10_p50_p90(0.1, 0.2, 0.3).high(nan).into(),
        Quantiles::p10_p50_p90(0.1, 0.1, 0.3).into(),
        truncated(discrete([]), 0.2, 0.3),
        truncated(Quantiles::p10_p50_p90(0.1, 0.1, 0.3).into(), 0.2, 0.3),
    ];
    for law in laws {
        let fade = Curve::fade(0.3, 0.1, law.clone());
        let places = [
            (both(Provider::new("A", law.clone()).growth(Curve::constant(0.3))), "provider[A].revenue"),
            (a(law.clone()), AT_GROWTH),
            (both(first().volatility(law.clone())), "provider[A].volatility"),
            (both(first().growth(fade)), "provider[A].growth.fade.half_life"),
            (a("x").assumption("x", law.clone()), "assumption[x]"),
        ];
        for (builder, address) in places {
            let error = builder.build().expect_err("a law out of order");
            assert!(error.problems().iter().all(|problem| problem.address.starts_with(address)), "{law:?}: {error}");
        }
        // More than the thousand problems that are listed.
        let rates = || Curve::schedule(vec![law.clone(); 20], Tail::hold());
        let many = (0..64).map(|index| Provider::new(format!("p{index}"), law.clone()).growth(rates()));
        let many = many.fold(Scenario::builder("2018-Q1", "2020-Q1"), ScenarioBuilder::provider);
        assert!(many.build().is_err(), "{law:?}");
    }
}

fn share_of(market: &Value) -> Value {
    json!({ "share": { "market": market, "from": 0.1, "to": 0.2, "half_life": 3 } })
}

fn share(market: Curve) -> Curve {
    Curve::share(market, 0.1, 0.2, 3)
}

/// Problems of a market are reported at the address of the market, in any depth.
#[test]
fn markets_of_shares() {
    let schedule = |more: Value| {
        let mut tree = json!({ "schedule": { "rates": [0.5, 0.4] } });
        tree["schedule"].as_object_mut().expect("a table").extend(more.as_object().expect("a table").clone());
        tree
    };
    let rates = || [0.5, 0.4];
    let cases = [
        (
            schedule(json!({ "reading": "totals", "tail": "hold" })),
            Curve::totals(rates(), Tail::hold()),
            ".schedule.reading",
            "cannot grow by fiscal totals",
        ),
        (schedule(json!({})), Curve::schedule(rates(), Tail::none()), ".schedule.tail", "state a tail"),
        (
            schedule(json!({ "rates": [0.4, 0.5], "tail": { "ratio": "auto" } })),
            Curve::schedule([0.4, 0.5], Tail::ratio("auto")),
            ".schedule.tail.ratio",
            "specify a ratio",
        ),
        (
            schedule(json!({ "rates": [], "tail": "hold" })),
            Curve::schedule([0.0; 0], Tail::hold()),
            ".schedule.rates",
            "at least one rate",
        ),
        (
            json!({ "logistic": { "saturation": 1, "rate": 0.5 } }),
            Curve::logistic(1, 0.5),
            ".logistic.saturation",
            "got 1",
        ),
    ];
    for (tree, curve, end, words) in cases {
        let address = format!("provider[A].growth.share.market{end}");
        refused(&with("/provider/0/growth", share_of(&tree)), a_curve(share(curve.clone())), &address, &[words]);
        let deeper = format!("provider[A].growth.share.market.share.market{end}");
        let tree = with("/provider/0/growth", share_of(&share_of(&tree)));
        refused(&tree, a_curve(share(share(curve.clone()))), &deeper, &[words]);
        let error = share(curve).log_growth(10.0).expect_err(words);
        assert_problem(&error, &format!("share.market{end}"), &[words]);
    }
}

#[test]
fn curves_nested_too_deeply() {
    let nested = |shares: usize| {
        let tree = (0..shares).fold(json!({ "constant": 0.1 }), |market, _| share_of(&market));
        (with("/provider/0/growth", tree), (0..shares).fold(Curve::constant(0.1), |market, _| share(market)))
    };
    let (tree, curve) = nested(7);
    assert!(Scenario::from_json(&tree.to_string()).is_ok() && a_curve(curve).build().is_ok());
    for shares in [8, 15] {
        let (tree, curve) = nested(shares);
        let address = format!("provider[A].growth{}", ".share.market".repeat(8));
        let words = format!("at most 8 deep, got {}", shares + 1);
        refused(&tree, a_curve(curve), &address, &[&words]);
    }
}

/// Distributions beyond the values that each number of a growth law allows.
#[test]
fn numbers_of_growth_laws_have_a_support() {
    let law = |key: &str, parameter: &str, values: Value| {
        let mut tree = values;
        let bad = match parameter {
            "adopted" | "from" | "to" => json!({ "uniform": [0.5, 1.5] }),
            "saturation" => json!({ "normal": [2, 1] }),
            _ => json!({ "normal": [0.1, 0.1] }),
        };
        tree[parameter] = bad;
        (json!({ key: tree }), format!("provider[A].growth.{key}.{parameter}"))
    };
    let sigmoid = || json!({ "saturation": 20, "rate": 0.5 });
    let shaped = || json!({ "saturation": 20, "rate": 0.5, "shape": 1.5 });
    let bass = || json!({ "p": 0.02, "q": 0.4, "adopted": 0.1 });
    let share = || json!({ "market": { "constant": 0.1 }, "from": 0.1, "to": 0.2, "half_life": 3 });
    for ((tree, address), words) in [
        (law("hyperbolic", "half_life", json!({ "from": 0.5 })), ["15.9 %", "low = 0"]),
        (law("damped", "phi", json!({ "from": 0.5 })), ["phi", "low = 0"]),
        (law("logistic", "saturation", sigmoid()), ["above 1", "low = 1"]),
        (law("gompertz", "rate", sigmoid()), ["a rate", "low = 0"]),
        (law("richards", "shape", shaped()), ["a shape", "low = 0"]),
        (law("weibull", "saturation", shaped()), ["15.9 %", "low = 1"]),
        (law("bass", "p", bass()), ["p (per year)", "low = 0"]),
        (law("bass", "q", bass()), ["q (per year)", "low = 0"]),
        (law("bass", "adopted", bass()), ["50.0 %", "high = 1"]),
        (law("share", "from", share()), ["50.0 %", "high = 1"]),
        (law("share", "to", share()), ["a share of a market", "high = 1"]),
    ] {
        let error = Scenario::from_json(&with("/provider/0/growth", tree).to_string()).expect_err(&address);
        assert_problem(&error, &address, &words);
    }
}

/// More than 1e-6 outside the allowed range is an error that says how much and proposes `truncated`.
#[test]
fn the_support_rule() {
    refused(
        &with(GROWTH, json!({ "normal": [0.3, 1.3] })),
        a(normal(0.3, 1.3)),
        AT_GROWTH,
        &["growth must be above -1", "15.9 % of normal(0.3, 1.3)", "truncated = { of = …, low = -1 }"],
    );
    refused(
        &with("/provider/0/volatility", json!({ "normal": [0.1, 0.1] })),
        both(first().volatility(normal(0.1, 0.1))),
        "provider[A].volatility",
        &["15.9 % of normal(0.1, 0.1)", "low = 0"],
    );
    refused(
        &with("/provider/0/revenue", json!({ "uniform": [-1, 9] })),
        both(Provider::new("A", uniform(-1.0, 9.0)).growth(Curve::constant(0.3))),
        "provider[A].revenue",
        &["10.0 % of uniform(-1, 9)", "low = 0"],
    );
    // Φ(-4.76) is 0.97e-6 and Φ(-4.75) 1.02e-6.
    assert!(a(normal(4.76 - 1.0, 1.0)).build().is_ok());
    let error = a(normal(4.75 - 1.0, 1.0)).build().expect_err("1.02e-6 lies below -1");
    assert_problem(&error, AT_GROWTH, &["1.02e-4 % of normal(3.75, 1)"]);
    // A continuous distribution may touch the bound; a number on the bound, or a spread of 0, is that number.
    assert!(a(uniform(-1.0, 1.0)).build().is_ok());
    assert!(both(first().volatility(uniform(0.0, 0.2))).build().is_ok());
    assert!(a(normal(0.3, 0.0)).build().is_ok() && a(uniform(0.2, 0.2)).build().is_ok());
    for built in [normal(-1.0, 0.0), uniform(-1.0, -1.0), fixed(-1.0)] {
        let error = a(built).build().expect_err("-1 itself is outside");
        assert_problem(&error, AT_GROWTH, &["growth must be above -1 (-100 % a year), got -1"]);
    }
    // Through a name, at the address that uses it.
    let tree = json!({ "wild": { "normal": [0.3, 1.3] } });
    let mut named = with(GROWTH, json!("wild"));
    named["assumption"] = tree;
    refused(
        &named,
        a("wild").assumption("wild", normal(0.3, 1.3)),
        AT_GROWTH,
        &["assumption \"wild\"", "15.9 % of normal(0.3, 1.3)"],
    );
}

#[test]
fn unknown_names_with_a_hint() {
    let tree = with("/question", json!([{ "overtakes": ["A", "Gogle Cloud"] }]));
    let mut tree_named = tree.clone();
    tree_named["provider"][1]["name"] = json!("Google Cloud");
    let named = |name: &str| Scenario::builder("2018-Q1", "2022-Q1").provider(first()).provider(second(name));
    refused(
        &tree_named,
        named("Google Cloud").question(Question::overtakes("A", "Gogle Cloud")),
        "question[0].overtakes[1]",
        &["no provider is named \"Gogle Cloud\"; did you mean \"Google Cloud\"?"],
    );
    // "é" as one code point and as two.
    let mut tree = tree;
    tree["provider"][1]["name"] = json!("Caf\u{e9}");
    tree["question"][0]["overtakes"][1] = json!("Cafe\u{301}");
    refused(
        &tree,
        named("Caf\u{e9}").question(Question::overtakes("A", "Cafe\u{301}")),
        "question[0].overtakes[1]",
        &["no provider is named", "differs from it only in Unicode form"],
    );
    let mut tree = with("/correlation", json!([{ "between": ["a", "B"], "value": 0.5 }]));
    refused(
        &tree,
        pair_built().correlation("a", "B", 0.5),
        "correlation[0].between[0]",
        &["no provider is named \"a\"; did you mean \"A\"?"],
    );
    tree = with(GROWTH, json!("bom"));
    tree["assumption"] = json!({ "boom": 0.3 });
    refused(
        &tree,
        a("bom").assumption("boom", 0.3),
        AT_GROWTH,
        &["no assumption is named \"bom\"; did you mean \"boom\"?"],
    );
    // Surrounding blanks and case matter.
    refused(
        &with("/question", json!([{ "overtakes": ["A ", "B"] }])),
        pair_built().question(Question::overtakes("A ", "B")),
        "question[0].overtakes[0]",
        &["\"A \"", "did you mean \"A\"?"],
    );
}

/// An item whose name is missing, duplicated or invalid in an address is shown by its index.
#[test]
fn names_that_no_address_can_hold() {
    for bad in ["", "a[1]", "a]b", "x/y", "tab\there", "two\nlines", "\u{7f}", "zero\0"] {
        let shown = format!("{bad:?}");
        let mut tree = with("/provider/0/name", json!(bad));
        tree["provider"][0]["revenue"] = json!(-1);
        let built = Scenario::builder("2018-Q1", "2022-Q1")
            .provider(Provider::new(bad, -1).growth(Curve::constant(0.3)))
            .provider(second("B"));
        refused(&tree, built.clone(), "provider[0].name", &["a name must not", &shown]);
        refused(&tree, built, "provider[0].revenue", &["got -1"]);
        let mut tree = pair();
        tree["assumption"] = json!({ "good": 1 });
        tree["assumption"][bad] = json!({ "normal": [0, -1] });
        let built = pair_built().assumption(bad, normal(0.0, -1.0)).assumption("good", 1);
        // The map of serde_json is sorted.
        let index = usize::from(bad > "good");
        let built =
            if index == 0 { built } else { pair_built().assumption("good", 1).assumption(bad, normal(0.0, -1.0)) };
        let error = built.build().expect_err("a bad name");
        assert_problem(&error, &format!("assumption[{index}]"), &["a name must not", &shown]);
        assert_problem(&error, &format!("assumption[{index}].normal[1]"), &["got -1"]);
        let text = tree.to_string();
        let reported = Scenario::from_json(&text).expect_err("a bad name");
        assert_problem(&reported, &format!("assumption[{index}].normal[1]"), &["got -1"]);
        let place =
            reported.problems().iter().find(|one| one.address.ends_with(".normal[1]")).and_then(|one| one.place);
        assert_eq!(place.map(|place| place.column - 1), text.find("-1"), "{text}");
        let tree = with("/question", json!([{ "overtakes": ["A", "B"], "name": bad, "sustained": 99 }]));
        let question = Question::overtakes("A", "B").name(bad).sustained(99);
        refused(&tree, pair_built().question(question.clone()), "question[0].name", &["a name must not", &shown]);
        refused(&tree, pair_built().question(question), "question[0].sustained", &["got 99"]);
    }
}

#[test]
fn names_given_twice() {
    let mut tree = with("/provider/1/name", json!("A"));
    tree["provider"][1]["revenue"] = json!(0);
    let built = Scenario::builder("2018-Q1", "2022-Q1")
        .provider(first())
        .provider(Provider::new("A", 0).growth(Curve::constant(0.2)));
    refused(&tree, built.clone(), "provider[1].name", &["the name \"A\" is taken by provider[0]"]);
    refused(&tree, built, "provider[1].revenue", &["got 0"]);
    let error = pair_built().assumption("x", 1).assumption("x", normal(0.0, -1.0)).build().expect_err("twice");
    assert_problem(&error, "assumption[1]", &["the name \"x\" is taken by assumption[0]"]);
    assert_problem(&error, "assumption[1].normal[1]", &["got -1"]);
    let asked = |name: &str| Question::overtakes("A", "B").name(name);
    let tree = with(
        "/question",
        json!([
            { "overtakes": ["A", "B"], "name": "q", "sustained": 99 },
            { "overtakes": ["B", "A"], "name": "q" },
        ]),
    );
    let built = pair_built().question(asked("q").sustained(99)).question(Question::overtakes("B", "A").name("q"));
    refused(&tree, built.clone(), "question[1].name", &["the name \"q\" is taken by question[0]"]);
    refused(&tree, built, "question[0].sustained", &["got 99"]);
    // Asked twice without a name, or with the other's default name.
    let twice = with("/question", json!([{ "overtakes": ["A", "B"] }, { "overtakes": ["A", "B"] }]));
    let unnamed = Question::overtakes("A", "B");
    let built = pair_built().question(unnamed.clone()).question(unnamed.clone());
    refused(
        &twice,
        built,
        "question[1]",
        &["\"A overtakes B\" is already asked by question[0]", "give one of them a name"],
    );
    let posing =
        with("/question", json!([{ "overtakes": ["B", "A"], "name": "A overtakes B" }, { "overtakes": ["A", "B"] }]));
    let built = pair_built().question(Question::overtakes("B", "A").name("A overtakes B")).question(unnamed);
    refused(&posing, built, "question[1]", &["\"A overtakes B\" is already asked by question[0]"]);
}

#[test]
fn the_reserved_name() {
    let mut tree = pair();
    tree["assumption"] = json!({ "auto": 0.3 });
    refused(&tree, pair_built().assumption("auto", 0.3), "assumption[auto]", &["\"auto\" is reserved"]);
    refused(&with(GROWTH, json!("auto")), a("auto"), AT_GROWTH, &["\"auto\" is allowed only as the ratio of a tail"]);
    let mut tree = pair();
    tree["assumption"] = json!({ "x": "y", "y": 1 });
    refused(
        &tree,
        pair_built().assumption("x", "y").assumption("y", 1),
        "assumption[x]",
        &["must be a number or a distribution, got the name \"y\""],
    );
    let mut tree = pair();
    tree["assumption"] = json!({ "unused": 0.3 });
    assert!(FORMATS.iter().all(|format| read(&tree, *format).is_ok()), "unused ones are accepted");
    let error =
        a(Assumption::from("x").source("a panel")).assumption("x", 0.3).build().expect_err("no file can say so");
    assert_problem(&error, AT_GROWTH, &["\"a panel\"", "\"x\""]);
    assert_eq!(error.problems().len(), 1, "reported once: {error}");
}

/// Names that look the same, of each kind.
#[test]
fn names_that_look_the_same() {
    let alike = [
        ("A", "A ", "leading or trailing blanks"),
        ("A", "\u{a0}A", "leading or trailing blanks"),
        ("A", "A\u{200b}", "zero-width characters"),
        ("A", "\u{feff}A", "zero-width characters"),
        ("A", " \u{2060}A", "leading or trailing blanks"),
        ("Caf\u{e9}", "Cafe\u{301}", "Unicode form"),
    ];
    for (name, other, difference) in alike {
        let words: &[&str] = &["looks the same as", difference];
        let mut tree = pair();
        (tree["provider"][0]["name"], tree["provider"][1]["name"]) = (json!(name), json!(other));
        let named = |name: &str| Provider::new(name, 10).growth(Curve::constant(0.3));
        let built = Scenario::builder("2018-Q1", "2022-Q1").provider(named(name)).provider(second(other));
        refused(&tree, built, "provider[1].name", words);

        let error = pair_built().assumption(name, 0.1).assumption(other, 0.2).build().expect_err("look-alikes");
        assert_problem(&error, "assumption[1]", words);
        for format in FORMATS {
            let written = Written::of(&Tree::from(&with("/assumption", json!({ name: 0.1, other: 0.2 }))), *format);
            assert_problem(&format.read(&written.text).expect_err("look-alikes"), "assumption[1]", words);
        }

        let question = |name: &str| json!({ "name": name, "overtakes": ["A", "B"] });
        let asked = |name: &str| Question::overtakes("A", "B").name(name);
        let tree = with("/question", json!([question(name), question(other)]));
        refused(&tree, pair_built().question(asked(name)).question(asked(other)), "question[1].name", words);
    }
    // A stated name and a default name.
    let title = "A\u{200b} overtakes B";
    let tree = with("/question", json!([{ "overtakes": ["A", "B"] }, { "name": title, "overtakes": ["B", "A"] }]));
    let built =
        pair_built().question(Question::overtakes("A", "B")).question(Question::overtakes("B", "A").name(title));
    let address = format!("question[{title}]");
    refused(&tree, built, &address, &["looks the same as \"A overtakes B\" of question[0]", "give one of them a name"]);
    // Names that look different.
    for other in ["a", "A A", "\u{ff21}", "\u{391}", "A."] {
        assert!(both(Provider::new(other, 10).growth(Curve::constant(0.3))).provider(second("A")).build().is_ok());
    }
}

#[test]
fn names_without_a_visible_character() {
    for nothing in [" ", "\u{200b}", " \u{feff} "] {
        let words: &[&str] = &["must contain a visible character, got"];
        let mut tree = pair();
        tree["provider"][1]["name"] = json!(nothing);
        refused(
            &tree,
            Scenario::builder("2018-Q1", "2022-Q1").provider(first()).provider(second(nothing)),
            "provider[1].name",
            words,
        );
        let error = pair_built().assumption(nothing, 0.1).build().expect_err("nothing is seen of it");
        assert_problem(&error, "assumption[0]", words);
        let tree = with("/question", json!([{ "name": nothing, "overtakes": ["A", "B"] }]));
        refused(&tree, pair_built().question(Question::overtakes("A", "B").name(nothing)), "question[0].name", words);
    }
    let tree = with("/assumption", json!({ "auto\u{200b}": 0.1 }));
    refused(&tree, pair_built().assumption("auto\u{200b}", 0.1), "assumption[auto\u{200b}]", &["reserved"]);
}

#[test]
fn correlations() {
    let between = |a: &str, b: &str, value: f64| json!([{ "between": [a, b], "value": value }]);
    for value in [1.5, -1.01] {
        refused(
            &with("/correlation", between("A", "B", value)),
            pair_built().correlation("A", "B", value),
            "correlation[0].value",
            &["must lie between -1 and 1", &format!("got {value}")],
        );
    }
    for value in [f64::NAN, f64::INFINITY] {
        let error = pair_built().correlation("A", "B", value).build().expect_err("no number");
        assert_problem(&error, "correlation[0].value", &[&format!("got {value}")]);
    }
    refused(
        &with("/correlation", between("A", "A", 0.5)),
        pair_built().correlation("A", "A", 0.5),
        "correlation[0].between",
        &["between two different providers, got \"A\" twice"],
    );
    let twice = json!([{ "between": ["A", "B"], "value": 0.5 }, { "between": ["B", "A"], "value": 0.5 }]);
    refused(
        &with("/correlation", twice),
        pair_built().correlation("A", "B", 0.5).correlation("B", "A", 0.5),
        "correlation[1].between",
        &["\"B\" and \"A\" are already correlated by correlation[0]"],
    );
    for value in [1.0, -1.0, 1.0 - 1e-9, -1.0 + 1e-9, 1.0 - 1e-12] {
        let tree = with("/correlation", between("A", "B", value));
        assert!(pair_built().correlation("A", "B", value).build().is_ok(), "{value}");
        assert!(FORMATS.iter().all(|format| read(&tree, *format).is_ok()), "{value}");
    }
    let mut tree = with(
        "/correlation",
        json!([
            { "between": ["A", "B"], "value": 0.9 },
            { "between": ["A", "C"], "value": 0.9 },
            { "between": ["B", "C"], "value": -0.9 },
        ]),
    );
    tree["provider"]
        .as_array_mut()
        .expect("a list")
        .push(json!({ "name": "C", "revenue": 20, "growth": { "constant": 0.2 } }));
    let built = pair_built().provider(second("C"));
    refused(
        &tree,
        built.correlation("A", "B", 0.9).correlation("A", "C", 0.9).correlation("B", "C", -0.9),
        "correlation[2].value",
        &[
            "\"B\" with \"C\"",
            "not positive semidefinite",
            "between 0.62 and 1, got -0.9",
            "the nearest correlation matrix has \"A\" with \"B\" ",
        ],
    );
    let three = |a: f64, b: f64, c: f64| {
        let built = pair_built().provider(second("C"));
        built.correlation("A", "B", a).correlation("A", "C", b).correlation("B", "C", c).build()
    };
    for fit in [0.62, 1.0] {
        assert!(three(0.9, 0.9, fit).is_ok(), "the advice can be followed: {fit}");
    }
    assert!(three(0.5, 0.5, -0.5).is_ok(), "singular");
    let error = three(-0.9, -0.9, -0.9).expect_err("no three can all run against one another");
    assert_problem(&error, "correlation[2].value", &["between 0.62 and 1, got -0.9", "\"A\" with \"B\" -0.5"]);
}

#[test]
fn time() {
    let cases = [
        ("2018-Q1", "2018-Q1", "horizon must lie after base 2018-Q1, got 2018-Q1"),
        ("2018-Q1", "2017-Q4", "horizon must lie after base 2018-Q1, got 2017-Q4"),
        ("2018-Q1", "2020", "2018-Q1 is a quarter, 2020 a year"),
        ("2018", "2020-12", "2018 is a year, 2020-12 a month"),
        ("2018-Q1", "10000000-Q1", "(years 0001 to 9999), got \"10000000-Q1\""),
        ("2018", "10002018", "got \"10002018\""),
        ("0001-01", "9999-12", "at most 2400 periods can be projected, got 119987"),
        ("2018", "4419", "at most 2400 periods can be projected, got 2401 (2018 to 4419)"),
        ("2018-01", "2218-02", "got 2401"),
    ];
    for (base, horizon, words) in cases {
        let mut tree = with("/base", json!(base));
        tree["horizon"] = json!(horizon);
        refused(&tree, Scenario::builder(base, horizon).provider(first()).provider(second("B")), "horizon", &[words]);
    }
    assert!(Scenario::builder("2018", "4418").provider(first()).build().is_ok(), "2,400 are allowed");
    let error = Scenario::builder("18-Q1", "2018-Q9").provider(first()).build().expect_err("two labels");
    assert_problem(&error, "base", &["got \"18-Q1\""]);
    assert_problem(&error, "horizon", &["got \"2018-Q9\""]);
}

/// A claim is about a period up to the base, and has at least one bound.
#[test]
fn claims() {
    let cases = [
        ("2018-Q2", Some(1.0), None, ".at", "must be a quarter up to the base 2018-Q1, got 2018-Q2"),
        ("2017", Some(1.0), None, ".at", "must be a quarter up to the base 2018-Q1, got 2017"),
        ("2017-12", None, Some(1.0), ".at", "must be a quarter up to the base 2018-Q1, got 2017-12"),
        ("2017-Q5", Some(1.0), None, ".at", "got \"2017-Q5\""),
        ("2017-Q4", None, None, "", "must state at_least, at_most or both, got none"),
        ("2017-Q4", Some(2.0), Some(1.5), "", "at_least must not be above at_most, got 2 and 1.5"),
        ("2017-Q4", Some(-2.0), None, ".at_least", "revenue must be finite and above 0, got -2"),
        ("2017-Q4", None, Some(0.0), ".at_most", "revenue must be finite and above 0, got 0"),
    ];
    for (at, least, most, end, words) in cases {
        let mut claim = json!({ "at": at });
        let mut built = Claim::of(at);
        if let Some(least) = least {
            claim["at_least"] = json!(least);
            built = built.at_least(least);
        }
        if let Some(most) = most {
            claim["at_most"] = json!(most);
            built = built.at_most(most);
        }
        let tree = with("/provider/0/claim", json!([{ "at": "2018-Q1", "at_least": 9 }, claim]));
        let provider = first().claim(Claim::of("2018-Q1").at_least(9.0)).claim(built);
        refused(&tree, both(provider), &format!("provider[A].claim[1]{end}"), &[words]);
    }
    for (value, shown) in [(0.0, "got 0"), (-5.0, "got -5"), (1e300, "")] {
        let built = pair_built().ceiling(value);
        if shown.is_empty() {
            assert_eq!(read(&with("/ceiling", json!(value)), Format::Json).expect("allowed").ceiling(), Some(value));
            assert!(built.build().is_ok());
        } else {
            refused(&with("/ceiling", json!(value)), built, "ceiling", &[shown]);
        }
    }
    let error = pair_built().ceiling(f64::NAN).build().expect_err("no number");
    assert_problem(&error, "ceiling", &["got NaN"]);
}

/// Builder and file agree, and the numbers of claims and the ceiling have addresses.
#[test]
fn claims_and_a_ceiling_are_read_and_changed() {
    let mut tree =
        with("/provider/0/claim", json!([{ "at": "2017-Q4", "at_least": 9 }, { "at": "2018-Q1", "at_most": 12 }]));
    tree["ceiling"] = json!(400);
    let provider = first().claim(Claim::of("2017-Q4").at_least(9.0)).claim(Claim::of("2018-Q1").at_most(12.0));
    let built = both(provider).ceiling(400.0).build().expect("valid");
    for format in FORMATS {
        assert_eq!(read(&tree, *format).expect("valid"), built);
    }
    let written = serde_json::to_string(&built).expect("written");
    assert_eq!(Scenario::from_json(&written).expect("read"), built);
    #[cfg(feature = "toml")]
    assert_eq!(Scenario::from_toml(&built.to_toml().expect("written")).expect("read"), built);
    for (address, value) in
        [("ceiling", 400.0), ("provider[A].claim[0].at_least", 9.0), ("provider[A].claim[1].at_most", 12.0)]
    {
        assert!(built.numbers().contains(&(address.to_owned(), value)), "{address}");
        let changed = built.with(address, 11.0).expect("valid");
        assert!(changed.numbers().contains(&(address.to_owned(), 11.0)), "{address}");
        assert_problem(&built.with(address, -1.0).expect_err("below 0"), address, &["got -1"]);
        assert_problem(&built.with(address, normal(9.0, 1.0)).expect_err("plain"), address, &["only a plain number"]);
    }
    let unsaid = built.with("provider[A].claim[0].at_most", 12.0).expect_err("that bound is not stated");
    assert!(unsaid.to_string().contains("no number has the address"), "{unsaid}");
}

#[test]
fn questions() {
    refused(
        &with("/question", json!([{ "overtakes": ["A", "A"] }])),
        pair_built().question(Question::overtakes("A", "A")),
        "question[0].overtakes",
        &["challenger and incumbent must differ, got \"A\" twice"],
    );
    for (sustained, words) in
        [(17, "only 16 periods are projected, got 17"), (0, "at least 1, got 0"), (u32::MAX, "got 4294967295")]
    {
        refused(
            &with("/question", json!([{ "overtakes": ["A", "B"], "sustained": sustained }])),
            pair_built().question(Question::overtakes("A", "B").sustained(sustained)),
            "question[0].sustained",
            &[words],
        );
    }
    for written in ["2.0", "-1", "5000000000", "1e3"] {
        let text = with("/question", json!([{ "overtakes": ["A", "B"], "sustained": 3.25 }])).to_string();
        let error = Scenario::from_json(&text.replace("3.25", written)).expect_err("no count");
        let shown = if written == "1e3" { "1000.0" } else { written };
        assert_problem(&error, "question[0].sustained", &["a whole number from 1 to 2400", &format!("got {shown}")]);
    }
}

#[test]
fn schedules() {
    let curve =
        |rates: Value, tail: Value| with("/provider/0/growth", json!({ "schedule": { "rates": rates, "tail": tail } }));
    let short = with("/provider/0/growth", json!({ "schedule": { "rates": [0.3, 0.2] } }));
    refused(
        &short,
        a_curve(Curve::schedule([0.3, 0.2], Tail::none())),
        "provider[A].growth.schedule.tail",
        &["2 stated years end before the horizon at 4 years", "state a tail"],
    );
    let none: [f64; 0] = [];
    refused(
        &curve(json!([]), json!("hold")),
        a_curve(Curve::schedule(none, Tail::hold())),
        "provider[A].growth.schedule.rates",
        &["at least one rate is needed, got none"],
    );
    let auto = "provider[A].growth.schedule.tail.ratio";
    let cases: [(&[f64], &str); 4] = [
        (&[0.3], "needs at least two rates"),
        (&[0.3, 0.4], "not above 0 and at most 1"),
        (&[0.3, -0.1], "not above 0 and at most 1"),
        (&[0.0, 0.0], "= NaN"),
    ];
    for (rates, words) in cases {
        refused(
            &curve(json!(rates), json!({ "ratio": "auto" })),
            a_curve(Curve::schedule(rates.to_vec(), Tail::ratio("auto"))),
            auto,
            &[words, "specify a ratio"],
        );
    }
    refused(
        &curve(json!([0.3]), json!({ "ratio": 0 })),
        a_curve(Curve::schedule([0.3], Tail::ratio(0))),
        auto,
        &["got 0"],
    );
    assert!(a_curve(Curve::schedule([0.3, 0.3], Tail::ratio("auto"))).build().is_ok(), "1 is in (0, 1]");
}

/// All invalid values are reported: a curve is checked even if another number is invalid.
#[test]
fn every_problem_at_once() {
    let mut tree = with("/provider/0/growth", json!({ "schedule": { "rates": [0.3] } }));
    tree["provider"][1]["revenue"] = json!(-5);
    tree["provider"][1]["growth"] = json!({ "constant": -1.2 });
    tree["correlation"] = json!([{ "between": ["A", "B"], "value": 2 }]);
    tree["question"] = json!([{ "overtakes": ["A", "C"], "sustained": 40 }]);
    let built = Scenario::builder("2018-Q1", "2022-Q1")
        .provider(Provider::new("A", 10).growth(Curve::schedule([0.3], Tail::none())))
        .provider(Provider::new("B", -5).growth(Curve::constant(-1.2)))
        .correlation("A", "B", 2.0)
        .question(Question::overtakes("A", "C").sustained(40));
    let addresses = [
        "provider[A].growth.schedule.tail",
        "provider[B].revenue",
        "provider[B].growth.constant",
        "correlation[0].value",
        "question[0].overtakes[1]",
        "question[0].sustained",
    ];
    addresses.iter().for_each(|address| refused(&tree, built.clone(), address, &[]));
    assert_eq!(built.build().expect_err("invalid").problems().len(), addresses.len());
}

#[test]
fn nobody_and_too_many() {
    let tree = with("/provider", json!([]));
    refused(&tree, Scenario::builder("2018-Q1", "2022-Q1"), "provider", &["at least one provider is needed, got none"]);
    let many: Vec<Value> = (0..65)
        .map(|index| json!({ "name": format!("P{index}"), "revenue": 1, "growth": { "constant": 0.1 } }))
        .collect();
    let built = |count: usize| {
        (0..count).fold(Scenario::builder("2018-Q1", "2022-Q1"), |builder, index| {
            builder.provider(Provider::new(format!("P{index}"), 1).growth(Curve::constant(0.1)))
        })
    };
    refused(&with("/provider", json!(many)), built(65), "provider", &["at most 64 providers, got 65"]);
    assert!(built(64).build().is_ok());
    let error = Scenario::builder("2018", "2020").provider(Provider::new("A", 1)).build().expect_err("no growth");
    assert_problem(&error, "provider[A].growth", &["a growth curve is needed, got none"]);
}
