//! A forecast of one case, and those of scenarios.

use super::cases::Pair;
use crate::error::Error;
use crate::paths::Sampling;
use crate::scenario::{Question, Scenario};
use crate::scores::{crps_sample, pit_sample};

/// The number of paths for the probability of a scenario: the standard error is at most .002, that of plain paths, since shocks are
/// pseudo-random in every scheme.
const PATHS: u64 = 65_536;
/// The number of paths for the distribution of the log-ratio.
const SAMPLED: usize = 2_000;

/// A forecast of one case: probabilities up to the horizon, and the log-ratio there.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Forecast {
    /// The probability of an overtake by the horizon.
    pub overtaken: f64,
    /// The probability that one of the two is gone before an overtake. 0 for forecasters without exits.
    pub gone: f64,
    /// The central 80 % band of ln(challenger/incumbent) at the horizon. `None` for forecasters of probabilities only.
    pub band: Option<[f64; 2]>,
    /// The probability below the observed log-ratio; uniform if calibrated.
    pub pit: Option<f64>,
    /// The continuous ranked probability score of the log-ratio.
    pub crps: Option<f64>,
}

impl Forecast {
    pub(super) fn of_probability(overtaken: f64) -> Self {
        Self { overtaken, gone: 0.0, band: None, pit: None, crps: None }
    }

    /// The probabilities of overtaken, behind and gone.
    pub(super) fn classes(&self) -> [f64; 3] {
        [self.overtaken, (1.0 - self.overtaken - self.gone).max(0.0), self.gone]
    }

    /// From a sample of the log-ratio at the horizon; of the score, only the first numbers.
    pub(super) fn with_sample(
        mut self,
        sample: &mut [f64],
        scored: usize,
        observed: Option<f64>,
    ) -> Result<Self, Error> {
        if let Some(observed) = observed {
            self.pit = Some(pit_sample(sample, observed)?);
            self.crps = Some(crps_sample(&sample[..scored.min(sample.len())], observed)?);
        }
        let cut = sample.len() / 10;
        let last = sample.len() - 1 - cut;
        let low = *sample.select_nth_unstable_by(cut, f64::total_cmp).1;
        let high = *sample.select_nth_unstable_by(last, f64::total_cmp).1;
        self.band = Some([low, high]);
        Ok(self)
    }
}

/// The answer of a scenario to whether the challenger overtakes the incumbent by its horizon.
pub(super) fn of_scenario(scenario: &Scenario, pair: &Pair, observed: Option<f64>) -> Result<Forecast, Error> {
    let Pair { challenger, incumbent, .. } = pair;
    let question = scenario
        .questions()
        .iter()
        .find(|asked| asked.challenger() == challenger && asked.incumbent() == Some(incumbent.as_str()))
        .cloned()
        .unwrap_or_else(|| Question::overtakes(challenger.as_str(), incumbent.as_str()));
    let asked = Scenario { questions: vec![question], ..scenario.clone() }.checked()?;
    let run = asked.simulate().paths(PATHS).sampling(Sampling::Sobol).fans(false).ranks(false).shares(false).run()?;
    let overtake = &run.questions()[0];
    let at = asked.horizon();
    let overtaken = overtake.by(at)?.value();
    let gone = overtake.gone(at)?.map_or(0.0, |gone| gone.value());
    let forecast = Forecast { gone, ..Forecast::of_probability(overtaken) };
    let paths = asked.simulate().sample(SAMPLED)?;
    let mut sample = Vec::with_capacity(SAMPLED);
    for path in 0..paths.len() {
        let [a, b] = [paths.revenue(challenger, path)?, paths.revenue(incumbent, path)?];
        let last = a.len() - 1;
        sample.push(crate::math::ln(a[last] / b[last]));
    }
    forecast.with_sample(&mut sample, SAMPLED, observed)
}
