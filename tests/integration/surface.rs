//! Surfaces and lines of equal probability against closed forms, exact answers and bad input.

use outgrow::analysis::Surface;
use outgrow::{Curve, Provider, Question, Scenario, normal};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const A: &str = "provider[A].growth.constant";
const B: &str = "provider[B].growth.constant";

/// In the first period P = Φ((ln(10/12) + ln(1 + a) − ln(1 + b))/σ).
fn scenario() -> Scenario {
    Scenario::builder("2018", "2022")
        .provider(Provider::new("A", 10).growth(Curve::constant(0.3)).volatility(0.2))
        .provider(Provider::new("B", 12).growth(Curve::constant(0.1)))
        .question(Question::overtakes("A", "B"))
        .build()
        .expect("valid")
}

fn surface(scenario: &Scenario, axes: [(&str, std::ops::RangeInclusive<f64>); 2], date: &str) -> Surface {
    scenario.surface("A overtakes B", date, axes).and_then(|settings| settings.run()).expect("a surface")
}

#[test]
fn lines_are_those_of_the_closed_form() {
    let found = surface(&scenario(), [(A, 0.0..=0.8), (B, 0.0..=0.3)], "2019");
    for (level, score) in [(0.5, 0.0), (0.9, 1.281_551_565_544_6)] {
        let lines = found.iso_lines(&[level]).expect("a level");
        assert_eq!(lines[0].pieces.len(), 1);
        assert!(lines[0].pieces[0].len() > 30);
        for [a, b] in &lines[0].pieces[0] {
            let truth = 1.2 * (1.0 + b) * libm::exp(0.2 * score) - 1.0;
            assert!((a - truth).abs() < 1e-3, "{level}: {a} {b} {truth}");
        }
    }
    assert!(found.iso_lines(&[0.000_01]).expect("a level")[0].pieces.is_empty());
}

/// Swapping the axes swaps the coordinates of every line, and nothing else.
#[test]
fn axes_may_be_swapped() {
    let axes = || [(A, 0.0..=0.8), (B, 0.0..=0.3)];
    let [first, second] = axes();
    let one = surface(&scenario(), axes(), "2021");
    let other = surface(&scenario(), [second, first], "2021");
    assert!((one.error - other.error).abs() < 2e-4);
    for level in [0.2, 0.5, 0.8] {
        let points = |surface: &Surface, is_swapped: bool| {
            let lines = surface.iso_lines(&[level]).expect("a level");
            let mut all: Vec<[f64; 2]> = lines[0].pieces.concat();
            if is_swapped {
                all.iter_mut().for_each(|point| point.reverse());
            }
            all.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
            all
        };
        let (own, swapped) = (points(&one, false), points(&other, true));
        assert_eq!(own.len(), swapped.len());
        for (a, b) in own.iter().zip(&swapped) {
            assert!((a[0] - b[0]).abs() < 1e-8 && (a[1] - b[1]).abs() < 1e-8, "{a:?} {b:?}");
        }
    }
}

/// The reported error holds at random points, with drawn numbers too.
#[test]
fn errors_hold_at_random_points() {
    let a = Provider::new("A", 10).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.1);
    let b = Provider::new("B", 12).growth(Curve::fade(normal(0.2, 0.05), 0.1, 2.0)).volatility(0.1);
    let question = Question::overtakes("A", "B");
    let scenario = Scenario::builder("2018", "2022").provider(a).provider(b).question(question).build().expect("valid");
    let addresses = ["provider[A].growth.constant.normal[0]", "provider[B].growth.fade.half_life"];
    let found = surface(&scenario, [(addresses[0], 0.1..=0.6), (addresses[1], 0.5..=6.0)], "2021");
    assert!(found.error <= 4e-4, "{}", found.error);
    let table = found.table([3, 2]);
    assert!((table[2][1] - found.at(0.6, 6.0).expect("within").value()).abs() < 1e-12);
    let mut random = StdRng::seed_from_u64(5);
    for _ in 0..40 {
        let [x, y] = [0.1 + 0.5 * random.random::<f64>(), 0.5 + 5.5 * random.random::<f64>()];
        let changed = scenario.with_all([(addresses[0], x), (addresses[1], y)]).expect("valid");
        let outcome = changed.exact().tolerance(1e-5).fans(false).lead_changes(false).run().expect("an outcome");
        let truth = outcome.overtake("A", "B").and_then(|overtake| overtake.by("2021")).expect("a date");
        let estimate = found.at(x, y).expect("within");
        let off = (estimate.value() - truth.value()).abs();
        assert!(off <= 2.0 * (estimate.standard_error() + truth.standard_error()), "{x} {y}: {estimate} {truth}");
    }
}

#[test]
fn bad_input_is_named() {
    let scenario = scenario();
    let message = |axes| scenario.surface("A overtakes B", "2021", axes).expect_err("an error").to_string();
    assert!(
        message([(A, 0.8..=0.1), (B, 0.0..=0.3)]).contains("must be a low and a higher finite number, got 0.8 and 0.1")
    );
    assert!(
        message([(A, 0.0..=0.8), (B, -1.5..=0.3)]).contains("provider[B].growth.constant: growth must be above -1")
    );
    assert!(message([("provider[A].grow", 0.0..=0.8), (B, 0.0..=0.3)]).contains("provider[A].grow"));
    let found = surface(&scenario, [(A, 0.0..=0.8), (B, 0.0..=0.3)], "2019");
    assert!(found.at(0.9, 0.1).expect_err("out of range").to_string().contains("must be from 0.0 to 0.8, got 0.9"));
    assert!(
        found
            .iso_lines(&[0.5, 1.0])
            .expect_err("no level")
            .to_string()
            .contains("must be above 0 and below 1, got 1.0")
    );
    #[cfg(feature = "charts")]
    assert!(found.chart(&[0.5], ["a", "b"], 100).expect_err("too narrow").to_string().contains("got 100"));
    assert!(message([(A, 0.0..=0.8), (A, 0.0..=0.3)]).contains("the two numbers must be different ones"));
}

#[test]
#[cfg(feature = "charts")]
fn a_chart_has_every_line_with_its_level_and_the_present_values() {
    let found = surface(&scenario(), [(A, 0.0..=0.8), (B, 0.0..=0.3)], "2019");
    for width in [390, 800] {
        let svg = found.chart(&[0.25, 0.5, 0.75], ["growth of A", "growth of B"], width).expect("a chart");
        let document = roxmltree::Document::parse(&svg).expect("SVG");
        let texts: Vec<String> = document
            .descendants()
            .filter(|node| node.has_tag_name("text"))
            .map(|node| node.text().unwrap_or("").to_owned())
            .collect();
        for wanted in ["0.25", "0.5", "0.75", "growth of A", "growth of B"] {
            assert!(texts.iter().any(|text| text == wanted), "{wanted}: {texts:?}");
        }
        assert!(texts.iter().any(|text| text.starts_with("now 0.")), "{texts:?}");
    }
}

/// A step cannot be interpolated, and is no surface with lines at the wrong places.
#[test]
fn a_step_is_refused() {
    let still = Scenario::builder("2018", "2022")
        .provider(Provider::new("A", 10).growth(Curve::constant(0.3)))
        .provider(Provider::new("B", 12).growth(Curve::constant(0.1)))
        .question(Question::overtakes("A", "B"))
        .build()
        .expect("valid");
    let found = still.surface("A overtakes B", "2020", [(A, 0.1..=0.5), ("provider[B].revenue", 11.0..=20.0)]);
    let error = found.and_then(|settings| settings.run()).expect_err("a step");
    assert!(error.to_string().contains("the probability changes too steeply"), "{error}");
}

#[test]
fn ranges_in_which_the_base_order_changes_are_refused() {
    let revenue = "provider[A].revenue";
    let across = scenario().surface("A overtakes B", "2021", [(revenue, 8.0..=15.0), (A, 0.1..=0.4)]);
    let error = across.and_then(|settings| settings.run()).expect_err("a step");
    assert!(error.is_limit() && error.to_string().contains("behind at the base or ahead"), "{error}");
    let beyond = scenario().surface("A overtakes B", "2021", [(revenue, 8.0..=11.9), (A, -1.5..=0.4)]);
    let error = beyond.and_then(|settings| settings.run()).expect_err("growth below -100 %");
    let words = ["growth must be above -1", "; at the end of the range, provider[A].growth.constant = -1.5"];
    assert!(words.iter().all(|words| error.to_string().contains(words)), "{error}");
    let below = surface(&scenario(), [(revenue, 8.0..=11.9), (A, 0.1..=0.4)], "2021");
    assert!(below.error < 1e-3, "{}", below.error);
}

/// The reported error holds everywhere over wide ranges, where one corner may be far steeper than the rest.
#[test]
fn errors_hold_in_steep_corners() {
    let [volatility_a, volatility_b] = ["provider[A].volatility", "provider[B].volatility"];
    let mut random = StdRng::seed_from_u64(7);
    let mut between = |low: f64, high: f64| low + (high - low) * random.random::<f64>();
    let (mut checked, mut worst) = (0, 0.0_f64);
    for case in 0..120 {
        let (base, growth) = (between(3.0, 11.5), between(0.0, 0.6));
        let scenario = Scenario::builder("2018", "2020")
            .provider(Provider::new("A", base).growth(Curve::constant(growth)).volatility(0.2))
            .provider(Provider::new("B", 12).growth(Curve::constant(0.1)).volatility(0.1))
            .question(Question::overtakes("A", "B"))
            .build()
            .expect("valid");
        let low = between(0.0, 0.1);
        let spread = low..=low + between(0.05, 1.0);
        let axes = match case % 3 {
            0 => [(volatility_a, spread.clone()), (volatility_b, 0.001..=between(0.05, 0.8))],
            1 => [(volatility_a, spread.clone()), (A, -0.5..=between(0.0, 3.0))],
            _ => [(B, -0.3..=between(0.0, 1.0)), (A, -0.5..=between(0.0, 3.0))],
        };
        let Ok(found) = scenario.surface("A overtakes B", "2019", axes.clone()).and_then(|settings| settings.run())
        else {
            continue;
        };
        checked += 1;
        let at = |axis: usize, share: f64| {
            let (low, high) = axes[axis].1.clone().into_inner();
            (low + (high - low) * share).min(high)
        };
        for place in 0..64 * 64 {
            // Dense near the edges.
            let [x, y] = [place / 64, place % 64]
                .map(|step| 0.5 - 0.5 * libm::cos(f64::from(step) / 63.0 * std::f64::consts::PI));
            let [x, y] = [at(0, x), at(1, y)];
            let number = |address: &str, usual: f64| {
                let set = [(axes[0].0, x), (axes[1].0, y)];
                set.iter().find(|(known, _)| *known == address).map_or(usual, |(_, value)| *value)
            };
            let gap = libm::log(12.0 / base * (1.0 + number(B, 0.1)) / (1.0 + number(A, growth)));
            let sd = libm::hypot(number(volatility_a, 0.2), number(volatility_b, 0.1));
            let truth = 0.5 * libm::erfc(gap / sd / std::f64::consts::SQRT_2);
            let off = (found.at(x, y).expect("within").value() - truth).abs();
            worst = worst.max(off / found.error);
        }
    }
    assert!(checked > 60 && worst <= 1.0, "{checked} surfaces, {worst}");
}
