//! What several events write, brought together: one last word for each row, whichever of them said it. Pure.
//!
//! A task that begins and ends within one event is one row, not three; and the rows of a hundred events of one table are
//! written by a few statements instead of a hundred. What is gathered means the same as the writes one after another.

use std::collections::{BTreeMap, BTreeSet};

use flow::Pointer;
use flow::engine::{Call, JobRecord, TaskId, Timestamp};

use crate::events::table::EventWrite;
use crate::execution::plan::{ActRow, LogRow, NewJob, TaskRow, Write};
use crate::execution::sub_runs::Parent;
use crate::schedules::table::Advance;

/// The writes of one transaction, by their tables. Jobs are named by their numbers.
#[derive(Debug, Default)]
pub(super) struct Gathered<'b> {
    /// Taken on before anything else: a start that is refused by them starts nothing, and a run that is completed within its
    /// first event takes its schedule on after that.
    pub(super) schedules: Vec<&'b Advance>,
    pub(super) definitions: BTreeMap<&'b str, &'b str>,
    pub(super) jobs: Vec<(i64, &'b NewJob)>,
    pub(super) handled: Vec<(i64, &'b str)>,
    /// The jobs whose states go; what is put for them afterwards stays.
    pub(super) states_over: BTreeSet<i64>,
    /// A part's text; none drops it.
    pub(super) parts: BTreeMap<(i64, &'b str), Option<&'b str>>,
    pub(super) values: Vec<(i64, u64, &'b str)>,
    pub(super) tasks: BTreeMap<(i64, u64), &'b TaskRow>,
    /// Of the same tasks the attempts that came and went meanwhile, in their order.
    pub(super) earlier: Vec<(i64, &'b TaskRow)>,
    /// The jobs whose calls, timers and events go; those that come afterwards stay.
    pub(super) nothing_pending: BTreeSet<i64>,
    pub(super) calls: BTreeMap<(i64, u64, u32), Option<CallRow<'b>>>,
    pub(super) timers: BTreeMap<(i64, u64), Option<i64>>,
    pub(super) records: BTreeMap<i64, &'b JobRecord>,
    pub(super) progress: BTreeMap<i64, (i64, i64)>,
    pub(super) acts: Vec<(i64, &'b ActRow)>,
    pub(super) lines: Vec<(i64, &'b LogRow)>,
    /// What is rare and stands for itself, in its order: it touches none of the rows above but jobs that are there.
    pub(super) others: Vec<(i64, Apart<'b>)>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct CallRow<'b> {
    pub(super) pointer: &'b Pointer,
    pub(super) call: CallText<'b>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum CallText<'b> {
    Plain(&'b Call),
    Sealed(&'b str),
}

/// A write that is made by itself.
#[derive(Clone, Copy, Debug)]
pub(super) enum Apart<'b> {
    SubRun(&'b Parent),
    Private(&'b str),
    SubRunOutcome(&'b str),
    SubRunDelivered { task: TaskId, attempt: u32 },
    Events(&'b EventWrite),
    Broken,
    Cancelled { at: Timestamp },
}

impl<'b> Gathered<'b> {
    /// Takes a write in. One that is given back touches rows that are gathered here in a way of its own: what is gathered
    /// has to be written before it.
    pub(super) fn add(&mut self, job: i64, write: &'b Write) -> Option<Apart<'b>> {
        match write {
            Write::Definition { digest, definition } => {
                self.definitions.insert(digest, definition);
            }
            Write::NewJob(new) => self.jobs.push((job, new)),
            Write::Handled { key } => self.handled.push((job, key)),
            Write::State(changes) => {
                let dropped = changes.dropped.iter().map(|part| (part, None));
                let put = changes.put.iter().map(|(part, text)| (part, Some(text.as_str())));
                for (part, text) in dropped.chain(put) {
                    self.parts.insert((job, part), text);
                }
            }
            Write::DropState => {
                self.parts.retain(|(of, _), _| *of != job);
                self.states_over.insert(job);
            }
            Write::Job(record) => {
                self.records.insert(job, record);
            }
            Write::Progress { total, done } => {
                self.progress.insert(job, (*total, *done));
            }
            Write::Task(row) => {
                let before = self.tasks.insert((job, row.task.task.0), row);
                // Each attempt has a last word of its own.
                self.earlier.extend(
                    before.filter(|before| before.task.attempt < row.task.attempt).map(|row| (job, row)),
                );
            }
            Write::TaskValue { number, value } => self.values.push((job, *number, value)),
            Write::Call { task, attempt, pointer, call } => {
                let row = CallRow { pointer, call: CallText::Plain(call) };
                self.calls.insert((job, task.0, *attempt), Some(row));
            }
            Write::SealedCall { task, attempt, pointer, call } => {
                let row = CallRow { pointer, call: CallText::Sealed(call) };
                self.calls.insert((job, task.0, *attempt), Some(row));
            }
            Write::DropCall { task, attempt } => {
                self.calls.insert((job, task.0, *attempt), None);
            }
            Write::Timer { timer, at } => {
                self.timers.insert((job, timer.0), Some(at.0));
            }
            Write::DropTimer { timer } => {
                self.timers.insert((job, timer.0), None);
            }
            Write::DropPending => {
                self.calls.retain(|(of, ..), _| *of != job);
                self.timers.retain(|(of, _), _| *of != job);
                self.nothing_pending.insert(job);
            }
            Write::Act(act) => self.acts.push((job, act)),
            Write::Log(line) => self.lines.push((job, line)),
            Write::Schedule(advance) => self.schedules.push(advance),
            Write::SubRun(parent) => self.others.push((job, Apart::SubRun(parent))),
            Write::Private(sealed) => self.others.push((job, Apart::Private(sealed))),
            Write::SubRunOutcome(outcome) => self.others.push((job, Apart::SubRunOutcome(outcome))),
            Write::SubRunDelivered { task, attempt } => {
                self.others.push((job, Apart::SubRunDelivered { task: *task, attempt: *attempt }));
            }
            Write::Events(write) => self.others.push((job, Apart::Events(write))),
            Write::Broken => return Some(Apart::Broken),
            Write::Cancelled { at } => return Some(Apart::Cancelled { at: *at }),
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow::engine::{Changes, TaskId, TimerId, Timestamp};

    fn state(put: &[(&str, &str)], dropped: &[&str]) -> Write {
        let owned = |text: &&str| (*text).to_owned();
        Write::State(Changes {
            put: put.iter().map(|(part, text)| ((*part).to_owned(), (*text).to_owned())).collect(),
            dropped: dropped.iter().map(owned).collect(),
            released: Vec::new(),
        })
    }

    fn gather(writes: &[(i64, Write)]) -> Gathered<'_> {
        let mut gathered = Gathered::default();
        for (job, write) in writes {
            assert!(gathered.add(*job, write).is_none());
        }
        gathered
    }

    #[test]
    fn the_last_word_on_a_part_counts_and_the_end_of_one_job_is_not_that_of_another() {
        let writes = [
            (1, state(&[("head", "1"), ("frame/1", "a")], &[])),
            (2, state(&[("head", "2")], &[])),
            (1, state(&[("head", "3")], &["frame/1"])),
            (2, Write::DropState),
        ];
        let gathered = gather(&writes);
        let parts: Vec<_> = gathered.parts.into_iter().collect();
        assert_eq!(parts, [((1, "frame/1"), None), ((1, "head"), Some("3"))]);
        assert_eq!(gathered.states_over.into_iter().collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn what_is_put_after_a_drop_stays() {
        let timer = TimerId(7);
        let writes = [
            (1, Write::Timer { timer, at: Timestamp(1) }),
            (1, Write::DropPending),
            (1, Write::Timer { timer: TimerId(8), at: Timestamp(2) }),
            (2, Write::Timer { timer, at: Timestamp(3) }),
            (2, Write::DropCall { task: TaskId(1), attempt: 1 }),
        ];
        let gathered = gather(&writes);
        let timers: Vec<_> = gathered.timers.into_iter().collect();
        assert_eq!(timers, [((1, 8), Some(2)), ((2, 7), Some(3))]);
        assert!(gathered.nothing_pending.contains(&1) && !gathered.nothing_pending.contains(&2));
        assert!(gathered.calls[&(2, 1, 1)].is_none());
    }
}
