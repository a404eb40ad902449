//! The answer to one question.

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq};

use super::{Counting, CrossCheck, QUANTILES, RunInfo, checked_probability, place_of};
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::{Estimate, When};
use crate::paths::Plan;
use crate::scenario::{Measure, Question, Scenario};
use crate::statistic::{Counts, Hits, OvertakeRow};

/// When and how likely one provider overtakes another.
///
/// Paths without an overtake are counted as «not by the horizon»; none is dropped. Paths that are ahead at the base
/// already are a class of their own and count in «by t» for every t.
///
/// # Example: the median date
/// ```
/// # use outgrow::{Curve, Provider, Question, Scenario, When};
/// # let scenario = Scenario::builder("2018-Q1", "2022-Q4")
/// #     .provider(Provider::new("A", 690e6).growth(Curve::constant(0.6)))
/// #     .provider(Provider::new("B", 1.1e9).growth(Curve::constant(0.3)))
/// #     .question(Question::overtakes("A", "B")).build()?;
/// let outcome = scenario.simulate().paths(100).run()?;
/// assert_eq!(outcome.overtake("A", "B")?.quantile(0.5)?, When::At("2020-Q2".parse()?));
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Overtake {
    question: Question,
    name: String,
    base: Period,
    /// The last year that is known in full, of a measure by year.
    last_year: Option<Period>,
    /// The base of the scenario.
    known_to: Period,
    /// Periods 1 to T.
    labels: Vec<Period>,
    answers: Answers,
    /// First overtakes by class: ahead at base, 1 to T, not by T. Empty where no paths were counted.
    first: Vec<u64>,
    pub(super) run: RunInfo,
    /// The exact answer beside it, where it was asked for.
    pub(super) checked: Option<CrossCheck>,
}

/// What is known of one question, however it was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answers {
    pub(crate) ahead_at_base: Estimate,
    pub(crate) by: Vec<Estimate>,
    pub(crate) ahead: Vec<Estimate>,
    pub(crate) not_by_horizon: Estimate,
    pub(crate) lead_changes: Vec<LeadChanges>,
}

/// How likely the lead changes hands so many times from the base on.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct LeadChanges {
    /// The number of changes.
    pub count: u32,
    /// Its probability.
    pub probability: Estimate,
}

impl Overtake {
    pub(super) fn of(
        (scenario, question): (&Scenario, &Question),
        counts: &Counts,
        plan: &Plan,
        counting: &Counting,
        run: &RunInfo,
    ) -> Self {
        let periods = scenario.dates(question).at.len();
        let first = counts.row(OvertakeRow::First.index());
        let by = first[1..=periods].iter().scan(first[0].clone(), |sum, hits| {
            *sum = sum.clone().and(hits.clone());
            Some(counting.estimate(sum))
        });
        let ahead = |t| counting.estimate(&counts.row(OvertakeRow::Ahead(t).index())[1]);
        let changes = counts.row(OvertakeRow::LeadChanges.index());
        let most = changes.iter().rposition(Hits::is_some).unwrap_or(0);
        let changes = (0..).zip(&changes[..=most]);
        let row = |name: &str| plan.row_of(scenario, question, name);
        let certain = plan.known_lead_at_base(row(&question.challenger), row(&question.incumbent));
        let counted = counting.estimate(&first[0]);
        let answers = Answers {
            ahead_at_base: if certain.is_some() { Estimate::exact(counted.value()) } else { counted },
            by: by.collect(),
            ahead: (1..=periods).map(ahead).collect(),
            not_by_horizon: counting.estimate(&first[periods + 1]),
            lead_changes: changes
                .map(|(count, hits)| LeadChanges { count, probability: counting.estimate(hits) })
                .collect(),
        };
        Self { first: first.iter().map(Hits::paths).collect(), ..Self::new((scenario, question), answers, plan, run) }
    }

    /// What was found without counting paths.
    pub(super) fn new(
        (scenario, question): (&Scenario, &Question),
        answers: Answers,
        plan: &Plan,
        run: &RunInfo,
    ) -> Self {
        let dates = scenario.dates(question);
        let last_year = dates.base.and_then(|date| scenario.base().next(date).ok());
        Self {
            name: question.title(),
            question: question.clone(),
            base: last_year.unwrap_or(scenario.base()),
            last_year,
            known_to: scenario.base(),
            labels: dates.at.iter().map(|t| plan.rows.label(*t)).collect(),
            answers,
            first: Vec::new(),
            run: run.clone(),
            checked: None,
        }
    }

    /// The name of the question.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the question was named, so that the name says something of its own.
    pub(super) fn has_own_name(&self) -> bool {
        self.question.name.is_some()
    }

    /// Who overtakes.
    #[must_use]
    pub fn challenger(&self) -> &str {
        &self.question.challenger
    }

    /// Who is overtaken.
    #[must_use]
    pub fn incumbent(&self) -> &str {
        &self.question.incumbent
    }

    /// How many periods in a row a lead must last.
    #[must_use]
    pub fn sustained(&self) -> u32 {
        self.question.sustained
    }

    /// What is compared.
    #[must_use]
    pub fn measure(&self) -> Measure {
        self.question.measure
    }

    /// The base: the base period, or the last year end that counts as such under an annual measure.
    #[must_use]
    pub fn base(&self) -> Period {
        self.base
    }

    /// The last date up to the base whose sum is known.
    pub(super) fn last_known_year(&self) -> Option<Period> {
        self.last_year
    }

    /// The base of the scenario.
    pub(super) fn known_to(&self) -> Period {
        self.known_to
    }

    /// The periods answered, the first after the base to the horizon.
    #[must_use]
    pub fn periods(&self) -> &[Period] {
        &self.labels
    }

    /// The probability of being ahead in the base period already.
    pub fn ahead_at_base(&self) -> Estimate {
        self.answers.ahead_at_base
    }

    /// The probability that the overtake has happened by a period, those ahead at base included.
    ///
    /// # Errors
    /// Where the period lies outside of the projected ones.
    pub fn by(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<Estimate, Error> {
        place_of(&self.labels, period).map(|place| self.answers.by[place])
    }

    /// The probability of being ahead in a period, whenever that began.
    ///
    /// # Errors
    /// Where the period lies outside of the projected ones.
    pub fn ahead(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<Estimate, Error> {
        place_of(&self.labels, period).map(|place| self.answers.ahead[place])
    }

    /// The probability that it does not happen by the horizon.
    pub fn not_by_horizon(&self) -> Estimate {
        self.answers.not_by_horizon
    }

    /// The first period by which the overtake is at least as likely as `p`, or «not by» the horizon.
    ///
    /// # Errors
    /// Where `p` is not between 0 and 1.
    pub fn quantile(&self, p: f64) -> Result<When, Error> {
        checked_probability(p).map(|p| self.at_least(p))
    }

    fn at_least(&self, p: f64) -> When {
        if self.answers.ahead_at_base.value() >= p {
            return When::At(self.base);
        }
        let place = self.answers.by.iter().position(|by| by.value() >= p);
        place.map_or_else(|| When::NotBy(self.horizon()), |place| When::At(self.labels[place]))
    }

    /// How often the lead changes hands, from never to the most that was seen (or, of an exact answer, that its tolerance
    /// can tell from never).
    #[must_use]
    pub fn lead_changes(&self) -> &[LeadChanges] {
        &self.answers.lead_changes
    }

    /// The standard errors of having overtaken by every date, and of being ahead then.
    pub(super) fn errors(&self) -> impl Iterator<Item = f64> + '_ {
        self.answers.by.iter().chain(&self.answers.ahead).map(Estimate::standard_error)
    }

    /// The number of paths by first overtake: ahead at base, then each period, then not by the horizon. Where paths are
    /// weighted, what they weigh, rounded; of an exact answer, which counts none, empty.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.first
    }

    /// The exact answer beside this one; none unless [asked for](crate::Simulation::cross_check).
    #[must_use]
    pub fn cross_check(&self) -> Option<&CrossCheck> {
        self.checked.as_ref()
    }

    /// Ahead at the base, then «by t» at every date, then «ahead at t».
    pub(super) fn every_estimate(&self) -> impl Iterator<Item = (Period, Estimate)> + '_ {
        let dated = self.by_date().chain(self.ahead_by_date()).map(|(period, estimate)| (period, *estimate));
        std::iter::once((self.base, self.answers.ahead_at_base)).chain(dated)
    }

    /// «By t» at every date.
    pub(super) fn by_date(&self) -> impl Iterator<Item = (Period, &Estimate)> {
        self.labels.iter().copied().zip(&self.answers.by)
    }

    /// «Ahead at t» at every date.
    pub(super) fn ahead_by_date(&self) -> impl Iterator<Item = (Period, &Estimate)> {
        self.labels.iter().copied().zip(&self.answers.ahead)
    }

    pub(crate) fn horizon(&self) -> Period {
        self.labels.last().copied().unwrap_or(self.base)
    }
}

impl Serialize for Overtake {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("overtakes", &[self.challenger(), self.incumbent()])?;
        map.serialize_entry("measure", &self.measure())?;
        map.serialize_entry("sustained", &self.sustained())?;
        map.serialize_entry("ahead_at_base", &self.answers.ahead_at_base)?;
        map.serialize_entry("by", &Dated(&self.labels, &self.answers.by))?;
        map.serialize_entry("ahead", &Dated(&self.labels, &self.answers.ahead))?;
        map.serialize_entry("not_by_horizon", &self.answers.not_by_horizon)?;
        map.serialize_entry("quantiles", &QUANTILES.map(|p| QuantileAt(p, self.at_least(p))))?;
        map.serialize_entry("lead_changes", &self.answers.lead_changes)?;
        if let Some(check) = &self.checked {
            map.serialize_entry("cross_check", check)?;
        }
        map.end()
    }
}

/// Estimates with their periods.
struct Dated<'a>(&'a [Period], &'a [Estimate]);

impl Serialize for Dated<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Entry<'a> {
            period: Period,
            #[serde(flatten)]
            estimate: &'a Estimate,
        }
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for (period, estimate) in self.0.iter().zip(self.1) {
            list.serialize_element(&Entry { period: *period, estimate })?;
        }
        list.end()
    }
}

struct QuantileAt(f64, When);

impl Serialize for QuantileAt {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("probability", &self.0)?;
        match self.1 {
            When::At(period) => map.serialize_entry("at", &period)?,
            When::NotBy(period) => map.serialize_entry("not_by", &period)?,
        }
        map.end()
    }
}

impl Serialize for LeadChanges {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Entry<'a> {
            count: u32,
            #[serde(flatten)]
            estimate: &'a Estimate,
        }
        Entry { count: self.count, estimate: &self.probability }.serialize(serializer)
    }
}
