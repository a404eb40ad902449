//! A scenario compiled for a run: draws, series in order, and the rows they fill.

use super::close::Close;
use super::measured::Measured;
use super::places::{Places, Resolved};
use super::rows::Rows;
use super::sampler::{Drawn, Sampler, Sobol};
use super::stream::{StreamKey, slot_of};
use super::sums::SumRow;
use super::tilt;
use crate::assumption::address::{ProviderKey, Trail, of_provider};
use crate::assumption::quantile::Quantile;
use crate::cpu::Level;
use crate::error::Error;
use crate::growth::{Centre, Curve, Ready, Value};
use crate::math;
use crate::scenario::{Dates, Measure, Question, Scenario};
use crate::shock;

/// A number of a series: fixed, or the index of its draw.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Fixed(f64),
    Drawn(usize),
}

#[derive(Debug)]
pub(super) struct Draw {
    /// Address of the distribution.
    pub(super) address: String,
    pub(super) slot: u64,
    pub(super) quantile: Quantile,
}

#[derive(Debug)]
pub(super) struct Series {
    pub(super) base: Number,
    pub(super) growth: Ready,
    /// The base revenue at its median.
    pub(super) base_median: f64,
    pub(super) numbers: Vec<Number>,
    pub(super) volatility: Number,
    pub(super) slot: u64,
    pub(super) key: StreamKey,
    /// `L_ii` of the Cholesky factor.
    pub(super) own: f32,
    /// `(j, L_ij)` of the earlier series correlated with this one.
    pub(super) earlier: Vec<(usize, f32)>,
    /// `(j, L_ij)` of all nonzero entries, including j = i, in f64.
    pub(super) factor: Vec<(usize, f64)>,
    /// Whether a later series depends on this one's innovations.
    pub(super) kept: bool,
    /// Where base and curve are fixed: log revenue relative to the reference at 0..=T, from the f64 curve.
    pub(super) centre: Option<Vec<f64>>,
}

impl Series {
    /// `numbers` are those of the provider in the order of the walk: base, curve, volatility.
    ///
    /// # Errors
    /// If the central path cannot meet its fiscal totals; validation rules this out.
    fn new(
        (scenario, index): (&Scenario, usize),
        seed: u64,
        curve: &Curve,
        mut numbers: Vec<Number>,
        draws: &[Draw],
        lower: &[Vec<f64>],
    ) -> Result<Self, Error> {
        let provider = &scenario.providers[index];
        let volatility = numbers.pop().unwrap_or(Number::Fixed(0.0));
        let base = numbers.remove(0);
        resolve_auto(scenario, curve, &mut numbers);
        let drawn = |number: &Number| matches!(number, Number::Drawn(_));
        let centre = |number: &Number| Centre { value: median(*number, draws), drawn: drawn(number) };
        let centres: Vec<Centre> = numbers.iter().map(centre).collect();
        let base_median = median(base, draws);
        let growth = Ready::new(curve, &centres, &scenario.past(provider, base_median, drawn(&base)));
        let unmet = |message| Error::invalid("scenario", of_provider(&provider.name, ProviderKey::Growth), message);
        let row = &lower[index];
        let slot = slot_of(&format!("series {}", provider.name));
        Ok(Self {
            base,
            base_median,
            growth: growth.map_err(unmet)?,
            numbers,
            volatility,
            slot,
            key: StreamKey::new(seed, slot),
            own: to_f32(row[index]),
            earlier: (0..index).filter(|j| row[*j].abs() > 0.0).map(|j| (j, to_f32(row[j]))).collect(),
            factor: row.iter().copied().enumerate().filter(|(_, entry)| entry.abs() > 0.0).collect(),
            kept: lower.iter().skip(index + 1).any(|later| later[index].abs() > 0.0),
            centre: None,
        })
    }

    /// Whether innovations are drawn, for its own row or for that of a later series.
    pub(super) fn is_shocked(&self) -> bool {
        self.kept || !matches!(self.volatility, Number::Fixed(sigma) if sigma <= 0.0)
    }

    /// ln of the drawn base divided by its median, where fiscal totals need it.
    pub(super) fn base_shifts(&self, draws: &[Vec<f64>], width: usize) -> Option<Vec<f64>> {
        let Number::Drawn(draw) = self.base else { return None };
        matches!(self.growth, Ready::Fiscal { .. }).then(|| {
            let mut shifts: Vec<f64> = draws[draw][..width].iter().map(|base| base / self.base_median).collect();
            math::ln_slice(&mut shifts);
            shifts
        })
    }
}

/// The median of a number.
fn median(number: Number, draws: &[Draw]) -> f64 {
    match number {
        Number::Fixed(value) => value,
        Number::Drawn(index) => draws[index].quantile.median(),
    }
}

/// Everything needed to fill blocks, computed once per run.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) rows: Rows,
    pub(super) level: Level,
    pub(super) seed: u64,
    pub(crate) sampler: Sampler,
    pub(super) step_root: f64,
    pub(super) taus: Vec<f64>,
    pub(super) draws: Vec<Draw>,
    pub(super) series: Vec<Series>,
    /// Rows of sums, after those of the providers.
    pub(super) sums: Vec<SumRow>,
    /// The power of two that log revenue is relative to (invariant 3 in DESIGN.md).
    pub(crate) reference: f64,
    /// Log revenue relative to the reference with every assumption at its median, by row, at 0..=T.
    pub(crate) central: Vec<Vec<f64>>,
    /// By row, whether the mean of its revenue is finite and can be estimated reliably.
    pub(crate) has_mean: Vec<bool>,
    /// By row, the revenue at 0..=T if nothing in it is drawn.
    pub(crate) known: Vec<Option<Vec<f64>>>,
    /// By row of sums, the sums if nothing in them is drawn.
    pub(crate) known_sums: Vec<Option<Vec<f64>>>,
    /// By row, the base revenue if it is not drawn.
    pub(crate) known_base: Vec<Option<f64>>,
    /// Sums whose fans are requested, by measure.
    pub(crate) measured: Vec<Measured>,
    /// Pairs that f32 rows cannot resolve; empty until searched for.
    pub(super) close: Close,
}

/// Log revenues closer than this are a tie where shocks do not affect their difference.
pub(super) const TIE: f64 = 1e-12;

impl Plan {
    /// # Errors
    /// If `OUTGROW_CPU` requests a level that the machine does not support.
    pub(crate) fn new(scenario: &Scenario, seed: u64) -> Result<Self, Error> {
        let mut places = Places::default();
        scenario.walk(&mut Trail::default(), &mut places);
        let (draws, mut numbers) = places.resolve(scenario);
        let lower = lower_factor(scenario);
        let (mut series, mut has_mean) = (Vec::new(), Vec::new());
        for (index, provider) in scenario.providers.iter().enumerate() {
            let curve = provider.growth.clone().unwrap_or_else(|| Curve::constant(0.0));
            let own: Vec<Resolved> = numbers.drain(..count_numbers(&curve) + 2).collect();
            has_mean.push(!own.iter().any(|place| place.heavy));
            let numbers = own.into_iter().map(|place| place.number).collect();
            series.push(Series::new((scenario, index), seed, &curve, numbers, &draws, &lower)?);
        }
        let mut plan = Self {
            rows: Rows::new(scenario),
            level: Level::detect()?,
            seed,
            sampler: Sampler::Plain,
            step_root: scenario.step().years().sqrt(),
            taus: scenario.taus(),
            draws,
            series,
            sums: Vec::new(),
            reference: 1.0,
            central: Vec::new(),
            has_mean,
            known: Vec::new(),
            known_base: Vec::new(),
            known_sums: Vec::new(),
            measured: Vec::new(),
            close: Close::default(),
        };
        plan.reference = plan.series.first().map_or(1.0, |first| nearest_power_of_two(first.base_median));
        plan.trace();
        for question in scenario.questions().iter().filter(|question| question.measure != Measure::Period) {
            for name in [&question.challenger, &question.incumbent] {
                plan.add_sums(scenario, question, name);
            }
        }
        Ok(plan)
    }

    /// The base revenue of a row at these cumulative probabilities.
    pub(crate) fn base_at<const N: usize>(&self, row: usize, mut levels: [f64; N]) -> [f64; N] {
        match self.series[row].base {
            Number::Fixed(value) => [value; N],
            Number::Drawn(draw) => {
                self.draws[draw].quantile.fill(&mut levels);
                levels
            }
        }
    }

    fn add_sums(&mut self, scenario: &Scenario, question: &Question, name: &str) {
        self.add_sum_row(self.sum_row(scenario, scenario.dates(question), self.rows.find(name).unwrap_or(0)));
    }

    /// Adds a row of sums unless it exists already; returns its row index.
    pub(super) fn add_sum_row(&mut self, sums: SumRow) -> usize {
        let known = self.sums.iter().position(|known| *known == sums);
        let place = known.unwrap_or_else(|| {
            self.known_sums.push(self.known[sums.of].as_ref().map(|revenue| sums.known(revenue, self.reference)));
            self.sums.push(sums);
            self.sums.len() - 1
        });
        self.series.len() + place
    }

    pub(super) fn sum_row(&self, scenario: &Scenario, dates: Dates, of: usize) -> SumRow {
        let Dates { width, base, at } = dates;
        let history = &scenario.providers[of].history;
        let dates: Vec<Option<i32>> =
            std::iter::once(base).chain(at.into_iter().map(|t| i32::try_from(t).ok())).collect();
        let past = |date: &Option<i32>| {
            // Sum of the historical periods of the date: `history[len − 1]` is the one just before the base.
            let first = date.map_or(0, |date| date + 1 - i32::try_from(width).unwrap_or(i32::MAX));
            let last = date.map_or(-1, |date| date.min(-1));
            let back = |t: i32| history.len().checked_sub(usize::try_from(-t).ok()?).map(|index| history[index]);
            (first..=last).filter_map(back).sum::<f64>() / self.reference
        };
        let past = dates.iter().map(past).collect();
        SumRow { of, width, dates, past }
    }

    /// The row of a provider that a question compares.
    pub(crate) fn row_of(&self, scenario: &Scenario, question: &Question, name: &str) -> usize {
        if question.measure == Measure::Period {
            return self.rows.find(name).unwrap_or(0);
        }
        let wanted = self.sum_row(scenario, scenario.dates(question), self.rows.find(name).unwrap_or(0));
        self.series.len() + self.sums.iter().position(|sums| *sums == wanted).unwrap_or(0)
    }

    /// Evaluates every curve at its medians; where nothing is drawn, that is the answer.
    fn trace(&mut self) {
        for index in 0..self.series.len() {
            let series = &self.series[index];
            let base = series.base_median;
            let values: Vec<Value<'_>> =
                series.numbers.iter().map(|number| Value::Fixed(median(*number, &self.draws))).collect();
            let mut growth = vec![0.0; self.taus.len() + 1];
            let unmoved = matches!(series.base, Number::Drawn(_)).then_some([0.0]);
            let shifts = unmoved.as_ref().map(<[f64; 1]>::as_slice);
            // The central path meets its totals: it was solved when the series was created.
            let _ = series.growth.fill(&values, shifts, &self.taus, 1, &mut |t, column| growth[t + 1] = column[0]);
            let start = math::ln(base / self.reference);
            let central: Vec<f64> = growth.iter().map(|growth| start + growth).collect();
            let is_known = |number: &Number| matches!(number, Number::Fixed(_));
            let centre_known = is_known(&series.base) && series.numbers.iter().all(is_known);
            let has_no_shocks = matches!(series.volatility, Number::Fixed(sigma) if sigma <= 0.0);
            let money = || growth.iter().map(|growth| base * math::exp(*growth)).collect();
            self.known.push((centre_known && has_no_shocks).then(money));
            self.known_base.push(is_known(&self.series[index].base).then_some(base));
            self.series[index].centre = centre_known.then(|| central.clone());
            self.central.push(central);
        }
    }

    /// Whether `a` is ahead of `b` at 0..=T, where neither has anything drawn except shared shocks; from the f64
    /// curves, with ties within 1e-12.
    pub(crate) fn known_lead(&self, a: usize, b: usize) -> Option<Vec<bool>> {
        if let (Some(a), Some(b)) = (a.checked_sub(self.series.len()), b.checked_sub(self.series.len())) {
            let (a, b) = (self.known_sums[a].as_ref()?, self.known_sums[b].as_ref()?);
            return Some(a.iter().zip(b).map(|(a, b)| a / b - 1.0 > TIE).collect());
        }
        self.series[a].centre.as_ref().and(self.series[b].centre.as_ref())?;
        self.is_without_shocks(a, b).then_some(())?;
        Some(self.central[a].iter().zip(&self.central[b]).map(|(a, b)| a - b > TIE).collect())
    }

    /// Whether `a` is ahead of `b` at the base, where neither base is drawn. Nobody is ahead if the data at the base
    /// are incomplete.
    pub(crate) fn known_lead_at_base(&self, a: usize, b: usize) -> Option<bool> {
        if let (Some(a), Some(b)) = (a.checked_sub(self.series.len()), b.checked_sub(self.series.len())) {
            let (a, b) = (&self.sums[a], &self.sums[b]);
            let Some(date) = a.dates[0] else { return Some(false) };
            let base = |sums: &SumRow| {
                let own = if date == 0 { self.known_base[sums.of]? } else { 0.0 };
                Some(sums.past[0] * self.reference + own)
            };
            return Some(base(a)? / base(b)? - 1.0 > TIE);
        }
        self.known_base[a].and(self.known_base[b])?;
        Some(self.central[a][0] - self.central[b][0] > TIE)
    }

    /// The address of each drawn distribution, and its quantiles at the probabilities `p`.
    pub(crate) fn draw_quantiles<const N: usize>(&self, p: [f64; N]) -> Vec<(String, [f64; N])> {
        self.draws.iter().map(|draw| (draw.address.clone(), p.map(|p| draw.quantile.at(p)))).collect()
    }

    /// What random numbers are needed for.
    pub(super) fn drawn(&self) -> Drawn<'_> {
        Drawn { level: self.level, seed: self.seed, periods: self.taus.len(), draws: &self.draws, series: &self.series }
    }

    /// Scrambled Sobol points for this plan.
    pub(crate) fn sobol(&self) -> Sobol {
        let sigma = |series: &Series| median(series.volatility, &self.draws);
        let weight = |index: usize, later: &Series, place: usize| {
            if place == index {
                later.own
            } else {
                later.earlier.iter().find(|(j, _)| *j == index).map_or(0.0, |(_, w)| *w)
            }
        };
        let influence = |index: usize| {
            let moved = self.series.iter().enumerate().skip(index);
            let squares = moved.map(|(place, later)| sigma(later) * f64::from(weight(index, later, place)));
            squares.map(|one| one * one).sum::<f64>().sqrt()
        };
        let influences: Vec<f64> = (0..self.series.len()).map(influence).collect();
        Sobol::new(self.drawn(), &influences)
    }

    /// Number of coordinates that importance sampling tilts.
    pub(crate) fn coordinates(&self) -> usize {
        tilt::coordinates(self.draws.len(), self.series.len(), self.taus.len())
    }

    /// Whether nothing is drawn at all.
    pub(crate) fn is_deterministic(&self) -> bool {
        self.known.iter().all(Option::is_some)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "states are f32 by design (invariant 3)")]
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

/// 2^k with k the nearest integer to log₂ x; exact.
fn nearest_power_of_two(x: f64) -> f64 {
    let exponent = (math::ln(x) / std::f64::consts::LN_2).round().clamp(-1022.0, 1023.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 2046")]
    let biased = (exponent + 1023.0) as u64;
    f64::from_bits(biased << 52)
}

fn count_numbers(curve: &Curve) -> usize {
    let mut places = Places::default();
    curve.walk(&mut Trail::default(), &mut places);
    places.list.len()
}

/// Replaces `auto` by the ratio that it stands for.
fn resolve_auto(scenario: &Scenario, curve: &Curve, numbers: &mut [Number]) {
    if let Ok(medians) = scenario.medians(curve) {
        let unresolved = |number: &Number| matches!(number, Number::Fixed(value) if value.is_nan());
        let places = numbers.iter_mut().zip(&medians).filter(|(number, _)| unresolved(number));
        places.for_each(|(number, median)| *number = Number::Fixed(*median));
    }
}
