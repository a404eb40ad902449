//! Looking up the answer to a question by its name.

use super::Overtake;
use crate::error::{Error, did_you_mean};

/// The answer to the question with a name.
///
/// # Errors
/// If there is none; the message gives the most similar name.
pub(super) fn question_named<'a>(questions: &'a [Overtake], name: &str) -> Result<&'a Overtake, Error> {
    questions.iter().find(|overtake| overtake.name() == name).ok_or_else(|| unknown(questions, name))
}

/// The error for a question that is not among these.
pub(super) fn unknown(questions: &[Overtake], name: &str) -> Error {
    let known = questions.iter().map(Overtake::name);
    let all = known.clone().collect::<Vec<_>>().join(", ");
    let all = if all.is_empty() { "none".to_owned() } else { all };
    let hint = did_you_mean(name, known);
    Error::lookup("question", format!("no question is named {name:?}{hint}; the questions are: {all}"))
}
