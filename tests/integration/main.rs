//! What the crate promises, one file a promise.

#[cfg(feature = "history")]
mod against_reference;
mod assertion;
#[cfg(feature = "toml")]
mod at_any_time;
#[cfg(feature = "toml")]
mod audit;
#[cfg(feature = "history")]
mod backtest;
mod bad_input;
#[cfg(feature = "charts")]
mod charts;
mod close_pairs;
mod closed_forms;
#[cfg(feature = "cli")]
mod command;
#[cfg(feature = "cli")]
mod command_again;
#[cfg(feature = "cli")]
mod command_analysis;
#[cfg(feature = "cli")]
mod command_backtest;
#[cfg(feature = "cli")]
mod command_difference;
#[cfg(feature = "cli")]
mod command_files;
#[cfg(feature = "cli")]
mod command_fit;
#[cfg(all(feature = "cli", unix))]
mod command_interrupt;
#[cfg(feature = "cli")]
mod command_parts;
#[cfg(feature = "cli")]
mod command_shell;
#[cfg(feature = "cli")]
mod command_sweep;
#[cfg(feature = "toml")]
mod conformance;
mod cross_check;
#[cfg(feature = "toml")]
mod crossing;
mod dates;
#[cfg(feature = "toml")]
mod dependence;
mod distributions;
#[cfg(feature = "toml")]
mod exact;
#[cfg(feature = "toml")]
mod examples;
#[cfg(feature = "toml")]
mod fiscal;
#[cfg(feature = "history")]
mod fit;
#[cfg(feature = "history")]
mod fit_of_history;
mod gradient;
#[cfg(feature = "history")]
mod history;
#[cfg(feature = "toml")]
mod joint;
mod laws;
mod limits;
#[cfg(feature = "toml")]
mod markdown;
mod measured;
mod measures;
#[cfg(feature = "toml")]
mod mixture;
mod news;
mod news_weighted;
mod outcome_file;
mod outcome_json;
#[cfg(feature = "history")]
#[path = "../reference/outside_tables.rs"]
mod outside_tables;
#[cfg(feature = "history")]
mod outside_view;
mod own_questions;
#[cfg(feature = "toml")]
mod places;
mod progress;
#[cfg(feature = "toml")]
mod properties;
mod quantity;
mod ranks;
#[cfg(all(feature = "cli", unix))]
mod readme_commands;
#[cfg(feature = "charts")]
mod report;
mod reproduce;
mod resume;
mod same_bits;
mod samplings;
mod schema;
mod scores;
mod segments;
mod sensitivity;
#[cfg(feature = "toml")]
mod shocks;
mod snapshot;
mod solve;
mod surface;
mod sustained;
mod tables;
mod types;
mod views;
