//! What a run reports on its way.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::time::Duration;

use super::tally::Tally;

/// Progress of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Paths completed so far.
    pub done: u64,
    /// Paths to run in total (in this shard, for a sharded run).
    pub total: u64,
}

pub(super) type OnProgress<'a> = dyn FnMut(Progress) -> ControlFlow<()> + Send + 'a;

type Keep<'a> = dyn FnMut(&Tally) + Send + 'a;

/// When and to whom the counts of a run are reported.
pub(super) struct Checkpoints<'a> {
    pub(super) interval: Duration,
    pub(super) keep: Mutex<Box<Keep<'a>>>,
}

impl fmt::Debug for Checkpoints<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoints").field("interval", &self.interval).finish_non_exhaustive()
    }
}
