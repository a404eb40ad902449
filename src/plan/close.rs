//! Close pairs: rows that f32 cannot resolve, because their difference moves by less than the rounding error of each.
//!
//! A row is rounded to 2⁻²⁴ of its log revenue. Two rows may differ by less if their shocks are about 1e-8 per period,
//! if their correlation is near 1 and their volatilities are equal, or if they share the same drawn growth. Rounding
//! alone would then decide who is ahead. Such pairs are identified before the run, and their series are also filled in
//! f64 (`paths/fine.rs`).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::combined::log_sum;
use super::compiled::{Plan, TIE};
use super::dynamics::{Dynamics, MotionInput};
use super::ids::{ByRow, RowId, SeriesId};
use super::input::{Draw, Input};
use super::sums::SumRow;
use crate::assumption::address::{ProviderKey, of_provider};
use crate::covariance::{PairCovariance, renewed};
use crate::error::{Error, Kind};
use crate::math;
use crate::random;
use crate::scenario::{Question, Scenario};

/// Draws of the assumptions at which a pair is examined: one group.
const DRAWS: usize = random::GROUP;
/// Fixed seed of these draws, so that the close pairs of a scenario do not depend on the run's seed.
const SEED: u64 = 0;
/// A pair is close if rounding decides more than this fraction of its paths at some date. Of the paths that tie by
/// rounding, about half are truly ahead, so a pair that is not close has an error below 1e-4.
const MOST_DECIDED: f64 = 1.0 / 8192.0;

/// Rounding of the rows, and how paths near a tie are counted.
struct Rounding {
    /// Relative spacing of the numbers.
    spacing: f64,
    /// Draws are counted within this many rounding errors of a tie, since there may be none within one if only 64 are drawn.
    window: f64,
    /// Whether draws without shocks count.
    without_shocks: bool,
}

/// Rounding of the rows of a block.
const SINGLE: Rounding = Rounding { spacing: f32::EPSILON as f64, window: 256.0, without_shocks: true };
/// Rounding of the rows of close pairs; without shocks their ties are exact.
const DOUBLE: Rounding = Rounding { spacing: f64::EPSILON, window: 8.0, without_shocks: false };

/// Log revenue without shocks of each series at the draws, by date, then by draw.
type Curves = BTreeMap<SeriesId, Vec<Vec<f64>>>;

/// One pair of rows at the draws.
struct Spread {
    /// For each draw: σ√Δ of the difference, and the larger σ√Δ of the two.
    shocks: Vec<(f64, f64)>,
    /// For each date after the base (or including it, where the base may tie): the time in periods, and for each draw
    /// the difference of the two and the larger of their absolute logs.
    dates: Vec<(f64, Vec<(f64, f64)>)>,
    /// Factor by which a sum over several periods reduces the shocks, and the rounding that its evaluation adds.
    width: f64,
    added: f64,
}

impl Spread {
    /// The largest fraction of paths that rounding decides, over all dates.
    fn decided(&self, rounding: &Rounding) -> f64 {
        self.dates.iter().map(|(t, ends)| self.decided_at(rounding, t.sqrt(), ends)).fold(0.0, f64::max)
    }

    #[expect(clippy::cast_precision_loss, reason = "64 draws")]
    fn decided_at(&self, rounding: &Rounding, root: f64, ends: &[(f64, f64)]) -> f64 {
        let share = |((gap, size), (shock, largest)): (&(f64, f64), &(f64, f64))| {
            let error = rounding.spacing * (size + 2.0 * largest * root + self.added) + f64::MIN_POSITIVE;
            let moved = shock * root / self.width;
            let sd = math::hypot(moved, rounding.window * error);
            let score = gap / sd;
            if rounding.without_shocks || moved > 0.0 { error / sd * math::exp(-0.5 * score * score) } else { 0.0 }
        };
        ends.iter().zip(&self.shocks).map(share).sum::<f64>() / ends.len() as f64
    }
}

impl Plan {
    /// Whether shocks never affect the difference of two series: both have none, or the same.
    pub(crate) fn is_without_shocks(&self, a: SeriesId, b: SeriesId) -> bool {
        if self.has_dynamics() {
            return self.moves_alike(a, b);
        }
        let pair = self.pair([a, b]);
        match [a, b].map(|of| self.volatility(of)) {
            [Input::Known(first), Input::Known(second)] => pair.cancels([first, second]),
            [Input::Drawn(first), Input::Drawn(second)] => first == second && pair.cancels([1.0, 1.0]),
            [Input::Known(_), Input::Drawn(_)] | [Input::Drawn(_), Input::Known(_)] => false,
        }
    }

    /// With dynamics: whether the shocks of two series are none or the same, which is only recognized where the two have
    /// the same loadings and either no volatility or the same volatility and dynamics.
    fn moves_alike(&self, a: SeriesId, b: SeriesId) -> bool {
        let [first, second] = [a, b].map(|of| self.dynamics(of));
        let loads = |of: &Dynamics| {
            let mut all: Vec<(usize, f64)> =
                of.loadings.iter().filter(|(factor, _)| self.moves.has_volatility(*factor)).copied().collect();
            all.sort_by_key(|(factor, _)| *factor);
            all
        };
        if loads(first) != loads(second) {
            return false;
        }
        if ![a, b].iter().any(|of| self.series(*of).has_volatility()) {
            return true;
        }
        first.motion == second.motion
            && self.volatility(a) == self.volatility(b)
            && self.pair([a, b]).cancels([1.0, 1.0])
    }

    /// Covariance of the shocks of two series, with factors at the medians of their volatilities.
    pub(crate) fn pair(&self, [SeriesId(a), SeriesId(b)]: [SeriesId; 2]) -> PairCovariance {
        let median = |factor: usize| self.moves.factors[factor].volatility.median(&self.draws);
        self.covariance.pair(a, b, &self.shared([SeriesId(a), SeriesId(b)], median))
    }

    /// The rows of the covariance that factors add to the log-ratio of two series, with the difference of the loadings
    /// times the volatility of the factor.
    pub(crate) fn shared(&self, pair: [SeriesId; 2], volatility: impl Fn(usize) -> f64) -> Vec<(usize, f64)> {
        let [first, second] = pair.map(|of| self.dynamics(of));
        let loading = |of: &Dynamics, factor: usize| {
            of.loadings.iter().filter(|(own, _)| *own == factor).map(|(_, loading)| loading).sum::<f64>()
        };
        let factors = (0..self.moves.factors.len()).map(|factor| {
            let difference = loading(first, factor) - loading(second, factor);
            (self.series.len() + factor, difference * volatility(factor))
        });
        factors.filter(|(_, size)| size.abs() > 0.0).collect()
    }

    /// Finds the close pairs among the pairs that questions compare and, if `every`, among all providers.
    ///
    /// # Errors
    /// If the shocks between two rows are too small for f64 too.
    pub(crate) fn find_close_pairs(&mut self, scenario: &Scenario, every: bool) -> Result<(), Error> {
        let asked = self.asked_pairs(scenario).into_iter();
        let rows = if every { self.provider_rows().len() } else { 0 };
        let row = |place| RowId::Series(self.provider_row(place));
        let all = (0..rows).flat_map(|a| (a + 1..rows).map(move |b| [row(a), row(b)]));
        let mut pairs: Vec<[RowId; 2]> = asked.chain(all).map(|[a, b]| [a.min(b), a.max(b)]).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs.retain(|[a, b]| self.known_lead(*a, *b).is_none());
        let draws = self.sampled_draws();
        pairs.retain(|pair| self.may_be_close(*pair, &draws));
        let mut curves: Curves = BTreeMap::new();
        for pair in pairs {
            let Some(spread) = self.spread(pair, &draws, &mut curves) else { continue };
            if !(spread.decided(&SINGLE) > MOST_DECIDED) {
                continue;
            }
            if spread.decided(&DOUBLE) > MOST_DECIDED {
                return Err(self.too_small(pair, &spread));
            }
            let has_no_shocks = spread.shocks.iter().all(|(shock, _)| *shock <= 0.0);
            self.close.insert(pair, if has_no_shocks { TIE } else { 0.0 });
        }
        self.list_close_rows();
        Ok(())
    }

    /// The pairs that questions compare, which may repeat.
    fn asked_pairs(&self, scenario: &Scenario) -> Vec<[RowId; 2]> {
        let of = |question: &Question| {
            let row = |name: &str| self.row_of(scenario, question, name);
            let pair = |other: &str| [row(question.challenger()), row(other)];
            question.others(scenario).into_iter().map(pair).collect::<Vec<_>>()
        };
        scenario.questions().iter().flat_map(of).collect()
    }

    /// Compares every pair that questions compare in f64, so that revenue which is reported ranks as it is stated.
    pub(crate) fn compare_in_double(&mut self, scenario: &Scenario) {
        for [a, b] in self.asked_pairs(scenario) {
            if self.known_lead(a, b).is_none() && !self.is_close(a, b) {
                self.close.insert([a.min(b), a.max(b)], TIE);
            }
        }
        self.list_close_rows();
    }

    fn list_close_rows(&mut self) {
        let mut rows = ByRow::default();
        rows.resize(self.log_rows(), self.sums.len());
        for row in self.close.rows_of_pairs() {
            rows[row] = true;
            let of = self.summed(row);
            for part in self.parts_of(of).into_iter().chain([of]) {
                rows[part.into()] = true;
            }
        }
        let moved = self.series_ids().filter(|of| rows[(*of).into()] && self.series(*of).has_volatility());
        let moving: BTreeSet<usize> =
            moved.flat_map(|SeriesId(of)| self.covariance.loadings(of).map(|(j, _)| j)).collect();
        let all = || (0..self.sources.len()).filter(|of| self.sources[*of].is_shocked).collect();
        let moving = if self.has_dynamics() { all() } else { moving.into_iter().collect() };
        self.close.fill(rows, moving);
    }

    /// Whether f32 cannot resolve the difference of these rows.
    pub(crate) fn is_close(&self, a: RowId, b: RowId) -> bool {
        self.close.tie(a, b).is_some()
    }

    /// The row of log revenue of a row: itself, or the one that a derived row sums.
    fn summed(&self, row: RowId) -> SeriesId {
        match row {
            RowId::Series(of) => of,
            RowId::Derived(sums) => self.sum(sums).of,
        }
    }

    /// The sums of a derived row.
    fn sums_of(&self, row: RowId) -> Option<&SumRow> {
        match row {
            RowId::Series(_) => None,
            RowId::Derived(sums) => Some(self.sum(sums)),
        }
    }

    /// One group of draws of every assumption.
    fn sampled_draws(&self) -> Vec<Vec<f64>> {
        let sample = |draw: &Draw| {
            let mut column = vec![0.0; DRAWS];
            if let [first, ..] = column.as_chunks_mut::<DRAWS>().0 {
                random::uniforms(SEED, draw.slot, 0, first);
            }
            column
        };
        let mut columns: Vec<Vec<f64>> = self.draws.iter().map(sample).collect();
        self.fill_draws(&mut columns, DRAWS, false);
        // Both sides of a coin, however unlikely: a pair may tie on one of them only.
        for (coin, column) in columns[self.first_coin..].iter_mut().enumerate() {
            let side = |draw: usize| f64::from(u8::from(draw >> (coin % 6) & 1 == 1));
            column.iter_mut().enumerate().for_each(|(draw, value)| *value = side(draw));
        }
        columns
    }

    /// Ascending sums of some numbers, at draws with a fixed seed.
    pub(super) fn sampled_sums(&self, inputs: &[Input]) -> Vec<f64> {
        const GROUPS: u64 = 64;
        let mut sums = Vec::new();
        for group in 0..GROUPS {
            let mut columns: Vec<Vec<f64>> = vec![vec![0.0; DRAWS]; self.draws.len()];
            for (draw, column) in self.draws.iter().zip(&mut columns) {
                if let [uniforms, ..] = column.as_chunks_mut::<DRAWS>().0 {
                    random::uniforms(SEED, draw.slot, group, uniforms);
                }
            }
            self.fill_draws(&mut columns, DRAWS, false);
            let sum = |path: usize| inputs.iter().map(|input| input.of_path(&columns, path)).sum::<f64>();
            sums.extend((0..DRAWS).map(sum));
        }
        sums.sort_by(f64::total_cmp);
        sums
    }

    /// For each draw: σ√Δ of the difference, and the larger of the two.
    fn shocks(&self, rows: [RowId; 2], draws: &[Vec<f64>]) -> Vec<(f64, f64)> {
        let summed = rows.map(|row| self.summed(row));
        let [Some(a), Some(b)] = summed.map(|of| self.as_series(of)) else {
            return (0..DRAWS).map(|draw| self.weighted_shocks(summed, draws, draw)).collect();
        };
        let series = [a, b];
        let pair = self.pair(series);
        let volatilities = series.map(|of| self.volatility(of));
        let largest = series.map(|of| self.factor_sd(of)).into_iter().fold(0.0, f64::max);
        let at = |draw: usize| {
            let [a, b] = volatilities.map(|volatility| volatility.of_path(draws, draw));
            (pair.sd([a, b]), self.covariance.sd(a.max(b)) + largest)
        };
        if !volatilities.iter().any(|volatility| volatility.is_drawn()) {
            return vec![at(0); DRAWS];
        }
        (0..DRAWS).map(at).collect()
    }

    /// The same for one draw where a row is the sum of segments, to first order, with the shares of segments at the base.
    fn weighted_shocks(&self, rows: [SeriesId; 2], draws: &[Vec<f64>], draw: usize) -> (f64, f64) {
        let sizes = rows.map(|of| {
            let SeriesId(row) = of;
            let mut sizes = vec![0.0; self.series.len() + self.moves.factors.len()];
            for part in self.parts_of(of) {
                let SeriesId(own) = part;
                let weight = math::exp(self.central[own][0] - self.central[row][0]);
                sizes[own] += weight * self.volatility(part).of_path(draws, draw);
                for (factor, loading) in &self.dynamics(part).loadings {
                    let volatility = self.moves.factors[*factor].volatility.of_path(draws, draw);
                    sizes[self.series.len() + factor] += weight * loading * volatility;
                }
            }
            sizes
        });
        let sd = |size: &dyn Fn(usize) -> f64| {
            let innovation =
                |j: usize| (0..sizes[0].len()).map(|row| size(row) * self.covariance.loading(row, j)).sum::<f64>();
            self.covariance.sd((0..sizes[0].len()).map(innovation).map(|part| part * part).sum::<f64>().sqrt())
        };
        let [a, b] = &sizes;
        (sd(&|row| a[row] - b[row]), sd(&|row| a[row]).max(sd(&|row| b[row])))
    }

    /// Standard deviation of one period of the factors of a series, at the medians of their volatilities; an upper bound.
    fn factor_sd(&self, of: SeriesId) -> f64 {
        let sd = |(factor, loading): &(usize, f64)| {
            loading.abs() * self.covariance.sd(self.moves.factors[*factor].volatility.median(&self.draws))
        };
        self.dynamics(of).loadings.iter().map(sd).sum()
    }

    /// Cheap pre-check without curves: false if the shocks are well above the rounding error near the central path.
    fn may_be_close(&self, rows: [RowId; 2], draws: &[Vec<f64>]) -> bool {
        let largest = |row: RowId| {
            let SeriesId(of) = self.summed(row);
            self.central[of].iter().map(|x| x.abs()).fold(0.0, f64::max)
        };
        let shocks = self.shocks(rows, draws);
        // Margin for drawn centres, which may lie farther out.
        let size = 4.0 * (largest(rows[0]).max(largest(rows[1])) + 2.0) * self.width_of(rows[0]);
        let decided = |(shock, largest): &(f64, f64)| (SINGLE.spacing * (size + 2.0 * largest) / shock).min(1.0);
        let share = shocks.iter().map(decided).sum::<f64>();
        #[expect(clippy::cast_precision_loss, reason = "64 draws")]
        let bound = MOST_DECIDED * DRAWS as f64;
        !(share < bound)
    }

    /// Number of periods in one sum of a row.
    #[expect(clippy::cast_precision_loss, reason = "at most 12")]
    fn width_of(&self, row: RowId) -> f64 {
        self.sums_of(row).map_or(1.0, |sums| sums.width as f64)
    }

    /// The pair at the draws; `None` where a curve is not finite, which the run will report if it occurs.
    #[expect(clippy::cast_precision_loss, reason = "at most 2,400 periods")]
    fn spread(&self, rows: [RowId; 2], draws: &[Vec<f64>], curves: &mut Curves) -> Option<Spread> {
        for row in rows {
            let of = self.summed(row);
            if let Entry::Vacant(vacant) = curves.entry(of) {
                vacant.insert(self.curve_at(of, draws)?);
            }
        }
        let sums = self.sums_of(rows[0]);
        let [first, second] = rows.map(|row| self.logs_at_draws(row, curves));
        let open_base = self.known_lead_at_base(rows[0], rows[1]).is_none();
        let times: Vec<Option<usize>> = match sums {
            Some(sums) => sums.dates.iter().map(|date| date.and_then(|date| usize::try_from(date).ok())).collect(),
            None => (0..=self.taus.len()).map(Some).collect(),
        };
        let longest = self.longest_memory(rows);
        let places = times.iter().enumerate().skip(usize::from(!open_base));
        let dates = places.filter_map(|(place, t)| {
            let pairs = first[place].iter().zip(&second[place]);
            let ends = pairs.map(|(a, b)| (a - b, a.abs().max(b.abs())));
            Some((((*t)? as f64).min(longest), ends.collect()))
        });
        Some(Spread {
            shocks: self.shocks(rows, draws),
            dates: dates.collect(),
            width: self.width_of(rows[0]),
            // Error of the exponential (2 units in the last place) and of a sum of at most twelve terms.
            added: if sums.is_some() { 8.0 } else { 0.0 },
        })
    }

    /// A row of log revenue without shocks, indexed by period, then by draw.
    fn curve_at(&self, of: SeriesId, draws: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
        let one = |part: SeriesId| {
            let mut columns = vec![vec![0.0; DRAWS]; self.taus.len() + 1];
            self.fill_fine_centre(part, draws, DRAWS, &mut |t, column| columns[t].copy_from_slice(column)).ok()?;
            Some(columns)
        };
        let parts: Vec<Vec<Vec<f64>>> = self.parts_of(of).into_iter().map(one).collect::<Option<_>>()?;
        if let [only] = &parts[..] {
            return Some(only.clone());
        }
        let at = |t: usize, draw: usize| log_sum(parts.iter().map(|part| part[t][draw]));
        Some((0..=self.taus.len()).map(|t| (0..DRAWS).map(|draw| at(t, draw)).collect()).collect())
    }

    /// The number of periods over which the variance of a pair accumulates, at most: deviations that revert forget.
    fn longest_memory(&self, rows: [RowId; 2]) -> f64 {
        let root = self.step_root();
        let memory = |of: SeriesId| match self.dynamics(of).motion {
            MotionInput::Reverting { half_life } => 1.0 / renewed(root * root, half_life.median(&self.draws)),
            MotionInput::RandomWalk | MotionInput::Persistent { .. } | MotionInput::DampedTrend { .. }
                if self.has_shocks(of) =>
            {
                f64::INFINITY
            }
            MotionInput::RandomWalk | MotionInput::Persistent { .. } | MotionInput::DampedTrend { .. } => 0.0,
        };
        let parts = rows.into_iter().flat_map(|row| self.parts_of(self.summed(row)));
        let longest = parts.map(memory).fold(0.0, f64::max);
        if longest > 0.0 { longest.max(1.0) } else { f64::INFINITY }
    }

    /// Log of the row without shocks, indexed by date, then by draw.
    fn logs_at_draws(&self, row: RowId, curves: &Curves) -> Vec<Vec<f64>> {
        let curve = &curves[&self.summed(row)];
        let Some(sums) = self.sums_of(row) else { return curve.clone() };
        let mut linear: Vec<f64> = curve.concat();
        math::exp_slice(&mut linear);
        let mut out = vec![0.0; sums.dates.len() * DRAWS];
        sums.fill_fine(&linear, DRAWS, &mut out);
        math::ln_slice(&mut out);
        out.chunks(DRAWS).map(<[f64]>::to_vec).collect()
    }

    fn too_small(&self, rows: [RowId; 2], spread: &Spread) -> Error {
        let [a, b] = rows.map(|row| self.name(self.summed(row)));
        let mut shocks: Vec<f64> = spread.shocks.iter().map(|(shock, _)| *shock).collect();
        shocks.sort_by(f64::total_cmp);
        let message = format!(
            "the shocks of {a:?} and {b:?} differ by {:.2e} per period (standard deviation of the log-ratio), \
             less than the rounding error of revenue; set the volatilities to 0, or make them differ by 1e-11 or more",
            shocks[shocks.len() / 2]
        );
        Error::one(Kind::Numeric, "simulation", of_provider(a, ProviderKey::Volatility), message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assumption::{Assumption, normal, uniform};
    use crate::growth::Curve;
    use crate::scenario::Provider;

    fn close(a: Provider, b: Provider, correlation: f64) -> bool {
        let scenario = Scenario::builder("2018-Q1", "2028-Q1")
            .provider(a)
            .provider(b)
            .correlation("A", "B", correlation)
            .question(Question::overtakes("A", "B"))
            .build()
            .expect("a scenario");
        let mut plan = Plan::new(&scenario, 7).expect("a plan");
        plan.find_close_pairs(&scenario, true).expect("shocks that f64 holds");
        plan.is_close(SeriesId(0).into(), SeriesId(1).into())
    }

    fn one(
        name: &str,
        base: impl Into<Assumption>,
        growth: impl Into<Assumption>,
        volatility: impl Into<Assumption>,
    ) -> Provider {
        Provider::new(name, base).growth(Curve::constant(growth)).volatility(volatility)
    }

    /// Pairs with shocks well above rounding stay in f32, with the same bits.
    #[test]
    fn pairs_are_close_where_rounding_decides() {
        let tied = |volatility: f64| close(one("A", 1000, 0.2, volatility), one("B", 1000, 0.2, volatility), 0.0);
        for volatility in [1e-10, 1e-8, 1e-6, 1e-5, 1e-4] {
            assert!(tied(volatility), "{volatility:e}");
        }
        for volatility in [0.01, 0.02, 0.1, 0.5] {
            assert!(!tied(volatility), "{volatility:e}");
        }
        assert!(!close(one("A", 500, 0.2, 1e-8), one("B", 1000, 0.1, 1e-8), 0.0), "no tie is near");
        let drawn = || normal(0.2, 0.1);
        assert!(!close(one("A", 1000, drawn(), 0.0), one("B", 1000, drawn(), 0.0), 0.0), "growth moves them apart");
        assert!(!close(one("A", 1000, drawn(), 1e-8), one("B", 1000, drawn(), 1e-8), 0.0), "growth moves them apart");
        assert!(!close(one("A", normal(1000.0, 50.0), 0.2, 0.0), one("B", 1000, 0.2, 0.0), 0.0));
        assert!(close(one("A", normal(1000.0, 1e-5), 0.2, 0.0), one("B", 1000, 0.2, 0.0), 0.0));
        assert!(!close(one("A", 1000, 0.2, uniform(0.0, 0.2)), one("B", 1000, 0.2, uniform(0.0, 0.2)), 0.0));
        assert!(close(one("A", 1000, 0.2, 0.2), one("B", 1000, 0.2, 0.2), 1.0 - 1e-8), "shocks that nearly cancel");
        assert!(!close(one("A", 1000, 0.2, 0.2), one("B", 1000, 0.2, 0.2), 0.99));
    }
}
