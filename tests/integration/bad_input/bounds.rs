//! Files that are too large, too deep, truncated or made to be slow: an error without delay.

use std::time::{Duration, Instant};

use outgrow::{Curve, Error, Provider, Scenario};
use serde_json::{Value, json};

use super::assert_problem;
use super::document::{FORMATS, Format};

/// Far longer than any case takes in a debug build on a busy machine, far shorter than a hang.
const SOON: Duration = Duration::from_secs(10);

#[track_caller]
fn soon<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let value = run();
    println!("{what}: {:?}", start.elapsed());
    assert!(start.elapsed() < SOON, "{what} took {:?}", start.elapsed());
    value
}

const SMALL: &str = r#"{ "base": "2018-Q1", "horizon": "2022-Q1",
    "provider": [
        { "name": "阿里云", "revenue": { "lognormal": [690, 0.05] }, "growth": { "constant": 0.3 }, "source": "é\n\"" },
        { "name": "B", "revenue": 1e3, "growth": { "schedule": { "rates": [0.2], "tail": "hold" } } }
    ] }"#;

#[cfg(feature = "toml")]
const SMALL_TOML: &str = r#"
    base = "2018-Q1"
    horizon = '2022-Q1'
    [[provider]]
    name = "阿里云"
    revenue = { lognormal = [690, 0.05], source = """é
"" \" """ }
    growth.constant = +3e-1
    [[provider]]
    name = "B"
    revenue = 1_000
    growth = { schedule = { rates = [
        0.2, # a comment
    ], tail = "hold" } }
"#;

/// A text truncated at any byte does not panic: it is an error, or the rest is a valid file.
#[test]
fn cut_anywhere() {
    assert!(Scenario::from_json(SMALL).is_ok());
    for end in (0..SMALL.len()).filter(|end| SMALL.is_char_boundary(*end)) {
        let error = Scenario::from_json(&SMALL[..end]).expect_err("JSON that is cut is never whole");
        assert!(error.is_invalid_input() && error.problems()[0].place.is_some(), "{error}");
    }
    #[cfg(feature = "toml")]
    for end in (0..=SMALL_TOML.len()).filter(|end| SMALL_TOML.is_char_boundary(*end)) {
        if let Err(error) = Scenario::from_toml(&SMALL_TOML[..end]) {
            assert!(error.is_invalid_input() && error.problems()[0].place.is_some(), "{error}\n{}", &SMALL_TOML[..end]);
        }
    }
}

/// Any one ASCII byte replaced by another that is significant in the grammars.
#[test]
fn one_sign_changed() {
    let texts = [
        (Format::Json, SMALL),
        #[cfg(feature = "toml")]
        (Format::Toml, SMALL_TOML),
    ];
    for (format, text) in texts {
        for at in (0..text.len()).filter(|at| text.as_bytes()[*at].is_ascii()) {
            for sign in ["\"", "[", "}", ",", "-", "\0", "\\", "."] {
                let changed = format!("{}{sign}{}", &text[..at], &text[at + 1..]);
                if let Err(error) = format.read(&changed) {
                    assert!(error.is_invalid_input(), "{error}");
                }
            }
        }
    }
}

#[test]
fn nothing_and_nonsense() {
    for format in FORMATS {
        for text in ["", " \n\t", "\u{feff}", "\u{feff}\n", "hello", "\0", "[]", "null", "{", "= 1", "\u{2028}"] {
            let error = format.read(text).expect_err(text);
            assert!(error.is_invalid_input(), "{error}");
            assert!(error.problems().iter().all(|problem| problem.place.is_some()), "{text:?}: {error}");
        }
        let marked = |text: &str| format.read(&format!("\u{feff}{text}"));
        match format {
            Format::Json => assert!(marked(SMALL).is_ok()),
            #[cfg(feature = "toml")]
            Format::Toml => assert!(marked(SMALL_TOML).is_ok()),
        }
    }
}

/// A key given twice is an error in both, at every level; the second one is shown.
#[test]
fn doubled_keys() {
    for (once, twice) in [
        ("\"base\":", "\"base\": \"2018-Q1\", \"base\":"),
        ("\"revenue\": 1e3", "\"revenue\": 1e3, \"revenue\": 1e3"),
        ("\"lognormal\":", "\"lognormal\": [1, 1], \"lognormal\":"),
        ("\"tail\":", "\"tail\": \"hold\", \"tail\":"),
    ] {
        let text = SMALL.replace(once, twice);
        let error = Scenario::from_json(&text).expect_err(twice);
        let key = once.split(':').next().expect("a key");
        assert!(error.to_string().contains(&format!("the key {key} is given twice")), "{error}");
        let at = text.find(twice).expect("there") + twice.rfind(key).expect("there");
        let line = text[..at].matches('\n').count() + 1;
        assert_eq!(error.problems()[0].place.map(|place| place.line), Some(line), "{error}");
    }
    #[cfg(feature = "toml")]
    for twice in ["base = '2018-Q1'\nbase = '2018-Q1'", "[assumption]\nx = 1\n'x' = 2", "assumption = { x = 1, x = 2 }"]
    {
        let error = Scenario::from_toml(twice).expect_err(twice);
        assert!(error.to_string().contains("is given twice"), "{error}");
    }
}

#[test]
fn two_hundred_thousand_brackets() {
    let deep = 200_000;
    let json = [
        "[".repeat(deep),
        format!("{}{}", "[".repeat(deep), "]".repeat(deep)),
        "{\"a\":".repeat(deep),
        format!("{{\"provider\":{}1{}}}", "[".repeat(deep), "]".repeat(deep)),
    ];
    for text in json {
        assert!(soon("deep JSON", || Scenario::from_json(&text)).expect_err("deep").is_invalid_input());
    }
    #[cfg(feature = "toml")]
    for text in [
        format!("a = {}", "[".repeat(deep)),
        format!("a = {}{}", "[".repeat(deep), "]".repeat(deep)),
        format!("a = {}", "{a=".repeat(deep)),
        format!("{}b = 1", "a.".repeat(deep)),
        format!("[{}b]", "a.".repeat(deep)),
    ] {
        assert!(soon("deep TOML", || Scenario::from_toml(&text)).expect_err("deep").is_invalid_input());
    }
    // A distribution within a distribution, as deep as files may be.
    let cut = |depth: usize| {
        let law =
            (0..depth).fold(json!({ "normal": [0.3, 0.1] }), |of, _| json!({ "truncated": { "of": of, "low": 0 } }));
        tree_with(&[("assumption", json!({ "deep": law }))])
    };
    assert!(Scenario::from_json(&cut(20).to_string()).is_ok());
    let error = Scenario::from_json(&cut(60).to_string()).expect_err("too deep");
    assert!(error.to_string().contains("at most 64 deep"), "{error}");
}

fn tree_with(entries: &[(&str, Value)]) -> Value {
    let mut tree: Value = serde_json::from_str(SMALL).expect("JSON");
    for (key, value) in entries {
        tree[*key] = value.clone();
    }
    tree
}

#[test]
fn seventeen_mebibytes() {
    let text = format!("{SMALL}{}", " ".repeat(17 << 20));
    let reported = |error: Error| error.to_string();
    let message = reported(soon("a long text", || Scenario::from_json(&text)).expect_err("too long"));
    assert!(message.contains("a file may have at most 16 MiB"), "{message}");
    #[cfg(feature = "toml")]
    {
        let text = format!("# {}", "x".repeat(17 << 20));
        let message = reported(soon("a long text", || Scenario::from_toml(&text)).expect_err("too long"));
        assert!(message.contains("a file may have at most 16 MiB"), "{message}");
    }
}

/// No quadratic time in the number of items, and no message repeated a million times.
#[test]
fn very_many_wrong_things() {
    let count = 20_000;
    let names = |each: &dyn Fn(usize) -> Value| (0..count).map(each).collect::<Vec<_>>();
    let table = |value: &dyn Fn(usize) -> Value| {
        Value::Object((0..count).map(|index| (format!("n{index}"), value(index))).collect())
    };
    let growth = |rates: Value| json!({ "name": "A", "revenue": 1, "growth": { "schedule": { "rates": rates, "tail": "hold" } } });
    let cases = [
        ("unknown keys", tree_with(&[("provider", json!([table(&|index| json!(index))]))])),
        (
            "questions about nobody",
            tree_with(&[(
                "question",
                json!(names(&|index| json!({ "overtakes": ["x", "y"], "name": format!("q{index}") }))),
            )]),
        ),
        (
            "questions asked again",
            tree_with(&[("question", json!(names(&|_| json!({ "overtakes": ["阿里云", "B"] }))))]),
        ),
        (
            "questions with one name",
            tree_with(&[("question", json!(names(&|_| json!({ "overtakes": ["阿里云", "B"], "name": "q" }))))]),
        ),
        (
            "correlations again",
            tree_with(&[("correlation", json!(names(&|_| json!({ "between": ["阿里云", "B"], "value": 0.1 }))))]),
        ),
        (
            "providers",
            tree_with(&[(
                "provider",
                json!(names(
                    &|index| json!({ "name": format!("p{}", index / 2), "revenue": -1, "growth": { "constant": 0.1 } })
                )),
            )]),
        ),
        ("names that name names", tree_with(&[("assumption", table(&|_| json!("x")))])),
        (
            "rates by unknown names",
            tree_with(&[
                ("assumption", table(&|_| json!(0.1))),
                ("provider", json!([growth(json!(names(&|index| json!(format!("m{index}")))))])),
            ]),
        ),
        ("rates that are none", tree_with(&[("provider", json!([growth(json!(names(&|_| json!(true))))]))])),
    ];
    for (what, tree) in cases {
        let text = tree.to_string();
        let error = soon(what, || Scenario::from_json(&text)).expect_err(what);
        assert!(error.is_invalid_input(), "{what}");
        assert!(error.problems().len() <= 1001, "{what}: {} problems", error.problems().len());
        assert!(error.problems()[0].place.is_some(), "{what}: {}", error.problems()[0]);
    }
    // As many valid names are no error, and as fast.
    let rates = names(&|index| json!(format!("n{index}")));
    let tree = tree_with(&[("assumption", table(&|_| json!(0.1))), ("provider", json!([growth(json!(rates))]))]);
    assert!(soon("right names", || Scenario::from_json(&tree.to_string())).is_ok());
}

/// Names of a million letters are not searched for the nearest one: time and memory grow with the product.
#[test]
fn very_long_names() {
    let long = "x".repeat(300_000);
    let asked = |more: &[(&str, Value)]| {
        let question = json!([{ "overtakes": [format!("{long}y"), long] }]);
        let tree = tree_with(&[&[("question", question)], more].concat());
        let text = tree.to_string().replace("阿里云", &long);
        soon("long names", || Scenario::from_json(&text)).expect_err("unknown")
    };
    assert!(asked(&[(long.as_str(), json!(1))]).problems()[0].message.starts_with("unknown key"));
    assert_eq!(asked(&[]).problems()[0].address, "question[0].overtakes[0]");
}

/// 64 providers with every pair stated and no single value responsible: the pair is found without trying every value.
#[test]
fn sixty_four_contrary_providers() {
    let name = |index: usize| format!("P{index}");
    let providers: Vec<Value> =
        (0..64).map(|index| json!({ "name": name(index), "revenue": 1, "growth": { "constant": 0.1 } })).collect();
    let pairs = |value: &dyn Fn(usize, usize) -> f64| {
        let pairs = (0..64).flat_map(|a| (0..a).map(move |b| (a, b)));
        pairs.map(|(a, b)| json!({ "between": [name(a), name(b)], "value": value(a, b) })).collect::<Vec<_>>()
    };
    let read = |value: &dyn Fn(usize, usize) -> f64| {
        let tree = json!({ "base": "2018", "horizon": "2020", "provider": providers, "correlation": pairs(value) });
        soon("a matrix of 64", || Scenario::from_json(&tree.to_string()))
    };
    assert!(read(&|_, _| 0.5).is_ok());
    let error = read(&|_, _| -0.9).expect_err("all against all");
    assert!(error.to_string().contains("changing a single one is not sufficient"), "{error}");
    let error = read(&|a, b| if (a, b) == (1, 0) { -0.9 } else { 0.5 }).expect_err("one pair");
    assert_problem(&error, "correlation[0].value", &["\"P1\" with \"P0\"", "must lie between", "got -0.9"]);
}

#[test]
fn a_curve_is_asked_within_the_calendar() {
    let curve = Curve::constant(0.1);
    for tau in [-1.0, f64::NAN, f64::INFINITY, 1e18] {
        let error = soon("years without end", || curve.log_growth(tau)).expect_err("no such year");
        assert!(error.is_invalid_input() && error.to_string().contains("years since the base"), "{error}");
    }
}

/// A correlation of an unknown name beside two equal names: the second is the cause, and nothing panics.
#[test]
fn equal_names_beside_an_unknown_one() {
    let provider = |name| Provider::new(name, 1).growth(Curve::constant(0.1)).volatility(0.1);
    let pair = Scenario::builder("2022", "2025").provider(provider("A")).provider(provider("A"));
    for value in [0.3, 2.0] {
        let error = pair.clone().correlation("A", "B", value).build().expect_err("two equal names");
        assert_eq!(error.problems()[0].to_string(), "provider[1].name: the name \"A\" is taken by provider[0]");
    }
}
