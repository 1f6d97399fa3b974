//! One member of the definition as a field. What is typed is kept as typed; what it means goes to the session.

use std::sync::atomic::{AtomicU32, Ordering};

use canvas::Input;
use canvas::fields::expression::{as_expression, as_value};
use flow::Pointer;
use leptos::prelude::*;
use serde_json::Value;

use super::expression::{ExpressionControl, Holds, Look};
use super::frame::{Frame, Tells, Toggle};
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
    /// Longer text in code type: a script.
    Script,
    /// A text (an expression, a duration, a name), or JSON where it begins like an object or a list.
    TextOrJson,
    /// JSON only.
    Json,
    /// A number, or an expression.
    Number,
    /// A list of texts, one on each line; or an expression.
    Lines,
}

/// The object that stays, even empty, when the last field inside of it is emptied: else its form would go with it.
/// Provided by the form that draws the object.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Holder(pub(super) Pointer);

/// A field with its label. Empty takes the member away, and the objects that it leaves empty.
#[component]
pub(super) fn MemberField(
    editor: Editor,
    #[prop(into)] at: Signal<Pointer>,
    #[prop(into)] label: Signal<String>,
    #[prop(into, optional)] help: Option<Signal<String>>,
    #[prop(optional)] shape: Shape,
    #[prop(optional, into)] placeholder: String,
    #[prop(optional)] required: bool,
    /// What is offered; anything else may be typed.
    #[prop(into, optional)]
    choices: Option<Signal<Vec<String>>>,
    #[prop(optional)] tells: Tells,
    #[prop(optional)] holds: Holds,
) -> impl IntoView {
    let i18n = use_i18n();
    let id = fresh_id();
    let holder = use_context::<Holder>();
    let value = Memo::new(move |_| editor.model.value(&at.read()));
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
    let typed = move |now: String| {
        text.set(now.clone());
        let at = at.get_untracked();
        match shape.read(&now) {
            Ok(Some(value)) => {
                problem.set(None);
                editor.send(Input::SetMember { at, value });
            }
            // What has to be there stays, empty, in its place; the problems say that it is empty.
            Ok(None) if required && shape != Shape::Json => {
                problem.set(None);
                editor.send(Input::SetMember { at, value: Value::String(String::new()) });
            }
            Ok(None) => {
                problem.set(None);
                remove(editor, &at, holder.as_ref());
            }
            Err(message) => problem.set(Some(message)),
        }
    };
    let list = choices.map(|choices| (fresh_id(), choices));
    let look = Look {
        lines: shape.lines(),
        code: !matches!(shape, Shape::Text | Shape::Multiline | Shape::Number | Shape::Lines),
        placeholder,
        required,
        list: list.as_ref().map(|(id, _)| id.clone()),
        unlabelled: false,
    };
    let typed = Callback::new(typed);
    let toggle = (holds == Holds::Either).then(|| Toggle {
        on: Signal::derive(move || holds.is_expression(&text.read())),
        flip: Callback::new(move |()| {
            let now = if text.with_untracked(|text| holds.is_expression(text)) {
                shape.show(as_value(&text.read_untracked()).as_ref())
            } else {
                as_expression(shape.read(&text.read_untracked()).ok().flatten().as_ref())
            };
            typed.run(now);
            editor.send(Input::FieldVisitEnded);
        }),
    });
    let invalid = Signal::derive(move || problem.read().is_some());
    let control = view! { <ExpressionControl editor at id=id.clone() label text=text.into() on_text=typed holds look invalid /> };
    let message = move |message: String| {
        if shape == Shape::Number {
            t_string!(i18n, common.form.not_number).to_string()
        } else {
            t_string!(i18n, common.form.invalid_json, message = message)
        }
    };
    let body = view! {
            {control}
            {list
                .map(|(id, choices)| {
                    let options = move || choices.get().into_iter().map(|choice| view! { <option value=choice></option> }).collect_view();
                    view! { <datalist id=id>{options}</datalist> }
                })}
            {move || problem.get().map(|found| view! { <p class="form__error" role="alert">{message(found)}</p> })}
    };
    match toggle {
        Some(toggle) => {
            view! { <Frame editor at id label help required tells toggle>{body}</Frame> }.into_any()
        }
        None => view! { <Frame editor at id label help required tells>{body}</Frame> }.into_any(),
    }
}

impl Shape {
    /// How many lines its field has at least; none for a field of one line.
    const fn lines(self) -> Option<usize> {
        match self {
            Self::Text | Self::Code | Self::Number => None,
            Self::TextOrJson => Some(1),
            Self::Lines => Some(2),
            Self::Multiline | Self::Script | Self::Json => Some(3),
        }
    }

    fn show(self, value: Option<&Value>) -> String {
        match (self, value) {
            (_, None) => String::new(),
            (Self::Json, Some(value)) => serde_json::to_string_pretty(value).unwrap_or_default(),
            (_, Some(Value::String(text))) => text.clone(),
            (Self::Lines, Some(Value::Array(items))) => {
                let line = |item: &Value| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
                items.iter().map(line).collect::<Vec<_>>().join("\n")
            }
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
            Self::Number | Self::Lines if trimmed.starts_with("${") => {
                Ok(Some(Value::String(text.to_owned())))
            }
            Self::Number => serde_json::from_str::<serde_json::Number>(trimmed)
                .map(|number| Some(Value::Number(number)))
                .map_err(|error| error.to_string()),
            Self::Lines => {
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                Ok(Some(Value::Array(lines.map(|line| Value::String(line.to_owned())).collect())))
            }
            Self::Text | Self::Code | Self::Multiline | Self::Script => {
                Ok(Some(Value::String(text.to_owned())))
            }
            Self::TextOrJson if trimmed.starts_with(['{', '[']) => json(trimmed),
            Self::TextOrJson => Ok(Some(Value::String(text.to_owned()))),
            Self::Json => json(trimmed),
        }
    }
}

/// Takes a member away, with the objects around it that hold nothing else: never the task itself, nor the object that
/// a form holds open.
pub(super) fn remove(editor: Editor, at: &Pointer, holder: Option<&Holder>) {
    let target = editor.model.read(|session| {
        let root = session.document().root();
        at.get(root)?;
        let selected = session.selection().cloned().unwrap_or_default();
        let stop =
            holder.map(|holder| holder.0.clone()).filter(|stop| at.is_within(stop)).unwrap_or(selected);
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
