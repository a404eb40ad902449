//! Identities of the model between laws, and results at the limits of the numbers' domains.

use proptest::prelude::*;

use super::{Curve, Times, Value};
use crate::assumption::Assumption;
use crate::assumption::address::Trail;
use crate::assumption::quantity::Quantity;
use crate::assumption::visitor::Visitor;
use crate::math;

/// The numbers of a curve without names or distributions.
struct Plain(Vec<f64>);

impl Visitor for Plain {
    fn number(&mut self, _: &mut Trail, _: Quantity, value: &Assumption) {
        self.0.push(value.value().expect("a number"));
    }
}

/// `Γ` at these times, with this length of a period.
fn at(curve: &Curve, taus: &[f64], step: f64) -> Vec<f64> {
    let mut numbers = Plain(Vec::new());
    curve.walk(&mut Trail::default(), &mut numbers);
    let values: Vec<Value<'_>> = numbers.0.into_iter().map(Value::Fixed).collect();
    let mut growth = Vec::new();
    curve.fill(&values, Times { taus, step }, 1, &mut |_, column| growth.push(column[0]));
    growth
}

const TAUS: [f64; 9] = [0.0, 1.0 / 12.0, 0.25, 1.0, 2.5, 7.75, 20.0, 99.0, 600.0];

/// Asserts that two curves agree within `tolerance`, relative where `Γ` exceeds 1.
#[track_caller]
fn same(a: &Curve, b: &Curve, tolerance: f64) {
    for ((tau, x), y) in TAUS.iter().zip(at(a, &TAUS, 0.25)).zip(at(b, &TAUS, 0.25)) {
        assert!((x - y).abs() <= tolerance * y.abs().max(1.0), "{a:?} and {b:?} at {tau}: {x}, {y}");
    }
}

/// 10^x.
fn ten_to(x: f64) -> f64 {
    math::exp(x * std::f64::consts::LN_10)
}

/// A number above 1, from 1 + 10⁻¹² to 10¹².
fn saturation() -> impl Strategy<Value = f64> {
    (-12.0..12.0).prop_map(|x| 1.0 + ten_to(x))
}

fn positive(exponents: std::ops::Range<f64>) -> impl Strategy<Value = f64> {
    exponents.prop_map(ten_to)
}

/// A share from 2⁻²⁰ to 1 − 2⁻²⁰ in steps of 2⁻²⁰.
fn binary_share() -> impl Strategy<Value = f64> {
    const STEPS: u32 = 1 << 20;
    (1..STEPS).prop_map(|step| f64::from(step) / f64::from(STEPS))
}

proptest! {
    #[test]
    fn gompertz_is_a_fade_to_zero(saturation in saturation(), rate in positive(-6.0..1.0)) {
        let log = rate * math::ln(saturation);
        prop_assume!(log < 700.0);
        let fade = Curve::fade(math::exp_m1(log), 0.0, std::f64::consts::LN_2 / rate);
        same(&Curve::gompertz(saturation, rate), &fade, 2e-15);
    }

    #[test]
    fn richards_is_logistic_at_one_and_gompertz_at_zero(saturation in saturation(), rate in positive(-6.0..2.0)) {
        same(&Curve::richards(saturation, rate, 1.0), &Curve::logistic(saturation, rate), 4e-15);
        // The difference is of first order in ν ln S.
        same(&Curve::richards(saturation, rate, 1e-14), &Curve::gompertz(saturation, rate), 1e-11);
        same(&Curve::richards(saturation, rate, 5e-324), &Curve::gompertz(saturation, rate), 4e-15);
    }

    #[test]
    fn logistic_far_below_saturation_is_constant(growth in 0.001..2.0_f64) {
        let (rate, saturation) = (math::ln_1p(growth), 1e300);
        let logistic = Curve::logistic(saturation, rate * (saturation / (saturation - 1.0)));
        same(&logistic, &Curve::constant(growth), 1e-14);
    }

    #[test]
    fn damped_is_the_sum_of_its_periods(growth in -0.9..3.0_f64, phi in 0.001..1.3_f64, step in prop::sample::select(vec![1.0 / 12.0, 0.25, 1.0])) {
        let (mut sum, log) = (0.0, math::ln(phi));
        for period in 1..=40 {
            let tau = f64::from(period) * step;
            sum += math::ln_1p(growth) * step * math::exp(log * tau);
            let found = at(&Curve::damped(growth, phi), &[tau], step)[0];
            prop_assert!((found - sum).abs() <= 1e-13 * sum.abs().max(1e-3), "{tau}: {found}, not {sum}");
        }
    }

    #[test]
    fn damped_tends_to_fade_with_short_periods(growth in -0.9..3.0_f64, phi in 0.01..0.99_f64) {
        const STEP: f64 = 1e-9;
        let fade = Curve::fade(growth, 0.0, -std::f64::consts::LN_2 / math::ln(phi));
        for (x, y) in at(&Curve::damped(growth, phi), &TAUS, STEP).into_iter().zip(at(&fade, &TAUS, STEP)) {
            prop_assert!((x - y).abs() <= 10.0 * STEP * y.abs(), "{x}, not {y}");
        }
        same(&Curve::damped(growth, 1.0), &Curve::constant(growth), 1e-15);
        // On both sides of 1 the next number changes nothing.
        for phi in [1.0_f64.next_up(), 1.0_f64.next_down()] {
            same(&Curve::damped(growth, phi), &Curve::constant(growth), 1e-13);
        }
    }

    #[test]
    fn hyperbolic_with_a_long_half_life_is_constant(growth in -0.9..3.0_f64) {
        for half_life in [1e20, 1e300, f64::MAX] {
            same(&Curve::hyperbolic(growth, half_life), &Curve::constant(growth), 1e-15);
        }
    }

    /// Without innovation F' = qF(1 − F), and without imitation F' = p(1 − F).
    #[test]
    fn bass_is_logistic_or_exponential(saturation in positive(1e-6..9.0), rate in positive(-6.0..2.0)) {
        let adopted = 1.0 / saturation;
        let saturation = 1.0 / adopted;
        same(&Curve::bass(1e-300, rate, adopted), &Curve::logistic(saturation, rate), 1e-8);
        same(&Curve::bass(rate, 0.0, adopted), &Curve::weibull(saturation, rate, 1.0), 1e-8);
    }

    #[test]
    fn an_unchanged_share_is_its_market(share in 1e-9..0.999_999_999, half_life in positive(-9.0..9.0)) {
        let market = Curve::fade(0.4, 0.1, 3.0);
        same(&Curve::share(market.clone(), share, share, half_life), &market, 0.0);
    }

    /// The share itself follows the law, and two shares that add up to 1 at all times do so here. The shares are multiples of
    /// 2⁻²⁰, so that 1 − s is exact: the logit of a share near 1 is sensitive to its rounding.
    #[test]
    fn a_share_and_the_rest_are_the_market(from in binary_share(), to in binary_share(), half_life in positive(-2.0..2.0)) {
        let of = |from: f64, to: f64| at(&Curve::share(Curve::constant(0.0), from, to, half_life), &TAUS, 0.25);
        for (own, rest) in of(from, to).into_iter().zip(of(1.0 - from, 1.0 - to)) {
            let sum = from * math::exp(own) + (1.0 - from) * math::exp(rest);
            prop_assert!((sum - 1.0).abs() <= 1e-14, "{sum}");
        }
    }

    /// Over the full range of the numbers, growth towards a saturation is finite, rises, and does not exceed it.
    #[test]
    fn saturating_laws_stay_below_saturation(
        excess in positive(-15.0..300.0),
        rate in positive(-300.0..300.0),
        shape in positive(-300.0..300.0),
        other in positive(-300.0..300.0),
        adopted in positive(-300.0..-1e-9),
    ) {
        let saturation = 1.0 + excess;
        let limit = math::ln(saturation);
        for (curve, limit) in [
            (Curve::logistic(saturation, rate), limit),
            (Curve::gompertz(saturation, rate), limit),
            (Curve::richards(saturation, rate, shape), limit),
            (Curve::weibull(saturation, rate, shape), limit),
            (Curve::bass(rate, other, adopted), -math::ln(adopted)),
            (Curve::share(Curve::constant(0.0), adopted, 0.5 + 0.5 * adopted, rate), -math::ln(adopted)),
        ] {
            let growth = at(&curve, &TAUS, 0.25);
            prop_assert!(growth[0].abs() <= 0.0, "{curve:?}: {growth:?}");
            let slack = 4e-15 * limit.max(1e-300);
            for pair in growth.windows(2) {
                let rises = pair[1] >= pair[0] - slack && pair[1] <= limit + slack;
                prop_assert!(rises && pair[1].is_finite(), "{curve:?}: {growth:?}");
            }
        }
    }

    #[test]
    fn fading_laws_are_finite(growth in -0.999..1e6_f64, half_life in positive(-308.0..308.0), phi in positive(-308.0..0.0)) {
        for curve in [Curve::hyperbolic(growth, half_life), Curve::damped(growth, phi)] {
            for (tau, growth_) in TAUS.into_iter().zip(at(&curve, &TAUS, 0.25)) {
                let most = math::ln_1p(growth).abs() * tau;
                prop_assert!(growth_.abs() <= most * (1.0 + 4e-15), "{curve:?} at {tau}: {growth_}");
            }
        }
    }
}

/// `−ln(S^−ν + e^(−kτ))/ν` where both powers underflow.
#[test]
fn a_large_shape_has_a_sharp_bend() {
    let curve = Curve::richards(20.0, 600.0, 300.0);
    let limit = math::ln(20.0);
    for (tau, expected) in [(0.25, 0.5), (1.0, 2.0), (1.4, 2.8), (1.6, limit), (100.0, limit)] {
        let found = at(&curve, &[tau], 0.25)[0];
        assert!((found - expected).abs() <= 4e-15, "at {tau}: {found}, not {expected}");
    }
    // At the bend itself both terms are equal.
    let found = at(&curve, &[limit / 2.0], 0.25)[0];
    assert!((found - (limit - std::f64::consts::LN_2 / 300.0)).abs() <= 4e-15, "{found}");
}

/// Before the base each law has its formula, and is not finite where it is undefined.
#[test]
fn laws_before_the_base() {
    let before = |curve: &Curve, tau: f64| at(curve, &[tau], 0.25)[0];
    let near = |curve: &Curve, tau: f64, expected: f64| {
        let found = before(curve, tau);
        assert!((found - expected).abs() <= 1e-14 * expected.abs(), "{curve:?} at {tau}: {found}, not {expected}");
    };
    let (ln, exp) = (math::ln, math::exp);
    near(&Curve::hyperbolic(0.87, 2.0), -1.0, ln(1.87) * 2.0 * ln(0.5));
    near(&Curve::damped(0.87, 0.7), -0.25, -ln(1.87) * 0.25);
    near(&Curve::damped(0.87, 1.3), -0.25, -ln(1.87) * 0.25);
    near(&Curve::logistic(20.0, 0.6), -1.0, ln(20.0 / (1.0 + 19.0 * exp(0.6))));
    near(&Curve::gompertz(20.0, 0.4), -1.0, ln(20.0) * (1.0 - exp(0.4)));
    near(&Curve::richards(20.0, 0.6, 1.0), -1.0, ln(20.0 / (1.0 + 19.0 * exp(0.6))));
    near(&Curve::bass(0.4, 0.0, 0.5), -1.0, ln((1.0 - 0.5 * exp(0.4)) / 0.5));
    near(&Curve::weibull(20.0, 0.02, 1.0), -1.0, ln((1.0 - 0.95 * exp(0.02)) * 20.0));
    near(&Curve::share(Curve::constant(0.0), 0.5, 0.6, 1.0), -1.0, -ln(1.0 + 1.5) - ln(0.5));
    for undefined in [Curve::hyperbolic(0.87, 2.0), Curve::bass(0.4, 0.0, 0.5), Curve::weibull(20.0, 0.2, 1.0)] {
        assert!(!before(&undefined, -3.0).is_finite(), "{undefined:?}");
    }
}
