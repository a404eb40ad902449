//! How log revenue at the first dates responds to innovations.

use super::compiled::Plan;
use super::ids::SeriesId;
use super::input::Input;
use super::joint::{Component, Response, components};

/// A component of a series, with its sources and their `L_ij`.
type Moved = (Component, Vec<(usize, f64)>);

/// The responses of some series at dates 1, 2, … to the innovations of every source up to them.
#[derive(Debug)]
pub(crate) struct Responses {
    /// By series.
    of: Vec<Vec<Moved>>,
    sources: usize,
    /// √Δ.
    root: f64,
    is_fixed: bool,
}

impl Responses {
    pub(crate) fn new(plan: &Plan, series: &[SeriesId]) -> Self {
        let trends = plan.series.len() + plan.moves.factors.len();
        let with_sources = |component: Component| {
            let sources: Vec<(usize, f64)> = match component.is_trend {
                false => plan.covariance.loadings(component.row).collect(),
                true => plan.moves.trends.loadings(component.row).map(|(j, entry)| (trends + j, entry)).collect(),
            };
            (component, sources)
        };
        let of = |(place, of): (usize, &SeriesId)| components(plan, place, *of).into_iter().map(with_sources).collect();
        let of: Vec<Vec<Moved>> = series.iter().enumerate().map(of).collect();
        let is_drawn =
            |component: &Component| component.volatility.is_drawn() || component.motion.inputs().any(Input::is_drawn);
        let is_fixed = plan.moves.tails.is_none() && !of.iter().flatten().any(|(component, _)| is_drawn(component));
        Self { of, sources: plan.sources.len(), root: plan.step_root(), is_fixed }
    }

    /// Whether they are the same on every path.
    pub(crate) fn is_fixed(&self) -> bool {
        self.is_fixed
    }

    /// Adds the responses of one series on one path to `rows`, one for each date from 1 on: the coefficient of the innovation of
    /// source j in period s, from 0, has the index s·sources + j. `mixing` are the mixing draws by period.
    pub(crate) fn add(
        &self,
        series: usize,
        (draws, path): (&[Vec<f64>], usize),
        mixing: &[f64],
        rows: &mut [Vec<f64>],
    ) {
        for (component, sources) in &self.of[series] {
            let size = self.root * component.loading * component.volatility.of_path(draws, path);
            let response = Response::of_component(component, self.root * self.root, (draws, path), rows.len());
            for (t, row) in rows.iter_mut().enumerate() {
                for (s, mixing) in mixing[..=t].iter().enumerate() {
                    let size = size * mixing * response.after(t - s, s == 0);
                    for (j, entry) in sources {
                        row[s * self.sources + j] += size * entry;
                    }
                }
            }
        }
    }
}
