//! One conformance suite, run for every curve and tail.

use super::{Curve, Tail, Times, Value};
use crate::math;

/// Times at which curves are compared: monthly for ten years, then up to a century, including the ends of years.
fn times() -> Vec<f64> {
    let months = (1..=120).map(|month| f64::from(month) / 12.0);
    months.chain([11.0, 12.5, 20.0, 33.3, 50.0, 99.75, 100.0]).collect()
}

/// A curve with its numbers in the order of its walk, and an independent implementation of its log growth rate from the
/// model's table.
struct Case {
    name: String,
    curve: Curve,
    numbers: Vec<f64>,
    rate: Box<dyn Fn(f64) -> f64>,
}

fn ln_1p(growth: f64) -> f64 {
    math::ln_1p(growth)
}

/// 2^(−τ/h).
fn left(tau: f64, half_life: f64) -> f64 {
    math::exp(-std::f64::consts::LN_2 * tau / half_life)
}

fn constant(growth: f64) -> Case {
    Case {
        name: format!("constant {growth}"),
        curve: Curve::constant(growth),
        numbers: vec![growth],
        rate: Box::new(move |_| ln_1p(growth)),
    }
}

fn fade(from: f64, to: f64, half_life: f64) -> Case {
    Case {
        name: format!("fade {from} to {to} in {half_life}"),
        curve: Curve::fade(from, to, half_life),
        numbers: vec![from, to, half_life],
        rate: Box::new(move |tau| ln_1p(to) + (ln_1p(from) - ln_1p(to)) * left(tau, half_life)),
    }
}

/// The rate in year ⌊τ⌋; `beyond(last rate, τ − n)` is the rate of the tail.
fn schedule(rates: &[f64], tail: Tail, more: &[f64], beyond: impl Fn(f64, f64) -> f64 + 'static) -> Case {
    let stated = rates.to_vec();
    let rate = move |tau: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few years")]
        let year = tau as usize;
        let last = ln_1p(stated[stated.len() - 1]);
        stated.get(year).map_or_else(|| beyond(last, tau - stated.len() as f64), |growth| ln_1p(*growth))
    };
    Case {
        name: format!("schedule {rates:?}, {tail:?}"),
        curve: Curve::schedule(rates.to_vec(), tail),
        numbers: [rates, more].concat(),
        rate: Box::new(rate),
    }
}

fn fading_tail(rates: &[f64], to: f64, half_life: f64) -> Case {
    let beyond = move |last: f64, tau: f64| ln_1p(to) + (last - ln_1p(to)) * left(tau, half_life);
    schedule(rates, Tail::fade(to, half_life), &[to, half_life], beyond)
}

fn ratio_tail(rates: &[f64], tail: Tail, ratio: f64) -> Case {
    schedule(rates, tail, &[ratio], move |last, tau| {
        #[expect(clippy::cast_possible_truncation, reason = "a century")]
        let years = tau as i32 + 1;
        (0..years).fold(last, |rate, _| rate * ratio)
    })
}

/// A custom law with a closed-form rate: γ₀/(1 + τ/h).
fn custom() -> Case {
    let log_growth = |tau: f64, p: &[f64]| ln_1p(p[0]) * p[1] * math::ln_1p(tau / p[1]);
    Case {
        name: "custom".to_owned(),
        curve: Curve::custom("hyperbolic", [0.87, 2.0], log_growth),
        numbers: vec![0.87, 2.0],
        rate: Box::new(|tau| ln_1p(0.87) / (1.0 + tau / 2.0)),
    }
}

/// A law of the table with its numbers; the rate is that of the formula as written there.
fn law(curve: Curve, numbers: &[f64], rate: impl Fn(f64) -> f64 + 'static) -> Case {
    Case { name: format!("{} {numbers:?}", curve.key()), curve, numbers: numbers.to_vec(), rate: Box::new(rate) }
}

fn hyperbolic(from: f64, half_life: f64) -> Case {
    let rate = move |tau: f64| ln_1p(from) / (1.0 + tau / half_life);
    law(Curve::hyperbolic(from, half_life), &[from, half_life], rate)
}

/// Between the ends of quarters the formula of the sum is interpolated.
fn damped(from: f64, phi: f64) -> Case {
    let log = math::ln(phi);
    let quarter = math::exp(0.25 * log);
    let weight = if log.abs() > 0.0 { -0.25 * log / (1.0 - quarter) } else { 1.0 };
    law(Curve::damped(from, phi), &[from, phi], move |tau| ln_1p(from) * quarter * weight * math::exp(log * tau))
}

fn logistic(saturation: f64, rate: f64) -> Case {
    let level = move |tau: f64| saturation / (1.0 + (saturation - 1.0) * math::exp(-rate * tau));
    law(Curve::logistic(saturation, rate), &[saturation, rate], move |tau| rate * (1.0 - level(tau) / saturation))
}

fn gompertz(saturation: f64, rate: f64) -> Case {
    let growth = move |tau: f64| rate * math::ln(saturation) * math::exp(-rate * tau);
    law(Curve::gompertz(saturation, rate), &[saturation, rate], growth)
}

fn power(x: f64, exponent: f64) -> f64 {
    math::exp(exponent * math::ln(x))
}

/// The log growth rate `(k/ν)(1 − (L/S)^ν)`, where `(L/S)^ν = 1/(1 + (S^ν − 1) e^(−kτ))`.
fn richards(saturation: f64, rate: f64, shape: f64) -> Case {
    let growth = move |tau: f64| {
        let rest = (power(saturation, shape) - 1.0) * math::exp(-rate * tau);
        rate / shape * rest / (1.0 + rest)
    };
    law(Curve::richards(saturation, rate, shape), &[saturation, rate, shape], growth)
}

fn bass(p: f64, q: f64, adopted: f64) -> Case {
    let rate = move |tau: f64| {
        let z = math::exp(-(p + q) * tau) * (1.0 - adopted) / (p + q * adopted);
        let fraction = (1.0 - p * z) / (1.0 + q * z);
        // 1 − F = z (p + q)/(1 + q z).
        (p + q * fraction) * z * (p + q) / (1.0 + q * z) / fraction
    };
    law(Curve::bass(p, q, adopted), &[p, q, adopted], rate)
}

fn weibull(saturation: f64, rate: f64, shape: f64) -> Case {
    let age = power(-ln_1p(-1.0 / saturation), 1.0 / shape) / rate;
    let growth = move |tau: f64| {
        let u = rate * (age + tau);
        rate * shape * power(u, shape - 1.0) / math::exp_m1(power(u, shape))
    };
    law(Curve::weibull(saturation, rate, shape), &[saturation, rate, shape], growth)
}

fn share(market: Case, from: f64, to: f64, half_life: f64) -> Case {
    let logit = |share: f64| math::ln(share / (1.0 - share));
    let (start, end) = (logit(from), logit(to));
    let curve = Curve::share(market.curve, from, to, half_life);
    let numbers = [market.numbers, vec![from, to, half_life]].concat();
    law(curve, &numbers, move |tau| {
        let remaining = left(tau, half_life);
        let share = 1.0 / (1.0 + math::exp((end - start) * remaining - end));
        let speed = (end - start) * std::f64::consts::LN_2 / half_life * remaining;
        (market.rate)(tau) + (1.0 - share) * speed
    })
}

/// The laws with closed forms, and shares of several markets.
fn laws() -> Vec<Case> {
    vec![
        hyperbolic(0.87, 2.0),
        hyperbolic(-0.3, 1.5),
        damped(0.87, 0.7),
        damped(0.05, 1.04),
        damped(-0.2, 1.0),
        logistic(20.0, 0.6),
        logistic(1e9, 0.7),
        gompertz(20.0, 0.4),
        richards(20.0, 0.5, 0.5),
        richards(20.0, 0.5, 4.0),
        bass(0.02, 0.4, 0.1),
        bass(0.1, 0.0, 0.3),
        weibull(2.0, 0.2, 1.5),
        weibull(1.5, 0.2, 0.6),
        share(fade(0.4, 0.1, 3.0), 0.05, 0.10, 3.0),
        share(constant(0.0), 0.6, 0.2, 2.0),
        share(share(logistic(20.0, 0.6), 0.5, 0.6, 2.0), 0.1, 0.2, 4.0),
        share(fading_tail(&[0.87, 0.60], 0.12, 2.0), 0.3, 0.5, 2.0),
    ]
}

/// One to six rates of a schedule.
const STATED: [f64; 6] = [0.87, 0.60, 0.45, -0.10, 0.0, 0.25];

fn cases() -> Vec<Case> {
    let mut cases = vec![constant(0.3), constant(-0.4), constant(0.0), custom()];
    for half_life in [1e-6, 0.1, 4.0, 1e6] {
        cases.extend([fade(0.45, 0.12, half_life), fade(-0.2, 0.3, half_life), fade(0.2, 0.2, half_life)]);
    }
    for count in 1..=STATED.len() {
        let rates = &STATED[..count];
        cases.push(schedule(rates, Tail::hold(), &[], |last, _| last));
        cases.push(ratio_tail(rates, Tail::ratio(0.7), 0.7));
        for half_life in [1e-6, 2.0, 1e6] {
            cases.push(fading_tail(rates, 0.12, half_life));
        }
    }
    let auto = math::ln_1p(0.60) / math::ln_1p(0.87);
    cases.push(ratio_tail(&STATED[..2], Tail::ratio("auto"), auto));
    cases.push(ratio_tail(&[0.1], Tail::ratio(1.02), 1.02));
    let all: Vec<f64> = (0..100).map(|year| 0.5 - 0.006 * f64::from(year)).collect();
    cases.push(schedule(&all, Tail::none(), &[], |_, _| f64::NAN));
    cases.extend(laws());
    cases
}

impl Case {
    /// Γ at increasing times with these numbers for every path.
    fn fill(&self, numbers: &[Value<'_>], taus: &[f64], count: usize) -> Vec<Vec<f64>> {
        let mut columns = vec![Vec::new(); taus.len()];
        self.curve.fill(numbers, Times { taus, step: 0.25 }, count, &mut |at, column| columns[at] = column.to_vec());
        columns
    }

    fn fixed(&self, taus: &[f64]) -> Vec<f64> {
        let numbers: Vec<Value<'_>> = self.numbers.iter().map(|number| Value::Fixed(*number)).collect();
        self.fill(&numbers, taus, 1).into_iter().map(|column| column[0]).collect()
    }

    fn at(&self, tau: f64) -> f64 {
        self.fixed(&[tau])[0]
    }
}

#[test]
fn growth_is_zero_at_the_base() {
    for case in cases() {
        assert!(case.at(0.0).abs() <= 0.0, "{}: {}", case.name, case.at(0.0));
    }
}

#[test]
fn growth_is_finite_for_a_century_and_matches_the_public_function() {
    for case in cases() {
        for (tau, growth) in times().iter().zip(case.fixed(&times())) {
            assert!(growth.is_finite(), "{} at {tau}: {growth}", case.name);
            let public = case.curve.log_growth(*tau).expect("a valid curve");
            assert_eq!(public.to_bits(), growth.to_bits(), "{} at {tau}", case.name);
        }
    }
}

/// Draws every number, and every second number, for 70 paths. No path depends on the others or on the other times.
#[test]
fn blocks_have_the_bits_of_single_paths() {
    const PATHS: usize = 70;
    for case in cases() {
        let drawn: Vec<Vec<f64>> = case
            .numbers
            .iter()
            .map(|number| (0..PATHS).map(|path| number * (1.0 - 0.003 * path as f64)).collect())
            .collect();
        for fixed in [2, 0, 1] {
            let is_fixed = |place: usize| place % 2 == fixed;
            let of_path =
                |path: usize, place: usize| if is_fixed(place) { case.numbers[place] } else { drawn[place][path] };
            let column = |place: usize| {
                if is_fixed(place) { Value::Fixed(case.numbers[place]) } else { Value::Drawn(&drawn[place]) }
            };
            let block = case.fill(&(0..drawn.len()).map(column).collect::<Vec<_>>(), &times(), PATHS);
            for path in [0, 1, 33, PATHS - 1] {
                let alone: Vec<Value<'_>> = (0..drawn.len()).map(|place| Value::Fixed(of_path(path, place))).collect();
                for (tau, column) in times().iter().zip(&block) {
                    let single = case.fill(&alone, &[*tau], 1)[0][0];
                    assert_eq!(column[path].to_bits(), single.to_bits(), "{} at {tau}, path {path}", case.name);
                }
            }
        }
    }
}

#[test]
fn growth_has_no_jump_where_years_meet() {
    for case in cases() {
        for year in 1..=12_u32 {
            let year = f64::from(year);
            let (before, behind) =
                (case.at(year.next_down()), if year < 100.0 { case.at(year.next_up()) } else { 0.0 });
            // No rate here exceeds 1 per year, except for half-lives of seconds.
            let slack = 8.0 * f64::EPSILON * year;
            assert!(
                (before - case.at(year)).abs() <= slack && (behind - case.at(year)).abs() <= slack,
                "{} at {year}",
                case.name
            );
        }
    }
}

/// Γ(τ) = ∫γ by Gauss–Legendre on intervals of a twentieth of a year that end where years meet. Half-lives of seconds
/// have a closed form below.
#[test]
fn growth_is_the_integral_of_its_rate() {
    for case in cases().iter().filter(|case| !case.name.contains("in 0.000001") && !case.name.contains("1e-6")) {
        let (mut integral, mut worst) = (0.0, 0.0_f64);
        for part in 0..400_u32 {
            let (from, to) = (f64::from(part) / 20.0, f64::from(part + 1) / 20.0);
            integral += gauss(&case.rate, from, to);
            let growth = case.at(to);
            worst = worst.max((growth - integral).abs() / integral.abs().max(1.0));
        }
        assert!(worst <= 2e-14, "{}: {worst:e}", case.name);
    }
}

/// Five-point Gauss–Legendre rule, exact to degree nine.
fn gauss(f: &dyn Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    const POINTS: [(f64, f64); 5] = [
        (0.0, 0.568_888_888_888_888_9),
        (0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
        (-0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
        (0.906_179_845_938_664, 0.236_926_885_056_189_08),
        (-0.906_179_845_938_664, 0.236_926_885_056_189_08),
    ];
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    half * POINTS.iter().map(|(x, weight)| weight * f(middle + half * x)).sum::<f64>()
}

/// Central differences of width 2e-4 have a truncation error of the third derivative (below 1e-8 · γ/h²) and a rounding
/// error.
#[test]
fn the_derivative_is_the_rate_of_the_table() {
    const STEP: f64 = 1e-4;
    for case in cases() {
        for tau in [0.013, 0.5, 0.987, 1.5, 2.25, 3.7, 5.51, 6.5, 7.5, 9.9, 20.3, 77.7] {
            let slope = (case.at(tau + STEP) - case.at(tau - STEP)) / (2.0 * STEP);
            let rate = (case.rate)(tau);
            // With a half-life of 0.1 years the growth rate changes within the step.
            let bend = if case.name.contains("in 0.1") { 1e-6 } else { 0.0 };
            let tolerance = (2e-9 + bend) * rate.abs().max(1.0) + 1e-15 * case.at(tau).abs() / STEP;
            assert!((slope - rate).abs() <= tolerance, "{} at {tau}: {slope}, not {rate}", case.name);
        }
    }
}

#[test]
fn the_sign_of_the_rate_is_the_direction() {
    for case in cases() {
        let mut before = (0.0, 0.0);
        for (tau, growth) in times().into_iter().zip(case.fixed(&times())) {
            let rates = [before.0, 0.5 * (before.0 + tau), tau.next_down()].map(|tau| (case.rate)(tau));
            if rates.iter().all(|rate| *rate >= 0.0) {
                assert!(growth >= before.1, "{} falls to {tau}", case.name);
            } else if rates.iter().all(|rate| *rate <= 0.0) {
                assert!(growth <= before.1, "{} rises to {tau}", case.name);
            }
            before = (tau, growth);
        }
    }
}

fn same(a: &Case, b: &Case, tolerance: f64) {
    for (tau, (x, y)) in times().iter().zip(a.fixed(&times()).into_iter().zip(b.fixed(&times()))) {
        assert!((x - y).abs() <= tolerance * y.abs().max(1.0), "{} and {} at {tau}: {x}, {y}", a.name, b.name);
    }
}

/// Identities of the model between the curves.
#[test]
fn equivalent_curves_agree() {
    for growth in [0.3, -0.4, 0.0, 2.5] {
        for count in 1..=6 {
            let equal = vec![growth; count];
            same(&schedule(&equal, Tail::hold(), &[], |last, _| last), &constant(growth), 4e-15);
            same(&ratio_tail(&equal, Tail::ratio(1.0), 1.0), &constant(growth), 4e-15);
            same(&fading_tail(&equal, growth, 2.0), &constant(growth), 4e-15);
        }
        same(&fade(growth, growth, 4.0), &constant(growth), 0.0);
        same(&fade(growth, 0.1, 1e15), &constant(growth), 1e-12);
        same(&fade(0.9, growth, 1e-15), &constant(growth), 1e-14);
    }
    // One year at a rate followed by a fade from it equals that year plus the fade curve.
    let (tail, curve) = (fading_tail(&[0.6], 0.12, 2.0), fade(0.6, 0.12, 2.0));
    for tau in [1.25, 2.0, 7.5, 30.0] {
        let expected = ln_1p(0.6) + curve.at(tau - 1.0);
        assert!((tail.at(tau) - expected).abs() <= 1e-14 * expected, "at {tau}");
    }
    let auto = Curve::schedule([0.87, 0.60], Tail::ratio("auto"));
    let stated = Curve::schedule([0.87, 0.60], Tail::ratio(ln_1p(0.60) / ln_1p(0.87)));
    for tau in times() {
        let [auto, stated] = [&auto, &stated].map(|curve| curve.log_growth(tau).expect("a valid curve").to_bits());
        assert_eq!(auto, stated, "at {tau}");
    }
}

/// The fading tail starts at the last rate.
#[test]
fn a_fading_tail_joins_in_its_derivative() {
    const STEP: f64 = 1e-7;
    for count in 1..=6 {
        let case = fading_tail(&STATED[..count], 0.12, 2.0);
        let joint = count as f64;
        let before = (case.at(joint) - case.at(joint - STEP)) / STEP;
        let behind = (case.at(joint + STEP) - case.at(joint)) / STEP;
        assert!((before - behind).abs() < 1e-6, "{}: {before}, {behind}", case.name);
        assert!((before - ln_1p(STATED[count - 1])).abs() < 1e-6, "{}: {before}", case.name);
    }
}

/// Γ = γ∞τ + (γ₀ − γ∞)w, with w = h/ln 2 for short half-lives and τ(1 − x/2 + x²/6), x = τ ln 2/h, for long ones.
#[test]
fn extreme_half_lives_stay_accurate() {
    let (from, to) = (ln_1p(0.45), ln_1p(0.12));
    for tau in [0.25, 1.0, 10.0, 100.0] {
        for half_life in [1e-6, 1e-4] {
            let expected = to * tau + (from - to) * half_life / std::f64::consts::LN_2;
            let found = fade(0.45, 0.12, half_life).at(tau);
            assert!(
                (found / expected - 1.0).abs() <= 4.0 * f64::EPSILON,
                "{half_life} at {tau}: {found}, not {expected}"
            );
        }
        for half_life in [1e6, 1e9, 1e300] {
            let x = tau * std::f64::consts::LN_2 / half_life;
            let expected = from * tau - (from - to) * tau * (x / 2.0 - x * x / 6.0 + x * x * x / 24.0);
            let found = fade(0.45, 0.12, half_life).at(tau);
            assert!(
                (found / expected - 1.0).abs() <= 8.0 * f64::EPSILON,
                "{half_life} at {tau}: {found}, not {expected}"
            );
        }
    }
}

#[test]
fn invalid_evaluations_are_errors() {
    let message = |curve: &Curve, tau| curve.log_growth(tau).expect_err("an error").to_string();
    let ends = Curve::schedule([0.87, 0.60], Tail::none());
    assert!(ends.log_growth(2.0).is_ok());
    assert!(message(&ends, 2.01).contains("schedule.tail"), "{}", message(&ends, 2.01));
    for (rates, word) in [
        (vec![0.5], "two rates"),
        (vec![0.5, -0.1], "specify a ratio"),
        (vec![0.5, 0.6], "specify a ratio"),
        (vec![0.0, 0.1], "specify a ratio"),
    ] {
        let curve = Curve::schedule(rates.clone(), Tail::ratio("auto"));
        assert!(message(&curve, 3.0).contains(word), "{rates:?}: {}", message(&curve, 3.0));
    }
    let curve = Curve::constant(0.1);
    assert!(
        curve.log_growth(f64::NAN).is_err()
            && curve.log_growth(-1.0).is_err()
            && curve.log_growth(f64::INFINITY).is_err()
    );
    assert!(message(&Curve::constant("boom"), 1.0).contains("boom"));
    assert!(Curve::custom("wild", [1.0], |tau, _| 1.0 / (tau - 1.0)).log_growth(1.0).is_err());
}
