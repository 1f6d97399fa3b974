//! The runbook on paper: every step, gate, owner and rollback, to work from when everything is down.

use flow::runbook::{Fact, Step, steps};
use flow::{ChildRole, TaskKind};
use leptos::prelude::*;
use leptos_i18n::I18nContext;

use super::state::Editor;
use crate::i18n::*;
use crate::ui::Paper;
use crate::ui::flow_canvas::kind_label;

#[component]
pub(super) fn PaperSheet(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let (steps, title, summary, version, inputs) = editor.model.read(|session| {
        let document = session.document();
        let head = document.view();
        (
            steps(document),
            head.title.unwrap_or(head.name).to_owned(),
            head.summary.unwrap_or_default().to_owned(),
            format!("{}/{} · {}", head.namespace, head.name, head.version),
            inputs(document.input_schema()),
        )
    });
    let revision = editor.published.read_untracked().as_ref().map(|published| published.revision);
    let unsaved = editor.dirty.get_untracked();
    let digest = editor.model.read(|session| session.document().digest());
    let gates = steps.iter().filter(|step| is_gate(step)).count();
    let count = steps.len();
    view! {
        <Paper label=Signal::derive(move || t_string!(i18n, editor.documents.paper).to_owned()) on_close=Callback::new(move |()| editor.sheet.set(None))>
            <header>
                <h1>{title}</h1>
                <p>{summary}</p>
                <dl class="facts">
                    <dt>{t!(i18n, editor.settings.version)}</dt>
                    <dd>
                        {version}
                        {revision.map(|revision| view! { " · " {t_string!(i18n, editor.revision, revision = revision)} })}
                        {unsaved.then(|| view! { " · " {t!(i18n, editor.unsaved)} })}
                    </dd>
                    <dt>{t!(i18n, editor.paper.digest)}</dt>
                    <dd><code>{digest}</code></dd>
                    <dt>{t!(i18n, editor.paper.steps)}</dt>
                    <dd>{move || t_string!(i18n, editor.paper.count, steps = count, gates = gates)}</dd>
                </dl>
            </header>
            {(!inputs.is_empty()).then(|| view! {
                <section>
                    <h2>{t!(i18n, editor.inputs.title)}</h2>
                    <table class="paper__inputs">
                        <tbody>
                            {inputs.into_iter().map(|(name, about, default)| view! { <tr><th scope="row"><code>{name}</code></th><td>{about}</td><td>{default}</td><td class="paper__blank"></td></tr> }).collect_view()}
                        </tbody>
                    </table>
                </section>
            })}
            <section>
                <h2>{t!(i18n, editor.paper.steps)}</h2>
                <ol class="paper__steps">
                    {steps.into_iter().map(|step| view! { <StepView step /> }).collect_view()}
                </ol>
            </section>
            <footer class="paper__signature">
                <span>{t!(i18n, editor.paper.done_by)}</span>
                <span>{t!(i18n, editor.paper.date)}</span>
            </footer>
        </Paper>
    }
}

#[component]
fn StepView(step: Step) -> impl IntoView {
    let i18n = use_i18n();
    let gate = is_gate(&step);
    let role = step.role;
    let kind = {
        let (function, kind) = (step.function.clone(), step.kind);
        move || function.clone().unwrap_or_else(|| kind_label(i18n, kind))
    };
    let class = match (gate, role) {
        (true, _) => "paper__step paper__step--gate",
        (false, Some(ChildRole::Catch)) => "paper__step paper__step--rollback",
        _ => "paper__step",
    };
    view! {
        <li class=class style=format!("--depth:{}", step.depth.min(8))>
            <span class="paper__box" aria-hidden="true"></span>
            <span class="paper__number">{step.number.clone()}</span>
            <div>
                <strong>{step.name.clone()}</strong>
                " "
                <span class="muted">{kind}</span>
                {(role == Some(ChildRole::Branches)).then(|| view! { <span class="muted">" · " {t!(i18n, editor.paper.parallel)}</span> })}
                {(role == Some(ChildRole::Catch)).then(|| view! { <span class="muted">" · " {t!(i18n, editor.paper.rollback)}</span> })}
                <dl class="paper__facts">
                    {move || step.facts.iter().map(|fact| {
                        let (term, text) = told(i18n, fact);
                        view! { <dt>{term}</dt><dd>{text}</dd> }
                    }).collect_view()}
                    {gate.then(|| view! { <dt>{t!(i18n, editor.paper.decision)}</dt><dd class="paper__blank"></dd> })}
                </dl>
            </div>
        </li>
    }
}

fn is_gate(step: &Step) -> bool {
    step.kind == Some(TaskKind::Call)
        && step.function.as_deref().is_some_and(|call| call.split([':', '@']).next() == Some("manual-gate"))
}

/// A fact in people's words: what it is, and what it says.
fn told(i18n: I18nContext<Locale>, fact: &Fact) -> (String, String) {
    let (term, text) = match fact {
        Fact::Condition(text) => (t_string!(i18n, editor.field.condition), text.clone()),
        Fact::Argument { name, value } | Fact::Sets { name, value } => return (name.clone(), value.clone()),
        Fact::Waits(text) => (t_string!(i18n, editor.field.wait), text.clone()),
        Fact::ForEach { item, list } => (t_string!(i18n, editor.field.each_in), format!("{item} ∈ {list}")),
        Fact::While(text) => (t_string!(i18n, editor.field.each_while), text.clone()),
        Fact::Case { name, when, then } => {
            let when = when.clone().unwrap_or_else(|| t_string!(i18n, editor.paper.otherwise).to_owned());
            return (name.clone(), format!("{when} → {then}"));
        }
        Fact::Raises(text) => (t_string!(i18n, editor.field.raise), text.clone()),
        Fact::Catches(text) if text.is_empty() => {
            (t_string!(i18n, editor.field.catch_errors), t_string!(i18n, editor.paper.every_error).to_owned())
        }
        Fact::Catches(text) => (t_string!(i18n, editor.field.catch_errors), text.clone()),
        Fact::Retries(text) => (t_string!(i18n, editor.field.retry), text.clone()),
        Fact::Timeout(text) => (t_string!(i18n, editor.field.timeout), text.clone()),
        Fact::LeadsTo(text) => (t_string!(i18n, editor.field.then), text.clone()),
        Fact::FirstWins => {
            (t_string!(i18n, editor.kind.fork), t_string!(i18n, editor.badge.compete).to_owned())
        }
        Fact::Note(text) => (t_string!(i18n, editor.paper.note), text.clone()),
    };
    (term.to_owned(), text)
}

/// Name, description and default of each input.
fn inputs(schema: Option<&serde_json::Value>) -> Vec<(String, String, String)> {
    let properties =
        schema.and_then(|schema| schema.get("properties")).and_then(serde_json::Value::as_object);
    let text = |value: Option<&serde_json::Value>| match value {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let one = |(name, schema): (&String, &serde_json::Value)| {
        let about = schema.get("description").or_else(|| schema.get("title"));
        (name.clone(), text(about), text(schema.get("default")))
    };
    properties.into_iter().flatten().map(one).collect()
}
