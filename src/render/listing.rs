//! The parts of an outcome that a snapshot contains.

use crate::estimate::Estimate;
use crate::outcome::{CustomKind, Outcome, Overtake};

impl Outcome {
    /// How the answers were computed, on one line.
    pub(crate) fn how(&self) -> String {
        self.run.line()
    }

    /// Whether the question was monitored continuously.
    pub(crate) fn is_continuous(&self) -> bool {
        self.run.continuous
    }

    /// The tolerance of an exact answer; `None` for a simulation.
    pub(crate) fn tolerance(&self) -> Option<f64> {
        self.run.tolerance
    }

    /// Every printed probability with its label, and those of custom statistics.
    pub(crate) fn estimates(&self) -> Vec<(String, Estimate)> {
        let custom = self.custom.iter().flat_map(|custom| {
            let name = &custom.name;
            let of = move |row: usize, class: usize| match custom.kind {
                CustomKind::Event => format!("event {name}"),
                CustomKind::Classes => format!("{name}, class {class}"),
                CustomKind::Statistic => format!("{name}, row {row}, class {class}"),
            };
            // The second class of an event is its complement and adds no information.
            let is_listed = move |class: &usize| custom.kind != CustomKind::Event || *class == 1;
            custom.rows.iter().enumerate().flat_map(move |(row, classes)| {
                let listed = classes.iter().enumerate().filter(move |(class, _)| is_listed(class));
                listed.map(move |(class, estimate)| (of(row, class), *estimate))
            })
        });
        self.questions.iter().flat_map(Overtake::estimates).chain(custom).collect()
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
