//! What happened, in one order: what people did, and when tasks began and ended.

use std::cmp::Reverse;

use leptos::prelude::*;
use leptos_i18n::I18nContext;
use wire::{JobStatus, Status, Task};

use super::run::Run;
use crate::i18n::*;
use crate::ui::time::milliseconds;
use crate::ui::{EmptyState, Icon, IconView, StatusBadge, Time};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
struct RunEvent {
    at: String,
    task_id: Option<String>,
    task_name: Option<String>,
    what: What,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    Act { by: String, act: String, comment: Option<String> },
    Began { attempt: u32 },
    Ended { status: Status },
    JobEnded { status: Status },
}

#[component]
pub(super) fn EventList(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let people_only = RwSignal::new(false);
    let events = Memo::new(move |_| {
        let all = run.with(|status| events_of(status, milliseconds)).unwrap_or_default();
        let keep = |event: &RunEvent| !people_only.get() || matches!(event.what, What::Act { .. });
        all.into_iter().filter(keep).collect::<Vec<_>>()
    });
    view! {
        <div class="run__events">
            <label class="choice__option">
                <input type="checkbox" class="checkbox" prop:checked=move || people_only.get() on:change=move |event| people_only.set(event_target_checked(&event)) />
                {t!(i18n, runs.people_only)}
            </label>
            <Show
                when=move || !events.read().is_empty()
                fallback=move || view! { <EmptyState icon=Icon::History text=Signal::derive(move || t_string!(i18n, runs.no_events).to_owned()) /> }
            >
                <ol class="events" aria-label=move || t_string!(i18n, runs.tab.events)>
                    <For each=move || events.get() key=|event| format!("{event:?}") let:event>
                        <EventRow event run />
                    </For>
                </ol>
            </Show>
        </div>
    }
}

#[component]
fn EventRow(event: RunEvent, run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let RunEvent { at, task_id, task_name, what } = event;
    let name = task_name.map(|name| match task_id {
        Some(id) => view! { <button type="button" class="link" on:click=move |_| run.select(Some(id.clone()))>{name}</button> }.into_any(),
        None => view! { <span>{name}</span> }.into_any(),
    });
    let content = match what {
        What::Act { by, act, comment } => {
            let word = act.clone();
            view! {
                <span class="events__act" data-act=word>
                    <IconView icon=act_icon(&act) />
                    <strong>{by}</strong> " " {move || act_label(i18n, &act)} " " {name}
                    {comment.filter(|comment| !comment.is_empty()).map(|comment| view! { <q class="events__comment">{comment}</q> })}
                </span>
            }
            .into_any()
        }
        What::Began { attempt } => view! {
            <span>
                {name} " " {t!(i18n, runs.event.began)}
                {(attempt > 1).then(|| view! { " " <span class="muted">{move || t_string!(i18n, runs.attempt_number, number = attempt)}</span> })}
            </span>
        }
        .into_any(),
        What::Ended { status } => view! { <span>{name} " " <StatusBadge status=Signal::stored(status) /></span> }.into_any(),
        What::JobEnded { status } => {
            view! { <span><strong>{t!(i18n, runs.event.job_ended)}</strong> " " <StatusBadge status=Signal::stored(status) /></span> }.into_any()
        }
    };
    view! {
        <li class="events__event">
            <Time at=Signal::stored(at) />
            {content}
        </li>
    }
}

/// In past tense and after a name: “alice approved”. An act that is not known is shown as it is.
pub(super) fn act_label(i18n: I18nContext<Locale>, act: &str) -> String {
    match act {
        "start" => t_string!(i18n, runs.act.started).to_owned(),
        "stop" => t_string!(i18n, runs.act.stopped).to_owned(),
        "approve" => t_string!(i18n, runs.act.approved).to_owned(),
        "reject" => t_string!(i18n, runs.act.rejected).to_owned(),
        "retry" => t_string!(i18n, runs.act.retried).to_owned(),
        "skip" => t_string!(i18n, runs.act.skipped).to_owned(),
        other => other.to_owned(),
    }
}

fn act_icon(act: &str) -> Icon {
    match act {
        "start" => Icon::Play,
        "stop" => Icon::Stop,
        "approve" => Icon::Check,
        "reject" => Icon::Close,
        "retry" => Icon::Retry,
        "skip" => Icon::Skip,
        _ => Icon::User,
    }
}

/// The oldest first. `moment` turns a time into something to order by; what has no time comes first.
fn events_of(status: &JobStatus, moment: impl Fn(&str) -> Option<f64>) -> Vec<RunEvent> {
    let mut events: Vec<(Place, RunEvent)> = Vec::new();
    for (index, task) in status.tasks.iter().enumerate() {
        let inside = |other: &Task| {
            other
                .pointer
                .strip_prefix(&task.pointer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let last =
            index + status.tasks[index..].iter().take_while(|other| inside(other)).count().saturating_sub(1);
        let depth = task.pointer.matches('/').count();
        let event = |at: &Option<String>, what| {
            let at = at.clone()?;
            Some(RunEvent {
                at,
                task_id: Some(task.task_id.clone()),
                task_name: Some(task.name.clone()),
                what,
            })
        };
        let began = event(&task.started_at, What::Began { attempt: task.attempt });
        let ended = event(&task.ended_at, What::Ended { status: task.status.clone() });
        events.extend(began.map(|event| (Place::Task { index, ended: None }, event)));
        events.extend(ended.map(|event| (Place::Task { index: last, ended: Some(Reverse(depth)) }, event)));
    }
    events.extend(status.acts.iter().map(|act| {
        let event = RunEvent {
            at: act.at.clone(),
            task_id: act.task_id.clone(),
            task_name: act.task_name.clone(),
            what: What::Act { by: act.by.clone(), act: act.act.clone(), comment: act.comment.clone() },
        };
        (Place::Act, event)
    }));
    events.extend(status.job.ended_at.clone().map(|at| {
        let what = What::JobEnded { status: status.job.status.clone() };
        (Place::JobEnded, RunEvent { at, task_id: None, task_name: None, what })
    }));
    let key = |(_, event): &(Place, RunEvent)| moment(&event.at).unwrap_or(f64::MIN);
    events.sort_by(|left, right| key(left).total_cmp(&key(right)).then_with(|| left.0.cmp(&right.0)));
    events.into_iter().map(|(_, event)| event).collect()
}

/// The order of what happens in one and the same millisecond: what follows from an act comes after it, a task begins
/// after the one before it in the document has ended, and a box ends after everything inside of it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Act,
    Task { index: usize, ended: Option<Reverse<usize>> },
    JobEnded,
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::job::Act;

    #[test]
    fn acts_and_task_times_stand_in_one_order() {
        let act = |at: &str, act: &str| Act {
            at: at.to_owned(),
            by: "alice".to_owned(),
            act: act.to_owned(),
            ..Act::default()
        };
        let task = |pointer: &str, from: &str, to: &str| Task {
            pointer: pointer.to_owned(),
            name: pointer.rsplit('/').next().unwrap_or_default().to_owned(),
            started_at: Some(from.to_owned()),
            ended_at: (!to.is_empty()).then(|| to.to_owned()),
            ..Task::default()
        };
        let status = JobStatus {
            tasks: vec![
                task("/do/0/checks", "1", "2"),
                task("/do/0/checks/fork/branches/0/one", "1", "2"),
                task("/do/1/gate", "2", "3"),
                task("/do/2/next", "3", ""),
            ],
            acts: vec![act("1", "start"), act("3", "approve")],
            ..JobStatus::default()
        };
        let seen: Vec<String> = events_of(&status, |time| time.parse().ok())
            .into_iter()
            .map(|event| match event.what {
                What::Act { act, .. } => act,
                What::Began { .. } => format!("+{}", event.task_name.unwrap_or_default()),
                _ => format!("-{}", event.task_name.unwrap_or_default()),
            })
            .collect();
        assert_eq!(
            seen,
            ["start", "+checks", "+one", "-one", "-checks", "+gate", "approve", "-gate", "+next"]
        );
    }
}
