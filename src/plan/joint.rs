//! The joint distribution of the shocks of several series at single dates.
//!
//! Given the numbers of a path, and its mixing draws where innovations are Student-t, log revenues at one date are jointly
//! normal, however shocks accumulate. The covariance of two series is that of the innovations that both depend on, times
//! the sum over periods of the products of their responses.

use super::compiled::Plan;
use super::dynamics::MotionInput;
use super::ids::SeriesId;
use super::input::Input;
use crate::covariance::Motion;

/// The lower triangles of the covariance matrices of log revenue at 1 to T, row by row.
type Matrices = Vec<Vec<Vec<f64>>>;

/// What one stream of innovations contributes to a series.
#[derive(Debug)]
pub(super) struct Component {
    /// The series, by its place in the list.
    place: usize,
    /// The stream is the trend of a damped trend, which only other trends are correlated with.
    pub(super) is_trend: bool,
    /// Row in the covariance of its kind.
    pub(super) row: usize,
    /// Standard deviation per √year, but for `loading`.
    pub(super) volatility: Input,
    pub(super) loading: f64,
    pub(super) motion: MotionInput,
}

/// A pair of correlated components.
struct Term {
    /// Indices of the components, the one of the later series first.
    of: [usize; 2],
    /// Covariance of their innovations over one period, for unit volatilities.
    size: f64,
    /// Sums of the products of their responses at 1 to T, where these are the same on every path.
    sums: Vec<f64>,
}

/// The shocks of some series.
pub(crate) struct Joint<'p> {
    plan: &'p Plan,
    count: usize,
    components: Vec<Component>,
    terms: Vec<Term>,
    is_fixed: bool,
}

/// The change of log revenue by an innovation of unit size, by the number of periods after it.
pub(super) struct Response {
    by_lag: Vec<f64>,
    /// Factor for the innovation of the first period, which may differ from the later ones.
    first: f64,
    is_constant: bool,
}

impl Response {
    fn constant(value: f64, periods: usize) -> Self {
        Self { by_lag: vec![value; periods], first: 1.0, is_constant: true }
    }

    /// `scale`·(1 + φ + … + φ^lag).
    fn growing(scale: f64, phi: f64, periods: usize) -> Self {
        let (mut sum, mut power) = (0.0, 1.0);
        let next = |_| {
            sum += power;
            power *= phi;
            scale * sum
        };
        Self { by_lag: (0..periods).map(next).collect(), first: 1.0, is_constant: false }
    }

    /// The response of a series to the innovations of a component at a point of the draws.
    pub(super) fn of_component(
        component: &Component,
        step: f64,
        (draws, point): (&[Vec<f64>], usize),
        periods: usize,
    ) -> Self {
        let (own, trend) = Self::of(component.motion.of_path(step, draws, point), periods);
        if component.is_trend { trend.expect("a damped trend responds to its trend") } else { own }
    }

    /// The change by an innovation some periods ago.
    pub(super) fn after(&self, lag: usize, is_first: bool) -> f64 {
        self.by_lag[lag] * if is_first { self.first } else { 1.0 }
    }

    /// The responses to a series' own innovations, and to those of its trend.
    fn of(motion: Motion, periods: usize) -> (Self, Option<Self>) {
        match motion {
            Motion::RandomWalk => (Self::constant(1.0, periods), None),
            Motion::Reverting { rho } => {
                let by_lag = std::iter::successors(Some(1.0), |power| Some(power * rho)).take(periods).collect();
                (Self { by_lag, first: 1.0, is_constant: false }, None)
            }
            Motion::Persistent { phi } => {
                let later = (1.0 - phi * phi).sqrt();
                (Self { first: 1.0 / later, ..Self::growing(later, phi, periods) }, None)
            }
            Motion::DampedTrend { phi, share } => {
                let trend = Self::growing((share * (1.0 - phi * phi)).sqrt(), phi, periods);
                (Self::constant((1.0 - share).sqrt(), periods), Some(trend))
            }
        }
    }

    /// The sums of the products of two responses over the innovations up to 1, 2, …, T. `scales` are the squares of the
    /// mixing draws.
    fn products(&self, other: &Self, scales: Option<&[f64]>) -> Vec<f64> {
        let periods = self.by_lag.len();
        let product = |lag: usize| self.by_lag[lag] * other.by_lag[lag];
        let first = self.first * other.first;
        match scales {
            Some(scales) if !(self.is_constant && other.is_constant) => {
                let sum = |t: usize| {
                    let later = (1..=t).map(|s| scales[s] * product(t - s)).sum::<f64>();
                    later + scales[0] * first * product(t)
                };
                (0..periods).map(sum).collect()
            }
            // The sums over lags grow by one term a period, apart from the first innovation.
            _ => {
                let mut sum = 0.0;
                let next = |t: usize| {
                    let scale = scales.map_or(1.0, |scales| scales[t]);
                    let now = sum + if scales.is_some() { scale } else { first } * product(t);
                    sum += scale * product(t);
                    now
                };
                (0..periods).map(next).collect()
            }
        }
    }
}

impl<'p> Joint<'p> {
    pub(crate) fn new(plan: &'p Plan, series: &[SeriesId]) -> Self {
        let components: Vec<Component> =
            series.iter().enumerate().flat_map(|(place, of)| components(plan, place, *of)).collect();
        let step = plan.step_root() * plan.step_root();
        let mut terms = Vec::new();
        for (first, one) in components.iter().enumerate() {
            for (second, other) in components.iter().enumerate().filter(|(_, other)| other.place <= one.place) {
                let size = step * one.loading * other.loading * correlation(plan, one, other);
                if size.abs() > 0.0 {
                    terms.push(Term { of: [first, second], size, sums: Vec::new() });
                }
            }
        }
        let mut joint = Self { plan, count: series.len(), components, terms, is_fixed: false };
        joint.is_fixed = !joint.has_drawn_motion() && plan.moves.tails.is_none();
        if joint.is_fixed {
            joint.terms = joint.sums((&[], 0), None);
        }
        joint
    }

    /// Whether half-lives or shares vary from path to path.
    pub(crate) fn has_drawn_motion(&self) -> bool {
        self.components.iter().any(|component| component.motion.inputs().any(Input::is_drawn))
    }

    /// The terms with their sums at a point of the draws.
    fn sums(&self, (draws, point): (&[Vec<f64>], usize), scales: Option<&[f64]>) -> Vec<Term> {
        let (step, periods) = (self.plan.step_root() * self.plan.step_root(), self.plan.rows.periods());
        let response = |component: &Component| Response::of_component(component, step, (draws, point), periods);
        let responses: Vec<Response> = self.components.iter().map(response).collect();
        let term = |term: &Term| {
            let [one, other] = term.of.map(|index| &responses[index]);
            Term { sums: one.products(other, scales), ..*term }
        };
        self.terms.iter().map(term).collect()
    }

    /// The covariances of log revenue at 1 to T at a point of the draws. `scales` are the squares of the mixing draws by
    /// period; `None` for Gaussian innovations.
    pub(crate) fn matrices(&self, draws: &[Vec<f64>], point: usize, scales: Option<&[f64]>) -> Matrices {
        let own;
        let terms = if self.is_fixed && scales.is_none() {
            &self.terms
        } else {
            own = self.sums((draws, point), scales);
            &own
        };
        let volatility = |component: &Component| component.volatility.of_path(draws, point);
        let volatilities: Vec<f64> = self.components.iter().map(volatility).collect();
        let triangle = || (1..=self.count).map(|entries| vec![0.0; entries]).collect();
        let mut matrices: Matrices = (0..self.plan.rows.periods()).map(|_| triangle()).collect();
        for Term { of, size, sums } in terms {
            let [a, b] = of.map(|index| self.components[index].place);
            let size = size * volatilities[of[0]] * volatilities[of[1]];
            matrices.iter_mut().zip(sums).for_each(|(matrix, sum)| matrix[a][b] += size * sum);
        }
        matrices
    }
}

/// The components of a series: its own shocks, the trend of a damped trend, and its factors.
pub(super) fn components(plan: &Plan, place: usize, of: SeriesId) -> Vec<Component> {
    let SeriesId(row) = of;
    let dynamics = plan.dynamics(of);
    let motion = dynamics.motion;
    let own = |is_trend: bool, row: usize| Component {
        place,
        is_trend,
        row,
        volatility: plan.volatility(of),
        loading: 1.0,
        motion,
    };
    let mut all = vec![own(false, row)];
    // Only series with a damped trend have a row among the trends.
    all.extend(plan.moves.trending.iter().position(|series| *series == row).map(|row| own(true, row)));
    all.extend(dynamics.loadings.iter().map(|(factor, loading)| Component {
        place,
        is_trend: false,
        row: plan.series.len() + factor,
        volatility: plan.moves.factors[*factor].volatility,
        loading: *loading,
        motion: MotionInput::RandomWalk,
    }));
    all
}

fn correlation(plan: &Plan, one: &Component, other: &Component) -> f64 {
    match (one.is_trend, other.is_trend) {
        (false, false) => plan.covariance.correlation(one.row, other.row),
        (true, true) => plan.moves.trends.correlation(one.row, other.row),
        (true, false) | (false, true) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::covariance::Moments;

    const MOTIONS: [Motion; 4] = [
        Motion::RandomWalk,
        Motion::Reverting { rho: 0.8 },
        Motion::Persistent { phi: 0.7 },
        Motion::DampedTrend { phi: 0.6, share: 0.3 },
    ];

    /// The variance of each kind of shock, and its covariance with the sum of its own innovations, are the moments that the
    /// plan computes by recursion.
    #[test]
    fn sums_of_responses_are_the_moments() {
        for motion in MOTIONS {
            let (own, trend) = Response::of(motion, 30);
            let walk = Response::constant(1.0, 30);
            let square = own.products(&own, None);
            let trend = trend.map_or_else(|| vec![0.0; 30], |trend| trend.products(&trend, None));
            let with_sum = own.products(&walk, None);
            let mut moments = Moments::default();
            for t in 0..30 {
                moments = moments.next(motion);
                assert!((square[t] + trend[t] - moments.variance).abs() < 1e-12, "{motion:?} at {t}");
                assert!((with_sum[t] - moments.with_sum).abs() < 1e-12, "{motion:?} at {t}");
            }
        }
    }

    /// Mixing draws of 1 change nothing, and others weigh the periods of their innovations.
    #[test]
    fn mixing_draws_weigh_their_periods() {
        for a in MOTIONS {
            for b in MOTIONS {
                let ((a, _), (b, _)) = (Response::of(a, 12), Response::of(b, 12));
                let plain = a.products(&b, None);
                let ones = a.products(&b, Some(&[1.0; 12]));
                assert!(plain.iter().zip(&ones).all(|(a, b)| (a - b).abs() < 1e-12));
                let mut scales = [0.0; 12];
                scales[4] = 2.0;
                let one = a.products(&b, Some(&scales));
                assert!(one[..4].iter().all(|sum| sum.abs() < 1e-15));
                for (t, found) in one.iter().enumerate().skip(4) {
                    let expected = 2.0 * a.by_lag[t - 4] * b.by_lag[t - 4];
                    assert!((found - expected).abs() < 1e-12);
                }
            }
        }
    }
}
