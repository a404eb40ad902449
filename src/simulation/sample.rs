//! A few paths of a run, drawn again from the keyed streams for inspection.

use super::builder::Simulation;
use crate::calendar::Period;
use crate::error::{Error, Kind};
use crate::paths::{Block, Paths, Sampler};
use crate::plan::{Plan, Rows};
use crate::random::GROUP;

/// Maximum number of sampled paths: they are meant for charts.
const MOST_SAMPLED: usize = 10_000;

/// The first paths of a run, for all providers.
#[derive(Debug, Clone)]
#[must_use]
pub struct SamplePaths {
    rows: Rows,
    labels: Vec<Period>,
    count: usize,
    /// Indexed by provider, then path, then period 0 (the base) to T.
    revenue: Vec<Vec<Vec<f64>>>,
}

impl Simulation<'_> {
    /// Draws the first `count` paths of a plain run with this seed, at most 10,000, for charts.
    ///
    /// # Errors
    /// If `count` is out of bounds, or a curve is not finite on a path.
    ///
    /// # Example: two paths
    /// ```
    /// # use outgrow::{Curve, Provider, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.3)).volatility(0.1)).build()?;
    /// let two = scenario.simulate().seed(7).sample(2)?;
    /// assert_eq!(two.revenue("A", 0)?.len(), 3);                       // 2018, 2019, 2020
    /// assert_ne!(two.revenue("A", 0)?, two.revenue("A", 1)?);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn sample(&self, count: usize) -> Result<SamplePaths, Error> {
        if !(1..=MOST_SAMPLED).contains(&count) {
            let message = format!("must be between 1 and {MOST_SAMPLED}, got {count}");
            return Err(Error::one(Kind::Invalid, "simulation", "sample", message));
        }
        let plan = Plan::new(self.scenario, self.settings.seed)?;
        let mut block = Block::new(&plan, 1);
        let periods = plan.rows.periods();
        let mut revenue = vec![Vec::with_capacity(count); plan.rows.names().len()];
        for (group, first) in (0..).zip((0..count).step_by(GROUP)) {
            block.fill((&plan, &Sampler::Plain), group, 1, GROUP.min(count - first))?;
            let paths = Paths::new(&plan, &block);
            for (row, drawn) in revenue.iter_mut().enumerate() {
                drawn.extend((0..paths.len()).map(|path| (0..=periods).map(|t| paths.revenue(row, t, path)).collect()));
            }
        }
        let labels = (0..=periods).map(|t| plan.rows.label(t)).collect();
        Ok(SamplePaths { rows: plan.rows, labels, count, revenue })
    }
}

impl SamplePaths {
    /// The number of paths.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "there is at least one")]
    pub fn len(&self) -> usize {
        self.count
    }

    /// The periods of every path, from the base on.
    #[must_use]
    pub fn periods(&self) -> &[Period] {
        &self.labels
    }

    /// The revenue of a provider on one path (numbered from 0) for every period from the base on, in the scenario's
    /// unit.
    ///
    /// # Errors
    /// If no provider has that name, or `path` is not below [`len`](Self::len).
    pub fn revenue(&self, provider: &str, path: usize) -> Result<&[f64], Error> {
        let row = self.rows.find(provider)?;
        let drawn = self.revenue[row].get(path).map(Vec::as_slice);
        drawn.ok_or_else(|| Error::lookup("path", format!("{} paths were sampled, got index {path}", self.count)))
    }
}
