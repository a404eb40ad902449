//! The simple forecasters: no drift, past drift, and frequencies by distance.

use super::cases::Known;
use super::forecast::Forecast;
use crate::error::Error;
use crate::exact::first_passage_by_dates;
use crate::math;
use crate::math::gauss::as_f64;
use crate::scores::crps_normal;

/// The cuts between bins of the distance.
const CUTS: [f64; 5] = [0.12, 0.22, 0.36, 0.55, 0.80];
/// Φ⁻¹(.9): the ends of a central 80 % band, in standard deviations.
const BAND: f64 = 1.281_551_565_544_600_4;

/// What is known at an origin beside the cases themselves.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Background {
    /// The mean square of the latest yearly change, over all cases up to the origin.
    square: f64,
    /// The number of resolved cases by bin of the distance, and of those with an overtake.
    cases: [f64; CUTS.len() + 1],
    overtaken: [f64; CUTS.len() + 1],
}

impl Background {
    /// As known at each end of a year, given all cases in order of origins.
    pub(super) fn at_ends(cases: &[Known], ends: usize, years: usize) -> Vec<Self> {
        let (mut sum, mut count) = (vec![0.0; ends], vec![0.0; ends]);
        let mut all = vec![Self::default(); ends];
        for case in cases {
            sum[case.origin] += case.changes[0] * case.changes[0];
            count[case.origin] += 1.0;
            if let (Some(outcome), Some(then)) = (case.outcome, all.get_mut(case.origin + years)) {
                let bin = bin(case.gap);
                then.cases[bin] += 1.0;
                then.overtaken[bin] += f64::from(u8::from(outcome.is_overtaken()));
            }
        }
        let (mut squares, mut changes) = (0.0, 0.0);
        for at in 0..ends {
            squares += sum[at];
            changes += count[at];
            all[at].square = squares / changes;
            if at > 0 {
                let before = all[at - 1];
                for bin in 0..=CUTS.len() {
                    all[at].cases[bin] += before.cases[bin];
                    all[at].overtaken[bin] += before.overtaken[bin];
                }
            }
        }
        all
    }

    /// The number of cases whose outcome was known.
    pub(super) fn resolved(&self) -> f64 {
        self.cases.iter().sum()
    }

    /// A Gaussian random walk without drift, monitored at the ends of years.
    pub(super) fn no_drift(&self, case: &Known, years: u32) -> Result<Forecast, Error> {
        walk(case, 0.0, self.square.sqrt(), years)
    }

    /// The frequency of an overtake so far among cases at a similar distance; in a bin without cases, among all. One half as long as no
    /// outcome is known.
    pub(super) fn climatology(&self, case: &Known) -> Forecast {
        let bin = bin(case.gap);
        let frequency = if self.cases[bin] > 0.0 {
            self.overtaken[bin] / self.cases[bin]
        } else if self.resolved() > 0.0 {
            self.overtaken.iter().sum::<f64>() / self.resolved()
        } else {
            0.5
        };
        Forecast::of_probability(frequency)
    }
}

fn bin(gap: f64) -> usize {
    CUTS.iter().filter(|cut| gap > **cut).count()
}

/// A random walk with the mean and the standard deviation of the pair's own changes.
pub(super) fn past_drift(case: &Known, years: u32) -> Result<Forecast, Error> {
    let count = as_f64(case.changes.len());
    let mean = case.changes.iter().sum::<f64>() / count;
    let square: f64 = case.changes.iter().map(|d| (d - mean) * (d - mean)).sum();
    walk(case, mean, (square / (count - 1.0)).sqrt(), years)
}

fn walk(case: &Known, drift: f64, sd: f64, years: u32) -> Result<Forecast, Error> {
    let overtaken = first_passage_by_dates(case.gap, drift, sd, 1.0, years)?;
    let time = f64::from(years);
    let (middle, spread) = (drift * time - case.gap, sd * time.sqrt());
    let observed = |y: f64| -> Result<(f64, f64), Error> {
        Ok((math::norm_cdf((y - middle) / spread), crps_normal(middle, spread, y)?))
    };
    let scored = case.observed.filter(|_| spread > 0.0).map(observed).transpose()?;
    Ok(Forecast {
        overtaken: overtaken.clamp(0.0, 1.0),
        gone: 0.0,
        band: Some([middle - BAND * spread, middle + BAND * spread]),
        pit: scored.map(|scored| scored.0),
        crps: scored.map(|scored| scored.1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No outcome says nothing, and not that no overtake happens.
    #[test]
    fn without_outcomes_the_frequency_is_one_half() {
        let pair = super::super::cases::Pair {
            group: String::new(),
            challenger: "A".to_owned(),
            incumbent: "B".to_owned(),
            base: "2018".parse().expect("a year"),
            horizon: "2021".parse().expect("a year"),
        };
        let case =
            Known { pair, origin: 0, names: [0, 1], gap: 0.2, changes: vec![0.1; 4], outcome: None, observed: None };
        let mut then = Background::default();
        assert!((then.climatology(&case).overtaken - 0.5).abs() < 1e-15);
        (then.cases[0], then.overtaken[0]) = (4.0, 1.0);
        assert!((then.climatology(&case).overtaken - 0.25).abs() < 1e-15);
        (then.cases[1], then.overtaken[1]) = (4.0, 0.0);
        assert!(then.climatology(&case).overtaken.abs() < 1e-15);
    }
}
