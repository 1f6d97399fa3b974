//! One member of the definition as a field. What is typed is kept as typed; what it means goes to the session.

use std::sync::atomic::{AtomicU32, Ordering};

use canvas::Input;
use flow::Pointer;
use leptos::prelude::*;
use serde_json::Value;

use crate::editor::state::Editor;
use crate::i18n::*;

/// How text and value translate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shape {
    /// A text, whatever it looks like.
    #[default]
    Text,
    /// A text or expression in code type.
    Code,
    /// Longer text.
    Multiline,
    /// A text (an expression, a duration, a name), or JSON where it begins like an object or a list.
    TextOrJson,
    /// JSON only.
    Json,
}

/// A field with its label. Empty takes the member away, and the objects that it leaves empty.
#[component]
pub(super) fn MemberField(
    editor: Editor,
    at: Pointer,
    #[prop(into)] label: Signal<String>,
    #[prop(into, optional)] help: Option<Signal<String>>,
    #[prop(optional)] shape: Shape,
    #[prop(optional, into)] placeholder: String,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let id = fresh_id();
    let value = Memo::new({
        let at = at.clone();
        move |_| editor.model.value(&at)
    });
    let text = RwSignal::new(value.with_untracked(|value| shape.show(value.as_ref())));
    let problem = RwSignal::new(None::<String>);
    // What comes from elsewhere (undo, the source) replaces the text; what was typed here keeps its own spacing.
    Effect::new(move |before: Option<Option<Value>>| {
        let now = value.get();
        let typed = text.with_untracked(|text| shape.read(text));
        let same = typed.is_ok_and(|typed| shape.show(typed.as_ref()) == shape.show(now.as_ref()));
        if before.as_ref().is_some_and(|before| *before != now) && !same {
            problem.set(None);
            text.set(shape.show(now.as_ref()));
        }
        now
    });
    let typed = {
        let at = at.clone();
        move |now: String| {
            text.set(now.clone());
            match shape.read(&now) {
                Ok(Some(value)) => {
                    problem.set(None);
                    editor.send(Input::SetMember { at: at.clone(), value });
                }
                // What has to be there stays, empty, in its place; the problems say that it is empty.
                Ok(None) if required && shape != Shape::Json => {
                    problem.set(None);
                    editor.send(Input::SetMember { at: at.clone(), value: Value::String(String::new()) });
                }
                Ok(None) => {
                    problem.set(None);
                    remove(editor, &at);
                }
                Err(message) => problem.set(Some(message)),
            }
        }
    };
    let leave = move |_| editor.send(Input::FieldVisitEnded);
    let invalid = move || problem.read().is_some().to_string();
    let class = if matches!(shape, Shape::Text | Shape::Multiline) { "input" } else { "input input--code" };
    let control = match shape {
        Shape::Text | Shape::Code => view! {
            <input id=id.clone() class=class autocomplete="off" spellcheck="false" placeholder=placeholder aria-required=required.then_some("true") disabled=move || editor.read_only.get() prop:value=move || text.get() aria-invalid=invalid on:input=move |event| typed(event_target_value(&event)) on:blur=leave />
        }
        .into_any(),
        Shape::Multiline | Shape::TextOrJson | Shape::Json => {
            let rows = move || text.read().lines().count().clamp(if shape == Shape::TextOrJson { 1 } else { 3 }, 14).to_string();
            view! {
                <textarea id=id.clone() class=class rows=rows spellcheck="false" placeholder=placeholder disabled=move || editor.read_only.get() prop:value=move || text.get() aria-invalid=invalid on:input=move |event| typed(event_target_value(&event)) on:blur=leave></textarea>
            }
            .into_any()
        }
    };
    view! {
        <div class="form__field" data-member=at.as_str().to_owned()>
            <label for=id>
                {move || label.get()}
                {required.then(|| view! { <span class="form__required">" *"</span> })}
            </label>
            {control}
            {move || problem.get().map(|message| view! { <p class="form__error" role="alert">{t_string!(i18n, common.form.invalid_json, message = message)}</p> })}
            {help.map(|help| view! { <p class="form__help">{move || help.get()}</p> })}
        </div>
    }
}

impl Shape {
    fn show(self, value: Option<&Value>) -> String {
        match (self, value) {
            (_, None) => String::new(),
            (Self::Json, Some(value)) => serde_json::to_string_pretty(value).unwrap_or_default(),
            (_, Some(Value::String(text))) => text.clone(),
            (_, Some(value @ (Value::Object(_) | Value::Array(_)))) => {
                let short = value.to_string();
                if short.len() < 48 { short } else { serde_json::to_string_pretty(value).unwrap_or(short) }
            }
            (_, Some(value)) => value.to_string(),
        }
    }

    /// The value, nothing for an empty text, or why the text has no value yet.
    fn read(self, text: &str) -> Result<Option<Value>, String> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Ok(None);
        }
        let json =
            |text: &str| serde_json::from_str::<Value>(text).map(Some).map_err(|error| error.to_string());
        match self {
            Self::Text | Self::Code | Self::Multiline => Ok(Some(Value::String(text.to_owned()))),
            Self::TextOrJson if trimmed.starts_with(['{', '[']) => json(trimmed),
            Self::TextOrJson => Ok(Some(Value::String(text.to_owned()))),
            Self::Json => json(trimmed),
        }
    }
}

/// Takes a member away, with the objects around it that hold nothing else: never the task itself.
pub(super) fn remove(editor: Editor, at: &Pointer) {
    let target = editor.model.read(|session| {
        let root = session.document().root();
        at.get(root)?;
        let stop = session.selection().cloned().unwrap_or_default();
        let mut target = at.clone();
        while let Some(parent) = target.parent().filter(|parent| *parent != stop && parent.is_within(&stop)) {
            match parent.get(root) {
                Some(Value::Object(members)) if members.len() == 1 && !parent.is_root() => target = parent,
                _ => break,
            }
        }
        Some(target)
    });
    if let Some(at) = target {
        editor.send(Input::RemoveMember { at });
    }
}

/// An id that no other field of the page has.
pub(super) fn fresh_id() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("member-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
