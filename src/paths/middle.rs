//! The centre of a series (its paths without shocks) and its volatility, as the hot loop reads them.

use super::kernel::{Centre, Jumped, Sigma};
use crate::cpu;
use crate::error::Error;
use crate::math::{self, to_f32};
use crate::plan::{Input, Plan, Series, SeriesId};
use crate::random::AlignedRow;

/// The inputs of the hot loop for one series, updated for every block.
#[derive(Debug)]
pub(super) struct Middle {
    kind: CentreKind,
    /// c(0), …, c(T) where they are equal for all paths.
    known: Vec<f32>,
    /// x(0) of every path.
    start: AlignedRow<f64>,
    /// γ of every path where Γ(τ) = γτ.
    rate: AlignedRow<f64>,
    /// The size on every path of the jump beside γτ, and its first period.
    jump: Option<(usize, Vec<f64>)>,
    /// σ√Δ of every path where the volatility is drawn.
    sigma: AlignedRow<f32>,
}

#[derive(Debug, Clone, Copy)]
enum CentreKind {
    /// Equal for all paths.
    Known,
    /// start + rate·τ, and a jump.
    Line,
    /// Stored in the row.
    InPlace,
}

impl Middle {
    /// Allocates memory for at most `width` paths.
    pub(super) fn new(plan: &Plan, series: &Series, width: usize) -> Self {
        let known: Vec<f32> = series.centre.iter().flatten().map(|x| to_f32(*x)).collect();
        let kind = if known.is_empty() { CentreKind::InPlace } else { CentreKind::Known };
        let mut start = AlignedRow::zeros(width);
        if let Input::Known(base) = series.slots.base {
            start.fill(math::ln(base / plan.reference));
        }
        Self { kind, known, start, rate: AlignedRow::zeros(width), jump: None, sigma: AlignedRow::zeros(width) }
    }

    /// Updates the centre and volatility from the draws of a block; a centre that is neither fixed nor linear is
    /// written to the row.
    ///
    /// # Errors
    /// If it is not finite on a path.
    pub(super) fn fill(
        &mut self,
        (plan, of): (&Plan, SeriesId),
        draws: &[Vec<f64>],
        width: usize,
        row: &mut [f32],
    ) -> Result<(), Error> {
        let series = plan.series(of);
        if let Input::Drawn(draw) = series.slots.volatility {
            self.take_volatilities(plan, &draws[draw][..width]);
        }
        if matches!(self.kind, CentreKind::Known) {
            return Ok(());
        }
        if let Input::Drawn(draw) = series.slots.base {
            self.take_bases(plan, &draws[draw][..width]);
        }
        let horizon = *plan.taus.last().expect("validated: there is at least one period");
        let rates = &mut self.rate[..width];
        if plan.keeps_lines(of) && series.growth.fill_log_rates(&series.values(draws, width), rates) {
            plan.add_terms_to_rates(of, draws, rates);
            self.jump = plan.jump_of_line(of, draws, width);
            if self.is_finite_until(plan, horizon, width) {
                self.kind = CentreKind::Line;
                return Ok(());
            }
        }
        self.kind = CentreKind::InPlace;
        fill_row((plan, of), draws, &self.start[..width], row)
    }

    pub(super) fn centre(&self, width: usize) -> Centre<'_> {
        match self.kind {
            CentreKind::Known => Centre::Fixed(&self.known),
            CentreKind::Line => {
                let jump = self.jump.as_ref().map(|(at, sizes)| Jumped { at: *at, sizes });
                Centre::Line { start: &self.start[..width], rate: &self.rate[..width], jump }
            }
            CentreKind::InPlace => Centre::InPlace,
        }
    }

    pub(super) fn sigma(&self, plan: &Plan, series: &Series, width: usize) -> Sigma<'_> {
        match series.slots.volatility {
            Input::Known(volatility) => Sigma::Fixed(to_f32(plan.covariance.sd(volatility))),
            Input::Drawn(_) => Sigma::Drawn(&self.sigma[..width]),
        }
    }

    fn take_volatilities(&mut self, plan: &Plan, volatilities: &[f64]) {
        let (sigma, step_root) = (&mut self.sigma[..], plan.step_root());
        cpu::run(
            plan.level,
            #[inline(always)]
            || {
                for (sigma, volatility) in sigma.iter_mut().zip(volatilities) {
                    *sigma = to_f32(volatility * step_root);
                }
            },
        );
    }

    fn take_bases(&mut self, plan: &Plan, bases: &[f64]) {
        let start = &mut self.start[..];
        cpu::run(
            plan.level,
            #[inline(always)]
            || {
                for (start, base) in start.iter_mut().zip(bases) {
                    *start = math::ln(base / plan.reference);
                }
            },
        );
    }

    /// Whether every line stays finite up to `tau`, in f32 too. Where this is false the row is filled, with the same bits.
    fn is_finite_until(&self, plan: &Plan, tau: f64, width: usize) -> bool {
        let (start, rate) = (&self.start[..width], &self.rate[..width]);
        let sizes = self.jump.as_ref().map_or(&[][..], |(_, sizes)| sizes);
        cpu::run(
            plan.level,
            #[inline(always)]
            || {
                let mut finite = true;
                for (start, rate) in start.iter().zip(rate) {
                    finite &= start.abs() + (rate * tau).abs() < FAR;
                }
                for size in sizes {
                    finite &= size.abs() < FAR;
                }
                finite
            },
        )
    }
}

/// The sum of two numbers below it is finite in f32.
const FAR: f64 = f32::MAX as f64 / 4.0;

/// Writes `x(0) + Γ(t; θ)` of every path to the row, with the terms of its dynamics.
fn fill_row((plan, of): (&Plan, SeriesId), draws: &[Vec<f64>], start: &[f64], row: &mut [f32]) -> Result<(), Error> {
    let width = start.len();
    row[..width].iter_mut().zip(start).for_each(|(x, start)| *x = to_f32(*start));
    let mut fault = None;
    let mut put = |t: usize, growth: &[f64]| {
        let column = &mut row[t * width..(t + 1) * width];
        let finite = cpu::run(
            plan.level,
            #[inline(always)]
            || put_sums(column, start, growth),
        );
        if !finite && fault.is_none() {
            fault = column.iter().position(|x| !x.is_finite()).map(|path| (t, path, growth[path]));
        }
    };
    let series = plan.series(of);
    let values = series.values(draws, width);
    let filled = plan.fill_growth(of, &values, (draws, width), plan.rows.periods(), &mut put);
    let odd = |(t, path, growth)| (path, plan.not_finite(t, growth));
    filled.err().or(fault.map(odd)).map_or(Ok(()), |fault| Err(plan.fault_of_growth(of, &values, fault)))
}

/// Writes `start + growth` to the column and returns whether all values are finite.
#[inline(always)]
fn put_sums(column: &mut [f32], start: &[f64], growth: &[f64]) -> bool {
    for ((x, start), growth) in column.iter_mut().zip(start).zip(growth) {
        *x = to_f32(start + growth);
    }
    // Compared as bits without the sign: finite numbers, then infinity, then NaN. A separate loop, so that each has a
    // single vector width.
    let mut largest = 0;
    for x in column {
        largest = largest.max(x.to_bits() & (u32::MAX >> 1));
    }
    largest < f32::INFINITY.to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assumption::{normal, uniform};
    use crate::growth::Curve;
    use crate::plan::Draw;
    use crate::scenario::{Centring, Factor, Jump, Provider, Scenario};

    /// With a drawn volatility, factor and growth.
    #[test]
    fn the_line_of_a_mean_is_the_centre_in_f64() {
        let provider = Provider::new("a", 3).growth(Curve::constant(normal(0.2, 0.05))).volatility(uniform(0.1, 0.3));
        let scenario = Scenario::builder("2018-Q1", "2023-Q1")
            .factor(Factor::new("f", uniform(0.1, 0.2)).drift(0.02))
            .provider(provider.loading("f", 0.7).centring(Centring::Mean))
            .correlation("a", "f", 0.4)
            .build()
            .expect("valid");
        let plan = Plan::new(&scenario, 5).expect("a plan");
        let values = |draw: &Draw| [-1.5, 0.0, 0.7].map(|score| draw.quantile.at_score(score)).to_vec();
        let draws: Vec<Vec<f64>> = plan.draws.iter().map(values).collect();
        let (of, width) = (SeriesId(0), 3);
        let mut middle = Middle::new(&plan, plan.series(of), width);
        let mut row = vec![0.0; width * (plan.taus.len() + 1)];
        middle.fill((&plan, of), &draws, width, &mut row).expect("finite");
        let Centre::Line { start, rate, jump: None } = middle.centre(width) else { panic!("not a line") };
        let mut compare = |t: usize, column: &[f64]| {
            let tau = if t == 0 { 0.0 } else { plan.taus[t - 1] };
            for ((start, rate), expected) in start.iter().zip(rate).zip(column) {
                let found = start + rate * tau;
                assert!((found - expected).abs() < 1e-14, "{found}, not {expected} at {t}");
            }
        };
        plan.fill_fine_centre(of, &draws, width, &mut compare).expect("finite");
    }

    /// A jump with a drawn size and a coin: the row that is filled where there is no line, and the line as the hot loop adds it up.
    #[test]
    fn a_line_with_a_jump_has_the_bits_of_a_filled_row() {
        let jump = Jump::at("2019-Q3", normal(0.1, 0.05)).probability(0.5);
        let scenario = Scenario::builder("2018-Q1", "2023-Q1")
            .provider(Provider::new("a", normal(3.0, 0.1)).growth(Curve::constant(normal(0.2, 0.05))).jump(jump))
            .build()
            .expect("valid");
        let plan = Plan::new(&scenario, 5).expect("a plan");
        let width = 64;
        let values =
            |draw: &Draw| (0..width).map(|path| draw.quantile.at((path as f64 + 0.5) / width as f64)).collect();
        let mut draws: Vec<Vec<f64>> = plan.draws.iter().map(values).collect();
        draws[plan.first_coin].rotate_left(16);
        let (of, mut row) = (SeriesId(0), vec![0.0; width * (plan.taus.len() + 1)]);
        let mut middle = Middle::new(&plan, plan.series(of), width);
        middle.fill((&plan, of), &draws, width, &mut row).expect("finite");
        let Centre::Line { start, rate, jump: Some(jump) } = middle.centre(width) else { panic!("not a jumped line") };
        assert_eq!((jump.at, jump.sizes.iter().filter(|size| size.abs() > 0.0).count()), (6, width / 2));
        fill_row((&plan, of), &draws, start, &mut row).expect("finite");
        for (t, tau) in (1..).zip(&plan.taus) {
            for path in 0..width {
                let growth = rate[path] * tau;
                let expected = start[path] + if t < jump.at { growth } else { growth + jump.sizes[path] };
                assert_eq!(row[t * width + path].to_bits(), to_f32(expected).to_bits(), "path {path} at {t}");
            }
        }
    }

    /// Where a jump may leave the range of f32, its row is filled.
    #[test]
    fn a_far_jump_is_not_part_of_a_line() {
        let scenario = Scenario::builder("2018-Q1", "2020-Q1")
            .provider(
                Provider::new("a", 3)
                    .growth(Curve::constant(normal(0.2, 0.05)))
                    .jump(Jump::at("2019-Q3", normal(0.1, 5e37))),
            )
            .build()
            .expect("valid");
        let plan = Plan::new(&scenario, 5).expect("a plan");
        let draws: Vec<Vec<f64>> = plan.draws.iter().map(|draw| vec![draw.quantile.at(0.98); 64]).collect();
        let (of, mut row) = (SeriesId(0), vec![0.0; 64 * (plan.taus.len() + 1)]);
        let mut middle = Middle::new(&plan, plan.series(of), 64);
        middle.fill((&plan, of), &draws, 64, &mut row).expect("finite in f32");
        assert!(matches!(middle.centre(64), Centre::InPlace));
    }
}
