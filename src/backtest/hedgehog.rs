//! What was forecast of one pair from every origin, and what happened.

use std::collections::BTreeMap;

use super::cases::{Known, Pair, Truth};
use crate::calendar::Period;
use crate::error::{Error, did_you_mean};
use crate::math;

/// The log-ratio of one pair: what the outside view forecast from every origin that was scored, and what happened.
///
/// Made by [`Backtest::run`](super::Backtest::run); [`Scorecard::hedgehog_chart`](super::Scorecard::hedgehog_chart) draws it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Hedgehog {
    /// The group, `""` if the file has none.
    pub group: String,
    /// The name in the numerator of the ratio.
    pub a: String,
    /// The name in the denominator.
    pub b: String,
    /// ln(a/b) at the end of every year in which both have a value, as known now.
    pub observed: Vec<(Period, f64)>,
    /// The forecasts, by origin.
    pub fans: Vec<OriginFan>,
}

/// The forecast of a log-ratio from one origin.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct OriginFan {
    /// The last period known.
    pub origin: Period,
    /// ln(a/b) at the origin, as known then.
    pub start: f64,
    /// The 10, 50 and 90 % quantiles of ln(a/b) at the end of each year after the origin.
    pub years: Vec<[f64; 3]>,
}

impl OriginFan {
    /// The fan of a case, from the quantiles of ln(challenger/incumbent).
    pub(super) fn of(case: &Known, years: Vec<[f64; 3]>, chosen: &Chosen) -> Self {
        let origin = case.pair.base;
        if case.pair.challenger == chosen.a {
            return Self { origin, start: -case.gap, years };
        }
        Self { origin, start: case.gap, years: years.into_iter().map(|[low, mid, high]| [-high, -mid, -low]).collect() }
    }
}

/// A pair by name, in the order in which its ratio is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) group: Option<String>,
    pub(super) a: String,
    pub(super) b: String,
}

impl Chosen {
    /// The pair whose forecasts are kept: that with the most cases, of those with the names that were asked for.
    ///
    /// # Errors
    /// If there is no case of the names.
    pub(super) fn among<'a>(
        asked: Option<&Self>,
        cases: impl Iterator<Item = &'a Known> + Clone,
    ) -> Result<Self, Error> {
        let mut counts: BTreeMap<(&str, [&str; 2]), (usize, &Pair)> = BTreeMap::new();
        for case in cases.clone().filter(|case| asked.is_none_or(|asked| asked.is_of(case))) {
            let mut names = [case.pair.challenger.as_str(), case.pair.incumbent.as_str()];
            names.sort_unstable();
            counts.entry((&case.pair.group, names)).or_insert((0, &case.pair)).0 += 1;
        }
        let mut most: Option<(usize, &Pair)> = None;
        for (count, pair) in counts.into_values() {
            if most.is_none_or(|(largest, _)| count > largest) {
                most = Some((count, pair));
            }
        }
        match (most, asked) {
            (Some((_, Pair { group, .. })), Some(Self { a, b, .. })) => {
                Ok(Self { group: Some(group.clone()), a: a.clone(), b: b.clone() })
            }
            (Some((_, Pair { group, challenger, incumbent, .. })), None) => {
                Ok(Self { group: Some(group.clone()), a: challenger.clone(), b: incumbent.clone() })
            }
            (None, Some(asked)) => Err(asked.missing(cases)),
            (None, None) => Err(Error::invalid("back-test", "panel", "there is no case")),
        }
    }

    pub(super) fn is_of(&self, case: &Known) -> bool {
        let Pair { group, challenger, incumbent, .. } = &case.pair;
        let is_same = |a: &str, b: &str| a == self.a && b == self.b;
        self.group.as_ref().is_none_or(|asked| asked == group)
            && (is_same(challenger, incumbent) || is_same(incumbent, challenger))
    }

    fn missing<'a>(&self, cases: impl Iterator<Item = &'a Known>) -> Error {
        let Self { group, a, b } = self;
        let pairs: Vec<&Pair> = cases.map(|case| &case.pair).collect();
        let mut names: Vec<&str> =
            pairs.iter().flat_map(|pair| [pair.challenger.as_str(), pair.incumbent.as_str()]).collect();
        names.sort_unstable();
        names.dedup();
        let unknown = [a.as_str(), b.as_str()].into_iter().find(|name| !names.contains(name));
        let hint = unknown.map_or_else(String::new, |name| did_you_mean(name, names.iter().copied()));
        let within = group.as_ref().map_or_else(String::new, |group| format!(" in the group {group:?}"));
        Error::lookup("back-test", format!("no case of {a:?} and {b:?}{within} is scored{hint}"))
    }

    /// With what happened and what was forecast.
    pub(super) fn with(self, truth: &Truth, ends: &[Period], fans: Vec<OriginFan>) -> Hedgehog {
        let Self { group, a, b } = self;
        let group = group.unwrap_or_default();
        let values = truth.both(&group, [&a, &b]);
        let known = ends.iter().zip(values);
        let observed = known.filter_map(|(end, [a, b])| Some((*end, math::ln(a? / b?)))).collect();
        Hedgehog { group, a, b, observed, fans }
    }
}
