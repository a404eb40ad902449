//! Sampling schemes and the numbers of paths that they accept.

use serde::{Deserialize, Serialize};

use super::sampler::REPLICATES;
use crate::random::{GROUP, MOST_POINTS};

/// Maximum number of paths of one run: counts and path numbers stay exact in f64.
pub(crate) const MOST_PATHS: u64 = 1 << 50;

/// Sampling scheme of a simulation.
///
/// Every scheme except plain runs in 32 replicates. The standard error is their spread, and intervals use Student's t
/// with 31 degrees of freedom. The number of paths is rounded up to fill the replicates.
///
/// # Example: a rare overtake
/// ```
/// # use outgrow::{Curve, Provider, Question, Sampling, Scenario};
/// # let scenario = Scenario::builder("2018-Q1", "2020-Q4")
/// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.3)).volatility(0.1))
/// #     .provider(Provider::new("B", 1.3e9).growth(Curve::constant(0.3)).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let outcome = scenario.simulate().paths(20_000).sampling(Sampling::Importance).run()?;
/// let by = outcome.overtake("A", "B")?.by("2020-Q4")?;
/// assert!(by.value() < 0.01 && by.standard_error() < 0.1 * by.value());
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sampling {
    /// Independent paths.
    #[default]
    Plain,
    /// Antithetic pairs: the second path of a pair has negated shocks and mirrored assumptions, u → 1 − u. Uses
    /// multiples of 4,096 paths.
    Antithetic,
    /// Randomized quasi-Monte Carlo: 32 scrambled Sobol sequences with the distribution of Owen's scramble. The first
    /// dimensions are the assumptions, then the shocks in Brownian-bridge order. Up to 256 dimensions; the rest is
    /// pseudo-random. Uses 2,048 times a power of two paths, up to 2^37.
    Sobol,
    /// Importance sampling, for events that are rare or nearly certain. Paths are drawn from distributions shifted
    /// towards the event and weighted by likelihood ratios. A search before the run finds one shift for each of the
    /// eight rarest questions: for the overtake by the horizon, or for its complement where that is rarer. One path in
    /// eight is not shifted, so no weight exceeds 8 and no other answer becomes much less accurate. Uses multiples of
    /// 2,048 paths, up to 2^31.
    Importance,
    /// One of the others, chosen by a short pilot run; the outcome reports the choice and the reason.
    Auto,
}

impl Sampling {
    /// Name in an outcome.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Antithetic => "antithetic",
            Self::Sobol => "sobol",
            Self::Importance => "importance",
            Self::Auto => "auto",
        }
    }

    /// Minimum number of paths: one unit for every replicate.
    pub(crate) const fn least(self) -> u64 {
        match self {
            Self::Plain => 1,
            Self::Antithetic | Self::Auto => (REPLICATES * 2 * GROUP) as u64,
            Self::Sobol | Self::Importance => (REPLICATES * GROUP) as u64,
        }
    }

    /// Number of consecutive groups in the same replicate.
    pub(crate) const fn groups_of_a_unit(self) -> u64 {
        if matches!(self, Self::Antithetic) { 2 } else { 1 }
    }

    /// Maximum number of paths of one run.
    pub(crate) const fn most(self) -> u64 {
        match self {
            Self::Plain | Self::Antithetic | Self::Auto => MOST_PATHS,
            Self::Sobol => MOST_POINTS * REPLICATES as u64,
            // Histogram cells store weights with 32 fractional bits.
            Self::Importance => 1 << 31,
        }
    }

    /// The smallest number of paths, at least `paths`, that fills all replicates equally.
    pub(crate) fn rounded_up(self, paths: u64) -> u64 {
        match self {
            Self::Plain => paths,
            Self::Sobol => self.least() * paths.div_ceil(self.least()).next_power_of_two(),
            _ => paths.next_multiple_of(self.least()),
        }
    }

    /// The largest number of paths, at most `paths`, that fills all replicates equally; `paths` is at least
    /// [`Sampling::least`].
    pub(crate) fn rounded_down(self, paths: u64) -> u64 {
        match self {
            Self::Plain => paths,
            Self::Sobol => self.least() << (paths / self.least()).max(1).ilog2(),
            _ => paths - paths % self.least(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicates_are_filled_alike() {
        let all = [Sampling::Antithetic, Sampling::Sobol, Sampling::Importance];
        for sampling in all {
            for paths in [1, 2047, 2048, 2049, 4097, 100_000, 1_000_000] {
                let up = sampling.rounded_up(paths);
                assert!(up >= paths && up % sampling.least() == 0 && sampling.rounded_up(up) == up);
                if paths >= sampling.least() {
                    let down = sampling.rounded_down(paths);
                    assert!(down <= paths && sampling.rounded_up(down) == down, "{sampling:?} {paths} {down}");
                }
            }
        }
        assert_eq!(Sampling::Sobol.rounded_up(1_000_000), 1 << 20);
        assert_eq!(Sampling::Sobol.rounded_down(1_000_000), 1 << 19);
    }
}
