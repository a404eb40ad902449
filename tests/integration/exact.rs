//! Exact answers against independent recursive quadrature (tests/reference) and against simulation, and errors where there
//! is no exact answer.

use outgrow::exact::first_passage_by_with_normal_drift;
use outgrow::{
    Curve, Estimate, Measure, Outcome, Provider, Question, Scenario, Tail, interval, lognormal, normal, triangular,
    uniform,
};

use crate::crossing::tables::{self, Row};

const MIXED: &str = include_str!("../reference/mixed.csv");
/// The tables have thirteen digits; the values are accurate to about this.
const TABLE: f64 = 1e-12;
const TOLERANCE: f64 = 1e-8;

fn answered(outcome: &Outcome, row: &Row) -> Estimate {
    let k = row.count("k");
    let question = if row.text("question") == "by" { k } else { 1 };
    let answer = outcome.question(&tables::sustained_name(question)).expect("the question");
    let at = row.period(row.count("t"));
    match row.text("question") {
        "by" => answer.by(at).expect("a date"),
        "ahead" => answer.ahead(at).expect("a date"),
        "ahead_at_base" => answer.ahead_at_base(),
        "lead_changes" => {
            answer.lead_changes().iter().find(|item| item.count == k).expect("a likely count").probability
        }
        other => panic!("question {other:?}"),
    }
}

fn exact(case: &[Row], tolerance: f64) -> Outcome {
    let asked = |row: &&Row| row.text("question") == "by";
    let mut sustained: Vec<u32> = case.iter().filter(asked).map(|row| row.count("k")).collect();
    sustained.push(1);
    sustained.sort_unstable();
    sustained.dedup();
    let scenario = case[0].scenario(["a", "b"], &sustained);
    let exact = scenario.exact().tolerance(tolerance).fans(false).ranks(false).shares(false);
    exact.run().expect("an outcome")
}

/// Counts with probabilities below their errors are not listed.
fn is_listed(outcome: &Outcome, row: &Row) -> bool {
    let mut listed = outcome.questions().iter().flat_map(|answer| answer.lead_changes());
    row.text("question") != "lead_changes" || listed.any(|item| item.count == row.count("k"))
}

/// Every row agrees within twice the reported error, and that error is within the tolerance.
fn compare(table: &str, tolerance: f64, is_wanted: impl Fn(&str) -> bool) -> usize {
    let mut compared = 0;
    for case in tables::cases(table).iter().filter(|case| is_wanted(case[0].text("case"))) {
        let outcome = exact(case, tolerance);
        for row in case {
            if !is_listed(&outcome, row) {
                assert!(row.number("probability") <= 0.02, "an unlikely number of lead changes");
                continue;
            }
            let estimate = answered(&outcome, row);
            let what = format!("{} {} {} {}", row.text("case"), row.text("question"), row.text("k"), row.text("t"));
            let allowed =
                if row.text("question") == "lead_changes" { (1000.0 * tolerance).min(0.01) } else { tolerance };
            let off = (estimate.value() - row.number("probability")).abs();
            assert!(off <= 2.0 * estimate.standard_error() + TABLE, "{what}: off by {off:e}, {estimate:?}");
            // An error above the tolerance, left by the budget, is reported.
            assert!(estimate.standard_error() <= 1.5 * allowed, "{what}: {estimate:?}");
            compared += 1;
        }
    }
    compared
}

const DRAWN: [&str; 5] = ["base_", "growth_", "shared_", "independent_", "drawn_"];

fn is_drawn(case: &str) -> bool {
    DRAWN.iter().any(|prefix| case.starts_with(prefix))
}

#[test]
fn shocks_alone_agree_with_quadrature() {
    assert!(compare(tables::FIRST_PASSAGE, TOLERANCE, |case| !is_drawn(case)) > 300);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "long: run in release")]
fn drawn_assumptions_agree_with_quadrature() {
    assert!(compare(tables::FIRST_PASSAGE, 1e-4, is_drawn) > 150);
}

#[test]
fn mixed_draws_agree_with_quadrature() {
    assert!(compare(MIXED, 1e-4, |case| case != "mixed_rare" && case != "rare") > 30);
}

#[test]
fn rare_passages_keep_four_digits() {
    let mut least = 1.0_f64;
    for case in tables::cases(MIXED).iter().filter(|case| case[0].text("case").ends_with("rare")) {
        let outcome = exact(case, 1e-12);
        for row in case {
            let p = row.number("probability");
            let value = answered(&outcome, row).value();
            assert!((value / p - 1.0).abs() < 1e-4, "{} {}: {value:e}, not {p:e}", row.text("question"), row.text("t"));
            least = least.min(p);
        }
    }
    assert!(least < 1e-6, "the table holds something rare");
}

/// Six assumptions, a fiscal reading, a name used twice.
fn everything() -> Scenario {
    Scenario::builder("2018-Q1", "2023-Q1")
        .assumption("boom", normal(0.05, 0.02))
        .provider(
            Provider::new("a", 1000)
                .history([550.0, 650.0, 780.0])
                .fiscal_year_ends(3)
                .growth(Curve::totals([normal(0.60, 0.08), normal(0.40, 0.10)], Tail::fade("boom", 2)))
                .volatility(uniform(0.10, 0.16)),
        )
        .provider(
            Provider::new("b", interval(1000.0, 1300.0))
                .growth(Curve::fade(normal(0.45, 0.05), "boom", 4))
                .volatility(0.10),
        )
        .correlation("a", "b", 0.3)
        .question(Question::overtakes("a", "b"))
        .question(Question::overtakes("b", "a").sustained(3))
        .build()
        .expect("a scenario")
}

/// Standard errors that the two may differ by. The dates of a question are nearly one comparison, so there are about ten:
/// one false alarm in 1,500 seeds.
const Z: f64 = 4.0;

#[test]
fn everything_at_once_agrees_with_simulation() {
    let scenario = everything();
    let exact = scenario.exact().tolerance(1e-3).run().expect("an outcome");
    let simulated = scenario.simulate().paths(200_000).seed(11).run().expect("an outcome");
    let near = |what: &str, exact: Estimate, simulated: Estimate| {
        let error = exact.standard_error() + Z * simulated.standard_error();
        assert!((exact.value() - simulated.value()).abs() < error, "{what}: {exact} and {simulated}");
    };
    for (exact, simulated) in exact.questions().iter().zip(simulated.questions()) {
        near("ahead at base", exact.ahead_at_base(), simulated.ahead_at_base());
        near("never", exact.not_by_horizon(), simulated.not_by_horizon());
        for period in simulated.periods() {
            near("by", exact.by(*period).expect("a date"), simulated.by(*period).expect("a date"));
            near("ahead", exact.ahead(*period).expect("a date"), simulated.ahead(*period).expect("a date"));
        }
        for (exact, simulated) in exact.lead_changes().iter().zip(simulated.lead_changes()) {
            near("lead changes", exact.probability, simulated.probability);
        }
    }
    for who in ["a", "b"] {
        for at in ["2018-Q2", "2020-Q4", "2023-Q1"] {
            let rank = |outcome: &Outcome| outcome.rank(who).expect("ranks").probability(at, 1).expect("a rank");
            near("rank", rank(&exact), rank(&simulated));
            for p in [0.05, 0.5, 0.95] {
                let revenue = |outcome: &Outcome| outcome.revenue(who).expect("fans").quantile(at, p).expect("a date");
                let ratio = revenue(&exact) / revenue(&simulated);
                // A quantile of 200,000 paths has an error of about 1 % at most here; its standard error is a quarter of that.
                assert!((ratio - 1.0).abs() < 0.01, "{who} {at} {p}: {ratio}");
                let share = |outcome: &Outcome| outcome.share(who).expect("shares").quantile(at, p).expect("a date");
                assert!((share(&exact) - share(&simulated)).abs() < 0.005, "{who} {at} {p}");
            }
            let mean =
                |outcome: &Outcome| outcome.revenue(who).expect("fans").mean(at).expect("a date").expect("a mean");
            assert!((mean(&exact) / mean(&simulated) - 1.0).abs() < 0.005, "{who} {at}");
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "what is compared with, to 1e-7")]
fn fans_are_those_of_closed_forms() {
    let z95 = 1.644_853_626_951_472_2_f64;
    let scenario = Scenario::builder("2018", "2022")
        .provider(Provider::new("shocks", lognormal(100.0, 0.1)).growth(Curve::constant(0.2)).volatility(0.15))
        .provider(Provider::new("still", 50).growth(Curve::constant(normal(0.3, 0.1))))
        .build()
        .expect("a scenario");
    let outcome = scenario.exact().run().expect("an outcome");
    let fan = outcome.revenue("shocks").expect("fans");
    let sd = (0.01_f64 + 4.0 * 0.0225).sqrt();
    let median = 100.0 * 1.2_f64.powi(4);
    let off = |value: f64, closed: f64| (value / closed - 1.0).abs();
    assert!(off(fan.quantile("2022", 0.95).expect("a date"), median * (z95 * sd).exp()) < 1e-7);
    assert!(off(fan.mean("2022").expect("a date").expect("a mean"), median * (0.5 * sd * sd).exp()) < 1e-7);
    assert!(fan.min("2022").is_err(), "no paths, no least of them");
    let still = outcome.revenue("still").expect("fans");
    assert!(off(still.quantile("2022", 0.95).expect("a date"), 50.0 * (1.3 + 0.1 * z95).powi(4)) < 1e-4);
}

/// A base whose distribution is truncated so near to 0 that the logarithm of its smallest values is infinite.
#[test]
fn no_path_is_lost_of_a_base_that_may_be_all_but_nothing() {
    let scenario = Scenario::builder("2018-Q1", "2020-Q1")
        .provider(Provider::new("a", lognormal(900.0, 0.15)).growth(Curve::constant(0.4)).volatility(0.06))
        .provider(Provider::new("b", interval(800.0, 1300.0)).growth(Curve::constant(0.5)).volatility(0.04))
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("a scenario");
    for tolerance in [1e-3, 1e-6] {
        let outcome = scenario.exact().tolerance(tolerance).fans(false).ranks(false).shares(false).run();
        let outcome = outcome.expect("an outcome");
        let changes = outcome.questions()[0].lead_changes();
        let (sum, error) = changes.iter().fold((0.0, 0.0), |(sum, error), item| {
            (sum + item.probability.value(), error + item.probability.standard_error())
        });
        assert!((sum - 1.0_f64).abs() <= error && error < 0.1, "to {tolerance:e}: {sum} ± {error:e}");
    }
}

#[test]
fn where_nothing_is_drawn_the_answer_is_the_simulations() {
    let scenario = Scenario::builder("2018-Q1", "2022-Q4")
        .provider(Provider::new("a", 690).growth(Curve::constant(0.6)))
        .provider(Provider::new("b", 1100).growth(Curve::constant(0.3)))
        .question(Question::overtakes("a", "b"))
        .question(Question::overtakes("b", "a"))
        .build()
        .expect("a scenario");
    let (exact, simulated) =
        (scenario.exact().run().expect("exact"), scenario.simulate().paths(10).run().expect("simulated"));
    for (exact, simulated) in exact.questions().iter().zip(simulated.questions()) {
        for period in simulated.periods() {
            assert_eq!(exact.by(*period).expect("a date"), simulated.by(*period).expect("a date"));
            assert_eq!(exact.ahead(*period).expect("a date"), simulated.ahead(*period).expect("a date"));
        }
        assert_eq!(exact.lead_changes(), simulated.lead_changes());
        assert_eq!(exact.quantile(0.5).expect("a quantile"), simulated.quantile(0.5).expect("a quantile"));
    }
}

#[test]
fn what_has_no_exact_answer_is_said() {
    let sums = everything().with_question(Question::overtakes("b", "a").measure(Measure::Annual).name("years"));
    let sums = sums.expect("a scenario");
    let error = sums.exact().run().expect_err("sums");
    assert_eq!(error.problems()[0].address, "question[years].measure");
    assert!(error.to_string().contains("not exact: because") && error.to_string().contains("simulate()"), "{error}");
    assert!(error.is_unsupported() && !error.is_invalid_input(), "{error}");
    assert_eq!(error.problems()[0].reason(), Some("sums of several periods are not lognormal"));
    let error = sums.exact().tolerance(f64::NAN).run().expect_err("no tolerance and sums");
    assert!(error.is_invalid_input() && !error.is_unsupported() && error.problems().len() == 2, "{error}");
    assert!(error.problems()[0].reason().is_none() && error.problems()[1].reason().is_some(), "{error}");
    let error = everything().exact().tolerance(f64::NAN).run().expect_err("no tolerance");
    assert!(error.is_invalid_input() && error.problems()[0].address == "tolerance", "{error}");

    let provider = |name: &str| Provider::new(name, 100).growth(Curve::constant(0.1)).volatility(0.1);
    let three =
        Scenario::builder("2018", "2020").provider(provider("a")).provider(provider("b")).provider(provider("c"));
    let outcome =
        three.question(Question::overtakes("a", "b")).build().expect("three").exact().run().expect("an outcome");
    let error = outcome.share("a").expect_err("three have no exact shares");
    assert!(error.is_lookup() && error.to_string().contains("no exact answer"), "{error}");
    let first = outcome.rank("a").expect("exact ranks").probability("2019", 1).expect("a date");
    assert!((first.value() - 1.0 / 3.0).abs() <= first.standard_error(), "{first}");
    let json: serde_json::Value =
        serde_json::from_str(&serde_json::to_string(&outcome).expect("written")).expect("JSON");
    assert_eq!(json["run"]["method"], "exact");
    assert!(json["run"]["paths"].is_null() && json["run"]["seed"].is_null());
    assert_eq!(json["run"]["not_exact"][0]["part"], "share");
    assert!(json["providers"][0].get("share").is_some_and(serde_json::Value::is_null));
    assert!(json["providers"][0]["revenue"][0]["mean"].is_f64());
    let text = outcome.overtake("a", "b").expect("asked").to_string();
    assert!(text.contains("exact, tolerance 1e-4") && !text.contains("seed"), "{text}");
}

/// A small budget does not reach twelve digits.
#[test]
fn an_error_out_of_reach_is_reported_with_both_figures() {
    let provider = |name: &str, base: f64| {
        let rates = [normal(0.3, 0.1), normal(0.25, 0.1), normal(0.2, 0.1)];
        Provider::new(name, base).growth(Curve::schedule(rates, Tail::hold())).volatility(uniform(0.1, 0.2))
    };
    let scenario = Scenario::builder("2018", "2021").provider(provider("a", 80.0)).provider(provider("b", 100.0));
    let scenario = scenario.question(Question::overtakes("a", "b")).build().expect("a scenario");
    for (tolerance, is_met) in [(1e-12, false), (1e-2, true)] {
        let outcome = scenario.exact().tolerance(tolerance).budget(1e6).fans(false).ranks(false).shares(false).run();
        let outcome = outcome.expect("an outcome");
        let json = serde_json::to_value(&outcome).expect("written");
        let precision = &json["run"]["precision"];
        assert_eq!((precision["asked"].as_f64(), precision["met"].as_bool()), (Some(tolerance), Some(is_met)));
        let answer = outcome.overtake("a", "b").expect("asked");
        let (periods, error) = (answer.periods(), |at| answer.by(at).expect("a date").standard_error());
        let largest = periods.iter().map(|period| error(*period)).fold(0.0, f64::max);
        assert!(precision["reached"].as_f64().is_some_and(|reached| reached >= largest), "{precision}");
        let text = answer.to_string();
        assert_eq!(
            text.contains("largest error") && text.contains("requested 1.0e-12, not reached"),
            !is_met,
            "{text}"
        );
    }
}

/// Independently drawn log growth of each year acts as a further shock of that year, so answers equal those of larger
/// shocks.
#[test]
fn a_finer_tolerance_beyond_the_budget_is_no_worse() {
    const YEARS: usize = 6;
    const GROWTH: (f64, f64) = (0.05, 0.08);
    const VOLATILITY: f64 = 0.15;
    let by_year = |tau: f64, p: &[f64]| (0..).zip(p).map(|(year, p)| p * (tau - f64::from(year)).clamp(0.0, 1.0)).sum();
    let drawn = [(); YEARS].map(|()| normal(GROWTH.0, GROWTH.1));
    let pair = |growth, volatility| {
        Scenario::builder("2018", "2024")
            .provider(Provider::new("a", 80).growth(growth).volatility(volatility))
            .provider(Provider::new("b", 100).growth(Curve::constant(0)))
            .question(Question::overtakes("a", "b"))
            .build()
            .expect("a scenario")
    };
    let drawn = pair(Curve::custom("by year", drawn, by_year), VOLATILITY);
    let whole = pair(Curve::constant(libm::expm1(GROWTH.0)), (VOLATILITY * VOLATILITY + GROWTH.1 * GROWTH.1).sqrt());
    let answers = |scenario: &Scenario, tolerance| {
        let exact = scenario.exact().tolerance(tolerance).budget(3e6).lead_changes(false);
        let outcome = exact.fans(false).ranks(false).shares(false).run().expect("an outcome");
        let answer = outcome.overtake("a", "b").expect("asked");
        let dates = answer.periods().iter();
        let all =
            dates.flat_map(|period| [answer.by(*period), answer.ahead(*period)].map(|found| found.expect("a date")));
        all.collect::<Vec<Estimate>>()
    };
    let reference = answers(&whole, 1e-12);
    let [coarse, fine] = [1e-3, 1e-12].map(|tolerance| {
        let found = answers(&drawn, tolerance);
        let off = |(found, true_one): (&Estimate, &Estimate)| {
            let off = (found.value() - true_one.value()).abs();
            assert!(
                off <= 2.0 * (found.standard_error() + true_one.standard_error()),
                "{tolerance:e}: {found:?}, {true_one:?}"
            );
            off
        };
        let off = found.iter().zip(&reference).map(off).fold(0.0, f64::max);
        (off, found.iter().map(Estimate::standard_error).fold(0.0, f64::max))
    });
    assert!(coarse.1 <= 1e-3 && fine.1 > 1e-12, "the one affordable, the other not: {coarse:?} {fine:?}");
    assert!(fine.1 <= coarse.1, "{fine:?} after {coarse:?}");
    let slope = |scenario: &Scenario| {
        let exact = scenario.exact().tolerance(1e-12).budget(3e6);
        exact.gradient("a overtakes b", "2024").expect("a gradient").of("provider[a].revenue").expect("a slope")
    };
    let (drawn, whole) = (slope(&drawn), slope(&whole));
    assert!((drawn / whole - 1.0).abs() <= 1e-3, "{drawn} {whole}");
}

/// A fiscal reading depends on a drawn base, so the integrand jumps where the bases are equal.
#[test]
fn a_drawn_base_that_growth_follows_is_cut_where_it_ties() {
    let scenario = Scenario::builder("2018-Q1", "2020-Q1")
        .provider(
            Provider::new("a", lognormal(1000.0, 0.05))
                .history([550.0, 650.0, 780.0])
                .fiscal_year_ends(3)
                .growth(Curve::totals([0.4], Tail::hold()))
                .volatility(0.10),
        )
        .provider(Provider::new("b", 1020).growth(Curve::constant(normal(0.50, 0.05))).volatility(0.10))
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("a scenario");
    let exact = scenario.exact().tolerance(1e-4).ranks(false).shares(false).run().expect("an outcome");
    let simulated = scenario.simulate().paths(200_000).seed(12).run().expect("an outcome");
    let (exact, simulated) = (&exact.questions()[0], &simulated.questions()[0]);
    // ln(1000/1020) is 0.396 sd below 0.
    assert!((exact.ahead_at_base().value() - 0.346_0).abs() < 1e-3);
    for period in simulated.periods() {
        let (exact, simulated) = (exact.by(*period).expect("a date"), simulated.by(*period).expect("a date"));
        let error = exact.standard_error() + Z * simulated.standard_error();
        assert!((exact.value() - simulated.value()).abs() < error, "{period}: {exact} and {simulated}");
    }
}

/// One drawn number and no shocks: the answer is a probability of that number, and its error is small.
#[test]
fn one_drawn_number_without_shocks() {
    let scenario = Scenario::builder("2018", "2022")
        .provider(Provider::new("a", 100).growth(Curve::constant(normal(0.3, 0.1))))
        .provider(Provider::new("b", 150).growth(Curve::constant(0.1)))
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("a scenario");
    let outcome = scenario.exact().tolerance(1e-6).run().expect("an outcome");
    for (year, date) in (1..).zip(["2019", "2020", "2021", "2022"]) {
        // b is passed by then if 100 (1 + g)^n exceeds 150 · 1.1^n in one of the years, which is the last one.
        let least = 1.1 * libm::pow(1.5, 1.0 / f64::from(year)) - 1.0;
        let expected = 0.5 * libm::erfc((least - 0.3) / (0.1 * std::f64::consts::SQRT_2));
        let by = outcome.questions()[0].by(date).expect("a date");
        assert!((by.value() - expected).abs() <= by.standard_error(), "{date}: {by}, expected {expected}");
        assert!(by.standard_error() <= 1e-6, "{date}: {by}");
    }
}

/// Drawn bases and small shocks: being ahead at a date has a closed form, since both are lognormal. The start is many
/// standard deviations of a period wide, so that its discretization decides.
#[test]
fn a_wide_start_beside_small_shocks_has_an_honest_error() {
    for (place, volatility) in [0.05, 0.03, 0.02, 0.012, 0.01, 0.0075, 0.005, 0.003].into_iter().enumerate() {
        for (median, sd, other, growth) in [
            (1000.0, 0.2, 0.0, 0.4),
            (1163.0, 0.147, 0.0, -0.045),
            (1040.0, 0.192, 0.05, 0.36),
            (900.0, 0.05, 0.08, -0.3),
        ] {
            let b = if other > 0.0 { lognormal(1000.0, other) } else { 1000.into() };
            let scenario = Scenario::builder("2018-Q1", "2018-Q4")
                .provider(Provider::new("a", lognormal(median, sd)).growth(Curve::constant(0)).volatility(volatility))
                .provider(Provider::new("b", b).growth(Curve::constant(growth)))
                .question(Question::overtakes("a", "b"))
                .build()
                .expect("a scenario");
            let exact = scenario.exact().tolerance([1e-3, 1e-4][place % 2]).lead_changes(false).fans(false);
            let outcome = exact.ranks(false).shares(false).run().expect("an outcome");
            for (quarter, date) in (1..).zip(["2018-Q2", "2018-Q3", "2018-Q4"]) {
                let years = 0.25 * f64::from(quarter);
                let variance = sd * sd + other * other + volatility * volatility * years;
                let mean = libm::log(median / 1000.0) - years * libm::log1p(growth);
                let expected = 0.5 * libm::erfc(-mean / (2.0 * variance).sqrt());
                let found = outcome.questions()[0].ahead(date).expect("a date");
                let off = (found.value() - expected).abs();
                assert!(
                    off <= 2.0 * found.standard_error() + 1e-12,
                    "{volatility} {median} {date}: {found}, {expected}"
                );
            }
        }
    }
}

fn continuous(scenario: &Scenario, tolerance: f64) -> Outcome {
    let exact = scenario.exact().continuous(true).tolerance(tolerance);
    exact.fans(false).ranks(false).shares(false).run().expect("an outcome")
}

/// Normally distributed log growth makes the drift normal: Whitmore's distribution, at every date.
#[test]
#[expect(clippy::disallowed_methods, reason = "the ratio of two bases")]
fn at_any_time_a_drawn_drift_is_the_closed_form() {
    let (gap, drift, sd, volatility) = (0.36_f64, 0.05, 0.06, 0.2);
    let scenario = Scenario::builder("2018-Q1", "2028-Q1")
        .provider(
            Provider::new("a", 1.0)
                .growth(Curve::custom("drift", [normal(drift, sd)], |tau, p| p[0] * tau))
                .volatility(volatility),
        )
        .provider(Provider::new("b", gap.exp()).growth(Curve::constant(0)))
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("a scenario");
    let outcome = continuous(&scenario, TOLERANCE);
    let answer = outcome.overtake("a", "b").expect("asked");
    let mut years = 0.0;
    for period in answer.periods() {
        years += 0.25;
        let closed = first_passage_by_with_normal_drift(gap, drift, sd, volatility, years).expect("valid");
        let found = answer.by(*period).expect("a date");
        assert!((found.value() - closed).abs() < TOLERANCE, "{period}: {found}, not {closed}");
        assert!(found.standard_error() <= TOLERANCE, "{found}");
    }
    // Only the first passage is monitored continuously.
    let on_dates = scenario.exact().tolerance(TOLERANCE).run().expect("an outcome");
    let on_dates = on_dates.overtake("a", "b").expect("asked");
    let [any_time, dates] = [answer, on_dates].map(|answer| answer.ahead("2028-Q1").expect("a date").value());
    assert!((any_time - dates).abs() < TOLERANCE, "{any_time} {dates}");
    assert_eq!(answer.lead_changes(), on_dates.lead_changes());
    assert!(answer.by("2028-Q1").expect("a date").value() > on_dates.by("2028-Q1").expect("a date").value() + 0.02);
    let text = answer.to_string();
    assert!(text.contains("first time with higher revenue") && text.contains("at any time"), "{text}");
    let json = serde_json::to_value(&outcome).expect("written");
    assert_eq!(json["run"]["continuous"], true);
}

/// Continuously monitored answers do not depend on the dates: years, quarters and months, with growth that changes by year
/// and with drawn growth, base and volatility.
#[test]
fn at_any_time_the_step_is_nothing() {
    let by = |base: &str, horizon: &str| {
        let scenario = Scenario::builder(base, horizon)
            .provider(
                Provider::new("a", lognormal(600.0, 0.2))
                    .growth(Curve::schedule([normal(0.5, 0.1), 0.1.into(), (-0.1).into(), 0.3.into()], Tail::hold()))
                    .volatility(uniform(0.15, 0.25)),
            )
            .provider(Provider::new("b", 1000).growth(Curve::constant(normal(0.15, 0.05))).volatility(0.1))
            .question(Question::overtakes("a", "b"))
            .build()
            .expect("a scenario");
        let outcome = continuous(&scenario, 1e-4);
        outcome.questions()[0].by(horizon).expect("a date")
    };
    let (years, quarters) = (by("2018", "2022"), by("2018-Q4", "2022-Q4"));
    assert!(years.value() > 0.2 && years.value() < 0.9, "a case that says something: {years}");
    let off = (years.value() - quarters.value()).abs();
    assert!(off < 2.0 * (years.standard_error() + quarters.standard_error()), "{years} {quarters}");
}

#[test]
fn a_lead_of_several_dates_has_no_between() {
    let scenario = everything().with_question(Question::overtakes("a", "b").sustained(4).name("for a year"));
    let scenario = scenario.expect("a scenario");
    let error = scenario.exact().continuous(true).run().expect_err("sustained");
    let addresses: Vec<&str> = error.problems().iter().map(|problem| problem.address.as_str()).collect();
    assert_eq!(addresses, ["question[1].sustained", "question[for a year].sustained"], "{error}");
    assert!(error.to_string().contains("not continuous: because a lead of 4 consecutive dates"), "{error}");
    assert!(error.is_unsupported(), "{error}");
}

/// How a test that tunes an assumption uses exact answers.
#[test]
fn a_slower_second_year_is_less_likely() -> Result<(), outgrow::Error> {
    let by =
        |s: &Scenario| s.exact().tolerance(1e-4).fans(false).shares(false).run()?.overtake("a", "b")?.by("2022-Q4");
    let slower = everything().with("provider[a].growth.schedule.rates[1]", normal(0.20, 0.10))?;
    assert!(by(&slower)?.value() < by(&everything())?.value());
    by(&everything())?.check_within(0.0..=1.0)
}

/// Draws of a volatility near 0 once asked the recursion for 10¹⁶ bytes: the start is then very wide beside the shocks.
#[test]
fn a_volatility_drawn_down_to_zero_is_followed_start_by_start() {
    let scenario = Scenario::builder("2018-Q1", "2020-Q1")
        .provider(Provider::new("a", 1114.69).growth(Curve::constant(0.08)).volatility(uniform(0.0, 0.2)))
        .provider(Provider::new("b", uniform(1031.87, 1292.71)).growth(Curve::constant(0.07)))
        .question(Question::overtakes("a", "b").sustained(2))
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("valid");
    assert_simulated(&scenario);
}

/// The same with a narrow start and other numbers beside it.
#[test]
fn a_narrow_start_is_followed_beside_a_volatility_drawn_down_to_zero() {
    for revenue in [85.0, 95.0] {
        let a = Provider::new("a", revenue).growth(Curve::constant(normal(0.1, 0.03))).volatility(uniform(0.0, 0.1));
        let b = Provider::new("b", lognormal(100.0, 0.001)).growth(Curve::constant(normal(0.1, 0.03)));
        let scenario = Scenario::builder("2018", "2023").provider(a).provider(b);
        assert_simulated(&scenario.question(Question::overtakes("a", "b")).build().expect("valid"));
    }
}

/// The probabilities of exact answers are those of a simulation.
fn assert_simulated(scenario: &Scenario) {
    let exact = scenario.exact().tolerance(1e-3).run().expect("an exact answer");
    let simulated = scenario.simulate().paths(200_000).seed(3).run().expect("an outcome");
    for (exact, simulated) in exact.questions().iter().zip(simulated.questions()) {
        for ((period, exact), (_, simulated)) in exact.iter_by().zip(simulated.iter_by()) {
            let allowed = 2.0 * exact.standard_error() + 5.0 * simulated.standard_error();
            let off = (exact.value() - simulated.value()).abs();
            assert!(off <= allowed, "{period}: {exact:?} and {simulated:?}");
        }
    }
}

/// Six numbers are drawn, and most leads are those of the largest volatilities, which few points have: all lines of a pilot agreed on a
/// fifth of the answer. The values are those of 20 million paths.
#[test]
fn the_error_covers_leads_that_few_points_have() {
    let tail = Tail::fade(triangular(-0.05, 0.05, 0.15), 2);
    let a = Provider::new("a", 30)
        .growth(Curve::schedule([uniform(0.065, 0.235)], tail))
        .volatility(outgrow::log_interval(0.02, 0.2));
    let growth = Curve::fade(triangular(0.0, 0.1, 0.2), normal(0.05, 0.05), 3);
    let b = Provider::new("b", lognormal(100.0, 0.1)).growth(growth).volatility(0.05);
    let scenario = Scenario::builder("2018-Q1", "2023-Q1").provider(a).provider(b).correlation("a", "b", 0.9);
    let scenario = scenario.question(Question::overtakes("a", "b")).build().expect("valid");
    for tolerance in [1e-2, 1e-3, 1e-4] {
        let outcome = scenario.exact().tolerance(tolerance).run().expect("an exact answer");
        let overtake = outcome.overtake("a", "b").expect("asked");
        for (date, expected) in [("2021-Q3", 1.343e-3), ("2023-Q1", 2.946e-3)] {
            let by = overtake.by(date).expect("a date");
            let allowed = 1.2 * by.standard_error() + 4e-5;
            assert!((by.value() - expected).abs() <= allowed, "{date} at {tolerance:e}: {by:?}, {expected}");
        }
        let by: Vec<f64> = overtake.iter_by().map(|(_, by)| by.value()).collect();
        assert!(by.windows(2).all(|pair| pair[0] <= pair[1]), "{by:?}");
    }
}

/// A volatility with a long tail beside seven other numbers: only its rare, distant part lets the challenger overtake, and no other number
/// matters. Without points far out on its axis the answer of 2023-Q3 was 8.1e-5 with an error of 6e-6. The values are those of 2·10⁸ paths.
#[test]
fn a_rare_distant_part_of_a_law_is_not_missed() {
    let tail = Tail::fade(normal(0.0274, 0.0151), 1.59);
    let volatility = outgrow::truncated(outgrow::student_t(1.5, 0.045, 0.00087), 0.0, 1.6);
    let a = Provider::new("a", 337.7)
        .growth(Curve::schedule([normal(0.153, 0.0375), normal(0.1376, 0.0365)], tail))
        .volatility(volatility);
    let tail = Tail::fade(normal(0.0565, 0.01), 2);
    let b = Provider::new("b", lognormal(1000.0, 0.036))
        .growth(Curve::schedule([normal(0.0912, 0.0261), normal(0.1242, 0.0392)], tail));
    let scenario =
        Scenario::builder("2020-Q1", "2024-Q4").provider(a).provider(b).question(Question::overtakes("a", "b"));
    let scenario = scenario.build().expect("valid");
    let outcome = scenario.exact().tolerance(1e-5).lead_changes(false).run().expect("an exact answer");
    let overtake = outcome.overtake("a", "b").expect("asked");
    for (date, expected) in [("2022-Q2", 9.74e-6), ("2023-Q3", 1.685e-5), ("2024-Q4", 2.374e-5)] {
        let by = overtake.by(date).expect("a date");
        let allowed = 1.2 * by.standard_error() + 1e-6;
        assert!((by.value() - expected).abs() <= allowed, "{date}: {by:?}, {expected}");
    }
}

/// Without volatility, the lead at the base does not depend on growth, which decides all later ones. The probability of the former is
/// known, and serves as a control: without it the budget would have to be four times as large. The values are those of 40 million paths.
#[test]
fn a_lead_at_the_base_that_growth_does_not_decide_takes_few_lines() {
    let rates = [outgrow::pert(-0.08, -0.08, 0.33), triangular(-0.13, 0.06, 0.15)];
    let a = Provider::new("a", normal(1076.0, 190.0)).growth(Curve::schedule(rates, Tail::hold()));
    let fade = Curve::fade(lognormal(0.93, 0.15), interval(-0.09, 0.21), normal(5.5, 0.7));
    let b = Provider::new("b", outgrow::truncated(lognormal(1509.0, 0.17), 1322.0, 1694.0)).growth(fade);
    let scenario = Scenario::builder("2018", "2052").provider(a).provider(b).question(Question::overtakes("a", "b"));
    let scenario = scenario.build().expect("valid");
    let outcome = scenario.exact().tolerance(1e-4).budget(12e6).lead_changes(false).run().expect("an exact answer");
    let overtake = outcome.overtake("a", "b").expect("asked");
    for (date, expected) in [("2019", 0.023_917_f64), ("2030", 0.023_919), ("2045", 0.031_139), ("2052", 0.046_553)] {
        let by = overtake.by(date).expect("a date");
        assert!(by.standard_error() <= 1e-4, "{date}: {by:?}");
        let allowed = 1.2 * by.standard_error() + 4.0 * (expected * (1.0 - expected) / 4e7_f64).sqrt();
        assert!((by.value() - expected).abs() <= allowed, "{date}: {by:?}, {expected}");
    }
}

/// A uniform base and a normal one have the same median, so that the challenger is ahead at the base with probability one half. Lines on a
/// coarse grid are corrected for it, and their control of the start with them: the correction alone moved this probability by three of its
/// errors.
#[test]
fn the_correction_of_a_grid_leaves_the_probability_at_the_base() {
    let tail = Tail::fade(lognormal(0.083, 0.6), 3.9);
    let a = Provider::new("a", uniform(1000.0, 1700.0)).growth(Curve::schedule([0.37], tail));
    let b = Provider::new("b", interval(1150.0, 1550.0)).growth(Curve::constant(outgrow::log_interval(0.06, 0.42)));
    let scenario =
        Scenario::builder("2018-12", "2020-09").provider(a).provider(b).question(Question::overtakes("a", "b"));
    let scenario = scenario.build().expect("valid");
    for tolerance in [1e-3, 1e-4] {
        let outcome = scenario.exact().tolerance(tolerance).run().expect("an exact answer");
        let at_base = outcome.overtake("a", "b").expect("asked").ahead_at_base();
        assert!((at_base.value() - 0.5).abs() <= 0.1 * at_base.standard_error(), "{tolerance}: {at_base:?}");
    }
}

/// Numbers beyond the range of a float are an error and no NaN.
#[test]
fn an_answer_is_a_number() {
    let a = Provider::new("A", 10).growth(Curve::constant(0.3)).volatility(lognormal(0.1, 100.0));
    let b = Provider::new("B", 12).growth(Curve::constant(0.1)).volatility(0.1);
    let scenario = Scenario::builder("2018", "2022").provider(a).provider(b).question(Question::overtakes("A", "B"));
    match scenario.build().expect("valid").exact().run() {
        Err(error) => assert!(error.to_string().contains("the answer is not a number"), "{error}"),
        Ok(outcome) => {
            let overtake = outcome.overtake("A", "B").expect("asked");
            assert!(overtake.iter_by().all(|(_, by)| by.value().is_finite() && by.standard_error().is_finite()));
        }
    }
}
