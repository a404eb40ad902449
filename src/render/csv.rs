//! An outcome as a long table with one row for each number, for data frames.

use std::fmt::Write as _;

use crate::calendar::Period;
use crate::estimate::{Estimate, When};
use crate::outcome::{CustomKind, Differences, Outcome, Overtake, QUANTILES, Years};
use crate::scenario::POOL;

const HEAD: &str = "question,provider,period,statistic,value,standard_error,low,high\n";

/// What a row refers to, beside its statistic.
#[derive(Debug, Clone, Copy, Default)]
struct RowKey<'a> {
    question: &'a str,
    provider: &'a str,
    period: Option<Period>,
}

/// Rows of comma-separated values (RFC 4180 except for line endings). Texts are always quoted and numbers never.
/// Numbers always have a decimal point or an exponent, so that readers that infer a column's type from its first rows
/// are right.
struct LongTable {
    text: String,
    /// What follows the name of each statistic: the view that the answers are of.
    suffix: String,
    /// Whether to neutralize texts that a spreadsheet would interpret as formulas.
    for_spreadsheets: bool,
}

impl LongTable {
    fn new(for_spreadsheets: bool) -> Self {
        Self { text: HEAD.to_owned(), suffix: String::new(), for_spreadsheets }
    }

    fn put(&mut self, key: RowKey<'_>, statistic: &str, value: f64, errors: &str) {
        let period = key.period.map_or_else(String::new, |period| period.to_string());
        let cell = |text| if self.for_spreadsheets { quoted(&neutralized(text)) } else { quoted(text) };
        let statistic = format!("{statistic}{}", self.suffix);
        let texts = [key.question, key.provider, &period, &statistic].map(cell).join(",");
        // Writing to a String does not fail.
        let _ = writeln!(self.text, "{texts},{value:?},{errors}");
    }

    fn number(&mut self, key: RowKey<'_>, statistic: &str, value: f64) {
        self.put(key, statistic, value, ",,");
    }

    fn estimate(&mut self, key: RowKey<'_>, statistic: &str, estimate: &Estimate) {
        let (low, high) = estimate.interval();
        self.put(key, statistic, estimate.value(), &format!("{:?},{low:?},{high:?}", estimate.standard_error()));
    }

    fn years(&mut self, key: RowKey<'_>, statistic: &str, years: &Years) {
        let (low, high) = years.interval();
        self.put(key, statistic, years.value(), &format!("{:?},{low:?},{high:?}", years.standard_error()));
    }

    fn question(&mut self, overtake: &Overtake) {
        let key = RowKey { question: overtake.name(), ..RowKey::default() };
        let at = |period| RowKey { period: Some(period), ..key };
        self.estimate(at(overtake.base()), "ahead_at_base", &overtake.ahead_at_base());
        if let Some(from_base) = overtake.from_base() {
            self.estimate(at(overtake.base()), "from_base", &from_base);
        }
        overtake.by_date().for_each(|(period, estimate)| self.estimate(at(period), "by", estimate));
        overtake.ahead_by_date().for_each(|(period, estimate)| self.estimate(at(period), "ahead", estimate));
        overtake.gone_by_date().for_each(|(period, estimate)| self.estimate(at(period), "gone", estimate));
        self.estimate(at(overtake.horizon()), "not_by_horizon", &overtake.not_by_horizon());
        for changes in overtake.lead_changes() {
            self.estimate(key, &format!("lead_changes_{}", changes.count), &changes.probability);
        }
        for law in overtake.laws() {
            let statistic = format!("by_given_{}[{}]", law.address(), law.index());
            let dated = overtake.periods().iter().zip(&law.by);
            dated.for_each(|(period, estimate)| self.estimate(at(*period), &statistic, estimate));
        }
        let mean = overtake.mean_date();
        self.years(key, "mean_date_restricted", &mean.restricted);
        if let Some(given) = &mean.given_overtake {
            self.years(key, "mean_date_given_overtake", given);
        }
        for p in QUANTILES {
            let (Ok(when), Ok((low, high))) = (overtake.quantile(p), overtake.quantile_interval(p)) else { continue };
            for (statistic, when) in [("date_quantile", when), ("date_quantile_low", low), ("date_quantile_high", high)]
            {
                let period = if let When::At(period) = when { Some(period) } else { None };
                self.number(RowKey { period, ..key }, statistic, p);
            }
        }
    }

    /// The answers of every view and of their pool, and the disagreement.
    fn views(&mut self, outcome: &Outcome) {
        let Some(pool) = outcome.pool() else { return };
        for view in outcome.views() {
            self.suffix = format!("_view[{}]", view.name());
            view.questions().iter().for_each(|overtake| self.question(overtake));
        }
        self.suffix = format!("_{POOL}");
        pool.questions().iter().for_each(|overtake| self.question(overtake));
        self.suffix.clear();
        for overtake in pool.questions() {
            for (period, share) in overtake.periods().iter().zip(pool.shares_of(overtake)) {
                if let Some(share) = share {
                    let key = RowKey { question: overtake.name(), period: Some(*period), ..RowKey::default() };
                    self.number(key, "disagreement", *share);
                }
            }
        }
    }

    fn custom(&mut self, outcome: &Outcome) {
        for custom in &outcome.custom {
            let key = RowKey { question: &custom.name, ..RowKey::default() };
            if custom.kind == CustomKind::Event {
                self.estimate(key, "event", &custom.rows[0][1]);
                continue;
            }
            for (row, classes) in custom.rows.iter().enumerate() {
                for (class, estimate) in classes.iter().enumerate() {
                    let statistic = match custom.kind {
                        CustomKind::Classes => format!("class_{class}"),
                        CustomKind::Event | CustomKind::Statistic => format!("row_{row}_class_{class}"),
                    };
                    self.estimate(key, &statistic, estimate);
                }
            }
        }
    }

    fn ranks(&mut self, outcome: &Outcome) {
        for provider in &outcome.providers {
            let dated = provider.rank.known().into_iter().flat_map(|table| table.by_date());
            for (period, ranks) in dated {
                let key = RowKey { provider: &provider.name, period: Some(period), ..RowKey::default() };
                for (rank, estimate) in (1..).zip(ranks) {
                    self.estimate(key, &format!("rank_{rank}"), estimate);
                }
            }
        }
    }

    /// Means and quantiles of revenue and share.
    fn distribution(
        &mut self,
        provider: &str,
        what: &str,
        periods: &[Period],
        mean: impl Fn(Period) -> Option<f64>,
        quantile: impl Fn(Period, f64) -> Option<f64>,
    ) {
        for period in periods {
            let key = RowKey { provider, period: Some(*period), ..RowKey::default() };
            if let Some(mean) = mean(*period) {
                self.number(key, &format!("{what}_mean"), mean);
            }
            for p in QUANTILES {
                if let Some(value) = quantile(*period, p) {
                    self.number(key, &format!("{what}_quantile_{p}"), value);
                }
            }
        }
    }
}

impl Outcome {
    /// The whole outcome as comma-separated values with one number a row, which pandas and polars read without options:
    /// `question, provider, period, statistic, value, standard_error, low, high`.
    ///
    /// | statistic | identified by | value |
    /// |---|---|---|
    /// | `ahead_at_base`, `by`, `ahead`, `not_by_horizon` | question, period | probability |
    /// | `gone` | question of which one may exit, period | probability that one of the two is gone and no overtake came before |
    /// | `from_base` | question whose lead must last, period | probability |
    /// | `by_given_provider[A].growth.mixture[0]`, … | question, period | probability given a law of a mixture |
    /// | `lead_changes_0`, `lead_changes_1`, … | question | probability of this number of lead changes |
    /// | `date_quantile` | question; `period` is the date, empty if "not by" the horizon | its probability, 0.05 to 0.95 |
    /// | `date_quantile_low`, `date_quantile_high` | question; `period` is an end of that date's interval, likewise | the same probability |
    /// | `mean_date_restricted`, `mean_date_given_overtake` | question | years after the base |
    /// | `by_view[bull]`, `by_pool`, … | every statistic above as seen by a view, and in the pool of all, if [requested](crate::Simulation::views) | as above |
    /// | `disagreement` | question, period; if views were requested | share of the pool's variance that is between the views; no row if the pool is certain |
    /// | `event`, `class_0`, …, `row_0_class_0`, … | custom statistic | probability |
    /// | `rank_1`, `rank_2`, … | provider, period | probability |
    /// | `rank_mean`, `rank_median` | provider, period | rank |
    /// | `revenue_mean`, `revenue_quantile_0.05`, … | provider, period | revenue |
    /// | `annual_revenue_mean`, `trailing_revenue_quantile_0.05`, `fiscal_year_ending_3_revenue_…` | provider, last period of the year; if [requested](crate::Simulation::fans_of) | revenue of the year |
    /// | `share_mean`, `share_quantile_0.05`, … | provider, period | share |
    ///
    /// Numbers have full precision. `standard_error`, `low` and `high` are those of the simulation or quadrature, and
    /// empty if a number has none. A mean that does not exist has no row, nor has a part that was switched off.
    ///
    /// Names are written unchanged. A spreadsheet may execute a name that begins with `=` as a formula: use
    /// [`to_spreadsheet_csv`](Outcome::to_spreadsheet_csv) there.
    ///
    /// # Example: a column of probabilities
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 2).growth(Curve::constant(0.6)))
    /// #     .provider(Provider::new("B", 1).growth(Curve::constant(0.3)))
    /// #     .question(Question::overtakes("B", "A")).build()?;
    /// let csv = scenario.simulate().paths(100).run()?.to_csv();
    /// assert!(csv.lines().any(|row| row == "\"B overtakes A\",,\"2019\",\"by\",0.0,0.0,0.0,0.0"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn to_csv(&self) -> String {
        self.rows(false)
    }

    /// As [`to_csv`](Outcome::to_csv), for spreadsheets: a text that begins with `=`, `+`, `-`, `@`, a tab or a line
    /// break, which a spreadsheet would execute as a formula, is prefixed with an apostrophe (OWASP, "CSV Injection").
    /// Numbers are unchanged.
    ///
    /// # Example: a provider whose name is a formula
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("=1+1", 2).growth(Curve::constant(0.6)))
    /// #     .provider(Provider::new("B", 1).growth(Curve::constant(0.3)))
    /// #     .question(Question::overtakes("=1+1", "B")).build()?;
    /// let outcome = scenario.simulate().paths(100).run()?;
    /// assert!(outcome.to_csv().contains("\n\"=1+1 overtakes B\",,"));
    /// assert!(outcome.to_spreadsheet_csv().contains("\n\"'=1+1 overtakes B\",,"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn to_spreadsheet_csv(&self) -> String {
        self.rows(true)
    }

    fn rows(&self, for_spreadsheets: bool) -> String {
        let mut rows = LongTable::new(for_spreadsheets);
        // Rows with errors come first, so that a reader that infers types from the first rows sees these columns as
        // numbers.
        self.questions.iter().for_each(|overtake| rows.question(overtake));
        rows.views(self);
        rows.custom(self);
        rows.ranks(self);
        for provider in &self.providers {
            if let Some(fan) = provider.revenue.known() {
                let mean = |period| fan.mean(period).ok().flatten();
                let quantile = |period, p| fan.quantile(period, p).ok();
                rows.distribution(&provider.name, "revenue", fan.periods(), mean, quantile);
            }
            for segment in &provider.segments {
                if let Some(fan) = segment.revenue.known() {
                    let mean = |period| fan.mean(period).ok().flatten();
                    let quantile = |period, p| fan.quantile(period, p).ok();
                    let name = format!("{}/{}", provider.name, segment.name);
                    rows.distribution(&name, "revenue", fan.periods(), mean, quantile);
                }
            }
        }
        for (provider, fan) in self.measured_fans() {
            let what = format!("{}_revenue", fan.measure.word().replace(' ', "_"));
            if let Some(fan) = fan.revenue.known() {
                let mean = |period| fan.mean(period).ok().flatten();
                let quantile = |period, p| fan.quantile(period, p).ok();
                rows.distribution(provider, &what, fan.periods(), mean, quantile);
            }
        }
        for provider in &self.providers {
            if let Some(fan) = provider.share.known() {
                let mean = |period| fan.mean(period).ok();
                let quantile = |period, p| fan.quantile(period, p).ok();
                rows.distribution(&provider.name, "share", fan.periods(), mean, quantile);
            }
        }
        for provider in &self.providers {
            let Some(table) = provider.rank.known() else { continue };
            for period in table.periods() {
                let key = RowKey { provider: &provider.name, period: Some(*period), ..RowKey::default() };
                if let (Ok(mean), Ok(median)) = (table.mean(*period), table.median(*period)) {
                    rows.number(key, "rank_mean", mean);
                    #[expect(clippy::cast_precision_loss, reason = "at most 64 providers")]
                    rows.number(key, "rank_median", median as f64);
                }
            }
        }
        rows.text
    }
}

impl Overtake {
    /// This answer alone, in the format of [`Outcome::to_csv`].
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut rows = LongTable::new(false);
        rows.question(self);
        rows.text
    }
}

impl Differences {
    /// The differences with one number a row, in the columns of [`Outcome::to_csv`]: `before` and `after` are the
    /// probabilities in the two scenarios, `difference` is the second minus the first.
    ///
    /// # Example: a column of differences
    /// ```
    /// # use outgrow::{Curve, Provider, Question, Scenario};
    /// # let scenario = Scenario::builder("2018", "2020")
    /// #     .provider(Provider::new("A", 2).growth(Curve::constant(0.6)))
    /// #     .provider(Provider::new("B", 1).growth(Curve::constant(0.3)))
    /// #     .question(Question::overtakes("B", "A")).build()?;
    /// let faster = scenario.with("provider[B].growth.constant", 3)?;
    /// let csv = scenario.simulate().paths(100).difference(&faster)?.to_csv();
    /// assert!(csv.lines().any(|row| row == "\"B overtakes A\",,\"2019\",\"difference\",1.0,0.0,1.0,1.0"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut rows = LongTable::new(false);
        for question in &self.questions {
            for change in &question.by {
                let key = RowKey { question: &question.name, period: Some(change.period), ..RowKey::default() };
                let [low, high] = change.interval;
                rows.estimate(key, "before", &change.before);
                rows.estimate(key, "after", &change.after);
                rows.put(key, "difference", change.value, &format!("{:?},{low:?},{high:?}", change.standard_error));
            }
        }
        rows.text
    }
}

/// A text in quotes, or nothing if it is empty.
fn quoted(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

/// A text that no spreadsheet interprets as a formula.
fn neutralized(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}
