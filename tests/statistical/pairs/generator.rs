//! Random pairs from an index: 0 to 8 draws of every distribution, any mix of volatilities, steps, tails, ties and
//! probabilities.

use super::law::{Law, normal_score, rounded};
use super::model::{Draw, Growth, Number, Pair, Rest, Role, Side, Step};
use super::path::Model;
use super::random::Random;

/// Names of assumptions that are used at several addresses.
const NAMES: [&str; 3] = ["shared", "common", "both"];

/// The pair of an index; 0 and 1 come from the report that led to this test.
pub(super) fn pair(number: u64) -> Pair {
    match number {
        0 => first(),
        1 => second(),
        _ => {
            let mut random = Random::new(number.wrapping_mul(0xD134_2543_DE82_EF95));
            // A draw may have more probability outside its allowed range than is accepted.
            (0..100)
                .map(|_| random_pair(&mut random))
                .find(|pair| pair.scenario().is_ok())
                .unwrap_or_else(|| panic!("pair {number}: {}", random_pair(&mut random).text()))
        }
    }
}

fn draw(draws: &mut Vec<Draw>, role: Role, law: Law) -> Number {
    draws.push(Draw { law, role, name: None });
    Number::Drawn(draws.len() - 1)
}

fn first() -> Pair {
    let mut draws = Vec::new();
    let mut add = |role, law| draw(&mut draws, role, law);
    let rates = vec![add(Role::Rate, Law::Normal(0.87, 0.10)), add(Role::Rate, Law::Normal(0.60, 0.15))];
    let tail = Rest::Fade(Number::Fixed(0.12), add(Role::HalfLife, Law::Lognormal(2.0, 0.3)));
    let volatility = Number::Fixed(0.0);
    let a = Side { base: Number::Fixed(700.0), growth: Growth::Schedule(rates, tail), volatility };
    let base = add(Role::Base, Law::Lognormal(1200.0, 0.12));
    let from = add(Role::Rate, Law::Normal(0.45, 0.08));
    let growth = Growth::Fade(from, Number::Fixed(0.12), add(Role::HalfLife, Law::Lognormal(4.0, 0.3)));
    let sides = [a, Side { base, growth, volatility }];
    Pair { step: Step::Quarter, first: 0, periods: 40, draws, sides, correlation: None, sustained: 1 }
}

fn second() -> Pair {
    let mut draws = Vec::new();
    let mut add = |role, law| draw(&mut draws, role, law);
    let volatility = Number::Fixed(0.0);
    let base = add(Role::Base, Law::Uniform(479.6791, 630.6892));
    let rates = vec![add(Role::Rate, Law::Normal(0.5627, 0.1)), add(Role::Rate, Law::Normal(0.3939, 0.12))];
    let a = Side { base, growth: Growth::Schedule(rates, Rest::Ratio(Number::Fixed(0.7))), volatility };
    let base = add(Role::Base, Law::Interval(868.8, 1131.2));
    let rates = vec![add(Role::Rate, Law::Pert(0.0231, 0.2731, 0.5231)), Number::Fixed(0.1912)];
    let to = add(Role::Rate, Law::Uniform(0.086, 0.154));
    let tail = Rest::Fade(to, add(Role::HalfLife, Law::Lognormal(4.89, 0.3)));
    let sides = [a, Side { base, growth: Growth::Schedule(rates, tail), volatility }];
    Pair { step: Step::Month, first: 2, periods: 18, draws, sides, correlation: None, sustained: 1 }
}

fn random_pair(random: &mut Random) -> Pair {
    let mut step = random.one_of(&[Step::Month, Step::Quarter, Step::Quarter, Step::Quarter, Step::Year]);
    let periods = 4 + u32::try_from(random.below(37)).expect("small");
    let has_totals = random.chance(0.04);
    if has_totals {
        step = Step::Quarter;
    }
    let years = periods.div_ceil(step.per_year());
    let base = rounded(1000.0 * (0.7 * (random.uniform() - 0.5)).exp());
    let volatility = volatilities(random);
    let mut sides = [0, 1].map(|side| Side {
        base: Number::Fixed(base),
        growth: growth(random, years, if has_totals && side == 0 { Some(base) } else { None }),
        volatility: Number::Fixed(volatility[side]),
    });
    let draws = draws(random, &mut sides);
    let sustained = if random.chance(0.1) { random.one_of(&[2, 3]) } else { 1 };
    let correlation = random.chance(0.4).then(|| {
        let any = rounded(random.between(-0.95, 0.95));
        random.one_of(&[0.0, 0.9, -0.9, 0.3, any, any])
    });
    // Totals need the year up to the base.
    let first = if has_totals { 3 } else { u32::try_from(random.below(step.per_year() as usize)).expect("small") };
    let mut pair = Pair { step, first, periods, draws, sides, correlation, sustained };
    set_gap(random, &mut pair);
    pair
}

/// The medians of both volatilities, possibly 0.
fn volatilities(random: &mut Random) -> [f64; 2] {
    let any = rounded(random.between(0.03, 0.35));
    let one = random.one_of(&[0.0, 0.0, 0.0, 1e-6, 0.02, 0.1, 0.25, any, any, any]);
    let other = rounded(random.between(0.03, 0.35));
    match random.below(10) {
        0..=2 => [one, 0.0],
        3 => [0.0, one],
        4..=6 => [one, one],
        _ if one > 1e-3 => [one, other],
        _ => [one, one],
    }
}

/// A curve with plain numbers; fiscal totals if the base of a provider with history is given.
fn growth(random: &mut Random, years: u32, totals: Option<f64>) -> Growth {
    let high = random.between(-0.1, 0.9);
    let rate = |random: &mut Random, at: f64| Number::Fixed(rounded(at + random.between(-0.1, 0.1)));
    let to = Number::Fixed(rounded(random.between(-0.05, 0.2)));
    let half_life = Number::Fixed(rounded(random.between(0.5, 6.0)));
    let kind = if totals.is_some() { 10 } else { random.below(30) };
    match kind {
        0 => Growth::Halved(rate(random, high)),
        1..=4 => Growth::Constant(rate(random, 0.5 * high)),
        5..=19 => {
            let count = 1 + random.below(3);
            let mut at = high;
            let rates: Vec<Number> = (0..count)
                .map(|_| {
                    at *= random.between(0.5, 1.0);
                    rate(random, at)
                })
                .collect();
            let rest = match random.below(8) {
                0 if years as usize <= count && totals.is_none() => Rest::None,
                0..=2 => Rest::Hold,
                3..=5 => Rest::Fade(to, half_life),
                6 if count > 1 && is_fading(&rates) => Rest::Auto,
                _ => Rest::Ratio(Number::Fixed(rounded(random.between(0.4, 1.0)))),
            };
            match totals {
                None => Growth::Schedule(rates, rest),
                Some(base) => Growth::Totals(rates, rest, [0.7, 0.8, 0.9].map(|share| rounded(share * base))),
            }
        }
        _ => Growth::Fade(rate(random, high), to, half_life),
    }
}

/// Whether `auto` has a ratio between 0 and 1 with a margin for draws around the last two rates.
fn is_fading(rates: &[Number]) -> bool {
    let [.., Number::Fixed(before), Number::Fixed(last)] = rates else { return false };
    *last > 0.02 && *last < 0.8 * before
}

/// Replaces up to 8 numbers by draws; some addresses share a draw.
fn draws(random: &mut Random, sides: &mut [Side; 2]) -> Vec<Draw> {
    // The role of a number, whether it is a parameter of a closure (whose domain is unbounded, so its distribution must be
    // bounded), and the number.
    let mut places: Vec<(Role, bool, &mut Number)> = Vec::new();
    for side in sides.iter_mut() {
        let Side { base, growth, volatility } = side;
        let is_custom = matches!(growth, Growth::Halved(_));
        places.push((Role::Base, false, base));
        places.extend(growth.places().into_iter().map(|(role, number)| (role, is_custom, number)));
        if matches!(volatility, Number::Fixed(value) if *value > 1e-3) {
            places.push((Role::Volatility, false, volatility));
        }
    }
    let wanted = random.below(9);
    let mut draws: Vec<Draw> = Vec::new();
    let mut names = NAMES.into_iter();
    while draws.len() < wanted && !places.is_empty() {
        let (role, mut is_custom, place) = places.swap_remove(random.below(places.len()));
        let Number::Fixed(middle) = *place else { continue };
        *place = Number::Drawn(draws.len());
        let mut name = None;
        if random.chance(0.12)
            && let Some(twin) = places.iter().position(|(other, ..)| *other == role)
        {
            let (_, is_twin_custom, twin) = places.swap_remove(twin);
            *twin = Number::Drawn(draws.len());
            is_custom |= is_twin_custom;
            name = names.next();
            assert!(name.is_some() || draws.len() >= NAMES.len(), "names for all");
        }
        let law = law(random, role, middle, is_custom);
        draws.push(Draw { law, role, name });
    }
    draws
}

/// A distribution around a number.
fn law(random: &mut Random, role: Role, middle: f64, is_bounded: bool) -> Law {
    let sd = match role {
        Role::Base => middle * (0.01_f64.ln() + random.uniform() * 30_f64.ln()).exp(),
        Role::Rate => (1.0 + middle) * random.between(0.005, 0.12),
        Role::HalfLife => middle * random.between(0.05, 0.45),
        Role::Ratio => middle * random.between(0.02, 0.15),
        Role::Volatility => middle * random.between(0.05, 0.5),
    };
    let room = middle - role.least();
    let low = |of: f64| (middle - of * sd).max(role.least() + 0.02 * room);
    let high = |of: f64| middle + of * sd;
    let is_wide = room < 4.9 * sd;
    let bounded = |random: &mut Random| match random.below(4) {
        // Including zero volatility.
        0 if role == Role::Volatility => Law::Uniform(0.0, 2.0 * middle),
        0 | 1 => Law::Uniform(low(1.7), high(1.7)),
        2 => Law::Triangular(low(2.0), random.one_of(&[low(2.0), middle, high(1.0)]), high(2.5)),
        _ => Law::Pert(low(2.5), random.one_of(&[middle, middle, low(2.5)]), high(3.5)),
    };
    if is_bounded {
        return snapped(&bounded(random));
    }
    let law = match random.below(8) {
        0 if !is_wide => Law::Normal(middle, sd),
        1 if !is_wide => Law::Interval(middle - 1.644_854 * sd, middle + 1.644_854 * sd),
        0 | 2 if middle > 0.0 => Law::Lognormal(middle, (sd / middle).min(0.6)),
        1 | 3 if middle > 0.0 => {
            let width = (1.644_854 * (sd / middle).min(0.6)).exp();
            Law::LogInterval(middle / width, middle * width)
        }
        4 => {
            let of = Law::Normal(middle, random.between(1.0, 2.0) * sd);
            let (below, above) = (Some(low(random.between(0.2, 2.0))), Some(high(random.between(0.2, 3.0))));
            let (below, above) = random.one_of(&[(below, above), (below, None), (below, above)]);
            Law::Truncated(Box::new(of), below, above)
        }
        5 if middle > 0.0 => {
            let of = Law::Lognormal(middle, (1.5 * sd / middle).min(0.8));
            let (below, above) = (Some(low(random.between(0.2, 2.0))), Some(high(random.between(0.2, 3.0))));
            let (below, above) = random.one_of(&[(below, above), (None, above), (below, None)]);
            Law::Truncated(Box::new(of), below, above)
        }
        _ => bounded(random),
    };
    snapped(&law)
}

/// With parameters rounded to six digits.
fn snapped(law: &Law) -> Law {
    law.scaled(1.0)
}

/// Paths used to set the gap of the bases.
const PILOT: u32 = 512;

/// Scales the incumbent's base for a probability between 1e-6 and 1 − 1e-6; some bases remain equal or overlap.
fn set_gap(random: &mut Random, pair: &mut Pair) {
    let kind = random.below(20);
    let factor = match kind {
        0 | 1 => 1.0,
        2..=4 => random.between(-0.1, 0.2).exp(),
        _ if pair.has_totals() => random.between(0.0, 0.8).exp(),
        _ => needed(random, pair).exp(),
    };
    let [challenger, incumbent] = pair.sides.each_ref().map(|side| side.base);
    match incumbent {
        Number::Fixed(base) => pair.sides[1].base = Number::Fixed(rounded(base * factor)),
        Number::Drawn(place) if challenger != incumbent => pair.draws[place].law = pair.draws[place].law.scaled(factor),
        Number::Drawn(_) => {}
    }
}

/// The gap of the log bases for a given probability.
fn needed(random: &mut Random, pair: &Pair) -> f64 {
    let model = Model::plain(pair);
    let mut room = model.scratch();
    let mut point = vec![0.0; model.coordinates()];
    let highest = (0..PILOT).map(|_| {
        point.iter_mut().for_each(|x| *x = random.uniform());
        model.log_ratio(&mut room, &point)[1..].iter().copied().fold(f64::NEG_INFINITY, f64::max)
    });
    let mut highest: Vec<f64> = highest.collect();
    highest.sort_by(f64::total_cmp);
    let small = 10_f64.powf(-random.between(1.5, 6.0));
    let even = random.between(0.02, 0.98);
    let probability = random.one_of(&[even, even, even, small, small, 1.0 - small]);
    let count = f64::from(PILOT);
    let mean = highest.iter().sum::<f64>() / count;
    let sd = (highest.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count).sqrt();
    if sd <= 0.0 {
        return mean * random.between(0.6, 1.2);
    }
    let extrapolated = mean + sd * normal_score(1.0 - probability, probability);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the pilot's size")]
    let place = ((1.0 - probability) * count) as usize;
    let found = highest[place.min(highest.len() - 1)];
    if probability > 0.01 && probability < 0.99 || random.chance(0.4) { found } else { extrapolated }
}
