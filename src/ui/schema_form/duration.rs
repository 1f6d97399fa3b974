//! A duration as a small control: an amount beside its unit, ISO 8601, or an expression. How it was written is kept
//! until another way is chosen.

use std::sync::Arc;

use canvas::fields::duration::{Form, Unit, Written, convert, form_typed, read, show};
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use serde_json::{Value, json};

use crate::i18n::*;

/// The ways of writing that the place allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DurationForms {
    /// All that the language has.
    #[default]
    Every,
    /// A text: ISO 8601 or an expression.
    Text,
    /// Whatever is known before a run: no expression.
    Known,
}

impl DurationForms {
    fn offered(self) -> Vec<Form> {
        match self {
            Self::Every => Form::ALL.to_vec(),
            Self::Text => vec![Form::Iso, Form::Expression],
            Self::Known => Form::ALL.into_iter().filter(|form| *form != Form::Expression).collect(),
        }
    }

    const fn first(self) -> Form {
        match self {
            Self::Every => Form::Unit(Unit::Seconds),
            Self::Known => Form::Unit(Unit::Minutes),
            Self::Text => Form::Iso,
        }
    }
}

/// Draws the field that a duration is typed into, where an expression may stand in it too.
pub type DurationSlot = Arc<dyn Fn(DurationText) -> AnyView + Send + Sync>;

/// The text of a duration.
#[derive(Clone)]
pub struct DurationText {
    /// The id that the control has to have, for its label.
    pub id: String,
    pub text: Signal<String>,
    pub on_text: Callback<String>,
    pub invalid: Signal<bool>,
    pub placeholder: Signal<String>,
}

#[component]
pub fn DurationControl(
    id: String,
    #[prop(into)] value: Signal<Option<Value>>,
    /// Gets nothing where the field was emptied.
    on_change: Callback<Option<Value>>,
    #[prop(into)] disabled: Signal<bool>,
    #[prop(optional)] forms: DurationForms,
    #[prop(optional, into)] placeholder: String,
    /// Draws the field, so that expressions are completed in it.
    #[prop(optional_no_strip)]
    expression: Option<DurationSlot>,
) -> impl IntoView {
    let i18n = use_i18n();
    let written = move || value.read().as_ref().filter(|value| **value != json!("")).cloned();
    let shown = move |value: Option<&Value>| {
        show(value).unwrap_or_else(|| Written { form: forms.first(), text: String::new() })
    };
    let start = untrack(|| shown(written().as_ref()));
    let form = RwSignal::new(start.form);
    let text = RwSignal::new(start.text);
    let wrong = RwSignal::new(false);
    // What comes from elsewhere (undo, the source) replaces what is shown; what was typed here stays.
    Effect::new(move |before: Option<Option<Value>>| {
        let now = written();
        let typed = text.with_untracked(|text| read(form.get_untracked(), text));
        if before.as_ref().is_some_and(|before| *before != now) && typed.as_ref() != Ok(&now) {
            wrong.set(false);
            match now.as_ref() {
                Some(now) => {
                    let shown = shown(Some(now));
                    form.set(shown.form);
                    text.set(shown.text);
                }
                None => text.set(String::new()),
            }
        }
        now
    });
    let write = move |form: Form, text: &str| match read(form, text) {
        Ok(value) => {
            wrong.set(false);
            on_change.run(value);
        }
        Err(_) => wrong.set(true),
    };
    let typed = move |now: String| {
        let typed_in = form_typed(form.get_untracked(), &now);
        let typed_in = if forms.offered().contains(&typed_in) { typed_in } else { form.get_untracked() };
        text.set(now.clone());
        if typed_in != form.get_untracked() {
            form.set(typed_in);
        }
        write(typed_in, &now);
    };
    let choose = move |word: String| {
        let Some(to) = Form::of_word(&word) else { return };
        let now = convert(form.get_untracked(), &text.read_untracked(), to);
        form.set(to);
        text.set(now.clone());
        // Until there is a length again, what is written stays.
        if now.is_empty() {
            wrong.set(false);
        } else {
            write(to, &now);
        }
    };
    let hint = move || match form.get() {
        _ if !placeholder.is_empty() => placeholder.clone(),
        Form::Unit(_) => "30".to_owned(),
        Form::Several => "1 min 30 s".to_owned(),
        Form::Iso => "PT1M30S".to_owned(),
        Form::Expression => "${ .pause }".to_owned(),
    };
    let options = forms
        .offered()
        .into_iter()
        .map(|one| {
            view! { <option value=one.word() selected=move || form.get() == one>{move || label(i18n, one)}</option> }
        })
        .collect_view();
    let hint = Signal::derive(hint);
    let on_text = Callback::new(typed);
    let control = match expression {
        Some(expression) => expression(DurationText {
            id,
            text: text.into(),
            on_text,
            invalid: wrong.into(),
            placeholder: hint,
        }),
        None => view! {
            <input
                id=id
                class="input"
                autocomplete="off"
                spellcheck="false"
                inputmode=move || if matches!(form.get(), Form::Unit(_)) { "decimal" } else { "text" }
                placeholder=move || hint.get()
                disabled=move || disabled.get()
                prop:value=move || text.get()
                aria-invalid=move || wrong.get().to_string()
                on:input=move |event| on_text.run(event_target_value(&event))
            />
        }
        .into_any(),
    };
    view! {
        <div class="duration-field" data-form=move || form.get().word()>
            {control}
            <select class="input" aria-label=move || t_string!(i18n, common.duration.written_as) disabled=move || disabled.get() prop:value=move || form.get().word() on:change=move |event| choose(event_target_value(&event))>
                {options}
            </select>
        </div>
        <Show when=move || wrong.get()>
            <p class="form__error" role="alert">{t!(i18n, common.duration.wrong)}</p>
        </Show>
    }
}

fn label(i18n: I18nContext<Locale>, form: Form) -> String {
    match form {
        Form::Unit(Unit::Milliseconds) => t_string!(i18n, common.duration.milliseconds).to_string(),
        Form::Unit(Unit::Seconds) => t_string!(i18n, common.duration.seconds).to_string(),
        Form::Unit(Unit::Minutes) => t_string!(i18n, common.duration.minutes).to_string(),
        Form::Unit(Unit::Hours) => t_string!(i18n, common.duration.hours).to_string(),
        Form::Unit(Unit::Days) => t_string!(i18n, common.duration.days).to_string(),
        Form::Several => t_string!(i18n, common.duration.several).to_string(),
        Form::Iso => "ISO 8601".to_owned(),
        Form::Expression => "${ }".to_owned(),
    }
}
