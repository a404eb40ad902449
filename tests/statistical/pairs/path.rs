//! The log-ratio of a random pair by the model's formulas, in `f64`, independent of the crate's code.
//!
//! It is linear in growth rates γ = ln(1 + g), in log bases, and in the end point of the random walk. Given all other
//! numbers, the log-ratio is therefore `a(t) + c(t)·y` in one of them, the *axis*, and the probability over `y` needs no
//! sampling.

use super::law::{Sampler, normal_below};
use super::model::{Growth, Number, Pair, Rest, Role};
use super::years::years;

/// Log revenues that differ by no more than this are equal, if the axis does not move them.
const TIE: f64 = 1e-12;

/// A smaller slope is a rounding error of two slopes that cancel.
const NO_SLOPE: f64 = 1e-14;

/// The variable that is integrated in closed form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    None,
    Draw(usize),
    /// The random walk at the horizon, in standard units.
    Walk,
}

/// A pair prepared for the evaluation of paths.
#[derive(Debug)]
pub(super) struct Model<'a> {
    pair: &'a Pair,
    samplers: Vec<Sampler>,
    roles: Vec<Role>,
    /// The tail ratio of `auto`, by side.
    auto: [f64; 2],
    /// The growth rates of each side, in the order of their weights.
    rates: [Vec<Number>; 2],
    /// Whether the weights of a side differ between paths.
    bends: [bool; 2],
    axis: Axis,
    bridge: Vec<Stop>,
    walks: bool,
}

/// A date of the bridge: at `t` between two known dates, with weights and a standard deviation.
#[derive(Debug, Clone, Copy)]
struct Stop {
    t: usize,
    left: usize,
    right: usize,
    weight: f64,
    sd: f64,
}

/// Answers of a question: 0 is ahead at the base, then `by` of each date, then `ahead` of each date.
pub(super) fn answers(pair: &Pair) -> usize {
    1 + 2 * pair.periods as usize
}

/// Buffers for one path.
#[derive(Debug)]
pub(super) struct Scratch {
    draws: Vec<f64>,
    /// ln of a base, γ of a rate, otherwise the number itself.
    terms: Vec<f64>,
    walk: Vec<f64>,
    /// By side, growth rate and date: the years at that rate.
    weights: [Vec<Vec<f64>>; 2],
    offset: Vec<f64>,
    slope: Vec<f64>,
    from: Vec<f64>,
}

impl<'a> Model<'a> {
    /// The pair, conditioned on the axis along which the log-ratio varies most.
    pub(super) fn new(pair: &'a Pair) -> Self {
        let mut model = Self::plain(pair);
        model.axis = model.widest();
        model
    }

    /// The pair with every number sampled.
    pub(super) fn plain(pair: &'a Pair) -> Self {
        let samplers: Vec<Sampler> = pair.draws.iter().map(|draw| Sampler::new(&draw.law, draw.role.least())).collect();
        let median = |number: Number| match number {
            Number::Fixed(value) => value,
            Number::Drawn(place) => samplers[place].median(),
        };
        let auto = pair.sides.each_ref().map(|side| match &side.growth {
            Growth::Schedule(rates, Rest::Auto) if rates.len() > 1 => {
                let last = [rates[rates.len() - 1], rates[rates.len() - 2]].map(|rate| median(rate).ln_1p());
                last[0] / last[1]
            }
            _ => f64::NAN,
        });
        let is_drawn = |number: &Number| matches!(number, Number::Drawn(_));
        let places = pair.sides.each_ref().map(|side| {
            let mut growth = side.growth.clone();
            growth.places().into_iter().map(|(role, number)| (role, *number)).collect::<Vec<_>>()
        });
        let rates = places
            .each_ref()
            .map(|places| places.iter().filter(|(role, _)| *role == Role::Rate).map(|(_, number)| *number).collect());
        let bends = places.map(|places| places.iter().any(|(role, number)| *role != Role::Rate && is_drawn(number)));
        let still = pair.sides.iter().all(|side| side.volatility == Number::Fixed(0.0));
        Self {
            pair,
            roles: pair.draws.iter().map(|draw| draw.role).collect(),
            samplers,
            auto,
            rates,
            bends,
            axis: Axis::None,
            bridge: bridge(pair.periods as usize),
            walks: !still,
        }
    }

    /// The number of sampled coordinates.
    pub(super) fn coordinates(&self) -> usize {
        let walk = if self.walks { self.bridge.len() } else { 0 };
        self.samplers.len() + walk - usize::from(self.axis != Axis::None)
    }

    pub(super) fn scratch(&self) -> Scratch {
        let dates = self.pair.periods as usize + 1;
        let zeros = || vec![0.0; dates];
        let draws = vec![0.0; self.samplers.len()];
        let mut weights = self.rates.each_ref().map(|rates| vec![zeros(); rates.len()]);
        for side in [0, 1] {
            if !self.bends[side] {
                self.weigh(side, &draws, &mut weights[side]);
            }
        }
        let terms = draws.clone();
        Scratch { draws, terms, walk: zeros(), weights, offset: zeros(), slope: zeros(), from: zeros() }
    }

    /// The axis with the largest share of the variance of the log-ratio, summed over the dates.
    fn widest(&self) -> Axis {
        let mut room = self.scratch();
        let middle: Vec<f64> = vec![0.5; self.coordinates()];
        let mut best = (0.0, Axis::None);
        let axes = (0..self.samplers.len()).map(Axis::Draw).chain(self.walks.then_some(Axis::Walk));
        for axis in axes {
            let (sd, mixed) = match axis {
                Axis::Draw(place) if matches!(self.roles[place], Role::Base | Role::Rate) => {
                    let sampler = &self.samplers[place];
                    let [low, high] = [0.1, 0.9].map(|u| self.term(place, sampler.quantile(u)));
                    let slow = if sampler.is_slow() { 0.5 } else { 1.0 };
                    (slow * (high - low) / 2.563, self.pair.sides.iter().all(|side| uses(side, place)))
                }
                Axis::Walk => (1.0, false),
                _ => continue,
            };
            if mixed && self.pair.sustained > 1 {
                continue;
            }
            self.path(&mut room, &middle, axis);
            let variance: f64 = room.slope.iter().map(|slope| (slope * sd) * (slope * sd)).sum();
            if variance > best.0 {
                best = (variance, axis);
            }
        }
        best.1
    }

    /// How a draw enters the log-ratio.
    fn term(&self, place: usize, value: f64) -> f64 {
        match self.roles[place] {
            Role::Base => value.ln(),
            Role::Rate => value.ln_1p(),
            _ => value,
        }
    }

    /// Fills offset and slope of one path from its coordinates in (0, 1).
    fn path(&self, room: &mut Scratch, coordinates: &[f64], axis: Axis) {
        let mut coordinates = coordinates.iter().copied();
        for place in 0..self.samplers.len() {
            if axis != Axis::Draw(place) {
                room.draws[place] = self.samplers[place].quantile(coordinates.next().unwrap_or(0.5));
                room.terms[place] = self.term(place, room.draws[place]);
            }
        }
        room.offset.fill(0.0);
        room.slope.fill(0.0);
        let of_axis = if let Axis::Draw(place) = axis { Some(place) } else { None };
        for (side, sign) in [0, 1].into_iter().zip([1.0, -1.0]) {
            self.add_side(room, side, sign, of_axis);
        }
        if self.walks {
            self.add_walk(room, &mut coordinates, axis);
        }
    }

    fn add_side(&self, room: &mut Scratch, index: usize, sign: f64, axis: Option<usize>) {
        if self.bends[index] {
            self.weigh(index, &room.draws, &mut room.weights[index]);
        }
        let Scratch { terms, weights, offset, slope, .. } = room;
        let mut add = |number: Number, log: fn(f64) -> f64, weights: Option<&[f64]>| {
            let (target, factor) = match number {
                Number::Fixed(value) => (&mut *offset, sign * log(value)),
                Number::Drawn(place) if axis == Some(place) => (&mut *slope, sign),
                Number::Drawn(place) => (&mut *offset, sign * terms[place]),
            };
            match weights {
                Some(weights) => target.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += factor * weight),
                None => target.iter_mut().for_each(|sum| *sum += factor),
            }
        };
        add(self.pair.sides[index].base, f64::ln, None);
        for (rate, weights) in self.rates[index].iter().zip(&weights[index]) {
            add(*rate, f64::ln_1p, Some(weights));
        }
    }

    fn weigh(&self, side: usize, draws: &[f64], out: &mut [Vec<f64>]) {
        let growth = &self.pair.sides[side].growth;
        let step = 1.0 / f64::from(self.pair.step.per_year());
        for t in 0..=self.pair.periods {
            years(growth, self.auto[side], draws, f64::from(t) * step, &mut |rate, years| {
                out[rate][t as usize] = years
            });
        }
    }

    fn add_walk(&self, room: &mut Scratch, coordinates: &mut impl Iterator<Item = f64>, axis: Axis) {
        let [a, b] = self.pair.sides.each_ref().map(|side| match side.volatility {
            Number::Fixed(value) => value,
            Number::Drawn(place) => room.draws[place],
        });
        let correlation = self.pair.correlation.unwrap_or(0.0);
        let variance = a * a + b * b - 2.0 * correlation * a * b;
        let sd = (variance.max(0.0) / f64::from(self.pair.step.per_year())).sqrt();
        for (number, stop) in self.bridge.iter().enumerate() {
            let score = if number == 0 && axis == Axis::Walk {
                0.0
            } else {
                let u = coordinates.next().unwrap_or(0.5);
                super::law::normal_score(u, 1.0 - u)
            };
            let (left, right) = (room.walk[stop.left], if number == 0 { 0.0 } else { room.walk[stop.right] });
            room.walk[stop.t] = left + stop.weight * (right - left) + stop.sd * score;
        }
        for (offset, walk) in room.offset.iter_mut().zip(&room.walk) {
            *offset += sd * walk;
        }
        if axis == Axis::Walk {
            let periods = f64::from(self.pair.periods);
            let mut t = 0.0;
            for slope in &mut room.slope {
                *slope += sd * t / periods.sqrt();
                t += 1.0;
            }
        }
    }

    /// The probabilities of one path, over the axis.
    pub(super) fn observe(&self, room: &mut Scratch, coordinates: &[f64], out: &mut [f64]) {
        self.path(room, coordinates, self.axis);
        for slope in &mut room.slope {
            *slope = if slope.abs() < NO_SLOPE { 0.0 } else { *slope };
        }
        let (base, dates) = out.split_at_mut(1);
        let (by, ahead) = dates.split_at_mut(self.pair.periods as usize);
        for (t, ahead) in (1..).zip(ahead) {
            *ahead = self.ahead(room.offset[t], room.slope[t]);
        }
        base[0] = self.ahead(room.offset[0], room.slope[0]);
        if self.pair.sustained == 1 {
            self.first_passage(room, by);
        } else {
            self.first_lasting(room, by);
        }
    }

    /// P(offset + slope·y > 0).
    fn ahead(&self, offset: f64, slope: f64) -> f64 {
        if slope > 0.0 {
            self.above(-offset / slope)
        } else if slope < 0.0 {
            self.below(-offset / slope)
        } else {
            f64::from(u8::from(offset > TIE))
        }
    }

    /// The axis is beyond the lowest threshold counted from below, or the highest counted from above.
    fn first_passage(&self, room: &Scratch, by: &mut [f64]) {
        let (mut least, mut most, mut sure, mut value) = (f64::INFINITY, f64::NEG_INFINITY, false, 0.0);
        for (t, (offset, slope)) in room.offset.iter().zip(&room.slope).enumerate() {
            let threshold = -offset / slope;
            let before = (least, most, sure);
            if *slope > 0.0 {
                least = least.min(threshold);
            } else if *slope < 0.0 {
                most = most.max(threshold);
            } else {
                sure |= *offset > TIE;
            }
            if before != (least, most, sure) {
                value = if sure || least <= most { 1.0 } else { self.above(least) + self.below(most) };
            }
            if t > 0 {
                by[t - 1] = value;
            }
        }
    }

    /// The first of several consecutive dates ahead; all slopes have one sign.
    fn first_lasting(&self, room: &mut Scratch, by: &mut [f64]) {
        let falls = room.slope.iter().any(|slope| *slope < 0.0);
        let sign = if falls { -1.0 } else { 1.0 };
        for ((from, offset), slope) in room.from.iter_mut().zip(&room.offset).zip(&room.slope) {
            *from = if *slope == 0.0 {
                if *offset > TIE { f64::NEG_INFINITY } else { f64::INFINITY }
            } else {
                sign * -offset / slope
            };
        }
        let mut least = f64::INFINITY;
        let windows = room.from.windows(self.pair.sustained as usize);
        let mut firsts = windows.map(|window| window.iter().copied().fold(f64::NEG_INFINITY, f64::max));
        least = least.min(firsts.next().unwrap_or(f64::INFINITY));
        for by in by {
            least = least.min(firsts.next().unwrap_or(f64::INFINITY));
            *by = if least == f64::NEG_INFINITY {
                1.0
            } else if least == f64::INFINITY {
                0.0
            } else if falls {
                self.below(-least)
            } else {
                self.above(least)
            };
        }
    }

    /// P(axis > y).
    fn above(&self, y: f64) -> f64 {
        match self.axis {
            Axis::Draw(place) => self.samplers[place].above(self.number(place, y)),
            _ => normal_below(-y),
        }
    }

    /// P(axis ≤ y).
    fn below(&self, y: f64) -> f64 {
        match self.axis {
            Axis::Draw(place) => self.samplers[place].below(self.number(place, y)),
            _ => normal_below(y),
        }
    }

    fn number(&self, place: usize, y: f64) -> f64 {
        if self.roles[place] == Role::Base { y.exp() } else { y.exp_m1() }
    }

    /// The log-ratio of a path with every coordinate sampled.
    pub(super) fn log_ratio(&self, room: &mut Scratch, coordinates: &[f64]) -> Vec<f64> {
        self.path(room, coordinates, Axis::None);
        room.offset.clone()
    }
}

fn uses(side: &super::model::Side, place: usize) -> bool {
    let mut growth = side.growth.clone();
    side.base == Number::Drawn(place) || growth.places().iter().any(|(_, number)| **number == Number::Drawn(place))
}

/// The horizon first, then midpoints.
fn bridge(periods: usize) -> Vec<Stop> {
    #[expect(clippy::cast_precision_loss, reason = "a few periods")]
    let length = |from: usize, to: usize| (to - from) as f64;
    let first = Stop { t: periods, left: 0, right: periods, weight: 0.0, sd: length(0, periods).sqrt() };
    let (mut stops, mut spans) = (vec![first], vec![(0, periods)]);
    let mut next = 0;
    while next < spans.len() {
        let (left, right) = spans[next];
        next += 1;
        if right - left > 1 {
            let t = left + (right - left) / 2;
            let (before, after, whole) = (length(left, t), length(t, right), length(left, right));
            stops.push(Stop { t, left, right, weight: before / whole, sd: (before * after / whole).sqrt() });
            spans.extend([(left, t), (t, right)]);
        }
    }
    stops
}
