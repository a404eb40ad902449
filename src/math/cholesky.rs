//! Linear equations with a symmetric positive definite matrix.

/// Replaces the right side by the solution; `false` if the matrix is not positive definite. Only its lower triangle is read, and
/// replaced by the Cholesky factor.
///
/// Plain loops, so that a solution has the same bits on every machine.
pub(crate) fn solve<R: AsRef<[f64]> + AsMut<[f64]>>(matrix: &mut [R], side: &mut [f64]) -> bool {
    let size = side.len();
    for row in 0..size {
        for column in 0..=row {
            let [own, other] = [row, column].map(|row| matrix[row].as_ref());
            let known: f64 = own[..column].iter().zip(other).map(|(a, b)| a * b).sum();
            let (rest, pivot) = (own[column] - known, other[column]);
            if row == column && !(rest > 0.0) {
                return false;
            }
            matrix[row].as_mut()[column] = if row == column { rest.sqrt() } else { rest / pivot };
        }
    }
    for row in 0..size {
        let own = matrix[row].as_ref();
        let known: f64 = own[..row].iter().zip(&*side).map(|(a, b)| a * b).sum();
        side[row] = (side[row] - known) / own[row];
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|k| matrix[k].as_ref()[row] * side[k]).sum();
        side[row] = (side[row] - known) / matrix[row].as_ref()[row];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_solution_satisfies_the_equations() {
        let matrix = vec![vec![4.0, 0.0, 0.0], vec![2.0, 5.0, 0.0], vec![-1.0, 0.5, 3.0]];
        let mut found = [1.0, -2.0, 0.25];
        assert!(solve(&mut matrix.clone(), &mut found));
        let entry = |row: usize, column: usize| matrix[row.max(column)][row.min(column)];
        for (row, side) in [1.0, -2.0, 0.25].into_iter().enumerate() {
            let sum: f64 = (0..3).map(|column| entry(row, column) * found[column]).sum();
            assert!((sum - side).abs() < 1e-14, "{row}: {sum}");
        }
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_has_no_solution() {
        assert!(!solve(&mut [[1.0, 0.0], [2.0, 1.0]], &mut [1.0, 1.0]));
    }
}
