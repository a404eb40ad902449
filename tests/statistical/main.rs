//! The statistical suite: simulated answers against quadrature, closed forms and nominal coverage.
//!
//! Run it in release mode: `cargo test --release --test statistical`. Every seed is fixed, so a passing test passes again.
//! The stated false-alarm probabilities apply to a change of the random streams.

mod assertion;
mod at_any_time;
#[cfg(feature = "history")]
mod backtest;
mod coverage;
mod cross_check;
mod drawn;
mod exact_errors;
mod fan;
mod first_passage;
#[cfg(feature = "history")]
mod fits;
mod invariance;
#[cfg(feature = "cli")]
mod kills;
#[cfg(feature = "history")]
#[path = "../reference/outside_tables.rs"]
#[allow(dead_code, reason = "the integration tests use the rest")]
mod outside_tables;
#[cfg(feature = "history")]
mod outside_view;
mod pairs;
mod sampling;
mod simulated_indices;
#[path = "../reference/tables.rs"]
#[allow(dead_code, reason = "the integration tests use the rest")]
mod tables;

/// Paths of each simulation that is compared with a reference.
const PATHS: u64 = 1_000_000;

/// Allowed distance of a simulated value from its reference in standard errors, computed from the reference.
const STANDARD_ERRORS: f64 = 4.0;

/// P(|N(0, 1)| > 4): the probability of a false alarm of one comparison.
const FALSE_ALARM_OF_ONE: f64 = 6.334e-5;

/// Compares estimates with references and collects failures.
#[derive(Debug, Default)]
struct Comparisons {
    made: u32,
    failed: Vec<String>,
}

impl Comparisons {
    /// Compares a share of `paths` with the probability `p`.
    fn probability(&mut self, what: &str, estimate: f64, p: f64, paths: u64) {
        self.value(what, estimate, p, (p * (1.0 - p) / as_f64(paths)).sqrt(), 0.0);
    }

    /// Compares a value with standard error `error`; `slack` is an additional allowance, for example for the bins of a fan.
    fn value(&mut self, what: &str, value: f64, reference: f64, error: f64, slack: f64) {
        self.made += 1;
        let allowed = STANDARD_ERRORS * error + slack;
        let near = (value - reference).abs() <= allowed;
        if !near {
            self.failed.push(format!("{what}: {value}, expected {reference} ± {allowed}"));
        }
    }

    /// Fails with all failures, or if the number of comparisons is outside `between`: `between.1` comparisons must keep
    /// the probability of a false alarm (union bound) at or below `false_alarm`.
    fn finish(self, between: (u32, u32), false_alarm: f64) {
        assert!(self.failed.is_empty(), "{} of {} failed:\n{}", self.failed.len(), self.made, self.failed.join("\n"));
        assert!(self.made >= between.0 && self.made <= between.1, "{} comparisons", self.made);
        assert!(
            f64::from(between.1) * FALSE_ALARM_OF_ONE <= false_alarm,
            "the stated probability of a false alarm is too low"
        );
    }
}

/// Path counts are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn as_f64(count: u64) -> f64 {
    count as f64
}
