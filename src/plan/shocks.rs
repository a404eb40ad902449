//! What a plan knows of its shocks, and the size of those of one or two series at points of the draws.

use super::compiled::Plan;
use super::dynamics::Dynamics;
use super::ids::SeriesId;
use super::input::Input;

impl Plan {
    pub(crate) fn dynamics(&self, SeriesId(index): SeriesId) -> &Dynamics {
        &self.moves.of[index]
    }

    /// Whether shocks are not plain Gaussian random walks of single series, so that the plan needs the general kernel.
    pub(crate) fn has_dynamics(&self) -> bool {
        let is_plain = |of: SeriesId| self.dynamics(of).motion.is_random_walk() && !self.moves.follows_factors(of);
        self.moves.tails.is_some() || !self.series_ids().all(is_plain)
    }

    /// Whether paths have draws that are neither mirrored nor quasi-random: mixing draws or the coins of jumps.
    pub(crate) fn has_pseudo_random_draws(&self) -> bool {
        self.moves.tails.is_some() || self.first_coin < self.draws.len()
    }

    /// Whether shocks move a series: its own, or those of a factor.
    pub(crate) fn has_shocks(&self, of: SeriesId) -> bool {
        self.series(of).has_volatility() || self.moves.follows_factors(of)
    }

    /// The draws that the shocks of some series depend on: volatilities, those of the factors that they load, and
    /// half-lives.
    pub(crate) fn shock_draws(&self, series: &[SeriesId]) -> Vec<usize> {
        let of = |of: &SeriesId| {
            let factors = self.dynamics(*of).loadings.iter().map(|(factor, _)| self.moves.factors[*factor].volatility);
            let motion = self.dynamics(*of).motion.inputs();
            factors.chain(motion).chain([self.volatility(*of)]).filter_map(Input::draw).collect::<Vec<_>>()
        };
        series.iter().flat_map(of).collect()
    }

    /// The drawn numbers that the revenue of some series depends on; not the coins of jumps.
    pub(crate) fn number_draws(&self, series: &[SeriesId]) -> Vec<usize> {
        let growth = series.iter().flat_map(|of| self.growth_draws(*of));
        let bases = series.iter().filter_map(|of| self.base(*of).draw());
        let all = growth.chain(bases).chain(self.shock_draws(series));
        let mut draws: Vec<usize> = all.filter(|draw| !self.draws[*draw].is_coin).collect();
        draws.sort_unstable();
        draws.dedup();
        draws
    }

    /// The volatilities of factors with a draw, among those that some series load.
    pub(crate) fn has_drawn_factors(&self, series: &[SeriesId]) -> bool {
        let mut loadings = series.iter().flat_map(|of| &self.dynamics(*of).loadings);
        loadings.any(|(factor, _)| self.moves.factors[*factor].volatility.is_drawn())
    }

    /// σ√Δ of the log-ratio of two series at a point of the draws.
    pub(crate) fn pair_sd_at(&self, pair: [SeriesId; 2], draws: &[Vec<f64>], point: usize) -> f64 {
        let [SeriesId(a), SeriesId(b)] = pair;
        let volatility = |factor: usize| self.moves.factors[factor].volatility.of_path(draws, point);
        let covariance = self.covariance.pair(a, b, &self.shared(pair, volatility));
        covariance.sd(pair.map(|of| self.volatility(of).of_path(draws, point)))
    }

    /// σ√Δ of one series, with its factors, at a point of the draws.
    pub(crate) fn single_sd_at(&self, of: SeriesId, draws: &[Vec<f64>], point: usize) -> f64 {
        let sigma = self.volatility(of).of_path(draws, point);
        let SeriesId(index) = of;
        let loadings = &self.dynamics(of).loadings;
        if loadings.is_empty() {
            return self.covariance.sd(sigma);
        }
        let shared: Vec<(usize, f64)> = loadings
            .iter()
            .map(|(factor, loading)| {
                let volatility = self.moves.factors[*factor].volatility.of_path(draws, point);
                (self.series.len() + factor, loading * volatility)
            })
            .collect();
        self.covariance.pair(index, index, &shared).sd([sigma, 0.0])
    }
}
