//! Exact answers against simulation, for a scenario with drawn numbers of each growth law.

use outgrow::{
    Assumption, Curve, Provider, Question, Scenario, log_interval, lognormal, normal, pert, truncated, uniform,
};

const PATHS: u64 = 200_000;
/// Standard errors of the difference: a false alarm at any of the 45 dates has a probability of 1e-4 at most.
const ERRORS: f64 = 5.0;

fn scenario(growth: Curve) -> Scenario {
    Scenario::builder("2018-Q1", "2023-Q1")
        .provider(Provider::new("a", 699).growth(growth).volatility(0.2))
        .provider(Provider::new("b", 1000).growth(Curve::constant(0.15)).volatility(0.1))
        .correlation("a", "b", 0.3)
        .question(Question::overtakes("a", "b"))
        .build()
        .expect("a scenario")
}

fn agrees(growth: Curve) {
    let scenario = scenario(growth);
    let exact = scenario.exact().tolerance(2e-4).fans(false).ranks(false).shares(false).run().expect("an answer");
    let simulation = scenario.simulate().paths(PATHS).seed(5).fans(false).ranks(false).shares(false);
    let simulated = simulation.run().expect("an outcome");
    let provider = &scenario.providers()[0];
    for date in ["2019-Q1", "2020-Q1", "2021-Q1", "2022-Q1", "2023-Q1"] {
        let by = |outcome: &outgrow::Outcome| outcome.overtake("a", "b").and_then(|one| one.by(date)).expect("a date");
        let (exact, simulated) = (by(&exact), by(&simulated));
        let error = libm::hypot(exact.standard_error(), simulated.standard_error());
        let off = (exact.value() - simulated.value()).abs();
        assert!(off <= ERRORS * error, "{provider:?} by {date}: exact {exact}, simulated {simulated}");
        assert!(exact.value() > 0.005 && exact.value() < 0.995, "{provider:?} by {date}: {exact}");
    }
}

fn saturation() -> Assumption {
    truncated(lognormal(8.0, 0.3), 1.5, None)
}

#[test]
fn hyperbolic() {
    agrees(Curve::hyperbolic(normal(0.5, 0.1), log_interval(1.0, 4.0)));
}

#[test]
fn damped() {
    agrees(Curve::damped(normal(0.5, 0.1), uniform(0.6, 1.05)));
}

#[test]
fn logistic() {
    agrees(Curve::logistic(saturation(), uniform(0.3, 0.6)));
}

#[test]
fn gompertz() {
    agrees(Curve::gompertz(saturation(), uniform(0.1, 0.3)));
}

#[test]
fn richards() {
    agrees(Curve::richards(saturation(), uniform(0.3, 0.6), log_interval(0.3, 3.0)));
}

#[test]
fn bass() {
    agrees(Curve::bass(uniform(0.01, 0.03), pert(0.2, 0.4, 0.6), uniform(0.08, 0.2)));
}

#[test]
fn weibull() {
    agrees(Curve::weibull(saturation(), uniform(0.1, 0.3), uniform(1.0, 2.0)));
}

#[test]
fn share() {
    let market = Curve::fade(normal(0.3, 0.05), 0.1, 3);
    agrees(Curve::share(market, uniform(0.1, 0.2), uniform(0.2, 0.4), log_interval(1.0, 4.0)));
}

/// A share of a growing market whose number of buyers saturates.
#[test]
fn share_of_bass() {
    let market = Curve::bass(0.03, uniform(0.3, 0.6), 0.1);
    agrees(Curve::share(market, 0.3, uniform(0.2, 0.5), 3));
}
