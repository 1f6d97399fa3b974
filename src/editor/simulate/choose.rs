//! What is chosen for the selected task: what happens, how long it takes, and who sees to it.

use std::collections::HashMap;
use std::sync::Arc;

use canvas::Input;
use flow::Pointer;
use flow::duration::milliseconds;
use flow::simulate::{Control, DURATION};
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use serde_json::Value;

use super::{Choice, Hand, Happening};
use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::schema_form::{DurationControl, DurationForms};
use crate::ui::time::format_duration;

#[component]
pub(super) fn Chooser(
    editor: Editor,
    /// Of what something can be chosen; none while that is not known.
    controls: Signal<Option<Arc<HashMap<Pointer, Control>>>>,
) -> impl IntoView {
    let i18n = use_i18n();
    // Kept while the definition does not run, so that a field does not go while somebody types in it.
    let control = Memo::new(move |before: Option<&Option<(Pointer, Option<Control>)>>| {
        let selected = editor.model.selection.get()?;
        match controls.get() {
            Some(controls) => Some((selected.clone(), controls.get(&selected).copied())),
            None => before.cloned().flatten().filter(|(pointer, _)| *pointer == selected),
        }
    });
    let choices = editor.simulating.choices;
    view! {
        <div class="simulation__choose">
            <h2 class="simulation__title">
                {t!(i18n, editor.simulate.choose)}
                {move || control.get().and_then(|(pointer, _)| pointer.last()).map(|name| view! { <span class="simulation__chosen">{name}</span> })}
            </h2>
            {move || match control.get() {
                None => view! { <p class="muted">{t!(i18n, editor.simulate.select)}</p> }.into_any(),
                Some((_, None)) => view! { <p class="muted">{t!(i18n, editor.simulate.fixed)}</p> }.into_any(),
                Some((task, Some(control))) => view! { <Controls editor task control /> }.into_any(),
            }}
            <Show when=move || !choices.read().is_empty()>
                <button type="button" class="button button--quiet" on:click=move |_| choices.set(Default::default())>
                    {t!(i18n, editor.simulate.reset)}
                </button>
            </Show>
        </div>
    }
}

#[component]
fn Controls(editor: Editor, task: Pointer, control: Control) -> impl IntoView {
    let i18n = use_i18n();
    let choices = editor.simulating.choices;
    let choice = Memo::new({
        let task = task.clone();
        move |_| choices.read().get(&task).cloned().unwrap_or_default()
    });
    let change = Callback::new({
        let task = task.clone();
        move |change: Box<dyn FnOnce(&mut Choice)>| {
            choices.update(|choices| {
                let mut choice = choices.remove(&task).unwrap_or_default();
                change(&mut choice);
                if choice != Choice::default() {
                    choices.insert(task.clone(), choice);
                }
            });
        }
    });
    let metadata = task.child("metadata").child(DURATION);
    let written = Memo::new({
        let metadata = metadata.clone();
        move |_| editor.model.value(&metadata)
    });
    let takes = Signal::derive(move || choice.read().takes.clone());
    let on_takes = Callback::new(move |takes: Option<Value>| {
        change.run(Box::new(move |choice| choice.takes = takes));
    });
    let otherwise = move || match written.read().as_ref().and_then(milliseconds) {
        Some(known) => {
            t_string!(i18n, editor.simulate.takes_written, duration = format_duration(known as f64))
        }
        None => t_string!(i18n, editor.simulate.takes_help).to_string(),
    };
    let keep = move |_| {
        if let Some(value) = choice.get_untracked().takes {
            editor.send(Input::SetMember { at: metadata.clone(), value });
            editor.send(Input::FieldVisitEnded);
            change.run(Box::new(|choice| choice.takes = None));
        }
    };
    let may_keep = move || choice.read().takes.is_some() && !editor.read_only.get();
    let may_fault = move || choice.read().happens != Happening::Usual;
    let happenings = happenings(control);
    let choose = move |event: leptos::ev::Event| {
        let place: usize = event_target_value(&event).parse().unwrap_or_default();
        let happens = happenings.get(place).copied().unwrap_or_default();
        change.run(Box::new(move |choice| choice.happens = happens));
    };
    let hand = move |event: leptos::ev::Event| {
        let hand = match event_target_value(&event).as_str() {
            "retry" => Hand::Retry,
            "skip" => Hand::Skip,
            _ => Hand::None,
        };
        change.run(Box::new(move |choice| choice.hand = hand));
    };
    let options = happenings
        .iter()
        .enumerate()
        .map(|(place, happening)| {
            let happening = *happening;
            view! { <option value=place.to_string() selected=move || choice.read().happens == happening>{move || label(i18n, control, happening)}</option> }
        })
        .collect_view();
    let hand_option = move |value: &'static str,
                            hand: Hand,
                            text: fn(I18nContext<Locale>) -> &'static str| {
        view! { <option value=value selected=move || choice.read().hand == hand>{move || text(i18n)}</option> }
    };
    view! {
        <div class="form__field">
            <div class="form__label"><label for="simulation-happens">{t!(i18n, editor.simulate.happens)}</label></div>
            <select id="simulation-happens" class="input" on:change=choose>{options}</select>
        </div>
        <div class="form__field">
            <div class="form__label"><label for="simulation-takes">{t!(i18n, editor.simulate.takes)}</label></div>
            <DurationControl id="simulation-takes".to_owned() value=takes on_change=on_takes disabled=Signal::stored(false) forms=DurationForms::Known />
            <p class="form__help">{otherwise}</p>
            <Show when=may_keep>
                <button type="button" class="button" on:click=keep.clone()>{t!(i18n, editor.simulate.keep)}</button>
            </Show>
        </div>
        <Show when=may_fault>
            <div class="form__field">
                <div class="form__label"><label for="simulation-hand">{t!(i18n, editor.simulate.hand)}</label></div>
                <select id="simulation-hand" class="input" on:change=hand>
                    {hand_option("none", Hand::None, |i18n| t_string!(i18n, editor.simulate.hand_none))}
                    {hand_option("retry", Hand::Retry, |i18n| t_string!(i18n, editor.simulate.hand_retry))}
                    {hand_option("skip", Hand::Skip, |i18n| t_string!(i18n, editor.simulate.hand_skip))}
                </select>
            </div>
        </Show>
    }
}

fn happenings(control: Control) -> &'static [Happening] {
    match control {
        Control::Call => &[Happening::Usual, Happening::FailsOnce, Happening::Fails, Happening::Silent],
        Control::Gate => &[Happening::Usual, Happening::Rejected, Happening::Silent],
        Control::Event => &[Happening::Usual, Happening::Silent],
    }
}

fn label(i18n: I18nContext<Locale>, control: Control, happening: Happening) -> &'static str {
    match (happening, control) {
        (Happening::Usual, Control::Call) => t_string!(i18n, editor.simulate.usual),
        (Happening::Usual, Control::Gate) => t_string!(i18n, editor.simulate.approved),
        (Happening::Usual, Control::Event) => t_string!(i18n, editor.simulate.comes),
        (Happening::Fails, _) => t_string!(i18n, editor.simulate.fails),
        (Happening::FailsOnce, _) => t_string!(i18n, editor.simulate.fails_once),
        (Happening::Silent, Control::Call) => t_string!(i18n, editor.simulate.silent),
        (Happening::Silent, Control::Gate) => t_string!(i18n, editor.simulate.nobody),
        (Happening::Silent, Control::Event) => t_string!(i18n, editor.simulate.no_event),
        (Happening::Rejected, _) => t_string!(i18n, editor.simulate.rejected),
    }
}
