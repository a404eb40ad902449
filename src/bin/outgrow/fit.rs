//! Makes a scenario from a history: the outside view of two or more names.

use std::io::{self, Write};

use outgrow::{Error, History, OutsideView, ReferenceClass};

use crate::failure::Failure;
use crate::input;
use crate::options::{Class, Fit};
use crate::output;

/// Prints the scenario on standard output and the summary on standard error.
pub(crate) fn fit(options: &Fit) -> Result<(), Failure> {
    let history = input::history(&options.history)?;
    let failed = |error: &Error| input::failure(&options.history, error);
    let view = view(&history, options).map_err(|error| failed(&error))?;
    let scenario = view.scenario().and_then(|scenario| scenario.to_toml()).map_err(|error| failed(&error))?;
    // Nobody may be reading standard error.
    let _ = write!(io::stderr(), "{view}");
    output::print(&scenario)
}

fn view(history: &History, options: &Fit) -> Result<OutsideView, Error> {
    let history = &match options.as_of {
        Some(date) => history.as_of(date)?,
        None => history.clone(),
    };
    let stated: Vec<&str> = options.names.iter().map(String::as_str).collect();
    let names = if stated.is_empty() { smallest_first(history, options)? } else { stated };
    let view = history.outside_view_of(&names, options.base, options.horizon)?;
    let view = match (options.class, options.as_of) {
        (Class::General, _) => view,
        (Class::LargeCompanies, _) => view.with_class(ReferenceClass::large_companies()),
        (Class::Panel, Some(date)) => view.with_class(ReferenceClass::from_panel(history, date)?),
        (Class::Panel, None) => unreachable!("--class panel requires --as-of"),
    };
    if options.periods { view.on_periods() } else { Ok(view) }
}

/// All names, the smallest at the base first, which challenges the others. A name without a figure there comes last, and
/// the view reports it.
fn smallest_first<'h>(history: &'h History, options: &Fit) -> Result<Vec<&'h str>, Error> {
    let mut named = Vec::new();
    for name in history.names() {
        let value = history.series(name)?.trailing_year(options.base)?;
        named.push((value.unwrap_or(f64::INFINITY), name));
    }
    named.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    Ok(named.into_iter().map(|(_, name)| name).collect())
}
