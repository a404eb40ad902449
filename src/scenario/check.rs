//! The one validation that builder, file and every changed copy go through.

use std::collections::BTreeMap;

use super::walk::keys;
use super::{MOST_PERIODS, MOST_PROVIDERS, Scenario};
use crate::assumption::Assumption;
use crate::assumption::domain::{Address, Domain, Key, Visitor};
use crate::assumption::law::{Law, Shape};
use crate::error::{Error, Kind, Problem, did_you_mean};
use crate::growth::{AUTO, Curve, Law as CurveLaw, Schedule, TailLaw, Value};
use crate::shock;

impl Scenario {
    /// The scenario itself if it is valid.
    ///
    /// # Errors
    /// All problems, each with its address.
    pub(crate) fn checked(mut self) -> Result<Self, Error> {
        let mut problems = Vec::new();
        self.check_time(&mut problems);
        self.check_names(&mut problems);
        let names = self.assumptions.clone();
        let mut numbers = Numbers { names: &names, address: Address::default(), problems: Vec::new() };
        self.walk(&mut numbers);
        problems.append(&mut numbers.problems);
        if problems.is_empty() {
            // What follows takes the median of numbers that are known to be in order.
            self.check_curves(&mut problems);
        }
        self.check_correlations(&mut problems);
        self.check_questions(&mut problems);
        if problems.is_empty() {
            self.check_past(&mut problems);
        }
        if problems.is_empty() { Ok(self) } else { Err(Error::of(Kind::Invalid, "scenario", problems)) }
    }

    fn check_time(&self, problems: &mut Vec<Problem>) {
        let (base, horizon) = (self.base, self.horizon);
        let message = match horizon.since(base) {
            None => format!(
                "horizon must have the form of base: {base} is a {}, {horizon} a {}",
                base.step().word(),
                horizon.step().word()
            ),
            Some(periods) if periods < 1 => format!("horizon must lie after base {base}, got {horizon}"),
            Some(periods) if periods > MOST_PERIODS.cast_signed() => {
                format!("at most {MOST_PERIODS} periods can be projected, got {periods} ({base} to {horizon})")
            }
            Some(_) => return,
        };
        problems.push(Problem::new("horizon", message));
    }

    fn check_names(&self, problems: &mut Vec<Problem>) {
        let assumptions = self.assumptions.iter().map(|(name, _)| Some(name.as_str()));
        named("assumption", "", assumptions, problems);
        for (name, value) in &self.assumptions {
            if name == AUTO {
                problems.push(Problem::new("assumption[auto]", "\"auto\" is reserved and names no assumption"));
            }
            if let Some(other) = value.name() {
                let message = format!("must be a number or a distribution, got the name {other:?}");
                problems.push(Problem::new(format!("assumption[{name}]"), message));
            }
        }
        match self.providers.len() {
            0 => problems.push(Problem::new("provider", "at least one provider is needed, got none")),
            count if count > MOST_PROVIDERS => {
                problems.push(Problem::new("provider", format!("at most {MOST_PROVIDERS} providers, got {count}")));
            }
            _ => {}
        }
        named("provider", ".name", self.providers.iter().map(|provider| Some(provider.name.as_str())), problems);
        named("question", ".name", self.questions.iter().map(|question| question.name.as_deref()), problems);
    }

    fn check_curves(&self, problems: &mut Vec<Problem>) {
        for provider in &self.providers {
            let address = format!("provider[{}].growth", provider.name);
            let result = provider.growth.as_ref().map_or_else(
                || Err(("", "a growth curve is needed, got none".to_owned())),
                |curve| self.check_curve(curve),
            );
            if let Err((rest, message)) = result {
                problems.push(Problem::new(format!("{address}{rest}"), message));
            }
        }
    }

    /// The curve at its medians: it must reach the horizon and be finite there.
    fn check_curve(&self, curve: &Curve) -> Result<(), (&'static str, String)> {
        let values = self.medians(curve)?;
        let taus = self.taus();
        reaches(curve, taus.last().copied().unwrap_or(0.0))?;
        let values: Vec<Value<'_>> = values.into_iter().map(Value::Fixed).collect();
        let mut fault = None;
        let mut see = |tau: f64, growth: f64| {
            if !growth.is_finite() && fault.is_none() {
                fault = Some(format!("log growth must be finite, got {growth} after {tau} years"));
            }
        };
        curve.fill(&values, &taus, 1, &mut |index, growth| see(taus[index], growth[0]));
        curve.fill(&values, &[0.0], 1, &mut |_, growth| {
            if growth[0].abs() > 0.0 {
                fault = Some(format!("log growth must be 0 at the base, got {}", growth[0]));
            }
        });
        fault.map_or(Ok(()), |message| Err(("", message)))
    }

    /// The curve's numbers at their medians, in the order of its walk; `auto` resolved.
    pub(crate) fn medians(&self, curve: &Curve) -> Result<Vec<f64>, (&'static str, String)> {
        medians(curve, &|assumption| self.law(assumption).and_then(Shape::of).map(|shape| shape.median()))
    }

    fn check_correlations(&self, problems: &mut Vec<Problem>) {
        let mut stated = Vec::new();
        let mut seen: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let before = problems.len();
        for (index, correlation) in self.correlations.iter().enumerate() {
            let [a, b] = [0, 1].map(|end| {
                let found = self.provider_index(&correlation.between[end]);
                found.map_err(|message| {
                    problems.push(Problem::new(format!("correlation[{index}].between[{end}]"), message))
                })
            });
            let (Ok(a), Ok(b)) = (a, b) else { continue };
            let address = format!("correlation[{index}].between");
            if a == b {
                let message = format!("a correlation is between two providers, got {:?} twice", correlation.between[0]);
                problems.push(Problem::new(address, message));
            } else if let Some(first) = seen.insert((a.min(b), a.max(b)), index) {
                let [a, b] = &correlation.between;
                let message = format!("{a:?} and {b:?} are correlated already by correlation[{first}]");
                problems.push(Problem::new(address, message));
            } else if Domain::CORRELATION.contains(correlation.value) {
                stated.push((a, b, correlation.value));
            }
        }
        let complete = problems.len() == before && stated.len() == self.correlations.len();
        if complete && let Err((index, message)) = shock::factor(self.providers.len(), &stated) {
            let [a, b] = &self.correlations[index].between;
            problems.push(Problem::new(format!("correlation[{index}].value"), format!("{a:?} with {b:?}: {message}")));
        }
    }

    fn check_questions(&self, problems: &mut Vec<Problem>) {
        let keys = keys(self.questions.iter().map(|question| question.name.as_deref()));
        let mut titles: BTreeMap<String, usize> = BTreeMap::new();
        for (index, (question, key)) in self.questions.iter().zip(&keys).enumerate() {
            let mut address = Address::default();
            address.push(Key::Field("question"));
            address.push(key.borrow());
            for (end, name) in [&question.challenger, &question.incumbent].into_iter().enumerate() {
                if let Err(message) = self.provider_index(name) {
                    problems.push(Problem::new(format!("{}.overtakes[{end}]", address.as_str()), message));
                }
            }
            if question.challenger == question.incumbent {
                let message = format!("challenger and incumbent must differ, got {:?} twice", question.challenger);
                problems.push(Problem::new(address.at(Key::Field("overtakes")), message));
            }
            if let Some(first) = titles.insert(question.title(), index)
                && self.questions[first].name.is_none()
            {
                let message = format!("{:?} is asked already by question[{first}]; name one of them", question.title());
                problems.push(Problem::new(address.as_str(), message));
            }
        }
    }
}

/// Names must be unique, not empty, and free of what addresses use.
fn named<'a>(list: &str, field: &str, names: impl Iterator<Item = Option<&'a str>>, problems: &mut Vec<Problem>) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, name) in names.enumerate() {
        let Some(name) = name else { continue };
        let fault = if name.is_empty() {
            Some("a name must not be empty, got \"\"".to_owned())
        } else if let Some(sign) = name.chars().find(|sign| "[]/".contains(*sign) || sign.is_control()) {
            Some(format!("a name must not hold [ ] / or a control character, got {sign:?} in {name:?}"))
        } else {
            seen.insert(name, index).map(|first| format!("the name {name:?} is taken by {list}[{first}]"))
        };
        if let Some(message) = fault {
            problems.push(Problem::new(format!("{list}[{index}]{field}"), message));
        }
    }
}

/// A schedule that must reach past its last rate has to say how.
fn reaches(curve: &Curve, years: f64) -> Result<(), (&'static str, String)> {
    let CurveLaw::Schedule(Schedule { rates, tail, .. }) = &curve.0 else { return Ok(()) };
    #[expect(clippy::cast_precision_loss, reason = "a file of 16 MiB holds fewer rates than 2^53")]
    let stated = rates.len() as f64;
    if tail.0 == TailLaw::None && years > stated {
        let message = format!("{stated} stated years end before the horizon at {years} years; state a tail");
        return Err((".schedule.tail", message));
    }
    Ok(())
}

/// The medians of a curve's numbers; `median` knows the names.
fn medians(curve: &Curve, median: &dyn Fn(&Assumption) -> Option<f64>) -> Result<Vec<f64>, (&'static str, String)> {
    let mut list = Medians { median, address: Address::default(), values: Vec::new(), unknown: None };
    curve.clone().walk(&mut list);
    if let Some(name) = list.unknown {
        return Err(("", format!("the name {name:?} is known only to a scenario")));
    }
    if let CurveLaw::Schedule(schedule) = &curve.0
        && schedule.rates.is_empty()
    {
        return Err((".schedule.rates", "at least one rate is needed, got none".to_owned()));
    }
    if let CurveLaw::Schedule(Schedule { rates, tail, .. }) = &curve.0
        && let TailLaw::Ratio(ratio) = &tail.0
        && ratio.name() == Some(AUTO)
    {
        let auto = Schedule::auto_ratio(&list.values[..rates.len()]);
        list.values[rates.len()] = auto.map_err(|message| (".schedule.tail.ratio", message))?;
    }
    Ok(list.values)
}

struct Medians<'a> {
    median: &'a dyn Fn(&Assumption) -> Option<f64>,
    address: Address,
    values: Vec<f64>,
    unknown: Option<String>,
}

impl Visitor for Medians<'_> {
    fn address(&mut self) -> &mut Address {
        &mut self.address
    }

    fn number(&mut self, _: Domain, value: &mut Assumption) {
        let median = (self.median)(value);
        if let (None, Some(name)) = (median, value.name())
            && name != AUTO
        {
            self.unknown.get_or_insert_with(|| name.to_owned());
        }
        self.values.push(median.unwrap_or(f64::NAN));
    }

    fn plain(&mut self, _: Domain, _: &mut f64) {}

    fn count(&mut self, _: Domain, _: &mut u32) {}
}

/// Checks every number by itself, in its law and in its place.
struct Numbers<'a> {
    names: &'a [(String, Assumption)],
    address: Address,
    problems: Vec<Problem>,
}

impl Numbers<'_> {
    fn report(&mut self, message: String) {
        self.problems.push(Problem::new(self.address.as_str(), message));
    }

    fn resolve(&mut self, name: &str, domain: Domain) {
        if name == AUTO {
            if domain != Domain::RATIO {
                self.report("\"auto\" stands only for the ratio of a tail".to_owned());
            }
            return;
        }
        let Some((_, named)) = self.names.iter().find(|(known, _)| known == name) else {
            let known = self.names.iter().map(|(known, _)| known.as_str());
            return self.report(format!("no assumption is named {name:?}{}", did_you_mean(name, known)));
        };
        // A law that is not in order itself is reported where it stands.
        if named.name().is_none()
            && is_sound(&named.law)
            && let Some(message) = named.misfit(domain)
        {
            self.report(format!("assumption {name:?}: {message}"));
        }
    }
}

impl Visitor for Numbers<'_> {
    fn address(&mut self) -> &mut Address {
        &mut self.address
    }

    fn number(&mut self, domain: Domain, value: &mut Assumption) {
        if let Some(name) = value.name() {
            let name = name.to_owned();
            if value.source.is_some() {
                self.report(format!("a name carries no source; state it at assumption[{name}]"));
            }
            return self.resolve(&name, domain);
        }
        let before = self.problems.len();
        value.law.walk(self);
        if self.problems.len() == before
            && let Some(message) = value.law.inconsistency().or_else(|| value.misfit(domain))
        {
            self.report(message);
        }
    }

    fn plain(&mut self, domain: Domain, value: &mut f64) {
        if !domain.contains(*value) {
            self.report(format!("{}, got {value}", domain.rule));
        }
    }

    fn count(&mut self, domain: Domain, value: &mut u32) {
        self.plain(domain, &mut f64::from(*value));
    }
}

/// Whether a law's own numbers are in order.
fn is_sound(law: &Law) -> bool {
    let mut numbers = Numbers { names: &[], address: Address::default(), problems: Vec::new() };
    law.clone().walk(&mut numbers);
    numbers.problems.is_empty() && law.inconsistency().is_none()
}

/// `Γ(τ)` of a curve outside of any scenario, with every assumption at its median.
impl Curve {
    /// `Γ(τ)` at `tau` years since the base with every assumption at its median.
    ///
    /// # Errors
    /// Where a number is not allowed in its place or is the name of an assumption, which only a scenario knows, or
    /// where the curve ends before `tau` or is not finite there.
    ///
    /// # Example: ten years of a fading growth
    /// ```
    /// use outgrow::Curve;
    /// let ten_years = Curve::fade(0.45, 0.12, 4).log_growth(10.0)?;
    /// assert!(ten_years > 10.0 * 0.12_f64.ln_1p());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn log_growth(&self, tau: f64) -> Result<f64, Error> {
        let mut numbers = Numbers { names: &[], address: Address::default(), problems: Vec::new() };
        self.clone().walk(&mut numbers);
        if !numbers.problems.is_empty() {
            return Err(Error::of(Kind::Invalid, "curve", numbers.problems));
        }
        let fault = |(rest, message): (&str, String)| Error::invalid("curve", rest.trim_start_matches('.'), message);
        if !(tau >= 0.0 && tau.is_finite()) {
            return Err(Error::invalid(
                "curve",
                "",
                format!("years since the base must be finite and not negative, got {tau}"),
            ));
        }
        let values =
            medians(self, &|assumption| Shape::of(&assumption.law).map(|shape| shape.median())).map_err(fault)?;
        reaches(self, tau).map_err(fault)?;
        let values: Vec<Value<'_>> = values.into_iter().map(Value::Fixed).collect();
        let mut growth = f64::NAN;
        self.fill(&values, &[tau], 1, &mut |_, column| growth = column[0]);
        if growth.is_finite() {
            Ok(growth)
        } else {
            Err(fault(("", format!("log growth after {tau} years is {growth}"))))
        }
    }
}
