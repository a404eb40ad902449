//! Compiles a scenario.

use super::combined::Combined;
use super::copula::{Copula, ScoreFactor};
use super::dynamics::{Moves, Source};
use super::ids::{DerivedId, RowId, SeriesId};
use super::input::{Draw, Input};
use super::measured::Measured;
use super::pairs::ClosePairs;
use super::places::{Places, Resolved};
use super::rows::Rows;
use super::series::{Medians, Series, Slots};
use super::sums::SumRow;
use crate::assumption::address::{Trail, split_name};
use crate::covariance::Covariance;
use crate::cpu::Level;
use crate::error::Error;
use crate::growth::Curve;
use crate::math;
use crate::scenario::{Scenario, SeriesOf};

/// Everything needed to fill blocks, computed once per run. Independent of how random numbers are sampled.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) rows: Rows,
    pub(crate) level: Level,
    pub(crate) seed: u64,
    pub(crate) covariance: Covariance,
    pub(crate) taus: Vec<f64>,
    pub(crate) draws: Vec<Draw>,
    /// The first of the draws that are coins of jumps, which come last.
    pub(crate) first_coin: usize,
    /// Which draws depend on each other.
    pub(crate) copula: Copula,
    /// How the scores of all draws follow from independent ones.
    pub(crate) factor: ScoreFactor,
    /// By series.
    pub(crate) series: Vec<Series>,
    /// Providers of segments: the rows of log revenue after those of the series.
    pub(crate) combined: Vec<Combined>,
    /// The rows whose fans are counted: those of the providers, then the segments of those that have some.
    fan_rows: Vec<SeriesId>,
    /// By row of log revenue: `Provider` or `Provider/Segment`.
    names: Vec<String>,
    pub(crate) moves: Moves,
    /// Streams of innovations.
    pub(crate) sources: Vec<Source>,
    /// Derived rows.
    pub(crate) sums: Vec<SumRow>,
    /// The power of two that log revenue is relative to (invariant 3 in DESIGN.md).
    pub(crate) reference: f64,
    /// By row of log revenue: its value relative to the reference with every assumption at its median, at 0..=T.
    pub(crate) central: Vec<Vec<f64>>,
    /// By row of log revenue: whether the mean of revenue is finite and can be estimated reliably.
    pub(crate) has_mean: Vec<bool>,
    /// By row of log revenue: the revenue at 0..=T if nothing in it is drawn.
    pub(crate) known: Vec<Option<Vec<f64>>>,
    /// By derived row: the sums if nothing in them is drawn.
    pub(super) known_sums: Vec<Option<Vec<f64>>>,
    /// By row of log revenue: the base revenue if it is not drawn.
    pub(super) known_base: Vec<Option<f64>>,
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
        Ok(Self::resolved(scenario, seed)?.0)
    }

    /// The plan, with every number by its address and the medians of every series.
    ///
    /// # Errors
    /// As for [`Plan::new`].
    pub(super) fn resolved(scenario: &Scenario, seed: u64) -> Result<(Self, Resolved, Vec<Medians>), Error> {
        let mut places = Places::default();
        scenario.walk(&mut Trail::default(), &mut places);
        let (mut draws, resolved) = places.resolve(scenario);
        let [covariance, trends] = covariances(scenario);
        let first_coin = draws.len();
        let moves = Moves::new(scenario, seed, trends, &resolved, &mut draws);
        let stated = scenario.series();
        let (mut series, mut centres) = (Vec::new(), Vec::new());
        for (index, of) in stated.iter().enumerate() {
            let curve = curve_of(of);
            let slots = Slots::of(scenario, of, curve, &resolved);
            let centre = Medians::of(scenario, of, &slots, &draws);
            series.push(Series::new(of, (curve, slots, &centre), (&covariance, index))?);
            centres.push(centre);
        }
        let mut names: Vec<String> = stated.iter().map(SeriesOf::name).collect();
        let (combined, fan_rows) = Combined::of(&stated, scenario.providers.len());
        names.extend(combined.iter().map(|sum| scenario.providers[sum.provider].name.clone()));
        let copula = Copula::new(scenario, &draws);
        let factor = copula.among(&(0..draws.len()).collect::<Vec<_>>());
        let count = series.len();
        let mut plan = Self {
            rows: Rows::new(scenario, &draws),
            level: Level::detect()?,
            seed,
            covariance,
            taus: scenario.taus(),
            draws,
            first_coin,
            copula,
            factor,
            series,
            combined,
            fan_rows,
            names,
            moves,
            sources: Vec::new(),
            sums: Vec::new(),
            reference: 1.0,
            central: vec![Vec::new(); count],
            has_mean: vec![false; count],
            known: vec![None; count],
            known_base: vec![None; count],
            known_sums: Vec::new(),
            measured: Vec::new(),
            close: ClosePairs::default(),
        };
        plan.sources = plan.streams(scenario);
        plan.complete(scenario, &resolved, |_| true)?;
        plan.add_sums_of_questions(scenario);
        Ok((plan, resolved, centres))
    }

    /// Computes what follows from the numbers of the series without sampling, where only those of some series changed.
    ///
    /// # Errors
    /// As for [`Plan::check_range`].
    pub(super) fn complete(
        &mut self,
        scenario: &Scenario,
        resolved: &Resolved,
        is_changed: impl Fn(usize) -> bool,
    ) -> Result<(), Error> {
        let reference = self.series.first().map_or(1.0, |first| nearest_power_of_two(first.base_median));
        let is_moved = reference.to_bits() != self.reference.to_bits();
        self.reference = reference;
        self.truncate_combined();
        for of in self.series_ids() {
            let SeriesId(index) = of;
            if is_changed(index) {
                self.has_mean[index] = self.mean_exists(scenario, of, resolved);
            }
            if is_changed(index) || is_moved {
                self.trace(of);
            }
        }
        self.find_shocked();
        self.combine_means();
        self.combine();
        self.check_range()
    }

    /// The series of a plan, in the order of the scenario.
    pub(crate) fn series_ids(&self) -> impl Iterator<Item = SeriesId> + use<> {
        (0..self.series.len()).map(SeriesId)
    }

    pub(crate) fn series(&self, SeriesId(index): SeriesId) -> &Series {
        &self.series[index]
    }

    /// The row of log revenue of a provider or segment that the scenario names.
    pub(crate) fn row_named(&self, name: &str) -> SeriesId {
        // A provider of segments has no series of its name.
        let found = self.names.iter().position(|known| known == name);
        SeriesId(found.expect("validated: the scenario has this provider or segment"))
    }

    /// The series of a row of log revenue; `None` for the sum of several segments.
    pub(crate) fn as_series(&self, SeriesId(row): SeriesId) -> Option<SeriesId> {
        match row.checked_sub(self.series.len()) {
            None => Some(SeriesId(row)),
            Some(sum) => match self.combined[sum].of[..] {
                [only] => Some(only),
                _ => None,
            },
        }
    }

    /// The series that a row of log revenue sums: itself, or the segments of a provider.
    pub(crate) fn parts_of(&self, of: SeriesId) -> Vec<SeriesId> {
        let SeriesId(row) = of;
        row.checked_sub(self.series.len()).map_or_else(|| vec![of], |sum| self.combined[sum].of.clone())
    }

    /// Number of rows of log revenue: the series, then the providers of segments.
    pub(crate) fn log_rows(&self) -> usize {
        self.series.len() + self.combined.len()
    }

    /// For each provider, the row of its revenue by period.
    pub(crate) fn provider_rows(&self) -> &[SeriesId] {
        &self.fan_rows[..self.rows.names().len()]
    }

    /// The row of revenue of a provider, by place in the scenario.
    pub(crate) fn provider_row(&self, provider: usize) -> SeriesId {
        self.provider_rows()[provider]
    }

    /// The rows whose fans are counted: those of the providers, then the segments of those that have some.
    pub(crate) fn fan_rows(&self) -> &[SeriesId] {
        &self.fan_rows
    }

    /// The places in [`Plan::fan_rows`] of the segments of a provider.
    pub(crate) fn segment_fans(&self, provider: usize) -> std::ops::Range<usize> {
        let before = self.combined.iter().take_while(|sum| sum.provider < provider);
        let from = self.provider_rows().len() + before.map(|sum| sum.of.len()).sum::<usize>();
        let own = self.combined.iter().find(|sum| sum.provider == provider);
        from..from + own.map_or(0, |sum| sum.of.len())
    }

    /// The name of a segment within its provider.
    pub(crate) fn segment_name(&self, of: SeriesId) -> &str {
        split_name(self.name(of)).1.expect("the row of a segment")
    }

    /// `Provider` or `Provider/Segment`.
    pub(crate) fn name(&self, SeriesId(row): SeriesId) -> &str {
        &self.names[row]
    }

    pub(crate) fn sum(&self, DerivedId(index): DerivedId) -> &SumRow {
        &self.sums[index]
    }

    /// The base revenue of a row of log revenue at these cumulative probabilities; for several drawn segments, of 4,096
    /// sampled sums.
    pub(crate) fn base_at<const N: usize>(&self, of: SeriesId, mut levels: [f64; N]) -> [f64; N] {
        let bases: Vec<Input> = self.parts_of(of).into_iter().map(|part| self.series(part).slots.base).collect();
        let [base] = bases[..] else {
            let sums = self.sampled_sums(&bases);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
            return levels.map(|p| sums[((p * sums.len() as f64) as usize).min(sums.len() - 1)]);
        };
        match base {
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
            let is_score = are_scores && index < self.first_coin || self.copula.contains(index);
            if is_score { draw.quantile.fill_scores(column) } else { draw.quantile.fill(column) }
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
                if let (Some(of_a), Some(of_b)) = (self.as_series(a), self.as_series(b)) {
                    self.series(of_a).centre.as_ref().and(self.series(of_b).centre.as_ref())?;
                    self.is_without_shocks(of_a, of_b).then_some(())?;
                } else {
                    let is_known = |SeriesId(row): SeriesId| self.known[row].is_some();
                    (is_known(a) && is_known(b)).then_some(())?;
                }
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
        let numbers = self.draws.iter().filter(|draw| !draw.is_pseudo_random());
        numbers.map(|draw| (draw.address.clone(), p.map(|p| draw.quantile.at(p)))).collect()
    }

    /// The effect of each source's innovations on all series, at the medians of the volatilities; of trends in proportion
    /// to the volatility of their series.
    pub(crate) fn influences(&self) -> Vec<f64> {
        let volatility = |series: &Series| series.slots.volatility.median(&self.draws);
        let own: Vec<f64> = self.series.iter().map(volatility).collect();
        let loaded = |factor: usize| {
            let loadings = self.moves.of.iter().flat_map(|own| &own.loadings).filter(|(of, _)| *of == factor);
            loadings.map(|(_, loading)| loading * loading).sum::<f64>().sqrt()
        };
        let factors = self.moves.factors.iter().enumerate();
        let factors = factors.map(|(place, factor)| factor.volatility.median(&self.draws) * loaded(place));
        let mut all = self.covariance.influences(&own.iter().copied().chain(factors).collect::<Vec<f64>>());
        let trending: Vec<f64> = self.moves.trending.iter().map(|of| own[*of]).collect();
        all.extend(self.moves.trends.influences(&trending));
        all
    }

    /// Whether nothing is drawn at all.
    pub(crate) fn is_deterministic(&self) -> bool {
        self.known.iter().all(Option::is_some)
    }
}

pub(super) fn curve_of<'a>(series: &SeriesOf<'a>) -> &'a Curve {
    series.own.growth.as_ref().expect("validated: every series has a growth curve")
}

fn covariances(scenario: &Scenario) -> [Covariance; 2] {
    let (stated, _) = scenario.stated_correlations();
    scenario.covariances(&stated).expect("validated: the correlation matrices are positive semidefinite")
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
    use crate::scenario::{Measure, Provider, Question};

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
        let [a, b] = ["Zürich (A) – 1.5", "B"].map(|name| &plan.series(plan.row_named(name)).slots);
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
