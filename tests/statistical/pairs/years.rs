//! Growth curves: Γ(τ) is the sum over growth rates of γ = ln(1 + g) times the years at that rate.

use super::model::{Growth, Number, Rest, halved};

/// Reports the years up to `tau` at each growth rate, by the index of the rate in the curve. `auto` is the ratio of a tail
/// of that name.
pub(super) fn years(growth: &Growth, auto: f64, draws: &[f64], tau: f64, report: &mut dyn FnMut(usize, f64)) {
    let value = |number: Number| match number {
        Number::Fixed(value) => value,
        Number::Drawn(place) => draws[place],
    };
    match growth {
        Growth::Constant(_) => report(0, tau),
        Growth::Halved(_) => report(0, halved(tau)),
        Growth::Fade(_, _, half_life) => {
            let at_first = faded(tau, value(*half_life));
            report(0, at_first);
            report(1, tau - at_first);
        }
        Growth::Schedule(rates, rest) => {
            let last = rates.len() - 1;
            let mut start = 0.0;
            for rate in 0..last {
                report(rate, (tau - start).clamp(0.0, 1.0));
                start += 1.0;
            }
            let (within, after) = ((tau - start).clamp(0.0, 1.0), (tau - start - 1.0).max(0.0));
            match rest {
                Rest::None => report(last, within),
                Rest::Hold => report(last, within + after),
                Rest::Fade(_, half_life) => {
                    let at_last = faded(after, value(*half_life));
                    report(last, within + at_last);
                    report(last + 1, after - at_last);
                }
                Rest::Ratio(ratio) => report(last, within + powers(after, value(*ratio))),
                Rest::Auto => report(last, within + powers(after, auto)),
            }
        }
        Growth::Totals(..) => unreachable!("pairs with totals are simulated by the crate"),
    }
}

/// `(h/ln 2)(1 − 2^(−τ/h))`.
fn faded(tau: f64, half_life: f64) -> f64 {
    let rate = std::f64::consts::LN_2 / half_life;
    -(-rate * tau).exp_m1() / rate
}

/// r + r² + …, the last year partially.
fn powers(mut years: f64, ratio: f64) -> f64 {
    let (mut sum, mut power) = (0.0, 1.0);
    while years > 0.0 {
        power *= ratio;
        sum += power * years.min(1.0);
        years -= 1.0;
    }
    sum
}
