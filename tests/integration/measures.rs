//! Trailing, annual and fiscal sums against sums computed here path by path.

use outgrow::{Curve, Measure, Overtake, Path, Provider, Question, Scenario, lognormal, normal};

const PATHS: u64 = 3_000;
/// Paths whose date may change by rounding to f32.
const MOVED: u64 = 2;
const A: [f64; 5] = [50.0, 55.0, 60.0, 70.0, 80.0];
const B: [f64; 7] = [100.0, 98.0, 103.0, 108.0, 109.0, 111.0, 113.0];

/// Base in mid-year, with more history for one provider than for the other.
fn scenario(question: Question) -> Scenario {
    Scenario::builder("2018-Q2", "2022-Q3")
        .provider(
            Provider::new("a", lognormal(90.0, 0.05))
                .history(A)
                .growth(Curve::constant(normal(0.4, 0.1)))
                .volatility(0.2),
        )
        .provider(Provider::new("b", 115.0).history(B).growth(Curve::constant(0.1)).volatility(0.15))
        .correlation("a", "b", 0.4)
        .question(question)
        .build()
        .expect("a scenario")
}

/// Revenue at `t` steps from the base, history included.
fn revenue(path: &Path<'_>, history: &[f64], t: i32) -> f64 {
    match usize::try_from(t) {
        Ok(t) => path.revenue(t),
        Err(_) => history[history.len() - usize::try_from(-t).expect("a step back")],
    }
}

/// The number of paths by first date ahead: at base, then each date, then never.
fn by_hand(scenario: &Scenario, base: Option<i32>, dates: &[i32]) -> Vec<u64> {
    let ahead = |a: &Path<'_>, b: &Path<'_>, date: i32| {
        let sum = |path, history| (date - 3..=date).map(|t| revenue(path, history, t)).sum::<f64>();
        sum(a, &A) > sum(b, &B)
    };
    let class = |[a, b]: [Path<'_>; 2]| {
        if base.is_some_and(|base| ahead(&a, &b, base)) {
            return 0;
        }
        dates.iter().position(|date| ahead(&a, &b, *date)).map_or(dates.len() + 1, |place| place + 1)
    };
    let run = scenario.simulate().paths(PATHS).seed(3).fans(false).ranks(false).shares(false);
    let outcome = run.classify("by hand", ["a", "b"], dates.len() + 2, class).run().expect("an outcome");
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of paths")]
    let count = |estimate: &outgrow::Estimate| (estimate.value() * PATHS as f64).round() as u64;
    outcome.classes("by hand").expect("classes").iter().map(count).collect()
}

fn check(measure: Measure, base: Option<i32>, dates: &[i32], first: &str) -> Overtake {
    let scenario = scenario(Question::overtakes("a", "b").measure(measure));
    let expected = by_hand(&scenario, base, dates);
    let outcome = scenario.simulate().paths(PATHS).seed(3).run().expect("an outcome");
    let overtake = outcome.overtake("a", "b").expect("asked").clone();
    assert_eq!(overtake.counts().len(), expected.len(), "{measure:?}");
    let moved: u64 = overtake.counts().iter().zip(&expected).map(|(a, b)| a.abs_diff(*b)).sum();
    assert!(moved <= 2 * MOVED, "{measure:?}: {:?}, by hand {expected:?}", overtake.counts());
    let spread = expected.iter().filter(|count| **count > 20).count();
    assert!(spread >= 3, "a test of nothing: {expected:?}");
    assert_eq!(overtake.periods()[0].to_string(), first);
    overtake
}

#[test]
fn a_trailing_year_runs_from_the_base_on() {
    let dates: Vec<i32> = (1..=17).collect();
    let overtake = check(Measure::Trailing, Some(0), &dates, "2018-Q3");
    assert_eq!(overtake.base().to_string(), "2018-Q2");
    assert_eq!(overtake.name(), "a overtakes b (trailing)");
}

#[test]
fn calendar_years_count_from_the_last_that_ended() {
    // 2018-Q4, 2019-Q4, 2020-Q4, 2021-Q4; the base is 2017, whose quarters both histories hold.
    let overtake = check(Measure::Annual, Some(-2), &[2, 6, 10, 14], "2018-Q4");
    assert_eq!(overtake.base().to_string(), "2017-Q4");
    assert!(overtake.ahead_at_base().standard_error() <= 0.0, "both are known");
}

#[test]
fn fiscal_years_end_where_they_are_said_to() {
    // Years to September; the last one that ended by the base needs nine quarters of history, which neither has.
    let overtake = check(Measure::FiscalYearEnding(9), None, &[1, 5, 9, 13, 17], "2018-Q3");
    assert!(overtake.ahead_at_base().value() <= 0.0 && overtake.ahead_at_base().standard_error() <= 0.0);
}

#[test]
fn a_year_that_reaches_back_too_far_does_not_count() {
    let build = |history: &[f64], horizon: &str, measure| {
        Scenario::builder("2018-Q2", horizon)
            .provider(Provider::new("a", 90.0).history(history.iter().copied()).growth(Curve::constant(0.4)))
            .provider(Provider::new("b", 115.0).history(B).growth(Curve::constant(0.1)))
            .question(Question::overtakes("a", "b").measure(measure))
            .build()
    };
    let scenario = build(&[], "2020-Q4", Measure::Annual).expect("2019 and 2020 are whole");
    let outcome = scenario.simulate().paths(64).run().expect("an outcome");
    assert_eq!(
        outcome.questions()[0].periods().iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["2019-Q4", "2020-Q4"]
    );
    let error = build(&[], "2019-Q3", Measure::Annual).expect_err("no whole year");
    assert_eq!(error.problems()[0].address, "question[0].measure");
    let error = build(&[80.0], "2020-Q4", Measure::Trailing).expect_err("three quarters are needed");
    assert!(error.to_string().contains("needs 3 quarters of history"), "{error}");
    let error = build(&A, "2020-Q4", Measure::FiscalYearEnding(5)).expect_err("May ends no quarter");
    assert!(error.to_string().contains("3, 6, 9 or 12") && error.to_string().contains("got 5"), "{error}");
    let yearly = |month| {
        Scenario::builder("2018", "2022")
            .provider(Provider::new("a", 90.0).fiscal_year_ends(3).growth(Curve::constant(0.4)))
            .provider(Provider::new("b", 115.0).growth(Curve::constant(0.1)))
            .question(Question::overtakes("a", "b").measure(Measure::FiscalYearEnding(month)))
            .build()
    };
    assert!(yearly(12).is_ok(), "a fiscal year to December is the calendar year");
    for month in 1..12 {
        let error = yearly(month).expect_err("a yearly label names no month");
        assert_eq!(error.problems()[0].address, "question[0].measure.fiscal_year_ending");
        assert!(
            error.to_string().contains("must be 12") && error.to_string().contains(&format!("got {month}")),
            "{error}"
        );
    }
}

#[test]
fn what_is_not_drawn_is_summed_in_f64() {
    // Equal except for the order of the year's quarters: a tie in any unit.
    for unit in [1.0, 0.1, 1e9, 7.3e-4] {
        let history = |revenue: [f64; 3]| revenue.map(|revenue| revenue * unit);
        let scenario = Scenario::builder("2018-Q4", "2019-Q4")
            .provider(Provider::new("a", 40.0 * unit).history(history([10.0, 20.0, 30.0])).growth(Curve::constant(0.0)))
            .provider(Provider::new("b", 40.0 * unit).history(history([30.0, 10.0, 20.0])).growth(Curve::constant(0.0)))
            .question(Question::overtakes("a", "b").measure(Measure::Annual))
            .build()
            .expect("a scenario");
        let overtake = scenario.simulate().paths(64).run().expect("an outcome").questions()[0].clone();
        assert!(overtake.not_by_horizon().value() >= 1.0 && overtake.ahead_at_base().value() <= 0.0, "{unit}");
    }
}
