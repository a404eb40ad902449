//! The hot loop: fills a block of paths, Y(t) = Y(t−1) + σ√Δ·s(t), row(t) = c(t) + Y(t), with shocks s = L·U.
//!
//! The loops nest as groups, periods, series. Everything that determines the 64 paths of a group (generators, the
//! period's U, and Y) therefore stays in the L1 cache from the base period to the horizon, and only the rows are
//! written out. Everything marked `#[inline(always)]` is compiled once per [`Level`]; see [`cpu::run`].

use std::ops::{Deref, DerefMut};

use crate::cpu::{self, Level};
use crate::math::to_f32;
use crate::random::{Aligned, Bits, BoxMuller, GROUP, Lanes, StreamKey};

/// σ√Δ: standard deviation of a series' shock over one period.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sigma<'a> {
    /// Equal for all paths.
    Fixed(f32),
    /// One value for each path of the block.
    Drawn(&'a [f32]),
}

/// c(t): the path without shocks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Centre<'a> {
    /// c(0), …, c(T), equal for all paths.
    Fixed(&'a [f32]),
    /// start + rate·τ(t), each by path, and a jump.
    Line { start: &'a [f64], rate: &'a [f64], jump: Option<Jumped<'a>> },
    /// The row already holds c(t) of each path.
    InPlace,
}

/// A jump of a line: its first period, and its size by path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Jumped<'a> {
    pub(crate) at: usize,
    pub(crate) sizes: &'a [f64],
}

/// Source of a series' innovations U.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Innovations<'a> {
    /// Drawn from the stream of each group.
    Keyed(&'a StreamKey),
    /// U(1), …, U(T), with B numbers per period.
    Given(&'a [f32]),
    /// None: the series equals its centre, and no later series uses its innovations.
    None,
}

/// One series, and the terms of its shocks `s = L_ii·U + Σ L_ij·U_j`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeriesTask<'a> {
    pub(crate) innovations: Innovations<'a>,
    pub(crate) centre: Centre<'a>,
    pub(crate) sigma: Sigma<'a>,
    /// `L_ii`.
    pub(crate) own: f32,
    /// The earlier series j with nonzero `L_ij`, and `L_ij`.
    pub(crate) earlier: &'a [(usize, f32)],
}

/// A block of paths.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockTask<'a> {
    pub(crate) first_group: u64,
    /// Groups in the block; B = 64·groups paths.
    pub(crate) groups: usize,
    /// τ(1), …, τ(T), in years.
    pub(crate) taus: &'a [f64],
    pub(crate) series: &'a [SeriesTask<'a>],
    /// Whether every odd group is the antithetic image of the even group before it: −U instead of U, with its own
    /// centre and σ. `first_group` must then be even.
    pub(crate) mirrored: bool,
}

/// Fills the rows, one per series: T + 1 periods of B paths.
///
/// Y is accumulated separately from c, so its rounding error does not grow with c. The paths of a group depend neither
/// on T nor on the other groups of the block.
///
/// # Panics
/// If the length of a slice does not match the task, or a series depends on a later one.
pub(crate) fn fill_block(level: Level, task: &BlockTask, rows: &mut [impl DerefMut<Target = [f32]>]) {
    task.check(rows);
    let mut walkers: Vec<Walker> = task.series.iter().zip(rows).map(|(series, row)| Walker::new(series, row)).collect();
    cpu::run(
        level,
        #[inline(always)]
        || {
            let (transform, mut bits) = (BoxMuller::new(), Bits::default());
            for group in (0..task.groups).step_by(if task.mirrored { 2 } else { 1 }) {
                task.fill_group(group, (&transform, &mut bits), &mut walkers);
            }
        },
    );
}

/// One number for each path of a group.
pub(super) type Vector = [f32; GROUP];

/// State of a series while one group is filled.
#[derive(Debug)]
struct Walker<'a> {
    task: &'a SeriesTask<'a>,
    row: &'a mut [Vector],
    lanes: Aligned<Lanes>,
    u: Aligned<Vector>,
    y: Aligned<Vector>,
    /// Y of the antithetic image.
    mirrored: Aligned<Vector>,
    /// `L_ii` and `L_ij`, multiplied by σ√Δ where that is equal for all paths.
    own: f32,
    earlier: Vec<(usize, f32)>,
}

impl<'a> Walker<'a> {
    fn new(task: &'a SeriesTask<'a>, row: &'a mut [f32]) -> Self {
        let sigma = if let Sigma::Fixed(sigma) = task.sigma { sigma } else { 1.0 };
        let zero = || Aligned([0.0; GROUP]);
        let earlier = task.earlier.iter().map(|(j, factor)| (*j, sigma * factor)).collect();
        Self {
            task,
            row: row.as_chunks_mut().0,
            lanes: Aligned::default(),
            u: zero(),
            y: zero(),
            mirrored: zero(),
            own: sigma * task.own,
            earlier,
        }
    }
}

impl BlockTask<'_> {
    fn check(&self, rows: &[impl Deref<Target = [f32]>]) {
        let (paths, periods) = (self.groups * GROUP, self.taus.len());
        assert_eq!(rows.len(), self.series.len(), "rows");
        assert!(rows.iter().all(|row| row.len() >= (periods + 1) * paths), "row");
        assert!(!self.mirrored || self.first_group.is_multiple_of(2), "mirrored blocks must begin with an even group");
        for (index, series) in self.series.iter().enumerate() {
            assert!(series.earlier.iter().all(|(j, _)| *j < index), "earlier series");
            match series.centre {
                Centre::Fixed(centre) => assert_eq!(centre.len(), periods + 1, "centre"),
                Centre::Line { start, rate, jump } => {
                    assert_eq!((start.len(), rate.len()), (paths, paths), "centre");
                    assert!(jump.is_none_or(|jump| jump.sizes.len() == paths), "jump");
                }
                Centre::InPlace => {}
            }
            if let Innovations::Given(given) = series.innovations {
                assert_eq!(given.len(), periods * paths, "given innovations");
            }
            if let Sigma::Drawn(sigma) = series.sigma {
                assert_eq!(sigma.len(), paths, "sigma");
            }
        }
    }

    /// Fills one group from the base period to the horizon.
    #[inline(always)]
    fn fill_group(&self, group: usize, (transform, bits): (&BoxMuller, &mut Bits), walkers: &mut [Walker]) {
        let image = self.mirrored && group + 1 < self.groups;
        for walker in &mut *walkers {
            walker.start(self.first_group + group as u64);
            walker.write((0, 0.0), group, group);
            if image {
                walker.write_mirrored((0, 0.0), group + 1, group + 1);
            }
        }
        for (t, tau) in (1..).zip(self.taus) {
            let at = t * self.groups + group;
            for index in 0..walkers.len() {
                let (before, rest) = walkers.split_at_mut(index);
                let walker = &mut rest[0];
                walker.draw(at - self.groups, transform, bits);
                walker.step(group, before);
                walker.write((t, *tau), group, at);
                if image {
                    walker.step_mirrored(group + 1, before);
                    walker.write_mirrored((t, *tau), group + 1, at + 1);
                }
            }
        }
    }
}

impl Walker<'_> {
    /// Initializes the base period of a group.
    #[inline(always)]
    fn start(&mut self, group: u64) {
        (self.y.0, self.mirrored.0) = ([0.0; GROUP], [0.0; GROUP]);
        if let Innovations::Keyed(key) = self.task.innovations {
            self.lanes.0 = key.lanes(group);
        }
    }

    /// Draws the innovations of the next period.
    #[inline(always)]
    fn draw(&mut self, at: usize, transform: &BoxMuller, bits: &mut Bits) {
        match self.task.innovations {
            Innovations::Keyed(_) => transform.fill(&mut self.lanes.0, bits, &mut self.u.0),
            Innovations::Given(given) => self.u.0 = given.as_chunks().0[at],
            Innovations::None => {}
        }
    }

    /// `Y + (σ·L_ii)·U + Σ (σ·L_ij)·U_j`, or `Y + σ·(L_ii·U + Σ L_ij·U_j)` if σ differs by path.
    #[inline(always)]
    fn step(&mut self, group: usize, before: &[Walker]) {
        self.y.0 = match self.task.sigma {
            Sigma::Fixed(_) => shocked(self.y.0, self, before),
            Sigma::Drawn(sigma) => {
                with_products(self.y.0, &sigma.as_chunks().0[group], &shocked([0.0; GROUP], self, before))
            }
        };
    }

    /// The same step with −U, to be called after [`step`](Self::step); `group` is that of the image.
    ///
    /// Rounding is symmetric, so if the image has the same σ its Y is exactly −Y.
    #[inline(always)]
    fn step_mirrored(&mut self, group: usize, before: &[Walker]) {
        self.mirrored.0 = match self.task.sigma {
            Sigma::Fixed(_) => self.y.0.map(|y| -y),
            Sigma::Drawn(sigma) => {
                let s = shocked([0.0; GROUP], self, before);
                with_products(self.mirrored.0, &sigma.as_chunks().0[group], &s.map(|s| -s))
            }
        };
    }

    #[inline(always)]
    fn write(&mut self, date: (usize, f64), group: usize, at: usize) {
        write(self.task.centre, date, group, &self.y.0, &mut self.row[at]);
    }

    #[inline(always)]
    fn write_mirrored(&mut self, date: (usize, f64), group: usize, at: usize) {
        write(self.task.centre, date, group, &self.mirrored.0, &mut self.row[at]);
    }
}

/// Writes c(t) + Y of one group to the row.
#[inline(always)]
pub(super) fn write(centre: Centre<'_>, (t, tau): (usize, f64), group: usize, y: &Vector, row: &mut Vector) {
    match centre {
        Centre::Fixed(centre) => {
            let c = centre[t];
            for (row, y) in row.iter_mut().zip(y) {
                *row = c + y;
            }
        }
        Centre::Line { start, rate, jump } => {
            let line = (&start.as_chunks().0[group], &rate.as_chunks().0[group]);
            match jump {
                Some(jump) if jump.at <= t => put_jumped(row, y, line, &jump.sizes.as_chunks().0[group], tau),
                _ => put_line(row, y, line, tau),
            }
        }
        Centre::InPlace => {
            for (row, y) in row.iter_mut().zip(y) {
                *row += y;
            }
        }
    }
}

/// Numbers that a loop over lines takes together. A single loop would process only as many f32 at once as there are f64 in a vector.
const PART: usize = 8;

/// start + rate·τ + Y.
#[inline(always)]
fn put_line(row: &mut Vector, y: &Vector, (start, rate): (&[f64; GROUP], &[f64; GROUP]), tau: f64) {
    let lines = start.as_chunks::<PART>().0.iter().zip(rate.as_chunks::<PART>().0);
    let rows = row.as_chunks_mut::<PART>().0.iter_mut().zip(y.as_chunks::<PART>().0);
    for ((row, y), (start, rate)) in rows.zip(lines) {
        *row = std::array::from_fn(
            #[inline(always)]
            |j| to_f32(start[j] + rate[j] * tau) + y[j],
        );
    }
}

/// start + (rate·τ + size) + Y.
#[inline(always)]
fn put_jumped(
    row: &mut Vector,
    y: &Vector,
    (start, rate): (&[f64; GROUP], &[f64; GROUP]),
    sizes: &[f64; GROUP],
    tau: f64,
) {
    let lines = start.as_chunks::<PART>().0.iter().zip(rate.as_chunks::<PART>().0).zip(sizes.as_chunks::<PART>().0);
    let rows = row.as_chunks_mut::<PART>().0.iter_mut().zip(y.as_chunks::<PART>().0);
    for ((row, y), ((start, rate), sizes)) in rows.zip(lines) {
        *row = std::array::from_fn(
            #[inline(always)]
            |j| to_f32(start[j] + (rate[j] * tau + sizes[j])) + y[j],
        );
    }
}

/// Adds the shocks of the period to `sum`.
#[inline(always)]
fn shocked(mut sum: Vector, own: &Walker, before: &[Walker]) -> Vector {
    add_scaled(&mut sum, own.own, &own.u.0);
    for (j, factor) in &own.earlier {
        add_scaled(&mut sum, *factor, &before[*j].u.0);
    }
    sum
}

#[inline(always)]
pub(super) fn with_products(mut sum: Vector, factors: &Vector, terms: &Vector) -> Vector {
    for ((sum, factor), term) in sum.iter_mut().zip(factors).zip(terms) {
        *sum = factor.mul_add(*term, *sum);
    }
    sum
}

#[inline(always)]
pub(super) fn add_scaled(sum: &mut Vector, factor: f32, terms: &Vector) {
    for (sum, term) in sum.iter_mut().zip(terms) {
        *sum = factor.mul_add(*term, *sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::normals;

    const PERIODS: usize = 40;
    const GROUPS: usize = 6;
    /// The period in which the line of the third series jumps, by as much as its start.
    const JUMP: usize = 6;

    /// c(t), growing to a magnitude at which accumulating in f32 would lose digits.
    fn centre(periods: usize) -> Vec<f32> {
        (0..=periods).map(|t| 0.05 * t as f32).collect()
    }

    fn taus(periods: usize) -> Vec<f64> {
        (1..=periods).map(|t| 0.25 * t as f64).collect()
    }

    fn sigmas(groups: usize) -> Vec<f32> {
        (0..groups * GROUP).map(|p| 0.05 + p as f32 / 1e4).collect()
    }

    /// The normals of a series' stream: T periods of 64·groups numbers.
    fn streams(key: &StreamKey, first_group: usize, groups: usize, periods: usize) -> Vec<f32> {
        let mut all = vec![0.0; periods * groups * GROUP];
        let (vectors, _) = all.as_chunks_mut::<GROUP>();
        for group in 0..groups {
            let mut lanes = key.lanes((first_group + group) as u64);
            for t in 0..periods {
                normals(&mut lanes, &mut vectors[t * groups + group]);
            }
        }
        all
    }

    fn keys() -> [StreamKey; 3] {
        [2, 3, 4].map(|slot| StreamKey::new(1, slot))
    }

    /// Correlations of the second and third series with earlier ones.
    const FOLLOWS: [&[(usize, f32)]; 3] = [&[], &[(0, 0.6)], &[(0, 0.5), (1, -0.3)]];
    const OWN: [f32; 3] = [1.0, 0.8, 0.7];

    /// The rows of three correlated series: fixed, with drawn volatilities, and with linear centres.
    fn three(level: Level, first_group: usize, groups: usize, periods: usize) -> Vec<Vec<f32>> {
        let (keys, c, taus) = (keys(), centre(periods), taus(periods));
        let from = first_group * GROUP;
        let (sigmas, lines) = (sigmas(first_group + groups), lines(first_group + groups));
        let (start, rate) = (&lines.0[from..], &lines.1[from..]);
        let jump = Some(Jumped { at: JUMP, sizes: start });
        let centres = [Centre::Fixed(&c), Centre::Fixed(&c), Centre::Line { start, rate, jump }];
        let sigmas = [Sigma::Fixed(0.1), Sigma::Drawn(&sigmas[from..]), Sigma::Fixed(0.1)];
        let series: [_; 3] = std::array::from_fn(|index| SeriesTask {
            innovations: Innovations::Keyed(&keys[index]),
            centre: centres[index],
            sigma: sigmas[index],
            own: OWN[index],
            earlier: FOLLOWS[index],
        });
        let task = BlockTask { first_group: first_group as u64, groups, taus: &taus, series: &series, mirrored: false };
        filled(level, &task)
    }

    /// Start and rate of every path.
    fn lines(groups: usize) -> (Vec<f64>, Vec<f64>) {
        (0..groups * GROUP).map(|p| (0.3 - p as f64 / 1e3, p as f64 / 2e3)).unzip()
    }

    fn filled(level: Level, task: &BlockTask) -> Vec<Vec<f32>> {
        let mut rows = vec![vec![f32::NAN; (task.taus.len() + 1) * task.groups * GROUP]; task.series.len()];
        fill_block(level, task, &mut rows);
        rows
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        for level in Level::available() {
            assert!(three(level, 5, 2, 9) == three(Level::Baseline, 5, 2, 9), "{level:?}");
        }
    }

    /// Columns `from..from + 64·groups` of a matrix with `paths` columns.
    fn columns(matrix: &[f32], paths: usize, from: usize, groups: usize) -> Vec<f32> {
        matrix.chunks_exact(paths).flat_map(|row| row[from..from + groups * GROUP].to_vec()).collect()
    }

    #[test]
    fn a_block_may_be_cut_anywhere() {
        let level = Level::detect().unwrap();
        let whole = three(level, 0, GROUPS, PERIODS);
        for (first, groups) in [(0, 1), (1, 2), (3, 3), (5, 1), (0, 6)] {
            for (part, whole) in three(level, first, groups, PERIODS).iter().zip(&whole) {
                assert!(*part == columns(whole, GROUPS * GROUP, first * GROUP, groups), "groups {first} and on");
            }
        }
    }

    #[test]
    fn a_longer_horizon_leaves_earlier_periods_alone() {
        let level = Level::detect().unwrap();
        let [short, long] = [PERIODS, 3 * PERIODS].map(|periods| three(level, 0, 2, periods));
        assert!(long.iter().zip(&short).all(|(long, short)| long.starts_with(short)));
    }

    /// Largest distance of `row` from a scalar f64 loop; `terms` are the normals with their `L_ii` and `L_ij`.
    fn error(
        row: &[f32],
        centre: impl Fn(usize, usize) -> f64,
        sigma: impl Fn(usize) -> f32,
        terms: &[(f32, &[f32])],
    ) -> f64 {
        let paths = GROUPS * GROUP;
        let mut worst = 0.0_f64;
        for p in 0..paths {
            let mut y = 0.0;
            for t in 0..=PERIODS {
                let s = |(factor, u): &(f32, &[f32])| f64::from(*factor) * f64::from(u[(t - 1) * paths + p]);
                if t > 0 {
                    y += f64::from(sigma(p)) * terms.iter().map(s).sum::<f64>();
                }
                worst = worst.max((f64::from(row[t * paths + p]) - (centre(t, p) + y)).abs());
            }
        }
        worst
    }

    #[test]
    fn rows_follow_a_plain_loop_in_f64() {
        let rows = three(Level::detect().unwrap(), 0, GROUPS, PERIODS);
        let u = keys().map(|key| streams(&key, 0, GROUPS, PERIODS));
        let (c, sigmas, (start, rate)) = (centre(PERIODS), sigmas(GROUPS), lines(GROUPS));
        let fixed = |t: usize, _: usize| f64::from(c[t]);
        let line = |t: usize, p: usize| start[p] + rate[p] * (0.25 * t as f64) + if t < JUMP { 0.0 } else { start[p] };
        let third = [(0.7, &u[2][..]), (0.5, &u[0]), (-0.3, &u[1])];
        // |row| stays below 8: half an ulp is 2.4e-7, and accumulating Y adds about as much.
        assert!(error(&rows[0], fixed, |_| 0.1, &[(1.0, &u[0])]) < 1e-6);
        assert!(error(&rows[1], fixed, |p| sigmas[p], &[(0.8, &u[1]), (0.6, &u[0])]) < 1e-6);
        assert!(error(&rows[2], line, |_| 0.1, &third) < 1e-6);
        assert!(error(&rows[2], line, |_| 0.1, &third[..2]) > 1e-3, "the reference detects a missing term");
        assert!(error(&rows[2], fixed, |_| 0.1, &third) > 1e-3, "the reference detects a wrong centre");
    }

    fn task<'a>(innovations: Innovations<'a>, sigma: f32, centre: Centre<'a>) -> SeriesTask<'a> {
        SeriesTask { innovations, centre, sigma: Sigma::Fixed(sigma), own: 1.0, earlier: &[] }
    }

    /// Two groups of these series.
    fn two_groups(rows: &mut [Vec<f32>], series: &[SeriesTask]) {
        let taus = taus(PERIODS);
        fill_block(
            Level::detect().unwrap(),
            &BlockTask { first_group: 0, groups: 2, taus: &taus, series, mirrored: false },
            rows,
        );
    }

    #[test]
    fn a_centre_in_place_is_used_as_a_fixed_one() {
        let (c, [key, ..]) = (centre(PERIODS), keys());
        let in_place: Vec<f32> = c.iter().flat_map(|c| [*c; 2 * GROUP]).collect();
        let untouched = in_place.clone();
        let mut rows = [vec![f32::NAN; in_place.len()], in_place];
        let series = [Centre::Fixed(&c), Centre::InPlace].map(|centre| task(Innovations::Keyed(&key), 0.1, centre));
        two_groups(&mut rows, &series);
        assert!(rows[0] == rows[1]);
        assert!(rows[0][..2 * GROUP] == untouched[..2 * GROUP] && rows[0] != untouched);
    }

    /// Holds whether or not a later series uses its innovations, so that they are drawn.
    #[test]
    fn without_volatility_a_row_is_its_centre() {
        let (c, [key, ..]) = (centre(PERIODS), keys());
        let expected: Vec<f32> = c.iter().flat_map(|c| [*c; 2 * GROUP]).collect();
        for innovations in [Innovations::Keyed(&key), Innovations::None] {
            let mut rows = [vec![f32::NAN; expected.len()], expected.clone(), expected.clone()];
            let [a, b] = [Centre::Fixed(&c), Centre::InPlace].map(|centre| task(innovations, 0.0, centre));
            let follower = SeriesTask { earlier: &[(0, 0.5)], own: 0.0, sigma: Sigma::Fixed(0.1), ..b };
            two_groups(&mut rows, &[a, b, follower]);
            assert!(rows[0] == expected && rows[1] == expected);
            let drawn = matches!(innovations, Innovations::Keyed(_));
            assert_eq!(rows[2] != expected, drawn, "a later series follows what is drawn");
        }
    }

    #[test]
    fn given_innovations_are_used_as_drawn_ones() {
        let (c, [key, ..]) = (centre(PERIODS), keys());
        let given = streams(&key, 0, 2, PERIODS);
        let mut rows = [vec![f32::NAN; (PERIODS + 1) * 2 * GROUP], vec![f32::NAN; (PERIODS + 1) * 2 * GROUP]];
        let both = [Innovations::Keyed(&key), Innovations::Given(&given)];
        two_groups(&mut rows, &both.map(|innovations| task(innovations, 0.1, Centre::Fixed(&c))));
        assert!(rows[0] == rows[1]);
    }

    /// An image has its own centre and σ, and the even groups equal those of plain sampling.
    #[test]
    fn an_image_has_the_innovations_with_the_other_sign() {
        let (taus, sigmas, (start, rate), keys) = (taus(PERIODS), sigmas(2), lines(2), keys());
        let centre = Centre::Line { start: &start, rate: &rate, jump: None };
        for sigma in [Sigma::Fixed(0.1), Sigma::Drawn(&sigmas)] {
            let first = SeriesTask { sigma, ..task(Innovations::Keyed(&keys[0]), 0.0, centre) };
            let second = SeriesTask { earlier: &[(0, 0.6)], ..task(Innovations::Keyed(&keys[1]), 0.2, centre) };
            let series = [SeriesTask { sigma, ..first }, SeriesTask { sigma, ..second }];
            let drawn = BlockTask { first_group: 4, groups: 2, taus: &taus, series: &series, mirrored: true };
            let mirrored = filled(Level::detect().unwrap(), &drawn);

            let negated = keys.each_ref().map(|key| {
                let plain = streams(key, 4, 2, PERIODS);
                let even = plain.chunks_exact(2 * GROUP).map(|pair| &pair[..GROUP]);
                even.flat_map(|u| u.iter().copied().chain(u.iter().map(|u| -u))).collect::<Vec<f32>>()
            });
            let given = [Innovations::Given(&negated[0]), Innovations::Given(&negated[1])];
            let series = [0, 1].map(|index| SeriesTask { innovations: given[index], ..series[index] });
            let expected = filled(Level::detect().unwrap(), &BlockTask { series: &series, mirrored: false, ..drawn });
            assert!(mirrored == expected, "{sigma:?}");
        }
    }

    #[test]
    fn a_series_correlated_by_nothing_keeps_its_bits() {
        let (c, [key, other, _]) = (centre(PERIODS), keys());
        let alone = task(Innovations::Keyed(&key), 0.1, Centre::Fixed(&c));
        let first = task(Innovations::Keyed(&other), 0.1, Centre::Fixed(&c));
        let mut rows = vec![vec![0.0; (PERIODS + 1) * 2 * GROUP]; 3];
        two_groups(&mut rows, &[first, alone, SeriesTask { earlier: &[(0, 0.0)], ..alone }]);
        assert!(rows[1] == rows[2]);
    }
    #[test]
    #[should_panic(expected = "centre")]
    fn a_centre_of_another_length_is_refused() {
        let mut rows = [vec![0.0; (PERIODS + 1) * 2 * GROUP]];
        two_groups(&mut rows, &[task(Innovations::None, 0.1, Centre::Fixed(&[0.0; 3]))]);
    }

    #[test]
    #[should_panic(expected = "earlier")]
    fn a_series_that_follows_itself_is_refused() {
        let mut rows = [vec![0.0; (PERIODS + 1) * 2 * GROUP]];
        let itself = SeriesTask { earlier: &[(0, 0.5)], ..task(Innovations::None, 0.1, Centre::InPlace) };
        two_groups(&mut rows, &[itself]);
    }
}
