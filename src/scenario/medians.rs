//! A curve at the medians of its assumptions, within a scenario or alone.

use std::collections::HashMap;

use super::MOST_PERIODS;
use super::numbers::NumberChecks;
use crate::assumption::Assumption;
use crate::assumption::address::Trail;
use crate::assumption::law::Law;
use crate::assumption::quantity::Quantity;
use crate::assumption::standard_law::StandardLaw;
use crate::assumption::visitor::Visitor;
use crate::error::{Error, Kind, shown};
use crate::growth::{AUTO, Curve, CurveLaw, Leaf, Reading, Schedule, TailLaw, Times, Value};

/// What is wrong with a curve: the address of the part relative to that of the curve, and the message.
pub(super) type Fault = (String, String);

/// The length, in years, of the periods of a curve outside of a scenario.
const QUARTER: f64 = 0.25;

/// Checks that every schedule has a tail if it must extend past its last rate. `into_year` is the elapsed part of the
/// first estimated fiscal year at the base: with totals, the last estimated year ends earlier by that much.
pub(super) fn reaches(curve: &Curve, years: f64, into_year: f64) -> Result<(), Fault> {
    curve.leaves().iter().try_for_each(|leaf| {
        let CurveLaw::Schedule(schedule) = &leaf.curve.0 else { return Ok(()) };
        schedule_reaches(schedule, years, into_year)
            .map_err(|message| (format!("{}.schedule.tail", leaf.address), message))
    })
}

fn schedule_reaches(schedule: &Schedule, years: f64, into_year: f64) -> Result<(), String> {
    let Schedule { rates, tail, reading } = schedule;
    #[expect(clippy::cast_precision_loss, reason = "a file of 16 MiB holds fewer rates than 2^53")]
    let stated = rates.len() as f64;
    let (year, ends) = if rates.len() == 1 { ("year", "ends") } else { ("years", "end") };
    let (end, what) = match reading {
        Reading::Point => (stated, format!("{stated} stated {year} {ends}")),
        Reading::Totals => {
            let end = stated - into_year;
            (end, format!("{stated} estimated fiscal {year} {ends} {} years after the base,", rounded(end)))
        }
    };
    // Less than a period of the finest grid, which allows for the rounding of twelfths.
    if tail.0 == TailLaw::None && years > end + 1e-6 {
        return Err(format!(
            "{what} before the horizon at {} years; state a tail, such as \"hold\" (Tail::hold()) or {{ fade = {{ to = 0.12, \
             half_life = 2 }} }} (Tail::fade(0.12, 2))",
            rounded(years)
        ));
    }
    Ok(())
}

/// Checks that curves are not nested too deeply, and that the market of a share needs no history.
pub(super) fn nests(curve: &Curve) -> Result<(), Fault> {
    for Leaf { curve: leaf, address, depth, is_market, .. } in curve.leaves() {
        if depth > Curve::MOST_NESTED {
            let depth = depth - 1 + leaf.depth();
            let message = format!("curves may be nested at most {} deep, got {depth}", Curve::MOST_NESTED);
            return Err((address, message));
        }
        let is_totals = matches!(&leaf.0, CurveLaw::Schedule(Schedule { reading: Reading::Totals, .. }));
        if is_market && is_totals {
            let message = "the market of a share cannot grow by fiscal totals, which need its history: use the reading \
                           \"point\" (Curve::schedule)";
            return Err((format!("{address}.schedule.reading"), message.to_owned()));
        }
    }
    Ok(())
}

/// Years, rounded to remove the rounding errors of twelfths.
fn rounded(years: f64) -> f64 {
    (years * 1e3).round() / 1e3
}

/// The medians of a curve's numbers; `median` resolves names.
pub(super) fn medians(curve: &Curve, median: &dyn Fn(&Assumption) -> Option<f64>) -> Result<Vec<f64>, Fault> {
    let mut list = Medians { median, values: Vec::new(), unknown: None };
    curve.walk(&mut Trail::silent(), &mut list);
    if let Some(name) = list.unknown {
        return Err((String::new(), format!("the name {name:?} is not defined outside of a scenario")));
    }
    for leaf in curve.leaves() {
        if let CurveLaw::Schedule(Schedule { rates, .. }) = &leaf.curve.0
            && rates.is_empty()
        {
            let address = format!("{}.schedule.rates", leaf.address);
            return Err((address, "at least one rate is needed, got none".to_owned()));
        }
        if let Some((ratio, address)) = leaf.auto() {
            let auto = Schedule::auto_ratio(&list.values[leaf.first..ratio]);
            list.values[ratio] = auto.map_err(|message| (address, message))?;
        }
    }
    Ok(list.values)
}

struct Medians<'a> {
    median: &'a dyn Fn(&Assumption) -> Option<f64>,
    values: Vec<f64>,
    unknown: Option<String>,
}

impl Visitor for Medians<'_> {
    fn number(&mut self, _: &mut Trail, _: Quantity, value: &Assumption) {
        let median = (self.median)(value);
        if let (None, Some(name)) = (median, value.name())
            && name != AUTO
        {
            self.unknown.get_or_insert_with(|| name.to_owned());
        }
        self.values.push(median.unwrap_or(f64::NAN));
    }

    fn pick(&mut self, _: &mut Trail, weights: &[f64]) {
        let shape = StandardLaw::of(&Law::pick(weights));
        self.values.push(shape.expect("invariant: the law of a pick is not a name").median());
    }
}

/// `Γ(τ)` of a curve outside of a scenario, with every assumption at its median.
impl Curve {
    /// `Γ(τ)` at `tau` years since the base with every assumption at its median.
    ///
    /// [`Curve::damped`] depends on the length of a period, which is a quarter here. Other curves do not.
    ///
    /// # Errors
    /// If a number is not allowed, or is the name of an assumption, which is not defined outside of a scenario; or if
    /// the curve ends before `tau` or is not finite there. A curve by [`Curve::totals`] is always an error, since it
    /// depends on its provider's history and fiscal year.
    ///
    /// # Example: ten years of fading growth
    /// ```
    /// use outgrow::Curve;
    /// let ten_years = Curve::fade(0.45, 0.12, 4).log_growth(10.0)?;
    /// assert!(ten_years > 10.0 * 0.12_f64.ln_1p());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn log_growth(&self, tau: f64) -> Result<f64, Error> {
        let mut numbers = NumberChecks { names: HashMap::new(), problems: Vec::new() };
        self.walk(&mut Trail::default(), &mut numbers);
        if !numbers.problems.is_empty() {
            return Err(Error::of(Kind::Invalid, "curve", numbers.problems));
        }
        let fault = |(rest, message): Fault| Error::invalid("curve", rest.trim_start_matches('.'), message);
        if !(0.0..=f64::from(MOST_PERIODS)).contains(&tau) {
            let message = format!("years since the base must lie between 0 and {MOST_PERIODS}, got {}", shown(tau));
            return Err(Error::invalid("curve", "", message));
        }
        nests(self).map_err(fault)?;
        let is_totals =
            |leaf: &Leaf<'_>| matches!(&leaf.curve.0, CurveLaw::Schedule(Schedule { reading: Reading::Totals, .. }));
        if let Some(leaf) = self.leaves().into_iter().find(is_totals) {
            let message = "growth by fiscal totals depends on a provider's history and fiscal year, which the curve by \
                           itself does not know: ask a scenario";
            return Err(fault((format!("{}.schedule.reading", leaf.address), message.to_owned())));
        }
        let values =
            medians(self, &|assumption| StandardLaw::of(&assumption.law).map(|shape| shape.median())).map_err(fault)?;
        reaches(self, tau, 0.0).map_err(fault)?;
        let values: Vec<Value<'_>> = values.into_iter().map(Value::Fixed).collect();
        let mut growth = f64::NAN;
        self.fill(&values, Times { taus: &[tau], step: QUARTER }, 1, &mut |_, column| growth = column[0]);
        if growth.is_finite() {
            Ok(growth)
        } else {
            Err(fault((String::new(), format!("log growth after {tau} years is {growth}"))))
        }
    }
}
