//! Lines of equal probability, by marching squares (Lorensen & Cline 1987 in two dimensions).

use std::collections::BTreeMap;

use serde::Serialize;

use super::asking::open_unit_fault;
use super::surface::Surface;
use crate::error::{Error, Problem};
use crate::math::root::illinois;

/// Cells along each axis.
const CELLS: usize = 64;

/// The line on which a probability has one level; returned by [`Surface::iso_lines`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IsoLine {
    /// The probability.
    pub level: f64,
    /// Its connected pieces, each a list of points with the values of both numbers; none if no values have this probability.
    pub pieces: Vec<Vec<[f64; 2]>>,
}

/// An edge of the grid: the index of its lower end on both axes, and its direction.
type Edge = (usize, usize, usize);

impl Surface {
    /// The lines on which the probability has given levels, within both ranges.
    ///
    /// # Errors
    /// A level that is not between 0 and 1.
    pub fn iso_lines(&self, levels: &[f64]) -> Result<Vec<IsoLine>, Error> {
        let faults: Vec<Problem> = levels.iter().filter_map(|level| open_unit_fault("level", *level)).collect();
        if faults.is_empty() { Ok(contours(self, levels)) } else { Err(Error::of_settings("surface", faults)) }
    }
}

fn contours(surface: &Surface, levels: &[f64]) -> Vec<IsoLine> {
    let grid =
        Grid { values: surface.table([CELLS + 1; 2]), axes: [0, 1].map(|axis| surface.values_of(axis, CELLS + 1)) };
    let line = |level: &f64| IsoLine {
        level: *level,
        pieces: joined(&segments(&grid.values, *level), &|edge| grid.crossing(surface, edge, *level)),
    };
    levels.iter().map(line).collect()
}

/// Probabilities at the corners of cells, and the values of both numbers there.
struct Grid {
    values: Vec<Vec<f64>>,
    axes: [Vec<f64>; 2],
}

impl Grid {
    /// Where the surface crosses a level on an edge.
    fn crossing(&self, surface: &Surface, (a, b, direction): Edge, level: f64) -> [f64; 2] {
        let ends = if direction == 0 {
            [self.values[a][b], self.values[a + 1][b]]
        } else {
            [self.values[a][b], self.values[a][b + 1]]
        };
        let place = if direction == 0 { a } else { b };
        let (low, high) = (self.axes[direction][place], self.axes[direction][place + 1]);
        let point = |x: f64| if direction == 0 { [x, self.axes[1][b]] } else { [self.axes[0][a], x] };
        let rises = ends[0] < ends[1];
        let excess = |x: f64| {
            let [first, second] = point(x);
            let off = surface.at(first, second).map_or(0.0, |answer| answer.value() - level);
            if rises { off } else { -off }
        };
        let at = |end: f64| if rises { end - level } else { level - end };
        // The unit interval of the edge, since the tolerance of the root is absolute.
        let along = |share: f64| excess((low + share * (high - low)).clamp(low, high));
        let share = illinois(along, (0.0, at(ends[0])), (1.0, at(ends[1])));
        point((low + share * (high - low)).clamp(low, high))
    }
}

/// The pairs of edges that a line enters and leaves cells by.
fn segments(values: &[Vec<f64>], level: f64) -> Vec<[Edge; 2]> {
    let mut all = Vec::new();
    for a in 0..values.len() - 1 {
        for b in 0..values[0].len() - 1 {
            let corners = [values[a][b], values[a + 1][b], values[a + 1][b + 1], values[a][b + 1]];
            let above = corners.map(|corner| corner >= level);
            // Edges in the order of the corners that they lead from.
            let edges: [Edge; 4] = [(a, b, 0), (a + 1, b, 1), (a, b + 1, 0), (a, b, 1)];
            let crossed: Vec<Edge> = (0..4).filter(|k| above[*k] != above[(k + 1) % 4]).map(|k| edges[k]).collect();
            match crossed[..] {
                [one, other] => all.push([one, other]),
                [first, second, third, fourth] => {
                    // A saddle: the middle decides which corners belong together.
                    let is_joined = (corners.iter().sum::<f64>() / 4.0 >= level) == above[0];
                    all.extend(if is_joined {
                        [[first, second], [third, fourth]]
                    } else {
                        [[fourth, first], [second, third]]
                    });
                }
                _ => {}
            }
        }
    }
    all
}

/// Joins segments to pieces: open ones from end to end, and closed ones.
fn joined(segments: &[[Edge; 2]], crossing: &dyn Fn(Edge) -> [f64; 2]) -> Vec<Vec<[f64; 2]>> {
    let mut at: BTreeMap<Edge, Vec<usize>> = BTreeMap::new();
    for (index, ends) in segments.iter().enumerate() {
        ends.iter().for_each(|edge| at.entry(*edge).or_default().push(index));
    }
    let mut is_used = vec![false; segments.len()];
    let mut pieces = Vec::new();
    let ends = at.iter().filter(|(_, meeting)| meeting.len() == 1).map(|(edge, _)| *edge);
    // Open pieces first; what remains is closed.
    for start in ends.chain(segments.iter().map(|segment| segment[0])) {
        let mut piece = vec![start];
        let mut edge = start;
        while let Some(next) = at[&edge].iter().copied().find(|index| !is_used[*index]) {
            is_used[next] = true;
            edge = if segments[next][0] == edge { segments[next][1] } else { segments[next][0] };
            piece.push(edge);
        }
        if piece.len() > 1 {
            pieces.push(piece.into_iter().map(crossing).collect());
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampled(f: fn(f64, f64) -> f64) -> Vec<Vec<f64>> {
        let at = |k: usize| f64::from(u8::try_from(k).expect("small")) / 8.0 - 1.0;
        (0..=16).map(|a| (0..=16).map(|b| f(at(a), at(b))).collect()).collect()
    }

    fn middle((a, b, direction): Edge) -> [f64; 2] {
        let [a, b] = [a, b].map(|k| f64::from(u8::try_from(k).expect("small")) / 8.0 - 1.0);
        if direction == 0 { [a + 1.0 / 16.0, b] } else { [a, b + 1.0 / 16.0] }
    }

    /// A circle is one closed piece of points near it, a saddle two open ones.
    #[test]
    fn pieces_are_joined() {
        let circle = joined(&segments(&sampled(|x, y| x * x + y * y), 0.5), &middle);
        assert_eq!(circle.len(), 1);
        assert_eq!(circle[0].first(), circle[0].last());
        for [x, y] in &circle[0] {
            assert!((libm::hypot(*x, *y) - 0.5_f64.sqrt()).abs() < 0.08, "{x} {y}");
        }
        let saddle = joined(&segments(&sampled(|x, y| x * y), 0.1), &middle);
        assert_eq!(saddle.len(), 2);
        assert!(saddle.iter().all(|piece| piece.first() != piece.last()));
        assert!(joined(&segments(&sampled(|x, y| x + y), 5.0), &middle).is_empty());
    }

    /// All segments of both diagonals of a saddle cell are used.
    #[test]
    fn a_saddle_cell_has_two_segments() {
        for (corners, joined) in [([[0.0, 1.0], [1.0, 0.1]], false), ([[0.0, 1.0], [1.0, 0.9]], true)] {
            let values: Vec<Vec<f64>> = corners.iter().map(|row| row.to_vec()).collect();
            let all = segments(&values, 0.5);
            assert_eq!(all.len(), if joined { 1 } else { 2 }, "{corners:?}");
        }
    }
}
