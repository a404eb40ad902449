//! Simulation: settings, the run over blocks, and the tally that shards hand on.

mod advice;
mod difference;
mod own;
mod parts;
mod pilot;
mod run;
mod sample;
mod sampling;
mod tally;
#[cfg(test)]
mod tests;
mod until;
mod untrusted;

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Mutex;

pub use sample::SamplePaths;
pub(crate) use sampling::Chosen;
pub use sampling::{Precision, Sampling};
pub use tally::Tally;
pub(crate) use tally::{Part, PartKind, Settings};

use own::Own;

use crate::error::{Error, Kind, Problem};
use crate::outcome::Outcome;
use crate::scenario::{Measure, Scenario};

/// Paths of a run that was not told how many.
const DEFAULT_PATHS: u64 = 1_000_000;
/// Confidence level of a run that was not told.
pub(crate) const DEFAULT_CONFIDENCE: f64 = 0.95;
/// The most paths of one run: counts and path numbers stay exact in f64.
pub(crate) const MOST_PATHS: u64 = 1 << 50;
/// The most paths of a stopping rule that was not told.
const DEFAULT_AT_MOST: u64 = 100_000_000;

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Paths done so far.
    pub done: u64,
    /// Paths this run (or this shard of it) is to do.
    pub total: u64,
}

type OnProgress<'a> = dyn FnMut(Progress) -> ControlFlow<()> + Send + 'a;

/// The settings of a simulation; made by [`Scenario::simulate`], started by [`run`](Simulation::run) or [`tally`](Simulation::tally).
///
/// Same scenario, same seed, same number of paths: the same bits, whatever the number of threads, the
/// sharding or the processor.
///
/// # Example: a run with settings
/// ```
/// # use outgrow::{Curve, Provider, Question, Scenario};
/// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
/// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15))
/// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let outcome = scenario.simulate().paths(10_000).seed(7).confidence(0.99).ranks(false).run()?;
/// println!("{}", outcome.overtake("A", "B")?);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[must_use]
pub struct Simulation<'a> {
    scenario: &'a Scenario,
    settings: Settings,
    at_most: u64,
    threads: Option<usize>,
    shard: (u64, u64),
    own: Vec<Own<'a>>,
    progress: Option<Mutex<Box<OnProgress<'a>>>>,
    /// Groups to a block, where a test wants another size than the one that fits.
    block_groups: Option<usize>,
}

impl Scenario {
    /// Starts a simulation with 1,000,000 paths, seed 0, 95 % confidence, and fans, ranks and shares on.
    ///
    /// # Example: as it comes
    /// ```
    /// # use outgrow::{Curve, Provider, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.3))).build()?;
    /// let outcome = scenario.simulate().paths(1000).run()?;
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn simulate(&self) -> Simulation<'_> {
        Simulation {
            scenario: self,
            settings: Settings {
                paths: DEFAULT_PATHS,
                seed: 0,
                confidence_level: DEFAULT_CONFIDENCE,
                fans: true,
                ranks: true,
                shares: true,
                measured: Vec::new(),
                sampling: Sampling::Plain,
                chosen: None,
                precision: None,
                continuous: false,
                cross_check: false,
            },
            at_most: DEFAULT_AT_MOST,
            threads: None,
            shard: (0, 1),
            own: Vec::new(),
            progress: None,
            block_groups: None,
        }
    }
}

impl<'a> Simulation<'a> {
    /// The number of paths of the whole run; at least 1.
    pub fn paths(mut self, paths: u64) -> Self {
        self.settings.paths = paths;
        self
    }

    /// The seed; no value is special.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// How paths are drawn; plain unless told. What was chosen, and the number of paths where it was rounded up, stand in
    /// the outcome.
    pub fn sampling(mut self, sampling: Sampling) -> Self {
        self.settings.sampling = sampling;
        self
    }

    /// Runs until the largest standard error over all dates of all questions is as small as asked, in place of a number
    /// of [`paths`](Simulation::paths); but no more than [`at_most`](Simulation::at_most) paths.
    ///
    /// A first batch of 16,384 paths, then at least as many and otherwise 0.8 of what is estimated to be needed (the
    /// rule of `QuantLib`'s Monte Carlo model), to the same bits for any number of threads. Where the error is not reached the
    /// outcome says so with both figures, and keeps what was done.
    ///
    /// # Example: a standard error of a thousandth
    /// ```
    /// # use outgrow::{Curve, Precision, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018-Q1", "2020-Q4")
    /// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15))
    /// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let outcome = scenario.simulate().until(Precision::standard_error(1e-3)).at_most(1_000_000).run()?;
    /// assert!(outcome.overtake("A", "B")?.by("2019-Q4")?.standard_error() <= 1e-3);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn until(mut self, precision: Precision) -> Self {
        self.settings.precision = Some(precision);
        self
    }

    /// The most paths that [`until`](Simulation::until) may take; 100,000,000 unless told.
    pub fn at_most(mut self, paths: u64) -> Self {
        self.at_most = paths;
        self
    }

    /// The number of threads; unless told, those of the rayon pool the call is made in. Changes no bit of the answer.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// The confidence level of the intervals, between 0 and 1; 0.95 unless told.
    pub fn confidence(mut self, level: f64) -> Self {
        self.settings.confidence_level = level;
        self
    }

    /// Whether to keep the distribution of every provider's revenue; off, it costs nothing.
    pub fn fans(mut self, on: bool) -> Self {
        self.settings.fans = on;
        self
    }

    /// Keeps the distribution of every provider's revenue over years too: trailing, calendar or fiscal ones, read by
    /// [`Outcome::measured`](crate::Outcome::measured). None by default; an empty list switches it off again.
    ///
    /// A date is answered from the first year on that history or the projection holds in full; [`run`](Self::run) reports
    /// a measure that has none.
    ///
    /// # Example: calendar years
    /// ```
    /// # use outgrow::{Curve, Measure, Provider, Scenario};
    /// # let scenario = Scenario::builder("2018-Q1", "2020-Q4")
    /// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15)).build()?;
    /// let outcome = scenario.simulate().paths(1000).fans_of([Measure::Annual]).run()?;
    /// let annual = outcome.measured("A", Measure::Annual)?;
    /// let quarter = outcome.revenue("A")?.quantile("2020-Q4", 0.5)?;
    /// assert!(annual.quantile("2020-Q4", 0.5)? > 3.0 * quarter);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn fans_of(mut self, measures: impl IntoIterator<Item = Measure>) -> Self {
        self.settings.measured = measures.into_iter().collect();
        self
    }

    /// Whether to count every provider's rank; off, it costs nothing.
    pub fn ranks(mut self, on: bool) -> Self {
        self.settings.ranks = on;
        self
    }

    /// Whether to keep the distribution of every provider's share; off, it costs nothing.
    pub fn shares(mut self, on: bool) -> Self {
        self.settings.shares = on;
        self
    }

    /// Runs only part `index` of `of` of the same run; merged [`Tally`]s give the bits of the whole.
    ///
    /// # Example: two machines
    /// ```
    /// # use outgrow::{Curve, Provider, Scenario, Tally};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.3)).volatility(0.1)).build()?;
    /// let run = |index| scenario.simulate().paths(1000).shard(index, 2).tally();
    /// let merged = run(0)?.merge(run(1)?)?;
    /// assert_eq!(merged, scenario.simulate().paths(1000).tally()?);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn shard(mut self, index: u64, of: u64) -> Self {
        self.shard = (index, of);
        self
    }

    /// Whether an overtake is looked for at any time, not on dates only; off unless told.
    ///
    /// Revenue is a flow per period, so «at any time» speaks of the interpolated rate: between two dates the log-ratio is
    /// taken as a Brownian motion with the period's drift and volatility, and has passed where it rose above 0 for a
    /// moment. Only `by`, and with it «not by», the quantiles and the date, changes; who is ahead, lead changes, ranks and
    /// revenue are of dates as before. Bases that tie are passed at once. Without shocks nothing changes.
    ///
    /// A path that stays behind on two dates d₀ and d₁ below has passed between them with probability e^(−2d₀d₁/s²), s² being
    /// the log-ratio's variance over the period on that path (P. Glasserman, «Monte Carlo Methods in Financial Engineering»,
    /// 2004, §6.4): one uniform number a path decides, of a stream of its own, so that the paths stay as they were.
    ///
    /// It fits questions of the period measure that ask for one period; [`run`](Simulation::run) refuses others by address.
    ///
    /// # Example: more overtakes than on forty dates
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018-Q1", "2028-Q1")
    /// #     .provider(Provider::new("A", 699).growth(Curve::constant(0.05_f64.exp_m1())).volatility(0.2))
    /// #     .provider(Provider::new("B", 1000).growth(Curve::constant(0)))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let run = |continuous| scenario.simulate().paths(100_000).continuous(continuous).run();
    /// let by = |continuous| run(continuous)?.overtake("A", "B")?.by("2028-Q1");
    /// assert!((by(false)?.value() - 0.763).abs() < 0.01);
    /// assert!((by(true)?.value() - 0.803).abs() < 0.01); // the inverse Gaussian law
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn continuous(mut self, on: bool) -> Self {
        self.settings.continuous = on;
        self
    }

    /// Sets beside every simulated probability of an overtake the exact one, with z, where there is an exact answer;
    /// where there is none, the outcome says why. See [`CrossCheck`](crate::CrossCheck).
    ///
    /// Each question is solved by itself, which takes milliseconds to a second. Shards and merged tallies check once all
    /// is counted, in [`Tally::outcome`].
    ///
    /// # Example: the line under each table
    /// ```
    /// # use outgrow::{Curve, Measure, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018-Q1", "2020-Q4")
    /// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15))
    /// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B"))
    /// #     .question(Question::overtakes("A", "B").measure(Measure::Annual)).build()?;
    /// let outcome = scenario.simulate().paths(20_000).cross_check().run()?;
    /// assert!(outcome.cross_checks().all(|check| check.agrees()));
    /// let by_year = outcome.question("A overtakes B (annual)")?.cross_check().expect("asked for");
    /// assert_eq!(by_year.because(), Some("sums of several periods are not lognormal"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn cross_check(mut self) -> Self {
        self.settings.cross_check = true;
        self
    }

    /// Called now and then with how far the run has come; a break ends it, and what is done is returned, marked incomplete.
    ///
    /// # Example: stop after the first word
    /// ```
    /// # use outgrow::{Curve, Provider, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 1).growth(Curve::constant(0.3)).volatility(0.1)).build()?;
    /// use std::ops::ControlFlow;
    /// let outcome = scenario.simulate().paths(100_000).on_progress(|_| ControlFlow::Break(())).run()?;
    /// assert!(!outcome.is_complete());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn on_progress(mut self, progress: impl FnMut(Progress) -> ControlFlow<()> + Send + 'a) -> Self {
        self.progress = Some(Mutex::new(Box::new(progress)));
        self
    }

    /// Runs and gives the answers.
    ///
    /// # Errors
    /// Invalid settings; a statistic that asks for an unknown provider or steps out of its shape; a curve that is not
    /// finite on a path; a bound that is met (which says what to switch off).
    pub fn run(self) -> Result<Outcome, Error> {
        self.tally()?.outcome()
    }

    /// Runs and gives the counts, to be written, sent and merged.
    ///
    /// # Errors
    /// As [`Simulation::run`].
    pub fn tally(self) -> Result<Tally, Error> {
        self.check()?;
        run::tally(&self).map_err(|error| error.blaming(self.scenario))
    }

    #[cfg(test)]
    pub(crate) fn block_groups(mut self, groups: usize) -> Self {
        self.block_groups = Some(groups);
        self
    }

    fn check(&self) -> Result<(), Error> {
        let mut problems = self.settings.problems();
        problems.extend(self.settings.between_faults(self.scenario));
        problems.extend(self.settings.measure_faults(self.scenario));
        let mut report = |address: &str, message: String| problems.push(Problem::new(address, message));
        if self.threads == Some(0) {
            report("threads", "must be at least 1, got 0".to_owned());
        }
        if self.settings.precision.is_some() {
            if self.shard != (0, 1) {
                report(
                    "until",
                    "a shard cannot see the error of the whole run: give shards a number of paths".to_owned(),
                );
            }
            if self.scenario.questions().is_empty() {
                report("until", "the scenario has no question whose error could be looked at".to_owned());
            }
            let (least, most) = (self.settings.sampling.least(), self.settings.sampling.most());
            if !(least..=most).contains(&self.at_most) {
                let at_most = self.at_most;
                report("at_most", format!("must be between {least} and {most} under this sampling, got {at_most}"));
            }
        }
        let (index, of) = self.shard;
        if index >= of || of > MOST_PATHS {
            report("shard", format!("the index must be below the count (at most {MOST_PATHS}), got {index} of {of}"));
        }
        for (place, own) in self.own.iter().enumerate() {
            if self.own[..place].iter().any(|earlier| earlier.name == own.name && earlier.kind == own.kind) {
                report(own.kind.word(), format!("the name {:?} is given twice", own.name));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::of(Kind::Invalid, "simulation", problems)) }
    }
}

impl fmt::Debug for Simulation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulation")
            .field("settings", &self.settings)
            .field("threads", &self.threads)
            .field("shard", &self.shard)
            .finish_non_exhaustive()
    }
}
