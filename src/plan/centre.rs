//! The view of a plan that the exact solver needs: paths without shocks, and which of their numbers are drawn.

use super::compiled::Plan;
use super::ids::SeriesId;
use super::input::Input;
use super::terms::Terms;
use crate::assumption::address::{ProviderKey, of_provider};
use crate::assumption::quantile::Quantile;
use crate::cpu::Level;
use crate::error::{Error, Kind};
use crate::growth::Value;
use crate::math;

impl Plan {
    pub(crate) fn level(&self) -> Level {
        self.level
    }

    /// √Δ.
    pub(crate) fn step_root(&self) -> f64 {
        self.covariance.step_root()
    }

    pub(crate) fn draws(&self) -> usize {
        self.draws.len()
    }

    pub(crate) fn quantile(&self, draw: usize) -> &Quantile {
        &self.draws[draw].quantile
    }

    /// Address of the distribution of a draw.
    pub(crate) fn draw_address(&self, draw: usize) -> &str {
        &self.draws[draw].address
    }

    /// Whether `other` draws from distributions at the same addresses.
    pub(crate) fn has_draws_of(&self, other: &Self) -> bool {
        self.draws.iter().map(|draw| &draw.address).eq(other.draws.iter().map(|draw| &draw.address))
    }

    /// Whether the growth of a series is calibrated to fiscal totals, and so depends on its base and history.
    pub(crate) fn is_fiscal(&self, of: SeriesId) -> bool {
        self.series(of).growth.is_fiscal()
    }

    pub(crate) fn base(&self, of: SeriesId) -> Input {
        self.series(of).slots.base
    }

    pub(crate) fn volatility(&self, of: SeriesId) -> Input {
        self.series(of).slots.volatility
    }

    /// The draws that the path of a series without shocks depends on, beside its base: those of its curve, of its base if
    /// fiscal totals need it, and of factors, jumps and centring.
    pub(crate) fn growth_draws(&self, of: SeriesId) -> Vec<usize> {
        let slots = &self.series(of).slots;
        let fiscal = self.is_fiscal(of).then_some(slots.base);
        let mut draws: Vec<usize> = slots.growth.iter().chain(&fiscal).filter_map(|input| input.draw()).collect();
        draws.extend(self.moves.centre_draws(of, slots.volatility));
        draws
    }

    /// Calls `emit(t, Γ(t))` for t in 1..=`periods`, with Γ(t) in f64 for `width` draws, including the drift of factors, jumps and
    /// the centring.
    ///
    /// # Errors
    /// If a curve is not finite, or no curve meets the totals for a draw; the message names provider, period and
    /// parameters.
    pub(crate) fn log_growth(
        &self,
        of: SeriesId,
        (draws, width): (&[Vec<f64>], usize),
        periods: usize,
        emit: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), Error> {
        let series = self.series(of);
        if let Some(centre) = &series.centre {
            (1..=periods).for_each(|t| emit(t, &vec![centre[t] - centre[0]; width]));
            return Ok(());
        }
        let values = series.values(draws, width);
        let mut fault = None;
        let filled = self.fill_growth(of, &values, (draws, width), periods, &mut |t, growth| {
            // A loop without an exit takes a fraction of the time of a search.
            let is_odd = growth.iter().fold(false, |odd, growth| odd | !growth.is_finite());
            if is_odd && fault.is_none() {
                fault = growth.iter().position(|growth| !growth.is_finite()).map(|path| (t, path, growth[path]));
            }
            emit(t, growth);
        });
        let odd = |(t, path, growth)| (path, self.not_finite(t, growth));
        filled.err().or(fault.map(odd)).map_or(Ok(()), |fault| Err(self.fault_of_growth(of, &values, fault)))
    }

    /// Calls `emit(t, Γ(t))` for t in 1..=`periods` with the terms of the dynamics, whether or not it is finite.
    ///
    /// # Errors
    /// The first path that cannot meet its totals, with a message.
    pub(crate) fn fill_growth(
        &self,
        of: SeriesId,
        values: &[Value<'_>],
        (draws, width): (&[Vec<f64>], usize),
        periods: usize,
        emit: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), (usize, String)> {
        let series = self.series(of);
        let shifts = series.base_shifts(draws, width);
        let mut terms = Terms::new(self.parts(of), draws, width);
        series.growth.fill(values, shifts.as_deref(), &self.taus[..periods], width, &mut |i, growth| match &mut terms {
            None => emit(i + 1, growth),
            Some(terms) => emit(i + 1, terms.added(i + 1, self.taus[i], growth)),
        })
    }

    /// The standard deviations of the shocks of a series with its factors at 0 to T, by date and then by point of the draws.
    pub(crate) fn single_sds(&self, of: SeriesId, draws: &[Vec<f64>], width: usize) -> Vec<Vec<f64>> {
        self.parts(of).deviations(draws, width, self.rows.periods())
    }

    /// Whether the path of a series without shocks is a line where its curve is one, apart from a single jump.
    pub(crate) fn keeps_lines(&self, of: SeriesId) -> bool {
        let own = self.dynamics(of);
        !own.has_terms() || own.is_centred_walk() || own.only_jump().is_some()
    }

    /// Adds the terms beside the curve of a series that [keeps lines](Self::keeps_lines) to its log growth rates a year.
    pub(crate) fn add_terms_to_rates(&self, of: SeriesId, draws: &[Vec<f64>], rates: &mut [f64]) {
        if self.dynamics(of).is_centred_walk() {
            self.parts(of).add_rates(draws, rates);
        }
    }

    /// The first period of the jump of a series that [keeps lines](Self::keeps_lines), if it has one, and its size by path.
    pub(crate) fn jump_of_line(&self, of: SeriesId, draws: &[Vec<f64>], width: usize) -> Option<(usize, Vec<f64>)> {
        self.dynamics(of).only_jump().map(|jump| (jump.at, jump.sizes(draws, width)))
    }

    /// ln of a base revenue relative to the reference.
    ///
    /// For a distribution truncated at 0 the quotient may underflow to 0. The logarithm is therefore clamped at −700,
    /// near that of the smallest f64, because a single infinite point of any weight would turn a quadrature into NaN.
    pub(crate) fn log_base(&self, base: f64) -> f64 {
        const LEAST: f64 = -700.0;
        math::ln(base / self.reference).max(LEAST)
    }

    /// Calls `emit(t, column)` for t in 0..=T with the log revenue, relative to the reference and without shocks, in
    /// f64.
    ///
    /// # Errors
    /// As for [`Plan::log_growth`].
    pub(crate) fn fill_fine_centre(
        &self,
        of: SeriesId,
        draws: &[Vec<f64>],
        width: usize,
        emit: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), Error> {
        self.fill_fine_centre_until(self.rows.periods(), of, (draws, width), emit)
    }

    /// The same for t up to `periods`.
    ///
    /// # Errors
    /// As for [`Plan::log_growth`].
    pub(crate) fn fill_fine_centre_until(
        &self,
        periods: usize,
        of: SeriesId,
        (draws, width): (&[Vec<f64>], usize),
        emit: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), Error> {
        let start: Vec<f64> = match self.series(of).slots.base {
            Input::Known(base) => vec![self.log_base(base); width],
            Input::Drawn(draw) => draws[draw][..width].iter().map(|base| self.log_base(*base)).collect(),
        };
        emit(0, &start);
        let mut column = vec![0.0; width];
        self.log_growth(of, (draws, width), periods, &mut |t, growth| {
            for ((column, start), growth) in column.iter_mut().zip(&start).zip(growth) {
                *column = start + growth;
            }
            emit(t, &column);
        })
    }

    pub(crate) fn not_finite(&self, t: usize, growth: f64) -> String {
        format!("log growth by {} is {growth}", self.rows.label(t))
    }

    pub(crate) fn fault_of_growth(
        &self,
        of: SeriesId,
        values: &[Value<'_>],
        (path, message): (usize, String),
    ) -> Error {
        let numbers: Vec<f64> = values.iter().map(|value| value.of_path(path)).collect();
        let address = of_provider(self.name(of), ProviderKey::Growth);
        Error::one(Kind::Numeric, "scenario", address, format!("{message} with the numbers {numbers:?}"))
    }
}
