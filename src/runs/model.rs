//! What a run looks like, computed from the service's answer and the definition. No DOM, no signals, no clock.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use flow::view::tasks;
use flow::{ChildRole, Document, Origin, Pointer, TaskView, view};
use wire::job::WaitingTask;
use wire::{JobStatus, Status, Task};

/// One line of the task list: an instance of a task, or a task that has none (yet).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TaskRow {
    pub pointer: String,
    pub name: String,
    pub kind: String,
    pub plugin: Option<String>,
    pub depth: usize,
    /// None where the task did not run.
    pub task_id: Option<String>,
    pub status: Status,
    /// The flow went another way; the task will not run.
    pub not_taken: bool,
    pub attempt: u32,
    pub started_at: String,
    pub ended_at: String,
    /// Which instance of how many, where a loop made several; from 1.
    pub instance: Option<(usize, usize)>,
}

/// A task that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attention {
    pub task_id: String,
    pub name: String,
    pub status: Status,
    pub attempt: u32,
    /// What the error says, or what the gate asks.
    pub text: String,
}

/// The list of tasks: those of the definition in its order, each with its instances, then what the definition that is
/// known does not name.
pub(super) fn task_rows(document: Option<&Document>, status: &JobStatus) -> Vec<TaskRow> {
    let mut by_pointer: HashMap<&str, Vec<&Task>> = HashMap::new();
    for task in &status.tasks {
        by_pointer.entry(&task.pointer).or_default().push(task);
    }
    let passed = document.map(|document| passed_over(document, &status.tasks)).unwrap_or_default();
    let mut rows = Vec::new();
    for view in document.into_iter().flat_map(tasks).filter(|view| view.origin == Origin::Flow) {
        match by_pointer.remove(view.pointer.as_str()) {
            Some(instances) => push_instances(&mut rows, &instances, view.depth),
            None => rows.push(untouched(&view, status, &passed)),
        }
    }
    for task in &status.tasks {
        if let Some(instances) = by_pointer.remove(task.pointer.as_str()) {
            push_instances(&mut rows, &instances, 0);
        }
    }
    rows
}

fn push_instances(rows: &mut Vec<TaskRow>, instances: &[&Task], depth: usize) {
    let many = instances.len();
    rows.extend(instances.iter().enumerate().map(|(index, task)| TaskRow {
        pointer: task.pointer.clone(),
        name: task.name.clone(),
        kind: task.kind.clone(),
        plugin: task.plugin.clone(),
        depth,
        task_id: Some(task.task_id.clone()),
        status: task.status.clone(),
        not_taken: false,
        attempt: task.attempt,
        started_at: task.started_at.clone().unwrap_or_default(),
        ended_at: task.ended_at.clone().unwrap_or_default(),
        instance: (many > 1).then_some((index + 1, many)),
    }));
}

fn untouched(view: &TaskView, status: &JobStatus, passed: &HashSet<Pointer>) -> TaskRow {
    let pointer = view.pointer.as_str();
    let not_taken =
        status.job.status.is_final() || passed.contains(&view.pointer) || is_not_taken(status, pointer);
    TaskRow {
        pointer: pointer.to_owned(),
        name: view.name.to_owned(),
        kind: view.kind.map_or("", flow::TaskKind::key).to_owned(),
        plugin: view.called().map(|called| called.split(':').next().unwrap_or(called).to_owned()),
        depth: view.depth,
        task_id: None,
        status: Status::Pending,
        not_taken,
        attempt: 0,
        started_at: String::new(),
        ended_at: String::new(),
        instance: None,
    }
}

fn is_not_taken(status: &JobStatus, pointer: &str) -> bool {
    let Some(pointer) = Pointer::parse(pointer) else { return false };
    status.paths_not_taken.iter().filter_map(|path| Pointer::parse(path)).any(|path| pointer.is_within(&path))
}

/// The tasks that the flow went past: a later one of their list has begun. The service names them when the run is over; until
/// then a jump back may still come to one, and then it is none of these any more.
pub(super) fn passed_over(document: &Document, ran: &[Task]) -> HashSet<Pointer> {
    fn place(pointer: &str) -> Option<(&str, usize)> {
        let (list, index) = pointer.rsplit_once('/')?.0.rsplit_once('/')?;
        // Branches run side by side: none comes after another.
        (!list.ends_with("/branches")).then_some((list, index.parse().ok()?))
    }
    let mut furthest: HashMap<&str, usize> = HashMap::new();
    let mut begun: HashSet<&str> = HashSet::new();
    for task in ran {
        begun.insert(&task.pointer);
        if let Some((list, index)) = place(&task.pointer) {
            let known = furthest.entry(list).or_default();
            *known = index.max(*known);
        }
    }
    let mut passed: HashSet<Pointer> = HashSet::new();
    // In document order: what is around comes before what is inside of it.
    for view in tasks(document).filter(|view| view.origin == Origin::Flow) {
        let is_behind = place(view.pointer.as_str())
            .is_some_and(|(list, index)| furthest.get(list).is_some_and(|furthest| index < *furthest));
        let is_inside = || passed.iter().any(|around| view.pointer.is_within(around));
        if !begun.contains(view.pointer.as_str()) && (is_behind || is_inside()) {
            passed.insert(view.pointer.clone());
        }
    }
    passed
}

/// The instance that stands for its task: what is wrong before what goes on before what is done, the newest of these.
pub(super) fn leading_instance<'a>(tasks: &'a [Task], pointer: &str) -> Option<&'a Task> {
    tasks.iter().filter(|task| task.pointer == pointer).max_by_key(|task| urgency(&task.status))
}

/// The leading instance of every task that has run, and how many instances it leads; by pointer.
pub(super) fn leading_instances(tasks: &[Task]) -> HashMap<&str, (&Task, usize)> {
    let mut found: HashMap<&str, (&Task, usize)> = HashMap::new();
    for task in tasks {
        let (leading, count) = found.entry(&task.pointer).or_insert((task, 0));
        *count += 1;
        if urgency(&task.status) >= urgency(&leading.status) {
            *leading = task;
        }
    }
    found
}

fn urgency(status: &Status) -> u8 {
    match status {
        Status::Faulted => 3,
        Status::Waiting | Status::Suspended => 2,
        Status::Running => 1,
        _ => 0,
    }
}

/// What needs a person, in the order of the tasks: gates, and faults that nothing in the definition took care of.
pub(super) fn attention(document: Option<&Document>, status: &JobStatus) -> Vec<Attention> {
    if status.job.status.is_final() {
        return Vec::new();
    }
    let tries = document.map(guarded_lists).unwrap_or_default();
    let needs = |task: &&Task| match task.status {
        Status::Faulted => task.error.is_some() && !is_taken_care_of(&tries, status, task),
        Status::Waiting => task.waiting.as_ref().is_some_and(|waiting| waiting.kind == "approval"),
        _ => false,
    };
    let text = |task: &Task| match (&task.error, &task.waiting) {
        (_, Some(waiting)) => waiting.message.clone(),
        (Some(error), _) => error.detail.clone().or_else(|| error.title.clone()).unwrap_or_default(),
        _ => String::new(),
    };
    status
        .tasks
        .iter()
        .filter(needs)
        .map(|task| Attention {
            task_id: task.task_id.clone(),
            name: task.name.clone(),
            status: task.status.clone(),
            attempt: task.attempt,
            text: text(task),
        })
        .collect()
}

/// The `try` tasks with their guarded lists and what catches for them.
fn guarded_lists(document: &Document) -> Vec<(Pointer, Pointer, Pointer)> {
    let guarded = |view: TaskView| {
        let list = view.child_lists().into_iter().find(|list| list.role == ChildRole::Try)?;
        Some((view.pointer.clone(), list.pointer, view.pointer.child("catch")))
    };
    view::tasks(document).filter_map(guarded).collect()
}

/// Whether a `try` around the task has gone on from its fault: it catches, pauses before it tries again, or is done.
fn is_taken_care_of(tries: &[(Pointer, Pointer, Pointer)], status: &JobStatus, task: &Task) -> bool {
    let Some(pointer) = Pointer::parse(&task.pointer) else { return false };
    tries.iter().filter(|(_, guarded, _)| pointer.is_within(guarded)).any(|(holder, _, catch)| {
        // Of a `try` in a loop, the instance that this task ran in: the last that began before it.
        let around = status
            .tasks
            .iter()
            .rfind(|one| one.pointer == holder.as_str() && one.started_at <= task.started_at);
        let moved_on = around.is_some_and(|around| {
            around.waiting.is_some()
                || !matches!(around.status, Status::Running | Status::Faulted | Status::Waiting)
        });
        let catching = |one: &Task| {
            one.started_at >= task.ended_at
                && Pointer::parse(&one.pointer).is_some_and(|pointer| pointer.is_within(catch))
        };
        moved_on || status.tasks.iter().any(catching)
    })
}

/// The one after `current`, around the end; the first where `current` is none of them.
pub(super) fn next_attention<'a>(list: &'a [Attention], current: Option<&str>) -> Option<&'a Attention> {
    let at = list.iter().position(|one| Some(one.task_id.as_str()) == current);
    list.get(at.map_or(0, |at| at + 1)).or_else(|| list.first())
}

/// How soon to ask again: at once while things move by themselves, calmly while a person has to act, never at the end.
pub(super) fn poll_interval(status: &JobStatus) -> Option<Duration> {
    let by_person = |task: &WaitingTask| task.kind == "approval";
    match &status.job.status {
        status if status.is_final() => None,
        Status::Faulted | Status::Suspended | Status::Other(_) => Some(Duration::from_secs(3)),
        Status::Waiting if status.job.waiting.iter().all(by_person) => Some(Duration::from_secs(3)),
        _ => Some(Duration::from_secs(1)),
    }
}

#[cfg(test)]
mod tests;
