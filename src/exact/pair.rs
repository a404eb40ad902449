//! A pair of providers as the integration sees it: the log-ratio's start, drifts and sd at points of the drawn
//! assumptions, and what is asked of each.

use super::chain::Point;
use super::passage::{Recursion, Walk};
use super::start::{Start, TIE};
use crate::error::Error;
use crate::paths::{Input, Plan};

/// Points that are evaluated at once.
pub(super) const BLOCK: usize = 64;

/// When a passage is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Watch {
    /// On dates, so many in a row.
    Dates { sustained: usize },
    /// Between them too.
    AnyTime,
}

/// What is integrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Ahead at base; overtaken by 1 to T; ahead at 1 to T.
    Passage(Watch),
    /// Ahead at 1 to T; behind at 1 to T.
    Ahead,
    /// 0 to T changes of the lead.
    LeadChanges,
}

impl Asked {
    pub(super) fn len(self, periods: usize) -> usize {
        match self {
            Self::Passage(_) => 1 + 2 * periods,
            Self::Ahead => 2 * periods,
            Self::LeadChanges => periods + 1,
        }
    }
}

/// Two rows of a plan.
#[derive(Debug)]
pub(super) struct Pair<'p> {
    plan: &'p Plan,
    rows: [usize; 2],
    correlation: f64,
    /// The draws that are integrated over: of growth, volatility, and of bases that something else follows.
    pub(super) draws: Vec<usize>,
    /// Where it starts, unless the integrated draws decide that.
    start: Option<Start>,
    /// How finely that is known.
    pub(super) level: usize,
}

/// The log-ratio at some points of the draws.
#[derive(Debug)]
pub(super) struct Columns {
    /// D(0) to D(T) of the curves by period, then point; D(0) is 0 where the start is not drawn here.
    pub(super) centre: Vec<Vec<f64>>,
    /// s√Δ by point.
    pub(super) sd: Vec<f64>,
    /// The draws by index, of those that are integrated over, then by point.
    pub(super) draws: Vec<Vec<f64>>,
}

impl Columns {
    /// Drifts and sds of one point.
    pub(super) fn walk(&self, place: usize) -> (Vec<f64>, Vec<f64>) {
        let drifts: Vec<f64> = self.centre.windows(2).map(|pair| pair[1][place] - pair[0][place]).collect();
        let sds = vec![self.sd[place]; drifts.len()];
        (drifts, sds)
    }
}

/// What of a pair is a number by point, challenger first.
pub(super) struct Levels {
    pub(super) volatility: [Vec<f64>; 2],
    /// Base revenue, where the start is a point that follows it.
    pub(super) base: Option<[Vec<f64>; 2]>,
}

impl<'p> Pair<'p> {
    /// `level` is how finely a drawn start is known.
    pub(super) fn new(plan: &'p Plan, rows: [usize; 2], correlation: f64, level: usize) -> Self {
        let growth: Vec<usize> = rows.iter().flat_map(|row| plan.growth_draws(*row)).collect();
        let volatility = rows.map(|row| plan.volatility(row));
        let bases = rows.map(|row| plan.base(row));
        let is_followed = |input: &Input| {
            let in_growth = |draw: &usize| *input == Input::Drawn(*draw);
            growth.iter().any(in_growth) || matches!(input, Input::Drawn(_)) && volatility.contains(input)
        };
        let start = if matches!(bases[0], Input::Drawn(_)) && bases[0] == bases[1] {
            Some(Start::point(0.0))
        } else {
            // Without shocks a drawn base decides at which date the path crosses, as growth does.
            let is_still = volatility.iter().all(|sigma| *sigma == Input::Known(0.0));
            let decides = |input: &Input| is_followed(input) || is_still && matches!(input, Input::Drawn(_));
            (!bases.iter().any(decides)).then(|| Start::of_bases(plan, bases, level))
        };
        let of_start = if start.is_none() { &bases[..] } else { &[] };
        let inputs = of_start.iter().chain(&volatility).copied();
        let single = inputs.filter_map(|input| if let Input::Drawn(draw) = input { Some(draw) } else { None });
        let mut draws: Vec<usize> = growth.iter().copied().chain(single).collect();
        draws.sort_unstable();
        draws.dedup();
        Self { plan, rows, correlation, draws, start, level }
    }

    pub(super) fn periods(&self) -> usize {
        self.plan.rows.periods()
    }

    /// Whether the start is decided by the integrated draws, so that its sign cuts the integrand.
    pub(super) fn start_is_drawn(&self) -> bool {
        self.start.is_none()
    }

    /// Where it starts, if that is apart from the integration.
    pub(super) fn start(&self) -> Option<&Start> {
        self.start.as_ref()
    }

    /// The draw of that place, where it is a volatility that nothing else follows.
    pub(super) fn widens_only(&self, place: usize) -> Option<usize> {
        let draw = self.draws[place];
        let is_growth = self.rows.iter().any(|row| self.plan.growth_draws(*row).contains(&draw));
        let is_base = self.start.is_none() && self.rows.iter().any(|row| self.plan.base(*row) == Input::Drawn(draw));
        (!is_growth && !is_base).then_some(draw)
    }

    /// Whether neither of the two has shocks.
    pub(super) fn is_still(&self) -> bool {
        self.rows.iter().all(|row| self.plan.volatility(*row) == Input::Known(0.0))
    }

    /// The log-ratio at points of the standard normal scores of `draws`.
    pub(super) fn columns(&self, points: &[Vec<f64>]) -> Result<Columns, Error> {
        let width = points.len();
        let mut draws = vec![Vec::new(); self.plan.draws()];
        for (place, draw) in self.draws.iter().enumerate() {
            draws[*draw] = self.drawn(self.plan, *draw, place, points);
        }
        let column = |input| column(input, &draws, width);
        let mut centre = vec![vec![0.0; width]; self.periods() + 1];
        for (row, sign) in self.rows.into_iter().zip([1.0, -1.0]) {
            self.plan.log_growth(row, &draws, width, &mut |t, growth| {
                centre[t].iter_mut().zip(growth).for_each(|(sum, growth)| *sum += sign * growth);
            })?;
            if self.start.is_none() {
                let logs: Vec<f64> = column(self.plan.base(row)).into_iter().map(|x| self.plan.log_base(x)).collect();
                for period in &mut centre {
                    period.iter_mut().zip(&logs).for_each(|(sum, log)| *sum += sign * log);
                }
            }
        }
        let volatility = self.rows.map(|row| column(self.plan.volatility(row)));
        let sd = |(a, b): (&f64, &f64)| {
            let variance = a * a + b * b - 2.0 * self.correlation * a * b;
            variance.max(0.0).sqrt() * self.plan.step_root()
        };
        let sd = volatility[0].iter().zip(&volatility[1]).map(sd).collect();
        Ok(Columns { centre, sd, draws })
    }

    /// A draw at points of the scores, of which it is number `place`.
    fn drawn(&self, plan: &Plan, draw: usize, place: usize, points: &[Vec<f64>]) -> Vec<f64> {
        let mut column: Vec<f64> = points.iter().map(|z| z[place]).collect();
        plan.quantile(draw).fill_scores(&mut column);
        column
    }

    /// Adds weight × answer of every point.
    pub(super) fn add(
        &self,
        points: &[Point],
        asked: Asked,
        recursion: &mut Recursion,
        sum: &mut [f64],
    ) -> Result<(), Error> {
        self.each(points, asked, recursion, &mut |place, answer| {
            sum.iter_mut().zip(answer).for_each(|(sum, answer)| *sum += points[place].1 * answer);
        })
    }

    /// Tells the answer of every point.
    pub(super) fn each(
        &self,
        points: &[Point],
        asked: Asked,
        recursion: &mut Recursion,
        tell: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), Error> {
        let mut answer = vec![0.0; asked.len(self.periods())];
        for (number, block) in points.chunks(BLOCK).enumerate() {
            let scores: Vec<Vec<f64>> = block.iter().map(|(z, _)| z.clone()).collect();
            let columns = self.columns(&scores)?;
            for place in 0..block.len() {
                answer.fill(0.0);
                let centre: Vec<f64> = columns.centre.iter().map(|period| period[place]).collect();
                self.answer(&centre, columns.sd[place], asked, recursion, &mut answer);
                tell(number * BLOCK + place, &answer);
            }
        }
        Ok(())
    }

    /// The answer given the draws.
    fn answer(&self, centre: &[f64], sd: f64, asked: Asked, recursion: &mut Recursion, out: &mut [f64]) {
        let drawn;
        let start = match &self.start {
            Some(start) => start,
            None => {
                drawn = Start::point(centre[0]);
                &drawn
            }
        };
        if !(sd > 0.0) {
            for (x, weight) in start.below.iter().chain(&start.above) {
                let shifted: Vec<f64> = centre.iter().map(|c| c - centre[0] + x).collect();
                certain(&shifted, *weight, asked, out);
            }
            return;
        }
        let drifts: Vec<f64> = centre.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let sds = vec![sd; drifts.len()];
        let [below, above] = [&start.below, &start.above].map(|start| Walk { start, drifts: &drifts, sds: &sds });
        match asked {
            Asked::Passage(watch) => {
                let (by, rest) = out.split_at_mut(drifts.len() + 1);
                by[0] = start.ahead();
                match watch {
                    Watch::Dates { sustained } => recursion.first_passage(&below, sustained, &mut by[1..]),
                    Watch::AnyTime => recursion.passage_at_any_time(&below, &mut by[1..]),
                }
                accumulate(by);
                start.ahead_by_date(&drifts, &sds, rest);
            }
            Asked::Ahead => {
                let (ahead, behind) = out.split_at_mut(drifts.len());
                start.ahead_by_date(&drifts, &sds, ahead);
                behind.iter_mut().zip(ahead).for_each(|(behind, ahead)| *behind = 1.0 - *ahead);
            }
            Asked::LeadChanges => {
                recursion.lead_changes(&below, false, out);
                recursion.lead_changes(&above, true, out);
            }
        }
    }
}

fn column(input: Input, draws: &[Vec<f64>], width: usize) -> Vec<f64> {
    match input {
        Input::Known(value) => vec![value; width],
        Input::Drawn(draw) => draws[draw].clone(),
    }
}

/// The pair with a number moved: `plan` is of such a scenario, with the same draws.
impl Pair<'_> {
    pub(super) fn plan(&self) -> &Plan {
        self.plan
    }

    pub(super) fn correlation(&self) -> f64 {
        self.correlation
    }

    /// Δ, the length of a period in years.
    pub(super) fn step(&self) -> f64 {
        self.plan.step_root() * self.plan.step_root()
    }

    /// Whether both surely start with the same revenue, told apart by numbers of their own.
    pub(super) fn is_tied(&self) -> bool {
        self.start.as_ref().is_some_and(|start| start.is_point() && start.place().abs() <= TIE)
    }

    /// Whether the start is a point, and moves with the bases.
    fn follows_bases(&self) -> bool {
        let bases = self.rows.map(|row| self.plan.base(row));
        let is_shared = matches!(bases[0], Input::Drawn(_)) && bases[0] == bases[1];
        !is_shared && self.start.as_ref().is_none_or(Start::is_point)
    }

    /// The draws again where the number at `address` is part of their law.
    pub(super) fn redrawn(&self, plan: &Plan, address: &str, points: &[Vec<f64>], draws: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let mut draws = draws.to_vec();
        for (place, draw) in self.draws.iter().enumerate() {
            if address.starts_with(plan.draw_address(*draw)) {
                draws[*draw] = self.drawn(plan, *draw, place, points);
            }
        }
        draws
    }

    /// Bases and volatilities by point.
    pub(super) fn levels(&self, plan: &Plan, draws: &[Vec<f64>]) -> Levels {
        let width = self.width(draws);
        let volatility = self.rows.map(|row| column(plan.volatility(row), draws, width));
        let base = self.follows_bases().then(|| self.rows.map(|row| column(plan.base(row), draws, width)));
        Levels { volatility, base }
    }

    /// The number of points: one, where nothing is integrated over.
    fn width(&self, draws: &[Vec<f64>]) -> usize {
        self.draws.first().map_or(1, |draw| draws[*draw].len())
    }

    /// Σ weight × Γ(t) over dates and points, with the sign that the row has in the log-ratio.
    pub(super) fn weighted_growth(
        &self,
        plan: &Plan,
        row: usize,
        draws: &[Vec<f64>],
        weights: &[Vec<f64>],
    ) -> Result<f64, Error> {
        let mut sum = 0.0;
        plan.log_growth(self.rows[row], draws, self.width(draws), &mut |t, growth| {
            sum += growth.iter().zip(&weights[t - 1]).map(|(growth, weight)| growth * weight).sum::<f64>();
        })?;
        Ok(if row == 0 { sum } else { -sum })
    }

    /// The law of the start of another plan.
    pub(super) fn start_of(&self, plan: &Plan) -> Start {
        Start::of_bases(plan, self.rows.map(|row| plan.base(row)), self.level)
    }
}

fn accumulate(by: &mut [f64]) {
    let mut sum = 0.0;
    for by in by {
        sum += *by;
        *by = sum;
    }
}

/// The answer of a path without shocks; ties are not ahead.
fn certain(path: &[f64], weight: f64, asked: Asked, out: &mut [f64]) {
    let periods = path.len() - 1;
    let ahead: Vec<bool> = path.iter().map(|x| *x > TIE).collect();
    match asked {
        Asked::LeadChanges => {
            out[ahead.windows(2).filter(|pair| pair[0] != pair[1]).count()] += weight;
        }
        Asked::Passage(watch) => {
            // Between dates a path without shocks is a straight line: it crosses where an end of it has.
            let sustained = if let Watch::Dates { sustained } = watch { sustained } else { 1 };
            let lasts =
                |t: &usize| *t + sustained <= periods + 1 && ahead[*t..*t + sustained].iter().all(|ahead| *ahead);
            let first = if ahead[0] { Some(0) } else { (1..=periods).find(lasts) };
            let by = first.unwrap_or(periods + 1);
            out[by..=periods].iter_mut().for_each(|out| *out += weight);
            (1..=periods).for_each(|t| out[periods + t] += weight * f64::from(u8::from(ahead[t])));
        }
        Asked::Ahead => {
            for t in 1..=periods {
                out[t - 1] += weight * f64::from(u8::from(ahead[t]));
                out[periods + t - 1] += weight * f64::from(u8::from(path[t] < -TIE));
            }
        }
    }
}
