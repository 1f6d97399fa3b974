//! The engine: `step(&Program, State, Event) -> (State, Vec<Command>)`, pure.
//!
//! A job is a tree of live tasks. Finished ones leave the state, faulted ones stay for a retry by hand, so that the
//! state is as large as what is live and no larger; a loop does not grow it. Stale and repeated events change
//! nothing. What the engine deliberately does not do: call anything, or know how long a call may take.

mod advance;
mod begin;
mod calls;
mod emit;
pub mod errors;
mod extend;
mod fault;
mod gate;
mod hand;
mod listen;
mod moment;
mod process;
mod record;
mod run;
mod scope;
mod state;
pub mod vocabulary;

pub use gate::skip_refusal;
pub(crate) use listen::matching;
pub use listen::matching::may_match;
pub use state::{Changes, Shared, State, UnreadableState};
pub use vocabulary::*;

use crate::Program;
use run::Run;

/// Takes one event. The commands are to be performed in order, after they and the state are stored together.
///
/// The same state and event always give the same result. An event that does not apply (of a finished job, an
/// earlier attempt, another definition) gives the state back with no commands.
pub fn step(program: &Program, state: State, event: Event) -> (State, Vec<Command>) {
    if !state.belongs_to(program) {
        return (state, Vec::new());
    }
    let mut run = Run::new(program, state, event.at());
    run.take(event);
    run.finish()
}

/// Whether a `try` of this run would deal with an error of a task that is under way. Nothing is changed.
pub fn would_catch(
    program: &Program,
    state: &State,
    task: TaskId,
    error: &WorkflowError,
    at: Timestamp,
) -> bool {
    state.belongs_to(program) && Run::new(program, state.clone(), at).is_caught(task, error)
}

impl Event {
    /// When it happened.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Started { at, .. }
            | Self::CallCompleted { at, .. }
            | Self::CallFaulted { at, .. }
            | Self::TimerFired { at, .. }
            | Self::Delivered { at, .. }
            | Self::Decided { at, .. }
            | Self::RetryRequested { at, .. }
            | Self::SkipRequested { at, .. }
            | Self::StopRequested { at, .. } => *at,
        }
    }
}
