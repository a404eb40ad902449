//! What a plan knows without sampling: central paths, known revenues, the streams that are drawn, and which means exist.

use super::combined::log_sum;
use super::compiled::Plan;
use super::dynamics::Source;
use super::ids::SeriesId;
use super::places::Resolved;
use super::series::Series;
use super::terms::{Parts, Terms};
use crate::assumption::address::{ProviderKey, of_provider};
use crate::error::Error;
use crate::growth::Value;
use crate::math;
use crate::scenario::Scenario;

impl Plan {
    /// What the terms of a series are computed from.
    pub(super) fn parts(&self, of: SeriesId) -> Parts<'_> {
        let SeriesId(index) = of;
        let volatility = self.series(of).slots.volatility;
        Parts { covariance: &self.covariance, moves: &self.moves, index, volatility }
    }

    /// Evaluates the curve of a series at its medians; where nothing is drawn, that is the answer.
    pub(super) fn trace(&mut self, of: SeriesId) {
        let series = self.series(of);
        let (base, growth_is_drawn) = (series.base_median, series.slots.growth.iter().any(|input| input.is_drawn()));
        let growth = self.central_growth(of);
        let start = math::ln(base / self.reference);
        let central: Vec<f64> = growth.iter().map(|growth| start + growth).collect();
        let base_is_drawn = series.slots.base.is_drawn();
        let terms_are_drawn = !self.moves.centre_draws(of, series.slots.volatility).is_empty();
        let centre_known = !base_is_drawn && !growth_is_drawn && !terms_are_drawn;
        let money = || growth.iter().map(|growth| base * math::exp(*growth)).collect();
        let SeriesId(index) = of;
        self.known[index] = (centre_known && !self.has_shocks(of)).then(money);
        self.known_base[index] = (!base_is_drawn).then_some(base);
        self.series[index].centre = centre_known.then(|| central.clone());
        self.central[index] = central;
    }

    /// Γ(t) with the terms at 0..=T, with every draw at its median.
    fn central_growth(&self, of: SeriesId) -> Vec<f64> {
        let series = self.series(of);
        let values: Vec<Value<'_>> =
            series.slots.growth.iter().map(|input| Value::Fixed(input.median(&self.draws))).collect();
        let mut growth = vec![0.0; self.taus.len() + 1];
        let unmoved = series.slots.base.is_drawn().then_some([0.0]);
        let shifts = unmoved.as_ref().map(<[f64; 1]>::as_slice);
        // The central path meets its totals: it was solved when the series was created.
        let _ = series.growth.fill(&values, shifts, &self.taus, 1, &mut |t, column| growth[t + 1] = column[0]);
        if !self.dynamics(of).has_terms() {
            return growth;
        }
        let medians: Vec<Vec<f64>> = self.draws.iter().map(|draw| vec![draw.quantile.median()]).collect();
        if let Some(mut terms) = Terms::new(self.parts(of), &medians, 1) {
            for (t, (tau, growth)) in (1..).zip(self.taus.iter().zip(&mut growth[1..])) {
                *growth = terms.added(t, *tau, &[*growth])[0];
            }
        }
        growth
    }

    /// Rows hold 32-bit floats, whose range jumps and factors may exceed.
    ///
    /// # Errors
    /// The provider whose central path, or whose factors, exceed it.
    pub(super) fn check_range(&self) -> Result<(), Error> {
        const MOST: f64 = f32::MAX as f64 / 1e6;
        for of in self.series_ids() {
            let SeriesId(index) = of;
            if !self.dynamics(of).has_terms() {
                continue;
            }
            let sd = |(factor, loading): &(usize, f64)| {
                (loading * self.moves.factors[*factor].volatility.median(&self.draws)).abs()
            };
            let factors = self.dynamics(of).loadings.iter().map(sd).fold(0.0, f64::max);
            let path = self.central[index].iter().map(|log| log.abs()).fold(0.0, f64::max);
            if !(path.max(factors) < MOST) {
                let message = format!(
                    "log revenue exceeds the range of a 32-bit float: jumps or factors reach {:e}",
                    path.max(factors)
                );
                return Err(Error::provider_limit("simulation", self.name(of), "by the horizon", message));
            }
        }
        Ok(())
    }

    /// The streams of innovations: of the series, the factors, and the trends.
    pub(super) fn streams(&self, scenario: &Scenario) -> Vec<Source> {
        let series = self.series_ids().map(|of| format!("series {}", self.name(of)));
        let factors = scenario.factors.iter().map(|factor| format!("factor {}", factor.name));
        let trends = self.moves.trending.iter().map(|series| format!("trend {}", self.name(SeriesId(*series))));
        let names = series.chain(factors).chain(trends);
        names.map(|name| Source::new(self.seed, &name)).collect()
    }

    /// Finds the streams that are drawn, for their own row or for a later one.
    pub(super) fn find_shocked(&mut self) {
        let has_volatility = |index: usize| self.series.get(index).is_some_and(Series::has_volatility);
        let rows = 0..self.series.len() + self.moves.factors.len();
        let own = |row: usize| match row.checked_sub(self.series.len()) {
            None => has_volatility(row),
            Some(factor) => self.moves.has_volatility(factor),
        };
        let rows = rows.map(|row| self.covariance.affects_later(row) || own(row));
        let trends = self.moves.trending.iter().enumerate();
        let trends = trends.map(|(row, series)| self.moves.trends.affects_later(row) || has_volatility(*series));
        for (source, is_shocked) in self.sources.iter_mut().zip(rows.chain(trends)) {
            source.is_shocked = is_shocked;
        }
    }

    /// Whether the revenue of a series has a mean that can be relied on.
    pub(super) fn mean_exists(&self, scenario: &Scenario, of: SeriesId, resolved: &Resolved) -> bool {
        let SeriesId(index) = of;
        let provider = scenario.series()[index].own;
        let own = &self.moves.of[index];
        let has_heavy_tails = self.moves.tails.is_some() && self.has_shocks(of);
        let jump = |place: usize| format!("{}[{place}].log_size", of_provider(self.name(of), ProviderKey::Jump));
        let jumps = (0..provider.jumps.len()).map(jump);
        let factors = own.loadings.iter().flat_map(|(factor, _)| {
            let name = &scenario.factors[*factor].name;
            ["drift", "volatility"].map(|key| format!("factor[{name}].{key}"))
        });
        let is_heavy = |address: String| resolved.at(&address).heavy;
        self.series(of).slots.has_mean && !has_heavy_tails && !jumps.chain(factors).any(is_heavy)
    }

    /// Adds whether the sums have means that can be relied on: if all their members do.
    pub(super) fn combine_means(&mut self) {
        for sum in &self.combined {
            let has_mean = sum.of.iter().all(|SeriesId(row)| self.has_mean[*row]);
            self.has_mean.push(has_mean);
        }
    }

    /// Removes what [`Plan::combine_means`] and [`Plan::combine`] add.
    pub(super) fn truncate_combined(&mut self) {
        let count = self.series.len();
        self.has_mean.truncate(count);
        self.central.truncate(count);
        self.known.truncate(count);
        self.known_base.truncate(count);
    }

    /// Adds what is known of the sums without sampling.
    pub(super) fn combine(&mut self) {
        for sum in &self.combined {
            let rows: Vec<usize> = sum.of.iter().map(|SeriesId(row)| *row).collect();
            let at = |t: usize| log_sum(rows.iter().map(|row| self.central[*row][t]));
            self.central.push((0..=self.taus.len()).map(at).collect());
            let known: Option<Vec<&Vec<f64>>> = rows.iter().map(|row| self.known[*row].as_ref()).collect();
            let total =
                |known: Vec<&Vec<f64>>| (0..=self.taus.len()).map(|t| known.iter().map(|of| of[t]).sum()).collect();
            self.known.push(known.map(total));
            self.known_base.push(rows.iter().map(|row| self.known_base[*row]).sum());
        }
    }
}
