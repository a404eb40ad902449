//! Growth curves fitted to past revenue.

use super::fitted_curve::FittedCurve;
use super::form::{Form, LEVEL, Listed, Point, Scale, numbers};
use super::law::GrowthLaw;
use super::regression::Regression;
use super::starts::{LogHistory, starts};
use crate::assumption::quantity::Quantity;
use crate::calendar::Period;
use crate::error::{Error, Kind, Problem};
use crate::growth::Curve;
use crate::math;

/// A growth curve to fit to past revenue.
///
/// Either a [`GrowthLaw`], whose starts are found from the data, or a curve whose numbers are the values to start from. The
/// fit estimates the numbers as of the base, with the level of revenue and, where the step is below a year, with factors of the
/// seasons. Bounds are the domains of the numbers.
///
/// The starts of a law are the best four of a grid of up to 480 candidates. Their rates are multiples of one over the length of
/// the history, launches lie before the first observation, and level, seasons and whatever else the law is linear in are
/// those of the least squares of log revenue. No two starts have the same rate or half-life (of Richards's and Weibull's laws, the
/// same shape).
///
/// # Example: a saturating history
/// ```
/// use outgrow::fit::CurveFit;
/// use outgrow::{Curve, Period};
///
/// let years: Vec<Period> = (2006..=2018).map(|year| year.to_string().parse()).collect::<Result<_, _>>()?;
/// let logistic = |t: f64| 900.0 / (1.0 + (-0.6 * (t - 2011.0)).exp());
/// let history: Vec<(Period, f64)> = years.iter().map(|year| (*year, logistic(f64::from(year.year())))).collect();
/// let fit = CurveFit::new(Curve::logistic(2, 0.3)).fit("2018", &history)?;
/// let left = 900.0 / logistic(2018.0);
/// assert!((fit.parameter("logistic.saturation")?.value() - left).abs() < 1e-6);
/// assert!((fit.parameter("logistic.rate")?.value() - 0.6).abs() < 1e-6);
/// let next = fit.revenue("2019", 0.9)?;
/// assert!((next.value / logistic(2019.0) - 1.0).abs() < 1e-6);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct CurveFit {
    /// What is fitted.
    curve: Curve,
    /// The law, if its starts are found from the data.
    law: Option<GrowthLaw>,
    /// Stated starts.
    starts: Vec<Curve>,
    scale: Scale,
    seasons: Option<bool>,
    fixed: Vec<(String, f64)>,
}

impl CurveFit {
    /// A curve whose numbers are the start.
    pub fn new(start: Curve) -> Self {
        Self {
            curve: start.clone(),
            law: None,
            starts: vec![start],
            scale: Scale::Log,
            seasons: None,
            fixed: Vec::new(),
        }
    }

    /// A law whose starts are found from the data.
    ///
    /// # Example: no start to state
    /// ```
    /// use outgrow::Period;
    /// use outgrow::fit::{CurveFit, GrowthLaw};
    /// let history: Vec<(Period, f64)> = (2006..=2018).map(|year| {
    ///     let left = (-0.6 * (f64::from(year) - 2011.0)).exp();
    ///     Ok((year.to_string().parse()?, 900.0 / (1.0 + left)))
    /// }).collect::<Result<_, outgrow::Error>>()?;
    /// let fit = CurveFit::of(GrowthLaw::Logistic).fit("2018", &history)?;
    /// assert!((fit.parameter("logistic.rate")?.value() - 0.6).abs() < 1e-6);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn of(law: GrowthLaw) -> Self {
        Self { law: Some(law), starts: Vec::new(), ..Self::new(law.curve()) }
    }

    /// Another start: the same curve with other numbers. The best fit of all starts is kept.
    pub fn start(mut self, start: Curve) -> Self {
        self.starts.push(start);
        self
    }

    /// The scale of the residuals.
    pub fn scale(mut self, scale: Scale) -> Self {
        self.scale = scale;
        self
    }

    /// Whether the factors of the seasons are estimated. By default they are where the step is below a year and the history
    /// has two years or more.
    pub fn seasons(mut self, on: bool) -> Self {
        self.seasons = Some(on);
        self
    }

    /// Holds a number of the curve at a value, by its address in the curve, such as `logistic.saturation`.
    pub fn fixed(mut self, address: impl Into<String>, value: f64) -> Self {
        self.fixed.push((address.into(), value));
        self
    }

    /// Fits the curve to revenue by period. Periods may be missing; those after the base are not used.
    ///
    /// # Errors
    /// If periods differ in step, are not in increasing order, or revenue is not above 0; if the curve has a number that is a
    /// distribution or a name, or is a mixture; as for [`Regression::fit`].
    pub fn fit(
        &self,
        base: impl TryInto<Period, Error: Into<Error>>,
        revenue: &[(Period, f64)],
    ) -> Result<FittedCurve, Error> {
        let base = base.try_into().map_err(Into::into)?;
        let known: Vec<(Period, f64)> = revenue.iter().copied().filter(|(period, _)| *period <= base).collect();
        check(base, &known)?;
        let own = self.law.map(|_| &self.curve);
        let lists = own.into_iter().chain(&self.starts).map(numbers).collect::<Result<Vec<Listed>, Error>>()?;
        let form = self.form(base, known.len(), &lists[0]);
        let (points, responses) = form.data(base, &known);
        let level = known.last().map_or(0.0, |(_, revenue)| math::ln(*revenue));
        let mut regression = self.started(form.regression_at(&points), level, &lists, form.seasons)?;
        regression = self.found_starts(&form, base, &known)?.into_iter().fold(regression, Regression::start);
        for (address, value) in &self.fixed {
            regression = regression.fixed(address.clone(), *value);
        }
        let fit = regression.fit(&points, &responses)?;
        drop(regression);
        let periods = known.iter().map(|(period, _)| period.index() - base.index()).collect();
        Ok(FittedCurve { model: form, fit, base, periods, points, responses })
    }

    /// The model, and the names of its parameters.
    fn form(&self, base: Period, observations: usize, numbers: &Listed) -> Form {
        let per_year = base.step().per_year() as usize;
        let has_two_years = observations >= 2 * per_year;
        let seasons = if self.seasons.unwrap_or(per_year > 1 && has_two_years) { per_year } else { 1 };
        let level = (self.scale != Scale::Growth).then(|| LEVEL.to_owned());
        let curve = numbers.iter().map(|(address, _, _)| address.clone());
        let names = level.into_iter().chain(curve).chain((1..seasons).map(|season| format!("season[{season}]")));
        let bound = |(address, quantity, _): &(String, Quantity, f64)| {
            let domain = quantity.domain();
            (address.clone(), domain.low, domain.high)
        };
        let (curve, names) = (self.curve.clone(), names.collect());
        let bounds = numbers.iter().map(bound).collect();
        Form { curve, names, bounds, scale: self.scale, step: base.step().years(), seasons }
    }

    /// Key of the law in a scenario file.
    pub(super) fn key(&self) -> &'static str {
        self.curve.key()
    }

    /// The starts of a law.
    ///
    /// # Errors
    /// If there are no figures, or no numbers with which the law has a value at every observation.
    fn found_starts(&self, form: &Form, base: Period, known: &[(Period, f64)]) -> Result<Vec<Vec<f64>>, Error> {
        let Some(law) = self.law else { return Ok(Vec::new()) };
        if known.is_empty() {
            return Err(Error::invalid("fit", "data", format!("there is no figure up to the base {base}")));
        }
        let points: Vec<Point> =
            known.iter().map(|(period, _)| Point { at: form.place(base, *period), before: None }).collect();
        let logs: Vec<f64> = known.iter().map(|(_, revenue)| math::ln(*revenue)).collect();
        let history = LogHistory::new(&points, &logs, form.seasons);
        let found = starts(law, form, &history, &self.fixed);
        if found.is_empty() && self.starts.is_empty() {
            let fixed: Vec<String> = self.fixed.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            let first = known[0].0;
            let message = match fixed.as_slice() {
                [] => {
                    format!("no numbers of the law {law} have a value at every figure from {first} on; state a start")
                }
                fixed => {
                    format!("with {} the law {law} has no value at every figure from {first} on", fixed.join(", "))
                }
            };
            return Err(Error::one(Kind::Numeric, "fit", "start", message));
        }
        Ok(found)
    }

    /// The regression with every stated start.
    fn started<'m>(
        &self,
        mut regression: Regression<'m, Point>,
        level: f64,
        lists: &[Listed],
        seasons: usize,
    ) -> Result<Regression<'m, Point>, Error> {
        // Before the stated starts stands the curve of a law.
        for list in &lists[usize::from(self.law.is_some())..] {
            let first = &lists[0];
            if list.len() != first.len() || list.iter().zip(first).any(|(a, b)| a.0 != b.0) {
                return Err(Error::invalid("fit", "start", "all starts must be the same curve with other numbers"));
            }
            let level = (self.scale != Scale::Growth).then_some(level);
            let own = list.iter().map(|(_, _, value)| *value);
            regression = regression.start(level.into_iter().chain(own).chain((1..seasons).map(|_| 0.0)));
        }
        Ok(regression)
    }
}

impl From<GrowthLaw> for CurveFit {
    fn from(law: GrowthLaw) -> Self {
        Self::of(law)
    }
}

/// # Errors
/// If the periods are of another step or not increasing, or revenue is not positive.
fn check(base: Period, known: &[(Period, f64)]) -> Result<(), Error> {
    let mut problems = Vec::new();
    for (period, revenue) in known {
        if !(*revenue > 0.0 && revenue.is_finite()) {
            let message = format!("{}, got {revenue}", Quantity::Revenue.rule());
            problems.push(Problem::new(period.to_string(), message));
        }
        if period.step() != base.step() {
            problems.push(Problem::new(period.to_string(), format!("is not a {} as the base is", base.step().word())));
        }
    }
    for pair in known.windows(2).filter(|pair| pair[0].0 >= pair[1].0) {
        problems.push(Problem::new(pair[1].0.to_string(), "periods must be in increasing order"));
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::of(Kind::Invalid, "history", problems)) }
}
