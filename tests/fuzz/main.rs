//! Fuzz targets: one file a promise, each a function that must hold for any input. `.ci/fuzz` runs them; the inputs that it
//! keeps are in `__fuzz__`, where bolero looks for them.

#![expect(clippy::disallowed_methods, reason = "inputs need not have the same bits on every machine")]

mod addresses;
mod curves;
mod exact_and_simulated;
mod history_csv;
mod laws;
mod numbers;
mod scenario_answers;
mod scenario_json;
mod scenario_toml;
mod stored;
