//! The outside view: a growth advantage that fades, estimated from a history and a reference class.

use std::fmt;

use super::advantage::{Estimated, Prior, estimate};
use super::class::ReferenceClass;
use super::data::History;
use super::subject::{Stated, Subject, median};
use crate::assumption::Assumption;
use crate::calendar::{Period, Step};
use crate::error::{Error, shown};
use crate::math;

/// The factor between the yearly volatility of a quarterly or monthly random walk and that of its sums over a year.
const OF_PERIODS: f64 = 1.206;

/// What is estimated of one provider: its current advantage in growth over another, or over the median of its group.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Advantage {
    pub(super) name: String,
    pub(super) changes: Vec<f64>,
    pub(super) estimated: Estimated,
    /// κ: from the advantage of the latest year to the rate at the base.
    pub(super) kappa: f64,
}

impl Advantage {
    /// The name of the provider.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// v̂: the advantage of the latest year in log growth a year.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.estimated.advantage
    }

    /// The standard deviation of the advantage.
    #[must_use]
    pub fn sd(&self) -> f64 {
        self.estimated.scale * self.estimated.variance.sqrt()
    }

    /// s: the t-scale of a year's change.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.estimated.scale
    }

    /// The mean and the standard deviation of the advantage at the base as a log growth rate a year, from which the growth
    /// curve fades. It is smaller than the advantage of the latest year, which lies half a year back on average.
    #[must_use]
    pub fn at_base(&self) -> (f64, f64) {
        (self.value() * self.kappa, self.sd() * self.kappa)
    }

    /// The yearly changes that it is estimated from, the latest first; at most eight.
    #[must_use]
    pub fn changes(&self) -> &[f64] {
        &self.changes
    }

    /// The weight of each change. A weight below 1 marks a change that is large for the scale.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.estimated.weights[..self.changes.len()]
    }

    /// K: the number of yearly changes.
    #[must_use]
    pub fn years(&self) -> usize {
        self.changes.len()
    }
}

/// The outside view of who overtakes whom: a growth advantage, estimated from the providers' own years and a reference class,
/// and how it fades.
///
/// Made by [`History::outside_view`] and [`History::outside_view_of`]. [`scenario`](Self::scenario) states it as an ordinary
/// scenario.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct OutsideView {
    pub(super) subject: Subject,
    pub(super) class: ReferenceClass,
    pub(super) correlation: f64,
    pub(super) grid: Grid,
    /// For a pair, only that of the challenger.
    pub(super) advantages: Vec<Advantage>,
    /// The median log growth of the providers and its standard error.
    pub(super) common: (f64, f64),
}

/// The grid of the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grid {
    Years,
    Periods,
}

impl History {
    /// The outside view of a pair: `a` challenges `b`.
    ///
    /// `base` is the last known period and `horizon` the last projected one, labels of one form. Steps are years: figures of
    /// quarters and months are summed over the years that end with the base, so that the horizon must lie a whole number of
    /// years after it. A label of a year means the calendar year, and for yearly figures their own year. Up to eight yearly
    /// changes are used, and at least one. The class is [`ReferenceClass::general`] unless
    /// [`with_class`](OutsideView::with_class) states another.
    ///
    /// # Errors
    /// If a name is unknown, a history ends before the base, there are fewer than two years without a gap or a change of
    /// basis, currencies or year ends differ, or a label does not fit. All problems at once.
    ///
    /// # Example: nine years of a challenger that has grown faster
    /// ```
    /// use outgrow::History;
    /// let mut text = String::from("name,period,value\n");
    /// let a = [100, 112, 118, 131, 150, 162, 181, 205, 231];
    /// let b = [180, 186, 199, 205, 220, 228, 241, 252, 260];
    /// for (year, (a, b)) in (2010..).zip(a.iter().zip(&b)) {
    ///     text += &format!("A,{year},{a}\nB,{year},{b}\n");
    /// }
    /// let view = History::from_csv(&text)?.outside_view("A", "B", "2018", "2023")?;
    /// let advantage = &view.advantages()[0];
    /// assert!((advantage.value() - 0.037059).abs() < 1e-6 && (advantage.sd() - 0.038146).abs() < 1e-6);
    ///
    /// let outcome = view.scenario()?.simulate().paths(20_000).run()?;
    /// let by_2023 = outcome.overtake("A", "B")?.by("2023")?;
    /// assert!((by_2023.value() - 0.586).abs() < 0.02);     // not certain, although A gained in seven of eight years
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn outside_view<B, H>(&self, a: &str, b: &str, base: B, horizon: H) -> Result<OutsideView, Error>
    where
        B: TryInto<Period, Error: Into<Error>>,
        H: TryInto<Period, Error: Into<Error>>,
    {
        self.outside_view_of(&[a, b], base, horizon)
    }

    /// The outside view of two or more providers of one group. With three or more, an advantage is that over the median
    /// growth of all members of the group with known growth in that year. The scenario asks whether the first name
    /// overtakes each of the others.
    ///
    /// # Errors
    /// Those of [`outside_view`](Self::outside_view).
    ///
    /// # Example: three providers
    /// ```
    /// # use outgrow::{History, Question};
    /// let mut text = String::from("name,period,value\n");
    /// for (name, first, factor) in [("A", 5.0, 1.30), ("B", 8.0, 1.15), ("C", 9.0, 1.10)] {
    ///     for year in 0..6 {
    ///         text += &format!("{name},{},{}\n", 2013 + year, first * f64::powi(factor, year));
    ///     }
    /// }
    /// let view = History::from_csv(&text)?.outside_view_of(&["A", "B", "C"], "2018", "2023")?;
    /// assert!(view.advantages()[0].value() > 0.0 && view.advantages()[2].value() < 0.0);
    /// let scenario = view.scenario()?.with_question(Question::leads("A"))?;
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn outside_view_of<B, H>(&self, names: &[&str], base: B, horizon: H) -> Result<OutsideView, Error>
    where
        B: TryInto<Period, Error: Into<Error>>,
        H: TryInto<Period, Error: Into<Error>>,
    {
        self.outside_view_stating(names, &[], base, horizon)
    }

    /// The outside view of providers with figures, and of others whose revenue is only stated: a claim, an estimate.
    ///
    /// The stated revenue is that of the year that ends with the base, in the unit of the history. Nothing is known of such a
    /// provider's growth, so that its advantage over the median of the group is 0 with the spread of the reference class. At
    /// least two names have figures, and every advantage is one over the median of their group.
    ///
    /// # Errors
    /// Those of [`outside_view`](Self::outside_view).
    ///
    /// # Example: a provider that has only said "a billion a quarter"
    /// ```
    /// # use outgrow::{lognormal, History};
    /// let history = History::from_csv("name,period,value\nA,2016,1.0\nB,2016,9\nA,2017,1.6\nB,2017,12\nA,2018,2.6\nB,2018,15\n")?;
    /// let view = history.outside_view_stating(&["A", "B"], &[("C", lognormal(4.4, 0.1))], "2018", "2023")?;
    /// let unknown = &view.advantages()[2];
    /// assert_eq!((unknown.name(), unknown.years(), unknown.value()), ("C", 0, 0.0));
    /// let outcome = view.scenario()?.simulate().paths(10_000).run()?;
    /// assert!(outcome.overtake("A", "C")?.by("2023")?.value() > outcome.overtake("A", "B")?.by("2023")?.value());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn outside_view_stating<B, H>(
        &self,
        names: &[&str],
        stated: &[(&str, Assumption)],
        base: B,
        horizon: H,
    ) -> Result<OutsideView, Error>
    where
        B: TryInto<Period, Error: Into<Error>>,
        H: TryInto<Period, Error: Into<Error>>,
    {
        let (base, horizon) = (base.try_into().map_err(Into::into)?, horizon.try_into().map_err(Into::into)?);
        let stated = stated.iter().map(|(name, revenue)| Stated { name: (*name).to_owned(), revenue: revenue.clone() });
        let subject = Subject::of(self, names, stated.collect(), base, horizon)?;
        Ok(OutsideView::of(subject, ReferenceClass::general(), 0.0, Grid::Years))
    }
}

impl OutsideView {
    fn of(subject: Subject, class: ReferenceClass, correlation: f64, grid: Grid) -> Self {
        let own = match grid {
            Grid::Years => class.clone(),
            Grid::Periods => class.for_periods(),
        };
        let mut prior = Prior::of(&own);
        let is_pair = subject.is_pair();
        if !is_pair {
            // The prior scale is that of a log-ratio, a difference of two.
            prior.scale /= std::f64::consts::SQRT_2;
        }
        let phi = prior.phi;
        let kappa = -phi * math::ln(phi) / (1.0 - phi);
        let challengers = if is_pair { &subject.providers[..1] } else { &subject.providers };
        let advantage = |name: &str, changes: &[f64]| Advantage {
            name: name.to_owned(),
            changes: changes.to_vec(),
            estimated: estimate(changes, prior),
            kappa,
        };
        let known = challengers.iter().map(|known| advantage(&known.name, &known.changes));
        let advantages = known.chain(subject.stated.iter().map(|stated| advantage(&stated.name, &[]))).collect();
        let common = common_growth(&subject);
        Self { subject, class, correlation, grid, advantages, common }
    }

    /// The same view with another reference class.
    pub fn with_class(&self, class: ReferenceClass) -> Self {
        Self::of(self.subject.clone(), class, self.correlation, self.grid)
    }

    /// The same view of a pair, with correlated innovations: at least −1 and below 1, and 0 unless stated. It moves revenue
    /// and the shares of a market but no probability of an overtake, since the volatilities grow with it.
    ///
    /// # Errors
    /// If the correlation is outside its range, or if there are more than two providers.
    pub fn with_correlation(&self, correlation: f64) -> Result<Self, Error> {
        if !self.subject.is_pair() {
            let message = format!("a correlation is that of a pair, got {} providers", self.subject.names().len());
            return Err(Error::invalid("outside view", "correlation", message));
        }
        if !((-1.0..1.0).contains(&correlation)) {
            let message = format!("a correlation must be at least -1 and below 1, got {}", shown(correlation));
            return Err(Error::invalid("outside view", "correlation", message));
        }
        Ok(Self::of(self.subject.clone(), self.class.clone(), correlation, self.grid))
    }

    /// The same view as a scenario of quarters or months. Yearly steps are the default, since they are what was scored.
    ///
    /// A base is the sum over the last year divided by the periods of a year, without a season, and so are the periods before
    /// it. The share A is .05 unless the class was estimated at lags of two years or more. The yearly volatility is larger by
    /// the factor 1.206, because sums over a year smooth. The latest quarter moves the challenger by a quarter of what it
    /// adds to the latest year. Questions compare the trailing year.
    ///
    /// # Errors
    /// If the figures are yearly, or if the revenue of a provider is stated for the year.
    pub fn on_periods(&self) -> Result<Self, Error> {
        if let Some(stated) = self.subject.stated.first() {
            let message = format!("figures of quarters or months are needed, got stated revenue of {:?}", stated.name);
            return Err(Error::invalid("outside view", "", message));
        }
        match self.subject.base.step() {
            Step::Year => {
                let message =
                    format!("figures of quarters or months are needed, got years such as {}", self.subject.base);
                Err(Error::invalid("outside view", "base", message))
            }
            Step::Quarter | Step::Month => {
                Ok(Self::of(self.subject.clone(), self.class.clone(), self.correlation, Grid::Periods))
            }
        }
    }

    /// The reference class.
    pub fn class(&self) -> &ReferenceClass {
        &self.class
    }

    /// The advantages: of a pair, that of the challenger; of more providers, that of each over the group's median, those with
    /// figures first.
    pub fn advantages(&self) -> &[Advantage] {
        &self.advantages
    }

    /// The first of the providers whose revenue is only stated.
    pub(crate) fn without_figures(&self) -> Option<&str> {
        self.subject.stated.first().map(|stated| stated.name.as_str())
    }

    /// The log-ratio of a pair at the base: ln(revenue of the challenger / revenue of the incumbent), of the last year. `None`
    /// for more providers.
    #[must_use]
    pub fn log_ratio(&self) -> Option<f64> {
        match self.subject.providers.as_slice() {
            [a, b] if self.subject.is_pair() => Some(math::ln(a.years[0] / b.years[0])),
            _ => None,
        }
    }

    /// The growth that all providers tend to, as the mean and the standard deviation of ln(1 + growth): the median log growth
    /// of the providers' last K years, and the spread of these years divided by √K.
    #[must_use]
    pub fn common_growth(&self) -> (f64, f64) {
        self.common
    }

    /// The yearly volatility of a provider: that of its share of the log-ratio's changes.
    pub(super) fn volatility(&self, advantage: &Advantage) -> f64 {
        let sd = advantage.scale() * self.class.sd_per_scale();
        let of_one = if self.subject.is_pair() { sd / (2.0 * (1.0 - self.correlation)).sqrt() } else { sd };
        match self.grid {
            Grid::Years => of_one,
            Grid::Periods => OF_PERIODS * of_one,
        }
    }

    /// The base of the scenario. The label of a year is that of the calendar year in which it ends.
    pub(super) fn label(&self, period: Period) -> Period {
        match self.grid {
            Grid::Years => Period::at_index(Step::Year, period.year()),
            Grid::Periods => period,
        }
    }
}

/// The median log growth of all providers over their last years, and its standard error.
#[expect(clippy::cast_precision_loss, reason = "at most eight years of 64 providers")]
fn common_growth(subject: &Subject) -> (f64, f64) {
    let all: Vec<f64> = subject.providers.iter().flat_map(|known| known.growth.iter().copied()).collect();
    let years = subject.providers.iter().map(|known| known.growth.len()).min().unwrap_or(1);
    let count = all.len() as f64;
    let mean = all.iter().sum::<f64>() / count;
    let variance = all.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (count - 1.0);
    (median(all), (variance / years as f64).sqrt())
}

impl fmt::Display for OutsideView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = &self.subject;
        let names = subject.names();
        writeln!(f, "Outside view of {}", names.join(", "))?;
        writeln!(f, "  years to          {}{}", subject.base, when(subject))?;
        writeln!(f, "  reference class   {}", self.class)?;
        let (mean, sd) = self.common;
        writeln!(f, "  common growth     {mean:.4} ± {sd:.4} log growth a year")?;
        for advantage in &self.advantages {
            let over = if subject.is_pair() { names[1] } else { "the group's median" };
            let (at_base, sd_at_base) = advantage.at_base();
            writeln!(f, "  {} over {over}, log growth a year", advantage.name)?;
            if advantage.years() == 0 {
                writeln!(f, "    no figures: its revenue is stated, and its advantage is that of the class")?;
            }
            writeln!(f, "    latest year     {:+.4} ± {:.4}", advantage.value(), advantage.sd())?;
            writeln!(
                f,
                "    at the base     {at_base:+.4} ± {sd_at_base:.4}, half of it after {} years",
                shown(self.class.half_life)
            )?;
            writeln!(
                f,
                "    scale           {:.4} (standard deviation {:.4})",
                advantage.scale(),
                advantage.scale() * self.class.sd_per_scale()
            )?;
            for (back, (change, weight)) in (0_i32..).zip(advantage.changes.iter().zip(advantage.weights())) {
                let year = subject.base.year() - back;
                writeln!(f, "    {year}            {change:+.4}, weight {weight:.2}")?;
            }
        }
        Ok(())
    }
}

/// `, as known on 2018-06-30` if that is stated.
pub(super) fn when(subject: &Subject) -> String {
    subject.as_of.map_or_else(String::new, |date| format!(", as known on {date}"))
}
