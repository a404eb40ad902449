//! Linear equations with a symmetric positive definite matrix.

/// Replaces the right side by the solution; `false` if the matrix is not positive definite. Only its lower triangle is read, and
/// replaced by the Cholesky factor.
///
/// Plain loops, so that a solution has the same bits on every machine.
pub(crate) fn solve<R: AsRef<[f64]> + AsMut<[f64]>>(matrix: &mut [R], side: &mut [f64]) -> bool {
    let is_definite = factor(matrix, 0.0).is_ok();
    if is_definite {
        substitute(matrix, side);
    }
    is_definite
}

/// Replaces the lower triangle of a matrix by its Cholesky factor.
///
/// # Errors
/// The first row of which no more than the part `least` of the diagonal remains after the rows before it.
pub(crate) fn factor<R: AsRef<[f64]> + AsMut<[f64]>>(matrix: &mut [R], least: f64) -> Result<(), usize> {
    for row in 0..matrix.len() {
        for column in 0..=row {
            let [own, other] = [row, column].map(|row| matrix[row].as_ref());
            let known: f64 = own[..column].iter().zip(other).map(|(a, b)| a * b).sum();
            let (entry, pivot) = (own[column], other[column]);
            let rest = entry - known;
            if row == column && !(rest > least * entry) {
                return Err(row);
            }
            matrix[row].as_mut()[column] = if row == column { rest.sqrt() } else { rest / pivot };
        }
    }
    Ok(())
}

/// Replaces the right side by the solution, given the Cholesky factor.
pub(crate) fn substitute<R: AsRef<[f64]>>(factor: &[R], side: &mut [f64]) {
    let size = side.len();
    for row in 0..size {
        let own = factor[row].as_ref();
        let known: f64 = own[..row].iter().zip(&*side).map(|(a, b)| a * b).sum();
        side[row] = (side[row] - known) / own[row];
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|k| factor[k].as_ref()[row] * side[k]).sum();
        side[row] = (side[row] - known) / factor[row].as_ref()[row];
    }
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
        assert_eq!(factor(&mut [[1.0, 0.0], [1.0, 1.0 + 1e-12]], 1e-10), Err(1));
    }
}
