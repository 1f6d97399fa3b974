//! The cases of a `switch`: asked in order, the first that holds decides where the flow goes on.

use canvas::Input;
use canvas::fields::cases::{self, Case};
use flow::Pointer;
use leptos::html;
use leptos::prelude::*;
use serde_json::Value;

use super::cards::{CardAct, CardActs, focus_card};
use super::expression::Holds;
use super::frame::{Tells, Told, words};
use super::member::{MemberField, Shape, fresh_id};
use super::then::{ThenField, Without};
use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::{Icon, IconView};

#[component]
pub(super) fn CaseList(editor: Editor, task: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let at = task.child("switch");
    let list = Memo::new({
        let at = at.clone();
        move |_| editor.model.value(&at)
    });
    let known = Memo::new(move |_| cases::cases(list.read().as_ref()));
    let count = Memo::new(move |_| known.read().len());
    let has_default = Memo::new(move |_| known.read().iter().any(|case| case.is_default));
    let odd = Memo::new(move |_| list.read().as_ref().is_some_and(|list| !list.is_array()));
    let cards = NodeRef::<html::Ol>::new();
    let write = Callback::new({
        let at = at.clone();
        move |value: Value| {
            editor.send(Input::SetMember { at: at.clone(), value });
            editor.send(Input::FieldVisitEnded);
        }
    });
    let add = move |default: bool| {
        write.run(cases::with_case(list.get_untracked().as_ref(), default));
        let known = known.get_untracked();
        let new = if default { None } else { known.iter().position(|case| case.is_default) };
        focus_card(cards, new.unwrap_or(known.len()).saturating_sub(1), None);
    };
    let told = at.clone();
    let json = at.clone();
    let place = at.as_str().to_owned();
    view! {
        <section class="cards" data-member=place aria-label=move || t_string!(i18n, editor.cases.title)>
            <h3>{t!(i18n, editor.cases.title)}</h3>
            <p class="form__help">{t!(i18n, editor.cases.help)}</p>
            <Told editor at=told tells=Tells::Own />
            <Show when=move || odd.get()>
                <MemberField editor at=json.clone() label=words!(i18n, editor.cases.title) shape=Shape::Json tells=Tells::Nothing />
            </Show>
            <ol node_ref=cards class="cards__list">
                <For each=move || 0..count.get() key=|index| *index let:index>
                    <CaseCard editor task=task.clone() list=at.clone() index known cards write />
                </For>
            </ol>
            <Show when=move || !editor.read_only.get()>
                <div class="cards__add">
                    <button type="button" class="button" on:click=move |_| add(false)>
                        <IconView icon=Icon::Plus />
                        {t!(i18n, editor.cases.add)}
                    </button>
                    <Show when=move || !has_default.get()>
                        <button type="button" class="button" on:click=move |_| add(true)>
                            <IconView icon=Icon::Plus />
                            {t!(i18n, editor.cases.add_default)}
                        </button>
                    </Show>
                </div>
            </Show>
        </section>
    }
}

#[component]
fn CaseCard(
    editor: Editor,
    task: Pointer,
    list: Pointer,
    index: usize,
    known: Memo<Vec<Case>>,
    cards: NodeRef<html::Ol>,
    write: Callback<Value>,
) -> impl IntoView {
    let i18n = use_i18n();
    let case = Memo::new(move |_| {
        known.read().get(index).cloned().unwrap_or(Case { name: String::new(), is_default: false })
    });
    let name = Signal::derive(move || case.read().name.clone());
    let taken = RwSignal::new(false);
    let at = Memo::new({
        let list = list.clone();
        move |_| list.index(index).child(&case.read().name)
    });
    let count = Signal::derive(move || known.read().len());
    let switch = move || editor.model.read(|session| list.get(session.document().root()).cloned());
    let (of_act, of_rename) = (switch.clone(), switch);
    let act = Callback::new(move |act: CardAct| {
        let list = of_act();
        match act {
            CardAct::Earlier | CardAct::Later => {
                let later = act == CardAct::Later;
                if let Some(list) = cases::moved(list.as_ref(), index, later) {
                    write.run(list);
                    focus_card(cards, if later { index + 1 } else { index - 1 }, Some(act));
                }
            }
            CardAct::Remove => {
                write.run(cases::without(list.as_ref(), index));
                focus_card(cards, index.min(known.with_untracked(Vec::len).saturating_sub(1)), Some(act));
            }
        }
    });
    let rename = move |typed: String| {
        let typed = typed.trim().to_owned();
        if typed == name.get_untracked() {
            taken.set(false);
            return;
        }
        let renamed = cases::renamed(of_rename().as_ref(), index, &typed);
        taken.set(renamed.is_none());
        if let Some(list) = renamed {
            write.run(list);
        }
    };
    let id = fresh_id();
    let when = Signal::derive(move || at.read().child("when"));
    let then = Signal::derive(move || at.read().child("then"));
    // Only this decides what is drawn: a field that stays keeps the focus while the case gets another name.
    let is_default = Memo::new(move |_| case.read().is_default);
    let condition = move || {
        if is_default.get() {
            view! { <p class="form__help">{t!(i18n, editor.cases.is_default)}</p> }.into_any()
        } else {
            view! { <MemberField editor at=when label=words!(i18n, editor.cases.when) shape=Shape::Code holds=Holds::Expression placeholder="${ .urgent }" required=true /> }.into_any()
        }
    };
    view! {
        <li
            class="inputs__card"
            data-case=move || name.get()
            data-member=move || at.read().as_str().to_owned()
            on:keydown=move |event| {
                if let Some(key) = CardAct::of_key(&event) {
                    event.prevent_default();
                    act.run(key);
                }
            }
        >
            <div class="form__field">
                <div class="form__label">
                    <label for=id.clone()>{t!(i18n, editor.cases.name)}</label>
                    <CardActs editor index count name on_act=act />
                </div>
                <input id=id class="input" autocomplete="off" spellcheck="false" disabled=move || editor.read_only.get() aria-invalid=move || taken.get().to_string() prop:value=move || name.get() on:change=move |event| rename(event_target_value(&event)) />
                <Show when=move || taken.get()>
                    <p class="form__error" role="alert">{t!(i18n, editor.form.name_taken)}</p>
                </Show>
            </div>
            {condition}
            <ThenField editor task at=then label=words!(i18n, editor.field.then) without=Without::Nothing />
            <Told editor at tells=Tells::Own />
        </li>
    }
}
