//! A random pair: the numbers of a scenario of two providers, and the scenario made of them.

use outgrow::{Assumption, Curve, Error, Provider, Question, Scenario, Tail};

use super::law::Law;

/// A number of the scenario: stated, or one of the pair's draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Fixed(f64),
    Drawn(usize),
}

/// The role of a number, which determines its allowed range and how it enters the log-ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Base,
    Rate,
    HalfLife,
    Ratio,
    Volatility,
}

impl Role {
    /// The lower bound of the allowed range.
    pub(super) fn least(self) -> f64 {
        if self == Self::Rate { -1.0 } else { 0.0 }
    }
}

/// A distribution, and its name if several addresses share it.
#[derive(Debug, Clone)]
pub(super) struct Draw {
    pub(super) law: Law,
    pub(super) role: Role,
    pub(super) name: Option<&'static str>,
}

#[derive(Debug, Clone)]
pub(super) enum Rest {
    None,
    Hold,
    Fade(Number, Number),
    Ratio(Number),
    Auto,
}

#[derive(Debug, Clone)]
pub(super) enum Growth {
    Constant(Number),
    Schedule(Vec<Number>, Rest),
    Fade(Number, Number, Number),
    /// A closure: the log rate halves at once after two years.
    Halved(Number),
    /// Fiscal totals, with the revenue of three quarters before the base.
    Totals(Vec<Number>, Rest, [f64; 3]),
}

impl Growth {
    /// The numbers with their roles, in the order of the scenario.
    pub(super) fn places(&mut self) -> Vec<(Role, &mut Number)> {
        match self {
            Self::Constant(rate) | Self::Halved(rate) => vec![(Role::Rate, rate)],
            Self::Fade(from, to, half_life) => {
                vec![(Role::Rate, from), (Role::Rate, to), (Role::HalfLife, half_life)]
            }
            Self::Schedule(years, rest) | Self::Totals(years, rest, _) => {
                let mut places: Vec<_> = years.iter_mut().map(|rate| (Role::Rate, rate)).collect();
                match rest {
                    Rest::None | Rest::Hold | Rest::Auto => {}
                    Rest::Fade(to, half_life) => places.extend([(Role::Rate, to), (Role::HalfLife, half_life)]),
                    Rest::Ratio(ratio) => places.push((Role::Ratio, ratio)),
                }
                places
            }
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Side {
    pub(super) base: Number,
    pub(super) growth: Growth,
    pub(super) volatility: Number,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Month,
    Quarter,
    Year,
}

impl Step {
    pub(super) fn per_year(self) -> u32 {
        match self {
            Self::Month => 12,
            Self::Quarter => 4,
            Self::Year => 1,
        }
    }

    /// The label of a period, counted from 2018's first.
    fn label(self, period: u32) -> String {
        let (year, part) = (2018 + period / self.per_year(), 1 + period % self.per_year());
        match self {
            Self::Month => format!("{year}-{part:02}"),
            Self::Quarter => format!("{year}-Q{part}"),
            Self::Year => year.to_string(),
        }
    }
}

/// Two providers, challenger first.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) step: Step,
    /// Of the base, counted from the first of 2018.
    pub(super) first: u32,
    pub(super) periods: u32,
    pub(super) draws: Vec<Draw>,
    pub(super) sides: [Side; 2],
    pub(super) correlation: Option<f64>,
    pub(super) sustained: u32,
}

/// Groups of pairs whose times are reported separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    NoVolatility,
    Tiny,
    Fixed,
    Drawn,
}

impl Pair {
    pub(super) fn scenario(&self) -> Result<Scenario, Error> {
        let (from, to) = (self.step.label(self.first), self.step.label(self.first + self.periods));
        let mut builder = Scenario::builder(from.as_str(), to.as_str());
        for draw in &self.draws {
            if let Some(name) = draw.name {
                builder = builder.assumption(name, draw.law.assumption());
            }
        }
        for (name, side) in ["A", "B"].into_iter().zip(&self.sides) {
            let provider = Provider::new(name, self.assumption(side.base)).growth(self.curve(&side.growth));
            let provider = provider.volatility(self.assumption(side.volatility));
            builder = builder.provider(match side.growth {
                Growth::Totals(_, _, history) => provider.history(history),
                _ => provider,
            });
        }
        if let Some(correlation) = self.correlation {
            builder = builder.correlation("A", "B", correlation);
        }
        builder.question(Question::overtakes("A", "B").sustained(self.sustained)).build()
    }

    fn assumption(&self, number: Number) -> Assumption {
        match number {
            Number::Fixed(value) => value.into(),
            Number::Drawn(place) => {
                let draw = &self.draws[place];
                draw.name.map_or_else(|| draw.law.assumption(), Into::into)
            }
        }
    }

    fn curve(&self, growth: &Growth) -> Curve {
        let of = |number: &Number| self.assumption(*number);
        let tail = |rest: &Rest| match rest {
            Rest::None => Tail::none(),
            Rest::Hold => Tail::hold(),
            Rest::Fade(to, half_life) => Tail::fade(of(to), of(half_life)),
            Rest::Ratio(ratio) => Tail::ratio(of(ratio)),
            Rest::Auto => Tail::ratio("auto"),
        };
        match growth {
            Growth::Constant(rate) => Curve::constant(of(rate)),
            Growth::Schedule(rates, rest) => Curve::schedule(rates.iter().map(of), tail(rest)),
            Growth::Totals(rates, rest, _) => Curve::totals(rates.iter().map(of), tail(rest)),
            Growth::Fade(from, to, half_life) => Curve::fade(of(from), of(to), of(half_life)),
            Growth::Halved(rate) => Curve::custom("halved", [of(rate)], |tau, p| p[0].ln_1p() * halved(tau)),
        }
    }

    pub(super) fn class(&self) -> Class {
        let volatility = self.sides.each_ref().map(|side| side.volatility);
        let fixed = volatility.map(|number| if let Number::Fixed(value) = number { Some(value) } else { None });
        match fixed {
            [Some(a), Some(b)] if a.max(b) <= 0.0 => Class::NoVolatility,
            [Some(a), Some(b)] if a.max(b) < 1e-3 => Class::Tiny,
            [Some(_), Some(_)] => Class::Fixed,
            _ => Class::Drawn,
        }
    }

    /// Whether the tests have no independent formula for a curve.
    pub(super) fn has_totals(&self) -> bool {
        self.sides.iter().any(|side| matches!(side.growth, Growth::Totals(..)))
    }

    /// The scenario as a file, or its debug text if a closure prevents that.
    pub(super) fn text(&self) -> String {
        let written = self.scenario().and_then(|scenario| scenario.to_toml());
        written.unwrap_or_else(|error| format!("# no file ({error}):\n{self:#?}"))
    }
}

/// The years at the full rate in [`Growth::Halved`].
pub(super) fn halved(tau: f64) -> f64 {
    tau.min(2.0) + 0.5 * (tau - 2.0).max(0.0)
}
