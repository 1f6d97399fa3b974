//! Simulates what is edited, whenever that or a choice changes: a little at a time, so that the page stays awake.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use flow::duration::milliseconds;
use flow::engine::{TaskStatus, Timestamp};
use flow::simulate::{ByHand, Control, Happens, Rule, Scenario, Simulation, Simulator, error_named};
use flow::{Pointer, Problem};
use leptos::prelude::*;
use wire::Status;

use super::{Choice, Hand, Happening};
use crate::editor::state::Editor;
use crate::ui::flow_canvas::NodeStatus;

/// Changes that follow each other faster are simulated once.
const PAUSE: Duration = Duration::from_millis(200);
/// So many happenings are simulated before the page has its turn.
const SLICE: u32 = 400;
/// Until somebody sees to a fault.
const UNTIL_SEEN_TO: i64 = 300_000;

/// What a simulation came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    Ran {
        simulation: Arc<Simulation>,
        controls: Arc<HashMap<Pointer, Control>>,
    },
    /// The definition does not run at all.
    Refused(Vec<Problem>),
}

/// The newest simulation; none until there is one.
pub(super) fn use_simulation(editor: Editor) -> RwSignal<Option<Answer>> {
    let answer = RwSignal::new(None);
    let newest = StoredValue::new(0_u64);
    Effect::new(move |before: Option<()>| {
        editor.model.revision.track();
        editor.simulating.choices.track();
        newest.update_value(|newest| *newest += 1);
        let mine = newest.get_value();
        let pause = if before.is_none() { Duration::ZERO } else { PAUSE };
        set_timeout(
            move || {
                if newest.try_get_value() == Some(mine) {
                    begin(editor, answer, newest);
                }
            },
            pause,
        );
    });
    answer
}

fn begin(editor: Editor, answer: RwSignal<Option<Answer>>, newest: StoredValue<u64>) {
    let Some(choices) = editor.simulating.choices.try_get_untracked() else { return };
    let document = editor.model.read(|session| session.document().clone());
    match Simulator::new(&document, scenario(&choices)) {
        Ok(simulator) => go_on(simulator, answer, newest, newest.get_value()),
        // The drawer may have been closed.
        Err(problems) => drop(answer.try_set(Some(Answer::Refused(problems)))),
    }
}

fn go_on(mut simulator: Simulator, answer: RwSignal<Option<Answer>>, newest: StoredValue<u64>, mine: u64) {
    if newest.try_get_value() != Some(mine) {
        return;
    }
    if simulator.advance(SLICE) {
        let controls = simulator.program().controls().map(|(pointer, control)| (pointer.clone(), control));
        let controls = Arc::new(controls.collect());
        let simulation = Arc::new(simulator.finish());
        // The drawer may have been closed.
        drop(answer.try_set(Some(Answer::Ran { simulation, controls })));
    } else {
        set_timeout(move || go_on(simulator, answer, newest, mine), Duration::ZERO);
    }
}

fn scenario(choices: &BTreeMap<Pointer, Choice>) -> Scenario {
    let rules = choices.iter().map(|(pointer, choice)| (pointer.clone(), rules(choice))).collect();
    Scenario { start: Timestamp(js_sys::Date::now() as i64), rules, ..Scenario::default() }
}

fn rules(choice: &Choice) -> Vec<Rule> {
    let fault = || error_named("communication").map(Happens::Faults);
    let (happens, attempts) = match choice.happens {
        Happening::Usual => (None, None),
        Happening::Fails => (fault(), None),
        Happening::FailsOnce => (fault(), Some(1..=1)),
        Happening::Silent => (Some(Happens::Silence), None),
        Happening::Rejected => (Some(Happens::Rejected), None),
    };
    let by_hand = match choice.hand {
        Hand::None => None,
        Hand::Retry => Some(ByHand::Retry { after: UNTIL_SEEN_TO }),
        Hand::Skip => Some(ByHand::Skip { after: UNTIL_SEEN_TO }),
    };
    let takes = choice.takes.as_ref().and_then(milliseconds);
    // The fault may be the first attempt's alone; how long it takes and who sees to it are said of every attempt.
    vec![Rule { happens, attempts, ..Rule::default() }, Rule { by_hand, takes, ..Rule::default() }]
}

/// How the canvas shows a simulated run at a moment; at its end also what it did not come to.
pub(super) fn statuses(simulation: &Simulation, moment: i64) -> HashMap<Pointer, NodeStatus> {
    let not_taken = simulation
        .not_reached
        .iter()
        .filter(|_| moment >= simulation.total)
        .map(|pointer| (pointer.clone(), NodeStatus { not_taken: true, ..NodeStatus::default() }));
    let stood = simulation.at(moment).into_iter().map(|(pointer, standing)| {
        let note = match (standing.error, standing.instances) {
            (Some(code), _) => Some(code.to_string()),
            (None, 2..) => Some(format!("×{}", standing.instances)),
            _ => None,
        };
        let (status, attempt) = (status(standing.status), standing.attempt);
        (pointer.clone(), NodeStatus { status, attempt, note, not_taken: false })
    });
    not_taken.chain(stood).collect()
}

pub(super) fn status(status: TaskStatus) -> Status {
    match status {
        TaskStatus::Pending => Status::Pending,
        TaskStatus::Running => Status::Running,
        TaskStatus::Waiting => Status::Waiting,
        TaskStatus::Suspended => Status::Suspended,
        TaskStatus::Completed => Status::Completed,
        TaskStatus::Faulted => Status::Faulted,
        TaskStatus::Cancelled => Status::Cancelled,
        TaskStatus::Skipped => Status::Skipped,
    }
}
