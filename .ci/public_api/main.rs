//! The public items of a crate, one a line and sorted, from the JSON that rustdoc writes.

use std::process::ExitCode;

fn main() -> ExitCode {
    let file = std::env::args().nth(1).expect("the path of rustdoc's JSON");
    let api = public_api::Builder::from_rustdoc_json(file)
        .sorted(true)
        // What the compiler derives for every type says nothing about the crate.
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build();
    match api {
        Ok(api) => {
            api.items().for_each(|item| println!("{item}"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
