//! Exact ranks of three or more providers: published values, closed forms, simulations, and what is refused.

use outgrow::{
    Curve, Estimate, Factor, Innovations, Jump, Outcome, Provider, Scenario, Segment, Shock, interval, lognormal,
    normal, uniform,
};

fn constant(name: &str, base: f64) -> Provider {
    Provider::new(name, base).growth(Curve::constant(0))
}

/// A provider with the standard normal log revenue `mean + Z` one year after the base.
fn unit(name: &str, mean: f64) -> Provider {
    constant(name, libm::exp(mean)).volatility(1)
}

/// Scenarios by year.
fn yearly(
    providers: impl IntoIterator<Item = Provider>,
    correlations: &[(&str, &str, f64)],
    df: Option<f64>,
) -> Scenario {
    let mut builder = Scenario::builder("2018", "2020").innovations(innovations(df));
    for provider in providers {
        builder = builder.provider(provider);
    }
    for (a, b, value) in correlations {
        builder = builder.correlation(*a, *b, *value);
    }
    builder.build().expect("valid")
}

fn innovations(df: Option<f64>) -> Innovations {
    df.map_or(Innovations::Gaussian, Innovations::student_t)
}

fn exact(scenario: &Scenario, tolerance: f64) -> Outcome {
    scenario.exact().tolerance(tolerance).fans(false).shares(false).run().expect("an outcome")
}

fn rank(outcome: &Outcome, name: &str, date: &str, rank: usize) -> Estimate {
    outcome.rank(name).expect("ranks").probability(date, rank).expect("a rank")
}

/// Values of MODEL.md: independent unit normals with means −.5, 0, .2 and .3; the probability that each is the smallest.
#[test]
fn the_smallest_of_four_normals() {
    let means = [("A", -0.5), ("B", 0.0), ("C", 0.2), ("D", 0.3)];
    let scenario = yearly(means.map(|(name, mean)| unit(name, mean)), &[], None);
    let outcome = exact(&scenario, 1e-5);
    for ((name, _), expected) in means.iter().zip([0.442_697, 0.232_384, 0.174_583, 0.150_336]) {
        let last = rank(&outcome, name, "2019", 4);
        assert!((last.value() - expected).abs() <= last.standard_error() + 1e-6, "{name}: {last}, expected {expected}");
        assert!(last.standard_error() <= 1e-5);
    }
}

/// Trivariate normal with correlations 3/5, 1/3 and 11/15 below (1, 4, 2): .8279847 (Genz).
#[test]
fn a_trivariate_normal_probability() {
    let providers = [constant("O", 1.0), unit("A", -1.0), unit("B", -4.0), unit("C", -2.0)];
    let correlations = [("A", "B", 0.6), ("A", "C", 1.0 / 3.0), ("B", "C", 11.0 / 15.0)];
    let outcome = exact(&yearly(providers, &correlations, None), 1e-5);
    let first = rank(&outcome, "O", "2019", 1);
    assert!((first.value() - 0.827_984_7).abs() <= first.standard_error(), "{first}");
}

/// All log revenues tie without shocks. The probability that none of three is above a constant one is an orthant
/// probability, ⅛ + Σ asin ρ/(4π), for every elliptical distribution: normal and Student-t, at every date, for every
/// kind of shock.
#[test]
fn orthants_do_not_depend_on_tails_or_on_the_kind_of_shock() {
    let correlations = [("A", "B", 0.5), ("A", "C", -0.3), ("B", "C", 0.2)];
    let expected = 0.125
        + correlations.iter().map(|(_, _, rho): &(_, _, f64)| libm::asin(*rho)).sum::<f64>()
            / (4.0 * std::f64::consts::PI);
    let shocks = [Shock::RandomWalk, Shock::persistent(1.5), Shock::reverting(2), Shock::damped_trend(0.25, 2)];
    for shock in shocks {
        for df in [None, Some(3.5)] {
            let provider = |name: &str| unit(name, 0.0).shock(shock.clone());
            let providers = [constant("O", 1.0), provider("A"), provider("B"), provider("C")];
            let tolerance = if df.is_some() { 2e-3 } else { 1e-4 };
            let outcome = exact(&yearly(providers, &correlations, df), tolerance);
            for date in ["2019", "2020"] {
                let first = rank(&outcome, "O", date, 1);
                let off = (first.value() - expected).abs();
                assert!(off <= first.standard_error(), "{shock:?} {df:?} {date}: {first}, expected {expected}");
                assert!(first.standard_error() <= tolerance, "{shock:?} {df:?} {date}: {first}");
            }
        }
    }
}

/// Several kinds of shock, a factor, a jump, correlation, drawn bases, growth and volatility.
fn mixed(df: Option<f64>) -> Scenario {
    Scenario::builder("2018-Q1", "2020-Q1")
        .innovations(innovations(df))
        .provider(
            Provider::new("A", lognormal(90.0, 0.1))
                .growth(Curve::constant(normal(0.5, 0.1)))
                .volatility(uniform(0.1, 0.3)),
        )
        .provider(
            Provider::new("B", 100).growth(Curve::fade(normal(0.4, 0.1), 0.1, 2)).volatility(0.2).loading("f", 0.8),
        )
        .provider(
            Provider::new("C", interval(80.0, 120.0))
                .growth(Curve::constant(0.3))
                .volatility(0.15)
                .shock(Shock::persistent(1.0)),
        )
        .provider(
            Provider::new("D", 110)
                .growth(Curve::constant(0.2))
                .volatility(0.25)
                .shock(Shock::reverting(1.5))
                .loading("f", -0.5)
                .jump(Jump::at("2019-Q1", normal(0.1, 0.1)).probability(0.5)),
        )
        .provider(
            Provider::new("E", 105).growth(Curve::constant(0.25)).volatility(0.1).shock(Shock::damped_trend(0.4, 2)),
        )
        .factor(Factor::new("f", 0.1).drift(0.02))
        .correlation("A", "B", 0.4)
        .correlation("C", "D", -0.3)
        .correlation("E", "A", 0.2)
        .build()
        .expect("valid")
}

#[test]
fn ranks_agree_with_a_simulation() {
    for df in [None, Some(4.0)] {
        let scenario = mixed(df);
        // With Student-t innovations and several kinds of shock every point needs correlations of its own.
        let tolerance = if df.is_some() { 1e-2 } else { 3e-3 };
        let exact = exact(&scenario, tolerance);
        let paths = 400_000;
        let simulated = scenario.simulate().paths(paths).seed(5).fans(false).shares(false).run().expect("an outcome");
        let mut compared = 0;
        for name in ["A", "B", "C", "D", "E"] {
            for date in ["2018-Q2", "2019-Q1", "2020-Q1"] {
                let sum: f64 = (1..=5).map(|place| rank(&exact, name, date, place).value()).sum();
                assert!((sum - 1.0).abs() < 1e-9, "{name} {date}: {sum}");
                for place in 1..=5 {
                    let [a, b] = [&exact, &simulated].map(|outcome| rank(outcome, name, date, place));
                    let allowed = a.standard_error() + 4.0 * b.standard_error();
                    assert!((a.value() - b.value()).abs() <= allowed, "{df:?} {name} {date} {place}: {a} {b}");
                    assert!(a.standard_error() <= tolerance, "{df:?} {name} {date} {place}: {a}");
                    compared += 1;
                }
            }
        }
        assert_eq!(compared, 75);
    }
}

/// Without shocks and draws ranks are certain; tied providers share the better rank. With draws alone they are
/// probabilities of the draws.
#[test]
fn ranks_without_shocks() {
    let providers = || [constant("A", 1.0), constant("B", 2.0), constant("C", 2.0), constant("D", 0.5)];
    let outcome = exact(&yearly(providers(), &[], None), 1e-4);
    for (name, place) in [("A", 3), ("B", 1), ("C", 1), ("D", 4)] {
        let found = rank(&outcome, name, "2019", place);
        assert!(found.value() >= 1.0 && found.standard_error() <= 0.0, "{name}: {found}");
    }
    let drawn = Provider::new("E", uniform(0.4, 2.4)).growth(Curve::constant(0));
    let outcome = exact(&yearly(providers().into_iter().chain([drawn]), &[], None), 1e-3);
    for (place, expected) in [(1, 0.2), (3, 0.5), (4, 0.25), (5, 0.05)] {
        let found = rank(&outcome, "E", "2020", place);
        let off = (found.value() - expected).abs();
        assert!(off <= found.standard_error() && found.standard_error() <= 1e-3, "{place}: {found}");
    }
}

/// Two providers with shocks and one without: the probability of the first place is a one-dimensional integral.
#[test]
fn a_provider_without_shocks_among_others() {
    let sure = 0.4;
    let b = constant("B", libm::exp(0.2)).volatility(0.5);
    let outcome = exact(&yearly([unit("A", 0.0), b, constant("C", libm::exp(sure))], &[], None), 1e-5);
    let below = |x: f64| 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2);
    let density = |x: f64| libm::exp(-0.5 * x * x) / (2.0 * std::f64::consts::PI).sqrt();
    // Simpson's rule from C's level on.
    let first = |[mean, sd]: [f64; 2], [other, other_sd]: [f64; 2]| {
        let (from, steps) = ((sure - mean) / sd, 4000);
        let width = (9.0 - from) / f64::from(steps);
        let term = |step: i32| {
            let z = from + f64::from(step) * width;
            let weight = if step == 0 || step == steps { 1.0 } else { f64::from(2 + 2 * (step % 2)) };
            weight * density(z) * below((mean + sd * z - other) / other_sd)
        };
        (0..=steps).map(term).sum::<f64>() * width / 3.0
    };
    let (a, b) = ([0.0, 1.0], [0.2, 0.5]);
    let c = below(sure) * below((sure - 0.2) / 0.5);
    assert!((first(a, b) + first(b, a) + c - 1.0).abs() < 1e-9);
    for (name, expected) in [("A", first(a, b)), ("B", first(b, a)), ("C", c)] {
        let found = rank(&outcome, name, "2019", 1);
        assert!((found.value() - expected).abs() <= found.standard_error(), "{name}: {found}, expected {expected}");
        assert!(found.standard_error() <= 2e-5, "{name}: {found}");
    }
}

/// The sum of segments is not lognormal: such a provider's ranks name the reason.
#[test]
fn ranks_with_a_provider_of_segments_are_missing_with_a_reason() {
    let segments = ["X", "Y"].map(|name| Segment::new(name, 1).growth(Curve::constant(0.1)).volatility(0.1));
    let providers = [unit("A", 0.0), unit("B", 0.0), Provider::of_segments("C", segments)];
    let outcome = exact(&yearly(providers, &[], None), 1e-3);
    let error = outcome.rank("A").expect_err("no ranks").to_string();
    assert!(error.contains("the sum of segments is not lognormal"), "{error}");
}

/// The order of the providers changes nothing beyond the error.
#[test]
fn the_order_of_providers_does_not_matter() {
    let names = ["A", "B", "C", "D"];
    let of = |order: [usize; 4]| {
        let provider = |place: usize| {
            let base = 1.0 + 0.1 * f64::from(u8::try_from(place).expect("small"));
            constant(names[place], base).volatility(normal(0.3, 0.02))
        };
        let scenario = yearly(order.map(provider), &[("A", "C", 0.9), ("B", "D", -0.9)], Some(5.0));
        exact(&scenario, 1e-3)
    };
    let [first, second] = [of([0, 1, 2, 3]), of([3, 1, 0, 2])];
    for name in names {
        for place in 1..=4 {
            let [a, b] = [&first, &second].map(|outcome| rank(outcome, name, "2020", place));
            assert!(
                (a.value() - b.value()).abs() <= a.standard_error() + b.standard_error(),
                "{name} {place}: {a} {b}"
            );
        }
    }
}
