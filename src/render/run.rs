//! How an outcome was computed, as text.

use std::fmt;

use super::number::{shortest, thousands};
use crate::outcome::RunInfo;

impl RunInfo {
    /// The text of `Display` on one line.
    pub(crate) fn line(&self) -> String {
        self.to_string().replace("\n  ", "; ")
    }

    /// The header of the intervals of estimates.
    pub(super) fn interval_words(&self) -> String {
        match self.confidence_level {
            Some(level) => format!("{} % interval (simulation error only)", shortest(100.0 * level)),
            None => "interval from the quadrature error".to_owned(),
        }
    }
}

/// "1,000,000 paths, seed 7, plain sampling".
impl fmt::Display for RunInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = if self.continuous { ", at any time" } else { "" };
        let (Some(paths), Some(seed), Some(sampling)) = (self.paths, self.seed, self.sampling) else {
            write!(f, "exact, tolerance {:e}{when}", self.tolerance.unwrap_or(0.0))?;
            return match self.precision {
                Some(missed) if !missed.met => {
                    write!(f, "\n  largest error {:.1e}, requested {:.1e}, not reached", missed.reached, missed.asked)
                }
                _ => Ok(()),
            };
        };
        let partly = self.paths_asked.map_or_else(String::new, |asked| format!(" of {} requested", thousands(asked)));
        write!(f, "{} paths{partly}, seed {seed}, {} sampling{when}", thousands(paths), sampling.word())?;
        if let Some(size) = self.effective_sample_size {
            write!(f, "\n  effective sample size {size:.0} paths")?;
        }
        if let Some(chosen) = &self.chosen {
            write!(f, "\n  sampling chosen: {}, because {}", chosen.what.word(), chosen.why)?;
        }
        if let Some(precision) = self.precision {
            let word = if precision.met { "" } else { ", not reached" };
            write!(f, "\n  largest standard error {:.1e}, requested {:.1e}{word}", precision.reached, precision.asked)?;
        }
        Ok(())
    }
}
