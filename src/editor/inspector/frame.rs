//! What stands around each control of the inspector: its label, its problems, its help, and the way to an expression.
//!
//! Leaving a field ends its visit, so that all that was done in it is one step back.

use canvas::Input;
use flow::{Pointer, Severity};
use leptos::prelude::*;
use wire::error::ReportSeverity;

use crate::editor::state::Editor;
use crate::i18n::*;

/// A text of the locale as a signal, for labels and helps.
macro_rules! words {
    ($i18n:expr, $($key:tt)+) => {
        leptos::prelude::Signal::derive(move || crate::i18n::t_string!($i18n, $($key)+).to_string())
    };
}
pub(super) use words;

/// More problems of one field are told once these are solved.
const MOST: usize = 3;

/// Which problems a field tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tells {
    /// Those of its member and of all inside of it.
    #[default]
    Within,
    /// Those of the member itself; fields inside tell theirs.
    Own,
    Nothing,
}

/// A control that may give way to an expression.
#[derive(Clone, Copy)]
pub(super) struct Toggle {
    pub(super) on: Signal<bool>,
    pub(super) flip: Callback<()>,
}

#[component]
pub(super) fn Frame(
    editor: Editor,
    at: Signal<Pointer>,
    /// The id of the control, or of the label where `group` holds several controls.
    id: String,
    label: Signal<String>,
    help: Option<Signal<String>>,
    #[prop(optional)] required: bool,
    #[prop(optional)] group: bool,
    #[prop(optional)] tells: Tells,
    #[prop(optional)] toggle: Option<Toggle>,
    children: Children,
) -> impl IntoView {
    let i18n = use_i18n();
    let sign = required.then(|| view! { <span class="form__required">" *"</span> });
    let labelled = group.then(|| id.clone());
    let title = if group {
        view! { <span id=id>{move || label.get()} {sign}</span> }.into_any()
    } else {
        view! { <label for=id>{move || label.get()} {sign}</label> }.into_any()
    };
    let toggle = toggle.map(|Toggle { on, flip }| {
        view! {
            <Show when=move || !editor.read_only.get()>
                <button type="button" class="button button--tiny" aria-pressed=move || on.get().to_string() on:click=move |_| flip.run(())>
                    "${ }"
                    <span class="visually-hidden">{t!(i18n, common.form.expression)}": "{move || label.get()}</span>
                </button>
            </Show>
        }
    });
    view! {
        <div
            class="form__field"
            role=group.then_some("group")
            aria-labelledby=labelled
            data-member=move || at.read().as_str().to_owned()
            on:focusout=move |_| editor.send(Input::FieldVisitEnded)
        >
            <div class="form__label">{title} {toggle}</div>
            {children()}
            <Told editor at tells />
            {help.map(|help| view! { <p class="form__help">{move || help.get()}</p> })}
        </div>
    }
}

/// The problems of a place of the definition, in the reader's language.
#[component]
pub(super) fn Told(
    editor: Editor,
    #[prop(into)] at: Signal<Pointer>,
    #[prop(optional)] tells: Tells,
) -> impl IntoView {
    let found = Memo::new(move |_| {
        let at = at.read();
        let is_here = |pointer: &Pointer| match tells {
            Tells::Within => pointer.is_within(&at),
            Tells::Own => *pointer == *at,
            Tells::Nothing => false,
        };
        let found = editor.found.read();
        let own = found.iter().filter(|problem| is_here(&problem.pointer));
        let mut told: Vec<(Severity, String)> =
            own.take(MOST).map(|problem| (problem.severity, editor.message(problem))).collect();
        // The service checks by the same rules; what it finds as well is one problem.
        for report in editor.refused.read().iter() {
            let here = Pointer::parse(&report.pointer).is_some_and(|pointer| is_here(&pointer));
            if here && told.len() < MOST && !told.iter().any(|(_, message)| *message == report.message) {
                let error = report.severity == ReportSeverity::Error;
                let severity = if error { Severity::Error } else { Severity::Warning };
                told.push((severity, report.message.clone()));
            }
        }
        told
    });
    move || {
        found
            .get()
            .into_iter()
            .map(|(severity, message)| {
                let class = if severity == Severity::Error { "form__error" } else { "form__warning" };
                view! { <p class=class>{message}</p> }
            })
            .collect_view()
    }
}
