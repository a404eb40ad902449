//! The numbers of dynamics as the general kernel reads them, and the block that it fills.

use super::general::{GeneralBlock, GeneralTask, MotionTask, MoverTask, fill_general};
use super::kernel::{Innovations, Sigma};
use super::middle::Middle;
use super::numbers::{Numbers, Span, drawn};
use super::sampler::Sampler;
use crate::covariance::{kept, renewed};
use crate::math::to_f32;
use crate::plan::{Input, MotionInput, Plan, SeriesId};
use crate::random::AlignedRow;

/// The numbers of one series, by path.
#[derive(Debug)]
struct MotionRows {
    /// φ or ρ.
    kept: AlignedRow<f32>,
    /// The factor of new innovations in the state.
    new: AlignedRow<f32>,
    /// The factor of the innovations that do not enter the state.
    noise: AlignedRow<f32>,
}

/// The inputs of the general kernel, updated for every block.
#[derive(Debug)]
pub(super) struct Dynamic {
    /// By row of the covariance: series, then factors.
    terms: Vec<Vec<(usize, f32)>>,
    /// By series; empty unless it has a damped trend.
    trends: Vec<Vec<(usize, f32)>>,
    /// By series.
    motions: Vec<MotionRows>,
    loadings: Vec<Vec<(usize, f32)>>,
    /// By factor: σ√Δ of every path.
    sigmas: Vec<AlignedRow<f32>>,
    /// Whether the numbers of motions that are not drawn are known.
    is_filled: bool,
}

impl Dynamic {
    /// `None` for plans that the plain kernel fills.
    pub(super) fn new(plan: &Plan, width: usize) -> Option<Self> {
        if !plan.has_dynamics() {
            return None;
        }
        let rounded = |loadings: &mut dyn Iterator<Item = (usize, f64)>| -> Vec<(usize, f32)> {
            loadings.map(|(j, entry)| (j, to_f32(entry))).collect()
        };
        let (moves, rows) = (&plan.moves, plan.series.len() + plan.moves.factors.len());
        let terms = (0..rows).map(|row| rounded(&mut plan.covariance.loadings(row)));
        let trends = plan.series_ids().map(|SeriesId(index)| {
            let row = moves.trending.iter().position(|of| *of == index);
            row.map_or_else(Vec::new, |row| {
                rounded(&mut moves.trends.loadings(row).map(|(j, entry)| (rows + j, entry)))
            })
        });
        let loadings = moves.of.iter().map(|own| {
            let moving = own.loadings.iter().filter(|(factor, _)| moves.has_volatility(*factor));
            rounded(&mut moving.copied())
        });
        let width_of = |is_needed: bool| if is_needed { width } else { 0 };
        let motion = |own: &crate::plan::Dynamics| {
            let (state, trend) = match own.motion {
                MotionInput::RandomWalk => (false, false),
                MotionInput::Persistent { .. } | MotionInput::Reverting { .. } => (true, false),
                MotionInput::DampedTrend { .. } => (true, true),
            };
            MotionRows {
                kept: AlignedRow::zeros(width_of(state)),
                new: AlignedRow::zeros(width_of(state)),
                noise: AlignedRow::zeros(width_of(trend)),
            }
        };
        Some(Self {
            terms: terms.collect(),
            trends: trends.collect(),
            motions: moves.of.iter().map(motion).collect(),
            loadings: loadings.collect(),
            sigmas: moves.factors.iter().map(|_| AlignedRow::zeros(width)).collect(),
            is_filled: false,
        })
    }

    /// Fills the rows of a block. With antithetic sampling, `numbers` receives the innovations of all sources.
    pub(super) fn fill(
        &mut self,
        (plan, sampler): (&Plan, &Sampler),
        span: Span,
        (draws, middles): (&[Vec<f64>], &[Middle]),
        numbers: &mut Numbers,
        rows: &mut [AlignedRow<f32>],
    ) {
        self.update(plan, draws, span.width());
        if sampler.is_antithetic() {
            let mut all = std::mem::take(&mut numbers.innovations);
            all.resize_with(plan.sources.len(), Vec::new);
            for (of, out) in all.iter_mut().enumerate().filter(|(of, _)| plan.sources[*of].is_shocked) {
                sampler.innovations(drawn(plan), span, of, numbers, out);
            }
            numbers.innovations = all;
        }
        let source = |(of, source): (usize, &'_ crate::plan::Source)| match numbers.innovations.get(of) {
            _ if !source.is_shocked => Innovations::None,
            Some(given) => Innovations::Given(given),
            None => Innovations::Keyed(&plan.sources[of].key),
        };
        let sources: Vec<Innovations<'_>> = plan.sources.iter().enumerate().map(source).collect();
        let series: Vec<GeneralTask<'_>> =
            plan.series_ids().zip(middles).map(|(of, middle)| self.series(plan, of, middle, span.width())).collect();
        let factors: Vec<MoverTask<'_>> =
            (0..self.sigmas.len()).map(|factor| self.factor(plan, factor, span)).collect();
        let block = GeneralBlock {
            first_group: span.first,
            groups: span.groups,
            taus: &plan.taus,
            sources: &sources,
            mixing: plan.moves.tails.as_ref().map(|tails| (&tails.key, tails.table())),
            factors: &factors,
            series: &series,
        };
        fill_general(plan.level, &block, rows);
    }

    fn series<'a>(&'a self, plan: &'a Plan, of: SeriesId, middle: &'a Middle, width: usize) -> GeneralTask<'a> {
        let SeriesId(index) = of;
        let (series, MotionRows { kept, new, noise }) = (plan.series(of), &self.motions[index]);
        let motion = match plan.dynamics(of).motion {
            MotionInput::RandomWalk => MotionTask::RandomWalk,
            MotionInput::Persistent { .. } => MotionTask::Persistent { phi: kept, new },
            MotionInput::Reverting { .. } => MotionTask::Reverting { rho: kept },
            MotionInput::DampedTrend { .. } => {
                MotionTask::DampedTrend { phi: kept, new, noise, terms: &self.trends[index] }
            }
        };
        let sigma = series.has_volatility().then(|| middle.sigma(plan, series, width));
        let own = MoverTask { sigma, terms: &self.terms[index], motion };
        GeneralTask { own, centre: middle.centre(width), loadings: &self.loadings[index] }
    }

    fn factor(&self, plan: &Plan, factor: usize, span: Span) -> MoverTask<'_> {
        let sigma = match plan.moves.factors[factor].volatility {
            _ if !plan.moves.has_volatility(factor) => None,
            Input::Known(volatility) => Some(Sigma::Fixed(to_f32(plan.covariance.sd(volatility)))),
            Input::Drawn(_) => Some(Sigma::Drawn(&self.sigmas[factor][..span.width()])),
        };
        MoverTask { sigma, terms: &self.terms[plan.series.len() + factor], motion: MotionTask::RandomWalk }
    }

    /// Updates the numbers that are drawn.
    fn update(&mut self, plan: &Plan, draws: &[Vec<f64>], width: usize) {
        let root = plan.step_root();
        let step = root * root;
        for (motion, rows) in plan.moves.of.iter().map(|own| own.motion).zip(&mut self.motions) {
            let MotionRows { kept: left, new, noise } = rows;
            let (share, half_life) = match motion {
                MotionInput::RandomWalk => continue,
                MotionInput::Persistent { half_life } | MotionInput::Reverting { half_life } => (None, half_life),
                MotionInput::DampedTrend { share, half_life } => (Some(share), half_life),
            };
            let is_drawn = motion.inputs().any(Input::is_drawn);
            if !is_drawn && self.is_filled {
                continue;
            }
            for path in 0..if is_drawn { width } else { 1 } {
                let years = half_life.of_path(draws, path);
                left[path] = to_f32(kept(step, years));
                let share = share.map(|share| share.of_path(draws, path));
                new[path] = to_f32((share.unwrap_or(1.0) * renewed(step, years)).sqrt());
                if let Some(share) = share {
                    noise[path] = to_f32((1.0 - share).sqrt());
                }
            }
            if !is_drawn {
                for row in [left, new, noise] {
                    let first = row.first().copied().unwrap_or_default();
                    row.fill(first);
                }
            }
        }
        self.is_filled = true;
        for (factor, sigmas) in plan.moves.factors.iter().zip(&mut self.sigmas) {
            if let Input::Drawn(draw) = factor.volatility {
                for (sigma, volatility) in sigmas.iter_mut().zip(&draws[draw][..width]) {
                    *sigma = to_f32(volatility * root);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Paths;
    use super::super::block::Block;
    use super::super::fine_shocks::{add_shocks, mix};
    use super::super::sampler::Sobol;
    use super::*;
    use crate::assumption::{lognormal, normal, uniform};
    use crate::cpu::Level;
    use crate::growth::Curve;
    use crate::random::GROUP;
    use crate::scenario::{Factor, Innovations, Jump, Provider, Scenario, Shock};

    const GROUPS: usize = 4;
    const WIDTH: usize = GROUPS * GROUP;

    /// Every kind of shock, correlated, with factors and a jump.
    fn everything(innovations: Innovations) -> Plan {
        let one = |name: &str, shock: Shock| {
            Provider::new(name, 1.0).growth(Curve::constant(0.2)).volatility(0.2).shock(shock).loading("f", 0.7)
        };
        let scenario = Scenario::builder("2018-Q1", "2020-Q4")
            .innovations(innovations)
            .factor(Factor::new("f", uniform(0.1, 0.2)).drift(normal(0.02, 0.01)))
            .factor(Factor::new("g", 0.1))
            .provider(one("walk", Shock::RandomWalk).loading("g", -1.0))
            .provider(one("persistent", Shock::persistent(1.5)).volatility(uniform(0.1, 0.3)))
            .provider(
                one("reverting", Shock::reverting(lognormal(1.0, 0.2))).jump(Jump::at("2019-Q1", 0.3).probability(0.5)),
            )
            .provider(one("trend", Shock::damped_trend(uniform(0.1, 0.5), 2)))
            .provider(one("other trend", Shock::damped_trend(0.3, 1)))
            .correlation("walk", "trend", 0.5)
            .correlation("trend", "other trend", 0.6)
            .correlation("f", "reverting", -0.4)
            .correlation("f", "g", 0.3)
            .build()
            .expect("valid");
        Plan::new(&scenario, 5).expect("a plan")
    }

    fn filled(plan: &Plan, sampler: &Sampler, first: u64) -> Vec<Vec<f32>> {
        let mut block = Block::new(plan, GROUPS);
        block.fill((plan, sampler), first, GROUPS, WIDTH).expect("finite");
        let paths = Paths::new(plan, &block);
        let row = |row| (0..=plan.taus.len()).flat_map(|t| paths.row(row, t).to_vec()).collect();
        (0..plan.series.len()).map(row).collect()
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        let mut plan = everything(Innovations::student_t(3.0));
        plan.level = Level::Baseline;
        let expected = filled(&plan, &Sampler::Plain, 0);
        for level in Level::available() {
            plan.level = level;
            assert!(filled(&plan, &Sampler::Plain, 0) == expected, "{level:?}");
        }
    }

    /// The recursions in f64, from the same innovations and mixing draws.
    #[test]
    fn rows_follow_the_recursions_in_f64() {
        for innovations in [Innovations::Gaussian, Innovations::student_t(3.0)] {
            let plan = everything(innovations);
            for sampler in [Sampler::Plain, Sampler::Antithetic, Sampler::Sobol(Sobol::new(&plan))] {
                let span = Span { first: 2, groups: GROUPS };
                let rows = filled(&plan, &sampler, span.first);
                let mut draws: Vec<Vec<f64>> = plan.draws.iter().map(|_| vec![0.0; WIDTH]).collect();
                let mut numbers = Numbers::default();
                sampler.fill(drawn(&plan), span, &mut draws, &mut numbers);
                plan.draws.iter().zip(&mut draws).for_each(|(draw, column)| draw.quantile.fill(column));
                let mut given: Vec<Vec<f32>> = plan.sources.iter().map(|_| Vec::new()).collect();
                for (of, out) in given.iter_mut().enumerate() {
                    sampler.innovations(drawn(&plan), span, of, &numbers, out);
                }
                mix(&plan, span, &mut given);
                for of in plan.series_ids() {
                    let SeriesId(index) = of;
                    let mut fine = vec![0.0; (plan.taus.len() + 1) * WIDTH];
                    let put = &mut |t: usize, column: &[f64]| fine[t * WIDTH..(t + 1) * WIDTH].copy_from_slice(column);
                    plan.fill_fine_centre(of, &draws, WIDTH, put).expect("finite");
                    add_shocks((&plan, of), WIDTH, &draws, &given, &mut fine);
                    let far = |(row, fine): (&f32, &f64)| (f64::from(*row) - fine).abs() > 1e-5 * (1.0 + fine.abs());
                    let worst = rows[index].iter().zip(&fine).find(|pair| far(*pair));
                    assert!(worst.is_none(), "{} {innovations:?} {sampler:?}: {worst:?}", plan.name(of));
                }
            }
        }
    }
}
