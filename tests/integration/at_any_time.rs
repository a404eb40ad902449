//! Continuously monitored simulation: what stays unchanged, what it combines with, and what it rejects.

use outgrow::{
    Curve, Measure, Outcome, Provider, Question, Sampling, Scenario, ScenarioBuilder, Simulation, Tally, normal,
    uniform,
};

const SAMPLINGS: [Sampling; 4] = [Sampling::Plain, Sampling::Antithetic, Sampling::Sobol, Sampling::Importance];
const PATHS: u64 = 32_768;

fn pair(base: f64, volatility: impl Into<outgrow::Assumption>) -> ScenarioBuilder {
    Scenario::builder("2018-Q1", "2021-Q1")
        .provider(Provider::new("a", base).growth(Curve::constant(normal(0.3, 0.05))).volatility(volatility))
        .provider(Provider::new("b", 1000).growth(Curve::constant(0.2)).volatility(0.15))
        .correlation("a", "b", 0.5)
        .question(Question::overtakes("a", "b"))
}

fn scenario() -> Scenario {
    pair(700.0, uniform(0.1, 0.3)).build().expect("valid")
}

fn watched(scenario: &Scenario) -> Simulation<'_> {
    scenario.simulate().paths(PATHS).seed(5).continuous(true)
}

/// An outcome without its first-passage answers and its run.
fn others(outcome: &Outcome) -> serde_json::Value {
    let mut json = serde_json::to_value(outcome).expect("written");
    json["run"] = serde_json::Value::Null;
    json["manifest"] = serde_json::Value::Null;
    for key in ["by", "not_by_horizon", "quantiles", "mean_date"] {
        json["questions"][0][key] = serde_json::Value::Null;
    }
    json
}

#[test]
fn it_agrees_with_the_solver_and_moves_nothing_else() {
    let scenario = scenario();
    for sampling in SAMPLINGS {
        let outcome = watched(&scenario).sampling(sampling).cross_check(true).run().expect("an outcome");
        let answer = &outcome.questions()[0];
        let check = answer.cross_check().expect("asked for");
        assert!(check.agrees() && check.largest_z().is_some_and(|z| z.abs() < 5.0), "{sampling:?}: {check}");
        let dates =
            scenario.simulate().paths(PATHS).seed(5).sampling(sampling).cross_check(true).run().expect("an outcome");
        // A solver that monitors dates only would be detected.
        for (at_any_time, on_dates) in check.by().iter().zip(dates.questions()[0].cross_check().expect("asked").by()) {
            assert!(at_any_time.exact.value() > on_dates.exact.value() + 1e-6, "{on_dates:?}");
            assert!(at_any_time.simulated.value() >= on_dates.simulated.value(), "{on_dates:?}");
        }
        let last = check.by().len() - 1;
        let [any, dates_only] = [answer, &dates.questions()[0]].map(|one| one.cross_check().expect("asked").by()[last]);
        assert!(
            any.simulated.value() - dates_only.exact.value() > 5.0 * any.simulated.standard_error(),
            "{sampling:?}"
        );
        let unchecked = |asked: Simulation<'_>| others(&asked.run().expect("an outcome"));
        let on_dates = scenario.simulate().paths(PATHS).seed(5).sampling(sampling);
        assert!(
            unchecked(watched(&scenario).sampling(sampling)) == unchecked(on_dates),
            "{sampling:?}: only the passage"
        );
    }
}

#[test]
fn threads_shards_and_files_leave_the_bits() {
    let scenario = scenario();
    for sampling in SAMPLINGS {
        let run = || watched(&scenario).sampling(sampling);
        let whole = run().threads(1).tally().expect("a tally");
        assert!(run().threads(3).tally().expect("a tally") == whole, "{sampling:?}");
        let part = |index| run().shard(index, 3).tally().expect("a tally");
        let merged = part(2).merge(part(0)).and_then(|two| two.merge(part(1))).expect("they fit");
        assert!(merged == whole, "{sampling:?}");
        let text = serde_json::to_string(&merged).expect("written");
        let read: Tally = serde_json::from_str(&text).expect("what was written can be read");
        let outcome = read.outcome().expect("an outcome");
        assert_eq!(serde_json::to_value(&outcome).expect("written")["run"]["continuous"], true);
        assert!(outcome.to_string().contains("first time with higher revenue, also within a quarter"), "{outcome}");
        assert!(outcome.to_string().contains("sampling, at any time"), "{outcome}");
        let on_dates =
            scenario.simulate().paths(PATHS).seed(5).sampling(sampling).shard(0, 3).tally().expect("a tally");
        let error = on_dates.merge(part(1)).expect_err("one on dates");
        assert!(error.to_string().contains("continuous: false and true"), "{error}");
    }
}

#[test]
fn a_longer_horizon_leaves_earlier_dates() {
    let longer = scenario().to_toml().expect("written").replace("2021-Q1", "2024-Q1");
    let longer = Scenario::from_toml(&longer).expect("valid");
    let (short, long) = (scenario(), longer);
    let [short, long] = [&short, &long].map(|one| watched(one).fans(false).run().expect("an outcome"));
    for period in short.questions()[0].periods() {
        let by = |outcome: &Outcome| outcome.questions()[0].by(*period).expect("a date");
        assert_eq!(by(&short), by(&long), "{period}");
    }
}

#[test]
fn bases_that_tie_are_passed_at_once_and_without_shocks_nothing_changes() {
    let tied = pair(1000.0, 0.2).build().expect("valid");
    for sampling in SAMPLINGS {
        let outcome = watched(&tied).sampling(sampling).cross_check(true).run().expect("an outcome");
        let answer = &outcome.questions()[0];
        assert!(answer.ahead_at_base().value() <= 0.0 && answer.by("2018-Q2").expect("a date").value() >= 1.0);
        assert!(answer.cross_check().is_some_and(outgrow::CrossCheck::agrees), "{answer}");
    }
    let still = |base: f64, growth: outgrow::Assumption| {
        Scenario::builder("2018-Q1", "2021-Q1")
            .provider(Provider::new("a", base).growth(Curve::constant(growth)))
            .provider(Provider::new("b", 1000).growth(Curve::constant(0.2)))
            .question(Question::overtakes("a", "b"))
            .build()
            .expect("valid")
    };
    for scenario in [still(700.0, 0.5.into()), still(1000.0, 0.2.into()), still(800.0, normal(0.3, 0.1))] {
        let outcome = watched(&scenario).run().expect("an outcome");
        let on_dates = scenario.simulate().paths(PATHS).seed(5).run().expect("an outcome");
        assert_eq!(outcome.questions()[0].counts(), on_dates.questions()[0].counts());
    }
}

#[test]
fn sums_and_lasting_leads_have_no_between() {
    let asked = Question::overtakes("a", "b");
    let scenario = pair(700.0, 0.2)
        .question(asked.clone().sustained(4).name("for a year"))
        .question(asked.measure(Measure::Annual))
        .build()
        .expect("valid");
    let error = watched(&scenario).run().expect_err("refused");
    assert!(error.is_unsupported() && error.problems().iter().all(|one| one.reason().is_some()), "{error}");
    let problems: Vec<_> = error.problems().iter().map(|one| (one.address.as_str(), one.message.as_str())).collect();
    let lasting = "not continuous: because a lead of 4 consecutive dates is not defined between dates; without \
                   .continuous(true), or --continuous on the command line, it is answered at dates";
    let sums = "not continuous: because a sum of several periods is not monitored between dates; without \
                .continuous(true), or --continuous on the command line, it is answered at dates";
    assert_eq!(problems, [("question[for a year].sustained", lasting), ("question[2].measure", sums)]);
    let tally = scenario.simulate().paths(100).tally().expect("a tally");
    let mut json = serde_json::to_value(&tally).expect("written");
    json["settings"]["continuous"] = true.into();
    let error = serde_json::from_value::<Tally>(json).expect_err("no run could have made it");
    assert!(error.to_string().contains("invalid tally") && error.to_string().contains("not continuous"), "{error}");
    let alone = pair(700.0, 0.2).build().expect("valid");
    let error = alone.simulate().continuous(true).difference(&alone).expect_err("on dates");
    assert!(error.to_string().contains("continuous: a difference requires overtakes monitored on dates"), "{error}");
}
