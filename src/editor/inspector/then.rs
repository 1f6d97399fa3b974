//! A flow directive as a field: on, out of the box, to the end, or to another task of the same list.

use flow::Pointer;
use leptos::prelude::*;

use super::choice::{ChoiceField, Choices};
use crate::editor::state::Editor;
use crate::i18n::*;

/// What it means that no directive is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Without {
    /// The flow goes on to the next task.
    Next,
    /// The flow goes on as the task does without this error.
    AsTheTask,
    /// There has to be one.
    Nothing,
}

#[component]
pub(super) fn ThenField(
    editor: Editor,
    /// The task whose list the directive names tasks of.
    task: Pointer,
    #[prop(into)] at: Signal<Pointer>,
    #[prop(into)] label: Signal<String>,
    without: Without,
) -> impl IntoView {
    let i18n = use_i18n();
    let names = Memo::new(move |_| {
        editor.model.revision.track();
        let list = task.parent().and_then(|entry| entry.parent());
        let own = task.last().unwrap_or_default();
        editor.model.read(|session| {
            let items = list.as_ref().and_then(|list| list.get(session.document().root())?.as_array());
            let names =
                items.into_iter().flatten().filter_map(|item| item.as_object()?.keys().next().cloned());
            names.filter(|name| *name != own).collect::<Vec<_>>()
        })
    });
    let choices = Signal::derive(move || {
        let mut choices: Choices = Vec::new();
        match without {
            Without::Next => choices.push((String::new(), t_string!(i18n, editor.then.next).to_string())),
            Without::AsTheTask => {
                choices.push((String::new(), t_string!(i18n, editor.then.as_the_task).to_string()));
            }
            Without::Nothing => {}
        }
        choices.push(("continue".to_owned(), t_string!(i18n, editor.then.go_on).to_string()));
        choices.push(("exit".to_owned(), t_string!(i18n, editor.then.exit).to_string()));
        choices.push(("end".to_owned(), t_string!(i18n, editor.then.end).to_string()));
        choices.extend(names.get().into_iter().map(|name| (name.clone(), name)));
        choices
    });
    let required = without == Without::Nothing;
    view! { <ChoiceField editor at label choices required /> }
}
