//! What is wrong with the definition: how much at a glance, and where by a click.

use canvas::Input;
use flow::fix::{Fix, fix};
use flow::{Pointer, Severity};
use leptos::prelude::*;

use super::source;
use super::state::Editor;
use crate::i18n::*;
use crate::ui::{Icon, IconView};

/// How many of the problems get a button that sets them right.
const MOST_FIXES: usize = 100;

/// One line of the panel, wherever the problem was found.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    pointer: Pointer,
    message: String,
    error: bool,
    /// What sets it right by one press.
    fix: Option<Fix>,
}

#[component]
pub(super) fn ProblemsPanel(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let open = editor.problems_open;
    let lines = Memo::new(move |_| {
        let own = editor.found.read();
        let catalog = editor.catalog();
        // They are shown once the panel is open, and then as many as anybody presses one by one.
        let fixed = if open.get() && !editor.read_only.get() { MOST_FIXES } else { 0 };
        let mut lines: Vec<Line> = own
            .iter()
            .enumerate()
            .map(|(index, problem)| Line {
                pointer: problem.pointer.clone(),
                message: editor.message(problem),
                error: problem.severity == Severity::Error,
                fix: (index < fixed)
                    .then(|| editor.model.read(|session| fix(session.document(), problem, &catalog)))
                    .flatten(),
            })
            .collect();
        for report in editor.refused.read().iter() {
            let pointer = Pointer::parse(&report.pointer).unwrap_or_default();
            let error = report.severity == wire::error::ReportSeverity::Error;
            let line = Line { pointer, message: report.message.clone(), error, fix: None };
            // The service checks by the same rules; what it finds as well is one problem.
            let is_known = |known: &Line| known.pointer == line.pointer && known.message == line.message;
            if !lines.iter().any(is_known) {
                lines.push(line);
            }
        }
        // What was found is of the definition before: first of all its text is none.
        if let Some(wrong) = editor.source.wrong() {
            lines.push(Line {
                pointer: Pointer::root(),
                message: source::reason(editor, &wrong),
                error: true,
                fix: None,
            });
        }
        lines.sort_by_key(|line| (!line.error, !line.pointer.is_root()));
        lines
    });
    let errors = Memo::new(move |_| lines.read().iter().filter(|line| line.error).count());
    let warnings = Memo::new(move |_| lines.read().iter().filter(|line| !line.error).count());
    let shown = move || open.get() && !lines.read().is_empty();
    view! {
        <section class="problems" aria-label=move || t_string!(i18n, editor.problems.title)>
            <button type="button" class="problems__bar" aria-expanded=move || shown().to_string() disabled=move || lines.read().is_empty() on:click=move |_| open.update(|open| *open = !*open)>
                <span class="problems__sign" class:problems__sign--error=move || errors.get() != 0 class:problems__sign--warning=move || errors.get() == 0 && warnings.get() != 0>
                    <IconView icon=Signal::derive(move || if lines.read().is_empty() { Icon::Check } else { Icon::Alert }) />
                </span>
                <span>
                    {move || match (errors.get(), warnings.get()) {
                        (0, 0) => t_string!(i18n, editor.problems.none).to_string(),
                        (errors, 0) => t_string!(i18n, editor.problems.errors, count = errors),
                        (0, warnings) => t_string!(i18n, editor.problems.warnings, count = warnings),
                        (errors, warnings) => t_string!(i18n, editor.problems.both, errors = errors, warnings = warnings),
                    }}
                </span>
            </button>
            <Show when=shown>
                <ul class="problems__list">
                    {move || {
                        lines
                            .get()
                            .into_iter()
                            .map(|line| {
                                let pointer = line.pointer.clone();
                                view! {
                                    <li class="problems__line">
                                        <button type="button" class="problems__item" data-problem=line.pointer.as_str().to_owned() on:click=move |_| editor.go_to(pointer.clone())>
                                            <span class="problems__sign" class:problems__sign--error=line.error class:problems__sign--warning=!line.error>
                                                <IconView icon=Icon::Alert />
                                                <span class="visually-hidden">{if line.error { t_string!(i18n, editor.problems.error) } else { t_string!(i18n, editor.problems.warning) }}</span>
                                            </span>
                                            <span class="problems__text">{line.message.clone()}</span>
                                            <code class="muted">{line.pointer.as_str().to_owned()}</code>
                                        </button>
                                        {line.fix.map(|fix| view! { <FixButton editor fix /> })}
                                    </li>
                                }
                            })
                            .collect_view()
                    }}
                </ul>
            </Show>
        </section>
    }
}

/// Sets a problem right, as one step that can be undone.
#[component]
fn FixButton(editor: Editor, fix: Fix) -> impl IntoView {
    let Fix { edit, title_en, title_zh } = fix;
    let title =
        move || if editor.i18n.get_locale() == Locale::zh_CN { title_zh.clone() } else { title_en.clone() };
    let make = move |_| {
        editor.send(Input::FieldVisitEnded);
        editor.send(Input::Edit { edit: edit.clone() });
        editor.send(Input::FieldVisitEnded);
        // The next problem is there at once, not after a pause.
        editor.check();
    };
    view! {
        <button type="button" class="button button--tiny problems__fix" on:click=make>
            <IconView icon=Icon::Check />
            <span class="visually-hidden">{t!(editor.i18n, editor.problems.fix)}": "</span>
            {title}
        </button>
    }
}
