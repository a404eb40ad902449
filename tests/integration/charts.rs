//! Charts are well-formed and reproducible, and no two texts overlap; boxes are estimated here without the layout's code.

mod boxes;
mod edges;

use boxes::{overlaps, texts};
use outgrow::{Chart, Curve, Error, Outcome, Provider, Question, Scenario, View, interval};

const NAMES: [&str; 12] = [
    "Công ty Cổ phần Viễn thông Sài Gòn",
    "阿里巴巴集团控股有限公司",
    "AWS",
    "Tập đoàn Công nghệ Đám mây Việt Nam",
    "腾讯云",
    "Google Cloud Platform and Workspace",
    "IBM",
    "Oracle",
    "甲骨文云计算服务公司",
    "Mây Xanh",
    "Huawei 华为云",
    "Công ty Cổ phần Viễn thông Hà Nội",
];
const QUESTION: &str = "first two";

pub(crate) fn scenario(count: usize, base: &str, horizon: &str) -> Scenario {
    let mut builder = Scenario::builder(base, horizon).unit("USD");
    let mut revenue = 5e8;
    for (index, name) in (0..).zip(&NAMES[..count]) {
        let growth = Curve::fade(0.8 - 0.05 * f64::from(index), 0.1, 3);
        builder = builder
            .provider(Provider::new(*name, interval(0.9 * revenue, 1.1 * revenue)).growth(growth).volatility(0.12));
        revenue *= 1.25;
    }
    builder.question(Question::overtakes(NAMES[0], NAMES[1]).name(QUESTION)).build().expect("a scenario")
}

pub(crate) fn run(scenario: &Scenario) -> Outcome {
    scenario.simulate().paths(2_000).seed(7).run().expect("a run")
}

/// Every kind of chart.
pub(crate) fn kinds(chart: &Chart<'_>) -> Vec<(&'static str, Result<String, Error>)> {
    vec![
        ("fan", chart.fan()),
        ("linear fan", chart.clone().linear().fan()),
        ("overtake", chart.overtake(QUESTION)),
        ("date", chart.date(QUESTION)),
        ("dots", chart.dots(QUESTION)),
        ("ranks", chart.ranks()),
        ("shares", chart.shares()),
        ("scenarios", chart.scenarios(QUESTION)),
    ]
}

/// A chart is XML with a title and a description. Its texts lie within it and do not overlap.
pub(crate) fn check(what: &str, svg: &str) {
    let document = roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("{what}: {error}"));
    let root = document.root_element();
    assert_eq!(root.attribute("role"), Some("img"), "{what}");
    for name in ["title", "desc"] {
        let element = root.children().find(|child| child.has_tag_name(name));
        let element = element.unwrap_or_else(|| panic!("{what}: no {name}"));
        assert!(element.text().is_some_and(|text| !text.trim().is_empty()), "{what}: an empty {name}");
        let labelled = root.attribute("aria-labelledby").unwrap_or_default();
        assert!(labelled.split(' ').any(|id| element.attribute("id") == Some(id)), "{what}: {name} is not referred to");
    }
    assert!(!svg.contains("NaN") && !svg.contains("inf\"") && !svg.contains("--"), "{what}: a coordinate is no number");
    let found = overlaps(&document);
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

#[test]
fn no_text_overlaps_in_any_kind_at_any_width_with_any_number_of_providers() {
    for count in [2, 5, 12] {
        let scenario = scenario(count, "2018-Q1", "2028-Q1");
        let (outcome, sample) = (run(&scenario), scenario.simulate().seed(7).sample(20).expect("paths"));
        let held = run(&scenario.with_growth(NAMES[0], Curve::constant(0.6)).expect("a curve"));
        for width in [800, 400] {
            let one =
                outcome.chart().width(width).paths(&sample).actual(NAMES[0], [("2019-Q1", 9e8), ("2020-Q1", 1.1e9)]);
            let side =
                Chart::compare([("fade", &outcome), ("giữ nguyên 60 %", &held), ("第三种情况", &outcome)]).width(width);
            for (form, chart) in [("one", one.by("2020-Q4")), ("side by side", side)] {
                for (kind, svg) in kinds(&chart) {
                    let what = format!("{kind}, {form}, {count} providers, {width} px");
                    check(&what, &svg.unwrap_or_else(|error| panic!("{what}: {error}")));
                }
            }
        }
    }
}

/// Lines that end close together, long names, and more views than there is room for labels.
#[test]
fn no_text_overlaps_with_any_number_of_views() {
    for count in [1, 3, 9, 40] {
        let mut builder = scenario(2, "2018-Q1", "2028-Q1").to_builder();
        for index in 0..count {
            let name = format!("{}, {index}", NAMES[index % NAMES.len()]);
            let volatility = 0.1 + 0.01 * f64::from(u32::try_from(index).expect("few"));
            builder = builder.view(View::new(name).with(format!("provider[{}].volatility", NAMES[0]), volatility));
        }
        let scenario = builder.build().expect("a scenario");
        let outcome = scenario.simulate().paths(2_000).views(true).run().expect("a run");
        for width in [1280, 390] {
            let one = outcome.chart().width(width).by("2020-Q4").views(QUESTION).expect("a chart");
            check(&format!("{count} views, {width} px"), &one);
            let side = Chart::compare([("one", &outcome), ("two", &outcome)]).width(width).views(QUESTION);
            check(&format!("{count} views twice, {width} px"), &side.expect("a chart"));
            if count == 3 {
                assert!(one.contains(">pool ") || one.contains(">pool<"), "the pool is labelled");
            }
        }
    }
}

/// Lines of scenarios that end close together, or at other dates, have labels that do not overlap, and one axis from 0 to 1.
#[test]
fn scenarios_are_lines_in_one_frame() {
    let outcomes: Vec<Outcome> = ["2028-Q1", "2028-Q1", "2024-Q4", "2026-Q2"]
        .iter()
        .enumerate()
        .map(|(index, horizon)| {
            let growth = 0.5 + 0.02 * f64::from(u32::try_from(index).expect("few"));
            let changed = scenario(2, "2018-Q1", horizon).with_growth(NAMES[0], Curve::constant(growth));
            run(&changed.expect("a curve"))
        })
        .collect();
    for count in [1, 2, 4, 40] {
        let named = outcomes.iter().cycle().take(count).enumerate();
        let named: Vec<(String, &Outcome)> =
            named.map(|(index, outcome)| (format!("{}, {index}", NAMES[index % NAMES.len()]), outcome)).collect();
        for width in [1280, 390, 280] {
            let chart = Chart::compare(named.clone()).width(width);
            for (form, svg) in
                [("horizons", chart.scenarios(QUESTION)), ("date", chart.by("2020-Q4").scenarios(QUESTION))]
            {
                let (what, svg) = (format!("{count} scenarios, {form}, {width} px"), svg.expect("a chart"));
                check(&what, &svg);
                let document = roxmltree::Document::parse(&svg).expect("XML");
                let shown: Vec<&str> = document
                    .descendants()
                    .filter(|node| node.has_tag_name("text"))
                    .filter_map(|node| node.children().filter_map(|child| child.text()).next_back())
                    .collect();
                assert!(shown.contains(&"0.0") && shown.contains(&"1.0"), "{what}: {shown:?}");
                assert_eq!(svg.matches("<circle").count(), count, "{what}: a dot for each scenario");
            }
        }
    }
    let (slow, fast) = (&outcomes[0], &outcomes[1]);
    let svg = Chart::compare([("slow", slow), ("fast", fast)]).by("2020-Q4").scenarios(QUESTION).expect("a chart");
    for (name, outcome) in [("slow", slow), ("fast", fast)] {
        let by = outcome.question(QUESTION).and_then(|answer| answer.by("2020-Q4")).expect("an answer");
        assert!(svg.contains(&format!("{name} {:.2}", by.value())), "{name}: {svg}");
    }
    let unknown = Chart::compare([("slow", slow), ("fast", fast)]).scenarios("who?").unwrap_err();
    assert!(unknown.to_string().contains("who?"), "{unknown}");
    let late = Chart::compare([("slow", slow), ("short", &outcomes[2])]).by("2027-Q1").scenarios(QUESTION).unwrap_err();
    assert!(late.to_string().contains("2027-Q1"), "{late}");
}

/// The check detects an overlap.
#[test]
fn a_planted_overlap_is_found() {
    let svg = run(&scenario(2, "2018-Q1", "2028-Q1")).chart().fan().expect("a chart");
    let document = roxmltree::Document::parse(&svg).expect("XML");
    let first = texts(&document).into_iter().next().expect("a text");
    for (x, y, found) in [(first.left + 1.0, first.bottom - 3.0, true), (790.0, 200.0, true), (700.0, 440.0, false)] {
        let planted =
            svg.replace("</svg>", &format!("<text x=\"{x}\" y=\"{y}\" font-size=\"11\">planted</text></svg>"));
        let document = roxmltree::Document::parse(&planted).expect("XML");
        assert_eq!(!overlaps(&document).is_empty(), found, "at {x}, {y}");
    }
}

#[test]
fn the_same_outcome_gives_the_same_bytes() {
    let (one, other) = (scenario(5, "2018-Q1", "2028-Q1"), scenario(5, "2018-Q1", "2028-Q1"));
    let (one, other) = (run(&one), other.simulate().paths(2_000).seed(7).threads(1).run().expect("a run"));
    for ((kind, svg), (_, again)) in kinds(&one.chart()).into_iter().zip(kinds(&other.chart())) {
        assert_eq!(svg.expect(kind), again.expect(kind), "{kind}");
    }
}

/// The bytes of a small chart, so that a change of its look is visible in review.
#[test]
fn snapshots() {
    let scenario = scenario(2, "2026", "2029");
    let outcome = run(&scenario);
    for (kind, svg) in kinds(&outcome.chart().width(400)) {
        if matches!(kind, "fan" | "overtake" | "dots" | "shares") {
            insta::assert_snapshot!(kind, svg.expect(kind));
        }
    }
}
