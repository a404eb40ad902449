//! Compiles a scenario.

use super::copula::{Copula, Factor};
use super::ids::{DerivedId, ProviderId, RowId, SeriesId};
use super::input::{Draw, Input};
use super::measured::{Measured, MeasuredRow};
use super::pairs::ClosePairs;
use super::places::Places;
use super::rows::Rows;
use super::series::{Series, Slots};
use super::sums::SumRow;
use crate::assumption::address::Trail;
use crate::covariance::{Covariance, Stated};
use crate::cpu::Level;
use crate::error::Error;
use crate::growth::Value;
use crate::math;
use crate::scenario::{Dates, Measure, Question, Scenario};

/// Everything needed to fill blocks, computed once per run. Independent of how random numbers are sampled.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) rows: Rows,
    pub(crate) level: Level,
    pub(crate) seed: u64,
    pub(crate) covariance: Covariance,
    pub(crate) taus: Vec<f64>,
    pub(crate) draws: Vec<Draw>,
    /// Which draws depend on each other.
    pub(crate) copula: Copula,
    /// How the scores of all draws follow from independent ones.
    pub(crate) factor: Factor,
    /// By series.
    pub(crate) series: Vec<Series>,
    /// Derived rows.
    pub(crate) sums: Vec<SumRow>,
    /// The power of two that log revenue is relative to (invariant 3 in DESIGN.md).
    pub(crate) reference: f64,
    /// By series: log revenue relative to the reference with every assumption at its median, at 0..=T.
    pub(crate) central: Vec<Vec<f64>>,
    /// By series: whether the mean of its revenue is finite and can be estimated reliably.
    pub(crate) has_mean: Vec<bool>,
    /// By series: the revenue at 0..=T if nothing in it is drawn.
    pub(crate) known: Vec<Option<Vec<f64>>>,
    /// By derived row: the sums if nothing in them is drawn.
    known_sums: Vec<Option<Vec<f64>>>,
    /// By series: the base revenue if it is not drawn.
    known_base: Vec<Option<f64>>,
    /// Sums whose fans are requested, by measure.
    pub(crate) measured: Vec<Measured>,
    /// Pairs that f32 rows cannot resolve; empty until searched for.
    pub(crate) close: ClosePairs,
}

/// Log revenues closer than this are a tie where shocks do not affect their difference.
pub(super) const TIE: f64 = 1e-12;

impl Plan {
    /// # Errors
    /// If `OUTGROW_CPU` requests a level that the machine does not support.
    pub(crate) fn new(scenario: &Scenario, seed: u64) -> Result<Self, Error> {
        let mut places = Places::default();
        scenario.walk(&mut Trail::default(), &mut places);
        let (draws, resolved) = places.resolve(scenario);
        let covariance = covariance(scenario);
        let (mut series, mut has_mean) = (Vec::new(), Vec::new());
        for (index, provider) in scenario.providers.iter().enumerate() {
            let curve = provider.growth.as_ref().expect("validated: every provider has a growth curve");
            let slots = Slots::of(scenario, index, curve, &resolved);
            has_mean.push(slots.has_mean);
            series.push(Series::new((scenario, SeriesId(index)), seed, (curve, slots), &draws, &covariance)?);
        }
        let copula = Copula::new(scenario, &draws);
        let factor = copula.among(&(0..draws.len()).collect::<Vec<_>>());
        let mut plan = Self {
            rows: Rows::new(scenario),
            level: Level::detect()?,
            seed,
            covariance,
            taus: scenario.taus(),
            draws,
            copula,
            factor,
            series,
            sums: Vec::new(),
            reference: 1.0,
            central: Vec::new(),
            has_mean,
            known: Vec::new(),
            known_base: Vec::new(),
            known_sums: Vec::new(),
            measured: Vec::new(),
            close: ClosePairs::default(),
        };
        plan.reference = plan.series.first().map_or(1.0, |first| nearest_power_of_two(first.base_median));
        plan.trace();
        for question in scenario.questions().iter().filter(|question| question.measure != Measure::Period) {
            for name in question.compared(scenario) {
                let sums = plan.sum_row(scenario, scenario.dates(question), plan.provider(name));
                plan.add_sum_row(sums);
            }
        }
        Ok(plan)
    }

    /// The series of a plan, in the order of the scenario.
    pub(crate) fn series_ids(&self) -> impl Iterator<Item = SeriesId> + use<> {
        (0..self.series.len()).map(SeriesId)
    }

    pub(crate) fn series(&self, SeriesId(index): SeriesId) -> &Series {
        &self.series[index]
    }

    /// The provider with a name that the scenario uses.
    pub(crate) fn provider(&self, name: &str) -> ProviderId {
        ProviderId(self.rows.find(name).expect("validated: the scenario has this provider"))
    }

    /// The series of a provider.
    pub(crate) fn series_of(&self, ProviderId(index): ProviderId) -> SeriesId {
        SeriesId(index)
    }

    /// For each provider, the row of its revenue by period.
    pub(crate) fn provider_rows(&self) -> Vec<RowId> {
        (0..self.rows.names().len()).map(|place| RowId::Series(self.series_of(ProviderId(place)))).collect()
    }

    /// Name of the provider to which a series belongs.
    pub(crate) fn name(&self, SeriesId(index): SeriesId) -> &str {
        &self.rows.names()[index]
    }

    pub(crate) fn sum(&self, DerivedId(index): DerivedId) -> &SumRow {
        &self.sums[index]
    }

    /// The base revenue of a series at these cumulative probabilities.
    pub(crate) fn base_at<const N: usize>(&self, of: SeriesId, mut levels: [f64; N]) -> [f64; N] {
        match self.series(of).slots.base {
            Input::Known(value) => [value; N],
            Input::Drawn(draw) => {
                self.draws[draw].quantile.fill(&mut levels);
                levels
            }
        }
    }

    /// Replaces random numbers by the values of the draws, indexed by draw, then by path: uniforms, or independent normal
    /// scores if `are_scores`.
    pub(crate) fn fill_draws(&self, columns: &mut [Vec<f64>], width: usize, are_scores: bool) {
        if !are_scores {
            self.factor.to_scores(columns, width);
        }
        self.factor.correlate(columns, width);
        for (index, (draw, column)) in self.draws.iter().zip(columns).enumerate() {
            let column = &mut column[..width];
            let is_score = are_scores || self.copula.contains(index);
            if is_score { draw.quantile.fill_scores(column) } else { draw.quantile.fill(column) }
        }
    }

    /// Adds a derived row unless it exists already; returns its id.
    fn add_sum_row(&mut self, sums: SumRow) -> DerivedId {
        self.find_sum_row(&sums).unwrap_or_else(|| {
            let SeriesId(of) = sums.of;
            self.known_sums.push(self.known[of].as_ref().map(|revenue| sums.known(revenue, self.reference)));
            self.sums.push(sums);
            DerivedId(self.sums.len() - 1)
        })
    }

    fn find_sum_row(&self, sums: &SumRow) -> Option<DerivedId> {
        self.sums.iter().position(|known| known == sums).map(DerivedId)
    }

    fn sum_row(&self, scenario: &Scenario, dates: Dates, provider: ProviderId) -> SumRow {
        let Dates { width, base, at } = dates;
        let ProviderId(index) = provider;
        let history = &scenario.providers[index].history;
        let dates: Vec<Option<i32>> =
            std::iter::once(base).chain(at.into_iter().map(|t| i32::try_from(t).ok())).collect();
        let past = |date: &Option<i32>| {
            // Sum of the historical periods of the date: `history[len − 1]` is the one just before the base.
            let width = i32::try_from(width).expect("validated: a year has at most twelve periods");
            let first = date.map_or(0, |date| date + 1 - width);
            let last = date.map_or(-1, |date| date.min(-1));
            let back = |t: i32| history.len().checked_sub(usize::try_from(-t).ok()?).map(|index| history[index]);
            (first..=last).filter_map(back).sum::<f64>() / self.reference
        };
        let past = dates.iter().map(past).collect();
        SumRow { of: self.series_of(provider), width, dates, past }
    }

    /// The row of a provider that a question compares.
    pub(crate) fn row_of(&self, scenario: &Scenario, question: &Question, name: &str) -> RowId {
        let provider = self.provider(name);
        if question.measure == Measure::Period {
            return RowId::Series(self.series_of(provider));
        }
        let sums = self.sum_row(scenario, scenario.dates(question), provider);
        RowId::Derived(self.find_sum_row(&sums).expect("the plan has the sums of every question of its scenario"))
    }

    /// Adds the rows of these measures for every provider.
    pub(crate) fn with_measured(mut self, scenario: &Scenario, measures: &[Measure]) -> Self {
        for measure in measures {
            let providers = self.rows.names().len();
            let of = (0..providers).map(|of| self.measured_row(scenario, *measure, ProviderId(of))).collect();
            self.measured.push(Measured { measure: *measure, of });
        }
        self
    }

    fn measured_row(&mut self, scenario: &Scenario, measure: Measure, provider: ProviderId) -> MeasuredRow {
        let ProviderId(place) = provider;
        let dates = scenario.dates_of(measure, scenario.providers[place].history.len());
        let labels = dates.at.iter().map(|t| self.rows.label(*t)).collect();
        let sums = self.sum_row(scenario, dates, provider);
        let SeriesId(of) = sums.of;
        let money: Vec<f64> = self.central[of].iter().map(|log| math::exp(*log) * self.reference).collect();
        let central = sums.known(&money, self.reference);
        let DerivedId(row) = self.add_sum_row(sums);
        let known = self.known_sums[row].as_ref();
        MeasuredRow {
            row: RowId::Derived(DerivedId(row)),
            labels,
            central: central[1..].iter().map(|sum| math::ln(sum / self.reference)).collect(),
            known: known.map(|known| known[1..].to_vec()),
        }
    }

    /// Evaluates every curve at its medians; where nothing is drawn, that is the answer.
    fn trace(&mut self) {
        for series in &mut self.series {
            let (base, growth_is_drawn) =
                (series.base_median, series.slots.growth.iter().any(|input| input.is_drawn()));
            let values: Vec<Value<'_>> =
                series.slots.growth.iter().map(|input| Value::Fixed(input.median(&self.draws))).collect();
            let mut growth = vec![0.0; self.taus.len() + 1];
            let base_is_drawn = series.slots.base.is_drawn();
            let unmoved = base_is_drawn.then_some([0.0]);
            let shifts = unmoved.as_ref().map(<[f64; 1]>::as_slice);
            // The central path meets its totals: it was solved when the series was created.
            let _ = series.growth.fill(&values, shifts, &self.taus, 1, &mut |t, column| growth[t + 1] = column[0]);
            let start = math::ln(base / self.reference);
            let central: Vec<f64> = growth.iter().map(|growth| start + growth).collect();
            let centre_known = !base_is_drawn && !growth_is_drawn;
            let money = || growth.iter().map(|growth| base * math::exp(*growth)).collect();
            self.known.push((centre_known && !series.has_volatility()).then(money));
            self.known_base.push((!base_is_drawn).then_some(base));
            series.centre = centre_known.then(|| central.clone());
            self.central.push(central);
        }
    }

    /// Whether `a` is ahead of `b` at 0..=T, where neither has anything drawn except shared shocks; from the f64
    /// curves, with ties within 1e-12.
    pub(crate) fn known_lead(&self, a: RowId, b: RowId) -> Option<Vec<bool>> {
        match (a, b) {
            (RowId::Derived(DerivedId(a)), RowId::Derived(DerivedId(b))) => {
                let (a, b) = (self.known_sums[a].as_ref()?, self.known_sums[b].as_ref()?);
                Some(a.iter().zip(b).map(|(a, b)| a / b - 1.0 > TIE).collect())
            }
            (RowId::Series(a), RowId::Series(b)) => {
                self.series(a).centre.as_ref().and(self.series(b).centre.as_ref())?;
                self.is_without_shocks(a, b).then_some(())?;
                let (SeriesId(a), SeriesId(b)) = (a, b);
                Some(self.central[a].iter().zip(&self.central[b]).map(|(a, b)| a - b > TIE).collect())
            }
            (RowId::Series(_), RowId::Derived(_)) | (RowId::Derived(_), RowId::Series(_)) => None,
        }
    }

    /// Whether `a` is ahead of `b` at the base, where neither base is drawn. Nobody is ahead if the data at the base
    /// are incomplete.
    pub(crate) fn known_lead_at_base(&self, a: RowId, b: RowId) -> Option<bool> {
        match (a, b) {
            (RowId::Derived(a), RowId::Derived(b)) => {
                let (a, b) = (self.sum(a), self.sum(b));
                let Some(date) = a.dates[0] else { return Some(false) };
                let base = |sums: &SumRow| {
                    let SeriesId(of) = sums.of;
                    let own = if date == 0 { self.known_base[of]? } else { 0.0 };
                    Some(sums.past[0] * self.reference + own)
                };
                Some(base(a)? / base(b)? - 1.0 > TIE)
            }
            (RowId::Series(SeriesId(a)), RowId::Series(SeriesId(b))) => {
                self.known_base[a].and(self.known_base[b])?;
                Some(self.central[a][0] - self.central[b][0] > TIE)
            }
            (RowId::Series(_), RowId::Derived(_)) | (RowId::Derived(_), RowId::Series(_)) => None,
        }
    }

    /// The address of each drawn number, and its quantiles at the probabilities `p`.
    pub(crate) fn draw_quantiles<const N: usize>(&self, p: [f64; N]) -> Vec<(String, [f64; N])> {
        let numbers = self.draws.iter().filter(|draw| !draw.is_pick);
        numbers.map(|draw| (draw.address.clone(), p.map(|p| draw.quantile.at(p)))).collect()
    }

    /// The effect of each series' innovations on all series, at the medians of the volatilities.
    pub(crate) fn influences(&self) -> Vec<f64> {
        let volatilities: Vec<f64> =
            self.series.iter().map(|series| series.slots.volatility.median(&self.draws)).collect();
        self.covariance.influences(&volatilities)
    }

    /// Whether nothing is drawn at all.
    pub(crate) fn is_deterministic(&self) -> bool {
        self.known.iter().all(Option::is_some)
    }
}

fn covariance(scenario: &Scenario) -> Covariance {
    let index = |name: &String| scenario.provider_index(name).expect("validated: correlations name providers");
    let correlations = scenario.correlations.iter();
    let stated = correlations.map(|correlation| {
        let [a, b] = correlation.between.each_ref().map(index);
        (a, b, correlation.value)
    });
    let stated: Vec<Stated> = stated.collect();
    Covariance::new(scenario.providers.len(), &stated, scenario.step().years())
        .expect("validated: the correlation matrix is positive semidefinite")
}

/// 2^k with k the nearest integer to log₂ x; exact.
fn nearest_power_of_two(x: f64) -> f64 {
    let exponent = (math::ln(x) / std::f64::consts::LN_2).round().clamp(-1022.0, 1023.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 2046")]
    let biased = (exponent + 1023.0) as u64;
    f64::from_bits(biased << 52)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assumption::{Assumption, uniform};
    use crate::growth::{Curve, Tail};
    use crate::scenario::Provider;

    /// Slots are found by address, whatever comes before them and whatever a name contains.
    #[test]
    fn a_series_knows_its_numbers_by_role() {
        let tail = Tail::fade(0.05, 4.0);
        let scenario = Scenario::builder("2018-Q1", "2021-Q1")
            .assumption("shared", uniform(0.1, 0.3))
            .provider(
                Provider::new("Zürich (A) – 1.5", 3.0)
                    .growth(Curve::schedule([0.4.into(), Assumption::from("shared")], tail))
                    .volatility(0.2),
            )
            .provider(
                Provider::new("B", uniform(1.0, 3.0)).growth(Curve::fade(0.5, "shared", 2.5)).volatility("shared"),
            )
            .build()
            .expect("valid");
        let plan = Plan::new(&scenario, 7).expect("a plan");
        let [a, b] = ["Zürich (A) – 1.5", "B"].map(|name| &plan.series(plan.series_of(plan.provider(name))).slots);
        let [shared, base] = [0, 1].map(Input::Drawn);
        assert_eq!((a.base, a.volatility), (Input::Known(3.0), Input::Known(0.2)));
        assert_eq!(a.growth, [Input::Known(0.4), shared, Input::Known(0.05), Input::Known(4.0)]);
        assert_eq!((b.base, b.volatility), (base, shared));
        assert_eq!(b.growth, [Input::Known(0.5), shared, Input::Known(2.5)]);
        let addresses: Vec<&str> = plan.draws.iter().map(|draw| draw.address.as_str()).collect();
        assert_eq!(addresses, ["assumption[shared]", "provider[B].revenue"]);
    }

    /// Rows of series and derived rows differ by type, and equal rows are added once.
    #[test]
    fn equal_sums_share_a_derived_row() {
        let provider = |name: &str| Provider::new(name, 1.0).growth(Curve::constant(0.1)).history([1.0; 11]);
        let question = || Question::overtakes("A", "B").measure(Measure::Trailing);
        let scenario = Scenario::builder("2018-Q1", "2020-Q1")
            .provider(provider("A"))
            .provider(provider("B"))
            .question(question())
            .question(question().sustained(2).name("sustained"))
            .question(Question::overtakes("A", "B").name("by period"))
            .build()
            .expect("valid");
        let plan = Plan::new(&scenario, 7).expect("a plan");
        assert_eq!(plan.sums.len(), 2);
        let rows = |place: usize| ["A", "B"].map(|name| plan.row_of(&scenario, &scenario.questions()[place], name));
        assert_eq!(rows(0), [0, 1].map(|place| RowId::Derived(DerivedId(place))));
        assert_eq!(rows(0), rows(1));
        assert_eq!(rows(2), [0, 1].map(|place| RowId::Series(SeriesId(place))));
    }
}
