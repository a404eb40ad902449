//! A mixture of growth laws: each path follows one of them, drawn with probabilities in proportion to the weights.

use std::ops::Range;

use super::value::Value;

/// The values of each law among those of a mixture, whose first value is the index of the law drawn. `lengths` are the
/// numbers of values of the laws.
pub(super) fn parts(lengths: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut from = 1;
    let part = |length: usize| {
        let first = from;
        from += length;
        first..from
    };
    lengths.map(part).collect()
}

/// The index of the law that a draw stands for.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the index of a law, a small whole number")]
pub(super) fn chosen(drawn: f64) -> usize {
    drawn as usize
}

/// The values of a curve over a block of paths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drawn<'a> {
    pub(super) values: &'a [Value<'a>],
    /// ln of the drawn base divided by its median, where fiscal totals need it.
    pub(super) shifts: Option<&'a [f64]>,
    pub(super) count: usize,
}

/// A path that cannot meet its totals, with the reason.
pub(super) type Unmet = (usize, String);

/// Receives one column for each date.
pub(super) type Emit<'a> = dyn FnMut(usize, &[f64]) + 'a;

/// Calls `law` once for each law that a path of the block follows, with the values of its paths, and emits one column
/// for each of `dates` dates.
///
/// The values of a path do not depend on the other paths, so a path has the bits that its law gives by itself.
pub(super) fn fill(
    parts: &[Range<usize>],
    whole: Drawn<'_>,
    dates: usize,
    emit: &mut Emit<'_>,
    law: &mut dyn FnMut(usize, Drawn<'_>, &mut Emit<'_>) -> Result<(), Unmet>,
) -> Result<(), Unmet> {
    let Drawn { values, shifts, count } = whole;
    let drawn = match values[0] {
        Value::Fixed(drawn) => {
            let index = chosen(drawn);
            return law(index, Drawn { values: &values[parts[index].clone()], ..whole }, emit);
        }
        Value::Drawn(drawn) => &drawn[..count],
    };
    let mut out = vec![0.0; dates * count];
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|path| chosen(drawn[*path]));
    for paths in order.chunk_by(|a, b| chosen(drawn[*a]) == chosen(drawn[*b])) {
        let index = chosen(drawn[paths[0]]);
        let part = &parts[index];
        let gather = |column: &[f64]| paths.iter().map(|path| column[*path]).collect::<Vec<f64>>();
        let columns = values[part.clone()].iter().map(|value| match value {
            Value::Fixed(_) => Vec::new(),
            Value::Drawn(column) => gather(column),
        });
        let columns: Vec<Vec<f64>> = columns.collect();
        let own = values[part.clone()].iter().zip(&columns).map(|(value, column)| match value {
            Value::Fixed(value) => Value::Fixed(*value),
            Value::Drawn(_) => Value::Drawn(column),
        });
        let own: Vec<Value<'_>> = own.collect();
        let shifts = shifts.map(gather);
        let of_law = Drawn { values: &own, shifts: shifts.as_deref(), count: paths.len() };
        let filled = law(index, of_law, &mut |date, column| {
            let row = &mut out[date * count..(date + 1) * count];
            paths.iter().zip(column).for_each(|(path, growth)| row[*path] = *growth);
        });
        filled.map_err(|(path, fault)| (paths[path], fault))?;
    }
    out.chunks_exact(count).enumerate().for_each(|(date, column)| emit(date, column));
    Ok(())
}
