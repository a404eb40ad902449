//! f64 rows, in addition to the f32 rows, of series that f32 cannot resolve: see `plan/close.rs`.

use super::fine_shocks::{add_shocks, mix};
use super::numbers::{Numbers, Span, drawn};
use super::sampler::Sampler;
use crate::error::Error;
use crate::math;
use crate::plan::{ByRow, DerivedId, Plan, RowId, SeriesId, log_sum};

/// The f64 rows of a block; empty if no pair is close.
#[derive(Debug, Default)]
pub(super) struct Fine {
    /// Indexed by row, then period or date, then path; empty for rows that are not in a close pair.
    rows: ByRow<Vec<f64>>,
    /// By source, the innovations of the block; empty if no close pair depends on them.
    innovations: Vec<Vec<f32>>,
    /// The shocks of one period and their cumulative sum, by path.
    shocks: [Vec<f64>; 2],
    linear: Vec<f64>,
}

impl Fine {
    pub(super) fn row(&self, row: RowId) -> Option<&[f64]> {
        self.rows.get(row).map(Vec::as_slice).filter(|row| !row.is_empty())
    }

    /// Fills the rows of close pairs from the same draws and innovations as the f32 rows.
    ///
    /// # Errors
    /// If a curve is not finite on a path.
    pub(super) fn fill(
        &mut self,
        (plan, sampler): (&Plan, &Sampler),
        span: Span,
        draws: &[Vec<f64>],
        numbers: &Numbers,
    ) -> Result<(), Error> {
        if plan.close.is_empty() {
            return Ok(());
        }
        self.rows.resize(plan.log_rows(), plan.sums.len());
        self.innovations.resize_with(plan.sources.len(), Vec::new);
        for of in &plan.close.moving {
            sampler.innovations(drawn(plan), span, *of, numbers, &mut self.innovations[*of]);
        }
        let has_dynamics = plan.has_dynamics();
        if has_dynamics {
            mix(plan, span, &mut self.innovations);
        }
        let periods = plan.taus.len();
        for of in plan.series_ids().filter(|of| plan.close.holds(*of)) {
            let row = &mut self.rows[of.into()];
            row.resize((periods + 1) * span.width(), 0.0);
            let width = span.width();
            plan.fill_fine_centre(of, draws, width, &mut |t, column| {
                row[t * width..(t + 1) * width].copy_from_slice(column);
            })?;
            if has_dynamics {
                add_shocks((plan, of), width, draws, &self.innovations, &mut self.rows[of.into()]);
            } else {
                self.add_shocks((plan, of), span, draws);
            }
            if let Some(observations) = sampler.observations() {
                observations.put(of, width, &mut self.rows[of.into()]);
            }
        }
        for (place, sum) in plan.combined.iter().enumerate() {
            let of = SeriesId(plan.series.len() + place);
            if plan.close.holds(of) {
                let parts: Vec<&[f64]> = sum.of.iter().map(|part| &self.rows[(*part).into()][..]).collect();
                let at = |path: usize| log_sum(parts.iter().map(|part| part[path]));
                self.rows[of.into()] = (0..parts[0].len()).map(at).collect();
            }
        }
        for (place, sums) in plan.sums.iter().enumerate() {
            let row = RowId::Derived(DerivedId(place));
            if plan.close.holds(row) {
                self.linear.clear();
                self.linear.extend_from_slice(&self.rows[sums.of.into()]);
                math::exp_slice(&mut self.linear);
                self.rows[row].resize(sums.dates.len() * span.width(), 0.0);
                sums.fill_fine(&self.linear, span.width(), &mut self.rows[row]);
            }
        }
        Ok(())
    }

    /// Adds `Y(t) = Y(t − 1) + σ√Δ Σ L_ij U_j(t)`.
    fn add_shocks(&mut self, (plan, of): (&Plan, SeriesId), span: Span, draws: &[Vec<f64>]) {
        let series = plan.series(of);
        if !series.has_volatility() {
            return;
        }
        let width = span.width();
        let SeriesId(index) = of;
        let loadings: Vec<(usize, f64)> = plan.covariance.loadings(index).collect();
        let step_root = plan.step_root();
        let [shocks, sum] = &mut self.shocks;
        sum.clear();
        sum.resize(width, 0.0);
        for (t, row) in self.rows[of.into()].chunks_exact_mut(width).skip(1).enumerate() {
            shocks.clear();
            shocks.resize(width, 0.0);
            for (j, entry) in &loadings {
                let innovations = &self.innovations[*j][t * width..(t + 1) * width];
                shocks.iter_mut().zip(innovations).for_each(|(shock, u)| *shock += entry * f64::from(*u));
            }
            for (path, ((x, sum), shock)) in row.iter_mut().zip(&mut *sum).zip(&*shocks).enumerate() {
                let volatility = series.slots.volatility.of_path(draws, path);
                *sum += step_root * volatility * shock;
                *x += *sum;
            }
        }
    }
}
