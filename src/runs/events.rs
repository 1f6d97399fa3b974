//! What happened, in one order: what people did, and when tasks began and ended.

use leptos::prelude::*;
use leptos_i18n::I18nContext;
use wire::{JobStatus, Status};

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
    let mut events: Vec<RunEvent> = Vec::new();
    for task in &status.tasks {
        let event = |at: &Option<String>, what| {
            let at = at.clone()?;
            Some(RunEvent {
                at,
                task_id: Some(task.task_id.clone()),
                task_name: Some(task.name.clone()),
                what,
            })
        };
        events.extend(event(&task.started_at, What::Began { attempt: task.attempt }));
        events.extend(event(&task.ended_at, What::Ended { status: task.status.clone() }));
    }
    events.extend(status.acts.iter().map(|act| RunEvent {
        at: act.at.clone(),
        task_id: act.task_id.clone(),
        task_name: act.task_name.clone(),
        what: What::Act { by: act.by.clone(), act: act.act.clone(), comment: act.comment.clone() },
    }));
    events.extend(status.job.ended_at.clone().map(|at| RunEvent {
        at,
        task_id: None,
        task_name: None,
        what: What::JobEnded { status: status.job.status.clone() },
    }));
    let key = |event: &RunEvent| {
        // What follows from an act comes after it, although both happen in the same millisecond.
        let rank = match event.what {
            What::Act { .. } => 0,
            What::Began { .. } | What::Ended { .. } => 1,
            What::JobEnded { .. } => 2,
        };
        (moment(&event.at).unwrap_or(f64::MIN), rank)
    };
    events.sort_by(|left, right| key(left).partial_cmp(&key(right)).unwrap_or(std::cmp::Ordering::Equal));
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::Task;
    use wire::job::Act;

    #[test]
    fn acts_and_task_times_stand_in_one_order() {
        let act = |at: &str, act: &str| Act {
            at: at.to_owned(),
            by: "alice".to_owned(),
            act: act.to_owned(),
            ..Act::default()
        };
        let task = |name: &str, from: &str, to: &str| Task {
            name: name.to_owned(),
            started_at: Some(from.to_owned()),
            ended_at: (!to.is_empty()).then(|| to.to_owned()),
            ..Task::default()
        };
        let status = JobStatus {
            tasks: vec![task("gate", "1", "3"), task("next", "3", "")],
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
        assert_eq!(seen, ["start", "+gate", "approve", "-gate", "+next"]);
    }
}
