//! Fans, shares and ranks against closed forms and quadrature.

use outgrow::{Curve, Outcome, Provider, Question, Scenario, lognormal};
use statrs::distribution::{ContinuousCDF, Normal};

use crate::tables;
use crate::{Comparisons, PATHS};

const SEED: u64 = 4_711;

/// A fan quantile may have an error of 0.05 % of revenue besides its sampling error.
const BIN: f64 = 5e-4;

const PROBABILITIES: [f64; 7] = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];

/// A provider whose log revenue at τ is normal: median R e^{γτ}, variance s² + σ²τ.
struct Lognormal {
    name: &'static str,
    revenue: f64,
    base_sd: f64,
    growth: f64,
    volatility: f64,
}

const PROVIDERS: [Lognormal; 3] = [
    Lognormal { name: "calm", revenue: 1.2e9, base_sd: 0.0, growth: 0.20, volatility: 0.05 },
    Lognormal { name: "wild", revenue: 699e6, base_sd: 0.0, growth: 0.60, volatility: 0.30 },
    Lognormal { name: "unknown base", revenue: 900e6, base_sd: 0.15, growth: -0.10, volatility: 0.10 },
];

impl Lognormal {
    fn provider(&self) -> Provider {
        let growth = Curve::constant(self.growth);
        let provider = match self.base_sd > 0.0 {
            true => Provider::new(self.name, lognormal(self.revenue, self.base_sd)),
            false => Provider::new(self.name, self.revenue),
        };
        provider.growth(growth).volatility(self.volatility)
    }

    fn median(&self, tau: f64) -> f64 {
        self.revenue * libm::pow(1.0 + self.growth, tau)
    }

    fn sd(&self, tau: f64) -> f64 {
        (self.base_sd * self.base_sd + self.volatility * self.volatility * tau).sqrt()
    }
}

fn outcome() -> Outcome {
    let builder = Scenario::builder("2018-Q1", "2023-Q1").correlation("calm", "wild", 0.5);
    let scenario = PROVIDERS.iter().fold(builder, |builder, one| builder.provider(one.provider()));
    scenario.build().expect("a scenario").simulate().paths(PATHS).seed(SEED).run().expect("an outcome")
}

fn standard_normal() -> Normal {
    Normal::new(0.0, 1.0).expect("N(0, 1)")
}

/// Standard error of the sample quantile `p` of a standard normal: `√(p(1−p)/n) / φ(z_p)`.
fn quantile_error(p: f64) -> f64 {
    let z = standard_normal().inverse_cdf(p);
    let density = libm::exp(-z * z / 2.0) / (2.0 * std::f64::consts::PI).sqrt();
    (p * (1.0 - p) / crate::as_f64(PATHS)).sqrt() / density
}

/// The curve is the path's median: quantile p is `median · e^{z_p s}`, the mean `median · e^{s²/2}`.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn fans_agree_with_lognormal_laws() {
    const COMPARISONS: (u32, u32) = (72, 72);
    const FALSE_ALARM: f64 = 0.005;
    let outcome = outcome();
    let mut comparisons = Comparisons::default();
    for one in &PROVIDERS {
        let fan = outcome.revenue(one.name).expect("a provider");
        for (label, tau) in [("2018-Q2", 0.25), ("2020-Q1", 2.0), ("2023-Q1", 5.0)] {
            let (median, sd) = (one.median(tau), one.sd(tau));
            for p in PROBABILITIES {
                let expected = median * libm::exp(sd * standard_normal().inverse_cdf(p));
                let what = format!("{} {label}: quantile {p}", one.name);
                let error = expected * sd * quantile_error(p);
                comparisons.value(&what, fan.quantile(label, p).expect("a quantile"), expected, error, expected * BIN);
            }
            let expected = median * libm::exp(sd * sd / 2.0);
            let error = expected * (libm::expm1(sd * sd) / crate::as_f64(PATHS)).sqrt();
            let what = format!("{} {label}: mean", one.name);
            comparisons.value(
                &what,
                fan.mean(label).expect("a label").expect("a mean"),
                expected,
                error,
                expected * 1e-6,
            );
        }
    }
    comparisons.finish(COMPARISONS, FALSE_ALARM);
}

/// The extremes of a million normal numbers lie between 4 and 7 standard deviations with probability 1 − 1e-9.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn extremes_lie_in_the_tails() {
    let outcome = outcome();
    for one in &PROVIDERS {
        let fan = outcome.revenue(one.name).expect("a provider");
        let (median, sd) = (one.median(5.0), one.sd(5.0));
        let low = libm::log(fan.min("2023-Q1").expect("a minimum") / median) / sd;
        let high = libm::log(fan.max("2023-Q1").expect("a maximum") / median) / sd;
        assert!((-7.0..-4.0).contains(&low) && (4.0..7.0).contains(&high), "{}: {low} to {high}", one.name);
    }
}

/// Means by quadrature; a quantile of a's share is that of the log-ratio, 1/(1 + e^{−x}).
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn shares_agree_with_quadrature() {
    const COMPARISONS: (u32, u32) = (10, 30);
    const FALSE_ALARM: f64 = 0.002;
    /// Rounding besides the sampling error: states are f32.
    const ROUNDING: f64 = 1e-6;
    let mut comparisons = Comparisons::default();
    for case in tables::cases(tables::SHARE) {
        let scenario = case[0].scenario(["a", "b"], &[1]);
        let outcome = scenario.simulate().paths(PATHS).seed(SEED).fans(false).ranks(false).run().expect("an outcome");
        for row in &case {
            let at = row.period(row.count("t"));
            let [mean, rest] = ["a", "b"].map(|who| outcome.share(who).expect("a share").mean(at).expect("a mean"));
            let error = row.number("sd") / crate::as_f64(PATHS).sqrt();
            comparisons.value(&format!("{} {at}", row.text("case")), mean, row.number("mean"), error, ROUNDING);
            assert!((mean + rest - 1.0).abs() < ROUNDING, "shares sum to {}", mean + rest);
        }
    }
    comparisons.finish(COMPARISONS, FALSE_ALARM);
}

/// With two providers, the one ahead has rank 1, and the other has rank 2 on exactly those paths.
#[test]
#[cfg_attr(debug_assertions, ignore = "statistical: run in release")]
fn ranks_of_two_are_who_is_ahead() {
    /// Paths on which two f32 values are equal (about 1e-7 per path and period) give both rank 1.
    const TIES: f64 = 1e-5;
    let case =
        tables::cases(tables::FIRST_PASSAGE).into_iter().find(|case| case[0].text("case") == "main").expect("main");
    let scenario = case[0].scenario(["a", "b"], &[1]).with_question(Question::overtakes("b", "a")).expect("asked");
    let outcome = scenario.simulate().paths(PATHS).seed(SEED).fans(false).shares(false).run().expect("an outcome");
    let question = outcome.question(&tables::sustained_name(1)).expect("the question");
    let reverse = outcome.question("b overtakes a").expect("the question");
    let rank = |who: &str, at, rank| outcome.rank(who).expect("ranks").probability(at, rank).expect("a rank").value();
    for t in [1, 20, 40] {
        let at = case[0].period(t);
        let ahead = question.ahead(at).expect("a date").value();
        assert_eq!(rank("b", at, 2).to_bits(), ahead.to_bits(), "b is second where a is ahead, {at}");
        assert_eq!(rank("a", at, 2).to_bits(), reverse.ahead(at).expect("a date").value().to_bits(), "{at}");
        assert!((rank("a", at, 1) - ahead).abs() <= TIES && rank("a", at, 1) >= ahead, "{at}");
        assert!((rank("a", at, 1) + rank("a", at, 2) - 1.0).abs() < 1e-12, "{at}");
    }
    assert!(question.ahead(case[0].period(40)).expect("a date").value() > 0.5, "the case has a to say something about");
}
