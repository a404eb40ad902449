//! Every growth law with any numbers has finite log growth that begins at 0 and is monotone where the law is, or is refused.

use bolero::check;
use outgrow::{Curve, Tail};

use crate::numbers::Source;
use crate::scenario_toml::explains;

/// Increasing times, in years since the base.
const TIMES: [f64; 12] = [0.0, 1e-9, 0.01, 0.25, 0.5, 1.0, 1.75, 2.0, 5.0, 12.5, 60.0, 200.0];

#[test]
fn curves() {
    check!(name = "curves").for_each(|bytes: &[u8]| {
        let mut source = Source::new(bytes);
        let Drawn { curve, direction, steepest } = drawn(&mut source, 0);
        let mut last: Option<f64> = None;
        for tau in TIMES {
            let growth = match curve.log_growth(tau) {
                Ok(growth) => growth,
                Err(error) => return explains(&error),
            };
            assert!(growth.is_finite(), "{curve:?} at {tau}: {growth}");
            // What a simulation takes for a tie, and the rounding of terms that cancel.
            let grain = 1e-12 * (1.0 + growth.abs()) + 4.0 * f64::EPSILON * steepest * tau;
            match last {
                None => assert!(growth.abs() <= 1e-12, "{curve:?} begins at {growth}"),
                Some(last) if direction > 0 => {
                    assert!(growth >= last - grain, "{curve:?} at {tau}: {last} to {growth}")
                }
                Some(last) if direction < 0 => {
                    assert!(growth <= last + grain, "{curve:?} at {tau}: {last} to {growth}")
                }
                Some(_) => {}
            }
            last = Some(growth);
        }
    });
}

/// A curve; `direction` is 1 if it never falls, −1 if it never rises, and 0 if nothing is known.
struct Drawn {
    curve: Curve,
    direction: i32,
    /// The largest log growth rate that is stated.
    steepest: f64,
}

impl Drawn {
    fn of_rates(curve: Curve, rates: &[f64]) -> Self {
        let steepest = rates.iter().map(|rate| rate.ln_1p().abs()).fold(0.0, f64::max);
        Self { curve, direction: sign(rates), steepest }
    }

    fn rising(curve: Curve) -> Self {
        Self { curve, direction: 1, steepest: 0.0 }
    }
}

fn sign(values: &[f64]) -> i32 {
    if values.iter().all(|value| *value >= 0.0) {
        1
    } else if values.iter().all(|value| *value <= 0.0) {
        -1
    } else {
        0
    }
}

fn drawn(source: &mut Source<'_>, depth: u8) -> Drawn {
    let rate = |source: &mut Source<'_>| source.number(-0.9, 3.0);
    let positive = |source: &mut Source<'_>| source.number(0.01, 10.0);
    match source.below(if depth < 8 { 13 } else { 10 }) {
        0 => {
            let growth = rate(source);
            Drawn::of_rates(Curve::constant(growth), &[growth])
        }
        1 => {
            let [from, to, half_life] = [rate(source), rate(source), positive(source)];
            Drawn::of_rates(Curve::fade(from, to, half_life), &[from, to])
        }
        2 => {
            let [from, half_life] = [rate(source), positive(source)];
            Drawn::of_rates(Curve::hyperbolic(from, half_life), &[from])
        }
        3 => {
            let [from, phi] = [rate(source), source.number(0.1, 1.1)];
            Drawn::of_rates(Curve::damped(from, phi), &[from])
        }
        4 => Drawn::rising(Curve::logistic(source.number(1.0, 50.0), positive(source))),
        5 => Drawn::rising(Curve::gompertz(source.number(1.0, 50.0), positive(source))),
        6 => Drawn::rising(Curve::richards(source.number(1.0, 50.0), positive(source), positive(source))),
        7 => {
            let [p, q, adopted] = [source.number(0.001, 0.1), source.number(0.0, 1.0), source.number(0.001, 1.0)];
            Drawn::rising(Curve::bass(p, q, adopted))
        }
        8 => Drawn::rising(Curve::weibull(source.number(1.0, 50.0), positive(source), positive(source))),
        9 => scheduled(source),
        10 | 11 => {
            let market = drawn(source, depth + 1);
            let [from, to, half_life] = [source.number(0.0, 1.0), source.number(0.0, 1.0), positive(source)];
            let gained = if to >= from { 1 } else { -1 };
            let direction = if gained == market.direction { gained } else { 0 };
            Drawn { curve: Curve::share(market.curve, from, to, half_life), direction, ..market }
        }
        _ => {
            let [one, other] = [drawn(source, depth + 1), drawn(source, depth + 1)];
            let weights = [source.number(0.0, 2.0), source.number(0.0, 2.0)];
            let direction = if one.direction == other.direction { one.direction } else { 0 };
            let steepest = one.steepest.max(other.steepest);
            Drawn { curve: Curve::mixture([(weights[0], one.curve), (weights[1], other.curve)]), direction, steepest }
        }
    }
}

fn scheduled(source: &mut Source<'_>) -> Drawn {
    let count = source.below(6);
    let rates: Vec<f64> = (0..count).map(|_| source.number(-0.9, 3.0)).collect();
    let mut all = rates.clone();
    let tail = match source.below(5) {
        0 => Tail::none(),
        1 => Tail::hold(),
        2 => Tail::ratio(source.number(0.01, 1.5)),
        3 => Tail::ratio("auto"),
        _ => {
            let [to, half_life] = [source.number(-0.9, 3.0), source.number(0.01, 10.0)];
            all.push(to);
            Tail::fade(to, half_life)
        }
    };
    Drawn::of_rates(Curve::schedule(rates, tail), &all)
}
