//! What the Markdown shows is read by the code.

use outgrow::Scenario;

const README: &str = include_str!("../../README.md");

/// The fenced blocks of a language.
fn blocks(language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    README.split(&opening).skip(1).map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_scenario_of_the_readme_is_one() {
    let scenarios: Vec<String> = blocks("toml").into_iter().filter(|block| block.contains("[[provider]]")).collect();
    assert_eq!(scenarios.len(), 1);
    let scenario = Scenario::from_toml(&scenarios[0]).expect("a scenario");
    assert_eq!(scenario.providers()[0].name(), "Alibaba Cloud");
}

#[test]
fn the_manifest_of_the_readme_is_one() {
    let manifests: Vec<String> = blocks("toml").into_iter().filter(|block| block.contains("[dependencies]")).collect();
    let manifest: toml::Table = toml::from_str(&manifests[0]).expect("a manifest");
    assert_eq!(manifest["profile"]["dev"]["package"]["*"]["opt-level"].as_integer(), Some(3));
    let version = manifest["dependencies"]["outgrow"].as_str().expect("a version");
    assert!(env!("CARGO_PKG_VERSION").starts_with(version), "{version}");
}
