//! Blocks of paths: structure of arrays, one row per provider, filled group by group.

use super::dynamic::Dynamic;
use super::fine::Fine;
use super::kernel::{BlockTask, Innovations, SeriesTask, fill_block};
use super::middle::Middle;
use super::numbers::{Numbers, Span, drawn};
use super::sampler::{Sampler, fill_coins};
use crate::calendar::Period;
use crate::error::Error;
use crate::estimate::When;
use crate::math;
use crate::plan::{DerivedId, Plan, RowId, Rows, SeriesId, Source, beyond, linear, log_sums};
use crate::random::{self, AlignedRow, GROUP};

/// Target size of a block: it should fit in the L2 cache of one core.
const BLOCK_BYTES: usize = 256 * 1024;

/// Number of groups per block: as many as fit the cache, from 1 to 8.
pub(crate) fn groups_that_fit(plan: &Plan) -> usize {
    let group_bytes = plan.log_rows() * (plan.taus.len() + 1) * GROUP * size_of::<f32>();
    (BLOCK_BYTES / group_bytes).clamp(1, 8)
}

/// Working memory of one thread, reused for every block.
#[derive(Debug)]
pub(crate) struct Block {
    /// Number of paths stored: a whole number of groups.
    width: usize,
    /// Number of paths to count: the last group of a run may be incomplete.
    len: usize,
    first_group: u64,
    /// Indexed by row of log revenue, then period 0..=T, then path.
    rows: Vec<AlignedRow<f32>>,
    /// Indexed by series.
    middles: Vec<Middle>,
    draws: Vec<Vec<f64>>,
    /// Indexed by derived row, then date, then path.
    sums: Vec<Vec<f32>>,
    /// Linear revenue of one provider at periods 0..=T, where a sum needs it.
    linear: Vec<f32>,
    numbers: Numbers,
    /// `None` where the plain kernel fills the rows.
    dynamic: Option<Dynamic>,
    fine: Fine,
}

impl Block {
    pub(crate) fn new(plan: &Plan, groups: usize) -> Self {
        let width = groups * GROUP;
        let periods = plan.taus.len();
        Self {
            width,
            len: 0,
            first_group: 0,
            rows: (0..plan.log_rows()).map(|_| AlignedRow::zeros((periods + 1) * width)).collect(),
            middles: plan.series.iter().map(|series| Middle::new(plan, series, width)).collect(),
            draws: plan.draws.iter().map(|draw| vec![draw.quantile.median(); width]).collect(),
            sums: plan.sums.iter().map(|sums| vec![0.0; sums.dates.len() * width]).collect(),
            linear: if plan.sums.is_empty() { Vec::new() } else { vec![0.0; (periods + 1) * width] },
            numbers: Numbers::default(),
            dynamic: Dynamic::new(plan, width),
            fine: Fine::default(),
        }
    }

    /// Fills the groups from `first_group` on; the first `len` paths count.
    ///
    /// # Errors
    /// If a curve is not finite on a path; the message names provider, period and parameters. If a report that paths shall meet is
    /// determined by the drawn numbers.
    pub(crate) fn fill(
        &mut self,
        (plan, sampler): (&Plan, &Sampler),
        first_group: u64,
        groups: usize,
        len: usize,
    ) -> Result<(), Error> {
        let span = self.start(first_group, groups, len);
        sampler.fill(drawn(plan), span, &mut self.draws, &mut self.numbers);
        plan.fill_draws(&mut self.draws, groups * GROUP, sampler.gives_scores());
        if let Some(observations) = sampler.observations() {
            observations.condition((plan, drawn(plan)), span, &self.draws, &mut self.numbers)?;
        }
        self.fill_paths((plan, sampler), span)
    }

    /// Fills one group with these values of some draws, each by its index. Shocks, mixing draws and coins are those of plain
    /// sampling; all other draws are at their medians in a block that is filled in no other way.
    ///
    /// # Errors
    /// As for [`fill`](Self::fill).
    pub(crate) fn fill_given(&mut self, plan: &Plan, group: u64, values: &[(usize, Vec<f64>)]) -> Result<(), Error> {
        let span = self.start(group, 1, GROUP);
        fill_coins(drawn(plan), span, &mut self.draws);
        for (draw, values) in values {
            self.draws[*draw][..GROUP].copy_from_slice(values);
        }
        self.fill_paths((plan, &Sampler::Plain), span)
    }

    fn start(&mut self, first: u64, groups: usize, len: usize) -> Span {
        (self.width, self.len, self.first_group) = (groups * GROUP, len, first);
        Span { first, groups }
    }

    /// Fills everything that follows from the draws.
    fn fill_paths(&mut self, (plan, sampler): (&Plan, &Sampler), span: Span) -> Result<(), Error> {
        self.fill_rows((plan, sampler), span)?;
        self.combine(plan);
        (0..plan.log_rows()).try_for_each(|row| self.fill_sums(plan, SeriesId(row)))?;
        self.fine.fill((plan, sampler), span, &self.draws, &self.numbers)
    }

    /// The weight of every path; empty if all weights are equal.
    pub(crate) fn weights(&self) -> &[f64] {
        &self.numbers.weights
    }

    /// The logarithm of the weight of every path, up to a common factor; empty unless paths meet reports.
    pub(crate) fn log_weights(&self) -> &[f64] {
        &self.numbers.log_weights
    }

    /// The coordinates that importance sampling tilts, indexed by coordinate, then by path; empty without importance
    /// sampling.
    pub(crate) fn coordinates(&self) -> &[Vec<f64>] {
        &self.numbers.coordinates
    }

    /// Fills the rows of providers of segments.
    fn combine(&mut self, plan: &Plan) {
        let held = (plan.taus.len() + 1) * self.width;
        let (series, combined) = self.rows.split_at_mut(plan.series.len());
        for (sum, row) in plan.combined.iter().zip(combined) {
            let parts: Vec<&[f32]> = sum.of.iter().map(|SeriesId(part)| &series[*part][..held]).collect();
            log_sums(plan.level, &parts, &mut row[..held]);
        }
    }

    /// Fills the rows of sums over time of one row of log revenue.
    fn fill_sums(&mut self, plan: &Plan, of: SeriesId) -> Result<(), Error> {
        let width = self.width;
        let wanted = || plan.sums.iter().enumerate().filter(|(_, sums)| sums.of == of);
        if wanted().next().is_some() {
            let held = (plan.taus.len() + 1) * width;
            let SeriesId(row) = of;
            linear(plan.level, &self.rows[row][..held], &mut self.linear[..held]);
        }
        for (index, sums) in wanted() {
            sums.fill(plan.level, &self.linear, width, &mut self.sums[index]).map_err(|column| {
                let date = sums.dates[column].expect("a column without a date is not checked");
                let label = plan.rows.label(0).checked_add(date).expect("validated: the calendar has every date");
                beyond(plan.name(of), &label.to_string())
            })?;
        }
        Ok(())
    }

    fn fill_rows(&mut self, (plan, sampler): (&Plan, &Sampler), span: Span) -> Result<(), Error> {
        let width = span.width();
        for (of, (middle, row)) in plan.series_ids().zip(self.middles.iter_mut().zip(&mut self.rows)) {
            middle.fill((plan, of), &self.draws, width, row)?;
        }
        if let Some(dynamic) = &mut self.dynamic {
            let inputs = (&self.draws[..], &self.middles[..]);
            let rows = &mut self.rows[..plan.series.len()];
            dynamic.fill((plan, sampler), span, inputs, &mut self.numbers, rows);
            return Ok(());
        }
        let given = &self.numbers.innovations;
        let tasks: Vec<SeriesTask<'_>> = (plan.series.iter().zip(&self.middles).enumerate())
            .map(|(index, (series, middle))| SeriesTask {
                innovations: innovations(&plan.sources[index], given.get(index)),
                centre: middle.centre(width),
                sigma: middle.sigma(plan, series, width),
                own: series.own,
                earlier: &series.earlier,
            })
            .collect();
        let task = BlockTask {
            first_group: span.first,
            groups: span.groups,
            taus: &plan.taus,
            series: &tasks,
            mirrored: sampler.is_antithetic(),
        };
        fill_block(plan.level, &task, &mut self.rows[..plan.series.len()]);
        Ok(())
    }
}

fn innovations<'a>(source: &'a Source, given: Option<&'a Vec<f32>>) -> Innovations<'a> {
    match given {
        _ if !source.is_shocked => Innovations::None,
        Some(given) => Innovations::Given(given),
        None => Innovations::Keyed(&source.key),
    }
}

/// A block of simulated paths, as passed to a [`Statistic`](crate::Statistic).
#[derive(Debug, Clone, Copy)]
pub struct Paths<'a> {
    plan: &'a Plan,
    block: &'a Block,
}

impl<'a> Paths<'a> {
    pub(crate) fn new(plan: &'a Plan, block: &'a Block) -> Self {
        Self { plan, block }
    }

    /// The number of paths in the block.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a block is never empty")]
    pub fn len(&self) -> usize {
        self.block.len
    }

    /// The rows: providers and periods.
    #[must_use]
    pub fn rows(&self) -> &'a Rows {
        &self.plan.rows
    }

    /// Log revenue of a row at period `t` (0 is the base), one number per path, relative to a reference shared by all
    /// rows. Rows therefore compare as revenue does. For amounts see [`Paths::revenue`].
    ///
    /// Numbers are rounded to 2⁻²⁴ of their magnitude, a relative error of 1e-7 in revenue. Providers whose shocks
    /// differ by less are tied here; the built-in questions compare them in f64.
    ///
    /// # Panics
    /// If there is no such row or period.
    #[must_use]
    pub fn row(&self, row: usize, t: usize) -> &'a [f32] {
        self.values(RowId::Series(self.plan.provider_row(row)), t)
    }

    /// The rows whose fans are counted.
    pub(crate) fn fan_rows(&self) -> &'a [SeriesId] {
        self.plan.fan_rows()
    }

    /// The values of any row at period (or date) `t`, one for each path: logs of a series, sums of a derived row.
    pub(crate) fn values(&self, row: RowId, t: usize) -> &'a [f32] {
        let row: &[f32] = match row {
            RowId::Series(SeriesId(row)) => &self.block.rows[row],
            RowId::Derived(DerivedId(row)) => &self.block.sums[row],
        };
        let from = t * self.block.width;
        &row[from..from + self.block.len]
    }

    /// Revenue of a row at period `t` on one path, in the scenario's unit.
    ///
    /// # Panics
    /// If there is no such row, period or path.
    #[must_use]
    pub fn revenue(&self, row: usize, t: usize, path: usize) -> f64 {
        let SeriesId(own) = self.plan.provider_row(row);
        match &self.plan.known[own] {
            Some(known) => known[t],
            None => {
                let log = match self.block.fine.row(RowId::Series(SeriesId(own))) {
                    Some(fine) => fine[t * self.block.width + path],
                    None => f64::from(self.row(row, t)[path]),
                };
                math::exp(log) * self.plan.reference
            }
        }
    }

    /// Lead of row `a` over row `b` at period (or date) `t` for each path, for pairs too close for f32 rows to resolve.
    /// It is a log difference, or relative to `b` for rows of sums; 0 for a tie. `None` for other pairs.
    pub(crate) fn gaps(&self, a: RowId, b: RowId, t: usize) -> Option<Vec<f64>> {
        let tie = self.plan.close.tie(a, b)?;
        let at = t * self.block.width..t * self.block.width + self.block.len;
        let (of_a, of_b) = (&self.block.fine.row(a)?[at.clone()], &self.block.fine.row(b)?[at]);
        let a_is_sum = a.is_derived();
        let gap = |(a, b): (&f64, &f64)| {
            let gap = match a_is_sum {
                false => a - b,
                true if *b > 0.0 => a / b - 1.0,
                // Without complete data at the base there are no sums, and nobody is ahead.
                true => return -1.0,
            };
            if gap.abs() <= tie { 0.0 } else { gap }
        };
        Some(of_a.iter().zip(of_b).map(gap).collect())
    }

    /// The values of a draw, one per path; `draw` is an index of [`Rows::draws`]. Of a mixture it is the index of the law, and
    /// of a jump 1 where it happens and otherwise 0.
    ///
    /// # Panics
    /// If there is no such draw.
    ///
    /// # Example: the probability of an overtake where growth is high
    /// ```
    /// use outgrow::{Counts, Curve, Error, Paths, Provider, Rows, Scenario, Shape, Statistic, normal};
    ///
    /// struct Given;
    /// impl Statistic for Given {
    ///     fn shape(&self, rows: &Rows) -> Result<Shape, Error> {
    ///         rows.find_draw("provider[A].growth.constant")?;
    ///         Ok(Shape::uniform(1, 3)) // low growth; high growth without a lead at the end; high growth with one
    ///     }
    ///     fn observe(&self, paths: &Paths<'_>, counts: &mut Counts) {
    ///         let rows = paths.rows();
    ///         let growth = paths.draw(rows.find_draw("provider[A].growth.constant").expect("checked in `shape`"));
    ///         let [a, b] = [0, 1].map(|row| paths.row(row, rows.periods()));
    ///         let class = |path: usize| if growth[path] < 0.5 { 0 } else { 1 + u16::from(a[path] > b[path]) };
    ///         counts.classes(0, &(0..paths.len()).map(class).collect::<Vec<u16>>());
    ///     }
    /// }
    ///
    /// let scenario = Scenario::builder("2018", "2022")
    ///     .provider(Provider::new("A", 50).growth(Curve::constant(normal(0.5, 0.1))).volatility(0.1))
    ///     .provider(Provider::new("B", 100).growth(Curve::constant(0.3)))
    ///     .build()?;
    /// let outcome = scenario.simulate().paths(10_000).statistic("given growth", Given).run()?;
    /// let [low, behind, ahead] = &outcome.statistic("given growth")?[0][..] else { unreachable!("three classes") };
    /// assert!((low.value() - 0.5).abs() < 0.02);
    /// assert!(ahead.value() > 0.2 && behind.value() > 0.1);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn draw(&self, draw: usize) -> &'a [f64] {
        &self.block.draws[draw][..self.block.len]
    }

    /// Uniform numbers from a separate slot, one per path; they do not affect other draws.
    pub(crate) fn uniforms(&self, slot: u64) -> Vec<f64> {
        let mut all = vec![0.0; self.block.width];
        for (group, part) in (self.block.first_group..).zip(all.as_chunks_mut::<GROUP>().0) {
            random::uniforms(self.plan.seed, slot, group, part);
        }
        all.truncate(self.block.len);
        all
    }

    /// Variance of the log-ratio of two series over one period, for each path.
    ///
    /// # Panics
    /// If a row is derived: sums are not monitored between dates.
    pub(crate) fn variance_between(&self, a: RowId, b: RowId) -> Vec<f64> {
        let series = |row: RowId| match row {
            RowId::Series(of) => self.plan.as_series(of).expect("validated: sums are not monitored continuously"),
            RowId::Derived(_) => {
                unreachable!("validated: continuous monitoring is for questions of the period measure")
            }
        };
        let (a, b) = (series(a), series(b));
        if self.plan.has_drawn_factors(&[a, b]) {
            let sd = |path: usize| self.plan.pair_sd_at([a, b], &self.block.draws, path);
            return (0..self.block.len).map(|path| sd(path) * sd(path)).collect();
        }
        let volatilities = [a, b].map(|of| self.plan.volatility(of));
        let at = |path: usize| volatilities.map(|volatility| volatility.of_path(&self.block.draws, path));
        let pair = self.plan.pair([a, b]);
        if self.plan.close.tie(a.into(), b.into()).is_some() {
            return (0..self.block.len).map(|path| pair.sd(at(path))).map(|sd| sd * sd).collect();
        }
        let pair = pair.in_single_precision();
        (0..self.block.len).map(|path| pair.variance(at(path))).collect()
    }

    /// One row on one path.
    pub(crate) fn path(self, row: usize, path: usize) -> Path<'a> {
        Path { paths: self, row, path }
    }
}

/// Revenue of one provider on one simulated path, for custom events and statistics.
///
/// # Example: a custom event
/// ```
/// # use outgrow::{Curve, Provider, Scenario};
/// # let scenario = Scenario::builder("2018", "2028")
/// #     .provider(Provider::new("A", 1.0).growth(Curve::constant(0.5)).volatility(0.2)).build()?;
/// let outcome = scenario.simulate().paths(1000)
///     .event("tenfold by 2024", ["A"], |[a]| a.first(|revenue| revenue >= 10.0) <= outgrow::When::At("2024".parse().unwrap()))
///     .run()?;
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Path<'a> {
    paths: Paths<'a>,
    row: usize,
    path: usize,
}

impl Path<'_> {
    /// The number of projected periods, `T`.
    #[must_use]
    pub fn periods(&self) -> usize {
        self.paths.rows().periods()
    }

    /// The label of period `t`; 0 is the base.
    ///
    /// # Panics
    /// If `t` is greater than `T`.
    #[must_use]
    pub fn label(&self, t: usize) -> Period {
        self.paths.rows().label(t)
    }

    /// Revenue at period `t` (0 is the base), in the scenario's unit.
    ///
    /// # Panics
    /// If `t` is greater than `T`.
    #[must_use]
    pub fn revenue(&self, t: usize) -> f64 {
        self.paths.revenue(self.row, t, self.path)
    }

    /// The first period, from the base on, whose revenue satisfies `holds`. [`When::NotBy`] the horizon orders last.
    #[must_use]
    pub fn first(&self, holds: impl Fn(f64) -> bool) -> When {
        let last = self.periods();
        let hit = (0..=last).find(|t| holds(self.revenue(*t)));
        hit.map_or(When::NotBy(self.label(last)), |t| When::At(self.label(t)))
    }
}
