//! The figures of one name: values by period, sums over a year, growth, claims.

use super::data::{FigureKind, History, Member, Row};
use super::date::Date;
use crate::calendar::{Period, Step};
use crate::error::{Error, Kind, Problem};

/// A figure of one period.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Figure {
    period: Period,
    value: f64,
    kind: FigureKind,
    known_from: Date,
    note: Option<String>,
}

impl Figure {
    /// The period.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// Money in the period, in the unit of the file.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Whether the figure is reported, claimed, or the first on a new basis.
    #[must_use]
    pub fn kind(&self) -> FigureKind {
        self.kind
    }

    /// The day from which it is known.
    #[must_use]
    pub fn known_from(&self) -> Date {
        self.known_from
    }

    /// Its note, if the file has one.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }
}

/// The figures of one name as visible in a [`History`]: reported figures, and claims kept apart from them.
///
/// Sums and growth rates are `None` where a figure is missing or where they would cross a change of basis. No gap is filled.
///
/// # Example: the trailing year and its growth
/// ```
/// use outgrow::History;
/// let history = History::from_csv("\
/// name,period,value,kind
/// Google Cloud,2017-Q4,1000,at_least
/// Alibaba Cloud,2017-Q2,2431,
/// Alibaba Cloud,2017-Q3,2975,
/// Alibaba Cloud,2017-Q4,3599,
/// Alibaba Cloud,2018-Q1,4385,
/// ")?;
/// let alibaba = history.series("Alibaba Cloud")?;
/// assert_eq!(alibaba.trailing_year("2018-Q1")?, Some(13390.0));
/// assert_eq!(alibaba.trailing_year("2017-Q4")?, None);            // 2017-Q1 is missing
/// let google = history.series("Google Cloud")?;
/// assert_eq!((google.value("2017-Q4")?, google.claims().len()), (None, 1));
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Series {
    name: String,
    group: String,
    step: Step,
    year_ends: Option<u32>,
    currency: Option<String>,
    /// By period.
    figures: Vec<Figure>,
    claims: Vec<Figure>,
}

impl History {
    /// The visible figures of a name.
    ///
    /// # Errors
    /// If no figure of the name is visible, with the most similar name, or if several groups have the name.
    ///
    /// # Example: a misspelled name
    /// ```
    /// # use outgrow::History;
    /// let history = History::from_csv("name,period,value\nGoogle Cloud,2018,5838\n")?;
    /// let error = history.series("Gogle Cloud").unwrap_err();
    /// assert_eq!(error.to_string(), "history: no figure of \"Gogle Cloud\"; did you mean \"Google Cloud\"?");
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn series(&self, name: &str) -> Result<Series, Error> {
        let (group, member) = self.find(name).map_err(|message| Error::lookup("history", message))?;
        Ok(self.series_of(&group.name, member))
    }

    pub(super) fn series_of(&self, group: &str, member: &Member) -> Series {
        let figure = |row: &Row| Figure {
            period: self.period(row.index),
            value: row.value,
            kind: row.kind,
            known_from: row.known,
            note: self.note(row.note).map(str::to_owned),
        };
        let (claims, figures) = self.latest(member).map(figure).partition(|figure| figure.kind.is_claim());
        Series {
            name: member.name.clone(),
            group: group.to_owned(),
            step: self.step(),
            year_ends: member.year_ends,
            currency: member.currency.clone(),
            figures,
            claims,
        }
    }
}

impl Series {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The group, `""` if the file has none.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The month, 1 to 12, in which its fiscal year ends, if stated.
    #[must_use]
    pub fn year_ends(&self) -> Option<u32> {
        self.year_ends
    }

    /// The currency, if stated.
    #[must_use]
    pub fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    /// The reported figures, by period. Those of kind [`FigureKind::Break`] are the first on a new basis.
    pub fn figures(&self) -> &[Figure] {
        &self.figures
    }

    /// The claims, by period: bounds of figures, which are no figures themselves.
    pub fn claims(&self) -> &[Figure] {
        &self.claims
    }

    /// The last reported figure.
    #[must_use]
    pub fn last(&self) -> Option<&Figure> {
        self.figures.last()
    }

    /// The reported figure of a period, `None` if there is none.
    ///
    /// # Errors
    /// If the label is not that of a period of this step.
    pub fn value(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<Option<f64>, Error> {
        let period = self.on_grid(period.try_into().map_err(Into::into)?)?;
        Ok(self.figure(period).map(|figure| figure.value))
    }

    /// The sum of the figures of the year that ends with a period.
    ///
    /// # Errors
    /// If the label is not that of a period of this step.
    pub fn trailing_year(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<Option<f64>, Error> {
        let period = self.on_grid(period.try_into().map_err(Into::into)?)?;
        Ok(self.sum(period, 0))
    }

    /// The change of the trailing year against the one before it, as a fraction: 0.5 is +50 %.
    ///
    /// # Errors
    /// If the label is not that of a period of this step.
    ///
    /// # Example: growth does not cross a change of basis
    /// ```
    /// # use outgrow::History;
    /// let history = History::from_csv("name,period,value,kind\nA,2021,100,\nA,2022,150,\nA,2023,300,break\nA,2024,330,\n")?;
    /// let series = history.series("A")?;
    /// let growth = |year: &str| series.yearly_growth(year);
    /// assert_eq!((growth("2022")?, growth("2023")?), (Some(0.5), None));
    /// assert!((growth("2024")?.expect("two figures on the new basis") - 0.1).abs() < 1e-12);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn yearly_growth(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<Option<f64>, Error> {
        let period = self.on_grid(period.try_into().map_err(Into::into)?)?;
        let is_whole = self.run(period, 2 * self.per_year()).is_some();
        Ok(self.sum(period, 0).zip(self.sum(period, 1)).filter(|_| is_whole).map(|(now, before)| now / before - 1.0))
    }

    /// The change of a period's figure against that of the same period a year earlier, as a fraction.
    ///
    /// # Errors
    /// If the label is not that of a period of this step.
    pub fn year_on_year(&self, period: impl TryInto<Period, Error: Into<Error>>) -> Result<Option<f64>, Error> {
        let period = self.on_grid(period.try_into().map_err(Into::into)?)?;
        let earlier = Period::at_index(self.step, period.index() - self.per_year().cast_signed());
        let crosses = |figure: &&Figure| figure.kind == FigureKind::Break;
        let between = self.figures.iter().filter(|figure| figure.period > earlier && figure.period <= period);
        let (now, before) = (self.figure(period), self.figure(earlier));
        let is_one_basis = between.filter(crosses).count() == 0;
        Ok(now.zip(before).filter(|_| is_one_basis).map(|(now, before)| now.value / before.value - 1.0))
    }

    /// The sums over whole fiscal years, each with the period that ends it. The year ends in the stated month, by default
    /// December. Yearly figures are fiscal years themselves.
    #[must_use]
    pub fn fiscal_years(&self) -> Vec<(Period, f64)> {
        let month = self.year_ends.unwrap_or(12);
        let ends_year = |period: Period| self.step == Step::Year || period.end_month() == month;
        let periods = self.figures.iter().map(|figure| figure.period).filter(|period| ends_year(*period));
        periods.filter_map(|period| Some((period, self.sum(period, 0)?))).collect()
    }

    fn per_year(&self) -> u32 {
        self.step.per_year()
    }

    /// The sum over a year that ends `years` before the end of a period.
    fn sum(&self, period: Period, years: u32) -> Option<f64> {
        let end = Period::at_index(self.step, period.index() - (years * self.per_year()).cast_signed());
        Some(self.run(end, self.per_year())?.iter().map(|figure| figure.value).sum())
    }

    /// The figures of `count` periods up to `end`, on one basis.
    fn run(&self, end: Period, count: u32) -> Option<&[Figure]> {
        let last = self.figures.binary_search_by_key(&end, |figure| figure.period).ok()?;
        let first = (last + 1).checked_sub(count as usize)?;
        let run = &self.figures[first..=last];
        let is_contiguous = run[0].period.index() == end.index() - (count.cast_signed() - 1);
        let is_one_basis = run[1..].iter().all(|figure| figure.kind != FigureKind::Break);
        (is_contiguous && is_one_basis).then_some(run)
    }

    fn figure(&self, period: Period) -> Option<&Figure> {
        let at = self.figures.binary_search_by_key(&period, |figure| figure.period).ok()?;
        Some(&self.figures[at])
    }

    fn on_grid(&self, period: Period) -> Result<Period, Error> {
        if period.step() == self.step {
            return Ok(period);
        }
        let message = format!("the figures are by {}, got {:?}", self.step.word(), period.to_string());
        Err(Error::of(Kind::Lookup, "history", vec![Problem::new("", message)]))
    }
}
