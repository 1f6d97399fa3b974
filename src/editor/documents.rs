//! Definitions in and out: files, pictures, paper, and templates to begin with.

use flow::Document;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use canvas::Input;

use super::news::News;
use super::state::{Editor, Sheet};
use crate::i18n::*;
use crate::ui::files::{png, read_text, save_blob, save_text};
use crate::ui::{Icon, Menu, MenuItem};

/// A larger picture is more than browsers draw: at most so many pixels along a side.
const LONGEST_SIDE: f64 = 16_000.0;

#[component]
pub(super) fn DocumentMenu(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let input = NodeRef::<html::Input>::new();
    let item = |label: Signal<String>, icon, on_select: Callback<()>| MenuItem {
        label,
        icon,
        danger: false,
        on_select,
    };
    let label =
        move |text: fn(leptos_i18n::I18nContext<Locale>) -> String| Signal::derive(move || text(i18n));
    let mut items = Vec::new();
    if !editor.read_only.get_untracked() {
        items.push(item(
            label(|i18n| t_string!(i18n, editor.documents.import).to_owned()),
            Icon::External,
            Callback::new(move |()| {
                if let Some(input) = input.get_untracked() {
                    input.click();
                }
            }),
        ));
        items.push(item(
            label(|i18n| t_string!(i18n, editor.documents.template).to_owned()),
            Icon::Copy,
            Callback::new(move |()| editor.sheet.set(Some(Sheet::Templates))),
        ));
    }
    items.push(item(
        label(|i18n| t_string!(i18n, editor.documents.paper).to_owned()),
        Icon::Log,
        Callback::new(move |()| editor.sheet.set(Some(Sheet::Paper))),
    ));
    let export = move |format: Format| Callback::new(move |()| save(editor, format));
    items.extend([
        item(
            label(|i18n| t_string!(i18n, editor.documents.json).to_owned()),
            Icon::Download,
            export(Format::Json),
        ),
        item(
            label(|i18n| t_string!(i18n, editor.documents.yaml).to_owned()),
            Icon::Download,
            export(Format::Yaml),
        ),
        item(
            label(|i18n| t_string!(i18n, editor.documents.svg).to_owned()),
            Icon::Download,
            export(Format::Svg),
        ),
        item(
            label(|i18n| t_string!(i18n, editor.documents.png).to_owned()),
            Icon::Download,
            export(Format::Png),
        ),
    ]);
    view! {
        <input
            node_ref=input
            type="file"
            hidden
            accept=".json,.yaml,.yml,application/json,application/yaml"
            aria-label=move || t_string!(i18n, editor.documents.import)
            on:change=move |_| {
                let Some(input) = input.get_untracked() else { return };
                if let Some(file) = input.files().and_then(|files| files.get(0)) {
                    import_file(editor, file);
                }
                // The same file again is a choice too.
                input.set_value("");
            }
        />
        <Menu label=label(|i18n| t_string!(i18n, editor.documents.title).to_owned()) icon=Icon::More items />
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    Yaml,
    Svg,
    Png,
}

fn save(editor: Editor, format: Format) {
    let i18n = editor.i18n;
    let name = editor.model.read(|session| session.document().view().name.to_owned());
    let picture = || {
        let catch = t_string!(i18n, editor.canvas.catch_lane).to_owned();
        editor.model.read(|session| (canvas::svg(session.scene(), &catch), session.scene().bounds))
    };
    let failed =
        move || editor.news.set(Some(News::bad(t_string!(i18n, editor.documents.not_saved).to_owned())));
    let saved = match format {
        Format::Json => save_text(
            &format!("{name}.json"),
            &editor.model.read(|session| session.document().to_json_pretty()),
        ),
        Format::Yaml => {
            save_text(&format!("{name}.yaml"), &editor.model.read(|session| session.document().to_yaml()))
        }
        Format::Svg => save_text(&format!("{name}.svg"), &picture().0),
        Format::Png => {
            let (svg, bounds) = picture();
            leptos::task::spawn_local(async move {
                let scale = (LONGEST_SIDE / bounds.width.max(bounds.height).max(1.0)).min(2.0);
                let picture = png(&svg, bounds.width, bounds.height, scale).await;
                if picture.and_then(|picture| save_blob(&format!("{name}.png"), &picture)).is_none() {
                    failed();
                }
            });
            Some(())
        }
    };
    if saved.is_none() {
        failed();
    }
}

/// Reads a file that was chosen or dropped.
pub(super) fn import_file(editor: Editor, file: web_sys::File) {
    let i18n = editor.i18n;
    if file.size() > flow::MAX_BYTES as f64 {
        editor.news.set(Some(News::bad(t_string!(i18n, editor.documents.too_large).to_owned())));
        return;
    }
    leptos::task::spawn_local(async move {
        match read_text(file).await {
            Some(text) => import(editor, &text),
            None => editor.news.set(Some(News::bad(t_string!(i18n, editor.documents.unreadable).to_owned()))),
        }
    });
}

/// Puts a definition in the place of the one that is open, as one step that can be undone. Its text stays in the source.
pub(super) fn import(editor: Editor, text: &str) {
    let i18n = editor.i18n;
    let refused = match Document::import(text) {
        Ok((document, dropped)) if document.root().is_object() => {
            editor.source.adopt(editor, text);
            editor.send(Input::Fit);
            let news = if dropped.comments > 0 {
                t_string!(i18n, editor.documents.imported_without_comments)
            } else {
                t_string!(i18n, editor.documents.imported)
            };
            return editor.news.set(Some(News::good(news.to_owned())));
        }
        Ok(_) => t_string!(i18n, editor.refusal.not_an_object).to_owned(),
        Err(error) => {
            let message = editor.spoken(&error);
            t_string!(
                i18n,
                editor.source.invalid,
                line = error.line,
                column = error.column,
                message = message
            )
        }
    };
    editor.news.set(Some(News::bad(refused)));
}

/// Whether a text that is pasted onto the canvas is a whole definition for a workflow that has no task yet. Elsewhere its
/// tasks are put in beside those that are there.
pub(super) fn is_import(editor: Editor, text: &str) -> bool {
    let is_empty = editor.model.scene.with_untracked(|scene| scene.nodes.is_empty());
    let is_whole = |document: Document| {
        let root = document.root();
        root.get("document").is_some_and(serde_json::Value::is_object) && root.get("do").is_some()
    };
    is_empty && Document::from_text(text).is_ok_and(is_whole)
}

/// The file that a drop brings, if it is one.
pub(super) fn dropped_file(event: &web_sys::DragEvent) -> Option<web_sys::File> {
    event.data_transfer()?.files()?.get(0)
}

/// Whether something that is dragged over the page is a file.
pub(super) fn drags_file(event: &web_sys::DragEvent) -> bool {
    let types = event.data_transfer().map(|data| data.types());
    types.is_some_and(|types| types.iter().any(|kind| kind.as_string().as_deref() == Some("Files")))
}

/// Lets files be dropped anywhere on the editor.
pub(super) fn accept_drops(
    editor: Editor,
) -> (impl Fn(leptos::ev::DragEvent) + Clone, impl Fn(leptos::ev::DragEvent) + Clone) {
    let over = |event: leptos::ev::DragEvent| {
        if drags_file(event.unchecked_ref()) {
            event.prevent_default();
        }
    };
    let drop = move |event: leptos::ev::DragEvent| {
        if let Some(file) = dropped_file(&event)
            && !editor.read_only.get_untracked()
        {
            event.prevent_default();
            import_file(editor, file);
        }
    };
    (over, drop)
}
