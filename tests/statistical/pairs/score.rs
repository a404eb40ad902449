//! Summary of the comparisons of many pairs: failures, coverage of the reported errors, times.

use std::fmt::{self, Write as _};

use super::generator::pair;
use super::model::Class;
use super::run::Result;

/// Allowed differences in units of the reported errors, at every date of nearly all pairs, and of all pairs.
const USUAL: f64 = 2.0;
const MOST: f64 = 5.0;

/// One of this many pairs may have a date beyond [`USUAL`].
const ONE_OF: usize = 1000;

#[derive(Debug)]
pub(super) struct Score {
    pub(super) tolerance: f64,
    pub(super) results: Vec<Result>,
}

/// One answer and its truth.
#[derive(Debug, Clone, Copy)]
struct Beside {
    exact: f64,
    truth: f64,
    error: f64,
    of_truth: f64,
}

impl Beside {
    /// The difference in units of the sum of both errors.
    fn off(&self) -> f64 {
        let difference = (self.exact - self.truth).abs();
        if difference > 0.0 { difference / (self.error + self.of_truth) } else { 0.0 }
    }

    /// The difference in units of the root of the sum of squares.
    fn z(&self) -> f64 {
        let difference = (self.exact - self.truth).abs();
        if difference > 0.0 { difference / self.error.hypot(self.of_truth) } else { 0.0 }
    }
}

impl Result {
    fn besides(&self) -> Vec<Beside> {
        let (Some(exact), Some(truth)) = (&self.exact, &self.truth) else { return Vec::new() };
        let places = 0..exact.values.len();
        let beside = |at: usize| Beside {
            exact: exact.values[at],
            truth: truth.values[at],
            error: exact.errors[at],
            of_truth: truth.errors[at],
        };
        places.map(beside).collect()
    }

    /// The index of the largest difference in units of the errors, with its answers.
    fn worst(&self) -> Option<(usize, Beside)> {
        self.besides().into_iter().enumerate().max_by(|(_, a), (_, b)| a.off().total_cmp(&b.off()))
    }

    fn largest_error(&self) -> f64 {
        self.exact.as_ref().map_or(f64::INFINITY, |exact| exact.errors.iter().copied().fold(0.0, f64::max))
    }
}

impl Score {
    /// Pairs with a date beyond a given number of errors, worst first.
    fn beyond(&self, limit: f64) -> Vec<(&Result, usize, Beside)> {
        let worst = self.results.iter().filter_map(|result| result.worst().map(|(at, beside)| (result, at, beside)));
        let mut beyond: Vec<_> = worst.filter(|(_, _, beside)| !(beside.off() <= limit)).collect();
        beyond.sort_by(|(_, _, a), (_, _, b)| b.off().total_cmp(&a.off()));
        beyond
    }

    /// The requirements; pairs beyond the time limit fail.
    pub(super) fn check(&self) {
        let (usual, most) = (self.beyond(USUAL), self.beyond(MOST));
        let failed: Vec<&Result> = self.results.iter().filter(|one| one.exact.is_none()).collect();
        let allowed = self.results.len() / ONE_OF;
        if most.is_empty() && usual.len() <= allowed && failed.is_empty() {
            return;
        }
        let mut text = String::new();
        for result in usual.iter().map(|(result, ..)| *result).chain(failed.iter().copied()) {
            let _ = write!(text, "\n# pair {}\n{}", result.number, pair(result.number).text());
        }
        panic!(
            "{text}\n{self}\n{} pairs beyond {USUAL} errors ({allowed} allowed), {} beyond {MOST}, {} without an answer",
            usual.len(),
            most.len(),
            failed.len()
        );
    }

    fn write_worst(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let beyond = self.beyond(1.0);
        let count = |limit: f64| self.beyond(limit).len();
        writeln!(
            f,
            "pairs with a date beyond 1, 2, 5 errors: {}, {}, {} of {}",
            count(1.0),
            count(USUAL),
            count(MOST),
            self.results.len()
        )?;
        for result in &self.results {
            if let Some(failure) = &result.failure {
                writeln!(
                    f,
                    "  no answer  pair {:4} ({:?}, {} drawn): {failure}",
                    result.number, result.class, result.draws
                )?;
            }
        }
        for (result, at, beside) in beyond.iter().take(40) {
            let Beside { exact, truth, error, of_truth } = beside;
            let periods = result.exact.as_ref().map_or(0, |exact| exact.values.len() / 2);
            let what = match *at {
                0 => "at base".to_owned(),
                at if at <= periods => format!("by {at}"),
                at => format!("ahead {}", at - periods),
            };
            let (off, class, draws) = (beside.off(), result.class, result.draws);
            let sustained =
                if result.sustained > 1 { format!(", sustained {}", result.sustained) } else { String::new() };
            writeln!(
                f,
                "  {off:9.2}  pair {:4} {what:9} exact {exact:.8} ± {error:.1e}, truth {truth:.8} ± {of_truth:.1e} \
                 ({class:?}, {draws} drawn{sustained})",
                result.number
            )?;
        }
        Ok(())
    }

    fn write_coverage(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<Beside> = self.results.iter().flat_map(Result::besides).collect();
        writeln!(
            f,
            "\nanswers by decile of the true probability; shares within 1, 2, 5 errors (sum, root of squares)"
        )?;
        writeln!(f, "  P            answers  known*   sum: 1       2       5       root: 1      2       5")?;
        let edges = [0.0, 1e-4, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0 - 1e-4, 1.0];
        for ends in edges.windows(2) {
            let is_last = ends[1] >= 1.0;
            let inside = |one: &&Beside| one.truth >= ends[0] && (one.truth < ends[1] || is_last);
            let group: Vec<&Beside> = all.iter().filter(inside).collect();
            let share =
                |test: &dyn Fn(&Beside) -> bool| percent(group.iter().filter(|one| test(one)).count(), group.len());
            let within = |unit: fn(&Beside) -> f64| {
                [1.0, 2.0, 5.0].map(|limit| share(&|one: &Beside| unit(one) <= limit)).join(" ")
            };
            let known = share(&|one: &Beside| one.of_truth <= 0.25 * one.error);
            let (sums, roots) = (within(Beside::off), within(Beside::z));
            writeln!(f, "  {:<6} {:<6} {:>6} {known}  {sums}  {roots}", ends[0], ends[1], group.len())?;
        }
        writeln!(f, "  * the truth's error is at most a quarter of the exact answer's")
    }

    fn write_times(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nprocessor time of the exact answers in ms, and how often the tolerance was not reached")?;
        writeln!(f, "  class             pairs     median       95 %      worst  (pair)   above tolerance  no answer")?;
        let with = |class: Class| class != Class::NoVolatility;
        let groups: [(&str, &dyn Fn(Class) -> bool); 6] = [
            ("all", &|_| true),
            ("no volatility", &|class| !with(class)),
            ("with volatility", &with),
            ("  tiny", &|class| class == Class::Tiny),
            ("  fixed", &|class| class == Class::Fixed),
            ("  drawn", &|class| class == Class::Drawn),
        ];
        for (name, is_in) in groups {
            let mut group: Vec<&Result> = self.results.iter().filter(|result| is_in(result.class)).collect();
            group.sort_by_key(|result| result.cpu);
            let Some(worst) = group.last() else { continue };
            let ms = |result: &Result| 1e3 * result.cpu.as_secs_f64();
            let at = |share: usize| ms(group[(group.len() * share / 100).min(group.len() - 1)]);
            let unmet = group.iter().filter(|result| result.largest_error() > self.tolerance).count();
            let given_up = group.iter().filter(|result| result.exact.is_none()).count();
            writeln!(
                f,
                "  {name:16} {:6} {:10.2} {:10.2} {:10.2}  {:6} {unmet:10} ({}) {given_up:6}",
                group.len(),
                at(50),
                at(95),
                ms(worst),
                worst.number,
                percent(unmet, group.len()),
            )?;
        }
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of answers")]
fn percent(part: usize, whole: usize) -> String {
    if whole == 0 { "      –".to_owned() } else { format!("{:6.2}%", 100.0 * part as f64 / whole as f64) }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} pairs at tolerance {:e}", self.results.len(), self.tolerance)?;
        self.write_worst(f)?;
        self.write_coverage(f)?;
        self.write_times(f)
    }
}
