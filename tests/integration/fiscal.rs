//! Estimates read as growth of fiscal totals: the worked example, sums computed by hand, and totals that cannot be met.

use outgrow::{Curve, Error, Measure, Path, Provider, Question, Scenario, Tail, lognormal, normal};

const PATHS: u64 = 4_000;
/// The error of growth read back from a path, from f32 states.
const ROUNDED: f64 = 2e-5;
/// FY2018 without its last quarter, which is the base.
const HISTORY: [f64; 3] = [2431.0, 2975.0, 3599.0];
const BASE: f64 = 4385.0;

fn alibaba(curve: Curve) -> Provider {
    Provider::new("a", BASE).history(HISTORY).fiscal_year_ends(3).growth(curve)
}

/// History, the base, then the median of every projected period, with nothing drawn.
fn central(base: &str, horizon: &str, provider: Provider, history: &[f64], revenue: f64) -> Vec<f64> {
    let scenario = Scenario::builder(base, horizon).provider(provider).build().expect("a scenario");
    let outcome = scenario.simulate().paths(64).run().expect("an outcome");
    let fan = outcome.revenue("a").expect("asked");
    let medians = fan.periods().iter().map(|period| fan.quantile(*period, 0.5).expect("a median"));
    history.iter().copied().chain([revenue]).chain(medians).collect()
}

/// Growth of the totals of whole fiscal years, from index `start`.
fn growths(revenue: &[f64], start: usize, per_year: usize) -> Vec<f64> {
    let totals: Vec<f64> = revenue[start..].chunks_exact(per_year).map(|year| year.iter().sum()).collect();
    totals.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect()
}

#[track_caller]
fn assert_met(found: &[f64], expected: &[f64], within: f64) {
    assert_eq!(found.len(), expected.len(), "{found:?} for {expected:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= within * (1.0 + expected), "{found} for {expected}");
    }
}

#[test]
fn the_worked_example_to_the_printed_digit() {
    let path = |tail| central("2018-Q1", "2020-Q1", alibaba(Curve::totals([0.87, 0.60], tail)), &HISTORY, BASE);
    let hold = path(Tail::hold());
    let printed: Vec<String> = hold[4..].iter().map(|revenue| format!("{revenue:.0}")).collect();
    assert_eq!(printed, ["5134", "5865", "6614", "7426", "8339", "9367", "10525", "11832"]);
    for (tail, first) in [
        (Tail::hold(), "5134.5"),
        (Tail::fade(0.12, 2), "5133.2"),
        (Tail::ratio(0.7), "5122.6"),
        (Tail::none(), "5134.1"),
    ] {
        let found = path(tail.clone());
        assert_eq!(format!("{:.1}", found[4]), first, "{tail:?}");
        assert_met(&growths(&found, 0, 4), &[0.87, 0.60], 1e-9);
    }
}

#[test]
fn estimates_past_the_horizon_count_too() {
    let rates = [0.87, 0.60, 0.20, -0.10];
    let long = central("2018-Q1", "2024-Q1", alibaba(Curve::totals(rates, Tail::hold())), &HISTORY, BASE);
    assert_met(&growths(&long[..20], 0, 4), &rates, 1e-9);
    let short = central("2018-Q1", "2018-Q3", alibaba(Curve::totals(rates, Tail::none())), &HISTORY, BASE);
    let whole = central("2018-Q1", "2022-Q1", alibaba(Curve::totals(rates, Tail::none())), &HISTORY, BASE);
    assert_met(&short, &whole[..short.len()], 1e-12);
    // After the last estimate growth is that of the tail, whatever the last slope of the path.
    assert_met(&[long[20] / long[19]], &[0.9_f64.sqrt().sqrt()], 1e-9);
}

#[test]
fn months_and_years_meet_their_totals() {
    let history: Vec<f64> = (0..14).map(|month| 100.0 + 3.0 * f64::from(month)).collect();
    // The fiscal year ends in March: the base is its third month.
    let by_month = Provider::new("a", 150.0).history(history.clone()).fiscal_year_ends(3);
    let by_month = by_month.growth(Curve::totals([0.4, 0.1], Tail::fade(0.05, 1)));
    let path = central("2018-06", "2021-03", by_month, &history, 150.0);
    assert_met(&growths(&path[..36], 0, 12)[..2], &[0.4, 0.1], 1e-9);
    let by_year = Provider::new("a", 100.0).growth(Curve::totals([0.87, 0.60], Tail::none()));
    let path = central("2018", "2020", by_year, &[], 100.0);
    assert_met(&path, &[100.0, 187.0, 299.2], 1e-9);
}

#[test]
fn a_base_in_mid_year_leaves_its_year_to_be_met() {
    let history = [1700.0, 1900.0, 2150.0, 2431.0, 2975.0, 3599.0];
    for (month, into_year, given) in [(12, 1, &history[2..]), (9, 2, &history[1..]), (6, 3, &history[..])] {
        let provider = Provider::new("a", BASE).history(given.iter().copied()).fiscal_year_ends(month);
        let provider = provider.growth(Curve::totals([0.7, 0.5], Tail::hold()));
        let path = central("2018-Q1", "2021-Q1", provider, given, BASE);
        let start = given.len() + 1 - 4 - into_year;
        assert_eq!(start, 0, "as much history as is needed");
        assert_met(&growths(&path[..12], start, 4), &[0.7, 0.5], 1e-9);
    }
}

/// Revenue of "a" including its history, and the rates read back from witness providers.
fn off_by([a, first, second]: [Path<'_>; 3], history: &[f64], into_year: usize) -> f64 {
    let projected = (0..=a.periods()).map(|t| a.revenue(t));
    let revenue: Vec<f64> = history.iter().copied().chain(projected).collect();
    let start = history.len() + 1 - 4 - into_year;
    let drawn = [first.revenue(0), second.revenue(0)];
    growths(&revenue, start, 4).iter().zip(drawn).map(|(found, drawn)| (found - drawn).abs()).fold(0.0, f64::max)
}

/// Every path of "a" meets the rates shown by the revenue of the witnesses, to 0.1 percentage point.
fn all_meet_their_own(base: impl Into<outgrow::Assumption>, history: &[f64], month: u32, into_year: usize) {
    // A name is drawn once per path wherever it is used: the revenue of the witness is the rate itself.
    let provider = Provider::new("a", base).history(history.iter().copied()).fiscal_year_ends(month);
    let witness = |name: &str| Provider::new(name, name).growth(Curve::constant(0.0));
    let scenario = Scenario::builder("2018-Q1", "2020-Q1")
        .assumption("first", normal(0.87, 0.08))
        .assumption("second", normal(0.60, 0.12))
        .provider(provider.growth(Curve::totals(["first", "second"], Tail::fade(0.12, 2))))
        .provider(witness("first"))
        .provider(witness("second"))
        .build()
        .expect("a scenario");
    let class = |paths: [Path<'_>; 3]| usize::from(off_by(paths, history, into_year) > 0.001 + ROUNDED);
    let run = scenario.simulate().paths(PATHS).seed(5).fans(false).ranks(false).shares(false);
    let outcome = run.classify("met", ["a", "first", "second"], 2, class).run().expect("an outcome");
    let met = outcome.classes("met").expect("classes")[0].value();
    assert!(met >= 1.0, "{} of {PATHS} paths miss", (1.0 - met) * PATHS as f64);
}

#[test]
fn every_path_meets_its_own_rates() {
    all_meet_their_own(BASE, &HISTORY, 3, 0);
    all_meet_their_own(BASE, &[1700.0, 1900.0, 2150.0, 2431.0, 2975.0, 3599.0], 6, 3);
}

#[test]
fn a_drawn_base_counts_with_its_draw() {
    all_meet_their_own(lognormal(BASE, 0.08), &HISTORY, 3, 0);
    all_meet_their_own(lognormal(BASE, 0.08), &[1900.0, 2150.0, 2431.0, 2975.0, 3599.0], 9, 2);
}

#[test]
fn a_question_on_fiscal_years_agrees_with_sums_by_hand() {
    let incumbent = [8500.0, 8700.0, 8900.0];
    let scenario = Scenario::builder("2018-Q1", "2022-Q1")
        .provider(alibaba(Curve::totals([normal(0.87, 0.08), normal(0.60, 0.12)], Tail::fade(0.12, 2))).volatility(0.1))
        .provider(Provider::new("b", 9000.0).history(incumbent).growth(Curve::constant(0.15)).volatility(0.1))
        .question(Question::overtakes("a", "b").measure(Measure::FiscalYearEnding(3)))
        .build()
        .expect("a scenario");
    let total = |path: &Path<'_>, year: usize| (4 * year - 3..=4 * year).map(|t| path.revenue(t)).sum::<f64>();
    let class = |[a, b]: [Path<'_>; 2]| (1..=4).position(|year| total(&a, year) > total(&b, year)).unwrap_or(4);
    let run = scenario.simulate().paths(PATHS).seed(5).classify("by hand", ["a", "b"], 5, class);
    let outcome = run.run().expect("an outcome");
    let overtake = &outcome.questions()[0];
    #[expect(clippy::cast_possible_truncation, reason = "a count of paths")]
    let count = |estimate: &outgrow::Estimate| (estimate.value() * PATHS as f64).round() as u64;
    let by_hand: Vec<u64> = outcome.classes("by hand").expect("classes").iter().map(count).collect();
    let moved: u64 = overtake.counts()[1..].iter().zip(&by_hand).map(|(a, b)| a.abs_diff(*b)).sum();
    assert!(overtake.counts()[0] == 0 && moved <= 4, "{:?}, by hand {by_hand:?}", overtake.counts());
    assert!(by_hand.iter().filter(|count| **count > 20).count() >= 3, "a test of nothing: {by_hand:?}");
}

const FILE: &str = r#"
base = "2018-Q1"
horizon = "2021-Q1"

[[provider]]
name = "a"
revenue = 4385
history = [2431, 2975, 3599]
fiscal_year_ends = 3
growth = { schedule = { rates = [0.87, { normal = [0.6, 0.1] }], tail = "hold", reading = "totals" } }

[[provider]]
name = "b"
revenue = 9000
history = [8500, 8700, 8900]
growth = { constant = 0.15 }

[[question]]
overtakes = ["a", "b"]
measure = { fiscal_year_ending = 3 }

[[question]]
overtakes = ["a", "b"]
measure = "trailing"

[[question]]
overtakes = ["a", "b"]
measure = "annual"
"#;

#[test]
fn a_file_says_what_the_builder_says_and_comes_back() {
    let asked = |measure| Question::overtakes("a", "b").measure(measure);
    let built = Scenario::builder("2018-Q1", "2021-Q1")
        .provider(alibaba(Curve::totals([0.87.into(), normal(0.6, 0.1)], Tail::hold())))
        .provider(Provider::new("b", 9000).history([8500.0, 8700.0, 8900.0]).growth(Curve::constant(0.15)))
        .question(asked(Measure::FiscalYearEnding(3)))
        .question(asked(Measure::Trailing))
        .question(asked(Measure::Annual))
        .build()
        .expect("a scenario");
    let read = Scenario::from_toml(FILE).expect("a file");
    assert_eq!(read, built);
    assert_eq!(Scenario::from_toml(&built.to_toml().expect("TOML")).expect("a file"), built);
    assert_eq!(Scenario::from_json(&serde_json::to_string(&built).expect("JSON")).expect("a file"), built);
}

#[track_caller]
fn fault(text: &str, with: &str, address: &str, says: &[&str]) -> Error {
    assert!(FILE.contains(text), "{text}");
    let error = Scenario::from_toml(&FILE.replacen(text, with, 1)).expect_err("a fault");
    assert!(error.problems().iter().any(|problem| problem.address == address), "{error}");
    for word in says {
        assert!(error.to_string().contains(word), "{word}: {error}");
    }
    error
}

#[test]
fn what_is_missing_or_misplaced_is_said() {
    fault("[2431, 2975, 3599]", "[2975, 3599]", "provider[a].history", &["3 quarters", "got 2"]);
    fault("fiscal_year_ends = 3", "fiscal_year_ends = 6", "provider[a].history", &["6 quarters", "got 3"]);
    fault("fiscal_year_ends = 3", "fiscal_year_ends = 2", "provider[a].fiscal_year_ends", &["months", "got 2"]);
    let exceeded = "rates = [-0.9,";
    let history = "history = [1, 1, 1, 2431, 2975, 3599]\nfiscal_year_ends = 6";
    let text = FILE.replace("history = [2431, 2975, 3599]\nfiscal_year_ends = 3", history);
    let error = Scenario::from_toml(&text.replace("rates = [0.87,", exceeded)).expect_err("too much is known");
    assert_eq!(error.problems()[0].address, "provider[a].growth.schedule.rates");
    assert!(error.to_string().contains("known"), "{error}");
}

#[test]
fn without_a_tail_the_last_fiscal_year_is_the_end() {
    let history = [1700.0, 1900.0, 2150.0, 2431.0, 2975.0, 3599.0];
    let build = |horizon: &str| {
        let provider = Provider::new("a", BASE).history(history).fiscal_year_ends(6);
        Scenario::builder("2018-Q1", horizon).provider(provider.growth(Curve::totals([0.7, 0.5], Tail::none()))).build()
    };
    // Fiscal 2019 ends with 2019-Q2: five quarters, not two years, after the base.
    assert!(build("2019-Q2").is_ok(), "as far as the estimates reach");
    for horizon in ["2019-Q3", "2020-Q1", "2020-Q2"] {
        let error = build(horizon).expect_err("past the last estimate");
        assert_eq!(error.problems()[0].address, "provider[a].growth.schedule.tail");
        assert!(error.to_string().contains("1.25 years after the base"), "{error}");
    }
}

#[test]
fn a_path_that_cannot_meet_its_draw_is_named() {
    let scenario = Scenario::builder("2018-Q1", "2020-Q1")
        .provider(
            Provider::new("a", 110.0)
                .history([100.0, 100.0, 100.0, 100.0, 110.0, 110.0])
                .fiscal_year_ends(6)
                .growth(Curve::totals([normal(0.1, 0.15), normal(0.1, 0.01)], Tail::hold())),
        )
        .build()
        .expect("the central path meets its totals");
    let error = scenario.simulate().paths(PATHS).run().expect_err("some draw leaves nothing for the last quarter");
    assert!(error.is_numeric(), "{error}");
    assert!(error.to_string().contains("provider[a]") && error.to_string().contains("with the numbers ["), "{error}");
}

#[test]
fn outside_a_scenario_the_totals_are_not_known() {
    let error = Curve::totals([0.87, 0.60], Tail::hold()).log_growth(1.0).expect_err("no history");
    assert_eq!(error.problems()[0].address, "schedule.reading");
    assert!(error.to_string().contains("history"), "{error}");
}
