use super::*;

const SAMPLE: &str = r#"# é
base = "2018-Q1"
ceiling = 1e12
unit = '元 m'

[assumption]
boom = { normal = [0.3, 0.1] }
"yen rate" = 0x10

[[provider]]
name = "Alibaba \"云\""
revenue = 699_000_000
growth = { schedule = { rates = [{ normal = [0.87, 0.08] }, 0.6],
    tail = { fade = { to = 0.12, half_life = 2.0, }, } } } # TOML 1.1

[[provider.jump]]
at = "2019-Q1"
log_size = -inf

[[provider]]
name = """
two
lines"""
shock.persistent.half_life = 1.5
"#;

fn toml(text: &str) -> Node {
    Node::from_toml(text).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_comes_back_from_toml_the_same(tree in trees(prop::num::f64::ANY, ANY_TEXT)) {
        let text = tree.to_toml().unwrap();
        let read = Node::from_toml(&text);
        prop_assert!(read.as_ref().is_ok_and(|read| is_exactly(read, &tree)), "{text}\n{read:?}");
    }
}

#[test]
fn toml_and_json_become_the_same_tree() {
    let read = toml(SAMPLE);
    let keys: Vec<_> = read.as_table().unwrap().iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys, ["base", "ceiling", "unit", "assumption", "provider"], "the order of the file");
    assert_eq!(read.get("assumption").unwrap().get("yen rate").unwrap().as_integer(), Some(16));
    let providers = read.get("provider").unwrap().as_list().unwrap();
    assert_eq!(providers[0].get("revenue").unwrap().as_integer(), Some(699_000_000));
    assert_eq!(providers[1].get("name").unwrap().as_text(), Some("two\nlines"));
    let size = providers[0].get("jump").unwrap().as_list().unwrap()[0].get("log_size").unwrap();
    assert_eq!(size.as_number(), Some(f64::NEG_INFINITY));
    let finite = SAMPLE.replace("-inf", "-1.5");
    assert_eq!(json(&serde_json::to_string(&toml(&finite)).unwrap()), toml(&finite));
}

#[test]
fn toml_knows_where_every_value_stands() {
    for text in [SAMPLE.to_owned(), format!("\u{feff}{SAMPLE}"), SAMPLE.replace('\n', "\r\n")] {
        let read = toml(&text);
        assert_eq!(place_of(&text, &read), (1, 1));
        assert_eq!(place_of(&text, read.get("base").unwrap()), (2, 8));
        assert_eq!(place_of(&text, read.get("unit").unwrap()), (4, 8));
        let providers = read.get("provider").unwrap().as_list().unwrap();
        assert_eq!(place_of(&text, &providers[0]), (10, 1));
        assert_eq!(place_of(&text, &providers[1]), (20, 1));
        let schedule = providers[0].get("growth").unwrap().get("schedule").unwrap();
        assert_eq!(place_of(&text, &schedule.get("rates").unwrap().as_list().unwrap()[1]), (13, 61));
        let fade = schedule.get("tail").unwrap().get("fade").unwrap();
        assert_eq!(place_of(&text, fade.get("half_life").unwrap()), (14, 46));
        let persistent = providers[1].get("shock").unwrap().get("persistent").unwrap();
        assert_eq!(place_of(&text, persistent), (24, 7), "a dotted key is where its table is");
        assert_eq!(place_of(&text, persistent.get("half_life").unwrap()), (24, 30));
    }
    let text = "\u{feff}\"é\" = 1\r\n\"界\".\"ü\" = \"界\"";
    assert_eq!(place_of(text, toml(text).get("é").unwrap()), (1, 7));
    assert_eq!(place_of(text, toml(text).get("界").unwrap().get("ü").unwrap()), (2, 11));
    let text = "\u{feff}\"é\" = 1 x\r\n\"界\" = 1 x";
    let places: Vec<_> =
        complaints(&Node::from_toml(text).unwrap_err()).iter().map(|(place, _)| place.unwrap()).collect();
    assert_eq!(places, [(1, 7), (2, 7)]);
}

#[test]
fn toml_numbers_are_read_in_every_notation() {
    let read = toml(
        "x = [1_000, +5, -0, 0xFF_FF, 0o17, 0b101, 20000000000000000000, 0xFFFF_FFFF_FFFF_FFFF, -9223372036854775808, 1_0.5_0e-1, +1.0, 2.0, nan, -nan, +inf]",
    );
    let items = read.get("x").unwrap().as_list().unwrap();
    let integers: Vec<_> = items[..6].iter().filter_map(Node::as_integer).collect();
    assert_eq!(integers, [1000, 5, 0, 65_535, 15, 5]);
    assert_eq!(items[6], 2e19.into());
    assert_eq!(items[7], 18_446_744_073_709_551_615.0.into());
    assert_eq!(items[8], i64::MIN.into());
    assert_eq!(items[9..12], [Node::from(1.05), 1.0.into(), 2.0.into()]);
    assert!(items[12].as_number().unwrap().is_nan() && items[13].as_number().unwrap().is_nan());
    assert_eq!(items[14], f64::INFINITY.into());
    let huge = format!("x = 1e999\ny = [-1e400, 0x{}, 1e-999]", "F".repeat(40));
    let error = Node::from_toml(&huge).unwrap_err();
    let places: Vec<_> = complaints(&error).iter().map(|(place, _)| place.unwrap()).collect();
    assert_eq!(places, [(1, 5), (2, 6), (2, 14)]);
    assert_eq!(complaints(&error)[0].1, "the number 1e999 is beyond the range of a 64-bit float");
    assert_eq!(
        toml("x = [1979-05-27, 07:32:00]").get("x").unwrap().as_list().unwrap()[1].kind_word(),
        "a date or time"
    );
}

#[test]
fn toml_refuses_a_doubled_key_at_every_level() {
    let text = "a = 1\n\"a\" = 2\nb = { c = 1, c = 2, d = [{ e = 1, e = 2 }] }\n[p]\nx.y = 1\nx.y = 2\n[p]\n[b]\n";
    let error = Node::from_toml(text).unwrap_err();
    let expected = [
        (Some((2, 1)), "the key \"a\" is given twice"),
        (Some((3, 14)), "the key \"c\" is given twice"),
        (Some((3, 35)), "the key \"e\" is given twice"),
        (Some((6, 3)), "the key \"y\" is given twice"),
    ];
    let complaints = complaints(&error);
    assert_eq!(complaints[..4], expected[..]);
    for ((place, message), (line, key)) in complaints[4..].iter().zip([(7, "p"), (8, "b")]) {
        assert_eq!(*place, Some((line, 2)));
        assert!(message.starts_with(&format!("the table [{key}] is given twice")), "{message}");
    }
    assert_eq!(complaints.len(), 6);
    for text in ["[[a]]\n[a]", "[a]\n[[a]]", "a = []\n[[a]]", "a.b = 1\n[a]", "[a.b]\n[a]\nb.c = 1"] {
        assert!(Node::from_toml(text).is_err(), "{text}");
    }
}

#[test]
fn toml_reports_all_that_its_parser_recovers_from() {
    let error = Node::from_toml("a = \nb = 1\nc = [1, 2\nd = }\n").unwrap_err();
    assert!(error.problems().len() >= 2, "{error}");
    let unique: std::collections::BTreeSet<_> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(unique.len(), error.problems().len(), "{error}");
}

#[test]
fn an_empty_toml_is_an_empty_table() {
    for text in ["", "\u{feff}", "\n# é\r\n"] {
        assert_eq!(toml(text), Node::table::<String>([]));
    }
    assert_eq!(toml("").to_toml().unwrap(), "");
}

#[test]
fn toml_cut_anywhere_is_an_error_or_valid() {
    let valid = SAMPLE.char_indices().filter(|(end, _)| Node::from_toml(&SAMPLE[..*end]).is_ok()).count();
    assert!(valid > 10 && valid < SAMPLE.len() / 2, "{valid}");
    for (start, _) in SAMPLE.char_indices() {
        let _ = Node::from_toml(&SAMPLE[start..]);
    }
}

#[test]
fn deep_toml_is_refused_soon() {
    let nested = |depth| format!("x = {}{}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    let dotted = |depth| format!("{}a = 1", "a.".repeat(depth - 1));
    let tables = |depth| format!("x = {}1{}", "{a = ".repeat(depth - 1), "}".repeat(depth - 1));
    for text in [nested(MAX_DEPTH), dotted(MAX_DEPTH), tables(MAX_DEPTH)] {
        assert!(Node::from_toml(&text).is_ok(), "{text}");
    }
    let both = format!("{}a = 1{}", format!("{}a = {{", "a.".repeat(78)).repeat(79), "}".repeat(79));
    let headed = format!("[{}a]\n{}a = 1", "a.".repeat(78), "a.".repeat(78));
    for depth in [MAX_DEPTH + 1, 79, 80, 81, 90, 100_000] {
        for text in [
            nested(depth),
            dotted(depth),
            tables(depth),
            format!("[{}a]", "a.".repeat(depth)),
            both.clone(),
            headed.clone(),
        ] {
            soon(|| {
                let error = Node::from_toml(&text).unwrap_err();
                let said = complaints(&error);
                let head: String = text.chars().take(40).collect();
                assert!(
                    said.iter().any(|(_, message)| message.contains("at most 64 deep")),
                    "{depth} {head}: {said:?}"
                );
            });
        }
    }
    for text in ["[", "x = [", "{", "x = {a = ", "[[a]]\n[", "]", "a.", "x = 1\n", "'", "x = \"\"\""] {
        soon(|| {
            let _ = Node::from_toml(&format!("x = {}", text.repeat(200_000)));
        });
        soon(|| {
            let _ = Node::from_toml(&text.repeat(200_000));
        });
    }
    assert!(Node::from_toml(&" ".repeat(MAX_BYTES + 1)).is_err());
}

#[test]
fn toml_is_written_as_people_write_it() {
    let text = r#"base = "2018-Q1"
ceiling = 1e+12
innovations = { student_t = { df = 5 } }

[assumption]
boom = { normal = [0.3, 0.1] }
"yen rate" = 0.25

[[provider]]
name = "Alibaba Cloud"
revenue = 699000000.0
growth = { schedule = { rates = [{ normal = [0.87, 0.08] }, 0.6], tail = { fade = { to = 0.12, half_life = 2.0 } } } }

[[provider.jump]]
at = "2019-Q1"
log_size = -0.25

[[provider]]
name = 'Google "Cloud"'
growth = { mixture = [
    { weight = 0.5, curve = { schedule = { rates = [0.87, 0.6, 0.5], tail = { ratio = "auto" } } } },
    { weight = 0.5, curve = { fade = { from = 0.45, to = 0.12, half_life = 4.0 } } },
] }

[[question]]
overtakes = ["Alibaba Cloud", 'Google "Cloud"']
sustained = 2
"#
    .replace("1e+12", "1000000000000.0");
    let read = toml(&text);
    assert_eq!(read.to_toml().unwrap(), text);
    assert_eq!(read.get("innovations").unwrap().get("student_t").unwrap().get("df"), Some(&5i64.into()));
}

#[test]
fn toml_keeps_whole_floats_floats_and_large_ones_short() {
    let tree = Node::table([("x", Node::list([2.0, 6.99e8, 1e300, 1e-300, -0.0, 5e-324, f64::NAN, f64::INFINITY]))]);
    let text = tree.to_toml().unwrap();
    assert_eq!(text, "x = [2.0, 699000000.0, 1e300, 1e-300, -0.0, 5e-324, nan, inf]\n");
    assert!(is_exactly(&toml(&text), &tree));
}

#[test]
fn what_toml_cannot_hold_is_refused_with_its_address() {
    let error = json(r#"{"provider": [{"name": "A"}, {"growth": {"constant": null}}]}"#).to_toml().unwrap_err();
    assert_eq!(error.to_string(), "invalid scenario file: provider.growth: null cannot be written");
    let error = json("[1]").to_toml().unwrap_err();
    assert_eq!(error.to_string(), "invalid scenario file: a file must be a table, not a list");
}

#[test]
fn toml_that_is_none_is_not_complained_of_without_end() {
    soon(|| {
        let error = Node::from_toml(&"]\n".repeat(100_000)).unwrap_err();
        let complaints_of_all = complaints(&error);
        assert_eq!(complaints_of_all.len(), 1);
        let message = "this does not look like TOML: 100000 problems in 100000 lines, the first: ";
        assert!(complaints_of_all[0].1.starts_with(message), "{error}");
        // Mostly TOML, with syntax errors: each of them is reported, up to a limit.
        let error = Node::from_toml(&"]\n# one\n# two\n".repeat(3000)).unwrap_err();
        assert_eq!(error.problems().len(), 1001);
        assert_eq!(complaints(&error)[1000], (None, "and 2000 more problems"));
    });
}
