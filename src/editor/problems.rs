//! What is wrong with the definition: how much at a glance, and where by a click.

use flow::{Pointer, Severity};
use leptos::prelude::*;

use super::source;
use super::state::Editor;
use crate::i18n::*;
use crate::ui::{Icon, IconView};

/// One line of the panel, wherever the problem was found.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    pointer: Pointer,
    message: String,
    error: bool,
}

#[component]
pub(super) fn ProblemsPanel(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let lines = Memo::new(move |_| {
        let own = editor.found.read();
        let mut lines: Vec<Line> = own
            .iter()
            .map(|problem| Line {
                pointer: problem.pointer.clone(),
                message: editor.message(problem),
                error: problem.severity == Severity::Error,
            })
            .collect();
        for report in editor.refused.read().iter() {
            let pointer = Pointer::parse(&report.pointer).unwrap_or_default();
            let error = report.severity == wire::error::ReportSeverity::Error;
            let line = Line { pointer, message: report.message.clone(), error };
            // The service checks by the same rules; what it finds as well is one problem.
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        // What was found is of the definition before: first of all its text is none.
        if let Some(wrong) = editor.source.wrong() {
            lines.push(Line {
                pointer: Pointer::root(),
                message: source::reason(editor, &wrong),
                error: true,
            });
        }
        lines.sort_by_key(|line| (!line.error, !line.pointer.is_root()));
        lines
    });
    let errors = Memo::new(move |_| lines.read().iter().filter(|line| line.error).count());
    let warnings = Memo::new(move |_| lines.read().iter().filter(|line| !line.error).count());
    let open = editor.problems_open;
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
                                    <li>
                                        <button type="button" class="problems__item" data-problem=line.pointer.as_str().to_owned() on:click=move |_| editor.go_to(pointer.clone())>
                                            <span class="problems__sign" class:problems__sign--error=line.error class:problems__sign--warning=!line.error>
                                                <IconView icon=Icon::Alert />
                                                <span class="visually-hidden">{if line.error { t_string!(i18n, editor.problems.error) } else { t_string!(i18n, editor.problems.warning) }}</span>
                                            </span>
                                            <span class="problems__text">{line.message.clone()}</span>
                                            <code class="muted">{line.pointer.as_str().to_owned()}</code>
                                        </button>
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
