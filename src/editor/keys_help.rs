//! `?`: every key of the canvas, and those of the source.

use leptos::prelude::*;
use leptos_i18n::I18nContext;

use super::state::Editor;
use crate::i18n::*;
use crate::ui::Dialog;

#[component]
pub(super) fn KeysDialog(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Dialog title=Signal::derive(move || t_string!(i18n, editor.keys.title).to_owned()) on_close=Callback::new(move |()| editor.sheet.set(None))>
            <dl class="keys">
                {move || keys(i18n).into_iter().map(|(keys, act)| view! {
                    <dt>{keys.split(' ').map(|key| view! { <kbd>{key.to_owned()}</kbd> " " }).collect_view()}</dt>
                    <dd>{act}</dd>
                }).collect_view()}
            </dl>
        </Dialog>
    }
}

fn keys(i18n: I18nContext<Locale>) -> Vec<(&'static str, String)> {
    let of = |keys, act: &str| (keys, act.to_owned());
    vec![
        of("↑ ↓ ← →", t_string!(i18n, editor.keys.walk)),
        of("Shift+↑ Shift+↓", t_string!(i18n, editor.keys.extend)),
        of("A", t_string!(i18n, editor.keys.add)),
        of("Enter", t_string!(i18n, editor.keys.edit)),
        of("F2", t_string!(i18n, editor.keys.rename)),
        of("Alt+↑ Alt+↓", t_string!(i18n, editor.keys.reorder)),
        of("Alt+← Alt+→", t_string!(i18n, editor.keys.in_out)),
        of("D", t_string!(i18n, editor.keys.toggle)),
        of("P", t_string!(i18n, editor.keys.peek)),
        of("Shift+F10", t_string!(i18n, editor.keys.menu)),
        of("Delete", t_string!(i18n, editor.act.delete)),
        of("Ctrl+D", t_string!(i18n, editor.act.duplicate)),
        of("Ctrl+C Ctrl+X Ctrl+V", t_string!(i18n, editor.keys.clipboard)),
        of("Ctrl+A", t_string!(i18n, editor.keys.select_all)),
        of("Ctrl+G", t_string!(i18n, editor.act.wrap_do)),
        of("Ctrl+Shift+G", t_string!(i18n, editor.act.unwrap)),
        of("Space", t_string!(i18n, editor.keys.space)),
        of("+ -", t_string!(i18n, editor.canvas.zoom)),
        of("0", t_string!(i18n, editor.canvas.life_size)),
        of("F", t_string!(i18n, editor.canvas.fit)),
        of("Shift+F", t_string!(i18n, editor.keys.fit_selection)),
        of("Ctrl+Z", t_string!(i18n, editor.act.undo)),
        of("Ctrl+Shift+Z", t_string!(i18n, editor.act.redo)),
        of("Ctrl+S", t_string!(i18n, common.action.save)),
        of("S", t_string!(i18n, editor.simulate.title)),
        of("Ctrl+K", t_string!(i18n, editor.finder.title)),
        of("Escape", t_string!(i18n, editor.keys.escape)),
        of("Ctrl+Space", t_string!(i18n, editor.keys.complete)),
        of("Ctrl+F", t_string!(i18n, editor.keys.find_text)),
        of("F8", t_string!(i18n, editor.keys.next_problem)),
        of("Ctrl+Shift+[ Ctrl+Shift+]", t_string!(i18n, editor.keys.fold_text)),
        of("Escape Tab", t_string!(i18n, editor.keys.leave_text)),
        of("?", t_string!(i18n, editor.keys.title)),
    ]
}
