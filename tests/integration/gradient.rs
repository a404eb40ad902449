//! Gradients against central differences of whole answers, and errors where no derivative exists.

use outgrow::{
    Curve, Gradient, Jump, Measure, Provider, Question, Scenario, Segment, Tail, interval, lognormal, normal,
    triangular, truncated, uniform,
};

/// Allowed relative distance of a derivative from a difference, besides its reported error.
const AGREES: f64 = 1e-3;
/// The tolerance is out of reach, so the budget decides and every answer has the same points: differences are smooth.
const BUDGET: f64 = 8e6;
/// The step of fourth-order differences, relative to the number.
const STEP: f64 = 1e-3;
/// If a number moves a tie of the bases, values and derivatives use different points, so errors are divided by the step.
const STEP_OF_TIES: f64 = 5e-3;
const AGREES_OF_TIES: f64 = 5e-2;
const TOLERANCE: f64 = 1e-12;
const QUESTION: &str = "a overtakes b";

fn pair(a: Provider, b: Provider, horizon: &str) -> outgrow::ScenarioBuilder {
    Scenario::builder("2018-Q1", horizon).provider(a).provider(b).question(Question::overtakes("a", "b"))
}

fn by(scenario: &Scenario, date: &str) -> f64 {
    let exact = scenario.exact().tolerance(TOLERANCE).budget(BUDGET).lead_changes(false);
    let outcome = exact.fans(false).ranks(false).shares(false).run().expect("an outcome");
    outcome.overtake("a", "b").and_then(|overtake| overtake.by(date)).expect("a date").value()
}

fn gradient(scenario: &Scenario, date: &str) -> Gradient {
    scenario.exact().tolerance(TOLERANCE).budget(BUDGET).gradient(QUESTION, date).expect("a gradient")
}

/// The derivative of whole answers, by two-sided differences (Fornberg 1988).
fn difference(scenario: &Scenario, date: &str, address: &str, number: f64, relative: f64) -> f64 {
    let step = relative * if number.abs() > 0.0 { number.abs() } else { 1.0 };
    let at = |count: f64| by(&scenario.with(address, number + count * step).expect("a value near by"), date);
    (at(-2.0) - at(2.0) + 8.0 * (at(1.0) - at(-1.0))) / (12.0 * step)
}

/// Asserts that every entry agrees, and returns the gradient.
fn agrees(scenario: &Scenario, date: &str) -> Gradient {
    agrees_by((STEP, AGREES), scenario, date)
}

fn agrees_by((step, relative): (f64, f64), scenario: &Scenario, date: &str) -> Gradient {
    let gradient = gradient(scenario, date);
    let value = gradient.probability().value();
    let off = (value - by(scenario, date)).abs();
    assert!(
        off <= 4.0 * gradient.probability().standard_error() && value > 0.01 && value < 0.99,
        "a case that the test can detect: {value}"
    );
    for entry in gradient.entries() {
        let expected = difference(scenario, date, &entry.address, entry.number, step);
        let scale = if entry.number.abs() > 0.0 { entry.number.abs() } else { 1.0 };
        let off = (entry.slope - expected).abs() * scale;
        let error = entry.standard_error * scale;
        println!("{:55} {:+.6e} off {off:.1e}, error {error:.1e} ({expected:+.6e})", entry.address, entry.slope);
        assert!(entry.slope.is_finite(), "{}: {}", entry.address, entry.slope);
        let allowed = (relative * entry.slope.abs() + entry.standard_error) * scale + 1e-8;
        assert!(off <= allowed, "{} is off by {off:e}, allowed {allowed:e}:\n{gradient}", entry.address);
    }
    gradient
}

#[test]
#[expect(clippy::float_cmp, reason = "another date, another number")]
fn a_certain_pair_over_forty_quarters() {
    let a = Provider::new("a", 699).growth(Curve::constant(0.05)).volatility(0.2);
    let b = Provider::new("b", 1000).growth(Curve::constant(0.01)).volatility(0.1);
    let scenario = pair(a, b, "2028-Q1").correlation("a", "b", 0.3).build().expect("a scenario");
    let gradient = agrees(&scenario, "2028-Q1");
    assert_eq!(gradient.entries().len(), 7);
    // A common factor of both revenues changes nothing.
    let of = |name: &str, revenue: f64| revenue * gradient.of(&format!("provider[{name}].revenue")).expect("a slope");
    assert!((of("a", 699.0) + of("b", 1000.0)).abs() < 1e-10 && of("a", 699.0) > 0.1);
    // An earlier date gives a different number.
    let earlier = agrees(&scenario, "2020-Q1");
    assert!(earlier.of("provider[a].revenue").expect("a slope") != gradient.of("provider[a].revenue").expect("one"));
}

#[test]
fn drawn_growth_and_volatility() {
    let a = Provider::new("a", 699).growth(Curve::constant(normal(0.25, 0.1))).volatility(uniform(0.15, 0.25));
    let b = Provider::new("b", 1000).growth(Curve::fade(0.2, 0.08, 3)).volatility(0.1);
    let scenario = pair(a, b, "2021-Q1").correlation("a", "b", -0.4).build().expect("a scenario");
    agrees(&scenario, "2021-Q1");
}

#[test]
fn drawn_bases_ahead_or_behind() {
    let a = Provider::new("a", interval(700.0, 1050.0)).growth(Curve::constant(0.2)).volatility(0.2);
    let b = Provider::new("b", 1000).growth(Curve::constant(0.15)).volatility(0.1);
    agrees(&pair(a.clone(), b, "2018-Q4").build().expect("a scenario"), "2018-Q4");
    let b = Provider::new("b", lognormal(1000.0, 0.1)).growth(Curve::constant(0.15)).volatility(0.1);
    agrees(&pair(a, b, "2018-Q3").build().expect("a scenario"), "2018-Q3");
}

#[test]
fn a_schedule_with_a_fading_tail() {
    let growth = Curve::schedule([normal(0.4, 0.08), normal(0.3, 0.1)], Tail::fade(0.12, 2));
    let a = Provider::new("a", 690).growth(growth).volatility(0.15);
    let b = Provider::new("b", 1100).growth(Curve::fade(0.2, 0.12, 4)).volatility(0.1);
    let gradient = agrees(&pair(a, b, "2021-Q4").build().expect("a scenario"), "2021-Q4");
    assert!(gradient.of("provider[a].growth.schedule.rates[1].normal[1]").is_ok());
}

/// The derivative by every number of every growth law, fixed and drawn.
#[test]
fn every_growth_law() {
    let b = Provider::new("b", 1000).growth(Curve::constant(0.15)).volatility(0.1);
    let fade = || Curve::fade(0.3, 0.1, 3);
    for curve in [
        Curve::hyperbolic(0.6, 2),
        Curve::damped(0.6, 0.7),
        Curve::logistic(8, 0.5),
        Curve::gompertz(8, 0.25),
        Curve::richards(8, 0.4, 0.5),
        Curve::bass(0.02, 0.4, 0.1),
        Curve::weibull(8, 0.2, 1.5),
        Curve::share(fade(), 0.1, 0.2, 2),
        Curve::logistic(lognormal(8.0, 0.1), 0.5),
        Curve::share(Curve::damped(0.5, 0.8), 0.5, uniform(0.4, 0.6), 2),
    ] {
        let a = Provider::new("a", 699).growth(curve).volatility(0.2);
        let gradient = agrees(&pair(a, b.clone(), "2020-Q1").build().expect("a scenario"), "2020-Q1");
        let of_curve = |entry: &&outgrow::Slope| entry.address.starts_with("provider[a].growth");
        let slopes: Vec<f64> = gradient.entries().iter().filter(of_curve).map(|entry| entry.slope).collect();
        assert!(slopes.len() >= 2 && slopes.iter().all(|slope| slope.abs() > 1e-6), "{gradient}");
    }
}

#[test]
fn fiscal_totals_bend_with_history_and_base() {
    let totals = Curve::totals([0.87, 0.60], Tail::fade(0.12, 2));
    let a = |revenue| Provider::new("a", revenue).history([2431.0, 2975.0, 3599.0]).fiscal_year_ends(3);
    let b = Provider::new("b", 7000).growth(Curve::constant(0.3)).volatility(0.1);
    let certain = a(outgrow::fixed(4385.0)).growth(totals.clone()).volatility(0.2);
    let gradient = agrees(&pair(certain, b.clone(), "2019-Q4").build().expect("a scenario"), "2019-Q4");
    assert!(gradient.of("provider[a].history[0]").expect("a slope").abs() > 1e-6);
    // A drawn base moves the start and the curve, and the integrand jumps where the bases are equal.
    let drawn = a(interval(4000.0, 4800.0)).growth(totals).volatility(0.2);
    let b = Provider::new("b", 4400).growth(Curve::constant(0.8)).volatility(0.1);
    agrees_by((STEP_OF_TIES, AGREES_OF_TIES), &pair(drawn, b, "2018-Q4").build().expect("a scenario"), "2018-Q4");
}

#[test]
#[expect(clippy::float_cmp, reason = "what plays no part has a slope of exactly 0")]
fn a_name_counts_with_all_its_places() {
    let a = Provider::new("a", 699).growth(Curve::fade("market", 0.1, 3)).volatility("wild");
    let b = Provider::new("b", 800).growth(Curve::fade(0.2, "market", 2)).volatility("wild");
    let c = Provider::new("c", "elsewhere").growth(Curve::constant(0.1));
    let scenario = pair(a, b, "2020-Q1").provider(c).assumption("market", normal(0.3, 0.08));
    let scenario = scenario.assumption("wild", 0.15).assumption("elsewhere", 5).build().expect("a scenario");
    let gradient = agrees(&scenario, "2020-Q1");
    assert!(gradient.of("assumption[market].normal[0]").is_ok() && gradient.of("assumption[wild]").is_ok());
    assert_eq!(gradient.of("provider[c].growth.constant").expect("no part of it"), 0.0);
    assert_eq!(gradient.of("assumption[elsewhere]").expect("no part of it"), 0.0);
    assert!(gradient.of("provider[c].fiscal_year_ends").is_err(), "whole numbers have no derivative");
    assert!(gradient.of("assumption[markets].normal[0]").expect_err("unknown").to_string().contains("did you mean"));
}

#[test]
fn a_base_that_growth_follows_brings_its_tie_along() {
    let a = Provider::new("a", "both").growth(Curve::constant(0.2)).volatility(0.2);
    let b = Provider::new("b", 0.33).growth(Curve::constant("both")).volatility(0.1);
    let scenario = pair(a, b, "2019-Q1").assumption("both", normal(0.3, 0.02)).build().expect("a scenario");
    let gradient = agrees_by((STEP_OF_TIES, AGREES_OF_TIES), &scenario, "2019-Q1");
    assert!(gradient.of("assumption[both].normal[1]").expect("a slope").abs() > 0.1);
}

#[test]
fn a_cut_and_a_triangular_law() {
    let cut = truncated(normal(0.3, 0.1), 0.15, 0.5);
    let a = Provider::new("a", triangular(600.0, 700.0, 850.0)).growth(Curve::constant(cut)).volatility(0.2);
    let b = Provider::new("b", 800).growth(Curve::constant(0.1)).volatility(0);
    let scenario = pair(a, b, "2019-Q1").build().expect("a scenario");
    let gradient = gradient(&scenario, "2019-Q1");
    for entry in gradient.entries().iter().filter(|entry| entry.number > 0.0) {
        let expected = difference(&scenario, "2019-Q1", &entry.address, entry.number, STEP);
        let off = (entry.slope - expected).abs() * entry.number;
        println!("{:55} {:+.6e} off {off:.1e}", entry.address, entry.slope);
        assert!(off <= AGREES, "{}: {} against {expected}", entry.address, entry.slope);
    }
    // A volatility of 0, the end of the allowed range: without correlation P depends on its square.
    assert!(gradient.of("provider[b].volatility").expect("a slope").abs() < 1e-9);
}

#[test]
fn what_has_no_gradient_is_refused() {
    let a = Provider::new("a", 699).growth(Curve::constant(0.2));
    let b = Provider::new("b", 800).growth(Curve::constant(0.1));
    let refusal = |scenario: &Scenario, question: &str| {
        let error = scenario.exact().gradient(question, "2020-Q1").expect_err("no gradient");
        assert!(error.is_unsupported() || error.is_lookup(), "{error}");
        (error.problems()[0].address.clone(), error.to_string())
    };
    let still = pair(a.clone(), b.clone(), "2020-Q1").build().expect("a scenario");
    let (address, message) = refusal(&still, QUESTION);
    assert!(address == "provider[a].volatility" && message.contains("not exact: because nothing is uncertain"));
    let sustained = Question::overtakes("a", "b").sustained(2).name("lasting");
    let yearly = Question::overtakes("a", "b").measure(Measure::Annual);
    let wild = pair(a.clone().volatility(0.2), b.clone(), "2020-Q1").question(sustained).question(yearly);
    let wild = wild.build().expect("a scenario");
    assert_eq!(refusal(&wild, "lasting").0, "question[lasting].sustained");
    assert_eq!(refusal(&wild, "a overtakes b (annual)").0, "question[2].measure");
    assert!(wild.exact().gradient(QUESTION, "2020-Q1").is_ok(), "another question does not stand in the way");
    assert!(refusal(&wild, "a overtakes c").1.contains("did you mean \"a overtakes b\""));
    assert!(wild.exact().gradient(QUESTION, "2018-Q1").expect_err("the base").is_lookup());
    assert!(wild.exact().tolerance(1.0).gradient(QUESTION, "2020-Q1").expect_err("no tolerance").is_invalid_input());
    let tied = wild.with("provider[a].revenue", 800).expect("a scenario");
    assert!(refusal(&tied, QUESTION).1.contains("start with the same revenue"));
    let flat = wild.with("provider[a].growth.constant", normal(0.2, 0.0)).expect("a scenario");
    let (address, message) = refusal(&flat, QUESTION);
    assert!(address == "provider[a].growth.constant.normal[1]" && message.contains("has no spread"), "{message}");
    let part = Segment::new("s", 699).growth(Curve::constant(0.2)).volatility(0.2).jump(Jump::at("2019-Q1", 0.1));
    let jumping = pair(Provider::of_segments("a", [part]), b.clone(), "2020-Q1").build().expect("a scenario");
    let (address, message) = refusal(&jumping, QUESTION);
    assert!(
        address.starts_with("provider[a].segment[s].jump") && message.contains("a provider with jumps"),
        "{message}"
    );
    let error = wild.exact().continuous(true).gradient(QUESTION, "2020-Q1").expect_err("no gradient");
    assert!(error.is_unsupported() && error.problems()[0].address == "continuous", "{error}");
}

#[test]
#[expect(clippy::float_cmp, reason = "a sure lead is exact")]
fn a_sure_lead_turns_on_nothing_and_a_table_tells_most_first() {
    let a = Provider::new("a", 1699).growth(Curve::constant(0.2)).volatility(0.2);
    let b = Provider::new("b", 800).growth(Curve::constant(0.1));
    let scenario = pair(a, b, "2020-Q1").build().expect("a scenario");
    let sure = gradient(&scenario, "2020-Q1");
    assert!(sure.entries().iter().all(|entry| entry.slope == 0.0) && sure.probability().value() == 1.0);
    let open = gradient(&scenario.with("provider[a].revenue", 700).expect("a scenario"), "2020-Q1");
    let table = open.to_string();
    let place = |address: &str| table.find(address).expect("a row");
    assert!(place("provider[b].growth.constant") < place("provider[a].revenue"), "{table}");
    let json = serde_json::to_value(&open).expect("json");
    assert_eq!(json["question"], QUESTION);
    assert_eq!(json["slopes"][0]["address"], "provider[a].revenue");
    assert!(json["probability"]["value"].as_f64().is_some());
}

/// Rates are changed by percentage points and revenues by percent: the table says which, and the effect on the
/// probability.
#[test]
fn the_table_has_points_of_rates_and_percent_of_the_rest() {
    let a = Provider::new("a", 699).growth(Curve::fade(normal(0.25, 0.1), "end", 3)).volatility(0.2);
    let b = Provider::new("b", 1000).growth(Curve::constant("end")).volatility(0.1);
    let scenario = pair(a, b, "2020-Q1").correlation("a", "b", 0.3).assumption("end", 0.1).build().expect("a scenario");
    let gradient = scenario.exact().gradient(QUESTION, "2020-Q1").expect("a gradient");
    let text = gradient.to_string();
    for (address, change) in [
        ("provider[a].revenue", "+1 %"),
        ("provider[a].growth.fade.from.normal[0]", "+1 point"),
        ("provider[a].growth.fade.half_life", "+1 %"),
        ("provider[a].volatility", "+1 point"),
        ("assumption[end]", "+1 point"),
        ("correlation[0].value", "+1 point"),
    ] {
        let line = text.lines().find(|line| line.trim_start().starts_with(&format!("{address} "))).expect("a line");
        assert!(line.contains(change), "{line}");
        let slope = gradient.of(address).expect("a slope");
        let step = if change == "+1 %" { if address.contains("half_life") { 0.03 } else { 6.99 } } else { 0.01 };
        let effect: f64 = line.split_whitespace().last().expect("an effect").parse().expect("a number");
        assert!((effect - step * slope).abs() < 1e-6, "{line}");
    }
}

/// Draws of a volatility near 0, beside which the start is very wide, once needed more memory than there is.
#[test]
fn a_volatility_drawn_down_to_zero_has_a_gradient() {
    let a = Provider::new("a", 1100).growth(Curve::constant(0.08)).volatility(uniform(0.0, 0.2));
    let b = Provider::new("b", uniform(1050.0, 1300.0)).growth(Curve::constant(0.07));
    let scenario = pair(a, b, "2019-Q1").build().expect("a scenario");
    let gradient = scenario.exact().tolerance(1e-3).gradient(QUESTION, "2019-Q1").expect("a gradient");
    for (address, number) in [("provider[a].growth.constant", 0.08), ("provider[b].revenue.uniform[0]", 1050.0)] {
        let at = |number: f64| {
            let moved = scenario.with(address, number).expect("a value near by");
            let outcome = moved.exact().tolerance(1e-6).lead_changes(false).run().expect("an outcome");
            outcome.overtake("a", "b").and_then(|overtake| overtake.by("2019-Q1")).expect("a date").value()
        };
        let step = 0.01 * number;
        let expected = (at(number + step) - at(number - step)) / (2.0 * step);
        let found = gradient.of(address).expect("a slope");
        let allowed = 0.02 * expected.abs() + gradient.probability().standard_error() / number;
        assert!((found - expected).abs() <= allowed, "{address}: {found}, by differences {expected}");
    }
}

#[test]
fn a_segment_has_the_gradient_of_a_provider_with_the_same_numbers() {
    let curves = [
        Curve::constant(normal(0.3, 0.05)),
        Curve::mixture([(0.4, Curve::constant(0.3)), (0.6, Curve::constant(normal(0.1, 0.05)))]),
    ];
    let build = |a: Provider, name: &str, correlated: &str| {
        let b = Provider::new("b", 1000).growth(Curve::constant(0.05)).volatility(0.1);
        let scenario =
            Scenario::builder("2018-Q1", "2021-Q4").provider(a).provider(b).correlation("b", correlated, 0.3);
        scenario.question(Question::overtakes(name, "b").name("it")).build().expect("a scenario")
    };
    for curve in curves {
        let revenue = lognormal(700.0, 0.05);
        let whole = Provider::new("a", revenue.clone()).growth(curve.clone()).volatility(0.2);
        let expected = build(whole, "a", "a").exact().gradient("it", "2020-Q4").expect("a gradient");
        let part = || Segment::new("s", revenue.clone()).growth(curve.clone()).volatility(0.2);
        let rest = Segment::new("r", 1).growth(Curve::constant(0.02)).volatility(0.1);
        let cases = [
            build(Provider::of_segments("a", [part()]), "a", "a"),
            build(Provider::of_segments("a", [part()]), "a/s", "a/s"),
            build(Provider::of_segments("a", [part(), rest.clone()]), "a/s", "a/s"),
            build(Provider::of_segments("a", [rest, part()]), "a/s", "a"),
        ];
        for scenario in cases {
            let gradient = scenario.exact().gradient("it", "2020-Q4").expect("a gradient");
            assert_eq!(gradient.entries().len(), expected.entries().len(), "{gradient}\n{expected}");
            for entry in expected.entries() {
                let address = entry.address.replace("provider[a]", "provider[a].segment[s]");
                let slope = gradient.of(&address).expect("a slope");
                let off = (slope - entry.slope).abs();
                assert!(
                    entry.slope.abs() > 1e-6 && off <= 1e-6 * entry.slope.abs(),
                    "{address}: {gradient}\n{expected}"
                );
            }
        }
    }
}
