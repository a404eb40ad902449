//! Computes an outcome file again, and checks that the file holds what its scenario and settings give.

use serde_json::Value;

use super::compare::difference;
use super::settings::{Precision, Settings};
use super::{checkpoint, pilot};
use crate::error::Error;
use crate::outcome::{Build, Contents, Method, Outcome, RunInfo};
use crate::paths::Sampling;
use crate::scenario::Scenario;

impl Outcome {
    /// Computes an outcome file again, from the scenario and the settings that it holds, and checks that it gives every
    /// value of the file. The result has the same bytes as the file when serde writes it.
    ///
    /// A run to a given precision is computed with the number of paths that it reached, and one with automatic sampling
    /// by the scheme that was chosen.
    ///
    /// # Errors
    /// If the text is not an outcome, as serde writes it; if another version of the crate computed it, or one with other random numbers; if
    /// the run was stopped early or has custom statistics, which no file can represent; if any value differs. The error
    /// gives the address of the value.
    ///
    /// # Example: a file, and the same file with another answer
    /// ```
    /// # use outgrow::{Curve, Outcome, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 690).growth(Curve::constant(0.6)).volatility(0.15))
    /// #     .provider(Provider::new("B", 1100).growth(Curve::constant(0.3)).volatility(0.1))
    /// #     .question(Question::overtakes("A", "B")).build()?;
    /// let outcome = scenario.simulate().paths(10_000).seed(7).run()?;
    /// let file = serde_json::to_string(&outcome).expect("an outcome can be written");
    /// assert_eq!(Outcome::reproduce(&file)?, outcome);
    ///
    /// let changed = file.replace("\"seed\":7", "\"seed\":8");
    /// let error = Outcome::reproduce(&changed).unwrap_err();
    /// assert!(error.to_string().contains("its scenario and settings give"), "{error}");
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn reproduce(file: &str) -> Result<Self, Error> {
        let file = file.trim_start_matches('\u{feff}');
        let not_read =
            |error: serde_json::Error| invalid("", format!("is not an outcome as --json writes it: {error}"));
        let stated: Value = serde_json::from_str(file).map_err(not_read)?;
        check_build(&stated["manifest"]["build"])?;
        let outcome: Self = serde_json::from_str(file).map_err(not_read)?;
        check_run(&outcome)?;
        let again = again(&outcome)?;
        let given = serde_json::to_value(&again).map_err(not_read)?;
        match difference("", &stated, &given) {
            None => Ok(again),
            Some((address, [stated, given])) => {
                let message = format!(
                    "the file has {stated}, but its scenario and settings give {given}; the file was changed, or another build wrote it"
                );
                Err(invalid(&address, message))
            }
        }
    }
}

fn invalid(address: &str, message: impl Into<String>) -> Error {
    Error::invalid("outcome", address, message)
}

/// Checks the build before anything else is read: another version may write other keys.
fn check_build(stated: &Value) -> Result<(), Error> {
    let here = Build::of_this_crate();
    if let Some(version) = stated["version"].as_str().filter(|version| *version != here.version) {
        let message = format!(
            "outgrow {version} computed this outcome, and this is outgrow {}: compute it again with version {version}, or run \
             its scenario with this one",
            here.version
        );
        return Err(invalid("manifest.build.version", message));
    }
    match stated["stream"].as_u64().filter(|stream| *stream != u64::from(here.stream)) {
        None => Ok(()),
        Some(stream) => {
            let message = format!(
                "a seed gives other random numbers in this build: it has stream {}, the outcome was computed with stream \
                 {stream}; use a build with that stream, or run the scenario again",
                here.stream
            );
            Err(invalid("manifest.build.stream", message))
        }
    }
}

/// Checks that the file holds all that the outcome was computed from.
fn check_run(outcome: &Outcome) -> Result<(), Error> {
    if !outcome.run.complete {
        let message = "the run was stopped early, so its answers cannot be reproduced; run the scenario again";
        return Err(invalid("run.complete", message));
    }
    match outcome.custom.first() {
        None => Ok(()),
        Some(custom) => {
            let message = format!("{:?} is a custom statistic, whose code no file can represent", custom.name);
            Err(invalid(custom.kind.word(), message))
        }
    }
}

fn again(outcome: &Outcome) -> Result<Outcome, Error> {
    let whole = alone(&outcome.scenario, &outcome.run, &outcome.contents)?;
    if outcome.views.is_empty() {
        return Ok(whole);
    }
    // Runs to a given precision differ by view.
    let contents =
        Contents { fans: false, ranks: false, shares: false, fans_of: Vec::new(), ..outcome.contents.clone() };
    let views = outcome.scenario.as_seen_by_all().zip(&outcome.views);
    let views = views.map(|((name, seen), view)| {
        let own = alone(&seen, &view.run, &contents).map_err(|error| error.seen_by(name))?;
        Ok((own.run, own.questions))
    });
    Ok(whole.with_views(views.collect::<Result<Vec<_>, Error>>()?))
}

/// The outcome of a scenario without its views.
fn alone(scenario: &Scenario, run: &RunInfo, contents: &Contents) -> Result<Outcome, Error> {
    if run.method == Method::Exact {
        let missing = |key: &str| invalid(&format!("manifest.contents.{key}"), "is missing");
        let exact = scenario.exact().continuous(run.continuous).fans(contents.fans).ranks(contents.ranks);
        let exact = exact.shares(contents.shares).fans_of(contents.fans_of.iter().copied());
        let exact = exact.tolerance(run.tolerance.ok_or_else(|| invalid("run.tolerance", "is missing"))?);
        let exact = exact.budget(contents.budget.ok_or_else(|| missing("budget"))?);
        return exact.lead_changes(contents.lead_changes.ok_or_else(|| missing("lead_changes"))?).run();
    }
    let (Some(paths), Some(seed), Some(confidence_level)) = (run.paths, run.seed, run.confidence_level) else {
        return Err(invalid("run", "must have paths, seed and confidence_level"));
    };
    let mut simulation = scenario.simulate();
    simulation.settings = Settings {
        paths,
        seed,
        confidence_level,
        fans: contents.fans,
        ranks: contents.ranks,
        shares: contents.shares,
        measured: contents.fans_of.clone(),
        sampling: run.sampling.unwrap_or(Sampling::Plain),
        chosen: run.chosen.clone(),
        precision: run.precision.map(|precision| Precision::standard_error(precision.asked)),
        at_most: None,
        continuous: run.continuous,
        cross_check: contents.cross_check,
    };
    simulation.check()?;
    // The number of paths is known, so no stopping rule is needed: the batches of a run add up to the same counts.
    let mut settings = simulation.settings.clone();
    let plan = pilot::prepared(scenario, &mut settings, contents.ranks)?;
    checkpoint::shard(&simulation, &plan, &settings)?.outcome()
}
