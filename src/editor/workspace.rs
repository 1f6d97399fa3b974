//! The open editor: palette, canvas or source, inspector, problems; and the keys and guards around them.

use std::collections::HashMap;
use std::sync::Arc;

use canvas::{Act, GestureKind, Input};
use flow::{Document, Pointer};
use leptos::ev;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use wasm_bindgen::JsCast;
use wire::operation::encode_segment;

use super::conflict::SaveDialogs;
use super::documents::accept_drops;
use super::draft::{Draft, Drafts};
use super::finder::Finder;
use super::header::EditorHeader;
use super::inspector::Inspector;
use super::keys_help::KeysDialog;
use super::news::NewsLine;
use super::outline::Outline;
use super::page::Opened;
use super::palette::Palette;
use super::paper::PaperSheet;
use super::problems::ProblemsPanel;
use super::save::Saver;
use super::simulate::SimulateDrawer;
use super::source::{Divider, SourceView, UnappliedNotice, stored_share};
use super::state::{Editor, Panel, Sheet, Tab};
use super::templates::TemplatesDialog;
use crate::api::use_api;
use crate::i18n::*;
use crate::ui::flow_canvas::{Surface, SurfaceMode, look_only};
use crate::ui::link::{replace, use_title};
use crate::ui::time::format_time;
use crate::ui::{Icon, IconView, use_preferences};

#[component]
pub(super) fn Workspace(
    opened: Opened,
    read_only: bool,
    /// The workflow that is open; told when a new one gets its id.
    open: RwSignal<Option<String>>,
    on_reload: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    // What the service holds may be written by anybody; what is not JSON at all is shown as an empty definition.
    let document = Document::from_text(&opened.definition)
        .unwrap_or_else(|_| Document::from_value(serde_json::json!({})));
    let editor = Editor::new(opened.published, document, Signal::stored(read_only));
    let saver = Saver::new(editor, open, on_reload);
    use_title(move || editor.name());
    leptos::task::spawn_local(async move {
        match api.plugins().await {
            Ok(list) => {
                // The page may be gone.
                if editor.plugins.try_set(Arc::new(list.plugins)).is_none() {
                    editor.check();
                }
            }
            Err(error) => editor.toasts.error(i18n, &error),
        }
    });
    address(editor);
    guards(editor, saver);
    let offered = RwSignal::new(offered_draft(&editor));
    let flags = editor.flags();
    let functions = Memo::new(move |_| {
        let zh = i18n.get_locale() == Locale::zh_CN;
        let plugins = editor.plugins.read();
        let names = plugins.iter().map(|plugin| {
            let name = if zh { &plugin.name.zh } else { &plugin.name.en };
            (plugin.call.clone(), name.clone())
        });
        names.collect::<HashMap<_, _>>()
    });
    let select = Callback::new(move |pointer| editor.send(Input::Select { pointer }));
    let look = look_only(editor.model, select);
    // While the text is no definition the canvas is only looked at: what were changed there would be lost to the text.
    let on_input = Callback::new(move |input| {
        if read_only || editor.source.is_wrong() { look.run(input) } else { editor.send(input) }
    });
    let on_open = Callback::new(move |()| {
        editor.panel.set(Some(Panel::Inspector));
        request_animation_frame(|| {
            let field = document_query(".inspector input, .inspector select, .inspector textarea");
            if let Some(field) = field {
                // A field that has gone meanwhile cannot take the focus.
                let _ = field.focus();
            }
        });
    });
    let on_rename = Callback::new(move |()| {
        editor.panel.set(Some(Panel::Inspector));
        request_animation_frame(|| {
            let field = document_query(".inspector input")
                .and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok());
            if let Some(field) = field {
                let _ = field.focus();
                field.select();
            }
        });
    });
    let on_add = Callback::new(move |()| {
        editor.panel.set(Some(Panel::Palette));
        request_animation_frame(|| {
            if let Some(search) = document_query(".palette input") {
                let _ = search.focus();
            }
        });
    });
    let on_gap = Callback::new(move |gap: (Pointer, usize)| {
        editor.place.set(Some(gap));
        on_add.run(());
    });
    let looks = Memo::new(move |_| read_only || editor.source.wrong().is_some());
    let mode = Signal::derive(move || if looks.get() { SurfaceMode::Look } else { SurfaceMode::Edit });
    let layout = Memo::new(move |_| editor.layout());
    let share = RwSignal::new(stored_share());
    // One text: a class that is set apart is gone when this one changes.
    let body_class = move || {
        let panel = match editor.panel.get() {
            None => "",
            Some(Panel::Palette) => " editor__body--palette",
            Some(Panel::Inspector) => " editor__body--inspector",
        };
        let view = match layout.get() {
            Tab::Canvas => "",
            Tab::Split => " editor__body--split",
            Tab::Source => " editor__body--source",
        };
        format!("editor__body{view}{panel}")
    };
    let (over, drop) = accept_drops(editor);
    view! {
        <div class="page page--full editor" on:dragover=over on:drop=drop>
            <EditorHeader editor saver />
            {move || offered.get().map(|(key, draft)| view! { <DraftBanner editor key draft offered /> })}
            <div class=body_class>
                <SidePanel editor on_input on_open />
                <div class="editor__middle" style=move || format!("--share:{:.1}%", share.get())>
                    // The canvas stays where it is while the source is looked at.
                    <div class="editor__canvas" hidden=move || layout.get() == Tab::Source>
                        <UnappliedNotice editor />
                        <Surface model=editor.model mode functions flags status=editor.simulating.statuses on_input on_open on_rename on_add on_gap chosen=editor.place surface=editor.surface />
                    </div>
                    <Show when=move || layout.get() == Tab::Split>
                        <Divider share />
                    </Show>
                    <Show when=move || layout.get() != Tab::Canvas>
                        <SourceView editor />
                    </Show>
                    <Show when=move || is_blank(editor)>
                        <div class="notice editor__begin">
                            <IconView icon=Icon::Info />
                            <span>{t!(i18n, editor.documents.begin)}</span>
                            <button type="button" class="button" on:click=move |_| editor.sheet.set(Some(Sheet::Templates))>{t!(i18n, editor.documents.template)}</button>
                        </div>
                    </Show>
                    <NewsLine news=editor.news spoken=editor.spoken />
                </div>
                <Inspector editor />
                <button type="button" class="editor__shade" tabindex="-1" aria-hidden="true" on:click=move |_| editor.panel.set(None)></button>
            </div>
            <ProblemsPanel editor />
            <Show when=move || editor.seen.get()>
                <SimulateDrawer editor />
                <SaveDialogs editor saver />
            </Show>
            {move || editor.sheet.get().map(|sheet| match sheet {
                Sheet::Templates => view! { <TemplatesDialog editor /> }.into_any(),
                Sheet::Paper => view! { <PaperSheet editor /> }.into_any(),
                Sheet::Finder => view! { <Finder editor saver /> }.into_any(),
                Sheet::Keys => view! { <KeysDialog editor /> }.into_any(),
            })}
        </div>
    }
}

/// Beside the canvas: what can be added, or the workflow as a tree.
#[component]
fn SidePanel(editor: Editor, on_input: Callback<Input>, on_open: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let may_add = move || !editor.read_only.get();
    let outlined = RwSignal::new(editor.read_only.get_untracked());
    let choice = move |outline: bool, label: Signal<String>| {
        view! {
            <button type="button" aria-pressed=move || (outlined.get() == outline).to_string() on:click=move |_| outlined.set(outline)>
                {move || label.get()}
            </button>
        }
    };
    view! {
        <div class="side">
            <Show when=may_add>
                <div class="segmented side__choice" role="group" aria-label=move || t_string!(i18n, editor.outline.choice)>
                    {choice(false, Signal::derive(move || t_string!(i18n, editor.palette.title).to_owned()))}
                    {choice(true, Signal::derive(move || t_string!(i18n, editor.outline.title).to_owned()))}
                </div>
            </Show>
            <div class="side__body" hidden=move || outlined.get()>
                <Show when=move || editor.seen.get() && may_add()>
                    <Palette editor />
                </Show>
            </div>
            <Show when=move || editor.seen.get() && outlined.get()>
                <Outline editor on_input on_open />
            </Show>
        </div>
    }
}

/// A new workflow with nothing in it yet.
fn is_blank(editor: Editor) -> bool {
    editor.model.scene.read().nodes.is_empty()
        && editor.published.read().is_none()
        && editor.layout() == Tab::Canvas
        && !editor.read_only.get()
}

/// Tab and selection live in the URL.
fn address(editor: Editor) {
    let query = use_query_map();
    let path = use_location().pathname;
    let replace = replace();
    let base = use_api().base();
    if let Some(tab) = query.read_untracked().get("view").and_then(|view| Tab::parse(&view)) {
        editor.tab.set(tab);
    }
    if let Some(task) = query.read_untracked().get("task").and_then(|task| Pointer::parse(&task)) {
        editor.send(Input::Select { pointer: Some(task) });
    }
    Effect::new(move |previous: Option<String>| {
        let mut search = Vec::new();
        let tab = editor.tab.get();
        if tab != Tab::Canvas {
            search.push(format!("view={}", tab.word()));
        }
        if let Some(task) = editor.model.selection.get() {
            search.push(format!("task={}", encode_segment(task.as_str())));
        }
        let mark = if search.is_empty() { "" } else { "?" };
        let search = format!("{mark}{}", search.join("&"));
        if previous.as_ref().is_some_and(|previous| *previous != search) {
            let path = path.get_untracked();
            replace(&format!("{}{search}", path.strip_prefix(&base).unwrap_or(&path)));
        }
        search
    });
}

/// Keys for the whole page, and what must happen before it goes away.
fn guards(editor: Editor, saver: Saver) {
    let keys = window_event_listener(ev::keydown, move |event| {
        let command = event.ctrl_key() || event.meta_key();
        let key = event.key().to_lowercase();
        if command && key == "s" {
            event.prevent_default();
            saver.save();
        } else if command && key == "k" {
            event.prevent_default();
            editor.sheet.set(Some(Sheet::Finder));
        } else if key == "?" && !in_text(&event) {
            event.prevent_default();
            editor.sheet.set(Some(Sheet::Keys));
        } else if key == "s" && !command && !event.alt_key() && !in_text(&event) {
            event.prevent_default();
            editor.simulating.toggle();
        } else if key == "escape" && editor.model.read(canvas::Session::gesture) != GestureKind::Idle {
            event.prevent_default();
            editor.send(Input::Do { act: Act::Escape });
        } else if command && (key == "z" || key == "y") && !in_text(&event) {
            event.prevent_default();
            let act = if key == "y" || event.shift_key() { Act::Redo } else { Act::Undo };
            editor.send(Input::Do { act });
        }
    });
    let leaving = window_event_listener_untyped("beforeunload", move |event| {
        // Text that is no definition stands in no draft.
        let kept = editor.source.settle(editor);
        editor.settle();
        if editor.dirty.try_get_untracked() == Some(true) || !kept {
            event.prevent_default();
            // What older browsers look at.
            let _ = js_sys::Reflect::set(&event, &"returnValue".into(), &true.into());
        }
    });
    let hiding = window_event_listener_untyped("pagehide", move |_| {
        editor.source.settle(editor);
        editor.settle();
    });
    on_cleanup(move || {
        editor.settle();
        keys.remove();
        leaving.remove();
        hiding.remove();
    });
}

/// Whether a key belongs to a text field, which undoes by itself, or to a dialog.
fn in_text(event: &ev::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| {
        element.closest("input, textarea, select, dialog, [contenteditable=true]").ok().flatten().is_some()
    })
}

fn document_query(selector: &str) -> Option<web_sys::HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

/// A draft that says something else than what was published.
fn offered_draft(editor: &Editor) -> Option<(String, Draft)> {
    if editor.read_only.get_untracked() {
        return None;
    }
    let (key, draft) = editor.drafts.with_value(Drafts::found)?;
    let value: serde_json::Value = serde_json::from_str(&draft.definition).ok()?;
    if editor.base.with_untracked(|base| **base == value) {
        Drafts::discard(&key);
        return None;
    }
    Some((key, draft))
}

/// Offers the changes that were not published the last time.
#[component]
fn DraftBanner(
    editor: Editor,
    key: String,
    draft: Draft,
    offered: RwSignal<Option<(String, Draft)>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let at = String::from(js_sys::Date::new(&draft.at.into()).to_iso_string());
    let older = editor.published.read_untracked().as_ref().is_some_and(|now| now.revision != draft.revision);
    let restored = draft.definition.clone();
    let (restored_key, discarded_key) = (key.clone(), key);
    let restore = move |_| {
        if let Ok(document) = Document::from_json(&restored) {
            editor.send(Input::ReplaceDocument { root: document.into_value() });
            editor.send(Input::FieldVisitEnded);
            // It is this tab's draft now.
            editor.keep();
            if !editor.drafts.with_value(|drafts| drafts.owns(&restored_key)) {
                Drafts::discard(&restored_key);
            }
        }
        offered.set(None);
    };
    let discard = move |_| {
        Drafts::discard(&discarded_key);
        // What was changed since is kept on.
        editor.keep();
        offered.set(None);
    };
    view! {
        <div class="notice notice--real editor__banner" role="status">
            <IconView icon=Icon::Clock />
            <span>
                {move || t_string!(i18n, editor.draft.offer, time = format_time(&at, preferences.time.get()))}
                <Show when=move || older>" " {t!(i18n, editor.draft.older)}</Show>
            </span>
            <button type="button" class="button" on:click=restore>{t!(i18n, editor.draft.restore)}</button>
            <button type="button" class="button button--quiet" on:click=discard>{t!(i18n, editor.draft.discard)}</button>
        </div>
    }
}
