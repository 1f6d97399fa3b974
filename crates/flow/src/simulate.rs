//! What would happen if a workflow ran now: the path, the timeline, the critical path and the time it takes.
//!
//! It is the engine itself ([`crate::engine::step`]) with a clock that jumps and a [`Scenario`] for a world, so a
//! simulated run takes the way that a real one takes. Nothing outside is called, nothing is waited for, nothing is
//! random: the same scenario always comes to the same. What it deliberately does not do: know what calls yield (it
//! takes an example from the definition, or next to nothing, and says so), or run other workflows.

mod answers;
mod bus;
mod estimate;
mod instant;
mod journal;
mod people;
mod remarks;
mod scenario;
mod simulation;
mod simulator;

pub use estimate::{DURATION, SAMPLE, Source, TARGET};
pub use instant::Standing;
pub use scenario::{ByHand, Happens, Limits, Pace, Past, Planned, Rule, Scenario};
pub use simulation::{Limit, Outcome, Place, Simulation, Span, SpanKind, Step, Target};
pub use simulator::Simulator;

use crate::engine::WorkflowError;
use crate::engine::errors::Standard;
use crate::program::Action;
use crate::{Document, Pointer, Problem, Program};

/// Runs a definition in a scenario to its end.
///
/// # Errors
/// What keeps the definition from running, as [`Program::compile`] has it.
pub fn simulate(document: &Document, scenario: Scenario) -> Result<Simulation, Vec<Problem>> {
    let mut simulator = Simulator::new(document, scenario)?;
    while !simulator.advance(u32::MAX) {}
    Ok(simulator.finish())
}

/// What a scenario can choose at a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// It answers, fails or stays silent, and takes its time.
    Call,
    /// It is approved, rejected or left alone, after some time.
    Gate,
    /// An event comes after some time, or none does.
    Event,
}

impl Program {
    /// What a scenario can choose at a task; none where the definition alone says what happens.
    pub fn control(&self, pointer: &Pointer) -> Option<Control> {
        self.controls().find(|(known, _)| *known == pointer).map(|(_, control)| control)
    }

    /// The tasks of which a scenario can choose something, in document order.
    pub fn controls(&self) -> impl Iterator<Item = (&Pointer, Control)> {
        self.nodes.iter().filter_map(|node| Some((&node.pointer, control(&node.action)?)))
    }
}

fn control(action: &Action) -> Option<Control> {
    match action {
        Action::Gate(_) => Some(Control::Gate),
        Action::Listen(_) => Some(Control::Event),
        Action::Http(_) | Action::OpenApi(_) | Action::Function { .. } | Action::Emit(_) | Action::Run(_) => {
            Some(Control::Call)
        }
        Action::Set(_)
        | Action::Do(_)
        | Action::Fork { .. }
        | Action::Switch(_)
        | Action::For { .. }
        | Action::Try { .. }
        | Action::Raise(_)
        | Action::Wait(_)
        | Action::WaitFunction(_)
        | Action::Invoke { .. } => None,
    }
}

/// The error that somebody means by a word: a standard type (`timeout`), a status (`503`) or the URI of a type.
pub fn error_named(word: &str) -> Option<WorkflowError> {
    if let Ok(status) = word.parse::<u16>() {
        let standard = match status {
            401 => Standard::Authentication,
            403 => Standard::Authorization,
            408 | 504 => Standard::Timeout,
            400..=599 => Standard::Communication,
            _ => return None,
        };
        return Some(WorkflowError { status, ..simulator::injected(standard) });
    }
    if let Some(standard) = Standard::named(word) {
        return Some(simulator::injected(standard));
    }
    let is_uri = word.split_once(':').is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty());
    is_uri.then(|| match Standard::of(word) {
        Some(standard) => simulator::injected(standard),
        None => WorkflowError { kind: word.to_owned(), ..simulator::injected(Standard::Runtime) },
    })
}

/// The words that [`error_named`] knows.
pub fn error_words() -> impl Iterator<Item = &'static str> {
    Standard::words()
}

#[cfg(test)]
mod tests;
