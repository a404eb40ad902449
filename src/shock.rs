//! Shocks: the correlation of the providers' innovations and its Cholesky factor.

use nalgebra::{Cholesky, DMatrix, DVector};

/// The least pivot of `L D Lᵀ` that counts as positive definite.
const LEAST_PIVOT: f64 = 1e-9;

/// One stated correlation: two series and its value.
pub(crate) type Stated = (usize, usize, f64);

/// The lower factor `L` of the correlation matrix `C = L Lᵀ`, row by row.
///
/// # Errors
/// The index of the stated correlation to blame and what would do, where the matrix is not positive definite.
pub(crate) fn factor(series: usize, stated: &[Stated]) -> Result<Vec<Vec<f64>>, (usize, String)> {
    match cholesky(&matrix(series, stated)) {
        Some(lower) => Ok((0..series).map(|i| (0..=i).map(|j| lower[(i, j)]).collect()).collect()),
        None => Err(blame(series, stated)),
    }
}

fn matrix(series: usize, stated: &[Stated]) -> DMatrix<f64> {
    let mut matrix = DMatrix::identity(series, series);
    for &(i, j, value) in stated {
        matrix[(i, j)] = value;
        matrix[(j, i)] = value;
    }
    matrix
}

fn cholesky(matrix: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let lower = Cholesky::new(matrix.clone())?.unpack();
    lower.diagonal().iter().all(|pivot| pivot * pivot >= LEAST_PIVOT).then_some(lower)
}

/// The pair to blame: the last stated one without which the rest would do, else the strongest.
fn blame(series: usize, stated: &[Stated]) -> (usize, String) {
    let culprit = (0..stated.len()).rev().find_map(|index| range(series, stated, index).map(|range| (index, range)));
    let head = "the correlations together are not positive definite";
    match culprit {
        Some((index, (low, high))) => {
            let value = stated[index].2;
            (
                index,
                format!(
                    "{head}; with the others as stated this one must lie between {low:.3} and {high:.3}, got {value}"
                ),
            )
        }
        None => {
            let strongest = (0..stated.len()).max_by(|a, b| stated[*a].2.abs().total_cmp(&stated[*b].2.abs()));
            let index = strongest.unwrap_or(0);
            let value = stated[index].2;
            (index, format!("{head}, and no single one of them mends it; this is the strongest, got {value}"))
        }
    }
}

/// The values of one stated correlation that fit the others, if any, in thousandths and inside.
///
/// With `L` the factor of the rest and `yᵢ = L⁻¹ cᵢ`, the matrix is positive definite where
/// |value − yᵢ·yⱼ| < √((1 − yᵢ·yᵢ)(1 − yⱼ·yⱼ)): one factor for each pair, not one for each value tried.
fn range(series: usize, stated: &[Stated], index: usize) -> Option<(f64, f64)> {
    let (i, j, _) = stated[index];
    let whole = matrix(series, stated);
    let rest: Vec<usize> = (0..series).filter(|other| ![i, j].contains(other)).collect();
    let lower =
        Cholesky::new(DMatrix::from_fn(rest.len(), rest.len(), |row, column| whole[(rest[row], rest[column])]))?;
    let solve = |one: usize| {
        lower.l_dirty().solve_lower_triangular(&DVector::from_fn(rest.len(), |row, _| whole[(rest[row], one)]))
    };
    let (first, second) = (solve(i)?, solve(j)?);
    let dot = |a: &DVector<f64>, b: &DVector<f64>| a.iter().zip(b.iter()).map(|(a, b)| a * b).sum::<f64>();
    let (centre, width) = (dot(&first, &second), (1.0 - dot(&first, &first)) * (1.0 - dot(&second, &second)));
    if !(width > 0.0 && dot(&first, &first) < 1.0) {
        return None;
    }
    let fits = |value: &f64| {
        let mut others = stated.to_vec();
        others[index].2 = *value;
        cholesky(&matrix(series, &others)).is_some()
    };
    // At the very end the least pivot may still be too small.
    let inwards = |end: f64, step: f64| (0..3).map(|count| end + f64::from(count) * step).find(fits);
    let low = inwards((1000.0 * (centre - width.sqrt())).ceil() / 1000.0, 0.001)?;
    let high = inwards((1000.0 * (centre + width.sqrt())).floor() / 1000.0, -0.001)?;
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factor_gives_the_matrix_back() {
        let stated = [(0, 1, 0.3), (1, 2, -0.5), (0, 3, 0.2)];
        let lower = factor(4, &stated).expect("positive definite");
        let entry = |i: usize, j: usize| (0..=i.min(j)).map(|k| lower[i][k] * lower[j][k]).sum::<f64>();
        for &(i, j, value) in &stated {
            assert!((entry(i, j) - value).abs() < 1e-15);
        }
        assert!((entry(2, 3)).abs() < 1e-15 && (entry(3, 3) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn the_pair_to_blame_is_named_with_what_would_do() {
        // 1 and 2 both follow 0 closely, so they cannot run against each other.
        let (index, message) = factor(3, &[(0, 1, 0.9), (0, 2, 0.9), (1, 2, -0.9)]).expect_err("impossible");
        assert_eq!(index, 2);
        assert!(message.contains("between 0.621 and 0.999, got -0.9"), "{message}");
        assert!(factor(2, &[(0, 1, 1.0)]).is_err(), "a perfect correlation is only semidefinite");
    }
}
