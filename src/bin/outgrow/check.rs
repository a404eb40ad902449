//! Validates a scenario without running it.

use outgrow::{Error, Finding, Provider, Question, Scenario, View};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::input::Source;
use crate::options::Check;
use crate::output;

pub(crate) fn check(options: &Check) -> Result<(), Failure> {
    if options.json {
        return check_as_json(options);
    }
    let source = Source::read(&options.input, &options.findings)?;
    output::print(&format!("{}: ok\n{}", source.name, asked(&source.scenario)))
}

/// What a scenario asks, a line each.
fn asked(scenario: &Scenario) -> String {
    let (quantity, periods) = (scenario.quantity(), scenario.periods());
    let unit = scenario.unit().map_or_else(String::new, |unit| format!(" in {unit}"));
    let names: Vec<&str> = scenario.providers().iter().map(Provider::name).collect();
    let mut lines = vec![
        format!("  {quantity}{unit}, {periods} periods after {} to {}", scenario.base(), scenario.horizon()),
        format!("  providers: {}", names.join(", ")),
        format!("  numbers that may be drawn: {}", scenario.assumptions().len()),
    ];
    if scenario.questions().is_empty() {
        lines.push("  no question: only revenue, ranks and shares are answered".to_owned());
    }
    lines.extend(scenario.questions().iter().map(|question| format!("  question: {}", question.title())));
    let changes = |view: &View| view.changes().count();
    let view =
        |view: &View| format!("  view: {}, weight {}, {} changed", view.name(), view.get_weight(), changes(view));
    lines.extend(scenario.views().iter().map(view));
    lines.join("\n")
}

/// Prints the same as JSON, with the findings; or the problems, which are then on standard error too.
fn check_as_json(options: &Check) -> Result<(), Failure> {
    let (name, read) = Source::parsed(&options.input)?;
    match read {
        Ok(scenario) => {
            let source = Source { name, scenario };
            let audit = (!options.findings.no_audit).then(|| source.scenario.quick_audit()).transpose();
            let audit = audit.map_err(|error| source.failure(&error))?;
            output::print(&valid(&source, audit.as_ref().map(outgrow::Audit::findings)).to_string())
        }
        Err(error) => {
            output::print(&invalid(&name, &error).to_string())?;
            Err(Failure::invalid(format!("{name}: {error}")))
        }
    }
}

fn valid(source: &Source, findings: Option<&[Finding]>) -> Value {
    let scenario = &source.scenario;
    let mut answer = json!({
        "file": source.name,
        "valid": true,
        "base": scenario.base(),
        "horizon": scenario.horizon(),
        "periods": scenario.periods(),
        "unit": scenario.unit(),
        "quantity": scenario.quantity(),
        "providers": scenario.providers().iter().map(Provider::name).collect::<Vec<_>>(),
        "assumptions": scenario.assumptions().len(),
        "questions": scenario.questions().iter().map(Question::title).collect::<Vec<_>>(),
    });
    if let Some(findings) = findings {
        answer["findings"] = json!(findings);
    }
    answer
}

fn invalid(name: &str, error: &Error) -> Value {
    let problem = |problem: &outgrow::Problem| {
        json!({
            "address": problem.address,
            "message": problem.message,
            "line": problem.place.map(|place| place.line),
            "column": problem.place.map(|place| place.column),
        })
    };
    json!({
        "file": name,
        "valid": false,
        "problems": error.problems().iter().map(problem).collect::<Vec<_>>(),
    })
}
