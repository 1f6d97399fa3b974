//! The open editor: palette, canvas or source, inspector, problems; and the keys and guards around them.

mod address;
mod guards;
mod leaving;

use std::collections::HashMap;
use std::sync::Arc;

use canvas::Input;
use flow::{Document, Pointer};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::conflict::SaveDialogs;
use super::documents::{accept_drops, import, is_import};
use super::draft::{DraftBanner, offered_draft};
use super::finder::Finder;
use super::header::EditorHeader;
use super::inspector::Inspector;
use super::keys_help::KeysDialog;
use super::news::NewsLine;
use super::outline::Outline;
use super::page::Opened;
use super::palette::Palette;
use super::paper::PaperSheet;
use super::peek::{self, PeekDialog};
use super::problems::ProblemsPanel;
use super::save::Saver;
use super::simulate::SimulateDrawer;
use super::source::{Divider, SourceView, UnappliedNotice, stored_share};
use super::state::{Editor, Panel, Sheet, Tab};
use super::task_menu::TaskMenu;
use super::templates::TemplatesDialog;
use crate::api::use_api;
use crate::i18n::*;
use crate::ui::flow_canvas::{Surface, SurfaceActs, SurfaceMode, look_only};
use crate::ui::link::use_title;
use crate::ui::{Icon, IconView};
use address::address;
use guards::guards;
use leaving::Leaving;

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
    let on_input = Callback::new(move |input| match input {
        input if read_only || editor.source.is_wrong() => look.run(input),
        Input::Paste { text } if is_import(editor, &text) => import(editor, &text),
        input => editor.send(input),
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
    let menu_at = RwSignal::new(None);
    let acts = SurfaceActs {
        open: Some(on_open),
        rename: (!read_only).then_some(on_rename),
        add: (!read_only).then_some(on_add),
        gap: (!read_only).then_some(on_gap),
        peek: Some(Callback::new(move |()| {
            if peek::reference(editor).is_some() {
                editor.sheet.set(Some(Sheet::Peek));
            }
        })),
        menu: Some(Callback::new(move |at| menu_at.set(Some(at)))),
    };
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
                <SidePanel editor on_input acts />
                <div class="editor__middle" style=move || format!("--share:{:.1}%", share.get())>
                    // The canvas stays where it is while the source is looked at.
                    <div class="editor__canvas" hidden=move || layout.get() == Tab::Source>
                        <UnappliedNotice editor />
                        <Surface model=editor.model mode functions flags status=editor.simulating.statuses on_input acts chosen=editor.place surface=editor.surface />
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
                <TaskMenu editor looks on_input acts at=menu_at />
                <SaveDialogs editor saver />
            </Show>
            <Leaving editor saver />
            {move || editor.sheet.get().map(|sheet| match sheet {
                Sheet::Templates => view! { <TemplatesDialog editor /> }.into_any(),
                Sheet::Paper => view! { <PaperSheet editor /> }.into_any(),
                Sheet::Finder => view! { <Finder editor saver /> }.into_any(),
                Sheet::Peek => view! { <PeekDialog editor /> }.into_any(),
                Sheet::Keys => view! { <KeysDialog editor /> }.into_any(),
            })}
        </div>
    }
}

/// Beside the canvas: what can be added, or the workflow as a tree.
#[component]
fn SidePanel(editor: Editor, on_input: Callback<Input>, acts: SurfaceActs) -> impl IntoView {
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
                <Outline editor on_input acts />
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

fn document_query(selector: &str) -> Option<web_sys::HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}
