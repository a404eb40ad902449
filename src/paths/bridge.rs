//! A random walk from its end inwards: the Brownian bridge (Caflisch & Moskowitz 1995), so that the first numbers of a
//! quasi-random point settle most of a path.

/// One point of a walk W(0) = 0, W(1), …, W(T) of unit steps, given two points around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) at: usize,
    left: usize,
    /// `None` for the end of the walk.
    right: Option<usize>,
}

impl Point {
    /// The variance that is left once the points around are known: (m−l)(r−m)/(r−l).
    pub(super) fn variance(&self) -> f64 {
        let (before, after) = self.distances();
        after.map_or(before, |after| before * after / (before + after))
    }

    #[expect(clippy::cast_precision_loss, reason = "at most 2,400 periods")]
    fn distances(&self) -> (f64, Option<f64>) {
        ((self.at - self.left) as f64, self.right.map(|right| (right - self.at) as f64))
    }

    /// Puts the point into the walk from its standard normal numbers: by period, `N` paths each.
    #[inline(always)]
    pub(super) fn put<const N: usize>(&self, walk: &mut [[f64; N]], z: &[f64; N]) {
        let sd = self.variance().sqrt();
        let left = walk[self.left];
        let (before, after) = self.distances();
        match self.right.zip(after) {
            None => {
                for ((to, left), z) in walk[self.at].iter_mut().zip(left).zip(z) {
                    *to = left + sd * z;
                }
            }
            Some((right, after)) => {
                let (near, far) = (after / (before + after), before / (before + after));
                let right = walk[right];
                for (((to, left), right), z) in walk[self.at].iter_mut().zip(left).zip(right).zip(z) {
                    *to = near * left + far * right + sd * z;
                }
            }
        }
    }
}

/// All points of a walk of `periods` steps: the end, then middles, those of wide gaps before those of narrow ones.
pub(super) fn points(periods: usize) -> Vec<Point> {
    let mut points = vec![Point { at: periods, left: 0, right: None }];
    let mut gaps = std::collections::VecDeque::from([(0_usize, periods)]);
    while let Some((left, right)) = gaps.pop_front() {
        let at = left.midpoint(right);
        if at > left {
            points.push(Point { at, left, right: Some(right) });
            gaps.extend([(left, at), (at, right)]);
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_period_comes_once_and_after_those_around_it() {
        for periods in [1, 2, 3, 7, 40, 120] {
            let points = points(periods);
            let mut known = vec![false; periods + 1];
            known[0] = true;
            for point in &points {
                assert!(known[point.left] && point.right.is_none_or(|right| known[right]) && !known[point.at]);
                known[point.at] = true;
            }
            assert!(known.iter().all(|known| *known));
        }
    }

    /// W = A z must have the covariance min(s, t): A Aᵀ, column by column from unit vectors.
    #[test]
    fn the_walk_has_the_covariance_of_a_walk() {
        const T: usize = 13;
        let mut walk = [[0.0; T]; T + 1];
        for (index, point) in points(T).iter().enumerate() {
            point.put(&mut walk, &std::array::from_fn(|column| f64::from(u8::from(column == index))));
        }
        for s in 0..=T {
            for t in 0..=T {
                let covariance: f64 = walk[s].iter().zip(walk[t]).map(|(a, b)| a * b).sum();
                assert!((covariance - s.min(t) as f64).abs() < 1e-12, "{s} {t}: {covariance}");
            }
        }
    }
}
