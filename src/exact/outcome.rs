//! Builds an outcome from exact answers.

use crate::error::Error;
use crate::estimate::Estimate;
use crate::math;
use crate::outcome::{
    Answers, Contents, Distribution, Fan, FanRow, MeanDate, Method, Mixture, NotExact, Outcome, Overtake,
    ProviderOutcome, QuestionDates, RankTable, RunInfo, ShareFan, ShareRow, WITHOUT_FANS, Years,
};
use crate::plan::{Plan, SeriesId};
use crate::scenario::Scenario;
use crate::statistic::Shares;

impl Outcome {
    /// An exact outcome, from the answers to each question and for each provider.
    pub(super) fn exact(
        (scenario, plan): (&Scenario, &Plan),
        (run, contents): (RunInfo, Contents),
        answers: Vec<Answers>,
        providers: Vec<ProviderOutcome>,
    ) -> Self {
        let questions = scenario.questions().iter().zip(answers).map(|(question, answers)| {
            let dates = QuestionDates::of(scenario, question);
            let by: Vec<Estimate> = std::iter::once(answers.at_base()).chain(answers.by.iter().copied()).collect();
            let mean_date = mean_date(&dates.years(), &by);
            Overtake::new((scenario, question), dates, answers, mean_date, Vec::new())
        });
        let asked = run.tolerance;
        Self::new((scenario, plan), (run, asked, contents), questions.collect(), providers, Vec::new())
    }
}

impl RunInfo {
    /// The run of an exact answer with the answers for the providers; `leads` is why lead changes are missing.
    pub(super) fn exact(
        tolerance: f64,
        continuous: bool,
        complete: bool,
        providers: &[ProviderOutcome],
        leads: Option<String>,
    ) -> Self {
        let measured = providers.iter().find_map(|one| one.measured.first()?.revenue.reason());
        let missing = [
            ("revenue", providers.iter().find_map(|one| one.revenue.reason())),
            ("rank", providers.iter().find_map(|one| one.rank.reason())),
            ("share", providers.iter().find_map(|one| one.share.reason())),
            ("measured", measured),
        ];
        let not_exact = missing
            .into_iter()
            .filter_map(|(part, reason)| Some(NotExact { part: part.into(), reason: reason?.clone() }));
        let not_exact =
            not_exact.chain(leads.map(|reason| NotExact { part: "lead changes".into(), reason: reason.into() }));
        Self {
            method: Method::Exact,
            complete,
            tolerance: Some(tolerance),
            continuous,
            not_exact: not_exact.collect(),
            ..Self::default()
        }
    }
}

/// The mean date from the probabilities by every date, starting with the base, and their errors. The correlation of
/// quadrature errors is unknown, so the error of a sum is the sum of errors.
fn mean_date(years: &[f64], by: &[Estimate]) -> MeanDate {
    let (Some(span), Some(last)) = (years.last().copied(), by.last()) else {
        return MeanDate { restricted: bounded(0.0, 0.0, 0.0), given_overtake: None };
    };
    let (mut passed, mut error) = (0.0, 0.0);
    for (ends, by) in years.windows(2).zip(by) {
        passed += (ends[1] - ends[0]) * by.value();
        error += (ends[1] - ends[0]) * by.standard_error();
    }
    let given = || {
        // span − passed/P, with the propagated errors of both terms.
        let after = passed / last.value();
        bounded(span - after, (error + after * last.standard_error()) / last.value(), span)
    };
    MeanDate { restricted: bounded(span - passed, error, span), given_overtake: (last.value() > 0.0).then(given) }
}

/// A mean between 0 and `span` years with a bounded error.
fn bounded(value: f64, error: f64, span: f64) -> Years {
    let value = value.clamp(0.0, span);
    let error = error.min(span);
    let interval = [(value - 2.0 * error).max(0.0), (value + 2.0 * error).min(span)];
    Years { value, standard_error: error, interval }
}

impl Fan {
    /// `laws` are the distributions of log revenue relative to the reference at 1 to T.
    ///
    /// # Errors
    /// If revenue overflows.
    pub(super) fn exact(of: SeriesId, laws: Vec<Mixture>, plan: &Plan) -> Result<Self, Error> {
        let SeriesId(row) = of;
        let labels = plan.rows.projected();
        let mut rows = Vec::new();
        for (place, law) in laws.into_iter().enumerate() {
            let known = plan.known[row].as_ref().map(|known| known[place + 1]);
            let mean = || known.unwrap_or_else(|| law.mean_of_exp() * plan.reference);
            let mean = plan.has_mean[row].then(mean);
            let [low, high] = [0.05, 0.95].map(|p| math::exp(law.quantile(p)) * plan.reference);
            if !(low.is_normal() && high.is_finite() && mean.is_none_or(f64::is_finite)) {
                let date = format!("at {}", labels[place]);
                let message = format!("revenue exceeds the range of a 64-bit float; to skip it, {WITHOUT_FANS}");
                return Err(Error::provider_limit("exact", plan.name(of), &date, message));
            }
            let distribution = known.map_or_else(|| Distribution::Mixed(law), Distribution::Known);
            rows.push(FanRow { mean, distribution });
        }
        Ok(Self { labels, rows, reference: plan.reference })
    }
}

impl ShareFan {
    /// The share of a single provider, which is 1.
    pub(super) fn whole(plan: &Plan) -> Self {
        let labels = plan.rows.projected();
        let rows = labels.iter().map(|_| ShareRow { mean: 1.0, distribution: Distribution::Known(1.0) }).collect();
        Self { labels, rows }
    }

    /// `logits` are the distributions of the log ratio to the only other provider at 1 to T, each with the mean share.
    pub(super) fn exact(provider: usize, logits: Vec<(Mixture, f64)>, plan: &Plan) -> Self {
        let row = |(place, (law, mean)): (usize, (Mixture, f64))| match Shares::known(plan, provider, place + 1) {
            Some(share) => ShareRow { mean: share, distribution: Distribution::Known(share) },
            None => ShareRow { mean, distribution: Distribution::Mixed(law) },
        };
        Self { labels: plan.rows.projected(), rows: logits.into_iter().enumerate().map(row).collect() }
    }
}

impl RankTable {
    /// `rows` contain the probability of each rank at 1 to T.
    pub(super) fn exact(rows: Vec<Vec<Estimate>>, plan: &Plan) -> Self {
        Self { labels: plan.rows.projected(), rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 0.1 at the base, 0.3 by one year, 0.6 by two. Restricted: (1 − 0.1) + (1 − 0.3) = 1.6. Given the
    /// overtake: (0·0.1 + 1·0.2 + 2·0.3)/0.6 = 4/3.
    #[test]
    fn means_by_hand_from_probabilities() {
        let by = [0.1, 0.3, 0.6].map(|value| Estimate::bounded(value, 1e-3));
        let mean = mean_date(&[0.0, 1.0, 2.0], &by);
        assert!((mean.restricted.value() - 1.6).abs() < 1e-12);
        assert!((mean.restricted.standard_error() - 2e-3).abs() < 1e-12);
        let given = mean.given_overtake.expect("it happens");
        assert!((given.value() - 4.0 / 3.0).abs() < 1e-12);
        // ∂/∂P of 2 − S/P with S = 0.4 and P = 0.6.
        assert!((given.standard_error() - (2e-3 / 0.6 + 0.4 / 0.36 * 1e-3)).abs() < 1e-12);
    }

    #[test]
    fn an_overtake_that_never_happens_has_no_mean_date() {
        let mean = mean_date(&[0.0, 1.0], &[Estimate::exact(0.0); 2]);
        assert_eq!(mean.given_overtake, None);
        assert_eq!(mean.restricted.to_string(), "1 years (exact)");
    }
}
