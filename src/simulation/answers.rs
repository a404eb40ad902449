//! Converts the counts of a tally to an outcome.

use super::counting::Counting;
use super::cross_check::cross_checked;
use super::parts::{Deciding, mixtures, overtake};
use super::settings::{PartCounts, PartKind};
use super::tally::Tally;
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::math;
use crate::outcome::exits;
use crate::outcome::{
    Answers, CustomAnswer, Distribution, Fan, FanRow, LawAnswer, LeadChanges, MeanDate, MeasuredFan, Method, Outcome,
    Overtake, Part, ProviderOutcome, QuestionDates, RankTable, RunInfo, SegmentOutcome, ShareFan, ShareRow, Years,
};
use crate::paths::REPLICATES;
use crate::plan::{Measured, MeasuredRow, Plan, SeriesId, law_of};
use crate::scenario::{Question, Scenario};
use crate::statistic::{Counts, Histogram, Hits, OvertakeRow, Ranks, Shares, Totals};

impl Tally {
    /// Computes the answers; they are marked incomplete if paths are missing.
    ///
    /// # Errors
    /// If no path is counted, or if revenue is out of range (the message names what to disable).
    pub fn outcome(&self) -> Result<Outcome, Error> {
        let outcome = self.answers()?;
        Ok(if self.settings.cross_check { cross_checked(outcome, self) } else { outcome })
    }

    /// The answers without cross-checks.
    pub(super) fn answers(&self) -> Result<Outcome, Error> {
        if self.paths() == 0 {
            return Err(Error::invalid("tally", "", "no path is counted, so there is no answer"));
        }
        let answers = outcome(self, &self.settings.plan(&self.scenario)?);
        answers.map_err(|error| error.blaming(&self.scenario))
    }
}

/// The answers of a tally.
///
/// # Errors
/// If revenue overflows.
fn outcome(tally: &Tally, plan: &Plan) -> Result<Outcome, Error> {
    let counting = Counting::new(tally, plan);
    let (scenario, parts) = (tally.scenario(), tally.parts());
    let questions = scenario.questions().iter().zip(parts);
    let questions = questions.map(|(asked, part)| {
        let laws = laws((scenario, asked), parts, (plan, &counting));
        question((scenario, asked), &part.counts, laws, (plan, &counting))
    });
    let asked = tally.settings().precision.map(|asked| asked.error());
    Ok(Outcome::new(
        (scenario, plan),
        (run_info(tally), asked, tally.settings().contents()),
        questions.collect(),
        providers(parts, plan, &counting)?,
        parts.iter().filter_map(|part| custom(part, &counting)).collect(),
    ))
}

fn run_info(tally: &Tally) -> RunInfo {
    let settings = tally.settings();
    RunInfo {
        method: Method::Simulation,
        sampling: Some(settings.sampling),
        paths: Some(tally.paths()),
        seed: Some(settings.seed),
        confidence_level: Some(settings.confidence_level),
        complete: tally.is_complete(),
        paths_asked: (!tally.is_complete()).then_some(settings.paths),
        continuous: settings.continuous,
        replicates: tally.totals().map(|_| REPLICATES),
        chosen: settings.chosen.clone(),
        effective_sample_size: tally.totals().and_then(Totals::effective_sample_size),
        ..RunInfo::default()
    }
}

/// The answer to one question.
fn question(
    (scenario, question): (&Scenario, &Question),
    counts: &Counts,
    laws: Vec<LawAnswer>,
    (plan, counting): (&Plan, &Counting),
) -> Overtake {
    let periods = scenario.dates(question).at.len();
    let row = |row: OvertakeRow| counts.row(row.index(periods));
    let first = row(OvertakeRow::First);
    let survival = scenario.survival(question);
    let by: Vec<Estimate> = match &survival {
        Some(survival) => (1..=periods).map(|t| counting.mean(&exits::kept(survival, t), &first)).collect(),
        None => {
            let until = first[1..=periods].iter().scan(first[0].clone(), |sum, hits| {
                *sum = sum.clone().and(hits.clone());
                Some(counting.estimate(sum))
            });
            until.collect()
        }
    };
    let gone = survival.as_ref().map(|survival| {
        (1..=periods).map(|t| counting.mean(&exits::gone(survival, t), &first)).collect::<Vec<Estimate>>()
    });
    let not_by_horizon = match (&survival, by.last()) {
        (Some(_), Some(last)) => last.complement(),
        _ => counting.estimate(&first[periods + 1]),
    };
    let ahead = |t| counting.estimate(&row(OvertakeRow::Ahead(t))[1]);
    let changes = row(OvertakeRow::LeadChanges);
    let most = changes.iter().rposition(Hits::is_some).unwrap_or(0);
    let changes = (0..).zip(&changes[..=most]);
    let certain = overtake(scenario, plan, question, false).known_at_base();
    // A provider that is certainly behind at the base cannot hold a lead from there on.
    let at_base = |hits: &Hits, is_known: bool| {
        let counted = counting.estimate(hits);
        if is_known { Estimate::exact(counted.value()) } else { counted }
    };
    let is_lasting = question.sustained > 1;
    let ahead_at_base = if is_lasting { &row(OvertakeRow::AheadAtBase)[1] } else { &first[0] };
    let answers = Answers {
        ahead_at_base: at_base(ahead_at_base, certain.is_some()),
        from_base: is_lasting.then(|| at_base(&first[0], certain == Some(false))),
        by,
        ahead: (1..=periods).map(ahead).collect(),
        not_by_horizon,
        gone,
        lead_changes: changes
            .map(|(count, hits)| LeadChanges { count, probability: counting.estimate(hits) })
            .collect(),
        laws,
    };
    let dates = QuestionDates::of(scenario, question);
    let mean_date = mean_date(&dates.years(), survival.as_deref(), &first, counting);
    Overtake::new((scenario, question), dates, answers, mean_date, first.iter().map(Hits::paths).collect())
}

/// What every law of the mixtures that decide a question answers by itself.
fn laws(
    (scenario, question): (&Scenario, &Question),
    parts: &[PartCounts],
    (plan, counting): (&Plan, &Counting),
) -> Vec<LawAnswer> {
    let labels: Vec<Period> = scenario.dates(question).at.iter().map(|t| scenario.label(*t)).collect();
    let of_mixture = |Deciding { name, draw, laws }: Deciding| {
        let part = parts.iter().find(|part| part.kind == PartKind::Laws && part.name == name);
        let counts = &part.expect("invariant: every mixture that decides a question is counted").counts;
        let law = |(row, (value, weight)): (usize, (f64, f64))| {
            // The last class is that of other laws.
            let mut first = counts.row(row);
            first.pop();
            let by = |date: usize| {
                let happened: Vec<f64> = (0..first.len()).map(|class| f64::from(u8::from(class <= date))).collect();
                counting.mean(&happened, &first)
            };
            let is_followed = first.iter().any(Hits::is_some);
            let by = if is_followed { (1..=labels.len()).map(by).collect() } else { Vec::new() };
            let address = plan.draw_address(draw).to_owned();
            LawAnswer { address, index: law_of(value), weight, by, periods: labels.clone() }
        };
        laws.into_iter().enumerate().map(law).collect::<Vec<_>>()
    };
    mixtures(scenario, plan, question).into_iter().flat_map(of_mixture).collect()
}

/// `years` are those of the base (0) and of every date after it, `survival` the probability that both exist then if one
/// may exit, `first` the hits of each, followed by those of paths
/// without an overtake.
fn mean_date(years: &[f64], survival: Option<&[f64]>, first: &[Hits], counting: &Counting) -> MeanDate {
    let span = years.last().copied().unwrap_or(0.0);
    let shares: Vec<f64> = years.iter().map(|years| years / span).chain([1.0]).collect();
    let (dates, happens) = (years.len(), first[..years.len()].iter().any(Hits::is_some));
    let Some(survival) = survival else {
        let mean = |dates: usize| mean_years(&counting.mean(&shares[..dates], &first[..dates]), span);
        return MeanDate { restricted: mean(first.len()), given_overtake: happens.then(|| mean(dates)) };
    };
    // Where one of the two is gone first, the path counts with the horizon.
    let restricted = shares.iter().zip(survival.iter().chain([&0.0])).map(|(share, kept)| 1.0 - kept * (1.0 - share));
    let restricted = counting.mean(&restricted.collect::<Vec<f64>>(), first);
    let given = || mean_years(&counting.weighted_mean(&shares[..dates], survival, &first[..dates]), span);
    let is_possible = happens && first[..dates].iter().zip(survival).any(|(hits, kept)| hits.is_some() && *kept > 0.0);
    MeanDate { restricted: mean_years(&restricted, span), given_overtake: is_possible.then(given) }
}

/// A mean from an estimated fraction of `span` years.
fn mean_years(share: &Estimate, span: f64) -> Years {
    let (low, high) = share.interval();
    Years {
        value: span * share.value(),
        standard_error: span * share.standard_error(),
        interval: [span * low, span * high],
    }
}

fn custom(part: &PartCounts, counting: &Counting) -> Option<CustomAnswer> {
    let estimates = |row| part.counts.row(row).iter().map(|hits| counting.estimate(hits)).collect();
    part.kind.custom().map(|kind| CustomAnswer {
        kind,
        name: part.name.clone(),
        rows: (0..part.counts.rows()).map(estimates).collect(),
    })
}

fn providers(parts: &[PartCounts], plan: &Plan, counting: &Counting) -> Result<Vec<ProviderOutcome>, Error> {
    let counts = |kind: PartKind| parts.iter().find(|part| part.kind == kind).map(|part| &part.counts);
    let names = plan.rows.names().iter().enumerate();
    names
        .map(|(index, name)| {
            let fans = counts(PartKind::Fans);
            let fan = |place: usize| fans.map(|counts| fan(place, counts, plan, counting)).transpose();
            let segment = |place: usize| {
                let SeriesId(row) = plan.fan_rows()[place];
                Ok(SegmentOutcome { name: plan.segment_name(SeriesId(row)).to_owned(), revenue: fan(place)?.into() })
            };
            Ok(ProviderOutcome {
                name: name.clone(),
                revenue: fan(index)?.into(),
                segments: plan.segment_fans(index).map(segment).collect::<Result<_, Error>>()?,
                rank: counts(PartKind::Ranks).map(|counts| ranks(index, counts, plan, counting)).into(),
                share: counts(PartKind::Shares).map(|counts| shares(index, counts, plan, counting)).into(),
                measured: measured(index, parts, plan, counting)?,
            })
        })
        .collect()
}

/// The histograms of one fan, periods 1 to T.
fn histograms<'a>(provider: usize, counts: &'a Counts, plan: &Plan) -> &'a [Histogram] {
    let periods = plan.rows.periods();
    &counts.histograms()[provider * periods..(provider + 1) * periods]
}

/// The revenue of a provider or segment by period; `place` is that of its fan.
fn fan(place: usize, counts: &Counts, plan: &Plan, counting: &Counting) -> Result<Fan, Error> {
    let of = plan.fan_rows()[place];
    let SeriesId(row) = of;
    let known = plan.known[row].as_ref().map(|known| &known[1..]);
    counted(of, (plan.rows.projected(), known), (histograms(place, counts, plan), plan, counting))
}

/// The revenue of a provider over years, by measure.
fn measured(
    provider: usize,
    parts: &[PartCounts],
    plan: &Plan,
    counting: &Counting,
) -> Result<Vec<MeasuredFan>, Error> {
    let counts = parts.iter().filter(|part| part.kind == PartKind::Measured).map(|part| &part.counts);
    let fan = |(measured, counts): (&Measured, &Counts)| {
        let MeasuredRow { labels, known, .. } = &measured.of[provider];
        let histograms = &counts.histograms()[measured.places(provider)];
        let row = plan.provider_row(provider);
        let fan = counted(row, (labels.clone(), known.as_deref()), (histograms, plan, counting))?;
        Ok(MeasuredFan { measure: measured.measure, revenue: Part::Known(fan) })
    };
    plan.measured.iter().zip(counts).map(fan).collect()
}

fn counted(
    of: SeriesId,
    (labels, known): (Vec<Period>, Option<&[f64]>),
    (histograms, plan, counting): (&[Histogram], &Plan, &Counting),
) -> Result<Fan, Error> {
    let SeriesId(own) = of;
    let mut rows = Vec::new();
    for (place, logs) in histograms.iter().enumerate() {
        let known = known.map(|known| known[place]);
        let mean = || logs.mean(counting.weight) * plan.reference;
        let counted = || Distribution::Counted { values: logs.clone(), paths: counting.cells };
        let mean = plan.has_mean[own].then(|| known.unwrap_or_else(mean));
        let row = FanRow { mean, distribution: known.map_or_else(counted, Distribution::Known) };
        let money = |log: f64| math::exp(log) * plan.reference;
        let (low, high) = logs.extremes().map_or((0.0, 0.0), |(low, high)| (money(low), money(high)));
        if !(low.is_normal() && high.is_finite() && row.mean.is_none_or(f64::is_finite)) {
            let date = format!("at {}", labels[place]);
            let message = format!(
                "revenue exceeds the range of a 64-bit float ({low:e} to {high:e}); to skip it, {}",
                PartKind::Fans.without()
            );
            return Err(Error::provider_limit("simulation", plan.name(of), &date, message));
        }
        rows.push(row);
    }
    Ok(Fan { labels, rows, reference: plan.reference })
}

fn shares(provider: usize, counts: &Counts, plan: &Plan, counting: &Counting) -> ShareFan {
    let row = |(place, shares): (usize, &Histogram)| match Shares::known(plan, provider, place + 1) {
        Some(share) => ShareRow { mean: share, distribution: Distribution::Known(share) },
        None => ShareRow {
            mean: shares.mean(counting.weight),
            distribution: Distribution::Counted { values: shares.clone(), paths: counting.cells },
        },
    };
    let rows = histograms(provider, counts, plan).iter().enumerate().map(row).collect();
    ShareFan { labels: plan.rows.projected(), rows }
}

fn ranks(provider: usize, counts: &Counts, plan: &Plan, counting: &Counting) -> RankTable {
    let periods = plan.rows.periods();
    let row = |t| counts.row(Ranks::row(provider, t, periods)).iter().map(|hits| counting.estimate(hits)).collect();
    RankTable { labels: plan.rows.projected(), rows: (1..=periods).map(row).collect() }
}
