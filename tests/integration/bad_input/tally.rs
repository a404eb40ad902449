//! Tallies that were altered: an error, never a panic, neither on reading nor later.

use outgrow::{Curve, Provider, Question, Scenario, Tally};
use serde_json::{Value, json};

const PATHS: u64 = 300;

fn scenario() -> Scenario {
    Scenario::builder("2018", "2021")
        .provider(Provider::new("A", 10).growth(Curve::constant(0.3)).volatility(0.2))
        .provider(Provider::new("B", 12).growth(Curve::constant(0.2)).volatility(0.2))
        .question(Question::overtakes("A", "B"))
        .build()
        .expect("valid")
}

fn tally() -> Tally {
    run(&scenario(), 7, (0, 1))
}

fn run(scenario: &Scenario, seed: u64, (index, of): (u64, u64)) -> Tally {
    let simulation = scenario.simulate().paths(PATHS).seed(seed).shard(index, of);
    let asked = simulation.event("grows", ["A"], |[a]| a.first(|r| r > 12.0) < a.first(|r| r > 14.0));
    asked.classify("three", ["A"], 3, |_| 1).tally().expect("a tally")
}

/// Reads a tally and, if that succeeds, evaluates everything.
fn use_up(tree: &Value) -> Result<(), String> {
    let tally: Tally = serde_json::from_value(tree.clone()).map_err(|error| error.to_string())?;
    let merged = tally.clone().merge(tally.clone());
    assert!(tally.paths() == 0 || merged.is_err(), "the same paths twice");
    let outcome = tally.outcome().map_err(|error| error.to_string())?;
    let _ = (outcome.to_string(), serde_json::to_string(&outcome), outcome.event("grows"), outcome.classes("three"));
    for name in ["A", "B"] {
        let (fan, share) = (outcome.revenue(name), outcome.share(name));
        for p in [0.001, 0.5, 0.999] {
            let _ = fan.as_ref().map(|fan| fan.quantile("2020", p));
            let _ = share.as_ref().map(|share| share.quantile("2020", p));
        }
    }
    Ok(())
}

#[test]
fn one_value_changed_anywhere() {
    let whole = serde_json::to_value(tally()).expect("written");
    use_up(&whole).expect("as it was");
    let mut pointers = Vec::new();
    list(&whole, String::new(), &mut pointers);
    assert!(pointers.len() > 80, "{}", pointers.len());
    let values = [json!(null), json!(0), json!(u64::MAX), json!(i32::MIN), json!(1e300), json!("x"), json!([])];
    for pointer in &pointers {
        for value in &values {
            let mut changed = whole.clone();
            *changed.pointer_mut(pointer).expect("there") = value.clone();
            // The altered tally may be valid or not; this test checks only that nothing panics.
            let _ = use_up(&changed);
        }
    }
}

fn list(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    // Only the first few items of long lists.
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .take(2)
            .for_each(|(index, item)| list(item, format!("{pointer}/{index}"), pointers)),
        Value::Object(entries) => {
            entries.iter().for_each(|(key, item)| list(item, format!("{pointer}/{key}"), pointers))
        }
        _ => {}
    }
    pointers.push(pointer);
}

#[test]
fn counts_that_do_not_add_up() {
    let whole = serde_json::to_value(tally()).expect("written");
    let part = |kind: &str| {
        let parts = whole["parts"].as_array().expect("parts");
        parts.iter().position(|part| part["kind"] == kind).unwrap_or_else(|| panic!("{kind}: {whole}"))
    };
    let at = |kind: &str, rest: &str| format!("/parts/{}/counts{rest}", part(kind));
    let empty_page = |number: i32| json!({ "page": number, "from": 1024, "counts": [] });
    let cases = [
        ("a count more", at("question", "/classes/0/0"), json!(1)),
        ("a row less", at("question", "/classes"), json!([[300]])),
        ("a class less", at("question", "/classes/0"), json!([300])),
        ("one class of an event", at("event", "/classes"), json!([[300]])),
        ("no row of an event", at("event", "/classes"), json!([])),
        ("two rows of classes", at("classes", "/classes"), json!([[0, 300, 0], [0, 300, 0]])),
        ("extremes gone", at("shares", "/values/0/extremes"), json!(null)),
        ("extremes turned round", at("shares", "/values/0/extremes"), json!([1.0, 0.0])),
        ("extremes elsewhere", at("fans", "/values/0/extremes"), json!([-1000.0, 1000.0])),
        ("another scale", at("fans", "/values/0/scale"), json!("share")),
        ("a page far away", at("fans", "/values/0/pages/0/page"), json!(i32::MIN)),
        ("no pages", at("fans", "/values/0/pages"), json!([])),
        ("a sum that is none", at("fans", "/values/0/sum"), json!("1e5")),
        ("settings with another number of paths", "/settings/paths".to_owned(), json!(301)),
        ("no paths", "/settings/paths".to_owned(), json!(0)),
        ("no confidence", "/settings/confidence_level".to_owned(), json!(1)),
        ("no fans", "/settings/fans".to_owned(), json!(false)),
        ("groups beyond the run", "/groups".to_owned(), json!([[0, 6]])),
        ("groups out of order", "/groups".to_owned(), json!([[2, 5], [0, 2]])),
        ("groups without end", "/groups".to_owned(), json!([[0, u64::MAX]])),
        ("another question", "/scenario/question/0/overtakes".to_owned(), json!(["B", "B"])),
        ("another provider", "/scenario/provider/0/name".to_owned(), json!("C")),
        ("a scenario that is none", "/scenario/provider".to_owned(), json!([])),
        ("another part", format!("/parts/{}/kind", part("event")), json!("fans")),
        ("two events of one name", format!("/parts/{}", part("classes")), whole["parts"][part("event")].clone()),
    ];
    for (what, pointer, value) in cases {
        let mut changed = whole.clone();
        *changed.pointer_mut(&pointer).unwrap_or_else(|| panic!("{what}: {pointer}")) = value;
        let read = serde_json::from_value::<Tally>(changed);
        assert!(read.is_err(), "{what} was accepted");
    }
    // Pages that are not adjacent would be read beyond the end.
    let mut apart = whole.clone();
    let pages = apart.pointer_mut(&at("fans", "/values/0/pages")).expect("there").as_array_mut().expect("a list");
    pages.push(empty_page(900));
    assert!(serde_json::from_value::<Tally>(apart).is_err());
    let mut beside = whole;
    beside["surprise"] = json!(1);
    assert!(serde_json::from_value::<Tally>(beside).is_err(), "an unknown key");
}

#[test]
fn tallies_that_do_not_belong_together() {
    let scenario = scenario();
    let half = |index| run(&scenario, 7, (index, 2));
    assert_eq!(half(0).merge(half(1)).expect("two halves"), tally());
    let other = scenario.with("provider[A].growth.constant", 0.31).expect("valid");
    let bare = scenario.simulate().paths(PATHS).seed(7).shard(1, 2).tally().expect("a tally");
    let cases = [
        (half(0), "both count the paths 0 to"),
        (run(&scenario, 7, (0, 1)), "both count the paths 0 to"),
        (run(&scenario, 8, (1, 2)), "the runs differ"),
        (run(&other, 7, (1, 2)), "different scenarios"),
        (bare, "different custom statistics"),
    ];
    for (other, words) in cases {
        let error = half(0).merge(other).expect_err(words);
        assert!(error.is_invalid_input() && error.to_string().contains(words), "{error}");
    }
}
