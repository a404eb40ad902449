//! Makes a scenario from a history: the outside view of two or more names, or growth laws fitted to them.

use outgrow::fit::{Fits, FittedCurve, FittedProvider};
use outgrow::history::Advantage;
use outgrow::{Error, History, OutsideView, Period};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::options::Fit;
use crate::past::HistoryAsOf;
use crate::{messages, output};

/// Prints the scenario on standard output and the summary on standard error, or the estimates as JSON.
pub(crate) fn fit(options: &Fit) -> Result<(), Failure> {
    let past = HistoryAsOf::read(&options.history, &options.known)?;
    let made = made(&past, options).map_err(|error| past.failure(&error))?;
    messages::print(&made.summary);
    output::print(&made.answer)
}

/// What is printed.
struct Made {
    /// On standard output.
    answer: String,
    /// On standard error.
    summary: String,
}

fn made(past: &HistoryAsOf, options: &Fit) -> Result<Made, Error> {
    let history = &past.history;
    if options.law.is_empty() {
        let (Some(base), Some(horizon)) = (options.base, options.horizon) else {
            unreachable!("both are required without --law");
        };
        let view = view(past, options, base, horizon)?;
        if options.json {
            return Ok(Made { answer: of_view(&view).to_string(), summary: String::new() });
        }
        return Ok(Made { answer: view.scenario()?.to_toml()?, summary: view.to_string() });
    }
    let names: Vec<&str> = match options.names.as_slice() {
        [] => history.names(),
        names => names.iter().map(String::as_str).collect(),
    };
    let fits = history.fits(names, options.law.iter().copied())?;
    let fits = if options.student_t { fits.with_student_t() } else { fits };
    match options.horizon {
        Some(horizon) if !options.json => {
            Ok(Made { answer: fits.scenario(horizon)?.to_toml()?, summary: fits.to_string() })
        }
        Some(_) | None => Ok(Made { answer: of_fits(&fits).to_string(), summary: String::new() }),
    }
}

fn view(past: &HistoryAsOf, options: &Fit, base: Period, horizon: Period) -> Result<OutsideView, Error> {
    let history = &past.history;
    let stated: Vec<&str> = options.names.iter().map(String::as_str).collect();
    let names = if stated.is_empty() { smallest_first(history, base)? } else { stated };
    let view = history.outside_view_of(&names, base, horizon)?;
    let view = view.with_class(past.class(&options.known)?);
    if options.periods { view.on_periods() } else { Ok(view) }
}

/// All names, the smallest at the base first, which challenges the others. A name without a figure there comes last, and
/// the view reports it.
fn smallest_first(history: &History, base: Period) -> Result<Vec<&str>, Error> {
    let mut named = Vec::new();
    for name in history.names() {
        let value = history.series(name)?.trailing_year(base)?;
        named.push((value.unwrap_or(f64::INFINITY), name));
    }
    named.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    Ok(named.into_iter().map(|(_, name)| name).collect())
}

fn of_view(view: &OutsideView) -> Value {
    let (mean, sd) = view.common_growth();
    let class = view.class();
    let advantage = |advantage: &Advantage| {
        let (at_base, sd_at_base) = advantage.at_base();
        json!({
            "name": advantage.name(),
            "advantage": advantage.value(),
            "sd": advantage.sd(),
            "at_base": at_base,
            "sd_at_base": sd_at_base,
            "scale": advantage.scale(),
            "changes": advantage.changes(),
            "weights": advantage.weights(),
        })
    };
    json!({
        "class": { "name": class.name(), "share": class.share(), "half_life": class.half_life(), "scale": class.scale(),
            "scale_weight": class.scale_weight(), "df": class.df() },
        "log_ratio": view.log_ratio(),
        "common_growth": { "mean": mean, "sd": sd },
        "advantages": view.advantages().iter().map(advantage).collect::<Vec<_>>(),
    })
}

fn of_fits(fits: &Fits) -> Value {
    json!({
        "base": fits.base().to_string(),
        "df": fits.df(),
        "providers": fits.providers().iter().map(of_provider).collect::<Vec<_>>(),
    })
}

fn of_provider(provider: &FittedProvider) -> Value {
    let shocks = provider.shocks();
    let laws = provider.laws().iter().zip(provider.weights());
    json!({
        "name": provider.name(),
        "laws": laws.map(|(law, weight)| of_law(law, *weight)).collect::<Vec<_>>(),
        "refused": provider.refused().iter()
            .map(|(law, error)| json!({ "law": law, "error": error.to_string() }))
            .collect::<Vec<_>>(),
        "shocks": {
            "scale": shocks.scale(),
            "df": shocks.df(),
            "sd": shocks.sd(),
            "correlation": shocks.correlation(),
            "half_life": shocks.half_life(),
            "volatility": shocks.volatility(),
        },
    })
}

fn of_law(law: &FittedCurve, weight: f64) -> Value {
    let fit = law.fit();
    let parameters = fit.parameters().iter().map(|parameter| {
        json!({
            "name": parameter.name(),
            "value": parameter.value(),
            "standard_error": parameter.standard_error(),
            "fixed": parameter.is_fixed(),
        })
    });
    json!({
        "law": law.key(),
        "weight": weight,
        "aicc": fit.aicc(),
        "observations": fit.residuals().len(),
        "degrees_of_freedom": fit.degrees_of_freedom(),
        "residual_sd": fit.residual_sd(),
        "parameters": parameters.collect::<Vec<_>>(),
    })
}
