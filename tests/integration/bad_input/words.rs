//! Unknown words and keys of the scenario format: rejected with their address and the known ones, never ignored.

use serde_json::{Value, json};

use super::assert_problem;
use super::document::{FORMATS, Tree, Written};

fn valid() -> Value {
    json!({
        "base": "2018-Q1",
        "horizon": "2022-Q1",
        "provider": [
            { "name": "A", "revenue": 10, "growth": { "constant": 0.3 } },
            { "name": "B", "revenue": 20, "growth": { "schedule": { "rates": [0.2], "tail": "hold" } } },
        ],
        "question": [{ "overtakes": ["A", "B"] }],
    })
}

/// Unknown words are reported with a list of known ones.
#[test]
fn unknown_words_list_the_known_ones() {
    let a = "/provider/0";
    let cases = [
        ("", "innovations", json!("gausian"), "innovations", "did you mean \"gaussian\"?; known: gaussian, student_t"),
        (
            a,
            "shock",
            json!("walk"),
            "provider[A].shock",
            "unknown word \"walk\"; known: random_walk, persistent, reverting, damped_trend",
        ),
        (a, "shock", json!("reverting"), "provider[A].shock", "must be a table with its numbers"),
        (a, "shock", json!({ "persistent": {} }), "provider[A].shock.persistent.half_life", "\"half_life\" is missing"),
        (
            a,
            "shock",
            json!({ "damped_trend": { "half_life": 1 } }),
            "provider[A].shock.damped_trend.share",
            "is missing",
        ),
        (
            a,
            "shock",
            json!({ "persistent": { "share": 1, "half_life": 1 } }),
            "provider[A].shock.persistent.share",
            "unknown key \"share\"",
        ),
        (a, "shock", json!(3), "provider[A].shock", "must be \"random_walk\" or a table"),
        ("", "innovations", json!(3), "innovations", "must be \"gaussian\" or { student_t"),
        ("", "innovations", json!("student_t"), "innovations", "must be a table with its numbers"),
        ("", "innovations", json!({ "student_t": {} }), "innovations.student_t.df", "\"df\" is missing"),
        (a, "centring", json!(1), "provider[A].centring", "must be \"median\" or \"mean\", got 1"),
        (a, "jump", json!({}), "provider[A].jump", "a list of tables, [[jump]]"),
        (a, "segment", json!({}), "provider[A].segment", "a list of tables, [[segment]]"),
        (a, "segment", json!([]), "provider[A].segment", "at least one segment, got an empty list"),
        (a, "segment", json!([{ "name": "S" }]), "provider[A].segment[S].revenue", "\"revenue\" is missing"),
        (
            a,
            "segment",
            json!([{ "name": "S", "revenue": 1, "growth": { "constant": 0 }, "exit": 0.1 }]),
            "provider[A].segment[S].exit",
            "unknown key \"exit\"",
        ),
        (
            a,
            "segment",
            json!([{ "name": "S", "revenue": 1, "growth": { "constant": 0 } }]),
            "provider[A].revenue",
            "state it in each segment",
        ),
        (a, "jump", json!([{ "at": 2019, "log_size": 0.1 }]), "provider[A].jump[0].at", "must be text, got 2019"),
        (a, "jump", json!([{ "at": "2019-Q1" }]), "provider[A].jump[0].log_size", "\"log_size\" is missing"),
        (a, "loading", json!([0.5]), "provider[A].loading", "a table of factors and numbers"),
        (a, "exit", json!("soon"), "provider[A].exit", "must be a number, got \"soon\""),
        ("", "factor", json!([{ "name": "f" }]), "factor[f].volatility", "\"volatility\" is missing"),
        (
            "",
            "factor",
            json!([{ "name": "f", "volatility": 0.1, "mean": 0 }]),
            "factor[f].mean",
            "unknown key \"mean\"",
        ),
        (
            a,
            "shock",
            json!({ "random_walk": { "half_life": 3 } }),
            "provider[A].shock.random_walk",
            "unknown key \"random_walk\"; known keys: persistent, reverting, damped_trend",
        ),
        ("", "innovations", json!({ "gaussian": 5 }), "innovations.gaussian", "unknown key \"gaussian\""),
        (a, "centring", json!("mode"), "provider[A].centring", "known: median, mean"),
        (a, "growth", json!({ "constnat": 0.1 }), "provider[A].growth.constnat", "did you mean \"constant\"?"),
        (
            a,
            "growth",
            json!({}),
            "provider[A].growth",
            "must contain one curve (constant, schedule, fade, hyperbolic, damped, logistic, gompertz, richards, bass, \
             weibull, share, mixture), got none",
        ),
        (a, "growth", json!({ "logistics": {} }), "provider[A].growth.logistics", "did you mean \"logistic\"?"),
        (a, "growth", json!({ "constant": 0.1, "fade": {} }), "provider[A].growth", "got constant and fade"),
        (a, "revenue", json!({ "normal": [1, 0.1], "fixed": 1 }), "provider[A].revenue", "got fixed and normal"),
        (a, "revenue", json!({ "source": "x" }), "provider[A].revenue", "got none"),
        ("/provider/1/growth/schedule", "tail", json!("auto"), "provider[B].growth.schedule.tail", "got \"auto\""),
        (
            "/provider/1/growth/schedule",
            "reading",
            json!("total"),
            "provider[B].growth.schedule.reading",
            "must be \"point\" or \"totals\", got \"total\"",
        ),
        (
            "/question/0",
            "measure",
            json!("quarter"),
            "question[0].measure",
            "must be \"period\", \"trailing\", \"annual\" or { fiscal_year_ending = month }, got \"quarter\"",
        ),
        (a, "a.b", json!(1), "provider[A].\"a.b\"", "unknown key \"a.b\"; known keys: name, revenue"),
        (a, "a\nb", json!(1), "provider[A].\"a\\nb\"", "unknown key \"a\\nb\""),
        (a, "", json!(1), "provider[A].\"\"", "unknown key \"\""),
        (a, "q\"[x]", json!(1), "provider[A].\"q\\\"[x]\"", "unknown key"),
    ];
    for (place, key, value, address, words) in cases {
        let mut tree = valid();
        tree.pointer_mut(place).expect("a table")[key] = value;
        for format in FORMATS {
            let written = Written::of(&Tree::from(&tree), *format);
            let error = format.read(&written.text).expect_err(address);
            assert_problem(&error, address, &[words]);
            let place = error.problems()[0].place.expect("a place");
            // The writer uses addresses in which keys are not quoted.
            let unquoted = if key.chars().all(char::is_alphabetic) && !key.is_empty() {
                address.to_owned()
            } else {
                format!("provider[A].{key}")
            };
            assert_eq!((place.line, place.column), written.place(&unquoted), "{error}");
        }
    }
}
