//! Settings of a simulation.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Mutex;

use super::reports::{Checkpoints, OnProgress, Progress};
use super::settings::{PartKind, Precision, Settings};
use super::tally::Tally;
use crate::error::{Error, Problem};
use crate::paths::{MOST_PATHS, Sampling};
use crate::scenario::{Measure, Scenario};
use crate::statistic::Statistic;

/// Default number of paths.
pub(crate) const DEFAULT_PATHS: u64 = 1_000_000;
/// Default confidence level.
pub(crate) const DEFAULT_CONFIDENCE: f64 = 0.95;
/// Default maximum number of paths of a stopping rule.
const DEFAULT_AT_MOST: u64 = 100_000_000;

/// Settings of a simulation; created by [`Scenario::simulate`], executed by [`run`](Simulation::run) or
/// [`tally`](Simulation::tally).
///
/// The same scenario, seed and number of paths give the same bits for any number of threads, any sharding and any
/// processor.
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
    pub(super) scenario: &'a Scenario,
    pub(super) settings: Settings,
    pub(super) at_most: u64,
    pub(super) threads: Option<usize>,
    pub(super) shard: (u64, u64),
    pub(super) views: bool,
    pub(super) custom: Vec<CustomStatistic<'a>>,
    pub(super) progress: Option<Mutex<Box<OnProgress<'a>>>>,
    /// The counts that a resumed run starts from.
    pub(super) resumed: Option<Tally>,
    pub(super) checkpoints: Option<Checkpoints<'a>>,
    /// Number of groups per block, where a test overrides the default.
    pub(super) block_groups: Option<usize>,
}

/// A custom statistic, with the name of its answer.
pub(super) struct CustomStatistic<'a> {
    pub(super) name: String,
    pub(super) kind: PartKind,
    pub(super) statistic: Box<dyn Statistic + 'a>,
}

impl Scenario {
    /// Creates a simulation with 1,000,000 paths, seed 0, 95 % confidence, and fans, ranks and shares enabled.
    ///
    /// # Example: default settings
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
                at_most: None,
                continuous: false,
                cross_check: false,
            },
            at_most: DEFAULT_AT_MOST,
            threads: None,
            shard: (0, 1),
            views: false,
            custom: Vec::new(),
            progress: None,
            resumed: None,
            checkpoints: None,
            block_groups: None,
        }
    }
}

impl<'a> Simulation<'a> {
    /// Sets the number of paths of the whole run; at least 1.
    pub fn paths(mut self, paths: u64) -> Self {
        self.settings.paths = paths;
        self
    }

    /// Sets the seed. The default is 0; all values are equally valid.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Sets the sampling scheme; plain by default. The outcome reports the scheme that was chosen, and the number of
    /// paths if it was rounded up.
    pub fn sampling(mut self, sampling: Sampling) -> Self {
        self.settings.sampling = sampling;
        self
    }

    /// Runs until the largest standard error over all dates of all questions is at most `precision`, instead of a fixed
    /// number of [`paths`](Simulation::paths), but for no more than [`at_most`](Simulation::at_most) paths.
    ///
    /// The first batch has 16,384 paths. Each further batch has at least as many, and otherwise 0.8 of the estimated
    /// number still needed (the rule of `QuantLib`'s Monte Carlo model). The bits do not depend on the number of
    /// threads. If the target is not reached, the outcome reports both errors and keeps the results.
    ///
    /// # Example: a standard error of 0.001
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

    /// Sets the maximum number of paths that [`until`](Simulation::until) may use; 100,000,000 by default.
    pub fn at_most(mut self, paths: u64) -> Self {
        self.at_most = paths;
        self
    }

    /// Sets the number of threads; by default that of the current rayon pool. It does not change any bit of the answer.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Sets the confidence level of the intervals, between 0 and 1; 0.95 by default.
    pub fn confidence(mut self, level: f64) -> Self {
        self.settings.confidence_level = level;
        self
    }

    /// Whether to keep the distribution of every provider's revenue; costs nothing when off. The default is `true`.
    pub fn fans(mut self, on: bool) -> Self {
        self.settings.fans = on;
        self
    }

    /// Keeps the distribution of every provider's revenue over years too: trailing, calendar or fiscal. Read them with
    /// [`Outcome::measured`](crate::Outcome::measured). None by default; an empty list disables them again.
    ///
    /// The first date is the first for which history and projection cover a full year; [`run`](Self::run) returns an
    /// error for a measure without any date.
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

    /// Whether to count every provider's rank; costs nothing when off. The default is `true`.
    pub fn ranks(mut self, on: bool) -> Self {
        self.settings.ranks = on;
        self
    }

    /// Whether to keep the distribution of every provider's share; costs nothing when off. The default is `true`.
    pub fn shares(mut self, on: bool) -> Self {
        self.settings.shares = on;
        self
    }

    /// Runs only part `index` of `of` of the run; merging all [tallies](crate::Tally) gives the bits of the whole run.
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

    /// Whether to monitor overtakes continuously rather than on dates only. The default is `false`.
    ///
    /// Revenue is a flow per period, so continuous monitoring refers to the interpolated rate: between two dates the
    /// log-ratio is a Brownian motion with the period's drift and volatility, and an overtake occurs as soon as it
    /// rises above 0. Only `by` changes, and with it `not_by`, the quantiles and the date. Leads at dates, lead
    /// changes, ranks and revenue still refer to dates. Tied bases count as an immediate overtake. Without shocks
    /// nothing changes.
    ///
    /// A path that is behind by d₀ and d₁ on two consecutive dates has overtaken in between with probability
    /// e^(−2d₀d₁/s²), where s² is the variance of the log-ratio over the period on that path (P. Glasserman, "Monte
    /// Carlo Methods in Financial Engineering", 2004, §6.4). One uniform number per path decides. It has its own
    /// stream, so the paths stay the same.
    ///
    /// It is available for questions of the period measure with `sustained` 1; [`run`](Simulation::run) rejects others
    /// by address.
    ///
    /// # Example: compared with monitoring on forty dates
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018-Q1", "2028-Q1")
    /// #     .provider(Provider::new("A", 699).growth(Curve::constant(0.05_f64.exp_m1())).volatility(0.2))
    /// #     .provider(Provider::new("B", 1000).growth(Curve::constant(0)))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let run = |continuous| scenario.simulate().paths(100_000).continuous(continuous).run();
    /// let by = |continuous| run(continuous)?.overtake("A", "B")?.by("2028-Q1");
    /// assert!((by(false)?.value() - 0.763).abs() < 0.01);
    /// assert!((by(true)?.value() - 0.803).abs() < 0.01); // inverse Gaussian distribution
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn continuous(mut self, on: bool) -> Self {
        self.settings.continuous = on;
        self
    }

    /// Compares every simulated probability of an overtake with the exact one, where there is an exact answer, and
    /// reports z. Where there is none, the outcome gives the reason. See [`CrossCheck`](crate::CrossCheck).
    ///
    /// Each question is solved separately, which takes milliseconds to a second. Shards and merged tallies are checked
    /// after all paths are counted, in [`Tally::outcome`](crate::Tally::outcome).
    ///
    /// # Example: a cross-check
    /// ```
    /// # use outgrow::{Curve, Measure, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018-Q1", "2020-Q4")
    /// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)).volatility(0.15))
    /// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B"))
    /// #     .question(Question::overtakes("A", "B").measure(Measure::Annual)).build()?;
    /// let outcome = scenario.simulate().paths(20_000).cross_check(true).run()?;
    /// assert!(outcome.cross_checks().all(|check| check.agrees()));
    /// let by_year = outcome.question("A overtakes B (annual)")?.cross_check().expect("asked for");
    /// assert_eq!(by_year.reason(), Some("sums of several periods are not lognormal"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn cross_check(mut self, on: bool) -> Self {
        self.settings.cross_check = on;
        self
    }

    /// Also answers the questions as seen by each [view](crate::View) of the scenario, and pools them. Each view is a run of
    /// its own with the same settings, without revenue, ranks, shares and custom statistics. Read the answers with
    /// [`Outcome::view`](crate::Outcome::view) and [`Outcome::pool`](crate::Outcome::pool); the default is `false`.
    ///
    /// All runs draw the same random numbers, so a difference between views is due to their values alone.
    /// [`on_progress`](Self::on_progress) reports each run from 0 on. [`run`](Self::run) returns an error if the scenario has
    /// no view or no question; a [tally](Self::tally) has the counts of one scenario and no views.
    ///
    /// # Example: two forecasters
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario, View};
    /// # let scenario = Scenario::builder("2018-Q1", "2020-Q4")
    /// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.5)).volatility(0.15))
    /// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B"))
    /// #     .view(View::new("bull").with("provider[A].growth.constant", 0.7))
    /// #     .view(View::new("bear").with("provider[A].growth.constant", 0.4)).build()?;
    /// let outcome = scenario.simulate().paths(10_000).views(true).run()?;
    /// for view in outcome.views() {
    ///     println!("{}: {}", view.name(), view.question("A overtakes B")?.by("2020-Q4")?);
    /// }
    /// println!("{}", outcome.pool().expect("asked for").question("A overtakes B")?);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn views(mut self, on: bool) -> Self {
        self.views = on;
        self
    }

    /// Sets a callback that is called from time to time with the progress of the run. If it breaks, the run ends early
    /// and the results so far are returned, marked incomplete.
    ///
    /// # Example: stop at the first call
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

    #[cfg(test)]
    pub(crate) fn block_groups(mut self, groups: usize) -> Self {
        self.block_groups = Some(groups);
        self
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let mut problems = self.settings.problems();
        problems.extend(self.settings.between_faults(self.scenario));
        problems.extend(self.settings.measure_faults(self.scenario));
        problems.extend(self.scenario.views_fault().filter(|_| self.views));
        let mut report = |address: &str, message: String| problems.push(Problem::new(address, message));
        if self.threads == Some(0) {
            report("threads", "must be at least 1, got 0".to_owned());
        }
        if self.settings.precision.is_some() {
            if self.shard != (0, 1) {
                report(
                    "until",
                    "a stopping rule needs the error of the whole run, not that of a shard; set a number of paths"
                        .to_owned(),
                );
            }
            if self.scenario.questions().is_empty() {
                report(
                    "until",
                    "a stopping rule needs a question, and the scenario has none; set a number of paths".to_owned(),
                );
            }
            let (least, most) = (self.settings.sampling.least(), self.settings.sampling.most());
            if !(least..=most).contains(&self.at_most) {
                let at_most = self.at_most;
                report("at_most", format!("must be between {least} and {most} under this sampling, got {at_most}"));
            }
        }
        if self.views && (self.resumed.is_some() || self.checkpoints.is_some()) {
            report("views", "counts that are kept or resumed are of one scenario; run it without views".to_owned());
        }
        let (index, of) = self.shard;
        if index >= of || of > MOST_PATHS {
            report("shard", format!("the index must be below the count (at most {MOST_PATHS}), got {index} of {of}"));
        }
        for (place, own) in self.custom.iter().enumerate() {
            if self.custom[..place].iter().any(|earlier| earlier.name == own.name && earlier.kind == own.kind) {
                report(own.kind.word(), format!("the name {:?} is used twice", own.name));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::of_settings("simulation", problems)) }
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
