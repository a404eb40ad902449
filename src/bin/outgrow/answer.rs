//! Runs a scenario with the settings of the command line, and shows how far it has come.

use std::io::{self, IsTerminal};
use std::ops::ControlFlow;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use outgrow::{Error, Outcome, Precision, Scenario};

use crate::options::{Contents, Simulation};
use crate::{interrupt, messages};

/// Steps of the bar of an exact answer, whose progress is a fraction.
const STEPS: f64 = 1000.0;

pub(crate) fn simulated(
    scenario: &Scenario,
    options: &Simulation,
    contents: &Contents,
    cross_check: bool,
) -> Result<Outcome, Error> {
    let simulation = configured(scenario, options, contents).cross_check(cross_check);
    shown(simulation, outgrow::Simulation::run)
}

/// The simulation that the command line describes.
pub(crate) fn configured<'a>(
    scenario: &'a Scenario,
    options: &Simulation,
    contents: &Contents,
) -> outgrow::Simulation<'a> {
    let [fans, ranks, shares] = [!contents.no_fans, !contents.no_ranks, !contents.no_shares];
    let mut simulation = scenario.simulate().continuous(contents.continuous).fans(fans).ranks(ranks).shares(shares);
    simulation = simulation.views(contents.views);
    simulation = simulation.fans_of(options.fans_of.iter().map(|years| years.measure));
    simulation = sampled(simulation, options.paths, options.seed, options.confidence);
    if let Some(sampling) = options.sampling {
        simulation = simulation.sampling(sampling);
    }
    if let Some(error) = options.until {
        simulation = simulation.until(Precision::standard_error(error));
    }
    if let Some(paths) = options.at_most {
        simulation = simulation.at_most(paths);
    }
    simulation
}

/// Runs a simulation behind a progress bar, until Ctrl-C.
pub(crate) fn shown<'a, R>(simulation: outgrow::Simulation<'a>, run: impl FnOnce(outgrow::Simulation<'a>) -> R) -> R {
    let bar = bar("{bar:40} {percent:>3} % of {human_len} paths, {eta} left");
    let shown = bar.clone();
    let answer = run(simulation.on_progress(move |progress| {
        if let Some(bar) = &shown {
            bar.set_length(progress.total);
            bar.set_position(progress.done);
        }
        if interrupt::is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }));
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    answer
}

/// The simulation with the settings that the command line states.
pub(crate) fn sampled(
    mut simulation: outgrow::Simulation<'_>,
    paths: Option<u64>,
    seed: Option<u64>,
    confidence: Option<f64>,
) -> outgrow::Simulation<'_> {
    if let Some(paths) = paths {
        simulation = simulation.paths(paths);
    }
    if let Some(seed) = seed {
        simulation = simulation.seed(seed);
    }
    if let Some(level) = confidence {
        simulation = simulation.confidence(level);
    }
    simulation
}

pub(crate) fn exact(scenario: &Scenario, tolerance: Option<f64>, contents: &Contents) -> Result<Outcome, Error> {
    let [fans, ranks, shares] = [!contents.no_fans, !contents.no_ranks, !contents.no_shares];
    let bar = bar("{bar:40} {percent:>3} % of the work that one integral may take");
    let mut exact = scenario.exact().continuous(contents.continuous).fans(fans).ranks(ranks).shares(shares);
    exact = exact.views(contents.views);
    if let Some(tolerance) = tolerance {
        exact = exact.tolerance(tolerance);
    }
    if let Some(bar) = bar.clone() {
        #[expect(clippy::cast_possible_truncation, reason = "a share between 0 and 1")]
        let step = |share: f64| (STEPS * share.clamp(0.0, 1.0)) as u64;
        bar.set_length(step(1.0));
        exact = exact.on_progress(move |share| {
            bar.set_position(step(share));
            ControlFlow::Continue(())
        });
    }
    let outcome = exact.run();
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    outcome
}

/// The progress bar of a sweep.
pub(crate) fn cells_bar(cells: u64) -> Option<ProgressBar> {
    bar("{bar:40} {percent:>3} % of {human_len} cells, {eta} left").inspect(|bar| bar.set_length(cells))
}

/// A progress bar, where standard error is a terminal and messages are wanted.
fn bar(template: &str) -> Option<ProgressBar> {
    let style = ProgressStyle::with_template(template).expect("a valid template");
    let bar = || ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr()).with_style(style);
    (messages::are_wanted() && io::stderr().is_terminal()).then(bar)
}
