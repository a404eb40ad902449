//! f64 rows, in addition to the f32 rows, of series that f32 cannot resolve: see [`close`](super::close).

use super::plan::{Number, Plan, Series};
use super::sampler::{Numbers, Span};
use crate::error::Error;
use crate::math;

/// The f64 rows of a block; empty if no pair is close.
#[derive(Debug, Default)]
pub(super) struct Fine {
    /// By row, sums after series: periods or dates, then paths; empty for rows that are not in a close pair.
    rows: Vec<Vec<f64>>,
    /// By series, the innovations of the block; empty if no close pair depends on them.
    innovations: Vec<Vec<f32>>,
    /// The shocks of one period and their cumulative sum, by path.
    shocks: [Vec<f64>; 2],
    linear: Vec<f64>,
}

impl Fine {
    pub(super) fn row(&self, row: usize) -> Option<&[f64]> {
        self.rows.get(row).map(Vec::as_slice).filter(|row| !row.is_empty())
    }

    /// Fills the rows of close pairs from the same draws and innovations as the f32 rows.
    ///
    /// # Errors
    /// If a curve is not finite on a path.
    pub(super) fn fill(&mut self, plan: &Plan, span: Span, draws: &[Vec<f64>], numbers: &Numbers) -> Result<(), Error> {
        if plan.close.is_empty() {
            return Ok(());
        }
        self.rows.resize_with(plan.series.len() + plan.sums.len(), Vec::new);
        self.innovations.resize_with(plan.series.len(), Vec::new);
        for of in &plan.close.moving {
            plan.sampler.innovations(plan.drawn(), span, *of, numbers, &mut self.innovations[*of]);
        }
        let periods = plan.taus.len();
        for of in (0..plan.series.len()).filter(|of| plan.close.holds(*of)) {
            let row = &mut self.rows[of];
            row.resize((periods + 1) * span.width(), 0.0);
            let width = span.width();
            plan.fill_fine_centre(of, draws, width, &mut |t, column| {
                row[t * width..(t + 1) * width].copy_from_slice(column);
            })?;
            self.add_shocks((plan, of), span, draws);
        }
        for (place, sums) in plan.sums.iter().enumerate() {
            let row = plan.series.len() + place;
            if plan.close.holds(row) {
                self.linear.clear();
                self.linear.extend_from_slice(&self.rows[sums.of]);
                math::exp_slice(&mut self.linear);
                self.rows[row].resize(sums.dates.len() * span.width(), 0.0);
                sums.fill_fine(&self.linear, span.width(), &mut self.rows[row]);
            }
        }
        Ok(())
    }

    /// Adds `Y(t) = Y(t − 1) + σ√Δ Σ L_ij U_j(t)`.
    fn add_shocks(&mut self, (plan, of): (&Plan, usize), span: Span, draws: &[Vec<f64>]) {
        let series = &plan.series[of];
        if !series.has_volatility() {
            return;
        }
        let width = span.width();
        let [shocks, sum] = &mut self.shocks;
        sum.clear();
        sum.resize(width, 0.0);
        for (t, row) in self.rows[of].chunks_exact_mut(width).skip(1).enumerate() {
            shocks.clear();
            shocks.resize(width, 0.0);
            for (j, entry) in &series.factor {
                let innovations = &self.innovations[*j][t * width..(t + 1) * width];
                shocks.iter_mut().zip(innovations).for_each(|(shock, u)| *shock += entry * f64::from(*u));
            }
            for (path, ((x, sum), shock)) in row.iter_mut().zip(&mut *sum).zip(&*shocks).enumerate() {
                let volatility = match series.volatility {
                    Number::Fixed(volatility) => volatility,
                    Number::Drawn(draw) => draws[draw][path],
                };
                *sum += plan.step_root * volatility * shock;
                *x += *sum;
            }
        }
    }
}

impl Series {
    pub(super) fn has_volatility(&self) -> bool {
        !matches!(self.volatility, Number::Fixed(sigma) if sigma <= 0.0)
    }
}

impl Plan {
    /// Calls `emit(t, column)` for t in 0..=T with the log revenue, relative to the reference and without shocks, in
    /// f64.
    ///
    /// # Errors
    /// As for [`Plan::log_growth`].
    pub(super) fn fill_fine_centre(
        &self,
        of: usize,
        draws: &[Vec<f64>],
        width: usize,
        emit: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), Error> {
        let start: Vec<f64> = match self.series[of].base {
            Number::Fixed(base) => vec![self.log_base(base); width],
            Number::Drawn(draw) => draws[draw][..width].iter().map(|base| self.log_base(*base)).collect(),
        };
        emit(0, &start);
        let mut column = vec![0.0; width];
        self.log_growth(of, draws, width, &mut |t, growth| {
            for ((column, start), growth) in column.iter_mut().zip(&start).zip(growth) {
                *column = start + growth;
            }
            emit(t, &column);
        })
    }
}
