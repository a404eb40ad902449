//! Runs pairs: the exact answer with its time, the truth, and the comparison.

use std::ops::Range;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::generator::pair;
use super::model::{Class, Pair};
use super::score::Score;
use super::truth::{Truth, simulated, truth};

/// Paths of the pairs that the crate simulates.
const SIMULATED: u64 = 4_000_000;

/// Settings of a run.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) pairs: Vec<u64>,
    pub(super) tolerance: f64,
    /// Time limit of an exact answer.
    pub(super) patience: Duration,
    /// The largest number of points of the truth.
    pub(super) points: u64,
    /// No pair starts after this time.
    pub(super) until: Option<Instant>,
}

impl Settings {
    pub(super) fn new(pairs: Range<u64>, tolerance: f64) -> Self {
        let points = if tolerance < 5e-5 {
            1 << 24
        } else if tolerance < 5e-4 {
            1 << 22
        } else {
            1 << 18
        };
        Self { pairs: pairs.collect(), tolerance, patience: Duration::from_secs(60), points, until: None }
    }

    /// From environment variables.
    pub(super) fn from_environment() -> Self {
        let variable = |name: &str| std::env::var(format!("OUTGROW_PAIRS{name}")).ok().filter(|text| !text.is_empty());
        let number =
            |name: &str| variable(name).map(|text| text.parse::<f64>().unwrap_or_else(|_| panic!("{name}: {text}")));
        let mut settings = Self::new(0..100, number("_TOLERANCE").unwrap_or(1e-3));
        if let Some(text) = variable("") {
            let one = |text: &str| text.trim().parse::<u64>().unwrap_or_else(|_| panic!("OUTGROW_PAIRS: {text}"));
            settings.pairs = match text.split_once("..") {
                Some((from, to)) => (one(from)..one(to)).collect(),
                None => text.split(',').map(one).collect(),
            };
        }
        if let Some(seconds) = number("_SECONDS") {
            settings.patience = Duration::from_secs_f64(seconds);
        }
        if let Some(points) = variable("_POINTS") {
            settings.points = points.parse().unwrap_or_else(|_| panic!("OUTGROW_PAIRS_POINTS: {points}"));
        }
        settings.until = number("_TOTAL_SECONDS").map(|seconds| Instant::now() + Duration::from_secs_f64(seconds));
        settings
    }

    pub(super) fn run(&self) -> Score {
        let started = |_: &&u64| self.until.is_none_or(|until| Instant::now() < until);
        let results = self.pairs.par_iter().with_max_len(1).filter(started).map(|number| self.one(*number)).collect();
        Score { tolerance: self.tolerance, results }
    }

    fn one(&self, number: u64) -> Result {
        let pair = pair(number);
        let class = pair.class();
        let (exact, cpu, failure) = match self.exact(&pair) {
            Ok((exact, cpu)) => (Some(exact), cpu, None),
            Err(message) => (None, self.patience, Some(message)),
        };
        let truth = exact.as_ref().map(|exact| self.truth(&pair, exact, number));
        Result { number, class, draws: pair.draws.len(), sustained: pair.sustained, cpu, exact, truth, failure }
    }

    fn truth(&self, pair: &Pair, exact: &Truth, number: u64) -> Truth {
        if pair.has_totals() {
            return simulated(&pair.scenario().expect("a scenario"), SIMULATED, number);
        }
        let wanted = exact.errors.iter().map(|error| (0.25 * error).max(0.05 * self.tolerance));
        truth(pair, &wanted.collect::<Vec<f64>>(), self.points, number)
    }

    /// The exact answer and its CPU time, from a thread that is abandoned if it takes too long.
    fn exact(&self, pair: &Pair) -> std::result::Result<(Truth, Duration), String> {
        let (scenario, tolerance) = (pair.scenario().expect("a scenario"), self.tolerance);
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || {
            let before = cpu_time();
            let exact = scenario.exact().tolerance(tolerance).fans(false).ranks(false).shares(false);
            let outcome = exact.run().map_err(|error| error.to_string());
            let answer = outcome.map(|outcome| {
                let spent = cpu_time() - before;
                let estimates = super::estimates(&outcome);
                let (values, errors) = estimates.iter().map(|e| (e.value(), e.standard_error())).unzip();
                (Truth { values, errors }, spent)
            });
            // The receiver may be gone.
            let _ = send.send(answer);
        });
        match receive.recv_timeout(self.patience) {
            Ok(answer) => answer,
            Err(mpsc::RecvTimeoutError::Timeout) => Err(format!("no answer after {:?}", self.patience)),
            Err(mpsc::RecvTimeoutError::Disconnected) => Err("the exact answer panicked".to_owned()),
        }
    }
}

/// The result of one pair.
#[derive(Debug)]
pub(super) struct Result {
    pub(super) number: u64,
    pub(super) class: Class,
    pub(super) draws: usize,
    pub(super) sustained: u32,
    pub(super) cpu: Duration,
    /// `None` if there is no exact answer.
    pub(super) exact: Option<Truth>,
    pub(super) truth: Option<Truth>,
    /// The reason why there is no exact answer.
    pub(super) failure: Option<String>,
}

/// CPU time of this thread; wall-clock time if the system does not report it.
fn cpu_time() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let by_clock = || START.get_or_init(Instant::now).elapsed();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = text.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(by_clock, Duration::from_nanos)
}
