//! What correlates events (DSL reference, Correlation): for each name a value of the event, and what it has to be.

use canvas::Input;
use canvas::fields::rows::renamed;
use flow::Pointer;
use leptos::html;
use leptos::prelude::*;
use serde_json::{Value, json};

use super::cards::focus_card;
use super::expression::Holds;
use super::frame::{Tells, Told, words};
use super::member::{Holder, MemberField, Shape, fresh_id, remove};
use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::{Icon, IconView};

#[component]
pub(super) fn CorrelationList(editor: Editor, at: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let holder = use_context::<Holder>();
    let value = Memo::new({
        let at = at.clone();
        move |_| editor.model.value(&at)
    });
    let names = Memo::new(move |_| {
        value
            .read()
            .as_ref()
            .and_then(Value::as_object)
            .map(|all| all.keys().cloned().collect::<Vec<_>>())
            .unwrap_or_default()
    });
    let cards = NodeRef::<html::Ol>::new();
    let add = {
        let at = at.clone();
        move |_| {
            let known = names.get_untracked();
            let name = (1_usize..).map(|number| format!("key{number}")).find(|name| !known.contains(name));
            let at = at.child(&name.unwrap_or_default());
            editor.send(Input::SetMember { at, value: json!({ "from": "${ .id }" }) });
            editor.send(Input::FieldVisitEnded);
            focus_card(cards, known.len(), None);
        }
    };
    let list = at.clone();
    let card = move |name: String| {
        let (own, id) = (list.child(&name), fresh_id());
        let taken = RwSignal::new(false);
        let rename = {
            let (list, name) = (list.clone(), name.clone());
            move |typed: String| {
                let now = renamed(value.get_untracked().as_ref(), &name, typed.trim());
                taken.set(now.is_none());
                if let Some(now) = now.filter(|now| Some(now) != value.get_untracked().as_ref()) {
                    let index = names.with_untracked(|names| names.iter().position(|known| *known == name));
                    editor.send(Input::SetMember { at: list.clone(), value: now });
                    editor.send(Input::FieldVisitEnded);
                    focus_card(cards, index.unwrap_or_default(), None);
                }
            }
        };
        let gone = {
            let (own, holder) = (own.clone(), holder.clone());
            move |_| {
                remove(editor, &own, holder.as_ref());
                editor.send(Input::FieldVisitEnded);
                focus_card(cards, 0, None);
            }
        };
        let label = name.clone();
        let removal = move || t_string!(i18n, editor.form.remove, name = label.clone());
        view! {
            <li class="inputs__card">
                <div class="form__field">
                    <div class="form__label">
                        <label for=id.clone()>{t!(i18n, editor.used.name)}</label>
                        <Show when=move || !editor.read_only.get()>
                            <button type="button" class="button button--icon card__gone" aria-label=removal.clone() title=move || t_string!(i18n, common.action.remove) on:click=gone.clone()>
                                <IconView icon=Icon::Delete />
                            </button>
                        </Show>
                    </div>
                    <input id=id class="input" autocomplete="off" spellcheck="false" disabled=move || editor.read_only.get() aria-invalid=move || taken.get().to_string() prop:value=name on:change=move |event| rename(event_target_value(&event)) />
                    <Show when=move || taken.get()>
                        <p class="form__error" role="alert">{t!(i18n, editor.form.name_taken)}</p>
                    </Show>
                </div>
                <MemberField editor at=own.child("from") label=words!(i18n, editor.events.from) help=words!(i18n, editor.events.from_help) shape=Shape::Code holds=Holds::Expression placeholder="${ .orderId }" required=true />
                <MemberField editor at=own.child("expect") label=words!(i18n, editor.events.expect) help=words!(i18n, editor.events.expect_help) holds=Holds::Either />
                <Told editor at=own tells=Tells::Own />
            </li>
        }
    };
    view! {
        <section class="cards" data-member=at.as_str().to_owned() aria-label=move || t_string!(i18n, editor.events.correlate)>
            <Told editor at=at.clone() tells=Tells::Own />
            <ol node_ref=cards class="cards__list">
                <For each=move || names.get() key=Clone::clone let:name>
                    {card(name)}
                </For>
            </ol>
            <Show when=move || !editor.read_only.get()>
                <div class="cards__add">
                    <button type="button" class="button" on:click=add.clone()>
                        <IconView icon=Icon::Plus />
                        {t!(i18n, editor.events.add_key)}
                    </button>
                </div>
            </Show>
        </section>
    }
}
