//! A pair of providers as the integration sees it: the log-ratio's start, drifts and standard deviation at points of the
//! drawn assumptions, and the answer at each point.

use super::passage::{Recursion, Walk};
use super::start::{Start, TIE};
use crate::error::Error;
use crate::paths::{Input, Plan};

/// Points that are evaluated at once.
pub(super) const BLOCK: usize = 64;

/// When a passage is monitored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Watch {
    /// On dates; a passage must last `sustained` dates in a row.
    Dates { sustained: usize },
    /// Between dates too.
    AnyTime,
}

/// What is integrated, and the order of its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Ahead at the base; overtaken by 0 to T (by 0 is a lead at the base that lasts); ahead at 1 to T.
    Passage(Watch),
    /// Ahead at 1 to T; behind at 1 to T.
    Ahead,
    /// 0 to T changes of the lead.
    LeadChanges,
}

impl Asked {
    pub(super) fn len(self, periods: usize) -> usize {
        match self {
            Self::Passage(_) => 2 + 2 * periods,
            Self::Ahead => 2 * periods,
            Self::LeadChanges => periods + 1,
        }
    }
}

/// Two rows of a plan, and what of them is integrated over.
#[derive(Debug)]
pub(super) struct Pair<'p> {
    plan: &'p Plan,
    rows: [usize; 2],
    correlation: f64,
    /// The draws that are integrated over, by index: of growth, volatility, and of bases that the start does not hold.
    pub(super) draws: Vec<usize>,
    /// The law of the start; none where the integrated draws decide it.
    start: Option<Start>,
    /// How finely that law is known.
    pub(super) level: usize,
}

/// The log-ratio at some points of the draws.
#[derive(Debug)]
pub(super) struct Columns {
    /// D(0) to D(T) of the curves by period, then point; D(0) is 0 where the start has a law of its own.
    pub(super) centre: Vec<Vec<f64>>,
    /// s√Δ by point.
    pub(super) sd: Vec<f64>,
    /// The draws by index, of those that are integrated over, then by point.
    pub(super) draws: Vec<Vec<f64>>,
}

impl Columns {
    /// Drifts and standard deviations of one point.
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

/// The level of the law of a start that is needed for its sign only.
const LEVEL: usize = 3;

/// The largest standard deviation of a law of the start over that of one period's shocks.
const WIDEST: f64 = 60.0;

/// A pivot of the correlation matrix up to this is 0, and the correlation then 1 or −1, as in a simulation.
const PIVOT: f64 = 1e-9;

/// The variance per year of a difference of two shocks.
pub(super) fn variance_of_difference(a: f64, b: f64, correlation: f64) -> f64 {
    let pivot = 1.0 - correlation * correlation;
    if pivot <= PIVOT {
        let shared = a - b.copysign(correlation);
        return shared * shared;
    }
    let shared = a - correlation * b;
    shared * shared + pivot * b * b
}

impl<'p> Pair<'p> {
    /// The pair with a law of its own for the start where nothing else follows the bases; `level` is how finely that law
    /// is known.
    pub(super) fn new(plan: &'p Plan, rows: [usize; 2], correlation: f64, level: usize) -> Self {
        let mut pair = Self { plan, rows, correlation, draws: Vec::new(), start: None, level };
        let growth: Vec<usize> = rows.iter().flat_map(|row| plan.growth_draws(*row)).collect();
        let volatility = rows.map(|row| plan.volatility(row));
        let bases = rows.map(|row| plan.base(row));
        let is_followed = |input: &Input| {
            let in_growth = |draw: &usize| *input == Input::Drawn(*draw);
            growth.iter().any(in_growth) || matches!(input, Input::Drawn(_)) && volatility.contains(input)
        };
        pair.start = if matches!(bases[0], Input::Drawn(_)) && bases[0] == bases[1] {
            Some(Start::point(0.0))
        } else {
            (!bases.iter().any(is_followed)).then(|| Start::of_bases(plan, bases, level))
        };
        pair.draws = pair.integrated();
        pair
    }

    /// The pair with every drawn base integrated over.
    pub(super) fn with_drawn_start(plan: &'p Plan, rows: [usize; 2], correlation: f64) -> Self {
        let mut pair = Self { plan, rows, correlation, draws: Vec::new(), start: None, level: 0 };
        pair.draws = pair.integrated();
        pair
    }

    /// The probability of being ahead at the base, where the axes decide the start.
    pub(super) fn ahead_at_drawn_base(&self) -> Option<f64> {
        let bases = self.rows.map(|row| self.plan.base(row));
        (self.start.is_none() && bases[0] != bases[1]).then(|| Start::of_bases(self.plan, bases, LEVEL).ahead())
    }

    /// Whether the law of the start is so wide beside the shocks that no rule of a few hundred points could follow it.
    pub(super) fn start_is_too_wide(&self) -> Result<bool, Error> {
        let Some(start) = &self.start else { return Ok(false) };
        let sd = self.columns(&vec![vec![0.0]; self.draws.len()], 1)?.sd[0];
        Ok(!(start.spread() < WIDEST * sd))
    }

    /// The same pair with a finer law of the start.
    pub(super) fn refined(&self) -> Self {
        Self::new(self.plan, self.rows, self.correlation, self.level + 1)
    }

    fn integrated(&self) -> Vec<usize> {
        let volatility = self.rows.map(|row| self.plan.volatility(row));
        let bases = self.rows.map(|row| self.plan.base(row));
        let is_shared = bases[0] == bases[1];
        let of_start = if self.start.is_none() && !is_shared { &bases[..] } else { &[] };
        let drawn = |input: Input| if let Input::Drawn(draw) = input { Some(draw) } else { None };
        let single = of_start.iter().chain(&volatility).copied().filter_map(drawn);
        let growth = self.rows.iter().flat_map(|row| self.plan.growth_draws(*row));
        let mut draws: Vec<usize> = growth.chain(single).collect();
        draws.sort_unstable();
        draws.dedup();
        draws
    }

    pub(super) fn periods(&self) -> usize {
        self.plan.rows.periods()
    }

    /// The law of the start, if it has one of its own.
    pub(super) fn start(&self) -> Option<&Start> {
        self.start.as_ref()
    }

    /// Whether the log-ratio has no shocks, whatever is drawn.
    pub(super) fn is_still(&self) -> bool {
        match self.rows.map(|row| self.plan.volatility(row)) {
            [Input::Known(a), Input::Known(b)] => !(variance_of_difference(a, b, self.correlation) > 0.0),
            [a, b] => a == b && !(variance_of_difference(1.0, 1.0, self.correlation) > 0.0),
        }
    }

    /// The log-ratio at `width` points, given the standard normal scores of `draws`: by draw, then point.
    pub(super) fn columns(&self, scores: &[Vec<f64>], width: usize) -> Result<Columns, Error> {
        let mut draws = vec![Vec::new(); self.plan.draws()];
        for (draw, scores) in self.draws.iter().zip(scores) {
            draws[*draw] = drawn(self.plan, *draw, scores);
        }
        let column = |input| column(input, &draws, width);
        let mut centre = vec![vec![0.0; width]; self.periods() + 1];
        for (row, sign) in self.rows.into_iter().zip([1.0, -1.0]) {
            self.plan.log_growth(row, &draws, width, &mut |t, growth| {
                centre[t].iter_mut().zip(growth).for_each(|(sum, growth)| *sum += sign * growth);
            })?;
        }
        let bases = self.rows.map(|row| self.plan.base(row));
        if self.start.is_none() && bases[0] != bases[1] {
            let [a, b] = bases.map(|base| {
                let mut logs = column(base);
                logs.iter_mut().for_each(|x| *x = self.plan.log_base(*x));
                logs
            });
            let start: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a - b).collect();
            for period in &mut centre {
                period.iter_mut().zip(&start).for_each(|(sum, start)| *sum += start);
            }
        }
        let volatility = self.rows.map(|row| column(self.plan.volatility(row)));
        let sd = |(a, b): (&f64, &f64)| variance_of_difference(*a, *b, self.correlation).sqrt() * self.plan.step_root();
        let sd = volatility[0].iter().zip(&volatility[1]).map(sd).collect();
        Ok(Columns { centre, sd, draws })
    }

    /// The answers at `width` points, given the scores of `draws`: `emit(point, answers)`.
    pub(super) fn each(
        &self,
        scores: &[Vec<f64>],
        width: usize,
        asked: Asked,
        recursion: &mut Recursion,
        emit: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), Error> {
        let mut answer = vec![0.0; asked.len(self.periods())];
        let columns = self.columns(scores, width)?;
        for point in 0..width {
            answer.fill(0.0);
            let centre: Vec<f64> = columns.centre.iter().map(|period| period[point]).collect();
            self.answer(&centre, columns.sd[point], asked, recursion, &mut answer);
            emit(point, &answer);
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
                let (by, ahead) = out.split_at_mut(drifts.len() + 2);
                by[0] = start.ahead();
                match watch {
                    Watch::Dates { sustained: 1 } => {
                        by[1] = by[0];
                        recursion.first_passage(&below, &mut by[2..]);
                    }
                    Watch::Dates { sustained } => {
                        recursion.first_lead(&below, &above, sustained, &mut by[1..]);
                    }
                    Watch::AnyTime => {
                        by[1] = by[0];
                        recursion.passage_at_any_time(&below, &mut by[2..]);
                    }
                }
                accumulate(&mut by[1..]);
                start.ahead_by_date(&drifts, &sds, ahead);
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

/// A draw at points of its score.
fn drawn(plan: &Plan, draw: usize, scores: &[f64]) -> Vec<f64> {
    let mut column = scores.to_vec();
    plan.quantile(draw).fill_scores_fast(&mut column);
    column
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

    /// Whether both surely start with the same revenue, stated by numbers of their own.
    pub(super) fn is_tied(&self) -> bool {
        match self.rows.map(|row| self.plan.base(row)) {
            [Input::Known(a), Input::Known(b)] => (self.plan.log_base(a) - self.plan.log_base(b)).abs() <= TIE,
            _ => false,
        }
    }

    /// Whether the start is a point, and moves with the bases.
    fn follows_bases(&self) -> bool {
        let bases = self.rows.map(|row| self.plan.base(row));
        let is_shared = matches!(bases[0], Input::Drawn(_)) && bases[0] == bases[1];
        !is_shared && self.start.as_ref().is_none_or(Start::is_point)
    }

    /// The draws again where the number at `address` is part of their law, at the same scores.
    pub(super) fn redrawn(&self, plan: &Plan, address: &str, scores: &[Vec<f64>], draws: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let mut draws = draws.to_vec();
        for (draw, scores) in self.draws.iter().zip(scores) {
            if address.starts_with(plan.draw_address(*draw)) {
                draws[*draw] = drawn(plan, *draw, scores);
            }
        }
        draws
    }

    /// Bases and volatilities by point.
    pub(super) fn levels(&self, plan: &Plan, draws: &[Vec<f64>], width: usize) -> Levels {
        let volatility = self.rows.map(|row| column(plan.volatility(row), draws, width));
        let base = self.follows_bases().then(|| self.rows.map(|row| column(plan.base(row), draws, width)));
        Levels { volatility, base }
    }

    /// Σ weight × Γ(t) over dates and points, with the sign that the row has in the log-ratio.
    pub(super) fn weighted_growth(
        &self,
        plan: &Plan,
        row: usize,
        (draws, width): (&[Vec<f64>], usize),
        weights: &[Vec<f64>],
    ) -> Result<f64, Error> {
        let mut sum = 0.0;
        plan.log_growth(self.rows[row], draws, width, &mut |t, growth| {
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
            out[0] += weight * indicator(ahead[0]);
            let first = (0..=periods).find(lasts).unwrap_or(periods + 1);
            out[1 + first..2 + periods].iter_mut().for_each(|out| *out += weight);
            (1..=periods).for_each(|t| out[1 + periods + t] += weight * indicator(ahead[t]));
        }
        Asked::Ahead => {
            for t in 1..=periods {
                out[t - 1] += weight * indicator(ahead[t]);
                out[periods + t - 1] += weight * indicator(path[t] < -TIE);
            }
        }
    }
}

fn indicator(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}
