//! A run of a program as the hub shows it, with what must hold of any run, crashed or not.

use std::collections::BTreeMap;

use programs::{Outcome, early, is_whole, lines};
use wire::JobStatus;
use wire::log::LogQuery;

use super::Case;
use super::world::{Sight, World};
use crate::execution::Executions;

#[derive(Debug, PartialEq)]
pub(super) struct Shown {
    pub(super) outcome: Outcome,
    lines: BTreeMap<String, Vec<String>>,
}

impl Shown {
    pub(super) async fn of(case: &Case, executions: &Executions, status: &JobStatus, world: &World) -> Self {
        let query = LogQuery { size: 10_000, filter: false, ..LogQuery::default() };
        let log = executions.log(&status.job.job_name, "-", query).await.unwrap();
        assert!(is_whole(&log), "the log has a gap");
        let millisecond_of =
            |text: &str| text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond);
        let early = early(&case.definition, status, millisecond_of);
        assert!(early.is_empty(), "timers were early: {early:#?}");
        let sight = world.sight();
        check_calls(case, status, &sight);
        // A call that nobody ever answers may be given up before it gets to the world.
        let asked = sight.asked.iter().filter(|attempt| !attempt.asked.answer.never).map(|attempt| {
            let asked = &attempt.asked;
            (asked.branch.clone(), (asked.name.clone(), asked.sum.to_string(), attempt.number))
        });
        Self { outcome: Outcome::new(status, asked), lines: lines(status, &log) }
    }
}

/// No call was repeated but those under way, and no retry by policy came before its time.
fn check_calls(case: &Case, status: &JobStatus, sight: &Sight) {
    assert!(sight.wrong.is_empty(), "{:#?}", sight.wrong);
    let by_hand = status.acts.iter().any(|act| act.act == "retry");
    for (index, again) in sight.asked.iter().enumerate() {
        let before = sight.asked[..index].iter().rfind(|attempt| attempt.task == again.task);
        if let Some(answered_at) = before.and_then(|before| before.answered_at)
            && !by_hand
        {
            let pause = again.begun_at - answered_at;
            assert!(pause >= case.least_delay, "{} came again after {pause} ms", again.asked.name);
        }
    }
}
