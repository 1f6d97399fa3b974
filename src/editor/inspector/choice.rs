//! One of a few as a field: what is chosen is written, the empty choice takes the member away. Where it may be an
//! expression, it can be switched to one.

use canvas::Input;
use flow::Pointer;
use leptos::prelude::*;
use serde_json::{Value, json};

use super::expression::{ExpressionControl, Holds, Look};
use super::frame::{Frame, Toggle};
use super::member::{Holder, fresh_id, remove};
use crate::editor::state::Editor;
use crate::i18n::*;

/// What is written, and what people read.
pub(super) type Choices = Vec<(String, String)>;

/// A member that is one of a few texts.
#[component]
pub(super) fn ChoiceField(
    editor: Editor,
    #[prop(into)] at: Signal<Pointer>,
    #[prop(into)] label: Signal<String>,
    #[prop(into, optional)] help: Option<Signal<String>>,
    choices: Signal<Choices>,
    #[prop(optional)] required: bool,
    /// Whether an expression may stand there too.
    #[prop(optional)]
    expressions: bool,
) -> impl IntoView {
    let holder = use_context::<Holder>();
    let value = Memo::new(move |_| editor.model.value(&at.read()));
    let text = Memo::new(move |_| value.read().as_ref().map(shown).unwrap_or_default());
    let write = Callback::new(move |word: String| {
        let at = at.get_untracked();
        if word.is_empty() && !required {
            remove(editor, &at, holder.as_ref());
        } else {
            editor.send(Input::SetMember { at, value: meant(&word) });
        }
    });
    let choose = Callback::new(move |word: String| {
        write.run(word);
        editor.send(Input::FieldVisitEnded);
    });
    let as_expression = RwSignal::new(text.with_untracked(|text| text.trim_start().starts_with("${")));
    // Undo may bring an expression back, or take it away.
    Effect::new(move |before: Option<()>| {
        let is_expression = text.read().trim_start().starts_with("${");
        if before.is_some() && is_expression && !as_expression.get_untracked() {
            as_expression.set(true);
        }
    });
    let toggle = expressions.then(|| Toggle {
        on: as_expression.into(),
        flip: Callback::new(move |()| {
            let on = !as_expression.get_untracked();
            as_expression.set(on);
            let first = choices.with_untracked(|choices| choices.first().map(|(word, _)| word.clone()));
            choose.run(if on { "${  }".to_owned() } else { first.unwrap_or_default() });
        }),
    });
    let id = fresh_id();
    let control_id = id.clone();
    let control = move || {
        let id = control_id.clone();
        if as_expression.get() {
            let look = Look { code: true, required, ..Look::default() };
            view! { <ExpressionControl editor at id label text=text.into() on_text=write holds=Holds::Either look /> }
                .into_any()
        } else {
            view! { <Choose id value=text choices on_choose=choose disabled=editor.read_only /> }.into_any()
        }
    };
    match toggle {
        Some(toggle) => view! { <Frame editor at id label help required toggle>{control}</Frame> }.into_any(),
        None => view! { <Frame editor at id label help required>{control}</Frame> }.into_any(),
    }
}

/// A choice that decides more than one member: what follows from it is the caller's.
#[component]
pub(super) fn ChoiceOf(
    editor: Editor,
    #[prop(into)] at: Signal<Pointer>,
    #[prop(into)] label: Signal<String>,
    #[prop(into, optional)] help: Option<Signal<String>>,
    #[prop(into)] value: Signal<String>,
    choices: Signal<Choices>,
    on_choose: Callback<String>,
) -> impl IntoView {
    let id = fresh_id();
    let control = id.clone();
    let choose = Callback::new(move |word| {
        on_choose.run(word);
        editor.send(Input::FieldVisitEnded);
    });
    view! {
        <Frame editor at id label help tells=super::frame::Tells::Own>
            <Choose id=control value choices on_choose=choose disabled=editor.read_only />
        </Frame>
    }
}

#[component]
fn Choose(
    id: String,
    #[prop(into)] value: Signal<String>,
    choices: Signal<Choices>,
    on_choose: Callback<String>,
    disabled: Signal<bool>,
) -> impl IntoView {
    let options = move || {
        let now = value.get();
        let mut choices = choices.get();
        if !choices.iter().any(|(word, _)| *word == now) {
            // What is written but not offered is shown as it is.
            choices.push((now.clone(), now.clone()));
        }
        choices
            .into_iter()
            .map(|(word, label)| {
                let selected = word == now;
                view! { <option value=word selected=selected>{label}</option> }
            })
            .collect_view()
    };
    view! {
        <select id=id class="input" disabled=move || disabled.get() prop:value=move || value.get() on:change=move |event| on_choose.run(event_target_value(&event))>
            {options}
        </select>
    }
}

/// Yes, no, or what the language says where nothing is written.
pub(super) fn yes_or_no(i18n: leptos_i18n::I18nContext<Locale>, default: bool) -> Signal<Choices> {
    Signal::derive(move || {
        let yes = t_string!(i18n, editor.form.yes).to_string();
        let no = t_string!(i18n, editor.form.no).to_string();
        let default = if default { yes.clone() } else { no.clone() };
        let default = t_string!(i18n, editor.form.default, value = default);
        vec![(String::new(), default), ("true".to_owned(), yes), ("false".to_owned(), no)]
    })
}

/// Truth values are written as such; no text of a choice is called so.
fn meant(word: &str) -> Value {
    match word {
        "true" => json!(true),
        "false" => json!(false),
        text => json!(text),
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
