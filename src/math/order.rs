//! Sorting by numbers, in the total order of `f64`. The functions are not generic: each type and order for which the standard library
//! compiles a stable sort adds 8 kB of machine code.

/// The indices of `keys` in increasing order of their keys; equal keys keep their order.
pub(crate) fn ascending(keys: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|a, b| keys[*a].total_cmp(&keys[*b]));
    order
}

/// The indices of `keys` in decreasing order of their keys; equal keys keep their order.
pub(crate) fn descending(keys: &[f64]) -> Vec<usize> {
    let negated: Vec<f64> = keys.iter().map(|key| -key).collect();
    ascending(&negated)
}

/// Sorts pairs by their first number; equal ones keep their order.
pub(crate) fn sort_by_first(pairs: &mut [(f64, f64)]) {
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_keep_their_order() {
        let keys = [2.0, 0.0, 1.0, -0.0, 2.0, f64::NAN, f64::NEG_INFINITY, 0.0];
        assert_eq!(ascending(&keys), [6, 3, 1, 7, 2, 0, 4, 5]);
        assert_eq!(descending(&keys), [5, 0, 4, 2, 1, 7, 3, 6]);
        let mut pairs = [(1.0, 1.0), (-1.0, 2.0), (1.0, 3.0), (-1.0, 4.0)];
        sort_by_first(&mut pairs);
        assert_eq!(pairs, [(-1.0, 2.0), (-1.0, 4.0), (1.0, 1.0), (1.0, 3.0)]);
    }
}
