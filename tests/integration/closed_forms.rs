//! Closed forms of first passage: published values, 50-digit references, limits, and errors for invalid arguments.

use outgrow::Error;
use outgrow::exact::{
    bridge_no_touch, discrete_shift, first_passage_by, first_passage_by_dates, first_passage_by_with_normal_drift,
    first_passage_density, first_passage_ever,
};

const CLOSED: &str = include_str!("../reference/closed.csv");

/// The rounding of a value printed with four decimals, and with five.
const FOUR_DECIMALS: f64 = 0.5e-4;
const FIVE_DECIMALS: f64 = 0.5e-5;

fn ok(value: Result<f64, Error>) -> f64 {
    value.expect("valid arguments")
}

fn near(found: f64, expected: f64, allowed: f64) {
    assert!((found - expected).abs() <= allowed, "{found}, not {expected} ± {allowed}");
}

/// A stock at `spot` with rate r, no dividend and volatility s, and a barrier on either side: the log distance and the
/// drift towards the barrier.
fn barrier(spot: f64, level: f64, r: f64, s: f64) -> (f64, f64) {
    let up = if level > spot { 1.0 } else { -1.0 };
    (up * libm::log(level / spot), up * (r - s * s / 2.0))
}

/// ∫ f from 0 to `end` by Simpson's rule in √t, in which a first-passage density is smooth.
fn integral(end: f64, f: impl Fn(f64) -> f64) -> f64 {
    const STEPS: u32 = 4000;
    let width = end.sqrt() / f64::from(STEPS);
    let weight = |step: u32| match step {
        0 | STEPS => 1.0,
        odd if odd % 2 == 1 => 4.0,
        _ => 2.0,
    };
    let value = |step: u32| {
        let root = width * f64::from(step);
        weight(step) * 2.0 * root * f(root * root)
    };
    (0..=STEPS).map(value).sum::<f64>() * width / 3.0
}

/// E. G. Haug, "The Complete Guide to Option Pricing Formulas", binary barrier options, as tabulated in the tests of `QuantLib`,
/// `test-suite/binaryoption.cpp`: cash 15, r = 0.10, q = 0, σ = 0.20, T = 0.5; paid at expiry, and paid at the hit.
#[test]
fn haugs_binary_barriers() {
    let (cash, r, s, t) = (15.0, 0.10, 0.20, 0.5);
    for (spot, at_expiry, probability, at_hit) in
        [(95.0, 11.2223, 0.786_514, 11.6553), (105.0, 9.3604, 0.656_018, 9.7264)]
    {
        let (gap, drift) = barrier(spot, 100.0, r, s);
        let hit = ok(first_passage_by(gap, drift, s, t));
        near(hit, probability, 0.5e-6);
        near(cash * libm::exp(-r * t) * hit, at_expiry, FOUR_DECIMALS);
        let discounted = integral(t, |u| libm::exp(-r * u) * ok(first_passage_density(gap, drift, s, u)));
        near(cash * discounted, at_hit, FOUR_DECIMALS);
    }
}

/// The cases of Broadie, Glasserman & Kou 1997: S = 100, r = 0.1, σ = 0.3, T = 0.2, on 50 dates and monitored continuously.
#[test]
fn a_barrier_watched_on_dates_and_at_any_time() {
    for (level, on_dates, at_any_time) in [(90.0, 0.35960, 0.40471), (95.0, 0.61828, 0.67997), (99.0, 0.85978, 0.93435)]
    {
        let (gap, drift) = barrier(100.0, level, 0.1, 0.3);
        near(ok(first_passage_by(gap, drift, 0.3, 0.2)), at_any_time, FIVE_DECIMALS);
        near(ok(first_passage_by_dates(gap, drift, 0.3, 0.2 / 50.0, 50)), on_dates, FIVE_DECIMALS);
    }
}

#[test]
fn forty_quarters_and_the_shift() {
    let gap = libm::log(1000.0 / 699.0);
    near(ok(first_passage_by_dates(gap, 0.05, 0.2, 0.25, 40)), 0.762_805_8, 0.5e-7);
    let shift = ok(discrete_shift(0.2, 0.25));
    near(shift, 0.582_597_157_9 * 0.1, 1e-11);
    near(ok(first_passage_by(gap + shift, 0.05, 0.2, 10.0)), 0.761_257_4, 0.5e-7);
    near(ok(first_passage_by_dates(gap, 0.05, 0.2, 0.25, 0)), 0.0, 0.0);
    near(ok(first_passage_by_dates(0.1, 0.05, 0.2, 0.25, 1)), 0.190_787_0, 0.5e-7);
}

/// b = 1, drift with mean 0.3 and standard deviation 0.15, volatility 0.25, T = 5; with zero spread, the certain drift.
#[test]
fn a_normal_drift() {
    near(ok(first_passage_by_with_normal_drift(1.0, 0.3, 0.15, 0.25, 5.0)), 0.755_374_4, 0.5e-7);
    let certain = ok(first_passage_by(1.0, 0.3, 0.25, 5.0));
    near(ok(first_passage_by_with_normal_drift(1.0, 0.3, 0.0, 0.25, 5.0)), certain, 0.0);
}

#[test]
fn a_bridge_below_a_barrier() {
    near(ok(bridge_no_touch(4.5, 5.0, 5.1, 0.1)), 0.698_805_79, 0.5e-8);
    near(ok(bridge_no_touch(4.5, 5.2, 5.1, 0.1)), 0.0, 0.0);
    near(ok(bridge_no_touch(4.5, 5.1, 5.1, 0.0)), 1.0, 0.0);
    near(ok(bridge_no_touch(4.5, 5.0, 5.1, 1e-300)), 1.0, 0.0);
}

/// The greatest relative error of a region against `tests/reference/closed.py`. For a rare event the rounding of the
/// exponent d²/2, up to 690, and of d enters the result.
#[test]
fn fifty_digits_agree() {
    let bounds = [
        ("by", "usual", 1e-13),
        ("by", "rare", 3e-13),
        ("by", "steep", 5e-15),
        ("by", "defective", 3e-13),
        ("by, normal drift", "usual", 2e-14),
        ("by, normal drift", "steep", 2e-14),
        ("density", "usual", 4e-13),
        ("density", "rare", 2e-13),
        ("density", "steep", 4e-15),
        ("ever", "defective", 1e-14),
    ];
    let mut reader = csv::Reader::from_reader(CLOSED.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 40 * bounds.len());
    for (function, region, bound) in bounds {
        let errors = rows.iter().filter(|row| row[0] == *function && row[1] == *region).map(|row| {
            let [gap, drift, drift_sd, volatility, t, value] =
                [2, 3, 4, 5, 6, 7].map(|at| row[at].parse().expect("a number"));
            let found = ok(match function {
                "by" => first_passage_by(gap, drift, volatility, t),
                "density" => first_passage_density(gap, drift, volatility, t),
                "ever" => first_passage_ever(gap, drift, volatility),
                _ => first_passage_by_with_normal_drift(gap, drift, drift_sd, volatility, t),
            });
            (found / value - 1.0_f64).abs()
        });
        let worst = errors.fold(0.0, f64::max);
        println!("{function} | {region} | {worst:.2e}");
        assert!(worst <= bound, "{function}, {region}: {worst:e}, not {bound:e}");
    }
}

#[test]
fn limits() {
    let by = |drift: f64, volatility: f64, t: f64| ok(first_passage_by(0.3, drift, volatility, t));
    // At time 0 nothing has happened. In the limit: certainty, or the probability that a falling challenger ever arrives.
    assert!(by(0.1, 0.2, 0.0) <= 0.0 && by(0.1, 0.2, 1e-300) <= 0.0);
    near(ok(first_passage_density(0.3, 0.1, 0.2, 0.0)), 0.0, 0.0);
    near(by(0.1, 0.2, 1e9), 1.0, 0.0);
    near(by(-0.05, 0.2, 1e9), ok(first_passage_ever(0.3, -0.05, 0.2)), 1e-15);
    near(by(-0.05, 0.2, 1e9), libm::exp(-0.75), 1e-15);
    // Without drift the motion reaches every level, on a scale of √t.
    near(by(0.0, 0.2, 1e300), 1.0, 1e-12);
    // Without volatility it is a line, which is the limit of small volatility: 0.3/0.1 years.
    for (t, line) in [(2.9, 0.0), (3.1, 1.0)] {
        for volatility in [0.0, 5e-324, 1e-200, 1e-9] {
            near(by(0.1, volatility, t), line, 0.0);
        }
    }
    near(by(0.1, 1e-9, 0.3 / 0.1), 0.5, 1e-6);
    near(by(-0.1, 0.0, 1e9), 0.0, 0.0);
    // A line with a normally distributed slope: P(μ ≥ a/t), here one standard deviation below the mean.
    near(ok(first_passage_by_with_normal_drift(0.3, 0.2, 0.1, 0.0, 3.0)), 0.841_344_746_068_542_9, 1e-15);
    near(ok(first_passage_by_with_normal_drift(0.3, 0.2, 0.1, 1e-200, 3.0)), 0.841_344_746_068_542_9, 1e-15);
    for (drift, volatility, ever) in
        [(0.1, 0.0, 1.0), (0.0, 0.0, 0.0), (-0.1, 0.0, 0.0), (0.0, 0.2, 1.0), (-0.1, 1e-200, 0.0)]
    {
        near(ok(first_passage_ever(0.3, drift, volatility)), ever, 0.0);
    }
}

/// More time, more drift and a nearer level make a passage likelier; continuous monitoring finds more than dates.
#[test]
fn monotone() {
    for volatility in [1e-3, 0.05, 0.2, 1.0] {
        for drift in [-0.5, -0.05, 0.0, 0.05, 0.5] {
            for drift_sd in [0.0, 0.1] {
                let mut before = 0.0;
                for t in (1..200).map(|step| 0.1 * f64::from(step)) {
                    let by = |gap: f64, drift: f64| {
                        ok(first_passage_by_with_normal_drift(gap, drift, drift_sd, volatility, t))
                    };
                    let now = by(0.3, drift);
                    // Rounding: the values are accurate to about 1e-15.
                    let slack = 4e-15;
                    assert!(now + slack >= before, "{volatility} {drift} {drift_sd} {t}: {now} after {before}");
                    assert!(by(0.29, drift) + slack >= now && by(0.3, drift + 0.01) + slack >= now);
                    before = now;
                }
                assert!(drift_sd > 0.0 || before <= ok(first_passage_ever(0.3, drift, volatility)) + 4e-15);
            }
            let on_dates = ok(first_passage_by_dates(0.3, drift, volatility, 0.25, 40));
            assert!(on_dates <= ok(first_passage_by(0.3, drift, volatility, 10.0)));
        }
    }
    let whole = integral(1e4, |t| ok(first_passage_density(0.3, -0.05, 0.2, t)));
    near(whole, ok(first_passage_ever(0.3, -0.05, 0.2)), 1e-9);
}

#[test]
fn bad_arguments_are_named() {
    let nan = f64::NAN;
    let cases: [(Result<f64, Error>, &str); 12] = [
        (first_passage_by(0.0, 0.1, 0.2, 1.0), "gap: must be finite and above 0, got 0"),
        (first_passage_by(0.3, nan, 0.2, 1.0), "drift: must be finite, got NaN"),
        (first_passage_by(0.3, 0.1, -0.2, 1.0), "volatility: must be finite and not negative, got -0.2"),
        (first_passage_by(0.3, 0.1, 0.2, f64::INFINITY), "t: must be finite and not negative, got inf"),
        (first_passage_ever(-0.3, 0.1, 0.2), "gap: must be finite and above 0, got -0.3"),
        (first_passage_density(0.3, 0.1, 0.0, 1.0), "volatility: must be finite and above 0, got 0"),
        (
            first_passage_by_with_normal_drift(0.3, 0.1, -0.1, 0.2, 1.0),
            "drift_sd: must be finite and not negative, got -0.1",
        ),
        (first_passage_by_dates(0.3, 0.1, 0.2, nan, 4), "step: must be finite and not negative, got NaN"),
        (discrete_shift(0.2, -0.25), "step: must be finite and not negative, got -0.25"),
        (bridge_no_touch(nan, 0.0, 1.0, 0.1), "from: must be finite, got NaN"),
        (bridge_no_touch(0.0, 0.0, -f64::INFINITY, 0.1), "barrier: must be finite, got -inf"),
        (bridge_no_touch(0.0, 0.0, 1.0, -0.1), "variance: must be finite and not negative, got -0.1"),
    ];
    for (result, expected) in cases {
        let error = result.expect_err(expected);
        assert!(error.is_invalid_input() && error.to_string().ends_with(&format!(": {expected}")), "{error}");
    }
    let both = first_passage_by(-1.0, 0.1, nan, 1.0).expect_err("two bad arguments");
    assert_eq!(
        both.problems().iter().map(|problem| problem.address.as_str()).collect::<Vec<_>>(),
        ["gap", "volatility"]
    );
    assert!(first_passage_by(1.0, 1e300, 1e300, 1e300).expect_err("∞ − ∞").is_numeric());
    assert!(first_passage_density(1e-200, 0.0, 1e-10, 1e-300).is_ok_and(|density| density >= 0.0));
}
