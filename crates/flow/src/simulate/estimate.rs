//! How long something takes: as the scenario says, else as the definition's metadata does, else as it took before, else a
//! guess that is called one.

use serde::Serialize;
use serde_json::Value;

use super::scenario::{Pace, Scenario};
use crate::engine::Call;
use crate::program::milliseconds;
use crate::{Pointer, Program};

/// Member of a task's `metadata`: how long it usually takes, a duration as the language writes them.
pub const DURATION: &str = "mas.duration";
/// Member of a task's `metadata`: what its call yields, before `output.as`, or the data of the event that it waits for.
pub const SAMPLE: &str = "mas.sample";
/// Member of `document.metadata`: within what time the service has to be back (recovery time objective).
pub const TARGET: &str = crate::duration::RECOVERY_TARGET;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;

/// Where a duration comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The scenario says so.
    Said,
    /// The task's `mas.duration`.
    Metadata,
    /// Runs before.
    History,
    /// Nobody knows: a guess by the kind of task.
    Assumed,
}

/// What is waited for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Waited<'c> {
    Call(&'c Call),
    Person,
    Event,
}

/// Milliseconds, and how they are known; none where it is not a guess that it takes no time.
pub(super) fn duration(
    program: &Program,
    scenario: &Scenario,
    pointer: &Pointer,
    (iteration, attempt): (Option<u64>, u32),
    waited: Waited<'_>,
) -> (i64, Option<Source>) {
    if let Some(takes) = scenario.said(pointer, iteration, attempt, |rule| rule.takes) {
        return (takes.max(0), Some(Source::Said));
    }
    if let Some(takes) = metadata(program, pointer, DURATION).and_then(milliseconds) {
        return (takes, Some(Source::Metadata));
    }
    if let Some(past) = scenario.history.get(pointer) {
        let takes = match scenario.pace {
            Pace::Usual => past.usual,
            Pace::Slow => past.slow,
        };
        return (takes.max(0), Some(Source::History));
    }
    match waited {
        Waited::Call(call) => assumed(call),
        Waited::Person => (5 * MINUTE, Some(Source::Assumed)),
        Waited::Event => (MINUTE, Some(Source::Assumed)),
    }
}

fn assumed(call: &Call) -> (i64, Option<Source>) {
    let takes = match call {
        // Nothing outside has to answer these.
        Call::Emit { .. } | Call::Workflow { awaited: false, .. } => return (0, None),
        Call::Shell { process, .. } | Call::Script { process, .. } if !process.awaited => return (0, None),
        Call::Http { .. } | Call::OpenApi { .. } => 2 * SECOND,
        Call::Function { .. } => 30 * SECOND,
        Call::Workflow { .. } => 5 * MINUTE,
        Call::Shell { .. } | Call::Script { .. } => 10 * SECOND,
    };
    (takes, Some(Source::Assumed))
}

/// A member of a task's metadata.
pub(super) fn metadata<'p>(program: &'p Program, pointer: &Pointer, member: &str) -> Option<&'p Value> {
    pointer.get(&program.definition)?.get("metadata")?.get(member)
}

/// `mas.rto` of the definition, as it is written.
pub(super) fn target(program: &Program) -> Option<&Value> {
    program.definition.get("document")?.get("metadata")?.get(TARGET)
}
