//! What moves a series beside its base, growth and volatility: how its shocks accumulate, the factors that it loads, its
//! jumps, and its centring. A plan without any of it is filled by a faster kernel.

use std::sync::OnceLock;

use super::ids::SeriesId;
use super::input::{Draw, Input};
use super::places::Resolved;
use crate::assumption::address::{ProviderKey, of_provider};
use crate::assumption::law::Law;
use crate::assumption::quantile::Quantile;
use crate::assumption::quantity::Quantity;
use crate::assumption::standard_law::StandardLaw;
use crate::covariance::{Covariance, Motion, kept};
use crate::cpu::{self, Level};
use crate::random::{Mixing, StreamKey, slot_of};
use crate::scenario::{Centring, Innovations, Scenario, SeriesOf, Shock};

/// How the shocks of a series accumulate, with its numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum MotionInput {
    RandomWalk,
    Persistent { half_life: Input },
    Reverting { half_life: Input },
    DampedTrend { share: Input, half_life: Input },
}

impl MotionInput {
    fn of(series: &SeriesOf<'_>, resolved: &Resolved) -> Self {
        let shock = &series.own.shock;
        let address = of_provider(&series.name(), ProviderKey::Shock);
        let at = |key: &str| resolved.at(&format!("{address}.{}.{key}", shock.key())).input;
        match shock {
            Shock::RandomWalk => Self::RandomWalk,
            Shock::Persistent { .. } => Self::Persistent { half_life: at("half_life") },
            Shock::Reverting { .. } => Self::Reverting { half_life: at("half_life") },
            Shock::DampedTrend { .. } => Self::DampedTrend { share: at("share"), half_life: at("half_life") },
        }
    }

    pub(crate) fn inputs(self) -> impl Iterator<Item = Input> {
        let (first, second) = match self {
            Self::RandomWalk => (None, None),
            Self::Persistent { half_life } | Self::Reverting { half_life } => (Some(half_life), None),
            Self::DampedTrend { share, half_life } => (Some(share), Some(half_life)),
        };
        first.into_iter().chain(second)
    }

    pub(crate) fn is_random_walk(self) -> bool {
        self == Self::RandomWalk
    }

    /// The numbers per period of one path.
    pub(crate) fn of_path(self, step: f64, draws: &[Vec<f64>], path: usize) -> Motion {
        let kept = |half_life: Input| kept(step, half_life.of_path(draws, path));
        match self {
            Self::RandomWalk => Motion::RandomWalk,
            Self::Persistent { half_life } => Motion::Persistent { phi: kept(half_life) },
            Self::Reverting { half_life } => Motion::Reverting { rho: kept(half_life) },
            Self::DampedTrend { share, half_life } => {
                Motion::DampedTrend { phi: kept(half_life), share: share.of_path(draws, path) }
            }
        }
    }
}

/// A jump, from period `at` on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct JumpInput {
    pub(crate) at: usize,
    pub(crate) size: Input,
    /// 1 where the jump happens, otherwise 0.
    pub(crate) coin: Input,
}

impl JumpInput {
    /// The size on every path, 0 where it does not happen.
    pub(super) fn sizes(&self, draws: &[Vec<f64>], width: usize) -> Vec<f64> {
        let (mut sizes, coins) = (self.size.column(draws, width), self.coin.column(draws, width));
        cpu::run(
            Level::of_this_process(),
            #[inline(always)]
            || {
                for (size, coin) in sizes.iter_mut().zip(&coins) {
                    *size *= coin;
                }
            },
        );
        sizes
    }
}

/// The dynamics of one series.
#[derive(Debug, Clone)]
pub(crate) struct Dynamics {
    pub(crate) motion: MotionInput,
    /// Whether the curve is the mean rather than the median.
    pub(crate) is_mean: bool,
    /// Factors by index, with nonzero loadings.
    pub(crate) loadings: Vec<(usize, f64)>,
    pub(crate) jumps: Vec<JumpInput>,
}

impl Dynamics {
    /// Jumps with a probability below 1 add a draw, their coin, to `draws`.
    pub(super) fn of(scenario: &Scenario, series: &SeriesOf<'_>, resolved: &Resolved, draws: &mut Vec<Draw>) -> Self {
        let provider = series.own;
        let all = of_provider(&series.name(), ProviderKey::Jump);
        let loadings = provider.loadings.iter().filter(|(_, loading)| loading.abs() > 0.0).map(|(name, loading)| {
            let factor = scenario.factors.iter().position(|factor| factor.name == *name);
            (factor.expect("validated: a loading names a factor"), *loading)
        });
        let mut jumps = Vec::new();
        for (place, (jump, at)) in provider.jumps.iter().zip(scenario.jump_periods(provider)).enumerate() {
            let address = format!("{all}[{place}]");
            let size = resolved.at(&format!("{address}.log_size")).input;
            let coin = match jump.probability {
                probability if probability >= 1.0 => Input::Known(1.0),
                probability if probability <= 0.0 => continue,
                probability => {
                    draws.push(coin(&address, probability));
                    Input::Drawn(draws.len() - 1)
                }
            };
            jumps.push(JumpInput { at, size, coin });
        }
        Self {
            motion: MotionInput::of(series, resolved),
            is_mean: provider.centring == Centring::Mean,
            loadings: loadings.collect(),
            jumps,
        }
    }

    /// Whether the path without shocks has terms beside the curve.
    pub(super) fn has_terms(&self) -> bool {
        self.is_mean || !self.loadings.is_empty() || !self.jumps.is_empty()
    }

    /// Whether the path without shocks has half of a variance proportional to time beside the curve, and no term that is not
    /// proportional to time.
    pub(super) fn is_centred_walk(&self) -> bool {
        self.is_mean && self.motion.is_random_walk() && self.jumps.is_empty()
    }

    /// The jump, if the path without shocks has a single one beside the curve, and nothing else.
    pub(super) fn only_jump(&self) -> Option<&JumpInput> {
        match &self.jumps[..] {
            [jump] if !self.is_mean && self.loadings.is_empty() => Some(jump),
            _ => None,
        }
    }
}

/// The coin of a jump: a draw of 0 or 1 with a stream of its own.
fn coin(address: &str, probability: f64) -> Draw {
    let law = Law::Discrete(vec![[0.0, 1.0 - probability], [1.0, probability]]);
    let shape = StandardLaw::of(&law).expect("a discrete distribution has a shape");
    Draw {
        address: format!("{address}.probability"),
        slot: slot_of(&format!("jump {address}")),
        quantile: Quantile::within(&shape, Quantity::Probability.domain()),
        is_pick: false,
        is_coin: true,
    }
}

/// A factor, compiled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FactorInput {
    /// Simple growth a year.
    pub(crate) drift: Input,
    pub(crate) volatility: Input,
}

/// A stream of innovations: those of the series, then of the factors, then of the trends of series with a damped trend.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) slot: u64,
    pub(crate) key: StreamKey,
    /// Whether it is drawn, for its own row or for a later one.
    pub(crate) is_shocked: bool,
}

impl Source {
    pub(super) fn new(seed: u64, name: &str) -> Self {
        let slot = slot_of(name);
        Self { slot, key: StreamKey::new(seed, slot), is_shocked: false }
    }
}

/// Student-t innovations: the table of mixing draws, made where it is first used.
#[derive(Debug, Clone)]
pub(crate) struct Tails {
    df: f64,
    pub(crate) key: StreamKey,
    table: OnceLock<Mixing>,
}

impl Tails {
    pub(super) fn of(scenario: &Scenario, seed: u64) -> Option<Self> {
        match scenario.innovations {
            Innovations::Gaussian => None,
            Innovations::StudentT { df } => {
                Some(Self { df, key: StreamKey::new(seed, slot_of("innovations")), table: OnceLock::new() })
            }
        }
    }

    pub(crate) fn degrees(&self) -> f64 {
        self.df
    }

    pub(crate) fn table(&self) -> &Mixing {
        self.table.get_or_init(|| Mixing::new(self.df))
    }
}

/// The parts of a plan that its dynamics add.
#[derive(Debug, Clone)]
pub(crate) struct Moves {
    /// By series.
    pub(crate) of: Vec<Dynamics>,
    pub(crate) factors: Vec<FactorInput>,
    /// The correlations of the trends, and the series of its rows.
    pub(crate) trends: Covariance,
    pub(crate) trending: Vec<usize>,
    pub(crate) tails: Option<Tails>,
}

impl Moves {
    pub(super) fn new(
        scenario: &Scenario,
        seed: u64,
        trends: Covariance,
        resolved: &Resolved,
        draws: &mut Vec<Draw>,
    ) -> Self {
        let series = scenario.series();
        let of: Vec<Dynamics> = series.iter().map(|series| Dynamics::of(scenario, series, resolved, draws)).collect();
        let at = |factor: &str, key: &str| resolved.at(&format!("factor[{factor}].{key}")).input;
        let factors = scenario
            .factors
            .iter()
            .map(|factor| FactorInput { drift: at(&factor.name, "drift"), volatility: at(&factor.name, "volatility") });
        let trending = (0..of.len()).filter(|index| series[*index].own.shock.has_trend()).collect();
        Self { factors: factors.collect(), trends, trending, tails: Tails::of(scenario, seed), of }
    }

    /// Whether the volatility of a factor is drawn or above 0.
    pub(crate) fn has_volatility(&self, factor: usize) -> bool {
        !matches!(self.factors[factor].volatility, Input::Known(sigma) if sigma <= 0.0)
    }

    /// Whether a series moves with a factor that has shocks.
    pub(crate) fn follows_factors(&self, SeriesId(index): SeriesId) -> bool {
        self.of[index].loadings.iter().any(|(factor, _)| self.has_volatility(*factor))
    }

    /// The draws beside those of the curve that the path without shocks depends on.
    pub(super) fn centre_draws(&self, SeriesId(index): SeriesId, volatility: Input) -> Vec<usize> {
        let own = &self.of[index];
        let mut inputs: Vec<Input> = own.jumps.iter().flat_map(|jump| [jump.size, jump.coin]).collect();
        inputs.extend(own.loadings.iter().map(|(factor, _)| self.factors[*factor].drift));
        if own.is_mean {
            inputs.push(volatility);
            inputs.extend(own.motion.inputs());
            inputs.extend(own.loadings.iter().map(|(factor, _)| self.factors[*factor].volatility));
        }
        inputs.into_iter().filter_map(Input::draw).collect()
    }
}
