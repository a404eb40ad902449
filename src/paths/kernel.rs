//! The hot loop: fills one series of a block of paths, Y(t) = Y(t−1) + σ√Δ·s(t), row(t) = c(t) + Y(t).
//!
//! Groups are outside and periods inside, so that the state of a group's sixty-four paths (its generators, Y) stays in
//! the first cache from the base period to the horizon. Everything marked `#[inline(always)]` is compiled once per
//! [`Level`]; see [`cpu::run`].

use super::normal::normals;
use super::stream::{GROUP, StreamKey};
use crate::cpu::{self, Level};

/// σ√Δ: the standard deviation of a series' shock over one period.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sigma<'a> {
    /// The same for all paths.
    Fixed(f32),
    /// One for each path of the block.
    Drawn(&'a [f32]),
}

/// c(t): where the path would be without shocks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Centre<'a> {
    /// c(0), …, c(T), the same for all paths.
    Fixed(&'a [f32]),
    /// The row holds c(t) of each path already.
    InPlace,
}

/// Where a series' innovations U come from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Innovations<'a> {
    /// Drawn from the stream of each group.
    Keyed(&'a StreamKey),
    /// U(1), …, U(T), B numbers a period.
    Given(&'a [f32]),
}

/// One series of a block of paths, and what its shocks `s = L_ii·U + Σ L_ij·U_j` are made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeriesTask<'a> {
    pub(crate) innovations: Innovations<'a>,
    pub(crate) first_group: u64,
    /// Groups in the block; B = 64·groups paths.
    pub(crate) groups: usize,
    /// T.
    pub(crate) periods: usize,
    pub(crate) centre: Centre<'a>,
    pub(crate) sigma: Sigma<'a>,
    /// `L_ii`.
    pub(crate) own: f32,
    /// `L_ij` and the kept innovations `U_j(1), …, U_j(T)` of each earlier series j, B numbers a period.
    pub(crate) earlier: &'a [(f32, &'a [f32])],
}

/// Fills `row`, T + 1 periods of B paths; and `keep`, T periods of B paths, with the series' own innovations U.
///
/// Y is accumulated apart from c, so its rounding does not grow with c. Nothing is drawn if σ is 0 for all paths and
/// the innovations are not kept. A group's paths depend neither on T nor on the other groups of the block.
///
/// # Panics
/// If a slice is not as long as the task says.
pub(crate) fn fill_series(level: Level, task: &SeriesTask, row: &mut [f32], keep: Option<&mut [f32]>) {
    task.check(row, keep.as_deref());
    match (task.sigma, keep) {
        (Sigma::Fixed(0.0), None) => task.fill_centre(row),
        (_, Some(keep)) => cpu::run(
            level,
            #[inline(always)]
            || task.fill(row, keep),
        ),
        (_, None) => cpu::run(
            level,
            #[inline(always)]
            || task.fill(row, &mut []),
        ),
    }
}

/// The numbers of one group at one period.
type Vector = [f32; GROUP];

impl SeriesTask<'_> {
    fn check(&self, row: &[f32], keep: Option<&[f32]>) {
        let paths = self.groups * GROUP;
        assert_eq!(row.len(), (self.periods + 1) * paths, "row");
        assert!(keep.is_none_or(|keep| keep.len() == self.periods * paths), "kept innovations");
        assert!(self.earlier.iter().all(|(_, u)| u.len() == self.periods * paths), "earlier innovations");
        if let Centre::Fixed(centre) = self.centre {
            assert_eq!(centre.len(), self.periods + 1, "centre");
        }
        if let Innovations::Given(given) = self.innovations {
            assert_eq!(given.len(), self.periods * paths, "given innovations");
        }
        if let Sigma::Drawn(sigma) = self.sigma {
            assert_eq!(sigma.len(), paths, "sigma");
        }
    }

    fn fill_centre(&self, row: &mut [f32]) {
        if let Centre::Fixed(centre) = self.centre {
            for (row, c) in row.chunks_exact_mut(self.groups * GROUP).zip(centre) {
                row.fill(*c);
            }
        }
    }

    #[inline(always)]
    fn fill(&self, row: &mut [f32], keep: &mut [f32]) {
        let (row, _) = row.as_chunks_mut::<GROUP>();
        let (keep, _) = keep.as_chunks_mut::<GROUP>();
        for group in 0..self.groups {
            match self.innovations {
                Innovations::Keyed(key) => {
                    let mut lanes = key.lanes(self.first_group + group as u64);
                    self.fill_group(
                        group,
                        row,
                        keep,
                        #[inline(always)]
                        |u, _| normals(&mut lanes, u),
                    );
                }
                Innovations::Given(given) => {
                    let (given, _) = given.as_chunks::<GROUP>();
                    self.fill_group(
                        group,
                        row,
                        keep,
                        #[inline(always)]
                        |u, at| *u = given[at],
                    );
                }
            }
        }
    }

    /// Takes one group from the base period to the horizon.
    #[inline(always)]
    fn fill_group(
        &self,
        group: usize,
        row: &mut [Vector],
        keep: &mut [Vector],
        mut next: impl FnMut(&mut Vector, usize),
    ) {
        let mut y = [0.0; GROUP];
        let mut u = [0.0; GROUP];
        self.write(0, &y, &mut row[group]);
        for t in 1..=self.periods {
            let innovation = (t - 1) * self.groups + group;
            next(&mut u, innovation);
            if let Some(keep) = keep.get_mut(innovation) {
                *keep = u;
            }
            match self.sigma {
                Sigma::Fixed(sigma) => self.step_fixed(sigma, &mut y, &u, innovation),
                Sigma::Drawn(sigma) => self.step_drawn(&sigma.as_chunks().0[group], &mut y, &u, innovation),
            }
            self.write(t, &y, &mut row[t * self.groups + group]);
        }
    }

    /// `Y += (σ·L_ii)·U + Σ (σ·L_ij)·U_j`.
    #[inline(always)]
    fn step_fixed(&self, sigma: f32, y: &mut Vector, u: &Vector, at: usize) {
        add_scaled(y, sigma * self.own, u);
        for (factor, u) in self.earlier {
            add_scaled(y, sigma * factor, &u.as_chunks().0[at]);
        }
    }

    /// `Y += σ·(L_ii·U + Σ L_ij·U_j)`, a σ for each path.
    #[inline(always)]
    fn step_drawn(&self, sigma: &Vector, y: &mut Vector, u: &Vector, at: usize) {
        let mut s = [0.0; GROUP];
        for (s, u) in s.iter_mut().zip(u) {
            *s = self.own * u;
        }
        for (factor, u) in self.earlier {
            add_scaled(&mut s, *factor, &u.as_chunks().0[at]);
        }
        for ((y, s), sigma) in y.iter_mut().zip(s).zip(sigma) {
            *y = sigma.mul_add(s, *y);
        }
    }

    #[inline(always)]
    fn write(&self, t: usize, y: &Vector, row: &mut Vector) {
        match self.centre {
            Centre::Fixed(centre) => {
                let c = centre[t];
                for (row, y) in row.iter_mut().zip(y) {
                    *row = c + y;
                }
            }
            Centre::InPlace => {
                for (row, y) in row.iter_mut().zip(y) {
                    *row += y;
                }
            }
        }
    }
}

#[inline(always)]
fn add_scaled(sum: &mut Vector, factor: f32, terms: &Vector) {
    for (sum, term) in sum.iter_mut().zip(terms) {
        *sum = factor.mul_add(*term, *sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIODS: usize = 40;
    const GROUPS: usize = 6;

    /// c(t), growing to a size at which f32 would lose what an accumulated sum must not.
    fn centre(periods: usize) -> Vec<f32> {
        (0..=periods).map(|t| 0.05 * t as f32).collect()
    }

    fn sigmas(groups: usize) -> Vec<f32> {
        (0..groups * GROUP).map(|p| 0.05 + p as f32 / 1e4).collect()
    }

    /// The rows of two correlated series, and the innovations of the first.
    #[derive(Debug, PartialEq)]
    struct Two {
        rows: [Vec<f32>; 2],
        kept: Vec<f32>,
    }

    fn two_series(level: Level, first_group: usize, groups: usize, periods: usize) -> Two {
        let paths = groups * GROUP;
        let c = centre(periods);
        let all = sigmas(first_group + groups);
        let mut rows = [vec![0.0; (periods + 1) * paths], vec![0.0; (periods + 1) * paths]];
        let mut kept = vec![0.0; periods * paths];
        let first = SeriesTask {
            innovations: Innovations::Keyed(&StreamKey::new(1, 2)),
            first_group: first_group as u64,
            groups,
            periods,
            centre: Centre::Fixed(&c),
            sigma: Sigma::Fixed(0.1),
            own: 1.0,
            earlier: &[],
        };
        fill_series(level, &first, &mut rows[0], Some(&mut kept));
        let second = SeriesTask {
            innovations: Innovations::Keyed(&StreamKey::new(1, 3)),
            sigma: Sigma::Drawn(&all[first_group * GROUP..]),
            own: 0.8,
            earlier: &[(0.6, &kept)],
            ..first
        };
        fill_series(level, &second, &mut rows[1], None);
        Two { rows, kept }
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        for level in Level::available() {
            assert!(two_series(level, 5, 2, 9) == two_series(Level::Baseline, 5, 2, 9), "{level:?}");
        }
    }

    /// Columns `from..from + 64·groups` of a matrix of `paths` columns.
    fn columns(matrix: &[f32], paths: usize, from: usize, groups: usize) -> Vec<f32> {
        matrix.chunks_exact(paths).flat_map(|row| row[from..from + groups * GROUP].to_vec()).collect()
    }

    #[test]
    fn a_block_may_be_cut_anywhere() {
        let level = Level::detect().unwrap();
        let whole = two_series(level, 0, GROUPS, PERIODS);
        for (first, groups) in [(0, 1), (1, 2), (3, 3), (5, 1), (0, 6)] {
            let part = two_series(level, first, groups, PERIODS);
            let cut = |matrix: &[f32]| columns(matrix, GROUPS * GROUP, first * GROUP, groups);
            assert!(part.rows[0] == cut(&whole.rows[0]), "groups {first} and on");
            assert!(part.rows[1] == cut(&whole.rows[1]), "groups {first} and on");
            assert!(part.kept == cut(&whole.kept), "groups {first} and on");
        }
    }

    #[test]
    fn a_longer_horizon_leaves_earlier_periods_alone() {
        let level = Level::detect().unwrap();
        let [short, long] = [PERIODS, 3 * PERIODS].map(|periods| two_series(level, 0, 2, periods));
        assert!(long.kept.starts_with(&short.kept));
        assert!(long.rows[0].starts_with(&short.rows[0]) && long.rows[1].starts_with(&short.rows[1]));
    }

    /// The largest distance of `row` from a plain loop in f64 over the normals `u`, times `L_ii` and `L_ij`.
    fn error(row: &[f32], sigma: impl Fn(usize) -> f32, terms: &[(f32, &[f32])]) -> f64 {
        let paths = GROUPS * GROUP;
        let c = centre(PERIODS);
        let mut worst = 0.0_f64;
        for p in 0..paths {
            let mut y = 0.0;
            for t in 0..=PERIODS {
                let s = |(factor, u): &(f32, &[f32])| f64::from(*factor) * f64::from(u[(t - 1) * paths + p]);
                if t > 0 {
                    y += f64::from(sigma(p)) * terms.iter().map(s).sum::<f64>();
                }
                worst = worst.max((f64::from(row[t * paths + p]) - (f64::from(c[t]) + y)).abs());
            }
        }
        worst
    }

    #[test]
    fn rows_follow_a_plain_loop_in_f64() {
        let level = Level::detect().unwrap();
        let two = two_series(level, 0, GROUPS, PERIODS);
        let mut own = vec![0.0; two.kept.len()];
        let mut row = two.rows[0].clone();
        let c = centre(PERIODS);
        let task = SeriesTask {
            innovations: Innovations::Keyed(&StreamKey::new(1, 3)),
            first_group: 0,
            groups: GROUPS,
            periods: PERIODS,
            centre: Centre::Fixed(&c),
            sigma: Sigma::Fixed(0.1),
            own: 0.8,
            earlier: &[(0.6, &two.kept)],
        };
        fill_series(level, &task, &mut row, Some(&mut own));
        let sigmas = sigmas(GROUPS);
        // |row| stays below 8: half an ulp of it is 2.4e-7, and Y gathers as much again.
        assert!(error(&two.rows[0], |_| 0.1, &[(1.0, &two.kept)]) < 1e-6);
        assert!(error(&two.rows[1], |p| sigmas[p], &[(0.8, &own), (0.6, &two.kept)]) < 1e-6);
        assert!(error(&row, |_| 0.1, &[(0.8, &own), (0.6, &two.kept)]) < 1e-6);
        assert!(error(&row, |_| 0.1, &[(0.8, &own), (0.5, &two.kept)]) > 1e-3, "the reference sees a wrong factor");
    }

    fn one(level: Level, sigma: f32, centre: Centre, row: &mut [f32], keep: Option<&mut [f32]>) {
        let task = SeriesTask {
            innovations: Innovations::Keyed(&StreamKey::new(1, 2)),
            first_group: 0,
            groups: 2,
            periods: PERIODS,
            centre,
            sigma: Sigma::Fixed(sigma),
            own: 1.0,
            earlier: &[],
        };
        fill_series(level, &task, row, keep);
    }

    #[test]
    fn a_centre_in_place_is_used_as_a_fixed_one() {
        let level = Level::detect().unwrap();
        let c = centre(PERIODS);
        let mut fixed = vec![f32::NAN; (PERIODS + 1) * 2 * GROUP];
        let mut in_place: Vec<f32> = c.iter().flat_map(|c| [*c; 2 * GROUP]).collect();
        let untouched = in_place.clone();
        one(level, 0.1, Centre::Fixed(&c), &mut fixed, None);
        one(level, 0.1, Centre::InPlace, &mut in_place, None);
        assert!(fixed == in_place);
        assert!(fixed[..2 * GROUP] == untouched[..2 * GROUP] && fixed != untouched);
    }

    #[test]
    fn without_volatility_a_row_is_its_centre() {
        let level = Level::detect().unwrap();
        let c = centre(PERIODS);
        let expected: Vec<f32> = c.iter().flat_map(|c| [*c; 2 * GROUP]).collect();
        let mut kept = vec![0.0; PERIODS * 2 * GROUP];
        for keep in [false, true] {
            let mut row = vec![f32::NAN; expected.len()];
            one(level, 0.0, Centre::Fixed(&c), &mut row, keep.then_some(&mut kept));
            assert!(row == expected, "keep: {keep}");
            let mut row = expected.clone();
            one(level, 0.0, Centre::InPlace, &mut row, keep.then_some(&mut kept));
            assert!(row == expected, "in place, keep: {keep}");
        }
        assert!(kept.iter().all(|u| *u != 0.0), "later series need the innovations all the same");
    }

    #[test]
    fn a_series_correlated_by_nothing_keeps_its_bits() {
        let level = Level::detect().unwrap();
        let c = centre(PERIODS);
        let other = two_series(level, 0, 2, PERIODS).kept;
        let mut rows = [vec![0.0; (PERIODS + 1) * 2 * GROUP], vec![0.0; (PERIODS + 1) * 2 * GROUP]];
        for (row, earlier) in rows.iter_mut().zip([&[][..], &[(0.0, &other[..])]]) {
            let task = SeriesTask {
                innovations: Innovations::Keyed(&StreamKey::new(4, 5)),
                first_group: 0,
                groups: 2,
                periods: PERIODS,
                centre: Centre::Fixed(&c),
                sigma: Sigma::Fixed(0.1),
                own: 1.0,
                earlier,
            };
            fill_series(level, &task, row, None);
        }
        assert!(rows[0] == rows[1]);
    }

    #[test]
    #[should_panic(expected = "centre")]
    fn a_centre_of_another_length_is_refused() {
        one(Level::Baseline, 0.1, Centre::Fixed(&[0.0; 3]), &mut [0.0; (PERIODS + 1) * 2 * GROUP], None);
    }
}
