//! A scenario made ready for a run: draws, series in order, and the rows they fill.

use std::collections::HashMap;
use std::sync::Arc;

use super::stream::{StreamKey, slot_of};
use crate::assumption::Assumption;
use crate::assumption::domain::{Address, Domain, Role, Visitor};
use crate::assumption::law::{Law, Shape};
use crate::assumption::quantile::Quantile;
use crate::calendar::Period;
use crate::cpu::Level;
use crate::error::Error;
use crate::growth::{AUTO, Curve, Value};
use crate::math;
use crate::scenario::Scenario;
use crate::shock;

/// The rows of a run: whose revenue, over which periods.
///
/// # Example: what a statistic is told
/// See [`Statistic`](crate::Statistic).
#[derive(Debug, Clone)]
pub struct Rows(Arc<RowsInner>);

#[derive(Debug)]
struct RowsInner {
    names: Vec<String>,
    labels: Vec<Period>,
}

impl Rows {
    fn new(scenario: &Scenario) -> Self {
        let names = scenario.providers().iter().map(|provider| provider.name().to_owned()).collect();
        let labels = (0..=scenario.periods()).map(|t| scenario.label(t)).collect();
        Self(Arc::new(RowsInner { names, labels }))
    }

    /// Whose revenue each row is: the providers, in the scenario's order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0.names
    }

    /// The row of a provider.
    ///
    /// # Errors
    /// Where no provider has that name; the message names the nearest.
    pub fn find(&self, name: &str) -> Result<usize, Error> {
        self.names().iter().position(|known| known == name).ok_or_else(|| {
            let hint = crate::error::did_you_mean(name, self.names().iter().map(String::as_str));
            Error::lookup("name", format!("no provider is named {name:?}{hint}"))
        })
    }

    /// The number of projected periods, `T`; rows hold the periods 0 (the base) to `T`.
    #[must_use]
    pub fn periods(&self) -> usize {
        self.0.labels.len() - 1
    }

    /// The label of period `t`.
    ///
    /// # Panics
    /// Where `t` is beyond `T`.
    #[must_use]
    pub fn label(&self, t: usize) -> Period {
        self.0.labels[t]
    }
}

/// A number of a series: known, or the draw of that index.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Fixed(f64),
    Drawn(usize),
}

#[derive(Debug)]
pub(super) struct Draw {
    pub(super) slot: u64,
    pub(super) quantile: Quantile,
}

#[derive(Debug)]
pub(super) struct Series {
    pub(super) base: Number,
    pub(super) curve: Curve,
    pub(super) numbers: Vec<Number>,
    pub(super) volatility: Number,
    pub(super) key: StreamKey,
    /// `L_ii` of the Cholesky factor.
    pub(super) own: f32,
    /// `(j, L_ij)` of the earlier series that this one's shocks follow.
    pub(super) earlier: Vec<(usize, f32)>,
    /// Whether a later series follows this one's innovations.
    pub(super) kept: bool,
    /// Where base and curve are known: log revenue over the reference at 0..=T, from the f64 curve.
    pub(super) centre: Option<Vec<f64>>,
}

impl Series {
    /// `numbers` are those of the provider in the order of the walk: base, curve, volatility.
    fn new(
        index: usize,
        key: StreamKey,
        curve: Curve,
        mut numbers: Vec<Number>,
        lower: &[Vec<f64>],
        scenario: &Scenario,
    ) -> Self {
        let volatility = numbers.pop().unwrap_or(Number::Fixed(0.0));
        let base = numbers.remove(0);
        resolve_auto(scenario, &curve, &mut numbers);
        let row = &lower[index];
        Self {
            base,
            curve,
            numbers,
            volatility,
            key,
            own: to_f32(row[index]),
            earlier: (0..index).filter(|j| row[*j].abs() > 0.0).map(|j| (j, to_f32(row[j]))).collect(),
            kept: lower.iter().skip(index + 1).any(|later| later[index].abs() > 0.0),
            centre: None,
        }
    }
}

/// Everything a block needs, made once a run.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) rows: Rows,
    pub(super) level: Level,
    pub(super) seed: u64,
    pub(super) step_root: f64,
    pub(super) taus: Vec<f64>,
    pub(super) draws: Vec<Draw>,
    pub(super) series: Vec<Series>,
    /// The power of two that log revenue is relative to (wall 3 of DESIGN.md).
    pub(crate) reference: f64,
    /// Log revenue over the reference with every assumption at its median, by row, at 0..=T.
    pub(crate) central: Vec<Vec<f64>>,
    /// By row, whether its revenue has a mean that can be relied on.
    pub(crate) has_mean: Vec<bool>,
    /// By row, the revenue itself at 0..=T where nothing of it is drawn.
    pub(crate) known: Vec<Option<Vec<f64>>>,
    /// By row, the base revenue where it is not drawn.
    pub(crate) known_base: Vec<Option<f64>>,
}

/// Two log revenues closer than this are a tie where nothing is drawn.
const TIE: f64 = 1e-12;

impl Plan {
    /// # Errors
    /// Where `OUTGROW_CPU` asks for what the machine has not.
    pub(crate) fn new(scenario: &Scenario, seed: u64) -> Result<Self, Error> {
        let mut places = Places::default();
        scenario.clone().walk(&mut places);
        let (draws, mut numbers) = places.resolve(scenario);
        let lower = lower_factor(scenario);
        let (mut series, mut has_mean) = (Vec::new(), Vec::new());
        for (index, provider) in scenario.providers.iter().enumerate() {
            let curve = provider.growth.clone().unwrap_or_else(|| Curve::constant(0.0));
            let own: Vec<Resolved> = numbers.drain(..count_numbers(&curve) + 2).collect();
            has_mean.push(!own.iter().any(|place| place.heavy));
            let numbers = own.into_iter().map(|place| place.number).collect();
            let key = StreamKey::new(seed, slot_of(&format!("series {}", provider.name)));
            series.push(Series::new(index, key, curve, numbers, &lower, scenario));
        }
        let mut plan = Self {
            rows: Rows::new(scenario),
            level: Level::detect()?,
            seed,
            step_root: scenario.step().years().sqrt(),
            taus: scenario.taus(),
            draws,
            series,
            reference: 1.0,
            central: Vec::new(),
            has_mean,
            known: Vec::new(),
            known_base: Vec::new(),
        };
        plan.reference = plan.series.first().map_or(1.0, |first| nearest_power_of_two(plan.median(first.base)));
        plan.trace();
        Ok(plan)
    }

    fn median(&self, number: Number) -> f64 {
        match number {
            Number::Fixed(value) => value,
            Number::Drawn(index) => {
                let mut half = [0.5];
                self.draws[index].quantile.fill(&mut half);
                half[0]
            }
        }
    }

    /// Runs every curve at its medians; where nothing is drawn that is the answer.
    fn trace(&mut self) {
        for index in 0..self.series.len() {
            let series = &self.series[index];
            let base = self.median(series.base);
            let values: Vec<Value<'_>> =
                series.numbers.iter().map(|number| Value::Fixed(self.median(*number))).collect();
            let mut growth = vec![0.0; self.taus.len() + 1];
            series.curve.fill(&values, &self.taus, 1, &mut |t, column| growth[t + 1] = column[0]);
            let start = math::ln(base / self.reference);
            let central: Vec<f64> = growth.iter().map(|growth| start + growth).collect();
            let is_known = |number: &Number| matches!(number, Number::Fixed(_));
            let centre_known = is_known(&series.base) && series.numbers.iter().all(is_known);
            let still = matches!(series.volatility, Number::Fixed(sigma) if sigma <= 0.0);
            let money = || growth.iter().map(|growth| base * math::exp(*growth)).collect();
            self.known.push((centre_known && still).then(money));
            self.known_base.push(is_known(&self.series[index].base).then_some(base));
            self.series[index].centre = centre_known.then(|| central.clone());
            self.central.push(central);
        }
    }

    /// Whether `a` is ahead of `b` at 0..=T, where nothing of either is drawn: from the f64 curves, ties within 1e-12.
    pub(crate) fn known_lead(&self, a: usize, b: usize) -> Option<Vec<bool>> {
        self.known[a].as_ref().and(self.known[b].as_ref())?;
        Some(self.central[a].iter().zip(&self.central[b]).map(|(a, b)| a - b > TIE).collect())
    }

    /// Whether `a` is ahead of `b` at the base, where neither base is drawn.
    pub(crate) fn known_lead_at_base(&self, a: usize, b: usize) -> Option<bool> {
        self.known_base[a].and(self.known_base[b])?;
        Some(self.central[a][0] - self.central[b][0] > TIE)
    }

    /// Whether anything at all is drawn.
    pub(crate) fn is_deterministic(&self) -> bool {
        self.known.iter().all(Option::is_some)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "states are f32 by design (wall 3)")]
#[inline(always)]
pub(super) fn to_f32(x: f64) -> f32 {
    x as f32
}

fn lower_factor(scenario: &Scenario) -> Vec<Vec<f64>> {
    let index = |name: &String| scenario.provider_index(name).unwrap_or(0);
    let stated: Vec<shock::Stated> = scenario
        .correlations
        .iter()
        .map(|correlation| (index(&correlation.between[0]), index(&correlation.between[1]), correlation.value))
        .collect();
    shock::factor(scenario.providers.len(), &stated).unwrap_or_default()
}

/// 2^k with k the nearest whole number to log₂ x; exact.
fn nearest_power_of_two(x: f64) -> f64 {
    let exponent = (math::ln(x) / std::f64::consts::LN_2).round().clamp(-1022.0, 1023.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 2046")]
    let biased = (exponent + 1023.0) as u64;
    f64::from_bits(biased << 52)
}

fn count_numbers(curve: &Curve) -> usize {
    let mut places = Places::default();
    curve.clone().walk(&mut places);
    places.list.len()
}

/// Puts the ratio that `auto` stands for in its place.
fn resolve_auto(scenario: &Scenario, curve: &Curve, numbers: &mut [Number]) {
    if let Ok(medians) = scenario.medians(curve) {
        let unresolved = |number: &Number| matches!(number, Number::Fixed(value) if value.is_nan());
        let places = numbers.iter_mut().zip(&medians).filter(|(number, _)| unresolved(number));
        places.for_each(|(number, median)| *number = Number::Fixed(*median));
    }
}

/// The places of a scenario in the order of its walk.
#[derive(Default)]
struct Places {
    address: Address,
    list: Vec<(String, Assumption, Domain)>,
}

struct Resolved {
    number: Number,
    heavy: bool,
}

impl Places {
    /// Named assumptions become one draw for all of their places, within what all of them allow.
    fn resolve(self, scenario: &Scenario) -> (Vec<Draw>, Vec<Resolved>) {
        let used = self.list.iter().filter(|(address, ..)| !address.starts_with("assumption["));
        let laws: HashMap<&str, &Law> =
            scenario.assumptions.iter().map(|(name, value)| (name.as_str(), &value.law)).collect();
        let domains = self.domains();
        let mut draws: Vec<Draw> = Vec::new();
        let mut names: HashMap<&str, Number> = HashMap::new();
        let mut resolved = Vec::new();
        for (address, assumption, domain) in used {
            let law = assumption.name().map_or(Some(&assumption.law), |name| laws.get(name).copied());
            let shape = law.and_then(Shape::of);
            let is_drawn = !matches!(shape, Some(Shape::Constant(_)));
            let heavy = is_drawn && domain.role == Role::Exponent && law.is_some_and(Law::has_heavy_tail);
            let number = match (shape, assumption.name()) {
                (None, _) => Number::Fixed(f64::NAN), // `auto`, the one name without a law
                (Some(Shape::Constant(value)), _) => Number::Fixed(value),
                (Some(shape), None) => push(&mut draws, address, &shape, *domain),
                (Some(shape), Some(name)) => *names.entry(name).or_insert_with(|| {
                    let domain = domains.get(name).copied().unwrap_or(Domain::FINITE);
                    push(&mut draws, name, &shape, domain)
                }),
            };
            resolved.push(Resolved { number, heavy });
        }
        (draws, resolved)
    }

    /// What all places of each name allow.
    fn domains(&self) -> HashMap<&str, Domain> {
        let mut domains = HashMap::new();
        for (_, assumption, domain) in &self.list {
            if let Some(name) = assumption.name() {
                let all = domains.entry(name).or_insert(Domain::FINITE);
                *all = all.and(*domain);
            }
        }
        domains
    }
}

fn push(draws: &mut Vec<Draw>, slot: &str, shape: &Shape, domain: Domain) -> Number {
    let quantile = Quantile::within(shape, domain);
    draws.push(Draw { slot: slot_of(&format!("assumption {slot}")), quantile });
    Number::Drawn(draws.len() - 1)
}

impl Visitor for Places {
    fn address(&mut self) -> &mut Address {
        &mut self.address
    }

    fn number(&mut self, domain: Domain, value: &mut Assumption) {
        debug_assert!(value.name() != Some(AUTO) || domain == Domain::RATIO, "validation keeps auto to ratios");
        self.list.push((self.address.as_str().to_owned(), value.clone(), domain));
    }

    fn plain(&mut self, _: Domain, _: &mut f64) {}

    fn count(&mut self, _: Domain, _: &mut u32) {}
}
