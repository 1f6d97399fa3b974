//! Events: what an `emit` sends, and what a `listen` waits for.

use canvas::Input;
use canvas::fields::cases::{moved, without};
use canvas::fields::process::{Events, new_filter};
use flow::Pointer;
use leptos::html;
use leptos::prelude::*;
use serde_json::Value;

use super::cards::{CardAct, CardActs, focus_card};
use super::choice::{ChoiceField, ChoiceOf, Choices};
use super::correlation::CorrelationList;
use super::expression::Holds;
use super::frame::{Tells, Told, words};
use super::member::{Holder, MemberField, Shape};
use super::rows::RowsField;
use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::{Icon, IconView};

#[component]
pub(super) fn EmitFields(editor: Editor, task: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let with = task.child("emit").child("event").child("with");
    provide_context(Holder(with.clone()));
    view! {
        <MemberField editor at=with.child("type") label=words!(i18n, editor.events.kind) holds=Holds::Either placeholder="com.example.site.failed" required=true />
        <MemberField editor at=with.child("source") label=words!(i18n, editor.events.source) holds=Holds::Either placeholder="https://mas.example" />
        <MemberField editor at=with.child("subject") label=words!(i18n, editor.events.subject) holds=Holds::Either />
        <MemberField editor at=with.child("data") label=words!(i18n, editor.events.data) shape=Shape::TextOrJson holds=Holds::Either placeholder="${ . }" />
        <RowsField editor at=with.clone() label=words!(i18n, editor.events.others) hidden=&["type", "source", "subject", "data"] placeholder="datacontenttype" />
        <Told editor at=with tells=Tells::Own />
    }
}

#[component]
pub(super) fn ListenFields(editor: Editor, task: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let at = task.child("listen");
    provide_context(Holder(at.clone()));
    let reads = Signal::derive(move || {
        let label = t_string!(i18n, editor.events.read_data).to_string();
        vec![
            (String::new(), t_string!(i18n, editor.form.default, value = label.clone())),
            ("data".to_owned(), label),
            ("envelope".to_owned(), t_string!(i18n, editor.events.read_envelope).to_string()),
            ("raw".to_owned(), t_string!(i18n, editor.events.read_raw).to_string()),
        ]
    });
    view! {
        <EventsFields editor to=at.child("to") />
        <ChoiceField editor at=at.child("read") label=words!(i18n, editor.events.read) choices=reads />
    }
}

/// Which events are waited for, and for how many of them.
#[component]
pub(super) fn EventsFields(editor: Editor, to: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let value = Memo::new({
        let to = to.clone();
        move |_| editor.model.value(&to)
    });
    let events = Memo::new(move |_| Events::of(value.read().as_ref()));
    let word = Signal::derive(move || events.get().map_or("", Events::word).to_owned());
    let choices = Signal::derive(move || {
        let label = |events: Events| match events {
            Events::One => t_string!(i18n, editor.events.one).to_string(),
            Events::Any => t_string!(i18n, editor.events.any).to_string(),
            Events::All => t_string!(i18n, editor.events.all).to_string(),
        };
        Events::ALL.into_iter().map(|events| (events.word().to_owned(), label(events))).collect::<Choices>()
    });
    let write = Callback::new({
        let to = to.clone();
        move |value: Value| {
            editor.send(Input::SetMember { at: to.clone(), value });
            editor.send(Input::FieldVisitEnded);
        }
    });
    let choose = Callback::new(move |word: String| {
        let Some(events) = Events::of_word(&word) else { return };
        let before = value.get_untracked();
        write.run(events.to(Events::filters(before.as_ref()), before.as_ref()));
    });
    let place = to.clone();
    let fields = move || {
        match events.get() {
        Some(Events::One) => view! { <FilterFields editor at=Signal::stored(place.child("one")) /> }.into_any(),
        Some(events) => view! { <FilterList editor to=place.clone() events value write /> }.into_any(),
        None => view! { <MemberField editor at=place.clone() label=words!(i18n, editor.events.filters) shape=Shape::Json required=true /> }.into_any(),
    }
    };
    view! {
        <ChoiceOf editor at=to label=words!(i18n, editor.events.waits_for) value=word choices on_choose=choose />
        {fields}
    }
}

#[component]
fn FilterList(
    editor: Editor,
    to: Pointer,
    events: Events,
    value: Memo<Option<Value>>,
    write: Callback<Value>,
) -> impl IntoView {
    let i18n = use_i18n();
    let cards = NodeRef::<html::Ol>::new();
    let list = to.child(events.word());
    let filters = Memo::new(move |_| Events::filters(value.read().as_ref()));
    let count = Memo::new(move |_| filters.read().len());
    let write = Callback::new(move |filters: Value| {
        let filters = filters.as_array().cloned().unwrap_or_default();
        write.run(events.to(filters, value.get_untracked().as_ref()));
    });
    let add = move |_| {
        let mut now = filters.get_untracked();
        now.push(new_filter());
        let index = now.len() - 1;
        write.run(Value::Array(now));
        focus_card(cards, index, None);
    };
    let card = {
        let list = list.clone();
        move |index: usize| {
            let name = Signal::derive(move || t_string!(i18n, editor.events.filter, number = index + 1));
            let act = Callback::new(move |act: CardAct| {
                let now = Value::Array(filters.get_untracked());
                let (now, next) = match act {
                    CardAct::Earlier => (moved(Some(&now), index, false), index.saturating_sub(1)),
                    CardAct::Later => (moved(Some(&now), index, true), index + 1),
                    CardAct::Remove => {
                        let last = filters.with_untracked(Vec::len).saturating_sub(2);
                        (Some(without(Some(&now), index)), index.min(last))
                    }
                };
                if let Some(now) = now {
                    write.run(now);
                    focus_card(cards, next, Some(act));
                }
            });
            let at = Signal::stored(list.index(index));
            view! {
                <li class="inputs__card" on:keydown=move |event| {
                    if let Some(key) = CardAct::of_key(&event) {
                        event.prevent_default();
                        act.run(key);
                    }
                }>
                    <div class="form__label">
                        <span>{move || name.get()}</span>
                        <CardActs editor index count=count.into() name on_act=act />
                    </div>
                    <FilterFields editor at />
                </li>
            }
        }
    };
    let until = to.child("until");
    view! {
        <section class="cards" aria-label=move || t_string!(i18n, editor.events.filters)>
            <Told editor at=list tells=Tells::Own />
            <ol node_ref=cards class="cards__list">
                <For each=move || 0..count.get() key=|index| *index let:index>
                    {card(index)}
                </For>
            </ol>
            <Show when=move || !editor.read_only.get()>
                <div class="cards__add">
                    <button type="button" class="button" on:click=add>
                        <IconView icon=Icon::Plus />
                        {t!(i18n, editor.events.add)}
                    </button>
                </div>
            </Show>
        </section>
        {(events == Events::Any).then(|| view! { <MemberField editor at=until label=words!(i18n, editor.events.until) help=words!(i18n, editor.events.until_help) shape=Shape::TextOrJson holds=Holds::Expression placeholder="${ . | length > 2 }" /> })}
    }
}

/// One filter: the type that most are told by, the other attributes, and what correlates.
#[component]
fn FilterFields(editor: Editor, at: Signal<Pointer>) -> impl IntoView {
    let i18n = use_i18n();
    let at = at.get_untracked();
    provide_context(Holder(at.clone()));
    let with = at.child("with");
    view! {
        <MemberField editor at=with.child("type") label=words!(i18n, editor.events.kind) placeholder="com.example.site.failed" />
        <RowsField editor at=with label=words!(i18n, editor.events.attributes) help=words!(i18n, editor.events.attributes_help) hidden=&["type"] placeholder="source" />
        <details class="details">
            <summary>{t!(i18n, editor.events.correlate)}</summary>
            <CorrelationList editor at=at.child("correlate") />
        </details>
        <Told editor at tells=Tells::Own />
    }
}
