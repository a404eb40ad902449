//! Views: each answers as the scenario with its values, the pool is their weighted mixture, and a run that is not asked
//! for them ignores them.

use std::sync::atomic::{AtomicU64, Ordering};

use outgrow::{
    Curve, Error, Estimate, Outcome, Overtake, Provider, Question, Sampling, Scenario, ScenarioBuilder, View, discrete,
    normal,
};
use serde_json::{Value, json};

/// A change of a file.
type Change = fn(&mut Value);

const ASKED: &str = "a overtakes b";
const LASTING: &str = "a overtakes b (sustained 3)";
const GROWTH: &str = "provider[a].growth.constant";

fn builder() -> ScenarioBuilder {
    Scenario::builder("2018-Q1", "2020-Q4")
        .assumption("slow", normal(0.2, 0.05))
        .provider(Provider::new("a", 90).growth(Curve::constant(normal(0.4, 0.1))).volatility(0.2))
        .provider(Provider::new("b", 120).growth(Curve::constant(0.2)).volatility(0.1))
        .correlation("a", "b", 0.3)
        .question(Question::overtakes("a", "b"))
        .question(Question::overtakes("a", "b").sustained(3))
}

fn bull() -> View {
    View::new("bull").weight(0.2).with(format!("{GROWTH}.normal[0]"), 0.6).with("correlation[0].value", 0.5)
}

fn base() -> View {
    View::new("base").weight(0.5).with("provider[b].volatility", 0.1)
}

fn bear() -> View {
    View::new("bear")
        .weight(0.3)
        .with(GROWTH, "slow")
        .with("provider[b].revenue", normal(130.0, 5.0).source("a report"))
}

fn scenario() -> Scenario {
    builder().view(bull()).view(base()).view(bear()).build().expect("valid")
}

fn simulated(scenario: &Scenario, sampling: Sampling) -> Outcome {
    scenario.simulate().paths(4096).seed(7).sampling(sampling).views(true).run().expect("an outcome")
}

fn exact(scenario: &Scenario) -> Outcome {
    scenario.exact().tolerance(1e-3).views(true).run().expect("an outcome")
}

fn all_outcomes() -> Vec<(String, Outcome)> {
    let scenario = scenario();
    let schemes = [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol, Sampling::Importance];
    let simulated = schemes.map(|scheme| (format!("{scheme:?}"), simulated(&scenario, scheme)));
    simulated.into_iter().chain([("exact".to_owned(), exact(&scenario))]).collect()
}

/// Every probability of a question.
fn estimates(answer: &Overtake) -> Vec<Estimate> {
    let dated = answer.iter_by().chain(answer.iter_ahead()).map(|(_, estimate)| estimate);
    let alone = [answer.ahead_at_base(), answer.not_by_horizon()].into_iter().chain(answer.from_base());
    dated.chain(alone).collect()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12
}

#[test]
fn the_pool_is_the_weighted_mixture_of_the_views() {
    for (what, outcome) in all_outcomes() {
        let pool = outcome.pool().expect("asked for");
        let weights: Vec<f64> = outcome.views().iter().map(outgrow::ViewAnswer::weight).collect();
        assert!(weights.iter().zip([0.2, 0.5, 0.3]).all(|(a, b)| close(*a, b)), "{what}: {weights:?}");
        for name in [ASKED, LASTING] {
            let pooled = pool.question(name).expect("asked");
            let views: Vec<&Overtake> =
                outcome.views().iter().map(|view| view.question(name).expect("asked")).collect();
            let mixed = |of: &dyn Fn(&Overtake) -> f64| -> f64 {
                views.iter().zip(&weights).map(|(view, weight)| weight * of(view)).sum()
            };
            let all = estimates(pooled);
            assert!(all.len() > 20);
            for (place, own) in all.iter().enumerate() {
                let part = |view: &Overtake| estimates(view)[place];
                assert!(close(own.value(), mixed(&|view| part(view).value())), "{what}, {name}, {place}");
                // The error is the bound under any correlation, and so is the interval.
                assert!(close(own.standard_error(), mixed(&|view| part(view).standard_error())), "{what}");
                assert!(close(own.interval().0, mixed(&|view| part(view).interval().0)), "{what}");
                assert!(close(own.interval().1, mixed(&|view| part(view).interval().1)), "{what}");
            }
            for (period, by) in pooled.iter_by() {
                let p = by.value();
                let between = mixed(&|view| {
                    let own = view.by(period).expect("a date").value();
                    (own - p) * (own - p)
                });
                let share = pool.disagreement(name, period).expect("a date").expect("0 < P < 1");
                assert!((share - between / (p * (1.0 - p))).abs() < 1e-9, "{what}: {share}");
                assert!((0.0..=1.0).contains(&share), "{what}: {share}");
            }
            // Quantiles are those of the mixture: the first date by which it reaches p.
            for p in [0.05, 0.25, 0.5, 0.9] {
                let first = pooled.iter_by().find(|(_, by)| by.value() >= p).map(|(period, _)| period);
                let found = match pooled.quantile(p).expect("p") {
                    outgrow::When::At(period) => Some(period),
                    outgrow::When::NotBy(_) => None,
                };
                assert_eq!(found, first, "{what}, {p}");
                let (low, high) = pooled.quantile_interval(p).expect("p");
                assert!(low <= pooled.quantile(p).expect("p") && pooled.quantile(p).expect("p") <= high, "{what}, {p}");
            }
            let changes: f64 = pooled.lead_changes().iter().map(|change| change.probability.value()).sum();
            assert!((changes - 1.0).abs() < 1e-3, "{what}: {changes}");
            let mean = mixed(&|view| view.mean_date().restricted.value());
            assert!(close(pooled.mean_date().restricted.value(), mean), "{what}");
        }
    }
}

/// Another way to the same mixture: the value in which the views differ, drawn with the views' weights.
#[test]
fn the_pool_is_the_scenario_that_draws_the_view() {
    let of = |growth| {
        Scenario::builder("2018-Q1", "2021-Q4")
            .provider(Provider::new("a", 90).growth(growth).volatility(0.2))
            .provider(Provider::new("b", 120).growth(Curve::constant(0.1)).volatility(0.1))
            .question(Question::overtakes("a", "b"))
    };
    let views = of(Curve::constant(0.3))
        .view(View::new("bull").weight(1).with(GROWTH, 0.5))
        .view(View::new("bear").weight(3).with(GROWTH, 0.15))
        .build()
        .expect("valid");
    let pooled = views.exact().tolerance(1e-9).views(true).run().expect("an outcome");
    let pool = pooled.pool().expect("asked for");
    let own = pool.question(ASKED).expect("asked");
    let drawn = of(Curve::constant(discrete([(0.5, 1.0), (0.15, 3.0)]))).build().expect("valid");
    let drawn = drawn.exact().tolerance(1e-9).run().expect("an outcome");
    let drawn = drawn.question(ASKED).expect("asked");
    let near = |a: f64, b: f64| (a - b).abs() < 1e-8;
    for (own, other) in estimates(own).iter().zip(estimates(drawn)) {
        assert!(near(own.value(), other.value()), "{own} {other}");
    }
    for p in [0.1, 0.3, 0.5] {
        assert_eq!(own.quantile(p).expect("p"), drawn.quantile(p).expect("p"));
    }
    let [own_mean, other_mean] = [own, drawn].map(Overtake::mean_date);
    assert!(near(own_mean.restricted.value(), other_mean.restricted.value()));
    let [given, other] = [own_mean, other_mean].map(|mean| mean.given_overtake.expect("it happens").value());
    assert!(near(given, other), "{given} {other}");
    for (own, other) in own.lead_changes().iter().zip(drawn.lead_changes()) {
        assert!((own.probability.value() - other.probability.value()).abs() < 1e-6);
    }
    // The same of two laws, of which the outcome knows the share of the variance.
    let laws = Curve::mixture([(1.0, Curve::constant(0.5)), (3.0, Curve::constant(0.15))]);
    let laws = of(laws).build().expect("valid").exact().tolerance(1e-9).run().expect("an outcome");
    for date in ["2019-Q1", "2021-Q4"] {
        let share = laws.question(ASKED).expect("asked").variance_share(date).expect("a date").expect("a share");
        let own = pool.disagreement(ASKED, date).expect("a date").expect("a share");
        assert!(share > 0.01 && near(own, share), "{date}: {own} {share}");
    }
}

/// A view's answers are those of the scenario with its values, to the last bit.
#[test]
fn a_view_answers_as_the_scenario_with_its_values() {
    let scenario = scenario();
    let values: [(&str, Vec<(&str, outgrow::Assumption)>); 3] = [
        ("bull", vec![("provider[a].growth.constant.normal[0]", 0.6.into()), ("correlation[0].value", 0.5.into())]),
        ("base", vec![("provider[b].volatility", 0.1.into())]),
        ("bear", vec![(GROWTH, "slow".into()), ("provider[b].revenue", normal(130.0, 5.0).source("a report"))]),
    ];
    let without = builder().build().expect("valid");
    for (name, values) in values {
        let changed = without.with_all(values).expect("valid");
        assert_eq!(scenario.as_seen_by(name).expect("a view"), changed, "{name}");
        for sampling in [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol, Sampling::Importance, Sampling::Auto] {
            let alone = changed.simulate().paths(4096).seed(7).sampling(sampling).run().expect("an outcome");
            let seen = simulated(&scenario, sampling);
            assert_eq!(seen.view(name).expect("a view").questions(), alone.questions(), "{name}, {sampling:?}");
        }
        let alone = changed.exact().tolerance(1e-3).run().expect("an outcome");
        assert_eq!(exact(&scenario).view(name).expect("a view").questions(), alone.questions(), "{name}");
    }
}

/// Neither the order of the views nor a common factor of the weights changes an answer.
#[test]
fn order_and_scale_do_not_matter() {
    let outcome = simulated(&scenario(), Sampling::Plain);
    let other_order = builder().view(bear()).view(bull()).view(base()).build().expect("valid");
    let turned = simulated(&other_order, Sampling::Plain);
    assert_eq!(outcome.pool(), turned.pool(), "to the last bit");
    let scaled = [bull(), base(), bear()].map(|view| {
        let weight = 1e3 * view.get_weight();
        view.weight(weight)
    });
    let scaled = scaled.into_iter().fold(builder(), ScenarioBuilder::view).build().expect("valid");
    let scaled = simulated(&scaled, Sampling::Plain);
    for (own, other) in outcome.pool().expect("asked").questions().iter().zip(scaled.pool().expect("asked").questions())
    {
        assert!(estimates(own).iter().zip(estimates(other)).all(|(a, b)| close(a.value(), b.value())));
    }
    // Weights are 1 by default, and a single view is its own pool.
    let alone = builder().view(View::new("only").with("provider[b].volatility", 0.3)).build().expect("valid");
    let alone = simulated(&alone, Sampling::Plain);
    let pool = alone.pool().expect("asked");
    assert_eq!(estimates(pool.question(ASKED).expect("asked")), estimates(&alone.views()[0].questions()[0]));
    assert_eq!(pool.disagreement(ASKED, "2020-Q4").expect("a date"), Some(0.0));
}

/// Without being asked, `simulate`, `exact`, `audit` and snapshots answer as if there were no views, to the byte.
#[test]
fn views_are_ignored_unless_they_are_asked_for() {
    let (with, without) = (scenario(), builder().build().expect("valid"));
    let file = |outcome: &Outcome| {
        let mut file = serde_json::to_value(outcome).expect("written");
        file["manifest"]["scenario"].as_object_mut().expect("a table").remove("view");
        file
    };
    let run = |scenario: &Scenario| scenario.simulate().paths(1000).seed(7).run().expect("an outcome");
    let (own, other) = (run(&with), run(&without));
    assert_eq!(file(&own), file(&other));
    assert_eq!(
        (own.to_string(), own.to_csv(), own.to_markdown()),
        (other.to_string(), other.to_csv(), other.to_markdown())
    );
    assert_eq!(own.snapshot(), other.snapshot());
    assert!(own.views().is_empty() && own.pool().is_none());
    let exact = |scenario: &Scenario| scenario.exact().tolerance(1e-3).run().expect("an outcome");
    assert_eq!(file(&exact(&with)), file(&exact(&without)));
    assert_eq!(with.audit().expect("an audit"), without.audit().expect("an audit"));
    assert_eq!(with.quick_audit().expect("an audit"), without.quick_audit().expect("an audit"));
    let gradient =
        |scenario: &Scenario| scenario.exact().tolerance(1e-3).gradient(ASKED, "2020-Q4").expect("a gradient");
    assert_eq!(gradient(&with).probability(), gradient(&without).probability());
    #[cfg(feature = "charts")]
    {
        let report = run(&without).report().html().expect("a report");
        assert!(!report.contains("As seen by each view") && !report.contains("--views"));
    }
}

/// A discrete assumption is fixed at each of its values for exact answers; a view may change such a value.
#[test]
fn a_view_of_a_value_of_a_discrete_assumption() {
    let growth = Curve::constant(discrete([(0.5, 1.0), (0.2, 1.0)]));
    let scenario = Scenario::builder("2018", "2022")
        .provider(Provider::new("a", 90).growth(growth).volatility(0.2))
        .provider(Provider::new("b", 120).growth(Curve::constant(0.1)))
        .question(Question::overtakes("a", "b"))
        .view(View::new("even").with("provider[a].growth.constant.discrete[0][0]", 0.3))
        .build()
        .expect("valid");
    let outcome = scenario.exact().views(true).run().expect("an outcome");
    let by = |answer: &Overtake| answer.by("2022").expect("a date").value();
    assert!(by(outcome.view("even").expect("a view").question(ASKED).expect("asked")) < by(&outcome.questions()[0]));
    assert!(scenario.audit().is_ok());
}

/// A gradient fixes the law of a mixture, under which a view that excludes this law would be invalid.
#[test]
fn a_view_that_excludes_a_law() {
    let laws = Curve::mixture([(1.0, Curve::constant(0.4)), (1.0, Curve::constant(0.2))]);
    let scenario = Scenario::builder("2018", "2022")
        .provider(Provider::new("a", 90).growth(laws).volatility(0.2))
        .provider(Provider::new("b", 120).growth(Curve::constant(0.1)))
        .question(Question::overtakes("a", "b"))
        .view(View::new("fast").with("provider[a].growth.mixture[1].weight", 0))
        .build()
        .expect("valid");
    let slope = scenario.exact().gradient(ASKED, "2022").expect("a gradient");
    assert!(slope.of("provider[a].growth.mixture[1].curve.constant").expect("a slope") > 0.0);
    assert_eq!(slope.of("view[fast].weight").ok().filter(|slope| slope.abs() > 0.0), None);
    assert!(scenario.audit().is_ok() && scenario.exact().views(true).run().is_ok());
}

#[test]
fn files_of_both_kinds_round_trip() {
    let scenario = scenario();
    let json = serde_json::to_string(&scenario).expect("written");
    assert_eq!(Scenario::from_json(&json).expect("read"), scenario);
    let value: Scenario = serde_json::from_str(&json).expect("read");
    assert_eq!(value, scenario);
    #[cfg(feature = "toml")]
    {
        let text = scenario.to_toml().expect("written");
        assert!(text.contains("[[view]]") && text.contains("weight = 0.2"), "{text}");
        assert_eq!(Scenario::from_toml(&text).expect("read"), scenario);
        let set = [("view[bull].weight", "3"), ("view[bear].with.\"provider[b].revenue\"", "140")];
        let changed = scenario.with_toml(set).expect("valid");
        assert!((changed.views()[0].get_weight() - 3.0).abs() < 1e-15);
        let seen = changed.as_seen_by("bear").expect("a view");
        assert!(seen.numbers().contains(&("provider[b].revenue".to_owned(), 140.0)));
    }
    let changed = scenario.with("view[base].weight", 2).expect("valid");
    assert!((changed.views()[1].get_weight() - 2.0).abs() < 1e-15);
    let twice = builder().view(base()).build().expect("valid").to_builder().view(bear()).build().expect("valid");
    assert_eq!(twice.views(), [base(), bear()]);
}

fn refused(views: impl IntoIterator<Item = View>) -> Error {
    views.into_iter().fold(builder(), ScenarioBuilder::view).build().expect_err("invalid")
}

#[test]
fn every_fault_of_a_view_has_its_address() {
    let any = || View::new("v").with("provider[b].volatility", 0.2);
    let cases: Vec<(Vec<View>, &str, &str)> = vec![
        (vec![View::new("v")], "view[v].with", "must change at least one value, got none"),
        (vec![any(), any()], "view[1].name", "the name \"v\" is taken by view[0]"),
        (vec![View::new(" ").with(GROWTH, 0.2)], "view[0].name", "a visible character, got \" \""),
        (vec![View::new("pool").with(GROWTH, 0.2)], "view[pool].name", "\"pool\" is reserved"),
        (vec![any().weight(0)], "view[v].weight", "must be finite and above 0, got 0"),
        (vec![any().weight(-1)], "view[v].weight", "must be finite and above 0, got -1"),
        (vec![any().weight(f64::NAN)], "view[v].weight", "must be finite and above 0, got NaN"),
        (vec![any().weight(f64::INFINITY)], "view[v].weight", "must be finite and above 0, got inf"),
        (
            vec![View::new("v").with("provider[b].volatilty", 0.2)],
            "view[v].with.\"provider[b].volatilty\"",
            "did you mean \"provider[b].volatility\"?",
        ),
        (
            vec![View::new("v").with("provider[b].growth", 0.2)],
            "view[v].with.\"provider[b].growth\"",
            "it contains numbers such as \"provider[b].growth.constant\"",
        ),
        (
            vec![View::new("v").with("provider[b].volatility", -0.2)],
            "view[v].with.\"provider[b].volatility\"",
            "must be finite and not negative, got -0.2",
        ),
        (
            vec![View::new("v").with("provider[b].volatility", normal(0.1, -1.0))],
            "view[v].with.\"provider[b].volatility\".normal[1]",
            "a spread must be finite and not negative, got -1",
        ),
        (
            vec![View::new("v").with("provider[a].growth.constant.normal[1]", 3.0)],
            "view[v].with.\"provider[a].growth.constant.normal[1]\"",
            "provider[a].growth.constant: ",
        ),
        (
            vec![View::new("v").with(GROWTH, "sloww")],
            "view[v].with.\"provider[a].growth.constant\"",
            "did you mean \"slow\"?",
        ),
        (
            vec![View::new("v").with("correlation[0].value", normal(0.1, 0.1))],
            "view[v].with.\"correlation[0].value\"",
            "only a plain number is allowed here",
        ),
        (
            vec![any().with("provider[b].volatility", 0.3)],
            "view[v].with.\"provider[b].volatility\"",
            "\"provider[b].volatility\" is changed twice",
        ),
        (
            vec![View::new("v").with(GROWTH, normal(0.1, 0.1)).with(format!("{GROWTH}.normal[0]"), 0.2)],
            "view[v].with.\"provider[a].growth.constant.normal[0]\"",
            "is a part of \"provider[a].growth.constant\", which this view replaces too",
        ),
        (
            vec![View::new("v").with("question[1].sustained", 2)],
            "view[v].with.\"question[1].sustained\"",
            "all views answer the same questions",
        ),
        (
            vec![View::new("v").with("view[v].weight", 2)],
            "view[v].with.\"view[v].weight\"",
            "no number has the address \"view[v].weight\"",
        ),
        (
            vec![View::new("v").with("assumption[slow]", -2.0).with(GROWTH, "slow")],
            "view[v].with.\"provider[a].growth.constant\"",
            "assumption \"slow\": growth must be above -1",
        ),
    ];
    for (views, address, words) in cases {
        let error = refused(views);
        assert!(error.is_invalid_input(), "{error}");
        let found = error.problems().iter().find(|problem| problem.address == address);
        let found = found.unwrap_or_else(|| panic!("no problem at {address}: {error}"));
        assert!(found.message.contains(words), "{address}: {} does not say {words:?}", found.message);
    }
    // All problems of all views at once, without those of other views.
    let error = refused([any().weight(0), View::new("w").with("provider[c].volatility", 0.1), View::new("x")]);
    assert_eq!(error.problems().len(), 3, "{error}");
    // A scenario with a problem of its own does not repeat it for every view.
    let wrong = builder().view(any()).ceiling(-1.0).build().expect_err("invalid");
    assert_eq!(wrong.problems().len(), 1, "{wrong}");
    let many = (0..65).map(|index| View::new(format!("v{index}")).with(GROWTH, 0.1));
    assert!(refused(many).to_string().contains("view: at most 64 views, got 65"));
}

#[test]
fn faults_in_a_file_have_their_place() {
    let mut tree = serde_json::to_value(scenario()).expect("written");
    tree["view"][0]["with"] = json!({ "provider[a].volatility": -1 });
    let text = serde_json::to_string_pretty(&tree).expect("written");
    let error = Scenario::from_json(&text).expect_err("invalid");
    let line = text.lines().position(|line| line.contains("\"provider[a].volatility\": -1")).expect("a line") + 1;
    assert_eq!(error.problems()[0].address, "view[bull].with.\"provider[a].volatility\"");
    assert_eq!(error.problems()[0].place.map(|place| place.line), Some(line), "{error}");
    let faults: [(Change, &str); 6] = [
        (
            |view| drop(view.as_object_mut().expect("a table").remove("name")),
            "view[0].name: the key \"name\" is missing",
        ),
        (
            |view| drop(view.as_object_mut().expect("a table").remove("with")),
            "view[bull].with: the key \"with\" is missing",
        ),
        (|view| view["with"] = json!([1]), "view[bull].with: must be a table of addresses and values, got a list"),
        (|view| view["wieght"] = json!(1), "view[bull].wieght: unknown key \"wieght\"; did you mean \"weight\"?"),
        (|view| view["weight"] = json!("1"), "view[bull].weight: must be a number, got \"1\""),
        (
            |view| view["with"] = json!({ "provider[b].volatility": true }),
            "must be a number, the name of an assumption",
        ),
    ];
    for (change, words) in faults {
        let mut tree = serde_json::to_value(scenario()).expect("written");
        change(&mut tree["view"][0]);
        let error = serde_json::from_value::<Scenario>(tree).expect_err(words).to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
}

#[test]
fn what_cannot_have_views_says_so() {
    let without = builder().build().expect("valid");
    let asks = [
        without.simulate().views(true).run().map(drop),
        without.exact().views(true).run().map(drop),
        without.simulate().views(true).paths(64).until(outgrow::Precision::standard_error(0.1)).run().map(drop),
    ];
    for result in asks {
        let error = result.expect_err("no views");
        assert!(error.is_invalid_input() && error.to_string().contains("views: the scenario has no views"), "{error}");
    }
    let unasked = Scenario::builder("2018", "2020")
        .provider(Provider::new("a", 1).growth(Curve::constant(0.1)))
        .view(View::new("v").with(GROWTH, 0.2))
        .build()
        .expect("valid");
    let error = unasked.simulate().views(true).run().expect_err("no question").to_string();
    assert!(error.contains("views answer questions, and the scenario has none"), "{error}");
    let scenario = scenario();
    let error = scenario.simulate().paths(64).views(true).tally().expect_err("a tally").to_string();
    assert!(error.contains("views: a tally has the counts of one scenario and no views"), "{error}");
    let error = scenario.simulate().paths(64).views(true).difference(&without).expect_err("a difference").to_string();
    assert!(error.contains("not their views"), "{error}");
    let outcome = scenario.simulate().paths(64).run().expect("an outcome");
    let refused = [
        outcome.view("bull").map(drop),
        #[cfg(feature = "charts")]
        outcome.chart().views(ASKED).map(drop),
    ];
    for error in refused.map(|refused| refused.expect_err("not asked")) {
        assert!(
            error.is_lookup() && error.to_string().contains("views were not requested: call views(true)"),
            "{error}"
        );
    }
    let outcome = simulated(&scenario, Sampling::Plain);
    assert!(outcome.view("bul").expect_err("unknown").to_string().contains("did you mean \"bull\"?"));
    assert!(scenario.as_seen_by("bul").expect_err("unknown").to_string().contains("did you mean \"bull\"?"));
    let pool = outcome.pool().expect("asked for");
    assert!(
        pool.question("b overtakes a").expect_err("unknown").to_string().contains("the questions are: a overtakes b")
    );
    assert!(pool.disagreement(ASKED, "2030-Q1").is_err());
    // A question that one view alone cannot answer exactly names that view.
    let many = Curve::constant(discrete((0..70).map(|k| (0.01 * f64::from(k), 1.0))));
    let many = builder()
        .provider(Provider::new("c", 1).growth(many))
        .view(View::new("wide").with(GROWTH, discrete((0..70).map(|k| (0.01 * f64::from(k), 1.0)))));
    let error = many.build().expect("valid").exact().views(true).run().expect_err("too many values");
    assert!(error.is_unsupported() && error.to_string().contains("as seen by view[wide]"), "{error}");
}

/// An outcome with views gives the same file, tables and charts after it is read.
#[test]
fn outcome_files_with_views() {
    for (what, outcome) in all_outcomes() {
        let file = serde_json::to_string(&outcome).expect("written");
        let read: Outcome = serde_json::from_str(&file).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(serde_json::to_string(&read).expect("written") == file, "{what}: another file");
        assert_eq!((read.views(), read.pool()), (outcome.views(), outcome.pool()), "{what}");
        assert_eq!(read.to_string(), outcome.to_string(), "{what}");
        assert_eq!(read.to_csv(), outcome.to_csv(), "{what}");
        #[cfg(feature = "charts")]
        assert_eq!(
            read.chart().views(ASKED).expect("a chart"),
            outcome.chart().views(ASKED).expect("a chart"),
            "{what}"
        );
        let tree: Value = serde_json::from_str(&file).expect("JSON");
        assert_eq!(tree["views"][0]["name"], "bull");
        assert_eq!(tree["views"][2]["questions"][0]["name"], ASKED);
        let pool = &tree["pool"];
        let last = pool["disagreement"][0]["by"].as_array().expect("a list").last().expect("a date");
        assert_eq!(
            (&pool["questions"][1]["name"], &pool["disagreement"][0]["question"]),
            (&json!(LASTING), &json!(ASKED))
        );
        assert_eq!(last["value"], pool["disagreement"][0]["by_horizon"]);
    }
    let good = serde_json::to_value(simulated(&scenario(), Sampling::Plain)).expect("written");
    let faults: [(Change, &str); 6] = [
        (|file| file["views"][0]["name"] = json!("bear"), "views[0].name: is \"bear\", not \"bull\""),
        (
            |file| drop(file["views"].as_array_mut().expect("a list").pop()),
            "views: has 2 items, but the scenario requires 3",
        ),
        (|file| drop(file["manifest"]["views"].as_array_mut().expect("a list").pop()), "manifest.views: has 2 items"),
        (|file| file["manifest"]["views"][1][0][0] = json!(9999), "manifest.views[1].counts[0]: must sum to the paths"),
        (|file| file["views"][1]["run"]["confidence_level"] = json!(2.0), "views[1].run.confidence_level"),
        (
            |file| drop(file["views"][1]["questions"][0]["by"].as_array_mut().expect("a list").pop()),
            "views[1].questions[0].by",
        ),
    ];
    for (change, words) in faults {
        let mut file = good.clone();
        change(&mut file);
        let error = serde_json::from_value::<Outcome>(file).expect_err(words).to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
}

/// Every view is compared with its own exact answer.
#[test]
fn cross_checks_of_every_view() {
    let run = scenario().simulate().paths(20_000).seed(7).views(true).cross_check(true).run().expect("an outcome");
    assert_eq!(run.cross_checks().count(), 8, "two questions of the scenario and of three views");
    assert!(run.cross_checks().all(|check| check.agrees() && check.reason().is_none()));
    let file = serde_json::to_string(&run).expect("written");
    let read: Outcome = serde_json::from_str(&file).expect("read");
    assert_eq!(read.views(), run.views());
}

/// Where one view rules an exit out, only the others' shares of the pool are gone.
#[test]
fn exits_in_one_view() {
    let providers = [
        Provider::new("a", 90).growth(Curve::constant(0.4)).volatility(0.2).exit(0.1),
        Provider::new("b", 120).growth(Curve::constant(0.2)),
    ];
    let builder = providers.into_iter().fold(Scenario::builder("2018-Q1", "2020-Q4"), ScenarioBuilder::provider);
    let scenario = builder
        .question(Question::overtakes("a", "b"))
        .view(View::new("stays").weight(3).with("provider[a].exit", 0))
        .view(View::new("goes").weight(1).with("provider[a].volatility", 0.3))
        .build()
        .expect("valid");
    let outcome = simulated(&scenario, Sampling::Plain);
    let gone = |answer: &Overtake| answer.gone("2020-Q4").expect("a date").map(|gone| gone.value());
    let of_view = |name: &str| gone(outcome.view(name).expect("a view").question(ASKED).expect("asked"));
    let pool = gone(outcome.pool().expect("asked for").question(ASKED).expect("asked")).expect("some exit");
    assert_eq!(of_view("stays"), None);
    assert!(close(pool, 0.25 * of_view("goes").expect("may exit")) && pool > 0.01, "{pool}");
    let file = serde_json::to_string(&outcome).expect("written");
    let read: Outcome = serde_json::from_str(&file).expect("read");
    assert_eq!(read.pool(), outcome.pool());
}

/// The pool's standard error bounds the spread over seeds, and its interval holds the exact value.
#[test]
fn errors_of_the_pool_are_honest() {
    const SEEDS: u32 = 100;
    let scenario = scenario();
    let date = "2020-Q1";
    let truth = {
        let exact = scenario.exact().tolerance(1e-5).lead_changes(false).views(true).run().expect("an outcome");
        exact.pool().expect("asked for").question(ASKED).expect("asked").by(date).expect("a date").value()
    };
    let (mut sum, mut squares, mut errors, mut inside) = (0.0, 0.0, 0.0, 0);
    for seed in 0..SEEDS {
        let run = scenario.simulate().paths(1000).seed(seed.into()).views(true).run().expect("an outcome");
        let by = run.pool().expect("asked for").question(ASKED).expect("asked").by(date).expect("a date");
        sum += by.value() - truth;
        squares += (by.value() - truth) * (by.value() - truth);
        errors += by.standard_error();
        inside += u32::from(by.interval().0 <= truth && truth <= by.interval().1);
    }
    let count = f64::from(SEEDS);
    let (bias, spread, error) = (sum / count, (squares / count).sqrt(), errors / count);
    // The relative error of a spread over 100 seeds is 7 %; the mean over them has a tenth of the error.
    assert!(spread < 1.2 * error, "{spread} {error}");
    assert!(spread > 0.5 * error, "the bound is not far from the spread: {spread} {error}");
    assert!(bias.abs() < 0.4 * error, "{bias} {error}");
    assert!(inside >= 90, "{inside} of 100 intervals of 95 %");
}

#[test]
fn tables_have_a_column_for_each_view() {
    let outcome = simulated(&scenario(), Sampling::Plain);
    let text = outcome.to_string();
    let head = text.lines().find(|line| line.contains("bull")).expect("a heading");
    let columns: Vec<&str> = head.split_whitespace().collect();
    assert_eq!(columns, ["by", "bull", "base", "bear", "pool", "disagreement"]);
    let pool = outcome.pool().expect("asked for");
    let row = text.lines().skip_while(|line| !line.contains("bull")).find(|line| line.starts_with("  2019-Q4"));
    let by = |answer: &Overtake| answer.by("2019-Q4").expect("a date");
    let shown = format!("{:.3}", by(pool.question(ASKED).expect("asked")).value());
    assert!(row.expect("a row").contains(&shown), "{row:?} {shown}");
    let share = pool.disagreement(ASKED, "2019-Q4").expect("a date").expect("a share");
    assert!(row.expect("a row").ends_with(&format!("{:.1} %", 100.0 * share)), "{row:?}");
    let markdown = outcome.to_markdown();
    assert!(markdown.contains("| by | bull | base | bear | pool | disagreement |"), "{markdown}");
    let csv = outcome.to_csv();
    for statistic in ["by_view[bull]", "ahead_view[bear]", "not_by_horizon_pool", "date_quantile_pool"] {
        assert!(csv.contains(&format!("\"{statistic}\"")), "{statistic}");
    }
    let bear = by(outcome.view("bear").expect("a view").question(ASKED).expect("asked")).value();
    assert!(csv.contains(&format!("\"{ASKED}\",,\"2019-Q4\",\"by_view[bear]\",{bear:?},")));
    assert!(csv.contains(&format!("\"{ASKED}\",,\"2019-Q4\",\"disagreement\",{share:?},,,\n")));
    #[cfg(feature = "charts")]
    {
        let report = outcome.report().html().expect("a report");
        for words in [
            "As seen by each view",
            "In the pool of all views: ",
            "What the views change",
            "--views --html",
            ".views(true).run()?",
        ] {
            assert!(report.contains(words), "{words}");
        }
    }
}

/// Continuous monitoring, a confidence level, threads and shards hold for the views too.
#[test]
fn settings_hold_for_the_views() {
    let scenario = builder().view(bull()).view(bear()).build().expect("valid");
    let run = |threads| {
        let run = scenario.simulate().paths(20_000).seed(3).confidence(0.8).threads(threads).views(true);
        run.run().expect("an outcome")
    };
    assert_eq!(run(1), run(4));
    let seen = scenario.as_seen_by("bear").expect("a view");
    let alone = seen.simulate().paths(20_000).seed(3).confidence(0.8).run().expect("an outcome");
    assert_eq!(run(1).view("bear").expect("a view").questions(), alone.questions());
    let done = AtomicU64::new(0);
    let calls = AtomicU64::new(0);
    let watched = scenario.simulate().paths(20_000).views(true).on_progress(|progress| {
        done.fetch_max(progress.done, Ordering::Relaxed);
        calls.fetch_add(u64::from(progress.done == progress.total), Ordering::Relaxed);
        std::ops::ControlFlow::Continue(())
    });
    assert!(watched.run().expect("an outcome").is_complete());
    assert_eq!((done.into_inner(), calls.into_inner()), (20_000, 3), "each run reports its last path once");
    let stopped = scenario.simulate().paths(200_000).views(true).on_progress(|_| std::ops::ControlFlow::Break(()));
    let stopped = stopped.run().expect("an outcome");
    assert!(!stopped.is_complete() && stopped.pool().is_some());
}
