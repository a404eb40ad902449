use super::*;
use crate::error::{Error, Place};
use proptest::prelude::*;
use std::time::{Duration, Instant};

const SAMPLE_JSON: &str = r#"{
  "base": "2018-Q1", "ceiling": 1e12, "unit": "元 m",
  "assumption": { "boom": { "normal": [0.3, 0.1] } },
  "provider": [ { "name": "Ali\u0062aba \"云\"", "revenue": 699000000, "growth": { "constant": -0.5e-1 } }, { "name": "B", "on": true, "off": null } ]
}"#;

/// Long enough for a debug build on a busy machine; a quadratic algorithm would take minutes on the same input.
const SOON: Duration = Duration::from_secs(10);

fn json(text: &str) -> Node {
    Node::from_json(text).unwrap()
}

fn complaints(error: &Error) -> Vec<(Option<(usize, usize)>, &str)> {
    assert!(error.is_invalid_input());
    fn parts(problem: &crate::Problem) -> (Option<(usize, usize)>, &str) {
        assert_eq!(problem.address, "");
        (problem.place.map(|Place { line, column }| (line, column)), problem.message.as_str())
    }
    error.problems().iter().map(parts).collect()
}

fn place_of(text: &str, node: &Node) -> (usize, usize) {
    let Place { line, column } = Place::of(text, node.offset.unwrap());
    (line, column)
}

/// Runs on a stack as large as those of test and worker threads, and fails if it takes too long.
fn soon(read: impl FnOnce() + Send) {
    let start = Instant::now();
    std::thread::scope(|scope| {
        std::thread::Builder::new().stack_size(2 << 20).spawn_scoped(scope, read).unwrap();
    });
    assert!(start.elapsed() < SOON, "took {:?}", start.elapsed());
}

fn is_exactly(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Number(a), Value::Number(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_exactly(a, b)),
        (Value::Table(a), Value::Table(_)) => {
            a.len() == b.as_table().unwrap().len()
                && a.iter().all(|entry| b.get(&entry.key).is_some_and(|other| is_exactly(&entry.node, other)))
        }
        _ => a == b,
    }
}

fn trees(numbers: impl Strategy<Value = f64> + 'static, texts: &'static str) -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Node::from),
        any::<i64>().prop_map(Node::from),
        numbers.prop_map(Node::from),
        texts.prop_map(Node::from),
    ];
    let inner = leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Node::list::<Node>),
            prop::collection::btree_map(texts, inner.clone(), 0..5).prop_map(Node::table),
            prop::collection::vec(prop::collection::btree_map("[a-d]{1}", inner, 0..4).prop_map(Node::table), 1..4)
                .prop_map(Node::list::<Node>),
        ]
    });
    prop::collection::btree_map(texts, inner, 0..6).prop_map(Node::table)
}

const ANY_TEXT: &str = r#"[a-zé界\x00-\x20"'\\\x7f\x80\u{2028}😀.#=\[\]{}]{0,6}"#;

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_comes_back_from_json_the_same(tree in trees(prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO, ANY_TEXT)) {
        let text = serde_json::to_string_pretty(&tree).unwrap();
        let read = json(&text);
        prop_assert!(is_exactly(&read, &tree), "{text}");
        prop_assert!(is_exactly(&serde_json::from_str(&text).unwrap(), &tree), "{text}");
    }

    #[test]
    fn any_text_is_read_or_refused(text in r#"[a-c0-9"'\\ \n\r=\[\]{}.,:#+-éu_]{0,60}"#) {
        let _ = Node::from_json(&text);
        #[cfg(feature = "toml")]
        let _ = Node::from_toml(&text);
    }
}

#[test]
fn floats_come_back_from_json_with_their_bits() {
    // Without its feature `float_roundtrip`, serde_json changed 43 of 200,000 numbers.
    let mut state = 1u64;
    for _ in 0..20_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let number = f64::from_bits(state);
        if number.is_finite() {
            let text = serde_json::to_string(&Node::from(number)).unwrap();
            assert!(is_exactly(&json(&text), &number.into()), "{text}");
            assert!(is_exactly(&serde_json::from_str(&text).unwrap(), &number.into()), "{text}");
        }
    }
}

#[test]
fn whole_numbers_are_distinguished_from_reals() {
    let read = json("[2, 2.0, 2e0, -0, 9223372036854775807, 9223372036854775808, 20000000000000000000, -0.0]");
    let integers: Vec<_> = read.as_list().unwrap().iter().map(Node::as_integer).collect();
    assert_eq!(integers, [Some(2), None, None, Some(0), Some(i64::MAX), None, None, None]);
    let numbers: Vec<_> = read.as_list().unwrap().iter().map(|node| node.as_number().unwrap()).collect();
    assert_eq!(numbers[..3], [2.0, 2.0, 2.0]);
    assert_eq!(numbers[5..7], [9_223_372_036_854_775_808.0, 2e19]);
    let generic: Node = serde_json::from_str("[2, 2.0, 20000000000000000000]").unwrap();
    assert_eq!(generic, Node::list([Node::from(2i64), 2.0.into(), 2e19.into()]));
}

#[test]
fn json_tells_every_number_beyond_a_float() {
    let error = Node::from_json("[1e999,\n -1e400, 1e-999]").unwrap_err();
    let message = |written: &str| format!("the number {written} is beyond the range of a 64-bit float");
    let (first, second) = (message("1e999"), message("-1e400"));
    assert_eq!(complaints(&error), [(Some((1, 2)), first.as_str()), (Some((2, 2)), second.as_str())]);
    let long = format!("1{}", "0".repeat(100_000));
    assert!(Node::from_json(&long).unwrap_err().to_string().len() < 200);
}

#[test]
fn json_knows_where_every_value_stands() {
    let text = "\u{feff}{ \"é\" : \"界\" ,\r\n \"b\": [1, {\"c\":\n null}] }";
    let read = json(text);
    assert_eq!(place_of(text, &read), (1, 1));
    assert_eq!(place_of(text, read.get("é").unwrap()), (1, 9));
    let items = read.get("b").unwrap().as_list().unwrap();
    assert_eq!(place_of(text, &items[0]), (2, 8));
    assert_eq!(place_of(text, items[1].get("c").unwrap()), (3, 2));
    let key_offset = items[1].as_table().unwrap()[0].key_offset;
    assert_eq!(&text[key_offset.unwrap()..][..3], "\"c\"");
}

#[test]
fn json_refuses_a_doubled_key_at_every_level() {
    let text = "{\"a\": 1, \"a\": {\"b\": [ {\"c\": 1,\n \"\\u0063\": 2, \"c\": 3} ], \"b\": 0}}";
    let error = Node::from_json(text).unwrap_err();
    let expected = [
        (Some((1, 10)), "the key \"a\" is given twice"),
        (Some((2, 2)), "the key \"\\u0063\" is given twice"),
        (Some((2, 15)), "the key \"c\" is given twice"),
        (Some((2, 26)), "the key \"b\" is given twice"),
    ];
    assert_eq!(complaints(&error), expected);
    let error = serde_json::from_str::<Node>(text).unwrap_err();
    assert!(error.to_string().starts_with("the key \"a\" is given twice"), "{error}");
}

#[test]
fn json_tells_where_its_grammar_breaks() {
    let place = |text: &str| complaints(&Node::from_json(text).unwrap_err())[0].0;
    assert_eq!(place(""), Some((1, 1)));
    assert_eq!(place("\u{feff}"), Some((1, 1)));
    assert_eq!(place("{} x"), Some((1, 4)));
    assert_eq!(place("{\"é\": 1,}"), Some((1, 9)));
    assert_eq!(place("{\"é\": 1\n \"b\": 1}"), Some((2, 2)));
    assert_eq!(place("[1,\n2"), Some((2, 2)));
    assert_eq!(place("[1,\n NaN]"), Some((2, 2)));
    assert_eq!(place("\u{feff}[01]"), Some((1, 3)));
    // The grammar check ignores escapes; reading the text does not.
    assert_eq!(place("[1,\n \"é\", \"\\ud800\"]").map(|(line, _)| line), Some(2));
    let error = Node::from_json("{} x").unwrap_err();
    assert_eq!(error.to_string(), "invalid scenario file: (line 1, column 4): trailing characters");
}

#[test]
fn json_cut_anywhere_is_an_error() {
    let whole = json(SAMPLE_JSON);
    assert_eq!(serde_json::from_str::<Node>(SAMPLE_JSON).unwrap(), whole);
    for (end, _) in SAMPLE_JSON.char_indices() {
        assert!(Node::from_json(&SAMPLE_JSON[..end]).is_err(), "{}", &SAMPLE_JSON[..end]);
    }
}

#[test]
fn deep_json_is_refused_soon() {
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let tables = |depth| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    assert!(Node::from_json(&nested(MAX_DEPTH)).is_ok());
    assert!(serde_json::from_str::<Node>(&nested(MAX_DEPTH)).is_ok());
    assert!(Node::from_json(&tables(MAX_DEPTH)).is_ok());
    for text in [nested(MAX_DEPTH + 1), tables(MAX_DEPTH + 1), nested(100_000), tables(100_000)] {
        soon(|| {
            let error = Node::from_json(&text).unwrap_err();
            assert_eq!(complaints(&error)[0].1, "lists and tables may be nested at most 64 deep");
            assert!(serde_json::from_str::<Node>(&text).is_err());
        });
    }
    soon(|| assert!(Node::from_json(&"[".repeat(200_000)).is_err()));
    soon(|| assert!(Node::from_json(&"{\"a\":".repeat(200_000)).is_err()));
    soon(|| assert!(Node::from_json(&"[".repeat(MAX_BYTES)).is_err()));
    let wide = format!("{}{}0{}", "[".repeat(MAX_DEPTH), "1.5,\"é\",".repeat(MAX_BYTES / 64), "]".repeat(MAX_DEPTH));
    soon(|| assert!(Node::from_json(&wide).is_ok()));
}

#[test]
fn a_text_longer_than_the_bound_is_refused() {
    let fits = format!("[{}]", " ".repeat(MAX_BYTES - 2));
    assert!(Node::from_json(&fits).is_ok());
    let error = Node::from_json(&format!("{fits} ")).unwrap_err();
    assert_eq!(complaints(&error), [(None, "a file may have at most 16 MiB, got 16777217 bytes")]);
}

#[test]
fn what_json_cannot_hold_is_refused_not_nulled() {
    let error = serde_json::to_string(&Node::list([f64::NAN])).unwrap_err();
    assert_eq!(error.to_string(), "only finite numbers can be written, got NaN");
    assert!(serde_json::to_string(&Node::from(Value::Other("a date or time"))).is_err());
}

#[test]
fn nodes_are_asked_by_kind() {
    let read = json(r#"{"t": {}, "l": [], "s": "x", "i": 1, "n": 1.5, "b": true, "z": null}"#);
    let words: Vec<_> = read.as_table().unwrap().iter().map(|entry| entry.node.kind_word()).collect();
    assert_eq!(words, ["a table", "a list", "text", "a whole number", "a number", "true or false", "null"]);
    assert_eq!(read.get("s").and_then(Node::as_text), Some("x"));
    assert_eq!(read.get("b"), Some(&Node::from(true)));
    assert!(read.get("x").is_none() && read.get("s").unwrap().get("s").is_none());
    assert_ne!(read.get("i"), read.get("n"));
    assert_eq!(json(r#"{"a": 1, "b": 2}"#), json(r#"{"b": 2, "a": 1}"#));
    assert_ne!(json(r#"{"a": 1, "b": 2}"#), json(r#"{"a": 1, "c": 2}"#));
}

#[cfg(feature = "toml")]
#[path = "tests_toml.rs"]
mod toml_tests;
