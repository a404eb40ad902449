//! The one option of examples that simulate the case.

/// The number of paths of `[--paths N]`, a million by default, or how the example is used.
pub(crate) fn paths(example: &str) -> Result<u64, String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let count = match arguments.as_slice() {
        [] => return Ok(1_000_000),
        [flag, count] if flag == "--paths" => count.parse().ok(),
        _ => None,
    };
    count.ok_or_else(|| format!("usage: {example} [--paths N]"))
}
