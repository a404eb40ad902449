//! How paths are sampled, and how exact a run is to be.

use serde::{Deserialize, Serialize};

use super::MOST_PATHS;
use crate::paths::stream::GROUP;
use crate::paths::{MOST_POINTS, REPLICATES};

/// How the paths of a simulation are drawn.
///
/// Every sampling but the plain one runs in 32 replicates; the spread between them is the error, and intervals are
/// Student's with 31 degrees of freedom. Numbers of paths are rounded up to what fills them.
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
pub enum Sampling {
    /// Independent paths.
    #[default]
    Plain,
    /// Pairs of paths: in the second shocks are negated and assumptions mirrored, u → 1 − u. In multiples of 4,096 paths.
    Antithetic,
    /// Quasi-random: 32 Owen-scrambled Sobol sequences, the assumptions first and then the shocks in Brownian-bridge
    /// order, in up to 256 dimensions; what is beyond is pseudo-random. 2,048 paths times a power of two, to 2^37.
    Sobol,
    /// For the rare and the nearly certain: paths are drawn from laws shifted to where the questions are decided, and
    /// weighted by likelihood ratios. A search before the run finds one shift a question, for the overtake by the
    /// horizon (or its failing, where that is the rarer), of the eight rarest questions. One path in eight remains
    /// plain, so that no weight exceeds 8 and no other answer is much worse. In multiples of 2,048 paths, to 2^31.
    Importance,
    /// One of the others, chosen by a short pilot run; the outcome says which and why.
    Auto,
}

impl Sampling {
    /// What an outcome calls it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Antithetic => "antithetic",
            Self::Sobol => "sobol",
            Self::Importance => "importance",
            Self::Auto => "auto",
        }
    }

    /// The fewest paths: a unit of every replicate.
    pub(super) const fn least(self) -> u64 {
        match self {
            Self::Plain => 1,
            Self::Antithetic | Self::Auto => (REPLICATES * 2 * GROUP) as u64,
            Self::Sobol | Self::Importance => (REPLICATES * GROUP) as u64,
        }
    }

    /// Groups that count in one replicate before the next one's turn comes.
    pub(super) const fn groups_of_a_unit(self) -> u64 {
        if matches!(self, Self::Antithetic) { 2 } else { 1 }
    }

    /// The most paths of one run.
    pub(super) const fn most(self) -> u64 {
        match self {
            Self::Plain | Self::Antithetic | Self::Auto => MOST_PATHS,
            Self::Sobol => MOST_POINTS * REPLICATES as u64,
            // Histogram cells hold weights with 32 fractional bits.
            Self::Importance => 1 << 31,
        }
    }

    /// The fewest paths from `paths` on that fill all replicates alike.
    pub(super) fn rounded_up(self, paths: u64) -> u64 {
        match self {
            Self::Plain => paths,
            Self::Sobol => self.least() * paths.div_ceil(self.least()).next_power_of_two(),
            _ => paths.next_multiple_of(self.least()),
        }
    }

    /// The most paths up to `paths` that fill all replicates alike; `paths` is at least [`Sampling::least`].
    pub(super) fn rounded_down(self, paths: u64) -> u64 {
        match self {
            Self::Plain => paths,
            Self::Sobol => self.least() << (paths / self.least()).max(1).ilog2(),
            _ => paths - paths % self.least(),
        }
    }
}

/// What [`Sampling::Auto`] came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chosen {
    pub(crate) what: Sampling,
    pub(crate) why: String,
}

/// How exact a run is to be; see [`Simulation::until`](super::Simulation::until).
///
/// # Example: a ten-thousandth
/// ```
/// let precision = outgrow::Precision::standard_error(1e-4);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub struct Precision {
    pub(super) standard_error: f64,
}

impl Precision {
    /// The largest standard error over all dates of all questions, of being ahead as of having overtaken.
    pub fn standard_error(error: f64) -> Self {
        Self { standard_error: error }
    }

    pub(super) fn is_possible(&self) -> bool {
        self.standard_error > 0.0 && self.standard_error.is_finite()
    }

    pub(crate) fn error(&self) -> f64 {
        self.standard_error
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
