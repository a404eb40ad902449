//! The report is XML, contains every assumption and its scenario, and accepts any name.

use std::collections::HashSet;

use outgrow::{Curve, Outcome, Provider, Question, Scenario, Segment, Tail, fixed, interval, normal};
use roxmltree::{Document, Node, ParsingOptions};

const HOSTILE: [&str; 3] =
    ["<script>alert(1)<script>", "\"quoted\" & 'single' <!-- --> &amp;", "Đám mây 云 \u{202e}rtl"];

fn scenario(names: [&str; 3]) -> Scenario {
    let schedule = Curve::schedule([normal(0.87, 0.1).source("a <b>bank</b> & co"), fixed(0.6)], Tail::fade(0.12, 2));
    Scenario::builder("2018-Q1", "2024-Q4")
        .unit("USD <m>")
        .provider(Provider::new(names[0], 690e6).growth(schedule).volatility(0.15).history([3.8e8, 4.7e8, 5.7e8]))
        .provider(Provider::new(names[1], interval(1.0e9, 1.2e9)).growth(Curve::fade(0.45, 0.12, 4)).source("reported"))
        .provider(Provider::new(names[2], 2e9).growth(Curve::constant(0.2)).volatility(normal(0.2, 0.01)))
        .correlation(names[0], names[1], 0.3)
        .question(Question::overtakes(names[0], names[1]))
        .question(Question::overtakes(names[0], names[2]).sustained(4).name("<b>for a year"))
        .build()
        .expect("a scenario")
}

fn run(scenario: &Scenario) -> Outcome {
    scenario.simulate().paths(2_000).seed(7).run().expect("a run")
}

fn html(outcome: &Outcome) -> String {
    outcome.report().html().expect("a report")
}

fn parsed(html: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(html, options).expect("XML")
}

fn all<'a>(document: &'a Document<'a>, tag: &'a str) -> impl Iterator<Item = Node<'a, 'a>> {
    document.descendants().filter(move |node| node.tag_name().name() == tag)
}

fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter_map(|node| if node.is_text() { node.text() } else { None }).collect()
}

/// The rows of all tables, with cells as text.
fn rows(document: &Document<'_>) -> Vec<Vec<String>> {
    let cells = |row: Node<'_, '_>| row.children().filter(Node::is_element).map(|cell| text(cell)).collect();
    document.descendants().filter(|node| node.has_tag_name("tr")).map(cells).collect()
}

#[test]
fn hostile_names_stay_text() {
    let scenario = scenario(HOSTILE);
    let html = html(&run(&scenario));
    let document = parsed(&html);
    assert_eq!(all(&document, "script").count() + all(&document, "b").count(), 0);
    let headings: Vec<String> = all(&document, "h3").map(text).collect();
    for name in HOSTILE {
        assert!(headings.iter().any(|heading| heading == name), "{name} in {headings:?}");
    }
    assert!(headings.iter().any(|heading| heading.starts_with("<b>for a year: ")), "{headings:?}");
    // A browser ends a style sheet at its closing tag only; every other `<` must begin a tag.
    assert!(!html.contains("<script") && !html.contains("<!--") && !html.contains("javascript:"));
}

#[test]
fn nothing_is_fetched_and_no_id_stands_twice() {
    let html = html(&run(&scenario(["A", "B", "C"])));
    let document = parsed(&html);
    let mut ids = HashSet::new();
    let mut charts = 0;
    for node in document.descendants().filter(Node::is_element) {
        charts += usize::from(node.tag_name().name() == "svg");
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(!["src", "href", "srcset", "action"].contains(&name) && !name.starts_with("on"), "{name}={value}");
            assert!(name != "id" || ids.insert(value.to_owned()), "{value} stands twice");
        }
    }
    // Fan, ranks, shares and three charts per question, each in two widths, and a small chart per question.
    assert_eq!(charts, 2 * (3 + 2 * 3) + 2);
    assert!(!html.contains("url(http") && !html.contains("@import"));
}

/// Also where two questions are about one pair, and with views.
#[test]
fn no_two_charts_have_one_title() {
    let twice = Question::overtakes("A", "B").measure(outgrow::Measure::Annual);
    let view = outgrow::View::new("bull").with("provider[A].volatility", 0.3);
    let scenario = scenario(["A", "B", "C"]).to_builder().question(twice).view(view).build().expect("a scenario");
    let outcome = scenario.simulate().paths(640).views(true).run().expect("a run");
    let html = html(&outcome);
    let document = parsed(&html);
    let is_narrow = |node: &Node<'_, '_>| node.ancestors().any(|above| above.attribute("class") == Some("narrow"));
    let mut titles: Vec<String> = all(&document, "svg")
        .filter(|svg| !is_narrow(svg))
        .map(|svg| svg.children().find(|child| child.has_tag_name("title")).map(text).expect("a title"))
        .collect();
    // Fan, ranks, shares; per question three charts, the views and the small one.
    assert_eq!(titles.len(), 3 + 3 * 5, "{titles:?}");
    titles.sort();
    titles.dedup();
    assert_eq!(titles.len(), 3 + 3 * 5, "{titles:?}");
}

/// The cells of the first page, by the beginning of the question.
fn overview(html: &str) -> Vec<Vec<String>> {
    let document = parsed(html);
    let table = all(&document, "table").find(|table| table.attribute("class") == Some("overview"));
    let cells = |row: Node<'_, '_>| row.children().filter(Node::is_element).map(|cell| text(cell)).collect();
    table.expect("a table").descendants().filter(|node| node.has_tag_name("tr")).map(cells).collect()
}

#[test]
fn the_first_page_answers_every_question_in_words() {
    let scenario = scenario(["A", "B", "C"]);
    let outcome = scenario.simulate().paths(20_000).seed(7).run().expect("a run");
    let html = html(&outcome);
    let rows = overview(&html);
    assert_eq!(rows.len(), 1 + outcome.questions().len());
    assert_eq!(rows[0], ["question", "probability", "by date, 0 to 1", "median date", "what moves it most"]);
    let audit = scenario.audit().expect("an audit");
    for ((question, row), weights) in outcome.questions().iter().zip(&rows[1..]).zip(audit.weights()) {
        assert!(row[0].starts_with(question.name()), "{row:?}");
        let by = question.by("2024-Q4").expect("the horizon").value();
        assert!(row[1].starts_with(&format!("{:.0} %by 2024-Q4", 100.0 * by)), "{row:?}");
        let [low, median, high] = [0.1, 0.5, 0.9].map(|p| question.quantile(p).expect("a quantile").to_string());
        assert_eq!(row[3], format!("{median}80 % range: {low} – {high}"));
        let heaviest = &weights.assumptions[0];
        assert!(!row[4].contains("provider["), "{row:?}");
        assert!(
            row[4].contains(&format!("by {}: {:.0} % at ", weights.by, 100.0 * heaviest.at_low.value())),
            "{row:?}"
        );
    }
    assert!(
        rows[1][4].starts_with("base revenue of B") && rows[2][4].starts_with("first-year growth of A"),
        "{rows:?}"
    );
    let (first, rest) = html.split_once("</section>").expect("a first page");
    assert!(first.contains("<h1>") && !rest.contains("<h1>") && rest.starts_with("\n<h2>Questions and answers</h2>"));
    assert!(html.contains(".first { break-after: page; }"));
}

/// 0 % and 100 % only where nothing is uncertain; an assumption is missing where none is drawn.
#[test]
fn the_first_page_rounds_no_chance_to_certainty() {
    let pair = |volatility: f64, revenue: f64| {
        let provider = |name: &str, revenue: f64, growth: f64| {
            Provider::new(name, revenue).growth(Curve::constant(growth)).volatility(volatility)
        };
        let builder = Scenario::builder("2018", "2022").provider(provider("A", revenue, 0.1));
        let scenario = builder.provider(provider("B", 10.0, 0.0)).question(Question::overtakes("A", "B")).build();
        overview(&html(&scenario.and_then(|scenario| scenario.simulate().paths(1_000).run()).expect("a run"))).remove(1)
    };
    assert!(pair(0.0, 1.0)[1].starts_with("0 %"));
    assert!(pair(0.1, 1.0)[1].starts_with("< 1 %"), "{:?}", pair(0.1, 1.0));
    assert!(pair(0.01, 9.0)[1].starts_with("> 99 %"), "{:?}", pair(0.01, 9.0));
    let certain = pair(0.0, 9.0);
    assert!(certain[1].starts_with("100 %") && certain[3].starts_with("2020"), "{certain:?}");
    assert_eq!(certain[3], "2020the same at both ends of the 80 % range");
    assert_eq!(certain[4], "no drawn assumption");
}

#[test]
fn the_page_has_language_title_and_headings_in_order() {
    let outcome = run(&scenario(["A", "B", "C"]));
    let html = outcome.report().title("When do we <lead>?").html().expect("a report");
    let document = parsed(&html);
    assert_eq!(document.root_element().attribute("lang"), Some("en"));
    assert_eq!(all(&document, "title").next().map(text).as_deref(), Some("When do we <lead>?"));
    let levels = document.descendants().filter_map(|node| node.tag_name().name().strip_prefix('h')?.parse::<u8>().ok());
    let levels: Vec<u8> = levels.collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
}

#[test]
fn every_assumption_stands_with_value_words_and_source() {
    let scenario = scenario(HOSTILE);
    let html = html(&run(&scenario));
    let rows = rows(&parsed(&html));
    for place in scenario.assumptions() {
        let row = rows.iter().find(|row| row[0] == place.address);
        let row = row.unwrap_or_else(|| panic!("{} is missing", place.address));
        assert_eq!(row[1], place.assumption.to_string(), "{}", place.address);
        assert!(row[2].contains("median") || row[2].contains("the same on every path"), "{row:?}");
        assert_eq!(row[3], place.source.as_deref().unwrap_or("assumed"), "{}", place.address);
    }
    let source = |address: &str| rows.iter().find(|row| row[0] == address).map(|row| row[row.len() - 1].as_str());
    assert_eq!(source("correlation[0].value"), Some("assumed"));
    assert_eq!(source(&format!("provider[{}].history[1]", HOSTILE[0])), Some("assumed"));
    assert_eq!(source(&format!("provider[{}].volatility", HOSTILE[1])), Some("reported"));
    assert_eq!(source(&format!("provider[{}].growth.schedule.rates[0]", HOSTILE[0])), Some("a <b>bank</b> & co"));
}

/// On a phone a long distribution breaks between its parts, never within a number; figures break only within an interval.
#[test]
fn no_number_breaks() {
    let scenario = scenario(["A", "B", "C"]).with("provider[B].revenue", interval(1.05e9, 1.2e9));
    let html = html(&run(&scenario.expect("a scenario")));
    assert!(html.contains("interval(<wbr/>1050000000,<wbr/> 1200000000)"), "{html}");
    assert!(html.contains("provider[<wbr/>A]<wbr/>.<wbr/>growth.<wbr/>schedule.<wbr/>rates[<wbr/>0]<wbr/>"));
    let is_digit = |part: &str, end: bool| {
        let character = if end { part.chars().next_back() } else { part.chars().next() };
        character.is_some_and(|character| character.is_ascii_digit() || character == '.')
    };
    let parts: Vec<&str> = html.split("<wbr/>").collect();
    assert!(parts.windows(2).all(|pair| !(is_digit(pair[0], true) && is_digit(pair[1], false))));
    let anywhere = |line: &&str| line.contains("overflow-wrap: anywhere");
    assert_eq!(html.lines().find(anywhere), None);
    assert!(html.contains(" – <wbr/>"));
}

/// The assumptions that move an answer are described by their address.
#[test]
fn values_that_move_an_answer_have_their_units() {
    let html = html(&run(&scenario(["A", "B", "C"])));
    let document = parsed(&html);
    let rows = rows(&document);
    let moved = |address: &str, words: &str| {
        let found = rows.iter().any(|row| row.len() == 3 && row[0] == address && row[1].contains(words));
        assert!(found, "{address}: {rows:?}");
    };
    moved("provider[B].revenue", " at 1.0");
    moved("provider[A].growth.schedule.rates[0]", " at +74.2 % a year");
    assert!(rows.iter().filter(|row| row[0] == "provider[B].revenue").any(|row| row[1].ends_with(" bn")), "{rows:?}");
}

#[test]
fn every_finding_and_every_answer_stands() {
    // 20 for 20 %: certainly a finding.
    let scenario = scenario(["A", "B", "C"]).with("provider[C].growth.constant", 20).expect("a scenario");
    let (outcome, audit) = (run(&scenario), scenario.audit().expect("an audit"));
    let html = html(&outcome);
    let document = parsed(&html);
    let reported = text(document.root_element());
    assert!(!audit.findings().is_empty());
    for finding in audit.findings() {
        let heading = format!("{}: {}", finding.kind, finding.address);
        assert!(all(&document, "h3").any(|node| text(node) == heading), "{heading}");
        assert!(reported.contains(&finding.seen) && reported.contains(&finding.advice), "{heading}");
    }
    let by = outcome.overtake("A", "B").and_then(|answer| answer.by("2024-Q4")).expect("an answer");
    let number = by.to_string().split(' ').next().expect("a number").to_owned();
    assert!(
        reported.contains(&format!(
            "A has overtaken B by 2024-Q4 with probability {number}; 95 % interval (simulation error only): "
        )),
        "{number}"
    );
    assert!(reported.contains("on the IPCC's scale."));
}

/// The scenario and the call copied from the page give the same outcome.
#[cfg(feature = "toml")]
#[test]
fn the_scenario_in_the_page_gives_the_same_bits() {
    let outcome = run(&scenario(HOSTILE));
    let html = html(&outcome);
    let document = parsed(&html);
    let blocks: Vec<String> = all(&document, "pre").map(text).collect();
    let [command, call, file] = blocks.as_slice() else { panic!("{blocks:?}") };
    assert!(command.starts_with("outgrow run scenario.toml --paths 2000 --seed 7 "), "{command}");
    assert!(call.ends_with(".simulate().paths(2000).seed(7).run()?;"), "{call}");
    let again = Scenario::from_toml(file).expect("the scenario");
    assert_eq!(&again, outcome.scenario());
    let again = again.simulate().paths(2_000).seed(7).run().expect("a run");
    assert_eq!(again, outcome);
    assert_eq!(self::html(&again), html);
}

#[test]
fn other_levels_and_exact_answers_say_how_they_were_made() {
    let scenario = scenario(["A", "B", "C"]);
    let reported = |outcome: &Outcome| text(parsed(&html(outcome)).root_element());
    let level = reported(&scenario.simulate().paths(640).confidence(0.8).run().expect("a run"));
    assert!(level.contains(".paths(640).seed(0).confidence(0.8).run()?"));
    assert!(level.contains("--paths 640 --seed 0 --confidence 0.8 --html"), "{level}");
    let exact = reported(&scenario.exact().run().expect("an exact answer"));
    assert!(exact.contains("outgrow exact scenario.toml --html") && exact.contains("exact().tolerance(1e-4).run()?"));
    assert!(exact.contains("No exact answer for the share"), "{exact}");
    let coarser = reported(&scenario.exact().tolerance(3e-4).run().expect("an exact answer"));
    assert!(
        coarser.contains("outgrow exact scenario.toml --tolerance 3e-4 --html")
            && coarser.contains("exact().tolerance(3e-4).run()?")
    );
}

#[test]
fn parts_that_are_off_are_left_out_and_custom_questions_are_shown() {
    let scenario = scenario(["A", "B", "C"]);
    let bare = scenario.simulate().paths(640).fans(false).ranks(false).shares(false);
    let outcome = bare.event("A above <1 bn>", ["A"], |[a]| a.first(|revenue| revenue > 1e9) < a.first(|r| r < 1e8));
    let html = html(&outcome.run().expect("a run"));
    let document = parsed(&html);
    let sections: Vec<String> = all(&document, "h2").map(text).collect();
    let wanted = ["Questions and answers", "Custom statistics", "Assumptions", "What the audit found"];
    assert_eq!(sections, [&wanted[..], &["How to reproduce these results"]].concat());
    let reported = text(document.root_element());
    assert!(reported.contains("A above <1 bn>: "));
    assert!(reported.contains("no file contains them"));
}

#[test]
fn where_nothing_is_asked_the_title_is_the_horizon() {
    let alone = Scenario::builder("2018", "2020").provider(Provider::new("A", 1).growth(Curve::constant(0.1)));
    let html = html(&run(&alone.build().expect("a scenario")));
    assert_eq!(all(&parsed(&html), "h1").next().map(text).as_deref(), Some("Revenue to 2020"));
}

#[test]
fn a_number_has_the_source_of_its_segment_or_provider() {
    let part = |name: &str| Segment::new(name, 1.5).growth(Curve::constant(0.1)).volatility(0.1);
    let parts = Provider::of_segments("P", [part("S").source("of the segment"), part("R")]);
    let scenario = Scenario::builder("2018-Q1", "2019-Q1")
        .provider(parts.source("of the provider").exit(0.0625))
        .provider(Provider::new("Q", 7).growth(Curve::constant(0.2)))
        .question(Question::overtakes("P", "Q"))
        .build()
        .expect("a scenario");
    let html = html(&run(&scenario));
    let document = parsed(&html);
    let sources = |address: &str| -> Vec<String> {
        let rows = all(&document, "tr").filter(|row| row.children().any(|cell| text(cell) == address));
        rows.map(|row| row.children().next_back().map(text).expect("a cell")).collect()
    };
    assert_eq!(sources("provider[P].exit"), ["of the provider"]);
    assert_eq!(sources("provider[P].segment[S].revenue"), ["of the segment"]);
    assert_eq!(sources("provider[P].segment[R].revenue"), ["of the provider"]);
    assert_eq!(sources("provider[Q].revenue"), ["assumed"]);
}
