//! Laws fitted to the figures of a history.

use super::curve::CurveFit;
use super::fits::{Fits, FittedProvider};
use super::fitted_curve::FittedCurve;
use crate::calendar::Period;
use crate::error::{Error, Kind, Problem};
use crate::history::{FigureKind, History, Series};

impl History {
    /// A law fitted to the figures of a name, as of its last figure: `history.fit("Alibaba Cloud", GrowthLaw::Logistic)`.
    ///
    /// Only figures on the latest basis enter, from the last change of basis on. Missing periods are missing observations;
    /// nothing is filled in. Claims such as `at_least` are no figures and are not used. Only what the history shows as of its
    /// date can enter, since the rest is not visible. A [`CurveFit`] in place of the law states starts, fixed numbers, the scale or
    /// whether seasons are estimated.
    ///
    /// # Errors
    /// If no figure of the name is visible, with the most similar name; if there are too few figures for the parameters; if there
    /// is no optimum, or a parameter is at its bound. The message has the parameter and the name.
    ///
    /// # Example: quarters with seasons
    /// ```
    /// use outgrow::History;
    /// use outgrow::fit::GrowthLaw;
    /// let mut text = String::from("name,period,value\n");
    /// for quarter in 0..24 {
    ///     let t = f64::from(quarter - 23) / 4.0;
    ///     let season = [0.95, 1.02, 0.98, 1.05][quarter as usize % 4];
    ///     let revenue = 700.0 * 1.5 / (1.0 + 0.5 * (-0.6 * t).exp()) * season;
    ///     text += &format!("A,{}-Q{},{revenue}\n", 2012 + quarter / 4, 1 + quarter % 4);
    /// }
    /// let history = History::from_csv(&text)?;
    /// let fit = history.fit("A", GrowthLaw::Logistic)?;
    /// assert!((fit.parameter("logistic.saturation")?.value() - 1.5).abs() < 1e-6);
    ///
    /// // What was known at the end of 2014: three years are left.
    /// let known = history.as_of("2014-12-31")?.fit("A", GrowthLaw::Logistic)?;
    /// assert_eq!((known.base().to_string(), known.fit().residuals().len()), ("2014-Q4".to_owned(), 12));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn fit(&self, name: &str, law: impl Into<CurveFit>) -> Result<FittedCurve, Error> {
        let series = self.series(name)?;
        let base = last(&series)?;
        fit_at(&series, base, &law.into())
    }

    /// Laws fitted to the figures of several names, all as of the latest figure of any of them.
    ///
    /// A law without an optimum for a name is left out, and [`FittedProvider::refused`] has the reason. Several laws have
    /// [Akaike weights](super::akaike_weights).
    ///
    /// # Errors
    /// If a name is unknown, stated twice, or has no figure; if their currencies differ; if none of the laws can be fitted to a
    /// name, with the reason for each law; if no name or no law is stated.
    ///
    /// # Example: two providers, two laws
    /// ```
    /// use outgrow::History;
    /// use outgrow::fit::GrowthLaw;
    /// let mut text = String::from("name,period,value\n");
    /// for year in 2004..=2018 {
    ///     let t = f64::from(year - 2018);
    ///     let noise = 0.03 * (9.0 * t).sin();
    ///     text += &format!("A,{year},{}\n", 700.0 * (0.25 * t + noise).exp());
    ///     text += &format!("B,{year},{}\n", 900.0 * 1.4 / (1.0 + 0.4 * (-0.5 * t).exp()) * (-noise).exp());
    /// }
    /// let fits = History::from_csv(&text)?.fits(["A", "B"], [GrowthLaw::Constant, GrowthLaw::Logistic])?;
    /// let b = fits.provider("B")?;
    /// assert!(b.laws()[0].curve() == b.laws()[0].curve() && b.weights()[0] > 0.99);
    /// let outcome = fits.scenario("2023")?.simulate().paths(10_000).run()?;
    /// println!("{fits}");
    /// assert!(outcome.overtake("A", "B")?.by("2023")?.value() > 0.9);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn fits<N: AsRef<str>, L: Into<CurveFit>>(
        &self,
        names: impl IntoIterator<Item = N>,
        laws: impl IntoIterator<Item = L>,
    ) -> Result<Fits, Error> {
        let names: Vec<N> = names.into_iter().collect();
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        let laws: Vec<CurveFit> = laws.into_iter().map(Into::into).collect();
        fits_of(self, &names, &laws)
    }
}

fn fits_of(history: &History, names: &[&str], laws: &[CurveFit]) -> Result<Fits, Error> {
    let (mut all, mut problems) = (Vec::new(), Vec::new());
    for name in names {
        match history.series(name) {
            Ok(series) => all.push(series),
            Err(error) => problems.extend(error.problems().iter().cloned()),
        }
    }
    if names.is_empty() || laws.is_empty() {
        problems.push(Problem::new("", "state at least one name and one law"));
    }
    problems.extend(mismatches(&all));
    if !problems.is_empty() {
        return Err(Error::of(Kind::Invalid, "fit", problems));
    }
    let base = all.iter().map(last).collect::<Result<Vec<_>, _>>()?.into_iter().max();
    let base = base.expect("at least one name");
    let providers = all.iter().map(|series| provider(series, base, laws)).collect::<Result<Vec<_>, _>>()?;
    let unit = all[0].currency().map(str::to_owned);
    Ok(Fits::of(providers, unit))
}

/// What several histories do not have in common.
fn mismatches(all: &[Series]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (place, series) in all.iter().enumerate() {
        let name = series.name();
        if all[..place].iter().any(|other| other.name() == name) {
            problems.push(Problem::new("", format!("a name must be stated once, got {name:?} twice")));
        }
        if series.currency() != all[0].currency() {
            let currency = |series: &Series| series.currency().unwrap_or("none").to_owned();
            let (first, own, got) = (all[0].name(), currency(&all[0]), currency(series));
            let message = format!(
                "figures must have one currency: {first:?} has {own}, got {got} of {name:?}; convert them with `in_currency`"
            );
            problems.push(Problem::new("", message));
        }
    }
    problems
}

/// The period of the last figure.
fn last(series: &Series) -> Result<Period, Error> {
    series.last().map(|figure| figure.period()).ok_or_else(|| {
        let message = format!("{:?} has claims but no reported figure", series.name());
        Error::invalid("fit", "history", message)
    })
}

/// One law fitted to the figures on the latest basis.
fn fit_at(series: &Series, base: Period, law: &CurveFit) -> Result<FittedCurve, Error> {
    let figures = series.figures();
    let first = figures.iter().rposition(|figure| figure.kind() == FigureKind::Break).unwrap_or(0);
    let known: Vec<(Period, f64)> = figures[first..].iter().map(|figure| (figure.period(), figure.value())).collect();
    law.fit(base, &known).map_err(|error| {
        let (from, to) = (known[0].0, known[known.len() - 1].0);
        let basis = if first > 0 { " on the latest basis" } else { "" };
        let of = format!(" ({:?}, {} figures{basis} from {from} to {to})", series.name(), known.len());
        error.with_words(|_| of.clone())
    })
}

/// All laws of one name.
fn provider(series: &Series, base: Period, laws: &[CurveFit]) -> Result<FittedProvider, Error> {
    let (mut fitted, mut refused) = (Vec::new(), Vec::new());
    for law in laws {
        match fit_at(series, base, law) {
            Ok(fit) => fitted.push(fit),
            Err(error) => refused.push((law.key().to_owned(), error)),
        }
    }
    if fitted.is_empty() {
        let kind = if refused.iter().any(|(_, error)| error.is_numeric()) { Kind::Numeric } else { Kind::Invalid };
        let problems = refused.iter().flat_map(|(_, error)| error.problems().iter().cloned()).collect();
        return Err(Error::of(kind, "fit", problems));
    }
    let mut provider = FittedProvider::new(series.name(), fitted)?;
    provider.refused = refused;
    Ok(provider)
}
