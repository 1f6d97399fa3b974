//! What the workflow names once and uses in many places (`use`): lists in which a new name is followed everywhere.

use canvas::Input;
use canvas::fields::policy::{Retry, used_names};
use flow::Pointer;
use flow::edit::{Edit, EditError, Section, plan, uses};
use leptos::html;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use serde_json::{Value, json};

use super::authentication::PolicyFields as SignInFields;
use super::cards::{CardAct, focus_card};
use super::catching::PolicyFields as RetryFields;
use super::duration::DurationField;
use super::frame::{Tells, Told, words};
use super::member::{MemberField, Shape, fresh_id, remove};
use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::{Icon, IconView};

/// All of `use`, each section folded until it is looked at.
#[component]
pub(super) fn UsedSections(editor: Editor) -> impl IntoView {
    Section::ALL.into_iter().map(|section| view! { <UsedSection editor section /> }).collect_view()
}

#[component]
fn UsedSection(editor: Editor, section: Section) -> impl IntoView {
    let i18n = use_i18n();
    let names = Memo::new(move |_| {
        editor.model.revision.track();
        editor.model.read(|session| used_names(session.document().root(), section.key()))
    });
    let cards = NodeRef::<html::Ol>::new();
    let add = move |_| {
        let known = names.get_untracked();
        let name =
            (1_usize..).map(|number| format!("{}{number}", stem(section))).find(|name| !known.contains(name));
        let name = name.unwrap_or_default();
        let (at, value) = match section {
            Section::Secrets => {
                let names: Vec<&String> = known.iter().chain([&name]).collect();
                (section.at(), json!(names))
            }
            _ => (section.at().child(&name), fresh(section)),
        };
        editor.send(Input::SetMember { at, value });
        editor.send(Input::FieldVisitEnded);
        focus_card(cards, known.len(), None);
    };
    view! {
        <details class="details" data-section=section.key() data-member=section.at().as_str().to_owned()>
            <summary>
                {move || title(i18n, section)}
                <Show when=move || !names.read().is_empty()>
                    <span class="details__count">{move || names.read().len()}</span>
                </Show>
            </summary>
            <p class="form__help">{move || help(i18n, section)}</p>
            <Told editor at=section.at() tells=Tells::Own />
            <ol node_ref=cards class="cards__list">
                <For each=move || names.get() key=Clone::clone let:name>
                    <UsedCard editor section name names cards />
                </For>
            </ol>
            <Show when=move || !editor.read_only.get()>
                <button type="button" class="button used__add" on:click=add>
                    <IconView icon=Icon::Plus />
                    {move || add_label(i18n, section)}
                </button>
            </Show>
        </details>
    }
}

#[component]
fn UsedCard(
    editor: Editor,
    section: Section,
    name: String,
    names: Memo<Vec<String>>,
    cards: NodeRef<html::Ol>,
) -> impl IntoView {
    let i18n = use_i18n();
    let id = fresh_id();
    let at = match section {
        Section::Secrets => {
            let index = names.with_untracked(|names| names.iter().position(|known| *known == name));
            section.at().index(index.unwrap_or_default())
        }
        _ => section.at().child(&name),
    };
    let refused = RwSignal::new(false);
    let place = StoredValue::new(name.clone());
    let index = move || {
        names.with_untracked(|names| place.with_value(|name| names.iter().position(|known| known == name)))
    };
    let rename = {
        let name = name.clone();
        move |typed: String| {
            let to = typed.trim().to_owned();
            let edit = Edit::RenameUsed { section, from: name.clone(), to };
            let planned = editor.model.read(|session| plan(session.document(), &edit));
            refused.set(matches!(planned, Err(EditError::NameTaken { .. } | EditError::EmptyName)));
            if planned.is_ok_and(|diff| !diff.is_empty()) {
                let index = index();
                editor.send(Input::Edit { edit });
                // The card is drawn anew under its new name.
                if let Some(index) = index {
                    focus_card(cards, index, None);
                }
            }
        }
    };
    let count = Memo::new({
        let name = name.clone();
        move |_| {
            editor.model.revision.track();
            editor.model.read(|session| uses(session.document().root(), section, &name).len())
        }
    });
    let gone = {
        let name = name.clone();
        move |_| {
            let index = index().unwrap_or_default();
            match section {
                Section::Secrets => {
                    let left: Vec<String> = names.with_untracked(|names| {
                        names.iter().filter(|known| **known != name).cloned().collect()
                    });
                    if left.is_empty() {
                        remove(editor, &section.at(), None);
                    } else {
                        editor.send(Input::SetMember { at: section.at(), value: json!(left) });
                    }
                }
                _ => remove(editor, &section.at().child(&name), None),
            }
            editor.send(Input::FieldVisitEnded);
            focus_card(cards, index.saturating_sub(1), Some(CardAct::Remove));
        }
    };
    let label = name.clone();
    let removal = move || t_string!(i18n, editor.form.remove, name = label.clone());
    let shown = name.clone();
    let place_of_card = at.as_str().to_owned();
    view! {
        <li class="inputs__card" data-used=name data-member=place_of_card>
            <div class="form__field">
                <div class="form__label">
                    <label for=id.clone()>{t!(i18n, editor.used.name)}</label>
                    <span class="muted used__count">{move || t_string!(i18n, editor.used.count, count = count.get())}</span>
                    <Show when=move || !editor.read_only.get()>
                        <button type="button" class="button button--icon" data-act="remove" aria-label=removal.clone() title=move || t_string!(i18n, common.action.remove) on:click=gone.clone()>
                            <IconView icon=Icon::Delete />
                        </button>
                    </Show>
                </div>
                <input id=id class="input" autocomplete="off" spellcheck="false" disabled=move || editor.read_only.get() aria-invalid=move || refused.get().to_string() prop:value=shown on:change=move |event| rename(event_target_value(&event)) />
                <Show when=move || refused.get()>
                    <p class="form__error" role="alert">{t!(i18n, editor.form.name_taken)}</p>
                </Show>
            </div>
            <UsedFields editor section at />
        </li>
    }
}

/// What stands under the name.
#[component]
fn UsedFields(editor: Editor, section: Section, at: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    match section {
        Section::Secrets => view! { <Told editor at /> }.into_any(),
        Section::Retries => view! { <RetryFields editor at /> }.into_any(),
        Section::Timeouts => view! {
            <DurationField editor at=at.child("after") label=words!(i18n, editor.used.after) required=true />
            <Told editor at tells=Tells::Own />
        }
        .into_any(),
        Section::Errors => view! {
            <MemberField editor at=at.child("type") label=words!(i18n, editor.catching.kind) placeholder="https://" required=true />
            <MemberField editor at=at.child("status") label=words!(i18n, editor.catching.status) shape=Shape::Number placeholder="503" required=true />
            <MemberField editor at=at.child("title") label=words!(i18n, editor.catching.error_title) />
            <MemberField editor at=at.child("detail") label=words!(i18n, editor.catching.detail) />
            <Told editor at tells=Tells::Own />
        }
        .into_any(),
        Section::Authentications => {
            let policy = at.clone();
            let write = Callback::new(move |value: Option<Value>| {
                editor.send(Input::SetMember { at: policy.clone(), value: value.unwrap_or_else(|| json!({})) });
            });
            view! { <SignInFields editor at write shared=true /> }.into_any()
        }
        Section::Functions => {
            let called = editor.model.read(|session| at.child("call").get(session.document().root()).is_some());
            if called {
                let functions = Signal::derive(move || {
                    let plugins = editor.plugins.read();
                    std::iter::once("http".to_owned()).chain(plugins.iter().map(|plugin| plugin.call.clone())).collect()
                });
                view! {
                    <MemberField editor at=at.child("call") label=words!(i18n, editor.kind.call) choices=functions required=true />
                    <MemberField editor at=at.child("with") label=words!(i18n, editor.inspector.with) shape=Shape::Json />
                    <Told editor at tells=Tells::Own />
                }
                .into_any()
            } else {
                view! { <MemberField editor at label=words!(i18n, editor.inspector.json) shape=Shape::Json required=true /> }
                    .into_any()
            }
        }
    }
}

/// What a new name begins with.
const fn stem(section: Section) -> &'static str {
    match section {
        Section::Secrets => "secret",
        Section::Retries => "retry",
        Section::Timeouts => "timeout",
        Section::Errors => "error",
        Section::Authentications => "authentication",
        Section::Functions => "function",
    }
}

fn fresh(section: Section) -> Value {
    match section {
        Section::Secrets => json!([]),
        Section::Retries => Retry::Inline.policy(None).unwrap_or_default(),
        Section::Timeouts => json!({ "after": { "minutes": 5 } }),
        Section::Errors => {
            json!({ "type": "https://serverlessworkflow.io/spec/1.0.0/errors/runtime", "status": 500 })
        }
        Section::Authentications => json!({ "bearer": { "token": "" } }),
        Section::Functions => {
            json!({ "call": "http", "with": { "method": "get", "endpoint": "https://example.com" } })
        }
    }
}

fn title(i18n: I18nContext<Locale>, section: Section) -> String {
    match section {
        Section::Secrets => t_string!(i18n, editor.used.secrets).to_string(),
        Section::Retries => t_string!(i18n, editor.used.retries).to_string(),
        Section::Timeouts => t_string!(i18n, editor.used.timeouts).to_string(),
        Section::Errors => t_string!(i18n, editor.used.errors).to_string(),
        Section::Authentications => t_string!(i18n, editor.used.authentications).to_string(),
        Section::Functions => t_string!(i18n, editor.used.functions).to_string(),
    }
}

fn help(i18n: I18nContext<Locale>, section: Section) -> String {
    match section {
        Section::Secrets => t_string!(i18n, editor.used.secrets_help).to_string(),
        Section::Retries => t_string!(i18n, editor.used.retries_help).to_string(),
        Section::Timeouts => t_string!(i18n, editor.used.timeouts_help).to_string(),
        Section::Errors => t_string!(i18n, editor.used.errors_help).to_string(),
        Section::Authentications => t_string!(i18n, editor.used.authentications_help).to_string(),
        Section::Functions => t_string!(i18n, editor.used.functions_help).to_string(),
    }
}

fn add_label(i18n: I18nContext<Locale>, section: Section) -> String {
    match section {
        Section::Secrets => t_string!(i18n, editor.used.add_secret).to_string(),
        Section::Retries => t_string!(i18n, editor.used.add_retry).to_string(),
        Section::Timeouts => t_string!(i18n, editor.used.add_timeout).to_string(),
        Section::Errors => t_string!(i18n, editor.used.add_error).to_string(),
        Section::Authentications => t_string!(i18n, editor.used.add_authentication).to_string(),
        Section::Functions => t_string!(i18n, editor.used.add_function).to_string(),
    }
}
