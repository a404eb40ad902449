//! Shocks of series with dynamics in f64, for pairs that f32 cannot resolve.

use super::general::fill_mixing;
use super::numbers::Span;
use crate::covariance::Motion;
use crate::plan::{Plan, SeriesId};

/// Sources with their `L_ij`.
type Terms = Vec<(usize, f64)>;

/// Adds the shocks of a series and of its factors to its row: T + 1 periods of B paths. `innovations` are those of every
/// source, multiplied by the mixing draws.
pub(super) fn add_shocks(
    (plan, of): (&Plan, SeriesId),
    width: usize,
    draws: &[Vec<f64>],
    innovations: &[Vec<f32>],
    row: &mut [f64],
) {
    let SeriesId(index) = of;
    let (own, root) = (plan.dynamics(of), plan.step_root());
    let rows = plan.series.len() + plan.moves.factors.len();
    let loadings: Terms = plan.covariance.loadings(index).collect();
    let trend: Terms = match plan.moves.trending.iter().position(|series| *series == index) {
        Some(place) => plan.moves.trends.loadings(place).map(|(j, entry)| (rows + j, entry)).collect(),
        None => Vec::new(),
    };
    let factors: Vec<(usize, f64, Terms)> = own
        .loadings
        .iter()
        .map(|(factor, loading)| (*factor, *loading, plan.covariance.loadings(plan.series.len() + factor).collect()))
        .collect();
    let has_volatility = plan.series(of).has_volatility();
    for path in 0..width {
        let combined = |terms: &[(usize, f64)], t: usize| -> f64 {
            let term = |(j, entry): &(usize, f64)| {
                entry * innovations[*j].get((t - 1) * width + path).map_or(0.0, |u| f64::from(*u))
            };
            terms.iter().map(term).sum()
        };
        let motion = own.motion.of_path(root * root, draws, path);
        let sigma = if has_volatility { plan.volatility(of).of_path(draws, path) * root } else { 0.0 };
        let (mut y, mut v, mut common) = (0.0, 0.0, 0.0);
        for (t, column) in row.chunks_exact_mut(width).enumerate().skip(1) {
            let s = combined(&loadings, t);
            match motion {
                Motion::RandomWalk => y += sigma * s,
                Motion::Persistent { phi } => {
                    v = if t == 1 { s } else { phi * v + (1.0 - phi * phi).sqrt() * s };
                    y += sigma * v;
                }
                Motion::Reverting { rho } => y = rho * y + sigma * s,
                Motion::DampedTrend { phi, share } => {
                    v = phi * v + (share * (1.0 - phi * phi)).sqrt() * combined(&trend, t);
                    y += sigma * (v + (1.0 - share).sqrt() * s);
                }
            }
            for (factor, loading, terms) in &factors {
                let volatility = plan.moves.factors[*factor].volatility.of_path(draws, path);
                common += loading * volatility * root * combined(terms, t);
            }
            column[path] += y + common;
        }
    }
}

/// Multiplies the innovations of every source by the mixing draws of a block.
pub(super) fn mix(plan: &Plan, span: Span, innovations: &mut [Vec<f32>]) {
    let Some(tails) = &plan.moves.tails else { return };
    let mut mixing = vec![0.0; plan.taus.len() * span.width()];
    fill_mixing(plan.level, (&tails.key, tails.table()), (span.first, span.groups), &mut mixing);
    for own in innovations {
        own.iter_mut().zip(&mixing).for_each(|(u, factor)| *u *= factor);
    }
}
