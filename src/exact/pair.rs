//! A pair of providers for the integration: start, drifts and standard deviation of the log-ratio at points of the
//! drawn assumptions, and the answer at each point.

mod answers;
mod perturbed;

use super::dynamics;
use super::process::Processes;
use super::shocks::SampledShocks;
use super::start::Start;
use crate::covariance::PairCovariance;
use crate::cpu;
use crate::error::Error;
use crate::exact::walk::passage::Recursion;
use crate::plan::{Input, Plan, ScoreFactor, SeriesId, Tails};

/// Two series of a plan, and the draws to integrate over.
#[derive(Debug, Clone)]
pub(super) struct Pair<'p> {
    plan: &'p Plan,
    /// Challenger and incumbent.
    series: [SeriesId; 2],
    covariance: PairCovariance,
    /// Indices of the draws to integrate over: growth, volatility, and the bases that are not part of the start.
    pub(super) draws: Vec<usize>,
    /// Distribution of the start; `None` where it follows from the integrated draws.
    start: Option<Start>,
    /// Refinement level of that distribution.
    pub(super) level: usize,
    /// How the scores of `draws` follow from independent ones.
    factor: ScoreFactor,
    /// Number of periods, at most those of the plan.
    periods: usize,
}

/// The log-ratio at some points of the draws.
#[derive(Debug)]
pub(super) struct Columns {
    /// D(0) to D(T) of the curves, indexed by date, then by point; D(0) is 0 where the start has its own distribution.
    pub(super) centre: Vec<Vec<f64>>,
    /// s√Δ for each point.
    pub(super) sd: Vec<f64>,
    /// Values of the integrated draws, indexed by draw, then by point.
    pub(super) draws: Vec<Vec<f64>>,
}

impl Columns {
    /// Drifts and standard deviations at one point.
    pub(super) fn walk(&self, place: usize) -> (Vec<f64>, Vec<f64>) {
        let drifts: Vec<f64> = self.centre.windows(2).map(|pair| pair[1][place] - pair[0][place]).collect();
        let sds = self.sds(place);
        (drifts, sds)
    }

    /// Standard deviation of the shocks of each period at one point; equal for all periods.
    fn sds(&self, place: usize) -> Vec<f64> {
        vec![self.sd[place]; self.centre.len() - 1]
    }
}

/// The recursion given the draws.
#[derive(Debug)]
pub(super) enum Engine {
    /// For Gaussian random walks.
    Gaussian(Box<Recursion>),
    /// For all other shocks.
    Processes(Box<Processes>),
}

impl Engine {
    /// Work so far, in multiplications; 0 for Gaussian random walks, whose cost is known in advance.
    pub(super) fn work(&self) -> f64 {
        match self {
            Self::Gaussian(_) => 0.0,
            Self::Processes(processes) => processes.work(),
        }
    }
}

impl From<Recursion> for Engine {
    fn from(recursion: Recursion) -> Self {
        Self::Gaussian(Box::new(recursion))
    }
}

/// Quantities that are one number per point, challenger first.
pub(super) struct Levels {
    pub(super) volatility: [Vec<f64>; 2],
    /// Base revenue, where the start is a point that depends on it.
    pub(super) base: Option<[Vec<f64>; 2]>,
}

/// The finest refinement level of a start of which only the sign is needed, and a difference of two levels that is small enough.
const SIGN_LEVEL: usize = 3;
const SIGN_ERROR: f64 = 1e-8;

/// Maximum standard deviation of the start relative to that of one period's shocks.
const MAX_START_SPREAD: f64 = 60.0;

impl<'p> Pair<'p> {
    /// The pair with a separate distribution of the start if nothing else depends on the bases; `level` is its
    /// refinement level.
    pub(super) fn new(plan: &'p Plan, series: [SeriesId; 2], level: usize) -> Self {
        let mut pair = Self { level, ..Self::with_drawn_start(plan, series) };
        let growth: Vec<usize> = series.iter().flat_map(|of| plan.growth_draws(*of)).collect();
        let shocks = plan.shock_draws(&series);
        let bases = series.map(|of| plan.base(of));
        let is_followed = |input: &Input| {
            let in_growth = |draw: &usize| *input == Input::Drawn(*draw);
            let depends = input.draw().is_some_and(|draw| plan.copula.contains(draw));
            depends || growth.iter().any(in_growth) || shocks.iter().any(in_growth)
        };
        pair.start = if matches!(bases[0], Input::Drawn(_)) && bases[0] == bases[1] {
            Some(Start::point(0.0))
        } else {
            (!bases.iter().any(is_followed)).then(|| Start::of_bases(plan, bases, level))
        };
        pair.integrate();
        pair
    }

    /// The pair with every drawn base integrated over.
    pub(super) fn with_drawn_start(plan: &'p Plan, series: [SeriesId; 2]) -> Self {
        let covariance = plan.pair(series);
        let mut pair = Self {
            plan,
            series,
            covariance,
            draws: Vec::new(),
            start: None,
            level: 0,
            factor: ScoreFactor::default(),
            periods: plan.rows.periods(),
        };
        pair.integrate();
        pair
    }

    /// The same pair as a function of scores that are dependent already.
    pub(super) fn of_dependent_scores(self) -> Self {
        Self { factor: ScoreFactor::default(), ..self }
    }

    /// The probability of being ahead at the base, where the integrated draws determine the start, and how far two discretizations
    /// are apart.
    pub(super) fn ahead_at_drawn_base(&self) -> Option<(f64, f64)> {
        let bases = self.series.map(|of| self.plan.base(of));
        // Dependent bases have no distribution of their own.
        let depends = bases.iter().filter_map(|base| base.draw()).any(|draw| self.plan.copula.contains(draw));
        if self.start.is_some() || bases[0] == bases[1] || depends {
            return None;
        }
        let mut found = (Start::ahead_of_bases(self.plan, bases, 0), f64::INFINITY);
        for level in 1..=SIGN_LEVEL {
            let finer = Start::ahead_of_bases(self.plan, bases, level);
            found = (finer, (finer - found.0).abs());
            if found.1 < SIGN_ERROR {
                break;
            }
        }
        Some(found)
    }

    /// Whether the distribution of the start is too wide, relative to the shocks, for a rule of a few hundred points.
    pub(super) fn start_is_too_wide(&self) -> Result<bool, Error> {
        let Some(start) = &self.start else { return Ok(false) };
        let sd = self.columns(&vec![vec![0.0]; self.draws.len()], 1)?.sd[0];
        Ok(!(start.spread() < MAX_START_SPREAD * sd))
    }

    /// The same pair with the distribution of the start at another refinement level.
    pub(super) fn at_level(&self, level: usize) -> Self {
        Self::new(self.plan, self.series, level)
    }

    fn integrate(&mut self) {
        self.draws = self.integrated();
        self.factor = self.plan.copula.among(&self.draws);
    }

    fn integrated(&self) -> Vec<usize> {
        let bases = self.series.map(|of| self.plan.base(of));
        let is_shared = bases[0] == bases[1];
        let of_start = if self.start.is_none() && !is_shared { &bases[..] } else { &[] };
        let single = of_start.iter().filter_map(|input| input.draw()).chain(self.plan.shock_draws(&self.series));
        let growth = self.series.iter().flat_map(|of| self.plan.growth_draws(*of));
        let mut draws: Vec<usize> = growth.chain(single).collect();
        draws.sort_unstable();
        draws.dedup();
        draws
    }

    /// Whether the quantile function of an integrated draw has a kink.
    pub(super) fn has_kinks(&self) -> bool {
        self.draws.iter().any(|draw| self.plan.quantile(*draw).kink().is_some())
    }

    /// The draws that half-lives and shares follow.
    pub(super) fn motion_draws(&self) -> Vec<usize> {
        let inputs = self.series.iter().flat_map(|of| self.plan.dynamics(*of).motion.inputs());
        inputs.filter_map(Input::draw).filter(|draw| self.draws.contains(draw)).collect()
    }

    /// How the shocks are sampled, unless a drawn number changes how they accumulate.
    pub(super) fn sampled_shocks(&self) -> Option<SampledShocks<'p>> {
        let mut inputs = self.series.iter().flat_map(|of| self.plan.dynamics(*of).motion.inputs());
        let motion =
            (!inputs.any(Input::is_drawn)).then(|| dynamics::process(self.plan, self.series, &[], 0).motion)?;
        Some(SampledShocks { motion, mixing: self.plan.moves.tails.as_ref().map(Tails::table) })
    }

    pub(super) fn periods(&self) -> usize {
        self.periods
    }

    /// The same pair up to an earlier horizon.
    pub(super) fn until(&self, periods: usize) -> Self {
        Self { periods, ..self.clone() }
    }

    /// The distribution of the start, if it has its own.
    pub(super) fn start(&self) -> Option<&Start> {
        self.start.as_ref()
    }

    /// Whether the log-ratio has no shocks, whatever is drawn.
    pub(super) fn has_no_shocks(&self) -> bool {
        if self.plan.has_dynamics() {
            return self.plan.is_without_shocks(self.series[0], self.series[1]);
        }
        match self.series.map(|of| self.plan.volatility(of)) {
            [Input::Known(a), Input::Known(b)] => self.covariance.cancels([a, b]),
            [a, b] => a == b && self.covariance.cancels([1.0, 1.0]),
        }
    }

    /// The values of the integrated draws at `width` points, given their standard normal scores; both indexed by draw, then by point.
    pub(super) fn values(&self, scores: &[Vec<f64>], width: usize) -> Vec<Vec<f64>> {
        let scores = dependent(&self.factor, scores, width);
        self.draws.iter().zip(&scores).map(|(draw, scores)| drawn(self.plan, *draw, scores)).collect()
    }

    /// The values of each integrated draw by itself at some scores.
    pub(super) fn values_alone(&self, scores: &[f64]) -> Vec<Vec<f64>> {
        self.draws.iter().map(|draw| drawn(self.plan, *draw, scores)).collect()
    }

    /// The log-ratio at `width` points, given the standard normal scores of `draws`, indexed by draw, then by point.
    pub(super) fn columns(&self, scores: &[Vec<f64>], width: usize) -> Result<Columns, Error> {
        let mut draws = vec![Vec::new(); self.plan.draws()];
        for (draw, values) in self.draws.iter().zip(self.values(scores, width)) {
            draws[*draw] = values;
        }
        let mut centre = vec![vec![0.0; width]; self.periods() + 1];
        for (of, sign) in self.series.into_iter().zip([1.0, -1.0]) {
            self.plan.log_growth(of, (&draws, width), self.periods, &mut |t, growth| {
                let sums = &mut centre[t];
                cpu::run(
                    self.plan.level(),
                    #[inline(always)]
                    || {
                        for (sum, growth) in sums.iter_mut().zip(growth) {
                            *sum += sign * growth;
                        }
                    },
                );
            })?;
        }
        let bases = self.series.map(|of| self.plan.base(of));
        if self.start.is_none() && bases[0] != bases[1] {
            let [a, b] = bases.map(|base| {
                let mut logs = base.column(&draws, width);
                logs.iter_mut().for_each(|x| *x = self.plan.log_base(*x));
                logs
            });
            let start: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a - b).collect();
            for period in &mut centre {
                period.iter_mut().zip(&start).for_each(|(sum, start)| *sum += start);
            }
        }
        Ok(Columns { centre, sd: self.sds_of(&draws, width), draws })
    }

    /// s√Δ at `width` points, given the values of all draws.
    fn sds_of(&self, draws: &[Vec<f64>], width: usize) -> Vec<f64> {
        if self.plan.has_drawn_factors(&self.series) {
            return (0..width).map(|point| self.plan.pair_sd_at(self.series, draws, point)).collect();
        }
        match self.series.map(|of| self.plan.volatility(of)) {
            [Input::Known(a), Input::Known(b)] => vec![self.covariance.sd([a, b]); width],
            volatilities => {
                let [a, b] = volatilities.map(|input| input.column(draws, width));
                self.covariance.sds([&a, &b])
            }
        }
    }
}

/// Independent scores, made dependent.
fn dependent(factor: &ScoreFactor, scores: &[Vec<f64>], width: usize) -> Vec<Vec<f64>> {
    let mut scores = scores.to_vec();
    factor.correlate(&mut scores, width);
    scores
}

/// The values of a draw at some scores.
fn drawn(plan: &Plan, draw: usize, scores: &[f64]) -> Vec<f64> {
    let mut column = scores.to_vec();
    plan.quantile(draw).fill_scores_fast(&mut column);
    column
}
