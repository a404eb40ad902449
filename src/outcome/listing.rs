//! What a snapshot keeps of an outcome.

use super::{Outcome, Overtake};
use crate::estimate::Estimate;
use crate::simulation::PartKind;

impl Outcome {
    /// How the answers came about, in words on one line.
    pub(crate) fn how(&self) -> String {
        self.run.line()
    }

    /// Whether an overtake between two dates counts.
    pub(crate) fn is_continuous(&self) -> bool {
        self.run.continuous
    }

    /// The error that an exact answer may have; none of a simulation.
    pub(crate) fn tolerance(&self) -> Option<f64> {
        self.run.tolerance
    }

    /// Every probability that is printed, with what it is of, and those of questions of one's own.
    pub(crate) fn estimates(&self) -> Vec<(String, Estimate)> {
        let own = self.own.iter().flat_map(|own| {
            let name = &own.name;
            let of = move |row: usize, class: usize| match own.kind {
                PartKind::Event => format!("event {name}"),
                PartKind::Classes => format!("{name}, class {class}"),
                _ => format!("{name}, row {row}, class {class}"),
            };
            // The class of an event that is no event says nothing more.
            let told = move |class: &usize| own.kind != PartKind::Event || *class == 1;
            own.rows.iter().enumerate().flat_map(move |(row, classes)| {
                let told = classes.iter().enumerate().filter(move |(class, _)| told(class));
                told.map(move |(class, estimate)| (of(row, class), *estimate))
            })
        });
        self.questions.iter().flat_map(Overtake::estimates).chain(own).collect()
    }
}

impl Overtake {
    fn estimates(&self) -> Vec<(String, Estimate)> {
        let (name, horizon) = (self.name(), self.horizon());
        let by = self.shown_dates().into_iter().filter_map(|date| Some((date, self.by(date).ok()?)));
        let mut estimates = vec![(format!("{name}, ahead at base {}", self.base()), self.ahead_at_base())];
        let from_base =
            self.from_base().map(|lasting| (format!("{name}, ahead from base {} on", self.base()), lasting));
        estimates.extend(from_base);
        estimates.extend(by.map(|(date, by)| (format!("{name} by {date}"), by)));
        estimates.push((format!("{name}, not by {horizon}"), self.not_by_horizon()));
        estimates.extend(self.ahead(horizon).ok().map(|ahead| (format!("{name}, ahead at {horizon}"), ahead)));
        estimates
    }
}
