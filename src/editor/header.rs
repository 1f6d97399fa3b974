//! What the workflow is called, and what can be done with all of it.

use canvas::{Act, Input};
use flow::edit::WrapKind;
use leptos::prelude::*;

use super::documents::DocumentMenu;
use super::save::Saver;
use super::state::{Editor, Panel, Tab};
use crate::api::use_api;
use crate::i18n::*;
use crate::ui::{Icon, IconView, Menu, MenuItem};

#[component]
pub(super) fn EditorHeader(editor: Editor, saver: Saver) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let may_start = api.may(wire::Permission::Operate);
    let may_edit = move || !editor.read_only.get();
    let revision = move || editor.published.read().as_ref().map(|published| published.revision);
    let toggle = move |panel: Panel| {
        editor.panel.update(|open| *open = if *open == Some(panel) { None } else { Some(panel) });
    };
    view! {
        <header class="editor__header">
            <div class="editor__title">
                <h1>{move || editor.name()}</h1>
                <Show when=move || editor.dirty.get()>
                    <span class="badge badge--waiting">{t!(i18n, editor.unsaved)}</span>
                </Show>
                <Show when=move || !editor.dirty.get() && revision().is_some()>
                    <span class="chip">{move || t_string!(i18n, editor.revision, revision = revision().unwrap_or_default())}</span>
                </Show>
                <Show when=move || !may_edit()>
                    <span class="chip">{t!(i18n, editor.read_only)}</span>
                </Show>
            </div>
            <div class="segmented" role="tablist" aria-label=move || t_string!(i18n, editor.view.label)>
                <TabButton editor tab=Tab::Canvas icon=Icon::Workflow label=Signal::derive(move || t_string!(i18n, editor.view.canvas).to_owned()) />
                <TabButton editor tab=Tab::Split icon=Icon::Split label=Signal::derive(move || t_string!(i18n, editor.view.split).to_owned()) />
                <TabButton editor tab=Tab::Source icon=Icon::Code label=Signal::derive(move || t_string!(i18n, editor.view.source).to_owned()) />
            </div>
            <Show when=may_edit>
                <CanvasActs editor />
            </Show>
            <div class="editor__panels">
                <button type="button" class="button" aria-expanded=move || (editor.panel.get() == Some(Panel::Palette)).to_string() on:click=move |_| toggle(Panel::Palette)>
                    <IconView icon=Signal::derive(move || if may_edit() { Icon::Plus } else { Icon::Log }) />
                    <span>{move || if may_edit() { t_string!(i18n, editor.panel.palette) } else { t_string!(i18n, editor.outline.title) }}</span>
                </button>
                <button type="button" class="button" aria-expanded=move || (editor.panel.get() == Some(Panel::Inspector)).to_string() on:click=move |_| toggle(Panel::Inspector)>
                    <IconView icon=Icon::Edit />
                    <span>{t!(i18n, editor.panel.inspector)}</span>
                </button>
            </div>
            <div class="editor__acts">
                <DocumentMenu editor />
                <Show when=move || may_start.get()>
                    <button type="button" class="button" disabled=move || saver.busy() on:click=move |_| saver.start()>
                        <IconView icon=Icon::Play />
                        {t!(i18n, editor.start)}
                    </button>
                </Show>
                <Show when=may_edit>
                    <button type="button" class="button button--primary" title="Ctrl+S" disabled=move || saver.busy() on:click=move |_| saver.save()>
                        {t!(i18n, common.action.save)}
                    </button>
                </Show>
            </div>
        </header>
    }
}

#[component]
fn TabButton(editor: Editor, tab: Tab, icon: Icon, #[prop(into)] label: Signal<String>) -> impl IntoView {
    view! {
        <button
            type="button"
            role="tab"
            class="editor__tab"
            class:editor__tab--split=tab == Tab::Split
            aria-selected=move || (editor.layout() == tab).to_string()
            aria-pressed=move || (editor.layout() == tab).to_string()
            on:click=move |_| editor.show(tab)
        >
            <IconView icon />
            <span>{move || label.get()}</span>
        </button>
    }
}

#[component]
fn CanvasActs(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let none_selected = move || editor.model.selection.read().is_none();
    let history = move |read: fn(&canvas::History) -> bool| {
        editor.model.revision.track();
        !editor.model.read(|session| read(session.history()))
    };
    view! {
        <div class="editor__tools" role="toolbar" aria-label=move || t_string!(i18n, editor.act.label)>
            <ActButton editor act=Act::Undo icon=Icon::Undo keys="Ctrl+Z" disabled=Signal::derive(move || history(canvas::History::can_undo)) label=Signal::derive(move || t_string!(i18n, editor.act.undo).to_owned()) />
            <ActButton editor act=Act::Redo icon=Icon::Redo keys="Ctrl+Shift+Z" disabled=Signal::derive(move || history(canvas::History::can_redo)) label=Signal::derive(move || t_string!(i18n, editor.act.redo).to_owned()) />
            <ActButton editor act=Act::Duplicate icon=Icon::Copy keys="Ctrl+D" disabled=Signal::derive(none_selected) label=Signal::derive(move || t_string!(i18n, editor.act.duplicate).to_owned()) />
            <ActButton editor act=Act::Delete icon=Icon::Delete keys="Delete" disabled=Signal::derive(none_selected) label=Signal::derive(move || t_string!(i18n, editor.act.delete).to_owned()) />
            <Menu label=Signal::derive(move || t_string!(i18n, editor.act.wrap).to_owned()) icon=Icon::Fork items=boxes(editor) />
            <button
                type="button"
                class="button button--icon"
                aria-label=move || t_string!(i18n, editor.settings.title)
                title=move || t_string!(i18n, editor.settings.title)
                aria-pressed=move || none_selected().to_string()
                on:click=move |_| {
                    editor.send(Input::Select { pointer: None });
                    editor.panel.set(Some(Panel::Inspector));
                }
            >
                <IconView icon=Icon::Settings />
            </button>
        </div>
    }
}

/// What puts the selected tasks into a box, or takes one away from around them.
fn boxes(editor: Editor) -> Vec<MenuItem> {
    let i18n = editor.i18n;
    let item = |label: Signal<String>, icon, input: Input| MenuItem {
        label,
        icon,
        danger: false,
        on_select: Callback::new(move |()| editor.send(input.clone())),
    };
    let label =
        move |text: fn(leptos_i18n::I18nContext<Locale>) -> String| Signal::derive(move || text(i18n));
    vec![
        item(
            label(|i18n| t_string!(i18n, editor.act.wrap_fork).to_owned()),
            Icon::Fork,
            Input::Wrap { kind: WrapKind::Fork },
        ),
        item(
            label(|i18n| t_string!(i18n, editor.act.wrap_do).to_owned()),
            Icon::Workflow,
            Input::Wrap { kind: WrapKind::Do },
        ),
        item(
            label(|i18n| t_string!(i18n, editor.act.wrap_try).to_owned()),
            Icon::Shield,
            Input::Wrap { kind: WrapKind::Try },
        ),
        item(
            label(|i18n| t_string!(i18n, editor.act.wrap_for).to_owned()),
            Icon::Loop,
            Input::Wrap { kind: WrapKind::For },
        ),
        item(
            label(|i18n| t_string!(i18n, editor.act.unwrap).to_owned()),
            Icon::Close,
            Input::Do { act: Act::Unwrap },
        ),
    ]
}

#[component]
fn ActButton(
    editor: Editor,
    act: Act,
    icon: Icon,
    keys: &'static str,
    #[prop(into)] disabled: Signal<bool>,
    #[prop(into)] label: Signal<String>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button button--icon"
            aria-label=move || label.get()
            title=move || format!("{} ({keys})", label.get())
            disabled=move || disabled.get()
            on:click=move |_| editor.send(Input::Do { act })
        >
            <IconView icon />
        </button>
    }
}
