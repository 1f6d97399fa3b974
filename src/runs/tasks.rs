//! The tasks as a list: the same as the canvas, for small screens, for reading, and for those who do not see it.

use std::collections::HashMap;

use leptos::prelude::*;

use super::acts::TaskActs;
use super::model::{TaskRow, task_rows};
use super::run::Run;
use crate::i18n::*;
use crate::ui::{Duration, StatusBadge, Time};

#[component]
pub(super) fn TaskTable(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let rows = Memo::new(move |_| {
        let document = run.document.read();
        run.with(|status| task_rows(document.as_deref(), status)).unwrap_or_default()
    });
    let keys = Memo::new(move |_| rows.read().iter().map(key_of).collect::<Vec<_>>());
    let by_key = Memo::new(move |_| {
        rows.read().iter().map(|row| (key_of(row), row.clone())).collect::<HashMap<_, _>>()
    });
    let omitted = Memo::new(move |_| run.with(|status| status.tasks_omitted).unwrap_or_default());
    view! {
        <div class="run__tasks">
            {move || {
                let number = omitted.get();
                (number > 0).then(|| view! { <p class="muted">{t_string!(i18n, runs.tasks_omitted, number = number)}</p> })
            }}
            <table class="table table--cards">
                <thead>
                    <tr>
                        <th scope="col">{t!(i18n, runs.column.task)}</th>
                        <th scope="col">{t!(i18n, runs.column.status)}</th>
                        <th scope="col">{t!(i18n, runs.column.started)}</th>
                        <th scope="col">{t!(i18n, runs.column.duration)}</th>
                        <th scope="col"><span class="visually-hidden">{t!(i18n, runs.column.acts)}</span></th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || keys.get() key=Clone::clone let:key>
                        {
                            let row = Memo::new(move |before: Option<&TaskRow>| {
                                by_key.read().get(&key).or(before).cloned().unwrap_or_else(empty_row)
                            });
                            view! { <Row run row /> }
                        }
                    </For>
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(run: Run, row: Memo<TaskRow>) -> impl IntoView {
    let i18n = use_i18n();
    // What names a row does not change while it lives; its state does.
    let now = row.get_untracked();
    let id = Memo::new(move |_| row.read().task_id.clone());
    let is_selected = {
        let pointer = now.pointer.clone();
        Memo::new(move |_| {
            run.selected.read().as_ref().is_some_and(|selected| match (&selected.task_id, &*id.read()) {
                (Some(selected), Some(id)) => selected == id,
                (None, None) => selected.pointer == pointer,
                _ => false,
            })
        })
    };
    let select =
        move |_| run.select(Some(id.get_untracked().unwrap_or_else(|| row.read_untracked().pointer.clone())));
    let status = Memo::new(move |_| row.read().status.clone());
    let attempt = Memo::new(move |_| row.read().attempt);
    let what = now.plugin.clone().unwrap_or_else(|| now.kind.clone());
    let indent = format!("--depth: {}", now.depth.min(12));
    let (name, pointer) = (now.name.clone(), now.pointer.clone());
    view! {
        <tr data-pointer=now.pointer data-status=move || status.read().as_str().to_owned() aria-current=move || is_selected.get().then_some("true") on:click=select>
            <td class="table__main run__task" style=indent>
                <button type="button" class="link table__title">{now.name}</button>
                <span class="muted table__sub">
                    " " {what}
                    {move || row.read().instance.map(|(at, of)| format!(" · {at}/{of}"))}
                    {move || (attempt.get() > 1).then(|| format!(" · {}", t_string!(i18n, runs.attempt_number, number = attempt.get())))}
                </span>
            </td>
            <td>
                {move || if row.read().not_taken {
                    view! { <span class="chip">{t!(i18n, runs.not_taken)}</span> }.into_any()
                } else {
                    view! { <StatusBadge status /> }.into_any()
                }}
            </td>
            <td>{move || (!row.read().started_at.is_empty()).then(|| view! { <Time at=Signal::stored(row.read().started_at.clone()) /> })}</td>
            <td>
                {move || {
                    let (from, to) = (row.read().started_at.clone(), row.read().ended_at.clone());
                    (!from.is_empty()).then(|| view! { <Duration from=Signal::stored(from) to=Signal::stored(to) /> })
                }}
            </td>
            // The acts of a row are not a choice of the row.
            <td class="table__actions" on:click=|event| event.stop_propagation()>
                {move || id.get().map(|id| view! { <TaskActs run task_id=id name=name.clone() pointer=pointer.clone() status=status.get() /> })}
            </td>
        </tr>
    }
}

/// Stays when a task that was pending begins to run, and when a loop makes a second instance.
fn key_of(row: &TaskRow) -> String {
    format!("{}#{}", row.pointer, row.instance.map_or(1, |(at, _)| at))
}

/// For the moment between a row's end and that of its view.
fn empty_row() -> TaskRow {
    TaskRow {
        pointer: String::new(),
        name: String::new(),
        kind: String::new(),
        plugin: None,
        depth: 0,
        task_id: None,
        status: wire::Status::Pending,
        not_taken: false,
        attempt: 0,
        started_at: String::new(),
        ended_at: String::new(),
        instance: None,
    }
}
