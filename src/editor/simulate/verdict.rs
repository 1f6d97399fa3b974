//! What the simulation came to: how long, whether that is fast enough, and what to know before relying on it.

use std::sync::Arc;

use canvas::Input;
use flow::simulate::{Outcome, Simulation, SpanKind, TARGET};
use flow::{Pointer, Problem};
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use serde_json::Value;

use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::schema_form::{DurationControl, DurationForms};
use crate::ui::time::format_duration;
use crate::ui::{Icon, IconView};

#[component]
pub(super) fn Verdict(editor: Editor, simulation: Arc<Simulation>) -> impl IntoView {
    let i18n = use_i18n();
    let total = format_duration(simulation.total as f64);
    let outcome = simulation.outcome.clone();
    let heading = move || match &outcome {
        Outcome::Completed => t_string!(i18n, editor.simulate.completes),
        Outcome::Faulted { .. } => t_string!(i18n, editor.simulate.faulted),
        Outcome::Waiting { .. } => t_string!(i18n, editor.simulate.waits),
        Outcome::Unending { .. } => t_string!(i18n, editor.simulate.unending),
    };
    let reason = match &simulation.outcome {
        Outcome::Faulted { tasks, error } => {
            let error = error
                .as_ref()
                .map(|error| format!("{} ({})", error.title.as_deref().unwrap_or(&error.kind), error.status));
            Some((tasks.first().cloned(), error.unwrap_or_default()))
        }
        Outcome::Waiting { tasks } => Some((tasks.first().cloned(), String::new())),
        Outcome::Completed | Outcome::Unending { .. } => None,
    };
    let reason = reason.map(|(task, error)| view! { <Reason editor task error /> });
    let (passed, is_completed) = (simulation.passes(), simulation.outcome == Outcome::Completed);
    let target = simulation.target.map(|target| {
        let difference = format_duration((target.limit - simulation.total).abs() as f64);
        let text = move || match (target.is_met, is_completed) {
            (true, _) => t_string!(i18n, editor.simulate.met, spare = difference.clone()),
            (false, true) => t_string!(i18n, editor.simulate.missed, over = difference.clone()),
            (false, false) => t_string!(i18n, editor.simulate.not_reached).to_string(),
        };
        let class = if target.is_met { "badge badge--completed" } else { "badge badge--faulted" };
        let icon = if target.is_met { Icon::Check } else { Icon::Alert };
        view! { <p class=class role="status"><IconView icon /> {text}</p> }
    });
    let shares = simulation.shares.clone();
    let path = move || {
        let parts = shares
            .iter()
            .map(|(kind, time)| format!("{} {}", kind_label(i18n, *kind), format_duration(*time as f64)));
        parts.collect::<Vec<_>>().join(" · ")
    };
    let assumed = (simulation.assumed > 0).then(|| {
        let time = format_duration(simulation.assumed as f64);
        view! { <p class="simulation__assumed">{move || t_string!(i18n, editor.simulate.assumed, time = time.clone())}</p> }
    });
    view! {
        <div class="simulation__sum" class:simulation__sum--bad=!is_completed || !passed>
            <p class="simulation__heading">{heading}</p>
            <p class="simulation__total">{total}</p>
            {target}
            {reason}
        </div>
        <Show when=move || is_completed || !passed>
            <p class="simulation__path"><strong>{t!(i18n, editor.simulate.path)}</strong> " " {path.clone()}</p>
        </Show>
        {assumed}
        <Target editor />
        <Remarks editor problems=simulation.remarks.clone() />
    }
}

/// The task at which it ended, and why.
#[component]
fn Reason(editor: Editor, task: Option<Pointer>, error: String) -> impl IntoView {
    let name = task.as_ref().and_then(Pointer::last);
    let go = move |_| {
        if let Some(task) = &task {
            editor.send(Input::Select { pointer: Some(task.clone()) });
        }
    };
    view! {
        <p class="simulation__reason">
            {name.map(|name| view! { <button type="button" class="link" on:click=go>{name}</button> })}
            " " {error}
        </p>
    }
}

/// Why the definition does not run.
#[component]
pub(super) fn Refused(editor: Editor, problems: Vec<Problem>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <p class="simulation__heading">{t!(i18n, editor.simulate.refused)}</p>
        <ProblemList editor problems />
    }
}

#[component]
fn Remarks(editor: Editor, problems: Vec<Problem>) -> impl IntoView {
    let i18n = use_i18n();
    let count = problems.len();
    (count > 0).then(|| {
        view! {
            <details class="details">
                <summary>{move || t_string!(i18n, editor.simulate.remarks, count = count)}</summary>
                <ProblemList editor problems />
            </details>
        }
    })
}

#[component]
fn ProblemList(editor: Editor, problems: Vec<Problem>) -> impl IntoView {
    let lines = problems.into_iter().take(20).map(|problem| {
        let pointer = problem.pointer.clone();
        let text = move || editor.message(&problem);
        if pointer.is_root() {
            return view! { <li>{text}</li> }.into_any();
        }
        view! { <li><button type="button" class="link" on:click=move |_| editor.go_to(pointer.clone())>{text}</button></li> }
            .into_any()
    });
    view! { <ul class="simulation__remarks">{lines.collect_view()}</ul> }
}

/// `mas.rto` of the definition.
#[component]
fn Target(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let metadata = Pointer::root().child("document").child("metadata");
    let at = metadata.child(TARGET);
    let value = Memo::new({
        let at = at.clone();
        move |_| editor.model.value(&at)
    });
    let on_change = Callback::new(move |value: Option<Value>| {
        let input = match value {
            Some(value) => Input::SetMember { at: at.clone(), value },
            // Metadata with nothing else in it goes along.
            None => {
                let is_last = editor
                    .model
                    .value(&metadata)
                    .is_some_and(|metadata| metadata.as_object().is_some_and(|members| members.len() == 1));
                Input::RemoveMember { at: if is_last { metadata.clone() } else { at.clone() } }
            }
        };
        editor.send(input);
    });
    view! {
        <div class="form__field simulation__target" on:focusout=move |_| editor.send(Input::FieldVisitEnded)>
            <div class="form__label"><label for="simulation-target">{t!(i18n, editor.simulate.target)}</label></div>
            <DurationControl id="simulation-target".to_owned() value on_change disabled=editor.read_only forms=DurationForms::Known />
            <p class="form__help">{t!(i18n, editor.simulate.target_help)}</p>
        </div>
    }
}

pub(super) fn kind_label(i18n: I18nContext<Locale>, kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Work => t_string!(i18n, editor.simulate.span.work),
        SpanKind::People => t_string!(i18n, editor.simulate.span.people),
        SpanKind::Time => t_string!(i18n, editor.simulate.span.time),
        SpanKind::Event => t_string!(i18n, editor.simulate.span.event),
        SpanKind::Retry => t_string!(i18n, editor.simulate.span.retry),
    }
}
