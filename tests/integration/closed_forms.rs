//! Closed forms of first passage: published values, references of 50 digits, limits, and words for bad arguments.

use outgrow::Error;
use outgrow::exact::{
    bridge_no_touch, discrete_shift, first_passage_by, first_passage_by_dates, first_passage_by_with_normal_drift,
    first_passage_density, first_passage_ever,
};

const CLOSED: &str = include_str!("../reference/closed.csv");

/// What a value printed with four decimals may be off, and one with five.
const FOUR_DECIMALS: f64 = 0.5e-4;
const FIVE_DECIMALS: f64 = 0.5e-5;

fn ok(value: Result<f64, Error>) -> f64 {
    value.expect("valid arguments")
}

fn near(found: f64, expected: f64, allowed: f64) {
    assert!((found - expected).abs() <= allowed, "{found}, not {expected} ± {allowed}");
}

/// A stock at `spot` with rate r, no dividend and volatility s, against a barrier on either side: the gap in logs and the
/// drift towards it.
fn barrier(spot: f64, level: f64, r: f64, s: f64) -> (f64, f64) {
    let up = if level > spot { 1.0 } else { -1.0 };
    (up * libm::log(level / spot), up * (r - s * s / 2.0))
}

/// ∫ f over 0 to `end` by Simpson's rule in √t, in which the density of a first passage is smooth.
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

/// E. G. Haug, «The Complete Guide to Option Pricing Formulas», binary barrier options, as tabulated in QuantLib's
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

/// The cases of Broadie, Glasserman & Kou 1997: S = 100, r = 0.1, σ = 0.3, T = 0.2, on 50 dates and at any time.
/// On dates the shift is an approximation: it errs by less than what stands last, the more the nearer the barrier.
#[test]
fn a_barrier_watched_on_dates_and_at_any_time() {
    for (level, on_dates, at_any_time, error) in
        [(90.0, 0.35960, 0.40471, 0.0012), (95.0, 0.61828, 0.67997, 0.0008), (99.0, 0.85978, 0.93435, 0.0038)]
    {
        let (gap, drift) = barrier(100.0, level, 0.1, 0.3);
        near(ok(first_passage_by(gap, drift, 0.3, 0.2)), at_any_time, FIVE_DECIMALS);
        let shifted = ok(first_passage_by_dates(gap, drift, 0.3, 0.2 / 50.0, 50));
        near(shifted, on_dates, error);
        assert!((shifted - on_dates).abs() > 0.8 * error, "{level}: {shifted} errs by less than is said");
    }
}

#[test]
fn forty_quarters_by_the_shift() {
    let gap = libm::log(1000.0 / 699.0);
    let shifted = ok(first_passage_by_dates(gap, 0.05, 0.2, 0.25, 40));
    near(shifted, 0.761_257_4, 0.5e-7);
    near(shifted, 0.762_805_8, 0.0016);
    let shift = ok(discrete_shift(0.2, 0.25));
    near(shift, 0.582_597_157_9 * 0.1, 1e-11);
    near(shifted, ok(first_passage_by(gap + shift, 0.05, 0.2, 10.0)), 1e-15);
    near(ok(first_passage_by_dates(gap, 0.05, 0.2, 0.25, 0)), 0.0, 0.0);
}

/// b = 1, drift of mean 0.3 and standard deviation 0.15, volatility 0.25, T = 5; and without spread, the certain drift.
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

/// The greatest relative error of a region against `tests/reference/closed.py`; conditioning decides: d²/2 of a rare
/// event errs by that many halves of an ulp, and near a steep passage a − μt has few digits left.
#[test]
fn fifty_digits_agree() {
    let bounds = [
        ("by", "usual", 1e-99),
        ("by", "rare", 1e-99),
        ("by", "steep", 1e-99),
        ("by", "defective", 1e-99),
        ("by, normal drift", "usual", 1e-99),
        ("by, normal drift", "steep", 1e-99),
        ("density", "usual", 1e-99),
        ("density", "rare", 1e-99),
        ("density", "steep", 1e-99),
        ("ever", "defective", 1e-99),
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
