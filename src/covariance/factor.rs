//! The Cholesky factor of a correlation matrix that may be singular, and diagnostics where there is none.

use nalgebra::{Cholesky, DMatrix, SymmetricEigen};

/// Smallest pivot of `L D Lᵀ` that counts as positive; a pivot within this distance of 0 counts as 0.
const LEAST_PIVOT: f64 = 1e-9;
/// Largest remainder of a correlation that is accepted in the column of a zero pivot.
const MOST_REMAINDER: f64 = 1e-6;
/// Maximum number of decimals of a bound in a message.
const DECIMALS: usize = 9;
/// Scale of the decimals of a nearest correlation matrix in a message.
const NEAREST_SCALE: f64 = 1e4;
/// Maximum number of alternating projections.
const MOST_STEPS: usize = 200;
/// Alternating projections stop if two successive matrices differ by less than this.
const SETTLED: f64 = 1e-7;

/// One specified correlation: two series and its value.
pub(crate) type Stated = (usize, usize, f64);

/// Why correlations have no factor: the matrix is not positive semidefinite.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Unfit {
    /// Index of the specified correlation to blame.
    pub(crate) index: usize,
    /// Range of values that would be valid there, given the others; `None` if there is no such value.
    pub(crate) range: Option<(f64, f64)>,
    /// Entries of a nearby valid matrix, where they differ from those specified (or from 0 if unspecified).
    pub(crate) nearest: Vec<Stated>,
}

/// The lower Cholesky factor `L` of the correlation matrix `C = L Lᵀ`, row by row.
///
/// The matrix may be singular. `C` is factored in the order of the series, without pivoting, so that a series added at
/// the end does not change the innovations of the others. A pivot within 1e-9 of 0 counts as 0, and so does its column.
///
/// # Errors
/// If the matrix is not positive semidefinite.
pub(crate) fn factor(series: usize, stated: &[Stated]) -> Result<Vec<Vec<f64>>, Unfit> {
    let matrix = matrix(series, stated);
    lower(&matrix).ok_or_else(|| unfit(&matrix, stated))
}

fn lower(matrix: &DMatrix<f64>) -> Option<Vec<Vec<f64>>> {
    // Uses the factor of the library where it exists, since the bits of sampled values depend on it.
    if let Some(lower) = cholesky(matrix) {
        return Some((0..matrix.nrows()).map(|i| (0..=i).map(|j| lower[(i, j)]).collect()).collect());
    }
    semidefinite(matrix)
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

/// The factor of a matrix that may be singular, row by row.
fn semidefinite(matrix: &DMatrix<f64>) -> Option<Vec<Vec<f64>>> {
    let mut lower: Vec<Vec<f64>> = Vec::with_capacity(matrix.nrows());
    for i in 0..matrix.nrows() {
        let mut row = solved(&lower, |j| matrix[(i, j)])?;
        let pivot = matrix[(i, i)] - squares(&row);
        if pivot < -LEAST_PIVOT {
            return None;
        }
        if pivot > LEAST_PIVOT {
            row.push(pivot.sqrt());
        } else {
            // Normalized so that innovations have unit variance exactly, and series with a correlation of 1 have equal
            // innovations.
            let length = squares(&row).sqrt();
            row.iter_mut().for_each(|entry| *entry /= length);
            row.push(0.0);
        }
        lower.push(row);
    }
    Some(lower)
}

/// The row y with `L y = c`; `None` if a zero column would need more than a remainder.
fn solved(lower: &[Vec<f64>], entry: impl Fn(usize) -> f64) -> Option<Vec<f64>> {
    let mut row: Vec<f64> = Vec::with_capacity(lower.len() + 1);
    for (j, above) in lower.iter().enumerate() {
        let rest = entry(j) - row.iter().zip(above).map(|(a, b)| a * b).sum::<f64>();
        let pivot = above[j];
        if !(pivot > 0.0) && rest.abs() > MOST_REMAINDER {
            return None;
        }
        row.push(if pivot > 0.0 { rest / pivot } else { 0.0 });
    }
    Some(row)
}

fn squares(row: &[f64]) -> f64 {
    row.iter().map(|entry| entry * entry).sum()
}

/// The last specified pair without which the others are valid, or else the strongest pair, with the values that would
/// be valid.
fn unfit(matrix: &DMatrix<f64>, stated: &[Stated]) -> Unfit {
    let alone = (0..stated.len()).rev().find_map(|index| Some((index, range(matrix, stated[index])?)));
    let strongest = || (0..stated.len()).max_by(|a, b| stated[*a].2.abs().total_cmp(&stated[*b].2.abs()));
    let strongest = || strongest().expect("without correlations the matrix is the identity, which is valid");
    let index = alone.map_or_else(strongest, |(index, _)| index);
    Unfit { index, range: alone.map(|(_, range)| range), nearest: nearest(matrix) }
}

/// The range of one correlation that is valid with the others, if any.
///
/// With `L` the factor of the others and `L yᵢ = cᵢ`, the matrix is positive semidefinite if |value − yᵢ·yⱼ| ≤ √((1 −
/// yᵢ·yᵢ)(1 − yⱼ·yⱼ)). This needs one factor per pair rather than one per tried value.
fn range(matrix: &DMatrix<f64>, (i, j, _): Stated) -> Option<(f64, f64)> {
    let rest: Vec<usize> = (0..matrix.nrows()).filter(|other| ![i, j].contains(other)).collect();
    let others = lower(&DMatrix::from_fn(rest.len(), rest.len(), |row, column| matrix[(rest[row], rest[column])]))?;
    let [first, second] = [i, j].map(|one| solved(&others, |place| matrix[(rest[place], one)]));
    let (first, second) = (first?, second?);
    let free = [&first, &second].map(|row| 1.0 - squares(row));
    if free.iter().any(|free| *free < -LEAST_PIVOT) {
        return None;
    }
    let centre: f64 = first.iter().zip(&second).map(|(a, b)| a * b).sum();
    let reach = (free[0].max(0.0) * free[1].max(0.0)).sqrt();
    let fits = |value: f64| {
        let mut changed = matrix.clone();
        (changed[(i, j)], changed[(j, i)]) = (value, value);
        value.abs() <= 1.0 && lower(&changed).is_some()
    };
    Some((bound(centre - reach, -1.0, &fits)?, bound(centre + reach, 1.0, &fits)?))
}

/// An end of a range with the fewest decimals that are valid, rounded outwards if possible; `outwards` is −1 or 1.
fn bound(end: f64, outwards: f64, fits: &impl Fn(f64) -> bool) -> Option<f64> {
    let rounded = |decimals: usize, outwards: f64| {
        let scale = std::iter::repeat_n(10.0, decimals).product::<f64>();
        // A value within the rounding error of a decimal counts as that decimal.
        let scaled = scale * end - outwards * 1e-5 * scale * LEAST_PIVOT;
        (if outwards > 0.0 { scaled.ceil() } else { scaled.floor() }) / scale
    };
    let outside = (1..=DECIMALS).map(|decimals| rounded(decimals, outwards));
    let inside = (1..=DECIMALS).rev().map(|decimals| rounded(decimals, -outwards));
    outside.chain(inside).find(|value| fits(*value))
}

/// Entries of the nearest correlation matrix, rounded to four decimals with a valid factor, where they differ from
/// `matrix`.
///
/// N. J. Higham, "Computing the nearest correlation matrix—a problem from finance", IMA Journal of Numerical Analysis
/// 22 (2002) 329–343: alternating projections onto the semidefinite matrices and those with unit diagonal, with
/// Dykstra's correction for the first. The nearest matrix is singular, so its rounded entries may need to be shrunk
/// slightly towards 0.
fn nearest(matrix: &DMatrix<f64>) -> Vec<Stated> {
    let found = projected(matrix);
    let series = matrix.nrows();
    let shrunk = |by: f64| {
        DMatrix::from_fn(series, series, |i, j| {
            if i == j { 1.0 } else { ((1.0 - by) * found[(i, j)] * NEAREST_SCALE).round() / NEAREST_SCALE }
        })
    };
    let steps = std::iter::once(0.0).chain((0..14).map(|step| 1e-4 * f64::from(1 << step)));
    let Some(fit) = steps.map(shrunk).find(|changed| lower(changed).is_some()) else { return Vec::new() };
    let pairs = (0..series).flat_map(|i| (i + 1..series).map(move |j| (i, j)));
    let changed = pairs.filter(|&(i, j)| (fit[(i, j)] - matrix[(i, j)]).abs() >= 1.0 / NEAREST_SCALE);
    changed.map(|(i, j)| (i, j, fit[(i, j)])).collect()
}

fn projected(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    let mut unit = matrix.clone();
    let mut correction = DMatrix::zeros(matrix.nrows(), matrix.ncols());
    for _ in 0..MOST_STEPS {
        let from = &unit - &correction;
        let mut eigen = SymmetricEigen::new(from.clone());
        eigen.eigenvalues.iter_mut().for_each(|value| *value = value.max(0.0));
        let positive = eigen.recompose();
        correction = &positive - from;
        let distance = (&positive - &unit).norm();
        unit = positive;
        unit.fill_diagonal(1.0);
        if distance < SETTLED * unit.norm() {
            break;
        }
    }
    unit
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The entry of `L Lᵀ`.
    fn entry(lower: &[Vec<f64>], i: usize, j: usize) -> f64 {
        (0..=i.min(j)).map(|k| lower[i][k] * lower[j][k]).sum::<f64>()
    }

    #[test]
    fn the_factor_reproduces_the_matrix() {
        let stated = [(0, 1, 0.3), (1, 2, -0.5), (0, 3, 0.2)];
        let lower = factor(4, &stated).expect("positive definite");
        for &(i, j, value) in &stated {
            assert!((entry(&lower, i, j) - value).abs() < 1e-15);
        }
        assert!((entry(&lower, 2, 3)).abs() < 1e-15 && (entry(&lower, 3, 3) - 1.0).abs() < 1e-15);
    }

    /// The limits of one pair, and matrices on the boundary of the valid set.
    #[test]
    fn a_singular_matrix_has_a_factor() {
        let near = 1.0 - 1e-9;
        for value in [1.0, -1.0, near, -near, 1.0 - 1e-10, 1.0 - 1e-12, -1.0 + 4e-10] {
            let lower = factor(2, &[(0, 1, value)]).expect("possible");
            assert!((entry(&lower, 0, 1) - value).abs() < 1e-9 && (entry(&lower, 1, 1) - 1.0).abs() < 1e-15, "{value}");
        }
        assert_eq!(factor(2, &[(0, 1, 1.0)]).expect("possible"), [vec![1.0], vec![1.0, 0.0]]);
        assert_eq!(factor(2, &[(0, 1, -1.0)]).expect("possible"), [vec![1.0], vec![-1.0, 0.0]]);
        let singular = [
            vec![(0, 1, 0.5), (0, 2, 0.5), (1, 2, -0.5)],
            vec![(0, 1, 1.0), (0, 2, 0.3), (1, 2, 0.3)],
            vec![(0, 1, 0.3), (1, 2, 1.0), (0, 2, 0.3)],
            vec![(0, 1, -1.0), (0, 2, 0.6), (1, 2, -0.6), (2, 3, 0.8), (0, 3, 0.0)],
            vec![(0, 1, 0.6), (0, 2, 0.8), (1, 2, 0.0)],
            vec![(0, 1, 1.0), (0, 2, 1.0), (1, 2, 1.0), (0, 3, 1.0), (1, 3, 1.0), (2, 3, 1.0)],
        ];
        for stated in singular {
            let lower = factor(4, &stated).expect("semidefinite");
            for &(i, j, value) in &stated {
                assert!((entry(&lower, i, j) - value).abs() < 1e-9, "{stated:?}");
            }
            assert!((0..4).all(|i| (entry(&lower, i, i) - 1.0).abs() < 1e-12), "{stated:?}");
        }
    }

    /// A series added at the end does not change earlier rows, even if it makes the matrix singular.
    #[test]
    fn a_later_series_changes_no_earlier_row() {
        let before = factor(2, &[(0, 1, 0.5)]).expect("positive definite");
        let after = factor(3, &[(0, 1, 0.5), (0, 2, 0.5), (1, 2, -0.5)]).expect("semidefinite");
        assert_eq!(before[..], after[..2]);
    }

    #[test]
    fn the_pair_to_blame_is_named_with_valid_values() {
        // 1 and 2 are both strongly correlated with 0, so they cannot be negatively correlated with each other.
        let unfit = factor(3, &[(0, 1, 0.9), (0, 2, 0.9), (1, 2, -0.9)]).expect_err("impossible");
        assert_eq!((unfit.index, unfit.range), (2, Some((0.62, 1.0))));
        // 1 equals 0, so 2 has the same correlation with both.
        let unfit = factor(3, &[(0, 1, 1.0), (0, 2, 0.3), (1, 2, 0.4)]).expect_err("impossible");
        assert_eq!((unfit.index, unfit.range), (2, Some((0.3, 0.3))));
        // Four series with strong negative correlations: no single pair is to blame.
        let all: Vec<Stated> = (0..4).flat_map(|i| (i + 1..4).map(move |j| (i, j, -0.9))).collect();
        let unfit = factor(4, &all).expect_err("impossible");
        assert_eq!(unfit.range, None);
        assert!(unfit.nearest.iter().all(|(_, _, value)| (value + 1.0 / 3.0).abs() < 2e-3), "{unfit:?}");
    }

    /// Every bound in a message is accepted, and values clearly beyond it are not.
    #[test]
    fn following_the_advice_works() {
        for (a, b) in [(0.9, 0.9), (0.7, -0.33), (0.123, 0.987), (-0.8, 0.55), (0.1, 0.2), (1.0, 0.25), (-1.0, 0.3)] {
            let value = if a * b > 0.0 { -1.0 } else { 1.0 };
            let stated = [(0, 1, a), (0, 2, b), (1, 2, value)];
            let unfit = factor(3, &stated).expect_err("impossible");
            let (low, high) = unfit.range.expect("one pair is at fault");
            let free = ((1.0 - a * a) * (1.0 - b * b)).sqrt();
            assert!((low - (a * b - free)).abs() < 1e-8 && (high - (a * b + free)).abs() < 1e-8, "{low} {high}");
            for fit in [low, high, 0.5 * (low + high)] {
                let written: f64 = fit.to_string().parse().expect("a number");
                assert!(factor(3, &[stated[0], stated[1], (1, 2, written)]).is_ok(), "{a} {b}: {fit}");
            }
            let with_nearest: Vec<Stated> = stated
                .iter()
                .map(|own| *unfit.nearest.iter().find(|one| (one.0, one.1) == (own.0, own.1)).unwrap_or(own))
                .collect();
            assert!(factor(3, &with_nearest).is_ok(), "{with_nearest:?}");
        }
    }

    /// Higham 2002, section 4: the nearest correlation matrix to a 3 by 3 matrix, at a distance of 0.5278.
    #[test]
    fn a_published_nearest_correlation_matrix() {
        let matrix = matrix(3, &[(0, 1, 1.0), (1, 2, 1.0)]);
        let nearest = projected(&matrix);
        let published = [[1.0, 0.7607, 0.1573], [0.7607, 1.0, 0.7607], [0.1573, 0.7607, 1.0]];
        for (i, row) in published.iter().enumerate() {
            for (j, value) in row.iter().enumerate() {
                assert!((nearest[(i, j)] - value).abs() < 0.5e-4, "{nearest}");
            }
        }
        assert!(((nearest - matrix).norm() - 0.5278).abs() < 0.5e-4);
    }
}
