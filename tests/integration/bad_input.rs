//! Invalid input from a file, the builder or an address: always an error with address and value, and with line and column
//! if there is a text; never a panic, a hang or a large allocation.

#[path = "bad_input/bounds.rs"]
mod bounds;
#[path = "bad_input/cross.rs"]
mod cross;
#[path = "bad_input/document.rs"]
mod document;
#[path = "bad_input/every_key.rs"]
mod every_key;
#[path = "bad_input/surface.rs"]
mod surface;
#[path = "bad_input/tally.rs"]
mod tally;
#[path = "bad_input/words.rs"]
mod words;

use outgrow::{Error, Problem};

/// The problem at an address, which must exist.
fn problem_at<'e>(error: &'e Error, address: &str) -> &'e Problem {
    let found = error.problems().iter().find(|problem| problem.address == address);
    found.unwrap_or_else(|| panic!("no problem at {address:?}: {error}"))
}

/// Asserts invalid input with a problem at `address` whose message contains each of `words`.
#[track_caller]
fn assert_problem(error: &Error, address: &str, words: &[&str]) {
    assert!(error.is_invalid_input(), "{error}");
    let message = &problem_at(error, address).message;
    for word in words {
        assert!(message.contains(word), "{address}: {message:?} does not say {word:?}");
    }
}
