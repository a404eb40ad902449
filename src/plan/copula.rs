//! Dependent draws: their normal scores are correlated (a Gaussian copula), and each draw remains a function of its own
//! score.

use super::input::Draw;
use crate::cpu::{self, Level};
use crate::math;
use crate::scenario::Scenario;

/// A remainder of a row below this length is rounding error: the draw is a function of the others.
const REMAINDER: f64 = 1e-6;

/// The draws that depend on others, each with its row of the factor of the correlation matrix.
#[derive(Debug, Clone, Default)]
pub(crate) struct Copula {
    rows: Vec<(usize, Vec<f64>)>,
}

impl Copula {
    /// The dependences of a scenario. A number without spread is not drawn and takes no part.
    pub(super) fn new(scenario: &Scenario, draws: &[Draw]) -> Self {
        let found = scenario.dependent_draws();
        let factor = found.factor().expect("validated: the rank correlations are positive semidefinite together");
        let is_dependent = |place: usize| {
            let is_of = |(a, b, value): &(usize, usize, f64)| (*a == place || *b == place) && value.abs() > 0.0;
            found.stated.iter().any(is_of)
        };
        let row = |(place, address): (usize, &String)| {
            let draw = draws.iter().position(|draw| draw.address == *address)?;
            let row = (0..found.draws.len()).map(|score| factor.loading(place, score)).collect();
            is_dependent(place).then_some((draw, row))
        };
        Self { rows: found.draws.iter().enumerate().filter_map(row).collect() }
    }

    /// Whether a draw depends on others.
    pub(crate) fn contains(&self, draw: usize) -> bool {
        self.rows.iter().any(|(member, _)| *member == draw)
    }

    /// Whether a draw depends on any of the others.
    pub(crate) fn connects(&self, draw: usize, others: &[usize]) -> bool {
        let row = |of: usize| self.rows.iter().find(|(member, _)| *member == of).map(|(_, row)| row);
        let depends = |other: &usize| match (row(draw), row(*other)) {
            (Some(own), Some(row)) => *other != draw && product(own, row).abs() > REMAINDER * REMAINDER,
            (None, _) | (_, None) => false,
        };
        others.iter().any(depends)
    }

    /// The correlations of the normal scores of these draws; `None` if they are independent.
    pub(crate) fn correlations(&self, draws: &[usize]) -> Option<Vec<Vec<f64>>> {
        let count = draws.len();
        if !draws.iter().any(|draw| self.contains(*draw)) {
            return None;
        }
        let unit = |row: usize| (0..count).map(|column| f64::from(u8::from(column == row))).collect();
        let mut columns: Vec<Vec<f64>> = (0..count).map(unit).collect();
        self.among(draws).correlate(&mut columns, count);
        let entry = |a: usize, b: usize| product(&columns[a], &columns[b]);
        Some((0..count).map(|a| (0..count).map(|b| entry(a, b)).collect()).collect())
    }

    /// How the normal scores of these draws, in this order, follow from as many independent ones.
    pub(crate) fn among(&self, draws: &[usize]) -> ScoreFactor {
        let place = |member: &usize| draws.iter().position(|draw| draw == member);
        let members = self.rows.iter().filter_map(|(member, row)| Some((place(member)?, row.as_slice())));
        ScoreFactor::new(&members.collect::<Vec<_>>())
    }
}

/// The lower factor of a correlation matrix.
#[derive(Debug, Clone, Default)]
pub(crate) struct ScoreFactor {
    /// The place of each dependent score in the list of all, and its weights of the independent scores of the first
    /// dependent ones, up to its own.
    rows: Vec<(usize, Vec<f64>)>,
}

impl ScoreFactor {
    /// The factor of the inner products of rows of unit length, by orthogonalization in their order (modified
    /// Gram–Schmidt).
    fn new(members: &[(usize, &[f64])]) -> Self {
        let mut basis: Vec<Option<Vec<f64>>> = Vec::new();
        let row = |(place, row): &(usize, &[f64])| {
            let mut rest = row.to_vec();
            let mut weights = Vec::new();
            for direction in &basis {
                let weight = direction.as_ref().map_or(0.0, |direction| product(direction, &rest));
                for (rest, along) in rest.iter_mut().zip(direction.iter().flatten()) {
                    *rest -= weight * along;
                }
                weights.push(weight);
            }
            let length = product(&rest, &rest).sqrt();
            let is_free = length > REMAINDER;
            weights.push(if is_free { length } else { 0.0 });
            basis.push(is_free.then(|| rest.iter().map(|entry| entry / length).collect()));
            // Scores have unit variance exactly.
            let size = product(&weights, &weights).sqrt();
            (*place, weights.into_iter().map(|weight| weight / size).collect())
        };
        let mut row = row;
        Self { rows: members.iter().map(&mut row).collect() }
    }

    /// Replaces the uniforms of the dependent draws by their normal scores.
    pub(crate) fn to_scores(&self, columns: &mut [Vec<f64>], width: usize) {
        for (place, _) in &self.rows {
            math::norm_quantile_slice(&mut columns[*place][..width]);
        }
    }

    /// Replaces independent normal scores, indexed by draw, then by path, by dependent ones.
    pub(crate) fn correlate(&self, scores: &mut [Vec<f64>], width: usize) {
        // Later rows depend on the independent scores of earlier ones, which are replaced last.
        for (index, (place, weights)) in self.rows.iter().enumerate().rev() {
            let mut own = std::mem::take(&mut scores[*place]);
            let others = || self.rows.iter().zip(&weights[..index]).filter(|(_, weight)| weight.abs() > 0.0);
            cpu::run(
                Level::of_this_process(),
                #[inline(always)]
                || {
                    for score in &mut own[..width] {
                        *score *= weights[index];
                    }
                    for ((other, _), weight) in others() {
                        for (score, other) in own[..width].iter_mut().zip(&scores[*other]) {
                            *score += weight * other;
                        }
                    }
                },
            );
            scores[*place] = own;
        }
    }
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The factor of a submatrix has the correlations of the whole one.
    #[test]
    fn a_submatrix_keeps_its_correlations() {
        let rows = [vec![1.0, 0.0, 0.0], vec![0.6, 0.8, 0.0], vec![0.3, 0.4, 0.75_f64.sqrt()]];
        let copula = Copula { rows: rows.iter().cloned().enumerate().map(|(draw, row)| (draw + 5, row)).collect() };
        for draws in [vec![5, 6, 7], vec![7, 6], vec![6, 1, 7], vec![7, 5]] {
            let factor = copula.among(&draws);
            let mut columns = vec![Vec::new(); draws.len()];
            for (place, column) in columns.iter_mut().enumerate() {
                *column = (0..draws.len()).map(|path| f64::from(u8::from(path == place))).collect();
            }
            factor.correlate(&mut columns, draws.len());
            for (a, first) in draws.iter().enumerate() {
                for (b, second) in draws.iter().enumerate() {
                    let expected = match (first.checked_sub(5), second.checked_sub(5)) {
                        (Some(first), Some(second)) => product(&rows[first], &rows[second]),
                        _ => f64::from(u8::from(a == b)),
                    };
                    assert!((product(&columns[a], &columns[b]) - expected).abs() < 1e-15, "{draws:?}");
                }
            }
        }
    }

    /// With a rank correlation of ±1 two scores are equal or opposite.
    #[test]
    fn a_singular_matrix_has_a_factor() {
        let copula = Copula { rows: vec![(0, vec![1.0, 0.0]), (1, vec![-1.0, 0.0])] };
        let mut columns = vec![vec![0.7, -1.2], vec![0.1, 0.2]];
        copula.among(&[0, 1]).correlate(&mut columns, 2);
        assert_eq!(columns, [[0.7, -1.2], [-0.7, 1.2]]);
    }
}
