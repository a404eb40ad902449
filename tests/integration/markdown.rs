//! The examples in the Markdown files are valid.

use outgrow::Scenario;

const README: &str = include_str!("../../README.md");
const REFERENCE: &str = include_str!("../../examples/scenarios/README.md");

/// The fenced blocks of a language.
fn blocks(markdown: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    markdown.split(&opening).skip(1).map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_scenario_of_the_readme_is_one() {
    let scenarios: Vec<String> =
        blocks(README, "toml").into_iter().filter(|block| block.contains("[[provider]]")).collect();
    assert_eq!(scenarios.len(), 1);
    let scenario = Scenario::from_toml(&scenarios[0]).expect("a scenario");
    assert_eq!(scenario.providers()[0].name(), "Alibaba Cloud");
    // The same case as in the examples, to the last bit.
    let case = Scenario::from_toml(include_str!("../../examples/scenarios/alibaba_vs_google.toml")).expect("the case");
    let answer = |scenario: &Scenario| {
        let outcome = scenario.simulate().paths(2000).seed(7).run().expect("an outcome");
        let overtake = outcome.question("Alibaba Cloud overtakes Google Cloud").expect("the question").clone();
        overtake.counts().to_vec()
    };
    assert_eq!(answer(&scenario), answer(&case));
}

/// README and crate page build the same scenario with the same code.
#[test]
fn the_case_is_one_in_readme_and_crate_page() {
    let lines = |text: &str, comment: &str| -> Vec<String> {
        let lines = text.lines().map(|line| line.trim_start_matches(comment).trim().to_owned());
        let from = lines.skip_while(|line| !line.starts_with("let alibaba = Provider::new"));
        from.take_while(|line| !line.starts_with("let outcome")).filter(|line| !line.is_empty()).collect()
    };
    let readme = lines(README, "");
    assert!(readme.len() > 10 && readme.iter().any(|line| line.contains("mature_growth")), "{readme:?}");
    assert_eq!(readme, lines(include_str!("../../src/lib.rs"), "//!"));
}

/// The README's statement about a spreadsheet: every assumption of the case at its central value.
#[test]
fn the_middle_of_the_inputs_gives_the_date_that_the_readme_says() {
    let case = Scenario::from_toml(include_str!("../../examples/scenarios/alibaba_vs_google.toml")).expect("the case");
    let middle = case.with_all([
        ("assumption[mature_growth]", 0.12),
        ("provider[Alibaba Cloud].growth.schedule.rates[0]", 0.87),
        ("provider[Alibaba Cloud].growth.schedule.rates[1]", 0.60),
        ("provider[Alibaba Cloud].growth.schedule.tail.fade.half_life", 2.0),
        ("provider[Alibaba Cloud].volatility", 0.0),
        ("provider[Google Cloud].revenue", 1.21e9),
        ("provider[Google Cloud].growth.fade.from", 0.45),
        ("provider[Google Cloud].growth.fade.half_life", 4.0),
        ("provider[Google Cloud].volatility", 0.0),
    ]);
    let outcome = middle.expect("a scenario").simulate().paths(64).run().expect("an outcome");
    let overtake = outcome.question("Alibaba Cloud overtakes Google Cloud").expect("the question");
    let date = overtake.quantile(0.5).expect("a date").to_string();
    assert!(README.contains(&format!("Alibaba passes Google in {date} and is behind again by 2028-Q1")), "{date}");
    assert!(overtake.ahead("2028-Q1").expect("an answer").value() < 0.5);
}

#[test]
fn the_scenario_of_the_reference_is_one_and_runs() {
    let scenarios = blocks(REFERENCE, "toml");
    let scenario = Scenario::from_toml(&scenarios[0]).expect("a scenario");
    let outcome = scenario.simulate().paths(64).run().expect("an outcome");
    let names: Vec<&str> = outcome.questions().iter().map(outgrow::Overtake::name).collect();
    let title = "Alibaba Cloud overtakes Google Cloud";
    let annual = format!("{title} (annual)");
    assert_eq!(names, [title, "for a year", "Alibaba Cloud leads", "Google Cloud in the top 2", &annual]);
    assert_eq!(scenario.ceiling(), Some(60_000.0));
    // Every address that it mentions.
    for address in [
        "provider[Google Cloud].claim[0].at_least",
        "provider[Alibaba Cloud].growth.schedule.rates[0].normal[1]",
        "assumption[mature]",
        "dependence[0].rank_correlation",
    ] {
        assert!(REFERENCE.contains(address) && scenario.with(address, 0.1).is_ok(), "{address}");
    }
}

/// The tables of the reference: every complete curve and tail is read, and every distribution by its key.
#[test]
fn every_form_of_the_reference_is_read() {
    let forms: Vec<&str> = REFERENCE.split('`').filter(|form| form.starts_with("{ ") && form.ends_with(" }")).collect();
    let scenario = |growth: &str| {
        let provider = format!("[{{ name = 'A', revenue = 1, growth = {growth} }}]");
        Scenario::from_toml(&format!("base = '2018'\nhorizon = '2030'\nprovider = {provider}"))
    };
    let mut read = 0;
    for form in &forms {
        // Forms with placeholders are no curves.
        let places = ["…", "[low", "DISTRIBUTION", "p05", "value", "mean", "median", "fiscal"];
        if places.iter().any(|place| form.contains(place)) {
            continue;
        }
        let as_tail = format!("{{ schedule = {{ rates = [0.8, 0.6], tail = {form} }} }}");
        let is_law = ["beta", "student_t", "quantiles"].iter().any(|law| form.starts_with(&format!("{{ {law} = ")));
        let is_shock =
            ["persistent", "reverting", "damped_trend"].iter().any(|shock| form.starts_with(&format!("{{ {shock} = ")));
        let is_read = if is_shock {
            let provider = format!("[{{ name = 'A', revenue = 1, growth = {{ constant = 0.1 }}, shock = {form} }}]");
            Scenario::from_toml(&format!("base = '2018'\nhorizon = '2030'\nprovider = {provider}")).is_ok()
        } else if is_law {
            // As a named assumption, whose place allows any number.
            let named = format!("base = '2018'\nhorizon = '2030'\nassumption = {{ x = {form} }}\n");
            Scenario::from_toml(&(named + "provider = [{ name = 'A', revenue = 1, growth = { constant = 0.1 } }]"))
                .is_ok()
        } else {
            scenario(form).is_ok() || scenario(&as_tail).is_ok()
        };
        assert!(is_read, "{form}");
        read += 1;
    }
    assert!(read >= 8, "{forms:?}");
    for (law, numbers) in [
        ("normal", "[1, 1e-3]"),
        ("lognormal", "[1, 0.1]"),
        ("uniform", "[1, 2]"),
        ("pert", "[1, 2, 3]"),
        ("log_growth", "[0.1, 0.1]"),
        ("discrete", "[[0.1, 1], [0.2, 3]]"),
        ("empirical", "[0.1, 0.2]"),
    ] {
        assert!(forms.iter().any(|form| form.starts_with(&format!("{{ {law} = "))), "{law}");
        assert!(scenario(&format!("{{ constant = {{ {law} = {numbers} }} }}")).is_ok(), "{law}");
    }
}

#[test]
fn the_manifest_of_the_readme_is_one() {
    let manifests: Vec<String> =
        blocks(README, "toml").into_iter().filter(|block| block.contains("[dependencies]")).collect();
    let manifest: toml::Table = toml::from_str(&manifests[0]).expect("a manifest");
    assert_eq!(manifest["profile"]["dev"]["package"]["*"]["opt-level"].as_integer(), Some(3));
    let version = manifest["dependencies"]["outgrow"].as_str().expect("a version");
    assert!(env!("CARGO_PKG_VERSION").starts_with(version), "{version}");
}
