//! A method averaged over replicates of points, with the control variates that reduce its error.

use super::budget::Budget;
use super::conditional::Conditional;
use super::control::{Answers, Control};
use super::lines::Lines;
use super::replicates::Replicates;
use crate::error::Error;
use crate::exact::asked::{Asked, Watch};
use crate::exact::pair::Pair;
use crate::exact::start::Start;
use crate::math::gauss::as_f64;

/// Values and the error of each.
#[derive(Debug, Clone)]
pub(crate) struct Integral {
    pub(crate) values: Vec<f64>,
    pub(crate) errors: Vec<f64>,
}

/// Lower bounds on a reported sampling error, relative to the tolerance and to the largest error over the answers. The
/// replicates of one date may agree by chance, or all miss a rare event.
const MIN_ERROR: f64 = 0.1;
pub(super) const MIN_OF_LARGEST: f64 = 0.25;

/// A sampling method and its sums so far.
pub(crate) struct Run<'a, 'p> {
    asked: Asked,
    pub(crate) method: Sampled<'a, 'p>,
    /// The jump of each answer where the start ties, and the probability of being ahead there.
    step: Option<(Vec<f64>, f64)>,
    control: Option<Control>,
    pub(crate) replicates: Replicates,
    len: usize,
    /// Cost of one point, where it was measured.
    measured: Option<f64>,
}

pub(crate) enum Sampled<'a, 'p> {
    Conditional(Box<Conditional<'a, 'p>>),
    Lines(Lines<'a, 'p>),
}

impl<'a, 'p> Sampled<'a, 'p> {
    fn pair(&self) -> &'a Pair<'p> {
        match self {
            Self::Conditional(method) => method.pair,
            Self::Lines(lines) => lines.pair,
        }
    }

    pub(crate) fn dimensions(&self) -> usize {
        match self {
            Self::Conditional(method) => method.dimensions(),
            Self::Lines(lines) => lines.dimensions(),
        }
    }

    /// Number of leading dimensions that are drawn numbers; the others are shocks.
    fn drawn_dimensions(&self) -> usize {
        match self {
            Self::Conditional(method) => method.dimensions(),
            Self::Lines(lines) => lines.drawn_dimensions(),
        }
    }

    fn answers(&mut self, coordinates: &[Vec<f64>], width: usize, asked: Asked) -> Result<Vec<Vec<f64>>, Error> {
        match self {
            Self::Conditional(method) => method.answers(coordinates, width),
            Self::Lines(lines) => lines.answers(coordinates, width, asked),
        }
    }
}

impl<'a, 'p> Run<'a, 'p> {
    pub(crate) fn new(method: Sampled<'a, 'p>, asked: Asked) -> Self {
        let len = asked.len(method.pair().periods());
        let replicates = Replicates::new(method.dimensions(), 2 * len);
        Self { asked, method, step: None, control: None, replicates, len, measured: None }
    }

    /// Fits controls for probabilities; lead changes have none.
    pub(crate) fn fit_controls(&mut self, budget: &mut Budget<'_>) -> Result<(), Error> {
        let (all, drawn) = (self.method.dimensions(), self.method.drawn_dimensions());
        if self.asked == Asked::LeadChanges || drawn == 0 {
            return Ok(());
        }
        budget.spend(self.cost() * as_f64(Control::points(drawn)));
        if let (Sampled::Conditional(method), Asked::Passage(_)) = (&mut self.method, self.asked) {
            self.step = method.step()?;
        }
        let (method, step, asked) = (&mut self.method, self.step.as_ref(), self.asked);
        let answers: &mut Answers<'_> = &mut |coordinates, width| {
            let mut coordinates = coordinates.to_vec();
            coordinates.resize(all, vec![0.0; width]);
            let mut answers = method.answers(&coordinates, width, asked)?;
            answers.iter_mut().for_each(|answer| take_step(answer, step));
            Ok(answers)
        };
        self.control = Some(Control::fit(drawn, answers)?);
        Ok(())
    }

    pub(crate) fn points(&self) -> usize {
        self.replicates.points
    }

    /// Sets the cost of one point.
    pub(crate) fn set_cost(&mut self, cost: f64) {
        self.measured = Some(cost);
    }

    /// Cost of one point, in evaluations of a curve at one date.
    pub(crate) fn cost(&self) -> f64 {
        if let Some(cost) = self.measured {
            return cost;
        }
        // The discretized start is summed over its points at every date.
        let of_start = 0.2 * as_f64(self.method.pair().start().map_or(0, Start::points));
        let each = match (&self.method, self.asked) {
            (Sampled::Lines(lines), _) => as_f64(lines.nodes()),
            (Sampled::Conditional(_), Asked::Passage(Watch::Dates { sustained })) => {
                30.0 * as_f64(sustained) + of_start
            }
            (Sampled::Conditional(_), Asked::Passage(Watch::AnyTime)) => 150.0 + of_start,
            (Sampled::Conditional(_), Asked::LeadChanges) => 300.0,
            (Sampled::Conditional(_), Asked::Ahead) => 5.0 + of_start,
        };
        each * as_f64(self.method.pair().periods())
    }

    /// Continues to `upto` points of each scramble. A pilot always completes; any later extension completes or is
    /// rolled back.
    pub(crate) fn run(&mut self, upto: usize, budget: &mut Budget<'_>) -> Result<(), Error> {
        let cost = self.cost();
        let Self { asked, method, step, control, len, .. } = self;
        self.replicates.extend(upto, (cost, budget), &mut |points, sum| {
            let (plain, excess) = sum.split_at_mut(*len);
            let answers = method.answers(&points.coordinates, points.width, *asked)?;
            for (point, mut answer) in answers.into_iter().enumerate() {
                take_step(&mut answer, step.as_ref());
                let weight = points.weight(point);
                plain.iter_mut().zip(answer).for_each(|(sum, answer)| *sum += weight * answer);
            }
            if let Some(control) = control {
                for point in 0..points.width {
                    let at: Vec<f64> = points.coordinates.iter().map(|axis| axis[point]).collect();
                    control.add_excess(&at, points.weight(point), excess);
                }
            }
            Ok(())
        })
    }

    /// Probability of an event off the leading axes that no line has reached: a tenth of that of one line. The trapezoidal
    /// rule of a single dimension covers such events, and a recursion changes gradually.
    fn unseen(&self) -> f64 {
        match &self.method {
            Sampled::Lines(lines) if lines.dimensions() > 1 => 0.1 / as_f64(self.evaluations(self.replicates.points)),
            Sampled::Lines(_) | Sampled::Conditional(_) => 0.0,
        }
    }

    /// Evaluations for that many normal points of each replicate.
    pub(crate) fn evaluations(&self, points: usize) -> usize {
        Replicates::evaluations(self.method.dimensions(), points)
    }

    /// Current estimates; `added` are errors that the replicates do not show.
    pub(crate) fn estimate(&self, added: &[f64], tolerance: f64) -> Integral {
        let means = self.replicates.means();
        let of = |answer: usize| means.iter().map(|mean| mean[answer]).collect::<Vec<f64>>();
        let mut estimates: Vec<(f64, f64)> =
            (0..self.len).map(|answer| self.replicates.mean_and_error(&of(answer))).collect();
        if let Some(control) = &self.control {
            control.improve(&self.replicates, &mut estimates);
        }
        let (values, mut errors): (Vec<f64>, Vec<f64>) = estimates.into_iter().unzip();
        let floor = least_error(&errors, tolerance, self.unseen());
        errors.iter_mut().zip(added).for_each(|(error, added)| *error = error.max(floor) + added);
        Integral { values, errors }
    }
}

/// The least error to report beside sampling errors; `unseen` is the probability of an event that no point has reached.
pub(crate) fn least_error(errors: &[f64], tolerance: f64, unseen: f64) -> f64 {
    let most = errors.iter().copied().fold(0.0, f64::max);
    (MIN_OF_LARGEST * most).max(MIN_ERROR * tolerance).max(unseen)
}

/// Replaces the jump of each answer at a tie of the start by its mean.
fn take_step(answer: &mut [f64], step: Option<&(Vec<f64>, f64)>) {
    if let Some((jumps, ahead)) = step {
        let excess = answer[0] - ahead;
        answer.iter_mut().zip(jumps).for_each(|(answer, jump)| *answer -= jump * excess);
    }
}
