//! Limits the cost of a solve. Cost is counted as work rather than time, so that an answer has the same bits on every
//! machine.

use std::ops::ControlFlow;

/// Default budget of one integration: about two seconds on one core.
pub(crate) const DEFAULT_BUDGET: f64 = 1e8;
/// The budgets that the cheapest integration may take. It completes, since nothing could be reported otherwise.
const MOST_BUDGETS: f64 = 4.0;

/// Multiplications that take the time of one evaluation of a growth curve, the unit of the budget.
pub(super) const WORK_OF_UNIT: f64 = 60.0;

/// Remaining work, in evaluations of a growth curve at one date of one path.
pub(crate) struct Budget<'a> {
    whole: f64,
    spent: f64,
    /// Equal parts into which the work of an integration is divided.
    parts: f64,
    /// The share of the budget up to which more work is allowed.
    share: f64,
    is_stopped: bool,
    progress: Option<Box<Listener<'a>>>,
}

/// Callback that receives the fraction of the budget spent and may stop the solve.
pub(crate) type Listener<'a> = dyn FnMut(f64) -> ControlFlow<()> + Send + 'a;

impl<'a> Budget<'a> {
    pub(crate) fn new(whole: f64, progress: Option<Box<Listener<'a>>>) -> Self {
        Self { whole, spent: 0.0, parts: 1.0, share: 1.0, is_stopped: false, progress }
    }

    /// Resets the budget for a new integration.
    pub(crate) fn begin(&mut self) {
        self.spent = 0.0;
    }

    /// Divides the budget among several integrations that make up one answer.
    pub(crate) fn divide(&mut self, parts: usize) {
        #[expect(clippy::cast_precision_loss, reason = "at most 64")]
        let parts = parts as f64;
        self.parts = parts;
    }

    /// Limits further work to a share of the budget; returns the one before.
    pub(crate) fn set_share(&mut self, share: f64) -> f64 {
        std::mem::replace(&mut self.share, share)
    }

    /// Whether `cost` still fits in the budget.
    pub(crate) fn allows(&self, cost: f64) -> bool {
        !self.is_stopped && self.spent + cost <= self.share * self.whole / self.parts
    }

    /// Whether an integration of this cost may be begun at all: a small budget alone is no reason to have no answer.
    pub(crate) fn may_begin(&self, cost: f64) -> bool {
        cost <= MOST_BUDGETS * self.whole.max(DEFAULT_BUDGET) / self.parts
    }

    pub(crate) fn spend(&mut self, cost: f64) {
        self.spent += cost;
        let share = (self.spent / (self.whole / self.parts)).min(1.0);
        if let Some(progress) = &mut self.progress {
            self.is_stopped |= progress(share).is_break();
        }
    }

    /// Whether the listener has stopped the solve.
    pub(crate) fn is_stopped(&self) -> bool {
        self.is_stopped
    }
}
