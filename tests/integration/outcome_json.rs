//! The outcome as JSON, key by key.

use outgrow::{Curve, Provider, Question, Scenario, lognormal, normal};
use serde_json::{Value, json};

fn scenario() -> Scenario {
    Scenario::builder("2018-Q1", "2018-Q3")
        .provider(Provider::new("a", 90).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.2))
        .provider(Provider::new("b", normal(100.0, 5.0)).growth(Curve::constant(0.2)).volatility(lognormal(0.1, 0.2)))
        .question(Question::overtakes("a", "b"))
        .question(Question::overtakes("a", "b").sustained(2).name("twice"))
        .build()
        .expect("valid")
}

fn json_of(scenario: &Scenario) -> Value {
    let outcome = scenario.simulate().paths(1000).seed(7).run().expect("an outcome");
    serde_json::from_str(&serde_json::to_string(&outcome).expect("an outcome is written")).expect("JSON")
}

/// An outcome with every number replaced by the name of its type; labels, names and counts are kept.
fn shape(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => json!("real"),
        Value::Array(list) => list.iter().map(shape).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), shape(value))).collect(),
        other => other.clone(),
    }
}

fn estimate() -> Value {
    json!({ "value": "real", "standard_error": "real", "interval": ["real", "real"] })
}

/// An estimate with one more key.
fn with(key: &str, value: impl Into<Value>) -> Value {
    let mut entry = estimate();
    entry[key] = value.into();
    entry
}

fn dated() -> Value {
    json!([with("period", "2018-Q2"), with("period", "2018-Q3")])
}

fn values(mean: &str) -> Value {
    let mean = if mean == "null" { Value::Null } else { json!(mean) };
    let quantiles: Value = (0..7).map(|_| json!({ "probability": "real", "value": "real" })).collect();
    ["2018-Q2", "2018-Q3"]
        .map(|t| json!({ "period": t, "mean": mean.clone(), "quantiles": quantiles.clone() }))
        .to_vec()
        .into()
}

fn provider(name: &str, mean: &str) -> Value {
    let rank = ["2018-Q2", "2018-Q3"].map(|t| json!({ "period": t, "probability": ["real", "real"] }));
    json!({ "name": name, "revenue": values(mean), "rank": rank, "share": values("real") })
}

/// What the file needs beside the answers, so that it can be read.
fn manifest(scenario: &Scenario) -> Value {
    let outer = json!([["real", "real"], ["real", "real"]]);
    let rank = json!([["real", "real", "real"], ["real", "real", "real"]]);
    let provider = json!({ "revenue": outer, "rank": [rank, rank] });
    let scenario = shape(&serde_json::to_value(scenario).expect("a scenario is written"));
    let build = json!({ "version": env!("CARGO_PKG_VERSION"), "stream": 1 });
    let contents = json!({ "fans": true, "ranks": true, "shares": true });
    let providers = [provider.clone(), provider];
    json!({ "build": build, "contents": contents, "scenario": scenario, "counts": null, "providers": providers })
}

#[test]
fn every_key_is_where_the_page_says() {
    let found = json_of(&scenario());
    let mut question = shape(&found["questions"][0]);
    // Their number depends on the draws.
    question["quantiles"] = Value::Null;
    question["lead_changes"].as_array_mut().expect("a list").truncate(1);
    let expected = json!({
        "name": "a overtakes b", "overtakes": ["a", "b"], "measure": "period", "sustained": 1,
        "ahead_at_base": estimate(), "by": dated(), "ahead": dated(), "not_by_horizon": estimate(),
        "quantiles": null, "lead_changes": [with("count", 0)],
        "mean_date": { "restricted": estimate(), "given_overtake": estimate() },
    });
    assert_eq!(question, expected);
    // A sustained question also reports the base.
    assert_eq!(shape(&found["questions"][1]["from_base"]), estimate());
    assert_eq!((&found["questions"][1]["name"], &found["questions"][1]["sustained"]), (&json!("twice"), &json!(2)));
    assert_eq!(found["questions"].as_array().map(Vec::len), Some(2));
    let mut top = shape(&found);
    top["questions"] = Value::Null;
    let run = json!({
        "method": "simulation", "sampling": "plain", "paths": 1000, "seed": 7, "confidence_level": "real", "complete": true,
    });
    let expected = json!({
        "outgrow": env!("CARGO_PKG_VERSION"), "base": "2018-Q1", "horizon": "2018-Q3", "unit": null, "run": run,
        "questions": null,
        // With a lognormal volatility no mean of revenue is reported.
        "providers": [provider("a", "real"), provider("b", "null")],
        "manifest": manifest(&scenario()),
    });
    top["manifest"]["counts"] = Value::Null;
    assert_eq!(top, expected);
}

#[test]
fn a_quantile_is_at_a_period_or_not_by_the_horizon() {
    let found = json_of(&scenario());
    let quantiles = found["questions"][0]["quantiles"].as_array().expect("a list").clone();
    let at = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
    assert_eq!(quantiles.iter().map(|one| one["probability"].clone()).collect::<Vec<_>>(), at.map(|p| json!(p)));
    let not_by = |one: &&Value| one.get("not_by").is_some();
    assert!(quantiles.iter().any(|one| one.get("at").is_some()) && quantiles.iter().any(|one| not_by(&one)));
    for one in &quantiles {
        assert_eq!(one.as_object().map(serde_json::Map::len), Some(3), "one of both, and the interval: {one}");
        for end in one["interval"].as_array().expect("a pair") {
            assert!(end["not_by"] == "2018-Q3" || end.as_str().is_some_and(|at| at.starts_with("2018-Q")), "{one}");
        }
        assert!(one["not_by"] == "2018-Q3" || one["at"].as_str().is_some_and(|at| at.starts_with("2018-Q")), "{one}");
    }
    // Those ahead at base are at the base.
    let ahead = scenario().with("provider[a].revenue", 300).expect("valid");
    assert_eq!(
        json_of(&ahead)["questions"][0]["quantiles"][0],
        json!({ "probability": 0.05, "at": "2018-Q1", "interval": ["2018-Q1", "2018-Q1"] })
    );
}

#[test]
fn numbers_are_written_in_full() {
    let scenario = scenario();
    let outcome = scenario.simulate().paths(1000).seed(7).run().expect("an outcome");
    let found = json_of(&scenario);
    let same =
        |found: &Value, value: f64| assert_eq!(found.as_f64().map(f64::to_bits), Some(value.to_bits()), "{found}");
    let by = outcome.question("a overtakes b").expect("asked").by("2018-Q3").expect("a period");
    same(&found["questions"][0]["by"][1]["value"], by.value());
    same(&found["questions"][0]["by"][1]["standard_error"], by.standard_error());
    same(&found["questions"][0]["by"][1]["interval"][0], by.interval().0);
    let revenue = outcome.revenue("a").expect("fans are on");
    same(
        &found["providers"][0]["revenue"][1]["quantiles"][2]["value"],
        revenue.quantile("2018-Q3", 0.25).expect("a period"),
    );
    same(&found["providers"][0]["revenue"][0]["mean"], revenue.mean("2018-Q2").expect("a period").expect("a mean"));
}

#[test]
fn what_is_switched_off_is_absent() {
    let scenario = scenario();
    let keys = |fans, ranks, shares| {
        let outcome = scenario.simulate().paths(100).fans(fans).ranks(ranks).shares(shares).run().expect("an outcome");
        let json = serde_json::to_value(&outcome).expect("an outcome is written");
        let mut keys: Vec<String> = json["providers"][0].as_object().expect("a provider").keys().cloned().collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(true, true, true), ["name", "rank", "revenue", "share"]);
    assert_eq!(keys(false, true, true), ["name", "rank", "share"]);
    assert_eq!(keys(true, false, true), ["name", "revenue", "share"]);
    assert_eq!(keys(true, true, false), ["name", "rank", "revenue"]);
}

#[test]
fn questions_of_ones_own_are_there_if_asked() {
    let scenario = scenario();
    let simulation = scenario.simulate().paths(100).event("e", ["a"], |_| true).classify("c", ["a"], 2, |_| 1);
    let found = serde_json::to_value(simulation.run().expect("an outcome")).expect("an outcome is written");
    assert_eq!(shape(&found["events"]), json!([{ "name": "e", "probability": estimate() }]));
    assert_eq!(shape(&found["classes"]), json!([{ "name": "c", "classes": [estimate(), estimate()] }]));
    assert!(found.get("statistics").is_none());
}
