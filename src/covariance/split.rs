//! Correlated series as common components and independent remainders.

use super::Covariance;
use crate::math;
use crate::math::eigen::eigen;

/// Correlations that differ by less than this count as equal.
const SAME: f64 = 1e-10;

/// A correlation matrix as `λI + BBᵀ` for the series that are correlated with others. The others have λ = 1.
#[derive(Debug, Clone)]
pub(crate) struct Split {
    correlations: Vec<Vec<f64>>,
    /// √λ of each series.
    own: Vec<f64>,
    /// B, row by row.
    common: Vec<Vec<f64>>,
}

/// The standard deviations of a covariance matrix, a lower triangle.
pub(crate) fn sds_of(matrix: &[Vec<f64>]) -> Vec<f64> {
    matrix.iter().enumerate().map(|(row, entries)| entries[row].max(0.0).sqrt()).collect()
}

impl Split {
    /// The split of a covariance matrix, a lower triangle.
    pub(crate) fn of(sds: &[f64], matrix: &[Vec<f64>]) -> Self {
        let count = sds.len();
        let correlations: Vec<Vec<f64>> =
            (0..count).map(|a| (0..=a).map(|b| correlation(sds, matrix, a, b)).collect()).collect();
        let at = |a: usize, b: usize| correlations[a.max(b)][a.min(b)];
        let is_correlated = |a: &usize| (0..count).any(|b| b != *a && at(*a, b).abs() > 0.0);
        let members: Vec<usize> = (0..count).filter(is_correlated).collect();
        let (mut own, mut common) = (vec![1.0; count], vec![Vec::new(); count]);
        if !members.is_empty() {
            let among = members.iter().map(|a| members.iter().map(|b| at(*a, *b)).collect()).collect();
            let (values, _) = eigen(among);
            // At λ = 1 all would be uncorrelated.
            let lambda = values.iter().copied().fold(1.0, f64::min).clamp(0.0, 1.0 - SAME);
            let mut rest = Vec::new();
            for (a, first) in members.iter().enumerate() {
                let others = members[..a].iter().enumerate();
                rest.extend(others.map(|(b, second)| (a, b, (at(*first, *second) / (1.0 - lambda)).clamp(-1.0, 1.0))));
            }
            let factor = Covariance::new(members.len(), &rest, 1.0);
            let factor = factor.expect("what remains of a correlation matrix without λI is positive semidefinite");
            let columns = (0..members.len()).filter(|b| (0..members.len()).any(|a| factor.loading(a, *b).abs() > 0.0));
            let columns: Vec<usize> = columns.collect();
            for (a, member) in members.iter().enumerate() {
                own[*member] = lambda.sqrt();
                common[*member] = columns.iter().map(|b| (1.0 - lambda).sqrt() * factor.loading(a, *b)).collect();
            }
        }
        Self { correlations, own, common }
    }

    /// Whether a covariance matrix has these correlations.
    pub(crate) fn is_of(&self, sds: &[f64], matrix: &[Vec<f64>]) -> bool {
        let near = |(a, row): (usize, &Vec<f64>)| {
            row.iter().enumerate().all(|(b, known)| (correlation(sds, matrix, a, b) - known).abs() <= SAME)
        };
        self.correlations.iter().enumerate().all(near)
    }

    /// √λ of a series, and its row of B.
    pub(crate) fn of_series(&self, of: usize) -> (f64, &[f64]) {
        (self.own[of], &self.common[of])
    }

    /// Number of common components.
    pub(crate) fn components(&self) -> usize {
        self.common.iter().map(Vec::len).fold(0, usize::max)
    }

    /// The difference of two series: of their own shocks, then along each common component.
    pub(crate) fn difference(&self, sds: &[f64], a: usize, b: usize) -> Vec<f64> {
        let own = math::hypot(sds[a] * self.own[a], sds[b] * self.own[b]);
        let along = |of: usize, component: usize| sds[of] * self.common[of].get(component).map_or(0.0, |size| *size);
        let common = (0..self.components()).map(|component| along(a, component) - along(b, component));
        std::iter::once(own).chain(common).collect()
    }
}

/// The correlation of two rows of a covariance matrix; that of a row without variance is 0.
fn correlation(sds: &[f64], matrix: &[Vec<f64>], a: usize, b: usize) -> f64 {
    let scale = sds[a] * sds[b];
    if scale > 0.0 { (matrix[a][b] / scale).clamp(-1.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `λI + BBᵀ` is the correlation matrix: of independent series, a pair, equal correlations, singular matrices, and a
    /// series without variance.
    #[test]
    fn the_parts_add_up_to_the_correlations() {
        let matrices = [
            vec![vec![4.0], vec![0.0, 9.0]],
            vec![vec![4.0], vec![3.0, 9.0]],
            vec![vec![1.0], vec![0.5, 1.0], vec![0.5, 0.5, 1.0]],
            vec![vec![1.0], vec![0.6, 1.0], vec![1.0 / 3.0, 11.0 / 15.0, 1.0], vec![0.0, 0.0, 0.0, 2.0]],
            vec![vec![1.0], vec![2.0, 4.0], vec![-1.0, -2.0, 1.0]],
            vec![vec![1.0], vec![0.0, 0.0], vec![0.9, 0.0, 1.0]],
        ];
        for matrix in matrices {
            let sds = sds_of(&matrix);
            let split = Split::of(&sds, &matrix);
            assert!(split.is_of(&sds, &matrix));
            for a in 0..sds.len() {
                for b in 0..=a {
                    let ((own, one), (_, other)) = (split.of_series(a), split.of_series(b));
                    let common: f64 = one.iter().zip(other).map(|(a, b)| a * b).sum();
                    let found = sds[a] * sds[b] * (common + if a == b { own * own } else { 0.0 });
                    assert!((found - matrix[a][b]).abs() < 1e-9, "{matrix:?} {a} {b}: {found}");
                }
            }
            assert!(split.components() < sds.len());
        }
    }
}
