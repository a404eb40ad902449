//! News against closed forms, its parts, and bad input.

use outgrow::analysis::{News, Report};
use outgrow::{Curve, Provider, Question, Scenario, Shock, log_growth, lognormal, normal};
use statrs::distribution::{ContinuousCDF, Normal};

fn pair(a: Provider, b: Provider) -> outgrow::ScenarioBuilder {
    Scenario::builder("2018", "2022").provider(a).provider(b).question(Question::overtakes("A", "B"))
}

fn cdf(x: f64) -> f64 {
    Normal::standard().cdf(x)
}

fn report(name: &str, period: &str, value: f64) -> Report {
    Report::new(name, period, value).expect("a report")
}

fn news(scenario: &Scenario, reports: &[Report], date: &str) -> News {
    scenario.update(reports).and_then(|update| update.news("A overtakes B", date)).expect("news")
}

/// The mean log growth of A is normal with mean 0.3 and sd 0.1, and one report with shocks of sd 0.2 is known: the posterior is
/// normal (conjugate), and so is the log-ratio a year later.
#[test]
fn a_posterior_in_closed_form() {
    let (prior, tau, sigma, beta) = (0.3, 0.1, 0.2, 0.15);
    let a = Provider::new("A", 10).growth(Curve::constant(log_growth(prior, tau))).volatility(sigma);
    let b = Provider::new("B", 15).growth(Curve::constant(0.0)).volatility(beta);
    let scenario = pair(a, b).build().expect("valid");
    for (y, z) in [(13.5, 15.0), (16.0, 16.5), (11.0, 14.0)] {
        let reports = [report("A", "2019", y), report("B", "2019", z)];
        let found = news(&scenario, &reports, "2020");
        // ln(y/10) = g + shock.
        let gain = tau * tau / (tau * tau + sigma * sigma);
        let (mean, variance) = (prior + gain * (libm::log(y / 10.0) - prior), tau * tau * (1.0 - gain));
        let sd = (variance + sigma * sigma + beta * beta).sqrt();
        let truth = cdf((libm::log(y / z) + mean) / sd);
        let after = found.after;
        assert!((after.value - truth).abs() < 4.0 * after.standard_error + 1e-5, "{y}: {after} {truth}");
        assert!(after.standard_error < 4e-4, "{after}");
        assert!(found.effective_sample_size.is_some_and(|size| size > 500.0));
    }
    // An overtake that the reports show has happened.
    let found = news(&scenario, &[report("A", "2019", 15.5), report("B", "2019", 15.0)], "2021");
    assert!((found.after.value - 1.0).abs() < 1e-12);
}

/// With the report of A alone, B's shock of the same year is normal given A's.
#[test]
fn one_report_leaves_the_other_open() {
    let (sigma, beta, rho, y) = (0.2, 0.15, 0.5, 14.0);
    let a = Provider::new("A", 10).growth(Curve::constant(0.3)).volatility(sigma);
    let b = Provider::new("B", 15).growth(Curve::constant(0.0)).volatility(beta);
    let scenario = pair(a, b).correlation("A", "B", rho).build().expect("valid");
    let found = news(&scenario, &[report("A", "2019", y)], "2019");
    let shock = libm::log(y / 13.0);
    let mean = libm::log(y / 15.0) - rho * beta / sigma * shock;
    let truth = cdf(mean / (beta * (1.0_f64 - rho * rho).sqrt()));
    assert!((found.after.value - truth).abs() < 1e-5, "{} {truth}", found.after);
    assert_eq!(found.surprises.len(), 1);
    assert!((found.surprises[0].expected - 13.0).abs() < 1e-6);
    assert!(found.effective_sample_size.is_none());
}

/// The parts add up and depend neither on the order of the reports nor of the providers.
#[test]
fn parts_add_up_in_any_order() {
    let a = || Provider::new("A", lognormal(10.0, 0.05)).growth(Curve::constant(normal(0.3, 0.1))).volatility(0.1);
    let b = || Provider::new("B", 15).growth(Curve::fade(normal(0.15, 0.05), 0.05, 2.0)).volatility(0.1);
    let scenario = pair(a(), b()).correlation("A", "B", 0.3).build().expect("valid");
    let other = pair(b(), a()).correlation("A", "B", 0.3).build().expect("valid");
    let mut reports =
        [report("A", "2019", 13.5), report("B", "2018", 15.8), report("B", "2019", 17.8), report("A", "2020", 17.2)];
    let faster = scenario.with("provider[A].growth.constant.normal[0]", 0.32).expect("valid");
    let all = |scenario: &Scenario, reports: &[Report]| {
        scenario.update(reports).expect("reports").assumptions(&faster).news("A overtakes B", "2022").expect("news")
    };
    let found = all(&scenario, &reports);
    let sum: f64 = found.parts.iter().map(|part| part.change).sum();
    assert!((sum - (found.after.value - found.before.value)).abs() < 1e-12);
    let names: Vec<&str> = found.parts.iter().map(|part| part.what.as_str()).collect();
    assert_eq!(names, ["time", "report of A", "report of B", "revision of B", "assumptions"]);
    assert!(found.parts.iter().all(|part| part.change.abs() > 1e-4), "{found}");
    reports.reverse();
    assert_eq!(all(&scenario, &reports), found);
    let swapped = all(&other, &reports);
    for part in &found.parts {
        let same = swapped.parts.iter().find(|other| other.what == part.what).expect("the same part");
        assert!((same.change - part.change).abs() < 3e-3, "{}: {} {}", part.what, part.change, same.change);
    }
    // The incumbent reports more than expected, and the challenger is assumed to grow faster.
    let change = |what: &str| found.parts.iter().find(|part| part.what == what).expect("a part").change;
    assert!(change("report of B") < 0.0 && change("assumptions") > 0.0);
}

/// Before the reports the mean of the updated probability is the probability itself, and thresholds are where they say.
#[test]
fn the_mean_of_the_updated_probability_is_the_probability() {
    let a = Provider::new("A", lognormal(10.0, 0.05)).growth(Curve::constant(normal(0.3, 0.08))).volatility(0.1);
    let b = Provider::new("B", 15).growth(Curve::constant(normal(0.1, 0.03))).volatility(0.06);
    let scenario = pair(a, b).correlation("A", "B", 0.3).build().expect("valid");
    let outlook = scenario.outlook("A overtakes B", "2020", 0.5).expect("an outlook");
    let (mean, now) = (outlook.mean, outlook.probability);
    assert!((mean.value - now.value()).abs() < 2.0 * mean.standard_error + now.standard_error(), "{mean} {now}");
    assert!(outlook.standard_deviation > 0.1);
    let [challenger, incumbent] = &outlook.providers;
    assert!(challenger.standard_deviation > incumbent.standard_deviation);
    assert!(outlook.standard_deviation > challenger.standard_deviation);
    let threshold = challenger.threshold.expect("a report that carries the probability past one half");
    let at = news(&scenario, &[report("A", "2019", threshold)], "2020");
    assert!((at.after.value - 0.5).abs() < 0.01, "{}", at.after);
    assert!(outlook.to_string().contains("after both reports for 2019"));
}

#[test]
fn bad_input_is_named() {
    let a = || Provider::new("A", 10).growth(Curve::constant(normal(0.3, 0.05))).volatility(0.1);
    let b = || Provider::new("B", 15).growth(Curve::constant(0.1)).volatility(0.1);
    let c = Provider::new("C", 15).growth(Curve::constant(0.1)).volatility(0.1);
    let scenario = pair(a(), b()).provider(c).build().expect("valid");
    let update = |reports: &[Report]| scenario.update(reports).map(drop).expect_err("an error").to_string();
    assert!(update(&[]).contains("at least one report is needed"));
    assert!(update(&[report("AA", "2019", 12.0)]).contains("no provider is named \"AA\""));
    assert!(
        update(&[report("A", "2019", -1.0)]).contains("revenue must be above 0 and finite, got -1.0 for \"A\" in 2019")
    );
    assert!(update(&[report("A", "2017", 12.0)]).contains("2017 is not one of the periods from the base 2018"));
    assert!(update(&[report("A", "2019-Q1", 12.0)]).contains("2019-Q1 is not one of the periods"));
    assert!(update(&[report("A", "2020", 12.0)]).contains("none for 2019"));
    assert!(update(&[report("A", "2019", 12.0), report("A", "2019", 12.1)]).contains("two reports for 2019"));
    assert!(Report::new("A", "201", 1.0).is_err());
    let message = |scenario: &Scenario, reports: &[Report], date: &str| {
        let update = scenario.update(reports).expect("reports");
        update.news("A overtakes B", date).expect_err("an error").to_string()
    };
    let of_a = [report("A", "2019", 12.0), report("A", "2020", 12.0)];
    assert!(message(&scenario, &of_a, "2019").contains("has a report for 2020, after the date 2019"));
    assert!(message(&scenario, &[report("C", "2019", 12.0)], "2020").contains("\"C\" is not compared by the question"));
    assert!(message(&scenario, &[report("A", "2019", 500.0)], "2020").contains("the weights collapse"));
    let still = pair(a().volatility(0.0), b()).build().expect("valid");
    assert!(message(&still, &[report("A", "2019", 13.0)], "2020").contains("provider[A].volatility"));
    let reverting = pair(a().shock(Shock::reverting(1.0)), b()).build().expect("valid");
    let refused = reverting.outlook("A overtakes B", "2021", 0.5).expect_err("Gaussian random walks only").to_string();
    assert!(refused.contains("not exact"), "{refused}");
    assert!(scenario.outlook("A overtakes B", "2020", 1.0).expect_err("a level").to_string().contains("got 1.0"));
}
